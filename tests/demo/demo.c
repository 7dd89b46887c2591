/*
 * demo - a program that keeps writing while it is backed up; and the judge of what can be had back.
 *
 *   demo write  legacy|multi WORK SETS   creates the database(s), writes, backs up (full, incremental), goes on writing until killed
 *   demo make   legacy|multi FOLDER COMMITS JOURNAL NAME POINT   creates FOLDER/live.edb or goes on with it, so many commits a session
 *   demo judge  legacy|multi FOLDER JOURNAL NAME POINT   opens FOLDER/live.edb (recovering it if need be) and compares
 *
 * The journal is a text file outside the database: "NAME POINT n0 n1 n2" = last durable commits of each session at that point.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "live.h"
#include "sink.h"

enum { INSTANCES = 2, WARM_UP_COMMITS = 150, BETWEEN_COMMITS = 200 };

static const char *const names[INSTANCES] = {"alpha", "beta"};

struct job {
    struct live *live;
    const char *name;
    char journal[OS_PATH_MAX], sets[OS_PATH_MAX];
    enum agent_kind kind;
    ese_err err;
    struct agent_result result;
    struct sink *sink;
    struct agent_sink face;
};

static ese_err note(struct job *j, const char *point)
{
    FILE *f = fopen(j->journal, "a");
    if (f == NULL)
        return JET_errFileAccessDenied;
    fprintf(f, "%s %s", j->name, point);
    for (unsigned i = 0; i < SESSIONS; i++)
        fprintf(f, " %d", (int)j->live->committed[i]);
    fprintf(f, "\n");
    return fclose(f) == 0 ? JET_errSuccess : JET_errDiskIO;
}

/* Wait until every session has committed so many more. */
static ese_err let_write(struct live *l, int32_t commits)
{
    int32_t until[SESSIONS];
    for (unsigned i = 0; i < SESSIONS; i++)
        until[i] = l->committed[i] + commits;
    for (unsigned i = 0; i < SESSIONS; i++)
        while (l->committed[i] < until[i]) {
            if (l->failed < 0)
                return l->failed;
            os_sleep_ms(5);
        }
    return JET_errSuccess;
}

/* Between the databases and the log list the point in time of the set is decided: note it in the last moment before. */
static JET_ERR end_file_and_note(void *context)
{
    struct job *j = context;
    const struct agent_sink *inner = sink_interface(j->sink);
    JET_ERR err = inner->end_file(inner->context);
    if (err >= 0 && j->kind == AGENT_FULL && sink_set(j->sink)->file_count == 1)
        err = note(j, "full");
    return err;
}

static JET_ERR pass_begin(void *context, const struct agent_file *file)
{
    struct job *j = context;
    const struct agent_sink *inner = sink_interface(j->sink);
    return inner->begin_file(inner->context, file);
}

static JET_ERR pass_write(void *context, const void *bytes, size_t size)
{
    struct job *j = context;
    const struct agent_sink *inner = sink_interface(j->sink);
    return inner->write(inner->context, bytes, size);
}

static JET_ERR pass_durable(void *context, uint32_t low, uint32_t high)
{
    struct job *j = context;
    const struct agent_sink *inner = sink_interface(j->sink);
    return inner->durable(inner->context, low, high);
}

static void backup_body(void *argument)
{
    struct job *j = argument;
    struct agent_request q = {.instance = j->live->instance, .legacy = j->live->legacy != 0, .kind = j->kind};
    ese_err err = JET_errSuccess;

    j->face = (struct agent_sink){j, pass_begin, pass_write, end_file_and_note, pass_durable};
    q.sink = &j->face;
    TRY(sink_folder_open(j->sets, j->kind, &j->sink));
    if (j->kind == AGENT_INCREMENTAL)
        TRY(note(j, "incremental"));
    TRY(agent_backup(&q, &j->result));
done:
    sink_close(j->sink, err >= 0);
    j->sink = NULL;
    j->err = err;
}

/* All instances back up at once, each on a thread of its own. */
static ese_err backup_all(struct job *jobs, unsigned count, enum agent_kind kind)
{
    struct os_thread *threads[INSTANCES] = {NULL, NULL};
    ese_err err = JET_errSuccess;

    for (unsigned i = 0; i < count; i++) {
        jobs[i].kind = kind;
        TRY(os_thread_start(&threads[i], backup_body, &jobs[i]));
    }
done:
    for (unsigned i = 0; i < count; i++)
        if (threads[i] != NULL)
            os_thread_join(threads[i]);
    for (unsigned i = 0; i < count; i++) {
        const struct agent_result *r = &jobs[i].result;
        if (jobs[i].err < 0) {
            printf("%s: %s backup failed in %s: %d\n", jobs[i].name, set_kind_name(kind), r->failed_call != NULL ? r->failed_call : "?", (int)jobs[i].err);
            err = jobs[i].err;
            continue;
        }
        printf("%s: %s backup done: %u databases, %u logs (generations %u-%u), %llu bytes, writers at %d/%d/%d commits\n", jobs[i].name,
               set_kind_name(kind), r->databases, r->logs, (unsigned)r->gen_low, (unsigned)r->gen_high, (unsigned long long)r->bytes,
               (int)jobs[i].live->committed[0], (int)jobs[i].live->committed[1], (int)jobs[i].live->committed[2]);
    }
    fflush(stdout);
    return err;
}

