/*
 * page_int.h - header fields and tags of a page, for the files of the page module only.
 *
 * OWNS        nothing.
 * GIVES       struct page_header, tag_get, node_parse.
 * INVARIANTS  N1  tags are numbered as on disk: tag 0 is the external header.
 * CALLERS     page.c, page_change.c, page_check.c, page_find.c
 * TESTS       unit/test_page.c
 */
#ifndef ESE_FORMAT_PAGE_INT_H
#define ESE_FORMAT_PAGE_INT_H

#include <assert.h>
#include <stddef.h>

#include "format/page.h"

enum { TAG_BYTES = 4, SMALL_MASK = 0x1FFF, LARGE_MASK = 0x7FFF, NODE_SIZE_MASK = 0x1FFF, TAG_FLAG_SHIFT = 13, PREFIX_GAIN_MIN = 2,
       TAG_COUNT_MASK = 0xFFF };

/* edb-format.md 3.1 */
struct page_header {
    le64 checksum;                                      /*  0 */
    le64 dbtime;                                        /*  8 */
    le32 left, right;                                   /* 16 */
    le32 objid;                                         /* 24 */
    le16 free_bytes, uncommitted_free;                  /* 28 */
    le16 unused_from;                                   /* 32  first byte never used, from the end of the header */
    le16 tags;                                          /* 34  low 12 bits: count; 12-14: reserved tags */
    le32 flags;                                         /* 36 */
    le64 block_sums[3];                                 /* 40  large pages only */
    le32 number;                                        /* 64 */
    uint8_t reserved[12];                               /* 68 */
};
static_assert(sizeof(struct page_header) == 80 && offsetof(struct page_header, flags) == 36, "page header");
static_assert(offsetof(struct page_header, unused_from) == 32 && offsetof(struct page_header, number) == 64, "page header");

enum { SMALL_HEADER = 40, LARGE_HEADER = 80 };

static inline struct page_header *header_of(struct page p) { return (struct page_header *)p.at; }
static inline bool size_is_large(uint32_t page_size) { return page_size > 8192; }
static inline uint32_t header_bytes(struct page p) { return size_is_large(p.size) ? LARGE_HEADER : SMALL_HEADER; }
static inline uint8_t *body_of(struct page p) { return p.at + header_bytes(p); }
static inline unsigned tag_count(struct page p) { return le16_get(&header_of(p)->tags) & TAG_COUNT_MASK; }

/* Tags before the first line: the external header, and more in formats that reserve some. */
static inline unsigned tags_reserved(struct page p)
{
    unsigned n = le16_get(&header_of(p)->tags) >> 12 & 7;
    return n == 0 ? 1 : n;
}

static inline unsigned unused_from(struct page p) { return le16_get(&header_of(p)->unused_from); }
static inline uint8_t *tag_at(struct page p, unsigned tag) { return p.at + p.size - TAG_BYTES * (tag + 1); }
static inline unsigned tag_mask(struct page p) { return size_is_large(p.size) ? LARGE_MASK : SMALL_MASK; }
static inline unsigned tag_size(struct page p, unsigned tag) { return load_le16(tag_at(p, tag)) & tag_mask(p); }
static inline unsigned tag_offset(struct page p, unsigned tag) { return load_le16(tag_at(p, tag) + 2) & tag_mask(p); }

/* Bytes between the highest used byte and the tag array. */
static inline unsigned page_gap(struct page p)
{
    return p.size - header_bytes(p) - TAG_BYTES * tag_count(p) - unused_from(p);
}

static inline struct bytes tag_bytes(struct page p, unsigned tag)
{
    return bytes_of(body_of(p) + tag_offset(p, tag), tag_size(p, tag));
}

/* Root pages keep a space header in tag 0, all others the key prefix. */
static inline struct bytes page_prefix(struct page p)
{
    return (le32_get(&header_of(p)->flags) & PAGE_ROOT) != 0 ? BYTES_NONE : tag_bytes(p, 0);
}

static inline unsigned tag_flags(struct page p, unsigned tag)
{
    if (size_is_large(p.size))
        return tag_size(p, tag) < 2 ? 0 : load_le16(body_of(p) + tag_offset(p, tag)) >> TAG_FLAG_SHIFT;
    return load_le16(tag_at(p, tag) + 2) >> TAG_FLAG_SHIFT;
}

static inline struct node node_of_tag(struct page p, unsigned tag)
{
    const uint8_t *at = body_of(p) + tag_offset(p, tag), *end = at + tag_size(p, tag);
    struct node n = {BYTES_NONE, BYTES_NONE, BYTES_NONE, tag_flags(p, tag)};
    size_t size;

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

/* How many bytes of the node's key are those of key, when its page's prefix has prefix_common of them. */
static inline size_t node_common(const struct node *n, struct bytes key, size_t prefix_common)
{
    if (n->prefix.size > prefix_common)
        return prefix_common;
    return n->prefix.size + bytes_common(n->suffix, bytes_of(key.data + n->prefix.size, key.size - n->prefix.size));
}

#endif
