/* Starting an instance: option bits of recovery through the interface, and what its callback is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/jet.h"
#include "os/os.h"

#define OK(call) assert_int_equal((call), 0)

enum { ROWS = 400, ROW_BYTES = 3000 };

static char folder[256], database[300];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "./esent-recovery-%u/", (unsigned)os_process_id());
    snprintf(database, sizeof database, "%sa.edb", folder);
    return os_dir_create(folder) < 0 ? -1 : 0;
}

static ese_err delete_entry(void *context, const char *name, const struct os_file_info *info)
{
    char path[600];
    (void)context;
    (void)info;
    snprintf(path, sizeof path, "%s%s", folder, name);
    return os_path_delete(path);
}

static int remove_folder(void **state)
{
    (void)state;
    (void)os_dir_list(folder, delete_entry, NULL);
    return os_dir_delete(folder) < 0 ? -1 : 0;
}

static ese_err count_entry(void *context, const char *name, const struct os_file_info *info)
{
    unsigned *counts = context;
    size_t n = strlen(name);
    (void)info;
    counts[0]++;
    counts[1] += n == 12 && strncmp(name, "edb0", 4) == 0 && strcmp(name + 8, ".log") == 0;
    return 0;
}

/* [0] all entries, [1] numbered logs. */
static void count(unsigned counts[2])
{
    counts[0] = counts[1] = 0;
    OK(os_dir_list(folder, count_entry, counts));
}

static void create(JET_INSTANCE *i)
{
    *i = 0;
    OK(JetCreateInstanceA(i, "recovery"));
    OK(JetSetSystemParameterA(i, 0, JET_paramSystemPath, 0, folder));
    OK(JetSetSystemParameterA(i, 0, JET_paramLogFilePath, 0, folder));
    OK(JetSetSystemParameterA(i, 0, JET_paramTempPath, 0, folder));
    OK(JetSetSystemParameterA(i, 0, JET_paramLogFileSize, 128, NULL));
}

static void add_rows(JET_SESID s, JET_TABLEID t, JET_COLUMNID c)
{
    static char value[ROW_BYTES];
    for (unsigned k = 0; k < ROWS; k++) {
        OK(JetBeginTransaction(s));
        OK(JetPrepareUpdate(s, t, JET_prepInsert));
        OK(JetSetColumn(s, t, c, value, sizeof value, 0, NULL));
        OK(JetUpdate(s, t, NULL, 0, NULL));
        OK(JetCommitTransaction(s, k + 1 < ROWS ? JET_bitCommitLazyFlush : 0));
    }
    OK(JetCloseTable(s, t));
}

static void fill_database(JET_SESID s, const char *path)
{
    JET_COLUMNDEF def = {.cbStruct = sizeof def, .coltyp = JET_coltypLongBinary};
    JET_DBID d = 0;
    JET_TABLEID t = 0;
    JET_COLUMNID c = 0;
    OK(JetCreateDatabaseA(s, path, NULL, &d, JET_bitDbOverwriteExisting));
    OK(JetCreateTableA(s, d, "t", 1, 100, &t));
    OK(JetAddColumnA(s, t, "c", &def, NULL, 0, &c));
    add_rows(s, t, c);
}

static void fill_some_logs(JET_INSTANCE i, JET_SESID *s)
{
    OK(JetBeginSessionA(i, s, NULL, NULL));
    fill_database(*s, database);
}

static void open_table(JET_INSTANCE i, const char *path, JET_SESID *s, JET_TABLEID *t)
{
    JET_DBID d = 0;
    OK(JetBeginSessionA(i, s, NULL, NULL));
    OK(JetAttachDatabaseA(*s, path, 0));
    OK(JetOpenDatabaseA(*s, path, NULL, &d, 0));
    OK(JetOpenTableA(*s, d, "t", NULL, 0, 0, t));
}

static unsigned count_rows(JET_INSTANCE i, const char *path)
{
    JET_SESID s = 0;
    JET_TABLEID t = 0;
    unsigned rows = 0;
    open_table(i, path, &s, &t);
    for (JET_ERR err = JetMove(s, t, JET_MoveFirst, 0); err == 0; err = JetMove(s, t, JET_MoveNext, 0))
        rows++;
    return rows;
}

static void expect_rows(JET_INSTANCE i) { assert_int_equal(count_rows(i, database), ROWS); }

