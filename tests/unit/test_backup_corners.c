/* Streaming backup at its edges (backup-restore.md 3 to 12), through the public interface: what a read may ask for, what counts as
 * copied, which logs must stay, which field of the header a backup leaves. */
#include "engine_fixture.h"
#include "jet_run.h"
#include "reference.h"

enum { PAGE = 4096, CHUNK = 64 * 1024, ROW_BYTES = 3000, GENERATION_ROWS = 60 };

struct ground {
    struct jet_run run;
    JET_INSTANCE i;
    char dir[400], x[420], y[420];
    unsigned char *buffer;
};

#define OK(call) assert_int_equal((call), 0)
#define IS(code, call) assert_int_equal((call), (code))

static void start(struct ground *g, bool circular)
{
    jet_prepare(&g->run, g->dir, PAGE);
    OK(JetSetSystemParameterA(&g->run.instance, 0, JET_paramLogFileSize, 128, NULL));
    OK(JetSetSystemParameterA(&g->run.instance, 0, JET_paramCircularLog, circular, NULL));
    OK(JetSetSystemParameterA(&g->run.instance, 0, JET_paramCheckpointDepthMax, 1, NULL));
    OK(jet_up(&g->run));
    g->i = g->run.instance;
}

static int set_up(void **state)
{
    struct ground *g = calloc(1, sizeof *g);

    snprintf(g->dir, sizeof g->dir, "%.380s", reference_scratch());
    snprintf(g->x, sizeof g->x, "%s/x.edb", g->dir);
    snprintf(g->y, sizeof g->y, "%s/y.edb", g->dir);
    g->buffer = aligned_alloc(4096, 2 * CHUNK);
    start(g, false);
    OK(JetCreateDatabaseA(g->run.s, g->x, NULL, &g->run.db, 0));
    *state = g;
    return 0;
}

static int tear_down(void **state)
{
    struct ground *g = *state;

    jet_stop(&g->run);
    free(g->buffer);
    free(g);
    reference_clean();
    return 0;
}

/* So many generations of log. */
static void fill_database(struct ground *g, JET_DBID db, int generations)
{
    static unsigned char row[ROW_BYTES];
    JET_SESID s = g->run.s;
    JET_COLUMNDEF def = {.cbStruct = sizeof def, .coltyp = JET_coltypLongBinary};
    JET_TABLEID t = 0;
    JET_COLUMNID c = 0;

    if (JetOpenTableA(s, db, "t", NULL, 0, 0, &t) < 0) {
        OK(JetCreateTableA(s, db, "t", 0, 100, &t));
        OK(JetAddColumnA(s, t, "data", &def, NULL, 0, &c));
    } else {
        OK(JetGetTableColumnInfoA(s, t, "data", &def, sizeof def, JET_ColInfo));
        c = def.columnid;
    }
    for (int k = 0; k < generations * GENERATION_ROWS; k++) {
        memset(row, k, sizeof row);
        OK(JetBeginTransaction(s));
        OK(JetPrepareUpdate(s, t, JET_prepInsert));
        OK(JetSetColumn(s, t, c, row, sizeof row, JET_bitSetIntrinsicLV, NULL));
        OK(JetUpdate(s, t, NULL, 0, NULL));
        OK(JetCommitTransaction(s, 0));
    }
    OK(JetCloseTable(s, t));
}

static void fill(struct ground *g, int generations) { fill_database(g, g->run.db, generations); }

static JET_DBINFOMISC misc_of(struct ground *g, JET_DBID db)
{
    JET_DBINFOMISC misc;

    OK(JetGetDatabaseInfoA(g->run.s, db, &misc, sizeof misc, JET_DbInfoMisc));
    return misc;
}

static JET_UINT64 open_file(struct ground *g, const char *path, JET_HANDLE *h)
{
    JET_UINT32 low = 0, high = 0;

    OK(JetOpenFileInstanceA(g->i, path, h, &low, &high));
    return (JET_UINT64)high << 32 | low;
}

