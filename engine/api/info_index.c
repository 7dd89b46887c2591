/* JetGetIndexInfo, JetGetTableIndexInfo. */
#include "api/info_api.h"

enum { COUNTRY_DEFAULT = 1, LANGUAGE_DEFAULT = 0x409 };

enum { LIST_NAME, LIST_GRBIT, LIST_KEYS, LIST_ENTRIES, LIST_PAGES, LIST_COLUMNS, LIST_NUMBER, LIST_ID, LIST_TYPE, LIST_COUNTRY, LIST_LANGUAGE,
       LIST_CP, LIST_COLLATE, LIST_DIRECTION, LIST_COLUMN_NAME, LIST_MAP_FLAGS, LIST_COUNT };

/* Primary and visible secondary indexes in one walk: number -1 is the primary. */
static struct index_def *next_index(const struct call *c, struct table_def *t, struct list **at, bool *started)
{
    if (!*started) {
        *started = true;
        *at = t->indexes.next;
        if (t->primary != NULL)
            return t->primary;
    }
    while (*at != &t->indexes) {
        struct index_def *i = LIST_ENTRY(*at, struct index_def, link);
        *at = (*at)->next;
        if (!i->deleted && !i->building && schema_sees(c->s, &i->life))
            return i;
    }
    return NULL;
}

static ese_err list_part(struct api_table *list, const uint32_t *ids, const struct index_def *i, unsigned part, bool wide)
{
    ese_err err = 0;
    const struct column_def *column = i->parts[part].column;
    JET_GRBIT grbit = index_grbit(i), direction = i->parts[part].descending ? JET_bitKeyDescending : JET_bitKeyAscending;
    uint32_t zero = 0, columns = i->part_count, type = column->type;
    uint16_t country = COUNTRY_DEFAULT, language = (uint16_t)(i->collation.lcid != 0 ? i->collation.lcid : LANGUAGE_DEFAULT), collate = 0;
    TRY(list_begin_row(list));
    TRY(list_set_text(list, ids[LIST_NAME], i->name, wide));
    TRY(list_set(list, ids[LIST_GRBIT], &grbit, 4));
    TRY(list_set(list, ids[LIST_KEYS], &zero, 4));
    TRY(list_set(list, ids[LIST_ENTRIES], &zero, 4));
    TRY(list_set(list, ids[LIST_PAGES], &zero, 4));
    TRY(list_set(list, ids[LIST_COLUMNS], &columns, 4));
    TRY(list_set(list, ids[LIST_NUMBER], &part, 4));
    TRY(list_set(list, ids[LIST_ID], &column->columnid, 4));
    TRY(list_set(list, ids[LIST_TYPE], &type, 4));
    TRY(list_set(list, ids[LIST_COUNTRY], &country, 2));
    TRY(list_set(list, ids[LIST_LANGUAGE], &language, 2));
    TRY(list_set(list, ids[LIST_CP], &column->code_page, 2));
    TRY(list_set(list, ids[LIST_COLLATE], &collate, 2));
    TRY(list_set(list, ids[LIST_DIRECTION], &direction, 4));
    TRY(list_set_text(list, ids[LIST_COLUMN_NAME], column->name, wide));
    TRY(list_set(list, ids[LIST_MAP_FLAGS], &i->collation.flags, 4));
    TRY(list_end_row(list));
done:
    return err;
}

