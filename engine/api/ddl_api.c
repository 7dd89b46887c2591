/* Schema: tables, columns, indexes - create, open, delete, rename. */
#include "api/call.h"
#include "api/ddl_convert.h"

/* A schema change is one level of its own: all of it or nothing. */
struct step {
    struct call *call;
    unsigned level;                                     /* level inside; 0 = not begun */
};

static ese_err step_begin(struct step *step, struct call *c)
{
    ese_err err = 0;
    step->call = c;
    step->level = 0;
    if (c->s->trx.level != 0 && c->s->trx.read_only)
        FAIL(JET_errTransReadOnly);
    TRY(txn_begin(c->s, false));
    step->level = c->s->trx.level;
done:
    return err;
}

static ese_err step_end(struct step *step, ese_err err)
{
    struct call *c = step->call;
    if (step->level == 0)
        return err;
    if (err >= 0)
        err = txn_commit(c->s, session_commit_flags(c->session, 0));
    if (err < 0)
        while (c->s->trx.level >= step->level)
            if (txn_rollback(c->s) < 0)
                break;
    return err;
}

static ese_err writable_database(struct call *c, JET_DBID dbid, struct db_file **db)
{
    ese_err err = 0;
    TRY(call_database(c, dbid, db));
    if ((*db)->read_only)
        FAIL(JET_errPermissionDenied);
done:
    return err;
}

static ese_err writable_table(const struct call *c)
{
    if (c->table->kind == TABLE_TEMPORARY)
        return err_raise(JET_errIllegalOperation, __func__, __LINE__);
    if (c->cursor->read_only || c->cursor->table->db->read_only)
        return err_raise(JET_errPermissionDenied, __func__, __LINE__);
    return 0;
}

static struct arena *scratch(struct call *c) { return &c->s->scratch; }

/* ---- tables ---- */

/*
 * JetOpenTable - a cursor on a table.
 * in      grbit: DenyRead, DenyWrite, ReadOnly, Sequential; others are hints
 * err     JET_errInvalidDatabaseId, JET_errInvalidName, JET_errObjectNotFound, JET_errTableLocked
 * source  API reference "JetOpenTable"; observed-sequences tbl-ddl
 */
JET_ERR JET_API JetOpenTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, const void *pvParameters, JET_UINT32 cbParameters,
    JET_GRBIT grbit, JET_TABLEID *ptableid)
{
    struct call c;
    ese_err err = 0;
    struct db_file *db;
    struct table_def *t;
    struct cursor *cursor;
    char name[NAME_BYTES_MAX + 1];
    (void)pvParameters;
    (void)cbParameters;
    TRY(call_session(&c, sesid, CALL_READ));
    if (ptableid == NULL)
        FAIL(JET_errInvalidParameter);
    *ptableid = JET_tableidNil;
    TRY(call_database(&c, dbid, &db));
    TRY(text_name(szTableName, name, sizeof name));
    TRY(schema_open_table(c.s, (uint8_t)dbid, name, &t));
    TRY(cursor_open(c.s, t, &cursor));
    cursor->sequential = (grbit & JET_bitTableSequential) != 0;
    err = cursor_restrict(cursor, (grbit & JET_bitTableReadOnly) != 0 || db->read_only, (grbit & JET_bitTableDenyRead) != 0,
                          (grbit & JET_bitTableDenyWrite) != 0);
    if (err < 0) {
        cursor_close(cursor);
        FAIL(err == JET_errTableInUse ? JET_errTableLocked : err);
    }
    TRY(table_register(&c, cursor, TABLE_USER, ptableid));
done:
    return call_end(&c, err);
}

/* JetCloseTable - a pending update is given up. err: JET_errInvalidTableId. source: observed-sequences tbl-ddl, upd-state 35 */
JET_ERR JET_API JetCloseTable(JET_SESID sesid, JET_TABLEID tableid)
{
    struct call c;
    ese_err err = call_table(&c, sesid, tableid, CALL_AFTER_STOP);
    if (err < 0)
        return err;
    table_close(c.table);
    return call_end(&c, 0);
}