static JET_UINT64 read_rest(struct ground *g, JET_HANDLE h)
{
    JET_UINT64 all = 0;
    JET_UINT32 got = 1;

    while (got != 0) {
        OK(JetReadFileInstance(g->i, h, g->buffer, CHUNK, &got));
        all += got;
    }
    return all;
}

static void copy(struct ground *g, const char *path)
{
    JET_HANDLE h;
    JET_UINT64 size = open_file(g, path, &h);

    assert_true(read_rest(g, h) == size);
    OK(JetCloseFileInstance(g->i, h));
}

static void copy_logs(struct ground *g, JET_LOGINFO_A *info)
{
    static char list[32768];
    JET_LOGINFO_A own = {.cbSize = sizeof own};
    JET_UINT32 g_next, bytes = 0;

    OK(JetGetLogInfoInstance2A(g->i, list, sizeof list, &bytes, &own));
    g_next = own.ulGenLow;
    for (const char *at = list; *at != 0; at += strlen(at) + 1, g_next++) {
        assert_int_equal(strtoul(strrchr(at, '/') + 4, NULL, 16), g_next);
        copy(g, at);
    }
    assert_int_equal(g_next, own.ulGenHigh + 1);
    if (info != NULL)
        *info = own;
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

static void full(struct ground *g, JET_GRBIT end)
{
    OK(JetBeginExternalBackupInstance(g->i, 0));
    copy(g, g->x);
    copy_logs(g, NULL);
    OK(JetTruncateLogInstance(g->i));
    OK(JetEndExternalBackupInstance2(g->i, end));
}

/* ---- reading ---- */

static void a_read_asks_for_whole_pages(void **state)
{
    struct ground *g = *state;
    JET_HANDLE h;
    JET_UINT32 got = 77;
    JET_UINT64 size, rest;
    char *log = NULL;
    static char list[32768];

    fill(g, 2);
    OK(JetBeginExternalBackupInstance(g->i, 0));
    size = open_file(g, g->x, &h);
    IS(JET_errInvalidParameter, JetReadFileInstance(g->i, h, NULL, CHUNK, &got));
    IS(JET_errInvalidParameter, JetReadFileInstance(g->i, h, g->buffer + 1, CHUNK, &got));
    IS(JET_errInvalidParameter, JetReadFileInstance(g->i, h, g->buffer + 2048, CHUNK, &got));
    IS(JET_errInvalidParameter, JetReadFileInstance(g->i, h, g->buffer, 0, &got));
    IS(JET_errInvalidParameter, JetReadFileInstance(g->i, h, g->buffer, 2 * PAGE, &got));
    IS(JET_errInvalidParameter, JetReadFileInstance(g->i, h, g->buffer, 3 * PAGE + 512, &got));
    IS(JET_errInvalidParameter, JetReadFileInstance(g->i, h + 1, g->buffer, CHUNK, &got));
    assert_int_equal(got, 77);
    /* The pages end exactly at the end of the buffer: the trailer comes alone. */
    OK(JetReadFileInstance(g->i, h, g->buffer, 3 * PAGE, NULL));
    for (rest = size - 3 * PAGE; rest > PAGE; rest -= got) {
        JET_UINT32 part = rest - PAGE < CHUNK ? (JET_UINT32)(rest - PAGE) : CHUNK;
        OK(JetReadFileInstance(g->i, h, g->buffer, part, &got));
        assert_int_equal(got, part);
    }
    OK(JetReadFileInstance(g->i, h, g->buffer, CHUNK, &got));
    assert_int_equal(got, PAGE);
    for (int k = 0; k < 3; k++) {
        OK(JetReadFileInstance(g->i, h, g->buffer, CHUNK, &got));
        assert_int_equal(got, 0);
    }
    OK(JetCloseFileInstance(g->i, h));
    OK(JetGetLogInfoInstanceA(g->i, list, sizeof list, NULL));
    log = list;
    size = open_file(g, log, &h);
    IS(JET_errInvalidParameter, JetReadFileInstance(g->i, h, g->buffer, PAGE, &got));
    OK(JetReadFileInstance(g->i, h, g->buffer, 2 * PAGE, &got));
    OK(JetReadFileInstance(g->i, h, g->buffer, 0, &got));
    assert_int_equal(got, 0);
    assert_true(read_rest(g, h) == size - 2 * PAGE);
    OK(JetCloseFileInstance(g->i, h));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndAbort));
}

