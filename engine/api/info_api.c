/* JetGetColumnInfo, JetGetTableColumnInfo, JetGetTableInfo, JetGetObjectInfo. */
#include "api/info_api.h"

#include "table/catalog.h"
#include "tree/space.h"

enum { COUNTRY_DEFAULT = 1, LANGUAGE_DEFAULT = 0x409 };

/* ---- shared ---- */

ese_err info_open_table(struct call *c, JET_DBID dbid, JET_PCWSTR name, struct table_def **out)
{
    ese_err err = 0;
    struct db_file *db;
    char text[NAME_BYTES_MAX + 1];
    *out = NULL;
    TRY(call_database(c, dbid, &db));
    if (name == NULL)
        FAIL(JET_errInvalidParameter);
    TRY(text_name(name, text, sizeof text));
    TRY(call_transact(c, true));
    TRY(schema_open_table(c->s, (uint8_t)dbid, text, out));
done:
    return err;
}

ese_err info_give(const void *value, size_t size, void *to, size_t room)
{
    if (to == NULL || room < size)
        return err_raise(JET_errBufferTooSmall, __func__, __LINE__);
    memcpy(to, value, size);
    return 0;
}

ese_err info_give_exactly(const void *value, size_t size, void *to, size_t room)
{
    if (room != size)
        return err_raise(room < size ? JET_errBufferTooSmall : JET_errInvalidBufferSize, __func__, __LINE__);
    return info_give(value, size, to, room);
}

static ese_err add_extent(void *context, struct space_extent e)
{
    *(uint32_t *)context += e.count;
    return 0;
}

ese_err info_space(struct btree *tree, bool owned, uint32_t *pages)
{
    *pages = 0;
    return space_list(tree, owned, add_extent, pages);
}

/* ---- columns ---- */

static ese_err find_column(struct call *c, struct table_def *t, JET_PCWSTR name, bool by_id, struct column_def **out)
{
    ese_err err = 0;
    char text[NAME_BYTES_MAX + 1];
    if (by_id) {
        uint32_t id = 0;
        if (name != NULL)
            memcpy(&id, name, sizeof id);
        *out = schema_column_seen(c->s, t, id);
        if (*out == NULL)
            FAIL(JET_errColumnNotFound);
        goto done;
    }
    if (name == NULL || name[0] == 0 || text_name(name, text, sizeof text) < 0)
        FAIL(JET_errColumnNotFound);
    TRY(schema_find_column(c->s, t, text, out));
done:
    return err;
}

static JET_COLUMNDEF describe_column(const struct table_def *t, const struct column_def *column)
{
    return (JET_COLUMNDEF){.cbStruct = sizeof(JET_COLUMNDEF), .columnid = column->columnid, .coltyp = column->type, .wCountry = COUNTRY_DEFAULT,
                           .langid = LANGUAGE_DEFAULT, .cp = column->code_page, .cbMax = column->fid <= COLUMNS_FIXED_MAX && column->fixed_bytes != 0
                               ? column->fixed_bytes : column->max_bytes, .grbit = column_grbit(column, t->db->read_only)};
}

static ese_err column_base(const struct table_def *t, const struct column_def *column, void *to, size_t room)
{
    JET_COLUMNBASE_W *base = to;
    JET_COLUMNDEF def = describe_column(t, column);
    const struct table_def *of = column->derived && t->template_table != NULL ? t->template_table : t;
    if (to == NULL || room < sizeof *base)
        return err_raise(JET_errBufferTooSmall, __func__, __LINE__);
    memset(base, 0, sizeof *base);
    base->cbStruct = sizeof *base;
    base->columnid = def.columnid;
    base->coltyp = def.coltyp;
    base->wCountry = def.wCountry;
    base->langid = def.langid;
    base->cp = def.cp;
    base->cbMax = def.cbMax;
    base->grbit = def.grbit;
    text_to_utf16(of->name, strlen(of->name), base->szBaseTableName, 255);
    text_to_utf16(column->name, strlen(column->name), base->szBaseColumnName, 255);
    return 0;
}

