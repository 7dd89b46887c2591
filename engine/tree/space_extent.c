#include <string.h>

#include "tree/space_int.h"

/* ---- page changes ---- */

static void put_header(struct page root, uint32_t primary, pgno parent, uint32_t flags, uint32_t last_field)
{
    uint8_t h[SPACE_HEADER_BYTES];
    store_le32(h, primary);
    store_le32(h + 4, parent);
    store_le32(h + 8, flags);
    store_le32(h + 12, last_field);
    page_set_external(root, bytes_of(h, sizeof h));
}

static void put_extent(struct page p, unsigned slot, pgno last, uint32_t count)
{
    uint8_t key[4], data[4];
    if (count == 0)
        return;
    store_be32(key, last);
    store_le32(data, count);
    page_insert(p, slot, bytes_of(key, 4), bytes_of(data, 4), 0);
}

/* An extent tree of one page, its split buffer empty. */
static void init_space_root(struct page p, pgno number, uint32_t objid, uint32_t flags, dbtime time)
{
    static const uint8_t empty_buffer[SPACE_HEADER_BYTES];
    page_init(p, number, objid, flags | PAGE_ROOT | PAGE_LEAF | PAGE_SPACE_TREE | PAGE_NEW_RECORD_FORMAT, time);
    page_set_external(p, bytes_of(empty_buffer, sizeof empty_buffer));
}

static uint32_t bitmap_of(uint32_t cpg)
{
    return cpg > SPACE_BITS ? UINT32_MAX : (uint32_t)(((uint64_t)1 << (cpg - 1)) - 1);
}

void space_apply_create(const struct space_create *c, struct page root, struct page oe, struct page ae)
{
    uint32_t flags = (c->multiple ? SPACE_MULTIPLE : 0) | (c->unique ? 0 : SPACE_NON_UNIQUE);
    pgno last = c->root + c->cpg - 1;
    if (root.at != NULL) {
        page_init(root, c->root, c->objid, c->page_flags | PAGE_ROOT | PAGE_LEAF | PAGE_NEW_RECORD_FORMAT, c->time);
        put_header(root, c->cpg, c->parent, flags, c->multiple ? c->oe : bitmap_of(c->cpg));
    }
    if (oe.at != NULL) {
        init_space_root(oe, c->oe, c->objid, c->page_flags, c->time);
        put_extent(oe, 0, last, c->cpg);
    }
    if (ae.at != NULL) {
        init_space_root(ae, c->ae, c->objid, c->page_flags, c->time);
        put_extent(ae, 0, last, c->cpg - 3);
    }
}

/* What the bitmap of a single extent says, as extents in order. The pages behind the bitmap are all available. */
static void put_available(struct page ae, const struct space_convert *c)
{
    unsigned slot = page_slot_count(ae);
    uint32_t run = 0, i;
    for (i = 0; i < c->cpg - 1; i++) {
        bool available = i >= SPACE_BITS || (c->available >> i & 1) != 0;
        if (available) {
            run++;
        } else if (run != 0) {
            put_extent(ae, slot++, c->root + i, run);
            run = 0;
        }
    }
    put_extent(ae, slot, c->root + i, run);
}

void space_apply_convert(const struct space_convert *c, struct page root, struct page oe, struct page ae)
{
    pgno last = c->root + c->cpg - 1, second = c->secondary + c->cpg_secondary - 1;
    if (oe.at != NULL) {
        init_space_root(oe, c->oe, c->objid, c->page_flags, c->time);
        put_extent(oe, 0, last < second ? last : second, last < second ? c->cpg : c->cpg_secondary);
        put_extent(oe, 1, last < second ? second : last, last < second ? c->cpg_secondary : c->cpg);
    }
    if (ae.at != NULL) {
        init_space_root(ae, c->ae, c->objid, c->page_flags, c->time);
        if (second < c->root)
            put_extent(ae, 0, second, c->cpg_secondary - 2);
        put_available(ae, c);
        if (second > c->root)
            put_extent(ae, page_slot_count(ae), second, c->cpg_secondary - 2);
    }
    if (root.at != NULL) {
        put_header(root, c->cpg, c->parent, SPACE_MULTIPLE | (c->unique ? 0 : SPACE_NON_UNIQUE), c->oe);
        page_set_dbtime(root, c->time);
    }
}

