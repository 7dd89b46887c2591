/* Bringing the engine of one instance up and down: paths, collisions, cache, version store, log, recovery, background work. */
#include <stdio.h>
#include <string.h>

#include "admin/db_attach.h"
#include "admin/defrag.h"
#include "api/call.h"
#include "api/instance_api.h"
#include "table/schema.h"

enum { CACHE_FRAMES_MIN = 256, LOG_BUFFER_MIN = 64 * 1024 };

bool instance_logs(const struct api_instance *ai)
{
    const char *text = param_text(&ai->params, JET_paramRecovery);
    return !((text[0] == 'o' || text[0] == 'O') && (text[1] == 'f' || text[1] == 'F') && (text[2] == 'f' || text[2] == 'F') && text[3] == '\0');
}

/* A parameter's text becomes the full path itself. */
static ese_err fix_path(struct api_instance *ai, uint32_t id, bool folder)
{
    ese_err err = 0;
    char full[OS_PATH_MAX];
    char *copy;
    TRY(param_full_path(param_text(&ai->params, id), folder, full, sizeof full));
    if ((copy = ese_strdup(full)) == NULL)
        FAIL(JET_errOutOfMemory);
    ese_free(ai->params.values[id].text);
    ai->params.values[id].text = copy;
done:
    return err;
}

static bool is_absolute(const char *text) { return text[0] == '/' || text[0] == '\\' || (text[0] != '\0' && text[1] == ':'); }

/* TempPath: relative to SystemPath; a folder gets tmp.edb appended. */
static ese_err fix_temp_path(struct api_instance *ai)
{
    ese_err err = 0;
    const char *text = param_text(&ai->params, JET_paramTempPath);
    char joined[2 * OS_PATH_MAX], *copy;
    size_t size;
    joined[0] = '\0';
    if (!is_absolute(text))
        strcpy(joined, param_text(&ai->params, JET_paramSystemPath));
    if (strlen(joined) + strlen(text) + 8 >= OS_PATH_MAX)
        FAIL(JET_errInvalidPath);
    strcat(joined, text);
    size = strlen(joined);
    if (size == 0 || joined[size - 1] == '/' || joined[size - 1] == '\\')
        strcat(joined, "tmp.edb");
    if ((copy = ese_strdup(joined)) == NULL)
        FAIL(JET_errOutOfMemory);
    ese_free(ai->params.values[JET_paramTempPath].text);
    ai->params.values[JET_paramTempPath].text = copy;
    TRY(fix_path(ai, JET_paramTempPath, false));
done:
    return err;
}

ese_err instance_paths(struct api_instance *ai)
{
    static const uint32_t folders[] = {JET_paramSystemPath, JET_paramLogFilePath};
    ese_err err = 0;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        struct os_file_info info;
        const char *path;
        TRY(fix_path(ai, folders[i], true));
        path = param_text(&ai->params, folders[i]);
        if (os_path_info(path, &info) >= 0 && info.is_dir)
            continue;
        if (param_number(&ai->params, JET_paramCreatePathIfNotExist) == 0)
            FAIL(folders[i] == JET_paramLogFilePath && instance_logs(ai) ? JET_errInvalidLogDirectory : JET_errInvalidSystemPath);
        TRY(os_dir_create(path));
    }
    TRY(fix_temp_path(ai));
done:
    return err;
}

/* instance-modes.md 7: the first hit in slot order wins. */
ese_err instance_collisions(struct api_instance *ai)
{
    ese_err err = 0;
    engine_lock();
    for (unsigned i = 0; i < g_engine.max; i++) {
        const struct api_instance *other = g_engine.table[i];
        if (other == NULL || other == ai || !other->initialised)
            continue;
        if (param_number(&ai->params, JET_paramMaxTemporaryTables) > 0 && param_number(&other->params, JET_paramMaxTemporaryTables) > 0 &&
            (ai->locks & LOCK_RESTORING) == 0 &&
            os_path_same(param_text(&ai->params, JET_paramTempPath), param_text(&other->params, JET_paramTempPath)))
            FAIL(JET_errTempPathInUse);
        if (!instance_logs(ai) || !instance_logs(other))
            continue;
        if (os_path_same(param_text(&ai->params, JET_paramSystemPath), param_text(&other->params, JET_paramSystemPath)))
            FAIL(JET_errSystemPathInUse);
        if (os_path_same(param_text(&ai->params, JET_paramLogFilePath), param_text(&other->params, JET_paramLogFilePath)))
            FAIL(JET_errLogFilePathInUse);
    }
done:
    engine_unlock();
    return err;
}

