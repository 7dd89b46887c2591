/*
 * The shorthands of the case table that are more than one call.
 */
#include "conformance.h"
#include "platform.h"

enum { READ_BYTES = 65536, FILL_ROW_BYTES = 3000, FILL_ROWS_A_GENERATION = 60, PAGE_BYTES = 4096, LOG_KIB = 128 };

#ifdef _WIN32
#define SEPARATOR "\\"
#else
#define SEPARATOR "/"
#endif

JET_INSTANCE i, j, k, HX = 0x12340;
JET_SESID s, t;
JET_DBID db;
JET_HANDLE h;
jet_u32 n = 0x5a5a5a5a, m, lo, hi;
JET_API_PTR v;
JET_OSSNAPID id;
JET_INSTANCE_INFO *instances;
JET_SETSYSPARAM p[2];
JET_RSTINFO r;
JET_LOGINFO li;
JET_DBINFOMISC misc;
unsigned char *page;
char buf[8192], buf2[8192];
int result;
struct backup_facts bak;

int step_failed(const char *text, int err)
{
    printf("precondition %s: %d\n", text, err);
    return -99999;
}

int check_failed(const char *text)
{
    printf("result %d, but not: %s\n", result, text);
    return -99998;
}

const char *path_of(const char *relative)
{
    static char slots[8][2048];
    static unsigned next;
    char *out = slots[next++ % 8];
    folder_current(out, 1024);
    strcat(out, SEPARATOR);
    strncat(out, relative, 1000);
    for (char *at = out; *at != 0; at++)
        if (*at == '/' || *at == '\\')
            *at = SEPARATOR[0];
    return out;
}

const char *folder_path(const char *name)
{
    static char slots[8][2048];
    static unsigned next;
    char *out = slots[next++ % 8];
    snprintf(out, sizeof slots[0], "%s%s", path_of(name), SEPARATOR);
    return out;
}

int set_dirs(JET_INSTANCE *instance, const char *folder)
{
    static const jet_u32 paths[3] = {JET_paramSystemPath, JET_paramLogFilePath, JET_paramTempPath};
    int err = JetSetSystemParameter(instance, 0, JET_paramLogFileSize, LOG_KIB, NULL);
    for (unsigned x = 0; x < 3 && err >= 0; x++)
        err = JetSetSystemParameter(instance, 0, paths[x], 0, folder);
    if (err >= 0)
        err = JetSetSystemParameter(instance, 0, JET_paramEventSource, 0, "conformance");
    return err;
}

int up(JET_INSTANCE *instance, const char *name, const char *folder)
{
    int err = JetCreateInstance(instance, name);
    if (err >= 0)
        err = set_dirs(instance, folder);
    return err < 0 ? err : JetInit(instance);
}

int make_database(JET_INSTANCE instance, const char *name)
{
    int err = JetBeginSession(instance, &s, NULL, NULL);
    if (err >= 0)
        err = JetCreateDatabase(s, path_of(name), NULL, &db, 0);
    return err < 0 ? err : JetCloseDatabase(s, db, 0);
}

static int open_or_make_table(JET_SESID session, JET_DBID d, JET_TABLEID *table, JET_COLUMNID *column)
{
    JET_COLUMNDEF def = {0};
    int err = JetOpenTable(session, d, "filled", NULL, 0, 0, table);
    def.cbStruct = sizeof def;
    if (err >= 0) {
        err = JetGetTableColumnInfo(session, *table, "data", &def, sizeof def, JET_ColInfo);
        *column = def.columnid;
        return err;
    }
    def.coltyp = JET_coltypLongBinary;
    err = JetCreateTable(session, d, "filled", 8, 100, table);
    return err < 0 ? err : JetAddColumn(session, *table, "data", &def, NULL, 0, column);
}

int fill(JET_INSTANCE instance, const char *name, unsigned generations)
{
    static unsigned char row[FILL_ROW_BYTES];
    JET_SESID session = 0;
    JET_DBID d = 0;
    JET_TABLEID table = 0;
    JET_COLUMNID column = 0;
    int err = JetBeginSession(instance, &session, NULL, NULL);

    if (err >= 0)
        err = JetOpenDatabase(session, path_of(name), NULL, &d, 0);
    if (err >= 0)
        err = open_or_make_table(session, d, &table, &column);
    for (unsigned x = 0; x < generations * FILL_ROWS_A_GENERATION && err >= 0; x++) {
        for (unsigned y = 0; y < sizeof row; y++)
            row[y] = (unsigned char)(x * 31 + y * 7 + (y >> 8));
        err = JetBeginTransaction(session);
        if (err >= 0)
            err = JetPrepareUpdate(session, table, JET_prepInsert);
        if (err >= 0)
            err = JetSetColumn(session, table, column, row, sizeof row, JET_bitSetIntrinsicLV, NULL);
        if (err >= 0)
            err = JetUpdate(session, table, NULL, 0, NULL);
        if (err >= 0)
            err = JetCommitTransaction(session, 0);
    }
    if (err >= 0)
        err = JetEndSession(session, 0);
    return err;
}

