#include "api/call.h"

#include "table/temp_table.h"

static inline bool take_slot(struct handle_slot *slot)
{
    uint64_t self = os_thread_id(), nobody = 0;
    if (atomic_compare_exchange_strong(&slot->busy, &nobody, self) || nobody == self) {
        slot->depth++;
        return true;
    }
    return false;
}

static inline void give_slot(struct handle_slot *slot)
{
    if (--slot->depth == 0)
        atomic_store_explicit(&slot->busy, 0, memory_order_release);
}

bool session_acquire(struct handle_slot *slot, uint64_t handle, bool wait)
{
    while (!take_slot(slot)) {
        if (!wait)
            return false;
        os_sleep_ms(1);
    }
    if (atomic_load(&slot->handle) == (uint32_t)handle)
        return true;
    give_slot(slot);
    return false;
}

/* Step 2 of 4.4: so many terms are running that no instance can be left. */
static inline ese_err check_terms(void)
{
    uint32_t terms = atomic_load_explicit(&g_engine.terms, memory_order_relaxed);
    uint32_t count = atomic_load_explicit(&g_engine.count, memory_order_relaxed);
    if (terms < count)
        return 0;
    return err_raise(count == 0 ? JET_errNotInitialized : JET_errTermInProgress, __func__, __LINE__);
}

static inline ese_err check_owner(const struct api_instance *owner, unsigned how)
{
    ese_err unavailable;
    if (atomic_load_explicit(&owner->stopped, memory_order_relaxed) && !(how & CALL_AFTER_STOP))
        return err_raise(JET_errClientRequestToStopJetService, __func__, __LINE__);
    unavailable = atomic_load_explicit(&owner->inst->unavailable, memory_order_relaxed);
    if (unavailable != 0)
        return err_raise(unavailable, __func__, __LINE__);
    if (atomic_load(&owner->terminating))
        return err_raise(JET_errTermInProgress, __func__, __LINE__);
    return 0;
}

ese_err call_transact(struct call *c, bool read_only)
{
    ese_err err = 0;
    if (c->s->trx.level != 0)
        return 0;
    TRY(txn_begin(c->s, read_only));
    c->implicit = true;
done:
    return err;
}

static inline ese_err begin_implicit(struct call *c, unsigned how)
{
    return (how & (CALL_READ | CALL_WRITE)) != 0 ? call_transact(c, (how & CALL_WRITE) == 0) : 0;
}

void call_lift(struct call *c)
{
    if (c->s->trx.read_only && !c->lifted) {
        c->s->trx.read_only = false;
        c->lifted = true;
    }
}

/* Handle, slot, owner: what both entries share. On failure nothing is held. */
static inline ese_err enter_session(struct call *c, JET_SESID sesid, unsigned how)
{
    ese_err err = 0;
    struct handle_slot *slot = handle_slot(&g_engine.handles, HANDLE_SESSION, sesid);
    *c = (struct call){0};
    if (slot == NULL)
        return err_raise(JET_errInvalidSesid, __func__, __LINE__);
    err = check_terms();
    if (err < 0)
        return err;
    if (!take_slot(slot))
        return err_raise(JET_errSessionSharingViolation, __func__, __LINE__);
    if (atomic_load(&slot->handle) != (uint32_t)sesid) {
        give_slot(slot);
        return err_raise(JET_errInvalidSesid, __func__, __LINE__);
    }
    c->session = atomic_load(&slot->object);
    c->s = c->session->s;
    err = check_owner(c->session->owner, how);
    if (err < 0) {
        give_slot(slot);
        c->session = NULL;
    }
    return err;
}

ese_err call_session(struct call *c, JET_SESID sesid, unsigned how)
{
    ese_err err = enter_session(c, sesid, how);
    if (err < 0)
        return err;
    err = begin_implicit(c, how);
    return err < 0 ? call_end(c, err) : 0;
}

ese_err call_table(struct call *c, JET_SESID sesid, JET_TABLEID tableid, unsigned how)
{
    ese_err err = enter_session(c, sesid, how);
    if (err < 0)
        return err;
    c->table = handle_find(&g_engine.handles, HANDLE_TABLE, tableid);
    if (c->table == NULL || c->table->owner != c->session)
        return call_end(c, err_raise(JET_errInvalidTableId, __func__, __LINE__));
    c->cursor = c->table->cursor;
    if (c->table->kind == TABLE_TEMPORARY && c->s->trx.level != 0)
        call_lift(c);
    err = begin_implicit(c, how);
    return err < 0 ? call_end(c, err) : 0;
}

