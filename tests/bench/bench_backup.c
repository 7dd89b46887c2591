/* Streaming backup of a database through the public calls, as a ratio to a plain copy of the same file in the same run: idle, and
 * with two sessions that write; every page is verified on the way. Durable commits of one and of four sessions as a ratio to bare 4 KiB
 * overwrites with a sync each. The most memory the process ever held. Builds natively and for Windows alike.
 *   bench_backup FOLDER [megabytes] [rounds]
 * The last line holds the medians: name and value in turn, tabs between. */
#ifdef _WIN32
#include <windows.h>
#include <psapi.h>
#endif
#include <esent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"

#ifdef _WIN32
typedef unsigned long u32;
#else
typedef JET_UINT32 u32;
#endif

enum { PAGE_BYTES = 8192, VALUE_BYTES = 3500, CHUNK = 1 << 20, BUFFERS = 4, LIST_BYTES = 1 << 16, WRITERS = 2,
       CACHE_BYTES = 64 << 20, MEMORY_OVER_CACHE = 32 << 20, COMMITTERS = 4, ROUNDS_MAX = 25 };

enum figure { COPY, IDLE, BUSY, BARE, COMMIT_ONE, COMMIT_FOUR, FIGURES };
static const char *const figure_names[FIGURES] = {"copy", "idle", "busy", "bare", "commit1", "commit4"};

struct bench {
    char dir[OS_PATH_MAX], db[OS_PATH_MAX + 16], copy[OS_PATH_MAX + 16];
    JET_INSTANCE instance;
    JET_SESID session;
    uint64_t rows;
    _Atomic bool stop;
    _Atomic uint64_t updates;
    double seconds_each;                                /* of each measurement of commits */
    uint64_t memory_before;                             /* resident before the engine was started: the loader, the buffers */
    double figures[FIGURES][ROUNDS_MAX];
    uint8_t *pool;
};

static void must(long err, const char *what)
{
    if (err < 0) {
        fprintf(stderr, "%s: %ld\n", what, err);
        exit(1);
    }
}

static double seconds(void)
{
    return (double)os_clock_ns() * 1e-9;
}

/* ---- the database ---- */

static void set(struct bench *b, unsigned parameter, uint64_t value, const char *text)
{
    must(JetSetSystemParameterA(&b->instance, 0, parameter, (JET_API_PTR)value, text), "parameter");
}

static void start(struct bench *b)
{
    must(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, PAGE_BYTES, NULL), "page size");
    must(JetSetSystemParameterA(NULL, 0, JET_paramCacheSizeMax, CACHE_BYTES / PAGE_BYTES, NULL), "cache");
    must(JetCreateInstanceA(&b->instance, "backup"), "instance");
    set(b, JET_paramSystemPath, 0, b->dir);
    set(b, JET_paramTempPath, 0, b->dir);
    set(b, JET_paramLogFilePath, 0, b->dir);
    set(b, JET_paramLogFileSize, 5120, NULL);
    set(b, JET_paramCircularLog, 1, NULL);
    must(JetInit(&b->instance), "init");
    must(JetBeginSessionA(b->instance, &b->session, NULL, NULL), "session");
}

static JET_COLUMNID add_column(struct bench *b, JET_TABLEID table, const char *name, JET_COLTYP type)
{
    JET_COLUMNDEF column;
    JET_COLUMNID id;
    memset(&column, 0, sizeof column);
    column.cbStruct = sizeof column;
    column.coltyp = type;
    must(JetAddColumnA(b->session, table, name, &column, NULL, 0, &id), name);
    return id;
}

