/*
 * exported.h - tables as Debian's esedbexport prints them, compared with what the public interface yields.
 *
 * GIVES       exported_run, exported_table_open / _row / _close; exported_matches for one value.
 * INVARIANTS  E1  a value the tool cannot show (null of a fixed column: the filler; a single: zero; separated long ones: nothing, or whole chunks) matches
 *                 by its known output only, not by anything.
 * CALLERS     tests/realdata.
 */
#ifndef ESE_TEST_EXPORTED_H
#define ESE_TEST_EXPORTED_H

#include <stdio.h>

#include "jet_run.h"

bool exported_available(void);                          /* the tool is installed */
/* Export a file into <folder>/x.export; false when the tool refuses. log: its output stays there. */
bool exported_run(const char *path, const char *folder);
bool exported_info(const char *path);                   /* esedbinfo accepts it */

struct exported_table { FILE *f; char *line; size_t room; char **fields; unsigned count; char **names; unsigned columns; unsigned long_values; /* longer than 1000 bytes, shown whole */ };
bool exported_open(struct exported_table *t, const char *folder, const char *table);
bool exported_row(struct exported_table *t);
void exported_close(struct exported_table *t);
const char *exported_field(const struct exported_table *t, const char *column);         /* NULL: the tool has no such column */

/* size -1: NULL. */
bool exported_matches(const JET_COLUMNDEF *def, const unsigned char *value, long size, const char *shown);

#endif
