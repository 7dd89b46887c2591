#include "api/engine.h"

struct engine g_engine;

/* The first call of the process prepares the locks; others that come at the same time wait for it. */
static void engine_prepare(void)
{
    uint32_t expected = 0;
    if (atomic_compare_exchange_strong(&g_engine.ready, &expected, 1)) {
        os_mutex_init(&g_engine.lock, RANK_ENGINE);
        handle_table_init(&g_engine.handles);
        param_defaults(&g_engine.params);
        list_init(&g_engine.snapshots);
        atomic_store_explicit(&g_engine.ready, 2, memory_order_release);
        return;
    }
    while (atomic_load_explicit(&g_engine.ready, memory_order_acquire) != 2)
        os_yield();
}

void engine_lock(void)
{
    if (atomic_load_explicit(&g_engine.ready, memory_order_acquire) != 2)
        engine_prepare();
    os_mutex_lock(&g_engine.lock);
}

void engine_unlock(void) { os_mutex_unlock(&g_engine.lock); }

/* instance-modes.md 2: for each mode what an event gives, an error or the next mode. */
static const struct { ese_err refused; enum engine_mode next; } transitions[MODE_COUNT][EVENT_COUNT] = {
    [MODE_NOT_SET] = {
        [EVENT_INIT] = {0, MODE_ONE}, [EVENT_INIT_NULL] = {0, MODE_ONE}, [EVENT_CREATE] = {0, MODE_MULTI}, [EVENT_ENABLE] = {0, MODE_MULTI},
        [EVENT_RESTORE_LEGACY] = {0, MODE_ONE}, [EVENT_RESTORE_EMPTY] = {0, MODE_MULTI}, [EVENT_RESTORE_EXTERNAL] = {0, MODE_MULTI},
        [EVENT_LAST_GONE] = {0, MODE_NOT_SET}},
    [MODE_ONE] = {
        [EVENT_INIT] = {JET_errAlreadyInitialized, MODE_ONE}, [EVENT_INIT_NULL] = {JET_errAlreadyInitialized, MODE_ONE},
        [EVENT_CREATE] = {JET_errRunningInOneInstanceMode, MODE_ONE}, [EVENT_ENABLE] = {JET_errRunningInOneInstanceMode, MODE_ONE},
        [EVENT_RESTORE_LEGACY] = {0, MODE_ONE}, [EVENT_RESTORE_EMPTY] = {0, MODE_ONE},
        [EVENT_RESTORE_EXTERNAL] = {JET_errRunningInOneInstanceMode, MODE_ONE}, [EVENT_LAST_GONE] = {0, MODE_NOT_SET}},
    [MODE_MULTI] = {
        [EVENT_INIT] = {0, MODE_MULTI}, [EVENT_INIT_NULL] = {JET_errRunningInMultiInstanceMode, MODE_MULTI}, [EVENT_CREATE] = {0, MODE_MULTI},
        [EVENT_ENABLE] = {JET_errSystemParamsAlreadySet, MODE_MULTI},
        [EVENT_RESTORE_LEGACY] = {JET_errRunningInMultiInstanceMode, MODE_MULTI}, [EVENT_RESTORE_EMPTY] = {0, MODE_MULTI},
        [EVENT_RESTORE_EXTERNAL] = {0, MODE_MULTI}, [EVENT_LAST_GONE] = {0, MODE_NOT_SET}},
};

ese_err engine_event(enum mode_event event)
{
    ese_err err = transitions[g_engine.mode][event].refused;
    enum engine_mode next = transitions[g_engine.mode][event].next;
    if (err < 0)
        return err_raise(err, __func__, __LINE__);
    if (next == g_engine.mode)
        return 0;
    if (next != MODE_NOT_SET) {
        unsigned max = next == MODE_ONE ? 1 : (unsigned)param_number(&g_engine.params, JET_paramMaxInstances);
        g_engine.table = ese_alloc(max * sizeof *g_engine.table);
        if (g_engine.table == NULL)
            return err_raise(JET_errOutOfMemory, __func__, __LINE__);
        g_engine.max = max;
    } else {
        ese_free(g_engine.table);
        g_engine.table = NULL;
        g_engine.max = 0;
    }
    g_engine.mode = next;
    return 0;
}

