/* Databases of Windows whose text keys come from other versions of the sort tables: compared before the first change. */
#include "reference.h"

#include "engine_fixture.h"
#include "table/cursor.h"
#include "table/index.h"

static struct fixture f;

static struct index_def *named(struct table_def *t, const char *name)
{
    LIST_EACH(it, &t->indexes) {
        struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        if (schema_name_equal(i->name, name))
            return i;
    }
    return NULL;
}

/* Copies a sample to the scratch folder and attaches it for writing. */
static uint8_t attach_copy(const char *sample, uint32_t page_size)
{
    struct fixture_config how = {.page_size = page_size};
    char path[700];
    uint8_t dbid, *data;
    size_t size;
    FILE *out;

    snprintf(path, sizeof path, "data/edb/%s", sample);
    if (!reference_available(path))
        skip();
    snprintf(path, sizeof path, "%s/data/edb/%s", ESE_SHARED, sample);
    data = reference_read(path, &size);
    assert_non_null(data);
    snprintf(path, sizeof path, "%s/copy.edb", reference_scratch());
    out = fopen(path, "wb");
    assert_int_equal(fwrite(data, 1, size, out), size);
    fclose(out);
    free(data);
    assert_int_equal(fixture_start(&f, reference_scratch(), &how), 0);
    assert_int_equal(fixture_attach(&f, "copy.edb", false, &dbid), 0);
    return dbid;
}

static void keys_that_agree_are_taken_over(void **state)
{
    uint8_t dbid = attach_copy("filehistory-catalog1.edb", 4096);
    struct table_def *t;
    struct index_def *i;
    uint32_t nls, defined;
    uint8_t sort_id[16];

    (void)state;
    collate_version(&nls, &defined, sort_id);
    assert_int_equal(schema_open_table(f.s, dbid, "string", &t), 0);
    i = named(t, "stringIndex");
    assert_non_null(i);
    assert_int_equal(i->nls_version, 0x0006020E);
    if (collate_is_builtin()) {
        assert_int_equal(index_check_collation(f.s, t), JET_errSecondaryIndexCorrupted);
    } else {
        assert_int_equal(index_check_collation(f.s, t), 0);
        assert_int_equal(i->nls_version, nls);
        assert_int_equal(index_check_collation(f.s, t), 0);
    }
    schema_close_table(t);
    assert_int_equal(fixture_stop(&f), 0);
}

static void the_new_version_is_in_the_catalog(void **state)
{
    struct fixture_config how = {.page_size = 4096};
    struct table_def *t;
    uint32_t nls, defined;
    uint8_t dbid, sort_id[16];

    (void)state;
    if (collate_is_builtin() || !reference_available("data/edb/filehistory-catalog1.edb"))
        skip();
    collate_version(&nls, &defined, sort_id);
    assert_int_equal(fixture_start(&f, reference_scratch(), &how), 0);
    assert_int_equal(fixture_attach(&f, "copy.edb", false, &dbid), 0);
    assert_int_equal(schema_open_table(f.s, dbid, "string", &t), 0);
    assert_int_equal(named(t, "stringIndex")->nls_version, nls);
    schema_close_table(t);
    assert_int_equal(fixture_stop(&f), 0);
}

static int clean(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keys_that_agree_are_taken_over), cmocka_unit_test(the_new_version_is_in_the_catalog)};
    return cmocka_run_group_tests(tests, NULL, clean);
}
