#include <string.h>

#include "tree/redo_int.h"

/* One Split2 record and the pages it names. */
struct level {
    const struct log_record *record;
    struct redo_page old, fresh, right;
    struct split_step step;
    uint8_t *memory;                                    /* page before the split, then the room of the step */
    uint8_t pointer[4];
    bool splits;
};

struct split {
    struct redo_work *w;
    struct level *levels;                               /* top first */
    unsigned count;
    const struct log_record *operation;
};

static struct level *leaf_of(struct split *s) { return &s->levels[s->count - 1]; }

static ese_err collect(struct split *s, const struct redo_macro_list *list)
{
    ese_err err = 0;
    s->levels = ese_alloc(list->count * sizeof *s->levels);
    if (s->levels == NULL)
        FAIL(JET_errOutOfMemory);
    for (unsigned i = 0; i < list->count; i++) {
        const struct log_record *r = &list->records[i];
        if (r->type == LR_SPLIT2) {
            struct level *l = &s->levels[s->count++];
            l->record = r;
            l->splits = r->u.split.new_page != 0;
            l->old = l->fresh = l->right = REDO_PAGE_NONE;
        } else if (r->type == LR_INSERT || r->type == LR_REPLACE || r->type == LR_FLAG_INSERT_REPLACE) {
            s->operation = r;
        } else {
            FAIL(JET_errLogFileCorrupt);
        }
    }
    if (!leaf_of(s)->splits)
        FAIL(JET_errLogFileCorrupt);
done:
    return err;
}

static ese_err latch_level(struct split *s, struct level *l)
{
    ese_err err = 0;
    const struct log_record *r = l->record;
    dbtime after = r->head.after;
    TRY(redo_latch(s->w, r->head.page, after, r->head.before, &l->old));
    if (!l->splits)
        goto done;
    TRY(redo_latch_new(s->w, r->u.split.new_page, after, &l->fresh));
    TRY(redo_latch(s->w, r->u.split.right, after, r->u.split.right_before, &l->right));
done:
    return err;
}

static bool moves_only_the_new_node(const struct log_record *r)
{
    if (r->u.split.split_type == SPLIT_APPEND)
        return true;
    return r->u.split.split_type == SPLIT_RIGHT && r->u.split.oper == SPLIT_OPER_INSERT &&
           r->u.split.line_split == r->u.split.line_oper && r->u.split.line_split + 1 == r->u.split.lines;
}

/* The lines before the split: from the page while it is old enough, else from the image in the record. */
static ese_err get_source(struct split *s, struct level *l)
{
    ese_err err = 0;
    const struct log_record *r = l->record;
    size_t size = s->w->db->page_size;
    l->memory = ese_alloc_plain(size + BT_SEPARATOR_MAX);
    if (l->memory == NULL)
        FAIL(JET_errOutOfMemory);
    l->step.source = (struct page){l->memory, (uint32_t)size};
    l->step.room = l->memory + size;
    if (l->old.needed)
        memcpy(l->memory, l->old.ref.page.at, size);
    else if (l->fresh.needed && r->u.split.image.size != 0)
        TRY(lr_image_restore(r->u.split.image, r->u.split.image_flags, l->memory, size));
    else if (l->fresh.needed && !moves_only_the_new_node(r))
        FAIL(JET_errDatabaseCorrupted);
    else
        page_init(l->step.source, l->old.number, r->u.split.objid, 0, r->head.after);
done:
    return err;
}

