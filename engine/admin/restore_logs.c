#include <stdio.h>

#include "admin/restore_int.h"

enum { EVENT_SET_SIGNATURE = 433, EVENT_SET_NOT_CONTIGUOUS = 434, EVENT_SET_UNREADABLE = 440, EVENT_CURRENT_MISSING = 450,
       EVENT_EXISTING_SIGNATURE = 457, EVENT_EXISTING_NOT_CONTIGUOUS = 458, EVENT_TORN = 460, EVENT_CORRUPT = 463, EVENT_FORWARD_TORN = 461, EVENT_FORWARD_CORRUPT = 464 };

static const char *extension(const struct restore *r) { return r->inst->log_config.new_extensions ? "jtx" : "log"; }

/* ---- which generations are there ---- */

struct range { const struct log_config *config; uint32_t low, high; bool current; };

static ese_err widen(void *context, const char *name, const struct os_file_info *info)
{
    struct range *range = context;
    uint32_t generation;

    if (info->is_dir || !log_file_parse(name, range->config->base, range->config->new_extensions ? "jtx" : "log", &generation))
        return JET_errSuccess;
    if (generation == 0) {
        range->current = true;
        return JET_errSuccess;
    }
    if (range->low == 0 || generation < range->low)
        range->low = generation;
    if (generation > range->high)
        range->high = generation;
    return JET_errSuccess;
}

ese_err restore_range_of(const char *dir, const struct log_config *c, uint32_t *low, uint32_t *high)
{
    ese_err err = JET_errSuccess;
    struct range range = {c, 0, 0, false};

    TRY(os_dir_list(dir, widen, &range));
done:
    *low = range.low;
    *high = range.high;
    return err;
}

ese_err restore_find_range(struct restore *r)
{
    ese_err err = JET_errSuccess;

    if (r->gen_low != 0 || r->gen_high != 0)
        goto done;
    TRY(restore_range_of(r->dir, &r->inst->log_config, &r->gen_low, &r->gen_high));
    if (r->gen_low == 0)
        FAIL(JET_errInvalidPath);
done:
    return err;
}

/* ---- headers ---- */

static ese_err path_of(struct restore *r, const char *dir, uint32_t generation)
{
    ese_err err = JET_errSuccess;
    char name[64];
    int size;

    if (!log_file_name(name, sizeof name, r->inst->log_config.base, generation, extension(r)))
        FAIL(JET_errInvalidPath);
    size = snprintf(r->path, sizeof r->path, "%s%s", dir, name);
    if (size < 0 || (size_t)size >= sizeof r->path)
        FAIL(JET_errInvalidPath);
done:
    return err;
}

static ese_err read_header(struct restore *r, const char *dir, uint32_t generation, struct log_header *h, uint64_t *size)
{
    ese_err err = JET_errSuccess;
    struct os_file *file = NULL;

    TRY(path_of(r, dir, generation));
    TRY(os_file_open(r->path, OS_OPEN_READ, &file));
    TRY(os_file_size(file, size));
    if (os_file_read(file, 0, h, sizeof *h) < 0)
        FAIL(JET_errLogFileCorrupt);
    TRY(log_header_check(h));
    if (generation != 0 && le32_get(&h->generation) != generation)
        FAIL(JET_errLogFileCorrupt);
done:
    os_file_close(file);
    return err;
}

static bool follows(const struct log_header *h, const struct logtime *before)
{
    return memcmp(&h->time_prev_create, before, sizeof *before) == 0;
}

static ese_err check_shape(struct restore *r, const struct log_header *h, uint64_t size)
{
    ese_err err = JET_errSuccess;

    if (le16_get(&h->page_size) != (uint16_t)r->inst->page_size)
        FAIL(JET_errPageSizeMismatch);
    if (size != (uint64_t)le16_get(&h->total_sectors) * le16_get(&h->sector_bytes))
        FAIL(JET_errLogFileSizeMismatch);
done:
    return err;
}