int copy_out(JET_INSTANCE instance, const char *name, const char *to)
{
    JET_HANDLE file = 0;
    jet_u32 low = 0, high = 0, got = 1;
    FILE *out = NULL;
    int err = JetOpenFileInstance(instance, strpbrk(name, "/\\") != NULL ? name : path_of(name), &file, &low, &high);

    if (err < 0)
        return err;
    if (to != NULL)
        out = fopen(to, "wb");
    while (err >= 0 && got != 0) {
        got = 0;
        err = JetReadFileInstance(instance, file, page, READ_BYTES, &got);
        if (err >= 0 && out != NULL)
            fwrite(page, 1, got, out);
    }
    if (out != NULL)
        fclose(out);
    return err < 0 ? err : JetCloseFileInstance(instance, file);
}

int copy_logs(JET_INSTANCE instance, const char *to)
{
    int err = JetGetLogInfoInstance(instance, buf, sizeof buf, &n);
    for (const char *name = buf; err >= 0 && *name != 0; name += strlen(name) + 1) {
        const char *last = strlen(name) > 12 ? name + strlen(name) - 12 : name;
        char target[1100];
        snprintf(target, sizeof target, "%.64s/%.1000s", to != NULL ? to : "", last);
        bak.high = (jet_u32)strtoul(last + 3, NULL, 16);
        if (bak.low == 0)
            bak.low = bak.high;
        err = copy_out(instance, name, to != NULL ? target : NULL);
    }
    return err;
}

int full_backup(JET_INSTANCE instance, const char *name)
{
    int err = JetBeginExternalBackupInstance(instance, 0);
    if (err >= 0)
        err = copy_out(instance, name, NULL);
    if (err >= 0)
        err = copy_logs(instance, NULL);
    if (err >= 0)
        err = JetTruncateLogInstance(instance);
    return err < 0 ? err : JetEndExternalBackupInstance2(instance, JET_bitBackupEndNormal);
}

void set_path(JET_INSTANCE *instance, jet_u32 param, const char *folder)
{
    JetSetSystemParameter(instance, 0, param, 0, folder);
}

void set_param(JET_SETSYSPARAM *to, jet_u32 param, JET_API_PTR value)
{
    memset(to, 0, sizeof *to);
    to->paramid = param;
    to->lParam = value;
    to->err = -9;
}

JET_SETSYSPARAM_W *wide_params(const JET_SETSYSPARAM *from)
{
    static JET_SETSYSPARAM_W wide[2];
    for (unsigned x = 0; x < 2; x++) {
        memset(&wide[x], 0, sizeof wide[x]);
        wide[x].paramid = from[x].paramid;
        wide[x].lParam = from[x].lParam;
    }
    return wide;
}

void no_sharing(JET_INSTANCE *instance)
{
    JetSetSystemParameter(instance, 0, JET_paramMaxTemporaryTables, 0, NULL);
    JetSetSystemParameter(instance, 0, JET_paramRecovery, 0, "off");
}

void read_all(JET_INSTANCE instance, JET_HANDLE file)
{
    uint64_t size = (uint64_t)hi << 32 | lo, done = 0;
    jet_u32 got = 1;
    while (done < size && got != 0 && JetReadFileInstance(instance, file, page, READ_BYTES, &got) >= 0)
        done += got;
}

int read_to_failure(JET_INSTANCE instance, JET_HANDLE file)
{
    jet_u32 got = 1;
    int err = 0;
    while (err >= 0 && got != 0)
        err = JetReadFileInstance(instance, file, page, READ_BYTES, &got);
    return err;
}

void make_file(const char *folder, const char *name)
{
    char path[256];
    FILE *f;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "wb");
    if (f != NULL) {
        fputs("content", f);
        fclose(f);
    }
}

void remove_file(const char *relative)
{
    remove(relative);
}

int file_exists(const char *relative)
{
    FILE *f = fopen(relative, "rb");
    if (f != NULL)
        fclose(f);
    return f != NULL;
}

/* offset below 0 counts from the end. */
void noise(const char *relative, long offset, unsigned size)
{
    FILE *f = fopen(relative, "r+b");
    if (f == NULL)
        return;
    fseek(f, offset, offset < 0 ? SEEK_END : SEEK_SET);
    for (unsigned x = 0; x < size; x++)
        fputc((int)((x * 2654435761u >> 13) & 0xFF), f);
    fclose(f);
}

