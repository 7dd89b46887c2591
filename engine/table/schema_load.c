/* Definitions from catalog rows: columns, indexes, whole tables. */
#include "table/table_int.h"

#include "format/record.h"

static ese_err copy_name(char to[NAME_BYTES_MAX + 1], struct bytes name)
{
    if (name.size > NAME_BYTES_MAX)
        return JET_errCatalogCorrupted;
    memcpy(to, name.data, name.size);
    to[name.size] = 0;
    return JET_errSuccess;
}

ese_err schema_own_bytes(struct table_def *t, struct bytes from, struct bytes *to)
{
    uint8_t *copy;

    *to = BYTES_NONE;
    if (from.data == NULL)
        return JET_errSuccess;
    copy = arena_take(&t->memory, from.size + 1);
    if (copy == NULL)
        return JET_errOutOfMemory;
    memcpy(copy, from.data, from.size);
    *to = bytes_of(copy, from.size);
    return JET_errSuccess;
}

/* ---- columns ---- */

static uint16_t bytes_of_type(uint8_t type, uint32_t max_bytes)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 4, 8, 8, 0, 0, 0, 0, 0, 4, 8, 16, 2, 8};
    if (type < sizeof sizes && sizes[type] != 0)
        return sizes[type];
    return (uint16_t)max_bytes;
}

ese_err schema_column_from_row(struct table_def *t, const struct catalog_row *row, struct column_def **out)
{
    ese_err err = JET_errSuccess;
    struct column_def *c = arena_take(&t->memory, sizeof *c);

    if (c == NULL)
        FAIL(JET_errOutOfMemory);
    memset(c, 0, sizeof *c);
    if (row->id == 0 || row->id >= FID_TAGGED_FIRST + COLUMNS_TAGGED_MAX || row->coltype_or_root > COL_ULONGLONG)
        FAIL(JET_errCatalogCorrupted);
    TRY(copy_name(c->name, row->name));
    c->fid = (uint16_t)row->id;
    c->columnid = row->id | ((t->flags & TABLE_TEMPLATE) != 0 ? COLUMNID_TEMPLATE : 0);
    c->type = (uint8_t)row->coltype_or_root;
    c->deleted = c->type == COL_NIL;
    c->code_page = (uint16_t)row->pages_or_locale;
    c->max_bytes = row->space_usage;
    c->flags = row->flags;
    if (c->fid <= FID_FIXED_LAST) {
        c->offset = row->offset;
        c->fixed_bytes = bytes_of_type(c->type, c->max_bytes);
    }
    if ((c->flags & COLUMN_USER_DEFAULT) != 0 && row->template_table.size < sizeof c->callback)
        memcpy(c->callback, row->template_table.data, row->template_table.size);
    TRY(schema_own_bytes(t, row->default_value, &c->default_value));
    *out = c;
done:
    return err;
}

static ese_err grow_tagged(struct table_def *t, unsigned slots)
{
    ese_err err = JET_errSuccess;
    unsigned room = t->tagged_room == 0 ? 16 : t->tagged_room;
    struct column_def **larger;

    if (slots <= t->tagged_room)
        goto done;
    while (room < slots)
        room *= 2;
    larger = arena_take(&t->memory, room * sizeof *larger);
    if (larger == NULL)
        FAIL(JET_errOutOfMemory);
    memset(larger, 0, room * sizeof *larger);
    if (t->tagged_room != 0)
        memcpy(larger, t->tagged, t->tagged_room * sizeof *larger);
    t->tagged = larger;
    t->tagged_room = room;
done:
    return err;
}

/* Facts of the table that depend on its columns: called again when one is deleted. */
void schema_note_column(struct table_def *t, struct column_def *c)
{
    if (c->deleted) {
        if (t->autoincrement == c)
            t->autoincrement = NULL;
        if (t->version == c)
            t->version = NULL;
        return;
    }
    if ((c->flags & COLUMN_AUTOINCREMENT) != 0)
        t->autoincrement = c;
    if ((c->flags & COLUMN_VERSION) != 0)
        t->version = c;
}

