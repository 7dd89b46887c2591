/*
 * backup_dir.h - backup of a whole instance into a folder (backup-restore.md 13.1).
 *
 * GIVES       backup_directory: the streaming backup with the engine itself as its client.
 * INVARIANTS  D1  an atomic backup appears under its final name only when it is complete.
 * FAILS       as backup_begin; JET_errInvalidPath, JET_errBackupDirectoryNotEmpty, JET_errMakeBackupDirectoryFail, JET_errDeleteBackupFileFail,
 *             os codes. After a failure no backup is in progress and no `temp` folder is left.
 * CALLERS     api.
 * TESTS       unit/test_backup_dir.c, conformance
 */
#ifndef ESE_ADMIN_BACKUP_DIR_H
#define ESE_ADMIN_BACKUP_DIR_H

#include "admin/backup.h"
#include "admin/recover.h"

enum backup_dir_bits { BACKUP_DIR_INCREMENTAL = 1, BACKUP_DIR_ATOMIC = 4 };

/* path NULL or "": the current directory. Unknown bits are ignored. create_path: JET_paramCreatePathIfNotExist.
 * progress: begin (5) and complete (6) of a full backup. */
ese_err backup_directory(struct inst *inst, const char *path, uint32_t grbit, bool create_path, struct recover_progress progress);

#endif
