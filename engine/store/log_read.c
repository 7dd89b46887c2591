#include "store/log_int.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "format/checksum.h"

enum { WINDOW_SEGMENTS = 256, RECORD_BYTES_MAX = 16 * 1024 * 1024 };

struct log_reader {
    struct log_read_config config;
    const char *extension;
    struct signature sign_log;
    bool have_signature;

    struct os_file *file;
    struct log_header header;
    uint32_t generation;
    uint16_t total, last;                               /* segments of the file; last data segment */
    uint64_t xor_sum;                                   /* of the segments read so far in this generation */
    bool chain;                                         /* the generation before was read from its first segment to its end */
    bool current;                                       /* the file is the current log */
    bool skipped;                                       /* it was not read from its first segment */
    struct logtime time_before;
    uint64_t xor_before;

    uint8_t *window;                                    /* WINDOW_SEGMENTS of the file */
    uint16_t window_first, window_count;

    uint16_t segment;                                   /* being read; 0 = none yet */
    uint8_t *data;                                      /* copy of it: slices of records point here */
    uint32_t byte;
    bool from_shadow, in_segment, ended, torn;
    lgpos from;

    uint8_t *whole;                                     /* fragments put together */
    size_t whole_room;
};

bool log_segment_good(uint8_t *segment, uint32_t generation, uint16_t number)
{
    const struct segment_header *h = (const struct segment_header *)(const void *)segment;
    return le32_get(&h->at.generation) == generation && le16_get(&h->at.segment) == number &&
           checksum_segment_verify(segment, LOG_SEGMENT_BYTES, number) && le32_get(&h->at.generation) == generation &&
           le16_get(&h->at.segment) == number;
}

/* Of two good copies the one written later; copies of others carry no number and are equal. */
uint8_t *log_segment_pick(uint8_t *in_place, uint8_t *behind, uint32_t generation, uint16_t number)
{
    const struct segment_header *a = (const struct segment_header *)(const void *)in_place;
    const struct segment_header *b = (const struct segment_header *)(const void *)behind;
    bool good = log_segment_good(in_place, generation, number);

    if (good && (le32_get(&b->at.generation) != generation || le16_get(&b->at.segment) != number ||
                 load_le32(b->zero + LOG_WRITE_NO_AT) <= load_le32(a->zero + LOG_WRITE_NO_AT)))
        return in_place;
    if (log_segment_good(behind, generation, number))
        return behind;
    return good ? in_place : NULL;
}

/* ---- generations ---- */

struct find { const struct log_reader *r; uint32_t wanted; bool exact, higher, current; char name[64]; };

static ese_err find_entry(void *context, const char *name, const struct os_file_info *info)
{
    struct find *find = context;
    uint32_t generation;

    if (info->is_dir || !log_file_parse(name, find->r->config.base, find->r->extension, &generation))
        return JET_errSuccess;
    if (generation == 0) {
        find->current = true;
    } else if (generation == find->wanted && strlen(name) < sizeof find->name) {
        find->exact = true;
        strcpy(find->name, name);
    } else if (generation > find->wanted) {
        find->higher = true;
    }
    return JET_errSuccess;
}

static ese_err read_header_of(struct log_reader *r, const char *dir, const char *name)
{
    ese_err err = JET_errSuccess;
    char path[OS_PATH_MAX];
    int n = snprintf(path, sizeof path, "%s%s", dir, name);

    if (n <= 0 || (size_t)n >= sizeof path)
        FAIL(JET_errInvalidPath);
    os_file_close(r->file);
    r->file = NULL;
    r->window_count = 0;
    TRY(os_file_open(path, OS_OPEN_READ, &r->file));
    err = os_file_read(r->file, 0, &r->header, sizeof r->header);
    if (err == JET_errFileIOBeyondEOF)
        FAIL(JET_errLogFileCorrupt);
    TRY(err);
    TRY(log_header_check(&r->header));
done:
    return err;
}

