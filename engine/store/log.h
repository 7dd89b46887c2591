/*
 * log.h - the log stream of one instance: append, group flush, roll, read back, checkpoint.
 *
 * OWNS        the log buffer, the current generation's file, the reserve files, the checkpoint file, the flush thread.
 * GIVES       log_append -> struct log_span; log_flush makes everything up to a position durable, one sync for all who wait.
 * INVARIANTS  L1  records are in the file in the order of their lgpos; a segment on disk is whole or detectably torn (shadow rule).
 *             L2  log_flush(p) returned success => every record that ends at or before p survives a crash.
 *             L3  the next generation exists in full (edbtmp.log) before the current one is full; a full disk switches to the reserves
 *                 and then stops the stream without losing a durable record.
 *             L4  the checkpoint never passes the oldest unflushed page change or the begin of the oldest open transaction.
 *             L5  a record that fits the rest of a segment is never split; a longer one is split as Fragment records, or goes to
 *                 the next segment when little room is left.
 *             L6  a batch of segments that was torn by a crash ends the log; one that had been synced is damage (each segment names
 *                 the first one of its batch).
 * LATCHES     rank 70 (buffer), 72 (the generation made ahead), 78 (files).
 * FAILS       JET_errLogWriteFail, JET_errLogDiskFull, JET_errLogSequenceEnd, os codes. After JET_errLogWriteFail every append fails.
 * CALLERS     store/buf (flush), tree, txn, table, admin.
 * TESTS       unit/test_log.c, sim crash sweep
 */
#ifndef ESE_STORE_LOG_H
#define ESE_STORE_LOG_H

#include "format/log_records.h"
#include "os/os.h"

struct log;

struct log_span {
    lgpos at;                                           /* where the record starts, as others name it (byte 0 for the first of a segment) */
    lgpos end;                                          /* pass this to log_flush */
};

struct log_config {
    char log_dir[OS_PATH_MAX];                          /* full, with trailing separator */
    char system_dir[OS_PATH_MAX];                       /* checkpoint file lives here */
    char base[4];                                       /* "edb" */
    bool new_extensions;                                /* jtx, jcp instead of log, chk */
    bool circular;
    uint32_t file_bytes;                                /* whole generation, multiple of 4096 */
    uint32_t buffer_bytes;
    uint32_t page_size;
    uint32_t checkpoint_depth_bytes;                    /* at the start; log_set_checkpoint_depth later */
    bool delete_out_of_range;                           /* JET_paramDeleteOutOfRangeLogs */
    bool ignore_version;
    /* Attach list of the moment, for headers of generations and the checkpoint. Called under no log latch, but others may wait
     * for the flush that calls: it and rolled take no lock under which anybody appends or flushes. */
    unsigned (*attach_list)(void *context, struct attach_info *out, unsigned room);
    /* A generation was rolled to; headers of databases get gen_max_committed. Called from the roll, under no log latch. */
    ese_err (*rolled)(void *context, uint32_t generation, const struct logtime *created);
    /* Lower bound of begin positions of transactions that are open, or that ended behind at: redo skips what lies between a begin
     * before the checkpoint and its end, so the checkpoint never stands in such a transaction while its pages are not written.
     * LGPOS_MAX when there is none. */
    lgpos (*oldest_transaction)(void *context, lgpos at);
    /* Lower bound of unflushed page changes; LGPOS_MAX when none. */
    lgpos (*oldest_dirty)(void *context);
    /* Before the checkpoint moves: databases raise gen_min_required and are synced. */
    ese_err (*before_checkpoint)(void *context, lgpos checkpoint);
    /* Everything that ended at or before upto has become durable; or, failed < 0, nothing more ever will. Called by the flush thread
     * under no lock; NULL: nobody wants to know. */
    void (*durable)(void *context, struct log *log, lgpos upto, ese_err failed);
    void *context;
};

/* What is on disk before anything is opened. */
struct log_survey {
    bool any;                                           /* is there a log at all */
    uint32_t gen_low, gen_high;                         /* archived + current; gen_high is the current one's generation */
    bool has_current;                                   /* edb.log exists (false after an interrupted roll: highest archived is last) */
    uint32_t file_bytes;                                /* size of the highest generation, by its header */
    struct signature sign_log;
    bool has_checkpoint;
    lgpos checkpoint;
    struct checkpoint_file checkpoint_file;
};
ese_err log_survey(const struct log_config *config, struct log_survey *out);
/* All that a reader finds survives a crash: before pages that were changed by it are written. */
ese_err log_make_durable(const struct log_config *config, const struct log_survey *survey);

