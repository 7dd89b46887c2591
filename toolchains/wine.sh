#!/bin/sh
# wine.sh 64|32 PROGRAM [ARGUMENT...] - run a Windows program under Wine in a prefix of this checkout.
# wine.sh stop - end the Wine server of that prefix.
#
# The prefix (ESE_WINEPREFIX, default build/wine) is copied from a template that is made once, because making one takes
# 10 to 20 seconds and copying one takes one. The loader is started itself, not through Debian's script, so that the
# process id a test sees is the program's own and a hard kill hits the program.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
export WINEPREFIX="${ESE_WINEPREFIX:-$root/build/wine}"
export WINEDEBUG="${WINEDEBUG:--all}"
export WINEDLLOVERRIDES="mscoree,mshtml=;winedbg.exe=${WINEDLLOVERRIDES:+;$WINEDLLOVERRIDES}"
unset DISPLAY || true

if [ "$1" = stop ]; then
	[ ! -d "$WINEPREFIX" ] || wineserver -k || true
	exit 0
fi
bits=$1
shift
mkdir -p "$root/build"
# One at a time from here on: the template, the prefix, the server. What stays in the background must not keep our caller's
# output open, so the server and the services of Windows are started with none.
exec 8>"$root/build/.wine-lock"
flock 8
if [ ! -f "$WINEPREFIX/.ready" ]; then
	template="$root/build/wine-template"
	if [ ! -f "$template/.ready" ]; then
		rm -rf "$template"
		mkdir -p "$template"
		WINEPREFIX=$template wineboot --init >/dev/null 2>&1 8>&-
		WINEPREFIX=$template wineserver -w >/dev/null 2>&1 8>&-
		touch "$template/.ready"
	fi
	rm -rf "$WINEPREFIX"
	cp -a "$template" "$WINEPREFIX"
fi
# One server for the whole run; it leaves by itself after ten idle minutes. Success means that there was none.
if wineserver -p600 >/dev/null 2>&1 8>&-; then
	/usr/lib/wine/wine64 wineboot >/dev/null 2>&1 </dev/null 8>&- || true
fi
flock -u 8
exec 8>&-
case $bits in
64) loader=/usr/lib/wine/wine64 ;;
32) loader=/usr/lib/wine/wine ;;
*) echo "wine.sh: 64 or 32" >&2; exit 2 ;;
esac
[ -x "$loader" ] || loader=$(command -v wine"$(test "$bits" = 64 && echo 64)")
exec "$loader" "$@"
