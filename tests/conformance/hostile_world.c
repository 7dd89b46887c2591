/* The engine that hostile calls are made on: an instance with a database, a table of a few rows, and handles that have died. */
#include "hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#define JET_VERSION 0x0A00
#include <windows.h>
#endif
#include <esent.h>

#include "platform.h"

enum { LOG_KIB = 128, ROWS = 3, TIMEOUT_SNAPSHOT_MS = 500 };
#define BASE "base/base.edb"

struct world world;
static char here[1024];
static int made;

static void must(const char *what, JET_ERR err)
{
    if (err >= 0)
        return;
    printf("FAIL the world: %s: %d\n", what, (int)err);
    fflush(stdout);
    _Exit(90);
}

static void set_paths(JET_INSTANCE *i, const char *folder)
{
    must("system path", JetSetSystemParameterA(i, 0, JET_paramSystemPath, 0, folder));
    must("log path", JetSetSystemParameterA(i, 0, JET_paramLogFilePath, 0, folder));
    must("temp path", JetSetSystemParameterA(i, 0, JET_paramTempPath, 0, folder));
    must("log size", JetSetSystemParameterA(i, 0, JET_paramLogFileSize, LOG_KIB, NULL));
}

static void fill(JET_SESID s, JET_DBID d, JET_TABLEID *table)
{
    JET_COLUMNDEF def;
    JET_COLUMNID column = 0;
    memset(&def, 0, sizeof def);
    def.cbStruct = sizeof def;
    def.coltyp = JET_coltypLong;
    must("begin", JetBeginTransaction(s));
    must("table", JetCreateTableA(s, d, "t", 1, 90, table));
    must("column", JetAddColumnA(s, *table, "c", &def, NULL, 0, &column));
    world.column = column;
    def.coltyp = JET_coltypLongBinary;
    must("long column", JetAddColumnA(s, *table, "lv", &def, NULL, 0, &column));
    must("key", JetCreateIndexA(s, *table, "pk", JET_bitIndexPrimary, "+c\0", 4, 90));
    for (int k = 0; k < ROWS; k++) {
        must("insert", JetPrepareUpdate(s, *table, JET_prepInsert));
        must("set", JetSetColumn(s, *table, world.column, &k, sizeof k, 0, NULL));
        must("set long", JetSetColumn(s, *table, column, here, 900, 0, NULL));
        must("update", JetUpdate(s, *table, NULL, 0, NULL));
    }
    must("commit", JetCommitTransaction(s, 0));
}

/* One more instance, session and cursor that are gone again. */
static void make_dead(void)
{
    JET_SESID s = 0;
    JET_TABLEID t = 0;
    must("session", JetBeginSessionA((JET_INSTANCE)world.instance, &s, NULL, NULL));
    must("cursor", JetDupCursor((JET_SESID)world.session, (JET_TABLEID)world.table, &t, 0));
    must("close", JetCloseTable((JET_SESID)world.session, t));
    must("end", JetEndSession(s, 0));
    world.dead_session = s;
    world.dead_table = t;
    if (!world.legacy) {
        JET_INSTANCE i = 0;
        must("create", JetCreateInstanceA(&i, "gone"));
        must("term", JetTerm(i));
        world.dead_instance = i;
    } else {
        world.dead_instance = 0x12340;
    }
}

