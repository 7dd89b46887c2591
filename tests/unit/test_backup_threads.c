/* A streaming backup beside four writers: what it copied restores; stops and terms at any moment end every call properly. */
#include "engine_fixture.h"
#include "jet_run.h"
#include "reference.h"

enum { PAGE = 4096, WRITERS = 4, TEXT_BYTES = 250, STRIDE = 1000000, DURABLE_EVERY = 16, CHUNK = 64 * 1024 };

struct writer {
    struct ground *g;
    struct os_thread *thread;
    int number;
    JET_SESID session;
    JET_TABLEID table;
    _Atomic int committed, durable;                     /* rows 1 .. n of this writer */
    JET_ERR ended_with;
};

struct ground {
    struct jet_run run;
    char base[300], dir[320], set_dir[320], work[320], db[340];
    JET_COLUMNID id, text;
    struct writer writers[WRITERS];
    _Atomic bool stop;
    /* the backup beside */
    struct os_thread *backup;
    _Atomic unsigned backups, steps;
    _Atomic bool backup_over;
    JET_ERR refused;                                    /* what ended the backup thread */
    void *buffer;
};

#define OK(call) assert_int_equal((call), 0)

static void make_table(struct ground *g)
{
    struct jet_run *r = &g->run;
    JET_COLUMNDEF def = {.cbStruct = sizeof def, .coltyp = JET_coltypLong};
    JET_TABLEID t = 0;

    OK(JetBeginTransaction(r->s));
    OK(JetCreateTableA(r->s, r->db, "t", 0, 90, &t));
    OK(JetAddColumnA(r->s, t, "id", &def, NULL, 0, &g->id));
    def.coltyp = JET_coltypLongBinary;
    OK(JetAddColumnA(r->s, t, "text", &def, NULL, 0, &g->text));
    OK(JetCreateIndexA(r->s, t, "pk", JET_bitIndexPrimary, "+id\0", 5, 90));
    OK(JetCommitTransaction(r->s, 0));
    OK(JetCloseTable(r->s, t));
}

static int set_up(void **state)
{
    struct ground *g = calloc(1, sizeof *g);

    snprintf(g->base, sizeof g->base, "%.280s", reference_scratch());
    snprintf(g->dir, sizeof g->dir, "%s/live", g->base);
    snprintf(g->set_dir, sizeof g->set_dir, "%s/set", g->base);
    snprintf(g->work, sizeof g->work, "%s/work", g->base);
    snprintf(g->db, sizeof g->db, "%s/x.edb", g->dir);
    OK(os_dir_create(g->dir));
    OK(os_dir_create(g->set_dir));
    OK(os_dir_create(g->work));
    g->buffer = aligned_alloc(4096, CHUNK);
    jet_prepare(&g->run, g->dir, PAGE);
    OK(JetSetSystemParameterA(&g->run.instance, 0, JET_paramLogFileSize, 128, NULL));
    OK(jet_up(&g->run));
    OK(JetCreateDatabaseA(g->run.s, g->db, NULL, &g->run.db, 0));
    make_table(g);
    *state = g;
    return 0;
}

static int tear_down(void **state)
{
    struct ground *g = *state;

    free(g->buffer);
    free(g);
    reference_clean();
    return 0;
}

/* ---- the writers ---- */

static JET_ERR write_row(struct writer *w, int n, JET_GRBIT commit)
{
    char text[TEXT_BYTES];
    int id = w->number * STRIDE + n;
    JET_ERR err = JetBeginTransaction(w->session);

    memset(text, 'a' + n % 26, sizeof text);
    if (err >= 0)
        err = JetPrepareUpdate(w->session, w->table, JET_prepInsert);
    if (err >= 0)
        err = JetSetColumn(w->session, w->table, w->g->id, &id, sizeof id, 0, NULL);
    if (err >= 0)
        err = JetSetColumn(w->session, w->table, w->g->text, text, sizeof text, 0, NULL);
    if (err >= 0)
        err = JetUpdate(w->session, w->table, NULL, 0, NULL);
    return err < 0 ? err : JetCommitTransaction(w->session, commit);
}

