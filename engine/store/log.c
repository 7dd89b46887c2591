#include "store/log_int.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"

enum { GATHER_NS_MAX = 200 * 1000 };

/* ---- appending: all under the lock ---- */

static uint64_t used_slots(const struct log *log)
{
    return log->seq_now - log->seq_free + 1;
}

static void publish_tip(struct log *log)
{
    atomic_store(&log->tip, log_name(log->gen_now, log->segment_now, log->byte_now).v);
}

static void open_segment(struct log *log)
{
    struct log_slot *slot = &log->slots[log->seq_now % log->ring_count];
    slot->generation = log->gen_now;
    slot->segment = log->segment_now;
    memset(log_slot_at(log, log->seq_now), 0, LOG_SEGMENT_BYTES);
    log->byte_now = LOG_SEGMENT_HEADER;
}

void log_place(struct log *log, uint32_t generation, uint16_t segment)
{
    log->gen_now = generation;
    log->segment_now = segment;
    log->seq_free = log->seq_now;
    open_segment(log);
    publish_tip(log);
    atomic_store(&log->durable, atomic_load(&log->tip));
}

/* Pads the rest and goes on with the next segment, in the next generation when this one is full. A slot is free. */
static void close_segment(struct log *log)
{
    uint8_t *at = log_slot_at(log, log->seq_now) + log->byte_now;
    uint32_t room = LOG_SEGMENT_BYTES - log->byte_now;

    assert(used_slots(log) < log->ring_count);
    if (room >= LOG_NOP2) {
        at[0] = LR_NOP2;
        store_le32(at + 1, room - LOG_NOP2);
    }
    log->seq_now++;
    if (log->segment_now >= log->segment_last) {
        log->gen_now++;
        log->segment_now = 1;
    } else {
        log->segment_now++;
    }
    open_segment(log);
}

static uint8_t *take(struct log *log, size_t size)
{
    uint8_t *at = log_slot_at(log, log->seq_now) + log->byte_now;
    assert(log->byte_now + size <= LOG_SEGMENT_BYTES);
    log->byte_now += (uint32_t)size;
    return at;
}

/* A record longer than a segment's room, in parts; the scratch buffer holds it whole. */
static void put_fragments(struct log *log, size_t size)
{
    const uint8_t *from = log->scratch;
    size_t left = size;
    size_t part = LOG_SEGMENT_BYTES - log->byte_now - LOG_FRAGMENT_BEGIN;
    uint8_t *at = take(log, LOG_FRAGMENT_BEGIN + part);

    at[0] = LR_FRAGMENT_BEGIN;
    store_le32(at + 1, (uint32_t)size);
    store_le16(at + 5, (uint16_t)part);
    memcpy(at + LOG_FRAGMENT_BEGIN, from, part);
    for (left -= part, from += part; left != 0; left -= part, from += part) {
        close_segment(log);
        part = LOG_SEGMENT_ROOM - LOG_FRAGMENT;
        part = left < part ? left : part;
        at = take(log, LOG_FRAGMENT + part);
        at[0] = LR_FRAGMENT;
        store_le16(at + 1, (uint16_t)part);
        memcpy(at + LOG_FRAGMENT, from, part);
    }
}

/* Waits until count more segments can be opened. The flush thread makes room: the caller may hold page latches. */
static ese_err wait_room(struct log *log, size_t count)
{
    ese_err err = JET_errSuccess;
    if (count >= log->ring_count)
        FAIL(JET_errLogBufferTooSmall);
    while ((err = atomic_load(&log->failed)) == 0 && used_slots(log) + count > log->ring_count) {
        log->want_write = true;
        os_cond_signal(&log->wake);
        os_cond_wait(&log->moved, &log->lock);
    }
    if (err == 0 && log->gen_now >= LOG_GENERATION_MAX)
        FAIL(JET_errLogSequenceEnd);
done:
    return err;
}

ese_err log_append(struct log *log, const struct log_record *record, struct log_span *span)
{
    ese_err err = JET_errSuccess;
    size_t size = lr_size(record);
    uint32_t room;

    os_mutex_lock(&log->lock);
    TRY(wait_room(log, size <= LOG_SEGMENT_ROOM ? 2 : size / (LOG_SEGMENT_ROOM - LOG_FRAGMENT) + 3));
    room = LOG_SEGMENT_BYTES - log->byte_now;
    if (size > room && (room < LOG_SPLIT_ROOM || size > log->scratch_bytes)) {
        close_segment(log);
        room = LOG_SEGMENT_ROOM;
    }
    if (span != NULL)
        span->at = log_name(log->gen_now, log->segment_now, log->byte_now);
    if (size <= room) {
        lr_encode(record, take(log, size));
    } else {
        if (size > log->scratch_bytes)
            FAIL(JET_errLogBufferTooSmall);
        lr_encode(record, log->scratch);
        put_fragments(log, size);
    }
    if (span != NULL)
        span->end = lgpos_make(log->gen_now, log->segment_now, (uint16_t)log->byte_now);
    publish_tip(log);
    if (used_slots(log) > log->ring_count / 2 && !log->want_write) {
        log->want_write = true;
        os_cond_signal(&log->wake);
    }
done:
    os_mutex_unlock(&log->lock);
    return err;
}

