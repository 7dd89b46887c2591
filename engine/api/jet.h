/*
 * jet.h - the public interface: the ESENT (JET Blue) API with fixed-width types and one struct layout everywhere.
 *
 * GIVES       types, structs, constants and prototypes of every call, in the plain, A (UTF-8 natively) and W (UTF-16) spellings.
 *             The plain spelling of a call that has A and W forms means the A form; a plain struct name means the A struct.
 * INVARIANTS  J1  structs lie as a 64-bit Windows program lays them out, whatever the compiler: pointers take 8 bytes
 *                 (checked by layout.c); JET_INDEXID takes 20 bytes.
 *             J2  what is "unsigned long" in the Windows header is JET_UINT32 here; handles are 64 bits wide.
 * CALLERS     programs, shim, tests. Inside the engine the codes come from base/err.h; the values are the same.
 * TESTS       layout.c, abi
 */
#ifndef ESE_API_JET_H
#define ESE_API_JET_H

#include <stdint.h>

#include "api/jet_codes.h"
#include "api/jet_const.h"

#ifdef __cplusplus
#define JET_ALIGN8 alignas(8)
extern "C" {
#else
#define JET_ALIGN8 _Alignas(8)
#endif

#ifndef JET_API
#define JET_API
#endif

typedef uint8_t JET_UINT8;
typedef uint16_t JET_UINT16;
typedef uint32_t JET_UINT32;
typedef uint64_t JET_UINT64;
typedef int32_t JET_INT32;
typedef int64_t JET_INT64;
typedef uint16_t JET_WCHAR;                             /* one UTF-16 unit */

/* A pointer member: 8 bytes wide and aligned in every build. */
#if UINTPTR_MAX > 0xffffffffu
#define JET_POINTER(type, name) type *name
#define JET_POINTER_AS(type, name) type name
#else
#define JET_POINTER(type, name) union { JET_ALIGN8 type *name; JET_UINT64 name##_wide; }
#define JET_POINTER_AS(type, name) union { JET_ALIGN8 type name; JET_UINT64 name##_wide; }
#endif

typedef JET_INT32 JET_ERR;
typedef JET_UINT64 JET_API_PTR;
typedef JET_API_PTR JET_HANDLE, JET_INSTANCE, JET_SESID, JET_TABLEID, JET_LS, JET_OSSNAPID, JET_HISTO;
typedef JET_UINT32 JET_COLUMNID, JET_DBID, JET_OBJTYP, JET_COLTYP, JET_GRBIT, JET_SNP, JET_SNT, JET_CBTYP, JET_ENGINEFORMATVERSION;
typedef JET_UINT32 JET_ERRCAT, JET_INDEXCHECKING, JET_RELOP, JET_RESID, JET_RESOPER, JET_OPDDLCONV, JET_BTREETYPE, JET_TRACEOP, JET_TRACETAG,
    JET_TESTINJECTIONTYPE, DBUTIL_OP, EDBDUMP_OP, SpaceCategoryFlags, TESTHOOK_OP;
typedef double JET_DATESERIAL;
typedef char *JET_PSTR;
typedef const char *JET_PCSTR;
typedef JET_WCHAR *JET_PWSTR;
typedef const JET_WCHAR *JET_PCWSTR;

#define JET_instanceNil (~(JET_INSTANCE)0)
#define JET_sesidNil (~(JET_SESID)0)
#define JET_tableidNil (~(JET_TABLEID)0)
#define JET_LSNil (~(JET_LS)0)
#define JET_columnidNil ((JET_COLUMNID)0xFFFFFFFF)
#define JET_dbidNil ((JET_DBID)0xFFFFFFFF)
#define JET_dbidNoValid ((JET_DBID)0xFFFFFFFE)
#define JET_MoveFirst INT32_MIN
#define JET_MovePrevious (-1)
#define JET_MoveNext 1
#define JET_MoveLast INT32_MAX

typedef struct BTREE_SPACE_EXTENT_INFO BTREE_SPACE_EXTENT_INFO;
typedef struct BTREE_STATS BTREE_STATS;
typedef struct BTREE_STATS_BASIC_CATALOG BTREE_STATS_BASIC_CATALOG;
typedef struct BTREE_STATS_LV BTREE_STATS_LV;
typedef struct BTREE_STATS_PAGE_SPACE BTREE_STATS_PAGE_SPACE;
typedef struct BTREE_STATS_PARENT_OF_LEAF BTREE_STATS_PARENT_OF_LEAF;
typedef struct BTREE_STATS_SPACE_TREES BTREE_STATS_SPACE_TREES;
typedef struct JET_BKINFO JET_BKINFO;
typedef struct JET_BKLOGTIME JET_BKLOGTIME;
typedef struct JET_CHECKPOINTINFO JET_CHECKPOINTINFO;
typedef struct JET_COLUMNBASE_A JET_COLUMNBASE_A;
typedef struct JET_COLUMNBASE_W JET_COLUMNBASE_W;
typedef struct JET_COLUMNCREATE_A JET_COLUMNCREATE_A;
typedef struct JET_COLUMNCREATE_W JET_COLUMNCREATE_W;
typedef struct JET_COLUMNDEF JET_COLUMNDEF;
typedef struct JET_COLUMNLIST JET_COLUMNLIST;
typedef struct JET_COMMIT_ID JET_COMMIT_ID;
typedef struct JET_CONDITIONALCOLUMN_A JET_CONDITIONALCOLUMN_A;
typedef struct JET_CONDITIONALCOLUMN_W JET_CONDITIONALCOLUMN_W;
typedef struct JET_CONVERT_A JET_CONVERT_A;
typedef struct JET_CONVERT_W JET_CONVERT_W;
typedef struct JET_DBINFOMISC JET_DBINFOMISC;
typedef struct JET_DBINFOMISC2 JET_DBINFOMISC2;
typedef struct JET_DBINFOMISC3 JET_DBINFOMISC3;
typedef struct JET_DBINFOMISC4 JET_DBINFOMISC4;
typedef struct JET_DBINFOMISC5 JET_DBINFOMISC5;
typedef struct JET_DBINFOMISC6 JET_DBINFOMISC6;
typedef struct JET_DBINFOMISC7 JET_DBINFOMISC7;
typedef struct JET_DBINFOUPGRADE JET_DBINFOUPGRADE;
typedef struct JET_DBUTIL_A JET_DBUTIL_A;
typedef struct JET_DBUTIL_W JET_DBUTIL_W;
typedef struct JET_DDLADDCALLBACK_A JET_DDLADDCALLBACK_A;
typedef struct JET_DDLADDCALLBACK_W JET_DDLADDCALLBACK_W;
typedef struct JET_DDLADDCOLUMNCALLBACK_A JET_DDLADDCOLUMNCALLBACK_A;
typedef struct JET_DDLADDCOLUMNCALLBACK_W JET_DDLADDCOLUMNCALLBACK_W;
typedef struct JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_A JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_A;
typedef struct JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_W JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_W;
typedef struct JET_DDLCALLBACKDLL_A JET_DDLCALLBACKDLL_A;
typedef struct JET_DDLCALLBACKDLL_W JET_DDLCALLBACKDLL_W;
typedef struct JET_DDLCHANGECOLUMN_A JET_DDLCHANGECOLUMN_A;
typedef struct JET_DDLCHANGECOLUMN_W JET_DDLCHANGECOLUMN_W;
typedef struct JET_DDLINDEXDENSITY_A JET_DDLINDEXDENSITY_A;
typedef struct JET_DDLINDEXDENSITY_W JET_DDLINDEXDENSITY_W;
typedef struct JET_DDLMAXCOLUMNSIZE_A JET_DDLMAXCOLUMNSIZE_A;
typedef struct JET_DDLMAXCOLUMNSIZE_W JET_DDLMAXCOLUMNSIZE_W;
typedef struct JET_EMITDATACTX JET_EMITDATACTX;
typedef struct JET_ENUMCOLUMN JET_ENUMCOLUMN;
typedef struct JET_ENUMCOLUMNID JET_ENUMCOLUMNID;
typedef struct JET_ENUMCOLUMNVALUE JET_ENUMCOLUMNVALUE;
typedef struct JET_ERRINFOBASIC_W JET_ERRINFOBASIC_W;
typedef struct JET_INDEXCREATE2_A JET_INDEXCREATE2_A;
typedef struct JET_INDEXCREATE2_W JET_INDEXCREATE2_W;
typedef struct JET_INDEXCREATE3_A JET_INDEXCREATE3_A;
typedef struct JET_INDEXCREATE3_W JET_INDEXCREATE3_W;
typedef struct JET_INDEXCREATEOLD_A JET_INDEXCREATEOLD_A;
typedef struct JET_INDEXCREATEOLD_W JET_INDEXCREATEOLD_W;
typedef struct JET_INDEXCREATE_A JET_INDEXCREATE_A;
typedef struct JET_INDEXCREATE_W JET_INDEXCREATE_W;
typedef struct JET_INDEXID JET_INDEXID;
typedef struct JET_INDEXLIST JET_INDEXLIST;
typedef struct JET_INDEXRANGE JET_INDEXRANGE;
typedef struct JET_INDEX_COLUMN JET_INDEX_COLUMN;
typedef struct JET_INDEX_RANGE JET_INDEX_RANGE;
typedef struct JET_INSTANCE_INFO_A JET_INSTANCE_INFO_A;
typedef struct JET_INSTANCE_INFO_W JET_INSTANCE_INFO_W;
typedef struct JET_LGPOS JET_LGPOS;
typedef struct JET_LOGINFOMISC JET_LOGINFOMISC;
typedef struct JET_LOGINFOMISC2 JET_LOGINFOMISC2;
typedef struct JET_LOGINFOMISC3 JET_LOGINFOMISC3;
typedef struct JET_LOGINFO_A JET_LOGINFO_A;
typedef struct JET_LOGINFO_W JET_LOGINFO_W;
typedef struct JET_LOGTIME JET_LOGTIME;
typedef struct JET_OBJECTINFO JET_OBJECTINFO;
typedef struct JET_OBJECTLIST JET_OBJECTLIST;
typedef struct JET_OLP JET_OLP;
typedef struct JET_OPENTEMPORARYTABLE JET_OPENTEMPORARYTABLE;
typedef struct JET_OPENTEMPORARYTABLE2 JET_OPENTEMPORARYTABLE2;
typedef struct JET_OPERATIONCONTEXT JET_OPERATIONCONTEXT;
typedef struct JET_PAGEINFO JET_PAGEINFO;
typedef struct JET_PAGEINFO2 JET_PAGEINFO2;
typedef struct JET_RBSINFOMISC JET_RBSINFOMISC;
typedef struct JET_RBSREVERTINFOMISC JET_RBSREVERTINFOMISC;
typedef struct JET_RECORDLIST JET_RECORDLIST;
typedef struct JET_RECOVERYCONTROL JET_RECOVERYCONTROL;
typedef struct JET_RECPOS JET_RECPOS;
typedef struct JET_RECPOS2 JET_RECPOS2;
typedef struct JET_RECSIZE JET_RECSIZE;
typedef struct JET_RECSIZE2 JET_RECSIZE2;
typedef struct JET_RECSIZE3 JET_RECSIZE3;
typedef struct JET_RETINFO JET_RETINFO;
typedef struct JET_RETRIEVECOLUMN JET_RETRIEVECOLUMN;
typedef struct JET_RETRIEVEMULTIVALUECOUNT JET_RETRIEVEMULTIVALUECOUNT;
typedef struct JET_RSTINFO2_A JET_RSTINFO2_A;
typedef struct JET_RSTINFO2_W JET_RSTINFO2_W;
typedef struct JET_RSTINFO_A JET_RSTINFO_A;
typedef struct JET_RSTINFO_W JET_RSTINFO_W;
typedef struct JET_RSTMAP2_A JET_RSTMAP2_A;
typedef struct JET_RSTMAP2_W JET_RSTMAP2_W;
typedef struct JET_RSTMAP_A JET_RSTMAP_A;
typedef struct JET_RSTMAP_W JET_RSTMAP_W;
typedef struct JET_SESSIONINFO JET_SESSIONINFO;
typedef struct JET_SETCOLUMN JET_SETCOLUMN;
typedef struct JET_SETDBPARAM JET_SETDBPARAM;
typedef struct JET_SETINFO JET_SETINFO;
typedef struct JET_SETSYSPARAM_A JET_SETSYSPARAM_A;
typedef struct JET_SETSYSPARAM_W JET_SETSYSPARAM_W;
typedef struct JET_SIGNATURE JET_SIGNATURE;
typedef struct JET_SNCORRUPTEDPAGE JET_SNCORRUPTEDPAGE;
typedef struct JET_SNMSG JET_SNMSG;
typedef struct JET_SNPATCHREQUEST JET_SNPATCHREQUEST;
typedef struct JET_SNPROG JET_SNPROG;
typedef struct JET_SPACEHINTS JET_SPACEHINTS;
typedef struct JET_STREAMINGFILESPACEINFO JET_STREAMINGFILESPACEINFO;
typedef struct JET_TABLECREATE2_A JET_TABLECREATE2_A;
typedef struct JET_TABLECREATE2_W JET_TABLECREATE2_W;
typedef struct JET_TABLECREATE3_A JET_TABLECREATE3_A;
typedef struct JET_TABLECREATE3_W JET_TABLECREATE3_W;
typedef struct JET_TABLECREATE4_A JET_TABLECREATE4_A;
typedef struct JET_TABLECREATE4_W JET_TABLECREATE4_W;
typedef struct JET_TABLECREATE5_A JET_TABLECREATE5_A;
typedef struct JET_TABLECREATE5_W JET_TABLECREATE5_W;
typedef struct JET_TABLECREATE_A JET_TABLECREATE_A;
typedef struct JET_TABLECREATE_W JET_TABLECREATE_W;
typedef struct JET_THREADSTATS JET_THREADSTATS;
typedef struct JET_THREADSTATS2 JET_THREADSTATS2;
typedef struct JET_THREADSTATS3 JET_THREADSTATS3;
typedef struct JET_THREADSTATS4 JET_THREADSTATS4;
typedef struct JET_TUPLELIMITS JET_TUPLELIMITS;
typedef struct JET_UNICODEINDEX JET_UNICODEINDEX;
typedef struct JET_UNICODEINDEX2 JET_UNICODEINDEX2;
typedef struct JET_USERDEFINEDDEFAULT_A JET_USERDEFINEDDEFAULT_A;
typedef struct JET_USERDEFINEDDEFAULT_W JET_USERDEFINEDDEFAULT_W;

/* ---- callbacks ---- */

typedef JET_ERR (JET_API *JET_PFNSTATUS)(JET_SESID sesid, JET_SNP snp, JET_SNT snt, void *pv);
typedef JET_ERR (JET_API *JET_CALLBACK)(JET_SESID sesid, JET_DBID dbid, JET_TABLEID tableid, JET_CBTYP cbtyp, void *pvArg1, void *pvArg2, void *pvContext, JET_API_PTR ulUnused);
typedef void * (JET_API *JET_PFNREALLOC)(void *pvContext, void *pv, JET_UINT32 cb);
typedef JET_ERR (JET_API *JET_PFNDURABLECOMMITCALLBACK)(JET_INSTANCE instance, JET_COMMIT_ID *pCommitIdSeen, JET_GRBIT grbit);
typedef JET_ERR (JET_API *JET_PFNINITCALLBACK)(JET_SNP snp, JET_SNT snt, void *pv, void *pvContext);
typedef JET_ERR (JET_API *JET_PFNEMITLOGDATA)(JET_INSTANCE instance, JET_EMITDATACTX *pEmitLogDataCtx, void *pvLogData, JET_UINT32 cbLogData, void *callbackCtx);
typedef JET_ERR (JET_API *JET_PFNSPACEDATA)(BTREE_STATS *pBTreeStats, JET_API_PTR pvContext);
typedef void (JET_API *JET_SPCATCALLBACK)(JET_UINT32 pgno, JET_UINT32 objid, SpaceCategoryFlags spcatf, void *pvContext);
typedef JET_ERR (JET_API *JET_ABORTRETRYFAILCALLBACK_A)(char *szFile, JET_UINT32 Offset, JET_UINT32 OffsetHigh, JET_UINT32 Length, JET_ERR err);
typedef JET_ERR (JET_API *JET_ABORTRETRYFAILCALLBACK_W)(JET_WCHAR *szFile, JET_UINT32 Offset, JET_UINT32 OffsetHigh, JET_UINT32 Length, JET_ERR err);
typedef void (JET_API *JET_PFNTRACEEMIT)(JET_TRACETAG tag, JET_PCSTR szPrefix, JET_PCSTR szTrace, JET_API_PTR ul);
typedef void (JET_API *JET_PFNTRACEREGISTER)(JET_TRACETAG tag, JET_PCSTR szDesc, JET_API_PTR *pul);

/* ---- structs ---- */

#pragma pack(push, 8)

struct BTREE_SPACE_EXTENT_INFO {
    JET_UINT32 iPool;
    JET_UINT32 pgnoLast;
    JET_UINT32 cpgExtent;
    JET_UINT32 pgnoSpaceNode;
};

struct BTREE_STATS {
    JET_UINT32 cbStruct;
    JET_UINT32 grbitData;
    JET_POINTER(BTREE_STATS, pParent);
    JET_POINTER(BTREE_STATS_BASIC_CATALOG, pBasicCatalog);
    JET_POINTER(BTREE_STATS_SPACE_TREES, pSpaceTrees);
    JET_POINTER(BTREE_STATS_PARENT_OF_LEAF, pParentOfLeaf);
    JET_POINTER(BTREE_STATS_PAGE_SPACE, pFullWalk);
    JET_POINTER(BTREE_STATS_LV, pLvData);
    JET_UINT32 fPgnoFDPRootDelete;
};

struct BTREE_STATS_BASIC_CATALOG {
    JET_UINT32 cbStruct;
    JET_BTREETYPE eType;
    JET_WCHAR rgName[64];
    JET_UINT32 objidFDP;
    JET_UINT32 pgnoFDP;
    JET_POINTER(JET_SPACEHINTS, pSpaceHints);
};

struct BTREE_STATS_LV {
    JET_UINT32 cbStruct;
    JET_ALIGN8 JET_INT64 cLVRefs;
    JET_ALIGN8 JET_INT64 cCorruptLVs;
    JET_ALIGN8 JET_INT64 cSeparatedRootChunks;
    JET_ALIGN8 JET_INT64 cPartiallyDeletedLVs;
    JET_ALIGN8 JET_UINT64 lidMax;
    JET_INT32 cbLVChunkMax;
    JET_POINTER(JET_HISTO, phistoLVSize);
    JET_POINTER(JET_HISTO, phistoLVComp);
    JET_POINTER(JET_HISTO, phistoLVRatio);
    JET_POINTER(JET_HISTO, phistoLVSeeks);
    JET_POINTER(JET_HISTO, phistoLVBytes);
    JET_POINTER(JET_HISTO, phistoLVExtraSeeks);
    JET_POINTER(JET_HISTO, phistoLVExtraBytes);
};

struct BTREE_STATS_PAGE_SPACE {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_HISTO, phistoFreeBytes);
    JET_POINTER(JET_HISTO, phistoNodeCounts);
    JET_POINTER(JET_HISTO, phistoKeySizes);
    JET_POINTER(JET_HISTO, phistoDataSizes);
    JET_POINTER(JET_HISTO, phistoKeyCompression);
    JET_POINTER(JET_HISTO, phistoResvTagSizes);
    JET_POINTER(JET_HISTO, phistoUnreclaimedBytes);
    JET_ALIGN8 JET_INT64 cVersionedNodes;
};

