#include "admin/backup_int.h"

static uint32_t lesser(uint32_t a, uint32_t b) { return a < b ? a : b; }
static uint32_t greater(uint32_t a, uint32_t b) { return a > b ? a : b; }

/* Generations up to this one are covered by the last backups of a database. */
static void backed_up_through(struct db_file *db, uint32_t *full, uint32_t *incremental)
{
    const struct db_header *h = db_header_of(db);

    os_mutex_lock(&db->header_lock);
    *full = le32_get(&h->full_prev.gen_high);
    *incremental = le32_get(&h->inc_prev.gen_high);
    os_mutex_unlock(&db->header_lock);
}

static ese_err check_unbroken(struct backup *b)
{
    ese_err err = JET_errSuccess;

    for (unsigned id = 1; id < DB_COUNT_MAX; id++) {
        uint32_t full, incremental;
        char path[OS_PATH_MAX];

        if (b->inst->dbs[id] == NULL)
            continue;
        backed_up_through(b->inst->dbs[id], &full, &incremental);
        if (b->delete_low > greater(full, incremental) + 1) {
            log_path(b->inst->log, greater(full, incremental) + 1, path);
            inst_event(b->inst, EVENT_FILE_MISSING, "%s is missing", path);
            FAIL(JET_errMissingFileToBackup);
        }
    }
done:
    return err;
}

/* A database that this full backup does not cover still needs the logs since its own last full backup. */
static void keep_for_others(struct backup *b)
{
    for (unsigned id = 1; id < DB_COUNT_MAX; id++) {
        struct db_file *db = b->inst->dbs[id];
        uint32_t full, incremental;

        if (db == NULL || !db->logged || (b->dbs[id].included && b->dbs[id].complete))
            continue;
        backed_up_through(db, &full, &incremental);
        b->delete_end = lesser(b->delete_end, full);
    }
    b->delete_low = lesser(b->delete_low, b->delete_end);
}

/* Close the current generation and settle what is to be copied and what may be deleted (backup-restore.md 8). */
static ese_err prepare(struct backup *b)
{
    ese_err err = JET_errSuccess;
    struct inst *inst = b->inst;
    uint32_t generation = 0, checkpoint = 0;
    struct logtime now;

    logtime_now(&now);
    /* Restore takes a last generation without records for one that was torn: so that the set has none, it gets one. */
    if (lgpos_segment(log_tip(inst->log)) == 1 && lgpos_byte(log_tip(inst->log)) == 0)
        backup_log_trace(inst, "the logs of a backup end here");
    TRY(log_roll(inst->log, &generation));
    TRY(backup_log_record(inst, RECORD_PREPARE_LOGS, KIND_STREAMING, b->full ? SCOPE_FULL : SCOPE_INCREMENTAL, 0, NULL, NULL));
    if (!b->full) {
        b->mark = lgpos_make(generation, 1, 0);
        b->mark_time = now;
    }
    b->copy_end = generation;
    TRY(log_lowest(inst->log, &b->delete_low));
    if (!b->full)
        TRY(check_unbroken(b));
    TRY(backup_checkpoint_generation(inst, &checkpoint));
    b->delete_end = lesser(checkpoint, b->copy_end);
    if (b->full)
        keep_for_others(b);
    else
        b->copy_low = b->delete_low;
    backup_log_trace(inst, "BACKUP PREPARE LOGS (copy 0x%05X-0x%05X, delete 0x%05X-0x%05X)", (unsigned)b->copy_low,
                     (unsigned)(b->copy_end - 1), (unsigned)b->delete_low, (unsigned)b->delete_end);
    inst_event(inst, EVENT_LOG_RANGE, "logs %05X to %05X are to be copied", (unsigned)b->copy_low, (unsigned)(b->copy_end - 1));
done:
    return err;
}

/* The first call of a backup prepares; a failure is remembered and told again. */
ese_err backup_prepare_logs(struct backup *b)
{
    if (!b->prepared) {
        b->prepare_error = prepare(b);
        b->prepared = true;
    }
    return b->prepare_error;
}

