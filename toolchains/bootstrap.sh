#!/bin/sh
# bootstrap.sh - install every Debian 12 package that building, testing and the demo need. Run as root or through sudo.
# Running it again changes nothing. "--native" leaves out the cross compilers and Wine.
#
# Two things about Debian's archive are handled here:
#  - A mirror may be in the middle of a sync: an index then has another size than announced. apt keeps the old or no
#    index for that one, so such a failure is retried a few times and then tolerated.
#  - wine32 is an i386 package beside amd64 ones. A "Multi-Arch: same" library must have one version on both, and the two
#    archives do not always carry the same newest one. See align_i386.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

native="build-essential cmake ninja-build clang libclang-rt-14-dev pkg-config git python3 ca-certificates xz-utils
	libcmocka-dev libarchive-dev libsqlite3-dev liblmdb-dev libdb-dev zlib1g-dev libesedb-utils"
windows="gcc-mingw-w64-x86-64 gcc-mingw-w64-i686 mingw-w64-x86-64-dev mingw-w64-i686-dev libz-mingw-w64-dev wine wine64"

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -E "$@"; fi
}

is_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The lists of all archives; a failing one is tried again, then left at what it is.
update_lists() {
	for wait in 0 5 20; do
		sleep "$wait"
		if as_root apt-get update -qq -o Acquire::Retries=3 -o APT::Update::Error-Mode=any; then return 0; fi
	done
	echo "bootstrap: some package lists are out of date; going on with those at hand" >&2
}

install() {
	for wait in 0 5 20; do
		sleep "$wait"
		if as_root apt-get install -y -qq --no-install-recommends -o Acquire::Retries=5 -o Dpkg::Use-Pty=0 "$@"
		then return 0; fi
	done
	return 1
}

missing_of() {
	for package in "$@"; do
		is_installed "$package" || printf '%s ' "$package"
	done
}

# What wine32 would pull in on a pure i386 system.
i386_closure() {
	empty=$(mktemp)
	apt-get -s install --no-install-recommends -o Dir::State::status="$empty" -o APT::Architecture=i386 \
		-o APT::Architectures::=i386 wine32 | awk '/^Inst/ {sub(/:i386$/, "", $2); print $2}'
	rm -f "$empty"
}

# "package:arch=version" for every shared library that wine32 needs and that is installed for amd64: the installed version
# where the i386 archive has it, else the newest version that both archives have. What was built from the same source at
# the same version goes along, because such packages demand each other's exact version.
align_i386() {
	closure=$(i386_closure)
	facts=$(mktemp)
	dpkg-query -W -f='${db:Status-Status} ${Architecture} ${Package} ${Version} ${source:Package} ${Multi-Arch}\n' |
		awk '$1 == "installed" && $2 != "i386" {print "have", $3, $4, $5, $6}' >"$facts"
	# shellcheck disable=SC2046,SC2086 # lists of words
	{
		apt-cache madison $(printf '%s:i386 ' $closure) | awk -F'|' '/i386/ {gsub(/ /, ""); print "i386", $1, $2}'
		apt-cache madison $(awk '{print $2}' "$facts") | awk -F'|' '/amd64/ {gsub(/ /, ""); print "amd64", $1, $2}'
	} >>"$facts"
	printf 'want %s\n' $closure >>"$facts"
	awk '
		$1 == "have" { version[$2] = $3; source[$2] = $4; same[$2] = $5 == "same"; group[$4, $3] = group[$4, $3] " " $2 }
		$1 == "i386" { sub(/:i386$/, "", $2); theirs[$2, $3] = 1 }
		$1 == "amd64" { ours[$2, $3] = 1; if (!($2 in list)) list[$2] = ""; list[$2] = list[$2] " " $3 }
		$1 == "want" && same[$2] {
			n = split(version[$2] list[$2], choice, " ")
			for (i = 1; i <= n && !(($2, choice[i]) in theirs); i++)
				;
			if (i > n)
				next
			print $2 ":i386=" choice[i]
			if (choice[i] == version[$2])
				next
			m = split(group[source[$2], version[$2]], tied, " ")
			for (k = 1; k <= m; k++)
				if ((tied[k], choice[i]) in ours)
					print tied[k] "=" choice[i]
		}
	' "$facts" | sort -u
	rm -f "$facts"
}

install_wine32() {
	if ! is_installed wine32:i386; then
		install --no-remove wine32:i386 2>/dev/null && return 0
		pins=$(align_i386)
		# shellcheck disable=SC2086 # a list of words
		install --no-remove --allow-downgrades $pins wine32:i386
	fi
}

# shellcheck disable=SC2086 # lists of words
wanted=$(missing_of $native)
[ "${1-}" = --native ] || wanted="$wanted $(missing_of $windows)"
foreign=$(dpkg --print-foreign-architectures)
if [ "${1-}" != --native ] && ! printf '%s\n' "$foreign" | grep -qx i386; then
	as_root dpkg --add-architecture i386
	update_lists
elif [ -n "$(printf '%s' "$wanted" | tr -d ' ')" ] || { [ "${1-}" != --native ] && ! is_installed wine32:i386; }; then
	update_lists
fi
if [ -n "$(printf '%s' "$wanted" | tr -d ' ')" ]; then
	# shellcheck disable=SC2086
	install $wanted
fi
if [ "${1-}" != --native ] && ! install_wine32; then
	echo "bootstrap: wine32 could not be installed: 32-bit Windows programs will not run" >&2
fi
echo "bootstrap: done"