/* ---- extent trees ---- */

/* Only plain 4-byte keys count: other pools are kept as they are and never touched. */
static ese_err read_extent(struct bt_pos *p, struct space_extent *e, bool *plain)
{
    ese_err err = 0;
    struct bytes key = bt_key(p), data = bt_data(p);
    *plain = key.size == 4;
    if (!*plain)
        goto done;
    if (data.size != 4)
        FAIL(JET_errDatabaseCorrupted);
    e->last = load_be32(key.data);
    e->count = load_le32(data.data);
    if (e->count > e->last)
        FAIL(JET_errDatabaseCorrupted);
done:
    return err;
}

static ese_err settle(struct bt_pos *p, ese_err moved, struct space_extent *e, bool *found)
{
    ese_err err = moved;
    bool plain = false;
    *found = false;
    while (err == 0 && !*found) {
        TRY(read_extent(p, e, &plain));
        *found = plain && e->count != 0;
        if (!*found)
            err = bt_next(p);
    }
    if (err == JET_errRecordNotFound || err == JET_errNoCurrentRecord)
        err = 0;
done:
    bt_release(p);
    return err;
}

ese_err extent_find(struct bt_pos *p, pgno page, struct space_extent *e, bool *found)
{
    uint8_t key[4];
    store_be32(key, page);
    return settle(p, bt_seek(p, bytes_of(key, 4), BYTES_NONE, BT_SEEK_GE, NULL), e, found);
}

ese_err extent_next(struct bt_pos *p, struct space_extent *e, bool *found)
{
    return settle(p, bt_next(p), e, found);
}

ese_err extent_resize(struct bt_pos *p, uint32_t count)
{
    uint8_t data[4];
    if (count == 0)
        return bt_delete(p, BT_NO_VERSION);
    store_le32(data, count);
    return bt_replace(p, bytes_of(data, 4), BT_NO_VERSION);
}

ese_err extent_put(struct owner *o, struct bt_pos *p, struct space_extent e)
{
    ese_err err = 0;
    uint8_t key[4], data[4];
    (void)o;
    store_be32(key, e.last);
    store_le32(data, e.count);
    TRY(bt_insert(p, bytes_of(key, 4), bytes_of(data, 4), BT_NO_VERSION));
done:
    return err == JET_errKeyDuplicate ? err_raise(JET_errDatabaseCorrupted, __func__, __LINE__) : err;
}

ese_err available_take(struct owner *o, struct space_extent e, uint32_t count, pgno *first)
{
    assert(count != 0 && count <= e.count);
    *first = e.last - e.count + 1;
    return extent_resize(&o->ae_pos, e.count - count);
}

/* Pages for the splits of the extent tree before something is inserted, from what is available. */
static ese_err feed(struct owner *o, struct btree *space_tree)
{
    ese_err err = 0;
    struct space_extent e;
    bool low, found;
    pgno first;
    TRY(buffer_is_low(space_tree, &low));
    if (!low)
        goto done;
    TRY(extent_find(&o->ae_pos, 0, &e, &found));
    while (found && e.count < BUFFER_FILL)
        TRY(extent_next(&o->ae_pos, &e, &found));
    if (!found) {
        TRY(owner_grow(o, BUFFER_FILL));
        goto done;
    }
    TRY(available_take(o, e, BUFFER_FILL, &first));
    TRY(buffer_fill(space_tree, o->trx, (struct space_extent){first + BUFFER_FILL - 1, BUFFER_FILL}));
done:
    return err;
}

