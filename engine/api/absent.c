/*
 * Calls that this engine does not have, in the spelling the A forms lead to: each says so once on the debug channel. Calls without an
 * A form are answered by the library that exports them.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "api/engine.h"

static JET_ERR absent(const char *name, _Atomic bool *told)
{
    if (!atomic_exchange(told, true)) {
        char line[128];
        (void)snprintf(line, sizeof line, "esent: %s is not available", name);
        os_debug_line(line);
    }
    return err_raise(JET_errFeatureNotAvailable, "absent", __LINE__);
}

JET_ERR JET_API JetAttachDatabaseWithStreamingW(JET_SESID sesid, JET_PCWSTR szDbFileName, JET_PCWSTR szSLVFileName, JET_PCWSTR szSLVRootName,
    const JET_UINT32 cpgDatabaseSizeMax, JET_GRBIT grbit)
{
    static _Atomic bool told;
    (void)sesid;
    (void)szDbFileName;
    (void)szSLVFileName;
    (void)szSLVRootName;
    (void)cpgDatabaseSizeMax;
    (void)grbit;
    return absent("JetAttachDatabaseWithStreamingW", &told);
}

JET_ERR JET_API JetBeginDatabaseIncrementalReseedW(JET_INSTANCE instance, JET_PCWSTR szDatabase, JET_UINT32 genFirstDivergedLog, JET_GRBIT grbit)
{
    static _Atomic bool told;
    (void)instance;
    (void)szDatabase;
    (void)genFirstDivergedLog;
    (void)grbit;
    return absent("JetBeginDatabaseIncrementalReseedW", &told);
}

JET_ERR JET_API JetConvertDDLW(JET_SESID sesid, JET_DBID dbid, JET_OPDDLCONV convtyp, void *pvData, JET_UINT32 cbData)
{
    static _Atomic bool told;
    (void)sesid;
    (void)dbid;
    (void)convtyp;
    (void)pvData;
    (void)cbData;
    return absent("JetConvertDDLW", &told);
}

JET_ERR JET_API JetCreateDatabaseWithStreamingW(JET_SESID sesid, JET_PCWSTR szDbFileName, JET_PCWSTR szSLVFileName, JET_PCWSTR szSLVRootName,
    const JET_UINT32 cpgDatabaseSizeMax, JET_DBID *pdbid, JET_GRBIT grbit)
{
    static _Atomic bool told;
    (void)sesid;
    (void)szDbFileName;
    (void)szSLVFileName;
    (void)szSLVRootName;
    (void)cpgDatabaseSizeMax;
    (void)pdbid;
    (void)grbit;
    return absent("JetCreateDatabaseWithStreamingW", &told);
}

JET_ERR JET_API JetEndDatabaseIncrementalReseedW(JET_INSTANCE instance, JET_PCWSTR szDatabase, JET_UINT32 genMinRequired,
    JET_UINT32 genFirstDivergedLog, JET_UINT32 genMaxRequired, JET_GRBIT grbit)
{
    static _Atomic bool told;
    (void)instance;
    (void)szDatabase;
    (void)genMinRequired;
    (void)genFirstDivergedLog;
    (void)genMaxRequired;
    (void)grbit;
    return absent("JetEndDatabaseIncrementalReseedW", &told);
}

JET_ERR JET_API JetGetRBSFileInfoW(JET_PCWSTR szRBSFileName, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel)
{
    static _Atomic bool told;
    (void)szRBSFileName;
    (void)pvResult;
    (void)cbMax;
    (void)InfoLevel;
    return absent("JetGetRBSFileInfoW", &told);
}

JET_ERR JET_API JetPatchDatabasePagesW(JET_INSTANCE instance, JET_PCWSTR szDatabase, JET_UINT32 pgnoStart, JET_UINT32 cpg, const void *pv,
    JET_UINT32 cb, JET_GRBIT grbit)
{
    static _Atomic bool told;
    (void)instance;
    (void)szDatabase;
    (void)pgnoStart;
    (void)cpg;
    (void)pv;
    (void)cb;
    (void)grbit;
    return absent("JetPatchDatabasePagesW", &told);
}

JET_ERR JET_API JetRemoveLogfileW(JET_PCWSTR wszDatabase, JET_PCWSTR wszLogfile, JET_GRBIT grbit)
{
    static _Atomic bool told;
    (void)wszDatabase;
    (void)wszLogfile;
    (void)grbit;
    return absent("JetRemoveLogfileW", &told);
}

JET_ERR JET_API JetUpgradeDatabaseW(JET_SESID sesid, JET_PCWSTR szDbFileName, JET_PCWSTR szSLVFileName, const JET_GRBIT grbit)
{
    static _Atomic bool told;
    (void)sesid;
    (void)szDbFileName;
    (void)szSLVFileName;
    (void)grbit;
    return absent("JetUpgradeDatabaseW", &told);
}

JET_ERR JET_API JetDBUtilitiesW(JET_DBUTIL_W *pdbutil)
{
    static _Atomic bool told;
    (void)pdbutil;
    return absent("JetDBUtilitiesW", &told);
}

JET_ERR JET_API JetCompactW(JET_SESID sesid, JET_PCWSTR szDatabaseSrc, JET_PCWSTR szDatabaseDest, JET_PFNSTATUS pfnStatus, JET_CONVERT_W *pconvert,
    JET_GRBIT grbit)
{
    static _Atomic bool told;
    (void)sesid;
    (void)szDatabaseSrc;
    (void)szDatabaseDest;
    (void)pfnStatus;
    (void)pconvert;
    (void)grbit;
    return absent("JetCompactW", &told);
}
