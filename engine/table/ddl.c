/* The frame of schema changes: transactions, registration, claims. */
#include "table/ddl_int.h"

struct bytes ddl_text(const char *text)
{
    return bytes_of(text, strlen(text));
}

ese_err ddl_check_name(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || n > NAME_BYTES_MAX || name[0] == ' ')
        return JET_errInvalidName;
    for (size_t k = 0; k < n; k++)
        if ((uint8_t)name[k] < 0x20 || strchr("!.[]", name[k]) != NULL)
            return JET_errInvalidName;
    return JET_errSuccess;
}

ese_err ddl_begin(struct ddl_frame *f, struct session *s, struct db_file *db)
{
    ese_err err = JET_errSuccess;

    *f = (struct ddl_frame){.s = s};
    if (db->read_only)
        FAIL(JET_errPermissionDenied);
    if (s->trx.level > 0 && s->trx.read_only)
        FAIL(JET_errTransReadOnly);
    if (s->trx.level == 0) {
        TRY(txn_begin(s, false));
        f->own = true;
    }
    f->mark = txn_mark(s);
done:
    if (err < 0)
        f->s = NULL;
    return err;
}

ese_err ddl_end(struct ddl_frame *f, ese_err result)
{
    ese_err err = JET_errSuccess;

    if (f->s == NULL)
        return result;
    if (f->own && result >= 0)
        err = txn_commit(f->s, f->s->commit_flags_default);
    if (f->own && (result < 0 || err < 0) && f->s->trx.level > 0)
        (void)txn_rollback(f->s);
    if (!f->own && result < 0)
        err = txn_undo_to(f->s, f->mark);
    return err < 0 ? err : result;
}

ese_err ddl_change_make(struct table_def *t, struct ddl_change **out)
{
    struct ddl_change *change = ese_alloc(sizeof *change);

    *out = change;
    if (change == NULL)
        return JET_errOutOfMemory;
    list_init(&change->link);
    change->cache = t->schema;
    change->t = t;
    return JET_errSuccess;
}

ese_err ddl_register(struct session *s, struct ddl_change *change, const struct ver_schema_ops *ops)
{
    ese_err err = ver_add_schema(s->inst->versions, &s->trx, ops, change);

    if (err < 0)
        return err;
    os_mutex_lock(&change->cache->lock);
    list_append(&change->cache->changes, &change->link);
    os_mutex_unlock(&change->cache->lock);
    return err;
}

void ddl_change_drop(void *object)
{
    struct ddl_change *change = object;

    if (change->cache != NULL) {
        os_mutex_lock(&change->cache->lock);
        list_remove(&change->link);
        os_mutex_unlock(&change->cache->lock);
    }
    ese_free(change);
}

void ddl_forget_cache(struct schema_cache *cache)
{
    LIST_EACH_SAFE(it, &cache->changes) {
        struct ddl_change *change = LIST_ENTRY(it, struct ddl_change, link);
        list_remove(&change->link);
        change->cache = NULL;
    }
}

ese_err ddl_claim(struct session *s, struct table_def *t)
{
    ese_err err = JET_errSuccess;

    if (t->ddl_inhibited && t->life.creator != &s->trx)
        FAIL(JET_errFixedDDL);
    os_mutex_lock(&t->lock);
    if (t->ddl_trx != NULL && t->ddl_trx != &s->trx)
        err = JET_errWriteConflict;
    else {
        t->ddl_trx = &s->trx;
        t->ddl_count++;
    }
    os_mutex_unlock(&t->lock);
done:
    return err;
}

void ddl_unclaim(struct table_def *t)
{
    os_mutex_lock(&t->lock);
    if (t->ddl_count > 0 && --t->ddl_count == 0)
        t->ddl_trx = NULL;
    os_mutex_unlock(&t->lock);
}

