/* Berkeley DB: a transactional environment, the index as an associated database. Durable: the log is synced at commit; otherwise it
 * is written to the system only. */
#include "bench.h"

#include <sys/types.h>

#include <db.h>
#include <stdlib.h>

const char *const engine_name = "bdb";
const char *const engine_log_mark = "log.";

enum { BUFFER_BYTES = 1 << 16 };

struct session { DB_TXN *txn; uint8_t *buffer; unsigned commits; };

static struct engine_config g_config;
static DB_ENV *g_env;
static DB *g_rows, *g_texts;

static void big_endian(uint8_t key[8], uint64_t id)
{
    for (int i = 7; i >= 0; i--, id >>= 8)
        key[i] = (uint8_t)id;
}

static uint64_t from_big_endian(const uint8_t key[8])
{
    uint64_t id = 0;
    for (int i = 0; i < 8; i++)
        id = id << 8 | key[i];
    return id;
}

static int text_of_row(DB *db, const DBT *key, const DBT *data, DBT *result)
{
    (void)db;
    (void)key;
    memset(result, 0, sizeof *result);
    result->data = data->data;
    result->size = TEXT_BYTES;
    return 0;
}

static int open_env(void)
{
    uint64_t cache = g_config.cache_bytes;
    if (db_env_create(&g_env, 0) != 0)
        return -1;
    g_env->set_errfile(g_env, NULL);
    g_env->set_cachesize(g_env, (u_int32_t)(cache >> 30), (u_int32_t)(cache & 0x3FFFFFFF), 1);
    g_env->set_lg_bsize(g_env, 4 << 20);
    g_env->set_lg_max(g_env, 64 << 20);
    g_env->set_lk_detect(g_env, DB_LOCK_YOUNGEST);
    g_env->set_lk_max_locks(g_env, 400000);
    g_env->set_lk_max_objects(g_env, 400000);
    g_env->set_tx_max(g_env, 1000);
    g_env->set_flags(g_env, DB_AUTO_COMMIT, 1);
    if (!g_config.durable)
        g_env->set_flags(g_env, DB_TXN_WRITE_NOSYNC, 1);
    if (!g_config.keep_log)
        g_env->log_set_config(g_env, DB_LOG_AUTO_REMOVE, 1);
    return g_env->open(g_env, g_config.dir, DB_CREATE | DB_INIT_TXN | DB_INIT_LOCK | DB_INIT_LOG | DB_INIT_MPOOL | DB_THREAD |
                       DB_RECOVER | DB_PRIVATE, 0644);
}

static int open_db(DB **db, const char *name, bool duplicates)
{
    if (db_create(db, g_env, 0) != 0)
        return -1;
    if (duplicates)
        (*db)->set_flags(*db, DB_DUPSORT);
    return (*db)->open(*db, NULL, name, NULL, DB_BTREE, DB_CREATE | DB_THREAD | DB_AUTO_COMMIT, 0644);
}

int engine_open(const struct engine_config *config)
{
    g_config = *config;
    if (open_env() != 0 || open_db(&g_rows, "rows.db", false) != 0 || open_db(&g_texts, "texts.db", true) != 0)
        return -1;
    return g_rows->associate(g_rows, NULL, g_texts, text_of_row, DB_IMMUTABLE_KEY);
}

void engine_close(void)
{
    g_env->txn_checkpoint(g_env, 0, 0, DB_FORCE);
    g_texts->close(g_texts, 0);
    g_rows->close(g_rows, 0);
    g_env->close(g_env, 0);
}

int engine_sync(void) { return g_env->log_flush(g_env, NULL); }

uint64_t engine_log_bytes(void)
{
    DB_LOG_STAT *stat;
    uint64_t bytes;
    if (g_env->log_stat(g_env, &stat, 0) != 0)
        return 0;
    bytes = ((uint64_t)stat->st_w_mbytes << 20) + stat->st_w_bytes;
    free(stat);
    return bytes;
}

struct session *session_open(void)
{
    struct session *s = calloc(1, sizeof *s);
    s->buffer = malloc(BUFFER_BYTES);
    return s;
}

void session_close(struct session *s)
{
    free(s->buffer);
    free(s);
}