ese_err restore_check_set(struct restore *r)
{
    ese_err err = JET_errSuccess;
    struct log_header *h = ese_alloc(sizeof *h);
    uint64_t size = 0;

    if (h == NULL)
        FAIL(JET_errOutOfMemory);
    for (uint32_t g = r->gen_low; g <= r->gen_high; g++) {
        err = read_header(r, r->dir, g, h, &size);
        if (err < 0 && err != JET_errFileNotFound)
            inst_event(r->inst, EVENT_SET_UNREADABLE, "%s cannot be read: error %d", r->path, (int)err);
        TRY(err);
        if (g == r->gen_low) {
            r->sign_log = h->sign_log;
            r->inst->log_config.file_bytes = (uint32_t)size;    /* the stream goes on with files of its own size */
        }
        if (!signature_equal(&h->sign_log, &r->sign_log)) {
            inst_event(r->inst, EVENT_SET_SIGNATURE, "%s belongs to another log stream", r->path);
            FAIL(JET_errGivenLogFileHasBadSignature);
        }
        TRY(check_shape(r, h, size));
        if (g != r->gen_low && !follows(h, &r->time_high)) {
            inst_event(r->inst, EVENT_SET_NOT_CONTIGUOUS, "%s does not follow the log before it", r->path);
            FAIL(JET_errGivenLogFileIsNotContiguous);
        }
        r->time_high = h->time_create;
    }
done:
    ese_free(h);
    return err;
}

/* ---- rolling forward ---- */

static ese_err check_existing(struct restore *r, uint32_t generation, uint32_t number, struct logtime *before, struct log_header *h)
{
    ese_err err = JET_errSuccess;
    uint64_t size;

    TRY(read_header(r, r->inst->log_config.log_dir, generation, h, &size));
    if (!signature_equal(&h->sign_log, &r->sign_log)) {
        inst_event(r->inst, EVENT_EXISTING_SIGNATURE, "%s belongs to another log stream", r->path);
        FAIL(JET_errExistingLogFileHasBadSignature);
    }
    if (le32_get(&h->generation) != number || !follows(h, before)) {
        inst_event(r->inst, EVENT_EXISTING_NOT_CONTIGUOUS, "%s does not follow the log before it", r->path);
        FAIL(JET_errExistingLogFileIsNotContiguous);
    }
    *before = h->time_create;
done:
    return err;
}

/* A generation of the set that also lies in the log folder must be the same one. */
static ese_err check_common(struct restore *r, uint32_t generation, struct log_header *h, struct log_header *other)
{
    ese_err err = JET_errSuccess;
    uint64_t size;

    TRY(read_header(r, r->dir, generation, h, &size));
    TRY(read_header(r, r->inst->log_config.log_dir, generation, other, &size));
    if (!signature_equal(&other->sign_log, &r->sign_log)) {
        inst_event(r->inst, EVENT_EXISTING_SIGNATURE, "%s belongs to another log stream", r->path);
        FAIL(JET_errExistingLogFileHasBadSignature);
    }
    if (memcmp(&h->time_create, &other->time_create, sizeof h->time_create) != 0) {
        inst_event(r->inst, EVENT_EXISTING_NOT_CONTIGUOUS, "%s is not the log of the backup set", r->path);
        FAIL(JET_errExistingLogFileIsNotContiguous);
    }
done:
    return err;
}

