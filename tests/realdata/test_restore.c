/* Backup sets that the original engine wrote are restored: afterwards every row and key is as at that point. */
#include "reference.h"

#include "admin/restore.h"
#include "engine_fixture.h"
#include "walk.h"

struct place {
    char set[600], work[700], backup[800], expected[800];
};

static void run(const char *format, ...)
{
    char command[4000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_int_equal(system(command), 0);
}

static void check_rows(struct place *p, const char *file, const char *prefix, uint32_t page_size)
{
    struct fixture *f = ese_alloc(sizeof *f);
    /* With log, on the stream that restore has left: an updatable attach, as the expected schema was read. */
    struct fixture_config how = {.page_size = page_size, .log_bytes = page_size == 4096 ? 64 * 1024 : 128 * 1024, .logged = true};
    uint8_t dbid;
    unsigned different;

    assert_int_equal(fixture_start(f, p->work, &how), 0);
    assert_int_equal(fixture_attach(f, file, false, &dbid), 0);
    different = walk_check(f->s, dbid, p->expected, prefix);
    assert_int_equal(fixture_stop(f), 0);
    ese_free(f);
    assert_int_equal(different, 0);
}

static void prepare(struct place *p, const char *set, const char *name)
{
    snprintf(p->set, sizeof p->set, "%s/%s", reference_scratch(), set);
    snprintf(p->work, sizeof p->work, "%s/%s", reference_scratch(), name);
    snprintf(p->backup, sizeof p->backup, "%s/%s-logs", reference_scratch(), name);
    snprintf(p->expected, sizeof p->expected, "%s/expected", p->set);
    run("mkdir -p '%s' '%s'", p->work, p->backup);
}

/* Full backup plus `increments` incremental ones. */
static void restore_point(const char *set, unsigned increments, uint32_t low, uint32_t high, uint32_t page_size, const char *const *names,
                          const char *point)
{
    struct place *p;
    struct fixture *f;
    struct fixture_config how = {.page_size = page_size, .log_bytes = page_size == 4096 ? 64 * 1024 : 128 * 1024};
    struct restore_config *config;
    struct recover_map *map;
    unsigned count = 0;
    char name[100];
    ese_err err;

    if (!reference_unpack(set))
        skip();
    p = ese_alloc(sizeof *p);
    f = ese_alloc(sizeof *f);
    config = ese_alloc(sizeof *config);
    map = ese_alloc(2 * sizeof *map);
    snprintf(name, sizeof name, "%s-%s", set, point);
    prepare(p, set, name);
    run("cp '%s'/full/*.log '%s'", p->set, p->backup);
    for (unsigned i = 1; i <= increments; i++)
        run("cp '%s'/inc%u/*.log '%s'", p->set, i, p->backup);
    for (; names[count] != NULL; count++) {
        run("cp '%s/full/%s' '%s'", p->set, names[count], p->work);
        snprintf(map[count].from, sizeof map[count].from, "C:\\ese\\%s\\%s", set, names[count]);
        snprintf(map[count].to, sizeof map[count].to, "%s/%s", p->work, names[count]);
    }
    snprintf(config->backup_log_dir, sizeof config->backup_log_dir, "%s", p->backup);
    config->gen_low = low;
    config->gen_high = high;
    config->map = map;
    config->map_count = count;
    assert_int_equal(fixture_parts(f, p->work, &how), 0);
    err = restore_external(&f->inst, config);
    fixture_drop(f);
    if (err < 0)
        fail_msg("restore: %d %s", (int)err, err_name(err));
    for (count = 0; names[count] != NULL; count++) {
        char prefix[64];
        if (strcmp(set, "backup-8k") == 0)
            snprintf(prefix, sizeof prefix, "expected-%s-%.1s.", point, names[count]);
        else
            snprintf(prefix, sizeof prefix, "expected-%s.", point);
        check_rows(p, names[count], prefix, page_size);
    }
    ese_free(map);
    ese_free(config);
    ese_free(f);
    ese_free(p);
    reference_clean();
}

static const char *const two[] = {"a.edb", "b.edb", NULL}, *const one[] = {"basic.edb", NULL};

static void full_8k(void **state) { (void)state; restore_point("backup-8k", 0, 4, 13, 8192, two, "full"); }
static void first_increment_8k(void **state) { (void)state; restore_point("backup-8k", 1, 4, 25, 8192, two, "inc1"); }
static void second_increment_8k(void **state) { (void)state; restore_point("backup-8k", 2, 4, 37, 8192, two, "inc2"); }
static void all_logs_there_4k(void **state) { (void)state; restore_point("backup-4k", 2, 0, 0, 4096, one, "inc2"); }

static void folder(void **state)
{
    struct place *p;
    struct fixture *f;
    struct fixture_config how = {.page_size = 8192, .log_bytes = 128 * 1024};
    struct recover_progress none = {NULL, NULL};
    char set[700];
    ese_err err;

    (void)state;
    if (!reference_unpack("jetbackup-8k"))
        skip();
    p = ese_alloc(sizeof *p);
    f = ese_alloc(sizeof *f);
    prepare(p, "jetbackup-8k", "folder");
    snprintf(set, sizeof set, "%s/set", p->set);
    run("find '%s' -type f | sort | xargs cksum > '%s/before'", set, p->backup);
    assert_int_equal(fixture_parts(f, p->work, &how), 0);
    err = restore_folder(&f->inst, set, p->work, none);
    fixture_drop(f);
    if (err < 0)
        fail_msg("restore: %d %s", (int)err, err_name(err));
    run("find '%s' -type f | sort | xargs cksum | cmp - '%s/before'", set, p->backup);     /* R2: the set is as it was */
    check_rows(p, "basic.edb", "expected-inc.", 8192);
    ese_free(f);
    ese_free(p);
    reference_clean();
}

/* Sets with something missing or wrong are refused, and nothing has been changed then. */
static void broken_sets_are_refused(void **state)
{
    static const struct { const char *breakage; uint32_t low, high; ese_err want; } cases[] = {
        {"rm '%s/edb00008.log'", 4, 13, JET_errFileNotFound},
        {"true '%s'", 5, 13, JET_errRequiredLogFilesMissing},
        {"true '%s'", 4, 12, JET_errRequiredLogFilesMissing},
        {"true '%s'", 9, 8, JET_errInternalError},
        {"printf xxxx | dd of='%s/edb00009.log' bs=1 seek=9000 conv=notrunc 2>/dev/null", 4, 13, JET_errLogCorruptDuringHardRestore},
        {"printf xxxx | dd of='%s/edb00009.log' bs=1 seek=60 conv=notrunc 2>/dev/null", 4, 13, JET_errLogFileCorrupt},
        {"printf xxxx | dd of='%s/a.edb' bs=1 seek=2097200 conv=notrunc 2>/dev/null", 4, 13, JET_errBadPatchPage},
    };
    struct place *p;
    struct fixture *f;
    struct fixture_config how = {.page_size = 8192, .log_bytes = 128 * 1024};
    struct restore_config *config;
    struct recover_map *map;

    (void)state;
    if (!reference_unpack("backup-8k"))
        skip();
    p = ese_alloc(sizeof *p);
    f = ese_alloc(sizeof *f);
    config = ese_alloc(sizeof *config);
    map = ese_alloc(sizeof *map);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ese_err err;
        prepare(p, "backup-8k", "broken");
        run("rm -rf '%s' '%s'; mkdir '%s' '%s'; cp '%s'/full/* '%s'", p->work, p->backup, p->work, p->backup, p->set, p->backup);
        run(cases[i].breakage, p->backup);
        run("cp '%s/a.edb' '%s/a.edb.before'", p->backup, p->backup);
        snprintf(map[0].from, sizeof map[0].from, "C:\\ese\\backup-8k\\a.edb");
        snprintf(map[0].to, sizeof map[0].to, "%s/a.edb", p->backup);
        snprintf(config->backup_log_dir, sizeof config->backup_log_dir, "%s", p->backup);
        config->gen_low = cases[i].low;
        config->gen_high = cases[i].high;
        config->map = map;
        config->map_count = 1;
        assert_int_equal(fixture_parts(f, p->work, &how), 0);
        err = restore_external(&f->inst, config);
        fixture_drop(f);
        if (err != cases[i].want)
            fail_msg("case %zu: %d %s", i, (int)err, err_name(err));
        run("cmp '%s/a.edb' '%s/a.edb.before'", p->backup, p->backup);
    }
    ese_free(map);
    ese_free(config);
    ese_free(f);
    ese_free(p);
    reference_clean();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_8k), cmocka_unit_test(first_increment_8k), cmocka_unit_test(second_increment_8k),
        cmocka_unit_test(all_logs_there_4k), cmocka_unit_test(folder), cmocka_unit_test(broken_sets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
