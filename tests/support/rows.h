/*
 * rows.h - short forms of schema and record calls for tests: tables from a list, values by column.
 *
 * CALLERS     tests.
 */
#ifndef ESE_TEST_ROWS_H
#define ESE_TEST_ROWS_H

#include "table/cursor.h"
#include "table/ddl.h"

struct row_column { const char *name; enum column_place place; uint8_t type; uint16_t code_page; uint32_t max_bytes, flags; struct bytes default_value; };
struct row_index { const char *name, *key; size_t key_bytes; uint32_t flags; };

enum { ROW_INDEX_PLAIN = INDEX_ALLOW_ALL_NULLS | INDEX_ALLOW_FIRST_NULL | INDEX_ALLOW_SOME_NULLS,
       ROW_INDEX_PRIMARY = ROW_INDEX_PLAIN | INDEX_PRIMARY | INDEX_UNIQUE };

/* Create table, columns and indexes; the cursor is open on it. columnids may be NULL. */
ese_err rows_create(struct session *s, uint8_t dbid, const char *table, const struct row_column *columns, unsigned column_count, uint32_t *columnids,
                    const struct row_index *indexes, unsigned index_count, struct cursor **out);
ese_err rows_open(struct session *s, uint8_t dbid, const char *table, struct cursor **out);
ese_err rows_set(struct cursor *c, uint32_t columnid, const void *data, size_t size);
ese_err rows_set_long(struct cursor *c, uint32_t columnid, int32_t value);
ese_err rows_get_long(struct cursor *c, uint32_t columnid, int32_t *value);      /* JET_wrnColumnNull when null */
ese_err rows_seek_long(struct cursor *c, int32_t value);
ese_err rows_index(struct session *s, struct table_def *t, const char *name, const char *key, size_t key_bytes, uint32_t flags);

#endif
