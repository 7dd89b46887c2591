#include "live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REWRITE_EVERY = 7, REWRITE_BACK = 3, DELETE_EVERY = 11, DELETE_BACK = 5, LOG_KIB = 512, PAGE_BYTES = 8192 };

static const wide_unit table_name[] = {'r', 'o', 'w', 's', 0};
static const char *const column_names[5] = {"id", "version", "state", "body", "tag"};

agent_u32 live_body(int32_t id, int32_t version, unsigned char body[BODY_MAX])
{
    uint32_t x = (uint32_t)id * 2654435761u ^ (uint32_t)version * 40503u ^ 0x9E3779B9u;
    agent_u32 size = 40 + (agent_u32)(x % (BODY_MAX - 40));
    for (agent_u32 i = 0; i < size; i++) {
        x = x * 1664525u + 1013904223u;
        body[i] = (unsigned char)(x >> 24);
    }
    return size;
}

int32_t live_expected(int32_t m, int32_t n)
{
    int32_t deleter = m + DELETE_BACK, rewriter = m + REWRITE_BACK;
    if (m < 1 || m > n || (deleter % DELETE_EVERY == 0 && deleter <= n))
        return 0;
    return rewriter % REWRITE_EVERY == 0 && rewriter <= n ? 2 : 1;
}

/* ---- set-up ---- */

static JET_ERR set_text(struct live *l, agent_u32 id, const char *text)
{
    wide_unit *wide = wide_of(text);
    JET_ERR err = wide != NULL ? JetSetSystemParameterW(l->legacy ? NULL : &l->instance, JET_sesidNil, id, 0, wide) : JET_errOutOfMemory;
    free(wide);
    return err;
}