/* Growth is in the log; the copy has the size it had when it was opened. */
static void growth_and_rolls_do_not_change_the_copy(void **state)
{
    struct ground *g = *state;
    JET_HANDLE h;
    JET_UINT64 size;
    JET_UINT32 got, trailer_high, roll;

    fill(g, 1);
    OK(JetBeginExternalBackupInstance(g->i, 0));
    size = open_file(g, g->x, &h);
    OK(JetReadFileInstance(g->i, h, g->buffer, 3 * PAGE, &got));
    fill(g, 6);
    assert_true(read_rest(g, h) == size - 3 * PAGE);
    OK(JetCloseFileInstance(g->i, h));
    size = open_file(g, g->x, &h);                      /* once more: now it is larger, and its trailer knows the newest log */
    assert_true(read_rest(g, h) == size && size > 4 * CHUNK);
    memcpy(&trailer_high, g->buffer + (size - 1) % CHUNK / PAGE * PAGE + 60, 4);
    OK(JetCloseFileInstance(g->i, h));
    {
        JET_LOGINFO_A info;
        copy_logs(g, &info);
        roll = info.ulGenHigh;
        assert_true(trailer_high > info.ulGenLow + 4 && trailer_high <= roll);
        copy_logs(g, &info);                            /* the same list again: nothing is rolled */
        assert_int_equal(info.ulGenHigh, roll);
    }
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndAbort));
}

static JET_ERR open_section(struct ground *g, JET_INT32 count, JET_UINT64 from, JET_HANDLE *h, JET_UINT32 *low, JET_INT32 *high)
{
    JET_WCHAR name[420] = {0};

    for (size_t k = 0; g->x[k] != 0; k++)
        name[k] = (JET_WCHAR)(unsigned char)g->x[k];
    return JetOpenFileSectionInstanceW(g->i, name, h, 0, count, from, low, high);
}

static void a_section_never_counts_as_the_whole(void **state)
{
    struct ground *g = *state;
    JET_HANDLE h;
    JET_UINT32 low = 0, got;
    JET_INT32 high = 0;

    fill(g, 1);
    IS(JET_wrnNyi, open_section(g, 2, 0, &h, &low, &high));
    IS(JET_errNoBackup, open_section(g, 1, 0, &h, &low, &high));
    OK(JetBeginExternalBackupInstance(g->i, 0));
    IS(JET_wrnNyi, open_section(g, 2, 1, NULL, NULL, NULL));
    IS(JET_errInvalidParameter, open_section(g, 1, 100, &h, &low, &high));
    IS(JET_errInvalidParameter, open_section(g, 1, PAGE, &h, &low, &high));
    IS(JET_errInvalidParameter, open_section(g, 1, 2 * PAGE + 1, &h, &low, &high));
    IS(JET_errInvalidParameter, open_section(g, 1, 0, &h, NULL, &high));
    OK(open_section(g, 1, 4 * PAGE, &h, &low, &high));
    assert_true(high == 0 && low % PAGE == 0);
    OK(JetReadFileInstance(g->i, h, g->buffer, 3 * PAGE, &got));
    assert_true(read_rest(g, h) == low - 7 * PAGE);
    OK(JetCloseFileInstance(g->i, h));
    copy_logs(g, NULL);
    OK(JetTruncateLogInstance(g->i));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal));
    assert_int_equal(misc_of(g, g->run.db).bkinfoFullPrev.genLow, 0);
    OK(JetBeginExternalBackupInstance(g->i, 0));
    OK(open_section(g, 1, 0, &h, &low, &high));
    assert_true(read_rest(g, h) == low);
    OK(JetCloseFileInstance(g->i, h));
    copy_logs(g, NULL);
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal | JET_bitBackupTruncateDone));
    assert_true(misc_of(g, g->run.db).bkinfoFullPrev.genLow != 0);
}

