#include <string.h>

#include "tree/space.h"
#include "tree/btree_int.h"

/* A latched page of the path from the root (or the parent of the leaf) to the leaf. */
struct level {
    struct buf_ref ref, fresh;
    pgno page;
    unsigned slot;                                      /* pointer to the next level; in the leaf the place of the operation */
    bool splits;
    struct split_step step;
    struct bytes separator;                             /* of the two pages, for the parent */
    uint8_t *memory, *room, *pointer, *image;           /* copy of the page, separator and prefix keys, child pointer, image */
    size_t image_size;
    uint32_t image_flags;
};

struct split {
    struct btree *t;
    struct trx *trx;
    struct bt_operation *op;
    struct level levels[BT_DEPTH_MAX];
    unsigned count;
    struct buf_ref right;
    pgno right_page;
    pgno spare[BT_DEPTH_MAX];
    unsigned spares, used;
    uint16_t *reserve_memory, *reserve;                 /* reserve: NULL when no line has any */
    dbtime time, before_right;
    struct log_span begin, end;
};

enum verdict { GO, NOT_NEEDED, WANT_PATH, WANT_ROOT, WANT_SPARES };

static size_t key_room(const struct btree *t) { return BT_SEPARATOR_MAX * 4 + (size_t)t->db->page_size * 3; }

/* ---- latching ---- */

static void unlatch_all(struct split *s)
{
    buf_unlatch(&s->right);
    for (unsigned i = s->count; i-- > 0;) {
        buf_unlatch(&s->levels[i].fresh);
        buf_unlatch(&s->levels[i].ref);
    }
    s->count = s->used = 0;
}

static struct level *push(struct split *s, struct buf_ref ref, pgno page)
{
    struct level *l = &s->levels[s->count++];
    l->ref = ref;
    l->fresh = BUF_REF_NONE;
    l->page = page;
    l->splits = false;
    l->image_size = 0;
    return l;
}

static ese_err find_child(struct split *s, struct page p, struct page_branch *b)
{
    ese_err err = 0;
    struct page_key k;
    page_key_init(&k, s->op->key, s->t->unique ? BYTES_NONE : s->op->data);
    if (s->count >= BT_DEPTH_MAX || page_objid(p) != s->t->objid || !page_find_child(p, &k, PAGE_SIDE_LOWER, b))
        FAIL(JET_errDatabaseCorrupted);
done:
    return err;
}

/* Everything from the root down for writing. */
static ese_err latch_whole(struct split *s)
{
    ese_err err = 0;
    struct buf_ref ref;
    struct page_branch b;
    pgno n = s->t->root;
    struct level *l;
    for (;;) {
        TRY(buf_latch(s->t->db, n, LATCH_WRITE, &ref));
        l = push(s, ref, n);
        if (page_is_leaf(ref.page))
            break;
        TRY(find_child(s, ref.page, &b));
        l->slot = b.slot;
        n = b.child;
    }
done:
    return err;
}

/* A page at the bottom of the internal levels again, for writing: its parent is held, or it is the root. */
static ese_err latch_again(struct split *s, struct buf_ref *ref, pgno n)
{
    buf_unlatch(ref);
    return buf_latch(s->t->db, n, LATCH_WRITE, ref);
}

/* Read coupling down to the parent of the leaf; only it and the leaf are latched for writing. */
static ese_err latch_bottom(struct split *s)
{
    ese_err err = 0;
    struct buf_ref at = BUF_REF_NONE, below = BUF_REF_NONE;
    struct page_branch b;
    pgno n = s->t->root;
    const uint32_t bottom = PAGE_LEAF | PAGE_PARENT_OF_LEAF;
    TRY(buf_latch(s->t->db, n, LATCH_READ, &at));
    if ((page_flags(at.page) & bottom) != 0)
        TRY(latch_again(s, &at, n));
    for (unsigned depth = 0; (page_flags(at.page) & bottom) == 0; depth++) {
        if (depth == BT_DEPTH_MAX)
            FAIL(JET_errDatabaseCorrupted);
        TRY(find_child(s, at.page, &b));
        n = b.child;
        TRY(buf_latch(s->t->db, n, LATCH_READ, &below));
        if ((page_flags(below.page) & bottom) != 0)
            TRY(latch_again(s, &below, n));
        buf_unlatch(&at);
        at = below;
        below = BUF_REF_NONE;
    }
    push(s, at, n);
    if (page_is_leaf(at.page))
        return 0;
    TRY(find_child(s, at.page, &b));
    s->levels[0].slot = b.slot;
    TRY(buf_latch(s->t->db, b.child, LATCH_WRITE, &below));
    push(s, below, b.child);
    return 0;
done:
    buf_unlatch(&below);
    buf_unlatch(&at);
    return err;
}

