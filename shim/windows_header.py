#!/usr/bin/env python3
"""windows_header.py API_FOLDER OUT - esent.h for programs on Windows, made from engine/api/jet.h.

There "unsigned long", pointers and handles are as wide as the program's, calls are stdcall, structs are packed to 4 bytes in
32-bit programs, and JET_UNICODE chooses the W spellings.
"""
import os
import re
import sys

TYPES = {
    "typedef uint8_t JET_UINT8;": "typedef unsigned char JET_UINT8;",
    "typedef uint16_t JET_UINT16;": "typedef unsigned short JET_UINT16;",
    "typedef uint32_t JET_UINT32;": "typedef unsigned long JET_UINT32;",
    "typedef uint64_t JET_UINT64;": "typedef unsigned __int64 JET_UINT64;",
    "typedef int32_t JET_INT32;": "typedef long JET_INT32;",
    "typedef int64_t JET_INT64;": "typedef __int64 JET_INT64;",
    "typedef JET_UINT64 JET_API_PTR;": "#ifdef _WIN64\ntypedef unsigned __int64 JET_API_PTR;\n#else\n"
                                      "typedef unsigned long JET_API_PTR;\n#endif",
    "#define JET_ALIGN8 alignas(8)": "#define JET_ALIGN8",
    "#define JET_ALIGN8 _Alignas(8)": "#define JET_ALIGN8",
}


def replace(text, pattern, by, flags=0):
    changed, count = re.subn(pattern, by, text, flags=flags)
    if count == 0:
        sys.exit(f"windows_header.py: nothing matches {pattern}")
    return changed


def main():
    folder, out = sys.argv[1:3]
    with open(os.path.join(folder, "jet.h"), encoding="utf-8") as file:
        text = file.read()
    for part in re.findall(r'#include "api/(\w+\.h)"', text):
        with open(os.path.join(folder, part), encoding="utf-8") as file:
            text = text.replace(f'#include "api/{part}"', file.read())
    text = replace(text, r"^/\*.*?\*/\n", "/*\n * esent.h - the ESENT (JET Blue) API for programs on Windows, 32 and 64 bit."
                   "\n */\n", re.S)
    text = replace(text, r"#include <stdint\.h>", "#include <stddef.h>\n#include <limits.h>")
    text = replace(text, r"ESE_API_JET_H", "_INC_ESENT")
    for old, new in TYPES.items():
        if old not in text:
            sys.exit(f"windows_header.py: {old} is not there")
        text = text.replace(old, new)
    text = replace(text, r"typedef uint16_t JET_WCHAR;[^\n]*", "typedef wchar_t JET_WCHAR;")
    text = replace(text, r"#define JET_API\n", "#define JET_API __stdcall\n")
    text = replace(text, r"#if UINTPTR_MAX.*?#endif", "#define JET_POINTER(type, name) type *name\n"
                   "#define JET_POINTER_AS(type, name) type name", re.S)
    text = replace(text, r"#pragma pack\(push, 8\)", "#ifdef _WIN64\n#pragma pack(push, 8)\n#else\n#pragma pack(push, 4)"
                   "\n#endif")
    text = text.replace("INT32_MIN", "LONG_MIN").replace("INT32_MAX", "LONG_MAX")
    text = re.sub(r"\buint(8|16|32|64)_t\b", r"JET_UINT\1", text)
    text = re.sub(r"\bint(32|64)_t\b", r"JET_INT\1", text)
    text = replace(text, r"(rgbIndexId)\[16\]", r"\1[8 + sizeof(JET_API_PTR)]")
    names = set(re.findall(r"\b(Jet\w+)\(", text))
    structs = set(re.findall(r"^struct (JET_\w+)_W \{", text, re.M))
    wide = ["#ifdef JET_UNICODE"]
    wide += [f"#define {name} {name}W" for name in sorted(names) if name + "A" in names and name + "W" in names]
    wide += [f"#define {name} {name}_W" for name in sorted(structs)]
    wide += ["#endif", ""]
    position = text.rindex("#endif")
    text = text[:position] + "\n".join(wide) + "\n" + text[position:]
    os.makedirs(os.path.dirname(out), exist_ok=True)
    with open(out, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