/* An implicit transaction is committed whatever the call says: a call that failed has already taken back its own changes. */
JET_ERR call_end(struct call *c, ese_err err)
{
    if (c->session == NULL)
        return err;
    if (c->implicit) {
        ese_err ended = txn_commit(c->s, session_commit_flags(c->session, 0));
        if (ended < 0) {
            (void)txn_rollback(c->s);
            err = err < 0 ? err : ended;
        }
        c->implicit = false;
    } else if (c->lifted) {
        c->s->trx.read_only = true;
    }
    arena_reset(&c->s->scratch);
    give_slot(c->session->slot);
    c->session = NULL;
    return err;
}

unsigned session_commit_flags(const struct api_session *session, JET_GRBIT grbit)
{
    JET_GRBIT bits = grbit;
    if (bits == 0)
        bits = session->commit_default_set ? session->commit_default
                                           : (JET_GRBIT)param_number(&session->owner->params, JET_paramCommitDefault);
    return (bits & JET_bitCommitLazyFlush) != 0 ? COMMIT_LAZY : 0;
}

ese_err table_register(struct call *c, struct cursor *cursor, enum table_kind kind, JET_TABLEID *tableid)
{
    struct api_instance *owner = c->session->owner;
    bool quota = atomic_fetch_add(&owner->cursors, 1) < param_number(&owner->params, JET_paramMaxCursors);
    struct api_table *table = quota ? ese_alloc(sizeof *table) : NULL;
    uint64_t handle = table != NULL ? handle_new(&g_engine.handles, HANDLE_TABLE, table) : 0;
    if (handle == 0) {
        ese_free(table);
        atomic_fetch_sub(&owner->cursors, 1);
        if (kind == TABLE_TEMPORARY)
            temp_table_close(cursor);
        else
            cursor_close(cursor);
        return err_raise(quota ? JET_errOutOfMemory : JET_errOutOfCursors, __func__, __LINE__);
    }
    table->handle = handle;
    table->owner = c->session;
    table->cursor = cursor;
    table->kind = kind;
    table->level = c->implicit ? 0 : c->s->trx.level;
    table->storage = JET_LSNil;
    cursor->api = table;
    if (kind == TABLE_TEMPORARY)
        atomic_fetch_add(&c->session->owner->temp_tables, 1);
    *tableid = handle;
    return 0;
}

void table_close(struct api_table *table)
{
    handle_drop(&g_engine.handles, table->handle);
    atomic_fetch_sub(&table->owner->owner->cursors, 1);
    if (table->kind == TABLE_TEMPORARY) {
        atomic_fetch_sub(&table->owner->owner->temp_tables, 1);
        temp_table_close(table->cursor);
    } else {
        cursor_close(table->cursor);
    }
    ese_free(table);
}

ese_err call_database(struct call *c, JET_DBID dbid, struct db_file **out)
{
    *out = NULL;
    if (dbid < 1 || dbid >= DB_COUNT_MAX || c->session->opened[dbid] == 0)
        return err_raise(JET_errInvalidDatabaseId, __func__, __LINE__);
    *out = inst_db(c->s->inst, (uint8_t)dbid);
    return *out != NULL ? 0 : err_raise(JET_errInvalidDatabaseId, __func__, __LINE__);
}

void session_close_level(struct api_session *session, unsigned level)
{
    LIST_EACH_SAFE(it, &session->s->cursors) {
        struct api_table *table = LIST_ENTRY(it, struct cursor, link)->api;
        if (table != NULL && table->level >= level)
            table_close(table);
    }
}

void session_merge_level(struct api_session *session)
{
    LIST_EACH(it, &session->s->cursors) {
        struct api_table *table = LIST_ENTRY(it, struct cursor, link)->api;
        if (table != NULL && table->level > session->s->trx.level)
            table->level = session->s->trx.level;
    }
}

void session_release(struct api_session *session)
{
    struct api_instance *owner = session->owner;
    LIST_EACH_SAFE(it, &session->s->cursors) {
        struct cursor *cursor = LIST_ENTRY(it, struct cursor, link);
        if (cursor->api != NULL)
            table_close(cursor->api);
    }
    os_mutex_lock(&owner->databases);
    for (unsigned i = 0; i < DB_COUNT_MAX; i++) {
        owner->opened[i] -= session->opened[i];
        if (owner->exclusive[i] == session)
            owner->exclusive[i] = NULL;
    }
    os_mutex_unlock(&owner->databases);
    (void)session_end(session->s);
    atomic_fetch_sub(&owner->sessions, 1);
    handle_drop(&g_engine.handles, session->handle);
    ese_free(session);
}
