/* Restore: JetRestore*, JetRestoreInstance, JetExternalRestore*. */
#include <stdio.h>

#include "admin/restore.h"
#include "api/call.h"
#include "api/instance_api.h"

/* Recovery counts generations; a restore tells hundredths. */
static void report_restore(void *context, int status, unsigned done, unsigned total)
{
    JET_PFNSTATUS callback = *(JET_PFNSTATUS *)context;
    JET_SNPROG progress = {sizeof progress, total != 0 ? (JET_UINT32)((uint64_t)done * 100 / total) : 0, 100};
    if (status == JET_sntComplete)
        progress.cunitDone = 100;
    (void)callback(JET_sesidNil, JET_snpRestore, (JET_SNT)status, &progress);
}

/* Between the lock bits: paths, collisions, the parts of an instance, work, parts away. */
static ese_err with_parts(struct api_instance *ai, ese_err (*work)(struct api_instance *ai, void *context), void *context)
{
    ese_err err = 0;
    TRY(instance_paths(ai));
    TRY(instance_collisions(ai));
    TRY(instance_open_parts(ai));
    TRY(work(ai, context));
done:
    instance_close_parts(ai);
    return err;
}

static void restore_done(struct api_instance *ai, bool temporary)
{
    engine_lock();
    ai->locks &= ~(unsigned)LOCK_RESTORING;
    if (temporary)
        engine_destroy(ai);
    engine_unlock();
}

/* ---- from a backup folder ---- */

struct folder_work { JET_PCWSTR source, destination; JET_PFNSTATUS callback; };

static ese_err restore_from_folder(struct api_instance *ai, void *context)
{
    ese_err err = 0;
    struct folder_work *w = context;
    char source[OS_PATH_MAX], destination[OS_PATH_MAX];
    struct recover_progress progress = {w->callback != NULL ? report_restore : NULL, &w->callback};
    TRY(text_path(w->source, source, sizeof source));
    TRY(text_path(w->destination, destination, sizeof destination));
    if (source[0] == '\0')
        FAIL(JET_errInvalidPath);
    if (destination[0] != '\0' && param_number(&ai->params, JET_paramCreatePathIfNotExist) != 0)
        TRY(os_dir_create(destination));
    TRY(restore_folder(ai->inst, source, w->destination != NULL ? destination : NULL, progress));
done:
    return err;
}

/* Under the lock: the instance to restore with, RESTORING set. */
static ese_err choose_for_restore(bool legacy, JET_INSTANCE handle, struct api_instance **out, bool *temporary)
{
    ese_err err = 0;
    struct api_instance *ai = NULL;
    bool empty = legacy || handle_is_empty(handle);
    *temporary = false;
    if (!legacy && !engine_handle_lives(handle))
        FAIL(JET_errInvalidInstance);
    if (legacy)
        TRY(engine_event(EVENT_RESTORE_LEGACY));
    if (legacy && atomic_load(&g_engine.count) != 0)
        empty = false;
    if (empty) {
        TRY(engine_event(EVENT_RESTORE_EMPTY));
        err = engine_allocate("Restore", NULL, &ai);
        if (err < 0 && atomic_load(&g_engine.count) == 0)
            (void)engine_event(EVENT_LAST_GONE);
        *temporary = err >= 0;
    } else {
        err = engine_resolve(legacy ? 0 : handle, &ai);
    }
    if (err < 0)
        goto done;
    if (ai->initialised)
        FAIL(JET_errAlreadyInitialized);
    TRY(engine_lock_error(ai, JET_errInitInProgress));
    ai->locks |= LOCK_RESTORING;
    *out = ai;
done:
    return err;
}

static JET_ERR restore(bool legacy, JET_INSTANCE instance, struct folder_work *work)
{
    ese_err err;
    struct api_instance *ai = NULL;
    bool temporary;
    engine_lock();
    err = choose_for_restore(legacy, instance, &ai, &temporary);
    engine_unlock();
    if (err < 0)
        return err;
    err = with_parts(ai, restore_from_folder, work);
    restore_done(ai, temporary);
    return err;
}

/*
 * JetRestore*, JetRestoreInstance - a backup made by JetBackup back to its place, or to a destination folder.
 * err     JET_errInvalidInstance, JET_errRunningInMultiInstanceMode, JET_errAlreadyInitialized, JET_errTooManyInstances,
 *         JET_errInstanceNameInUse, collisions, JET_errInvalidPath, JET_errFileNotFound, JET_errPatchFileMissing, ...
 * source  instance-modes.md 5.9; backup-restore.md 13.2
 */
JET_ERR JET_API JetRestoreInstanceW(JET_INSTANCE instance, JET_PCWSTR sz, JET_PCWSTR szDest, JET_PFNSTATUS pfn)
{
    return restore(false, instance, &(struct folder_work){sz, szDest, pfn});
}

JET_ERR JET_API JetRestore2W(JET_PCWSTR sz, JET_PCWSTR szDest, JET_PFNSTATUS pfn)
{
    return restore(true, 0, &(struct folder_work){sz, szDest, pfn});
}

