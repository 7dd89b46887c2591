/* Sessions, transactions, session parameters. */
#include "api/call.h"

/*
 * JetBeginSession - a new session of a running instance.
 * in      instance; user name and password are ignored
 * out     *psesid
 * err     those of ENTER, JET_errInvalidParameter (no output), JET_errOutOfSessions
 * source  instance-modes.md 5.6
 */
JET_ERR JET_API JetBeginSessionW(JET_INSTANCE instance, JET_SESID *psesid, JET_PCWSTR szUserName, JET_PCWSTR szPassword)
{
    ese_err err = 0;
    struct api_instance *ai = NULL;
    struct api_session *session = NULL;
    (void)szUserName;
    (void)szPassword;
    TRY(enter_instance(instance, &ai));
    if (psesid == NULL)
        FAIL(JET_errInvalidParameter);
    *psesid = JET_sesidNil;
    if (atomic_fetch_add(&ai->sessions, 1) >= param_number(&ai->params, JET_paramMaxSessions)) {
        atomic_fetch_sub(&ai->sessions, 1);
        FAIL(JET_errOutOfSessions);
    }
    session = ese_alloc(sizeof *session);
    if (session == NULL || (err = session_begin(ai->inst, &session->s)) < 0) {
        atomic_fetch_sub(&ai->sessions, 1);
        ese_free(session);
        FAIL(err < 0 ? err : JET_errOutOfMemory);
    }
    session->owner = ai;
    session->cache_priority = 100;
    session->s->api = session;
    session->handle = handle_new(&g_engine.handles, HANDLE_SESSION, session);
    if (session->handle == 0) {
        session_release(session);
        FAIL(JET_errOutOfSessions);
    }
    session->slot = handle_slot(&g_engine.handles, HANDLE_SESSION, session->handle);
    *psesid = session->handle;
done:
    leave_instance(ai);
    return err;
}

/*
 * JetDupSession - another session of the same instance, with the same databases open.
 * err     those of ENTER_SESSION, JET_errOutOfSessions
 * source  API reference "JetDupSession"; observed-sequences tx-session
 */
JET_ERR JET_API JetDupSession(JET_SESID sesid, JET_SESID *psesid)
{
    ese_err err = 0;
    struct call c;
    struct api_instance *owner = NULL;
    unsigned opened[DB_COUNT_MAX];
    TRY(call_session(&c, sesid, CALL_PLAIN));
    if (psesid == NULL)
        FAIL(JET_errInvalidParameter);
    owner = c.session->owner;
    memcpy(opened, c.session->opened, sizeof opened);
    TRY(JetBeginSessionW(owner->handle, psesid, NULL, NULL));
    os_mutex_lock(&owner->databases);
    for (unsigned i = 0; i < DB_COUNT_MAX; i++)
        if (opened[i] != 0 && owner->exclusive[i] == NULL) {
            struct api_session *twin = handle_find(&g_engine.handles, HANDLE_SESSION, *psesid);
            twin->opened[i] = 1;
            owner->opened[i]++;
        }
    os_mutex_unlock(&owner->databases);
done:
    return call_end(&c, err);
}

/*
 * JetEndSession - close tables and databases, roll back what is open, forget the session.
 * in      grbit is ignored
 * err     those of ENTER_SESSION (works after JetStopService)
 * source  API reference "JetEndSession"; observed-sequences tx-nesting 28-30
 */
JET_ERR JET_API JetEndSession(JET_SESID sesid, JET_GRBIT grbit)
{
    struct call c;
    struct handle_slot *slot;
    ese_err err = call_session(&c, sesid, CALL_AFTER_STOP);
    (void)grbit;
    if (err < 0)
        return err;
    slot = c.session->slot;
    session_release(c.session);
    slot->depth = 0;
    atomic_store(&slot->busy, 0);
    return 0;
}