/* ---- planning ---- */

static ese_err prepare_level(struct split *s, struct level *l)
{
    ese_err err = 0;
    size_t size = s->t->db->page_size;
    if (l->memory == NULL)
        l->memory = ese_alloc_plain(key_room(s->t));
    if (l->memory == NULL)
        FAIL(JET_errOutOfMemory);
    l->room = l->memory + size;
    l->pointer = l->room + (size_t)BT_SEPARATOR_MAX * 3;
    l->image = l->memory + size + (size_t)BT_SEPARATOR_MAX * 4;
    memcpy(l->memory, l->ref.page.at, size);
    l->step = (struct split_step){.source = {l->memory, (uint32_t)size}, .old_page = l->page, .objid = s->t->objid,
                                  .prefix_line_old = -1, .prefix_line_new = -1, .room = l->room + BT_SEPARATOR_MAX};
    l->step.fresh_flags = page_flags(l->ref.page) & ~(uint32_t)(PAGE_ROOT | PAGE_FLUSH_TYPE);
    l->step.old_flags = page_flags(l->ref.page);
    l->splits = true;
done:
    return err;
}

static enum verdict take_spare(struct split *s, struct level *l)
{
    if (s->used == s->spares) {
        s->used++;
        return WANT_SPARES;
    }
    l->step.fresh_page = s->spare[s->used++];
    return GO;
}

/* Bytes that each line of the leaf may have to grow by in a rollback; NULL when there are none. */
static ese_err note_reserve(struct split *s, struct level *l)
{
    ese_err err = 0;
    struct split_step *q = &l->step;
    s->reserve = NULL;
    if (page_uncommitted_free(q->source) == 0 && q->oper != SPLIT_OPER_REPLACE && q->oper != SPLIT_OPER_FLAG_INSERT_REPLACE)
        goto done;
    if (s->reserve_memory == NULL)
        s->reserve_memory = ese_alloc((size_t)s->t->db->page_size);
    if (s->reserve_memory == NULL)
        FAIL(JET_errOutOfMemory);
    s->reserve = s->reserve_memory;
    for (unsigned line = 0; line < q->lines; line++) {
        struct node n = split_line(q, line);
        bool own = q->oper != SPLIT_OPER_NONE && line == q->line_oper;
        size_t most = n.data.size + (own ? 0 : bt_node_reserve(s->t, s->trx, &n, q->room));
        if (own && q->oper != SPLIT_OPER_INSERT) {
            struct node old = page_node(q->source, line);
            most = old.data.size + bt_node_reserve(s->t, s->trx, &old, q->room);
            most = most > n.data.size && (s->op->flags & BT_NO_VERSION) == 0 ? most : n.data.size;
        }
        s->reserve[line] = (uint16_t)(most - n.data.size);
    }
done:
    return err;
}

/* All of the root moves to a fresh page; the operation is tried again below it. */
static ese_err plan_vertical(struct split *s, struct level *l)
{
    ese_err err = 0;
    struct split_step *q;
    TRY(prepare_level(s, l));
    q = &l->step;
    q->type = SPLIT_VERTICAL;
    q->oper = SPLIT_OPER_NONE;
    q->lines = page_slot_count(l->ref.page);
    q->uncommitted_new = page_uncommitted_free(l->ref.page);
    q->old_flags &= ~(uint32_t)(PAGE_LEAF | PAGE_PARENT_OF_LEAF);
    if (page_is_leaf(l->ref.page))
        q->old_flags |= PAGE_PARENT_OF_LEAF;
    if (q->lines > 1 && !split_choose_prefixes(q, s->t->db->page_size, NULL))
        q->prefix_line_new = -1;
    q->uncommitted_new = page_uncommitted_free(l->ref.page);
    q->prefix_line_old = -1;
done:
    return err;
}

