/* Databases that Windows wrote, of many ages: every table opens, every record and long value reads, counts agree with the list. */
#include "reference.h"

#include "engine_fixture.h"
#include "rows.h"
#include "walk.h"

enum { SAMPLE_TABLES_MAX = 40 };

struct sample { char file[80]; uint32_t page_size; bool clean, damaged; char counts[2000]; };

static bool next_field(char **at, char *to, size_t room)
{
    size_t n = strcspn(*at, "\t\n");
    if (n >= room)
        n = room - 1;
    memcpy(to, *at, n);
    to[n] = 0;
    *at += strcspn(*at, "\t\n");
    if (**at == 0)
        return false;
    ++*at;
    return true;
}

static unsigned read_index(struct sample *out, unsigned room)
{
    char path[1024], line[6000], field[8][2000];
    FILE *f = fopen(reference_path(path, sizeof path, "data/edb/INDEX.tsv"), "rb");
    unsigned n = 0;

    while (f != NULL && fgets(line, sizeof line, f) != NULL && n < room) {
        char *at = line;
        struct sample *s = &out[n];
        if (strncmp(line, "file\t", 5) == 0)
            continue;
        memset(s, 0, sizeof *s);
        next_field(&at, s->file, sizeof s->file);
        for (unsigned k = 0; k < 7; k++)
            next_field(&at, field[k], sizeof field[k]);
        next_field(&at, s->counts, sizeof s->counts);
        s->page_size = (uint32_t)atoi(field[2]);
        s->clean = strcmp(field[4], "CleanShutdown") == 0;
        s->damaged = strstr(s->file, "damaged") != NULL;
        n++;
    }
    if (f != NULL)
        fclose(f);
    return n;
}

static void unpack_sample(const struct sample *s, char *name, size_t room)
{
    char command[2400];
    bool packed = strstr(s->file, ".gz") != NULL;

    snprintf(name, room, "%.60s", s->file);
    if (packed)
        *strstr(name, ".gz") = 0;
    snprintf(command, sizeof command, packed ? "gzip -dc '%s/data/edb/%s' > '%s/%s'" : "cp '%s/data/edb/%s' '%s/%s' && chmod u+w '%s/%s'", ESE_SHARED, s->file,
             reference_scratch(), name, reference_scratch(), name);
    assert_int_equal(system(command), 0);
}

/* "TABLE=19; OTHER=3": the number for a table, or -1. */
static long listed(const char *counts, const char *table)
{
    char pattern[80];
    const char *at = counts;

    snprintf(pattern, sizeof pattern, "%.64s=", table);
    while ((at = strstr(at, pattern)) != NULL) {
        if (at == counts || at[-1] == ' ' || at[-1] == ';')
            return strtol(at + strlen(pattern), NULL, 10);
        at++;
    }
    return -1;
}

static unsigned check_table(struct fixture *f, uint8_t dbid, const struct sample *s, const char *table)
{
    struct walk_text text = {0};
    ese_err err = walk_rows(f->s, dbid, table, &text);
    long rows = -1, want = listed(s->counts, table);
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

    unpack_sample(s, name, sizeof name);
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
    static struct sample samples[SAMPLE_TABLES_MAX];
    unsigned n, bad = 0;

    (void)state;
    if (!reference_available("data/edb/INDEX.tsv"))
        skip();
    n = read_index(samples, SAMPLE_TABLES_MAX);
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