/* What the operation is at this level: the causing record at the leaf, the pointer to the split child above. */
static ese_err set_operation(struct split *s, struct level *l)
{
    ese_err err = 0;
    struct split_step *q = &l->step;
    const struct log_record *op = s->operation;
    if (q->oper == SPLIT_OPER_NONE)
        goto done;
    if (l != leaf_of(s)) {
        if (q->oper != SPLIT_OPER_INSERT || !l[1].splits)
            FAIL(JET_errLogFileCorrupt);
        store_le32(l->pointer, l[1].record->head.page);
        q->key = l[1].record->u.split.parent_key;
        q->data = bytes_of(l->pointer, sizeof l->pointer);
        q->child_page = l[1].record->u.split.new_page;
        goto done;
    }
    if (op == NULL)
        FAIL(JET_errLogFileCorrupt);
    if (op->type == LR_INSERT && q->oper == SPLIT_OPER_INSERT) {
        q->key = op->u.insert.key;
        q->data = op->u.insert.data;
    } else if (op->type == LR_REPLACE && q->oper == SPLIT_OPER_REPLACE) {
        q->data = op->u.replace.data;
    } else if (op->type == LR_FLAG_INSERT_REPLACE && q->oper == SPLIT_OPER_FLAG_INSERT_REPLACE) {
        q->data = op->u.flag_insert.data;
    } else {
        FAIL(JET_errLogFileCorrupt);
    }
    q->node_flags = (op->head.flags & LR_VERSIONED) != 0 ? NODE_VERSIONED : 0;
done:
    return err;
}

/* Does the record fit the page it names? Nothing below checks again. */
static ese_err check_step(struct split *s, struct level *l)
{
    ese_err err = 0;
    struct split_step *q = &l->step;
    unsigned count = page_slot_count(q->source), added = q->oper == SPLIT_OPER_INSERT ? 1 : 0;
    bool whole = l->old.needed || !moves_only_the_new_node(l->record);
    if (q->type > SPLIT_APPEND || q->oper > SPLIT_OPER_FLAG_INSERT_REPLACE || q->lines == 0 || q->line_split > q->lines ||
        q->line_oper >= q->lines || (q->type == SPLIT_APPEND && q->line_split != q->line_oper))
        FAIL(JET_errLogFileCorrupt);
    if (whole && (l->old.needed || l->fresh.needed) && count + added != q->lines)
        FAIL(JET_errDatabaseCorrupted);
    if (!whole)
        goto done;
    q->old = redo_target(&l->old);
    q->fresh = redo_target(&l->fresh);
    if ((l->old.needed || l->fresh.needed) && !split_fits(q, s->w->db->page_size))
        FAIL(JET_errDatabaseCorrupted);
done:
    return err;
}

static ese_err make_step(struct split *s, struct level *l)
{
    ese_err err = 0;
    const struct log_record *r = l->record;
    struct split_step *q = &l->step;
    TRY(get_source(s, l));
    q->type = r->u.split.split_type;
    q->oper = r->u.split.oper;
    q->line_oper = r->u.split.line_oper;
    q->line_split = r->u.split.line_split;
    q->lines = r->u.split.lines;
    q->prefix_line_old = r->u.split.prefix_line_old;
    q->prefix_line_new = r->u.split.prefix_line_new;
    q->old_flags = r->u.split.old_flags | PAGE_NEW_RECORD_FORMAT;
    q->fresh_flags = r->u.split.new_flags | PAGE_NEW_RECORD_FORMAT;
    q->uncommitted_old = (unsigned)r->u.split.uncommitted_old;
    q->uncommitted_new = (unsigned)r->u.split.uncommitted_new;
    q->old_page = r->head.page;
    q->fresh_page = r->u.split.new_page;
    q->right_page = r->u.split.right;
    q->objid = r->u.split.objid;
    q->time = r->head.after;
    TRY(set_operation(s, l));
    TRY(check_step(s, l));
    if (q->oper > SPLIT_OPER_INSERT && page_slot_count(q->source) > q->line_oper) {
        unsigned flags = page_node_flags(q->source, q->line_oper) & ~(unsigned)NODE_COMPRESSED;
        q->node_flags |= q->oper == SPLIT_OPER_FLAG_INSERT_REPLACE ? flags & ~(unsigned)NODE_DELETED : flags;
    }
done:
    return err;
}

