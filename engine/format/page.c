#include "format/page.h"

#include <string.h>

#include "format/page_int.h"

/* ---- header ---- */

dbtime page_dbtime(struct page p) { return (dbtime){le64_get(&header_of(p)->dbtime)}; }
pgno page_left(struct page p) { return le32_get(&header_of(p)->left); }
pgno page_right(struct page p) { return le32_get(&header_of(p)->right); }
uint32_t page_objid(struct page p) { return le32_get(&header_of(p)->objid); }
uint32_t page_flags(struct page p) { return le32_get(&header_of(p)->flags); }
unsigned page_free_bytes(struct page p) { return le16_get(&header_of(p)->free_bytes); }
unsigned page_uncommitted_free(struct page p) { return le16_get(&header_of(p)->uncommitted_free); }
unsigned page_header_size(uint32_t page_size) { return size_is_large(page_size) ? LARGE_HEADER : SMALL_HEADER; }
bool page_is_large(uint32_t page_size) { return size_is_large(page_size); }
void page_set_dbtime(struct page p, dbtime t) { le64_set(&header_of(p)->dbtime, t.v); }
void page_set_left(struct page p, pgno n) { le32_set(&header_of(p)->left, n); }
void page_set_right(struct page p, pgno n) { le32_set(&header_of(p)->right, n); }
void page_set_flags(struct page p, uint32_t flags) { le32_set(&header_of(p)->flags, flags); }
void page_set_uncommitted_free(struct page p, unsigned n) { le16_set(&header_of(p)->uncommitted_free, (uint16_t)n); }

unsigned page_slot_count(struct page p)
{
    unsigned tags = tag_count(p), reserved = tags_reserved(p);
    return tags > reserved ? tags - reserved : 0;
}

bool page_is_zero(struct page p)
{
    return p.at[0] == 0 && memcmp(p.at, p.at + 1, p.size - 1) == 0;
}

/* ---- nodes ---- */

struct bytes page_external(struct page p) { return tag_count(p) != 0 ? tag_bytes(p, 0) : BYTES_NONE; }

struct node page_node(struct page p, unsigned slot)
{
    unsigned tag = slot + tags_reserved(p);
    const uint8_t *at = body_of(p) + tag_offset(p, tag), *end = at + tag_size(p, tag);
    struct node n = {BYTES_NONE, BYTES_NONE, BYTES_NONE, tag_flags(p, tag)};
    size_t size;

    assert(slot < page_slot_count(p));
    if (end - at < 2)
        return n;
    if ((n.flags & NODE_COMPRESSED) != 0) {
        n.prefix = bytes_of(page_prefix(p).data, load_le16(at) & NODE_SIZE_MASK);
        at += 2;
    }
    size = load_le16(at) & NODE_SIZE_MASK;
    at += 2;
    n.suffix = bytes_of(at, size);
    n.data = bytes_of(at + size, (size_t)(end - at) - size);
    return n;
}

unsigned page_node_flags(struct page p, unsigned slot) { return tag_flags(p, slot + tags_reserved(p)); }
unsigned page_node_size(struct page p, unsigned slot) { return tag_size(p, slot + tags_reserved(p)); }

pgno page_child(struct page p, unsigned slot)
{
    struct node n = page_node(p, slot);
    return n.data.size == 4 ? load_le32(n.data.data) : 0;
}

int node_compare_key(const struct node *n, struct bytes key)
{
    size_t common = n->prefix.size < key.size ? n->prefix.size : key.size;
    int order = common != 0 ? memcmp(n->prefix.data, key.data, common) : 0;

    if (order != 0)
        return order;
    if (key.size < n->prefix.size)
        return 1;
    return bytes_compare(n->suffix, bytes_of(key.data + n->prefix.size, key.size - n->prefix.size));
}

size_t node_copy_key(const struct node *n, uint8_t *to, size_t room)
{
    size_t first = n->prefix.size < room ? n->prefix.size : room;
    size_t second = n->suffix.size < room - first ? n->suffix.size : room - first;

    if (first != 0)
        memcpy(to, n->prefix.data, first);
    if (second != 0)
        memcpy(to + first, n->suffix.data, second);
    return first + second;
}

/* ---- search ---- */

/* A key made ready for one page: how far it follows the prefix, and how it sorts against a node that uses more of it. */
struct probe {
    struct bytes key;
    size_t common;
    int beyond;                                         /* order of (node - key) for nodes whose prefix exceeds common */
    const uint8_t *body, *tags_end;                     /* tags_end: end of the page */
    unsigned mask, first_tag, large;
};

static inline uint64_t load_be64_fast(const uint8_t *p)
{
    return (uint64_t)load_be32(p) << 32 | load_be32(p + 4);
}

/* bytes_compare with the usual case, a difference within the first eight bytes, in line. */
static inline int compare_fast(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    size_t common = a_size < b_size ? a_size : b_size;
    int order;

    if (common >= 8) {
        uint64_t x = load_be64_fast(a), y = load_be64_fast(b);
        if (x != y)
            return x < y ? -1 : 1;
    } else if (common >= 4) {
        uint32_t x = load_be32(a), y = load_be32(b);
        if (x != y)
            return x < y ? -1 : 1;
    }
    order = common != 0 ? memcmp(a, b, common) : 0;
    if (order != 0)
        return order;
    return a_size < b_size ? -1 : a_size > b_size;
}

