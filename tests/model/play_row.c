/* Rows: every way to change one, and comparing one with what the model says. */
#include "play_int.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

enum { BODY_MAX = 1 << 17, NOTE_MAX = 80, PATCH_MAX = 6000, BODY_GROWN = 40000 };

/* ---- contents ---- */

int play_tag_of(int32_t value)
{
    return (int)((uint32_t)value % PLAY_TAGS);
}

static void fill(unsigned char *to, uint32_t size, uint32_t x)
{
    bool dull = x % 3 == 0;                             /* some contents shrink when packed */
    for (uint32_t n = 0; n < size; n++) {
        if (!dull || n % 64 == 0)
            x = x * 1664525u + 1013904223u;
        to[n] = (unsigned char)(x >> 24);
    }
}

static uint32_t size_of(const struct play *p, uint32_t x)
{
    x = x * 2654435761u >> 7;
    if (x % 20 == 0)
        return p->page_size + x / 20 % (2 * p->page_size);
    return x % 5 == 0 ? 300 + x / 5 % 1800 : x / 5 % 120;
}

static const struct model_bytes *new_body(struct play *p, uint32_t x)
{
    struct model_bytes *body = model_bytes_new(&p->model, size_of(p, x));
    fill(body->data, body->size, x);
    return body;
}

static uint32_t note_of(uint8_t number, char text[NOTE_MAX])
{
    uint32_t size = 3u + number % (NOTE_MAX - 4);
    memset(text, 'a' + number % 26, size);
    text[0] = (char)('0' + number % 10);
    return size;
}

static int set_value(const struct play *p, const struct play_session *q, int32_t value)
{
    char tag[16];
    ese_err err = 0;
    snprintf(tag, sizeof tag, "tag%03d", play_tag_of(value));
    TRY(JetSetColumn(q->s, q->t, p->c.value, &value, sizeof value, 0, NULL));
    TRY(JetSetColumn(q->s, q->t, p->c.tag, tag, (JET_UINT32)strlen(tag), 0, NULL));
done:
    return err;
}

static int set_body(const struct play *p, const struct play_session *q, const struct model_bytes *body)
{
    return JetSetColumn(q->s, q->t, p->c.body, body->data, body->size, body->size == 0 ? JET_bitSetZeroLength : 0, NULL);
}

static int find(const struct play_session *q, int key)
{
    int32_t id = key;
    int err = JetMakeKey(q->s, q->t, &id, sizeof id, JET_bitNewKey);
    return err < 0 ? err : JetSeek(q->s, q->t, JET_bitSeekEQ);
}

/* ---- comparing ---- */

static int compare_number(struct play *p, int s, JET_TABLEID t, int key, const char *what, JET_COLUMNID column, int32_t want)
{
    int32_t got = -1;
    JET_UINT32 size = 0;
    int err = JetRetrieveColumn(p->sessions[s].s, t, column, &got, sizeof got, &size, 0, NULL);
    return err == 0 && got == want ? 0 : play_different(p, what, s, key, err != 0 ? err : got, want);
}

static int compare_body(struct play *p, int s, JET_TABLEID t, int key, const struct model_bytes *want)
{
    static unsigned char body[BODY_MAX];
    JET_UINT32 size = 0;
    int err = JetRetrieveColumn(p->sessions[s].s, t, p->c.body, body, sizeof body, &size, 0, NULL);
    if (err != 0 || size != want->size)
        return play_different(p, "size of the body", s, key, err != 0 ? err : (long)size, want->size);
    for (uint32_t n = 0; n < size; n++)
        if (body[n] != want->data[n])
            return play_different(p, "byte of the body", s, key, (long)n, size);
    return 0;
}

static int compare_notes(struct play *p, int s, JET_TABLEID t, int key, const struct model_row *want)
{
    char text[NOTE_MAX], wanted[NOTE_MAX];
    for (unsigned n = 0; n <= want->note_count; n++) {
        JET_RETINFO info = {.cbStruct = sizeof info, .itagSequence = n + 1};
        JET_UINT32 size = 0, wanted_size;
        int err = JetRetrieveColumn(p->sessions[s].s, t, p->c.notes, text, sizeof text, &size, 0, &info);
        if (n == want->note_count)
            return err == JET_wrnColumnNull ? 0 : play_different(p, "one note more", s, key, err, JET_wrnColumnNull);
        wanted_size = note_of(want->notes[n], wanted);
        if (err != 0 || size != wanted_size || memcmp(text, wanted, size) != 0)
            return play_different(p, "note", s, key, err != 0 ? err : (long)size, wanted_size);
    }
    return 0;
}

