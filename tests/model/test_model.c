/*
 * test_model - seeds of random operations against the model of snapshot isolation, on the real disk.
 *
 *   test_model [--seed N] [--seeds N] [--operations N] [--page BYTES]      a failing list is shortened and printed
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "play.h"

enum { CHECK_EVERY = 500, REOPEN_EVERY = 2500 };

static char folder[256];

static void empty_folder(void)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf %s && mkdir -p %s", folder, folder);
    if (system(command) != 0)
        exit(3);
}

/* Everything ends, the files stay: the committed states must be there, and nothing else. */
static int reopen(struct play *p, uint64_t seed)
{
    uint64_t random = p->random;
    int err;
    for (int s = 0; s < MODEL_SESSIONS; s++)
        while (p->model.sessions[s].level > 0) {
            JetRollback(p->sessions[s].s, 0);
            model_rollback(&p->model, s);
        }
    err = play_close(p, false);
    if (err >= 0)
        err = play_open(p, seed, folder, p->page_size, false);
    if (err < 0) {
        snprintf(p->fault, sizeof p->fault, "reopen: %d", err);
        return 1;
    }
    p->random = random;
    return play_check(p);
}

static int run(uint64_t seed, unsigned operations, uint32_t page_size, bool quiet)
{
    static struct play p;
    int err, bad = 0;
    unsigned n = 0;

    memset(&p, 0, sizeof p);
    model_reset(&p.model);
    empty_folder();
    err = play_open(&p, seed, folder, page_size, true);
    if (err < 0) {
        printf("SEED=%llu open: %d\n", (unsigned long long)seed, err);
        return 1;
    }
    for (; n < operations && !bad; n++) {
        bad = play_step(&p, n);
        if (!bad && n % CHECK_EVERY == CHECK_EVERY - 1)
            bad = play_check(&p);
        if (!bad && n % REOPEN_EVERY == REOPEN_EVERY - 1)
            bad = reopen(&p, seed);
    }
    if (!bad)
        bad = play_check(&p) || reopen(&p, seed) || play_close(&p, false) < 0;
    if (bad && !quiet)
        printf("SEED=%llu page %u operation %u: %s\n", (unsigned long long)seed, (unsigned)page_size, n, p.fault);
    return bad;
}

static int run_apart(uint64_t seed, unsigned operations, uint32_t page_size, bool quiet)
{
    int status = 0;
    pid_t child;
    fflush(stdout);
    child = fork();
    if (child == 0) {
        int bad = run(seed, operations, page_size, quiet);
        fflush(stdout);
        _exit(bad);
    }
    waitpid(child, &status, 0);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

/* The shortest prefix that still fails. */
static unsigned shorten(uint64_t seed, unsigned operations, uint32_t page_size)
{
    unsigned good = 0, bad = operations;
    while (good + 1 < bad) {
        unsigned middle = good + (bad - good) / 2;
        if (run_apart(seed, middle, page_size, true))
            bad = middle;
        else
            good = middle;
    }
    return bad;
}

int main(int argc, char **argv)
{
    static const uint32_t pages[4] = {4096, 8192, 16384, 32768};
    uint64_t seed = 1;
    unsigned seeds = 20, operations = 10000, failed = 0;
    uint32_t page_size = 0;

    for (int n = 1; n + 1 < argc; n += 2) {
        if (strcmp(argv[n], "--seed") == 0) {
            seed = strtoull(argv[n + 1], NULL, 10);
            seeds = 1;
        } else if (strcmp(argv[n], "--seeds") == 0)
            seeds = (unsigned)atoi(argv[n + 1]);
        else if (strcmp(argv[n], "--operations") == 0)
            operations = (unsigned)atoi(argv[n + 1]);
        else if (strcmp(argv[n], "--page") == 0)
            page_size = (uint32_t)atoi(argv[n + 1]);
    }
    snprintf(folder, sizeof folder, "model-run-%d/", (int)getpid());
    for (unsigned n = 0; n < seeds; n++) {
        uint32_t page = page_size != 0 ? page_size : pages[(seed + n) % 4];
        if (!run_apart(seed + n, operations, page, false))
            continue;
        failed++;
        printf("SEED=%llu fails with --operations %u --page %u\n", (unsigned long long)(seed + n), shorten(seed + n, operations, page),
               (unsigned)page);
    }
    empty_folder();
    rmdir(folder);
    printf("%u passed, %u failed\n", seeds - failed, failed);
    return failed != 0;
}
