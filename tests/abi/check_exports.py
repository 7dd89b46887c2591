#!/usr/bin/env python3
"""check_exports.py list EXPORTS FUNCTIONS_TSV   exports.inc against the table of all export names
check_exports.py errors ERRORS_INC ERRORS_TSV    errors.inc against the table of all codes
check_exports.py dll EXPORTS OBJDUMP DLL         what a DLL imports and exports; 32-bit ones carry decorated names too
check_exports.py so EXPORTS NM LIBRARY           what a shared library exports
"""
import csv
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "shim"))
import exports as listed  # noqa: E402


def rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def check_list(exports, table):
    ours = {name: (form, count) for name, form, count, _, _ in listed.read(exports)}
    for row in rows(table):
        name, form, count = row["export"], row["charset"], row["i686_bytes"]
        if name not in ours:
            yield f"{name} is not exported"
            continue
        wanted = {"A": "ANSI", "W": "WIDE"}.get(form)
        if wanted and ours[name][0] != wanted:
            yield f"{name} is listed as {ours[name][0]}"
        if not wanted and row["alias_of"] == name + "A" and ours[name][0] != "ALIAS":
            yield f"{name} means {name}A"
        if count.isdigit() and ours[name][1] != count:
            yield f"{name} takes {count} bytes, not {ours[name][1]}"


def check_errors(inc, table):
    with open(inc, encoding="utf-8") as file:
        ours = dict(re.findall(r"^E\((\w+),\s*(-?\d+)", file.read(), re.M))
    for row in rows(table):
        if row["alias_of"] not in ("-", "") and row["name"] not in ours:
            continue
        if row["name"] not in ours:
            yield f"{row['name']} is missing"
        elif int(ours[row["name"]]) != int(row["value"]):
            yield f"{row['name']} is {row['value']}, not {ours[row['name']]}"


def check_dll(exports, objdump, dll):
    text = subprocess.run([objdump, "-p", dll], capture_output=True, text=True, check=True).stdout
    for name in re.findall(r"DLL Name: (\S+)", text):
        if name.lower() not in ("kernel32.dll", "ntdll.dll", "msvcrt.dll"):
            yield f"imports {name}"
    table = text[text.rindex("[Ordinal/Name Pointer] Table"):]
    found = set(re.findall(r"^\s*\[\s*\d+\]\s+(?:\+base\[\s*\d+\]\s+\w+\s+)?(\S+)\s*$", table, re.M))
    wanted = set()
    for name, _, count, _, _ in listed.read(exports):
        wanted.add(name)
        if "pei-i386" in text and name != "DllRegisterServer":
            wanted.add(f"{name}@{count}")
    yield from (f"{name} is not exported" for name in sorted(wanted - found))
    yield from (f"{name} is exported and not listed" for name in sorted(found - wanted))


def check_so(exports, nm, library):
    text = subprocess.run([nm, "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    found = set(re.findall(r"^[0-9a-f]+ [A-Za-z] (\S+)$", text, re.M))
    wanted = {name for name, _, _, _, _ in listed.read(exports) if name.startswith("Jet")}
    yield from (f"{name} is not exported" for name in sorted(wanted - found))
    yield from (f"{name} is exported and not listed" for name in sorted(found - wanted))


def main():
    mode, arguments = sys.argv[1], sys.argv[2:]
    if not os.path.exists(arguments[-1]):
        print(f"{arguments[-1]} is not there: skipped")
        return 77
    faults = list({"list": check_list, "errors": check_errors, "dll": check_dll, "so": check_so}[mode](*arguments))
    print("\n".join(faults))
    print(f"{mode}: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