enum { LIST_ORDER, LIST_NAME, LIST_ID, LIST_TYPE, LIST_COUNTRY, LIST_LANGUAGE, LIST_CP, LIST_COLLATE, LIST_MAX, LIST_GRBIT, LIST_DEFAULT,
       LIST_BASE_TABLE, LIST_BASE_COLUMN, LIST_DEFINITION, LIST_COUNT };

static ese_err list_column_row(struct api_table *list, const uint32_t *ids, const struct table_def *t, const struct column_def *column, bool wide)
{
    ese_err err = 0;
    JET_COLUMNDEF def = describe_column(t, column);
    const struct table_def *of = column->derived && t->template_table != NULL ? t->template_table : t;
    uint32_t order = 0;
    TRY(list_begin_row(list));
    TRY(list_set(list, ids[LIST_ORDER], &order, 4));
    TRY(list_set_text(list, ids[LIST_NAME], column->name, wide));
    TRY(list_set(list, ids[LIST_ID], &def.columnid, 4));
    TRY(list_set(list, ids[LIST_TYPE], &def.coltyp, 4));
    TRY(list_set(list, ids[LIST_COUNTRY], &def.wCountry, 2));
    TRY(list_set(list, ids[LIST_LANGUAGE], &def.langid, 2));
    TRY(list_set(list, ids[LIST_CP], &def.cp, 2));
    TRY(list_set(list, ids[LIST_COLLATE], &def.wCollate, 2));
    TRY(list_set(list, ids[LIST_MAX], &def.cbMax, 4));
    TRY(list_set(list, ids[LIST_GRBIT], &def.grbit, 4));
    if (column->default_value.size != 0)
        TRY(list_set(list, ids[LIST_DEFAULT], column->default_value.data, column->default_value.size));
    TRY(list_set_text(list, ids[LIST_BASE_TABLE], of->name, wide));
    TRY(list_set_text(list, ids[LIST_BASE_COLUMN], column->name, wide));
    TRY(list_set_text(list, ids[LIST_DEFINITION], column->name, wide));
    TRY(list_end_row(list));
done:
    return err;
}

static ese_err list_column_rows(struct call *c, struct api_table *list, const uint32_t *ids, struct table_def *t, JET_UINT32 level, uint32_t *count)
{
    ese_err err = 0;
    bool wide = (level & INFO_NARROW) == 0, own_only = (level & JET_ColInfoGrbitNonDerivedColumnsOnly) != 0;
    struct { struct column_def **at; unsigned count; } groups[3] = {
        {t->fixed, t->fixed_last}, {t->var, t->var_last > 127 ? t->var_last - 127 : 0}, {t->tagged, t->tagged_last > 255 ? t->tagged_last - 255 : 0}};
    for (unsigned g = 0; g < 3; g++)
        for (unsigned i = 0; i < groups[g].count; i++) {
            const struct column_def *column = groups[g].at[i];
            if (!schema_column_visible(c->s, column) || (own_only && column->derived))
                continue;
            TRY(list_column_row(list, ids, t, column, wide));
            (*count)++;
        }
    for (unsigned fid = 256; !own_only && t->template_table != NULL && fid <= t->template_table->tagged_last; fid++) {
        const struct column_def *column = t->template_table->tagged[fid - 256];
        if (column == NULL || column->deleted)
            continue;
        column = schema_column(t, column->columnid | COLUMNID_TEMPLATE);
        if (column == NULL)
            continue;
        TRY(list_column_row(list, ids, t, column, wide));
        (*count)++;
    }
done:
    return err;
}