ese_err schema_set_column(struct table_def *t, struct column_def *c)
{
    ese_err err = JET_errSuccess;

    if (c->fid <= FID_FIXED_LAST) {
        t->fixed[c->fid - FID_FIXED_FIRST] = c;
        if (c->offset + c->fixed_bytes > t->fixed_end)
            t->fixed_end = (uint16_t)(c->offset + c->fixed_bytes);
        if (c->fid > t->fixed_last)
            t->fixed_last = c->fid;
    } else if (c->fid <= FID_VAR_LAST) {
        t->var[c->fid - FID_VAR_FIRST] = c;
        if (c->fid > t->var_last)
            t->var_last = c->fid;
    } else {
        TRY(grow_tagged(t, c->fid - FID_TAGGED_FIRST + 1u));
        t->tagged[c->fid - FID_TAGGED_FIRST] = c;
        if (c->fid > t->tagged_last)
            t->tagged_last = c->fid;
    }
    if (!c->deleted)
        schema_note_column(t, c);
done:
    return err;
}

/* A deleted fixed column still takes its place in every record: its size is the gap to the next one's offset. */
static void fix_deleted_sizes(struct table_def *t)
{
    for (unsigned k = 0; k < t->fixed_last; k++) {
        struct column_def *c = t->fixed[k], *next = k + 1 < t->fixed_last ? t->fixed[k + 1] : NULL;
        if (c != NULL && c->deleted && next != NULL && next->offset > c->offset)
            c->fixed_bytes = (uint16_t)(next->offset - c->offset);
    }
}

/* ---- facts ---- */

static struct bytes no_var_default(const void *table, unsigned fid, bool *has)
{
    const struct table_def *t = table;
    const struct column_def *c = fid >= FID_VAR_FIRST && fid <= FID_VAR_LAST ? t->var[fid - FID_VAR_FIRST] : NULL;

    *has = c != NULL && !c->deleted && (c->flags & COLUMN_DEFAULT) != 0 && c->default_value.data != NULL;
    return *has ? c->default_value : BYTES_NONE;
}

/* Is the column's default part of new records? Not while only one transaction knows the column, unless the table is as new. */
static bool counts(const struct table_def *t, const struct column_def *c)
{
    return !c->deleted && (c->life.creator == NULL || t->life.creator != NULL) && (c->flags & COLUMN_DEFAULT) != 0;
}

/* The record that an insert starts from. Setting a column also stores the lower ones, so the highest with a default is enough. */
static ese_err default_record(struct table_def *t, struct bytes *out)
{
    ese_err err = JET_errSuccess;
    size_t room = t->db->page_size;
    uint8_t *memory = ese_alloc(2 * room);
    struct record_edit edit;
    bool any = false;

    *out = BYTES_NONE;
    if (memory == NULL)
        FAIL(JET_errOutOfMemory);
    record_edit_start(&edit, memory, room, page_is_large(t->db->page_size));
    for (unsigned fid = t->fixed_last; fid >= FID_FIXED_FIRST && !any; fid--) {
        const struct column_def *c = t->fixed[fid - FID_FIXED_FIRST];
        if (c == NULL || !counts(t, c) || c->default_value.size != c->fixed_bytes)
            continue;
        TRY(record_set_fixed(&edit, fid, t, schema_fixed_layout, false, c->default_value));
        any = true;
    }
    for (unsigned fid = t->var_last; fid >= FID_VAR_FIRST; fid--) {
        const struct column_def *c = t->var[fid - FID_VAR_FIRST];
        if (c == NULL || !counts(t, c) || c->default_value.data == NULL)
            continue;
        TRY(record_set_var(&edit, fid, t, no_var_default, false, c->default_value));
        any = true;
        break;
    }
    if (any)
        TRY(schema_own_bytes(t, bytes_of(edit.at, edit.size), out));
done:
    ese_free(memory);
    return err;
}

static void note_fact(struct table_facts *f, struct column_def *c)
{
    if (c == NULL || c->deleted)
        return;
    if ((c->flags & COLUMN_NOT_NULL) != 0) {
        if (f->not_null != NULL)
            f->not_null[f->not_null_count] = c;
        f->not_null_count++;
    }
    if ((c->flags & COLUMN_ESCROW) != 0) {
        if (f->escrow != NULL)
            f->escrow[f->escrow_count] = c;
        f->escrow_count++;
    }
}

