#include <string.h>

#include "format/page_int.h"

enum { SORT_BATCH = 512 };

/* No more can be promised to rollbacks than there is: redo takes space that was promised no longer when the change was made. */
static void set_free_bytes(struct page p, unsigned n)
{
    le16_set(&header_of(p)->free_bytes, (uint16_t)n);
    if (page_uncommitted_free(p) > n)
        page_set_uncommitted_free(p, n);
}
static void set_unused_from(struct page p, unsigned n) { le16_set(&header_of(p)->unused_from, (uint16_t)n); }

static void set_tag_count(struct page p, unsigned n)
{
    unsigned reserved = le16_get(&header_of(p)->tags) & ~(unsigned)TAG_COUNT_MASK;
    le16_set(&header_of(p)->tags, (uint16_t)(reserved | n));
}

/* Write size and offset of a tag; the flags of small pages share the second word and stay. */
static void tag_place(struct page p, unsigned tag, unsigned offset, unsigned size)
{
    uint8_t *at = tag_at(p, tag);
    unsigned kept = size_is_large(p.size) ? 0 : load_le16(at + 2) & ~(unsigned)SMALL_MASK;

    store_le16(at, (uint16_t)size);
    store_le16(at + 2, (uint16_t)(offset | kept));
}

void page_init(struct page p, pgno number, uint32_t objid, uint32_t flags, dbtime t)
{
    struct page_header *h = header_of(p);

    memset(p.at, 0, p.size);
    le64_set(&h->dbtime, t.v);
    le32_set(&h->objid, objid);
    le16_set(&h->tags, 1);
    le32_set(&h->flags, flags);
    if (size_is_large(p.size))
        le32_set(&h->number, number);
    set_free_bytes(p, p.size - header_bytes(p) - TAG_BYTES);
}

/* ---- closing holes ---- */

static void sift(uint32_t *heap, unsigned count, unsigned at)
{
    uint32_t value = heap[at];

    for (unsigned child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && heap[child + 1] > heap[child])
            child++;
        if (heap[child] <= value)
            break;
        heap[at] = heap[child];
    }
    heap[at] = value;
}

/*
 * The (up to SORT_BATCH) tags with the lowest places not below `from`, in order of place. An item is offset << 16 | tag.
 * A page may hold more tags than fit a batch, so the caller asks again, starting behind the last item.
 */
static unsigned tags_by_place(struct page p, uint32_t from, uint32_t *items)
{
    unsigned count = 0, tags = tag_count(p);

    for (unsigned tag = 0; tag < tags; tag++) {
        uint32_t item = (uint32_t)tag_offset(p, tag) << 16 | tag;
        if (tag_size(p, tag) == 0 || item < from)
            continue;
        if (count < SORT_BATCH) {
            items[count++] = item;
            if (count == SORT_BATCH)
                for (unsigned i = SORT_BATCH / 2; i-- != 0;)
                    sift(items, count, i);
        } else if (item < items[0]) {
            items[0] = item;
            sift(items, count, 0);
        }
    }
    if (count < SORT_BATCH)
        for (unsigned i = count / 2; i-- != 0;)
            sift(items, count, i);
    for (unsigned left = count; left > 1; left--) {
        uint32_t top = items[0];
        items[0] = items[left - 1];
        items[left - 1] = top;
        sift(items, left - 1, 0);
    }
    return count;
}

void page_compact(struct page p)
{
    uint32_t items[SORT_BATCH], from = 0;
    unsigned end = 0, count;

    do {
        count = tags_by_place(p, from, items);
        for (unsigned i = 0; i < count; i++) {
            unsigned tag = items[i] & 0xFFFF, offset = items[i] >> 16, size = tag_size(p, tag);
            if (offset != end) {
                memmove(body_of(p) + end, body_of(p) + offset, size);
                tag_place(p, tag, end, size);
            }
            end += size;
        }
        /* Moved nodes lie below the last old place, which is where the next batch starts. */
        if (count != 0)
            from = items[count - 1] + 1;
    } while (count == SORT_BATCH);
    set_unused_from(p, end);
}

void page_scrub(struct page p)
{
    page_compact(p);
    memset(body_of(p) + unused_from(p), 0, page_gap(p));
}

/* Bytes as one ring: swap the blocks [from, middle) and [middle, to) without a second buffer. */
static void reverse(uint8_t *from, uint8_t *to)
{
    while (from + 1 < to) {
        uint8_t byte = *from;
        *from++ = *--to;
        *to = byte;
    }
}

