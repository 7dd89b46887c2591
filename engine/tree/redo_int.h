/*
 * redo_int.h - inside of redo: one page of a record, macros, version entries.
 *
 * OWNS        nothing.
 * GIVES       struct redo_page; redo_latch / redo_changed; redo_version.
 * INVARIANTS  R1  (redo.h) the dbtime rule is applied in redo_latch and redo_latch_new, nowhere else.
 * CALLERS     redo*.c
 */
#ifndef ESE_TREE_REDO_INT_H
#define ESE_TREE_REDO_INT_H

#include "tree/btree_int.h"
#include "tree/redo.h"

struct redo_work {
    struct redo *r;
    struct db_file *db;
    struct trx *t;
    struct log_span span;
    uint8_t *room;                                      /* page_size + BT_SEPARATOR_MAX bytes */
};

/* A page that a record names: needed tells whether the record has still to be done there. */
struct redo_page { struct buf_ref ref; pgno number; bool needed, fresh; };
#define REDO_PAGE_NONE ((struct redo_page){BUF_REF_NONE, 0, false, false})

/* Latch and judge (R1). number 0: nothing is latched, not needed. before DBTIME_NONE: the record does not change the page. */
ese_err redo_latch(struct redo_work *w, pgno number, dbtime after, dbtime before, struct redo_page *out);
/* A page that the record initialises: any older content is forgotten. */
ese_err redo_latch_new(struct redo_work *w, pgno number, dbtime after, struct redo_page *out);
void redo_changed(struct redo_work *w, struct redo_page *p, dbtime after);
void redo_unlatch(struct redo_page *p);
/* The page when it is to be changed, a page without bytes otherwise. */
static inline struct page redo_target(const struct redo_page *p)
{
    return p->needed ? p->ref.page : (struct page){NULL, 0};
}

/* The version entry of a redone change; extra is the delta of an escrow change. */
struct redo_change { uint8_t oper; uint32_t rceid; struct bytes key, data, before; int64_t delta; uint16_t delta_offset; int16_t max; };
/* page: where the node lies when the change is being done to it, whose before-image must reach the log before the page is
 * written; NULL when the page was newer. */
ese_err redo_version(struct redo_work *w, const struct lr_head *head, const struct redo_change *c, struct buf_ref *page);

/* Records of one macro in log order. */
struct redo_macro_list { struct log_record *records; unsigned count; };
ese_err redo_split(struct redo_work *w, const struct redo_macro_list *list);
ese_err redo_merge(struct redo_work *w, const struct redo_macro_list *list);
/* oe: where the root's extent tree has gone, when a root moves together with it; else 0. */
ese_err redo_page_move(struct redo_work *w, const struct log_record *record, pgno oe);
ese_err redo_root_move(struct redo_work *w, const struct redo_macro_list *list);
ese_err redo_one(struct redo_work *w, const struct log_record *record);         /* outside of splits and merges */
ese_err redo_space(struct redo_work *w, const struct log_record *record);
ese_err redo_node(struct redo_work *w, const struct log_record *record);
ese_err redo_empty_tree(struct redo_work *w, const struct log_record *record);

#endif
