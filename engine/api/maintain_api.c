/* Maintenance: defragmentation, compaction, callbacks, old snapshot calls. */
#include "admin/db_attach.h"
#include "admin/defrag.h"
#include "api/call.h"
#include "api/temp_api.h"

/* ---- defragmentation ---- */

/*
 * JetDefragment* - merge underfull pages in the background, until stopped or for so many passes or seconds.
 * in      exactly one of BatchStart and BatchStop, or a tree form (one pass over the named table, or over all)
 * out     *pcPasses, *pcSeconds when stopped: what was done
 * err     JET_errInvalidGrbit, JET_errInvalidDatabaseId, JET_errDatabaseFileReadOnly, JET_errDatabaseNotFound, JET_errObjectNotFound
 * wrn     JET_wrnDefragAlreadyRunning, JET_wrnDefragNotRunning (stop without start)
 * source  API reference "JetDefragment2", "JET_paramEnableOnlineDefrag"; observed-sequences cur-misc 21-22
 */
enum { TREE_FORMS = JET_bitDefragmentBTree | JET_bitDefragmentBTreeBatch };

static ese_err check_defragment(const struct db_file *db, JET_GRBIT grbit)
{
    enum { BATCH = JET_bitDefragmentBatchStart | JET_bitDefragmentBatchStop };
    JET_GRBIT actions = grbit & (JET_GRBIT)(BATCH | TREE_FORMS);
    if (actions == 0 || (actions & (JET_GRBIT)BATCH) == (JET_GRBIT)BATCH)
        return err_raise(JET_errInvalidGrbit, __func__, __LINE__);
    if (db->read_only)
        return err_raise(JET_errDatabaseFileReadOnly, __func__, __LINE__);
    return 0;
}

/* Who waits for the end of a run. */
struct defrag_listener { JET_CALLBACK callback; void *context; };

static void tell_end(void *context, uint8_t dbid)
{
    const struct defrag_listener *l = context;
    (void)l->callback(JET_sesidNil, dbid, JET_tableidNil, JET_cbtypOnlineDefragCompleted, NULL, NULL, l->context, 0);
}

static bool may_defragment(const struct api_instance *ai, JET_GRBIT grbit)
{
    uint64_t allowed = param_number(&ai->params, JET_paramEnableOnlineDefrag);
    uint64_t wanted = (grbit & JET_bitDefragmentAvailSpaceTreesOnly) != 0 ? JET_OnlineDefragSpaceTrees : JET_OnlineDefragDatabases;
    return (allowed & (wanted | JET_OnlineDefragAllOBSOLETE)) != 0;
}

struct defrag_call {
    JET_PCWSTR table;
    JET_UINT32 *passes, *seconds;
    JET_CALLBACK callback;
    void *context;
    JET_GRBIT grbit;
    JET_ERR warning;
};

static ese_err start_defragment(struct call *c, struct db_file *db, struct defrag_call *d)
{
    ese_err err = 0;
    char name[NAME_BYTES_MAX + 1];
    struct defrag_config config = {.space_only = (d->grbit & JET_bitDefragmentAvailSpaceTreesOnly) != 0};
    struct defrag_listener *listener = NULL;
    bool already = false;
    if (!may_defragment(c->session->owner, d->grbit))
        goto done;
    if ((d->grbit & JET_bitDefragmentBTree) != 0) {
        TRY(text_name(d->table, name, sizeof name));
        config.table = name;
    }
    config.passes_max = (d->grbit & (JET_GRBIT)TREE_FORMS) != 0 ? 1 : d->passes != NULL ? *d->passes : 0;
    config.seconds_max = d->seconds != NULL ? *d->seconds : 0;
    if (d->callback != NULL) {
        listener = ese_alloc(sizeof *listener);
        if (listener == NULL)
            FAIL(JET_errOutOfMemory);
        *listener = (struct defrag_listener){d->callback, d->context};
        config.finished = tell_end;
        config.context = listener;
    }
    TRY(defrag_start(c->s, db->dbid, &config, &already));
    if (!already)
        listener = NULL;
    else
        d->warning = JET_wrnDefragAlreadyRunning;
done:
    ese_free(listener);
    return err;
}

