/*
 * temp_api.h - temporary tables: what they allow in which phase.
 *
 * GIVES       checks before moves, seeks, reads and updates of a temporary table; temporary tables for lists of information calls.
 * INVARIANTS  T1  a table that is neither updatable nor indexed takes inserts first and is read afterwards; a forward-only one is never
 *                 moved back.
 * FAILS       JET_errIllegalOperation, JET_errTooManySorts.
 * CALLERS     api.
 * TESTS       observed-sequences tmp-table
 */
#ifndef ESE_API_TEMP_API_H
#define ESE_API_TEMP_API_H

#include "api/call.h"

ese_err temp_before_move(struct api_table *table, int32_t rows);
ese_err temp_before_seek(struct api_table *table);
ese_err temp_before_read(struct api_table *table);
ese_err temp_before_insert(struct api_table *table);
ese_err temp_before_change(struct api_table *table);    /* replace, delete */
/* Whether a duplicate key is an error of JetUpdate; otherwise the record is dropped without a word. */
bool temp_reports_duplicates(const struct api_table *table);

/* A list: columns in order, filled row by row, then given to the caller, standing on its first row. */
struct list_column { uint8_t type; bool key; uint16_t code_page; uint32_t bytes; };
ese_err list_open(struct call *c, const struct list_column *columns, unsigned count, struct api_table **out, uint32_t *columnids);
ese_err list_begin_row(struct api_table *list);
ese_err list_set(struct api_table *list, uint32_t columnid, const void *value, size_t size);
ese_err list_set_text(struct api_table *list, uint32_t columnid, const char *text, bool wide);
ese_err list_end_row(struct api_table *list);

#endif
