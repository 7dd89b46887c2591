#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { TAGS = 37, BODY_MAX = 1500, LOG_KIB = 128, DIFFERENT = 1 };

static uint32_t next_random(struct play *p)
{
    p->random ^= p->random << 13;
    p->random ^= p->random >> 7;
    p->random ^= p->random << 17;
    return (uint32_t)(p->random >> 16);
}

static int different(struct play *p, const char *what, int s, int key, long got, long want)
{
    if (p->fault[0] == 0)
        snprintf(p->fault, sizeof p->fault, "%s: session %d key %d: got %ld, want %ld", what, s, key, got, want);
    return DIFFERENT;
}

/* ---- rows ---- */

static JET_UINT32 body_of(int key, int32_t value, unsigned char *body)
{
    uint32_t x = (uint32_t)key * 2654435761u + (uint32_t)value * 97u + 1;
    JET_UINT32 size = x % 10 == 0 ? 600 + x % (BODY_MAX - 600) : x % 120;
    for (JET_UINT32 n = 0; n < size; n++) {
        x = x * 1664525u + 1013904223u;
        body[n] = (unsigned char)(x >> 24);
    }
    return size;
}

static void tag_of(int32_t value, char tag[16])
{
    snprintf(tag, 16, "tag%03d", (int)((uint32_t)value % TAGS));
}

static int put_columns(struct play *p, const struct play_session *q, int key, int32_t value)
{
    static unsigned char body[BODY_MAX];
    JET_UINT32 size = body_of(key, value, body);
    char tag[16];
    int32_t id = key;
    ese_err err = 0;
    tag_of(value, tag);
    TRY(JetSetColumn(q->s, q->t, p->c.id, &id, sizeof id, 0, NULL));
    TRY(JetSetColumn(q->s, q->t, p->c.value, &value, sizeof value, 0, NULL));
    TRY(JetSetColumn(q->s, q->t, p->c.tag, tag, (JET_UINT32)strlen(tag), 0, NULL));
    TRY(JetSetColumn(q->s, q->t, p->c.body, body, size, size == 0 ? JET_bitSetZeroLength : 0, NULL));
done:
    return err;
}

static int find(const struct play_session *q, int key)
{
    int32_t id = key;
    int err = JetMakeKey(q->s, q->t, &id, sizeof id, JET_bitNewKey);
    return err < 0 ? err : JetSeek(q->s, q->t, JET_bitSeekEQ);
}

/* The row under the cursor must be the state's, in every column. */
static int compare_row(struct play *p, int s, int key, struct model_state want)
{
    static unsigned char body[BODY_MAX], wanted[BODY_MAX];
    const struct play_session *q = &p->sessions[s];
    JET_UINT32 got = 0, size = body_of(key, want.value, wanted);
    int32_t value = -1;
    char tag[16] = "", wanted_tag[16];
    int err = JetRetrieveColumn(q->s, q->t, p->c.value, &value, sizeof value, &got, 0, NULL);

    if (err != 0 || value != want.value)
        return different(p, err != 0 ? "retrieve value, error" : "value", s, key, err != 0 ? err : value, want.value);
    tag_of(want.value, wanted_tag);
    err = JetRetrieveColumn(q->s, q->t, p->c.tag, tag, sizeof tag - 1, &got, 0, NULL);
    if (err != 0 || got != strlen(wanted_tag) || memcmp(tag, wanted_tag, got) != 0)
        return different(p, "tag", s, key, err, 0);
    err = JetRetrieveColumn(q->s, q->t, p->c.body, body, sizeof body, &got, 0, NULL);
    if (err != 0 || got != size || memcmp(body, wanted, size) != 0)
        return different(p, "body", s, key, err != 0 ? err : (long)got, size);
    return 0;
}

/* ---- set-up ---- */

static int configure(struct play *p)
{
    ese_err err = 0;
    TRY(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, p->page_size, NULL));
    TRY(JetCreateInstanceA(&p->instance, "model"));
    TRY(JetSetSystemParameterA(&p->instance, 0, JET_paramSystemPath, 0, p->folder));
    TRY(JetSetSystemParameterA(&p->instance, 0, JET_paramLogFilePath, 0, p->folder));
    TRY(JetSetSystemParameterA(&p->instance, 0, JET_paramTempPath, 0, p->folder));
    TRY(JetSetSystemParameterA(&p->instance, 0, JET_paramLogFileSize, LOG_KIB, NULL));
    TRY(JetSetSystemParameterA(&p->instance, 0, JET_paramCheckpointDepthMax, 2 * LOG_KIB * 1024, NULL));
    TRY(JetSetSystemParameterA(&p->instance, 0, JET_paramMaxTemporaryTables, 0, NULL));
    TRY(JetSetSystemParameterA(&p->instance, 0, JET_paramCircularLog, 1, NULL));
    TRY(JetInit(&p->instance));
