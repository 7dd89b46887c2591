/*
 * record_set_int.h - setting columns in an update's copy: the halves for plain and for long columns.
 *
 * OWNS        nothing.
 * GIVES       set_long (all ways to change a long column), separate_values (long values out of the record).
 * INVARIANTS  G1  a long value that the record being replaced refers to is never changed and never dropped here: a copy is, and
 *                 update_apply gives the old one up. So cancelling the update leaves the record as it was.
 * CALLERS     table/record_set*.c.
 * TESTS       table/test_values.c
 */
#ifndef ESE_TABLE_RECORD_SET_INT_H
#define ESE_TABLE_RECORD_SET_INT_H

#include "table/cursor.h"

enum { FIXED_BYTES_MAX = 256, LID_BYTES = 4, INTRINSIC_MAX = 1023 };

/* threshold: a value above it leaves the record when the record is too big. */
ese_err set_long(struct cursor *c, const struct column_def *col, const struct set_column *set, unsigned threshold);
ese_err separate_values(struct cursor *c, unsigned threshold);
ese_err set_tagged_value(struct cursor *c, const struct column_def *col, unsigned itag, const struct tagged_value *value, bool revert);

#endif
