#include <string.h>

#include "tree/space.h"
#include "tree/btree_int.h"

/* A path latched for writing down to a leaf that is to go, and what becomes of each page. */
struct level {
    struct buf_ref ref;
    pgno page;
    unsigned slot;                                      /* pointer to the next level */
    uint8_t flags;                                      /* enum lr_merge_flags */
};

struct merge {
    struct btree *t;
    struct trx *trx;
    struct bytes key, data;
    struct level levels[BT_DEPTH_MAX];
    unsigned count;
    struct buf_ref left, right;
    pgno left_page, right_page;
    struct merge_step step;
    struct bytes separator;
    size_t moved, moved_max;
    dbtime time;
    struct log_span begin, end;
    uint8_t *memory, *room, *image, *copy;
    size_t image_size;
    uint32_t image_flags;
    pgno freed[BT_DEPTH_MAX];
    unsigned freed_count;
};

static void unlatch_all(struct merge *m)
{
    buf_unlatch(&m->right);
    for (unsigned i = m->count; i-- > 0;)
        buf_unlatch(&m->levels[i].ref);
    buf_unlatch(&m->left);
    m->count = 0;
}

static struct level *leaf_of(struct merge *m) { return &m->levels[m->count - 1]; }

/* Root to leaf for writing. Then the left sibling, which ranks before the leaf: the leaf is let go for a moment, while its
 * parent keeps every structure change away. */
static ese_err latch_path(struct merge *m)
{
    ese_err err = 0;
    struct page_branch b;
    struct level *l;
    struct page_key k;
    pgno n = m->t->root;
    page_key_init(&k, m->key, m->t->unique ? BYTES_NONE : m->data);
    for (;; n = b.child) {
        l = &m->levels[m->count];
        *l = (struct level){.ref = BUF_REF_NONE, .page = n};
        TRY(buf_latch(m->t->db, n, LATCH_WRITE, &l->ref));
        m->count++;
        if (page_is_leaf(l->ref.page))
            break;
        if (m->count == BT_DEPTH_MAX || page_objid(l->ref.page) != m->t->objid ||
            !page_find_child(l->ref.page, &k, PAGE_SIDE_LOWER, &b))
            FAIL(JET_errDatabaseCorrupted);
        l->slot = b.slot;
    }
    if (!bt_is_leaf_of(m->t, l->ref.page) || m->count == 1)
        goto done;
    m->left_page = page_left(l->ref.page);
    if (m->left_page != 0) {
        buf_unlatch(&l->ref);
        TRY(buf_latch(m->t->db, m->left_page, LATCH_WRITE, &m->left));
        TRY(buf_latch(m->t->db, n, LATCH_WRITE, &l->ref));
    }
    m->right_page = page_right(l->ref.page);
    if (m->right_page != 0)
        TRY(buf_latch(m->t->db, m->right_page, LATCH_WRITE, &m->right));
    if ((m->left.frame != NULL && page_right(m->left.page) != n) || (m->right.frame != NULL && page_left(m->right.page) != n))
        FAIL(JET_errDatabaseCorrupted);
done:
    return err;
}

/* ---- what can be done ---- */

/* Live lines, the others vanish with the page; *blocked: a deleted one is still needed by a version. Redo drops every deleted
 * line that it meets, so such a page has to wait. */
static unsigned count_kept(struct merge *m, bool *blocked)
{
    struct page p = leaf_of(m)->ref.page;
    unsigned count = page_slot_count(p), kept = 0;
    m->moved = m->moved_max = 0;
    for (unsigned slot = 0; slot < count; slot++) {
        struct node n = page_node(p, slot);
        if ((n.flags & NODE_DELETED) != 0) {
            *blocked = *blocked || bt_node_has_versions(m->t, m->trx, p, slot, m->room);
            continue;
        }
        kept++;
        if (m->right.frame != NULL) {
            struct bytes key = bt_node_key(&n, m->room + BT_SEPARATOR_MAX);
            m->moved += page_stored_size(m->right.page, key, n.data) + 4u;
        }
        m->moved_max += bt_node_reserve(m->t, m->trx, &n, m->room);
    }
    m->moved_max += m->moved;
    return kept;
}

