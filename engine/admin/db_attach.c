#include "admin/db_attach.h"
#include "admin/defrag.h"

#include <assert.h>
#include <stdio.h>

#include "store/buf.h"
#include "store/db_guard.h"
#include "table/catalog.h"
#include "tree/space.h"

enum {
    PAGES_INITIAL = 254,
    GRBIT_OVERWRITE = 0x200,
    FLAG_VERSION = 4, FLAG_UNICODE = 8, FLAG_DETACH_UNICODE = 0x10,
    CREATE_RECORD_VERSION = 2,
    PATH_BYTES_MAX = OS_PATH_MAX * 2
};

/* ---- header ---- */

ese_err db_check_state(const struct db_header *h)
{
    ese_err err = 0;
    switch (le32_get(&h->state)) {
    case DB_CLEAN:
        break;
    case DB_DIRTY:
    case DB_DIRTY_PATCHED:
        if (le32_get(&h->full_cur.gen_low) != 0)
            FAIL(JET_errSoftRecoveryOnBackupDatabase);
        if (le32_get(&h->snapshot_cur.gen_low) != 0)
            FAIL(JET_errSoftRecoveryOnSnapshot);
        FAIL(JET_errDatabaseDirtyShutdown);
    case DB_RESEED:
        FAIL(JET_errDatabaseIncompleteIncrementalReseed);
    case DB_REVERTING:
        FAIL(JET_errDatabaseIncompleteRevert);
    case DB_JUST_CREATED:
        FAIL(JET_errDatabaseDirtyShutdown);
    default:
        FAIL(JET_errDatabaseCorrupted);
    }
done:
    return err;
}

static void clear_generations(struct db_header *h)
{
    le32_set(&h->gen_min_required, 0);
    le32_set(&h->gen_max_required, 0);
    le32_set(&h->gen_min_consistent, 0);
    le32_set(&h->gen_max_committed, 0);
    memset(&h->time_gen_max_create, 0, sizeof h->time_gen_max_create);
    memset(&h->time_gen_max_required, 0, sizeof h->time_gen_max_required);
}

static void set_counters(struct db_file *db, struct db_header *h)
{
    le64_set(&h->dbtime_dirtied, db_time_now(db).v);
    le32_set(&h->objid_last, atomic_load(&db->objid_last));
}

/* edb-format.md 1.4. Without log the database gets a new signature: no older log may ever be replayed into it. */
static ese_err stamp_attached(struct db_file *db, struct log *log, lgpos at, enum db_state state)
{
    struct db_header *h = db_header_of(db);
    struct logtime created = {0};
    if (log != NULL)
        created = log_create_time(log);
    os_mutex_lock(&db->header_lock);
    le32_set(&h->state, (uint32_t)state);
    logtime_now(&h->time_attach);
    disk_lgpos_set(&h->lgpos_attach, at);
    disk_lgpos_set(&h->lgpos_detach, LGPOS_MIN);
    memset(&h->time_detach, 0, sizeof h->time_detach);
    le32_set(&h->dbid, db->dbid);
    clear_generations(h);
    set_counters(db, h);
    memset(&h->full_cur, 0, sizeof h->full_cur);
    if (log != NULL) {
        uint32_t generation = lgpos_generation(at), current = log_generation(log);
        struct signature before = h->sign_log;
        log_signature(log, &h->sign_log);
        if (!signature_equal(&before, &h->sign_log))    /* backups of another stream cannot be continued */
            db_header_clear_backups(h);
        le32_set(&h->gen_min_required, generation);
        le32_set(&h->gen_max_required, generation);
        le32_set(&h->gen_min_consistent, generation);
        le32_set(&h->gen_max_committed, current > generation ? current : generation);
        h->time_gen_max_create = created;
    } else {
        signature_make(&h->sign_db);
        memset(&h->sign_log, 0, sizeof h->sign_log);
        db_header_clear_backups(h);
        disk_lgpos_set(&h->lgpos_consistent, LGPOS_MIN);
    }
    atomic_store(&db->gen_required, lgpos_generation(at));
    os_mutex_unlock(&db->header_lock);
    return db_file_write_header(db);
}

