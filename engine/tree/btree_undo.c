#include <string.h>

#include "tree/btree_int.h"

/* The change of the page that takes an entry back; its size was kept free since the change (page_uncommitted_free). */
void undo_apply(struct page p, unsigned slot, const struct ver_entry *e, uint8_t *room)
{
    struct bytes data = page_node(p, slot).data;
    unsigned flags = page_node_flags(p, slot);
    size_t width = e->op == VER_DELTA64 ? 8 : 4;
    switch (e->op) {
    case VER_INSERT:
        page_set_node_flags(p, slot, flags | NODE_DELETED);
        break;
    case VER_FLAG_DELETE:
        page_set_node_flags(p, slot, flags & ~(unsigned)NODE_DELETED);
        break;
    case VER_REPLACE: {
        unsigned promised = page_uncommitted_free(p), grown = 0;
        if (e->before.size > data.size)
            grown = (unsigned)(e->before.size - data.size);
        page_replace_data(p, slot, e->before);
        page_set_uncommitted_free(p, promised > grown ? promised - grown : 0);
        break;
    }
    case VER_DELTA:
    case VER_DELTA64:
        if (e->delta_offset + width > data.size)
            break;
        memcpy(room, data.data, data.size);
        if (e->op == VER_DELTA64)
            store_le64(room + e->delta_offset, load_le64(room + e->delta_offset) - (uint64_t)e->delta);
        else
            store_le32(room + e->delta_offset, load_le32(room + e->delta_offset) - (uint32_t)e->delta);
        page_replace_data(p, slot, bytes_of(room, data.size));
        break;
    default:
        break;
    }
}

static ese_err log_undo(struct btree *t, struct trx *trx, struct buf_ref *leaf, pgno page, unsigned slot, const struct ver_entry *e,
                        dbtime *after, struct log_span *span)
{
    ese_err err = 0;
    struct log_record r;
    bt_head(&r, LR_UNDO, t, trx, page, slot, true);
    r.head.rceid = e->rceid;
    r.u.undo.oper = e->op;
    r.u.undo.level = e->level;
    r.u.undo.key = e->key;
    r.u.undo.data = e->data;
    TRY(bt_log(t, trx, leaf, &r, span));
    *after = r.head.after;
done:
    return err;
}

/* Entries that changed nothing on a page only leave the store. */
static bool touches_page(const struct ver_entry *e)
{
    return e->op == VER_INSERT || e->op == VER_REPLACE || e->op == VER_FLAG_DELETE || e->op == VER_DELTA || e->op == VER_DELTA64;
}

/* A node whose insert is undone is of no use to anybody unless an older version of it is still seen. */
static ese_err remove_undone(struct btree *t, struct trx *trx, struct buf_ref *leaf, pgno page, unsigned slot, uint8_t *room, bool *sparse)
{
    ese_err err = 0;
    *sparse = false;
    if (bt_node_has_versions(t, trx, leaf->page, slot, room))
        goto done;
    TRY(bt_remove_line(t, trx, leaf, page, slot));
    *sparse = bt_page_is_sparse(leaf->page) && !page_is_root(leaf->page);
done:
    return err;
}

static ese_err undo_in(struct btree *tree, struct trx *t, struct ver_entry *e)
{
    ese_err err = 0;
    struct buf_ref leaf = BUF_REF_NONE;
    struct bt_target target = {e->key, e->data, PAGE_SIDE_LOWER};
    struct log_span span;
    uint8_t *room = ese_alloc_plain(tree->db->page_size + BT_KEY_MAX + BT_SEPARATOR_MAX);
    struct bytes key, data;
    dbtime after;
    pgno page;
    bool equal, sparse = false;
    unsigned slot;
    if (room == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(bt_descend(tree, &target, LATCH_WRITE, &leaf, &page));
    slot = bt_leaf_search(tree, leaf.page, e->key, e->data, &equal);
    if (!equal)
        FAIL(JET_errDatabaseCorrupted);
    if (touches_page(e)) {
        bool insert = e->op == VER_INSERT;
        TRY(ver_write_moved_undo_info(e, buf_undo_list(&leaf), page));
        TRY(log_undo(tree, t, &leaf, page, slot, e, &after, &span));
        undo_apply(leaf.page, slot, e, room);
        bt_changed(&leaf, after, &span);
        key = bytes_of(room + tree->db->page_size + BT_KEY_MAX, e->key.size);
        data = bytes_of(key.data + key.size, e->data.size);
        memcpy(room + tree->db->page_size + BT_KEY_MAX, e->key.data, e->key.size);
        if (e->data.size != 0)
            memcpy(room + tree->db->page_size + BT_KEY_MAX + e->key.size, e->data.data, e->data.size);
        ver_drop(t->versions, e);
        if (insert)
            TRY(remove_undone(tree, t, &leaf, page, slot, room + tree->db->page_size, &sparse));
    } else {
        ver_drop(t->versions, e);
    }
    buf_unlatch(&leaf);
    if (sparse)
        TRY(bt_merge_at(tree, t, key, data));
done:
    buf_unlatch(&leaf);
    ese_free(room);
    return err;
}

ese_err bt_undo(struct trx *t, struct ver_entry *e)
{
    ese_err err = 0;
    struct btree local;
    if (e->tree != NULL)
        return undo_in((struct btree *)e->tree, t, e);
    /* Recovery made the entry: no handle exists yet. */
    TRY(btree_open(&local, e->db, e->fdp));
    err = undo_in(&local, t, e);
    btree_release(&local);
done:
    return err;
}
