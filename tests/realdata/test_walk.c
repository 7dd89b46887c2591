/* Databases that the original engine wrote are read back: schema, rows and keys of every index as it says they are. */
#include "reference.h"

#include "engine_fixture.h"
#include "walk.h"

static void check_set(const char *set, const char *file, const char *prefix, uint32_t page_size)
{
    struct fixture *f;
    struct fixture_config how = {.page_size = page_size};
    char dir[600], expected[600];
    uint8_t dbid;
    unsigned different;

    if (!reference_unpack(set))
        skip();
    f = ese_alloc(sizeof *f);
    snprintf(dir, sizeof dir, "%s/%s/files", reference_scratch(), set);
    snprintf(expected, sizeof expected, "%s/%s/expected", reference_scratch(), set);
    assert_int_equal(fixture_start(f, dir, &how), JET_errSuccess);
    assert_int_equal(fixture_attach(f, file, true, &dbid), JET_errSuccess);
    different = walk_check(f->s, dbid, expected, prefix);
    assert_int_equal(fixture_stop(f), JET_errSuccess);
    ese_free(f);
    assert_int_equal(different, 0);
}

static void basic_4k(void **state) { (void)state; check_set("basic-4k", "basic.edb", "expected.", 4096); }
static void basic_8k(void **state) { (void)state; check_set("basic-8k", "basic.edb", "expected.", 8192); }
static void basic_16k(void **state) { (void)state; check_set("basic-16k", "basic.edb", "expected.", 16384); }
static void basic_32k(void **state) { (void)state; check_set("basic-32k", "basic.edb", "expected.", 32768); }

static int clean(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(basic_8k), cmocka_unit_test(basic_4k), cmocka_unit_test(basic_16k), cmocka_unit_test(basic_32k)};
    return cmocka_run_group_tests(tests, NULL, clean);
}
