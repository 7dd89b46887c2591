/*
 * walk.h - schema, rows and index keys of a database as text, in the encoding of the reference data (its README.md).
 *
 * GIVES       walk_schema, walk_rows, walk_keys into a text buffer; comparison with an expected file, line by line.
 * CALLERS     tests.
 */
#ifndef ESE_TEST_WALK_H
#define ESE_TEST_WALK_H

#include "table/cursor.h"

struct walk_text { char *data; size_t used, room; };
void walk_free(struct walk_text *t);

ese_err walk_schema(struct session *s, uint8_t dbid, struct walk_text *out);    /* user tables, by name */
ese_err walk_rows(struct session *s, uint8_t dbid, const char *table, struct walk_text *out);
ese_err walk_keys(struct session *s, uint8_t dbid, const char *table, struct walk_text *out);
/* Names of user tables, by name. */
enum { WALK_TABLES_MAX = 512 };
struct walk_tables { char names[WALK_TABLES_MAX][NAME_BYTES_MAX + 1]; unsigned count; };
ese_err walk_list(struct session *s, uint8_t dbid, bool system, struct walk_tables *out);

enum walk_how { WALK_ALL, WALK_NO_TEXT_KEYS };          /* without the keys of indexes over Unicode text */
/* Number of lines that differ; the first few are printed. A line of either side that the other lacks counts as one. */
unsigned walk_compare(const struct walk_text *actual, const char *expected_path);
/* Everything of one expected folder: <prefix>schema.tsv, <prefix><table>.rows.tsv, <prefix><table>.keys.tsv. Returns differing lines. */
unsigned walk_check(struct session *s, uint8_t dbid, const char *folder, const char *prefix);

#endif
