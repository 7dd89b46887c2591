#include <assert.h>

#include "txn/session.h"

enum { CLEANUP_SHARE = 64 };

/* A transaction that starts while the store is above its preferred size pays with a share of clean-up. */
static void pay_cleanup(struct inst *inst)
{
    uint64_t preferred = inst->versions_preferred;
    if (preferred != 0 && ver_bytes(inst->versions) > preferred)
        (void)ver_cleanup(inst->versions, CLEANUP_SHARE);
}

ese_err txn_begin(struct session *s, bool read_only)
{
    ese_err err = 0;
    int32_t unavailable = atomic_load_explicit(&s->inst->unavailable, memory_order_relaxed);
    if (unavailable != 0)
        FAIL(unavailable);
    if (s->trx.level == 0 && s != s->inst->system)
        pay_cleanup(s->inst);
    TRY(trx_begin(&s->trx, read_only));
done:
    return err;
}

static void tell_end(struct session *s, bool committed, int level)
{
    if (s->trx_end != NULL)
        s->trx_end(s, committed, level);
}

/* Commit of a nested level: its entries become the parent's. */
static ese_err commit_nested(struct session *s)
{
    struct trx *t = &s->trx;
    ese_err err = 0;
    if (t->level_logged == t->level && t->log != NULL) {
        struct log_record r = {0};
        struct log_span span;
        r.type = LR_COMMIT;
        r.head.procid = t->procid;
        r.u.commit.to_level = (uint8_t)(t->level - 1);
        TRY(log_append(t->log, &r, &span));
        t->last_end = span.end;
    }
    ver_commit_level(t->versions, t);
    t->level--;
    if (t->level_logged > t->level)
        t->level_logged = t->level;
done:
    return err;
}

/* Durable commits show their changes to others only when the log has them (S1). */
static ese_err commit_outermost(struct session *s, unsigned flags)
{
    struct trx *t = &s->trx;
    ese_err err = 0;
    if (t->level_logged > 0 && t->log != NULL) {
        struct log_record r = {0};
        struct log_span span;
        r.type = LR_COMMIT0;
        r.head.procid = t->procid;
        r.u.commit.trx = t->trx_id;
        TRY(log_append(t->log, &r, &span));
        t->last_end = s->last_commit = span.end;
        if ((flags & COMMIT_LAZY) == 0) {
            trx_stop_reading(t);
            err = log_flush(t->log, span.end);
            if (err < 0) {
                /* Nobody can tell whether the record will survive: only recovery may decide. */
                inst_set_unavailable(s->inst, err);
                goto done;
            }
        }
    }
    if (!list_empty(&t->entries))
        ver_commit(t->versions, t, trx_commit_stamp(t));
    trx_end(t);
done:
    return err;
}

ese_err txn_commit(struct session *s, unsigned flags)
{
    ese_err err = 0;
    int level = s->trx.level;
    if (level == 0)
        FAIL(JET_errNotInTransaction);
    if (level > 1)
        TRY(commit_nested(s));
    else
        TRY(commit_outermost(s, flags));
    tell_end(s, true, level - 1);
done:
    return err;
}

ese_err txn_wait_last(struct session *s)
{
    if (s->inst->log == NULL || s->last_commit.v == 0)
        return 0;
    return log_flush(s->inst->log, s->last_commit);
}

ese_err txn_wait_all(struct inst *inst)
{
    return inst->log != NULL ? log_flush_all(inst->log) : 0;
}