struct BTREE_STATS_PARENT_OF_LEAF {
    JET_UINT32 cbStruct;
    JET_UINT32 fEmpty;
    JET_UINT32 cpgInternal;
    JET_UINT32 cpgData;
    JET_UINT32 cDepth;
    JET_POINTER(JET_HISTO, phistoIOContiguousRuns);
    JET_UINT32 cForwardScans;
    JET_POINTER(BTREE_STATS_PAGE_SPACE, pInternalPageStats);
};

struct BTREE_STATS_SPACE_TREES {
    JET_UINT32 cbStruct;
    JET_UINT32 cpgPrimary;
    JET_UINT32 cpgLastAlloc;
    JET_UINT32 fMultiExtent;
    JET_UINT32 pgnoOE;
    JET_UINT32 pgnoAE;
    JET_UINT32 cpgOwned;
    JET_UINT32 cpgOwnedCache;
    JET_UINT32 cpgAvailable;
    JET_UINT32 cpgAvailableCache;
    JET_UINT32 cpgSpaceTreeAvailable;
    JET_UINT32 cpgReserved;
    JET_UINT32 cpgShelved;
    JET_INT32 fAutoIncPresents;
    JET_ALIGN8 JET_UINT64 qwAutoInc;
    JET_UINT32 cOwnedExtents;
    JET_POINTER(BTREE_SPACE_EXTENT_INFO, prgOwnedExtents);
    JET_UINT32 cAvailExtents;
    JET_POINTER(BTREE_SPACE_EXTENT_INFO, prgAvailExtents);
};

#pragma pack(push, 1)
struct JET_LGPOS {
    JET_UINT16 ib;
    JET_UINT16 isec;
    JET_INT32 lGeneration;
};
#pragma pack(pop)

#pragma pack(push, 1)
struct JET_LOGTIME {
    char bSeconds;
    char bMinutes;
    char bHours;
    char bDay;
    char bMonth;
    char bYear;
    union {
        char bFiller1;
        struct {
            JET_UINT8 fTimeIsUTC : 1;
            JET_UINT8 bMillisecondsLow : 7;
        };
    };
    union {
        char bFiller2;
        struct {
            JET_UINT8 fReserved : 1;
            JET_UINT8 bMillisecondsHigh : 3;
            JET_UINT8 fUnused : 4;
        };
    };
};
#pragma pack(pop)

#pragma pack(push, 1)
struct JET_BKLOGTIME {
    char bSeconds;
    char bMinutes;
    char bHours;
    char bDay;
    char bMonth;
    char bYear;
    union {
        char bFiller1;
        struct {
            JET_UINT8 fTimeIsUTC : 1;
            JET_UINT8 bMillisecondsLow : 7;
        };
    };
    union {
        char bFiller2;
        struct {
            JET_UINT8 fOSSnapshot : 1;
            JET_UINT8 bMillisecondsHigh : 3;
            JET_UINT8 fReserved : 4;
        };
    };
};
#pragma pack(pop)

#pragma pack(push, 1)
struct JET_BKINFO {
    JET_LGPOS lgposMark;
    union {
        JET_LOGTIME logtimeMark;
        JET_BKLOGTIME bklogtimeMark;
    };
    JET_UINT32 genLow;
    JET_UINT32 genHigh;
};
#pragma pack(pop)

struct JET_CHECKPOINTINFO {
    JET_UINT32 genMin;
    JET_UINT32 genMax;
    JET_LOGTIME logtimeGenMaxCreate;
};

struct JET_COLUMNBASE_A {
    JET_UINT32 cbStruct;
    JET_COLUMNID columnid;
    JET_COLTYP coltyp;
    JET_UINT16 wCountry;
    JET_UINT16 langid;
    JET_UINT16 cp;
    JET_UINT16 wFiller;
    JET_UINT32 cbMax;
    JET_GRBIT grbit;
    char szBaseTableName[256];
    char szBaseColumnName[256];
};

struct JET_COLUMNBASE_W {
    JET_UINT32 cbStruct;
    JET_COLUMNID columnid;
    JET_COLTYP coltyp;
    JET_UINT16 wCountry;
    JET_UINT16 langid;
    JET_UINT16 cp;
    JET_UINT16 wFiller;
    JET_UINT32 cbMax;
    JET_GRBIT grbit;
    JET_WCHAR szBaseTableName[256];
    JET_WCHAR szBaseColumnName[256];
};

struct JET_COLUMNCREATE_A {
    JET_UINT32 cbStruct;
    JET_POINTER(char, szColumnName);
    JET_COLTYP coltyp;
    JET_UINT32 cbMax;
    JET_GRBIT grbit;
    JET_POINTER(void, pvDefault);
    JET_UINT32 cbDefault;
    JET_UINT32 cp;
    JET_COLUMNID columnid;
    JET_ERR err;
};

struct JET_COLUMNCREATE_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_WCHAR, szColumnName);
    JET_COLTYP coltyp;
    JET_UINT32 cbMax;
    JET_GRBIT grbit;
    JET_POINTER(void, pvDefault);
    JET_UINT32 cbDefault;
    JET_UINT32 cp;
    JET_COLUMNID columnid;
    JET_ERR err;
};

struct JET_COLUMNDEF {
    JET_UINT32 cbStruct;
    JET_COLUMNID columnid;
    JET_COLTYP coltyp;
    JET_UINT16 wCountry;
    JET_UINT16 langid;
    JET_UINT16 cp;
    JET_UINT16 wCollate;
    JET_UINT32 cbMax;
    JET_GRBIT grbit;
};

struct JET_COLUMNLIST {
    JET_UINT32 cbStruct;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cRecord;
    JET_COLUMNID columnidPresentationOrder;
    JET_COLUMNID columnidcolumnname;
    JET_COLUMNID columnidcolumnid;
    JET_COLUMNID columnidcoltyp;
    JET_COLUMNID columnidCountry;
    JET_COLUMNID columnidLangid;
    JET_COLUMNID columnidCp;
    JET_COLUMNID columnidCollate;
    JET_COLUMNID columnidcbMax;
    JET_COLUMNID columnidgrbit;
    JET_COLUMNID columnidDefault;
    JET_COLUMNID columnidBaseTableName;
    JET_COLUMNID columnidBaseColumnName;
    JET_COLUMNID columnidDefinitionName;
};

#pragma pack(push, 1)
struct JET_SIGNATURE {
    JET_UINT32 ulRandom;
    JET_LOGTIME logtimeCreate;
    char szComputerName[16];
};
#pragma pack(pop)

struct JET_COMMIT_ID {
    JET_SIGNATURE signLog;
    JET_INT32 reserved;
    JET_ALIGN8 JET_INT64 commitId;
};

struct JET_CONDITIONALCOLUMN_A {
    JET_UINT32 cbStruct;
    JET_POINTER(char, szColumnName);
    JET_GRBIT grbit;
};

struct JET_CONDITIONALCOLUMN_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_WCHAR, szColumnName);
    JET_GRBIT grbit;
};

struct JET_CONVERT_A {
    JET_POINTER(char, szOldDll);
    union {
        JET_UINT32 fFlags;
        struct {
            JET_UINT32 fSchemaChangesOnly : 1;
        };
    };
};

struct JET_CONVERT_W {
    JET_POINTER(JET_WCHAR, szOldDll);
    union {
        JET_UINT32 fFlags;
        struct {
            JET_UINT32 fSchemaChangesOnly : 1;
        };
    };
};

struct JET_DBINFOMISC {
    JET_UINT32 ulVersion;
    JET_UINT32 ulUpdate;
    JET_SIGNATURE signDb;
    JET_UINT32 dbstate;
    JET_LGPOS lgposConsistent;
    JET_LOGTIME logtimeConsistent;
    JET_LOGTIME logtimeAttach;
    JET_LGPOS lgposAttach;
    JET_LOGTIME logtimeDetach;
    JET_LGPOS lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO bkinfoFullPrev;
    JET_BKINFO bkinfoIncPrev;
    JET_BKINFO bkinfoFullCur;
    JET_UINT32 fShadowingDisabled;
    JET_UINT32 fUpgradeDb;
    JET_UINT32 dwMajorVersion;
    JET_UINT32 dwMinorVersion;
    JET_UINT32 dwBuildNumber;
    JET_INT32 lSPNumber;
    JET_UINT32 cbPageSize;
};

struct JET_DBINFOMISC2 {
    JET_UINT32 ulVersion;
    JET_UINT32 ulUpdate;
    JET_SIGNATURE signDb;
    JET_UINT32 dbstate;
    JET_LGPOS lgposConsistent;
    JET_LOGTIME logtimeConsistent;
    JET_LOGTIME logtimeAttach;
    JET_LGPOS lgposAttach;
    JET_LOGTIME logtimeDetach;
    JET_LGPOS lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO bkinfoFullPrev;
    JET_BKINFO bkinfoIncPrev;
    JET_BKINFO bkinfoFullCur;
    JET_UINT32 fShadowingDisabled;
    JET_UINT32 fUpgradeDb;
    JET_UINT32 dwMajorVersion;
    JET_UINT32 dwMinorVersion;
    JET_UINT32 dwBuildNumber;
    JET_INT32 lSPNumber;
    JET_UINT32 cbPageSize;
    JET_UINT32 genMinRequired;
    JET_UINT32 genMaxRequired;
    JET_LOGTIME logtimeGenMaxCreate;
    JET_UINT32 ulRepairCount;
    JET_LOGTIME logtimeRepair;
    JET_UINT32 ulRepairCountOld;
    JET_UINT32 ulECCFixSuccess;
    JET_LOGTIME logtimeECCFixSuccess;
    JET_UINT32 ulECCFixSuccessOld;
    JET_UINT32 ulECCFixFail;
    JET_LOGTIME logtimeECCFixFail;
    JET_UINT32 ulECCFixFailOld;
    JET_UINT32 ulBadChecksum;
    JET_LOGTIME logtimeBadChecksum;
    JET_UINT32 ulBadChecksumOld;
};

struct JET_DBINFOMISC3 {
    JET_UINT32 ulVersion;
    JET_UINT32 ulUpdate;
    JET_SIGNATURE signDb;
    JET_UINT32 dbstate;
    JET_LGPOS lgposConsistent;
    JET_LOGTIME logtimeConsistent;
    JET_LOGTIME logtimeAttach;
    JET_LGPOS lgposAttach;
    JET_LOGTIME logtimeDetach;
    JET_LGPOS lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO bkinfoFullPrev;
    JET_BKINFO bkinfoIncPrev;
    JET_BKINFO bkinfoFullCur;
    JET_UINT32 fShadowingDisabled;
    JET_UINT32 fUpgradeDb;
    JET_UINT32 dwMajorVersion;
    JET_UINT32 dwMinorVersion;
    JET_UINT32 dwBuildNumber;
    JET_INT32 lSPNumber;
    JET_UINT32 cbPageSize;
    JET_UINT32 genMinRequired;
    JET_UINT32 genMaxRequired;
    JET_LOGTIME logtimeGenMaxCreate;
    JET_UINT32 ulRepairCount;
    JET_LOGTIME logtimeRepair;
    JET_UINT32 ulRepairCountOld;
    JET_UINT32 ulECCFixSuccess;
    JET_LOGTIME logtimeECCFixSuccess;
    JET_UINT32 ulECCFixSuccessOld;
    JET_UINT32 ulECCFixFail;
    JET_LOGTIME logtimeECCFixFail;
    JET_UINT32 ulECCFixFailOld;
    JET_UINT32 ulBadChecksum;
    JET_LOGTIME logtimeBadChecksum;
    JET_UINT32 ulBadChecksumOld;
    JET_UINT32 genCommitted;
};

struct JET_DBINFOMISC4 {
    JET_UINT32 ulVersion;
    JET_UINT32 ulUpdate;
    JET_SIGNATURE signDb;
    JET_UINT32 dbstate;
    JET_LGPOS lgposConsistent;
    JET_LOGTIME logtimeConsistent;
    JET_LOGTIME logtimeAttach;
    JET_LGPOS lgposAttach;
    JET_LOGTIME logtimeDetach;
    JET_LGPOS lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO bkinfoFullPrev;
    JET_BKINFO bkinfoIncPrev;
    JET_BKINFO bkinfoFullCur;
    JET_UINT32 fShadowingDisabled;
    JET_UINT32 fUpgradeDb;
    JET_UINT32 dwMajorVersion;
    JET_UINT32 dwMinorVersion;
    JET_UINT32 dwBuildNumber;
    JET_INT32 lSPNumber;
    JET_UINT32 cbPageSize;
    JET_UINT32 genMinRequired;
    JET_UINT32 genMaxRequired;
    JET_LOGTIME logtimeGenMaxCreate;
    JET_UINT32 ulRepairCount;
    JET_LOGTIME logtimeRepair;
    JET_UINT32 ulRepairCountOld;
    JET_UINT32 ulECCFixSuccess;
    JET_LOGTIME logtimeECCFixSuccess;
    JET_UINT32 ulECCFixSuccessOld;
    JET_UINT32 ulECCFixFail;
    JET_LOGTIME logtimeECCFixFail;
    JET_UINT32 ulECCFixFailOld;
    JET_UINT32 ulBadChecksum;
    JET_LOGTIME logtimeBadChecksum;
    JET_UINT32 ulBadChecksumOld;
    JET_UINT32 genCommitted;
    JET_BKINFO bkinfoCopyPrev;
    JET_BKINFO bkinfoDiffPrev;
};

struct JET_DBINFOMISC5 {
    JET_UINT32 ulVersion;
    JET_UINT32 ulUpdate;
    JET_SIGNATURE signDb;
    JET_UINT32 dbstate;
    JET_LGPOS lgposConsistent;
    JET_LOGTIME logtimeConsistent;
    JET_LOGTIME logtimeAttach;
    JET_LGPOS lgposAttach;
    JET_LOGTIME logtimeDetach;
    JET_LGPOS lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO bkinfoFullPrev;
    JET_BKINFO bkinfoIncPrev;
    JET_BKINFO bkinfoFullCur;
    JET_UINT32 fShadowingDisabled;
    JET_UINT32 fUpgradeDb;
    JET_UINT32 dwMajorVersion;
    JET_UINT32 dwMinorVersion;
    JET_UINT32 dwBuildNumber;
    JET_INT32 lSPNumber;
    JET_UINT32 cbPageSize;
    JET_UINT32 genMinRequired;
    JET_UINT32 genMaxRequired;
    JET_LOGTIME logtimeGenMaxCreate;
    JET_UINT32 ulRepairCount;
    JET_LOGTIME logtimeRepair;
    JET_UINT32 ulRepairCountOld;
    JET_UINT32 ulECCFixSuccess;
    JET_LOGTIME logtimeECCFixSuccess;
    JET_UINT32 ulECCFixSuccessOld;
    JET_UINT32 ulECCFixFail;
    JET_LOGTIME logtimeECCFixFail;
    JET_UINT32 ulECCFixFailOld;
    JET_UINT32 ulBadChecksum;
    JET_LOGTIME logtimeBadChecksum;
    JET_UINT32 ulBadChecksumOld;
    JET_UINT32 genCommitted;
    JET_BKINFO bkinfoCopyPrev;
    JET_BKINFO bkinfoDiffPrev;
    JET_UINT32 ulIncrementalReseedCount;
    JET_LOGTIME logtimeIncrementalReseed;
    JET_UINT32 ulIncrementalReseedCountOld;
    JET_UINT32 ulPagePatchCount;
    JET_LOGTIME logtimePagePatch;
    JET_UINT32 ulPagePatchCountOld;
};

struct JET_DBINFOMISC6 {
    JET_UINT32 ulVersion;
    JET_UINT32 ulUpdate;
    JET_SIGNATURE signDb;
    JET_UINT32 dbstate;
    JET_LGPOS lgposConsistent;
    JET_LOGTIME logtimeConsistent;
    JET_LOGTIME logtimeAttach;
    JET_LGPOS lgposAttach;
    JET_LOGTIME logtimeDetach;
    JET_LGPOS lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO bkinfoFullPrev;
    JET_BKINFO bkinfoIncPrev;
    JET_BKINFO bkinfoFullCur;
    JET_UINT32 fShadowingDisabled;
    JET_UINT32 fUpgradeDb;
    JET_UINT32 dwMajorVersion;
    JET_UINT32 dwMinorVersion;
    JET_UINT32 dwBuildNumber;
    JET_INT32 lSPNumber;
    JET_UINT32 cbPageSize;
    JET_UINT32 genMinRequired;
    JET_UINT32 genMaxRequired;
    JET_LOGTIME logtimeGenMaxCreate;
    JET_UINT32 ulRepairCount;
    JET_LOGTIME logtimeRepair;
    JET_UINT32 ulRepairCountOld;
    JET_UINT32 ulECCFixSuccess;
    JET_LOGTIME logtimeECCFixSuccess;
    JET_UINT32 ulECCFixSuccessOld;
    JET_UINT32 ulECCFixFail;
    JET_LOGTIME logtimeECCFixFail;
    JET_UINT32 ulECCFixFailOld;
    JET_UINT32 ulBadChecksum;
    JET_LOGTIME logtimeBadChecksum;
    JET_UINT32 ulBadChecksumOld;
    JET_UINT32 genCommitted;
    JET_BKINFO bkinfoCopyPrev;
    JET_BKINFO bkinfoDiffPrev;
    JET_UINT32 ulIncrementalReseedCount;
    JET_LOGTIME logtimeIncrementalReseed;
    JET_UINT32 ulIncrementalReseedCountOld;
    JET_UINT32 ulPagePatchCount;
    JET_LOGTIME logtimePagePatch;
    JET_UINT32 ulPagePatchCountOld;
    JET_LOGTIME logtimeChecksumPrev;
    JET_LOGTIME logtimeChecksumStart;
    JET_UINT32 cpgDatabaseChecked;
};