static ese_err column_list(struct call *c, struct table_def *t, void *to, size_t room, JET_UINT32 level)
{
    ese_err err = 0;
    bool by_id = (level & INFO_LEVEL_MASK) == JET_ColInfoListSortColumnid;
    uint16_t cp = (level & INFO_NARROW) != 0 ? 1252 : 1200;
    const struct list_column columns[LIST_COUNT] = {
        [LIST_ORDER] = {COL_LONG, !by_id, 0, 0}, [LIST_NAME] = {COL_TEXT, !by_id, cp, 0}, [LIST_ID] = {COL_LONG, by_id, 0, 0},
        [LIST_TYPE] = {COL_LONG, false, 0, 0}, [LIST_COUNTRY] = {COL_SHORT, false, 0, 0}, [LIST_LANGUAGE] = {COL_SHORT, false, 0, 0},
        [LIST_CP] = {COL_SHORT, false, 0, 0}, [LIST_COLLATE] = {COL_SHORT, false, 0, 0}, [LIST_MAX] = {COL_LONG, false, 0, 0},
        [LIST_GRBIT] = {COL_LONG, false, 0, 0}, [LIST_DEFAULT] = {COL_LONG_BINARY, false, 0, 0}, [LIST_BASE_TABLE] = {COL_TEXT, false, cp, 0},
        [LIST_BASE_COLUMN] = {COL_TEXT, false, cp, 0}, [LIST_DEFINITION] = {COL_TEXT, false, cp, 0}};
    uint32_t ids[LIST_COUNT], count = 0;
    JET_COLUMNLIST *out = to;
    struct api_table *list = NULL;
    if (to == NULL || room < sizeof *out)
        FAIL(JET_errBufferTooSmall);
    TRY(list_open(c, columns, LIST_COUNT, &list, ids));
    TRY(list_column_rows(c, list, ids, t, level, &count));
    list->temp_reading = true;
    if (count != 0)
        TRY(cursor_move(list->cursor, MOVE_FIRST, false));
    *out = (JET_COLUMNLIST){sizeof *out, list->handle, count, ids[LIST_ORDER], ids[LIST_NAME], ids[LIST_ID], ids[LIST_TYPE], ids[LIST_COUNTRY],
                            ids[LIST_LANGUAGE], ids[LIST_CP], ids[LIST_COLLATE], ids[LIST_MAX], ids[LIST_GRBIT], ids[LIST_DEFAULT],
                            ids[LIST_BASE_TABLE], ids[LIST_BASE_COLUMN], ids[LIST_DEFINITION]};
done:
    if (err < 0 && list != NULL)
        table_close(list);
    return err;
}

static ese_err column_info(struct call *c, struct table_def *t, JET_PCWSTR name, void *to, size_t room, JET_UINT32 level)
{
    ese_err err = 0;
    struct column_def *column;
    JET_COLUMNDEF def;
    JET_UINT32 plain = level & INFO_LEVEL_MASK;
    switch (plain) {
    case JET_ColInfo: case JET_ColInfoByColid:
        if (to == NULL || room < sizeof def)
            FAIL(JET_errBufferTooSmall);
        TRY(find_column(c, t, name, plain == JET_ColInfoByColid, &column));
        def = describe_column(t, column);
        TRY(info_give(&def, sizeof def, to, room));
        break;
    case JET_ColInfoBase: case JET_ColInfoBaseByColid:
        if (to == NULL || room < sizeof(JET_COLUMNBASE_W))
            FAIL(JET_errBufferTooSmall);
        TRY(find_column(c, t, name, plain == JET_ColInfoBaseByColid, &column));
        TRY(column_base(t, column, to, room));
        break;
    case JET_ColInfoList: case JET_ColInfoListCompact: case JET_ColInfoListSortColumnid:
        TRY(column_list(c, t, to, room, level));
        break;
    default:
        FAIL(plain == JET_ColInfoSysTabCursor ? JET_errFeatureNotAvailable : JET_errInvalidParameter);
    }
done:
    return err;
}