static void copy_entry(void *context, const char *folder, const char *name)
{
    char from[1200], to[1200];
    snprintf(from, sizeof from, "%s/%s", folder, name);
    snprintf(to, sizeof to, "%s/%s", (const char *)context, name);
    file_copy(from, to);
}

void copy_folder(const char *from, const char *to)
{
    char target[256];
    snprintf(target, sizeof target, "%s", to);
    folder_each(from, copy_entry, target);
}

void make_detached(JET_INSTANCE instance, const char *name)
{
    JET_SESID session = 0;
    JET_DBID d = 0;
    if (JetBeginSession(instance, &session, NULL, NULL) >= 0 && JetCreateDatabase(session, path_of(name), NULL, &d, 0) >= 0) {
        JetCloseDatabase(session, d, 0);
        JetDetachDatabase(session, path_of(name));
    }
    JetEndSession(session, 0);
}

void advance_checkpoint(JET_INSTANCE instance)
{
    JetSetSystemParameter(&instance, 0, JET_paramCheckpointDepthMax, 1, NULL);
    pause_ms(500);
}

void delete_backed_up_logs(const char *folder)
{
    char path[1200];
    for (jet_u32 g = 1; g <= bak.high + 1; g++) {
        snprintf(path, sizeof path, "%sedb%05X.log", folder, (unsigned)g);
        remove(path);
    }
}

/* The pages of the filled table are written, forgotten with the instance, and one of them is spoilt while nobody has the file. */
void damage_cold_page(JET_INSTANCE *instance, JET_SESID *session)
{
    FILE *f;
    long size;
    fill(*instance, "x.edb", 1);
    JetEndSession(*session, 0);
    JetTerm2(*instance, JET_bitTermComplete);
    f = fopen("x.edb", "rb");
    if (f != NULL) {
        static unsigned char bytes[PAGE_BYTES];
        fseek(f, 0, SEEK_END);
        size = ftell(f);
        for (long at = size - PAGE_BYTES; at > 40 * PAGE_BYTES; at -= PAGE_BYTES) {
            fseek(f, at, SEEK_SET);
            if (fread(bytes, 1, sizeof bytes, f) == sizeof bytes && bytes[36] == 0x02 && (bytes[37] & 0x28) == 0x28 && bytes[24] > 7) {
                fclose(f);
                noise("x.edb", at + 200, 64);
                f = NULL;
                break;
            }
        }
        if (f != NULL)
            fclose(f);
    }
    up(instance, "a", A);
    JetBeginSession(*instance, session, NULL, NULL);
    JetAttachDatabase(*session, path_of("x.edb"), 0);
}

void fail_init(JET_INSTANCE *instance)
{
    noise("A/edb.log", 0, 0);
    make_file("A", "edb.log");
    set_dirs(instance, A);
    if (JetInit(instance) >= 0)
        printf("a damaged log did not stop JetInit\n");
}

static int thread_result;

static void end_body(void *argument)
{
    thread_result = JetEndExternalBackupInstance2(*(JET_INSTANCE *)argument, JET_bitBackupEndAbort);
}

int end_on_thread(JET_INSTANCE instance)
{
    thread_start(end_body, &instance, 1);
    return thread_result;
}

static void term_body(void *argument)
{
    static JET_INSTANCE which;
    which = *(JET_INSTANCE *)argument;
    JetTerm(which);
}

void term_on_thread(JET_INSTANCE instance)
{
    static JET_INSTANCE which;
    which = instance;
    JetOSSnapshotPrepare(&id, 0);
    JetOSSnapshotFreeze(id, &n, &instances, 0);
    thread_start(term_body, &which, 0);
    pause_ms(500);
}

static volatile int inside_init;

static JET_ERR JET_API slow_callback(JET_SESID session, JET_DBID d, JET_TABLEID table, JET_CBTYP type, void *one, void *two, void *context,
                                     JET_API_PTR unused)
{
    (void)session, (void)d, (void)table, (void)type, (void)one, (void)two, (void)context, (void)unused;
    inside_init = 1;
    pause_ms(1500);
    return 0;
}

static void init_body(void *argument)
{
    (void)argument;
    JetInit(NULL);
}

void init_on_thread(void)
{
    JetSetSystemParameter(NULL, 0, JET_paramRuntimeCallback, (JET_API_PTR)(uintptr_t)slow_callback, NULL);
    thread_start(init_body, NULL, 0);
    for (unsigned waited = 0; !inside_init && waited < 5000; waited += 10)
        pause_ms(10);
}
