#include "store/log_int.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "format/checksum.h"

/* ---- names ---- */

static bool join(char out[OS_PATH_MAX], const char *dir, const char *name)
{
    int n = snprintf(out, OS_PATH_MAX, "%s%s", dir, name);
    return n > 0 && n < OS_PATH_MAX;
}

bool log_path_of(const struct log_config *config, const char *extension, uint32_t generation, char out[OS_PATH_MAX])
{
    char name[32];
    return log_file_name(name, sizeof name, config->base, generation, extension) && join(out, config->log_dir, name);
}

bool log_path_next(const struct log_config *config, const char *extension, char out[OS_PATH_MAX])
{
    char name[32];
    snprintf(name, sizeof name, "%.3stmp.%s", config->base, extension);
    return join(out, config->log_dir, name);
}

static bool path_reserve(const struct log *log, unsigned number, char out[OS_PATH_MAX])
{
    char name[32];
    snprintf(name, sizeof name, "%.3sres%05X.jrs", log->config.base, number);
    return join(out, log->config.log_dir, name);
}

/* ---- segments ---- */

static void stamp_segment(struct log *log, uint8_t *segment, uint16_t number, uint32_t write_no, const struct logtime *now)
{
    struct segment_header *h = (struct segment_header *)(void *)segment;
    disk_lgpos_set(&h->at, lgpos_make(atomic_load(&log->file_gen), number, 0));
    h->time = *now;
    store_le16(h->zero + LOG_BATCH_AT, log->batch_first);
    store_le32(h->zero + LOG_WRITE_NO_AT, write_no);
    le32_set(&h->flags, 0x2000);
    checksum_segment_stamp(segment, LOG_SEGMENT_BYTES, number);
}

static ese_err write_stage(struct log *log, uint16_t first, unsigned count)
{
    log->unsynced = true;
    return os_file_write(log->file, (uint64_t)first * LOG_SEGMENT_BYTES, log->stage, (size_t)count * LOG_SEGMENT_BYTES);
}

ese_err log_sync_file(struct log *log)
{
    ese_err err = JET_errSuccess;
    if (!log->unsynced)
        return err;
    TRY(os_file_sync(log->file));
    log->unsynced = false;
    log->batch_first = log->partial_segment != 0 ? log->partial_segment : log->segment_next;
done:
    return err;
}

/* Writes what is staged over the older copy of the partial segment. */
static ese_err write_older_copy(struct log *log, bool in_place)
{
    ese_err err = JET_errSuccess;
    TRY(write_stage(log, (uint16_t)(log->partial_segment + (in_place ? 0 : 1)), 1));
    log->newest = in_place ? NEWEST_IN_PLACE : NEWEST_SHADOW;
done:
    return err;
}

/* The closed form of the partial segment is in its place and durable afterwards (N3). */
static ese_err finish_partial(struct log *log, uint64_t seq, const struct logtime *now)
{
    ese_err err = JET_errSuccess;

    memcpy(log->stage, log_slot_at(log, seq), LOG_SEGMENT_BYTES);
    stamp_segment(log, log->stage, log->partial_segment, ++log->write_no, now);
    log->xor_sum ^= load_le64(log->stage);
    if (log->newest == NEWEST_IN_PLACE) {
        TRY(write_older_copy(log, false));
        TRY(log_sync_file(log));
    }
    TRY(write_older_copy(log, true));
    log->segment_next = (uint16_t)(log->partial_segment + 1);
    log->partial_segment = 0;
    TRY(log_sync_file(log));
done:
    return err;
}

ese_err log_settle(struct log *log)
{
    ese_err err = JET_errSuccess;

    TRY(log_sync_file(log));
    if (log->partial_segment == 0 || log->newest != NEWEST_SHADOW)
        goto done;
    TRY(os_file_read(log->file, (uint64_t)(log->partial_segment + 1) * LOG_SEGMENT_BYTES, log->stage, LOG_SEGMENT_BYTES));
    TRY(write_older_copy(log, true));
    TRY(log_sync_file(log));
done:
    return err;
}

