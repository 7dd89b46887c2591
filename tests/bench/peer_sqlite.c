/* SQLite: rowid table and an index, WAL; synchronous FULL when durable, NORMAL otherwise. */
#include "bench.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

const char *const engine_name = "sqlite";
const char *const engine_log_mark = "-wal";

enum statement { BEGIN_READ, BEGIN_WRITE, COMMIT, ROLLBACK, PUT, GET, FIND, UPDATE, SCAN, STATEMENTS };

static const char *const g_sql[STATEMENTS] = {
    "BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", "INSERT INTO rows VALUES(?,?,?)", "SELECT value FROM rows WHERE id=?",
    "SELECT id, value FROM rows WHERE text=?", "UPDATE rows SET value=? WHERE id=?", "SELECT id, value FROM rows ORDER BY id",
};

struct session { sqlite3 *db; sqlite3_stmt *statements[STATEMENTS]; };

static struct engine_config g_config;
static char g_path[1100];
static sqlite3 *g_main;

static void execute(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        bench_fail(sqlite3_errmsg(db), sqlite3_errcode(db));
}

static sqlite3 *connect_to(void)
{
    sqlite3 *db;
    char text[100];
    if (sqlite3_open_v2(g_path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        bench_fail("open", sqlite3_errcode(db));
    sqlite3_busy_timeout(db, 60000);
    execute(db, "PRAGMA journal_mode=WAL");
    execute(db, g_config.durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    snprintf(text, sizeof text, "PRAGMA cache_size=-%zu", g_config.cache_bytes / 1024);
    execute(db, text);
    if (g_config.keep_log)
        execute(db, "PRAGMA wal_autocheckpoint=0");
    return db;
}

int engine_open(const struct engine_config *config)
{
    g_config = *config;
    snprintf(g_path, sizeof g_path, "%s/bench.sqlite", config->dir);
    g_main = connect_to();
    if (config->create)
        execute(g_main, "CREATE TABLE rows(id INTEGER PRIMARY KEY, text TEXT NOT NULL, value BLOB NOT NULL);"
                        "CREATE INDEX rows_text ON rows(text)");
    return 0;
}

void engine_close(void)
{
    sqlite3_close(g_main);
}

int engine_sync(void)
{
    return sqlite3_wal_checkpoint_v2(g_main, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) == SQLITE_OK || g_config.keep_log ? 0 : -1;
}

uint64_t engine_log_bytes(void)
{
    return bench_dir_bytes(g_config.dir, engine_log_mark, true, false);
}

struct session *session_open(void)
{
    struct session *s = calloc(1, sizeof *s);
    s->db = connect_to();
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(s->db, g_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &s->statements[i], NULL) != SQLITE_OK)
            bench_fail(sqlite3_errmsg(s->db), 0);
    return s;
}

void session_close(struct session *s)
{
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(s->statements[i]);
    sqlite3_close(s->db);
    free(s);
}

static int step(sqlite3_stmt *statement)
{
    int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result == SQLITE_DONE ? 0 : result == SQLITE_BUSY ? BENCH_AGAIN : -result;
}

int txn_begin(struct session *s, bool write) { return step(s->statements[write ? BEGIN_WRITE : BEGIN_READ]); }
int txn_commit(struct session *s) { return step(s->statements[COMMIT]); }

void txn_abort(struct session *s)
{
    if (!sqlite3_get_autocommit(s->db))
        (void)step(s->statements[ROLLBACK]);
}

int row_put(struct session *s, uint64_t id, const char *text, const void *value, size_t size)
{
    sqlite3_stmt *t = s->statements[PUT];
    sqlite3_bind_int64(t, 1, (sqlite3_int64)id);
    sqlite3_bind_text(t, 2, text, TEXT_BYTES, SQLITE_STATIC);
    sqlite3_bind_blob(t, 3, value, (int)size, SQLITE_STATIC);
    return step(t);
}

static int take(sqlite3_stmt *statement, int column, void *value, size_t room, size_t *size)
{
    *size = (size_t)sqlite3_column_bytes(statement, column);
    if (*size > room)
        return -1;
    memcpy(value, sqlite3_column_blob(statement, column), *size);
    return 0;
}

int row_get(struct session *s, uint64_t id, void *value, size_t room, size_t *size)
{
    sqlite3_stmt *t = s->statements[GET];
    int result;
    sqlite3_bind_int64(t, 1, (sqlite3_int64)id);
    result = sqlite3_step(t) == SQLITE_ROW ? take(t, 0, value, room, size) : -1;
    sqlite3_reset(t);
    return result;
}

int row_find(struct session *s, const char *text, uint64_t *id, void *value, size_t room, size_t *size)
{
    sqlite3_stmt *t = s->statements[FIND];
    int result = -1;
    sqlite3_bind_text(t, 1, text, TEXT_BYTES, SQLITE_STATIC);
    if (sqlite3_step(t) == SQLITE_ROW) {
        *id = (uint64_t)sqlite3_column_int64(t, 0);
        result = take(t, 1, value, room, size);
    }
    sqlite3_reset(t);
    return result;
}

int row_update(struct session *s, uint64_t id, const void *value, size_t size)
{
    sqlite3_stmt *t = s->statements[UPDATE];
    sqlite3_bind_blob(t, 1, value, (int)size, SQLITE_STATIC);
    sqlite3_bind_int64(t, 2, (sqlite3_int64)id);
    return step(t);
}

uint64_t row_scan(struct session *s, uint64_t *sum)
{
    sqlite3_stmt *t = s->statements[SCAN];
    uint64_t count = 0;
    for (; sqlite3_step(t) == SQLITE_ROW; count++)
        *sum += (uint64_t)sqlite3_column_int64(t, 0) + bench_sum(sqlite3_column_blob(t, 1), (size_t)sqlite3_column_bytes(t, 1));
    sqlite3_reset(t);
    return count;
}
