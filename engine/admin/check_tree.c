#include "admin/check_int.h"

enum { DEPTH_MAX = 12, KEY_ROOM = BT_KEY_MAX + BT_DATA_KEY_MAX };

struct frame {
    uint8_t *page;                                      /* copy of the page */
    uint8_t *bound;                                     /* key that everything below is less than */
    size_t bound_size;
    bool bounded;
    pgno number;
    unsigned slot, count;
};

struct walk {
    const struct check_walk *w;
    struct check *c;
    struct frame frames[DEPTH_MAX];
    unsigned depth;
    int leaf_depth;                                     /* -1 until the first leaf */
    pgno last_leaf, last_right;
    uint8_t *key, *last;                                /* KEY_ROOM each: key of the node at hand, bookmark of the last one */
    size_t last_size, last_key_size;
    bool any;
};

static struct page page_of(struct walk *x, const struct frame *f) { return (struct page){f->page, x->c->db->page_size}; }

static void fault(struct walk *x, const struct frame *f, int slot, const char *text)
{
    check_fault(x->c, x->w->name, f->number, slot, "%s", text);
}

/* Copy a page into the next frame. *usable false: it was reported and nothing below it can be checked. */
static ese_err enter(struct walk *x, pgno n, struct frame *f, bool *usable)
{
    ese_err err = 0;
    struct buf_ref ref = BUF_REF_NONE;
    const char *text = NULL;
    struct page p;
    *usable = false;
    check_use(x->c, x->w->name, n, x->w->tree->objid, USE_TREE);
    if (n == 0 || n > x->c->page_last)
        goto done;
    err = buf_latch(x->c->db, n, LATCH_READ, &ref);
    if (err < 0) {
        err = check_failed(x->c, x->w->name, n, err);
        goto done;
    }
    memcpy(f->page, ref.page.at, ref.page.size);
    f->number = n;
    p = page_of(x, f);
    *usable = true;
    if (page_check(p, &text) < 0) {
        fault(x, f, -1, text != NULL ? text : "page structure");
        *usable = false;
        goto done;
    }
    f->slot = 0;
    f->count = page_slot_count(p);
    if (page_objid(p) != x->w->tree->objid)
        fault(x, f, -1, "page names another object");
    if ((page_flags(p) & PAGE_EMPTY) != 0)
        fault(x, f, -1, "page in the tree is flagged as empty");
    if (page_is_root(p) != (n == x->w->tree->root))
        fault(x, f, -1, "root flag");
done:
    buf_unlatch(&ref);
    return err;
}

static void check_siblings(struct walk *x, const struct frame *f)
{
    struct page p = page_of(x, f);
    if (page_left(p) != x->last_leaf)
        fault(x, f, -1, "left sibling is not the leaf before");
    if (x->last_leaf != 0 && x->last_right != f->number)
        fault(x, f, -1, "leaf before does not name this one as its right sibling");
    x->last_leaf = f->number;
    x->last_right = page_right(p);
    if (x->leaf_depth < 0)
        x->leaf_depth = (int)x->depth;
    if (x->leaf_depth != (int)x->depth)
        fault(x, f, -1, "leaf at another depth than the first");
}

/* Order against the node before, and the bound that the parents give. */
static void check_order(struct walk *x, const struct frame *f, unsigned slot, struct bytes key, struct bytes data)
{
    bool unique = x->w->tree->unique;
    size_t extra = unique ? 0 : data.size < BT_DATA_KEY_MAX ? data.size : BT_DATA_KEY_MAX;
    if (x->any) {
        int order = bytes_compare(bytes_of(x->last, x->last_key_size), key);
        if (order == 0 && !unique)
            order = bytes_compare(bytes_of(x->last + x->last_key_size, x->last_size - x->last_key_size), bytes_of(data.data, extra));
        if (order >= 0)
            fault(x, f, (int)slot, order == 0 ? "key twice" : "keys out of order");
    }
    memcpy(x->last, key.data, key.size);
    if (extra != 0)
        memcpy(x->last + key.size, data.data, extra);
    x->last_key_size = key.size;
    x->last_size = key.size + extra;
    x->any = true;
    if (f->bounded && bytes_compare(bytes_of(x->last, x->last_size), bytes_of(f->bound, f->bound_size)) >= 0)
        fault(x, f, (int)slot, "key is not below the separator in the parent");
}

