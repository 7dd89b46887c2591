#!/bin/sh
# test_install.sh CMAKE BUILD COMPILER FOLDER EMULATOR SOURCE... - install into FOLDER, compile each SOURCE against what is there, run it.
set -eu
cmake=$1 build=$2 compiler=$3 folder=$4 emulator=$5
shift 5
case $folder in *.c) echo "usage: see the top" >&2; exit 2 ;; esac
rm -rf "$folder"
"$cmake" --install "$build" --prefix "$folder/usr" >/dev/null
cd "$folder"
for source in "$@"; do
	name=$(basename "$source" .c)
	mkdir -p "$name/backup" "$name/restored"
	if [ -n "$emulator" ]; then
		"$compiler" -O1 -I usr/include -o "$name.exe" "$source" -L usr/lib -lesent
		cp usr/bin/esent.dll .
		# the emulator comes as a list with semicolons
		# shellcheck disable=SC2086
		$(printf '%s' "$emulator" | tr ';' ' ') "./$name.exe" "$name"
	else
		config=$(dirname "$(find usr -name esent.pc)")
		sed -i "s|^prefix=.*|prefix=$folder/usr|" "$config/esent.pc"
		flags=$(PKG_CONFIG_PATH=$config pkg-config --cflags --libs esent)
		libraries=$(PKG_CONFIG_PATH=$config pkg-config --variable=libdir esent)
		sanitize=
		grep -q '^ESE_SANITIZE:STRING=address' "$build/CMakeCache.txt" && sanitize="-fsanitize=address,undefined"
		grep -q '^ESE_SANITIZE:STRING=thread' "$build/CMakeCache.txt" && sanitize="-fsanitize=thread"
		# Windows' "unsigned long" is JET_UINT32 here: its pointers go over, the variables must start as zero
		# shellcheck disable=SC2086
		"$compiler" -O1 $sanitize -Wno-incompatible-pointer-types -o "$name-program" "$source" $flags
		LD_LIBRARY_PATH=$libraries "./$name-program" "$name"
	fi
done
