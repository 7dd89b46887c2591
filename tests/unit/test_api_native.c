/* The life of a database through the public interface: create, fill, read, find, end, open again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/jet.h"
#include "base/alloc.h"
#include "os/os.h"

#define OK(call) assert_int_equal((call), 0)

static char folder[512];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/esent-native-%u", (unsigned)os_process_id());
    return os_dir_create(folder) < 0 ? -1 : 0;
}

static ese_err delete_entry(void *context, const char *name, const struct os_file_info *info)
{
    char path[1024];
    (void)context;
    (void)info;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return os_path_delete(path);
}

static int remove_folder(void **state)
{
    (void)state;
    (void)os_dir_list(folder, delete_entry, NULL);
    (void)os_dir_delete(folder);
    return 0;
}

static void start(JET_INSTANCE *instance)
{
    char path[600];
    snprintf(path, sizeof path, "%s/", folder);
    OK(JetCreateInstanceA(instance, "native"));
    OK(JetSetSystemParameterA(instance, 0, JET_paramSystemPath, 0, path));
    OK(JetSetSystemParameterA(instance, 0, JET_paramLogFilePath, 0, path));
    OK(JetSetSystemParameterA(instance, 0, JET_paramTempPath, 0, path));
    OK(JetSetSystemParameterA(instance, 0, JET_paramLogFileSize, 128, NULL));
    OK(JetInit(instance));
}

static JET_COLUMNID add_column(JET_SESID s, JET_TABLEID t, const char *name, JET_COLTYP type, JET_GRBIT grbit)
{
    JET_COLUMNDEF def = {.cbStruct = sizeof def, .coltyp = type, .grbit = grbit, .cp = 1252};
    JET_COLUMNID id = 0;
    OK(JetAddColumnA(s, t, name, &def, NULL, 0, &id));
    return id;
}

enum { ROWS = 500 };

static void fill(JET_SESID s, JET_DBID db)
{
    JET_TABLEID t;
    JET_COLUMNID id, name, body;
    OK(JetBeginTransaction(s));
    OK(JetCreateTableA(s, db, "people", 0, 100, &t));
    id = add_column(s, t, "id", JET_coltypLong, 0);
    name = add_column(s, t, "name", JET_coltypText, 0);
    body = add_column(s, t, "body", JET_coltypLongBinary, 0);
    OK(JetCreateIndexA(s, t, "pk", JET_bitIndexPrimary, "+id\0", 5, 100));
    OK(JetCreateIndexA(s, t, "by_name", 0, "+name\0", 7, 100));
    OK(JetCommitTransaction(s, 0));
    OK(JetBeginTransaction(s));
    for (int32_t i = 0; i < ROWS; i++) {
        char text[32], blob[3000];
        int32_t key = (i * 37) % ROWS;
        snprintf(text, sizeof text, "name %05d", ROWS - key);
        memset(blob, (char)key, sizeof blob);
        OK(JetPrepareUpdate(s, t, JET_prepInsert));
        OK(JetSetColumn(s, t, id, &key, sizeof key, 0, NULL));
        OK(JetSetColumn(s, t, name, text, (JET_UINT32)strlen(text), 0, NULL));
        OK(JetSetColumn(s, t, body, blob, sizeof blob, 0, NULL));
        OK(JetUpdate(s, t, NULL, 0, NULL));
    }
    OK(JetCommitTransaction(s, 0));
    OK(JetCloseTable(s, t));
}

static void check(JET_SESID s, JET_DBID db)
{
    JET_TABLEID t;
    JET_COLUMNDEF id, name, body;
    JET_UINT32 got;
    int32_t key, count = 0;
    char text[32], blob[3001];
    OK(JetOpenTableA(s, db, "people", NULL, 0, 0, &t));
    OK(JetGetTableColumnInfoA(s, t, "id", &id, sizeof id, JET_ColInfo));
    OK(JetGetTableColumnInfoA(s, t, "name", &name, sizeof name, JET_ColInfo));
    OK(JetGetTableColumnInfoA(s, t, "body", &body, sizeof body, JET_ColInfo));
    for (JET_ERR err = JetMove(s, t, JET_MoveFirst, 0); err >= 0; err = JetMove(s, t, JET_MoveNext, 0)) {
        OK(JetRetrieveColumn(s, t, id.columnid, &key, sizeof key, &got, 0, NULL));
        assert_int_equal(key, count);
        OK(JetRetrieveColumn(s, t, body.columnid, blob, sizeof blob, &got, 0, NULL));
        assert_int_equal(got, 3000);
        assert_int_equal(blob[2999], (char)key);
        count++;
    }
    assert_int_equal(count, ROWS);
    OK(JetSetCurrentIndexA(s, t, "by_name"));
    snprintf(text, sizeof text, "name %05d", 7);
    OK(JetMakeKey(s, t, text, (JET_UINT32)strlen(text), JET_bitNewKey));
    OK(JetSeek(s, t, JET_bitSeekEQ));
    OK(JetRetrieveColumn(s, t, id.columnid, &key, sizeof key, &got, 0, NULL));
    assert_int_equal(key, ROWS - 7);
    OK(JetCloseTable(s, t));
}

static void life(void **state)
{
    JET_INSTANCE instance = 0;
    JET_SESID s;
    JET_DBID db;
    char path[600];
    (void)state;
    snprintf(path, sizeof path, "%s/people.edb", folder);
    start(&instance);
    OK(JetBeginSessionA(instance, &s, NULL, NULL));
    OK(JetCreateDatabaseA(s, path, NULL, &db, 0));
    fill(s, db);
    check(s, db);
    OK(JetEndSession(s, 0));
    OK(JetTerm(instance));
    start(&instance);
    OK(JetBeginSessionA(instance, &s, NULL, NULL));
    OK(JetAttachDatabaseA(s, path, 0));
    OK(JetOpenDatabaseA(s, path, NULL, &db, 0));
    check(s, db);
    OK(JetTerm2(instance, JET_bitTermComplete));
}

/* Committed work is there after an end without an orderly shutdown; uncommitted work is not. */
static void dirty_end(void **state)
{
    JET_INSTANCE instance = 0;
    JET_SESID s;
    JET_DBID db;
    JET_TABLEID t;
    char path[600];
    (void)state;
    snprintf(path, sizeof path, "%s/people.edb", folder);
    start(&instance);
    OK(JetBeginSessionA(instance, &s, NULL, NULL));
    OK(JetAttachDatabaseA(s, path, 0));
    OK(JetOpenDatabaseA(s, path, NULL, &db, 0));
    OK(JetOpenTableA(s, db, "people", NULL, 0, 0, &t));
    OK(JetMove(s, t, JET_MoveLast, 0));
    OK(JetDelete(s, t));
    assert_int_equal(JetTerm2(instance, JET_bitTermDirty), JET_errDirtyShutdown);
    start(&instance);
    OK(JetBeginSessionA(instance, &s, NULL, NULL));
    OK(JetAttachDatabaseA(s, path, 0));
    OK(JetOpenDatabaseA(s, path, NULL, &db, 0));
    OK(JetOpenTableA(s, db, "people", NULL, 0, 0, &t));
    OK(JetMove(s, t, JET_MoveFirst, 0));
    {
        JET_UINT32 count;
        OK(JetIndexRecordCount(s, t, &count, 0));
        assert_int_equal(count, ROWS - 1);
    }
    OK(JetTerm(instance));
}

