/* Databases made here, of every page size and of the two levels we write (Windows 8 to 11, Windows 7): what an independent reader,
 * Debian's esedbexport, prints of them is what was put in, before and after a crash, a backup and a restore. */
#include "reference.h"

#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "engine_fixture.h"
#include "exported_walk.h"
#include "format/db_header.h"
#include "made.h"

#define OK(call) assert_int_equal((call), 0)

extern char **environ;

enum { ROWS = 210, CHANGED = 140, WINDOWS_7 = 0x11, WINDOWS_8 = 0x14 };
static const uint32_t page_sizes[] = {4096, 8192, 16384, 32768};

struct place { char live[400], backup[400], work[400], db[500], restored[500]; uint32_t page_size; unsigned level; };

static void set_out(struct place *p, uint32_t page_size, unsigned level)
{
    const char *folders[3] = {p->live, p->backup, p->work};
    char command[1400];

    p->page_size = page_size;
    p->level = level;
    snprintf(p->live, sizeof p->live, "%s/live", reference_scratch());
    snprintf(p->backup, sizeof p->backup, "%s/backup", reference_scratch());
    snprintf(p->work, sizeof p->work, "%s/work", reference_scratch());
    snprintf(p->db, sizeof p->db, "%s/made.edb", p->live);
    snprintf(p->restored, sizeof p->restored, "%s/made.edb", p->work);
    snprintf(command, sizeof command, "rm -rf '%s' '%s' '%s'", p->live, p->backup, p->work);
    OK(system(command));
    for (int k = 0; k < 3; k++)
        OK(mkdir(folders[k], 0700));
}

static void start(struct jet_run *r, const struct place *p, const char *folder)
{
    jet_prepare(r, folder, p->page_size);
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramEnableAdvanced, 1, NULL));
    if (p->level == WINDOWS_7)
        OK(JetSetSystemParameterA(&r->instance, 0, JET_paramEngineFormatVersion, JET_efvExchange2010Rtm, NULL));
    OK(jet_up(r));
}

static unsigned faults_of(const struct place *p, const char *folder)
{
    struct fixture *f = ese_alloc(sizeof *f);
    struct fixture_config how = {.page_size = p->page_size};
    uint8_t dbid;
    unsigned faults;

    OK(fixture_start(f, folder, &how));
    OK(fixture_attach(f, "made.edb", true, &dbid));
    faults = fixture_check(f, dbid);
    OK(fixture_stop(f));
    ese_free(f);
    return faults;
}

/* ---- the level ---- */

static void check_header(const struct place *p, const char *path)
{
    size_t size;
    uint8_t *file = reference_read(path, &size);
    struct db_header h;

    assert_non_null(file);
    memcpy(&h, file, sizeof h);
    free(file);
    assert_int_equal(le32_get(&h.version), 0x620);
    assert_int_equal(le32_get(&h.update_major), p->level);
    assert_int_equal(le32_get(&h.create_update), p->level);
    assert_int_equal(le32_get(&h.update_minor), 0);
    assert_int_equal(le32_get(&h.os_minor), p->level == WINDOWS_7 ? 1 : 2);
    if (p->level != WINDOWS_7)
        return;
    assert_int_not_equal(le64_get(&h.sort_version), UINT64_MAX);
    for (size_t k = offsetof(struct db_header, extend_count); k < sizeof h; k++)
        if (k - offsetof(struct db_header, file_type) >= 4 && ((const uint8_t *)&h)[k] != 0)
            fail_msg("header byte %u is of later versions", (unsigned)k);
}

static bool has_table(struct jet_run *r, const char *name)
{
    struct jet_tables t;

    jet_tables(r, &t);
    for (unsigned k = 0; k < t.count; k++)
        if (strcmp(t.names[k], name) == 0)
            return true;
    return false;
}

static void check_system_tables(struct jet_run *r, const struct place *p)
{
    bool new = p->level != WINDOWS_7;

    assert_int_equal(has_table(r, "MSysObjids"), new);
    assert_int_equal(has_table(r, "MSysLocales"), new);
    assert_int_equal(has_table(r, "MSysUnicodeFixupVer2"), !new);
}

/* Lines of an exported catalog about the system tables (objects below 8). */
static void system_rows(const char *folder, char *to, size_t room)
{
    char path[600], line[4000];
    FILE *f;
    size_t used = 0;

    snprintf(path, sizeof path, "%s/x.export/MSysObjects.0", folder);
    f = fopen(path, "rb");
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL) {
        size_t n = strlen(line);
        if ((line[0] < '8' && line[1] == '\t') || line[0] == 'O') {
            assert_true(used + n < room);
            memcpy(to + used, line, n);
            used += n;
        }
    }
    to[used] = 0;
    fclose(f);
}

