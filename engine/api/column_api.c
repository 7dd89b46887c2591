/* Values of columns: JetRetrieveColumn(s), JetSetColumn(s), JetGetRecordSize*. */
#include "api/call.h"
#include "api/temp_api.h"
#include "format/record.h"
#include "table/lv.h"

enum {
    RETRIEVE_KNOWN = JET_bitRetrieveCopy | JET_bitRetrieveFromIndex | JET_bitRetrieveFromPrimaryBookmark | JET_bitRetrieveTag |
                     JET_bitRetrieveNull | JET_bitRetrieveIgnoreDefault | JET_bitRetrieveTuple | JET_bitRetrieveCopyIntrinsic |
                     JET_bitRetrievePrereadOnly | JET_bitRetrievePrereadMany,
    SET_KNOWN = JET_bitSetAppendLV | JET_bitSetOverwriteLV | JET_bitSetSizeLV | JET_bitSetZeroLength | JET_bitSetSeparateLV |
                JET_bitSetUniqueMultiValues | JET_bitSetUniqueNormalizedMultiValues | JET_bitSetRevertToDefaultValue |
                JET_bitSetIntrinsicLV | JET_bitSetUncompressed | JET_bitSetCompressed | JET_bitSetContiguousLV
};

static unsigned retrieve_flags(JET_GRBIT grbit)
{
    unsigned flags = 0;
    if (grbit & JET_bitRetrieveCopy)
        flags |= RETRIEVE_COPY;
    if (grbit & JET_bitRetrieveFromIndex)
        flags |= RETRIEVE_FROM_INDEX;
    if (grbit & JET_bitRetrieveFromPrimaryBookmark)
        flags |= RETRIEVE_FROM_PRIMARY;
    if (grbit & JET_bitRetrieveIgnoreDefault)
        flags |= RETRIEVE_IGNORE_DEFAULT;
    return flags;
}

/* One value: NULL, cut, or whole. *warning is one of 0, JET_wrnColumnNull, JET_wrnBufferTruncated. */
static ese_err retrieve_one(struct cursor *cursor, struct retrieve *r, JET_ERR *warning)
{
    ese_err err = 0;
    *warning = 0;
    if (r->to == NULL)
        r->room = 0;
    TRY(cursor_retrieve(cursor, r));
    if (r->is_null)
        *warning = JET_wrnColumnNull;
    else if (r->size > r->copied)
        *warning = JET_wrnBufferTruncated;
done:
    return err;
}

/*
 * JetRetrieveColumn - a value of the current record, or of the pending update with RetrieveCopy.
 * in      pretinfo: offset into the value, number of the value of a multi-valued column
 * out     *pcbActual: size of the value behind the offset, whole; 0 after an error
 * wrn     JET_wrnColumnNull, JET_wrnBufferTruncated
 * err     JET_errInvalidGrbit, JET_errInvalidParameter, JET_errBadItagSequence, JET_errColumnNotFound, JET_errNoCurrentRecord, JET_errRecordDeleted
 * source  observed-sequences dml-retrieve
 */
JET_ERR JET_API JetRetrieveColumn(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID columnid, void *pvData, JET_UINT32 cbData,
    JET_UINT32 *pcbActual, JET_GRBIT grbit, JET_RETINFO *pretinfo)
{
    struct call c;
    ese_err err = 0;
    JET_ERR warning = 0;
    struct retrieve r = {.columnid = columnid, .itag = 1, .flags = retrieve_flags(grbit), .to = pvData, .room = cbData};
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if ((grbit & ~(JET_GRBIT)RETRIEVE_KNOWN) != 0)
        FAIL(JET_errInvalidGrbit);
    if (pcbActual != NULL)
        *pcbActual = 0;
    if (pretinfo != NULL) {
        if (pretinfo->cbStruct < sizeof *pretinfo)
            FAIL(JET_errInvalidParameter);
        r.itag = pretinfo->itagSequence;
        r.offset = pretinfo->ibLongValue;
    }
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_read(c.table));
    TRY(retrieve_one(c.cursor, &r, &warning));
    if (pcbActual != NULL)
        *pcbActual = (JET_UINT32)r.size;
    if (pretinfo != NULL)
        pretinfo->columnidNextTagged = r.columnid_found;
done:
    return call_end_warning(&c, err, warning);
}

