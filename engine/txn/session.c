#include "txn/session.h"

#include <assert.h>

static bool procid_taken(struct inst *inst, uint16_t procid)
{
    LIST_EACH(it, &inst->sessions) {
        if (LIST_ENTRY(it, struct session, link)->trx.procid == procid)
            return true;
    }
    return inst->system != NULL && inst->system->trx.procid == procid;
}

/* A free session number; 0 when all are in use. Under session_lock. */
static uint16_t take_procid(struct inst *inst)
{
    for (unsigned tries = 0; tries < UINT16_MAX; tries++) {
        uint16_t candidate = inst->procid_next++;
        if (candidate != 0 && candidate != UINT16_MAX && !procid_taken(inst, candidate))
            return candidate;
    }
    return 0;
}

static ese_err session_make(struct inst *inst, struct session **out)
{
    ese_err err = 0;
    struct session *s = ese_alloc(sizeof *s);
    if (s == NULL)
        FAIL(JET_errOutOfMemory);
    s->inst = inst;
    list_init(&s->link);
    list_init(&s->cursors);
    trx_init(&s->trx, inst->versions, inst->log, 0);
    s->trx.session = s;
    *out = s;
done:
    return err;
}

ese_err session_begin(struct inst *inst, struct session **out)
{
    ese_err err = 0;
    struct session *s = NULL;
    TRY(session_make(inst, &s));
    os_mutex_lock(&inst->session_lock);
    s->trx.procid = take_procid(inst);
    if (s->trx.procid != 0)
        list_append(&inst->sessions, &s->link);
    os_mutex_unlock(&inst->session_lock);
    if (s->trx.procid == 0)
        FAIL(JET_errOutOfSessions);
    *out = s;
done:
    if (err < 0)
        ese_free(s);
    return err;
}

ese_err session_end(struct session *s)
{
    ese_err err = 0;
    struct inst *inst = s->inst;
    while (s->trx.level > 0) {
        ese_err undone = txn_rollback(s);
        if (undone < 0) {
            /* The instance is unavailable now: the entries stay until the store goes, recovery finishes the transaction. */
            err = undone;
            break;
        }
    }
    os_mutex_lock(&inst->session_lock);
    list_remove(&s->link);
    os_mutex_unlock(&inst->session_lock);
    for (unsigned i = 0; i < 3; i++) {
        if (s->work[i].scratch != NULL || s->work[i].tree != NULL)
            bt_pos_free(&s->work[i]);
    }
    arena_release(&s->scratch);
    if (err == 0)
        ese_free(s);
    else
        txn_abandon(s);
    return err;
}

/* What a transaction that is never to end has in the version store. */
static void drop_entries(struct trx *t)
{
    while (!list_empty(&t->entries)) {
        struct ver_entry *e = LIST_ENTRY(t->entries.next, struct ver_entry, trx_link);
        /* The schema caches have gone before: clean-up frees the object and does nothing else. */
        if (e->op == VER_SCHEMA && e->schema->cleanup != NULL)
            e->schema->cleanup(e->object);
        ver_drop(t->versions, e);
    }
    if (t->level > 0)
        trx_end(t);
}

/* The instance goes as it is: nothing is undone, nothing is logged; recovery will see to it. */
void session_drop(struct session *s)
{
    drop_entries(&s->trx);
    (void)session_end(s);
}

void session_drop_abandoned(struct inst *inst)
{
    while (!list_empty(&inst->abandoned)) {
        struct session *s = LIST_ENTRY(inst->abandoned.next, struct session, link);
        drop_entries(&s->trx);
        list_remove(&s->link);
        ese_free(s);
    }
}

struct bt_pos *session_work(struct session *s, unsigned which, struct btree *tree)
{
    struct bt_pos *p = &s->work[which];
    assert(which < 3);
    if (p->tree == NULL) {
        if (bt_pos_init(p, tree, &s->trx) < 0)
            return NULL;
    } else {
        bt_pos_retarget(p, tree);
    }
    return p;
}

/* Made on first use, since many instances never clean anything up. */
ese_err txn_system(struct inst *inst, struct session **out)
{
    ese_err err = 0;
    if (inst->system == NULL) {
        struct session *s = NULL;
        TRY(session_make(inst, &s));
        s->trx.system = true;
        os_mutex_lock(&inst->session_lock);
        s->trx.procid = take_procid(inst);
        os_mutex_unlock(&inst->session_lock);
        inst->system = s;
    }
    *out = inst->system;
done:
    return err;
}