/* The fast forms: the new node alone goes to the right. */
static bool plan_append(struct split *s, struct level *l, unsigned count)
{
    struct split_step *q = &l->step;
    if (q->oper != SPLIT_OPER_INSERT || q->line_oper != count || count == 0)
        return false;
    q->line_split = q->line_oper;
    if (page_right(l->ref.page) == 0) {
        q->type = SPLIT_APPEND;
        q->prefix_line_old = -1;
        q->prefix_line_new = q->key.size > 2 ? 0 : -1;
        q->uncommitted_old = page_uncommitted_free(l->ref.page);
        q->uncommitted_new = 0;
        return true;
    }
    if (!s->op->append || !split_choose_prefixes(q, s->t->db->page_size, s->reserve))
        return false;
    q->prefix_line_new = q->key.size > 2 ? 0 : -1;
    return true;
}

static ese_err plan_leaf(struct split *s, struct level *l, enum verdict *verdict)
{
    ese_err err = 0;
    struct page page = l->ref.page;
    struct bytes data = s->t->unique ? BYTES_NONE : s->op->data;
    unsigned count = page_slot_count(page);
    bool equal, insert = s->op->oper == SPLIT_OPER_INSERT;
    struct split_step *q;
    if (!bt_is_leaf_of(s->t, page))
        FAIL(JET_errDatabaseCorrupted);
    TRY(prepare_level(s, l));
    q = &l->step;
    l->slot = bt_leaf_search(s->t, page, s->op->key, data, &equal);
    *verdict = NOT_NEEDED;
    if (equal == insert || (insert ? bt_has_room_at(s->t, s->trx, page, l->slot, s->op->key, s->op->data, q->room)
                                   : page_has_room_to_grow(page, l->slot, (unsigned)s->op->data.size)))
        goto done;
    *verdict = GO;
    if (s->count == 1) {
        TRY(plan_vertical(s, l));
        goto done;
    }
    q->type = SPLIT_RIGHT;
    q->oper = s->op->oper;
    q->line_oper = l->slot;
    q->lines = count + (insert ? 1 : 0);
    q->key = s->op->key;
    q->data = s->op->data;
    q->node_flags = insert ? 0 : page_node_flags(page, l->slot) & NODE_VERSIONED;
    if ((s->op->flags & BT_NO_VERSION) == 0)
        q->node_flags |= NODE_VERSIONED;
    TRY(note_reserve(s, l));
    if (!plan_append(s, l, count) && !split_choose(q, s->t->db->page_size, s->reserve)) {
        q->oper = SPLIT_OPER_NONE;
        q->line_oper = 0;
        q->lines = count;
        TRY(note_reserve(s, l));
        if (!split_choose(q, s->t->db->page_size, s->reserve))
            FAIL(JET_errRecordTooBig);
    }
    q->right_page = page_right(page);
done:
    return err;
}

/* The parent of a level that splits: room for the separator, or it must split too. */
static ese_err plan_parent(struct split *s, struct level *l, const struct level *child, enum verdict *verdict)
{
    ese_err err = 0;
    struct page page = l->ref.page;
    struct split_step *q;
    *verdict = GO;
    if (page_has_room(page, page_stored_size(page, child->separator, bytes_of(child->pointer, 4))))
        goto done;
    if (page_is_root(page)) {
        *verdict = WANT_ROOT;
        goto done;
    }
    if (l == s->levels) {
        *verdict = WANT_PATH;
        goto done;
    }
    TRY(prepare_level(s, l));
    q = &l->step;
    q->type = SPLIT_RIGHT;
    q->oper = SPLIT_OPER_INSERT;
    q->line_oper = l->slot;
    q->lines = page_slot_count(page) + 1;
    q->key = child->separator;
    store_le32(l->pointer, child->page);
    q->data = bytes_of(l->pointer, 4);
    q->child_page = child->step.fresh_page;
    if (!split_choose(q, s->t->db->page_size, NULL))
        FAIL(JET_errInternalError);
done:
    return err;
}

static void note_separator(struct split *s, struct level *l)
{
    l->separator = bytes_of(l->room, split_separator(&l->step, s->t->unique, l->step.line_split, l->room));
}

static ese_err plan(struct split *s, enum verdict *verdict)
{
    ese_err err = 0;
    struct level *l = &s->levels[s->count - 1];
    TRY(plan_leaf(s, l, verdict));
    while (*verdict == GO && l->splits) {
        *verdict = take_spare(s, l);
        if (*verdict != GO || l->step.type == SPLIT_VERTICAL)
            break;
        note_separator(s, l);
        assert(l > s->levels);
        TRY(plan_parent(s, l - 1, l, verdict));
        l--;
    }
done:
    return err;
}

