#include "admin/backup.h"

#include "admin/backup_int.h"

enum { BIT_INCREMENTAL = 1, END_NORMAL = 1, END_ABORT = 2, END_TRUNCATE_DONE = 0x100, END_NO_HEADER = 0x200 };

ese_err backup_create(struct inst *inst)
{
    ese_err err = JET_errSuccess;
    struct backup *b = ese_alloc(sizeof *b);

    if (b == NULL)
        FAIL(JET_errOutOfMemory);
    b->inst = inst;
    os_mutex_init(&b->lock, RANK_BACKUP);
    os_cond_init(&b->changed);
    inst->backup = b;
done:
    return err;
}

void backup_release(struct inst *inst)
{
    struct backup *b = inst->backup;

    if (b == NULL)
        return;
    backup_close_any(b);
    os_cond_release(&b->changed);
    os_mutex_release(&b->lock);
    ese_free(b);
    inst->backup = NULL;
}

bool backup_in_progress(struct inst *inst)
{
    return inst->backup != NULL && atomic_load(&inst->backup->holder) != HOLD_NONE;
}

/* A frozen snapshot lasts seconds, so callers wait for its thaw; everything else is refused at once. */
ese_err backup_enter_shared(struct inst *inst)
{
    ese_err err = JET_errSuccess;
    struct backup *b = inst->backup;

    if (b == NULL)
        return JET_errSuccess;
    os_mutex_lock(&b->lock);
    while (atomic_load(&b->holder) == HOLD_FROZEN)
        os_cond_wait(&b->changed, &b->lock);
    if (atomic_load(&b->holder) != HOLD_NONE)
        FAIL(JET_errBackupInProgress);
    b->shared++;
done:
    os_mutex_unlock(&b->lock);
    return err;
}

void backup_leave_shared(struct inst *inst)
{
    struct backup *b = inst->backup;

    if (b == NULL)
        return;
    os_mutex_lock(&b->lock);
    assert(b->shared != 0);
    if (--b->shared == 0)
        os_cond_broadcast(&b->changed);
    os_mutex_unlock(&b->lock);
}

ese_err backup_check(struct backup *b)
{
    ese_err err = JET_errSuccess;

    if (atomic_load(&b->holder) != HOLD_STREAM)
        FAIL(JET_errNoBackup);
    if (atomic_load(&b->stop))
        FAIL(JET_errBackupAbortByServer);
done:
    return err;
}

/* ---- begin ---- */

static ese_err check_begin(struct inst *inst, uint32_t grbit)
{
    ese_err err = JET_errSuccess;
    bool out_of_room = inst->log != NULL && (log_failed(inst->log) == JET_errLogDiskFull || log_failed(inst->log) == JET_errLogSequenceEnd);

    if (inst->log == NULL)
        FAIL(JET_errLoggingDisabled);
    if (log_failed(inst->log) < 0 && !out_of_room)
        FAIL(JET_errLogWriteFail);
    if ((grbit & ~(uint32_t)BIT_INCREMENTAL) != 0)
        FAIL(JET_errInvalidGrbit);
    if ((grbit & BIT_INCREMENTAL) != 0 && log_is_circular(inst->log))
        FAIL(JET_errInvalidBackup);
    if (out_of_room)
        FAIL(log_failed(inst->log));
done:
    return err;
}

static void reset(struct backup *b)
{
    backup_close_any(b);
    b->phase = BACKUP_NOT_STARTED;
    b->full = b->prepared = b->truncated = false;
    b->prepare_error = JET_errSuccess;
    b->copy_low = b->copy_end = b->delete_low = b->delete_end = 0;
    b->copied_sum = 0;
    memset(b->dbs, 0, sizeof b->dbs);
    atomic_store(&b->stop, false);
}

static void let_go(struct backup *b)
{
    reset(b);
    log_pin(b->inst->log, UINT32_MAX);
    atomic_store(&b->holder, HOLD_NONE);
    os_cond_broadcast(&b->changed);
}

