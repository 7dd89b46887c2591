/*
 * lv.h - long values: roots and chunks in a table's own tree (edb-format.md 10).
 *
 * OWNS        the LV tree's contents; LIDs.
 * GIVES       read a range, create, append, overwrite, resize, add and drop references.
 * INVARIANTS  V1  refcount = number of references in records (and pending updates) of all committed and running work.
 *             V2  a shared value (refcount > 1) is never changed: a private copy is made.
 *             V3  chunks are gapless, each of the table's chunk size but the last.
 * FAILS       JET_errLVCorrupted, JET_errDecompressionFailed, tree errors.
 * CALLERS     table.
 * TESTS       table/test_long_values.c, table/test_values.c, reference rows
 */
#ifndef ESE_TABLE_LV_H
#define ESE_TABLE_LV_H

#include "table/schema.h"

ese_err lv_size(struct session *s, struct table_def *t, uint64_t lid, uint32_t *size);
ese_err lv_read(struct session *s, struct table_def *t, uint64_t lid, uint32_t offset, uint8_t *to, size_t room, size_t *copied, uint32_t *size);
ese_err lv_create(struct session *s, struct table_def *t, struct bytes value, bool compress, uint64_t *lid);
/* Change [offset, offset + value.size), growing as needed; truncate cuts after it. *lid changes when a copy had to be made (V2). */
ese_err lv_write(struct session *s, struct table_def *t, uint64_t *lid, uint32_t offset, struct bytes value, bool truncate, bool compress);
ese_err lv_resize(struct session *s, struct table_def *t, uint64_t *lid, uint32_t size, bool compress);
/* A second value with the same contents and one reference. */
ese_err lv_copy(struct session *s, struct table_def *t, uint64_t lid, bool compress, uint64_t *copy);
ese_err lv_add_reference(struct session *s, struct table_def *t, uint64_t lid);
ese_err lv_drop_reference(struct session *s, struct table_def *t, uint64_t lid);
struct bytes lid_encode(uint64_t lid, uint8_t to[8]);   /* as stored in records: 4 or 8 bytes little-endian */
ese_err lid_decode(struct bytes stored, uint64_t *lid);

#endif