/* The process' cache is made for the first instance. */
static ese_err join_cache(struct buf_cache **out)
{
    ese_err err = 0;
    uint64_t page = param_number(&g_engine.params, JET_paramDatabasePageSize);
    engine_lock();
    if (g_engine.cache == NULL) {
        uint64_t top = os_memory_bytes() / 2;
        uint64_t most = param_number(&g_engine.params, JET_paramCacheSizeMax), least = param_number(&g_engine.params, JET_paramCacheSizeMin);
        struct buf_config config = {.page_size = (uint32_t)page};
        config.bytes_max = most < top / page ? most * page : top;
        config.bytes_min = least < most ? least * page : config.bytes_max;
        if (config.bytes_max < CACHE_FRAMES_MIN * page)
            config.bytes_max = CACHE_FRAMES_MIN * page;
        if (config.bytes_min > config.bytes_max)
            config.bytes_min = config.bytes_max;
        config.partitions = os_cpu_count() * 4;
        TRY(buf_cache_create(&config, &g_engine.cache));
        buf_set_undo_writer(g_engine.cache, ver_write_undo_info);
        buf_set_failure_handler(g_engine.cache, inst_write_failed);
    }
    g_engine.cache_users++;
    *out = g_engine.cache;
done:
    engine_unlock();
    return err;
}

static void leave_cache(void)
{
    struct buf_cache *last = NULL;
    engine_lock();
    if (--g_engine.cache_users == 0) {
        last = g_engine.cache;
        g_engine.cache = NULL;
    }
    engine_unlock();
    if (last != NULL)
        buf_cache_release(last);
}

/* JET_paramDurableCommitCallback. */
static void report_durable(void *context, struct log *log, lgpos upto, ese_err failed)
{
    struct inst *inst = context;
    struct api_instance *ai = inst->api;
    JET_PFNDURABLECOMMITCALLBACK callback = (JET_PFNDURABLECOMMITCALLBACK)(uintptr_t)param_number(&ai->params, JET_paramDurableCommitCallback);
    struct signature sign;
    JET_COMMIT_ID seen = {0};
    log_signature(log, &sign);
    memcpy(&seen.signLog, sign.b, sizeof seen.signLog);
    seen.commitId = (JET_INT64)upto.v;
    (void)callback(ai->handle, &seen, failed < 0 ? (JET_GRBIT)JET_bitDurableCommitCallbackLogUnavailable : 0u);
}