static void fill(struct bench *b, uint64_t bytes)
{
    JET_DBID db;
    JET_TABLEID table;
    JET_COLUMNID id, value;

    b->rows = bytes / (PAGE_BYTES / 2);
    must(JetCreateDatabaseA(b->session, b->db, NULL, &db, 0), "create database");
    must(JetCreateTableA(b->session, db, "rows", 16, 100, &table), "create table");
    id = add_column(b, table, "id", JET_coltypLong);
    value = add_column(b, table, "value", JET_coltypLongBinary);
    must(JetCreateIndexA(b->session, table, "by_id", JET_bitIndexPrimary, "+id\0", 5, 100), "index");
    for (uint32_t i = 0; i < b->rows; i++) {
        if (i % 500 == 0)
            must(JetBeginTransaction(b->session), "begin");
        must(JetPrepareUpdate(b->session, table, JET_prepInsert), "prepare");
        must(JetSetColumn(b->session, table, id, &i, sizeof i, 0, NULL), "id");
        must(JetSetColumn(b->session, table, value, b->pool + i % 4096, VALUE_BYTES, JET_bitSetIntrinsicLV, NULL), "value");
        must(JetUpdate(b->session, table, NULL, 0, NULL), "update");
        if (i % 500 == 499 || i + 1 == b->rows)
            must(JetCommitTransaction(b->session, JET_bitCommitLazyFlush), "commit");
    }
    must(JetCloseTable(b->session, table), "close");
    must(JetCloseDatabase(b->session, db, 0), "close");
}

static void writer_body(void *argument)
{
    struct bench *b = argument;
    JET_SESID session;
    JET_DBID db;
    JET_TABLEID table;
    JET_COLUMNDEF column;
    uint32_t seed = (uint32_t)os_thread_id();

    must(JetBeginSessionA(b->instance, &session, NULL, NULL), "session");
    must(JetOpenDatabaseA(session, b->db, NULL, &db, 0), "open");
    must(JetOpenTableA(session, db, "rows", NULL, 0, 0, &table), "open table");
    must(JetGetTableColumnInfoA(session, table, "value", &column, sizeof column, JET_ColInfo), "column");
    while (!b->stop) {
        long err = JetBeginTransaction(session);
        for (unsigned i = 0; i < 10 && err >= 0; i++) {
            uint32_t id;
            seed = seed * 1664525u + 1013904223u;
            id = (uint32_t)((seed >> 4) % b->rows);
            if ((err = JetMakeKey(session, table, &id, sizeof id, JET_bitNewKey)) >= 0 &&
                (err = JetSeek(session, table, JET_bitSeekEQ)) >= 0 &&
                (err = JetPrepareUpdate(session, table, JET_prepReplace)) >= 0 &&
                (err = JetSetColumn(session, table, column.columnid, b->pool + seed % 4096, VALUE_BYTES, JET_bitSetIntrinsicLV, NULL)) >= 0)
                err = JetUpdate(session, table, NULL, 0, NULL);
        }
        if (err >= 0)
            must(JetCommitTransaction(session, JET_bitCommitLazyFlush), "commit");
        else if (err == JET_errWriteConflict || err == JET_errVersionStoreOutOfMemory)
            must(JetRollback(session, 0), "rollback");
        else
            must(err, "writer");
        b->updates += 10;
    }
    must(JetEndSession(session, JET_bitForceSessionClosed), "end");
}

/* ---- copying ---- */

/* Chunks on their way from the reader to the thread that writes them. */
struct pipe {
    struct os_mutex lock;
    struct os_cond changed;
    uint8_t *buffers[BUFFERS];
    size_t sizes[BUFFERS];
    unsigned filled, emptied;                           /* counts; a size of 0 ends the file */
    struct os_file *file;
};

static void pipe_body(void *argument)
{
    struct pipe *p = argument;
    uint64_t offset = 0;
    for (;;) {
        size_t size;
        os_mutex_lock(&p->lock);
        while (p->filled == p->emptied)
            os_cond_wait(&p->changed, &p->lock);
        os_mutex_unlock(&p->lock);
        size = p->sizes[p->emptied % BUFFERS];
        if (size != 0)
            must(os_file_write(p->file, offset, p->buffers[p->emptied % BUFFERS], size), "write");
        offset += size;
        os_mutex_lock(&p->lock);
        p->emptied++;
        os_cond_broadcast(&p->changed);
        os_mutex_unlock(&p->lock);
        if (size == 0)
            return;
    }
}

static uint8_t *pipe_room(struct pipe *p)
{
    os_mutex_lock(&p->lock);
    while (p->filled - p->emptied == BUFFERS)
        os_cond_wait(&p->changed, &p->lock);
    os_mutex_unlock(&p->lock);
    return p->buffers[p->filled % BUFFERS];
}

