/* The mode of the process: every event in every mode; and the parameters as the original lets them be set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/jet.h"

#define OK(call) assert_int_equal((call), 0)

static JET_ERR set_number(JET_INSTANCE *instance, JET_UINT32 id, JET_API_PTR value)
{
    return JetSetSystemParameterA(instance, 0, id, value, NULL);
}

/* Everything below ends with the last instance gone: the mode is not set again and the next test starts afresh. */
static void created_instances(void **state)
{
    JET_INSTANCE a = 0, b = 0, c = 0;
    JET_API_PTR value = 0;
    (void)state;
    OK(JetCreateInstanceA(&a, "a"));
    assert_int_equal(JetCreateInstanceA(&b, "a"), JET_errInstanceNameInUse);
    OK(JetCreateInstanceA(&b, "b"));
    assert_int_equal(set_number(&a, JET_paramDatabasePageSize, 8192), JET_errAlreadyInitialized);
    OK(set_number(&a, JET_paramMaxSessions, 77));
    OK(JetGetSystemParameterA(a, 0, JET_paramMaxSessions, &value, NULL, 0));
    assert_int_equal(value, 77);
    OK(JetGetSystemParameterA(b, 0, JET_paramMaxSessions, &value, NULL, 0));
    assert_int_not_equal(value, 77);
    assert_int_equal(JetInit(NULL), JET_errRunningInMultiInstanceMode);
    assert_int_equal(JetTerm(0), JET_errInvalidParameter);
    OK(JetTerm(a));
    OK(JetTerm(b));
    assert_int_equal(JetTerm(b), JET_errInvalidInstance);
    OK(JetCreateInstanceA(&c, "a"));
    OK(JetTerm(c));
}

static void not_set(void **state)
{
    JET_API_PTR value = 0;
    (void)state;
    OK(JetGetSystemParameterA(0, 0, JET_paramMaxSessions, &value, NULL, 0));
    OK(set_number(NULL, JET_paramMaxSessions, value + 1));
    OK(set_number(NULL, JET_paramMaxSessions, value));
    OK(set_number(NULL, JET_paramDatabasePageSize, 8192));
    OK(set_number(NULL, JET_paramDatabasePageSize, 4096));
    assert_int_equal(set_number(NULL, JET_paramDatabasePageSize, 5000), JET_errInvalidParameter);
    assert_int_equal(set_number(NULL, 100000, 1), JET_errInvalidParameter);
}

static void number_of_instances(void **state)
{
    JET_INSTANCE all[64];
    JET_ERR err = 0;
    unsigned count = 0;
    (void)state;
    OK(JetCreateInstanceA(&all[count++], NULL));
    assert_int_equal(JetCreateInstanceA(&all[count], NULL), JET_errInstanceNameInUse);
    while (count < 64) {
        char name[2] = {(char)('0' + count), '\0'};
        if ((err = JetCreateInstanceA(&all[count], name)) != 0)
            break;
        count++;
    }
    assert_int_equal(err, JET_errTooManyInstances);
    assert_int_equal(count, 16);
    while (count-- != 0)
        OK(JetTerm(all[count]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(not_set), cmocka_unit_test(created_instances), cmocka_unit_test(number_of_instances)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
