/* Temporary tables and the lists of information calls: ordinary tables of the temporary database with a life of one cursor. */
#include "api/temp_api.h"

#include "admin/db_attach.h"
#include "table/temp_table.h"

enum { SORTED = JET_bitTTUpdatable | JET_bitTTForceMaterialization };

/* A sort takes rows first and gives them back in order afterwards; the others are tables from the start. */
static bool is_sort(const struct api_table *table) { return (table->temp_grbit & SORTED) == 0; }
static bool scrolls(const struct api_table *table) { return !is_sort(table) || (table->temp_grbit & (JET_bitTTScrollable | JET_bitTTIndexed)) != 0; }

ese_err temp_before_move(struct api_table *table, int32_t rows)
{
    table->temp_reading = true;
    if (!scrolls(table) && rows < 0 && rows != MOVE_FIRST)
        return err_raise(JET_errIllegalOperation, __func__, __LINE__);
    return 0;
}

ese_err temp_before_seek(struct api_table *table)
{
    table->temp_reading = true;
    return scrolls(table) ? 0 : err_raise(JET_errIllegalOperation, __func__, __LINE__);
}

ese_err temp_before_read(struct api_table *table)
{
    (void)table;
    return 0;
}

ese_err temp_before_insert(struct api_table *table)
{
    return is_sort(table) && table->temp_reading ? err_raise(JET_errIllegalOperation, __func__, __LINE__) : 0;
}

ese_err temp_before_change(struct api_table *table)
{
    return is_sort(table) ? err_raise(JET_errIllegalOperation, __func__, __LINE__) : 0;
}

bool temp_reports_duplicates(const struct api_table *table) { return (table->temp_grbit & JET_bitTTErrorOnDuplicateInsertion) != 0; }

/* ---- making ---- */

static ese_err temp_create(struct call *c, const struct temp_create *how, JET_GRBIT grbit, JET_TABLEID *tableid, uint32_t *columnids)
{
    ese_err err = 0;
    struct api_instance *ai = c->session->owner;
    struct cursor *cursor;
    struct api_table *table;
    TRY(db_temp_open(ai->inst, param_text(&ai->params, JET_paramTempPath)));
    TRY(temp_table_open(c->s, how, columnids, &cursor));
    TRY(table_register(c, cursor, TABLE_TEMPORARY, tableid));
    table = cursor->api;
    table->temp_grbit = grbit;
done:
    return err;
}

/* ---- JetOpenTempTable* ---- */

static ese_err convert_columns(const JET_COLUMNDEF *defs, uint32_t count, struct temp_column *columns)
{
    static const struct { JET_GRBIT bit; unsigned flag; } map[] = {
        {JET_bitColumnTTKey, TEMP_KEY}, {JET_bitColumnTTDescending, TEMP_DESCENDING}, {JET_bitColumnFixed, TEMP_FIXED},
        {JET_bitColumnTagged, TEMP_TAGGED}, {JET_bitColumnMultiValued, TEMP_MULTI_VALUED}, {JET_bitColumnNotNULL, TEMP_NOT_NULL}};
    ese_err err = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool text = defs[i].coltyp == JET_coltypText || defs[i].coltyp == JET_coltypLongText;
        if (defs[i].cbStruct != sizeof defs[i])
            FAIL(JET_errInvalidParameter);
        if (defs[i].coltyp == JET_coltypNil || defs[i].coltyp >= JET_coltypMax || defs[i].coltyp == JET_coltypSLV)
            FAIL(JET_errInvalidColumnType);
        if (text && defs[i].cp != 0 && defs[i].cp != 1252 && defs[i].cp != 1200)
            FAIL(JET_errInvalidCodePage);
        columns[i] = (struct temp_column){.type = (uint8_t)defs[i].coltyp, .code_page = text ? defs[i].cp : 0, .max_bytes = defs[i].cbMax};
        for (size_t k = 0; k < sizeof map / sizeof map[0]; k++)
            if (defs[i].grbit & map[k].bit)
                columns[i].flags |= map[k].flag;
    }
done:
    return err;
}

