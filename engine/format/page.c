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
    assert(slot < page_slot_count(p));
    return node_of_tag(p, slot + tags_reserved(p));
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

/* ---- room ---- */

struct page_measure page_measure_lines(struct page p, unsigned from, unsigned to, struct bytes key)
{
    struct page_measure m = {0, 0};
    size_t prefix_common;
    unsigned first_tag;

    if (from >= to)
        return m;
    assert(to <= page_slot_count(p));
    prefix_common = bytes_common(page_prefix(p), key);
    first_tag = tags_reserved(p);
    for (unsigned line = from; line < to; line++) {
        struct node n = node_of_tag(p, line + first_tag);
        size_t common = node_common(&n, key, prefix_common);
        m.plain += TAG_BYTES + 2 + node_key_size(&n) + n.data.size;
        if (common > PREFIX_GAIN_MIN)
            m.saved += common - PREFIX_GAIN_MIN;
    }
    return m;
}

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