/* On a page without holes, make a tag's bytes the topmost ones. */
static void lift_to_top(struct page p, unsigned tag)
{
    unsigned offset = tag_offset(p, tag), size = tag_size(p, tag), end = unused_from(p), tags = tag_count(p);
    uint8_t *body = body_of(p);

    reverse(body + offset, body + offset + size);
    reverse(body + offset + size, body + end);
    reverse(body + offset, body + end);
    for (unsigned other = 0; other < tags; other++) {
        unsigned place = tag_offset(p, other);
        if (place > offset && tag_size(p, other) != 0)
            tag_place(p, other, place - size, tag_size(p, other));
    }
    tag_place(p, tag, end - size, size);
}

/* ---- sizes ---- */

static void shrink_tag(struct page p, unsigned tag, unsigned new_size)
{
    unsigned offset = tag_offset(p, tag), size = tag_size(p, tag);

    if (size != 0 && offset + size == unused_from(p))
        set_unused_from(p, offset + new_size);
    tag_place(p, tag, new_size != 0 ? offset : 0, new_size);
    set_free_bytes(p, page_free_bytes(p) + size - new_size);
}

/* Give a tag more bytes, old ones kept. It may move, and so may every other node. */
static void grow_tag(struct page p, unsigned tag, unsigned new_size)
{
    unsigned offset = tag_offset(p, tag), size = tag_size(p, tag), more = new_size - size;

    assert(page_free_bytes(p) >= more);
    if (size == 0 || offset + size != unused_from(p) || page_gap(p) < more) {
        if (page_gap(p) >= new_size) {
            memcpy(body_of(p) + unused_from(p), body_of(p) + offset, size);
            offset = unused_from(p);
        } else {
            page_compact(p);
            if (size == 0)
                tag_place(p, tag, unused_from(p), 0);
            else if (tag_offset(p, tag) + size != unused_from(p))
                lift_to_top(p, tag);
            offset = tag_offset(p, tag);
        }
    }
    tag_place(p, tag, offset, new_size);
    set_unused_from(p, offset + new_size);
    set_free_bytes(p, page_free_bytes(p) - more);
}

void page_set_external(struct page p, struct bytes header)
{
    unsigned size = tag_size(p, 0);

    if (header.size > size)
        grow_tag(p, 0, (unsigned)header.size);
    else if (header.size < size)
        shrink_tag(p, 0, (unsigned)header.size);
    if (header.size != 0)
        memcpy(body_of(p) + tag_offset(p, 0), header.data, header.size);
}

/* ---- nodes ---- */

static uint8_t *open_tag(struct page p, unsigned slot, unsigned size, unsigned flags)
{
    unsigned tags = tag_count(p), tag = slot + tags_reserved(p), offset;

    assert(tag <= tags && page_free_bytes(p) >= size + TAG_BYTES);
    if (page_gap(p) < size + TAG_BYTES)
        page_compact(p);
    offset = unused_from(p);
    memmove(p.at + p.size - TAG_BYTES * (tags + 1), p.at + p.size - TAG_BYTES * tags, TAG_BYTES * (tags - tag));
    set_tag_count(p, tags + 1);
    store_le16(tag_at(p, tag), (uint16_t)size);
    store_le16(tag_at(p, tag) + 2, (uint16_t)(size_is_large(p.size) ? offset : offset | flags << TAG_FLAG_SHIFT));
    set_unused_from(p, offset + size);
    set_free_bytes(p, page_free_bytes(p) - size - TAG_BYTES);
    return body_of(p) + offset;
}

/* The part of the key that is no prefix comes in two pieces. */
static inline void put_node(struct page p, unsigned slot, unsigned prefix_bytes, struct bytes first, struct bytes second, struct bytes data,
                            unsigned flags)
{
    size_t suffix = first.size + second.size;
    unsigned size = (unsigned)(2 + suffix + data.size) + (prefix_bytes != 0 ? 2 : 0), word;
    uint8_t *at;

    flags = prefix_bytes != 0 ? flags | NODE_COMPRESSED : flags & ~(unsigned)NODE_COMPRESSED;
    word = size_is_large(p.size) ? flags << TAG_FLAG_SHIFT : 0;
    at = open_tag(p, slot, size, flags);
    if (prefix_bytes != 0) {
        store_le16(at, (uint16_t)(prefix_bytes | word));
        at += 2;
        word = 0;
    }
    store_le16(at, (uint16_t)(suffix | word));
    at += 2;
    if (first.size != 0)
        memcpy(at, first.data, first.size);
    if (second.size != 0)
        memcpy(at + first.size, second.data, second.size);
    if (data.size != 0)
        memcpy(at + suffix, data.data, data.size);
}

