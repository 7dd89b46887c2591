/* Columns and indexes that come and go beside the rows' changes. */
#include "play_int.h"

#include <stdio.h>
#include <string.h>

/* What kind of column has which number, and what an index is over. Columns hold four bytes each; the first has a default. */
static const struct { JET_COLTYP type; JET_GRBIT grbit; bool by_default; } columns[MODEL_COLUMNS] = {
    {JET_coltypLong, 0, true}, {JET_coltypBinary, 0, false}, {JET_coltypLong, JET_bitColumnTagged, false}, {JET_coltypLongBinary, 0, false}};
static const struct { const char *key; JET_UINT32 size; bool notes; } indexes[MODEL_INDEXES] = {
    {"+value\0", 8, false}, {"+tag\0-value\0", 13, false}, {"+notes\0", 8, true}};
enum { COLUMN_DEFAULT = 7 };

static bool only_reading(const struct play *p, int s)
{
    return p->model.sessions[s].level > 0 && p->model.sessions[s].read_only;
}

/* Of a column that was renamed the name ends with its count of renames. */
static void column_name(unsigned slot, const struct model_row *column, char name[32])
{
    snprintf(name, 32, column->serial % 2 != 0 ? "y%u" : "x%u", slot);
}

int play_column_id(struct play *p, int s, unsigned slot, JET_COLUMNID *id)
{
    struct model_state column = model_view(&p->model, s, CELL_COLUMNS + slot);
    const struct play_session *q = &p->sessions[s];
    JET_COLUMNDEF def = {.cbStruct = sizeof def};
    char name[32];
    int err;
    column_name(slot, &column.row, name);
    err = JetGetTableColumnInfoA(q->s, q->t, name, &def, sizeof def, JET_ColInfo);
    *id = def.columnid;
    return err;
}

/* Another session's change of columns or indexes that has not ended keeps this one's from beginning. */
static bool schema_busy(const struct play *p, int s)
{
    return model_pending(&p->model, s, CELL_COLUMNS, CELL_TABLES);
}

static int column_add(struct play *p, int s, unsigned slot)
{
    unsigned cell = CELL_COLUMNS + slot;
    static const int32_t by_default = COLUMN_DEFAULT;
    const struct play_session *q = &p->sessions[s];
    struct model_state state = {.exists = true};
    JET_COLUMNDEF def = {.cbStruct = sizeof def, .coltyp = columns[slot].type, .grbit = columns[slot].grbit};
    bool exists = model_exists(&p->model, s, cell), may = model_may(&p->model, s, cell, MODEL_WRITE), taken = model_taken(&p->model, s, cell), alone;
    char name[32];
    int err;
    column_name(slot, &state.row, name);
    if (exists && model_view(&p->model, s, cell).row.serial % 2 != 0)
        return 0;                                       /* it goes by another name: there would be two of a kind */
    alone = play_alone_begin(p, s);
    err = JetAddColumnA(q->s, q->t, name, &def, columns[slot].by_default ? &by_default : NULL, columns[slot].by_default ? sizeof by_default : 0,
                        &state.row.columnid);
    state.row.value = ++p->model.objects;
    state.row.counter = columns[slot].by_default ? by_default : 0;
    if (may && !exists && play_may_have_done(p, alone, err))
        model_write(&p->model, s, cell, &state);
    play_alone_end(p, s, alone, err);
    if (only_reading(p, s))
        return play_expect(p, "add column while only reading", s, (int)slot, err, JET_errTransReadOnly);
    if (!exists && (!may || taken))
        return EXPECT_ANY(p, "add column that another has added or deleted", s, (int)slot, err, JET_errWriteConflict, JET_errColumnDuplicate);
    return play_expect(p, "add column", s, (int)slot, err, exists ? JET_errColumnDuplicate : 0);
}

static int column_delete(struct play *p, int s, unsigned slot)
{
    unsigned cell = CELL_COLUMNS + slot;
    const struct play_session *q = &p->sessions[s];
    struct model_state state = model_view(&p->model, s, cell), gone = {0};
    bool may = model_may(&p->model, s, cell, MODEL_WRITE), busy = schema_busy(p, s), alone;
    char name[32];
    int err;
    column_name(slot, &state.row, name);
    alone = play_alone_begin(p, s);
    err = JetDeleteColumnA(q->s, q->t, name);
    if (state.exists && may && play_may_have_done(p, alone, err))
        model_write(&p->model, s, cell, &gone);
    play_alone_end(p, s, alone, err);
    if (only_reading(p, s))
        return play_expect(p, "delete column while only reading", s, (int)slot, err, JET_errTransReadOnly);
    if (busy)
        return EXPECT_ANY(p, "delete column beside another's change", s, (int)slot, err, JET_errWriteConflict,
                          !state.exists ? JET_errColumnNotFound : may ? 0 : JET_errWriteConflict);
    return play_expect(p, "delete column", s, (int)slot, err, !state.exists ? JET_errColumnNotFound : may ? 0 : JET_errWriteConflict);
}

