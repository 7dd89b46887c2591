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

bool page_peek_node(struct page p, unsigned slot, struct node *out)
{
    unsigned tag = slot + tags_reserved(p);
    struct bytes node, prefix = BYTES_NONE;
    size_t size;

    if (slot >= safe_count(p))
        return false;
    node = safe_tag(p, tag);
    if (node.size < 2)
        return false;
    out->flags = (unsigned)(size_is_large(p.size) ? load_le16(node.data) : load_le16(tag_at(p, tag) + 2)) >> TAG_FLAG_SHIFT;
    size = load_le16(node.data) & NODE_SIZE_MASK;
    if ((out->flags & NODE_COMPRESSED) != 0) {
        prefix = (page_flags(p) & PAGE_ROOT) != 0 ? BYTES_NONE : safe_tag(p, 0);
        if (size > prefix.size || node.size < 4)
            return false;
        prefix.size = size;
        node = bytes_of(node.data + 2, node.size - 2);
        size = load_le16(node.data) & NODE_SIZE_MASK;
    }
    if (size + 2 > node.size)
        return false;
    out->prefix = prefix;
    out->suffix = bytes_of(node.data + 2, size);
    out->data = bytes_of(node.data + 2 + size, node.size - 2 - size);
    return true;
}

/* ---- comparing ---- */

static inline uint64_t load_be64(const uint8_t *p)
{
    return (uint64_t)load_be32(p) << 32 | load_be32(p + 4);
}

void page_key_init(struct page_key *k, struct bytes key, struct bytes data)
{
    size_t first = key.size < sizeof k->head ? key.size : sizeof k->head, second = sizeof k->head - first;

    k->key = key;
    k->data = data;
    memset(k->head, 0, sizeof k->head);
    if (first != 0)
        memcpy(k->head, key.data, first);
    if (second > data.size)
        second = data.size;
    if (second != 0)
        memcpy(k->head + first, data.data, second);
}

/* What does not change from node to node of one page. */
struct probe {
    const struct page_key *k;
    size_t size;                                        /* of the string sought: key, in internal pages followed by data */
    size_t common;                                      /* how far it follows the page's prefix */
    int beyond;                                         /* order of a node that uses more of the prefix than that */
    bool upper, branch, large;
    unsigned mask, first_tag, extra;                    /* extra: bytes of an internal node behind its key */
    size_t limit;                                       /* nodes end before the tags */
    const uint8_t *body, *tags_end;
};

/* The byte of the string at i < size. */
static inline uint8_t probe_byte(const struct probe *q, size_t i)
{
    return i < q->k->key.size ? q->k->key.data[i] : q->k->data.data[i - q->k->key.size];
}

static inline void probe_init(struct probe *q, struct page p, const struct page_key *k, bool branch, bool upper)
{
    struct bytes prefix = (page_flags(p) & PAGE_ROOT) != 0 ? BYTES_NONE : safe_tag(p, 0);
    size_t most, tags = tag_count(p);

    q->k = k;
    q->size = k->key.size + (branch ? k->data.size : 0);
    q->upper = upper;
    q->branch = branch;
    q->large = size_is_large(p.size);
    q->mask = tag_mask(p);
    q->first_tag = tags_reserved(p);
    q->extra = branch ? 4 : 0;
    q->body = body_of(p);
    q->tags_end = p.at + p.size;
    q->limit = p.size - header_bytes(p);
    q->limit = tags < 2 || TAG_BYTES * tags > q->limit ? 0 : q->limit - TAG_BYTES * tags;
    most = q->size < prefix.size ? q->size : prefix.size;
    q->common = 0;
    if (most != 0 && prefix.data + 8 <= q->tags_end) {  /* eight bytes at once, the page goes on behind a shorter prefix */
        uint64_t differ = load_le64(prefix.data) ^ load_le64(k->head);
        q->common = differ != 0 ? (size_t)__builtin_ctzll(differ) / 8 : 8;
        q->common = q->common < most ? q->common : most;
    }
    while (q->common < most && prefix.data[q->common] == (q->common < sizeof k->head ? k->head[q->common] : probe_byte(q, q->common)))
        q->common++;
    q->beyond = 1;
    if (q->common == q->size)
        q->beyond = upper ? -1 : 1;
    else if (q->common < prefix.size)
        q->beyond = prefix.data[q->common] < probe_byte(q, q->common) ? -1 : 1;
}

