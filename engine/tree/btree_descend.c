#include <string.h>

#include "tree/btree_int.h"

/* Reading pages while they change is a race by design; the version check makes it harmless, but not to a race detector. */
#if defined(__SANITIZE_THREAD__)
enum { PEEK_TRIES = 0 };
#else
enum { PEEK_TRIES = 2 };
#endif

bool bt_is_leaf_of(const struct btree *t, struct page p)
{
    return (page_flags(p) & (PAGE_LEAF | PAGE_EMPTY)) == PAGE_LEAF && page_objid(p) == t->objid &&
           ((page_flags(p) ^ t->page_flags) & PAGE_SPACE_TREE) == 0;
}

unsigned bt_leaf_search(const struct btree *t, struct page p, struct bytes key, struct bytes data, bool *equal)
{
    if (t->unique)
        return page_search(p, key, equal);
    return page_search_pair(p, key, data, equal);
}

unsigned bt_leaf_search_key(const struct btree *t, struct page p, const struct page_key *k, bool *equal)
{
    return t->unique ? page_search_key(p, k, equal) : page_search_pair_key(p, k, equal);
}

enum outcome { REACHED, FAILED, LOST };

/* From the root to the parent of the leaf without a latch: *parent, and the leaf's number as it says. A root that is a leaf is both. */
static bool peek_parent(struct btree *t, const struct page_key *k, enum page_side side, struct buf_peek *parent, pgno *page)
{
    struct buf_peek below;
    struct page_branch b;
    if (!buf_peek(t->db, t->root, parent))
        return false;
    for (unsigned depth = 0; depth < BT_DEPTH_MAX; depth++) {
        bool found = (side == PAGE_SIDE_LOWER && buf_peek_child(parent, t->db->cache, k, &b.child, &b.flags)) ||
                     page_find_child(parent->page, k, side, &b);
        if (!found && depth == 0 && (b.flags & PAGE_LEAF) != 0)
            b.child = t->root;
        else if (!found)
            return false;
        if (!buf_peek_valid(parent))
            return false;
        *page = b.child;
        if (b.child == t->root || (b.flags & PAGE_PARENT_OF_LEAF) != 0)
            return true;
        if (!buf_peek(t->db, b.child, &below) || !buf_peek_valid(parent))
            return false;
        *parent = below;
    }
    return false;
}

/* The leaf is latched and believed only if the parent has not changed since it was read: a split or merge of the leaf changes its
 * parent under the same latches. */
static enum outcome descend_peek(struct btree *t, const struct page_key *k, enum page_side side, enum latch_mode mode,
                                 struct buf_ref *leaf, pgno *page, ese_err *err)
{
    struct buf_peek parent;
    if (!peek_parent(t, k, side, &parent, page))
        return LOST;
    *err = buf_latch(t->db, *page, mode, leaf);
    if (*err < 0)
        return buf_peek_valid(&parent) ? FAILED : LOST;
    if ((*page == t->root || buf_peek_valid(&parent)) && bt_is_leaf_of(t, leaf->page))
        return REACHED;
    buf_unlatch(leaf);
    return LOST;
}

bool bt_peek_leaf(struct btree *t, const struct page_key *k, struct buf_peek *leaf, pgno *page)
{
    struct buf_peek parent;
    if (!peek_parent(t, k, PAGE_SIDE_LOWER, &parent, page))
        return false;
    if (*page == t->root)
        *leaf = parent;
    else if (!buf_peek(t->db, *page, leaf) || !buf_peek_valid(&parent))
        return false;
    return bt_is_leaf_of(t, leaf->page);
}

/* Latch coupling. The root is latched for reading first; a root that is a leaf is taken again in the wanted mode. */
static ese_err descend_coupled(struct btree *t, const struct page_key *k, enum page_side side, enum latch_mode mode, struct buf_ref *leaf,
                               pgno *page)
{
    ese_err err = 0;
    struct buf_ref at = BUF_REF_NONE, below = BUF_REF_NONE;
    struct page_branch b;
    pgno n = t->root;
    TRY(buf_latch(t->db, n, LATCH_READ, &at));
    while (page_is_leaf(at.page) && mode != LATCH_READ) {
        buf_unlatch(&at);
        TRY(buf_latch(t->db, n, mode, &at));
        if (page_is_leaf(at.page))
            break;
        buf_unlatch(&at);
        TRY(buf_latch(t->db, n, LATCH_READ, &at));
    }
    for (unsigned depth = 0; !page_is_leaf(at.page); depth++) {
        if (depth == BT_DEPTH_MAX || page_objid(at.page) != t->objid ||
            !page_find_child(at.page, k, side, &b) || b.child == n)
            FAIL(JET_errDatabaseCorrupted);
        n = b.child;
        TRY(buf_latch(t->db, n, (b.flags & PAGE_PARENT_OF_LEAF) != 0 ? mode : LATCH_READ, &below));
        buf_unlatch(&at);
        at = below;
        below = BUF_REF_NONE;
    }
    if (!bt_is_leaf_of(t, at.page) || at.mode != mode)
        FAIL(JET_errDatabaseCorrupted);
    *leaf = at;
    *page = n;
    at = BUF_REF_NONE;
done:
    buf_unlatch(&at);
    return err;
}

