/* Tables that come, go and change their names, with a few rows each. */
#include "play_int.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

enum { DATA_MAX = 4096 };

static void table_name(unsigned slot, char name[16])
{
    snprintf(name, 16, "d%u", slot);
}

static uint32_t data_of(int32_t value, unsigned char data[DATA_MAX])
{
    uint32_t x = (uint32_t)value * 2654435761u, size = x % 6 == 0 ? x / 6 % DATA_MAX : x / 6 % 100;
    for (uint32_t n = 0; n < size; n++)
        data[n] = (unsigned char)(x >> (n % 24));
    return size;
}

/* Does another session do something with the name, or has it since this one began? Then what a name means may differ. */
static bool unsettled(const struct play *p, int s, unsigned slot)
{
    return model_pending(&p->model, s, CELL_TABLES + slot, CELL_TABLES + slot + 1) ||
           model_unseen(&p->model, s, CELL_TABLES + slot, CELL_TABLES + slot + 1);
}

static int column_of(const struct play_session *q, JET_TABLEID t, const char *name, JET_COLUMNID *id)
{
    JET_COLUMNDEF def = {.cbStruct = sizeof def};
    int err = JetGetTableColumnInfoA(q->s, t, name, &def, sizeof def, JET_ColInfo);
    *id = def.columnid;
    return err;
}

/* ---- rows ---- */

static int put_row(const struct play_session *q, JET_TABLEID t, JET_UINT32 prep, int32_t id, int32_t value)
{
    static unsigned char data[DATA_MAX];
    uint32_t size = data_of(value, data);
    JET_COLUMNID columns[3];
    ese_err err = 0;
    TRY(column_of(q, t, "id", &columns[0]));
    TRY(column_of(q, t, "value", &columns[1]));
    TRY(column_of(q, t, "data", &columns[2]));
    TRY(JetPrepareUpdate(q->s, t, prep));
    TRY(JetSetColumn(q->s, t, columns[0], &id, sizeof id, 0, NULL));
    TRY(JetSetColumn(q->s, t, columns[1], &value, sizeof value, 0, NULL));
    TRY(JetSetColumn(q->s, t, columns[2], data, size, size == 0 ? JET_bitSetZeroLength : 0, NULL));
    TRY(JetUpdate(q->s, t, NULL, 0, NULL));
done:
    if (err < 0)
        JetPrepareUpdate(q->s, t, JET_prepCancel);
    return err;
}

static int compare_one(struct play *p, int s, JET_TABLEID t, int row, int32_t value)
{
    static unsigned char data[DATA_MAX], wanted[DATA_MAX];
    const struct play_session *q = &p->sessions[s];
    JET_COLUMNID columns[3];
    int32_t id = -1, got = -1;
    JET_UINT32 size = 0;
    ese_err err = 0;
    TRY(column_of(q, t, "id", &columns[0]));
    TRY(column_of(q, t, "value", &columns[1]));
    TRY(column_of(q, t, "data", &columns[2]));
    TRY(JetRetrieveColumn(q->s, t, columns[0], &id, sizeof id, &size, 0, NULL));
    TRY(JetRetrieveColumn(q->s, t, columns[1], &got, sizeof got, &size, 0, NULL));
    TRY(JetRetrieveColumn(q->s, t, columns[2], data, sizeof data, &size, 0, NULL));
done:
    if (err < 0 && p->disk_failed)
        return 0;
    if (err != 0 || id != row || got != value)
        return play_different(p, "row of a small table", s, row, err != 0 ? err : got, value);
    return size == data_of(value, wanted) && memcmp(data, wanted, size) == 0 ? 0 : play_different(p, "data of a small table", s, row, (long)size, 0);
}

