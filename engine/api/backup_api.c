/* Streaming backup and backup into a folder: the instance forms and the legacy forms without an instance. */
#include "admin/backup.h"
#include "admin/backup_dir.h"
#include "api/call.h"
#include "api/instance_api.h"

/* Which instance a call means: by handle, or the sole one of legacy mode. */
struct target { bool legacy; JET_INSTANCE handle; };
#define SOLE ((struct target){true, 0})
#define BY(instance) ((struct target){false, (instance)})

static ese_err enter(struct target t, struct api_instance **out)
{
    return t.legacy ? enter_legacy(out) : enter_instance(t.handle, out);
}

/* Every call of the family: enter, one function of the engine, leave. */
#define WITH_INSTANCE(t, call)                                                                                         \
    do {                                                                                                               \
        ese_err err;                                                                                                   \
        struct api_instance *ai;                                                                                       \
        err = enter((t), &ai);                                                                                         \
        if (err < 0)                                                                                                   \
            return err;                                                                                                \
        err = (call);                                                                                                  \
        leave_instance(ai);                                                                                            \
        return err;                                                                                                    \
    } while (0)

static ese_err begin(struct api_instance *ai, JET_GRBIT grbit)
{
    if (!ai->backup_allowed)
        return err_raise(JET_errBackupNotAllowedYet, __func__, __LINE__);
    return backup_begin(ai->inst, grbit);
}

/*
 * JetBeginExternalBackup* - start a full or incremental streaming backup.
 * err     those of ENTER, JET_errBackupNotAllowedYet, JET_errLoggingDisabled, JET_errInvalidGrbit, JET_errInvalidBackup,
 *         JET_errBackupInProgress, JET_errMissingFullBackup
 * source  backup-restore.md 2, 3
 */
JET_ERR JET_API JetBeginExternalBackupInstance(JET_INSTANCE instance, JET_GRBIT grbit) { WITH_INSTANCE(BY(instance), begin(ai, grbit)); }
JET_ERR JET_API JetBeginExternalBackup(JET_GRBIT grbit) { WITH_INSTANCE(SOLE, begin(ai, grbit)); }

/* A list of the engine (UTF-8, each name with its NUL, one more at the end) to the caller's buffer: cut silently at its end. */
static ese_err give_list(const char *list, size_t bytes, void *to, JET_UINT32 room, JET_UINT32 *actual, bool report_copied)
{
    ese_err err = 0;
    size_t units = text_to_utf16(list, bytes, NULL, 0), full = units * sizeof(JET_WCHAR);
    size_t copied = full < room ? full : room;
    JET_WCHAR *wide = ese_alloc(full);
    if (wide == NULL)
        FAIL(JET_errOutOfMemory);
    text_to_utf16(list, bytes, wide, units);
    if (to != NULL)
        memcpy(to, wide, copied);
    if (actual != NULL)
        *actual = (JET_UINT32)(to != NULL && report_copied ? copied : full);
done:
    ese_free(wide);
    return err;
}

static ese_err attach_info(struct inst *inst, JET_WCHAR *to, JET_UINT32 room, JET_UINT32 *actual)
{
    ese_err err = 0;
    struct arena a = {0};
    char *list;
    size_t bytes;
    TRY(backup_attach_info(inst, &a, &list, &bytes));
    TRY(give_list(list, bytes, to, room, actual, false));
done:
    arena_release(&a);
    return err;
}

/* JetGetAttachInfo* - paths of the databases to copy. err: JET_errNoBackup, JET_errInvalidBackupSequence. source: backup-restore.md 4, 9 */
JET_ERR JET_API JetGetAttachInfoInstanceW(JET_INSTANCE instance, JET_PWSTR szzDatabases, JET_UINT32 cbMax, JET_UINT32 *pcbActual)
{
    WITH_INSTANCE(BY(instance), attach_info(ai->inst, szzDatabases, cbMax, pcbActual));
}

JET_ERR JET_API JetGetAttachInfoW(JET_PWSTR wszzDatabases, JET_UINT32 cbMax, JET_UINT32 *pcbActual)
{
    WITH_INSTANCE(SOLE, attach_info(ai->inst, wszzDatabases, cbMax, pcbActual));
}

static ese_err open_file(struct inst *inst, JET_PCWSTR name, uint64_t start, JET_HANDLE *handle, JET_UINT32 *low, JET_UINT32 *high)
{
    ese_err err = 0;
    char path[OS_PATH_MAX];
    uint64_t given = 0, size = 0;
    TRY(text_path(name, path, sizeof path));
    /* Without room for the answer the engine is asked for an empty name: its sequence checks come first. */
    if (handle == NULL || low == NULL || high == NULL)
        path[0] = '\0';
    TRY(backup_open_section(inst, path, start, &given, &size));
    *handle = given;
    *low = (JET_UINT32)size;
    *high = (JET_UINT32)(size >> 32);
done:
    return err;
}

