/* OS snapshot sessions: ids, grbits, pointers; the work is admin/snapshot's. */
#include "admin/snapshot.h"

#include "api/call.h"
#include "api/instance_api.h"

struct snapshot_session {
    struct list link;                                   /* g_engine.snapshots */
    uint64_t id;
    unsigned users;                                     /* calls inside */
    bool gone;
    struct snapshot *snapshot;
};

/* ---- sessions by id; under the engine lock ---- */

static ese_err open_session(JET_OSSNAPID id, struct snapshot_session **out)
{
    ese_err err = JET_errOSSnapshotInvalidSnapId;
    *out = NULL;
    engine_lock();
    LIST_EACH(it, &g_engine.snapshots) {
        struct snapshot_session *session = LIST_ENTRY(it, struct snapshot_session, link);
        if (session->id == id && !session->gone) {
            session->users++;
            *out = session;
            err = 0;
            break;
        }
    }
    engine_unlock();
    return err < 0 ? err_raise(err, __func__, __LINE__) : 0;
}

/* Under the engine lock: no instance belongs to the session any more. */
static void disown(struct snapshot_session *session)
{
    for (unsigned i = 0; i < g_engine.max; i++)
        if (g_engine.table[i] != NULL && g_engine.table[i]->snapshot == session)
            g_engine.table[i]->snapshot = NULL;
}

static void close_session(struct snapshot_session *session, bool gone)
{
    bool last;
    if (session == NULL)
        return;
    engine_lock();
    if (gone)
        disown(session);
    session->gone = session->gone || gone;
    last = --session->users == 0 && session->gone;
    if (last)
        list_remove(&session->link);
    engine_unlock();
    if (last) {
        snapshot_destroy(session->snapshot);
        ese_free(session);
    }
}

/* JetTerm: nobody is frozen any more, and no session remembers the instance. */
void instance_leave_snapshots(struct api_instance *ai, bool wait)
{
    for (;;) {
        struct snapshot_session *session;
        bool frozen;
        engine_lock();
        session = ai->snapshot;
        if (session != NULL)
            session->users++;
        engine_unlock();
        if (session == NULL)
            return;
        frozen = snapshot_frozen(session->snapshot);
        if (!frozen || !wait) {
            snapshot_forget(session->snapshot, ai->inst);
            engine_lock();
            ai->snapshot = NULL;
            engine_unlock();
        }
        close_session(session, false);
        if (frozen && wait)
            os_sleep_ms(5);
    }
}

/* Everything that runs and is in no session becomes a member. Nobody else knows the session yet. */
static void assign_all(struct snapshot_session *session)
{
    for (unsigned i = 0; i < g_engine.max; i++) {
        struct api_instance *ai = g_engine.table[i];
        if (ai != NULL && ai->initialised && ai->locks == 0 && ai->snapshot == NULL && snapshot_assign(session->snapshot, ai->inst) >= 0)
            ai->snapshot = session;
    }
}

/*
 * JetOSSnapshotPrepare - a new session; without ExplicitPrepare all running instances are members.
 * err     JET_errInvalidGrbit, JET_errInvalidParameter, JET_errNotInitialized
 * source  backup-restore.md 15
 */
