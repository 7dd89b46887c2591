/*
 * db_file.h - one open database file: header, size, counters.
 *
 * OWNS        the file handle, the header page in memory, dbtime and objid counters, the file's size.
 * GIVES       struct db_file; open, create, header update (copy, flush, shadow), growth, raw page I/O for the cache.
 * INVARIANTS  D1  header and shadow are written one after the other with a sync between; a torn header is healed from the shadow.
 *             D2  before a page whose last change lies in generation g is written, gen_max_required in the header is >= g.
 *             D3  dbtime_dirtied in the header is >= every page's dbtime whenever the header says clean.
 *             D4  bytes of the header that we do not know are kept.
 * LATCHES     header_lock rank 80 (file); never held while a page latch is acquired.
 * FAILS       os codes, JET_errReadVerifyFailure, JET_errDatabaseCorrupted, JET_errInvalidDatabaseVersion, JET_errPageSizeMismatch,
 *             JET_errFileAccessDenied.
 * CALLERS     store, tree/space (growth), admin, api.
 * TESTS       unit/test_db_file.c, sim crash sweep
 */
#ifndef ESE_STORE_DB_FILE_H
#define ESE_STORE_DB_FILE_H

#include "base/list.h"
#include "format/db_header.h"
#include "format/page.h"
#include "os/os.h"

struct buf_cache;
struct log;
struct ver_store;

enum { DB_COUNT_MAX = 7, DB_TEMP_ID = 0 };              /* dbid 0 = temporary database, 1..6 user databases */

struct db_file {
    uint8_t dbid;
    bool logged;                                        /* false: recovery off, read-only, temporary */
    bool read_only;
    bool temporary;
    uint32_t page_size;
    char path[OS_PATH_MAX];                             /* full path */
    struct os_file *file;
    struct buf_cache *cache;
    struct log *log;                                    /* NULL when not logged */
    struct ver_store *versions;
    void *owner;                                        /* upper layers: the instance */

    lgpos consistent;                                   /* end of the attach before this one, as the file says until this one has ended */
    bool guarded, guard_used;                           /* db_guard.c */
    struct os_file *guard;
    uint8_t *guard_head;

    struct os_mutex header_lock;
    uint8_t *header_page;                               /* page_size bytes (at least 4096); struct db_header at its start */

    _Atomic uint64_t dbtime_now;                        /* last value handed out */
    _Atomic uint32_t objid_last;
    _Atomic uint32_t page_last;                         /* highest pgno inside the file */
    _Atomic uint32_t gen_required;                      /* what the header on disk promises (D2) */
    _Atomic uint32_t grow_pages;                        /* least step of growth, 0 = the engine's own; JET_paramDbExtensionSize */
    _Atomic uint32_t page_max;                          /* the file does not grow beyond this page; 0 = no limit */
    struct os_mutex grow_lock;                          /* rank 66: serialises growth of the file */
    struct os_mutex space_lock;                         /* rank 35: root space tree */

    struct os_mutex dirty_lock;                         /* rank 65; the cache's side of the file, buf_*.c only, from here */
    struct list dirty, writing;                         /* frames: changed, oldest first; on their way to the file */
    uint64_t dirty_seq;                                 /* frames ever put on dirty */
    struct list cache_link;
    _Atomic bool in_cache;
    _Atomic bool exclusive;                             /* one session alone has it open; the layers above say so */
    _Atomic uint32_t frozen;                            /* pages and size stand still */
    _Atomic uint32_t header_frozen;                     /* and the header does */
    _Atomic uint32_t writers;                           /* rounds of the writer thread that use this database */
    _Atomic bool write_failed;                          /* a write or sync failed: no more pages are written, nothing is called durable */
};

static inline struct db_header *db_header_of(struct db_file *db) { return (struct db_header *)(void *)db->header_page; }

/* Open an existing file and read its header (healing from the shadow when writable). page_size 0 = any. */
ese_err db_file_open(const char *path, bool read_only, uint32_t page_size, struct db_file **out);
/* Make a new file: header state 1 (just created), pages initial (last pgno), zero-filled. overwrite: replace what exists. */
struct db_create { uint32_t page_size; pgno page_last; uint8_t dbid; bool overwrite, temporary; uint32_t update_major; struct signature sign_log;
                   const struct signature *sign_db; };                  /* NULL: a new one */
ese_err db_file_create(const char *path, const struct db_create *how, struct db_file **out);
void db_file_created_at(struct db_file *db, uint32_t update_major);     /* the header's marks of a database made at this level */
void db_file_close(struct db_file *db);                 /* drops: the caller has flushed */
ese_err db_file_write_header(struct db_file *db);       /* seals, writes both copies (D1); takes header_lock itself */
/* The same without waiting for a thaw: pages freeze before the log does, and the log freezes when its flush, which may roll, is over. */
ese_err db_file_write_header_for_roll(struct db_file *db);
ese_err db_file_set_state(struct db_file *db, uint32_t state);  /* allowed moves only (edb-format 1.3) */
ese_err db_file_extend(struct db_file *db, pgno page_last);     /* grows the file and page_last; logs nothing */
ese_err db_file_shrink(struct db_file *db, pgno page_last);
ese_err db_file_sync(struct db_file *db);
ese_err db_file_require_generation(struct db_file *db, uint32_t generation);  /* D2; cheap when already promised */

dbtime db_time_next(struct db_file *db);                /* atomic increment */
dbtime db_time_now(struct db_file *db);
void db_time_raise(struct db_file *db, dbtime seen);    /* redo: never below what was seen */
uint32_t db_objid_next(struct db_file *db);
void db_objid_raise(struct db_file *db, uint32_t seen);

/* Raw page I/O: offset arithmetic, no checksum. count consecutive pages. */
ese_err db_page_read(struct db_file *db, pgno first, unsigned count, void *to);
ese_err db_page_write(struct db_file *db, pgno first, unsigned count, const void *from);
static inline uint64_t db_page_offset(const struct db_file *db, pgno n) { return ((uint64_t)n + 1) * db->page_size; }

#endif
