/*
 * log_int.h - the log stream from the inside: shared by log.c, log_segment.c, log_open.c and checkpoint.c only.
 *
 * OWNS        struct log.
 * INVARIANTS  N1  the ring slots seq_free..seq_now are in use; seq_now is the segment that records go to, all before it are closed
 *                 and never change until they are freed.
 *             N2  file, header, xor_sum, partial_*, batch_first, unsynced and stage belong to the thread that has set flushing.
 *             N3  a partial segment lies on disk twice, in its place and as the shadow behind it. Only the older copy is ever written
 *                 over, so that a torn write takes nothing that was durable; the newest is back in its place and synced before the
 *                 successor takes the place of the shadow. Copies are told apart by a number in bytes the format leaves zero.
 * LATCHES     lock 70; next_lock and files_lock 80.
 * CALLERS     log*.c, checkpoint.c.
 * TESTS       unit/test_log.c, unit/test_log_read.c, sim/test_log_sweep.c
 */
#ifndef ESE_STORE_LOG_INT_H
#define ESE_STORE_LOG_INT_H

#include "store/log.h"

enum {
    LOG_UPDATE_MAJOR = 60, LOG_UPDATE_MINOR = 140, LOG_EFV = 9180,
    LOG_RING_MIN = 128,                                 /* segments */
    LOG_STAGE_SEGMENTS = 64,                            /* most segments in one write */
    LOG_SPLIT_ROOM = 256,                               /* less room than this at the end of a segment is padded, not filled with a fragment */
    LOG_FRAGMENT_BEGIN = 7, LOG_FRAGMENT = 3, LOG_NOP2 = 5,
    LOG_GENERATION_MAX = 0x7FFFF7FF
};

/* In headers of generations that this engine wrote (reserved[0]): segments name the first segment of their flush batch in the
 * bytes that the format leaves zero, so that a reader can tell a torn batch from damage. */
enum { LOG_MARK_BATCH = 1, LOG_BATCH_AT = 0, LOG_WRITE_NO_AT = 4 };        /* offsets in segment_header.zero */

enum log_newest { NEWEST_BOTH, NEWEST_IN_PLACE, NEWEST_SHADOW };

struct log_slot { uint32_t generation; uint16_t segment; };

enum log_next { NEXT_NONE, NEXT_WANTED, NEXT_READY, NEXT_FAILED };

struct log {
    struct log_config config;
    const char *extension, *checkpoint_extension;
    uint16_t segment_last;                              /* last data segment of a generation */

    struct os_mutex lock;
    struct os_cond moved;                               /* durable, seq_free or failed changed, or a flush ended */
    struct os_cond wake;                                /* for the flush thread */
    uint8_t *ring;
    struct log_slot *slots;
    uint32_t ring_count;
    uint64_t seq_free, seq_now;
    uint32_t gen_now;
    uint16_t segment_now;
    uint32_t byte_now;
    _Atomic uint64_t tip, durable;
    _Atomic int32_t failed;
    bool flushing, want_write, stop;
    uint64_t flushed_total;                             /* bytes of records at the last flush with sync */
    uint32_t waiting;                                   /* threads inside log_flush */
    uint32_t group;                                     /* how many there were at the end of the last flush */
    uint64_t sync_ns;                                   /* what that flush took */
    uint8_t *scratch;                                   /* a long record before it is cut into fragments */
    size_t scratch_bytes;
    struct os_thread *flush_thread;
    uint64_t told;                                      /* what config.durable has heard of; LGPOS_MAX: the failure */

    struct os_file *file;                               /* N2 from here */
    struct log_header header;
    uint64_t xor_sum;
    uint16_t partial_segment;
    uint32_t partial_bytes;
    enum log_newest newest;
    uint32_t write_no;                                  /* how often partial_segment has been written */
    uint32_t flush_bytes;                               /* what one flush brings, on average */
    uint16_t batch_first;                               /* first segment not known to be durable */
    uint16_t segment_next;                              /* behind the last closed segment written */
    bool next_asked;
    bool unsynced;
    uint8_t *partial, *stage;
    _Atomic uint32_t file_gen;
    struct logtime time_create;                         /* of the current generation; guarded by lock */

    struct os_mutex next_lock;                          /* the generation made ahead */
    struct os_cond next_wake, next_done;
    enum log_next next_state;
    ese_err next_err;
    _Atomic bool next_stop;
    struct os_thread *next_thread;
    _Atomic bool disk_full;
    bool reserve_used;                                  /* N2: the current generation lies in a reserve file */

    struct os_mutex files_lock;                         /* archived generations, checkpoint file */
    struct checkpoint_file checkpoint_file;
    _Atomic uint64_t checkpoint;
    _Atomic uint32_t pin;
    _Atomic bool circular;
    _Atomic uint32_t checkpoint_depth;
    uint32_t gen_low;                                   /* lowest archived generation that may exist */
    struct signature sign_log;
};

static inline uint8_t *log_slot_at(struct log *log, uint64_t seq)
{
    return log->ring + (seq % log->ring_count) * LOG_SEGMENT_BYTES;
}

/* A position that names a record: the first of a segment is named with byte 0. */
static inline lgpos log_name(uint32_t generation, uint16_t segment, uint32_t byte)
{
    return lgpos_make(generation, segment, byte == LOG_SEGMENT_HEADER ? 0 : (uint16_t)byte);
}

/* log.c */
ese_err log_alloc(const struct log_config *config, struct log **out);
void log_release(struct log *log);
ese_err log_start_threads(struct log *log);
void log_stop_threads(struct log *log);
void log_place(struct log *log, uint32_t generation, uint16_t segment);        /* the next record opens this segment; nothing in the ring */
void log_fill_param(const struct log_config *config, struct dbms_param *param);

/* log_segment.c */
ese_err log_make_next(struct log *log, _Atomic bool *stop);
struct log_job { uint64_t first, limit; bool partial; uint32_t generation; uint16_t segment; uint32_t bytes, flush_bytes; };
ese_err log_write_job(struct log *log, const struct log_job *job);
ese_err log_sync_file(struct log *log);
void log_next_body(void *log);                          /* thread: makes the next generation ahead */
void log_next_want(struct log *log);
ese_err log_fill_zero(struct os_file *file, uint64_t from, uint64_t to, _Atomic bool *stop);
void log_make_header(struct log *log, uint32_t generation, const struct log_header *before, uint64_t xor_before, struct log_header *out);
ese_err log_first_file(struct log *log, uint32_t generation, const struct log_header *before, uint64_t xor_before);
ese_err log_make_reserves(struct log *log);
bool log_path_of(const struct log_config *config, const char *extension, uint32_t generation, char out[OS_PATH_MAX]);
bool log_path_next(const struct log_config *config, const char *extension, char out[OS_PATH_MAX]);

/* log_read.c */
bool log_segment_good(uint8_t *segment, uint32_t generation, uint16_t number);         /* valid, and this one; repairs one bit */
/* The newer good copy of a segment: itself, what lies behind it, or NULL. */
uint8_t *log_segment_pick(uint8_t *in_place, uint8_t *behind, uint32_t generation, uint16_t number);
ese_err log_settle(struct log *log);                    /* the newest copy of a partial segment is in its place, durable */

/* checkpoint.c */
ese_err checkpoint_read(const struct log_config *config, struct checkpoint_file *out);
void log_delete_behind(struct log *log, uint32_t generation);

#endif
