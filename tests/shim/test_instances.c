/*
 * test_instances - instances in number: a thousand made and ended without a trace, quotas, resources that collide, other processes on
 * the same files, a process that ends without JetTerm.
 *
 *   test_instances FOLDER
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#define JET_VERSION 0x0A00
#include <windows.h>
#else
#include <dirent.h>
#include <malloc.h>
#endif
#include <esent.h>

#include "platform.h"

enum { INSTANCES = 1000, INIT_EACH = 25, WARM = 200, LOG_KIB = 128, TIMEOUT_MS = 120000, VALUE = 4711, SLACK_BYTES = 256 * 1024 };

static unsigned passed, failed;
static char self_path[1200];

#define EXPECT(call, wanted)                                                                                           \
    do {                                                                                                               \
        long got_ = (long)(call);                                                                                      \
        if (got_ == (long)(wanted)) {                                                                                  \
            passed++;                                                                                                  \
        } else {                                                                                                       \
            failed++;                                                                                                  \
            printf("FAIL %d: %s is %ld, expected %ld\n", __LINE__, #call, got_, (long)(wanted));                       \
        }                                                                                                              \
    } while (0)

static void set_up(JET_INSTANCE *i, const char *system, const char *log, const char *temp)
{
    EXPECT(JetSetSystemParameterA(i, 0, JET_paramSystemPath, 0, system), 0);
    EXPECT(JetSetSystemParameterA(i, 0, JET_paramLogFilePath, 0, log), 0);
    EXPECT(JetSetSystemParameterA(i, 0, JET_paramTempPath, 0, temp), 0);
    EXPECT(JetSetSystemParameterA(i, 0, JET_paramLogFileSize, LOG_KIB, NULL), 0);
}

/* ---- a thousand ---- */

struct usage { long handles; long long bytes; };

static struct usage in_use(void)
{
    struct usage u = {0, 0};
#ifdef _WIN32
    DWORD handles = 0;
    GetProcessHandleCount(GetCurrentProcess(), &handles);
    u.handles = (long)handles;
#else
    DIR *d = opendir("/proc/self/fd");
    struct mallinfo2 m = mallinfo2();
    while (d != NULL && readdir(d) != NULL)
        u.handles++;
    if (d != NULL)
        closedir(d);
    u.bytes = (long long)m.uordblks;                    /* 0 under the sanitizer, which looks for leaks itself */
#endif
    return u;
}

static void one_instance(unsigned n)
{
    JET_INSTANCE i = 0;
    JET_SESID s = 0;
    char name[32];
    snprintf(name, sizeof name, "instance %u", n);
    EXPECT(JetCreateInstance2A(&i, name, "shown", 0), 0);
    set_up(&i, "many/", "many/", "many/");
    if (n % INIT_EACH == 0) {
        EXPECT(JetInit(&i), 0);
        EXPECT(JetBeginSessionA(i, &s, NULL, NULL), 0);
    }
    EXPECT(JetTerm(i), 0);
}

static void a_thousand_leave_nothing(void)
{
    struct usage before = {0, 0}, after;
    folder_make("many");
    for (unsigned n = 0; n < INSTANCES; n++) {
        if (n == WARM)
            before = in_use();
        one_instance(n);
    }
    after = in_use();
    EXPECT(after.handles > before.handles + 2, 0);
    EXPECT(after.bytes > before.bytes + SLACK_BYTES, 0);
    printf("handles %ld to %ld, heap %lld to %lld\n", before.handles, after.handles, before.bytes, after.bytes);
}

