/* The schema cache of one database: open definitions by name, pins, lookups; the gate of record changes. */
#include "table/ddl_int.h"

#include "format/record.h"

enum { GATE_CLOSED = (int)0x80000000u };

/* ---- positions and names ---- */

ese_err table_pos_open(struct btree *tree, struct session *s, struct bt_pos **out)
{
    ese_err err = JET_errSuccess;
    struct bt_pos *p = ese_alloc(sizeof *p);

    *out = NULL;
    if (p == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(bt_pos_init(p, tree, &s->trx));
    *out = p;
    p = NULL;
done:
    ese_free(p);
    return err;
}

void table_pos_close(struct bt_pos *p)
{
    if (p == NULL)
        return;
    bt_pos_free(p);
    ese_free(p);
}

static inline uint8_t fold(char c)
{
    return (uint8_t)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

bool schema_name_equal(const char *a, const char *b)
{
    while (*a != 0 && fold(*a) == fold(*b)) {
        a++;
        b++;
    }
    return *a == 0 && *b == 0;
}

struct list *schema_bucket(struct schema_cache *cache, const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name != 0; name++)
        hash = (hash ^ fold(*name)) * 16777619u;
    return &cache->buckets[hash % SCHEMA_BUCKETS];
}

bool schema_sees(const struct session *s, const struct schema_life *life)
{
    const struct trx *t = &s->trx, *creator = life->creator, *deleter = life->deleter;
    stamp created = {life->created}, deleted = {life->deleted};

    if ((creator != NULL && creator != t) || (created.v != 0 && !trx_sees(t, NULL, created)))
        return false;
    return (deleter == NULL || deleter != t) && (deleted.v == 0 || !trx_sees(t, NULL, deleted));
}

/* ---- the cache ---- */

ese_err schema_cache_open(struct inst *inst, uint8_t dbid)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache;

    if (inst->schemas[dbid] != NULL)
        return err;
    cache = ese_alloc(sizeof *cache);
    if (cache == NULL)
        FAIL(JET_errOutOfMemory);
    cache->inst = inst;
    cache->db = inst->dbs[dbid];
    cache->dbid = dbid;
    os_mutex_init(&cache->lock, RANK_SCHEMA);
    os_mutex_init(&cache->system_lock, RANK_CATALOG);
    for (unsigned k = 0; k < SCHEMA_BUCKETS; k++)
        list_init(&cache->buckets[k]);
    list_init(&cache->changes);
    list_init(&cache->buried);
    btree_init(&cache->root, cache->db, 1, 1, 0, true, PAGE_NEW_RECORD_FORMAT);
    btree_init(&cache->objids, cache->db, 0, 0, 1, true, PAGE_NEW_RECORD_FORMAT);
    btree_init(&cache->locales, cache->db, 0, 0, 1, true, PAGE_NEW_RECORD_FORMAT);
    inst->schemas[dbid] = cache;
    inst->delta_done = escrow_delta_done;
    if (dbid != DB_TEMP_ID)
        TRY(catalog_define(cache));
done:
    if (err < 0 && cache != NULL)
        schema_cache_close(inst, dbid);
    return err;
}

void schema_cache_close(struct inst *inst, uint8_t dbid)
{
    struct schema_cache *cache = inst->schemas[dbid];

    if (cache == NULL)
        return;
    ddl_forget_cache(cache);
    for (unsigned k = 0; k < SCHEMA_BUCKETS; k++)
        LIST_EACH_SAFE(it, &cache->buckets[k]) {
            struct table_def *t = LIST_ENTRY(it, struct table_def, hash_link);
            list_remove(it);
            if (t != cache->catalog && t != cache->shadow)
                table_def_release(t);
        }
    LIST_EACH_SAFE(it, &cache->buried)
        table_def_release(LIST_ENTRY(it, struct table_def, hash_link));
    if (cache->catalog != NULL)
        table_def_release(cache->catalog);
    if (cache->shadow != NULL)
        table_def_release(cache->shadow);
    btree_release(&cache->root);
    btree_release(&cache->objids);
    btree_release(&cache->locales);
    os_mutex_release(&cache->system_lock);
    os_mutex_release(&cache->lock);
    inst->schemas[dbid] = NULL;
    ese_free(cache);
}

/* ---- definitions ---- */

struct table_def *table_def_create(struct schema_cache *cache, uint32_t objid, pgno root)
{
    struct table_def *t = ese_alloc(sizeof *t);

