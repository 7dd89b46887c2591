/* The codes that programs see through jet.h are those of the engine's list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/jet.h"

/* base/err.h is not included here: the names are the macros of jet_codes.h. */
static const struct { const char *name; int seen, listed; } codes[] = {
#define E(name, value, category, text) {#name, name, (value)},
#include "base/errors.inc"
#undef E
};

static void same_values(void **state)
{
    (void)state;
    for (unsigned k = 0; k < sizeof codes / sizeof codes[0]; k++)
        assert_int_equal(codes[k].seen, codes[k].listed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
