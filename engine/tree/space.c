#include <string.h>

#include "tree/space_int.h"

enum { GROW_FILE_MIN = 256, GROW_FILE_MAX = 4096, GROW_TREE_MIN = 16, GROW_TREE_MAX = 512, CATALOG_OBJID_LAST = 5 };

/* ---- growing ---- */

static ese_err owned_pages(struct owner *o, uint64_t *pages)
{
    ese_err err = 0;
    struct space_extent e;
    bool found;
    *pages = 0;
    TRY(extent_find(&o->oe_pos, 0, &e, &found));
    while (found) {
        *pages += e.count;
        TRY(extent_next(&o->oe_pos, &e, &found));
    }
done:
    return err;
}

static uint32_t between(uint64_t value, uint32_t low, uint32_t high)
{
    return value < low ? low : value > high ? high : (uint32_t)value;
}

/* A sixteenth of the file, but not less than the step that was asked for; a small step is taken as it is. */
static uint32_t grow_step(struct db_file *db, pgno last)
{
    uint32_t step = atomic_load(&db->grow_pages);
    if (step == 0)
        step = GROW_FILE_MIN;
    return step < GROW_FILE_MIN ? step : between(last / 16, step, step > GROW_FILE_MAX ? step : GROW_FILE_MAX);
}

/* New pages at the end of the file. */
static ese_err grow_file(struct owner *o, uint32_t at_least, struct space_extent *out)
{
    ese_err err = 0;
    struct db_file *db = o->db;
    pgno last = atomic_load(&db->page_last);
    uint32_t more = grow_step(db, last), most = atomic_load(&db->page_max);
    struct log_record r = {.type = LR_EXTEND_DB};
    struct log_span span;
    if (most == 0 || most > UINT32_MAX / 2)
        most = UINT32_MAX / 2;
    if (more < at_least)
        more = at_least;
    if (last >= most || most - last < at_least)
        FAIL(JET_errOutOfDatabaseSpace);
    if (more > most - last)
        more = most - last;
    TRY(db_file_extend(db, last + more));
    r.head.dbid = db->dbid;
    r.u.file_range.first = last + more;
    TRY(bt_append_record(&o->tree, o->trx, &r, &span));
    *out = (struct space_extent){last + more, more};
done:
    return err;
}

/* Part of a fresh extent for the split buffers, before anything is inserted into the extent trees. */
static ese_err carve(struct owner *o, struct btree *space_tree, struct space_extent *e)
{
    ese_err err = 0;
    bool low;
    TRY(buffer_is_low(space_tree, &low));
    if (!low || e->count < BUFFER_FILL)
        goto done;
    TRY(buffer_fill(space_tree, o->trx, (struct space_extent){e->last - e->count + BUFFER_FILL, BUFFER_FILL}));
    e->count -= BUFFER_FILL;
done:
    return err;
}

ese_err owner_grow(struct owner *o, uint32_t at_least)
{
    ese_err err = 0;
    struct owner *parent = NULL;
    struct space_extent e, rest;
    uint64_t pages;
    uint32_t wanted;
    at_least += 2 * BUFFER_FILL;
    if (o->tree.root == 1) {
        TRY(grow_file(o, at_least, &e));
    } else {
        TRY(owned_pages(o, &pages));
        wanted = between(pages / 8, GROW_TREE_MIN, GROW_TREE_MAX);
        TRY(owner_open(o->db, o->trx, o->parent, &parent));
        TRY(owner_get_extent(parent, wanted > at_least ? wanted : at_least, at_least, &e));
    }
    rest = e;
    TRY(carve(o, &o->oe, &rest));
    TRY(carve(o, &o->ae, &rest));
    TRY(extent_put(o, &o->oe_pos, e));
    if (rest.count != 0)
        TRY(extent_put(o, &o->ae_pos, rest));
done:
    owner_close(parent);
    return err;
}

/* ---- single extents ---- */