JET_ERR JET_API JetRestoreW(JET_PCWSTR szSource, JET_PFNSTATUS pfn) { return JetRestore2W(szSource, NULL, pfn); }

/* ---- external restore ---- */

struct external {
    JET_PCWSTR checkpoint, log, backup_log, target_name, target_log, target_checkpoint;
    const JET_RSTMAP_W *map;
    JET_INT32 map_count;
    uint32_t gen_low, gen_high;
    char base[4];                                       /* "" = the default */
    JET_PFNSTATUS callback;
    struct api_instance *target;                        /* running, held */
    struct restore_config *config;
};

static ese_err check_external(const struct external *x)
{
    bool log = x->target_log != NULL, checkpoint = x->target_checkpoint != NULL;
    if (log != checkpoint || (x->target_name != NULL && log) || (x->map == NULL && x->map_count > 0) || (x->map != NULL && x->map_count == 0))
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    return 0;
}

static bool same_base(const struct api_instance *ai, const char *base)
{
    const char *own = param_text(&ai->params, JET_paramBaseName);
    for (unsigned i = 0; i < 3; i++) {
        char a = own[i], b = base[i];
        if ((a >= 'A' && a <= 'Z' ? a + 32 : a) != (b >= 'A' && b <= 'Z' ? b + 32 : b))
            return false;
    }
    return true;
}

static bool is_target(const struct api_instance *ai, const char *name, const char *log_dir)
{
    if (!ai->initialised || ai->name == NULL)
        return false;
    return name != NULL ? strcmp(ai->name, name) == 0 : os_path_same(param_text(&ai->params, JET_paramLogFilePath), log_dir);
}

/* Under the lock: 14.2 rows 6 to 8. */
static ese_err find_target(struct external *x)
{
    ese_err err = 0;
    char name[OS_PATH_MAX], log[OS_PATH_MAX];
    const char *base = x->base[0] != '\0' ? x->base : param_text(&g_engine.params, JET_paramBaseName);
    if (x->target_name == NULL && x->target_log == NULL)
        goto done;
    TRY(text_path(x->target_name, name, sizeof name));
    if (x->target_log != NULL) {
        char text[OS_PATH_MAX];
        TRY(text_path(x->target_log, text, sizeof text));
        TRY(param_full_path(text, true, log, sizeof log));
    }
    for (unsigned i = 0; i < g_engine.max && x->target == NULL; i++) {
        struct api_instance *ai = g_engine.table[i];
        if (ai != NULL && is_target(ai, x->target_name != NULL ? name : NULL, log))
            x->target = ai;
    }
    if (x->target == NULL) {
        if (x->target_name != NULL)
            FAIL(JET_errBadRestoreTargetInstance);
        goto done;
    }
    err = atomic_load(&x->target->stopped) ? JET_errClientRequestToStopJetService : atomic_load(&x->target->inst->unavailable);
    if (err >= 0)
        err = engine_lock_error(x->target, JET_errNotInitialized);
    if (err >= 0 && !same_base(x->target, base))
        err = JET_errBadRestoreTargetInstance;
    if (err < 0) {
        x->target = NULL;
        FAIL(err);
    }
    x->target->inside++;
done:
    return err;
}

/* The temporary instance's parameters; its folders are made when they are not there. */
static ese_err set_external_params(struct api_instance *ai, const struct external *x)
{
    ese_err err = 0;
    struct param_site site = {.table = &ai->params, .global = &g_engine.params, .mode_set = true, .instance_addressed = true};
    char text[OS_PATH_MAX];
    if (x->checkpoint == NULL || x->log == NULL)
        FAIL(JET_errInvalidPath);
    if (x->base[0] != '\0')
        TRY(param_set(&site, JET_paramBaseName, 0, x->base));
    TRY(text_path(x->log, text, sizeof text));
    TRY(param_set(&site, JET_paramLogFilePath, 0, text));
    TRY(text_path(x->checkpoint, text, sizeof text));
    TRY(param_set(&site, JET_paramSystemPath, 0, text));
    TRY(param_set(&site, JET_paramTempPath, 0, param_text(&ai->params, JET_paramSystemPath)));
    TRY(param_set(&site, JET_paramCreatePathIfNotExist, 1, NULL));
done:
    return err;
}

static ese_err fill_config(struct external *x, struct recover_map *map)
{
    ese_err err = 0;
    struct restore_config *config = x->config;
    config->gen_low = x->gen_low;
    config->gen_high = x->gen_high;
    config->target = x->target != NULL ? x->target->inst : NULL;
    TRY(text_path(x->backup_log, config->backup_log_dir, sizeof config->backup_log_dir));
    TRY(text_path(x->target_log, config->target_log_dir, sizeof config->target_log_dir));
    TRY(text_path(x->target_checkpoint, config->target_checkpoint_dir, sizeof config->target_checkpoint_dir));
    for (JET_INT32 i = 0; i < x->map_count; i++) {
        char text[OS_PATH_MAX];
        TRY(text_path(x->map[i].szDatabaseName, map[i].from, sizeof map[i].from));
        TRY(text_path(x->map[i].szNewDatabaseName, text, sizeof text));
        TRY(param_full_path(text, false, map[i].to, sizeof map[i].to));
    }
    config->map = map;
    config->map_count = (unsigned)x->map_count;
    if (x->callback != NULL) {
        config->progress.report = report_restore;
        config->progress.context = &x->callback;
    }
done:
    return err;
}