/* ---- which databases ---- */

static void a_database_in_exclusive_use_is_locked(void **state)
{
    struct ground *g = *state;
    JET_SESID s;
    JET_DBID db;
    JET_HANDLE h;
    JET_UINT32 low, high;

    OK(JetCloseDatabase(g->run.s, g->run.db, 0));
    OK(JetBeginSessionA(g->i, &s, NULL, NULL));
    OK(JetOpenDatabaseA(s, g->x, NULL, &db, JET_bitDbExclusive));
    OK(JetBeginExternalBackupInstance(g->i, 0));
    IS(JET_errDatabaseLocked, JetOpenFileInstanceA(g->i, g->x, &h, &low, &high));
    OK(JetCloseDatabase(s, db, 0));
    copy(g, g->x);                                      /* the backup went on */
    OK(JetEndSession(s, 0));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndAbort));
    OK(JetOpenDatabaseA(g->run.s, g->x, NULL, &g->run.db, 0));
}

/* Two databases, one of them copied: the other keeps the logs since its own last full backup, and its stamp. */
static void what_was_not_copied_keeps_its_logs(void **state)
{
    struct ground *g = *state;
    JET_DBID y;
    JET_LOGINFO_A info;
    JET_UINT32 before;
    JET_BKINFO was;
    char list[2000];
    JET_UINT32 bytes = 0;

    OK(JetCreateDatabaseA(g->run.s, g->y, NULL, &y, 0));
    fill(g, 2);
    fill_database(g, y, 1);
    OK(JetBeginExternalBackupInstance(g->i, 0));
    OK(JetGetAttachInfoInstanceA(g->i, list, sizeof list, &bytes));
    assert_string_equal(list, g->x);
    assert_string_equal(list + strlen(list) + 1, g->y);
    copy(g, g->x);
    before = lowest_log(g);
    copy_logs(g, NULL);
    OK(JetTruncateLogInstance(g->i));                   /* y was never backed up: nothing goes */
    assert_int_equal(lowest_log(g), before);
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal));
    assert_true(misc_of(g, g->run.db).bkinfoFullPrev.genLow != 0);
    assert_int_equal(misc_of(g, y).bkinfoFullPrev.genLow, 0);
    IS(JET_errMissingFullBackup, JetBeginExternalBackupInstance(g->i, JET_bitBackupIncremental));

    OK(JetBeginExternalBackupInstance(g->i, 0));
    copy(g, g->x);
    copy(g, g->y);
    copy_logs(g, NULL);
    OK(JetTruncateLogInstance(g->i));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal));
    was = misc_of(g, y).bkinfoFullPrev;
    fill(g, 3);
    OK(JetBeginExternalBackupInstance(g->i, 0));        /* x again: logs stay from where y's backup ended */
    copy(g, g->x);
    copy_logs(g, NULL);
    OK(JetTruncateLogInstance(g->i));
    assert_true(lowest_log(g) <= was.genHigh + 1);
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal));
    assert_int_equal(misc_of(g, y).bkinfoFullPrev.genHigh, was.genHigh);
    assert_true(misc_of(g, g->run.db).bkinfoFullPrev.genHigh > was.genHigh);

    OK(JetBeginExternalBackupInstance(g->i, JET_bitBackupIncremental));    /* concerns both */
    copy_logs(g, &info);
    OK(JetTruncateLogInstance(g->i));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal));
    assert_int_equal(misc_of(g, y).bkinfoIncPrev.genHigh, info.ulGenHigh);
    assert_int_equal(misc_of(g, g->run.db).bkinfoIncPrev.genHigh, info.ulGenHigh);
    OK(JetCloseDatabase(g->run.s, y, 0));
}

