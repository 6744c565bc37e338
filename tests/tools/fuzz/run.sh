#!/usr/bin/env bash
# run.sh PROGRAM SECONDS [TARGET ...]: fuzzes each target (all of tests/fuzz) for so long, one at a time. What
# it learns stays in build-fuzz/corpus for the next time; an input that makes a target fall becomes a seed.
# Called by ./dev fuzz. Ends with 1 where one fell.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/../../.." || exit 1
program=$1 seconds=$2
shift 2
if [ $# = 0 ]; then
    mapfile -t all < <(find tests/fuzz -name '*.c' -printf '%f\n' | sed 's/\.c$//' | sort)
    set -- "${all[@]}"
fi

export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
export LSAN_OPTIONS=suppressions=tests/tools/fuzz/leaks.txt:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
fell=()
for target in "$@"; do
    seeds=tests/fuzz/seeds/$target corpus=build-fuzz/corpus/$target log=build-fuzz/$target.log
    [ -f "tests/fuzz/$target.c" ] || { echo "no target $target" >&2; exit 2; }
    mkdir -p "$corpus" "$seeds"
    printf '%-20s ' "$target"
    if RIGGER_FUZZ_TARGET=$target nice -n 19 "$program" -max_total_time="$seconds" -timeout=20 \
        -rss_limit_mb=4096 -max_len=8192 -print_final_stats=1 \
        -artifact_prefix="$seeds/" "$corpus" "$seeds" >"$log" 2>&1; then
        awk '/number_of_executed_units/ { runs = $2 } /average_exec_per_sec/ { rate = $2 }
            / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") covered = $(i + 1) }
            END { printf "%d inputs, %d a second, %d edges\n", runs, rate, covered }' "$log"
    else
        fell+=("$target")
        echo "FELL: see $log"
        grep -E 'ERROR:|runtime error|does not hold|SUMMARY|Test unit written' "$log" | head -5
    fi
done
[ ${#fell[@]} = 0 ]
