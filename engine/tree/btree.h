/*
 * btree.h - B+trees: positions, reading, single-node changes, structure changes (edb-format.md 6).
 *
 * OWNS        nothing on disk but through pages; struct btree is the in-memory handle of one tree, shared by all positions.
 * GIVES       seek, move, read with visibility; insert, replace, delete, delta with versions and log; undo and physical removal.
 * INVARIANTS  B1  prepare -> log -> apply: an error leaves page, versions and log as they were.
 *             B2  the apply functions (page changes) are those that redo runs.
 *             B3  structure changes are one macro in the log: all pages or none.
 *             B4  a position without a latch remembers (page, slot, dbtime, bookmark); resume re-seeks only when dbtime moved. While
 *                 the frame has the version remembered with it, the place can be read without a latch.
 *             B5  the root keeps its page number; leaf siblings form the key order; separators are > every key under them.
 *             B6  at most one structure change per tree at a time (struct btree.smo); readers and leaf writers go on beside it.
 * LATCHES     page latches by buf.h's rule: parent before child, left before right.
 * FAILS       JET_errKeyDuplicate, JET_errWriteConflict, JET_errNoCurrentRecord, JET_errRecordNotFound, JET_errRecordDeleted,
 *             JET_errDiskFull, JET_errDatabaseCorrupted and everything of buf, log, ver.
 * CALLERS     table, txn (undo), admin.
 * TESTS       unit/test_btree*.c, model, sim
 */
#ifndef ESE_TREE_BTREE_H
#define ESE_TREE_BTREE_H

#include <stdatomic.h>

#include "format/key.h"
#include "mvcc/ver.h"

enum { BT_KEY_MAX = KEY_BYTES_MAX + 8, BT_DATA_KEY_MAX = KEY_BYTES_MAX + 8, BT_PEEK_BYTES = 64 };
#define BT_VERSION_UNKNOWN UINT64_MAX                   /* odd: that of no page at rest */

struct btree {
    struct db_file *db;
    pgno root;                                          /* FDP */
    uint32_t objid;
    pgno parent_root;                                   /* space comes from this tree; 1 for tables */
    bool unique;                                        /* false: bookmark is key + data */
    bool versioned;                                     /* false: space trees, unlogged temporary trees */
    uint32_t page_flags;                                /* PAGE_INDEX, PAGE_LONG_VALUE, PAGE_SPACE_TREE, PAGE_NON_UNIQUE | PAGE_NEW_RECORD_FORMAT */
    uint8_t density;                                    /* per cent, 20..100 */
    struct os_mutex smo;                                /* rank 32 (extent trees: 36): structure changes of this tree */
    void *owner;                                        /* table descriptor above */
    _Atomic bool dropped;                               /* its pages have been given back: nothing of it may be touched any more */
};
void btree_init(struct btree *t, struct db_file *db, pgno root, uint32_t objid, pgno parent_root, bool unique, uint32_t page_flags);
void btree_release(struct btree *t);
/* Read the root page: fills unique, page_flags, objid from it; JET_errDatabaseCorrupted when it is no root. */
ese_err btree_open(struct btree *t, struct db_file *db, pgno root);

enum bt_place { BT_NOWHERE, BT_ON, BT_BETWEEN, BT_BEFORE_FIRST, BT_AFTER_LAST };  /* BETWEEN: next is >= slot, previous is slot - 1 */

struct bt_pos {
    struct btree *tree;
    struct trx *trx;
    enum bt_place place;
    bool raw;                                           /* sees every node, deleted ones too: check, dump, clean-up */
    bool data_is_view;                                  /* data comes from a before-image or scratch */
    bool key_saved;                                     /* key (and data_key) hold the bookmark of the place */
    bool bound_upper;                                   /* BETWEEN: the place is behind all nodes whose key begins with key */
    bool appending;                                     /* the last insert went to the end of its page */
    struct buf_ref leaf;                                /* latched between a call and bt_release */
    struct buf_frame *frame;                            /* where the leaf was seen last: a hint */
    uint64_t version;                                   /* of that frame when the place was left: while it stays, slot is the node */
    uint32_t peek_at, peek_size;                        /* of the node's data in the page, with version; 0: not a plain node */
    unsigned slot;
    pgno page;
    dbtime seen;
    struct bytes data;                                  /* visible data while latched */
    size_t key_size, data_key_size;                     /* saved bookmark */
    uint8_t *scratch; size_t scratch_room;              /* for composed views; page_size bytes, owned */
    uint8_t key[BT_KEY_MAX];
    uint8_t data_key[BT_DATA_KEY_MAX];
};
ese_err bt_pos_init(struct bt_pos *p, struct btree *tree, struct trx *trx);
void bt_pos_free(struct bt_pos *p);                     /* releases the latch too */
void bt_pos_retarget(struct bt_pos *p, struct btree *tree);   /* reuse for another tree: BT_NOWHERE */