/* Opens the file of a generation; *found false when there is none and *higher tells whether later ones exist. */
static ese_err open_file(struct log_reader *r, uint32_t generation, bool *found, bool *higher)
{
    ese_err err = JET_errSuccess;
    char current[32];

    *found = *higher = false;
    for (unsigned i = 0; i < 2; i++) {
        struct find find = {.r = r, .wanted = generation};
        const char *dir = r->config.dirs[i];
        if (dir[0] == '\0' || (i == 0 && r->config.gen_split != 0 && generation > r->config.gen_split))
            continue;
        TRY(os_dir_list(dir, find_entry, &find));
        *higher = *higher || find.higher;
        if (find.exact) {
            TRY(read_header_of(r, dir, find.name));
            if (le32_get(&r->header.generation) != generation)
                FAIL(JET_errLogGenerationMismatch);
            *found = true;
            r->current = false;
            goto done;
        }
        if (find.current && log_file_name(current, sizeof current, r->config.base, 0, r->extension)) {
            TRY(read_header_of(r, dir, current));
            *found = le32_get(&r->header.generation) == generation;
            *higher = *higher || le32_get(&r->header.generation) > generation;
            r->current = *found;
            if (*found)
                goto done;
        }
    }
done:
    return err;
}

static ese_err check_chain(struct log_reader *r)
{
    ese_err err = JET_errSuccess;
    const struct log_header *h = &r->header;
    bool has_xor = le32_get(&h->update_minor) >= 13 || le32_get(&h->update_major) > 4;

    if (r->have_signature && !signature_equal(&h->sign_log, &r->sign_log))
        FAIL(JET_errBadLogSignature);
    if (r->config.page_size != 0 && le16_get(&h->page_size) != r->config.page_size)
        FAIL(JET_errPageSizeMismatch);
    if (r->config.file_bytes != 0 && (uint32_t)le16_get(&h->total_sectors) * le16_get(&h->sector_bytes) != r->config.file_bytes)
        FAIL(JET_errLogFileSizeMismatch);
    if (le16_get(&h->sector_bytes) != LOG_SEGMENT_BYTES)
        FAIL(JET_errLogSectorSizeMismatch);
    if (r->chain && memcmp(&h->time_prev_create, &r->time_before, sizeof r->time_before) != 0)
        FAIL(JET_errInvalidLogSequence);
    if (r->chain && has_xor && le64_get(&h->prev_xor) != r->xor_before)
        FAIL(JET_errLogSequenceChecksumMismatch);
done:
    return err;
}

/* The next generation is brought in while this one is replayed. Whatever is wrong with it shows when its turn comes. */
static void prefetch_generation(struct log_reader *r, uint32_t generation)
{
    char name[32], path[OS_PATH_MAX];
    struct os_file *file = NULL;
    struct os_file_info info;

    if (!log_file_name(name, sizeof name, r->config.base, generation, r->extension))
        return;
    for (unsigned i = 0; i < 2 && r->config.dirs[i][0] != '\0'; i++) {
        int n = snprintf(path, sizeof path, "%s%s", r->config.dirs[i], name);
        if (n <= 0 || (size_t)n >= sizeof path || os_path_info(path, &info) < 0 || os_file_open(path, OS_OPEN_READ, &file) < 0)
            continue;
        os_file_prefetch(file, 0, (size_t)info.size);
        os_file_close(file);
        return;
    }
}