static ese_err begin_full(struct backup *b)
{
    ese_err err = JET_errSuccess;
    struct inst *inst = b->inst;

    /* Pin all before looking: the checkpoint may move and circular logging delete while we look. */
    log_pin(inst->log, 0);
    TRY(backup_checkpoint_generation(inst, &b->copy_low));
    log_pin(inst->log, b->copy_low);
    b->mark = log_tip(inst->log);
    logtime_now(&b->mark_time);
    b->phase = BACKUP_DATABASES;
    inst_event(inst, EVENT_FULL_BEGINS, "full backup begins");
done:
    return err;
}

static ese_err begin_incremental(struct backup *b)
{
    ese_err err = JET_errSuccess;
    struct inst *inst = b->inst;

    TRY(backup_check_full(inst, KIND_STREAMING));
    log_pin(inst->log, 0);
    for (unsigned id = 1; id < DB_COUNT_MAX; id++)
        b->dbs[id].included = inst->dbs[id] != NULL;
    b->phase = BACKUP_LOGS;
    inst_event(inst, EVENT_INCREMENTAL_BEGINS, "incremental backup begins");
done:
    return err;
}

ese_err backup_begin(struct inst *inst, uint32_t grbit)
{
    ese_err err = JET_errSuccess;
    struct backup *b = inst->backup;
    bool held = false;

    os_mutex_lock(&b->lock);
    TRY(check_begin(inst, grbit));
    while (atomic_load(&b->holder) == HOLD_FROZEN) {
        os_cond_wait(&b->changed, &b->lock);
        if (atomic_load(&b->holder) != HOLD_FROZEN)     /* released by the thaw */
            FAIL(JET_errBackupInProgress);
    }
    if (atomic_load(&b->holder) != HOLD_NONE)
        FAIL(JET_errBackupInProgress);
    atomic_store(&b->holder, HOLD_STREAM);
    held = true;
    while (b->shared != 0)
        os_cond_wait(&b->changed, &b->lock);
    reset(b);
    b->full = (grbit & BIT_INCREMENTAL) == 0;
    TRY(b->full ? begin_full(b) : begin_incremental(b));
    TRY(backup_log_record(inst, RECORD_BEGIN, KIND_STREAMING, b->full ? SCOPE_FULL : SCOPE_INCREMENTAL, 0, NULL, NULL));
done:
    if (err < 0 && held)
        let_go(b);
    os_mutex_unlock(&b->lock);
    return err;
}

/* ---- end ---- */

/* Which field a database gets at a normal end (backup-restore.md 11.2); 0 = none. */
static unsigned stamp_scope(const struct backup *b, unsigned id, bool truncated)
{
    if (!b->dbs[id].included || (b->full && !b->dbs[id].complete))
        return 0;
    if (b->full)
        return truncated ? SCOPE_FULL : SCOPE_COPY;
    return truncated ? SCOPE_INCREMENTAL : SCOPE_DIFFERENTIAL;
}

static void stamp_databases(struct backup *b, bool truncated)
{
    struct disk_bkinfo info;

    if (!b->prepared || b->prepare_error < 0)
        return;
    backup_info_set(&info, b->mark, &b->mark_time, b->copy_low, b->copy_end - 1);
    if (truncated)
        log_checkpoint_backup(b->inst->log, b->full ? &info : NULL, b->full ? NULL : &info);
    for (unsigned id = 1; id < DB_COUNT_MAX; id++) {
        struct db_file *db = b->inst->dbs[id];
        unsigned scope = stamp_scope(b, id, truncated);
        if (db == NULL || !db->logged || scope == 0)
            continue;
        if (backup_stamp(db, KIND_STREAMING, scope, &info) < 0)
            inst_event(b->inst, EVENT_HEADER_UPDATE_FAILED, "header of %s could not be updated after the backup", db->path);
    }
}

