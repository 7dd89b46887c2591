#include <assert.h>
#include <stdio.h>

#include "admin/recover_int.h"

enum { PAGES_INITIAL = 254 };

/* ---- paths ---- */

static int fold(int c)
{
    if (c >= 'A' && c <= 'Z')
        return c + 'a' - 'A';
    return c == '/' ? '\\' : c;
}

/* Names in logs were written by whatever system wrote them: compared without case, with both separators alike. */
static bool same_name(const char *a, const char *b)
{
    while (*a != 0 && fold((unsigned char)*a) == fold((unsigned char)*b)) {
        a++;
        b++;
    }
    return fold((unsigned char)*a) == fold((unsigned char)*b);
}

/* Where the database of the logged name lies now; false when it is to be left out. */
static bool map_path(const struct recovery *r, const char *logged, char out[OS_PATH_MAX])
{
    for (unsigned i = 0; i < r->config->map_count; i++) {
        if (same_name(r->config->map[i].from, logged)) {
            (void)snprintf(out, OS_PATH_MAX, "%s", r->config->map[i].to);
            return true;
        }
    }
    (void)snprintf(out, OS_PATH_MAX, "%s", logged);
    return !r->config->map_only;
}

/* ---- matching a file with what the log says about it (log-format.md 10) ---- */

struct claim {
    uint8_t dbid;
    lgpos attach, consistent;
    struct signature sign_db;
    const struct signature *sign_log_before;            /* AttachDB: stream the database knew before; NULL otherwise */
    bool is_record;                                     /* the record itself, not a list */
};

enum verdict { MATCH_NOW, MATCH_STAMP, MATCH_LATER, MATCH_FOREIGN };

static enum verdict judge(const struct recovery *r, const struct db_header *h, const struct claim *c)
{
    lgpos consistent = disk_lgpos_get(&h->lgpos_consistent), attach = disk_lgpos_get(&h->lgpos_attach);
    bool ours = signature_equal(&h->sign_log, &r->survey.sign_log);
    if (!signature_equal(&h->sign_db, &c->sign_db))
        return MATCH_FOREIGN;
    /* Attached to another stream, or without log, after this one: its history goes on elsewhere. */
    if (!ours)
        return c->is_record && c->sign_log_before != NULL && signature_equal(&h->sign_log, c->sign_log_before) &&
                       consistent.v == c->consistent.v ? MATCH_STAMP : MATCH_FOREIGN;
    if (consistent.v > c->attach.v && consistent.v != c->consistent.v)
        return MATCH_LATER;
    if (consistent.v != c->consistent.v)
        return MATCH_FOREIGN;
    if (attach.v == c->attach.v && le32_get(&h->state) != DB_CLEAN)
        return MATCH_NOW;
    if (attach.v < c->attach.v || le32_get(&h->state) == DB_CLEAN)
        return c->is_record ? MATCH_STAMP : MATCH_FOREIGN;
    return MATCH_LATER;
}

/* Generations the file needs against those that are there. */
static ese_err check_generations(const struct recovery *r, const struct db_header *h)
{
    ese_err err = 0;
    uint32_t low = le32_get(&h->gen_min_required), high = le32_get(&h->gen_max_required);
    uint32_t committed = le32_get(&h->gen_max_committed);
    if (le32_get(&h->state) == DB_CLEAN)
        goto done;
    if ((low != 0 && low < r->gen_low) || high > r->gen_high)
        FAIL(JET_errRequiredLogFilesMissing);
    if (committed <= r->gen_high || r->config->hard)
        goto done;
    if (!r->config->ignore_lost_logs)
        FAIL(JET_errCommittedLogFilesMissing);
    if (recover_ask(r, RECOVER_ERROR, r->config->skip_lost_event ? 0 : JET_errCommittedLogFilesMissing) < 0)
        inst_event(r->inst, EVENT_LOGS_LOST, "%s has lost committed logs %05X to %05X", r->path, (unsigned)r->gen_high + 1, (unsigned)committed);
done:
    return err;
}

static ese_err check_attachable(const struct recovery *r, const struct db_header *h)
{
    ese_err err = 0;
    TRY(check_generations(r, h));
    switch (le32_get(&h->state)) {
    case DB_RESEED:
        FAIL(JET_errDatabaseIncompleteIncrementalReseed);
    case DB_REVERTING:
        FAIL(JET_errDatabaseIncompleteRevert);
    case DB_CONVERTING:
    case DB_FORCE_DETACH:
        FAIL(JET_errDatabaseCorrupted);
    default:
        break;
    }
    if (le32_get(&h->full_cur.gen_low) != 0 && !r->config->hard && !r->config->without_undo)
        TRY(recover_ask(r, RECOVER_ERROR, r->config->allow_backup_db ? 0 : JET_errSoftRecoveryOnBackupDatabase));
done:
    return err;
}

