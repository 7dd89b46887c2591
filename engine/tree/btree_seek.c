#include <string.h>

#include "tree/btree_int.h"

/* ---- what the transaction sees of one node ---- */

/* A node lost its last version entry, and its neighbours probably did too: without the flags the next readers need not ask. Only when
 * nobody else looks. */
static void clear_stale_flags(struct bt_pos *p)
{
    struct page page = p->leaf.page;
    unsigned count = page_slot_count(page);
    if (p->leaf.mode != LATCH_READ || !buf_try_upgrade(&p->leaf))
        return;
    for (unsigned slot = 0; slot < count; slot++) {
        unsigned flags = page_node_flags(page, slot);
        if ((flags & NODE_VERSIONED) != 0 && !bt_node_has_versions(p->tree, p->trx, page, slot, p->scratch + p->scratch_room))
            page_set_node_flags(page, slot, flags & ~(unsigned)NODE_VERSIONED);
    }
    buf_downgrade(&p->leaf);
}

/* Is the node in slot visible? Then p->data is what the transaction sees of it. */
static ese_err look(struct bt_pos *p, unsigned slot, bool *visible)
{
    ese_err err = 0;
    struct node n = page_node(p->leaf.page, slot);
    struct btree *t = p->tree;
    struct ver_node node;
    struct ver_view view;

    p->data = n.data;
    p->data_is_view = false;
    if (p->raw || !t->versioned || (n.flags & NODE_VERSIONED) == 0 || p->trx == NULL || p->trx->versions == NULL) {
        *visible = p->raw || (n.flags & NODE_DELETED) == 0;
        goto done;
    }
    node = bt_ver_node(t, bt_node_key(&n, p->scratch + p->scratch_room), n.data);
    TRY(ver_view(p->trx->versions, p->trx, &node, (n.flags & NODE_DELETED) != 0, n.data, p->scratch, p->scratch_room, &view));
    *visible = view.exists;
    p->data_is_view = view.data.data != n.data.data;
    p->data = view.data;
    if (!view.has_entries)
        clear_stale_flags(p);
done:
    return err;
}

static void stand_on(struct bt_pos *p, unsigned slot)
{
    p->place = BT_ON;
    p->slot = slot;
    p->version = BT_VERSION_UNKNOWN;
    p->key_saved = p->bound_upper = false;
}

static void stand_between(struct bt_pos *p, unsigned slot, bool upper)
{
    p->place = BT_BETWEEN;
    p->slot = slot;
    p->bound_upper = upper;
    p->seen = page_dbtime(p->leaf.page);
    p->data = BYTES_NONE;
    buf_unlatch(&p->leaf);
}

static void stand_at_end(struct bt_pos *p, enum bt_place place)
{
    p->place = place;
    p->data = BYTES_NONE;
    p->page = 0;
    buf_unlatch(&p->leaf);
}

/* ---- walking ---- */

/* The next leaf, latched before this one is let go. *more false: there is none, nothing changed. */
static ese_err step_right(struct bt_pos *p, bool *more)
{
    ese_err err = 0;
    struct buf_ref next = BUF_REF_NONE;
    pgno right = page_right(p->leaf.page);
    *more = right != 0;
    if (right == 0)
        goto done;
    TRY(buf_latch(p->tree->db, right, LATCH_READ, &next));
    if (!bt_is_leaf_of(p->tree, next.page) || page_left(next.page) != p->page) {
        buf_unlatch(&next);
        FAIL(JET_errDatabaseCorrupted);
    }
    buf_unlatch(&p->leaf);
    p->leaf = next;
    p->page = right;
done:
    return err;
}

/* First visible node from slot on; *found false leaves the last leaf latched. */
static ese_err walk_forward(struct bt_pos *p, unsigned slot, bool *found)
{
    ese_err err = 0;
    bool more = true;
    *found = false;
    while (more) {
        unsigned count = page_slot_count(p->leaf.page);
        for (; slot < count; slot++) {
            TRY(look(p, slot, found));
            if (*found) {
                stand_on(p, slot);
                goto done;
            }
        }
        TRY(step_right(p, &more));
        slot = 0;
    }
done:
    return err;
}

