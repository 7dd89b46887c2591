/* Changing records: JetPrepareUpdate, JetUpdate, JetDelete, JetEscrowUpdate. */
#include "api/call.h"
#include "api/temp_api.h"

static ese_err choose_update(JET_UINT32 prep, enum update_kind *kind)
{
    switch (prep) {
    case JET_prepInsert: *kind = UPDATE_INSERT; return 0;
    case JET_prepReplace: *kind = UPDATE_REPLACE; return 0;
    case JET_prepReplaceNoLock: *kind = UPDATE_REPLACE_NO_LOCK; return 0;
    case JET_prepInsertCopy: *kind = UPDATE_INSERT_COPY; return 0;
    case JET_prepInsertCopyDeleteOriginal: *kind = UPDATE_INSERT_COPY_DELETE; return 0;
    case JET_prepInsertCopyReplaceOriginal: *kind = UPDATE_INSERT_COPY_REPLACE; return 0;
    case JET_prepReadOnlyCopy: *kind = UPDATE_READ_ONLY_COPY; return 0;
    default: return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    }
}

static ese_err may_write(const struct call *c)
{
    if (c->s->trx.level != 0 && c->s->trx.read_only)
        return err_raise(JET_errTransReadOnly, __func__, __LINE__);
    if (c->cursor->read_only || (c->cursor->table->db != NULL && c->cursor->table->db->read_only))
        return err_raise(JET_errPermissionDenied, __func__, __LINE__);
    return 0;
}

/*
 * JetPrepareUpdate - make or give up the copy buffer.
 * err     JET_errInvalidParameter, JET_errUpdateNotPrepared (cancel), JET_errAlreadyPrepared, JET_errTransReadOnly, JET_errPermissionDenied,
 *         JET_errNoCurrentRecord, JET_errRecordDeleted, JET_errWriteConflict, JET_errIllegalOperation
 * source  observed-sequences upd-state, tx-nesting 20-24
 */
JET_ERR JET_API JetPrepareUpdate(JET_SESID sesid, JET_TABLEID tableid, JET_UINT32 prep)
{
    struct call c;
    ese_err err = 0;
    enum update_kind kind = UPDATE_NONE;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (prep == JET_prepCancel) {
        TRY(update_cancel(c.cursor));
        goto done;
    }
    TRY(choose_update(prep, &kind));
    if (kind != UPDATE_READ_ONLY_COPY)
        TRY(may_write(&c));
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(kind == UPDATE_INSERT || kind == UPDATE_INSERT_COPY ? temp_before_insert(c.table) : temp_before_change(c.table));
    TRY(update_prepare(c.cursor, kind));
done:
    return call_end(&c, err);
}

/*
 * JetUpdate - the pending update becomes the record, with all its index entries, or nothing happens and it stays pending.
 * out     bookmark of the record; the cursor does not move
 * err     JET_errUpdateNotPrepared, JET_errBufferTooSmall, JET_errNullInvalid, JET_errKeyDuplicate, JET_errRecordPrimaryChanged,
 *         JET_errWriteConflict, JET_errNullKeyDisallowed, JET_errIllegalOperation, log and file errors
 * source  observed-sequences dml-retrieve-insert, dml-set 64, upd-icdo
 */
JET_ERR JET_API JetUpdate2(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_UINT32 cbBookmark, JET_UINT32 *pcbActual,
    const JET_GRBIT grbit)
{
    enum { KNOWN = JET_bitUpdateCheckESE97Compatibility | JET_bitUpdateNoVersion | JET_bitUpdateEnforceOptionallyUniqueIndices };
    struct call c;
    ese_err err = 0;
    size_t size = 0;
    bool inserts;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if ((grbit & ~(JET_GRBIT)KNOWN) != 0)
        FAIL(JET_errInvalidGrbit);
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_insert(c.table));
    inserts = c.cursor->update == UPDATE_INSERT || c.cursor->update == UPDATE_INSERT_COPY;
    err = update_apply(c.cursor, pvBookmark, pvBookmark != NULL ? cbBookmark : 0, &size);
    /* Whoever inserts a key that another transaction has inserted or deleted learns that the key is there. */
    if (err == JET_errWriteConflict && inserts)
        err = JET_errKeyDuplicate;
    if (err == JET_errKeyDuplicate && c.table->kind == TABLE_TEMPORARY && !temp_reports_duplicates(c.table))
        err = update_cancel(c.cursor);
    if (err >= 0 && pcbActual != NULL)
        *pcbActual = (JET_UINT32)size;
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetUpdate(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_UINT32 cbBookmark, JET_UINT32 *pcbActual)
{
    return JetUpdate2(sesid, tableid, pvBookmark, cbBookmark, pcbActual, 0);
}

/*
 * JetDelete - the current record; the cursor stays where it was.
 * err     JET_errTransReadOnly, JET_errPermissionDenied, JET_errNoCurrentRecord, JET_errRecordDeleted, JET_errWriteConflict
 * source  observed-sequences cur-move 19-21, wc-update
 */
JET_ERR JET_API JetDelete(JET_SESID sesid, JET_TABLEID tableid)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    TRY(may_write(&c));
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_change(c.table));
    TRY(update_delete(c.cursor));
done:
    return call_end(&c, err);
}

/*
 * JetEscrowUpdate - add to a counter without a conflict with others that add.
 * out     the value before, as this transaction sees it
 * err     JET_errNotInTransaction, JET_errColumnNotFound, JET_errInvalidOperation (no escrow column), JET_errInvalidBufferSize,
 *         JET_errNoCurrentRecord, JET_errWriteConflict, JET_errInvalidGrbit
 * source  observed-sequences wc-update 60-73
 */
JET_ERR JET_API JetEscrowUpdate(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID columnid, void *pv, JET_UINT32 cbMax, void *pvOld,
    JET_UINT32 cbOldMax, JET_UINT32 *pcbOldActual, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    int64_t delta = 0, before = 0;
    int32_t delta32;
    JET_UINT32 given;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if ((grbit & ~(JET_GRBIT)JET_bitEscrowNoRollback) != 0)
        FAIL(JET_errInvalidGrbit);
    if (pv == NULL)
        FAIL(JET_errInvalidParameter);
    if (cbMax == sizeof delta) {
        memcpy(&delta, pv, sizeof delta);
    } else if (cbMax == sizeof delta32) {
        memcpy(&delta32, pv, sizeof delta32);
        delta = delta32;
    }
    TRY(update_escrow(c.cursor, columnid, delta, cbMax, &before, (grbit & JET_bitEscrowNoRollback) != 0));
    given = cbOldMax < cbMax ? cbOldMax : cbMax;
    if (pvOld != NULL && given == cbMax) {
        int32_t before32 = (int32_t)before;
        memcpy(pvOld, cbMax == sizeof before ? (const void *)&before : (const void *)&before32, given);
    }
    if (pcbOldActual != NULL)
        *pcbOldActual = cbMax;
done:
    return call_end(&c, err);
}