/* The open segment once more. Which copy it goes to is free only after the first time; then so that, as flushes go, the one that
 * fills the segment will find the newest copy in the shadow and need no second sync. */
static ese_err write_partial_again(struct log *log, const struct log_job *job, const struct logtime *now)
{
    ese_err err = JET_errSuccess;
    uint32_t more = (LOG_SEGMENT_BYTES - job->bytes) / (job->flush_bytes != 0 ? job->flush_bytes : 1);
    bool in_place = log->newest == NEWEST_SHADOW || (log->newest == NEWEST_BOTH && more % 2 == 0);

    memcpy(log->stage, log->partial, LOG_SEGMENT_BYTES);
    stamp_segment(log, log->stage, job->segment, ++log->write_no, now);
    TRY(write_older_copy(log, in_place));
    log->partial_bytes = job->bytes;
done:
    return err;
}

/* Closed segments from *seq on, as many as fit the stage and this generation; when they end at the limit, the open segment with
 * its shadow goes into the same write. */
static ese_err write_run(struct log *log, const struct log_job *job, uint64_t *seq, bool *partial, const struct logtime *now)
{
    ese_err err = JET_errSuccess;
    unsigned count = 0;
    uint16_t first = 0;

    while (*seq < job->limit && count < LOG_STAGE_SEGMENTS) {
        const struct log_slot *slot = &log->slots[*seq % log->ring_count];
        uint8_t *at = log->stage + (size_t)count * LOG_SEGMENT_BYTES;
        if (slot->generation != atomic_load(&log->file_gen))
            break;
        if (count == 0)
            first = slot->segment;
        assert(slot->segment == first + count);
        memcpy(at, log_slot_at(log, *seq), LOG_SEGMENT_BYTES);
        stamp_segment(log, at, slot->segment, 1, now);
        log->xor_sum ^= load_le64(at);
        log->segment_next = (uint16_t)(slot->segment + 1);
        count++;
        (*seq)++;
    }
    if (*partial && *seq == job->limit && job->generation == atomic_load(&log->file_gen)) {
        uint8_t *at = log->stage + (size_t)count * LOG_SEGMENT_BYTES;
        if (count == 0)
            first = job->segment;
        memcpy(at, log->partial, LOG_SEGMENT_BYTES);
        stamp_segment(log, at, job->segment, 1, now);
        memcpy(at + LOG_SEGMENT_BYTES, at, LOG_SEGMENT_BYTES);
        count += 2;
        log->partial_segment = job->segment;
        log->partial_bytes = job->bytes;
        log->newest = NEWEST_BOTH;
        log->write_no = 1;
        *partial = false;
    }
    if (count != 0)
        TRY(write_stage(log, first, count));
done:
    return err;
}

static ese_err roll_files(struct log *log, uint32_t generation);

ese_err log_write_job(struct log *log, const struct log_job *job)
{
    ese_err err = JET_errSuccess;
    uint64_t seq = job->first;
    bool partial = job->partial;
    struct logtime now;

    logtime_now(&now);
    while (seq < job->limit || partial) {
        const struct log_slot *slot = &log->slots[seq % log->ring_count];
        uint32_t generation = seq < job->limit ? slot->generation : job->generation;
        if (generation != atomic_load(&log->file_gen))
            TRY(roll_files(log, generation));
        if (seq < job->limit && log->partial_segment == slot->segment) {
            TRY(finish_partial(log, seq, &now));
            seq++;
        } else if (seq == job->limit && log->partial_segment == job->segment) {
            TRY(write_partial_again(log, job, &now));
            partial = false;
        } else {
            TRY(write_run(log, job, &seq, &partial, &now));
        }
    }
    if (job->generation != atomic_load(&log->file_gen))
        TRY(roll_files(log, job->generation));
    if (!log->next_asked && job->segment > log->segment_last / 8) {
        log->next_asked = true;
        log_next_want(log);
    }
done:
    return err;
}

/* ---- generations ---- */

