/* External restore against everything that can be wrong (backup-restore.md 14.3, 14.4), through the public interface: each fault has its
 * code, and neither the set, nor the databases, nor what lies in the target folders is changed by a refused restore. */
#include "engine_fixture.h"
#include "jet_run.h"
#include "reference.h"

#include "format/log_file.h"

enum { PAGE = 4096, ROW_BYTES = 3000, GENERATION_ROWS = 60, CALLS_MAX = 256 };

struct ground {
    char base[300], live[330], set[330], dest[330], log[330], ck[330], before[330];
    JET_UINT32 low, high, page_size;
    int rows_in_set, rows;
    bool one_entry;                                     /* map: x only */
    JET_SNT calls[CALLS_MAX];
    JET_UINT32 done[CALLS_MAX];
    unsigned call_count;
};

static struct ground *heard;

#define OK(call) assert_int_equal((call), 0)

static void run(const char *format, ...)
{
    char command[4000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_int_equal(system(command), 0);
}

/* ---- a backup of two databases, and a stream that goes on behind it ---- */

static void up(struct jet_run *r, const char *dir)
{
    jet_prepare(r, dir, PAGE);
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramLogFileSize, 128, NULL));
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramCheckpointDepthMax, 1, NULL));
    OK(jet_up(r));
}

static void add_rows(struct jet_run *r, JET_DBID db, int count)
{
    static unsigned char row[ROW_BYTES];
    JET_COLUMNDEF def = {.cbStruct = sizeof def, .coltyp = JET_coltypLongBinary};
    JET_TABLEID t = 0;

    if (JetOpenTableA(r->s, db, "t", NULL, 0, 0, &t) < 0) {
        OK(JetCreateTableA(r->s, db, "t", 0, 100, &t));
        OK(JetAddColumnA(r->s, t, "data", &def, NULL, 0, &def.columnid));
    } else {
        OK(JetGetTableColumnInfoA(r->s, t, "data", &def, sizeof def, JET_ColInfo));
    }
    for (int k = 0; k < count; k++) {
        OK(JetBeginTransaction(r->s));
        OK(JetPrepareUpdate(r->s, t, JET_prepInsert));
        OK(JetSetColumn(r->s, t, def.columnid, row, sizeof row, JET_bitSetIntrinsicLV, NULL));
        OK(JetUpdate(r->s, t, NULL, 0, NULL));
        OK(JetCommitTransaction(r->s, 0));
    }
    OK(JetCloseTable(r->s, t));
}

static int count_rows(struct jet_run *r)
{
    JET_TABLEID t;
    int n = 0;

    OK(JetOpenTableA(r->s, r->db, "t", NULL, 0, 0, &t));
    for (JET_ERR err = JetMove(r->s, t, JET_MoveFirst, 0); err >= 0; err = JetMove(r->s, t, JET_MoveNext, 0))
        n++;
    OK(JetCloseTable(r->s, t));
    return n;
}

/* The checkpoint moves on and is held there, so that the set begins behind the first log and has several. */
static void make_set(struct ground *g, struct jet_run *r)
{
    struct jet_set set;

    for (int k = 0; k < 20; k++) {                      /* the file of the checkpoint follows the work */
        add_rows(r, r->db, 3);
        os_sleep_ms(50);
    }
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramCheckpointDepthMax, 8 << 20, NULL));
    add_rows(r, r->db, 2 * GENERATION_ROWS);
    OK(jet_backup(r, g->set, &set));
    g->low = set.low;
    g->high = set.high;
}

