/* Power cuts at the I/O calls of a life through the whole interface: create, insert with splits, commit, log roll, a streaming full backup
 * with truncation, an incremental one, an external restore, a start from what it left. After each cut the live instance recovers to the
 * acknowledged rows, its backups can be continued without a gap, the sets on the tape restore, and the checker finds no fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "admin/check.h"
#include "api/jet.h"
#include "engine.h"
#include "os_sim.h"

enum { PAGE_BYTES = 4096, BODY_BYTES = 700, TAPE_MAX = 64, CHUNK = 64 * 1024 };
#define LIVE "/sim/live/"
#define BACK "/sim/back/"
#define DB "/sim/live/x.edb"
#define RESTORED "/sim/back/x.edb"

/* ---- what the outside world knows, and what it holds: the tape is not on this disk ---- */

struct taped { char name[40]; uint8_t *data; size_t size; };
static struct {
    int32_t rows, safe;                                 /* acknowledged; in the sets that are done */
    uint32_t low, high, safe_low, safe_high;            /* generations on the tape; of the sets that are done */
    bool created, in_doubt, full_done, restoring;
    bool truncating;                                    /* logs of the set go, and its end is not in the databases' headers yet */
    struct taped files[TAPE_MAX];
    unsigned count;
} known;

static void tape_clear(void)
{
    for (unsigned k = 0; k < known.count; k++)
        free(known.files[k].data);
    memset(&known, 0, sizeof known);
}

static struct taped *tape_add(const char *name)
{
    for (unsigned k = 0; k < known.count; k++)
        if (strcmp(known.files[k].name, name) == 0)
            return &known.files[k];
    assert_true(known.count < TAPE_MAX);
    snprintf(known.files[known.count].name, sizeof known.files[0].name, "%s", name);
    return &known.files[known.count++];
}

/* ---- the instance ---- */

struct life { JET_INSTANCE instance; JET_SESID s; JET_DBID db; JET_TABLEID t; JET_COLUMNID id, body; };

static JET_ERR up(struct life *l, const char *folder)
{
    JET_ERR err;

    memset(l, 0, sizeof *l);
    assert_int_equal(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, PAGE_BYTES, NULL), 0);
    assert_int_equal(JetCreateInstanceA(&l->instance, "sweep"), 0);
    (void)JetSetSystemParameterA(&l->instance, 0, JET_paramSystemPath, 0, folder);
    (void)JetSetSystemParameterA(&l->instance, 0, JET_paramLogFilePath, 0, folder);
    (void)JetSetSystemParameterA(&l->instance, 0, JET_paramTempPath, 0, folder);
    (void)JetSetSystemParameterA(&l->instance, 0, JET_paramLogFileSize, 64, NULL);
    (void)JetSetSystemParameterA(&l->instance, 0, JET_paramCheckpointDepthMax, 64 * 1024, NULL);
    (void)JetSetSystemParameterA(&l->instance, 0, JET_paramMaxTemporaryTables, 0, NULL);
    (void)JetSetSystemParameterA(&l->instance, 0, JET_paramCreatePathIfNotExist, 1, NULL);
    err = JetInit(&l->instance);
    if (err < 0) {
        l->instance = 0;
        return err;
    }
    return JetBeginSessionA(l->instance, &l->s, NULL, NULL);
}

static JET_ERR down(struct life *l)
{
    JET_ERR err;

    if (l->instance == 0)
        return 0;
    if (sim_crashed()) {                                /* the power is off: only memory is given back */
        (void)JetRollback(l->s, JET_bitRollbackAll);
        err = JetTerm2(l->instance, JET_bitTermAbrupt);
        (void)JetTerm2(l->instance, JET_bitTermAbrupt);
    } else {
        err = JetTerm2(l->instance, JET_bitTermComplete);
    }
    l->instance = 0;
    return err;
}

static JET_ERR make(struct life *l)
{
    JET_COLUMNDEF id = {.cbStruct = sizeof id, .coltyp = JET_coltypLong}, body = {.cbStruct = sizeof body, .coltyp = JET_coltypLongBinary};
    ese_err err;

    TRY(JetCreateDatabaseA(l->s, DB, NULL, &l->db, 0));
    TRY(JetBeginTransaction(l->s));
    TRY(JetCreateTableA(l->s, l->db, "t", 0, 80, &l->t));
    TRY(JetAddColumnA(l->s, l->t, "id", &id, NULL, 0, &l->id));
    TRY(JetAddColumnA(l->s, l->t, "body", &body, NULL, 0, &l->body));
    TRY(JetCreateIndexA(l->s, l->t, "pk", JET_bitIndexPrimary, "+id\0", 5, 80));
    TRY(JetCommitTransaction(l->s, 0));
    known.created = true;
done:
    return err;
}