void log_fill_param(const struct log_config *config, struct dbms_param *param)
{
    memset(param, 0, sizeof *param);
    snprintf((char *)param->system_path, sizeof param->system_path, "%.260s", config->system_dir);
    snprintf((char *)param->log_path, sizeof param->log_path, "%.260s", config->log_dir);
    le32_set(&param->log_buffers, config->buffer_bytes / 512);
    le32_set(&param->log_file_sectors, config->file_bytes / LOG_SEGMENT_BYTES);
}

/* Up to six databases may be attached. */
static ese_err fill_attach_list(struct log *log, uint8_t list[ATTACH_LIST_BYTES])
{
    ese_err err = JET_errSuccess;
    enum { ROOM = 8 };
    struct attach_info *infos = NULL;

    memset(list, 0, ATTACH_LIST_BYTES);
    if (log->config.attach_list == NULL)
        return err;
    infos = ese_alloc(ROOM * sizeof *infos);
    if (infos == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(attach_list_encode(list, infos, log->config.attach_list(log->config.context, infos, ROOM)));
done:
    ese_free(infos);
    return err;
}

void log_make_header(struct log *log, uint32_t generation, const struct log_header *before, uint64_t xor_before, struct log_header *out)
{
    memset(out, 0, sizeof *out);
    le32_set(&out->generation, generation);
    le16_set(&out->sector_bytes, LOG_SEGMENT_BYTES);
    le16_set(&out->header_sectors, 1);
    le16_set(&out->total_sectors, (uint16_t)(log->config.file_bytes / LOG_SEGMENT_BYTES));
    le16_set(&out->page_size, (uint16_t)log->config.page_size);
    logtime_now(&out->time_create);
    if (before != NULL)
        out->time_prev_create = before->time_create;
    le32_set(&out->major, LOG_MAJOR);
    le32_set(&out->minor, LOG_MINOR);
    le32_set(&out->update_major, LOG_UPDATE_MAJOR);
    le32_set(&out->update_minor, LOG_UPDATE_MINOR);
    le32_set(&out->efv, LOG_EFV);
    out->sign_log = log->sign_log;
    log_fill_param(&log->config, &out->param);
    out->flags = (uint8_t)((log->reserve_used ? 1 : 0) | (atomic_load(&log->circular) ? 2 : 0));
    if (before != NULL && (before->flags & 6) != 0)
        out->flags |= 4;
    disk_lgpos_set(&out->checkpoint, (lgpos){atomic_load(&log->checkpoint)});
    le64_set(&out->prev_xor, xor_before);
    out->reserved[0] = LOG_MARK_BATCH;
    le32_set(&out->file_type, FILE_LOG);
}

ese_err log_fill_zero(struct os_file *file, uint64_t from, uint64_t to, _Atomic bool *stop)
{
    ese_err err = JET_errSuccess;
    enum { CHUNK = 512 * 1024 };
    uint8_t *zeros = ese_alloc_aligned(LOG_SEGMENT_BYTES, CHUNK);

    if (zeros == NULL)
        FAIL(JET_errOutOfMemory);
    while (from < to && !(stop != NULL && atomic_load(stop))) {
        size_t part = to - from < CHUNK ? (size_t)(to - from) : CHUNK;
        TRY(os_file_write(file, from, zeros, part));
        from += part;
    }
done:
    ese_free_aligned(zeros);
    return err;
}

/* A generation file of full size under the name of the next one: written with zeros, so that later syncs carry data only. */
ese_err log_make_next(struct log *log, _Atomic bool *stop)
{
    ese_err err = JET_errSuccess;
    char path[OS_PATH_MAX];
    struct os_file *file = NULL;

    if (!log_path_next(&log->config, log->extension, path))
        FAIL(JET_errInvalidPath);
    TRY(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE, &file));
    if ((err = os_file_preallocate(file, log->config.file_bytes)) == 0 &&
        (err = log_fill_zero(file, 0, log->config.file_bytes, stop)) == 0 && !(stop != NULL && atomic_load(stop)))
        err = os_file_sync(file);
    if (err != 0 || (stop != NULL && atomic_load(stop))) {
        os_file_close(file);
        file = NULL;
        (void)os_path_delete(path);
    }
done:
    os_file_close(file);
    return err;
}

