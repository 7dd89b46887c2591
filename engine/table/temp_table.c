#include "table/temp_table.h"

#include "base/alloc.h"
#include "table/table_int.h"
#include "tree/space.h"

enum { VARIABLE_BYTES_MAX = 255, TEMP_PAGES = 4 };

static ese_err temp_cache(struct inst *inst, struct schema_cache **out)
{
    ese_err err = JET_errSuccess;

    os_mutex_lock(&inst->lock);
    if (inst->dbs[DB_TEMP_ID] == NULL)
        FAIL(JET_errInvalidDatabaseId);
    TRY(schema_cache_open(inst, DB_TEMP_ID));
    *out = inst->schemas[DB_TEMP_ID];
done:
    os_mutex_unlock(&inst->lock);
    return err;
}

/* ---- columns ---- */

static unsigned plain_bytes(uint8_t type)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 4, 8, 8, 0, 0, 0, 0, 0, 4, 8, 16, 2, 8};
    return type < sizeof(sizes) ? sizes[type] : 0;
}

static bool type_is_known(uint8_t type)
{
    return plain_bytes(type) != 0 || type == COL_BINARY || type == COL_TEXT || type == COL_LONG_BINARY || type == COL_LONG_TEXT;
}

/* Numbers lie in the fixed part, short text and binary in the variable part, long ones in the tagged part, unless asked otherwise. */
static ese_err next_fid(const struct table_def *t, const struct temp_column *how, uint16_t *fid)
{
    ese_err err = JET_errSuccess;
    bool is_long = how->type == COL_LONG_BINARY || how->type == COL_LONG_TEXT;

    if (is_long || (how->flags & (TEMP_TAGGED | TEMP_MULTI_VALUED)) != 0) {
        if (t->tagged_last >= FID_TAGGED_FIRST + COLUMNS_TAGGED_MAX - 1)
            FAIL(JET_errTooManyColumns);
        *fid = (uint16_t)(t->tagged_last + 1);
    } else if (plain_bytes(how->type) != 0 || (how->flags & TEMP_FIXED) != 0) {
        if (t->fixed_last >= FID_FIXED_LAST)
            FAIL(JET_errTooManyColumns);
        *fid = (uint16_t)(t->fixed_last + 1);
    } else {
        if (t->var_last >= FID_VAR_LAST)
            FAIL(JET_errTooManyColumns);
        *fid = (uint16_t)(t->var_last + 1);
    }
done:
    return err;
}

static ese_err add_column(struct table_def *t, const struct temp_column *how, struct column_def **out)
{
    ese_err err = JET_errSuccess;
    struct column_def *c = arena_take(&t->memory, sizeof(*c));
    bool is_long = how->type == COL_LONG_BINARY || how->type == COL_LONG_TEXT;

    if (c == NULL)
        FAIL(JET_errOutOfMemory);
    memset(c, 0, sizeof(*c));
    if (!type_is_known(how->type))
        FAIL(JET_errInvalidColumnType);
    TRY(next_fid(t, how, &c->fid));
    c->columnid = c->fid;
    c->type = how->type;
    c->code_page = how->code_page;
    if (column_is_text(c) && c->code_page == 0)
        c->code_page = 1252;
    c->max_bytes = plain_bytes(how->type);
    if (c->max_bytes == 0)
        c->max_bytes = is_long ? how->max_bytes : how->max_bytes == 0 || how->max_bytes > VARIABLE_BYTES_MAX ? VARIABLE_BYTES_MAX : how->max_bytes;
    c->flags = ((how->flags & TEMP_NOT_NULL) != 0 ? COLUMN_NOT_NULL : 0u) | ((how->flags & TEMP_MULTI_VALUED) != 0 ? COLUMN_MULTI_VALUED : 0u);
    if (c->fid <= FID_FIXED_LAST) {
        c->offset = t->fixed_end;
        c->fixed_bytes = (uint16_t)c->max_bytes;
    }
    TRY(schema_set_column(t, c));
    *out = c;
done:
    return err;
}

/* ---- the key ---- */

static ese_err add_part(struct index_def *i, const struct temp_column *how, struct column_def *c)
{
    ese_err err = JET_errSuccess;

    if (i->part_count == KEY_SEGMENTS_MAX)
        FAIL(JET_errTooManyKeys);
    i->parts[i->part_count++] = (struct key_part){c, (how->flags & TEMP_DESCENDING) != 0};
    if (c->fid >= FID_TAGGED_FIRST && (c->flags & COLUMN_MULTI_VALUED) != 0)
        i->flags |= INDEX_MULTI_VALUED;
    if (column_is_text(c) && c->code_page == 1200)
        i->flags |= INDEX_LOCALISED;
done:
    return err;
}

static ese_err make_index(struct table_def *t, const struct temp_create *how, struct index_def **out)
{
    ese_err err = JET_errSuccess;
    struct index_def *i = ese_alloc(sizeof(*i));
    bool unique = (how->flags & TEMP_UNIQUE) != 0;

    *out = i;
    if (i == NULL)
        FAIL(JET_errOutOfMemory);
    list_init(&i->link);
    i->table = t;
    i->flags = INDEX_ALLOW_ALL_NULLS | INDEX_ALLOW_FIRST_NULL | INDEX_ALLOW_SOME_NULLS | INDEX_EXTENDED |
               (unique ? INDEX_PRIMARY | INDEX_UNIQUE : 0u) | ((how->flags & TEMP_NULLS_HIGH) != 0 ? INDEX_NULLS_HIGH : 0u) |
               ((how->flags & TEMP_DOTNET_GUID) != 0 ? INDEX_DOTNET_GUID : 0u);
    i->key_most = how->key_most != 0 && how->key_most <= key_most_for_page(t->db->page_size) ? how->key_most : KEY_DEFAULT_MOST;
    i->segment_max = how->segment_max != 0 && how->segment_max < i->key_most ? how->segment_max : i->key_most;
    i->density = 100;
    i->collation.flags = COLLATE_DEFAULT_FLAGS;
    memcpy(i->collation.locale, "en-US", sizeof("en-US"));
    if (how->collation != NULL)
        i->collation = *how->collation;
    btree_init(&i->tree, t->db, 0, 0, t->tree.root, unique, PAGE_INDEX | PAGE_NEW_RECORD_FORMAT | (unique ? 0 : PAGE_NON_UNIQUE));
done:
    return err;
}

