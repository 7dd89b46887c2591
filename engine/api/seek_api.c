/* Where a cursor stands: moves, keys, seeks, ranges, bookmarks, positions, current index. */
#include "api/call.h"
#include "api/temp_api.h"

/*
 * JetMove - relative to the entries of the current index.
 * in      grbit: JET_bitMoveKeyNE; other bits are ignored
 * err     JET_errNoCurrentRecord, JET_errRecordDeleted, JET_errIllegalOperation (backwards on a forward-only temporary table)
 * source  API reference "JetMove"; observed-sequences cur-move, tmp-table
 */
JET_ERR JET_API JetMove(JET_SESID sesid, JET_TABLEID tableid, JET_INT32 cRow, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_move(c.table, cRow));
    TRY(cursor_move(c.cursor, cRow, (grbit & JET_bitMoveKeyNE) != 0));
done:
    return call_end(&c, err);
}

/*
 * JetMakeKey - one more column of the search key.
 * err     JET_errKeyNotMade (first one without JET_bitNewKey), JET_errKeyIsMade, JET_errInvalidBufferSize, JET_errNoCurrentIndex, JET_errInvalidGrbit
 * source  API reference "JetMakeKey"; observed-sequences key-make
 */
JET_ERR JET_API JetMakeKey(JET_SESID sesid, JET_TABLEID tableid, const void *pvData, JET_UINT32 cbData, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_read(c.table));
    TRY(cursor_make_key(c.cursor, bytes_of(pvData, pvData != NULL ? cbData : 0), grbit));
done:
    return call_end(&c, err);
}

static ese_err choose_seek(JET_GRBIT grbit, enum seek_how *how)
{
    static const struct { JET_GRBIT bit; enum seek_how how; } map[] = {
        {JET_bitSeekEQ, SEEK_EQ}, {JET_bitSeekGE, SEEK_GE}, {JET_bitSeekGT, SEEK_GT}, {JET_bitSeekLE, SEEK_LE}, {JET_bitSeekLT, SEEK_LT}};
    for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
        if ((grbit & map[i].bit) != 0) {
            *how = map[i].how;
            return 0;
        }
    return err_raise(JET_errInvalidParameter, __func__, __LINE__);
}

/*
 * JetSeek - to the key made; the key is used up.
 * in      grbit: SeekEQ, LT, LE, GE or GT; with EQ: SetIndexRange, CheckUniqueness
 * wrn     JET_wrnSeekNotEqual, JET_wrnUniqueKey
 * err     JET_errKeyNotMade, JET_errInvalidParameter, JET_errRecordNotFound, JET_errIllegalOperation
 * source  API reference "JetSeek"; observed-sequences cur-seek
 */
JET_ERR JET_API JetSeek(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    JET_ERR warning = 0;
    enum seek_how how = SEEK_EQ;
    bool exact = true, unique = false;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_seek(c.table));
    if (!c.cursor->key_made)
        FAIL(JET_errKeyNotMade);
    TRY(choose_seek(grbit, &how));
    TRY(cursor_seek(c.cursor, how, &exact));
    if (!exact && (how == SEEK_LE || how == SEEK_GE))
        warning = JET_wrnSeekNotEqual;
    if (how == SEEK_EQ && (grbit & JET_bitSetIndexRange) != 0)
        TRY(cursor_range_of_seek(c.cursor));
    if (how == SEEK_EQ && (grbit & JET_bitCheckUniqueness) != 0) {
        TRY(cursor_key_is_unique(c.cursor, &unique));
        warning = unique ? JET_wrnUniqueKey : warning;
    }
done:
    return call_end_warning(&c, err, warning);
}

/*
 * JetSetIndexRange - the key made limits moves in one direction.
 * err     JET_errKeyNotMade, JET_errNoCurrentRecord (empty range), JET_errInvalidOperation (nothing to remove)
 * source  API reference "JetSetIndexRange"; observed-sequences cur-range
 */
JET_ERR JET_API JetSetIndexRange(JET_SESID sesid, JET_TABLEID tableidSrc, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableidSrc, CALL_PLAIN));
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_seek(c.table));
    TRY(cursor_set_range(c.cursor, (grbit & JET_bitRangeInclusive) != 0, (grbit & JET_bitRangeUpperLimit) != 0,
                         (grbit & JET_bitRangeRemove) != 0, (grbit & JET_bitRangeInstantDuration) != 0));
