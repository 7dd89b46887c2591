/*
 * backup.h - streaming backup of one instance: the context and its phases (backup-restore.md 1-12).
 *
 * OWNS        struct backup: phase, ranges, the one open file, per-database marks.
 * GIVES       one function per call of the external backup; the API adds mode and entry checks and character sets.
 * INVARIANTS  B1  the call matrix of backup-restore.md 12, cell by cell.
 *             B2  no page leaves with a wrong checksum; every generation needed by a copy is pinned until the backup ends.
 *             B3  headers are stamped only at a normal end (11.2), through a logged Backup2 record that redo repeats.
 * LATCHES     backup lock rank 12.
 * FAILS       as the document says, per call.
 * CALLERS     api, admin/backup_dir, admin/snapshot.
 * TESTS       unit/test_backup*.c, conformance, sim crash sweep, reference call traces
 */
#ifndef ESE_ADMIN_BACKUP_H
#define ESE_ADMIN_BACKUP_H

#include "base/alloc.h"
#include "txn/inst.h"

enum backup_phase { BACKUP_NOT_STARTED, BACKUP_DATABASES, BACKUP_LOGS };

ese_err backup_create(struct inst *inst);               /* hangs inst->backup */
void backup_release(struct inst *inst);
bool backup_in_progress(struct inst *inst);             /* streaming backup or snapshot holds the instance */
/* Attach, detach and term ask first: JET_errBackupInProgress, else the backup lock is held until backup_leave. */
ese_err backup_enter_shared(struct inst *inst);
void backup_leave_shared(struct inst *inst);

ese_err backup_begin(struct inst *inst, uint32_t grbit);
ese_err backup_attach_info(struct inst *inst, struct arena *a, char **list, size_t *bytes);   /* UTF-8 multi-string with final NUL */
ese_err backup_open_file(struct inst *inst, const char *path, uint64_t *handle, uint64_t *size);
/* From byte start on: whole pages, not inside the header pages. What was read so never counts as copied completely. */
ese_err backup_open_section(struct inst *inst, const char *path, uint64_t start, uint64_t *handle, uint64_t *size);
ese_err backup_read_file(struct inst *inst, uint64_t handle, void *to, uint32_t room, uint32_t *got);
ese_err backup_close_file(struct inst *inst, uint64_t handle);
struct backup_log_info { uint32_t gen_low, gen_high; char base[4]; };
ese_err backup_log_list(struct inst *inst, bool truncate_list, struct arena *a, char **list, size_t *bytes, struct backup_log_info *info);
ese_err backup_truncate(struct inst *inst);
ese_err backup_end(struct inst *inst, uint32_t grbit);
void backup_stop(struct inst *inst);
void backup_cancel(struct inst *inst, ese_err why);     /* as End with abort; event 214, or 226 for the server */

/* Redo of a Backup2 record of the header-update kind, and its first execution: true when the header changed. A field never goes
 * back to an older mark. */
bool backup_stamp_header(struct db_header *h, const struct log_record *record);

#endif
