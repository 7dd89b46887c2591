/* A database or a log folder that another process has: refused with the documented error, had as soon as it is free, nothing changed. */
#include "reference.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jet_run.h"

#define OK(call) assert_int_equal((call), 0)

extern char **environ;

static char mine[400], theirs[400], db[500];

/* ---- the other process: this program with arguments ---- */

struct other { pid_t pid; int to, from; };

/* Instance in folder, the database attached and open; says so, holds all until its input ends. */
static int hold(const char *folder, const char *path)
{
    struct jet_run r;
    char c;
    JET_ERR err;

    jet_start(&r, folder, 4096);
    err = jet_attach(&r, path, 0);
    c = err >= 0 ? 'h' : 'r';
    if (write(STDOUT_FILENO, &c, 1) != 1 || err < 0)
        return 1;
    while (read(STDIN_FILENO, &c, 1) > 0)
        ;
    jet_stop(&r);
    return 0;
}

static void other_starts(struct other *o, const char *folder, const char *path)
{
    char *args[] = {(char *)(uintptr_t)"test_other_process", (char *)(uintptr_t)folder, (char *)(uintptr_t)path, NULL};
    posix_spawn_file_actions_t actions;
    int in[2], out[2];
    char c = 0;

    OK(pipe(in));
    OK(pipe(out));
    OK(fcntl(in[1], F_SETFD, FD_CLOEXEC) | fcntl(out[0], F_SETFD, FD_CLOEXEC));
    OK(posix_spawn_file_actions_init(&actions));
    OK(posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO));
    OK(posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO));
    OK(posix_spawn(&o->pid, "/proc/self/exe", &actions, NULL, args, environ));
    OK(posix_spawn_file_actions_destroy(&actions));
    close(in[0]);
    close(out[1]);
    o->to = in[1];
    o->from = out[0];
    assert_int_equal(read(o->from, &c, 1), 1);
    assert_int_equal(c, 'h');
}

static void other_ends(struct other *o)
{
    int status = 0;

    close(o->to);
    assert_int_equal(waitpid(o->pid, &status, 0), o->pid);
    close(o->from);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- the cases ---- */

static void add_row(struct jet_run *r, int32_t row)
{
    JET_TABLEID t;
    JET_COLUMNDEF id = {.cbStruct = sizeof id, .coltyp = JET_coltypLong};

    if (row == 1) {
        OK(JetCreateTableA(r->s, r->db, "t", 0, 80, &t));
        OK(JetAddColumnA(r->s, t, "id", &id, NULL, 0, &id.columnid));
    } else {
        OK(JetOpenTableA(r->s, r->db, "t", NULL, 0, 0, &t));
        OK(JetGetTableColumnInfoA(r->s, t, "id", &id, sizeof id, JET_ColInfo));
    }
    OK(JetPrepareUpdate(r->s, t, JET_prepInsert));
    OK(JetSetColumn(r->s, t, id.columnid, &row, sizeof row, 0, NULL));
    OK(JetUpdate(r->s, t, NULL, 0, NULL));
    OK(JetCloseTable(r->s, t));
}

static int32_t count_rows(struct jet_run *r)
{
    JET_TABLEID t;
    int32_t n = 0;

    OK(JetOpenTableA(r->s, r->db, "t", NULL, 0, 0, &t));
    for (JET_ERR err = JetMove(r->s, t, JET_MoveFirst, 0); err >= 0; err = JetMove(r->s, t, JET_MoveNext, 0))
        n++;
    OK(JetCloseTable(r->s, t));
    return n;
}

static void set_out(void)
{
    char command[1000];

    snprintf(mine, sizeof mine, "%s/mine", reference_scratch());
    snprintf(theirs, sizeof theirs, "%s/theirs", reference_scratch());
    snprintf(db, sizeof db, "%s/x.edb", reference_scratch());
    snprintf(command, sizeof command, "rm -rf '%s' '%s' '%s'; mkdir '%s' '%s'", mine, theirs, db, mine, theirs);
    OK(system(command));
}

static void a_database_in_use_elsewhere_is_refused(void **state)
{
    struct jet_run r;
    struct other o;
    JET_DBID made;

    (void)state;
    set_out();
    jet_start(&r, mine, 4096);
    OK(JetCreateDatabaseA(r.s, db, NULL, &r.db, 0));
    add_row(&r, 1);
    OK(JetCloseDatabase(r.s, r.db, 0));
    OK(JetDetachDatabaseA(r.s, db));
    other_starts(&o, theirs, db);
    assert_int_equal(JetAttachDatabaseA(r.s, db, 0), JET_errFileAccessDenied);
    assert_int_equal(JetCreateDatabaseA(r.s, db, NULL, &made, JET_bitDbOverwriteExisting), JET_errFileAccessDenied);
    assert_int_equal(JetCreateDatabaseA(r.s, db, NULL, &made, 0), JET_errDatabaseDuplicate);
    other_ends(&o);
    OK(jet_attach(&r, db, 0));                          /* the same instance goes on, and nothing is lost */
    assert_int_equal(count_rows(&r), 1);
    add_row(&r, 2);
    assert_int_equal(count_rows(&r), 2);
    jet_stop(&r);
}

/* The other one has the logs: this process gets no instance there, and can have one elsewhere. */
static void logs_in_use_elsewhere_are_refused(void **state)
{
    struct jet_run r;
    struct other o;
    JET_DBID unused;

    (void)state;
    set_out();
    jet_start(&r, mine, 4096);
    OK(JetCreateDatabaseA(r.s, db, NULL, &unused, 0));
    jet_stop(&r);
    other_starts(&o, theirs, db);
    jet_prepare(&r, theirs, 4096);
    assert_int_equal(jet_up(&r), JET_errFileAccessDenied);
    jet_start(&r, mine, 4096);
    assert_int_equal(JetAttachDatabaseA(r.s, db, 0), JET_errFileAccessDenied);
    jet_stop(&r);
    other_ends(&o);
    jet_start(&r, theirs, 4096);
    OK(jet_attach(&r, db, 0));
    jet_stop(&r);
}

static int clean(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_database_in_use_elsewhere_is_refused), cmocka_unit_test(logs_in_use_elsewhere_are_refused),
    };
    if (argc == 3)
        return hold(argv[1], argv[2]);
    return cmocka_run_group_tests(tests, NULL, clean);
}