static int set_up(void **state)
{
    struct ground *g = calloc(1, sizeof *g);
    struct jet_run *r = calloc(1, sizeof *r);
    char path[400];
    JET_DBID y;

    g->page_size = PAGE;
    snprintf(g->base, sizeof g->base, "%.280s", reference_scratch());
    snprintf(g->live, sizeof g->live, "%s/live", g->base);
    snprintf(g->set, sizeof g->set, "%s/set", g->base);
    snprintf(g->dest, sizeof g->dest, "%s/dest", g->base);
    snprintf(g->log, sizeof g->log, "%s/log", g->base);
    snprintf(g->ck, sizeof g->ck, "%s/ck", g->base);
    snprintf(g->before, sizeof g->before, "%s/before", g->base);
    run("mkdir '%s' '%s'", g->live, g->set);
    up(r, g->live);
    snprintf(path, sizeof path, "%s/x.edb", g->live);
    OK(JetCreateDatabaseA(r->s, path, NULL, &r->db, 0));
    snprintf(path, sizeof path, "%s/y.edb", g->live);
    OK(JetCreateDatabaseA(r->s, path, NULL, &y, 0));
    add_rows(r, y, 5);
    add_rows(r, r->db, GENERATION_ROWS);
    g->rows_in_set = 4 * GENERATION_ROWS;
    make_set(g, r);
    add_rows(r, r->db, 4 * GENERATION_ROWS);
    g->rows = 8 * GENERATION_ROWS;
    OK(JetCloseDatabase(r->s, y, 0));
    OK(JetCloseDatabase(r->s, r->db, 0));
    jet_stop(r);
    printf("generations %u to %u\n", (unsigned)g->low, (unsigned)g->high);
    assert_true(g->high > g->low + 1 && g->low > 1);
    free(r);
    *state = g;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    reference_clean();
    return 0;
}

/* Fresh folders for one case: databases in dest, logs of the set in "in", an old checkpoint in ck. */
static void lay_out(struct ground *g)
{
    run("cd '%s' && rm -rf dest log ck in && mkdir dest log ck in && cp set/*.edb dest && cp set/*.log in && echo old >ck/edb.chk", g->base);
    g->one_entry = false;
    g->call_count = 0;
}

static JET_ERR JET_API hear(JET_SESID s, JET_SNP snp, JET_SNT snt, void *data)
{
    const JET_SNPROG *progress = data;

    assert_true(s == JET_sesidNil && snp == JET_snpRestore && progress != NULL);
    assert_int_equal(progress->cbStruct, sizeof *progress);
    assert_int_equal(progress->cunitTotal, 100);
    if (heard->call_count < CALLS_MAX) {
        heard->calls[heard->call_count] = snt;
        heard->done[heard->call_count++] = progress->cunitDone;
    }
    return 0;
}

static JET_ERR restore(struct ground *g, JET_UINT32 low, JET_UINT32 high)
{
    JET_LOGINFO_A info = {.cbSize = sizeof info, .ulGenLow = low, .ulGenHigh = high, .szBaseName = "edb"};
    static char text[8][400];
    JET_RSTMAP_A map[2] = {{0}};

    snprintf(text[0], 400, "%s/x.edb", g->live);
    snprintf(text[1], 400, "%s/x.edb", g->dest);
    snprintf(text[2], 400, "%s/y.edb", g->live);
    snprintf(text[3], 400, "%s/y.edb", g->dest);
    snprintf(text[4], 400, "%s", g->ck);
    snprintf(text[5], 400, "%s", g->log);
    snprintf(text[6], 400, "%s/in", g->base);
    map[0].szDatabaseName = text[0];
    map[0].szNewDatabaseName = text[1];
    map[1].szDatabaseName = text[2];
    map[1].szNewDatabaseName = text[3];
    OK(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, g->page_size, NULL));
    OK(JetSetSystemParameterA(NULL, 0, JET_paramLogFileSize, 128, NULL));
    heard = g;
    return JetExternalRestore2A(text[4], text[5], map, g->one_entry ? 1 : 2, text[6], &info, NULL, NULL, NULL, hear);
}

static void note_files(struct ground *g) { run("cd '%s' && find dest log ck in -type f | sort | xargs cksum >before", g->base); }
static void check_files(struct ground *g) { run("cd '%s' && find dest log ck in -type f | sort | xargs cksum | cmp - before", g->base); }