/* JetDupCursor - another cursor on the same table, on the first record. source: observed-sequences cur-misc 1-3 */
JET_ERR JET_API JetDupCursor(JET_SESID sesid, JET_TABLEID tableid, JET_TABLEID *ptableid, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    struct cursor *cursor;
    (void)grbit;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    if (ptableid == NULL)
        FAIL(JET_errInvalidParameter);
    *ptableid = JET_tableidNil;
    TRY(cursor_duplicate(c.cursor, c.s, &cursor));
    TRY(table_register(&c, cursor, c.table->kind, ptableid));
    if (c.table->kind == TABLE_TEMPORARY) {
        struct api_table *twin = cursor->api;
        twin->temp_grbit = c.table->temp_grbit;
        twin->temp_reading = c.table->temp_reading;
    }
done:
    return call_end(&c, err);
}

/* Every version of JET_TABLECREATE, read once. */
struct table_args {
    const JET_WCHAR *name, *template_name;
    uint32_t pages, density, chunk_max;
    JET_COLUMNCREATE_W *columns;
    uint32_t column_count;
    void *indexes;
    uint32_t index_count;
    enum index_version version;
    JET_GRBIT grbit;
    JET_TABLEID *tableid;
    JET_UINT32 *created;
};

static ese_err check_table_args(const struct table_args *args, char *name, char *template_name)
{
    enum { KNOWN = JET_bitTableCreateFixedDDL | JET_bitTableCreateTemplateTable | JET_bitTableCreateNoFixedVarColumnsInDerivedTables |
                   JET_bitTableCreateImmutableStructure };
    ese_err err = 0;
    template_name[0] = '\0';
    if ((args->index_count != 0 && args->indexes == NULL) || (args->column_count != 0 && args->columns == NULL))
        FAIL(JET_errInvalidParameter);
    for (uint32_t i = 0; i < args->index_count; i++) {
        struct index_args index;
        TRY(index_read((uint8_t *)args->indexes + i * index_stride(args->indexes, args->version), args->version, &index));
    }
    if ((args->grbit & ~(JET_GRBIT)KNOWN) != 0) {
        *args->created = UINT32_MAX;
        FAIL(JET_errInvalidGrbit);
    }
    *args->created = 0;
    TRY(text_name(args->name, name, NAME_BYTES_MAX + 1));
    if (args->template_name != NULL && args->template_name[0] != 0)
        TRY(text_name(args->template_name, template_name, NAME_BYTES_MAX + 1));
    if (args->density != 0 && (args->density < 20 || args->density > 100))
        FAIL(JET_errDensityInvalid);
    for (uint32_t i = 0; i < args->index_count; i++) {
        struct index_args index;
        TRY(index_read((uint8_t *)args->indexes + i * index_stride(args->indexes, args->version), args->version, &index));
        if (index.density != 0 && (index.density < 20 || index.density > 100))
            FAIL(JET_errDensityInvalid);
    }
done:
    return err;
}

static ese_err create_columns(struct call *c, struct table_def *t, const struct table_args *args, JET_ERR *warning)
{
    ese_err err = 0;
    if (args->column_count != 0 && args->columns == NULL)
        FAIL(JET_errInvalidParameter);
    for (uint32_t i = 0; i < args->column_count; i++) {
        JET_COLUMNCREATE_W *from = &args->columns[i];
        struct column_args given = {from->szColumnName, from->coltyp, from->cp, from->cbMax, from->grbit, from->pvDefault, from->cbDefault};
        struct column_create how;
        JET_ERR one = 0;
        if (from->cbStruct != sizeof *from)
            FAIL(JET_errInvalidParameter);
        from->columnid = 0;
        err = column_convert(&given, scratch(c), &how, &one);
        if (err < 0) {
            from->err = err;
            goto done;
        }
        from->err = one;
        if (one != 0)
            *warning = one;
        (*args->created)++;
        TRY(ddl_add_column(c->s, t, &how, &from->columnid));
    }
done:
    return err;
}