static void a_thousand_at_once(void)
{
    static JET_INSTANCE all[INSTANCES];
    JET_INSTANCE more = 0;
    JET_INSTANCE_INFO_A *list = NULL;
    JET_GRBIT count = 0;
    char name[32];
    EXPECT(JetSetSystemParameterA(NULL, 0, JET_paramMaxInstances, INSTANCES, NULL), 0);
    for (unsigned n = 0; n < INSTANCES; n++) {
        snprintf(name, sizeof name, "i%u", n);
        EXPECT(JetCreateInstanceA(&all[n], name), 0);
    }
    EXPECT(JetCreateInstanceA(&more, "i0"), JET_errTooManyInstances);
    EXPECT(JetSetSystemParameterA(NULL, 0, JET_paramMaxInstances, 2 * INSTANCES, NULL), JET_errAlreadyInitialized);
    EXPECT(JetGetInstanceInfoA((void *)&count, &list), 0);
    EXPECT(count, INSTANCES);
    EXPECT(JetFreeBuffer((char *)list), 0);
    EXPECT(JetTerm(all[500]), 0);
    EXPECT(JetCreateInstanceA(&more, "i0"), JET_errInstanceNameInUse);
    EXPECT(JetCreateInstanceA(&all[500], "i500"), 0);
    for (unsigned n = 0; n < INSTANCES; n++)
        EXPECT(JetTerm(all[n]), 0);
    EXPECT(JetTerm(all[7]), JET_errInvalidInstance);
    EXPECT(JetSetSystemParameterA(NULL, 0, JET_paramMaxInstances, 16, NULL), 0);
}

/* ---- collisions ---- */

static void collide(const char *system, const char *log, const char *temp, long wanted)
{
    JET_INSTANCE j = 0;
    EXPECT(JetCreateInstanceA(&j, "second"), 0);
    set_up(&j, system, log, temp);
    EXPECT(JetInit(&j), wanted);
    if (wanted == 0)
        EXPECT(JetTerm(j), 0);
    else
        EXPECT(j, 0);
}

static void resources_collide(void)
{
    JET_INSTANCE i = 0, same = 0;
    folder_make("a");
    folder_make("b");
    EXPECT(JetCreateInstanceA(&i, "first"), 0);
    set_up(&i, "a/", "a/", "a/");
    EXPECT(JetInit(&i), 0);
    EXPECT(JetCreateInstanceA(&same, "first"), JET_errInstanceNameInUse);
    collide("a/", "a/", "a/", JET_errTempPathInUse);
    collide("a/", "b/", "b/", JET_errSystemPathInUse);
    collide("b/", "a/", "b/", JET_errLogFilePathInUse);
    collide("b/", "b/", "a/", JET_errTempPathInUse);
    collide("b/", "b/", "b/", 0);
    EXPECT(JetTerm(i), 0);
}

/* ---- other processes ---- */

static void open_row(JET_INSTANCE *i, int create, JET_SESID *s, JET_TABLEID *t, JET_COLUMNID *c)
{
    JET_COLUMNDEF def;
    JET_DBID d = 0;
    memset(&def, 0, sizeof def);
    def.cbStruct = sizeof def;
    def.coltyp = JET_coltypLong;
    EXPECT(JetCreateInstanceA(i, "process"), 0);
    set_up(i, "p/", "p/", "p/");
    EXPECT(JetInit(i), 0);
    EXPECT(JetBeginSessionA(*i, s, NULL, NULL), 0);
    if (create) {
        EXPECT(JetCreateDatabaseA(*s, "p/p.edb", NULL, &d, 0), 0);
        EXPECT(JetCreateTableA(*s, d, "t", 1, 90, t), 0);
        EXPECT(JetAddColumnA(*s, *t, "c", &def, NULL, 0, c), 0);
    } else {
        EXPECT(JetAttachDatabaseA(*s, "p/p.edb", 0), 0);
        EXPECT(JetOpenDatabaseA(*s, "p/p.edb", NULL, &d, 0), 0);
        EXPECT(JetOpenTableA(*s, d, "t", NULL, 0, 0, t), 0);
        EXPECT(JetGetTableColumnInfoA(*s, *t, "c", &def, sizeof def, JET_ColInfo), 0);
        *c = def.columnid;
    }
}

static void touch(const char *name)
{
    FILE *f = fopen(name, "w");
    if (f != NULL)
        fclose(f);
}

