/* JetGetDatabaseInfo, JetGetDatabaseFileInfo, JetGetLogFileInfo. */
#include "admin/db_attach.h"
#include "api/info_api.h"
#include "format/log_file.h"
#include "tree/space.h"

enum { HEADER_PAGES = 2 };

static void copy_bkinfo(JET_BKINFO *to, const struct disk_bkinfo *from, bool snapshot)
{
    static_assert(sizeof *from == sizeof *to, "the disk form is the API's");
    memcpy(to, from, sizeof *to);
    if (snapshot)
        to->bklogtimeMark.fOSSnapshot = 1;
}

static JET_LGPOS copy_lgpos(const struct disk_lgpos *from)
{
    JET_LGPOS to;
    static_assert(sizeof *from == sizeof to, "the disk form is the API's");
    memcpy(&to, from, sizeof to);
    return to;
}

static JET_LOGTIME copy_time(const struct logtime *from)
{
    JET_LOGTIME to;
    memcpy(&to, from->b, sizeof to);
    return to;
}

static void describe_fixes(const struct disk_fix *from, JET_UINT32 *count, JET_LOGTIME *time, JET_UINT32 *old)
{
    *count = le32_get(&from->count);
    *time = copy_time(&from->time);
    *old = le32_get(&from->count_old);
}

/* Every version of JET_DBINFOMISC is a beginning of the newest. */
void info_describe_header(const struct db_header *h, JET_DBINFOMISC7 *out)
{
    memset(out, 0, sizeof *out);
    out->ulVersion = le32_get(&h->version);
    out->ulUpdate = le32_get(&h->update_major);
    memcpy(&out->signDb, &h->sign_db, sizeof out->signDb);
    out->dbstate = le32_get(&h->state);
    out->lgposConsistent = copy_lgpos(&h->lgpos_consistent);
    out->logtimeConsistent = copy_time(&h->time_consistent);
    out->logtimeAttach = copy_time(&h->time_attach);
    out->lgposAttach = copy_lgpos(&h->lgpos_attach);
    out->logtimeDetach = copy_time(&h->time_detach);
    out->lgposDetach = copy_lgpos(&h->lgpos_detach);
    memcpy(&out->signLog, &h->sign_log, sizeof out->signLog);
    copy_bkinfo(&out->bkinfoFullPrev, &h->full_prev, le32_get(&h->full_prev_type) != 0);
    copy_bkinfo(&out->bkinfoIncPrev, &h->inc_prev, le32_get(&h->inc_prev_type) != 0);
    copy_bkinfo(&out->bkinfoFullCur, &h->full_cur, false);
    out->fShadowingDisabled = h->dbflags[0] & 1u;
    out->dwMajorVersion = le32_get(&h->os_major);
    out->dwMinorVersion = le32_get(&h->os_minor);
    out->dwBuildNumber = le32_get(&h->os_build);
    out->lSPNumber = (JET_INT32)le32_get(&h->os_sp);
    out->cbPageSize = le32_get(&h->page_size) != 0 ? le32_get(&h->page_size) : 4096;
    out->genMinRequired = le32_get(&h->gen_min_required);
    out->genMaxRequired = le32_get(&h->gen_max_required);
    out->logtimeGenMaxCreate = copy_time(&h->time_gen_max_create);
    out->ulRepairCount = le32_get(&h->repair_count);
    out->logtimeRepair = copy_time(&h->time_repair);
    out->ulRepairCountOld = le32_get(&h->repair_count_old);
    describe_fixes(&h->ecc_ok, &out->ulECCFixSuccess, &out->logtimeECCFixSuccess, &out->ulECCFixSuccessOld);
    describe_fixes(&h->ecc_failed, &out->ulECCFixFail, &out->logtimeECCFixFail, &out->ulECCFixFailOld);
    describe_fixes(&h->bad_checksum, &out->ulBadChecksum, &out->logtimeBadChecksum, &out->ulBadChecksumOld);
    out->genCommitted = le32_get(&h->gen_max_committed);
    copy_bkinfo(&out->bkinfoCopyPrev, &h->copy_prev, le32_get(&h->copy_prev_type) != 0);
    copy_bkinfo(&out->bkinfoDiffPrev, &h->diff_prev, le32_get(&h->diff_prev_type) != 0);
    describe_fixes(&h->reseed, &out->ulIncrementalReseedCount, &out->logtimeIncrementalReseed, &out->ulIncrementalReseedCountOld);
    describe_fixes(&h->page_patch, &out->ulPagePatchCount, &out->logtimePagePatch, &out->ulPagePatchCountOld);
    out->logtimeChecksumPrev = copy_time(&h->time_dbscan_prev);
    out->logtimeChecksumStart = copy_time(&h->time_dbscan_start);
}