static void write_on(void *argument)
{
    struct writer *w = argument;
    JET_ERR err = 0;

    for (int n = w->committed + 1; err >= 0 && !atomic_load(&w->g->stop); n++) {
        bool durable = n % DURABLE_EVERY == 0;
        err = write_row(w, n, durable ? 0 : JET_bitCommitLazyFlush);
        if (err >= 0) {
            atomic_store(&w->committed, n);
            if (durable)
                atomic_store(&w->durable, n);
        }
    }
    w->ended_with = err;
    if (err < 0)                                        /* a term asks twice: an open transaction makes it give up */
        while (JetRollback(w->session, 0) == JET_errTermInProgress)
            os_sleep_ms(1);
}

static void start_writers(struct ground *g)
{
    atomic_store(&g->stop, false);
    for (int k = 0; k < WRITERS; k++) {
        struct writer *w = &g->writers[k];
        JET_DBID db;
        w->g = g;
        w->number = k + 1;
        OK(JetBeginSessionA(g->run.instance, &w->session, NULL, NULL));
        OK(JetOpenDatabaseA(w->session, g->db, NULL, &db, 0));
        OK(JetOpenTableA(w->session, db, "t", NULL, 0, 0, &w->table));
    }
    for (int k = 0; k < WRITERS; k++)
        OK(os_thread_start(&g->writers[k].thread, write_on, &g->writers[k]));
}

static void join_writers(struct ground *g)
{
    for (int k = 0; k < WRITERS; k++)
        os_thread_join(g->writers[k].thread);
}

static void stop_writers(struct ground *g)
{
    atomic_store(&g->stop, true);
    join_writers(g);
    for (int k = 0; k < WRITERS; k++) {
        OK(g->writers[k].ended_with);
        OK(JetEndSession(g->writers[k].session, 0));
    }
}

static void wait_for_rows(struct ground *g, int more)
{
    for (int k = 0; k < WRITERS; k++)
        for (int from = g->writers[k].committed; atomic_load(&g->writers[k].committed) < from + more;)
            os_sleep_ms(1);
}

/* Rows of each writer: from 1 on without a hole; out: how many. */
static void count_rows(struct ground *g, struct jet_run *r, int out[WRITERS])
{
    JET_TABLEID t;
    JET_ERR err;

    memset(out, 0, WRITERS * sizeof *out);
    OK(JetOpenTableA(r->s, r->db, "t", NULL, 0, 0, &t));
    for (err = JetMove(r->s, t, JET_MoveFirst, 0); err == 0; err = JetMove(r->s, t, JET_MoveNext, 0)) {
        char text[TEXT_BYTES];
        int id = 0;
        OK(JetRetrieveColumn(r->s, t, g->id, &id, sizeof id, NULL, 0, NULL));
        OK(JetRetrieveColumn(r->s, t, g->text, text, sizeof text, NULL, 0, NULL));
        assert_in_range(id / STRIDE, 1, WRITERS);
        assert_int_equal(++out[id / STRIDE - 1], id % STRIDE);
        assert_int_equal(text[TEXT_BYTES - 1], 'a' + id % STRIDE % 26);
    }
    assert_int_equal(err, JET_errNoCurrentRecord);
    OK(JetCloseTable(r->s, t));
}

/* ---- a backup whose every call may be cut off ---- */

static bool cut_off(JET_ERR err)
{
    return err == JET_errBackupAbortByServer || err == JET_errClientRequestToStopJetService || err == JET_errTermInProgress ||
           err == JET_errNotInitialized || err == JET_errInvalidInstance || err == JET_errNoBackup || err == JET_errBackupNotAllowedYet;
}

static JET_ERR read_file(struct ground *g, const char *path)
{
    JET_INSTANCE i = g->run.instance;
    JET_HANDLE h = 0;
    JET_UINT32 low, high, got = 1;
    JET_ERR err = JetOpenFileInstanceA(i, path, &h, &low, &high), closed;

    if (err < 0)
        return err;
    while (err >= 0 && got != 0) {
        err = JetReadFileInstance(i, h, g->buffer, CHUNK, &got);
        atomic_fetch_add(&g->steps, 1);
    }
    closed = JetCloseFileInstance(i, h);
    return err < 0 ? err : closed;
}

