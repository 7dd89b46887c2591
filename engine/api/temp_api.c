/* Temporary tables and the lists of information calls: ordinary tables of the temporary database with a life of one cursor. */
#include "api/temp_api.h"

#include <stdio.h>

#include "admin/db_attach.h"
#include "api/ddl_convert.h"

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

/* ---- making and dropping ---- */

/* Schema changes of the temporary database are the engine's own: a session apart makes them, whatever transaction the caller is in. */
static ese_err temp_session(struct api_instance *ai, struct session **out)
{
    ese_err err = 0;
    if (ai->temp_session == NULL)
        TRY(session_begin(ai->inst, &ai->temp_session));
    *out = ai->temp_session;
done:
    return err;
}

struct temp_definition {
    const struct column_create *columns;
    const uint8_t *key;                                 /* 0 not in the key, '+', '-' */
    unsigned count;
    JET_GRBIT grbit;
    struct collation collation;
    uint16_t key_most, segment_max;
};

static ese_err make_key(const struct temp_definition *how, char *key, size_t room, size_t *size)
{
    size_t used = 0;
    for (unsigned i = 0; i < how->count; i++)
        if (how->key[i] != 0) {
            int n = snprintf(key + used, room - used, "%c%s", how->key[i], how->columns[i].name);
            if (n < 0 || (size_t)n + 2 > room - used)
                return err_raise(JET_errIndexInvalidDef, __func__, __LINE__);
            used += (size_t)n + 1;
        }
    key[used] = '\0';
    *size = used != 0 ? used + 1 : 0;
    return 0;
}

static ese_err fill_table(struct session *s, struct table_def *t, const struct temp_definition *how, uint32_t *columnids, struct arena *a)
{
    ese_err err = 0;
    enum { KEY_ROOM = KEY_SEGMENTS_MAX * 16 };
    char key[KEY_ROOM];
    size_t key_bytes = 0;
    struct index_create *index = arena_take(a, sizeof *index);
    if (index == NULL)
        FAIL(JET_errOutOfMemory);
    for (unsigned i = 0; i < how->count; i++)
        TRY(ddl_add_column(s, t, &how->columns[i], &columnids[i]));
    TRY(make_key(how, key, sizeof key, &key_bytes));
    if (key_bytes == 0)
        goto done;
    memset(index, 0, sizeof *index);
    index->name = "key";
    index->key = key;
    index->key_bytes = key_bytes;
    index->flags = INDEX_EXTENDED | INDEX_PRIMARY | INDEX_UNIQUE | INDEX_ALLOW_ALL_NULLS | INDEX_ALLOW_FIRST_NULL | INDEX_ALLOW_SOME_NULLS;
    if ((how->grbit & JET_bitTTSortNullsHigh) != 0)
        index->flags |= INDEX_NULLS_HIGH;
    if ((how->grbit & JET_bitTTDotNetGuid) != 0)
        index->flags |= INDEX_DOTNET_GUID;
    index->collation = how->collation;
    index->has_collation = true;
    index->key_most = how->key_most;
    index->segment_max = how->segment_max;
    TRY(ddl_create_index(s, t, index));
done:
    return err;
}

static ese_err make_table(struct call *c, const char *name, const struct temp_definition *how, uint32_t *columnids)
{
    ese_err err = 0;
    struct api_instance *ai = c->session->owner;
    struct table_create create = {.name = name, .pages = 1};
    struct table_def *t = NULL;
    struct session *s;
    bool begun = false;
    os_mutex_lock(&ai->databases);
    TRY(db_temp_open(ai->inst, param_text(&ai->params, JET_paramTempPath)));
    TRY(temp_session(ai, &s));
    TRY(txn_begin(s, false));
    begun = true;
    TRY(ddl_create_table(s, DB_TEMP_ID, &create, &t));
    TRY(fill_table(s, t, how, columnids, &c->s->scratch));
    TRY(txn_commit(s, COMMIT_LAZY));
    begun = false;
done:
    if (t != NULL)
        schema_close_table(t);
    if (begun)
        (void)txn_rollback(s);
    if (ai->temp_session != NULL)
        arena_reset(&ai->temp_session->scratch);
    os_mutex_unlock(&ai->databases);
    return err;
}

void temp_drop(struct api_instance *ai, const char *name)
{
    struct session *s;
    os_mutex_lock(&ai->databases);
    if (temp_session(ai, &s) >= 0) {
        (void)ddl_delete_table(s, DB_TEMP_ID, name);
        arena_reset(&s->scratch);
    }
    os_mutex_unlock(&ai->databases);
}

