/*
 * inst.h - one running instance: log, version store, databases, sessions.
 *
 * OWNS        struct inst: everything below the schema that hangs off an instance. Above layers hang their own parts in.
 * GIVES       inst_start / inst_stop of the parts; database slots; the session ring.
 * INVARIANTS  N1  a session is used by one thread at a time; the ring is guarded by rank 30.
 *             N2  slots 1..6 of dbs hold attached user databases; slot 0 the temporary one.
 * CALLERS     txn, table, admin, api.
 * TESTS       unit/test_session.c
 */
#ifndef ESE_TXN_INST_H
#define ESE_TXN_INST_H

#include "mvcc/ver.h"
#include "store/log.h"

struct schema_cache;
struct backup;
struct defrag;

struct inst {
    struct log *log;                                    /* NULL: recovery off */
    struct log_config log_config;
    struct buf_cache *cache;
    struct ver_store *versions;
    struct os_mutex lock;                               /* rank 10 */
    struct db_file *_Atomic dbs[DB_COUNT_MAX];
    _Atomic unsigned db_users;                          /* log callbacks that look at databases: a slot is emptied, then they are waited for */
    struct list sessions;
    struct list abandoned;                              /* sessions whose rollback failed: kept until the store has gone */
    uint64_t versions_preferred;                        /* bytes; above it beginning transactions help to clean up */
    struct session *_Atomic system; struct os_mutex system_lock; /* txn_system; rank 16 */
    uint16_t procid_next;
    uint32_t page_size;
    bool zero_in_backup;                                /* JET_paramZeroDatabaseDuringBackup */
    _Atomic uint32_t db_grow_pages;                     /* for databases that come; JET_paramDbExtensionSize */
    struct os_mutex session_lock;                       /* rank 30 */
    struct schema_cache *schemas[DB_COUNT_MAX];         /* table/schema.h, one per open database */
    struct backup *backup;                              /* admin/backup.h */
    struct defrag *defrags[DB_COUNT_MAX];               /* admin/defrag.h, under defrag_lock */
    struct os_mutex defrag_lock;                        /* rank 9 */
    void *api;                                          /* the API's instance object */
    _Atomic int32_t unavailable;                        /* first fatal error; every call then fails with it */
    _Atomic uint32_t trx_id_next;
    lgpos init_at;                                      /* where this run's Init2 lies */
    _Atomic uint64_t attach_floor;                      /* the checkpoint stays below while a database is being attached or detached */
    struct os_thread *checkpoint_thread;                /* and other background work; started by inst_start_background */
    struct os_cond background_wake; struct os_mutex background_lock; bool background_stop, background_kicked;
    ese_err (*delta_done)(struct inst *inst, struct ver_entry *e);         /* table layer: nobody can undo this delta any more */
    void (*event)(struct inst *inst, unsigned id, const char *text);       /* event sink; may be NULL */
};

/* Parts that other modules create (log, cache, versions) are set by the caller in between. */
void inst_init(struct inst *inst);
void inst_release(struct inst *inst);                   /* drops sessions that are left, as they are */
struct db_file *inst_db(struct inst *inst, uint8_t dbid);
void inst_set_unavailable(struct inst *inst, ese_err why);
void inst_write_failed(struct db_file *db, ese_err why);  /* a database file refuses what is written to it */
ese_err inst_start_background(struct inst *inst);       /* checkpoint and clean-up threads */
void inst_stop_background(struct inst *inst);
/* Callbacks of struct log_config, with the instance as context. */
unsigned inst_attach_list(void *inst, struct attach_info *out, unsigned room);
ese_err inst_rolled(void *inst, uint32_t generation, const struct logtime *created);
lgpos inst_oldest_transaction(void *inst, lgpos at);
lgpos inst_oldest_dirty(void *inst);
ese_err inst_before_checkpoint(void *inst, lgpos checkpoint);
/* Numbers of the original's events; the modules that tell of more have the rest beside their text. 0 is plain text. */
enum {
    EVENT_START = 102, EVENT_STOP = 103, EVENT_STOP_ERROR = 104, EVENT_START_DONE = 105, EVENT_LOGS_DELETED = 224, EVENT_NO_LOGS_DELETED = 225,
    EVENT_REDO_BEGINS = 300, EVENT_REDO_ENDS = 302,
    EVENT_DATABASE_CREATED = 325, EVENT_DATABASE_ATTACHED = 326, EVENT_DATABASE_DETACHED = 327, EVENT_LOG_CORRUPTED = 440,
    EVENT_REPLAY_FAILED = 454, EVENT_LOG_TORN = 462, EVENT_UNDO_FAILED = 471, EVENT_LOG_DOWN = 492, EVENT_LOGS_LOST = 524
};
void inst_event(struct inst *inst, unsigned id, const char *format, ...);

#endif
