/* Rows of MSysObjects, its shadow and indexes, MSysObjids and MSysLocales: in and out. */
#include "table/table_int.h"

#include <stdio.h>

#include "format/record.h"

enum { CATALOG_WORK = 2, DB_FLAG_SHADOW_OFF = 1 };

/* ---- reading ---- */

/* A read outside any transaction runs in one of its own. */
static ese_err read_begin(struct session *s, bool *own)
{
    *own = false;
    if (s->trx.level > 0)
        return JET_errSuccess;
    *own = true;
    return txn_begin(s, true);
}

static ese_err read_end(struct session *s, bool own, ese_err result)
{
    ese_err err = own ? txn_commit(s, COMMIT_LAZY) : JET_errSuccess;
    return result < 0 ? result : err;
}

static ese_err take_copy(struct session *s, struct bytes data, struct bytes *copy)
{
    ese_err err = JET_errSuccess;
    uint8_t *to = arena_take(&s->scratch, data.size + 1);

    if (to == NULL)
        FAIL(JET_errOutOfMemory);
    memcpy(to, data.data, data.size);
    *copy = bytes_of(to, data.size);
done:
    return err;
}

static bool starts_with(struct bytes key, const uint8_t *prefix, size_t size)
{
    return key.size >= size && memcmp(key.data, prefix, size) == 0;
}

/* Walks the catalog from a key prefix while it matches; each gets rows without a latch held. */
static ese_err scan_prefix(struct session *s, struct schema_cache *cache, const uint8_t *prefix, size_t size,
                           ese_err (*each)(void *context, const struct catalog_row *row), void *context)
{
    ese_err err = JET_errSuccess;
    struct bt_pos *p = NULL;
    bool own = false, large = page_is_large(cache->db->page_size);
    struct catalog_row row;
    uint8_t *copy = NULL;

    TRY(read_begin(s, &own));
    copy = ese_alloc(cache->db->page_size);
    if (copy == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(table_pos_open(&cache->catalog->tree, s, &p));
    err = bt_seek(p, bytes_of(prefix, size), BYTES_NONE, BT_SEEK_GE, NULL);
    while (err >= 0 && starts_with(bt_key(p), prefix, size)) {
        struct bytes data = bt_data(p);
        memcpy(copy, data.data, data.size);
        bt_release(p);
        TRY(catalog_decode(bytes_of(copy, data.size), large, &row));
        TRY(each(context, &row));
        err = bt_next(p);
    }
    if (err == JET_errNoCurrentRecord || err == JET_errRecordNotFound)
        err = JET_errSuccess;
done:
    table_pos_close(p);
    ese_free(copy);
    return read_end(s, own, err);
}

ese_err catalog_scan(struct session *s, struct db_file *db, uint32_t objid_table, ese_err (*each)(void *context, const struct catalog_row *row), void *context)
{
    uint8_t prefix[CATALOG_PRIMARY_KEY];
    size_t size = catalog_key_prefix(objid_table, -1, prefix);
    return scan_prefix(s, schema_cache_of(s, db), prefix, size, each, context);
}

/* The record under a catalog primary key; its bytes are copied into the session's scratch. */
static ese_err fetch_row(struct session *s, struct schema_cache *cache, struct bytes key, struct bytes *record)
{
    ese_err err = JET_errSuccess;
    struct bt_pos *p = session_work(s, CATALOG_WORK, &cache->catalog->tree);

    if (p == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(bt_seek(p, key, BYTES_NONE, BT_SEEK_EQ, NULL));
    err = take_copy(s, bt_data(p), record);
    bt_release(p);
done:
    return err;
}

static ese_err find_root(struct session *s, struct schema_cache *cache, const char *name, struct catalog_row *out)
{
    ese_err err = JET_errSuccess;
    uint8_t key[CATALOG_KEY_MAX], primary[CATALOG_PRIMARY_KEY];
    size_t size = catalog_roots_key(bytes_of(name, strlen(name)), key), primary_size = 0;
    struct bytes record;
    bool own = false;
    struct bt_pos *p;

    TRY(read_begin(s, &own));
    p = session_work(s, CATALOG_WORK, &cache->roots_index->tree);
    if (p == NULL)
        FAIL(JET_errOutOfMemory);
    err = bt_seek(p, bytes_of(key, size), BYTES_NONE, BT_SEEK_EQ, NULL);
    if (err == JET_errRecordNotFound)
        FAIL(JET_errObjectNotFound);
    TRY(err);
    primary_size = bt_data(p).size;
    if (primary_size == CATALOG_PRIMARY_KEY)
        memcpy(primary, bt_data(p).data, primary_size);
    bt_release(p);
    if (primary_size != CATALOG_PRIMARY_KEY)
        FAIL(JET_errCatalogCorrupted);
    TRY(fetch_row(s, cache, bytes_of(primary, primary_size), &record));
    TRY(catalog_decode(record, page_is_large(cache->db->page_size), out));
done:
    return read_end(s, own, err);
}

ese_err catalog_find_table(struct session *s, struct db_file *db, const char *name, struct catalog_row *out)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache = schema_cache_of(s, db);

    if (strlen(name) > NAME_BYTES_MAX)
        FAIL(JET_errObjectNotFound);
    if (cache->roots_index->tree.root == 0)
        TRY(catalog_locate(s, cache));
    TRY(find_root(s, cache, name, out));
done:
    return err;
}


/* Tables by name: the entries of RootObjects point to their rows. */
ese_err catalog_scan_tables(struct session *s, struct db_file *db, ese_err (*each)(void *context, const struct catalog_row *row), void *context)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache = schema_cache_of(s, db);
    struct bt_pos *p = NULL;
    bool own = false;
    struct catalog_row row;
    struct bytes key, record;

    TRY(catalog_locate(s, cache));
    TRY(read_begin(s, &own));
    TRY(table_pos_open(&cache->roots_index->tree, s, &p));
    err = bt_first(p);
    while (err >= 0) {
        TRY(take_copy(s, bt_data(p), &key));
        bt_release(p);
        TRY(fetch_row(s, cache, key, &record));
        TRY(catalog_decode(record, page_is_large(db->page_size), &row));
        TRY(each(context, &row));
        err = bt_next(p);
    }
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    table_pos_close(p);
    return read_end(s, own, err);
}