static void refuse(struct ground *g, const char *what, JET_UINT32 low, JET_UINT32 high, JET_ERR want)
{
    JET_ERR err;

    g->call_count = 0;
    note_files(g);
    err = restore(g, low, high);
    if (err != want)
        fail_msg("%s: %d, not %d", what, (int)err, (int)want);
    check_files(g);
    for (unsigned k = 0; k < g->call_count; k++)
        assert_int_not_equal(g->calls[k], JET_sntComplete);
}

static int rows_restored(struct ground *g, const char *name)
{
    struct jet_run *r = calloc(1, sizeof *r);
    char path[400];
    int n;

    run("rm -rf '%s/look'; mkdir '%s/look'", g->base, g->base);
    snprintf(path, sizeof path, "%s/look", g->base);
    up(r, path);
    snprintf(path, sizeof path, "%s/%s", g->dest, name);
    OK(jet_attach(r, path, 0));
    n = count_rows(r);
    jet_stop(r);
    free(r);
    return n;
}

/* ---- the set ---- */

static char *log_in(struct ground *g, const char *folder, JET_UINT32 generation)
{
    static char path[400];

    snprintf(path, sizeof path, "%s/%s/edb%05X.log", g->base, folder, (unsigned)generation);
    return path;
}

/* Change a header and make its checksum right again. */
static void edit_header(const char *path, void (*change)(struct log_header *h))
{
    struct log_header *h = malloc(sizeof *h);
    FILE *f = fopen(path, "r+b");

    assert_non_null(f);
    assert_int_equal(fread(h, 1, sizeof *h, f), sizeof *h);
    change(h);
    log_header_seal(h);
    rewind(f);
    assert_int_equal(fwrite(h, 1, sizeof *h, f), sizeof *h);
    fclose(f);
    free(h);
}

static void other_stream(struct log_header *h) { ((unsigned char *)&h->sign_log)[0] ^= 0x55; }
static void other_parent(struct log_header *h) { ((unsigned char *)&h->time_prev_create)[0] ^= 1; }

static void faults_of_the_set(void **state)
{
    struct ground *g = *state;

    lay_out(g);
    refuse(g, "range upside down", g->high, g->low, JET_errInternalError);
    run("rm '%s'", log_in(g, "in", g->low + 1));
    refuse(g, "a log is missing", g->low, g->high, JET_errFileNotFound);
    lay_out(g);
    refuse(g, "from a later log on", g->low + 1, g->high, JET_errRequiredLogFilesMissing);
    refuse(g, "to an earlier log", g->low, g->high - 1, JET_errRequiredLogFilesMissing);
    refuse(g, "beyond what is there", g->low, g->high + 1, JET_errFileNotFound);
    run("printf xxxx | dd of='%s' bs=1 seek=60 conv=notrunc 2>/dev/null", log_in(g, "in", g->low + 1));
    refuse(g, "a header is damaged", g->low, g->high, JET_errLogFileCorrupt);
    lay_out(g);
    edit_header(log_in(g, "in", g->low + 1), other_stream);
    refuse(g, "a log of another stream", g->low, g->high, JET_errGivenLogFileHasBadSignature);
    lay_out(g);
    edit_header(log_in(g, "in", g->low + 1), other_parent);
    refuse(g, "a log of another chain", g->low, g->high, JET_errGivenLogFileIsNotContiguous);
    lay_out(g);
    run("printf more >>'%s'", log_in(g, "in", g->low));
    refuse(g, "a log that is too long", g->low, g->high, JET_errLogFileSizeMismatch);
    lay_out(g);
    run("printf xxxx | dd of='%s' bs=1 seek=9000 conv=notrunc 2>/dev/null", log_in(g, "in", g->low));
    refuse(g, "a hole in a log", g->low, g->high, JET_errLogCorruptDuringHardRestore);
    lay_out(g);
    run("dd if=/dev/zero of='%s' bs=4096 seek=1 count=31 conv=notrunc 2>/dev/null", log_in(g, "in", g->high));
    refuse(g, "the last log is empty", g->low, g->high, JET_errLogTornWriteDuringHardRestore);
    lay_out(g);
    g->page_size = 8192;
    refuse(g, "another page size", g->low, g->high, JET_errPageSizeMismatch);
    g->page_size = PAGE;
    run("rm '%s'/in/*", g->base);
    refuse(g, "no logs at all", 0, 0, JET_errInvalidPath);
}

