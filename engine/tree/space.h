/*
 * space.h - who owns which page: extents of the database, of tables, of their indexes and long values (edb-format.md 7).
 *
 * OWNS        OE and AE trees, single-extent bitmaps, split buffers, growth of the file.
 * GIVES       pages and trees; takes them back.
 * INVARIANTS  S1  each page belongs to exactly one tree or one AE; a crash may leak a page, never give one out twice;
 *                 recovery gives back what trees that came or went left behind.
 *             S2  space operations are logged as node records (LR_SPACE) of their own, never versioned.
 *             S3  an AE extent lies within one OE extent.
 *             S4  no owned extent of a tree below the root is free as a whole: such an extent goes back to the parent tree.
 * LATCHES     db.space_lock (35), after btree.smo (32), before pages (40): one space operation per database at a time.
 * FAILS       JET_errDiskFull, JET_errOutOfDatabaseSpace, JET_errDatabaseCorrupted, buf, log.
 * CALLERS     tree, table (create and delete trees), admin (check, info).
 * TESTS       unit/test_space.c, sim
 */
#ifndef ESE_TREE_SPACE_H
#define ESE_TREE_SPACE_H

#include "tree/btree.h"

/* One page for tree, near the hint when possible. Not initialised yet: the caller's record does that. */
ese_err space_get_page(struct btree *tree, struct trx *t, pgno hint, pgno *out);
ese_err space_free_page(struct btree *tree, struct trx *t, pgno page);
struct space_extent { pgno last; uint32_t count; };
ese_err space_free_extent(struct btree *tree, struct trx *t, struct space_extent e);    /* within one owned extent (S3) */
/* Create the root of a new tree in the space of parent: cpg pages at first, single extent form when they are few. */
ese_err space_create_tree(struct btree *parent, struct trx *t, uint32_t cpg, bool unique, uint32_t page_flags, pgno *root, uint32_t *objid);
/* Give all space of a tree back to parent: nobody uses it any more. */
ese_err space_free_tree(struct btree *parent, struct trx *t, pgno root);
/* A new database: page 1 with OE 2 and AE 3 owning pages 1..page_last. */
ese_err space_create_root(struct db_file *db, struct trx *t, pgno page_last);
/* Owned (OE) or available (AE, bitmap) extents of a tree, for info calls and the checker. */
ese_err space_list(struct btree *tree, bool owned, ese_err (*each)(void *context, struct space_extent e), void *context);
/* Merge underfull pages of the extent trees of tree. */
ese_err space_compact(struct btree *tree, struct trx *t);
ese_err space_grow_database(struct db_file *db, struct trx *t, uint32_t cpg);   /* JetGrowDatabase, JetSetDatabaseSize */

#endif
