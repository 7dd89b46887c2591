#include "exported_walk.h"

#include <stdlib.h>
#include <string.h>

#include "reference.h"

enum { SHOWN_MAX = 8 };

static unsigned shown;

static uint64_t mix(uint64_t h, const unsigned char *data, long size)
{
    h = (h ^ (uint64_t)(size + 2)) * 1099511628211u;
    for (long k = 0; k < size; k++)
        h = (h ^ data[k]) * 1099511628211u;
    return h;
}

static unsigned compare_value(struct exported_table *x, const struct jet_column *c, const struct jet_buffer *b, long size, long row)
{
    const char *field = exported_field(x, c->name);

    if (field != NULL && size > 1000 && strlen(field) >= (size_t)size)
        x->long_values++;
    if (field != NULL ? exported_matches(&c->def, b->data, size, field) : size < 0)
        return 0;                                       /* catalogs of elder versions have fewer columns */
    if (shown++ < SHOWN_MAX) {
        printf("   row %ld column %s type %u cp %u grbit %x: %ld bytes ", row, c->name, (unsigned)c->def.coltyp, c->def.cp, (unsigned)c->def.grbit, size);
        for (long k = 0; k < size && k < 60; k++)
            printf("%02x", b->data[k]);
        printf(" | %.80s\n", field != NULL ? field : "(no such column)");
    }
    return 1;
}

/* The tool shows nothing for a default of a long column, which is not in the record, and for a column with several values. */
static bool not_shown(struct jet_run *r, const struct jet_table *t, const struct jet_column *c, const char *field)
{
    JET_RETINFO second = {.cbStruct = sizeof second, .itagSequence = 2};
    JET_UINT32 got = 0;

    if (field == NULL || field[0] != 0)
        return false;
    if ((c->def.grbit & JET_bitColumnMultiValued) != 0 &&
        JetRetrieveColumn(r->s, t->id, c->def.columnid, NULL, 0, &got, 0, &second) != JET_wrnColumnNull)
        return true;
    return JetRetrieveColumn(r->s, t->id, c->def.columnid, NULL, 0, &got, JET_bitRetrieveIgnoreDefault, NULL) == JET_wrnColumnNull;
}

unsigned exported_walk(struct jet_run *r, const char *name, struct exported_table *x, long *rows, uint64_t *sum)
{
    struct jet_table t;
    struct jet_buffer b = {calloc(1, 4096), 4096};
    unsigned different = 0;
    JET_ERR err = jet_table_open(r, name, &t);

    if (err < 0)
        fail_msg("%s: open %d", name, (int)err);
    shown = 0;
    *rows = 0;
    *sum = 14695981039346656037u;
    for (err = JetMove(r->s, t.id, JET_MoveFirst, 0); err >= 0; err = JetMove(r->s, t.id, JET_MoveNext, 0), ++*rows) {
        if (x != NULL && !exported_row(x)) {
            printf("   %s: the tool ends at row %ld\n", name, *rows);
            different++;
            x = NULL;
        }
        for (unsigned k = 0; k < t.count; k++) {
            const struct jet_column *c = &t.columns[k];
            long size = jet_value(r, &t, c->def.columnid, 1, &b);
            *sum = mix(*sum, b.data, size);
            if (x != NULL && !not_shown(r, &t, c, exported_field(x, c->name)))
                different += compare_value(x, c, &b, size, *rows);
            for (unsigned itag = 2; size >= 0 && (c->def.grbit & JET_bitColumnMultiValued) != 0; itag++) {
                size = jet_value(r, &t, c->def.columnid, itag, &b);
                *sum = mix(*sum, b.data, size);
            }
        }
    }
    if (err != JET_errNoCurrentRecord)
        fail_msg("%s: after row %ld: %d", name, *rows, (int)err);
    if (x != NULL && exported_row(x)) {
        printf("   %s: the tool has more than %ld rows\n", name, *rows);
        different++;
    }
    jet_table_close(r, &t);
    free(b.data);
    return different;
}