/* ---- logging ---- */

static bool image_needed(const struct split_step *q)
{
    if (q->type == SPLIT_APPEND)
        return false;
    return q->type != SPLIT_RIGHT || q->oper != SPLIT_OPER_INSERT || q->line_split != q->line_oper || q->line_split != q->lines - 1;
}

/* Images are made before the first record: nothing may fail between them. The image carries the new dbtime. A full page is not
 * worth packing: room for the plain image only. */
static void make_images(struct split *s)
{
    size_t page_size = s->t->db->page_size;
    if (!bt_is_logged(s->t, s->trx))
        return;
    for (unsigned i = 0; i < s->count; i++) {
        struct level *l = &s->levels[i];
        if (!l->splits || !image_needed(&l->step))
            continue;
        page_set_dbtime(l->step.source, s->time);
        l->image_size = lr_image_make(l->step.source.at, page_size, l->image, page_size, &l->image_flags);
    }
}

static struct bytes prefix_of_line(const struct level *l, uint8_t *to)
{
    struct node n;
    if (l->step.prefix_line_old < 0)
        return BYTES_NONE;
    n = split_line(&l->step, (unsigned)l->step.prefix_line_old);
    return bytes_of(to, node_copy_key(&n, to, BT_SEPARATOR_MAX));
}

static ese_err log_level(struct split *s, unsigned i)
{
    struct level *l = &s->levels[i], *parent = i > 0 ? l - 1 : NULL;
    const struct split_step *q = &l->step;
    struct log_record r;
    struct log_span span;
    bt_head(&r, LR_SPLIT2, s->t, s->trx, l->page, 0, false);
    r.head.after = s->time;
    r.head.before = page_dbtime(l->ref.page);
    r.u.split.fdp = bt_log_fdp(s->t);
    r.u.split.objid = s->t->objid;
    if (!l->splits) {
        r.u.split.line_oper = (uint16_t)l->slot;
        r.u.split.right_before = r.u.split.parent_before = DBTIME_NONE;
        return bt_append_record(s->t, s->trx, &r, &span);
    }
    r.u.split.new_page = q->fresh_page;
    r.u.split.right = q->right_page;
    r.u.split.right_before = s->right.frame != NULL && i + 1 == s->count ? page_dbtime(s->right.page) : (dbtime){0};
    r.u.split.parent = parent != NULL ? parent->page : 0;
    r.u.split.parent_before = parent != NULL ? page_dbtime(parent->ref.page) : (dbtime){0};
    r.u.split.split_type = q->type;
    r.u.split.oper = q->oper;
    r.u.split.line_oper = (uint16_t)q->line_oper;
    r.u.split.line_split = (uint16_t)q->line_split;
    r.u.split.lines = (uint16_t)q->lines;
    r.u.split.new_flags = q->fresh_flags;
    r.u.split.old_flags = q->old_flags;
    r.u.split.uncommitted_old = (int16_t)q->uncommitted_old;
    r.u.split.uncommitted_new = (int16_t)q->uncommitted_new;
    r.u.split.prefix_line_old = q->prefix_line_old;
    r.u.split.prefix_line_new = q->prefix_line_new;
    r.u.split.parent_key = q->type == SPLIT_VERTICAL ? BYTES_NONE : l->separator;
    r.u.split.prefix_old = page_is_root(l->ref.page) ? BYTES_NONE : page_external(l->step.source);
    r.u.split.prefix_new = prefix_of_line(l, l->room + (size_t)BT_SEPARATOR_MAX * 2);
    r.u.split.prefix_old_size = (uint16_t)r.u.split.prefix_old.size;
    r.u.split.prefix_new_size = (uint16_t)r.u.split.prefix_new.size;
    r.u.split.image_flags = l->image_size != 0 ? l->image_flags : 0;
    r.u.split.image = bytes_of(l->image, l->image_size);
    return bt_append_record(s->t, s->trx, &r, &span);
}