static ese_err make_key(struct session *s, struct table_def *t, const struct temp_create *how, const uint32_t *columnids)
{
    ese_err err = JET_errSuccess;
    struct index_def *i = NULL;

    TRY(make_index(t, how, &i));
    for (unsigned k = 0; k < how->count; k++) {
        if ((how->columns[k].flags & TEMP_KEY) != 0)
            TRY(add_part(i, &how->columns[k], schema_column(t, columnids[k])));
    }
    if (i->part_count == 0)
        goto done;
    if ((i->flags & INDEX_LOCALISED) != 0)
        TRY(collate_check(&i->collation));
    schema_index_finish(t, i);
    i->tree.versioned = false;
    if ((i->flags & INDEX_PRIMARY) != 0) {
        t->primary = i;
    } else {
        TRY(space_create_tree(&t->tree, &s->trx, 1, false, i->tree.page_flags, &i->tree.root, &i->tree.objid));
        list_append(&t->indexes, &i->link);
    }
    i = NULL;
done:
    if (i != NULL)
        schema_index_release(i);
    return err;
}

/* ---- the table ---- */

/* The long-value tree is made at once: there is no catalog that could learn of it later. */
static ese_err make_long_values(struct session *s, struct table_def *t)
{
    ese_err err = JET_errSuccess;
    bool any = false;

    t->lv_chunk_max = schema_lv_chunk_bytes(t->db);
    t->long_values.versioned = false;
    for (unsigned fid = FID_TAGGED_FIRST; fid <= t->tagged_last; fid++)
        any = any || column_is_long(t->tagged[fid - FID_TAGGED_FIRST]);
    if (any)
        TRY(space_create_tree(&t->tree, &s->trx, 1, true, t->long_values.page_flags, &t->long_values.root, &t->long_values.objid));
done:
    return err;
}

static ese_err make_table(struct session *s, struct schema_cache *cache, const struct temp_create *how, uint32_t *columnids, struct table_def **out)
{
    ese_err err = JET_errSuccess;
    struct table_def *t = NULL;
    struct column_def *c = NULL;
    pgno root = 0;
    uint32_t objid;

    TRY(space_create_tree(&cache->root, &s->trx, TEMP_PAGES, true, PAGE_NEW_RECORD_FORMAT, &root, &objid));
    t = table_def_create(cache, objid, root);
    if (t == NULL)
        FAIL(JET_errOutOfMemory);
    t->temporary = true;
    t->pins = 1;
    t->tree.versioned = false;
    for (unsigned k = 0; k < how->count; k++) {
        TRY(add_column(t, &how->columns[k], &c));
        columnids[k] = c->columnid;
    }
    TRY(schema_make_facts(t));
    TRY(make_key(s, t, how, columnids));
    TRY(make_long_values(s, t));
    *out = t;
done:
    if (err < 0 && t != NULL)
        table_def_release(t);
    if (err < 0 && root != 0)
        (void)space_free_tree(&cache->root, &s->trx, root);
    return err;
}

ese_err temp_table_open(struct session *s, const struct temp_create *how, uint32_t *columnids, struct cursor **out)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache;
    struct table_def *t = NULL;
    struct cursor *c = NULL;
    bool own = s->trx.level == 0;

    TRY(temp_cache(s->inst, &cache));
    if (own)
        TRY(txn_begin(s, false));
    err = make_table(s, cache, how, columnids, &t);
    if (own && err >= 0)
        err = txn_commit(s, COMMIT_LAZY);
    else if (own)
        (void)txn_rollback(s);
    TRY(err);
    t->deleted = true;                                  /* an open that fails releases it with its pin */
    TRY(cursor_open(s, t, &c));
    t->deleted = false;
    if (!list_empty(&t->indexes))
        TRY(cursor_set_index(c, NULL, LIST_ENTRY(t->indexes.next, struct index_def, link), false, true, 1));
    *out = c;
    c = NULL;
done:
    if (c != NULL)
        temp_table_close(c);
    return err;
}

void temp_table_close(struct cursor *c)
{
    struct session *s = c->session;
    struct table_def *t = c->table;
    struct schema_cache *cache = t->schema;
    pgno root = t->tree.root;
    bool own = s->trx.level == 0;

    os_mutex_lock(&cache->lock);
    t->pins++;                                          /* the definition outlives the cursor for a moment */
    os_mutex_unlock(&cache->lock);
    cursor_close(c);
    os_mutex_lock(&cache->lock);
    if (--t->pins != 0)
        root = 0;
    os_mutex_unlock(&cache->lock);
    if (root == 0)
        return;
    table_def_release(t);
    /* Space that cannot be given back now is gone until the temporary database is made anew. */
    if (own && txn_begin(s, false) < 0)
        return;
    (void)space_free_tree(&cache->root, &s->trx, root);
    if (own)
        (void)txn_commit(s, COMMIT_LAZY);
}