done:
    return err;
}

static int create_table(struct play *p, JET_SESID s, const char *path)
{
    JET_COLUMNDEF number = {.cbStruct = sizeof number, .coltyp = JET_coltypLong};
    JET_COLUMNDEF text = {.cbStruct = sizeof text, .coltyp = JET_coltypText, .cp = 1252, .cbMax = 20};
    JET_COLUMNDEF blob = {.cbStruct = sizeof blob, .coltyp = JET_coltypLongBinary};
    JET_DBID db = 0;
    JET_TABLEID t = 0;
    ese_err err = 0;
    TRY(JetCreateDatabaseA(s, path, NULL, &db, 0));
    TRY(JetBeginTransaction(s));
    TRY(JetCreateTableA(s, db, "t", 4, 90, &t));
    TRY(JetAddColumnA(s, t, "id", &number, NULL, 0, &p->c.id));
    TRY(JetAddColumnA(s, t, "value", &number, NULL, 0, &p->c.value));
    TRY(JetAddColumnA(s, t, "tag", &text, NULL, 0, &p->c.tag));
    TRY(JetAddColumnA(s, t, "body", &blob, NULL, 0, &p->c.body));
    TRY(JetCreateIndexA(s, t, "by_id", JET_bitIndexPrimary | JET_bitIndexUnique, "+id\0", 5, 80));
    TRY(JetCreateIndexA(s, t, "by_tag", 0, "+tag\0", 6, 80));
    TRY(JetCloseTable(s, t));
    TRY(JetCommitTransaction(s, 0));
    TRY(JetCloseDatabase(s, db, 0));
done:
    return err;
}

static int column_ids(struct play *p, const struct play_session *q)
{
    static const char *const names[4] = {"id", "value", "tag", "body"};
    JET_COLUMNID *const to[4] = {&p->c.id, &p->c.value, &p->c.tag, &p->c.body};
    ese_err err = 0;
    for (int n = 0; n < 4; n++) {
        JET_COLUMNDEF def = {.cbStruct = sizeof def};
        TRY(JetGetTableColumnInfoA(q->s, q->t, names[n], &def, sizeof def, JET_ColInfo));
        *to[n] = def.columnid;
    }
done:
    return err;
}

int play_open(struct play *p, uint64_t seed, const char *folder, uint32_t page_size, bool create)
{
    char path[512];
    JET_SESID s = 0;
    ese_err err = 0;

    p->random = seed * 0x9E3779B97F4A7C15ull + 88172645463325252ull;
    p->folder = folder;
    p->page_size = page_size;
    p->instance = JET_instanceNil;
    snprintf(path, sizeof path, "%smodel.edb", folder);
    TRY(configure(p));
    TRY(JetBeginSessionA(p->instance, &s, NULL, NULL));
    p->sessions[0].s = s;                               /* play_close ends it when what follows fails */
    if (create)
        TRY(create_table(p, s, path));
    else
        TRY(JetAttachDatabaseA(s, path, 0));
    TRY(JetEndSession(s, 0));
    for (int n = 0; n < MODEL_SESSIONS; n++) {
        struct play_session *q = &p->sessions[n];
        TRY(JetBeginSessionA(p->instance, &q->s, NULL, NULL));
        TRY(JetOpenDatabaseA(q->s, path, NULL, &q->db, 0));
        TRY(JetOpenTableA(q->s, q->db, "t", NULL, 0, 0, &q->t));
    }
    TRY(column_ids(p, &p->sessions[0]));
done:
    return err;
}

int play_close(struct play *p, bool abrupt)
{
    for (int n = 0; n < MODEL_SESSIONS; n++) {
        if (abrupt)
            JetRollback(p->sessions[n].s, JET_bitRollbackAll);
        JetEndSession(p->sessions[n].s, 0);
    }
    return JetTerm2(p->instance, abrupt ? JET_bitTermDirty : JET_bitTermComplete);
}

/* ---- operations: each returns 0, or DIFFERENT ---- */

static int expect(struct play *p, const char *what, int s, int key, int got, int want)
{
    if (got == want)
        return 0;
    if (p->disk_failed && got < 0)
        return 0;
    return different(p, what, s, key, got, want);
}

static int op_begin(struct play *p, int s)
{
    if (p->model.sessions[s].level >= MODEL_LEVELS)
        return 0;
    if (expect(p, "begin", s, 0, JetBeginTransaction(p->sessions[s].s), 0))
        return DIFFERENT;
    model_begin(&p->model, s);
    return 0;
}

