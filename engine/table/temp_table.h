/*
 * temp_table.h - tables that live with one cursor, in the temporary database: JetOpenTempTable and the lists of information calls.
 *
 * OWNS        the definition and the space of such a table, from open to close.
 * GIVES       a cursor on an ordinary table: every cursor and update function works on it.
 * INVARIANTS  T1  nothing of it is logged or versioned: a rollback leaves its records alone.
 *             T2  with key columns the cursor's order is that of the key: a unique key is the primary index (a duplicate is
 *                 JET_errKeyDuplicate of update_apply), another one a secondary index, equal keys in order of insertion. Without key
 *                 columns it is the order of insertion.
 *             T3  the temporary database is open (admin/db_attach.h).
 * FAILS       JET_errTooManyColumns, JET_errTooManyKeys, JET_errInvalidColumnType, JET_errInvalidLanguageId, JET_errInvalidDatabaseId (T3), tree errors.
 * CALLERS     api.
 * TESTS       table/test_temp_table.c
 */
#ifndef ESE_TABLE_TEMP_TABLE_H
#define ESE_TABLE_TEMP_TABLE_H

#include "table/cursor.h"

enum temp_column_flags { TEMP_KEY = 1, TEMP_DESCENDING = 2, TEMP_FIXED = 4, TEMP_TAGGED = 8, TEMP_MULTI_VALUED = 16, TEMP_NOT_NULL = 32 };
enum temp_flags { TEMP_UNIQUE = 1, TEMP_NULLS_HIGH = 2, TEMP_DOTNET_GUID = 4 };

struct temp_column {
    uint8_t type;                                       /* enum column_type */
    uint16_t code_page;
    uint32_t max_bytes;                                 /* 0 = as much as the kind allows */
    unsigned flags;
};

struct temp_create {
    const struct temp_column *columns;
    unsigned count;
    unsigned flags;
    const struct collation *collation;                  /* of Unicode key columns; NULL = default */
    uint16_t key_most, segment_max;                     /* 0 = default */
};

/* columnids: one for each column. */
ese_err temp_table_open(struct session *s, const struct temp_create *how, uint32_t *columnids, struct cursor **out);
/* Instead of cursor_close. The last cursor on the table takes it along. */
void temp_table_close(struct cursor *c);

#endif