/* ---- single trees ---- */

static ese_err put_node(struct session *s, struct btree *tree, struct bytes key, struct bytes data)
{
    ese_err err = JET_errSuccess;
    struct bt_pos *p = session_work(s, CATALOG_WORK, tree);

    if (p == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(bt_insert(p, key, data, 0));
done:
    return err;
}

static ese_err drop_node(struct session *s, struct btree *tree, struct bytes key)
{
    ese_err err = JET_errSuccess;
    struct bt_pos *p = session_work(s, CATALOG_WORK, tree);

    if (p == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(bt_seek(p, key, BYTES_NONE, BT_SEEK_EQ, NULL));
    TRY(bt_delete(p, 0));
done:
    return err;
}

static ese_err swap_node(struct session *s, struct btree *tree, struct bytes key, struct bytes data)
{
    ese_err err = JET_errSuccess;
    struct bt_pos *p = session_work(s, CATALOG_WORK, tree);

    if (p == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(bt_seek(p, key, BYTES_NONE, BT_SEEK_EQ, NULL));
    TRY(bt_replace(p, data, 0));
done:
    return err;
}

static bool shadowed(struct db_file *db)
{
    return (db_header_of(db)->dbflags[0] & DB_FLAG_SHADOW_OFF) == 0;
}

/* ---- MSysObjids ---- */

static size_t objids_key(uint32_t objid, uint8_t to[5])
{
    to[0] = 0x7F;
    store_be32(to + 1, objid ^ 0x80000000u);
    return 5;
}

static bool has_own_tree(const struct catalog_row *row)
{
    return row->type == CATALOG_TABLE || row->type == CATALOG_LV || (row->type == CATALOG_INDEX && row->id != row->objid_table);
}

static ese_err objids_put(struct session *s, struct schema_cache *cache, const struct catalog_row *row)
{
    ese_err err = JET_errSuccess;
    uint8_t memory[256], key[5], raw[10];
    struct record_edit edit;
    struct tagged_value values[3] = {{.data = {raw, 4}}, {.data = {raw + 4, 4}}, {.data = {raw + 8, 2}}};

    if (cache->objids.root == 0 || !has_own_tree(row))
        goto done;
    store_le32(raw, row->id);
    store_le32(raw + 4, row->objid_table);
    store_le16(raw + 8, row->type);
    record_edit_start(&edit, memory, sizeof memory / 2, page_is_large(cache->db->page_size));
    for (unsigned k = 0; k < 3; k++)
        TRY(record_set_tagged(&edit, FID_TAGGED_FIRST + k, false, false, 1, &values[k], false));
    TRY(put_node(s, &cache->objids, bytes_of(key, objids_key(row->id, key)), bytes_of(edit.at, edit.size)));
done:
    return err;
}

static ese_err objids_drop(struct session *s, struct schema_cache *cache, const struct catalog_row *row)
{
    uint8_t key[5];
    ese_err err = JET_errSuccess;

    if (cache->objids.root == 0 || !has_own_tree(row))
        return err;
    err = drop_node(s, &cache->objids, bytes_of(key, objids_key(row->id, key)));
    return err == JET_errRecordNotFound ? JET_errSuccess : err;
}

/* ---- rows of the catalog ---- */

/* A name that another transaction is just giving or taking away counts as taken, as in every insert of a key. */
static ese_err duplicate_of(const struct catalog_row *row, ese_err err)
{
    if (err != JET_errKeyDuplicate && err != JET_errWriteConflict)
        return err;
    return row->type == CATALOG_TABLE    ? JET_errTableDuplicate
           : row->type == CATALOG_COLUMN ? JET_errColumnDuplicate
           : row->type == CATALOG_INDEX  ? JET_errIndexDuplicate
                                         : JET_errCatalogCorrupted;
}

/* Entries of one row in the catalog's two secondary indexes; callbacks may lack a name. */
static ese_err put_names(struct session *s, struct schema_cache *cache, const struct catalog_row *row, struct bytes primary)
{
    ese_err err = JET_errSuccess;
    uint8_t key[CATALOG_KEY_MAX];

    TRY(duplicate_of(row, put_node(s, &cache->name_index->tree, bytes_of(key, catalog_name_key(row->objid_table, row->type, row->name, key)), primary)));
    if (row->root_flag)
        TRY(duplicate_of(row, put_node(s, &cache->roots_index->tree, bytes_of(key, catalog_roots_key(row->name, key)), primary)));
done:
    return err;
}

static ese_err drop_names(struct session *s, struct schema_cache *cache, const struct catalog_row *row)
{
    ese_err err = JET_errSuccess;
    uint8_t key[CATALOG_KEY_MAX];

    TRY(drop_node(s, &cache->name_index->tree, bytes_of(key, catalog_name_key(row->objid_table, row->type, row->name, key))));
    if (row->root_flag)
        TRY(drop_node(s, &cache->roots_index->tree, bytes_of(key, catalog_roots_key(row->name, key))));
done:
    return err;
}

static ese_err edit_open(struct schema_cache *cache, struct record_edit *edit, uint8_t **memory)
{
    ese_err err = JET_errSuccess;

    *memory = ese_alloc((size_t)2 * CATALOG_ROW_ROOM);
    if (*memory == NULL)
        FAIL(JET_errOutOfMemory);
    record_edit_start(edit, *memory, CATALOG_ROW_ROOM, page_is_large(cache->db->page_size));
done:
    return err;
}

ese_err catalog_insert(struct session *s, struct db_file *db, const struct catalog_row *row)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache = schema_cache_of(s, db);
    struct ver_entry *mark = txn_mark(s);
    uint8_t key[CATALOG_PRIMARY_KEY], *memory = NULL;
    struct bytes primary = bytes_of(key, catalog_primary_key(row->objid_table, row->type, row->id, key));
    struct record_edit edit;

    TRY(catalog_locate(s, cache));
    TRY(edit_open(cache, &edit, &memory));
    TRY(catalog_encode(&edit, row));
    TRY(duplicate_of(row, put_node(s, &cache->catalog->tree, primary, bytes_of(edit.at, edit.size))));
    TRY(put_names(s, cache, row, primary));
    if (shadowed(db))
        TRY(put_node(s, &cache->shadow->tree, primary, bytes_of(edit.at, edit.size)));
    TRY(objids_put(s, cache, row));
done:
    ese_free(memory);
    if (err < 0)
        (void)txn_undo_to(s, mark);
    return err;
}

ese_err catalog_replace(struct session *s, struct db_file *db, const struct catalog_row *row)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache = schema_cache_of(s, db);
    struct ver_entry *mark = txn_mark(s);
    uint8_t key[CATALOG_PRIMARY_KEY], *memory = NULL;
    struct bytes primary = bytes_of(key, catalog_primary_key(row->objid_table, row->type, row->id, key)), before;
    struct record_edit edit;
    struct catalog_row old;

    TRY(catalog_locate(s, cache));
    TRY(edit_open(cache, &edit, &memory));
    TRY(fetch_row(s, cache, primary, &before));
    TRY(catalog_decode(before, page_is_large(db->page_size), &old));
    if (before.size > CATALOG_ROW_ROOM)
        FAIL(JET_errCatalogCorrupted);
    record_edit_load(&edit, before);
    TRY(catalog_encode(&edit, row));
    TRY(swap_node(s, &cache->catalog->tree, primary, bytes_of(edit.at, edit.size)));
    if (!bytes_equal(old.name, row->name) || old.root_flag != row->root_flag) {
        TRY(drop_names(s, cache, &old));
        TRY(put_names(s, cache, row, primary));
    }
    if (shadowed(db))
        TRY(swap_node(s, &cache->shadow->tree, primary, bytes_of(edit.at, edit.size)));
done:
    ese_free(memory);
    if (err < 0)
        (void)txn_undo_to(s, mark);
    return err;
}

ese_err catalog_delete(struct session *s, struct db_file *db, uint32_t objid_table, uint16_t type, uint32_t id)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache = schema_cache_of(s, db);
    struct ver_entry *mark = txn_mark(s);
    uint8_t key[CATALOG_PRIMARY_KEY];
    struct bytes primary = bytes_of(key, catalog_primary_key(objid_table, type, id, key)), before;
    struct catalog_row old;

    TRY(catalog_locate(s, cache));
    TRY(fetch_row(s, cache, primary, &before));
    TRY(catalog_decode(before, page_is_large(db->page_size), &old));
    TRY(drop_names(s, cache, &old));
    TRY(drop_node(s, &cache->catalog->tree, primary));
    if (shadowed(db))
        TRY(drop_node(s, &cache->shadow->tree, primary));
    TRY(objids_drop(s, cache, &old));
done:
    if (err < 0)
        (void)txn_undo_to(s, mark);
    return err;
}