ese_err bt_descend(struct btree *t, const struct bt_target *target, enum latch_mode mode, struct buf_ref *leaf, pgno *page)
{
    struct page_key k;
    page_key_init(&k, target->key, target->data);
    for (int tries = 0; tries < PEEK_TRIES; tries++) {
        ese_err err = 0;
        switch (descend_peek(t, &k, target->side, mode, leaf, page, &err)) {
        case REACHED:
            return 0;
        case FAILED:
            return err;
        case LOST:
            break;
        }
    }
    return descend_coupled(t, &k, target->side, mode, leaf, page);
}

/* ---- estimates ---- */

struct estimate { double fraction, width, entries; };

static void estimate_level(struct estimate *e, unsigned slot, unsigned count)
{
    if (count == 0)
        return;
    e->width /= count;
    e->fraction += e->width * slot;
    e->entries *= count;
}

/* Internal levels above the place of (key, data), as a fraction of the tree. */
static ese_err estimate_path(struct btree *t, struct bytes key, struct bytes data, struct estimate *e)
{
    ese_err err = 0;
    struct buf_ref at = BUF_REF_NONE, below = BUF_REF_NONE;
    struct page_branch b;
    struct page_key k;
    page_key_init(&k, key, data);
    TRY(buf_latch(t->db, t->root, LATCH_READ, &at));
    for (unsigned depth = 0; !page_is_leaf(at.page); depth++) {
        if (depth == BT_DEPTH_MAX || !page_find_child(at.page, &k, PAGE_SIDE_LOWER, &b))
            FAIL(JET_errDatabaseCorrupted);
        estimate_level(e, b.slot, b.count);
        TRY(buf_latch(t->db, b.child, LATCH_READ, &below));
        buf_unlatch(&at);
        at = below;
        below = BUF_REF_NONE;
    }
    estimate_level(e, bt_leaf_search(t, at.page, key, data, NULL), page_slot_count(at.page));
done:
    buf_unlatch(&at);
    return err;
}

ese_err bt_position_estimate(struct bt_pos *p, uint64_t *before, uint64_t *total)
{
    ese_err err = 0;
    struct estimate e = {0, 1, 1};
    bt_release(p);
    if (p->place != BT_ON && p->place != BT_BETWEEN)
        FAIL(JET_errNoCurrentRecord);
    TRY(estimate_path(p->tree, bytes_of(p->key, p->key_size), bytes_of(p->data_key, p->data_key_size), &e));
    *total = (uint64_t)e.entries;
    *before = (uint64_t)(e.fraction * e.entries + 0.5);
    if (*total <= *before)
        *total = *before + 1;
done:
    return err;
}

ese_err bt_goto_fraction(struct bt_pos *p, uint64_t before, uint64_t total)
{
    ese_err err = 0;
    struct btree *t = p->tree;
    struct buf_ref at = BUF_REF_NONE, below = BUF_REF_NONE;
    double f = total == 0 ? 0 : (double)before / (double)total;
    struct bytes prefix, suffix;
    unsigned count, slot = 0;
    pgno n = t->root, child;
    buf_unlatch(&p->leaf);
    TRY(buf_latch(t->db, n, LATCH_READ, &at));
    for (unsigned depth = 0;; depth++) {
        count = page_slot_count(at.page);
        f *= count;
        slot = f < count ? (unsigned)f : count == 0 ? 0 : count - 1;
        f = f - slot > 1 ? 1 : f - slot;
        if (page_is_leaf(at.page))
            break;
        if (depth == BT_DEPTH_MAX || count == 0 || !page_separator(at.page, slot, &prefix, &suffix, &child))
            FAIL(JET_errDatabaseCorrupted);
        n = child;
        TRY(buf_latch(t->db, n, LATCH_READ, &below));
        buf_unlatch(&at);
        at = below;
        below = BUF_REF_NONE;
    }
    p->place = BT_BETWEEN;
    p->slot = slot;
    p->page = n;
    p->seen = page_dbtime(at.page);
    p->version = BT_VERSION_UNKNOWN;
    p->key_size = p->data_key_size = 0;
    p->key_saved = p->bound_upper = false;
    if (count != 0) {
        struct node node = page_node(at.page, slot);
        p->key_size = node_copy_key(&node, p->key, sizeof p->key);
    }
    buf_unlatch(&at);
    err = bt_next(p);
    if (err == JET_errNoCurrentRecord)
        err = bt_last(p);
done:
    buf_unlatch(&at);
    return err;
}
