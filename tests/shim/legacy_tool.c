/*
 * contacts - keeps a list of people in an ESE database and backs it up while it is in use. Written against the interface of Windows
 * 2000 and XP: one engine in the process, no instances anywhere, ANSI names, "unsigned long" counts.
 *
 *   contacts FOLDER      makes FOLDER's database, fills and changes it, backs it up, restores the backup into FOLDER\restored, compares
 */
#ifndef JET_VERSION
#define JET_VERSION 0x0501
#endif
#include <esent.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEOPLE      500
#define CHUNK       65536UL
#define LIST_SIZE   8192UL

#ifdef _WIN32
#define SLASH "\\"
#else
#define SLASH "/"
#endif

static char g_szFolder[260];
static char g_szDatabase[300];                          /* as the engine names it */
static unsigned long g_cProgress;

static void Check(JET_ERR err, const char *szCall)
{
    if (err < JET_errSuccess) {
        fprintf(stderr, "%s failed: %ld\n", szCall, (long)err);
        exit(1);
    }
}
#define CALL(call) Check((call), #call)

static JET_ERR JET_API Progress(JET_SESID sesid, JET_SNP snp, JET_SNT snt, void *pv)
{
    (void)sesid;
    (void)pv;
    if (snp == JET_snpRestore && (snt == JET_sntBegin || snt == JET_sntProgress || snt == JET_sntComplete))
        g_cProgress++;
    return JET_errSuccess;
}

/* ---- the engine ---- */

static void StartEngine(const char *szSub)
{
    char szPath[300];
    JET_INSTANCE instance = 0;

    sprintf(szPath, "%s%s" SLASH, g_szFolder, szSub);
    CALL(JetSetSystemParameter(0, 0, JET_paramSystemPath, 0, szPath));
    CALL(JetSetSystemParameter(0, 0, JET_paramLogFilePath, 0, szPath));
    CALL(JetSetSystemParameter(0, 0, JET_paramTempPath, 0, szPath));
    CALL(JetSetSystemParameter(0, 0, JET_paramBaseName, 0, "ctc"));
    CALL(JetSetSystemParameter(0, 0, JET_paramLogFileSize, 256, NULL));
    CALL(JetSetSystemParameter(0, 0, JET_paramCreatePathIfNotExist, 1, NULL));
    CALL(JetInit(&instance));
}

/* ---- schema and data ---- */

static const unsigned short g_wszNote[] = {'n', 'o', 't', 'e', ' ', 0x00E9, 0x03B1, 0x4E2D, 0};

static void CreateSchema(JET_SESID sesid, JET_DBID dbid)
{
    JET_TABLEID tableid;
    JET_COLUMNID columnid;
    JET_COLUMNDEF def;

    CALL(JetCreateTable(sesid, dbid, "people", 16, 80, &tableid));
    memset(&def, 0, sizeof(def));
    def.cbStruct = sizeof(def);
    def.coltyp = JET_coltypLong;
    def.grbit = JET_bitColumnAutoincrement;
    CALL(JetAddColumn(sesid, tableid, "number", &def, NULL, 0, &columnid));
    def.grbit = 0;
    def.coltyp = JET_coltypText;
    def.cp = 1252;
    def.cbMax = 80;
    CALL(JetAddColumn(sesid, tableid, "name", &def, NULL, 0, &columnid));
    def.coltyp = JET_coltypLongText;
    def.cp = 1200;
    def.cbMax = 0;
    CALL(JetAddColumn(sesid, tableid, "note", &def, NULL, 0, &columnid));
    def.coltyp = JET_coltypCurrency;
    def.cp = 0;
    CALL(JetAddColumn(sesid, tableid, "balance", &def, NULL, 0, &columnid));
    CALL(JetCreateIndex(sesid, tableid, "primary", JET_bitIndexPrimary | JET_bitIndexUnique, "+number\0", 9, 80));
    CALL(JetCreateIndex(sesid, tableid, "by name", 0, "+name\0", 7, 80));
    CALL(JetCloseTable(sesid, tableid));
}

static JET_COLUMNID Column(JET_SESID sesid, JET_TABLEID tableid, const char *szName)
{
    JET_COLUMNDEF def;

    memset(&def, 0, sizeof(def));
    def.cbStruct = sizeof(def);
    CALL(JetGetTableColumnInfo(sesid, tableid, szName, &def, sizeof(def), JET_ColInfo));
    return def.columnid;
}

