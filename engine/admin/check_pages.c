#include "admin/check_int.h"
#include "format/checksum.h"

enum { BATCH_PAGES = 64 };

/* One page as it lies on disk. A page that the cache has been writing meanwhile is judged again through the cache. */
static ese_err judge(struct check *c, const uint8_t *page, pgno n)
{
    struct buf_ref ref = BUF_REF_NONE;
    ese_err err;
    switch (checksum_page_look(page, c->db->page_size, n)) {
    case PAGE_GOOD:
        c->counts->pages++;
        return 0;
    case PAGE_UNINITIALISED:
        return 0;
    case PAGE_REPAIRED:
        c->counts->pages++;
        c->counts->repairable++;
        return 0;
    default:
        break;
    }
    c->counts->pages++;
    err = buf_latch(c->db, n, LATCH_READ, &ref);
    buf_unlatch(&ref);
    return check_failed(c, "", n, err);
}

static ese_err check_batch(struct check *c, pgno first, unsigned count, uint8_t *memory)
{
    ese_err err = db_page_read(c->db, first, count, memory);
    if (err < 0)
        return check_failed(c, "", first, err);
    for (unsigned i = 0; i < count; i++)
        TRY(judge(c, memory + (size_t)i * c->db->page_size, first + i));
done:
    return err;
}

ese_err check_pages(struct check *c)
{
    ese_err err = 0;
    uint8_t *memory = ese_alloc((size_t)BATCH_PAGES * c->db->page_size);
    if (memory == NULL)
        FAIL(JET_errOutOfMemory);
    for (pgno n = 1; n <= c->page_last; n += BATCH_PAGES) {
        unsigned count = c->page_last - n + 1 < BATCH_PAGES ? c->page_last - n + 1 : BATCH_PAGES;
        TRY(check_batch(c, n, count, memory));
        if (c->config->progress != NULL)
            c->config->progress(c->config->context, n + count - 1, c->page_last);
        if (check_enough(c))
            break;
    }
done:
    ese_free(memory);
    return err;
}

/* ---- a file that nobody has attached ---- */

struct file_check { const struct check_config *config; struct check_counts *counts; unsigned faults_max; };

static void file_fault(struct file_check *c, pgno n, const char *text)
{
    struct check_fault f = {.page = n, .slot = -1, .tree = ""};
    c->counts->faults++;
    if (c->config->fault == NULL || c->counts->faults > c->faults_max)
        return;
    memcpy(f.text, text, strlen(text) + 1);
    c->config->fault(c->config->context, &f);
}

static void judge_file_page(struct file_check *c, const struct db_file *db, const uint8_t *page, pgno n)
{
    switch (checksum_page_look(page, db->page_size, n)) {
    case PAGE_UNINITIALISED:
        return;
    case PAGE_REPAIRED:
        c->counts->repairable++;
        break;
    case PAGE_BAD:
    case PAGE_MISPLACED:
        c->counts->bad_checksums++;
        file_fault(c, n, "checksum is wrong");
        break;
    case PAGE_GOOD:
        break;
    }
    c->counts->pages++;
}

ese_err check_file_pages(const char *path, const struct check_config *config, struct check_counts *counts)
{
    ese_err err = 0;
    struct db_file *db = NULL;
    struct file_check c = {config, counts, config->faults_max != 0 ? config->faults_max : 100};
    uint8_t *memory = NULL;
    pgno last;
    memset(counts, 0, sizeof *counts);
    TRY(db_file_open(path, true, 0, &db));
    memory = ese_alloc((size_t)BATCH_PAGES * db->page_size);
    if (memory == NULL)
        FAIL(JET_errOutOfMemory);
    last = atomic_load(&db->page_last);
    for (pgno n = 1; n <= last && counts->faults < c.faults_max; n += BATCH_PAGES) {
        unsigned count = last - n + 1 < BATCH_PAGES ? last - n + 1 : BATCH_PAGES;
        TRY(db_page_read(db, n, count, memory));
        for (unsigned i = 0; i < count; i++)
            judge_file_page(&c, db, memory + (size_t)i * db->page_size, n + i);
        if (config->progress != NULL)
            config->progress(config->context, n + count - 1, last);
    }
done:
    ese_free(memory);
    if (db != NULL)
        db_file_close(db);
    return err;
}
