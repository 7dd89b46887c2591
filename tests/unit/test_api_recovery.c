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

static void fill_some_logs(JET_INSTANCE i, JET_SESID *s)
{
    static char value[ROW_BYTES];
    JET_COLUMNDEF def = {.cbStruct = sizeof def, .coltyp = JET_coltypLongBinary};
    JET_DBID d = 0;
    JET_TABLEID t = 0;
    JET_COLUMNID c = 0;
    OK(JetBeginSessionA(i, s, NULL, NULL));
    OK(JetCreateDatabaseA(*s, database, NULL, &d, JET_bitDbOverwriteExisting));
    OK(JetCreateTableA(*s, d, "t", 1, 100, &t));
    OK(JetAddColumnA(*s, t, "c", &def, NULL, 0, &c));
    for (unsigned k = 0; k < ROWS; k++) {
        OK(JetBeginTransaction(*s));
        OK(JetPrepareUpdate(*s, t, JET_prepInsert));
        OK(JetSetColumn(*s, t, c, value, sizeof value, 0, NULL));
        OK(JetUpdate(*s, t, NULL, 0, NULL));
        OK(JetCommitTransaction(*s, k + 1 < ROWS ? JET_bitCommitLazyFlush : 0));
    }
    OK(JetCloseTable(*s, t));
}

static void expect_rows(JET_INSTANCE i)
{
    JET_SESID s = 0;
    JET_DBID d = 0;
    JET_TABLEID t = 0;
    unsigned rows = 0;
    OK(JetBeginSessionA(i, &s, NULL, NULL));
    OK(JetAttachDatabaseA(s, database, 0));
    OK(JetOpenDatabaseA(s, database, NULL, &d, 0));
    OK(JetOpenTableA(s, d, "t", NULL, 0, 0, &t));
    for (JET_ERR err = JetMove(s, t, JET_MoveFirst, 0); err == 0; err = JetMove(s, t, JET_MoveNext, 0))
        rows++;
    assert_int_equal(rows, ROWS);
}

static void a_stream_that_must_exist_is_not_made(void **state)
{
    JET_INSTANCE i;
    unsigned counts[2];
    (void)state;
    create(&i);
    assert_int_equal(JetInit2(&i, JET_bitLogStreamMustExist), JET_errFileNotFound);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_that_must_exist_is_not_made),
        cmocka_unit_test(logs_before_the_checkpoint_go_when_asked),
        cmocka_unit_test(recovery_tells_how_far_it_is),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