static void AddPeople(JET_SESID sesid, JET_DBID dbid, int iFirst, int cPeople)
{
    JET_TABLEID tableid;
    JET_SETCOLUMN rgset[3];
    char szName[80];
    long long llBalance;
    int i;

    CALL(JetOpenTable(sesid, dbid, "people", NULL, 0, JET_bitTableUpdatable, &tableid));
    memset(rgset, 0, sizeof(rgset));
    rgset[0].columnid = Column(sesid, tableid, "name");
    rgset[1].columnid = Column(sesid, tableid, "note");
    rgset[2].columnid = Column(sesid, tableid, "balance");
    for (i = iFirst; i < iFirst + cPeople; i++) {
        sprintf(szName, "person %05d", (i * 7919) % 100003);
        llBalance = (long long)i * 100 - 5000;
        rgset[0].pvData = szName;
        rgset[0].cbData = (unsigned)strlen(szName);
        rgset[1].pvData = g_wszNote;
        rgset[1].cbData = sizeof(g_wszNote) - 2;
        rgset[2].pvData = &llBalance;
        rgset[2].cbData = sizeof(llBalance);
        CALL(JetBeginTransaction(sesid));
        CALL(JetPrepareUpdate(sesid, tableid, JET_prepInsert));
        CALL(JetSetColumns(sesid, tableid, rgset, 3));
        CALL(JetUpdate(sesid, tableid, NULL, 0, NULL));
        CALL(JetCommitTransaction(sesid, JET_bitCommitLazyFlush));
    }
    CALL(JetCloseTable(sesid, tableid));
}

/* Walks the name index; the sum covers names, notes and balances. */
static unsigned long CountPeople(JET_SESID sesid, JET_DBID dbid, unsigned long *pulSum)
{
    JET_TABLEID tableid;
    JET_COLUMNID rgcolumnid[3];
    unsigned char rgb[200];
    unsigned long c = 0, cbActual = 0, ib;
    char szLast[80] = "";
    JET_ERR err;
    int i;

    CALL(JetOpenTable(sesid, dbid, "people", NULL, 0, JET_bitTableReadOnly, &tableid));
    rgcolumnid[0] = Column(sesid, tableid, "name");
    rgcolumnid[1] = Column(sesid, tableid, "note");
    rgcolumnid[2] = Column(sesid, tableid, "balance");
    CALL(JetSetCurrentIndex(sesid, tableid, "by name"));
    *pulSum = 0;
    for (err = JetMove(sesid, tableid, JET_MoveFirst, 0); err >= 0; err = JetMove(sesid, tableid, JET_MoveNext, 0)) {
        for (i = 0; i < 3; i++) {
            cbActual = 0;
            CALL(JetRetrieveColumn(sesid, tableid, rgcolumnid[i], rgb, sizeof(rgb), &cbActual, 0, NULL));
            for (ib = 0; ib < cbActual; ib++)
                *pulSum = (*pulSum * 31 + rgb[ib]) & 0xFFFFFFFFUL;
            if (i == 0) {
                rgb[cbActual] = 0;
                if (strcmp(szLast, (char *)rgb) > 0) {
                    fprintf(stderr, "names out of order\n");
                    exit(1);
                }
                strcpy(szLast, (char *)rgb);
            }
        }
        c++;
    }
    if (err != JET_errNoCurrentRecord)
        Check(err, "JetMove");
    CALL(JetCloseTable(sesid, tableid));
    return c;
}

static int FindPerson(JET_SESID sesid, JET_DBID dbid, const char *szName)
{
    JET_TABLEID tableid;
    JET_ERR err;

    CALL(JetOpenTable(sesid, dbid, "people", NULL, 0, 0, &tableid));
    CALL(JetSetCurrentIndex(sesid, tableid, "by name"));
    CALL(JetMakeKey(sesid, tableid, szName, (unsigned)strlen(szName), JET_bitNewKey));
    err = JetSeek(sesid, tableid, JET_bitSeekEQ);
    CALL(JetCloseTable(sesid, tableid));
    return err >= 0;
}

/* ---- backup and restore ---- */

static unsigned long CopyOne(const char *szFrom, const char *szTo)
{
    JET_HANDLE hf;
    unsigned long ulLow = 0, ulHigh = 0, cb = 1, cbTotal = 0;
    void *pvAlloc = malloc(CHUNK + 4096);
    char *pv = (char *)pvAlloc + (4096 - (size_t)pvAlloc % 4096);
    const char *szName = strrchr(szFrom, SLASH[0]);
    char szPath[300];
    FILE *pf;

    sprintf(szPath, "%s" SLASH "%s", szTo, szName + 1);
    pf = fopen(szPath, "wb");
    if (pf == NULL) {
        perror(szPath);
        exit(1);
    }
    CALL(JetOpenFile(szFrom, &hf, &ulLow, &ulHigh));
    while (cb != 0) {
        cb = 0;
        CALL(JetReadFile(hf, pv, CHUNK, &cb));
        if (fwrite(pv, 1, cb, pf) != cb) {
            perror(szPath);
            exit(1);
        }
        cbTotal += cb;
    }
    CALL(JetCloseFile(hf));
    fclose(pf);
    free(pvAlloc);
    return cbTotal;
}