/*
 * JetGetColumnInfo, JetGetTableColumnInfo - one column by name or id, or a list as a temporary table.
 * err     JET_errInvalidDatabaseId, JET_errInvalidParameter, JET_errObjectNotFound, JET_errBufferTooSmall, JET_errColumnNotFound,
 *         JET_errFeatureNotAvailable
 * source  observed-sequences info-column; api/enums.tsv
 */
JET_ERR JET_API JetGetColumnInfoW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_PCWSTR pwColumnNameOrId, void *pvResult,
    JET_UINT32 cbMax, JET_UINT32 InfoLevel)
{
    struct call c;
    ese_err err = 0;
    struct table_def *t = NULL;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(info_open_table(&c, dbid, szTableName, &t));
    TRY(column_info(&c, t, pwColumnNameOrId, pvResult, cbMax, InfoLevel));
done:
    if (t != NULL)
        schema_close_table(t);
    return call_end(&c, err);
}

JET_ERR JET_API JetGetTableColumnInfoW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szColumnName, void *pvResult, JET_UINT32 cbMax,
    JET_UINT32 InfoLevel)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableid, CALL_READ));
    TRY(column_info(&c, c.cursor->table, szColumnName, pvResult, cbMax, InfoLevel));
done:
    return call_end(&c, err);
}

/* ---- tables ---- */

static JET_OBJECTINFO describe_table(uint32_t flags)
{
    return (JET_OBJECTINFO){.cbStruct = sizeof(JET_OBJECTINFO), .objtyp = JET_objtypTable,
                            .grbit = JET_bitTableInfoUpdatable | JET_bitTableInfoBookmark | JET_bitTableInfoRollback, .flags = flags};
}

/* Owned and available pages, of the records or of the long values. */
static ese_err table_space(struct table_def *t, bool long_values, bool owned, void *to, size_t room)
{
    ese_err err = 0;
    uint32_t pages = 0;
    struct btree *tree = long_values ? &t->long_values : &t->tree;
    if (to == NULL || room < sizeof pages)
        FAIL(JET_errInvalidParameter);
    if (tree->root != 0)
        TRY(info_space(tree, owned, &pages));
    memcpy(to, &pages, sizeof pages);
done:
    return err;
}

static ese_err table_extents(struct table_def *t, void *to, size_t room)
{
    ese_err err = 0;
    uint32_t pair[2];
    TRY(info_space(&t->tree, true, &pair[0]));
    TRY(info_space(&t->tree, false, &pair[1]));
    if (to == NULL || room < sizeof pair)
        FAIL(JET_errBufferTooSmall);
    memcpy(to, pair, sizeof pair);
done:
    return err;
}

static ese_err table_info(struct call *c, void *to, size_t room, JET_UINT32 level)
{
    struct table_def *t = c->cursor->table;
    JET_OBJECTINFO object;
    uint32_t pair[2] = {1, t->density}, dbid = t->db->dbid;
    switch (level) {
    case JET_TblInfo:
        object = describe_table(t->flags);
        return info_give(&object, sizeof object, to, room);
    case JET_TblInfoName: return text_give(t->name, to, room);
    case JET_TblInfoTemplateTableName: return text_give(t->template_table != NULL ? t->template_table->name : "", to, room);
    case JET_TblInfoDbid: return info_give(&dbid, sizeof dbid, to, room);
    case JET_TblInfoSpaceUsage: return table_extents(t, to, room);
    case JET_TblInfoSpaceAlloc: return info_give(pair, sizeof pair, to, room);
    case JET_TblInfoSpaceOwned: return table_space(t, false, true, to, room);
    case JET_TblInfoSpaceAvailable: return table_space(t, false, false, to, room);
    case JET_TblInfoSpaceOwnedLV: return table_space(t, true, true, to, room);
    case JET_TblInfoSpaceAvailableLV: return table_space(t, true, false, to, room);
    case JET_TblInfoLVChunkMax: return info_give(&t->lv_chunk_max, sizeof t->lv_chunk_max, to, room);
    case JET_TblInfoObjectId: return info_give(&t->objid, sizeof t->objid, to, room);
    default: return err_raise(JET_errFeatureNotAvailable, __func__, __LINE__);
    }
}

