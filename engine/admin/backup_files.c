#include "admin/backup_int.h"
#include "admin/db_attach.h"
#include "format/checksum.h"

enum { HEADER_PAGES = 2, TRAILER_PAGES = 1, FIRST_READ_PAGES_DB = 3, FIRST_READ_PAGES_LOG = 2, BUFFER_ALIGNMENT = 4096,
       VERIFY_RETRIES = 16, RETRY_PAUSE_MS = 100, PREFETCH_BYTES_MAX = 4 << 20 };

static bool read_whole(const struct backup_file *f) { return f->at == f->size && f->start == 0; }

static void drop_file(struct backup_file *f)
{
    os_file_close(f->file);
    ese_free(f->header);
    memset(f, 0, sizeof *f);
}

/* The backup ends with a file still open: as if its client had closed it early. */
void backup_close_any(struct backup *b)
{
    if (!b->file.open)
        return;
    inst_event(b->inst, EVENT_FILE_INCOMPLETE, "%s was not read to its end", b->file.path);
    drop_file(&b->file);
}

/* ---- open ---- */

static ese_err open_database(struct backup *b, struct db_file *db, uint64_t *size)
{
    ese_err err = JET_errSuccess;
    struct backup_file *f = &b->file;
    struct db_header *h;

    f->header = ese_alloc(db->page_size);
    if (f->header == NULL)
        FAIL(JET_errOutOfMemory);
    os_mutex_lock(&db->header_lock);
    memcpy(f->header, db->header_page, db->page_size);
    os_mutex_unlock(&db->header_lock);
    h = (struct db_header *)(void *)f->header;
    backup_info_set(&h->full_cur, b->mark, &b->mark_time, b->copy_low, 0);
    db_header_seal(f->header, db->page_size);
    f->db = db;
    f->page_last = atomic_load(&db->page_last);
    f->size = ((uint64_t)f->page_last + HEADER_PAGES + TRAILER_PAGES) * db->page_size;
    f->open = true;
    *size = f->size;
    b->dbs[db->dbid].included = true;
    b->dbs[db->dbid].complete = false;
    backup_log_trace(b->inst, "Start backup file %s, size %u Mb", db->path, (unsigned)(f->size >> 20));
    inst_event(b->inst, EVENT_FILE_STARTS, "copying %s", db->path);
    if (b->inst->zero_in_backup)
        inst_event(b->inst, EVENT_ZEROING_BEGINS, "unused space of %s is zeroed in the copy", db->path);
done:
    if (err < 0)
        drop_file(f);
    return err;
}

static const char *file_name(const char *path)
{
    const char *name = path;

    for (; *path != '\0'; path++)
        if (*path == '/' || *path == '\\')
            name = path + 1;
    return name;
}

static bool ends_with(const char *name, const char *ext)
{
    size_t size = strlen(name), tail = strlen(ext);

    if (size <= tail || name[size - tail - 1] != '.')
        return false;
    for (size_t i = 0; i < tail; i++)
        if ((name[size - tail + i] | 0x20) != (ext[i] | 0x20))
            return false;
    return true;
}

/* Only logs, and the empty patch files of a directory backup, are given out (backup-restore.md 5). */
static ese_err check_log_name(struct backup *b, const char *name, const struct os_file_info *info, uint32_t *generation)
{
    ese_err err = JET_errSuccess;
    const char *ext = b->inst->log_config.new_extensions ? "jtx" : "log";

    *generation = 0;
    if (ends_with(name, ext)) {
        if (!log_file_parse(name, b->inst->log_config.base, ext, generation) || *generation == 0)
            FAIL(JET_errInvalidParameter);
    } else if (info != NULL && !(ends_with(name, "pat") && info->size == 0)) {
        FAIL(JET_errInvalidParameter);
    }
done:
    return err;
}

