/* Space that a crash left behind: the pages of a deleted tree go back in a clean-up after the commit, those of a tree whose creation
 * fails go back in its undo. Neither survives the crash: the log only says where such a thing may have been under way. */
#include "admin/check_int.h"
#include "admin/recover_int.h"

enum { CATALOG_OBJID = 2, SHADOW_OBJID = 3, KEY_TABLE = 1, KEY_TYPE = 6, KEY_BYTES = 13 };

/* ---- leads, from the log ---- */

static ese_err add_lead(struct recovery *r, struct space_lead lead)
{
    ese_err err = 0;
    struct space_leads *l = &r->leads;
    for (size_t i = 0; i < l->count && lead.settled; i++) {
        if (l->at[i].settled && l->at[i].dbid == lead.dbid && l->at[i].root == lead.root && l->at[i].objid == lead.objid)
            goto done;
    }
    if (l->count == l->room) {
        struct space_lead *larger = ese_resize(l->at, (l->room * 2 + 16) * sizeof *larger);
        if (larger == NULL)
            FAIL(JET_errOutOfMemory);
        l->at = larger;
        l->room = l->room * 2 + 16;
    }
    l->at[l->count++] = lead;
done:
    return err;
}

/* A catalog row was deleted: that of a table or of an index says whose space it is about. */
static ese_err row_deleted(struct recovery *r, uint8_t dbid, struct bytes key)
{
    struct space_lead lead = {.dbid = dbid, .settled = true};
    if (key.size == KEY_BYTES) {
        unsigned type = (unsigned)(key.data[KEY_TYPE] << 8 | key.data[KEY_TYPE + 1]) ^ 0x8000u;
        if (type != CATALOG_TABLE && type != CATALOG_INDEX)
            return 0;
        lead.objid = type == CATALOG_TABLE ? 1 : load_be32(key.data + KEY_TABLE) ^ 0x80000000u;
    }
    return add_lead(r, lead);
}

ese_err recover_space_record(struct recovery *r, const struct trx *t, const struct log_record *record)
{
    const struct lr_head *h = &record->head;
    if (record->type == LR_CREATE_SINGLE_FDP || record->type == LR_CREATE_MULTIPLE_FDP)
        return add_lead(r, (struct space_lead){.dbid = h->dbid, .level = t->level, .procid = h->procid, .root = record->u.create_fdp.parent});
    if (record->type == LR_FLAG_DELETE && h->objid == CATALOG_OBJID) {
        const struct ver_entry *e = list_empty(&t->entries) ? NULL : LIST_ENTRY(t->entries.next, struct ver_entry, trx_link);
        /* Without an entry the page was newer than the record: the key is not known any more. */
        return row_deleted(r, h->dbid, e != NULL && e->rceid == h->rceid ? e->key : BYTES_NONE);
    }
    return 0;
}

/* What a transaction created stays with its commit. */
void recover_space_transaction(struct recovery *r, const struct trx *t, const struct log_record *record)
{
    struct space_leads *l = &r->leads;
    size_t kept = 0;
    bool commits = record->type == LR_COMMIT || record->type == LR_COMMIT0;
    if (!commits && record->type != LR_ROLLBACK && record->type != LR_BEGIN0)
        return;
    for (size_t i = 0; i < l->count; i++) {
        struct space_lead *lead = &l->at[i];
        if (!lead->settled && lead->procid == record->head.procid) {
            if (commits && t->level == 0)
                continue;
            if (commits && lead->level > t->level)
                lead->level = t->level;
            lead->settled = !commits && (record->type == LR_BEGIN0 || lead->level > t->level);
        }
        l->at[kept++] = *lead;
    }
    l->count = kept;
}

/* ---- what is owned and unused ---- */

struct table_root { pgno root; uint32_t objid; };

struct space_work {
    struct check c;
    struct check_config config;
    struct check_counts counts;
    struct recovery *r;
    uint8_t dbid;
    struct table_root *trees;                           /* tables first, then the trees below those that were looked into */
    size_t table_count, tree_count, tree_room;
    uint32_t table;                                     /* whose rows are being read */
    struct space_extent *owned;
    size_t owned_count, owned_room;
};

