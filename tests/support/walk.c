#include "walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "table/catalog.h"

enum { TUPLE_ENTRIES_MAX = 1200, HEX_BYTES_MAX = 96, SHOWN_MAX = 12 };

/* ---- text ---- */

void walk_free(struct walk_text *t)
{
    free(t->data);
    memset(t, 0, sizeof *t);
}

static void reserve(struct walk_text *t, size_t more)
{
    if (t->used + more + 1 > t->room) {
        t->room = (t->used + more + 1) * 2;
        t->data = realloc(t->data, t->room);
        if (t->data == NULL)
            abort();
    }
}

__attribute__((format(printf, 2, 3))) static void put(struct walk_text *t, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    reserve(t, (size_t)n);
    va_start(args, format);
    (void)vsnprintf(t->data + t->used, (size_t)n + 1, format, args);
    va_end(args);
    t->used += (size_t)n;
}

static void put_hex(struct walk_text *t, const uint8_t *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    reserve(t, 2 * size);
    for (size_t k = 0; k < size; k++) {
        t->data[t->used++] = digits[data[k] >> 4];
        t->data[t->used++] = digits[data[k] & 15];
    }
    t->data[t->used] = 0;
}

static void put_value(struct walk_text *t, const uint8_t *data, size_t size)
{
    uint64_t h = 14695981039346656037u;

    if (size == 0) {
        put(t, "''");
    } else if (size <= HEX_BYTES_MAX) {
        put_hex(t, data, size);
    } else {
        for (size_t k = 0; k < size; k++)
            h = (h ^ data[k]) * 1099511628211u;
        put(t, "#%zu:%016llx", size, (unsigned long long)h);
    }
}

/* ---- tables ---- */

struct listing { struct walk_tables *out; bool system; };

static ese_err note_table(void *context, const struct catalog_row *row)
{
    struct listing *l = context;

    if ((row->flags & 0x80000000u) != 0 && !l->system)
        return JET_errSuccess;
    if (l->out->count < WALK_TABLES_MAX)
        memcpy(l->out->names[l->out->count++], row->name.data, row->name.size);
    return JET_errSuccess;
}

ese_err walk_list(struct session *s, uint8_t dbid, bool system, struct walk_tables *out)
{
    struct listing l = {out, system};

    memset(out, 0, sizeof *out);
    return catalog_scan_tables(s, inst_db(s->inst, dbid), note_table, &l);
}

static ese_err open_table(struct session *s, uint8_t dbid, const char *name, struct cursor **c)
{
    ese_err err = JET_errSuccess;
    struct table_def *t;

    TRY(schema_open_table(s, dbid, name, &t));
    TRY(cursor_open(s, t, c));
done:
    return err;
}

static unsigned columns_of(struct table_def *t, struct column_def **list, unsigned room)
{
    unsigned n = 0;

    for (unsigned fid = 1; fid <= t->tagged_last && n < room; fid++) {
        struct column_def *c = schema_column(t, fid);
        if (c == NULL)
            c = schema_column(t, fid | COLUMNID_TEMPLATE);
        if (c != NULL)
            list[n++] = c;
    }
    return n;
}

/* ---- rows ---- */

static ese_err put_column_value(struct cursor *c, uint32_t columnid, unsigned itag, struct walk_text *out)
{
    ese_err err = JET_errSuccess;
    struct retrieve r = {.columnid = columnid, .itag = itag};
    uint8_t *data = NULL;

    TRY(cursor_retrieve(c, &r));
    if (r.is_null) {
        put(out, "NULL");
        goto done;
    }
    data = malloc(r.size + 1);
    r.to = data;
    r.room = r.size;
    TRY(cursor_retrieve(c, &r));
    put_value(out, data, r.size);
done:
    free(data);
    if (err < 0)
        put(out, "ERR%d", err);
    return JET_errSuccess;
}

static ese_err put_column(struct cursor *c, const struct column_def *column, struct walk_text *out)
{
    ese_err err = JET_errSuccess;
    unsigned count = 1;

    if ((column->flags & COLUMN_MULTI_VALUED) != 0)
        TRY(cursor_count_values(c, column->columnid, 0, &count));
    if (count == 0)
        count = 1;
    for (unsigned itag = 1; itag <= count; itag++) {
        if (itag > 1)
            put(out, "|");
        TRY(put_column_value(c, column->columnid, itag, out));
    }
done:
    return err;
}

ese_err walk_rows(struct session *s, uint8_t dbid, const char *table, struct walk_text *out)
{
    ese_err err = JET_errSuccess;
    struct cursor *c = NULL;
    struct column_def **list = calloc(70000, sizeof *list);
    unsigned n;

    TRY(open_table(s, dbid, table, &c));
    n = columns_of(c->table, list, 70000);
    for (unsigned k = 0; k < n; k++)
        put(out, "%s%s", k > 0 ? "\t" : "", list[k]->name);
    put(out, "\n");
    err = cursor_move(c, MOVE_FIRST, false);
    while (err >= 0) {
        for (unsigned k = 0; k < n; k++) {
            if (k > 0)
                put(out, "\t");
            TRY(put_column(c, list[k], out));
        }
        put(out, "\n");
        err = cursor_move(c, 1, false);
    }
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    if (c != NULL)
        cursor_close(c);
    free(list);
    arena_reset(&s->scratch);
    return err;
}