static ese_err check_leaf(struct walk *x, struct frame *f)
{
    ese_err err = 0;
    struct page p = page_of(x, f);
    check_siblings(x, f);
    for (unsigned slot = 0; slot < f->count && !check_enough(x->c); slot++) {
        struct node n = page_node(p, slot);
        struct check_node seen = {f->number, slot, BYTES_NONE, n.data};
        if (node_key_size(&n) > BT_KEY_MAX) {
            fault(x, f, (int)slot, "key is too long");
            continue;
        }
        seen.key = bytes_of(x->key, node_copy_key(&n, x->key, KEY_ROOM));
        check_order(x, f, slot, seen.key, n.data);
        if ((n.flags & NODE_DELETED) == 0 && x->w->node != NULL)
            TRY(x->w->node(x->w->context, &seen));
    }
done:
    return err;
}

/* The separator over the next child: in order, null only at the right edge, equal to the parent's at the end of a page. */
static pgno next_child(struct walk *x, struct frame *f, struct frame *below)
{
    struct page p = page_of(x, f);
    struct node n = page_node(p, f->slot);
    bool last = f->slot + 1 == f->count;
    below->bound_size = node_copy_key(&n, below->bound, KEY_ROOM);
    below->bounded = below->bound_size != 0;
    if (!last && !below->bounded)
        fault(x, f, (int)f->slot, "empty separator before the last node");
    if (last && (below->bounded != f->bounded ||
                 (f->bounded && !bytes_equal(bytes_of(below->bound, below->bound_size), bytes_of(f->bound, f->bound_size)))))
        fault(x, f, (int)f->slot, "last separator is not the one in the parent");
    if (below->bounded && x->any && bytes_compare(bytes_of(x->last, x->last_size), bytes_of(below->bound, below->bound_size)) >= 0)
        fault(x, f, (int)f->slot, "separator is not above the keys on its left");
    return page_child(p, f->slot);
}

static ese_err run(struct walk *x)
{
    ese_err err = 0;
    bool usable;
    TRY(enter(x, x->w->tree->root, &x->frames[0], &usable));
    if (!usable)
        goto done;
    for (;;) {
        struct frame *f = &x->frames[x->depth];
        bool leaf = page_is_leaf(page_of(x, f));
        if (check_enough(x->c))
            goto done;
        if (leaf) {
            TRY(check_leaf(x, f));
        } else if (f->count == 0) {
            fault(x, f, -1, "internal page without nodes");
        } else if (f->slot < f->count && x->depth + 1 < DEPTH_MAX) {
            struct frame *below = f + 1;
            pgno child = next_child(x, f, below);
            if (x->w->inner_only && x->leaf_depth == (int)x->depth + 1) {
                check_use(x->c, x->w->name, child, x->w->tree->objid, USE_TREE);
                f->slot++;
                continue;
            }
            TRY(enter(x, child, below, &usable));
            f->slot++;
            if (usable)
                x->depth++;
            continue;
        } else if (x->depth + 1 == DEPTH_MAX) {
            fault(x, f, -1, "tree is too deep");
        }
        if (x->depth == 0)
            break;
        x->depth--;
    }
    if (x->last_right != 0 && !x->w->inner_only)
        check_fault(x->c, x->w->name, x->last_leaf, -1, "last leaf names a right sibling");
done:
    return err;
}

ese_err check_tree(const struct check_walk *w)
{
    ese_err err = 0;
    size_t page_size = w->c->db->page_size, each = page_size + KEY_ROOM;
    struct walk *x = ese_alloc(sizeof *x);
    uint8_t *memory = ese_alloc(DEPTH_MAX * each + 2 * KEY_ROOM);
    if (x == NULL || memory == NULL)
        FAIL(JET_errOutOfMemory);
    x->w = w;
    x->c = w->c;
    x->leaf_depth = -1;
    for (unsigned i = 0; i < DEPTH_MAX; i++) {
        x->frames[i].page = memory + i * each;
        x->frames[i].bound = x->frames[i].page + page_size;
    }
    x->key = memory + DEPTH_MAX * each;
    x->last = x->key + KEY_ROOM;
    TRY(run(x));
done:
    ese_free(memory);
    ese_free(x);
    return err;
}
