/*
 * test_smoke.c - the first things a program does: an instance, a database, a table, rows, keys, a restart.
 */
#ifdef _WIN32
#include <windows.h>
#else
#include <unistd.h>
#include <sys/stat.h>
#endif
#include <esent.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static long expect(const char *what, long err, long wanted)
{
    if (err != wanted) {
        printf("%s: %ld, expected %ld\n", what, err, wanted);
        failures++;
    }
    return err;
}
#define CALL(call) expect(#call, (long)(call), JET_errSuccess)

static void enter_folder(const char *folder)
{
#ifdef _WIN32
    CreateDirectoryA(folder, NULL);
    if (!SetCurrentDirectoryA(folder))
        exit(2);
#else
    (void)mkdir(folder, 0777);
    if (chdir(folder) != 0)
        exit(2);
#endif
    (void)remove("smoke.edb");
    (void)remove("edb.log");
    (void)remove("edb.chk");
    (void)remove("edbtmp.log");
    (void)remove("edbres00001.jrs");
    (void)remove("edbres00002.jrs");
}

static JET_INSTANCE start(void)
{
    JET_INSTANCE instance = 0;

    CALL(JetCreateInstance(&instance, "smoke"));
    CALL(JetSetSystemParameter(&instance, JET_sesidNil, JET_paramLogFileSize, 256, NULL));
    CALL(JetSetSystemParameter(&instance, JET_sesidNil, JET_paramMaxTemporaryTables, 0, NULL));
    if (CALL(JetInit(&instance)) < 0)
        exit(1);
    return instance;
}

static void create_table(JET_SESID sesid, JET_DBID dbid, JET_COLUMNID columns[2])
{
    JET_COLUMNCREATE create[2];
    JET_INDEXCREATE index;
    JET_TABLECREATE table;
    static char key[] = "+id\0";
    static char id_name[] = "id", text_name[] = "text", index_name[] = "primary", table_name[] = "rows";

    memset(create, 0, sizeof(create));
    create[0].cbStruct = create[1].cbStruct = sizeof(create[0]);
    create[0].szColumnName = id_name;
    create[0].coltyp = JET_coltypLong;
    create[1].szColumnName = text_name;
    create[1].coltyp = JET_coltypText;
    create[1].cbMax = 100;
    create[1].cp = 1252;
    memset(&index, 0, sizeof(index));
    index.cbStruct = sizeof(index);
    index.szIndexName = index_name;
    index.szKey = key;
    index.cbKey = sizeof(key);
    index.grbit = JET_bitIndexPrimary | JET_bitIndexUnique;
    memset(&table, 0, sizeof(table));
    table.cbStruct = sizeof(table);
    table.szTableName = table_name;
    table.rgcolumncreate = create;
    table.cColumns = 2;
    table.rgindexcreate = &index;
    table.cIndexes = 1;
    CALL(JetCreateTableColumnIndex(sesid, dbid, &table));
    expect("created objects", (long)table.cCreated, 4);
    columns[0] = create[0].columnid;
    columns[1] = create[1].columnid;
    CALL(JetCloseTable(sesid, table.tableid));
}

static void insert_rows(JET_SESID sesid, JET_DBID dbid, const JET_COLUMNID columns[2], int32_t count)
{
    JET_TABLEID table = 0;

    CALL(JetOpenTable(sesid, dbid, "rows", NULL, 0, 0, &table));
    CALL(JetBeginTransaction(sesid));
    for (int32_t i = 0; i < count; i++) {
        char text[32];
        int32_t id = (i * 7919) % count;
        JET_SETCOLUMN set[2];
        (void)snprintf(text, sizeof(text), "row %d", (int)id);
        memset(set, 0, sizeof(set));
        set[0].columnid = columns[0];
        set[0].pvData = &id;
        set[0].cbData = sizeof(id);
        set[1].columnid = columns[1];
        set[1].pvData = text;
        set[1].cbData = (uint32_t)strlen(text);
        if (CALL(JetPrepareUpdate(sesid, table, JET_prepInsert)) < 0 || CALL(JetSetColumns(sesid, table, set, 2)) < 0 ||
            CALL(JetUpdate(sesid, table, NULL, 0, NULL)) < 0)
            break;
    }
    CALL(JetCommitTransaction(sesid, 0));
    CALL(JetCloseTable(sesid, table));
}

static void read_rows(JET_SESID sesid, JET_DBID dbid, int32_t count)
{
    JET_TABLEID table = 0;
    JET_COLUMNDEF id_column, text_column;
    int32_t found = 0;
    long err;

    CALL(JetOpenTable(sesid, dbid, "rows", NULL, 0, 0, &table));
    CALL(JetGetTableColumnInfo(sesid, table, "id", &id_column, sizeof(id_column), JET_ColInfo));
    CALL(JetGetTableColumnInfo(sesid, table, "text", &text_column, sizeof(text_column), JET_ColInfo));
    for (err = JetMove(sesid, table, JET_MoveFirst, 0); err >= 0; err = JetMove(sesid, table, JET_MoveNext, 0)) {
        int32_t id = -1;
        char text[64], wanted[32];
        JET_RETRIEVECOLUMN get[2];
        memset(get, 0, sizeof(get));
        get[0].columnid = id_column.columnid;
        get[0].pvData = &id;
        get[0].cbData = sizeof(id);
        get[0].itagSequence = get[1].itagSequence = 1;
        get[1].columnid = text_column.columnid;
        get[1].pvData = text;
        get[1].cbData = sizeof(text);
        CALL(JetRetrieveColumns(sesid, table, get, 2));
        (void)snprintf(wanted, sizeof(wanted), "row %d", (int)found);
        if (id != found || get[1].cbActual != strlen(wanted) || memcmp(text, wanted, strlen(wanted)) != 0) {
            expect("a row in order", id, found);
            break;
        }
        found++;
    }
    expect("end of the table", err, JET_errNoCurrentRecord);
    expect("rows", found, count);
    int32_t key = count / 2, id = 0;
    CALL(JetMakeKey(sesid, table, &key, sizeof(key), JET_bitNewKey));
    CALL(JetSeek(sesid, table, JET_bitSeekEQ));
    CALL(JetRetrieveColumn(sesid, table, id_column.columnid, &id, sizeof(id), NULL, 0, NULL));
    expect("sought row", id, key);
    CALL(JetCloseTable(sesid, table));
}

int main(int argc, char **argv)
{
    enum { ROWS = 1000 };
    JET_INSTANCE instance;
    JET_SESID sesid = 0;
    JET_DBID dbid = 0;
    JET_COLUMNID columns[2];

    enter_folder(argc > 1 ? argv[1] : "smoke");
    instance = start();
    CALL(JetBeginSession(instance, &sesid, NULL, NULL));
    CALL(JetCreateDatabase(sesid, "smoke.edb", NULL, &dbid, 0));
    create_table(sesid, dbid, columns);
    insert_rows(sesid, dbid, columns, ROWS);
    read_rows(sesid, dbid, ROWS);
    CALL(JetCloseDatabase(sesid, dbid, 0));
    CALL(JetEndSession(sesid, 0));
    CALL(JetTerm(instance));

    instance = start();
    CALL(JetBeginSession(instance, &sesid, NULL, NULL));
    CALL(JetAttachDatabase(sesid, "smoke.edb", 0));
    CALL(JetOpenDatabase(sesid, "smoke.edb", NULL, &dbid, 0));
    read_rows(sesid, dbid, ROWS);
    CALL(JetTerm2(instance, JET_bitTermComplete));
    printf("%d failures\n", failures);
    return failures != 0;
}