/*
 * JetSetSessionContext, JetResetSessionContext - bind a number to the session; threads are not tied (observed-sequences tx-threads).
 * err     JET_errSessionContextAlreadySet, JET_errSessionContextNotSetByThisThread
 * source  API reference "JetSetSessionContext"; observed-sequences tx-session 14-17
 */
JET_ERR JET_API JetSetSessionContext(JET_SESID sesid, JET_API_PTR ulContext)
{
    struct call c;
    ese_err err = 0;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    if (c.s->context_thread != 0)
        FAIL(JET_errSessionContextAlreadySet);
    c.s->context = ulContext;
    c.s->context_thread = os_thread_id();
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetResetSessionContext(JET_SESID sesid)
{
    struct call c;
    ese_err err = 0;
    TRY(call_session(&c, sesid, CALL_AFTER_STOP));
    if (c.s->context_thread == 0 || c.s->context_thread != os_thread_id())
        FAIL(JET_errSessionContextNotSetByThisThread);
    c.s->context = 0;
    c.s->context_thread = 0;
done:
    return call_end(&c, err);
}

/*
 * JetBeginTransaction* - one level deeper; at level 0 the read stamp is taken.
 * in      grbit: JET_bitTransactionReadOnly; other bits are ignored
 * err     JET_errTransTooDeep
 * source  API reference "JetBeginTransaction3"; observed-sequences tx-nesting
 */
JET_ERR JET_API JetBeginTransaction3(JET_SESID sesid, JET_INT64 trxid, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    (void)trxid;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(txn_begin(c.s, (grbit & JET_bitTransactionReadOnly) != 0));
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetBeginTransaction2(JET_SESID sesid, JET_GRBIT grbit) { return JetBeginTransaction3(sesid, 0, grbit); }
JET_ERR JET_API JetBeginTransaction(JET_SESID sesid) { return JetBeginTransaction3(sesid, 0, 0); }

static ese_err force_new_log(struct inst *inst)
{
    uint32_t generation;
    return inst->log != NULL ? log_roll(inst->log, &generation) : 0;
}

static ese_err commit(struct call *c, JET_GRBIT grbit)
{
    enum { KNOWN = JET_bitCommitLazyFlush | JET_bitWaitLastLevel0Commit | JET_bitWaitAllLevel0Commit | JET_bitForceNewLog | JET_bitCommitRedoCallback };
    ese_err err = 0;
    if ((grbit & ~(JET_GRBIT)KNOWN) != 0)
        FAIL(JET_errInvalidGrbit);
    if ((grbit & JET_bitWaitLastLevel0Commit) != 0 && (grbit & JET_bitWaitAllLevel0Commit) != 0)
        FAIL(JET_errInvalidGrbit);
    if ((grbit & (JET_bitWaitLastLevel0Commit | JET_bitWaitAllLevel0Commit)) != 0) {
        if (c->s->trx.level != 0)
            FAIL(JET_errInTransaction);
        TRY((grbit & JET_bitWaitAllLevel0Commit) != 0 ? txn_wait_all(c->s->inst) : txn_wait_last(c->s));
        goto done;
    }
    if (c->s->trx.level == 0) {
        if ((grbit & JET_bitForceNewLog) == 0)
            FAIL(JET_errNotInTransaction);
        TRY(force_new_log(c->s->inst));
        goto done;
    }
    TRY(txn_commit(c->s, session_commit_flags(c->session, grbit)));
    session_merge_level(c->session);
    if (c->s->trx.level == 0) {
        c->session->commits++;
        if ((grbit & JET_bitForceNewLog) != 0)
            TRY(force_new_log(c->s->inst));
    }
done:
    return err;
}

/*
 * JetCommitTransaction - end one level; the outermost makes the changes durable unless lazy.
 * in      grbit: JET_bitCommitLazyFlush; JET_bitWaitLastLevel0Commit or JET_bitWaitAllLevel0Commit alone, outside a transaction
 * err     JET_errInvalidGrbit, JET_errNotInTransaction, JET_errInTransaction, log errors
 * source  API reference "JetCommitTransaction"; observed-sequences tx-nesting
 */
JET_ERR JET_API JetCommitTransaction(JET_SESID sesid, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(commit(&c, grbit));
done:
    return call_end(&c, err);
}

/*
 * JetCommitTransaction2 - with the number of the commit, which the durable-commit callback and later commits exceed. A lazy commit
 * becomes durable by itself within LAZY_MS; a tighter limit is met by flushing at once.
 * source  API reference "JetCommitTransaction2", "JET_paramDurableCommitCallback"
 */
JET_ERR JET_API JetCommitTransaction2(JET_SESID sesid, JET_GRBIT grbit, JET_UINT32 cmsecDurableCommit, JET_COMMIT_ID *pCommitId)
{
    enum { LAZY_MS = 300 };
    struct call c;
    ese_err err = 0;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(commit(&c, grbit));
    if (cmsecDurableCommit != 0 && cmsecDurableCommit < LAZY_MS && c.s->trx.level == 0)
        TRY(txn_wait_last(c.s));
    if (pCommitId != NULL) {
        struct signature sign = {{0}};
        if (c.s->inst->log != NULL)
            log_signature(c.s->inst->log, &sign);
        memset(pCommitId, 0, sizeof *pCommitId);
        memcpy(&pCommitId->signLog, sign.b, sizeof pCommitId->signLog);
        pCommitId->commitId = (JET_INT64)c.s->trx.last_end.v;
    }
done:
    return call_end(&c, err);
}

/*
 * JetRollback - undo one level, or all with JET_bitRollbackAll; tables opened inside are closed.
 * err     JET_errInvalidGrbit, JET_errNotInTransaction
 * source  API reference "JetRollback"; observed-sequences tx-nesting, tx-session 8-10
 */
JET_ERR JET_API JetRollback(JET_SESID sesid, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    TRY(call_session(&c, sesid, CALL_AFTER_STOP));
    if ((grbit & ~(JET_GRBIT)(JET_bitRollbackAll | JET_bitRollbackRedoCallback)) != 0)
        FAIL(JET_errInvalidGrbit);
    if (c.s->trx.level == 0)
        FAIL(JET_errNotInTransaction);
    do {
        session_close_level(c.session, c.s->trx.level);
        TRY(txn_rollback(c.s));
    } while ((grbit & JET_bitRollbackAll) != 0 && c.s->trx.level != 0);
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetPrepareToCommitTransaction(JET_SESID sesid, const void *pvData, JET_UINT32 cbData, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    (void)pvData;
    (void)cbData;
    (void)grbit;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    err = JET_errFeatureNotAvailable;
done:
    return call_end(&c, err);
}

static ese_err set_session_parameter(struct api_session *session, uint32_t id, const void *from, uint32_t size)
{
    ese_err err = 0;
    uint32_t number = 0;
    if (size >= 4 && from != NULL)
        memcpy(&number, from, 4);
    switch (id) {
    case JET_sesparamCommitDefault:
        if (size != 4 || from == NULL)
            FAIL(JET_errInvalidBufferSize);
        if ((number & ~0x3Bu) != 0)
            FAIL(JET_errInvalidGrbit);
        session->commit_default = number;
        session->commit_default_set = true;
        break;
    case JET_sesparamCommitGenericContext:
        if (size > sizeof session->commit_context || (size != 0 && from == NULL))
            FAIL(JET_errInvalidBufferSize);
        memcpy(session->commit_context, from != NULL ? from : "", size);
        session->commit_context_size = size;
        break;
    case JET_sesparamTransactionLevel:
        FAIL(JET_errFeatureNotAvailable);
    case JET_sesparamOperationContext:
        if (size != sizeof session->operation || from == NULL)
            FAIL(JET_errInvalidBufferSize);
        memcpy(&session->operation, from, sizeof session->operation);
        break;
    case JET_sesparamCorrelationID:
        if (size != 4 || from == NULL)
            FAIL(JET_errInvalidBufferSize);
        session->correlation = number;
        break;
    case JET_sesparamCachePriority:
        if (size != 4 || from == NULL)
            FAIL(JET_errInvalidBufferSize);
        if (number > 1000)
            FAIL(JET_errInvalidParameter);
        session->cache_priority = number;
        break;
    default:
        if (id < JET_sesparamCommitDefault || id >= JET_sesparamMaxValueInvalid)
            FAIL(JET_errInvalidSesparamId);
        break;
    }
done:
    return err;
}

/* JetSetSessionParameter, JetGetSessionParameter. source: API reference; sizes from api/enums.tsv */
JET_ERR JET_API JetSetSessionParameter(JET_SESID sesid, JET_UINT32 sesparamid, void *pvParam, JET_UINT32 cbParam)
{
    struct call c;
    ese_err err = 0;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(set_session_parameter(c.session, sesparamid, pvParam, cbParam));
done:
    return call_end(&c, err);
}

static ese_err get_session_parameter(struct api_session *session, uint32_t id, const void **from, uint32_t *size, uint32_t *number)
{
    *from = number;
    *size = 4;
    switch (id) {
    case JET_sesparamCommitDefault:
        *number = session->commit_default_set ? session->commit_default
                                              : (uint32_t)param_number(&session->owner->params, JET_paramCommitDefault);
        return 0;
    case JET_sesparamCommitGenericContext:
        *from = session->commit_context;
        *size = session->commit_context_size;
        return 0;
    case JET_sesparamTransactionLevel:
        *number = session->s->trx.level;
        return 0;
    case JET_sesparamOperationContext:
        *from = &session->operation;
        *size = sizeof session->operation;
        return 0;
    case JET_sesparamCorrelationID:
        *number = session->correlation;
        return 0;
    case JET_sesparamCachePriority:
        *number = session->cache_priority;
        return 0;
    default:
        *number = 0;
        return id < JET_sesparamCommitDefault || id >= JET_sesparamMaxValueInvalid
                   ? err_raise(JET_errInvalidSesparamId, __func__, __LINE__) : 0;
    }
}

JET_ERR JET_API JetGetSessionParameter(JET_SESID sesid, JET_UINT32 sesparamid, void *pvParam, JET_UINT32 cbParamMax, JET_UINT32 *pcbParamActual)
{
    struct call c;
    ese_err err = 0;
    const void *from;
    uint32_t size, number;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(get_session_parameter(c.session, sesparamid, &from, &size, &number));
    if (pcbParamActual != NULL)
        *pcbParamActual = size;
    if (pvParam == NULL && size != 0)
        FAIL(JET_errInvalidParameter);
    if (cbParamMax < size)
        FAIL(JET_errInvalidBufferSize);
    if (size != 0)
        memcpy(pvParam, from, size);
done:
    return call_end(&c, err);
}

/* JetGetSessionInfo - level 0 only. source: api/structs.tsv JET_SESSIONINFO */
JET_ERR JET_API JetGetSessionInfo(JET_SESID sesid, void *pvResult, const JET_UINT32 cbMax, const JET_UINT32 ulInfoLevel)
{
    struct call c;
    ese_err err = 0;
    JET_SESSIONINFO info = {0};
    TRY(call_session(&c, sesid, CALL_PLAIN));
    if (ulInfoLevel != JET_SessionInfo || pvResult == NULL)
        FAIL(JET_errInvalidParameter);
    if (cbMax < sizeof info)
        FAIL(JET_errBufferTooSmall);
    info.ulTrxBegin0 = c.s->trx.trx_id;
    info.ulTrxLevel = c.s->trx.level;
    info.ulProcid = c.s->trx.procid;
    info.ulTrxContext = c.s->context;
    memcpy(pvResult, &info, sizeof info);
done:
    return call_end(&c, err);
}
