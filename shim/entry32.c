/*
 * entry32.c - the stdcall entries of the 32-bit esent.dll: one for each line of exports.inc, all through one function.
 *
 * An entry takes its stack words as one struct by value, which is exactly what lies there. call32 reads them by the line's
 * argument letters, lays out the words of the engine's cdecl call (handles and pointer-sized numbers are 64 bit there) and
 * brings results back. More words than a function takes are pushed: in cdecl the caller removes them.
 */
#include "shim32.h"

#include <string.h>

#include "api/jet_const.h"

enum { WORDS_MAX = 24, ARGUMENTS_MAX = 12 };

typedef int32_t (*engine_function)(uint32_t w0, uint32_t w1, uint32_t w2, uint32_t w3, uint32_t w4, uint32_t w5,
                                   uint32_t w6, uint32_t w7, uint32_t w8, uint32_t w9, uint32_t w10, uint32_t w11,
                                   uint32_t w12, uint32_t w13, uint32_t w14, uint32_t w15, uint32_t w16, uint32_t w17,
                                   uint32_t w18, uint32_t w19, uint32_t w20, uint32_t w21, uint32_t w22, uint32_t w23);
typedef void (*any_function)(void);

/* ALIAS entries are the A form under its plain name. */
#define TARGET_PLAIN(name) name
#define TARGET_ANSI(name) name
#define TARGET_WIDE(name) name
#define TARGET_ALIAS(name) name##A

#define E(name, form, bytes, state, arguments) void TARGET_##form(name)(void);
#include "exports.inc"
#undef E

struct entry {
    any_function function;
    const char *arguments;
};

static const struct entry entries[] = {
#define E(name, form, bytes, state, arguments) {TARGET_##form(name), arguments},
#include "exports.inc"
#undef E
};

enum entry_index {
#define E(name, form, bytes, state, arguments) INDEX_##name,
#include "exports.inc"
#undef E
};

/* One argument after the call: what has to go back to the program. */
struct returned {
    char kind, letter;
    uint8_t word;                                       /* of the engine's call */
    char count, level;                                  /* argument numbers as digits, or '-' */
    uint32_t user;                                      /* the program's pointer */
    uint64_t before;                                    /* H, Z: value that went in */
    uint64_t value;                                     /* H, Z, B, N: slot that the engine writes */
    void *wide;                                         /* s, R */
    bool with_tail;                                     /* R: the struct points into what follows it */
    const struct layout32 *layout;
};

struct call32 {
    struct conversion conversion;
    _Alignas(16) uint8_t room[1024];                    /* the arena's first bytes: most calls need no heap */
    const uint32_t *from;                               /* the program's words */
    uint8_t from_of[ARGUMENTS_MAX];                     /* word of each argument, program's side */
    uint8_t to_of[ARGUMENTS_MAX];                       /* and engine's side */
    unsigned argument_count;
    uint32_t words[WORDS_MAX];
    unsigned word_count;
    struct returned returned[ARGUMENTS_MAX];
    unsigned returned_count;
};

static void *pointer(uint32_t v)
{
    return (void *)(uintptr_t)v;
}

static uint32_t word_of(const void *p)
{
    return (uint32_t)(uintptr_t)p;
}

static void put(struct call32 *c, uint32_t v)
{
    c->words[c->word_count++] = v;
}

static void put_wide(struct call32 *c, uint64_t v)
{
    put(c, (uint32_t)v);
    put(c, (uint32_t)(v >> 32));
}

static uint32_t argument(const struct call32 *c, char digit)
{
    return digit == '-' ? 1 : c->from[c->from_of[digit - '0']];
}

static bool is_commit_callback(uint32_t parameter)
{
    return parameter == JET_paramDurableCommitCallback;
}

static uint64_t parameter_in(uint32_t parameter, uint32_t value)
{
    if (is_commit_callback(parameter))
        return (uintptr_t)callback32_commit(value);
    if (parameter == JET_paramRuntimeCallback)
        return (uintptr_t)callback32_table(value);
    return value;
}

static struct returned *remember(struct call32 *c, char kind, uint32_t user)
{
    struct returned *r = &c->returned[c->returned_count++];
    *r = (struct returned){.kind = kind, .user = user, .word = (uint8_t)c->word_count};
    return r;
}