/* How each page above the leaf changes, from the bottom up; false when the tree must stay as it is. */
static bool plan_parents(struct merge *m)
{
    bool carry = false;                                 /* a key changes above because the last pointer below has gone */
    leaf_of(m)->flags = MERGE_EMPTIES_PAGE;
    for (unsigned i = m->count - 1; i-- > 0;) {
        struct level *l = &m->levels[i], *child = l + 1;
        unsigned lines = page_slot_count(l->ref.page);
        bool last = l->slot + 1 == lines;
        if (!carry && (child->flags & MERGE_EMPTIES_PAGE) == 0)
            break;
        if (carry) {
            struct node n = page_node(l->ref.page, l->slot);
            unsigned stored = page_stored_size(l->ref.page, m->separator, bytes_of(n.data.data, 4));
            if (stored > page_free_bytes(l->ref.page) + page_node_size(l->ref.page, l->slot))
                return false;
            l->flags = MERGE_KEY_CHANGE;
            carry = last;
            continue;
        }
        if (lines == 1) {
            if (page_is_root(l->ref.page))
                return false;
            l->flags = MERGE_EMPTIES_PAGE;
            continue;
        }
        l->flags = MERGE_DELETE_NODE;
        if (last) {
            struct node gone = page_node(l->ref.page, l->slot), n = page_node(l->ref.page, l->slot - 1);
            if (node_key_size(&gone) == 0)
                break;
            m->separator = bytes_of(m->room + BT_SEPARATOR_MAX, node_copy_key(&n, m->room + BT_SEPARATOR_MAX, BT_SEPARATOR_MAX));
            carry = true;
        }
    }
    return true;
}

/* ---- logging ---- */

static ese_err log_level(struct merge *m, unsigned i)
{
    struct level *l = &m->levels[i];
    bool leaf = i + 1 == m->count;
    struct log_record r;
    struct log_span span;
    bt_head(&r, LR_MERGE2, m->t, m->trx, l->page, leaf ? 0 : l->slot, false);
    r.head.after = m->time;
    r.head.before = page_dbtime(l->ref.page);
    r.u.merge.fdp = bt_log_fdp(m->t);
    r.u.merge.objid = m->t->objid;
    r.u.merge.flags = l->flags;
    r.u.merge.right_before = r.u.merge.left_before = r.u.merge.parent_before = DBTIME_NONE;
    if (leaf) {
        struct level *parent = l - 1;
        r.u.merge.merge_type = m->step.type;
        r.u.merge.right = m->right_page;
        r.u.merge.left = m->left_page;
        r.u.merge.parent = parent->page;
        r.u.merge.right_before = m->right.frame != NULL ? page_dbtime(m->right.page) : (dbtime){0};
        r.u.merge.left_before = m->left.frame != NULL ? page_dbtime(m->left.page) : (dbtime){0};
        r.u.merge.parent_before = page_dbtime(parent->ref.page);
        r.u.merge.size_total = (uint16_t)m->moved;
        r.u.merge.size_max_total = (uint16_t)m->moved_max;
        r.u.merge.uncommitted_dest = (uint16_t)m->step.uncommitted_dest;
        r.u.merge.line_merge = (uint16_t)m->step.line_merge;
        r.u.merge.separator = m->separator;
        r.u.merge.image_flags = m->image_size != 0 ? m->image_flags : 0;
        r.u.merge.image = bytes_of(m->image, m->image_size);
    }
    return bt_append_record(m->t, m->trx, &r, &span);
}

static ese_err log_macro(struct merge *m)
{
    ese_err err = 0;
    struct log_record r = {.type = LR_MACRO_BEGIN};
    r.head.procid = m->trx->procid;
    r.u.macro.time = m->time;
    TRY(bt_append_record(m->t, m->trx, &r, &m->begin));
    for (unsigned i = 0; i < m->count; i++)
        if (m->levels[i].flags != 0)
            TRY(log_level(m, i));
    r.type = LR_MACRO_COMMIT;
    TRY(bt_append_record(m->t, m->trx, &r, &m->end));
done:
    return err;
}

/* ---- doing it ---- */

static ese_err announce(struct merge *m)
{
    ese_err err = 0;
    struct page p = leaf_of(m)->ref.page;
    if (bt_is_logged(m->t, m->trx))
        TRY(trx_log_begin(m->trx));
    m->time = db_time_next(m->t->db);
    for (unsigned i = 0; i < m->count; i++)
        if (m->levels[i].flags != 0)
            buf_will_dirty(&m->levels[i].ref);
    if (m->left.frame != NULL)
        buf_will_dirty(&m->left);
    if (m->right.frame != NULL)
        buf_will_dirty(&m->right);
    memcpy(m->copy, p.at, p.size);
    page_set_dbtime((struct page){m->copy, p.size}, m->time);
    if (m->step.type == MERGE_FULL_RIGHT && bt_is_logged(m->t, m->trx))
        m->image_size = lr_image_make(m->copy, p.size, m->image, (size_t)p.size * 2, &m->image_flags);
done:
    return err;
}