static ese_err open_log(struct backup *b, const char *path, uint64_t *size)
{
    ese_err err = JET_errSuccess;
    struct backup_file *f = &b->file;
    struct os_file_info info;
    uint32_t generation = 0;

    if (db_find(b->inst, path) != NULL)
        FAIL(JET_errInvalidBackupSequence);
    TRY(check_log_name(b, file_name(path), NULL, &generation));
    if (os_path_info(path, &info) < 0) {
        inst_event(b->inst, EVENT_FILE_MISSING, "%s is missing", path);
        FAIL(JET_errMissingFileToBackup);
    }
    TRY(check_log_name(b, file_name(path), &info, &generation));
    if (info.is_dir || os_file_open(path, OS_OPEN_READ, &f->file) < 0)
        FAIL(JET_errFileAccessDenied);
    TRY(os_file_size(f->file, &f->size));
    f->generation = generation;
    f->open = true;
    *size = f->size;
    os_file_prefetch(f->file, 0, (size_t)(f->size < PREFETCH_BYTES_MAX ? f->size : PREFETCH_BYTES_MAX));
    inst_event(b->inst, EVENT_FILE_STARTS, "copying %s", path);
done:
    if (err < 0)
        drop_file(f);
    return err;
}

static ese_err open_attached(struct backup *b, const char *full, uint64_t *size)
{
    ese_err err = JET_errSuccess;
    struct db_file *db;

    atomic_fetch_add(&b->inst->db_users, 1);
    db = db_find(b->inst, full);
    if (!backup_sees(db)) {
        inst_event(b->inst, EVENT_DATABASE_DROPPED, "%s is not an attached database", full);
        FAIL(JET_errDatabaseNotFound);
    }
    if (atomic_load(&db->exclusive)) {
        inst_event(b->inst, EVENT_DATABASE_DROPPED, "%s is in exclusive use", full);
        FAIL(JET_errDatabaseLocked);
    }
    TRY(open_database(b, db, size));
done:
    atomic_fetch_sub(&b->inst->db_users, 1);
    return err;
}

ese_err backup_open_file(struct inst *inst, const char *path, uint64_t *handle, uint64_t *size)
{
    return backup_open_section(inst, path, 0, handle, size);
}

ese_err backup_open_section(struct inst *inst, const char *path, uint64_t start, uint64_t *handle, uint64_t *size)
{
    ese_err err = JET_errSuccess;
    struct backup *b = inst->backup;
    char full[OS_PATH_MAX];

    os_mutex_lock(&b->lock);
    TRY(backup_check(b));
    if (path == NULL || path[0] == '\0')
        FAIL(JET_errInvalidParameter);
    if (b->file.open)
        FAIL(JET_errOutOfMemory);
    if (handle == NULL || size == NULL)
        FAIL(JET_errInvalidParameter);
    if (start % inst->page_size != 0 || (start != 0 && start < HEADER_PAGES * (uint64_t)inst->page_size))
        FAIL(JET_errInvalidParameter);
    TRY(os_path_full(path, full, sizeof full));
    if (b->phase == BACKUP_DATABASES) {
        TRY(open_attached(b, full, size));
    } else if ((err = open_log(b, full, size)) < 0) {
        backup_abandon(b, err);
        goto done;
    }
    memcpy(b->file.path, full, sizeof full);
    b->file.start = start;
    b->file.at = start < b->file.size ? start : b->file.size;
    *handle = 0;
done:
    os_mutex_unlock(&b->lock);
    return err;
}

/* ---- read ---- */

/* Deleted data leaves the copy only: the page means what it meant, so redo finds it as good as the database's own. */
static void scrub_copies(const struct backup *b, pgno first, unsigned count, uint8_t *to)
{
    uint32_t page_size = b->file.db->page_size;

    for (unsigned i = 0; i < count; i++) {
        struct page p = {to + (size_t)i * page_size, page_size};
        const char *fault = NULL;

        if (page_is_zero(p) || page_check(p, &fault) < 0)
            continue;
        page_scrub(p);
        checksum_page_stamp(p.at, page_size, first + i);
    }
}

/* A page that fails is most likely caught in the middle of somebody's write below us: give it time. */
static ese_err copy_pages(struct backup *b, pgno first, unsigned count, uint8_t *to)
{
    ese_err err = JET_errSuccess;

    for (unsigned retry = 0;; retry++) {
        err = buf_copy_pages(b->file.db, first, count, to);
        if (err != JET_errReadVerifyFailure || retry == VERIFY_RETRIES || atomic_load(&b->stop))
            break;
        os_sleep_ms(RETRY_PAUSE_MS * (retry + 1));
    }
    if (err == JET_errSuccess && b->inst->zero_in_backup)
        scrub_copies(b, first, count, to);
    return err;
}

