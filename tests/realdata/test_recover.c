/* Crash images of the original engine: recovered by ours to exactly the rows the original found after its own recovery. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "reference.h"
#include "engine.h"
#include "walk.h"

static void copy_folder(const char *from, const char *to)
{
    char command[2400];
    snprintf(command, sizeof command, "rm -rf '%s' && mkdir -p '%s' && cp -r '%s'/. '%s'/ && chmod -R u+w '%s'", to, to, from, to, to);
    assert_int_equal(system(command), 0);
}

static struct recover_config *map_of(const char *original, const char *dir, const char *const *names, unsigned count)
{
    struct recover_config *how = ese_alloc(sizeof *how);
    struct recover_map *map = ese_alloc(count * sizeof *map);
    for (unsigned i = 0; i < count; i++) {
        snprintf(map[i].from, OS_PATH_MAX, "C:\\ese\\%s\\%s", original, names[i]);
        snprintf(map[i].to, OS_PATH_MAX, "%s/%s", dir, names[i]);
    }
    how->map = map;
    how->map_count = count;
    return how;
}

static void release_map(struct recover_config *how)
{
    ese_free((void *)(uintptr_t)how->map);
    ese_free(how);
}

static ese_err recover_folder(struct engine *e, const char *dir, const char *original, uint32_t page_size, const char *const *names,
                              unsigned count)
{
    struct engine_config config = {.dir = dir, .page_size = page_size, .verbose = true};
    struct recover_config *how = map_of(original, dir, names, count);
    ese_err err = engine_open(e, &config);
    if (err >= 0)
        err = engine_start(e, how);
    release_map(how);
    return err;
}

struct expectation { const char *file, *prefix; };

static void recover_and_compare(const char *crash, const char *expected, const char *original, uint32_t page_size,
                                const struct expectation *want, unsigned count)
{
    char dir[1024], path[1200];
    const char *names[4];
    struct engine e;
    struct attach_config how = {0};
    unsigned bad = 0;
    snprintf(dir, sizeof dir, "%s/run", reference_scratch());
    copy_folder(crash, dir);
    for (unsigned i = 0; i < count; i++)
        names[i] = want[i].file;
    assert_int_equal(recover_folder(&e, dir, original, page_size, names, count), 0);
    for (unsigned i = 0; i < count; i++) {
        uint8_t dbid;
        snprintf(path, sizeof path, "%s/%s", dir, want[i].file);
        assert_int_equal(db_attach(e.session, path, &how, &dbid), 0);
        bad += walk_check(e.session, dbid, expected, want[i].prefix);
    }
    assert_int_equal(engine_stop(&e), 0);
    assert_int_equal(bad, 0);
}

static const struct expectation basic_main = {"basic.edb", "expected."};

static void one_database(const char *set, uint32_t page_size)
{
    char crash[1024], expected[1024];
    if (!reference_unpack(set))
        skip();
    snprintf(crash, sizeof crash, "%s/%s/crash", reference_scratch(), set);
    snprintf(expected, sizeof expected, "%s/%s/expected", reference_scratch(), set);
    recover_and_compare(crash, expected, set, page_size, &basic_main, 1);
}

static void dirty_4k_recovers(void **state) { (void)state; one_database("dirty-4k", 4096); }
static void dirty_8k_recovers(void **state) { (void)state; one_database("dirty-8k", 8192); }
static void legacy_dirty_8k_recovers(void **state) { (void)state; one_database("legacy-dirty-8k", 8192); }

static void two_databases_with_schema_changes_recover(void **state)
{
    static const struct expectation want[] = {{"a.edb", "expected-a."}, {"b.edb", "expected-b."}};
    char crash[1024], expected[1024];
    (void)state;
    if (!reference_unpack("multi-dirty-8k"))
        skip();
    snprintf(crash, sizeof crash, "%s/multi-dirty-8k/crash", reference_scratch());
    snprintf(expected, sizeof expected, "%s/multi-dirty-8k/expected", reference_scratch());
    recover_and_compare(crash, expected, "multi-dirty-8k", 8192, want, 2);
}

static void sweep_images_recover(void **state)
{
    static const char *const images[] = {"kill-02", "kill-05", "kill-10", "copy-04", "copy-07", "copy-12"};
    static const struct expectation want = {"basic.edb", "expected."};
    (void)state;
    if (!reference_unpack("sweep-a"))
        skip();
    for (unsigned i = 0; i < sizeof images / sizeof images[0]; i++) {
        char crash[1024], expected[1024];
        printf("   sweep %s\n", images[i]);
        snprintf(crash, sizeof crash, "%s/sweep-a/%s/crash", reference_scratch(), images[i]);
        snprintf(expected, sizeof expected, "%s/sweep-a/%s/expected", reference_scratch(), images[i]);
        recover_and_compare(crash, expected, "sweep", 4096, &want, 1);
    }
}

/* A second recovery of the same crash image, begun while the first one stopped right after redo, ends the same. */
static void recovery_without_undo_can_be_repeated(void **state)
{
    char crash[1024], expected[1024], dir[1024];
    static const char *const names[] = {"basic.edb"};
    struct engine e;
    struct engine_config config = {.page_size = 8192, .cache_bytes = 64 * 8192};     /* so small that redo must write */
    struct recover_config *how;
    (void)state;
    if (!reference_unpack("dirty-8k"))
        skip();
    snprintf(crash, sizeof crash, "%s/dirty-8k/crash", reference_scratch());
    snprintf(expected, sizeof expected, "%s/dirty-8k/expected", reference_scratch());
    snprintf(dir, sizeof dir, "%s/twice", reference_scratch());
    copy_folder(crash, dir);
    config.dir = dir;
    how = map_of("dirty-8k", dir, names, 1);
    how->without_undo = true;
    assert_int_equal(engine_open(&e, &config), 0);
    assert_int_equal(engine_start(&e, how), JET_errRecoveredWithoutUndo);
    release_map(how);
    recover_and_compare(dir, expected, "dirty-8k", 8192, &basic_main, 1);
}

static int clean_up(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dirty_4k_recovers),
        cmocka_unit_test(dirty_8k_recovers),
        cmocka_unit_test(legacy_dirty_8k_recovers),
        cmocka_unit_test(sweep_images_recover),
        cmocka_unit_test(two_databases_with_schema_changes_recover),
        cmocka_unit_test(recovery_without_undo_can_be_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
