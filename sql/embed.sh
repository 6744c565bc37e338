#!/bin/sh
# Prints a C file with the files of sql/install.list as byte arrays, in their order: see src/db/migrate.h.
# usage: embed.sh SQL-DIRECTORY
set -eu
cd "$1"

echo '/* Made by sql/embed.sh from sql/install.list; do not edit. */'
echo '#include "db/migrate.h"'
number=0
while read -r path; do
    [ -n "$path" ] || continue
    number=$((number + 1))
    printf '\nstatic const unsigned char file_%d[] = {\n' "$number"
    od -An -v -tu1 "$path" | awk '{ for (i = 1; i <= NF; i++) printf "%s,", $i; print "" }'
    # Terminated, so that the text can be handed to libpq as it stands; the length does not count that byte.
    echo '0};'
done <install.list

printf '\nconst struct sql_file sql_files[] = {\n'
number=0
while read -r path; do
    [ -n "$path" ] || continue
    number=$((number + 1))
    printf '    { "%s", file_%d, sizeof(file_%d) - 1 },\n' "$path" "$number" "$number"
done <install.list
printf '};\n\nconst unsigned sql_file_count = %d;\n' "$number"