static int compare_extra(struct play *p, int s, JET_TABLEID t, int key, const struct model_row *want)
{
    for (unsigned n = 0; n < MODEL_COLUMNS; n++) {
        struct model_state column = model_view(&p->model, s, CELL_COLUMNS + n);
        bool set = column.exists && want->extra[n].object == column.row.value, by_default = column.exists && !set && column.row.counter != 0;
        int32_t got = -1, wanted = set ? want->extra[n].value : column.row.counter;
        JET_UINT32 size = 0;
        int err;
        if (!column.exists)
            continue;
        err = JetRetrieveColumn(p->sessions[s].s, t, column.row.columnid, &got, sizeof got, &size, 0, NULL);
        if (!set && !by_default && err == JET_wrnColumnNull)
            continue;
        if (err != 0 || !(set || by_default) || got != wanted)
            return play_different(p, "value of an added column", s, key, err != 0 ? err : got, set || by_default ? wanted : JET_wrnColumnNull);
    }
    return 0;
}

/* The row under the cursor must be the state's, in every column. */
int play_compare_row(struct play *p, int s, JET_TABLEID t, int key, const struct model_state *want)
{
    const struct model_row *row = &want->row;
    char tag[16] = "", wanted[16];
    JET_UINT32 size = 0;
    int err;
    if (compare_number(p, s, t, key, "id", p->c.id, key) || compare_number(p, s, t, key, "value", p->c.value, row->value) ||
        compare_number(p, s, t, key, "counter", p->c.counter, row->counter) ||
        compare_number(p, s, t, key, "version", p->c.version, (int32_t)row->version) ||
        compare_number(p, s, t, key, "serial", p->c.serial, (int32_t)row->serial))
        return DIFFERENT;
    snprintf(wanted, sizeof wanted, "tag%03d", play_tag_of(row->value));
    err = JetRetrieveColumn(p->sessions[s].s, t, p->c.tag, tag, sizeof tag - 1, &size, 0, NULL);
    if (err != 0 || strcmp(tag, wanted) != 0)
        return play_different(p, "tag", s, key, err, 0);
    return compare_body(p, s, t, key, row->body) || compare_notes(p, s, t, key, row) || compare_extra(p, s, t, key, row);
}

/* ---- inserting ---- */

/* The number that an insert takes when it is prepared: the next one, or the first after a start. */
static int take_serial(struct play *p, int s, const struct play_session *q, int key, uint32_t *serial)
{
    JET_UINT32 size = 0;
    int32_t got = 0;
    int err = JetRetrieveColumn(q->s, q->t, p->c.serial, &got, sizeof got, &size, JET_bitRetrieveCopy, NULL);
    if (err != 0)
        return play_expect(p, "serial of the copy", s, key, err, 0);
    if (p->serial_next != 0 ? (uint32_t)got != p->serial_next : (uint32_t)got < p->serial_low)
        return play_different(p, "serial", s, key, got, p->serial_next != 0 ? p->serial_next : p->serial_low);
    *serial = (uint32_t)got;
    p->serial_next = *serial + 1;
    return 0;
}

static int wanted_of_insert(const struct play *p, int s, int key)
{
    return model_taken(&p->model, s, (unsigned)key) || !model_may(&p->model, s, (unsigned)key, MODEL_WRITE) ? JET_errKeyDuplicate : 0;
}

