/*
 * restore.h - from a chain of sets to databases that can be attached; and the proof that a set is whole.
 *
 * INVARIANTS  R1  the set is only read; logs are replayed from a copy.
 *             R2  every file's size and CRC is checked before the first byte of the destination is written.
 *             R3  an existing database is not overwritten unless asked for.
 * FAILS       JET_errInvalidBackup, JET_errMissingFileToBackup (a file of the set is gone), JET_errReadVerifyFailure (CRC),
 *             JET_errDatabaseDuplicate (R3), JET_errMissingFullBackup, Jet errors of the replay.
 * CALLERS     main.
 * TESTS       tests/agent
 */
#ifndef ESEBACKUP_RESTORE_H
#define ESEBACKUP_RESTORE_H

#include "set.h"

struct restore_request {
    const char *root;
    unsigned upto;                                      /* sequence; 0 = newest */
    const char *into;
    bool legacy, overwrite;
    const struct agent_progress *progress;
};

/* A file that failed, for messages; "" when none did. */
struct set_fault {
    char file[OS_PATH_MAX];
};

ese_err set_verify(const struct set *s, const struct agent_progress *progress, struct set_fault *fault);
ese_err restore_chain(const struct restore_request *request, struct set_fault *fault);
/* Restore into scratch, attach read-only, read every record, remove scratch again. */
ese_err restore_trial(const struct restore_request *request, struct set_fault *fault, uint64_t *tables, uint64_t *rows);

#endif
