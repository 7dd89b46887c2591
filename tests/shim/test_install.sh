#!/bin/sh
# test_install.sh CMAKE BUILD COMPILER SOURCE FOLDER EMULATOR - install into FOLDER, compile SOURCE against what is there, run it.
set -eu
cmake=$1 build=$2 compiler=$3 source=$4 folder=$5 emulator=$6
rm -rf "$folder"
"$cmake" --install "$build" --prefix "$folder/usr" >/dev/null
cd "$folder"
if [ -n "$emulator" ]; then
	"$compiler" -O1 -I usr/include -o program.exe "$source" -L usr/lib -lesent
	cp usr/bin/esent.dll .
	# the emulator comes as a list with semicolons
	# shellcheck disable=SC2086
	$(printf '%s' "$emulator" | tr ';' ' ') ./program.exe data
else
	config=$(dirname "$(find usr -name esent.pc)")
	sed -i "s|^prefix=.*|prefix=$folder/usr|" "$config/esent.pc"
	flags=$(PKG_CONFIG_PATH=$config pkg-config --cflags --libs esent)
	libraries=$(PKG_CONFIG_PATH=$config pkg-config --variable=libdir esent)
	sanitize=
	grep -q '^ESE_SANITIZE:STRING=address' "$build/CMakeCache.txt" && sanitize="-fsanitize=address,undefined"
	grep -q '^ESE_SANITIZE:STRING=thread' "$build/CMakeCache.txt" && sanitize="-fsanitize=thread"
	# shellcheck disable=SC2086
	"$compiler" -O1 $sanitize -o program "$source" $flags
	LD_LIBRARY_PATH=$libraries ./program data
fi