static int insert(struct play *p, int s, int key, uint32_t arg)
{
    const struct play_session *q = &p->sessions[s];
    struct model_state state = {.exists = true, .row = {.value = (int32_t)(arg & 0xFFFFFF), .body = new_body(p, arg)}};
    int32_t id = key;
    int want = wanted_of_insert(p, s, key), err = JetPrepareUpdate(q->s, q->t, JET_prepInsert);
    bool alone;
    if (p->model.sessions[s].level > 0 && p->model.sessions[s].read_only)
        return play_expect(p, "insert while only reading", s, key, err, JET_errTransReadOnly);
    if (err < 0)
        return play_expect(p, "prepare insert", s, key, err, 0);
    if (take_serial(p, s, q, key, &state.row.serial))
        return DIFFERENT;
    alone = play_alone_begin(p, s);
    err = JetSetColumn(q->s, q->t, p->c.id, &id, sizeof id, 0, NULL);
    if (err >= 0)
        err = set_value(p, q, state.row.value);
    if (err >= 0)
        err = set_body(p, q, state.row.body);
    if (err >= 0)
        err = JetUpdate(q->s, q->t, NULL, 0, NULL);
    if (err < 0)
        JetPrepareUpdate(q->s, q->t, JET_prepCancel);
    if (want == 0)
        model_write(&p->model, s, (unsigned)key, &state);
    play_alone_end(p, s, alone, err);
    return play_expect(p, "insert", s, key, err, want);
}

/* The copy has the long values of the original, shared; its counter, version and serial are its own. */
static int copy(struct play *p, int s, int key, uint32_t arg)
{
    const struct play_session *q = &p->sessions[s];
    struct model_state state = model_view(&p->model, s, (unsigned)key);
    int32_t id = (int32_t)((unsigned)key + 1 + arg % (MODEL_ROWS - 1)) % MODEL_ROWS;
    bool source_moves = !model_may(&p->model, s, (unsigned)key, MODEL_WRITE), alone;
    int want = wanted_of_insert(p, s, id), err = find(q, key);
    if (!state.exists || err < 0)
        return play_expect(p, "seek for a copy", s, key, err, state.exists ? 0 : JET_errRecordNotFound);
    err = JetPrepareUpdate(q->s, q->t, JET_prepInsertCopy);
    if (p->model.sessions[s].level > 0 && p->model.sessions[s].read_only)
        return play_expect(p, "copy while only reading", s, key, err, JET_errTransReadOnly);
    if (err == JET_errWriteConflict && source_moves)    /* somebody is taking its long values away */
        return 0;
    if (err < 0)
        return play_expect(p, "prepare copy", s, key, err, 0);
    if (take_serial(p, s, q, key, &state.row.serial))
        return DIFFERENT;
    state.row.version = 0;
    alone = play_alone_begin(p, s);
    err = JetSetColumn(q->s, q->t, p->c.id, &id, sizeof id, 0, NULL);
    if (err >= 0)
        err = JetUpdate(q->s, q->t, NULL, 0, NULL);
    if (err < 0)
        JetPrepareUpdate(q->s, q->t, JET_prepCancel);
    if (want == 0)
        model_write(&p->model, s, (unsigned)id, &state);
    play_alone_end(p, s, alone, err);
    return play_expect(p, "copy", s, id, err, want);
}

/* ---- changing ---- */

/* Stand on the row, prepare its replacement. *skip: nothing to do (and *result says whether that was right). */
static bool prepare_replace(struct play *p, int s, int key, struct model_state *state, int *result)
{
    const struct play_session *q = &p->sessions[s];
    bool may = model_may(&p->model, s, (unsigned)key, MODEL_WRITE), inside = p->model.sessions[s].level > 0;
    int err = find(q, key);
    *state = model_view(&p->model, s, (unsigned)key);
    if (!state->exists || err < 0) {
        *result = play_expect(p, "seek", s, key, err, state->exists ? 0 : JET_errRecordNotFound);
        return false;
    }
    if (play_compare_row(p, s, q->t, key, state)) {
        *result = p->disk_failed ? 0 : DIFFERENT;
        return false;
    }
    err = JetPrepareUpdate(q->s, q->t, JET_prepReplace);
    *result = inside && p->model.sessions[s].read_only ? play_expect(p, "replace while only reading", s, key, err, JET_errTransReadOnly)
                                                        : play_expect(p, "prepare replace", s, key, err, inside && !may ? JET_errWriteConflict : 0);
    if (err >= 0 && inside)
        model_lock(&p->model, s, (unsigned)key, true);
    return err >= 0;
}