/* Changes in the copy may be logged in generations that no file has yet: the set needs them all the same. */
static void build_trailer(struct backup *b, uint8_t *page)
{
    struct db_file *db = b->file.db;
    struct backup_trailer *t = (struct backup_trailer *)(void *)page;
    const struct db_header *h = (const struct db_header *)(void *)b->file.header;

    memset(page, 0, db->page_size);
    backup_info_set(&t->info, b->mark, &b->mark_time, b->copy_low, lgpos_generation(log_tip(db->log)));
    t->sign_db = h->sign_db;
    log_signature(db->log, &t->sign_log);
    le32_set(&t->checksum, checksum_header(page, db->page_size));
}

/* The next pages of the stream: header twice, data pages, trailer. */
static ese_err read_database(struct backup *b, uint8_t *to, uint32_t room, uint32_t *got)
{
    ese_err err = JET_errSuccess;
    struct backup_file *f = &b->file;
    uint32_t page_size = f->db->page_size, left = room / page_size, done = 0;
    uint64_t next = f->at / page_size, total = f->size / page_size;

    while (left != 0 && next < total) {
        uint8_t *at = to + (size_t)done * page_size;
        uint32_t count = 1;

        if (next < HEADER_PAGES) {
            memcpy(at, f->header, page_size);
        } else if (next + TRAILER_PAGES < total) {
            count = total - TRAILER_PAGES - next < left ? (uint32_t)(total - TRAILER_PAGES - next) : left;
            TRY(copy_pages(b, (pgno)(next - HEADER_PAGES + 1), count, at));
        } else {
            build_trailer(b, at);
        }
        done += count;
        left -= count;
        next += count;
    }
    f->at = next * page_size;
    *got = done * page_size;
done:
    return err;
}

/*
 * Every block of a log must be a segment of its generation in its place, or the shadow of the one before. The first that
 * is neither ends the log; behind it only leftovers may lie: a segment of this generation there means a hole.
 */
static ese_err verify_blocks(struct backup_file *f, uint8_t *blocks, uint32_t size)
{
    ese_err err = JET_errSuccess;

    for (uint32_t done = 0; done < size; done += LOG_SEGMENT_BYTES) {
        uint8_t *block = blocks + done;
        uint32_t number = (uint32_t)((f->at + done) / LOG_SEGMENT_BYTES);

        if (number == 0) {
            struct log_header *h = (struct log_header *)(void *)block;
            if (log_header_check(h) < 0 || le32_get(&h->generation) != f->generation)
                FAIL(JET_errLogReadVerifyFailure);
        } else if (load_le32(block + offsetof(struct segment_header, at) + 4) != f->generation) {
            f->log_ended = true;
        } else if (checksum_segment_verify(block, LOG_SEGMENT_BYTES, number)) {
            if (f->log_ended)
                FAIL(JET_errLogReadVerifyFailure);
            f->log_xor ^= load_le64(block);
        } else if (!checksum_segment_verify(block, LOG_SEGMENT_BYTES, number - 1)) {
            FAIL(JET_errLogReadVerifyFailure);          /* says it is ours and does not add up */
        }
    }
done:
    return err;
}

/* The header of the next generation knows the sum of this one: the only witness for segments missing at its end. */
static ese_err verify_against_next(struct backup *b)
{
    ese_err err = JET_errSuccess;
    struct log_header *next = NULL;
    struct os_file *file = NULL;
    char path[OS_PATH_MAX];
    uint64_t want;

    if (b->file.generation >= log_generation(b->inst->log))
        goto done;
    log_path(b->inst->log, b->file.generation + 1, path);
    next = ese_alloc(sizeof *next);
    if (next == NULL)
        FAIL(JET_errOutOfMemory);
    if (os_file_open(path, OS_OPEN_READ, &file) < 0 || os_file_read(file, 0, next, sizeof *next) < 0 || log_header_check(next) < 0)
        goto done;                                      /* its own reading will tell */
    want = le64_get(&next->prev_xor);
    if (want != 0 && le32_get(&next->generation) == b->file.generation + 1 && want != b->file.log_xor)
        FAIL(JET_errLogReadVerifyFailure);
done:
    os_file_close(file);
    ese_free(next);
    return err;
}

