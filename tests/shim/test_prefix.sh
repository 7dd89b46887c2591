#!/bin/sh
# test_prefix.sh WINE_SCRIPT BITS DLL PROGRAM FOLDER - our DLL in a prefix of its own serves a program that has none beside it,
# chosen by the registry and by the environment; without either, Wine's stubs answer and the program fails.
set -eu
script=$1 bits=$2 dll=$3 program=$4 folder=$5
rm -rf "$folder"
mkdir -p "$folder/bin"
cp "$program" "$folder/bin/program.exe"
export ESE_WINEPREFIX="$folder/prefix"
trap 'sh "$script" stop' EXIT
wine() { sh "$script" "$bits" "$@"; }
cd "$folder"

if wine bin/program.exe stubs >stubs.txt 2>&1; then
	echo "the program ran without our DLL"
	exit 1
fi
windows="$ESE_WINEPREFIX/drive_c/windows"
case $bits in
64) system="$windows/system32" ;;
32) system="$windows/syswow64" ;;
esac
rm -f "$system/esent.dll"
cp "$dll" "$system/esent.dll"
echo "by the environment"
WINEDLLOVERRIDES=esent=n wine bin/program.exe by_environment
echo "by the registry"
wine reg add 'HKCU\Software\Wine\DllOverrides' /v esent /d native /f >/dev/null
wine bin/program.exe by_registry
