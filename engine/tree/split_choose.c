#include <string.h>

#include "tree/btree_int.h"

enum { TAG = 4, SIZE_FIELD = 2 };

static size_t common_with(const struct node *n, struct bytes key)
{
    size_t common = bytes_common(n->prefix, key);
    if (common < n->prefix.size || common == key.size)
        return common;
    return common + bytes_common(n->suffix, bytes_of(key.data + common, key.size - common));
}

/* What lines from..to - 1 take without a prefix; gain gets what the key of line own saves as their prefix, its own cost taken off. */
static size_t measure_lines(const struct split_step *s, unsigned from, unsigned to, unsigned own, ptrdiff_t *gain)
{
    struct node n = split_line(s, own);
    struct bytes key = bytes_of(s->room, node_copy_key(&n, s->room, BT_SEPARATOR_MAX));
    struct split_runs r = split_runs(s, from, to);
    struct page_measure a = page_measure_lines(s->source, r.first, r.first_end, key);
    struct page_measure b = page_measure_lines(s->source, r.second, r.second_end, key);
    size_t common;
    a.plain += b.plain;
    a.saved += b.saved;
    if (r.own) {
        n = split_line(s, s->line_oper);
        common = common_with(&n, key);
        a.plain += TAG + SIZE_FIELD + node_key_size(&n) + n.data.size;
        a.saved += common > SIZE_FIELD ? common - SIZE_FIELD : 0;
    }
    *gain = (ptrdiff_t)a.saved - (ptrdiff_t)key.size;
    return a.plain;
}

/* Bytes that lines from..to - 1 take on a page of their own. In sorted keys the middle one shares most with the others; when it
 * saves nothing no other does. */
static size_t measure(const struct split_step *s, unsigned from, unsigned to, int32_t *prefix_line)
{
    size_t total;
    ptrdiff_t gain;
    *prefix_line = -1;
    if (to <= from)
        return 0;
    total = measure_lines(s, from, to, (from + to) / 2, &gain);
    if (to - from < 2 || gain <= 0)
        return total;
    *prefix_line = (int32_t)((from + to) / 2 - from);
    return total - (size_t)gain;
}

static size_t promised(const uint16_t *reserve, unsigned from, unsigned to)
{
    size_t sum = 0;
    if (reserve != NULL)
        for (unsigned line = from; line < to; line++)
            sum += reserve[line];
    return sum;
}

bool split_choose_prefixes(struct split_step *s, uint32_t page_size, const uint16_t *reserve)
{
    size_t capacity = page_size - page_header_size(page_size) - TAG;
    size_t left = promised(reserve, 0, s->line_split), right = promised(reserve, s->line_split, s->lines);
    s->uncommitted_old = (unsigned)left;
    s->uncommitted_new = (unsigned)right;
    left += measure(s, 0, s->line_split, &s->prefix_line_old);
    right += measure(s, s->line_split, s->lines, &s->prefix_line_new);
    return left <= capacity && right <= capacity;
}

/* Bytes of a line as it lies now, or about so for the new one. */
static size_t stored(const struct split_step *s, unsigned line)
{
    bool inserts = s->oper == SPLIT_OPER_INSERT;
    if (s->oper != SPLIT_OPER_NONE && line == s->line_oper)
        return page_stored_size(s->source, s->key, s->data) + TAG;
    return page_node_size(s->source, inserts && line > s->line_oper ? line - 1 : line) + TAG;
}

/* The line in the middle by bytes. */
static unsigned middle(const struct split_step *s)
{
    size_t all = 0, before = 0;
    unsigned line;
    for (line = 0; line < s->lines; line++)
        all += stored(s, line);
    for (line = 0; line < s->lines && before < all / 2; line++)
        before += stored(s, line);
    if (line == 0)
        return 1;
    return line < s->lines ? line : s->lines - 1;
}

bool split_choose(struct split_step *s, uint32_t page_size, const uint16_t *reserve)
{
    unsigned start;
    if (s->lines < 2)
        return false;
    start = middle(s);
    for (unsigned away = 0; away < s->lines; away++) {
        if (start >= 1 + away) {
            s->line_split = start - away;
            if (split_choose_prefixes(s, page_size, reserve))
                return true;
        }
        if (away != 0 && start + away < s->lines) {
            s->line_split = start + away;
            if (split_choose_prefixes(s, page_size, reserve))
                return true;
        }
    }
    return false;
}

size_t split_separator(const struct split_step *s, bool unique, unsigned right_line, uint8_t *to)
{
    struct node left = split_line(s, right_line - 1), right = split_line(s, right_line);
    size_t size = node_copy_key(&right, to, BT_SEPARATOR_MAX), common;
    if ((s->fresh_flags & PAGE_LEAF) == 0)
        return node_copy_key(&left, to, BT_SEPARATOR_MAX);
    common = common_with(&left, bytes_of(to, size));
    if (common < size)
        return common + 1;
    if (unique || right.data.size == 0)
        return size;
    common = bytes_common(left.data, right.data);
    if (common < right.data.size)
        common++;
    memcpy(to + size, right.data.data, common);
    return size + common;
}

static size_t size_under(const struct split_step *s, unsigned from, unsigned to, int32_t prefix_line)
{
    ptrdiff_t gain;
    size_t total;
    if (to <= from)
        return 0;
    total = measure_lines(s, from, to, from + (prefix_line >= 0 ? (unsigned)prefix_line : 0), &gain);
    return prefix_line >= 0 ? (size_t)((ptrdiff_t)total - gain) : total;
}

bool split_fits(const struct split_step *s, uint32_t page_size)
{
    size_t capacity = page_size - page_header_size(page_size) - TAG;
    unsigned from = s->type == SPLIT_VERTICAL ? 0 : s->line_split;
    if (s->prefix_line_new >= 0 && from + (unsigned)s->prefix_line_new >= s->lines)
        return false;
    if (s->fresh.at != NULL && size_under(s, from, s->lines, s->prefix_line_new) > capacity)
        return false;
    if (s->type != SPLIT_RIGHT || s->old.at == NULL)
        return true;
    if (s->prefix_line_old >= 0 && (unsigned)s->prefix_line_old >= s->line_split)
        return false;
    return size_under(s, 0, s->line_split, s->prefix_line_old) <= capacity;
}
