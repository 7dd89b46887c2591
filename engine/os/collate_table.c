#include "os/collate_int.h"

enum { CONTRACTION_HEAD = 24, CONTRACTION_SIZES = 8, JAMO_BYTES = 8, JAMO_MIN = 357, UNITS = 65536 };

static struct bytes take_array(struct reader *r, uint32_t count, size_t each)
{
    if (count > r->left / each) {
        r->bad = true;
        return BYTES_NONE;
    }
    return reader_bytes(r, count * each);
}

static struct reader reader_at(struct bytes file, uint32_t offset)
{
    struct reader r = reader_of(file);
    (void)reader_take(&r, offset);
    return r;
}

/* Each page that an exception table names must lie inside the weights. */
static bool exceptions_are_inside(const struct weights *w, uint32_t table)
{
    if (table == 0)
        return true;
    if (table < UNITS || table + 256u > w->key_count)
        return false;
    for (size_t page = 0; page < 256; page++) {
        if (load_le32(w->keys.data + 4 * (table + page)) + 256u > w->key_count)
            return false;
    }
    return true;
}

static bool contraction_is_inside(const struct weights *w, uint32_t index)
{
    const uint8_t *head = w->contractions.data + (size_t)index * CONTRACTION_HEAD;
    size_t units = load_le32(head);

    for (size_t i = 0; i < CONTRACTION_SIZES - 1; i++) {
        size_t length = i + 2;
        units += (size_t)load_le16(head + 8 + 2 * i) * (2 + length + (length & 1));
    }
    return units * 2 <= w->contraction_data.size;
}

/* Behind the contractions of the last ordering lies a list of multiple weights, then the table of conjoining jamo. */
static bool parse_tail(struct weights *w, struct reader r)
{
    struct reader all = r;
    const uint8_t *last = w->contractions.data + (size_t)(w->contraction_count - 1) * CONTRACTION_HEAD;
    size_t units = load_le32(last);
    uint32_t multiple;

    for (size_t i = 0; i < CONTRACTION_SIZES - 1; i++)
        units += (size_t)load_le16(last + 8 + 2 * i) * ((i + 5) / 2) * 2;
    w->contraction_data = reader_bytes(&all, units * 2);
    multiple = reader_u32(&all);
    (void)take_array(&all, multiple / 2, 4);
    w->jamo_count = reader_u32(&all);
    w->jamo = take_array(&all, w->jamo_count, JAMO_BYTES);
    for (uint32_t i = 0; !all.bad && i < w->contraction_count; i++) {
        if (!contraction_is_inside(w, i))
            return false;
    }
    return !all.bad && w->jamo_count >= JAMO_MIN;
}

bool weights_parse(struct bytes file, struct weights *w)
{
    struct reader head = reader_of(file);
    uint32_t keys_at = reader_u32(&head);
    uint32_t case_at = reader_u32(&head);
    struct reader r;
    struct ordering o;

    (void)reader_u32(&head);
    r = reader_at(file, reader_u32(&head));
    *w = (struct weights){.version = reader_u32(&r)};
    if (head.bad || r.bad || keys_at > case_at || case_at > file.size)
        return false;
    w->keys = bytes_of(file.data + keys_at, case_at - keys_at);
    w->key_count = w->keys.size / 4;
    w->ordering_count = reader_u32(&r);
    w->orderings = take_array(&r, w->ordering_count, ORDERING_BYTES);
    w->expansion_count = reader_u32(&r);
    w->expansions = take_array(&r, w->expansion_count, 4);
    w->contraction_count = reader_u32(&r);
    w->contractions = take_array(&r, w->contraction_count, CONTRACTION_HEAD);
    if (r.bad || w->key_count < UNITS || w->ordering_count == 0 || w->expansion_count == 0 || w->expansion_count > EXPANSIONS_MAX ||
        w->contraction_count == 0)
        return false;
    for (uint32_t i = 1; i <= w->ordering_count; i++) {
        const uint8_t *row = w->orderings.data + (size_t)(i - 1) * ORDERING_BYTES;
        if (!weights_ordering(w, load_le32(row), &o) || !exceptions_are_inside(w, o.exceptions) ||
            !exceptions_are_inside(w, o.linguistic_exceptions))
            return false;
    }
    return parse_tail(w, r);
}

bool weights_ordering(const struct weights *w, uint32_t number, struct ordering *out)
{
    static const uint8_t builtin_id[16] = {0x4F, 0x70, 0x65, 0x6E, 0x45, 0x53, 0x45, 0x4E, 0x54, 0, 0, 0, 0, 0, 0, 1};

    *out = (struct ordering){.contractions = COMPRESSION_NONE};
    if (w->builtin) {
        memcpy(out->id, builtin_id, sizeof(out->id));
        return true;
    }
    for (uint32_t i = 0; i < w->ordering_count; i++) {
        const uint8_t *row = w->orderings.data + (size_t)i * ORDERING_BYTES;
        if (load_le32(row) != number)
            continue;
        memcpy(out->id, row, sizeof(out->id));
        out->flags = load_le32(row + 16);
        out->contractions = load_le32(row + 20);
        out->exceptions = load_le32(row + 24);
        out->linguistic_exceptions = load_le32(row + 28);
        return true;
    }
    return false;
}