/* A run of count free pages in the bitmap; false when there is none. */
static bool find_run(const struct owner *o, uint32_t count, uint32_t *bit)
{
    uint32_t run = 0;
    for (uint32_t i = 0; i < SPACE_BITS; i++) {
        run = (o->available >> i & 1) != 0 ? run + 1 : 0;
        if (run == count) {
            *bit = i + 1 - count;
            return true;
        }
    }
    return false;
}

static uint32_t run_mask(uint32_t bit, uint32_t count)
{
    return (count >= SPACE_BITS ? UINT32_MAX : ((uint32_t)1 << count) - 1) << bit;
}

static ese_err log_convert(struct owner *o, struct space_convert *c, struct buf_ref refs[3])
{
    ese_err err = 0;
    struct log_record r;
    struct log_span span;
    bt_head(&r, LR_CONVERT_FDP2, &o->tree, o->trx, c->root, 0, false);
    r.u.convert.objid = c->objid;
    r.u.convert.oe = c->oe;
    r.u.convert.ae = c->ae;
    r.u.convert.parent = c->parent;
    r.u.convert.secondary = c->secondary;
    r.u.convert.cpg = (int32_t)c->cpg;
    r.u.convert.cpg_secondary = (int32_t)c->cpg_secondary;
    r.u.convert.available = c->available;
    r.u.convert.page_flags = c->page_flags;
    buf_will_dirty(&refs[1]);
    buf_will_dirty(&refs[2]);
    TRY(bt_log(&o->tree, o->trx, &refs[0], &r, &span));
    c->time = r.head.after;
    space_apply_convert(c, refs[0].page, refs[1].page, refs[2].page);
    for (unsigned i = 0; i < 3; i++)
        bt_changed_macro(&refs[i], c->time, &span, &span);
done:
    return err;
}

/* A tree that outgrows its first extent gets extent trees, in the first two pages of the second extent. */
static ese_err convert(struct owner *o, uint32_t at_least)
{
    ese_err err = 0;
    struct owner *parent = NULL;
    struct space_extent e;
    struct buf_ref refs[3] = {BUF_REF_NONE, BUF_REF_NONE, BUF_REF_NONE};
    uint32_t wanted = o->primary > at_least + 2 ? o->primary : at_least + 2;
    struct space_convert c;
    TRY(owner_open(o->db, o->trx, o->parent, &parent));
    TRY(owner_get_extent(parent, wanted, at_least + 2, &e));
    c = (struct space_convert){.root = o->tree.root, .secondary = e.last - e.count + 1, .parent = o->parent, .objid = o->tree.objid,
                               .cpg = o->primary, .cpg_secondary = e.count, .available = o->available,
                               .page_flags = o->tree.page_flags & ~(uint32_t)PAGE_NEW_RECORD_FORMAT, .unique = o->tree.unique};
    c.oe = c.secondary;
    c.ae = c.secondary + 1;
    TRY(buf_latch(o->db, c.root, LATCH_WRITE, &refs[0]));
    TRY(buf_latch_new(o->db, c.oe, &refs[1]));
    TRY(buf_latch_new(o->db, c.ae, &refs[2]));
    TRY(log_convert(o, &c, refs));
done:
    for (unsigned i = 0; i < 3; i++)
        buf_unlatch(&refs[i]);
    owner_close(parent);
    return err;
}

/* o after its conversion, in place. */
static ese_err reopen(struct owner **o)
{
    struct owner *old = *o, *fresh = NULL;
    ese_err err = owner_open(old->db, old->trx, old->tree.root, &fresh);
    if (err < 0)
        return err;
    owner_close(old);
    *o = fresh;
    return 0;
}

/* ---- taking ---- */

