/*
 * behaviour - replays the table of observed calls: every row in every mode, each in a fresh process.
 *
 *   behaviour [--only TEXT] [--mode NAME] [--first N] [--last N] [--counts FILE] [FOLDER]
 */
#include "behaviour.h"
#include "platform.h"

enum { TIMEOUT_MS = 60000, LOG_KIB = 128, RECORD_BYTES = 3000, RECORDS = 200 };

JET_INSTANCE g_i = (JET_INSTANCE)JET_instanceNil, t, z;
JET_SESID S, s2;
JET_DBID D, d;
JET_HANDLE H = JET_handleNil, h;
jet_u32 n, cb, lo, hi;
JET_API_PTR lp;
JET_OSSNAPID sn;
JET_INSTANCE_INFO_A *ai;
JET_SETSYSPARAM_A sp[1];
JET_RSTINFO_A ri;
JET_LOGINFO_A li;
JET_SIGNATURE sg;
char *buf, sz[1024];
const char *dbpath, *logpath;
static char buffer_memory[BUF_BYTES + 8192], db_text[2048], log_text[2048];

JET_ERR JET_API stat_cb(JET_SESID session, JET_SNP snp, JET_SNT snt, void *argument)
{
    (void)session, (void)snp, (void)snt, (void)argument;
    return 0;
}