/* ---- flushing ---- */

/* A segment that cannot take another flush like the last ones is closed rather than left partial: what follows then starts in a
 * segment that has nothing to lose. */
static void close_when_full(struct log *log)
{
    uint64_t total = log->seq_now * LOG_SEGMENT_BYTES + log->byte_now;
    uint64_t brought = total - log->flushed_total;

    log->flushed_total = total;
    log->flush_bytes = (uint32_t)((3 * (uint64_t)log->flush_bytes + (brought < UINT32_MAX / 4 ? brought : UINT32_MAX / 4)) / 4);
    if (log->byte_now > LOG_SEGMENT_HEADER && used_slots(log) < log->ring_count && LOG_SEGMENT_BYTES - log->byte_now < log->flush_bytes) {
        close_segment(log);
        publish_tip(log);
    }
}

/* One pass over what is in the ring. The lock is held at both ends and free in between; flushing is set by the caller.
 * With sync, everything appended before the call is durable afterwards; without, closed segments merely leave the ring. */
static void flush_pass(struct log *log, bool sync)
{
    ese_err err;
    struct log_job job;
    lgpos target;
    uint64_t start;

    if (sync)
        close_when_full(log);
    job.first = log->seq_free;
    job.limit = log->seq_now;
    job.generation = log->gen_now;
    job.segment = log->segment_now;
    job.bytes = log->byte_now;
    job.flush_bytes = log->flush_bytes;
    job.partial = sync && job.bytes > LOG_SEGMENT_HEADER &&
                  !(job.first == job.limit && log->partial_segment == job.segment && log->partial_bytes == job.bytes &&
                    atomic_load(&log->file_gen) == job.generation);
    if (job.partial)
        memcpy(log->partial, log_slot_at(log, job.limit), LOG_SEGMENT_BYTES);
    target = lgpos_make(job.generation, job.segment, job.bytes == LOG_SEGMENT_HEADER ? 0 : (uint16_t)job.bytes);
    os_mutex_unlock(&log->lock);

    start = os_clock_ns();
    err = log_write_job(log, &job);
    if (err == 0 && sync)
        err = log_sync_file(log);
    start = os_clock_ns() - start;

    os_mutex_lock(&log->lock);
    if (err != 0) {
        err = err == JET_errDiskFull || err == JET_errLogDiskFull ? JET_errLogDiskFull : JET_errLogWriteFail;
        atomic_store(&log->failed, err);
    } else {
        log->seq_free = job.limit;
        if (sync)
            log->sync_ns = start;
        if (sync && target.v > atomic_load(&log->durable))
            atomic_store(&log->durable, target.v);
    }
    os_cond_broadcast(&log->moved);
    if (log->config.durable != NULL)
        os_cond_signal(&log->wake);
}

/* The lock is held at both ends and free in between. */
static void tell_durable(struct log *log)
{
    ese_err failed = atomic_load(&log->failed);
    uint64_t news = failed != 0 ? LGPOS_MAX.v : atomic_load(&log->durable);

    if (log->config.durable == NULL || news <= log->told)
        return;
    log->told = news;
    os_mutex_unlock(&log->lock);
    log->config.durable(log->config.context, log, (lgpos){atomic_load(&log->durable)}, failed);
    os_mutex_lock(&log->lock);
}

static void flush_as_leader(struct log *log, bool sync)
{
    log->flushing = true;
    flush_pass(log, sync);
    log->flushing = false;
}

/* Threads that committed together a moment ago will do so again: a sync costs more than waiting for them to come. The lock is given
 * up between looks; flushing is set, so nobody else starts. */
static void gather(struct log *log)
{
    uint64_t until = 0;

    while (log->waiting < log->group && atomic_load(&log->failed) == 0) {
        uint64_t now = os_clock_ns();
        if (until == 0)
            until = now + (log->sync_ns / 2 < GATHER_NS_MAX ? log->sync_ns / 2 : GATHER_NS_MAX);
        if (now >= until)
            break;
        os_mutex_unlock(&log->lock);
        os_yield();
        os_mutex_lock(&log->lock);
    }
}

/* Whoever comes first writes for all who have appended by then; the others wait and, when that pass began too early for them,
 * one of them leads the next. */
