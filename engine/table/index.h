/*
 * index.h - keys of a record: primary key, and the entries it has in each secondary index (edb-format.md 12, 13).
 *
 * GIVES       index_primary_key, enumeration of all entries of a record in one index (multi-value, tuple, conditional, null rules).
 * INVARIANTS  X1  the set of entries is a pure function of record bytes and definition; update and build use the same code.
 *             X2  long-value segments are fetched (and decompressed) up to what the key can hold.
 * FAILS       JET_errNullKeyDisallowed, JET_errKeyTruncated, JET_errNullInvalid, lv errors.
 * CALLERS     table, admin/check.
 * TESTS       table/test_values.c, realdata/test_sample_keys.c, reference keys
 */
#ifndef ESE_TABLE_INDEX_H
#define ESE_TABLE_INDEX_H

#include "table/schema.h"

struct index_key { uint8_t bytes[KEY_BYTES_MAX]; size_t size; unsigned itag; bool truncated; };
ese_err index_primary_key(struct session *s, struct table_def *t, struct bytes record, struct index_key *out);
/* Calls each for every distinct entry key of the record in index i, in key order is not promised. */
ese_err index_each_key(struct session *s, struct index_def *i, struct bytes record, ese_err (*each)(void *context, const struct index_key *key), void *context);
/* Insert, delete, or change the entries of one record in one index inside the session's transaction. */
ese_err index_insert_entries(struct session *s, struct index_def *i, struct bytes record, struct bytes bookmark);
ese_err index_delete_entries(struct session *s, struct index_def *i, struct bytes record, struct bytes bookmark);
ese_err index_update_entries(struct session *s, struct index_def *i, struct bytes before, struct bytes after, struct bytes bookmark);
ese_err index_rule(struct index_def *i, unsigned part, struct key_segment_rule *rule);
ese_err index_build(struct session *s, struct index_def *i);           /* fill a new index from the table: sort, bulk load */
ese_err index_verify_record(struct session *s, struct table_def *t, struct bytes record, struct bytes bookmark);  /* all entries exist */

/* Before the first change of a table: do the keys of its text indexes agree with our sort tables? Indexes made with other tables are
 * compared with their records once; those that agree get our version, others are JET_errPrimaryIndexCorrupted or
 * JET_errSecondaryIndexCorrupted until they are made anew. */
ese_err index_check_collation(struct session *s, struct table_def *t);

#endif
