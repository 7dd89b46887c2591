/*
 * btree_int.h - what the files of tree/ share: targets of a descent, logged changes, node questions, structure changes.
 *
 * OWNS        nothing.
 * GIVES       bt_descend; bt_head / bt_log / bt_changed, the three steps of every logged page change; struct split_step and
 *             struct merge_step, the page changes that redo runs too.
 * INVARIANTS  T1  bt_log is the last thing that can fail before bt_changed.
 *             T2  a descent holds at most two latches, parent and child.
 * LATCHES     see btree.h
 * CALLERS     tree/
 */
#ifndef ESE_TREE_BTREE_INT_H
#define ESE_TREE_BTREE_INT_H

#include <assert.h>

#include "base/alloc.h"
#include "format/page_find.h"
#include "tree/btree.h"

enum { BT_DEPTH_MAX = 12, BT_SEPARATOR_MAX = BT_KEY_MAX + BT_DATA_KEY_MAX };

/* ---- descent ---- */

struct bt_target { struct bytes key, data; enum page_side side; };

/* Latch the leaf where target belongs, in mode. */
ese_err bt_descend(struct btree *t, const struct bt_target *target, enum latch_mode mode, struct buf_ref *leaf, pgno *page);
/* Is this latched page a live leaf of t? */
bool bt_is_leaf_of(const struct btree *t, struct page p);
/* The leaf where the bookmark belongs, not latched: to be believed when buf_peek_valid says so after the last look at it. */
bool bt_peek_leaf(struct btree *t, const struct page_key *k, struct buf_peek *leaf, pgno *page);
unsigned bt_leaf_search_key(const struct btree *t, struct page p, const struct page_key *k, bool *equal);
/* First slot at or behind (key, data) in a leaf; equal: exactly this bookmark. */
unsigned bt_leaf_search(const struct btree *t, struct page p, struct bytes key, struct bytes data, bool *equal);
/* The leaf of p in WRITE mode with p->slot on the node of its saved bookmark; JET_errRecordDeleted when it is gone. */
ese_err bt_latch_current(struct bt_pos *p);
void bt_save_bookmark(struct bt_pos *p);

/* ---- one logged page change: prepare the head, log, apply, seal ---- */

void bt_head(struct log_record *r, uint8_t type, const struct btree *t, const struct trx *trx, pgno page, unsigned slot, bool versioned);
/* Takes the next dbtime and writes the record; the page must be write-latched. */
ese_err bt_log(struct btree *t, struct trx *trx, struct buf_ref *ref, struct log_record *r, struct log_span *span);
void bt_changed(struct buf_ref *ref, dbtime after, const struct log_span *span);
/* The same for one page of a macro, which reaches from its begin to its commit record. */
void bt_changed_macro(struct buf_ref *ref, dbtime after, const struct log_span *begin, const struct log_span *end);
pgno bt_log_fdp(const struct btree *t);
bool bt_is_logged(const struct btree *t, const struct trx *trx);
ese_err bt_append_record(struct btree *t, struct trx *trx, const struct log_record *r, struct log_span *span);

/* ---- nodes ---- */

struct ver_node bt_ver_node(const struct btree *t, struct bytes key, struct bytes data);
/* The node's key in one piece; room holds BT_KEY_MAX bytes and is used only when the page compresses the key. */
struct bytes bt_node_key(const struct node *n, uint8_t *room);
/* Does any version entry exist for the node in slot? room as above. */
bool bt_node_has_versions(const struct btree *t, struct trx *trx, struct page p, unsigned slot, uint8_t *room);
/* Bytes that the versions of this node may need beyond what it has now. */
size_t bt_node_reserve(const struct btree *t, struct trx *trx, const struct node *n, uint8_t *room);
/* Sum of the above over the page, stored in its header: called when the page seems full. */
void bt_refresh_reserve(const struct btree *t, struct trx *trx, struct page p, uint8_t *room);

/* Does the leaf take one more node at slot, honouring what is promised to undo and the density of sequential loads? */
bool bt_has_room_at(const struct btree *t, struct trx *trx, struct page page, unsigned slot, struct bytes key, struct bytes data,
                    uint8_t *room);

/* ---- structure changes ---- */