static void probe_init(struct probe *q, struct page p, struct bytes key)
{
    struct bytes prefix = page_prefix(p);

    q->key = key;
    q->common = bytes_common(prefix, key);
    q->beyond = 1;
    if (q->common < prefix.size && q->common < key.size)
        q->beyond = prefix.data[q->common] < key.data[q->common] ? -1 : 1;
    q->body = body_of(p);
    q->tags_end = p.at + p.size;
    q->mask = tag_mask(p);
    q->first_tag = tags_reserved(p);
    q->large = size_is_large(p.size);
}

/* Order of the key of the node at slot against the probe; data gets where the node's data begin when the key is equal. */
static inline int probe_compare(const struct probe *q, unsigned slot, struct bytes *data)
{
    const uint8_t *tag = q->tags_end - TAG_BYTES * (slot + q->first_tag + 1);
    unsigned size_word = load_le16(tag), offset_word = load_le16(tag + 2);
    const uint8_t *at = q->body + (offset_word & q->mask), *end = at + (size_word & q->mask);
    unsigned first = load_le16(at), flags = q->large ? first : offset_word;
    size_t prefix = 0, suffix;
    int order;

    if ((flags >> TAG_FLAG_SHIFT & NODE_COMPRESSED) != 0) {
        prefix = first & NODE_SIZE_MASK;
        if (prefix > q->common)
            return q->beyond;
        at += 2;
    }
    suffix = load_le16(at) & NODE_SIZE_MASK;
    at += 2;
    order = compare_fast(at, suffix, q->key.data + prefix, q->key.size - prefix);
    *data = bytes_of(at + suffix, (size_t)(end - at) - suffix);
    return order;
}

unsigned page_search_greater(struct page p, struct bytes key)
{
    struct probe q;
    struct bytes data;
    unsigned low = 0, high = page_slot_count(p);

    /* The last node of an internal page at the right edge has the empty key that stands for +infinity. */
    if (high != 0 && !page_is_leaf(p)) {
        struct node last = page_node(p, high - 1);
        if (node_key_size(&last) == 0)
            high--;
    }
    probe_init(&q, p, key);
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (probe_compare(&q, middle, &data) > 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

unsigned page_search(struct page p, struct bytes key, bool *equal)
{
    struct probe q;
    struct bytes data;
    unsigned low = 0, high = page_slot_count(p);
    bool found = false;

    prefetch_tags(p, high);
    probe_init(&q, p, key);
    while (low < high) {
        unsigned middle = (low + high) / 2;
        prefetch_step(p, low, middle, high, q.first_tag);
        int order = probe_compare(&q, middle, &data);
        if (order >= 0) {
            high = middle;
            found = order == 0;
        } else {
            low = middle + 1;
        }
    }
    if (equal != NULL)
        *equal = found;
    return low;
}

unsigned page_search_pair(struct page p, struct bytes key, struct bytes data, bool *equal)
{
    struct probe q;
    struct bytes node_data = BYTES_NONE;
    unsigned low = 0, high = page_slot_count(p);
    bool found = false;

    prefetch_tags(p, high);
    probe_init(&q, p, key);
    while (low < high) {
        unsigned middle = (low + high) / 2;
        prefetch_step(p, low, middle, high, q.first_tag);
        int order = probe_compare(&q, middle, &node_data);
        if (order == 0)
            order = compare_fast(node_data.data, node_data.size, data.data, data.size);
        if (order >= 0) {
            high = middle;
            found = order == 0;
        } else {
            low = middle + 1;
        }
    }
    if (equal != NULL)
        *equal = found;
    return low;
}

/* ---- room ---- */

unsigned page_prefix_length(struct page p, struct bytes key)
{
    size_t common = bytes_common(page_prefix(p), key);
    return common > PREFIX_GAIN_MIN ? (unsigned)common : 0;
}

unsigned page_stored_size(struct page p, struct bytes key, struct bytes data)
{
    unsigned prefix = page_prefix_length(p, key), size = (unsigned)(2 + key.size + data.size);
    return prefix != 0 ? size + 2 - prefix : size;
}

static unsigned page_free_for_use(struct page p)
{
    unsigned all = page_free_bytes(p), promised = page_uncommitted_free(p);
    return all > promised ? all - promised : 0;
}

bool page_has_room(struct page p, unsigned stored_size)
{
    return page_free_for_use(p) >= stored_size + TAG_BYTES;
}

bool page_has_room_to_grow(struct page p, unsigned slot, unsigned new_data_size)
{
    size_t old = page_node(p, slot).data.size;
    return new_data_size <= old || new_data_size - old <= page_free_for_use(p);
}

/* Beside the node stand its tag, the size of its key, and the tag of the external header. */
unsigned page_node_max(uint32_t page_size)
{
    return page_size - page_header_size(page_size) - 2 * TAG_BYTES - 2;
}
