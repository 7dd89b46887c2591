/*
 * value.h - one column value of a record, wherever it lies: in the record, compressed, in the long-value tree, or a default.
 *
 * OWNS        nothing.
 * GIVES       column_value (where is it), value_load (its bytes, from an offset).
 * INVARIANTS  Y1  column_value touches no page: the record may be latched. value_load of a separated value does: the record must not be.
 *             Y2  sizes are those of the plain value: after decompression.
 * FAILS       JET_errDatabaseCorrupted, JET_errColumnNoEncryptionKey, JET_errDecompressionFailed, lv errors.
 * CALLERS     table.
 * TESTS       table/test_values.c, reference rows and keys
 */
#ifndef ESE_TABLE_VALUE_H
#define ESE_TABLE_VALUE_H

#include "table/schema.h"

struct column_value {
    bool is_null, is_default;
    unsigned count;                                     /* values of the column in the record; tagged only */
    struct tagged_value stored;
    uint8_t lid[8];                                     /* copy of the LID when separated: good after the latch has gone */
};

/* Value itag of a column; what the record does not have comes from the default unless ignore_default. */
ese_err column_value(struct table_def *t, const struct column_def *c, struct bytes record, unsigned itag, bool ignore_default,
                     struct column_value *out);
/* At most room bytes from offset on; *size is the size of the whole value. */
ese_err value_load(struct session *s, struct table_def *t, const struct column_value *v, uint32_t offset, uint8_t *to, size_t room,
                   size_t *copied, size_t *size);
bool table_has_large_pages(const struct table_def *t);

#endif
