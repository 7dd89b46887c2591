#include "admin/check_int.h"

struct claim { struct check *c; const char *name; uint32_t objid, parent; bool owned; };

static bool extent_inside(const struct check *c, struct space_extent e)
{
    return e.count != 0 && e.last <= c->page_last && e.count <= e.last;
}

/* Owned: the pages were the parent's, and nobody uses them yet. Available: they are this object's own and unused. */
static ese_err claim_extent(void *context, struct space_extent e)
{
    struct claim *m = context;
    struct check *c = m->c;
    pgno first = e.last - e.count + 1, n;
    if (!extent_inside(c, e)) {
        check_fault(c, m->name, e.last, -1, "extent of %u pages that ends at %u is not in the file of %u pages", (unsigned)e.count,
                    (unsigned)e.last, (unsigned)c->page_last);
        return 0;
    }
    for (n = first; n <= e.last; n++) {
        if (!m->owned) {
            if (c->owner[n] != m->objid || c->use[n] != USE_NONE)
                break;
            c->use[n] = USE_AVAILABLE;
        } else {
            if (c->owner[n] != m->parent || c->use[n] != USE_NONE)
                break;
            c->owner[n] = m->objid;
        }
    }
    if (n <= e.last)
        check_fault(c, m->name, n, -1, m->owned ? "owned page is not the parent's to give (it is object %u's, state %u)"
                                                : "available page is in use (object %u, state %u)",
                    (unsigned)c->owner[n], (unsigned)c->use[n]);
    return 0;
}

/* Pages that an extent tree keeps for its own splits. */
static void claim_buffer(struct claim *m, struct bytes external)
{
    if (external.size != 16) {
        check_fault(m->c, m->name, 0, -1, "split buffer of an extent tree");
        return;
    }
    for (unsigned i = 0; i < 2; i++) {
        struct space_extent e = {load_le32(external.data + 8 * i), load_le32(external.data + 8 * i + 4)};
        if (e.count == 0)
            continue;
        if (!extent_inside(m->c, e)) {
            check_fault(m->c, m->name, e.last, -1, "split buffer outside the file");
            continue;
        }
        for (pgno n = e.last - e.count + 1; n <= e.last; n++)
            check_use(m->c, m->name, n, m->objid, USE_BUFFER);
    }
}

static ese_err walk_extent_tree(struct claim *m, struct btree *owner, pgno root)
{
    ese_err err = 0;
    struct btree tree;
    struct check_walk walk = {.c = m->c, .name = m->name, .tree = &tree};
    struct buf_ref ref = BUF_REF_NONE;
    btree_init(&tree, owner->db, root, owner->objid, owner->root, true, owner->page_flags | PAGE_SPACE_TREE);
    TRY(check_tree(&walk));
    err = buf_latch(owner->db, root, LATCH_READ, &ref);
    if (err < 0) {
        err = check_failed(m->c, m->name, root, err);
        goto done;
    }
    claim_buffer(m, page_external(ref.page));
done:
    buf_unlatch(&ref);
    btree_release(&tree);
    return err;
}

/* Root of the OE tree; 0 for a single extent. */
static ese_err find_extent_trees(struct claim *m, struct btree *tree, pgno *oe)
{
    ese_err err;
    struct buf_ref ref = BUF_REF_NONE;
    struct bytes header;
    *oe = 0;
    err = buf_latch(tree->db, tree->root, LATCH_READ, &ref);
    if (err < 0)
        return check_failed(m->c, m->name, tree->root, err);
    header = page_external(ref.page);
    if (header.size > 16)
        header = bytes_of(header.data + 1, header.size - 1);
    if (header.size < 16)
        check_fault(m->c, m->name, tree->root, -1, "space header");
    else if ((load_le32(header.data + 8) & 1) != 0)
        *oe = load_le32(header.data + 12);
    buf_unlatch(&ref);
    return 0;
}

ese_err check_space(struct check *c, const char *name, struct btree *tree, uint32_t parent_objid)
{
    ese_err err = 0;
    struct claim m = {c, name, tree->objid, parent_objid, true};
    pgno oe;
    err = space_list(tree, true, claim_extent, &m);
    if (err < 0)
        return check_failed(c, name, tree->root, err);
    TRY(find_extent_trees(&m, tree, &oe));
    if (oe != 0) {
        TRY(walk_extent_tree(&m, tree, oe));
        TRY(walk_extent_tree(&m, tree, oe + 1));
    }
    m.owned = false;
    err = space_list(tree, false, claim_extent, &m);
    if (err < 0)
        return check_failed(c, name, tree->root, err);
done:
    return err;
}
