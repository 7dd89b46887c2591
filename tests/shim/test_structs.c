/*
 * test_structs.c - calls whose structs and results have pointers and handles in them: what a 32-bit program gets is what a
 * 64-bit one gets.
 */
#ifdef _WIN32
#include <windows.h>
typedef unsigned long u32;
#else
#include <stdint.h>
#include <unistd.h>
#include <sys/stat.h>
typedef uint32_t u32;
#endif
#include <esent.h>

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
#define CHECK(condition) expect(#condition, (condition) ? 1 : 0, 1)

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
    (void)remove("structs.edb");
    (void)remove("edb.log");
    (void)remove("edb.chk");
}

static void *JET_API give_memory(void *context, void *block, u32 size)
{
    ++*(int *)context;
    if (size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, size);
}

static void check_instances(JET_INSTANCE instance)
{
    u32 count = 0;
    JET_INSTANCE_INFO_A *infos = NULL;

    CALL(JetGetInstanceInfoA(&count, &infos));
    expect("instances", (long)count, 1);
    if (count != 1)
        return;
    CHECK(infos[0].hInstanceId == instance);
    CHECK(infos[0].szInstanceName != NULL && strcmp(infos[0].szInstanceName, "structs") == 0);
    expect("databases", (long)infos[0].cDatabases, 1);
    CHECK(infos[0].cDatabases == 1 && strstr(infos[0].szDatabaseFileName[0], "structs.edb") != NULL);
    CALL(JetFreeBuffer((char *)infos));
}

static void check_enumeration(JET_SESID sesid, JET_TABLEID table, const JET_COLUMNID columns[2])
{
    u32 count = 0;
    JET_ENUMCOLUMN *found = NULL;
    JET_ENUMCOLUMNID wanted[2];
    int calls = 0;

    memset(wanted, 0, sizeof(wanted));
    wanted[0].columnid = columns[1];
    wanted[1].columnid = columns[0];
    CALL(JetMove(sesid, table, JET_MoveFirst, 0));
    CALL(JetEnumerateColumns(sesid, table, 2, wanted, &count, &found, give_memory, &calls, 1000, 0));
    expect("columns", (long)count, 2);
    CHECK(calls > 0);
    if (count != 2)
        return;
    CHECK(found[0].columnid == columns[1] && found[1].columnid == columns[0]);
    CHECK(found[0].cEnumColumnValue == 1 && found[0].rgEnumColumnValue[0].cbData == 5);
    CHECK(memcmp(found[0].rgEnumColumnValue[0].pvData, "first", 5) == 0);
    CHECK(found[1].cEnumColumnValue == 1 && found[1].rgEnumColumnValue[0].itagSequence == 1);
    CHECK(*(int *)found[1].rgEnumColumnValue[0].pvData == 1);
    for (u32 i = 0; i < count; i++) {
        for (u32 k = 0; k < found[i].cEnumColumnValue; k++)
            give_memory(&calls, found[i].rgEnumColumnValue[k].pvData, 0);
        give_memory(&calls, found[i].rgEnumColumnValue, 0);
    }
    give_memory(&calls, found, 0);
}

static void check_indexes(JET_SESID sesid, JET_TABLEID table)
{
    union { JET_INDEXCREATE2_A create; char bytes[2048]; } index;
    JET_INDEXLIST list;
    JET_INDEXID id;

    memset(&list, 0, sizeof(list));
    CALL(JetGetTableIndexInfoA(sesid, table, NULL, &list, sizeof(list), JET_IdxInfoList));
    expect("list size", (long)list.cbStruct, (long)sizeof(list));
    expect("index rows", (long)list.cRecord, 2);
    CALL(JetMove(sesid, list.tableid, JET_MoveFirst, 0));
    CALL(JetCloseTable(sesid, list.tableid));

    memset(&id, 0, sizeof(id));
    id.cbStruct = sizeof(id);
    CALL(JetGetTableIndexInfoA(sesid, table, "by_text", &id, sizeof(id), JET_IdxInfoIndexId));
    CALL(JetSetCurrentIndex4A(sesid, table, NULL, &id, JET_bitMoveFirst, 1));
    CALL(JetSetCurrentIndexA(sesid, table, NULL));

    memset(&index, 0, sizeof(index));
    CALL(JetGetTableIndexInfoA(sesid, table, "by_text", &index, sizeof(index), JET_IdxInfoCreateIndex2));
    expect("description size", (long)index.create.cbStruct, (long)sizeof(index.create));
    CHECK(index.create.szIndexName != NULL && strcmp(index.create.szIndexName, "by_text") == 0);
    CHECK(index.create.szKey != NULL && strcmp(index.create.szKey, "+text") == 0);
    CHECK(index.create.szKey > index.bytes && index.create.szKey < index.bytes + sizeof(index));
    CHECK(index.create.pidxunicode != NULL);
}

