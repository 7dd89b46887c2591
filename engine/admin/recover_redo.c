#include <assert.h>
#include <stdio.h>

#include "admin/backup.h"
#include "admin/recover_int.h"

ese_err recover_open_reader(struct recovery *r, struct log_reader **out)
{
    return log_reader_open(&r->read, r->from, out);
}

/* ---- pass one ---- */

/* Kinds that older engines wrote and whose redo nobody may guess (log-format.md 5). */
static bool refused(uint8_t type)
{
    return type == LR_MS || type == LR_SPLIT_OLD || type == LR_MERGE_OLD || type == LR_CHECKSUM;
}

static void note_created(struct recovery *r, const struct log_record *record, lgpos at)
{
    if (record->type == LR_CREATE_DB && r->created_count < CREATED_MAX)
        r->created[r->created_count++] = (struct created){at, record->head.dbid, false};
    if (record->type != LR_DETACH_DB)
        return;
    for (unsigned i = 0; i < r->created_count; i++) {
        if (r->created[i].dbid == record->head.dbid)
            r->created[i].detached = true;
    }
}

/* Errors that say the log ends before it should: a lossy recovery goes on with what is there. */
static bool loses_tail(ese_err err)
{
    return err == JET_errLogFileCorrupt || err == JET_errInvalidLogSequence || err == JET_errMissingLogFile ||
           err == JET_errLogSequenceChecksumMismatch || err == JET_errLogReadVerifyFailure || err == JET_errBadLogSignature;
}

static ese_err scan_records(struct recovery *r, struct log_reader *reader)
{
    ese_err err = 0;
    for (;;) {
        struct log_record record;
        struct log_span span;
        bool end = false;
        TRY(log_reader_next(reader, &record, &span, &end));
        if (end)
            break;
        if (refused(record.type)) {
            inst_event(r->inst, EVENT_LOG_CORRUPTED, "log record %u of generation %u cannot be replayed", (unsigned)record.type,
                       (unsigned)lgpos_generation(span.at));
            FAIL(JET_errLogFileCorrupt);
        }
        note_created(r, &record, span.at);
        r->end = span.end;
        r->last_at = span.at;
        r->last_type = record.type;
    }
    r->torn = log_reader_torn(reader);
    r->gen_high = le32_get(&log_reader_header(reader)->generation);
done:
    return err;
}

ese_err recover_scan(struct recovery *r)
{
    struct log_reader *reader = NULL;
    ese_err err = 0;
    r->end = r->last_at = LGPOS_MIN;
    r->last_type = LR_NOP;
    TRY(recover_open_reader(r, &reader));
    /* When nothing follows the start, the log ends there: what lies before is part of it. */
    r->end = lgpos_max(r->from, lgpos_make(lgpos_generation(r->from), 1, 0));
    err = scan_records(r, reader);
    if (err < 0 && r->config->ignore_lost_logs && loses_tail(err)) {
        inst_event(r->inst, EVENT_LOG_TORN, "log is damaged behind generation %u, recovery stops there", (unsigned)lgpos_generation(r->end));
        err = 0;
        r->gen_high = lgpos_generation(r->end);
    }
    TRY(err);
    /* A last generation without records: writing goes on in it. */
    if (r->gen_high > lgpos_generation(r->end))
        r->end = lgpos_make(r->gen_high, 1, 0);
done:
    log_reader_close(reader);
    return err;
}

/* ---- transactions ---- */

/* The transaction state of a session of the log, made on first sight. */
static ese_err session_of(struct recovery *r, uint16_t procid, struct trx **out)
{
    ese_err err = 0;
    struct trx *t = r->by_procid[procid];
    if (t == NULL) {
        t = ese_alloc(sizeof *t);
        if (t == NULL)
            FAIL(JET_errOutOfMemory);
        trx_init(t, r->inst->versions, NULL, procid);
        t->recovering = true;
        r->by_procid[procid] = t;
    }
    *out = t;
done:
    return err;
}