static ese_err free_with_system(struct inst *inst, struct btree *parent, struct btree *tree)
{
    ese_err err = JET_errSuccess;
    struct session *system;

    TRY(txn_system(inst, &system));
    TRY(txn_begin(system, false));
    err = space_free_tree(parent, &system->trx, tree->root);
    if (err >= 0)
        TRY(txn_commit(system, COMMIT_LAZY));
    else
        (void)txn_rollback(system);
done:
    return err;
}

void ddl_free_space(struct schema_cache *cache, struct btree *parent, struct btree *tree)
{
    struct inst *inst = cache->inst;

    os_mutex_lock(&inst->system_lock);
    if (!atomic_load(&tree->dropped) && !atomic_load(&parent->dropped)) {
        atomic_store(&tree->dropped, true);
        if (tree->owner != NULL && tree == &((struct table_def *)tree->owner)->tree)
            ddl_mark_children((struct table_def *)tree->owner);
        if (!cache->db->read_only && atomic_load(&inst->unavailable) == 0)
            (void)free_with_system(inst, parent, tree);
    }
    os_mutex_unlock(&inst->system_lock);
}

/* The trees of a table's indexes and long values lie in its space. */
void ddl_mark_children(struct table_def *t)
{
    atomic_store(&t->long_values.dropped, true);
    LIST_EACH(it, &t->indexes)
        atomic_store(&LIST_ENTRY(it, struct index_def, link)->tree.dropped, true);
}

static void cleanup_drop(void *object)
{
    struct ddl_change *change = object;

    if (change->cache != NULL)
        ddl_free_space(change->cache, &change->t->tree, &change->i->tree);
    ddl_change_drop(change);
}

static const struct ver_schema_ops drop_ops = {NULL, NULL, cleanup_drop};

/* When memory is short the pages stay with the table: nothing but space is lost. */
void ddl_drop_later(struct table_def *t, struct index_def *i)
{
    struct inst *inst = t->schema->inst;
    struct ddl_change *change = NULL;
    struct session *system;

    if (ddl_change_make(t, &change) < 0)
        return;
    change->i = i;
    os_mutex_lock(&inst->system_lock);
    if (txn_system(inst, &system) >= 0 && txn_begin(system, false) >= 0) {
        if (ddl_register(system, change, &drop_ops) >= 0)
            change = NULL;
        (void)txn_commit(system, COMMIT_LAZY);
    }
    os_mutex_unlock(&inst->system_lock);
    ese_free(change);
}

struct row_wanted { uint16_t type; uint32_t id; struct session *s; struct catalog_row *out; bool found; };

static ese_err keep(struct session *s, struct bytes *slice)
{
    uint8_t *to;

    if (slice->data == NULL)
        return JET_errSuccess;
    to = arena_take(&s->scratch, slice->size + 1);
    if (to == NULL)
        return JET_errOutOfMemory;
    memcpy(to, slice->data, slice->size);
    slice->data = to;
    return JET_errSuccess;
}

static ese_err take_row(void *context, const struct catalog_row *row)
{
    ese_err err = JET_errSuccess;
    struct row_wanted *w = context;
    struct bytes *slices[16];
    struct catalog_row *r = w->out;

    if (row->type != w->type || row->id != w->id)
        goto done;
    *r = *row;
    w->found = true;
    memcpy(slices, (struct bytes *[]){&r->name, &r->stats, &r->template_table, &r->default_value, &r->key_fids, &r->var_seg_mac, &r->conditions,
                                      &r->tuple_limits, &r->version, &r->sort_id, &r->callback_data, &r->callback_deps, &r->separate_lv,
                                      &r->space_hints, &r->lv_space_hints, &r->locale_name}, sizeof slices);
    for (unsigned k = 0; k < 16; k++)
        TRY(keep(w->s, slices[k]));
done:
    return err;
}

ese_err ddl_read_row(struct session *s, struct db_file *db, uint32_t objid_table, uint16_t type, uint32_t id, struct catalog_row *out)
{
    struct row_wanted w = {type, id, s, out, false};
    ese_err err = catalog_scan(s, db, objid_table, take_row, &w);

    return err < 0 ? err : w.found ? JET_errSuccess : JET_errCatalogCorrupted;
}