/* Latch the leaf of the saved bookmark; *at_node: p->slot is that very node, else the first behind it. */
static ese_err seek_bookmark(struct bt_pos *p, bool *at_node)
{
    ese_err err = 0;
    struct bt_target target = {bytes_of(p->key, p->key_size), bytes_of(p->data_key, p->data_key_size),
                               p->bound_upper ? PAGE_SIDE_UPPER : PAGE_SIDE_LOWER};
    *at_node = false;
    TRY(bt_descend(p->tree, &target, LATCH_READ, &p->leaf, &p->page));
    if (p->bound_upper)
        p->slot = page_search_greater(p->leaf.page, target.key);
    else
        p->slot = bt_leaf_search(p->tree, p->leaf.page, target.key, target.data, at_node);
done:
    return err;
}

/* The left sibling is not latched while this page is: let go, take both from the left, believe it when nothing has changed. */
static ese_err step_left_around(struct bt_pos *p, pgno left, bool *moved)
{
    ese_err err = 0;
    pgno page = p->page;
    dbtime seen = page_dbtime(p->leaf.page);
    struct buf_ref before = BUF_REF_NONE, here = BUF_REF_NONE;
    *moved = false;
    buf_unlatch(&p->leaf);
    err = buf_latch(p->tree->db, left, LATCH_READ, &before);
    if (err == JET_errPageNotInitialized)
        return 0;                                       /* freed meanwhile */
    TRY(err);
    err = buf_latch(p->tree->db, page, LATCH_READ, &here);
    if (err == JET_errPageNotInitialized)
        err = 0;
    TRY(err);
    *moved = here.frame != NULL && page_dbtime(here.page).v == seen.v && page_left(here.page) == left &&
             bt_is_leaf_of(p->tree, before.page) && page_right(before.page) == page;
    if (*moved) {
        p->leaf = before;
        p->page = left;
        before = BUF_REF_NONE;
    }
done:
    buf_unlatch(&here);
    buf_unlatch(&before);
    return err;
}

/* The leaf on the left. Its first choice is a try-latch (rank: left before right); *restart: the page was lost and p->key
 * holds the bookmark to come back to. */
static ese_err step_left(struct bt_pos *p, bool *more, bool *restart)
{
    ese_err err = 0;
    struct buf_ref before = BUF_REF_NONE;
    pgno left = page_left(p->leaf.page);
    bool moved = true;
    *restart = false;
    *more = left != 0;
    if (left == 0)
        goto done;
    if (page_slot_count(p->leaf.page) != 0) {
        stand_on(p, 0);
        bt_save_bookmark(p);
    }
    TRY(buf_try_latch(p->tree->db, left, LATCH_READ, &before));
    if (before.frame != NULL) {
        if (!bt_is_leaf_of(p->tree, before.page) || page_right(before.page) != p->page) {
            buf_unlatch(&before);
            FAIL(JET_errDatabaseCorrupted);
        }
        buf_unlatch(&p->leaf);
        p->leaf = before;
        p->page = left;
        goto done;
    }
    TRY(step_left_around(p, left, &moved));
    *restart = !moved;
done:
    return err;
}

/* Last visible node before slot; *found false leaves the first leaf latched. */
static ese_err walk_backward(struct bt_pos *p, unsigned slot, bool *found)
{
    ese_err err = 0;
    bool more = true, restart, at_node;
    *found = false;
    while (more) {
        while (slot-- > 0) {
            TRY(look(p, slot, found));
            if (*found) {
                stand_on(p, slot);
                goto done;
            }
        }
        TRY(step_left(p, &more, &restart));
        if (restart) {
            if (p->place == BT_AFTER_LAST)
                TRY(bt_descend(p->tree, &(struct bt_target){BYTES_NONE, BYTES_NONE, PAGE_SIDE_LAST}, LATCH_READ, &p->leaf, &p->page));
            else
                TRY(seek_bookmark(p, &at_node));
            slot = p->place == BT_AFTER_LAST ? page_slot_count(p->leaf.page) : p->slot;
        } else {
            slot = page_slot_count(p->leaf.page);
        }
    }
done:
    return err;
}

/* ---- seek ---- */

static ese_err save_target(struct bt_pos *p, struct bytes key, struct bytes data)
{
    ese_err err = 0;
    if (key.size > sizeof p->key || data.size > sizeof p->data_key)
        FAIL(JET_errInvalidBookmark);
    if (key.size != 0)
        memmove(p->key, key.data, key.size);
    if (data.size != 0)
        memmove(p->data_key, data.data, data.size);
    p->key_size = key.size;
    p->data_key_size = data.size;
done:
    return err;
}

