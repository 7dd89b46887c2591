/*
 * ver.h - version store: before-images by (tree, bookmark), visibility, write conflict.
 *
 * OWNS        version entries and their memory (capped), the hash of entries, the clean-up queue, rceids.
 * GIVES       ver_add for a change, ver_view for a reader, ver_check_write for a writer; undo and clean-up walk the entries.
 * INVARIANTS  V1  an entry is added under the write latch of the page that holds the node, before the page changes.
 *             V2  an entry that a running transaction may still need is never freed; a before-image given by ver_view is good
 *                 as long as the page latch under which it was asked for is held.
 *             V3  first writer wins: ver_check_write fails at once for the second (JET_errWriteConflict).
 *             V4  a node whose newest entry is obsolete loses its versioned flag lazily; the flag alone proves nothing.
 *             V5  deltas commute: any number of running transactions may have a delta on one node.
 * LATCHES     rank 50 (bucket), under page latches (40).
 * FAILS       JET_errVersionStoreOutOfMemory, JET_errVersionStoreOutOfMemoryAndCleanupTimedOut, JET_errWriteConflict.
 * CALLERS     tree, txn, admin/recover.
 * TESTS       unit/test_ver.c, model
 */
#ifndef ESE_MVCC_VER_H
#define ESE_MVCC_VER_H

#include "mvcc/trx.h"
#include "store/buf.h"

enum ver_op {
    VER_INSERT = OPER_INSERT, VER_REPLACE = OPER_REPLACE, VER_FLAG_DELETE = OPER_FLAG_DELETE, VER_DELTA = OPER_DELTA,
    VER_DELTA64 = OPER_DELTA64, VER_WRITE_LOCK = 20, VER_READ_LOCK = 21, VER_SCHEMA = 30   /* in memory only from 20 */
};

/* Which node: tree by database and root page, bookmark = key (+ data in non-unique trees). */
struct ver_node { struct db_file *db; pgno fdp; uint32_t objid; bool unique; struct bytes key, data; };

/* Schema changes take part in transactions through an entry with callbacks (rank: no latch held). */
struct ver_schema_ops {
    ese_err (*undo)(void *object, struct trx *t);       /* rollback, newest first */
    void (*commit)(void *object, stamp at);             /* transaction committed to level 0 */
    void (*cleanup)(void *object);                      /* nobody can see the old state any more */
};

struct ver_entry {
    struct list trx_link, undo_link;                    /* transaction or clean-up queue; page's pending undo list */
    struct ver_entry *hash_next;                        /* bucket: newest entries of other nodes */
    struct ver_entry *older, *newer;                    /* same node */
    struct trx *writer;                                 /* NULL once committed */
    _Atomic uint64_t commit_stamp;                      /* STAMP_NEVER until committed */
    struct list *pending;                               /* the page's list that undo_link is in */
    struct db_file *db;
    void *tree;                                         /* struct btree*, set by tree; NULL during redo */
    pgno fdp;
    uint32_t objid, hash, rceid;
    uint8_t size_class, shard;
    _Atomic uint8_t undo_stripe;                        /* 1 + stripe while undo_link is in a page's list; 0 = not linked */
    uint8_t attempts;                                   /* clean-ups that could not remove the node */
    uint8_t op, level;
    bool unique;
    bool before_missing;                                /* redo skipped the page change: the before-image comes with UndoInfo */
    struct bytes key, data, before;                     /* copies owned by the entry */
    struct ver_entry *rceid_next;                       /* recovery: bucket of rceids */
    uint8_t *before_owned;                              /* given by ver_set_before */
    union {
        struct { int64_t delta; uint16_t delta_offset; };                       /* VER_DELTA */
        struct { int16_t replace_max, replace_delta; };                         /* VER_REPLACE */
        struct { const struct ver_schema_ops *schema; void *object; };          /* VER_SCHEMA */
    };
};

struct ver_config { uint64_t bytes_max, bytes_preferred; struct log *log; };
ese_err ver_store_create(const struct ver_config *config, struct ver_store **out);
void ver_store_release(struct ver_store *v);            /* all transactions have ended */

uint32_t ver_rceid_next(struct ver_store *v);
void ver_rceid_raise(struct ver_store *v, uint32_t seen);