int txn_begin(struct session *s, bool write)
{
    (void)write;
    return g_env->txn_begin(g_env, NULL, &s->txn, 0);
}

static int judge(int result)
{
    return result == 0 ? 0 : result == DB_LOCK_DEADLOCK || result == DB_LOCK_NOTGRANTED ? BENCH_AGAIN : -abs(result);
}

/* A checkpoint for every 64 MiB of log is the application's part. */
int txn_commit(struct session *s)
{
    int result = judge(s->txn->commit(s->txn, 0));
    s->txn = NULL;
    if (result == 0 && !g_config.keep_log && ++s->commits % 64 == 0)
        g_env->txn_checkpoint(g_env, 64 << 10, 0, 0);
    return result;
}

void txn_abort(struct session *s)
{
    if (s->txn != NULL)
        s->txn->abort(s->txn);
    s->txn = NULL;
}

static DBT in(const void *data, size_t size)
{
    DBT t;
    memset(&t, 0, sizeof t);
    t.data = (void *)(uintptr_t)data;
    t.size = (u_int32_t)size;
    return t;
}

static DBT out(void *data, size_t room)
{
    DBT t;
    memset(&t, 0, sizeof t);
    t.data = data;
    t.ulen = (u_int32_t)room;
    t.flags = DB_DBT_USERMEM;
    return t;
}

int row_put(struct session *s, uint64_t id, const char *text, const void *value, size_t size)
{
    uint8_t number[8];
    DBT key, data;
    big_endian(number, id);
    memcpy(s->buffer, text, TEXT_BYTES);
    memcpy(s->buffer + TEXT_BYTES, value, size);
    key = in(number, sizeof number);
    data = in(s->buffer, TEXT_BYTES + size);
    return judge(g_rows->put(g_rows, s->txn, &key, &data, 0));
}

static int give(struct session *s, const DBT *data, void *value, size_t room, size_t *size)
{
    *size = data->size - TEXT_BYTES;
    if (*size > room)
        return -1;
    memcpy(value, s->buffer + TEXT_BYTES, *size);
    return 0;
}

int row_get(struct session *s, uint64_t id, void *value, size_t room, size_t *size)
{
    uint8_t number[8];
    DBT key, data = out(s->buffer, BUFFER_BYTES);
    int result;
    big_endian(number, id);
    key = in(number, sizeof number);
    result = judge(g_rows->get(g_rows, s->txn, &key, &data, 0));
    return result != 0 ? result : give(s, &data, value, room, size);
}

int row_find(struct session *s, const char *text, uint64_t *id, void *value, size_t room, size_t *size)
{
    uint8_t number[8];
    DBT key = in(text, TEXT_BYTES), primary = out(number, sizeof number), data = out(s->buffer, BUFFER_BYTES);
    int result = judge(g_texts->pget(g_texts, s->txn, &key, &primary, &data, 0));
    if (result != 0)
        return result;
    *id = from_big_endian(number);
    return give(s, &data, value, room, size);
}

int row_update(struct session *s, uint64_t id, const void *value, size_t size)
{
    uint8_t number[8];
    DBT key, data = out(s->buffer, BUFFER_BYTES);
    int result;
    big_endian(number, id);
    key = in(number, sizeof number);
    result = judge(g_rows->get(g_rows, s->txn, &key, &data, DB_RMW));
    if (result != 0)
        return result;
    memcpy(s->buffer + TEXT_BYTES, value, size);
    data.size = (u_int32_t)(TEXT_BYTES + size);
    return judge(g_rows->put(g_rows, s->txn, &key, &data, 0));
}

uint64_t row_scan(struct session *s, uint64_t *sum)
{
    DBC *cursor;
    uint8_t number[8];
    uint64_t count = 0;
    DBT key = out(number, sizeof number), data = out(s->buffer, BUFFER_BYTES);
    /* Read committed: a scan would otherwise keep a lock on every page. */
    if (g_rows->cursor(g_rows, s->txn, &cursor, DB_READ_COMMITTED) != 0)
        return 0;
    for (; cursor->get(cursor, &key, &data, DB_NEXT) == 0; count++)
        *sum += from_big_endian(number) + bench_sum(s->buffer + TEXT_BYTES, data.size - TEXT_BYTES);
    cursor->close(cursor);
    return count;
}
