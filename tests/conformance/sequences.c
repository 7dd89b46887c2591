/*
 * sequences - repeats observed sequences of calls and compares every result.
 *
 *   sequences [--only NAME] [--counts FILE] [FOLDER]
 */
#include "sequences.h"

#include "platform.h"

enum { TIMEOUT_MS = 60000, ROOM = 70000 };

JET_INSTANCE i;
JET_SESID s, s2;
JET_DBID d, d2;
JET_TABLEID T, T2;
JET_COLUMNID cId, cNn, cDef, cVer, cAuto, cEsc, cBit, cDbl, cBin, cFt, cTx, cUni, cLt, cLb, cTag, cx = 4242;
jet_u32 cb_, cbm, n;
JET_API_PTR v;
#ifdef _WIN32
long lv, id;
#else
int lv, id;
#endif
char *b, bm[1024];
JET_RETINFO ri;
JET_SETINFO si;
JET_RECPOS rp;
JET_COLUMNID ci[8];
JET_COLUMNDEF c, definitions[8];
JET_RETRIEVECOLUMN rc[2];
JET_SETCOLUMN sc[2];
JET_COLUMNLIST cl;
JET_COLUMNBASE cbs;
JET_COLUMNDEF cd;

static char memory[ROOM];
static const char *scenario;
static unsigned steps, wrong;

const char *P(const char *name)
{
    static char slots[4][1100];
    static unsigned next;
    char here[1024], *slot = slots[next++ % 4];
    folder_current(here, sizeof here);
    snprintf(slot, sizeof slots[0], "%s/%s", here, name);
    return slot;
}

void step(int number, const char *text, int got, int expected)
{
    steps++;
    if (got == expected)
        return;
    wrong++;
    printf("FAIL %s %d %s expected %d, got %d\n", scenario, number, text, expected, got);
}

void must(const char *text, int got)
{
    if (got >= 0)
        return;
    wrong++;
    printf("FAIL %s preparation %s got %d\n", scenario, text, got);
}

void at(int number, int expected)
{
    int here = 0;
    JET_ERR err = JetRetrieveColumn(s, T, cId, &here, 4, NULL, 0, NULL);
    step(number, "place of the cursor", err < 0 ? (int)err : here, expected);
}

void actual(int number, unsigned expected) { step(number, "cbActual", (int)cb_, (int)expected); }

static JET_COLUMNID add(const char *name, jet_u32 type, jet_u32 size, unsigned short page, jet_u32 grbit, const void *value, jet_u32 bytes)
{
    JET_COLUMNDEF def;
    JET_COLUMNID out = 0;
    memset(&def, 0, sizeof def);
    def.cbStruct = sizeof def;
    def.coltyp = type;
    def.cbMax = size;
    def.cp = page;
    def.grbit = grbit;
    must(name, (int)JetAddColumnA(s, T, name, &def, value, bytes, &out));
    return out;
}

int row(JET_SESID session, JET_TABLEID table, int key)
{
    char text[16];
    int five = 5;
    snprintf(text, sizeof text, "row%03d", key / 10);
    must("id", (int)JetSetColumn(session, table, cId, &key, 4, 0, NULL));
    must("nn", (int)JetSetColumn(session, table, cNn, &five, 4, 0, NULL));
    must("tx", (int)JetSetColumn(session, table, cTx, text, 6, 0, NULL));
    return 0;
}

int put(JET_SESID session, JET_TABLEID table, int key)
{
    must("insert", (int)JetPrepareUpdate(session, table, JET_prepInsert));
    row(session, table, key);
    must("update", (int)JetUpdate(session, table, NULL, 0, NULL));
    return 0;
}

int big(JET_COLUMNID column, unsigned size)
{
    must("begin", (int)JetBeginTransaction(s));
    must("replace", (int)JetPrepareUpdate(s, T, JET_prepReplace));
    must("set", (int)JetSetColumn(s, T, column, memory, size, 0, NULL));
    for (int k = 0; k < 2; k++) {
        JET_SETINFO append = {sizeof append, 0, 0};
        must("tag", (int)JetSetColumn(s, T, cTag, "value1", 6, 0, &append));
    }
    must("update", (int)JetUpdate(s, T, NULL, 0, NULL));
    must("commit", (int)JetCommitTransaction(s, 0));
    return 0;
}

