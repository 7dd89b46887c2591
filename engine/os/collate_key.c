#include "base/alloc.h"
#include "os/collate_int.h"

/*
 * A sort key: primary weights 01 diacritics 01 case 01 [kana levels] 01 special 00. Each character adds to the levels as its
 * script says; trailing minimal weights (2) of the diacritic and case levels are dropped.
 */
enum script {
    SCRIPT_UNSORTABLE = 0, SCRIPT_NONSPACING = 1, SCRIPT_EXPANSION = 2, SCRIPT_KANA_MARK = 3, SCRIPT_JAMO = 4, SCRIPT_EXTENSION_A = 5,
    SCRIPT_PUNCTUATION = 6, SCRIPT_SYMBOL_FIRST = 7, SCRIPT_SYMBOL_LAST = 12, SCRIPT_DIGIT = 13, SCRIPT_KANA = 34, SCRIPT_HEBREW = 40,
    SCRIPT_ARABIC = 41, SCRIPT_PRIVATE_FIRST = 169, SCRIPT_PRIVATE_LAST = 175, SCRIPT_CJK_FIRST = 192, SCRIPT_CJK_LAST = 239
};
enum case_bits {
    CASE_FULL_WIDTH = 0x01, CASE_FULL_SIZE = 0x02, CASE_SUBSCRIPT = 0x08, CASE_UPPER = 0x10, CASE_KATAKANA = 0x20, CASE_MASK = 0x3F,
    CASE_STARTS_2 = 0x40, CASE_STARTS_4 = 0x80, CASE_STARTS_8 = 0xC0
};
enum { WEIGHT_MIN = 2, UNITS_ON_STACK = 96, BYTES_PER_UNIT = 22, EXPANSION_DEPTH = 16 };

struct weight {
    uint8_t primary, script, diacritic, letter_case;
};

struct level {
    uint8_t *at;
    size_t size, room;
};

struct builder {
    const struct weights *w;
    const struct ordering *o;
    uint32_t flags, exceptions;
    uint8_t case_mask;
    struct bytes text;
    size_t count;                                       /* units of text */
    struct level primary, diacritic, letter_case, special, kana[4];
};

static void put(struct level *l, unsigned byte)
{
    if (l->size < l->room)
        l->at[l->size++] = (uint8_t)byte;
}

static uint16_t unit_at(const struct builder *b, size_t index)
{
    return load_le16(b->text.data + 2 * index);
}