static void forget(struct trx *t)
{
    if (t == NULL)
        return;
    while (!list_empty(&t->entries))
        ver_drop(t->versions, LIST_ENTRY(t->entries.next, struct ver_entry, trx_link));
    if (t->level > 0)
        trx_end(t);
}

void recover_forget_transactions(struct recovery *r)
{
    if (r->by_procid == NULL)
        return;
    for (unsigned i = 0; i <= UINT16_MAX; i++) {
        forget(r->by_procid[i]);
        ese_free(r->by_procid[i]);
        r->by_procid[i] = NULL;
    }
}

static ese_err redo_begin(struct recovery *r, struct trx *t, const struct log_record *record, lgpos at)
{
    ese_err err = 0;
    unsigned level = (unsigned)record->u.begin.from + record->u.begin.count;
    (void)r;
    if (level == 0 || level > TRX_LEVELS_MAX)
        FAIL(JET_errLogFileCorrupt);
    if (record->type == LR_BEGIN) {
        if (t->level == 0)
            goto done;                                  /* began before the start: all of it is on disk */
        t->level = t->level_logged = (uint8_t)level;
        goto done;
    }
    forget(t);
    trx_begin_recovered(t, record->u.begin.trx, (uint8_t)level, at);
done:
    return err;
}

static void redo_commit(struct trx *t, const struct log_record *record)
{
    if (t->level == 0)
        return;
    if (record->type == LR_COMMIT && t->level > 1) {
        ver_commit_level(t->versions, t);
        t->level--;
        t->level_logged = t->level;
        return;
    }
    if (!list_empty(&t->entries))
        ver_commit(t->versions, t, trx_commit_stamp(t));
    trx_end(t);
}

static ese_err redo_transaction(struct recovery *r, const struct log_record *record, struct log_span span)
{
    struct trx *t;
    ese_err err = 0;
    TRY(session_of(r, record->head.procid, &t));
    t->last_end = span.end;
    switch (record->type) {
    case LR_BEGIN0:
    case LR_BEGIN:
    case LR_BEGIN_DT:
        TRY(redo_begin(r, t, record, span.at));
        break;
    case LR_COMMIT:
    case LR_COMMIT0:
        redo_commit(t, record);
        break;
    case LR_ROLLBACK:
        if (t->level > 0)
            TRY(txn_redo_rollback(r->inst, t, record->u.rollback.levels));
        break;
    case LR_MACRO_BEGIN:
    case LR_MACRO_COMMIT:
    case LR_MACRO_ABORT:
        TRY(redo_macro(r->redo, t, record, span));
        break;
    default:
        break;
    }
    recover_space_transaction(r, t, record);
done:
    return err;
}

/* ---- pages ---- */

/* Counters follow the log also where pages are already newer. */
static void raise_counters(struct recovery *r, struct db_file *db, const struct log_record *record)
{
    if (record->head.after.v != DBTIME_NONE.v)
        db_time_raise(db, record->head.after);
    if (record->type == LR_CREATE_MULTIPLE_FDP || record->type == LR_CREATE_SINGLE_FDP)
        db_objid_raise(db, record->u.create_fdp.objid);
    if (lr_is_node(record->type)) {
        db_objid_raise(db, record->head.objid);
        ver_rceid_raise(r->inst->versions, record->head.rceid);
    }
}

static ese_err redo_page(struct recovery *r, const struct log_record *record, struct log_span span)
{
    struct db_file *db = recover_db_of(r, record->head.dbid, span.at);
    struct trx *t;
    ese_err err = 0;
    if (db == NULL)
        goto done;
    TRY(session_of(r, record->head.procid, &t));
    raise_counters(r, db, record);
    /* Outside of a transaction that began behind the start: its pages were flushed before the checkpoint passed it. */
    if (t->level == 0 && lr_is_page(record->type))
        goto done;
    TRY(redo_page_record(r->redo, db, t, record, span));
    TRY(recover_space_record(r, t, record));
done:
    return err;
}

