#include "admin/recover.h"

#include <assert.h>
#include <stdio.h>

#include "admin/backup_int.h"
#include "admin/recover_int.h"

enum { STATUS_BEGIN = 5, STATUS_COMPLETE = 6 };

static bool ends_clean(uint8_t type)
{
    return type == LR_TERM2 || type == LR_TERM || type == LR_RECOVERY_QUIT2 || type == LR_RECOVERY_QUIT;
}

/* ---- the run's first and last records ---- */

static void copy_ascii(uint8_t to[261], const char *path)
{
    for (size_t i = 0; i < 260 && path[i] != 0; i++) {
        if ((unsigned char)path[i] >= 0x80) {
            memset(to, 0, 261);
            return;
        }
        to[i] = (uint8_t)path[i];
    }
}

static ese_err log_init(struct inst *inst)
{
    struct log_record r = {0};
    struct dbms_param param;
    struct log_span span;
    ese_err err = 0;
    const struct log_config *config = &inst->log_config;
    memset(&param, 0, sizeof param);
    copy_ascii(param.system_path, config->system_dir);
    copy_ascii(param.log_path, config->log_dir);
    le32_set(&param.log_buffers, config->buffer_bytes / LOG_SEGMENT_BYTES);
    le32_set(&param.log_file_sectors, config->file_bytes / LOG_SEGMENT_BYTES);
    r.type = LR_INIT2;
    r.u.init.param = bytes_of(&param, sizeof param);
    logtime_now(&r.u.init.time);
    TRY(log_append(inst->log, &r, &span));
    inst->init_at = span.at;
done:
    return err;
}

/* Databases that are still there will not be written any more: nobody may ask their log again. */
static void let_go(struct inst *inst)
{
    for (unsigned i = 1; i < DB_COUNT_MAX; i++) {
        if (inst->dbs[i] == NULL || inst->dbs[i]->log == NULL)
            continue;
        buf_detach_db(inst->dbs[i]);
        inst->dbs[i]->log = NULL;
    }
}

ese_err recover_stop(struct inst *inst, bool dirty)
{
    struct log_record r = {0};
    struct log_span span;
    ese_err err = 0, closed;
    if (inst->log == NULL)
        goto done;
    if (dirty || atomic_load(&inst->unavailable) != 0)
        goto done;
    r.type = LR_SHUTDOWN_MARK;
    TRY(log_append(inst->log, &r, NULL));
    TRY(log_flush_segment(inst->log));
    memset(&r, 0, sizeof r);
    r.type = LR_TERM2;
    r.u.term.back = inst->init_at;
    logtime_now(&r.u.term.time);
    TRY(log_append(inst->log, &r, &span));
    TRY(log_flush_segment(inst->log));
    TRY(log_flush(inst->log, span.end));
    TRY(log_checkpoint_write(inst->log, span.at, false));
done:
    if (inst->log != NULL) {
        let_go(inst);
        closed = log_close(inst->log, !dirty);
        inst->log = NULL;
        if (err == 0)
            err = closed;
    }
    return err;
}

/* ---- where to begin ---- */

