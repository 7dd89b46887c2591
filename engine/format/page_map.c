#include "format/page_map.h"

#include "format/page_int.h"

/* The smallest internal node: two bytes of size, four of child, and its tag. */
static unsigned children_max(uint32_t page_size)
{
    return page_size / (6 + TAG_BYTES);
}

size_t page_map_bytes(uint32_t page_size)
{
    return sizeof(struct page_map) + children_max(page_size) * (sizeof(uint64_t) + sizeof(pgno));
}

static pgno *children_of(const struct page_map *map, uint32_t page_size)
{
    return (pgno *)(uintptr_t)(map->head + children_max(page_size));
}

/* Bytes from..from+8 of a key in two pieces as a number, zeros behind its end. */
static uint64_t head_of(struct bytes prefix, struct bytes suffix, size_t from)
{
    uint64_t head = 0;
    for (size_t i = from; i < from + 8; i++) {
        uint8_t byte = i < prefix.size ? prefix.data[i] : i - prefix.size < suffix.size ? suffix.data[i - prefix.size] : 0;
        head = head << 8 | byte;
    }
    return head;
}

/* What the first and the last separator have in common, all between them have. The last node of the page is compared with nothing. */
static bool find_common(struct page_map *map, struct page p)
{
    struct bytes prefix[2], suffix[2];
    pgno child;
    uint32_t n = 0;

    if (!page_separator(p, 0, &prefix[0], &suffix[0], &child) || !page_separator(p, map->count - 2, &prefix[1], &suffix[1], &child))
        return false;
    for (; n < PAGE_MAP_COMMON; n++) {
        uint8_t byte[2];
        for (unsigned i = 0; i < 2; i++) {
            if (n >= prefix[i].size + suffix[i].size)
                goto done;
            byte[i] = n < prefix[i].size ? prefix[i].data[n] : suffix[i].data[n - prefix[i].size];
        }
        if (byte[0] != byte[1])
            break;
        map->start[n] = byte[0];
    }
done:
    map->common = n;
    return true;
}

bool page_map_build(struct page_map *map, struct page p)
{
    struct bytes prefix, suffix;
    pgno *children = children_of(map, p.size);
    struct page_branch b;
    struct page_key none;

    page_key_init(&none, BYTES_NONE, BYTES_NONE);
    map->count = 0;
    if (!page_find_child(p, &none, PAGE_SIDE_FIRST, &b) || b.count < 3 || b.count > children_max(p.size))
        return false;
    map->count = b.count;
    map->flags = b.flags;
    if (!find_common(map, p))
        return false;
    for (unsigned slot = 0; slot < b.count; slot++) {
        if (!page_separator(p, slot, &prefix, &suffix, &children[slot]) || children[slot] == 0)
            return false;
        map->head[slot] = head_of(prefix, suffix, map->common);
    }
    return true;
}

bool page_map_find(const struct page_map *map, uint32_t page_size, const struct page_key *k, pgno *child)
{
    uint32_t count = map->count, common = map->common;
    size_t size = k->key.size + k->data.size;
    const uint64_t *low = map->head;
    uint64_t wanted;
    uint32_t left;

    if (count < 3 || count > children_max(page_size) || common > PAGE_MAP_COMMON || size < common || memcmp(k->head, map->start, common) != 0)
        return false;
    wanted = (uint64_t)load_be32(k->head + common) << 32 | load_be32(k->head + common + 4);
    /* The first separator behind the one sought; the last node stands for all that is behind the others. */
    for (left = count - 1; left > 0;) {
        uint32_t half = left / 2;
        bool behind = low[half] > wanted;
        low = behind ? low : low + half + 1;
        left = behind ? half : left - half - 1;
    }
    if (low != map->head && low[-1] == wanted)
        return false;                                   /* the bytes behind decide */
    *child = children_of(map, page_size)[low - map->head];
    return true;
}