struct JET_DBINFOMISC7 {
    JET_UINT32 ulVersion;
    JET_UINT32 ulUpdate;
    JET_SIGNATURE signDb;
    JET_UINT32 dbstate;
    JET_LGPOS lgposConsistent;
    JET_LOGTIME logtimeConsistent;
    JET_LOGTIME logtimeAttach;
    JET_LGPOS lgposAttach;
    JET_LOGTIME logtimeDetach;
    JET_LGPOS lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO bkinfoFullPrev;
    JET_BKINFO bkinfoIncPrev;
    JET_BKINFO bkinfoFullCur;
    JET_UINT32 fShadowingDisabled;
    JET_UINT32 fUpgradeDb;
    JET_UINT32 dwMajorVersion;
    JET_UINT32 dwMinorVersion;
    JET_UINT32 dwBuildNumber;
    JET_INT32 lSPNumber;
    JET_UINT32 cbPageSize;
    JET_UINT32 genMinRequired;
    JET_UINT32 genMaxRequired;
    JET_LOGTIME logtimeGenMaxCreate;
    JET_UINT32 ulRepairCount;
    JET_LOGTIME logtimeRepair;
    JET_UINT32 ulRepairCountOld;
    JET_UINT32 ulECCFixSuccess;
    JET_LOGTIME logtimeECCFixSuccess;
    JET_UINT32 ulECCFixSuccessOld;
    JET_UINT32 ulECCFixFail;
    JET_LOGTIME logtimeECCFixFail;
    JET_UINT32 ulECCFixFailOld;
    JET_UINT32 ulBadChecksum;
    JET_LOGTIME logtimeBadChecksum;
    JET_UINT32 ulBadChecksumOld;
    JET_UINT32 genCommitted;
    JET_BKINFO bkinfoCopyPrev;
    JET_BKINFO bkinfoDiffPrev;
    JET_UINT32 ulIncrementalReseedCount;
    JET_LOGTIME logtimeIncrementalReseed;
    JET_UINT32 ulIncrementalReseedCountOld;
    JET_UINT32 ulPagePatchCount;
    JET_LOGTIME logtimePagePatch;
    JET_UINT32 ulPagePatchCountOld;
    JET_LOGTIME logtimeChecksumPrev;
    JET_LOGTIME logtimeChecksumStart;
    JET_UINT32 cpgDatabaseChecked;
    JET_LOGTIME logtimeLastReAttach;
    JET_LGPOS lgposLastReAttach;
};

struct JET_DBINFOUPGRADE {
    JET_UINT32 cbStruct;
    JET_UINT32 cbFilesizeLow;
    JET_UINT32 cbFilesizeHigh;
    JET_UINT32 cbFreeSpaceRequiredLow;
    JET_UINT32 cbFreeSpaceRequiredHigh;
    JET_UINT32 csecToUpgrade;
    union {
        JET_UINT32 ulFlags;
        struct {
            JET_UINT32 fUpgradable : 1;
            JET_UINT32 fAlreadyUpgraded : 1;
        };
    };
};

struct JET_DBUTIL_A {
    JET_UINT32 cbStruct;
    JET_ALIGN8 JET_SESID sesid;
    JET_DBID dbid;
    JET_ALIGN8 JET_TABLEID tableid;
    DBUTIL_OP op;
    EDBDUMP_OP edbdump;
    JET_GRBIT grbitOptions;
    union {
        struct {
            JET_POINTER(char, szDatabase);
            JET_POINTER(char, szSLV_ObsoleteAndUnused);
            JET_POINTER(char, szBackup);
            JET_POINTER(const char, szTable);
            JET_POINTER(const char, szIndex);
            JET_POINTER(char, szIntegPrefix);
        };
        struct {
            JET_POINTER(char, szLog);
            JET_POINTER(char, szBase);
            JET_POINTER(void, pvBuffer);
            JET_INT32 cbBuffer;
        } checksumlogfrommemory;
        struct {
            JET_POINTER(char, szDatabase);
            JET_UINT32 pgnoFirst;
            JET_UINT32 pgnoLast;
            JET_POINTER(void, pfnSpaceCatCallback);
            JET_POINTER(void, pvContext);
        } spcatOptions;
        struct {
            JET_POINTER(char, szDatabase);
            JET_UINT32 pgnoFirst;
            JET_UINT32 pgnoLast;
        } rbsOptions;
    };
    JET_INT32 pgno;
    JET_INT32 iline;
    JET_INT32 lGeneration;
    JET_INT32 isec;
    JET_INT32 ib;
    JET_INT32 cRetry;
    JET_POINTER(void, pfnCallback);
    JET_POINTER(void, pvCallback);
};

struct JET_DBUTIL_W {
    JET_UINT32 cbStruct;
    JET_ALIGN8 JET_SESID sesid;
    JET_DBID dbid;
    JET_ALIGN8 JET_TABLEID tableid;
    DBUTIL_OP op;
    EDBDUMP_OP edbdump;
    JET_GRBIT grbitOptions;
    union {
        struct {
            JET_POINTER(JET_WCHAR, szDatabase);
            JET_POINTER(JET_WCHAR, szSLV_ObsoleteAndUnused);
            JET_POINTER(JET_WCHAR, szBackup);
            JET_POINTER(const JET_WCHAR, szTable);
            JET_POINTER(const JET_WCHAR, szIndex);
            JET_POINTER(JET_WCHAR, szIntegPrefix);
        };
        struct {
            JET_POINTER(JET_WCHAR, szLog);
            JET_POINTER(JET_WCHAR, szBase);
            JET_POINTER(void, pvBuffer);
            JET_INT32 cbBuffer;
        } checksumlogfrommemory;
        struct {
            JET_POINTER(JET_WCHAR, szDatabase);
            JET_UINT32 pgnoFirst;
            JET_UINT32 pgnoLast;
            JET_POINTER(void, pfnSpaceCatCallback);
            JET_POINTER(void, pvContext);
        } spcatOptions;
        struct {
            JET_POINTER(JET_WCHAR, szDatabase);
            JET_UINT32 pgnoFirst;
            JET_UINT32 pgnoLast;
        } rbsOptions;
    };
    JET_INT32 pgno;
    JET_INT32 iline;
    JET_INT32 lGeneration;
    JET_INT32 isec;
    JET_INT32 ib;
    JET_INT32 cRetry;
    JET_POINTER(void, pfnCallback);
    JET_POINTER(void, pvCallback);
};

struct JET_DDLADDCALLBACK_A {
    JET_POINTER(char, szTable);
    JET_POINTER(char, szCallback);
    JET_CBTYP cbtyp;
};

struct JET_DDLADDCALLBACK_W {
    JET_POINTER(JET_WCHAR, szTable);
    JET_POINTER(JET_WCHAR, szCallback);
    JET_CBTYP cbtyp;
};

struct JET_DDLADDCOLUMNCALLBACK_A {
    JET_POINTER(char, szTable);
    JET_POINTER(char, szColumn);
    JET_POINTER(char, szCallback);
    JET_POINTER(void, pvCallbackData);
    JET_UINT32 cbCallbackData;
};

struct JET_DDLADDCOLUMNCALLBACK_W {
    JET_POINTER(JET_WCHAR, szTable);
    JET_POINTER(JET_WCHAR, szColumn);
    JET_POINTER(JET_WCHAR, szCallback);
    JET_POINTER(void, pvCallbackData);
    JET_UINT32 cbCallbackData;
};

struct JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_A {
    JET_POINTER(char, szTable);
    JET_POINTER(JET_CONDITIONALCOLUMN_A, rgconditionalcolumn);
    JET_UINT32 cConditionalColumn;
};

struct JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_W {
    JET_POINTER(JET_WCHAR, szTable);
    JET_POINTER(JET_CONDITIONALCOLUMN_W, rgconditionalcolumn);
    JET_UINT32 cConditionalColumn;
};

struct JET_DDLCALLBACKDLL_A {
    JET_POINTER(char, szOldDLL);
    JET_POINTER(char, szNewDLL);
};

struct JET_DDLCALLBACKDLL_W {
    JET_POINTER(JET_WCHAR, szOldDLL);
    JET_POINTER(JET_WCHAR, szNewDLL);
};

struct JET_DDLCHANGECOLUMN_A {
    JET_POINTER(char, szTable);
    JET_POINTER(char, szColumn);
    JET_COLTYP coltypNew;
    JET_GRBIT grbitNew;
};

struct JET_DDLCHANGECOLUMN_W {
    JET_POINTER(JET_WCHAR, szTable);
    JET_POINTER(JET_WCHAR, szColumn);
    JET_COLTYP coltypNew;
    JET_GRBIT grbitNew;
};

struct JET_DDLINDEXDENSITY_A {
    JET_POINTER(char, szTable);
    JET_POINTER(char, szIndex);
    JET_UINT32 ulDensity;
};

struct JET_DDLINDEXDENSITY_W {
    JET_POINTER(JET_WCHAR, szTable);
    JET_POINTER(JET_WCHAR, szIndex);
    JET_UINT32 ulDensity;
};

struct JET_DDLMAXCOLUMNSIZE_A {
    JET_POINTER(char, szTable);
    JET_POINTER(char, szColumn);
    JET_UINT32 cbMax;
};

struct JET_DDLMAXCOLUMNSIZE_W {
    JET_POINTER(JET_WCHAR, szTable);
    JET_POINTER(JET_WCHAR, szColumn);
    JET_UINT32 cbMax;
};

struct JET_EMITDATACTX {
    JET_UINT32 cbStruct;
    JET_UINT32 dwVersion;
    JET_ALIGN8 JET_UINT64 qwSequenceNum;
    JET_GRBIT grbitOperationalFlags;
    JET_LOGTIME logtimeEmit;
    JET_LGPOS lgposLogData;
    JET_UINT32 cbLogData;
};

struct JET_ENUMCOLUMN {
    JET_COLUMNID columnid;
    JET_ERR err;
    union {
        JET_UINT32 cEnumColumnValue;
        JET_UINT32 cbData;
    };
    union {
        JET_POINTER(JET_ENUMCOLUMNVALUE, rgEnumColumnValue);
        JET_POINTER(void, pvData);
    };
};

struct JET_ENUMCOLUMNID {
    JET_COLUMNID columnid;
    JET_UINT32 ctagSequence;
    JET_POINTER(JET_UINT32, rgtagSequence);
};

struct JET_ENUMCOLUMNVALUE {
    JET_UINT32 itagSequence;
    JET_ERR err;
    JET_UINT32 cbData;
    JET_POINTER(void, pvData);
};

struct JET_ERRINFOBASIC_W {
    JET_UINT32 cbStruct;
    JET_ERR errValue;
    JET_ERRCAT errcatMostSpecific;
    JET_UINT8 rgCategoricalHierarchy[8];
    JET_UINT32 lSourceLine;
    JET_WCHAR rgszSourceFile[64];
};

struct JET_INDEXCREATE2_A {
    JET_UINT32 cbStruct;
    JET_POINTER(char, szIndexName);
    JET_POINTER(char, szKey);
    JET_UINT32 cbKey;
    JET_GRBIT grbit;
    JET_UINT32 ulDensity;
    union {
        JET_UINT32 lcid;
        JET_POINTER(JET_UNICODEINDEX, pidxunicode);
    };
    union {
        JET_UINT32 cbVarSegMac;
        JET_POINTER(JET_TUPLELIMITS, ptuplelimits);
    };
    JET_POINTER(JET_CONDITIONALCOLUMN_A, rgconditionalcolumn);
    JET_UINT32 cConditionalColumn;
    JET_ERR err;
    JET_UINT32 cbKeyMost;
    JET_POINTER(JET_SPACEHINTS, pSpacehints);
};

struct JET_INDEXCREATE2_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_WCHAR, szIndexName);
    JET_POINTER(JET_WCHAR, szKey);
    JET_UINT32 cbKey;
    JET_GRBIT grbit;
    JET_UINT32 ulDensity;
    union {
        JET_UINT32 lcid;
        JET_POINTER(JET_UNICODEINDEX, pidxunicode);
    };
    union {
        JET_UINT32 cbVarSegMac;
        JET_POINTER(JET_TUPLELIMITS, ptuplelimits);
    };
    JET_POINTER(JET_CONDITIONALCOLUMN_W, rgconditionalcolumn);
    JET_UINT32 cConditionalColumn;
    JET_ERR err;
    JET_UINT32 cbKeyMost;
    JET_POINTER(JET_SPACEHINTS, pSpacehints);
};

struct JET_INDEXCREATE3_A {
    JET_UINT32 cbStruct;
    JET_POINTER(char, szIndexName);
    JET_POINTER(char, szKey);
    JET_UINT32 cbKey;
    JET_GRBIT grbit;
    JET_UINT32 ulDensity;
    JET_POINTER(JET_UNICODEINDEX2, pidxunicode);
    union {
        JET_UINT32 cbVarSegMac;
        JET_POINTER(JET_TUPLELIMITS, ptuplelimits);
    };
    JET_POINTER(JET_CONDITIONALCOLUMN_A, rgconditionalcolumn);
    JET_UINT32 cConditionalColumn;
    JET_ERR err;
    JET_UINT32 cbKeyMost;
    JET_POINTER(JET_SPACEHINTS, pSpacehints);
};

struct JET_INDEXCREATE3_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_WCHAR, szIndexName);
    JET_POINTER(JET_WCHAR, szKey);
    JET_UINT32 cbKey;
    JET_GRBIT grbit;
    JET_UINT32 ulDensity;
    JET_POINTER(JET_UNICODEINDEX2, pidxunicode);
    union {
        JET_UINT32 cbVarSegMac;
        JET_POINTER(JET_TUPLELIMITS, ptuplelimits);
    };
    JET_POINTER(JET_CONDITIONALCOLUMN_W, rgconditionalcolumn);
    JET_UINT32 cConditionalColumn;
    JET_ERR err;
    JET_UINT32 cbKeyMost;
    JET_POINTER(JET_SPACEHINTS, pSpacehints);
};

struct JET_INDEXCREATEOLD_A {
    JET_UINT32 cbStruct;
    JET_POINTER(char, szIndexName);
    JET_POINTER(char, szKey);
    JET_UINT32 cbKey;
    JET_GRBIT grbit;
    JET_UINT32 ulDensity;
    union {
        JET_UINT32 lcid;
        JET_POINTER(JET_UNICODEINDEX, pidxunicode);
    };
    union {
        JET_UINT32 cbVarSegMac;
        JET_POINTER(JET_TUPLELIMITS, ptuplelimits);
    };
    JET_POINTER(JET_CONDITIONALCOLUMN_A, rgconditionalcolumn);
    JET_UINT32 cConditionalColumn;
    JET_ERR err;
};

struct JET_INDEXCREATEOLD_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_WCHAR, szIndexName);
    JET_POINTER(JET_WCHAR, szKey);
    JET_UINT32 cbKey;
    JET_GRBIT grbit;
    JET_UINT32 ulDensity;
    union {
        JET_UINT32 lcid;
        JET_POINTER(JET_UNICODEINDEX, pidxunicode);
    };
    union {
        JET_UINT32 cbVarSegMac;
        JET_POINTER(JET_TUPLELIMITS, ptuplelimits);
    };
    JET_POINTER(JET_CONDITIONALCOLUMN_W, rgconditionalcolumn);
    JET_UINT32 cConditionalColumn;
    JET_ERR err;
};

struct JET_INDEXCREATE_A {
    JET_UINT32 cbStruct;
    JET_POINTER(char, szIndexName);
    JET_POINTER(char, szKey);
    JET_UINT32 cbKey;
    JET_GRBIT grbit;
    JET_UINT32 ulDensity;
    union {
        JET_UINT32 lcid;
        JET_POINTER(JET_UNICODEINDEX, pidxunicode);
    };
    union {
        JET_UINT32 cbVarSegMac;
        JET_POINTER(JET_TUPLELIMITS, ptuplelimits);
    };
    JET_POINTER(JET_CONDITIONALCOLUMN_A, rgconditionalcolumn);
    JET_UINT32 cConditionalColumn;
    JET_ERR err;
    JET_UINT32 cbKeyMost;
};

struct JET_INDEXCREATE_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_WCHAR, szIndexName);
    JET_POINTER(JET_WCHAR, szKey);
    JET_UINT32 cbKey;
    JET_GRBIT grbit;
    JET_UINT32 ulDensity;
    union {
        JET_UINT32 lcid;
        JET_POINTER(JET_UNICODEINDEX, pidxunicode);
    };
    union {
        JET_UINT32 cbVarSegMac;
        JET_POINTER(JET_TUPLELIMITS, ptuplelimits);
    };
    JET_POINTER(JET_CONDITIONALCOLUMN_W, rgconditionalcolumn);
    JET_UINT32 cConditionalColumn;
    JET_ERR err;
    JET_UINT32 cbKeyMost;
};

struct JET_INDEXID {
    JET_UINT32 cbStruct;
    JET_UINT8 rgbIndexId[16];
};

struct JET_INDEXLIST {
    JET_UINT32 cbStruct;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cRecord;
    JET_COLUMNID columnidindexname;
    JET_COLUMNID columnidgrbitIndex;
    JET_COLUMNID columnidcKey;
    JET_COLUMNID columnidcEntry;
    JET_COLUMNID columnidcPage;
    JET_COLUMNID columnidcColumn;
    JET_COLUMNID columnidiColumn;
    JET_COLUMNID columnidcolumnid;
    JET_COLUMNID columnidcoltyp;
    JET_COLUMNID columnidCountry;
    JET_COLUMNID columnidLangid;
    JET_COLUMNID columnidCp;
    JET_COLUMNID columnidCollate;
    JET_COLUMNID columnidgrbitColumn;
    JET_COLUMNID columnidcolumnname;
    JET_COLUMNID columnidLCMapFlags;
};

struct JET_INDEXRANGE {
    JET_UINT32 cbStruct;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_GRBIT grbit;
};

struct JET_INDEX_COLUMN {
    JET_COLUMNID columnid;
    JET_RELOP relop;
    JET_POINTER(void, pv);
    JET_UINT32 cb;
    JET_GRBIT grbit;
};

