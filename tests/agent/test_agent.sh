#!/bin/sh
# test_agent.sh ESEBACKUP DEMO WORK [RUN...] - the agent on databases that nobody has open: chains, streams, damage, retention.
# RUN is put before each program (the Wine loader for PE builds).
set -u
esebackup=$1
demo=$2
work=$3
shift 3
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 2
passed=0
failed=0

check() { # check NAME EXPECTED-EXIT-CODE COMMAND...
	name=$1
	want=$2
	shift 2
	"$@" >out.txt 2>&1
	got=$?
	if [ "$got" = "$want" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $name: exit code $got, expected $want"
		cat out.txt
	fi
}

run_all() {
	mode=$1
	flag=$2
	shift 2
	check "$mode: make" 0 "$@" "$demo" make "$mode" "$mode" 60 "journal-$mode.txt" db full
	check "$mode: full" 0 "$@" "$esebackup" backup --full --to "sets-$mode" --logs "$mode" --page-size 8192 $flag "$mode/live.edb"
	check "$mode: more" 0 "$@" "$demo" make "$mode" "$mode" 60 "journal-$mode.txt" db one
	check "$mode: incremental 1" 0 "$@" "$esebackup" backup --incremental --to "sets-$mode" --logs "$mode" --page-size 8192 $flag "$mode/live.edb"
	check "$mode: still more" 0 "$@" "$demo" make "$mode" "$mode" 60 "journal-$mode.txt" db two
	check "$mode: incremental 2" 0 "$@" "$esebackup" backup --incremental --to "sets-$mode" --logs "$mode" --page-size 8192 $flag "$mode/live.edb"
	check "$mode: list" 0 "$@" "$esebackup" list "sets-$mode"
	check "$mode: verify" 0 "$@" "$esebackup" verify "sets-$mode"
	check "$mode: verify with trial restore" 0 "$@" "$esebackup" verify "sets-$mode" --trial "trial-$mode" $flag
	n=1
	for point in full one two; do
		check "$mode: restore to $point" 0 "$@" "$esebackup" restore "sets-$mode" --sequence $n --into "into-$mode-$point" $flag
		check "$mode: judge $point" 0 "$@" "$demo" judge "$mode" "into-$mode-$point" "journal-$mode.txt" db "$point"
		n=$((n + 1))
	done
	check "$mode: an existing database is not overwritten" 2 "$@" "$esebackup" restore "sets-$mode" --into "into-$mode-two" $flag
	check "$mode: stream" 0 "$@" "$esebackup" backup --full --tar "$mode.tar" --logs "$mode" --page-size 8192 $flag "$mode/live.edb"
	check "$mode: extract" 0 "$@" "$esebackup" extract --tar "$mode.tar" "streamed-$mode"
	check "$mode: verify the extracted" 0 "$@" "$esebackup" verify "streamed-$mode"
	check "$mode: restore the extracted" 0 "$@" "$esebackup" restore "streamed-$mode" --into "into-$mode-stream" $flag
	check "$mode: judge the extracted" 0 "$@" "$demo" judge "$mode" "into-$mode-stream" "journal-$mode.txt" db two
}

run_all multi "" "$@"
run_all legacy --legacy "$@"

check "wrong usage" 1 "$@" "$esebackup" backup --full
check "no sets" 2 "$@" "$esebackup" restore nothing-here --into x
cp -r sets-multi sets-missing
rm "sets-missing/0001-full/live.edb"
check "a file of the set is missing" 3 "$@" "$esebackup" verify sets-missing
check "a file of the set is missing at restore" 3 "$@" "$esebackup" restore sets-missing --into never
cp -r sets-multi sets-flipped
printf 'x' | dd of=sets-flipped/0001-full/live.edb bs=1 seek=20000 conv=notrunc 2>/dev/null
check "a byte of the set is wrong" 3 "$@" "$esebackup" verify sets-flipped
cp -r sets-multi sets-manifest
printf 'x' >>sets-manifest/0002-incremental/set.tsv
sed -i 's/incremental/full/' sets-manifest/0002-incremental/set.tsv
check "the manifest is damaged" 3 "$@" "$esebackup" verify sets-manifest
cp -r sets-multi sets-gap
rm -r sets-gap/0002-incremental
# Without the middle set: refused, or, where the last set holds every log since the full one, restored to the same point.
if "$@" "$esebackup" restore sets-gap --into never2 >out.txt 2>&1; then
	check "the last set held all logs" 0 "$@" "$demo" judge multi never2 journal-multi.txt db two
else
	check "a set of the chain is gone" 3 "$@" "$esebackup" restore sets-gap --into never3
fi
check "prune keeps the newest full" 0 "$@" "$esebackup" prune sets-multi --keep 1
check "an incremental without a full" 3 "$@" "$esebackup" backup --incremental --to sets-none --logs into-multi-two --page-size 8192 into-multi-two/live.edb

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
