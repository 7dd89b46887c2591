/*
 * test_model_crash - random operations on the simulated disk, the power cut at every I/O call in turn; after recovery the table must be
 * exactly what had been committed, by both indexes, for unsynced writes kept, dropped and torn.
 *
 *   test_model_crash [--seed N] [--operations N] [--points N] [--from K]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os_sim.h"
#include "play.h"

enum { TIMEOUT_S = 120, CHECK_MORE = 40 };

static const char folder[] = "/sim/";

static int complain(const struct play *p, const char *what, int err)
{
    printf("%s: %d %s\n", what, err, p->fault);
    return 1;
}

/* Play until the disk fails or the list ends. created tells whether the database was complete before the failure. */
static int play_until_crash(struct play *p, uint64_t seed, unsigned operations, uint32_t page_size, uint64_t crash_at, bool *created)
{
    int err;
    sim_crash_at(crash_at);
    err = play_open(p, seed, folder, page_size, true);
    *created = err >= 0;
    for (unsigned n = 0; *created && n < operations && !sim_crashed(); n++) {
        p->disk_failed = crash_at != 0;                 /* an operation may be the one that meets the failure */
        if (play_step(p, n))
            return complain(p, "before the crash", 0);
    }
    return 0;
}

static int recover_and_check(struct play *p, uint64_t seed, uint32_t page_size, bool created)
{
    int err;
    p->disk_failed = false;
    model_crash(&p->model);
    model_crash(&p->doubt);
    err = play_open(p, seed, folder, page_size, false);
    if (!created) {                                     /* the database may not be there, but the instance must have come up */
        if (err == JET_errFileNotFound || err == JET_errObjectNotFound || err == JET_errColumnNotFound || err >= 0)
            return 0;
        return complain(p, "recovery of a creation", err);
    }
    if (err < 0)
        return complain(p, "recovery", err);
    if (play_check_committed(p))
        return complain(p, "after recovery", 0);
    p->in_doubt = false;
    for (unsigned n = 0; n < CHECK_MORE; n++)           /* and it goes on working */
        if (play_step(p, n))
            return complain(p, "after recovery, going on", 0);
    if (play_check(p))
        return complain(p, "after recovery, going on", 0);
    for (int s = 0; s < MODEL_SESSIONS; s++)
        while (p->model.sessions[s].level > 0) {
            JetRollback(p->sessions[s].s, 0);
            model_rollback(&p->model, s);
        }
    err = play_close(p, false);
    return err < 0 ? complain(p, "end", err) : 0;
}

static int run(uint64_t seed, unsigned operations, uint32_t page_size, uint64_t crash_at, enum sim_reboot mode)
{
    static struct play p;
    bool created = false;
    int bad;
    memset(&p, 0, sizeof p);
    model_reset(&p.model);
    sim_reset(seed * 31 + crash_at);
    bad = play_until_crash(&p, seed, operations, page_size, crash_at, &created);
    if (bad)
        return bad;
    play_close(&p, true);
    sim_reboot(mode);
    return recover_and_check(&p, seed, page_size, created);
}

static int run_apart(uint64_t seed, unsigned operations, uint32_t page_size, uint64_t crash_at, enum sim_reboot mode)
{
    int status = 0;
    pid_t child;
    fflush(stdout);
    child = fork();
    if (child == 0) {
        int bad;
        alarm(TIMEOUT_S);
        bad = run(seed, operations, page_size, crash_at, mode);
        fflush(stdout);
        _exit(bad);
    }
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    printf("SEED=%llu page %u crash at %llu mode %d: %s %d\n", (unsigned long long)seed, (unsigned)page_size, (unsigned long long)crash_at,
           (int)mode, WIFEXITED(status) ? "exit" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    return 1;
}

/* How many changing I/O calls the whole list makes, start and orderly end included. */
static uint64_t count_calls(uint64_t seed, unsigned operations, uint32_t page_size)
{
    static struct play p;
    int pipe_ends[2];
    uint64_t calls = 0;
    pid_t child;
    if (pipe(pipe_ends) != 0)
        return 0;
    child = fork();
    if (child == 0) {
        bool created;
        memset(&p, 0, sizeof p);
        model_reset(&p.model);
        sim_reset(seed);
        if (play_until_crash(&p, seed, operations, page_size, 0, &created) == 0 && created) {
            for (int s = 0; s < MODEL_SESSIONS; s++)
                while (p.model.sessions[s].level-- > 0)
                    JetRollback(p.sessions[s].s, 0);
            play_close(&p, false);
            calls = sim_count();
        }
        if (write(pipe_ends[1], &calls, sizeof calls) < 0)
            _exit(1);
        _exit(0);
    }
    close(pipe_ends[1]);
    if (read(pipe_ends[0], &calls, sizeof calls) != (ssize_t)sizeof calls)
        calls = 0;
    close(pipe_ends[0]);
    waitpid(child, NULL, 0);
    return calls;
}

int main(int argc, char **argv)
{
    static const uint32_t pages[4] = {4096, 8192, 16384, 32768};
    uint64_t seed = 1, from = 1, calls, stride;
    unsigned operations = 250, points = 120, passed = 0, failed = 0, seeds = 2;

    for (int n = 1; n + 1 < argc; n += 2) {
        if (strcmp(argv[n], "--seed") == 0) {
            seed = strtoull(argv[n + 1], NULL, 10);
            seeds = 1;
        } else if (strcmp(argv[n], "--operations") == 0)
            operations = (unsigned)atoi(argv[n + 1]);
        else if (strcmp(argv[n], "--points") == 0)
            points = (unsigned)atoi(argv[n + 1]);
        else if (strcmp(argv[n], "--from") == 0)
            from = strtoull(argv[n + 1], NULL, 10);
    }
    for (unsigned n = 0; n < seeds; n++, seed++) {
        uint32_t page = pages[seed % 4];
        calls = count_calls(seed, operations, page);
        printf("SEED=%llu page %u: %llu changing I/O calls\n", (unsigned long long)seed, (unsigned)page, (unsigned long long)calls);
        if (calls == 0) {
            failed++;
            continue;
        }
        stride = calls > points ? calls / points : 1;   /* the start (creation) is swept call by call, the rest in steps */
        for (uint64_t k = from; k <= calls && failed < 10; k += k < 100 ? 1 : stride)
            for (int mode = 0; mode < SIM_REBOOTS; mode++) {
                if (run_apart(seed, operations, page, k, (enum sim_reboot)mode))
                    failed++;
                else
                    passed++;
            }
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0 || passed == 0;
}