/* Common end of every backup; why: 0 for a normal one. */
static void finish(struct backup *b, ese_err why)
{
    struct inst *inst = b->inst;
    unsigned scope = b->full ? SCOPE_FULL : SCOPE_INCREMENTAL;

    backup_close_any(b);
    /* The backup is over whatever the log says now, so failures of these records change nothing. */
    if (why < 0)
        (void)backup_log_record(inst, RECORD_ABORT, KIND_STREAMING, scope, 0, NULL, NULL);
    (void)backup_log_record(inst, RECORD_STOP, KIND_STREAMING, scope, 0, NULL, NULL);
    if (why == 0)
        inst_event(inst, EVENT_SUCCEEDED, "backup finished");
    else if (why == JET_errBackupAbortByCaller)
        inst_event(inst, EVENT_STOPPED_BY_CLIENT, "backup stopped by its client");
    else if (why == JET_errBackupAbortByServer)
        inst_event(inst, EVENT_STOPPED_BY_SERVER, "backup stopped by the server");
    else
        inst_event(inst, EVENT_FAILED, "backup stopped by error %d", (int)why);
    let_go(b);
}

void backup_abandon(struct backup *b, ese_err why)
{
    if (atomic_load(&b->holder) == HOLD_STREAM)
        finish(b, why);
}

ese_err backup_end(struct inst *inst, uint32_t grbit)
{
    ese_err err = JET_errSuccess;
    struct backup *b = inst->backup;
    ese_err why = JET_errSuccess;

    os_mutex_lock(&b->lock);
    if (((grbit & END_NORMAL) != 0) == ((grbit & END_ABORT) != 0))
        FAIL(JET_errInvalidParameter);
    if (atomic_load(&b->holder) != HOLD_STREAM)
        FAIL(JET_errNoBackup);
    if ((grbit & END_ABORT) != 0)
        why = JET_errBackupAbortByCaller;
    else if (atomic_load(&b->stop))
        why = JET_errBackupAbortByServer;
    else if (b->phase != BACKUP_LOGS)
        why = JET_errBackupAbortByCaller;
    backup_close_any(b);
    if (why == 0 && (grbit & END_NO_HEADER) == 0)
        stamp_databases(b, b->truncated || (grbit & END_TRUNCATE_DONE) != 0);
    finish(b, why);
done:
    os_mutex_unlock(&b->lock);
    return err;
}

void backup_stop(struct inst *inst)
{
    if (inst->backup != NULL)
        atomic_store(&inst->backup->stop, true);
}

void backup_cancel(struct inst *inst, ese_err why)
{
    struct backup *b = inst->backup;

    if (b == NULL)
        return;
    os_mutex_lock(&b->lock);
    backup_abandon(b, why);
    os_mutex_unlock(&b->lock);
}

/* ---- databases ---- */

/* A creation may go on beside a backup and fail: only what is whole is shown. Call with db_users raised. */
bool backup_sees(struct db_file *db)
{
    bool whole;

    if (db == NULL || !db->logged)
        return false;
    os_mutex_lock(&db->header_lock);
    whole = le32_get(&db_header_of(db)->state) != DB_JUST_CREATED;
    os_mutex_unlock(&db->header_lock);
    return whole;
}

static size_t list_paths(struct inst *inst, const bool *seen, char *to)
{
    size_t used = 0;

    for (unsigned id = 1; id < DB_COUNT_MAX; id++) {
        size_t size = seen[id] ? strlen(inst->dbs[id]->path) + 1 : 0;
        if (to != NULL)
            memcpy(to + used, size != 0 ? inst->dbs[id]->path : "", size);
        used += size;
    }
    return used;
}

ese_err backup_attach_info(struct inst *inst, struct arena *a, char **list, size_t *bytes)
{
    ese_err err = JET_errSuccess;
    struct backup *b = inst->backup;
    bool seen[DB_COUNT_MAX] = {false};

    os_mutex_lock(&b->lock);
    atomic_fetch_add(&inst->db_users, 1);
    TRY(backup_check(b));
    if (!b->full)
        FAIL(JET_errInvalidBackupSequence);
    for (unsigned id = 1; id < DB_COUNT_MAX; id++)
        seen[id] = backup_sees(inst->dbs[id]);
    *bytes = list_paths(inst, seen, NULL) + 1;
    *list = arena_take(a, *bytes);
    if (*list == NULL) {
        backup_abandon(b, JET_errOutOfMemory);
        FAIL(JET_errOutOfMemory);
    }
    (*list)[list_paths(inst, seen, *list)] = '\0';
done:
    atomic_fetch_sub(&inst->db_users, 1);
    os_mutex_unlock(&b->lock);
    return err;
}
