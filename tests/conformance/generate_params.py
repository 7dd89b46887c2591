#!/usr/bin/env python3
"""Turn the tables of system parameters, of what was observed of them, and of errors into C.

usage: generate_params.py params.tsv observed-params.tsv errors.tsv out.c

Cells that cannot be followed are named in SKIP and UNCOMPARED with the reason.
"""
import re
import sys

TYPES = {"integer": "TYPE_NUMBER", "integer (flags)": "TYPE_FLAGS", "integer (power of two)": "TYPE_POWER", "bool": "TYPE_BOOL",
         "string": "TYPE_TEXT", "path (folder)": "TYPE_PATH", "path (file)": "TYPE_PATH", "pointer (struct)": "TYPE_POINTER",
         "pointer/callback": "TYPE_POINTER", "none": "TYPE_NUMBER"}
SETS = {"RemoveQuotas": 2, "LowDiskFootprint": 4, "MediumDiskFootprint": 8, "DynamicMediumMemory": 32, "SSDProfileIO": 128, "RunSilent": 256}
PAGE = 4096
LARGEST = "0xFFFFFFFFFFFFFFFFull"

# Not set at all: the recording handed a number where a structure belongs, which ended its process or would end this one.
SKIP = {72, 189, 212}
# The format version: the recording stepped to a number between two levels, which the instance of another process crashed on.
SKIP |= {194}
# Cells whose "(ignored)" says nothing about a set: the parameters of the same class beside them keep what is set in the same place.
UNCOMPARED = {(57, "legacy_null"), (59, "legacy_null"), (90, "legacy_null"), (100, "legacy_null"), (119, "legacy_null"),
              (114, "legacy_null"), (114, "created_null"), (114, "running_null")}
# A target for the size of the cache: what is read is the size of the moment.
UNCOMPARED |= {(41, mode) for mode in ("unset_null", "legacy_null", "legacy_inst", "created_null", "created_inst", "running_null", "running_inst")}


# Set to no text, which is the working directory; the recording read a number.
UNCOMPARED |= {(113, mode) for mode in ("unset_null", "created_null", "created_inst", "running_null")}


def table(path):
    with open(path, encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("\t") for line in f if not line.startswith("#") and line.strip()]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def number(text):
    """A number, or None for what depends on the moment; where it depends on the word or the page, 64 bit and 4 KiB."""
    text = text.strip()
    if text == "max":
        return LARGEST
    m = re.match(r"(\d+) \(32-bit\) / (\d+) \(64-bit\)$", text)
    if m:
        return "(sizeof(void *) == 4 ? %s : %s)" % m.groups()
    m = re.match(r"(0x[0-9a-fA-F]+|\d+)( chars| @4K.*)?$", text)
    return m.group(1) + "ull" if m else None


def overrides(rows):
    for row in rows:
        if row["config_set_overrides"] == "-":
            continue
        for part in row["config_set_overrides"].split(";"):
            name, value = part.strip().split("=")
            m = re.match(r"(\d+)(B/page|%ofCacheSizeMax|\(.*\))?$", value)
            amount = int(m.group(1))
            if m.group(2) == "B/page":
                amount //= PAGE
            elif m.group(2) == "%ofCacheSizeMax":
                amount = 5242880 // PAGE * amount // 100
            yield SETS[name], int(row["id"]), amount


def when(row):
    text = row["settable"]
    if text.startswith("any time"):
        return "WHEN_ANY"
    if text.startswith("before JetInit"):
        return "WHEN_BEFORE_INIT"
    return "WHEN_BEFORE_MODE" if text.startswith("before any") else "WHEN_NEVER"


def main():
    facts, observed, errors, target = sys.argv[1:5]
    rows, seen = table(facts), {int(r["id"]): r for r in table(observed)}
    modes = ["unset_null", "legacy_null", "legacy_inst", "created_null", "created_inst", "running_null", "running_inst"]
    out = ['/* Made from the tables of parameters and errors by generate_params.py. */', '#include "params.h"', "",
           "const char *const param_modes[OBSERVED_MODES] = {%s};" % ", ".join(quote(m) for m in modes), "const struct param_row param_rows[] = {"]
    count = 0
    for row in rows:
        ident = int(row["id"])
        text = row["default_esent"]
        default, small = number(text), number(row["default_small_config"])
        low, high = number(row["min"]), number(row["max"])
        mask = re.match(r"flag mask (0x[0-9A-Fa-f]+)$", row["max"])
        if mask:
            low, high = "0", mask.group(1)
        codes, ignored = [], []
        for mode in modes:
            m = re.match(r"(-?\d+)(\(ignored\))?$", seen[ident][mode]) if ident in seen and ident not in SKIP else None
            codes.append(m.group(1) if m else "ANY_RESULT")
            ignored.append("-1" if not m or m.group(1) != "0" or (ident, mode) in UNCOMPARED else "1" if m.group(2) else "0")
        out.append("    {%d, %s, %s, %d, %d, %s, %s, %d, %s, %s, %s, %s, {%s}, {%s}, %d}," % (
            ident, quote(row["name"]), TYPES.get(row["value_type"], "TYPE_NUMBER"), row["scope"] == "global", row["advanced"] == "yes",
            when(row), quote(text[1:-1]) if text.startswith('"') else "NULL", default is not None and small is not None, default or "0", small or "0",
            low or "0", high or "0", ", ".join(codes), ", ".join(ignored), ident in seen and seen[ident]["default"].startswith('"')))
        count += 1
    out.append("};\nconst unsigned param_row_count = %d;" % count)
    lists = list(overrides(rows))
    out.append("const struct param_override param_overrides[] = {%s};" % ", ".join("{%d, %d, %d}" % o for o in lists))
    out.append("const unsigned param_override_count = %d;" % len(lists))
    out.append("const struct error_row error_rows[] = {")
    codes = table(errors)
    for e in codes:
        out.append("    {%s, %s, %s}," % (e["value"], quote(e["name"]), "NULL"))
    out.append("};\nconst unsigned error_row_count = %d;" % len(codes))
    with open(target, "w", encoding="utf-8") as f:
        f.write("\n".join(out) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
