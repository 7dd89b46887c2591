/*
 * collate_int.h - the weight tables behind collate.h.
 *
 * OWNS        struct weights: one table in memory, from sortdefault.nls or built in. Read-only once made.
 * GIVES       weights_parse (checks every offset and count of a file), weights_builtin, locale lookup, the key builder.
 * INVARIANTS  W1  after weights_parse no lookup of any character in any ordering leaves the file.
 * CALLERS     os/collate*.c only.
 * TESTS       unit/test_collate.c
 */
#ifndef ESE_OS_COLLATE_INT_H
#define ESE_OS_COLLATE_INT_H

#include "os/collate.h"

enum {
    COMPRESSION_NONE = 0xFFFFFF, EXPANSIONS_MAX = 4096, ORDERING_BYTES = 36,
    ORDERING_THREE_BYTES = 0x01, ORDERING_REVERSE_DIACRITICS = 0x10
};

/* Map flags of LCMapStringEx that shape a sort key. */
enum map_flags {
    MAP_IGNORE_CASE = 0x1, MAP_IGNORE_NONSPACE = 0x2, MAP_IGNORE_SYMBOLS = 0x4, MAP_DIGITS_AS_NUMBERS = 0x8, MAP_LINGUISTIC_IGNORE_CASE = 0x10,
    MAP_LINGUISTIC_IGNORE_DIACRITIC = 0x20, MAP_UPPERCASE = 0x200, MAP_SORT_KEY = 0x400, MAP_BYTE_REVERSED = 0x800, MAP_STRING_SORT = 0x1000,
    MAP_IGNORE_KANA = 0x10000, MAP_IGNORE_WIDTH = 0x20000, MAP_LINGUISTIC_CASING = 0x08000000
};

/* One ordering of the table: exceptions over the default weights, contractions, and quirks. */
struct ordering {
    uint8_t id[16];
    uint32_t flags;
    uint32_t contractions;                              /* index, or >= contraction_count for none */
    uint32_t exceptions, linguistic_exceptions;         /* page table in keys, 0 = none */
};

struct weights {
    uint32_t version;
    bool builtin;
    struct bytes keys;                                  /* u32 for each UTF-16 unit, then the pages of exceptions */
    size_t key_count;
    struct bytes orderings;                             /* ORDERING_BYTES each */
    uint32_t ordering_count;
    struct bytes expansions;                            /* two units each */
    uint32_t expansion_count;
    struct bytes contractions;                          /* 24-byte heads */
    uint32_t contraction_count;
    struct bytes contraction_data;                      /* units and weights */
    struct bytes jamo;                                  /* 8 bytes each */
    uint32_t jamo_count;
    void *memory;                                       /* what the slices point into; NULL when built in */
    size_t memory_bytes;
};

bool weights_parse(struct bytes file, struct weights *w);
void weights_builtin(struct weights *w);
bool weights_ordering(const struct weights *w, uint32_t number, struct ordering *out);   /* number: first field of the id */
uint32_t builtin_weight(uint16_t unit);
void builtin_expansion(unsigned index, uint16_t units[2]);

static inline uint32_t weights_of(const struct weights *w, uint16_t unit, uint32_t exceptions)
{
    size_t at = unit;
    if (w->builtin)
        return builtin_weight(unit);
    if (exceptions != 0)
        at = load_le32(w->keys.data + 4 * ((size_t)exceptions + (unit >> 8))) + (unit & 0xFFu);
    return load_le32(w->keys.data + 4 * at);
}

/* Ordering number of a locale; false when the locale is unknown. */
bool locale_ordering(const char *name, uint32_t *lcid, uint32_t *ordering);

/* The whole sort key; never beyond room. */
ese_err sort_key_make(const struct weights *w, const struct ordering *o, uint32_t flags, struct bytes utf16, uint8_t *to, size_t room, size_t *size,
                      bool *whole);

#endif