static int compare_rows(struct play *p, int s, JET_TABLEID t, int32_t object)
{
    const struct play_session *q = &p->sessions[s];
    unsigned first = model_table_cells(&p->model, object);
    int err = JetMove(q->s, t, JET_MoveFirst, 0);
    for (unsigned n = 0; n < MODEL_TABLE_ROWS; n++) {
        struct model_state state = model_view(&p->model, s, first + n);
        if (!state.exists)
            continue;
        if (play_expect(p, "scan of a small table", s, (int)n, err, 0))
            return DIFFERENT;
        if (err < 0)
            return 0;
        if (compare_one(p, s, t, (int)n, state.row.value))
            return DIFFERENT;
        err = JetMove(q->s, t, JET_MoveNext, 0);
    }
    return play_expect(p, "end of a small table", s, -1, err, JET_errNoCurrentRecord);
}

/* Open by name, as far as what the name means is certain. *t is 0 when there is nothing to go on with. */
static int open_table(struct play *p, int s, unsigned slot, JET_TABLEID *t, struct model_state *state)
{
    const struct play_session *q = &p->sessions[s];
    char name[16];
    int err;
    *t = 0;
    *state = model_view(&p->model, s, CELL_TABLES + slot);
    table_name(slot, name);
    err = JetOpenTableA(q->s, q->db, name, NULL, 0, 0, t);
    if (unsettled(p, s, slot)) {
        if (err >= 0)
            JetCloseTable(q->s, *t);
        *t = 0;
        return EXPECT_ANY(p, "open table that another works on", s, (int)slot, err, 0, JET_errObjectNotFound, JET_errTableLocked, JET_errTableInUse);
    }
    if (err < 0)
        *t = 0;
    return play_expect(p, "open table", s, (int)slot, err, state->exists ? 0 : JET_errObjectNotFound);
}

int play_table_compare(struct play *p, int s, unsigned slot)
{
    JET_TABLEID t;
    struct model_state state;
    int result = open_table(p, s, slot, &t, &state);
    if (t == 0 || result)
        return result;
    result = compare_rows(p, s, t, state.row.value);
    JetCloseTable(p->sessions[s].s, t);
    return result;
}

static int table_write(struct play *p, const struct step *step, unsigned slot)
{
    int s = step->session, err, result;
    const struct play_session *q = &p->sessions[s];
    unsigned row = step->key % MODEL_TABLE_ROWS, cell;
    JET_TABLEID t;
    struct model_state table, state = {.exists = true, .row = {.value = (int32_t)(step->arg >> 8)}}, old;
    bool may, alone;
    int32_t id = (int32_t)row;
    result = open_table(p, s, slot, &t, &table);
    if (t == 0 || result)
        return result;
    cell = model_table_cells(&p->model, table.row.value) + row;
    old = model_view(&p->model, s, cell);
    may = model_may(&p->model, s, cell, MODEL_WRITE) && (old.exists || !model_taken(&p->model, s, cell));
    if (p->model.sessions[s].level == 0 || !p->model.sessions[s].read_only) {
        err = JetMakeKey(q->s, t, &id, sizeof id, JET_bitNewKey);
        if (err >= 0)
            err = JetSeek(q->s, t, JET_bitSeekEQ);
        result = play_expect(p, "seek in a small table", s, id, err, old.exists ? 0 : JET_errRecordNotFound);
        alone = play_alone_begin(p, s);
        err = put_row(q, t, old.exists ? JET_prepReplace : JET_prepInsert, id, state.row.value);
        if (may)
            model_write(&p->model, s, cell, &state);
        else if (err < 0 && old.exists && !alone)
            model_lock(&p->model, s, cell, false), p->model.cells[cell].read_lock[s] = 0;
        play_alone_end(p, s, alone, err);
        if (result == 0)
            result = play_expect(p, "write to a small table", s, id, err, may ? 0 : old.exists ? JET_errWriteConflict : JET_errKeyDuplicate);
    }
    JetCloseTable(q->s, t);
    return result;
}

/* ---- tables ---- */

