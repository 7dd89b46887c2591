/* Maintenance: defragmentation, compaction, callbacks, old snapshot calls. */
#include "admin/db_attach.h"
#include "api/call.h"
#include "api/temp_api.h"

/* ---- defragmentation ---- */

/*
 * JetDefragment* - pages that become empty or underfull are merged by the work that empties them; a batch asked for here finds nothing to do.
 * in      exactly one of BatchStart and BatchStop (or their tree forms)
 * err     JET_errInvalidGrbit, JET_errInvalidDatabaseId, JET_errDatabaseFileReadOnly, JET_errDatabaseNotFound
 * wrn     JET_wrnDefragNotRunning (stop without start)
 * source  API reference "JetDefragment2"; observed-sequences cur-misc 21-22
 */
static ese_err check_defragment(const struct db_file *db, JET_GRBIT grbit)
{
    enum { ACTIONS = JET_bitDefragmentBatchStart | JET_bitDefragmentBatchStop | JET_bitDefragmentBTree | JET_bitDefragmentBTreeBatch };
    JET_GRBIT actions = grbit & ACTIONS;
    if (actions == 0 || (actions & (JET_bitDefragmentBatchStart | JET_bitDefragmentBatchStop)) ==
                            (JET_bitDefragmentBatchStart | JET_bitDefragmentBatchStop))
        return err_raise(JET_errInvalidGrbit, __func__, __LINE__);
    if (db->read_only)
        return err_raise(JET_errDatabaseFileReadOnly, __func__, __LINE__);
    return 0;
}

static JET_ERR stop_warning(JET_GRBIT grbit) { return (grbit & JET_bitDefragmentBatchStop) != 0 ? JET_wrnDefragNotRunning : 0; }

JET_ERR JET_API JetDefragment2W(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_UINT32 *pcPasses, JET_UINT32 *pcSeconds,
    JET_CALLBACK callback, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    struct db_file *db;
    (void)szTableName;
    (void)pcPasses;
    (void)pcSeconds;
    (void)callback;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(call_database(&c, dbid, &db));
    TRY(check_defragment(db, grbit));
    TRY(ver_cleanup(c.s->inst->versions, UINT32_MAX));
done:
    return call_end_warning(&c, err, stop_warning(grbit));
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
    (void)szTableName;
    (void)pcPasses;
    (void)pcSeconds;
    (void)callback;
    (void)pvContext;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(text_path(szDatabaseName, text, sizeof text));
    TRY(param_full_path(text, false, path, sizeof path));
    db = db_find(c.s->inst, path);
    if (db == NULL)
        FAIL(JET_errDatabaseNotFound);
    TRY(check_defragment(db, grbit));
done:
    return call_end_warning(&c, err, stop_warning(grbit));
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
