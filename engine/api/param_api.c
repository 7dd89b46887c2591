/* JetSetSystemParameter, JetGetSystemParameter, JetEnableMultiInstance. */
#include <stdio.h>

#include "api/call.h"

/* The table a call addresses (instance-modes.md 6.2) and the session whose own value may be meant. */
struct addressed {
    struct api_instance *ai;                            /* NULL: global table */
    struct call call;                                   /* a session, in MULTI */
};

/* ENTER_WITHOUT_INIT: the thread that runs the init callback may come in. */
static ese_err enter_without_init(struct api_instance *ai)
{
    if ((ai->locks & ~(unsigned)LOCK_INITIALIZING) == 0 && ai->init_thread != 0 && ai->init_thread == os_thread_id())
        return 0;
    return engine_lock_error(ai, JET_errInitInProgress);
}

/* Under the engine lock. */
static ese_err address(JET_INSTANCE instance, uint32_t id, struct addressed *where)
{
    ese_err err = 0;
    const struct param_description *d = param_describe(id);
    if (g_engine.mode == MODE_ONE && d != NULL && d->scope == PARAM_PER_INSTANCE) {
        where->ai = g_engine.table[0];
        if (where->ai == NULL)
            FAIL(JET_errInvalidParameter);
    } else if (g_engine.mode == MODE_MULTI && where->call.session != NULL) {
        where->ai = where->call.session->owner;
    } else if (g_engine.mode == MODE_MULTI && !handle_is_empty(instance)) {
        if (!engine_handle_lives(instance))
            FAIL(JET_errInvalidInstance);
        TRY(engine_resolve(instance, &where->ai));
    }
    if (where->ai != NULL)
        TRY(enter_without_init(where->ai));
done:
    return err;
}

static ese_err open_address(JET_INSTANCE instance, JET_SESID sesid, uint32_t id, struct addressed *where)
{
    ese_err err = 0;
    bool multi;
    *where = (struct addressed){0};
    engine_lock();
    multi = g_engine.mode == MODE_MULTI;
    engine_unlock();
    if (multi && sesid != 0 && sesid != JET_sesidNil)
        TRY(call_session(&where->call, sesid, CALL_AFTER_STOP));
    engine_lock();
    err = address(instance, id, where);
    if (err < 0)
        engine_unlock();
done:
    return err < 0 ? call_end(&where->call, err) : 0;
}

static JET_ERR close_address(struct addressed *where, ese_err err)
{
    engine_unlock();
    return call_end(&where->call, err);
}

static void resize_cache(void)
{
    uint64_t page = param_number(&g_engine.params, JET_paramDatabasePageSize);
    uint64_t most = param_number(&g_engine.params, JET_paramCacheSizeMax), least = param_number(&g_engine.params, JET_paramCacheSizeMin);
    uint64_t top = os_memory_bytes() / 2;
    most = most < top / page ? most * page : top;
    if (most < 256 * page)
        most = 256 * page;
    least = least < most / page ? least * page : most;
    buf_cache_resize(g_engine.cache, least, most);
}

/* Databases that are attached and those to come; being a user keeps their slots from going while they are looked at. */
static void set_growth(struct inst *inst, uint32_t pages)
{
    atomic_store(&inst->db_grow_pages, pages);
    atomic_fetch_add(&inst->db_users, 1);
    for (unsigned i = 0; i < DB_COUNT_MAX; i++) {
        struct db_file *db = inst->dbs[i];
        if (db != NULL)
            atomic_store(&db->grow_pages, pages);
    }
    atomic_fetch_sub(&inst->db_users, 1);
}

static void set_depth(struct log *log, uint64_t bytes)
{
    log_set_checkpoint_depth(log, bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX);
}

/* Values that reach into a running engine. */
static void apply_effect(const struct addressed *where, uint32_t id)
{
    if (g_engine.cache != NULL && (id == JET_paramCacheSizeMax || id == JET_paramCacheSizeMin))
        resize_cache();
    if (id == JET_paramDbExtensionSize && where->ai != NULL && where->ai->inst != NULL)
        set_growth(where->ai->inst, (uint32_t)param_number(&where->ai->params, id));
    if (id == JET_paramCheckpointDepthMax && where->ai != NULL && where->ai->inst != NULL && where->ai->inst->log != NULL)
        set_depth(where->ai->inst->log, param_number(&where->ai->params, id));
}

/*
 * JetSetSystemParameter - see instance-modes.md 6.
 * err     JET_errInvalidSesid, JET_errInvalidInstance, JET_errTermInProgress, JET_errRestoreInProgress, JET_errInitInProgress,
 *         JET_errInvalidParameter, JET_errAlreadyInitialized, JET_errInvalidPath
 * source  instance-modes.md 6.2, 6.3; observed-params
 */
