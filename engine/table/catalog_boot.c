/* The catalog's own schema, hard-wired, and the bootstrap of a new database. */
#include "table/table_int.h"

#include "format/record.h"
#include "tree/space.h"

static const struct system_column columns[] = {
    {"ObjidTable", 1, COL_LONG, 4, COLUMN_NOT_NULL}, {"Type", 2, COL_SHORT, 2, COLUMN_NOT_NULL}, {"Id", 3, COL_LONG, 4, COLUMN_NOT_NULL},
    {"ColtypOrPgnoFDP", 4, COL_LONG, 4, COLUMN_NOT_NULL}, {"SpaceUsage", 5, COL_LONG, 4, COLUMN_NOT_NULL},
    {"Flags", 6, COL_LONG, 4, COLUMN_NOT_NULL}, {"PagesOrLocale", 7, COL_LONG, 4, COLUMN_NOT_NULL}, {"RootFlag", 8, COL_BIT, 1, 0},
    {"RecordOffset", 9, COL_SHORT, 2, 0}, {"LCMapFlags", 10, COL_LONG, 4, 0}, {"KeyMost", 11, COL_USHORT, 2, 0}, {"LVChunkMax", 12, COL_LONG, 4, 0},
    {"Name", 128, COL_TEXT, 255, COLUMN_NOT_NULL}, {"Stats", 129, COL_BINARY, 255, 0}, {"TemplateTable", 130, COL_TEXT, 255, 0},
    {"DefaultValue", 131, COL_BINARY, 255, 0}, {"KeyFldIDs", 132, COL_BINARY, 255, 0}, {"VarSegMac", 133, COL_BINARY, 255, 0},
    {"ConditionalColumns", 134, COL_BINARY, 255, 0}, {"TupleLimits", 135, COL_BINARY, 255, 0}, {"Version", 136, COL_BINARY, 255, 0},
    {"SortID", 137, COL_BINARY, 255, 0}, {"CallbackData", 256, COL_LONG_BINARY, 0, 0}, {"CallbackDependencies", 257, COL_LONG_BINARY, 0, 0},
    {"SeparateLV", 258, COL_LONG_BINARY, 0, 0}, {"SpaceHints", 259, COL_LONG_BINARY, 0, 0}, {"SpaceDeferredLVHints", 260, COL_LONG_BINARY, 0, 0},
    {"LocaleName", 261, COL_LONG_BINARY, 0, 0}
};

/* Columns and indexes of the two tables that the catalog describes like any other. */
static const struct system_column objids_columns[] = {{"objid", 256, COL_LONG, 4, 0}, {"objidTable", 257, COL_LONG, 4, 0}, {"type", 258, COL_SHORT, 2, 0}};

static const struct system_column fixups_columns[] = {
    {"autoinc", 1, COL_CURRENCY, 8, COLUMN_AUTOINCREMENT}, {"objidTable", 256, COL_LONG, 4, 0}, {"objidIndex", 257, COL_LONG, 4, 0},
    {"keyPrimary", 258, COL_LONG_BINARY, 0, 0}, {"keySecondary", 259, COL_LONG_BINARY, 0, 0}, {"lcid", 260, COL_LONG, 4, 0},
    {"sortVersion", 261, COL_LONG, 4, 0}, {"definedVersion", 262, COL_LONG, 4, 0}, {"rgitag", 263, COL_BINARY, 64, 0},
    {"ichOffset", 264, COL_LONG, 4, 0}
};

static const uint8_t id_key[] = {0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0}, name_key[] = {0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 128, 0},
                     roots_key[] = {0, 0, 8, 0, 0, 0, 128, 0}, objids_key[] = {0, 0, 0, 1}, locales_key[] = {0, 0, 128, 0},
                     fixups_key[] = {0, 0, 0, 1, 0x40, 0, 1, 1, 0, 0, 1, 0},
                     fixups_index_key[] = {0, 0, 0, 1, 0x40, 0, 1, 1, 0, 0, 2, 1, 0, 0, 3, 1, 0, 0, 7, 1, 0, 0, 8, 1},
                     default_locale[] = {'e', 0, 'n', 0, '-', 0, 'U', 0, 'S', 0}, zero4[] = {0, 0, 0, 0};

enum { MAIN_PAGES = 20, SHADOW_PAGES = 5, SHADOW_PAGES_OLD = 9, FIXUPS_PAGES = 2, INDEX_PAGES = 3, DEFAULT_LCID = 0x409, CATALOG_DENSITY = 80, MAIN_FLAGS = (int)0xC0000000u, OBJIDS_FLAGS = (int)0xC8000000u,
       LOCALES_FLAGS = (int)0x88000000u, EXTENDED_INDEX = 0x10000 };