ese_err restore_check_forward(struct restore *r)
{
    ese_err err = JET_errSuccess;
    struct range range = {&r->inst->log_config, 0, 0, false};
    struct log_header *h = NULL;
    struct logtime before = r->time_high;
    uint32_t next = r->gen_high + 1;

    if (r->same_dir)
        goto done;
    h = ese_alloc(2 * sizeof *h);
    if (h == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(os_dir_list(r->inst->log_config.log_dir, widen, &range));
    for (uint32_t g = range.low > r->gen_low ? range.low : r->gen_low; g <= r->gen_high && g <= range.high && range.high != 0; g++)
        if (path_of(r, r->inst->log_config.log_dir, g) == 0) {
            struct os_file_info info;
            if (os_path_info(r->path, &info) == 0)
                TRY(check_common(r, g, h, h + 1));
        }
    for (; next <= range.high; next++) {
        err = check_existing(r, next, next, &before, h);
        if (err == JET_errFileNotFound) {
            inst_event(r->inst, EVENT_CURRENT_MISSING, "%s is missing", r->path);
            FAIL(JET_errMissingCurrentLogFiles);
        }
        TRY(err);
    }
    if (range.current)
        TRY(check_existing(r, 0, next, &before, h));
done:
    ese_free(h);
    return err;
}

ese_err restore_take_target_logs(struct restore *r, struct inst *target)
{
    ese_err err = JET_errSuccess;
    uint32_t current = 0, low = 0, set_low = 0, set_high = r->gen_high;
    char *from = ese_alloc(OS_PATH_MAX);

    if (from == NULL)
        FAIL(JET_errOutOfMemory);
    backup_log_trace(target, "restore rolls forward with the logs of this instance");
    TRY(log_roll(target->log, &current));
    TRY(log_lowest(target->log, &low));
    if (set_high == 0)
        TRY(restore_range_of(r->dir, &r->inst->log_config, &set_low, &set_high));
    for (uint32_t g = low > set_high + 1 ? low : set_high + 1; g < current; g++) {
        log_path(target->log, g, from);
        TRY(path_of(r, r->inst->log_config.log_dir, g));
        if (!os_path_same(from, r->path))
            TRY(recover_copy_file(from, r->path));
    }
    TRY(os_dir_sync(r->inst->log_config.log_dir));
done:
    ese_free(from);
    return err;
}

/* ---- records ---- */

static void reading(struct restore *r, struct log_read_config *read)
{
    memcpy(read->dirs[0], r->dir, sizeof read->dirs[0]);
    memcpy(read->base, r->inst->log_config.base, sizeof read->base);
    read->new_extensions = r->inst->log_config.new_extensions;
    read->page_size = r->inst->page_size;
    read->sign_log = &r->sign_log;
}

/* Read the whole set once before anything is changed: a set with a hole is refused while the databases are still as they were. */
ese_err restore_check_records(struct restore *r)
{
    ese_err err = JET_errSuccess;
    struct log_read_config *read = ese_alloc(sizeof *read);
    struct log_reader *reader = NULL;
    struct log_record record;
    struct log_span span;
    bool end = false;
    lgpos last = lgpos_make(r->gen_low, 0, 0);

    if (read == NULL)
        FAIL(JET_errOutOfMemory);
    reading(r, read);
    read->gen_high = r->gen_high;
    TRY(log_reader_open(read, last, &reader));
    while ((err = log_reader_next(reader, &record, &span, &end)) == 0 && !end)
        last = span.at;
    if (err == JET_errLogFileCorrupt || err == JET_errLogReadVerifyFailure) {
        inst_event(r->inst, EVENT_CORRUPT, "a log of the backup set is corrupt behind %X:%X:%X", (unsigned)lgpos_generation(last),
                   (unsigned)lgpos_segment(last), (unsigned)lgpos_byte(last));
        FAIL(JET_errLogCorruptDuringHardRestore);
    }
    TRY(err);
    if (log_reader_torn(reader) || lgpos_generation(last) < r->gen_high) {
        inst_event(r->inst, EVENT_TORN, "a log of the backup set is torn behind %X:%X:%X", (unsigned)lgpos_generation(last),
                   (unsigned)lgpos_segment(last), (unsigned)lgpos_byte(last));
        FAIL(JET_errLogTornWriteDuringHardRestore);
    }
done:
    log_reader_close(reader);
    ese_free(read);
    return err;
}

/* The tail of the last log may be damaged: there rolling forward ends, as after a power cut. */
ese_err restore_check_forward_records(struct restore *r)
{
    ese_err err = JET_errSuccess;
    struct log_read_config *read = ese_alloc(sizeof *read);
    struct log_reader *reader = NULL;
    struct log_record record;
    struct log_span span;
    bool end = false, torn;
    lgpos last = lgpos_make(r->gen_high, 0, 0);

    if (read == NULL)
        FAIL(JET_errOutOfMemory);
    reading(r, read);
    memcpy(read->dirs[1], r->inst->log_config.log_dir, sizeof read->dirs[1]);
    read->gen_split = r->gen_high;
    TRY(log_reader_open(read, last, &reader));
    while ((err = log_reader_next(reader, &record, &span, &end)) == 0 && !end)
        last = span.at;
    torn = log_reader_torn(reader);
    if (err == JET_errLogFileCorrupt || err == JET_errLogReadVerifyFailure) {
        inst_event(r->inst, torn ? EVENT_FORWARD_TORN : EVENT_FORWARD_CORRUPT, "a log to roll forward with is damaged behind %X:%X:%X",
                   (unsigned)lgpos_generation(last), (unsigned)lgpos_segment(last), (unsigned)lgpos_byte(last));
        FAIL(torn ? JET_errLogTornWriteDuringHardRecovery : JET_errLogCorruptDuringHardRecovery);
    }
    TRY(err);
done:
    log_reader_close(reader);
    ese_free(read);
    return err;
}
