/* The workloads. One process runs one of them on one engine and prints "engine, mode, metric, value, unit" lines, tab-separated.
 *   bench_ENGINE main|bulk|key|text|scan|update|mixed|random|commit|recover|open|memory DIR [full|lazy] [rows=N] [seconds=N] [logmb=N] [repeat=N]
 *   [cachemb=N] [clock=cpu] */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

enum { VALUE_BYTES = 100, POOL_BYTES = 4 << 20, THREADS_MAX = 8, LATENCIES_MAX = 1 << 20 };

struct options {
    const char *dir, *mode;
    uint64_t rows, log_mib;
    double seconds;
    unsigned repeat;
    size_t cache_bytes;
    clockid_t clock;
};

static struct options g_options = {NULL, "lazy", 1000000, 256, 3.0, 3, (size_t)512 << 20, CLOCK_MONOTONIC};
static uint8_t *g_pool;                                 /* bytes that do not compress */

void bench_fail(const char *what, long code)
{
    fprintf(stderr, "%s: %s: %ld\n", engine_name, what, code);
    fflush(stdout);
    _exit(2);
}

static void must(int result, const char *what)
{
    if (result != 0)
        bench_fail(what, result);
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(g_options.clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void print_metric(const char *metric, double value, const char *unit)
{
    printf("%s\t%s\t%s\t%.6g\t%s\n", engine_name, g_options.mode, metric, value, unit);
    fflush(stdout);
}

/* ---- rows: everything follows from the number ---- */

static uint64_t scramble(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static void text_of(uint64_t id, char text[TEXT_BYTES])
{
    uint64_t h = scramble(id ^ 0x5ec0);
    for (int i = TEXT_BYTES - 1; i >= 0; i--, h >>= 4)
        text[i] = "0123456789abcdef"[h & 15];
}

static const uint8_t *value_of(uint64_t id, uint64_t version)
{
    return g_pool + scramble(id * 31 + version) % (POOL_BYTES - (1 << 20));
}

static void fill_pool(void)
{
    g_pool = malloc(POOL_BYTES);
    for (size_t i = 0; i < POOL_BYTES; i += 8) {
        uint64_t x = scramble(i);
        memcpy(g_pool + i, &x, 8);
    }
}

static void check_value(const void *value, size_t size, uint64_t id, uint64_t version)
{
    if (size != VALUE_BYTES || memcmp(value, value_of(id, version), VALUE_BYTES) != 0)
        bench_fail("wrong value of row", (long)id);
}

uint64_t bench_sum(const void *data, size_t size)
{
    const uint8_t *at = data;
    uint64_t sum = 0, word;
    for (; size >= 8; size -= 8, at += 8) {
        memcpy(&word, at, 8);
        sum += word;
    }
    while (size-- != 0)
        sum += *at++;
    return sum;
}

/* ---- folders ---- */

uint64_t bench_dir_bytes(const char *dir, const char *mark, bool with_mark, bool on_disk)
{
    uint64_t sum = 0;
    DIR *d = opendir(dir);
    struct dirent *entry;
    while (d != NULL && (entry = readdir(d)) != NULL) {
        char path[1200];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        if (entry->d_name[0] == '.' || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        if (mark != NULL && (strstr(entry->d_name, mark) != NULL) != with_mark)
            continue;
        sum += on_disk ? (uint64_t)st.st_blocks * 512 : (uint64_t)st.st_size;
    }
    if (d != NULL)
        closedir(d);
    return sum;
}

/* Everything to disk and out of the system's cache. */
static void forget_files(const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    while (d != NULL && (entry = readdir(d)) != NULL) {
        char path[1200];
        int fd;
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        if (entry->d_name[0] == '.' || (fd = open(path, O_RDONLY)) < 0)
            continue;
        (void)fdatasync(fd);
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        close(fd);
    }
    if (d != NULL)
        closedir(d);
}

static void open_database(bool create, bool keep_log)
{
    struct engine_config config = {g_options.dir, strcmp(g_options.mode, "full") == 0, create, keep_log, g_options.cache_bytes};
    if (create) {
        char command[1200];
        snprintf(command, sizeof command, "rm -rf '%s'; mkdir -p '%s'", g_options.dir, g_options.dir);
        must(system(command), "folder");
    }
    must(engine_open(&config), "open");
}

/* ---- pieces of work ---- */

/* Rows order[from..to), or from..to themselves, in one transaction. */
static void insert_rows(struct session *s, const uint32_t *order, uint64_t from, uint64_t to)
{
    char text[TEXT_BYTES];
    int result;
    do {
        result = txn_begin(s, true);
        for (uint64_t i = from; result == 0 && i < to; i++) {
            uint64_t id = order != NULL ? order[i] : i;
            text_of(id, text);
            result = row_put(s, id, text, value_of(id, 0), VALUE_BYTES);
        }
        if (result == 0)
            result = txn_commit(s);
        else
            txn_abort(s);
    } while (result == BENCH_AGAIN);
    must(result, "insert");
}

static void update_rows(struct session *s, uint64_t *seed, unsigned count, uint64_t version, uint64_t *last)
{
    uint64_t start = *seed;
    int result;
    do {
        *seed = start;
        result = txn_begin(s, true);
        for (unsigned i = 0; result == 0 && i < count; i++) {
            uint64_t id = scramble((*seed)++) % g_options.rows;
            if (last != NULL)
                *last = id;
            result = row_update(s, id, value_of(id, version), VALUE_BYTES);
        }
        if (result == 0)
            result = txn_commit(s);
        else
            txn_abort(s);
    } while (result == BENCH_AGAIN);
    must(result, "update");
}

static double load_rows(bool random)
{
    enum { ROWS_A_TXN = 1000 };
    uint32_t *order = NULL;
    struct session *s = session_open();
    double start;

    if (random) {
        order = malloc(g_options.rows * sizeof *order);
        for (uint64_t i = 0; i < g_options.rows; i++)
            order[i] = (uint32_t)i;
        for (uint64_t i = g_options.rows - 1; i != 0; i--) {
            uint64_t j = scramble(i * 7 + 1) % (i + 1);
            uint32_t swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
    }
    start = seconds_now();
    for (uint64_t i = 0; i < g_options.rows; i += ROWS_A_TXN)
        insert_rows(s, order, i, i + ROWS_A_TXN < g_options.rows ? i + ROWS_A_TXN : g_options.rows);
    must(engine_sync(), "sync");
    start = seconds_now() - start;
    session_close(s);
    free(order);
    return start;
}

static double look_up(struct session *s, uint64_t count, bool by_text)
{
    uint8_t value[4096];
    char text[TEXT_BYTES];
    size_t size = 0;
    uint64_t found;
    double start = seconds_now();

    must(txn_begin(s, false), "begin");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t id = scramble(i ^ 0xabcdef) % g_options.rows;
        if (by_text) {
            text_of(id, text);
            must(row_find(s, text, &found, value, sizeof value, &size), "find");
            if (found != id)
                bench_fail("another row was found", (long)found);
        } else {
            must(row_get(s, id, value, sizeof value, &size), "get");
        }
        if (i % 1024 == 0)
            check_value(value, size, id, 0);
    }
    must(txn_commit(s), "end");
    return seconds_now() - start;
}

/* ---- threads ---- */

struct worker {
    pthread_t thread;
    unsigned number, run;
    _Atomic bool *stop;
    uint64_t operations;
    double *latencies;
    uint64_t latency_count;
};

/* Single-row inserts, each a transaction. */
static void *commit_body(void *argument)
{
    struct worker *w = argument;
    struct session *s = session_open();
    uint64_t id = g_options.rows + (uint64_t)(w->number + 1 + 16 * w->run) * 100000000u;
    while (!*w->stop) {
        double start = seconds_now();
        insert_rows(s, NULL, id, id + 1);
        id++;
        w->operations++;
        if (w->latency_count < LATENCIES_MAX)
            w->latencies[w->latency_count++] = seconds_now() - start;
    }
    session_close(s);
    return NULL;
}

/* Four reads to one update, each a transaction. */
static void *mixed_body(void *argument)
{
    struct worker *w = argument;
    struct session *s = session_open();
    uint8_t value[4096];
    size_t size;
    uint64_t next = 77 + w->number * 1000003u;
    while (!*w->stop) {
        uint64_t x = scramble(next++), id = (x >> 8) % g_options.rows;
        int result;
        if (x % 5 != 0) {
            must(txn_begin(s, false), "begin");
            must(row_get(s, id, value, sizeof value, &size), "get");
            must(txn_commit(s), "end");
        } else {
            do {
                result = txn_begin(s, true);
                if (result == 0)
                    result = row_update(s, id, value_of(id, next), VALUE_BYTES);
                if (result == 0)
                    result = txn_commit(s);
                else
                    txn_abort(s);
            } while (result == BENCH_AGAIN);
            must(result, "update");
        }
        w->operations++;
    }
    session_close(s);
    return NULL;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void run_threads(const char *metric, void *(*body)(void *), unsigned count, unsigned run, bool latencies)
{
    struct worker workers[THREADS_MAX];
    _Atomic bool stop = false;
    double start, *all = malloc(LATENCIES_MAX * sizeof *all);
    uint64_t operations = 0, samples = 0;
    char name[80];

    memset(workers, 0, sizeof workers);
    for (unsigned i = 0; i < count; i++) {
        workers[i].number = i;
        workers[i].run = run;
        workers[i].stop = &stop;
        workers[i].latencies = malloc(LATENCIES_MAX * sizeof(double));
        pthread_create(&workers[i].thread, NULL, body, &workers[i]);
    }
    start = seconds_now();
    usleep((useconds_t)(g_options.seconds * 1e6));
    stop = true;
    for (unsigned i = 0; i < count; i++)
        pthread_join(workers[i].thread, NULL);
    start = seconds_now() - start;
    for (unsigned i = 0; i < count; i++) {
        operations += workers[i].operations;
        for (uint64_t k = 0; k < workers[i].latency_count && samples < LATENCIES_MAX; k++)
            all[samples++] = workers[i].latencies[k];
        free(workers[i].latencies);
    }
    print_metric(metric, (double)operations / start, "op/s");
    if (latencies && samples != 0) {
        qsort(all, samples, sizeof *all, compare_doubles);
        snprintf(name, sizeof name, "%s p50", metric);
        print_metric(name, all[samples / 2] * 1e6, "us");
        snprintf(name, sizeof name, "%s p99", metric);
        print_metric(name, all[samples * 99 / 100] * 1e6, "us");
    }
    free(all);
}

/* ---- workloads ---- */

static void run_random(void)
{
    open_database(true, false);
    print_metric("W2 random insert", (double)g_options.rows / load_rows(true), "row/s");
    engine_close();
}

static void run_bulk(void)
{
    open_database(true, false);
    print_metric("W1 bulk insert", (double)g_options.rows / load_rows(false), "row/s");
    engine_close();
    print_metric("size without logs", (double)bench_dir_bytes(g_options.dir, engine_log_mark, false, true) / 1e6, "MB");
}

static void measure_key(struct session *s)
{
    (void)look_up(s, g_options.rows / 2, false);
    print_metric("W3 lookup by key", (double)g_options.rows / look_up(s, g_options.rows, false), "op/s");
}

static void measure_text(struct session *s)
{
    (void)look_up(s, g_options.rows / 4, true);
    print_metric("W4 lookup by text", (double)(g_options.rows / 2) / look_up(s, g_options.rows / 2, true), "op/s");
}

static void measure_scan(struct session *s)
{
    enum { SCANS = 3 };
    uint64_t sum = 0, seen = 0;
    double start = seconds_now();
    for (unsigned i = 0; i < SCANS; i++) {
        must(txn_begin(s, false), "begin");
        seen += row_scan(s, &sum);
        must(txn_commit(s), "end");
    }
    print_metric("W5 full scan", (double)seen / (seconds_now() - start), "row/s");
    if (seen != SCANS * g_options.rows)
        bench_fail("rows seen", (long)seen);
}

static void measure_update(struct session *s)
{
    enum { ROWS_A_TXN = 100 };
    uint64_t seed = 12345, updates = g_options.rows / 5;
    double start = seconds_now();
    for (uint64_t i = 0; i < updates; i += ROWS_A_TXN)
        update_rows(s, &seed, ROWS_A_TXN, 1, NULL);
    must(engine_sync(), "sync");
    print_metric("W6 random update", (double)updates / (seconds_now() - start), "row/s");
}

/* One measurement on the rows that "bulk" left there. */
static void run_on_rows(void (*measure)(struct session *))
{
    struct session *s;
    open_database(false, false);
    s = session_open();
    measure(s);
    session_close(s);
    engine_close();
}

static void run_key(void) { run_on_rows(measure_key); }
static void run_text(void) { run_on_rows(measure_text); }
static void run_scan(void) { run_on_rows(measure_scan); }
static void run_update(void) { run_on_rows(measure_update); }

static void run_mixed(void)
{
    open_database(false, false);
    run_threads("W8 mixed, 2 threads", mixed_body, 2, 0, false);
    engine_close();
}

static void run_main(void)
{
    struct session *s;

    run_bulk();
    open_database(false, false);
    s = session_open();
    measure_key(s);
    measure_text(s);
    measure_scan(s);
    measure_update(s);
    session_close(s);
    run_threads("W8 mixed, 2 threads", mixed_body, 2, 0, false);
    engine_close();
    run_random();
}

static void run_commit(void)
{
    uint64_t rows = g_options.rows;
    g_options.mode = "full";
    g_options.rows = 10000;
    open_database(true, false);
    (void)load_rows(false);
    run_threads("W7 durable commits, 1 thread", commit_body, 1, 0, true);
    run_threads("W7 durable commits, 4 threads", commit_body, 4, 1, true);
    engine_close();
    g_options.rows = rows;
}

/* The child's part: updates until the log has grown by so much, then no more life. */
static void fill_log_and_die(unsigned round, const char *note)
{
    struct session *s;
    uint64_t seed = 4242 + round * UINT64_C(100000000), last = 0, count = 0, size = 0, base;
    double start = seconds_now();
    FILE *f;

    open_database(false, true);
    s = session_open();
    base = engine_log_bytes();
    while (seconds_now() - start < 60) {
        update_rows(s, &seed, 100, 9, &last);
        count += 100;
        if (count % 1000 == 0 && (size = engine_log_bytes()) - base >= g_options.log_mib << 20)
            break;
        if (size == 0 && count >= 500000)
            break;                                      /* an engine without a log */
    }
    must(engine_sync(), "sync");
    f = fopen(note, "w");
    if (f == NULL || fprintf(f, "%llu %llu %llu", (unsigned long long)last, (unsigned long long)count,
                             (unsigned long long)(size - base)) < 0 || fclose(f) != 0)
        bench_fail("note", 0);
    kill(getpid(), SIGKILL);
}

static void measure_recovery(const char *note)
{
    unsigned long long last, count, bytes;
    uint8_t value[4096];
    size_t size;
    struct session *s;
    uint64_t seed = 1;
    FILE *f = fopen(note, "r");
    double start, read_at;

    if (f == NULL || fscanf(f, "%llu %llu %llu", &last, &count, &bytes) != 3)
        bench_fail("note", 0);
    fclose(f);
    start = seconds_now();
    open_database(false, false);
    s = session_open();
    must(txn_begin(s, false), "begin");
    must(row_get(s, last, value, sizeof value, &size), "the last row");
    must(txn_commit(s), "end");
    read_at = seconds_now() - start;
    check_value(value, size, last, 9);
    update_rows(s, &seed, 1, 9, NULL);
    print_metric("W11 recovery to first write", seconds_now() - start, "s");
    print_metric("W11 recovery, updates per second", (double)count / read_at, "row/s");
    print_metric("W11 recovery, MiB of log per second", (double)bytes / 1048576.0 / read_at, "MiB/s");
    session_close(s);
    engine_close();
}

/* Some engines keep threads for the life of the process: whatever opens a database does it in a child. */
static void in_child(void (*body)(const char *), const char *note, bool killed)
{
    pid_t child = fork();
    int status;
    if (child == 0) {
        body(note);
        _exit(0);
    }
    waitpid(child, &status, 0);
    if (killed ? !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL : status != 0)
        bench_fail("child", status);
}

static void make_rows(const char *note)
{
    (void)note;
    open_database(true, false);
    (void)load_rows(false);
    engine_close();
}

static unsigned g_round;

static void die_full(const char *note) { fill_log_and_die(g_round, note); }

static void run_recover(void)
{
    char note[1100];
    snprintf(note, sizeof note, "%s.note", g_options.dir);
    in_child(make_rows, note, false);
    for (g_round = 0; g_round < g_options.repeat; g_round++) {
        in_child(die_full, note, true);
        in_child(measure_recovery, note, false);
    }
    unlink(note);
}

static void measure_open(const char *kind)
{
    char metric[80];
    uint8_t value[4096];
    size_t size;
    struct session *s;
    double start = seconds_now(), opened;

    open_database(false, false);
    opened = seconds_now() - start;
    s = session_open();
    must(txn_begin(s, false), "begin");
    must(row_get(s, 777777 % g_options.rows, value, sizeof value, &size), "get");
    must(txn_commit(s), "end");
    snprintf(metric, sizeof metric, "W12 %s open", kind);
    print_metric(metric, opened * 1e3, "ms");
    snprintf(metric, sizeof metric, "W12 %s open and first lookup", kind);
    print_metric(metric, (seconds_now() - start) * 1e3, "ms");
    session_close(s);
    engine_close();
}

static void run_open(void)
{
    in_child(make_rows, NULL, false);
    for (unsigned i = 0; i < g_options.repeat; i++) {
        forget_files(g_options.dir);
        in_child(measure_open, "cold", false);
    }
    for (unsigned i = 0; i < g_options.repeat; i++)
        in_child(measure_open, "warm", false);
}

static double status_mib(const char *key)
{
    char line[256];
    double kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            kib = strtod(line + strlen(key), NULL);
    if (f != NULL)
        fclose(f);
    return kib / 1024;
}

/* A cache of 64 MiB: how much the process takes, and what that costs. */
static void run_memory(void)
{
    struct session *s;
    double base = status_mib("VmHWM:"), load, seek;

    g_options.cache_bytes = (size_t)64 << 20;
    open_database(true, false);
    load = load_rows(true);
    s = session_open();
    seek = look_up(s, g_options.rows / 2, false);
    session_close(s);
    engine_close();
    print_metric("peak resident set over start, 64 MiB cache", status_mib("VmHWM:") - base, "MiB");
    print_metric("W2 with 64 MiB cache", (double)g_options.rows / load, "row/s");
    print_metric("W3 with 64 MiB cache", (double)(g_options.rows / 2) / seek, "op/s");
}

static void take_option(char *text)
{
    char *value = strchr(text, '=');
    if (value == NULL) {
        g_options.mode = text;
        return;
    }
    *value++ = '\0';
    if (strcmp(text, "rows") == 0)
        g_options.rows = strtoull(value, NULL, 10);
    else if (strcmp(text, "seconds") == 0)
        g_options.seconds = strtod(value, NULL);
    else if (strcmp(text, "logmb") == 0)
        g_options.log_mib = strtoull(value, NULL, 10);
    else if (strcmp(text, "repeat") == 0)
        g_options.repeat = (unsigned)strtoul(value, NULL, 10);
    else if (strcmp(text, "cachemb") == 0)
        g_options.cache_bytes = (size_t)strtoull(value, NULL, 10) << 20;
    else if (strcmp(text, "clock") == 0)                /* cpu: what the process uses, for a machine that is busy otherwise */
        g_options.clock = strcmp(value, "cpu") == 0 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
    else
        bench_fail("unknown option", 0);
}

int main(int argc, char **argv)
{
    static const struct { const char *name; void (*run)(void); } workloads[] = {
        {"main", run_main}, {"bulk", run_bulk}, {"random", run_random}, {"key", run_key}, {"text", run_text}, {"scan", run_scan},
        {"update", run_update}, {"mixed", run_mixed}, {"commit", run_commit}, {"recover", run_recover}, {"open", run_open}, {"memory", run_memory},
    };
    if (argc < 3) {
        fprintf(stderr, "usage: %s main|bulk|key|text|scan|update|mixed|random|commit|recover|open|memory DIR [full|lazy] [rows=N] [seconds=N] [logmb=N] [repeat=N] [cachemb=N] [clock=cpu]\n", argv[0]);
        return 2;
    }
    g_options.dir = argv[2];
    for (int i = 3; i < argc; i++)
        take_option(argv[i]);
    fill_pool();
    for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++) {
        if (strcmp(argv[1], workloads[i].name) == 0) {
            workloads[i].run();
            free(g_pool);
            return 0;
        }
    }
    bench_fail("unknown workload", 0);
}