/* itagSequence 0 in the array form asks for the number of values. */
static ese_err retrieve_element(struct cursor *cursor, JET_RETRIEVECOLUMN *e)
{
    ese_err err = 0;
    struct retrieve r = {.columnid = e->columnid, .itag = e->itagSequence, .offset = e->ibLongValue, .flags = retrieve_flags(e->grbit),
                         .to = e->pvData, .room = e->cbData};
    if ((e->grbit & ~(JET_GRBIT)RETRIEVE_KNOWN) != 0)
        FAIL(JET_errInvalidGrbit);
    if (e->itagSequence == 0) {
        unsigned count;
        TRY(cursor_count_values(cursor, e->columnid, r.flags, &count));
        e->itagSequence = count;
        e->cbActual = 0;
        e->err = count == 0 ? JET_wrnColumnNull : 0;
        goto done;
    }
    TRY(retrieve_one(cursor, &r, &e->err));
    e->cbActual = (JET_UINT32)r.size;
    e->columnidNextTagged = r.columnid_found;
done:
    return err;
}

/*
 * JetRetrieveColumns - many values; err of each element is its warning.
 * wrn     JET_wrnBufferTruncated when one was cut
 * err     the error of the first element that fails
 * source  observed-sequences cur-misc 24-26
 */
JET_ERR JET_API JetRetrieveColumns(JET_SESID sesid, JET_TABLEID tableid, JET_RETRIEVECOLUMN *pretrievecolumn, JET_UINT32 cretrievecolumn)
{
    struct call c;
    ese_err err = 0;
    JET_ERR warning = 0;
    TRY(call_table(&c, sesid, tableid, CALL_READ));
    if (pretrievecolumn == NULL && cretrievecolumn != 0)
        FAIL(JET_errInvalidParameter);
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_read(c.table));
    for (JET_UINT32 i = 0; i < cretrievecolumn; i++) {
        TRY(retrieve_element(c.cursor, &pretrievecolumn[i]));
        if (pretrievecolumn[i].err == JET_wrnBufferTruncated)
            warning = JET_wrnBufferTruncated;
    }
done:
    return call_end_warning(&c, err, warning);
}

/* ---- setting ---- */

static unsigned set_flags(JET_GRBIT grbit)
{
    static const struct { JET_GRBIT bit; unsigned flag; } map[] = {
        {JET_bitSetAppendLV, SET_APPEND_LV}, {JET_bitSetOverwriteLV, SET_OVERWRITE_LV}, {JET_bitSetSizeLV, SET_SIZE_LV},
        {JET_bitSetZeroLength, SET_ZERO_LENGTH}, {JET_bitSetSeparateLV, SET_SEPARATE_LV}, {JET_bitSetIntrinsicLV, SET_INTRINSIC_LV},
        {JET_bitSetUniqueMultiValues, SET_UNIQUE_MULTI}, {JET_bitSetUniqueNormalizedMultiValues, SET_UNIQUE_NORMALIZED},
        {JET_bitSetCompressed, SET_COMPRESSED}, {JET_bitSetUncompressed, SET_UNCOMPRESSED}, {JET_bitSetRevertToDefaultValue, SET_REVERT_DEFAULT}};
    unsigned flags = 0;
    for (size_t i = 0; grbit != 0 && i < sizeof map / sizeof map[0]; i++)
        if (grbit & map[i].bit)
            flags |= map[i].flag;
    return flags;
}

struct set_args { JET_COLUMNID columnid; const void *data; JET_UINT32 size; JET_GRBIT grbit; JET_UINT32 offset, itag; };

static bool cuts_value(const struct column_def *column, const struct set_args *a)
{
    bool shortens = column->type == COL_TEXT || (column->type == COL_BINARY && column->fid > COLUMNS_FIXED_MAX);
    return shortens && a->data != NULL && column->max_bytes != 0 && a->size > column->max_bytes;
}

/* Long values go to their own tree at once: outside a transaction the call makes one. */
static ese_err set_one(struct call *c, const struct set_args *a, JET_ERR *warning)
{
    ese_err err = 0;
    const struct column_def *column;
    struct set_column set = {.columnid = a->columnid, .itag = a->itag, .offset = a->offset, .flags = set_flags(a->grbit)};
    bool sizes = (a->grbit & JET_bitSetSizeLV) != 0;
    *warning = 0;
    if (c->cursor->update == UPDATE_NONE || c->cursor->update == UPDATE_READ_ONLY_COPY)
        FAIL(JET_errUpdateNotPrepared);
    if ((a->grbit & ~(JET_GRBIT)SET_KNOWN) != 0)
        FAIL(JET_errInvalidGrbit);
    column = schema_column_seen(c->s, c->cursor->table, a->columnid);
    if (column != NULL && column_is_long(column))
        TRY(call_transact(c, false));
    if (sizes) {
        set.size_lv = a->size;
        set.value = bytes_of(a->data, a->data != NULL ? a->size : 0);
    } else if ((a->grbit & JET_bitSetZeroLength) != 0 && a->size == 0) {
        set.value = bytes_of("", 0);
    } else if (a->data == NULL || a->size == 0) {
        set.is_null = true;
    } else {
        set.value = bytes_of(a->data, a->size);
    }
    TRY(cursor_set(c->cursor, &set));
    if (column != NULL && cuts_value(column, a))
        *warning = JET_wrnColumnMaxTruncated;
done:
    return err;
}

