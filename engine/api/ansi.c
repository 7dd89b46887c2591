/*
 * The A forms that differ from the W form in texts only, and the conversions all A forms share.
 */
#include "api/ansi.h"
#include "api/info_level.h"

#include <string.h>

void *wide_take(struct wide *w, size_t size)
{
    void *p = arena_take(&w->arena, size != 0 ? size : 1);
    if (p == NULL)
        w->failed = true;
    else
        memset(p, 0, size);
    return p;
}

JET_WCHAR *wide_bytes(struct wide *w, const char *text, size_t bytes, size_t *units)
{
    size_t need = os_ansi_to_wide(text, bytes, NULL, 0);
    JET_WCHAR *to;

    if (need + 1 <= WIDE_UNITS_IN_PLACE - w->used) {
        to = w->room + w->used;
        w->used += need + 1;
    } else {
        to = wide_take(w, (need + 1) * sizeof *to);
        if (to == NULL)
            return NULL;
    }
    os_ansi_to_wide(text, bytes, to, need);
    to[need] = 0;
    if (units != NULL)
        *units = need;
    return to;
}

JET_WCHAR *wide_in(struct wide *w, const char *text)
{
    return text != NULL ? wide_bytes(w, text, strlen(text), NULL) : NULL;
}

JET_ERR wide_done(struct wide *w, JET_ERR err)
{
    arena_release(&w->arena);
    return err;
}

size_t narrow_out(const JET_WCHAR *text, size_t units, char *to, size_t room)
{
    return os_wide_to_ansi(text, units, to, room);
}

JET_ERR JET_API JetAttachDatabase2A(JET_SESID sesid, JET_PCSTR szFilename, const JET_UINT32 cpgDatabaseSizeMax,
    JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_filename = wide_in(&w, szFilename);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetAttachDatabase2W(sesid, wide_filename,
        cpgDatabaseSizeMax, grbit));
}

JET_ERR JET_API JetAttachDatabase3A(JET_SESID sesid, JET_PCSTR szFilename, JET_SETDBPARAM *rgsetdbparam, JET_UINT32
    csetdbparam, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_filename = wide_in(&w, szFilename);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetAttachDatabase3W(sesid, wide_filename, rgsetdbparam,
        csetdbparam, grbit));
}

JET_ERR JET_API JetAttachDatabaseA(JET_SESID sesid, JET_PCSTR szFilename, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_filename = wide_in(&w, szFilename);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetAttachDatabaseW(sesid, wide_filename, grbit));
}

JET_ERR JET_API JetAttachDatabaseWithStreamingA(JET_SESID sesid, JET_PCSTR szDbFileName, JET_PCSTR szSLVFileName,
    JET_PCSTR szSLVRootName, const JET_UINT32 cpgDatabaseSizeMax, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_dbfilename = wide_in(&w, szDbFileName);
    JET_WCHAR *wide_slvfilename = wide_in(&w, szSLVFileName);
    JET_WCHAR *wide_slvrootname = wide_in(&w, szSLVRootName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetAttachDatabaseWithStreamingW(sesid, wide_dbfilename,
        wide_slvfilename, wide_slvrootname, cpgDatabaseSizeMax, grbit));
}

JET_ERR JET_API JetBackupA(JET_PCSTR szBackupPath, JET_GRBIT grbit, JET_PFNSTATUS pfnStatus)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_backuppath = wide_in(&w, szBackupPath);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetBackupW(wide_backuppath, grbit, pfnStatus));
}

JET_ERR JET_API JetBackupInstanceA(JET_INSTANCE instance, JET_PCSTR szBackupPath, JET_GRBIT grbit, JET_PFNSTATUS
    pfnStatus)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_backuppath = wide_in(&w, szBackupPath);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetBackupInstanceW(instance, wide_backuppath, grbit,
        pfnStatus));
}

JET_ERR JET_API JetBeginDatabaseIncrementalReseedA(JET_INSTANCE instance, JET_PCSTR szDatabase, JET_UINT32
    genFirstDivergedLog, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_database = wide_in(&w, szDatabase);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetBeginDatabaseIncrementalReseedW(instance, wide_database,
        genFirstDivergedLog, grbit));
}

JET_ERR JET_API JetBeginSessionA(JET_INSTANCE instance, JET_SESID *psesid, JET_PCSTR szUserName, JET_PCSTR
    szPassword)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_username = wide_in(&w, szUserName);
    JET_WCHAR *wide_password = wide_in(&w, szPassword);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetBeginSessionW(instance, psesid, wide_username,
        wide_password));
}

