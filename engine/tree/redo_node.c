#include <string.h>

#include "tree/redo_int.h"

enum { SCRUB_UNUSED_PAGE = 1, SCRUB_DATA = 1, SCRUB_LV_DATA = 2, FILL_DELETED = 'D', FILL_LV = 'L' };

/* What a node record works on. */
struct subject {
    struct redo_work *w;
    const struct log_record *record;
    struct redo_page page;
    unsigned slot;
    bool versioned;
};

/* The line that the record names must be there: a log that names another one does not belong to this page. */
static ese_err get_node(struct subject *s, struct node *n)
{
    ese_err err = 0;
    if (s->slot >= page_slot_count(s->page.ref.page))
        FAIL(JET_errDatabaseCorrupted);
    *n = page_node(s->page.ref.page, s->slot);
done:
    return err;
}

static struct redo_change change_of(struct subject *s, uint8_t oper, const struct node *n)
{
    struct redo_change c = {.oper = oper, .rceid = s->record->head.rceid};
    if (n != NULL) {
        c.key = bytes_of(s->w->room, node_copy_key(n, s->w->room, BT_SEPARATOR_MAX));
        c.data = n->data;
    }
    return c;
}

static unsigned versioned_flag(const struct subject *s) { return s->versioned ? NODE_VERSIONED : 0; }

static ese_err redo_insert(struct subject *s)
{
    ese_err err = 0;
    const struct log_record *r = s->record;
    struct redo_change c = change_of(s, VER_INSERT, NULL);
    struct page p = s->page.ref.page;
    size_t prefix = r->u.insert.prefix, size = 4 + 2 + r->u.insert.key.size + r->u.insert.data.size + (prefix != 0 ? 2 : 0);
    if (s->versioned) {
        c.key = r->u.insert.key;
        c.data = r->u.insert.data;
        TRY(redo_version(s->w, &r->head, &c, NULL));
    }
    if (!s->page.needed)
        goto done;
    if (s->slot > page_slot_count(p) || prefix > r->u.insert.key.size || size - prefix > page_free_bytes(p) ||
        (prefix != 0 && prefix > page_external(p).size))
        FAIL(JET_errDatabaseCorrupted);
    page_insert_node(p, s->slot, (unsigned)prefix, bytes_of(r->u.insert.key.data + prefix, r->u.insert.key.size - prefix),
                     r->u.insert.data, versioned_flag(s));
done:
    return err;
}

static ese_err replace_data(struct subject *s, struct bytes data)
{
    ese_err err = 0;
    struct node n;
    TRY(get_node(s, &n));
    if (data.size > n.data.size + page_free_bytes(s->page.ref.page))
        FAIL(JET_errDatabaseCorrupted);
    page_replace_data(s->page.ref.page, s->slot, data);
done:
    return err;
}

/* FlagInsert and FlagInsertAndReplaceData: the insert is known from the record, the old data only from the page. */
static ese_err redo_flag_insert(struct subject *s)
{
    ese_err err = 0;
    const struct log_record *r = s->record;
    struct redo_change c = change_of(s, VER_INSERT, NULL);
    struct node n;
    bool with_data = r->type == LR_FLAG_INSERT_REPLACE;
    unsigned flags;
    if (s->versioned) {
        c.key = r->u.flag_insert.key;
        c.data = r->u.flag_insert.data;
        TRY(redo_version(s->w, &r->head, &c, NULL));
    }
    if (!s->page.needed)
        goto done;
    TRY(get_node(s, &n));
    if (s->versioned && with_data) {
        c = change_of(s, VER_REPLACE, &n);
        c.rceid = r->u.flag_insert.rceid_replace;
        c.before = n.data;
        TRY(redo_version(s->w, &r->head, &c, &s->page.ref));
    }
    flags = n.flags & ~(unsigned)NODE_DELETED;
    page_set_node_flags(s->page.ref.page, s->slot, flags | versioned_flag(s));
    if (with_data)
        TRY(replace_data(s, r->u.flag_insert.data));
done:
    return err;
}