done:
    return call_end(&c, err);
}

/* ---- current index ---- */

static ese_err name_or_primary(JET_PCWSTR text, char *name, size_t room)
{
    name[0] = '\0';
    return text == NULL || text[0] == 0 ? 0 : text_name(text, name, room);
}

/* The index that a JET_INDEXID (JetGetIndexInfo) names: number of the tree and of the table. */
static ese_err index_by_id(struct call *c, const JET_INDEXID *id, struct index_def **out)
{
    ese_err err = 0;
    uint32_t objid;
    struct table_def *t = c->cursor->table;
    *out = NULL;
    if (id->cbStruct != sizeof *id)
        FAIL(JET_errInvalidParameter);
    memcpy(&objid, id->rgbIndexId, sizeof objid);
    if (objid == t->objid)
        goto done;
    LIST_EACH(it, &t->indexes) {
        struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        if (i->tree.objid == objid && !i->deleted) {
            *out = i;
            goto done;
        }
    }
    FAIL(JET_errInvalidIndexId);
done:
    return err;
}

/*
 * JetSetCurrentIndex* - by name (NULL or "": the primary order) or by id; a pending update is given up.
 * in      grbit: JET_bitMoveFirst (0) or JET_bitNoMove
 * err     JET_errInvalidGrbit, JET_errIndexNotFound, JET_errNoCurrentRecord (NoMove)
 * source  API reference "JetSetCurrentIndex4"; observed-sequences tbl-index 20-23
 */
JET_ERR JET_API JetSetCurrentIndex4W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName, JET_INDEXID *pindexid, JET_GRBIT grbit,
    JET_UINT32 itagSequence)
{
    struct call c;
    ese_err err = 0;
    char name[NAME_BYTES_MAX + 1];
    struct index_def *index = NULL;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if ((grbit & ~(JET_GRBIT)JET_bitNoMove) != 0)
        FAIL(JET_errInvalidGrbit);
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_seek(c.table));
    if ((grbit & JET_bitNoMove) != 0 && c.cursor->first_deferred)
        FAIL(JET_errNoCurrentRecord);
    TRY(name_or_primary(szIndexName, name, sizeof name));
    if (pindexid != NULL)
        TRY(index_by_id(&c, pindexid, &index));
    TRY(cursor_set_index(c.cursor, index != NULL || name[0] == '\0' ? NULL : name, index, (grbit & JET_bitNoMove) != 0,
                         (grbit & JET_bitNoMove) == 0, itagSequence));
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetSetCurrentIndex3W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName, JET_GRBIT grbit, JET_UINT32 itagSequence)
{
    return JetSetCurrentIndex4W(sesid, tableid, szIndexName, NULL, grbit, itagSequence);
}

JET_ERR JET_API JetSetCurrentIndex2W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName, JET_GRBIT grbit)
{
    return JetSetCurrentIndex4W(sesid, tableid, szIndexName, NULL, grbit, 1);
}

JET_ERR JET_API JetSetCurrentIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName)
{
    return JetSetCurrentIndex4W(sesid, tableid, szIndexName, NULL, JET_bitMoveFirst, 1);
}

/* JetGetCurrentIndex - cut to the room there is. source: observed-sequences tbl-index 28, 33 */
JET_ERR JET_API JetGetCurrentIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PWSTR szIndexName, JET_UINT32 cbIndexName)
{
    struct call c;
    ese_err err = 0;
    const char *name = "";
    size_t room = cbIndexName / sizeof(JET_WCHAR), units;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (c.cursor->index != NULL)
        name = c.cursor->index->name;
    else if (c.cursor->table->primary != NULL)
        name = c.cursor->table->primary->name;
    if (szIndexName == NULL || room == 0)
        goto done;
    units = text_to_utf16(name, strlen(name), szIndexName, room);
    szIndexName[units < room ? units : room - 1] = 0;
done:
    return call_end(&c, err);
}

/* ---- bookmarks ---- */

/*
 * JetGetBookmark - err: JET_errNoCurrentRecord, JET_errBufferTooSmall (*pcbActual tells the size). source: observed-sequences cur-bookmark
 */