ese_err log_flush(struct log *log, lgpos end)
{
    ese_err err = JET_errSuccess;

    if (atomic_load(&log->durable) >= end.v)
        return JET_errSuccess;
    os_mutex_lock(&log->lock);
    log->waiting++;
    while (atomic_load(&log->durable) < end.v) {
        if ((err = atomic_load(&log->failed)) != 0)
            break;
        if (log->flushing) {
            os_cond_wait(&log->moved, &log->lock);
        } else {
            log->flushing = true;
            gather(log);
            flush_pass(log, true);
            log->flushing = false;
            log->group = log->waiting;
        }
    }
    log->waiting--;
    os_mutex_unlock(&log->lock);
    return err;
}

ese_err log_flush_all(struct log *log)
{
    return log_flush(log, (lgpos){atomic_load(&log->tip)});
}

ese_err log_flush_segment(struct log *log)
{
    ese_err err = JET_errSuccess;
    lgpos end = LGPOS_MIN;

    os_mutex_lock(&log->lock);
    TRY(wait_room(log, 2));
    if (log->byte_now > LOG_SEGMENT_HEADER)
        close_segment(log);
    publish_tip(log);
    end.v = atomic_load(&log->tip);
done:
    os_mutex_unlock(&log->lock);
    return err != 0 ? err : log_flush(log, end);
}

ese_err log_roll(struct log *log, uint32_t *new_generation)
{
    ese_err err = JET_errSuccess;
    uint32_t gen;
    lgpos end = LGPOS_MIN;

    os_mutex_lock(&log->lock);
    TRY(wait_room(log, 2));
    gen = log->gen_now;
    if (log->byte_now > LOG_SEGMENT_HEADER)
        close_segment(log);
    if (log->gen_now == gen) {
        log->gen_now++;
        log->segment_now = 1;
        open_segment(log);
    }
    gen = log->gen_now;
    publish_tip(log);
    end.v = atomic_load(&log->tip);
done:
    os_mutex_unlock(&log->lock);
    if (err == 0)
        err = log_flush(log, end);
    if (err == 0 && new_generation != NULL)
        *new_generation = gen;
    return err;
}

/* Writes when the ring fills up, and makes lazily committed work durable when nobody asks for it. */
static void flush_body(void *argument)
{
    struct log *log = argument;

    os_mutex_lock(&log->lock);
    while (!log->stop) {
        bool timed_out = !log->want_write && !os_cond_wait_ms(&log->wake, &log->lock, 250);
        tell_durable(log);
        if (atomic_load(&log->failed) != 0 || log->stop) {
            log->want_write = false;
            continue;
        }
        if (log->flushing) {
            if (log->want_write)
                os_cond_wait(&log->moved, &log->lock);
            continue;
        }
        if (log->want_write) {
            log->want_write = false;
            flush_as_leader(log, false);
        } else if (timed_out && atomic_load(&log->durable) < atomic_load(&log->tip)) {
            flush_as_leader(log, true);
        }
    }
    tell_durable(log);
    os_mutex_unlock(&log->lock);
}

/* The freezer plays the thread that flushes: as long as it does, nobody else may. */
void log_freeze(struct log *log, bool freeze)
{
    os_mutex_lock(&log->lock);
    if (freeze)
        while (log->flushing)
            os_cond_wait(&log->moved, &log->lock);
    log->flushing = freeze;
    os_cond_broadcast(&log->moved);
    os_mutex_unlock(&log->lock);
}

/* ---- facts ---- */

lgpos log_tip(struct log *log) { return (lgpos){atomic_load(&log->tip)}; }
lgpos log_durable(struct log *log) { return (lgpos){atomic_load(&log->durable)}; }
uint32_t log_generation(struct log *log) { return atomic_load(&log->file_gen); }
ese_err log_failed(struct log *log) { return atomic_load(&log->failed); }
bool log_is_circular(struct log *log) { return atomic_load(&log->circular); }
void log_set_circular(struct log *log, bool circular) { atomic_store(&log->circular, circular); }
void log_pin(struct log *log, uint32_t from) { atomic_store(&log->pin, from); }
void log_signature(struct log *log, struct signature *out) { *out = log->sign_log; }
bool log_disk_full(struct log *log) { return atomic_load(&log->disk_full); }

uint64_t log_distance(struct log *log, lgpos from, lgpos to)
{
    uint64_t gens, segments;
    if (to.v <= from.v)
        return 0;
    gens = lgpos_generation(to) - lgpos_generation(from);
    segments = gens * log->segment_last + lgpos_segment(to);
    segments -= segments < lgpos_segment(from) ? segments : lgpos_segment(from);
    return segments * LOG_SEGMENT_BYTES;
}

uint32_t log_checkpoint_depth(struct log *log) { return atomic_load_explicit(&log->checkpoint_depth, memory_order_relaxed); }
void log_set_checkpoint_depth(struct log *log, uint32_t bytes) { atomic_store(&log->checkpoint_depth, bytes); }

