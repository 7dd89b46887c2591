/* JetEnumerateColumns: all values of chosen columns, or of all, in memory from the caller's allocator. */
#include "api/call.h"
#include "api/temp_api.h"

struct enumeration {
    struct cursor *cursor;
    JET_PFNREALLOC allocate;
    void *context;
    JET_UINT32 most;                                    /* longest value given; longer ones are cut */
    JET_GRBIT grbit;
    JET_ENUMCOLUMN *columns;
    JET_UINT32 count, room;
    bool cut;
};

static void *take(struct enumeration *e, size_t size)
{
    void *p = e->allocate(e->context, NULL, (JET_UINT32)(size != 0 ? size : 1));
    if (p != NULL)
        memset(p, 0, size);
    return p;
}

static void give(struct enumeration *e, void *p)
{
    if (p != NULL)
        (void)e->allocate(e->context, p, 0);
}

static void give_column(struct enumeration *e, JET_ENUMCOLUMN *column)
{
    if (column->err == JET_wrnColumnSingleValue) {
        give(e, column->pvData);
    } else if (column->rgEnumColumnValue != NULL) {
        for (JET_UINT32 i = 0; i < column->cEnumColumnValue; i++)
            give(e, column->rgEnumColumnValue[i].pvData);
        give(e, column->rgEnumColumnValue);
    }
}

static void give_all(struct enumeration *e)
{
    for (JET_UINT32 i = 0; i < e->count; i++)
        give_column(e, &e->columns[i]);
    give(e, e->columns);
}

static unsigned flags_of(JET_GRBIT grbit)
{
    return ((grbit & JET_bitEnumerateCopy) != 0 ? RETRIEVE_COPY : 0u) | ((grbit & JET_bitEnumerateIgnoreDefault) != 0 ? RETRIEVE_IGNORE_DEFAULT : 0u);
}

/* One value into memory of the caller; *null when there is none. */
static ese_err take_value(struct enumeration *e, uint32_t columnid, unsigned itag, void **data, JET_UINT32 *size, JET_ERR *warning, bool *null)
{
    ese_err err = 0;
    uint8_t probe[1];
    struct retrieve r = {.columnid = columnid, .itag = itag, .flags = flags_of(e->grbit), .to = probe, .room = 0};
    *data = NULL;
    *size = 0;
    *warning = 0;
    TRY(cursor_retrieve(e->cursor, &r));
    *null = r.is_null;
    if (r.is_null)
        goto done;
    if ((e->grbit & JET_bitEnumeratePresenceOnly) != 0) {
        *warning = JET_wrnColumnPresent;
        goto done;
    }
    *size = r.size < e->most ? (JET_UINT32)r.size : e->most;
    if (r.size > e->most) {
        *warning = JET_wrnColumnTruncated;
        e->cut = true;
    }
    *data = take(e, *size);
    if (*data == NULL)
        FAIL(JET_errOutOfMemory);
    r.to = *data;
    r.room = *size;
    if (*size != 0)
        TRY(cursor_retrieve(e->cursor, &r));
done:
    if (err < 0)
        give(e, *data);
    return err;
}

static ese_err add_column(struct enumeration *e, JET_COLUMNID columnid, JET_ENUMCOLUMN **out)
{
    ese_err err = 0;
    if (e->count == e->room) {
        JET_UINT32 room = e->room != 0 ? e->room * 2 : 16;
        JET_ENUMCOLUMN *more = take(e, room * sizeof *more);
        if (more == NULL)
            FAIL(JET_errOutOfMemory);
        if (e->count != 0)
            memcpy(more, e->columns, e->count * sizeof *more);
        give(e, e->columns);
        e->columns = more;
        e->room = room;
    }
    *out = &e->columns[e->count++];
    (*out)->columnid = columnid;
done:
    return err;
}

/* The values of tags, or 1..count, as an array; one value alone may be given directly. */
static ese_err add_values(struct enumeration *e, JET_ENUMCOLUMN *column, const JET_UINT32 *tags, unsigned count)
{
    ese_err err = 0;
    bool null;
    if (count == 1 && tags == NULL && (e->grbit & JET_bitEnumerateCompressOutput) != 0) {
        JET_ERR warning;
        void *data;
        JET_UINT32 size;
        TRY(take_value(e, column->columnid, 1, &data, &size, &warning, &null));
        if (null)
            column->err = JET_wrnColumnNull;
        else if (warning == 0) {
            column->err = JET_wrnColumnSingleValue;
            column->cbData = size;
            column->pvData = data;
            goto done;
        } else {
            give(e, data);
        }
        if (null)
            goto done;
    }
    column->rgEnumColumnValue = take(e, count * sizeof *column->rgEnumColumnValue);
    if (column->rgEnumColumnValue == NULL)
        FAIL(JET_errOutOfMemory);
    for (unsigned i = 0; i < count; i++) {
        JET_ENUMCOLUMNVALUE *value = &column->rgEnumColumnValue[i];
        void *data;
        value->itagSequence = tags != NULL ? tags[i] : i + 1;
        if (value->itagSequence == 0) {
            value->err = JET_wrnColumnSkipped;
            column->cEnumColumnValue = i + 1;
            continue;
        }
        TRY(take_value(e, column->columnid, value->itagSequence, &data, &value->cbData, &value->err, &null));
        value->pvData = data;
        if (null)
            value->err = JET_wrnColumnNull;
        column->cEnumColumnValue = i + 1;
    }
done:
    return err;
}

