/* Databases: create, attach, detach, open, close, resize. */
#include "admin/backup.h"
#include "admin/db_attach.h"
#include "api/call.h"
#include "tree/space.h"

/* A file name of the caller as a full path. Empty: JET_errDatabaseInvalidPath. path: OS_PATH_MAX bytes. */
static ese_err database_path(JET_PCWSTR name, char *path)
{
    ese_err err = 0;
    char text[OS_PATH_MAX];
    if (name == NULL || name[0] == 0)
        FAIL(JET_errDatabaseInvalidPath);
    TRY(text_path(name, text, sizeof text));
    if (os_path_full(text, path, OS_PATH_MAX) < 0)
        FAIL(JET_errInvalidPath);
done:
    return err;
}

/* Another instance of the process has the file? */
static ese_err refuse_sharing(const struct api_instance *self, const char *path)
{
    ese_err err = 0;
    engine_lock();
    for (unsigned i = 0; i < g_engine.max; i++) {
        struct api_instance *other = g_engine.table[i];
        if (other != NULL && other != self && other->initialised && other->inst != NULL && db_find(other->inst, path) != NULL)
            FAIL(JET_errDatabaseSharingViolation);
    }
done:
    engine_unlock();
    return err;
}

/* The folder of a new file is there, or is made when JET_paramCreatePathIfNotExist says so. */
static ese_err ensure_folder(const struct api_instance *ai, const char *path)
{
    ese_err err = 0;
    char folder[OS_PATH_MAX];
    struct os_file_info info;
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] != '/' && path[size - 1] != '\\')
        size--;
    if (size <= 1)
        goto done;
    memcpy(folder, path, size);
    folder[size] = '\0';
    if (os_path_info(folder, &info) >= 0 && info.is_dir)
        goto done;
    if (param_number(&ai->params, JET_paramCreatePathIfNotExist) == 0)
        FAIL(JET_errInvalidPath);
    TRY(os_dir_create(folder));
done:
    return err;
}

static void count_open(struct call *c, uint8_t dbid)
{
    c->session->opened[dbid]++;
    c->session->owner->opened[dbid]++;
}

static ese_err one_database_only(struct call *c, uint8_t dbid)
{
    if (param_number(&c->session->owner->params, JET_paramOneDatabasePerSession) == 0)
        return 0;
    for (uint8_t i = 0; i < DB_COUNT_MAX; i++)
        if (i != dbid && c->session->opened[i] != 0)
            return err_raise(JET_errOneDatabasePerSession, __func__, __LINE__);
    return 0;
}

/* JET_dbparam* of the array forms. */
static ese_err read_db_params(const JET_SETDBPARAM *params, uint32_t count, struct attach_config *how)
{
    ese_err err = 0;
    if (params == NULL && count != 0)
        FAIL(JET_errInvalidParameter);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = 0;
        if (params[i].dbparamid < JET_dbparamDbSizeMaxPages || params[i].dbparamid >= JET_dbparamMaxValueInvalid)
            FAIL(JET_errInvalidDbparamId);
        if (params[i].cbParam != sizeof number || params[i].pvParam == NULL)
            FAIL(JET_errInvalidParameter);
        memcpy(&number, params[i].pvParam, sizeof number);
        if (params[i].dbparamid == JET_dbparamDbSizeMaxPages)
            how->size_max_pages = number;
    }
done:
    return err;
}

