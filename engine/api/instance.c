/* Creating, initialising and terminating instances; the calls that set the mode. */
#include "api/call.h"
#include "api/instance_api.h"

static ese_err optional_text(JET_PCWSTR text, char **out)
{
    *out = NULL;
    if (text != NULL && (*out = text_copy_utf8(text)) == NULL)
        return err_raise(JET_errOutOfMemory, __func__, __LINE__);
    return 0;
}

/*
 * JetCreateInstance2 - a new instance; the mode becomes MULTI.
 * in      names may be absent (an absent name is a name too); grbit is ignored
 * out     *pinstance, JET_instanceNil on failure
 * err     JET_errInvalidParameter, JET_errRunningInOneInstanceMode, JET_errTooManyInstances, JET_errInstanceNameInUse
 * source  instance-modes.md 5.2, 5.3
 */
JET_ERR JET_API JetCreateInstance2W(JET_INSTANCE *pinstance, JET_PCWSTR szInstanceName, JET_PCWSTR szDisplayName, JET_GRBIT grbit)
{
    ese_err err = 0;
    struct api_instance *ai = NULL;
    char *name = NULL, *display = NULL;
    (void)grbit;
    if (pinstance == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    *pinstance = JET_instanceNil;
    engine_lock();
    TRY(engine_event(EVENT_CREATE));
    err = optional_text(szInstanceName, &name);
    if (err >= 0)
        err = optional_text(szDisplayName, &display);
    if (err >= 0)
        err = engine_allocate(name, display, &ai);
    if (err >= 0)
        *pinstance = ai->handle;
    else if (atomic_load(&g_engine.count) == 0)
        (void)engine_event(EVENT_LAST_GONE);
done:
    engine_unlock();
    ese_free(name);
    ese_free(display);
    return err;
}

JET_ERR JET_API JetCreateInstanceW(JET_INSTANCE *pinstance, JET_PCWSTR szInstanceName)
{
    return JetCreateInstance2W(pinstance, szInstanceName, NULL, 0);
}

/* Steps 4 to 9 of 5.1 under the lock: which instance is meant, and may it be initialised. */
static ese_err choose_for_init(JET_INSTANCE *pinstance, ese_err bad_struct, struct api_instance **out, bool *allocated)
{
    ese_err err = 0;
    struct api_instance *ai = NULL;
    bool fresh;
    *allocated = false;
    if (g_engine.mode == MODE_MULTI && pinstance == NULL)
        FAIL(JET_errRunningInMultiInstanceMode);
    if (g_engine.mode == MODE_ONE && atomic_load(&g_engine.count) == 1)
        FAIL(JET_errAlreadyInitialized);
    if (bad_struct < 0)
        FAIL(bad_struct);
    if (g_engine.mode == MODE_NOT_SET)
        TRY(engine_event(pinstance == NULL ? EVENT_INIT_NULL : EVENT_INIT));
    fresh = g_engine.mode == MODE_ONE || handle_is_empty(*pinstance);
    err = fresh ? engine_allocate(NULL, NULL, &ai) : engine_resolve(*pinstance, &ai);
    if (err < 0 && atomic_load(&g_engine.count) == 0 && g_engine.mode == MODE_ONE)
        (void)engine_event(EVENT_LAST_GONE);
    if (err < 0)
        goto done;
    if (ai->initialised)
        FAIL(JET_errAlreadyInitialized);
    TRY(engine_lock_error(ai, JET_errInitInProgress));
    ai->locks |= LOCK_INITIALIZING;
    ai->init_thread = os_thread_id();
    *allocated = fresh;
    *out = ai;
done:
    return err;
}

/* The callback of JET_paramRuntimeCallback is told once, with nothing. */
static void announce(struct api_instance *ai)
{
    JET_CALLBACK callback;
    uint64_t number = param_number(&ai->params, JET_paramRuntimeCallback);
    if (number == 0 || param_number(&ai->params, JET_paramDisableCallbacks) != 0)
        return;
    callback = (JET_CALLBACK)(uintptr_t)number;
    (void)callback(JET_sesidNil, JET_dbidNil, JET_tableidNil, JET_cbtypNull, NULL, NULL, NULL, 0);
}

/* Everything after the checks of structures: the common part of all JetInit forms. */
static ese_err init_instance(JET_INSTANCE *pinstance, ese_err bad_struct, const struct start_config *config)
{
    ese_err err;
    struct api_instance *ai = NULL;
    bool allocated = false;
    if (pinstance != NULL && handle_is_empty(*pinstance))
        *pinstance = JET_instanceNil;
    engine_lock();
    err = choose_for_init(pinstance, bad_struct, &ai, &allocated);
    engine_unlock();
    if (err < 0)
        return err;
    announce(ai);
    err = instance_start(ai, config);
    engine_lock();
    ai->init_thread = 0;
    if (err >= 0) {
        ai->locks &= ~(unsigned)LOCK_INITIALIZING;
        ai->initialised = true;
        ai->backup_allowed = true;
        if (allocated && pinstance != NULL)
            *pinstance = ai->handle;
    } else {
        engine_destroy(ai);
        if (pinstance != NULL)
            *pinstance = 0;
    }
    engine_unlock();
    return err;
}

static void config_release(struct recover_map *map) { ese_free(map); }

/* JET_RSTMAP pairs to UTF-8 paths. */
static ese_err copy_map(const JET_RSTMAP_W *pairs, const JET_RSTMAP2_W *pairs2, int32_t count, struct recover_map **out)
{
    ese_err err = 0;
    struct recover_map *map = NULL;
    *out = NULL;
    if (count <= 0)
        return 0;
    map = ese_alloc((size_t)count * sizeof *map);
    if (map == NULL)
        FAIL(JET_errOutOfMemory);
    for (int32_t i = 0; i < count; i++) {
        const JET_WCHAR *from = pairs != NULL ? pairs[i].szDatabaseName : pairs2[i].szDatabaseName;
        const JET_WCHAR *to = pairs != NULL ? pairs[i].szNewDatabaseName : pairs2[i].szNewDatabaseName;
        char text[OS_PATH_MAX];
        TRY(text_path(from, map[i].from, sizeof map[i].from));
        TRY(text_path(to, text, sizeof text));
        TRY(param_full_path(text, false, map[i].to, sizeof map[i].to));
    }
    *out = map;
done:
    if (err < 0)
        ese_free(map);
    return err;
}

static bool map_is_bad(const void *map, int32_t count) { return count < 0 || (map == NULL) != (count == 0); }

/*
 * JetInit* - start an instance: recovery if needed, then ready for sessions.
 * in      *pinstance: a created instance, or empty for a new one (legacy mode when the mode is not set). Recovery info: map of moved databases.
 * out     *pinstance: the new handle; 0 when the start failed, and the instance is gone then
 * err     JET_errInvalidParameter, JET_errRunningInMultiInstanceMode, JET_errAlreadyInitialized, JET_errTooManyInstances,
 *         JET_errInstanceNameInUse, JET_errTempPathInUse, JET_errSystemPathInUse, JET_errLogFilePathInUse, recovery errors
 * source  instance-modes.md 5.1
 */
JET_ERR JET_API JetInit3W(JET_INSTANCE *pinstance, JET_RSTINFO_W *prstInfo, JET_GRBIT grbit)
{
    ese_err err = 0;
    struct recover_map *map = NULL;
    struct start_config config = {.grbit = grbit};
    if (prstInfo != NULL) {
        if (prstInfo->cbStruct != sizeof *prstInfo || map_is_bad(prstInfo->rgrstmap, prstInfo->crstmap))
            FAIL(JET_errInvalidParameter);
        TRY(copy_map(prstInfo->rgrstmap, NULL, prstInfo->crstmap, &map));
        config.map = map;
        config.map_count = (unsigned)prstInfo->crstmap;
        config.status = prstInfo->pfnStatus;
    }
    TRY(init_instance(pinstance, 0, &config));
done:
    config_release(map);
    return err;
}

JET_ERR JET_API JetInit4W(JET_INSTANCE *pinstance, JET_RSTINFO2_W *prstInfo, JET_GRBIT grbit)
{
    ese_err err = 0, bad = 0;
    struct recover_map *map = NULL;
    struct start_config config = {.grbit = grbit};
    if (prstInfo != NULL && (prstInfo->cbStruct != sizeof *prstInfo || map_is_bad(prstInfo->rgrstmap, prstInfo->crstmap)))
        bad = JET_errInvalidParameter;
    if (prstInfo != NULL && bad == 0) {
        TRY(copy_map(NULL, prstInfo->rgrstmap, prstInfo->crstmap, &map));
        config.map = map;
        config.map_count = (unsigned)prstInfo->crstmap;
        config.init_callback = prstInfo->pfnCallback;
        config.callback_context = prstInfo->pvCallbackContext;
    }
    TRY(init_instance(pinstance, bad, &config));
done:
    config_release(map);
    return err;
}

JET_ERR JET_API JetInit2(JET_INSTANCE *pinstance, JET_GRBIT grbit) { return JetInit3W(pinstance, NULL, grbit | JET_bitReplayMissingMapEntryDB); }
JET_ERR JET_API JetInit(JET_INSTANCE *pinstance) { return JetInit2(pinstance, 0); }

/* ---- term ---- */

/* One session that another thread is using now; NULL when all are ours. Taken ones count in *active. */
static bool take_free_sessions(struct api_instance *ai, bool *active)
{
    bool all = true;
    uint64_t self = os_thread_id();
    os_mutex_lock(&ai->inst->session_lock);
    LIST_EACH(it, &ai->inst->sessions) {
        struct session *s = LIST_ENTRY(it, struct session, link);
        struct api_session *session = s->api;
        if (session == NULL)
            continue;
        if (atomic_load(&session->slot->busy) == self || session_acquire(session->slot, session->handle, false))
            *active = *active || s->trx.level != 0;
        else
            all = false;
    }
    os_mutex_unlock(&ai->inst->session_lock);
    return all;
}

/* All sessions are taken from their threads and stay taken. Is one of them inside a transaction? */
static bool take_sessions(struct api_instance *ai)
{
    bool active = false;
    while (!take_free_sessions(ai, &active)) {
        active = false;
        os_sleep_ms(1);
    }
    return active;
}

static void give_sessions(struct api_instance *ai, bool close)
{
    os_mutex_lock(&ai->inst->session_lock);
    for (struct list *it = ai->inst->sessions.next; it != &ai->inst->sessions;) {
        struct api_session *session = LIST_ENTRY(it, struct session, link)->api;
        struct handle_slot *slot = session != NULL ? session->slot : NULL;
        it = it->next;
        if (slot == NULL)
            continue;
        if (close) {
            os_mutex_unlock(&ai->inst->session_lock);
            session_release(session);
            os_mutex_lock(&ai->inst->session_lock);
            it = ai->inst->sessions.next;
        }
        slot->depth = 0;
        atomic_store(&slot->busy, 0);
    }
    os_mutex_unlock(&ai->inst->session_lock);
}

/* Under the lock: 5.5 steps 1 to 4. *out is NULL when the instance was only created: it is gone then. */
static ese_err begin_term(JET_INSTANCE handle, struct api_instance **out)
{
    ese_err err = 0;
    struct api_instance *ai;
    *out = NULL;
    if (!engine_handle_lives(handle))
        FAIL(JET_errInvalidInstance);
    TRY(engine_resolve(handle, &ai));
    TRY(engine_lock_error(ai, JET_errNotInitialized));
    if (!ai->initialised) {
        engine_destroy(ai);
        goto done;
    }
    ai->locks |= LOCK_TERMINATING;
    ai->backup_allowed = false;
    atomic_fetch_add(&g_engine.terms, 1);
    atomic_store(&ai->terminating, true);
    engine_wait_left(ai, 0);
    *out = ai;
done:
    return err;
}

/* Steps 5 to 8, without the lock. *kept: the instance stays initialised. */
static ese_err run_term(struct api_instance *ai, JET_GRBIT grbit, bool *kept)
{
    enum { STOPS_BACKUP = JET_bitTermAbrupt | JET_bitTermStopBackup | JET_bitTermDirty };
    ese_err err = 0;
    bool active, dirty = (grbit & JET_bitTermDirty) != 0;
    *kept = true;
    active = take_sessions(ai);
    if ((grbit & STOPS_BACKUP) != 0)
        instance_stop_backup(ai);
    if (ai->inst->backup != NULL && backup_in_progress(ai->inst))
        err = JET_errBackupInProgress;
    else if (active && atomic_load(&ai->inst->unavailable) == 0)    /* an instance that cannot go on can always end */
        err = JET_errTooManyActiveUsers;
    if (err < 0) {
        give_sessions(ai, false);
        return err_raise(err, __func__, __LINE__);
    }
    *kept = false;
    instance_leave_snapshots(ai, false);
    give_sessions(ai, true);
    err = instance_stop(ai, dirty);
    return dirty && err >= 0 ? JET_errDirtyShutdown : err;
}

/*
 * JetTerm2 - stop an instance and forget it.
 * in      grbit: JET_bitTermComplete, Abrupt, StopBackup, Dirty; unknown bits are ignored
 * err     JET_errInvalidInstance, JET_errInvalidParameter, JET_errBackupInProgress and JET_errTooManyActiveUsers (the instance stays),
 *         JET_errDirtyShutdown (it is gone)
 * source  instance-modes.md 5.5
 */
JET_ERR JET_API JetTerm2(JET_INSTANCE instance, JET_GRBIT grbit)
{
    ese_err err;
    struct api_instance *ai = NULL;
    bool kept;
    engine_lock();
    err = begin_term(instance, &ai);
    engine_unlock();
    if (ai == NULL)
        return err;
    err = run_term(ai, grbit, &kept);
    engine_lock();
    atomic_fetch_sub(&g_engine.terms, 1);
    if (kept) {
        ai->locks &= ~(unsigned)LOCK_TERMINATING;
        atomic_store(&ai->terminating, false);
    } else {
        ai->initialised = false;
        engine_destroy(ai);
    }
    engine_unlock();
    return err;
}

JET_ERR JET_API JetTerm(JET_INSTANCE instance) { return JetTerm2(instance, JET_bitTermAbrupt); }

/* ---- stop service, stop backup ---- */

/* The running engine of a held instance, NULL when it is not up or on its way down. */
static struct inst *running(struct api_instance *ai)
{
    struct inst *inst;
    engine_lock();
    inst = ai->initialised && ai->locks == 0 ? ai->inst : NULL;
    engine_unlock();
    return inst;
}

static void quiesce(struct api_instance *ai)
{
    struct inst *inst = running(ai);
    if (inst != NULL && inst->log != NULL)
        (void)log_checkpoint_update(inst->log, false);
}

static void stop_service(struct api_instance *ai)
{
    if (!atomic_exchange(&ai->stopped, true))
        quiesce(ai);
}

/*
 * JetStopService*, JetStopBackup* - only the handle is checked; they work in every state of the instance.
 * err     JET_errInvalidInstance, JET_errInvalidParameter; JET_errInvalidGrbit; JET_errClientRequestToStopJetService (resume after "all")
 * source  instance-modes.md 5.8
 */
JET_ERR JET_API JetStopServiceInstance2(JET_INSTANCE instance, const JET_GRBIT grbit)
{
    enum { PARTS = JET_bitStopServiceBackgroundUserTasks | JET_bitStopServiceQuiesceCaches };
    ese_err err = 0;
    struct api_instance *ai = NULL;
    TRY(hold_instance(instance, &ai));
    if ((grbit & ~((JET_GRBIT)PARTS | JET_bitStopServiceResume)) != 0)
        FAIL(JET_errInvalidGrbit);
    if ((grbit & JET_bitStopServiceResume) != 0) {
        if (atomic_load(&ai->stopped))
            FAIL(JET_errClientRequestToStopJetService);
        ai->stopped_parts &= (grbit & PARTS) != 0 ? ~grbit : 0;
    } else if (grbit == JET_bitStopServiceAll) {
        stop_service(ai);
    } else {
        ai->stopped_parts |= grbit & PARTS;
        if ((grbit & JET_bitStopServiceQuiesceCaches) != 0)
            quiesce(ai);
    }
done:
    leave_instance(ai);
    return err;
}

JET_ERR JET_API JetStopServiceInstance(JET_INSTANCE instance) { return JetStopServiceInstance2(instance, JET_bitStopServiceAll); }

JET_ERR JET_API JetStopService(void)
{
    ese_err err = 0;
    struct api_instance *ai = NULL;
    TRY(hold_legacy(&ai));
    stop_service(ai);
done:
    leave_instance(ai);
    return err;
}

static void stop_backup(struct api_instance *ai)
{
    struct inst *inst = running(ai);
    if (inst != NULL && inst->backup != NULL)
        backup_stop(inst);
}

JET_ERR JET_API JetStopBackupInstance(JET_INSTANCE instance)
{
    ese_err err = 0;
    struct api_instance *ai = NULL;
    TRY(hold_instance(instance, &ai));
    stop_backup(ai);
done:
    leave_instance(ai);
    return err;
}

JET_ERR JET_API JetStopBackup(void)
{
    ese_err err = 0;
    struct api_instance *ai = NULL;
    TRY(hold_legacy(&ai));
    stop_backup(ai);
done:
    leave_instance(ai);
    return err;
}