/* Writer: may t change this node now? (V3) Same transaction, or newest entry committed before t began, or delta on delta. */
ese_err ver_check_write(struct ver_store *v, const struct trx *t, const struct ver_node *node, enum ver_op op);
/* Two halves, so that the log record can stand between: prepare allocates and links nothing visible; apply links (void); cancel frees. */
ese_err ver_prepare(struct ver_store *v, struct trx *t, enum ver_op op, const struct ver_node *node, struct bytes before, struct ver_entry **out);
void ver_apply(struct ver_store *v, struct trx *t, struct ver_entry *e, struct buf_ref *page);  /* REPLACE, FLAG_DELETE join the page's undo list */
void ver_cancel(struct ver_store *v, struct ver_entry *e);
ese_err ver_add_schema(struct ver_store *v, struct trx *t, const struct ver_schema_ops *ops, void *object);

/* Reader: what does t see of a node whose page says (deleted, current data)? Under the page latch. A node without the versioned
 * flag needs no call. scratch receives data only when it must be composed (deltas); room >= current.size. */
struct ver_view { bool exists; struct bytes data; bool own_change, has_entries; };
ese_err ver_view(struct ver_store *v, const struct trx *t, const struct ver_node *node, bool deleted, struct bytes current,
                 uint8_t *scratch, size_t room, struct ver_view *out);
bool ver_any(struct ver_store *v, const struct ver_node *node);       /* is there any live entry (also obsolete but not yet cleaned) */
/* Longest before-image that a rollback may still put back at this node. */
size_t ver_before_max(struct ver_store *v, const struct ver_node *node);
bool ver_any_active(struct ver_store *v, const struct ver_node *node);/* one that a running transaction may need */
/* Has a running transaction other than t changed the tree? */
bool ver_tree_busy(struct ver_store *v, const struct db_file *db, pgno fdp, const struct trx *t);
/* Redo: find by rceid (Replace and FlagDelete that wait for their UndoInfo, Undo records). */
struct ver_entry *ver_find_rceid(struct ver_store *v, uint32_t rceid);
/* Redo sets e->rceid and e->level from the record between ver_prepare and ver_apply, which puts the entry in its place among those of
 * its node and transaction by rceid: so an entry whose bookmark only UndoInfo brings (Replace, FlagDelete of a page that was newer)
 * is simply made when UndoInfo comes and ver_find_rceid knows none. page is NULL when the page change was skipped.
 * ver_set_before completes an entry that was made without its before-image (before_missing). */
ese_err ver_set_before(struct ver_store *v, struct ver_entry *e, struct bytes before);

/* Transaction end. commit: stamps all entries; what no running transaction can need and nobody must be told of leaves the store at
 * once. Rollback is driven by txn/undo: bt_undo (and redo of Undo) ends with ver_drop while the page is write-latched; locks and
 * schema entries are dropped by txn/undo itself. */
void ver_commit(struct ver_store *v, struct trx *t, stamp at);
void ver_commit_level(struct ver_store *v, struct trx *t);            /* entries of this level become the parent's */
void ver_drop(struct ver_store *v, struct ver_entry *e);              /* under the page's write latch (or recovery) */

/* Clean-up: entries older than every running transaction. remove is called without latches for obsolete FLAG_DELETEs (physical
 * removal) and for VER_SCHEMA; deltas ask finalize. Runs on the background thread and on demand. */
typedef ese_err (*ver_remove_fn)(void *context, struct ver_entry *e);
void ver_set_remover(struct ver_store *v, ver_remove_fn remove, void *context);
ese_err ver_cleanup(struct ver_store *v, unsigned entries_max);
/* Before t changes something, without latches: a store that is nearly full is cleaned up at once, and transactions of others get a moment
 * to end. So only one that runs long meets JET_errVersionStoreOutOfMemory. */
void ver_ease(struct ver_store *v, const struct trx *t);
void ver_cleanup_start(struct ver_store *v);            /* background thread */
void ver_cleanup_stop(struct ver_store *v);
uint64_t ver_entry_count(struct ver_store *v);
uint64_t ver_bytes(struct ver_store *v);
/* Everything of db that is obsolete leaves the store; before detach, when no transaction runs on db. */
void ver_drain(struct ver_store *v, struct db_file *db);
/* Transactions with entries of db that still run? */
bool ver_db_busy(struct ver_store *v, const struct db_file *db);
/* The undo writer for buf_set_undo_writer: logs UndoInfo for each pending entry. */
ese_err ver_write_undo_info(struct db_file *db, pgno n, struct list *pending, lgpos *flush_to);
/* An entry stays in the list of the page it was made on, wherever splits and merges take its node: what matters is that this page is
 * not written without it. As long as it is old on disk, redo of the change itself finds the before-image there. But an undo takes
 * place on the page where the node is now, which may be on disk already: its redo needs the before-image even when the first page is
 * written without it later. Before an undo that meets the node elsewhere than on page n, whose list is here, it is logged: */
ese_err ver_write_moved_undo_info(struct ver_entry *e, const struct list *here, pgno n);

#endif
