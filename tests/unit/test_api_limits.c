/* Quotas and sizes that parameters and calls set have their effect: cursors, instances' sessions, growth and greatest size of a file. */
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

enum { CURSORS = 8, PAGE = 4096, LONG_BYTES = 3000 };

static char folder[256], database[300];
static JET_INSTANCE instance;
static JET_SESID s;
static JET_DBID d;

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "./esent-limits-%u/", (unsigned)os_process_id());
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

static int start(void **state)
{
    (void)state;
    instance = 0;
    OK(JetCreateInstanceA(&instance, "limits"));
    OK(JetSetSystemParameterA(&instance, 0, JET_paramSystemPath, 0, folder));
    OK(JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, folder));
    OK(JetSetSystemParameterA(&instance, 0, JET_paramTempPath, 0, folder));
    OK(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 128, NULL));
    OK(JetSetSystemParameterA(&instance, 0, JET_paramMaxCursors, CURSORS, NULL));
    OK(JetInit(&instance));
    OK(JetBeginSessionA(instance, &s, NULL, NULL));
    OK(JetCreateDatabaseA(s, database, NULL, &d, JET_bitDbOverwriteExisting));
    return 0;
}

static int end(void **state)
{
    (void)state;
    OK(JetTerm(instance));
    return 0;
}

static uint64_t file_pages(void)
{
    struct os_file_info info;
    OK(os_path_info(database, &info));
    return info.size / PAGE - 2;
}

/* Adds records of a long value each until the file has grown, or an error; *steps: the pages it has grown by. */
static JET_ERR fill(JET_TABLEID t, JET_COLUMNID c, uint64_t *steps)
{
    static char value[LONG_BYTES];
    uint64_t before = file_pages();
    JET_ERR err = 0;
    for (unsigned k = 0; k < 20000 && err == 0 && file_pages() == before; k++) {
        OK(JetBeginTransaction(s));
        OK(JetPrepareUpdate(s, t, JET_prepInsert));
        err = JetSetColumn(s, t, c, value, sizeof value, 0, NULL);
        if (err == 0)
            err = JetUpdate(s, t, NULL, 0, NULL);
        if (err == 0)
            OK(JetCommitTransaction(s, JET_bitCommitLazyFlush));
        else
            OK(JetRollback(s, 0));
    }
    *steps = file_pages() - before;
    return err;
}

static JET_TABLEID make_table(JET_COLUMNID *c)
{
    JET_COLUMNDEF def = {.cbStruct = sizeof def, .coltyp = JET_coltypLongBinary};
    JET_TABLEID t = 0;
    OK(JetCreateTableA(s, d, "t", 1, 100, &t));
    OK(JetAddColumnA(s, t, "c", &def, NULL, 0, c));
    return t;
}

static void cursors_have_a_quota(void **state)
{
    JET_TABLEID all[CURSORS], more = 0;
    (void)state;
    for (unsigned k = 0; k < CURSORS; k++)
        OK(JetOpenTableA(s, d, "MSysObjects", NULL, 0, 0, &all[k]));
    assert_int_equal(JetOpenTableA(s, d, "MSysObjects", NULL, 0, 0, &more), JET_errOutOfCursors);
    assert_int_equal(JetDupCursor(s, all[0], &more, 0), JET_errOutOfCursors);
    OK(JetCloseTable(s, all[3]));
    OK(JetDupCursor(s, all[0], &all[3], 0));
    for (unsigned k = 0; k < CURSORS; k++)
        OK(JetCloseTable(s, all[k]));
}

static void a_file_grows_by_the_step_that_is_set_at_any_time(void **state)
{
    JET_COLUMNID c = 0;
    JET_TABLEID t = make_table(&c);
    uint64_t steps = 0;
    (void)state;
    OK(JetSetSystemParameterA(&instance, 0, JET_paramDbExtensionSize, 1500, NULL));
    OK(fill(t, c, &steps));
    assert_int_equal(steps, 1500);
    OK(JetSetSystemParameterA(&instance, 0, JET_paramDbExtensionSize, 100, NULL));
    OK(fill(t, c, &steps));
    assert_in_range(steps, 100, 255);                   /* less than the usual step; a tree may ask for more than the file */
    OK(JetCloseTable(s, t));
}

static void a_file_has_a_greatest_size(void **state)
{
    JET_COLUMNID c = 0;
    JET_TABLEID t = make_table(&c);
    JET_UINT32 most = 1;
    uint64_t steps = 0;
    (void)state;
    OK(JetGetMaxDatabaseSize(s, d, &most, 0));
    assert_int_equal(most, 0);
    OK(JetSetMaxDatabaseSize(s, d, 1000, 0));
    OK(JetGetMaxDatabaseSize(s, d, &most, 0));
    assert_int_equal(most, 1000);
    while (fill(t, c, &steps) == 0)
        assert_true(file_pages() <= 1000);
    assert_int_equal(fill(t, c, &steps), JET_errOutOfDatabaseSpace);
    assert_int_equal(file_pages(), 1000);
    OK(JetSetMaxDatabaseSize(s, d, 0, 0));
    OK(fill(t, c, &steps));
    assert_true(steps > 0);
    assert_int_equal(JetSetMaxDatabaseSize(s, 77, 0, 0), JET_errInvalidDatabaseId);
    assert_int_equal(JetGetMaxDatabaseSize(s, d, NULL, 0), JET_errInvalidParameter);
    OK(JetCloseTable(s, t));
}

static void the_size_may_be_given_with_the_attachment(void **state)
{
    JET_UINT32 most = 0;
    (void)state;
    OK(JetCloseDatabase(s, d, 0));
    OK(JetDetachDatabaseA(s, database));
    OK(JetAttachDatabase2A(s, database, 900, 0));
    OK(JetOpenDatabaseA(s, database, NULL, &d, 0));
    OK(JetGetMaxDatabaseSize(s, d, &most, 0));
    assert_int_equal(most, 900);
}

/* No parameter is only a number that can be set: the list says what it does, or that it does nothing, and why. */
static void every_parameter_has_an_effect_or_a_reason(void **state)
{
    static const char *const effects[] = {
#define HIGH 0
#define P(id, name, kind, scope, fixed, advanced, number, text, low, high, effect) [id] = (effect),
#include "api/params.inc"
#undef P
#undef HIGH
    };
    enum { EFFECTS = sizeof effects / sizeof effects[0], EFFECT_SHORTEST = 10 };
    (void)state;
    assert_int_equal(EFFECTS, JET_paramMaxValueInvalid + 1);
    for (unsigned id = 0; id < EFFECTS; id++) {
        const char *why = effects[id];
        assert_non_null(why);
        if (strncmp(why, "none: ", 6) == 0)
            why += 6;
        assert_true(strlen(why) >= EFFECT_SHORTEST);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_parameter_has_an_effect_or_a_reason),
        cmocka_unit_test_setup_teardown(cursors_have_a_quota, start, end),
        cmocka_unit_test_setup_teardown(a_file_grows_by_the_step_that_is_set_at_any_time, start, end),
        cmocka_unit_test_setup_teardown(a_file_has_a_greatest_size, start, end),
        cmocka_unit_test_setup_teardown(the_size_may_be_given_with_the_attachment, start, end),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