static void apply(struct merge *m)
{
    struct level *leaf = leaf_of(m);
    for (unsigned i = 0; i + 1 < m->count; i++) {
        struct level *l = &m->levels[i];
        if (l->flags == 0)
            continue;
        merge_apply_parent(l->ref.page, l->flags, m->step.type, l->slot, m->separator, m->left_page);
        bt_changed_macro(&l->ref, m->time, &m->begin, &m->end);
        if ((l->flags & MERGE_EMPTIES_PAGE) != 0)
            m->freed[m->freed_count++] = l->page;
    }
    m->step.page = leaf->ref.page;
    m->step.left = m->left.page;
    m->step.right = m->right.page;
    m->step.source = (struct page){m->copy, leaf->ref.page.size};
    m->step.left_page = m->left_page;
    m->step.right_page = m->right_page;
    m->step.room = m->room;
    m->step.flags = leaf->flags;
    merge_apply(&m->step);
    m->freed[m->freed_count++] = leaf->page;
    bt_changed_macro(&leaf->ref, m->time, &m->begin, &m->end);
    if (m->left.frame != NULL)
        bt_changed_macro(&m->left, m->time, &m->begin, &m->end);
    if (m->right.frame != NULL)
        bt_changed_macro(&m->right, m->time, &m->begin, &m->end);
}

/* The only leaf below the root has become empty: the root is a leaf again. */
static ese_err empty_tree(struct merge *m)
{
    ese_err err = 0;
    struct level *root = &m->levels[0], *leaf = &m->levels[1];
    struct log_record r;
    struct log_span span;
    uint8_t item[16];
    store_le64(item, page_dbtime(leaf->ref.page).v);
    store_le32(item + 8, leaf->page);
    store_le32(item + 12, 0);
    bt_head(&r, LR_EMPTY_TREE, m->t, m->trx, root->page, 0, false);
    r.u.empty_tree.pages = bytes_of(item, sizeof item);
    buf_will_dirty(&leaf->ref);
    TRY(bt_log(m->t, m->trx, &root->ref, &r, &span));
    page_make_empty(leaf->ref.page);
    empty_root_apply(root->ref.page);
    bt_changed(&leaf->ref, r.head.after, &span);
    bt_changed(&root->ref, r.head.after, &span);
    m->freed[m->freed_count++] = leaf->page;
done:
    return err;
}

static ese_err choose_and_do(struct merge *m)
{
    ese_err err = 0;
    struct level *leaf = leaf_of(m);
    unsigned kept;
    size_t promised;
    bool blocked = false;
    if (m->count == 1)
        goto done;
    kept = count_kept(m, &blocked);
    if (blocked)
        goto done;
    if (kept == 0 && m->count == 2 && page_slot_count(m->levels[0].ref.page) == 1) {
        TRY(empty_tree(m));
        goto done;
    }
    if (kept != 0 && m->right.frame == NULL)
        goto done;
    promised = m->right.frame != NULL ? page_uncommitted_free(m->right.page) : 0;
    if (kept != 0 && m->moved_max + promised + leaf->ref.page.size / 8 > page_free_bytes(m->right.page))
        goto done;
    m->step.type = kept == 0 ? MERGE_EMPTY_PAGE : MERGE_FULL_RIGHT;
    m->step.uncommitted_dest = kept == 0 ? 0 : (unsigned)(promised + m->moved_max - m->moved);
    if (!plan_parents(m))
        goto done;
    TRY(announce(m));
    TRY(log_macro(m));
    apply(m);
done:
    return err;
}

ese_err bt_merge_at(struct btree *t, struct trx *trx, struct bytes key, struct bytes data)
{
    ese_err err = 0;
    size_t size = t->db->page_size;
    struct merge *m = ese_alloc(sizeof *m);
    if (m == NULL || (m->memory = ese_alloc_plain(size * 3 + (size_t)BT_SEPARATOR_MAX * 3)) == NULL)
        FAIL(JET_errOutOfMemory);
    m->t = t;
    m->trx = trx;
    m->key = key;
    m->data = data;
    m->left = m->right = BUF_REF_NONE;
    m->room = m->memory;
    m->copy = m->room + (size_t)BT_SEPARATOR_MAX * 3;
    m->image = m->copy + size;
    os_mutex_lock(&t->smo);
    err = latch_path(m);
    if (err >= 0)
        err = choose_and_do(m);
    unlatch_all(m);
    for (unsigned i = 0; err >= 0 && i < m->freed_count; i++)
        err = space_free_page(t, trx, m->freed[i]);
    os_mutex_unlock(&t->smo);
done:
    if (m != NULL)
        ese_free(m->memory);
    ese_free(m);
    return err;
}