struct logtime log_create_time(struct log *log)
{
    struct logtime t;
    os_mutex_lock(&log->lock);
    t = log->time_create;
    os_mutex_unlock(&log->lock);
    return t;
}

void log_path(struct log *log, uint32_t generation, char out[OS_PATH_MAX])
{
    if (generation == atomic_load(&log->file_gen))
        generation = 0;
    if (!log_path_of(&log->config, log->extension, generation, out))
        out[0] = '\0';
}

/* ---- life ---- */

ese_err log_alloc(const struct log_config *config, struct log **out)
{
    ese_err err = JET_errSuccess;
    struct log *log = ese_alloc(sizeof *log);

    *out = NULL;
    if (log == NULL)
        FAIL(JET_errOutOfMemory);
    log->config = *config;
    log->extension = config->new_extensions ? "jtx" : "log";
    log->checkpoint_extension = config->new_extensions ? "jcp" : "chk";
    assert(config->file_bytes >= 4 * LOG_SEGMENT_BYTES && config->file_bytes / LOG_SEGMENT_BYTES <= UINT16_MAX);
    log->segment_last = (uint16_t)(config->file_bytes / LOG_SEGMENT_BYTES - 2);
    os_mutex_init(&log->lock, RANK_LOG);
    os_mutex_init(&log->next_lock, RANK_LOG_NEXT);
    os_mutex_init(&log->files_lock, RANK_LOG_FILES);
    os_cond_init(&log->moved);
    os_cond_init(&log->wake);
    os_cond_init(&log->next_wake);
    os_cond_init(&log->next_done);
    atomic_store(&log->pin, UINT32_MAX);
    atomic_store(&log->circular, config->circular);
    atomic_store(&log->checkpoint_depth, config->checkpoint_depth_bytes);
    log->ring_count = config->buffer_bytes / LOG_SEGMENT_BYTES;
    if (log->ring_count < LOG_RING_MIN)
        log->ring_count = LOG_RING_MIN;
    log->scratch_bytes = 4 * (size_t)config->page_size + 64 * 1024;
    log->slots = ese_alloc(log->ring_count * sizeof *log->slots);
    log->ring = ese_alloc_aligned(LOG_SEGMENT_BYTES, (size_t)log->ring_count * LOG_SEGMENT_BYTES);
    log->stage = ese_alloc_aligned(LOG_SEGMENT_BYTES, (LOG_STAGE_SEGMENTS + 2) * (size_t)LOG_SEGMENT_BYTES);
    log->partial = ese_alloc_aligned(LOG_SEGMENT_BYTES, LOG_SEGMENT_BYTES);
    log->scratch = ese_alloc(log->scratch_bytes);
    if (log->slots == NULL || log->ring == NULL || log->stage == NULL || log->partial == NULL || log->scratch == NULL) {
        log_release(log);
        FAIL(JET_errOutOfMemory);
    }
    *out = log;
done:
    return err;
}

void log_release(struct log *log)
{
    if (log == NULL)
        return;
    os_file_close(log->file);
    ese_free(log->slots);
    ese_free_aligned(log->ring);
    ese_free_aligned(log->stage);
    ese_free_aligned(log->partial);
    ese_free(log->scratch);
    os_mutex_release(&log->lock);
    os_mutex_release(&log->next_lock);
    os_mutex_release(&log->files_lock);
    os_cond_release(&log->moved);
    os_cond_release(&log->wake);
    os_cond_release(&log->next_wake);
    os_cond_release(&log->next_done);
    ese_free(log);
}

ese_err log_start_threads(struct log *log)
{
    ese_err err = JET_errSuccess;
    TRY(os_thread_start(&log->flush_thread, flush_body, log));
    TRY(os_thread_start(&log->next_thread, log_next_body, log));
done:
    return err;
}

void log_stop_threads(struct log *log)
{
    os_mutex_lock(&log->lock);
    log->stop = true;
    os_cond_broadcast(&log->wake);
    os_cond_broadcast(&log->moved);
    os_mutex_unlock(&log->lock);
    os_mutex_lock(&log->next_lock);
    atomic_store(&log->next_stop, true);
    os_cond_broadcast(&log->next_wake);
    os_mutex_unlock(&log->next_lock);
    if (log->flush_thread != NULL)
        os_thread_join(log->flush_thread);
    if (log->next_thread != NULL)
        os_thread_join(log->next_thread);
    log->flush_thread = log->next_thread = NULL;
}

ese_err log_close(struct log *log, bool flush)
{
    ese_err err = JET_errSuccess;
    if (log == NULL)
        return err;
    if (flush)
        err = log_flush_all(log);
    log_stop_threads(log);
    if (flush && err == 0)
        err = log_settle(log);
    log_release(log);
    return err;
}
