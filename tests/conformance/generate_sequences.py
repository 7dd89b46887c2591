#!/usr/bin/env python3
"""Turn the table of observed call sequences on records, cursors and schema into C.

usage: generate_sequences.py observed-sequences.tsv out.c

Every step of the table is a call as C source with its result; "# at N" and "# cbActual=N" are states after it. Calls that the
recording made without a line (MUST: they had to succeed) are listed in BEFORE.
"""
import re
import sys

SCENARIOS = ["dml-retrieve", "dml-retrieve-insert", "dml-set", "cur-move-empty", "cur-move", "cur-seek", "cur-range", "key-make", "upd-state",
             "tx-nesting", "tx-session", "tbl-ddl", "tbl-column", "tbl-index", "info-column", "info-other", "wc-update", "wc-ddl", "cur-bookmark",
             "cur-position", "tmp-table", "db-calls", "cur-misc", "tbl-sys", "tmp-limit2", "upd-icdo", "tx-isolation", "tx-savepoint",
             "idx-multivalue"]

# Records in table t: ids 10, 20, ...
RECORDS = {"cur-move-empty": 0, "cur-range": 5, "cur-position": 20, "tx-isolation": 2, "idx-multivalue": 1}

BEGIN, FIRST = "JetBeginTransaction(s)", "JetMove(s,T,JET_MoveFirst,0)"
INSERT = "JetPrepareUpdate(s,T,JET_prepInsert)"
PUT15 = "put(%s,15)"
TEMP = "columns(%s,%s)"

# What was done without a line: before step N of a scenario (0 = at the start).
BEFORE = {
    "dml-retrieve": {1: [FIRST, "big(cLt,6000)", FIRST], 19: ["ri.ibLongValue=0"], 24: ["(ri.cbStruct=sizeof ri,0)"], 36: [FIRST]},
    "dml-retrieve-insert": {1: [BEGIN, FIRST, INSERT]},
    "dml-set": {1: [BEGIN, FIRST], 3: ["JetPrepareUpdate(s,T,JET_prepReplace)"]},
    "key-make": {32: ["JetCreateTableA(s,d,\"nokey\",0,90,&T2)"]},
    "upd-state": {3: [FIRST], 17: ["JetSetCurrentIndexA(s,T,NULL)"], 21: [BEGIN, FIRST], 24: [BEGIN, FIRST], 27: [BEGIN, FIRST], 29: [],
                  31: [FIRST]},
    "tx-nesting": {16: [], 18: [BEGIN], 19: [FIRST], 20: [], 26: []},
    "tx-session": {1: [BEGIN]},
    "tbl-ddl": {24: ["second(0)"]},
    "tbl-index": {14: [], 20: [], 29: ["second(1)"]},
    "wc-update": {1: ["second(1)", FIRST, "JetMove(s2,T2,JET_MoveFirst,0)"], 14: [FIRST, "JetMove(s2,T2,JET_MoveFirst,0)"],
                  41: ["row(s,T,41)"], 43: ["row(s2,T2,41)"], 61: []},
    "wc-ddl": {1: ["second(2)", "newcolumn()"]},
    "cur-bookmark": {11: [BEGIN]},
    "cur-misc": {1: [FIRST], 24: [FIRST, "retrieves(0)"], 25: ["retrieves(1)"], 27: ["sets()"]},
    "tmp-table": {1: ["columns(1,0)"], 107: ["columns(0,0)"], 109: ["columns(0,0)"], 112: ["columns(1,0)"], 113: ["columns(1,99)"], 114: ["columns(1,0)"],
                  115: ["columns(2,0)"], 116: ["columns(1,0)"], 117: ["columns(1,0)"]},
    "db-calls": {1: ["second(3)"], 37: ["spoil()"]},
    "tx-isolation": {1: ["second(1)"], 3: ["put(s,T,15)"], 14: [], 15: ["row(s2,T2,15)"], 17: [], 20: ["JetBeginTransaction(s2)"], 21: ["row(s2,T2,20)"]},
    "idx-multivalue": {1: [BEGIN], 2: [FIRST], 4: ["tag(0)"], 5: ["tag(0)"]},
    "tmp-limit2": {1: ["unlimited()"], 2: ["JetBeginSessionA(i,&s,0,0)", "columns(1,0)"]},
    "upd-icdo": {2: [FIRST], 10: []},
}

# Lines that are not repeated: the original lets an escrow update without a current record succeed.
SKIP = {"wc-update": {63, 64}}

RENAME = [(r"(JetOpenTempTable\(s,)c,", r"\1definitions,"), (r'("nt",0,0,0,)&cx', r"\1(JET_TABLEID*)(b+512)")]


def quote(text):
    return text.replace("\\", "\\\\").replace('"', '\\"')


def main():
    source, target = sys.argv[1:3]
    rows = {}
    with open(source, encoding="utf-8") as f:
        for line in f:
            fields = line.rstrip("\n").split("\t")
            if fields[0] in SCENARIOS:
                rows.setdefault(fields[0], []).append(fields)
    out = ['/* Made from the table of observed sequences by generate_sequences.py. */', '#include "sequences.h"', ""]
    for name in SCENARIOS:
        out.append("static void run_%s(void)\n{" % name.replace("-", "_"))
        step = 0
        for fields in rows[name]:
            call = fields[2]
            if fields[1]:
                step = int(fields[1])
                for extra in BEFORE.get(name, {}).get(step, []):
                    out.append("    must(\"%s\", (int)(%s));" % (quote(extra), extra))
                if step in SKIP.get(name, ()):
                    continue
                for pattern, to in RENAME:
                    call = re.sub(pattern, to, call)
                if re.match(r"-?\d+$", fields[3]):
                    out.append("    step(%d, \"%s\", (int)(%s), %s);" % (step, quote(fields[2]), call, fields[3]))
            else:
                m = re.match(r"# at (-?\d+)$", call)
                if m:
                    out.append("    at(%d, %s);" % (step, m.group(1)))
                m = re.match(r"# cbActual=(\d+)$", call)
                if m:
                    out.append("    actual(%d, %s);" % (step, m.group(1)))
        out.append("}\n")
    out.append("const struct sequence sequences[] = {")
    for name in SCENARIOS:
        out.append('    {"%s", run_%s, %d},' % (name, name.replace("-", "_"), RECORDS.get(name, 3)))
    out.append("};\nconst unsigned sequence_count = sizeof sequences / sizeof sequences[0];")
    with open(target, "w") as f:
        f.write("\n".join(out) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
