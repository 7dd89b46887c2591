/* OS snapshots (backup-restore.md 15) through the public interface: a frozen instance stands still, its copied files recover to the
 * freeze, every call has its answer in every state, headers are stamped by what was prepared. */
#include "engine_fixture.h"
#include "jet_run.h"
#include "reference.h"

enum { PAGE = 4096, WRITERS = 4, STRIDE = 1000000, TEXT_BYTES = 300 };

struct writer {
    struct ground *g;
    struct os_thread *thread;
    int number;
    bool lazy;
    JET_SESID session;
    JET_TABLEID table;
    _Atomic int committed;
    JET_ERR ended_with;
};

struct ground {
    struct jet_run run;
    char base[300], dir[320], copy[320], db[340];
    JET_COLUMNID id, text;
    struct writer writers[WRITERS];
    _Atomic bool stop;
};

#define OK(call) assert_int_equal((call), 0)
#define IS(code, call) assert_int_equal((call), (code))

static void run(const char *format, ...)
{
    char command[2000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_int_equal(system(command), 0);
}

static void start(struct ground *g, bool circular)
{
    jet_prepare(&g->run, g->dir, PAGE);
    OK(JetSetSystemParameterA(&g->run.instance, 0, JET_paramLogFileSize, 128, NULL));
    OK(JetSetSystemParameterA(&g->run.instance, 0, JET_paramCircularLog, circular, NULL));
    OK(JetSetSystemParameterA(&g->run.instance, 0, JET_paramCheckpointDepthMax, 1, NULL));
    OK(JetSetSystemParameterA(NULL, 0, JET_paramOSSnapshotTimeout, 60000, NULL));
    OK(jet_up(&g->run));
}

static void make_table(struct ground *g)
{
    struct jet_run *r = &g->run;
    JET_COLUMNDEF def = {.cbStruct = sizeof def, .coltyp = JET_coltypLong};
    JET_TABLEID t = 0;

    OK(JetCreateTableA(r->s, r->db, "t", 0, 90, &t));
    OK(JetAddColumnA(r->s, t, "id", &def, NULL, 0, &g->id));
    def.coltyp = JET_coltypLongBinary;
    OK(JetAddColumnA(r->s, t, "text", &def, NULL, 0, &g->text));
    OK(JetCreateIndexA(r->s, t, "pk", JET_bitIndexPrimary, "+id\0", 5, 90));
    OK(JetCloseTable(r->s, t));
}

static int set_up(void **state)
{
    struct ground *g = calloc(1, sizeof *g);

    snprintf(g->base, sizeof g->base, "%.280s", reference_scratch());
    snprintf(g->dir, sizeof g->dir, "%s/live", g->base);
    snprintf(g->copy, sizeof g->copy, "%s/copy", g->base);
    snprintf(g->db, sizeof g->db, "%s/x.edb", g->dir);
    OK(os_dir_create(g->dir));
    OK(os_dir_create(g->copy));
    start(g, false);
    OK(JetCreateDatabaseA(g->run.s, g->db, NULL, &g->run.db, 0));
    make_table(g);
    *state = g;
    return 0;
}

static int tear_down(void **state)
{
    struct ground *g = *state;

    if (g->run.instance != 0)
        jet_stop(&g->run);
    free(g);
    reference_clean();
    return 0;
}

/* ---- writers ---- */

static JET_ERR write_row(struct writer *w, int n)
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
    return err < 0 ? err : JetCommitTransaction(w->session, w->lazy ? JET_bitCommitLazyFlush : 0);
}

static void write_on(void *argument)
{
    struct writer *w = argument;
    JET_ERR err = 0;

    for (int n = w->committed + 1; err >= 0 && !atomic_load(&w->g->stop); n++) {
        err = write_row(w, n);
        if (err >= 0)
            atomic_store(&w->committed, n);
    }
    w->ended_with = err;
}