static JET_ERR open_table(struct life *l, const char *path)
{
    JET_COLUMNDEF def = {.cbStruct = sizeof def};
    ese_err err;

    TRY(JetAttachDatabaseA(l->s, path, 0));
    TRY(JetOpenDatabaseA(l->s, path, NULL, &l->db, 0));
    TRY(JetOpenTableA(l->s, l->db, "t", NULL, 0, 0, &l->t));
    TRY(JetGetTableColumnInfoA(l->s, l->t, "id", &def, sizeof def, JET_ColInfo));
    l->id = def.columnid;
    TRY(JetGetTableColumnInfoA(l->s, l->t, "body", &def, sizeof def, JET_ColInfo));
    l->body = def.columnid;
done:
    return err;
}

static JET_ERR add_rows(struct life *l, int32_t count)
{
    static uint8_t body[BODY_BYTES];
    ese_err err = 0;

    for (int32_t k = 0; k < count; k++) {
        int32_t row = known.rows;
        memset(body, (int)row, sizeof body);
        TRY(JetBeginTransaction(l->s));
        TRY(JetPrepareUpdate(l->s, l->t, JET_prepInsert));
        TRY(JetSetColumn(l->s, l->t, l->id, &row, sizeof row, 0, NULL));
        TRY(JetSetColumn(l->s, l->t, l->body, body, sizeof body, 0, NULL));
        TRY(JetUpdate(l->s, l->t, NULL, 0, NULL));
        known.in_doubt = true;
        TRY(JetCommitTransaction(l->s, 0));
        known.in_doubt = false;
        known.rows++;
    }
done:
    return err;
}

static JET_ERR count_rows(struct life *l, int32_t *rows)
{
    uint8_t body[BODY_BYTES + 1];
    int32_t id;
    JET_UINT32 got;
    ese_err err;

    *rows = 0;
    for (err = JetMove(l->s, l->t, JET_MoveFirst, 0); err >= 0; err = JetMove(l->s, l->t, JET_MoveNext, 0)) {
        TRY(JetRetrieveColumn(l->s, l->t, l->id, &id, sizeof id, &got, 0, NULL));
        TRY(JetRetrieveColumn(l->s, l->t, l->body, body, sizeof body, &got, 0, NULL));
        if (id != *rows || got != BODY_BYTES || body[0] != (uint8_t)id || body[BODY_BYTES - 1] != (uint8_t)id)
            FAIL(JET_errDatabaseCorrupted);
        ++*rows;
    }
    if (err == JET_errNoCurrentRecord)
        err = 0;
done:
    return err;
}

/* ---- the agent ---- */

/* A log that an earlier set has, too, takes its place on the tape only when it has been read whole. */
static JET_ERR tape_file(struct life *l, const char *path)
{
    static _Alignas(4096) uint8_t buffer[CHUNK];
    struct taped *f;
    uint8_t *data = NULL;
    size_t size = 0;
    JET_HANDLE h;
    JET_UINT32 low, high, got = 1;
    ese_err err;

    TRY(JetOpenFileInstanceA(l->instance, path, &h, &low, &high));
    while (got != 0) {
        TRY(JetReadFileInstance(l->instance, h, buffer, CHUNK, &got));
        data = realloc(data, size + got + 1);
        memcpy(data + size, buffer, got);
        size += got;
    }
    TRY(JetCloseFileInstance(l->instance, h));
    f = tape_add(strrchr(path, '/') + 1);
    free(f->data);
    f->data = data;
    f->size = size;
    data = NULL;
done:
    free(data);
    return err;
}

static JET_ERR tape_list(struct life *l, const char *list, bool logs)
{
    ese_err err = 0;

    for (; *list != 0; list += strlen(list) + 1) {
        TRY(tape_file(l, list));
        if (!logs)
            continue;
        known.high = (uint32_t)strtoul(strrchr(list, '/') + 4, NULL, 16);
        if (known.low == 0)
            known.low = known.high;
    }
done:
    return err;
}