/*
 * JetSetColumn - a value of the pending update.
 * wrn     JET_wrnColumnMaxTruncated
 * err     JET_errUpdateNotPrepared, JET_errInvalidGrbit, JET_errInvalidParameter, JET_errBadColumnId, JET_errColumnNotFound,
 *         JET_errInvalidColumnType (autoincrement, version), JET_errNullInvalid, JET_errInvalidBufferSize, JET_errColumnTooBig,
 *         JET_errColumnNoChunk, JET_errMultiValuedDuplicate, JET_errRecordTooBig, JET_errIllegalOperation
 * source  observed-sequences dml-set
 */
JET_ERR JET_API JetSetColumn(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID columnid, const void *pvData, JET_UINT32 cbData,
    JET_GRBIT grbit, JET_SETINFO *psetinfo)
{
    struct call c;
    ese_err err = 0;
    JET_ERR warning = 0;
    struct set_args a = {columnid, pvData, cbData, grbit, 0, 1};
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_insert(c.table));
    if (psetinfo != NULL) {
        if (psetinfo->cbStruct < sizeof *psetinfo)
            FAIL(c.cursor->update == UPDATE_NONE ? JET_errUpdateNotPrepared : JET_errInvalidParameter);
        a.offset = psetinfo->ibLongValue;
        a.itag = psetinfo->itagSequence;
    }
    TRY(set_one(&c, &a, &warning));
done:
    return call_end_warning(&c, err, warning);
}

/* JetSetColumns - err of an element is its warning; the first error ends the call. source: observed-sequences cur-misc 27-29 */
JET_ERR JET_API JetSetColumns(JET_SESID sesid, JET_TABLEID tableid, JET_SETCOLUMN *psetcolumn, JET_UINT32 csetcolumn)
{
    struct call c;
    ese_err err = 0;
    JET_ERR warning = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (c.table->kind == TABLE_TEMPORARY)
        TRY(temp_before_insert(c.table));
    if (psetcolumn == NULL && csetcolumn != 0)
        FAIL(JET_errInvalidParameter);
    for (JET_UINT32 i = 0; i < csetcolumn; i++) {
        JET_SETCOLUMN *e = &psetcolumn[i];
        struct set_args a = {e->columnid, e->pvData, e->cbData, e->grbit, e->ibLongValue, e->itagSequence};
        JET_ERR one;
        TRY(set_one(&c, &a, &one));
        e->err = one;
        if (one != 0)
            warning = one;
    }
done:
    return call_end_warning(&c, err, warning);
}

/* ---- record size ---- */

static ese_err size_tagged(struct call *c, struct bytes record, bool large, unsigned fid, bool derived, unsigned count, JET_RECSIZE3 *sum)
{
    ese_err err = 0;
    struct table_def *t = c->cursor->table;
    const struct column_def *column = schema_column(t, derived ? fid | COLUMNID_TEMPLATE : fid);
    sum->cTaggedColumns++;
    sum->cbOverhead += 4;
    for (unsigned itag = 1; itag <= count; itag++) {
        struct tagged_value value;
        enum value_state state;
        unsigned all;
        uint32_t size;
        TRY(record_get_tagged(record, large, fid, derived, itag, &state, &all, &value));
        if (itag > 1)
            sum->cMultiValues++;
        if (value.separated) {
            uint64_t lid;
            TRY(lid_decode(value.data, &lid));
            TRY(lv_size(c->s, t, lid, &size));
            sum->cLongValues++;
            sum->cbLongValueData += size;
            sum->cbLongValueDataCompressed += size;
            sum->cbLongValueOverhead += 12;
            sum->cbOverhead += value.data.size + 1;
        } else {
            sum->cbData += value.data.size;
            sum->cbDataCompressed += value.data.size;
            if (column != NULL && column_is_long(column)) {
                sum->cbIntrinsicLongValueData += value.data.size;
                sum->cIntrinsicLongValues++;
                sum->cbIntrinsicLongValueDataCompressed += value.data.size;
            }
            sum->cCompressedColumns += value.compressed;
        }
    }
done:
    return err;
}