static void note_facts(struct table_def *t, struct table_facts *f)
{
    f->not_null_count = f->escrow_count = 0;
    for (unsigned k = 0; k < t->fixed_last; k++)
        note_fact(f, t->fixed[k]);
    for (unsigned k = 0; k + FID_VAR_FIRST <= t->var_last; k++)
        note_fact(f, t->var[k]);
    for (unsigned k = 0; k + FID_TAGGED_FIRST <= t->template_tagged_last; k++)
        note_fact(f, t->template_tagged[k]);
    for (unsigned k = 0; k + FID_TAGGED_FIRST <= t->tagged_last; k++)
        note_fact(f, t->tagged[k]);
}

ese_err schema_make_facts(struct table_def *t)
{
    ese_err err = JET_errSuccess;
    struct table_facts *f = arena_take(&t->memory, sizeof *f);

    if (f == NULL)
        FAIL(JET_errOutOfMemory);
    memset(f, 0, sizeof *f);
    note_facts(t, f);
    f->not_null = arena_take(&t->memory, (f->not_null_count + 1) * sizeof *f->not_null);
    f->escrow = arena_take(&t->memory, (f->escrow_count + 1) * sizeof *f->escrow);
    if (f->not_null == NULL || f->escrow == NULL)
        FAIL(JET_errOutOfMemory);
    note_facts(t, f);
    TRY(default_record(t, &f->default_record));
    atomic_store_explicit(&t->facts, f, memory_order_release);
done:
    return err;
}

/* ---- indexes ---- */

enum { SEGMENT_TEMPLATE = 0x80, SEGMENT_DESCENDING = 0x40, SEGMENT_MUST_BE_NULL = 0x20 };

static ese_err read_segments(struct table_def *t, struct index_def *i, const struct catalog_row *row)
{
    ese_err err = JET_errSuccess;
    struct reader key = reader_of(row->key_fids), conditions = reader_of(row->conditions);

    if (row->key_fids.size % 4 != 0 || row->key_fids.size == 0 || row->key_fids.size / 4 > KEY_SEGMENTS_MAX || row->conditions.size % 4 != 0 ||
        row->conditions.size / 4 > KEY_SEGMENTS_MAX)
        FAIL(JET_errCatalogCorrupted);
    while (key.left != 0) {
        struct key_part *part = &i->parts[i->part_count++];
        uint8_t flags = reader_u8(&key);
        (void)reader_u8(&key);
        part->column = schema_fid(t, reader_u16(&key), (flags & SEGMENT_TEMPLATE) != 0);
        part->descending = (flags & SEGMENT_DESCENDING) != 0;
        if (part->column == NULL)
            FAIL(JET_errCatalogCorrupted);
    }
    while (conditions.left != 0) {
        struct condition *condition = &i->conditions[i->condition_count++];
        uint8_t flags = reader_u8(&conditions);
        (void)reader_u8(&conditions);
        condition->column = schema_fid(t, reader_u16(&conditions), (flags & SEGMENT_TEMPLATE) != 0);
        condition->must_be_null = (flags & SEGMENT_MUST_BE_NULL) != 0;
        if (condition->column == NULL)
            FAIL(JET_errCatalogCorrupted);
    }
done:
    return err;
}

static void read_locale(struct index_def *i, const struct catalog_row *row)
{
    size_t used = 0;

    i->collation.flags = row->has_lcmap ? row->lcmap_flags : COLLATE_DEFAULT_FLAGS;
    i->collation.lcid = row->pages_or_locale;
    for (size_t k = 0; k + 2 <= row->locale_name.size && used + 1 < LOCALE_NAME_MAX; k += 2) {
        uint16_t c = load_le16(row->locale_name.data + k);
        if (c == 0)
            break;
        i->collation.locale[used++] = c < 0x80 ? (char)c : '?';
    }
    i->collation.locale[used] = 0;
    if (used == 0 && i->collation.lcid != 0)
        (void)collate_name_of_lcid(i->collation.lcid, i->collation.locale);
    if (row->has_version) {
        i->nls_version = load_le32(row->version.data);
        i->defined_version = load_le32(row->version.data + 4);
    }
    if (row->has_sort_id)
        memcpy(i->sort_id, row->sort_id.data, sizeof i->sort_id);
}