/* A database made beside a backup is not part of it unless it is opened, and takes no stamp from an incremental one. */
static void a_new_database_waits_for_its_own_backup(void **state)
{
    struct ground *g = *state;
    JET_DBID y;
    JET_LOGINFO_A info;

    full(g, JET_bitBackupEndNormal);
    fill(g, 1);
    OK(JetBeginExternalBackupInstance(g->i, JET_bitBackupIncremental));
    OK(JetCreateDatabaseA(g->run.s, g->y, NULL, &y, 0));
    copy_logs(g, &info);
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal | JET_bitBackupTruncateDone));
    assert_int_equal(misc_of(g, g->run.db).bkinfoIncPrev.genHigh, info.ulGenHigh);
    assert_int_equal(misc_of(g, y).bkinfoIncPrev.genHigh, 0);
    IS(JET_errMissingFullBackup, JetBeginExternalBackupInstance(g->i, JET_bitBackupIncremental));
    OK(JetBeginExternalBackupInstance(g->i, 0));
    IS(JET_errBackupInProgress, JetDetachDatabaseA(g->run.s, g->y));
    IS(JET_errBackupInProgress, JetAttachDatabaseA(g->run.s, g->x, 0));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndAbort));
    OK(JetCloseDatabase(g->run.s, y, 0));
    OK(JetDetachDatabaseA(g->run.s, g->y));
    OK(JetBeginExternalBackupInstance(g->i, 0));        /* detached: invisible */
    {
        JET_HANDLE h;
        JET_UINT32 low, high;
        IS(JET_errDatabaseNotFound, JetOpenFileInstanceA(g->i, g->y, &h, &low, &high));
    }
    copy(g, g->x);
    copy_logs(g, NULL);
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal | JET_bitBackupTruncateDone));
    OK(JetBeginExternalBackupInstance(g->i, JET_bitBackupIncremental));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndAbort));
}

/* ---- ends ---- */

static void only_a_normal_end_stamps(void **state)
{
    struct ground *g = *state;
    JET_HANDLE h;
    JET_UINT32 got;

    fill(g, 1);
    OK(JetBeginExternalBackupInstance(g->i, 0));
    copy(g, g->x);
    copy_logs(g, NULL);
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndAbort | JET_bitBackupTruncateDone));
    assert_int_equal(misc_of(g, g->run.db).bkinfoFullPrev.genLow, 0);
    /* still open at the end: not complete */
    OK(JetBeginExternalBackupInstance(g->i, 0));
    (void)open_file(g, g->x, &h);
    OK(JetReadFileInstance(g->i, h, g->buffer, CHUNK, &got));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal | JET_bitBackupTruncateDone));
    assert_int_equal(misc_of(g, g->run.db).bkinfoFullPrev.genLow, 0);
    /* closed early */
    OK(JetBeginExternalBackupInstance(g->i, 0));
    (void)open_file(g, g->x, &h);
    OK(JetReadFileInstance(g->i, h, g->buffer, CHUNK, &got));
    OK(JetCloseFileInstance(g->i, h));
    copy_logs(g, NULL);
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal | JET_bitBackupTruncateDone));
    assert_int_equal(misc_of(g, g->run.db).bkinfoFullPrev.genLow, 0);
    /* stopped by the server */
    OK(JetBeginExternalBackupInstance(g->i, 0));
    copy(g, g->x);
    copy_logs(g, NULL);
    OK(JetStopBackupInstance(g->i));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal | JET_bitBackupTruncateDone));
    assert_int_equal(misc_of(g, g->run.db).bkinfoFullPrev.genLow, 0);
    full(g, JET_bitBackupEndNormal | JET_bitBackupTruncateDone | 0x4000);  /* unknown bits are ignored */
    assert_true(misc_of(g, g->run.db).bkinfoFullPrev.genLow != 0);
}