static JET_ERR configure(struct live *l, const char *name)
{
    wide_unit *wide = wide_of(name);
    JET_INSTANCE *instance = l->legacy ? NULL : &l->instance;
    JET_ERR err = JET_errSuccess;

    if (wide == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(JetSetSystemParameterW(NULL, JET_sesidNil, JET_paramDatabasePageSize, PAGE_BYTES, NULL));
    if (!l->legacy)
        TRY(JetCreateInstanceW(&l->instance, wide));
    TRY(set_text(l, JET_paramSystemPath, l->folder));
    TRY(set_text(l, JET_paramLogFilePath, l->folder));
    TRY(set_text(l, JET_paramTempPath, l->folder));
    TRY(JetSetSystemParameterW(instance, JET_sesidNil, JET_paramCircularLog, 0, NULL));
    TRY(JetSetSystemParameterW(instance, JET_sesidNil, JET_paramLogFileSize, LOG_KIB, NULL));
done:
    free(wide);
    return err;
}

static JET_ERR add_column(JET_SESID s, JET_TABLEID t, const char *name, JET_COLTYP type, agent_u32 max)
{
    JET_COLUMNDEF def = {.cbStruct = sizeof def, .coltyp = type, .cbMax = max, .cp = 1252};
    JET_COLUMNID id = 0;
    wide_unit *wide = wide_of(name);
    JET_ERR err = wide != NULL ? JetAddColumnW(s, t, wide, &def, NULL, 0, &id) : JET_errOutOfMemory;
    free(wide);
    return err;
}

static JET_ERR add_index(JET_SESID s, JET_TABLEID t, const char *name, const char *key, agent_u32 key_chars, JET_GRBIT grbit)
{
    wide_unit *wide = wide_of(name), wide_key[32] = {0};
    JET_ERR err;
    for (agent_u32 i = 0; i < key_chars && i < 32; i++)
        wide_key[i] = (wide_unit)(unsigned char)key[i];
    err = wide != NULL ? JetCreateIndexW(s, t, wide, grbit, wide_key, key_chars * (agent_u32)sizeof(wide_unit), 90) : JET_errOutOfMemory;
    free(wide);
    return err;
}

static JET_ERR create_schema(struct live *l, JET_SESID s)
{
    wide_unit *path = wide_of(l->database);
    JET_DBID db = 0;
    JET_TABLEID t = 0;
    JET_ERR err = JET_errSuccess;

    if (path == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(JetCreateDatabaseW(s, path, NULL, &db, 0));
    TRY(JetBeginTransaction(s));
    TRY(JetCreateTableW(s, db, table_name, 16, 90, &t));
    TRY(add_column(s, t, "id", JET_coltypLong, 0));
    TRY(add_column(s, t, "version", JET_coltypLong, 0));
    TRY(add_column(s, t, "state", JET_coltypLong, 0));
    TRY(add_column(s, t, "body", JET_coltypLongBinary, 0));
    TRY(add_column(s, t, "tag", JET_coltypText, 40));
    TRY(add_index(s, t, "by_id", "+id\0", 5, JET_bitIndexPrimary | JET_bitIndexUnique));
    TRY(add_index(s, t, "by_tag", "+tag\0", 6, 0));
    TRY(JetCloseTable(s, t));
    TRY(JetCommitTransaction(s, 0));
    TRY(JetCloseDatabase(s, db, 0));
done:
    free(path);
    return err;
}

static JET_ERR attach(struct live *l, JET_SESID s)
{
    wide_unit *path = wide_of(l->database);
    JET_ERR err = path != NULL ? JetAttachDatabaseW(s, path, 0) : JET_errOutOfMemory;
    free(path);
    return err;
}

JET_ERR live_start(struct live *l, const char *name, const char *folder, int legacy, int create)
{
    JET_SESID s = 0;
    JET_ERR err = JET_errSuccess;

    memset(l, 0, sizeof *l);
    l->legacy = legacy;
    l->instance = (JET_INSTANCE)JET_instanceNil;
    snprintf(l->folder, sizeof l->folder, "%s/", folder);
    snprintf(l->database, sizeof l->database, "%s/live.edb", folder);
    TRY(configure(l, name));
    TRY(JetInit(legacy ? NULL : &l->instance));
    TRY(JetBeginSessionW(legacy ? 0 : l->instance, &s, NULL, NULL));
    TRY(create ? create_schema(l, s) : attach(l, s));
    TRY(JetEndSession(s, 0));
done:
    return err;
}

JET_ERR live_stop(struct live *l)
{
    return JetTerm2(l->legacy ? 0 : l->instance, JET_bitTermComplete);
}

/* ---- writers ---- */

JET_ERR live_columns_of(JET_SESID s, JET_TABLEID t, struct live_columns *c)
{
    JET_COLUMNID *ids[5] = {&c->id, &c->version, &c->state, &c->body, &c->tag};
    for (unsigned i = 0; i < 5; i++) {
        JET_COLUMNDEF def = {.cbStruct = sizeof def};
        wide_unit *wide = wide_of(column_names[i]);
        JET_ERR err = wide != NULL ? JetGetTableColumnInfoW(s, t, wide, &def, sizeof def, JET_ColInfo) : JET_errOutOfMemory;
        free(wide);
        if (err < 0)
            return err;
        *ids[i] = def.columnid;
    }
    return JET_errSuccess;
}

struct writer {
    struct live *live;
    unsigned number;
    JET_SESID s;
    JET_TABLEID t;
    struct live_columns c;
};

static JET_ERR put_row(struct writer *w, int32_t id, int32_t version, int32_t state, agent_u32 prepare)
{
    unsigned char body[BODY_MAX];
    agent_u32 size = live_body(id, version, body);
    char tag[32];
    int n = snprintf(tag, sizeof tag, "tag %d of %d", (int)(id % 97), (int)version);
    JET_ERR err = JET_errSuccess;

    TRY(JetPrepareUpdate(w->s, w->t, prepare));
    if (prepare == JET_prepInsert)
        TRY(JetSetColumn(w->s, w->t, w->c.id, &id, sizeof id, 0, NULL));
    TRY(JetSetColumn(w->s, w->t, w->c.version, &version, sizeof version, 0, NULL));
    TRY(JetSetColumn(w->s, w->t, w->c.state, &state, sizeof state, 0, NULL));
    TRY(JetSetColumn(w->s, w->t, w->c.body, body, size, 0, NULL));
    TRY(JetSetColumn(w->s, w->t, w->c.tag, tag, (agent_u32)n, 0, NULL));
    TRY(JetUpdate(w->s, w->t, NULL, 0, NULL));
done:
    return err;
}

static JET_ERR find_row(struct writer *w, int32_t id)
{
    JET_ERR err = JetMakeKey(w->s, w->t, &id, sizeof id, JET_bitNewKey);
    return err < 0 ? err : JetSeek(w->s, w->t, JET_bitSeekEQ);
}

/* One commit by the rules of live.h, and a doomed transaction now and then. */
static JET_ERR one_round(struct writer *w, int32_t n)
{
    int32_t base = (int32_t)w->number * ROWS_PER_SESSION;
    JET_ERR err = JET_errSuccess;

    TRY(JetBeginTransaction(w->s));
    TRY(put_row(w, base + n, 0, ROW_KEPT, JET_prepInsert));
    if (n % REWRITE_EVERY == 0 && live_expected(n - REWRITE_BACK, n - 1) == 1) {
        TRY(find_row(w, base + n - REWRITE_BACK));
        TRY(put_row(w, base + n - REWRITE_BACK, 1, ROW_KEPT, JET_prepReplace));
    }
    if (n % DELETE_EVERY == 0 && n > DELETE_BACK) {
        TRY(find_row(w, base + n - DELETE_BACK));
        TRY(JetDelete(w->s, w->t));
    }
    TRY(JetCommitTransaction(w->s, 0));
    w->live->committed[w->number] = n;
    if (n % 5 != 0)
        goto done;
    TRY(JetBeginTransaction(w->s));
    for (int32_t i = 1; i <= 4; i++)
        TRY(put_row(w, base + n + 1000000 + i, 0, ROW_DOOMED, JET_prepInsert));
    TRY(JetRollback(w->s, 0));
    w->live->rolled_back++;
done:
    return err;
}

static void writer_body(void *argument)
{
    struct writer *w = argument;
    wide_unit *path = wide_of(w->live->database);
    JET_DBID db = 0;
    ese_err err = JET_errSuccess;

    if (path == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(JetBeginSessionW(w->live->legacy ? 0 : w->live->instance, &w->s, NULL, NULL));
    TRY(JetOpenDatabaseW(w->s, path, NULL, &db, 0));
    TRY(JetOpenTableW(w->s, db, table_name, NULL, 0, 0, &w->t));
    TRY(live_columns_of(w->s, w->t, &w->c));
    for (int32_t n = w->live->committed[w->number] + 1; !w->live->stop; n++)
        TRY(one_round(w, n));
    TRY(JetEndSession(w->s, 0));
done:
    if (err < 0) {
        const char *function;
        int line;
        err_last(&function, &line);
        fprintf(stderr, "writer %u: error %d after %d commits (%s:%d)\n", w->number, (int)err, (int)w->live->committed[w->number], function, line);
        w->live->failed = err;
    }
    free(path);
    free(w);
}

JET_ERR live_write(struct live *l)
{
    for (unsigned i = 0; i < SESSIONS; i++) {
        struct writer *w = calloc(1, sizeof *w);
        JET_ERR err;
        if (w == NULL)
            return JET_errOutOfMemory;
        w->live = l;
        w->number = i;
        err = os_thread_start(&l->threads[i], writer_body, w);
        if (err < 0) {
            free(w);
            return err;
        }
    }
    return JET_errSuccess;
}

JET_ERR live_quiesce(struct live *l)
{
    l->stop = 1;
    for (unsigned i = 0; i < SESSIONS; i++)
        if (l->threads[i] != NULL)
            os_thread_join(l->threads[i]);
    return l->failed;
}

/* ---- judge ---- */

struct found {
    int32_t n, version;
};

static JET_ERR read_row(JET_SESID s, JET_TABLEID t, const struct live_columns *c, struct judgement *j, unsigned *session, struct found *row)
{
    unsigned char body[BODY_MAX], want[BODY_MAX];
    int32_t id = 0, state = 0;
    agent_u32 got = 0;
    JET_ERR err = JET_errSuccess;

    TRY(JetRetrieveColumn(s, t, c->id, &id, sizeof id, &got, 0, NULL));
    TRY(JetRetrieveColumn(s, t, c->version, &row->version, sizeof row->version, &got, 0, NULL));
    TRY(JetRetrieveColumn(s, t, c->state, &state, sizeof state, &got, 0, NULL));
    TRY(JetRetrieveColumn(s, t, c->body, body, sizeof body, &got, 0, NULL));
    if (got != live_body(id, row->version, want) || memcmp(body, want, got) != 0)
        j->wrong++;
    if (state != ROW_KEPT)
        j->doomed++;
    *session = (unsigned)(id / ROWS_PER_SESSION);
    row->n = id % ROWS_PER_SESSION;
    j->rows++;
done:
    return err;
}

/* Rows of one session in order of n against the rules. The last n is the highest found (n = last is never deleted by itself). */
static void judge_session(const struct found *rows, unsigned count, struct judgement *j, unsigned session)
{
    int32_t last = count != 0 ? rows[count - 1].n : 0, m = 1;
    j->last[session] = last;
    for (unsigned i = 0; i < count; i++) {
        for (; m < rows[i].n; m++)
            if (live_expected(m, last) != 0)
                j->wrong++;
        if (live_expected(m, last) != rows[i].version + 1)
            j->wrong++;
        m = rows[i].n + 1;
    }
}

static JET_ERR collect(JET_SESID s, JET_TABLEID t, struct judgement *j)
{
    struct live_columns c;
    struct found *rows = NULL;
    unsigned count = 0, room = 0, session = 0, current = 0;
    JET_ERR err = JET_errSuccess;

    TRY(live_columns_of(s, t, &c));
    for (err = JetMove(s, t, JET_MoveFirst, 0); err >= 0; err = JetMove(s, t, JET_MoveNext, 0)) {
        struct found row = {0, 0};
        TRY(read_row(s, t, &c, j, &session, &row));
        if (session != current) {
            judge_session(rows, count, j, current);
            current = session < SESSIONS ? session : 0;
            count = 0;
        }
        if (count == room) {
            struct found *grown = realloc(rows, (room = room * 2 + 256) * sizeof *rows);
            if (grown == NULL)
                FAIL(JET_errOutOfMemory);
            rows = grown;
        }
        rows[count++] = row;
    }
    judge_session(rows, count, j, current);
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    free(rows);
    return err;
}

static JET_ERR count_by_tag(JET_SESID s, JET_TABLEID t, struct judgement *j)
{
    wide_unit *index = wide_of("by_tag");
    agent_u32 rows = 0;
    JET_ERR err = index != NULL ? JetSetCurrentIndexW(s, t, index) : JET_errOutOfMemory;
    free(index);
    if (err < 0)
        return err;
    for (err = JetMove(s, t, JET_MoveFirst, 0); err >= 0; err = JetMove(s, t, JET_MoveNext, 0))
        rows++;
    if (err != JET_errNoCurrentRecord)
        return err;
    if (rows != j->rows)
        j->wrong++;
    return JET_errSuccess;
}

JET_ERR live_judge(struct live *l, struct judgement *j)
{
    wide_unit *path = wide_of(l->database);
    JET_SESID s = 0;
    JET_DBID db = 0;
    JET_TABLEID t = 0;
    JET_ERR err = JET_errSuccess;

    memset(j, 0, sizeof *j);
    if (path == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(JetBeginSessionW(l->legacy ? 0 : l->instance, &s, NULL, NULL));
    TRY(JetOpenDatabaseW(s, path, NULL, &db, 0));
    TRY(JetOpenTableW(s, db, table_name, NULL, 0, 0, &t));
    TRY(collect(s, t, j));
    TRY(count_by_tag(s, t, j));
    TRY(JetEndSession(s, 0));
done:
    free(path);
    return err;
}
