/* The checker's verdict on databases of the original engine: clean ones have no fault, damaged ones have, as its own check said. */
#include "reference.h"

#include "admin/check.h"
#include "engine_fixture.h"

static void print_fault(void *context, const struct check_fault *f)
{
    unsigned *left = context;
    if (*left == 0)
        return;
    --*left;
    printf("  page %u slot %d %s: %s\n", (unsigned)f->page, f->slot, f->tree, f->text);
}

/* Faults of a database in dir; -1 when it cannot even be attached. */
static int64_t faults_of(const char *dir, const char *file, uint32_t page_size, struct check_counts *counts)
{
    struct fixture *f = ese_alloc(sizeof *f);
    struct fixture_config how = {.page_size = page_size};
    unsigned left = 6;
    struct check_config config = {.fault = print_fault, .context = &left};
    uint8_t dbid;
    int64_t faults = -1;
    ese_err err;

    assert_int_equal(fixture_start(f, dir, &how), JET_errSuccess);
    err = fixture_attach(f, file, true, &dbid);
    if (err >= 0) {
        assert_int_equal(check_database(f->s, dbid, &config, counts), JET_errSuccess);
        faults = (int64_t)counts->faults;
    }
    assert_int_equal(fixture_stop(f), JET_errSuccess);
    ese_free(f);
    return faults;
}

static void clean_set(const char *set, uint32_t page_size)
{
    struct check_counts counts;
    char dir[600];
    int64_t faults;
    if (!reference_unpack(set))
        skip();
    snprintf(dir, sizeof dir, "%s/%s/files", reference_scratch(), set);
    faults = faults_of(dir, "basic.edb", page_size, &counts);
    printf("%s: %llu pages (%llu leaked), %llu records, %llu entries, %llu long values\n", set, (unsigned long long)counts.pages,
           (unsigned long long)counts.leaked_pages, (unsigned long long)counts.records, (unsigned long long)counts.entries,
           (unsigned long long)counts.long_values);
    assert_int_equal(faults, 0);
    assert_true(counts.records >= 1000 && counts.entries > 3000 && counts.long_values > 0);
}

static void clean_4k(void **state) { (void)state; clean_set("basic-4k", 4096); }
static void clean_8k(void **state) { (void)state; clean_set("basic-8k", 8192); }
static void clean_16k(void **state) { (void)state; clean_set("basic-16k", 16384); }
static void clean_32k(void **state) { (void)state; clean_set("basic-32k", 32768); }

/* check_err of verdict.tsv: third column of its second line. */
static bool verdict(const char *dir, long *check_err)
{
    char path[900], line[2000], *at;
    FILE *f;
    snprintf(path, sizeof path, "%s/verdict.tsv", dir);
    f = fopen(path, "r");
    if (f == NULL)
        return false;
    if (fgets(line, sizeof line, f) == NULL || strstr(line, "check_err") == NULL || fgets(line, sizeof line, f) == NULL) {
        fclose(f);
        return false;
    }
    fclose(f);
    at = strchr(line, '\t');
    at = at != NULL ? strchr(at + 1, '\t') : NULL;
    assert_non_null(at);
    *check_err = strtol(at + 1, NULL, 10);
    return true;
}

static void damaged_set(const char *set, uint32_t page_size, const char *const *cases, unsigned count)
{
    unsigned wrong = 0;
    if (!reference_unpack(set))
        skip();
    for (unsigned i = 0; i < count; i++) {
        struct check_counts counts = {0};
        char dir[600], work[700], command[4000];
        long expected;
        int64_t faults;
        snprintf(dir, sizeof dir, "%s/%s/%s", reference_scratch(), set, cases[i]);
        snprintf(work, sizeof work, "%s/check-%s", reference_scratch(), cases[i]);
        assert_true(verdict(dir, &expected));
        snprintf(command, sizeof command, "rm -rf '%s'; mkdir -p '%s' && cp '%s/files/basic.edb' '%s/'", work, work, dir, work);
        assert_int_equal(system(command), 0);
        faults = faults_of(work, "basic.edb", page_size, &counts);
        printf("%s %s: the original says %ld, we find %lld faults, %llu repairable\n", set, cases[i], expected, (long long)faults,
               (unsigned long long)counts.repairable);
        wrong += (expected != 0) != (faults != 0);
    }
    assert_int_equal(wrong, 0);
}

