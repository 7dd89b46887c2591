/*
 * ansi.h - the A forms of the API: narrow text in, the W form called, narrow text out.
 *
 * OWNS        the text conversions of one call (struct wide): short texts in place, long ones on the heap.
 * GIVES       wide_in, wide_multi, narrow_out; every Jet*A and plain function with text is in the ansi*.c files, one pattern.
 * INVARIANTS  N1  narrow text is the ANSI code page on Windows and UTF-8 elsewhere (os_ansi_*).
 *             N2  nothing is decided here: checks and their order are those of the W form, but for the checks that the
 *                 A form of the original makes before it converts.
 * CALLERS     programs; the shim exports these functions as they are.
 * TESTS       conformance (which calls the A forms), unit/test_ansi.c
 */
#ifndef ESE_API_ANSI_H
#define ESE_API_ANSI_H

#include "api/jet.h"
#include "base/alloc.h"
#include "base/err.h"
#include "os/os.h"

enum { WIDE_UNITS_IN_PLACE = 160, WIDE_BLOCKS_MAX = 64 };

struct wide {
    bool failed;                                        /* memory was out */
    struct arena arena;
    size_t used;
    JET_WCHAR room[WIDE_UNITS_IN_PLACE];
};
#define WIDE_NONE {.failed = false, .used = 0}

/* Wide copy of a narrow text; NULL for NULL. Lives until wide_done. */
JET_WCHAR *wide_in(struct wide *w, const char *text);
/* Wide copy of bytes narrow bytes that may hold NULs; units gets its length. */
JET_WCHAR *wide_bytes(struct wide *w, const char *text, size_t bytes, size_t *units);
/* Zeroed memory for structs of the call; NULL and failed when memory is out. */
void *wide_take(struct wide *w, size_t size);
JET_ERR wide_done(struct wide *w, JET_ERR err);         /* frees, passes err on */
/* Narrow form of units UTF-16 units: bytes needed; at most room are written, no terminator added. */
size_t narrow_out(const JET_WCHAR *text, size_t units, char *to, size_t room);

/* The plain spelling of a call is its A form. */
#ifdef __ELF__
#define JET_PLAIN(name) extern __typeof__(name##A) name __attribute__((alias(#name "A")))
#else
#define JET_PLAIN(name) extern int ansi_plain_##name
#endif

#endif
