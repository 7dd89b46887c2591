/* Tables: create (also from a template), delete, rename; the long-value tree. */
#include "table/ddl_int.h"

/* ---- create ---- */

static void unlist(struct table_def *t)
{
    struct schema_cache *cache = t->schema;

    os_mutex_lock(&cache->lock);
    t->deleted = true;
    list_remove(&t->hash_link);
    if (t->pins == 0)
        table_def_bury(t);
    os_mutex_unlock(&cache->lock);
}

static ese_err undo_create(void *object, struct trx *trx)
{
    struct ddl_change *change = object;
    struct schema_cache *cache = change->cache;
    ese_err err = JET_errSuccess;

    if (cache != NULL) {
        pgno root = change->t->tree.root;
        struct table_def *from = change->t->template_table;
        /* Drops of its indexes that wait for clean-up have nothing left to do. */
        os_mutex_lock(&cache->inst->system_lock);
        atomic_store(&change->t->tree.dropped, true);
        ddl_mark_children(change->t);
        os_mutex_unlock(&cache->inst->system_lock);
        unlist(change->t);
        if (from != NULL)
            schema_close_table(from);
        err = space_free_tree(&cache->root, trx, root);
    }
    ddl_change_drop(change);
    return err;
}

static void commit_create(void *object, stamp at)
{
    struct ddl_change *change = object;

    if (change->cache == NULL)
        return;
    os_mutex_lock(&change->cache->lock);
    change->t->life.created = at.v;
    change->t->life.creator = NULL;
    os_mutex_unlock(&change->cache->lock);
}

static const struct ver_schema_ops create_ops = {undo_create, commit_create, ddl_change_drop};

static ese_err open_template(struct session *s, uint8_t dbid, const char *name, struct table_def **out)
{
    ese_err err = JET_errSuccess;

    TRY(schema_open_table(s, dbid, name, out));
    if (((*out)->flags & TABLE_TEMPLATE) == 0)
        err = JET_errDDLNotInheritable;
done:
    return err;
}

static ese_err check_create(struct session *s, const struct schema_cache *cache, const struct table_create *how)
{
    ese_err err = JET_errSuccess;
    struct table_def *same = NULL;

    TRY(ddl_check_name(how->name));
    if (how->density != 0 && (how->density < 20 || how->density > 100))
        FAIL(JET_errDensityInvalid);
    if (how->lv_chunk_max > schema_lv_chunk_bytes(cache->db))
        FAIL(JET_errInvalidLVChunkSize);
    if (how->lv_chunk_max != 0 && how->lv_chunk_max != schema_lv_chunk_bytes(cache->db) && !schema_names_locales(cache->db))
        FAIL(JET_errEngineFormatVersionParamTooLowForRequestedFeature);        /* the catalog has no column for it */
    if (how->template_name != NULL && (how->flags & TABLE_TEMPLATE) != 0)
        FAIL(JET_errCannotNestDDL);
    err = schema_open_table(s, cache->dbid, how->name, &same);
    if (err >= 0) {
        schema_close_table(same);
        FAIL(JET_errTableDuplicate);
    }
    err = err == JET_errObjectNotFound ? JET_errSuccess : err == JET_errTableLocked ? JET_errTableDuplicate : err;
done:
    return err;
}

static ese_err insert_table_row(struct session *s, const struct table_def *t, const struct table_create *how)
{
    struct catalog_row row = {.objid_table = t->objid, .type = CATALOG_TABLE, .id = t->objid, .coltype_or_root = t->tree.root,
                              .space_usage = t->density, .flags = t->flags, .pages_or_locale = how->pages, .root_flag = true,
                              .name = ddl_text(how->name)};

    if (how->template_name != NULL)
        row.template_table = ddl_text(t->template_table->name);
    if (how->lv_chunk_max != 0 && how->lv_chunk_max != schema_lv_chunk_bytes(t->db)) {
        row.has_lv_chunk = true;
        row.lv_chunk_max = how->lv_chunk_max;
    }
    return catalog_insert(s, t->db, &row);
}