static JET_ERR read_list(struct ground *g, bool logs)
{
    static char list[65536];
    JET_UINT32 bytes = 0;
    JET_INSTANCE i = g->run.instance;
    JET_ERR err = logs ? JetGetLogInfoInstanceA(i, list, sizeof list, &bytes) : JetGetAttachInfoInstanceA(i, list, sizeof list, &bytes);

    for (const char *at = list; err >= 0 && *at != 0; at += strlen(at) + 1)
        err = read_file(g, at);
    return err;
}

/* Full backups one after the other, until a call fails with something else than a stop of this one backup. */
static void back_up_on(void *argument)
{
    struct ground *g = argument;
    JET_INSTANCE i = g->run.instance;
    JET_ERR err = 0;

    while (!atomic_load(&g->backup_over)) {
        JET_ERR ended;
        err = JetBeginExternalBackupInstance(i, 0);
        if (err < 0)
            break;
        atomic_fetch_add(&g->steps, 1);
        err = read_list(g, false);
        if (err >= 0)
            err = read_list(g, true);
        if (err >= 0)
            err = JetTruncateLogInstance(i);
        ended = JetEndExternalBackupInstance2(i, err < 0 ? JET_bitBackupEndAbort : JET_bitBackupEndNormal);
        atomic_fetch_add(&g->backups, 1);
        if (err == JET_errBackupAbortByServer)
            err = ended;
        if (err < 0)
            break;
    }
    g->refused = err;
}

static void start_backups(struct ground *g)
{
    atomic_store(&g->backup_over, false);
    g->refused = 0;
    OK(os_thread_start(&g->backup, back_up_on, g));
}

static void wait_for_steps(struct ground *g, unsigned more)
{
    unsigned from = atomic_load(&g->steps);
    while (atomic_load(&g->steps) < from + more)
        os_sleep_ms(1);
}

/* The folder again, after whatever happened: at least what was durable is there. */
static void check_after(struct ground *g)
{
    int rows[WRITERS];

    jet_prepare(&g->run, g->dir, PAGE);
    OK(JetSetSystemParameterA(&g->run.instance, 0, JET_paramLogFileSize, 128, NULL));
    OK(jet_up(&g->run));
    assert_true(jet_attach(&g->run, g->db, 0) >= 0);
    count_rows(g, &g->run, rows);
    for (int k = 0; k < WRITERS; k++)
        assert_true(rows[k] >= atomic_load(&g->writers[k].durable) && rows[k] <= atomic_load(&g->writers[k].committed) + 1);
    jet_stop(&g->run);
}

/* ---- the cases ---- */

static void what_was_copied_beside_four_writers_restores(void **state)
{
    struct ground *g = *state;
    struct jet_set set;
    int before[WRITERS], rows[WRITERS], after[WRITERS];
    char from[512], to[512];

    start_writers(g);
    wait_for_rows(g, 100);
    for (int k = 0; k < WRITERS; k++)
        before[k] = atomic_load(&g->writers[k].committed);
    OK(jet_backup(&g->run, g->set_dir, &set));
    for (int k = 0; k < WRITERS; k++)
        after[k] = atomic_load(&g->writers[k].committed) + 1;
    wait_for_rows(g, 20);
    stop_writers(g);
    jet_stop(&g->run);
    snprintf(from, sizeof from, "%s/x.edb", g->set_dir);
    snprintf(to, sizeof to, "%s/x.edb", g->work);
    OK(os_path_rename(from, to));
    {
        JET_RSTMAP_A map = {.szDatabaseName = g->db, .szNewDatabaseName = to};
        JET_LOGINFO_A info = {.cbSize = sizeof info, .ulGenLow = set.low, .ulGenHigh = set.high, .szBaseName = "edb"};
        OK(JetSetSystemParameterA(NULL, 0, JET_paramLogFileSize, 128, NULL));
        OK(JetExternalRestore2A(g->work, g->work, &map, 1, g->set_dir, &info, NULL, NULL, NULL, NULL));
    }
    jet_prepare(&g->run, g->work, PAGE);
    OK(JetSetSystemParameterA(&g->run.instance, 0, JET_paramLogFileSize, 128, NULL));
    OK(jet_up(&g->run));
    assert_true(jet_attach(&g->run, to, 0) >= 0);
    count_rows(g, &g->run, rows);
    for (int k = 0; k < WRITERS; k++)
        assert_in_range(rows[k], before[k], after[k]);
    jet_stop(&g->run);
}