/* The operation that caused the split, executed inside it: dbtime before is "not by this record". */
static ese_err log_operation(struct split *s)
{
    struct level *l = &s->levels[s->count - 1];
    const struct split_step *q = &l->step;
    const struct bt_operation *op = s->op;
    struct log_record r;
    struct log_span span;
    static const uint8_t types[] = {0, LR_INSERT, LR_REPLACE, LR_FLAG_INSERT_REPLACE};
    bt_head(&r, types[q->oper], s->t, s->trx, l->page, q->line_oper, (op->flags & BT_NO_VERSION) == 0);
    r.head.after = s->time;
    r.head.before = DBTIME_NONE;
    r.head.rceid = op->first != NULL ? op->first->rceid : 0;
    if (q->oper == SPLIT_OPER_INSERT) {
        r.u.insert.key = op->key;
        r.u.insert.data = op->data;
    } else if (q->oper == SPLIT_OPER_REPLACE) {
        r.u.replace.old_size = (uint16_t)page_node(q->source, q->line_oper).data.size;
        r.u.replace.new_size = (uint16_t)op->data.size;
        r.u.replace.data = op->data;
    } else {
        r.u.flag_insert.key = op->key;
        r.u.flag_insert.data = op->data;
        r.u.flag_insert.rceid_replace = op->second != NULL ? op->second->rceid : 0;
    }
    return bt_append_record(s->t, s->trx, &r, &span);
}

static ese_err log_macro(struct split *s)
{
    ese_err err = 0;
    struct log_record r = {.type = LR_MACRO_BEGIN};
    r.head.procid = s->trx->procid;
    r.u.macro.time = s->time;
    TRY(bt_append_record(s->t, s->trx, &r, &s->begin));
    for (unsigned i = 0; i < s->count; i++)
        if (s->levels[i].splits || (i + 1 < s->count && s->levels[i + 1].splits))
            TRY(log_level(s, i));
    if (s->levels[s->count - 1].splits && s->levels[s->count - 1].step.oper != SPLIT_OPER_NONE)
        TRY(log_operation(s));
    r.type = LR_MACRO_COMMIT;
    TRY(bt_append_record(s->t, s->trx, &r, &s->end));
done:
    return err;
}

/* ---- doing it ---- */

/* Latch what is missing (right sibling, fresh pages), announce the change of every page, take the dbtime. */
static ese_err gather(struct split *s)
{
    ese_err err = 0;
    struct level *leaf = &s->levels[s->count - 1];
    if (leaf->splits && leaf->step.right_page != 0) {
        s->right_page = leaf->step.right_page;
        TRY(buf_latch(s->t->db, s->right_page, LATCH_WRITE, &s->right));
        if (!bt_is_leaf_of(s->t, s->right.page) || page_left(s->right.page) != leaf->page)
            FAIL(JET_errDatabaseCorrupted);
    }
    for (unsigned i = 0; i < s->count; i++)
        if (s->levels[i].splits)
            TRY(buf_latch_new(s->t->db, s->levels[i].step.fresh_page, &s->levels[i].fresh));
    if (bt_is_logged(s->t, s->trx))
        TRY(trx_log_begin(s->trx));
    s->time = db_time_next(s->t->db);
    for (unsigned i = 0; i < s->count; i++) {
        buf_will_dirty(&s->levels[i].ref);
        if (s->levels[i].splits)
            buf_will_dirty(&s->levels[i].fresh);
    }
    if (s->right.frame != NULL)
        buf_will_dirty(&s->right);
done:
    return err;
}

static void apply_operation(struct split *s, struct level *l)
{
    struct bt_operation *op = s->op;
    bool right = l->step.line_oper >= l->step.line_split;
    struct buf_ref *ref = right ? &l->fresh : &l->ref;
    op->done = true;
    op->page = right ? l->step.fresh_page : l->page;
    op->slot = right ? l->step.line_oper - l->step.line_split : l->step.line_oper;
    if (op->first != NULL)
        ver_apply(s->trx->versions, s->trx, op->first, ref);
    if (op->second != NULL)
        ver_apply(s->trx->versions, s->trx, op->second, ref);
    op->first = op->second = NULL;
}