static ese_err make_definition(struct session *s, struct schema_cache *cache, const struct table_create *how, struct table_def *from, pgno root,
                               uint32_t objid, struct table_def **out)
{
    ese_err err = JET_errSuccess;
    struct table_def *t = table_def_create(cache, objid, root);

    *out = t;
    if (t == NULL)
        FAIL(JET_errOutOfMemory);
    memcpy(t->name, how->name, strlen(how->name) + 1);
    t->flags = how->flags | (from != NULL ? TABLE_DERIVED : 0);
    t->density = how->density != 0 ? how->density : 80;
    t->tree.density = (uint8_t)t->density;
    t->ddl_inhibited = (t->flags & (TABLE_FIXED_DDL | TABLE_TEMPLATE)) != 0;
    t->lv_chunk_max = how->lv_chunk_max != 0 ? how->lv_chunk_max : schema_lv_chunk_bytes(cache->db);
    t->life.creator = &s->trx;
    t->pins = 1;
    if (from != NULL)
        TRY(schema_derive(t, from));
    TRY(schema_make_facts(t));
done:
    return err;
}

static void enlist(struct schema_cache *cache, struct table_def *t)
{
    os_mutex_lock(&cache->lock);
    list_append(schema_bucket(cache, t->name), &t->hash_link);
    os_mutex_unlock(&cache->lock);
}

/* Everything up to registration; *registered tells whether undo takes care of the rest. */
static ese_err create_table(struct session *s, struct schema_cache *cache, const struct table_create *how, struct table_def *from, struct table_def **out,
                            bool *registered)
{
    ese_err err = JET_errSuccess;
    struct ddl_change *change = NULL;
    struct table_def *t = NULL;
    pgno root = 0;
    uint32_t objid;

    TRY(space_create_tree(&cache->root, &s->trx, how->pages != 0 ? how->pages : 1, true, PAGE_NEW_RECORD_FORMAT, &root, &objid));
    TRY(make_definition(s, cache, how, from, root, objid, &t));
    TRY(ddl_change_make(t, &change));
    TRY(ddl_register(s, change, &create_ops));
    change = NULL;
    *registered = true;
    enlist(cache, t);
    TRY(insert_table_row(s, t, how));
    if (from != NULL)
        TRY(ddl_derive_indexes(s, t));
    *out = t;
done:
    if (err < 0 && !*registered) {
        if (t != NULL)
            table_def_release(t);
        if (root != 0)
            (void)space_free_tree(&cache->root, &s->trx, root);
        ese_free(change);
    }
    return err;
}

ese_err ddl_create_table(struct session *s, uint8_t dbid, const struct table_create *how, struct table_def **out)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache = s->inst->schemas[dbid];
    struct table_def *from = NULL;
    struct ddl_frame f;
    bool registered = false;

    *out = NULL;
    TRY(ddl_begin(&f, s, cache->db));
    err = check_create(s, cache, how);
    if (err >= 0 && how->template_name != NULL)
        err = open_template(s, dbid, how->template_name, &from);
    if (err >= 0)
        err = create_table(s, cache, how, from, out, &registered);
    if (err < 0 && from != NULL && !registered)
        schema_close_table(from);
    if (err < 0 && registered && *out == NULL) {
        /* The pin that was meant for the caller: the definition goes when the undo has run. */
        struct table_def *t;
        os_mutex_lock(&cache->lock);
        LIST_EACH(it, schema_bucket(cache, how->name)) {
            t = LIST_ENTRY(it, struct table_def, hash_link);
            if (t->life.creator == &s->trx && !t->deleted && schema_name_equal(t->name, how->name))
                t->pins = 0;
        }
        os_mutex_unlock(&cache->lock);
    }
    err = ddl_end(&f, err);
    if (err < 0)
        *out = NULL;
done:
    return err;
}

/* ---- delete ---- */

static ese_err undo_delete(void *object, struct trx *trx)
{
    struct ddl_change *change = object;

    (void)trx;
    if (change->cache != NULL) {
        os_mutex_lock(&change->cache->lock);
        change->t->life.deleter = NULL;
        os_mutex_unlock(&change->cache->lock);
    }
    ddl_change_drop(change);
    return JET_errSuccess;
}

