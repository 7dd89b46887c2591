/*
 * recover.h - from files on disk to a consistent, running instance: redo, undo, clean end.
 *
 * OWNS        the drive through the log: sessions by procid, database matching, end of log, undo.
 * GIVES       recover_start: decides whether recovery is needed, runs it, leaves inst->log open for append.
 * INVARIANTS  R1  afterwards committed work is there and nothing else; a crash inside recovery means once more from the start.
 *             R2  nothing is written before every generation that is needed has been found readable and in sequence.
 *             R3  an unknown record stops recovery before any page is changed.
 * FAILS       JET_errMissingLogFile, JET_errRequiredLogFilesMissing, JET_errCommittedLogFilesMissing, JET_errLogFileCorrupt, JET_errBadLogSignature,
 *             JET_errInvalidLogSequence, JET_errDatabaseLogSetMismatch, JET_errAttachedDatabaseMismatch, JET_errFileNotFound, ... (log-format.md 10)
 * CALLERS     api (JetInit), admin/restore.
 * TESTS       reference crash images and log cases, sim crash sweep
 */
#ifndef ESE_ADMIN_RECOVER_H
#define ESE_ADMIN_RECOVER_H

#include "txn/session.h"

struct recover_map { char from[OS_PATH_MAX], to[OS_PATH_MAX]; };
struct recover_progress { void (*report)(void *context, int status, unsigned done, unsigned total); void *context; };  /* 5 begin, 0 progress, 6 complete */

struct recover_config {
    bool ignore_missing_db;                             /* JET_bitReplayIgnoreMissingDB */
    bool ignore_lost_logs;                              /* JET_bitReplayIgnoreLostLogs */
    bool allow_missing_current;                         /* JET_bitAllowMissingCurrentLog: the last archived generation is the end */
    bool without_undo;                                  /* JET_bitRecoveryWithoutUndo */
    bool allow_backup_db;                               /* JET_bitAllowSoftRecoveryOnBackup, and restore */
    bool stream_must_exist;                             /* JET_bitLogStreamMustExist: JET_errFileNotFound instead of a new stream */
    bool truncate;                                      /* JET_bitTruncateLogsAfterRecovery: logs before the checkpoint are deleted */
    bool keep_attached;                                 /* JET_bitKeepDbAttachedAtEndOfRecovery */
    bool map_only;                                      /* databases not in the map are skipped (restore; no JET_bitReplayMissingMapEntryDB) */
    bool start_from_map;                                /* JET_bitReplayInferCheckpointFromRstmapDbs */
    const struct recover_map *map; unsigned map_count;
    struct recover_progress progress;
    /* hard recovery */
    bool hard; uint32_t gen_low, gen_high; char backup_log_dir[OS_PATH_MAX];
};

/* inst->log_config, cache, versions are ready; log is not open. New stream, clean start or recovery. */
ese_err recover_start(struct inst *inst, const struct recover_config *config);
/* Orderly end: databases detached before (db_attach.h); writes ShutDownMark and Term2, sets the checkpoint, closes the log. */
ese_err recover_stop(struct inst *inst, bool dirty);

#endif