/* JetGetTableInfo - err: JET_errBufferTooSmall, JET_errInvalidParameter (space levels), JET_errFeatureNotAvailable. source: info-other 1-11 */
JET_ERR JET_API JetGetTableInfoW(JET_SESID sesid, JET_TABLEID tableid, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableid, CALL_READ));
    TRY(table_info(&c, pvResult, cbMax, InfoLevel));
done:
    return call_end(&c, err);
}

/* JetSetTableInfo - nothing can be set. source: api/functions.tsv */
JET_ERR JET_API JetSetTableInfoW(JET_SESID sesid, JET_TABLEID tableid, const void *pvParam, JET_UINT32 cbParam, JET_UINT32 InfoLevel)
{
    struct call c;
    ese_err err = call_table(&c, sesid, tableid, CALL_PLAIN);
    (void)pvParam;
    (void)cbParam;
    (void)InfoLevel;
    return err < 0 ? err : call_end(&c, err_raise(JET_errFeatureNotAvailable, __func__, __LINE__));
}

/* JetGetCursorInfo - is the table usable? Only the empty question is. source: observed-sequences info-other 41-42 */
JET_ERR JET_API JetGetCursorInfo(JET_SESID sesid, JET_TABLEID tableid, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel)
{
    struct call c;
    ese_err err = 0;
    size_t size;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (InfoLevel != 0 || cbMax != 0 || pvResult != NULL)
        FAIL(JET_errInvalidParameter);
    TRY(cursor_get_bookmark(c.cursor, NULL, 0, &size));
done:
    return call_end(&c, err);
}

/* ---- objects ---- */

enum { OBJECT_CONTAINER, OBJECT_NAME, OBJECT_TYPE, OBJECT_CREATED, OBJECT_UPDATED, OBJECT_GRBIT, OBJECT_FLAGS, OBJECT_RECORDS, OBJECT_PAGES,
       OBJECT_COUNT };

struct object_scan { struct api_table *list; const uint32_t *ids; uint32_t count; bool wide; };

static ese_err list_object(void *context, const struct catalog_row *row)
{
    ese_err err = 0;
    struct object_scan *scan = context;
    JET_OBJECTINFO object = describe_table(row->flags);
    char name[NAME_BYTES_MAX + 1];
    size_t size = row->name.size < NAME_BYTES_MAX ? row->name.size : NAME_BYTES_MAX;
    memcpy(name, row->name.data, size);
    name[size] = '\0';
    TRY(list_begin_row(scan->list));
    TRY(list_set_text(scan->list, scan->ids[OBJECT_CONTAINER], "Tables", scan->wide));
    TRY(list_set_text(scan->list, scan->ids[OBJECT_NAME], name, scan->wide));
    TRY(list_set(scan->list, scan->ids[OBJECT_TYPE], &object.objtyp, 4));
    TRY(list_set(scan->list, scan->ids[OBJECT_CREATED], &object.dtCreate, 8));
    TRY(list_set(scan->list, scan->ids[OBJECT_UPDATED], &object.dtUpdate, 8));
    TRY(list_set(scan->list, scan->ids[OBJECT_GRBIT], &object.grbit, 4));
    TRY(list_set(scan->list, scan->ids[OBJECT_FLAGS], &object.flags, 4));
    TRY(list_set(scan->list, scan->ids[OBJECT_RECORDS], &object.cRecord, 4));
    TRY(list_set(scan->list, scan->ids[OBJECT_PAGES], &object.cPage, 4));
    TRY(list_end_row(scan->list));
    scan->count++;
done:
    return err;
}

