#include "format/page_find.h"

#include "format/page_int.h"

/* The node's bytes, or a zero slice when the tag points outside. */
static struct bytes safe_tag(struct page p, unsigned tag)
{
    uint32_t head = header_bytes(p);
    unsigned offset = tag_offset(p, tag), size = tag_size(p, tag);
    if (head + offset + size > p.size)
        return BYTES_NONE;
    return bytes_of(p.at + head + offset, size);
}

static unsigned safe_count(struct page p)
{
    unsigned tags = tag_count(p);
    if (header_bytes(p) + TAG_BYTES * tags > p.size || tags <= tags_reserved(p))
        return 0;
    return tags - tags_reserved(p);
}

bool page_separator(struct page p, unsigned slot, struct bytes *prefix, struct bytes *suffix, pgno *child)
{
    unsigned tag = slot + tags_reserved(p), flags;
    struct bytes node = safe_tag(p, tag), head;
    size_t size;

    *prefix = BYTES_NONE;
    if (node.size < 6)
        return false;
    flags = size_is_large(p.size) ? load_le16(node.data) >> TAG_FLAG_SHIFT : load_le16(tag_at(p, tag) + 2) >> TAG_FLAG_SHIFT;
    if ((flags & NODE_COMPRESSED) != 0) {
        size = load_le16(node.data) & NODE_SIZE_MASK;
        head = safe_tag(p, 0);
        if (size > head.size || node.size < 8)
            return false;
        *prefix = bytes_of(head.data, size);
        node = bytes_of(node.data + 2, node.size - 2);
    }
    size = load_le16(node.data) & NODE_SIZE_MASK;
    if (size + 6 != node.size)
        return false;
    *suffix = bytes_of(node.data + 2, size);
    *child = load_le32(node.data + 2 + size);
    return true;
}

/* A string in two pieces, eaten from the front. */
struct two { struct bytes a, b; };

static size_t two_size(const struct two *s) { return s->a.size + s->b.size; }

static void two_skip(struct two *s, size_t n)
{
    if (n != 0)
        s->a = bytes_of(s->a.data + n, s->a.size - n);
    if (s->a.size == 0) {
        s->a = s->b;
        s->b = BYTES_NONE;
    }
}

/* Sign of x - y, except that upper makes an x that continues y sort before it. */
static int compare_two(struct two x, struct two y, bool upper)
{
    if (x.a.size == 0)
        two_skip(&x, 0);
    if (y.a.size == 0)
        two_skip(&y, 0);
    while (x.a.size != 0 && y.a.size != 0) {
        size_t n = x.a.size < y.a.size ? x.a.size : y.a.size;
        int order = memcmp(x.a.data, y.a.data, n);
        if (order != 0)
            return order;
        two_skip(&x, n);
        two_skip(&y, n);
    }
    if (two_size(&y) != 0)
        return -1;
    if (two_size(&x) == 0)
        return 0;
    return upper ? -1 : 1;
}

bool page_find_child(struct page p, struct bytes key, struct bytes data, enum page_side side, struct page_branch *out)
{
    unsigned low = 0, high;
    struct two x, probe = {key, data};

    out->flags = page_flags(p);
    out->count = safe_count(p);
    if ((out->flags & PAGE_LEAF) != 0 || out->count == 0)
        return false;
    high = side == PAGE_SIDE_FIRST ? 0 : out->count - 1;
    if (side == PAGE_SIDE_LAST)
        low = high;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (!page_separator(p, middle, &x.a, &x.b, &out->child))
            return false;
        if (compare_two(x, probe, side == PAGE_SIDE_UPPER) > 0)
            high = middle;
        else
            low = middle + 1;
    }
    out->slot = low;
    return page_separator(p, low, &x.a, &x.b, &out->child) && out->child != 0;
}