/* *end when the stream stops before this generation. */
static ese_err open_generation(struct log_reader *r, uint32_t generation, bool *end)
{
    ese_err err = JET_errSuccess;
    bool found, higher;

    *end = false;
    TRY(open_file(r, generation, &found, &higher));
    if (!found) {
        if (r->config.gen_high != 0 && generation <= r->config.gen_high)
            FAIL(JET_errMissingLogFile);
        if (higher)
            FAIL(JET_errInvalidLogSequence);
        *end = true;
        goto done;
    }
    TRY(check_chain(r));
    r->sign_log = r->header.sign_log;
    r->have_signature = true;
    r->generation = generation;
    r->total = le16_get(&r->header.total_sectors);
    if (r->total < 3)
        FAIL(JET_errLogFileCorrupt);
    r->last = (uint16_t)(r->total - 2);
    r->segment = 0;
    r->in_segment = false;
    r->xor_sum = 0;
    r->skipped = r->config.from_checkpoint && r->current && generation == lgpos_generation(r->from) && lgpos_segment(r->from) > 1;
    if (r->skipped)
        r->segment = (uint16_t)(lgpos_segment(r->from) - 1);
    os_file_prefetch(r->file, 0, (size_t)r->total * LOG_SEGMENT_BYTES);
    prefetch_generation(r, generation + 1);
done:
    return err;
}

/* ---- segments ---- */

/* Segment number of the file and the one behind it, as they lie there; zeros behind the end of a short file. */
static ese_err raw_pair(struct log_reader *r, uint16_t number, uint8_t **out)
{
    ese_err err = JET_errSuccess;

    if (number < r->window_first || number + 2 > r->window_first + r->window_count) {
        size_t got;
        uint16_t count = (uint16_t)(r->total - number < WINDOW_SEGMENTS ? r->total - number : WINDOW_SEGMENTS);
        r->window_count = 0;
        TRY(os_file_read_some(r->file, (uint64_t)number * LOG_SEGMENT_BYTES, r->window, (size_t)count * LOG_SEGMENT_BYTES, &got));
        memset(r->window + got, 0, (size_t)count * LOG_SEGMENT_BYTES - got);
        r->window_first = number;
        r->window_count = count;
    }
    *out = r->window + (size_t)(number - r->window_first) * LOG_SEGMENT_BYTES;
done:
    return err;
}

static bool is_fill(const uint8_t *at)
{
    return memcmp(at, at + 1, LOG_SEGMENT_BYTES - 1) == 0;
}

/* Not a segment of this generation at this place, but nothing that went wrong either: never written, content of a recycled file,
 * or the shadow of the segment before. */
static bool is_unused(struct log_reader *r, uint8_t *at, uint16_t number)
{
    const struct segment_header *h = (const struct segment_header *)(const void *)at;
    uint32_t generation = le32_get(&h->at.generation);
    uint16_t segment = le16_get(&h->at.segment);

    if (is_fill(at))
        return true;
    if (generation == r->generation)
        return segment + 1 == number && log_segment_good(at, generation, segment);
    return generation != 0 && generation < r->generation && log_segment_good(at, generation, segment);
}

/* The log seems to end before segment number. It does unless a later segment proves that more had been written and synced:
 * each of ours names the first segment of its batch, so that one from the batch that a crash tore proves nothing. */
static ese_err check_end(struct log_reader *r, uint16_t number, bool unused)
{
    ese_err err = JET_errSuccess;
    bool ours = (r->header.reserved[0] & LOG_MARK_BATCH) != 0;
    uint8_t *at;

    for (uint16_t n = (uint16_t)(number + 1); n <= r->last; n++) {
        uint16_t batch;
        TRY(raw_pair(r, n, &at));
        if (!log_segment_good(at, r->generation, n))
            continue;
        batch = load_le16(((const struct segment_header *)(const void *)at)->zero + LOG_BATCH_AT);
        if (!ours || batch == 0 || batch > number)
            FAIL(JET_errLogFileCorrupt);
        r->torn = true;
    }
    if (!unused) {
        if (!ours)
            FAIL(JET_errLogFileCorrupt);
        r->torn = true;
    }
done:
    return err;
}