/* Does the node that p stands on have exactly the key that was asked for? */
static bool on_key(struct bt_pos *p, struct bytes key, struct bytes data)
{
    struct node n = page_node(p->leaf.page, p->slot);
    if (node_compare_key(&n, key) != 0)
        return false;
    return p->tree->unique || data.data == NULL || bytes_equal(n.data, data);
}

static ese_err seek_equal(struct bt_pos *p, struct bytes key, struct bytes data)
{
    ese_err err = 0;
    bool found = false, equal;
    unsigned from = bt_leaf_search(p->tree, p->leaf.page, key, data, &equal);
    if (p->tree->unique || data.data != NULL) {
        if (equal)
            TRY(look(p, from, &found));
        if (found)
            stand_on(p, from);
    } else {
        TRY(walk_forward(p, from, &found));
        if (found && !on_key(p, key, data))
            found = false;
    }
    if (!found) {
        TRY(save_target(p, key, data));
        /* The walk may have gone to other pages: the bookmark alone tells the place then. */
        stand_between(p, from, false);
        if (!p->tree->unique && data.data == NULL)
            p->page = 0;
        FAIL(JET_errRecordNotFound);
    }
done:
    return err;
}

static ese_err seek_near(struct bt_pos *p, struct bytes key, struct bytes data, enum bt_seek how, bool upper)
{
    ese_err err = 0;
    bool found, equal = false;
    unsigned from;
    TRY(save_target(p, key, data));
    p->place = BT_BETWEEN;
    p->bound_upper = upper;
    from = upper ? page_search_greater(p->leaf.page, key) : bt_leaf_search(p->tree, p->leaf.page, key, data, &equal);
    if (!upper && equal && (how == BT_SEEK_GT || how == BT_SEEK_LE))
        from++;
    if (how == BT_SEEK_GE || how == BT_SEEK_GT)
        TRY(walk_forward(p, from, &found));
    else
        TRY(walk_backward(p, from, &found));
    if (!found) {
        TRY(save_target(p, key, data));
        stand_between(p, 0, upper);
        p->page = 0;
        FAIL(JET_errRecordNotFound);
    }
done:
    return err;
}

ese_err bt_seek(struct bt_pos *p, struct bytes key, struct bytes data, enum bt_seek how, bool *exact)
{
    ese_err err = 0;
    bool keyed = p->tree->unique || data.data == NULL;
    bool upper = !p->tree->unique && keyed && (how == BT_SEEK_GT || how == BT_SEEK_LE);
    struct bt_target target = {key, p->tree->unique ? BYTES_NONE : data, upper ? PAGE_SIDE_UPPER : PAGE_SIDE_LOWER};
    if (exact != NULL)
        *exact = false;
    buf_unlatch(&p->leaf);
    p->place = BT_NOWHERE;
    if (key.size > sizeof p->key || data.size > sizeof p->data_key)
        FAIL(JET_errInvalidBookmark);
    TRY(bt_descend(p->tree, &target, LATCH_READ, &p->leaf, &p->page));
    if (how == BT_SEEK_EQ)
        TRY(seek_equal(p, key, target.data));
    else
        TRY(seek_near(p, key, target.data, how, upper));
    if (exact != NULL)
        *exact = how == BT_SEEK_EQ || on_key(p, key, target.data);
done:
    if (err < 0)
        buf_unlatch(&p->leaf);
    return err;
}

/* ---- ends ---- */

ese_err bt_first(struct bt_pos *p)
{
    ese_err err = 0;
    bool found;
    buf_unlatch(&p->leaf);
    p->place = BT_BEFORE_FIRST;
    TRY(bt_descend(p->tree, &(struct bt_target){BYTES_NONE, BYTES_NONE, PAGE_SIDE_FIRST}, LATCH_READ, &p->leaf, &p->page));
    TRY(walk_forward(p, 0, &found));
    if (!found) {
        stand_at_end(p, BT_AFTER_LAST);
        FAIL(JET_errNoCurrentRecord);
    }
done:
    if (err < 0)
        buf_unlatch(&p->leaf);
    return err;
}

