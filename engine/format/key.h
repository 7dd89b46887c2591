/*
 * key.h - column values to comparable key bytes (edb-format.md 12).
 *
 * OWNS        nothing.
 * GIVES       key_append_segment: one normalised segment; key limits.
 * INVARIANTS  K1  memcmp order of keys equals the order of values of the column type, descending segments reversed.
 *             K2  the bytes equal those of the original engine for the same sort tables.
 * FAILS       JET_errKeyTruncated only when truncation is forbidden, JET_errInvalidParameter for an unknown type.
 * CALLERS     table.
 * TESTS       unit/test_key.c, reference keys
 */
#ifndef ESE_FORMAT_KEY_H
#define ESE_FORMAT_KEY_H

#include "base/bytes.h"
#include "base/err.h"

enum { KEY_BYTES_MAX = 2000, KEY_SEGMENTS_MAX = 16, KEY_DEFAULT_MOST = 255 };
enum column_type { COL_NIL = 0, COL_BIT = 1, COL_UBYTE, COL_SHORT, COL_LONG, COL_CURRENCY, COL_FLOAT, COL_DOUBLE, COL_DATETIME, COL_BINARY,
                   COL_TEXT, COL_LONG_BINARY, COL_LONG_TEXT, COL_SLV, COL_ULONG, COL_LONGLONG, COL_GUID, COL_USHORT, COL_ULONGLONG };

/* How text of one index is turned into sort keys. */
struct collation;                                       /* os/collate.h */

struct key_segment_rule {
    enum column_type type;
    bool fixed;                                         /* fixed Binary: bytes as they are */
    bool descending, nulls_high, dotnet_guid;
    uint16_t code_page;                                 /* 1252 or 1200 for text */
    const struct collation *collation;                  /* for 1200 */
    uint16_t segment_max;                               /* VarSegMac, prefix byte included */
    bool legacy_255;                                    /* KeyMost is 255: text source cut to 256 bytes */
    bool no_truncation;
};

/* Append one segment to key[*used], never beyond most. value.data == NULL means null. truncated is set when bytes were lost. */
ese_err key_append_segment(uint8_t *key, size_t most, size_t *used, const struct key_segment_rule *rule, bool is_null, struct bytes value,
                           bool *truncated);
unsigned key_most_for_page(uint32_t page_size);         /* 500, 1000, 2000 */

#endif