/* ---- what is rolled forward ---- */

/* The logs of the stream that are behind the set. */
static void lay_out_forward(struct ground *g)
{
    lay_out(g);
    run("cp '%s'/edb0*.log '%s'/edb.log '%s'", g->live, g->live, g->log);
}

static void faults_of_what_follows(void **state)
{
    struct ground *g = *state;

    lay_out_forward(g);
    edit_header(log_in(g, "log", g->high + 1), other_stream);
    refuse(g, "a log of another stream follows", g->low, g->high, JET_errExistingLogFileHasBadSignature);
    lay_out_forward(g);
    edit_header(log_in(g, "log", g->high + 2), other_parent);
    refuse(g, "a log of another chain follows", g->low, g->high, JET_errExistingLogFileIsNotContiguous);
    lay_out_forward(g);
    run("rm '%s'", log_in(g, "log", g->high + 1));
    refuse(g, "a gap", g->low, g->high, JET_errMissingCurrentLogFiles);
    lay_out_forward(g);
    run("printf xxxx | dd of='%s' bs=1 seek=9000 conv=notrunc 2>/dev/null", log_in(g, "log", g->high + 1));
    refuse(g, "a hole in a log that follows", g->low, g->high, JET_errLogCorruptDuringHardRecovery);
    lay_out_forward(g);
    run("rm '%s'/edb.log && cp '%s' '%s'/edb.log", g->log, log_in(g, "log", g->high + 1), g->log);
    refuse(g, "a current log that is none", g->low, g->high, JET_errExistingLogFileIsNotContiguous);
}

/* ---- the databases ---- */

static void faults_of_the_databases(void **state)
{
    struct ground *g = *state;

    lay_out(g);
    run("rm '%s/y.edb'", g->dest);
    refuse(g, "absent", g->low, g->high, JET_errFileNotFound);
    lay_out(g);
    run("head -c 8192 /dev/urandom | dd of='%s/y.edb' conv=notrunc 2>/dev/null", g->dest);
    refuse(g, "both headers damaged", g->low, g->high, JET_errDatabaseCorrupted);
    lay_out(g);
    run("cp '%s/y.edb' '%s/y.edb'", g->live, g->dest);
    refuse(g, "not a copy", g->low, g->high, JET_errRestoreOfNonBackupDatabase);
    lay_out(g);
    run("truncate -s -4096 '%s/y.edb'", g->dest);
    refuse(g, "without trailer", g->low, g->high, JET_errBadPatchPage);
    lay_out(g);
    run("truncate -s 8192 '%s/y.edb'", g->dest);
    refuse(g, "headers only", g->low, g->high, JET_errDatabaseCorrupted);
    lay_out(g);
    run("truncate -s -4096 '%s/y.edb' && tail -c 4096 '%s/x.edb' >>'%s/y.edb'", g->dest, g->dest, g->dest);
    refuse(g, "the trailer of another database", g->low, g->high, JET_errDatabasePatchFileMismatch);
    lay_out(g);
    run("printf xxxx | dd of='%s/y.edb' bs=1 seek=50 conv=notrunc 2>/dev/null", g->dest);       /* the shadow is good */
    OK(restore(g, g->low, g->high));
}

/* ---- success ---- */