static ese_err redo_replace(struct subject *s)
{
    ese_err err = 0;
    const struct log_record *r = s->record;
    struct redo_change c;
    struct node n;
    struct bytes data = r->u.replace.data;
    uint8_t *image = NULL;
    size_t size;
    if (!s->page.needed)
        goto done;
    TRY(get_node(s, &n));
    if (r->type == LR_REPLACE_D) {
        image = ese_alloc_plain(s->w->db->page_size);
        if (image == NULL)
            FAIL(JET_errOutOfMemory);
        TRY(lr_diff_apply(n.data, r->u.replace.data, r->u.replace.wide_diff, image, s->w->db->page_size, &size));
        data = bytes_of(image, size);
    }
    if (data.size != r->u.replace.new_size)
        FAIL(JET_errLogFileCorrupt);
    if (s->versioned) {
        c = change_of(s, VER_REPLACE, &n);
        c.before = n.data;
        TRY(redo_version(s->w, &r->head, &c, &s->page.ref));
    }
    TRY(replace_data(s, data));
    page_set_node_flags(s->page.ref.page, s->slot, page_node_flags(s->page.ref.page, s->slot) | versioned_flag(s));
done:
    ese_free(image);
    return err;
}

static ese_err redo_flag_delete(struct subject *s)
{
    ese_err err = 0;
    struct redo_change c;
    struct node n;
    if (!s->page.needed)
        goto done;
    TRY(get_node(s, &n));
    if (s->versioned) {
        c = change_of(s, VER_FLAG_DELETE, &n);
        TRY(redo_version(s->w, &s->record->head, &c, &s->page.ref));
    }
    page_set_node_flags(s->page.ref.page, s->slot, n.flags | NODE_DELETED | versioned_flag(s));
done:
    return err;
}

static ese_err add_delta(struct subject *s, int64_t delta, uint16_t offset, bool wide)
{
    ese_err err = 0;
    struct node n;
    uint8_t *at = s->w->room;
    TRY(get_node(s, &n));
    if ((size_t)offset + (wide ? 8 : 4) > n.data.size || n.data.size > s->w->db->page_size)
        FAIL(JET_errDatabaseCorrupted);
    memcpy(at, n.data.data, n.data.size);
    if (wide)
        store_le64(at + offset, load_le64(at + offset) + (uint64_t)delta);
    else
        store_le32(at + offset, load_le32(at + offset) + (uint32_t)delta);
    page_replace_data(s->page.ref.page, s->slot, bytes_of(at, n.data.size));
done:
    return err;
}

static ese_err redo_delta(struct subject *s)
{
    ese_err err = 0;
    const struct log_record *r = s->record;
    bool wide = r->type == LR_DELTA64;
    struct redo_change c = change_of(s, wide ? VER_DELTA64 : VER_DELTA, NULL);
    if (s->versioned) {
        c.key = r->u.delta.key;
        c.data = r->u.delta.data;
        c.delta = r->u.delta.delta;
        c.delta_offset = r->u.delta.offset;
        TRY(redo_version(s->w, &r->head, &c, NULL));
    }
    if (!s->page.needed)
        goto done;
    TRY(add_delta(s, r->u.delta.delta, r->u.delta.offset, wide));
    page_set_node_flags(s->page.ref.page, s->slot, page_node_flags(s->page.ref.page, s->slot) | versioned_flag(s));
done:
    return err;
}

/* The before-image of a change whose page was written before the crash. */
static ese_err redo_undo_info(struct subject *s)
{
    const struct log_record *r = s->record;
    struct redo_change c = change_of(s, (uint8_t)r->u.undo_info.oper, NULL);
    if (s->w->t == NULL || s->w->t->level == 0 || ver_find_rceid(s->w->t->versions, r->head.rceid) != NULL)
        return 0;
    if (r->u.undo_info.oper != OPER_REPLACE && r->u.undo_info.oper != OPER_FLAG_DELETE)
        return 0;
    c.key = r->u.undo_info.key;
    c.data = r->u.undo_info.data;
    c.before = r->u.undo_info.before;
    c.max = r->u.undo_info.max;
    return redo_version(s->w, &r->head, &c, NULL);
}

/* A change that was taken back before the crash: once more on the page, and its entry goes. */
static ese_err redo_undo(struct subject *s)
{
    ese_err err = 0;
    const struct log_record *r = s->record;
    struct ver_entry *e = s->w->t != NULL && s->w->t->level != 0 ? ver_find_rceid(s->w->t->versions, r->head.rceid) : NULL;
    struct ver_entry bare = {.op = (uint8_t)r->u.undo.oper};
    struct node n;
    if (s->page.needed) {
        TRY(get_node(s, &n));
        if (e == NULL && bare.op != VER_INSERT && bare.op != VER_FLAG_DELETE)
            FAIL(JET_errDatabaseCorrupted);
        if (e != NULL && e->op == VER_REPLACE && e->before.size > n.data.size + page_free_bytes(s->page.ref.page))
            FAIL(JET_errDatabaseCorrupted);
        undo_apply(s->page.ref.page, s->slot, e != NULL ? e : &bare, s->w->room);
    }
    if (e != NULL)
        ver_drop(s->w->t->versions, e);
done:
    return err;
}