static bool has_column(const struct db_file *db, unsigned fid)
{
    return (fid != 12 && fid != 137 && fid != 261) || schema_names_locales(db);
}

static struct bytes text_of(const char *text)
{
    return bytes_of(text, strlen(text));
}

#define BYTES_OF_ARRAY(a) bytes_of((a), sizeof(a))

/* ---- definitions in memory ---- */

/* MSysObjects or its shadow: columns from the list above, whatever older or newer engines have. */
static ese_err define_table(struct schema_cache *cache, const char *name, uint32_t objid, pgno root, struct table_def **out)
{
    ese_err err = JET_errSuccess;
    struct table_def *t = table_def_create(cache, objid, root);
    struct catalog_row row = {.objid_table = objid, .type = CATALOG_COLUMN};
    struct column_def *column;
    bool absent;
    struct bytes none;

    if (t == NULL)
        FAIL(JET_errOutOfMemory);
    memcpy(t->name, name, strlen(name) + 1);
    t->flags = (uint32_t)MAIN_FLAGS;
    t->system = t->ddl_inhibited = true;
    t->density = CATALOG_DENSITY;
    t->tree.density = CATALOG_DENSITY;
    for (unsigned k = 0; k < sizeof columns / sizeof columns[0]; k++) {
        const struct system_column *c = &columns[k];
        if (!has_column(cache->db, c->fid))
            continue;
        row.id = c->fid;
        row.coltype_or_root = c->type;
        row.space_usage = c->bytes;
        row.flags = c->flags;
        row.pages_or_locale = 1252;
        row.name = text_of(c->name);
        row.has_offset = c->fid < 128;
        row.offset = catalog_layout(NULL, c->fid, &none, &absent).offset;
        TRY(schema_column_from_row(t, &row, &column));
        TRY(schema_set_column(t, column));
    }
    *out = t;
    t = NULL;
done:
    if (t != NULL)
        table_def_release(t);
    return err;
}

static ese_err define_index(struct table_def *t, const char *name, uint32_t objid, pgno root, uint32_t flags, struct bytes key, struct index_def **out)
{
    ese_err err = JET_errSuccess;
    struct catalog_row row = {.objid_table = t->objid, .type = CATALOG_INDEX, .id = objid, .coltype_or_root = root, .space_usage = CATALOG_DENSITY,
                              .flags = flags, .name = text_of(name), .key_fids = key, .has_lcmap = true, .lcmap_flags = COLLATE_DEFAULT_FLAGS,
                              .locale_name = BYTES_OF_ARRAY(default_locale)};

    TRY(schema_index_from_row(t, &row, out));
    if ((flags & INDEX_PRIMARY) != 0)
        t->primary = *out;
    else
        list_append(&t->indexes, &(*out)->link);
done:
    return err;
}

ese_err catalog_define(struct schema_cache *cache)
{
    ese_err err = JET_errSuccess;
    struct index_def *primary;

    TRY(define_table(cache, "MSysObjects", CATALOG_OBJID, CATALOG_ROOT, &cache->catalog));
    TRY(define_index(cache->catalog, "Id", CATALOG_OBJID, CATALOG_ROOT, 0x10031, BYTES_OF_ARRAY(id_key), &primary));
    TRY(define_index(cache->catalog, "Name", NAME_INDEX_OBJID, 0, 0x10011, BYTES_OF_ARRAY(name_key), &cache->name_index));
    TRY(define_index(cache->catalog, "RootObjects", ROOTS_INDEX_OBJID, 0, 0x10009, BYTES_OF_ARRAY(roots_key), &cache->roots_index));
    TRY(define_table(cache, "MSysObjectsShadow", SHADOW_OBJID, SHADOW_ROOT, &cache->shadow));
    TRY(define_index(cache->shadow, "Id", SHADOW_OBJID, SHADOW_ROOT, 0x10031, BYTES_OF_ARRAY(id_key), &primary));
done:
    return err;
}

/* ---- finding the other system trees ---- */