struct JET_INDEX_RANGE {
    JET_POINTER(JET_INDEX_COLUMN, rgStartColumns);
    JET_UINT32 cStartColumns;
    JET_POINTER(JET_INDEX_COLUMN, rgEndColumns);
    JET_UINT32 cEndColumns;
};

struct JET_INSTANCE_INFO_A {
    JET_ALIGN8 JET_INSTANCE hInstanceId;
    JET_POINTER(char, szInstanceName);
    JET_ALIGN8 JET_API_PTR cDatabases;
    JET_POINTER(char *, szDatabaseFileName);
    JET_POINTER(char *, szDatabaseDisplayName);
    JET_POINTER(char *, szDatabaseSLVFileName_Obsolete);
};

struct JET_INSTANCE_INFO_W {
    JET_ALIGN8 JET_INSTANCE hInstanceId;
    JET_POINTER(JET_WCHAR, szInstanceName);
    JET_ALIGN8 JET_API_PTR cDatabases;
    JET_POINTER(JET_WCHAR *, szDatabaseFileName);
    JET_POINTER(JET_WCHAR *, szDatabaseDisplayName);
    JET_POINTER(JET_WCHAR *, szDatabaseSLVFileName_Obsolete);
};

struct JET_LOGINFOMISC {
    JET_UINT32 ulGeneration;
    JET_SIGNATURE signLog;
    JET_LOGTIME logtimeCreate;
    JET_LOGTIME logtimePreviousGeneration;
    JET_UINT32 ulFlags;
    JET_UINT32 ulVersionMajor;
    JET_UINT32 ulVersionMinor;
    JET_UINT32 ulVersionUpdate;
    JET_UINT32 cbSectorSize;
    JET_UINT32 cbHeader;
    JET_UINT32 cbFile;
    JET_UINT32 cbDatabasePageSize;
};

struct JET_LOGINFOMISC2 {
    JET_UINT32 ulGeneration;
    JET_SIGNATURE signLog;
    JET_LOGTIME logtimeCreate;
    JET_LOGTIME logtimePreviousGeneration;
    JET_UINT32 ulFlags;
    JET_UINT32 ulVersionMajor;
    JET_UINT32 ulVersionMinor;
    JET_UINT32 ulVersionUpdate;
    JET_UINT32 cbSectorSize;
    JET_UINT32 cbHeader;
    JET_UINT32 cbFile;
    JET_UINT32 cbDatabasePageSize;
    JET_LGPOS lgposCheckpoint;
};

struct JET_LOGINFOMISC3 {
    JET_UINT32 ulGeneration;
    JET_SIGNATURE signLog;
    JET_LOGTIME logtimeCreate;
    JET_LOGTIME logtimePreviousGeneration;
    JET_UINT32 ulFlags;
    JET_UINT32 ulVersionMajor;
    JET_UINT32 ulVersionUpdateMajor;
    JET_UINT32 ulVersionUpdateMinor;
    JET_UINT32 cbSectorSize;
    JET_UINT32 cbHeader;
    JET_UINT32 cbFile;
    JET_UINT32 cbDatabasePageSize;
    JET_LGPOS lgposCheckpoint;
    JET_UINT32 ulVersionMinorDeprecated;
    JET_ALIGN8 JET_UINT64 checksumPrevLogAllSegments;
};

struct JET_LOGINFO_A {
    JET_UINT32 cbSize;
    JET_UINT32 ulGenLow;
    JET_UINT32 ulGenHigh;
    char szBaseName[4];
};

struct JET_LOGINFO_W {
    JET_UINT32 cbSize;
    JET_UINT32 ulGenLow;
    JET_UINT32 ulGenHigh;
    JET_WCHAR szBaseName[4];
};

struct JET_OBJECTINFO {
    JET_UINT32 cbStruct;
    JET_OBJTYP objtyp;
    JET_ALIGN8 JET_DATESERIAL dtCreate;
    JET_ALIGN8 JET_DATESERIAL dtUpdate;
    JET_GRBIT grbit;
    JET_UINT32 flags;
    JET_UINT32 cRecord;
    JET_UINT32 cPage;
};

struct JET_OBJECTLIST {
    JET_UINT32 cbStruct;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cRecord;
    JET_COLUMNID columnidcontainername;
    JET_COLUMNID columnidobjectname;
    JET_COLUMNID columnidobjtyp;
    JET_COLUMNID columniddtCreate;
    JET_COLUMNID columniddtUpdate;
    JET_COLUMNID columnidgrbit;
    JET_COLUMNID columnidflags;
    JET_COLUMNID columnidcRecord;
    JET_COLUMNID columnidcPage;
};

struct JET_OLP {
    JET_POINTER(void, pvReserved1);
    JET_POINTER(void, pvReserved2);
    JET_UINT32 cbActual;
    JET_ALIGN8 JET_HANDLE hSig;
    JET_ERR err;
};

struct JET_OPENTEMPORARYTABLE {
    JET_UINT32 cbStruct;
    JET_POINTER(const JET_COLUMNDEF, prgcolumndef);
    JET_UINT32 ccolumn;
    JET_POINTER(JET_UNICODEINDEX, pidxunicode);
    JET_GRBIT grbit;
    JET_POINTER(JET_COLUMNID, prgcolumnid);
    JET_UINT32 cbKeyMost;
    JET_UINT32 cbVarSegMac;
    JET_ALIGN8 JET_TABLEID tableid;
};

struct JET_OPENTEMPORARYTABLE2 {
    JET_UINT32 cbStruct;
    JET_POINTER(const JET_COLUMNDEF, prgcolumndef);
    JET_UINT32 ccolumn;
    JET_POINTER(JET_UNICODEINDEX2, pidxunicode);
    JET_GRBIT grbit;
    JET_POINTER(JET_COLUMNID, prgcolumnid);
    JET_UINT32 cbKeyMost;
    JET_UINT32 cbVarSegMac;
    JET_ALIGN8 JET_TABLEID tableid;
};

struct JET_OPERATIONCONTEXT {
    JET_UINT32 ulUserID;
    JET_UINT8 nOperationID;
    JET_UINT8 nOperationType;
    JET_UINT8 nClientType;
    JET_UINT8 fFlags;
};

struct JET_PAGEINFO {
    JET_UINT32 pgno;
    JET_UINT32 fPageIsInitialized : 1;
    JET_UINT32 fCorrectableError : 1;
    JET_ALIGN8 JET_UINT64 checksumActual;
    JET_ALIGN8 JET_UINT64 checksumExpected;
    JET_ALIGN8 JET_UINT64 dbtime;
    JET_ALIGN8 JET_UINT64 structureChecksum;
    JET_ALIGN8 JET_UINT64 flags;
};

struct JET_PAGEINFO2 {
    JET_PAGEINFO pageInfo;
    JET_ALIGN8 JET_UINT64 rgChecksumActual[3];
    JET_ALIGN8 JET_UINT64 rgChecksumExpected[3];
};

struct JET_RBSINFOMISC {
    JET_INT32 lRBSGeneration;
    JET_LOGTIME logtimeCreate;
    JET_LOGTIME logtimeCreatePrevRBS;
    JET_UINT32 ulMajor;
    JET_UINT32 ulMinor;
    JET_ALIGN8 JET_UINT64 cbLogicalFileSize;
};

struct JET_RBSREVERTINFOMISC {
    JET_INT32 lGenMinRevertStart;
    JET_INT32 lGenMaxRevertStart;
    JET_INT32 lGenMinRevertEnd;
    JET_INT32 lGenMaxRevertEnd;
    JET_LOGTIME logtimeRevertFrom;
    JET_ALIGN8 JET_UINT64 cSecRevert;
    JET_ALIGN8 JET_UINT64 cPagesReverted;
    JET_INT32 lGenRBSMaxApplied;
    JET_INT32 lGenRBSMinApplied;
};

struct JET_RECORDLIST {
    JET_UINT32 cbStruct;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cRecord;
    JET_COLUMNID columnidBookmark;
};

struct JET_RECOVERYCONTROL {
    JET_UINT32 cbStruct;
    JET_ERR errDefault;
    JET_ALIGN8 JET_INSTANCE instance;
    JET_SNT sntUnion;
    union {
        struct {
            JET_UINT32 cbStruct;
            JET_UINT32 lGenNext;
            JET_UINT8 fCurrentLog : 1;
            JET_UINT8 eReason;
            JET_UINT8 rgbReserved[6];
            JET_POINTER(JET_WCHAR, wszLogFile);
            JET_UINT32 cdbinfomisc;
            JET_POINTER(JET_DBINFOMISC7, rgdbinfomisc);
        } OpenLog;
        struct {
            JET_UINT32 cbStruct;
            JET_POINTER(JET_WCHAR, wszCheckpoint);
        } OpenCheckpoint;
        struct {
            JET_UINT32 cbStruct;
            JET_UINT32 lGenMissing;
            JET_UINT8 fCurrentLog : 1;
            JET_UINT8 eNextAction;
            JET_UINT8 rgbReserved[6];
            JET_POINTER(JET_WCHAR, wszLogFile);
            JET_UINT32 cdbinfomisc;
            JET_POINTER(JET_DBINFOMISC7, rgdbinfomisc);
        } MissingLog;
        struct {
            JET_UINT32 cbStruct;
            JET_UINT32 cdbinfomisc;
            JET_POINTER(JET_DBINFOMISC7, rgdbinfomisc);
        } BeginUndo;
        struct {
            JET_UINT32 cbStruct;
            JET_UINT32 EventID;
        } NotificationEvent;
        struct {
            JET_UINT32 cbStruct;
        } SignalErrorCondition;
        struct {
            JET_UINT32 cbStruct;
            JET_POINTER(const JET_WCHAR, wszDbPath);
        } AttachedDb;
        struct {
            JET_UINT32 cbStruct;
            JET_POINTER(const JET_WCHAR, wszDbPath);
        } DetachingDb;
        struct {
            JET_UINT32 cbStruct;
            JET_POINTER(const void, pbCommitCtx);
            JET_UINT32 cbCommitCtx;
            JET_UINT32 fCallbackType;
        } CommitCtx;
    };
};

struct JET_RECPOS {
    JET_UINT32 cbStruct;
    JET_UINT32 centriesLT;
    JET_UINT32 centriesInRange;
    JET_UINT32 centriesTotal;
};

struct JET_RECPOS2 {
    JET_UINT32 cbStruct;
    JET_UINT32 centriesLTDeprecated;
    JET_UINT32 centriesInRangeDeprecated;
    JET_UINT32 centriesTotalDeprecated;
    JET_ALIGN8 JET_UINT64 centriesLT;
    JET_ALIGN8 JET_UINT64 centriesTotal;
};

struct JET_RECSIZE {
    JET_ALIGN8 JET_UINT64 cbData;
    JET_ALIGN8 JET_UINT64 cbLongValueData;
    JET_ALIGN8 JET_UINT64 cbOverhead;
    JET_ALIGN8 JET_UINT64 cbLongValueOverhead;
    JET_ALIGN8 JET_UINT64 cNonTaggedColumns;
    JET_ALIGN8 JET_UINT64 cTaggedColumns;
    JET_ALIGN8 JET_UINT64 cLongValues;
    JET_ALIGN8 JET_UINT64 cMultiValues;
};

struct JET_RECSIZE2 {
    JET_ALIGN8 JET_UINT64 cbData;
    JET_ALIGN8 JET_UINT64 cbLongValueData;
    JET_ALIGN8 JET_UINT64 cbOverhead;
    JET_ALIGN8 JET_UINT64 cbLongValueOverhead;
    JET_ALIGN8 JET_UINT64 cNonTaggedColumns;
    JET_ALIGN8 JET_UINT64 cTaggedColumns;
    JET_ALIGN8 JET_UINT64 cLongValues;
    JET_ALIGN8 JET_UINT64 cMultiValues;
    JET_ALIGN8 JET_UINT64 cCompressedColumns;
    JET_ALIGN8 JET_UINT64 cbDataCompressed;
    JET_ALIGN8 JET_UINT64 cbLongValueDataCompressed;
};

struct JET_RECSIZE3 {
    JET_ALIGN8 JET_UINT64 cbData;
    JET_ALIGN8 JET_UINT64 cbLongValueData;
    JET_ALIGN8 JET_UINT64 cbOverhead;
    JET_ALIGN8 JET_UINT64 cbLongValueOverhead;
    JET_ALIGN8 JET_UINT64 cNonTaggedColumns;
    JET_ALIGN8 JET_UINT64 cTaggedColumns;
    JET_ALIGN8 JET_UINT64 cLongValues;
    JET_ALIGN8 JET_UINT64 cMultiValues;
    JET_ALIGN8 JET_UINT64 cCompressedColumns;
    JET_ALIGN8 JET_UINT64 cbDataCompressed;
    JET_ALIGN8 JET_UINT64 cbLongValueDataCompressed;
    JET_ALIGN8 JET_UINT64 cbIntrinsicLongValueData;
    JET_ALIGN8 JET_UINT64 cbIntrinsicLongValueDataCompressed;
    JET_ALIGN8 JET_UINT64 cIntrinsicLongValues;
    JET_ALIGN8 JET_UINT64 cbKey;
};

struct JET_RETINFO {
    JET_UINT32 cbStruct;
    JET_UINT32 ibLongValue;
    JET_UINT32 itagSequence;
    JET_COLUMNID columnidNextTagged;
};

struct JET_RETRIEVECOLUMN {
    JET_COLUMNID columnid;
    JET_POINTER(void, pvData);
    JET_UINT32 cbData;
    JET_UINT32 cbActual;
    JET_GRBIT grbit;
    JET_UINT32 ibLongValue;
    JET_UINT32 itagSequence;
    JET_COLUMNID columnidNextTagged;
    JET_ERR err;
};

struct JET_RETRIEVEMULTIVALUECOUNT {
    JET_COLUMNID columnid;
    JET_UINT16 cMultiValues;
    union {
        JET_UINT16 usFlags;
        struct {
            JET_UINT16 fLongValue : 1;
            JET_UINT16 fDefaultValue : 1;
            JET_UINT16 fNullOverride : 1;
            JET_UINT16 fDerived : 1;
        };
    };
};

struct JET_RSTINFO2_A {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_RSTMAP2_A, rgrstmap);
    JET_INT32 crstmap;
    JET_LGPOS lgposStop;
    JET_LOGTIME logtimeStop;
    JET_POINTER_AS(JET_PFNINITCALLBACK, pfnCallback);
    JET_POINTER(void, pvCallbackContext);
};

struct JET_RSTINFO2_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_RSTMAP2_W, rgrstmap);
    JET_INT32 crstmap;
    JET_LGPOS lgposStop;
    JET_LOGTIME logtimeStop;
    JET_POINTER_AS(JET_PFNINITCALLBACK, pfnCallback);
    JET_POINTER(void, pvCallbackContext);
};

struct JET_RSTINFO_A {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_RSTMAP_A, rgrstmap);
    JET_INT32 crstmap;
    JET_LGPOS lgposStop;
    JET_LOGTIME logtimeStop;
    JET_POINTER_AS(JET_PFNSTATUS, pfnStatus);
};

struct JET_RSTINFO_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_RSTMAP_W, rgrstmap);
    JET_INT32 crstmap;
    JET_LGPOS lgposStop;
    JET_LOGTIME logtimeStop;
    JET_POINTER_AS(JET_PFNSTATUS, pfnStatus);
};

struct JET_RSTMAP2_A {
    JET_UINT32 cbStruct;
    JET_POINTER(char, szDatabaseName);
    JET_POINTER(char, szNewDatabaseName);
    JET_POINTER(JET_SETDBPARAM, rgsetdbparam);
    JET_UINT32 csetdbparam;
    JET_GRBIT grbit;
};

struct JET_RSTMAP2_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_WCHAR, szDatabaseName);
    JET_POINTER(JET_WCHAR, szNewDatabaseName);
    JET_POINTER(JET_SETDBPARAM, rgsetdbparam);
    JET_UINT32 csetdbparam;
    JET_GRBIT grbit;
};

struct JET_RSTMAP_A {
    JET_POINTER(char, szDatabaseName);
    JET_POINTER(char, szNewDatabaseName);
};

struct JET_RSTMAP_W {
    JET_POINTER(JET_WCHAR, szDatabaseName);
    JET_POINTER(JET_WCHAR, szNewDatabaseName);
};

struct JET_SESSIONINFO {
    JET_UINT32 ulTrxBegin0;
    JET_UINT32 ulTrxLevel;
    JET_UINT32 ulProcid;
    JET_UINT32 ulFlags;
    JET_ALIGN8 JET_API_PTR ulTrxContext;
};

struct JET_SETCOLUMN {
    JET_COLUMNID columnid;
    JET_POINTER(const void, pvData);
    JET_UINT32 cbData;
    JET_GRBIT grbit;
    JET_UINT32 ibLongValue;
    JET_UINT32 itagSequence;
    JET_ERR err;
};

struct JET_SETDBPARAM {
    JET_UINT32 dbparamid;
    JET_POINTER(void, pvParam);
    JET_UINT32 cbParam;
};

struct JET_SETINFO {
    JET_UINT32 cbStruct;
    JET_UINT32 ibLongValue;
    JET_UINT32 itagSequence;
};

struct JET_SETSYSPARAM_A {
    JET_UINT32 paramid;
    JET_ALIGN8 JET_API_PTR lParam;
    JET_POINTER(const char, sz);
    JET_ERR err;
};

struct JET_SETSYSPARAM_W {
    JET_UINT32 paramid;
    JET_ALIGN8 JET_API_PTR lParam;
    JET_POINTER(const JET_WCHAR, sz);
    JET_ERR err;
};

struct JET_SNCORRUPTEDPAGE {
    JET_UINT32 cbStruct;
    JET_POINTER(const JET_WCHAR, wszDatabase);
    JET_DBID dbid;
    JET_DBINFOMISC7 dbinfomisc;
    JET_UINT32 pageNumber;
};

struct JET_SNMSG {
    JET_UINT32 cbStruct;
    JET_INT32 snc;
    JET_UINT32 ul;
    char sz[256];
};

struct JET_SNPATCHREQUEST {
    JET_UINT32 cbStruct;
    JET_UINT32 pageNumber;
    JET_POINTER(const JET_WCHAR, szLogFile);
    JET_ALIGN8 JET_INSTANCE instance;
    JET_DBINFOMISC7 dbinfomisc;
    JET_POINTER(const void, pvToken);
    JET_UINT32 cbToken;
    JET_POINTER(const void, pvData);
    JET_UINT32 cbData;
    JET_DBID dbid;
};

struct JET_SNPROG {
    JET_UINT32 cbStruct;
    JET_UINT32 cunitDone;
    JET_UINT32 cunitTotal;
};