static ese_err read_log(struct backup *b, uint8_t *to, uint32_t room, uint32_t *got)
{
    ese_err err = JET_errSuccess;
    struct backup_file *f = &b->file;
    uint64_t left = f->size - f->at;
    uint32_t size = left < room ? (uint32_t)left : room;

    *got = 0;
    if (size == 0)
        goto done;
    TRY(os_file_read(f->file, f->at, to, size));
    if (f->generation != 0) {
        if (size % LOG_SEGMENT_BYTES != 0)
            FAIL(JET_errLogReadVerifyFailure);
        TRY(verify_blocks(f, to, size));
    }
    f->at += size;
    if (f->generation != 0 && read_whole(f))
        TRY(verify_against_next(b));
    *got = size;
done:
    return err;
}

static ese_err check_read(struct backup *b, uint64_t handle, const void *to, uint32_t room)
{
    ese_err err = JET_errSuccess;
    const struct backup_file *f = &b->file;
    uint32_t page_size = b->inst->page_size, first;

    TRY(backup_check(b));
    if ((uintptr_t)to % BUFFER_ALIGNMENT != 0 || (to == NULL && room != 0))
        FAIL(JET_errInvalidParameter);
    if (handle != 0 || !f->open)
        FAIL(JET_errInvalidParameter);
    if (room % page_size != 0)
        FAIL(JET_errInvalidParameter);
    first = (f->db != NULL ? FIRST_READ_PAGES_DB : FIRST_READ_PAGES_LOG) * page_size;
    if ((f->db != NULL && room == 0) || (f->at == f->start && f->at != f->size && room < first))
        FAIL(JET_errInvalidParameter);
done:
    return err;
}

ese_err backup_read_file(struct inst *inst, uint64_t handle, void *to, uint32_t room, uint32_t *got)
{
    ese_err err = JET_errSuccess;
    struct backup *b = inst->backup;
    struct backup_file *f = &b->file;
    uint32_t size = 0;

    os_mutex_lock(&b->lock);
    TRY(check_read(b, handle, to, room));
    if (f->db != NULL) {
        err = read_database(b, to, room, &size);
        if (err < 0) {                                  /* this database is out; the others go on */
            inst_event(inst, EVENT_DATABASE_DROPPED, "%s cannot be backed up: error %d", f->path, (int)err);
            b->dbs[f->db->dbid].included = false;
            drop_file(f);
        }
    } else {
        err = read_log(b, to, room, &size);
        if (err < 0) {
            inst_event(inst, EVENT_LOG_READ_FAILED, "%s cannot be read: error %d", f->path, (int)err);
            backup_abandon(b, err);
        }
    }
    if (got != NULL && err >= 0)
        *got = size;
done:
    os_mutex_unlock(&b->lock);
    return err;
}

/* ---- close ---- */

ese_err backup_close_file(struct inst *inst, uint64_t handle)
{
    ese_err err = JET_errSuccess;
    struct backup *b = inst->backup;
    struct backup_file *f = &b->file;

    os_mutex_lock(&b->lock);
    if (atomic_load(&b->holder) != HOLD_STREAM)
        FAIL(JET_errNoBackup);
    if (handle != 0 || !f->open)
        FAIL(JET_errInvalidParameter);
    if (f->db != NULL && read_whole(f)) {
        b->dbs[f->db->dbid].complete = true;
        backup_log_trace(inst, "Stop backup file %s", f->path);
        inst_event(inst, EVENT_FILE_COMPLETE, "%s is copied", f->path);
        if (f->db != NULL && inst->zero_in_backup)
            inst_event(inst, EVENT_ZEROING_ENDS, "unused space of %s has been zeroed in the copy", f->db->path);
    } else if (f->db == NULL && read_whole(f) && f->generation >= b->copy_low && f->generation < b->copy_end) {
        b->copied_sum += f->generation;
    } else if (!read_whole(f)) {
        inst_event(inst, EVENT_FILE_INCOMPLETE, "%s was not read to its end", f->path);
    }
    drop_file(f);
done:
    os_mutex_unlock(&b->lock);
    return err;
}