/* ---- reading: on success (and on JET_errNoCurrentRecord from move) the place is set; BT_ON leaves the leaf read-latched ---- */

enum bt_seek { BT_SEEK_EQ, BT_SEEK_GE, BT_SEEK_GT, BT_SEEK_LE, BT_SEEK_LT };
/* key, and data for an exact bookmark in a non-unique tree (BYTES_NONE otherwise); neither may lie in p itself. exact may be NULL: set when the node's key equals
 * key. JET_errRecordNotFound leaves the position BETWEEN (latch released, bookmark = key). */
ese_err bt_seek(struct bt_pos *p, struct bytes key, struct bytes data, enum bt_seek how, bool *exact);
ese_err bt_first(struct bt_pos *p);
ese_err bt_last(struct bt_pos *p);
ese_err bt_next(struct bt_pos *p);                      /* resumes when unlatched; JET_errNoCurrentRecord: AFTER_LAST, unlatched */
ese_err bt_prev(struct bt_pos *p);
/* Key and visible data of the current node; p must be BT_ON and latched. key is copied into p->key. */
struct bytes bt_key(struct bt_pos *p);
struct bytes bt_data(struct bt_pos *p);                 /* valid until bt_release or the next call */
void bt_release(struct bt_pos *p);                      /* save bookmark, drop the latch */
ese_err bt_resume(struct bt_pos *p);                    /* latch again at the saved bookmark; JET_errRecordDeleted when no longer visible */

/* ---- reading without a latch (btree_peek.c): true when the answer is certain; false says nothing, the calls above know.
 * They leave the position BT_ON and released. Only nodes without versions are seen this way: all transactions see those alike. ---- */

struct bt_copy { size_t size; uint8_t at[BT_PEEK_BYTES]; };
/* Stand on the (first) node with this key. data may be NULL: gets the node's data. key may not lie in p. */
bool bt_peek_equal(struct bt_pos *p, struct bytes key, struct bt_copy *data);
/* To the next or previous node, when it is on the same page. */
bool bt_peek_step(struct bt_pos *p, bool forward, struct bt_copy *data);
/* Data of the node p stands on, in the page: what was read is true only if buf_peek_valid(peek) afterwards. */
bool bt_peek_data(const struct bt_pos *p, struct buf_peek *peek, struct bytes *data);

/* Rough position for JetGetRecordPosition: entries before and in total, estimated from the path. */
ese_err bt_position_estimate(struct bt_pos *p, uint64_t *before, uint64_t *total);
ese_err bt_goto_fraction(struct bt_pos *p, uint64_t before, uint64_t total);

/* ---- changing: p is scratch for insert; others act on the node p stands on. Latch is released afterwards. ---- */

enum bt_flags { BT_NO_VERSION = 1, BT_APPEND_HINT = 2 };
ese_err bt_insert(struct bt_pos *p, struct bytes key, struct bytes data, unsigned flags);    /* p stands on the new node */
ese_err bt_replace(struct bt_pos *p, struct bytes data, unsigned flags);
ese_err bt_delete(struct bt_pos *p, unsigned flags);                                         /* flag-delete; BT_NO_VERSION removes at once */
ese_err bt_delta(struct bt_pos *p, uint16_t offset, int64_t delta, bool wide, int64_t *before, unsigned flags);
ese_err bt_lock(struct bt_pos *p, bool write);                                               /* JetGetLock: a version entry without change */

/* ---- called back from below and above ---- */
ese_err bt_undo(struct trx *t, struct ver_entry *e);                   /* physical undo of one change, logged as Undo; ver_drop(e) at its end under the page latch; e->tree is set */
ese_err bt_remove_deleted(struct btree *tree, struct trx *system, struct ver_entry *e);  /* after clean-up: Delete record, merge when the page empties */
/* Defragmentation, one leaf: lines that nobody needs go, a leaf whose lines fit its right sibling is merged into it and freed. p walks
 * the tree from BT_NOWHERE on; *done: this was the last leaf. Nothing is latched afterwards. */
ese_err bt_compact_step(struct bt_pos *p, bool *done);
/* Load sorted pairs into an empty tree as fast as pages can be filled; next returns false at the end. Logged page by page. */
ese_err bt_bulk_load(struct btree *tree, struct trx *trx, bool (*next)(void *context, struct bytes *key, struct bytes *data), void *context);
/* Find the btree of a version entry that recovery made (no handle yet). */
typedef struct btree *(*bt_lookup_fn)(void *context, struct db_file *db, pgno fdp);

#endif
