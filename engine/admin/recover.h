/*
 * recover.h - from files on disk to a consistent, running instance: redo, undo, clean end.
 *
 * OWNS        the drive through the log: sessions by procid, database matching, end of log, undo.
 * GIVES       recover_start: decides whether recovery is needed, runs it, leaves inst->log open for append; who steers is asked at each turn.
 * INVARIANTS  R1  afterwards committed work is there and nothing else; a crash inside recovery means once more from the start.
 *             R2  nothing is written before every generation that is needed has been found readable and in sequence.
 *             R3  an unknown record stops recovery before any page is changed.
 * FAILS       JET_errMissingLogFile, JET_errRequiredLogFilesMissing, JET_errCommittedLogFilesMissing, JET_errLogFileCorrupt, JET_errBadLogSignature,
 *             JET_errInvalidLogSequence, JET_errDatabaseLogSetMismatch, JET_errAttachedDatabaseMismatch, JET_errFileNotFound, ... (log-format.md 10)
 * CALLERS     api (JetInit), admin/restore.
 * TESTS       reference crash images and log cases, sim crash sweep, unit/test_api_recovery.c
 */
#ifndef ESE_ADMIN_RECOVER_H
#define ESE_ADMIN_RECOVER_H

#include "txn/session.h"

struct recover_map { char from[OS_PATH_MAX], to[OS_PATH_MAX]; };
struct recover_progress { void (*report)(void *context, int status, unsigned done, unsigned total); void *context; };  /* 5 begin, 0 progress, 6 complete */

/* Points at which the caller may steer: JET_sntXxx of JET_snpRecoveryControl. */
enum recover_point {
    RECOVER_OPEN_LOG = 1001, RECOVER_OPEN_CHECKPOINT = 1002, RECOVER_MISSING_LOG = 1004, RECOVER_BEGIN_UNDO = 1005, RECOVER_EVENT = 1006,
    RECOVER_ERROR = 1007, RECOVER_ATTACHED_DB = 1008, RECOVER_DETACHING_DB = 1009
};
enum { RECOVER_LOG_FOR_REDO = 2, RECOVER_LOG_FOR_DO = 4 };                      /* why a log is opened */
enum { RECOVER_THEN_REDO = 2, RECOVER_THEN_UNDO = 4, RECOVER_THEN_NEW_STREAM = 5 };     /* what comes next without the log */

struct recover_question {
    enum recover_point point;
    ese_err usual;                                      /* what is done when nobody steers: 0 goes on */
    uint32_t generation; bool current; uint8_t how;     /* OPEN_LOG: why; MISSING_LOG: what comes next */
    unsigned event;
    const char *path;                                   /* of the log or the database */
};
/* The answer, 0 or an error, takes the place of usual. */
struct recover_control { ese_err (*ask)(void *context, struct inst *inst, const struct recover_question *question); void *context; };

struct recover_config {
    bool ignore_missing_db;                             /* JET_bitReplayIgnoreMissingDB */
    bool ignore_lost_logs;                              /* JET_bitReplayIgnoreLostLogs */
    bool allow_missing_current;                         /* JET_bitAllowMissingCurrentLog: the last archived generation is the end */
    bool without_undo;                                  /* JET_bitRecoveryWithoutUndo */
    bool allow_backup_db;                               /* JET_bitAllowSoftRecoveryOnBackup, and restore */
    bool stream_must_exist;                             /* JET_bitLogStreamMustExist: JET_errMissingLogFile instead of a new stream */
    bool skip_lost_event;                               /* JET_bitSkipLostLogsEvent */
    bool truncate;                                      /* JET_bitTruncateLogsAfterRecovery: logs before the checkpoint are deleted */
    bool keep_attached;                                 /* JET_bitKeepDbAttachedAtEndOfRecovery */
    bool map_only;                                      /* databases not in the map are skipped (restore; no JET_bitReplayMissingMapEntryDB) */
    bool start_from_map;                                /* JET_bitReplayInferCheckpointFromRstmapDbs */
    const struct recover_map *map; unsigned map_count;
    struct recover_progress progress;
    struct recover_control control;                     /* ask NULL: the usual */
    /* hard recovery */
    bool hard; uint32_t gen_low, gen_high; char backup_log_dir[OS_PATH_MAX];
};

/* inst->log_config, cache, versions are ready; log is not open. New stream, clean start or recovery. */
ese_err recover_start(struct inst *inst, const struct recover_config *config);
/* Orderly end: databases detached before (db_attach.h); writes ShutDownMark and Term2, sets the checkpoint, closes the log. */
ese_err recover_stop(struct inst *inst, bool dirty);
/* A copy that is there whole or not at all: it has the name `to` with ".part" behind it until then. The caller syncs the folder. */
ese_err recover_copy_file(const char *from, const char *to);

#endif
