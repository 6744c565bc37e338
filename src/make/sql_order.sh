#!/bin/sh
# Prints the files of sql/ in the order in which they are installed: migrations by number, then functions,
# then views, each after the views that it reads, then what is said about all of them. Functions may stand in
# any order: PostgreSQL does not look into their bodies while they are made (db/migrate.c turns that off).
# usage: sql_order.sh DIRECTORY
set -eu
export LC_ALL=C
cd "$1"

# Pairs "what is needed, who needs it"; a pair of one and the same only names it.
views() {
    for file in views/*.sql; do
        name=$(basename "$file" .sql)
        printf '%s %s\n' "$name" "$name"
        sed 's/--.*//' "$file" | grep -o 'rigger\.v_[a-z_]*' | sed 's/rigger\.//' | sort -u |
            while read -r needed; do printf '%s %s\n' "$needed" "$name"; done
    done | tsort
}

ls migrations/*.sql functions/*.sql
for name in $(views); do echo "views/$name.sql"; done
printf '%s.sql\n' comments limits triggers paths validate roles
