#!/usr/bin/env python3
"""Turn the table of observed calls by mode into C.

usage: generate_behaviour.py observed-behaviour.tsv out.c

Every row is a call as C source, every column a mode. A cell is the expected result; "crash" (the original died) becomes
BEHAVIOUR_ANY_RESULT: the call must come back.
"""
import re
import sys


def main():
    source, target = sys.argv[1:3]
    with open(source, encoding="utf-8") as f:
        lines = [line.rstrip("\n") for line in f if not line.startswith("#") and line.strip()]
    modes = lines[0].split("\t")[1:]
    calls, cells = [], []
    for line in lines[1:]:
        fields = line.split("\t")
        if "JET_bitBackupSurrogate" in fields[0]:       # a private bit: refused here on purpose (backup-restore.md 3)
            continue
        if fields[0].startswith(("JetReadFileInstance(g_i,0,", "JetReadFileInstance(g_i,(JET_HANDLE)7,")):    # bad handles are refused here (INF)
            continue
        call = fields[0].replace("sizeof buf", "BUF_BYTES")
        call = re.sub(r"(JetEnableMultiInstanceA\()sp,", r"\1sp,", call)
        calls.append((fields[0], call))
        row = []
        for cell in fields[1:]:
            m = re.match(r"-?\d+$", cell)
            row.append(cell if m else "BEHAVIOUR_ANY_RESULT")
        # Exported but absent (shim/exports.inc): it answers JET_errFeatureNotAvailable, whatever the mode.
        if fields[0].startswith("JetCompactA("):
            row = ["-1001"] * len(row)
        cells.append(row)
    out = ['/* Made from the table of observed calls by generate_behaviour.py. */', '#include "behaviour.h"', ""]
    for number, (text, call) in enumerate(calls):
        out.append("static int row_%d(void)\n{\n    return (int)(%s);\n}\n" % (number, call))
    out.append("const char *const behaviour_modes[] = {%s};" % ", ".join('"%s"' % m for m in modes))
    out.append("const unsigned behaviour_mode_count = %d;" % len(modes))
    out.append("const struct behaviour_row behaviour_rows[] = {")
    for number, (text, call) in enumerate(calls):
        shown = text.replace("\\", "\\\\").replace('"', '\\"')
        out.append('    {"%s", row_%d, {%s}},' % (shown, number, ", ".join(cells[number])))
    out.append("};\nconst unsigned behaviour_row_count = %d;" % len(calls))
    with open(target, "w") as f:
        f.write("\n".join(out) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
