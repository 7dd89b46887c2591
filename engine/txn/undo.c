#include <assert.h>

#include "tree/space.h"
#include "txn/session.h"

/* Undo the newest entry of t, which leaves the store. The tree drops an entry itself, under its page latch. */
static ese_err undo_newest(struct trx *t)
{
    ese_err err = 0;
    struct list *link = t->entries.next;
    struct ver_entry *e = LIST_ENTRY(link, struct ver_entry, trx_link);
    if (e->op == VER_SCHEMA) {
        /* Even when it fails the undo has given its object up: it is not tried again. */
        if (e->schema->undo != NULL)
            err = e->schema->undo(e->object, t);
        ver_drop(t->versions, e);
        goto done;
    } else if (e->op != VER_WRITE_LOCK && e->op != VER_READ_LOCK) {
        TRY(bt_undo(t, e));
    }
    if (t->entries.next == link)
        ver_drop(t->versions, e);
done:
    return err;
}

static ese_err undo_level(struct trx *t)
{
    ese_err err = 0;
    while (!list_empty(&t->entries)) {
        struct ver_entry *e = LIST_ENTRY(t->entries.next, struct ver_entry, trx_link);
        if (e->level < t->level)
            break;
        TRY(undo_newest(t));
    }
done:
    return err;
}

static ese_err log_rollback(struct trx *t)
{
    struct log_record r = {0};
    struct log_span span;
    ese_err err = 0;
    if (t->level_logged < t->level || t->log == NULL)
        goto done;
    r.type = LR_ROLLBACK;
    r.head.procid = t->procid;
    r.u.rollback.levels = 1;
    TRY(log_append(t->log, &r, &span));
    t->last_end = span.end;
done:
    return err;
}

/* One level back: entries undone, Rollback logged. */
static ese_err rollback_level(struct trx *t)
{
    ese_err err = 0;
    TRY(undo_level(t));
    TRY(log_rollback(t));
    if (t->level == 1) {
        trx_end(t);
        goto done;
    }
    t->level--;
    if (t->level_logged > t->level)
        t->level_logged = t->level;
done:
    return err;
}

ese_err txn_rollback(struct session *s)
{
    ese_err err = 0;
    int level = s->trx.level;
    if (level == 0)
        FAIL(JET_errNotInTransaction);
    err = rollback_level(&s->trx);
    if (err < 0) {
        inst_event(s->inst, EVENT_UNDO_FAILED, "rollback failed: %s", err_name(err) != NULL ? err_name(err) : "");
        inst_set_unavailable(s->inst, JET_errRollbackError);
        FAIL(JET_errRollbackError);
    }
    if (s->trx_end != NULL)
        s->trx_end(s, false, level - 1);
done:
    return err;
}

/* The session goes while its transaction cannot be undone: entries refer to the trx until the store is released. */
void txn_abandon(struct session *s)
{
    struct inst *inst = s->inst;
    os_mutex_lock(&inst->session_lock);
    list_append(&inst->abandoned, &s->link);
    os_mutex_unlock(&inst->session_lock);
}

struct ver_entry *txn_mark(struct session *s)
{
    struct list *entries = &s->trx.entries;
    return list_empty(entries) ? NULL : LIST_ENTRY(entries->next, struct ver_entry, trx_link);
}

ese_err txn_undo_to(struct session *s, struct ver_entry *mark)
{
    ese_err err = 0;
    struct trx *t = &s->trx;
    const struct list *stop = mark != NULL ? &mark->trx_link : &t->entries;
    while (t->entries.next != stop && !list_empty(&t->entries)) {
        err = undo_newest(t);
        if (err < 0) {
            inst_set_unavailable(s->inst, JET_errRollbackError);
            FAIL(JET_errRollbackError);
        }
    }
done:
    return err;
}

/* ---- recovery ---- */

/* Entries made by redo have no tree handle: one is opened for the time of the undo. */
static ese_err undo_recovered(struct trx *t, struct btree *tree)
{
    ese_err err = 0;
    while (!list_empty(&t->entries)) {
        struct ver_entry *e = LIST_ENTRY(t->entries.next, struct ver_entry, trx_link);
        if (e->level < t->level)
            break;
        if (e->op != VER_SCHEMA && e->tree == NULL) {
            if (tree->db != e->db || tree->root != e->fdp) {
                if (tree->db != NULL)
                    btree_release(tree);
                memset(tree, 0, sizeof *tree);
                TRY(btree_open(tree, e->db, e->fdp));
            }
            e->tree = tree;
        }
        TRY(undo_newest(t));
    }
done:
    return err;
}

ese_err txn_undo_recovered(struct inst *inst, struct trx *t)
{
    ese_err err = 0;
    struct btree *tree = ese_alloc(sizeof *tree);
    if (tree == NULL)
        FAIL(JET_errOutOfMemory);
    t->recovering = false;
    t->log = inst->log;
    while (t->level > 0) {
        TRY(undo_recovered(t, tree));
        TRY(rollback_level(t));
    }
done:
    if (tree != NULL && tree->db != NULL)
        btree_release(tree);
    ese_free(tree);
    return err;
}

ese_err txn_redo_rollback(struct inst *inst, struct trx *t, unsigned levels)
{
    ese_err err = 0;
    (void)inst;
    if (levels > t->level)
        FAIL(JET_errLogFileCorrupt);
    for (; levels > 0; levels--) {
        while (!list_empty(&t->entries)) {
            struct ver_entry *e = LIST_ENTRY(t->entries.next, struct ver_entry, trx_link);
            if (e->level < t->level)
                break;
            ver_drop(t->versions, e);
        }
        t->level--;
        t->level_logged = t->level;
    }
    if (t->level == 0)
        trx_end(t);
done:
    return err;
}