/* Any lead is one to the catalog: what changed its rows may have taken a page for a split that never came. */
static bool is_led_to(const struct space_work *w, pgno root, uint32_t objid)
{
    if (objid == CATALOG_OBJID || objid == SHADOW_OBJID)
        return true;
    for (size_t i = 0; i < w->r->leads.count; i++) {
        const struct space_lead *l = &w->r->leads.at[i];
        if (l->dbid == w->dbid && ((l->root == 0 && l->objid == 0) || (l->root != 0 && l->root == root) || (l->objid != 0 && l->objid == objid)))
            return true;
    }
    return false;
}

static ese_err note_root(struct space_work *w, pgno root, uint32_t objid)
{
    ese_err err = 0;
    if (w->tree_count == w->tree_room) {
        struct table_root *larger = ese_resize(w->trees, (w->tree_room * 2 + 64) * sizeof *larger);
        if (larger == NULL)
            FAIL(JET_errOutOfMemory);
        w->trees = larger;
        w->tree_room = w->tree_room * 2 + 64;
    }
    w->trees[w->tree_count++] = (struct table_root){root, objid};
done:
    return err;
}

static ese_err note_table(void *context, const struct catalog_row *row)
{
    return note_root(context, row->coltype_or_root, row->id);
}

static ese_err note_child(void *context, const struct catalog_row *row)
{
    struct space_work *w = context;
    bool tree = (row->type == CATALOG_INDEX && row->id != w->table) || row->type == CATALOG_LV;
    return tree ? note_root(w, row->coltype_or_root, row->id) : 0;
}

