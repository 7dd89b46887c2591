/* LMDB: rows by number, a second tree from text to number; synced commits when durable, MDB_NOSYNC otherwise (which does not even
 * keep the order of writes). */
#include "bench.h"

#include <lmdb.h>
#include <stdlib.h>

const char *const engine_name = "lmdb";
const char *const engine_log_mark = "-no-log-";

struct session { MDB_txn *write, *read; bool writing; };

static MDB_env *g_env;
static MDB_dbi g_rows, g_texts;

int engine_open(const struct engine_config *config)
{
    MDB_txn *t;
    if (mdb_env_create(&g_env) != 0 || mdb_env_set_maxdbs(g_env, 4) != 0 || mdb_env_set_mapsize(g_env, (size_t)8 << 30) != 0)
        return -1;
    /* MDB_NOTLS: a reader belongs to the session, not to the thread. */
    if (mdb_env_open(g_env, config->dir, MDB_NOTLS | (config->durable ? 0u : MDB_NOSYNC), 0644) != 0 || mdb_txn_begin(g_env, NULL, 0, &t) != 0)
        return -2;
    if (mdb_dbi_open(t, "rows", MDB_INTEGERKEY | MDB_CREATE, &g_rows) != 0 ||
        mdb_dbi_open(t, "texts", MDB_DUPSORT | MDB_DUPFIXED | MDB_INTEGERDUP | MDB_CREATE, &g_texts) != 0)
        return -3;
    return mdb_txn_commit(t);
}

void engine_close(void)
{
    (void)mdb_env_sync(g_env, 1);
    mdb_env_close(g_env);
}

int engine_sync(void) { return mdb_env_sync(g_env, 1); }
uint64_t engine_log_bytes(void) { return 0; }

struct session *session_open(void)
{
    struct session *s = calloc(1, sizeof *s);
    if (mdb_txn_begin(g_env, NULL, MDB_RDONLY, &s->read) != 0)
        bench_fail("reader", 0);
    mdb_txn_reset(s->read);
    return s;
}

void session_close(struct session *s)
{
    mdb_txn_abort(s->read);
    free(s);
}

int txn_begin(struct session *s, bool write)
{
    s->writing = write;
    return write ? mdb_txn_begin(g_env, NULL, 0, &s->write) : mdb_txn_renew(s->read);
}

int txn_commit(struct session *s)
{
    int result = 0;
    if (!s->writing) {
        mdb_txn_reset(s->read);
    } else {
        result = -abs(mdb_txn_commit(s->write));
        s->write = NULL;
    }
    return result;
}

void txn_abort(struct session *s)
{
    if (s->writing && s->write != NULL)
        mdb_txn_abort(s->write);
    else if (!s->writing)
        mdb_txn_reset(s->read);
    s->write = NULL;
}

static MDB_val number(uint64_t *id) { return (MDB_val){sizeof *id, id}; }
static MDB_val letters(const char *text) { return (MDB_val){TEXT_BYTES, (void *)(uintptr_t)text}; }

/* A row: text, then value. */
static int store(struct session *s, uint64_t id, const char *text, const void *value, size_t size, unsigned flags)
{
    MDB_val key = number(&id), data = {TEXT_BYTES + size, NULL};
    if (mdb_put(s->write, g_rows, &key, &data, MDB_RESERVE | flags) != 0)
        return -1;
    memcpy(data.mv_data, text, TEXT_BYTES);
    memcpy((char *)data.mv_data + TEXT_BYTES, value, size);
    return 0;
}

int row_put(struct session *s, uint64_t id, const char *text, const void *value, size_t size)
{
    MDB_val key = letters(text), data = number(&id);
    if (store(s, id, text, value, size, MDB_NOOVERWRITE) != 0)
        return -1;
    return mdb_put(s->write, g_texts, &key, &data, 0) != 0 ? -1 : 0;
}

int row_get(struct session *s, uint64_t id, void *value, size_t room, size_t *size)
{
    MDB_val key = number(&id), data;
    if (mdb_get(s->writing ? s->write : s->read, g_rows, &key, &data) != 0 || data.mv_size - TEXT_BYTES > room)
        return -1;
    *size = data.mv_size - TEXT_BYTES;
    memcpy(value, (char *)data.mv_data + TEXT_BYTES, *size);
    return 0;
}

int row_find(struct session *s, const char *text, uint64_t *id, void *value, size_t room, size_t *size)
{
    MDB_val key = letters(text), data;
    if (mdb_get(s->writing ? s->write : s->read, g_texts, &key, &data) != 0)
        return -1;
    memcpy(id, data.mv_data, sizeof *id);
    return row_get(s, *id, value, room, size);
}

int row_update(struct session *s, uint64_t id, const void *value, size_t size)
{
    char text[TEXT_BYTES];
    MDB_val key = number(&id), data;
    if (mdb_get(s->write, g_rows, &key, &data) != 0)
        return -1;
    memcpy(text, data.mv_data, TEXT_BYTES);
    return store(s, id, text, value, size, 0);
}

uint64_t row_scan(struct session *s, uint64_t *sum)
{
    MDB_cursor *cursor;
    MDB_val key, data;
    uint64_t count = 0, id;
    if (mdb_cursor_open(s->writing ? s->write : s->read, g_rows, &cursor) != 0)
        return 0;
    for (; mdb_cursor_get(cursor, &key, &data, MDB_NEXT) == 0; count++) {
        memcpy(&id, key.mv_data, sizeof id);
        *sum += id + bench_sum((char *)data.mv_data + TEXT_BYTES, data.mv_size - TEXT_BYTES);
    }
    mdb_cursor_close(cursor);
    return count;
}