static void a_stop_is_seen_by_every_call(void **state)
{
    struct ground *g = *state;
    JET_HANDLE h;
    JET_UINT32 low, high, got, n;
    char list[2000];

    OK(JetBeginExternalBackupInstance(g->i, 0));
    (void)open_file(g, g->x, &h);
    OK(JetStopBackupInstance(g->i));
    IS(JET_errBackupAbortByServer, JetReadFileInstance(g->i, h, g->buffer, CHUNK, &got));
    IS(JET_errBackupAbortByServer, JetReadFileInstance(g->i, h + 5, g->buffer + 1, 1, &got));
    IS(JET_errBackupAbortByServer, JetGetAttachInfoInstanceA(g->i, list, sizeof list, &n));
    IS(JET_errBackupAbortByServer, JetOpenFileInstanceA(g->i, g->x, &h, &low, &high));
    IS(JET_errBackupAbortByServer, JetGetLogInfoInstanceA(g->i, list, sizeof list, &n));
    IS(JET_errBackupAbortByServer, JetGetTruncateLogInfoInstanceA(g->i, list, sizeof list, &n));
    IS(JET_errBackupAbortByServer, JetTruncateLogInstance(g->i));
    IS(JET_errBackupInProgress, JetBeginExternalBackupInstance(g->i, 0));
    OK(JetStopBackupInstance(g->i));
    OK(JetCloseFileInstance(g->i, h));
    IS(JET_errInvalidParameter, JetCloseFileInstance(g->i, h));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal));
    IS(JET_errNoBackup, JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal));
    OK(JetStopBackupInstance(g->i));                    /* of no backup: forgotten by the next begin */
    full(g, JET_bitBackupEndNormal);
}

/* ---- chains ---- */

static void a_broken_chain_is_told(void **state)
{
    struct ground *g = *state;
    JET_LOGINFO_A info;
    JET_BKINFO last;
    char path[500], list[2000];
    JET_UINT32 n, was;

    full(g, JET_bitBackupEndNormal);
    fill(g, 3);
    last = misc_of(g, g->run.db).bkinfoFullPrev;
    OK(JetBeginExternalBackupInstance(g->i, JET_bitBackupIncremental));
    IS(JET_errInvalidBackupSequence, JetGetAttachInfoInstanceA(g->i, list, sizeof list, &n));
    copy_logs(g, &info);
    assert_true(info.ulGenLow <= last.genHigh + 1);
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal));       /* differential */
    assert_int_equal(misc_of(g, g->run.db).bkinfoIncPrev.genHigh, 0);
    OK(JetBeginExternalBackupInstance(g->i, JET_bitBackupIncremental));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal));       /* nothing was asked for: nothing is stamped */
    full(g, JET_bitBackupEndNormal);                    /* a full one starts anew */
    OK(JetBeginExternalBackupInstance(g->i, JET_bitBackupIncremental));
    copy_logs(g, NULL);
    OK(JetTruncateLogInstance(g->i));
    OK(JetTruncateLogInstance(g->i));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal));
    was = misc_of(g, g->run.db).bkinfoIncPrev.genHigh;
    assert_true(was != 0);
    fill(g, 2);
    for (JET_UINT32 k = lowest_log(g); k <= was + 1; k++) {   /* somebody else deletes what was to be copied */
        snprintf(path, sizeof path, "%s/edb%05X.log", g->dir, (unsigned)k);
        (void)os_path_delete(path);
    }
    OK(JetBeginExternalBackupInstance(g->i, JET_bitBackupIncremental));
    IS(JET_errMissingFileToBackup, JetGetLogInfoInstanceA(g->i, list, sizeof list, &n));
    IS(JET_errMissingFileToBackup, JetGetLogInfoInstanceA(g->i, list, sizeof list, &n));     /* told again */
    IS(JET_errInvalidBackupSequence, JetTruncateLogInstance(g->i));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal));
    assert_int_equal(misc_of(g, g->run.db).bkinfoIncPrev.genHigh, was);
}

