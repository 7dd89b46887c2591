/*
 * test_model_crash - lists of random operations on the simulated disk that fails: the power is cut at I/O calls all along, calls fail
 * once or for good, the disk is full. After recovery everything committed is there, nothing else, and the checker finds no fault.
 *
 *   test_model_crash [--seed N] [--seeds N] [--operations N] [--points N] [--from K] [--what power|error|full] [--shrink SECONDS]
 *                    [--list FILE --page BYTES --at K --mode M]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os_sim.h"
#include "play.h"
#include "shrink.h"

enum { TIMEOUT_S = 120, CHECK_MORE = 40 };
enum what { POWER, ERROR_ONCE, ERROR_FOR_GOOD, FULL, WHATS };

static const char folder[] = "/sim/";
static const char *const what_names[WHATS] = {"power cut", "error once", "error for good", "full disk"};

/* One failure: at which call (or after how many KiB), and what is left of unsynced writes. */
struct plan { enum what what; uint64_t at; enum sim_reboot mode; uint32_t page_size; bool quiet; int bad; };

static int complain(const struct play *p, const struct plan *plan, const char *what, int err)
{
    unsigned sum = 0;
    const char *where = "";
    int line = 0;
    (void)err_last(&where, &line);
    if (!plan->quiet)
        printf("%s: %d %s (last error raised in %s:%d)\n", what, err, p->fault, where, line);
    for (const char *at = p->fault[0] != 0 ? p->fault : what; *at != 0 && *at != ':'; at++)
        sum = sum * 31 + (unsigned char)*at;
    return 1 + (int)(sum % 100);                        /* lists that fail in the same way have the same number */
}

static void arm(const struct plan *plan)
{
    switch (plan->what) {
    case POWER: sim_crash_at(plan->at); break;
    case ERROR_ONCE: sim_fail_at(plan->at, JET_errDiskIO, false); break;
    case ERROR_FOR_GOOD: sim_fail_at(plan->at, JET_errDiskIO, true); break;
    default: break;
    }
}

static bool has_failed(const struct play *p)
{
    return sim_crashed() || sim_failed() || p->failures != 0;
}

/* Play until the disk fails or the list ends. created tells whether the database was complete before the failure. */
static int play_until_failure(struct play *p, const struct step_list *list, const struct plan *plan, bool *created)
{
    int err;
    arm(plan);
    err = play_open(p, folder, plan->page_size, true);
    *created = err >= 0;
    if (plan->what == FULL)
        sim_space(sim_used() + plan->at * 1024);
    p->disk_failed = plan->at != 0;                     /* any operation may be the one that meets the failure */
    for (unsigned n = 0; *created && n < list->count && !has_failed(p); n++)
        if (play_step(p, &list->steps[n]))
            return complain(p, plan, "before the failure", 0);
    return 0;
}

static int go_on(struct play *p, const struct step_list *list, const struct plan *plan)
{
    int err;
    p->disk_failed = false;
    p->orphans = true;
    if (play_check_committed(p))
        return complain(p, plan, "afterwards", 0);
    if (play_integrity(p))
        return complain(p, plan, "integrity afterwards", 0);
    for (unsigned n = 0; n < CHECK_MORE && n < list->count; n++)        /* and it goes on working */
        if (play_step(p, &list->steps[n]))
            return complain(p, plan, "going on", 0);
    if (play_check(p))
        return complain(p, plan, "going on", 0);
    play_roll_back_all(p);
    if (play_integrity(p))
        return complain(p, plan, "integrity at the end", 0);
    err = play_close(p, false);
    return err < 0 ? complain(p, plan, "end", err) : 0;
}

static int recover_and_check(struct play *p, const struct step_list *list, const struct plan *plan, bool created)
{
    int err;
    p->disk_failed = false;
    err = play_open(p, folder, plan->page_size, false);
    if (!created) {                                     /* the database may not be there, but the instance must have come up */
        play_close(p, false);
        if (err == JET_errFileNotFound || err == JET_errObjectNotFound || err == JET_errColumnNotFound || err >= 0)
            return 0;
        return complain(p, plan, "recovery of a creation", err);
    }
    if (err < 0)
        return complain(p, plan, "recovery", err);
    return go_on(p, list, plan);
}