static void read_tuples(struct index_def *i, const struct catalog_row *row)
{
    struct reader r = reader_of(row->tuple_limits);

    if (row->tuple_limits.data == NULL)
        return;
    i->flags |= INDEX_TUPLES;
    i->tuple_min = reader_u32(&r);
    i->tuple_max = reader_u32(&r);
    i->tuple_to = reader_u32(&r);
    i->tuple_step = row->tuple_limits.size >= 16 ? reader_u32(&r) : 1;
    i->tuple_start = row->tuple_limits.size >= 20 ? reader_u32(&r) : 0;
    if (i->tuple_step == 0)
        i->tuple_step = 1;
}

void schema_index_finish(struct table_def *t, struct index_def *i)
{
    bool primary = (i->flags & INDEX_PRIMARY) != 0;

    i->table = t;
    i->tree.unique = primary || (i->flags & INDEX_UNIQUE) != 0;
    i->tree.page_flags = PAGE_INDEX | PAGE_NEW_RECORD_FORMAT | (i->tree.unique ? 0 : PAGE_NON_UNIQUE);
    i->tree.density = i->density;
    i->tree.owner = t;
    memset(i->column_bits, 0, sizeof i->column_bits);
    for (unsigned k = 0; k < i->part_count; k++) {
        unsigned bit = column_bit(i->parts[k].column->columnid);
        i->column_bits[bit / 8] = (uint8_t)(i->column_bits[bit / 8] | 1u << bit % 8);
    }
    for (unsigned k = 0; k < i->condition_count; k++) {
        unsigned bit = column_bit(i->conditions[k].column->columnid);
        i->column_bits[bit / 8] = (uint8_t)(i->column_bits[bit / 8] | 1u << bit % 8);
    }
}

ese_err schema_index_from_row(struct table_def *t, const struct catalog_row *row, struct index_def **out)
{
    ese_err err = JET_errSuccess;
    struct index_def *i = ese_alloc(sizeof *i);

    *out = NULL;
    if (i == NULL)
        FAIL(JET_errOutOfMemory);
    list_init(&i->link);
    btree_init(&i->tree, t->db, row->coltype_or_root, row->id, t->tree.root, true, PAGE_INDEX | PAGE_NEW_RECORD_FORMAT);
    TRY(copy_name(i->name, row->name));
    i->flags = row->flags;
    i->density = (uint8_t)(row->space_usage >= 20 && row->space_usage <= 100 ? row->space_usage : 80);
    i->key_most = row->has_key_most ? row->key_most : KEY_DEFAULT_MOST;
    i->segment_max = row->var_seg_mac.size == 2 ? load_le16(row->var_seg_mac.data) : i->key_most;
    if (i->key_most == 0 || i->key_most > KEY_BYTES_MAX || i->segment_max == 0 || i->segment_max > i->key_most)
        FAIL(JET_errCatalogCorrupted);
    TRY(read_segments(t, i, row));
    read_locale(i, row);
    read_tuples(i, row);
    schema_index_finish(t, i);
    *out = i;
    i = NULL;
done:
    if (i != NULL)
        schema_index_release(i);
    return err;
}

/* ---- a whole table ---- */

struct loading { struct session *s; struct schema_cache *cache; struct table_def *t; };

static struct column_def *copy_column(struct table_def *t, const struct column_def *from)
{
    struct column_def *c = arena_take(&t->memory, sizeof *c);
    if (c != NULL) {
        *c = *from;
        c->derived = true;
        c->columnid |= COLUMNID_TEMPLATE;
    }
    return c;
}

/* A derived table starts with copies of its template's columns; the template stays pinned as long as the table is known. */
ese_err schema_derive(struct table_def *t, struct table_def *from)
{
    ese_err err = JET_errSuccess;
    unsigned tagged = from->tagged_last - (FID_TAGGED_FIRST - 1);
    struct column_def *c;

    t->template_table = from;
    for (unsigned k = 0; k < from->fixed_last + (from->var_last - (FID_VAR_FIRST - 1)); k++) {
        struct column_def *source = k < from->fixed_last ? from->fixed[k] : from->var[k - from->fixed_last];
        if (source == NULL)
            continue;
        c = copy_column(t, source);
        if (c == NULL)
            FAIL(JET_errOutOfMemory);
        TRY(schema_set_column(t, c));
    }
    t->template_tagged = arena_take(&t->memory, (tagged + 1) * sizeof *t->template_tagged);
    if (t->template_tagged == NULL)
        FAIL(JET_errOutOfMemory);
    for (unsigned k = 0; k < tagged; k++) {
        t->template_tagged[k] = NULL;
        if (from->tagged[k] == NULL)
            continue;
        c = t->template_tagged[k] = copy_column(t, from->tagged[k]);
        if (c == NULL)
            FAIL(JET_errOutOfMemory);
        schema_note_column(t, c);
    }
    t->template_tagged_last = from->tagged_last;
done:
    return err;
}