void page_insert_node(struct page p, unsigned slot, unsigned prefix_bytes, struct bytes suffix, struct bytes data, unsigned flags)
{
    put_node(p, slot, prefix_bytes, suffix, BYTES_NONE, data, flags);
}

void page_append_lines(struct page p, struct page source, unsigned from, unsigned to)
{
    struct bytes prefix = page_prefix(p);
    size_t prefix_common;
    unsigned slot = page_slot_count(p), first_tag;

    if (from >= to)
        return;
    assert(to <= page_slot_count(source));
    prefix_common = bytes_common(page_prefix(source), prefix);
    first_tag = tags_reserved(source);
    for (unsigned line = from; line < to; line++) {
        struct node n = node_of_tag(source, line + first_tag);
        size_t common = node_common(&n, prefix, prefix_common);
        struct bytes first = n.prefix, second = n.suffix;
        if (common <= PREFIX_GAIN_MIN)
            common = 0;
        if (common < first.size) {
            first = bytes_of(first.data + common, first.size - common);
        } else {
            second = bytes_of(second.data + (common - first.size), second.size - (common - first.size));
            first = BYTES_NONE;
        }
        put_node(p, slot++, (unsigned)common, first, second, n.data, n.flags);
    }
}

void page_insert(struct page p, unsigned slot, struct bytes key, struct bytes data, unsigned flags)
{
    unsigned prefix = page_prefix_length(p, key);

    page_insert_node(p, slot, prefix, bytes_of(key.data + prefix, key.size - prefix), data, flags);
}

/* Which tag holds a byte of this page, so that a slice can be found again after nodes moved. */
static bool find_owner(struct page p, const uint8_t *at, unsigned *owner)
{
    unsigned place, tags = tag_count(p);

    if (at < body_of(p) || at >= p.at + p.size)
        return false;
    place = (unsigned)(at - body_of(p));
    for (unsigned tag = 0; tag < tags; tag++)
        if (place >= tag_offset(p, tag) && place < tag_offset(p, tag) + tag_size(p, tag)) {
            *owner = tag;
            return true;
        }
    return false;
}

void page_replace_data(struct page p, unsigned slot, struct bytes data)
{
    unsigned tag = slot + tags_reserved(p), owner = 0;
    size_t old = page_node(p, slot).data.size, head = tag_size(p, tag) - old, within = 0;
    bool inside = data.size != 0 && find_owner(p, data.data, &owner);

    if (data.size > old) {
        if (inside)
            within = (size_t)(data.data - body_of(p)) - tag_offset(p, owner);
        grow_tag(p, tag, (unsigned)(head + data.size));
        if (inside)
            data.data = body_of(p) + tag_offset(p, owner) + within;
    }
    if (data.size != 0)
        memmove(body_of(p) + tag_offset(p, tag) + head, data.data, data.size);
    if (data.size < old)
        shrink_tag(p, tag, (unsigned)(head + data.size));
}

void page_set_node_flags(struct page p, unsigned slot, unsigned flags)
{
    unsigned tag = slot + tags_reserved(p), word;
    uint8_t *at = size_is_large(p.size) ? body_of(p) + tag_offset(p, tag) : tag_at(p, tag) + 2;

    word = load_le16(at);
    flags = (flags & ~(unsigned)NODE_COMPRESSED) | (word >> TAG_FLAG_SHIFT & NODE_COMPRESSED);
    store_le16(at, (uint16_t)((word & NODE_SIZE_MASK) | flags << TAG_FLAG_SHIFT));
}

void page_remove(struct page p, unsigned slot)
{
    unsigned tags = tag_count(p), tag = slot + tags_reserved(p), size = tag_size(p, tag), offset = tag_offset(p, tag);

    assert(tag < tags);
    if (size != 0 && offset + size == unused_from(p))
        set_unused_from(p, offset);
    memmove(p.at + p.size - TAG_BYTES * (tags - 1), p.at + p.size - TAG_BYTES * tags, TAG_BYTES * (tags - 1 - tag));
    set_tag_count(p, tags - 1);
    set_free_bytes(p, page_free_bytes(p) + size + TAG_BYTES);
}
