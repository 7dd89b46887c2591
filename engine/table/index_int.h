/*
 * index_int.h - making keys of one record, one at a time or as a sorted set.
 *
 * GIVES       key_sequence: all keys of a record in an index in the order of its values; key_set: the distinct ones, sorted.
 * INVARIANTS  Q1  a key_set holds no key twice.
 * CALLERS     table/index*.c.
 * TESTS       table/test_values.c
 */
#ifndef ESE_TABLE_INDEX_INT_H
#define ESE_TABLE_INDEX_INT_H

#include "table/index.h"

/* Sorted distinct keys of one record. */
struct set_key {
    uint32_t size, itag;
    uint8_t bytes[];
};
struct key_set {
    uint8_t *blob;                                      /* set_key after set_key, 8-byte aligned */
    size_t used, room;
    size_t count;
    const struct set_key **sorted;                      /* after key_set_sort */
};
ese_err key_set_fill(struct key_set *set, struct session *s, struct index_def *i, struct bytes record);
void key_set_release(struct key_set *set);

/* Can a record have more than one entry? Otherwise it has one or none. */
static inline bool index_is_plural(const struct index_def *i) { return (i->flags & (INDEX_MULTI_VALUED | INDEX_TUPLES)) != 0; }
/* The entry of a record in an index that is not plural; *present false when it has none. */
ese_err index_single_key(struct session *s, struct index_def *i, struct bytes record, struct index_key *out, bool *present);
/* Each key in order of values, repetitions included. */
ese_err index_walk_keys(struct session *s, struct index_def *i, struct bytes record, ese_err (*each)(void *context, const struct index_key *key),
                        void *context);

#endif
