#include "store/db_file.h"
#include "store/db_guard.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "os/collate.h"
#include "store/buf.h"

enum { HEADER_BYTES_MIN = 4096, PAGE_BYTES_MIN = 2048, PAGE_BYTES_MAX = 32768 };

static struct db_file *db_alloc(const char *path)
{
    struct db_file *db = ese_alloc(sizeof *db);
    if (db == NULL)
        return NULL;
    os_mutex_init(&db->header_lock, RANK_FILE);
    os_mutex_init(&db->grow_lock, RANK_GROW);
    os_mutex_init(&db->space_lock, RANK_SPACE);
    os_mutex_init(&db->dirty_lock, RANK_DIRTY);
    list_init(&db->dirty);
    list_init(&db->writing);
    list_init(&db->cache_link);
    snprintf(db->path, sizeof db->path, "%s", path);
    return db;
}

void db_file_close(struct db_file *db)
{
    if (db == NULL)
        return;
    buf_detach_db(db);
    db_guard_close(db);
    os_file_close(db->file);
    os_mutex_release(&db->header_lock);
    os_mutex_release(&db->grow_lock);
    os_mutex_release(&db->space_lock);
    os_mutex_release(&db->dirty_lock);
    ese_free_aligned(db->header_page);
    ese_free(db);
}

static void take_counters(struct db_file *db)
{
    struct db_header *h = db_header_of(db);
    atomic_store(&db->dbtime_now, le64_get(&h->dbtime_dirtied));
    atomic_store(&db->objid_last, le32_get(&h->objid_last));
    atomic_store(&db->gen_required, le32_get(&h->gen_max_required));
    db->dbid = (uint8_t)le32_get(&h->dbid);
}

/* ---- reading the header ---- */

static bool copy_is_good(struct os_file *file, uint64_t at, size_t page_size, uint8_t *to)
{
    size_t got;
    memset(to, 0, page_size < HEADER_BYTES_MIN ? HEADER_BYTES_MIN : page_size);
    return os_file_read_some(file, at, to, page_size, &got) == 0 && got == page_size && db_header_check(to, page_size, 0) == 0 &&
           (le32_get(&((struct db_header *)(void *)to)->page_size) == page_size ||
            (le32_get(&((struct db_header *)(void *)to)->page_size) == 0 && page_size == 4096));
}

/* Either copy may be the only good one, and the page size is known only after one has been found. */
static bool find_copy(struct os_file *file, uint32_t wanted, uint8_t *to, uint32_t *page_size, unsigned *copy)
{
    for (uint32_t size = wanted != 0 ? wanted : PAGE_BYTES_MIN; size <= PAGE_BYTES_MAX && (wanted == 0 || size == wanted); size *= 2) {
        for (*copy = 0; *copy < 2; (*copy)++) {
            if (copy_is_good(file, (uint64_t)*copy * size, size, to)) {
                *page_size = size;
                return true;
            }
        }
    }
    return false;
}

/* Which error fits a file without a good header. */
static ese_err judge_bad_header(struct os_file *file, uint32_t page_size, uint8_t *scratch)
{
    ese_err err = JET_errSuccess;
    uint32_t found;
    unsigned copy;
    size_t got;

    if (page_size != 0 && find_copy(file, 0, scratch, &found, &copy))
        FAIL(JET_errPageSizeMismatch);
    memset(scratch, 0, HEADER_BYTES_MIN);
    TRY(os_file_read_some(file, 0, scratch, HEADER_BYTES_MIN, &got));
    if (got < PAGE_BYTES_MIN)
        FAIL(JET_errDatabaseCorrupted);
    TRY(db_header_check(scratch, HEADER_BYTES_MIN, page_size));
    FAIL(JET_errDatabaseCorrupted);
done:
    return err;
}

