#include <string.h>

#include "tree/btree_int.h"

/* One insert on its way: what is wanted, where it goes, the version entries that will stand for it. */
struct insert {
    struct bt_pos *p;
    struct bytes key, data;
    unsigned flags;
    bool versioned;
    struct ver_entry *first, *second;                   /* INSERT; REPLACE of a deleted node that gets other data */
    uint8_t *room;
};

/* ---- finding the leaf ---- */

/* Sequential inserts go to the rightmost leaf, which the position remembers: a key behind its last one belongs there. */
static bool latch_end(struct bt_pos *p, struct bytes key, struct bytes data)
{
    struct page page;
    unsigned count;
    bool equal;
    if (p->page == 0 || buf_latch(p->tree->db, p->page, LATCH_WRITE, &p->leaf) < 0)
        return false;
    page = p->leaf.page;
    count = page_slot_count(page);
    if (bt_is_leaf_of(p->tree, page) && page_right(page) == 0 && count != 0) {
        struct node last = page_node(page, count - 1);
        int order = node_compare_key(&last, key);
        if (order < 0 || (order == 0 && !p->tree->unique && bytes_compare(last.data, data) < 0)) {
            p->slot = count;
            return true;
        }
        p->slot = bt_leaf_search(p->tree, page, key, data, &equal);
    }
    buf_unlatch(&p->leaf);
    return false;
}

static ese_err find_leaf(struct insert *in, bool *equal)
{
    ese_err err = 0;
    struct bt_pos *p = in->p;
    struct bytes data = p->tree->unique ? BYTES_NONE : in->data;
    struct bt_target target = {in->key, data, PAGE_SIDE_LOWER};
    *equal = false;
    buf_unlatch(&p->leaf);
    if (((in->flags & BT_APPEND_HINT) != 0 || p->appending) && latch_end(p, in->key, data))
        goto done;
    TRY(bt_descend(p->tree, &target, LATCH_WRITE, &p->leaf, &p->page));
    p->slot = bt_leaf_search(p->tree, p->leaf.page, in->key, data, equal);
done:
    return err;
}

/* ---- version entries ---- */

static ese_err prepare_entry(struct insert *in, enum ver_op op, struct bytes before, struct ver_entry **out)
{
    ese_err err = 0;
    struct bt_pos *p = in->p;
    struct ver_node node = bt_ver_node(p->tree, in->key, in->data);
    TRY(ver_prepare(p->trx->versions, p->trx, op, &node, before, out));
    (*out)->tree = p->tree;
done:
    return err;
}

static void drop_entries(struct insert *in)
{
    if (in->first != NULL)
        ver_cancel(in->p->trx->versions, in->first);
    if (in->second != NULL)
        ver_cancel(in->p->trx->versions, in->second);
    in->first = in->second = NULL;
}

static void apply_entries(struct insert *in)
{
    if (in->first != NULL)
        ver_apply(in->p->trx->versions, in->p->trx, in->first, &in->p->leaf);
    if (in->second != NULL)
        ver_apply(in->p->trx->versions, in->p->trx, in->second, &in->p->leaf);
    in->first = in->second = NULL;
}

/* ---- a new node ---- */

/* Sequential loads leave (100 - density) per cent of a page for later growth. */
static bool append_keeps_density(const struct btree *t, struct page page, unsigned slot, unsigned stored)
{
    unsigned spare = page.size / 100 * (100u - t->density);
    if (slot != page_slot_count(page) || page_right(page) != 0 || slot == 0)
        return true;
    return page_free_bytes(page) >= stored + 4 + spare;
}

bool bt_has_room_at(const struct btree *t, struct trx *trx, struct page page, unsigned slot, struct bytes key, struct bytes data,
                    uint8_t *room)
{
    unsigned stored = page_stored_size(page, key, data);
    if (!append_keeps_density(t, page, slot, stored))
        return false;
    if (page_has_room(page, stored))
        return true;
    bt_refresh_reserve(t, trx, page, room);
    return page_has_room(page, stored);
}

