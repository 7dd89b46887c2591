/* This engine, through its API. Durable: the commit waits for the log; otherwise JET_bitCommitLazyFlush. */
#include "bench.h"

#include <esent.h>
#include <stdio.h>
#include <stdlib.h>

const char *const engine_name = "esent";
const char *const engine_log_mark = ".log";

enum { PAGE_BYTES = 8192 };

struct session {
    JET_SESID id;
    JET_DBID db;
    JET_TABLEID rows, texts;
    JET_COLUMNID column_id, column_text, column_value;
};

static struct engine_config g_config;
static JET_INSTANCE g_instance;
static JET_SESID g_session;
static char g_path[1100];

static void must(JET_ERR err, const char *what)
{
    if (err < 0)
        bench_fail(what, err);
}

static void set(unsigned parameter, uint64_t value, const char *text)
{
    must(JetSetSystemParameterA(&g_instance, 0, parameter, value, text), "parameter");
}

static void configure(void)
{
    char dir[1100];
    snprintf(dir, sizeof dir, "%s/", g_config.dir);
    set(JET_paramSystemPath, 0, dir);
    set(JET_paramTempPath, 0, dir);
    set(JET_paramLogFilePath, 0, dir);
    set(JET_paramCircularLog, !g_config.keep_log, NULL);
    set(JET_paramLogFileSize, 5120, NULL);
    set(JET_paramLogBuffers, 4096, NULL);
    set(JET_paramMaxVerPages, 16384, NULL);
    set(JET_paramCheckpointDepthMax, g_config.keep_log ? (uint64_t)2047 << 20 : (uint64_t)64 << 20, NULL);
}

static void add_column(JET_TABLEID table, const char *name, JET_COLTYP type, JET_UINT32 max, JET_GRBIT bits)
{
    JET_COLUMNDEF column;
    JET_COLUMNID id;
    memset(&column, 0, sizeof column);
    column.cbStruct = sizeof column;
    column.coltyp = type;
    column.cbMax = max;
    column.cp = type == JET_coltypText ? 1252 : 0;
    column.grbit = bits;
    must(JetAddColumnA(g_session, table, name, &column, NULL, 0, &id), name);
}

static void create_tables(void)
{
    JET_DBID db;
    JET_TABLEID table;
    must(JetCreateDatabaseA(g_session, g_path, NULL, &db, 0), "create database");
    must(JetBeginTransaction(g_session), "begin");
    must(JetCreateTableA(g_session, db, "rows", 16, 90, &table), "create table");
    add_column(table, "id", JET_coltypCurrency, 0, JET_bitColumnNotNULL);
    add_column(table, "text", JET_coltypText, TEXT_BYTES, JET_bitColumnNotNULL);
    add_column(table, "value", JET_coltypLongBinary, 0, 0);
    must(JetCreateIndexA(g_session, table, "by_id", JET_bitIndexPrimary | JET_bitIndexUnique, "+id\0", 5, 90), "primary index");
    must(JetCreateIndexA(g_session, table, "by_text", 0, "+text\0", 7, 90), "text index");
    must(JetCloseTable(g_session, table), "close table");
    must(JetCommitTransaction(g_session, 0), "commit");
    must(JetCloseDatabase(g_session, db, 0), "close database");
}

int engine_open(const struct engine_config *config)
{
    g_config = *config;
    snprintf(g_path, sizeof g_path, "%s/bench.edb", config->dir);
    must(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, PAGE_BYTES, NULL), "page size");
    must(JetSetSystemParameterA(NULL, 0, JET_paramCacheSizeMin, 64, NULL), "cache");
    must(JetSetSystemParameterA(NULL, 0, JET_paramCacheSizeMax, config->cache_bytes / PAGE_BYTES, NULL), "cache");
    must(JetCreateInstanceA(&g_instance, "bench"), "instance");
    configure();
    must(JetInit(&g_instance), "init");
    must(JetBeginSessionA(g_instance, &g_session, NULL, NULL), "session");
    if (config->create)
        create_tables();
    else
        must(JetAttachDatabaseA(g_session, g_path, 0), "attach");
    return 0;
}

void engine_close(void)
{
    must(JetEndSession(g_session, 0), "end session");
    must(JetTerm2(g_instance, JET_bitTermComplete), "term");
    g_instance = 0;
}

int engine_sync(void)
{
    return JetCommitTransaction(g_session, JET_bitWaitAllLevel0Commit) < 0 ? -1 : 0;
}

uint64_t engine_log_bytes(void)
{
    return bench_dir_bytes(g_config.dir, engine_log_mark, true, false);
}

static JET_COLUMNID column_of(struct session *s, const char *name)
{
    JET_COLUMNDEF column;
    must(JetGetTableColumnInfoA(s->id, s->rows, name, &column, sizeof column, JET_ColInfo), name);
    return column.columnid;
}