static ese_err create_index_element(struct call *c, struct table_def *t, void *at, enum index_version version, JET_UINT32 *created)
{
    ese_err err = 0;
    struct index_args args;
    struct index_create *how = arena_take(scratch(c), sizeof *how);
    if (how == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(index_read(at, version, &args));
    err = index_convert(&args, &c->session->owner->params, scratch(c), how);
    if (err >= 0)
        err = ddl_create_index(c->s, t, how);
    if (args.err != NULL)
        *args.err = err == JET_errIndexDuplicate ? 0 : err;
    if (created != NULL && (err >= 0 || err == JET_errIndexDuplicate))
        (*created)++;
done:
    return err;
}

/* The primary index comes first: the others take their bookmarks from it. */
static ese_err create_indexes(struct call *c, struct table_def *t, const struct table_args *args)
{
    ese_err err = 0;
    size_t stride = args->index_count != 0 ? index_stride(args->indexes, args->version) : 0;
    for (unsigned primaries = 0; primaries < 2; primaries++)
        for (uint32_t i = 0; i < args->index_count; i++) {
            void *at = (uint8_t *)args->indexes + i * stride;
            struct index_args index;
            TRY(index_read(at, args->version, &index));
            if (((index.grbit & JET_bitIndexPrimary) != 0) == (primaries == 0))
                TRY(create_index_element(c, t, at, args->version, args->created));
        }
done:
    return err;
}

/* The table with its cursor; on failure nothing is left of either. */
static ese_err create_in_step(struct call *c, JET_DBID dbid, const struct table_args *args, JET_ERR *warning)
{
    ese_err err = 0;
    struct step step = {0};
    struct db_file *db;
    struct table_def *t = NULL;
    struct cursor *cursor = NULL;
    struct table_create how = {0};
    char name[NAME_BYTES_MAX + 1], template_name[NAME_BYTES_MAX + 1];
    TRY(writable_database(c, dbid, &db));
    TRY(check_table_args(args, name, template_name));
    how = (struct table_create){.name = name, .template_name = template_name[0] != '\0' ? template_name : NULL, .pages = args->pages,
                                .density = args->density, .flags = table_flags_of_grbit(args->grbit), .lv_chunk_max = args->chunk_max};
    TRY(step_begin(&step, c));
    err = ddl_create_table(c->s, (uint8_t)dbid, &how, &t);
    if (err == JET_errWriteConflict)                    /* the name is being taken by another transaction */
        err = JET_errTableDuplicate;
    if (err >= 0 || err == JET_errTableDuplicate) {
        *args->created = 1;
        *args->tableid = JET_tableidNil;
    }
    if (err < 0)
        goto done;
    TRY(create_columns(c, t, args, warning));
    TRY(create_indexes(c, t, args));
done:
    if (t != NULL && err >= 0)
        err = cursor_open(c->s, t, &cursor);
    else if (t != NULL)
        schema_close_table(t);
    err = step_end(&step, err);
    if (cursor != NULL && err < 0)
        cursor_close(cursor);
    if (cursor != NULL && err >= 0) {
        (void)cursor_restrict(cursor, false, true, false);
        err = table_register(c, cursor, TABLE_USER, args->tableid);
    }
    return err;
}

static JET_ERR create_table(JET_SESID sesid, JET_DBID dbid, const struct table_args *args)
{
    struct call c;
    ese_err err = 0;
    JET_ERR warning = 0;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(create_in_step(&c, dbid, args, &warning));
done:
    return call_end_warning(&c, err, warning);
}

/*
 * JetCreateTable - an empty table; the cursor keeps others out until it is closed.
 * err     JET_errInvalidDatabaseId, JET_errInvalidName, JET_errDensityInvalid, JET_errTransReadOnly, JET_errTableDuplicate
 * source  observed-sequences tbl-ddl
 */
JET_ERR JET_API JetCreateTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_UINT32 lPages, JET_UINT32 lDensity,
    JET_TABLEID *ptableid)
{
    JET_UINT32 created = 0;
    struct table_args args = {.name = szTableName, .pages = lPages, .density = lDensity, .version = INDEX_V1, .tableid = ptableid,
                              .created = &created};
    if (ptableid == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    return create_table(sesid, dbid, &args);
}

/*
 * JetCreateTableColumnIndex* - a table with its columns and indexes, all or nothing.
 * out     tableid, cCreated, columnid and err of the columns, err of the indexes
 * wrn     JET_wrnColumnMaxTruncated
 * err     those of JetCreateTable, JetAddColumn, JetCreateIndex2; JET_errInvalidParameter (sizes), JET_errInvalidGrbit
 * source  observed-sequences tci
 */
#define TABLE_ARGS(p, version_)                                                                                        \
    {.name = (p)->szTableName, .template_name = (p)->szTemplateTableName, .pages = (p)->ulPages, .density = (p)->ulDensity,                \
     .columns = (p)->rgcolumncreate, .column_count = (p)->cColumns, .indexes = (p)->rgindexcreate, .index_count = (p)->cIndexes,           \
     .version = (version_), .grbit = (p)->grbit, .tableid = &(p)->tableid, .created = &(p)->cCreated}

JET_ERR JET_API JetCreateTableColumnIndexW(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE_W *ptablecreate)
{
    if (ptablecreate == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    return create_table(sesid, dbid, &(struct table_args)TABLE_ARGS(ptablecreate, INDEX_V1));
}

JET_ERR JET_API JetCreateTableColumnIndex2W(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE2_W *ptablecreate)
{
    if (ptablecreate == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    return create_table(sesid, dbid, &(struct table_args)TABLE_ARGS(ptablecreate, INDEX_V1));
}

JET_ERR JET_API JetCreateTableColumnIndex3W(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE3_W *ptablecreate)
{
    if (ptablecreate == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    return create_table(sesid, dbid, &(struct table_args)TABLE_ARGS(ptablecreate, INDEX_V2));
}

JET_ERR JET_API JetCreateTableColumnIndex4W(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE4_W *ptablecreate)
{
    if (ptablecreate == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    return create_table(sesid, dbid, &(struct table_args)TABLE_ARGS(ptablecreate, INDEX_V3));
}

JET_ERR JET_API JetCreateTableColumnIndex5W(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE5_W *ptablecreate)
{
    struct table_args args;
    if (ptablecreate == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    args = (struct table_args)TABLE_ARGS(ptablecreate, INDEX_V3);
    args.chunk_max = ptablecreate->cbLVChunkMax;
    return create_table(sesid, dbid, &args);
}

/*
 * JetDeleteTable, JetRenameTable.
 * err     JET_errInvalidName, JET_errObjectNotFound, JET_errTableInUse, JET_errTableLocked, JET_errCannotDeleteSystemTable, JET_errFixedDDL,
 *         JET_errTableDuplicate
 * source  observed-sequences tbl-ddl, tbl-sys
 */
JET_ERR JET_API JetDeleteTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName)
{
    struct call c;
    ese_err err = 0;
    struct step step = {0};
    struct db_file *db;
    char name[NAME_BYTES_MAX + 1];
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(writable_database(&c, dbid, &db));
    TRY(text_name(szTableName, name, sizeof name));
    TRY(step_begin(&step, &c));
    err = step_end(&step, ddl_delete_table(c.s, (uint8_t)dbid, name));
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetDeleteTable2W(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR wszTableName, const JET_GRBIT grbit)
{
    (void)grbit;
    return JetDeleteTableW(sesid, dbid, wszTableName);
}

JET_ERR JET_API JetRenameTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szName, JET_PCWSTR szNameNew)
{
    struct call c;
    ese_err err = 0;
    struct step step = {0};
    struct db_file *db;
    char from[NAME_BYTES_MAX + 1], to[NAME_BYTES_MAX + 1];
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(writable_database(&c, dbid, &db));
    TRY(text_name(szName, from, sizeof from));
    TRY(text_name(szNameNew, to, sizeof to));
    TRY(step_begin(&step, &c));
    err = step_end(&step, ddl_rename_table(c.s, (uint8_t)dbid, from, to));
done:
    return call_end(&c, err);
}

/* ---- columns ---- */

/*
 * JetAddColumn.
 * wrn     JET_wrnColumnMaxTruncated
 * err     JET_errPermissionDenied, JET_errInvalidParameter, JET_errInvalidName, JET_errInvalidColumnType, JET_errInvalidCodePage,
 *         JET_errInvalidGrbit, JET_errMultiValuedColumnMustBeTagged, JET_errExclusiveTableLockRequired, JET_errColumnDuplicate, ...
 * source  observed-sequences tbl-column
 */
JET_ERR JET_API JetAddColumnW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szColumnName, const JET_COLUMNDEF *pcolumndef,
    const void *pvDefault, JET_UINT32 cbDefault, JET_COLUMNID *pcolumnid)
{
    struct call c;
    ese_err err = 0;
    JET_ERR warning = 0;
    struct step step = {0};
    struct column_args args;
    struct column_create how;
    uint32_t columnid = 0;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    TRY(writable_table(&c));
    if (pcolumndef == NULL || pcolumndef->cbStruct != sizeof *pcolumndef)
        FAIL(JET_errInvalidParameter);
    args = (struct column_args){szColumnName, pcolumndef->coltyp, pcolumndef->cp, pcolumndef->cbMax, pcolumndef->grbit, pvDefault, cbDefault};
    TRY(column_convert(&args, scratch(&c), &how, &warning));
    if ((how.flags & COLUMN_AUTOINCREMENT) != 0 && !c.cursor->deny_read)
        FAIL(JET_errExclusiveTableLockRequired);
    TRY(step_begin(&step, &c));
    TRY(step_end(&step, ddl_add_column(c.s, c.cursor->table, &how, &columnid)));
    if (pcolumnid != NULL)
        *pcolumnid = columnid;
done:
    return call_end_warning(&c, err, warning);
}

/* JetDeleteColumn* - err: JET_errColumnNotFound, JET_errColumnInUse (of an index). source: observed-sequences tbl-column 24-28 */
JET_ERR JET_API JetDeleteColumn2W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szColumnName, const JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    struct step step = {0};
    char name[NAME_BYTES_MAX + 1];
    (void)grbit;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    TRY(writable_table(&c));
    TRY(text_name(szColumnName, name, sizeof name));
    TRY(step_begin(&step, &c));
    err = step_end(&step, ddl_delete_column(c.s, c.cursor->table, name));
done:
    return call_end(&c, err);
}

JET_ERR JET_API JetDeleteColumnW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szColumnName)
{
    return JetDeleteColumn2W(sesid, tableid, szColumnName, 0);
}

/*
 * JetRenameColumn - outside transactions only: everybody has the new name at once.
 * err     JET_errInTransaction; a name that exists gives JET_errKeyDuplicate, as the catalog's index does
 * source  observed-sequences tbl-column 30
 */
JET_ERR JET_API JetRenameColumnW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szName, JET_PCWSTR szNameNew, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    struct step step = {0};
    char from[NAME_BYTES_MAX + 1], to[NAME_BYTES_MAX + 1];
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    TRY(writable_table(&c));
    if ((grbit & ~(JET_GRBIT)JET_bitColumnRenameConvertToPrimaryIndexPlaceholder) != 0)
        FAIL(JET_errInvalidGrbit);
    if (szName == NULL || szNameNew == NULL)
        FAIL(JET_errInvalidParameter);
    if (c.s->trx.level != 0)
        FAIL(JET_errInTransaction);
    TRY(text_name(szName, from, sizeof from));
    TRY(text_name(szNameNew, to, sizeof to));
    TRY(step_begin(&step, &c));
    err = step_end(&step, ddl_rename_column(c.s, c.cursor->table, from, to));
    if (err == JET_errColumnDuplicate)
        err = JET_errKeyDuplicate;
done:
    return call_end(&c, err);
}

/* JetSetColumnDefaultValue - for records that do not have the column yet. err: JET_errObjectNotFound, JET_errColumnNotFound */
JET_ERR JET_API JetSetColumnDefaultValueW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_PCWSTR szColumnName,
    const void *pvData, const JET_UINT32 cbData, const JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    struct step step = {0};
    struct db_file *db;
    struct table_def *t = NULL;
    char table[NAME_BYTES_MAX + 1], column[NAME_BYTES_MAX + 1];
    (void)grbit;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(writable_database(&c, dbid, &db));
    TRY(text_name(szTableName, table, sizeof table));
    TRY(text_name(szColumnName, column, sizeof column));
    if (pvData == NULL && cbData != 0)
        FAIL(JET_errInvalidParameter);
    if (cbData > JET_cbLVDefaultValueMost)
        FAIL(JET_errDefaultValueTooBig);
    TRY(step_begin(&step, &c));
    err = schema_open_table(c.s, (uint8_t)dbid, table, &t);
    if (err >= 0)
        err = ddl_set_default(c.s, t, column, bytes_of(pvData, cbData));
    if (t != NULL)
        schema_close_table(t);
    err = step_end(&step, err);
done:
    return call_end(&c, err);
}

