/*
 * db_guard.h - pages larger than what the disk writes in one piece survive a power cut in the middle of their write.
 *
 * OWNS        the guard file beside a database (its name + ".guard"): images of the batch of pages that is being written.
 * GIVES       db_guard_write before a batch goes to its places, db_guard_restore at recovery, db_guard_drop at detach.
 * INVARIANTS  G1  the images are durable before the first page of the batch is overwritten, and stay until the batch is.
 *             G2  an image is put back when it is whole by its own sum, differs from what is in its place, belongs to this attach, and
 *                 the log reaches as far as it.
 *             G3  no file is made for page sizes that the disk writes whole (os_file_atomic), nor for unlogged databases.
 * LATCHES     none; the callers are serialised by the cache's write lock, or alone.
 * FAILS       os codes.
 * CALLERS     store/buf_write, admin/db_attach, admin/recover.
 * TESTS       crash/test_sweep.c (torn), sim/test_guard.c
 */
#ifndef ESE_STORE_DB_GUARD_H
#define ESE_STORE_DB_GUARD_H

#include "store/db_file.h"

enum { DB_GUARD_PAGES_MAX = 256 };

/* images: count pages as they will lie on disk, side by side; end: of the log records of their changes. */
ese_err db_guard_write(struct db_file *db, const pgno *numbers, unsigned count, const uint8_t *images, lgpos end);
ese_err db_guard_restore(struct db_file *db, lgpos log_end, unsigned *restored);
void db_guard_drop(struct db_file *db);                 /* the database is clean: the file goes */
void db_guard_close(struct db_file *db);

#endif