/* The rest of a key against the rest of the string, byte by byte: what the first eight bytes leave open. */
static int order_rest(const struct probe *q, size_t from, const uint8_t *at, size_t size)
{
    size_t left = q->size - from, key_left = from < q->k->key.size ? q->k->key.size - from : 0, n;
    int order = 0;

    n = size < key_left ? size : key_left;
    if (n != 0)
        order = memcmp(at, q->k->key.data + from, n);
    if (order == 0 && n < size && n < left) {
        size_t m = size < left ? size - n : left - n;
        order = memcmp(at + n, q->k->data.data + (from + n - q->k->key.size), m);
    }
    if (order != 0)
        return order;
    if (size < left)
        return -1;
    return size == left ? 0 : q->upper ? -1 : 1;
}

/* Order of the node at slot against the probe; *bad when the node lies outside of the page. */
static inline int probe_order(const struct probe *q, unsigned slot, bool *bad)
{
    uint32_t word = load_le32(q->tags_end - TAG_BYTES * (slot + q->first_tag + 1));
    size_t size = word & q->mask, offset = word >> 16 & q->mask, prefix = 0, n;
    const uint8_t *at = q->body + offset;
    unsigned first;
    uint64_t x, y;

    if (offset + size > q->limit || size < 2 + q->extra) {
        *bad = true;
        return -1;
    }
    first = load_le16(at);
    if (((q->large ? first : word >> 16) >> TAG_FLAG_SHIFT & NODE_COMPRESSED) != 0) {
        prefix = first & NODE_SIZE_MASK;
        if (prefix > q->common)
            return q->beyond;
        at += 2;
        size -= 2;
        first = load_le16(at);
    }
    n = first & NODE_SIZE_MASK;
    at += 2;
    if (n + 2 + q->extra > size) {
        *bad = true;
        return -1;
    }
    if (prefix > PAGE_KEY_HEAD || q->upper)
        return order_rest(q, prefix, at, n);
    x = load_be64(at);                                  /* the tags lie behind every node: no byte beyond the page */
    y = load_be64(q->k->head + prefix);
    if (n < 8)
        x = n == 0 ? 0 : x & ~UINT64_C(0) << (64 - 8 * n);
    if (!q->branch && q->size < prefix + 8)             /* what follows the key in head is no part of it */
        y = q->size == prefix ? 0 : y & ~UINT64_C(0) << (64 - 8 * (q->size - prefix));
    if (x != y)
        return x < y ? -1 : 1;
    return order_rest(q, prefix, at, n);
}

/* ---- searching ---- */

/* A binary search jumps from tag to node to tag, all over a page that is seldom in the processor's cache: the nodes that the next
 * three steps may look at are asked for at once. */
#define ALWAYS_INLINE inline __attribute__((always_inline))      /* the compiler takes a function that only fetches for one without effect */

static ALWAYS_INLINE void prefetch_tags(struct page p, unsigned count)
{
    const uint8_t *end = p.at + p.size;
    for (unsigned bytes = 256; bytes < TAG_BYTES * count && bytes < 1024; bytes += 64)
        __builtin_prefetch(end - bytes - 64);
}

static ALWAYS_INLINE void prefetch_nodes(const struct probe *q, unsigned low, unsigned high)
{
    const uint8_t *tag = q->tags_end - TAG_BYTES * (low + q->first_tag + 1) + 2;
    unsigned span = high - low;
    if (span < 4)
        return;
    for (unsigned i = 1; i < 8; i++)
        __builtin_prefetch(q->body + (load_le16(tag - TAG_BYTES * (span * i / 8)) & q->mask));
}