JET_ERR JET_API JetConvertDDLA(JET_SESID sesid, JET_DBID dbid, JET_OPDDLCONV convtyp, void *pvData, JET_UINT32
    cbData)
{
    struct wide w = WIDE_NONE;
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetConvertDDLW(sesid, dbid, convtyp, pvData, cbData));
}

JET_ERR JET_API JetCreateDatabase2A(JET_SESID sesid, JET_PCSTR szFilename, const JET_UINT32 cpgDatabaseSizeMax,
    JET_DBID *pdbid, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_filename = wide_in(&w, szFilename);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetCreateDatabase2W(sesid, wide_filename,
        cpgDatabaseSizeMax, pdbid, grbit));
}

JET_ERR JET_API JetCreateDatabase3A(JET_SESID sesid, JET_PCSTR szFilename, JET_DBID *pdbid, JET_SETDBPARAM
    *rgsetdbparam, JET_UINT32 csetdbparam, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_filename = wide_in(&w, szFilename);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetCreateDatabase3W(sesid, wide_filename, pdbid,
        rgsetdbparam, csetdbparam, grbit));
}

JET_ERR JET_API JetCreateDatabaseA(JET_SESID sesid, JET_PCSTR szFilename, JET_PCSTR szConnect, JET_DBID *pdbid,
    JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_filename = wide_in(&w, szFilename);
    JET_WCHAR *wide_connect = wide_in(&w, szConnect);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetCreateDatabaseW(sesid, wide_filename, wide_connect,
        pdbid, grbit));
}

JET_ERR JET_API JetCreateDatabaseWithStreamingA(JET_SESID sesid, JET_PCSTR szDbFileName, JET_PCSTR szSLVFileName,
    JET_PCSTR szSLVRootName, const JET_UINT32 cpgDatabaseSizeMax, JET_DBID *pdbid, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_dbfilename = wide_in(&w, szDbFileName);
    JET_WCHAR *wide_slvfilename = wide_in(&w, szSLVFileName);
    JET_WCHAR *wide_slvrootname = wide_in(&w, szSLVRootName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetCreateDatabaseWithStreamingW(sesid, wide_dbfilename,
        wide_slvfilename, wide_slvrootname, cpgDatabaseSizeMax, pdbid, grbit));
}

JET_ERR JET_API JetCreateInstance2A(JET_INSTANCE *pinstance, JET_PCSTR szInstanceName, JET_PCSTR szDisplayName,
    JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_instancename = wide_in(&w, szInstanceName);
    JET_WCHAR *wide_displayname = wide_in(&w, szDisplayName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetCreateInstance2W(pinstance, wide_instancename,
        wide_displayname, grbit));
}

JET_ERR JET_API JetCreateInstanceA(JET_INSTANCE *pinstance, JET_PCSTR szInstanceName)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_instancename = wide_in(&w, szInstanceName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetCreateInstanceW(pinstance, wide_instancename));
}

JET_ERR JET_API JetCreateTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_UINT32 lPages, JET_UINT32
    lDensity, JET_TABLEID *ptableid)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_tablename = wide_in(&w, szTableName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetCreateTableW(sesid, dbid, wide_tablename, lPages,
        lDensity, ptableid));
}

JET_ERR JET_API JetDefragment2A(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_UINT32 *pcPasses,
    JET_UINT32 *pcSeconds, JET_CALLBACK callback, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_tablename = wide_in(&w, szTableName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetDefragment2W(sesid, dbid, wide_tablename, pcPasses,
        pcSeconds, callback, grbit));
}

JET_ERR JET_API JetDefragment3A(JET_SESID sesid, JET_PCSTR szDatabaseName, JET_PCSTR szTableName, JET_UINT32
    *pcPasses, JET_UINT32 *pcSeconds, JET_CALLBACK callback, void *pvContext, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_databasename = wide_in(&w, szDatabaseName);
    JET_WCHAR *wide_tablename = wide_in(&w, szTableName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetDefragment3W(sesid, wide_databasename, wide_tablename,
        pcPasses, pcSeconds, callback, pvContext, grbit));
}

JET_ERR JET_API JetDefragmentA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_UINT32 *pcPasses,
    JET_UINT32 *pcSeconds, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_tablename = wide_in(&w, szTableName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetDefragmentW(sesid, dbid, wide_tablename, pcPasses,
        pcSeconds, grbit));
}