static void start_writers(struct ground *g)
{
    atomic_store(&g->stop, false);
    for (int k = 0; k < WRITERS; k++) {
        struct writer *w = &g->writers[k];
        JET_DBID db;
        w->g = g;
        w->number = k + 1;
        w->lazy = k == 0;
        OK(JetBeginSessionA(g->run.instance, &w->session, NULL, NULL));
        OK(JetOpenDatabaseA(w->session, g->db, NULL, &db, 0));
        OK(JetOpenTableA(w->session, db, "t", NULL, 0, 0, &w->table));
        OK(os_thread_start(&w->thread, write_on, w));
    }
}

static void stop_writers(struct ground *g)
{
    atomic_store(&g->stop, true);
    for (int k = 0; k < WRITERS; k++) {
        os_thread_join(g->writers[k].thread);
        OK(g->writers[k].ended_with);
        OK(JetEndSession(g->writers[k].session, 0));
    }
}

static void wait_for_rows(struct ground *g, int more)
{
    for (int k = 1; k < WRITERS; k++)
        for (int from = g->writers[k].committed; atomic_load(&g->writers[k].committed) < from + more;)
            os_sleep_ms(1);
}

static void count_rows(struct ground *g, int out[WRITERS])
{
    JET_TABLEID t;
    JET_ERR err;

    memset(out, 0, WRITERS * sizeof *out);
    OK(JetOpenTableA(g->run.s, g->run.db, "t", NULL, 0, 0, &t));
    for (err = JetMove(g->run.s, t, JET_MoveFirst, 0); err == 0; err = JetMove(g->run.s, t, JET_MoveNext, 0)) {
        char text[TEXT_BYTES];
        int id = 0;
        OK(JetRetrieveColumn(g->run.s, t, g->id, &id, sizeof id, NULL, 0, NULL));
        OK(JetRetrieveColumn(g->run.s, t, g->text, text, sizeof text, NULL, 0, NULL));
        assert_int_equal(++out[id / STRIDE - 1], id % STRIDE);
        assert_int_equal(text[TEXT_BYTES - 1], 'a' + id % STRIDE % 26);
    }
    IS(JET_errNoCurrentRecord, err);
    OK(JetCloseTable(g->run.s, t));
}

static JET_UINT32 freeze(JET_OSSNAPID id)
{
    JET_INSTANCE_INFO_A *info = NULL;
    JET_UINT32 count = 77;

    OK(JetOSSnapshotFreezeA(id, &count, &info, 0));
    if (info != NULL)
        OK(JetFreeBuffer((char *)info));
    return count;
}

/* ---- the freeze ---- */

/* What was acknowledged before the freeze began is there, what began after it was reached is not, and meanwhile nothing moves. */
static void frozen_files_recover_to_the_freeze(struct ground *g, bool circular)
{
    JET_OSSNAPID id;
    int before[WRITERS], frozen[WRITERS], rows[WRITERS];

    if (circular) {
        jet_stop(&g->run);
        start(g, true);
        OK(jet_attach(&g->run, g->db, 0));
    }
    start_writers(g);
    wait_for_rows(g, 40);
    OK(JetOSSnapshotPrepare(&id, 0));
    for (int k = 0; k < WRITERS; k++)
        before[k] = atomic_load(&g->writers[k].committed);
    assert_int_equal(freeze(id), 1);
    for (int k = 0; k < WRITERS; k++)
        frozen[k] = atomic_load(&g->writers[k].committed);
    run("cd '%s' && cksum *.edb $(ls edb*.log | grep -v tmp) >../sums && cp * '%s' && sleep 0.7 && cksum $(cut -d' ' -f3 <../sums) | cmp - ../sums", g->dir, g->copy);
    for (int k = 1; k < WRITERS; k++)                   /* a durable commit waits for the thaw */
        assert_true(atomic_load(&g->writers[k].committed) <= frozen[k] + 1);
    OK(JetOSSnapshotThaw(id, 0));
    IS(JET_errOSSnapshotInvalidSnapId, JetOSSnapshotThaw(id, 0));
    wait_for_rows(g, 20);
    stop_writers(g);
    jet_stop(&g->run);
    run("cd '%s' && rm -r live && mv copy live", g->base);
    start(g, circular);
    OK(jet_attach(&g->run, g->db, 0));
    count_rows(g, rows);
    for (int k = 0; k < WRITERS; k++)
        if (rows[k] < before[k] || rows[k] > frozen[k] + 1)
            fail_msg("writer %d: %d rows, %d before the freeze, %d at its end", k, rows[k], before[k], frozen[k]);
}