/* A new name is there at once for everybody, as in the original: every state of the column gets it. It is a change nevertheless. */
static void rename_everywhere(struct play *p, int s, unsigned cell, const struct model_state *after)
{
    struct model_cell *c = &p->model.cells[cell];
    for (unsigned n = 0; n < c->committed_count; n++)
        if (c->committed[n].state.row.value == after->row.value)
            c->committed[n].state.row.serial = after->row.serial;
    model_begin(&p->model, s, false);
    model_write(&p->model, s, cell, after);
    model_commit(&p->model, s);
}

static int column_rename(struct play *p, int s, unsigned slot)
{
    unsigned cell = CELL_COLUMNS + slot;
    const struct play_session *q = &p->sessions[s];
    struct model_state state = model_view(&p->model, s, cell);
    struct model_state after = state;
    bool busy = schema_busy(p, s), inside = p->model.sessions[s].level > 0;
    char from[32], to[32];
    int err;
    after.row.serial++;
    column_name(slot, &state.row, from);
    column_name(slot, &after.row, to);
    err = JetRenameColumnA(q->s, q->t, from, to, 0);
    if (inside)
        return EXPECT_ANY(p, "rename column in a transaction", s, (int)slot, err, JET_errInTransaction, only_reading(p, s) ? JET_errTransReadOnly : JET_errInTransaction);
    if (err >= 0 && state.exists)
        rename_everywhere(p, s, cell, &after);
    if (p->disk_failed && err < 0 && state.exists)
        p->in_doubt = false;                            /* the name is not compared after a crash */
    if (busy)
        return EXPECT_ANY(p, "rename column beside another's change", s, (int)slot, err, JET_errWriteConflict, state.exists ? 0 : JET_errColumnNotFound);
    return play_expect(p, "rename column", s, (int)slot, err, state.exists ? 0 : JET_errColumnNotFound);
}

/* By name, as this session sees the columns: a value of a row's added column is set, or read with all others. */
static int column_use(struct play *p, const struct step *step)
{
    int s = step->session, err;
    unsigned slot = step->arg % MODEL_COLUMNS, key = step->key;
    const struct play_session *q = &p->sessions[s];
    struct model_state column = model_view(&p->model, s, CELL_COLUMNS + slot), state = model_view(&p->model, s, key);
    int32_t value = (int32_t)(step->arg >> 4), id = (int32_t)key;
    bool may = model_may(&p->model, s, key, MODEL_WRITE), alone;
    JET_COLUMNID columnid;
    err = play_column_id(p, s, slot, &columnid);
    if (play_expect(p, "column by name", s, (int)slot, err, column.exists ? 0 : JET_errColumnNotFound))
        return DIFFERENT;
    if (err < 0 || !state.exists || step->kind == STEP_column_get || only_reading(p, s))
        return 0;
    err = JetMakeKey(q->s, q->t, &id, sizeof id, JET_bitNewKey);
    if (err >= 0)
        err = JetSeek(q->s, q->t, JET_bitSeekEQ);
    if (err >= 0 && play_compare_row(p, s, q->t, (int)key, &state))
        return p->disk_failed ? 0 : DIFFERENT;
    alone = play_alone_begin(p, s);
    if (err >= 0)
        err = JetPrepareUpdate(q->s, q->t, JET_prepReplace);
    if (err >= 0 && !alone)
        model_lock(&p->model, s, key, true);
    if (err >= 0) {
        err = JetSetColumn(q->s, q->t, columnid, &value, sizeof value, 0, NULL);
        if (err >= 0)
            err = JetUpdate(q->s, q->t, NULL, 0, NULL);
        if (err < 0)
            JetPrepareUpdate(q->s, q->t, JET_prepCancel);
    }
    state.row.version++;
    state.row.extra[slot].object = column.row.value;
    state.row.extra[slot].value = value;
    if (may)
        model_write(&p->model, s, key, &state);
    play_alone_end(p, s, alone, err);
    return play_expect(p, "set added column", s, (int)key, err, may ? 0 : JET_errWriteConflict);
}

/* ---- indexes ---- */

static int index_create(struct play *p, int s, unsigned slot)
{
    unsigned cell = CELL_INDEXES + slot;
    const struct play_session *q = &p->sessions[s];
    struct model_state state = {.exists = true};
    bool exists = model_exists(&p->model, s, cell), may = model_may(&p->model, s, cell, MODEL_WRITE), taken = model_taken(&p->model, s, cell);
    bool busy = schema_busy(p, s), alone;
    char name[16];
    int err;
    if (model_pending(&p->model, s, 0, MODEL_ROWS) || model_unseen(&p->model, s, 0, MODEL_ROWS)) {
        p->skipped++;
        return 0;
    }
    snprintf(name, sizeof name, "i%u", slot);
    alone = play_alone_begin(p, s);
    err = JetCreateIndexA(q->s, q->t, name, 0, indexes[slot].key, indexes[slot].size, 80);
    state.row.value = ++p->model.objects;
    if (may && !exists && play_may_have_done(p, alone, err))
        model_write(&p->model, s, cell, &state);
    play_alone_end(p, s, alone, err);
    if (only_reading(p, s))
        return play_expect(p, "create index while only reading", s, (int)slot, err, JET_errTransReadOnly);
    if (!exists && (!may || taken))
        return EXPECT_ANY(p, "create index that another has made or deleted", s, (int)slot, err, JET_errWriteConflict, JET_errIndexDuplicate);
    if (busy)
        return EXPECT_ANY(p, "create index beside another's change", s, (int)slot, err, JET_errWriteConflict, exists ? JET_errIndexDuplicate : 0);
    return play_expect(p, "create index", s, (int)slot, err, exists ? JET_errIndexDuplicate : 0);
}