ese_err db_header_attached(struct db_file *db, struct log *log, lgpos at)
{
    return stamp_attached(db, log, at, DB_DIRTY);
}

ese_err db_header_detached(struct db_file *db, lgpos at)
{
    struct db_header *h = db_header_of(db);
    os_mutex_lock(&db->header_lock);
    le32_set(&h->state, DB_CLEAN);
    disk_lgpos_set(&h->lgpos_consistent, at);
    disk_lgpos_set(&h->lgpos_detach, at);
    logtime_now(&h->time_consistent);
    h->time_detach = h->time_consistent;
    clear_generations(h);
    le32_set(&h->gen_recovering, 0);
    set_counters(db, h);
    os_mutex_unlock(&db->header_lock);
    return db_file_write_header(db);
}

/* ---- log records ---- */

/* The checkpoint stays below the record until header and slot agree with it. */
static void hold_checkpoint(struct inst *inst) { atomic_store(&inst->attach_floor, log_tip(inst->log).v); }
static void release_checkpoint(struct inst *inst) { atomic_store(&inst->attach_floor, LGPOS_MAX.v); }

/* Append one of the three database records and close its segment. path_room: PATH_BYTES_MAX bytes. */
static ese_err log_with_path(struct inst *inst, struct log_record *r, struct bytes *path_field, const char *path, struct log_span *span)
{
    ese_err err = 0;
    uint8_t *text = ese_alloc(PATH_BYTES_MAX);
    size_t size;
    if (text == NULL)
        FAIL(JET_errOutOfMemory);
    size = disk_path_encode(path, text, PATH_BYTES_MAX);
    if (size == 0)
        FAIL(JET_errInvalidPath);
    *path_field = bytes_of(text, size);
    TRY(log_append(inst->log, r, span));
    TRY(log_flush_segment(inst->log));
    TRY(log_flush(inst->log, span->end));
done:
    ese_free(text);
    return err;
}

ese_err db_log_attach(struct inst *inst, uint16_t procid, struct db_file *db, struct log_span *span)
{
    struct log_record r = {0};
    const struct db_header *h = db_header_of(db);
    r.type = LR_ATTACH_DB;
    r.head.procid = procid;
    r.head.dbid = db->dbid;
    r.u.attach_db.consistent = disk_lgpos_get(&h->lgpos_consistent);
    r.u.attach_db.sign_db = h->sign_db;
    r.u.attach_db.sign_log = h->sign_log;
    r.u.attach_db.flags = FLAG_UNICODE;
    return log_with_path(inst, &r, &r.u.attach_db.path, db->path, span);
}

ese_err db_log_detach(struct inst *inst, uint16_t procid, struct db_file *db, struct log_span *span)
{
    struct log_record r = {0};
    r.type = LR_DETACH_DB;
    r.head.procid = procid;
    r.head.dbid = db->dbid;
    r.u.detach_db.flags = FLAG_DETACH_UNICODE;
    return log_with_path(inst, &r, &r.u.detach_db.path, db->path, span);
}

static ese_err log_create_db(struct inst *inst, uint16_t procid, uint8_t dbid, const char *path, const struct signature *sign_db,
                             bool overwrite, struct log_span *span)
{
    struct log_record r = {0};
    r.type = LR_CREATE_DB;
    r.head.procid = procid;
    r.head.dbid = dbid;
    r.u.create_db.grbit = overwrite ? GRBIT_OVERWRITE : 0;
    r.u.create_db.sign_db = *sign_db;
    r.u.create_db.flags = FLAG_VERSION | FLAG_UNICODE;
    r.u.create_db.version = CREATE_RECORD_VERSION;
    return log_with_path(inst, &r, &r.u.create_db.path, path, span);
}

/* CreateDB says nothing of the level; who replays it makes the newest one. */
static ese_err log_level(struct inst *inst, uint16_t procid, uint8_t dbid, uint32_t update)
{
    struct log_record r = {.type = LR_SET_DB_VERSION};
    struct log_span span;
    ese_err err = 0;
    if (update == DB_UPDATE_NEW)
        goto done;
    r.head.procid = procid;
    r.head.dbid = dbid;
    r.u.set_version.version = DB_VERSION;
    r.u.set_version.update_major = update;
    TRY(log_append(inst->log, &r, &span));
    TRY(log_flush_segment(inst->log));
done:
    return err;
}