JET_ERR JET_API JetGetBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_UINT32 cbMax, JET_UINT32 *pcbActual)
{
    struct call c;
    ese_err err = 0;
    size_t size = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_read(c.table));
    TRY(cursor_get_bookmark(c.cursor, pvBookmark, pvBookmark != NULL ? cbMax : 0, &size));
    if (pcbActual != NULL)
        *pcbActual = (JET_UINT32)size;
    if (pvBookmark == NULL || size > cbMax)
        FAIL(JET_errBufferTooSmall);
done:
    return call_end(&c, err);
}

/* JetGotoBookmark - err: JET_errInvalidBookmark, JET_errRecordDeleted. source: observed-sequences cur-bookmark */
JET_ERR JET_API JetGotoBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_UINT32 cbBookmark)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_seek(c.table));
    if (pvBookmark == NULL || cbBookmark == 0)
        FAIL(JET_errInvalidBookmark);
    TRY(cursor_goto_bookmark(c.cursor, bytes_of(pvBookmark, cbBookmark)));
done:
    return call_end(&c, err);
}

/* JetGetSecondaryIndexBookmark - err: JET_errNoCurrentIndex, JET_errNoCurrentRecord, JET_errBufferTooSmall. source: cur-bookmark 23-28 */
JET_ERR JET_API JetGetSecondaryIndexBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvSecondaryKey, JET_UINT32 cbSecondaryKeyMax,
    JET_UINT32 *pcbSecondaryKeyActual, void *pvPrimaryBookmark, JET_UINT32 cbPrimaryBookmarkMax, JET_UINT32 *pcbPrimaryBookmarkActual,
    const JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    size_t key = 0, bookmark = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (c.cursor->index == NULL)
        FAIL(JET_errNoCurrentIndex);
    if (grbit != 0)
        FAIL(JET_errInvalidGrbit);
    TRY(cursor_get_secondary_bookmark(c.cursor, pvSecondaryKey, pvSecondaryKey != NULL ? cbSecondaryKeyMax : 0, &key, pvPrimaryBookmark,
                                      pvPrimaryBookmark != NULL ? cbPrimaryBookmarkMax : 0, &bookmark));
    if (pcbSecondaryKeyActual != NULL)
        *pcbSecondaryKeyActual = (JET_UINT32)key;
    if (pcbPrimaryBookmarkActual != NULL)
        *pcbPrimaryBookmarkActual = (JET_UINT32)bookmark;
    if (pvSecondaryKey == NULL || key > cbSecondaryKeyMax || pvPrimaryBookmark == NULL || bookmark > cbPrimaryBookmarkMax)
        FAIL(JET_errBufferTooSmall);
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetGotoSecondaryIndexBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvSecondaryKey, JET_UINT32 cbSecondaryKey,
    void *pvPrimaryBookmark, JET_UINT32 cbPrimaryBookmark, const JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (c.cursor->index == NULL)
        FAIL(JET_errNoCurrentIndex);
    if ((grbit & ~(JET_GRBIT)JET_bitBookmarkPermitVirtualCurrency) != 0)
        FAIL(JET_errInvalidGrbit);
    if (pvSecondaryKey == NULL || cbSecondaryKey == 0)
        FAIL(JET_errInvalidBookmark);
    TRY(cursor_goto_secondary_bookmark(c.cursor, bytes_of(pvSecondaryKey, cbSecondaryKey),
                                       bytes_of(pvPrimaryBookmark, pvPrimaryBookmark != NULL ? cbPrimaryBookmark : 0)));
done:
    return call_end(&c, err);
}

/* ---- positions and counts ---- */

static JET_UINT32 clip32(uint64_t n) { return n > UINT32_MAX ? UINT32_MAX : (JET_UINT32)n; }

