#!/bin/sh
# test.sh - install what is missing, build everything, run all tests: natively with sanitizers, and as Windows programs of
# both bitnesses under Wine. Ends with one line for each run and fails when any of them did.
#   test.sh            everything
#   test.sh release tsan   only these presets; nothing is installed
set -u
cd "$(dirname "$0")/.."
if [ $# = 0 ]; then
	sh toolchains/bootstrap.sh || exit 1
	set -- dev tsan mingw64 mingw32
fi
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
report=build/test-report.txt
mkdir -p build
: >"$report"
failed=0
for preset in "$@"; do
	begun=$(date +%s)
	log=build/test-$preset.log
	# Each run shows what only it can: everything with the address sanitizer, what runs threads under the thread sanitizer,
	# the engine and the programs as Windows runs them.
	case $preset in
	tsan) labels="-L unit|backup" ;;
	release) labels="-L unit|shim|abi" ;;
	*) labels= ;;
	esac
	echo "== $preset"
	# shellcheck disable=SC2086 # an option and its word, or nothing
	if cmake --preset "$preset" >"$log" 2>&1 && cmake --build --preset "$preset" -j "$jobs" >>"$log" 2>&1; then
		ctest --preset "$preset" -j "$jobs" $labels --output-on-failure 2>&1 | tee -a "$log"
		if tail -40 "$log" | grep -q '^100% tests passed'; then verdict=passed; else verdict=FAILED; fi
		counts=$(grep 'tests passed,' "$log" | tail -1)
	else
		tail -40 "$log"
		verdict=FAILED
		counts="does not build"
	fi
	[ "$verdict" = passed ] || failed=1
	echo "$preset: $verdict, $counts, $(($(date +%s) - begun)) s" >>"$report"
done
sh toolchains/wine.sh stop
echo
echo "== summary"
cat "$report"
exit $failed