/* A pointer to a handle or a pointer-sized number: the engine gets a 64-bit slot. */
static void put_slot(struct call32 *c, char kind, uint32_t user)
{
    struct returned *r;

    if (user == 0) {
        put(c, 0);
        return;
    }
    r = remember(c, kind, user);
    memcpy(&r->before, pointer(user), sizeof(uint32_t));
    if (kind == 'H')
        r->before = handle_widen32((uint32_t)r->before);
    r->value = r->before;
    put(c, word_of(&r->value));
}

/* The result goes to a buffer of ours, as much longer than the program's as the struct is. */
static void resolve_result(struct call32 *c, struct returned *r)
{
    uint32_t size = argument(c, r->count), level = argument(c, r->level), wide;

    r->layout = r->letter == 'i' ? layout32_of_index_create(level) : NULL;
    r->with_tail = r->layout != NULL && size >= r->layout->size32;
    if (r->layout == NULL)
        r->layout = layout32_of_result(r->letter, level, size);
    if (r->layout == NULL)
        return;
    wide = r->layout->size64 + (r->with_tail ? size - r->layout->size32 : 0);
    r->wide = arena_take(&c->conversion.arena, wide);
    if (r->wide == NULL) {
        c->conversion.failed = true;
        return;
    }
    memset(r->wide, 0, wide);
    c->words[r->word] = word_of(r->wide);
    c->words[c->to_of[r->count - '0']] = size >= r->layout->size32 ? wide : 0;
}

static void bring_back_result(const struct call32 *c, const struct returned *r)
{
    uint8_t *to = pointer(r->user), *wide = r->wide;
    uint32_t tail = argument(c, r->count) - r->layout->size32;

    if (!r->with_tail) {
        narrow32(r->layout, to, wide, 1);
        return;
    }
    memcpy(to + r->layout->size32, wide + r->layout->size64, tail);
    index_create_result32(r->layout, to, wide, wide + r->layout->size64, to + r->layout->size32, tail);
}

/* Conversions that need other arguments: done when the places of all are known. */
static void resolve(struct call32 *c)
{
    for (unsigned i = 0; i < c->returned_count; i++) {
        struct returned *r = &c->returned[i];
        if (r->kind == 's') {
            r->layout = layout32_by_letter(r->letter);
            r->wide = widen32(&c->conversion, r->layout, pointer(r->user), argument(c, r->count));
            c->words[r->word] = word_of(r->wide);
        } else if (r->kind == 'R') {
            resolve_result(c, r);
        }
    }
}

/* Reads one argument by its letters; returns the letters used. */
static unsigned take(struct call32 *c, const char *letters, unsigned *from)
{
    uint32_t v = c->from[*from];
    struct returned *r;

    c->from_of[c->argument_count] = (uint8_t)*from;
    c->to_of[c->argument_count++] = (uint8_t)c->word_count;
    ++*from;
    switch (letters[0]) {
    case 'h':
        put_wide(c, handle_widen32(v));
        return 1;
    case 'z':
        put_wide(c, v);
        return 1;
    case 'w':
        put(c, v);
        put(c, c->from[(*from)++]);
        return 1;
    case 'H':
    case 'Z':
        put_slot(c, letters[0], v);
        return 1;
    case 'f':
        put(c, word_of(callback32_status(v)));
        return 1;
    case 'c':
        put(c, word_of(callback32_table(v)));
        return 1;
    case 'r':
        put(c, word_of(callback32_realloc(v)));
        return 1;
    case 'L':
        put_wide(c, parameter_in(argument(c, letters[1]), v));
        return 2;
    case 'G':
        put_slot(c, 'G', v);
        if (v != 0)
            c->returned[c->returned_count - 1].count = letters[1];
        return 2;
    case 's':
    case 'R':
        r = remember(c, letters[0], v);
        r->letter = letters[1];
        r->count = letters[2];
        r->level = letters[0] == 'R' ? letters[3] : '-';
        put(c, v);
        if (v == 0)
            c->returned_count--;
        return letters[0] == 'R' ? 4 : 3;
    case 'B':
    case 'N':
        r = remember(c, letters[0], v);
        r->count = letters[1];
        put(c, v);
        return 2;
    default:                                            /* p, v */
        put(c, v);
        return 1;
    }
}