/* A full disk with room again: what was not committed rolls back, and it goes on, unless the engine wants a restart. */
static bool goes_on(struct play *p)
{
    sim_space(UINT64_MAX);
    for (int s = 0; s < MODEL_SESSIONS; s++)
        if (p->model.sessions[s].level > 0 && JetRollback(p->sessions[s].s, JET_bitRollbackAll) < 0 && !p->in_doubt)
            return false;
    if (JetBeginTransaction(p->sessions[0].s) < 0 || JetRollback(p->sessions[0].s, 0) < 0)
        return false;
    return JetMove(p->sessions[0].s, p->sessions[0].t, JET_MoveFirst, 0) != JET_errInstanceUnavailable;
}

static int run(const struct step_list *list, const struct plan *plan)
{
    static struct play p;
    bool created = false;
    int bad;
    memset(&p, 0, sizeof p);
    model_reset(&p.model);
    sim_reset(31 + plan->at);
    bad = play_until_failure(&p, list, plan, &created);
    if (bad)
        return bad;
    if (plan->what == FULL && created && goes_on(&p)) {
        p.in_doubt = false;                             /* the failed commit was rolled back */
        for (int s = 0; s < MODEL_SESSIONS; s++)
            memset(p.sessions[s].held, 0, sizeof p.sessions[s].held);
        model_crash(&p.model, -1);
        bad = go_on(&p, list, plan);
    } else {
        play_close(&p, true);
        sim_reboot(plan->mode);
        bad = recover_and_check(&p, list, plan, created);
    }
    model_release(&p.model);
    return bad;
}