static void a_log_copied_twice_counts_twice(void **state)
{
    struct ground *g = *state;
    char list[8000];
    JET_UINT32 n;

    fill(g, 2);
    OK(JetBeginExternalBackupInstance(g->i, 0));
    copy(g, g->x);
    OK(JetGetLogInfoInstanceA(g->i, list, sizeof list, &n));
    IS(JET_errLogFileNotCopied, JetTruncateLogInstance(g->i));
    for (const char *at = list; *at != 0; at += strlen(at) + 1)
        if (at[strlen(at) + 1] != 0)
            copy(g, at);
    IS(JET_errLogFileNotCopied, JetTruncateLogInstance(g->i));
    for (const char *at = list; *at != 0; at += strlen(at) + 1)
        copy(g, at);
    OK(JetTruncateLogInstance(g->i));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal));
}

/* Circular logging holds back for a backup what it began with. */
static void circular_logging_waits_for_the_backup(void **state)
{
    struct ground *g = *state;
    JET_UINT32 low;

    OK(JetCloseDatabase(g->run.s, g->run.db, 0));
    jet_stop(&g->run);
    start(g, true);
    assert_true(jet_attach(&g->run, g->x, 0) >= 0);
    fill(g, 3);
    OK(JetBeginExternalBackupInstance(g->i, 0));
    low = lowest_log(g);
    fill(g, 8);
    assert_true(lowest_log(g) != 0 && lowest_log(g) >= low);
    {
        JET_LOGINFO_A info;
        copy(g, g->x);
        copy_logs(g, &info);
        assert_true(info.ulGenHigh >= info.ulGenLow + 8);
        assert_true(lowest_log(g) <= info.ulGenLow);
    }
    IS(JET_errInvalidBackup, JetBeginExternalBackupInstance(g->i, JET_bitBackupIncremental));
    OK(JetTruncateLogInstance(g->i));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndNormal));
    fill(g, 6);
    assert_true(lowest_log(g) > low);
}

#define OLD_VALUE "what-was-here-before"
enum { OLD_BYTES = 200, ZEROED_ROWS = 40 };

/* Rows that were long once: what they lost lies in space that no node uses. */
static void shorten_rows(struct ground *g)
{
    static char value[OLD_BYTES + 1];
    JET_COLUMNDEF def = {.cbStruct = sizeof def, .coltyp = JET_coltypLongBinary};
    JET_SESID s = g->run.s;
    JET_TABLEID t = 0;
    JET_COLUMNID c = 0;

    for (size_t n = 0; n + sizeof OLD_VALUE <= OLD_BYTES; n += sizeof OLD_VALUE - 1)
        memcpy(value + n, OLD_VALUE, sizeof OLD_VALUE - 1);
    OK(JetCreateTableA(s, g->run.db, "short", 0, 100, &t));
    OK(JetAddColumnA(s, t, "data", &def, NULL, 0, &c));
    for (int k = 0; k < ZEROED_ROWS; k++) {
        OK(JetPrepareUpdate(s, t, JET_prepInsert));
        OK(JetSetColumn(s, t, c, value, OLD_BYTES, JET_bitSetIntrinsicLV, NULL));
        OK(JetUpdate(s, t, NULL, 0, NULL));
    }
    for (JET_ERR err = JetMove(s, t, JET_MoveFirst, 0); err >= 0; err = JetMove(s, t, JET_MoveNext, 0)) {
        OK(JetPrepareUpdate(s, t, JET_prepReplace));
        OK(JetSetColumn(s, t, c, "x", 1, JET_bitSetIntrinsicLV, NULL));
        OK(JetUpdate(s, t, NULL, 0, NULL));
    }
    OK(JetCloseTable(s, t));
}