static void pipe_put(struct pipe *p, size_t size)
{
    os_mutex_lock(&p->lock);
    p->sizes[p->filled % BUFFERS] = size;
    p->filled++;
    os_cond_broadcast(&p->changed);
    os_mutex_unlock(&p->lock);
}

/* One file out through the backup calls; its bytes. */
static uint64_t stream(struct bench *b, struct pipe *p, const char *name)
{
    JET_HANDLE handle;
    u32 low, high, got;
    uint64_t total = 0;
    struct os_thread *thread;

    must(os_file_open(b->copy, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE | OS_OPEN_DIRECT, &p->file), "target");
    must(JetOpenFileInstanceA(b->instance, name, &handle, &low, &high), "open file");
#ifndef _WIN32
    /* Space is reserved by a call here; there the layer writes zeros for it, and the target would be written twice. */
    must(os_file_preallocate(p->file, (uint64_t)high << 32 | low), "target");
#endif
    must(os_thread_start(&thread, pipe_body, p), "thread");
    do {
        must(JetReadFileInstance(b->instance, handle, pipe_room(p), CHUNK, &got), "read file");
        if (got != 0)
            pipe_put(p, got);
        total += got;
    } while (got != 0 && total < ((uint64_t)high << 32 | low));
    (void)pipe_room(p);
    pipe_put(p, 0);
    os_thread_join(thread);
    must(JetCloseFileInstance(b->instance, handle), "close file");
    must(os_file_sync(p->file), "sync");
    os_file_close(p->file);
    return total;
}

/* MB/s of the database's part of a full backup. */
static double back_up(struct bench *b, struct pipe *p)
{
    char *list = calloc(1, LIST_BYTES);
    u32 actual;
    double begin, end;
    uint64_t bytes;

    must(JetBeginExternalBackupInstance(b->instance, 0), "begin backup");
    must(JetGetAttachInfoInstanceA(b->instance, list, LIST_BYTES, &actual), "attach info");
    begin = seconds();
    bytes = stream(b, p, list);
    end = seconds();
    must(JetGetLogInfoInstanceA(b->instance, list, LIST_BYTES, &actual), "log info");
    for (const char *name = list; *name != '\0'; name += strlen(name) + 1)
        (void)stream(b, p, name);
    must(JetEndExternalBackupInstance(b->instance), "end backup");
    free(list);
    return (double)bytes / 1e6 / (end - begin);
}

/* What cp does, and the sync. */
static double plain_copy(struct bench *b)
{
    struct os_file *from, *to;
    uint8_t *buffer = malloc(CHUNK);
    uint64_t size, offset;
    double begin = seconds();

    must(os_file_open(b->db, OS_OPEN_READ, &from), "source");
    must(os_file_open(b->copy, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE, &to), "target");
    must(os_file_size(from, &size), "size");
    for (offset = 0; offset < size; offset += CHUNK) {
        size_t got;
        must(os_file_read_some(from, offset, buffer, CHUNK, &got), "read");
        must(os_file_write(to, offset, buffer, got), "write");
    }
    must(os_file_sync(to), "sync");
    os_file_close(from);
    os_file_close(to);
    free(buffer);
    return (double)size / 1e6 / (seconds() - begin);
}

/* ---- durable commits ---- */

/* Overwrites in a file that exists in full, a sync after each. */
static double bare(struct bench *b)
{
    enum { BLOCKS = 256, BLOCK = 4096 };
    struct os_file *file;
    uint8_t *block = os_memory_reserve(BLOCK);
    double begin;
    unsigned n = 0;

    must(os_file_open(b->copy, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE, &file), "open");
    memset(block, 7, BLOCK);
    for (unsigned i = 0; i < BLOCKS; i++)
        must(os_file_write(file, (uint64_t)i * BLOCK, block, BLOCK), "write");
    must(os_file_sync(file), "sync");
    for (begin = seconds(); seconds() - begin < b->seconds_each; n++) {
        block[0] = (uint8_t)n;
        must(os_file_write(file, (uint64_t)(n % BLOCKS) * BLOCK, block, BLOCK), "write");
        must(os_file_sync(file), "sync");
    }
    begin = seconds() - begin;
    os_file_close(file);
    os_memory_release(block, BLOCK);
    (void)os_path_delete(b->copy);
    return n / begin;
}