JET_ERR JET_API JetDeleteColumn2A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName, const JET_GRBIT
    grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_columnname = wide_in(&w, szColumnName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetDeleteColumn2W(sesid, tableid, wide_columnname, grbit));
}

JET_ERR JET_API JetDeleteColumnA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_columnname = wide_in(&w, szColumnName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetDeleteColumnW(sesid, tableid, wide_columnname));
}

JET_ERR JET_API JetDeleteIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_indexname = wide_in(&w, szIndexName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetDeleteIndexW(sesid, tableid, wide_indexname));
}

JET_ERR JET_API JetDeleteTable2A(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, const JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_tablename = wide_in(&w, szTableName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetDeleteTable2W(sesid, dbid, wide_tablename, grbit));
}

JET_ERR JET_API JetDeleteTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_tablename = wide_in(&w, szTableName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetDeleteTableW(sesid, dbid, wide_tablename));
}

JET_ERR JET_API JetDetachDatabase2A(JET_SESID sesid, JET_PCSTR szFilename, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_filename = wide_in(&w, szFilename);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetDetachDatabase2W(sesid, wide_filename, grbit));
}

JET_ERR JET_API JetDetachDatabaseA(JET_SESID sesid, JET_PCSTR szFilename)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_filename = wide_in(&w, szFilename);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetDetachDatabaseW(sesid, wide_filename));
}

JET_ERR JET_API JetEndDatabaseIncrementalReseedA(JET_INSTANCE instance, JET_PCSTR szDatabase, JET_UINT32
    genMinRequired, JET_UINT32 genFirstDivergedLog, JET_UINT32 genMaxRequired, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_database = wide_in(&w, szDatabase);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetEndDatabaseIncrementalReseedW(instance, wide_database,
        genMinRequired, genFirstDivergedLog, genMaxRequired, grbit));
}

JET_ERR JET_API JetGetDatabaseFileInfoA(JET_PCSTR szDatabaseName, void *pvResult, JET_UINT32 cbMax, JET_UINT32
    InfoLevel)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_databasename = wide_in(&w, szDatabaseName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetGetDatabaseFileInfoW(wide_databasename, pvResult, cbMax,
        InfoLevel));
}

JET_ERR JET_API JetGetLogFileInfoA(JET_PCSTR szLog, void *pvResult, const JET_UINT32 cbMax, const JET_UINT32
    InfoLevel)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_log = wide_in(&w, szLog);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetGetLogFileInfoW(wide_log, pvResult, cbMax, InfoLevel));
}

JET_ERR JET_API JetGetObjectInfoA(JET_SESID sesid, JET_DBID dbid, JET_OBJTYP objtyp, JET_PCSTR szContainerName,
    JET_PCSTR szObjectName, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_containername = wide_in(&w, szContainerName);
    JET_WCHAR *wide_objectname = wide_in(&w, szObjectName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetGetObjectInfoW(sesid, dbid, objtyp, wide_containername,
        wide_objectname, pvResult, cbMax, InfoLevel | INFO_NARROW));
}

JET_ERR JET_API JetGetRBSFileInfoA(JET_PCSTR szRBSFileName, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_rbsfilename = wide_in(&w, szRBSFileName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetGetRBSFileInfoW(wide_rbsfilename, pvResult, cbMax,
        InfoLevel));
}

JET_ERR JET_API JetOpenDatabaseA(JET_SESID sesid, JET_PCSTR szFilename, JET_PCSTR szConnect, JET_DBID *pdbid,
    JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_filename = wide_in(&w, szFilename);
    JET_WCHAR *wide_connect = wide_in(&w, szConnect);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetOpenDatabaseW(sesid, wide_filename, wide_connect, pdbid,
        grbit));
}

JET_ERR JET_API JetOpenFileA(JET_PCSTR szFileName, JET_HANDLE *phfFile, JET_UINT32 *pulFileSizeLow, JET_UINT32
    *pulFileSizeHigh)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_filename = wide_in(&w, szFileName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetOpenFileW(wide_filename, phfFile, pulFileSizeLow,
        pulFileSizeHigh));
}