struct doomed { struct arena memory; struct { uint16_t type; uint32_t id; } *rows; unsigned count, room; };

static ese_err note_doomed(void *context, const struct catalog_row *row)
{
    ese_err err = JET_errSuccess;
    struct doomed *d = context;

    if (d->count == d->room) {
        unsigned room = d->room == 0 ? 64 : d->room * 2;
        void *rows = ese_resize(d->rows, room * sizeof *d->rows);
        if (rows == NULL)
            FAIL(JET_errOutOfMemory);
        d->rows = rows;
        d->room = room;
    }
    d->rows[d->count].type = row->type;
    d->rows[d->count++].id = row->id;
done:
    return err;
}

ese_err catalog_delete_table(struct session *s, struct db_file *db, uint32_t objid_table)
{
    ese_err err = JET_errSuccess;
    struct doomed d = {.count = 0};

    TRY(catalog_scan(s, db, objid_table, note_doomed, &d));
    for (unsigned k = d.count; k-- > 0;)
        TRY(catalog_delete(s, db, objid_table, d.rows[k].type, d.rows[k].id));
done:
    ese_free(d.rows);
    return err;
}

/* ---- MSysLocales: fixed Type (u8), iValue (i32), variable Key (UTF-16 with its zero); key = normalised binary of Key ---- */

