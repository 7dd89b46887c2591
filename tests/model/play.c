/* The frame: set-up, transactions, comparing results, dispatch. */
#include "play_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { LOG_KIB = 128 };

int play_different(struct play *p, const char *what, int s, int key, long got, long want)
{
    if (p->fault[0] == 0)
        snprintf(p->fault, sizeof p->fault, "%s: session %d key %d: got %ld, want %ld", what, s, key, got, want);
    return DIFFERENT;
}

int play_expect_any(struct play *p, const char *what, int s, int key, int got, const int *wants)
{
    for (unsigned n = 0; wants[n] != 1; n++)
        if (wants[n] == got)
            return 0;
    if (p->disk_failed && got < 0) {
        p->failures++;
        return 0;
    }
    return play_different(p, what, s, key, got, wants[0]);
}

int play_expect(struct play *p, const char *what, int s, int key, int got, int want)
{
    return EXPECT_ANY(p, what, s, key, got, want);
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

static int add_columns(struct play *p, JET_SESID s, JET_TABLEID t)
{
    static const int32_t zero = 0;
    JET_COLUMNDEF number = {.cbStruct = sizeof number, .coltyp = JET_coltypLong};
    JET_COLUMNDEF escrow = {.cbStruct = sizeof escrow, .coltyp = JET_coltypLong, .grbit = JET_bitColumnEscrowUpdate};
    JET_COLUMNDEF version = {.cbStruct = sizeof version, .coltyp = JET_coltypLong, .grbit = JET_bitColumnVersion};
    JET_COLUMNDEF serial = {.cbStruct = sizeof serial, .coltyp = JET_coltypLong, .grbit = JET_bitColumnAutoincrement};
    JET_COLUMNDEF text = {.cbStruct = sizeof text, .coltyp = JET_coltypText, .cp = 1252, .cbMax = 20};
    JET_COLUMNDEF blob = {.cbStruct = sizeof blob, .coltyp = JET_coltypLongBinary};
    JET_COLUMNDEF notes = {.cbStruct = sizeof notes, .coltyp = JET_coltypLongText, .cp = 1252, .grbit = JET_bitColumnTagged | JET_bitColumnMultiValued};
    ese_err err = 0;
    TRY(JetAddColumnA(s, t, "id", &number, NULL, 0, &p->c.id));
    TRY(JetAddColumnA(s, t, "value", &number, NULL, 0, &p->c.value));
    TRY(JetAddColumnA(s, t, "tag", &text, NULL, 0, &p->c.tag));
    TRY(JetAddColumnA(s, t, "counter", &escrow, &zero, sizeof zero, &p->c.counter));
    TRY(JetAddColumnA(s, t, "version", &version, NULL, 0, &p->c.version));
    TRY(JetAddColumnA(s, t, "serial", &serial, NULL, 0, &p->c.serial));
    TRY(JetAddColumnA(s, t, "body", &blob, NULL, 0, &p->c.body));
    TRY(JetAddColumnA(s, t, "notes", &notes, NULL, 0, &p->c.notes));
done:
    return err;
}

static int create_table(struct play *p, JET_SESID s, const char *path)
{
    JET_DBID db = 0;
    JET_TABLEID t = 0;
    ese_err err = 0;
    TRY(JetCreateDatabaseA(s, path, NULL, &db, 0));
    TRY(JetBeginTransaction(s));
    TRY(JetCreateTableA(s, db, "t", 4, 90, &t));
    TRY(add_columns(p, s, t));
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
    static const char *const names[8] = {"id", "value", "tag", "counter", "version", "serial", "body", "notes"};
    JET_COLUMNID *const to[8] = {&p->c.id, &p->c.value, &p->c.tag, &p->c.counter, &p->c.version, &p->c.serial, &p->c.body, &p->c.notes};
    ese_err err = 0;
    for (int n = 0; n < 8; n++) {
        JET_COLUMNDEF def = {.cbStruct = sizeof def};
        TRY(JetGetTableColumnInfoA(q->s, q->t, names[n], &def, sizeof def, JET_ColInfo));
        *to[n] = def.columnid;
    }
done:
    return err;
}

static int open_session(struct play *p, struct play_session *q, const char *path)
{
    ese_err err = 0;
    *q = (struct play_session){0};
    TRY(JetBeginSessionA(p->instance, &q->s, NULL, NULL));
    TRY(JetOpenDatabaseA(q->s, path, NULL, &q->db, 0));
    TRY(JetOpenTableA(q->s, q->db, "t", NULL, 0, 0, &q->t));
    TRY(JetOpenTableA(q->s, q->db, "t", NULL, 0, 0, &q->browser));
done:
    return err;
}

/* After a start the next number is at least one behind the highest in use. */
static uint32_t lowest_serial(const struct play *p)
{
    uint32_t low = 1;
    for (unsigned n = 0; n < MODEL_ROWS; n++) {
        struct model_state state = model_last(&p->model, n);
        if (state.exists && state.row.serial >= low)
            low = state.row.serial + 1;
    }
    return low;
}

int play_open(struct play *p, const char *folder, uint32_t page_size, bool create)
{
    char path[512];
    JET_SESID s = 0;
    ese_err err = 0;

    p->folder = folder;
    p->page_size = page_size;
    p->instance = JET_instanceNil;
    p->serial_next = create ? 1 : 0;
    p->serial_low = lowest_serial(p);
    memset(p->sessions, 0, sizeof p->sessions);
    snprintf(path, sizeof path, "%smodel.edb", folder);
    TRY(configure(p));
    TRY(JetBeginSessionA(p->instance, &s, NULL, NULL));
    p->sessions[0].s = s;                               /* play_close ends it when what follows fails */
    if (create)
        TRY(create_table(p, s, path));
    else
        TRY(JetAttachDatabaseA(s, path, 0));
    TRY(JetEndSession(s, 0));
    for (int n = 0; n < MODEL_SESSIONS; n++)
        TRY(open_session(p, &p->sessions[n], path));
    TRY(column_ids(p, &p->sessions[0]));
done:
    return err;
}

void play_roll_back_all(struct play *p)
{
    for (int s = 0; s < MODEL_SESSIONS; s++)
        while (p->model.sessions[s].level > 0) {
            JetRollback(p->sessions[s].s, 0);
            model_rollback(&p->model, s);
            play_table_release(p, s, p->model.sessions[s].level);
        }
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

/* ---- transactions ---- */

bool play_alone_begin(struct play *p, int s)
{
    bool alone = p->model.sessions[s].level == 0;
    if (alone)
        model_begin(&p->model, s, false);
    return alone;
}

/* An answer, not a failure: then nothing is in doubt. */
static bool is_answer(int err)
{
    static const int answers[] = {JET_errKeyDuplicate, JET_errWriteConflict, JET_errTransReadOnly, JET_errColumnDuplicate, JET_errColumnNotFound,
                                  JET_errIndexDuplicate, JET_errIndexNotFound, JET_errTableDuplicate, JET_errObjectNotFound, JET_errTableInUse,
                                  JET_errTableLocked, JET_errRecordNotFound};
    for (unsigned n = 0; n < sizeof answers / sizeof answers[0]; n++)
        if (answers[n] == err)
            return true;
    return false;
}

bool play_may_have_done(const struct play *p, bool alone, int err)
{
    return err >= 0 || (alone && p->disk_failed && !is_answer(err));
}

void play_alone_end(struct play *p, int s, bool alone, int err)
{
    if (!alone)
        return;
    if (err >= 0) {
        model_commit(&p->model, s);
    } else if (p->disk_failed && !p->in_doubt && !is_answer(err)) {
        p->in_doubt = true;                             /* what was to be committed stays pending */
        p->doubt_session = s;
    } else {
        model_rollback(&p->model, s);
    }
}

static int begin(struct play *p, int s, bool read_only)
{
    struct play_session *q = &p->sessions[s];
    int err;
    if (p->model.sessions[s].level >= MODEL_LEVELS)
        return 0;
    err = JetBeginTransaction2(q->s, read_only ? JET_bitTransactionReadOnly : 0);
    if (play_expect(p, "begin", s, 0, err, 0) || err < 0)
        return err < 0 && p->disk_failed ? 0 : DIFFERENT;
    model_begin(&p->model, s, read_only);
    return 0;
}

/* Where the browsing cursor stands survives a commit; a rollback of the level in which it got there puts it before all entries. */
static void end_level(struct play *p, int s, bool committed)
{
    struct play_session *q = &p->sessions[s];
    int level = p->model.sessions[s].level;
    if (q->place.level > level) {
        q->place.level = level;
        if (!committed && q->place.where != PLAY_NOWHERE)
            q->place.where = PLAY_BEFORE;
    }
    for (int n = 0; committed && n < MODEL_TABLES; n++)
        if (q->held[n].level > level)
            q->held[n].level = level;
    if (!committed)
        play_table_release(p, s, level);
}

static int commit(struct play *p, int s)
{
    bool outer = p->model.sessions[s].level == 1;
    int err = JetCommitTransaction(p->sessions[s].s, 0);
    if (p->model.sessions[s].level == 0)
        return play_expect(p, "commit outside", s, 0, err, JET_errNotInTransaction);
    if (err < 0) {
        if (outer && p->disk_failed) {
            p->in_doubt = true;
            p->doubt_session = s;
        }
        return play_expect(p, "commit", s, 0, err, 0);
    }
    model_commit(&p->model, s);
    end_level(p, s, true);
    return 0;
}

static int rollback(struct play *p, int s)
{
    int err = JetRollback(p->sessions[s].s, 0);
    if (p->model.sessions[s].level == 0)
        return play_expect(p, "rollback outside", s, 0, err, JET_errNotInTransaction);
    if (play_expect(p, "rollback", s, 0, err, 0) || err < 0)
        return err < 0 && p->disk_failed ? 0 : DIFFERENT;
    model_rollback(&p->model, s);
    end_level(p, s, false);
    return 0;
}

int play_step(struct play *p, const struct step *step)
{
    int s = step->session;
    switch ((enum step_kind)step->kind) {
    case STEP_begin: return begin(p, s, false);
    case STEP_begin_reading: return begin(p, s, true);
    case STEP_commit: return commit(p, s);
    case STEP_rollback: return rollback(p, s);
    case STEP_seek: return play_seek(p, step);
    case STEP_move: return play_move(p, step);
    case STEP_range: return play_range(p, step);
    default: break;
    }
    if (step->kind < STEP_column_add)
        return play_row_step(p, step);
    return step->kind < STEP_table_create ? play_schema_step(p, step) : play_table_step(p, step);
}
