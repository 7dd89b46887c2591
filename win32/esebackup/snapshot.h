/*
 * snapshot.h - a backup by snapshot: freeze, copy the files as they stand, thaw.
 *
 * OWNS        the order of calls from prepare to end.
 * GIVES       snapshot_backup: databases and logs of the running instances of this process into a new set of kind "snapshot".
 * INVARIANTS  N1  whatever fails, the instances are thawed and the snapshot is over before snapshot_backup returns.
 *             N2  between freeze and thaw files are only copied, by shared blocks where the file system can; they are read for
 *                 their sums afterwards.
 *             N3  the set is durable before headers are stamped and logs deleted. A copy snapshot does neither.
 * FAILS       Jet errors as they come, JET_errOSSnapshotTimeOut when the copy took longer than JET_paramOSSnapshotTimeout;
 *             JET_errMissingFileToBackup when no log is where the request says.
 * CALLERS     main.
 * TESTS       tests/agent
 */
#ifndef ESEBACKUP_SNAPSHOT_H
#define ESEBACKUP_SNAPSHOT_H

#include "set.h"

struct snapshot_request {
    const char *root;                                   /* of the sets */
    const char *log_dir, *base;                         /* where the logs of the instance are, and their first three letters */
    bool keep_logs;                                     /* a copy: nothing is stamped or deleted */
    const struct agent_progress *progress;              /* may be NULL */
};

ese_err snapshot_backup(const struct snapshot_request *q, struct agent_result *result);

#endif