    if (t == NULL)
        return NULL;
    t->fixed = ese_alloc(COLUMNS_FIXED_MAX * sizeof *t->fixed);
    t->var = ese_alloc(COLUMNS_VAR_MAX * sizeof *t->var);
    if (t->fixed == NULL || t->var == NULL) {
        ese_free(t->fixed);
        ese_free(t->var);
        ese_free(t);
        return NULL;
    }
    list_init(&t->hash_link);
    list_init(&t->indexes);
    list_init(&t->cursors);
    t->schema = cache;
    t->db = cache->db;
    t->objid = objid;
    t->density = 80;
    t->fixed_last = 0;
    t->var_last = FID_VAR_FIRST - 1;
    t->tagged_last = FID_TAGGED_FIRST - 1;
    t->template_tagged_last = FID_TAGGED_FIRST - 1;
    t->fixed_end = 4;
    btree_init(&t->tree, cache->db, root, objid, 1, true, PAGE_NEW_RECORD_FORMAT);
    btree_init(&t->long_values, cache->db, 0, 0, root, true, PAGE_LONG_VALUE | PAGE_NEW_RECORD_FORMAT);
    t->tree.owner = t->long_values.owner = t;
    os_mutex_init(&t->lock, RANK_TABLE);
    return t;
}

void schema_index_release(struct index_def *i)
{
    list_remove(&i->link);
    btree_release(&i->tree);
    ese_free(i);
}

void table_def_release(struct table_def *t)
{
    list_remove(&t->hash_link);
    LIST_EACH_SAFE(it, &t->indexes)
        schema_index_release(LIST_ENTRY(it, struct index_def, link));
    if (t->primary != NULL)
        schema_index_release(t->primary);
    btree_release(&t->tree);
    btree_release(&t->long_values);
    os_mutex_release(&t->lock);
    arena_release(&t->memory);
    ese_free(t->fixed);
    ese_free(t->var);
    ese_free(t);
}

/* ---- open and close ---- */

static struct table_def *find_cached(struct session *s, struct schema_cache *cache, const char *name)
{
    LIST_EACH(it, schema_bucket(cache, name)) {
        struct table_def *t = LIST_ENTRY(it, struct table_def, hash_link);
        if (schema_sees(s, &t->life) && schema_name_equal(t->name, name))
            return t;
    }
    return NULL;
}

/* A definition may be known under another name: one that a running transaction gave it. */
static struct table_def *find_objid(struct schema_cache *cache, uint32_t objid)
{
    for (unsigned k = 0; k < SCHEMA_BUCKETS; k++)
        LIST_EACH(it, &cache->buckets[k]) {
            struct table_def *t = LIST_ENTRY(it, struct table_def, hash_link);
            if (t->objid == objid)
                return t;
        }
    return NULL;
}

static ese_err load_by_name(struct session *s, struct schema_cache *cache, const char *name, struct table_def **out)
{
    ese_err err = JET_errSuccess;
    struct catalog_row row;

    TRY(catalog_find_table(s, cache->db, name, &row));
    *out = find_objid(cache, row.objid_table);
    if (*out != NULL)
        goto done;
    if (row.objid_table == CATALOG_OBJID || row.objid_table == SHADOW_OBJID)
        *out = row.objid_table == CATALOG_OBJID ? cache->catalog : cache->shadow;
    else
        TRY(schema_load_table(s, cache, &row, out));
    list_append(schema_bucket(cache, (*out)->name), &(*out)->hash_link);
done:
    return err;
}

static ese_err pin_table(struct session *s, uint8_t dbid, const char *name, bool guest, struct table_def **out)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache = s->inst->schemas[dbid];
    struct table_def *t;

    *out = NULL;
    if (cache == NULL || strlen(name) > NAME_BYTES_MAX)
        return JET_errObjectNotFound;
    if (dbid != DB_TEMP_ID)
        TRY(catalog_locate(s, cache));
    os_mutex_lock(&cache->lock);
    t = find_cached(s, cache, name);
    if (t != NULL && (t->life.deleter != NULL || t->deleted))
        err = JET_errTableLocked;                       /* also for those that began before its delete was committed */
    else if (t == NULL && dbid == DB_TEMP_ID)
        err = JET_errObjectNotFound;
    else if (t == NULL)
        err = load_by_name(s, cache, name, &t);
    if (err >= 0 && t->life.deleter == &s->trx)
        err = JET_errObjectNotFound;
    else if (err >= 0 && (t->deleted || t->life.deleter != NULL))
        err = JET_errTableLocked;
    if (err >= 0) {
        t->pins++;
        t->guests += guest ? 1 : 0;
        *out = t;
    }
    os_mutex_unlock(&cache->lock);
done:
    return err;
}

ese_err schema_open_table(struct session *s, uint8_t dbid, const char *name, struct table_def **out)
{
    return pin_table(s, dbid, name, false, out);
}

static void unpin(struct table_def *t, bool guest)
{
    struct schema_cache *cache = t->schema;

    os_mutex_lock(&cache->lock);
    if (guest)
        t->guests--;
    if (--t->pins == 0 && t->deleted)
        table_def_bury(t);
    os_mutex_unlock(&cache->lock);
}