static JET_ERR create_database(JET_SESID sesid, JET_PCWSTR name, const JET_SETDBPARAM *params, uint32_t count, JET_DBID *pdbid, JET_GRBIT grbit,
                               uint32_t size_max)
{
    struct call c;
    ese_err err = 0;
    char path[OS_PATH_MAX];
    uint8_t dbid;
    bool locked = false;
    struct attach_config how = {.size_max_pages = size_max};
    TRY(call_session(&c, sesid, CALL_PLAIN));
    if (c.s->trx.level != 0)
        FAIL(JET_errInTransaction);
    if (pdbid == NULL)
        FAIL(JET_errInvalidParameter);
    how.update = param_update_level(&c.session->owner->params, false);
    if ((grbit & JET_bitDbCreateStreamingFile) != 0)
        FAIL(JET_errFeatureNotAvailable);
    TRY(read_db_params(params, count, &how));
    TRY(database_path(name, path));
    how.overwrite = (grbit & JET_bitDbOverwriteExisting) != 0;
    how.recovery_off = (grbit & JET_bitDbRecoveryOff) != 0;
    how.shadowing_off = (grbit & JET_bitDbShadowingOff) != 0;
    TRY(refuse_sharing(c.session->owner, path));
    TRY(one_database_only(&c, DB_COUNT_MAX));
    TRY(ensure_folder(c.session->owner, path));
    os_mutex_lock(&c.session->owner->databases);
    locked = true;
    TRY(db_create(c.s, path, &how, &dbid));
    count_open(&c, dbid);
    *pdbid = dbid;
done:
    if (locked)
        os_mutex_unlock(&c.session->owner->databases);
    return call_end(&c, err);
}

/*
 * JetCreateDatabase* - a new file, attached and opened by the session.
 * in      grbit: JET_bitDbOverwriteExisting, JET_bitDbRecoveryOff, JET_bitDbShadowingOff
 * err     JET_errInTransaction, JET_errDatabaseInvalidPath, JET_errInvalidPath, JET_errDatabaseSharingViolation, JET_errDatabaseDuplicate,
 *         JET_errTooManyAttachedDatabases, file errors
 * source  API reference "JetCreateDatabase2"; observed-sequences db-calls, tx-session
 */
JET_ERR JET_API JetCreateDatabaseW(JET_SESID sesid, JET_PCWSTR szFilename, JET_PCWSTR szConnect, JET_DBID *pdbid, JET_GRBIT grbit)
{
    (void)szConnect;
    return create_database(sesid, szFilename, NULL, 0, pdbid, grbit, 0);
}

JET_ERR JET_API JetCreateDatabase2W(JET_SESID sesid, JET_PCWSTR szFilename, const JET_UINT32 cpgDatabaseSizeMax, JET_DBID *pdbid, JET_GRBIT grbit)
{
    return create_database(sesid, szFilename, NULL, 0, pdbid, grbit, cpgDatabaseSizeMax);
}

JET_ERR JET_API JetCreateDatabase3W(JET_SESID sesid, JET_PCWSTR szFilename, JET_DBID *pdbid, JET_SETDBPARAM *rgsetdbparam, JET_UINT32 csetdbparam,
    JET_GRBIT grbit)
{
    return create_database(sesid, szFilename, rgsetdbparam, csetdbparam, pdbid, grbit, 0);
}

/* Under the instance's database lock; *attached: the same instance had it already. */
static ese_err attach_locked(struct call *c, const char *path, const struct attach_config *how, bool *attached)
{
    ese_err err = 0;
    struct inst *inst = c->s->inst;
    bool shared = false;
    uint8_t dbid;
    struct os_file_info info;
    *attached = db_find(inst, path) != NULL;
    TRY(os_path_info(path, &info));
    if (info.is_dir)
        FAIL(JET_errFileAccessDenied);
    if (info.read_only && !how->read_only)
        FAIL(JET_errDatabaseFileReadOnly);
    TRY(backup_enter_shared(inst));
    shared = true;
    TRY(refuse_sharing(c->session->owner, path));
    TRY(db_attach(c->s, path, how, &dbid));
done:
    if (shared)
        backup_leave_shared(inst);
    return err;
}

