#include <string.h>

#include "tree/btree_int.h"

struct replace {
    struct bt_pos *p;
    struct bytes data;
    unsigned flags;
    bool versioned;
    struct ver_entry *entry;
    struct node node;                                   /* as it lies in the page */
    uint8_t *room;
};

static bool can_version(const struct bt_pos *p, unsigned flags)
{
    return p->tree->versioned && (flags & BT_NO_VERSION) == 0 && p->trx->versions != NULL;
}

/* Nothing in the version store forbids the change, and the node is there. */
static ese_err may_write(struct bt_pos *p, struct node *n, enum ver_op op)
{
    ese_err err = 0;
    struct ver_node node;
    *n = page_node(p->leaf.page, p->slot);
    if (p->tree->versioned && p->trx->versions != NULL) {
        node = bt_ver_node(p->tree, bytes_of(p->key, p->key_size), n->data);
        TRY(ver_check_write(p->trx->versions, p->trx, &node, op));
    }
    if ((n->flags & NODE_DELETED) != 0)
        FAIL(JET_errRecordDeleted);
done:
    return err;
}

static ese_err prepare(struct bt_pos *p, enum ver_op op, const struct node *n, struct bytes before, struct ver_entry **out)
{
    ese_err err = 0;
    struct ver_node node = bt_ver_node(p->tree, bytes_of(p->key, p->key_size), n->data);
    TRY(ver_prepare(p->trx->versions, p->trx, op, &node, before, out));
    (*out)->tree = p->tree;
done:
    return err;
}

/* ---- replace ---- */

/* The diff, when it is worth it: redo gets the old value from the page. */
static void fill_record(struct replace *w, struct log_record *r)
{
    struct bt_pos *p = w->p;
    bool wide = page_is_large(p->tree->db->page_size);
    size_t diff = 0;
    bt_head(r, LR_REPLACE, p->tree, p->trx, p->page, p->slot, w->versioned);
    r->head.rceid = w->entry != NULL ? w->entry->rceid : 0;
    r->u.replace.old_size = (uint16_t)w->node.data.size;
    r->u.replace.new_size = (uint16_t)w->data.size;
    r->u.replace.data = w->data;
    if (w->data.size > 32 && w->node.data.size > 32 && bt_is_logged(p->tree, p->trx))
        diff = lr_diff_make(w->node.data, w->data, wide, p->scratch, w->data.size / 2);
    if (diff != 0) {
        r->type = LR_REPLACE_D;
        r->u.replace.wide_diff = wide;
        r->u.replace.data = bytes_of(p->scratch, diff);
    }
}

/* What the page must keep for a rollback after this replace: the longest value that may come back. */
static unsigned promised_after(struct replace *w, size_t reserve_before)
{
    struct page page = w->p->leaf.page;
    size_t most = w->node.data.size + reserve_before, after, now = page_uncommitted_free(page);
    if (!w->versioned)
        return (unsigned)now;
    after = most > w->data.size ? most - w->data.size : 0;
    now = now > reserve_before ? now - reserve_before : 0;
    return (unsigned)(now + after);
}

/* The node may also grow into what is reserved for itself. */
static bool fits(struct replace *w, size_t reserve)
{
    size_t grown = w->data.size > w->node.data.size ? w->data.size - w->node.data.size : 0;
    size_t promised = page_uncommitted_free(w->p->leaf.page), free_bytes = page_free_bytes(w->p->leaf.page);
    promised = promised > reserve ? promised - reserve : 0;
    return grown + promised <= free_bytes;
}

static ese_err replace_here(struct replace *w, bool *full)
{
    ese_err err = 0;
    struct bt_pos *p = w->p;
    struct log_record r;
    struct log_span span;
    size_t reserve;
    unsigned promised;
    TRY(may_write(p, &w->node, VER_REPLACE));
    reserve = bt_node_reserve(p->tree, p->trx, &w->node, w->room);
    if (!fits(w, reserve))
        bt_refresh_reserve(p->tree, p->trx, p->leaf.page, w->room);
    *full = !fits(w, reserve);
    if (w->versioned)
        TRY(prepare(p, VER_REPLACE, &w->node, w->node.data, &w->entry));
    if (*full)
        goto done;
    promised = promised_after(w, reserve);
    if (w->entry != NULL) {
        w->entry->replace_max = (int16_t)(w->node.data.size > w->data.size ? w->node.data.size : w->data.size);
        w->entry->replace_delta = (int16_t)((int)w->node.data.size - (int)w->data.size);
    }
    fill_record(w, &r);
    TRY(bt_log(p->tree, p->trx, &p->leaf, &r, &span));
    if (w->entry != NULL)
        ver_apply(p->trx->versions, p->trx, w->entry, &p->leaf);
    w->entry = NULL;
    page_replace_data(p->leaf.page, p->slot, w->data);
    if (w->versioned)
        page_set_node_flags(p->leaf.page, p->slot, page_node_flags(p->leaf.page, p->slot) | NODE_VERSIONED);
    page_set_uncommitted_free(p->leaf.page, promised);
    bt_changed(&p->leaf, r.head.after, &span);
    p->seen = r.head.after;
done:
    return err;
}

static ese_err split_and_replace(struct replace *w, struct bt_operation *op)
{
    ese_err err = 0;
    struct bt_pos *p = w->p;
    buf_unlatch(&p->leaf);
    *op = (struct bt_operation){.oper = SPLIT_OPER_REPLACE, .key = bytes_of(p->key, p->key_size), .data = w->data,
                                .flags = w->flags | (w->versioned ? 0 : BT_NO_VERSION), .first = w->entry};
    err = bt_split(p->tree, p->trx, op);
    w->entry = op->first;
    TRY(err);
    p->seen = DBTIME_NONE;
    if (op->done) {
        p->page = op->page;
        p->slot = op->slot;
    }
done:
    return err;
}