static int make_table(struct play *p, int s, unsigned slot, unsigned rows, int32_t value)
{
    const struct play_session *q = &p->sessions[s];
    JET_COLUMNDEF number = {.cbStruct = sizeof number, .coltyp = JET_coltypLong};
    JET_COLUMNDEF blob = {.cbStruct = sizeof blob, .coltyp = JET_coltypLongBinary};
    JET_TABLEID t = 0;
    JET_COLUMNID id;
    char name[16];
    ese_err err = 0;
    table_name(slot, name);
    TRY(JetCreateTableA(q->s, q->db, name, 1, 90, &t));
    TRY(JetAddColumnA(q->s, t, "id", &number, NULL, 0, &id));
    TRY(JetAddColumnA(q->s, t, "value", &number, NULL, 0, &id));
    TRY(JetAddColumnA(q->s, t, "data", &blob, NULL, 0, &id));
    TRY(JetCreateIndexA(q->s, t, "pk", JET_bitIndexPrimary | JET_bitIndexUnique, "+id\0", 5, 80));
    TRY(JetCreateIndexA(q->s, t, "by_value", 0, "-value\0", 8, 80));
    for (unsigned n = 0; n < rows; n++)
        TRY(put_row(q, t, JET_prepInsert, (int32_t)n, value + (int32_t)n));
done:
    if (t != 0)
        JetCloseTable(q->s, t);
    return err;
}

/* All of it in one level, which goes away when the name cannot be had. */
static int table_create(struct play *p, const struct step *step, unsigned slot)
{
    int s = step->session, err, undone;
    unsigned cell = CELL_TABLES + slot, rows = step->key % (MODEL_TABLE_ROWS + 1), first;
    bool exists = model_exists(&p->model, s, cell), outer = p->model.sessions[s].level == 0, open = unsettled(p, s, slot);
    struct model_state state = {.exists = true};
    if (p->model.sessions[s].level >= MODEL_LEVELS || (!outer && p->model.sessions[s].read_only))
        return 0;
    if (play_expect(p, "begin for a table", s, 0, JetBeginTransaction(p->sessions[s].s), 0))
        return DIFFERENT;
    model_begin(&p->model, s, false);
    err = make_table(p, s, slot, rows, (int32_t)(step->arg >> 8));
    if (err < 0) {
        undone = JetRollback(p->sessions[s].s, 0);
        model_rollback(&p->model, s);
        if (play_expect(p, "rollback of a table", s, 0, undone, 0))
            return DIFFERENT;
        if (open)
            return EXPECT_ANY(p, "create table that another works on", s, (int)slot, err, JET_errTableDuplicate, JET_errWriteConflict);
        return play_expect(p, "create table", s, (int)slot, err, exists ? JET_errTableDuplicate : 0);
    }
    if (exists)
        return play_expect(p, "create table", s, (int)slot, err, JET_errTableDuplicate);
    state.row.value = p->model.tables++;
    first = model_table_cells(&p->model, state.row.value);
    model_write(&p->model, s, cell, &state);
    for (unsigned n = 0; n < rows; n++)
        model_write(&p->model, s, first + n, &(struct model_state){.exists = true, .row = {.value = (int32_t)(step->arg >> 8) + (int32_t)n}});
    err = JetCommitTransaction(p->sessions[s].s, 0);
    if (err < 0 && p->disk_failed && outer) {
        p->in_doubt = true;
        p->doubt_session = s;
        return 0;
    }
    if (err >= 0)
        model_commit(&p->model, s);
    return play_expect(p, "commit of a table", s, (int)slot, err, 0);
}

static bool held_by_any(const struct play *p, int32_t object)
{
    for (int s = 0; s < MODEL_SESSIONS; s++)
        for (unsigned n = 0; n < MODEL_TABLES; n++)
            if (p->sessions[s].held[n].t != 0 && p->sessions[s].held[n].object == object)
                return true;
    return false;
}