static void apply(struct split *s)
{
    struct level *leaf = &s->levels[s->count - 1];
    for (unsigned i = 0; i < s->count; i++) {
        struct level *l = &s->levels[i];
        if (l->splits) {
            l->step.old = l->ref.page;
            l->step.fresh = l->fresh.page;
            l->step.time = s->time;
            split_apply(&l->step);
            bt_changed_macro(&l->fresh, s->time, &s->begin, &s->end);
            bt_changed_macro(&l->ref, s->time, &s->begin, &s->end);
        } else if (i + 1 < s->count && s->levels[i + 1].splits) {
            split_apply_parent(l->ref.page, l->slot, l[1].separator, l[1].page, l[1].step.fresh_page);
            bt_changed_macro(&l->ref, s->time, &s->begin, &s->end);
        }
    }
    if (s->right.frame != NULL) {
        page_set_left(s->right.page, leaf->step.fresh_page);
        bt_changed_macro(&s->right, s->time, &s->begin, &s->end);
    }
    if (!leaf->splits || (leaf->step.fresh_flags & PAGE_LEAF) == 0)
        return;
    if (leaf->step.oper != SPLIT_OPER_NONE)
        apply_operation(s, leaf);
}

/* Levels above the topmost that changes are let go before anything is announced. */
static void release_above(struct split *s)
{
    unsigned first = 0, kept;
    while (first + 1 < s->count && !s->levels[first].splits && !s->levels[first + 1].splits) {
        buf_unlatch(&s->levels[first].ref);
        first++;
    }
    kept = s->count - first;
    for (unsigned i = 0; first != 0 && i < kept; i++) {
        struct level swap = s->levels[i];
        s->levels[i] = s->levels[i + first];
        s->levels[i + first] = swap;
    }
    s->count = kept;
}

/* The root alone has no room for another separator: a level more. */
static ese_err split_root(struct split *s)
{
    ese_err err = 0;
    struct buf_ref ref;
    enum verdict verdict;
    TRY(buf_latch(s->t->db, s->t->root, LATCH_WRITE, &ref));
    push(s, ref, s->t->root);
    TRY(plan_vertical(s, &s->levels[0]));
    verdict = take_spare(s, &s->levels[0]);
    if (verdict != GO)
        goto done;
    TRY(gather(s));
    make_images(s);
    TRY(log_macro(s));
    apply(s);
done:
    return err;
}

static ese_err get_spares(struct split *s, unsigned wanted)
{
    ese_err err = 0;
    while (s->spares < wanted) {
        TRY(space_get_page(s->t, s->trx, s->spares == 0 ? s->t->root : s->spare[s->spares - 1], &s->spare[s->spares]));
        s->spares++;
    }
done:
    return err;
}

/* Spares that went into the tree leave the list. */
static void forget_used(struct split *s)
{
    unsigned used = s->used;
    memmove(s->spare, s->spare + used, (s->spares - used) * sizeof s->spare[0]);
    s->spares -= used;
}

/* One attempt; *again: with more spares, from the root, or after the root grew. */
static ese_err attempt(struct split *s, bool *whole, bool *again)
{
    ese_err err = 0;
    enum verdict verdict = GO;
    unsigned wanted;
    *again = false;
    TRY(*whole ? latch_whole(s) : latch_bottom(s));
    TRY(plan(s, &verdict));
    wanted = s->used;
    if (verdict == GO) {
        release_above(s);
        *again = s->levels[s->count - 1].step.type == SPLIT_VERTICAL;
        TRY(gather(s));
        make_images(s);
        TRY(log_macro(s));
        apply(s);
        forget_used(s);
    } else if (verdict != NOT_NEEDED) {
        *again = true;
        unlatch_all(s);
        if (verdict == WANT_SPARES) {
            TRY(get_spares(s, wanted));
        } else if (verdict == WANT_PATH) {
            *whole = true;
        } else {
            TRY(get_spares(s, 1));
            TRY(split_root(s));
            forget_used(s);
        }
    }
done:
    unlatch_all(s);
    return err;
}

ese_err bt_split(struct btree *t, struct trx *trx, struct bt_operation *op)
{
    ese_err err = 0;
    struct split *s = ese_alloc(sizeof *s);
    bool whole = false, again = true;
    op->done = false;
    if (s == NULL)
        FAIL(JET_errOutOfMemory);
    s->t = t;
    s->trx = trx;
    s->op = op;
    os_mutex_lock(&t->smo);
    while (again && err >= 0)
        err = attempt(s, &whole, &again);
    while (s->spares > 0) {
        ese_err freed = space_free_page(t, trx, s->spare[--s->spares]);
        if (err >= 0)
            err = freed;
    }
    os_mutex_unlock(&t->smo);
done:
    if (s != NULL) {
        for (unsigned i = 0; i < BT_DEPTH_MAX; i++)
            ese_free(s->levels[i].memory);
        ese_free(s->reserve_memory);
    }
    ese_free(s);
    return err;
}
