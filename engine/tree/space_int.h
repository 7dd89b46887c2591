/*
 * space_int.h - inside of the space manager: owners of space, their extent trees, page changes shared with redo.
 *
 * OWNS        nothing.
 * GIVES       struct owner; extent trees; space_apply_*, the page changes of the space records.
 * INVARIANTS  O1  everything here runs under db.space_lock.
 *             O2  taking pages never inserts into an extent tree, so that it always works; giving pages may.
 * CALLERS     space.c, space_extent.c, space_buffer.c, redo_space.c
 */
#ifndef ESE_TREE_SPACE_INT_H
#define ESE_TREE_SPACE_INT_H

#include "tree/btree_int.h"
#include "tree/space.h"

enum { SPACE_HEADER_BYTES = 16, SPACE_MULTIPLE = 1, SPACE_NON_UNIQUE = 2, SPACE_BITS = 32, SINGLE_PAGES_MAX = 16, BUFFER_FILL = 6 };

/* A root that owns pages: the database, a table, an index, a long-value tree. */
struct owner {
    struct db_file *db;
    struct trx *trx;
    struct btree tree;                                  /* for log heads; not the handle of cursors */
    struct btree oe, ae;
    bool positions, multiple;
    uint32_t primary, available;                        /* available: bitmap of a single extent */
    pgno parent;
    struct bt_pos oe_pos, ae_pos;                       /* last: they initialise themselves */
};
ese_err owner_open(struct db_file *db, struct trx *trx, pgno root, struct owner **out);
void owner_close(struct owner *o);
ese_err owner_set_header(struct owner *o);              /* writes multiple, primary, available, oe back to the root page */

/* First extent whose last page is >= page; *found false at the end. The position stays on it, latched or not. */
ese_err extent_find(struct bt_pos *p, pgno page, struct space_extent *e, bool *found);
ese_err extent_next(struct bt_pos *p, struct space_extent *e, bool *found);
ese_err extent_put(struct owner *o, struct bt_pos *p, struct space_extent e);
ese_err extent_resize(struct bt_pos *p, uint32_t count);/* of the extent that p is on; 0 removes it */

/* Take count pages from the front of the extent that ae_pos is on. */
ese_err available_take(struct owner *o, struct space_extent e, uint32_t count, pgno *first);
/* Put pages into the available extents, joined with their neighbours inside one owned extent; a whole one goes to the parent. */
ese_err available_give(struct owner *o, struct space_extent e);

/* Pages that an extent tree keeps for its own splits. */
ese_err buffer_take(struct btree *space_tree, struct trx *trx, pgno *out);
ese_err buffer_give(struct btree *space_tree, struct trx *trx, pgno page);
/* Does this extent tree want pages before its next insert? */
ese_err buffer_is_low(struct btree *space_tree, bool *low);
ese_err buffer_fill(struct btree *space_tree, struct trx *trx, struct space_extent e);

/* An extent of at least minimum, at most wanted pages from o; o grows when it has none. */
ese_err owner_get_extent(struct owner *o, uint32_t wanted, uint32_t minimum, struct space_extent *out);
ese_err owner_give_extent(struct owner *o, struct space_extent e);
ese_err owner_grow(struct owner *o, uint32_t at_least);

/* ---- page changes (also redo); a page whose at is NULL is left out ---- */

struct space_create {
    pgno root, oe, ae, parent; uint32_t objid, cpg, page_flags; bool unique, multiple; dbtime time;
};
void space_apply_create(const struct space_create *c, struct page root, struct page oe, struct page ae);
struct space_convert {
    pgno root, oe, ae, parent, secondary; uint32_t objid, cpg, cpg_secondary, available, page_flags; bool unique; dbtime time;
};
void space_apply_moved_oe(struct page root, pgno oe);   /* nothing to do on a root without extent trees */
void space_apply_convert(const struct space_convert *c, struct page root, struct page oe, struct page ae);

#endif