static bool same_name(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static ese_err fill_names(struct api_instance *ai, const char *name, const char *display)
{
    if (name != NULL && (ai->name = ese_strdup(name)) == NULL)
        return err_raise(JET_errOutOfMemory, __func__, __LINE__);
    if (display != NULL && (ai->display = ese_strdup(display)) == NULL)
        return err_raise(JET_errOutOfMemory, __func__, __LINE__);
    return 0;
}

static void free_instance(struct api_instance *ai)
{
    param_release(&ai->params);
    ese_free(ai->name);
    ese_free(ai->display);
    os_cond_release(&ai->left);
    os_mutex_release(&ai->databases);
    ese_free(ai);
}

ese_err engine_allocate(const char *name, const char *display, struct api_instance **out)
{
    ese_err err = 0;
    struct api_instance *ai = NULL;
    unsigned slot = 0;
    if (atomic_load(&g_engine.count) >= g_engine.max)
        FAIL(JET_errTooManyInstances);
    for (unsigned i = 0; i < g_engine.max; i++)
        if (g_engine.table[i] != NULL && same_name(g_engine.table[i]->name, name))
            FAIL(JET_errInstanceNameInUse);
    while (g_engine.table[slot] != NULL)
        slot++;
    ai = ese_alloc(sizeof *ai);
    if (ai == NULL)
        FAIL(JET_errOutOfMemory);
    os_cond_init(&ai->left);
    os_mutex_init(&ai->databases, RANK_DATABASES);
    TRY(fill_names(ai, name, display));
    TRY(param_copy(&ai->params, &g_engine.params));
    ai->handle = handle_new(&g_engine.handles, HANDLE_INSTANCE, ai);
    if (ai->handle == 0)
        FAIL(JET_errOutOfMemory);
    os_library_pin();
    ai->slot = slot;
    g_engine.table[slot] = ai;
    atomic_fetch_add(&g_engine.count, 1);
    *out = ai;
done:
    if (err < 0 && ai != NULL)
        free_instance(ai);
    return err;
}

void engine_destroy(struct api_instance *ai)
{
    ai->locks |= LOCK_DELETING;
    handle_drop(&g_engine.handles, ai->handle);
    engine_wait_left(ai, 0);
    g_engine.table[ai->slot] = NULL;
    free_instance(ai);
    if (atomic_fetch_sub(&g_engine.count, 1) == 1)
        (void)engine_event(EVENT_LAST_GONE);
}

bool engine_handle_lives(JET_INSTANCE handle)
{
    return handle_is_empty(handle) || handle_find(&g_engine.handles, HANDLE_INSTANCE, handle) != NULL;
}

ese_err engine_resolve(JET_INSTANCE handle, struct api_instance **out)
{
    struct api_instance *ai = NULL;
    if (g_engine.mode == MODE_ONE)
        ai = g_engine.table[0];
    else if (g_engine.mode == MODE_MULTI && !handle_is_empty(handle))
        ai = handle_find(&g_engine.handles, HANDLE_INSTANCE, handle);
    *out = ai;
    return ai != NULL ? 0 : err_raise(JET_errInvalidParameter, __func__, __LINE__);
}

ese_err engine_lock_error(const struct api_instance *ai, ese_err initializing)
{
    if (ai->locks & LOCK_TERMINATING)
        return JET_errTermInProgress;
    if (ai->locks & LOCK_RESTORING)
        return JET_errRestoreInProgress;
    return ai->locks != 0 ? initializing : 0;
}

/* 4.1 from step 3 on. */
static ese_err enter_checks(struct api_instance *ai)
{
    ese_err err = 0;
    if (atomic_load(&ai->stopped))
        FAIL(JET_errClientRequestToStopJetService);
    if (ai->inst != NULL && atomic_load(&ai->inst->unavailable) != 0)
        FAIL(atomic_load(&ai->inst->unavailable));
    TRY(engine_lock_error(ai, JET_errNotInitialized));
    if (!ai->initialised)
        FAIL(JET_errNotInitialized);
done:
    return err;
}

static ese_err enter(bool legacy, JET_INSTANCE handle, bool checks, struct api_instance **out)
{
    ese_err err = 0;
    struct api_instance *ai = NULL;
    *out = NULL;
    engine_lock();
    if (legacy && g_engine.mode == MODE_MULTI)
        FAIL(JET_errRunningInMultiInstanceMode);
    if (!legacy && !engine_handle_lives(handle))
        FAIL(JET_errInvalidInstance);
    TRY(engine_resolve(legacy ? 0 : handle, &ai));
    if (checks)
        TRY(enter_checks(ai));
    ai->inside++;
    *out = ai;
done:
    engine_unlock();
    return err;
}

ese_err enter_instance(JET_INSTANCE handle, struct api_instance **out) { return enter(false, handle, true, out); }
ese_err enter_legacy(struct api_instance **out) { return enter(true, 0, true, out); }
ese_err hold_instance(JET_INSTANCE handle, struct api_instance **out) { return enter(false, handle, false, out); }
ese_err hold_legacy(struct api_instance **out) { return enter(true, 0, false, out); }

void leave_instance(struct api_instance *ai)
{
    if (ai == NULL)
        return;
    engine_lock();
    ai->inside--;
    os_cond_broadcast(&ai->left);
    engine_unlock();
}

void engine_wait_left(struct api_instance *ai, unsigned keep)
{
    while (ai->inside > keep)
        os_cond_wait(&ai->left, &g_engine.lock);
}