struct JET_SPACEHINTS {
    JET_UINT32 cbStruct;
    JET_UINT32 ulInitialDensity;
    JET_UINT32 cbInitial;
    JET_GRBIT grbit;
    JET_UINT32 ulMaintDensity;
    JET_UINT32 ulGrowth;
    JET_UINT32 cbMinExtent;
    JET_UINT32 cbMaxExtent;
};

struct JET_STREAMINGFILESPACEINFO {
    JET_UINT32 cpageOwned;
    JET_UINT32 cpageAvail;
};

struct JET_TABLECREATE2_A {
    JET_UINT32 cbStruct;
    JET_POINTER(char, szTableName);
    JET_POINTER(char, szTemplateTableName);
    JET_UINT32 ulPages;
    JET_UINT32 ulDensity;
    JET_POINTER(JET_COLUMNCREATE_A, rgcolumncreate);
    JET_UINT32 cColumns;
    JET_POINTER(JET_INDEXCREATE_A, rgindexcreate);
    JET_UINT32 cIndexes;
    JET_POINTER(char, szCallback);
    JET_CBTYP cbtyp;
    JET_GRBIT grbit;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cCreated;
};

struct JET_TABLECREATE2_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_WCHAR, szTableName);
    JET_POINTER(JET_WCHAR, szTemplateTableName);
    JET_UINT32 ulPages;
    JET_UINT32 ulDensity;
    JET_POINTER(JET_COLUMNCREATE_W, rgcolumncreate);
    JET_UINT32 cColumns;
    JET_POINTER(JET_INDEXCREATE_W, rgindexcreate);
    JET_UINT32 cIndexes;
    JET_POINTER(JET_WCHAR, szCallback);
    JET_CBTYP cbtyp;
    JET_GRBIT grbit;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cCreated;
};

struct JET_TABLECREATE3_A {
    JET_UINT32 cbStruct;
    JET_POINTER(char, szTableName);
    JET_POINTER(char, szTemplateTableName);
    JET_UINT32 ulPages;
    JET_UINT32 ulDensity;
    JET_POINTER(JET_COLUMNCREATE_A, rgcolumncreate);
    JET_UINT32 cColumns;
    JET_POINTER(JET_INDEXCREATE2_A, rgindexcreate);
    JET_UINT32 cIndexes;
    JET_POINTER(char, szCallback);
    JET_CBTYP cbtyp;
    JET_GRBIT grbit;
    JET_POINTER(JET_SPACEHINTS, pSeqSpacehints);
    JET_POINTER(JET_SPACEHINTS, pLVSpacehints);
    JET_UINT32 cbSeparateLV;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cCreated;
};

struct JET_TABLECREATE3_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_WCHAR, szTableName);
    JET_POINTER(JET_WCHAR, szTemplateTableName);
    JET_UINT32 ulPages;
    JET_UINT32 ulDensity;
    JET_POINTER(JET_COLUMNCREATE_W, rgcolumncreate);
    JET_UINT32 cColumns;
    JET_POINTER(JET_INDEXCREATE2_W, rgindexcreate);
    JET_UINT32 cIndexes;
    JET_POINTER(JET_WCHAR, szCallback);
    JET_CBTYP cbtyp;
    JET_GRBIT grbit;
    JET_POINTER(JET_SPACEHINTS, pSeqSpacehints);
    JET_POINTER(JET_SPACEHINTS, pLVSpacehints);
    JET_UINT32 cbSeparateLV;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cCreated;
};

struct JET_TABLECREATE4_A {
    JET_UINT32 cbStruct;
    JET_POINTER(char, szTableName);
    JET_POINTER(char, szTemplateTableName);
    JET_UINT32 ulPages;
    JET_UINT32 ulDensity;
    JET_POINTER(JET_COLUMNCREATE_A, rgcolumncreate);
    JET_UINT32 cColumns;
    JET_POINTER(JET_INDEXCREATE3_A, rgindexcreate);
    JET_UINT32 cIndexes;
    JET_POINTER(char, szCallback);
    JET_CBTYP cbtyp;
    JET_GRBIT grbit;
    JET_POINTER(JET_SPACEHINTS, pSeqSpacehints);
    JET_POINTER(JET_SPACEHINTS, pLVSpacehints);
    JET_UINT32 cbSeparateLV;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cCreated;
};

struct JET_TABLECREATE4_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_WCHAR, szTableName);
    JET_POINTER(JET_WCHAR, szTemplateTableName);
    JET_UINT32 ulPages;
    JET_UINT32 ulDensity;
    JET_POINTER(JET_COLUMNCREATE_W, rgcolumncreate);
    JET_UINT32 cColumns;
    JET_POINTER(JET_INDEXCREATE3_W, rgindexcreate);
    JET_UINT32 cIndexes;
    JET_POINTER(JET_WCHAR, szCallback);
    JET_CBTYP cbtyp;
    JET_GRBIT grbit;
    JET_POINTER(JET_SPACEHINTS, pSeqSpacehints);
    JET_POINTER(JET_SPACEHINTS, pLVSpacehints);
    JET_UINT32 cbSeparateLV;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cCreated;
};

struct JET_TABLECREATE5_A {
    JET_UINT32 cbStruct;
    JET_POINTER(char, szTableName);
    JET_POINTER(char, szTemplateTableName);
    JET_UINT32 ulPages;
    JET_UINT32 ulDensity;
    JET_POINTER(JET_COLUMNCREATE_A, rgcolumncreate);
    JET_UINT32 cColumns;
    JET_POINTER(JET_INDEXCREATE3_A, rgindexcreate);
    JET_UINT32 cIndexes;
    JET_POINTER(char, szCallback);
    JET_CBTYP cbtyp;
    JET_GRBIT grbit;
    JET_POINTER(JET_SPACEHINTS, pSeqSpacehints);
    JET_POINTER(JET_SPACEHINTS, pLVSpacehints);
    JET_UINT32 cbSeparateLV;
    JET_UINT32 cbLVChunkMax;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cCreated;
};

struct JET_TABLECREATE5_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_WCHAR, szTableName);
    JET_POINTER(JET_WCHAR, szTemplateTableName);
    JET_UINT32 ulPages;
    JET_UINT32 ulDensity;
    JET_POINTER(JET_COLUMNCREATE_W, rgcolumncreate);
    JET_UINT32 cColumns;
    JET_POINTER(JET_INDEXCREATE3_W, rgindexcreate);
    JET_UINT32 cIndexes;
    JET_POINTER(JET_WCHAR, szCallback);
    JET_CBTYP cbtyp;
    JET_GRBIT grbit;
    JET_POINTER(JET_SPACEHINTS, pSeqSpacehints);
    JET_POINTER(JET_SPACEHINTS, pLVSpacehints);
    JET_UINT32 cbSeparateLV;
    JET_UINT32 cbLVChunkMax;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cCreated;
};

struct JET_TABLECREATE_A {
    JET_UINT32 cbStruct;
    JET_POINTER(char, szTableName);
    JET_POINTER(char, szTemplateTableName);
    JET_UINT32 ulPages;
    JET_UINT32 ulDensity;
    JET_POINTER(JET_COLUMNCREATE_A, rgcolumncreate);
    JET_UINT32 cColumns;
    JET_POINTER(JET_INDEXCREATE_A, rgindexcreate);
    JET_UINT32 cIndexes;
    JET_GRBIT grbit;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cCreated;
};

struct JET_TABLECREATE_W {
    JET_UINT32 cbStruct;
    JET_POINTER(JET_WCHAR, szTableName);
    JET_POINTER(JET_WCHAR, szTemplateTableName);
    JET_UINT32 ulPages;
    JET_UINT32 ulDensity;
    JET_POINTER(JET_COLUMNCREATE_W, rgcolumncreate);
    JET_UINT32 cColumns;
    JET_POINTER(JET_INDEXCREATE_W, rgindexcreate);
    JET_UINT32 cIndexes;
    JET_GRBIT grbit;
    JET_ALIGN8 JET_TABLEID tableid;
    JET_UINT32 cCreated;
};

struct JET_THREADSTATS {
    JET_UINT32 cbStruct;
    JET_UINT32 cPageReferenced;
    JET_UINT32 cPageRead;
    JET_UINT32 cPagePreread;
    JET_UINT32 cPageDirtied;
    JET_UINT32 cPageRedirtied;
    JET_UINT32 cLogRecord;
    JET_UINT32 cbLogRecord;
};

struct JET_THREADSTATS2 {
    JET_UINT32 cbStruct;
    JET_UINT32 cPageReferenced;
    JET_UINT32 cPageRead;
    JET_UINT32 cPagePreread;
    JET_UINT32 cPageDirtied;
    JET_UINT32 cPageRedirtied;
    JET_UINT32 cLogRecord;
    JET_UINT32 cbLogRecord;
    JET_ALIGN8 JET_UINT64 cusecPageCacheMiss;
    JET_UINT32 cPageCacheMiss;
};

struct JET_THREADSTATS3 {
    JET_UINT32 cbStruct;
    JET_UINT32 cPageReferenced;
    JET_UINT32 cPageRead;
    JET_UINT32 cPagePreread;
    JET_UINT32 cPageDirtied;
    JET_UINT32 cPageRedirtied;
    JET_UINT32 cLogRecord;
    JET_UINT32 cbLogRecord;
    JET_ALIGN8 JET_UINT64 cusecPageCacheMiss;
    JET_UINT32 cPageCacheMiss;
    JET_UINT32 cSeparatedLongValueRead;
    JET_ALIGN8 JET_UINT64 cusecLongValuePageCacheMiss;
    JET_UINT32 cLongValuePageCacheMiss;
};

struct JET_THREADSTATS4 {
    JET_UINT32 cbStruct;
    JET_UINT32 cPageReferenced;
    JET_UINT32 cPageRead;
    JET_UINT32 cPagePreread;
    JET_UINT32 cPageDirtied;
    JET_UINT32 cPageRedirtied;
    JET_UINT32 cLogRecord;
    JET_UINT32 cbLogRecord;
    JET_ALIGN8 JET_UINT64 cusecPageCacheMiss;
    JET_UINT32 cPageCacheMiss;
    JET_UINT32 cSeparatedLongValueRead;
    JET_ALIGN8 JET_UINT64 cusecLongValuePageCacheMiss;
    JET_UINT32 cLongValuePageCacheMiss;
    JET_UINT32 cSeparatedLongValueCreated;
    JET_UINT32 cPageUniqueCacheHits;
    JET_UINT32 cPageUniqueCacheRequests;
    JET_UINT32 cDatabaseReads;
    JET_UINT32 cSumDatabaseReadQueueDepthImpact;
    JET_UINT32 cSumDatabaseReadQueueDepth;
    JET_ALIGN8 JET_UINT64 cusecWait;
    JET_UINT32 cWait;
    JET_UINT32 cNodesFlagDeleted;
    JET_UINT32 cbNodesFlagDeleted;
    JET_UINT32 cPageTableAllocated;
    JET_UINT32 cPageTableReleased;
    JET_UINT32 cPageUpdateAllocated;
    JET_UINT32 cPageUpdateReleased;
    JET_UINT32 cPageUniqueModified;
};

struct JET_TUPLELIMITS {
    JET_UINT32 chLengthMin;
    JET_UINT32 chLengthMax;
    JET_UINT32 chToIndexMax;
    JET_UINT32 cchIncrement;
    JET_UINT32 ichStart;
};

struct JET_UNICODEINDEX {
    JET_UINT32 lcid;
    JET_UINT32 dwMapFlags;
};

struct JET_UNICODEINDEX2 {
    JET_POINTER(JET_WCHAR, szLocaleName);
    JET_UINT32 dwMapFlags;
};

struct JET_USERDEFINEDDEFAULT_A {
    JET_POINTER(char, szCallback);
    JET_POINTER(JET_UINT8, pbUserData);
    JET_UINT32 cbUserData;
    JET_POINTER(char, szDependantColumns);
};

struct JET_USERDEFINEDDEFAULT_W {
    JET_POINTER(JET_WCHAR, szCallback);
    JET_POINTER(JET_UINT8, pbUserData);
    JET_UINT32 cbUserData;
    JET_POINTER(JET_WCHAR, szDependantColumns);
};

#pragma pack(pop)

/* Plain names: A structs, or W with JET_UNICODE. */
#ifdef JET_UNICODE
#define JET_COLUMNBASE JET_COLUMNBASE_W
#define JET_COLUMNCREATE JET_COLUMNCREATE_W
#define JET_CONDITIONALCOLUMN JET_CONDITIONALCOLUMN_W
#define JET_CONVERT JET_CONVERT_W
#define JET_DBUTIL JET_DBUTIL_W
#define JET_DDLADDCALLBACK JET_DDLADDCALLBACK_W
#define JET_DDLADDCOLUMNCALLBACK JET_DDLADDCOLUMNCALLBACK_W
#define JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_W
#define JET_DDLCALLBACKDLL JET_DDLCALLBACKDLL_W
#define JET_DDLCHANGECOLUMN JET_DDLCHANGECOLUMN_W
#define JET_DDLINDEXDENSITY JET_DDLINDEXDENSITY_W
#define JET_DDLMAXCOLUMNSIZE JET_DDLMAXCOLUMNSIZE_W
#define JET_INDEXCREATE2 JET_INDEXCREATE2_W
#define JET_INDEXCREATE3 JET_INDEXCREATE3_W
#define JET_INDEXCREATEOLD JET_INDEXCREATEOLD_W
#define JET_INDEXCREATE JET_INDEXCREATE_W
#define JET_INSTANCE_INFO JET_INSTANCE_INFO_W
#define JET_LOGINFO JET_LOGINFO_W
#define JET_RSTINFO2 JET_RSTINFO2_W
#define JET_RSTINFO JET_RSTINFO_W
#define JET_RSTMAP2 JET_RSTMAP2_W
#define JET_RSTMAP JET_RSTMAP_W
#define JET_SETSYSPARAM JET_SETSYSPARAM_W
#define JET_TABLECREATE2 JET_TABLECREATE2_W
#define JET_TABLECREATE3 JET_TABLECREATE3_W
#define JET_TABLECREATE4 JET_TABLECREATE4_W
#define JET_TABLECREATE5 JET_TABLECREATE5_W
#define JET_TABLECREATE JET_TABLECREATE_W
#define JET_USERDEFINEDDEFAULT JET_USERDEFINEDDEFAULT_W
#else
#define JET_COLUMNBASE JET_COLUMNBASE_A
#define JET_COLUMNCREATE JET_COLUMNCREATE_A
#define JET_CONDITIONALCOLUMN JET_CONDITIONALCOLUMN_A
#define JET_CONVERT JET_CONVERT_A
#define JET_DBUTIL JET_DBUTIL_A
#define JET_DDLADDCALLBACK JET_DDLADDCALLBACK_A
#define JET_DDLADDCOLUMNCALLBACK JET_DDLADDCOLUMNCALLBACK_A
#define JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_A
#define JET_DDLCALLBACKDLL JET_DDLCALLBACKDLL_A
#define JET_DDLCHANGECOLUMN JET_DDLCHANGECOLUMN_A
#define JET_DDLINDEXDENSITY JET_DDLINDEXDENSITY_A
#define JET_DDLMAXCOLUMNSIZE JET_DDLMAXCOLUMNSIZE_A
#define JET_INDEXCREATE2 JET_INDEXCREATE2_A
#define JET_INDEXCREATE3 JET_INDEXCREATE3_A
#define JET_INDEXCREATEOLD JET_INDEXCREATEOLD_A
#define JET_INDEXCREATE JET_INDEXCREATE_A
#define JET_INSTANCE_INFO JET_INSTANCE_INFO_A
#define JET_LOGINFO JET_LOGINFO_A
#define JET_RSTINFO2 JET_RSTINFO2_A
#define JET_RSTINFO JET_RSTINFO_A
#define JET_RSTMAP2 JET_RSTMAP2_A
#define JET_RSTMAP JET_RSTMAP_A
#define JET_SETSYSPARAM JET_SETSYSPARAM_A
#define JET_TABLECREATE2 JET_TABLECREATE2_A
#define JET_TABLECREATE3 JET_TABLECREATE3_A
#define JET_TABLECREATE4 JET_TABLECREATE4_A
#define JET_TABLECREATE5 JET_TABLECREATE5_A
#define JET_TABLECREATE JET_TABLECREATE_A
#define JET_USERDEFINEDDEFAULT JET_USERDEFINEDDEFAULT_A
#endif

/* ---- calls ---- */

JET_ERR JET_API JetAddColumn(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName, const JET_COLUMNDEF *pcolumndef, const void *pvDefault,
    JET_UINT32 cbDefault, JET_COLUMNID *pcolumnid);
JET_ERR JET_API JetAddColumnA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName, const JET_COLUMNDEF *pcolumndef, const void *pvDefault,
    JET_UINT32 cbDefault, JET_COLUMNID *pcolumnid);
JET_ERR JET_API JetAddColumnW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szColumnName, const JET_COLUMNDEF *pcolumndef, const void *pvDefault,
    JET_UINT32 cbDefault, JET_COLUMNID *pcolumnid);