/* ---- keys ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct index_def *const *)a)->name, (*(struct index_def *const *)b)->name);
}

static unsigned indexes_of(struct table_def *t, struct index_def **list, unsigned room)
{
    unsigned n = 0;

    if (t->primary != NULL)
        list[n++] = t->primary;
    LIST_EACH(it, &t->indexes)
        if (n < room && !LIST_ENTRY(it, struct index_def, link)->deleted)
            list[n++] = LIST_ENTRY(it, struct index_def, link);
    qsort(list, n, sizeof *list, by_name);
    return n;
}

/* Entries of one index; lines go to out when it is not NULL. */
static ese_err walk_index(struct cursor *c, struct index_def *i, struct walk_text *out, unsigned *count)
{
    ese_err err = JET_errSuccess;
    uint8_t key[BT_KEY_MAX], bookmark[BT_KEY_MAX];
    size_t key_size, bookmark_size;
    unsigned most = (i->flags & INDEX_TUPLES) != 0 ? TUPLE_ENTRIES_MAX : UINT32_MAX;

    *count = 0;
    TRY(cursor_set_index(c, i->name, NULL, false, true, 1));
    err = cursor_move(c, MOVE_FIRST, false);
    while (err >= 0 && *count < most) {
        if (out != NULL) {
            TRY(cursor_retrieve_key(c, false, key, sizeof key, &key_size));
            TRY(cursor_get_bookmark(c, bookmark, sizeof bookmark, &bookmark_size));
            put(out, "%s\t%u\t", i->name, *count);
            put_hex(out, key, key_size);
            put(out, "\t");
            put_hex(out, bookmark, bookmark_size);
            put(out, "\n");
        }
        ++*count;
        err = cursor_move(c, 1, false);
    }
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    return err;
}

ese_err walk_keys(struct session *s, uint8_t dbid, const char *table, struct walk_text *out)
{
    ese_err err = JET_errSuccess;
    struct cursor *c = NULL;
    struct index_def *list[256];
    unsigned n, count;

    put(out, "index\tseq\tkeyhex\tbookmarkhex\n");
    TRY(open_table(s, dbid, table, &c));
    n = indexes_of(c->table, list, 256);
    for (unsigned k = 0; k < n; k++)
        TRY(walk_index(c, list[k], out, &count));
done:
    if (c != NULL)
        cursor_close(c);
    return err;
}

/* ---- schema ---- */

static uint32_t column_grbit(const struct column_def *c, bool read_only)
{
    static const struct { uint32_t flag, grbit; } map[] = {
        {COLUMN_NOT_NULL, 4}, {COLUMN_VERSION, 8}, {COLUMN_AUTOINCREMENT, 0x10}, {COLUMN_MULTI_VALUED, 0x400}, {COLUMN_ESCROW, 0x800},
        {COLUMN_FINALIZE, 0x4000}, {COLUMN_USER_DEFAULT, 0x8000}, {COLUMN_DELETE_ON_ZERO, 0x20000}, {COLUMN_COMPRESSED, 0x80000}
    };
    uint32_t grbit = c->fid <= 127 ? 1 : c->fid >= 256 ? 2 : 0;

    for (unsigned k = 0; k < sizeof map / sizeof map[0]; k++)
        if ((c->flags & map[k].flag) != 0)
            grbit |= map[k].grbit;
    if (!read_only)
        grbit |= 0x20;
    return grbit;
}

static uint32_t index_grbit(const struct index_def *i)
{
    uint32_t f = i->flags;
    uint32_t ignore = ((f & INDEX_ALLOW_ALL_NULLS) == 0 ? 8u : 0) | ((f & INDEX_ALLOW_SOME_NULLS) == 0 ? 0x20u : 0) |
                      ((f & INDEX_ALLOW_FIRST_NULL) == 0 ? 0x40u : 0);
    return ((f & INDEX_UNIQUE) != 0 ? 1u : 0) | ((f & INDEX_PRIMARY) != 0 ? 2u : 0) | ((f & INDEX_NO_NULL) != 0 ? 4u : ignore) |
           ((f & INDEX_NULLS_HIGH) != 0 ? 0x400u : 0) | ((f & INDEX_TUPLES) != 0 ? 0x1000u : 0);
}