static void a_stop_ends_this_backup_only(void **state)
{
    struct ground *g = *state;

    start_writers(g);
    wait_for_rows(g, 30);
    start_backups(g);
    for (unsigned round = 0; round < 10; round++) {
        unsigned done = atomic_load(&g->backups);
        wait_for_steps(g, round % 5 + 1);
        OK(JetStopBackupInstance(g->run.instance));
        while (atomic_load(&g->backups) == done)
            os_sleep_ms(1);
    }
    atomic_store(&g->backup_over, true);
    os_thread_join(g->backup);
    OK(g->refused);
    assert_true(atomic_load(&g->backups) >= 10);
    stop_writers(g);
    jet_stop(&g->run);
    check_after(g);
}

static void stopping_the_service_stops_everybody(void **state)
{
    struct ground *g = *state;

    start_writers(g);
    wait_for_rows(g, 30);
    start_backups(g);
    wait_for_steps(g, 4);
    OK(JetStopServiceInstance(g->run.instance));
    os_thread_join(g->backup);
    assert_int_equal(g->refused, JET_errClientRequestToStopJetService);
    join_writers(g);
    for (int k = 0; k < WRITERS; k++)
        assert_int_equal(g->writers[k].ended_with, JET_errClientRequestToStopJetService);
    OK(JetTerm2(g->run.instance, JET_bitTermComplete | JET_bitTermStopBackup));
    check_after(g);
}

static void term_during_a_backup(struct ground *g, JET_GRBIT grbit)
{
    JET_ERR err;

    start_writers(g);
    wait_for_rows(g, 30);
    start_backups(g);
    wait_for_steps(g, 5);
    if ((grbit & JET_bitTermAbrupt) == 0)               /* sessions must be gone for an orderly end */
        stop_writers(g);
    while ((err = JetTerm2(g->run.instance, grbit)) == JET_errTooManyActiveUsers)
        os_sleep_ms(1);                                 /* its backup is over all the same */
    OK(err);
    os_thread_join(g->backup);
    assert_true(cut_off(g->refused));
    if ((grbit & JET_bitTermAbrupt) != 0)
        join_writers(g);
    check_after(g);
}

static void an_abrupt_term_ends_the_backup(void **state) { term_during_a_backup(*state, JET_bitTermAbrupt); }

static void a_term_may_be_told_to_stop_the_backup(void **state)
{
    term_during_a_backup(*state, JET_bitTermComplete | JET_bitTermStopBackup);
}

/* A database may come while the instance is backed up (12.1); attach and detach may not. */
static void databases_come_during_a_backup(void **state)
{
    struct ground *g = *state;
    JET_SESID s;

    start_writers(g);
    start_backups(g);
    OK(JetBeginSessionA(g->run.instance, &s, NULL, NULL));
    for (int k = 0; k < 3; k++) {
        char path[400];
        JET_DBID db;
        JET_ERR err;
        wait_for_steps(g, 2);
        snprintf(path, sizeof path, "%s/new%d.edb", g->dir, k);
        OK(JetCreateDatabaseA(s, path, NULL, &db, 0));
        OK(JetCloseDatabase(s, db, 0));
        err = JetDetachDatabaseA(s, path);
        assert_true(err == 0 || err == JET_errBackupInProgress);
    }
    atomic_store(&g->backup_over, true);
    os_thread_join(g->backup);
    OK(g->refused);
    OK(JetEndSession(s, 0));
    stop_writers(g);
    jet_stop(&g->run);
    check_after(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_copied_beside_four_writers_restores, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stop_ends_this_backup_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stopping_the_service_stops_everybody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_abrupt_term_ends_the_backup, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_term_may_be_told_to_stop_the_backup, set_up, tear_down),
        cmocka_unit_test_setup_teardown(databases_come_during_a_backup, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
