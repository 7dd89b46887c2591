/*
 * buf.h - page cache: at most one copy in memory of each database page.
 *
 * OWNS        frames, the (database, pgno) hash, the dirty list, the writer thread. One cache for the process.
 * GIVES       struct buf_ref, a latched page. The page pointer lives as long as the ref.
 * INVARIANTS  I1  a dirty page is written only after the log is on disk up to its last change (and its undo information).
 *             I2  a frame with a ref is never evicted.
 *             I3  checksums are verified when a page is read from disk and set when it is written, nowhere else.
 *             I4  the dbtime of a page never goes back.
 *             I5  buf_will_dirty comes before the log record, buf_dirty after it: between them the checkpoint cannot pass.
 * LATCHES     rank 40. Parent before child, left before right; upwards or leftwards only try-latch.
 *             Takes 60 (hash partition) and 70 (log); never holds them across I/O.
 * FAILS       JET_errOutOfMemory, JET_errDiskIO, JET_errReadVerifyFailure, JET_errPageNotInitialized, JET_errFileIOBeyondEOF;
 *             a failed read leaves no frame.
 * CALLERS     tree, admin.
 * TESTS       unit/test_buf.c, sim/test_write_order.c (I1), unit/test_buf_latch.c
 */
#ifndef ESE_STORE_BUF_H
#define ESE_STORE_BUF_H

#include "format/page_map.h"
#include "store/db_file.h"

enum latch_mode {
    LATCH_NONE,
    LATCH_READ,                                         /* shared */
    LATCH_INTENT,                                       /* shared with readers, one at a time, may become WRITE */
    LATCH_WRITE                                         /* alone */
};

struct buf_frame;

struct buf_ref {
    struct buf_frame *frame;
    struct page page;
    enum latch_mode mode;
};
#define BUF_REF_NONE ((struct buf_ref){NULL, {NULL, 0}, LATCH_NONE})

struct buf_config { uint64_t bytes_min, bytes_max; uint32_t page_size; unsigned partitions; };

/* The process-wide cache: created by the first instance, released by the last. page_size is the frame size: one for the process. */
ese_err buf_cache_create(const struct buf_config *config, struct buf_cache **out);
void buf_cache_release(struct buf_cache *cache);
void buf_cache_resize(struct buf_cache *cache, uint64_t bytes_min, uint64_t bytes_max);
uint64_t buf_cache_bytes(struct buf_cache *cache);

/* Latch a page, reading it when it is not cached. */
ese_err buf_latch(struct db_file *db, pgno n, enum latch_mode mode, struct buf_ref *out);
/* The same with the frame where the page was seen last: no search when it is still there. *frame is brought up to date. */
ese_err buf_latch_at(struct db_file *db, pgno n, enum latch_mode mode, struct buf_frame **frame, struct buf_ref *out);
ese_err buf_try_latch(struct db_file *db, pgno n, enum latch_mode mode, struct buf_ref *out);   /* *out BUF_REF_NONE when busy or not cached */
/* Latch a page for WRITE without reading it: a page about to be initialised. Contents are zero when it was not cached. */
ese_err buf_latch_new(struct db_file *db, pgno n, struct buf_ref *out);
/* Like buf_latch WRITE but a bad, zero or missing page is given as zeros with *fresh set: recovery only. */
ese_err buf_latch_redo(struct db_file *db, pgno n, struct buf_ref *out, bool *fresh);
void buf_unlatch(struct buf_ref *ref);                  /* nothing to do on BUF_REF_NONE; resets the ref */
bool buf_try_upgrade(struct buf_ref *ref);              /* READ to WRITE when nobody else holds it */
void buf_upgrade(struct buf_ref *ref);                  /* INTENT to WRITE, waits for readers to leave */
void buf_downgrade(struct buf_ref *ref);                /* WRITE to READ */

/* Optimistic reading: look at a cached page without a latch. The page may change under the reader, who reads only through
 * bounds-checked accessors and believes nothing until buf_peek_valid says so. */