static JET_ERR attach_database(JET_SESID sesid, JET_PCWSTR name, const JET_SETDBPARAM *params, uint32_t count, JET_GRBIT grbit, uint32_t size_max)
{
    struct call c;
    ese_err err = 0;
    char path[OS_PATH_MAX];
    bool attached = false;
    struct attach_config how = {.size_max_pages = size_max};
    TRY(call_session(&c, sesid, CALL_PLAIN));
    if (c.s->trx.level != 0)
        FAIL(JET_errInTransaction);
    TRY(read_db_params(params, count, &how));
    TRY(database_path(name, path));
    how.read_only = (grbit & JET_bitDbReadOnly) != 0;
    how.update = param_update_level(&c.session->owner->params, true);
    how.delete_corrupt_indexes = (grbit & (JET_bitDbDeleteCorruptIndexes | JET_bitDbDeleteUnicodeIndexes)) != 0;
    os_mutex_lock(&c.session->owner->databases);
    err = attach_locked(&c, path, &how, &attached);
    os_mutex_unlock(&c.session->owner->databases);
done:
    return call_end_warning(&c, err, attached ? JET_wrnDatabaseAttached : 0);
}

/*
 * JetAttachDatabase* - make a file usable by the instance.
 * wrn     JET_wrnDatabaseAttached (this instance had it)
 * err     JET_errInTransaction, JET_errDatabaseInvalidPath, JET_errFileNotFound, JET_errFileAccessDenied, JET_errDatabaseFileReadOnly,
 *         JET_errBackupInProgress,
 *         JET_errDatabaseSharingViolation, JET_errTooManyAttachedDatabases, state and format errors of the file
 * source  backup-restore.md 12.1 (order); observed-sequences db-calls
 */
JET_ERR JET_API JetAttachDatabaseW(JET_SESID sesid, JET_PCWSTR szFilename, JET_GRBIT grbit)
{
    return attach_database(sesid, szFilename, NULL, 0, grbit, 0);
}

JET_ERR JET_API JetAttachDatabase2W(JET_SESID sesid, JET_PCWSTR szFilename, const JET_UINT32 cpgDatabaseSizeMax, JET_GRBIT grbit)
{
    return attach_database(sesid, szFilename, NULL, 0, grbit, cpgDatabaseSizeMax);
}

JET_ERR JET_API JetAttachDatabase3W(JET_SESID sesid, JET_PCWSTR szFilename, JET_SETDBPARAM *rgsetdbparam, JET_UINT32 csetdbparam, JET_GRBIT grbit)
{
    return attach_database(sesid, szFilename, rgsetdbparam, csetdbparam, grbit, 0);
}

static ese_err detach_one(struct call *c, uint8_t dbid)
{
    if (c->session->owner->opened[dbid] != 0)
        return err_raise(JET_errDatabaseInUse, __func__, __LINE__);
    return db_detach(c->s, dbid, false);
}

/* name NULL: all of the instance. Nothing attached is a success even during a backup. */
static ese_err detach_locked(struct call *c, const char *path)
{
    ese_err err = 0;
    struct inst *inst = c->s->inst;
    bool shared = false, any = false;
    struct db_file *db = path != NULL ? db_find(inst, path) : NULL;
    for (uint8_t i = 1; i < DB_COUNT_MAX; i++)
        any = any || inst->dbs[i] != NULL;
    if (path == NULL && !any)
        goto done;
    TRY(backup_enter_shared(inst));
    shared = true;
    if (path != NULL && db == NULL)
        FAIL(JET_errDatabaseNotFound);
    for (uint8_t i = 1; i < DB_COUNT_MAX; i++)
        if (inst->dbs[i] != NULL && (path == NULL || inst->dbs[i] == db))
            TRY(detach_one(c, i));
done:
    if (shared)
        backup_leave_shared(inst);
    return err;
}

/*
 * JetDetachDatabase* - take a file, or all (NULL), out of the instance.
 * in      grbit: JET_bitForceDetach and its kin are refused
 * err     JET_errInTransaction, JET_errBackupInProgress, JET_errDatabaseNotFound, JET_errDatabaseInUse, JET_errForceDetachNotAllowed
 * source  backup-restore.md 12.1; observed-sequences db-calls, bk-dbops
 */