/* With circular logging the oldest generation that nobody needs becomes the next one: nothing has to be filled. */
static bool recycle(struct log *log)
{
    char from[OS_PATH_MAX], to[OS_PATH_MAX];
    struct os_file_info info;
    bool done = false;
    uint32_t needed = lgpos_generation((lgpos){atomic_load(&log->checkpoint)});
    uint32_t pin = atomic_load(&log->pin);

    if (!atomic_load(&log->circular))
        return false;
    os_mutex_lock(&log->files_lock);
    if (log->gen_low != 0 && log->gen_low < (needed < pin ? needed : pin) && log->gen_low < atomic_load(&log->file_gen) &&
        log_path_of(&log->config, log->extension, log->gen_low, from) && log_path_next(&log->config, log->extension, to) &&
        os_path_info(from, &info) == 0 && info.size == log->config.file_bytes && os_path_rename(from, to) == 0) {
        log->gen_low++;
        done = os_dir_sync(log->config.log_dir) == 0;   /* before the file gets the header of another generation */
    }
    os_mutex_unlock(&log->files_lock);
    return done;
}

ese_err log_make_reserves(struct log *log)
{
    ese_err err = JET_errSuccess;
    char path[OS_PATH_MAX];
    struct os_file_info info;
    struct os_file *file = NULL;

    for (unsigned i = 1; i <= 2; i++) {
        if (!path_reserve(log, i, path))
            FAIL(JET_errInvalidPath);
        if (os_path_info(path, &info) == 0 && info.size == log->config.file_bytes)
            continue;
        TRY(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE, &file));
        TRY(os_file_preallocate(file, log->config.file_bytes));
        os_file_close(file);
        file = NULL;
    }
done:
    if (file != NULL) {
        os_file_close(file);
        (void)os_path_delete(path);
    }
    return err;
}

/* The disk is full: a reserve file takes the place of the next generation. */
static ESE_OUTLINE ese_err use_reserve(struct log *log)
{
    ese_err err = JET_errSuccess;
    char from[OS_PATH_MAX], to[OS_PATH_MAX];

    atomic_store(&log->disk_full, true);
    if (!log_path_next(&log->config, log->extension, to))
        FAIL(JET_errInvalidPath);
    for (unsigned i = 2; i >= 1; i--) {
        struct os_file_info info;
        if (path_reserve(log, i, from) && os_path_info(from, &info) == 0 && info.size == log->config.file_bytes) {
            TRY(os_path_rename(from, to));
            log->reserve_used = true;
            goto done;
        }
    }
    FAIL(JET_errLogDiskFull);
done:
    return err;
}

void log_next_want(struct log *log)
{
    os_mutex_lock(&log->next_lock);
    if (log->next_state == NEXT_NONE) {
        log->next_state = NEXT_WANTED;
        os_cond_signal(&log->next_wake);
    }
    os_mutex_unlock(&log->next_lock);
}

void log_next_body(void *argument)
{
    struct log *log = argument;

    os_mutex_lock(&log->next_lock);
    while (!atomic_load(&log->next_stop)) {
        ese_err err;
        if (log->next_state != NEXT_WANTED) {
            os_cond_wait(&log->next_wake, &log->next_lock);
            continue;
        }
        os_mutex_unlock(&log->next_lock);
        err = recycle(log) ? JET_errSuccess : log_make_next(log, &log->next_stop);
        if (err == 0 && atomic_load(&log->disk_full) && log_make_reserves(log) == 0)
            atomic_store(&log->disk_full, false);
        os_mutex_lock(&log->next_lock);
        log->next_err = err;
        log->next_state = err == 0 ? NEXT_READY : NEXT_FAILED;
        if (atomic_load(&log->next_stop))
            log->next_state = NEXT_NONE;
        os_cond_broadcast(&log->next_done);
    }
    os_mutex_unlock(&log->next_lock);
}

