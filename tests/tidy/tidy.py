#!/usr/bin/env python3
"""tidy.py ROOT RULE [ARGUMENT...] - one rule of the house style over the sources; prints what breaks it.

Rules: layers, sizes, headers, banned, contracts, globals (objects or archives as arguments).
"""
import os
import re
import subprocess
import sys

LAYERS = ["base", "os", "format", "store", "mvcc", "tree", "txn", "table", "admin", "api"]
ISO_C = {"assert.h", "complex.h", "ctype.h", "errno.h", "fenv.h", "float.h", "inttypes.h", "iso646.h", "limits.h",
         "locale.h", "math.h", "setjmp.h", "signal.h", "stdalign.h", "stdarg.h", "stdatomic.h", "stdbool.h", "stddef.h",
         "stdint.h", "stdio.h", "stdlib.h", "stdnoreturn.h", "string.h", "tgmath.h", "time.h", "uchar.h", "wchar.h"}
FILE_MAX, FUNCTION_SOFT, FUNCTION_MAX = 1000, 70, 100

# What may not be called, and the files that may.
BANNED = [
    (r"\b(malloc|calloc|realloc|free|strdup|aligned_alloc|posix_memalign)\s*\(", {"engine/base/alloc.c"}),
    (r"\b(sprintf|vsprintf|gets|strtok|alloca|setjmp|longjmp)\s*\(", set()),
    (r"\b(printf|puts|putchar)\s*\(", set()),
    (r"\bfprintf\s*\(", {"engine/os/os_posix_system.c"}),
    (r"\b(rand|srand|time|localtime|gmtime|getenv|system|exit)\s*\(", {"engine/os/os_posix_system.c"}),
    (r"\b(TODO|FIXME|XXX)\b", set()),
]

# Mutable objects of the engine: the one global, the failure seam of the heap, and thread-local last raises and lock ranks.
GLOBALS = re.compile(r"^(g_engine(\.\d+)?|__(odr_)?asan.*|_sub_.*|__.*|\.L.*|asan\..*)$")
GLOBALS_BY_FILE = {"alloc.c.o": re.compile(r"^(fail_after|live|live_count|countdown|g_.*)$"),
                   # The one weight table of the process, loaded on first use and published by one atomic store.
                   "collate.c.o": re.compile(r"^table_in_use$"),
                   # Which absent call has been told about.
                   "absent.c.o": re.compile(r"^told(\.\d+)?$"),
                   "trace.c.o": re.compile(r"^channels$")}


def sources(root, folders, ends=(".c", ".h", ".inc")):
    for folder in folders:
        for where, _, names in os.walk(os.path.join(root, folder)):
            for name in sorted(names):
                if name.endswith(ends):
                    path = os.path.join(where, name)
                    yield os.path.relpath(path, root), path


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def without_comments(text):
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    text = re.sub(r"/\*.*?\*/", blank, text, flags=re.S)
    text = re.sub(r"//[^\n]*", blank, text)
    return re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)


def rule_layers(root, _):
    for name, path in sources(root, ["engine"]):
        parts = name.split("/")
        if len(parts) < 3:
            continue
        own = LAYERS.index(parts[1])
        for number, line in enumerate(text_of(path).split("\n"), 1):
            match = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
            if not match:
                continue
            kind, target = match.groups()
            if kind == "<":
                if target not in ISO_C and not re.match(r"os_(posix|win32)", parts[2]) and target not in (
                        "immintrin.h", "emmintrin.h", "nmmintrin.h", "arm_neon.h", "sanitizer/asan_interface.h"):
                    yield f"{name}:{number}: system header {target} outside of the system layer"
                continue
            folder = target.split("/")[0]
            if folder in LAYERS and LAYERS.index(folder) > own:
                yield f"{name}:{number}: {parts[1]} includes {target} from above"
            if folder in ("shim", "win32", "tools", "tests"):
                yield f"{name}:{number}: the engine includes {target}"


