/*
 * call.h - what every call on a session or a cursor does first and last.
 *
 * OWNS        the API's session and table objects.
 * GIVES       call_session, call_table: handle, stop-service, unavailable, terminating, sharing - in that order (instance-modes.md 4.4);
 *             an implicit transaction for work outside one; call_end.
 * INVARIANTS  C1  between a successful call_* and call_end the session belongs to the calling thread; JetTerm waits for it.
 *             C2  a call that fails in call_* must not use call_end's session parts: call_end knows.
 * FAILS       JET_errInvalidSesid, JET_errInvalidTableId, JET_errSessionSharingViolation and those of engine.h.
 * CALLERS     api.
 * TESTS       unit/test_api_native.c, conformance
 */
#ifndef ESE_API_CALL_H
#define ESE_API_CALL_H

#include "api/engine.h"
#include "table/cursor.h"

struct api_session {
    JET_SESID handle;
    struct handle_slot *slot;
    struct api_instance *owner;
    struct session *s;
    unsigned opened[DB_COUNT_MAX];                      /* JetOpenDatabase minus JetCloseDatabase */
    JET_GRBIT commit_default;
    bool commit_default_set;
    uint32_t correlation, cache_priority;
    JET_OPERATIONCONTEXT operation;
    uint8_t commit_context[1024];
    uint32_t commit_context_size;
    uint64_t commits;                                   /* for JET_COMMIT_ID */
};

enum table_kind { TABLE_USER, TABLE_TEMPORARY };

struct api_table {
    JET_TABLEID handle;
    struct api_session *owner;
    struct cursor *cursor;
    enum table_kind kind;
    unsigned level;                                     /* transaction level at which it was opened; rollback closes it */
    JET_LS storage;                                     /* JetSetLS */
    JET_GRBIT temp_grbit;                               /* JET_bitTT*; temporary tables only, with the next one */
    bool temp_reading;                                  /* the rows are in, they are read now */
};

enum call_how {
    CALL_PLAIN = 0,
    CALL_AFTER_STOP = 1,                                /* on the list of 4.4: works after JetStopService */
    CALL_READ = 2,                                      /* needs a read stamp: a read-only transaction when there is none */
    CALL_WRITE = 4                                      /* needs a transaction of its own when there is none */
};

struct call {
    struct api_session *session;
    struct session *s;
    struct api_table *table;
    struct cursor *cursor;
    bool implicit;
    bool lifted;                                        /* a read-only transaction may write to temporary tables */
};

ese_err call_session(struct call *c, JET_SESID sesid, unsigned how);
ese_err call_table(struct call *c, JET_SESID sesid, JET_TABLEID tableid, unsigned how);
void call_lift(struct call *c);
ese_err call_transact(struct call *c, bool read_only);  /* a transaction of its own from here on, when there is none */
JET_ERR call_end(struct call *c, ese_err err);          /* returns err; a success may turn into the error of the implicit commit */
static inline JET_ERR call_end_warning(struct call *c, ese_err err, JET_ERR warning)
{
    err = call_end(c, err);
    return err < 0 ? err : warning;
}

unsigned session_commit_flags(const struct api_session *session, JET_GRBIT grbit);      /* enum commit_flags */
void session_release(struct api_session *session);      /* closes tables, ends the engine session; the caller owns the slot */
bool session_acquire(struct handle_slot *slot, uint64_t handle, bool wait);     /* JetTerm: take a session from its thread */
/* A cursor gets its handle; on failure the cursor is closed. JET_errOutOfCursors, JET_errOutOfMemory. */
ese_err table_register(struct call *c, struct cursor *cursor, enum table_kind kind, JET_TABLEID *tableid);
void table_close(struct api_table *table);
/* The database of a call: open by this session. JET_errInvalidDatabaseId. */
ese_err call_database(struct call *c, JET_DBID dbid, struct db_file **out);
void session_close_level(struct api_session *session, unsigned level);          /* before a rollback: tables opened at level or deeper */
void session_merge_level(struct api_session *session);                          /* after a commit: they belong to the level above now */

#endif