/* From here on redo may change pages of db. The header promises at once all generations that will be replayed, so that pages
 * can be written at any time. */
static ese_err take(struct recovery *r, struct db_file *db, const struct claim *c, bool stamp_header)
{
    struct recover_slot *slot = &r->slots[c->dbid];
    struct db_header *h = db_header_of(db);
    ese_err err = 0;
    bool changed = stamp_header;
    unsigned restored;
    TRY(db_guard_restore(db, r->end, &restored));
    if (restored != 0)
        inst_event(r->inst, 0, "%u pages of %s were torn and have been put back", restored, db->path);
    os_mutex_lock(&db->header_lock);
    if (stamp_header) {
        if (le32_get(&h->state) != DB_JUST_CREATED)
            le32_set(&h->state, DB_DIRTY);
        logtime_now(&h->time_attach);
        disk_lgpos_set(&h->lgpos_attach, c->attach);
        disk_lgpos_set(&h->lgpos_detach, LGPOS_MIN);
        memset(&h->time_detach, 0, sizeof h->time_detach);
        le32_set(&h->dbid, c->dbid);
        h->sign_log = r->survey.sign_log;
        le32_set(&h->gen_min_required, lgpos_generation(c->attach));
        le32_set(&h->gen_min_consistent, lgpos_generation(c->attach));
    }
    if (le32_get(&h->gen_max_required) < r->gen_high) {
        le32_set(&h->gen_max_required, r->gen_high);
        changed = true;
    }
    if (le32_get(&h->gen_max_committed) < r->gen_high || r->config->ignore_lost_logs) {
        changed = changed || le32_get(&h->gen_max_committed) != r->gen_high;
        le32_set(&h->gen_max_committed, r->gen_high);
    }
    os_mutex_unlock(&db->header_lock);
    db_hang(r->inst, db, c->dbid, false);
    db->logged = true;
    db->guarded = os_file_atomic(db->file) < db->page_size;
    atomic_store(&db->gen_required, r->gen_high);
    *slot = (struct recover_slot){.state = SLOT_ATTACHED, .db = db, .attached_at = c->attach};
    if (changed)
        TRY(db_file_write_header(db));
    TRY(recover_ask_db(r, RECOVER_ATTACHED_DB, db));
done:
    return err;
}

static void defer(struct recovery *r, uint8_t dbid, ese_err why, bool ignored)
{
    r->slots[dbid] = (struct recover_slot){.state = SLOT_DEFERRED, .why = why, .ignored = ignored};
}

/* Open the file of a claim and take it, stamp it, or leave it for later. */
static ese_err resolve(struct recovery *r, const char *logged, const struct claim *c)
{
    struct db_file *db = NULL;
    enum verdict verdict;
    ese_err err = 0, opened;
    if (!map_path(r, logged, r->path2)) {
        defer(r, c->dbid, 0, true);
        goto done;
    }
    opened = os_path_full(r->path2, r->path, OS_PATH_MAX);
    if (opened == 0)
        opened = db_file_open(r->path, false, r->inst->page_size, &db);
    if (opened == JET_errOutOfMemory || opened == JET_errPageSizeMismatch || opened == JET_errInvalidDatabaseVersion)
        FAIL(opened);
    if (opened < 0) {
        bool absent = opened == JET_errFileNotFound || opened == JET_errInvalidPath;
        defer(r, c->dbid, absent ? JET_errAttachedDatabaseMismatch : opened, false);
        goto done;
    }
    verdict = judge(r, db_header_of(db), c);
    if (verdict == MATCH_NOW || verdict == MATCH_STAMP) {
        TRY(check_attachable(r, db_header_of(db)));
        err = take(r, db, c, verdict == MATCH_STAMP);
        if (r->slots[c->dbid].db == db)                 /* the slot has it, whatever happened then */
            db = NULL;
        goto done;
    }
    if (verdict == MATCH_LATER && le32_get(&db_header_of(db)->state) != DB_CLEAN)
        TRY(check_generations(r, db_header_of(db)));
    defer(r, c->dbid, JET_errAttachedDatabaseMismatch, false);
done:
    if (db != NULL)
        db_file_close(db);
    return err;
}

/* The log says that dbid is somebody else now: what we had there was detached without a record, by a crash in the middle. */
static void clear_slot(struct recovery *r, uint8_t dbid)
{
    struct recover_slot *slot = &r->slots[dbid];
    if (slot->state == SLOT_ATTACHED) {
        buf_purge_db(slot->db);
        r->inst->dbs[dbid] = NULL;
        db_file_close(slot->db);
    }
    *slot = (struct recover_slot){.state = SLOT_EMPTY};
}

