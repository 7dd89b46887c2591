/*
 * hostile - walks all exported calls with arguments that no caller should give: no crash, no hang, no leak, only known errors.
 *
 *   hostile [--legacy] [--only NAME] [--verbose] [--race N] [FOLDER]
 *
 * Each call is made with arguments that fit, then with one of them replaced at a time: missing pointers, handles of the wrong kind, dead
 * and made up, single option bits, sizes 0, 1 and the largest, structures of the wrong size or with a count and no array, texts without
 * an end. A process walks on from call to call; when it dies, the next one goes on behind the call that killed it.
 */
#include "hostile.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#define JET_VERSION 0x0A00
#include <windows.h>
#else
#include <sys/mman.h>
#endif
#include <esent.h>

#include "platform.h"

enum { BUFFER = 512, LONG_TEXT = 6000, HANG_MS = 40000, PROCESS_MS = 3000000, VARIANTS_MAX = 400, BLOCKS_MAX = 64, LEVELS = 64 };

static _Atomic unsigned long long steps;
static char current[300];
static FILE *progress;
static int verbose;
static unsigned passed, failed;

/* ---- memory of one call ---- */

static void *blocks[BLOCKS_MAX];
static unsigned block_count;

static void *block(size_t size)
{
    void *p = calloc(1, size != 0 ? size : 1);
    if (p == NULL || block_count == BLOCKS_MAX)
        abort();
    blocks[block_count++] = p;
    return p;
}

static void release_blocks(void)
{
    for (unsigned k = 0; k < block_count; k++)
        free(blocks[k]);
    block_count = 0;
}

static void *JET_API grow(void *context, void *p, JET_GRBIT size)
{
    (void)context;
    if (size == 0 || p != NULL)
        return NULL;
    return block_count < BLOCKS_MAX - 8 ? block(size) : NULL;
}

static JET_ERR JET_API status(JET_SESID s, JET_SNP snp, JET_SNT snt, void *p)
{
    (void)s, (void)snp, (void)snt, (void)p;
    return 0;
}

static JET_ERR JET_API status_init(JET_SNP snp, JET_SNT snt, void *p, void *context)
{
    (void)snp, (void)snt, (void)p, (void)context;
    return 0;
}

static JET_ERR JET_API callback(JET_SESID s, JET_DBID d, JET_TABLEID t, JET_CBTYP type, void *a, void *b, void *context, JET_API_PTR n)
{
    (void)s, (void)d, (void)t, (void)type, (void)a, (void)b, (void)context, (void)n;
    return 0;
}