static JET_ERR back_up(struct life *l, bool incremental)
{
    static char list[16384];
    int32_t rows = known.rows;
    JET_UINT32 bytes;
    ese_err err;

    TRY(JetBeginExternalBackupInstance(l->instance, incremental ? JET_bitBackupIncremental : 0));
    if (!incremental) {
        TRY(JetGetAttachInfoInstanceA(l->instance, list, sizeof list, &bytes));
        TRY(tape_list(l, list, false));
        TRY(add_rows(l, 5));                            /* the database goes on while it is read */
        rows = known.rows;
    }
    TRY(JetGetLogInfoInstanceA(l->instance, list, sizeof list, &bytes));
    TRY(tape_list(l, list, true));
    known.safe = rows;                                  /* the tape has them from here on, whatever happens to the disk */
    known.safe_low = known.low;
    known.safe_high = known.high;
    known.truncating = true;
    TRY(JetTruncateLogInstance(l->instance));
    TRY(JetEndExternalBackupInstance2(l->instance, JET_bitBackupEndNormal));
    if (!sim_crashed())
        known.truncating = false;
    if (!incremental && !sim_crashed())
        known.full_done = true;
done:
    return err;
}

/* What is on the tape, onto the disk; the databases at their places as an agent leaves them. */
static void tape_out(void)
{
    char path[200];

    for (unsigned k = 0; k < known.count; k++) {
        const struct taped *f = &known.files[k];
        uint32_t generation = strncmp(f->name, "edb", 3) == 0 ? (uint32_t)strtoul(f->name + 3, NULL, 16) : 0;
        if (generation > known.safe_high)
            continue;
        snprintf(path, sizeof path, "%s%s", generation == 0 ? BACK : "/sim/set/", f->name);
        assert_int_equal(sim_put(path, f->data, f->size), 0);
    }
}

static JET_ERR restore(void)
{
    char from[] = DB, to[] = RESTORED, logs[] = BACK, set[] = "/sim/set";
    JET_RSTMAP_A map = {.szDatabaseName = from, .szNewDatabaseName = to};
    JET_LOGINFO_A info = {.cbSize = sizeof info, .ulGenLow = known.safe_low, .ulGenHigh = known.safe_high, .szBaseName = "edb"};

    assert_int_equal(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, PAGE_BYTES, NULL), 0);
    assert_int_equal(JetSetSystemParameterA(NULL, 0, JET_paramLogFileSize, 64, NULL), 0);
    assert_int_equal(JetSetSystemParameterA(NULL, 0, JET_paramMaxTemporaryTables, 0, NULL), 0);
    return JetExternalRestore2A(logs, logs, &map, 1, set, &info, NULL, NULL, NULL, NULL);
}

/* ---- the life ---- */

static JET_ERR use_restored(void)
{
    struct life l;
    int32_t rows;
    ese_err err, ended;

    TRY(up(&l, BACK));
    TRY(open_table(&l, RESTORED));
    TRY(count_rows(&l, &rows));
    if (rows != known.safe)
        FAIL(JET_errDatabaseCorrupted);
done:
    ended = down(&l);
    return err < 0 ? err : ended;
}

static JET_ERR live(void)
{
    struct life l = {0};
    ese_err err, ended;

    TRY(os_dir_create("/sim/live"));
    TRY(up(&l, LIVE));
    TRY(make(&l));
    TRY(add_rows(&l, 60));
    TRY(back_up(&l, false));
    TRY(add_rows(&l, 70));
    TRY(back_up(&l, true));
    TRY(add_rows(&l, 10));
done:
    ended = down(&l);
    if (err < 0 || ended < 0 || sim_crashed())
        return err < 0 ? err : ended;
    known.restoring = true;
    tape_out();
    err = restore();
    return err < 0 ? err : use_restored();
}

/* ---- after the cut ---- */

static void print_fault(void *context, const struct check_fault *f)
{
    (void)context;
    printf("      %s page %u slot %d: %s\n", f->tree != NULL ? f->tree : "", (unsigned)f->page, f->slot, f->text);
}

static ese_err check(const char *folder, const char *path)
{
    struct engine_config config = {.dir = folder, .page_size = PAGE_BYTES};
    struct check_config how = {.fault = print_fault};
    struct check_counts counts = {0};
    struct attach_config attach = {.read_only = true};
    struct engine e = {.inst = NULL};
    uint8_t dbid;
    ese_err err;

    TRY(engine_open(&e, &config));
    TRY(engine_start(&e, NULL));
    TRY(db_attach(e.session, path, &attach, &dbid));
    ver_drain(e.inst->versions, e.inst->dbs[dbid]);
    TRY(check_database(e.session, dbid, &how, &counts));
    if (counts.faults != 0)
        FAIL(JET_errDatabaseCorrupted);
    err = engine_stop(&e);
done:
    engine_crash(&e);
    return err;
}

