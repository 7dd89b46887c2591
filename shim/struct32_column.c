/*
 * struct32_column.c - layouts of structs that differ between 32 and 64 bit: columns to set, retrieve and enumerate; ranges of keys.
 */
#include "shim32.h"

static const struct field32 set_column_fields[] = {
    {.kind = FIELD_COPY, .at32 = 0, .at64 = 0, .size = 4}, /* columnid */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* pvData */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 20}, /* cbData to err */
};
const struct layout32 layout32_set_column = {
    .name = "JET_SETCOLUMN", .size32 = 28, .size64 = 40,
    .fields = set_column_fields, .field_count = sizeof(set_column_fields) / sizeof(set_column_fields[0]),
};

static const struct field32 retrieve_column_fields[] = {
    {.kind = FIELD_COPY, .at32 = 0, .at64 = 0, .size = 4}, /* columnid */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* pvData */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 28}, /* cbData to err */
};
const struct layout32 layout32_retrieve_column = {
    .name = "JET_RETRIEVECOLUMN", .size32 = 36, .size64 = 48,
    .fields = retrieve_column_fields, .field_count = sizeof(retrieve_column_fields) / sizeof(retrieve_column_fields[0]),
};

static const struct field32 enum_column_id_fields[] = {
    {.kind = FIELD_COPY, .at32 = 0, .at64 = 0, .size = 8}, /* columnid to ctagSequence */
    {.kind = FIELD_POINTER, .at32 = 8, .at64 = 8, .size = 4}, /* rgtagSequence */
};
const struct layout32 layout32_enum_column_id = {
    .name = "JET_ENUMCOLUMNID", .size32 = 12, .size64 = 16,
    .fields = enum_column_id_fields, .field_count = sizeof(enum_column_id_fields) / sizeof(enum_column_id_fields[0]),
};

static const struct field32 index_column_fields[] = {
    {.kind = FIELD_COPY, .at32 = 0, .at64 = 0, .size = 8}, /* columnid to relop */
    {.kind = FIELD_POINTER, .at32 = 8, .at64 = 8, .size = 4}, /* pv */
    {.kind = FIELD_COPY, .at32 = 12, .at64 = 16, .size = 8}, /* cb to grbit */
};
const struct layout32 layout32_index_column = {
    .name = "JET_INDEX_COLUMN", .size32 = 20, .size64 = 24,
    .fields = index_column_fields, .field_count = sizeof(index_column_fields) / sizeof(index_column_fields[0]),
};

static const struct field32 index_range2_fields[] = {
    {.kind = FIELD_STRUCTS, .at32 = 0, .at64 = 0, .size = 4, .count_at = 4, .of = &layout32_index_column}, /* rgStartColumns */
    {.kind = FIELD_COPY, .at32 = 4, .at64 = 8, .size = 4}, /* cStartColumns */
    {.kind = FIELD_STRUCTS, .at32 = 8, .at64 = 16, .size = 4, .count_at = 12, .of = &layout32_index_column}, /* rgEndColumns */
    {.kind = FIELD_COPY, .at32 = 12, .at64 = 24, .size = 4}, /* cEndColumns */
};
const struct layout32 layout32_index_range2 = {
    .name = "JET_INDEX_RANGE", .size32 = 16, .size64 = 32,
    .fields = index_range2_fields, .field_count = sizeof(index_range2_fields) / sizeof(index_range2_fields[0]),
};