static ese_err prepare_job(struct job *j, struct live *l, const char *name, const char *work, const char *sets, int legacy)
{
    char folder[OS_PATH_MAX / 2];
    ese_err err = JET_errSuccess;

    memset(j, 0, sizeof *j);
    j->live = l;
    j->name = name;
    snprintf(folder, sizeof folder, "%s/%s", work, name);
    snprintf(j->journal, sizeof j->journal, "%s/journal.txt", work);
    snprintf(j->sets, sizeof j->sets, "%s/%s", sets, name);
    TRY(os_dir_create(folder));
    TRY(live_start(l, name, folder, legacy, 1));
    TRY(live_write(l));
done:
    return err;
}

static int write_until_killed(int legacy, const char *work, const char *sets)
{
    static struct live lives[INSTANCES];
    static struct job jobs[INSTANCES];
    unsigned count = legacy ? 1 : INSTANCES;
    ese_err err = JET_errSuccess;

    for (unsigned i = 0; i < count; i++)
        TRY(prepare_job(&jobs[i], &lives[i], names[i], work, sets, legacy));
    for (unsigned i = 0; i < count; i++)
        TRY(let_write(&lives[i], WARM_UP_COMMITS));
    TRY(backup_all(jobs, count, AGENT_FULL));
    for (unsigned i = 0; i < count; i++)
        TRY(let_write(&lives[i], BETWEEN_COMMITS));
    TRY(backup_all(jobs, count, AGENT_INCREMENTAL));
    for (unsigned i = 0; i < count; i++) {
        TRY(let_write(&lives[i], BETWEEN_COMMITS));
        TRY(note(&jobs[i], "killed"));
    }
    printf("ready to be killed\n");
    fflush(stdout);
    for (;;) {
        for (unsigned i = 0; i < count; i++)
            TRY(let_write(&lives[i], 1));
    }
done:
    printf("failed: %d (%s)\n", (int)err, err_name(err) != NULL ? err_name(err) : "?");
    fflush(stdout);
    return 1;
}

/* So many commits more in a database of one's own, an orderly end, and a note of where the sessions stand. */
static int make(int legacy, const char *folder, int commits, const char *journal, const char *name, const char *point)
{
    static struct live l;
    struct os_file_info info;
    struct judgement found = {{0}, 0, 0, 0};
    struct job j = {.live = &l, .name = name};
    char database[OS_PATH_MAX];
    ese_err err = JET_errSuccess;

    snprintf(database, sizeof database, "%.900s/live.edb", folder);
    snprintf(j.journal, sizeof j.journal, "%s", journal);
    TRY(os_dir_create(folder));
    TRY(live_start(&l, name, folder, legacy, os_path_info(database, &info) < 0));
    TRY(live_judge(&l, &found));
    for (unsigned i = 0; i < SESSIONS; i++)
        l.committed[i] = found.last[i];
    TRY(live_write(&l));
    TRY(let_write(&l, commits));
    TRY(live_quiesce(&l));
    TRY(note(&j, point));
    TRY(live_stop(&l));
    return 0;
done:
    printf("%s: make failed: %d (%s)\n", name, (int)err, err_name(err) != NULL ? err_name(err) : "?");
    return 1;
}

static int read_journal(const char *path, const char *name, const char *point, int32_t noted[SESSIONS])
{
    char line[256], who[64], where[64];
    int found = 0, n[SESSIONS];
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return 0;
    while (fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "%63s %63s %d %d %d", who, where, &n[0], &n[1], &n[2]) == 5 && strcmp(who, name) == 0 && strcmp(where, point) == 0) {
            found = 1;
            for (unsigned i = 0; i < SESSIONS; i++)
                noted[i] = n[i];
        }
    fclose(f);
    return found;
}

static int judge(int legacy, const char *folder, const char *journal, const char *name, const char *point)
{
    static struct live l;
    struct judgement j;
    int32_t noted[SESSIONS];
    unsigned missing = 0;
    ese_err err = JET_errSuccess;

    if (!read_journal(journal, name, point, noted)) {
        printf("%s: no journal entry for %s\n", name, point);
        return 1;
    }
    TRY(live_start(&l, name, folder, legacy, 0));
    TRY(live_judge(&l, &j));
    TRY(live_stop(&l));
    for (unsigned i = 0; i < SESSIONS; i++)
        if (j.last[i] < noted[i])
            missing += (unsigned)(noted[i] - j.last[i]);
    printf("%s at \"%s\": %u rows; committed by then %d/%d/%d, found %d/%d/%d; missing %u, rolled back but there %u, wrong %u: %s\n", name, point, j.rows,
           (int)noted[0], (int)noted[1], (int)noted[2], (int)j.last[0], (int)j.last[1], (int)j.last[2], missing, j.doomed, j.wrong,
           missing + j.doomed + j.wrong == 0 ? "GOOD" : "BAD");
    return missing + j.doomed + j.wrong == 0 ? 0 : 1;
done:
    printf("%s: judge failed: %d (%s)\n", name, (int)err, err_name(err) != NULL ? err_name(err) : "?");
    return 1;
}

int main(int argc, char **argv)
{
    int legacy = argc > 2 && strcmp(argv[2], "legacy") == 0;
    if (argc == 5 && strcmp(argv[1], "write") == 0)
        return write_until_killed(legacy, argv[3], argv[4]);
    if (argc == 8 && strcmp(argv[1], "make") == 0)
        return make(legacy, argv[3], atoi(argv[4]), argv[5], argv[6], argv[7]);
    if (argc == 7 && strcmp(argv[1], "judge") == 0)
        return judge(legacy, argv[3], argv[4], argv[5], argv[6]);
    fputs("usage: demo write legacy|multi WORK SETS\n       demo judge legacy|multi FOLDER JOURNAL NAME full|incremental|killed\n", stderr);
    return 2;
}
