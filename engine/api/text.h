/*
 * text.h - the caller's UTF-16 and the engine's UTF-8; names of objects.
 *
 * GIVES       conversions both ways (a lone surrogate is kept as three bytes, so every UTF-16 text survives the round trip), the rule
 *             for object names.
 * FAILS       JET_errInvalidName, JET_errInvalidPath (too long), JET_errOutOfMemory, JET_errBufferTooSmall.
 * CALLERS     api, shim/ansi.
 * TESTS       unit/test_api_text.c
 */
#ifndef ESE_API_TEXT_H
#define ESE_API_TEXT_H

#include "api/jet.h"
#include "base/alloc.h"
#include "base/bytes.h"
#include "base/err.h"

size_t text_length(const JET_WCHAR *text);              /* units before the terminator */
/* Bytes written without the terminator, or SIZE_MAX when room (terminator included) is too small. */
size_t text_to_utf8(const JET_WCHAR *text, size_t units, char *to, size_t room);
/* Units the UTF-8 text takes, without terminator; writes at most room units (no terminator is added). */
size_t text_to_utf16(const char *text, size_t bytes, JET_WCHAR *to, size_t room);
/* Heap copies; NULL when memory is out. */
char *text_copy_utf8(const JET_WCHAR *text);
JET_WCHAR *text_copy_utf16(const char *text);
/* A path into a fixed buffer. NULL gives "". */
ese_err text_path(const JET_WCHAR *text, char *to, size_t room);
/* An object name: 1 to 64 characters, no control characters, none of ! . [ ], no leading space. Trailing spaces are dropped. */
ese_err text_name(const JET_WCHAR *text, char *to, size_t room);
/* Result text of an information call, size in bytes of the caller's buffer: JET_errBufferTooSmall when it does not fit. */
ese_err text_give(const char *text, JET_WCHAR *to, size_t room_bytes);

#endif
