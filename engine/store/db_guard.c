#include "store/db_guard.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "format/checksum.h"

enum { HEAD_BYTES = 4096, GUARD_MAGIC = 0x44524147 };   /* "GARD" */

/* One block in front of the images. */
struct guard_head {
    le32 checksum, magic, page_size, count;             /* checksum as of a file header */
    struct signature sign_db;
    struct disk_lgpos attach, end;                      /* end: of the log that the images need */
    uint8_t reserved[4];
    le32 numbers[DB_GUARD_PAGES_MAX];
    le64 sums[DB_GUARD_PAGES_MAX];                      /* image_sum of each image */
    uint8_t rest[HEAD_BYTES - 16 - 28 - 8 - 12 - 12 * DB_GUARD_PAGES_MAX];
};
static_assert(sizeof(struct guard_head) == HEAD_BYTES, "guard head");

/* A page's own checksum is a parity code: like changes at an even number of places, which is what a torn page with several nodes
 * of one size shows, may cancel out in it. This sum they change. */
static uint64_t image_sum(const uint8_t *image, size_t size)
{
    uint64_t h = 0x9E3779B97F4A7C15u;
    for (size_t i = 0; i + 8 <= size; i += 8) {
        h = (h ^ load_le64(image + i)) * 0xFF51AFD7ED558CCDu;
        h ^= h >> 32;
    }
    return h;
}

static ese_err guard_path(const struct db_file *db, char out[OS_PATH_MAX])
{
    int size = snprintf(out, OS_PATH_MAX, "%s.guard", db->path);
    return size > 0 && size < OS_PATH_MAX ? 0 : err_raise(JET_errInvalidPath, __func__, __LINE__);
}

static ese_err sync_folder_of(char *path)
{
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] != '/' && path[size - 1] != '\\')
        size--;
    path[size > 1 ? size - 1 : size] = 0;
    return os_dir_sync(path);
}

static ese_err open_guard(struct db_file *db)
{
    ese_err err = 0;
    char path[OS_PATH_MAX];
    if (db->guard != NULL)
        goto done;
    db->guard_head = ese_alloc_aligned(4096, HEAD_BYTES);
    if (db->guard_head == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(guard_path(db, path));
    TRY(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE, &db->guard));
    TRY(sync_folder_of(path));
done:
    if (err < 0)
        db_guard_close(db);
    return err;
}

static void fill_head(struct db_file *db, const pgno *numbers, unsigned count, const uint8_t *images, lgpos end)
{
    struct guard_head *h = (struct guard_head *)(void *)db->guard_head;
    memset(h, 0, sizeof *h);
    le32_set(&h->magic, GUARD_MAGIC);
    le32_set(&h->page_size, db->page_size);
    le32_set(&h->count, count);
    disk_lgpos_set(&h->end, end);
    os_mutex_lock(&db->header_lock);
    h->sign_db = db_header_of(db)->sign_db;
    h->attach = db_header_of(db)->lgpos_attach;
    os_mutex_unlock(&db->header_lock);
    for (unsigned i = 0; i < count; i++) {
        le32_set(&h->numbers[i], numbers[i]);
        le64_set(&h->sums[i], image_sum(images + (size_t)i * db->page_size, db->page_size));
    }
    le32_set(&h->checksum, checksum_header((const uint8_t *)h, sizeof *h));
}

ese_err db_guard_write(struct db_file *db, const pgno *numbers, unsigned count, const uint8_t *images, lgpos end)
{
    ese_err err = 0;
    if (!db->guarded || count == 0)
        goto done;
    if (count > DB_GUARD_PAGES_MAX)
        FAIL(JET_errInternalError);
    TRY(open_guard(db));
    /* The batch before must be in its places before its images go (G1). */
    if (db->guard_used)
        TRY(os_file_sync(db->file));
    db->guard_used = true;
    fill_head(db, numbers, count, images, end);
    TRY(os_file_write(db->guard, HEAD_BYTES, images, (size_t)count * db->page_size));
    TRY(os_file_write(db->guard, 0, db->guard_head, HEAD_BYTES));
    TRY(os_file_sync(db->guard));
done:
    return err;
}

/* One image against the page in its place; room holds two pages. A whole image is the last that was to be written there (G1):
 * whatever else lies in its place is older, or torn. */
static ese_err restore_one(struct db_file *db, struct os_file *guard, unsigned index, const struct guard_head *h, uint8_t *room,
                           unsigned *restored)
{
    ese_err err = 0;
    pgno number = le32_get(&h->numbers[index]);
    uint8_t *image = room + db->page_size;
    err = os_file_read(guard, HEAD_BYTES + (uint64_t)index * db->page_size, image, db->page_size);
    if (err < 0 || image_sum(image, db->page_size) != le64_get(&h->sums[index]) ||
        checksum_page_look(image, db->page_size, number) != PAGE_GOOD) {
        err = 0;                                        /* torn itself: its batch had not begun */
        goto done;
    }
    err = db_page_read(db, number, 1, room);
    if (err == JET_errFileIOBeyondEOF) {
        err = 0;
        goto done;
    }
    TRY(err);
    if (memcmp(room, image, db->page_size) != 0) {
        TRY(db_page_write(db, number, 1, image));
        (*restored)++;
    }
done:
    return err;
}

/* A file put back from a copy may find a guard of what was there before: its images are of a time that the log does not reach. */
static bool fits(struct db_file *db, const struct guard_head *h, lgpos log_end)
{
    const struct db_header *d = db_header_of(db);
    return le32_get(&h->magic) == GUARD_MAGIC && le32_get(&h->page_size) == db->page_size &&
           le32_get(&h->count) <= DB_GUARD_PAGES_MAX && le32_get(&h->checksum) == checksum_header((const uint8_t *)h, sizeof *h) &&
           signature_equal(&h->sign_db, &d->sign_db) && disk_lgpos_get(&h->attach).v == disk_lgpos_get(&d->lgpos_attach).v &&
           disk_lgpos_get(&h->end).v <= log_end.v;
}

ese_err db_guard_restore(struct db_file *db, lgpos log_end, unsigned *restored)
{
    ese_err err = 0;
    char path[OS_PATH_MAX];
    struct os_file *guard = NULL;
    uint8_t *room = ese_alloc_aligned(4096, HEAD_BYTES + 2 * (size_t)db->page_size);
    struct guard_head *h = (struct guard_head *)(void *)room;
    *restored = 0;
    if (room == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(guard_path(db, path));
    err = os_file_open(path, OS_OPEN_READ, &guard);
    if (err == JET_errFileNotFound) {
        err = 0;
        goto done;
    }
    TRY(err);
    err = os_file_read(guard, 0, h, HEAD_BYTES);
    if (err < 0 || !fits(db, h, log_end)) {
        err = 0;
        goto done;
    }
    for (unsigned i = 0; i < le32_get(&h->count); i++)
        TRY(restore_one(db, guard, i, h, room + HEAD_BYTES, restored));
    /* Also what was in its place already may so far be in the system's cache only, and the next batch takes the images away (G1). */
    TRY(os_file_sync(db->file));
done:
    os_file_close(guard);
    ese_free_aligned(room);
    return err;
}

void db_guard_close(struct db_file *db)
{
    os_file_close(db->guard);
    db->guard = NULL;
    ese_free_aligned(db->guard_head);
    db->guard_head = NULL;
    db->guard_used = false;
}

void db_guard_drop(struct db_file *db)
{
    char path[OS_PATH_MAX];
    bool made = db->guard != NULL;
    db_guard_close(db);
    if (made && guard_path(db, path) == 0)
        (void)os_path_delete(path);
}