static int table_delete(struct play *p, int s, unsigned slot)
{
    const struct play_session *q = &p->sessions[s];
    unsigned cell = CELL_TABLES + slot, first;
    struct model_state state = model_view(&p->model, s, cell), gone = {0};
    bool open = unsettled(p, s, slot), held, busy, alone;
    char name[16];
    int err;
    table_name(slot, name);
    first = model_table_cells(&p->model, state.exists ? state.row.value : 0);
    held = state.exists && held_by_any(p, state.row.value);
    busy = state.exists && model_pending(&p->model, s, first, first + MODEL_TABLE_ROWS);
    alone = play_alone_begin(p, s);
    err = JetDeleteTableA(q->s, q->db, name);
    if (play_may_have_done(p, alone, err) && state.exists)
        model_write(&p->model, s, cell, &gone);
    play_alone_end(p, s, alone, err);
    if (p->model.sessions[s].level > 0 && p->model.sessions[s].read_only)
        return play_expect(p, "delete table while only reading", s, (int)slot, err, JET_errTransReadOnly);
    if (open)
        return EXPECT_ANY(p, "delete table that another works on", s, (int)slot, err, JET_errObjectNotFound, JET_errTableLocked, JET_errTableInUse, JET_errWriteConflict);
    return play_expect(p, "delete table", s, (int)slot, err, !state.exists ? JET_errObjectNotFound : held || busy ? JET_errTableInUse : 0);
}

static int table_rename(struct play *p, const struct step *step, unsigned slot)
{
    int s = step->session, err;
    const struct play_session *q = &p->sessions[s];
    unsigned other = (slot + 1 + step->key % (MODEL_TABLES - 1)) % MODEL_TABLES;
    struct model_state state = model_view(&p->model, s, CELL_TABLES + slot), gone = {0};
    bool taken = model_exists(&p->model, s, CELL_TABLES + other), open = unsettled(p, s, slot) || unsettled(p, s, other), alone;
    char from[16], to[16];
    table_name(slot, from);
    table_name(other, to);
    if (open) {
        p->skipped++;
        return 0;
    }
    alone = play_alone_begin(p, s);
    err = JetRenameTableA(q->s, q->db, from, to);
    if (play_may_have_done(p, alone, err) && state.exists) {
        model_write(&p->model, s, CELL_TABLES + slot, &gone);
        model_write(&p->model, s, CELL_TABLES + other, &state);
    }
    play_alone_end(p, s, alone, err);
    if (p->model.sessions[s].level > 0 && p->model.sessions[s].read_only)
        return play_expect(p, "rename table while only reading", s, (int)slot, err, JET_errTransReadOnly);
    return play_expect(p, "rename table", s, (int)slot, err, !state.exists ? JET_errObjectNotFound : taken ? JET_errTableDuplicate : 0);
}

void play_table_release(struct play *p, int s, int level)
{
    for (unsigned n = 0; n < MODEL_TABLES; n++)
        if (p->sessions[s].held[n].t != 0 && p->sessions[s].held[n].level > level)
            p->sessions[s].held[n] = (struct play_held){0};
}

static int table_hold(struct play *p, int s, unsigned slot)
{
    struct play_held *held = &p->sessions[s].held[slot];
    struct model_state state;
    JET_TABLEID t = held->t;
    int result;
    if (t != 0) {
        *held = (struct play_held){0};
        return play_expect(p, "close held table", s, (int)slot, JetCloseTable(p->sessions[s].s, t), 0);
    }
    result = open_table(p, s, slot, &t, &state);
    if (t != 0 && result == 0)
        *held = (struct play_held){t, state.row.value, p->model.sessions[s].level};
    return result;
}

int play_table_step(struct play *p, const struct step *step)
{
    unsigned slot = step->arg % MODEL_TABLES;
    switch ((enum step_kind)step->kind) {
    case STEP_table_create: return table_create(p, step, slot);
    case STEP_table_delete: return table_delete(p, step->session, slot);
    case STEP_table_rename: return table_rename(p, step, slot);
    case STEP_table_hold: return table_hold(p, step->session, slot);
    case STEP_table_write: return table_write(p, step, slot);
    default: return play_table_compare(p, step->session, slot);
    }
}