/* The replacement is complete, unless err says otherwise. */
static int finish_replace(struct play *p, int s, int key, struct model_state *state, int err, const char *what)
{
    const struct play_session *q = &p->sessions[s];
    bool may = model_may(&p->model, s, (unsigned)key, MODEL_WRITE), alone = play_alone_begin(p, s);
    if (err >= 0)
        err = JetUpdate(q->s, q->t, NULL, 0, NULL);
    if (err < 0)
        JetPrepareUpdate(q->s, q->t, JET_prepCancel);
    state->row.version++;
    if (may)
        model_write(&p->model, s, (unsigned)key, state);
    play_alone_end(p, s, alone, err);
    return play_expect(p, what, s, key, err, may ? 0 : JET_errWriteConflict);
}

static int replace(struct play *p, int s, int key, uint32_t arg)
{
    const struct play_session *q = &p->sessions[s];
    struct model_state state;
    int result, err;
    if (!prepare_replace(p, s, key, &state, &result))
        return result;
    state.row.value = (int32_t)(arg & 0xFFFFFF);
    err = set_value(p, q, state.row.value);
    if (err >= 0 && arg % 3 != 0) {
        state.row.body = new_body(p, arg);
        err = set_body(p, q, state.row.body);
    }
    return finish_replace(p, s, key, &state, err, "replace");
}

static int delete(struct play *p, int s, int key)
{
    const struct play_session *q = &p->sessions[s];
    struct model_state state = model_view(&p->model, s, (unsigned)key), gone = {0};
    bool may = model_may(&p->model, s, (unsigned)key, MODEL_WRITE), alone;
    int err = find(q, key);
    if (!state.exists || err < 0)
        return play_expect(p, "seek for delete", s, key, err, state.exists ? 0 : JET_errRecordNotFound);
    if (p->model.sessions[s].level > 0 && p->model.sessions[s].read_only)
        return play_expect(p, "delete while only reading", s, key, JetDelete(q->s, q->t), JET_errTransReadOnly);
    alone = play_alone_begin(p, s);
    err = JetDelete(q->s, q->t);
    if (may)
        model_write(&p->model, s, (unsigned)key, &gone);
    play_alone_end(p, s, alone, err);
    return play_expect(p, "delete", s, key, err, may ? 0 : JET_errWriteConflict);
}

static int move_key(struct play *p, int s, int key, uint32_t arg)
{
    const struct play_session *q = &p->sessions[s];
    struct model_state state = model_view(&p->model, s, (unsigned)key), gone = {0};
    int32_t id = (int32_t)((unsigned)key + 1 + arg % (MODEL_ROWS - 1)) % MODEL_ROWS;
    bool may = model_may(&p->model, s, (unsigned)key, MODEL_WRITE), taken = model_taken(&p->model, s, (unsigned)id), alone;
    int want = !may ? JET_errWriteConflict : taken ? JET_errKeyDuplicate : model_may(&p->model, s, (unsigned)id, MODEL_WRITE) ? 0 : JET_errWriteConflict;
    int err = find(q, key);
    if (!state.exists || err < 0)
        return play_expect(p, "seek for another key", s, key, err, state.exists ? 0 : JET_errRecordNotFound);
    err = JetPrepareUpdate(q->s, q->t, JET_prepInsertCopyDeleteOriginal);
    if (p->model.sessions[s].level > 0 && p->model.sessions[s].read_only)
        return play_expect(p, "another key while only reading", s, key, err, JET_errTransReadOnly);
    if (err < 0)
        return play_expect(p, "prepare another key", s, key, err, want);
    alone = play_alone_begin(p, s);
    err = JetSetColumn(q->s, q->t, p->c.id, &id, sizeof id, 0, NULL);
    if (err >= 0)
        err = JetUpdate(q->s, q->t, NULL, 0, NULL);
    if (err < 0)
        JetPrepareUpdate(q->s, q->t, JET_prepCancel);
    if (want == 0) {
        model_write(&p->model, s, (unsigned)key, &gone);
        model_write(&p->model, s, (unsigned)id, &state);
    }
    play_alone_end(p, s, alone, err);
    if (want != 0 && (err == JET_errKeyDuplicate || err == JET_errWriteConflict))
        return 0;                                       /* which of the two rows is met first is not told */
    return play_expect(p, "another key", s, key, err, want);
}