static void commit_delete(void *object, stamp at)
{
    struct ddl_change *change = object;

    if (change->cache == NULL)
        return;
    os_mutex_lock(&change->cache->lock);
    change->t->life.deleted = at.v;
    change->t->life.deleter = NULL;
    change->t->deleted = true;
    os_mutex_unlock(&change->cache->lock);
}

static void cleanup_delete(void *object)
{
    struct ddl_change *change = object;

    if (change->cache != NULL) {
        struct table_def *from = change->t->template_table;
        ddl_free_space(change->cache, &change->cache->root, &change->t->tree);
        unlist(change->t);
        if (from != NULL)
            schema_close_table(from);
    }
    ddl_change_drop(change);
}

static const struct ver_schema_ops delete_ops = {undo_delete, commit_delete, cleanup_delete};

/* Nobody but the caller's pin may hold the table. */
static ese_err check_unused(struct session *s, struct table_def *t)
{
    ese_err err = JET_errSuccess;

    os_mutex_lock(&t->schema->lock);
    if (!list_empty(&t->cursors))
        err = JET_errTableInUse;
    LIST_EACH(it, &t->cursors) {
        const struct cursor *c = LIST_ENTRY(it, struct cursor, table_link);
        if (c->session != s && c->deny_read)
            err = JET_errTableLocked;
    }
    if (err >= 0 && t->pins - t->guests > 1)
        err = JET_errTableInUse;
    if (err >= 0 && t->life.deleter != NULL)
        err = JET_errTableLocked;
    if (err >= 0)
        t->life.deleter = &s->trx;
    os_mutex_unlock(&t->schema->lock);
    if (err >= 0 && ver_tree_busy(s->inst->versions, t->db, t->tree.root, &s->trx)) {
        os_mutex_lock(&t->schema->lock);
        t->life.deleter = NULL;
        os_mutex_unlock(&t->schema->lock);
        err = JET_errTableInUse;                        /* changes of somebody who has closed it but not committed */
    }
    return err;
}

static ese_err delete_table(struct session *s, struct table_def *t)
{
    ese_err err = JET_errSuccess;
    struct ddl_change *change = NULL;
    bool marked = false;

    if (t->system)
        FAIL(JET_errCannotDeleteSystemTable);
    if ((t->flags & TABLE_TEMPLATE) != 0)
        FAIL(JET_errCannotDeleteTemplateTable);
    TRY(ddl_change_make(t, &change));
    TRY(check_unused(s, t));
    marked = true;
    TRY(ddl_register(s, change, &delete_ops));
    change = NULL;
    marked = false;
    LIST_EACH(it, &t->indexes) {
        struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        if (!i->deleted)
            TRY(catalog_locale_drop(s, t->db, i));
    }
    if (t->primary != NULL)
        TRY(catalog_locale_drop(s, t->db, t->primary));
    TRY(catalog_delete_table(s, t->db, t->objid));
done:
    if (marked)
        t->life.deleter = NULL;
    ese_free(change);
    return err;
}

ese_err ddl_delete_table(struct session *s, uint8_t dbid, const char *name)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache = s->inst->schemas[dbid];
    struct table_def *t = NULL;
    struct ddl_frame f;

    TRY(ddl_begin(&f, s, cache->db));
    err = schema_open_table(s, dbid, name, &t);
    if (err >= 0)
        err = delete_table(s, t);
    if (t != NULL)
        schema_close_table(t);
    err = ddl_end(&f, err);
done:
    return err;
}

/* ---- rename ---- */

static void set_name(struct table_def *t, const char *name)
{
    os_mutex_lock(&t->schema->lock);
    list_remove(&t->hash_link);
    memcpy(t->name, name, strlen(name) + 1);
    list_append(schema_bucket(t->schema, name), &t->hash_link);
    os_mutex_unlock(&t->schema->lock);
}

static ese_err undo_rename(void *object, struct trx *trx)
{
    struct ddl_change *change = object;

    (void)trx;
    if (change->cache != NULL)
        set_name(change->t, change->old_name);
    ddl_change_drop(change);
    return JET_errSuccess;
}

