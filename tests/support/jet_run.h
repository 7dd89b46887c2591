/*
 * jet_run.h - an instance through the public interface: start, streaming backup into a folder, restore, tables and their columns.
 *
 * GIVES       jet_start, jet_open, jet_stop; jet_backup, jet_restore; jet_tables, jet_table_open, jet_value.
 * INVARIANTS  J1  calls that must succeed end the test case when they do not.
 * CALLERS     tests/realdata, tests/badinput.
 */
#ifndef ESE_TEST_JET_RUN_H
#define ESE_TEST_JET_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "api/jet.h"

struct jet_run { JET_INSTANCE instance; JET_SESID s; JET_DBID db; char dir[512]; };

/* Parameters only; the page size is the process's, so no instance may be up. */
void jet_prepare(struct jet_run *r, const char *dir, JET_UINT32 page_size);
JET_ERR jet_up(struct jet_run *r);                      /* JetInit and a session; on failure the instance is gone */
void jet_start(struct jet_run *r, const char *dir, JET_UINT32 page_size);
JET_ERR jet_attach(struct jet_run *r, const char *path, JET_GRBIT grbit);       /* and open */
void jet_stop(struct jet_run *r);

/* A set of one full backup in a folder. */
struct jet_set { char folder[512]; JET_UINT32 low, high; };
JET_ERR jet_backup(struct jet_run *r, const char *folder, struct jet_set *set);
JET_ERR jet_restore(const struct jet_set *set, const char *from, const char *to, const char *work);

enum { JET_TABLES_MAX = 64 };
struct jet_tables { char names[JET_TABLES_MAX][65]; unsigned count; };
void jet_tables(struct jet_run *r, struct jet_tables *out);

struct jet_column { JET_COLUMNDEF def; char name[65]; };
struct jet_table { JET_TABLEID id; struct jet_column *columns; unsigned count; };
JET_ERR jet_table_open(struct jet_run *r, const char *name, struct jet_table *t);
void jet_table_close(struct jet_run *r, struct jet_table *t);
/* A value of the row, on the heap of the buffer, which grows; its size, or -1 for NULL. An error ends the case. */
struct jet_buffer { unsigned char *data; size_t room; };
long jet_value(struct jet_run *r, const struct jet_table *t, JET_COLUMNID columnid, unsigned itag, struct jet_buffer *to);

#endif
