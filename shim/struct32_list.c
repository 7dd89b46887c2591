/*
 * struct32_list.c - layouts of structs that differ between 32 and 64 bit: results: lists, identifiers, statistics.
 */
#include "shim32.h"

static const struct field32 column_list_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_HANDLE, .at32 = 4, .at64 = 8, .size = 4}, /* tableid */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 60}, /* cRecord to columnidDefinitionName */
};
const struct layout32 layout32_column_list = {
    .name = "JET_COLUMNLIST", .size32 = 68, .size64 = 80,
    .fields = column_list_fields, .field_count = sizeof(column_list_fields) / sizeof(column_list_fields[0]),
};

static const struct field32 index_list_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_HANDLE, .at32 = 4, .at64 = 8, .size = 4}, /* tableid */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 68}, /* cRecord to columnidLCMapFlags */
};
const struct layout32 layout32_index_list = {
    .name = "JET_INDEXLIST", .size32 = 76, .size64 = 88,
    .fields = index_list_fields, .field_count = sizeof(index_list_fields) / sizeof(index_list_fields[0]),
};

static const struct field32 object_list_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_HANDLE, .at32 = 4, .at64 = 8, .size = 4}, /* tableid */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 40}, /* cRecord to columnidcPage */
};
const struct layout32 layout32_object_list = {
    .name = "JET_OBJECTLIST", .size32 = 48, .size64 = 56,
    .fields = object_list_fields, .field_count = sizeof(object_list_fields) / sizeof(object_list_fields[0]),
};

static const struct field32 record_list_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_HANDLE, .at32 = 4, .at64 = 8, .size = 4}, /* tableid */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 8}, /* cRecord to columnidBookmark */
};
const struct layout32 layout32_record_list = {
    .name = "JET_RECORDLIST", .size32 = 16, .size64 = 24,
    .fields = record_list_fields, .field_count = sizeof(record_list_fields) / sizeof(record_list_fields[0]),
};

static const struct field32 index_range_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_HANDLE, .at32 = 4, .at64 = 8, .size = 4}, /* tableid */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 4}, /* grbit */
};
const struct layout32 layout32_index_range = {
    .name = "JET_INDEXRANGE", .size32 = 12, .size64 = 24,
    .fields = index_range_fields, .field_count = sizeof(index_range_fields) / sizeof(index_range_fields[0]),
};

static const struct field32 index_id_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_COPY, .at32 = 4, .at64 = 4, .size = 12}, /* rgbIndexId */
};
const struct layout32 layout32_index_id = {
    .name = "JET_INDEXID", .size32 = 16, .size64 = 20,
    .fields = index_id_fields, .field_count = sizeof(index_id_fields) / sizeof(index_id_fields[0]),
};

static const struct field32 session_info_fields[] = {
    {.kind = FIELD_COPY, .at32 = 0, .at64 = 0, .size = 16}, /* ulTrxBegin0 to ulFlags */
    {.kind = FIELD_POINTER, .at32 = 16, .at64 = 16, .size = 4}, /* ulTrxContext */
};
const struct layout32 layout32_session_info = {
    .name = "JET_SESSIONINFO", .size32 = 20, .size64 = 24,
    .fields = session_info_fields, .field_count = sizeof(session_info_fields) / sizeof(session_info_fields[0]),
};

static const struct field32 log_info3_fields[] = {
    {.kind = FIELD_COPY, .at32 = 0, .at64 = 0, .size = 92}, /* ulGeneration to ulVersionMinorDeprecated */
    {.kind = FIELD_COPY, .at32 = 92, .at64 = 96, .size = 8}, /* checksumPrevLogAllSegments */
};
const struct layout32 layout32_log_info3 = {
    .name = "JET_LOGINFOMISC3", .size32 = 100, .size64 = 104,
    .fields = log_info3_fields, .field_count = sizeof(log_info3_fields) / sizeof(log_info3_fields[0]),
};

static const struct field32 snapshot_info_fields[] = {
    {.kind = FIELD_COPY, .at32 = 0, .at64 = 0, .size = 28}, /* lRBSGeneration to ulMinor */
    {.kind = FIELD_COPY, .at32 = 28, .at64 = 32, .size = 8}, /* cbLogicalFileSize */
};
const struct layout32 layout32_snapshot_info = {
    .name = "JET_RBSINFOMISC", .size32 = 36, .size64 = 40,
    .fields = snapshot_info_fields, .field_count = sizeof(snapshot_info_fields) / sizeof(snapshot_info_fields[0]),
};

static const struct field32 thread_stats2_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_COPY, .at32 = 4, .at64 = 4, .size = 40}, /* cPageReferenced to cPageCacheMiss */
};
const struct layout32 layout32_thread_stats2 = {
    .name = "JET_THREADSTATS2", .size32 = 44, .size64 = 48,
    .fields = thread_stats2_fields, .field_count = sizeof(thread_stats2_fields) / sizeof(thread_stats2_fields[0]),
};

static const struct field32 thread_stats3_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_COPY, .at32 = 4, .at64 = 4, .size = 56}, /* cPageReferenced to cLongValuePageCacheMiss */
};
const struct layout32 layout32_thread_stats3 = {
    .name = "JET_THREADSTATS3", .size32 = 60, .size64 = 64,
    .fields = thread_stats3_fields, .field_count = sizeof(thread_stats3_fields) / sizeof(thread_stats3_fields[0]),
};

static const struct field32 thread_stats4_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_COPY, .at32 = 4, .at64 = 4, .size = 80}, /* cPageReferenced to cSumDatabaseReadQueueDepth */
    {.kind = FIELD_COPY, .at32 = 84, .at64 = 88, .size = 40}, /* cusecWait to cPageUniqueModified */
};
const struct layout32 layout32_thread_stats4 = {
    .name = "JET_THREADSTATS4", .size32 = 124, .size64 = 128,
    .fields = thread_stats4_fields, .field_count = sizeof(thread_stats4_fields) / sizeof(thread_stats4_fields[0]),
};