static ese_err get_from_extents(struct owner *o, uint32_t wanted, uint32_t minimum, struct space_extent *out)
{
    ese_err err = 0;
    struct space_extent e, best = {0, 0};
    bool found;
    pgno first;
    for (unsigned round = 0; best.count < minimum; round++) {
        if (round == 2)
            FAIL(JET_errOutOfDatabaseSpace);
        if (round == 1)
            TRY(owner_grow(o, wanted));
        TRY(extent_find(&o->ae_pos, 0, &e, &found));
        for (; found && best.count < wanted;) {
            if (e.count > best.count)
                best = e;
            TRY(extent_next(&o->ae_pos, &e, &found));
        }
    }
    TRY(extent_find(&o->ae_pos, best.last, &e, &found));
    out->count = e.count < wanted ? e.count : wanted;
    TRY(available_take(o, e, out->count, &first));
    out->last = first + out->count - 1;
done:
    return err;
}

ese_err owner_get_extent(struct owner *o, uint32_t wanted, uint32_t minimum, struct space_extent *out)
{
    ese_err err = 0;
    struct owner *fresh = NULL;
    uint32_t bit, count = wanted;
    if (o->multiple)
        return get_from_extents(o, wanted, minimum, out);
    if (find_run(o, wanted, &bit) || (count = minimum, find_run(o, minimum, &bit))) {
        o->available &= ~run_mask(bit, count);
        TRY(owner_set_header(o));
        *out = (struct space_extent){o->tree.root + bit + count, count};
        goto done;
    }
    TRY(convert(o, wanted));
    TRY(owner_open(o->db, o->trx, o->tree.root, &fresh));
    TRY(get_from_extents(fresh, wanted, minimum, out));
done:
    owner_close(fresh);
    return err;
}

/* The page at or behind hint, else the first one there is. */
static ese_err get_page(struct owner *o, pgno hint, pgno *out)
{
    ese_err err = 0;
    struct space_extent e;
    bool found;
    TRY(extent_find(&o->ae_pos, hint, &e, &found));
    if (!found)
        TRY(extent_find(&o->ae_pos, 0, &e, &found));
    if (!found) {
        TRY(owner_grow(o, 1));
        TRY(extent_find(&o->ae_pos, 0, &e, &found));
    }
    if (!found)
        FAIL(JET_errOutOfDatabaseSpace);
    TRY(available_take(o, e, 1, out));
done:
    return err;
}

ese_err space_get_page(struct btree *tree, struct trx *t, pgno hint, pgno *out)
{
    ese_err err = 0;
    struct owner *o = NULL;
    uint32_t bit;
    if ((tree->page_flags & PAGE_SPACE_TREE) != 0)
        return buffer_take(tree, t, out);
    os_mutex_lock(&tree->db->space_lock);
    TRY(owner_open(tree->db, t, tree->root, &o));
    if (!o->multiple && find_run(o, 1, &bit)) {
        o->available &= ~run_mask(bit, 1);
        TRY(owner_set_header(o));
        *out = tree->root + 1 + bit;
        goto done;
    }
    if (!o->multiple) {
        TRY(convert(o, 1));
        TRY(reopen(&o));
    }
    TRY(get_page(o, hint, out));
done:
    owner_close(o);
    os_mutex_unlock(&tree->db->space_lock);
    return err;
}

/* ---- giving back ---- */

ese_err owner_give_extent(struct owner *o, struct space_extent e)
{
    ese_err err = 0;
    pgno first = e.last - e.count + 1;
    if (o->multiple)
        return available_give(o, e);
    if (first <= o->tree.root || e.last > o->tree.root + SPACE_BITS)
        FAIL(JET_errDatabaseCorrupted);
    o->available |= run_mask(first - o->tree.root - 1, e.count);
    TRY(owner_set_header(o));
done:
    return err;
}

ese_err space_free_extent(struct btree *tree, struct trx *t, struct space_extent e)
{
    ese_err err = 0;
    struct owner *o = NULL;
    os_mutex_lock(&tree->db->space_lock);
    TRY(owner_open(tree->db, t, tree->root, &o));
    TRY(owner_give_extent(o, e));
done:
    owner_close(o);
    os_mutex_unlock(&tree->db->space_lock);
    return err;
}

ese_err space_free_page(struct btree *tree, struct trx *t, pgno page)
{
    if ((tree->page_flags & PAGE_SPACE_TREE) != 0)
        return buffer_give(tree, t, page);
    return space_free_extent(tree, t, (struct space_extent){page, 1});
}