static void check_temporary_table(JET_SESID sesid)
{
    JET_COLUMNDEF columns[2];
    JET_COLUMNID ids[2] = {0, 0};
    JET_OPENTEMPORARYTABLE open;

    memset(columns, 0, sizeof(columns));
    columns[0].cbStruct = columns[1].cbStruct = sizeof(columns[0]);
    columns[0].coltyp = JET_coltypLong;
    columns[0].grbit = JET_bitColumnTTKey;
    columns[1].coltyp = JET_coltypBinary;
    memset(&open, 0, sizeof(open));
    open.cbStruct = sizeof(open);
    open.prgcolumndef = columns;
    open.ccolumn = 2;
    open.prgcolumnid = ids;
    CALL(JetOpenTemporaryTable(sesid, &open));
    CHECK(open.tableid != 0 && open.tableid != JET_tableidNil);
    CHECK(ids[0] != 0 && ids[1] != 0 && ids[0] != ids[1]);
    CALL(JetCloseTable(sesid, open.tableid));
}

static void create(JET_SESID sesid, JET_DBID dbid, JET_TABLEID *table, JET_COLUMNID columns[2])
{
    static char id[] = "id", text[] = "text", rows[] = "rows", primary[] = "primary", by_text[] = "by_text";
    static char id_key[] = "+id\0", text_key[] = "+text\0";
    JET_COLUMNCREATE_A column[2];
    JET_UNICODEINDEX unicode = {1033, 0x00030401};
    JET_INDEXCREATE2_A index[2];
    JET_TABLECREATE3_A create_table;

    memset(column, 0, sizeof(column));
    memset(index, 0, sizeof(index));
    memset(&create_table, 0, sizeof(create_table));
    column[0].cbStruct = column[1].cbStruct = sizeof(column[0]);
    column[0].szColumnName = id;
    column[0].coltyp = JET_coltypLong;
    column[1].szColumnName = text;
    column[1].coltyp = JET_coltypText;
    column[1].cp = 1252;
    index[0].cbStruct = index[1].cbStruct = sizeof(index[0]);
    index[0].szIndexName = primary;
    index[0].szKey = id_key;
    index[0].cbKey = sizeof(id_key);
    index[0].grbit = JET_bitIndexPrimary;
    index[1].szIndexName = by_text;
    index[1].szKey = text_key;
    index[1].cbKey = sizeof(text_key);
    index[1].grbit = JET_bitIndexUnicode;
    index[1].pidxunicode = &unicode;
    create_table.cbStruct = sizeof(create_table);
    create_table.szTableName = rows;
    create_table.rgcolumncreate = column;
    create_table.cColumns = 2;
    create_table.rgindexcreate = index;
    create_table.cIndexes = 2;
    CALL(JetCreateTableColumnIndex3A(sesid, dbid, &create_table));
    CHECK(index[0].err == JET_errSuccess && index[1].err == JET_errSuccess);
    *table = create_table.tableid;
    columns[0] = column[0].columnid;
    columns[1] = column[1].columnid;
}

int main(int argc, char **argv)
{
    JET_INSTANCE instance = 0;
    JET_SESID sesid = 0;
    JET_DBID dbid = 0;
    JET_TABLEID table = 0;
    JET_COLUMNID columns[2] = {0, 0};
    int one = 1;

    enter_folder(argc > 1 ? argv[1] : "structs");
    CALL(JetCreateInstanceA(&instance, "structs"));
    CALL(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramLogFileSize, 256, NULL));
    CALL(JetInit(&instance));
    CALL(JetBeginSessionA(instance, &sesid, NULL, NULL));
    CALL(JetCreateDatabaseA(sesid, "structs.edb", NULL, &dbid, 0));
    create(sesid, dbid, &table, columns);
    CALL(JetBeginTransaction(sesid));
    CALL(JetPrepareUpdate(sesid, table, JET_prepInsert));
    CALL(JetSetColumn(sesid, table, columns[0], &one, sizeof(one), 0, NULL));
    CALL(JetSetColumn(sesid, table, columns[1], "first", 5, 0, NULL));
    CALL(JetUpdate(sesid, table, NULL, 0, NULL));
    CALL(JetCommitTransaction(sesid, 0));
    check_instances(instance);
    check_enumeration(sesid, table, columns);
    check_indexes(sesid, table);
    check_temporary_table(sesid);
    CALL(JetTerm(instance));
    printf("%d failures\n", failures);
    return failures != 0;
}