static void lists(void **state)
{
    JET_INSTANCE instance = 0;
    JET_SESID s;
    JET_DBID db;
    JET_COLUMNLIST columns;
    JET_OBJECTLIST objects;
    JET_INDEXLIST indexes;
    JET_WCHAR wide[64];
    char path[600], name[64];
    JET_UINT32 got;
    (void)state;
    snprintf(path, sizeof path, "%s/people.edb", folder);
    start(&instance);
    OK(JetBeginSessionA(instance, &s, NULL, NULL));
    OK(JetAttachDatabaseA(s, path, 0));
    OK(JetOpenDatabaseA(s, path, NULL, &db, 0));
    OK(JetGetColumnInfoA(s, db, "people", NULL, &columns, sizeof columns, JET_ColInfoList));
    assert_int_equal(columns.cRecord, 3);
    OK(JetRetrieveColumn(s, columns.tableid, columns.columnidcolumnname, name, sizeof name, &got, 0, NULL));
    assert_int_equal(got, 4);
    assert_memory_equal(name, "body", 4);
    OK(JetCloseTable(s, columns.tableid));
    OK(JetGetObjectInfoW(s, db, JET_objtypTable, NULL, NULL, &objects, sizeof objects, JET_ObjInfoListNoStats));
    OK(JetRetrieveColumn(s, objects.tableid, objects.columnidobjectname, wide, sizeof wide, &got, 0, NULL));
    assert_int_equal(wide[0], 'M');
    OK(JetCloseTable(s, objects.tableid));
    OK(JetGetIndexInfoA(s, db, "people", NULL, &indexes, sizeof indexes, JET_IdxInfo));
    assert_int_equal(indexes.cRecord, 2);
    OK(JetCloseTable(s, indexes.tableid));
    OK(JetTerm(instance));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(life), cmocka_unit_test(dirty_end), cmocka_unit_test(lists)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
