/* Databases damaged on disk, unreachable files: each gets the error the original engine gave or documents, a sound database beside it
 * stays usable, and the instance ends in an orderly way. */
#include "reference.h"

#include <sys/stat.h>

#include "jet_run.h"

#define OK(call) assert_int_equal((call), 0)

struct bench { struct jet_run run; JET_DBID sound; int32_t rows; char dir[400], file[500]; };

static void shell(const char *format, ...)
{
    char command[3000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    OK(system(command));
}

/* The sound database takes one more durable row, and yields all of them. */
static void still_works(struct bench *b)
{
    struct jet_run *r = &b->run;
    JET_TABLEID t;
    JET_COLUMNDEF id;
    int32_t n = 0;

    OK(JetOpenTableA(r->s, b->sound, "t", NULL, 0, 0, &t));
    OK(JetGetTableColumnInfoA(r->s, t, "id", &id, sizeof id, JET_ColInfo));
    b->rows++;
    OK(JetBeginTransaction(r->s));
    OK(JetPrepareUpdate(r->s, t, JET_prepInsert));
    OK(JetSetColumn(r->s, t, id.columnid, &b->rows, sizeof b->rows, 0, NULL));
    OK(JetUpdate(r->s, t, NULL, 0, NULL));
    OK(JetCommitTransaction(r->s, 0));
    for (JET_ERR err = JetMove(r->s, t, JET_MoveFirst, 0); err >= 0; err = JetMove(r->s, t, JET_MoveNext, 0))
        n++;
    assert_int_equal(n, b->rows);
    OK(JetCloseTable(r->s, t));
}

static void start(struct bench *b, JET_UINT32 page_size)
{
    JET_COLUMNDEF id = {.cbStruct = sizeof id, .coltyp = JET_coltypLong};
    JET_COLUMNID columnid;
    JET_TABLEID t;
    char path[500];

    memset(b, 0, sizeof *b);
    snprintf(b->dir, sizeof b->dir, "%s/bench", reference_scratch());
    snprintf(b->file, sizeof b->file, "%s/bad.edb", b->dir);
    snprintf(path, sizeof path, "%s/sound.edb", b->dir);
    shell("rm -rf '%s'; mkdir '%s'", b->dir, b->dir);
    jet_start(&b->run, b->dir, page_size);
    OK(JetCreateDatabaseA(b->run.s, path, NULL, &b->sound, 0));
    OK(JetCreateTableA(b->run.s, b->sound, "t", 0, 80, &t));
    OK(JetAddColumnA(b->run.s, t, "id", &id, NULL, 0, &columnid));
    OK(JetCreateIndexA(b->run.s, t, "pk", JET_bitIndexPrimary, "+id\0", 5, 80));
    OK(JetCloseTable(b->run.s, t));
    still_works(b);
}

/* Rows of all tables; the last error of a move or of a value. */
static long scan(struct jet_run *r, JET_ERR *last)
{
    struct jet_tables *tables = calloc(1, sizeof *tables);
    unsigned char value[64];
    long rows = 0;

    jet_tables(r, tables);
    for (unsigned k = 0; k < tables->count; k++) {
        struct jet_table t;
        JET_ERR err = jet_table_open(r, tables->names[k], &t);
        if (err < 0) {
            *last = err;
            continue;
        }
        if (strncmp(tables->names[k], "MSys", 4) == 0) {
            jet_table_close(r, &t);
            continue;
        }
        for (err = JetMove(r->s, t.id, JET_MoveFirst, 0); err >= 0; err = JetMove(r->s, t.id, JET_MoveNext, 0)) {
            rows++;
            for (unsigned c = 0; c < t.count; c++) {
                JET_UINT32 got;
                JET_ERR e = JetRetrieveColumn(r->s, t.id, t.columns[c].def.columnid, value, sizeof value, &got, 0, NULL);
                if (e < 0)
                    *last = e;
            }
        }
        if (err != JET_errNoCurrentRecord)
            *last = err;
        jet_table_close(r, &t);
    }
    free(tables);
    return rows;
}

struct damage { const char *set, *name; JET_UINT32 page_size; JET_ERR attach, last; bool whole; };

/* Verdicts of the original engine: cases-8k and cases-32k, verdict.tsv. */
static const struct damage damages[] = {
    {"cases-8k", "flip1", 8192, 0, 0, true},                                    /* one bit: repaired on reading */
    {"cases-8k", "flip2", 8192, 0, JET_errReadVerifyFailure, false},
    {"cases-8k", "flipsum", 8192, 0, JET_errReadVerifyFailure, false},
    {"cases-8k", "zeropage", 8192, 0, JET_errPageNotInitialized, false},
    {"cases-8k", "wrongpage", 8192, 0, JET_errReadVerifyFailure, false},
    {"cases-8k", "truncmid", 8192, 0, JET_errFileIOBeyondEOF, false},
    {"cases-8k", "truncpage", 8192, 0, JET_errFileIOBeyondEOF, false},
    {"cases-8k", "header1", 8192, 0, 0, true},                                  /* the second copy is taken */
    {"cases-8k", "header2", 8192, JET_errDatabaseCorrupted, 0, false},
    {"cases-32k", "flip1", 32768, 0, 0, true},
    {"cases-32k", "flip2", 32768, 0, 0, true},                                  /* one in each quarter */
    {"cases-32k", "flip2same", 32768, 0, JET_errReadVerifyFailure, false},
    {"cases-32k", "zeropage", 32768, 0, JET_errPageNotInitialized, false},
};

static unsigned check_damage(const struct damage *d, JET_GRBIT grbit)
{
    struct bench b;
    JET_ERR err, last = 0;
    long rows = -1, base = -1;
    unsigned bad = 0;

    start(&b, d->page_size);
    shell("cp '%s/%s/base-clean/files/basic.edb' '%s' && chmod u+w '%s'", reference_scratch(), d->set, b.file, b.file);
    OK(jet_attach(&b.run, b.file, JET_bitDbReadOnly));
    base = scan(&b.run, &last);
    assert_int_equal(last, 0);
    OK(JetCloseDatabase(b.run.s, b.run.db, 0));
    OK(JetDetachDatabaseA(b.run.s, b.file));
    shell("cp '%s/%s/%s/files/basic.edb' '%s' && chmod u+w '%s'", reference_scratch(), d->set, d->name, b.file, b.file);
    err = jet_attach(&b.run, b.file, grbit);
    still_works(&b);
    if (err >= 0) {
        rows = scan(&b.run, &last);
        still_works(&b);
        OK(JetCloseDatabase(b.run.s, b.run.db, 0));
        OK(JetDetachDatabaseA(b.run.s, b.file));
    }
    still_works(&b);
    jet_stop(&b.run);
    if (err != d->attach || last != d->last || (err >= 0 && (rows == base) != d->whole))
        bad++;
    printf("%s %s%s: attach %d, %ld of %ld rows, last error %d%s\n", d->set, d->name, grbit != 0 ? " read-only" : "", (int)err, rows, base, (int)last,
           bad != 0 ? "  <- not as the original" : "");
    return bad;
}

static void damaged_databases_are_read_as_far_as_they_go(void **state)
{
    unsigned bad = 0;

    (void)state;
    if (!reference_unpack("cases-8k") || !reference_unpack("cases-32k"))
        skip();
    for (size_t k = 0; k < sizeof damages / sizeof damages[0]; k++) {
        bad += check_damage(&damages[k], JET_bitDbReadOnly);
        bad += check_damage(&damages[k], 0);
    }
    assert_int_equal(bad, 0);
}

/* ---- files that cannot be had ---- */

/* A detached database as b->file. */
static void make_file(struct bench *b)
{
    JET_DBID db;

    OK(JetCreateDatabaseA(b->run.s, b->file, NULL, &db, 0));
    OK(JetCloseDatabase(b->run.s, db, 0));
    OK(JetDetachDatabaseA(b->run.s, b->file));
}

static void a_read_only_file_is_not_attached_for_writing(void **state)
{
    struct bench b;

    (void)state;
    start(&b, 4096);
    make_file(&b);
    OK(chmod(b.file, 0444));
    assert_int_equal(jet_attach(&b.run, b.file, 0), JET_errDatabaseFileReadOnly);
    still_works(&b);
    OK(jet_attach(&b.run, b.file, JET_bitDbReadOnly));
    OK(JetCloseDatabase(b.run.s, b.run.db, 0));
    OK(JetDetachDatabaseA(b.run.s, b.file));
    still_works(&b);
    jet_stop(&b.run);
}

static void paths_that_are_none(void **state)
{
    struct bench b;
    char path[5000], folder[500];
    JET_DBID db;

    (void)state;
    start(&b, 4096);
    snprintf(path, sizeof path, "%s/absent.edb", b.dir);
    assert_int_equal(JetAttachDatabaseA(b.run.s, path, 0), JET_errFileNotFound);
    assert_int_equal(JetAttachDatabaseA(b.run.s, "", 0), JET_errDatabaseInvalidPath);
    assert_int_equal(JetAttachDatabaseA(b.run.s, NULL, 0), JET_errDatabaseInvalidPath);
    assert_int_equal(JetCreateDatabaseA(b.run.s, "", NULL, &db, 0), JET_errDatabaseInvalidPath);
    snprintf(path, sizeof path, "%s/no/such/folder/x.edb", b.dir);
    assert_int_equal(JetCreateDatabaseA(b.run.s, path, NULL, &db, 0), JET_errInvalidPath);
    assert_int_equal(JetAttachDatabaseA(b.run.s, path, 0), JET_errFileNotFound);
    snprintf(path, sizeof path, "%s/sound.edb/x.edb", b.dir);
    assert_int_equal(JetAttachDatabaseA(b.run.s, path, 0), JET_errFileNotFound);
    snprintf(folder, sizeof folder, "%s/folder", b.dir);
    OK(mkdir(folder, 0700));
    assert_int_equal(JetAttachDatabaseA(b.run.s, folder, 0), JET_errFileAccessDenied);
    assert_int_equal(JetAttachDatabaseA(b.run.s, "C:\\nowhere\\x.edb", 0), JET_errInvalidPath);
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = 0;
    assert_int_equal(JetAttachDatabaseA(b.run.s, path, 0), JET_errInvalidPath);
    still_works(&b);
    jet_stop(&b.run);
}

/* ---- a set that lacks something ---- */

static void sets_with_a_file_missing_are_refused(void **state)
{
    struct bench b;
    struct jet_set set;
    char backup[400], work[400], live[500], to[500];

    (void)state;
    start(&b, 4096);
    snprintf(backup, sizeof backup, "%s/set", reference_scratch());
    snprintf(work, sizeof work, "%s/work", reference_scratch());
    snprintf(live, sizeof live, "%s/sound.edb", b.dir);
    snprintf(to, sizeof to, "%s/sound.edb", work);
    shell("rm -rf '%s' '%s'; mkdir '%s' '%s'", backup, work, backup, work);
    OK(jet_backup(&b.run, backup, &set));
    still_works(&b);
    jet_stop(&b.run);
    assert_int_equal(jet_restore(&set, live, to, work), JET_errFileNotFound);      /* no database at its place */
    shell("mv '%s/sound.edb' '%s'; mkdir '%s/aside'; mv '%s'/edb*.log '%s/aside'", backup, work, backup, backup, backup);
    shell("cp '%s' '%s.before'", to, to);
    assert_int_equal(jet_restore(&set, live, to, work), JET_errFileNotFound);      /* no log */
    shell("cmp '%s' '%s.before'", to, to);
    shell("mv '%s/aside'/* '%s'", backup, backup);
    OK(jet_restore(&set, live, to, work));                                         /* whole again */
    jet_start(&b.run, work, 4096);
    OK(jet_attach(&b.run, to, 0));
    b.sound = b.run.db;
    b.rows--;                                           /* the one after the backup */
    still_works(&b);
    jet_stop(&b.run);
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
        cmocka_unit_test(paths_that_are_none), cmocka_unit_test(a_read_only_file_is_not_attached_for_writing),
        cmocka_unit_test(sets_with_a_file_missing_are_refused), cmocka_unit_test(damaged_databases_are_read_as_far_as_they_go),
    };
    return cmocka_run_group_tests(tests, NULL, clean);
}