static int op_commit(struct play *p, int s)
{
    bool outer = p->model.sessions[s].level == 1;
    int err;
    if (p->model.sessions[s].level == 0)
        return expect(p, "commit outside", s, 0, JetCommitTransaction(p->sessions[s].s, 0), JET_errNotInTransaction);
    if (outer) {
        p->doubt = p->model;
        model_commit(&p->doubt, s);
    }
    err = JetCommitTransaction(p->sessions[s].s, 0);
    if (err < 0) {
        if (outer)
            p->in_doubt = true;
        return expect(p, "commit", s, 0, err, 0);
    }
    model_commit(&p->model, s);
    return 0;
}

static int op_rollback(struct play *p, int s)
{
    if (p->model.sessions[s].level == 0)
        return expect(p, "rollback outside", s, 0, JetRollback(p->sessions[s].s, 0), JET_errNotInTransaction);
    if (expect(p, "rollback", s, 0, JetRollback(p->sessions[s].s, 0), 0))
        return DIFFERENT;
    model_rollback(&p->model, s);
    return 0;
}

static int op_insert(struct play *p, int s, int key, int32_t value)
{
    const struct play_session *q = &p->sessions[s];
    bool taken = model_taken(&p->model, s, key);
    int want = taken ? JET_errKeyDuplicate : model_may_write(&p->model, s, key);
    int err = JetPrepareUpdate(q->s, q->t, JET_prepInsert);
    if (err >= 0)
        err = put_columns(p, q, key, value);
    if (err >= 0)
        err = JetUpdate(q->s, q->t, NULL, 0, NULL);
    if (err < 0)
        JetPrepareUpdate(q->s, q->t, JET_prepCancel);
    /* A key whose last state this transaction has not seen: the original answers "duplicate" or "conflict" by what the page shows. */
    if (want != 0 && (err == JET_errKeyDuplicate || err == JET_errWriteConflict) && model_may_write(&p->model, s, key) != 0)
        return 0;
    if (expect(p, "insert", s, key, err, want))
        return DIFFERENT;
    if (err == 0)
        model_write(&p->model, s, key, (struct model_state){true, value});
    return 0;
}

static int op_change(struct play *p, int s, int key, int32_t value, bool delete)
{
    const struct play_session *q = &p->sessions[s];
    struct model_state view = model_view(&p->model, s, key);
    int err = find(q, key), want;

    if (!view.exists)
        return expect(p, "seek of nothing", s, key, err, JET_errRecordNotFound);
    if (expect(p, "seek", s, key, err, 0) || err < 0)
        return err < 0 && p->disk_failed ? 0 : DIFFERENT;
    if (compare_row(p, s, key, view))
        return p->disk_failed ? 0 : DIFFERENT;
    want = model_may_write(&p->model, s, key);
    if (delete) {
        err = JetDelete(q->s, q->t);
    } else {
        err = JetPrepareUpdate(q->s, q->t, JET_prepReplace);
        if (err >= 0) {
            err = put_columns(p, q, key, value);
            if (err >= 0)
                err = JetUpdate(q->s, q->t, NULL, 0, NULL);
            if (err < 0)
                JetPrepareUpdate(q->s, q->t, JET_prepCancel);
        }
    }
    if (expect(p, delete ? "delete" : "replace", s, key, err, want))
        return DIFFERENT;
    if (err == 0)
        model_write(&p->model, s, key, (struct model_state){!delete, value});
    return 0;
}

static int op_read(struct play *p, int s, int key)
{
    struct model_state view = model_view(&p->model, s, key);
    int err = find(&p->sessions[s], key);
    if (expect(p, "read", s, key, err, view.exists ? 0 : JET_errRecordNotFound))
        return DIFFERENT;
    if (err != 0)
        return 0;
    return compare_row(p, s, key, view) && !p->disk_failed ? DIFFERENT : 0;
}

/* The next record after a key, wherever it is. */
static int op_next(struct play *p, int s, int key)
{
    const struct play_session *q = &p->sessions[s];
    int32_t id = key, found = -1;
    JET_UINT32 got = 0;
    int want = key + 1, err = JetMakeKey(q->s, q->t, &id, sizeof id, JET_bitNewKey);

    while (want < MODEL_KEYS && !model_view(&p->model, s, want).exists)
        want++;
    if (err >= 0)
        err = JetSeek(q->s, q->t, JET_bitSeekGT);
    if (want == MODEL_KEYS)
        return expect(p, "next at the end", s, key, err, JET_errRecordNotFound);
    if (err < 0)
        return expect(p, "next", s, key, err, 0);
    err = JetRetrieveColumn(q->s, q->t, p->c.id, &found, sizeof found, &got, 0, NULL);
    return err == 0 && found == want ? 0 : p->disk_failed ? 0 : different(p, "next", s, key, err != 0 ? err : found, want);
}