static ese_err run_external(struct api_instance *ai, void *context)
{
    struct external *x = context;
    return restore_external(ai->inst, x->config);
}

/* Under the lock: 5.10 steps 2 to 5. The mode stays MULTI when the target is refused. */
static ese_err choose_external(struct external *x, struct api_instance **out)
{
    ese_err err = 0;
    char name[512];
    const char *of = NULL;
    TRY(engine_event(EVENT_RESTORE_EXTERNAL));
    TRY(find_target(x));
    if (x->map_count < 0 || x->map_count > 14)
        FAIL(JET_errInvalidParameter);
    if (x->target != NULL)
        of = x->target->display != NULL ? x->target->display : x->target->name;
    (void)snprintf(name, sizeof name, "%.*s%sRestore%04u", of != NULL ? (int)sizeof name - 32 : 0, of != NULL ? of : "",
                   of != NULL ? " - " : "", ++g_engine.restore_counter % 10000);
    err = engine_allocate(name, NULL, out);
    if (err < 0 && atomic_load(&g_engine.count) == 0)
        (void)engine_event(EVENT_LAST_GONE);
    if (err >= 0)
        (*out)->locks |= LOCK_RESTORING;
done:
    return err;
}

static JET_ERR external_restore(struct external *x)
{
    ese_err err;
    JET_ERR warning = 0;
    struct api_instance *ai = NULL;
    struct recover_map *map = NULL;
    engine_lock();
    err = choose_external(x, &ai);
    engine_unlock();
    if (err < 0)
        goto done;
    x->config = ese_alloc(sizeof *x->config);
    map = ese_alloc((size_t)(x->map_count + 1) * sizeof *map);
    err = x->config != NULL && map != NULL ? set_external_params(ai, x) : JET_errOutOfMemory;
    if (err >= 0)
        err = fill_config(x, map);
    if (err >= 0)
        err = with_parts(ai, run_external, x);
    restore_done(ai, true);
    if (err >= 0 && x->target != NULL && !log_is_circular(x->target->inst->log))
        warning = JET_wrnTargetInstanceRunning;
done:
    leave_instance(x->target);
    ese_free(x->config);
    ese_free(map);
    return err < 0 ? err : warning;
}

/*
 * JetExternalRestore* - bring copied databases up to date with the logs of the backup and what follows them.
 * wrn     JET_wrnTargetInstanceRunning
 * err     JET_errInvalidParameter, JET_errRunningInOneInstanceMode, JET_errBadRestoreTargetInstance, JET_errTooManyInstances,
 *         JET_errInvalidPath, those of backup-restore.md 14.3 and 14.4
 * source  instance-modes.md 5.10; backup-restore.md 14
 */
JET_ERR JET_API JetExternalRestore2W(JET_PWSTR szCheckpointFilePath, JET_PWSTR szLogPath, JET_RSTMAP_W *rgrstmap, JET_INT32 crstfilemap,
    JET_PWSTR szBackupLogPath, JET_LOGINFO_W *pLogInfo, JET_PWSTR szTargetInstanceName, JET_PWSTR szTargetInstanceLogPath,
    JET_PWSTR szTargetInstanceCheckpointPath, JET_PFNSTATUS pfn)
{
    struct external x = {.checkpoint = szCheckpointFilePath, .log = szLogPath, .backup_log = szBackupLogPath, .target_name = szTargetInstanceName,
                         .target_log = szTargetInstanceLogPath, .target_checkpoint = szTargetInstanceCheckpointPath, .map = rgrstmap,
                         .map_count = crstfilemap, .callback = pfn};
    ese_err err = 0;
    if (pLogInfo == NULL || pLogInfo->cbSize != sizeof *pLogInfo)
        FAIL(JET_errInvalidParameter);
    TRY(check_external(&x));
    x.gen_low = pLogInfo->ulGenLow;
    x.gen_high = pLogInfo->ulGenHigh;
    for (unsigned i = 0; i < 3; i++)
        x.base[i] = (char)pLogInfo->szBaseName[i];
    err = external_restore(&x);
done:
    return err;
}

JET_ERR JET_API JetExternalRestoreW(JET_PWSTR szCheckpointFilePath, JET_PWSTR szLogPath, JET_RSTMAP_W *rgrstmap, JET_INT32 crstfilemap,
    JET_PWSTR szBackupLogPath, JET_INT32 genLow, JET_INT32 genHigh, JET_PFNSTATUS pfn)
{
    struct external x = {.checkpoint = szCheckpointFilePath, .log = szLogPath, .backup_log = szBackupLogPath, .map = rgrstmap,
                         .map_count = crstfilemap, .gen_low = (uint32_t)genLow, .gen_high = (uint32_t)genHigh, .callback = pfn};
    ese_err err = 0;
    TRY(check_external(&x));
    err = external_restore(&x);
done:
    return err;
}