static ese_err fill_log_config(struct api_instance *ai, struct inst *inst)
{
    struct log_config *config = &inst->log_config;
    uint64_t buffer = param_number(&ai->params, JET_paramLogBuffers) * 512;
    const char *base = param_text(&ai->params, JET_paramBaseName);
    if (strlen(base) != 3)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    memset(config, 0, sizeof *config);
    memcpy(config->base, base, 4);
    strcpy(config->log_dir, param_text(&ai->params, JET_paramLogFilePath));
    strcpy(config->system_dir, param_text(&ai->params, JET_paramSystemPath));
    config->new_extensions = (param_number(&ai->params, JET_paramLegacyFileNames) & JET_bitESE98FileNames) == 0;
    config->circular = param_number(&ai->params, JET_paramCircularLog) != 0;
    config->file_bytes = (uint32_t)param_number(&ai->params, JET_paramLogFileSize) * 1024;
    config->buffer_bytes = (uint32_t)(buffer < LOG_BUFFER_MIN ? LOG_BUFFER_MIN : buffer > UINT32_MAX / 2 ? UINT32_MAX / 2 : buffer);
    if (config->buffer_bytes > config->file_bytes)
        config->buffer_bytes = config->file_bytes;
    config->page_size = inst->page_size;
    config->checkpoint_depth_bytes = (uint32_t)(param_number(&ai->params, JET_paramCheckpointDepthMax) > UINT32_MAX
                                                    ? UINT32_MAX : param_number(&ai->params, JET_paramCheckpointDepthMax));
    config->delete_out_of_range = param_number(&ai->params, JET_paramDeleteOutOfRangeLogs) != 0;
    config->attach_list = inst_attach_list;
    config->rolled = inst_rolled;
    config->oldest_transaction = inst_oldest_transaction;
    config->oldest_dirty = inst_oldest_dirty;
    config->before_checkpoint = inst_before_checkpoint;
    if (param_number(&ai->params, JET_paramDurableCommitCallback) != 0)
        config->durable = report_durable;
    config->context = inst;
    return 0;
}

ese_err instance_open_parts(struct api_instance *ai)
{
    ese_err err = 0;
    struct inst *inst = ese_alloc(sizeof *inst);
    struct ver_config config;
    uint64_t bucket = param_number(&g_engine.params, JET_paramVerPageSize);
    if (inst == NULL)
        FAIL(JET_errOutOfMemory);
    inst_init(inst);
    inst->api = ai;
    inst->event = instance_event;
    inst->page_size = (uint32_t)param_number(&g_engine.params, JET_paramDatabasePageSize);
    ai->inst = inst;
    TRY(fill_log_config(ai, inst));
    TRY(join_cache(&inst->cache));
    config = (struct ver_config){.bytes_max = param_number(&ai->params, JET_paramMaxVerPages) * bucket * 2,
                                 .bytes_preferred = param_number(&ai->params, JET_paramPreferredVerPages) * bucket * 2};
    TRY(ver_store_create(&config, &inst->versions));
    inst->versions_preferred = config.bytes_preferred;
    inst->zero_in_backup = param_number(&ai->params, JET_paramZeroDatabaseDuringBackup) != 0;
    atomic_store(&inst->db_grow_pages, (uint32_t)param_number(&ai->params, JET_paramDbExtensionSize));
done:
    return err;
}

/* What is still open is dropped without a word: the orderly end has been before, or must not be. */
void instance_close_parts(struct api_instance *ai)
{
    struct inst *inst = ai->inst;
    if (inst == NULL)
        return;
    engine_lock();
    ai->inst = NULL;
    engine_unlock();
    defrag_drop(inst);
    inst_stop_background(inst);
    if (inst->backup != NULL)
        backup_release(inst);
    for (unsigned i = 0; i < DB_COUNT_MAX; i++)
        if (inst->schemas[i] != NULL)
            schema_cache_close(inst, (uint8_t)i);
    inst_release(inst);
    for (unsigned i = 0; i < DB_COUNT_MAX; i++)
        if (inst->dbs[i] != NULL) {
            buf_purge_db(inst->dbs[i]);
            db_file_close(inst->dbs[i]);
        }
    if (inst->versions != NULL)                         /* after the pages, whose pending undo lists run through its entries */
        ver_store_release(inst->versions);
    if (inst->log != NULL)
        (void)log_close(inst->log, false);
    if (inst->cache != NULL)
        leave_cache();
    ese_free(inst);
}

/* Recovery's progress for whichever callback the caller gave. */
static void report_progress(void *context, int status, unsigned done, unsigned total)
{
    const struct start_config *config = context;
    JET_SNPROG progress = {sizeof progress, done, total};
    if (config->status != NULL)
        (void)config->status(JET_sesidNil, JET_snpRestore, (JET_SNT)status, &progress);
    if (config->init_callback != NULL)
        (void)config->init_callback(JET_snpRestore, (JET_SNT)status, &progress, config->callback_context);
}

