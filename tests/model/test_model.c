/*
 * test_model - lists of random operations against the model of snapshot isolation, on the real disk.
 *
 *   test_model [--seed N] [--seeds N] [--operations N] [--page BYTES] [--shrink SECONDS] [--list FILE]
 *
 * A failing list is made shorter step by step and printed; --list plays such a list from a file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "play.h"
#include "shrink.h"

enum { CHECK_EVERY = 500, REOPEN_EVERY = 2500, TIMEOUT_S = 300 };

static char folder[256];

struct wanted { uint64_t seed; unsigned seeds, operations, shrink_s; uint32_t page; const char *file; int bad; };

static void empty_folder(void)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf %s && mkdir -p %s", folder, folder);
    if (system(command) != 0)
        exit(3);
}

/* Everything ends, the files stay: the committed states must be there, nothing else, and every page in order. */
static int reopen(struct play *p)
{
    int err;
    play_roll_back_all(p);
    if (play_integrity(p))
        return DIFFERENT;
    err = play_close(p, false);
    if (err >= 0)
        err = play_open(p, folder, p->page_size, false);
    if (err < 0) {
        snprintf(p->fault, sizeof p->fault, "reopen: %d", err);
        return DIFFERENT;
    }
    return play_check(p);
}

static int play_list(struct play *p, const struct step_list *list, unsigned *at)
{
    for (unsigned n = 0; n < list->count; n++) {
        *at = n;
        if (play_step(p, &list->steps[n]))
            return DIFFERENT;
        if (n % CHECK_EVERY == CHECK_EVERY - 1 && play_check(p))
            return DIFFERENT;
        if (n % REOPEN_EVERY == REOPEN_EVERY - 1 && reopen(p))
            return DIFFERENT;
    }
    return play_check(p) || reopen(p) || play_integrity(p) || play_close(p, false) < 0;
}

/* Lists that fail in the same way have the same number: what differs, without the numbers. */
static int kind_of_fault(const struct play *p)
{
    unsigned sum = 0;
    for (const char *at = p->fault; *at != 0 && *at != ':'; at++)
        sum = sum * 31 + (unsigned char)*at;
    return 1 + (int)(sum % 100);
}

static int run(const struct step_list *list, uint32_t page_size, bool quiet)
{
    static struct play p;
    int err, bad;
    unsigned at = 0;

    memset(&p, 0, sizeof p);
    model_reset(&p.model);
    empty_folder();
    err = play_open(&p, folder, page_size, true);
    if (err < 0)
        printf("open: %d\n", err);
    bad = err < 0 || play_list(&p, list, &at) ? kind_of_fault(&p) : 0;
    if (bad && !quiet)
        printf("step %u of %u (%u %s %u %u): %s\n", at, list->count, list->steps[at].session, step_name(&list->steps[at]), list->steps[at].key,
               (unsigned)list->steps[at].arg, p.fault);
    model_release(&p.model);
    return bad;
}

static int run_apart(const struct step_list *list, uint32_t page_size, bool quiet)
{
    int status = 0;
    pid_t child;
    fflush(stdout);
    child = fork();
    if (child == 0) {
        int bad;
        alarm(TIMEOUT_S);
        if (quiet && freopen("/dev/null", "w", stderr) == NULL)
            _exit(3);
        bad = run(list, page_size, quiet);
        fflush(stdout);
        _exit(bad);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 200 + WTERMSIG(status) % 50;
}

static bool fails(void *context, const struct step_list *list)
{
    const struct wanted *w = context;
    return run_apart(list, w->page, true) == w->bad;
}

static int play_file(struct wanted *w)
{
    struct step_list list = {0};
    FILE *from = fopen(w->file, "r");
    int bad;
    if (from == NULL || !list_read(&list, from)) {
        printf("%s is no list\n", w->file);
        return 2;
    }
    fclose(from);
    bad = run(&list, w->page, false);
    list_release(&list);
    printf("%s: %s\n", w->file, bad ? "fails" : "agrees with the model");
    return bad;
}

static int play_seed(struct wanted w, uint64_t seed)
{
    static const uint32_t pages[4] = {4096, 8192, 16384, 32768};
    struct step_list list;
    int bad;
    w.page = w.page != 0 ? w.page : pages[seed % 4];
    list_make(&list, seed, w.operations, MODEL_SESSIONS, MODEL_ROWS, LIST_ALL);
    bad = run_apart(&list, w.page, false);
    if (bad) {
        printf("SEED=%llu fails with --operations %u --page %u\n", (unsigned long long)seed, w.operations, (unsigned)w.page);
        fflush(stdout);
        w.bad = bad;
        shrink(&list, w.shrink_s, fails, &w);
        printf("# seed %llu, page %u: %u steps still fail; play them with --page %u --list FILE\n", (unsigned long long)seed, (unsigned)w.page,
               list.count, (unsigned)w.page);
        list_print(&list, stdout);
        (void)run_apart(&list, w.page, false);
    }
    list_release(&list);
    return bad;
}

int main(int argc, char **argv)
{
    struct wanted w = {.seed = 1, .seeds = 20, .operations = 10000, .shrink_s = 60};
    unsigned failed = 0;
    int bad = 0;

    for (int n = 1; n + 1 < argc; n += 2) {
        if (strcmp(argv[n], "--seed") == 0) {
            w.seed = strtoull(argv[n + 1], NULL, 10);
            w.seeds = 1;
        } else if (strcmp(argv[n], "--seeds") == 0)
            w.seeds = (unsigned)atoi(argv[n + 1]);
        else if (strcmp(argv[n], "--operations") == 0)
            w.operations = (unsigned)atoi(argv[n + 1]);
        else if (strcmp(argv[n], "--page") == 0)
            w.page = (uint32_t)atoi(argv[n + 1]);
        else if (strcmp(argv[n], "--shrink") == 0)
            w.shrink_s = (unsigned)atoi(argv[n + 1]);
        else if (strcmp(argv[n], "--list") == 0)
            w.file = argv[n + 1];
    }
    snprintf(folder, sizeof folder, "model-run-%d/", (int)getpid());
    if (w.file != NULL) {
        w.page = w.page != 0 ? w.page : 4096;
        bad = play_file(&w);
    }
    for (unsigned n = 0; n < w.seeds && w.file == NULL; n++)
        failed += play_seed(w, w.seed + n) != 0;
    empty_folder();
    rmdir(folder);
    if (w.file == NULL)
        printf("%u passed, %u failed\n", w.seeds - failed, failed);
    return bad || failed != 0;
}