static ese_err temp_create(struct call *c, const struct temp_definition *how, JET_TABLEID *tableid, uint32_t *columnids)
{
    ese_err err = 0;
    struct api_instance *ai = c->session->owner;
    char name[NAME_BYTES_MAX + 1];
    struct table_def *t;
    struct cursor *cursor;
    struct api_table *table;
    bool made = false;
    (void)snprintf(name, sizeof name, "Temp%08X", (unsigned)atomic_fetch_add(&ai->temp_last, 1) + 1);
    TRY(make_table(c, name, how, columnids));
    made = true;
    TRY(call_transact(c, true));
    TRY(schema_open_table(c->s, DB_TEMP_ID, name, &t));
    TRY(cursor_open(c->s, t, &cursor));
    made = false;
    TRY(table_register(c, cursor, TABLE_TEMPORARY, tableid));
    table = cursor->api;
    table->temp_grbit = how->grbit;
    memcpy(table->temp_name, name, sizeof table->temp_name);
done:
    if (made)
        temp_drop(ai, name);
    return err;
}

/* ---- JetOpenTempTable* ---- */

static ese_err convert_columns(struct call *c, const JET_COLUMNDEF *defs, uint32_t count, struct column_create *columns, uint8_t *key)
{
    ese_err err = 0;
    for (uint32_t i = 0; i < count; i++) {
        JET_WCHAR name[16];
        char text[16];
        JET_ERR warning;
        struct column_args args = {name, defs[i].coltyp, defs[i].cp, defs[i].cbMax,
                                   defs[i].grbit & (JET_bitColumnFixed | JET_bitColumnTagged | JET_bitColumnMultiValued | JET_bitColumnNotNULL),
                                   NULL, 0};
        int n = snprintf(text, sizeof text, "c%u", (unsigned)i + 1);
        if (defs[i].cbStruct != sizeof defs[i])
            FAIL(JET_errInvalidParameter);
        for (int k = 0; k <= n; k++)
            name[k] = (JET_WCHAR)text[k];
        TRY(column_convert(&args, &c->s->scratch, &columns[i], &warning));
        key[i] = (defs[i].grbit & JET_bitColumnTTKey) == 0 ? 0 : (defs[i].grbit & JET_bitColumnTTDescending) != 0 ? '-' : '+';
    }
done:
    return err;
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
    struct temp_definition how = {.count = args->count, .grbit = args->grbit};
    struct column_create *columns;
    uint8_t *key;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    if (args->tableid == NULL || (args->count != 0 && (args->columns == NULL || args->columnids == NULL)))
        FAIL(JET_errInvalidParameter);
    *args->tableid = JET_tableidNil;
    if (atomic_load(&c.session->owner->temp_tables) >= param_number(&c.session->owner->params, JET_paramMaxTemporaryTables))
        FAIL(JET_errTooManySorts);
    columns = arena_take(&c.s->scratch, (args->count + 1) * sizeof *columns);
    key = arena_take(&c.s->scratch, args->count + 1);
    if (columns == NULL || key == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(convert_columns(&c, args->columns, args->count, columns, key));
    TRY(choose_collation(c.session->owner, args, &how.collation));
    if (args->key_most > UINT16_MAX || args->segment_max > UINT16_MAX)
        FAIL(JET_errInvalidParameter);
    how.columns = columns;
    how.key = key;
    how.key_most = (uint16_t)args->key_most;
    how.segment_max = (uint16_t)args->segment_max;
    TRY(temp_create(&c, &how, args->tableid, args->columnids));
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
    struct temp_definition how = {.count = count, .grbit = JET_bitTTScrollable};
    struct column_create *create = arena_take(&c->s->scratch, (count + 1) * sizeof *create);
    uint8_t *key = arena_take(&c->s->scratch, count + 1);
    JET_TABLEID tableid;
    if (create == NULL || key == NULL)
        FAIL(JET_errOutOfMemory);
    for (unsigned i = 0; i < count; i++) {
        char *name = arena_take(&c->s->scratch, 16);
        bool text = columns[i].type == COL_TEXT || columns[i].type == COL_LONG_TEXT;
        bool tagged = columns[i].type == COL_LONG_TEXT || columns[i].type == COL_LONG_BINARY;
        bool variable = columns[i].type == COL_TEXT || columns[i].type == COL_BINARY;
        if (name == NULL)
            FAIL(JET_errOutOfMemory);
        (void)snprintf(name, 16, "c%u", i + 1);
        create[i] = (struct column_create){.place = tagged ? COLUMN_TAGGED : variable ? COLUMN_VARIABLE : COLUMN_FIXED, .name = name,
                                           .type = columns[i].type, .code_page = text ? columns[i].code_page : 0,
                                           .max_bytes = variable ? 255 : columns[i].bytes};
        key[i] = columns[i].key ? '+' : 0;
    }
    how.columns = create;
    how.key = key;
    how.collation.flags = COLLATE_DEFAULT_FLAGS;
    TRY(temp_create(c, &how, &tableid, columnids));
    call_lift(c);
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