/* Bounds of the owned extent around e: what is available must not cross them (S3). */
static ese_err owned_around(struct owner *o, struct space_extent e, pgno *low, pgno *high)
{
    ese_err err = 0;
    struct space_extent own;
    bool found;
    TRY(extent_find(&o->oe_pos, e.last, &own, &found));
    if (!found || own.last - own.count + 1 > e.last - e.count + 1)
        FAIL(JET_errDatabaseCorrupted);
    *low = own.last - own.count + 1;
    *high = own.last;
done:
    return err;
}

/* *whole: e and what is available beside it make up the owned extent low..high; then nothing of it is available any more. */
static ese_err give_within(struct owner *o, struct space_extent e, pgno low, pgno high, bool *whole)
{
    ese_err err = 0;
    struct space_extent next = {0, 0}, before = {0, 0};
    pgno first = e.last - e.count + 1;
    bool found, joins_next, joins_before = false;
    TRY(feed(o, &o->ae));
    if (first > low) {
        TRY(extent_find(&o->ae_pos, first - 1, &before, &found));
        joins_before = found && before.last == first - 1;
        if (found && !joins_before && before.last - before.count + 1 <= e.last)
            FAIL(JET_errDatabaseCorrupted);             /* given back twice */
    }
    if (joins_before) {
        TRY(extent_resize(&o->ae_pos, 0));              /* before the joined extent appears: lost in a crash, never doubled */
        e.count += before.count;
    }
    *whole = false;
    TRY(extent_find(&o->ae_pos, first, &next, &found));
    if (found && next.last - next.count + 1 <= e.last)
        FAIL(JET_errDatabaseCorrupted);
    joins_next = found && e.last < high && next.last <= high && next.last - next.count == e.last;
    *whole = o->tree.root != 1 && e.last - e.count + 1 == low && (joins_next ? next.last : e.last) == high;
    if (joins_next)
        TRY(extent_resize(&o->ae_pos, *whole ? 0 : next.count + e.count));
    else if (!*whole)
        TRY(extent_put(o, &o->ae_pos, e));
done:
    return err;
}

/* An owned extent of which nothing is used goes back to where it came from, so that other trees can have it. It leaves the child
 * before the parent has it: lost in a crash, never doubled. */
static ese_err return_to_parent(struct owner *o, struct space_extent e)
{
    ese_err err = 0;
    struct owner *parent = NULL;
    struct space_extent own;
    bool found;
    TRY(extent_find(&o->oe_pos, e.last, &own, &found));
    if (!found || own.last != e.last || own.count != e.count)
        FAIL(JET_errDatabaseCorrupted);
    TRY(owner_open(o->db, o->trx, o->parent, &parent));
    TRY(extent_resize(&o->oe_pos, 0));
    TRY(owner_give_extent(parent, e));
done:
    owner_close(parent);
    return err;
}

ese_err available_give(struct owner *o, struct space_extent e)
{
    ese_err err = 0;
    pgno low, high;
    bool whole;
    TRY(owned_around(o, e, &low, &high));
    TRY(give_within(o, e, low, high, &whole));
    if (whole)
        TRY(return_to_parent(o, (struct space_extent){high, high - low + 1}));
done:
    return err;
}

/* ---- owners ---- */

/* The 16 bytes of the space header within the external header, whose long form has other fields around them. */
static ese_err find_header(struct bytes external, size_t *at)
{
    ese_err err = 0;
    *at = 0;
    if (external.size > SPACE_HEADER_BYTES) {
        if ((external.data[0] & 1) == 0 || external.size < SPACE_HEADER_BYTES + 1)
            FAIL(JET_errDatabaseCorrupted);
        *at = 1;
    } else if (external.size != SPACE_HEADER_BYTES) {
        FAIL(JET_errDatabaseCorrupted);
    }
done:
    return err;
}

void space_apply_moved_oe(struct page root, pgno oe)
{
    uint8_t external[64];
    struct bytes old = page_external(root);
    size_t at;
    if (old.size > sizeof external || find_header(old, &at) < 0)
        return;
    memcpy(external, old.data, old.size);
    if ((load_le32(external + at + 8) & SPACE_MULTIPLE) == 0)
        return;
    store_le32(external + at + 12, oe);
    page_set_external(root, bytes_of(external, old.size));
}

