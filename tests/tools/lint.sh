#!/usr/bin/env bash
# What can be checked without running anything: format, warnings, layers, sizes, banned
# functions. Called by ./dev lint.
set -uo pipefail
shopt -s lastpipe # what complain counts at the end of a pipe is counted here
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
faults=0

# complain WHAT: prints the lines on standard input under a heading and counts them.
complain() {
    local lines
    lines=$(cat)
    [ -n "$lines" ] || return 0
    printf '%s:\n%s\n' "$1" "$(printf '%s\n' "$lines" | sed 's/^/  /')"
    faults=$((faults + $(printf '%s\n' "$lines" | wc -l)))
}

sources() { git ls-files -- 'src/*.c' 'src/*.h' 'tests/*.c' 'tests/*.h'; }

sources | while read -r file; do
    clang-format "$file" | cmp -s - "$file" || echo "$file"
done | complain "not formatted (./dev format)"

git ls-files -- 'src/*' 'sql/*' 'tests/*' | grep -v '^tests/vectors/' | xargs wc -l |
    awk '$2 != "total" && $1 > 400 { print $2 ": " $1 " lines" }' | complain "files over 400 lines"

# The width of C is clang-format's business. Migrations that were released stay as they are.
git ls-files -- '*.sql' '*.py' '*.sh' '*.awk' dev .ci/run |
    grep -vE '^sql/migrations/000[1-3]_|^tests/vectors/' |
    xargs awk 'length > 110 { print FILENAME ":" FNR ": " length " columns" }' |
    complain "lines wider than 110 columns"

sources | xargs awk -f tests/tools/lint_functions.awk | complain "functions over 60 lines or 6 parameters"

sources | xargs grep -nE '\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|alloca|rand|srand)\(' |
    complain "banned functions"

# header FILES-THAT-MAY HEADER: a library's header outside its layer.
header() {
    sources | grep -vE "$1" | xargs grep -nE "#include <$2" | complain "<$2> outside its layer"
}
header '^src/server/transport_fcgi\.c$|^src/server/worker\.c$|^tests/tools/bench/' 'fcgiapp\.h'
header '^src/net/' 'curl/'
header '^src/net/' 'hiredis/'
header '^src/db/|^tests/(unit|harness|fuzz)/' 'libpq-fe\.h'
header '^src/config/' 'ini\.h'

# Rooms: FILE:LINE: "header" for every include of a room that stands lower in src/rooms.list, or not at all.
# shellcheck disable=SC2016 # a program of awk
git ls-files -- 'src/*.c' 'src/*.h' | xargs awk '
    FILENAME == "src/rooms.list" { if ($1 !~ /^#/ && NF) rank[$1] = ++rooms; next }
    match($0, /^#include "[a-z_]+\/[^"]*"/) {
        split(FILENAME, here, "/"); split($0, quoted, "\""); split(quoted[2], there, "/")
        own = (here[3] == "") ? rooms + 1 : rank[here[2]]
        if (!own || !rank[there[1]] || rank[there[1]] > own) print FILENAME ":" FNR ": " quoted[2]
    }' src/rooms.list | complain "includes that climb (src/rooms.list)"

git ls-files -- 'src/*.c' |
    grep -vE '^src/db/(connection|session|migrate|generation|path|records|rights)\.c$' |
    xargs grep -nE '"(select|insert into|update|delete from|with) [a-z_]+' | grep -vE '"with (tabs|out)' |
    complain "SQL outside sql/"

# Want of memory that nobody sees makes half an answer: json/json.h has calls that end the process instead.
git ls-files -- 'src/*.c' | grep -v '^src/json/' |
    xargs grep -nE 'json_object_(object|array)_add\(|json_tokener_parse\(' |
    complain "unchecked JSON: json_put, json_append, json_parse_own"
git ls-files -- 'src/*.c' | grep -vE '^src/(json|ctl|client)/' | xargs grep -n 'json_object_to_json_string' |
    complain "unchecked JSON: json_text"
# shellcheck disable=SC2016 # a program of awk
git ls-files -- 'src/*.c' | grep -v '^src/json/' | xargs awk '
    FNR == 1 { before = "" }
    /json_object_new_/ && !/json_made\(/ && before !~ /json_made\(/ { print FILENAME ":" FNR ": " $0 }
    { before = $0 }' | complain "unchecked JSON: json_made"

# Case goes by the database's locale: a Turkish one makes a dotless i of an I.
git ls-files -- 'sql/functions/*.sql' 'sql/views/*.sql' 'sql/queries/*.sql' |
    xargs grep -nE '(\b(lower|upper|initcap)\(|~\*|\bilike\b)' | grep -vF 'collate "C"' |
    complain 'case in the locale of the database: write collate "C"'

git grep -nE '\b(TODO|FIXME|XXX)\b' -- src sql nginx tests ':!tests/tools/lint.sh' | complain "left undone"

shellcheck dev tests/tools/lint.sh tests/tools/fuzz/run.sh src/make/*.sh .ci/run | complain "shellcheck"

if [ "$faults" -gt 0 ]; then
    echo "$faults faults"
    exit 1
fi
echo "no faults"
