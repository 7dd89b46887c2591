/*
 * params - every system parameter against its tables: what was observed in each mode, values, ranges, sets of values, texts of errors.
 *
 *   params [--only CHECK] [--counts FILE] [FOLDER]        CHECK: observed, defaults, ranges, advanced, sets, errors, session
 *
 * Every check runs in a process of its own; a check of what was observed runs once for each mode.
 */
#include "params.h"

#include <stdarg.h>

#include "platform.h"

enum { TIMEOUT_MS = 120000 };

void expect(struct tally *t, int good, const char *format, ...)
{
    va_list list;
    if (good) {
        t->passed++;
        return;
    }
    t->failed++;
    va_start(list, format);
    printf("FAIL ");
    vprintf(format, list);
    printf("\n");
    va_end(list);
}

static void observed_0(struct tally *t) { check_observed(0, t); }
static void observed_1(struct tally *t) { check_observed(1, t); }
static void observed_2(struct tally *t) { check_observed(2, t); }
static void observed_3(struct tally *t) { check_observed(3, t); }
static void observed_4(struct tally *t) { check_observed(4, t); }
static void observed_5(struct tally *t) { check_observed(5, t); }
static void observed_6(struct tally *t) { check_observed(6, t); }

static const struct { const char *name; void (*run)(struct tally *t); } checks[] = {
    {"observed", observed_0}, {"observed", observed_1}, {"observed", observed_2}, {"observed", observed_3}, {"observed", observed_4},
    {"observed", observed_5}, {"observed", observed_6}, {"defaults", check_defaults}, {"ranges", check_ranges}, {"advanced", check_advanced},
    {"sets", check_sets}, {"errors", check_errors}, {"session", check_session}};
enum { CHECKS = sizeof checks / sizeof checks[0] };

static int run_child(unsigned number)
{
    struct tally t = {0, 0};
    FILE *f;
    checks[number].run(&t);
    fflush(stdout);
    f = fopen("outcome.txt", "w");
    if (f == NULL)
        return 1;
    fprintf(f, "%u %u\n", t.passed, t.failed);
    fclose(f);
    return 0;
}

static void run_one(const char *self, const char *root, unsigned number, struct tally *all)
{
    char folder[1100], text[1200], self_text[1200], option[] = "--check", number_text[16];
    char *argv[] = {self_text, option, number_text, NULL};
    unsigned passed = 0, failed = 1;
    int code;
    FILE *f;
    snprintf(folder, sizeof folder, "%s/check%u", root, number);
    snprintf(self_text, sizeof self_text, "%s", self);
    snprintf(number_text, sizeof number_text, "%u", number);
    folder_remove(folder);
    folder_make(folder);
    if (folder_enter(folder) != 0)
        return;
    folder_make("one");
    fflush(stdout);
    code = process_run(argv, TIMEOUT_MS);
    folder_enter(root);
    snprintf(text, sizeof text, "%s/outcome.txt", folder);
    f = fopen(text, "r");
    if (f == NULL || fscanf(f, "%u %u", &passed, &failed) != 2)
        printf("FAIL %s %u came to no end (exit code %d)\n", checks[number].name, number, code);
    else if (code != 0)
        failed++;
    if (f != NULL)
        fclose(f);
    printf("%s %u: %u passed, %u failed\n", checks[number].name, number, passed, failed);
    all->passed += passed;
    all->failed += failed;
}

int main(int argc, char **argv)
{
    const char *only = NULL, *folder = "params-run";
    char self[1200], root[1024];
    struct tally all = {0, 0};
    FILE *counts = NULL;
    if (argc == 3 && strcmp(argv[1], "--check") == 0)
        return run_child((unsigned)atoi(argv[2]));
    for (int x = 1; x < argc; x++) {
        if (strcmp(argv[x], "--only") == 0 && x + 1 < argc)
            only = argv[++x];
        else if (strcmp(argv[x], "--counts") == 0 && x + 1 < argc)
            counts = fopen(argv[++x], "w");
        else if (argv[x][0] == '-') {
            fputs("usage: params [OPTION...] [FOLDER]; options are named at the top of the source\n", stderr);
            return 2;
        } else
            folder = argv[x];
    }
    process_own_path(argv[0], self, sizeof self);
    folder_make(folder);
    if (folder_enter(folder) != 0)
        return 2;
    folder_current(root, sizeof root);
    for (unsigned x = 0; x < CHECKS; x++)
        if (only == NULL || strcmp(checks[x].name, only) == 0)
            run_one(self, root, x, &all);
    return report_counts(counts, all.passed, all.failed);
}
