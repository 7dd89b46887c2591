/*
 * jet_api.h - the public Jet header, wide forms only, on every system; and text between UTF-8 and the API's UTF-16.
 *
 * GIVES       JET_* types; agent_u32, the API's 32-bit unsigned type; wide_unit, its UTF-16 unit.
 */
#ifndef ESEBACKUP_JET_API_H
#define ESEBACKUP_JET_API_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"                                   /* before the Jet header: the same codes as constants */

#ifdef _WIN32
#define JET_VERSION 0x0A00
#include <windows.h>
#include <esent.h>
typedef WCHAR wide_unit;
#else
#include <esent.h>
typedef JET_WCHAR wide_unit;
#endif

typedef JET_GRBIT agent_u32;

/* UTF-8 to UTF-16 with NUL; NULL for NULL or when memory is out. Release with free(). */
wide_unit *wide_of(const char *utf8);
/* UTF-16 of count units (SIZE_MAX: up to the NUL) to UTF-8; release with free(). */
char *narrow_of(const wide_unit *wide, size_t count);
size_t wide_length(const wide_unit *wide);

#endif