void world_make(int legacy)
{
    static const char *const folders[] = {"base", "bk"};
    JET_INSTANCE i = 0, *target = legacy ? NULL : &i;
    JET_SESID s = 0;
    JET_DBID d = 0;
    JET_TABLEID t = 0;
    memset(&world, 0, sizeof world);
    world.legacy = legacy;
    if (here[0] == '\0')
        folder_current(here, sizeof here);
    for (unsigned k = 0; k < 2; k++) {
        folder_remove(folders[k]);
        folder_make(folders[k]);
    }
    must("snapshot time", JetSetSystemParameterA(NULL, 0, JET_paramOSSnapshotTimeout, TIMEOUT_SNAPSHOT_MS, NULL));
    must("cache", JetSetSystemParameterA(NULL, 0, JET_paramCacheSizeMax, 512, NULL));
    if (!legacy) {
        must("default log size", JetSetSystemParameterA(NULL, 0, JET_paramLogFileSize, LOG_KIB, NULL));
        must("create", JetCreateInstanceA(&i, "walk"));
    }
    set_paths(target, "base/");
    must("init", JetInit(&i));
    world.instance = i;
    must("session", JetBeginSessionA(i, &s, NULL, NULL));
    world.session = s;
    must("database", JetCreateDatabaseA(s, BASE, NULL, &d, 0));
    world.database = d;
    fill(s, d, &t);
    world.table = t;
    make_dead();
    made = 1;
}

static void end_backups(void)
{
    if (world.legacy)
        (void)JetEndExternalBackup();
    else
        (void)JetEndExternalBackupInstance2((JET_INSTANCE)world.instance, JET_bitBackupEndAbort);
    world.file = 0;
}

/* All instances that a call may have left, running or not. */
void world_end(void)
{
    enum { INSTANCES_MAX = 64 };
    JET_INSTANCE_INFO_A *list = NULL;
    JET_INSTANCE all[INSTANCES_MAX];
    JET_GRBIT n = 0;                                    /* 32 bits in every header */
    unsigned count = 0;
    if (world.snapshot != 0)
        (void)JetOSSnapshotAbort((JET_OSSNAPID)world.snapshot, 0);
    world.snapshot = 0;
    if (world.session != 0)
        while (JetRollback((JET_SESID)world.session, 0) >= 0)
            continue;
    must("list", JetGetInstanceInfoA((void *)&n, &list));
    for (JET_GRBIT k = 0; k < n && count < INSTANCES_MAX; k++)
        all[count++] = list[k].hInstanceId;
    (void)JetFreeBuffer((char *)list);
    for (unsigned k = 0; k < count; k++)
        must("term", JetTerm2(all[k], JET_bitTermAbrupt));
    world.session = 0;
    made = 0;
}

static int has(const char *name, const char *part) { return strstr(name, part) != NULL; }

static int is_backup(const char *name)
{
    static const char *const parts[] = {"OpenFile", "ReadFile", "CloseFile", "GetLogInfo", "GetAttachInfo", "TruncateLog", "EndExternalBackup"};
    if (has(name, "OSSnapshot"))
        return 0;
    for (unsigned k = 0; k < sizeof parts / sizeof parts[0]; k++)
        if (has(name, parts[k]))
            return 1;
    return 0;
}

static void before_backup(const char *name)
{
    JET_HANDLE file = 0;
    JET_GRBIT low = 0, high = 0;
    if (world.legacy)
        (void)JetBeginExternalBackup(0);
    else
        (void)JetBeginExternalBackupInstance((JET_INSTANCE)world.instance, 0);
    if (has(name, "OpenFile"))
        return;
    if (world.legacy)
        (void)JetOpenFileA(BASE, &file, (void *)&low, (void *)&high);
    else
        (void)JetOpenFileInstanceA((JET_INSTANCE)world.instance, BASE, &file, (void *)&low, (void *)&high);
    world.file = file;
}

static void before_snapshot(const char *name)
{
    JET_OSSNAPID id = 0;
    if (has(name, "PrepareA") || strcmp(name, "JetOSSnapshotPrepare") == 0)
        return;
    (void)JetOSSnapshotPrepare(&id, has(name, "Truncate") ? 0 : JET_bitContinueAfterThaw);
    world.snapshot = id;
    if (has(name, "PrepareInstance") || has(name, "Freeze") )
        return;
    JET_INSTANCE_INFO_A *list = NULL;
    JET_GRBIT n = 0;
    if (JetOSSnapshotFreezeA(id, (void *)&n, &list, 0) >= 0)
        (void)JetFreeBuffer((char *)list);
    if (has(name, "Truncate") || has(name, "End"))
        (void)JetOSSnapshotThaw(id, 0);
}

