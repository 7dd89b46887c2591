#include <string.h>

#include "tree/btree_int.h"

/* ---- split ---- */

struct node split_line(const struct split_step *s, unsigned line)
{
    struct node n = {BYTES_NONE, s->key, s->data, s->node_flags};
    bool inserts = s->oper == SPLIT_OPER_INSERT;
    if (inserts && line == s->line_oper)
        return n;
    n = page_node(s->source, inserts && line > s->line_oper ? line - 1 : line);
    if (s->oper != SPLIT_OPER_NONE && !inserts && line == s->line_oper) {
        n.data = s->data;
        n.flags = s->node_flags;
    }
    return n;
}

struct split_runs split_runs(const struct split_step *s, unsigned from, unsigned to)
{
    unsigned gap = s->oper == SPLIT_OPER_INSERT ? 1 : 0;
    if (s->oper == SPLIT_OPER_NONE || to <= s->line_oper)
        return (struct split_runs){from, to, to, to, false};
    if (from > s->line_oper)
        return (struct split_runs){from - gap, to - gap, to - gap, to - gap, false};
    return (struct split_runs){from, s->line_oper, s->line_oper + 1 - gap, to - gap, true};
}

/* Lines from..to - 1 become the only lines of a page whose prefix is set. */
static void fill_page(const struct split_step *s, struct page p, unsigned from, unsigned to)
{
    struct split_runs r = split_runs(s, from, to);
    uint8_t pointer[4];
    page_append_lines(p, s->source, r.first, r.first_end);
    if (r.own) {
        struct node n = split_line(s, s->line_oper);
        struct bytes key = bytes_of(s->room, node_copy_key(&n, s->room, BT_SEPARATOR_MAX));
        page_insert(p, s->line_oper - from, key, n.data, n.flags & ~(unsigned)NODE_COMPRESSED);
    }
    page_append_lines(p, s->source, r.second, r.second_end);
    if (s->child_page != 0 && s->oper == SPLIT_OPER_INSERT && s->line_oper + 1 >= from && s->line_oper + 1 < to) {
        store_le32(pointer, s->child_page);
        page_replace_data(p, s->line_oper + 1 - from, bytes_of(pointer, sizeof pointer));
    }
}

static void set_prefix(const struct split_step *s, struct page p, int32_t line, unsigned from)
{
    struct node n;
    if (line < 0)
        return;
    n = split_line(s, (unsigned)line + from);
    page_set_external(p, bytes_of(s->room, node_copy_key(&n, s->room, BT_SEPARATOR_MAX)));
}

/* The root keeps its number and its external header and becomes the parent of the page that has all its lines now. */
static void make_parent(const struct split_step *s)
{
    uint8_t header[64], pointer[4];
    struct bytes external = page_external(s->old);
    size_t size = external.size < sizeof header ? external.size : sizeof header;
    memcpy(header, external.data, size);
    store_le32(pointer, s->fresh_page);
    page_init(s->old, s->old_page, s->objid, s->old_flags, s->time);
    page_set_external(s->old, bytes_of(header, size));
    page_insert(s->old, 0, BYTES_NONE, bytes_of(pointer, sizeof pointer), 0);
}

/* The page keeps the lines before line_split, under the prefix that suits them. */
static void rebuild_old(const struct split_step *s)
{
    uint32_t flags = page_flags(s->old);
    pgno left = page_left(s->old);
    page_init(s->old, s->old_page, s->objid, flags, s->time);
    page_set_left(s->old, left);
    set_prefix(s, s->old, s->prefix_line_old, 0);
    fill_page(s, s->old, 0, s->line_split);
}

void split_apply(const struct split_step *s)
{
    bool leaf = (s->fresh_flags & PAGE_LEAF) != 0;
    unsigned from = s->type == SPLIT_VERTICAL ? 0 : s->line_split;
    bool moves = s->type != SPLIT_APPEND;
    if (s->fresh.at != NULL) {
        page_init(s->fresh, s->fresh_page, s->objid, s->fresh_flags, s->time);
        set_prefix(s, s->fresh, s->prefix_line_new, from);
        fill_page(s, s->fresh, from, s->lines);
        if (leaf && s->type != SPLIT_VERTICAL) {
            page_set_left(s->fresh, s->old_page);
            page_set_right(s->fresh, s->right_page);
        }
        page_set_uncommitted_free(s->fresh, s->uncommitted_new);
    }
    if (s->old.at == NULL)
        return;
    if (s->type == SPLIT_VERTICAL)
        make_parent(s);
    else if (moves)
        rebuild_old(s);
    page_set_dbtime(s->old, s->time);
    if (leaf && s->type != SPLIT_VERTICAL)
        page_set_right(s->old, s->fresh_page);
    page_set_uncommitted_free(s->old, s->uncommitted_old);
}