static ese_err object_list(struct call *c, struct db_file *db, JET_OBJTYP type, void *to, size_t room, JET_UINT32 level)
{
    ese_err err = 0;
    uint16_t cp = (level & INFO_NARROW) != 0 ? 1252 : 1200;
    const struct list_column columns[OBJECT_COUNT] = {
        [OBJECT_CONTAINER] = {COL_TEXT, true, cp, 0}, [OBJECT_NAME] = {COL_TEXT, true, cp, 0}, [OBJECT_TYPE] = {COL_LONG, true, 0, 0},
        [OBJECT_CREATED] = {COL_DATETIME, false, 0, 0}, [OBJECT_UPDATED] = {COL_DATETIME, false, 0, 0}, [OBJECT_GRBIT] = {COL_LONG, false, 0, 0},
        [OBJECT_FLAGS] = {COL_LONG, false, 0, 0}, [OBJECT_RECORDS] = {COL_LONG, false, 0, 0}, [OBJECT_PAGES] = {COL_LONG, false, 0, 0}};
    uint32_t ids[OBJECT_COUNT];
    struct object_scan scan = {.ids = ids, .wide = (level & INFO_NARROW) == 0};
    JET_OBJECTLIST *out = to;
    if (to == NULL || room < sizeof *out)
        FAIL(JET_errBufferTooSmall);
    TRY(list_open(c, columns, OBJECT_COUNT, &scan.list, ids));
    if (type == JET_objtypNil || type == JET_objtypTable)
        TRY(catalog_scan_tables(c->s, db, list_object, &scan));
    scan.list->temp_reading = true;
    if (scan.count != 0)
        TRY(cursor_move(scan.list->cursor, MOVE_FIRST, false));
    *out = (JET_OBJECTLIST){sizeof *out, scan.list->handle, scan.count, ids[OBJECT_CONTAINER], ids[OBJECT_NAME], ids[OBJECT_TYPE],
                            ids[OBJECT_CREATED], ids[OBJECT_UPDATED], ids[OBJECT_GRBIT], ids[OBJECT_FLAGS], ids[OBJECT_RECORDS], ids[OBJECT_PAGES]};
done:
    if (err < 0 && scan.list != NULL)
        table_close(scan.list);
    return err;
}

static ese_err object_info(struct call *c, JET_DBID dbid, JET_PCWSTR name, void *to, size_t room)
{
    ese_err err = 0;
    struct table_def *t;
    JET_OBJECTINFO object;
    if (to == NULL || room < sizeof object)
        FAIL(JET_errBufferTooSmall);
    TRY(info_open_table(c, dbid, name, &t));
    object = describe_table(t->flags);
    schema_close_table(t);
    memcpy(to, &object, sizeof object);
done:
    return err;
}

/*
 * JetGetObjectInfo - one table, or the list of tables.
 * err     JET_errInvalidDatabaseId, JET_errInvalidParameter, JET_errBufferTooSmall, JET_errObjectNotFound, JET_errFeatureNotAvailable
 * source  observed-sequences info-other 12-18
 */
JET_ERR JET_API JetGetObjectInfoW(JET_SESID sesid, JET_DBID dbid, JET_OBJTYP objtyp, JET_PCWSTR szContainerName, JET_PCWSTR szObjectName,
    void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel)
{
    struct call c;
    ese_err err = 0;
    struct db_file *db;
    (void)szContainerName;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(call_database(&c, dbid, &db));
    switch (InfoLevel & INFO_LEVEL_MASK) {
    case JET_ObjInfo: case JET_ObjInfoNoStats:
        TRY(object_info(&c, dbid, szObjectName, pvResult, cbMax));
        break;
    case JET_ObjInfoList: case JET_ObjInfoListNoStats:
        TRY(object_list(&c, db, objtyp, pvResult, cbMax, InfoLevel));
        break;
    case JET_ObjInfoSysTabCursor: case JET_ObjInfoListACM: case JET_ObjInfoSysTabReadOnly: case JET_ObjInfoRulesLoaded:
        FAIL(JET_errFeatureNotAvailable);
    default:
        FAIL(JET_errInvalidParameter);
    }
done:
    return call_end(&c, err);
}