/* What a split is to make room for; part of the same macro when it fits. */
struct bt_operation {
    uint8_t oper;                                       /* enum lr_split_oper */
    struct bytes key, data;
    unsigned flags;                                     /* enum bt_flags */
    bool append;                                        /* the position inserts in key order */
    struct ver_entry *first, *second;                   /* INSERT or REPLACE; REPLACE of FLAG_INSERT_REPLACE */
    bool done;                                          /* out: the operation is in */
    pgno page; unsigned slot;                           /* out: where the node is now */
};
ese_err bt_split(struct btree *t, struct trx *trx, struct bt_operation *op);

/* A page of which redo may find that it needs no change: at is NULL then. */
struct split_step {
    struct page old, fresh;                             /* writable, or .at NULL */
    struct page source;                                 /* lines before the split: a copy, never old itself; .at NULL for append */
    uint8_t type, oper;
    unsigned line_oper, line_split, lines;
    int32_t prefix_line_old, prefix_line_new;           /* -1: none */
    uint32_t old_flags, fresh_flags;
    unsigned uncommitted_old, uncommitted_new;
    struct bytes key, data;                             /* of the operation */
    unsigned node_flags;                                /* of the operation's node */
    pgno old_page, fresh_page, right_page, child_page;  /* child_page: what the line behind the operation points to now; 0 = leaf */
    uint32_t objid;
    dbtime time;
    uint8_t *room;                                      /* BT_SEPARATOR_MAX bytes */
};
void split_apply(const struct split_step *s);
/* Line of the numbering that counts the operation's node. */
struct node split_line(const struct split_step *s, unsigned line);
/* Lines from..to - 1 of that numbering as the source has them: two runs, and the operation's node between them when own. */
struct split_runs { unsigned first, first_end, second, second_end; bool own; };
struct split_runs split_runs(const struct split_step *s, unsigned from, unsigned to);
/* Parent that only gets the new pointer: key -> old page before slot, slot -> new page. */
void split_apply_parent(struct page parent, unsigned slot, struct bytes key, pgno old_page, pgno fresh_page);

/* Choose line_split and the prefixes so that both pages fit; reserve has the promised bytes of each line, or is NULL. */
bool split_choose(struct split_step *s, uint32_t page_size, const uint16_t *reserve);
/* Choose the prefixes for a given line_split; false when a page would overflow. */
bool split_choose_prefixes(struct split_step *s, uint32_t page_size, const uint16_t *reserve);
/* Do both pages take their lines under the prefixes that the step names? For steps that come from a log record. */
bool split_fits(const struct split_step *s, uint32_t page_size);
/* Bytes that separate two neighbouring lines: every bookmark on the left is less, none on the right. */
size_t split_separator(const struct split_step *s, bool unique, unsigned right_line, uint8_t *to);

struct merge_step {
    struct page page, left, right;                      /* leaf level; .at NULL when not to be changed or absent */
    struct page source;                                 /* lines of the merged page: page itself or an image */
    pgno left_page, right_page;
    uint8_t type, flags;
    unsigned line_merge, uncommitted_dest;
    uint8_t *room;
};
void merge_apply(const struct merge_step *s);
/* One level above the leaf: flags as in the record, line the pointer concerned. */
void merge_apply_parent(struct page parent, uint8_t flags, uint8_t leaf_type, unsigned line, struct bytes separator, pgno left_page);
void empty_root_apply(struct page root);                 /* its last pointer goes: an empty leaf */
/* The page change of undo; room holds a page. */
void undo_apply(struct page p, unsigned slot, const struct ver_entry *e, uint8_t *room);
void page_make_empty(struct page p);                    /* a page out of its tree: flag EMPTY, no lines */

/* After a removal: give the page of key back when it is empty, or join it with its right sibling when both are small. */
ese_err bt_merge_at(struct btree *t, struct trx *trx, struct bytes key, struct bytes data);
ese_err bt_remove_line(struct btree *t, struct trx *trx, struct buf_ref *leaf, pgno page, unsigned slot);
/* Is the page nearly empty; and is a merge worth trying now? */
bool bt_page_is_small(struct page p);
bool bt_page_is_sparse(struct page p);

#endif