/* From the bytes of the record: header and bitmaps are overhead, values are data. */
static ese_err size_record(struct call *c, struct bytes record, JET_RECSIZE3 *sum)
{
    ese_err err = 0;
    struct table_def *t = c->cursor->table;
    bool large = t->db->page_size > 8192, derived;
    unsigned fid, count, fixed_last, var_last;
    if (record.size < 4)
        FAIL(JET_errDatabaseCorrupted);
    fixed_last = record.data[0];
    var_last = record.data[1];
    sum->cbOverhead += 4;
    for (fid = 1; fid <= fixed_last; fid++) {
        const struct column_def *column = schema_column(t, fid);
        if (column == NULL)
            continue;
        sum->cNonTaggedColumns++;
        sum->cbData += column->fixed_bytes;
        sum->cbDataCompressed += column->fixed_bytes;
    }
    sum->cbOverhead += (fixed_last + 7) / 8;
    for (fid = 128; fid <= var_last; fid++) {
        enum value_state state;
        struct bytes value;
        TRY(record_get_var(record, fid, &state, &value));
        sum->cNonTaggedColumns++;
        sum->cbOverhead += 2;
        sum->cbData += state == VALUE_PRESENT ? value.size : 0;
        sum->cbDataCompressed += state == VALUE_PRESENT ? value.size : 0;
    }
    for (unsigned i = 0; record_tagged_at(record, large, i, &fid, &derived, &count); i++)
        TRY(size_tagged(c, record, large, fid, derived, count, sum));
done:
    return err;
}

static JET_ERR record_size(JET_SESID sesid, JET_TABLEID tableid, JET_RECSIZE3 *sum, bool missing, JET_GRBIT grbit)
{
    enum { KNOWN = JET_bitRecordSizeInCopyBuffer | JET_bitRecordSizeRunningTotal | JET_bitRecordSizeLocal | JET_bitRecordSizeIncludeDefaultValues |
                   JET_bitRecordSizeSecondaryIndexKeyOnly | JET_bitRecordSizeIntrinsicPhysicalOnly | JET_bitRecordSizeExtrinsicLogicalOnly };
    struct call c;
    ese_err err = 0;
    uint8_t *memory = NULL;
    struct bytes record;
    TRY(call_table(&c, sesid, tableid, CALL_READ));
    if (missing)
        FAIL(JET_errInvalidParameter);
    if ((grbit & ~(JET_GRBIT)KNOWN) != 0)
        FAIL(JET_errInvalidGrbit);
    if ((grbit & JET_bitRecordSizeInCopyBuffer) != 0) {
        if (c.cursor->update == UPDATE_NONE)
            FAIL(JET_errUpdateNotPrepared);
        record = bytes_of(c.cursor->edit.at, c.cursor->edit.size);
    } else {
        memory = ese_alloc(c.cursor->table->db->page_size);
        if (memory == NULL)
            FAIL(JET_errOutOfMemory);
        TRY(cursor_copy_record(c.cursor, memory, &record));
    }
    TRY(size_record(&c, record, sum));
done:
    ese_free(memory);
    return call_end(&c, err);
}

/*
 * JetGetRecordSize* - sizes and counts of the current record; with RunningTotal added to what is there.
 * err     JET_errInvalidParameter, JET_errInvalidGrbit, JET_errUpdateNotPrepared, JET_errNoCurrentRecord
 * source  API reference "JetGetRecordSize2"; observed-sequences cur-misc 33-34
 */
JET_ERR JET_API JetGetRecordSize3(JET_SESID sesid, JET_TABLEID tableid, JET_RECSIZE3 *precsize, const JET_GRBIT grbit)
{
    JET_RECSIZE3 sum = {0};
    JET_ERR err;
    if (precsize != NULL && (grbit & JET_bitRecordSizeRunningTotal) != 0)
        sum = *precsize;
    err = record_size(sesid, tableid, &sum, precsize == NULL, grbit);
    if (err >= 0)
        *precsize = sum;
    return err;
}

/* The older structs are beginnings of the newest. */
static JET_ERR record_size_prefix(JET_SESID sesid, JET_TABLEID tableid, void *to, size_t size, JET_GRBIT grbit)
{
    JET_RECSIZE3 sum = {0};
    JET_ERR err;
    if (to != NULL && (grbit & JET_bitRecordSizeRunningTotal) != 0)
        memcpy(&sum, to, size);
    err = record_size(sesid, tableid, &sum, to == NULL, grbit);
    if (err >= 0)
        memcpy(to, &sum, size);
    return err;
}

JET_ERR JET_API JetGetRecordSize2(JET_SESID sesid, JET_TABLEID tableid, JET_RECSIZE2 *precsize, const JET_GRBIT grbit)
{
    return record_size_prefix(sesid, tableid, precsize, sizeof *precsize, grbit);
}

JET_ERR JET_API JetGetRecordSize(JET_SESID sesid, JET_TABLEID tableid, JET_RECSIZE *precsize, const JET_GRBIT grbit)
{
    return record_size_prefix(sesid, tableid, precsize, sizeof *precsize, grbit);
}
