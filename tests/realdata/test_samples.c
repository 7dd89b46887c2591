/* Databases that Windows wrote, of many ages: every table opens, every record and long value reads, counts agree with the list. */
#include "reference.h"

#include "engine_fixture.h"
#include "rows.h"
#include "samples.h"
#include "walk.h"

static unsigned check_table(struct fixture *f, uint8_t dbid, const struct sample *s, const char *table)
{
    struct walk_text text = {0};
    ese_err err = walk_rows(f->s, dbid, table, &text);
    long rows = -1, want = sample_listed(s, table);
    unsigned bad = 0;

    for (size_t k = 0; k < text.used; k++)
        rows += text.data[k] == '\n';
    if (err < 0 || (text.data != NULL && strstr(text.data, "ERR-") != NULL)) {
        const char *at = text.data != NULL ? strstr(text.data, "ERR-") : NULL;
        printf("%s %s: error %d %.10s\n", s->file, table, err, at != NULL ? at : "");
        bad++;
    }
    if (want >= 0 && want != rows) {
        printf("%s %s: %ld rows, the list says %ld\n", s->file, table, rows, want);
        bad++;
    }
    walk_free(&text);
    err = walk_keys(f->s, dbid, table, &text);
    if (err < 0) {
        printf("%s %s: keys: error %d\n", s->file, table, err);
        bad++;
    }
    walk_free(&text);
    return bad;
}

static unsigned check_sample(const struct sample *s)
{
    struct fixture *f = ese_alloc(sizeof *f);
    struct walk_tables *tables = ese_alloc(sizeof *tables);
    struct fixture_config how = {.page_size = s->page_size};
    char name[100];
    uint8_t dbid;
    unsigned bad = 0;
    ese_err err;

    assert_true(sample_unpack(s, reference_scratch(), name));
    assert_int_equal(fixture_start(f, reference_scratch(), &how), 0);
    err = fixture_attach(f, name, true, &dbid);
    if (!s->clean) {
        if (err != JET_errDatabaseDirtyShutdown) {
            printf("%s: dirty, attach gave %d\n", s->file, err);
            bad++;
        }
    } else if (err < 0) {
        printf("%s: attach gave %d\n", s->file, err);
        bad++;
    }
    if (err >= 0) {
        err = walk_list(f->s, dbid, true, tables);
        if (err < 0) {
            printf("%s: list of tables: %d\n", s->file, err);
            bad++;
        }
        for (unsigned k = 0; k < tables->count; k++)
            bad += check_table(f, dbid, s, tables->names[k]);
    }
    assert_int_equal(fixture_stop(f), 0);
    ese_free(tables);
    ese_free(f);
    return bad;
}

static void every_sample_reads(void **state)
{
    static struct sample samples[SAMPLES_MAX];
    unsigned n, bad = 0;

    (void)state;
    if (!reference_available("data/edb/INDEX.tsv"))
        skip();
    n = samples_read(samples, SAMPLES_MAX);
    assert_true(n > 10);
    for (unsigned k = 0; k < n; k++)
        if (!samples[k].damaged)
            bad += check_sample(&samples[k]);
    assert_int_equal(bad, 0);
}

static int clean(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_sample_reads)};
    return cmocka_run_group_tests(tests, NULL, clean);
}
