#!/usr/bin/env python3
"""Turn the list of exports into macros that look every call up at run time (jet_load.h).

usage: generate_calls.py exports.inc out.h
"""
import re
import sys


def main():
    source, target = sys.argv[1:3]
    with open(source, encoding="utf-8") as f:
        names = re.findall(r"^E\((Jet\w+),", f.read(), re.M)
    out = ["/* Made from the list of exports by generate_calls.py. */"]
    for name in names:
        out += ["#undef %s" % name, "#define %s(...) (((__typeof__(&%s))jet_call(\"%s\"))(__VA_ARGS__))" % (name, name, name)]
    with open(target, "w", encoding="utf-8") as f:
        f.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