static int index_delete(struct play *p, int s, unsigned slot)
{
    unsigned cell = CELL_INDEXES + slot;
    const struct play_session *q = &p->sessions[s];
    struct model_state gone = {0};
    bool exists = model_exists(&p->model, s, cell), may = model_may(&p->model, s, cell, MODEL_WRITE), busy = schema_busy(p, s), alone;
    char name[16];
    int err;
    snprintf(name, sizeof name, "i%u", slot);
    alone = play_alone_begin(p, s);
    err = JetDeleteIndexA(q->s, q->t, name);
    if (may && exists && play_may_have_done(p, alone, err))
        model_write(&p->model, s, cell, &gone);
    play_alone_end(p, s, alone, err);
    if (only_reading(p, s))
        return play_expect(p, "delete index while only reading", s, (int)slot, err, JET_errTransReadOnly);
    if (exists && !may)
        return EXPECT_ANY(p, "delete index that another deletes", s, (int)slot, err, JET_errWriteConflict, JET_errIndexNotFound);
    if (busy)
        return EXPECT_ANY(p, "delete index beside another's change", s, (int)slot, err, JET_errWriteConflict, exists ? 0 : JET_errIndexNotFound);
    return play_expect(p, "delete index", s, (int)slot, err, exists ? 0 : JET_errIndexNotFound);
}

static int expected_entries(const struct play *p, int s, unsigned slot)
{
    int count = 0;
    for (unsigned key = 0; key < MODEL_ROWS; key++) {
        struct model_state state;
        if (!model_exists(&p->model, s, key))
            continue;
        state = model_view(&p->model, s, key);
        count += indexes[slot].notes && state.row.note_count > 1 ? state.row.note_count : 1;
    }
    return count;
}

/* As many entries as rows (or notes), each of a row that is seen; then the browser goes back to the primary order. */
int play_index_scan(struct play *p, int s, unsigned slot)
{
    struct play_session *q = &p->sessions[s];
    unsigned cell = CELL_INDEXES + slot;
    int count = 0, err, want = expected_entries(p, s, slot);
    int32_t before = INT32_MIN;
    char name[16];
    snprintf(name, sizeof name, "i%u", slot);
    err = JetSetCurrentIndexA(q->s, q->browser, name);
    if (!model_exists(&p->model, s, cell))
        return play_expect(p, "index that is not there", s, (int)slot, err, JET_errIndexNotFound);
    if (!model_may(&p->model, s, cell, MODEL_WRITE) && err == JET_errIndexNotFound)
        return 0;                                       /* another session is deleting it */
    if (play_expect(p, "index", s, (int)slot, err, 0) || err < 0)
        return err < 0 && p->disk_failed ? 0 : DIFFERENT;
    q->place = (struct play_place){0};
    for (err = JetMove(q->s, q->browser, JET_MoveFirst, 0); err == 0; err = JetMove(q->s, q->browser, JET_MoveNext, 0), count++) {
        int32_t id = -1, value = 0;
        JET_UINT32 size = 0;
        int got = JetRetrieveColumn(q->s, q->browser, p->c.id, &id, sizeof id, &size, 0, NULL);
        if (got == 0)
            got = JetRetrieveColumn(q->s, q->browser, p->c.value, &value, sizeof value, &size, 0, NULL);
        if (got != 0 || id < 0 || id >= MODEL_ROWS || !model_exists(&p->model, s, (unsigned)id) ||
            model_view(&p->model, s, (unsigned)id).row.value != value || (slot == 0 && value < before))
            return p->disk_failed ? 0 : play_different(p, "entry of an index", s, id, got != 0 ? got : value, before);
        before = value;
    }
    if (play_expect(p, "end of an index", s, (int)slot, err, JET_errNoCurrentRecord))
        return DIFFERENT;
    if (count != want && !p->disk_failed)
        return play_different(p, "entries of an index", s, (int)slot, count, want);
    return play_expect(p, "back to the primary order", s, -1, JetSetCurrentIndexA(q->s, q->browser, NULL), 0);
}

int play_schema_step(struct play *p, const struct step *step)
{
    int s = step->session;
    unsigned column = step->arg % MODEL_COLUMNS, index = step->arg % MODEL_INDEXES;
    switch ((enum step_kind)step->kind) {
    case STEP_column_add: return column_add(p, s, column);
    case STEP_column_delete: return column_delete(p, s, column);
    case STEP_column_rename: return column_rename(p, s, column);
    case STEP_index_create: return index_create(p, s, index);
    case STEP_index_delete: return index_delete(p, s, index);
    case STEP_index_scan: return play_index_scan(p, s, index);
    default: return column_use(p, step);
    }
}