/* Marks the space of a tree as its own, and with walk the pages that are used of it. */
static ese_err mark_tree(struct space_work *w, pgno root, uint32_t parent_objid, bool walk)
{
    ese_err err = 0;
    struct btree *tree = ese_alloc(sizeof *tree);
    struct check_walk how = {.c = &w->c, .name = "", .tree = tree, .inner_only = true};
    if (tree == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(btree_open(tree, w->c.db, root));
    TRY(check_space(&w->c, "", tree, parent_objid));
    if (walk)
        TRY(check_tree(&how));
done:
    if (tree != NULL && tree->db != NULL)
        btree_release(tree);
    ese_free(tree);
    return err;
}

static ese_err mark_table(struct space_work *w, struct table_root t)
{
    ese_err err = 0;
    size_t first = w->tree_count;
    w->table = t.objid;
    TRY(catalog_scan(w->c.s, w->c.db, t.objid, note_child, w));
    TRY(mark_tree(w, t.root, 1, true));
    for (size_t i = first; i < w->tree_count; i++)
        TRY(mark_tree(w, w->trees[i].root, t.objid, true));
done:
    return err;
}

/* All tables take their space out of the database's; those that a lead names are looked into. */
static ese_err mark_all(struct space_work *w)
{
    ese_err err = 0;
    TRY(mark_tree(w, 1, 0, true));
    TRY(catalog_scan_tables(w->c.s, w->c.db, note_table, w));
    w->table_count = w->tree_count;
    for (size_t i = 0; i < w->table_count && w->counts.faults == 0; i++) {
        struct table_root t = w->trees[i];
        if (is_led_to(w, t.root, t.objid))
            TRY(mark_table(w, t));
        else
            TRY(mark_tree(w, t.root, 1, false));
    }
done:
    return err;
}

/* ---- giving it back ---- */

static ese_err note_owned(void *context, struct space_extent e)
{
    ese_err err = 0;
    struct space_work *w = context;
    if (w->owned_count == w->owned_room) {
        struct space_extent *larger = ese_resize(w->owned, (w->owned_room * 2 + 64) * sizeof *larger);
        if (larger == NULL)
            FAIL(JET_errOutOfMemory);
        w->owned = larger;
        w->owned_room = w->owned_room * 2 + 64;
    }
    w->owned[w->owned_count++] = e;
done:
    return err;
}

static ese_err free_runs(struct space_work *w, struct btree *tree, struct space_extent owned)
{
    ese_err err = 0;
    uint32_t run = 0;
    for (pgno n = owned.last - owned.count + 1; n <= owned.last + 1; n++) {
        bool lost = n <= owned.last && w->c.owner[n] == tree->objid && w->c.use[n] == USE_NONE;
        if (!lost && run != 0)
            TRY(space_free_extent(tree, &w->c.s->trx, (struct space_extent){n - 1, run}));
        run = lost ? run + 1 : 0;
    }
done:
    return err;
}

static ese_err free_lost(struct space_work *w, pgno root)
{
    ese_err err = 0;
    struct btree *tree = ese_alloc(sizeof *tree);
    if (tree == NULL)
        FAIL(JET_errOutOfMemory);
    w->owned_count = 0;
    TRY(btree_open(tree, w->c.db, root));
    TRY(space_list(tree, true, note_owned, w));
    for (size_t i = 0; i < w->owned_count; i++)
        TRY(free_runs(w, tree, w->owned[i]));
done:
    if (tree != NULL && tree->db != NULL)
        btree_release(tree);
    ese_free(tree);
    return err;
}

/* The database's own first: what a table gives back as a whole extent joins it. */
static ese_err free_all(struct space_work *w)
{
    ese_err err = 0;
    bool begun = false;
    TRY(txn_begin(w->c.s, false));
    begun = true;
    if (is_led_to(w, 1, 1))
        TRY(free_lost(w, 1));
    for (size_t i = 0; i < w->tree_count; i++) {
        if (i >= w->table_count || is_led_to(w, w->trees[i].root, w->trees[i].objid))
            TRY(free_lost(w, w->trees[i].root));
    }
    TRY(txn_commit(w->c.s, COMMIT_LAZY));
    begun = false;
done:
    if (begun)
        (void)txn_rollback(w->c.s);
    return err;
}

static ese_err reclaim(struct space_work *w)
{
    ese_err err = 0;
    struct check *c = &w->c;
    c->config = &w->config;
    c->counts = &w->counts;
    c->faults_max = 1;
    c->page_last = atomic_load(&c->db->page_last);
    c->use = ese_alloc((size_t)c->page_last + 1);
    c->owner = ese_alloc(((size_t)c->page_last + 1) * sizeof *c->owner);
    if (c->use == NULL || c->owner == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(schema_cache_open(w->r->inst, w->dbid));
    TRY(session_begin(w->r->inst, &c->s));
    TRY(mark_all(w));
    if (w->counts.faults == 0)
        TRY(free_all(w));
done:
    if (c->s != NULL)
        (void)session_end(c->s);
    schema_cache_close(w->r->inst, w->dbid);
    ese_free(c->use);
    ese_free(c->owner);
    return err;
}

/* A database that the search cannot read, or that is not in order, keeps what is lost: nothing but space. */
static ese_err reclaim_db(struct recovery *r, uint8_t dbid)
{
    ese_err err = 0;
    struct space_work *w = ese_alloc(sizeof *w);
    if (w == NULL)
        FAIL(JET_errOutOfMemory);
    w->r = r;
    w->dbid = dbid;
    w->c.db = r->slots[dbid].db;
    err = reclaim(w);
    if (err < 0 && log_failed(r->inst->log) >= 0 && atomic_load(&r->inst->unavailable) == 0) {
        inst_event(r->inst, 0, "space in %s was not given back: %s", w->c.db->path, err_name(err) != NULL ? err_name(err) : "");
        err = 0;
    }
    ese_free(w->trees);
    ese_free(w->owned);
    ese_free(w);
done:
    return err;
}

ese_err recover_space(struct recovery *r)
{
    ese_err err = 0;
    for (uint8_t dbid = 1; dbid < DB_COUNT_MAX; dbid++) {
        bool wanted = false;
        for (size_t i = 0; i < r->leads.count; i++)
            wanted = wanted || r->leads.at[i].dbid == dbid;
        if (wanted && r->slots[dbid].state == SLOT_ATTACHED)
            TRY(reclaim_db(r, dbid));
    }
done:
    return err;
}