int play_step(struct play *p, unsigned number)
{
    int s = (int)(next_random(p) % MODEL_SESSIONS), key = (int)(next_random(p) % MODEL_KEYS);
    unsigned kind = next_random(p) % 100;
    int32_t value = (int32_t)(next_random(p) & 0xFFFFFF);
    bool inside = p->model.sessions[s].level > 0;

    if (number % 400 < 60)                              /* now and then everything happens in a small range */
        key = key % 12;
    if (kind < 8 || (!inside && kind < 30))
        return op_begin(p, s);
    if (kind < 18)
        return op_commit(p, s);
    if (kind < 23)
        return op_rollback(p, s);
    if (kind < 50)
        return inside ? op_insert(p, s, key, value) : op_read(p, s, key);
    if (kind < 70)
        return inside ? op_change(p, s, key, value, false) : op_read(p, s, key);
    if (kind < 82)
        return inside ? op_change(p, s, key, value, true) : op_next(p, s, key);
    return kind < 92 ? op_read(p, s, key) : op_next(p, s, key);
}

/* ---- whole table ---- */

static int check_primary(struct play *p, int s)
{
    const struct play_session *q = &p->sessions[s];
    int key = 0, err = JetSetCurrentIndexA(q->s, q->t, NULL);
    if (err >= 0)
        err = JetMove(q->s, q->t, JET_MoveFirst, 0);
    for (; key < MODEL_KEYS; key++) {
        struct model_state view = model_view(&p->model, s, key);
        int32_t id = -1;
        JET_UINT32 got = 0;
        if (!view.exists)
            continue;
        if (err != 0)
            return different(p, "scan ended early", s, key, err, 0);
        err = JetRetrieveColumn(q->s, q->t, p->c.id, &id, sizeof id, &got, 0, NULL);
        if (err != 0 || id != key)
            return different(p, "scan", s, key, err != 0 ? err : id, key);
        if (compare_row(p, s, key, view))
            return DIFFERENT;
        err = JetMove(q->s, q->t, JET_MoveNext, 0);
    }
    return err == JET_errNoCurrentRecord ? 0 : different(p, "scan goes on", s, key, err, JET_errNoCurrentRecord);
}

static int check_secondary(struct play *p, int s)
{
    const struct play_session *q = &p->sessions[s];
    int count = 0, want = 0, err = JetSetCurrentIndexA(q->s, q->t, "by_tag");
    char before[16] = "", tag[16];
    int32_t id_before = -1, id;

    for (int key = 0; key < MODEL_KEYS; key++)
        want += model_view(&p->model, s, key).exists;
    if (err >= 0)
        err = JetMove(q->s, q->t, JET_MoveFirst, 0);
    for (; err == 0; err = JetMove(q->s, q->t, JET_MoveNext, 0), count++) {
        JET_UINT32 got = 0;
        struct model_state view;
        char wanted[16];
        memset(tag, 0, sizeof tag);
        if (JetRetrieveColumn(q->s, q->t, p->c.tag, tag, sizeof tag - 1, &got, 0, NULL) != 0 ||
            JetRetrieveColumn(q->s, q->t, p->c.id, &id, sizeof id, &got, 0, NULL) != 0)
            return different(p, "secondary retrieve", s, -1, 0, 0);
        if (strcmp(before, tag) > 0 || (strcmp(before, tag) == 0 && id <= id_before))
            return different(p, "secondary order", s, id, id_before, 0);
        view = model_view(&p->model, s, id >= 0 && id < MODEL_KEYS ? id : 0);
        tag_of(view.value, wanted);
        if (!view.exists || strcmp(tag, wanted) != 0)
            return different(p, "secondary entry of a state not seen", s, id, 0, 0);
        strcpy(before, tag);
        id_before = id;
    }
    if (JetSetCurrentIndexA(q->s, q->t, NULL) < 0)
        return different(p, "back to the primary index", s, -1, 0, 0);
    if (err != JET_errNoCurrentRecord || count != want)
        return different(p, "secondary count", s, -1, err != JET_errNoCurrentRecord ? err : count, want);
    return 0;
}

int play_check(struct play *p)
{
    for (int s = 0; s < MODEL_SESSIONS; s++)
        if (check_primary(p, s) || check_secondary(p, s))
            return DIFFERENT;
    return 0;
}

int play_check_committed(struct play *p)
{
    char first[sizeof p->fault];
    if (play_check(p) == 0)
        return 0;
    if (!p->in_doubt)
        return DIFFERENT;
    memcpy(first, p->fault, sizeof first);
    p->fault[0] = 0;
    p->model = p->doubt;
    model_crash(&p->model);
    if (play_check(p) == 0)
        return 0;
    memcpy(p->fault, first, sizeof first);
    return DIFFERENT;
}
