#include <string.h>

#include "tree/redo_int.h"
#include "tree/space_int.h"

enum { MOVE_ROOT = 1, MOVE_OWNED_EXTENTS = 2 };     /* flags of PageMove */

struct level { const struct log_record *record; struct redo_page page; };

struct merge {
    struct redo_work *w;
    struct level *levels;                               /* top first */
    unsigned count;
    struct redo_page left, right;
    uint8_t *image;
};

static struct level *leaf_of(struct merge *m) { return &m->levels[m->count - 1]; }

static ese_err latch_all(struct merge *m, const struct redo_macro_list *list)
{
    ese_err err = 0;
    const struct log_record *r = NULL;
    m->levels = ese_alloc(list->count * sizeof *m->levels);
    if (m->levels == NULL)
        FAIL(JET_errOutOfMemory);
    for (unsigned i = 0; i < list->count; i++) {
        struct level *l = &m->levels[m->count];
        r = &list->records[i];
        if (r->type != LR_MERGE2)
            FAIL(JET_errLogFileCorrupt);
        l->record = r;
        m->count++;
        TRY(redo_latch(m->w, r->head.page, r->head.after, r->head.before, &l->page));
    }
    TRY(redo_latch(m->w, r->u.merge.left, r->head.after, r->u.merge.left_before, &m->left));
    TRY(redo_latch(m->w, r->u.merge.right, r->head.after, r->u.merge.right_before, &m->right));
done:
    return err;
}

/* Do the lines that move fit their destination, and do they exist? */
static ese_err check_moves(struct merge *m, const struct merge_step *s, struct page dest)
{
    ese_err err = 0;
    unsigned count = page_slot_count(s->source), first, end;
    size_t size = 0;
    bool right = s->type == MERGE_FULL_RIGHT || s->type == MERGE_PARTIAL_RIGHT;
    first = right ? s->line_merge : 0;
    end = right ? count : s->line_merge + 1;
    if (first > count || end > count)
        FAIL(JET_errDatabaseCorrupted);
    for (unsigned line = first; line < end; line++) {
        struct node n = page_node(s->source, line);
        struct bytes key = bytes_of(m->w->room, node_copy_key(&n, m->w->room, BT_SEPARATOR_MAX));
        if ((n.flags & NODE_DELETED) == 0)
            size += page_stored_size(dest, key, n.data) + 4u;
    }
    if (size > page_free_bytes(dest))
        FAIL(JET_errDatabaseCorrupted);
done:
    return err;
}

/* Where the moving lines come from: the page, or its image when the page is already newer than its destination. */
static ese_err find_source(struct merge *m, struct merge_step *s)
{
    ese_err err = 0;
    const struct log_record *r = leaf_of(m)->record;
    bool right = s->type == MERGE_FULL_RIGHT || s->type == MERGE_PARTIAL_RIGHT;
    bool left = s->type == MERGE_FULL_LEFT || s->type == MERGE_PARTIAL_LEFT;
    struct page dest = right ? s->right : left ? s->left : (struct page){NULL, 0};
    s->source = leaf_of(m)->page.ref.page;
    if (dest.at == NULL)
        goto done;
    if (!leaf_of(m)->page.needed) {
        if (r->u.merge.image.size == 0)
            FAIL(JET_errDatabaseCorrupted);
        m->image = ese_alloc_plain(m->w->db->page_size);
        if (m->image == NULL)
            FAIL(JET_errOutOfMemory);
        TRY(lr_image_restore(r->u.merge.image, r->u.merge.image_flags, m->image, m->w->db->page_size));
        s->source = (struct page){m->image, m->w->db->page_size};
    }
    TRY(check_moves(m, s, dest));
done:
    return err;
}

static ese_err apply_parents(struct merge *m)
{
    ese_err err = 0;
    const struct log_record *leaf = leaf_of(m)->record;
    for (unsigned i = 0; i + 1 < m->count; i++) {
        struct level *l = &m->levels[i];
        struct page p = l->page.ref.page;
        if (!l->page.needed)
            continue;
        if (page_is_leaf(p) || l->record->head.line >= page_slot_count(p))
            FAIL(JET_errDatabaseCorrupted);
        if ((l->record->u.merge.flags & MERGE_KEY_CHANGE) != 0 && leaf->u.merge.separator.size > page_free_bytes(p))
            FAIL(JET_errDatabaseCorrupted);
        merge_apply_parent(p, l->record->u.merge.flags, leaf->u.merge.merge_type, l->record->head.line, leaf->u.merge.separator,
                           leaf->u.merge.left);
        redo_changed(m->w, &l->page, l->record->head.after);
    }
done:
    return err;
}

