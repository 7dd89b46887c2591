/*
 * conformance - runs every case of the table in a process and a folder of its own and reports one line a case.
 *
 *   conformance [--keep] [--only PREFIX] [--counts FILE] [--library DLL] [FOLDER]
 *
 * FOLDER is made for the run; default "conformance-run". FILE gets a copy of the last line. DLL, on Windows, is the library
 * to try; default the esent.dll beside the program, else that of the system. The report goes to standard output and has a
 * line for each case whatever the library, so that the reports of two libraries can be compared line by line.
 */
#include "conformance.h"
#include "platform.h"

enum { TIMEOUT_MS = 60000, AREAS_MAX = 32 };

static const char *const folders[] = {"A", "B", "C", "D2", "E", "K", "L1", "T", "X"};

static unsigned char page_memory[65536 * 2 + 4096];

static const struct conformance_case *find_case(const char *name)
{
    for (unsigned x = 0; x < conformance_case_count; x++)
        if (strcmp(conformance_cases[x].id, name) == 0)
            return &conformance_cases[x];
    return NULL;
}

/* In the child: run, leave the outcome in a file, and go without ending anything. */
static int run_child(const char *what, const char *name)
{
    const struct conformance_case *c = find_case(name);
    FILE *f;
    int got;

    if (c == NULL)
        return 2;
    page = (unsigned char *)(((uintptr_t)page_memory + 4095) & ~(uintptr_t)4095);
    if (strcmp(what, "--backup") == 0) {
        got = make_backup(c->backup);
        fflush(stdout);
        return got == 0 ? 0 : 1;
    }
    read_backup_facts();
    got = c->run();
    fflush(stdout);
    f = fopen("outcome.txt", "w");
    if (f == NULL)
        return 1;
    fprintf(f, "%d\n", got);
    fclose(f);
    return 0;
}

static int read_outcome(int *got)
{
    FILE *f = fopen("outcome.txt", "r");
    int ok = f != NULL && fscanf(f, "%d", got) == 1;
    if (f != NULL)
        fclose(f);
    return ok;
}

struct area {
    const char *name;
    unsigned passed, failed;
};

static struct area *area_of(struct area areas[AREAS_MAX], const char *name)
{
    for (unsigned x = 0; x < AREAS_MAX; x++) {
        if (areas[x].name == NULL)
            areas[x].name = name;
        if (strcmp(areas[x].name, name) == 0)
            return &areas[x];
    }
    return &areas[AREAS_MAX - 1];
}

static int run_case(const struct conformance_case *c, const char *self, const char *root, int keep)
{
    char folder[1200], self_text[1200], id_text[32], mode_backup[] = "--backup", mode_case[] = "--case";
    char *argv_backup[] = {self_text, mode_backup, id_text, NULL}, *argv_case[] = {self_text, mode_case, id_text, NULL};
    int code = 0, got = 0, good;

    snprintf(folder, sizeof folder, "%s/%s", root, c->id);
    snprintf(self_text, sizeof self_text, "%s", self);
    snprintf(id_text, sizeof id_text, "%s", c->id);
    folder_remove(folder);
    folder_make(folder);
    if (folder_enter(folder) != 0)
        return 0;
    for (unsigned x = 0; x < sizeof folders / sizeof folders[0]; x++)
        folder_make(folders[x]);
    if (c->backup != BAK_NONE)
        code = process_run(argv_backup, TIMEOUT_MS);
    if (code == 0)
        code = process_run(argv_case, TIMEOUT_MS);
    if (!read_outcome(&got)) {
        printf("%s %s FAIL expected %d, no result (exit code %d)\n", c->id, c->area, c->expected, code);
        good = 0;
    } else {
        good = got == c->expected || got == c->also;
        if (good)
            printf("%s %s %d\n", c->id, c->area, got == c->also ? c->expected : got);
        else
            printf("%s %s FAIL expected %d, got %d\n", c->id, c->area, c->expected, got);
    }
    fflush(stdout);
    folder_enter(root);
    if (good && !keep)
        folder_remove(folder);
    return good;
}

static int run_all(const char *self, const char *root, const char *only, int keep, FILE *counts)
{
    static struct area areas[AREAS_MAX];
    unsigned passed = 0, failed = 0;

    for (unsigned x = 0; x < conformance_case_count; x++) {
        const struct conformance_case *c = &conformance_cases[x];
        struct area *a;
        if (only != NULL && strncmp(c->id, only, strlen(only)) != 0 && strncmp(c->area, only, strlen(only)) != 0)
            continue;
        a = area_of(areas, c->area);
        if (run_case(c, self, root, keep)) {
            passed++;
            a->passed++;
        } else {
            failed++;
            a->failed++;
        }
    }
    for (unsigned x = 0; x < AREAS_MAX && areas[x].name != NULL; x++)
        printf("%-20s %3u passed %3u failed\n", areas[x].name, areas[x].passed, areas[x].failed);
    return report_counts(counts, passed, failed);
}

int main(int argc, char **argv)
{
    const char *only = NULL, *folder = "conformance-run";
    char self[1200], root[1200];
    FILE *counts = NULL;
    int keep = 0;

    if (argc == 3 && (strcmp(argv[1], "--case") == 0 || strcmp(argv[1], "--backup") == 0))
        return run_child(argv[1], argv[2]);
    for (int x = 1; x < argc; x++) {
        if (strcmp(argv[x], "--keep") == 0)
            keep = 1;
        else if (strcmp(argv[x], "--only") == 0 && x + 1 < argc)
            only = argv[++x];
        else if (strcmp(argv[x], "--counts") == 0 && x + 1 < argc)
            counts = fopen(argv[++x], "w");
        else if (strcmp(argv[x], "--library") == 0 && x + 1 < argc)
            jet_library(argv[++x]);
        else if (argv[x][0] == '-') {
            fputs("usage: runner [OPTION...] [FOLDER]; options are named at the top of the source\n", stderr);
            return 2;
        } else
            folder = argv[x];
    }
    process_own_path(argv[0], self, sizeof self);
    folder_make(folder);
    if (folder_enter(folder) != 0)
        return 2;
    folder_current(root, sizeof root);
    return run_all(self, root, only, keep, counts);
}