enum { LOCALE_TEXT_MAX = 160, LOCALE_VALUE_OFFSET = 5, LOCALE_ROWS_TYPE = 2 };

/* Variable binary, normalised: groups of eight, each followed by 9, the last by its length. */
static size_t locales_key(struct bytes text, uint8_t *to)
{
    size_t used = 0, at = 0;

    to[used++] = 0x7F;
    for (;;) {
        size_t n = text.size - at > 8 ? 8 : text.size - at;
        memset(to + used, 0, 8);
        memcpy(to + used, text.data + at, n);
        used += 8;
        at += n;
        to[used++] = at < text.size ? 9 : (uint8_t)n;
        if (at == text.size)
            return used;
    }
}

static struct bytes widen(const char *text, uint8_t to[2 * LOCALE_TEXT_MAX])
{
    size_t n = strlen(text) + 1;
    for (size_t k = 0; k < n; k++)
        store_le16(to + 2 * k, (uint8_t)text[k]);
    return bytes_of(to, 2 * n);
}

static struct fixed_layout locales_layout(const void *unused, unsigned fid, struct bytes *default_value, bool *has_default)
{
    (void)unused;
    *default_value = BYTES_NONE;
    *has_default = false;
    return fid == 1 ? (struct fixed_layout){4, 1} : (struct fixed_layout){LOCALE_VALUE_OFFSET, 4};
}