static ese_err log_create_finish(struct inst *inst, uint16_t procid, uint8_t dbid)
{
    struct log_record r = {0};
    struct log_span span;
    ese_err err = 0;
    r.type = LR_CREATE_DB_FINISH;
    r.head.procid = procid;
    r.head.dbid = dbid;
    TRY(log_append(inst->log, &r, &span));
    TRY(log_flush(inst->log, span.end));
done:
    return err;
}

/* ---- slots ---- */

struct db_file *db_find(struct inst *inst, const char *full_path)
{
    for (unsigned i = 1; i < DB_COUNT_MAX; i++) {
        if (inst->dbs[i] != NULL && os_path_same(inst->dbs[i]->path, full_path))
            return inst->dbs[i];
    }
    return NULL;
}

static ese_err find_slot(const struct inst *inst, uint8_t *out)
{
    ese_err err = 0;
    for (uint8_t i = 1; i < DB_COUNT_MAX; i++) {
        if (inst->dbs[i] == NULL) {
            *out = i;
            goto done;
        }
    }
    FAIL(JET_errTooManyAttachedDatabases);
done:
    return err;
}

void db_hang(struct inst *inst, struct db_file *db, uint8_t dbid, bool logged)
{
    db->dbid = dbid;
    db->cache = inst->cache;
    db->owner = inst;
    db->versions = inst->versions;
    db->logged = logged;
    db->log = logged ? inst->log : NULL;
    db->consistent = disk_lgpos_get(&db_header_of(db)->lgpos_consistent);
    db->guarded = logged && os_file_atomic(db->file) < db->page_size;
    atomic_store(&db->grow_pages, atomic_load(&inst->db_grow_pages));
    inst->dbs[dbid] = db;
}

/* Forget a database without writing anything more to it. */
static void drop_file(struct inst *inst, struct db_file *db)
{
    if (db->cache != NULL)
        buf_purge_db(db);
    if (inst->dbs[db->dbid] == db)
        inst->dbs[db->dbid] = NULL;
    while (atomic_load(&inst->db_users) != 0)
        os_yield();
    db_file_close(db);
}

/* ---- create ---- */

/* A file that was just created is there after a crash only when its folder was synced. */
ese_err db_sync_folder(const char *path)
{
    size_t size = strlen(path);
    ese_err err = 0;
    char *folder = ese_strdup(path);
    if (folder == NULL)
        FAIL(JET_errOutOfMemory);
    while (size > 1 && folder[size - 1] != '/' && folder[size - 1] != '\\')
        size--;
    folder[size > 1 ? size - 1 : size] = 0;
    TRY(os_dir_sync(folder));
done:
    ese_free(folder);
    return err;
}

static ese_err refuse_existing(const char *path, bool overwrite)
{
    ese_err err = 0;
    struct os_file_info info;
    if (!overwrite && os_path_info(path, &info) == 0)
        FAIL(JET_errDatabaseDuplicate);
done:
    return err;
}

/* Root, space trees and catalog, each in a transaction of its own. */
static ese_err fill_new(struct session *s, struct db_file *db)
{
    ese_err err = 0;
    bool begun = false;
    TRY(txn_begin(s, false));
    begun = true;
    TRY(space_create_root(db, &s->trx, PAGES_INITIAL));
    TRY(txn_commit(s, COMMIT_LAZY));
    begun = false;
    TRY(schema_cache_open(s->inst, db->dbid));
    TRY(txn_begin(s, false));
    begun = true;
    TRY(catalog_create(s, db));
    TRY(txn_commit(s, COMMIT_LAZY));
    begun = false;
done:
    if (begun && s->trx.level > 0)
        (void)txn_rollback(s);
    return err;
}

/* A creation in progress. */
struct creation {
    const char *path;
    const struct attach_config *how;
    struct db_create file;
    struct db_file *db;
    bool logged;                                        /* the log knows of it */
};

