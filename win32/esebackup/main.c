/*
 * esebackup - streaming backup, verification and restore of ESENT databases, over the public API.
 *
 * EXIT CODES  0 done · 1 wrong usage · 2 the engine or the system refused (code printed) · 3 the set is damaged or incomplete
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <io.h>
#define isatty _isatty
#define fileno _fileno
#else
#include <unistd.h>
#endif

#include "host.h"
#include "restore.h"
#include "schedule.h"
#include "sink.h"
#include "snapshot.h"

enum { EXIT_DONE = 0, EXIT_USAGE = 1, EXIT_REFUSED = 2, EXIT_DAMAGED = 3, DATABASES_MAX = 6 };

struct options {
    enum agent_kind kind;
    bool kind_given, legacy, circular, keep_logs, overwrite, quiet, scheduled;
    const char *to, *tar, *logs, *system, *base, *into, *trial;
    unsigned sequence, keep, hours;
    agent_u32 page_size;
    char *words[DATABASES_MAX + 2];
    unsigned word_count;
};

static const char usage_text[] =
    "usage:\n"
    "  esebackup backup --full|--incremental|--snapshot --to ROOT [--legacy] [--keep-logs]\n"
    "            --logs DIR [--system DIR] [--base edb] [--circular] [--page-size N] DATABASE...\n"
    "  esebackup backup --full --tar FILE|- --logs DIR ... DATABASE...\n"
    "  esebackup extract --tar FILE|- ROOT\n"
    "  esebackup list ROOT\n"
    "  esebackup verify ROOT [--sequence N] [--trial SCRATCH] [--every HOURS]\n"
    "            --every: for timers; does nothing while the last good verification of all sets is younger\n"
    "  esebackup restore ROOT --into DIR [--sequence N] [--overwrite] [--legacy]\n"
    "  esebackup prune ROOT --keep N\n"
    "exit codes: 0 done, 1 wrong usage, 2 refused by engine or system, 3 set damaged or incomplete\n";

static int usage(void)
{
    fputs(usage_text, stderr);
    return EXIT_USAGE;
}

static int outcome(const char *what, const char *where, ese_err err)
{
    const char *name = err_name(err), *text = err_text(err);
    if (err >= 0)
        return EXIT_DONE;
    fprintf(stderr, "esebackup: %s%s%s: %s (%d): %s\n", what, where[0] != 0 ? " " : "", where, name != NULL ? name : "error", (int)err,
            text != NULL ? text : "");
    return err == JET_errInvalidBackup || err == JET_errMissingFileToBackup || err == JET_errReadVerifyFailure || err == JET_errMissingFullBackup ||
                   err == JET_errMissingLogFile
               ? EXIT_DAMAGED
               : EXIT_REFUSED;
}

/* A bar on a terminal, nothing elsewhere. */
static void report(void *context, const char *file, uint64_t done, uint64_t total)
{
    static const char full[] = "##############################", none[] = "..............................";
    int width = total != 0 ? (int)(done * 30 / total) : 30;
    (void)context;
    fprintf(stderr, "\r[%.*s%.*s] %3d%% %s", width, full, 30 - width, none, total != 0 ? (int)(done * 100 / total) : 100, path_name(file));
    if (done >= total)
        fputc('\n', stderr);
}

static const struct agent_progress bar = {NULL, report};

static const struct agent_progress *progress_of(const struct options *o)
{
    return !o->quiet && isatty(fileno(stderr)) ? &bar : NULL;
}

static int finish_backup(const struct options *o, const struct agent_result *result, ese_err err)
{
    if (err < 0)
        return outcome(result->failed_call != NULL ? result->failed_call : "backup", "", err);
    fprintf(o->tar != NULL ? stderr : stdout, "%s backup: %u databases, %u logs (generations %u-%u), %llu bytes\n", set_kind_name(o->kind),
            result->databases, result->logs, (unsigned)result->gen_low, (unsigned)result->gen_high, (unsigned long long)result->bytes);
    return EXIT_DONE;
}

static int run_backup(const struct options *o)
{
    struct host_config config = {.log_dir = o->logs, .system_dir = o->system, .base = o->base, .page_size = o->page_size,
                                 .legacy = o->legacy, .circular = o->circular};
    struct agent_request request = {.legacy = o->legacy, .kind = o->kind, .keep_logs = o->keep_logs, .progress = progress_of(o)};
    struct agent_result result = {0};
    struct sink *sink = NULL;
    struct host h = {0};
    ese_err err = JET_errSuccess;

    if (!o->kind_given || o->word_count == 0 || o->logs == NULL || (o->to == NULL) == (o->tar == NULL) ||
        (o->kind == AGENT_SNAPSHOT && o->to == NULL))
        return usage();
    if (config.page_size == 0)
        config.page_size = host_page_size(o->words[0]);
    TRY(host_start(&config, &h));
    for (unsigned i = 0; i < o->word_count; i++)
        TRY(host_attach(&h, o->words[i], false));
    if (o->kind == AGENT_SNAPSHOT) {
        const struct snapshot_request snapshot = {o->to, o->logs, o->base != NULL ? o->base : "edb", o->keep_logs, progress_of(o)};
        err = snapshot_backup(&snapshot, &result);
        goto done;
    }
    TRY(o->to != NULL ? sink_folder_open(o->to, o->kind, &sink) : sink_tar_open(o->tar, o->kind, &sink));
    request.instance = h.instance;
    request.sink = sink_interface(sink);
    TRY(agent_backup(&request, &result));
done:
    sink_close(sink, err >= 0);
    host_stop(&h);
    return finish_backup(o, &result, err);
}