/* Address space of any size that the largest buffers stand for. */
static void *vast(void)
{
#if defined(_WIN32) || UINTPTR_MAX == 0xFFFFFFFFu
    return NULL;
#else
    static void *space;
    if (space == NULL)
        space = mmap(NULL, (size_t)1 << 32, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return space;
#endif
}

static void *text_block(const char *text, int wide)
{
    size_t n = strlen(text), room = n + 2 < 4 ? 4 : n + 2;      /* by level a name may be the number of a column */
    uint8_t *p = block(room * (wide ? 2 : 1));
    for (size_t k = 0; k < n; k++)
        p[wide ? 2 * k : k] = (uint8_t)text[k];
    return p;
}

static void *long_text(int wide)
{
    uint8_t *p = block((LONG_TEXT + 1) * (wide ? 2 : 1));
    for (size_t k = 0; k < LONG_TEXT; k++)
        p[wide ? 2 * k : k] = 'a';
    return p;
}

/* Half a pair, bytes that are no characters. */
static void *broken_text(int wide)
{
    static const uint8_t bytes[] = {0x61, 0xFF, 0xFE, 0xC3, 0x00}, units[] = {0x61, 0x00, 0x00, 0xD8, 0x61, 0x00, 0x00, 0xDC, 0x00, 0x00};
    uint8_t *p = block(sizeof units);
    memcpy(p, wide ? units : bytes, wide ? sizeof units : sizeof bytes);
    return p;
}

/* ---- arguments that fit ---- */

static size_t word_size(unsigned size32, unsigned size64) { return sizeof(void *) == 4 ? size32 : size64; }

static void put(uint8_t *at, size_t size, uint64_t value)
{
    for (size_t k = 0; k < size; k++)
        at[k] = (uint8_t)(value >> 8 * k);
}

static void *structure(const struct hostile_call *call, const struct hostile_struct *shape)
{
    size_t size = word_size(shape->size32, shape->size64);
    uint8_t *p = block(size);
    if (shape->sized)
        put(p, 4, size);
    for (unsigned k = 0; k < shape->field_count; k++) {
        const struct hostile_field *f = &shape->fields[k];
        uint8_t *at = p + word_size(f->offset32, f->offset64);
        size_t bytes = word_size(f->size32, f->size64);
        int wide = f->kind == F_TEXT_W;
        if (f->kind == F_TEXT_A || f->kind == F_TEXT_W)
            put(at, bytes, (uintptr_t)text_block(strcmp(f->name, "szKey") == 0 ? "+c" : strstr(f->name, "Template") != NULL ? "t" :
                                                                                  world_text(call->name, f->name), wide));
        else if (strcmp(f->name, "coltyp") == 0)
            put(at, bytes, JET_coltypLong);
        else if (strcmp(f->name, "itagSequence") == 0)
            put(at, bytes, 1);
        else if (strcmp(f->name, "cbKey") == 0)
            put(at, bytes, strstr(shape->name, "_W") != NULL ? 8 : 4);
        else if (strcmp(f->name, "columnid") == 0)
            put(at, bytes, world.column);
    }
    return p;
}

static uint64_t fitting_number(const char *name)
{
    if (strstr(name, "ensity") != NULL)
        return 90;
    if (strstr(name, "ages") != NULL || strcmp(name, "prep") == 0)
        return 1;
    return strcmp(name, "cRow") == 0 ? 1 : 0;
}

static uint64_t fitting(const struct hostile_call *call, unsigned number)
{
    const struct hostile_argument *a = &call->arguments[number];
    switch (a->kind) {
    case K_INSTANCE: return world.instance;
    case K_SESSION: return world.session;
    case K_TABLE: return world.table;
    case K_DATABASE: return world.database;
    case K_FILE: return world.file;
    case K_SNAPSHOT: return world.snapshot;
    case K_COLUMN: return world.column;
    case K_SIZE: return BUFFER;
    case K_COUNT: return strcmp(a->name, "cRow") == 0 ? 1 : strcmp(a->name, "coltyp") == 0 ? JET_coltypLong : 1;
    case K_NUMBER: return fitting_number(a->name);
    case K_TEXT_A: case K_TEXT_W: return (uintptr_t)text_block(world_text(call->name, a->name), a->kind == K_TEXT_W);
    case K_BYTES: case K_BYTES_W: {
        uint8_t *p = block(BUFFER * (a->kind == K_BYTES_W ? 2 : 1));
        p[0] = '+';
        p[a->kind == K_BYTES_W ? 2 : 1] = 'c';
        return (uintptr_t)p;
    }
    case K_STRUCT: return (uintptr_t)structure(call, a->shape);
    case K_HANDLE_OUT: case K_VALUE_OUT: return (uintptr_t)block(word_size(a->size32, a->size64));
    case K_STATUS: return (uintptr_t)status;
    case K_CALLBACK: return (uintptr_t)callback;
    case K_REALLOC: return (uintptr_t)grow;
    case K_INIT_CALLBACK: return (uintptr_t)status_init;
    default: return 0;
    }
}

/* ---- arguments that do not ---- */

static int handle_variant(const struct hostile_argument *a, unsigned v, uint64_t *to)
{
    const uint64_t values[] = {0, (uintptr_t)-1, 0x12340, 1, 0x7FFFFFFF, world.instance, world.session, world.table, world.dead_instance,
                               world.dead_session, world.dead_table};
    (void)a;
    if (v >= sizeof values / sizeof values[0])
        return 0;
    *to = values[v];
    return 1;
}

static int number_variant(const struct hostile_argument *a, unsigned v, uint64_t *to)
{
    static const uint64_t values[] = {0, 1, 2, 3, 7, 255, 256, 65535, 0x7FFFFFFF, 0x80000000u, 0xFFFFFFFEu, 0xFFFFFFFFu};
    if (a->kind == K_BITS) {
        *to = v < 32 ? (uint64_t)1 << v : 0xFFFFFFFFu;
        return v <= 32;
    }
    if (a->kind == K_LEVEL) {
        *to = v < LEVELS ? v : v < 2 * LEVELS ? 0x80000000u + v - LEVELS : v < 2 * LEVELS + 32 ? (uint64_t)1 << (v - 2 * LEVELS) : 0xFFFFFFFFu;
        return v <= 2 * LEVELS + 32;
    }
    if (a->kind == K_COUNT || a->kind == K_SIZE) {
        *to = a->kind == K_COUNT ? 0 : v < 9 ? v : BUFFER - 1;
        return v < (a->kind == K_COUNT ? 1 : 10);
    }
    if (v >= sizeof values / sizeof values[0])
        return 0;
    *to = values[v] != 0xFFFFFFFFu || a->kind != K_WIDE_NUMBER ? values[v] : UINT64_MAX;
    return 1;
}

static int text_variant(unsigned v, int wide, uint64_t *to)
{
    switch (v) {
    case 0: *to = 0; return 1;
    case 1: *to = (uintptr_t)text_block("", wide); return 1;
    case 2: *to = (uintptr_t)long_text(wide); return 1;
    case 3: *to = (uintptr_t)broken_text(wide); return 1;
    case 4: *to = (uintptr_t)text_block("a\x01!.[]", wide); return 1;
    case 5: *to = (uintptr_t)text_block("nowhere/at/all", wide); return 1;
    case 6: *to = (uintptr_t)text_block(" lead", wide); return 1;
    default: return 0;
    }
}

static int struct_variant(const struct hostile_call *call, const struct hostile_struct *shape, unsigned v, uint64_t *to)
{
    size_t size = word_size(shape->size32, shape->size64);
    const uint64_t sizes[] = {0, 1, 4, size - 1, size + 1, 0x7FFFFFFF, 0xFFFFFFFFu};
    enum { SIZES = sizeof sizes / sizeof sizes[0], EACH = 4 };
    const struct hostile_field *f;
    uint8_t *p, *at;
    size_t bytes;
    if (v == 0) {
        *to = 0;
        return 1;
    }
    p = structure(call, shape);
    *to = (uintptr_t)p;
    v--;
    if (shape->sized && v < SIZES) {
        put(p, 4, sizes[v]);
        return 1;
    }
    v -= shape->sized ? (unsigned)SIZES : 0;
    if (v / EACH >= shape->field_count)
        return 0;
    f = &shape->fields[v / EACH];
    at = p + word_size(f->offset32, f->offset64);
    bytes = word_size(f->size32, f->size64);
    if (f->kind == F_NUMBER && strcmp(f->name, "cbKey") == 0 && v % EACH > 1)
        return 1;                                       /* the key is there, and is not that long */
    if (f->kind == F_NUMBER)
        put(at, bytes, v % EACH == 0 ? 1 : v % EACH == 1 ? UINT64_MAX : v % EACH == 2 ? 0x80000000u : 12345);
    else if (f->kind == F_POINTER)
        put(at, bytes, v % EACH == 0 ? 0 : (uintptr_t)block(BUFFER));
    else
        put(at, bytes, v % EACH == 0   ? 0
                       : v % EACH == 1 ? (uintptr_t)text_block("", f->kind == F_TEXT_W)
                       : v % EACH == 2 ? (uintptr_t)long_text(f->kind == F_TEXT_W)
                                       : (uintptr_t)broken_text(f->kind == F_TEXT_W));
    return 1;
}

/* Replaces argument n by its v-th bad value; the size that belongs to a buffer may follow. 0: there is no such value. */
static int vary(const struct hostile_call *call, unsigned n, unsigned v, uint64_t *values)
{
    const struct hostile_argument *a = &call->arguments[n];
    int sized = n + 1 < call->count && call->arguments[n + 1].kind == K_SIZE;
    switch (a->kind) {
    case K_INSTANCE: case K_SESSION: case K_TABLE: case K_FILE: case K_SNAPSHOT:
        return handle_variant(a, v, &values[n]);
    case K_DATABASE: case K_BITS: case K_NUMBER: case K_SIZE: case K_COUNT: case K_LEVEL: case K_COLUMN: case K_WIDE_NUMBER:
        return number_variant(a, v, &values[n]);
    case K_TEXT_A: case K_TEXT_W:
        return text_variant(v, a->kind == K_TEXT_W, &values[n]);
    case K_BYTES: case K_BYTES_W:
        if (v == 0) {
            values[n] = 0;
        } else if (v <= 4 && sized) {                   /* full to the last byte, no end */
            values[n + 1] = v == 4 ? BUFFER : v;
            values[n] = (uintptr_t)block(values[n + 1]);
            memset((void *)(uintptr_t)values[n], 'x', values[n + 1]);
        } else if (v <= 6 && sized && vast() != NULL) {
            values[n] = (uintptr_t)vast();
            values[n + 1] = v == 5 ? 0xFFFFFFFFu : 0x80000000u;
        } else {
            return 0;
        }
        return 1;
    case K_STRUCT:
        return struct_variant(call, a->shape, v, &values[n]);
    default:
        values[n] = 0;
        return v == 0;
    }
}

/* ---- the walk ---- */

static void take_back_lists(const struct hostile_call *call, const uint64_t *values, int err)
{
    for (unsigned k = 0; k < call->count && err >= 0; k++)
        if (strncmp(call->arguments[k].name, "paInstanceInfo", 14) == 0 && values[k] != 0)
            (void)JetFreeBuffer(*(char **)(uintptr_t)values[k]);
}

static void call_once(const struct hostile_call *call, hostile_entry entry, unsigned n, unsigned v, int *more)
{
    uint64_t values[ARGUMENTS_MAX] = {0};
    int err;
    world_before(call->name);
    for (unsigned k = 0; k < call->count; k++)
        values[k] = fitting(call, k);
    *more = n >= call->count || vary(call, n, v, values);
    if (*more) {
        snprintf(current, sizeof current, "%s, %s, variant %u", call->name, n < call->count ? call->arguments[n].name : "nothing hostile", v);
        if (progress != NULL) {
            rewind(progress);
            fprintf(progress, "%-280s\n", current);
            fflush(progress);
        }
        err = hostile_invoke(entry, call, values);
        take_back_lists(call, values, err);
        if (verbose)
            printf("%s: %d\n", current, err);
        if (world_known_error(err)) {
            passed++;
        } else {
            failed++;
            printf("FAIL %s: unknown error %d\n", current, err);
        }
        world_after(call->name, err);
    } else {
        world_after(call->name, -1);
    }
    release_blocks();
    atomic_fetch_add(&steps, 1);
}

static void walk_call(const struct hostile_call *call, hostile_entry entry)
{
    int more;
    call_once(call, entry, call->count, 0, &more);
    for (unsigned n = 0; n < call->count; n++)
        for (unsigned v = 0; v < VARIANTS_MAX; v++) {
            call_once(call, entry, n, v, &more);
            if (!more)
                break;
        }
}

static void watch(void *unused)
{
    unsigned long long last = 0;
    unsigned waited = 0;
    (void)unused;
    for (;;) {
        unsigned long long now = atomic_load(&steps);
        pause_ms(200);
        waited = now == last ? waited + 200 : 0;
        last = now;
        if (waited > HANG_MS) {
            printf("FAIL hang: %s\n", current);
            fflush(stdout);
            abort();
        }
    }
}

static int run_child(unsigned first, const char *only, int legacy)
{
    FILE *f;
    progress = fopen("current.txt", "w");
    world.legacy = legacy;
    thread_start(watch, NULL, 0);
    for (unsigned k = first; k < hostile_call_count; k++) {
        hostile_entry entry = hostile_find(k);
        if (entry == NULL || (only != NULL && strcmp(hostile_calls[k].name, only) != 0))
            continue;
        f = fopen("at.txt", "w");
        if (f != NULL) {
            fprintf(f, "%u %u %u\n", k, passed, failed);
            fclose(f);
        }
        walk_call(&hostile_calls[k], entry);
        fflush(stdout);
    }
    world_end();
    if (progress != NULL)
        fclose(progress);
    f = fopen("at.txt", "w");
    if (f != NULL) {
        fprintf(f, "%u %u %u\n", hostile_call_count, passed, failed);
        fclose(f);
    }
    return 0;
}

static int run_all(char *self, char *only, int legacy)
{
    unsigned at = 0, all_passed = 0, all_failed = 0;
    while (at < hostile_call_count) {
        char first[16], option[] = "--child", mode[8], show[8], none[] = "-", line[300] = "";
        char *argv[] = {self, option, first, mode, show, only != NULL ? only : none, NULL};
        unsigned p = 0, q = 0, next = at;
        int code;
        FILE *f;
        snprintf(first, sizeof first, "%u", at);
        snprintf(mode, sizeof mode, "%d", legacy);
        snprintf(show, sizeof show, "%d", verbose);
        fflush(stdout);
        code = process_run(argv, PROCESS_MS);
        f = fopen("at.txt", "r");
        if (f == NULL || fscanf(f, "%u %u %u", &next, &p, &q) != 3)
            all_failed++;
        if (f != NULL)
            fclose(f);
        all_passed += p;
        all_failed += q;
        if (code != 0) {
            f = fopen("current.txt", "r");
            if (f != NULL) {
                if (fgets(line, sizeof line, f) == NULL)
                    line[0] = '\0';
                fclose(f);
            }
            line[strcspn(line, "\n")] = '\0';
            printf("FAIL exit code %d: %s\n", code, line);
            all_failed++;
            next++;
        }
        at = next;
    }
    printf("%u passed, %u failed\n", all_passed, all_failed);
    return all_failed == 0 && all_passed != 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    char *only = NULL, self[1200];
    const char *folder = "hostile-run";
    int legacy = 0;
    unsigned rounds = 0;
    setvbuf(stdout, NULL, _IOLBF, 4096);
    if (argc == 6 && strcmp(argv[1], "--child") == 0) {
        verbose = atoi(argv[4]);
        return run_child((unsigned)atoi(argv[2]), strcmp(argv[5], "-") == 0 ? NULL : argv[5], atoi(argv[3]));
    }
    for (int x = 1; x < argc; x++) {
        if (strcmp(argv[x], "--only") == 0 && x + 1 < argc)
            only = argv[++x];
        else if (strcmp(argv[x], "--race") == 0 && x + 1 < argc)
            rounds = (unsigned)atoi(argv[++x]);
        else if (strcmp(argv[x], "--legacy") == 0)
            legacy = 1;
        else if (strcmp(argv[x], "--verbose") == 0)
            verbose = 1;
        else if (argv[x][0] == '-') {
            fputs("usage: hostile [OPTION...] [FOLDER]; options are named at the top of the source\n", stderr);
            return 2;
        } else
            folder = argv[x];
    }
    process_own_path(argv[0], self, sizeof self);
    folder_remove(folder);
    folder_make(folder);
    if (folder_enter(folder) != 0)
        return 2;
    if (rounds != 0) {
        thread_start(watch, NULL, 0);
        return hostile_race(rounds);
    }
    return run_all(self, only, legacy);
}
