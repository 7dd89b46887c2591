#!/usr/bin/env python3
"""Turn the exports, the signatures of functions and the layouts of structures into the table that the walk with hostile arguments uses.

usage: generate_hostile.py exports.inc functions.tsv structs.tsv out.c
"""
import re
import sys

LINE = re.compile(r'^E\((\w+), (\w+), (\d+), (\w+), "([^"]*)"\)$')
# Not called: no signature, a debugger's, or one whose argument has to be what the engine allocated.
LEFT_OUT = {"JetFreeBuffer", "JetTest", "JetTestHook"}
SCALARS = {"unsigned long": 4, "long": 4, "unsigned short": 2, "unsigned char": 1, "BYTE": 1, "char": 1, "JET_GRBIT": 4, "JET_COLUMNID": 4,
           "JET_DBID": 4, "JET_COLTYP": 4, "JET_OBJTYP": 4, "unsigned int": 4, "int": 4, "short": 2}


def table(path):
    with open(path, encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("\t") for line in f if not line.startswith("#") and line.strip()]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


def quote(text):
    return '"' + text + '"'


class Structs:
    def __init__(self, rows):
        self.rows, self.used = {}, []
        for row in rows:
            if row["member"] in ("(typedef)", "(callback)"):
                continue
            self.rows.setdefault(row["struct"], []).append(row)

    def find(self, name):
        return name if name in self.rows and self.rows[name][0]["member"] == "(struct)" else None

    def size(self, name, bits):
        return int(self.rows[name][0]["size" + bits])

    def emit(self):
        for name in self.used:
            fields = []
            seen = set()
            for row in self.rows[name][1:]:
                if row["member"] in seen or row["member"].startswith("(") or "." in row["member"] or not row["offset32"].isdigit():
                    continue
                if row["bits"] != "-" or not row["size32"].isdigit() or row["member"] == "cbStruct":
                    continue
                seen.add(row["member"])
                kind = "F_NUMBER"
                text = row["c_type"].replace("const ", "").strip()
                if "*" in text or text in ("JET_PSTR", "JET_PCSTR", "JET_PWSTR", "JET_PCWSTR") or "PFN" in text or "CALLBACK" in text:
                    kind = "F_POINTER"
                    if row["member"].startswith("sz") or row["member"].startswith("wsz"):
                        wide = "W" in text or "wchar" in text.lower() or name.endswith("_W")
                        kind = "F_TEXT_W" if wide else "F_TEXT_A"
                elif int(row["size32"]) not in (1, 2, 4, 8):
                    continue
                fields.append("{%s, %s, %s, %s, %s, %s}" % (quote(row["member"]), kind, row["offset32"], row["size32"], row["offset64"], row["size64"]))
            yield "static const struct hostile_field fields_%s[] = {%s};" % (name, ", ".join(fields) or "{0}")
            sized = any(row["member"] == "cbStruct" for row in self.rows[name])
            yield "static const struct hostile_struct shape_%s = {%s, %s, %s, %d, fields_%s, %d};" % (
                name, quote(name), self.size(name, "32"), self.size(name, "64"), sized, name, len(fields))


