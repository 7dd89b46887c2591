/*
 * os_win32_int.h - what the Win32 files of the system layer share: wide paths and the translation of error codes.
 *
 * GIVES       wide_path, utf8_of_wide, code_of_win32.
 * CALLERS     os_win32_*.c only.
 * TESTS       unit/test_os_file.c
 */
#ifndef ESE_OS_WIN32_INT_H
#define ESE_OS_WIN32_INT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { WIDE_PATH_MAX = 1024 + 8 };

ese_err code_of_win32(uint32_t number);

/* UTF-8, surrogates one by one, to UTF-16; full path with the prefix for long names where needed. */
ese_err wide_path(const char *path, wchar_t out[WIDE_PATH_MAX]);

/* The other way; JET_errInvalidPath when it does not fit. */
ese_err utf8_of_wide(const wchar_t *from, char *out, size_t size);

#endif