static ese_err redo_file_size(struct recovery *r, const struct log_record *record, struct log_span span)
{
    struct db_file *db = recover_db_of(r, record->head.dbid, span.at);
    ese_err err = 0;
    if (db != NULL && record->type == LR_EXTEND_DB && record->u.file_range.first > atomic_load(&db->page_last))
        TRY(db_file_extend(db, record->u.file_range.first));
done:
    return err;
}

/* The file is cut behind page first, once more; or a range was trimmed and reads as zeros. All that is in such pages later comes from
 * records behind this one. */
static ese_err redo_give_up(struct recovery *r, const struct log_record *record, struct log_span span)
{
    struct db_file *db = recover_db_of(r, record->head.dbid, span.at);
    pgno first = record->u.file_range.first;
    uint32_t count = record->u.file_range.count;
    ese_err err = 0;
    if (db == NULL)
        goto done;
    if (first == 0 || count > UINT32_MAX - first)
        FAIL(JET_errLogFileCorrupt);
    if (record->type == LR_TRIM_DB) {
        if (count != 0)
            redo_given_up(r->redo, db, first, first + count - 1);
        goto done;
    }
    redo_given_up(r->redo, db, first + 1, UINT32_MAX);
    if (first < atomic_load(&db->page_last)) {
        buf_purge_from(db, first + 1);
        TRY(db_file_shrink(db, first));
    }
done:
    return err;
}

/* What redo left out because a page was not there must have been explained by now. */
static ese_err check_missing(struct recovery *r, const struct db_file *db)
{
    ese_err err = 0;
    pgno page = 0;
    if (db == NULL)
        goto done;
    err = redo_check_missing(r->redo, db, &page);
    if (err < 0)
        inst_event(r->inst, 0, "page %u of %s is missing although the log needs it", (unsigned)page, db->path);
done:
    return err;
}

static ese_err redo_detach(struct recovery *r, const struct log_record *record, struct log_span span)
{
    ese_err err = 0;
    TRY(check_missing(r, recover_db_of(r, record->head.dbid, span.at)));
    TRY(recover_detach_record(r, record, span));
done:
    return err;
}

static ese_err redo_set_version(struct recovery *r, const struct log_record *record, struct log_span span)
{
    struct db_file *db = recover_db_of(r, record->head.dbid, span.at);
    struct db_header *h;
    ese_err err = 0;
    if (db == NULL)
        goto done;
    h = db_header_of(db);
    os_mutex_lock(&db->header_lock);
    if (r->slots[record->head.dbid].creating)           /* made anew just now: it was made at this level */
        db_file_created_at(db, record->u.set_version.update_major);
    if (le32_get(&h->update_major) < record->u.set_version.update_major)
        le32_set(&h->update_major, record->u.set_version.update_major);
    if (le32_get(&h->update_minor) < record->u.set_version.update_minor)
        le32_set(&h->update_minor, record->u.set_version.update_minor);
    os_mutex_unlock(&db->header_lock);
    TRY(db_file_write_header(db));
done:
    return err;
}

/* Backup stamps are repeated: scope names the field (backup-restore.md 11.2); an older mark never replaces a newer one. */
static ese_err redo_backup(struct recovery *r, const struct log_record *record, struct log_span span)
{
    struct db_file *db = recover_db_of(r, record->head.dbid, span.at);
    ese_err err = 0;
    bool changed;
    if (db == NULL)
        goto done;
    os_mutex_lock(&db->header_lock);
    changed = backup_stamp_header(db_header_of(db), record);
    os_mutex_unlock(&db->header_lock);
    if (changed)
        TRY(db_file_write_header(db));
done:
    return err;
}

/* A new start of the engine: no session of the run before lives on. */
static void redo_init(struct recovery *r)
{
    recover_forget_transactions(r);
    redo_drop_macros(r->redo);
}

