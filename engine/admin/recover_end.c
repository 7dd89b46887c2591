#include <assert.h>
#include <stdio.h>

#include "admin/recover_int.h"

static ese_err log_undo_start(struct inst *inst)
{
    struct log_record r = {0};
    r.type = LR_RECOVERY_UNDO2;
    logtime_now(&r.u.recovery_undo.time);
    return log_append(inst->log, &r, NULL);
}

/* The log is open again: pages of recovered databases follow its rules from here. */
static void connect(struct recovery *r)
{
    for (unsigned i = 1; i < DB_COUNT_MAX; i++) {
        if (r->slots[i].state == SLOT_ATTACHED)
            buf_set_log(r->slots[i].db, r->inst->log);
    }
    for (unsigned i = 0; i <= UINT16_MAX; i++) {
        if (r->by_procid[i] != NULL && r->by_procid[i]->level > 0)
            r->by_procid[i]->log = r->inst->log;
    }
}

static ese_err undo_losers(struct recovery *r)
{
    ese_err err = 0;
    for (unsigned i = 0; i <= UINT16_MAX; i++) {
        if (r->by_procid[i] != NULL && r->by_procid[i]->level > 0)
            TRY(txn_undo_recovered(r->inst, r->by_procid[i]));
    }
done:
    return err;
}

/* A restored database starts a new history of backups. */
static void clear_backup_marks(struct db_file *db)
{
    struct db_header *h = db_header_of(db);
    os_mutex_lock(&db->header_lock);
    db_header_clear_backups(h);
    os_mutex_unlock(&db->header_lock);
}

static ese_err detach_all(struct recovery *r)
{
    ese_err err = 0;
    for (uint8_t i = 1; i < DB_COUNT_MAX; i++) {
        struct recover_slot *slot = &r->slots[i];
        if (slot->state != SLOT_ATTACHED)
            continue;
        (void)recover_ask_db(r, RECOVER_DETACHING_DB, slot->db);       /* undo is done: nothing stops the end any more */
        if (r->config->hard || le32_get(&db_header_of(slot->db)->full_cur.gen_low) != 0)
            clear_backup_marks(slot->db);
        TRY(db_finish_detach(r->inst, 0, slot->db));
        *slot = (struct recover_slot){.state = SLOT_EMPTY};
    }
done:
    return err;
}

/* Databases stay attached for the new run: their pages go to disk, so that the checkpoint can move up to here. */
static ese_err keep_all(struct recovery *r)
{
    ese_err err = 0;
    for (uint8_t i = 1; i < DB_COUNT_MAX; i++) {
        if (r->slots[i].state != SLOT_ATTACHED)
            continue;
        TRY(buf_flush_db(r->slots[i].db));
        r->slots[i] = (struct recover_slot){.state = SLOT_EMPTY};
    }
done:
    return err;
}

static ese_err log_quit(struct recovery *r, lgpos *at)
{
    struct log_record record = {0};
    struct log_span span;
    ese_err err = 0;
    record.type = r->config->keep_attached ? LR_RECOVERY_QUIT_KEEP : LR_RECOVERY_QUIT2;
    record.u.term.back = r->from;
    record.u.term.redo_from = r->from;
    record.u.term.hard = r->config->hard ? 1 : 0;
    logtime_now(&record.u.term.time);
    TRY(log_append(r->inst->log, &record, &span));
    TRY(log_flush_segment(r->inst->log));
    TRY(log_flush(r->inst->log, span.end));
    *at = span.at;
done:
    return err;
}

ese_err recover_undo(struct recovery *r)
{
    lgpos at;
    ese_err err = 0;
    connect(r);
    TRY(log_undo_start(r->inst));
    TRY(undo_losers(r));
    TRY(recover_settle_creations(r));
    TRY(recover_space(r));
    if (r->config->keep_attached)
        TRY(keep_all(r));
    else
        TRY(detach_all(r));
    TRY(log_quit(r, &at));
    TRY(log_checkpoint_write(r->inst->log, at, r->config->keep_attached));
done:
    return err;
}