static void the_files_of_a_freeze(void **state) { frozen_files_recover_to_the_freeze(*state, false); }

/* A log that is just rolling when the freeze comes writes headers. */
static void a_freeze_comes_at_any_moment(void **state)
{
    struct ground *g = *state;

    start_writers(g);
    for (int round = 0; round < 60; round++) {
        JET_OSSNAPID id;
        OK(JetOSSnapshotPrepare(&id, JET_bitCopySnapshot));
        assert_int_equal(freeze(id), 1);
        OK(JetOSSnapshotThaw(id, 0));
        if (round % 3 == 0)
            wait_for_rows(g, 1 + round % 7);
    }
    stop_writers(g);
}

static void the_files_of_a_freeze_with_circular_logging(void **state) { frozen_files_recover_to_the_freeze(*state, true); }

/* ---- states ---- */

enum state { PREPARED, FROZEN, TIMED_OUT, THAWED, TRUNCATED, STATES };

static JET_OSSNAPID reach(struct ground *g, enum state state)
{
    JET_OSSNAPID id = 0;

    OK(JetSetSystemParameterA(NULL, 0, JET_paramOSSnapshotTimeout, state == TIMED_OUT ? 50 : 60000, NULL));
    OK(JetOSSnapshotPrepare(&id, JET_bitContinueAfterThaw));
    if (state >= FROZEN)
        assert_int_equal(freeze(id), 1);
    if (state == TIMED_OUT)
        os_sleep_ms(400);
    if (state >= THAWED)
        OK(JetOSSnapshotThaw(id, 0));
    if (state == TRUNCATED)
        OK(JetOSSnapshotTruncateLog(id, JET_bitAllDatabasesSnapshot));
    (void)g;
    return id;
}

enum call { PREPARE_INSTANCE, FREEZE, THAW, TRUNCATE, TRUNCATE_INSTANCE, GET_INFO, END, END_ABORT, ABORT, CALLS };

static JET_ERR make(struct ground *g, enum call call, JET_OSSNAPID id)
{
    JET_INSTANCE_INFO_A *info = NULL;
    JET_UINT32 count = 0;
    JET_ERR err = 0;

    switch (call) {
    case PREPARE_INSTANCE: return JetOSSnapshotPrepareInstance(id, g->run.instance, 0);
    case FREEZE: err = JetOSSnapshotFreezeA(id, &count, &info, 0); break;
    case THAW: return JetOSSnapshotThaw(id, 0);
    case TRUNCATE: return JetOSSnapshotTruncateLog(id, JET_bitAllDatabasesSnapshot);
    case TRUNCATE_INSTANCE: return JetOSSnapshotTruncateLogInstance(id, g->run.instance, JET_bitAllDatabasesSnapshot);
    case GET_INFO: err = JetOSSnapshotGetFreezeInfoA(id, &count, &info, 0); break;
    case END: return JetOSSnapshotEnd(id, 0);
    case END_ABORT: return JetOSSnapshotEnd(id, JET_bitAbortSnapshot);
    default: return JetOSSnapshotAbort(id, 0);
    }
    if (info != NULL)
        OK(JetFreeBuffer((char *)info));
    return err;
}

static void every_call_in_every_state(void **state)
{
    enum { SEQUENCE = JET_errOSSnapshotInvalidSequence, LATE = JET_errOSSnapshotTimeOut, NO = JET_errOSSnapshotNotAllowed };
    static const JET_ERR want[CALLS][STATES] = {
        {NO, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE},   /* prepare instance: it is in this session already */
        {0, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE},    /* freeze */
        {SEQUENCE, 0, LATE, SEQUENCE, SEQUENCE},        /* thaw */
        {SEQUENCE, SEQUENCE, SEQUENCE, 0, 0},           /* truncate */
        {SEQUENCE, SEQUENCE, SEQUENCE, 0, 0},
        {0, 0, 0, 0, 0},                                /* freeze info */
        {0, SEQUENCE, SEQUENCE, 0, 0},                  /* end */
        {0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0},                                /* abort */
    };
    struct ground *g = *state;

    for (int call = 0; call < CALLS; call++)
        for (int in = 0; in < STATES; in++) {
            JET_OSSNAPID id = reach(g, (enum state)in);
            JET_ERR err = make(g, (enum call)call, id);
            bool gone = err == 0 && call >= END;
            if (err != want[call][in])
                fail_msg("call %d in state %d: %d, not %d", call, in, (int)err, (int)want[call][in]);
            IS(gone ? JET_errOSSnapshotInvalidSnapId : 0, JetOSSnapshotAbort(id, 0));
            IS(JET_errOSSnapshotInvalidSnapId, make(g, (enum call)call, id));
        }
}

