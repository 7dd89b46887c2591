/* Databases that Windows wrote go through the whole main job: attached for writing, walked, a table added and filled, backed up while up,
 * restored elsewhere, walked again, checked. What is read is what esedbexport prints, where that tool can. */
#include "reference.h"

#include <sys/stat.h>

#include "base/err.h"
#include "engine_fixture.h"
#include "exported_walk.h"
#include "jet_run.h"
#include "samples.h"

#define OK(call) assert_int_equal((call), 0)

enum { ADDED_ROWS = 300 };
#define ADDED "added here"

struct walked { struct jet_tables tables; long rows[JET_TABLES_MAX]; uint64_t sums[JET_TABLES_MAX]; };

/* export: folder of the tool's output, or NULL. */
static unsigned walk_all(struct jet_run *r, const struct sample *s, const char *export, struct walked *w)
{
    unsigned bad = 0;

    jet_tables(r, &w->tables);
    for (unsigned k = 0; k < w->tables.count; k++) {
        struct exported_table x;
        const char *name = w->tables.names[k];
        bool have = export != NULL && exported_open(&x, export, name);
        unsigned different = exported_walk(r, name, have ? &x : NULL, &w->rows[k], &w->sums[k]);
        if (export != NULL && !have) {
            printf("%s %s: not exported\n", s->file, name);
            bad++;
        }
        if (have)
            exported_close(&x);
        if (different != 0 || (sample_listed(s, name) >= 0 && sample_listed(s, name) != w->rows[k])) {
            printf("%s %s: %ld rows, the list says %ld; %u differences\n", s->file, name, w->rows[k], sample_listed(s, name), different);
            bad++;
        }
    }
    return bad;
}

static void add_table(struct jet_run *r)
{
    JET_TABLEID t;
    JET_COLUMNID id, text, body;
    JET_COLUMNDEF number = {.cbStruct = sizeof number, .coltyp = JET_coltypLong}, words = {.cbStruct = sizeof words, .coltyp = JET_coltypText, .cp = 1200},
                  bytes = {.cbStruct = sizeof bytes, .coltyp = JET_coltypLongBinary};
    static unsigned char blob[9000];

    OK(JetBeginTransaction(r->s));
    OK(JetCreateTableA(r->s, r->db, ADDED, 0, 80, &t));
    OK(JetAddColumnA(r->s, t, "id", &number, NULL, 0, &id));
    OK(JetAddColumnA(r->s, t, "text", &words, NULL, 0, &text));
    OK(JetAddColumnA(r->s, t, "body", &bytes, NULL, 0, &body));
    OK(JetCreateIndexA(r->s, t, "pk", JET_bitIndexPrimary, "+id\0", 5, 80));
    OK(JetCreateIndexA(r->s, t, "by text", 0, "-text\0", 7, 80));
    OK(JetCommitTransaction(r->s, 0));
    for (int32_t i = 0; i < ADDED_ROWS; i++) {
        int32_t key = i * 7 % ADDED_ROWS;
        uint16_t wide[5] = {(uint16_t)('a' + key % 26), 0xE9, 0x3B1, (uint16_t)('0' + key % 10), 0x4E2D};
        memset(blob, (int)key, sizeof blob);
        OK(JetBeginTransaction(r->s));
        OK(JetPrepareUpdate(r->s, t, JET_prepInsert));
        OK(JetSetColumn(r->s, t, id, &key, sizeof key, 0, NULL));
        OK(JetSetColumn(r->s, t, text, wide, sizeof wide, 0, NULL));
        OK(JetSetColumn(r->s, t, body, blob, i % 10 == 0 ? 9000 : 40, 0, NULL));
        OK(JetUpdate(r->s, t, NULL, 0, NULL));
        OK(JetCommitTransaction(r->s, JET_bitCommitLazyFlush));
    }
    OK(JetCloseTable(r->s, t));
}

/* Everything of before is there unchanged, and the added table. */
static unsigned same_as_before(const struct walked *before, const struct walked *after)
{
    unsigned bad = after->tables.count != before->tables.count + 1;

    for (unsigned k = 0; k < after->tables.count; k++) {
        unsigned b = 0;
        while (b < before->tables.count && strcmp(before->tables.names[b], after->tables.names[k]) != 0)
            b++;
        if (strncmp(after->tables.names[k], "MSys", 4) == 0)
            continue;                                   /* the catalog has grown */
        if (b == before->tables.count ? after->rows[k] != ADDED_ROWS : after->rows[k] != before->rows[b] || after->sums[k] != before->sums[b]) {
            printf("   %s: %ld rows after the restore, or other values\n", after->tables.names[k], after->rows[k]);
            bad++;
        }
    }
    return bad;
}

static unsigned faults_of(const char *dir, const char *name, uint32_t page_size)
{
    struct fixture *f = ese_alloc(sizeof *f);
    struct fixture_config how = {.page_size = page_size};
    uint8_t dbid;
    unsigned faults;

    OK(fixture_start(f, dir, &how));
    OK(fixture_attach(f, name, true, &dbid));
    faults = fixture_check(f, dbid);
    OK(fixture_stop(f));
    ese_free(f);
    return faults;
}

struct cycle { char live[400], backup[400], work[400], from[600], to[600], name[100]; struct walked before, after; };

static void make_folders(struct cycle *c)
{
    char command[1600];

    snprintf(c->live, sizeof c->live, "%s/live", reference_scratch());
    snprintf(c->backup, sizeof c->backup, "%s/backup", reference_scratch());
    snprintf(c->work, sizeof c->work, "%s/work", reference_scratch());
    snprintf(command, sizeof command, "rm -rf '%s' '%s' '%s'", c->live, c->backup, c->work);
    OK(system(command));
    OK(mkdir(c->live, 0700));
    OK(mkdir(c->backup, 0700));
    OK(mkdir(c->work, 0700));
}

