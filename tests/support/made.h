/*
 * made.h - a database with every kind of column and index, made through the public interface; its values follow from the row's number.
 *
 * GIVES       made_tables, made_rows (insert), made_changes (replace, delete), made_verify, made_indexes.
 * INVARIANTS  M1  made_verify fails the case when a row, a value or an index entry is not what made_rows and made_changes left.
 * CALLERS     tests/realdata.
 */
#ifndef ESE_TEST_MADE_H
#define ESE_TEST_MADE_H

#include "jet_run.h"

void made_tables(struct jet_run *r);                    /* kinds, plain (no primary index), long */
void made_rows(struct jet_run *r, int32_t first, int32_t count);
void made_changes(struct jet_run *r, int32_t first, int32_t count);     /* every fifth row replaced, every seventh deleted */
/* Rows [0, count) with changes made over [0, changed): kinds through its primary index with all values, and through every index. */
void made_verify(struct jet_run *r, int32_t count, int32_t changed);

#endif