static ese_err run_recovery(struct api_instance *ai, const struct start_config *config)
{
    ese_err err;
    struct recover_config *how = ese_alloc(sizeof *how);
    struct start_config copy = *config;
    if (how == NULL)
        return err_raise(JET_errOutOfMemory, __func__, __LINE__);
    how->ignore_missing_db = (config->grbit & JET_bitReplayIgnoreMissingDB) != 0;
    how->ignore_lost_logs = (config->grbit & JET_bitReplayIgnoreLostLogs) != 0;
    how->allow_missing_current = (config->grbit & JET_bitAllowMissingCurrentLog) != 0;
    how->allow_backup_db = (config->grbit & JET_bitAllowSoftRecoveryOnBackup) != 0;
    how->start_from_map = (config->grbit & JET_bitReplayInferCheckpointFromRstmapDbs) != 0;
    how->map_only = config->map_count != 0 && (config->grbit & JET_bitReplayMissingMapEntryDB) == 0;
    how->without_undo = (config->grbit & JET_bitRecoveryWithoutUndo) != 0;
    how->stream_must_exist = (config->grbit & JET_bitLogStreamMustExist) != 0;
    how->truncate = (config->grbit & JET_bitTruncateLogsAfterRecovery) != 0;
    how->keep_attached = (config->grbit & JET_bitKeepDbAttachedAtEndOfRecovery) != 0;
    how->map = config->map;
    how->map_count = config->map_count;
    how->progress.report = report_progress;
    how->progress.context = &copy;
    how->skip_lost_event = (config->grbit & JET_bitSkipLostLogsEvent) != 0;
    if ((config->grbit & JET_bitExternalRecoveryControl) != 0 && config->init_callback != NULL)
        how->control = (struct recover_control){recovery_ask, &copy};
    err = recover_start(ai->inst, how);
    ese_free(how);
    return err;
}

ese_err instance_start(struct api_instance *ai, const struct start_config *config)
{
    ese_err err = 0;
    TRY(instance_paths(ai));
    TRY(instance_collisions(ai));
    TRY(instance_open_parts(ai));
    inst_event(ai->inst, EVENT_START, "the instance starts");
    if (instance_logs(ai))
        TRY(run_recovery(ai, config));
    TRY(backup_create(ai->inst));
    TRY(inst_start_background(ai->inst));
    inst_event(ai->inst, EVENT_START_DONE, "the instance has started");
done:
    if (err < 0 && ai->inst != NULL)
        inst_event(ai->inst, EVENT_STOP_ERROR, "the instance does not start: error %d", (int)err);
    if (err < 0)
        instance_close_parts(ai);
    return err;
}

/* Databases leave in an orderly way, each with its flush and its clean header; the first error is remembered. */
static ese_err detach_all(struct inst *inst)
{
    struct session *s = NULL;
    ese_err err = session_begin(inst, &s);
    if (err < 0)
        return err;
    for (uint8_t dbid = 1; dbid < DB_COUNT_MAX; dbid++) {
        ese_err one = inst->dbs[dbid] != NULL ? db_detach(s, dbid, true) : 0;
        if (one < 0 && err >= 0)
            err = one;
    }
    (void)session_end(s);
    return err;
}

ese_err instance_stop(struct api_instance *ai, bool dirty)
{
    ese_err err = 0, ended = 0;
    struct inst *inst = ai->inst;
    bool broken = atomic_load(&inst->unavailable) != 0;
    defrag_drop(inst);
    inst_stop_background(inst);
    db_temp_close(inst);
    if (!dirty && !broken)
        err = detach_all(inst);
    if (inst->log != NULL)
        ended = recover_stop(inst, dirty || broken || err < 0);
    if (err < 0 || ended < 0)
        inst_event(inst, EVENT_STOP_ERROR, "the instance has stopped with error %d", (int)(err < 0 ? err : ended));
    else
        inst_event(inst, EVENT_STOP, "the instance has stopped");
    instance_close_parts(ai);
    return broken ? 0 : err < 0 ? err : ended;
}