static ese_err attach_list_of(struct recovery *r, const uint8_t *list)
{
    ese_err err = 0;
    r->attached = ese_alloc(DB_COUNT_MAX * sizeof *r->attached);
    if (r->attached == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(attach_list_decode(list, r->attached, DB_COUNT_MAX, &r->attached_count));
done:
    return err;
}

/* Start of a generation, with the databases its header names. */
static ese_err begin_at_generation(struct recovery *r, uint32_t generation)
{
    struct log_reader *reader = NULL;
    ese_err err = 0;
    r->from = lgpos_make(generation, 0, 0);
    TRY(recover_open_reader(r, &reader));
    TRY(attach_list_of(r, log_reader_header(reader)->attach_list));
    if (r->config->hard)
        r->survey.sign_log = log_reader_header(reader)->sign_log;
done:
    log_reader_close(reader);
    return err;
}

/* A checkpoint on the end of an orderly run: nothing was attached there. */
static ese_err checkpoint_is_term(struct recovery *r, bool *yes)
{
    struct log_reader *reader = NULL;
    struct log_record record;
    struct log_span span;
    bool end = false;
    ese_err err = 0;
    *yes = false;
    r->from = r->survey.checkpoint;
    TRY(recover_open_reader(r, &reader));
    TRY(log_reader_next(reader, &record, &span, &end));
    *yes = !end && ends_clean(record.type) && span.at.v == r->from.v;
done:
    log_reader_close(reader);
    return err;
}

/* The lowest generation that a database of the map needs; 0 when none of them says. */
static uint32_t needed_by_map(const struct recovery *r)
{
    uint32_t low = 0;
    for (unsigned i = 0; i < r->config->map_count; i++) {
        struct db_file *db = NULL;
        const struct db_header *h;
        uint32_t first = 0;
        if (db_file_open(r->config->map[i].to, true, r->inst->page_size, &db) < 0)
            continue;
        h = db_header_of(db);
        if (le32_get(&h->state) != DB_CLEAN && signature_equal(&h->sign_log, &r->survey.sign_log))
            first = le32_get(&h->gen_min_required);
        if (first != 0 && (low == 0 || first < low))
            low = first;
        db_file_close(db);
    }
    return low;
}

static ese_err choose_start(struct recovery *r)
{
    const struct log_survey *s = &r->survey;
    uint32_t generation = lgpos_generation(s->checkpoint);
    ese_err err = 0;
    bool term = false;
    if (r->config->hard || !s->has_checkpoint || generation < s->gen_low || generation > s->gen_high) {
        uint32_t needed = r->config->start_from_map && !r->config->hard ? needed_by_map(r) : 0;
        if (needed > r->gen_low && needed <= s->gen_high)
            r->gen_low = needed;                        /* what lies before counts as not there: nobody may need it */
        TRY(begin_at_generation(r, r->gen_low));
        goto done;
    }
    if (s->checkpoint_file.has_attach_list != 0) {
        r->from = s->checkpoint;
        TRY(attach_list_of(r, s->checkpoint_file.attach_list));
        goto done;
    }
    err = checkpoint_is_term(r, &term);
    if (err < 0 || !term)
        TRY(begin_at_generation(r, generation));
done:
    return err;
}

static ese_err join(char to[OS_PATH_MAX], const char *folder, const char *name)
{
    ese_err err = 0;
    int size = snprintf(to, OS_PATH_MAX, "%s%s", folder, name);
    if (size < 0 || size >= OS_PATH_MAX)
        FAIL(JET_errInvalidPath);
done:
    return err;
}

/* edb.log is missing: fine when a roll was interrupted (the next file stands ready), a loss otherwise. */
static ese_err check_current(struct recovery *r, uint8_t next)
{
    const struct log_config *c = &r->inst->log_config;
    bool loss = !r->config->ignore_lost_logs && !r->config->allow_missing_current;
    struct os_file_info info;
    char path[OS_PATH_MAX], name[32];
    ese_err err = 0;
    if (r->survey.has_current || r->config->hard)
        goto done;
    (void)snprintf(name, sizeof name, "%.3stmp.%s", c->base, c->new_extensions ? "jtx" : "log");
    TRY(join(path, c->log_dir, name));
    loss = loss && os_path_info(path, &info) < 0;
    TRY(recover_ask_missing(r, r->survey.gen_high + 1, next, loss ? JET_errMissingLogFile : 0));
done:
    return err;
}

static void set_reader(struct recovery *r)
{
    const struct log_config *c = &r->inst->log_config;
    const struct recover_config *how = r->config;
    memcpy(r->read.base, c->base, sizeof r->read.base);
    r->read.new_extensions = c->new_extensions;
    r->read.page_size = r->inst->page_size;
    if (!how->hard) {
        (void)snprintf(r->read.dirs[0], OS_PATH_MAX, "%s", c->log_dir);
        r->read.sign_log = &r->survey.sign_log;
        r->read.from_checkpoint = true;
        return;
    }
    (void)snprintf(r->read.dirs[0], OS_PATH_MAX, "%s", how->backup_log_dir);
    (void)snprintf(r->read.dirs[1], OS_PATH_MAX, "%s", c->log_dir);
    r->read.gen_split = how->gen_high;
}

/* Recovery writes generations of the size that is there; *other when the instance is set up for another one. */
static ese_err adopt_file_size(struct recovery *r, bool *other)
{
    struct log_config *c = &r->inst->log_config;
    struct log_reader *reader = NULL;
    const struct log_header *h;
    uint32_t bytes;
    ese_err err = 0;
    r->from = lgpos_make(r->gen_high, 0, 0);
    TRY(recover_open_reader(r, &reader));
    h = log_reader_header(reader);
    bytes = (uint32_t)le16_get(&h->total_sectors) * le16_get(&h->sector_bytes);
    *other = c->file_bytes != 0 && c->file_bytes != bytes;
    c->file_bytes = bytes;
done:
    log_reader_close(reader);
    return err;
}

/* ---- restore: writing goes on in the log folder, behind the last generation that was replayed ---- */

ese_err recover_copy_file(const char *from, const char *to)
{
    char *part = ese_alloc(OS_PATH_MAX);
    ese_err err = 0;
    if (part == NULL)
        FAIL(JET_errOutOfMemory);
    if (snprintf(part, OS_PATH_MAX, "%s.part", to) >= OS_PATH_MAX)
        FAIL(JET_errInvalidPath);
    err = os_path_delete(part);                         /* of a copy that was cut off */
    if (err < 0 && err != JET_errFileNotFound)
        goto done;
    TRY(os_path_copy(from, part));
    TRY(os_path_rename(part, to));
done:
    ese_free(part);
    return err;
}

/* The last replayed generation stands in the log folder as an archived one, whatever folder it came from. */
static ese_err bring_last_generation(struct recovery *r)
{
    const struct log_config *c = &r->inst->log_config;
    const char *extension = c->new_extensions ? "jtx" : "log";
    struct os_file_info info;
    char name[64];
    ese_err err = 0;
    TRY(log_survey(c, &r->survey));
    if (r->survey.any && r->survey.gen_high >= r->gen_high)
        goto done;
    if (!log_file_name(name, sizeof name, c->base, r->gen_high, extension))
        FAIL(JET_errInvalidPath);
    TRY(join(r->path, r->config->backup_log_dir, name));
    if (os_path_info(r->path, &info) < 0) {
        char current[64];
        if (!log_file_name(current, sizeof current, c->base, 0, extension))
            FAIL(JET_errInvalidPath);
        TRY(join(r->path, r->config->backup_log_dir, current));
    }
    TRY(join(r->path2, c->log_dir, name));
    TRY(recover_copy_file(r->path, r->path2));
    TRY(os_dir_sync(c->log_dir));
    TRY(log_survey(c, &r->survey));
done:
    return err;
}

/* ---- the whole ---- */

static ese_err alloc_recovery(struct inst *inst, const struct recover_config *config, struct recovery **out)
{
    ese_err err = 0;
    struct recovery *r = ese_alloc(sizeof *r);
    if (r == NULL)
        FAIL(JET_errOutOfMemory);
    *out = r;
    r->inst = inst;
    r->config = config;
    r->by_procid = ese_alloc(((size_t)UINT16_MAX + 1) * sizeof *r->by_procid);
    r->created = ese_alloc(CREATED_MAX * sizeof *r->created);
    r->path = ese_alloc(OS_PATH_MAX);
    r->path2 = ese_alloc(OS_PATH_MAX);
    if (r->by_procid == NULL || r->created == NULL || r->path == NULL || r->path2 == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(redo_create(&r->redo));
done:
    return err;
}

static void release_recovery(struct recovery *r)
{
    if (r == NULL)
        return;
    recover_forget_transactions(r);
    if (r->redo != NULL)
        redo_release(r->redo);
    ese_free(r->attached);
    ese_free(r->created);
    ese_free(r->leads.at);
    ese_free(r->by_procid);
    ese_free(r->path);
    ese_free(r->path2);
    ese_free(r);
}

static bool any_open(const struct recovery *r)
{
    for (unsigned i = 0; i <= UINT16_MAX; i++) {
        if (r->by_procid[i] != NULL && r->by_procid[i]->level > 0)
            return true;
    }
    for (unsigned i = 1; i < DB_COUNT_MAX; i++) {
        if (r->slots[i].state == SLOT_ATTACHED)
            return true;
    }
    return false;
}

/* JET_bitRecoveryWithoutUndo: redo is done, the log is left as it is, the databases wait for more log. What the cache has written
 * so far is good for any later recovery; the rest is dropped. */
static ese_err stop_before_undo(struct recovery *r)
{
    ese_err err = 0;
    bool open = any_open(r);
    FAIL(open ? JET_errRecoveredWithoutUndo : JET_errRecoveredWithoutUndoDatabasesConsistent);
done:
    return err;
}

/* A checkpoint that is not to be used: redo begins with the first log, as if the file were not there. */
static ese_err ask_checkpoint(struct recovery *r)
{
    ese_err err = 0, answer = recover_ask(r, RECOVER_OPEN_CHECKPOINT, 0);
    if (answer == 0)
        goto done;
    if (answer != JET_errFileNotFound)
        FAIL(answer);
    r->survey.has_checkpoint = false;
    ese_free(r->attached);
    r->attached = NULL;
    r->attached_count = r->created_count = 0;
    TRY(choose_start(r));
    TRY(recover_scan(r));
done:
    return err;
}

/* The last word before the log is written again: where an orderly run has ended, nothing is to be undone. */
static ese_err ask_undo(struct recovery *r, bool finished)
{
    bool stay = r->config->without_undo;
    ese_err err = 0, answer;
    if (finished)
        TRY(recover_ask_open(r, 0, RECOVER_LOG_FOR_DO, stay ? JET_errRecoveredWithoutUndoDatabasesConsistent : 0));
    else if ((answer = recover_ask(r, RECOVER_BEGIN_UNDO, stay ? JET_errRecoveredWithoutUndo : 0)) == JET_errRecoveredWithoutUndo)
        TRY(stop_before_undo(r));
    else
        TRY(answer);
done:
    return err;
}

static ese_err replay(struct recovery *r, bool finished)
{
    const struct recover_config *how = r->config;
    ese_err err = 0;
    TRY(ask_checkpoint(r));
    if (how->progress.report != NULL)
        how->progress.report(how->progress.context, STATUS_BEGIN, 0, r->gen_high - lgpos_generation(r->from) + 1);
    TRY(recover_redo(r));
    TRY(check_current(r, RECOVER_THEN_UNDO));
    TRY(recover_settle(r));
    TRY(ask_undo(r, finished));
    if (how->hard)
        TRY(bring_last_generation(r));
done:
    return err;
}

static ese_err run(struct recovery *r)
{
    struct inst *inst = r->inst;
    const struct recover_config *how = r->config;
    bool clean, finished;
    ese_err err = 0;
    TRY(choose_start(r));
    TRY(recover_scan(r));
    finished = ends_clean(r->last_type) && !how->hard;
    clean = finished && r->survey.has_checkpoint && r->survey.checkpoint.v == r->last_at.v;
    TRY(clean ? ask_undo(r, finished) : replay(r, finished));
    TRY(log_continue(&inst->log_config, &r->survey, r->end, &inst->log));
    if (!clean && finished) {
        TRY(log_checkpoint_write(inst->log, r->last_at, false));
    } else if (!clean) {
        TRY(recover_undo(r));
        TRY(recover_ask_open(r, 0, RECOVER_LOG_FOR_DO, 0));
    }
    if (!clean && how->progress.report != NULL) {
        unsigned total = r->gen_high - lgpos_generation(r->from) + 1;
        how->progress.report(how->progress.context, STATUS_COMPLETE, total, total);
    }
    if (clean || recover_wants_event(r, EVENT_REDO_ENDS))
        inst_event(inst, EVENT_REDO_ENDS, "recovery is done");
done:
    return err;
}

/* After a failure nothing of the instance's databases may be written any more: they are as a crash would leave them. */
static void fail_run(struct recovery *r)
{
    recover_drop_dbs(r);                                /* first: forgetting lets pages go that wait for their UndoInfo */
    for (unsigned i = 1; i < DB_COUNT_MAX; i++) {
        struct db_file *db = r->inst->dbs[i];
        if (db == NULL)
            continue;
        buf_purge_db(db);
        r->inst->dbs[i] = NULL;
        db_file_close(db);
    }
    recover_forget_transactions(r);
    if (r->inst->log != NULL) {
        (void)log_close(r->inst->log, false);
        r->inst->log = NULL;
    }
}

/* What cannot be deleted stays; recovery has succeeded without it. */
static void drop_old_logs(struct recovery *r)
{
    bool any = false;
    uint32_t end = lgpos_generation(log_checkpoint(r->inst->log));
    (void)backup_delete_logs(r->inst, r->survey.gen_low, end, &any);
    if (any)
        inst_event(r->inst, EVENT_LOGS_DELETED, "logs %05X to %05X deleted after recovery", (unsigned)r->survey.gen_low, (unsigned)end - 1);
    else
        inst_event(r->inst, EVENT_NO_LOGS_DELETED, "no logs to delete after recovery");
}

ese_err recover_start(struct inst *inst, const struct recover_config *config)
{
    struct recovery *r = NULL;
    uint32_t wanted = inst->log_config.file_bytes;
    bool other_size = false;
    ese_err err = 0;
    TRY(alloc_recovery(inst, config, &r));
    if (config->hard) {
        r->survey.gen_low = r->gen_low = config->gen_low;
        r->survey.gen_high = config->gen_high;
    } else {
        TRY(log_survey(&inst->log_config, &r->survey));
        r->gen_low = r->survey.gen_low;
        if (!r->survey.any) {
            TRY(recover_ask_missing(r, 0, RECOVER_THEN_NEW_STREAM, config->stream_must_exist ? JET_errMissingLogFile : 0));
            TRY(log_create(&inst->log_config, &inst->log));
            TRY(log_init(inst));
            goto done;
        }
    }
    r->gen_high = r->survey.gen_high;
    TRY(check_current(r, RECOVER_THEN_REDO));
    set_reader(r);
    if (!config->hard)
        TRY(log_make_durable(&inst->log_config, &r->survey));
    TRY(adopt_file_size(r, &other_size));
    inst_event(inst, EVENT_REDO_BEGINS, "recovery replays logs %05X to %05X", (unsigned)r->gen_low, (unsigned)r->gen_high);
    TRY(run(r));
    TRY(log_init(inst));
    if (config->truncate)
        drop_old_logs(r);
    if (other_size) {
        TRY(recover_stop(inst, false));
        FAIL(JET_errLogFileSizeMismatchDatabasesConsistent);
    }
done:
    if (err < 0 && r != NULL)
        fail_run(r);
    inst->log_config.file_bytes = inst->log != NULL || wanted == 0 ? inst->log_config.file_bytes : wanted;
    release_recovery(r);
    return err;
}