/* JetGetRecordPosition - estimated. err: JET_errInvalidParameter, JET_errNoCurrentRecord. source: observed-sequences cur-position */
JET_ERR JET_API JetGetRecordPosition(JET_SESID sesid, JET_TABLEID tableid, JET_RECPOS *precpos, JET_UINT32 cbRecpos)
{
    struct call c;
    ese_err err = 0;
    uint64_t before = 0, total = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (precpos == NULL || cbRecpos < sizeof *precpos)
        FAIL(JET_errInvalidParameter);
    TRY(cursor_get_position(c.cursor, &before, &total));
    *precpos = (JET_RECPOS){sizeof *precpos, clip32(before), 1, clip32(total)};
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetGotoPosition(JET_SESID sesid, JET_TABLEID tableid, JET_RECPOS *precpos)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (precpos == NULL || precpos->cbStruct != sizeof *precpos || precpos->centriesLT > precpos->centriesTotal)
        FAIL(JET_errInvalidParameter);
    TRY(cursor_goto_position(c.cursor, precpos->centriesLT, precpos->centriesTotal));
done:
    return call_end(&c, err);
}

/* JetIndexRecordCount* - from the current entry to the end of the index or range. source: observed-sequences cur-range 43, cur-move-empty 11 */
JET_ERR JET_API JetIndexRecordCount2(JET_SESID sesid, JET_TABLEID tableid, JET_UINT64 *pcrec, JET_UINT64 crecMax)
{
    struct call c;
    ese_err err = 0;
    uint64_t count = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (pcrec == NULL)
        FAIL(JET_errInvalidParameter);
    *pcrec = 0;
    TRY(cursor_count(c.cursor, crecMax != 0 ? crecMax : UINT64_MAX, &count));
    *pcrec = count;
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetIndexRecordCount(JET_SESID sesid, JET_TABLEID tableid, JET_UINT32 *pcrec, JET_UINT32 crecMax)
{
    JET_UINT64 count = 0;
    JET_ERR err = JetIndexRecordCount2(sesid, tableid, pcrec != NULL ? &count : NULL, crecMax);
    if (pcrec != NULL)
        *pcrec = clip32(count);
    return err;
}

/*
 * JetRetrieveKey - the key of the current entry, or with RetrieveCopy the key made.
 * wrn     JET_wrnBufferTruncated (not for the key made)
 * err     JET_errKeyNotMade, JET_errNoCurrentRecord
 * source  observed-sequences key-make 20-26
 */
JET_ERR JET_API JetRetrieveKey(JET_SESID sesid, JET_TABLEID tableid, void *pvKey, JET_UINT32 cbMax, JET_UINT32 *pcbActual, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    JET_ERR warning = 0;
    size_t size = 0;
    bool copy = (grbit & JET_bitRetrieveCopy) != 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_read(c.table));
    TRY(cursor_retrieve_key(c.cursor, copy, pvKey, pvKey != NULL ? cbMax : 0, &size));
    if (pcbActual != NULL)
        *pcbActual = (JET_UINT32)size;
    if (!copy && (pvKey == NULL || size > cbMax))
        warning = JET_wrnBufferTruncated;
done:
    return call_end_warning(&c, err, warning);
}

/* ---- locks and hints ---- */

/*
 * JetGetLock - err: JET_errInvalidGrbit, JET_errNotInTransaction, JET_errNoCurrentRecord, JET_errWriteConflict. source: wc-update 18-19, 51-59
 */
JET_ERR JET_API JetGetLock(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (grbit != JET_bitReadLock && grbit != JET_bitWriteLock)
        FAIL(JET_errInvalidGrbit);
    if (c.s->trx.level == 0)
        FAIL(JET_errNotInTransaction);
    if (c.s->trx.read_only && grbit == JET_bitWriteLock)
        FAIL(JET_errTransReadOnly);
    TRY(cursor_lock(c.cursor, grbit == JET_bitWriteLock));
done:
    return call_end(&c, err);
}

static JET_ERR set_sequential(JET_SESID sesid, JET_TABLEID tableid, bool sequential)
{
    struct call c;
    ese_err err = call_table(&c, sesid, tableid, CALL_PLAIN);
    if (err < 0)
        return err;
    c.cursor->sequential = sequential;
    return call_end(&c, 0);
}

/* JetSetTableSequential, JetResetTableSequential - read-ahead hint; grbit is ignored. source: observed-sequences cur-misc 11-13 */
JET_ERR JET_API JetSetTableSequential(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit)
{
    (void)grbit;
    return set_sequential(sesid, tableid, true);
}

JET_ERR JET_API JetResetTableSequential(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit)
{
    (void)grbit;
    return set_sequential(sesid, tableid, false);
}