/* 3: a session; 0: with the database open; 1: with table t open as T2; 2: with table t open as the handle in bm. */
int second(int what)
{
    JET_TABLEID table;
    must("session", (int)JetBeginSessionA(i, &s2, NULL, NULL));
    if (what == 3)
        return 0;
    must("open", (int)JetOpenDatabaseA(s2, P("x.edb"), NULL, &d2, 0));
    if (what == 0)
        return 0;
    must("table", (int)JetOpenTableA(s2, d2, "t", NULL, 0, 0, &table));
    (void)JetMove(s2, table, JET_MoveFirst, 0);
    if (what == 1)
        T2 = table;
    else
        memcpy(bm, &table, sizeof table);
    return 0;
}

int newcolumn(void)
{
    memset(&c, 0, sizeof c);
    c.cbStruct = sizeof c;
    c.coltyp = JET_coltypLong;
    return 0;
}

/* Two Long columns; key: 0 none, 1 the first, 2 the second. type: of the first, 0 = Long. */
int columns(int key, int type)
{
    memset(definitions, 0, sizeof definitions);
    for (int k = 0; k < 2; k++) {
        definitions[k].cbStruct = sizeof definitions[k];
        definitions[k].coltyp = JET_coltypLong;
        if (key == k + 1)
            definitions[k].grbit = JET_bitColumnTTKey;
    }
    if (type != 0)
        definitions[0].coltyp = (JET_COLTYP)type;
    return 0;
}

int retrieves(int bad)
{
    memset(rc, 0, sizeof rc);
    rc[0].columnid = cId;
    rc[0].pvData = b;
    rc[0].cbData = 4;
    rc[0].itagSequence = 1;
    rc[1].columnid = bad ? 9999 : cTx;
    rc[1].pvData = b + 100;
    rc[1].cbData = 2;
    rc[1].itagSequence = 1;
    return 0;
}

int sets(void)
{
    static int number = 5;
    memset(sc, 0, sizeof sc);
    sc[0].columnid = cNn;
    sc[0].pvData = &number;
    sc[0].cbData = 4;
    sc[1] = sc[0];
    sc[1].columnid = cAuto;
    return 0;
}

int spoil(void)
{
    FILE *f = fopen(P("bad.edb"), "wb");
    if (f == NULL)
        return -1;
    memset(memory, 'x', 20000);
    fwrite(memory, 1, 20000, f);
    fclose(f);
    folder_make("dir.edb");
    return 0;
}

int tag(unsigned number)
{
    si.cbStruct = sizeof si;
    si.ibLongValue = 0;
    si.itagSequence = number;
    return 0;
}

static int start(jet_u32 temporary_tables)
{
    char here[1100];
    snprintf(here, sizeof here, "%s", P(""));
    must("create", (int)JetCreateInstanceA(&i, "sequence"));
    must("system", (int)JetSetSystemParameterA(&i, 0, JET_paramSystemPath, 0, here));
    must("log", (int)JetSetSystemParameterA(&i, 0, JET_paramLogFilePath, 0, here));
    must("temp", (int)JetSetSystemParameterA(&i, 0, JET_paramTempPath, 0, here));
    must("size", (int)JetSetSystemParameterA(&i, 0, JET_paramLogFileSize, 128, NULL));
    must("tables", (int)JetSetSystemParameterA(&i, 0, JET_paramMaxTemporaryTables, temporary_tables, NULL));
    return 0;
}

/* An instance that has no temporary tables takes the place of the usual one; its session too. */
int unlimited(void)
{
    JET_INSTANCE first = i;
    must("term", (int)JetTerm(first));
    start(0);
    return 0;
}

