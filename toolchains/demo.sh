#!/bin/sh
# demo.sh - the main job: a Windows program under Wine keeps writing to its databases while it is backed up through esent.dll
# (full, then incremental), is killed hard, and everything is had back: from the full backup, from the full backup and the
# incremental one, and from its own files by recovery. Once in legacy mode, once with two instances that back up at once.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
[ "${ESE_SKIP_BOOTSTRAP:-}" = 1 ] || sh toolchains/bootstrap.sh
bits=${DEMO_BITS:-64}
cmake --preset "mingw$bits" -DESE_PROGRAMS=ON >/dev/null
cmake --build --preset "mingw$bits" --target esent demo esebackup
bin=$root/build/mingw$bits
work=$root/build/demo
rm -rf "$work"
mkdir -p "$work/bin"
cp "$bin/bin/esent.dll" "$bin/tests/demo/demo.exe" "$bin/win32/esebackup/esebackup.exe" "$work/bin/"

say() { printf '\n== %s\n' "$*"; }

# Wait for a line in a file; the writer's death or a minute and a half without it ends the demonstration.
wait_for() {
	for _ in $(seq 900); do
		grep -q "$1" "$2" 2>/dev/null && return 0
		if grep -q '^failed' "$2" 2>/dev/null; then cat "$2"; exit 1; fi
		kill -0 "$3" 2>/dev/null || { cat "$2"; echo "the writer ended"; exit 1; }
		sleep 0.1
	done
	cat "$2"
	echo "the writer did not get as far as: $1"
	exit 1
}

run_mode() {
	mode=$1
	shift
	dir=$work/$mode
	mkdir -p "$dir"
	say "$mode mode: write, back up while writing, then kill"
	(cd "$work" && exec sh "$root/toolchains/wine.sh" "$bits" bin/demo.exe write "$mode" "$mode/live" "$mode/sets" >"$dir/writer.txt" 2>&1) &
	writer=$!
	wait_for 'ready to be killed' "$dir/writer.txt" "$writer"
	sleep 1
	kill -9 "$writer"
	wait "$writer" 2>/dev/null || true
	tr -d '\r' <"$dir/writer.txt"
	for name in "$@"; do
		say "$name: the sets, verified"
		wine bin/esebackup.exe verify "$mode/sets/$name"
		wine bin/esebackup.exe list "$mode/sets/$name"
		say "$name: restored from the full backup, then from full and incremental, then recovered where it was killed"
		wine bin/esebackup.exe restore "$mode/sets/$name" --sequence 1 --into "$mode/full-$name"
		wine bin/demo.exe judge "$mode" "$mode/full-$name" "$mode/live/journal.txt" "$name" full
		wine bin/esebackup.exe restore "$mode/sets/$name" --into "$mode/incremental-$name"
		wine bin/demo.exe judge "$mode" "$mode/incremental-$name" "$mode/live/journal.txt" "$name" incremental
		wine bin/demo.exe judge "$mode" "$mode/live/$name" "$mode/live/journal.txt" "$name" killed
	done
}

cd "$work"
wine() { sh "$root/toolchains/wine.sh" "$bits" "$@"; }
run_mode legacy alpha
run_mode multi alpha beta
say "done: every row committed before each point is there, none that was rolled back"
