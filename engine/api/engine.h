/*
 * engine.h - the process-wide state: mode, instance table, global parameters, handles; entry and exit of every call.
 *
 * OWNS        g_engine, the only mutable global of the engine.
 * GIVES       mode transitions from one table; resolution of handles; the entry disciplines of instance-modes.md 4.
 * INVARIANTS  E1  mode, table, lock bits and "inside" counts change under the engine lock only.
 *             E2  an instance found by an entry function stays alive until its leave function.
 *             E3  an object is reached through the handle table, never by following the caller's number.
 * LATCHES     engine lock: rank 6, never held across work.
 * FAILS       JET_errInvalidInstance, JET_errInvalidParameter, JET_errClientRequestToStopJetService, JET_errInstanceUnavailable,
 *             JET_errTermInProgress, JET_errRestoreInProgress, JET_errInitInProgress, JET_errNotInitialized, JET_errInvalidSesid, ...
 * CALLERS     api.
 * TESTS       unit/test_api_modes.c, conformance
 */
#ifndef ESE_API_ENGINE_H
#define ESE_API_ENGINE_H

#include "api/handle.h"
#include "api/param.h"
#include "txn/session.h"

enum engine_mode { MODE_NOT_SET, MODE_ONE, MODE_MULTI, MODE_COUNT };

/* What makes a mode change, or is refused because of the mode. */
enum mode_event {
    EVENT_INIT, EVENT_INIT_NULL, EVENT_CREATE, EVENT_ENABLE, EVENT_RESTORE_LEGACY, EVENT_RESTORE_EMPTY, EVENT_RESTORE_EXTERNAL,
    EVENT_LAST_GONE, EVENT_COUNT
};

enum lock_bit { LOCK_INITIALIZING = 1, LOCK_RESTORING = 2, LOCK_TERMINATING = 4, LOCK_DELETING = 8 };

struct snapshot_session;

struct api_instance {
    JET_INSTANCE handle;
    unsigned slot;
    char *name, *display;                               /* NULL: absent */
    struct param_table params;
    struct inst *inst;                                  /* the engine proper, while initialised or recovering */
    bool initialised, backup_allowed;
    unsigned locks;                                     /* enum lock_bit */
    unsigned inside;                                    /* calls that hold the instance */
    struct os_cond left;                                /* inside went down */
    uint64_t init_thread;                               /* may use parameters while INITIALIZING (callbacks) */
    _Atomic bool stopped;                               /* JetStopService: everything */
    uint32_t stopped_parts;                             /* JetStopServiceInstance2: single services */
    _Atomic bool terminating;
    _Atomic uint32_t sessions, temp_tables, cursors;
    struct snapshot_session *snapshot;                  /* that owns the instance */
    struct os_mutex databases;                          /* attach, detach, open, close: one at a time; rank 4 */
    unsigned opened[DB_COUNT_MAX];                      /* JetOpenDatabase counts of all sessions */
    struct api_session *exclusive[DB_COUNT_MAX];
};

struct engine {
    _Atomic uint32_t ready;
    struct os_mutex lock;
    enum engine_mode mode;
    unsigned max;                                       /* slots of the table */
    _Atomic uint32_t count, terms;
    struct api_instance **table;
    struct param_table params;
    struct handle_table handles;
    struct buf_cache *cache;                            /* one for the process, while an instance needs it */
    unsigned cache_users;
    unsigned restore_counter;
    struct list snapshots;
    uint64_t snapshot_last;
};

extern struct engine g_engine;

void engine_lock(void);                                 /* first use sets the engine up */
void engine_unlock(void);

/* ---- under the engine lock ---- */

ese_err engine_event(enum mode_event event);            /* table-driven; mode changes or an error */
ese_err engine_allocate(const char *name, const char *display, struct api_instance **out);
void engine_destroy(struct api_instance *ai);           /* last one: the mode is not set again */
ese_err engine_resolve(JET_INSTANCE handle, struct api_instance **out);
static inline bool handle_is_empty(JET_INSTANCE handle) { return handle == 0 || handle == JET_instanceNil; }
bool engine_handle_lives(JET_INSTANCE handle);          /* empty ones pass */
ese_err engine_lock_error(const struct api_instance *ai, ese_err initializing);

/* ---- entry and exit, without the lock ---- */

ese_err enter_instance(JET_INSTANCE handle, struct api_instance **out);        /* ENTER (4.1), validation included */
ese_err enter_legacy(struct api_instance **out);        /* mode check, then ENTER on the sole instance */
ese_err hold_instance(JET_INSTANCE handle, struct api_instance **out);         /* validation and resolution only */
ese_err hold_legacy(struct api_instance **out);
void leave_instance(struct api_instance *ai);           /* NULL is fine */
void engine_wait_left(struct api_instance *ai, unsigned keep);                 /* under the lock: until only keep calls are inside */

/* ---- running an instance (instance_run.c) ---- */

struct start_config {
    JET_GRBIT grbit;
    const struct recover_map *map; unsigned map_count;
    JET_PFNSTATUS status; JET_PFNINITCALLBACK init_callback; void *callback_context;
};
ese_err instance_start(struct api_instance *ai, const struct start_config *config);
ese_err instance_stop(struct api_instance *ai, bool dirty);
ese_err instance_paths(struct api_instance *ai);        /* absolute paths into ai->params */
ese_err instance_collisions(struct api_instance *ai);
ese_err instance_open_parts(struct api_instance *ai);   /* ai->inst with cache and version store, log_config filled */
void instance_close_parts(struct api_instance *ai);
void instance_event(struct inst *inst, unsigned id, const char *text);         /* instance_event.c: to the system's event log */
bool instance_logs(const struct api_instance *ai);      /* JET_paramRecovery is not "off" */

#endif