/* JetOpenFile* - one file at a time; the first handle is 0. source: backup-restore.md 5 */
JET_ERR JET_API JetOpenFileInstanceW(JET_INSTANCE instance, JET_PCWSTR szFileName, JET_HANDLE *phfFile, JET_UINT32 *pulFileSizeLow,
    JET_UINT32 *pulFileSizeHigh)
{
    WITH_INSTANCE(BY(instance), open_file(ai->inst, szFileName, 0, phfFile, pulFileSizeLow, pulFileSizeHigh));
}

JET_ERR JET_API JetOpenFileW(JET_PCWSTR szFileName, JET_HANDLE *phfFile, JET_UINT32 *pulFileSizeLow, JET_UINT32 *pulFileSizeHigh)
{
    WITH_INSTANCE(SOLE, open_file(ai->inst, szFileName, 0, phfFile, pulFileSizeLow, pulFileSizeHigh));
}

/* JetOpenFileSectionInstance - one section, from byte ibRead to the end. source: backup-restore.md 5 */
JET_ERR JET_API JetOpenFileSectionInstanceW(JET_INSTANCE instance, JET_PWSTR szFile, JET_HANDLE *phFile, JET_INT32 iSection,
    JET_INT32 cSections, JET_UINT64 ibRead, JET_UINT32 *pulSectionSizeLow, JET_INT32 *plSectionSizeHigh)
{
    JET_UINT32 high = 0;
    struct api_instance *ai;
    ese_err err;
    (void)iSection;
    if (cSections > 1)
        return JET_wrnNyi;
    err = enter_instance(instance, &ai);
    if (err < 0)
        return err;
    err = open_file(ai->inst, szFile, ibRead, phFile, pulSectionSizeLow, plSectionSizeHigh != NULL ? &high : NULL);
    leave_instance(ai);
    if (err >= 0)
        *plSectionSizeHigh = (JET_INT32)high;
    return err;
}

static ese_err read_file(struct inst *inst, JET_HANDLE handle, void *to, JET_UINT32 room, JET_UINT32 *actual)
{
    uint32_t got = 0;
    ese_err err = backup_read_file(inst, handle, to, room, &got);
    if (err >= 0 && actual != NULL)
        *actual = got;
    return err;
}

/* JetReadFile* - whole pages into a page-aligned buffer; 0 bytes at the end. source: backup-restore.md 6 */
JET_ERR JET_API JetReadFileInstance(JET_INSTANCE instance, JET_HANDLE hfFile, void *pv, JET_UINT32 cb, JET_UINT32 *pcbActual)
{
    WITH_INSTANCE(BY(instance), read_file(ai->inst, hfFile, pv, cb, pcbActual));
}

JET_ERR JET_API JetReadFile(JET_HANDLE hfFile, void *pv, JET_UINT32 cb, JET_UINT32 *pcbActual)
{
    WITH_INSTANCE(SOLE, read_file(ai->inst, hfFile, pv, cb, pcbActual));
}

/* JetCloseFile* - works after JetStopBackup. source: backup-restore.md 7 */
JET_ERR JET_API JetCloseFileInstance(JET_INSTANCE instance, JET_HANDLE hfFile) { WITH_INSTANCE(BY(instance), backup_close_file(ai->inst, hfFile)); }
JET_ERR JET_API JetCloseFile(JET_HANDLE hfFile) { WITH_INSTANCE(SOLE, backup_close_file(ai->inst, hfFile)); }

static ese_err log_info(struct inst *inst, bool truncate_list, JET_WCHAR *to, JET_UINT32 room, JET_UINT32 *actual, JET_LOGINFO_W *out)
{
    ese_err err = 0;
    struct arena a = {0};
    struct backup_log_info info = {0};
    char *list;
    size_t bytes;
    TRY(backup_log_list(inst, truncate_list, &a, &list, &bytes, &info));
    TRY(give_list(list, bytes, to, room, actual, true));
    if (out != NULL) {
        out->ulGenLow = info.gen_low;
        out->ulGenHigh = info.gen_high;
        for (unsigned i = 0; i < 4; i++)
            out->szBaseName[i] = (JET_WCHAR)info.base[i];
    }
done:
    arena_release(&a);
    return err;
}

