/*
 * sort.h - external sort of (key, data) pairs.
 *
 * OWNS        struct sort: memory up to its limit, then sorted runs in one temporary file that goes away with it.
 * GIVES       pairs in, the same pairs out in order of key, then data.
 * INVARIANTS  O1  memory stays within the limit plus one pair; O2 an error leaves nothing on disk after sort_release.
 * FAILS       JET_errOutOfMemory, os codes (JET_errDiskFull, ...).
 * CALLERS     table (index build).
 * TESTS       unit/test_sort.c
 */
#ifndef ESE_TABLE_SORT_H
#define ESE_TABLE_SORT_H

#include "base/bytes.h"
#include "base/err.h"

struct sort;
/* spill_path: the file for runs, made only when needed; NULL = a pair too many is JET_errOutOfMemory. */
ese_err sort_create(size_t memory_bytes, const char *spill_path, struct sort **out);
ese_err sort_add(struct sort *s, struct bytes key, struct bytes data);
ese_err sort_finish(struct sort *s);                    /* no more pairs: begin to read */
/* Slices live until the next call; *more false at the end. */
ese_err sort_next(struct sort *s, struct bytes *key, struct bytes *data, bool *more);
uint64_t sort_count(const struct sort *s);
void sort_release(struct sort *s);                      /* NULL is fine */

#endif