static void committer_body(void *argument)
{
    struct bench *b = argument;
    JET_SESID session;
    JET_DBID db;
    JET_TABLEID table;
    JET_COLUMNDEF column;
    uint8_t body[100] = {1};

    must(JetBeginSessionA(b->instance, &session, NULL, NULL), "session");
    must(JetOpenDatabaseA(session, b->db, NULL, &db, 0), "open");
    must(JetOpenTableA(session, db, "commits", NULL, 0, 0, &table), "open table");
    must(JetGetTableColumnInfoA(session, table, "value", &column, sizeof column, JET_ColInfo), "column");
    while (!b->stop) {
        must(JetBeginTransaction(session), "begin");
        must(JetPrepareUpdate(session, table, JET_prepInsert), "prepare");
        must(JetSetColumn(session, table, column.columnid, body, sizeof body, 0, NULL), "value");
        must(JetUpdate(session, table, NULL, 0, NULL), "update");
        must(JetCommitTransaction(session, 0), "commit");
        b->updates++;
    }
    must(JetEndSession(session, JET_bitForceSessionClosed), "end");
}

static double commits(struct bench *b, unsigned sessions)
{
    struct os_thread *threads[COMMITTERS];
    double begin, rate;

    b->stop = false;
    for (unsigned i = 0; i < sessions; i++)
        must(os_thread_start(&threads[i], committer_body, b), "thread");
    os_sleep_ms(100);
    b->updates = 0;
    begin = seconds();
    os_sleep_ms((uint32_t)(b->seconds_each * 1000));
    rate = (double)b->updates / (seconds() - begin);
    b->stop = true;
    for (unsigned i = 0; i < sessions; i++)
        os_thread_join(threads[i]);
    return rate;
}

static void make_commit_table(struct bench *b)
{
    JET_DBID db;
    JET_TABLEID table;

    must(JetOpenDatabaseA(b->session, b->db, NULL, &db, 0), "open");
    must(JetCreateTableA(b->session, db, "commits", 16, 100, &table), "create table");
    (void)add_column(b, table, "value", JET_coltypLongBinary);
    must(JetCloseTable(b->session, table), "close");
    must(JetCloseDatabase(b->session, db, 0), "close");
}

/* ---- memory ---- */

/* Bytes the process had resident at most. */
static uint64_t memory_peak(void)
{
#ifdef _WIN32
    PROCESS_MEMORY_COUNTERS counters;
    return K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters) ? counters.PeakWorkingSetSize : 0;
#else
    char line[200];
    unsigned long long kilobytes = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL && sscanf(line, "VmHWM: %llu", &kilobytes) != 1)
        ;
    if (f != NULL)
        fclose(f);
    return kilobytes * 1024;
#endif
}

/* ---- rounds ---- */

static double busy_backup(struct bench *b, struct pipe *p, double *updates)
{
    struct os_thread *threads[WRITERS];
    double rate, began;

    b->stop = false;
    for (unsigned i = 0; i < WRITERS; i++)
        must(os_thread_start(&threads[i], writer_body, b), "thread");
    os_sleep_ms(300);
    b->updates = 0;
    began = seconds();
    rate = back_up(b, p);
    *updates = (double)b->updates / (seconds() - began);
    b->stop = true;
    for (unsigned i = 0; i < WRITERS; i++)
        os_thread_join(threads[i]);
    return rate;
}