/* ---- attach lists and records ---- */

ese_err recover_attach_listed(struct recovery *r, const struct attach_info *info)
{
    struct claim c = {.dbid = info->dbid, .attach = info->attach, .consistent = info->consistent, .sign_db = info->sign_db};
    ese_err err = 0;
    if (info->dbid == 0 || info->dbid >= DB_COUNT_MAX)
        FAIL(JET_errLogFileCorrupt);
    TRY(resolve(r, info->path, &c));
    if (r->slots[c.dbid].state == SLOT_ATTACHED) {
        db_time_raise(r->slots[c.dbid].db, info->time);
        db_objid_raise(r->slots[c.dbid].db, info->objid_last);
    }
done:
    return err;
}

/* Logged path into a string of its own; the caller frees it. */
static ese_err logged_path(struct bytes path, bool unicode, char **out)
{
    ese_err err = 0;
    char *text = ese_alloc(OS_PATH_MAX);
    if (text == NULL)
        FAIL(JET_errOutOfMemory);
    *out = text;
    if (!disk_path_decode(path, unicode, text, OS_PATH_MAX))
        FAIL(JET_errLogFileCorrupt);
done:
    return err;
}

ese_err recover_attach_record(struct recovery *r, const struct log_record *record, struct log_span span)
{
    struct claim c = {.dbid = record->head.dbid, .attach = span.at, .consistent = record->u.attach_db.consistent,
                      .sign_db = record->u.attach_db.sign_db, .sign_log_before = &record->u.attach_db.sign_log, .is_record = true};
    char *path = NULL;
    ese_err err = 0;
    if (c.dbid == 0 || c.dbid >= DB_COUNT_MAX)
        FAIL(JET_errLogFileCorrupt);
    /* An attach list that already knew this attach has settled it. */
    if (r->slots[c.dbid].state == SLOT_ATTACHED && r->slots[c.dbid].attached_at.v == span.at.v)
        goto done;
    clear_slot(r, c.dbid);
    TRY(logged_path(record->u.attach_db.path, (record->u.attach_db.flags & 8) != 0, &path));
    TRY(resolve(r, path, &c));
done:
    ese_free(path);
    return err;
}

static bool detached_later(const struct recovery *r, lgpos at)
{
    for (unsigned i = 0; i < r->created_count; i++) {
        if (r->created[i].at.v == at.v)
            return r->created[i].detached;
    }
    return false;
}

/* Is there a file that this CreateDB made and that can go on from where it is? Or one that must not be touched? */
static ese_err look_at_created(struct recovery *r, const struct claim *c, bool *remake, bool *keep)
{
    struct db_file *db = NULL;
    ese_err err = 0, opened = db_file_open(r->path, true, r->inst->page_size, &db);
    *remake = *keep = false;
    if (opened == JET_errFileNotFound) {
        *remake = !detached_later(r, c->attach);
        goto done;
    }
    if (opened < 0) {
        /* Its header was never finished: that is a creation the crash interrupted. */
        *remake = opened == JET_errReadVerifyFailure || opened == JET_errDatabaseCorrupted || opened == JET_errFileIOBeyondEOF;
        goto done;
    }
    if (le32_get(&db_header_of(db)->state) == DB_JUST_CREATED)
        *remake = signature_equal(&db_header_of(db)->sign_db, &c->sign_db);
    *keep = !*remake;
done:
    if (db != NULL)
        db_file_close(db);
    return err;
}

static ese_err remake(struct recovery *r, const struct claim *c)
{
    struct db_create create = {.page_size = r->inst->page_size, .page_last = PAGES_INITIAL, .dbid = c->dbid, .overwrite = true,
                               .update_major = DB_UPDATE_NEW, .sign_log = r->survey.sign_log, .sign_db = &c->sign_db};
    struct db_file *db = NULL;
    ese_err err = 0;
    TRY(db_file_create(r->path, &create, &db));
    TRY(db_sync_folder(r->path));
    TRY(take(r, db, c, true));
    db = NULL;
    r->slots[c->dbid].creating = true;
done:
    if (db != NULL && r->slots[c->dbid].db != db)
        db_file_close(db);
    return err;
}