/* A prepared change with long values that is given up leaves only its lock and its serial behind. */
static int cancel(struct play *p, int s, int key, uint32_t arg)
{
    const struct play_session *q = &p->sessions[s];
    struct model_state state;
    const struct model_bytes *body = new_body(p, arg);
    uint32_t serial;
    int result = 0, err;
    if (arg % 2 == 0) {
        if (!prepare_replace(p, s, key, &state, &result))
            return result;
    } else {
        err = JetPrepareUpdate(q->s, q->t, JET_prepInsert);
        if (err < 0)
            return play_expect(p, "prepare, to be cancelled", s, key, err,
                               p->model.sessions[s].level > 0 && p->model.sessions[s].read_only ? JET_errTransReadOnly : 0);
        if (take_serial(p, s, q, key, &serial))
            return DIFFERENT;
    }
    if (play_expect(p, "body, to be cancelled", s, key, set_body(p, q, body), 0))
        return DIFFERENT;
    return play_expect(p, "cancel", s, key, JetPrepareUpdate(q->s, q->t, JET_prepCancel), 0);
}

/* ---- parts of long values ---- */

static int body_step(struct play *p, const struct step *step)
{
    static unsigned char part[PATCH_MAX];
    int s = step->session, key = step->key, result, err;
    const struct play_session *q = &p->sessions[s];
    uint32_t size = 1 + step->arg % (step->arg % 7 == 0 ? PATCH_MAX - 1 : 400), offset, after;
    struct model_state state;
    struct model_bytes *body;
    JET_SETINFO info = {.cbStruct = sizeof info, .itagSequence = 1};
    if (!prepare_replace(p, s, key, &state, &result))
        return result;
    fill(part, size, step->arg);
    if (step->kind == STEP_body_resize || state.row.body->size > BODY_GROWN) {
        after = step->arg / 7 % (state.row.body->size + 3000) % BODY_GROWN;
        body = model_bytes_new(&p->model, after);
        memcpy(body->data, state.row.body->data, after < state.row.body->size ? after : state.row.body->size);
        err = JetSetColumn(q->s, q->t, p->c.body, NULL, after, JET_bitSetSizeLV | (after == 0 ? JET_bitSetZeroLength : 0), &info);
    } else {
        offset = step->kind == STEP_body_append ? state.row.body->size : step->arg / 7 % (state.row.body->size + 1);
        after = offset + size > state.row.body->size ? offset + size : state.row.body->size;
        body = model_bytes_new(&p->model, after);
        memcpy(body->data, state.row.body->data, state.row.body->size);
        memcpy(body->data + offset, part, size);
        info.ibLongValue = step->kind == STEP_body_append ? 0 : offset;
        err = JetSetColumn(q->s, q->t, p->c.body, part, size, step->kind == STEP_body_append ? JET_bitSetAppendLV : JET_bitSetOverwriteLV, &info);
    }
    state.row.body = body;
    return finish_replace(p, s, key, &state, err, step_name(step));
}

static int notes_step(struct play *p, const struct step *step)
{
    int s = step->session, key = step->key, result, err;
    const struct play_session *q = &p->sessions[s];
    struct model_state state;
    JET_SETINFO info = {.cbStruct = sizeof info, .itagSequence = 0};
    char text[NOTE_MAX];
    if (!prepare_replace(p, s, key, &state, &result))
        return result;
    if (step->kind == STEP_notes_add && state.row.note_count < MODEL_NOTES_MAX) {
        uint8_t number = (uint8_t)(step->arg >> 8);
        state.row.notes[state.row.note_count++] = number;
        err = JetSetColumn(q->s, q->t, p->c.notes, text, note_of(number, text), 0, &info);
    } else {
        info.itagSequence = 1;
        err = JetSetColumn(q->s, q->t, p->c.notes, NULL, 0, 0, &info);
        if (state.row.note_count != 0)
            memmove(state.row.notes, state.row.notes + 1, --state.row.note_count);
    }
    return finish_replace(p, s, key, &state, err, step_name(step));
}