static ese_err run_defragment(struct call *c, struct db_file *db, struct defrag_call *d)
{
    struct defrag_counts counts;
    ese_err err = check_defragment(db, d->grbit);
    if (err < 0)
        return err;
    if ((d->grbit & JET_bitDefragmentBatchStop) == 0)
        return start_defragment(c, db, d);
    if (!defrag_stop(c->s->inst, db->dbid, &counts))
        d->warning = JET_wrnDefragNotRunning;
    if (d->passes != NULL)
        *d->passes = counts.passes;
    if (d->seconds != NULL)
        *d->seconds = counts.seconds;
    return err;
}

JET_ERR JET_API JetDefragment2W(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_UINT32 *pcPasses, JET_UINT32 *pcSeconds,
    JET_CALLBACK callback, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    struct db_file *db;
    struct defrag_call d = {szTableName, pcPasses, pcSeconds, callback, NULL, grbit, 0};
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(call_database(&c, dbid, &db));
    TRY(run_defragment(&c, db, &d));
done:
    return call_end_warning(&c, err, d.warning);
}

JET_ERR JET_API JetDefragmentW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_UINT32 *pcPasses, JET_UINT32 *pcSeconds,
    JET_GRBIT grbit)
{
    return JetDefragment2W(sesid, dbid, szTableName, pcPasses, pcSeconds, NULL, grbit);
}

JET_ERR JET_API JetDefragment3W(JET_SESID sesid, JET_PCWSTR szDatabaseName, JET_PCWSTR szTableName, JET_UINT32 *pcPasses,
    JET_UINT32 *pcSeconds, JET_CALLBACK callback, void *pvContext, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    char text[OS_PATH_MAX], path[OS_PATH_MAX];
    struct db_file *db;
    struct defrag_call d = {szTableName, pcPasses, pcSeconds, callback, pvContext, grbit, 0};
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(text_path(szDatabaseName, text, sizeof text));
    TRY(param_full_path(text, false, path, sizeof path));
    db = db_find(c.s->inst, path);
    if (db == NULL)
        FAIL(JET_errDatabaseNotFound);
    TRY(run_defragment(&c, db, &d));
done:
    return call_end_warning(&c, err, d.warning);
}

/* ---- callbacks ---- */

/* JetRegisterCallback - err: JET_errInvalidParameter; callbacks on changes of records are not called by this engine. source: cur-misc 20 */
JET_ERR JET_API JetRegisterCallback(JET_SESID sesid, JET_TABLEID tableid, JET_CBTYP cbtyp, JET_CALLBACK pCallback, void *pvContext,
    JET_HANDLE *phCallbackId)
{
    struct call c;
    ese_err err = 0;
    (void)pvContext;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (cbtyp == JET_cbtypNull || pCallback == NULL || phCallbackId == NULL)
        FAIL(JET_errInvalidParameter);
    FAIL(JET_errFeatureNotAvailable);
done:
    return call_end(&c, err);
}

/* ---- the old snapshot calls ---- */

/* JetSnapshotStart, JetSnapshotStop - never written by anybody: JET_wrnNyi without a check. source: instance-modes.md 5.14 */
JET_ERR JET_API JetSnapshotStartW(JET_INSTANCE instance, JET_PWSTR szDatabases, JET_GRBIT grbit)
{
    (void)instance;
    (void)szDatabases;
    (void)grbit;
    return JET_wrnNyi;
}

JET_ERR JET_API JetSnapshotStop(JET_INSTANCE instance, JET_GRBIT grbit)
{
    (void)instance;
    (void)grbit;
    return JET_wrnNyi;
}
