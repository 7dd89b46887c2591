/* Logs with a torn tail, a hole, a generation or the last one missing, and of another stream: JetInit says which, changes nothing, the
 * process goes on with another instance, and with the logs put right everything is there. The files are those of a killed process. */
#include "reference.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "jet_run.h"

#define OK(call) assert_int_equal((call), 0)

extern char **environ;

enum { ROWS = 400, PAGE_BYTES = 4096 };

static char image[400], other[400], work[400];

static void shell(const char *format, ...)
{
    char command[3000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    OK(system(command));
}

/* ---- the process that is killed ---- */

static void add_rows(struct jet_run *r, int32_t first, int32_t count)
{
    static char filler[2000];
    JET_TABLEID t;
    JET_COLUMNDEF id, text;

    OK(JetOpenTableA(r->s, r->db, "t", NULL, 0, 0, &t));
    OK(JetGetTableColumnInfoA(r->s, t, "id", &id, sizeof id, JET_ColInfo));
    OK(JetGetTableColumnInfoA(r->s, t, "text", &text, sizeof text, JET_ColInfo));
    for (int32_t row = first; row < first + count; row++) {
        OK(JetBeginTransaction(r->s));
        OK(JetPrepareUpdate(r->s, t, JET_prepInsert));
        OK(JetSetColumn(r->s, t, id.columnid, &row, sizeof row, 0, NULL));
        OK(JetSetColumn(r->s, t, text.columnid, filler, sizeof filler, 0, NULL));
        OK(JetUpdate(r->s, t, NULL, 0, NULL));
        OK(JetCommitTransaction(r->s, row >= first + count - 60 ? 0 : JET_bitCommitLazyFlush));
    }
    OK(JetCloseTable(r->s, t));
}

static int write_and_die(const char *folder)
{
    struct jet_run r;
    JET_TABLEID t;
    JET_COLUMNID unused;
    JET_COLUMNDEF id = {.cbStruct = sizeof id, .coltyp = JET_coltypLong}, text = {.cbStruct = sizeof text, .coltyp = JET_coltypLongBinary};
    char path[500];

    snprintf(path, sizeof path, "%s/x.edb", folder);
    jet_start(&r, folder, PAGE_BYTES);
    OK(JetCreateDatabaseA(r.s, path, NULL, &r.db, 0));
    OK(JetCreateTableA(r.s, r.db, "t", 0, 80, &t));
    OK(JetAddColumnA(r.s, t, "id", &id, NULL, 0, &unused));
    OK(JetAddColumnA(r.s, t, "text", &text, NULL, 0, &unused));
    OK(JetCreateIndexA(r.s, t, "pk", JET_bitIndexPrimary, "+id\0", 5, 80));
    OK(JetCloseTable(r.s, t));
    add_rows(&r, 0, ROWS);
    return raise(SIGKILL);
}

static void make_image(const char *folder)
{
    char *args[] = {(char *)(uintptr_t)"test_bad_logs", (char *)(uintptr_t)folder, NULL};
    pid_t pid;
    int status = 0;

    shell("rm -rf '%s'; mkdir '%s'", folder, folder);
    OK(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, args, environ));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* ---- damage to the files in the image's folder; the folder's path is in the logs ---- */

static void zero(const char *name, long offset, long size)
{
    char path[500];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", image, name);
    f = fopen(path, "r+b");
    assert_non_null(f);
    OK(fseek(f, offset, SEEK_SET));
    while (size-- > 0)
        assert_int_equal(fputc(0, f), 0);
    OK(fclose(f));
}

/* Last segment of edb.log that was written: the rest repeats a pattern of two bytes. */
static long last_segment(void)
{
    char path[500];
    size_t size, at;
    uint8_t *log;

    snprintf(path, sizeof path, "%s/edb.log", image);
    log = reference_read(path, &size);
    assert_non_null(log);
    for (at = size - 4096; at > 8192; at -= 4096) {
        unsigned different = 0;
        for (size_t k = 4; k + 2 < 4096; k++)
            different += log[at + k] != log[at + k + 2];
        if (different > 8)
            break;
    }
    free(log);
    return (long)at;
}

static void nothing(void) { }
static void torn(void) { zero("edb.log", last_segment() + 2048, 2048); }
static void hole_in_last(void) { zero("edb.log", 8192, 4096); }
static void hole_in_middle(void) { zero("edb00002.log", 16 * 4096, 4096); }
static void generation_missing(void) { shell("rm '%s/edb00002.log'", image); }
static void last_missing(void) { shell("rm '%s/edb.log'", image); }
static void no_last_at_all(void) { shell("rm '%s/edb.log' '%s/edbtmp.log'", image, image); }
static void header_bad(void) { zero("edb00002.log", 44, 28); }           /* the signature; a path may be short */
static void short_file(void) { shell("truncate -s 100000 '%s/edb00002.log'", image); }
static void empty_file(void) { shell("truncate -s 0 '%s/edb.log'", image); }
static void of_another_stream(void) { shell("cp '%s/edb00002.log' '%s/edb00002.log'", other, image); }
static void last_of_another_stream(void) { shell("cp '%s/edb.log' '%s/edb.log'", other, image); }
static void checkpoint_missing(void) { shell("rm -f '%s/edb.chk'", image); }
static void checkpoint_of_another_stream(void) { shell("cp '%s/edb.chk' '%s/edb.chk'", other, image); }

struct damage { const char *name; void (*make)(void); JET_ERR err; int32_t lost; };    /* lost: rows of the batch that was torn */

/* By the original's verdicts on its own files (cases-8k) where it has them. The last batch of segments torn is what a power cut leaves. */
static const struct damage damages[] = {
    {"none", nothing, 0, 0}, {"torn tail", torn, 0, 1}, {"hole in the last log", hole_in_last, JET_errLogFileCorrupt, 0},
    {"hole in a middle log", hole_in_middle, JET_errLogFileCorrupt, 0}, {"generation missing", generation_missing, JET_errInvalidLogSequence, 0},
    {"last log missing, the next one is there", last_missing, JET_errCommittedLogFilesMissing, 0},
    {"last log missing", no_last_at_all, JET_errMissingLogFile, 0}, {"header damaged", header_bad, JET_errLogFileCorrupt, 0},
    {"cut short", short_file, JET_errLogFileCorrupt, 0}, {"empty", empty_file, JET_errLogFileCorrupt, 0},
    {"middle log of another stream", of_another_stream, JET_errBadLogSignature, 0},
    {"last log of another stream", last_of_another_stream, JET_errBadLogSignature, 0}, {"checkpoint missing", checkpoint_missing, 0, 0},
    {"checkpoint of another stream", checkpoint_of_another_stream, 0, 0},
};

static void sum_of(const char *dir, char text[80])
{
    char command[600];
    FILE *f;

    snprintf(command, sizeof command, "cat '%s'/* | cksum", dir);
    f = popen(command, "r");
    assert_non_null(f);
    assert_non_null(fgets(text, 80, f));
    OK(pclose(f));
}

/* All rows, and one more. */
static void use(struct jet_run *r, const char *folder, int32_t rows)
{
    char path[500];
    JET_TABLEID t;
    int32_t n = 0;

    snprintf(path, sizeof path, "%s/x.edb", folder);
    OK(jet_attach(r, path, 0));
    OK(JetOpenTableA(r->s, r->db, "t", NULL, 0, 0, &t));
    for (JET_ERR err = JetMove(r->s, t, JET_MoveFirst, 0); err >= 0; err = JetMove(r->s, t, JET_MoveNext, 0))
        n++;
    OK(JetCloseTable(r->s, t));
    assert_int_equal(n, rows);
    add_rows(r, rows, 1);
}

static unsigned try_damage(const struct damage *d)
{
    struct jet_run r;
    char before[80], after[80];
    unsigned bad = 0;
    JET_ERR err;

    shell("rm -rf '%s'; cp -a '%s.kept' '%s'", image, image, image);
    d->make();
    sum_of(image, before);
    jet_prepare(&r, image, PAGE_BYTES);
    err = jet_up(&r);
    if (err >= 0) {
        use(&r, image, ROWS - d->lost);
        jet_stop(&r);
    } else {
        sum_of(image, after);
        if (strcmp(before, after) != 0) {
            printf("%s: files were changed\n", d->name);
            bad++;
        }
    }
    if (err != d->err) {
        printf("%s: %d, expected %d\n", d->name, (int)err, (int)d->err);
        bad++;
    }
    /* The process goes on, and what was refused can be had when it is whole again. */
    shell("rm -rf '%s'; cp -a '%s.kept' '%s'", image, image, image);
    jet_start(&r, image, PAGE_BYTES);
    use(&r, image, ROWS);
    jet_stop(&r);
    return bad;
}

static void damaged_logs_are_refused(void **state)
{
    struct jet_run r;
    unsigned bad = 0;

    (void)state;
    snprintf(image, sizeof image, "%s/image", reference_scratch());
    snprintf(other, sizeof other, "%s/other", reference_scratch());
    snprintf(work, sizeof work, "%s/work", reference_scratch());
    make_image(image);
    make_image(other);
    jet_start(&r, other, PAGE_BYTES);
    jet_stop(&r);
    shell("mv '%s' '%s.kept'", image, image);
    for (size_t k = 0; k < sizeof damages / sizeof damages[0]; k++)
        bad += try_damage(&damages[k]);
    assert_int_equal(bad, 0);
}

static int clean(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(damaged_logs_are_refused)};

    if (argc == 2)
        return write_and_die(argv[1]);
    return cmocka_run_group_tests(tests, NULL, clean);
}