/* The catalog's rows about itself are those that Windows 7 wrote. */
static void catalog_is_that_of_windows_7(void **state)
{
    struct place p;
    struct jet_run r;
    static char ours[65536], theirs[65536], path[1024];

    (void)state;
    if (!reference_available("data/edb/ravendb-2012-v17-dirty.edb") || !exported_available())
        skip();
    set_out(&p, 4096, WINDOWS_7);
    start(&r, &p, p.live);
    OK(JetCreateDatabaseA(r.s, p.db, NULL, &r.db, 0));
    jet_stop(&r);
    assert_true(exported_run(p.db, p.live));
    assert_true(exported_run(reference_path(path, sizeof path, "data/edb/ravendb-2012-v17-dirty.edb"), p.work));
    system_rows(p.live, ours, sizeof ours);
    system_rows(p.work, theirs, sizeof theirs);
    assert_true(strlen(ours) > 1000);
    assert_string_equal(ours, theirs);
}

/* ---- contents ---- */

struct sums { unsigned long_values; struct jet_tables tables; long rows[JET_TABLES_MAX]; uint64_t sums[JET_TABLES_MAX]; };

/* Every table, compared with the tool's output in folder where there is one. */
static unsigned walk(struct jet_run *r, const char *folder, struct sums *to)
{
    unsigned bad = 0;

    to->long_values = 0;
    jet_tables(r, &to->tables);
    for (unsigned k = 0; k < to->tables.count; k++) {
        struct exported_table x;
        const char *name = to->tables.names[k];
        bool have = folder != NULL && exported_open(&x, folder, name);
        if (folder != NULL && !have)
            fail_msg("%s: not exported", name);
        bad += exported_walk(r, name, have ? &x : NULL, &to->rows[k], &to->sums[k]);
        if (have) {
            to->long_values += x.long_values;
            exported_close(&x);
        }
    }
    return bad;
}

static void assert_same(const struct sums *a, const struct sums *b)
{
    assert_int_equal(a->tables.count, b->tables.count);
    for (unsigned k = 0; k < a->tables.count; k++) {
        assert_string_equal(a->tables.names[k], b->tables.names[k]);
        if (a->rows[k] != b->rows[k] || a->sums[k] != b->sums[k])
            fail_msg("%s: %ld rows before, %ld after, or other values", a->tables.names[k], a->rows[k], b->rows[k]);
    }
}

/* Closed file through the tool and through us. */
static void compare_closed(struct place *p, const char *folder, const char *path, struct sums *to)
{
    struct jet_run r;

    assert_true(exported_info(path));
    assert_true(exported_run(path, folder));
    assert_int_equal(faults_of(p, folder), 0);
    check_header(p, path);
    start(&r, p, folder);
    OK(jet_attach(&r, path, 0));
    check_system_tables(&r, p);
    assert_int_equal(walk(&r, folder, to), 0);
    assert_true(to->long_values != 0);
    made_verify(&r, ROWS, CHANGED);
    jet_stop(&r);
}

/* What the child does: everything up to a commit that is on disk, then it is gone. */
static int write_and_die(const char *folder, uint32_t page_size, unsigned level)
{
    struct place p = {.page_size = page_size, .level = level};
    struct jet_run r;

    snprintf(p.db, sizeof p.db, "%s/made.edb", folder);
    start(&r, &p, folder);
    OK(JetCreateDatabaseA(r.s, p.db, NULL, &r.db, 0));
    made_tables(&r);
    made_rows(&r, 0, ROWS);
    made_changes(&r, 0, CHANGED);
    OK(JetCommitTransaction(r.s, JET_bitWaitLastLevel0Commit));
    OK(JetBeginTransaction(r.s));
    made_rows(&r, ROWS, 20);                            /* never committed */
    return raise(SIGKILL);
}