static ese_err list_generations(struct inst *inst, uint32_t low, uint32_t end, struct arena *a, char **list, size_t *bytes)
{
    ese_err err = JET_errSuccess;
    char path[OS_PATH_MAX];
    size_t used = 0;

    *bytes = 1;
    for (uint32_t g = low; g < end; g++) {
        log_path(inst->log, g, path);
        *bytes += strlen(path) + 1;
    }
    *list = arena_take(a, *bytes);
    if (*list == NULL)
        FAIL(JET_errOutOfMemory);
    for (uint32_t g = low; g < end; g++) {
        size_t size;
        log_path(inst->log, g, path);
        size = strlen(path) + 1;
        memcpy(*list + used, path, size);
        used += size;
    }
    (*list)[used] = '\0';
done:
    return err;
}

ese_err backup_log_list(struct inst *inst, bool truncate_list, struct arena *a, char **list, size_t *bytes, struct backup_log_info *info)
{
    ese_err err = JET_errSuccess;
    struct backup *b = inst->backup;

    os_mutex_lock(&b->lock);
    TRY(backup_check(b));
    if (b->file.open)
        FAIL(JET_errInvalidBackupSequence);
    TRY(backup_prepare_logs(b));
    err = truncate_list ? list_generations(inst, b->delete_low, b->delete_end, a, list, bytes)
                        : list_generations(inst, b->copy_low, b->copy_end, a, list, bytes);
    if (err < 0) {
        backup_abandon(b, err);
        goto done;
    }
    b->phase = BACKUP_LOGS;
    if (info != NULL) {
        info->gen_low = b->copy_low;
        info->gen_high = b->copy_end - 1;
        memcpy(info->base, inst->log_config.base, sizeof info->base);
    }
done:
    os_mutex_unlock(&b->lock);
    return err;
}

/* ---- truncation ---- */

/* Delete in ascending order, so that what is left after a failure has no gap. */
ese_err backup_delete_logs(struct inst *inst, uint32_t low, uint32_t end, bool *any)
{
    ese_err err = JET_errSuccess;
    char path[OS_PATH_MAX];
    unsigned absent = 0;

    *any = false;
    for (uint32_t g = low; g < end; g++) {
        log_path(inst->log, g, path);
        err = os_path_delete(path);
        if (err == JET_errFileNotFound) {
            absent++;
            err = JET_errSuccess;
            continue;
        }
        TRY(err);
        *any = true;
    }
    if (absent != 0)
        inst_event(inst, EVENT_SOME_LOGS_ABSENT, "%u of the logs to delete were gone already", absent);
    TRY(os_dir_sync(inst->log_config.log_dir));
done:
    return err;
}

static uint64_t sum_of_range(uint32_t low, uint32_t end)
{
    uint64_t count = end - low;
    return count * ((uint64_t)low + end - 1) / 2;
}

ese_err backup_truncate(struct inst *inst)
{
    ese_err err = JET_errSuccess;
    struct backup *b = inst->backup;
    struct disk_bkinfo info;
    bool any;

    os_mutex_lock(&b->lock);
    TRY(backup_check(b));
    if (b->file.open || !b->prepared || b->prepare_error < 0)
        FAIL(JET_errInvalidBackupSequence);
    if (b->copied_sum < sum_of_range(b->copy_low, b->copy_end)) {
        inst_event(inst, EVENT_LOG_NOT_COPIED, "not every log of the backup was copied");
        FAIL(JET_errLogFileNotCopied);
    }
    b->phase = BACKUP_LOGS;
    b->truncated = true;
    if (b->delete_low >= b->delete_end) {
        inst_event(inst, EVENT_NOTHING_TO_TRUNCATE, "no logs to delete");
        goto done;
    }
    memset(&info, 0, sizeof info);
    le32_set(&info.gen_low, b->delete_low);
    le32_set(&info.gen_high, b->delete_end);
    TRY(backup_log_record(inst, RECORD_TRUNCATE, KIND_STREAMING, b->full ? SCOPE_FULL : SCOPE_INCREMENTAL, 0, &info, NULL));
    TRY(backup_delete_logs(inst, b->delete_low, b->delete_end, &any));
    inst_event(inst, EVENT_TRUNCATED, "logs %05X to %05X deleted", (unsigned)b->delete_low, (unsigned)(b->delete_end - 1));
done:
    os_mutex_unlock(&b->lock);
    return err;
}