static struct bytes locales_no_default(const void *unused, unsigned fid, bool *has)
{
    (void)unused;
    (void)fid;
    *has = false;
    return BYTES_NONE;
}

ese_err catalog_locales_put(struct session *s, struct schema_cache *cache, const char *key_text, uint8_t type, int32_t value)
{
    ese_err err = JET_errSuccess;
    uint8_t wide[2 * LOCALE_TEXT_MAX], key[3 * LOCALE_TEXT_MAX], memory[2 * 512], raw[4];
    struct bytes text;
    struct record_edit edit;

    if (cache->locales.root == 0)
        goto done;
    text = widen(key_text, wide);
    record_edit_start(&edit, memory, 512, page_is_large(cache->db->page_size));
    TRY(record_set_fixed(&edit, 1, NULL, locales_layout, false, bytes_of(&type, 1)));
    store_le32(raw, (uint32_t)value);
    TRY(record_set_fixed(&edit, 2, NULL, locales_layout, false, bytes_of(raw, 4)));
    TRY(record_set_var(&edit, FID_VAR_FIRST, NULL, locales_no_default, false, text));
    TRY(put_node(s, &cache->locales, bytes_of(key, locales_key(text, key)), bytes_of(edit.at, edit.size)));
done:
    return err;
}

static void locale_text(const struct index_def *i, char text[LOCALE_TEXT_MAX])
{
    const uint8_t *g = i->sort_id;
    (void)snprintf(text, LOCALE_TEXT_MAX, "LocaleName=%.60s,SortID=%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x,Ver=%X%08X", i->collation.locale,
                   (unsigned)load_le32(g), (unsigned)load_le16(g + 4), (unsigned)load_le16(g + 6), g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15],
                   (unsigned)i->nls_version, (unsigned)i->defined_version);
}

static ese_err locale_count(struct session *s, struct db_file *db, const struct index_def *index, int32_t delta)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache = schema_cache_of(s, db);
    char text[LOCALE_TEXT_MAX];
    uint8_t wide[2 * LOCALE_TEXT_MAX], key[3 * LOCALE_TEXT_MAX];
    struct bt_pos *p;

    if ((index->flags & INDEX_LOCALISED) == 0)
        goto done;
    TRY(catalog_locate(s, cache));
    if (cache->locales.root == 0)
        goto done;
    locale_text(index, text);
    p = session_work(s, CATALOG_WORK, &cache->locales);
    if (p == NULL)
        FAIL(JET_errOutOfMemory);
    err = bt_seek(p, bytes_of(key, locales_key(widen(text, wide), key)), BYTES_NONE, BT_SEEK_EQ, NULL);
    if (err == JET_errRecordNotFound) {
        err = JET_errSuccess;
        if (delta > 0)
            TRY(catalog_locales_put(s, cache, text, LOCALE_ROWS_TYPE, delta));
        goto done;
    }
    TRY(err);
    TRY(bt_delta(p, LOCALE_VALUE_OFFSET, delta, false, NULL, 0));
done:
    return err;
}

ese_err catalog_locale_add(struct session *s, struct db_file *db, const struct index_def *index)
{
    return locale_count(s, db, index, 1);
}

ese_err catalog_locale_drop(struct session *s, struct db_file *db, const struct index_def *index)
{
    return locale_count(s, db, index, -1);
}