ese_err log_create(const struct log_config *config, struct log **out);         /* new stream: generation 1, new signature */
/* Continue a stream after its last record: writes go on at end (position behind the last record kept). */
ese_err log_continue(const struct log_config *config, const struct log_survey *survey, lgpos end, struct log **out);
ese_err log_close(struct log *log, bool flush);

ese_err log_append(struct log *log, const struct log_record *record, struct log_span *span);   /* span may be NULL */
ese_err log_flush(struct log *log, lgpos end);
ese_err log_flush_all(struct log *log);
/* Close the current segment so that the next record opens a new one (Term, Attach, Detach). */
ese_err log_flush_segment(struct log *log);
lgpos log_tip(struct log *log);                         /* where the next record will start, a lower bound for will_dirty */
lgpos log_durable(struct log *log);
ese_err log_roll(struct log *log, uint32_t *new_generation);     /* end the current generation, wait until the next is current */
uint32_t log_generation(struct log *log);
void log_signature(struct log *log, struct signature *out);
ese_err log_failed(struct log *log);                    /* 0, or the error that stopped the stream */
bool log_disk_full(struct log *log);                    /* lives on reserve files: only what ends transactions should be logged */
uint64_t log_distance(struct log *log, lgpos from, lgpos to);    /* bytes of log between two positions; 0 when to <= from */
uint32_t log_checkpoint_depth(struct log *log);
void log_set_checkpoint_depth(struct log *log, uint32_t bytes);  /* takes effect with the next round of page writes */
bool log_is_circular(struct log *log);
void log_set_circular(struct log *log, bool circular);
/* Hold back deletion of generations >= from (backup); UINT32_MAX releases. */
void log_pin(struct log *log, uint32_t from);
/* Nothing is written to the log until it is thawed: whoever needs durability waits (snapshot). One freeze at a time. */
void log_freeze(struct log *log, bool freeze);
/* Full path of a generation (0 = current); archived or current. */
void log_path(struct log *log, uint32_t generation, char out[OS_PATH_MAX]);
struct logtime log_create_time(struct log *log);        /* of the current generation */
ese_err log_lowest(struct log *log, uint32_t *generation);       /* lowest file present; JET_errFileNotFound */

/* Checkpoint. */
ese_err log_checkpoint_update(struct log *log, bool force);      /* compute, write when it moved enough; circular: delete what is behind */
lgpos log_checkpoint(struct log *log);                  /* as last written to the file */
/* As the file has it, read when nobody writes it. err: JET_errCheckpointFileNotFound, JET_errCheckpointCorrupt */
ese_err log_checkpoint_stored(struct log *log, lgpos *at);
ese_err log_checkpoint_write(struct log *log, lgpos at, bool has_attach_list);  /* clean end: exactly this */
void log_checkpoint_backup(struct log *log, const struct disk_bkinfo *full, const struct disk_bkinfo *inc);

/* ---- reading (recovery, restore, dump) ---- */

struct log_reader;
struct log_read_config {
    char dirs[2][OS_PATH_MAX];                          /* where generations are looked for, in order; [1] may be "" */
    char base[4];
    bool new_extensions;
    uint32_t page_size;                                 /* 0 = do not check */
    uint32_t file_bytes;                                /* 0 = do not check */
    uint32_t gen_high;                                  /* last generation to read; 0 = through the current log */
    uint32_t gen_split;                                 /* restore: generations above come from dirs[1] */
    const struct signature *sign_log;                   /* expected stream; NULL = that of the first file */
    bool from_checkpoint;                               /* in the current log what lies before the start need not be read: all of it is
                                                           durable, and no log follows whose chain of checksums would need it */
};
/* Positions before the first record at or after from (start of generation when segment is 0). */
ese_err log_reader_open(const struct log_read_config *config, lgpos from, struct log_reader **out);
/* Next record (fragments put together). *end set and no record at the clean or torn end of the last generation.
 * err: JET_errLogFileCorrupt (hole), JET_errMissingLogFile, JET_errInvalidLogSequence, JET_errBadLogSignature, JET_errLogReadVerifyFailure... */
ese_err log_reader_next(struct log_reader *r, struct log_record *record, struct log_span *span, bool *end);
const struct log_header *log_reader_header(const struct log_reader *r); /* of the generation being read */
bool log_reader_torn(const struct log_reader *r);       /* the end was a damaged tail, not zeros */
void log_reader_close(struct log_reader *r);

#endif