struct buf_peek { struct buf_frame *frame; struct page page; uint64_t version; };
bool buf_peek(struct db_file *db, pgno n, struct buf_peek *out);       /* false: not cached or being written to */
bool buf_peek_valid(const struct buf_peek *peek);
/* Choose the child of a peeked internal page by its map, which pages that are read much and changed little get; false: search the page.
 * Like all that a peek shows, the answer counts only if buf_peek_valid afterwards. */
bool buf_peek_child(const struct buf_peek *peek, struct buf_cache *cache, const struct page_key *k, pgno *child, uint32_t *flags);
/* Look again at page n, seen before in this frame: false when the frame's version is another one by now. */
bool buf_peek_again(struct buf_frame *frame, pgno n, uint64_t version, uint32_t page_size, struct buf_peek *out);
uint64_t buf_version(const struct buf_ref *ref);        /* for buf_peek_again; odd (never good) under WRITE */
/* Turn a peek into a latched ref; false (nothing latched) when the page changed or is busy. */
bool buf_peek_latch(const struct buf_peek *peek, struct db_file *db, pgno n, enum latch_mode mode, struct buf_ref *out);

/* Writing (I5). span: of the record that describes the change; {0,0} for unlogged databases. */
void buf_will_dirty(struct buf_ref *ref);
void buf_dirty(struct buf_ref *ref, lgpos record_start, lgpos record_end);

/* Pending undo information of a page: version entries of running transactions whose before-image must reach the log before the
 * page is written. The list head belongs to the frame and is guarded by the page latch; mvcc links its entries into it and sets
 * the callback, which logs what is still missing and empties the list. Called with the page write- or read-latched. */
struct list *buf_undo_list(struct buf_ref *ref);
/* The page of this (non-empty) list is not written before the log is durable up to until: a commit without UndoInfo. */
void buf_hold_back(struct list *undo_list, lgpos until);
void buf_set_undo_writer(struct buf_cache *cache, ese_err (*write)(struct db_file *db, pgno n, struct list *pending, lgpos *flush_to));

/* Told once for each database whose file refuses a page write or a sync; from then on its pages stay in memory and the checkpoint
 * where it is: what a failed sync was to bring may be lost, and no later one tells. Called under no page latch. */
void buf_set_failure_handler(struct buf_cache *cache, void (*failed)(struct db_file *db, ese_err why));
void buf_write_failed(struct db_file *db, ese_err why);

/* Flushing. */
ese_err buf_flush_db(struct db_file *db);               /* every dirty page of db reaches the disk, then sync */
void buf_purge_db(struct db_file *db);                  /* forget all pages of db, dirty or not: nothing may be latched */
void buf_purge_from(struct db_file *db, pgno first);    /* the same for pages >= first: the file is about to shrink */
void buf_detach_db(struct db_file *db);                 /* purges and forgets the database: the last use of db by the cache */
lgpos buf_oldest_dirty(struct buf_cache *cache, struct log *log);      /* lower bound of all unflushed changes of that log; LGPOS_MAX when none */
void buf_prefetch(struct db_file *db, pgno first, unsigned count);     /* hint */
void buf_set_log(struct db_file *db, struct log *log);  /* recovery: a database whose pages are being written gets its log */
void buf_kick_writer(struct buf_cache *cache);
/* Holds back all page writes and growth of a log's databases (snapshot freeze); nests. */
void buf_freeze(struct buf_cache *cache, struct log *log, bool freeze);
/* Their headers: frozen behind the log and thawed before it, because a log that rolls writes them. */
void buf_freeze_headers(struct buf_cache *cache, struct log *log, bool freeze);

/* Consistent copy for backup: pages first..first+count-1 as of now into to, checksummed as on disk, each verified; cached pages
 * come from the cache, others from the file. Changes in them may not be durable yet: the copy counts only together with the log
 * up to its end, which the roll at the end of a backup flushes. JET_errReadVerifyFailure when a page stays bad. Pages beyond a
 * page's initialisation are zeros. */
ese_err buf_copy_pages(struct db_file *db, pgno first, unsigned count, uint8_t *to);

struct buf_counts { uint64_t hits, reads, writes, evictions, repairs; };
void buf_counts(struct buf_cache *cache, struct buf_counts *out);

#endif