/* ---- indexes ---- */

/*
 * JetCreateIndex - one index by the old form: language and segment limit may follow the key list.
 * err     JET_errPermissionDenied, JET_errInvalidName, JET_errDensityInvalid, JET_errInvalidGrbit, JET_errIndexInvalidDef,
 *         JET_errIndexHasPrimary, JET_errIndexDuplicate, JET_errColumnNotFound, JET_errKeyDuplicate, JET_errNullKeyDisallowed, JET_errCannotIndex
 * source  observed-sequences tbl-index
 */
JET_ERR JET_API JetCreateIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName, JET_GRBIT grbit, const JET_WCHAR *szKey,
    JET_UINT32 cbKey, JET_UINT32 lDensity)
{
    struct call c;
    ese_err err = 0;
    struct step step = {0};
    struct index_args args = {.name = szIndexName, .key = szKey, .key_bytes = cbKey, .grbit = grbit & ~(JET_GRBIT)JET_bitIndexUnicode,
                              .density = lDensity};
    struct index_create *how;
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    TRY(writable_table(&c));
    how = arena_take(scratch(&c), sizeof *how);
    if (how == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(index_convert(&args, &c.session->owner->params, scratch(&c), how));
    TRY(step_begin(&step, &c));
    err = step_end(&step, ddl_create_index(c.s, c.cursor->table, how));
done:
    return call_end(&c, err);
}

static JET_ERR create_index_list(JET_SESID sesid, JET_TABLEID tableid, void *list, uint32_t count, enum index_version version)
{
    struct call c;
    ese_err err = 0;
    struct step step = {0};
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    TRY(writable_table(&c));
    if (count == 0)
        goto done;
    if (list == NULL)
        FAIL(JET_errInvalidParameter);
    TRY(step_begin(&step, &c));
    for (uint32_t i = 0; i < count && err >= 0; i++)
        err = create_index_element(&c, c.cursor->table, (uint8_t *)list + i * index_stride(list, version), version, NULL);
    err = step_end(&step, err);
done:
    return call_end(&c, err);
}

/* JetCreateIndex2..4 - all of the list or none. source: API reference "JetCreateIndex2"; observed-sequences tbl-index */
JET_ERR JET_API JetCreateIndex2W(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE_W *pindexcreate, JET_UINT32 cIndexCreate)
{
    return create_index_list(sesid, tableid, pindexcreate, cIndexCreate, INDEX_V1);
}

JET_ERR JET_API JetCreateIndex3W(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE2_W *pindexcreate, JET_UINT32 cIndexCreate)
{
    return create_index_list(sesid, tableid, pindexcreate, cIndexCreate, INDEX_V2);
}

JET_ERR JET_API JetCreateIndex4W(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE3_W *pindexcreate, JET_UINT32 cIndexCreate)
{
    return create_index_list(sesid, tableid, pindexcreate, cIndexCreate, INDEX_V3);
}

/* Is the index the current one of a cursor of this session? */
static bool is_current(const struct call *c, const char *name)
{
    LIST_EACH(it, &c->s->cursors) {
        const struct cursor *cursor = LIST_ENTRY(it, struct cursor, link);
        if (cursor->table == c->cursor->table && cursor->index != NULL && schema_name_equal(cursor->index->name, name))
            return true;
    }
    return false;
}

/*
 * JetDeleteIndex - err: JET_errIndexNotFound, JET_errIndexMustStay, JET_errIndexInUse (current index of a cursor, this one
 * included).
 * source  observed-sequences tbl-index 24-30
 */
JET_ERR JET_API JetDeleteIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName)
{
    struct call c;
    ese_err err = 0;
    struct step step = {0};
    char name[NAME_BYTES_MAX + 1];
    TRY(call_table(&c, sesid, tableid, CALL_PLAIN));
    TRY(writable_table(&c));
    TRY(text_name(szIndexName, name, sizeof name));
    if (is_current(&c, name))
        FAIL(JET_errIndexInUse);
    TRY(step_begin(&step, &c));
    err = step_end(&step, ddl_delete_index(c.s, c.cursor->table, name));
done:
    return call_end(&c, err);
}