static ese_err log_gone(struct inst *inst, uint16_t procid, uint8_t dbid, const char *path)
{
    struct log_record r = {0};
    struct log_span span;
    r.type = LR_DETACH_DB;
    r.head.procid = procid;
    r.head.dbid = dbid;
    r.u.detach_db.flags = FLAG_DETACH_UNICODE;
    return log_with_path(inst, &r, &r.u.detach_db.path, path, &span);
}

/* A creation that failed: the log is told that the database has gone, the file goes. */
static void create_undo(struct session *s, struct creation *c)
{
    struct inst *inst = s->inst;
    if (c->db != NULL) {
        ver_drain(inst->versions, c->db);
        if (inst_db(inst, c->db->dbid) == c->db)
            schema_cache_close(inst, c->db->dbid);
    }
    if (c->logged && atomic_load(&inst->unavailable) == 0)
        (void)log_gone(inst, s->trx.procid, c->file.dbid, c->path);
    if (c->db != NULL) {
        drop_file(inst, c->db);
        (void)os_path_delete(c->path);
    }
}

static ese_err make_file(struct creation *c)
{
    ese_err err = 0;
    TRY(db_file_create(c->path, &c->file, &c->db));
    TRY(db_sync_folder(c->path));
    c->db->dbid = c->file.dbid;
    if (c->how->shadowing_off)
        db_header_of(c->db)->dbflags[0] |= 1;
done:
    return err;
}

/* The record comes before the file, so that a crash leaves no file that the log knows nothing of. The header says "just created"
 * until everything of the database is in the log: recovery makes the file anew in that state and removes it when CreateDBFinish
 * never came. */
static ese_err create_logged(struct session *s, struct creation *c)
{
    struct inst *inst = s->inst;
    struct signature sign_db;
    struct log_span span;
    ese_err err = 0;
    signature_make(&sign_db);
    hold_checkpoint(inst);
    TRY(log_create_db(inst, s->trx.procid, c->file.dbid, c->path, &sign_db, c->how->overwrite, &span));
    c->logged = true;
    c->file.sign_db = &sign_db;
    TRY(make_file(c));
    db_hang(inst, c->db, c->file.dbid, true);
    TRY(stamp_attached(c->db, inst->log, span.at, DB_JUST_CREATED));
    TRY(log_level(inst, s->trx.procid, c->file.dbid, c->file.update_major));
    TRY(fill_new(s, c->db));
    TRY(log_create_finish(inst, s->trx.procid, c->file.dbid));
    os_mutex_lock(&c->db->header_lock);
    le32_set(&db_header_of(c->db)->state, DB_DIRTY);
    set_counters(c->db, db_header_of(c->db));
    os_mutex_unlock(&c->db->header_lock);
    TRY(db_file_write_header(c->db));
done:
    release_checkpoint(inst);
    return err;
}

static ese_err create_unlogged(struct session *s, struct creation *c)
{
    ese_err err = 0;
    TRY(make_file(c));
    db_hang(s->inst, c->db, c->file.dbid, false);
    TRY(db_header_attached(c->db, NULL, LGPOS_MIN));
    TRY(fill_new(s, c->db));
done:
    return err;
}