/* The cache is locked while a table loads, so its template is found or loaded here without another lock. */
static ese_err load_template(struct loading *l, struct bytes name)
{
    ese_err err = JET_errSuccess;
    struct catalog_row row;
    char text[NAME_BYTES_MAX + 1];
    struct table_def *found = NULL;

    TRY(copy_name(text, name));
    LIST_EACH(it, schema_bucket(l->cache, text)) {
        struct table_def *t = LIST_ENTRY(it, struct table_def, hash_link);
        if (!t->deleted && schema_name_equal(t->name, text))
            found = t;
    }
    if (found == NULL) {
        TRY(catalog_find_table(l->s, l->cache->db, text, &row));
        if ((row.flags & TABLE_TEMPLATE) == 0)
            FAIL(JET_errCatalogCorrupted);
        TRY(schema_load_table(l->s, l->cache, &row, &found));
        list_append(schema_bucket(l->cache, found->name), &found->hash_link);
    }
    found->pins++;
    TRY(schema_derive(l->t, found));
done:
    return err;
}

static ese_err load_index(struct loading *l, const struct catalog_row *row)
{
    ese_err err = JET_errSuccess;
    struct index_def *i;

    TRY(schema_index_from_row(l->t, row, &i));
    if ((i->flags & INDEX_PRIMARY) != 0 && l->t->primary == NULL)
        l->t->primary = i;
    else
        list_append(&l->t->indexes, &i->link);
done:
    return err;
}

static ese_err load_row(void *context, const struct catalog_row *row)
{
    ese_err err = JET_errSuccess;
    struct loading *l = context;
    struct table_def *t = l->t;
    struct column_def *c;

    switch (row->type) {
    case CATALOG_TABLE:
        if (row->template_table.size != 0)
            TRY(load_template(l, row->template_table));
        break;
    case CATALOG_COLUMN:
        TRY(schema_column_from_row(t, row, &c));
        TRY(schema_set_column(t, c));
        break;
    case CATALOG_INDEX:
        TRY(load_index(l, row));
        break;
    case CATALOG_LV:
        t->long_values.root = row->coltype_or_root;
        t->long_values.objid = row->id;
        break;
    default:
        break;
    }
done:
    return err;
}

/* A table whose row does not say otherwise: one chunk a page in small pages, four in large ones. */
uint32_t schema_lv_chunk_bytes(const struct db_file *db)
{
    if (db->page_size == 32768)
        return 8150;
    return db->page_size == 16384 ? 4050 : db->page_size - 82;
}

ese_err schema_load_table(struct session *s, struct schema_cache *cache, const struct catalog_row *row, struct table_def **out)
{
    ese_err err = JET_errSuccess;
    struct loading l = {s, cache, table_def_create(cache, row->objid_table, row->coltype_or_root)};

    *out = NULL;
    if (l.t == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(copy_name(l.t->name, row->name));
    l.t->flags = row->flags;
    l.t->density = row->space_usage >= 20 && row->space_usage <= 100 ? row->space_usage : 80;
    l.t->tree.density = (uint8_t)l.t->density;
    l.t->system = (row->flags & (uint32_t)TABLE_SYSTEM) != 0;
    l.t->ddl_inhibited = (row->flags & (TABLE_FIXED_DDL | TABLE_TEMPLATE)) != 0;
    l.t->lv_chunk_max = row->has_lv_chunk ? row->lv_chunk_max : schema_lv_chunk_bytes(cache->db);
    TRY(catalog_scan(s, cache->db, row->objid_table, load_row, &l));
    fix_deleted_sizes(l.t);
    TRY(schema_make_facts(l.t));
    *out = l.t;
    l.t = NULL;
done:
    if (l.t != NULL) {
        if (l.t->template_table != NULL)
            l.t->template_table->pins--;
        table_def_release(l.t);
    }
    return err;
}
