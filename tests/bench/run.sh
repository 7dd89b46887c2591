#!/bin/sh
# Measures the workloads on this engine and on its peers in one run and prints the table of ratios.
#   run.sh [-r ROUNDS] [-n ROWS] [-d SCRATCH_FOLDER] [WORKLOAD...]      workloads: main commit recover open memory log backup
set -e
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${ESE_BUILD:-$top/build/release}
rounds=3 rows=1000000 dir=${TMPDIR:-/tmp}/ese-bench.$$
while getopts r:n:d: option; do
    case $option in
        r) rounds=$OPTARG ;;
        n) rows=$OPTARG ;;
        d) dir=$OPTARG ;;
        *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- main commit recover open memory log backup

bin=$build/tests/bench
mkdir -p "$dir"
trap 'rm -rf "$dir"' EXIT
results=$dir/results.tsv
: > "$results"
for round in $(seq "$rounds"); do
    for workload in "$@"; do
        case $workload in
            log) "$bin/bench_log" "$dir"; continue ;;
            backup) "$bin/bench_backup" "$dir"; continue ;;
        esac
        for engine in esent sqlite lmdb bdb; do
            [ -x "$bin/bench_$engine" ] || continue
            "$bin/bench_$engine" "$workload" "$dir/$engine" lazy rows="$rows" repeat=1 >> "$results" ||
                echo "$engine $workload round $round: failed" >&2
            rm -rf "$dir/$engine" "$dir/$engine.note"
        done
    done
done
python3 "$top/tests/bench/table.py" "$results"