static void one_round(struct bench *b, struct pipe *p, unsigned n)
{
    double updates, *f[FIGURES];

    for (unsigned k = 0; k < FIGURES; k++)
        f[k] = &b->figures[k][n];
    *f[COPY] = plain_copy(b);
    (void)os_path_delete(b->copy);
    *f[IDLE] = back_up(b, p);
    (void)os_path_delete(b->copy);
    *f[BUSY] = busy_backup(b, p, &updates);
    (void)os_path_delete(b->copy);
    printf("copy %7.0f MB/s   backup idle %7.0f MB/s (%.2f of copy)   with %d writers %7.0f MB/s (%.2f of copy, %.0f updates/s beside it)\n",
           *f[COPY], *f[IDLE], *f[IDLE] / *f[COPY], WRITERS, *f[BUSY], *f[BUSY] / *f[COPY], updates);
    *f[BARE] = bare(b);
    *f[COMMIT_ONE] = commits(b, 1);
    *f[COMMIT_FOUR] = commits(b, COMMITTERS);
    printf("overwrite + sync %6.0f/s   durable commits, 1 session %6.0f/s (%.2f of that)   %d sessions %6.0f/s (%.2f of one)\n", *f[BARE],
           *f[COMMIT_ONE], *f[COMMIT_ONE] / *f[BARE], COMMITTERS, *f[COMMIT_FOUR], *f[COMMIT_FOUR] / *f[COMMIT_ONE]);
    fflush(stdout);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void summary(struct bench *b, unsigned rounds)
{
    uint64_t peak = memory_peak();
    double median[FIGURES];

    for (unsigned k = 0; k < FIGURES; k++) {
        qsort(b->figures[k], rounds, sizeof(double), by_value);
        median[k] = b->figures[k][rounds / 2];
    }
    printf("medians of %u: idle %.2f, with writers %.2f of the copy; durable commits %.2f of overwrite + sync, %.2f times that with %d sessions\n",
           rounds, median[IDLE] / median[COPY], median[BUSY] / median[COPY], median[COMMIT_ONE] / median[BARE], median[COMMIT_FOUR] / median[COMMIT_ONE],
           COMMITTERS);
    printf("resident at most %.1f MiB, %.1f MiB of them before the engine was started; the cache's cap and 32 MiB are %.1f MiB: %s\n",
           (double)peak / 1048576, (double)b->memory_before / 1048576, (double)(CACHE_BYTES + MEMORY_OVER_CACHE) / 1048576,
           peak < CACHE_BYTES + MEMORY_OVER_CACHE ? "kept" : "NOT KEPT");
    for (unsigned k = 0; k < FIGURES; k++)
        printf("%s\t%.6g\t", figure_names[k], median[k]);
    printf("resident\t%.1f\n", (double)peak / 1048576);
}

static ese_err delete_entry(void *context, const char *name, const struct os_file_info *info)
{
    char path[2 * OS_PATH_MAX];
    (void)info;
    snprintf(path, sizeof path, "%s%s", (const char *)context, name);
    return os_path_delete(path);
}

int main(int argc, char **argv)
{
    struct bench *b = calloc(1, sizeof *b);
    struct pipe *p = calloc(1, sizeof *p);
    unsigned megabytes = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1024, rounds = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 3;

    rounds = rounds == 0 ? 1 : rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds;
    b->seconds_each = megabytes < 256 ? 0.5 : 2;

    snprintf(b->dir, sizeof b->dir, "%s%cbench-backup%c", argc > 1 ? argv[1] : ".", os_path_separator(), os_path_separator());
    snprintf(b->db, sizeof b->db, "%sbench.edb", b->dir);
    snprintf(b->copy, sizeof b->copy, "%scopy.bin", b->dir);
    b->pool = malloc(2 * 4096 + VALUE_BYTES);
    os_random(b->pool, 2 * 4096 + VALUE_BYTES);
    os_mutex_init(&p->lock, RANK_DEVICE);
    os_cond_init(&p->changed);
    for (unsigned i = 0; i < BUFFERS; i++)
        p->buffers[i] = os_memory_reserve(CHUNK);
    must(os_dir_create(b->dir), "folder");
    (void)os_dir_list(b->dir, delete_entry, b->dir);
    b->memory_before = memory_peak();
    start(b);
    fill(b, (uint64_t)megabytes << 20);
    make_commit_table(b);
    for (unsigned i = 0; i < rounds; i++)
        one_round(b, p, i);
    summary(b, rounds);
    must(JetEndSession(b->session, 0), "end session");
    must(JetTerm2(b->instance, JET_bitTermComplete), "term");
    (void)os_dir_list(b->dir, delete_entry, b->dir);
    (void)os_dir_delete(b->dir);
    return 0;
}