/* Moves to the next segment of the generation; *end when there is none. */
static ese_err next_segment(struct log_reader *r, bool *end)
{
    ese_err err = JET_errSuccess;
    uint16_t number = (uint16_t)(r->segment + 1);
    uint8_t *at, *picked;

    *end = number > r->last || r->from_shadow;
    r->in_segment = false;
    if (*end)
        goto done;
    TRY(raw_pair(r, number, &at));
    picked = log_segment_pick(at, at + LOG_SEGMENT_BYTES, r->generation, number);
    if (picked == NULL) {
        TRY(check_end(r, number, is_unused(r, at, number)));
        *end = true;
        goto done;
    }
    r->from_shadow = picked != at;
    at = picked;
    memcpy(r->data, at, LOG_SEGMENT_BYTES);
    r->xor_sum ^= load_le64(r->data);
    r->segment = number;
    r->byte = LOG_SEGMENT_HEADER;
    r->in_segment = true;
done:
    return err;
}

/* The generation is over: the next one, or the end of the stream. */
static ese_err next_generation(struct log_reader *r, bool *end)
{
    ese_err err = JET_errSuccess;
    bool torn = r->torn;

    *end = r->config.gen_high != 0 && r->generation >= r->config.gen_high;
    if (*end)
        goto done;
    r->chain = !r->skipped;
    r->time_before = r->header.time_create;
    r->xor_before = r->xor_sum;
    r->from_shadow = false;
    err = open_generation(r, r->generation + 1, end);
    if (torn && (err == JET_errLogSequenceChecksumMismatch || (err >= 0 && !*end)))
        FAIL(JET_errLogFileCorrupt);                    /* a log follows, so this one was synced whole */
    TRY(err);
done:
    return err;
}

/* At a byte of a segment that may hold a record; *end at the end of the stream. */
static ese_err position(struct log_reader *r, bool *end)
{
    ese_err err = JET_errSuccess;

    *end = r->ended;
    while (!*end) {
        bool over;
        /* Segments before the start are read for the chain of checksums only. */
        if (r->in_segment && !(r->generation == lgpos_generation(r->from) && r->segment < lgpos_segment(r->from))) {
            while (r->byte < LOG_SEGMENT_BYTES && r->data[r->byte] == LR_NOP)
                r->byte++;
            if (r->byte < LOG_SEGMENT_BYTES)
                break;
        }
        TRY(next_segment(r, &over));
        if (over)
            TRY(next_generation(r, end));
    }
    r->ended = *end;
done:
    return err;
}

/* ---- records ---- */

/* The record at the position; steps over it. */
static ese_err take_record(struct log_reader *r, struct log_record *record, struct log_span *span)
{
    ese_err err = JET_errSuccess;
    size_t size;

    TRY(lr_decode(bytes_of(r->data + r->byte, LOG_SEGMENT_BYTES - r->byte), record, &size));
    span->at = log_name(r->generation, r->segment, r->byte);
    r->byte += (uint32_t)size;
    span->end = lgpos_make(r->generation, r->segment, (uint16_t)r->byte);
done:
    return err;
}

static ese_err grow_whole(struct log_reader *r, size_t total)
{
    ese_err err = JET_errSuccess;
    uint8_t *more;

    if (total > RECORD_BYTES_MAX)
        FAIL(JET_errLogFileCorrupt);
    if (total <= r->whole_room)
        goto done;
    more = ese_resize(r->whole, total);
    if (more == NULL)
        FAIL(JET_errOutOfMemory);
    r->whole = more;
    r->whole_room = total;
done:
    return err;
}

/* The rest of a record that begins with a FRAGMENT_BEGIN; *end when the log ends inside it. A crash may have cut a record at the end
 * of one generation, and the run after it has gone on in the next, empty one: then record and span are what comes there. */