/* The next incremental backup begins where the tape ends, or before. A cut between truncation and the end of a backup leaves headers
 * that name logs which are gone: the next backup must be a full one, and says so. */
static ese_err check_sequence(struct life *l)
{
    static char list[16384];
    JET_UINT32 bytes;
    ese_err err = JetBeginExternalBackupInstance(l->instance, JET_bitBackupIncremental), listed;

    if (!known.full_done && err == JET_errMissingFullBackup)
        return 0;
    TRY(err);
    listed = JetGetLogInfoInstanceA(l->instance, list, sizeof list, &bytes);
    if (listed < 0) {
        TRY(JetEndExternalBackupInstance2(l->instance, JET_bitBackupEndAbort));
        if (listed == JET_errMissingFileToBackup && known.truncating)
            return 0;
        FAIL(listed);
    }
    if (known.full_done && list[0] != 0 && strtoul(strrchr(list, '/') + 4, NULL, 16) > known.safe_high + 1)
        FAIL(JET_errInvalidBackupSequence);
    TRY(JetEndExternalBackupInstance2(l->instance, JET_bitBackupEndAbort));
done:
    return err;
}

static ese_err check_live(void)
{
    struct life l;
    int32_t rows;
    ese_err err, ended;
    bool there = true;

    TRY(os_dir_create("/sim/live"));
    TRY(up(&l, LIVE));
    err = open_table(&l, DB);
    if (err < 0 && !known.created) {
        err = 0;
        there = false;
        goto done;
    }
    TRY(err);
    TRY(count_rows(&l, &rows));
    if (rows != known.rows && !(known.in_doubt && rows == known.rows + 1))
        FAIL(JET_errDatabaseCorrupted);
    TRY(check_sequence(&l));
done:
    ended = down(&l);
    err = err < 0 ? err : ended;
    return err < 0 || !there ? err : check("/sim/live", DB);
}

static ese_err check_tape(void)
{
    ese_err err;

    if (known.safe_high == 0)
        return 0;
    tape_out();
    TRY(restore());
    TRY(use_restored());
    TRY(check("/sim/back", RESTORED));
done:
    return err;
}

static bool one_cut(uint64_t k, enum sim_reboot mode)
{
    static const char *const names[] = {"kept", "dropped", "torn"};
    const char *where = "";
    int line = 0;
    ese_err err, tape = 0;

    tape_clear();
    sim_reset(k);
    sim_crash_at(k);
    err = live();
    if (!sim_crashed())
        return err >= 0;
    sim_reboot(mode);
    if (known.restoring) {                              /* a restore that was cut is repeated */
        tape = check_tape();
        err = check_live();
    } else {
        err = check_live();
        if (err >= 0)
            tape = check_tape();
    }
    if (err >= 0 && tape >= 0)
        return true;
    (void)err_last(&where, &line);
    printf("   call %u %s: live %d, tape %d (%s:%d), %d rows, %d safe, generations %u to %u%s\n", (unsigned)k, names[mode], (int)err, (int)tape, where, line,
           (int)known.rows, (int)known.safe, (unsigned)known.safe_low, (unsigned)known.safe_high, known.restoring ? ", in the restore" : "");
    return false;
}

static unsigned env(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

/* A stride is taken through the calls from a start that the day rotates: all are met in turn. ESE_SWEEP_STRIDE=1: all at once. */
static void streams_survive_cuts(void **state)
{
    unsigned bad = 0, runs = 0, stride = env("ESE_SWEEP_STRIDE", 13);
    uint64_t calls;
    ese_err err;

    (void)state;
    sim_reset(1);
    err = live();
    if (err < 0) {
        const char *where;
        int line;
        (void)err_last(&where, &line);
        printf("   without a cut: %d (%s:%d)\n", (int)err, where, line);
    }
    assert_int_equal(err, 0);
    calls = sim_count();
    for (uint64_t k = 1 + env("ESE_SWEEP_FIRST", (unsigned)(time(NULL) / 86400)) % stride; k <= calls && bad < 10; k += stride)
        for (unsigned mode = SIM_KEPT; mode < SIM_REBOOTS && bad < 10; mode++) {
            runs++;
            bad += one_cut(k, (enum sim_reboot)mode) ? 0 : 1;
        }
    printf("   %u calls, %u cuts, %u bad\n", (unsigned)calls, runs, bad);
    tape_clear();
    sim_release();
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(streams_survive_cuts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
