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

# A snapshot recovers to the point where it was taken, beside a chain that does not know of it, and another time on its own.
run_snapshot() {
	mode=$1
	flag=$2
	shift 2
	dir=snap-$mode
	journal=journal-snap-$mode.txt
	common="--logs $dir --page-size 8192 $flag $dir/live.edb"
	check "$mode: make for a snapshot" 0 "$@" "$demo" make "$mode" "$dir" 60 "$journal" db full
	# shellcheck disable=SC2086 # a list of words
	{
		check "$mode: full before the snapshot" 0 "$@" "$esebackup" backup --full --to "sets-$dir" $common
		check "$mode: more for the snapshot" 0 "$@" "$demo" make "$mode" "$dir" 60 "$journal" db one
		check "$mode: copy by snapshot" 0 "$@" "$esebackup" backup --snapshot --keep-logs --to "sets-$dir" $common
		check "$mode: more behind the snapshot" 0 "$@" "$demo" make "$mode" "$dir" 60 "$journal" db two
		check "$mode: incremental behind the snapshot" 0 "$@" "$esebackup" backup --incremental --to "sets-$dir" $common
		check "$mode: full snapshot" 0 "$@" "$esebackup" backup --snapshot --to "sets-$dir" $common
		check "$mode: no stream follows a full snapshot" 3 "$@" "$esebackup" backup --incremental --to "sets-$dir" $common
	}
	check "$mode: verify snapshots" 0 "$@" "$esebackup" verify "sets-$dir" --trial "trial-$dir" $flag
	n=1
	for point in full one two two; do
		check "$mode: restore set $n beside snapshots" 0 "$@" "$esebackup" restore "sets-$dir" --sequence $n --into "into-$dir-$n" $flag
		check "$mode: judge set $n beside snapshots" 0 "$@" "$demo" judge "$mode" "into-$dir-$n" "$journal" db "$point"
		n=$((n + 1))
	done
	check "$mode: the live files go on" 0 "$@" "$demo" make "$mode" "$dir" 10 "$journal" db three
	check "$mode: prune beside snapshots" 0 "$@" "$esebackup" prune "sets-$dir" --keep 2
	check "$mode: what an incremental needs stays" 0 "$@" "$esebackup" restore "sets-$dir" --sequence 3 --into "into-$dir-pruned" $flag
	check "$mode: prune to the snapshot" 0 "$@" "$esebackup" prune "sets-$dir" --keep 1
	check "$mode: the snapshot stays" 0 "$@" "$esebackup" restore "sets-$dir" --into "into-$dir-last" $flag
}

# Asked by a timer: nothing is done while the last verification is young, unless something is new or was found damaged.
run_schedule() {
	cp -r sets-multi sets-timed
	rm -f sets-timed/verified.tsv
	printf 'x' | dd of=sets-timed/0001-full/live.edb bs=1 seek=20000 conv=notrunc 2>/dev/null
	check "due: never verified" 3 "$@" "$esebackup" verify sets-timed --every 24
	cp sets-multi/0001-full/live.edb sets-timed/0001-full/live.edb
	check "due: was damaged" 0 "$@" "$esebackup" verify sets-timed --every 24
	printf 'x' | dd of=sets-timed/0001-full/live.edb bs=1 seek=20000 conv=notrunc 2>/dev/null
	check "not due" 0 "$@" "$esebackup" verify sets-timed --every 24
	check "due: a trial was not made" 3 "$@" "$esebackup" verify sets-timed --every 24 --trial trial-timed
	cp sets-multi/0001-full/live.edb sets-timed/0001-full/live.edb
	check "due: damaged by then" 0 "$@" "$esebackup" verify sets-timed --every 24 --trial trial-timed
	check "not due with a trial" 0 "$@" "$esebackup" verify sets-timed --every 24 --trial /proc/no/such/folder
	sed -i 's/20[0-9][0-9]-/2020-/' sets-timed/verified.tsv
	check "due: long ago" 2 "$@" "$esebackup" verify sets-timed --every 24 --trial /proc/no/such/folder
	check "one set is not all" 1 "$@" "$esebackup" verify sets-timed --every 24 --sequence 1
}

run_all multi "" "$@"
run_all legacy --legacy "$@"
run_snapshot multi "" "$@"
run_snapshot legacy --legacy "$@"
run_schedule "$@"

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
