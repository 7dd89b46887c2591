#include "store/log_int.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "format/checksum.h"

/* ---- what is on disk ---- */

struct scan {
    const struct log_config *config;
    const char *extension;
    uint32_t low, high;                                 /* archived generations */
    bool current;
};

static ese_err scan_entry(void *context, const char *name, const struct os_file_info *info)
{
    struct scan *scan = context;
    uint32_t generation;

    if (info->is_dir || !log_file_parse(name, scan->config->base, scan->extension, &generation))
        return JET_errSuccess;
    if (generation == 0) {
        scan->current = true;
    } else {
        if (scan->low == 0 || generation < scan->low)
            scan->low = generation;
        if (generation > scan->high)
            scan->high = generation;
    }
    return JET_errSuccess;
}

static ese_err scan_dir(const struct log_config *config, struct scan *scan)
{
    memset(scan, 0, sizeof *scan);
    scan->config = config;
    scan->extension = config->new_extensions ? "jtx" : "log";
    return os_dir_list(config->log_dir, scan_entry, scan);
}

static ese_err read_header(const char *path, struct log_header *out)
{
    ese_err err = JET_errSuccess;
    struct os_file *file = NULL;

    TRY(os_file_open(path, OS_OPEN_READ, &file));
    err = os_file_read(file, 0, out, sizeof *out);
    if (err == JET_errFileIOBeyondEOF)
        FAIL(JET_errLogFileCorrupt);
    TRY(err);
    TRY(log_header_check(out));
done:
    os_file_close(file);
    return err;
}

/* Archived generations at or above the current one are no part of this stream. */
static ese_err drop_out_of_range(const struct log_config *config, struct scan *scan, uint32_t current)
{
    ese_err err = JET_errSuccess;
    char path[OS_PATH_MAX];

    if (!config->delete_out_of_range)
        FAIL(JET_errInvalidLogSequence);
    for (; scan->high >= current && scan->high != 0; scan->high--) {
        if (!log_path_of(config, scan->extension, scan->high, path))
            FAIL(JET_errInvalidPath);
        err = os_path_delete(path);
        if (err != 0 && err != JET_errFileNotFound)
            goto done;
        err = JET_errSuccess;
    }
    if (scan->high < scan->low)
        scan->low = scan->high = 0;
done:
    return err;
}

