/*
 * trx.h - a transaction's place in time, and the list of all that run.
 *
 * OWNS        the stamp counter, the ring of running transactions of an instance (inside struct ver_store).
 * GIVES       struct trx, one per session (and per recovered session): level, read stamp, its version entries newest first.
 * INVARIANTS  X1  begin stamps and commit stamps come from one counter: entry visible <=> commit < reader.begin.
 *             X2  Begin0 is logged with the first logged change, never for a transaction that only reads.
 *             X3  trx_oldest <= begin of every running transaction that may still read.
 * LATCHES     rank 30 (transaction list).
 * CALLERS     tree, txn, table, admin/recover.
 * TESTS       unit/test_trx.c
 */
#ifndef ESE_MVCC_TRX_H
#define ESE_MVCC_TRX_H

#include "base/list.h"
#include "base/types.h"
#include "store/log.h"

enum { TRX_LEVELS_MAX = 7 };

struct ver_store;
struct ver_entry;

struct trx {
    struct ver_store *versions;
    struct log *log;                                    /* NULL: recovery off */
    uint16_t procid;                                    /* session number in log records */
    uint8_t level;                                      /* 0 = none, 1..7 */
    uint8_t level_logged;                               /* how many levels have been logged with Begin records */
    bool read_only;
    bool system;                                        /* engine's own work: LR_SYSTEM */
    bool recovering;                                    /* redo: nothing is logged */
    bool stopped_reading;                               /* guarded by the transaction list's lock */
    uint32_t trx_id;                                    /* logged trxBegin0; constant for the transaction */
    stamp begin;
    _Atomic uint64_t commit_stamp;                      /* STAMP_NEVER while running; set once at commit to level 0 */
    _Atomic uint64_t begin0_at;                         /* lgpos of Begin0; LGPOS_MAX when nothing logged */
    lgpos last_end;                                     /* end of the last record logged: what commit must flush */
    struct list running;                                /* ring of running transactions */
    struct list entries;                                /* version entries, newest first */
    void *session;
};

void trx_init(struct trx *t, struct ver_store *versions, struct log *log, uint16_t procid);
/* Level 0 -> 1: take the read stamp; deeper: level + 1. Nothing is logged yet (X2). JET_errTransTooDeep at 7. */
ese_err trx_begin(struct trx *t, bool read_only);
/* Make sure Begin0/Begin records for all levels are in the log: called by every logged change before its own record. */
ese_err trx_log_begin(struct trx *t);
/* Take the commit stamp of the outermost level: from here on new readers see t's changes. Then ver_commit, then trx_end. */
stamp trx_commit_stamp(struct trx *t);
/* t reads no more, it only waits for its commit to become durable: it no longer holds up clean-up. */
void trx_stop_reading(struct trx *t);
void trx_end(struct trx *t);                            /* leave the running list; level 0 */
/* Recovery: t runs at level, as logged at begin0. */
void trx_begin_recovered(struct trx *t, uint32_t trx_id, uint8_t level, lgpos begin0);
/* Fill the page head of a record for a change by t (procid, level, trx id, flags SYSTEM). */
void trx_fill_head(const struct trx *t, struct lr_head *head);
stamp trx_oldest(struct ver_store *v);                  /* begin of the oldest transaction that reads; next stamp when none */
stamp trx_oldest_other(const struct trx *t);            /* the same, leaving t out; STAMP_NEVER when none */
/* For the checkpoint: the lowest begin of all that run, and of all that ended at or behind at. */
lgpos trx_oldest_begin0(struct ver_store *v, lgpos at);
/* A reader outside any transaction (NULL, or level 0) sees all that is committed. */
static inline bool trx_sees(const struct trx *reader, const struct trx *writer_or_null, stamp commit)
{
    if (reader == NULL)
        return commit.v != UINT64_MAX;
    if (reader == writer_or_null)
        return true;
    return reader->level == 0 ? commit.v != UINT64_MAX : commit.v < reader->begin.v;
}

#endif