/* JetPrereadKeys - a hint; the keys must ascend or descend as the bit says. err: JET_errInvalidParameter. source: cur-misc 37 */
JET_ERR JET_API JetPrereadKeys(JET_SESID sesid, JET_TABLEID tableid, const void **rgpvKeys, const JET_UINT32 *rgcbKeys, JET_INT32 ckeys,
    JET_INT32 *pckeysPreread, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    bool forward = (grbit & JET_bitPrereadForward) != 0, backward = (grbit & JET_bitPrereadBackward) != 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (ckeys <= 0 || rgpvKeys == NULL || rgcbKeys == NULL || forward == backward)
        FAIL(JET_errInvalidParameter);
    for (JET_INT32 i = 1; i < ckeys; i++) {
        int order = bytes_compare(bytes_of(rgpvKeys[i - 1], rgcbKeys[i - 1]), bytes_of(rgpvKeys[i], rgcbKeys[i]));
        if (forward ? order > 0 : order < 0)
            FAIL(JET_errInvalidParameter);
    }
    if (pckeysPreread != NULL)
        *pckeysPreread = ckeys;
done:
    return call_end(&c, err);
}

/* JetPrereadIndexRanges - a hint. source: API reference */
JET_ERR JET_API JetPrereadIndexRanges(JET_SESID sesid, JET_TABLEID tableid, const JET_INDEX_RANGE *const rgIndexRanges,
    const JET_UINT32 cIndexRanges, JET_UINT32 *const pcRangesPreread, const JET_COLUMNID *const rgcolumnidPreread,
    const JET_UINT32 ccolumnidPreread, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    (void)rgcolumnidPreread;
    (void)ccolumnidPreread;
    (void)grbit;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (cIndexRanges == 0 || rgIndexRanges == NULL)
        FAIL(JET_errInvalidParameter);
    if (pcRangesPreread != NULL)
        *pcRangesPreread = cIndexRanges;
done:
    return call_end(&c, err);
}

/* JetSetCursorFilter - only the empty filter. source: observed-sequences cur-misc 36 */
JET_ERR JET_API JetSetCursorFilter(JET_SESID sesid, JET_TABLEID tableid, JET_INDEX_COLUMN *rgColumnFilters, JET_UINT32 cColumnFilters,
    JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (cColumnFilters != 0 && rgColumnFilters == NULL)
        FAIL(JET_errInvalidParameter);
    if (grbit != 0)
        FAIL(JET_errInvalidGrbit);
    if (cColumnFilters != 0)
        FAIL(JET_errFilteredMoveNotSupported);
done:
    return call_end(&c, err);
}

/* JetComputeStats - nothing to keep: counts are estimated when they are asked for. source: observed-sequences cur-misc 19 */
JET_ERR JET_API JetComputeStats(JET_SESID sesid, JET_TABLEID tableid)
{
    struct call c;
    ese_err err = call_table(&c, sesid, tableid, CALL_PLAIN);
    return err < 0 ? err : call_end(&c, 0);
}

/* ---- local storage ---- */

/*
 * JetSetLS, JetGetLS - one number kept with a cursor; JET_bitLSTable is treated alike.
 * err     JET_errLSCallbackNotSpecified (no runtime callback to free it), JET_errLSAlreadySet, JET_errLSNotSet, JET_errInvalidGrbit
 * source  observed-sequences cur-misc 4-10
 */
JET_ERR JET_API JetSetLS(JET_SESID sesid, JET_TABLEID tableid, JET_LS ls, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if ((grbit & JET_bitLSReset) != 0)
        FAIL(JET_errInvalidGrbit);
    if (param_number(&c.session->owner->params, JET_paramRuntimeCallback) == 0)
        FAIL(JET_errLSCallbackNotSpecified);
    if (c.table->storage != JET_LSNil)
        FAIL(JET_errLSAlreadySet);
    c.table->storage = ls;
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetGetLS(JET_SESID sesid, JET_TABLEID tableid, JET_LS *pls, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (pls == NULL)
        FAIL(JET_errInvalidParameter);
    *pls = c.table->storage;
    if ((grbit & JET_bitLSReset) != 0)
        c.table->storage = JET_LSNil;
    else if (c.table->storage == JET_LSNil)
        FAIL(JET_errLSNotSet);
done:
    return call_end(&c, err);
}