static ese_err give_misc(const struct db_header *h, void *to, size_t room)
{
    static const uint32_t sizes[] = {sizeof(JET_DBINFOMISC), sizeof(JET_DBINFOMISC2), sizeof(JET_DBINFOMISC3), sizeof(JET_DBINFOMISC4),
                                     sizeof(JET_DBINFOMISC5), sizeof(JET_DBINFOMISC6), sizeof(JET_DBINFOMISC7)};
    JET_DBINFOMISC7 misc;
    if (room < sizes[0])
        return err_raise(JET_errBufferTooSmall, __func__, __LINE__);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (room == sizes[i] && to != NULL) {
            info_describe_header(h, &misc);
            memcpy(to, &misc, room);
            return 0;
        }
    return err_raise(JET_errInvalidBufferSize, __func__, __LINE__);
}

/* A size in pages (4 bytes) or in bytes (8 bytes). */
static ese_err give_size(uint64_t pages, uint32_t page_size, void *to, size_t room)
{
    uint64_t bytes = pages * page_size;
    uint32_t count = (uint32_t)pages;
    return room >= sizeof bytes ? info_give(&bytes, sizeof bytes, to, room) : info_give(&count, sizeof count, to, room);
}

static ese_err root_space(struct db_file *db, bool owned, void *to, size_t room)
{
    ese_err err = 0;
    struct btree root;
    uint32_t pages;
    btree_init(&root, db, 1, 1, 0, true, 0);
    TRY(info_space(&root, owned, &pages));
    TRY(info_give(&pages, sizeof pages, to, room));
done:
    return err;
}

/* Facts with fixed answers: one country, one language, everything may be done in transactions. */
static ese_err constant_info(JET_UINT32 level, void *to, size_t room)
{
    uint32_t value;
    switch (level) {
    case JET_DbInfoCountry: value = 1; break;
    case JET_DbInfoLCID: value = 0x409; break;
    case JET_DbInfoCp: value = 1252; break;
    case JET_DbInfoCollate: value = 0; break;
    case JET_DbInfoTransactions: value = TRX_LEVELS_MAX; break;
    case JET_DbInfoIsam: return err_raise(JET_errFeatureNotAvailable, __func__, __LINE__);
    default: return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    }
    return info_give_exactly(&value, sizeof value, to, room);
}

static ese_err database_info(struct call *c, struct db_file *db, void *to, size_t room, JET_UINT32 level)
{
    ese_err err = 0;
    uint32_t pages = atomic_load(&db->page_last) + HEADER_PAGES, version = le32_get(&db_header_of(db)->version);
    JET_GRBIT options = c->session->owner->exclusive[db->dbid] != NULL ? JET_bitDbExclusive : 0;
    switch (level) {
    case JET_DbInfoFilename: return text_give(db->path, to, room);
    case JET_DbInfoConnect: return text_give("", to, room);
    case JET_DbInfoOptions: return info_give_exactly(&options, sizeof options, to, room);
    case JET_DbInfoVersion: return info_give_exactly(&version, sizeof version, to, room);
    case JET_DbInfoFilesize: case JET_DbInfoFilesizeOnDisk: return give_size(pages, db->page_size, to, room);
    case JET_DbInfoSpaceOwned: return root_space(db, true, to, room);
    case JET_DbInfoSpaceAvailable: return root_space(db, false, to, room);
    case JET_DbInfoPageSize: return info_give(&db->page_size, sizeof db->page_size, to, room);
    case JET_DbInfoMisc:
        os_mutex_lock(&db->header_lock);
        err = give_misc(db_header_of(db), to, room);
        os_mutex_unlock(&db->header_lock);
        return err;
    default: return constant_info(level, to, room);
    }
}

/*
 * JetGetDatabaseInfo - facts of a database the session has open.
 * err     JET_errInvalidDatabaseId, JET_errInvalidParameter, JET_errBufferTooSmall, JET_errInvalidBufferSize, JET_errFeatureNotAvailable
 * source  observed-sequences info-other 32-38; api/enums.tsv
 */
JET_ERR JET_API JetGetDatabaseInfoW(JET_SESID sesid, JET_DBID dbid, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel)
{
    struct call c;
    ese_err err = 0;
    struct db_file *db;
    TRY(call_session(&c, sesid, CALL_READ));
    TRY(call_database(&c, dbid, &db));
    TRY(database_info(&c, db, pvResult, cbMax, InfoLevel));
done:
    return call_end(&c, err);
}

/* ---- files ---- */

static bool attached_somewhere(const char *path)
{
    bool found = false;
    engine_lock();
    for (unsigned i = 0; i < g_engine.max && !found; i++) {
        struct api_instance *ai = g_engine.table[i];
        found = ai != NULL && ai->initialised && ai->inst != NULL && db_find(ai->inst, path) != NULL;
    }
    engine_unlock();
    return found;
}

