/*
 * session.h - sessions, and begin, commit, rollback of their transactions.
 *
 * OWNS        struct session: one transaction state, scratch memory, session parameters.
 * GIVES       session_begin/end; txn_begin, txn_commit (durable or lazy), txn_rollback; undo newest first.
 * INVARIANTS  S1  commit to level 0 is: stamp entries, log Commit0, flush unless lazy - in the order log, flush, stamp for durable ones.
 *             S2  rollback undoes this level's entries newest first, each logged as Undo, then logs Rollback.
 *             S3  a failed undo makes the instance unavailable (JET_errRollbackError): recovery will finish it.
 * FAILS       JET_errNotInTransaction, JET_errTransTooDeep, JET_errInvalidGrbit never (api checks), log errors, JET_errOutOfSessions.
 * CALLERS     table, admin, api.
 * TESTS       unit/test_session.c, model, sim
 */
#ifndef ESE_TXN_SESSION_H
#define ESE_TXN_SESSION_H

#include "base/alloc.h"
#include "tree/btree.h"
#include "txn/inst.h"

struct session {
    struct list link;                                   /* inst->sessions */
    struct inst *inst;
    struct trx trx;
    struct arena scratch;                               /* reset when an API call ends */
    struct bt_pos work[3];                              /* positions for index maintenance, long values, catalog; lazily set up */
    bool work_ready;
    struct list cursors;                                /* open cursors of the session (table/cursor.h) */
    lgpos last_commit;                                  /* end of the last Commit0 of this session */
    uint64_t context, context_thread;                   /* JetSetSessionContext */
    _Atomic uint64_t inside_thread;                     /* thread inside the engine; 0 = none */
    void *api;
    uint32_t commit_flags_default;
    void (*trx_end)(struct session *s, bool committed, int level);      /* table layer: cursors and pending updates react */
};

ese_err session_begin(struct inst *inst, struct session **out);
ese_err session_end(struct session *s);                 /* rolls back what is open; frees */
void session_drop(struct session *s);                   /* frees; an open transaction is left to recovery */
struct bt_pos *session_work(struct session *s, unsigned which, struct btree *tree); /* NULL when memory is out */

enum commit_flags { COMMIT_LAZY = 1, COMMIT_FORCE = 2 };
ese_err txn_begin(struct session *s, bool read_only);
ese_err txn_commit(struct session *s, unsigned flags);
ese_err txn_rollback(struct session *s);                /* one level */
ese_err txn_wait_last(struct session *s);               /* JET_bitWaitLastLevel0Commit */
ese_err txn_wait_all(struct inst *inst);                /* JET_bitWaitAllLevel0Commit */
/* Statement savepoint: undo entries made since mark without ending the level. */
struct ver_entry *txn_mark(struct session *s);
ese_err txn_undo_to(struct session *s, struct ver_entry *mark);
/* Recovery: undo everything of a transaction that redo rebuilt, at its levels, and log the rollback. */
ese_err txn_undo_recovered(struct inst *inst, struct trx *t);
/* Redo of Rollback: what the levels still have in the version store leaves it; page changes came with Undo records, whose redo
 * (tree/redo.h) drops the entry it undoes. */
ese_err txn_redo_rollback(struct inst *inst, struct trx *t, unsigned levels);
void session_drop_abandoned(struct inst *inst);         /* inside of txn/: those, with what they have in the version store */
void txn_abandon(struct session *s);                    /* inside of txn/: keeps a session whose rollback failed */
/* The session that does the engine's own work (clean-up): system flag set. One user at a time, under inst->system_lock. */
ese_err txn_system(struct inst *inst, struct session **out);

#endif
