/* Durable commits at log level as a ratio to bare 4 KiB overwrite + sync of the same disk, with 1 and 4 threads; cache lookups. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/buf.h"
#include "store/log.h"

enum { COMMITS = 4000, RECORD_BYTES = 120 };

static char g_dir[512];

static double seconds(void)
{
    return (double)os_clock_ns() * 1e-9;
}

static void must(ese_err err, const char *what)
{
    if (err < 0) {
        fprintf(stderr, "%s: %d\n", what, err);
        exit(1);
    }
}

/* Overwrites of one block of a file that exists in full. */
static double bare(unsigned count)
{
    char path[600];
    struct os_file *file;
    uint8_t *block = aligned_alloc(4096, 4096);
    double start;

    snprintf(path, sizeof path, "%sbare.bin", g_dir);
    memset(block, 7, 4096);
    must(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE, &file), "open");
    for (unsigned i = 0; i < 256; i++)
        must(os_file_write(file, i * 4096ull, block, 4096), "write");
    must(os_file_sync(file), "sync");
    start = seconds();
    for (unsigned i = 0; i < count; i++) {
        block[0] = (uint8_t)i;
        must(os_file_write(file, (i % 256) * 4096ull, block, 4096), "write");
        must(os_file_sync(file), "sync");
    }
    start = seconds() - start;
    os_file_close(file);
    (void)os_path_delete(path);
    free(block);
    return count / start;
}

struct committer { struct log *log; unsigned count; };

/* What a transaction of one insert logs. */
static void commits(void *argument)
{
    struct committer *c = argument;
    uint8_t data[RECORD_BYTES] = {0};
    struct log_record begin, insert, commit;
    struct log_span span;

    memset(&begin, 0, sizeof begin);
    insert = commit = begin;
    begin.type = LR_BEGIN0;
    insert.type = LR_SET_EXTERNAL_HEADER;
    insert.u.external.data = bytes_of(data, sizeof data);
    commit.type = LR_COMMIT0;
    for (unsigned i = 0; i < c->count; i++) {
        must(log_append(c->log, &begin, NULL), "append");
        must(log_append(c->log, &insert, NULL), "append");
        must(log_append(c->log, &insert, NULL), "append");
        must(log_append(c->log, &commit, &span), "append");
        must(log_flush(c->log, span.end), "flush");
    }
}

static double logged(struct log *log, unsigned threads, unsigned count)
{
    struct os_thread *t[8];
    struct committer c = {log, count / threads};
    double start = seconds();

    for (unsigned i = 0; i < threads; i++)
        must(os_thread_start(&t[i], commits, &c), "thread");
    for (unsigned i = 0; i < threads; i++)
        os_thread_join(t[i]);
    return count / (seconds() - start);
}

static void append_rate(struct log *log)
{
    uint8_t data[RECORD_BYTES] = {0};
    struct log_record insert;
    double start = seconds();
    enum { COUNT = 2000000 };

    memset(&insert, 0, sizeof insert);
    insert.type = LR_SET_EXTERNAL_HEADER;
    insert.u.external.data = bytes_of(data, sizeof data);
    for (unsigned i = 0; i < COUNT; i++)
        must(log_append(log, &insert, NULL), "append");
    must(log_flush_all(log), "flush");
    start = seconds() - start;
    printf("append           %10.0f records/s, %.0f MB/s\n", COUNT / start, COUNT * 166.0 / start / 1e6);
}

static void lookups(void)
{
    enum { PAGES = 8000, COUNT = 20000000 };
    struct buf_config config = {64 << 20, 64 << 20, 4096, 64};
    struct db_create how = {.page_size = 4096, .page_last = PAGES, .dbid = 1, .overwrite = true, .update_major = 0x14};
    struct buf_cache *cache;
    struct db_file *db;
    struct buf_ref ref;
    struct buf_peek peek;
    char path[600];
    double start;
    uint32_t seed = 1, valid = 0;

    snprintf(path, sizeof path, "%sbench.edb", g_dir);
    must(buf_cache_create(&config, &cache), "cache");
    must(db_file_create(path, &how, &db), "create");
    db->cache = cache;
    for (pgno n = 1; n <= PAGES; n++) {
        must(buf_latch_new(db, n, &ref), "latch");
        buf_will_dirty(&ref);
        page_init(ref.page, n, 1, PAGE_LEAF, db_time_next(db));
        buf_unlatch(&ref);
    }
    must(buf_flush_db(db), "flush");
    start = seconds();
    for (unsigned i = 0; i < COUNT; i++) {
        seed = seed * 1664525u + 1013904223u;
        must(buf_latch(db, 1 + (seed >> 8) % PAGES, LATCH_READ, &ref), "latch");
        buf_unlatch(&ref);
    }
    printf("latch + unlatch  %10.0f pages/s\n", COUNT / (seconds() - start));
    start = seconds();
    for (unsigned i = 0; i < COUNT; i++) {
        seed = seed * 1664525u + 1013904223u;
        if (buf_peek(db, 1 + (seed >> 8) % PAGES, &peek))
            valid += buf_peek_valid(&peek);
    }
    printf("peek             %10.0f pages/s (%u valid)\n", COUNT / (seconds() - start), valid);
    db_file_close(db);
    buf_cache_release(cache);
    (void)os_path_delete(path);
}

static ese_err delete_entry(void *context, const char *name, const struct os_file_info *info)
{
    char path[1024];
    (void)context;
    (void)info;
    snprintf(path, sizeof path, "%s%.400s", g_dir, name);
    return os_path_delete(path);
}

int main(int argc, char **argv)
{
    struct log_config *c = calloc(1, sizeof *c);
    struct log *log;

    snprintf(g_dir, sizeof g_dir, "%s/bench-log-%u/", argc > 1 ? argv[1] : "/tmp", (unsigned)os_process_id());
    must(os_dir_create(g_dir), "folder");
    snprintf(c->log_dir, sizeof c->log_dir, "%s", g_dir);
    snprintf(c->system_dir, sizeof c->system_dir, "%s", g_dir);
    memcpy(c->base, "edb", 4);
    c->file_bytes = 5 << 20;
    c->buffer_bytes = 1 << 20;
    c->page_size = 4096;
    must(log_create(c, &log), "log");
    for (unsigned round = 0; round < 3; round++) {
        double base = bare(COMMITS), one = logged(log, 1, COMMITS), four = logged(log, 4, 4 * COMMITS);
        printf("bare %8.0f/s   1 thread %8.0f/s (%.2f of bare)   4 threads %8.0f/s (%.2f of one)\n", base, one, one / base, four, four / one);
    }
    append_rate(log);
    must(log_close(log, true), "close");
    lookups();
    (void)os_dir_list(g_dir, delete_entry, NULL);
    (void)os_dir_delete(g_dir);
    free(c);
    return 0;
}
