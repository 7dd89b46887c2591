/*
 * Backups that an earlier process makes for the restore cases, and what those cases do to them.
 */
#include "conformance.h"
#include "platform.h"

static void write_facts(void)
{
    FILE *f = fopen("bak.txt", "w");
    if (f == NULL)
        return;
    fprintf(f, "%u %u %s\n", (unsigned)bak.low, (unsigned)bak.high, path_of("x.edb"));
    fclose(f);
}

void read_backup_facts(void)
{
    FILE *f = fopen("bak.txt", "r");
    unsigned low = 0, high = 0;
    if (f == NULL)
        return;
    if (fscanf(f, "%u %u %1023[^\n]", &low, &high, bak.database) == 3) {
        bak.low = low;
        bak.high = high;
    }
    fclose(f);
}

/* Streaming copy with work between the begin and the copy: several generations are needed, the last of them by the trailer. */
static int make_stream(void)
{
    int err;
    STEP(up(&i, "a", A));
    STEP(make_database(i, "x.edb"));
    STEP(fill(i, "x.edb", 2));
    STEP(JetBeginExternalBackupInstance(i, 0));
    STEP(fill(i, "x.edb", 2));
    STEP(copy_out(i, "x.edb", "D2/x.edb"));
    bak.low = bak.high = 0;
    STEP(copy_logs(i, "L1"));
    STEP(JetEndExternalBackupInstance2(i, JET_bitBackupEndNormal));
    JetEndSession(s, 0);
    STEP(JetTerm2(i, JET_bitTermComplete));
    write_facts();
    err = bak.low == 0;
    return err;
}

static void remove_pat(void *context, const char *folder, const char *name)
{
    char path[1200];
    (void)context;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (strlen(name) > 4 && strcmp(name + strlen(name) - 4, ".pat") == 0)
        remove(path);
}

static int make_folder_backup(JET_GRBIT grbit)
{
    STEP(up(&i, "a", A));
    STEP(make_database(i, "x.edb"));
    STEP(fill(i, "x.edb", 1));
    STEP(JetBackupInstance(i, path_of("E"), grbit, NULL));
    JetEndSession(s, 0);
    STEP(JetTerm2(i, JET_bitTermComplete));
    write_facts();
    remove("x.edb");
    return 0;
}

int make_backup(enum backup_made kind)
{
    int err;
    if (kind == BAK_STREAM)
        return make_stream();
    err = make_folder_backup(kind == BAK_ATOMIC ? JET_bitBackupAtomic : 0);
    if (kind == BAK_FOLDER_NO_PAT)
        folder_each("E", remove_pat, NULL);
    return err;
}

static char *writable(const char *text)
{
    static char slots[8][1100];
    static unsigned next;
    char *slot = slots[next++ % 8];
    if (text == NULL)
        return NULL;
    snprintf(slot, sizeof slots[0], "%s", text);
    return slot;
}

int restore(jet_u32 low, jet_u32 high, const char *target, const char *target_log, const char *target_checkpoint)
{
    JET_RSTMAP map;
    JET_LOGINFO info;
    memset(&map, 0, sizeof map);
    memset(&info, 0, sizeof info);
    map.szDatabaseName = writable(bak.database);
    map.szNewDatabaseName = writable(path_of("D2/x.edb"));
    JetSetSystemParameter(NULL, 0, JET_paramLogFileSize, 128, NULL);    /* default of the table; refused where an instance runs */
    info.cbSize = sizeof info;
    info.ulGenLow = low;
    info.ulGenHigh = high;
    memcpy(info.szBaseName, "edb", 4);
    return JetExternalRestore2(writable(folder_path("C")), writable(folder_path("C")), &map, 1, writable(folder_path("L1")), &info, writable(target),
                               writable(target_log != NULL ? folder_path(target_log) : NULL),
                               writable(target_checkpoint != NULL ? folder_path(target_checkpoint) : NULL), NULL);
}

int restore_without_map(void)
{
    JET_LOGINFO info;
    memset(&info, 0, sizeof info);
    info.cbSize = sizeof info;
    info.ulGenLow = bak.low;
    info.ulGenHigh = bak.high;
    memcpy(info.szBaseName, "edb", 4);
    return JetExternalRestore2(writable(folder_path("C")), writable(folder_path("C")), NULL, 1, writable(folder_path("L1")), &info, NULL, NULL, NULL,
                               NULL);
}

static const char *log_name(jet_u32 generation)
{
    static char slots[4][64];
    static unsigned next;
    char *slot = slots[next++ % 4];
    snprintf(slot, sizeof slots[0], "L1/edb%05X.log", (unsigned)generation);
    return slot;
}

void remove_log(jet_u32 generation)
{
    remove(log_name(generation));
}

void copy_log(jet_u32 from, jet_u32 to)
{
    file_copy(log_name(from), log_name(to));
}

/* A clean database and a log stream of another origin, made by an instance of their own in K. */
static void make_foreign(void)
{
    JET_INSTANCE other = 0;
    JET_SESID session = 0;
    JET_DBID d = 0;
    if (up(&other, "foreign", folder_path("K")) < 0)
        return;
    JetBeginSession(other, &session, NULL, NULL);
    JetCreateDatabase(session, path_of("K/f.edb"), NULL, &d, 0);
    JetCloseDatabase(session, d, 0);
    fill(other, "K/f.edb", 3);
    JetEndSession(session, 0);
    JetTerm2(other, JET_bitTermComplete);
}

void replace_by_clean(void)
{
    make_foreign();
    file_copy("K/f.edb", "D2/x.edb");
}

void replace_by_foreign_log(jet_u32 generation)
{
    char from[64];
    make_foreign();
    snprintf(from, sizeof from, "K/edb%05X.log", (unsigned)generation);
    if (!file_exists(from))
        snprintf(from, sizeof from, "K/edb.log");
    file_copy(from, log_name(generation));
}