JET_ERR JET_API JetDetachDatabase2W(JET_SESID sesid, JET_PCWSTR szFilename, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    char path[OS_PATH_MAX];
    bool all = szFilename == NULL || szFilename[0] == 0;
    TRY(call_session(&c, sesid, CALL_AFTER_STOP));
    if (c.s->trx.level != 0)
        FAIL(JET_errInTransaction);
    if ((grbit & JET_bitForceDetach) != 0)
        FAIL(JET_errForceDetachNotAllowed);
    if (grbit != 0)
        FAIL(JET_errInvalidGrbit);
    if (!all)
        TRY(database_path(szFilename, path));
    os_mutex_lock(&c.session->owner->databases);
    err = detach_locked(&c, all ? NULL : path);
    os_mutex_unlock(&c.session->owner->databases);
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetDetachDatabaseW(JET_SESID sesid, JET_PCWSTR szFilename) { return JetDetachDatabase2W(sesid, szFilename, 0); }

/* A backup must know too. */
static void set_exclusive(struct api_instance *owner, struct db_file *db, struct api_session *session)
{
    owner->exclusive[db->dbid] = session;
    atomic_store(&db->exclusive, session != NULL);
}

static ese_err open_locked(struct call *c, const char *path, JET_GRBIT grbit, JET_DBID *pdbid)
{
    ese_err err = 0;
    struct api_instance *owner = c->session->owner;
    struct db_file *db = db_find(c->s->inst, path);
    if (db == NULL)
        FAIL(JET_errDatabaseNotFound);
    if (owner->exclusive[db->dbid] != NULL && owner->exclusive[db->dbid] != c->session)
        FAIL(JET_errDatabaseLocked);
    if ((grbit & JET_bitDbExclusive) != 0 && owner->opened[db->dbid] != 0)
        FAIL(JET_errDatabaseInUse);
    TRY(one_database_only(c, db->dbid));
    if ((grbit & JET_bitDbExclusive) != 0)
        set_exclusive(owner, db, c->session);
    count_open(c, db->dbid);
    *pdbid = db->dbid;
done:
    return err;
}

/*
 * JetOpenDatabase - use an attached database in a session.
 * err     JET_errDatabaseInvalidPath, JET_errDatabaseNotFound, JET_errDatabaseLocked, JET_errDatabaseInUse, JET_errOneDatabasePerSession
 * source  observed-sequences db-calls
 */
JET_ERR JET_API JetOpenDatabaseW(JET_SESID sesid, JET_PCWSTR szFilename, JET_PCWSTR szConnect, JET_DBID *pdbid, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    char path[OS_PATH_MAX];
    (void)szConnect;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    if (pdbid == NULL)
        FAIL(JET_errInvalidParameter);
    *pdbid = JET_dbidNil;
    TRY(database_path(szFilename, path));
    os_mutex_lock(&c.session->owner->databases);
    err = open_locked(&c, path, grbit, pdbid);
    os_mutex_unlock(&c.session->owner->databases);
done:
    return call_end(&c, err);
}

/*
 * JetCloseDatabase - the last close of a session closes its tables in the database.
 * err     JET_errInvalidDatabaseId
 * source  observed-sequences db-calls 12-17
 */
JET_ERR JET_API JetCloseDatabase(JET_SESID sesid, JET_DBID dbid, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    struct db_file *db;
    struct api_instance *owner;
    (void)grbit;
    TRY(call_session(&c, sesid, CALL_AFTER_STOP));
    owner = c.session->owner;
    TRY(call_database(&c, dbid, &db));
    if (c.session->opened[dbid] == 1)
        LIST_EACH_SAFE(it, &c.s->cursors) {
            struct cursor *cursor = LIST_ENTRY(it, struct cursor, link);
            if (cursor->api != NULL && cursor->table != NULL && cursor->table->db == db)
                table_close(cursor->api);
        }
    os_mutex_lock(&owner->databases);
    c.session->opened[dbid]--;
    owner->opened[dbid]--;
    if (c.session->opened[dbid] == 0 && owner->exclusive[dbid] == c.session)
        set_exclusive(owner, db, NULL);
    os_mutex_unlock(&owner->databases);
done:
    return call_end(&c, err);
}

/* ---- size ---- */

/* Grow to target pages (headers not counted); a smaller target changes nothing. */
static ese_err grow(struct call *c, struct db_file *db, uint32_t target)
{
    ese_err err = 0;
    uint32_t now = atomic_load(&db->page_last);
    if (db->read_only)
        FAIL(JET_errDatabaseFileReadOnly);
    if (target > now)
        TRY(space_grow_database(db, &c->s->trx, target - now));
done:
    return err;
}

/*
 * JetGrowDatabase, JetResizeDatabase, JetSetDatabaseSize - the file becomes at least so many pages large; it is never cut here.
 * err     JET_errInvalidDatabaseId, JET_errDatabaseFileReadOnly, JET_errInvalidGrbit, JET_errInvalidParameter
 * source  API reference "JetResizeDatabase"
 */
JET_ERR JET_API JetGrowDatabase(JET_SESID sesid, JET_DBID dbid, JET_UINT32 cpg, JET_UINT32 *pcpgReal)
{
    struct call c;
    ese_err err = 0;
    struct db_file *db;
    TRY(call_session(&c, sesid, CALL_WRITE));
    if (pcpgReal == NULL)
        FAIL(JET_errInvalidParameter);
    TRY(call_database(&c, dbid, &db));
    TRY(grow(&c, db, cpg));
    *pcpgReal = atomic_load(&db->page_last);
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetResizeDatabase(JET_SESID sesid, JET_DBID dbid, JET_UINT32 cpgTarget, JET_UINT32 *pcpgActual, const JET_GRBIT grbit)
{
    enum { KNOWN = JET_bitResizeDatabaseOnlyGrow | JET_bitResizeDatabaseOnlyShrink };
    struct call c;
    ese_err err = 0;
    struct db_file *db;
    TRY(call_session(&c, sesid, CALL_WRITE));
    if (pcpgActual == NULL || cpgTarget == 0)
        FAIL(JET_errInvalidParameter);
    if ((grbit & ~(JET_GRBIT)KNOWN) != 0 || (grbit & KNOWN) == KNOWN)
        FAIL(JET_errInvalidGrbit);
    TRY(call_database(&c, dbid, &db));
    if ((grbit & JET_bitResizeDatabaseOnlyShrink) == 0)
        TRY(grow(&c, db, cpgTarget));
    *pcpgActual = atomic_load(&db->page_last);
done:
    return call_end(&c, err);
}

/*
 * JetSetMaxDatabaseSize, JetGetMaxDatabaseSize - the pages beyond which the file does not grow; 0 is no limit. A change that needs more
 * then fails with JET_errOutOfDatabaseSpace. The limit lasts as long as the attachment.
 * err     JET_errInvalidDatabaseId, JET_errInvalidParameter
 * source  functions.tsv; JetAttachDatabase2 "cpgDatabaseSizeMax"
 */
JET_ERR JET_API JetSetMaxDatabaseSize(JET_SESID sesid, JET_DBID dbid, JET_UINT32 cpg, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    struct db_file *db;
    (void)grbit;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(call_database(&c, dbid, &db));
    atomic_store(&db->page_max, cpg);
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetGetMaxDatabaseSize(JET_SESID sesid, JET_DBID dbid, JET_UINT32 *pcpg, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    struct db_file *db;
    (void)grbit;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(call_database(&c, dbid, &db));
    if (pcpg == NULL)
        FAIL(JET_errInvalidParameter);
    *pcpg = atomic_load(&db->page_max);
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetSetDatabaseSizeW(JET_SESID sesid, JET_PCWSTR szDatabaseName, JET_UINT32 cpg, JET_UINT32 *pcpgReal)
{
    struct call c;
    ese_err err = 0;
    char path[OS_PATH_MAX];
    struct db_file *db;
    TRY(call_session(&c, sesid, CALL_WRITE));
    if (pcpgReal == NULL)
        FAIL(JET_errInvalidParameter);
    TRY(database_path(szDatabaseName, path));
    db = db_find(c.s->inst, path);
    if (db == NULL)
        FAIL(JET_errDatabaseNotFound);
    TRY(grow(&c, db, cpg));
    *pcpgReal = atomic_load(&db->page_last);
done:
    return call_end(&c, err);
}