static ese_err insert_new(struct insert *in, bool *full)
{
    ese_err err = 0;
    struct bt_pos *p = in->p;
    struct log_record r;
    struct log_span span;
    unsigned prefix = page_prefix_length(p->leaf.page, in->key);
    if (in->versioned)
        TRY(prepare_entry(in, VER_INSERT, BYTES_NONE, &in->first));
    *full = !bt_has_room_at(p->tree, p->trx, p->leaf.page, p->slot, in->key, in->data, in->room);
    if (*full)
        goto done;
    bt_head(&r, LR_INSERT, p->tree, p->trx, p->page, p->slot, in->versioned);
    r.head.rceid = in->first != NULL ? in->first->rceid : 0;
    r.u.insert.prefix = (uint16_t)prefix;
    r.u.insert.key = in->key;
    r.u.insert.data = in->data;
    TRY(bt_log(p->tree, p->trx, &p->leaf, &r, &span));
    apply_entries(in);
    page_insert_node(p->leaf.page, p->slot, prefix, bytes_of(in->key.data + prefix, in->key.size - prefix), in->data,
                     in->versioned ? NODE_VERSIONED : 0);
    bt_changed(&p->leaf, r.head.after, &span);
done:
    return err;
}

/* ---- a node that stands there flagged as deleted ---- */

static ese_err revive_same(struct insert *in)
{
    ese_err err = 0;
    struct bt_pos *p = in->p;
    struct log_record r;
    struct log_span span;
    unsigned flags = page_node_flags(p->leaf.page, p->slot) & ~(unsigned)NODE_DELETED;
    bt_head(&r, LR_FLAG_INSERT, p->tree, p->trx, p->page, p->slot, in->versioned);
    r.head.rceid = in->first != NULL ? in->first->rceid : 0;
    r.u.flag_insert.key = in->key;
    r.u.flag_insert.data = in->data;
    TRY(bt_log(p->tree, p->trx, &p->leaf, &r, &span));
    apply_entries(in);
    page_set_node_flags(p->leaf.page, p->slot, flags | (in->versioned ? NODE_VERSIONED : 0));
    bt_changed(&p->leaf, r.head.after, &span);
done:
    return err;
}

static ese_err revive_with_data(struct insert *in, struct bytes old, bool *full)
{
    ese_err err = 0;
    struct bt_pos *p = in->p;
    struct log_record r;
    struct log_span span;
    unsigned flags = page_node_flags(p->leaf.page, p->slot) & ~(unsigned)NODE_DELETED, promised;
    if (in->versioned)
        TRY(prepare_entry(in, VER_REPLACE, old, &in->second));
    if (!page_has_room_to_grow(p->leaf.page, p->slot, (unsigned)in->data.size)) {
        bt_refresh_reserve(p->tree, p->trx, p->leaf.page, in->room);
        *full = !page_has_room_to_grow(p->leaf.page, p->slot, (unsigned)in->data.size);
        if (*full)
            goto done;
    }
    bt_head(&r, LR_FLAG_INSERT_REPLACE, p->tree, p->trx, p->page, p->slot, in->versioned);
    r.head.rceid = in->first != NULL ? in->first->rceid : 0;
    r.u.flag_insert.key = in->key;
    r.u.flag_insert.data = in->data;
    r.u.flag_insert.rceid_replace = in->second != NULL ? in->second->rceid : 0;
    TRY(bt_log(p->tree, p->trx, &p->leaf, &r, &span));
    apply_entries(in);
    promised = page_uncommitted_free(p->leaf.page);
    if (in->versioned && old.size > in->data.size)
        promised += (unsigned)(old.size - in->data.size);
    page_set_node_flags(p->leaf.page, p->slot, flags | (in->versioned ? NODE_VERSIONED : 0));
    page_replace_data(p->leaf.page, p->slot, in->data);
    page_set_uncommitted_free(p->leaf.page, promised);
    bt_changed(&p->leaf, r.head.after, &span);
done:
    return err;
}

