/*
 * snapshot.h - sessions of OS snapshots: databases and logs stand still while somebody else copies the volume (backup-restore.md 15).
 *
 * OWNS        struct snapshot: state, members, the watch on the freeze time.
 * GIVES       one function per call; the API keeps the list of sessions, their ids, and checks grbits and pointers.
 * INVARIANTS  S1  the table of states of backup-restore.md 15.
 *             S2  while frozen no byte of a member's databases and logs changes on disk.
 *             S3  headers are stamped at a successful end only; an abort stamps nothing.
 * LATCHES     rank 11; takes the backup locks of the members (12) one by one.
 * FAILS       JET_errOSSnapshotInvalidSequence, JET_errOSSnapshotNotAllowed, JET_errOSSnapshotTimeOut, JET_errMissingFullBackup,
 *             JET_errInvalidBackup, JET_errMissingFileToBackup, log errors.
 * CALLERS     api.
 * TESTS       unit/test_snapshot.c, conformance
 */
#ifndef ESE_ADMIN_SNAPSHOT_H
#define ESE_ADMIN_SNAPSHOT_H

#include "admin/backup.h"

enum snapshot_bits { SNAPSHOT_INCREMENTAL = 1, SNAPSHOT_COPY = 2, SNAPSHOT_CONTINUE = 4, SNAPSHOT_EXPLICIT = 8 };
enum { SNAPSHOT_MEMBERS_MAX = 64 };

struct snapshot;

ese_err snapshot_create(uint32_t bits, struct snapshot **out);
/* Thaws what is frozen, lets go of all members, frees. NULL is fine. */
void snapshot_destroy(struct snapshot *s);
/* PREPARED only. An instance that is in another session or in a backup: JET_errOSSnapshotNotAllowed. */
ese_err snapshot_add(struct snapshot *s, struct inst *inst);
/* The same without asking for a backup: Prepare takes everybody, Freeze finds out. */
ese_err snapshot_assign(struct snapshot *s, struct inst *inst);
ese_err snapshot_check_prepared(struct snapshot *s);    /* JET_errOSSnapshotInvalidSequence in any other state */
bool snapshot_frozen(struct snapshot *s);
bool snapshot_has(struct snapshot *s, struct inst *inst);
unsigned snapshot_members(struct snapshot *s, struct inst **out, unsigned room);
/* PREPARED to FROZEN. A member in a streaming backup: NotAllowed, the session stays PREPARED without members. */
ese_err snapshot_freeze(struct snapshot *s, uint32_t timeout_ms);
/* FROZEN or TIMED_OUT. *gone: the session is over and to be destroyed. */
ese_err snapshot_thaw(struct snapshot *s, bool *gone);
/* THAWED or TRUNCATED. only NULL: all members. all_databases false: nothing is deleted. */
ese_err snapshot_truncate(struct snapshot *s, struct inst *only, bool all_databases);
ese_err snapshot_end(struct snapshot *s, bool abort);   /* success: to be destroyed */
/* The instance terminates abruptly: it leaves the session, thawed if need be. */
void snapshot_forget(struct snapshot *s, struct inst *inst);

#endif
