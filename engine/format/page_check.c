#include <string.h>

#include "format/page_int.h"

/* Every finding is a text for people; the code is always JET_errDatabaseCorrupted. */
#define BROKEN(text)                                                                                                   \
    do {                                                                                                               \
        *fault = (text);                                                                                               \
        FAIL(JET_errDatabaseCorrupted);                                                                                \
    } while (0)

enum { BITMAP_WORDS = 256 };                            /* one bit for each of 16,384 bytes */

/* Header fields and the tag array: what all further looks rely on. */
static ese_err check_frame(struct page p, const char **fault)
{
    ese_err err = JET_errSuccess;
    unsigned tags = tag_count(p), room = p.size - header_bytes(p), used = 0;

    if (tags == 0 || tags < tags_reserved(p))
        BROKEN("no external header");
    if (tags * TAG_BYTES > room)
        BROKEN("tag array larger than the page");
    if (unused_from(p) > room - tags * TAG_BYTES)
        BROKEN("used bytes reach into the tag array");
    for (unsigned tag = 0; tag < tags; tag++) {
        unsigned size = tag_size(p, tag);
        used += size;
        if (size != 0 && tag_offset(p, tag) + size > unused_from(p))
            BROKEN("node beyond the used bytes");
    }
    if (used + tags * TAG_BYTES > room || page_free_bytes(p) != room - tags * TAG_BYTES - used)
        BROKEN("free byte count is wrong");
    if (page_uncommitted_free(p) > page_free_bytes(p))
        BROKEN("more uncommitted free bytes than free bytes");
done:
    return err;
}

/* Mark the bytes [from, to) of a window; false when one was marked before. */
static bool mark_bytes(uint64_t *map, unsigned from, unsigned to)
{
    while (from < to) {
        unsigned bit = from % 64, count = 64 - bit < to - from ? 64 - bit : to - from;
        uint64_t mask = (count == 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1) << bit;
        if ((map[from / 64] & mask) != 0)
            return false;
        map[from / 64] |= mask;
        from += count;
    }
    return true;
}

/* No byte may belong to two nodes. Small pages take one pass, the largest ones a few. */
static ese_err check_overlap(struct page p, const char **fault)
{
    ese_err err = JET_errSuccess;
    uint64_t map[BITMAP_WORDS];
    unsigned tags = tag_count(p), window = sizeof map * 8;

    for (unsigned start = 0; start < unused_from(p); start += window) {
        memset(map, 0, sizeof map);
        for (unsigned tag = 0; tag < tags; tag++) {
            unsigned from = tag_offset(p, tag), to = from + tag_size(p, tag);
            if (from >= start + window || to <= start)
                continue;
            from = from < start ? 0 : from - start;
            to = to - start < window ? to - start : window;
            if (!mark_bytes(map, from, to))
                BROKEN("two nodes share bytes");
        }
    }
done:
    return err;
}

static ese_err check_node(struct page p, unsigned tag, const char **fault)
{
    ese_err err = JET_errSuccess;
    struct bytes node = tag_bytes(p, tag);
    unsigned flags = tag_flags(p, tag), head = (flags & NODE_COMPRESSED) != 0 ? 4 : 2, suffix;

    if (node.size < head)
        BROKEN("node too short for its key size");
    if (head == 4 && (load_le16(node.data) & NODE_SIZE_MASK) > page_prefix(p).size)
        BROKEN("node uses more key prefix than the page has");
    suffix = load_le16(node.data + head - 2) & NODE_SIZE_MASK;
    if (suffix > node.size - head)
        BROKEN("key longer than its node");
    if (!page_is_leaf(p) && (page_flags(p) & PAGE_EMPTY) == 0 &&
        (node.size - head - suffix != 4 || load_le32(node.data + head + suffix) == 0))
        BROKEN("internal node without child page");
done:
    return err;
}

/* Order of two nodes of one page by key; neither is copied. */
static int compare_nodes(const struct node *a, const struct node *b)
{
    size_t shared = a->prefix.size < b->prefix.size ? a->prefix.size : b->prefix.size;
    const struct node *longer = a->prefix.size > b->prefix.size ? a : b, *other = longer == a ? b : a;
    struct bytes tail = bytes_of(longer->prefix.data + shared, longer->prefix.size - shared);
    size_t common = bytes_common(tail, other->suffix);
    int order;

    if (common < tail.size && common < other->suffix.size)
        order = tail.data[common] < other->suffix.data[common] ? -1 : 1;
    else if (common < tail.size)
        order = 1;
    else
        order = bytes_compare(longer->suffix, bytes_of(other->suffix.data + common, other->suffix.size - common));
    return longer == a ? order : -order;
}

static ese_err check_order(struct page p, const char **fault)
{
    ese_err err = JET_errSuccess;
    unsigned count = page_slot_count(p);
    bool leaf = page_is_leaf(p), pairs = leaf && (page_flags(p) & PAGE_NON_UNIQUE) != 0;

    for (unsigned slot = 1; slot < count; slot++) {
        struct node before = page_node(p, slot - 1), node = page_node(p, slot);
        int order = compare_nodes(&before, &node);
        if (!leaf && slot + 1 == count && node_key_size(&node) == 0)
            continue;                                   /* +infinity at the right edge */
        if (order > 0)
            BROKEN("keys out of order");
        if (order == 0 && !pairs)
            BROKEN("key occurs twice");
        if (order == 0 && bytes_compare(before.data, node.data) >= 0)
            BROKEN("data of equal keys out of order");
    }
done:
    return err;
}

ese_err page_check(struct page p, const char **fault)
{
    ese_err err = JET_errSuccess;
    const char *unwanted;

    if (fault == NULL)
        fault = &unwanted;
    *fault = NULL;
    TRY(check_frame(p, fault));
    TRY(check_overlap(p, fault));
    for (unsigned tag = tags_reserved(p); tag < tag_count(p); tag++)
        TRY(check_node(p, tag, fault));
    if ((page_flags(p) & PAGE_EMPTY) == 0)
        TRY(check_order(p, fault));
done:
    return err;
}