static const struct ver_schema_ops rename_ops = {undo_rename, NULL, ddl_change_drop};

static ese_err rename_table(struct session *s, struct table_def *t, const char *to)
{
    ese_err err = JET_errSuccess;
    struct table_def *same = NULL;
    struct ddl_change *change = NULL;
    struct catalog_row row;

    if (t->system || t->ddl_inhibited)
        FAIL(JET_errFixedDDL);
    TRY(ddl_check_name(to));
    err = schema_open_table(s, t->schema->dbid, to, &same);
    if (err >= 0) {
        schema_close_table(same);
        if (same != t)
            FAIL(JET_errTableDuplicate);
    } else if (err != JET_errObjectNotFound) {
        goto done;
    }
    TRY(ddl_change_make(t, &change));
    memcpy(change->old_name, t->name, sizeof change->old_name);
    TRY(ddl_read_row(s, t->db, t->objid, CATALOG_TABLE, t->objid, &row));
    row.name = ddl_text(to);
    TRY(catalog_replace(s, t->db, &row));
    TRY(ddl_register(s, change, &rename_ops));
    change = NULL;
    set_name(t, to);
done:
    ese_free(change);
    return err;
}

ese_err ddl_rename_table(struct session *s, uint8_t dbid, const char *from, const char *to)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache = s->inst->schemas[dbid];
    struct table_def *t = NULL;
    struct ddl_frame f;

    TRY(ddl_begin(&f, s, cache->db));
    err = schema_open_table(s, dbid, from, &t);
    if (err >= 0)
        err = rename_table(s, t, to);
    if (t != NULL)
        schema_close_table(t);
    err = ddl_end(&f, err);
done:
    return err;
}

/* ---- the long-value tree ---- */

static ese_err undo_lv_tree(void *object, struct trx *trx)
{
    struct ddl_change *change = object;

    (void)trx;
    if (change->cache != NULL)
        change->t->long_values.root = 0;                /* its space goes with the table, which is undone too */
    ddl_change_drop(change);
    return JET_errSuccess;
}

static const struct ver_schema_ops lv_tree_ops = {undo_lv_tree, NULL, ddl_change_drop};

static ese_err make_lv_tree(struct session *s, struct table_def *t, bool uncommitted_table)
{
    ese_err err = JET_errSuccess;
    struct ddl_change *change = NULL;
    pgno root;
    uint32_t objid;
    struct catalog_row row = {.objid_table = t->objid, .type = CATALOG_LV, .space_usage = 100, .pages_or_locale = 1, .name = ddl_text("LV")};

    TRY(space_create_tree(&t->tree, &s->trx, 1, true, PAGE_LONG_VALUE | PAGE_NEW_RECORD_FORMAT, &root, &objid));
    row.id = objid;
    row.coltype_or_root = root;
    if (uncommitted_table) {
        TRY(ddl_change_make(t, &change));
        TRY(ddl_register(s, change, &lv_tree_ops));
        change = NULL;
    }
    TRY(catalog_insert(s, t->db, &row));
    t->long_values.objid = objid;
    t->long_values.parent_root = t->tree.root;
    t->long_values.root = root;
done:
    ese_free(change);
    return err;
}

/* The tree stays when the transaction that wanted it rolls back: others may use it already. Only a table that is itself not
 * committed gets it in the session's own transaction. */
ese_err ddl_create_lv_tree(struct session *s, struct table_def *t)
{
    ese_err err = JET_errSuccess;
    struct session *apart = NULL;
    bool mine = t->life.creator == &s->trx;

    os_mutex_lock(&t->lock);
    if (t->long_values.root != 0)
        goto done;
    if (mine) {
        TRY(make_lv_tree(s, t, true));
        goto done;
    }
    TRY(session_begin(s->inst, &apart));
    TRY(txn_begin(apart, false));
    TRY(make_lv_tree(apart, t, false));
    TRY(txn_commit(apart, COMMIT_LAZY));
done:
    if (apart != NULL)
        (void)session_end(apart);
    os_mutex_unlock(&t->lock);
    return err;
}