/* The other copy is brought in line (D1) when this one was all there was. */
static ese_err heal_copy(struct db_file *db, unsigned good)
{
    ese_err err = JET_errSuccess;
    uint8_t *other = ese_alloc_aligned(4096, PAGE_BYTES_MAX);
    size_t got;
    unsigned bad = 1 - good;

    if (other == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(os_file_read_some(db->file, (uint64_t)bad * db->page_size, other, db->page_size, &got));
    if (got == db->page_size && memcmp(other, db->header_page, db->page_size) == 0)
        goto done;
    /* A first copy that is good and differs is the newer one: the crash came between the two writes. */
    TRY(os_file_write(db->file, (uint64_t)bad * db->page_size, db->header_page, db->page_size));
    TRY(os_file_sync(db->file));
done:
    ese_free_aligned(other);
    return err;
}

ese_err db_file_open(const char *path, bool read_only, uint32_t page_size, struct db_file **out)
{
    ese_err err = JET_errSuccess;
    struct db_file *db = db_alloc(path);
    unsigned copy;
    uint64_t size;

    *out = NULL;
    if (db == NULL)
        FAIL(JET_errOutOfMemory);
    db->read_only = read_only;
    db->header_page = ese_alloc_aligned(4096, PAGE_BYTES_MAX);
    if (db->header_page == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(os_file_open(path, read_only ? OS_OPEN_READ : OS_OPEN_WRITE | OS_OPEN_EXCLUSIVE, &db->file));
    if (!find_copy(db->file, page_size, db->header_page, &db->page_size, &copy))
        TRY(judge_bad_header(db->file, page_size, db->header_page));
    if (!read_only)
        TRY(heal_copy(db, copy));
    TRY(os_file_size(db->file, &size));
    size /= db->page_size;
    atomic_store(&db->page_last, size > 2 ? (uint32_t)(size - 2) : 0);
    take_counters(db);
    *out = db;
    db = NULL;
done:
    db_file_close(db);
    return err;
}

/* ---- creating ---- */

void db_file_created_at(struct db_file *db, uint32_t update_major)
{
    struct db_header *h = db_header_of(db);
    uint32_t nls, defined;
    uint8_t sort_id[16];

    le32_set(&h->update_major, update_major);
    le32_set(&h->create_update, update_major);
    le32_set(&h->os_major, 6);
    le32_set(&h->os_minor, update_major < DB_UPDATE_LOCALES ? 1 : 2);
    le32_set(&h->os_build, update_major < DB_UPDATE_LOCALES ? 7601 : 9200);
    h->dbflags[3] = update_major < DB_UPDATE_LOCALES ? 0 : 1;
    le64_set(&h->sort_version, UINT64_MAX);
    if (update_major < DB_UPDATE_LOCALES) {             /* one version of the sort tables for the whole file */
        collate_version(&nls, &defined, sort_id);
        le64_set(&h->sort_version, (uint64_t)nls << 32 | defined);
    }
}

static void fill_new_header(struct db_file *db, const struct db_create *how)
{
    struct db_header *h = db_header_of(db);

    le32_set(&h->magic, (uint32_t)DB_MAGIC);
    le32_set(&h->version, DB_VERSION);
    le32_set(&h->create_version, DB_VERSION);
    db_file_created_at(db, how->update_major);
    le32_set(&h->state, DB_JUST_CREATED);
    le32_set(&h->dbid, how->dbid);
    le32_set(&h->page_size, how->page_size);
    le32_set(&h->file_type, how->temporary ? FILE_TEMP_DATABASE : FILE_DATABASE);
    h->sign_log = how->sign_log;
    if (how->sign_db != NULL)
        h->sign_db = *how->sign_db;
    else
        signature_make(&h->sign_db);
}

ese_err db_file_create(const char *path, const struct db_create *how, struct db_file **out)
{
    ese_err err = JET_errSuccess;
    struct db_file *db = db_alloc(path);
    bool made = false;

    *out = NULL;
    if (db == NULL)
        FAIL(JET_errOutOfMemory);
    assert(how->page_size >= PAGE_BYTES_MIN && how->page_size <= PAGE_BYTES_MAX);
    db->page_size = how->page_size;
    db->temporary = how->temporary;
    db->header_page = ese_alloc_aligned(4096, PAGE_BYTES_MAX);
    if (db->header_page == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_EXCLUSIVE | (how->overwrite ? OS_OPEN_TRUNCATE : 0) |
                     (how->temporary ? OS_OPEN_DELETE_ON_CLOSE : 0), &db->file));
    made = true;
    fill_new_header(db, how);
    TRY(db_file_extend(db, how->page_last));
    take_counters(db);
    if (!how->temporary)
        TRY(db_file_write_header(db));
    *out = db;
    db = NULL;
done:
    db_file_close(db);
    if (err != 0 && made)
        (void)os_path_delete(path);
    return err;
}

/* ---- writing the header ---- */

/* A sync that fails may have dropped what it was to bring, and the next one succeeds all the same: the file is never trusted again. */
static ese_err sync_file(struct db_file *db)
{
    ese_err err = os_file_sync(db->file);
    if (err < 0)
        buf_write_failed(db, err);
    return err;
}

/* header_lock is held. The flush signature changes with every write, so that a stale flush map never fits. */
static ese_err write_header_locked(struct db_file *db)
{
    ese_err err = JET_errSuccess;
    struct db_header *h = db_header_of(db);

    if (db->read_only)
        FAIL(JET_errFileAccessDenied);
    le64_set(&h->dbtime_dirtied, atomic_load(&db->dbtime_now));
    le32_set(&h->objid_last, atomic_load(&db->objid_last));
    if (le32_get(&h->update_major) >= DB_UPDATE_LOCALES)
        signature_make(&h->sign_header_flush);
    memset(&h->sign_map_flush, 0, sizeof h->sign_map_flush);
    db_header_seal(db->header_page, db->page_size);
    if ((err = os_file_write(db->file, 0, db->header_page, db->page_size)) < 0 || (err = sync_file(db)) < 0 ||
        (err = os_file_write(db->file, db->page_size, db->header_page, db->page_size)) < 0 || (err = sync_file(db)) < 0)
        goto done;
    atomic_store(&db->gen_required, le32_get(&h->gen_max_required));
done:
    return err;
}

/* For everything but pages that changes the file: a frozen one stands still (snapshot). A freeze lasts seconds. */
static void lock_thawed(_Atomic uint32_t *frozen, struct os_mutex *lock)
{
    enum { LOOK_AGAIN_MS = 2 };
    os_mutex_lock(lock);
    while (atomic_load(frozen) != 0) {
        os_mutex_unlock(lock);
        os_sleep_ms(LOOK_AGAIN_MS);
        os_mutex_lock(lock);
    }
}

ese_err db_file_write_header(struct db_file *db)
{
    ese_err err;
    lock_thawed(&db->header_frozen, &db->header_lock);
    err = write_header_locked(db);
    os_mutex_unlock(&db->header_lock);
    return err;
}

ese_err db_file_write_header_for_roll(struct db_file *db)
{
    ese_err err;
    os_mutex_lock(&db->header_lock);
    err = write_header_locked(db);
    os_mutex_unlock(&db->header_lock);
    return err;
}

static bool state_move_allowed(uint32_t from, uint32_t to)
{
    switch (from) {
    case DB_JUST_CREATED: return to == DB_DIRTY;
    case DB_DIRTY: return to == DB_CLEAN || to == DB_RESEED || to == DB_REVERTING;
    case DB_CLEAN: return to == DB_DIRTY;
    case DB_RESEED: return to == DB_DIRTY_PATCHED;
    case DB_DIRTY_PATCHED: return to == DB_DIRTY || to == DB_RESEED || to == DB_REVERTING;
    default: return false;
    }
}

/* In memory; the next header write brings it to disk. A clean database needs no log: its required range is cleared. */
ese_err db_file_set_state(struct db_file *db, uint32_t state)
{
    ese_err err = JET_errSuccess;
    struct db_header *h = db_header_of(db);
    uint32_t now;

    os_mutex_lock(&db->header_lock);
    now = le32_get(&h->state);
    if (now == state)
        goto done;
    if (!state_move_allowed(now, state))
        FAIL(JET_errInternalError);
    le32_set(&h->state, state);
    if (state == DB_CLEAN) {
        le32_set(&h->gen_min_required, 0);
        le32_set(&h->gen_max_required, 0);
        le32_set(&h->gen_min_consistent, 0);
        le32_set(&h->gen_max_committed, 0);
        memset(&h->time_gen_max_create, 0, sizeof h->time_gen_max_create);
        memset(&h->time_gen_max_required, 0, sizeof h->time_gen_max_required);
    }
done:
    os_mutex_unlock(&db->header_lock);
    return err;
}

ese_err db_file_require_generation(struct db_file *db, uint32_t generation)
{
    ese_err err = JET_errSuccess;
    struct db_header *h = db_header_of(db);

    if (!db->logged || atomic_load(&db->gen_required) >= generation)
        return err;
    os_mutex_lock(&db->header_lock);
    if (le32_get(&h->gen_max_required) < generation || atomic_load(&db->gen_required) < generation) {
        if (le32_get(&h->gen_max_required) < generation)
            le32_set(&h->gen_max_required, generation);
        if (le32_get(&h->gen_max_committed) < generation)
            le32_set(&h->gen_max_committed, generation);
        err = write_header_locked(db);
    }
    os_mutex_unlock(&db->header_lock);
    return err;
}

/* ---- size ---- */

ese_err db_file_extend(struct db_file *db, pgno page_last)
{
    ese_err err = JET_errSuccess;
    uint64_t size = db_page_offset(db, page_last) + db->page_size;

    lock_thawed(&db->frozen, &db->grow_lock);
    if (page_last <= atomic_load(&db->page_last))
        goto done;
    if (db->temporary)
        TRY(os_file_resize(db->file, size));
    else
        TRY(os_file_preallocate(db->file, size));
    atomic_store(&db->page_last, page_last);
done:
    os_mutex_unlock(&db->grow_lock);
    return err;
}

ese_err db_file_shrink(struct db_file *db, pgno page_last)
{
    ese_err err = JET_errSuccess;

    lock_thawed(&db->frozen, &db->grow_lock);
    if (page_last >= atomic_load(&db->page_last))
        goto done;
    TRY(os_file_resize(db->file, db_page_offset(db, page_last) + db->page_size));
    atomic_store(&db->page_last, page_last);
done:
    os_mutex_unlock(&db->grow_lock);
    return err;
}

ese_err db_file_sync(struct db_file *db)
{
    ese_err err = JET_errSuccess;
    if (db->temporary || db->read_only)
        goto done;
    if (atomic_load(&db->write_failed))
        FAIL(JET_errDiskIO);
    TRY(sync_file(db));
done:
    return err;
}

/* ---- counters ---- */

dbtime db_time_next(struct db_file *db)
{
    return (dbtime){atomic_fetch_add(&db->dbtime_now, 1) + 1};
}

dbtime db_time_now(struct db_file *db)
{
    return (dbtime){atomic_load(&db->dbtime_now)};
}

void db_time_raise(struct db_file *db, dbtime seen)
{
    uint64_t now = atomic_load(&db->dbtime_now);
    while (now < seen.v && !atomic_compare_exchange_weak(&db->dbtime_now, &now, seen.v)) {
    }
}

uint32_t db_objid_next(struct db_file *db)
{
    return atomic_fetch_add(&db->objid_last, 1) + 1;
}

void db_objid_raise(struct db_file *db, uint32_t seen)
{
    uint32_t now = atomic_load(&db->objid_last);
    while (now < seen && !atomic_compare_exchange_weak(&db->objid_last, &now, seen)) {
    }
}

/* ---- pages ---- */

ese_err db_page_read(struct db_file *db, pgno first, unsigned count, void *to)
{
    return os_file_read(db->file, db_page_offset(db, first), to, (size_t)count * db->page_size);
}

ese_err db_page_write(struct db_file *db, pgno first, unsigned count, const void *from)
{
    return os_file_write(db->file, db_page_offset(db, first), from, (size_t)count * db->page_size);
}