struct session *session_open(void)
{
    struct session *s = calloc(1, sizeof *s);
    must(JetBeginSessionA(g_instance, &s->id, NULL, NULL), "session");
    must(JetOpenDatabaseA(s->id, g_path, NULL, &s->db, 0), "open database");
    must(JetOpenTableA(s->id, s->db, "rows", NULL, 0, 0, &s->rows), "open table");
    must(JetOpenTableA(s->id, s->db, "rows", NULL, 0, 0, &s->texts), "open table");
    must(JetSetCurrentIndexA(s->id, s->texts, "by_text"), "index");
    s->column_id = column_of(s, "id");
    s->column_text = column_of(s, "text");
    s->column_value = column_of(s, "value");
    return s;
}

void session_close(struct session *s)
{
    (void)JetCloseTable(s->id, s->rows);
    (void)JetCloseTable(s->id, s->texts);
    (void)JetCloseDatabase(s->id, s->db, 0);
    (void)JetEndSession(s->id, 0);
    free(s);
}

static int judge(JET_ERR err)
{
    return err >= 0 ? 0 : err == JET_errWriteConflict || err == JET_errVersionStoreOutOfMemory ? BENCH_AGAIN : (int)err;
}

int txn_begin(struct session *s, bool write)
{
    return judge(JetBeginTransaction2(s->id, write ? 0 : JET_bitTransactionReadOnly));
}

int txn_commit(struct session *s)
{
    return judge(JetCommitTransaction(s->id, g_config.durable ? 0 : JET_bitCommitLazyFlush));
}

void txn_abort(struct session *s) { (void)JetRollback(s->id, 0); }

int row_put(struct session *s, uint64_t id, const char *text, const void *value, size_t size)
{
    JET_SETCOLUMN columns[] = {
        {.columnid = s->column_id, .pvData = &id, .cbData = sizeof id, .itagSequence = 1},
        {.columnid = s->column_text, .pvData = text, .cbData = TEXT_BYTES, .itagSequence = 1},
        {.columnid = s->column_value, .pvData = value, .cbData = (JET_UINT32)size, .itagSequence = 1},
    };
    JET_ERR err = JetPrepareUpdate(s->id, s->rows, JET_prepInsert);
    if (err >= 0)
        err = JetSetColumns(s->id, s->rows, columns, sizeof columns / sizeof columns[0]);
    if (err >= 0)
        err = JetUpdate(s->id, s->rows, NULL, 0, NULL);
    return judge(err);
}

static JET_ERR seek(struct session *s, JET_TABLEID table, const void *key, unsigned size)
{
    JET_ERR err = JetMakeKey(s->id, table, key, size, JET_bitNewKey);
    return err < 0 ? err : JetSeek(s->id, table, JET_bitSeekEQ);
}

static JET_ERR take(struct session *s, JET_TABLEID table, JET_COLUMNID column, void *to, size_t room, size_t *size)
{
    JET_UINT32 actual = 0;
    JET_ERR err = JetRetrieveColumn(s->id, table, column, to, (JET_UINT32)room, &actual, 0, NULL);
    *size = actual;
    return err;
}

int row_get(struct session *s, uint64_t id, void *value, size_t room, size_t *size)
{
    JET_ERR err = seek(s, s->rows, &id, sizeof id);
    return judge(err < 0 ? err : take(s, s->rows, s->column_value, value, room, size));
}

int row_find(struct session *s, const char *text, uint64_t *id, void *value, size_t room, size_t *size)
{
    JET_RETRIEVECOLUMN columns[2] = {{.columnid = s->column_id, .pvData = id, .cbData = sizeof *id, .itagSequence = 1},
                                     {.columnid = s->column_value, .pvData = value, .cbData = (JET_UINT32)room, .itagSequence = 1}};
    JET_ERR err = seek(s, s->texts, text, TEXT_BYTES);
    if (err >= 0)
        err = JetRetrieveColumns(s->id, s->texts, columns, 2);
    *size = columns[1].cbActual;
    return judge(err);
}

int row_update(struct session *s, uint64_t id, const void *value, size_t size)
{
    JET_ERR err = seek(s, s->rows, &id, sizeof id);
    if (err >= 0)
        err = JetPrepareUpdate(s->id, s->rows, JET_prepReplace);
    if (err >= 0)
        err = JetSetColumn(s->id, s->rows, s->column_value, value, (JET_UINT32)size, 0, NULL);
    if (err >= 0)
        err = JetUpdate(s->id, s->rows, NULL, 0, NULL);
    return judge(err);
}

uint64_t row_scan(struct session *s, uint64_t *sum)
{
    uint64_t count = 0, id = 0;
    uint8_t value[4096];
    JET_RETRIEVECOLUMN columns[2] = {{.columnid = s->column_id, .pvData = &id, .cbData = sizeof id, .itagSequence = 1},
                                     {.columnid = s->column_value, .pvData = value, .cbData = sizeof value, .itagSequence = 1}};
    JET_ERR err;
    must(JetSetTableSequential(s->id, s->rows, 0), "sequential");
    for (err = JetMove(s->id, s->rows, JET_MoveFirst, 0); err >= 0; err = JetMove(s->id, s->rows, JET_MoveNext, 0), count++) {
        must(JetRetrieveColumns(s->id, s->rows, columns, 2), "columns");
        *sum += id + bench_sum(value, columns[1].cbActual);
    }
    must(JetResetTableSequential(s->id, s->rows, 0), "sequential");
    return count;
}
