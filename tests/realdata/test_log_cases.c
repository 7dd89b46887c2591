/* Damaged logs of the reference set cases-8k: JetInit's verdict is the original engine's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "reference.h"
#include "engine.h"
#include "walk.h"

struct verdict { const char *name; ese_err err; const char *rows; };     /* rows: file to compare with, below cases-8k */

static const struct verdict verdicts[] = {
    {"log-torn-zero", JET_errLogFileCorrupt, NULL},
    {"log-torn-512", JET_errLogFileCorrupt, NULL},
    {"log-lost-last", 0, "log-lost-last/got.main.rows.tsv"},
    {"log-torn-prev", JET_errLogFileCorrupt, NULL},
    {"log-hole-cur", JET_errLogFileCorrupt, NULL},
    {"log-hole-mid", JET_errLogFileCorrupt, NULL},
    {"log-flip-mid", 0, "base-dirty/expected/expected.main.rows.tsv"},
    {"log-missing-gen", JET_errInvalidLogSequence, NULL},
    {"log-missing-cur", JET_errMissingLogFile, NULL},
    {"log-header-bad", JET_errLogFileCorrupt, NULL},
    {"chk-missing", 0, "base-dirty/expected/expected.main.rows.tsv"},
    {"chk-bad", 0, "base-dirty/expected/expected.main.rows.tsv"},
};

static void prepare(const char *name, const char *dir)
{
    char command[4000];
    const char *root = reference_scratch();
    snprintf(command, sizeof command,
             "rm -rf '%s' && mkdir -p '%s' && cp '%s/cases-8k/base-dirty/files/'* '%s'/ && "
             "{ [ ! -d '%s/cases-8k/%s/files' ] || cp '%s/cases-8k/%s/files/'* '%s'/; } && "
             "{ [ ! -f '%s/cases-8k/%s/remove.txt' ] || (cd '%s' && xargs rm -f < '%s/cases-8k/%s/remove.txt'); } && chmod -R u+w '%s'",
             dir, dir, root, dir, root, name, root, name, dir, root, name, dir, root, name, dir);
    assert_int_equal(system(command), 0);
}

static char *sum_of(const char *dir)
{
    char command[1200];
    static char text[64];
    FILE *f;
    snprintf(command, sizeof command, "cat '%s'/* | cksum", dir);
    f = popen(command, "r");
    if (f == NULL || fgets(text, sizeof text, f) == NULL)
        text[0] = 0;
    if (f != NULL)
        pclose(f);
    return text;
}

static unsigned run_case(const struct verdict *v)
{
    char dir[700], path[1400], before[64];
    struct engine e;
    struct engine_config config = {.page_size = 8192};
    struct recover_config *how = ese_alloc(sizeof *how);
    struct recover_map *map = ese_alloc(sizeof *map);
    ese_err err;
    unsigned bad = 0;
    snprintf(dir, sizeof dir, "%s/case", reference_scratch());
    prepare(v->name, dir);
    snprintf(before, sizeof before, "%s", sum_of(dir));
    config.dir = dir;
    snprintf(map->from, OS_PATH_MAX, "C:\\ese\\cases-8k\\basic.edb");
    snprintf(map->to, OS_PATH_MAX, "%s/basic.edb", dir);
    how->map = map;
    how->map_count = 1;
    assert_int_equal(engine_open(&e, &config), 0);
    err = engine_start(&e, how);
    ese_free(map);
    ese_free(how);
    if (err != v->err) {
        printf("   %s: expected %d, got %d %s\n", v->name, (int)v->err, (int)err, err < 0 ? err_name(err) : "");
        bad++;
    }
    if (err < 0) {
        if (strcmp(before, sum_of(dir)) != 0) {
            printf("   %s: files changed although recovery failed\n", v->name);
            bad++;
        }
        return bad;
    }
    if (v->rows != NULL) {
        struct attach_config attach = {0};
        uint8_t dbid;
        snprintf(path, sizeof path, "%s/basic.edb", dir);
        assert_int_equal(db_attach(e.session, path, &attach, &dbid), 0);
        snprintf(path, sizeof path, "%s/cases-8k/%s", reference_scratch(), v->rows);
        struct walk_text rows = {0};
        assert_int_equal(walk_rows(e.session, dbid, "main", &rows), 0);
        bad += walk_compare(&rows, path);
        walk_free(&rows);
    }
    assert_int_equal(engine_stop(&e), 0);
    return bad;
}

static void damaged_logs_get_the_verdict_of_the_original(void **state)
{
    unsigned bad = 0;
    (void)state;
    if (!reference_unpack("cases-8k"))
        skip();
    for (unsigned i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
        bad += run_case(&verdicts[i]);
    assert_int_equal(bad, 0);
}

static int clean_up(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(damaged_logs_get_the_verdict_of_the_original)};
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