/* Rows with the same key are one, so every key is unique. */
static unsigned table_flags(JET_GRBIT grbit)
{
    return TEMP_UNIQUE | ((grbit & JET_bitTTSortNullsHigh) != 0 ? TEMP_NULLS_HIGH : 0u) |
           ((grbit & JET_bitTTDotNetGuid) != 0 ? TEMP_DOTNET_GUID : 0u);
}

struct temp_args {
    const JET_COLUMNDEF *columns;
    JET_UINT32 count;
    uint32_t lcid, map_flags;
    const JET_WCHAR *locale;
    JET_GRBIT grbit;
    JET_UINT32 key_most, segment_max;
    JET_TABLEID *tableid;
    JET_COLUMNID *columnids;
};

static ese_err choose_collation(const struct api_instance *ai, const struct temp_args *args, struct collation *out)
{
    ese_err err = 0;
    memset(out, 0, sizeof *out);
    out->flags = args->map_flags != 0 ? args->map_flags : ai->params.unicode.dwMapFlags;
    if (args->locale != NULL) {
        if (text_to_utf8(args->locale, text_length(args->locale), out->locale, sizeof out->locale) == SIZE_MAX)
            FAIL(JET_errInvalidLanguageId);
    } else {
        out->lcid = args->lcid != 0 ? args->lcid : ai->params.unicode.lcid;
        if (!collate_name_of_lcid(out->lcid, out->locale))
            FAIL(JET_errInvalidLanguageId);
    }
    TRY(collate_check(out));
done:
    return err;
}