static int run_list(const struct options *o)
{
    struct set_chain all;
    ese_err err;

    if (o->word_count != 1)
        return usage();
    err = set_list(o->words[0], &all);
    if (err < 0)
        return outcome("list", o->words[0], err);
    for (unsigned i = 0; i < all.count; i++) {
        const struct set *s = &all.sets[i];
        uint64_t bytes = 0;
        for (unsigned k = 0; k < s->file_count; k++)
            bytes += s->files[k].bytes;
        printf("%04u  %-11s  %s  generations %u-%u  %u files  %llu bytes\n", s->sequence, set_kind_name(s->kind), s->started,
               (unsigned)s->gen_low, (unsigned)s->gen_high, s->file_count, (unsigned long long)bytes);
    }
    set_chain_release(&all);
    return EXIT_DONE;
}

static int run_trial(const struct options *o)
{
    struct restore_request q = {o->words[0], o->sequence, o->trial, o->legacy, false, progress_of(o)};
    struct set_fault fault = {""};
    uint64_t tables = 0, rows = 0;
    ese_err err = restore_trial(&q, &fault, &tables, &rows);
    if (err < 0)
        return outcome("trial restore", fault.file, err);
    printf("trial restore: %llu tables, %llu rows read\n", (unsigned long long)tables, (unsigned long long)rows);
    return EXIT_DONE;
}

static int run_verify(const struct options *o)
{
    struct set_chain all;
    struct set_fault fault = {""};
    unsigned newest;
    int result;
    ese_err err;

    if (o->word_count != 1 || (o->scheduled && o->sequence != 0))
        return usage();
    err = set_list(o->words[0], &all);
    newest = err >= 0 && all.count != 0 ? all.sets[all.count - 1].sequence : 0;
    if (err >= 0 && o->scheduled && !schedule_due(o->words[0], o->hours, newest, o->trial != NULL)) {
        printf("verified less than %u hours ago\n", o->hours);
        set_chain_release(&all);
        return EXIT_DONE;
    }
    for (unsigned i = 0; err >= 0 && i < all.count; i++) {
        if (o->sequence != 0 && all.sets[i].sequence != o->sequence)
            continue;
        err = set_verify(&all.sets[i], progress_of(o), &fault);
        if (err >= 0)
            printf("%04u  %-11s  good, %u files\n", all.sets[i].sequence, set_kind_name(all.sets[i].kind), all.sets[i].file_count);
    }
    set_chain_release(&all);
    result = err < 0 ? outcome("verify", fault.file, err) : o->trial != NULL ? run_trial(o) : EXIT_DONE;
    if (result == EXIT_DAMAGED)
        schedule_forget(o->words[0]);
    else if (result == EXIT_DONE && o->sequence == 0)
        result = outcome("note of the verification", "", schedule_note(o->words[0], newest, o->trial != NULL));
    return result;
}

static int run_restore(const struct options *o)
{
    struct restore_request q = {o->word_count == 1 ? o->words[0] : NULL, o->sequence, o->into, o->legacy, o->overwrite, progress_of(o)};
    struct set_fault fault = {""};
    ese_err err;

    if (q.root == NULL || q.into == NULL)
        return usage();
    err = restore_chain(&q, &fault);
    if (err < 0)
        return outcome("restore", fault.file, err);
    printf("restored into %s\n", q.into);
    return EXIT_DONE;
}

static int run_extract(const struct options *o)
{
    char folder[OS_PATH_MAX] = "", final[OS_PATH_MAX];
    struct set s;
    ese_err err = JET_errSuccess;

    if (o->word_count != 1 || o->tar == NULL)
        return usage();
    TRY(tar_extract(o->tar, o->words[0], folder));
    TRY(set_read(&s, folder));
    err = set_folder_name(final, sizeof final, o->words[0], (unsigned)strtoul(path_name(folder), NULL, 10), s.kind);
    set_release(&s);
    if (err >= 0)
        TRY(os_path_rename(folder, final));
    printf("%s\n", final);
done:
    return outcome("extract", folder, err);
}

/* A kept incremental needs its full backup, also where a snapshot lies between them. */
static unsigned base_of(const struct set_chain *all, unsigned from)
{
    unsigned next = from;

    while (next < all->count && all->sets[next].kind == AGENT_SNAPSHOT)
        next++;
    if (next < all->count && all->sets[next].kind == AGENT_INCREMENTAL)
        for (unsigned i = from; i > 0; i--)
            if (all->sets[i - 1].kind == AGENT_FULL)
                return i - 1;
    return from;
}