static void bring_back_number(struct returned *r, const struct call32 *c)
{
    uint32_t narrow = (uint32_t)r->value;

    if (r->kind == 'G') {
        uint32_t parameter = argument(c, r->count);
        uint32_t user = is_commit_callback(parameter) || parameter == JET_paramRuntimeCallback
                            ? callback32_user(pointer(narrow)) : 0;
        if (user != 0)
            narrow = user;
    }
    if (r->value != r->before)                          /* W1 */
        memcpy(pointer(r->user), &narrow, sizeof(narrow));
}

static void bring_back(struct call32 *c, int32_t err)
{
    for (unsigned i = 0; i < c->returned_count; i++) {
        struct returned *r = &c->returned[i];
        uint32_t count = 0, block = 0;
        switch (r->kind) {
        case 's':
            narrow32(r->layout, pointer(r->user), r->wide, argument(c, r->count));
            break;
        case 'R':
            if (r->wide != NULL && err >= 0)
                bring_back_result(c, r);
            break;
        case 'B':
        case 'N':
            if (err < 0 || r->user == 0 || argument(c, r->count) == 0)
                break;
            memcpy(&block, pointer(r->user), sizeof(block));
            memcpy(&count, pointer(argument(c, r->count)), sizeof(count));
            if (block != 0 && r->kind == 'B')
                instance_infos_in_place32(pointer(block), count);
            else if (block != 0)
                enum_columns_in_place32(pointer(block), count);
            break;
        default:
            bring_back_number(r, c);
            break;
        }
    }
}

static int32_t call_engine(any_function function, const uint32_t *w)
{
    return ((engine_function)function)(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], w[10], w[11], w[12],
                                       w[13], w[14], w[15], w[16], w[17], w[18], w[19], w[20], w[21], w[22], w[23]);
}

static int32_t call32(enum entry_index index, const uint32_t *words)
{
    struct call32 c;
    const char *letters = entries[index].arguments;
    unsigned from = 0;
    int32_t err = JET_errOutOfMemory;

    c.conversion = (struct conversion){.arena = {.blocks = NULL, .at = c.room, .left = sizeof(c.room)}};
    memset(c.words, 0, sizeof(c.words));
    c.argument_count = c.word_count = c.returned_count = 0;
    c.from = words;
    if (letters[0] != '?')
        while (*letters != 0)
            letters += take(&c, letters, &from);
    resolve(&c);
    if (!c.conversion.failed) {
        err = call_engine(entries[index].function, c.words);
        bring_back(&c, err);
    }
    arena_release(&c.conversion.arena);
    return err;
}

/* The words on the stack of a stdcall entry. */
#define WORDS(bytes, count) struct words_##bytes { uint32_t w[count]; };
WORDS(4, 1) WORDS(8, 2) WORDS(12, 3) WORDS(16, 4) WORDS(20, 5) WORDS(24, 6) WORDS(28, 7) WORDS(32, 8) WORDS(36, 9)
WORDS(40, 10) WORDS(44, 11) WORDS(48, 12)

#define WITHOUT(name)                                                                                                  \
    int32_t __stdcall entry_##name(void);                                                                              \
    int32_t __stdcall entry_##name(void) { static const uint32_t none; return call32(INDEX_##name, &none); }
#define WITH(name, bytes)                                                                                              \
    int32_t __stdcall entry_##name(struct words_##bytes words);                                                        \
    int32_t __stdcall entry_##name(struct words_##bytes words) { return call32(INDEX_##name, words.w); }
#define ENTRY_0(name) WITHOUT(name)
#define ENTRY_4(name) WITH(name, 4)
#define ENTRY_8(name) WITH(name, 8)
#define ENTRY_12(name) WITH(name, 12)
#define ENTRY_16(name) WITH(name, 16)
#define ENTRY_20(name) WITH(name, 20)
#define ENTRY_24(name) WITH(name, 24)
#define ENTRY_28(name) WITH(name, 28)
#define ENTRY_32(name) WITH(name, 32)
#define ENTRY_36(name) WITH(name, 36)
#define ENTRY_40(name) WITH(name, 40)
#define ENTRY_44(name) WITH(name, 44)
#define ENTRY_48(name) WITH(name, 48)
#define E(name, form, bytes, state, arguments) ENTRY_##bytes(name)
#include "exports.inc"
#undef E
