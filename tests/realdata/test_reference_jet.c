/* What the original engine left, through the public calls only: its crash images are recovered by JetInit, in both modes, its backup sets
 * restored by JetExternalRestore; afterwards every row and key is as the original found it. */
#include "reference.h"

#include "base/err.h"
#include "engine_fixture.h"
#include "jet_run.h"
#include "walk.h"

#define OK(call) assert_int_equal((call), 0)

enum { DATABASES_MAX = 2 };

/* Databases of a set, in the folder they had, and what to compare with: <expected>/<prefix>*.tsv */
struct set {
    const char *name, *original, *files[DATABASES_MAX + 1], *prefixes[DATABASES_MAX];
    JET_UINT32 page_size, log_kilobytes;
};

static char work[600], expected[600];

static void shell(const char *format, ...)
{
    char command[4000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    OK(system(command));
}

/* The result is clean: it is attached below the interface, without log, for the walk that knows the reference's encoding. */
static unsigned compare(const struct set *s)
{
    struct fixture *f = ese_alloc(sizeof *f);
    struct fixture_config how = {.page_size = s->page_size};
    unsigned different = 0;

    OK(fixture_start(f, work, &how));
    for (unsigned k = 0; s->files[k] != NULL; k++) {
        uint8_t dbid;
        OK(fixture_attach(f, s->files[k], false, &dbid));
        different += walk_check(f->s, dbid, expected, s->prefixes[k]);
        different += fixture_check(f, dbid);
    }
    OK(fixture_stop(f));
    ese_free(f);
    return different;
}

static unsigned make_map(const struct set *s, JET_RSTMAP_A map[DATABASES_MAX], char text[2 * DATABASES_MAX][700])
{
    unsigned n = 0;

    for (; s->files[n] != NULL; n++) {
        snprintf(text[2 * n], sizeof text[0], "C:\\ese\\%s\\%s", s->original, s->files[n]);
        snprintf(text[2 * n + 1], sizeof text[0], "%s/%s", work, s->files[n]);
        memset(&map[n], 0, sizeof map[n]);
        map[n].szDatabaseName = text[2 * n];
        map[n].szNewDatabaseName = text[2 * n + 1];
    }
    return n;
}

/* ---- recovery ---- */

static void set_folders(JET_INSTANCE *instance, const struct set *s)
{
    char path[700];

    snprintf(path, sizeof path, "%s/", work);
    OK(JetSetSystemParameterA(instance, 0, JET_paramSystemPath, 0, path));
    OK(JetSetSystemParameterA(instance, 0, JET_paramLogFilePath, 0, path));
    OK(JetSetSystemParameterA(instance, 0, JET_paramTempPath, 0, path));
    OK(JetSetSystemParameterA(instance, 0, JET_paramLogFileSize, s->log_kilobytes, NULL));
    OK(JetSetSystemParameterA(instance, 0, JET_paramMaxVerPages, 4096, NULL));
}

static void recover(const struct set *s, const char *crash, bool legacy)
{
    JET_RSTMAP_A map[DATABASES_MAX];
    char text[2 * DATABASES_MAX][700];
    JET_RSTINFO_A info = {.cbStruct = sizeof info, .rgrstmap = map, .crstmap = (JET_INT32)make_map(s, map, text)};
    JET_INSTANCE instance = 0;
    JET_SESID session;

    shell("rm -rf '%s' && mkdir -p '%s' && cp -r '%s'/. '%s' && chmod -R u+w '%s'", work, work, crash, work, work);
    OK(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, s->page_size, NULL));
    if (!legacy)
        OK(JetCreateInstanceA(&instance, "reference"));
    set_folders(legacy ? NULL : &instance, s);
    OK(JetInit3A(legacy ? NULL : &instance, &info, 0));
    OK(JetBeginSessionA(instance, &session, NULL, NULL));
    for (unsigned k = 0; s->files[k] != NULL; k++)
        OK(JetAttachDatabaseA(session, map[k].szNewDatabaseName, 0));
    OK(JetTerm2(instance, JET_bitTermComplete));
}

static void recovered_as(const struct set *s, const char *below, bool legacy)
{
    char crash[700];

    if (!reference_unpack(s->name))
        skip();
    snprintf(work, sizeof work, "%s/work", reference_scratch());
    snprintf(expected, sizeof expected, "%s/%s/%sexpected", reference_scratch(), s->name, below);
    snprintf(crash, sizeof crash, "%s/%s/%scrash", reference_scratch(), s->name, below);
    recover(s, crash, legacy);
    OK(compare(s));
}

static const struct set dirty_4k = {"dirty-4k", "dirty-4k", {"basic.edb", NULL}, {"expected."}, 4096, 64},
                        dirty_8k = {"dirty-8k", "dirty-8k", {"basic.edb", NULL}, {"expected."}, 8192, 128},
                        legacy_dirty_8k = {"legacy-dirty-8k", "legacy-dirty-8k", {"basic.edb", NULL}, {"expected."}, 8192, 128},
                        multi_dirty_8k = {"multi-dirty-8k", "multi-dirty-8k", {"a.edb", "b.edb", NULL}, {"expected-a.", "expected-b."}, 8192, 128},
                        sweep = {"sweep-a", "sweep", {"basic.edb", NULL}, {"expected."}, 4096, 64};