static ese_err redo_delete(struct subject *s)
{
    ese_err err = 0;
    struct node n;
    if (!s->page.needed)
        goto done;
    TRY(get_node(s, &n));
    page_remove(s->page.ref.page, s->slot);
done:
    return err;
}

static ese_err redo_external(struct subject *s)
{
    ese_err err = 0;
    struct page p = s->page.ref.page;
    struct bytes data = s->record->u.external.data;
    if (!s->page.needed)
        goto done;
    if (data.size > page_external(p).size + page_free_bytes(p))
        FAIL(JET_errDatabaseCorrupted);
    page_set_external(p, data);
done:
    return err;
}

static void scrub_node(struct page p, unsigned slot, uint8_t how, uint8_t *room)
{
    struct bytes data = page_node(p, slot).data;
    if (how != SCRUB_DATA && how != SCRUB_LV_DATA)
        return;
    memset(room, how == SCRUB_DATA ? FILL_DELETED : FILL_LV, data.size);
    page_replace_data(p, slot, bytes_of(room, data.size));
    page_set_node_flags(p, slot, page_node_flags(p, slot) & ~(unsigned)NODE_VERSIONED);
}

static ese_err redo_scrub(struct subject *s)
{
    ese_err err = 0;
    struct page p = s->page.ref.page;
    const struct log_record *r = s->record;
    unsigned count;
    if (!s->page.needed)
        goto done;
    count = page_slot_count(p);
    page_set_flags(p, page_flags(p) | PAGE_SCRUBBED);
    if ((r->u.scrub.flags & SCRUB_UNUSED_PAGE) != 0) {
        while (count > 0)
            page_remove(p, --count);
        goto done;
    }
    if (r->u.scrub.ops != count || r->u.scrub.data.size < count)
        FAIL(JET_errDatabaseCorrupted);
    for (unsigned slot = 0; slot < count; slot++)
        scrub_node(p, slot, r->u.scrub.data.data[slot], s->w->room);
done:
    return err;
}

static ese_err dispatch(struct subject *s)
{
    switch (s->record->type) {
    case LR_INSERT:
        return redo_insert(s);
    case LR_FLAG_INSERT:
    case LR_FLAG_INSERT_REPLACE:
        return redo_flag_insert(s);
    case LR_FLAG_DELETE:
        return redo_flag_delete(s);
    case LR_REPLACE:
    case LR_REPLACE_D:
        return redo_replace(s);
    case LR_DELETE:
        return redo_delete(s);
    case LR_DELTA:
    case LR_DELTA64:
        return redo_delta(s);
    case LR_SET_EXTERNAL_HEADER:
        return redo_external(s);
    case LR_UNDO:
        return redo_undo(s);
    case LR_SCRUB:
        return redo_scrub(s);
    default:
        return err_raise(JET_errLogFileCorrupt, __func__, __LINE__);
    }
}

ese_err redo_node(struct redo_work *w, const struct log_record *record)
{
    ese_err err = 0;
    struct subject s = {.w = w, .record = record, .page = REDO_PAGE_NONE, .slot = record->head.line};
    s.versioned = (record->head.flags & LR_VERSIONED) != 0;
    if (record->type == LR_UNDO_INFO)
        return redo_undo_info(&s);
    TRY(redo_latch(w, record->head.page, record->head.after, record->head.before, &s.page));
    TRY(dispatch(&s));
    redo_changed(w, &s.page, record->head.after);
done:
    redo_unlatch(&s.page);
    return err;
}

/* Every page of the tree but the root is given up; the root becomes an empty leaf. */
ese_err redo_empty_tree(struct redo_work *w, const struct log_record *record)
{
    ese_err err = 0;
    struct redo_page p = REDO_PAGE_NONE;
    struct bytes items = record->u.empty_tree.pages;
    for (; items.size >= 16; items = bytes_of(items.data + 16, items.size - 16)) {
        TRY(redo_latch(w, load_le32(items.data + 8), record->head.after, (dbtime){load_le64(items.data)}, &p));
        if (p.needed)
            page_make_empty(p.ref.page);
        redo_changed(w, &p, record->head.after);
        redo_unlatch(&p);
    }
    TRY(redo_latch(w, record->head.page, record->head.after, record->head.before, &p));
    if (p.needed)
        empty_root_apply(p.ref.page);
    redo_changed(w, &p, record->head.after);
done:
    redo_unlatch(&p);
    return err;
}
