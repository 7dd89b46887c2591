/*
 * redo.h - page records of the log, applied again.
 *
 * OWNS        the queue of macros in progress.
 * GIVES       tree_redo for every PAGE and NODE record, NEW_PAGE, ROOT_PAGE_MOVE; the dbtime rule.
 * INVARIANTS  R1  needed <=> page.dbtime < record.after; then page.dbtime == record.before, else JET_errDbTimeTooOld / TooNew.
 *             R2  runs the same page functions as the do path (B2).
 *             R3  a versioned record rebuilds its version entry, needed or not (log-format.md 6.2).
 *             R4  macro records wait for MACRO_COMMIT; an aborted or unfinished macro leaves no trace.
 *             R5  a page that a record needs and that is missing or zero is noted; a later record must explain that (the page is
 *                 initialised, cut off with the file's end, trimmed), or the replay has failed.
 * FAILS       JET_errDatabaseCorrupted, JET_errDbTimeTooOld, JET_errDbTimeTooNew, JET_errLogFileCorrupt.
 * CALLERS     admin/recover.
 * TESTS       reference crash images, sim
 */
#ifndef ESE_TREE_REDO_H
#define ESE_TREE_REDO_H

#include "tree/btree.h"

struct redo;
ese_err redo_create(struct redo **out);
void redo_release(struct redo *r);
/* One record of database db by recovered transaction t (its level and id are current). */
ese_err redo_page_record(struct redo *r, struct db_file *db, struct trx *t, const struct log_record *record, struct log_span span);
/* MACRO_BEGIN, MACRO_COMMIT, MACRO_ABORT. */
ese_err redo_macro(struct redo *r, struct trx *t, const struct log_record *record, struct log_span span);
/* Is a macro of this procid and dbtime open (then page records with that dbtime are queued)? */
bool redo_in_macro(const struct redo *r, uint16_t procid, dbtime time);
void redo_drop_macros(struct redo *r);                  /* end of log */
/* Pages first..last of db are given up here: that they are missing is explained (R5). */
void redo_given_up(struct redo *r, const struct db_file *db, pgno first, pgno last);
/* The replay of db is at its end: JET_errDbTimeTooOld when a page is missing without explanation (*page: which). */
ese_err redo_check_missing(struct redo *r, const struct db_file *db, pgno *page);

#endif