static void what_is_checked_first(void **state)
{
    struct ground *g = *state;
    JET_OSSNAPID id = 0;
    JET_INSTANCE_INFO_A *info;
    JET_UINT32 count;

    IS(JET_errInvalidGrbit, JetOSSnapshotPrepare(NULL, 0x10));
    IS(JET_errInvalidParameter, JetOSSnapshotPrepare(NULL, 0));
    OK(JetOSSnapshotPrepare(&id, JET_bitExplicitPrepare));
    IS(JET_errInvalidGrbit, JetOSSnapshotPrepareInstance(99, g->run.instance, 1));
    IS(JET_errOSSnapshotInvalidSnapId, JetOSSnapshotPrepareInstance(99, g->run.instance, 0));
    IS(JET_errInvalidGrbit, JetOSSnapshotFreezeA(99, NULL, NULL, 1));
    IS(JET_errInvalidParameter, JetOSSnapshotFreezeA(99, NULL, &info, 0));
    IS(JET_errInvalidParameter, JetOSSnapshotFreezeA(99, &count, NULL, 0));
    IS(JET_errOSSnapshotInvalidSnapId, JetOSSnapshotFreezeA(99, &count, &info, 0));
    IS(JET_errInvalidGrbit, JetOSSnapshotGetFreezeInfoA(99, NULL, NULL, 1));
    IS(JET_errInvalidParameter, JetOSSnapshotGetFreezeInfoA(99, NULL, &info, 0));
    IS(JET_errInvalidGrbit, JetOSSnapshotThaw(99, 1));
    IS(JET_errOSSnapshotInvalidSnapId, JetOSSnapshotThaw(99, 0));
    IS(JET_errInvalidGrbit, JetOSSnapshotTruncateLog(99, 2));
    IS(JET_errOSSnapshotInvalidSnapId, JetOSSnapshotTruncateLog(99, 0));
    IS(JET_errInvalidGrbit, JetOSSnapshotTruncateLogInstance(99, g->run.instance, 2));
    IS(JET_errInvalidGrbit, JetOSSnapshotEnd(99, 2));
    IS(JET_errOSSnapshotInvalidSnapId, JetOSSnapshotEnd(99, 0));
    IS(JET_errInvalidGrbit, JetOSSnapshotAbort(99, 1));
    IS(JET_errOSSnapshotInvalidSnapId, JetOSSnapshotAbort(99, 0));
    OK(JetOSSnapshotPrepareInstance(id, g->run.instance, 0));
    IS(JET_errOSSnapshotNotAllowed, JetOSSnapshotPrepareInstance(id, g->run.instance, 0));
    OK(JetOSSnapshotAbort(id, 0));
}

/* ---- stamps and logs ---- */

static JET_DBINFOMISC4 misc_of(struct ground *g)
{
    JET_DBINFOMISC4 misc;

    OK(JetGetDatabaseInfoA(g->run.s, g->run.db, &misc, sizeof misc, JET_DbInfoMisc));
    return misc;
}

static void snapshot(struct ground *g, JET_GRBIT prepare, bool truncate)
{
    JET_OSSNAPID id;

    OK(JetOSSnapshotPrepare(&id, prepare | JET_bitContinueAfterThaw));
    assert_int_equal(freeze(id), 1);
    OK(JetOSSnapshotThaw(id, 0));
    if (truncate)
        OK(JetOSSnapshotTruncateLog(id, JET_bitAllDatabasesSnapshot));
    OK(JetOSSnapshotEnd(id, 0));
    (void)g;
}