static void a_restore_leaves_clean_databases(void **state)
{
    struct ground *g = *state;
    struct jet_run *r = calloc(1, sizeof *r);
    JET_DBINFOMISC misc;
    char path[400];

    lay_out(g);
    run("cd '%s' && cksum in/* >before", g->base);
    OK(restore(g, g->low, g->high));
    run("cd '%s' && cksum in/* | cmp - before && test -f log/edb.log", g->base);
    assert_true(g->call_count >= 2);
    assert_int_equal(g->calls[0], JET_sntBegin);
    assert_int_equal(g->calls[g->call_count - 1], JET_sntComplete);
    assert_int_equal(g->done[g->call_count - 1], 100);
    for (unsigned k = 1; k + 1 < g->call_count; k++) {
        assert_int_equal(g->calls[k], JET_sntProgress);
        assert_true(g->done[k] >= g->done[k - 1]);
    }
    assert_int_equal(rows_restored(g, "x.edb"), g->rows_in_set);
    assert_int_equal(rows_restored(g, "y.edb"), 5);
    /* the line of backups has ended */
    run("rm -rf '%s/look'; mkdir '%s/look'", g->base, g->base);
    snprintf(path, sizeof path, "%s/look", g->base);
    up(r, path);
    snprintf(path, sizeof path, "%s/x.edb", g->dest);
    OK(jet_attach(r, path, 0));
    OK(JetGetDatabaseInfoA(r->s, r->db, &misc, sizeof misc, JET_DbInfoMisc));
    assert_int_equal(misc.bkinfoFullPrev.genHigh, 0);
    assert_int_equal(misc.bkinfoIncPrev.genHigh, 0);
    assert_int_equal(misc.bkinfoFullCur.genLow, 0);
    assert_int_equal(JetBeginExternalBackupInstance(r->instance, JET_bitBackupIncremental), JET_errMissingFullBackup);
    jet_stop(r);
    free(r);
    refuse(g, "restored before", g->low, g->high, JET_errRestoreOfNonBackupDatabase);
}

static void all_logs_and_what_follows(void **state)
{
    struct ground *g = *state;

    lay_out_forward(g);
    OK(restore(g, 0, 0));
    assert_int_equal(rows_restored(g, "x.edb"), g->rows);
    /* Damage below the set does not matter, and the end of the last log may be torn. */
    lay_out_forward(g);
    run("echo none >'%s/log/edb00001.log'", g->base);
    run("rm '%s/edb.log'", g->log);
    OK(restore(g, g->low, g->high));
    assert_true(rows_restored(g, "x.edb") > g->rows_in_set);
    /* Logs and target in one folder. */
    lay_out_forward(g);
    run("cp -n '%s'/in/* '%s'; rm -r '%s/in'; mv '%s' '%s/in'; ln -s in '%s'", g->base, g->log, g->base, g->log, g->base, g->log);
    snprintf(g->log, sizeof g->log, "%s/in", g->base);
    OK(restore(g, g->low, g->high));
    snprintf(g->log, sizeof g->log, "%s/log", g->base);
    assert_int_equal(rows_restored(g, "x.edb"), g->rows);
}

/* A database that is not in the map is left alone, wherever it is. */
static void the_map_chooses(void **state)
{
    struct ground *g = *state;

    lay_out(g);
    g->one_entry = true;
    run("cd '%s' && cksum dest/y.edb live/* >before", g->base);
    OK(restore(g, g->low, g->high));
    run("cd '%s' && cksum dest/y.edb live/* | cmp - before", g->base);
    assert_int_equal(rows_restored(g, "x.edb"), g->rows_in_set);
}

/* A copy is no database (14.6). */
static void a_copy_is_not_attached(void **state)
{
    struct ground *g = *state;
    struct jet_run *r = calloc(1, sizeof *r);
    char path[400];

    lay_out(g);
    run("rm -rf '%s/look'; mkdir '%s/look'", g->base, g->base);
    snprintf(path, sizeof path, "%s/look", g->base);
    up(r, path);
    snprintf(path, sizeof path, "%s/x.edb", g->dest);
    assert_int_equal(JetAttachDatabaseA(r->s, path, 0), JET_errSoftRecoveryOnBackupDatabase);
    jet_stop(r);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_of_the_set),         cmocka_unit_test(faults_of_what_follows),    cmocka_unit_test(faults_of_the_databases),
        cmocka_unit_test(a_restore_leaves_clean_databases), cmocka_unit_test(all_logs_and_what_follows), cmocka_unit_test(the_map_chooses),
        cmocka_unit_test(a_copy_is_not_attached),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