static ese_err chosen_column(struct enumeration *e, const JET_ENUMCOLUMNID *want)
{
    ese_err err = 0;
    JET_ENUMCOLUMN *column;
    unsigned count;
    TRY(add_column(e, want->columnid, &column));
    if (want->columnid == 0) {
        column->err = JET_wrnColumnSkipped;
        goto done;
    }
    if (want->ctagSequence != 0) {
        if (want->rgtagSequence == NULL)
            FAIL(JET_errInvalidParameter);
        TRY(add_values(e, column, want->rgtagSequence, want->ctagSequence));
        goto done;
    }
    TRY(cursor_count_values(e->cursor, want->columnid, flags_of(e->grbit), &count));
    if (count == 0)
        column->err = JET_wrnColumnNull;
    else
        TRY(add_values(e, column, NULL, count));
done:
    return err;
}

/* A column of all: only when it has a value. */
static ese_err any_column(struct enumeration *e, uint32_t columnid)
{
    ese_err err = 0;
    JET_ENUMCOLUMN *column;
    unsigned count;
    TRY(cursor_count_values(e->cursor, columnid, flags_of(e->grbit), &count));
    if (count == 0)
        goto done;
    TRY(add_column(e, columnid, &column));
    TRY(add_values(e, column, NULL, count));
done:
    return err;
}

static bool usable(const struct session *s, const struct column_def *column)
{
    return schema_column_visible(s, column);
}

static ese_err every_column(struct enumeration *e)
{
    ese_err err = 0;
    const struct table_def *t = e->cursor->table;
    const struct session *s = e->cursor->session;
    bool plain = (e->grbit & JET_bitEnumerateTaggedOnly) == 0;
    for (unsigned fid = 1; plain && fid <= t->fixed_last; fid++)
        if (usable(s, t->fixed[fid - 1]))
            TRY(any_column(e, t->fixed[fid - 1]->columnid));
    for (unsigned fid = 128; plain && fid <= t->var_last; fid++)
        if (usable(s, t->var[fid - 128]))
            TRY(any_column(e, t->var[fid - 128]->columnid));
    for (unsigned fid = 256; fid <= t->tagged_last; fid++)
        if (usable(s, t->tagged[fid - 256]))
            TRY(any_column(e, t->tagged[fid - 256]->columnid));
done:
    return err;
}

/*
 * JetEnumerateColumns - values of the columns listed, or of all that have one.
 * out     *prgEnumColumn and everything it points to: from pfnRealloc, the caller frees it the same way
 * wrn     JET_wrnColumnTruncated in a value, not as result
 * err     JET_errInvalidParameter, JET_errInvalidGrbit, JET_errNoCurrentRecord, JET_errColumnNotFound, JET_errOutOfMemory
 * source  API reference "JetEnumerateColumns"; observed-sequences cur-misc 31
 */
JET_ERR JET_API JetEnumerateColumns(JET_SESID sesid, JET_TABLEID tableid, JET_UINT32 cEnumColumnId, JET_ENUMCOLUMNID *rgEnumColumnId,
    JET_UINT32 *pcEnumColumn, JET_ENUMCOLUMN **prgEnumColumn, JET_PFNREALLOC pfnRealloc, void *pvReallocContext, JET_UINT32 cbDataMost,
    JET_GRBIT grbit)
{
    enum { KNOWN = JET_bitEnumerateCopy | JET_bitEnumerateIgnoreDefault | JET_bitEnumeratePresenceOnly | JET_bitEnumerateTaggedOnly |
                   JET_bitEnumerateCompressOutput | JET_bitEnumerateIgnoreUserDefinedDefault };
    struct call c;
    ese_err err = 0;
    struct enumeration e = {.allocate = pfnRealloc, .context = pvReallocContext, .most = cbDataMost, .grbit = grbit};
    struct bytes record;
    TRY(call_table(&c, sesid, tableid, CALL_READ));
    if (pcEnumColumn == NULL || prgEnumColumn == NULL || pfnRealloc == NULL || (cEnumColumnId != 0 && rgEnumColumnId == NULL))
        FAIL(JET_errInvalidParameter);
    if ((grbit & ~(JET_GRBIT)KNOWN) != 0)
        FAIL(JET_errInvalidGrbit);
    *pcEnumColumn = 0;
    *prgEnumColumn = NULL;
    e.cursor = c.cursor;
    if ((grbit & JET_bitEnumerateCopy) == 0) {
        TRY(cursor_record(c.cursor, &record));
        cursor_release(c.cursor);
    }
    for (JET_UINT32 i = 0; i < cEnumColumnId && err >= 0; i++)
        err = chosen_column(&e, &rgEnumColumnId[i]);
    if (cEnumColumnId == 0)
        err = every_column(&e);
    if (err < 0) {
        give_all(&e);
        goto done;
    }
    *pcEnumColumn = e.count;
    *prgEnumColumn = e.columns;
done:
    return call_end(&c, err);
}