static ese_err note_catalog_index(void *context, const struct catalog_row *row)
{
    struct schema_cache *cache = context;

    if (row->type != CATALOG_INDEX)
        return JET_errSuccess;
    if (bytes_equal(row->name, text_of("Name"))) {
        cache->name_index->tree.root = row->coltype_or_root;
        cache->name_index->tree.objid = row->id;
    } else if (bytes_equal(row->name, text_of("RootObjects"))) {
        cache->roots_index->tree.root = row->coltype_or_root;
        cache->roots_index->tree.objid = row->id;
    }
    return JET_errSuccess;
}

static ese_err note_system_tree(struct session *s, struct schema_cache *cache, const char *name, struct btree *tree)
{
    struct catalog_row row;
    ese_err err = catalog_find_table(s, cache->db, name, &row);

    if (err == JET_errObjectNotFound)
        return JET_errSuccess;
    if (err >= 0) {
        tree->root = row.coltype_or_root;
        tree->objid = row.objid_table;
    }
    return err;
}

ese_err catalog_locate(struct session *s, struct schema_cache *cache)
{
    ese_err err = JET_errSuccess;
    bool own = false;

    if (atomic_load_explicit(&cache->ready, memory_order_acquire))
        return err;
    os_mutex_lock(&cache->system_lock);
    if (cache->ready)
        goto done;
    if (s->trx.level == 0) {
        TRY(txn_begin(s, true));
        own = true;
    }
    TRY(catalog_scan(s, cache->db, CATALOG_OBJID, note_catalog_index, cache));
    if (cache->name_index->tree.root == 0 || cache->roots_index->tree.root == 0)
        FAIL(JET_errCatalogCorrupted);
    TRY(note_system_tree(s, cache, "MSysObjids", &cache->objids));
    TRY(note_system_tree(s, cache, "MSysLocales", &cache->locales));
    atomic_store_explicit(&cache->ready, true, memory_order_release);
done:
    if (own)
        (void)txn_commit(s, COMMIT_LAZY);
    os_mutex_unlock(&cache->system_lock);
    return err;
}

/* ---- a new database ---- */

static ese_err put_table(struct session *s, struct db_file *db, const char *name, uint32_t objid, pgno root, uint32_t density, uint32_t flags, uint32_t pages)
{
    struct catalog_row row = {.objid_table = objid, .type = CATALOG_TABLE, .id = objid, .coltype_or_root = root, .space_usage = density,
                              .flags = flags, .pages_or_locale = pages, .root_flag = true, .name = text_of(name)};
    return catalog_insert(s, db, &row);
}

static ese_err put_column(struct session *s, struct db_file *db, uint32_t objid, const struct system_column *c, uint32_t flags, uint32_t code_page, uint16_t offset,
                          struct bytes default_value)
{
    struct catalog_row row = {.objid_table = objid, .type = CATALOG_COLUMN, .id = c->fid, .coltype_or_root = c->type, .space_usage = c->bytes,
                              .flags = flags, .pages_or_locale = code_page, .has_offset = c->fid < 128, .offset = offset, .name = text_of(c->name),
                              .default_value = default_value};
    return catalog_insert(s, db, &row);
}

static ese_err put_index(struct session *s, struct db_file *db, const char *name, uint32_t objid_table, uint32_t objid, pgno root, uint32_t density,
                         uint32_t flags, struct bytes key)
{
    struct catalog_row row = {.objid_table = objid_table, .type = CATALOG_INDEX, .id = objid, .coltype_or_root = root, .space_usage = density,
                              .flags = flags, .has_lcmap = true, .lcmap_flags = COLLATE_DEFAULT_FLAGS, .name = text_of(name), .key_fids = key};
    if (schema_names_locales(db))
        row.locale_name = BYTES_OF_ARRAY(default_locale);
    else
        row.pages_or_locale = DEFAULT_LCID;
    return catalog_insert(s, db, &row);
}

/* The fixed columns of the catalog have offset 4 in their rows, all of them: the original's own way. */
static ese_err put_catalog_columns(struct session *s, struct db_file *db, uint32_t objid)
{
    ese_err err = JET_errSuccess;
    for (unsigned k = 0; k < sizeof columns / sizeof columns[0]; k++)
        if (has_column(db, columns[k].fid))
            TRY(put_column(s, db, objid, &columns[k], columns[k].flags, 1252, 4, BYTES_NONE));
done:
    return err;
}

static ese_err create_tree(struct btree *parent, struct trx *t, uint32_t pages, uint32_t page_flags, pgno expect_root, uint32_t expect_objid)
{
    ese_err err = JET_errSuccess;
    pgno root;
    uint32_t objid;

    TRY(space_create_tree(parent, t, pages, true, page_flags, &root, &objid));
    if (root != expect_root || objid != expect_objid)
        FAIL(JET_errDatabaseCorrupted);
done:
    return err;
}