/* Waits until the next generation lies there in full. */
static ESE_OUTLINE ese_err take_next(struct log *log)
{
    ese_err err = JET_errSuccess;

    os_mutex_lock(&log->next_lock);
    if (log->next_state == NEXT_NONE) {
        log->next_state = NEXT_WANTED;
        os_cond_signal(&log->next_wake);
    }
    while (log->next_state == NEXT_WANTED)
        os_cond_wait(&log->next_done, &log->next_lock);
    err = log->next_state == NEXT_READY ? JET_errSuccess : log->next_err;
    if (log->next_state != NEXT_READY && err == 0)      /* stopped on the way: the current generation must keep its name */
        err = err_raise(JET_errLogWriteFail, __func__, __LINE__);
    log->next_state = NEXT_NONE;
    os_mutex_unlock(&log->next_lock);
    log->reserve_used = false;
    if (err == JET_errDiskFull)
        err = use_reserve(log);
    return err;
}

/* Gives the prepared file its header, makes it the current log and opens it. */
ESE_OUTLINE ese_err log_first_file(struct log *log, uint32_t generation, const struct log_header *before, uint64_t xor_before)
{
    ese_err err = JET_errSuccess;
    char next[OS_PATH_MAX], current[OS_PATH_MAX];
    struct os_file *file = NULL;
    struct log_header *header = ese_alloc(sizeof *header);

    if (header == NULL)
        FAIL(JET_errOutOfMemory);
    if (!log_path_next(&log->config, log->extension, next) || !log_path_of(&log->config, log->extension, 0, current))
        FAIL(JET_errInvalidPath);
    log_make_header(log, generation, before, xor_before, header);
    TRY(fill_attach_list(log, header->attach_list));
    log_header_seal(header);
    TRY(os_file_open(next, OS_OPEN_WRITE, &file));
    TRY(os_file_write(file, 0, header, sizeof *header));
    TRY(os_file_sync(file));
    os_file_close(file);
    file = NULL;
    TRY(os_path_rename(next, current));
    TRY(os_dir_sync(log->config.log_dir));
    TRY(os_file_open(current, OS_OPEN_WRITE | OS_OPEN_EXCLUSIVE, &log->file));
    log->header = *header;
    log->xor_sum = 0;
    log->partial_segment = 0;
    log->batch_first = log->segment_next = 1;
    log->unsynced = log->next_asked = false;
    atomic_store(&log->file_gen, generation);
    os_mutex_lock(&log->lock);
    log->time_create = header->time_create;
    os_mutex_unlock(&log->lock);
done:
    os_file_close(file);
    ese_free(header);
    return err;
}

/* The current generation is complete: it gets its number as name, the prepared one becomes current. A crash between the renames
 * leaves no current log; log_survey and log_continue know that state. */
static ese_err roll_files(struct log *log, uint32_t generation)
{
    ese_err err = JET_errSuccess;
    char current[OS_PATH_MAX], archived[OS_PATH_MAX];
    uint32_t old = atomic_load(&log->file_gen);
    struct log_header *before = ese_alloc(sizeof *before);

    assert(generation == old + 1);
    if (before == NULL)
        FAIL(JET_errOutOfMemory);
    if (!log_path_of(&log->config, log->extension, 0, current) || !log_path_of(&log->config, log->extension, old, archived))
        FAIL(JET_errInvalidPath);
    TRY(log_settle(log));
    TRY(take_next(log));
    *before = log->header;
    os_file_close(log->file);
    log->file = NULL;
    TRY(os_path_rename(current, archived));
    TRY(log_first_file(log, generation, before, log->xor_sum));
    os_mutex_lock(&log->files_lock);
    if (log->gen_low == 0)
        log->gen_low = old;
    os_mutex_unlock(&log->files_lock);
    if (log->config.rolled != NULL)
        TRY(log->config.rolled(log->config.context, generation, &log->header.time_create));
done:
    ese_free(before);
    return err;
}