/* Everything before the oldest full backup or snapshot that is kept may go. */
static ese_err prune(const struct set_chain *all, unsigned keep, unsigned *removed)
{
    unsigned fulls = 0, from = all->count;
    ese_err err = JET_errSuccess;

    while (from > 0 && fulls < keep)
        if (all->sets[--from].kind != AGENT_INCREMENTAL)
            fulls++;
    if (fulls < keep)
        return JET_errSuccess;
    from = base_of(all, from);
    for (unsigned i = 0; i < from; i++) {
        char path[OS_PATH_MAX];
        const struct set *s = &all->sets[i];
        TRY(path_join(path, sizeof path, s->folder, "set.tsv"));    /* first: what is half removed is no set */
        TRY(os_path_delete(path));
        for (unsigned k = 0; k < s->file_count; k++) {
            TRY(path_join(path, sizeof path, s->folder, s->files[k].stored));
            TRY(os_path_delete(path));
        }
        TRY(os_dir_delete(s->folder));
        ++*removed;
    }
done:
    return err;
}

static int run_prune(const struct options *o)
{
    struct set_chain all;
    unsigned removed = 0;
    ese_err err;

    if (o->word_count != 1 || o->keep == 0)
        return usage();
    err = set_list(o->words[0], &all);
    if (err >= 0)
        err = prune(&all, o->keep, &removed);
    set_chain_release(&all);
    if (err < 0)
        return outcome("prune", o->words[0], err);
    printf("%u sets removed\n", removed);
    return EXIT_DONE;
}

static const struct option long_options[] = {
    {"full", no_argument, NULL, 'f'},        {"incremental", no_argument, NULL, 'i'},     {"legacy", no_argument, NULL, 'l'},
    {"circular", no_argument, NULL, 'c'},    {"keep-logs", no_argument, NULL, 'k'},       {"overwrite", no_argument, NULL, 'o'},
    {"quiet", no_argument, NULL, 'q'},       {"to", required_argument, NULL, 't'},        {"tar", required_argument, NULL, 'T'},
    {"logs", required_argument, NULL, 'L'},  {"system", required_argument, NULL, 'S'},    {"base", required_argument, NULL, 'b'},
    {"into", required_argument, NULL, 'I'},  {"trial", required_argument, NULL, 'r'},     {"sequence", required_argument, NULL, 's'},
    {"snapshot", no_argument, NULL, 'n'},    {"every", required_argument, NULL, 'e'},
    {"keep", required_argument, NULL, 'K'},  {"page-size", required_argument, NULL, 'p'}, {NULL, 0, NULL, 0}};

static bool take_option(struct options *o, int c)
{
    switch (c) {
    case 'f': o->kind = AGENT_FULL; o->kind_given = true; break;
    case 'i': o->kind = AGENT_INCREMENTAL; o->kind_given = true; break;
    case 'n': o->kind = AGENT_SNAPSHOT; o->kind_given = true; break;
    case 'e': o->hours = (unsigned)strtoul(optarg, NULL, 10); o->scheduled = true; break;
    case 'l': o->legacy = true; break;
    case 'c': o->circular = true; break;
    case 'k': o->keep_logs = true; break;
    case 'o': o->overwrite = true; break;
    case 'q': o->quiet = true; break;
    case 't': o->to = optarg; break;
    case 'T': o->tar = optarg; break;
    case 'L': o->logs = optarg; break;
    case 'S': o->system = optarg; break;
    case 'b': o->base = optarg; break;
    case 'I': o->into = optarg; break;
    case 'r': o->trial = optarg; break;
    case 's': o->sequence = (unsigned)strtoul(optarg, NULL, 10); break;
    case 'K': o->keep = (unsigned)strtoul(optarg, NULL, 10); break;
    case 'p': o->page_size = (agent_u32)strtoul(optarg, NULL, 10); break;
    default: return false;
    }
    return true;
}

static int run(int argc, char **argv)
{
    static const struct { const char *word; int (*body)(const struct options *); } commands[] = {
        {"backup", run_backup}, {"list", run_list}, {"verify", run_verify}, {"restore", run_restore}, {"extract", run_extract}, {"prune", run_prune}};
    struct options o = {0};
    int c;

    while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1)
        if (!take_option(&o, c))
            return usage();
    if (optind >= argc || argc - optind - 1 > DATABASES_MAX)
        return usage();
    for (int i = optind + 1; i < argc; i++)
        o.words[o.word_count++] = argv[i];
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(argv[optind], commands[i].word) == 0)
            return commands[i].body(&o);
    return usage();
}

#ifdef _WIN32
int wmain(int argc, wchar_t **argv);
int wmain(int argc, wchar_t **argv)
{
    char **narrow = calloc((size_t)argc + 1, sizeof *narrow);
    int result = EXIT_REFUSED;
    for (int i = 0; narrow != NULL && i < argc; i++)
        narrow[i] = narrow_of((const wide_unit *)argv[i], SIZE_MAX);
    if (narrow != NULL)
        result = run(argc, narrow);
    for (int i = 0; narrow != NULL && i < argc; i++)
        free(narrow[i]);
    free(narrow);
    return result;
}
#else
int main(int argc, char **argv)
{
    return run(argc, argv);
}
#endif