static JET_ERR open_temp(JET_SESID sesid, const struct temp_args *args)
{
    struct call c;
    ese_err err = 0;
    struct temp_create how = {.count = args->count, .flags = table_flags(args->grbit)};
    struct temp_column *columns;
    struct collation collation;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    if (args->tableid == NULL || (args->count != 0 && (args->columns == NULL || args->columnids == NULL)))
        FAIL(JET_errInvalidParameter);
    *args->tableid = JET_tableidNil;
    if (atomic_load(&c.session->owner->temp_tables) >= param_number(&c.session->owner->params, JET_paramMaxTemporaryTables))
        FAIL(JET_errTooManySorts);
    columns = arena_take(&c.s->scratch, (args->count + 1) * sizeof *columns);
    if (columns == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(convert_columns(args->columns, args->count, columns));
    TRY(choose_collation(c.session->owner, args, &collation));
    if (args->key_most > UINT16_MAX || args->segment_max > UINT16_MAX)
        FAIL(JET_errInvalidParameter);
    how.columns = columns;
    how.collation = &collation;
    how.key_most = (uint16_t)args->key_most;
    how.segment_max = (uint16_t)args->segment_max;
    TRY(temp_create(&c, &how, args->grbit, args->tableid, args->columnids));
done:
    return call_end(&c, err);
}

/*
 * JetOpenTempTable* - rows in, rows out in the order of the key columns; rows with the same key are one.
 * in      column definitions with JET_bitColumnTTKey, JET_bitColumnTTDescending; grbit: Indexed, Unique, Updatable, Scrollable, ...
 * err     JET_errTooManySorts, JET_errInvalidColumnType, JET_errInvalidLanguageId, JET_errInvalidParameter
 * source  API reference "JetOpenTemporaryTable"; observed-sequences tmp-table, tmp-limit2
 */
JET_ERR JET_API JetOpenTempTable3(JET_SESID sesid, const JET_COLUMNDEF *prgcolumndef, JET_UINT32 ccolumn, JET_UNICODEINDEX *pidxunicode,
    JET_GRBIT grbit, JET_TABLEID *ptableid, JET_COLUMNID *prgcolumnid)
{
    struct temp_args args = {.columns = prgcolumndef, .count = ccolumn, .grbit = grbit, .tableid = ptableid, .columnids = prgcolumnid};
    if (pidxunicode != NULL) {
        args.lcid = pidxunicode->lcid;
        args.map_flags = pidxunicode->dwMapFlags;
    }
    return open_temp(sesid, &args);
}

JET_ERR JET_API JetOpenTempTable2(JET_SESID sesid, const JET_COLUMNDEF *prgcolumndef, JET_UINT32 ccolumn, JET_UINT32 lcid, JET_GRBIT grbit,
    JET_TABLEID *ptableid, JET_COLUMNID *prgcolumnid)
{
    return JetOpenTempTable3(sesid, prgcolumndef, ccolumn, &(JET_UNICODEINDEX){lcid, 0}, grbit, ptableid, prgcolumnid);
}

JET_ERR JET_API JetOpenTempTable(JET_SESID sesid, const JET_COLUMNDEF *prgcolumndef, JET_UINT32 ccolumn, JET_GRBIT grbit, JET_TABLEID *ptableid,
    JET_COLUMNID *prgcolumnid)
{
    return JetOpenTempTable3(sesid, prgcolumndef, ccolumn, NULL, grbit, ptableid, prgcolumnid);
}

JET_ERR JET_API JetOpenTemporaryTable(JET_SESID sesid, JET_OPENTEMPORARYTABLE *p)
{
    struct temp_args args;
    if (p == NULL || p->cbStruct != sizeof *p)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    args = (struct temp_args){.columns = p->prgcolumndef, .count = p->ccolumn, .grbit = p->grbit, .key_most = p->cbKeyMost,
                              .segment_max = p->cbVarSegMac, .tableid = &p->tableid, .columnids = p->prgcolumnid};
    if (p->pidxunicode != NULL) {
        args.lcid = p->pidxunicode->lcid;
        args.map_flags = p->pidxunicode->dwMapFlags;
    }
    return open_temp(sesid, &args);
}

JET_ERR JET_API JetOpenTemporaryTable2(JET_SESID sesid, JET_OPENTEMPORARYTABLE2 *p)
{
    struct temp_args args;
    if (p == NULL || p->cbStruct != sizeof *p)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    args = (struct temp_args){.columns = p->prgcolumndef, .count = p->ccolumn, .grbit = p->grbit, .key_most = p->cbKeyMost,
                              .segment_max = p->cbVarSegMac, .tableid = &p->tableid, .columnids = p->prgcolumnid};
    if (p->pidxunicode != NULL) {
        args.locale = p->pidxunicode->szLocaleName;
        args.map_flags = p->pidxunicode->dwMapFlags;
    }
    return open_temp(sesid, &args);
}

/* ---- lists ---- */

ese_err list_open(struct call *c, const struct list_column *columns, unsigned count, struct api_table **out, uint32_t *columnids)
{
    ese_err err = 0;
    struct temp_create how = {.count = count, .flags = TEMP_UNIQUE};
    struct temp_column *create = arena_take(&c->s->scratch, (count + 1) * sizeof *create);
    JET_TABLEID tableid;
    if (create == NULL)
        FAIL(JET_errOutOfMemory);
    for (unsigned i = 0; i < count; i++)
        create[i] = (struct temp_column){.type = columns[i].type, .code_page = columns[i].code_page, .max_bytes = columns[i].bytes,
                                         .flags = columns[i].key ? TEMP_KEY : 0};
    how.columns = create;
    TRY(call_transact(c, false));
    call_lift(c);
    TRY(temp_create(c, &how, JET_bitTTScrollable, &tableid, columnids));
    *out = handle_find(&g_engine.handles, HANDLE_TABLE, tableid);
done:
    return err;
}

ese_err list_begin_row(struct api_table *list) { return update_prepare(list->cursor, UPDATE_INSERT); }

ese_err list_set(struct api_table *list, uint32_t columnid, const void *value, size_t size)
{
    struct set_column set = {.columnid = columnid, .itag = 1, .is_null = value == NULL || size == 0,
                             .value = bytes_of(value, value != NULL ? size : 0)};
    return cursor_set(list->cursor, &set);
}

ese_err list_set_text(struct api_table *list, uint32_t columnid, const char *text, bool wide)
{
    JET_WCHAR units[256];
    size_t count;
    if (!wide)
        return list_set(list, columnid, text, strlen(text));
    count = text_to_utf16(text, strlen(text), units, 256);
    return list_set(list, columnid, units, (count < 256 ? count : 256) * sizeof units[0]);
}

ese_err list_end_row(struct api_table *list) { return update_apply(list->cursor, NULL, 0, NULL); }
