/*
 * ddl.h - create, rename and delete tables, columns and indexes, inside transactions.
 *
 * OWNS        the order of work: space, catalog rows, in-memory definition, version entry for undo and clean-up.
 * GIVES       one function per schema change; all take part in the session's transaction (or run in one of their own).
 * INVARIANTS  D1  rollback brings back the definition and gives the space back; nothing is freed while a reader may need it.
 *             D2  an index build sees every record committed or its own, and concurrent updates keep it exact. It waits for the
 *                 transactions that have changed this very table; JET_errWriteConflict when one of them lasts.
 * FAILS       as the API documents for each; JET_errTableLocked, JET_errTableInUse, JET_errDDLInhibited, JET_errKeyDuplicate, ...
 * CALLERS     api.
 * TESTS       table/test_ddl.c, table/test_concurrent.c, model, reference multi-dirty
 */
#ifndef ESE_TABLE_DDL_H
#define ESE_TABLE_DDL_H

#include "table/schema.h"

/* Where the values of a column lie: it decides the range of its id (1-127, 128-255, 256-). */
enum column_place { COLUMN_FIXED = 1, COLUMN_VARIABLE, COLUMN_TAGGED };
struct column_create { enum column_place place; const char *name; uint8_t type; uint16_t code_page; uint32_t max_bytes, flags; struct bytes default_value; const char *callback; bool compressed; };
struct index_create {
    const char *name; uint32_t flags; uint8_t density; uint16_t key_most, segment_max;
    const char *key;                                    /* "+col\0-col\0\0" */
    size_t key_bytes;
    struct collation collation; bool has_collation;
    struct { const char *column; bool must_be_null; } conditions[KEY_SEGMENTS_MAX]; unsigned condition_count;
    uint32_t tuple_min, tuple_max, tuple_to, tuple_step, tuple_start;
};
struct table_create { const char *name, *template_name; uint32_t pages, density, flags; uint32_t lv_chunk_max; };

ese_err ddl_create_table(struct session *s, uint8_t dbid, const struct table_create *how, struct table_def **out);  /* pinned */
ese_err ddl_delete_table(struct session *s, uint8_t dbid, const char *name);
ese_err ddl_rename_table(struct session *s, uint8_t dbid, const char *from, const char *to);
ese_err ddl_add_column(struct session *s, struct table_def *t, const struct column_create *how, uint32_t *columnid);
ese_err ddl_delete_column(struct session *s, struct table_def *t, const char *name);
ese_err ddl_rename_column(struct session *s, struct table_def *t, const char *from, const char *to);
ese_err ddl_set_default(struct session *s, struct table_def *t, const char *name, struct bytes value);
ese_err ddl_create_index(struct session *s, struct table_def *t, const struct index_create *how);
ese_err ddl_delete_index(struct session *s, struct table_def *t, const char *name);
ese_err ddl_rename_index(struct session *s, struct table_def *t, const char *from, const char *to);
/* The table's long-value tree, made on first use. */
ese_err ddl_create_lv_tree(struct session *s, struct table_def *t);

#endif