static ese_err redo_record(struct recovery *r, const struct log_record *record, struct log_span span)
{
    switch (record->type) {
    case LR_BEGIN0: case LR_BEGIN: case LR_BEGIN_DT: case LR_COMMIT: case LR_COMMIT0: case LR_ROLLBACK:
    case LR_MACRO_BEGIN: case LR_MACRO_COMMIT: case LR_MACRO_ABORT:
        return redo_transaction(r, record, span);
    case LR_CREATE_DB:
        return recover_create_record(r, record, span);
    case LR_CREATE_DB_FINISH:
        return recover_create_finish(r, record);
    case LR_ATTACH_DB:
        return recover_attach_record(r, record, span);
    case LR_DETACH_DB:
        return redo_detach(r, record, span);
    case LR_EXTEND_DB:
        return redo_file_size(r, record, span);
    case LR_SHRINK_DB: case LR_SHRINK_DB2: case LR_SHRINK_DB3: case LR_TRIM_DB:
        return redo_give_up(r, record, span);
    case LR_SET_DB_VERSION:
        return redo_set_version(r, record, span);
    case LR_BACKUP2:
        return redo_backup(r, record, span);
    case LR_INIT: case LR_INIT2:
        redo_init(r);
        return 0;
    case LR_RECOVERY_UNDO: case LR_RECOVERY_UNDO2:
        redo_drop_macros(r->redo);                      /* what was begun before was given up here; its dbtime may come again */
        return 0;
    case LR_NEW_PAGE: case LR_ROOT_PAGE_MOVE:
        return redo_page(r, record, span);
    default:
        return lr_is_page(record->type) ? redo_page(r, record, span) : 0;
    }
}

/* ---- pass two ---- */

static void report(struct recovery *r, uint32_t generation)
{
    uint32_t first = lgpos_generation(r->from);
    if (r->config->progress.report != NULL)
        r->config->progress.report(r->config->progress.context, 0, generation - first, r->gen_high - first + 1);
}

ese_err recover_redo(struct recovery *r)
{
    struct log_reader *reader = NULL;
    uint32_t generation = 0, opened = lgpos_generation(r->from);
    ese_err err = 0;
    TRY(recover_ask_open(r, opened, RECOVER_LOG_FOR_REDO, 0));
    for (unsigned i = 0; i < r->attached_count; i++)
        TRY(recover_attach_listed(r, &r->attached[i]));
    TRY(recover_open_reader(r, &reader));
    for (;;) {
        struct log_record record;
        struct log_span span;
        bool end = false;
        TRY(log_reader_next(reader, &record, &span, &end));
        if (end || span.at.v > r->last_at.v)
            break;
        if (lgpos_generation(span.at) != generation) {
            generation = lgpos_generation(span.at);
            if (generation != opened)
                TRY(recover_ask_open(r, generation, RECOVER_LOG_FOR_REDO, 0));
            report(r, generation);
        }
        err = redo_record(r, &record, span);
        if (err < 0) {
            inst_event(r->inst, EVENT_REPLAY_FAILED, "replay failed at %08X:%04X:%04X (%s): %s", (unsigned)lgpos_generation(span.at),
                       (unsigned)lgpos_segment(span.at), (unsigned)lgpos_byte(span.at),
                       lr_name(record.type) != NULL ? lr_name(record.type) : "?", err_name(err) != NULL ? err_name(err) : "?");
            goto done;
        }
    }
    redo_drop_macros(r->redo);
    /* A replay that stops here to go on later may find the explanation in logs to come. */
    for (uint8_t dbid = 1; dbid < DB_COUNT_MAX && !r->config->without_undo; dbid++)
        if (r->slots[dbid].state == SLOT_ATTACHED && !r->slots[dbid].creating)
            TRY(check_missing(r, r->slots[dbid].db));
done:
    log_reader_close(reader);
    return err;
}