static void a_stream_that_must_exist_is_not_made(void **state)
{
    JET_INSTANCE i;
    unsigned counts[2];
    (void)state;
    create(&i);
    assert_int_equal(JetInit2(&i, JET_bitLogStreamMustExist), JET_errMissingLogFile);
    assert_int_equal(i, 0);
    count(counts);
    assert_int_equal(counts[0], 0);
    create(&i);
    OK(JetInit2(&i, 0));
    OK(JetTerm(i));
    create(&i);
    OK(JetInit2(&i, JET_bitLogStreamMustExist));
    OK(JetTerm(i));
}

static void logs_before_the_checkpoint_go_when_asked(void **state)
{
    JET_INSTANCE i;
    JET_SESID s = 0;
    unsigned before[2], after[2];
    (void)state;
    create(&i);
    OK(JetInit(&i));
    fill_some_logs(i, &s);
    OK(JetTerm(i));
    count(before);
    assert_true(before[1] > 3);
    create(&i);
    OK(JetInit2(&i, 0));
    OK(JetTerm(i));
    count(after);
    assert_true(after[1] >= before[1]);
    create(&i);
    OK(JetInit2(&i, JET_bitTruncateLogsAfterRecovery));
    count(after);
    assert_true(after[1] <= 1);
    expect_rows(i);
    OK(JetTerm(i));
}

struct told { unsigned begins, completes, progress; bool order; };

static JET_ERR JET_API listen(JET_SNP snp, JET_SNT snt, void *pv, void *context)
{
    struct told *t = context;
    if (snp != JET_snpRestore || pv == NULL)
        return 0;
    t->order &= snt == JET_sntBegin ? t->progress + t->completes == 0 : t->begins == 1 && t->completes == 0;
    t->begins += snt == JET_sntBegin;
    t->progress += snt == JET_sntProgress;
    t->completes += snt == JET_sntComplete;
    return 0;
}

static void recovery_tells_how_far_it_is(void **state)
{
    JET_INSTANCE i;
    JET_SESID s = 0;
    struct told told = {.order = true};
    JET_RSTINFO2_W info = {.cbStruct = sizeof info, .pfnCallback = listen, .pvCallbackContext = &told};
    (void)state;
    create(&i);
    OK(JetInit(&i));
    fill_some_logs(i, &s);
    assert_int_equal(JetTerm2(i, JET_bitTermDirty), JET_errDirtyShutdown);
    create(&i);
    OK(JetInit4W(&i, &info, 0));
    assert_int_equal(told.begins, 1);
    assert_int_equal(told.completes, 1);
    assert_true(told.progress > 1 && told.order);
    expect_rows(i);
    OK(JetTerm(i));
}

/* ---- what recovery goes on without ---- */

static const char *in_folder(const char *name)
{
    static char path[400];
    snprintf(path, sizeof path, "%s%s", folder, name);
    return path;
}

static int empty_folder(void **state)
{
    (void)state;
    return os_dir_list(folder, delete_entry, NULL) < 0 ? -1 : 0;
}