JET_ERR JET_API JetOpenFileInstanceA(JET_INSTANCE instance, JET_PCSTR szFileName, JET_HANDLE *phfFile, JET_UINT32
    *pulFileSizeLow, JET_UINT32 *pulFileSizeHigh)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_filename = wide_in(&w, szFileName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetOpenFileInstanceW(instance, wide_filename, phfFile,
        pulFileSizeLow, pulFileSizeHigh));
}

JET_ERR JET_API JetOpenFileSectionInstanceA(JET_INSTANCE instance, JET_PSTR szFile, JET_HANDLE *phFile, JET_INT32
    iSection, JET_INT32 cSections, JET_UINT64 ibRead, JET_UINT32 *pulSectionSizeLow, JET_INT32 *plSectionSizeHigh)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_file = wide_in(&w, szFile);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetOpenFileSectionInstanceW(instance, wide_file, phFile,
        iSection, cSections, ibRead, pulSectionSizeLow, plSectionSizeHigh));
}

JET_ERR JET_API JetOpenTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, const void *pvParameters,
    JET_UINT32 cbParameters, JET_GRBIT grbit, JET_TABLEID *ptableid)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_tablename = wide_in(&w, szTableName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetOpenTableW(sesid, dbid, wide_tablename, pvParameters,
        cbParameters, grbit, ptableid));
}

JET_ERR JET_API JetPatchDatabasePagesA(JET_INSTANCE instance, JET_PCSTR szDatabase, JET_UINT32 pgnoStart, JET_UINT32
    cpg, const void *pv, JET_UINT32 cb, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_database = wide_in(&w, szDatabase);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetPatchDatabasePagesW(instance, wide_database, pgnoStart,
        cpg, pv, cb, grbit));
}

JET_ERR JET_API JetRemoveLogfileA(JET_PCSTR szDatabase, JET_PCSTR szLogfile, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_database = wide_in(&w, szDatabase);
    JET_WCHAR *wide_logfile = wide_in(&w, szLogfile);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetRemoveLogfileW(wide_database, wide_logfile, grbit));
}

JET_ERR JET_API JetRenameColumnA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szName, JET_PCSTR szNameNew,
    JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_name = wide_in(&w, szName);
    JET_WCHAR *wide_namenew = wide_in(&w, szNameNew);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetRenameColumnW(sesid, tableid, wide_name, wide_namenew,
        grbit));
}

JET_ERR JET_API JetRenameTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szName, JET_PCSTR szNameNew)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_name = wide_in(&w, szName);
    JET_WCHAR *wide_namenew = wide_in(&w, szNameNew);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetRenameTableW(sesid, dbid, wide_name, wide_namenew));
}

JET_ERR JET_API JetRestore2A(JET_PCSTR sz, JET_PCSTR szDest, JET_PFNSTATUS pfn)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_ = wide_in(&w, sz);
    JET_WCHAR *wide_dest = wide_in(&w, szDest);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetRestore2W(wide_, wide_dest, pfn));
}

JET_ERR JET_API JetRestoreA(JET_PCSTR szSource, JET_PFNSTATUS pfn)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_source = wide_in(&w, szSource);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetRestoreW(wide_source, pfn));
}

JET_ERR JET_API JetRestoreInstanceA(JET_INSTANCE instance, JET_PCSTR sz, JET_PCSTR szDest, JET_PFNSTATUS pfn)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_ = wide_in(&w, sz);
    JET_WCHAR *wide_dest = wide_in(&w, szDest);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetRestoreInstanceW(instance, wide_, wide_dest, pfn));
}

JET_ERR JET_API JetSetColumnDefaultValueA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_PCSTR
    szColumnName, const void *pvData, const JET_UINT32 cbData, const JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_tablename = wide_in(&w, szTableName);
    JET_WCHAR *wide_columnname = wide_in(&w, szColumnName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetSetColumnDefaultValueW(sesid, dbid, wide_tablename,
        wide_columnname, pvData, cbData, grbit));
}

JET_ERR JET_API JetSetCurrentIndex2A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_indexname = wide_in(&w, szIndexName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetSetCurrentIndex2W(sesid, tableid, wide_indexname,
        grbit));
}

JET_ERR JET_API JetSetCurrentIndex3A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_GRBIT grbit,
    JET_UINT32 itagSequence)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_indexname = wide_in(&w, szIndexName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetSetCurrentIndex3W(sesid, tableid, wide_indexname, grbit,
        itagSequence));
}