static struct weight weight_from(uint32_t value)
{
    return (struct weight){(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
}

static struct weight weight_of(const struct builder *b, uint16_t unit)
{
    return weight_from(weights_of(b->w, unit, b->exceptions));
}

static void mask_case(const struct builder *b, struct weight *w)
{
    w->letter_case &= b->case_mask;
}

static void put_letter(struct builder *b, struct weight w)
{
    bool three = (w.script >= SCRIPT_PRIVATE_FIRST && w.script <= SCRIPT_PRIVATE_LAST) ||
                 ((b->o->flags & ORDERING_THREE_BYTES) != 0 && w.script >= SCRIPT_CJK_FIRST && w.script <= SCRIPT_CJK_LAST);

    put(&b->primary, w.script);
    put(&b->primary, w.primary);
    if (three) {
        put(&b->primary, w.diacritic);
        put(&b->letter_case, w.letter_case);
        return;
    }
    if (w.script <= SCRIPT_ARABIC && w.script != SCRIPT_HEBREW) {
        if ((b->flags & MAP_LINGUISTIC_IGNORE_DIACRITIC) != 0)
            w.diacritic = WEIGHT_MIN;
        if ((b->flags & MAP_LINGUISTIC_IGNORE_CASE) != 0)
            w.letter_case = WEIGHT_MIN;
    }
    put(&b->diacritic, w.diacritic);
    put(&b->letter_case, w.letter_case);
}

/* A combining mark changes the diacritic of the character before it. */
static void put_nonspacing(struct builder *b, struct weight w)
{
    if ((b->flags & MAP_LINGUISTIC_IGNORE_DIACRITIC) != 0)
        w.diacritic = WEIGHT_MIN;
    if (b->diacritic.size != 0)
        b->diacritic.at[b->diacritic.size - 1] = (uint8_t)(b->diacritic.at[b->diacritic.size - 1] + w.diacritic);
    else
        put(&b->diacritic, w.diacritic);
}

/* One character that sorts as two, the second of which may again be such a one. */
static void put_expansion(struct builder *b, unsigned index)
{
    struct weight w;
    uint16_t pair[2];

    for (unsigned depth = 0; depth < EXPANSION_DEPTH; depth++) {
        uint32_t second;
        if (index >= b->w->expansion_count)
            return;
        if (b->w->builtin) {
            builtin_expansion(index, pair);
        } else {
            pair[0] = load_le16(b->w->expansions.data + 4 * (size_t)index);
            pair[1] = load_le16(b->w->expansions.data + 4 * (size_t)index + 2);
        }
        w = weight_of(b, pair[0]);
        mask_case(b, &w);
        put_letter(b, w);
        second = weights_of(b->w, pair[1], b->exceptions);
        w = weight_from(second);
        if (w.script != SCRIPT_EXPANSION)
            break;
        index = second >> 16;
    }
    mask_case(b, &w);
    put_letter(b, w);
}

/* Length and iteration marks repeat the kana before them; *w becomes the weight to add. False: nothing to repeat. */
static bool put_kana(struct builder *b, size_t at, struct weight *w)
{
    unsigned kind = 3;
    unsigned letter_case = w->letter_case;

    if (w->primary <= 1) {
        struct weight before = {0, 0, 0, 0};
        do {
            if (at == 0)
                return false;
            before = weight_of(b, unit_at(b, --at));
        } while (before.script == SCRIPT_UNSORTABLE || before.script == SCRIPT_NONSPACING ||
                 (before.script == SCRIPT_KANA_MARK && before.primary <= 1));
        if (before.script == SCRIPT_EXPANSION)
            return false;
        if (before.script != SCRIPT_KANA_MARK) {
            *w = before;
            return true;
        }
        letter_case = before.letter_case & b->case_mask;
        if (w->primary == 1) {
            before.primary &= 0x87;
            letter_case = (letter_case & ~(unsigned)CASE_FULL_WIDTH) | (w->letter_case & CASE_FULL_WIDTH);
        }
        kind = 4u + w->primary;
        w->primary = before.primary;
    }
    put(&b->kana[0], 0xC4 | (letter_case & CASE_FULL_SIZE));
    put(&b->kana[1], kind);
    put(&b->kana[2], 0xC4 | (letter_case & CASE_KATAKANA));
    put(&b->kana[3], 0xC4 | (letter_case & CASE_FULL_WIDTH));
    w->script = SCRIPT_KANA;
    return true;
}

/* ---- conjoining jamo ---- */

enum { HANGUL_FIRST = 0xAC00, HANGUL_VOWELS = 21, HANGUL_TRAILS = 28, NO_LEAD = 0x5F, NO_VOWEL = 0x60, HANGUL_UNKNOWN = 0x3260 };

struct jamo { uint8_t old, lead, vowel, trail, weight; };

static struct jamo jamo_at(const struct builder *b, size_t index)
{
    const uint8_t *row = b->w->jamo.data + 8 * index;
    return (struct jamo){row[0], row[1], row[2], row[3], row[4]};
}

static bool jamo_index(uint16_t unit, unsigned first, unsigned last, unsigned base, size_t *index)
{
    if (unit < first || unit > last)
        return false;
    *index = (size_t)(unit - first) + base;
    return true;
}

static uint8_t larger(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/* A sequence of lead, vowel and trail sorts by the modern syllable next to it, then by its own parts. Returns the units used. */
static size_t put_jamo(struct builder *b, size_t at)
{
    size_t lead = NO_LEAD, vowel = NO_VOWEL, trail = 0, used = 0;
    bool has_trail = false;
    unsigned filler = 0;
    struct jamo l, v, t = {0, 0, 0, 0, WEIGHT_MIN};
    uint32_t syllable;
    struct weight w;

    if (b->w->jamo_count == 0)
        return 1;
    if (jamo_index(unit_at(b, at), 0x1100, 0x115F, 0, &lead) || jamo_index(unit_at(b, at), 0xA960, 0xA97C, 0x100, &lead))
        used++;
    if (at + used < b->count && (jamo_index(unit_at(b, at + used), 0x1160, 0x11A7, 0x60, &vowel) ||
                                 jamo_index(unit_at(b, at + used), 0xD7B0, 0xD7C6, 0x11D, &vowel)))
        used++;
    if (at + used < b->count && (jamo_index(unit_at(b, at + used), 0x11A8, 0x11FF, 0xA8, &trail) ||
                                 jamo_index(unit_at(b, at + used), 0xD7CB, 0xD7FB, 0x134, &trail))) {
        used++;
        has_trail = true;
    }
    if (!jamo_at(b, lead).old && !jamo_at(b, vowel).old && (!has_trail || !jamo_at(b, trail).old)) {
        used = 1;
        vowel = NO_VOWEL;
        has_trail = false;
    }
    l = jamo_at(b, lead);
    v = jamo_at(b, vowel);
    if (has_trail)
        t = jamo_at(b, trail);
    syllable = HANGUL_FIRST + ((uint32_t)larger(l.lead, v.lead) * HANGUL_VOWELS + larger(l.vowel, v.vowel)) * HANGUL_TRAILS +
               larger(larger(l.trail, v.trail), t.trail);
    if (lead == NO_LEAD || vowel == NO_VOWEL) {
        filler = 0x80;
        syllable--;
    }
    w = weight_of(b, syllable < HANGUL_FIRST ? (uint16_t)HANGUL_UNKNOWN : (uint16_t)syllable);
    put(&b->primary, w.script);
    put(&b->primary, w.primary);
    put(&b->primary, 0xFF);
    put(&b->primary, l.weight | filler);
    put(&b->primary, 0xFF);
    put(&b->primary, v.weight);
    put(&b->primary, 0xFF);
    put(&b->primary, t.weight);
    return used != 0 ? used : 1;
}

/* ---- contractions, digits ---- */

/* Several characters that sort as one. Changes *w and returns how many more units it takes. */
static size_t contract(const struct builder *b, size_t at, struct weight *w)
{
    const uint8_t *head;
    const uint8_t *table[7];
    size_t most = 3;
    size_t run = 0;
    uint16_t low, high;

    if (b->o->contractions >= b->w->contraction_count)
        return 0;
    head = b->w->contractions.data + 24 * (size_t)b->o->contractions;
    low = load_le16(head + 4);
    high = load_le16(head + 6);
    if ((w->letter_case & CASE_STARTS_8) == CASE_STARTS_8)
        most = 8;
    else if ((w->letter_case & CASE_STARTS_4) != 0)
        most = 5;
    while (run < most && at + run < b->count && unit_at(b, at + run) >= low && unit_at(b, at + run) <= high)
        run++;
    table[0] = b->w->contraction_data.data + 2 * (size_t)load_le32(head);
    for (size_t i = 1; i < 7; i++)
        table[i] = table[i - 1] + 2 * ((size_t)load_le16(head + 8 + 2 * (i - 1)) * (3 + i + ((i + 1) & 1)));
    for (size_t length = run; length >= 2; length--) {
        size_t each = 2 * (2 + length + (length & 1));
        size_t first = 0, last = load_le16(head + 8 + 2 * (length - 2));
        while (first < last) {
            size_t middle = (first + last) / 2;
            const uint8_t *row = table[length - 2] + middle * each;
            int order = 0;
            for (size_t i = 0; i < length && order == 0; i++)
                order = (int)unit_at(b, at + i) - (int)load_le16(row + 2 * i);
            if (order == 0) {
                *w = weight_from(load_le32(row + each - 4));
                return length - 1;
            }
            if (order > 0)
                first = middle + 1;
            else
                last = middle;
        }
    }
    return 0;
}

static uint16_t digit_zero(uint16_t unit)
{
    static const uint16_t zeros[] = {0x0030, 0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0,
                                     0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xAA50, 0xFF10};
    for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++) {
        if (unit >= zeros[i] && unit <= zeros[i] + 9)
            return zeros[i];
    }
    return 0;
}

/* A run of up to 19 digits as a number: count of digits, digits in pairs, count of leading zeros. Returns units used, 0: no digit. */
static size_t put_number(struct builder *b, size_t at)
{
    uint16_t zero = digit_zero(unit_at(b, at));
    uint8_t digits[19];
    size_t count = 0, zeros = 0;
    unsigned held = 2;

    if (zero == 0)
        return 0;
    while (count < sizeof(digits) && at + count < b->count && unit_at(b, at + count) >= zero && unit_at(b, at + count) <= zero + 9) {
        digits[count] = (uint8_t)(unit_at(b, at + count) - zero);
        count++;
    }
    while (zeros < count && digits[zeros] == 0)
        zeros++;
    put(&b->primary, SCRIPT_DIGIT);
    put(&b->primary, 2);
    put(&b->primary, (unsigned)(2 + count - zeros));
    for (size_t i = zeros; i < count; i++) {
        if ((count - i) % 2 != 0)
            put(&b->primary, (held << 4) + digits[i] + 2u);
        else
            held = digits[i] + 2u;
    }
    put(&b->primary, (unsigned)(0xFE - zeros));
    return count;
}

/* ---- characters ---- */

static void put_symbol(struct builder *b, struct weight w)
{
    if ((b->flags & MAP_IGNORE_SYMBOLS) != 0)
        return;
    put(&b->primary, w.script);
    put(&b->primary, w.primary);
    put(&b->diacritic, w.diacritic);
    put(&b->letter_case, w.letter_case);
}

/* Hyphen and apostrophe count last of all, by their position in the primary level. */
static void put_punctuation(struct builder *b, struct weight w)
{
    unsigned place;

    if ((b->flags & MAP_STRING_SORT) != 0) {
        put_symbol(b, w);
        return;
    }
    if ((b->flags & MAP_IGNORE_SYMBOLS) != 0)
        return;
    if ((b->flags & MAP_LINGUISTIC_IGNORE_CASE) != 0)
        w.letter_case = WEIGHT_MIN;
    if ((b->flags & MAP_LINGUISTIC_IGNORE_DIACRITIC) != 0)
        w.diacritic = WEIGHT_MIN;
    place = 0xFFFFu - (unsigned)(b->primary.size / 2);
    put(&b->special, place >> 8);
    put(&b->special, place & 0xFF);
    put(&b->special, w.primary);
    put(&b->special, (uint8_t)(w.letter_case | w.diacritic << 3));
}

static void put_minimal(struct builder *b)
{
    put(&b->diacritic, WEIGHT_MIN);
    put(&b->letter_case, WEIGHT_MIN);
}

/* One character, or several that belong together; returns the units used. */
static size_t put_character(struct builder *b, size_t at)
{
    uint32_t value = weights_of(b->w, unit_at(b, at), b->exceptions);
    struct weight w = weight_from(value);
    size_t used = 1;

    if ((w.letter_case & CASE_STARTS_8) != 0)
        used += contract(b, at, &w);
    mask_case(b, &w);
    if (w.script == SCRIPT_DIGIT && (b->flags & MAP_DIGITS_AS_NUMBERS) != 0) {
        size_t digits = put_number(b, at);
        if (digits != 0) {
            put(&b->diacritic, w.diacritic);
            put(&b->letter_case, w.letter_case);
            return digits;
        }
    }
    if (w.script >= SCRIPT_SYMBOL_FIRST && w.script <= SCRIPT_SYMBOL_LAST) {
        put_symbol(b, w);
        return used;
    }
    switch (w.script) {
    case SCRIPT_UNSORTABLE:
        break;
    case SCRIPT_NONSPACING:
        put_nonspacing(b, w);
        break;
    case SCRIPT_EXPANSION:
        put_expansion(b, value >> 16 & 0x3FFF);
        break;
    case SCRIPT_KANA_MARK:
        if (put_kana(b, at, &w)) {
            w.letter_case = WEIGHT_MIN;
            put_letter(b, w);
        } else {
            put(&b->primary, 0xFF);
            put(&b->primary, 0xFF);
        }
        break;
    case SCRIPT_JAMO:
        used = put_jamo(b, at);
        put_minimal(b);
        break;
    case SCRIPT_EXTENSION_A:
        put(&b->primary, 0xFD);
        put(&b->primary, 0xFF);
        put(&b->primary, w.primary);
        put(&b->primary, w.diacritic);
        put_minimal(b);
        break;
    case SCRIPT_PUNCTUATION:
        put_punctuation(b, w);
        break;
    default:
        put_letter(b, w);
        break;
    }
    return used;
}

/* ---- the key ---- */

static void drop_minimal(struct level *l)
{
    while (l->size != 0 && l->at[l->size - 1] <= WEIGHT_MIN)
        l->size--;
}

static void finish_levels(struct builder *b)
{
    static const uint8_t plain[4] = {0xC4 | CASE_FULL_SIZE, 0x03, 0xC4 | CASE_KATAKANA, 0xC4 | CASE_FULL_WIDTH};

    if ((b->o->flags & ORDERING_REVERSE_DIACRITICS) != 0) {
        for (size_t i = 0; i < b->diacritic.size / 2; i++) {
            uint8_t *low = b->diacritic.at + i, *high = b->diacritic.at + b->diacritic.size - 1 - i;
            uint8_t byte = *low;
            *low = *high;
            *high = byte;
        }
    }
    drop_minimal(&b->diacritic);
    drop_minimal(&b->letter_case);
    for (size_t k = 0; k < 4; k++) {
        while (b->kana[k].size != 0 && b->kana[k].at[b->kana[k].size - 1] == plain[k])
            b->kana[k].size--;
    }
}

struct sink {
    uint8_t *at;
    size_t size, room;
    bool whole;
};

static void emit(struct sink *s, const struct level *l, uint8_t end)
{
    size_t size = l->size < s->room - s->size ? l->size : s->room - s->size;
    if (size != 0)
        memcpy(s->at + s->size, l->at, size);
    s->size += size;
    if (size < l->size || s->size == s->room)
        s->whole = false;
    else
        s->at[s->size++] = end;
}

static void lay_out(struct builder *b, uint8_t *memory)
{
    size_t n = b->count;
    bool diacritics = (b->flags & MAP_IGNORE_NONSPACE) == 0;

    b->primary = (struct level){memory, 0, 8 * n};
    b->letter_case = (struct level){memory + 8 * n, 0, 3 * n};
    b->special = (struct level){memory + 11 * n, 0, 4 * n};
    b->diacritic = (struct level){memory + 15 * n, 0, diacritics ? 3 * n : 0};
    for (size_t k = 0; k < 4; k++)
        b->kana[k] = (struct level){memory + (18 + k) * n, 0, k >= 2 || diacritics ? n : 0};
}

static void build(struct builder *b, uint8_t *memory, struct sink *out)
{
    const struct level nothing = {NULL, 0, 0};
    bool kana;

    lay_out(b, memory);
    for (size_t at = 0; at < b->count;)
        at += put_character(b, at);
    kana = b->kana[2].size != 0;
    finish_levels(b);
    emit(out, &b->primary, 0x01);
    emit(out, &b->diacritic, 0x01);
    emit(out, &b->letter_case, 0x01);
    if (kana) {
        emit(out, &b->kana[0], 0xFF);
        emit(out, &b->kana[1], 0x02);
        emit(out, &b->kana[2], 0xFF);
        emit(out, &b->kana[3], 0xFF);
    }
    emit(out, &nothing, 0x01);
    emit(out, &b->special, 0x00);
}

ese_err sort_key_make(const struct weights *w, const struct ordering *o, uint32_t flags, struct bytes utf16, uint8_t *to, size_t room, size_t *size,
                      bool *whole)
{
    ese_err err = JET_errSuccess;
    uint8_t on_stack[UNITS_ON_STACK * BYTES_PER_UNIT];
    uint8_t *memory = on_stack;
    struct sink out = {to, 0, room, true};
    struct builder b = {.w = w, .o = o, .flags = flags, .exceptions = o->exceptions, .case_mask = CASE_MASK, .text = utf16, .count = utf16.size / 2};

    if ((flags & MAP_IGNORE_CASE) != 0)
        b.case_mask &= (uint8_t)~(CASE_UPPER | CASE_SUBSCRIPT);
    if ((flags & MAP_IGNORE_WIDTH) != 0)
        b.case_mask &= (uint8_t)~CASE_FULL_WIDTH;
    if ((flags & MAP_IGNORE_KANA) != 0)
        b.case_mask &= (uint8_t)~CASE_KATAKANA;
    if ((flags & MAP_LINGUISTIC_CASING) != 0 && o->exceptions != 0 && o->linguistic_exceptions != 0)
        b.exceptions = o->linguistic_exceptions;
    if (b.count > UNITS_ON_STACK) {
        memory = ese_alloc(b.count * BYTES_PER_UNIT);
        if (memory == NULL)
            FAIL(JET_errOutOfMemory);
    }
    build(&b, memory, &out);
    *size = out.size;
    *whole = out.whole;
done:
    if (memory != on_stack)
        ese_free(memory);
    return err;
}
