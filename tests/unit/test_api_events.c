/* Events reach the system's log with their numbers, under the name of the program, as far as the instance's parameters let them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/jet.h"
#include "os/os.h"

#define OK(call) assert_int_equal((call), 0)

static char folder[256], log_path[300], lines[65536];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "./esent-events-%u/", (unsigned)os_process_id());
    snprintf(log_path, sizeof log_path, "%sevents.txt", folder);
    return os_dir_create(folder) < 0 || setenv("ESENT_EVENTS", log_path, 1) != 0 ? -1 : 0;
}

static ese_err delete_entry(void *context, const char *name, const struct os_file_info *info)
{
    char path[600];
    (void)context;
    (void)info;
    snprintf(path, sizeof path, "%s%s", folder, name);
    return os_path_delete(path);
}

static int empty_folder(void **state)
{
    (void)state;
    return os_dir_list(folder, delete_entry, NULL) < 0 ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)empty_folder(state);
    return os_dir_delete(folder) < 0 ? -1 : 0;
}

static void read_lines(void)
{
    FILE *f = fopen(log_path, "r");
    size_t n = f != NULL ? fread(lines, 1, sizeof lines - 1, f) : 0;
    lines[n] = '\0';
    if (f != NULL)
        fclose(f);
}

/* An instance that lives once: starts, makes a database, ends. */
static void live(JET_UINT32 param, JET_API_PTR value, const char *source)
{
    JET_INSTANCE i = 0;
    JET_SESID s = 0;
    JET_DBID d = 0;
    char path[300];
    snprintf(path, sizeof path, "%sa.edb", folder);
    OK(JetCreateInstanceA(&i, "told"));
    OK(JetSetSystemParameterA(&i, 0, JET_paramSystemPath, 0, folder));
    OK(JetSetSystemParameterA(&i, 0, JET_paramLogFilePath, 0, folder));
    OK(JetSetSystemParameterA(&i, 0, JET_paramTempPath, 0, folder));
    OK(JetSetSystemParameterA(&i, 0, JET_paramLogFileSize, 128, NULL));
    OK(JetSetSystemParameterA(&i, 0, JET_paramEventSource, 0, source));
    OK(JetSetSystemParameterA(&i, 0, param, value, NULL));
    OK(JetInit(&i));
    OK(JetBeginSessionA(i, &s, NULL, NULL));
    OK(JetCreateDatabaseA(s, path, NULL, &d, 0));
    OK(JetTerm(i));
    OK(JetCreateInstanceA(&i, "told"));
    OK(JetSetSystemParameterA(&i, 0, JET_paramSystemPath, 0, folder));
    OK(JetSetSystemParameterA(&i, 0, JET_paramLogFilePath, 0, "/nowhere/at/all/"));
    OK(JetSetSystemParameterA(&i, 0, JET_paramTempPath, 0, folder));
    OK(JetSetSystemParameterA(&i, 0, param, value, NULL));
    assert_true(JetInit(&i) < 0);
    read_lines();
}

static void a_life_is_told_with_the_numbers_of_the_original(void **state)
{
    static const char *const ids[] = {" 102: ", " 105: ", " 325: ", " 327: ", " 103: "};
    const char *at = lines;
    (void)state;
    live(JET_paramNoInformationEvent, 0, "mine");
    for (size_t k = 0; k < sizeof ids / sizeof ids[0]; k++) {
        at = strstr(at, ids[k]);
        assert_non_null(at);
    }
    assert_non_null(strstr(lines, " mine "));
    assert_non_null(strstr(lines, " told: information 102"));
}

static void information_is_left_out_when_not_wanted(void **state)
{
    (void)state;
    live(JET_paramNoInformationEvent, 1, "");
    assert_null(strstr(lines, "information"));
}

static void nothing_is_told_at_level_zero(void **state)
{
    (void)state;
    live(JET_paramEventLoggingLevel, 0, "");
    assert_int_equal(lines[0], '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_life_is_told_with_the_numbers_of_the_original, empty_folder),
        cmocka_unit_test_teardown(information_is_left_out_when_not_wanted, empty_folder),
        cmocka_unit_test_teardown(nothing_is_told_at_level_zero, empty_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
