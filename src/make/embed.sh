#!/bin/sh
# Prints a C file with files as byte arrays, in their order, for a `struct TYPE { path, text, length }` of
# HEADER. A file that does not lie in the directory is given as PATH=FILE: what it is called, where it is.
# usage: embed.sh HEADER TYPE NAME DIRECTORY FILE...
set -eu
header=$1 type=$2 name=$3
cd "$4"
shift 4

echo '/* Made by src/make/embed.sh; do not edit. */'
echo "#include \"$header\""
number=0
for path in "$@"; do
    number=$((number + 1))
    printf '\nstatic const unsigned char file_%d[] = {\n' "$number"
    od -An -v -tu1 "${path#*=}" | awk '{ for (i = 1; i <= NF; i++) printf "%s,", $i; print "" }'
    # Terminated, so that the text can be handed on as it stands; the length does not count that byte.
    echo '0};'
done

printf '\nconst struct %s %ss[] = {\n' "$type" "$name"
number=0
for path in "$@"; do
    number=$((number + 1))
    printf '    { "%s", file_%d, sizeof(file_%d) - 1 },\n' "${path%%=*}" "$number" "$number"
done
printf '};\n\nconst unsigned %s_count = %d;\n' "$name" "$number"