static void verdicts_8k(void **state)
{
    static const char *const cases[] = {"flip1", "flip2", "flipsum", "truncmid", "truncpage", "zeropage", "wrongpage", "header1", "header2"};
    (void)state;
    damaged_set("cases-8k", 8192, cases, sizeof cases / sizeof cases[0]);
}

static void verdicts_32k(void **state)
{
    static const char *const cases[] = {"flip1", "flip2", "flip2same", "flipsum", "zeropage"};
    (void)state;
    damaged_set("cases-32k", 32768, cases, sizeof cases / sizeof cases[0]);
}

/* Databases of Windows programs that were shut down cleanly. */
static void samples(void **state)
{
    /* filehistory: an entry whose record 0x97 is on no page, left by Windows itself. */
    static const struct { const char *file; uint32_t page_size; int64_t faults; } list[] = {
        {"alltypes-4k.edb", 4096, 0}, {"compress7bit-8k.edb", 8192, 0}, {"dissect-basic.edb", 4096, 0}, {"dissect-default.edb", 4096, 0},
        {"dissect-index.edb", 4096, 0}, {"dissect-text.edb", 4096, 0}, {"filehistory-catalog1.edb", 4096, 1}, {"srudb-win10.dat", 4096, 0},
        {"ual-current-clean.mdb", 4096, 0}, {"ual-hyperv-03a01cc5.mdb", 4096, 0}, {"ual-hyperv-systemidentity.mdb", 4096, 0},
        {"secedit-v300.sdb", 8192, 0}
    };
    unsigned wrong = 0;
    (void)state;
    for (unsigned i = 0; i < sizeof list / sizeof list[0]; i++) {
        struct check_counts counts = {0};
        char relative[300], path[1024], work[700], command[6000];
        struct db_file *db;
        uint32_t page_size = list[i].page_size;
        int64_t faults;
        snprintf(relative, sizeof relative, "data/edb/%s", list[i].file);
        if (!reference_available(relative))
            skip();
        snprintf(work, sizeof work, "%s/sample", reference_scratch());
        snprintf(command, sizeof command, "rm -rf '%s'; mkdir -p '%s' && cp '%s' '%s/sample.edb' && chmod u+w '%s/sample.edb'", work, work,
                 reference_path(path, sizeof path, relative), work, work);
        assert_int_equal(system(command), 0);
        snprintf(path, sizeof path, "%s/sample.edb", work);
        if (db_file_open(path, true, 0, &db) == 0) {
            page_size = db->page_size;
            db_file_close(db);
        }
        faults = faults_of(work, "sample.edb", page_size, &counts);
        printf("%s: %lld faults, %llu pages (%llu leaked), %llu records, %llu entries, %llu long values\n", list[i].file, (long long)faults,
               (unsigned long long)counts.pages, (unsigned long long)counts.leaked_pages, (unsigned long long)counts.records,
               (unsigned long long)counts.entries, (unsigned long long)counts.long_values);
        wrong += faults != list[i].faults;
    }
    assert_int_equal(wrong, 0);
}

static int clean(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_8k), cmocka_unit_test(clean_4k), cmocka_unit_test(clean_16k), cmocka_unit_test(clean_32k),
        cmocka_unit_test(verdicts_8k), cmocka_unit_test(verdicts_32k), cmocka_unit_test(samples),
    };
    return cmocka_run_group_tests(tests, NULL, clean);
}