static ese_err insert_over(struct insert *in, struct bt_operation *op, bool *full)
{
    ese_err err = 0;
    struct bt_pos *p = in->p;
    struct node n = page_node(p->leaf.page, p->slot);
    struct ver_node node = bt_ver_node(p->tree, in->key, in->data);
    if (p->tree->versioned && p->trx->versions != NULL)
        TRY(ver_check_write(p->trx->versions, p->trx, &node, VER_INSERT));
    if ((n.flags & NODE_DELETED) == 0)
        FAIL(JET_errKeyDuplicate);
    if (in->versioned)
        TRY(prepare_entry(in, VER_INSERT, BYTES_NONE, &in->first));
    if (bytes_equal(n.data, in->data)) {
        TRY(revive_same(in));
    } else {
        op->oper = SPLIT_OPER_FLAG_INSERT_REPLACE;
        TRY(revive_with_data(in, n.data, full));
    }
done:
    return err;
}

/* The page is full: let a split make room, and do the operation in its course when it can. */
static ese_err split_and_insert(struct insert *in, struct bt_operation *op)
{
    ese_err err = 0;
    struct bt_pos *p = in->p;
    buf_unlatch(&p->leaf);
    op->key = in->key;
    op->data = in->data;
    op->flags = in->flags | (in->versioned ? 0 : BT_NO_VERSION);
    op->append = p->appending;
    op->first = in->first;
    op->second = in->second;
    err = bt_split(p->tree, p->trx, op);
    in->first = op->first;
    in->second = op->second;
    TRY(err);
    if (op->done) {
        p->page = op->page;
        p->slot = op->slot;
        p->seen = DBTIME_NONE;
    }
done:
    return err;
}

static void remember(struct insert *in)
{
    struct bt_pos *p = in->p;
    p->place = BT_ON;
    p->version = BT_VERSION_UNKNOWN;
    p->bound_upper = false;
    p->key_size = in->key.size;
    if (in->key.size != 0)
        memmove(p->key, in->key.data, in->key.size);
    p->data_key_size = p->tree->unique ? 0 : in->data.size;
    if (p->data_key_size != 0)
        memmove(p->data_key, in->data.data, in->data.size);
    p->key_saved = true;
    if (p->leaf.frame != NULL) {
        p->appending = p->slot + 1 == page_slot_count(p->leaf.page);
        p->seen = page_dbtime(p->leaf.page);
    }
    p->data = BYTES_NONE;
}

ese_err bt_insert(struct bt_pos *p, struct bytes key, struct bytes data, unsigned flags)
{
    ese_err err = 0;
    struct insert in = {.p = p, .key = key, .data = data, .flags = flags, .room = p->scratch + p->scratch_room};
    struct bt_operation op = {.done = false};
    bool equal, full = true;
    in.versioned = p->tree->versioned && (flags & BT_NO_VERSION) == 0 && p->trx->versions != NULL;
    if (key.size > BT_KEY_MAX || key.size + data.size + 4 > page_node_max(p->tree->db->page_size) ||
        (!p->tree->unique && data.size > BT_DATA_KEY_MAX))
        FAIL(JET_errRecordTooBig);
    while (full && !op.done) {
        op.oper = SPLIT_OPER_INSERT;
        full = false;
        TRY(find_leaf(&in, &equal));
        if (equal)
            TRY(insert_over(&in, &op, &full));
        else
            TRY(insert_new(&in, &full));
        if (full) {
            TRY(split_and_insert(&in, &op));
            drop_entries(&in);
        }
    }
    remember(&in);
done:
    buf_unlatch(&p->leaf);
    drop_entries(&in);
    return err;
}