static int is_there(const char *name)
{
    FILE *f = fopen(name, "r");
    if (f != NULL)
        fclose(f);
    return f != NULL;
}

/* Commits a row, holds the files until told, ends without JetTerm. */
static int child_hold(void)
{
    JET_INSTANCE i = 0;
    JET_SESID s = 0;
    JET_TABLEID t = 0;
    JET_COLUMNID c = 0;
    int value = VALUE;
    open_row(&i, 1, &s, &t, &c);
    EXPECT(JetBeginTransaction(s), 0);
    EXPECT(JetPrepareUpdate(s, t, JET_prepInsert), 0);
    EXPECT(JetSetColumn(s, t, c, &value, sizeof value, 0, NULL), 0);
    EXPECT(JetUpdate(s, t, NULL, 0, NULL), 0);
    EXPECT(JetCommitTransaction(s, 0), 0);
    EXPECT(JetBeginTransaction(s), 0);
    EXPECT(JetPrepareUpdate(s, t, JET_prepInsert), 0);
    EXPECT(JetUpdate(s, t, NULL, 0, NULL), 0);
    fflush(stdout);
    touch("held");
    for (unsigned waited = 0; !is_there("go") && waited < TIMEOUT_MS; waited += 10)
        pause_ms(10);
    _Exit(failed == 0 ? 0 : 1);
}

static int run(const char *what)
{
    char option[32];
    char *argv[] = {self_path, option, NULL};
    snprintf(option, sizeof option, "%s", what);
    fflush(stdout);
    return process_run(argv, TIMEOUT_MS);
}

static volatile int holder_code = -1;
static void run_holder(void *unused)
{
    (void)unused;
    holder_code = run("--hold");
}

static void files_of_another_process(void)
{
    JET_INSTANCE i = 0;
    JET_SESID s = 0;
    JET_TABLEID t = 0;
    JET_COLUMNID c = 0;
    int value = 0, rows = 0;
    folder_make("p");
    folder_make("own");
    thread_start(run_holder, NULL, 0);
    for (unsigned waited = 0; !is_there("held") && waited < TIMEOUT_MS; waited += 10)
        pause_ms(10);
    EXPECT(JetCreateInstanceA(&i, "late"), 0);
    set_up(&i, "p/", "p/", "own/");
    EXPECT(JetInit(&i), JET_errFileAccessDenied);
    EXPECT(JetCreateInstanceA(&i, "late"), 0);
    set_up(&i, "own/", "own/", "own/");
    EXPECT(JetInit(&i), 0);
    EXPECT(JetBeginSessionA(i, &s, NULL, NULL), 0);
    EXPECT(JetAttachDatabaseA(s, "p/p.edb", 0), JET_errFileAccessDenied);
    EXPECT(JetTerm(i), 0);
    touch("go");
    for (unsigned waited = 0; holder_code == -1 && waited < TIMEOUT_MS; waited += 10)
        pause_ms(10);
    EXPECT(holder_code, 0);
    /* It ended without a word: the committed row is there, the other is not. */
    open_row(&i, 0, &s, &t, &c);
    for (JET_ERR err = JetMove(s, t, JET_MoveFirst, 0); err == 0; err = JetMove(s, t, JET_MoveNext, 0))
        rows++;
    EXPECT(rows, 1);
    EXPECT(JetMove(s, t, JET_MoveFirst, 0), 0);
    EXPECT(JetRetrieveColumn(s, t, c, &value, sizeof value, NULL, 0, NULL), 0);
    EXPECT(value, VALUE);
    EXPECT(JetTerm(i), 0);
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : "instances-run";
    if (argc > 1 && strcmp(argv[1], "--hold") == 0)
        return child_hold();
    process_own_path(argv[0], self_path, sizeof self_path);
    folder_remove(folder);
    folder_make(folder);
    if (folder_enter(folder) != 0)
        return 2;
    a_thousand_leave_nothing();
    a_thousand_at_once();
    resources_collide();
    files_of_another_process();
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 && passed != 0 ? 0 : 1;
}
