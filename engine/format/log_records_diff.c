#include <assert.h>

#include "format/log_records.h"

/*
 * A diff is a list of edits of the old value, left to right (log-format.md 6.4). Making one: skip what is equal at both
 * ends, then walk the middle; at a difference look a short way ahead in both values for a place where eight bytes agree.
 * A record whose columns moved because one of them changed its size thus costs a few small edits instead of its tail.
 */
enum { SMALL_OFFSET_MASK = 0x1FFF, SMALL_SAME = 0x2000, SMALL_INSERT = 0x4000, SMALL_LONG = 0x8000, WIDE_SAME = 0x20,
       WIDE_INSERT = 0x40, WIDE_LONG = 0x80, ANCHOR = 8, LOOK_AHEAD = 40 };

struct diff_writer {
    uint8_t *to;
    size_t used, room;
    bool wide, full;
};

/* Replace old_size bytes at offset of the old value by text. */
static void diff_put(struct diff_writer *w, size_t offset, size_t old_size, struct bytes text)
{
    bool same = old_size == text.size, insert = old_size == 0, two = old_size > 255 || text.size > 255;
    size_t lengths = (same || insert ? 1u : 2u) * (two ? 2u : 1u), head = w->wide ? 3 : 2, at = w->used;
    uint8_t *to = w->to;

    if (w->full || w->room - at <= head + lengths + text.size) {
        w->full = true;
        return;
    }
    if (w->wide) {
        store_le16(to + at, (uint16_t)offset);
        to[at + 2] = (uint8_t)((same ? WIDE_SAME : 0) | (insert ? WIDE_INSERT : 0) | (two ? WIDE_LONG : 0));
    } else {
        store_le16(to + at, (uint16_t)(offset | (same ? SMALL_SAME : 0u) | (insert ? SMALL_INSERT : 0u) | (two ? SMALL_LONG : 0u)));
    }
    at += head;
    for (int i = 0; i < (same || insert ? 1 : 2); i++) {
        size_t length = i == 0 ? text.size : old_size;
        to[at++] = (uint8_t)length;
        if (two)
            to[at++] = (uint8_t)(length >> 8);
    }
    if (text.size != 0)
        memcpy(to + at, text.data, text.size);
    w->used = at + text.size;
}

static bool agree(const uint8_t *a, const uint8_t *b) { return memcmp(a, b, ANCHOR) == 0; }

/* Nearest pair of places ahead where both values agree again; false when there is none close by. What is left of both being of
 * one size, bytes were overwritten in place: only equal skips are tried. */
static bool find_anchor(struct bytes old, struct bytes new, size_t i, size_t j, size_t *skip_old, size_t *skip_new)
{
    if (old.size - i == new.size - j) {
        for (size_t far = 1; far <= LOOK_AHEAD && i + far + ANCHOR <= old.size; far++)
            if (agree(old.data + i + far, new.data + j + far)) {
                *skip_old = *skip_new = far;
                return true;
            }
        return false;
    }
    for (size_t far = 1; far <= LOOK_AHEAD; far++)
        for (size_t near = far + 1; near-- != 0;) {     /* equal skips first: bytes overwritten in place */
            if (i + far + ANCHOR <= old.size && j + near + ANCHOR <= new.size && agree(old.data + i + far, new.data + j + near)) {
                *skip_old = far;
                *skip_new = near;
                return true;
            }
            if (i + near + ANCHOR <= old.size && j + far + ANCHOR <= new.size && agree(old.data + i + near, new.data + j + far)) {
                *skip_old = near;
                *skip_new = far;
                return true;
            }
        }
    return false;
}

size_t lr_diff_make(struct bytes before, struct bytes after, bool wide, uint8_t *to, size_t room)
{
    struct diff_writer w = {to, 0, room, wide, false};
    size_t head = bytes_common(before, after), tail = 0, limit, i, j;

    limit = (before.size < after.size ? before.size : after.size) - head;
    while (tail < limit && before.data[before.size - 1 - tail] == after.data[after.size - 1 - tail])
        tail++;
    before.size -= tail;
    after.size -= tail;
    i = j = head;
    if (!wide && before.size > SMALL_OFFSET_MASK)
        return 0;
    while (!w.full && (i < before.size || j < after.size)) {
        size_t skip_old = before.size - i, skip_new = after.size - j;

        if (i < before.size && j < after.size)
            find_anchor(before, after, i, j, &skip_old, &skip_new);
        diff_put(&w, i, skip_old, bytes_of(after.data + j, skip_new));
        i += skip_old;
        j += skip_new;
        while (i < before.size && j < after.size && before.data[i] == after.data[j])
            i++, j++;
    }
    return w.full ? 0 : w.used;
}

struct diff_edit { size_t offset, old_size; struct bytes text; };

static bool diff_next(struct reader *r, bool wide, struct diff_edit *e)
{
    unsigned word = reader_u16(r), flags = wide ? reader_u8(r) : (word & ~(unsigned)SMALL_OFFSET_MASK) >> 8;
    bool same = (flags & WIDE_SAME) != 0, insert = (flags & WIDE_INSERT) != 0, two = (flags & WIDE_LONG) != 0;
    size_t new_size = two ? reader_u16(r) : reader_u8(r);

    e->offset = wide ? word : word & SMALL_OFFSET_MASK;
    e->old_size = same ? new_size : 0;
    if (!same && !insert)
        e->old_size = two ? reader_u16(r) : reader_u8(r);
    e->text = reader_bytes(r, new_size);
    return !r->bad;
}

ese_err lr_diff_apply(struct bytes before, struct bytes diff, bool wide, uint8_t *to, size_t room, size_t *size)
{
    ese_err err = JET_errSuccess;
    struct reader r = reader_of(diff);
    size_t done_old = 0, used = 0, keep;

    *size = 0;
    while (r.left != 0) {
        struct diff_edit e;

        if (!diff_next(&r, wide, &e) || e.offset < done_old || e.offset > before.size || e.old_size > before.size - e.offset)
            FAIL(JET_errLogFileCorrupt);
        keep = e.offset - done_old;
        if (keep + e.text.size > room - used)
            FAIL(JET_errLogFileCorrupt);
        if (keep != 0)
            memcpy(to + used, before.data + done_old, keep);
        if (e.text.size != 0)
            memcpy(to + used + keep, e.text.data, e.text.size);
        used += keep + e.text.size;
        done_old = e.offset + e.old_size;
    }
    keep = before.size - done_old;
    if (keep > room - used)
        FAIL(JET_errLogFileCorrupt);
    if (keep != 0)
        memcpy(to + used, before.data + done_old, keep);
    *size = used + keep;
done:
    return err;
}