static ese_err index_list(struct call *c, struct table_def *t, const struct index_def *only, void *to, size_t room, JET_UINT32 level)
{
    ese_err err = 0;
    uint16_t cp = (level & INFO_NARROW) != 0 ? 1252 : 1200;
    const struct list_column columns[LIST_COUNT] = {
        [LIST_NAME] = {COL_TEXT, true, cp, 0}, [LIST_GRBIT] = {COL_LONG, false, 0, 0}, [LIST_KEYS] = {COL_LONG, false, 0, 0},
        [LIST_ENTRIES] = {COL_LONG, false, 0, 0}, [LIST_PAGES] = {COL_LONG, false, 0, 0}, [LIST_COLUMNS] = {COL_LONG, false, 0, 0},
        [LIST_NUMBER] = {COL_LONG, true, 0, 0}, [LIST_ID] = {COL_LONG, false, 0, 0}, [LIST_TYPE] = {COL_LONG, false, 0, 0},
        [LIST_COUNTRY] = {COL_SHORT, false, 0, 0}, [LIST_LANGUAGE] = {COL_SHORT, false, 0, 0}, [LIST_CP] = {COL_SHORT, false, 0, 0},
        [LIST_COLLATE] = {COL_SHORT, false, 0, 0}, [LIST_DIRECTION] = {COL_LONG, false, 0, 0}, [LIST_COLUMN_NAME] = {COL_TEXT, false, cp, 0},
        [LIST_MAP_FLAGS] = {COL_LONG, false, 0, 0}};
    const size_t old_size = offsetof(JET_INDEXLIST, columnidLCMapFlags);
    uint32_t ids[LIST_COUNT], count = 0;
    struct api_table *list = NULL;
    struct list *at = NULL;
    bool started = false;
    JET_INDEXLIST out;
    if (to == NULL || room < old_size)
        FAIL(JET_errBufferTooSmall);
    TRY(list_open(c, columns, LIST_COUNT, &list, ids));
    for (const struct index_def *i; (i = next_index(c, t, &at, &started)) != NULL;)
        for (unsigned part = 0; (only == NULL || only == i) && part < i->part_count; part++, count++)
            TRY(list_part(list, ids, i, part, (level & INFO_NARROW) == 0));
    list->temp_reading = true;
    if (count != 0)
        TRY(cursor_move(list->cursor, MOVE_FIRST, false));
    out = (JET_INDEXLIST){sizeof out, list->handle, count, ids[LIST_NAME], ids[LIST_GRBIT], ids[LIST_KEYS], ids[LIST_ENTRIES], ids[LIST_PAGES],
                          ids[LIST_COLUMNS], ids[LIST_NUMBER], ids[LIST_ID], ids[LIST_TYPE], ids[LIST_COUNTRY], ids[LIST_LANGUAGE], ids[LIST_CP],
                          ids[LIST_COLLATE], ids[LIST_DIRECTION], ids[LIST_COLUMN_NAME], ids[LIST_MAP_FLAGS]};
    memcpy(to, &out, room < sizeof out ? old_size : sizeof out);
done:
    if (err < 0 && list != NULL)
        table_close(list);
    return err;
}

/* ---- the definition as a create struct with its texts behind it ---- */

struct layout { uint8_t *at; size_t room, used; };

static void *place(struct layout *l, size_t size)
{
    void *p = l->used + size <= l->room ? l->at + l->used : NULL;
    l->used += (size + 7) & ~(size_t)7;
    return p;
}

static JET_WCHAR *place_text(struct layout *l, const char *text, char sign, size_t *bytes)
{
    size_t units = text_to_utf16(text, strlen(text), NULL, 0);
    size_t all = units + (sign != 0) + 1;
    JET_WCHAR *to = place(l, all * sizeof *to);
    if (to != NULL) {
        if (sign != 0)
            to[0] = (JET_WCHAR)sign;
        text_to_utf16(text, strlen(text), to + (sign != 0), units);
        to[all - 1] = 0;
    }
    *bytes = all * sizeof *to;
    return to;
}

static JET_WCHAR *place_key(struct layout *l, const struct index_def *i, JET_UINT32 *bytes)
{
    JET_WCHAR units[KEY_SEGMENTS_MAX * (NAME_BYTES_MAX + 2) + 1], *to;
    size_t used = 0;
    for (unsigned k = 0; k < i->part_count; k++) {
        const char *name = i->parts[k].column->name;
        units[used++] = i->parts[k].descending ? '-' : '+';
        used += text_to_utf16(name, strlen(name), units + used, NAME_BYTES_MAX);
        units[used++] = 0;
    }
    units[used++] = 0;
    *bytes = (JET_UINT32)(used * sizeof *units);
    to = place(l, *bytes);
    if (to != NULL)
        memcpy(to, units, *bytes);
    return to;
}

static JET_CONDITIONALCOLUMN_W *place_conditions(struct layout *l, const struct index_def *i)
{
    JET_CONDITIONALCOLUMN_W *to = i->condition_count != 0 ? place(l, i->condition_count * sizeof *to) : NULL;
    for (unsigned k = 0; k < i->condition_count; k++) {
        size_t bytes;
        JET_WCHAR *name = place_text(l, i->conditions[k].column->name, 0, &bytes);
        if (to != NULL)
            to[k] = (JET_CONDITIONALCOLUMN_W){.cbStruct = sizeof *to, .szColumnName = name,
                                              .grbit = i->conditions[k].must_be_null ? JET_bitIndexColumnMustBeNull : JET_bitIndexColumnMustBeNonNull};
    }
    return to;
}