/* The parent that only gets a pointer: found by the separator. */
static ese_err apply_parent(struct split *s, struct level *l)
{
    ese_err err = 0;
    struct page p = l->old.ref.page;
    const struct log_record *child = l[1].record;
    struct bytes key = child->u.split.parent_key;
    unsigned slot;
    (void)s;
    if (!l->old.needed)
        goto done;
    slot = page_search_greater(p, key);
    if (page_is_leaf(p) || slot >= page_slot_count(p) || page_child(p, slot) != child->head.page ||
        page_stored_size(p, key, bytes_of(key.data, 4)) + 4u > page_free_bytes(p))
        FAIL(JET_errDatabaseCorrupted);
    split_apply_parent(p, slot, key, child->head.page, child->u.split.new_page);
done:
    return err;
}

/* Entries for the causing operation; a replaced value is known only while the page is old. */
static ese_err make_versions(struct split *s)
{
    ese_err err = 0;
    struct level *l = leaf_of(s);
    const struct log_record *op = s->operation;
    const struct split_step *q = &l->step;
    bool here = q->line_oper < q->line_split ? l->old.needed : l->fresh.needed;
    struct redo_change c = {.oper = VER_INSERT};
    struct node old;
    if (op == NULL || q->oper == SPLIT_OPER_NONE || (op->head.flags & LR_VERSIONED) == 0)
        goto done;
    c.rceid = op->head.rceid;
    c.key = op->type == LR_INSERT ? op->u.insert.key : op->u.flag_insert.key;
    c.data = op->type == LR_INSERT ? op->u.insert.data : op->u.flag_insert.data;
    if (op->type != LR_REPLACE)
        TRY(redo_version(s->w, &op->head, &c, NULL));
    if (op->type == LR_INSERT || !here)
        goto done;
    old = page_node(q->source, q->line_oper);
    c.oper = VER_REPLACE;
    c.key = bytes_of(s->w->room, node_copy_key(&old, s->w->room, BT_SEPARATOR_MAX));
    c.data = c.before = old.data;
    if (op->type == LR_FLAG_INSERT_REPLACE)
        c.rceid = op->u.flag_insert.rceid_replace;
    TRY(redo_version(s->w, &op->head, &c, q->line_oper < q->line_split ? &l->old.ref : &l->fresh.ref));
done:
    return err;
}

static ese_err perform(struct split *s)
{
    ese_err err = 0;
    TRY(make_versions(s));
    for (unsigned i = 0; i < s->count; i++) {
        struct level *l = &s->levels[i];
        dbtime after = l->record->head.after;
        if (l->splits) {
            l->step.old = redo_target(&l->old);
            l->step.fresh = redo_target(&l->fresh);
            split_apply(&l->step);
            if (l->right.needed)
                page_set_left(l->right.ref.page, l->record->u.split.new_page);
        } else if (i + 1 < s->count && l[1].splits) {
            TRY(apply_parent(s, l));
        }
        redo_changed(s->w, &l->fresh, after);
        redo_changed(s->w, &l->old, after);
        redo_changed(s->w, &l->right, after);
    }
done:
    return err;
}

ese_err redo_split(struct redo_work *w, const struct redo_macro_list *list)
{
    ese_err err = 0;
    struct split s = {.w = w};
    TRY(collect(&s, list));
    for (unsigned i = 0; i < s.count; i++) {
        TRY(latch_level(&s, &s.levels[i]));
        if (s.levels[i].splits)
            TRY(make_step(&s, &s.levels[i]));
    }
    TRY(perform(&s));
done:
    for (unsigned i = 0; i < s.count; i++) {
        redo_unlatch(&s.levels[i].right);
        redo_unlatch(&s.levels[i].fresh);
        redo_unlatch(&s.levels[i].old);
        ese_free(s.levels[i].memory);
    }
    ese_free(s.levels);
    return err;
}