static int run_apart(const struct step_list *list, const struct plan *plan)
{
    int status = 0;
    pid_t child;
    fflush(stdout);
    child = fork();
    if (child == 0) {
        int bad;
        alarm(TIMEOUT_S);
        if (plan->quiet && freopen("/dev/null", "w", stderr) == NULL)
            _exit(3);
        bad = run(list, plan);
        fflush(stdout);
        if (bad != 0)
            _exit(bad);
        sim_release();
        exit(bad);                                      /* what is still allocated then has leaked */
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 200 + WTERMSIG(status) % 50;
}

/* ---- sweeps ---- */

/* How many I/O calls the whole list makes, start and orderly end included: changing ones, all, and the bytes in use. */
struct counts { uint64_t changing, all, used_kib; };

static struct counts count_calls(const struct step_list *list, uint32_t page_size)
{
    static struct play p;
    struct counts counts = {0};
    struct plan plan = {.page_size = page_size};
    int pipe_ends[2];
    pid_t child;
    if (pipe(pipe_ends) != 0)
        return counts;
    child = fork();
    if (child == 0) {
        bool created;
        memset(&p, 0, sizeof p);
        model_reset(&p.model);
        sim_reset(31);
        if (play_until_failure(&p, list, &plan, &created) == 0 && created) {
            play_roll_back_all(&p);
            play_close(&p, false);
            counts = (struct counts){sim_count(), sim_count_all(), sim_used() / 1024};
        }
        _exit(write(pipe_ends[1], &counts, sizeof counts) < 0);
    }
    close(pipe_ends[1]);
    if (read(pipe_ends[0], &counts, sizeof counts) != (ssize_t)sizeof counts)
        counts = (struct counts){0};
    close(pipe_ends[0]);
    waitpid(child, NULL, 0);
    return counts;
}

struct wanted { uint64_t seed, from, at; unsigned seeds, operations, points, shrink_s; int what, mode; uint32_t page; const char *file; };
struct result { unsigned passed, failed; };

static bool fails(void *context, const struct step_list *list)
{
    const struct plan *plan = context;
    return run_apart(list, plan) == plan->bad;
}

static void one(const struct wanted *w, uint64_t seed, const struct step_list *list, struct plan plan, struct result *r)
{
    struct step_list shorter = {.steps = calloc(list->count, sizeof *list->steps), .count = list->count};
    int bad = run_apart(list, &plan);
    if (bad == 0)
        r->passed++;
    else
        r->failed++;
    if (bad != 0 && shorter.steps != NULL) {
        printf("SEED=%llu page %u: %s at %llu, mode %d: exit %d\n", (unsigned long long)seed, (unsigned)plan.page_size, what_names[plan.what],
               (unsigned long long)plan.at, (int)plan.mode, bad);
        memcpy(shorter.steps, list->steps, list->count * sizeof *list->steps);
        plan.quiet = true;
        plan.bad = bad;
        if (r->failed == 1 && w->shrink_s != 0) {
            shrink(&shorter, w->shrink_s, fails, &plan);
            printf("# %u steps still fail so: play with --page %u --what %d --at %llu --mode %d --list FILE\n", shorter.count,
                   (unsigned)plan.page_size, (int)plan.what, (unsigned long long)plan.at, (int)plan.mode);
            list_print(&shorter, stdout);
        }
    }
    list_release(&shorter);
}

static void sweep(const struct wanted *w, uint64_t seed, struct result *r)
{
    static const uint32_t pages[4] = {4096, 8192, 16384, 32768};
    struct plan plan = {.page_size = w->page != 0 ? w->page : pages[seed % 4]};
    struct step_list list;
    struct counts calls;
    list_make(&list, seed, w->operations, MODEL_SESSIONS, MODEL_ROWS, LIST_ALL);
    calls = count_calls(&list, plan.page_size);
    printf("SEED=%llu page %u: %llu changing I/O calls of %llu\n", (unsigned long long)seed, (unsigned)plan.page_size,
           (unsigned long long)calls.changing, (unsigned long long)calls.all);
    if (calls.changing == 0)
        r->failed++;
    for (int what = 0; what < WHATS && calls.changing != 0; what++) {
        uint64_t most = what == POWER ? calls.changing : what == FULL ? calls.used_kib : calls.all;
        unsigned points = what == POWER ? w->points : w->points / 4;
        uint64_t stride = most > points && points != 0 ? most / points : 1;
        /* The start (creation) is swept closely, the rest in steps that hit other calls for each seed. */
        for (uint64_t k = w->from + (what == POWER ? 0 : seed % stride); k <= most && r->failed < 10 && points != 0; k += what == POWER && k < 60 ? 3 : stride)
            for (int mode = 0; mode < (what == POWER ? SIM_REBOOTS : 1) && (w->what < 0 || w->what == what); mode++) {
                plan.what = (enum what)what;
                plan.at = k;
                plan.mode = (enum sim_reboot)mode;
                one(w, seed, &list, plan, r);
            }
    }
    list_release(&list);
}

static int play_file(const struct wanted *w)
{
    struct step_list list = {0};
    struct plan plan = {.what = w->what < 0 ? POWER : (enum what)w->what, .at = w->at, .mode = (enum sim_reboot)w->mode,
                        .page_size = w->page != 0 ? w->page : 4096};
    FILE *from = fopen(w->file, "r");
    int bad;
    if (from == NULL || !list_read(&list, from)) {
        printf("%s is no list\n", w->file);
        return 2;
    }
    fclose(from);
    bad = run(&list, &plan);
    list_release(&list);
    return bad;
}

int main(int argc, char **argv)
{
    struct wanted w = {.seed = 1, .seeds = 2, .from = 1, .operations = 250, .points = 60, .shrink_s = 60, .what = -1};
    struct result r = {0};

    for (int n = 1; n + 1 < argc; n += 2) {
        uint64_t number = strtoull(argv[n + 1], NULL, 10);
        if (strcmp(argv[n], "--seed") == 0)
            w.seed = number, w.seeds = 1;
        else if (strcmp(argv[n], "--seeds") == 0)
            w.seeds = (unsigned)number;
        else if (strcmp(argv[n], "--operations") == 0)
            w.operations = (unsigned)number;
        else if (strcmp(argv[n], "--points") == 0)
            w.points = (unsigned)number;
        else if (strcmp(argv[n], "--from") == 0)
            w.from = number;
        else if (strcmp(argv[n], "--page") == 0)
            w.page = (uint32_t)number;
        else if (strcmp(argv[n], "--shrink") == 0)
            w.shrink_s = (unsigned)number;
        else if (strcmp(argv[n], "--what") == 0)
            w.what = (int)number;
        else if (strcmp(argv[n], "--mode") == 0)
            w.mode = (int)number;
        else if (strcmp(argv[n], "--at") == 0)
            w.at = number;
        else if (strcmp(argv[n], "--list") == 0)
            w.file = argv[n + 1];
    }
    if (w.file != NULL)
        return play_file(&w);
    for (unsigned n = 0; n < w.seeds; n++)
        sweep(&w, w.seed + n, &r);
    printf("%u passed, %u failed\n", r.passed, r.failed);
    return r.failed != 0 || r.passed == 0;
}
