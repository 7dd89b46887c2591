/*
 * page.h - one database page in memory: header, tag array, nodes (edb-format.md 3 and 5).
 *
 * OWNS        nothing; works on a page buffer of the given size.
 * GIVES       typed access to header fields; nodes by slot; void mutators that redo runs too.
 * INVARIANTS  P1  cbFree == size - header - 4 * tags - sum of all tag sizes.
 *             P2  mutators never fail: the caller has checked page_has_room / page_node_fits first.
 *             P3  every accessor is safe on a page that passed page_check; page_check is safe on any bytes.
 *             P4  slot k is tag k + reserved tags (normally k + 1): slot 0 is the first line, as in log records.
 * FAILS       page_check: JET_errDatabaseCorrupted. Nothing else fails.
 * CALLERS     store, tree, admin.
 * TESTS       unit/test_page.c, fuzz/fuzz_page.c
 */
#ifndef ESE_FORMAT_PAGE_H
#define ESE_FORMAT_PAGE_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/types.h"

enum page_flags {
    PAGE_ROOT = 0x1, PAGE_LEAF = 0x2, PAGE_PARENT_OF_LEAF = 0x4, PAGE_EMPTY = 0x8, PAGE_SPACE_TREE = 0x20,
    PAGE_INDEX = 0x40, PAGE_LONG_VALUE = 0x80, PAGE_NON_UNIQUE = 0x400, PAGE_NEW_RECORD_FORMAT = 0x800,
    PAGE_NEW_CHECKSUM = 0x2000, PAGE_SCRUBBED = 0x4000, PAGE_FLUSH_TYPE = 0x18000
};

enum node_flags { NODE_VERSIONED = 1, NODE_DELETED = 2, NODE_COMPRESSED = 4 };

/* A page buffer and its size; passed by value. */
struct page {
    uint8_t *at;
    uint32_t size;
};

/* A node as it lies: key = prefix (from the page's external header) + suffix. Slices point into the page. */
struct node {
    struct bytes prefix;
    struct bytes suffix;
    struct bytes data;
    unsigned flags;
};

static inline size_t node_key_size(const struct node *n) { return n->prefix.size + n->suffix.size; }
int node_compare_key(const struct node *n, struct bytes key);                 /* sign of node key - key */
size_t node_copy_key(const struct node *n, uint8_t *to, size_t room);         /* bytes copied, at most room */

/* Header. */
dbtime page_dbtime(struct page p);
pgno page_left(struct page p);
pgno page_right(struct page p);
uint32_t page_objid(struct page p);
uint32_t page_flags(struct page p);
unsigned page_free_bytes(struct page p);                                      /* cbFree */
unsigned page_uncommitted_free(struct page p);
unsigned page_slot_count(struct page p);                                      /* lines, external header not counted */
unsigned page_header_size(uint32_t page_size);                                /* 40 or 80 */
bool page_is_large(uint32_t page_size);                                       /* 16 KiB and up */
void page_set_dbtime(struct page p, dbtime t);
void page_set_left(struct page p, pgno n);
void page_set_right(struct page p, pgno n);
void page_set_flags(struct page p, uint32_t flags);
void page_set_uncommitted_free(struct page p, unsigned n);
bool page_is_zero(struct page p);
static inline bool page_is_leaf(struct page p) { return (page_flags(p) & PAGE_LEAF) != 0; }
static inline bool page_is_root(struct page p) { return (page_flags(p) & PAGE_ROOT) != 0; }

/* Reading. */
struct bytes page_external(struct page p);                                    /* tag 0: space header or prefix */
struct node page_node(struct page p, unsigned slot);
unsigned page_node_flags(struct page p, unsigned slot);
unsigned page_node_size(struct page p, unsigned slot);                        /* bytes of the tag, as stored */
pgno page_child(struct page p, unsigned slot);                                /* data of an internal node; 0 when malformed */
/* First slot whose key > key (internal pages) / >= key (leaf); slot_count when none. equal may be NULL. */
unsigned page_search_greater(struct page p, struct bytes key);
unsigned page_search(struct page p, struct bytes key, bool *equal);
/* The same in a non-unique leaf, ordered by (key, data). */
unsigned page_search_pair(struct page p, struct bytes key, struct bytes data, bool *equal);

/* Room. Sizes without the 4 bytes of a new tag. */
unsigned page_prefix_length(struct page p, struct bytes key);                 /* bytes of key that the prefix saves; 0 when <= 2 */
unsigned page_stored_size(struct page p, struct bytes key, struct bytes data);/* tag size after prefix compression */
bool page_has_room(struct page p, unsigned stored_size);                      /* for one more node, honouring uncommitted free */
bool page_has_room_to_grow(struct page p, unsigned slot, unsigned new_data_size);
unsigned page_node_max(uint32_t page_size);                                   /* largest key + data that a page may hold */
/* What lines take without a prefix, tags included, and what key as prefix would save of that, its own size not counted. */
struct page_measure { size_t plain, saved; };
struct page_measure page_measure_lines(struct page p, unsigned from, unsigned to, struct bytes key);

/* Changing (P2). Slices must not point into this page unless said. */
void page_init(struct page p, pgno number, uint32_t objid, uint32_t flags, dbtime t);   /* large pages keep pgno at 64 */
void page_set_external(struct page p, struct bytes header);
void page_insert(struct page p, unsigned slot, struct bytes key, struct bytes data, unsigned flags); /* compresses by the prefix */
void page_insert_node(struct page p, unsigned slot, unsigned prefix_bytes, struct bytes suffix, struct bytes data, unsigned flags);
void page_replace_data(struct page p, unsigned slot, struct bytes data);      /* data may point into this page */
void page_set_node_flags(struct page p, unsigned slot, unsigned flags);       /* VERSIONED and DELETED; COMPRESSED is kept */
void page_remove(struct page p, unsigned slot);
/* Lines from..to - 1 of source behind the last line of p, which has room for them: as page_insert would, flags included. Without
 * lines source is not looked at. */
void page_append_lines(struct page p, struct page source, unsigned from, unsigned to);
void page_compact(struct page p);                                             /* close the holes; P1 unchanged */
void page_scrub(struct page p);                                               /* and what no node uses becomes zero */

/* Judges one page alone: tags, sizes, prefix, key order. fault gets a short text, may be NULL. */
ese_err page_check(struct page p, const char **fault);

#endif
