#!/usr/bin/env python3
"""exports.py - what is made from exports.inc.

exports.py def x86_64|i686 EXPORTS OUT        the module definition of esent.dll
exports.py importlib i686 EXPORTS OUT         the definition for the import library: stdcall symbols, undecorated imports
exports.py absent EXPORTS OUT NM ARCHIVE...   A(name) for each call that no archive defines
exports.py coverage EXPORTS NM ARCHIVE...     the state of each call as listed against what is defined; counts
exports.py refresh EXPORTS NM ARCHIVE...      writes the states as they are
"""
import re
import subprocess
import sys

LINE = re.compile(r'^E\((\w+), (\w+), (\d+), (\w+), "([^"]*)"\)$')


def read(path):
    with open(path, encoding="utf-8") as file:
        return [LINE.match(line).groups() for line in file if line.startswith("E(")]


def write(path, lines):
    text = "\n".join(lines) + "\n"
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    except OSError:
        pass
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def target(name, form):
    return name + "A" if form == "ALIAS" else name


def defined(nm, archives):
    found = set()
    for archive in archives:
        listing = subprocess.run([nm, "--defined-only", archive], capture_output=True, text=True, check=True).stdout
        found |= set(re.findall(r" [TtWVi] _?(\w+)$", listing, re.M))
    return found


def make_def(machine, exports):
    yield "LIBRARY esent.dll"
    yield "EXPORTS"
    for name, form, count, _, _ in exports:
        private = " PRIVATE" if name == "DllRegisterServer" else ""
        if machine == "x86_64":
            yield f"    {name} = {target(name, form)}{private}"
        else:
            yield f"    {name} = entry_{name}@{count}{private}"
            if not private:
                yield f'    "{name}@{count}" = entry_{name}@{count}'


def make_importlib(exports):
    yield "LIBRARY esent.dll"
    yield "EXPORTS"
    for name, _, count, _, _ in exports:
        if name != "DllRegisterServer":
            yield f"    {name}@{count}"


def implemented(nm, archives):
    """Calls with a body of their own: absent.c answers for those without one, and an A form is worth its W form."""
    found = set()
    for archive in archives:
        listing = subprocess.run([nm, "-A", "--defined-only", archive], capture_output=True, text=True, check=True).stdout
        for member, name in re.findall(r"^[^:]*:(?:([^:]*):)?\S* [TtWVi] _?(\w+)$", listing, re.M):
            if not member.startswith("absent.c"):
                found.add(name)
    without = defined(nm, archives) - found
    return {name for name in found if not (name.endswith("A") and f"{name[:-1]}W" in without)}


def state_of(name, form, listed, found):
    if target(name, form) not in found:
        return "ABSENT"
    return "PARTIAL" if listed == "PARTIAL" else "DONE"


def coverage(exports, found):
    faults = 0
    counts = {"DONE": 0, "PARTIAL": 0, "ABSENT": 0}
    for name, form, _, listed, _ in exports:
        state = state_of(name, form, listed, found)
        counts[state] += 1
        if state != listed:
            faults += 1
            print(f"{name} is listed as {listed} and is {state}")
    print(f"{len(exports)} exports: {counts['DONE']} done, {counts['PARTIAL']} partial, {counts['ABSENT']} absent")
    return faults


def refresh(path, found):
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for i, line in enumerate(lines):
        match = LINE.match(line)
        if match:
            name, form, count, listed, arguments = match.groups()
            lines[i] = f'E({name}, {form}, {count}, {state_of(name, form, listed, found)}, "{arguments}")'
    write(path, lines[:-1])


def main():
    mode, arguments = sys.argv[1], sys.argv[2:]
    if mode == "def":
        write(arguments[2], make_def(arguments[0], read(arguments[1])))
    elif mode == "importlib":
        write(arguments[2], make_importlib(read(arguments[1])))
    elif mode == "absent":
        found = defined(arguments[2], arguments[3:])
        missing = sorted({target(name, form) for name, form, _, _, _ in read(arguments[0])} - found)
        write(arguments[1], [f"A({name})" for name in missing])
    elif mode == "coverage":
        return 1 if coverage(read(arguments[0]), implemented(arguments[1], arguments[2:])) else 0
    elif mode == "refresh":
        refresh(arguments[0], implemented(arguments[1], arguments[2:]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