static ese_err join_fragments(struct log_reader *r, struct log_record *record, struct log_span *span, bool *end)
{
    ese_err err = JET_errSuccess;
    size_t total = record->u.fragment.total, have = record->u.fragment.part.size, size;

    if (have > total)
        FAIL(JET_errLogFileCorrupt);
    TRY(grow_whole(r, total));
    memcpy(r->whole, record->u.fragment.part.data, have);
    while (have < total) {
        struct log_span part;
        TRY(position(r, end));
        if (*end)
            goto done;
        TRY(take_record(r, record, &part));
        if (record->type != LR_FRAGMENT && lgpos_generation(part.at) > lgpos_generation(span->at)) {
            *span = part;
            goto done;
        }
        if (record->type != LR_FRAGMENT || record->u.fragment.part.size > total - have)
            FAIL(JET_errLogFileCorrupt);
        memcpy(r->whole + have, record->u.fragment.part.data, record->u.fragment.part.size);
        have += record->u.fragment.part.size;
        span->end = part.end;
    }
    TRY(lr_decode(bytes_of(r->whole, total), record, &size));
    if (size != total)
        FAIL(JET_errLogFileCorrupt);
done:
    return err;
}

ese_err log_reader_next(struct log_reader *r, struct log_record *record, struct log_span *span, bool *end)
{
    ese_err err = JET_errSuccess;

    for (;;) {
        TRY(position(r, end));
        if (*end)
            goto done;
        TRY(take_record(r, record, span));
        if (record->type == LR_NOP2 || record->type == LR_FRAGMENT)
            continue;                                   /* padding; the rest of a record that began before the start */
        while (record->type == LR_FRAGMENT_BEGIN) {
            TRY(join_fragments(r, record, span, end));
            if (*end)
                goto done;
        }
        if (record->type == LR_NOP2)
            continue;
        if (span->at.v >= r->from.v)
            goto done;
    }
done:
    return err;
}

/* ---- life ---- */

static ese_err lowest_generation(struct log_reader *r, uint32_t *out)
{
    ese_err err = JET_errSuccess;
    uint32_t low = 0;

    for (unsigned i = 0; i < 2 && r->config.dirs[i][0] != '\0'; i++) {
        struct log_config config;
        struct log_survey *survey = ese_alloc(sizeof *survey);
        if (survey == NULL)
            FAIL(JET_errOutOfMemory);
        memset(&config, 0, sizeof config);
        strcpy(config.log_dir, r->config.dirs[i]);
        memcpy(config.base, r->config.base, sizeof config.base);
        config.new_extensions = r->config.new_extensions;
        err = log_survey(&config, survey);
        if (err == 0 && survey->any && (low == 0 || survey->gen_low < low))
            low = survey->gen_low;
        ese_free(survey);
        TRY(err);
    }
    if (low == 0)
        FAIL(JET_errMissingLogFile);
    *out = low;
done:
    return err;
}

ese_err log_reader_open(const struct log_read_config *config, lgpos from, struct log_reader **out)
{
    ese_err err = JET_errSuccess;
    uint32_t generation = lgpos_generation(from);
    bool end;
    struct log_reader *r = ese_alloc(sizeof *r);

    *out = NULL;
    if (r == NULL)
        FAIL(JET_errOutOfMemory);
    r->config = *config;
    r->extension = config->new_extensions ? "jtx" : "log";
    r->from = from;
    if (config->sign_log != NULL) {
        r->sign_log = *config->sign_log;
        r->have_signature = true;
    }
    r->data = ese_alloc(LOG_SEGMENT_BYTES);
    r->window = ese_alloc_aligned(LOG_SEGMENT_BYTES, (size_t)WINDOW_SEGMENTS * LOG_SEGMENT_BYTES);
    if (r->data == NULL || r->window == NULL)
        FAIL(JET_errOutOfMemory);
    if (generation == 0)
        TRY(lowest_generation(r, &generation));
    TRY(open_generation(r, generation, &end));
    if (end)
        FAIL(JET_errMissingLogFile);
    *out = r;
    r = NULL;
done:
    log_reader_close(r);
    return err;
}

const struct log_header *log_reader_header(const struct log_reader *r) { return &r->header; }
bool log_reader_torn(const struct log_reader *r) { return r->torn; }

void log_reader_close(struct log_reader *r)
{
    if (r == NULL)
        return;
    os_file_close(r->file);
    ese_free(r->data);
    ese_free_aligned(r->window);
    ese_free(r->whole);
    ese_free(r);
}