/* All owned extents of o, copied: the parent's trees change while they are given back. */
static ese_err collect_owned(struct owner *o, struct space_extent **out, size_t *count)
{
    ese_err err = 0;
    struct space_extent e = {o->tree.root + o->primary - 1, o->primary}, *list = NULL;
    size_t room = 0, used = 0;
    bool found = true;
    if (o->multiple)
        TRY(extent_find(&o->oe_pos, 0, &e, &found));
    while (found) {
        if (used == room) {
            struct space_extent *larger = ese_resize(list, (room * 2 + 16) * sizeof *list);
            if (larger == NULL)
                FAIL(JET_errOutOfMemory);
            list = larger;
            room = room * 2 + 16;
        }
        list[used++] = e;
        found = false;
        if (o->multiple)
            TRY(extent_next(&o->oe_pos, &e, &found));
    }
done:
    *out = list;
    *count = used;
    return err;
}

ese_err space_free_tree(struct btree *parent, struct trx *t, pgno root)
{
    ese_err err = 0;
    struct owner *o = NULL, *to = NULL;
    struct space_extent *list = NULL;
    size_t count = 0;
    os_mutex_lock(&parent->db->space_lock);
    TRY(owner_open(parent->db, t, root, &o));
    TRY(owner_open(parent->db, t, parent->root, &to));
    TRY(collect_owned(o, &list, &count));
    for (size_t i = 0; i < count; i++)
        TRY(owner_give_extent(to, list[i]));
done:
    ese_free(list);
    owner_close(to);
    owner_close(o);
    os_mutex_unlock(&parent->db->space_lock);
    return err;
}

/* ---- creating ---- */

static ese_err log_and_create(struct btree *tree, struct trx *t, struct space_create *c)
{
    ese_err err = 0;
    struct buf_ref refs[3] = {BUF_REF_NONE, BUF_REF_NONE, BUF_REF_NONE};
    unsigned count = c->multiple ? 3 : 1;
    pgno pages[3] = {c->root, c->oe, c->ae};
    struct log_record r;
    struct log_span span;
    for (unsigned i = 0; i < count; i++)
        TRY(buf_latch_new(tree->db, pages[i], &refs[i]));
    bt_head(&r, c->multiple ? LR_CREATE_MULTIPLE_FDP : LR_CREATE_SINGLE_FDP, tree, t, c->root, 0, false);
    r.u.create_fdp.objid = c->objid;
    r.u.create_fdp.oe = c->oe;
    r.u.create_fdp.ae = c->ae;
    r.u.create_fdp.parent = c->parent;
    r.u.create_fdp.cpg = (int32_t)c->cpg;
    r.u.create_fdp.page_flags = c->page_flags;
    for (unsigned i = 1; i < count; i++)
        buf_will_dirty(&refs[i]);
    TRY(bt_log(tree, t, &refs[0], &r, &span));
    c->time = r.head.after;
    space_apply_create(c, refs[0].page, refs[1].page, refs[2].page);
    for (unsigned i = 0; i < count; i++)
        bt_changed_macro(&refs[i], c->time, &span, &span);
done:
    for (unsigned i = 0; i < count; i++)
        buf_unlatch(&refs[i]);
    return err;
}

ese_err space_create_tree(struct btree *parent, struct trx *t, uint32_t cpg, bool unique, uint32_t flags, pgno *root, uint32_t *objid)
{
    ese_err err = 0;
    struct owner *o = NULL;
    struct space_extent e;
    struct btree tree;
    struct space_create c = {.parent = parent->root, .page_flags = flags & ~(uint32_t)PAGE_NEW_RECORD_FORMAT, .unique = unique};
    *objid = db_objid_next(parent->db);
    if (cpg == 0)
        cpg = 1;
    /* The catalog's own trees have extent trees from the start. */
    c.multiple = cpg > SINGLE_PAGES_MAX || (*objid <= CATALOG_OBJID_LAST && cpg >= 3);
    c.objid = *objid;
    os_mutex_lock(&parent->db->space_lock);
    TRY(owner_open(parent->db, t, parent->root, &o));
    TRY(owner_get_extent(o, cpg, cpg, &e));
    c.cpg = cpg;
    c.root = e.last - e.count + 1;
    c.oe = c.root + 1;
    c.ae = c.root + 2;
    btree_init(&tree, parent->db, c.root, c.objid, parent->root, unique, flags);
    err = log_and_create(&tree, t, &c);
    btree_release(&tree);
    *root = c.root;
done:
    owner_close(o);
    os_mutex_unlock(&parent->db->space_lock);
    return err;
}