/*
 * JetGetLogInfo*, JetGetTruncateLogInfo* - logs to copy, logs to delete; the first call ends the current generation.
 * err     JET_errNoBackup, JET_errInvalidBackupSequence, JET_errMissingFileToBackup
 * source  backup-restore.md 8, 9
 */
JET_ERR JET_API JetGetLogInfoInstanceW(JET_INSTANCE instance, JET_PWSTR wszzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual)
{
    WITH_INSTANCE(BY(instance), log_info(ai->inst, false, wszzLogs, cbMax, pcbActual, NULL));
}

JET_ERR JET_API JetGetLogInfoInstance2W(JET_INSTANCE instance, JET_PWSTR wszzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual,
    JET_LOGINFO_W *pLogInfo)
{
    bool dead;
    engine_lock();
    dead = !engine_handle_lives(instance);
    engine_unlock();
    if (dead)
        return err_raise(JET_errInvalidInstance, __func__, __LINE__);
    if (pLogInfo != NULL && pLogInfo->cbSize != sizeof *pLogInfo)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    WITH_INSTANCE(BY(instance), log_info(ai->inst, false, wszzLogs, cbMax, pcbActual, pLogInfo));
}

JET_ERR JET_API JetGetLogInfoW(JET_PWSTR szzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual)
{
    WITH_INSTANCE(SOLE, log_info(ai->inst, false, szzLogs, cbMax, pcbActual, NULL));
}

JET_ERR JET_API JetGetTruncateLogInfoInstanceW(JET_INSTANCE instance, JET_PWSTR wszzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual)
{
    WITH_INSTANCE(BY(instance), log_info(ai->inst, true, wszzLogs, cbMax, pcbActual, NULL));
}

/* JetTruncateLog* - delete what no database needs. source: backup-restore.md 10 */
JET_ERR JET_API JetTruncateLogInstance(JET_INSTANCE instance) { WITH_INSTANCE(BY(instance), backup_truncate(ai->inst)); }
JET_ERR JET_API JetTruncateLog(void) { WITH_INSTANCE(SOLE, backup_truncate(ai->inst)); }

/* JetEndExternalBackup* - normal or abort; both succeed. err: JET_errInvalidParameter (grbit), JET_errNoBackup. source: backup-restore.md 11 */
JET_ERR JET_API JetEndExternalBackupInstance2(JET_INSTANCE instance, JET_GRBIT grbit) { WITH_INSTANCE(BY(instance), backup_end(ai->inst, grbit)); }
JET_ERR JET_API JetEndExternalBackupInstance(JET_INSTANCE instance) { WITH_INSTANCE(BY(instance), backup_end(ai->inst, JET_bitBackupEndNormal)); }
JET_ERR JET_API JetEndExternalBackup(void) { WITH_INSTANCE(SOLE, backup_end(ai->inst, JET_bitBackupEndNormal)); }

/* ---- backup into a folder ---- */

static void report_backup(void *context, int status, unsigned done, unsigned total)
{
    JET_PFNSTATUS callback = *(JET_PFNSTATUS *)context;
    JET_SNPROG progress = {sizeof progress, done, total};
    (void)callback(JET_sesidNil, JET_snpBackup, (JET_SNT)status, &progress);
}

static ese_err folder_backup(struct api_instance *ai, JET_PCWSTR folder, JET_GRBIT grbit, JET_PFNSTATUS callback)
{
    ese_err err = 0;
    char path[OS_PATH_MAX];
    struct recover_progress progress = {callback != NULL ? report_backup : NULL, &callback};
    if (!ai->backup_allowed)
        FAIL(JET_errBackupNotAllowedYet);
    TRY(text_path(folder, path, sizeof path));
    TRY(backup_directory(ai->inst, path, grbit, param_number(&ai->params, JET_paramCreatePathIfNotExist) != 0, progress));
done:
    return err;
}

/* JetBackup* - the whole instance into a folder. source: backup-restore.md 13.1 */
JET_ERR JET_API JetBackupInstanceW(JET_INSTANCE instance, JET_PCWSTR szBackupPath, JET_GRBIT grbit, JET_PFNSTATUS pfnStatus)
{
    WITH_INSTANCE(BY(instance), folder_backup(ai, szBackupPath, grbit, pfnStatus));
}

JET_ERR JET_API JetBackupW(JET_PCWSTR szBackupPath, JET_GRBIT grbit, JET_PFNSTATUS pfnStatus)
{
    WITH_INSTANCE(SOLE, folder_backup(ai, szBackupPath, grbit, pfnStatus));
}