ese_err log_survey(const struct log_config *config, struct log_survey *out)
{
    ese_err err = JET_errSuccess;
    struct scan scan;
    char path[OS_PATH_MAX];
    struct log_header *header = ese_alloc(sizeof *header);

    memset(out, 0, sizeof *out);
    if (header == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(scan_dir(config, &scan));
    if (!scan.current && scan.high == 0)
        goto done;
    if (!log_path_of(config, scan.extension, scan.current ? 0 : scan.high, path))
        FAIL(JET_errInvalidPath);
    TRY(read_header(path, header));
    out->any = true;
    out->has_current = scan.current;
    out->gen_high = le32_get(&header->generation);
    out->file_bytes = (uint32_t)le16_get(&header->total_sectors) * le16_get(&header->sector_bytes);
    if (scan.current && scan.high >= out->gen_high)
        TRY(drop_out_of_range(config, &scan, out->gen_high));
    out->gen_low = scan.low != 0 ? scan.low : out->gen_high;
    out->sign_log = header->sign_log;
    if (checkpoint_read(config, &out->checkpoint_file) == 0 && signature_equal(&out->checkpoint_file.sign_log, &out->sign_log)) {
        out->has_checkpoint = true;
        out->checkpoint = disk_lgpos_get(&out->checkpoint_file.checkpoint);
    }
done:
    ese_free(header);
    return err;
}

/* What a program that died had written may so far be in the system's cache only; so may the names its last roll gave. */
ese_err log_make_durable(const struct log_config *config, const struct log_survey *survey)
{
    ese_err err = JET_errSuccess;
    char path[OS_PATH_MAX];
    struct os_file *file = NULL;

    if (!log_path_of(config, config->new_extensions ? "jtx" : "log", survey->has_current ? 0 : survey->gen_high, path))
        FAIL(JET_errInvalidPath);
    TRY(os_file_open(path, OS_OPEN_WRITE, &file));
    TRY(os_file_sync(file));
    TRY(os_dir_sync(config->log_dir));
done:
    os_file_close(file);
    return err;
}

ese_err log_lowest(struct log *log, uint32_t *generation)
{
    ese_err err = JET_errSuccess;
    struct scan scan;

    TRY(scan_dir(&log->config, &scan));
    if (!scan.current && scan.low == 0)
        FAIL(JET_errFileNotFound);
    *generation = scan.low != 0 ? scan.low : atomic_load(&log->file_gen);
done:
    return err;
}

/* ---- start ---- */

static ese_err start(struct log *log)
{
    ese_err err = JET_errSuccess;
    TRY(log_make_reserves(log));
    TRY(log_start_threads(log));
done:
    if (err == JET_errDiskFull)
        err = JET_errLogDiskFull;
    return err;
}

ese_err log_create(const struct log_config *config, struct log **out)
{
    ese_err err = JET_errSuccess;
    struct log *log = NULL;

    *out = NULL;
    TRY(log_alloc(config, &log));
    signature_make(&log->sign_log);
    atomic_store(&log->checkpoint, lgpos_make(1, 1, 0).v);
    TRY(log_make_next(log, NULL));
    TRY(log_first_file(log, 1, NULL, 0));
    log_place(log, 1, 1);
    TRY(start(log));
    *out = log;
done:
    if (err != 0 && log != NULL) {
        log_stop_threads(log);
        log_release(log);
    }
    return err == JET_errDiskFull ? JET_errLogDiskFull : err;
}

/* ---- continuing a stream ---- */

struct tail {
    struct os_file *file;
    struct log_header header;
    uint32_t generation;
    uint16_t total;                                     /* segments of the file */
    uint16_t last;                                      /* last segment that is kept; 0 = none */
    uint32_t bytes;                                     /* kept of that segment */
    uint64_t xor_sum;
    uint8_t *segment;                                   /* two segments of scratch */
};

static bool only_padding(const uint8_t *segment, uint32_t from)
{
    uint32_t room = LOG_SEGMENT_BYTES - from;
    if (room >= LOG_NOP2 && segment[from] == LR_NOP2)
        return load_le32(segment + from + 1) == room - LOG_NOP2;
    while (from < LOG_SEGMENT_BYTES && segment[from] == 0)
        from++;
    return from == LOG_SEGMENT_BYTES;
}

/* The last kept segment stands in its own place and holds nothing behind the last kept record. It is rewritten only when that is
 * not so, and never over the only good copy. */
static ese_err settle_last(struct tail *t)
{
    ese_err err = JET_errSuccess;
    uint64_t at = (uint64_t)t->last * LOG_SEGMENT_BYTES;
    bool whole;
    uint8_t *picked;
    struct segment_header *h = (struct segment_header *)(void *)t->segment;

    TRY(os_file_read(t->file, at, t->segment, 2 * LOG_SEGMENT_BYTES));
    picked = log_segment_pick(t->segment, t->segment + LOG_SEGMENT_BYTES, t->generation, t->last);
    if (picked == NULL)
        FAIL(JET_errLogFileCorrupt);
    whole = picked == t->segment && only_padding(t->segment, t->bytes);
    if (picked != t->segment)
        memcpy(t->segment, picked, LOG_SEGMENT_BYTES);
    if (!whole) {
        memset(t->segment + t->bytes, 0, LOG_SEGMENT_BYTES - t->bytes);
        store_le16(h->zero + LOG_BATCH_AT, t->last);
        store_le32(h->zero + LOG_WRITE_NO_AT, load_le32(h->zero + LOG_WRITE_NO_AT) + 1);
        checksum_segment_stamp(t->segment, LOG_SEGMENT_BYTES, t->last);
        if (picked == t->segment) {
            TRY(os_file_write(t->file, at + LOG_SEGMENT_BYTES, t->segment, LOG_SEGMENT_BYTES));
            TRY(os_file_sync(t->file));
        }
        TRY(os_file_write(t->file, at, t->segment, LOG_SEGMENT_BYTES));
    }
    /* What recovery read may so far live in the system's cache only. */
    TRY(os_file_sync(t->file));
done:
    return err;
}

static bool is_zero(const uint8_t *at, size_t size)
{
    return at[0] == 0 && memcmp(at, at + 1, size - 1) == 0;
}

/* Segments first..last of the file, many at a time, from the far end if so wished; each is asked about once. */
typedef ese_err (*segment_fn)(struct tail *t, uint16_t number, uint8_t *segment);

static ese_err each_segment(struct tail *t, unsigned first, unsigned last, bool backwards, segment_fn each)
{
    ese_err err = JET_errSuccess;
    enum { CHUNK = 64 };
    uint8_t *chunk = ese_alloc((size_t)CHUNK * LOG_SEGMENT_BYTES);

    if (chunk == NULL)
        FAIL(JET_errOutOfMemory);
    for (unsigned left = last >= first ? last - first + 1 : 0, n = backwards ? last + 1 : first; left > 0;) {
        unsigned count = left < CHUNK ? left : CHUNK;
        unsigned from = backwards ? n - count : n;
        TRY(os_file_read(t->file, (uint64_t)from * LOG_SEGMENT_BYTES, chunk, (size_t)count * LOG_SEGMENT_BYTES));
        for (unsigned k = 0; k < count; k++) {
            unsigned i = backwards ? count - 1 - k : k;
            TRY(each(t, (uint16_t)(from + i), chunk + (size_t)i * LOG_SEGMENT_BYTES));
        }
        n = backwards ? from : n + count;
        left -= count;
    }
done:
    ese_free(chunk);
    return err;
}

static ese_err wipe_segment(struct tail *t, uint16_t number, uint8_t *segment)
{
    ese_err err = JET_errSuccess;
    const struct segment_header *h = (const struct segment_header *)(const void *)segment;
    uint32_t generation = le32_get(&h->at.generation);

    if (is_zero(segment, LOG_SEGMENT_BYTES) || (generation < t->generation && log_segment_good(segment, generation, number)))
        goto done;
    memset(segment, 0, LOG_SEGMENT_BYTES);
    TRY(os_file_write(t->file, (uint64_t)number * LOG_SEGMENT_BYTES, segment, LOG_SEGMENT_BYTES));
    TRY(os_file_sync(t->file));
done:
    return err;
}

static ese_err add_sum(struct tail *t, uint16_t number, uint8_t *segment)
{
    (void)number;
    t->xor_sum ^= load_le64(segment);
    return JET_errSuccess;
}

/* Whatever lies in first..last behind the end and could one day pass for a part of this generation is wiped, from the far end and each for good
 * before the next: what is left of it after a crash must not look as if something were missing before it. */
static ese_err wipe_behind(struct tail *t, unsigned first, unsigned last)
{
    return each_segment(t, first, last, true, wipe_segment);
}

static ese_err settle_tail(struct tail *t, lgpos end)
{
    ese_err err = JET_errSuccess;

    t->last = lgpos_segment(end);
    t->bytes = lgpos_byte(end);
    if (t->bytes <= LOG_SEGMENT_HEADER && t->last != 0) {
        t->last--;
        t->bytes = LOG_SEGMENT_BYTES;
    }
    if (t->last > t->total - 2 || t->bytes > LOG_SEGMENT_BYTES)
        FAIL(JET_errLogFileCorrupt);
    TRY(wipe_behind(t, t->last + 2u, t->total - 1u));   /* the one behind the last may be its shadow */
    if (t->last != 0)
        TRY(settle_last(t));
    TRY(wipe_behind(t, t->last + 1u, t->last + 1u));
    TRY(each_segment(t, 1, t->last, false, add_sum));
done:
    return err;
}

/* Later generations are given up (lossy recovery). */
static ese_err drop_later(const struct log *log, const struct log_survey *survey, uint32_t generation)
{
    ese_err err = JET_errSuccess;
    char path[OS_PATH_MAX];

    for (uint32_t g = survey->gen_high; g > generation; g--) {
        if (!log_path_of(&log->config, log->extension, survey->has_current && g == survey->gen_high ? 0 : g, path))
            FAIL(JET_errInvalidPath);
        err = os_path_delete(path);
        if (err != 0 && err != JET_errFileNotFound)
            goto done;
        err = JET_errSuccess;
    }
done:
    return err;
}

static ese_err open_tail(struct log *log, struct tail *t, bool current)
{
    ese_err err = JET_errSuccess;
    char path[OS_PATH_MAX];
    uint64_t size;

    t->segment = ese_alloc(2 * LOG_SEGMENT_BYTES);
    if (t->segment == NULL)
        FAIL(JET_errOutOfMemory);
    if (!log_path_of(&log->config, log->extension, current ? 0 : t->generation, path))
        FAIL(JET_errInvalidPath);
    TRY(os_file_open(path, OS_OPEN_WRITE | (current ? OS_OPEN_EXCLUSIVE : 0), &t->file));
    TRY(os_file_read(t->file, 0, &t->header, sizeof t->header));
    TRY(log_header_check(&t->header));
    TRY(os_file_size(t->file, &size));
    t->total = le16_get(&t->header.total_sectors);
    if (le32_get(&t->header.generation) != t->generation || t->total < 4 || size < (uint64_t)t->total * LOG_SEGMENT_BYTES)
        FAIL(JET_errLogFileCorrupt);
done:
    return err;
}

/* A new generation follows the one of the tail. */
static ese_err begin_next(struct log *log, struct tail *t, bool current)
{
    ese_err err = JET_errSuccess;
    char from[OS_PATH_MAX], to[OS_PATH_MAX];

    os_file_close(t->file);
    t->file = NULL;
    if (!log_path_of(&log->config, log->extension, 0, from) || !log_path_of(&log->config, log->extension, t->generation, to))
        FAIL(JET_errInvalidPath);
    TRY(log_make_next(log, NULL));
    if (current)
        TRY(os_path_rename(from, to));
    TRY(log_first_file(log, t->generation + 1, &t->header, t->xor_sum));
    if (log->gen_low == 0)
        log->gen_low = t->generation;
    log_place(log, t->generation + 1, 1);
    if (log->config.rolled != NULL)
        TRY(log->config.rolled(log->config.context, t->generation + 1, &log->header.time_create));
done:
    return err;
}

static ese_err continue_at(struct log *log, const struct log_survey *survey, struct tail *t, lgpos end)
{
    ese_err err = JET_errSuccess;
    bool current = survey->has_current && t->generation == survey->gen_high;

    TRY(drop_later(log, survey, t->generation));
    TRY(open_tail(log, t, current));
    TRY(settle_tail(t, end));
    if (!current || t->last >= log->segment_last || (uint32_t)t->total * LOG_SEGMENT_BYTES != log->config.file_bytes) {
        TRY(begin_next(log, t, current));
        goto done;
    }
    log->file = t->file;
    t->file = NULL;
    log->header = t->header;
    log->xor_sum = t->xor_sum;
    log->time_create = t->header.time_create;
    log->batch_first = log->segment_next = (uint16_t)(t->last + 1);
    atomic_store(&log->file_gen, t->generation);
    log_place(log, t->generation, (uint16_t)(t->last + 1));
done:
    return err;
}

ese_err log_continue(const struct log_config *config, const struct log_survey *survey, lgpos end, struct log **out)
{
    ese_err err = JET_errSuccess;
    struct log *log = NULL;
    struct tail *t = ese_alloc(sizeof *t);

    *out = NULL;
    if (t == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(log_alloc(config, &log));
    log->sign_log = survey->sign_log;
    log->gen_low = survey->gen_low < lgpos_generation(end) ? survey->gen_low : 0;
    if (survey->has_checkpoint)
        log->checkpoint_file = survey->checkpoint_file;
    atomic_store(&log->checkpoint, survey->has_checkpoint ? survey->checkpoint.v : lgpos_make(survey->gen_low, 1, 0).v);
    t->generation = lgpos_generation(end);
    TRY(continue_at(log, survey, t, end));
    TRY(start(log));
    *out = log;
done:
    if (t != NULL) {
        os_file_close(t->file);
        ese_free(t->segment);
    }
    ese_free(t);
    if (err != 0 && log != NULL) {
        log_stop_threads(log);
        log_release(log);
    }
    return err == JET_errDiskFull ? JET_errLogDiskFull : err;
}