ese_err recover_create_record(struct recovery *r, const struct log_record *record, struct log_span span)
{
    struct claim c = {.dbid = record->head.dbid, .attach = span.at, .consistent = LGPOS_MIN, .sign_db = record->u.create_db.sign_db,
                      .is_record = true};
    bool make = false, keep = false;
    char *path = NULL;
    ese_err err = 0;
    if (c.dbid == 0 || c.dbid >= DB_COUNT_MAX)
        FAIL(JET_errLogFileCorrupt);
    if (r->slots[c.dbid].state == SLOT_ATTACHED && r->slots[c.dbid].attached_at.v == span.at.v)
        goto done;
    clear_slot(r, c.dbid);
    TRY(logged_path(record->u.create_db.path, (record->u.create_db.flags & 8) != 0, &path));
    if (!map_path(r, path, r->path2)) {
        defer(r, c.dbid, 0, true);
        goto done;
    }
    if (os_path_full(r->path2, r->path, OS_PATH_MAX) < 0) {
        defer(r, c.dbid, JET_errAttachedDatabaseMismatch, false);
        goto done;
    }
    TRY(look_at_created(r, &c, &make, &keep));
    if (make)
        TRY(remake(r, &c));
    else if (keep)
        TRY(resolve(r, path, &c));
    else
        defer(r, c.dbid, JET_errAttachedDatabaseMismatch, false);
    /* A file that is somebody else's was to be overwritten: without CreateDBFinish that never happened. */
    if (r->slots[c.dbid].state == SLOT_DEFERRED)
        r->slots[c.dbid].creating = true;
done:
    ese_free(path);
    return err;
}

ese_err recover_create_finish(struct recovery *r, const struct log_record *record)
{
    struct recover_slot *slot;
    ese_err err = 0;
    if (record->head.dbid >= DB_COUNT_MAX)
        FAIL(JET_errLogFileCorrupt);
    slot = &r->slots[record->head.dbid];
    if (slot->state == SLOT_EMPTY || !slot->creating)
        goto done;
    slot->creating = false;
    if (slot->state != SLOT_ATTACHED)
        goto done;
    os_mutex_lock(&slot->db->header_lock);
    le32_set(&db_header_of(slot->db)->state, DB_DIRTY);
    os_mutex_unlock(&slot->db->header_lock);
    TRY(db_file_write_header(slot->db));
done:
    return err;
}

/* The database was clean from here on: so it is now. */
ese_err recover_detach_record(struct recovery *r, const struct log_record *record, struct log_span span)
{
    struct recover_slot *slot;
    ese_err err = 0;
    if (record->head.dbid >= DB_COUNT_MAX)
        FAIL(JET_errLogFileCorrupt);
    slot = &r->slots[record->head.dbid];
    if (slot->state == SLOT_ATTACHED) {
        TRY(recover_ask_db(r, RECOVER_DETACHING_DB, slot->db));
        TRY(buf_flush_db(slot->db));
        TRY(db_header_detached(slot->db, span.at));
        db_guard_drop(slot->db);
    }
    clear_slot(r, record->head.dbid);
done:
    return err;
}

struct db_file *recover_db_of(struct recovery *r, uint8_t dbid, lgpos at)
{
    const struct recover_slot *slot = dbid < DB_COUNT_MAX ? &r->slots[dbid] : NULL;
    return slot != NULL && slot->state == SLOT_ATTACHED && at.v > slot->attached_at.v ? slot->db : NULL;
}

/* ---- the end of the log ---- */

/* A database whose creation never finished was never given to anybody: its file goes. */
static ese_err remove_unfinished(struct recovery *r, uint8_t dbid)
{
    ese_err err;
    (void)snprintf(r->path, OS_PATH_MAX, "%s", r->slots[dbid].db->path);
    clear_slot(r, dbid);
    err = os_path_delete(r->path);
    if (err == JET_errFileNotFound)
        return 0;
    return err < 0 ? err : db_sync_folder(r->path);
}

ese_err recover_settle(struct recovery *r)
{
    ese_err err = 0;
    for (uint8_t i = 1; i < DB_COUNT_MAX; i++) {
        struct recover_slot *slot = &r->slots[i];
        if (slot->state == SLOT_DEFERRED) {
            if (!slot->ignored && !slot->creating && !(r->config->ignore_missing_db && slot->why == JET_errAttachedDatabaseMismatch))
                FAIL(slot->why);
            *slot = (struct recover_slot){.state = SLOT_EMPTY};
        }
    }
done:
    return err;
}

/* Called once the losers are undone: their entries may belong to an unfinished database. */
ese_err recover_settle_creations(struct recovery *r)
{
    ese_err err = 0;
    for (uint8_t i = 1; i < DB_COUNT_MAX; i++) {
        if (r->slots[i].state == SLOT_ATTACHED && r->slots[i].creating)
            TRY(remove_unfinished(r, i));
    }
done:
    return err;
}

void recover_drop_dbs(struct recovery *r)
{
    for (uint8_t i = 1; i < DB_COUNT_MAX; i++) {
        if (r->slots[i].state == SLOT_ATTACHED)
            (void)recover_ask_db(r, RECOVER_DETACHING_DB, r->slots[i].db);
        clear_slot(r, i);
    }
}