static ese_err header_info(const char *path, void *to, size_t room, JET_UINT32 level)
{
    ese_err err = 0;
    struct db_file *db = NULL;
    uint32_t type = JET_filetypeDatabase;
    JET_DBINFOUPGRADE upgrade = {.cbStruct = sizeof upgrade};
    TRY(db_file_open(path, true, 0, &db));
    switch (level) {
    case JET_DbInfoPageSize: TRY(info_give(&db->page_size, sizeof db->page_size, to, room)); break;
    case JET_DbInfoMisc: TRY(give_misc(db_header_of(db), to, room)); break;
    case JET_DbInfoFileType: TRY(info_give_exactly(&type, sizeof type, to, room)); break;
    case JET_DbInfoUpgrade: TRY(info_give_exactly(&upgrade, sizeof upgrade, to, room)); break;
    default: FAIL(JET_errInvalidParameter);
    }
done:
    if (db != NULL)
        db_file_close(db);
    return err;
}

/*
 * JetGetDatabaseFileInfo - facts of a file by its name, attached or not.
 * err     JET_errFileNotFound, JET_errInvalidParameter, JET_errBufferTooSmall, JET_errInvalidBufferSize, header errors
 * source  observed-sequences info-other 39-40; api/enums.tsv
 */
JET_ERR JET_API JetGetDatabaseFileInfoW(JET_PCWSTR szDatabaseName, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel)
{
    ese_err err = 0;
    char text[OS_PATH_MAX], path[OS_PATH_MAX];
    struct os_file_info info;
    uint32_t used;
    if (szDatabaseName == NULL || szDatabaseName[0] == 0 || pvResult == NULL)
        FAIL(JET_errInvalidParameter);
    TRY(text_path(szDatabaseName, text, sizeof text));
    TRY(os_path_full(text, path, sizeof path));
    TRY(os_path_info(path, &info));
    switch (InfoLevel) {
    case JET_DbInfoFilesize: case JET_DbInfoFilesizeOnDisk:
        TRY(info_give_exactly(&info.size, sizeof info.size, pvResult, cbMax));
        break;
    case JET_DbInfoDBInUse:
        used = attached_somewhere(path);
        TRY(info_give_exactly(&used, sizeof used, pvResult, cbMax));
        break;
    default:
        TRY(header_info(path, pvResult, cbMax, InfoLevel));
        break;
    }
done:
    return err;
}

static void describe_log(const struct log_header *h, uint64_t size, JET_LOGINFOMISC2 *out)
{
    memset(out, 0, sizeof *out);
    out->ulGeneration = le32_get(&h->generation);
    memcpy(&out->signLog, &h->sign_log, sizeof out->signLog);
    out->logtimeCreate = copy_time(&h->time_create);
    out->logtimePreviousGeneration = copy_time(&h->time_prev_create);
    out->ulFlags = h->flags;
    out->ulVersionMajor = le32_get(&h->major);
    out->ulVersionMinor = le32_get(&h->minor);
    out->ulVersionUpdate = le32_get(&h->update_major);
    out->cbSectorSize = 4096;
    out->cbHeader = 4096;
    out->cbFile = (JET_UINT32)size;
    out->cbDatabasePageSize = le16_get(&h->page_size);
    out->lgposCheckpoint = copy_lgpos(&h->checkpoint);
}

/* JetGetLogFileInfo - the header of a log file. err: JET_errFileNotFound, JET_errLogFileCorrupt, ... source: api/structs.tsv JET_LOGINFOMISC2 */
JET_ERR JET_API JetGetLogFileInfoW(JET_PCWSTR szLog, void *pvResult, const JET_UINT32 cbMax, const JET_UINT32 InfoLevel)
{
    ese_err err = 0;
    char path[OS_PATH_MAX];
    struct os_file *file = NULL;
    struct log_header *header = NULL;
    uint64_t size;
    JET_LOGINFOMISC2 out;
    size_t wanted = InfoLevel == JET_LogInfoMisc ? sizeof(JET_LOGINFOMISC) : sizeof out;
    if (szLog == NULL || pvResult == NULL || (InfoLevel != JET_LogInfoMisc && InfoLevel != JET_LogInfoMisc2))
        FAIL(JET_errInvalidParameter);
    if (cbMax < wanted)
        FAIL(JET_errBufferTooSmall);
    TRY(text_path(szLog, path, sizeof path));
    header = ese_alloc(sizeof *header);
    if (header == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(os_file_open(path, OS_OPEN_READ, &file));
    TRY(os_file_size(file, &size));
    TRY(os_file_read(file, 0, header, sizeof *header));
    TRY(log_header_check(header));
    describe_log(header, size, &out);
    memcpy(pvResult, &out, wanted);
done:
    os_file_close(file);
    ese_free(header);
    return err;
}