/* ---- counters and locks ---- */

static int escrow(struct play *p, int s, int key, uint32_t arg)
{
    const struct play_session *q = &p->sessions[s];
    struct model_state state = model_view(&p->model, s, (unsigned)key);
    int32_t amount = (int32_t)(arg % 2001) - 1000, before = 0;
    JET_UINT32 size = 0;
    bool inside = p->model.sessions[s].level > 0, may = model_may(&p->model, s, (unsigned)key, MODEL_AMOUNT);
    int err = find(q, key);
    if (!state.exists || err < 0)
        return play_expect(p, "seek for escrow", s, key, err, state.exists ? 0 : JET_errRecordNotFound);
    err = JetEscrowUpdate(q->s, q->t, p->c.counter, &amount, sizeof amount, &before, sizeof before, &size, 0);
    if (!inside)
        return play_expect(p, "escrow outside", s, key, err, JET_errNotInTransaction);
    if (p->model.sessions[s].read_only)
        return play_expect(p, "escrow while only reading", s, key, err, JET_errTransReadOnly);
    if (play_expect(p, "escrow", s, key, err, may ? 0 : JET_errWriteConflict) || err < 0)
        return err < 0 && (p->disk_failed || !may) ? 0 : DIFFERENT;
    if (before != state.row.counter)
        return play_different(p, "escrow, value before", s, key, before, state.row.counter);
    model_add(&p->model, s, (unsigned)key, amount);
    return 0;
}

static int lock(struct play *p, int s, int key, uint32_t arg)
{
    const struct play_session *q = &p->sessions[s];
    struct model_state state = model_view(&p->model, s, (unsigned)key);
    bool inside = p->model.sessions[s].level > 0, write = arg % 2 == 0;
    bool may = model_may(&p->model, s, (unsigned)key, write ? MODEL_WRITE : MODEL_READ_LOCK);
    int err = find(q, key);
    if (!state.exists || err < 0)
        return play_expect(p, "seek for a lock", s, key, err, state.exists ? 0 : JET_errRecordNotFound);
    err = JetGetLock(q->s, q->t, write ? JET_bitWriteLock : JET_bitReadLock);
    if (!inside)
        return play_expect(p, "lock outside", s, key, err, JET_errNotInTransaction);
    if (write && p->model.sessions[s].read_only)
        return play_expect(p, "write lock while only reading", s, key, err, JET_errTransReadOnly);
    if (play_expect(p, write ? "write lock" : "read lock", s, key, err, may ? 0 : JET_errWriteConflict))
        return DIFFERENT;
    if (err >= 0)
        model_lock(&p->model, s, (unsigned)key, write);
    return 0;
}

static int read(struct play *p, int s, int key)
{
    struct model_state state = model_view(&p->model, s, (unsigned)key);
    int err = find(&p->sessions[s], key);
    if (play_expect(p, "read", s, key, err, state.exists ? 0 : JET_errRecordNotFound))
        return DIFFERENT;
    if (err != 0)
        return 0;
    return play_compare_row(p, s, p->sessions[s].t, key, &state) && !p->disk_failed ? DIFFERENT : 0;
}

int play_row_step(struct play *p, const struct step *step)
{
    int s = step->session, key = step->key;
    switch ((enum step_kind)step->kind) {
    case STEP_insert: return insert(p, s, key, step->arg);
    case STEP_replace: return replace(p, s, key, step->arg);
    case STEP_delete: return delete(p, s, key);
    case STEP_upsert: return model_exists(&p->model, s, (unsigned)key) ? replace(p, s, key, step->arg) : insert(p, s, key, step->arg);
    case STEP_copy: return copy(p, s, key, step->arg);
    case STEP_move_key: return move_key(p, s, key, step->arg);
    case STEP_cancel: return cancel(p, s, key, step->arg);
    case STEP_escrow: return escrow(p, s, key, step->arg);
    case STEP_lock: return lock(p, s, key, step->arg);
    case STEP_body_append:
    case STEP_body_patch:
    case STEP_body_resize: return body_step(p, step);
    case STEP_notes_add:
    case STEP_notes_cut: return notes_step(p, step);
    default: return read(p, s, key);
    }
}