void world_before(const char *name)
{
    if (!made)
        world_make(world.legacy);
    if (is_backup(name))
        before_backup(name);
    else if (has(name, "OSSnapshot"))
        before_snapshot(name);
    else if (!has(name, "BackupInstance") && !has(name, "Restore") && !has(name, "JetTerm") && strcmp(name, "JetBackupA") != 0) {
        (void)JetBeginTransaction((JET_SESID)world.session);
        (void)JetMove((JET_SESID)world.session, (JET_TABLEID)world.table, JET_MoveFirst, 0);
        if (has(name, "JetSetColumn") || has(name, "JetUpdate"))
            (void)JetPrepareUpdate((JET_SESID)world.session, (JET_TABLEID)world.table, JET_prepReplace);
    }
}

/* These succeed at the price of the world; a new one is cheaper than undoing them. */
static int is_costly(const char *name)
{
    static const char *const parts[] = {"CreateDatabase", "AttachDatabase", "DetachDatabase", "CreateInstance", "JetInit", "StopService", "Restore",
                                        "JetBeginSession", "JetDupSession", "SetSystemParameter", "JetTerm", "JetEndSession", "SetSessionContext"};
    for (unsigned k = 0; k < sizeof parts / sizeof parts[0]; k++)
        if (has(name, parts[k]))
            return 1;
    return 0;
}

static int still_good(void)
{
    JET_SESID s = (JET_SESID)world.session;
    JET_TABLEID again = 0;
    char name[600];
    while (JetRollback(s, 0) >= 0)
        continue;
    (void)JetPrepareUpdate(s, (JET_TABLEID)world.table, JET_prepCancel);
    if (JetMove(s, (JET_TABLEID)world.table, JET_MoveFirst, 0) < 0 || JetOpenTableA(s, world.database, "t", NULL, 0, 0, &again) < 0)
        return 0;
    if (JetCloseTable(s, again) < 0 || JetGetDatabaseInfoA(s, world.database, name, sizeof name, JET_DbInfoFilename) < 0)
        return 0;
    return 1;
}

void world_after(const char *name, int err)
{
    if (world.snapshot != 0) {
        (void)JetOSSnapshotThaw((JET_OSSNAPID)world.snapshot, 0);
        (void)JetOSSnapshotEnd((JET_OSSNAPID)world.snapshot, 0);
        (void)JetOSSnapshotAbort((JET_OSSNAPID)world.snapshot, 0);
        world.snapshot = 0;
    }
    if (is_backup(name) || has(name, "Backup"))
        end_backups();
    if ((err >= 0 && is_costly(name)) || !still_good())
        world_end();
}

const char *world_text(const char *call, const char *argument)
{
    if (has(argument, "Table") || has(argument, "Template"))
        return has(call, "Create") ? "new" : "t";
    if (has(argument, "Column"))
        return has(call, "Add") ? "added" : "c";
    if (has(argument, "Index"))
        return has(call, "Create") ? "added" : "pk";
    if (has(argument, "ackup") || has(argument, "Source") || has(argument, "Dest") || has(argument, "Log") || has(argument, "Checkpoint"))
        return "bk";
    if (has(argument, "ile") || has(argument, "atabase"))
        return has(call, "CreateDatabase") ? "base/more.edb" : BASE;
    return "c";
}

int world_known_error(int err)
{
    char text[600] = "";
    JET_API_PTR code = (JET_API_PTR)(intptr_t)err;
    if (JetGetSystemParameterA((JET_INSTANCE)world.instance, 0, JET_paramErrorToString, &code, text, sizeof text) < 0)
        (void)JetGetSystemParameterA(0, 0, JET_paramErrorToString, &code, text, sizeof text);
    return text[0] != '\0' && strncmp(text, "Unknown", 7) != 0;
}