static void copy_file(const char *from, const char *to)
{
    static char chunk[65536];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    size_t n;
    assert_true(in != NULL && out != NULL);
    while ((n = fread(chunk, 1, sizeof chunk, in)) != 0)
        assert_int_equal(fwrite(chunk, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
    fclose(in);
}

static void crash(JET_INSTANCE i) { assert_int_equal(JetTerm2(i, JET_bitTermDirty), JET_errDirtyShutdown); }

/* The database as it was when the log was shorter, next to a log that has gone on; the current log and the checkpoint are lost. */
static void lose_current_log(void)
{
    JET_INSTANCE i;
    JET_SESID s = 0;
    JET_TABLEID t = 0;
    JET_COLUMNDEF def = {.cbStruct = sizeof def};
    create(&i);
    OK(JetInit(&i));
    fill_some_logs(i, &s);
    crash(i);
    copy_file(database, in_folder("early"));
    create(&i);
    OK(JetInit(&i));
    open_table(i, database, &s, &t);
    OK(JetGetTableColumnInfoA(s, t, "c", &def, sizeof def, JET_ColInfo));
    add_rows(s, t, def.columnid);
    crash(i);
    OK(os_path_delete(in_folder("edb.log")));
    OK(os_path_delete(in_folder("edb.chk")));
    (void)os_path_delete(in_folder("edbtmp.log"));
}

static void the_current_log_may_be_missing_when_allowed(void **state)
{
    JET_INSTANCE i;
    JET_ERR err;
    unsigned rows;
    (void)state;
    lose_current_log();
    create(&i);
    assert_int_equal(JetInit2(&i, 0), JET_errMissingLogFile);
    /* The database promises that more log was written: it is not taken back to an earlier state. */
    create(&i);
    err = JetInit2(&i, JET_bitAllowMissingCurrentLog);
    assert_true(err == JET_errCommittedLogFilesMissing || err == JET_errRequiredLogFilesMissing);
    copy_file(in_folder("early"), database);
    create(&i);
    assert_int_equal(JetInit2(&i, 0), JET_errMissingLogFile);
    create(&i);
    OK(JetInit2(&i, JET_bitAllowMissingCurrentLog));
    rows = count_rows(i, database);
    assert_true(rows > ROWS && rows < 2 * ROWS);
    OK(JetTerm(i));
    create(&i);
    OK(JetInit2(&i, 0));
    assert_int_equal(count_rows(i, database), rows);
    OK(JetTerm(i));
}

static JET_ERR start_moved(JET_INSTANCE *i, char *moved, JET_GRBIT grbit)
{
    char logged[OS_PATH_MAX];
    JET_RSTMAP_A map = {.szDatabaseName = logged, .szNewDatabaseName = moved};
    JET_RSTINFO_A info = {.cbStruct = sizeof info, .rgrstmap = &map, .crstmap = 1};
    OK(os_path_full(database, logged, sizeof logged));
    create(i);
    return JetInit3A(i, &info, grbit);
}

/* Two databases, one of them in another place than the log says. */
static void crash_with_two(char moved[400], char other[400])
{
    JET_INSTANCE i;
    JET_SESID s = 0;
    snprintf(moved, 400, "%smoved.edb", folder);
    snprintf(other, 400, "%sb.edb", folder);
    create(&i);
    OK(JetInit(&i));
    fill_some_logs(i, &s);
    fill_database(s, other);
    crash(i);
    OK(os_path_rename(database, moved));
}

static void a_database_outside_the_map_keeps_its_path_when_asked(void **state)
{
    JET_INSTANCE i;
    char moved[400], other[400];
    (void)state;
    crash_with_two(moved, other);
    OK(start_moved(&i, moved, JET_bitReplayMissingMapEntryDB));
    assert_int_equal(count_rows(i, moved), ROWS);
    assert_int_equal(count_rows(i, other), ROWS);
    OK(JetTerm(i));
}

static void a_database_outside_the_map_is_left_alone(void **state)
{
    JET_INSTANCE i;
    JET_DBINFOMISC misc;
    char moved[400], other[400];
    (void)state;
    crash_with_two(moved, other);
    OK(start_moved(&i, moved, 0));
    assert_int_equal(count_rows(i, moved), ROWS);
    OK(JetGetDatabaseFileInfoA(other, &misc, sizeof misc, JET_DbInfoMisc));
    assert_int_equal(misc.dbstate, JET_dbstateDirtyShutdown);
    OK(JetTerm(i));
}

static void damage(const char *path)
{
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    for (unsigned k = 0; k < 4096; k++)
        assert_int_not_equal(fputc(0x5a, f), EOF);
    assert_int_equal(fclose(f), 0);
}

/* Without a checkpoint redo begins with the first log; logs that no database needs need not be good when the map says who counts. */
static void without_a_checkpoint_the_map_tells_where_redo_begins(void **state)
{
    JET_INSTANCE i;
    JET_SESID s = 0;
    JET_TABLEID t = 0;
    JET_COLUMNDEF def = {.cbStruct = sizeof def};
    (void)state;
    create(&i);
    OK(JetInit(&i));
    fill_some_logs(i, &s);
    OK(JetTerm(i));
    create(&i);
    OK(JetInit(&i));
    open_table(i, database, &s, &t);
    OK(JetGetTableColumnInfoA(s, t, "c", &def, sizeof def, JET_ColInfo));
    add_rows(s, t, def.columnid);
    crash(i);
    OK(os_path_delete(in_folder("edb.chk")));
    damage(in_folder("edb00001.log"));
    assert_true(start_moved(&i, database, JET_bitReplayMissingMapEntryDB) < 0);
    OK(start_moved(&i, database, JET_bitReplayInferCheckpointFromRstmapDbs));
    assert_int_equal(count_rows(i, database), 2 * ROWS);
    OK(JetTerm(i));
}

/* A copy as a backup program makes it, that was put in the place of the database without a restore. */
static void copy_by_backup(JET_INSTANCE i, const char *to)
{
    static _Alignas(4096) char chunk[65536];
    FILE *out = fopen(to, "wb");
    JET_HANDLE h = 0;
    JET_UINT32 low = 0, high = 0, got = 0;
    assert_non_null(out);
    OK(JetBeginExternalBackupInstance(i, 0));
    OK(JetOpenFileInstanceA(i, database, &h, &low, &high));
    do {
        OK(JetReadFileInstance(i, h, chunk, sizeof chunk, &got));
        assert_int_equal(fwrite(chunk, 1, got, out), got);
    } while (got != 0);
    OK(JetCloseFileInstance(i, h));
    OK(JetEndExternalBackupInstance2(i, JET_bitBackupEndAbort));
    assert_int_equal(fclose(out), 0);
}

static void a_copy_of_a_backup_is_recovered_only_when_allowed(void **state)
{
    JET_INSTANCE i;
    JET_SESID s = 0;
    char copy[400];
    (void)state;
    snprintf(copy, sizeof copy, "%scopy", folder);
    create(&i);
    OK(JetInit(&i));
    fill_some_logs(i, &s);
    copy_by_backup(i, copy);
    crash(i);
    OK(os_path_delete(database));
    OK(os_path_rename(copy, database));
    create(&i);
    assert_int_equal(JetInit2(&i, 0), JET_errSoftRecoveryOnBackupDatabase);
    create(&i);
    OK(JetInit2(&i, JET_bitAllowSoftRecoveryOnBackup));
    expect_rows(i);
    OK(JetTerm(i));
}

/* The log has its attach, not its creation: recovery cannot make it anew. */
static void a_missing_database_is_left_out_when_asked(void **state)
{
    JET_INSTANCE i;
    JET_SESID s = 0;
    JET_TABLEID t = 0;
    char other[400];
    (void)state;
    snprintf(other, sizeof other, "%sb.edb", folder);
    create(&i);
    OK(JetInit(&i));
    fill_some_logs(i, &s);
    fill_database(s, other);
    OK(JetTerm(i));
    create(&i);
    OK(JetInit(&i));
    open_table(i, database, &s, &t);
    open_table(i, other, &s, &t);
    crash(i);
    OK(os_path_delete(database));
    create(&i);
    assert_int_equal(JetInit2(&i, 0), JET_errAttachedDatabaseMismatch);
    create(&i);
    OK(JetInit2(&i, JET_bitReplayIgnoreMissingDB));
    assert_int_equal(count_rows(i, other), ROWS);
    OK(JetTerm(i));
}

/* ---- a program that steers ---- */

struct steer {
    JET_SNT point;                                      /* where this answer is given; 0: nowhere */
    JET_ERR answer, usual;
    unsigned asked[10];                                 /* by point */
    unsigned generation, missing, next, databases;
    bool current, named;
    JET_INSTANCE instance;
};

static bool ends_with(const JET_WCHAR *text, const char *end)
{
    size_t n = 0, m = strlen(end);
    while (text != NULL && text[n] != 0)
        n++;
    for (size_t k = 0; n >= m && k < m; k++)
        if (text[n - m + k] != (JET_WCHAR)end[k])
            return false;
    return n > m;
}

/* What each point must say for itself, whatever recovery this is. */
static void look_at_question(struct steer *t, JET_SNT snt, const JET_RECOVERYCONTROL *q)
{
    assert_int_equal(q->cbStruct, sizeof *q);
    assert_int_equal(q->sntUnion, snt);
    assert_true(q->instance == t->instance);
    switch (snt) {
    case JET_sntOpenLog:
        assert_int_equal(q->OpenLog.cbStruct, sizeof q->OpenLog);
        assert_true(ends_with(q->OpenLog.wszLogFile, ".log"));
        assert_true(q->OpenLog.eReason == JET_OpenLogForRedo || q->OpenLog.eReason == JET_OpenLogForDo);
        assert_true(q->OpenLog.eReason == JET_OpenLogForDo ? q->OpenLog.fCurrentLog : q->OpenLog.lGenNext > t->generation);
        t->generation = q->OpenLog.lGenNext;
        break;
    case JET_sntMissingLog:
        assert_int_equal(q->MissingLog.cbStruct, sizeof q->MissingLog);
        t->missing = q->MissingLog.lGenMissing;
        t->next = q->MissingLog.eNextAction;
        t->current = q->MissingLog.fCurrentLog;
        t->usual = q->errDefault;
        break;
    case JET_sntBeginUndo:
        t->databases = q->BeginUndo.cdbinfomisc;
        if (t->databases != 0)
            assert_int_equal(q->BeginUndo.rgdbinfomisc[0].dbstate, JET_dbstateDirtyShutdown);
        break;
    case JET_sntAttachedDb:
        t->named = ends_with(q->AttachedDb.wszDbPath, "a.edb");
        break;
    default:
        t->usual = snt == JET_sntSignalErrorCondition ? q->errDefault : t->usual;
        break;
    }
}

static JET_ERR JET_API steering(JET_SNP snp, JET_SNT snt, void *pv, void *context)
{
    struct steer *t = context;
    const JET_RECOVERYCONTROL *q = pv;
    if (snp != JET_snpRecoveryControl)
        return 0;
    assert_in_range(snt, JET_sntOpenLog, JET_sntDetachingDb);
    look_at_question(t, snt, q);
    t->asked[snt - 1000]++;
    return snt == t->point ? t->answer : q->errDefault;
}

static JET_ERR start_steered(JET_INSTANCE *i, struct steer *t, JET_GRBIT grbit)
{
    JET_RSTINFO2_W info = {.cbStruct = sizeof info, .pfnCallback = steering, .pvCallbackContext = t};
    create(i);
    t->instance = *i;
    memset(t->asked, 0, sizeof t->asked);
    t->generation = 0;
    return JetInit4W(i, &info, grbit | JET_bitExternalRecoveryControl);
}

static unsigned asked(const struct steer *t, JET_SNT snt) { return t->asked[snt - 1000]; }

static void crash_with_one(void)
{
    JET_INSTANCE i;
    JET_SESID s = 0;
    create(&i);
    OK(JetInit(&i));
    fill_some_logs(i, &s);
    crash(i);
}

static void recovery_asks_at_each_turn(void **state)
{
    JET_INSTANCE i;
    struct steer t = {0};
    JET_RSTINFO2_W quiet = {.cbStruct = sizeof quiet, .pfnCallback = steering, .pvCallbackContext = &t};
    unsigned counts[2];
    (void)state;
    /* A new stream. */
    OK(start_steered(&i, &t, 0));
    assert_int_equal(asked(&t, JET_sntMissingLog), 1);
    assert_true(t.next == JET_MissingLogCreateNewLogStream && t.missing == 0 && t.usual == 0);
    OK(JetTerm(i));
    empty_folder(NULL);
    crash_with_one();
    count(counts);
    OK(start_steered(&i, &t, 0));
    assert_int_equal(asked(&t, JET_sntOpenCheckpoint), 1);
    assert_in_range(asked(&t, JET_sntOpenLog), 3, counts[1] + 2);      /* from the checkpoint on, and once to write again */
    assert_int_equal(asked(&t, JET_sntBeginUndo), 1);
    assert_int_equal(t.databases, 1);
    assert_true(asked(&t, JET_sntAttachedDb) == 1 && asked(&t, JET_sntDetachingDb) == 1 && t.named);
    assert_int_equal(asked(&t, JET_sntNotificationEvent), 1);
    assert_true(asked(&t, JET_sntMissingLog) == 0 && asked(&t, JET_sntSignalErrorCondition) == 0);
    expect_rows(i);
    crash(i);
    /* Who does not want to steer is not asked. */
    memset(&t, 0, sizeof t);
    create(&i);
    OK(JetInit4W(&i, &quiet, 0));
    for (unsigned k = 0; k < 10; k++)
        assert_int_equal(t.asked[k], 0);
    OK(JetTerm(i));
}

static void an_error_of_the_program_stops_recovery(void **state)
{
    static const JET_SNT points[] = {JET_sntOpenLog, JET_sntOpenCheckpoint, JET_sntBeginUndo, JET_sntAttachedDb};
    JET_INSTANCE i;
    struct steer t = {0};
    (void)state;
    crash_with_one();
    for (unsigned k = 0; k < sizeof points / sizeof points[0]; k++) {
        t.point = points[k];
        t.answer = JET_errCallbackFailed;
        assert_int_equal(start_steered(&i, &t, 0), JET_errCallbackFailed);
        assert_int_equal(i, 0);
        assert_int_equal(asked(&t, points[k]), 1);
        assert_int_equal(asked(&t, JET_sntAttachedDb), asked(&t, JET_sntDetachingDb));
    }
    t.point = JET_sntBeginUndo;
    t.answer = JET_errRecoveredWithoutUndo;
    assert_true(start_steered(&i, &t, 0) < 0);
    t.point = JET_sntOpenCheckpoint;                    /* no checkpoint: all of the log is replayed */
    t.answer = JET_errFileNotFound;
    OK(start_steered(&i, &t, 0));
    expect_rows(i);
    OK(JetTerm(i));
}

static void the_program_decides_about_missing_logs(void **state)
{
    JET_INSTANCE i;
    struct steer t = {.point = JET_sntMissingLog, .answer = JET_errFileNotFound};
    (void)state;
    assert_int_equal(start_steered(&i, &t, 0), JET_errMissingLogFile);
    lose_current_log();
    copy_file(in_folder("early"), database);
    t.point = 0;
    assert_int_equal(start_steered(&i, &t, 0), JET_errMissingLogFile);
    assert_int_equal(asked(&t, JET_sntMissingLog), 1);
    assert_true(t.current && t.next == JET_MissingLogContinueToRedo && t.usual == JET_errMissingLogFile && t.missing > 1);
    t.point = JET_sntMissingLog;
    t.answer = 0;
    OK(start_steered(&i, &t, 0));
    assert_int_equal(asked(&t, JET_sntMissingLog), 2);
    assert_int_equal(t.next, JET_MissingLogContinueToUndo);
    OK(JetTerm(i));
}

static void the_program_decides_about_copies_of_a_backup(void **state)
{
    JET_INSTANCE i;
    JET_SESID s = 0;
    struct steer t = {0};
    char copy[400];
    (void)state;
    snprintf(copy, sizeof copy, "%scopy", folder);
    create(&i);
    OK(JetInit(&i));
    fill_some_logs(i, &s);
    copy_by_backup(i, copy);
    crash(i);
    OK(os_path_delete(database));
    OK(os_path_rename(copy, database));
    assert_int_equal(start_steered(&i, &t, 0), JET_errSoftRecoveryOnBackupDatabase);
    assert_int_equal(t.usual, JET_errSoftRecoveryOnBackupDatabase);
    t.point = JET_sntSignalErrorCondition;
    OK(start_steered(&i, &t, 0));
    expect_rows(i);
    OK(JetTerm(i));
}

/* Where nothing needs to be recovered, a recovery that is to stop before undo has nothing to wait for. */
static void without_undo_a_clean_log_is_not_started(void **state)
{
    JET_INSTANCE i;
    (void)state;
    create(&i);
    OK(JetInit(&i));
    OK(JetTerm(i));
    create(&i);
    assert_int_equal(JetInit2(&i, JET_bitRecoveryWithoutUndo), JET_errRecoveredWithoutUndoDatabasesConsistent);
    create(&i);
    OK(JetInit(&i));
    OK(JetTerm(i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_that_must_exist_is_not_made),
        cmocka_unit_test(logs_before_the_checkpoint_go_when_asked),
        cmocka_unit_test(recovery_tells_how_far_it_is),
        cmocka_unit_test_setup(the_current_log_may_be_missing_when_allowed, empty_folder),
        cmocka_unit_test_setup(a_database_outside_the_map_keeps_its_path_when_asked, empty_folder),
        cmocka_unit_test_setup(a_database_outside_the_map_is_left_alone, empty_folder),
        cmocka_unit_test_setup(without_a_checkpoint_the_map_tells_where_redo_begins, empty_folder),
        cmocka_unit_test_setup(a_copy_of_a_backup_is_recovered_only_when_allowed, empty_folder),
        cmocka_unit_test_setup(a_missing_database_is_left_out_when_asked, empty_folder),
        cmocka_unit_test_setup(recovery_asks_at_each_turn, empty_folder),
        cmocka_unit_test_setup(an_error_of_the_program_stops_recovery, empty_folder),
        cmocka_unit_test_setup(the_program_decides_about_missing_logs, empty_folder),
        cmocka_unit_test_setup(the_program_decides_about_copies_of_a_backup, empty_folder),
        cmocka_unit_test_setup(without_undo_a_clean_log_is_not_started, empty_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