JET_ERR JET_API JetSetSystemParameterW(JET_INSTANCE *pinstance, JET_SESID sesid, JET_UINT32 paramid, JET_API_PTR lParam, JET_PCWSTR szParam)
{
    ese_err err = 0;
    struct addressed where;
    char *text = NULL;
    if (param_describe(paramid) == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    if (szParam != NULL && param_is_text(paramid) && (text = text_copy_utf8(szParam)) == NULL)
        return err_raise(JET_errOutOfMemory, __func__, __LINE__);
    err = open_address(pinstance != NULL ? *pinstance : 0, sesid, paramid, &where);
    if (err >= 0) {
        struct param_site site = {
            .table = where.ai != NULL ? &where.ai->params : &g_engine.params, .global = &g_engine.params,
            .mode_set = g_engine.mode != MODE_NOT_SET, .instance_addressed = where.ai != NULL,
            .session_addressed = where.call.session != NULL, .initialised = where.ai != NULL && where.ai->initialised};
        err = param_set(&site, paramid, lParam, text);
        if (err >= 0 && paramid == JET_paramCommitDefault && where.call.session != NULL) {
            where.call.session->commit_default = (JET_GRBIT)lParam;
            where.call.session->commit_default_set = true;
        }
        if (err >= 0)
            apply_effect(&where, paramid);
        err = close_address(&where, err);
    }
    ese_free(text);
    return err;
}

struct by_page { uint32_t page, key, chunk, record; };

static const struct by_page *sizes_by_page(void)
{
    static const struct by_page sizes[] = {
        {2048, 500, 1966, 2004}, {4096, 1000, 4014, 4052}, {8192, 2000, 8110, 8148}, {16384, 2000, 4050, 16300}, {32768, 2000, 8150, 32684}};
    uint64_t page = param_number(&g_engine.params, JET_paramDatabasePageSize);
    for (size_t i = 0; i + 1 < sizeof sizes / sizeof sizes[0]; i++)
        if (sizes[i].page >= page)
            return &sizes[i];
    return &sizes[4];
}

static uint64_t cache_fact(uint32_t id)
{
    struct buf_counts counts = {0};
    if (g_engine.cache == NULL)
        return id == JET_paramCacheSize ? 0 : 1;
    if (id == JET_paramCacheSize)
        return buf_cache_bytes(g_engine.cache) / param_number(&g_engine.params, JET_paramDatabasePageSize);
    buf_counts(g_engine.cache, &counts);
    return id == JET_paramCacheHits ? counts.hits : counts.hits + counts.reads;
}

static ese_err computed(const struct addressed *where, uint32_t id, uint64_t *number)
{
    ese_err err = 0;
    switch (id) {
    case JET_paramCacheSize: case JET_paramCacheRequests: case JET_paramCacheHits:
        *number = cache_fact(id);
        break;
    case JET_paramKeyMost:
        *number = sizes_by_page()->key;
        break;
    case JET_paramLVChunkSizeMost:
        *number = sizes_by_page()->chunk;
        break;
    case JET_paramRecordSizeMost:
        *number = sizes_by_page()->record;
        break;
    case JET_paramMaxColtyp:
        *number = JET_coltypMax;
        break;
    case JET_paramPrintFunction:
        *number = (uint64_t)(uintptr_t)os_debug_line;
        break;
    case JET_paramRecoveryCurrentLogfile:
        if (where->ai == NULL || where->ai->inst == NULL || where->ai->inst->log == NULL)
            FAIL(JET_errInvalidParameter);
        *number = log_generation(where->ai->inst->log);
        break;
    default:
        FAIL(JET_errInvalidParameter);
    }
done:
    return err;
}

static ese_err get_number(const struct addressed *where, uint32_t id, JET_API_PTR *to)
{
    ese_err err = 0;
    const struct param_description *d = param_describe(id);
    const struct param_table *table = where->ai != NULL && d->scope == PARAM_PER_INSTANCE ? &where->ai->params : &g_engine.params;
    uint64_t number = param_number(table, id);
    if (to == NULL)
        FAIL(JET_errInvalidParameter);
    if (d->kind == PARAM_COMPUTED)
        TRY(computed(where, id, &number));
    if (id == JET_paramUnicodeIndexDefault)
        number = (uint64_t)(uintptr_t)&table->unicode;
    if (id == JET_paramEngineFormatVersion && number == JET_efvUseEngineDefault)
        number = JET_efvOptionallyUniqueIndices;
    if (id == JET_paramCommitDefault && where->call.session != NULL && where->call.session->commit_default_set)
        number = where->call.session->commit_default;
    *to = number;
done:
    return err;
}

/* "name, text" of the code in *number. */
static ese_err describe_error(const JET_API_PTR *number, JET_WCHAR *to, size_t room)
{
    char line[512];
    ese_err code;
    if (number == NULL || to == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    code = (ese_err)(int64_t)*number;
    (void)snprintf(line, sizeof line, "%s, %s", err_name(code) != NULL ? err_name(code) : "Unknown Error",
                   code == 0 ? "Successful Operation" : err_text(code) != NULL ? err_text(code) : "Unknown Error");
    return text_give(line, to, room);
}

static ese_err get_text(const struct addressed *where, uint32_t id, JET_WCHAR *to, size_t room)
{
    const struct param_description *d = param_describe(id);
    const struct param_table *table = where->ai != NULL && d->scope == PARAM_PER_INSTANCE ? &where->ai->params : &g_engine.params;
    if (to == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    return text_give(param_text(table, id), to, room);
}

/*
 * JetGetSystemParameter - read a value; texts go to szParam, numbers to *plParam; cbMax is in bytes.
 * err     as JetSetSystemParameter; JET_errInvalidParameter for a missing output, JET_errBufferTooSmall
 * source  instance-modes.md 6.2, 6.3; observed-behaviour
 */
JET_ERR JET_API JetGetSystemParameterW(JET_INSTANCE instance, JET_SESID sesid, JET_UINT32 paramid, JET_API_PTR *plParam, JET_PWSTR szParam,
    JET_UINT32 cbMax)
{
    ese_err err = 0;
    struct addressed where;
    if (param_describe(paramid) == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    err = open_address(instance, sesid, paramid, &where);
    if (err < 0)
        return err;
    if (paramid == JET_paramErrorToString)
        err = describe_error(plParam, szParam, cbMax);
    else if (param_is_text(paramid))
        err = get_text(&where, paramid, szParam, cbMax);
    else
        err = get_number(&where, paramid, plParam);
    return close_address(&where, err);
}

/* ---- JetEnableMultiInstance ---- */

static ese_err set_one(const JET_SETSYSPARAM_W *p)
{
    struct param_site site = {.table = &g_engine.params, .global = &g_engine.params};
    char *text = NULL;
    ese_err err;
    if (p->sz != NULL && p->paramid < PARAM_COUNT && param_is_text(p->paramid) && (text = text_copy_utf8(p->sz)) == NULL)
        return err_raise(JET_errOutOfMemory, __func__, __LINE__);
    err = param_set(&site, p->paramid, p->lParam, text);
    ese_free(text);
    return err;
}

static bool same_value(const JET_SETSYSPARAM_W *p, const struct param_description *d)
{
    char text[OS_PATH_MAX];
    if (!param_is_text(p->paramid))
        return (d->kind == PARAM_BOOL ? (uint64_t)(p->lParam != 0) : p->lParam) == param_number(&g_engine.params, p->paramid);
    return text_path(p->sz, text, sizeof text) >= 0 && strcmp(text, param_text(&g_engine.params, p->paramid)) == 0;
}

/* Step 3 of 5.4: the mode is MULTI already, the list may only confirm what is. */
static ese_err compare_list(JET_SETSYSPARAM_W *list, uint32_t count, uint32_t *succeeded)
{
    ese_err err = 0;
    bool named[PARAM_COUNT] = {false};
    for (uint32_t i = 0; i < count; i++) {
        const struct param_description *d = param_describe(list[i].paramid);
        list[i].err = 0;
        if (d == NULL)
            list[i].err = JET_errInvalidParameter;
        else if ((d->fixed == PARAM_AT_MODE && !g_engine.params.values[list[i].paramid].written) || !same_value(&list[i], d))
            list[i].err = JET_errSystemParameterConflict;
        if (list[i].err < 0)
            FAIL(list[i].err);
        named[list[i].paramid] = true;
        (*succeeded)++;
    }
    for (uint32_t id = 0; id < PARAM_COUNT; id++) {
        const struct param_description *d = param_describe(id);
        if (d != NULL && d->fixed == PARAM_AT_MODE && g_engine.params.values[id].written && !named[id])
            FAIL(JET_errSystemParameterConflict);
    }
    err = JET_errSystemParamsAlreadySet;
done:
    return err;
}

/*
 * JetEnableMultiInstance - set global parameters and the mode in one step.
 * in      psetsysparam with csetsysparam elements; an array with count 0 is ignored
 * out     err of each element, *pcsetsucceed
 * err     JET_errInvalidParameter, JET_errRunningInOneInstanceMode, JET_errSystemParamsAlreadySet, JET_errSystemParameterConflict,
 *         the error of the first element refused
 * source  instance-modes.md 5.4
 */
JET_ERR JET_API JetEnableMultiInstanceW(JET_SETSYSPARAM_W *psetsysparam, JET_UINT32 csetsysparam, JET_UINT32 *pcsetsucceed)
{
    ese_err err = 0;
    uint32_t succeeded = 0;
    if (psetsysparam == NULL && csetsysparam != 0) {
        if (pcsetsucceed != NULL)
            *pcsetsucceed = 0;
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    }
    engine_lock();
    if (g_engine.mode == MODE_MULTI) {
        TRY(compare_list(psetsysparam, csetsysparam, &succeeded));
        goto done;
    }
    if (g_engine.mode == MODE_ONE)
        FAIL(JET_errRunningInOneInstanceMode);
    for (uint32_t i = 0; i < csetsysparam; i++) {
        psetsysparam[i].err = set_one(&psetsysparam[i]);
        TRY(psetsysparam[i].err);
        succeeded++;
    }
    TRY(engine_event(EVENT_ENABLE));
done:
    engine_unlock();
    if (pcsetsucceed != NULL)
        *pcsetsucceed = succeeded;
    return err;
}