static void CopyList(const char *szList, const char *szTo, unsigned long *pulLow, unsigned long *pulHigh)
{
    const char *sz;

    for (sz = szList; *sz != 0; sz += strlen(sz) + 1) {
        unsigned long ulGen = strtoul(strrchr(sz, SLASH[0]) + 4, NULL, 16);
        printf("  %s: %lu bytes\n", strrchr(sz, SLASH[0]) + 1, CopyOne(sz, szTo));
        if (pulLow != NULL) {
            if (*pulLow == 0)
                *pulLow = ulGen;
            *pulHigh = ulGen;
        }
    }
}

static void Backup(unsigned long *pulLow, unsigned long *pulHigh)
{
    static char szList[LIST_SIZE];
    unsigned long cb = 0;
    char szTo[300];

    *pulLow = *pulHigh = 0;
    sprintf(szTo, "%srestored", g_szFolder);
    CALL(JetBeginExternalBackup(0));
    CALL(JetGetAttachInfo(szList, LIST_SIZE, &cb));
    strcpy(g_szDatabase, szList);
    CopyList(szList, szTo, NULL, NULL);
    CALL(JetGetLogInfo(szList, LIST_SIZE, &cb));
    sprintf(szTo, "%sbackup", g_szFolder);
    CopyList(szList, szTo, pulLow, pulHigh);
    CALL(JetTruncateLog());
    CALL(JetEndExternalBackup());
}

static void Restore(unsigned long ulLow, unsigned long ulHigh)
{
    JET_RSTMAP map;
    char szNew[300], szSystem[300], szLogs[300], szSet[300];

    memset(&map, 0, sizeof(map));
    sprintf(szNew, "%srestored" SLASH "contacts.edb", g_szFolder);
    sprintf(szSystem, "%srestored" SLASH, g_szFolder);
    sprintf(szLogs, "%srestored" SLASH, g_szFolder);
    sprintf(szSet, "%sbackup", g_szFolder);
    map.szDatabaseName = g_szDatabase;
    map.szNewDatabaseName = szNew;
    CALL(JetSetSystemParameter(0, 0, JET_paramBaseName, 0, "ctc"));
    CALL(JetExternalRestore(szSystem, szLogs, &map, 1, szSet, (long)ulLow, (long)ulHigh, Progress));
}

/* ---- */

int main(int argc, char **argv)
{
    JET_SESID sesid;
    JET_DBID dbid;
    unsigned long ulVersion = 0, ulLow = 0, ulHigh = 0, ulSum = 0, ulSumRestored = 0, c, cRestored;
    char szDatabase[300], szRestored[300];

    if (argc < 2) {
        fprintf(stderr, "usage: contacts FOLDER\n");
        return 2;
    }
    sprintf(g_szFolder, "%s%s", argv[1], argv[1][strlen(argv[1]) - 1] == SLASH[0] ? "" : SLASH);
    sprintf(szDatabase, "%scontacts.edb", g_szFolder);
    sprintf(szRestored, "%srestored" SLASH "contacts.edb", g_szFolder);

    StartEngine("");
    CALL(JetBeginSession(0, &sesid, NULL, NULL));
    CALL(JetGetVersion(sesid, &ulVersion));
    printf("engine version %08lx\n", ulVersion);
    CALL(JetCreateDatabase(sesid, szDatabase, NULL, &dbid, 0));
    CreateSchema(sesid, dbid);
    AddPeople(sesid, dbid, 0, PEOPLE);
    c = CountPeople(sesid, dbid, &ulSum);
    Backup(&ulLow, &ulHigh);
    AddPeople(sesid, dbid, PEOPLE, 10);                 /* not in the backup */
    if (!FindPerson(sesid, dbid, "person 07919") || FindPerson(sesid, dbid, "nobody"))
        return 1;
    CALL(JetCloseDatabase(sesid, dbid, 0));
    CALL(JetDetachDatabase(sesid, szDatabase));
    CALL(JetEndSession(sesid, 0));
    CALL(JetTerm(0));

    Restore(ulLow, ulHigh);
    StartEngine("restored");
    CALL(JetBeginSession(0, &sesid, NULL, NULL));
    CALL(JetAttachDatabase(sesid, szRestored, 0));
    CALL(JetOpenDatabase(sesid, szRestored, NULL, &dbid, 0));
    cRestored = CountPeople(sesid, dbid, &ulSumRestored);
    CALL(JetCloseDatabase(sesid, dbid, 0));
    CALL(JetEndSession(sesid, 0));
    CALL(JetTerm(0));

    printf("%lu people, %lu restored, %lu calls of the progress function\n", c, cRestored, g_cProgress);
    return c == PEOPLE && cRestored == c && ulSum == ulSumRestored && g_cProgress != 0 ? 0 : 1;
}