static unsigned old_values_in_copy(struct ground *g)
{
    const char *at = (const char *)g->buffer;
    JET_HANDLE h;
    JET_UINT32 got = 1;
    unsigned found = 0;

    OK(JetBeginExternalBackupInstance(g->i, 0));
    (void)open_file(g, g->x, &h);
    while (got != 0) {
        OK(JetReadFileInstance(g->i, h, g->buffer, CHUNK, &got));
        for (size_t n = 0; n + sizeof OLD_VALUE <= got; n++)
            found += memcmp(at + n, OLD_VALUE, sizeof OLD_VALUE - 1) == 0;
    }
    OK(JetCloseFileInstance(g->i, h));
    OK(JetEndExternalBackupInstance2(g->i, JET_bitBackupEndAbort));
    return found;
}

static unsigned rows_of(struct ground *g, const char *table)
{
    JET_TABLEID t = 0;
    unsigned rows = 0;

    OK(JetOpenTableA(g->run.s, g->run.db, table, NULL, 0, 0, &t));
    for (JET_ERR err = JetMove(g->run.s, t, JET_MoveFirst, 0); err >= 0; err = JetMove(g->run.s, t, JET_MoveNext, 0))
        rows++;
    OK(JetCloseTable(g->run.s, t));
    return rows;
}

/* JET_paramZeroDatabaseDuringBackup: the copy has no data that nothing refers to, and restores as any other, redo included. */
static void unused_space_is_zero_in_the_copy_when_asked(void **state)
{
    struct ground *g = *state;
    struct jet_set set;
    char folder[500], restored[600];

    shorten_rows(g);
    fill(g, 1);
    assert_true(old_values_in_copy(g) > 0);
    jet_stop(&g->run);
    jet_prepare(&g->run, g->dir, PAGE);
    OK(JetSetSystemParameterA(&g->run.instance, 0, JET_paramLogFileSize, 128, NULL));
    OK(JetSetSystemParameterA(&g->run.instance, 0, JET_paramZeroDatabaseDuringBackup, 1, NULL));
    OK(jet_up(&g->run));
    g->i = g->run.instance;
    assert_true(jet_attach(&g->run, g->x, 0) >= 0);
    fill(g, 1);                                         /* pages in the cache and pages in the file */
    assert_int_equal(old_values_in_copy(g), 0);
    snprintf(folder, sizeof folder, "%s/set", g->dir);
    snprintf(restored, sizeof restored, "%s/x.edb", folder);
    OK(os_dir_create(folder));
    OK(jet_backup(&g->run, folder, &set));
    jet_stop(&g->run);
    OK(jet_restore(&set, g->x, restored, folder));
    start(g, false);
    assert_true(jet_attach(&g->run, restored, 0) >= 0);
    assert_int_equal(rows_of(g, "short"), ZEROED_ROWS);
    assert_int_equal(rows_of(g, "t"), 2 * GENERATION_ROWS);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_read_asks_for_whole_pages),
        CASE(growth_and_rolls_do_not_change_the_copy),
        CASE(a_section_never_counts_as_the_whole),
        CASE(a_database_in_exclusive_use_is_locked),
        CASE(what_was_not_copied_keeps_its_logs),
        CASE(a_new_database_waits_for_its_own_backup),
        CASE(only_a_normal_end_stamps),
        CASE(a_stop_is_seen_by_every_call),
        CASE(a_broken_chain_is_told),
        CASE(a_log_copied_twice_counts_twice),
        CASE(circular_logging_waits_for_the_backup),
        CASE(unused_space_is_zero_in_the_copy_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