static ese_err walk_table_schema(struct session *s, uint8_t dbid, const char *name, struct walk_text *out)
{
    ese_err err = JET_errSuccess;
    struct cursor *c = NULL;
    struct column_def **columns = calloc(70000, sizeof *columns);
    struct index_def *list[256];
    unsigned n, count, rows = 0;
    bool read_only = inst_db(s->inst, dbid)->read_only;

    TRY(open_table(s, dbid, name, &c));
    n = columns_of(c->table, columns, 70000);
    for (unsigned k = 0; k < n; k++) {
        const struct column_def *d = columns[k];
        put(out, "column\t%s\t%s\tcolumnid=%u\tcoltyp=%u\tcp=%u,cbMax=%u\tgrbit=0x%x\tdefault=", name, d->name, d->columnid, d->type,
            column_is_text(d) ? d->code_page : 0, d->max_bytes, column_grbit(d, read_only));
        put_hex(out, d->default_value.data, d->default_value.size);
        put(out, "\n");
    }
    n = indexes_of(c->table, list, 256);
    for (unsigned k = 0; k < n; k++)
        for (unsigned part = 0; part < list[k]->part_count; part++)
            put(out, "index\t%s\t%s\tgrbit=0x%x\tsegment=%u\t%c%s\tcoltyp=%u\t\n", name, list[k]->name, index_grbit(list[k]), part,
                list[k]->parts[part].descending ? '-' : '+', list[k]->parts[part].column->name, list[k]->parts[part].column->type);
    for (err = cursor_move(c, MOVE_FIRST, false); err >= 0; err = cursor_move(c, 1, false))
        rows++;
    put(out, "count\t%s\t\trows=%u\t\t\t\t\n", name, rows);
    for (unsigned k = 0; k < n; k++) {
        TRY(walk_index(c, list[k], NULL, &count));
        put(out, "count\t%s\t%s\tentries=%u\t\t\t\t\n", name, list[k]->name, count);
    }
    err = JET_errSuccess;
done:
    if (c != NULL)
        cursor_close(c);
    free(columns);
    return err;
}

ese_err walk_schema(struct session *s, uint8_t dbid, struct walk_text *out)
{
    ese_err err = JET_errSuccess;
    struct walk_tables *tables = calloc(1, sizeof *tables);

    put(out, "kind\ttable\tname\ta\tb\tc\td\te\n");
    TRY(walk_list(s, dbid, false, tables));
    for (unsigned k = 0; k < tables->count; k++)
        TRY(walk_table_schema(s, dbid, tables->names[k], out));
done:
    free(tables);
    return err;
}

/* ---- comparison ---- */

/* Lines are compared without trailing tabs: the dumps disagree among themselves about empty last fields. */
static size_t line_end(const char *at, const char *end, size_t *shown)
{
    const char *stop = at;
    size_t n;

    while (stop < end && *stop != '\n')
        stop++;
    n = (size_t)(stop - at);
    while (n > 0 && (at[n - 1] == '\t' || at[n - 1] == '\r'))
        n--;
    *shown = n;
    return (size_t)(stop - at) + (stop < end);
}

unsigned walk_compare(const struct walk_text *actual, const char *expected_path)
{
    FILE *f = fopen(expected_path, "rb");
    struct walk_text expected = {0};
    size_t got, a = 0, e = 0, line = 0;
    unsigned different = 0;

    if (f == NULL) {
        printf("%s: cannot be read\n", expected_path);
        return 1;
    }
    reserve(&expected, 1);
    while ((got = fread(expected.data + expected.used, 1, expected.room - expected.used - 1, f)) > 0) {
        expected.used += got;
        reserve(&expected, 65536);
    }
    (void)fclose(f);
    while (a < actual->used || e < expected.used) {
        size_t na, ne, sa, se;
        na = line_end(actual->data + a, actual->data + actual->used, &sa);
        ne = line_end(expected.data + e, expected.data + expected.used, &se);
        line++;
        if (sa != se || memcmp(actual->data + a, expected.data + e, sa) != 0) {
            if (different++ < SHOWN_MAX)
                printf("%s:%zu\n  ours   %.*s\n  theirs %.*s\n", expected_path, line, (int)(sa > 300 ? 300 : sa), actual->data + a,
                       (int)(se > 300 ? 300 : se), expected.data + e);
        }
        a += na;
        e += ne;
    }
    walk_free(&expected);
    return different;
}

static unsigned check_one(ese_err err, struct walk_text *text, const char *folder, const char *prefix, const char *rest)
{
    char path[1400];
    unsigned different;

    (void)snprintf(path, sizeof path, "%s/%s%s", folder, prefix, rest);
    different = walk_compare(text, path);
    if (err < 0) {
        printf("%s: walk failed with %d\n", path, err);
        different++;
    }
    walk_free(text);
    return different;
}

unsigned walk_check(struct session *s, uint8_t dbid, const char *folder, const char *prefix)
{
    struct walk_text text = {0};
    struct walk_tables *tables = calloc(1, sizeof *tables);
    unsigned different;
    ese_err err = walk_schema(s, dbid, &text);
    char rest[128];

    different = check_one(err, &text, folder, prefix, "schema.tsv");
    if (walk_list(s, dbid, false, tables) < 0)
        different++;
    for (unsigned k = 0; k < tables->count; k++) {
        (void)snprintf(rest, sizeof rest, "%s.rows.tsv", tables->names[k]);
        err = walk_rows(s, dbid, tables->names[k], &text);
        different += check_one(err, &text, folder, prefix, rest);
        (void)snprintf(rest, sizeof rest, "%s.keys.tsv", tables->names[k]);
        err = walk_keys(s, dbid, tables->names[k], &text);
        different += check_one(err, &text, folder, prefix, rest);
    }
    free(tables);
    return different;
}