ese_err redo_merge(struct redo_work *w, const struct redo_macro_list *list)
{
    ese_err err = 0;
    struct merge m = {.w = w, .left = REDO_PAGE_NONE, .right = REDO_PAGE_NONE};
    struct merge_step s = {.room = w->room};
    const struct log_record *r;
    TRY(latch_all(&m, list));
    r = leaf_of(&m)->record;
    s.type = r->u.merge.merge_type;
    s.flags = r->u.merge.flags;
    s.line_merge = r->u.merge.line_merge;
    s.uncommitted_dest = r->u.merge.uncommitted_dest;
    s.left_page = r->u.merge.left;
    s.right_page = r->u.merge.right;
    s.page = redo_target(&leaf_of(&m)->page);
    s.left = redo_target(&m.left);
    s.right = redo_target(&m.right);
    TRY(find_source(&m, &s));
    TRY(apply_parents(&m));
    merge_apply(&s);
    redo_changed(w, &m.right, r->head.after);
    redo_changed(w, &m.left, r->head.after);
    redo_changed(w, &leaf_of(&m)->page, r->head.after);
done:
    redo_unlatch(&m.right);
    redo_unlatch(&m.left);
    for (unsigned i = m.count; i-- > 0;)
        redo_unlatch(&m.levels[i].page);
    ese_free(m.levels);
    ese_free(m.image);
    return err;
}

/* ---- page move ---- */

/* Page contents before the move, from the page or from the two parts in the record. */
static ese_err moved_contents(struct redo_work *w, const struct log_record *r, const struct redo_page *source, uint8_t *to)
{
    ese_err err = 0;
    struct bytes head = r->u.page_move.head_part, tail = r->u.page_move.tail_part;
    size_t size = w->db->page_size;
    if (source->needed) {
        memcpy(to, source->ref.page.at, size);
        goto done;
    }
    if (head.size + tail.size > size || head.size < page_header_size((uint32_t)size))
        FAIL(JET_errLogFileCorrupt);
    memcpy(to, head.data, head.size);
    memset(to + head.size, 0, size - head.size - tail.size);
    if (tail.size != 0)
        memcpy(to + size - tail.size, tail.data, tail.size);
    TRY(page_check((struct page){to, (uint32_t)size}, NULL));
done:
    return err;
}

static void apply_move(struct redo_work *w, const struct log_record *r, struct redo_page pages[5], const uint8_t *contents, pgno oe)
{
    struct redo_page *source = &pages[0], *dest = &pages[1], *left = &pages[2], *right = &pages[3], *parent = &pages[4];
    uint8_t pointer[4];
    store_le32(pointer, r->u.page_move.dest);
    if (dest->needed) {
        struct page p = dest->ref.page;
        memcpy(p.at, contents, p.size);
        if (page_is_large(p.size))
            store_le32(p.at + 64, dest->number);
        if (oe != 0)
            space_apply_moved_oe(p, oe);
    }
    if (source->needed)
        page_make_empty(source->ref.page);
    if (parent->needed && (unsigned)r->u.page_move.parent_line < page_slot_count(parent->ref.page))
        page_replace_data(parent->ref.page, (unsigned)r->u.page_move.parent_line, bytes_of(pointer, sizeof pointer));
    if (left->needed)
        page_set_right(left->ref.page, dest->number);
    if (right->needed)
        page_set_left(right->ref.page, dest->number);
    for (unsigned i = 0; i < 5; i++)
        redo_changed(w, &pages[i], r->head.after);
}

ese_err redo_page_move(struct redo_work *w, const struct log_record *r, pgno oe)
{
    ese_err err = 0;
    struct redo_page pages[5] = {REDO_PAGE_NONE, REDO_PAGE_NONE, REDO_PAGE_NONE, REDO_PAGE_NONE, REDO_PAGE_NONE};
    TRY(redo_latch(w, r->head.page, r->head.after, r->head.before, &pages[0]));
    TRY(redo_latch_new(w, r->u.page_move.dest, r->head.after, &pages[1]));
    TRY(redo_latch(w, r->u.page_move.left, r->head.after, r->u.page_move.left_before, &pages[2]));
    TRY(redo_latch(w, r->u.page_move.right, r->head.after, r->u.page_move.right_before, &pages[3]));
    TRY(redo_latch(w, r->u.page_move.parent, r->head.after, r->u.page_move.parent_before, &pages[4]));
    if (pages[1].needed)
        TRY(moved_contents(w, r, &pages[0], w->room));
    apply_move(w, r, pages, w->room, oe);
done:
    for (unsigned i = 5; i-- > 0;)
        redo_unlatch(&pages[i]);
    return err;
}

/* ---- root move ---- */

/* A root and its extent trees go to other pages in one macro; the root points to the new place of the owned extents. Headers of
 * its children and the rows of the catalog that name the root come as records of their own. */
ese_err redo_root_move(struct redo_work *w, const struct redo_macro_list *list)
{
    ese_err err = 0;
    pgno oe = 0;
    for (unsigned i = 0; i < list->count; i++) {
        const struct log_record *r = &list->records[i];
        if (r->type == LR_PAGE_MOVE && (r->u.page_move.flags & MOVE_OWNED_EXTENTS) != 0)
            oe = r->u.page_move.dest;
    }
    for (unsigned i = 0; i < list->count; i++) {
        const struct log_record *r = &list->records[i];
        if (r->type == LR_PAGE_MOVE)
            TRY(redo_page_move(w, r, (r->u.page_move.flags & MOVE_ROOT) != 0 ? oe : 0));
        else
            TRY(redo_one(w, r));
    }
done:
    return err;
}