ese_err bt_last(struct bt_pos *p)
{
    ese_err err = 0;
    bool found;
    buf_unlatch(&p->leaf);
    p->place = BT_AFTER_LAST;
    p->bound_upper = false;
    TRY(bt_descend(p->tree, &(struct bt_target){BYTES_NONE, BYTES_NONE, PAGE_SIDE_LAST}, LATCH_READ, &p->leaf, &p->page));
    TRY(walk_backward(p, page_slot_count(p->leaf.page), &found));
    if (!found) {
        stand_at_end(p, BT_BEFORE_FIRST);
        FAIL(JET_errNoCurrentRecord);
    }
done:
    if (err < 0)
        buf_unlatch(&p->leaf);
    return err;
}

/* ---- coming back to a place ---- */

/* Latch the place again. *at_node: p->slot is the node of the bookmark; else p->slot is the first node behind it. */
static ese_err regain(struct bt_pos *p, bool *at_node)
{
    ese_err err = 0;
    if (p->leaf.frame != NULL) {
        *at_node = p->place == BT_ON;
        goto done;
    }
    if (p->page != 0) {
        err = buf_latch_at(p->tree->db, p->page, LATCH_READ, &p->frame, &p->leaf);
        if (err == 0 && page_dbtime(p->leaf.page).v == p->seen.v) {
            *at_node = p->place == BT_ON;
            goto done;
        }
        buf_unlatch(&p->leaf);
    }
    TRY(seek_bookmark(p, at_node));
done:
    return err;
}

ese_err bt_next(struct bt_pos *p)
{
    ese_err err = 0;
    bool at_node, found;
    if (p->place == BT_BEFORE_FIRST)
        return bt_first(p);
    if (p->place == BT_NOWHERE || p->place == BT_AFTER_LAST)
        FAIL(JET_errNoCurrentRecord);
    TRY(regain(p, &at_node));
    TRY(walk_forward(p, at_node ? p->slot + 1 : p->slot, &found));
    if (!found) {
        stand_at_end(p, BT_AFTER_LAST);
        FAIL(JET_errNoCurrentRecord);
    }
done:
    if (err < 0)
        buf_unlatch(&p->leaf);
    return err;
}

ese_err bt_prev(struct bt_pos *p)
{
    ese_err err = 0;
    bool at_node, found;
    if (p->place == BT_AFTER_LAST)
        return bt_last(p);
    if (p->place == BT_NOWHERE || p->place == BT_BEFORE_FIRST)
        FAIL(JET_errNoCurrentRecord);
    TRY(regain(p, &at_node));
    TRY(walk_backward(p, p->slot, &found));
    if (!found) {
        stand_at_end(p, BT_BEFORE_FIRST);
        FAIL(JET_errNoCurrentRecord);
    }
done:
    if (err < 0)
        buf_unlatch(&p->leaf);
    return err;
}

ese_err bt_resume(struct bt_pos *p)
{
    ese_err err = 0;
    bool at_node, visible = false;
    if (p->place != BT_ON)
        FAIL(JET_errNoCurrentRecord);
    if (p->leaf.frame != NULL)
        goto done;
    TRY(regain(p, &at_node));
    if (at_node)
        TRY(look(p, p->slot, &visible));
    if (!visible) {
        buf_unlatch(&p->leaf);
        FAIL(JET_errRecordDeleted);
    }
done:
    return err;
}

ese_err bt_latch_current(struct bt_pos *p)
{
    ese_err err = 0;
    bool equal = false;
    struct bytes key, data;
    if (p->place != BT_ON)
        FAIL(JET_errNoCurrentRecord);
    p->version = BT_VERSION_UNKNOWN;
    if (p->leaf.frame != NULL) {
        bt_save_bookmark(p);
        if (p->leaf.mode == LATCH_WRITE || buf_try_upgrade(&p->leaf))
            goto done;
        p->seen = page_dbtime(p->leaf.page);
        buf_unlatch(&p->leaf);
    }
    err = buf_latch(p->tree->db, p->page, LATCH_WRITE, &p->leaf);
    if (err == 0 && page_dbtime(p->leaf.page).v == p->seen.v)
        goto done;
    buf_unlatch(&p->leaf);
    key = bytes_of(p->key, p->key_size);
    data = bytes_of(p->data_key, p->data_key_size);
    TRY(bt_descend(p->tree, &(struct bt_target){key, data, PAGE_SIDE_LOWER}, LATCH_WRITE, &p->leaf, &p->page));
    p->slot = bt_leaf_search(p->tree, p->leaf.page, key, data, &equal);
    if (!equal) {
        buf_unlatch(&p->leaf);
        FAIL(JET_errRecordDeleted);
    }
done:
    return err;
}
