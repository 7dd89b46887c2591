/*
 * collate.h - Unicode sort keys as LCMapStringEx makes them.
 *
 * OWNS        the weight tables read once at run time (sortdefault.nls of a Wine or Windows installation, found by
 *             ESENT_SORT_TABLE or the usual folders), or the built-in invariant table when there is none.
 * GIVES       sort key bytes for UTF-16 text by locale and flags; locale name <-> LCID; version of the table in use.
 * INVARIANTS  C1  with sortdefault.nls the bytes equal LCMapStringEx of the system the table comes from.
 *             C2  collate_version tells which table makes keys, so that a mismatch is seen at attach.
 * FAILS       JET_errInvalidLanguageId, JET_errInvalidLCMapStringFlags, JET_errUnicodeTranslationFail, JET_errOutOfMemory.
 * CALLERS     format/key, table.
 * TESTS       unit/test_collate.c; conformance under Wine compares with LCMapStringEx itself
 */
#ifndef ESE_OS_COLLATE_H
#define ESE_OS_COLLATE_H

#include "base/bytes.h"
#include "base/err.h"

enum { LOCALE_NAME_MAX = 85, COLLATE_DEFAULT_FLAGS = 0x00030401 };

struct collation {
    uint32_t flags;                                     /* LCMapFlags */
    uint32_t lcid;                                      /* 0 when only the name counts */
    char locale[LOCALE_NAME_MAX];                       /* UTF-8, "" = invariant */
};

/* Sort key of size bytes of UTF-16LE; to gets at most room bytes, *size the bytes written, *whole whether all fitted. */
ese_err collate_key(const struct collation *c, struct bytes utf16, uint8_t *to, size_t room, size_t *size, bool *whole);
ese_err collate_check(const struct collation *c);       /* are locale and flags known? */
bool collate_name_of_lcid(uint32_t lcid, char name[LOCALE_NAME_MAX]);
bool collate_lcid_of_name(const char *name, uint32_t *lcid);
/* NLS version, defined version and sort id of the table in use (Version and SortID columns of an index row). */
void collate_version(uint32_t *nls, uint32_t *defined, uint8_t sort_id[16]);
bool collate_is_builtin(void);

#endif