static void crash_child(const struct place *p)
{
    char size[20], level[20];
    char *args[] = {(char *)(uintptr_t)"test_written", (char *)(uintptr_t)p->live, size, level, NULL};
    pid_t pid;
    int status = 0;

    snprintf(size, sizeof size, "%u", (unsigned)p->page_size);
    snprintf(level, sizeof level, "%u", p->level);
    OK(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, args, environ));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void cycle(uint32_t page_size, unsigned level)
{
    struct place p;
    struct jet_run r;
    struct jet_set set;
    static struct sums made, again, restored;
    char copied[600];

    set_out(&p, page_size, level);
    crash_child(&p);
    start(&r, &p, p.live);                              /* recovers */
    OK(jet_attach(&r, p.db, 0));
    made_verify(&r, ROWS, CHANGED);
    OK(jet_backup(&r, p.backup, &set));
    jet_stop(&r);
    compare_closed(&p, p.live, p.db, &made);
    snprintf(copied, sizeof copied, "%s/made.edb", p.backup);
    OK(rename(copied, p.restored));
    OK(jet_restore(&set, p.db, p.restored, p.work));
    start(&r, &p, p.work);
    OK(jet_attach(&r, p.restored, 0));
    (void)walk(&r, NULL, &again);
    jet_stop(&r);
    assert_same(&made, &again);
    compare_closed(&p, p.work, p.restored, &restored);
    assert_same(&made, &restored);
}

static void all_sizes(unsigned level)
{
    if (!exported_available()) {
        printf("no esedbexport: skipped\n");
        skip();
    }
    for (unsigned k = 0; k < sizeof page_sizes / sizeof page_sizes[0]; k++) {
        printf("level %x, pages of %u\n", level, (unsigned)page_sizes[k]);
        cycle(page_sizes[k], level);
    }
}

static void of_windows_8(void **state)
{
    (void)state;
    all_sizes(WINDOWS_8);
}

static void of_windows_7(void **state)
{
    (void)state;
    all_sizes(WINDOWS_7);
}

/* ---- what the lower level refuses ---- */

static void newer_things_are_refused(void **state)
{
    struct place p;
    struct jet_run r;
    JET_TABLEID t;
    JET_COLUMNID id;
    JET_COLUMNDEF guid = {.cbStruct = sizeof guid, .coltyp = JET_coltypGUID};

    (void)state;
    set_out(&p, 4096, WINDOWS_7);
    start(&r, &p, p.live);
    OK(JetCreateDatabaseA(r.s, p.db, NULL, &r.db, 0));
    OK(JetCreateTableA(r.s, r.db, "t", 0, 100, &t));
    OK(JetAddColumnA(r.s, t, "guid", &guid, NULL, 0, &id));
    assert_int_equal(JetCreateIndexA(r.s, t, "dotnet", JET_bitIndexDotNetGuid, "+guid\0", 7, 100), JET_errEngineFormatVersionParamTooLowForRequestedFeature);
    OK(JetCreateIndexA(r.s, t, "plain", 0, "+guid\0", 7, 100));
    jet_stop(&r);
    check_header(&p, p.db);

    /* A database of Windows 8 is above the level asked for, unless higher ones are tolerated; then it keeps its own. */
    set_out(&p, 4096, WINDOWS_8);
    start(&r, &p, p.live);
    OK(JetCreateDatabaseA(r.s, p.db, NULL, &r.db, 0));
    jet_stop(&r);
    p.level = WINDOWS_7;
    start(&r, &p, p.live);
    assert_int_equal(jet_attach(&r, p.db, 0), JET_errEngineFormatVersionSpecifiedTooLowForDatabaseVersion);
    OK(JetSetSystemParameterA(&r.instance, 0, JET_paramEngineFormatVersion, JET_efvAllowHigherPersistedFormat | JET_efvExchange2010Rtm, NULL));
    OK(jet_attach(&r, p.db, 0));
    assert_int_equal(JetSetSystemParameterA(&r.instance, 0, JET_paramEngineFormatVersion, JET_efvWindowsXpRtm, NULL),
                     JET_errEngineFormatVersionNoLongerSupportedTooLow);
    assert_int_equal(JetSetSystemParameterA(&r.instance, 0, JET_paramEngineFormatVersion, 9620, NULL), JET_errEngineFormatVersionNotYetImplementedTooHigh);
    jet_stop(&r);
    p.level = WINDOWS_8;
    check_header(&p, p.db);
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
        cmocka_unit_test(of_windows_8), cmocka_unit_test(of_windows_7), cmocka_unit_test(catalog_is_that_of_windows_7),
        cmocka_unit_test(newer_things_are_refused),
    };
    if (argc == 4)
        return write_and_die(argv[1], (uint32_t)strtoul(argv[2], NULL, 10), (unsigned)strtoul(argv[3], NULL, 10));
    return cmocka_run_group_tests(tests, NULL, clean);
}