static ese_err read_owner(struct owner *o, pgno root)
{
    ese_err err = 0;
    struct buf_ref ref = BUF_REF_NONE;
    const uint8_t *h;
    size_t at;
    uint32_t flags, kind;
    TRY(buf_latch(o->db, root, LATCH_READ, &ref));
    if (!page_is_root(ref.page))
        FAIL(JET_errDatabaseCorrupted);
    TRY(find_header(page_external(ref.page), &at));
    h = page_external(ref.page).data + at;
    flags = load_le32(h + 8);
    kind = page_flags(ref.page) & (PAGE_INDEX | PAGE_LONG_VALUE | PAGE_NON_UNIQUE | PAGE_NEW_RECORD_FORMAT);
    o->primary = load_le32(h);
    o->parent = load_le32(h + 4);
    o->multiple = (flags & SPACE_MULTIPLE) != 0;
    btree_init(&o->tree, o->db, root, page_objid(ref.page), o->parent, (flags & SPACE_NON_UNIQUE) == 0, kind);
    if (o->multiple) {
        pgno oe = load_le32(h + 12);
        btree_init(&o->oe, o->db, oe, page_objid(ref.page), root, true, kind | PAGE_SPACE_TREE);
        btree_init(&o->ae, o->db, oe + 1, page_objid(ref.page), root, true, kind | PAGE_SPACE_TREE);
    } else {
        o->available = load_le32(h + 12);
    }
done:
    buf_unlatch(&ref);
    return err;
}

ese_err owner_open(struct db_file *db, struct trx *trx, pgno root, struct owner **out)
{
    ese_err err = 0;
    struct owner *o = ese_alloc_plain(sizeof *o);
    if (o == NULL)
        FAIL(JET_errOutOfMemory);
    memset(o, 0, offsetof(struct owner, oe_pos));
    o->db = db;
    o->trx = trx;
    TRY(read_owner(o, root));
    if (o->multiple) {
        TRY(bt_pos_init(&o->oe_pos, &o->oe, trx));
        err = bt_pos_init(&o->ae_pos, &o->ae, trx);
        o->positions = err == 0;
        if (err < 0)
            bt_pos_free(&o->oe_pos);
        TRY(err);
    }
    *out = o;
    o = NULL;
done:
    owner_close(o);
    return err;
}

void owner_close(struct owner *o)
{
    if (o == NULL)
        return;
    if (o->positions) {
        bt_pos_free(&o->oe_pos);
        bt_pos_free(&o->ae_pos);
    }
    if (o->tree.db != NULL) {
        btree_release(&o->tree);
        if (o->multiple) {
            btree_release(&o->oe);
            btree_release(&o->ae);
        }
    }
    ese_free(o);
}

/* Only the bitmap of a single extent ever changes this way. */
ese_err owner_set_header(struct owner *o)
{
    ese_err err = 0;
    struct buf_ref ref = BUF_REF_NONE;
    struct log_record r;
    struct log_span span;
    uint8_t external[64];
    struct bytes old;
    size_t at;
    TRY(buf_latch(o->db, o->tree.root, LATCH_WRITE, &ref));
    old = page_external(ref.page);
    TRY(find_header(old, &at));
    if (old.size > sizeof external)
        FAIL(JET_errDatabaseCorrupted);
    memcpy(external, old.data, old.size);
    store_le32(external + at + 12, o->available);
    bt_head(&r, LR_SET_EXTERNAL_HEADER, &o->tree, o->trx, o->tree.root, 0, false);
    r.u.external.data = bytes_of(external, old.size);
    TRY(bt_log(&o->tree, o->trx, &ref, &r, &span));
    page_set_external(ref.page, bytes_of(external, r.u.external.data.size));
    bt_changed(&ref, r.head.after, &span);
done:
    buf_unlatch(&ref);
    return err;
}