ese_err bt_replace(struct bt_pos *p, struct bytes data, unsigned flags)
{
    ese_err err = 0;
    struct replace w = {.p = p, .data = data, .flags = flags, .room = p->scratch + p->scratch_room};
    struct bt_operation op = {.done = false};
    bool full = true;
    assert(p->tree->unique);
    w.versioned = can_version(p, flags);
    while (full && !op.done) {
        full = false;
        TRY(bt_latch_current(p));
        if (p->key_size + data.size + 4 > page_node_max(p->tree->db->page_size))
            FAIL(JET_errRecordTooBig);
        TRY(replace_here(&w, &full));
        if (full) {
            TRY(split_and_replace(&w, &op));
            if (w.entry != NULL)
                ver_cancel(p->trx->versions, w.entry);
            w.entry = NULL;
        }
    }
done:
    p->data = BYTES_NONE;
    buf_unlatch(&p->leaf);
    if (w.entry != NULL)
        ver_cancel(p->trx->versions, w.entry);
    return err;
}

/* ---- escrow ---- */

static int64_t load_counter(const uint8_t *at, bool wide)
{
    return wide ? (int64_t)load_le64(at) : (int32_t)load_le32(at);
}

static void add_counter(struct page page, unsigned slot, uint16_t offset, int64_t delta, bool wide, uint8_t *room)
{
    struct bytes old = page_node(page, slot).data;
    memcpy(room, old.data, old.size);
    if (wide)
        store_le64(room + offset, load_le64(room + offset) + (uint64_t)delta);
    else
        store_le32(room + offset, load_le32(room + offset) + (uint32_t)delta);
    page_replace_data(page, slot, bytes_of(room, old.size));
}

/* The counter as the transaction sees it. */
static ese_err visible_counter(struct bt_pos *p, const struct node *n, uint16_t offset, bool wide, int64_t *value)
{
    ese_err err = 0;
    struct bytes seen = n->data;
    if (p->tree->versioned && p->trx->versions != NULL) {
        struct ver_node node = bt_ver_node(p->tree, bytes_of(p->key, p->key_size), n->data);
        struct ver_view view;
        TRY(ver_view(p->trx->versions, p->trx, &node, false, n->data, p->scratch, p->scratch_room, &view));
        seen = view.data;
    }
    if ((size_t)offset + (wide ? 8 : 4) > seen.size)
        FAIL(JET_errInvalidParameter);
    *value = load_counter(seen.data + offset, wide);
done:
    return err;
}

ese_err bt_delta(struct bt_pos *p, uint16_t offset, int64_t delta, bool wide, int64_t *before, unsigned flags)
{
    ese_err err = 0;
    struct ver_entry *entry = NULL;
    struct node n;
    struct log_record r;
    struct log_span span;
    bool versioned = can_version(p, flags);
    enum ver_op op = wide ? VER_DELTA64 : VER_DELTA;
    int64_t seen;
    TRY(bt_latch_current(p));
    TRY(may_write(p, &n, op));
    TRY(visible_counter(p, &n, offset, wide, &seen));
    if ((size_t)offset + (wide ? 8 : 4) > n.data.size)
        FAIL(JET_errInvalidParameter);
    if (before != NULL)
        *before = seen;
    if (versioned) {
        TRY(prepare(p, op, &n, BYTES_NONE, &entry));
        entry->delta = delta;
        entry->delta_offset = offset;
    }
    bt_head(&r, wide ? LR_DELTA64 : LR_DELTA, p->tree, p->trx, p->page, p->slot, versioned);
    r.head.rceid = entry != NULL ? entry->rceid : 0;
    r.u.delta.delta = delta;
    r.u.delta.offset = offset;
    r.u.delta.key = bytes_of(p->key, p->key_size);
    TRY(bt_log(p->tree, p->trx, &p->leaf, &r, &span));
    if (entry != NULL)
        ver_apply(p->trx->versions, p->trx, entry, &p->leaf);
    entry = NULL;
    add_counter(p->leaf.page, p->slot, offset, delta, wide, p->scratch);
    if (versioned)
        page_set_node_flags(p->leaf.page, p->slot, page_node_flags(p->leaf.page, p->slot) | NODE_VERSIONED);
    bt_changed(&p->leaf, r.head.after, &span);
    p->seen = r.head.after;
done:
    p->data = BYTES_NONE;
    buf_unlatch(&p->leaf);
    if (entry != NULL)
        ver_cancel(p->trx->versions, entry);
    return err;
}

/* ---- locks ---- */

ese_err bt_lock(struct bt_pos *p, bool write)
{
    ese_err err = 0;
    struct ver_entry *entry = NULL;
    struct node n;
    enum ver_op op = write ? VER_WRITE_LOCK : VER_READ_LOCK;
    TRY(bt_latch_current(p));
    TRY(may_write(p, &n, op));
    if (!can_version(p, 0))
        goto done;
    TRY(prepare(p, op, &n, BYTES_NONE, &entry));
    ver_apply(p->trx->versions, p->trx, entry, &p->leaf);
    page_set_node_flags(p->leaf.page, p->slot, page_node_flags(p->leaf.page, p->slot) | NODE_VERSIONED);
    p->seen = page_dbtime(p->leaf.page);
done:
    p->data = BYTES_NONE;
    buf_unlatch(&p->leaf);
    return err;
}
