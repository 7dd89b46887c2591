/*
 * le.h - integers as they lie on disk: little-endian byte arrays with alignment 1.
 *
 * OWNS        nothing.
 * GIVES       le16, le32, le64 with get and set; load_/store_ on raw bytes; big-endian forms for keys.
 * INVARIANTS  L1  sizeof is exactly 2, 4, 8 and alignment 1 on every compiler.
 * CALLERS     everyone who touches bytes of a file.
 * TESTS       unit/test_base.c
 */
#ifndef ESE_BASE_LE_H
#define ESE_BASE_LE_H

#include <assert.h>
#include <stdint.h>

typedef struct { uint8_t b[2]; } le16;
typedef struct { uint8_t b[4]; } le32;
typedef struct { uint8_t b[8]; } le64;

static_assert(sizeof(le16) == 2 && sizeof(le32) == 4 && sizeof(le64) == 8, "disk integers");
static_assert(_Alignof(le16) == 1 && _Alignof(le32) == 1 && _Alignof(le64) == 1, "disk integers");

static inline uint16_t load_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | (uint16_t)(p[1] << 8));
}

static inline uint32_t load_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t load_le64(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
           (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static inline void store_le16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static inline void store_le32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
    p[3] = (uint8_t)(v >> 24);
}

static inline void store_le64(uint8_t *p, uint64_t v)
{
    store_le32(p, (uint32_t)v);
    store_le32(p + 4, (uint32_t)(v >> 32));
}

static inline uint32_t load_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static inline void store_be16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void store_be32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static inline void store_be64(uint8_t *p, uint64_t v)
{
    store_be32(p, (uint32_t)(v >> 32));
    store_be32(p + 4, (uint32_t)v);
}

static inline uint16_t le16_get(const le16 *f) { return load_le16(f->b); }
static inline uint32_t le32_get(const le32 *f) { return load_le32(f->b); }
static inline uint64_t le64_get(const le64 *f) { return load_le64(f->b); }
static inline void le16_set(le16 *f, uint16_t v) { store_le16(f->b, v); }
static inline void le32_set(le32 *f, uint32_t v) { store_le32(f->b, v); }
static inline void le64_set(le64 *f, uint64_t v) { store_le64(f->b, v); }

#endif