static JET_TUPLELIMITS *place_tuples(struct layout *l, const struct index_def *i)
{
    JET_TUPLELIMITS *to = (i->flags & INDEX_TUPLES) != 0 ? place(l, sizeof *to) : NULL;
    if (to != NULL)
        *to = (JET_TUPLELIMITS){i->tuple_min, i->tuple_max, i->tuple_to, i->tuple_step, i->tuple_start};
    return to;
}

/* The three structs agree in everything but the language. */
static ese_err index_create_info(const struct index_def *i, void *to, size_t room, JET_UINT32 level)
{
    size_t size = level == JET_IdxInfoCreateIndex ? sizeof(JET_INDEXCREATE_W) : level == JET_IdxInfoCreateIndex2 ? sizeof(JET_INDEXCREATE2_W)
                                                                                                                 : sizeof(JET_INDEXCREATE3_W);
    struct layout l = {to, to != NULL ? room : 0, 0};
    JET_INDEXCREATE3_W *out = place(&l, size);
    JET_INDEXCREATE3_W c = {.cbStruct = (JET_UINT32)size, .grbit = index_grbit(i) | JET_bitIndexUnicode | JET_bitIndexKeyMost,
                            .ulDensity = i->density, .cConditionalColumn = i->condition_count, .cbKeyMost = i->key_most};
    size_t bytes;
    if (level == JET_IdxInfoCreateIndex3) {
        JET_UNICODEINDEX2 *u = place(&l, sizeof *u);
        JET_WCHAR *locale = place_text(&l, i->collation.locale, 0, &bytes);
        if (u != NULL)
            *u = (JET_UNICODEINDEX2){.szLocaleName = locale, .dwMapFlags = i->collation.flags};
        c.pidxunicode = u;
    } else {
        JET_UNICODEINDEX *u = place(&l, sizeof *u);
        uint32_t lcid = i->collation.lcid;
        if (lcid == 0)
            (void)collate_lcid_of_name(i->collation.locale, &lcid);
        if (u != NULL)
            *u = (JET_UNICODEINDEX){lcid, i->collation.flags};
        c.pidxunicode = (JET_UNICODEINDEX2 *)(void *)u;
    }
    c.szIndexName = place_text(&l, i->name, 0, &bytes);
    c.szKey = place_key(&l, i, &c.cbKey);
    if ((i->flags & INDEX_TUPLES) != 0) {
        c.grbit |= JET_bitIndexTupleLimits;
        c.ptuplelimits = place_tuples(&l, i);
    } else {
        c.cbVarSegMac = i->segment_max;
    }
    c.rgconditionalcolumn = place_conditions(&l, i);
    if (l.used > room || out == NULL)
        return err_raise(JET_errBufferTooSmall, __func__, __LINE__);
    memcpy(out, &c, size);
    return 0;
}

static ese_err index_id(const struct table_def *t, const struct index_def *i, void *to, size_t room)
{
    JET_INDEXID id = {.cbStruct = sizeof id};
    uint32_t objid = i == NULL || i == t->primary ? t->objid : i->tree.objid;
    memcpy(id.rgbIndexId, &objid, sizeof objid);
    return info_give(&id, sizeof id, to, room);
}

static ese_err index_count(const struct call *c, struct table_def *t, void *to, size_t room)
{
    struct list *at = NULL;
    bool started = false;
    uint32_t count = 0;
    while (next_index(c, t, &at, &started) != NULL)
        count++;
    return info_give(&count, sizeof count, to, room);
}

static ese_err index_language(const struct index_def *i, void *to, size_t room)
{
    uint32_t lcid = i->collation.lcid;
    if (lcid == 0 && !collate_lcid_of_name(i->collation.locale, &lcid))
        lcid = 0;
    return info_give(&lcid, room >= 4 ? 4 : 2, to, room);
}

static ese_err index_space(struct index_def *i, bool owned, void *to, size_t room)
{
    uint32_t pages;
    ese_err err = info_space(index_tree(i), owned, &pages);
    return err < 0 ? err : info_give(&pages, sizeof pages, to, room);
}