static bool stamped(const JET_BKINFO *b) { return b->genHigh != 0 && b->bklogtimeMark.fOSSnapshot; }

static void stamps_follow_the_preparation(void **state)
{
    struct ground *g = *state;
    JET_DBINFOMISC4 misc;
    JET_OSSNAPID id;
    JET_UINT32 count;
    JET_INSTANCE_INFO_A *info;

    /* Nothing to follow yet. */
    OK(JetOSSnapshotPrepare(&id, JET_bitIncrementalSnapshot));
    IS(JET_errMissingFullBackup, JetOSSnapshotFreezeA(id, &count, &info, 0));
    OK(JetOSSnapshotAbort(id, 0));
    /* Aborts stamp nothing, frozen or thawed. */
    id = reach(g, FROZEN);
    OK(JetOSSnapshotAbort(id, 0));
    id = reach(g, THAWED);
    OK(JetOSSnapshotEnd(id, JET_bitAbortSnapshot));
    id = reach(g, TIMED_OUT);
    IS(JET_errOSSnapshotTimeOut, JetOSSnapshotThaw(id, 0));
    OK(JetOSSnapshotAbort(id, 0));
    OK(JetSetSystemParameterA(NULL, 0, JET_paramOSSnapshotTimeout, 60000, NULL));
    misc = misc_of(g);
    assert_int_equal(misc.bkinfoFullPrev.genHigh | misc.bkinfoCopyPrev.genHigh, 0);
    /* Prepared, never frozen. */
    OK(JetOSSnapshotPrepare(&id, 0));
    OK(JetOSSnapshotEnd(id, 0));
    assert_int_equal(misc_of(g).bkinfoFullPrev.genHigh, 0);

    snapshot(g, JET_bitCopySnapshot, false);
    misc = misc_of(g);
    assert_true(stamped(&misc.bkinfoCopyPrev) && misc.bkinfoFullPrev.genHigh == 0);
    snapshot(g, 0, false);                              /* truncation does not matter */
    misc = misc_of(g);
    assert_true(stamped(&misc.bkinfoFullPrev) && misc.bkinfoIncPrev.genHigh == 0);
    IS(JET_errMissingFullBackup, JetBeginExternalBackupInstance(g->run.instance, JET_bitBackupIncremental));       /* of the other kind */
    snapshot(g, JET_bitIncrementalSnapshot | JET_bitCopySnapshot, false);
    misc = misc_of(g);
    assert_true(stamped(&misc.bkinfoDiffPrev) && misc.bkinfoIncPrev.genHigh == 0);
    snapshot(g, JET_bitIncrementalSnapshot, true);
    misc = misc_of(g);
    assert_true(stamped(&misc.bkinfoIncPrev) && misc.bkinfoIncPrev.genHigh > misc.bkinfoFullPrev.genHigh);
    snapshot(g, 0, false);
    misc = misc_of(g);
    assert_int_equal(misc.bkinfoIncPrev.genHigh | misc.bkinfoDiffPrev.genHigh, 0);
    /* Without continuing, the thaw is the end. */
    OK(JetOSSnapshotPrepare(&id, JET_bitIncrementalSnapshot));
    assert_int_equal(freeze(id), 1);
    OK(JetOSSnapshotThaw(id, 0));
    assert_true(misc_of(g).bkinfoIncPrev.genHigh != 0);
}

static JET_UINT32 lowest_log(struct ground *g)
{
    for (JET_UINT32 n = 1; n < 4096; n++) {
        struct os_file_info info;
        char path[500];
        snprintf(path, sizeof path, "%s/edb%05X.log", g->dir, (unsigned)n);
        if (os_path_info(path, &info) == 0)
            return n;
    }
    return 0;
}

