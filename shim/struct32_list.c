/*
 * struct32_list.c - layouts of structs that differ between 32 and 64 bit: results: lists, identifiers, statistics.
 */
#include "shim32.h"

LAYOUT32(column_list, JET_COLUMNLIST, 68, 80,
    CB_STRUCT,
    HANDLE(4, 8), /* tableid */
    COPY(8, 16, 60) /* cRecord to columnidDefinitionName */)

LAYOUT32(index_list, JET_INDEXLIST, 76, 88,
    CB_STRUCT,
    HANDLE(4, 8), /* tableid */
    COPY(8, 16, 68) /* cRecord to columnidLCMapFlags */)

LAYOUT32(object_list, JET_OBJECTLIST, 48, 56,
    CB_STRUCT,
    HANDLE(4, 8), /* tableid */
    COPY(8, 16, 40) /* cRecord to columnidcPage */)

LAYOUT32(record_list, JET_RECORDLIST, 16, 24,
    CB_STRUCT,
    HANDLE(4, 8), /* tableid */
    COPY(8, 16, 8) /* cRecord to columnidBookmark */)

LAYOUT32(index_range, JET_INDEXRANGE, 12, 24,
    CB_STRUCT,
    HANDLE(4, 8), /* tableid */
    COPY(8, 16, 4) /* grbit */)

LAYOUT32(index_id, JET_INDEXID, 16, 20,
    CB_STRUCT,
    COPY(4, 4, 12) /* rgbIndexId */)

LAYOUT32(session_info, JET_SESSIONINFO, 20, 24,
    COPY(0, 0, 16), /* ulTrxBegin0 to ulFlags */
    POINTER(16, 16) /* ulTrxContext */)

LAYOUT32(log_info3, JET_LOGINFOMISC3, 100, 104,
    COPY(0, 0, 92), /* ulGeneration to ulVersionMinorDeprecated */
    COPY(92, 96, 8) /* checksumPrevLogAllSegments */)

LAYOUT32(snapshot_info, JET_RBSINFOMISC, 36, 40,
    COPY(0, 0, 28), /* lRBSGeneration to ulMinor */
    COPY(28, 32, 8) /* cbLogicalFileSize */)

LAYOUT32(thread_stats2, JET_THREADSTATS2, 44, 48,
    CB_STRUCT,
    COPY(4, 4, 40) /* cPageReferenced to cPageCacheMiss */)

LAYOUT32(thread_stats3, JET_THREADSTATS3, 60, 64,
    CB_STRUCT,
    COPY(4, 4, 56) /* cPageReferenced to cLongValuePageCacheMiss */)

LAYOUT32(thread_stats4, JET_THREADSTATS4, 124, 128,
    CB_STRUCT,
    COPY(4, 4, 80), /* cPageReferenced to cSumDatabaseReadQueueDepth */
    COPY(84, 88, 40) /* cusecWait to cPageUniqueModified */)