static void make_table(unsigned records)
{
    int seven = 7, zero = 0;
    must("begin", (int)JetBeginTransaction(s));
    must("table", (int)JetCreateTableA(s, d, "t", 0, 90, &T));
    cId = add("id", JET_coltypLong, 0, 0, 0, NULL, 0);
    cNn = add("nn", JET_coltypLong, 0, 0, JET_bitColumnNotNULL, NULL, 0);
    cDef = add("def", JET_coltypLong, 0, 0, 0, &seven, 4);
    cVer = add("ver", JET_coltypLong, 0, 0, JET_bitColumnVersion, NULL, 0);
    cAuto = add("auto", JET_coltypLong, 0, 0, JET_bitColumnAutoincrement, NULL, 0);
    cEsc = add("esc", JET_coltypLong, 0, 0, JET_bitColumnEscrowUpdate, &zero, 4);
    cBit = add("bit", JET_coltypBit, 0, 0, 0, NULL, 0);
    cDbl = add("dbl", JET_coltypIEEEDouble, 0, 0, 0, NULL, 0);
    cBin = add("bin", JET_coltypBinary, 20, 0, JET_bitColumnFixed, NULL, 0);
    cFt = add("ft", JET_coltypText, 10, 1252, JET_bitColumnFixed, NULL, 0);
    cTx = add("tx", JET_coltypText, 50, 1252, 0, NULL, 0);
    cUni = add("uni", JET_coltypText, 50, 1200, 0, NULL, 0);
    cLt = add("lt", JET_coltypLongText, 0, 1252, 0, NULL, 0);
    cLb = add("lb", JET_coltypLongBinary, 5000, 0, 0, NULL, 0);
    cTag = add("tag", JET_coltypLongText, 0, 1252, JET_bitColumnTagged | JET_bitColumnMultiValued, NULL, 0);
    must("pk", (int)JetCreateIndexA(s, T, "pk", JET_bitIndexPrimary, "+id\0", 5, 90));
    must("ix_tx", (int)JetCreateIndexA(s, T, "ix_tx", 0, "+tx\0", 5, 90));
    for (unsigned k = 1; k <= records; k++)
        put(s, T, (int)k * 10);
    must("commit", (int)JetCommitTransaction(s, 0));
    must("close", (int)JetCloseTable(s, T));
    must("open", (int)JetOpenTableA(s, d, "t", NULL, 0, 0, &T));
}

static int run_child(unsigned number)
{
    FILE *f;
    scenario = sequences[number].name;
    b = memory;
    T2 = 0;
    ri.cbStruct = sizeof ri;
    ri.itagSequence = 1;
    si.cbStruct = sizeof si;
    si.itagSequence = 1;
    rp.cbStruct = sizeof rp;
    start(20);
    must("init", (int)JetInit(&i));
    must("session", (int)JetBeginSessionA(i, &s, NULL, NULL));
    must("database", (int)JetCreateDatabaseA(s, P("x.edb"), NULL, &d, 0));
    make_table(sequences[number].records);
    sequences[number].run();
    printf("%s: %u steps, %u differ\n", scenario, steps, wrong);
    fflush(stdout);
    f = fopen("outcome.txt", "w");
    if (f == NULL)
        return 1;
    fprintf(f, "%u %u\n", steps, wrong);
    fclose(f);
    return 0;
}

static void run_one(const char *self, const char *root, unsigned number, unsigned *passed, unsigned *failed)
{
    char folder[1100], text[1200], self_text[1200], option[] = "--sequence", number_text[16];
    char *argv[] = {self_text, option, number_text, NULL};
    unsigned all = 0, differ = 1;
    FILE *f;
    snprintf(folder, sizeof folder, "%s/%s", root, sequences[number].name);
    snprintf(self_text, sizeof self_text, "%s", self);
    snprintf(number_text, sizeof number_text, "%u", number);
    folder_remove(folder);
    folder_make(folder);
    if (folder_enter(folder) != 0)
        return;
    fflush(stdout);
    if (process_run(argv, TIMEOUT_MS) != 0)
        printf("FAIL %s came to no end\n", sequences[number].name);
    folder_enter(root);
    snprintf(text, sizeof text, "%s/outcome.txt", folder);
    f = fopen(text, "r");
    if (f != NULL) {
        if (fscanf(f, "%u %u", &all, &differ) != 2)
            differ = 1;
        fclose(f);
    }
    if (differ == 0)
        folder_remove(folder);
    *passed += all > differ ? all - differ : 0;
    *failed += differ;
}

int main(int argc, char **argv)
{
    const char *only = NULL, *folder = "sequences-run";
    char self[1200], root[1024];
    unsigned passed = 0, failed = 0;
    FILE *counts = NULL;
    if (argc == 3 && strcmp(argv[1], "--sequence") == 0)
        return run_child((unsigned)atoi(argv[2]));
    for (int x = 1; x < argc; x++) {
        if (strcmp(argv[x], "--only") == 0 && x + 1 < argc)
            only = argv[++x];
        else if (strcmp(argv[x], "--counts") == 0 && x + 1 < argc)
            counts = fopen(argv[++x], "w");
        else if (argv[x][0] == '-') {
            fputs("usage: sequences [OPTION...] [FOLDER]; options are named at the top of the source\n", stderr);
            return 2;
        } else
            folder = argv[x];
    }
    process_own_path(argv[0], self, sizeof self);
    folder_make(folder);
    if (folder_enter(folder) != 0)
        return 2;
    folder_current(root, sizeof root);
    for (unsigned x = 0; x < sequence_count; x++)
        if (only == NULL || strcmp(sequences[x].name, only) == 0)
            run_one(self, root, x, &passed, &failed);
    return report_counts(counts, passed, failed);
}