ese_err db_create(struct session *s, const char *path, const struct attach_config *how, uint8_t *dbid)
{
    struct inst *inst = s->inst;
    struct creation c = {.how = how, .file = {.page_size = inst->page_size, .page_last = PAGES_INITIAL, .overwrite = how->overwrite,
                                              .update_major = how->update != 0 ? how->update : DB_UPDATE_NEW}};
    ese_err err = 0;
    char *full = ese_alloc(OS_PATH_MAX);
    os_mutex_lock(&inst->lock);
    if (full == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(os_path_full(path, full, OS_PATH_MAX));
    c.path = full;
    if (db_find(inst, full) != NULL)
        FAIL(JET_errDatabaseDuplicate);
    TRY(find_slot(inst, &c.file.dbid));
    TRY(refuse_existing(full, how->overwrite));
    if (inst->log != NULL)
        log_signature(inst->log, &c.file.sign_log);
    if (inst->log != NULL && !how->recovery_off)
        TRY(create_logged(s, &c));
    else
        TRY(create_unlogged(s, &c));
    atomic_store(&c.db->page_max, how->size_max_pages);
    *dbid = c.file.dbid;
    inst_event(inst, EVENT_DATABASE_CREATED, "%s is created", full);
done:
    if (err < 0)
        create_undo(s, &c);
    os_mutex_unlock(&inst->lock);
    ese_free(full);
    return err;
}

/* ---- attach ---- */

/* Neither log nor header must go on believing in an attach that did not happen. False: the checkpoint stays, recovery will see to it. */
static bool take_back(struct inst *inst, uint16_t procid, struct db_file *db, ese_err why)
{
    struct log_span span;
    if (db_log_detach(inst, procid, db, &span) == 0 && db_header_detached(db, span.at) == 0)
        return true;
    inst_set_unavailable(inst, why);
    return false;
}

static ese_err attach_logged(struct session *s, struct db_file *db)
{
    struct inst *inst = s->inst;
    struct log_span span;
    ese_err err = 0;
    bool told = false;
    hold_checkpoint(inst);
    TRY(db_log_attach(inst, s->trx.procid, db, &span));
    told = true;
    TRY(db_header_attached(db, inst->log, span.at));
    db_hang(inst, db, db->dbid, true);
done:
    if (err == 0 || !told || take_back(inst, s->trx.procid, db, err))
        release_checkpoint(inst);
    return err;
}

/* Two copies of one database in one instance would share log records and undo: refused. */
static ese_err refuse_same_signature(const struct inst *inst, struct db_file *db)
{
    ese_err err = 0;
    for (unsigned i = 1; i < DB_COUNT_MAX; i++) {
        if (inst->dbs[i] != NULL && signature_equal(&db_header_of(inst->dbs[i])->sign_db, &db_header_of(db)->sign_db))
            FAIL(JET_errDatabaseSignInUse);
    }
done:
    return err;
}

/* What this engine does not write is attached for reading only. */
static bool writable_format(const struct db_header *h)
{
    uint32_t update = le32_get(&h->update_major);
    return update >= DB_UPDATE_LOWEST && update <= DB_UPDATE_NEW;
}

static ese_err open_for_attach(struct inst *inst, const char *full, const struct attach_config *how, struct db_file **out)
{
    struct db_file *db = NULL;
    ese_err err = 0;
    err = db_file_open(full, how->read_only, inst->page_size, &db);
    if (err == JET_errReadVerifyFailure || err == JET_errFileIOBeyondEOF)
        FAIL(JET_errDatabaseCorrupted);                 /* neither copy of the header is one */
    TRY(err);
    TRY(db_check_state(db_header_of(db)));
    if (!how->read_only && !writable_format(db_header_of(db))) {
        db_file_close(db);
        db = NULL;
        TRY(db_file_open(full, true, inst->page_size, &db));
    }
    if (how->update != 0 && le32_get(&db_header_of(db)->update_major) > how->update)
        FAIL(JET_errEngineFormatVersionSpecifiedTooLowForDatabaseVersion);
    TRY(refuse_same_signature(inst, db));
    *out = db;
    db = NULL;
done:
    if (db != NULL)
        db_file_close(db);
    return err;
}

/* A database that is half detached may not be changed any more: its log says, or may say, that it has gone. Recovery settles it,
 * from a checkpoint that stays where it is. */
static ese_err detach_or_stop(struct inst *inst, uint16_t procid, struct db_file *db)
{
    bool logged = db->logged;
    ese_err err = db_finish_detach(inst, procid, db);
    if (err < 0 && logged)
        inst_set_unavailable(inst, err);
    return err;
}

ese_err db_attach(struct session *s, const char *path, const struct attach_config *how, uint8_t *dbid)
{
    struct inst *inst = s->inst;
    struct db_file *db = NULL;
    ese_err err = 0;
    uint8_t slot = 0;
    char *full = ese_alloc(OS_PATH_MAX);
    os_mutex_lock(&inst->lock);
    if (full == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(os_path_full(path, full, OS_PATH_MAX));
    db = db_find(inst, full);
    if (db != NULL) {
        *dbid = db->dbid;
        db = NULL;
        goto done;
    }
    TRY(find_slot(inst, &slot));
    TRY(open_for_attach(inst, full, how, &db));
    db->dbid = slot;
    if (db->read_only)
        db_hang(inst, db, slot, false);
    else if (inst->log != NULL && !how->recovery_off)
        TRY(attach_logged(s, db));
    else {
        db_hang(inst, db, slot, false);
        TRY(db_header_attached(db, NULL, LGPOS_MIN));
    }
    err = schema_cache_open(inst, slot);
    if (err < 0) {
        /* The attach is already durable: it ends as a detach. */
        (void)detach_or_stop(inst, s->trx.procid, db);
        db = NULL;
        goto done;
    }
    atomic_store(&db->page_max, how->size_max_pages);
    *dbid = slot;
    db = NULL;
    inst_event(inst, EVENT_DATABASE_ATTACHED, "%s is attached", full);
done:
    if (db != NULL)
        drop_file(inst, db);
    os_mutex_unlock(&inst->lock);
    ese_free(full);
    return err;
}

/* ---- detach ---- */

ese_err db_finish_detach(struct inst *inst, uint16_t procid, struct db_file *db)
{
    struct log_span span = {LGPOS_MIN, LGPOS_MIN};
    bool logged = db->logged;
    ese_err err = 0;
    if (db->read_only)
        goto done;
    if (logged)
        hold_checkpoint(inst);
    TRY(buf_flush_db(db));
    if (logged)
        TRY(db_log_detach(inst, procid, db, &span));
    TRY(db_header_detached(db, span.at));
    db_guard_drop(db);
done:
    if (err == 0) {
        drop_file(inst, db);
        if (logged)
            release_checkpoint(inst);
    }
    return err;
}

ese_err db_detach(struct session *s, uint8_t dbid, bool force)
{
    struct inst *inst = s->inst;
    struct db_file *db;
    char *path = NULL;
    ese_err err = 0;
    (void)force;
    if (dbid < DB_COUNT_MAX)
        (void)defrag_stop(inst, dbid, NULL);
    os_mutex_lock(&inst->lock);
    db = inst_db(inst, dbid);
    if (db == NULL || db->temporary)
        FAIL(JET_errDatabaseNotFound);
    ver_drain(inst->versions, db);
    if (ver_db_busy(inst->versions, db))
        FAIL(JET_errDatabaseInUse);
    schema_cache_close(inst, dbid);
    path = ese_strdup(db->path);
    TRY(detach_or_stop(inst, s->trx.procid, db));
    inst_event(inst, EVENT_DATABASE_DETACHED, "%s is detached", path != NULL ? path : "a database");
done:
    os_mutex_unlock(&inst->lock);
    ese_free(path);
    return err;
}

/* ---- the temporary database ---- */

ese_err db_temp_open(struct inst *inst, const char *path)
{
    struct db_create create = {.page_size = inst->page_size, .page_last = PAGES_INITIAL, .dbid = DB_TEMP_ID, .overwrite = true,
                               .temporary = true, .update_major = DB_UPDATE_NEW};
    struct db_file *db = NULL;
    struct session *s;
    ese_err err = 0;
    os_mutex_lock(&inst->lock);
    if (inst->dbs[DB_TEMP_ID] != NULL)
        goto done;
    TRY(db_file_create(path, &create, &db));
    db->temporary = true;
    db_hang(inst, db, DB_TEMP_ID, false);
    os_mutex_lock(&inst->system_lock);
    err = txn_system(inst, &s);
    if (err == 0)
        err = txn_begin(s, false);
    if (err == 0) {
        err = space_create_root(db, &s->trx, PAGES_INITIAL);
        if (err == 0)
            err = txn_commit(s, COMMIT_LAZY);
        else
            (void)txn_rollback(s);
    }
    os_mutex_unlock(&inst->system_lock);
done:
    if (err < 0 && db != NULL)
        drop_file(inst, db);
    os_mutex_unlock(&inst->lock);
    return err;
}

void db_temp_close(struct inst *inst)
{
    struct db_file *db = inst->dbs[DB_TEMP_ID];
    char *path;
    if (db == NULL)
        return;
    schema_cache_close(inst, DB_TEMP_ID);
    path = ese_strdup(db->path);
    ver_drain(inst->versions, db);
    drop_file(inst, db);
    if (path != NULL)
        (void)os_path_delete(path);
    ese_free(path);
}
