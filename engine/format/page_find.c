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

/* What does not change from node to node of one page. */
struct descent {
    struct bytes key, data;                             /* the probe, one string in two pieces */
    size_t common;                                      /* how far it follows the page's prefix */
    int beyond;                                         /* order of a node that uses more of the prefix than that */
    bool upper;
    const uint8_t *body, *tags_end;
    size_t room, prefix_size;
    unsigned mask, first_tag;
    bool large;
};

static void descent_init(struct descent *d, struct page p, struct bytes key, struct bytes data, bool upper)
{
    struct bytes prefix = (page_flags(p) & PAGE_ROOT) != 0 ? BYTES_NONE : safe_tag(p, 0);
    size_t total = key.size + data.size;

    *d = (struct descent){.key = key, .data = data, .upper = upper};
    d->common = bytes_common(prefix, key);
    if (d->common == key.size && prefix.size > key.size)
        d->common += bytes_common(bytes_of(prefix.data + key.size, prefix.size - key.size), data);
    if (d->common == total)
        d->beyond = upper ? -1 : 1;
    else if (d->common < prefix.size)
        d->beyond = prefix.data[d->common] < (d->common < key.size ? key.data[d->common] : data.data[d->common - key.size]) ? -1 : 1;
    d->prefix_size = prefix.size;
    d->body = body_of(p);
    d->tags_end = p.at + p.size;
    d->room = p.size - header_bytes(p);
    d->mask = tag_mask(p);
    d->first_tag = tags_reserved(p);
    d->large = size_is_large(p.size);
}

/* memcmp of a few bytes in line. */
static inline int order_of(const uint8_t *a, const uint8_t *b, size_t n)
{
    if (n >= 8) {
        uint64_t x = (uint64_t)load_be32(a) << 32 | load_be32(a + 4), y = (uint64_t)load_be32(b) << 32 | load_be32(b + 4);
        return x != y ? (x < y ? -1 : 1) : n == 8 ? 0 : memcmp(a + 8, b + 8, n - 8);
    }
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

/* Order of the separator at slot against the probe, as compare_two has it; false when the node is malformed. */
static inline bool descent_compare(const struct descent *d, unsigned slot, int *order)
{
    const uint8_t *tag = d->tags_end - TAG_BYTES * (slot + d->first_tag + 1), *at, *rest;
    unsigned size_word = load_le16(tag), offset_word = load_le16(tag + 2);
    size_t size = size_word & d->mask, offset = offset_word & d->mask, prefix = 0, left;
    unsigned first;

    if (offset + size > d->room || size < 6)
        return false;
    at = d->body + offset;
    first = load_le16(at);
    if (((d->large ? first : offset_word) >> TAG_FLAG_SHIFT & NODE_COMPRESSED) != 0) {
        prefix = first & NODE_SIZE_MASK;
        if (prefix > d->prefix_size || size < 8)
            return false;
        at += 2;
        size -= 2;
        if (prefix > d->common) {
            *order = d->beyond;
            return true;
        }
    }
    if ((load_le16(at) & NODE_SIZE_MASK) + 6u != size)
        return false;
    at += 2;
    size -= 6;
    if (prefix <= d->key.size) {
        rest = d->key.data + prefix;
        left = d->key.size - prefix;
    } else {
        rest = d->data.data + (prefix - d->key.size);
        left = d->data.size - (prefix - d->key.size);
    }
    *order = order_of(at, rest, size < left ? size : left);
    if (*order == 0 && size < left)
        *order = -1;
    else if (*order == 0)
        *order = compare_two((struct two){bytes_of(at + left, size - left), BYTES_NONE},
                             (struct two){prefix <= d->key.size ? d->data : BYTES_NONE, BYTES_NONE}, d->upper);
    return true;
}

bool page_find_child(struct page p, struct bytes key, struct bytes data, enum page_side side, struct page_branch *out)
{
    unsigned low = 0, high;
    struct two x;
    struct descent d;

    out->flags = page_flags(p);
    out->count = safe_count(p);
    if ((out->flags & PAGE_LEAF) != 0 || out->count == 0)
        return false;
    high = side == PAGE_SIDE_FIRST ? 0 : out->count - 1;
    if (side == PAGE_SIDE_LAST)
        low = high;
    if (low < high) {
        prefetch_tags(p, out->count);
        descent_init(&d, p, key, data, side == PAGE_SIDE_UPPER);
    }
    while (low < high) {
        unsigned middle = (low + high) / 2;
        int order;
        prefetch_step(p, low, middle, high, d.first_tag);
        if (!descent_compare(&d, middle, &order))
            return false;
        if (order > 0)
            high = middle;
        else
            low = middle + 1;
    }
    out->slot = low;
    return page_separator(p, low, &x.a, &x.b, &out->child) && out->child != 0;
}
