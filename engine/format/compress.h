/*
 * compress.h - column compression schemes 1-3, and the Xpress used for page images (edb-format.md 11).
 *
 * GIVES       compress_value: smallest of the allowed schemes or "no gain"; decompress_value for 1, 2, 3 (5-7 give JET_errDecompressionFailed).
 * INVARIANTS  Z1  decompress is total; it never writes beyond room.  Z2  outputs equal reference/vectors/compression.tsv.
 * CALLERS     table, format/log_records.
 * TESTS       unit/test_compress.c, vectors, fuzz/fuzz_compress.c
 */
#ifndef ESE_FORMAT_COMPRESS_H
#define ESE_FORMAT_COMPRESS_H

#include "base/bytes.h"
#include "base/err.h"

enum compress_flags { COMPRESS_7BIT = 4, COMPRESS_XPRESS = 8 };

/* Size of the blob in to, or 0 when there is no gain or room is short. */
size_t compress_value(struct bytes value, unsigned flags, uint8_t *to, size_t room);
ese_err decompress_size(struct bytes blob, size_t *size);
/* Fills at most room bytes and reports the full size. err: JET_errDecompressionFailed */
ese_err decompress_value(struct bytes blob, uint8_t *to, size_t room, size_t *size);

#endif