void split_apply_parent(struct page parent, unsigned slot, struct bytes key, pgno old_page, pgno fresh_page)
{
    uint8_t pointer[4];
    store_le32(pointer, old_page);
    page_insert(parent, slot, key, bytes_of(pointer, sizeof pointer), 0);
    store_le32(pointer, fresh_page);
    page_replace_data(parent, slot + 1, bytes_of(pointer, sizeof pointer));
}

/* ---- merge ---- */

void page_make_empty(struct page p)
{
    page_set_flags(p, page_flags(p) | PAGE_EMPTY);
    page_set_uncommitted_free(p, 0);
    page_set_external(p, BYTES_NONE);
    for (unsigned count = page_slot_count(p); count > 0; count--)
        page_remove(p, count - 1);
}

void empty_root_apply(struct page root)
{
    for (unsigned count = page_slot_count(root); count > 0; count--)
        page_remove(root, count - 1);
    page_set_flags(root, (page_flags(root) & ~(uint32_t)PAGE_PARENT_OF_LEAF) | PAGE_LEAF);
}

/* Lines first..last of the source go to dest at slot at, in order; a deleted one stays behind. */
static void move_lines(const struct merge_step *s, struct page dest, unsigned first, unsigned end, unsigned at)
{
    for (unsigned line = end; line-- > first;) {
        struct node n = page_node(s->source, line);
        struct bytes key;
        if ((n.flags & NODE_DELETED) != 0)
            continue;
        key = bytes_of(s->room, node_copy_key(&n, s->room, BT_SEPARATOR_MAX));
        page_insert(dest, at, key, n.data, n.flags & ~(unsigned)NODE_COMPRESSED);
    }
    page_set_uncommitted_free(dest, s->uncommitted_dest);
}

/* Take out of the page what has moved away. */
static void drop_moved(const struct merge_step *s)
{
    unsigned count = page_slot_count(s->page);
    if (s->type == MERGE_PARTIAL_RIGHT)
        while (count > s->line_merge)
            page_remove(s->page, --count);
    else if (s->type == MERGE_PARTIAL_LEFT)
        for (unsigned n = s->line_merge + 1; n > 0; n--)
            page_remove(s->page, 0);
}

void merge_apply(const struct merge_step *s)
{
    bool right = s->type == MERGE_FULL_RIGHT || s->type == MERGE_PARTIAL_RIGHT;
    bool left = s->type == MERGE_FULL_LEFT || s->type == MERGE_PARTIAL_LEFT;
    bool stays = s->type == MERGE_PARTIAL_RIGHT || s->type == MERGE_PARTIAL_LEFT;
    if (right && s->right.at != NULL)
        move_lines(s, s->right, s->line_merge, page_slot_count(s->source), 0);
    if (left && s->left.at != NULL)
        move_lines(s, s->left, 0, s->line_merge + 1, page_slot_count(s->left));
    if (s->page.at != NULL)
        drop_moved(s);
    if (!stays && s->left.at != NULL)
        page_set_right(s->left, s->right_page);
    if (!stays && s->right.at != NULL)
        page_set_left(s->right, s->left_page);
    if (s->page.at != NULL && (s->flags & MERGE_EMPTIES_PAGE) != 0)
        page_make_empty(s->page);
}

static void change_key(struct page p, unsigned line, struct bytes key)
{
    uint8_t pointer[4];
    store_le32(pointer, page_child(p, line));
    page_remove(p, line);
    page_insert(p, line, key, bytes_of(pointer, sizeof pointer), 0);
}

void merge_apply_parent(struct page parent, uint8_t flags, uint8_t leaf_type, unsigned line, struct bytes separator, pgno left_page)
{
    unsigned count = page_slot_count(parent);
    uint8_t pointer[4];
    if (line >= count)
        return;
    if (leaf_type == MERGE_FULL_LEFT && (flags & MERGE_DELETE_NODE) != 0 && (flags & MERGE_KEY_CHANGE) != 0) {
        store_le32(pointer, left_page);
        page_replace_data(parent, line, bytes_of(pointer, sizeof pointer));
        if (line > 0)
            page_remove(parent, line - 1);
    } else if ((flags & MERGE_DELETE_NODE) != 0) {
        struct node n = page_node(parent, line);
        bool edge = line + 1 == count && line > 0 && node_key_size(&n) == 0;
        page_remove(parent, line);
        if (edge)
            change_key(parent, line - 1, BYTES_NONE);
    } else if ((flags & MERGE_KEY_CHANGE) != 0) {
        if (leaf_type != MERGE_PARTIAL_LEFT || line > 0)
            change_key(parent, leaf_type == MERGE_PARTIAL_LEFT ? line - 1 : line, separator);
    }
    if ((flags & MERGE_EMPTIES_PAGE) != 0)
        page_make_empty(parent);
}