static void only_asked_for_logs_go(void **state)
{
    struct ground *g = *state;
    JET_OSSNAPID id;
    JET_UINT32 low;

    start_writers(g);
    wait_for_rows(g, 150);
    stop_writers(g);
    low = lowest_log(g);
    OK(JetOSSnapshotPrepare(&id, JET_bitContinueAfterThaw | JET_bitCopySnapshot));
    assert_int_equal(freeze(id), 1);
    OK(JetOSSnapshotThaw(id, 0));
    IS(JET_errOSSnapshotInvalidSequence, JetOSSnapshotTruncateLog(id, JET_bitAllDatabasesSnapshot));
    OK(JetOSSnapshotEnd(id, 0));
    id = reach(g, THAWED);
    OK(JetOSSnapshotTruncateLog(id, 0));
    assert_int_equal(lowest_log(g), low);
    OK(JetOSSnapshotTruncateLogInstance(id, g->run.instance, JET_bitAllDatabasesSnapshot));
    assert_true(lowest_log(g) > low);
    OK(JetOSSnapshotEnd(id, 0));
    /* A gap that truncation of the streaming kind would have noticed stops an incremental snapshot. */
    start_writers(g);
    wait_for_rows(g, 150);
    stop_writers(g);
    run("rm '%s'/edb0*.log", g->dir);
    {
        JET_UINT32 count;
        JET_INSTANCE_INFO_A *info;
        OK(JetOSSnapshotPrepare(&id, JET_bitIncrementalSnapshot));
        IS(JET_errMissingFileToBackup, JetOSSnapshotFreezeA(id, &count, &info, 0));
        OK(JetOSSnapshotAbort(id, 0));
    }
    jet_stop(&g->run);
    start(g, true);
    OK(jet_attach(&g->run, g->db, 0));
    {
        JET_UINT32 count;
        JET_INSTANCE_INFO_A *info;
        OK(JetOSSnapshotPrepare(&id, JET_bitIncrementalSnapshot));
        IS(JET_errInvalidBackup, JetOSSnapshotFreezeA(id, &count, &info, 0));
        OK(JetOSSnapshotAbort(id, 0));
    }
}

/* ---- with others ---- */

struct waiting { struct ground *g; struct os_thread *thread; int what; _Atomic bool done; JET_ERR err; };

static void wait_body(void *argument)
{
    struct waiting *w = argument;
    char path[400];

    if (w->what == 0) {
        w->err = JetBeginExternalBackupInstance(w->g->run.instance, 0);
    } else if (w->what == 1) {
        snprintf(path, sizeof path, "%s/other.edb", w->g->dir);
        w->err = JetAttachDatabaseA(w->g->run.s, path, 0);
    } else {
        w->err = JetTerm2(w->g->run.instance, JET_bitTermAbrupt);
    }
    atomic_store(&w->done, true);
}

static void others_wait_for_the_thaw(void **state)
{
    struct ground *g = *state;
    JET_DBID db;
    char path[400];

    snprintf(path, sizeof path, "%s/other.edb", g->dir);
    OK(JetCreateDatabaseA(g->run.s, path, NULL, &db, 0));
    OK(JetCloseDatabase(g->run.s, db, 0));
    OK(JetDetachDatabaseA(g->run.s, path));
    for (int what = 0; what < 3; what++) {
        struct waiting w = {.g = g, .what = what};
        JET_OSSNAPID id = reach(g, FROZEN);
        OK(os_thread_start(&w.thread, wait_body, &w));
        os_sleep_ms(250);
        assert_false(atomic_load(&w.done));
        OK(JetOSSnapshotThaw(id, 0));                   /* also while a term waits */
        os_thread_join(w.thread);
        IS(what < 2 ? JET_errBackupInProgress : 0, w.err);
        IS(what < 2 ? 0 : JET_errOSSnapshotInvalidSnapId, what < 2 ? JetOSSnapshotEnd(id, 0) : make(g, END, id + 1000));
        if (what == 2)
            (void)JetOSSnapshotAbort(id, 0);
    }
    g->run.instance = 0;
}

