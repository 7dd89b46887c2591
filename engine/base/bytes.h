/*
 * bytes.h - borrowed slices of memory, and bounded readers and writers over them.
 *
 * OWNS        nothing: a slice never frees what it points to.
 * GIVES       struct bytes (read-only slice), struct reader with a sticky error, key comparison.
 * INVARIANTS  B1  size 0 is valid with any pointer, NULL included.
 *             B2  a reader never moves past its end; once bad it stays bad and yields zeros.
 * CALLERS     everyone.
 * TESTS       unit/test_base.c
 */
#ifndef ESE_BASE_BYTES_H
#define ESE_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/le.h"

struct bytes {
    const uint8_t *data;
    size_t size;
};

#define BYTES_NONE ((struct bytes){NULL, 0})

static inline struct bytes bytes_of(const void *data, size_t size)
{
    return (struct bytes){(const uint8_t *)data, size};
}

/* Unsigned byte order, a proper prefix sorts first: the order of every key in a database. */
static inline int bytes_compare(struct bytes a, struct bytes b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common != 0 ? memcmp(a.data, b.data, common) : 0;
    if (order != 0)
        return order;
    return a.size < b.size ? -1 : a.size > b.size;
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Length of the common prefix of two slices. */
static inline size_t bytes_common(struct bytes a, struct bytes b)
{
    size_t limit = a.size < b.size ? a.size : b.size;
    size_t i = 0;
    while (i + 8 <= limit && load_le64(a.data + i) == load_le64(b.data + i))
        i += 8;
    while (i < limit && a.data[i] == b.data[i])
        i++;
    return i;
}

struct reader {
    const uint8_t *at;
    size_t left;
    bool bad;
};

static inline struct reader reader_of(struct bytes from)
{
    return (struct reader){from.data, from.size, false};
}

/* The next n bytes, or NULL (and bad) when fewer are left. */
static inline const uint8_t *reader_take(struct reader *r, size_t n)
{
    const uint8_t *at = r->at;
    if (r->bad || n > r->left) {
        r->bad = true;
        return NULL;
    }
    if (n != 0)
        r->at += n;
    r->left -= n;
    return at;
}

static inline struct bytes reader_bytes(struct reader *r, size_t n)
{
    const uint8_t *at = reader_take(r, n);
    return at != NULL ? bytes_of(at, n) : BYTES_NONE;
}

static inline uint8_t reader_u8(struct reader *r)
{
    const uint8_t *at = reader_take(r, 1);
    return at != NULL ? at[0] : 0;
}

static inline uint16_t reader_u16(struct reader *r)
{
    const uint8_t *at = reader_take(r, 2);
    return at != NULL ? load_le16(at) : 0;
}

static inline uint32_t reader_u32(struct reader *r)
{
    const uint8_t *at = reader_take(r, 4);
    return at != NULL ? load_le32(at) : 0;
}

static inline uint64_t reader_u64(struct reader *r)
{
    const uint8_t *at = reader_take(r, 8);
    return at != NULL ? load_le64(at) : 0;
}

#endif