static void of_dirty_4k(void **state) { (void)state; recovered_as(&dirty_4k, "", false); }
static void of_dirty_8k(void **state) { (void)state; recovered_as(&dirty_8k, "", false); }
static void of_legacy_dirty_8k(void **state) { (void)state; recovered_as(&legacy_dirty_8k, "", true); }
static void of_multi_dirty_8k(void **state) { (void)state; recovered_as(&multi_dirty_8k, "", false); }

static void of_sweep(void **state)
{
    static const char *const images[] = {"kill-02/", "kill-05/", "kill-10/", "copy-04/", "copy-07/", "copy-12/"};

    (void)state;
    for (unsigned k = 0; k < sizeof images / sizeof images[0]; k++) {
        printf("   %s\n", images[k]);
        recovered_as(&sweep, images[k], k % 2 != 0);
    }
}

/* ---- restore ---- */

static void restored_as(const struct set *s, unsigned increments, JET_UINT32 low, JET_UINT32 high)
{
    JET_RSTMAP_A map[DATABASES_MAX];
    JET_LOGINFO_A info = {.cbSize = sizeof info, .ulGenLow = low, .ulGenHigh = high, .szBaseName = "edb"};
    char text[2 * DATABASES_MAX][700], logs[700], folder[700];
    unsigned n;

    if (!reference_unpack(s->name))
        skip();
    snprintf(work, sizeof work, "%s/work", reference_scratch());
    snprintf(expected, sizeof expected, "%s/%s/expected", reference_scratch(), s->name);
    snprintf(folder, sizeof folder, "%s/logs", reference_scratch());
    snprintf(logs, sizeof logs, "%s", work);
    shell("rm -rf '%s' '%s' && mkdir '%s' '%s'", work, folder, work, folder);
    shell("cp '%s/%s'/full/*.log '%s'; cp '%s/%s'/full/*.edb '%s'", reference_scratch(), s->name, folder, reference_scratch(), s->name, work);
    for (unsigned k = 1; k <= increments; k++)
        shell("cp '%s/%s'/inc%u/*.log '%s'", reference_scratch(), s->name, k, folder);
    shell("chmod -R u+w '%s' '%s'", work, folder);
    n = make_map(s, map, text);
    OK(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, s->page_size, NULL));
    OK(JetSetSystemParameterA(NULL, 0, JET_paramLogFileSize, s->log_kilobytes, NULL));
    OK(JetExternalRestore2A(logs, logs, map, (JET_INT32)n, folder, &info, NULL, NULL, NULL, NULL));
    OK(compare(s));
}

#define POINT_8K(point) {"backup-8k", "backup-8k", {"a.edb", "b.edb", NULL}, {"expected-" point "-a.", "expected-" point "-b."}, 8192, 128}
#define POINT_4K(point) {"backup-4k", "backup-4k", {"basic.edb", NULL}, {"expected-" point "."}, 4096, 64}

static const struct set full_8k = POINT_8K("full"), inc1_8k = POINT_8K("inc1"), inc2_8k = POINT_8K("inc2"), full_4k = POINT_4K("full"),
                        inc1_4k = POINT_4K("inc1"), inc2_4k = POINT_4K("inc2");

/* Lowest and highest generation of a backup, as the reference lists them. */
static void generations(const char *set, const char *point, JET_UINT32 *low, JET_UINT32 *high)
{
    char path[700];
    FILE *f;
    unsigned a, b;

    if (!reference_unpack(set))
        skip();
    snprintf(path, sizeof path, "%s/%s/expected/expected-%s.gen.txt", reference_scratch(), set, point);
    f = fopen(path, "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%u %u", &a, &b), 2);
    fclose(f);
    *low = a;
    *high = b;
}

static void point(const struct set *s, const char *name, unsigned increments)
{
    JET_UINT32 low, high, unused;

    generations(s->name, "full", &low, &high);
    if (increments != 0)
        generations(s->name, name, &unused, &high);
    restored_as(s, increments, low, high);
}

static void of_backup_8k(void **state)
{
    (void)state;
    point(&full_8k, "full", 0);
    point(&inc1_8k, "inc1", 1);
    point(&inc2_8k, "inc2", 2);
}

static void of_backup_4k(void **state)
{
    (void)state;
    point(&full_4k, "full", 0);
    point(&inc1_4k, "inc1", 1);
    point(&inc2_4k, "inc2", 2);
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
        cmocka_unit_test(of_dirty_4k), cmocka_unit_test(of_dirty_8k), cmocka_unit_test(of_legacy_dirty_8k), cmocka_unit_test(of_multi_dirty_8k),
        cmocka_unit_test(of_sweep), cmocka_unit_test(of_backup_8k), cmocka_unit_test(of_backup_4k),
    };
    return cmocka_run_group_tests(tests, NULL, clean);
}
