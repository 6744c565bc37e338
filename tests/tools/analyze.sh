#!/usr/bin/env bash
# What finds faults without a test: the analyzer of gcc, clang-tidy (.clang-tidy), and the unit tests under
# valgrind. Called by ./dev analyze with the build directory, which was configured for gcc's analyzer.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
build=$1 faults=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# part NAME STATUS: prints what the log has, where the status is not 0.
part() {
    if [ "$2" = 0 ]; then
        echo "$1: clean"
    else
        echo "$1:"
        cat "$log"
        faults=$((faults + 1))
    fi
}

make --quiet -C "$build" clean
make --quiet -j"$(nproc)" -C "$build" all >"$log" 2>&1
part "gcc -fanalyzer" "$(grep -q 'warning:\|error:' "$log" && echo 1 || echo 0)"

# shellcheck disable=SC2046 # words
flags=(-std=gnu11 -DHAVE_CONFIG_H -D_GNU_SOURCE '-DSYSCONFDIR="/etc"' -Isrc "-I$build" "-I$build/made"
    $(pkg-config --cflags json-c libsodium libpq libcrypto libcurl hiredis libseccomp))
git ls-files -z 'src/*.c' |
    xargs -0 -P"$(nproc)" -I{} clang-tidy --quiet {} -- "${flags[@]}" >"$log" 2>/dev/null
part "clang-tidy" "$(grep -q 'warning:\|error:' "$log" && echo 1 || echo 0)"

# Each test is a process of its own, and fails by an error or a leak in it. Those with the tag "native" start
# programs or confine themselves: valgrind knows no pidfd_open(2), and what is confined is valgrind too.
make --quiet -C "$build" unit_tests >/dev/null 2>&1
CK_EXCLUDE_TAGS=native valgrind --quiet --error-exitcode=99 --leak-check=full \
    --errors-for-leak-kinds=definite "$build/unit_tests" >"$log" 2>&1
part "valgrind" $?

echo "$((3 - faults)) passed, $faults failed"
[ "$faults" = 0 ]