static ese_err put_objids_table(struct session *s, struct db_file *db, pgno root)
{
    ese_err err = JET_errSuccess;

    TRY(put_table(s, db, "MSysObjids", OBJIDS_OBJID, root, 100, (uint32_t)OBJIDS_FLAGS, 0));
    for (unsigned k = 0; k < 3; k++)
        TRY(put_column(s, db, OBJIDS_OBJID, &objids_columns[k], 0, 0, 0, BYTES_NONE));
    TRY(put_index(s, db, "primary", OBJIDS_OBJID, OBJIDS_OBJID, root, 100, 0x1002F, BYTES_OF_ARRAY(objids_key)));
done:
    return err;
}

static ese_err put_locales_table(struct session *s, struct db_file *db, pgno root)
{
    static const struct system_column type = {"Type", 1, COL_UBYTE, 1, 0}, value = {"iValue", 2, COL_LONG, 4, 0}, key = {"Key", 128, COL_BINARY, 255, 0};
    ese_err err = JET_errSuccess;

    TRY(put_table(s, db, "MSysLocales", LOCALES_OBJID, root, 92, (uint32_t)LOCALES_FLAGS, 0));
    TRY(put_column(s, db, LOCALES_OBJID, &type, COLUMN_NOT_NULL, 0, 4, BYTES_NONE));
    TRY(put_column(s, db, LOCALES_OBJID, &value, COLUMN_ESCROW | COLUMN_DEFAULT, 0, 5, BYTES_OF_ARRAY(zero4)));
    TRY(put_column(s, db, LOCALES_OBJID, &key, 0, 0, 0, BYTES_NONE));
    TRY(put_index(s, db, "KeyPrimary", LOCALES_OBJID, LOCALES_OBJID, root, 92, 0x1402F, BYTES_OF_ARRAY(locales_key)));
done:
    return err;
}

static ese_err put_locale_rows(struct session *s, struct db_file *db)
{
    static const struct { const char *key; uint8_t type; int32_t value; } rows[] = {
        {".Schema\\Internal\\Major", 1, 1}, {".Schema\\Internal\\Minor", 1, 0}, {".Schema\\Internal\\Update", 1, 0},
        {".Schema\\External\\Major", 1, 1}, {".Schema\\External\\Minor", 1, 0}, {".Schema\\External\\Update", 1, 0},
        {"MSysLocalesConsistent", 2, 1}
    };
    ese_err err = JET_errSuccess;

    for (unsigned k = 0; k < sizeof rows / sizeof rows[0]; k++)
        TRY(catalog_locales_put(s, schema_cache_of(s, db), rows[k].key, rows[k].type, rows[k].value));
done:
    return err;
}

static ese_err put_fixups_table(struct session *s, struct db_file *db, pgno root)
{
    ese_err err = JET_errSuccess;

    TRY(put_table(s, db, "MSysUnicodeFixupVer2", FIXUPS_OBJID, root, 100, (uint32_t)LOCALES_FLAGS, FIXUPS_PAGES));
    for (unsigned k = 0; k < sizeof fixups_columns / sizeof fixups_columns[0]; k++)
        TRY(put_column(s, db, FIXUPS_OBJID, &fixups_columns[k], fixups_columns[k].flags, 0, 4, BYTES_NONE));
    TRY(put_index(s, db, "primary", FIXUPS_OBJID, FIXUPS_OBJID, root, 100, 0x1002F, BYTES_OF_ARRAY(fixups_key)));
    TRY(put_index(s, db, "secondary", FIXUPS_OBJID, FIXUPS_INDEX_OBJID, root + 1, 100, 0x1000E, BYTES_OF_ARRAY(fixups_index_key)));
done:
    return err;
}

/* ---- trees first, at the places every database has them; then their rows, which also fill MSysObjids ---- */

