#!/bin/sh
# test_standalone.sh OBJDUMP CONFORMANCE WORK RUN... - the report on another esent.dll than ours: the program alone in a
# folder, the library of the system. Every case has its line in the order of ours, so that diff shows what differs.
set -eu
objdump=$1
program=$2
work=$3
shift 3
rm -rf "$work"
mkdir -p "$work/alone" "$work/beside"
imports=$("$objdump" -p "$program" | sed -n 's/.*DLL Name: *//p' | tr 'A-Z' 'a-z')
if printf '%s\n' "$imports" | grep -vx 'kernel32.dll\|msvcrt.dll'; then
	echo "a library is needed to start"
	exit 1
fi
cp "$program" "$work/alone/conformance.exe"
cp "$program" "$(dirname "$program")/esent.dll" "$work/beside/"
cd "$work/alone"
"$@" ./conformance.exe --only CC-21 --library 'C:\windows\system32\esent.dll' run >../other.txt 2>/dev/null || true
cd ../beside
"$@" ./conformance.exe --only CC-21 run >../ours.txt || { cat ../ours.txt; exit 1; }
cd ..
# Cases start with CC-; what children say about themselves does not.
cases() { tr -d '\r' <"$1" | awk '/^CC-/ {print $1, $2}'; }
cases ours.txt >ours.list
cases other.txt >other.list
cmp ours.list other.list
[ "$(wc -l <ours.list)" -ge 10 ]
grep -q '^CC-21.* FAIL' other.txt
! grep -q FAIL ours.txt
echo "$(wc -l <ours.list) lines each"