JET_ERR JET_API JetSetCurrentIndex4A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_INDEXID
    *pindexid, JET_GRBIT grbit, JET_UINT32 itagSequence)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_indexname = wide_in(&w, szIndexName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetSetCurrentIndex4W(sesid, tableid, wide_indexname,
        pindexid, grbit, itagSequence));
}

JET_ERR JET_API JetSetCurrentIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_indexname = wide_in(&w, szIndexName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetSetCurrentIndexW(sesid, tableid, wide_indexname));
}

JET_ERR JET_API JetSetDatabaseSizeA(JET_SESID sesid, JET_PCSTR szDatabaseName, JET_UINT32 cpg, JET_UINT32 *pcpgReal)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_databasename = wide_in(&w, szDatabaseName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetSetDatabaseSizeW(sesid, wide_databasename, cpg,
        pcpgReal));
}

JET_ERR JET_API JetSetSystemParameterA(JET_INSTANCE *pinstance, JET_SESID sesid, JET_UINT32 paramid, JET_API_PTR
    lParam, JET_PCSTR szParam)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_param = wide_in(&w, szParam);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetSetSystemParameterW(pinstance, sesid, paramid, lParam,
        wide_param));
}

JET_ERR JET_API JetSnapshotStartA(JET_INSTANCE instance, JET_PSTR szDatabases, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_databases = wide_in(&w, szDatabases);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetSnapshotStartW(instance, wide_databases, grbit));
}

JET_ERR JET_API JetUpgradeDatabaseA(JET_SESID sesid, JET_PCSTR szDbFileName, JET_PCSTR szSLVFileName, const
    JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *wide_dbfilename = wide_in(&w, szDbFileName);
    JET_WCHAR *wide_slvfilename = wide_in(&w, szSLVFileName);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetUpgradeDatabaseW(sesid, wide_dbfilename,
        wide_slvfilename, grbit));
}

/* The plain spellings. */
JET_PLAIN(JetAttachDatabase2);
JET_PLAIN(JetAttachDatabase3);
JET_PLAIN(JetAttachDatabase);
JET_PLAIN(JetAttachDatabaseWithStreaming);
JET_PLAIN(JetBackup);
JET_PLAIN(JetBackupInstance);
JET_PLAIN(JetBeginDatabaseIncrementalReseed);
JET_PLAIN(JetBeginSession);
JET_PLAIN(JetConvertDDL);
JET_PLAIN(JetCreateDatabase2);
JET_PLAIN(JetCreateDatabase3);
JET_PLAIN(JetCreateDatabase);
JET_PLAIN(JetCreateDatabaseWithStreaming);
JET_PLAIN(JetCreateInstance2);
JET_PLAIN(JetCreateInstance);
JET_PLAIN(JetCreateTable);
JET_PLAIN(JetDefragment2);
JET_PLAIN(JetDefragment3);
JET_PLAIN(JetDefragment);
JET_PLAIN(JetDeleteColumn2);
JET_PLAIN(JetDeleteColumn);
JET_PLAIN(JetDeleteIndex);
JET_PLAIN(JetDeleteTable2);
JET_PLAIN(JetDeleteTable);
JET_PLAIN(JetDetachDatabase2);
JET_PLAIN(JetDetachDatabase);
JET_PLAIN(JetEndDatabaseIncrementalReseed);
JET_PLAIN(JetGetDatabaseFileInfo);
JET_PLAIN(JetGetLogFileInfo);
JET_PLAIN(JetGetObjectInfo);
JET_PLAIN(JetOpenDatabase);
JET_PLAIN(JetOpenFile);
JET_PLAIN(JetOpenFileInstance);
JET_PLAIN(JetOpenFileSectionInstance);
JET_PLAIN(JetOpenTable);
JET_PLAIN(JetPatchDatabasePages);
JET_PLAIN(JetRenameColumn);
JET_PLAIN(JetRenameTable);
JET_PLAIN(JetRestore2);
JET_PLAIN(JetRestore);
JET_PLAIN(JetRestoreInstance);
JET_PLAIN(JetSetColumnDefaultValue);
JET_PLAIN(JetSetCurrentIndex2);
JET_PLAIN(JetSetCurrentIndex3);
JET_PLAIN(JetSetCurrentIndex4);
JET_PLAIN(JetSetCurrentIndex);
JET_PLAIN(JetSetDatabaseSize);
JET_PLAIN(JetSetSystemParameter);
JET_PLAIN(JetSnapshotStart);
JET_PLAIN(JetUpgradeDatabase);
