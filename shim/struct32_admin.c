/*
 * struct32_admin.c - layouts of structs that differ between 32 and 64 bit: restore maps, parameters, maintenance.
 */
#include "shim32.h"

static const struct field32 restore_map_fields[] = {
    {.kind = FIELD_POINTER, .at32 = 0, .at64 = 0, .size = 4}, /* szDatabaseName */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* szNewDatabaseName */
};
const struct layout32 layout32_restore_map = {
    .name = "JET_RSTMAP", .size32 = 8, .size64 = 16,
    .fields = restore_map_fields, .field_count = sizeof(restore_map_fields) / sizeof(restore_map_fields[0]),
};

static const struct field32 database_param_fields[] = {
    {.kind = FIELD_COPY, .at32 = 0, .at64 = 0, .size = 4}, /* dbparamid */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* pvParam */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 4}, /* cbParam */
};
const struct layout32 layout32_database_param = {
    .name = "JET_SETDBPARAM", .size32 = 12, .size64 = 24,
    .fields = database_param_fields, .field_count = sizeof(database_param_fields) / sizeof(database_param_fields[0]),
};

static const struct field32 restore_map2_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* szDatabaseName */
    {.kind = FIELD_POINTER, .at32 = 8, .at64 = 16, .size = 4}, /* szNewDatabaseName */
    {.kind = FIELD_STRUCTS, .at32 = 12, .at64 = 24, .size = 4, .count_at = 16, .of = &layout32_database_param}, /* rgsetdbparam */
    {.kind = FIELD_COPY, .at32 = 16, .at64 = 32, .size = 8}, /* csetdbparam to grbit */
};
const struct layout32 layout32_restore_map2 = {
    .name = "JET_RSTMAP2", .size32 = 24, .size64 = 40,
    .fields = restore_map2_fields, .field_count = sizeof(restore_map2_fields) / sizeof(restore_map2_fields[0]),
};

static const struct field32 restore_info_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_STRUCTS, .at32 = 4, .at64 = 8, .size = 4, .count_at = 8, .of = &layout32_restore_map}, /* rgrstmap */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 20}, /* crstmap to logtimeStop */
    {.kind = FIELD_STATUS, .at32 = 28, .at64 = 40, .size = 4}, /* pfnStatus */
};
const struct layout32 layout32_restore_info = {
    .name = "JET_RSTINFO", .size32 = 32, .size64 = 48,
    .fields = restore_info_fields, .field_count = sizeof(restore_info_fields) / sizeof(restore_info_fields[0]),
};

static const struct field32 restore_info2_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_STRUCTS, .at32 = 4, .at64 = 8, .size = 4, .count_at = 8, .of = &layout32_restore_map2}, /* rgrstmap */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 20}, /* crstmap to logtimeStop */
    {.kind = FIELD_INIT, .at32 = 28, .at64 = 40, .size = 4}, /* pfnCallback */
    {.kind = FIELD_POINTER, .at32 = 32, .at64 = 48, .size = 4}, /* pvCallbackContext */
};
const struct layout32 layout32_restore_info2 = {
    .name = "JET_RSTINFO2", .size32 = 36, .size64 = 56,
    .fields = restore_info2_fields, .field_count = sizeof(restore_info2_fields) / sizeof(restore_info2_fields[0]),
};

static const struct field32 system_param_fields[] = {
    {.kind = FIELD_COPY, .at32 = 0, .at64 = 0, .size = 4}, /* paramid */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* lParam */
    {.kind = FIELD_POINTER, .at32 = 8, .at64 = 16, .size = 4}, /* sz */
    {.kind = FIELD_COPY, .at32 = 12, .at64 = 24, .size = 4}, /* err */
};
const struct layout32 layout32_system_param = {
    .name = "JET_SETSYSPARAM", .size32 = 16, .size64 = 32,
    .fields = system_param_fields, .field_count = sizeof(system_param_fields) / sizeof(system_param_fields[0]),
};

static const struct field32 convert_fields[] = {
    {.kind = FIELD_POINTER, .at32 = 0, .at64 = 0, .size = 4}, /* szOldDll */
    {.kind = FIELD_COPY, .at32 = 4, .at64 = 8, .size = 4}, /* fFlags */
};
const struct layout32 layout32_convert = {
    .name = "JET_CONVERT", .size32 = 8, .size64 = 16,
    .fields = convert_fields, .field_count = sizeof(convert_fields) / sizeof(convert_fields[0]),
};

static const struct field32 database_util_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_HANDLE, .at32 = 4, .at64 = 8, .size = 4}, /* sesid */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 4}, /* dbid */
    {.kind = FIELD_HANDLE, .at32 = 12, .at64 = 24, .size = 4}, /* tableid */
    {.kind = FIELD_COPY, .at32 = 16, .at64 = 32, .size = 12}, /* op to grbitOptions */
    {.kind = FIELD_POINTER, .at32 = 28, .at64 = 48, .size = 4}, /* szDatabase */
    {.kind = FIELD_POINTER, .at32 = 32, .at64 = 56, .size = 4}, /* szSLV_ObsoleteAndUnused */
    {.kind = FIELD_POINTER, .at32 = 36, .at64 = 64, .size = 4}, /* szBackup */
    {.kind = FIELD_POINTER, .at32 = 40, .at64 = 72, .size = 4}, /* szTable */
    {.kind = FIELD_POINTER, .at32 = 44, .at64 = 80, .size = 4}, /* szIndex */
    {.kind = FIELD_POINTER, .at32 = 48, .at64 = 88, .size = 4}, /* szIntegPrefix */
    {.kind = FIELD_COPY, .at32 = 52, .at64 = 96, .size = 24}, /* pgno to cRetry */
    {.kind = FIELD_STATUS, .at32 = 76, .at64 = 120, .size = 4}, /* pfnCallback */
    {.kind = FIELD_POINTER, .at32 = 80, .at64 = 128, .size = 4}, /* pvCallback */
};
const struct layout32 layout32_database_util = {
    .name = "JET_DBUTIL", .size32 = 84, .size64 = 136,
    .fields = database_util_fields, .field_count = sizeof(database_util_fields) / sizeof(database_util_fields[0]),
};
