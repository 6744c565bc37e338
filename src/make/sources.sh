#!/bin/sh
# Prints sources.am, which Makefile.am includes: the sources of the library, of the unit tests and of the
# fuzzer, as they lie in their folders. Automake wants every file by name; nobody has to write the names. Run
# by configure.ac and by ./dev, in the top folder.
set -eu
export LC_ALL=C

# variable NAME FOLDER...: the C files below the folders, as a variable of make.
variable() {
    printf '%s =' "$1"
    shift
    find "$@" -name '*.[ch]' | sort | while read -r file; do printf ' \\\n\t%s' "$file"; done
    echo
}

echo '# Made by src/make/sources.sh; do not edit.'
variable librigger_a_SOURCES src/*/
variable unit_tests_SOURCES tests/harness/check tests/harness/fuzz tests/fuzz tests/unit
variable fuzz_SOURCES tests/harness/fuzz tests/fuzz tests/tools/fuzz