static ese_err create_catalog_trees(struct session *s, struct schema_cache *cache, uint32_t shadow_pages)
{
    ese_err err = JET_errSuccess;
    const uint32_t index_flags = PAGE_INDEX | PAGE_NEW_RECORD_FORMAT;

    TRY(create_tree(&cache->root, &s->trx, MAIN_PAGES, PAGE_NEW_RECORD_FORMAT, CATALOG_ROOT, CATALOG_OBJID));
    TRY(create_tree(&cache->root, &s->trx, shadow_pages, PAGE_NEW_RECORD_FORMAT, SHADOW_ROOT, SHADOW_OBJID));
    TRY(create_tree(&cache->catalog->tree, &s->trx, INDEX_PAGES, index_flags, CATALOG_ROOT + 3, NAME_INDEX_OBJID));
    TRY(create_tree(&cache->catalog->tree, &s->trx, INDEX_PAGES, index_flags, CATALOG_ROOT + 6, ROOTS_INDEX_OBJID));
    cache->name_index->tree.root = CATALOG_ROOT + 3;
    cache->roots_index->tree.root = CATALOG_ROOT + 6;
done:
    return err;
}

static ese_err create_new_trees(struct session *s, struct schema_cache *cache, pgno first)
{
    ese_err err = JET_errSuccess;

    TRY(create_tree(&cache->root, &s->trx, 1, PAGE_NEW_RECORD_FORMAT, first, OBJIDS_OBJID));
    TRY(create_tree(&cache->root, &s->trx, 1, PAGE_NEW_RECORD_FORMAT, first + 1, LOCALES_OBJID));
    cache->objids.root = first;
    cache->objids.objid = OBJIDS_OBJID;
    cache->locales.root = first + 1;
    cache->locales.objid = LOCALES_OBJID;
done:
    return err;
}

static ese_err create_old_trees(struct session *s, struct schema_cache *cache, pgno first)
{
    ese_err err = JET_errSuccess;
    struct btree fixups;

    btree_init(&fixups, cache->db, first, FIXUPS_OBJID, 1, true, PAGE_NEW_RECORD_FORMAT);
    TRY(create_tree(&cache->root, &s->trx, FIXUPS_PAGES, PAGE_NEW_RECORD_FORMAT, first, FIXUPS_OBJID));
    TRY(create_tree(&fixups, &s->trx, 1, PAGE_INDEX | PAGE_NEW_RECORD_FORMAT, first + 1, FIXUPS_INDEX_OBJID));
done:
    btree_release(&fixups);
    return err;
}

static ese_err put_catalog_tables(struct session *s, struct db_file *db, uint32_t shadow_pages)
{
    ese_err err = JET_errSuccess;

    TRY(put_table(s, db, "MSysObjects", CATALOG_OBJID, CATALOG_ROOT, CATALOG_DENSITY, (uint32_t)MAIN_FLAGS, MAIN_PAGES));
    TRY(put_catalog_columns(s, db, CATALOG_OBJID));
    TRY(put_index(s, db, "Id", CATALOG_OBJID, CATALOG_OBJID, CATALOG_ROOT, CATALOG_DENSITY, 0x10031, BYTES_OF_ARRAY(id_key)));
    TRY(put_index(s, db, "Name", CATALOG_OBJID, NAME_INDEX_OBJID, CATALOG_ROOT + 3, CATALOG_DENSITY, 0x10011, BYTES_OF_ARRAY(name_key)));
    TRY(put_index(s, db, "RootObjects", CATALOG_OBJID, ROOTS_INDEX_OBJID, CATALOG_ROOT + 6, CATALOG_DENSITY, 0x10009, BYTES_OF_ARRAY(roots_key)));
    TRY(put_table(s, db, "MSysObjectsShadow", SHADOW_OBJID, SHADOW_ROOT, CATALOG_DENSITY, (uint32_t)MAIN_FLAGS, shadow_pages));
    TRY(put_catalog_columns(s, db, SHADOW_OBJID));
    TRY(put_index(s, db, "Id", SHADOW_OBJID, SHADOW_OBJID, SHADOW_ROOT, CATALOG_DENSITY, 0x10031, BYTES_OF_ARRAY(id_key)));
done:
    return err;
}

ese_err catalog_create(struct session *s, struct db_file *db)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache = schema_cache_of(s, db);
    bool names = schema_names_locales(db);
    uint32_t shadow_pages = names ? SHADOW_PAGES : SHADOW_PAGES_OLD;
    pgno first = SHADOW_ROOT + shadow_pages;

    TRY(create_catalog_trees(s, cache, shadow_pages));
    TRY(names ? create_new_trees(s, cache, first) : create_old_trees(s, cache, first));
    cache->ready = true;
    TRY(put_catalog_tables(s, db, shadow_pages));
    if (names) {
        TRY(put_objids_table(s, db, first));
        TRY(put_locales_table(s, db, first + 1));
        TRY(put_locale_rows(s, db));
    } else {
        TRY(put_fixups_table(s, db, first));
    }
done:
    return err;
}