JET_ERR JET_API JetOSSnapshotPrepare(JET_OSSNAPID *psnapId, const JET_GRBIT grbit)
{
    enum { KNOWN = JET_bitIncrementalSnapshot | JET_bitCopySnapshot | JET_bitContinueAfterThaw | JET_bitExplicitPrepare };
    ese_err err = 0;
    struct snapshot_session *session = NULL;
    if ((grbit & ~(JET_GRBIT)KNOWN) != 0)
        return err_raise(JET_errInvalidGrbit, __func__, __LINE__);
    if (psnapId == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    engine_lock();
    if (atomic_load(&g_engine.count) == 0)
        FAIL(JET_errNotInitialized);
    session = ese_alloc(sizeof *session);
    if (session == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(snapshot_create(grbit, &session->snapshot));
    if ((grbit & JET_bitExplicitPrepare) == 0)
        assign_all(session);
    session->id = ++g_engine.snapshot_last;
    list_append(&g_engine.snapshots, &session->link);
    *psnapId = session->id;
done:
    if (err < 0)
        ese_free(session);
    engine_unlock();
    return err;
}

/* JetOSSnapshotPrepareInstance - add one instance. err: ENTER first; JET_errOSSnapshotNotAllowed. source: backup-restore.md 15 */
JET_ERR JET_API JetOSSnapshotPrepareInstance(JET_OSSNAPID snapId, JET_INSTANCE instance, const JET_GRBIT grbit)
{
    ese_err err = 0;
    struct api_instance *ai = NULL;
    struct snapshot_session *session = NULL;
    bool taken;
    TRY(enter_instance(instance, &ai));
    if (grbit != 0)
        FAIL(JET_errInvalidGrbit);
    TRY(open_session(snapId, &session));
    if (!ai->backup_allowed)
        FAIL(JET_errOSSnapshotNotAllowed);
    TRY(snapshot_check_prepared(session->snapshot));
    engine_lock();
    taken = ai->snapshot == NULL;
    if (taken)
        ai->snapshot = session;
    engine_unlock();
    if (!taken)
        FAIL(JET_errOSSnapshotNotAllowed);
    err = snapshot_add(session->snapshot, ai->inst);
    if (err < 0) {
        engine_lock();
        ai->snapshot = NULL;
        engine_unlock();
    }
done:
    close_session(session, false);
    leave_instance(ai);
    return err;
}

static bool is_member(const struct api_instance *ai, void *session) { return ai->initialised && ai->snapshot == session; }

static ese_err freeze(struct snapshot_session *session)
{
    ese_err err = snapshot_freeze(session->snapshot, (uint32_t)param_number(&g_engine.params, JET_paramOSSnapshotTimeout));
    if (err == JET_errOSSnapshotNotAllowed) {
        engine_lock();
        disown(session);
        engine_unlock();
    }
    return err;
}

static JET_ERR freeze_or_ask(JET_OSSNAPID id, JET_UINT32 *count, JET_INSTANCE_INFO_W **out, JET_GRBIT grbit, bool freezes)
{
    ese_err err = 0;
    struct snapshot_session *session = NULL;
    if (grbit != 0)
        return err_raise(JET_errInvalidGrbit, __func__, __LINE__);
    if (count == NULL || out == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    *count = 0;
    *out = NULL;
    TRY(open_session(id, &session));
    if (freezes)
        TRY(freeze(session));
    engine_lock();
    err = describe_instances(is_member, session, count, out);
    engine_unlock();
done:
    close_session(session, false);
    return err;
}

/* JetOSSnapshotFreeze, JetOSSnapshotGetFreezeInfo - the members; free with JetFreeBuffer. source: backup-restore.md 15 */
JET_ERR JET_API JetOSSnapshotFreezeW(const JET_OSSNAPID snapId, JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_W **paInstanceInfo,
    const JET_GRBIT grbit)
{
    return freeze_or_ask(snapId, pcInstanceInfo, paInstanceInfo, grbit, true);
}

JET_ERR JET_API JetOSSnapshotGetFreezeInfoW(const JET_OSSNAPID snapId, JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_W **paInstanceInfo,
    const JET_GRBIT grbit)
{
    return freeze_or_ask(snapId, pcInstanceInfo, paInstanceInfo, grbit, false);
}

/* JetOSSnapshotThaw - err: JET_errOSSnapshotInvalidSequence, JET_errOSSnapshotTimeOut. source: backup-restore.md 15 */
JET_ERR JET_API JetOSSnapshotThaw(const JET_OSSNAPID snapId, const JET_GRBIT grbit)
{
    ese_err err = 0;
    struct snapshot_session *session = NULL;
    bool gone = false;
    if (grbit != 0)
        return err_raise(JET_errInvalidGrbit, __func__, __LINE__);
    TRY(open_session(snapId, &session));
    TRY(snapshot_thaw(session->snapshot, &gone));
done:
    close_session(session, gone);
    return err;
}

static JET_ERR truncate_logs(JET_OSSNAPID id, struct inst *only, JET_GRBIT grbit)
{
    ese_err err = 0;
    struct snapshot_session *session = NULL;
    if ((grbit & ~(JET_GRBIT)JET_bitAllDatabasesSnapshot) != 0)
        return err_raise(JET_errInvalidGrbit, __func__, __LINE__);
    TRY(open_session(id, &session));
    TRY(snapshot_truncate(session->snapshot, only, (grbit & JET_bitAllDatabasesSnapshot) != 0));
done:
    close_session(session, false);
    return err;
}

/* JetOSSnapshotTruncateLog* - after the thaw of a session that goes on. source: backup-restore.md 15 */
JET_ERR JET_API JetOSSnapshotTruncateLog(const JET_OSSNAPID snapId, const JET_GRBIT grbit) { return truncate_logs(snapId, NULL, grbit); }

JET_ERR JET_API JetOSSnapshotTruncateLogInstance(const JET_OSSNAPID snapId, JET_INSTANCE instance, const JET_GRBIT grbit)
{
    struct api_instance *ai = NULL;
    ese_err err = enter_instance(instance, &ai);
    if (err < 0)
        return err;
    err = truncate_logs(snapId, ai->inst, grbit);
    leave_instance(ai);
    return err;
}

static JET_ERR end_session(JET_OSSNAPID id, bool abort)
{
    ese_err err = 0;
    struct snapshot_session *session = NULL;
    bool gone = false;
    TRY(open_session(id, &session));
    TRY(snapshot_end(session->snapshot, abort));
    gone = true;
done:
    close_session(session, gone);
    return err;
}

/* JetOSSnapshotEnd, JetOSSnapshotAbort - source: backup-restore.md 15 */
JET_ERR JET_API JetOSSnapshotEnd(const JET_OSSNAPID snapId, const JET_GRBIT grbit)
{
    if ((grbit & ~(JET_GRBIT)JET_bitAbortSnapshot) != 0)
        return err_raise(JET_errInvalidGrbit, __func__, __LINE__);
    return end_session(snapId, (grbit & JET_bitAbortSnapshot) != 0);
}

JET_ERR JET_API JetOSSnapshotAbort(const JET_OSSNAPID snapId, const JET_GRBIT grbit)
{
    if (grbit != 0)
        return err_raise(JET_errInvalidGrbit, __func__, __LINE__);
    return end_session(snapId, true);
}

/* JetTerm with Abrupt, StopBackup or Dirty. */
void instance_stop_backup(struct api_instance *ai)
{
    instance_leave_snapshots(ai, true);
    if (ai->inst->backup != NULL && backup_in_progress(ai->inst))
        backup_cancel(ai->inst, JET_errBackupAbortByServer);
}
