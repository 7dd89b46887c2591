/*
 * check_int.h - inside of the checker: the map of pages, one walk of a tree, faults.
 *
 * OWNS        struct check.
 * GIVES       check_fault, check_use, check_tree, check_space, check_tables.
 * INVARIANTS  K1  what is found wrong is a fault and the check goes on; an error is only what keeps it from going on.
 *             K2  no latch is held while a callback runs.
 * CALLERS     check*.c
 */
#ifndef ESE_ADMIN_CHECK_INT_H
#define ESE_ADMIN_CHECK_INT_H

#include "admin/check.h"
#include "table/catalog.h"
#include "table/index.h"
#include "table/lv.h"
#include "tree/space.h"

enum check_use { USE_NONE, USE_TREE, USE_AVAILABLE, USE_BUFFER };

struct check {
    struct session *s;
    struct db_file *db;
    const struct check_config *config;
    struct check_counts *counts;
    unsigned faults_max;
    pgno page_last;
    uint8_t *use;                                       /* by page: enum check_use */
    uint32_t *owner;                                    /* by page: object that owns it, the innermost; 0 = nobody */
};

void check_fault(struct check *c, const char *tree, pgno page, int slot, const char *format, ...);
bool check_enough(const struct check *c);               /* as many faults as the caller wants to hear of */
/* A failed call on behalf of the check: a fault, unless it is about memory. */
ese_err check_failed(struct check *c, const char *tree, pgno page, ese_err err);
/* The page is used by object: is it in the file, owned by it, and not used already? */
void check_use(struct check *c, const char *tree, pgno page, uint32_t objid, enum check_use use);

/* ---- check_pages.c ---- */
ese_err check_pages(struct check *c);

/* ---- check_tree.c ---- */
struct check_node { pgno page; unsigned slot; struct bytes key, data; };
struct check_walk {
    struct check *c;
    const char *name;
    struct btree *tree;
    bool inner_only;                                    /* leaves are marked as used, only the first one is read */
    /* Live nodes of leaves in order; may be NULL. */
    ese_err (*node)(void *context, const struct check_node *n);
    void *context;
};
ese_err check_tree(const struct check_walk *w);

/* ---- check_space.c ---- */
/* Extents of a tree: owned ones are taken over from the parent's object, available ones and the extent trees are marked. */
ese_err check_space(struct check *c, const char *name, struct btree *tree, uint32_t parent_objid);

/* ---- check_table.c, check_index.c, check_lv.c ---- */
ese_err check_tables(struct check *c);
ese_err check_catalog(struct check *c);
/* Both sides of an index as order-independent sums; equal sums are taken as equal sets. */
struct check_sum { uint64_t count, sum, mix; };
void check_sum_add(struct check_sum *s, struct bytes key, struct bytes bookmark);
bool check_index_comparable(const struct index_def *i);
ese_err check_index(struct check *c, struct table_def *t, struct index_def *i, const struct check_sum *expected);
/* References to long values, counted while records are walked. */
struct check_lids;
ese_err check_lids_create(struct check_lids **out);
void check_lids_release(struct check_lids *l);
ese_err check_lids_add(struct check_lids *l, uint64_t lid);
ese_err check_long_values(struct check *c, struct table_def *t, struct check_lids *l);

#endif