/* ---- defragmentation ---- */

/* Physical removal of lines that nobody needs any more, on one leaf. */
static ese_err sweep_leaf(struct bt_pos *p, struct buf_ref *leaf, pgno page)
{
    ese_err err = 0;
    uint8_t *room = p->scratch + p->scratch_room;
    for (unsigned slot = page_slot_count(leaf->page); slot-- > 0;) {
        if ((page_node_flags(leaf->page, slot) & NODE_DELETED) == 0 || bt_node_has_versions(p->tree, p->trx, leaf->page, slot, room))
            continue;
        TRY(bt_remove_line(p->tree, p->trx, leaf, page, slot));
    }
done:
    return err;
}

/* To the first leaf from here on that has lines; the last one of the tree when there is none. */
static ese_err skip_empty(struct bt_pos *p, struct buf_ref *leaf)
{
    ese_err err = 0;
    struct buf_ref next = BUF_REF_NONE;
    pgno right;
    while (page_slot_count(leaf->page) == 0 && (right = page_right(leaf->page)) != 0) {
        TRY(buf_latch(p->tree->db, right, LATCH_WRITE, &next));
        buf_unlatch(leaf);
        *leaf = next;
        p->page = right;
    }
done:
    return err;
}

/* Would the lines of this leaf fit its right sibling? A guess without versions and keys; the merge itself looks closely. */
static bool may_join(struct page leaf, struct page right)
{
    unsigned used = leaf.size - page_header_size(leaf.size) - page_free_bytes(leaf);
    return used + page_uncommitted_free(right) + leaf.size / 8 <= page_free_bytes(right);
}

/* The next step begins at the first line to the right of the leaf; *done when there is none. Latches of neighbours go from left to
 * right. *join: is it worth merging the leaf into its sibling? */
static ese_err look_right(struct bt_pos *p, const struct buf_ref *leaf, bool *join, bool *done)
{
    ese_err err = 0;
    struct buf_ref right = BUF_REF_NONE, next = BUF_REF_NONE;
    struct node first;
    pgno n = page_right(leaf->page);
    *join = bt_page_is_small(leaf->page);
    *done = true;
    for (; n != 0 && *done; n = page_right(right.page)) {
        TRY(buf_latch(p->tree->db, n, LATCH_READ, &next));
        if (right.frame == NULL)
            *join = *join || may_join(leaf->page, next.page);
        buf_unlatch(&right);
        right = next;
        next = BUF_REF_NONE;
        if (page_slot_count(right.page) == 0)
            continue;
        first = page_node(right.page, 0);
        p->key_size = node_copy_key(&first, p->key, sizeof p->key);
        p->data_key_size = p->tree->unique ? 0 : first.data.size < sizeof p->data_key ? first.data.size : sizeof p->data_key;
        memcpy(p->data_key, first.data.data, p->data_key_size);
        *done = false;
    }
done:
    buf_unlatch(&right);
    return err;
}

ese_err bt_compact_step(struct bt_pos *p, bool *done)
{
    ese_err err = 0;
    struct buf_ref leaf = BUF_REF_NONE;
    struct bt_target target = {BYTES_NONE, BYTES_NONE, PAGE_SIDE_LOWER};
    struct bytes key, data = BYTES_NONE;
    struct node last;
    bool join = false;
    bt_release(p);
    target.key = bytes_of(p->key, p->key_size);
    target.data = bytes_of(p->data_key, p->data_key_size);
    if (p->place == BT_NOWHERE)
        target.side = PAGE_SIDE_FIRST;
    *done = true;
    TRY(bt_descend(p->tree, &target, LATCH_WRITE, &leaf, &p->page));
    TRY(skip_empty(p, &leaf));
    if (page_slot_count(leaf.page) == 0)
        goto done;
    /* A bookmark of this leaf, for the merge; a node fits the scratch page. */
    last = page_node(leaf.page, page_slot_count(leaf.page) - 1);
    key = bytes_of(p->scratch, node_copy_key(&last, p->scratch, p->scratch_room));
    if (!p->tree->unique) {
        data = bytes_of(p->scratch + key.size, last.data.size);
        memcpy(p->scratch + key.size, last.data.data, last.data.size);
    }
    TRY(sweep_leaf(p, &leaf, p->page));
    TRY(look_right(p, &leaf, &join, done));
    join = join && !page_is_root(leaf.page);
    p->place = BT_BETWEEN;
    p->page = 0;
    buf_unlatch(&leaf);
    if (join)
        TRY(bt_merge_at(p->tree, p->trx, key, data));
done:
    buf_unlatch(&leaf);
    return err;
}