void schema_close_table(struct table_def *t) { unpin(t, false); }

ese_err schema_visit_table(struct session *s, uint8_t dbid, const char *name, struct table_def **out)
{
    return pin_table(s, dbid, name, true, out);
}

void schema_leave_table(struct table_def *t) { unpin(t, true); }

struct btree *schema_tree_no(struct table_def *t, unsigned no)
{
    struct btree *found = NULL;

    if (no < 2)
        return no == 0 ? &t->tree : &t->long_values;
    os_mutex_lock(&t->lock);
    LIST_EACH(it, &t->indexes) {
        if (no-- == 2) {
            found = &LIST_ENTRY(it, struct index_def, link)->tree;
            break;
        }
    }
    os_mutex_unlock(&t->lock);
    return found;
}

/* Version entries may still name trees of a table that is gone: the definition waits until there are none. Under the cache's lock. */
void table_def_bury(struct table_def *t)
{
    struct schema_cache *cache = t->schema;

    list_remove(&t->hash_link);
    list_append(&cache->buried, &t->hash_link);
    if (ver_entry_count(cache->inst->versions) > 0)
        return;
    LIST_EACH_SAFE(it, &cache->buried)
        table_def_release(LIST_ENTRY(it, struct table_def, hash_link));
}

/* ---- lookups ---- */

struct column_def *schema_fid(struct table_def *t, unsigned fid, bool in_template)
{
    struct column_def *c = NULL;

    if (fid == 0)
        return NULL;
    if (fid <= t->fixed_last)
        c = t->fixed[fid - FID_FIXED_FIRST];
    else if (fid >= FID_VAR_FIRST && fid <= t->var_last)
        c = t->var[fid - FID_VAR_FIRST];
    else if (in_template && t->template_tagged != NULL)
        c = fid >= FID_TAGGED_FIRST && fid <= t->template_tagged_last ? t->template_tagged[fid - FID_TAGGED_FIRST] : NULL;
    else if (fid >= FID_TAGGED_FIRST && fid <= t->tagged_last)
        c = t->tagged[fid - FID_TAGGED_FIRST];
    return c != NULL && !c->deleted ? c : NULL;
}

struct column_def *schema_column(struct table_def *t, uint32_t columnid)
{
    if ((columnid & 0x7FFF0000u) != 0)
        return NULL;
    return schema_fid(t, columnid & 0xFFFF, (columnid & COLUMNID_TEMPLATE) != 0);
}

struct column_def *schema_column_seen(const struct session *s, struct table_def *t, uint32_t columnid)
{
    struct column_def *c = schema_column(t, columnid);
    return schema_column_visible(s, c) ? c : NULL;
}

static struct column_def *match(struct session *s, struct column_def *c, const char *name)
{
    return schema_column_visible(s, c) && schema_name_equal(c->name, name) ? c : NULL;
}

ese_err schema_find_column(struct session *s, struct table_def *t, const char *name, struct column_def **out)
{
    struct column_def *found = NULL;
    unsigned fixed, var, tagged;
    struct column_def **list;

    os_mutex_lock(&t->lock);
    fixed = t->fixed_last;
    var = t->var_last;
    tagged = t->tagged_last;
    list = t->tagged;
    for (unsigned k = 0; k < fixed && found == NULL; k++)
        found = match(s, t->fixed[k], name);
    for (unsigned k = 0; k + FID_VAR_FIRST <= var && found == NULL; k++)
        found = match(s, t->var[k], name);
    for (unsigned k = 0; k + FID_TAGGED_FIRST <= t->template_tagged_last && found == NULL; k++)
        found = match(s, t->template_tagged[k], name);
    for (unsigned k = 0; k + FID_TAGGED_FIRST <= tagged && found == NULL; k++)
        found = match(s, list[k], name);
    os_mutex_unlock(&t->lock);
    *out = found;
    return found != NULL ? JET_errSuccess : JET_errColumnNotFound;
}

ese_err schema_find_index(struct session *s, struct table_def *t, const char *name, struct index_def **out)
{
    ese_err err = JET_errSuccess;

    *out = t->primary;
    if (name == NULL || name[0] == 0)
        return err;
    if (t->primary != NULL && !t->primary->deleted && schema_sees(s, &t->primary->life) &&
        schema_name_equal(t->primary->name, name))
        return err;
    *out = NULL;
    os_mutex_lock(&t->lock);
    LIST_EACH(it, &t->indexes) {
        struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        if (!i->deleted && !i->building && i->life.deleter == NULL && schema_sees(s, &i->life) && schema_name_equal(i->name, name)) {
            *out = i;
            break;
        }
    }
    os_mutex_unlock(&t->lock);
    if (*out == NULL)
        err = JET_errIndexNotFound;
    return err;
}