static unsigned back_up_and_restore(struct cycle *c, const struct sample *s, struct jet_run *r)
{
    struct jet_set set;
    char copied[700];
    unsigned bad = 0;

    OK(jet_backup(r, c->backup, &set));
    jet_stop(r);
    snprintf(copied, sizeof copied, "%s/%s", c->backup, c->name);
    snprintf(c->to, sizeof c->to, "%s/%s", c->work, c->name);
    OK(rename(copied, c->to));
    OK(jet_restore(&set, c->from, c->to, c->work));
    jet_start(r, c->work, s->page_size);
    OK(jet_attach(r, c->to, 0));
    for (unsigned k = (jet_tables(r, &c->after.tables), 0); k < c->after.tables.count; k++)
        (void)exported_walk(r, c->after.tables.names[k], NULL, &c->after.rows[k], &c->after.sums[k]);
    jet_stop(r);
    bad += same_as_before(&c->before, &c->after);
    return bad;
}

static unsigned cycle_sample(const struct sample *s)
{
    struct cycle *c = calloc(1, sizeof *c);
    struct jet_run r;
    bool export = s->exported && exported_available();
    unsigned bad, faults, before;

    make_folders(c);
    assert_true(sample_unpack(s, c->live, c->name));
    snprintf(c->from, sizeof c->from, "%s/%s", c->live, c->name);
    if (export)
        assert_true(exported_run(c->from, c->live));
    before = faults_of(c->live, c->name, s->page_size);
    jet_start(&r, c->live, s->page_size);
    OK(jet_attach(&r, c->from, 0));
    bad = walk_all(&r, s, export ? c->live : NULL, &c->before);
    add_table(&r);
    bad += back_up_and_restore(c, s, &r);
    faults = faults_of(c->work, c->name, s->page_size);
    printf("%s: %u tables, %s, %u faults before, %u after\n", s->file, c->before.tables.count, export ? "compared with the tool" : "walked", before, faults);
    bad += faults != before;
    if (export && (!exported_info(c->to) || !exported_run(c->to, c->work))) {
        printf("%s: the tool refuses what was restored\n", s->file);
        bad++;
    }
    free(c);
    return bad;
}

static unsigned each_sample(bool (*wanted)(const struct sample *s), unsigned (*check)(const struct sample *s))
{
    static struct sample samples[SAMPLES_MAX];
    unsigned n, bad = 0, seen = 0;

    if (!reference_available("data/edb/INDEX.tsv"))
        skip();
    n = samples_read(samples, SAMPLES_MAX);
    for (unsigned k = 0; k < n; k++)
        if (wanted(&samples[k])) {
            unsigned wrong = check(&samples[k]);
            if (wrong != 0)
                printf("%s: %u wrong\n", samples[k].file, wrong);
            bad += wrong;
            seen++;
        }
    printf("%u samples\n", seen);
    assert_true(seen != 0);
    return bad;
}

static bool is_ours(const struct sample *s) { return s->clean && !s->damaged && (s->update == 0x11 || s->update == 0x14); }
static bool is_newer(const struct sample *s) { return s->clean && !s->damaged && s->update > 0x14; }
static bool is_dirty(const struct sample *s) { return !s->clean; }

static void samples_are_written_backed_up_and_restored(void **state)
{
    (void)state;
    assert_int_equal(each_sample(is_ours, cycle_sample), 0);
}

static unsigned read_newer(const struct sample *s)
{
    struct cycle *c = calloc(1, sizeof *c);
    struct jet_run r;
    bool export = s->exported && exported_available();
    unsigned bad;

    make_folders(c);
    assert_true(sample_unpack(s, c->live, c->name));
    snprintf(c->from, sizeof c->from, "%s/%s", c->live, c->name);
    if (export)
        assert_true(exported_run(c->from, c->live));
    jet_start(&r, c->live, s->page_size);
    OK(jet_attach(&r, c->from, JET_bitDbReadOnly));
    bad = walk_all(&r, s, export ? c->live : NULL, &c->before);
    jet_stop(&r);
    free(c);
    return bad;
}

static void samples_of_newer_formats_are_read(void **state)
{
    (void)state;
    assert_int_equal(each_sample(is_newer, read_newer), 0);
}

static unsigned refuse_dirty(const struct sample *s)
{
    struct cycle *c = calloc(1, sizeof *c);
    struct jet_run r;
    JET_ERR err[2];

    make_folders(c);
    assert_true(sample_unpack(s, c->live, c->name));
    snprintf(c->from, sizeof c->from, "%s/%s", c->live, c->name);
    jet_start(&r, c->live, s->page_size);
    err[0] = jet_attach(&r, c->from, 0);
    err[1] = jet_attach(&r, c->from, JET_bitDbReadOnly);
    jet_stop(&r);
    free(c);
    printf("%s: %d, %d\n", s->file, (int)err[0], (int)err[1]);
    return err[0] != JET_errDatabaseDirtyShutdown || err[1] != JET_errDatabaseDirtyShutdown;
}

static void dirty_samples_are_refused(void **state)
{
    (void)state;
    assert_int_equal(each_sample(is_dirty, refuse_dirty), 0);
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
        cmocka_unit_test(samples_are_written_backed_up_and_restored), cmocka_unit_test(samples_of_newer_formats_are_read),
        cmocka_unit_test(dirty_samples_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, clean);
}
