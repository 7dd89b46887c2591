#include <stdarg.h>
#include <stdio.h>

#include "admin/backup_int.h"

void backup_info_set(struct disk_bkinfo *info, lgpos mark, const struct logtime *time, uint32_t low, uint32_t high)
{
    disk_lgpos_set(&info->mark, mark);
    info->time = *time;
    le32_set(&info->gen_low, low);
    le32_set(&info->gen_high, high);
}

/* ---- what a backup starts from ---- */

/* The checkpoint as the file has it: recovery of a copy will start from a file, not from memory. */
ese_err backup_checkpoint_generation(struct inst *inst, uint32_t *generation)
{
    lgpos at = LGPOS_MIN;
    ese_err err = log_checkpoint_stored(inst->log, &at);

    if (err == JET_errCheckpointFileNotFound) {         /* a young stream has none yet */
        TRY(log_checkpoint_update(inst->log, true));
        err = log_checkpoint_stored(inst->log, &at);
    }
    if (err < 0 && err != JET_errCheckpointFileNotFound && err != JET_errOutOfMemory)
        FAIL(JET_errCheckpointCorrupt);
    TRY(err);
    *generation = lgpos_generation(at) != 0 ? lgpos_generation(at) : 1;
done:
    return err;
}

/* Does every attached database have a full backup of this kind (3.1)? Those attached without logging count too. */
ese_err backup_check_full(struct inst *inst, uint32_t kind)
{
    ese_err err = JET_errSuccess;

    for (unsigned id = 1; id < DB_COUNT_MAX; id++) {
        struct db_file *db = inst->dbs[id];
        const struct db_header *h;
        bool has;

        if (db == NULL)
            continue;
        os_mutex_lock(&db->header_lock);
        h = db_header_of(db);
        has = le32_get(&h->full_prev.gen_low) != 0 && le32_get(&h->full_prev_type) == kind;
        os_mutex_unlock(&db->header_lock);
        if (!has) {
            inst_event(inst, EVENT_LACKS_FULL, "%s has no full backup that an incremental one could follow", db->path);
            FAIL(JET_errMissingFullBackup);
        }
    }
done:
    return err;
}

/* ---- log records ---- */

ese_err backup_log_record(struct inst *inst, unsigned phase, uint32_t kind, unsigned scope, uint8_t dbid, const struct disk_bkinfo *info,
                          struct log_span *span)
{
    struct log_record r;

    memset(&r, 0, sizeof r);
    r.type = LR_BACKUP2;
    r.head.dbid = dbid;
    r.u.backup.phase = (uint8_t)phase;
    r.u.backup.kind = kind;
    r.u.backup.scope = (uint8_t)scope;
    if (info != NULL)
        r.u.backup.info = *info;
    return log_append(inst->log, &r, span);
}

/* A line of text for people who read the log. Failing to write it does not matter. */
void backup_log_trace(struct inst *inst, const char *format, ...)
{
    struct log_record r;
    char text[400];
    va_list arguments;
    struct os_calendar now;
    int size, more;

    os_clock_calendar(&now);
    size = snprintf(text, sizeof text, "[%02d/%02d/%04d %d:%02d:%02d.%03d] ", now.month, now.day, now.year, now.hour, now.minute,
                    now.second, now.millisecond);
    if (size < 0)
        return;
    va_start(arguments, format);
    more = vsnprintf(text + size, sizeof text - (size_t)size, format, arguments);
    va_end(arguments);
    if (more < 0)
        return;
    memset(&r, 0, sizeof r);
    r.type = LR_TRACE;
    r.u.raw = bytes_of(text, strlen(text) + 1);
    (void)log_append(inst->log, &r, NULL);
}

/* ---- stamps ---- */

static bool newer(const struct disk_bkinfo *now, const struct disk_bkinfo *old)
{
    return lgpos_compare(disk_lgpos_get(&now->mark), disk_lgpos_get(&old->mark)) >= 0;
}

static void clear_info(struct disk_bkinfo *info, le32 *type)
{
    memset(info, 0, sizeof *info);
    le32_set(type, 0);
}

bool backup_stamp_header(struct db_header *h, const struct log_record *record)
{
    const struct disk_bkinfo *info = &record->u.backup.info;
    struct disk_bkinfo *field;
    le32 *type;

    if (record->type != LR_BACKUP2 || record->u.backup.phase != RECORD_UPDATE)
        return false;
    switch (record->u.backup.scope) {
    case SCOPE_FULL:
        field = &h->full_prev;
        type = &h->full_prev_type;
        break;
    case SCOPE_INCREMENTAL:
        field = &h->inc_prev;
        type = &h->inc_prev_type;
        break;
    case SCOPE_COPY:
        field = &h->copy_prev;
        type = &h->copy_prev_type;
        break;
    case SCOPE_DIFFERENTIAL:
        field = &h->diff_prev;
        type = &h->diff_prev_type;
        break;
    default:
        return false;
    }
    if (!newer(info, field))
        return false;
    *field = *info;
    le32_set(type, record->u.backup.kind);
    if (record->u.backup.scope == SCOPE_FULL) {         /* what followed the last full backup follows this one no more */
        clear_info(&h->inc_prev, &h->inc_prev_type);
        clear_info(&h->diff_prev, &h->diff_prev_type);
        memset(&h->snapshot_cur, 0, sizeof h->snapshot_cur);
    }
    return true;
}

ese_err backup_stamp(struct db_file *db, uint32_t kind, unsigned scope, const struct disk_bkinfo *info)
{
    ese_err err = JET_errSuccess;
    struct log_record r;
    struct log_span span;
    bool changed;

    memset(&r, 0, sizeof r);
    r.type = LR_BACKUP2;
    r.head.dbid = db->dbid;
    r.u.backup.phase = RECORD_UPDATE;
    r.u.backup.kind = kind;
    r.u.backup.scope = (uint8_t)scope;
    r.u.backup.info = *info;
    TRY(log_append(db->log, &r, &span));
    TRY(log_flush(db->log, span.end));                  /* log before header: redo must find what the header tells */
    os_mutex_lock(&db->header_lock);
    changed = backup_stamp_header(db_header_of(db), &r);
    os_mutex_unlock(&db->header_lock);
    if (changed)
        TRY(db_file_write_header(db));
done:
    return err;
}
