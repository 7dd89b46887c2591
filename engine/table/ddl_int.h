/*
 * ddl_int.h - what the ddl_*.c files share: the frame of a schema change and its version entry.
 *
 * OWNS        struct ddl_change: one per change, in the cache's list until clean-up.
 * INVARIANTS  D1  a change is registered after everything of it that can fail; its undo and clean-up then do the rest.
 *             D2  a change whose cache has gone (database closed) does nothing any more.
 *             D3  one transaction at a time changes the columns and indexes of a table.
 * CALLERS     table/ddl_*.c, table/schema.c.
 * TESTS       unit/test_ddl.c
 */
#ifndef ESE_TABLE_DDL_INT_H
#define ESE_TABLE_DDL_INT_H

#include "table/cursor.h"
#include "table/ddl.h"
#include "table/table_int.h"
#include "tree/space.h"

struct ddl_change {
    struct list link;                                   /* cache->changes */
    struct schema_cache *cache;                         /* NULL: closed meanwhile */
    struct table_def *t;
    struct index_def *i;
    struct column_def *c;
    char old_name[NAME_BYTES_MAX + 1];
    struct bytes old_default; uint32_t old_flags;
};

/* Frame of one change: a transaction of its own when the session has none, all or nothing otherwise. */
struct ddl_frame { struct session *s; struct ver_entry *mark; bool own; };
ese_err ddl_begin(struct ddl_frame *f, struct session *s, struct db_file *db);
ese_err ddl_end(struct ddl_frame *f, ese_err result);

ese_err ddl_change_make(struct table_def *t, struct ddl_change **out);
ese_err ddl_register(struct session *s, struct ddl_change *change, const struct ver_schema_ops *ops);
void ddl_change_drop(void *change);                     /* also the clean-up of changes that need none */
void ddl_forget_cache(struct schema_cache *cache);
/* May s change columns and indexes of t? JET_errFixedDDL, JET_errWriteConflict; the claim ends with ddl_unclaim. */
ese_err ddl_claim(struct session *s, struct table_def *t);
void ddl_unclaim(struct table_def *t);
ese_err ddl_check_name(const char *name);               /* JET_errInvalidName */
/* Give a tree's pages back with the system session: clean-up only, when nobody can have business with it. */
void ddl_free_space(struct schema_cache *cache, struct btree *parent, struct btree *tree);
/* The same as soon as all transactions that run now have ended: they may have entries in the index. */
void ddl_drop_later(struct table_def *t, struct index_def *i);
ese_err ddl_derive_indexes(struct session *s, struct table_def *t);
void ddl_mark_children(struct table_def *t);
struct bytes ddl_text(const char *text);
ese_err ddl_read_row(struct session *s, struct db_file *db, uint32_t objid_table, uint16_t type, uint32_t id, struct catalog_row *out);

#endif
