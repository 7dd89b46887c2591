#include <string.h>

#include "tree/space_int.h"

/* The external header of an extent tree's root: two extents of pages for its own splits. */
enum { BUFFER_SLOTS = 2, BUFFER_LOW = 4 };

struct buffer {
    struct buf_ref ref;
    struct space_extent slots[BUFFER_SLOTS];
};

static ese_err read_buffer(struct btree *t, enum latch_mode mode, struct buffer *b)
{
    ese_err err = 0;
    struct bytes external;
    b->ref = BUF_REF_NONE;
    TRY(buf_latch(t->db, t->root, mode, &b->ref));
    external = page_external(b->ref.page);
    if (external.size != SPACE_HEADER_BYTES)
        FAIL(JET_errDatabaseCorrupted);
    for (unsigned i = 0; i < BUFFER_SLOTS; i++) {
        b->slots[i].last = load_le32(external.data + 8 * i);
        b->slots[i].count = load_le32(external.data + 8 * i + 4);
    }
done:
    if (err < 0)
        buf_unlatch(&b->ref);
    return err;
}

static ese_err write_buffer(struct btree *t, struct trx *trx, struct buffer *b)
{
    ese_err err = 0;
    struct log_record r;
    struct log_span span;
    uint8_t external[SPACE_HEADER_BYTES];
    for (unsigned i = 0; i < BUFFER_SLOTS; i++) {
        store_le32(external + 8 * i, b->slots[i].last);
        store_le32(external + 8 * i + 4, b->slots[i].count);
    }
    bt_head(&r, LR_SET_EXTERNAL_HEADER, t, trx, t->root, 0, false);
    r.u.external.data = bytes_of(external, sizeof external);
    TRY(bt_log(t, trx, &b->ref, &r, &span));
    page_set_external(b->ref.page, bytes_of(external, sizeof external));
    bt_changed(&b->ref, r.head.after, &span);
done:
    return err;
}

ese_err buffer_take(struct btree *space_tree, struct trx *trx, pgno *out)
{
    ese_err err = 0;
    struct buffer b = {.ref = BUF_REF_NONE};
    unsigned i = 0;
    TRY(read_buffer(space_tree, LATCH_WRITE, &b));
    while (i < BUFFER_SLOTS && b.slots[i].count == 0)
        i++;
    if (i == BUFFER_SLOTS)
        FAIL(JET_errOutOfDatabaseSpace);
    *out = b.slots[i].last - b.slots[i].count + 1;
    if (--b.slots[i].count == 0)
        b.slots[i].last = 0;
    TRY(write_buffer(space_tree, trx, &b));
done:
    buf_unlatch(&b.ref);
    return err;
}

/* A page of the extent tree that it does not need any more. With no place for it the page stays unused. */
ese_err buffer_give(struct btree *space_tree, struct trx *trx, pgno page)
{
    ese_err err = 0;
    struct buffer b = {.ref = BUF_REF_NONE};
    bool placed = false;
    TRY(read_buffer(space_tree, LATCH_WRITE, &b));
    for (unsigned i = 0; i < BUFFER_SLOTS && !placed; i++) {
        struct space_extent *s = &b.slots[i];
        placed = s->count == 0 || s->last + 1 == page || s->last - s->count == page;
        if (!placed)
            continue;
        if (s->count == 0 || s->last + 1 == page)
            s->last = page;
        s->count++;
    }
    if (placed)
        TRY(write_buffer(space_tree, trx, &b));
done:
    buf_unlatch(&b.ref);
    return err;
}

ese_err buffer_is_low(struct btree *space_tree, bool *low)
{
    ese_err err = 0;
    struct buffer b = {.ref = BUF_REF_NONE};
    *low = false;
    TRY(read_buffer(space_tree, LATCH_READ, &b));
    if (page_is_leaf(b.ref.page) && page_free_bytes(b.ref.page) > b.ref.page.size / 4)
        goto done;
    *low = b.slots[0].count + b.slots[1].count < BUFFER_LOW && (b.slots[0].count == 0 || b.slots[1].count == 0);
done:
    buf_unlatch(&b.ref);
    return err;
}

ese_err buffer_fill(struct btree *space_tree, struct trx *trx, struct space_extent e)
{
    ese_err err = 0;
    struct buffer b = {.ref = BUF_REF_NONE};
    unsigned i = 0;
    TRY(read_buffer(space_tree, LATCH_WRITE, &b));
    while (i < BUFFER_SLOTS && b.slots[i].count != 0)
        i++;
    assert(i < BUFFER_SLOTS);
    b.slots[i] = e;
    TRY(write_buffer(space_tree, trx, &b));
done:
    buf_unlatch(&b.ref);
    return err;
}
