#include <string.h>

#include "tree/btree_int.h"

bool bt_page_is_small(struct page p)
{
    unsigned room = p.size - page_header_size(p.size);
    return page_slot_count(p) == 0 || page_free_bytes(p) > room - room / 8;
}

/* A page that shrinks line by line is worth a few tries, not one at each line. */
bool bt_page_is_sparse(struct page p)
{
    unsigned count = page_slot_count(p);
    return (count & (count - 1)) == 0 && bt_page_is_small(p);
}

/* Log and do the physical removal of one line. */
ese_err bt_remove_line(struct btree *t, struct trx *trx, struct buf_ref *leaf, pgno page, unsigned slot)
{
    ese_err err = 0;
    struct log_record r;
    struct log_span span;
    bt_head(&r, LR_DELETE, t, trx, page, slot, false);
    TRY(bt_log(t, trx, leaf, &r, &span));
    page_remove(leaf->page, slot);
    bt_changed(leaf, r.head.after, &span);
done:
    return err;
}

static ese_err flag_delete(struct bt_pos *p)
{
    ese_err err = 0;
    struct ver_entry *entry = NULL;
    struct node n = page_node(p->leaf.page, p->slot);
    struct ver_node node = bt_ver_node(p->tree, bytes_of(p->key, p->key_size), n.data);
    struct log_record r;
    struct log_span span;
    TRY(ver_prepare(p->trx->versions, p->trx, VER_FLAG_DELETE, &node, BYTES_NONE, &entry));
    entry->tree = p->tree;
    bt_head(&r, LR_FLAG_DELETE, p->tree, p->trx, p->page, p->slot, true);
    r.head.rceid = entry->rceid;
    TRY(bt_log(p->tree, p->trx, &p->leaf, &r, &span));
    ver_apply(p->trx->versions, p->trx, entry, &p->leaf);
    entry = NULL;
    page_set_node_flags(p->leaf.page, p->slot, NODE_VERSIONED | NODE_DELETED);
    bt_changed(&p->leaf, r.head.after, &span);
    p->seen = r.head.after;
done:
    if (entry != NULL)
        ver_cancel(p->trx->versions, entry);
    return err;
}

ese_err bt_delete(struct bt_pos *p, unsigned flags)
{
    ese_err err = 0;
    struct node n;
    bool versioned = p->tree->versioned && p->trx->versions != NULL, sparse = false;
    TRY(bt_latch_current(p));
    n = page_node(p->leaf.page, p->slot);
    if (versioned) {
        struct ver_node node = bt_ver_node(p->tree, bytes_of(p->key, p->key_size), n.data);
        TRY(ver_check_write(p->trx->versions, p->trx, &node, VER_FLAG_DELETE));
    }
    if ((n.flags & NODE_DELETED) != 0 && !p->raw)
        FAIL(JET_errRecordDeleted);
    if (versioned && (flags & BT_NO_VERSION) == 0) {
        TRY(flag_delete(p));
        goto done;
    }
    TRY(bt_remove_line(p->tree, p->trx, &p->leaf, p->page, p->slot));
    sparse = bt_page_is_sparse(p->leaf.page) && !page_is_root(p->leaf.page);
    p->place = BT_BETWEEN;
    p->page = 0;
done:
    p->data = BYTES_NONE;
    buf_unlatch(&p->leaf);
    if (err == 0 && sparse)
        err = bt_merge_at(p->tree, p->trx, bytes_of(p->key, p->key_size), bytes_of(p->data_key, p->data_key_size));
    return err;
}

/* A node that everybody sees as deleted leaves its page. Another change of the node since then keeps it: its own clean-up
 * comes here later. */
ese_err bt_remove_deleted(struct btree *tree, struct trx *system, struct ver_entry *e)
{
    ese_err err = 0;
    struct buf_ref leaf = BUF_REF_NONE;
    struct bt_target target = {e->key, e->data, PAGE_SIDE_LOWER};
    struct ver_node node = bt_ver_node(tree, e->key, e->data);
    pgno page;
    bool equal, sparse = false;
    unsigned slot;
    TRY(bt_descend(tree, &target, LATCH_WRITE, &leaf, &page));
    slot = bt_leaf_search(tree, leaf.page, e->key, e->data, &equal);
    if (!equal || (page_node_flags(leaf.page, slot) & NODE_DELETED) == 0 || ver_any_active(system->versions, &node))
        goto done;
    TRY(bt_remove_line(tree, system, &leaf, page, slot));
    sparse = bt_page_is_sparse(leaf.page) && !page_is_root(leaf.page);
done:
    buf_unlatch(&leaf);
    if (err == 0 && sparse)
        err = bt_merge_at(tree, system, e->key, e->data);
    return err;
}