ese_err space_create_root(struct db_file *db, struct trx *t, pgno page_last)
{
    ese_err err = 0;
    struct btree tree;
    struct space_create c = {.root = 1, .oe = 2, .ae = 3, .objid = 1, .cpg = page_last, .unique = true, .multiple = true};
    db_objid_raise(db, 1);
    btree_init(&tree, db, 1, 1, 0, true, PAGE_NEW_RECORD_FORMAT);
    TRY(log_and_create(&tree, t, &c));
done:
    btree_release(&tree);
    return err;
}

/* ---- tidying up ---- */

static ese_err compact_extents(struct bt_pos *p)
{
    ese_err err = 0;
    bool done = false;
    bt_pos_retarget(p, p->tree);
    while (!done)
        TRY(bt_compact_step(p, &done));
done:
    return err;
}

ese_err space_compact(struct btree *tree, struct trx *t)
{
    ese_err err = 0;
    struct owner *o = NULL;
    os_mutex_lock(&tree->db->space_lock);
    TRY(owner_open(tree->db, t, tree->root, &o));
    if (!o->multiple)
        goto done;
    TRY(compact_extents(&o->ae_pos));
    TRY(compact_extents(&o->oe_pos));
done:
    owner_close(o);
    os_mutex_unlock(&tree->db->space_lock);
    return err;
}

/* ---- asking ---- */

static ese_err list_bitmap(struct owner *o, ese_err (*each)(void *context, struct space_extent e), void *context)
{
    ese_err err = 0;
    uint32_t run = 0, i;
    for (i = 0; i < o->primary - 1; i++) {
        if (i >= SPACE_BITS || (o->available >> i & 1) != 0) {
            run++;
        } else if (run != 0) {
            TRY(each(context, (struct space_extent){o->tree.root + i, run}));
            run = 0;
        }
    }
    if (run != 0)
        TRY(each(context, (struct space_extent){o->tree.root + i, run}));
done:
    return err;
}

ese_err space_list(struct btree *tree, bool owned, ese_err (*each)(void *context, struct space_extent e), void *context)
{
    ese_err err = 0;
    struct owner *o = NULL;
    struct space_extent e;
    struct bt_pos *p;
    struct trx reader = {.versions = NULL};
    bool found;
    os_mutex_lock(&tree->db->space_lock);
    TRY(owner_open(tree->db, &reader, tree->root, &o));
    if (!o->multiple) {
        if (owned)
            TRY(each(context, (struct space_extent){o->tree.root + o->primary - 1, o->primary}));
        else
            TRY(list_bitmap(o, each, context));
        goto done;
    }
    p = owned ? &o->oe_pos : &o->ae_pos;
    TRY(extent_find(p, 0, &e, &found));
    while (found) {
        TRY(each(context, e));
        TRY(extent_next(p, &e, &found));
    }
done:
    owner_close(o);
    os_mutex_unlock(&tree->db->space_lock);
    return err;
}

ese_err space_grow_database(struct db_file *db, struct trx *t, uint32_t cpg)
{
    ese_err err = 0;
    struct owner *o = NULL;
    os_mutex_lock(&db->space_lock);
    TRY(owner_open(db, t, 1, &o));
    TRY(owner_grow(o, cpg));
done:
    owner_close(o);
    os_mutex_unlock(&db->space_lock);
    return err;
}