#define STEP(call)                                                                                                     \
    do {                                                                                                               \
        int step_err = (int)(call);                                                                                    \
        if (step_err < 0) {                                                                                            \
            printf("set-up %s: %d\n", #call, step_err);                                                                \
            return step_err;                                                                                           \
        }                                                                                                              \
    } while (0)

static int set_paths(JET_INSTANCE *instance, const char *folder)
{
    char path[1200];
    static const jet_u32 paths[3] = {JET_paramSystemPath, JET_paramLogFilePath, JET_paramTempPath};
    snprintf(path, sizeof path, "%s/", folder);
    for (unsigned x = 0; x < 3; x++)
        STEP(JetSetSystemParameterA(instance, 0, paths[x], 0, path));
    STEP(JetSetSystemParameterA(instance, 0, JET_paramLogFileSize, LOG_KIB, NULL));
    return 0;
}

static int fill_table(void)
{
    static char record[RECORD_BYTES];
    JET_TABLEID table = 0;
    JET_COLUMNID column = 0;
    JET_COLUMNDEF def = {0};
    def.cbStruct = sizeof def;
    def.coltyp = JET_coltypLongBinary;
    STEP(JetBeginTransaction(S));
    STEP(JetCreateTableA(S, D, "t", 8, 100, &table));
    STEP(JetAddColumnA(S, table, "data", &def, NULL, 0, &column));
    for (unsigned x = 0; x < RECORDS; x++) {
        memset(record, (int)x, sizeof record);
        STEP(JetPrepareUpdate(S, table, JET_prepInsert));
        STEP(JetSetColumn(S, table, column, record, sizeof record, 0, NULL));
        STEP(JetUpdate(S, table, NULL, 0, NULL));
    }
    STEP(JetCommitTransaction(S, 0));
    STEP(JetCloseTable(S, table));
    return 0;
}

static int open_everything(JET_INSTANCE instance)
{
    STEP(JetBeginSessionA(instance, &S, NULL, NULL));
    STEP(JetCreateDatabaseA(S, dbpath, NULL, &D, 0));
    return fill_table();
}

static int legacy(void)
{
    STEP(set_paths(NULL, "one"));
    g_i = 0;
    STEP(JetInit(&g_i));
    return open_everything(g_i);
}

static int multi(void)
{
    STEP(JetCreateInstanceA(&g_i, "inst"));
    STEP(set_paths(&g_i, "one"));
    STEP(JetInit(&g_i));
    return open_everything(g_i);
}

static int second_instance(void)
{
    JET_INSTANCE other = 0;
    STEP(JetCreateInstanceA(&other, "second"));
    STEP(set_paths(&other, "two"));
    STEP(JetInit(&other));
    return 0;
}

static int set_mode(const char *mode)
{
    int is_multi = strncmp(mode, "multi", 5) == 0;
    if (strcmp(mode, "none") == 0)
        return 0;
    if (strcmp(mode, "one_set") == 0)
        return set_paths(NULL, "one");
    if (strcmp(mode, "multi_enable") == 0) {
        STEP(JetEnableMultiInstanceA(NULL, 0, NULL));
        return 0;
    }
    if (strcmp(mode, "multi_created") == 0) {
        STEP(JetCreateInstanceA(&g_i, "inst"));
        return set_paths(&g_i, "one");
    }
    STEP(is_multi ? multi() : legacy());
    if (strcmp(mode, "multi_two") == 0)
        STEP(second_instance());
    if (strcmp(mode, "one_term") == 0 || strcmp(mode, "multi_term") == 0)
        STEP(JetTerm(g_i));
    if (strcmp(mode, "one_bk") == 0)
        STEP(JetBeginExternalBackup(0));
    if (strcmp(mode, "multi_bk") == 0 || strcmp(mode, "multi_bkopen") == 0)
        STEP(JetBeginExternalBackupInstance(g_i, 0));
    if (strcmp(mode, "one_bk") == 0)
        STEP(JetOpenFileA(dbpath, &H, &lo, &hi));
    if (strcmp(mode, "multi_bkopen") == 0)
        STEP(JetOpenFileInstanceA(g_i, dbpath, &H, &lo, &hi));
    return 0;
}

static void prepare_names(void)
{
    char here[1024];
    folder_current(here, sizeof here);
#ifdef _WIN32
    snprintf(db_text, sizeof db_text, "%s\\one\\a.edb", here);
    snprintf(log_text, sizeof log_text, "%s\\one\\edb00001.log", here);
#else
    snprintf(db_text, sizeof db_text, "%s/one/a.edb", here);
    snprintf(log_text, sizeof log_text, "%s/one/edb00001.log", here);
#endif
    dbpath = db_text;
    logpath = log_text;
    buf = (char *)(((uintptr_t)buffer_memory + 4095) & ~(uintptr_t)4095);
    sp[0].paramid = JET_paramMaxSessions;
    sp[0].lParam = 16;
    ri.cbStruct = sizeof ri;
    li.cbSize = sizeof li;
}

static int run_child(unsigned row, const char *mode)
{
    FILE *f;
    int got;
    prepare_names();
    if (set_mode(mode) < 0)
        return 3;
    got = behaviour_rows[row].call();
    f = fopen("outcome.txt", "w");
    if (f == NULL)
        return 1;
    fprintf(f, "%d\n", got);
    return fclose(f) == 0 ? 0 : 1;
}

static int read_outcome(const char *folder, int *got)
{
    char path[1200];
    FILE *f;
    int ok;
    snprintf(path, sizeof path, "%s/outcome.txt", folder);
    f = fopen(path, "r");
    ok = f != NULL && fscanf(f, "%d", got) == 1;
    if (f != NULL)
        fclose(f);
    return ok;
}

static int run_cell(const char *self, const char *root, unsigned row, unsigned mode)
{
    static const char *const folders[] = {"one", "two", "bkdir", "dest", "ck", "lg"};
    char folder[1100], self_text[1200], row_text[16], mode_text[32], option[] = "--cell";
    char *argv[] = {self_text, option, row_text, mode_text, NULL};
    int expected = behaviour_rows[row].expected[mode], got = 0, code, good = 0;

    snprintf(folder, sizeof folder, "%s/cell", root);
    snprintf(self_text, sizeof self_text, "%s", self);
    snprintf(row_text, sizeof row_text, "%u", row);
    snprintf(mode_text, sizeof mode_text, "%s", behaviour_modes[mode]);
    folder_remove(folder);
    folder_make(folder);
    if (folder_enter(folder) != 0)
        return 0;
    for (unsigned x = 0; x < sizeof folders / sizeof folders[0]; x++)
        folder_make(folders[x]);
    code = process_run(argv, TIMEOUT_MS);
    folder_enter(root);
    if (!read_outcome(folder, &got))
        printf("FAIL %s [%s] expected %d, no result (exit code %d)\n", behaviour_rows[row].text, mode_text, expected, code);
    else if (expected != BEHAVIOUR_ANY_RESULT && got != expected)
        printf("FAIL %s [%s] expected %d, got %d\n", behaviour_rows[row].text, mode_text, expected, got);
    else
        good = 1;
    fflush(stdout);
    return good;
}

struct choice {
    const char *only, *mode, *folder;
    unsigned first, last;
    FILE *counts;
};

static int run_all(const char *self, const char *root, const struct choice *c)
{
    unsigned passed = 0, failed = 0;
    for (unsigned row = c->first; row < behaviour_row_count && row <= c->last; row++)
        for (unsigned mode = 0; mode < behaviour_mode_count; mode++) {
            if ((c->only != NULL && strstr(behaviour_rows[row].text, c->only) == NULL) ||
                (c->mode != NULL && strcmp(behaviour_modes[mode], c->mode) != 0))
                continue;
            if (run_cell(self, root, row, mode))
                passed++;
            else
                failed++;
        }
    if (failed == 0)
        folder_remove("cell");
    return report_counts(c->counts, passed, failed);
}

int main(int argc, char **argv)
{
    struct choice c = {NULL, NULL, "behaviour-run", 0, (unsigned)-1, NULL};
    char self[1200], root[1024];

    if (argc == 4 && strcmp(argv[1], "--cell") == 0)
        return run_child((unsigned)atoi(argv[2]), argv[3]);
    for (int x = 1; x < argc; x++) {
        if (strcmp(argv[x], "--only") == 0 && x + 1 < argc)
            c.only = argv[++x];
        else if (strcmp(argv[x], "--mode") == 0 && x + 1 < argc)
            c.mode = argv[++x];
        else if (strcmp(argv[x], "--counts") == 0 && x + 1 < argc)
            c.counts = fopen(argv[++x], "w");
        else if (strcmp(argv[x], "--first") == 0 && x + 1 < argc)
            c.first = (unsigned)atoi(argv[++x]);
        else if (strcmp(argv[x], "--last") == 0 && x + 1 < argc)
            c.last = (unsigned)atoi(argv[++x]);
        else if (argv[x][0] == '-') {
            fputs("usage: behaviour [OPTION...] [FOLDER]; options are named at the top of the source\n", stderr);
            return 2;
        } else
            c.folder = argv[x];
    }
    process_own_path(argv[0], self, sizeof self);
    folder_make(c.folder);
    if (folder_enter(c.folder) != 0)
        return 2;
    folder_current(root, sizeof root);
    return run_all(self, root, &c);
}