/* First slot in low..high whose node is behind the probe. Internal pages are few: they stay in the processor's cache. */
static inline unsigned search_behind(const struct probe *q, unsigned low, unsigned high, bool *bad)
{
    while (low < high) {
        unsigned middle = (low + high) / 2;
        int order = probe_order(q, middle, bad);
        high = order > 0 ? middle : high;
        low = order > 0 ? low : middle + 1;
    }
    return low;
}

unsigned page_search_greater(struct page p, struct bytes key)
{
    struct page_key k;
    struct probe q;
    bool bad = false;
    unsigned high = safe_count(p);

    /* The last node of an internal page at the right edge has the empty key that stands for +infinity. */
    if (high != 0 && !page_is_leaf(p)) {
        struct node last = page_node(p, high - 1);
        if (node_key_size(&last) == 0)
            high--;
    }
    page_key_init(&k, key, BYTES_NONE);
    probe_init(&q, p, &k, false, false);
    return search_behind(&q, 0, high, &bad);
}

unsigned page_search_key(struct page p, const struct page_key *k, bool *equal)
{
    struct probe q;
    unsigned low = 0, high = safe_count(p);
    bool bad = false;

    *equal = false;
    prefetch_tags(p, high);
    probe_init(&q, p, k, false, false);
    for (unsigned step = 0; low < high; step++) {
        unsigned middle = (low + high) / 2;
        int order;
        if (step % 3 == 0)
            prefetch_nodes(&q, low, high);
        order = probe_order(&q, middle, &bad);
        if (order == 0) {
            *equal = true;
            return middle;
        }
        high = order > 0 ? middle : high;
        low = order > 0 ? low : middle + 1;
    }
    return low;
}

unsigned page_search(struct page p, struct bytes key, bool *equal)
{
    struct page_key k;
    bool found;
    unsigned slot;

    page_key_init(&k, key, BYTES_NONE);
    slot = page_search_key(p, &k, &found);
    if (equal != NULL)
        *equal = found;
    return slot;
}

unsigned page_search_pair_key(struct page p, const struct page_key *k, bool *equal)
{
    struct probe q;
    unsigned low = 0, high = safe_count(p);
    bool bad = false;

    *equal = false;
    prefetch_tags(p, high);
    probe_init(&q, p, k, false, false);
    for (unsigned step = 0; low < high; step++) {
        unsigned middle = (low + high) / 2;
        int order;
        if (step % 3 == 0)
            prefetch_nodes(&q, low, high);
        order = probe_order(&q, middle, &bad);
        if (order == 0) {
            struct node n = {BYTES_NONE, BYTES_NONE, BYTES_NONE, 0};
            order = page_peek_node(p, middle, &n) ? bytes_compare(n.data, k->data) : -1;
            *equal = *equal || order == 0;
        }
        high = order >= 0 ? middle : high;
        low = order >= 0 ? low : middle + 1;
    }
    return low;
}

unsigned page_search_pair(struct page p, struct bytes key, struct bytes data, bool *equal)
{
    struct page_key k;
    bool found;
    unsigned slot;

    page_key_init(&k, key, data);
    slot = page_search_pair_key(p, &k, &found);
    if (equal != NULL)
        *equal = found;
    return slot;
}

bool page_find_child(struct page p, const struct page_key *k, enum page_side side, struct page_branch *out)
{
    unsigned low = 0, high;
    struct bytes prefix, suffix;
    struct probe q;
    bool bad = false;

    out->flags = page_flags(p);
    out->count = safe_count(p);
    if ((out->flags & PAGE_LEAF) != 0 || out->count == 0)
        return false;
    high = side == PAGE_SIDE_FIRST ? 0 : out->count - 1;
    if (side == PAGE_SIDE_LAST)
        low = high;
    if (low < high) {
        probe_init(&q, p, k, true, side == PAGE_SIDE_UPPER);
        low = search_behind(&q, low, high, &bad);
    }
    out->slot = low;
    return !bad && page_separator(p, low, &prefix, &suffix, &out->child) && out->child != 0;
}