def functions(text):
    """(first line, length) of each function: a brace in column 0 up to the next closing one."""
    lines = text.split("\n")
    start = None
    for i, line in enumerate(lines):
        if line.startswith("{"):
            start = i
            while start > 0 and lines[start - 1].strip() and not lines[start - 1].startswith(("}", "#", "/*", " */", "//")):
                start -= 1
        elif line.startswith("}") and start is not None:
            yield start + 1, i - start + 1, lines[start]
            start = None


def rule_sizes(root, _):
    for name, path in sources(root, ["engine", "shim", "win32", "tools", "tests"], (".c",)):
        text = text_of(path)
        count = text.count("\n")
        if count > FILE_MAX:
            yield f"{name}: {count} lines, {FILE_MAX} at most"
        for line, length, head in functions(text):
            if length > FUNCTION_MAX:
                yield f"{name}:{line}: {length} lines, {FUNCTION_MAX} at most: {head}"
            elif length > FUNCTION_SOFT and not name.startswith("tests/"):
                print(f"note: {name}:{line}: {length} lines, aim at {FUNCTION_SOFT}: {head}")


def rule_headers(root, arguments):
    """Each header compiles alone, as C11."""
    compiler = arguments[0] if arguments else "cc"
    for name, path in sources(root, ["engine"], (".h",)):
        result = subprocess.run([compiler, "-std=gnu11", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-x", "c",
                                 "-I", os.path.join(root, "engine"), "-include", path, "/dev/null"],
                                capture_output=True, text=True)
        if result.returncode != 0:
            yield f"{name}: does not compile alone: {result.stderr.splitlines()[0] if result.stderr else ''}"


def rule_banned(root, _):
    for name, path in sources(root, ["engine", "shim", "win32"]):
        if name.startswith("win32/") and name.count("/") > 1:
            continue                                    # programs, not the system layer
        text = text_of(path)
        code = without_comments(text)
        for pattern, allowed in BANNED:
            if name in allowed or (name.startswith("win32/") and "getenv" in pattern):
                continue
            where = text if "TODO" in pattern else code
            for match in re.finditer(pattern, where):
                yield f"{name}:{where.count(chr(10), 0, match.start()) + 1}: {match.group(0).strip()} is not used here"
        base = os.path.basename(name)
        if re.search(r"(^|_)(util|utils|misc|helper|helpers|common)(_|\.)", base):
            yield f"{name}: the name says nothing"


def rule_contracts(root, _):
    for name, path in sources(root, ["engine", "tests/sim", "tests/support"], (".h",)):
        text = text_of(path)
        base = os.path.basename(name)
        head = text.split("*/")[0]
        if not text.startswith("/*\n * " + base + " - "):
            yield f"{name}: does not open with its contract (\"{base} - ...\")"
        elif name.startswith("engine/") and "CALLERS" not in head and "TESTS" not in head:
            yield f"{name}: the contract names neither CALLERS nor TESTS"


def rule_globals(root, archives):
    for archive in archives:
        listing = subprocess.run(["objdump", "-t", archive], capture_output=True, text=True, check=True).stdout
        member = os.path.basename(archive)
        for line in listing.split("\n"):
            match = re.match(r"^(\S+\.o(?:bj)?):\s+file format", line)
            if match:
                member = match.group(1)
                continue
            match = re.match(r"^[0-9a-f]+ (.{7}) (\S+)\s+[0-9a-f]+\s+(?:\.hidden )?(\S+)$", line)
            if not match or "O" not in match.group(1):
                continue
            _, section, symbol = match.groups()
            if not re.match(r"^(\.data|\.bss|\*COM\*|COMMON)", section) or section.startswith(".data.rel.ro"):
                continue
            if GLOBALS.match(symbol) or (member in GLOBALS_BY_FILE and GLOBALS_BY_FILE[member].match(symbol)):
                continue
            yield f"{member}: {symbol} is mutable and global ({section})"


def main():
    root, rule, arguments = sys.argv[1], sys.argv[2], sys.argv[3:]
    faults = list(globals()["rule_" + rule](root, arguments))
    for fault in faults:
        print(fault)
    print(f"{rule}: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
