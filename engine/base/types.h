/*
 * types.h - the small value types that every layer passes around; those that could be mixed up are one-field structs.
 *
 * GIVES       pgno, lgpos, dbtime, stamp, struct signature, struct logtime.
 * INVARIANTS  T1  lgpos compares as generation, then segment, then byte: as one integer.
 * CALLERS     everyone.
 * TESTS       unit/test_base.c
 */
#ifndef ESE_BASE_TYPES_H
#define ESE_BASE_TYPES_H

#include <stdbool.h>
#include <stdint.h>

/* For functions with path buffers: inlined into each other their frames would add up. */
#define ESE_OUTLINE __attribute__((noinline))
#define ESE_INLINE inline __attribute__((always_inline))   /* so that what is constant at the call is constant in the body */

typedef uint32_t pgno;                                  /* 0 = none, 1 = root of the database */

typedef struct { uint64_t v; } lgpos;                   /* generation << 32 | segment << 16 | byte */
typedef struct { uint64_t v; } dbtime;                  /* change counter of one database */
typedef struct { uint64_t v; } stamp;                   /* begin and commit order of transactions in one instance */

#define LGPOS_MIN ((lgpos){0})
#define LGPOS_MAX ((lgpos){UINT64_MAX})
#define DBTIME_NONE ((dbtime){UINT64_MAX})              /* "this page is not changed by that record" */
#define STAMP_NEVER ((stamp){UINT64_MAX})               /* commit stamp of a running transaction */

static inline lgpos lgpos_make(uint32_t generation, uint16_t segment, uint16_t byte)
{
    return (lgpos){(uint64_t)generation << 32 | (uint64_t)segment << 16 | byte};
}

static inline uint32_t lgpos_generation(lgpos p) { return (uint32_t)(p.v >> 32); }
static inline uint16_t lgpos_segment(lgpos p) { return (uint16_t)(p.v >> 16); }
static inline uint16_t lgpos_byte(lgpos p) { return (uint16_t)p.v; }
static inline int lgpos_compare(lgpos a, lgpos b) { return a.v < b.v ? -1 : a.v > b.v; }
static inline lgpos lgpos_max(lgpos a, lgpos b) { return a.v > b.v ? a : b; }
static inline lgpos lgpos_min(lgpos a, lgpos b) { return a.v < b.v ? a : b; }

/* LOGTIME and SIGNATURE exactly as on disk (edb-format.md 1.2); all zero = unset. */
struct logtime { uint8_t b[8]; };
struct signature { uint8_t b[28]; };

#endif
