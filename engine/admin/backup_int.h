/*
 * backup_int.h - the backup context, for the files of the backup module only.
 *
 * OWNS        struct backup.
 * INVARIANTS  C1  everything but `holder` and `stop` is read and written under `lock`.
 *             C2  holder leaves HOLD_NONE only while no attach or detach is inside (shared == 0).
 * LATCHES     lock rank 12; log calls and page copies run under it, nothing that may attach or detach does.
 * CALLERS     admin/backup*.c, admin/snapshot*.c
 * TESTS       unit/test_backup.c
 */
#ifndef ESE_ADMIN_BACKUP_INT_H
#define ESE_ADMIN_BACKUP_INT_H

#include "admin/backup.h"

enum backup_holder { HOLD_NONE, HOLD_STREAM, HOLD_FROZEN, HOLD_THAWED };
enum backup_record_phase { RECORD_BEGIN = 1, RECORD_PREPARE_LOGS, RECORD_TRUNCATE, RECORD_UPDATE, RECORD_ABORT, RECORD_STOP };
enum backup_scope { SCOPE_FULL = 1, SCOPE_INCREMENTAL = 2, SCOPE_COPY = 5, SCOPE_DIFFERENTIAL = 6 };
enum backup_kind { KIND_STREAMING = 0, KIND_SNAPSHOT = 1 };

enum backup_event {
    EVENT_LACKS_FULL = 206, EVENT_FULL_BEGINS = 210, EVENT_INCREMENTAL_BEGINS = 211, EVENT_SUCCEEDED = 213, EVENT_FAILED = 214,
    EVENT_STOPPED_BY_CLIENT = 215, EVENT_DATABASE_DROPPED = 217, EVENT_LOG_READ_FAILED = 218, EVENT_HEADER_UPDATE_FAILED = 219,
    EVENT_FILE_STARTS = 220, EVENT_FILE_COMPLETE = 221, EVENT_FILE_INCOMPLETE = 222, EVENT_LOG_RANGE = 223, EVENT_TRUNCATED = 224,
    EVENT_NOTHING_TO_TRUNCATE = 225, EVENT_STOPPED_BY_SERVER = 226, EVENT_SOME_LOGS_ABSENT = 227, EVENT_FILE_MISSING = 459,
    EVENT_LOG_NOT_COPIED = 520, EVENT_ZEROING_BEGINS = 706, EVENT_ZEROING_ENDS = 707
};

/* The trailer page behind the last page of a copied database: what restore must know about the end of the copy. */
struct backup_trailer {
    le32 checksum;                                      /*   0  header checksum over the page */
    uint8_t blank[36];                                  /*   4  looks like the header of an unused page */
    struct disk_bkinfo info;                            /*  40 */
    struct signature sign_db, sign_log;                 /*  64 */
};
static_assert(sizeof(struct backup_trailer) == 120 && offsetof(struct backup_trailer, sign_log) == 92, "backup trailer");

/* The one open file. */
struct backup_file {
    bool open;
    struct db_file *db;                                 /* NULL: a log or other file */
    uint8_t *header;                                    /* database: the header page as it was at open */
    pgno page_last;
    struct os_file *file;                               /* log */
    uint32_t generation;                                /* log; 0 for other files */
    bool log_ended;                                     /* a block that is no segment was met: only leftovers may follow */
    uint64_t log_xor;                                   /* of the sums of all segments so far */
    uint64_t start;                                     /* where a section begins; 0: the whole file */
    uint64_t at, size;                                  /* bytes given out, bytes in all */
    char path[OS_PATH_MAX];
};

struct backup {
    struct inst *inst;
    struct os_mutex lock;
    struct os_cond changed;                             /* shared fell to 0, or the holder changed */
    _Atomic int holder;                                 /* enum backup_holder */
    _Atomic bool stop;
    unsigned shared;                                    /* attaches and detaches inside */
    enum backup_phase phase;
    bool full, prepared, truncated;
    ese_err prepare_error;
    uint32_t copy_low, copy_end;                        /* generations to copy: low .. end - 1 */
    uint32_t delete_low, delete_end;
    uint64_t copied_sum;
    lgpos mark;                                         /* full: at begin; incremental: of the log roll */
    struct logtime mark_time;
    struct { bool included, complete; } dbs[DB_COUNT_MAX];
    struct backup_file file;
};

/* backup.c */
void backup_abandon(struct backup *b, ese_err why);     /* under lock: clean up as an abort */
bool backup_sees(struct db_file *db);
ese_err backup_check(struct backup *b);                 /* under lock: JET_errNoBackup, then JET_errBackupAbortByServer */
/* backup_files.c */
void backup_close_any(struct backup *b);
/* backup_logs.c */
ese_err backup_prepare_logs(struct backup *b);
ese_err backup_delete_logs(struct inst *inst, uint32_t low, uint32_t end, bool *any);
/* backup_stamp.c */
ese_err backup_checkpoint_generation(struct inst *inst, uint32_t *generation);
ese_err backup_check_full(struct inst *inst, uint32_t kind);
ese_err backup_log_record(struct inst *inst, unsigned phase, uint32_t kind, unsigned scope, uint8_t dbid, const struct disk_bkinfo *info,
                          struct log_span *span);
void backup_log_trace(struct inst *inst, const char *format, ...);
/* Log the stamp of one database, then write its header. */
ese_err backup_stamp(struct db_file *db, uint32_t kind, unsigned scope, const struct disk_bkinfo *info);
void backup_info_set(struct disk_bkinfo *info, lgpos mark, const struct logtime *time, uint32_t low, uint32_t high);

#endif