JET_ERR JET_API JetAttachDatabase(JET_SESID sesid, JET_PCSTR szFilename, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabase2(JET_SESID sesid, JET_PCSTR szFilename, const JET_UINT32 cpgDatabaseSizeMax, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabase2A(JET_SESID sesid, JET_PCSTR szFilename, const JET_UINT32 cpgDatabaseSizeMax, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabase2W(JET_SESID sesid, JET_PCWSTR szFilename, const JET_UINT32 cpgDatabaseSizeMax, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabase3(JET_SESID sesid, JET_PCSTR szFilename, JET_SETDBPARAM *rgsetdbparam, JET_UINT32 csetdbparam, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabase3A(JET_SESID sesid, JET_PCSTR szFilename, JET_SETDBPARAM *rgsetdbparam, JET_UINT32 csetdbparam, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabase3W(JET_SESID sesid, JET_PCWSTR szFilename, JET_SETDBPARAM *rgsetdbparam, JET_UINT32 csetdbparam, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabaseA(JET_SESID sesid, JET_PCSTR szFilename, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabaseW(JET_SESID sesid, JET_PCWSTR szFilename, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabaseWithStreaming(JET_SESID sesid, JET_PCSTR szDbFileName, JET_PCSTR szSLVFileName, JET_PCSTR szSLVRootName,
    const JET_UINT32 cpgDatabaseSizeMax, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabaseWithStreamingA(JET_SESID sesid, JET_PCSTR szDbFileName, JET_PCSTR szSLVFileName, JET_PCSTR szSLVRootName,
    const JET_UINT32 cpgDatabaseSizeMax, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabaseWithStreamingW(JET_SESID sesid, JET_PCWSTR szDbFileName, JET_PCWSTR szSLVFileName, JET_PCWSTR szSLVRootName,
    const JET_UINT32 cpgDatabaseSizeMax, JET_GRBIT grbit);
JET_ERR JET_API JetBackup(JET_PCSTR szBackupPath, JET_GRBIT grbit, JET_PFNSTATUS pfnStatus);
JET_ERR JET_API JetBackupA(JET_PCSTR szBackupPath, JET_GRBIT grbit, JET_PFNSTATUS pfnStatus);
JET_ERR JET_API JetBackupInstance(JET_INSTANCE instance, JET_PCSTR szBackupPath, JET_GRBIT grbit, JET_PFNSTATUS pfnStatus);
JET_ERR JET_API JetBackupInstanceA(JET_INSTANCE instance, JET_PCSTR szBackupPath, JET_GRBIT grbit, JET_PFNSTATUS pfnStatus);
JET_ERR JET_API JetBackupInstanceW(JET_INSTANCE instance, JET_PCWSTR szBackupPath, JET_GRBIT grbit, JET_PFNSTATUS pfnStatus);
JET_ERR JET_API JetBackupW(JET_PCWSTR szBackupPath, JET_GRBIT grbit, JET_PFNSTATUS pfnStatus);
JET_ERR JET_API JetBeginDatabaseIncrementalReseed(JET_INSTANCE instance, JET_PCSTR szDatabase, JET_UINT32 genFirstDivergedLog, JET_GRBIT grbit);
JET_ERR JET_API JetBeginDatabaseIncrementalReseedA(JET_INSTANCE instance, JET_PCSTR szDatabase, JET_UINT32 genFirstDivergedLog, JET_GRBIT grbit);
JET_ERR JET_API JetBeginDatabaseIncrementalReseedW(JET_INSTANCE instance, JET_PCWSTR szDatabase, JET_UINT32 genFirstDivergedLog, JET_GRBIT grbit);
JET_ERR JET_API JetBeginExternalBackup(JET_GRBIT grbit);
JET_ERR JET_API JetBeginExternalBackupInstance(JET_INSTANCE instance, JET_GRBIT grbit);
JET_ERR JET_API JetBeginSession(JET_INSTANCE instance, JET_SESID *psesid, JET_PCSTR szUserName, JET_PCSTR szPassword);
JET_ERR JET_API JetBeginSessionA(JET_INSTANCE instance, JET_SESID *psesid, JET_PCSTR szUserName, JET_PCSTR szPassword);
JET_ERR JET_API JetBeginSessionW(JET_INSTANCE instance, JET_SESID *psesid, JET_PCWSTR szUserName, JET_PCWSTR szPassword);
JET_ERR JET_API JetBeginSurrogateBackup(JET_INSTANCE instance, JET_UINT32 lgenFirst, JET_UINT32 lgenLast, JET_GRBIT grbit);
JET_ERR JET_API JetBeginTransaction(JET_SESID sesid);
JET_ERR JET_API JetBeginTransaction2(JET_SESID sesid, JET_GRBIT grbit);
JET_ERR JET_API JetBeginTransaction3(JET_SESID sesid, JET_INT64 trxid, JET_GRBIT grbit);
JET_ERR JET_API JetCloseDatabase(JET_SESID sesid, JET_DBID dbid, JET_GRBIT grbit);
JET_ERR JET_API JetCloseFile(JET_HANDLE hfFile);
JET_ERR JET_API JetCloseFileInstance(JET_INSTANCE instance, JET_HANDLE hfFile);
JET_ERR JET_API JetCloseTable(JET_SESID sesid, JET_TABLEID tableid);
JET_ERR JET_API JetCommitTransaction(JET_SESID sesid, JET_GRBIT grbit);
JET_ERR JET_API JetCommitTransaction2(JET_SESID sesid, JET_GRBIT grbit, JET_UINT32 cmsecDurableCommit, JET_COMMIT_ID *pCommitId);
JET_ERR JET_API JetCompact(JET_SESID sesid, JET_PCSTR szDatabaseSrc, JET_PCSTR szDatabaseDest, JET_PFNSTATUS pfnStatus, JET_CONVERT_A *pconvert,
    JET_GRBIT grbit);
JET_ERR JET_API JetCompactA(JET_SESID sesid, JET_PCSTR szDatabaseSrc, JET_PCSTR szDatabaseDest, JET_PFNSTATUS pfnStatus, JET_CONVERT_A *pconvert,
    JET_GRBIT grbit);
JET_ERR JET_API JetCompactW(JET_SESID sesid, JET_PCWSTR szDatabaseSrc, JET_PCWSTR szDatabaseDest, JET_PFNSTATUS pfnStatus, JET_CONVERT_W *pconvert,
    JET_GRBIT grbit);
JET_ERR JET_API JetComputeStats(JET_SESID sesid, JET_TABLEID tableid);
JET_ERR JET_API JetConfigureProcessForCrashDump(const JET_GRBIT grbit);
JET_ERR JET_API JetConsumeLogData(JET_INSTANCE instance, JET_EMITDATACTX *pEmitLogDataCtx, void *pvLogData, JET_UINT32 cbLogData, JET_GRBIT grbits);
JET_ERR JET_API JetConvertDDL(JET_SESID sesid, JET_DBID dbid, JET_OPDDLCONV convtyp, void *pvData, JET_UINT32 cbData);
JET_ERR JET_API JetConvertDDLA(JET_SESID sesid, JET_DBID dbid, JET_OPDDLCONV convtyp, void *pvData, JET_UINT32 cbData);
JET_ERR JET_API JetConvertDDLW(JET_SESID sesid, JET_DBID dbid, JET_OPDDLCONV convtyp, void *pvData, JET_UINT32 cbData);
JET_ERR JET_API JetCreateDatabase(JET_SESID sesid, JET_PCSTR szFilename, JET_PCSTR szConnect, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetCreateDatabase2(JET_SESID sesid, JET_PCSTR szFilename, const JET_UINT32 cpgDatabaseSizeMax, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetCreateDatabase2A(JET_SESID sesid, JET_PCSTR szFilename, const JET_UINT32 cpgDatabaseSizeMax, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetCreateDatabase2W(JET_SESID sesid, JET_PCWSTR szFilename, const JET_UINT32 cpgDatabaseSizeMax, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetCreateDatabase3(JET_SESID sesid, JET_PCSTR szFilename, JET_DBID *pdbid, JET_SETDBPARAM *rgsetdbparam, JET_UINT32 csetdbparam,
    JET_GRBIT grbit);
JET_ERR JET_API JetCreateDatabase3A(JET_SESID sesid, JET_PCSTR szFilename, JET_DBID *pdbid, JET_SETDBPARAM *rgsetdbparam, JET_UINT32 csetdbparam,
    JET_GRBIT grbit);
JET_ERR JET_API JetCreateDatabase3W(JET_SESID sesid, JET_PCWSTR szFilename, JET_DBID *pdbid, JET_SETDBPARAM *rgsetdbparam, JET_UINT32 csetdbparam,
    JET_GRBIT grbit);
JET_ERR JET_API JetCreateDatabaseA(JET_SESID sesid, JET_PCSTR szFilename, JET_PCSTR szConnect, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetCreateDatabaseW(JET_SESID sesid, JET_PCWSTR szFilename, JET_PCWSTR szConnect, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetCreateDatabaseWithStreaming(JET_SESID sesid, JET_PCSTR szDbFileName, JET_PCSTR szSLVFileName, JET_PCSTR szSLVRootName,
    const JET_UINT32 cpgDatabaseSizeMax, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetCreateDatabaseWithStreamingA(JET_SESID sesid, JET_PCSTR szDbFileName, JET_PCSTR szSLVFileName, JET_PCSTR szSLVRootName,
    const JET_UINT32 cpgDatabaseSizeMax, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetCreateDatabaseWithStreamingW(JET_SESID sesid, JET_PCWSTR szDbFileName, JET_PCWSTR szSLVFileName, JET_PCWSTR szSLVRootName,
    const JET_UINT32 cpgDatabaseSizeMax, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetCreateEncryptionKey(JET_UINT32 encryptionAlgorithm, void *pvKey, JET_UINT32 cbKey, JET_UINT32 *pcbActual);
JET_ERR JET_API JetCreateIndex(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_GRBIT grbit, const char *szKey, JET_UINT32 cbKey,
    JET_UINT32 lDensity);
JET_ERR JET_API JetCreateIndex2(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE_A *pindexcreate, JET_UINT32 cIndexCreate);
JET_ERR JET_API JetCreateIndex2A(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE_A *pindexcreate, JET_UINT32 cIndexCreate);
JET_ERR JET_API JetCreateIndex2W(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE_W *pindexcreate, JET_UINT32 cIndexCreate);
JET_ERR JET_API JetCreateIndex3A(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE2_A *pindexcreate, JET_UINT32 cIndexCreate);
JET_ERR JET_API JetCreateIndex3W(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE2_W *pindexcreate, JET_UINT32 cIndexCreate);
JET_ERR JET_API JetCreateIndex4A(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE3_A *pindexcreate, JET_UINT32 cIndexCreate);
JET_ERR JET_API JetCreateIndex4W(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE3_W *pindexcreate, JET_UINT32 cIndexCreate);
JET_ERR JET_API JetCreateIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_GRBIT grbit, const char *szKey, JET_UINT32 cbKey,
    JET_UINT32 lDensity);
JET_ERR JET_API JetCreateIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName, JET_GRBIT grbit, const JET_WCHAR *szKey,
    JET_UINT32 cbKey, JET_UINT32 lDensity);
JET_ERR JET_API JetCreateInstance(JET_INSTANCE *pinstance, JET_PCSTR szInstanceName);
JET_ERR JET_API JetCreateInstance2(JET_INSTANCE *pinstance, JET_PCSTR szInstanceName, JET_PCSTR szDisplayName, JET_GRBIT grbit);
JET_ERR JET_API JetCreateInstance2A(JET_INSTANCE *pinstance, JET_PCSTR szInstanceName, JET_PCSTR szDisplayName, JET_GRBIT grbit);
JET_ERR JET_API JetCreateInstance2W(JET_INSTANCE *pinstance, JET_PCWSTR szInstanceName, JET_PCWSTR szDisplayName, JET_GRBIT grbit);
JET_ERR JET_API JetCreateInstanceA(JET_INSTANCE *pinstance, JET_PCSTR szInstanceName);
JET_ERR JET_API JetCreateInstanceW(JET_INSTANCE *pinstance, JET_PCWSTR szInstanceName);
JET_ERR JET_API JetCreateTable(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_UINT32 lPages, JET_UINT32 lDensity, JET_TABLEID *ptableid);
JET_ERR JET_API JetCreateTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_UINT32 lPages, JET_UINT32 lDensity, JET_TABLEID *ptableid);
JET_ERR JET_API JetCreateTableColumnIndex(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE_A *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndex2(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE2_A *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndex2A(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE2_A *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndex2W(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE2_W *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndex3A(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE3_A *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndex3W(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE3_W *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndex4A(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE4_A *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndex4W(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE4_W *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndex5A(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE5_A *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndex5W(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE5_W *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndexA(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE_A *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndexW(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE_W *ptablecreate);
JET_ERR JET_API JetCreateTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_UINT32 lPages, JET_UINT32 lDensity,
    JET_TABLEID *ptableid);
JET_ERR JET_API JetDBUtilities(JET_DBUTIL_A *pdbutil);
JET_ERR JET_API JetDBUtilitiesA(JET_DBUTIL_A *pdbutil);
JET_ERR JET_API JetDBUtilitiesW(JET_DBUTIL_W *pdbutil);
JET_ERR JET_API JetDatabaseScan(JET_SESID sesid, JET_DBID dbid, JET_UINT32 *pcSecondsMax, JET_UINT32 cmsecSleep, JET_CALLBACK pfnCallback,
    JET_GRBIT grbit);
JET_ERR JET_API JetDefragment(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_UINT32 *pcPasses, JET_UINT32 *pcSeconds, JET_GRBIT grbit);
JET_ERR JET_API JetDefragment2(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_UINT32 *pcPasses, JET_UINT32 *pcSeconds,
    JET_CALLBACK callback, JET_GRBIT grbit);
JET_ERR JET_API JetDefragment2A(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_UINT32 *pcPasses, JET_UINT32 *pcSeconds,
    JET_CALLBACK callback, JET_GRBIT grbit);
JET_ERR JET_API JetDefragment2W(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_UINT32 *pcPasses, JET_UINT32 *pcSeconds,
    JET_CALLBACK callback, JET_GRBIT grbit);
JET_ERR JET_API JetDefragment3(JET_SESID sesid, JET_PCSTR szDatabaseName, JET_PCSTR szTableName, JET_UINT32 *pcPasses, JET_UINT32 *pcSeconds,
    JET_CALLBACK callback, void *pvContext, JET_GRBIT grbit);
JET_ERR JET_API JetDefragment3A(JET_SESID sesid, JET_PCSTR szDatabaseName, JET_PCSTR szTableName, JET_UINT32 *pcPasses, JET_UINT32 *pcSeconds,
    JET_CALLBACK callback, void *pvContext, JET_GRBIT grbit);
JET_ERR JET_API JetDefragment3W(JET_SESID sesid, JET_PCWSTR szDatabaseName, JET_PCWSTR szTableName, JET_UINT32 *pcPasses, JET_UINT32 *pcSeconds,
    JET_CALLBACK callback, void *pvContext, JET_GRBIT grbit);
JET_ERR JET_API JetDefragmentA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_UINT32 *pcPasses, JET_UINT32 *pcSeconds, JET_GRBIT grbit);
JET_ERR JET_API JetDefragmentW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_UINT32 *pcPasses, JET_UINT32 *pcSeconds, JET_GRBIT grbit);
JET_ERR JET_API JetDelete(JET_SESID sesid, JET_TABLEID tableid);
JET_ERR JET_API JetDeleteColumn(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName);
JET_ERR JET_API JetDeleteColumn2(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName, const JET_GRBIT grbit);
JET_ERR JET_API JetDeleteColumn2A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName, const JET_GRBIT grbit);
JET_ERR JET_API JetDeleteColumn2W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szColumnName, const JET_GRBIT grbit);
JET_ERR JET_API JetDeleteColumnA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName);
JET_ERR JET_API JetDeleteColumnW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szColumnName);
JET_ERR JET_API JetDeleteIndex(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName);
JET_ERR JET_API JetDeleteIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName);
JET_ERR JET_API JetDeleteIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName);
JET_ERR JET_API JetDeleteTable(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName);
JET_ERR JET_API JetDeleteTable2(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, const JET_GRBIT grbit);
JET_ERR JET_API JetDeleteTable2A(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, const JET_GRBIT grbit);
JET_ERR JET_API JetDeleteTable2W(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR wszTableName, const JET_GRBIT grbit);
JET_ERR JET_API JetDeleteTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName);
JET_ERR JET_API JetDeleteTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName);
JET_ERR JET_API JetDetachDatabase(JET_SESID sesid, JET_PCSTR szFilename);
JET_ERR JET_API JetDetachDatabase2(JET_SESID sesid, JET_PCSTR szFilename, JET_GRBIT grbit);
JET_ERR JET_API JetDetachDatabase2A(JET_SESID sesid, JET_PCSTR szFilename, JET_GRBIT grbit);
JET_ERR JET_API JetDetachDatabase2W(JET_SESID sesid, JET_PCWSTR szFilename, JET_GRBIT grbit);
JET_ERR JET_API JetDetachDatabaseA(JET_SESID sesid, JET_PCSTR szFilename);
JET_ERR JET_API JetDetachDatabaseW(JET_SESID sesid, JET_PCWSTR szFilename);
JET_ERR JET_API JetDupCursor(JET_SESID sesid, JET_TABLEID tableid, JET_TABLEID *ptableid, JET_GRBIT grbit);
JET_ERR JET_API JetDupSession(JET_SESID sesid, JET_SESID *psesid);
JET_ERR JET_API JetEnableMultiInstance(JET_SETSYSPARAM_A *psetsysparam, JET_UINT32 csetsysparam, JET_UINT32 *pcsetsucceed);
JET_ERR JET_API JetEnableMultiInstanceA(JET_SETSYSPARAM_A *psetsysparam, JET_UINT32 csetsysparam, JET_UINT32 *pcsetsucceed);
JET_ERR JET_API JetEnableMultiInstanceW(JET_SETSYSPARAM_W *psetsysparam, JET_UINT32 csetsysparam, JET_UINT32 *pcsetsucceed);
JET_ERR JET_API JetEndDatabaseIncrementalReseed(JET_INSTANCE instance, JET_PCSTR szDatabase, JET_UINT32 genMinRequired,
    JET_UINT32 genFirstDivergedLog, JET_UINT32 genMaxRequired, JET_GRBIT grbit);
JET_ERR JET_API JetEndDatabaseIncrementalReseedA(JET_INSTANCE instance, JET_PCSTR szDatabase, JET_UINT32 genMinRequired,
    JET_UINT32 genFirstDivergedLog, JET_UINT32 genMaxRequired, JET_GRBIT grbit);
JET_ERR JET_API JetEndDatabaseIncrementalReseedW(JET_INSTANCE instance, JET_PCWSTR szDatabase, JET_UINT32 genMinRequired,
    JET_UINT32 genFirstDivergedLog, JET_UINT32 genMaxRequired, JET_GRBIT grbit);
JET_ERR JET_API JetEndExternalBackup(void);
JET_ERR JET_API JetEndExternalBackupInstance(JET_INSTANCE instance);
JET_ERR JET_API JetEndExternalBackupInstance2(JET_INSTANCE instance, JET_GRBIT grbit);
JET_ERR JET_API JetEndSession(JET_SESID sesid, JET_GRBIT grbit);
JET_ERR JET_API JetEndSurrogateBackup(JET_INSTANCE instance, JET_GRBIT grbit);
JET_ERR JET_API JetEnumerateColumns(JET_SESID sesid, JET_TABLEID tableid, JET_UINT32 cEnumColumnId, JET_ENUMCOLUMNID *rgEnumColumnId,
    JET_UINT32 *pcEnumColumn, JET_ENUMCOLUMN **prgEnumColumn, JET_PFNREALLOC pfnRealloc, void *pvReallocContext, JET_UINT32 cbDataMost,
    JET_GRBIT grbit);
JET_ERR JET_API JetEscrowUpdate(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID columnid, void *pv, JET_UINT32 cbMax, void *pvOld,
    JET_UINT32 cbOldMax, JET_UINT32 *pcbOldActual, JET_GRBIT grbit);
JET_ERR JET_API JetExternalRestore(JET_PSTR szCheckpointFilePath, JET_PSTR szLogPath, JET_RSTMAP_A *rgrstmap, JET_INT32 crstfilemap,
    JET_PSTR szBackupLogPath, JET_INT32 genLow, JET_INT32 genHigh, JET_PFNSTATUS pfn);
JET_ERR JET_API JetExternalRestore2(JET_PSTR szCheckpointFilePath, JET_PSTR szLogPath, JET_RSTMAP_A *rgrstmap, JET_INT32 crstfilemap,
    JET_PSTR szBackupLogPath, JET_LOGINFO_A *pLogInfo, JET_PSTR szTargetInstanceName, JET_PSTR szTargetInstanceLogPath,
    JET_PSTR szTargetInstanceCheckpointPath, JET_PFNSTATUS pfn);
JET_ERR JET_API JetExternalRestore2A(JET_PSTR szCheckpointFilePath, JET_PSTR szLogPath, JET_RSTMAP_A *rgrstmap, JET_INT32 crstfilemap,
    JET_PSTR szBackupLogPath, JET_LOGINFO_A *pLogInfo, JET_PSTR szTargetInstanceName, JET_PSTR szTargetInstanceLogPath,
    JET_PSTR szTargetInstanceCheckpointPath, JET_PFNSTATUS pfn);
JET_ERR JET_API JetExternalRestore2W(JET_PWSTR szCheckpointFilePath, JET_PWSTR szLogPath, JET_RSTMAP_W *rgrstmap, JET_INT32 crstfilemap,
    JET_PWSTR szBackupLogPath, JET_LOGINFO_W *pLogInfo, JET_PWSTR szTargetInstanceName, JET_PWSTR szTargetInstanceLogPath,
    JET_PWSTR szTargetInstanceCheckpointPath, JET_PFNSTATUS pfn);
JET_ERR JET_API JetExternalRestoreA(JET_PSTR szCheckpointFilePath, JET_PSTR szLogPath, JET_RSTMAP_A *rgrstmap, JET_INT32 crstfilemap,
    JET_PSTR szBackupLogPath, JET_INT32 genLow, JET_INT32 genHigh, JET_PFNSTATUS pfn);
JET_ERR JET_API JetExternalRestoreW(JET_PWSTR szCheckpointFilePath, JET_PWSTR szLogPath, JET_RSTMAP_W *rgrstmap, JET_INT32 crstfilemap,
    JET_PWSTR szBackupLogPath, JET_INT32 genLow, JET_INT32 genHigh, JET_PFNSTATUS pfn);
JET_ERR JET_API JetFreeBuffer(char *pbBuf);
JET_ERR JET_API JetGetAttachInfo(JET_PSTR szzDatabases, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetAttachInfoA(JET_PSTR szzDatabases, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetAttachInfoInstance(JET_INSTANCE instance, JET_PSTR szzDatabases, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetAttachInfoInstanceA(JET_INSTANCE instance, JET_PSTR szzDatabases, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetAttachInfoInstanceW(JET_INSTANCE instance, JET_PWSTR szzDatabases, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetAttachInfoW(JET_PWSTR wszzDatabases, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetColumnInfo(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_PCSTR pColumnNameOrId, void *pvResult, JET_UINT32 cbMax,
    JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetColumnInfoA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_PCSTR pColumnNameOrId, void *pvResult, JET_UINT32 cbMax,
    JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetColumnInfoW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_PCWSTR pwColumnNameOrId, void *pvResult,
    JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetCounter(JET_SESID sesid, JET_INT32 CounterType, JET_INT32 *plValue);
JET_ERR JET_API JetGetCurrentIndex(JET_SESID sesid, JET_TABLEID tableid, JET_PSTR szIndexName, JET_UINT32 cbIndexName);
JET_ERR JET_API JetGetCurrentIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PSTR szIndexName, JET_UINT32 cbIndexName);
JET_ERR JET_API JetGetCurrentIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PWSTR szIndexName, JET_UINT32 cbIndexName);
JET_ERR JET_API JetGetCursorInfo(JET_SESID sesid, JET_TABLEID tableid, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetDatabaseFileInfo(JET_PCSTR szDatabaseName, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetDatabaseFileInfoA(JET_PCSTR szDatabaseName, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetDatabaseFileInfoW(JET_PCWSTR szDatabaseName, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetDatabaseInfo(JET_SESID sesid, JET_DBID dbid, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetDatabaseInfoA(JET_SESID sesid, JET_DBID dbid, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetDatabaseInfoW(JET_SESID sesid, JET_DBID dbid, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetDatabasePages(JET_SESID sesid, JET_DBID dbid, JET_UINT32 pgnoStart, JET_UINT32 cpg, void *pv, JET_UINT32 cb,
    JET_UINT32 *pcbActual, JET_GRBIT grbit);
JET_ERR JET_API JetGetErrorInfoW(void *pvContext, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel, JET_GRBIT grbit);
JET_ERR JET_API JetGetIndexInfo(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_PCSTR szIndexName, void *pvResult, JET_UINT32 cbResult,
    JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetIndexInfoA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_PCSTR szIndexName, void *pvResult, JET_UINT32 cbResult,
    JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetIndexInfoW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_PCWSTR szIndexName, void *pvResult, JET_UINT32 cbResult,
    JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetInstanceInfo(JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_A **paInstanceInfo);
JET_ERR JET_API JetGetInstanceInfoA(JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_A **paInstanceInfo);
JET_ERR JET_API JetGetInstanceInfoW(JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_W **paInstanceInfo);
JET_ERR JET_API JetGetInstanceMiscInfo(JET_INSTANCE instance, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetLS(JET_SESID sesid, JET_TABLEID tableid, JET_LS *pls, JET_GRBIT grbit);
JET_ERR JET_API JetGetLock(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit);
JET_ERR JET_API JetGetLogFileInfo(JET_PCSTR szLog, void *pvResult, const JET_UINT32 cbMax, const JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetLogFileInfoA(JET_PCSTR szLog, void *pvResult, const JET_UINT32 cbMax, const JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetLogFileInfoW(JET_PCWSTR szLog, void *pvResult, const JET_UINT32 cbMax, const JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetLogInfo(JET_PSTR szzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetLogInfoA(JET_PSTR szzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetLogInfoInstance(JET_INSTANCE instance, JET_PSTR szzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetLogInfoInstance2(JET_INSTANCE instance, JET_PSTR szzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual, JET_LOGINFO_A *pLogInfo);
JET_ERR JET_API JetGetLogInfoInstance2A(JET_INSTANCE instance, JET_PSTR szzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual, JET_LOGINFO_A *pLogInfo);
JET_ERR JET_API JetGetLogInfoInstance2W(JET_INSTANCE instance, JET_PWSTR wszzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual, JET_LOGINFO_W *pLogInfo);
JET_ERR JET_API JetGetLogInfoInstanceA(JET_INSTANCE instance, JET_PSTR szzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetLogInfoInstanceW(JET_INSTANCE instance, JET_PWSTR wszzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetLogInfoW(JET_PWSTR szzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetMaxDatabaseSize(JET_SESID sesid, JET_DBID dbid, JET_UINT32 *pcpg, JET_GRBIT grbit);
JET_ERR JET_API JetGetObjectInfo(JET_SESID sesid, JET_DBID dbid, JET_OBJTYP objtyp, JET_PCSTR szContainerName, JET_PCSTR szObjectName,
    void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetObjectInfoA(JET_SESID sesid, JET_DBID dbid, JET_OBJTYP objtyp, JET_PCSTR szContainerName, JET_PCSTR szObjectName,
    void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetObjectInfoW(JET_SESID sesid, JET_DBID dbid, JET_OBJTYP objtyp, JET_PCWSTR szContainerName, JET_PCWSTR szObjectName,
    void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetPageInfo(void *const pvPages, JET_UINT32 cbData, JET_PAGEINFO *rgPageInfo, JET_UINT32 cbPageInfo, JET_GRBIT grbit,
    JET_UINT32 ulInfoLevel);
JET_ERR JET_API JetGetPageInfo2(void *const pvPages, JET_UINT32 cbData, void *const rgPageInfo, JET_UINT32 cbPageInfo, JET_GRBIT grbit,
    JET_UINT32 ulInfoLevel);
JET_ERR JET_API JetGetRBSFileInfoA(JET_PCSTR szRBSFileName, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetRBSFileInfoW(JET_PCWSTR szRBSFileName, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetRecordPosition(JET_SESID sesid, JET_TABLEID tableid, JET_RECPOS *precpos, JET_UINT32 cbRecpos);
JET_ERR JET_API JetGetRecordSize(JET_SESID sesid, JET_TABLEID tableid, JET_RECSIZE *precsize, const JET_GRBIT grbit);
JET_ERR JET_API JetGetRecordSize2(JET_SESID sesid, JET_TABLEID tableid, JET_RECSIZE2 *precsize, const JET_GRBIT grbit);
JET_ERR JET_API JetGetRecordSize3(JET_SESID sesid, JET_TABLEID tableid, JET_RECSIZE3 *precsize, const JET_GRBIT grbit);
JET_ERR JET_API JetGetResourceParam(JET_INSTANCE instance, JET_RESOPER resoper, JET_RESID resid, JET_API_PTR *pulParam);
JET_ERR JET_API JetGetSecondaryIndexBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvSecondaryKey, JET_UINT32 cbSecondaryKeyMax,
    JET_UINT32 *pcbSecondaryKeyActual, void *pvPrimaryBookmark, JET_UINT32 cbPrimaryBookmarkMax, JET_UINT32 *pcbPrimaryBookmarkActual,
    const JET_GRBIT grbit);
JET_ERR JET_API JetGetSessionInfo(JET_SESID sesid, void *pvResult, const JET_UINT32 cbMax, const JET_UINT32 ulInfoLevel);
JET_ERR JET_API JetGetSessionParameter(JET_SESID sesid, JET_UINT32 sesparamid, void *pvParam, JET_UINT32 cbParamMax, JET_UINT32 *pcbParamActual);
JET_ERR JET_API JetGetSystemParameter(JET_INSTANCE instance, JET_SESID sesid, JET_UINT32 paramid, JET_API_PTR *plParam, JET_PSTR szParam,
    JET_UINT32 cbMax);
JET_ERR JET_API JetGetSystemParameterA(JET_INSTANCE instance, JET_SESID sesid, JET_UINT32 paramid, JET_API_PTR *plParam, JET_PSTR szParam,
    JET_UINT32 cbMax);
JET_ERR JET_API JetGetSystemParameterW(JET_INSTANCE instance, JET_SESID sesid, JET_UINT32 paramid, JET_API_PTR *plParam, JET_PWSTR szParam,
    JET_UINT32 cbMax);
JET_ERR JET_API JetGetTableColumnInfo(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName, void *pvResult, JET_UINT32 cbMax,
    JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetTableColumnInfoA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName, void *pvResult, JET_UINT32 cbMax,
    JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetTableColumnInfoW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szColumnName, void *pvResult, JET_UINT32 cbMax,
    JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetTableIndexInfo(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, void *pvResult, JET_UINT32 cbResult,
    JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetTableIndexInfoA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, void *pvResult, JET_UINT32 cbResult,
    JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetTableIndexInfoW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName, void *pvResult, JET_UINT32 cbResult,
    JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetTableInfo(JET_SESID sesid, JET_TABLEID tableid, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetTableInfoA(JET_SESID sesid, JET_TABLEID tableid, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetTableInfoW(JET_SESID sesid, JET_TABLEID tableid, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel);
JET_ERR JET_API JetGetThreadStats(void *pvResult, JET_UINT32 cbMax);
JET_ERR JET_API JetGetTruncateLogInfoInstance(JET_INSTANCE instance, JET_PSTR szzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetTruncateLogInfoInstanceA(JET_INSTANCE instance, JET_PSTR szzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetTruncateLogInfoInstanceW(JET_INSTANCE instance, JET_PWSTR wszzLogs, JET_UINT32 cbMax, JET_UINT32 *pcbActual);
JET_ERR JET_API JetGetVersion(JET_SESID sesid, JET_UINT32 *pwVersion);
JET_ERR JET_API JetGotoBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_UINT32 cbBookmark);
JET_ERR JET_API JetGotoPosition(JET_SESID sesid, JET_TABLEID tableid, JET_RECPOS *precpos);
JET_ERR JET_API JetGotoSecondaryIndexBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvSecondaryKey, JET_UINT32 cbSecondaryKey,
    void *pvPrimaryBookmark, JET_UINT32 cbPrimaryBookmark, const JET_GRBIT grbit);
JET_ERR JET_API JetGrowDatabase(JET_SESID sesid, JET_DBID dbid, JET_UINT32 cpg, JET_UINT32 *pcpgReal);
JET_ERR JET_API JetIdle(JET_SESID sesid, JET_GRBIT grbit);
JET_ERR JET_API JetIndexRecordCount(JET_SESID sesid, JET_TABLEID tableid, JET_UINT32 *pcrec, JET_UINT32 crecMax);
JET_ERR JET_API JetIndexRecordCount2(JET_SESID sesid, JET_TABLEID tableid, JET_UINT64 *pcrec, JET_UINT64 crecMax);
JET_ERR JET_API JetInit(JET_INSTANCE *pinstance);
JET_ERR JET_API JetInit2(JET_INSTANCE *pinstance, JET_GRBIT grbit);
JET_ERR JET_API JetInit3(JET_INSTANCE *pinstance, JET_RSTINFO_A *prstInfo, JET_GRBIT grbit);
JET_ERR JET_API JetInit3A(JET_INSTANCE *pinstance, JET_RSTINFO_A *prstInfo, JET_GRBIT grbit);
JET_ERR JET_API JetInit3W(JET_INSTANCE *pinstance, JET_RSTINFO_W *prstInfo, JET_GRBIT grbit);
JET_ERR JET_API JetInit4(JET_INSTANCE *pinstance, JET_RSTINFO2_A *prstInfo, JET_GRBIT grbit);
JET_ERR JET_API JetInit4A(JET_INSTANCE *pinstance, JET_RSTINFO2_A *prstInfo, JET_GRBIT grbit);
JET_ERR JET_API JetInit4W(JET_INSTANCE *pinstance, JET_RSTINFO2_W *prstInfo, JET_GRBIT grbit);
JET_ERR JET_API JetIntersectIndexes(JET_SESID sesid, JET_INDEXRANGE *rgindexrange, JET_UINT32 cindexrange, JET_RECORDLIST *precordlist,
    JET_GRBIT grbit);
JET_ERR JET_API JetMakeKey(JET_SESID sesid, JET_TABLEID tableid, const void *pvData, JET_UINT32 cbData, JET_GRBIT grbit);
JET_ERR JET_API JetMove(JET_SESID sesid, JET_TABLEID tableid, JET_INT32 cRow, JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotAbort(const JET_OSSNAPID snapId, const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotEnd(const JET_OSSNAPID snapId, const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotFreeze(const JET_OSSNAPID snapId, JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_A **paInstanceInfo,
    const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotFreezeA(const JET_OSSNAPID snapId, JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_A **paInstanceInfo,
    const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotFreezeW(const JET_OSSNAPID snapId, JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_W **paInstanceInfo,
    const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotGetFreezeInfo(const JET_OSSNAPID snapId, JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_A **paInstanceInfo,
    const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotGetFreezeInfoA(const JET_OSSNAPID snapId, JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_A **paInstanceInfo,
    const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotGetFreezeInfoW(const JET_OSSNAPID snapId, JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_W **paInstanceInfo,
    const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotPrepare(JET_OSSNAPID *psnapId, const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotPrepareInstance(JET_OSSNAPID snapId, JET_INSTANCE instance, const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotThaw(const JET_OSSNAPID snapId, const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotTruncateLog(const JET_OSSNAPID snapId, const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotTruncateLogInstance(const JET_OSSNAPID snapId, JET_INSTANCE instance, const JET_GRBIT grbit);
JET_ERR JET_API JetOnlinePatchDatabasePage(JET_SESID sesid, JET_DBID dbid, JET_UINT32 pgno, const void *pvToken, JET_UINT32 cbToken,
    const void *pvData, JET_UINT32 cbData, JET_GRBIT grbit);
JET_ERR JET_API JetOpenDatabase(JET_SESID sesid, JET_PCSTR szFilename, JET_PCSTR szConnect, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetOpenDatabaseA(JET_SESID sesid, JET_PCSTR szFilename, JET_PCSTR szConnect, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetOpenDatabaseW(JET_SESID sesid, JET_PCWSTR szFilename, JET_PCWSTR szConnect, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetOpenFile(JET_PCSTR szFileName, JET_HANDLE *phfFile, JET_UINT32 *pulFileSizeLow, JET_UINT32 *pulFileSizeHigh);
JET_ERR JET_API JetOpenFileA(JET_PCSTR szFileName, JET_HANDLE *phfFile, JET_UINT32 *pulFileSizeLow, JET_UINT32 *pulFileSizeHigh);
JET_ERR JET_API JetOpenFileInstance(JET_INSTANCE instance, JET_PCSTR szFileName, JET_HANDLE *phfFile, JET_UINT32 *pulFileSizeLow,
    JET_UINT32 *pulFileSizeHigh);
JET_ERR JET_API JetOpenFileInstanceA(JET_INSTANCE instance, JET_PCSTR szFileName, JET_HANDLE *phfFile, JET_UINT32 *pulFileSizeLow,
    JET_UINT32 *pulFileSizeHigh);
JET_ERR JET_API JetOpenFileInstanceW(JET_INSTANCE instance, JET_PCWSTR szFileName, JET_HANDLE *phfFile, JET_UINT32 *pulFileSizeLow,
    JET_UINT32 *pulFileSizeHigh);
JET_ERR JET_API JetOpenFileSectionInstance(JET_INSTANCE instance, JET_PSTR szFile, JET_HANDLE *phFile, JET_INT32 iSection, JET_INT32 cSections,
    JET_UINT64 ibRead, JET_UINT32 *pulSectionSizeLow, JET_INT32 *plSectionSizeHigh);
JET_ERR JET_API JetOpenFileSectionInstanceA(JET_INSTANCE instance, JET_PSTR szFile, JET_HANDLE *phFile, JET_INT32 iSection, JET_INT32 cSections,
    JET_UINT64 ibRead, JET_UINT32 *pulSectionSizeLow, JET_INT32 *plSectionSizeHigh);
JET_ERR JET_API JetOpenFileSectionInstanceW(JET_INSTANCE instance, JET_PWSTR szFile, JET_HANDLE *phFile, JET_INT32 iSection, JET_INT32 cSections,
    JET_UINT64 ibRead, JET_UINT32 *pulSectionSizeLow, JET_INT32 *plSectionSizeHigh);
JET_ERR JET_API JetOpenFileW(JET_PCWSTR szFileName, JET_HANDLE *phfFile, JET_UINT32 *pulFileSizeLow, JET_UINT32 *pulFileSizeHigh);
JET_ERR JET_API JetOpenTable(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, const void *pvParameters, JET_UINT32 cbParameters,
    JET_GRBIT grbit, JET_TABLEID *ptableid);
JET_ERR JET_API JetOpenTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, const void *pvParameters, JET_UINT32 cbParameters,
    JET_GRBIT grbit, JET_TABLEID *ptableid);
JET_ERR JET_API JetOpenTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, const void *pvParameters, JET_UINT32 cbParameters,
    JET_GRBIT grbit, JET_TABLEID *ptableid);
JET_ERR JET_API JetOpenTempTable(JET_SESID sesid, const JET_COLUMNDEF *prgcolumndef, JET_UINT32 ccolumn, JET_GRBIT grbit, JET_TABLEID *ptableid,
    JET_COLUMNID *prgcolumnid);
JET_ERR JET_API JetOpenTempTable2(JET_SESID sesid, const JET_COLUMNDEF *prgcolumndef, JET_UINT32 ccolumn, JET_UINT32 lcid, JET_GRBIT grbit,
    JET_TABLEID *ptableid, JET_COLUMNID *prgcolumnid);
JET_ERR JET_API JetOpenTempTable3(JET_SESID sesid, const JET_COLUMNDEF *prgcolumndef, JET_UINT32 ccolumn, JET_UNICODEINDEX *pidxunicode,
    JET_GRBIT grbit, JET_TABLEID *ptableid, JET_COLUMNID *prgcolumnid);
JET_ERR JET_API JetOpenTemporaryTable(JET_SESID sesid, JET_OPENTEMPORARYTABLE *popentemporarytable);
JET_ERR JET_API JetOpenTemporaryTable2(JET_SESID sesid, JET_OPENTEMPORARYTABLE2 *popentemporarytable);
JET_ERR JET_API JetPatchDatabasePages(JET_INSTANCE instance, JET_PCSTR szDatabase, JET_UINT32 pgnoStart, JET_UINT32 cpg, const void *pv,
    JET_UINT32 cb, JET_GRBIT grbit);
JET_ERR JET_API JetPatchDatabasePagesA(JET_INSTANCE instance, JET_PCSTR szDatabase, JET_UINT32 pgnoStart, JET_UINT32 cpg, const void *pv,
    JET_UINT32 cb, JET_GRBIT grbit);
JET_ERR JET_API JetPatchDatabasePagesW(JET_INSTANCE instance, JET_PCWSTR szDatabase, JET_UINT32 pgnoStart, JET_UINT32 cpg, const void *pv,
    JET_UINT32 cb, JET_GRBIT grbit);
JET_ERR JET_API JetPrepareToCommitTransaction(JET_SESID sesid, const void *pvData, JET_UINT32 cbData, JET_GRBIT grbit);
JET_ERR JET_API JetPrepareUpdate(JET_SESID sesid, JET_TABLEID tableid, JET_UINT32 prep);
JET_ERR JET_API JetPrereadColumnsByReference(const JET_SESID sesid, const JET_TABLEID tableid, const void *const *const rgpvReferences,
    const JET_UINT32 *const rgcbReferences, const JET_UINT32 cReferences, const JET_UINT32 cPageCacheMin, const JET_UINT32 cPageCacheMax,
    JET_UINT32 *const pcReferencesPreread, const JET_GRBIT grbit);
JET_ERR JET_API JetPrereadIndexRange(JET_SESID sesid, JET_TABLEID tableid, const JET_INDEX_RANGE *const pIndexRange, const JET_UINT32 cPageCacheMin,
    const JET_UINT32 cPageCacheMax, JET_GRBIT grbit, JET_UINT32 *const pcPageCacheActual);
JET_ERR JET_API JetPrereadIndexRanges(JET_SESID sesid, JET_TABLEID tableid, const JET_INDEX_RANGE *const rgIndexRanges,
    const JET_UINT32 cIndexRanges, JET_UINT32 *const pcRangesPreread, const JET_COLUMNID *const rgcolumnidPreread, const JET_UINT32 ccolumnidPreread,
    JET_GRBIT grbit);
JET_ERR JET_API JetPrereadKeys(JET_SESID sesid, JET_TABLEID tableid, const void **rgpvKeys, const JET_UINT32 *rgcbKeys, JET_INT32 ckeys,
    JET_INT32 *pckeysPreread, JET_GRBIT grbit);
JET_ERR JET_API JetPrereadTablesW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR *rgwszTables, JET_INT32 cwszTables, JET_GRBIT grbit);
JET_ERR JET_API JetRBSCancelRevert(JET_INSTANCE instance);
JET_ERR JET_API JetRBSExecuteRevert(JET_INSTANCE instance, JET_GRBIT grbit, JET_RBSREVERTINFOMISC *prbsrevertinfomisc);
JET_ERR JET_API JetRBSPrepareRevert(JET_INSTANCE instance, JET_LOGTIME jltRevertExpected, JET_INT32 cpgCache, JET_GRBIT grbit,
    JET_LOGTIME *pjltRevertActual);
JET_ERR JET_API JetReadFile(JET_HANDLE hfFile, void *pv, JET_UINT32 cb, JET_UINT32 *pcbActual);
JET_ERR JET_API JetReadFileInstance(JET_INSTANCE instance, JET_HANDLE hfFile, void *pv, JET_UINT32 cb, JET_UINT32 *pcbActual);
JET_ERR JET_API JetRegisterCallback(JET_SESID sesid, JET_TABLEID tableid, JET_CBTYP cbtyp, JET_CALLBACK pCallback, void *pvContext,
    JET_HANDLE *phCallbackId);
JET_ERR JET_API JetRemoveLogfileA(JET_PCSTR szDatabase, JET_PCSTR szLogfile, JET_GRBIT grbit);
JET_ERR JET_API JetRemoveLogfileW(JET_PCWSTR wszDatabase, JET_PCWSTR wszLogfile, JET_GRBIT grbit);
JET_ERR JET_API JetRenameColumn(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szName, JET_PCSTR szNameNew, JET_GRBIT grbit);
JET_ERR JET_API JetRenameColumnA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szName, JET_PCSTR szNameNew, JET_GRBIT grbit);
JET_ERR JET_API JetRenameColumnW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szName, JET_PCWSTR szNameNew, JET_GRBIT grbit);
JET_ERR JET_API JetRenameTable(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szName, JET_PCSTR szNameNew);
JET_ERR JET_API JetRenameTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szName, JET_PCSTR szNameNew);
JET_ERR JET_API JetRenameTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szName, JET_PCWSTR szNameNew);
JET_ERR JET_API JetResetCounter(JET_SESID sesid, JET_INT32 CounterType);
JET_ERR JET_API JetResetSessionContext(JET_SESID sesid);
JET_ERR JET_API JetResetTableSequential(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit);
JET_ERR JET_API JetResizeDatabase(JET_SESID sesid, JET_DBID dbid, JET_UINT32 cpgTarget, JET_UINT32 *pcpgActual, const JET_GRBIT grbit);
JET_ERR JET_API JetRestore(JET_PCSTR szSource, JET_PFNSTATUS pfn);
JET_ERR JET_API JetRestore2(JET_PCSTR sz, JET_PCSTR szDest, JET_PFNSTATUS pfn);
JET_ERR JET_API JetRestore2A(JET_PCSTR sz, JET_PCSTR szDest, JET_PFNSTATUS pfn);
JET_ERR JET_API JetRestore2W(JET_PCWSTR sz, JET_PCWSTR szDest, JET_PFNSTATUS pfn);
JET_ERR JET_API JetRestoreA(JET_PCSTR szSource, JET_PFNSTATUS pfn);
JET_ERR JET_API JetRestoreInstance(JET_INSTANCE instance, JET_PCSTR sz, JET_PCSTR szDest, JET_PFNSTATUS pfn);
JET_ERR JET_API JetRestoreInstanceA(JET_INSTANCE instance, JET_PCSTR sz, JET_PCSTR szDest, JET_PFNSTATUS pfn);
JET_ERR JET_API JetRestoreInstanceW(JET_INSTANCE instance, JET_PCWSTR sz, JET_PCWSTR szDest, JET_PFNSTATUS pfn);
JET_ERR JET_API JetRestoreW(JET_PCWSTR szSource, JET_PFNSTATUS pfn);
JET_ERR JET_API JetRetrieveColumn(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID columnid, void *pvData, JET_UINT32 cbData,
    JET_UINT32 *pcbActual, JET_GRBIT grbit, JET_RETINFO *pretinfo);
JET_ERR JET_API JetRetrieveColumnByReference(const JET_SESID sesid, const JET_TABLEID tableid, const void *const pvReference,
    const JET_UINT32 cbReference, const JET_UINT32 ibData, void *const pvData, const JET_UINT32 cbData, JET_UINT32 *const pcbActual,
    const JET_GRBIT grbit);
JET_ERR JET_API JetRetrieveColumnFromRecordStream(void *const pvData, const JET_UINT32 cbData, JET_UINT32 *const piRecord,
    JET_COLUMNID *const pcolumnid, JET_UINT32 *const pitagSequence, JET_UINT32 *const pibValue, JET_UINT32 *const pcbValue);
JET_ERR JET_API JetRetrieveColumns(JET_SESID sesid, JET_TABLEID tableid, JET_RETRIEVECOLUMN *pretrievecolumn, JET_UINT32 cretrievecolumn);
JET_ERR JET_API JetRetrieveKey(JET_SESID sesid, JET_TABLEID tableid, void *pvKey, JET_UINT32 cbMax, JET_UINT32 *pcbActual, JET_GRBIT grbit);
JET_ERR JET_API JetRetrieveTaggedColumnList(JET_SESID sesid, JET_TABLEID tableid, JET_UINT32 *pcColumns, void *pvData, JET_UINT32 cbData,
    JET_COLUMNID columnidStart, JET_GRBIT grbit);
JET_ERR JET_API JetRollback(JET_SESID sesid, JET_GRBIT grbit);
JET_ERR JET_API JetSeek(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit);
JET_ERR JET_API JetSetColumn(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID columnid, const void *pvData, JET_UINT32 cbData, JET_GRBIT grbit,
    JET_SETINFO *psetinfo);
JET_ERR JET_API JetSetColumnDefaultValue(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_PCSTR szColumnName, const void *pvData,
    const JET_UINT32 cbData, const JET_GRBIT grbit);
JET_ERR JET_API JetSetColumnDefaultValueA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_PCSTR szColumnName, const void *pvData,
    const JET_UINT32 cbData, const JET_GRBIT grbit);
JET_ERR JET_API JetSetColumnDefaultValueW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_PCWSTR szColumnName, const void *pvData,
    const JET_UINT32 cbData, const JET_GRBIT grbit);
JET_ERR JET_API JetSetColumns(JET_SESID sesid, JET_TABLEID tableid, JET_SETCOLUMN *psetcolumn, JET_UINT32 csetcolumn);
JET_ERR JET_API JetSetCurrentIndex(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName);
JET_ERR JET_API JetSetCurrentIndex2(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_GRBIT grbit);
JET_ERR JET_API JetSetCurrentIndex2A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_GRBIT grbit);
JET_ERR JET_API JetSetCurrentIndex2W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName, JET_GRBIT grbit);
JET_ERR JET_API JetSetCurrentIndex3(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_GRBIT grbit, JET_UINT32 itagSequence);
JET_ERR JET_API JetSetCurrentIndex3A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_GRBIT grbit, JET_UINT32 itagSequence);
JET_ERR JET_API JetSetCurrentIndex3W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName, JET_GRBIT grbit, JET_UINT32 itagSequence);
JET_ERR JET_API JetSetCurrentIndex4(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_INDEXID *pindexid, JET_GRBIT grbit,
    JET_UINT32 itagSequence);
JET_ERR JET_API JetSetCurrentIndex4A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_INDEXID *pindexid, JET_GRBIT grbit,
    JET_UINT32 itagSequence);
JET_ERR JET_API JetSetCurrentIndex4W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName, JET_INDEXID *pindexid, JET_GRBIT grbit,
    JET_UINT32 itagSequence);
JET_ERR JET_API JetSetCurrentIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName);
JET_ERR JET_API JetSetCurrentIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName);
JET_ERR JET_API JetSetCursorFilter(JET_SESID sesid, JET_TABLEID tableid, JET_INDEX_COLUMN *rgColumnFilters, JET_UINT32 cColumnFilters,
    JET_GRBIT grbit);
JET_ERR JET_API JetSetDatabaseSize(JET_SESID sesid, JET_PCSTR szDatabaseName, JET_UINT32 cpg, JET_UINT32 *pcpgReal);
JET_ERR JET_API JetSetDatabaseSizeA(JET_SESID sesid, JET_PCSTR szDatabaseName, JET_UINT32 cpg, JET_UINT32 *pcpgReal);
JET_ERR JET_API JetSetDatabaseSizeW(JET_SESID sesid, JET_PCWSTR szDatabaseName, JET_UINT32 cpg, JET_UINT32 *pcpgReal);
JET_ERR JET_API JetSetIndexRange(JET_SESID sesid, JET_TABLEID tableidSrc, JET_GRBIT grbit);
JET_ERR JET_API JetSetLS(JET_SESID sesid, JET_TABLEID tableid, JET_LS ls, JET_GRBIT grbit);
JET_ERR JET_API JetSetMaxDatabaseSize(JET_SESID sesid, JET_DBID dbid, JET_UINT32 cpg, JET_GRBIT grbit);
JET_ERR JET_API JetSetResourceParam(JET_INSTANCE instance, JET_RESOPER resoper, JET_RESID resid, JET_API_PTR ulParam);
JET_ERR JET_API JetSetSessionContext(JET_SESID sesid, JET_API_PTR ulContext);
JET_ERR JET_API JetSetSessionParameter(JET_SESID sesid, JET_UINT32 sesparamid, void *pvParam, JET_UINT32 cbParam);
JET_ERR JET_API JetSetSystemParameter(JET_INSTANCE *pinstance, JET_SESID sesid, JET_UINT32 paramid, JET_API_PTR lParam, JET_PCSTR szParam);
JET_ERR JET_API JetSetSystemParameterA(JET_INSTANCE *pinstance, JET_SESID sesid, JET_UINT32 paramid, JET_API_PTR lParam, JET_PCSTR szParam);
JET_ERR JET_API JetSetSystemParameterW(JET_INSTANCE *pinstance, JET_SESID sesid, JET_UINT32 paramid, JET_API_PTR lParam, JET_PCWSTR szParam);
JET_ERR JET_API JetSetTableInfo(JET_SESID sesid, JET_TABLEID tableid, const void *pvParam, JET_UINT32 cbParam, JET_UINT32 InfoLevel);
JET_ERR JET_API JetSetTableInfoA(JET_SESID sesid, JET_TABLEID tableid, const void *pvParam, JET_UINT32 cbParam, JET_UINT32 InfoLevel);
JET_ERR JET_API JetSetTableInfoW(JET_SESID sesid, JET_TABLEID tableid, const void *pvParam, JET_UINT32 cbParam, JET_UINT32 InfoLevel);
JET_ERR JET_API JetSetTableSequential(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit);
JET_ERR JET_API JetSnapshotStart(JET_INSTANCE instance, JET_PSTR szDatabases, JET_GRBIT grbit);
JET_ERR JET_API JetSnapshotStartA(JET_INSTANCE instance, JET_PSTR szDatabases, JET_GRBIT grbit);
JET_ERR JET_API JetSnapshotStartW(JET_INSTANCE instance, JET_PWSTR szDatabases, JET_GRBIT grbit);
JET_ERR JET_API JetSnapshotStop(JET_INSTANCE instance, JET_GRBIT grbit);
JET_ERR JET_API JetStopBackup(void);
JET_ERR JET_API JetStopBackupInstance(JET_INSTANCE instance);
JET_ERR JET_API JetStopService(void);
JET_ERR JET_API JetStopServiceInstance(JET_INSTANCE instance);
JET_ERR JET_API JetStopServiceInstance2(JET_INSTANCE instance, const JET_GRBIT grbit);
JET_ERR JET_API JetStreamRecords(JET_SESID sesid, JET_TABLEID tableid, const JET_UINT32 ccolumnid, const JET_COLUMNID *const rgcolumnid,
    void *const pvData, const JET_UINT32 cbData, JET_UINT32 *const pcbActual, const JET_GRBIT grbit);
JET_ERR JET_API JetTerm(JET_INSTANCE instance);
JET_ERR JET_API JetTerm2(JET_INSTANCE instance, JET_GRBIT grbit);
JET_ERR JET_API JetTestHook(const TESTHOOK_OP opcode, void *const pv);
JET_ERR JET_API JetTracing(const JET_TRACEOP traceop, const JET_TRACETAG tracetag, const JET_API_PTR ul);
JET_ERR JET_API JetTruncateLog(void);
JET_ERR JET_API JetTruncateLogInstance(JET_INSTANCE instance);
JET_ERR JET_API JetUnregisterCallback(JET_SESID sesid, JET_TABLEID tableid, JET_CBTYP cbtyp, JET_HANDLE hCallbackId);
JET_ERR JET_API JetUpdate(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_UINT32 cbBookmark, JET_UINT32 *pcbActual);
JET_ERR JET_API JetUpdate2(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_UINT32 cbBookmark, JET_UINT32 *pcbActual,
    const JET_GRBIT grbit);
JET_ERR JET_API JetUpgradeDatabase(JET_SESID sesid, JET_PCSTR szDbFileName, JET_PCSTR szSLVFileName, const JET_GRBIT grbit);
JET_ERR JET_API JetUpgradeDatabaseA(JET_SESID sesid, JET_PCSTR szDbFileName, JET_PCSTR szSLVFileName, const JET_GRBIT grbit);
JET_ERR JET_API JetUpgradeDatabaseW(JET_SESID sesid, JET_PCWSTR szDbFileName, JET_PCWSTR szSLVFileName, const JET_GRBIT grbit);

#ifdef __cplusplus
}
#endif

#endif