static void a_backup_and_a_snapshot_exclude_each_other(void **state)
{
    struct ground *g = *state;
    JET_OSSNAPID id, second;
    JET_UINT32 count;
    JET_INSTANCE_INFO_A *info;

    OK(JetBeginExternalBackupInstance(g->run.instance, 0));
    OK(JetOSSnapshotPrepare(&id, 0));                   /* takes everybody; the freeze finds out */
    IS(JET_errOSSnapshotNotAllowed, JetOSSnapshotFreezeA(id, &count, &info, 0));
    assert_int_equal(freeze(id), 0);                    /* without its instances */
    OK(JetOSSnapshotAbort(id, 0));
    OK(JetOSSnapshotPrepare(&id, JET_bitExplicitPrepare));
    IS(JET_errOSSnapshotNotAllowed, JetOSSnapshotPrepareInstance(id, g->run.instance, 0));
    OK(JetOSSnapshotAbort(id, 0));
    OK(JetEndExternalBackupInstance2(g->run.instance, JET_bitBackupEndAbort));
    id = reach(g, THAWED);
    OK(JetOSSnapshotPrepare(&second, 0));
    assert_int_equal(freeze(second), 0);
    OK(JetOSSnapshotThaw(second, 0));
    IS(JET_errBackupInProgress, JetBeginExternalBackupInstance(g->run.instance, 0));
    IS(JET_errNoBackup, JetCloseFileInstance(g->run.instance, 0));
    IS(JET_errNoBackup, JetEndExternalBackupInstance2(g->run.instance, JET_bitBackupEndAbort));
    OK(JetOSSnapshotEnd(id, 0));
    OK(JetBeginExternalBackupInstance(g->run.instance, 0));
    OK(JetEndExternalBackupInstance2(g->run.instance, JET_bitBackupEndAbort));
}

/* Two instances, one of them prepared: the other goes on. */
static void an_instance_alone(void **state)
{
    struct ground *g = *state;
    struct jet_run *other = calloc(1, sizeof *other);
    JET_OSSNAPID id;
    JET_DBID db;
    char dir[340], path[400];

    snprintf(dir, sizeof dir, "%s/other", g->base);
    snprintf(path, sizeof path, "%s/y.edb", dir);
    OK(os_dir_create(dir));
    snprintf(other->dir, sizeof other->dir, "%s", dir);
    OK(JetCreateInstanceA(&other->instance, "other"));
    strcat(dir, "/");
    OK(JetSetSystemParameterA(&other->instance, 0, JET_paramSystemPath, 0, dir));
    OK(JetSetSystemParameterA(&other->instance, 0, JET_paramLogFilePath, 0, dir));
    OK(JetSetSystemParameterA(&other->instance, 0, JET_paramTempPath, 0, dir));
    OK(jet_up(other));
    OK(JetOSSnapshotPrepare(&id, JET_bitExplicitPrepare));
    OK(JetOSSnapshotPrepareInstance(id, g->run.instance, 0));
    assert_int_equal(freeze(id), 1);
    OK(JetCreateDatabaseA(other->s, path, NULL, &db, 0));
    OK(JetCloseDatabase(other->s, db, 0));
    OK(JetDetachDatabaseA(other->s, path));
    OK(JetOSSnapshotThaw(id, 0));
    id = reach(g, FROZEN - 1);
    OK(JetOSSnapshotAbort(id, 0));
    OK(JetOSSnapshotPrepare(&id, JET_bitExplicitPrepare | JET_bitContinueAfterThaw));
    OK(JetOSSnapshotPrepareInstance(id, g->run.instance, 0));
    assert_int_equal(freeze(id), 1);
    OK(JetOSSnapshotThaw(id, 0));
    IS(-1, JetOSSnapshotTruncateLogInstance(id, other->instance, JET_bitAllDatabasesSnapshot));
    OK(JetOSSnapshotTruncateLogInstance(id, g->run.instance, JET_bitAllDatabasesSnapshot));
    OK(JetOSSnapshotEnd(id, 0));
    OK(JetOSSnapshotPrepare(&id, 0));
    assert_int_equal(freeze(id), 2);
    OK(JetOSSnapshotThaw(id, 0));
    jet_stop(other);
    free(other);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(the_files_of_a_freeze),
        CASE(a_freeze_comes_at_any_moment),
        CASE(the_files_of_a_freeze_with_circular_logging),
        CASE(every_call_in_every_state),
        CASE(what_is_checked_first),
        CASE(stamps_follow_the_preparation),
        CASE(only_asked_for_logs_go),
        CASE(others_wait_for_the_thaw),
        CASE(a_backup_and_a_snapshot_exclude_each_other),
        CASE(an_instance_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