struct btree *index_tree(struct index_def *i)
{
    return (i->flags & INDEX_PRIMARY) != 0 ? &i->table->tree : &i->tree;
}

static struct btree *tree_of_table(struct table_def *t, pgno root)
{
    if (t->tree.root == root)
        return &t->tree;
    if (t->long_values.root == root)
        return &t->long_values;
    LIST_EACH(it, &t->indexes) {
        struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        if (i->tree.root == root)
            return &i->tree;
    }
    return NULL;
}

struct btree *schema_tree_by_root(struct inst *inst, struct db_file *db, pgno root)
{
    struct schema_cache *cache = inst->schemas[db->dbid];
    struct btree *found = NULL;

    if (cache == NULL || root == 0)
        return NULL;
    os_mutex_lock(&cache->lock);
    if (cache->objids.root == root)
        found = &cache->objids;
    if (cache->locales.root == root)
        found = &cache->locales;
    if (found == NULL && cache->catalog != NULL)
        found = tree_of_table(cache->catalog, root);
    if (found == NULL && cache->shadow != NULL)
        found = tree_of_table(cache->shadow, root);
    for (unsigned k = 0; k < SCHEMA_BUCKETS && found == NULL; k++)
        for (struct list *it = cache->buckets[k].next; it != &cache->buckets[k] && found == NULL; it = it->next)
            found = tree_of_table(LIST_ENTRY(it, struct table_def, hash_link), root);
    os_mutex_unlock(&cache->lock);
    return found;
}

struct fixed_layout schema_fixed_layout(const void *table, unsigned fid, struct bytes *default_value, bool *has_default)
{
    const struct table_def *t = table;
    const struct column_def *c = fid >= 1 && fid <= COLUMNS_FIXED_MAX ? t->fixed[fid - 1] : NULL;

    *default_value = BYTES_NONE;
    *has_default = false;
    if (c == NULL)
        return (struct fixed_layout){0, 0};
    if ((c->flags & COLUMN_DEFAULT) != 0 && !c->deleted) {
        *default_value = c->default_value;
        *has_default = c->default_value.data != NULL;
    }
    return (struct fixed_layout){c->offset, c->fixed_bytes};
}

/* ---- the gate ---- */

static void step_out(struct table_def *t)
{
    uint32_t left = atomic_fetch_sub(&t->gate, 1) - 1;
    if (left == (uint32_t)GATE_CLOSED)
        os_wake_word(&t->gate, true);
}

void table_gate_enter(struct table_def *t)
{
    rank_enter(RANK_GATE);
    for (;;) {
        uint32_t seen = atomic_fetch_add(&t->gate, 1) + 1;
        if ((seen & (uint32_t)GATE_CLOSED) == 0)
            return;
        step_out(t);
        seen = atomic_load(&t->gate);
        if ((seen & (uint32_t)GATE_CLOSED) != 0)
            os_wait_word(&t->gate, seen);
    }
}

void table_gate_leave(struct table_def *t)
{
    rank_leave(RANK_GATE);
    step_out(t);
}

void table_gate_close(struct table_def *t)
{
    rank_enter(RANK_GATE);
    for (;;) {
        uint32_t seen = atomic_fetch_or(&t->gate, (uint32_t)GATE_CLOSED);
        if ((seen & (uint32_t)GATE_CLOSED) == 0)
            break;
        os_wait_word(&t->gate, seen);
    }
    for (uint32_t seen = atomic_load(&t->gate); seen != (uint32_t)GATE_CLOSED; seen = atomic_load(&t->gate))
        os_wait_word(&t->gate, seen);
}

void table_gate_open(struct table_def *t)
{
    rank_leave(RANK_GATE);
    atomic_fetch_and(&t->gate, ~(uint32_t)GATE_CLOSED);
    os_wake_word(&t->gate, true);
}

void table_drain(struct table_def *t, bool on)
{
    atomic_store(&t->draining, on ? 1 : 0);
    if (!on)
        os_wake_word(&t->draining, true);
}

static bool has_changed(const struct session *s, const struct table_def *t)
{
    LIST_EACH(it, &s->trx.entries) {
        const struct ver_entry *e = LIST_ENTRY(it, struct ver_entry, trx_link);
        if (e->db == t->db && e->fdp == t->tree.root)
            return true;
    }
    return false;
}

void table_drain_wait(struct session *s, struct table_def *t)
{
    if (atomic_load_explicit(&t->draining, memory_order_relaxed) == 0 || has_changed(s, t))
        return;
    while (atomic_load(&t->draining) != 0)
        os_wait_word(&t->draining, 1);
}