def argument(text, structs, wide):
    text = re.sub(r"__(?!int64)\w+(\([^)]*\))?|_(In|Out|Inout)\w*(\([^)]*\))?|\bconst\b", " ", text)
    m = re.match(r"\s*(.*?)(\w+)\s*(\[\])?$", text.strip())
    kind_text, name, array = m.group(1).strip(), m.group(2), m.group(3)
    stars = kind_text.count("*") + (1 if array else 0)
    base = re.sub(r"\s+", " ", kind_text.replace("*", " ")).strip()
    shape = structs.find(base) or structs.find(base + ("_W" if wide else "_A"))
    if stars == 0:
        if base in ("JET_PCSTR", "JET_PSTR"):
            return ("K_BYTES" if base == "JET_PSTR" else "K_TEXT_A"), name, None, 8, 8
        if base in ("JET_PCWSTR", "JET_PWSTR"):
            return ("K_BYTES_W" if base == "JET_PWSTR" else "K_TEXT_W"), name, None, 8, 8
        kinds = {"JET_INSTANCE": "K_INSTANCE", "JET_SESID": "K_SESSION", "JET_TABLEID": "K_TABLE", "JET_DBID": "K_DATABASE", "JET_HANDLE": "K_FILE",
                 "JET_OSSNAPID": "K_SNAPSHOT", "JET_GRBIT": "K_BITS", "JET_COLUMNID": "K_COLUMN", "JET_PFNSTATUS": "K_STATUS",
                 "JET_CALLBACK": "K_CALLBACK", "JET_PFNREALLOC": "K_REALLOC", "JET_PFNINITCALLBACK": "K_INIT_CALLBACK"}
        if base in kinds:
            return kinds[base], name, None, 8, 8
        if base in ("__int64", "unsigned __int64", "JET_INT64", "JET_UINT64", "JET_LOGTIME") or "64" in base:
            return "K_WIDE_NUMBER", name, None, 8, 8
        if re.match(r"cb", name):
            return "K_SIZE", name, None, 4, 4
        if re.match(r"c[A-Z]|c(column|index|set|rst|db|page)", name) and not re.match(r"c(msec|sec|pg)", name):
            return "K_COUNT", name, None, 4, 4
        if "level" in name.lower():
            return "K_LEVEL", name, None, 4, 4
        return "K_NUMBER", name, None, 4, 4
    if stars == 1 and base in ("void", "char", "BYTE", "unsigned char"):
        return "K_BYTES", name, None, 8, 8
    if stars == 1 and base in ("WCHAR", "JET_WCHAR", "wchar_t", "unsigned short"):
        return "K_BYTES_W", name, None, 8, 8
    if stars == 1 and shape:
        if shape not in structs.used:
            structs.used.append(shape)
        return "K_STRUCT", name, shape, structs.size(shape, "32"), structs.size(shape, "64")
    if stars == 1 and base in ("JET_INSTANCE", "JET_SESID", "JET_TABLEID", "JET_DBID", "JET_HANDLE", "JET_OSSNAPID"):
        wide_handle = base != "JET_DBID"
        return "K_HANDLE_OUT", name, None, 4, 8 if wide_handle else 4
    if stars == 1 and base in ("unsigned long", "long", "JET_GRBIT", "JET_COLUMNID", "unsigned int", "JET_UINT32", "JET_INT32"):
        return "K_VALUE_OUT", name, None, 4, 4
    return "K_VALUE_OUT", name, None, 8, 8


def words(kind, size):
    return 2 if kind == "K_WIDE_NUMBER" else 1


def main():
    exports, functions, layouts, target = sys.argv[1:5]
    structs = Structs(table(layouts))
    signatures = {row["export"]: row["signature"] for row in table(functions)}
    calls = []
    with open(exports, encoding="utf-8") as f:
        for line in f:
            m = LINE.match(line)
            if not m or m.group(2) == "ALIAS" or m.group(5) == "?" or m.group(1) in LEFT_OUT:
                continue
            name, form = m.group(1), m.group(2)
            s = re.search(r"\((.*)\)\s*;?$", signatures[name])
            inner = s.group(1).strip()
            arguments = [] if inner in ("", "void") else [argument(a, structs, form == "WIDE") for a in inner.split(",")]
            for k, a in enumerate(arguments):       # text without a size beside it ends by itself
                if k > 0 and a[0] == "K_NUMBER" and a[1].startswith("c") and arguments[k - 1][0] in ("K_STRUCT", "K_VALUE_OUT"):
                    arguments[k] = ("K_COUNT",) + a[1:]
                if a[0].startswith("K_BYTES") and a[1].startswith(("sz", "wsz")) and (k + 1 == len(arguments) or arguments[k + 1][0] != "K_SIZE"):
                    arguments[k] = (a[0].replace("BYTES_W", "TEXT_W").replace("BYTES", "TEXT_A"),) + a[1:]
            if sum(words(a[0], 0) for a in arguments) * 4 != int(m.group(3)):
                print("%s: %d words, listed with %s bytes: %s" % (name, sum(words(a[0], 0) for a in arguments), m.group(3), inner))
                return 1
            calls.append((name, arguments))
    out = ['/* Made from the exports and the tables of functions and structures by generate_hostile.py. */', '#include "hostile.h"', ""]
    out += list(structs.emit())
    out.append("const struct hostile_call hostile_calls[] = {")
    for name, arguments in calls:
        texts = ["{%s, %s, %s, %d, %d}" % (k, quote(n), "&shape_" + s if s else "NULL", a, b) for k, n, s, a, b in arguments]
        out.append("    {%s, %d, {%s}}," % (quote(name), len(arguments), ", ".join(texts) or "{0}"))
    out.append("};\nconst unsigned hostile_call_count = sizeof hostile_calls / sizeof hostile_calls[0];")
    out.append("#ifndef _WIN32")
    out += ["extern void %s(void);" % name for name, _ in calls]
    out.append("hostile_entry hostile_find(unsigned number)\n{\n    static const hostile_entry entries[] = {%s};" % ", ".join(name for name, _ in calls))
    out.append("    return entries[number];\n}\n#endif")
    with open(target, "w", encoding="utf-8") as f:
        f.write("\n".join(out) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