/* Levels about one index; i is not NULL. */
static ese_err one_index(const struct table_def *t, struct index_def *i, void *to, size_t room, JET_UINT32 level)
{
    uint32_t density = i->density;
    uint16_t segment = i->segment_max, most = i->key_most;
    switch (level) {
    case JET_IdxInfoSpaceAlloc: return info_give(&density, sizeof density, to, room);
    case JET_IdxInfoLCID: return index_language(i, to, room);
    case JET_IdxInfoVarSegMac: return info_give(&segment, sizeof segment, to, room);
    case JET_IdxInfoKeyMost: return info_give(&most, sizeof most, to, room);
    case JET_IdxInfoIndexId: return index_id(t, i, to, room);
    case JET_IdxInfoCreateIndex: case JET_IdxInfoCreateIndex2: case JET_IdxInfoCreateIndex3: return index_create_info(i, to, room, level);
    case JET_IdxInfoLocaleName: return text_give(i->collation.locale, to, room);
    case JET_IdxInfoSortVersion: return info_give(&i->nls_version, sizeof i->nls_version, to, room);
    case JET_IdxInfoDefinedSortVersion: return info_give(&i->defined_version, sizeof i->defined_version, to, room);
    case JET_IdxInfoSortId: return info_give(i->sort_id, sizeof i->sort_id, to, room);
    case JET_IdxInfoSpaceOwned: return index_space(i, true, to, room);
    case JET_IdxInfoSpaceAvailable: return index_space(i, false, to, room);
    default: return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    }
}

static ese_err index_info(struct call *c, struct table_def *t, JET_PCWSTR name, void *to, size_t room, JET_UINT32 full)
{
    ese_err err = 0;
    JET_UINT32 level = full & INFO_LEVEL_MASK;
    bool named = name != NULL && name[0] != 0;
    char text[NAME_BYTES_MAX + 1] = "";
    struct index_def *i = NULL;
    if (level > JET_IdxInfoSpaceAvailable)
        FAIL(JET_errInvalidParameter);
    if (level == JET_IdxInfoSysTabCursor || level == JET_IdxInfoOLC || level == JET_IdxInfoResetOLC)
        FAIL(JET_errFeatureNotAvailable);
    if (level == JET_IdxInfoCount) {
        TRY(index_count(c, t, to, room));
        goto done;
    }
    if (named)
        TRY(text_name(name, text, sizeof text));
    TRY(schema_find_index(c->s, t, text, &i));
    if (level == JET_IdxInfo || level == JET_IdxInfoList) {
        TRY(index_list(c, t, named ? i : NULL, to, room, full));
        goto done;
    }
    if (i == NULL && level == JET_IdxInfoIndexId)
        TRY(index_id(t, NULL, to, room));
    else if (i == NULL)
        FAIL(JET_errIndexNotFound);
    else
        TRY(one_index(t, i, to, room, level));
done:
    return err;
}

/*
 * JetGetIndexInfo, JetGetTableIndexInfo - facts of one index, or a list as a temporary table. NULL or "": the primary, for lists all.
 * err     JET_errInvalidDatabaseId, JET_errObjectNotFound, JET_errInvalidParameter, JET_errIndexNotFound, JET_errBufferTooSmall
 * source  observed-sequences info-other 19-31; api/enums.tsv
 */
JET_ERR JET_API JetGetIndexInfoW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_PCWSTR szIndexName, void *pvResult,
    JET_UINT32 cbResult, JET_UINT32 InfoLevel)
{
    struct call c;
    ese_err err = 0;
    struct table_def *t = NULL;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    TRY(info_open_table(&c, dbid, szTableName, &t));
    TRY(index_info(&c, t, szIndexName, pvResult, cbResult, InfoLevel));
done:
    if (t != NULL)
        schema_close_table(t);
    return call_end(&c, err);
}

JET_ERR JET_API JetGetTableIndexInfoW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName, void *pvResult, JET_UINT32 cbResult,
    JET_UINT32 InfoLevel)
{
    struct call c;
    ese_err err = 0;
    TRY(call_table(&c, sesid, tableid, CALL_READ));
    TRY(index_info(&c, c.cursor->table, szIndexName, pvResult, cbResult, InfoLevel));
done:
    return call_end(&c, err);
}
