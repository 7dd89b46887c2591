/*
 * struct32_create.c - layouts of structs that differ between 32 and 64 bit: tables, columns, indexes and temporary tables to create.
 */
#include "shim32.h"

static const struct field32 column_create_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* szColumnName */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 12}, /* coltyp to grbit */
    {.kind = FIELD_POINTER, .at32 = 20, .at64 = 32, .size = 4}, /* pvDefault */
    {.kind = FIELD_COPY, .at32 = 24, .at64 = 40, .size = 16}, /* cbDefault to err */
};
const struct layout32 layout32_column_create = {
    .name = "JET_COLUMNCREATE", .size32 = 40, .size64 = 56,
    .fields = column_create_fields, .field_count = sizeof(column_create_fields) / sizeof(column_create_fields[0]),
};

static const struct field32 conditional_column_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* szColumnName */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 4}, /* grbit */
};
const struct layout32 layout32_conditional_column = {
    .name = "JET_CONDITIONALCOLUMN", .size32 = 12, .size64 = 24,
    .fields = conditional_column_fields, .field_count = sizeof(conditional_column_fields) / sizeof(conditional_column_fields[0]),
};

static const struct field32 unicode_index2_fields[] = {
    {.kind = FIELD_POINTER, .at32 = 0, .at64 = 0, .size = 4}, /* szLocaleName */
    {.kind = FIELD_COPY, .at32 = 4, .at64 = 8, .size = 4}, /* dwMapFlags */
};
const struct layout32 layout32_unicode_index2 = {
    .name = "JET_UNICODEINDEX2", .size32 = 8, .size64 = 16,
    .fields = unicode_index2_fields, .field_count = sizeof(unicode_index2_fields) / sizeof(unicode_index2_fields[0]),
};

static const struct field32 index_create_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* szIndexName */
    {.kind = FIELD_POINTER, .at32 = 8, .at64 = 16, .size = 4}, /* szKey */
    {.kind = FIELD_COPY, .at32 = 12, .at64 = 24, .size = 12}, /* cbKey to ulDensity */
    {.kind = FIELD_POINTER, .at32 = 24, .at64 = 40, .size = 4}, /* pidxunicode */
    {.kind = FIELD_POINTER, .at32 = 28, .at64 = 48, .size = 4}, /* ptuplelimits */
    {.kind = FIELD_STRUCTS, .at32 = 32, .at64 = 56, .size = 4, .count_at = 36, .of = &layout32_conditional_column}, /* rgconditionalcolumn */
    {.kind = FIELD_COPY, .at32 = 36, .at64 = 64, .size = 12}, /* cConditionalColumn to cbKeyMost */
};
const struct layout32 layout32_index_create = {
    .name = "JET_INDEXCREATE", .size32 = 48, .size64 = 80,
    .other_sizes = {{44, 72}, {52, 88}},
    .fields = index_create_fields, .field_count = sizeof(index_create_fields) / sizeof(index_create_fields[0]),
};

static const struct field32 index_create2_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* szIndexName */
    {.kind = FIELD_POINTER, .at32 = 8, .at64 = 16, .size = 4}, /* szKey */
    {.kind = FIELD_COPY, .at32 = 12, .at64 = 24, .size = 12}, /* cbKey to ulDensity */
    {.kind = FIELD_POINTER, .at32 = 24, .at64 = 40, .size = 4}, /* pidxunicode */
    {.kind = FIELD_POINTER, .at32 = 28, .at64 = 48, .size = 4}, /* ptuplelimits */
    {.kind = FIELD_STRUCTS, .at32 = 32, .at64 = 56, .size = 4, .count_at = 36, .of = &layout32_conditional_column}, /* rgconditionalcolumn */
    {.kind = FIELD_COPY, .at32 = 36, .at64 = 64, .size = 12}, /* cConditionalColumn to cbKeyMost */
    {.kind = FIELD_POINTER, .at32 = 48, .at64 = 80, .size = 4}, /* pSpacehints */
};
const struct layout32 layout32_index_create2 = {
    .name = "JET_INDEXCREATE2", .size32 = 52, .size64 = 88,
    .other_sizes = {{48, 80}},
    .fields = index_create2_fields, .field_count = sizeof(index_create2_fields) / sizeof(index_create2_fields[0]),
};

static const struct field32 index_create3_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* szIndexName */
    {.kind = FIELD_POINTER, .at32 = 8, .at64 = 16, .size = 4}, /* szKey */
    {.kind = FIELD_COPY, .at32 = 12, .at64 = 24, .size = 12}, /* cbKey to ulDensity */
    {.kind = FIELD_STRUCTS, .at32 = 24, .at64 = 40, .size = 4, .of = &layout32_unicode_index2}, /* pidxunicode */
    {.kind = FIELD_POINTER, .at32 = 28, .at64 = 48, .size = 4}, /* ptuplelimits */
    {.kind = FIELD_STRUCTS, .at32 = 32, .at64 = 56, .size = 4, .count_at = 36, .of = &layout32_conditional_column}, /* rgconditionalcolumn */
    {.kind = FIELD_COPY, .at32 = 36, .at64 = 64, .size = 12}, /* cConditionalColumn to cbKeyMost */
    {.kind = FIELD_POINTER, .at32 = 48, .at64 = 80, .size = 4}, /* pSpacehints */
};
const struct layout32 layout32_index_create3 = {
    .name = "JET_INDEXCREATE3", .size32 = 52, .size64 = 88,
    .fields = index_create3_fields, .field_count = sizeof(index_create3_fields) / sizeof(index_create3_fields[0]),
};

static const struct field32 table_create_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* szTableName */
    {.kind = FIELD_POINTER, .at32 = 8, .at64 = 16, .size = 4}, /* szTemplateTableName */
    {.kind = FIELD_COPY, .at32 = 12, .at64 = 24, .size = 8}, /* ulPages to ulDensity */
    {.kind = FIELD_STRUCTS, .at32 = 20, .at64 = 32, .size = 4, .count_at = 24, .of = &layout32_column_create}, /* rgcolumncreate */
    {.kind = FIELD_COPY, .at32 = 24, .at64 = 40, .size = 4}, /* cColumns */
    {.kind = FIELD_STRUCTS, .at32 = 28, .at64 = 48, .size = 4, .count_at = 32, .of = &layout32_index_create}, /* rgindexcreate */
    {.kind = FIELD_COPY, .at32 = 32, .at64 = 56, .size = 8}, /* cIndexes to grbit */
    {.kind = FIELD_HANDLE, .at32 = 40, .at64 = 64, .size = 4}, /* tableid */
    {.kind = FIELD_COPY, .at32 = 44, .at64 = 72, .size = 4}, /* cCreated */
};
const struct layout32 layout32_table_create = {
    .name = "JET_TABLECREATE", .size32 = 48, .size64 = 80,
    .fields = table_create_fields, .field_count = sizeof(table_create_fields) / sizeof(table_create_fields[0]),
};

static const struct field32 table_create2_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* szTableName */
    {.kind = FIELD_POINTER, .at32 = 8, .at64 = 16, .size = 4}, /* szTemplateTableName */
    {.kind = FIELD_COPY, .at32 = 12, .at64 = 24, .size = 8}, /* ulPages to ulDensity */
    {.kind = FIELD_STRUCTS, .at32 = 20, .at64 = 32, .size = 4, .count_at = 24, .of = &layout32_column_create}, /* rgcolumncreate */
    {.kind = FIELD_COPY, .at32 = 24, .at64 = 40, .size = 4}, /* cColumns */
    {.kind = FIELD_STRUCTS, .at32 = 28, .at64 = 48, .size = 4, .count_at = 32, .of = &layout32_index_create}, /* rgindexcreate */
    {.kind = FIELD_COPY, .at32 = 32, .at64 = 56, .size = 4}, /* cIndexes */
    {.kind = FIELD_POINTER, .at32 = 36, .at64 = 64, .size = 4}, /* szCallback */
    {.kind = FIELD_COPY, .at32 = 40, .at64 = 72, .size = 8}, /* cbtyp to grbit */
    {.kind = FIELD_HANDLE, .at32 = 48, .at64 = 80, .size = 4}, /* tableid */
    {.kind = FIELD_COPY, .at32 = 52, .at64 = 88, .size = 4}, /* cCreated */
};
const struct layout32 layout32_table_create2 = {
    .name = "JET_TABLECREATE2", .size32 = 56, .size64 = 96,
    .fields = table_create2_fields, .field_count = sizeof(table_create2_fields) / sizeof(table_create2_fields[0]),
};

static const struct field32 table_create3_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* szTableName */
    {.kind = FIELD_POINTER, .at32 = 8, .at64 = 16, .size = 4}, /* szTemplateTableName */
    {.kind = FIELD_COPY, .at32 = 12, .at64 = 24, .size = 8}, /* ulPages to ulDensity */
    {.kind = FIELD_STRUCTS, .at32 = 20, .at64 = 32, .size = 4, .count_at = 24, .of = &layout32_column_create}, /* rgcolumncreate */
    {.kind = FIELD_COPY, .at32 = 24, .at64 = 40, .size = 4}, /* cColumns */
    {.kind = FIELD_STRUCTS, .at32 = 28, .at64 = 48, .size = 4, .count_at = 32, .of = &layout32_index_create2}, /* rgindexcreate */
    {.kind = FIELD_COPY, .at32 = 32, .at64 = 56, .size = 4}, /* cIndexes */
    {.kind = FIELD_POINTER, .at32 = 36, .at64 = 64, .size = 4}, /* szCallback */
    {.kind = FIELD_COPY, .at32 = 40, .at64 = 72, .size = 8}, /* cbtyp to grbit */
    {.kind = FIELD_POINTER, .at32 = 48, .at64 = 80, .size = 4}, /* pSeqSpacehints */
    {.kind = FIELD_POINTER, .at32 = 52, .at64 = 88, .size = 4}, /* pLVSpacehints */
    {.kind = FIELD_COPY, .at32 = 56, .at64 = 96, .size = 4}, /* cbSeparateLV */
    {.kind = FIELD_HANDLE, .at32 = 60, .at64 = 104, .size = 4}, /* tableid */
    {.kind = FIELD_COPY, .at32 = 64, .at64 = 112, .size = 4}, /* cCreated */
};
const struct layout32 layout32_table_create3 = {
    .name = "JET_TABLECREATE3", .size32 = 68, .size64 = 120,
    .fields = table_create3_fields, .field_count = sizeof(table_create3_fields) / sizeof(table_create3_fields[0]),
};

static const struct field32 table_create4_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* szTableName */
    {.kind = FIELD_POINTER, .at32 = 8, .at64 = 16, .size = 4}, /* szTemplateTableName */
    {.kind = FIELD_COPY, .at32 = 12, .at64 = 24, .size = 8}, /* ulPages to ulDensity */
    {.kind = FIELD_STRUCTS, .at32 = 20, .at64 = 32, .size = 4, .count_at = 24, .of = &layout32_column_create}, /* rgcolumncreate */
    {.kind = FIELD_COPY, .at32 = 24, .at64 = 40, .size = 4}, /* cColumns */
    {.kind = FIELD_STRUCTS, .at32 = 28, .at64 = 48, .size = 4, .count_at = 32, .of = &layout32_index_create3}, /* rgindexcreate */
    {.kind = FIELD_COPY, .at32 = 32, .at64 = 56, .size = 4}, /* cIndexes */
    {.kind = FIELD_POINTER, .at32 = 36, .at64 = 64, .size = 4}, /* szCallback */
    {.kind = FIELD_COPY, .at32 = 40, .at64 = 72, .size = 8}, /* cbtyp to grbit */
    {.kind = FIELD_POINTER, .at32 = 48, .at64 = 80, .size = 4}, /* pSeqSpacehints */
    {.kind = FIELD_POINTER, .at32 = 52, .at64 = 88, .size = 4}, /* pLVSpacehints */
    {.kind = FIELD_COPY, .at32 = 56, .at64 = 96, .size = 4}, /* cbSeparateLV */
    {.kind = FIELD_HANDLE, .at32 = 60, .at64 = 104, .size = 4}, /* tableid */
    {.kind = FIELD_COPY, .at32 = 64, .at64 = 112, .size = 4}, /* cCreated */
};
const struct layout32 layout32_table_create4 = {
    .name = "JET_TABLECREATE4", .size32 = 68, .size64 = 120,
    .fields = table_create4_fields, .field_count = sizeof(table_create4_fields) / sizeof(table_create4_fields[0]),
};

static const struct field32 table_create5_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* szTableName */
    {.kind = FIELD_POINTER, .at32 = 8, .at64 = 16, .size = 4}, /* szTemplateTableName */
    {.kind = FIELD_COPY, .at32 = 12, .at64 = 24, .size = 8}, /* ulPages to ulDensity */
    {.kind = FIELD_STRUCTS, .at32 = 20, .at64 = 32, .size = 4, .count_at = 24, .of = &layout32_column_create}, /* rgcolumncreate */
    {.kind = FIELD_COPY, .at32 = 24, .at64 = 40, .size = 4}, /* cColumns */
    {.kind = FIELD_STRUCTS, .at32 = 28, .at64 = 48, .size = 4, .count_at = 32, .of = &layout32_index_create3}, /* rgindexcreate */
    {.kind = FIELD_COPY, .at32 = 32, .at64 = 56, .size = 4}, /* cIndexes */
    {.kind = FIELD_POINTER, .at32 = 36, .at64 = 64, .size = 4}, /* szCallback */
    {.kind = FIELD_COPY, .at32 = 40, .at64 = 72, .size = 8}, /* cbtyp to grbit */
    {.kind = FIELD_POINTER, .at32 = 48, .at64 = 80, .size = 4}, /* pSeqSpacehints */
    {.kind = FIELD_POINTER, .at32 = 52, .at64 = 88, .size = 4}, /* pLVSpacehints */
    {.kind = FIELD_COPY, .at32 = 56, .at64 = 96, .size = 8}, /* cbSeparateLV to cbLVChunkMax */
    {.kind = FIELD_HANDLE, .at32 = 64, .at64 = 104, .size = 4}, /* tableid */
    {.kind = FIELD_COPY, .at32 = 68, .at64 = 112, .size = 4}, /* cCreated */
};
const struct layout32 layout32_table_create5 = {
    .name = "JET_TABLECREATE5", .size32 = 72, .size64 = 120,
    .fields = table_create5_fields, .field_count = sizeof(table_create5_fields) / sizeof(table_create5_fields[0]),
};

static const struct field32 temporary_table_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* prgcolumndef */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 4}, /* ccolumn */
    {.kind = FIELD_POINTER, .at32 = 12, .at64 = 24, .size = 4}, /* pidxunicode */
    {.kind = FIELD_COPY, .at32 = 16, .at64 = 32, .size = 4}, /* grbit */
    {.kind = FIELD_POINTER, .at32 = 20, .at64 = 40, .size = 4}, /* prgcolumnid */
    {.kind = FIELD_COPY, .at32 = 24, .at64 = 48, .size = 8}, /* cbKeyMost to cbVarSegMac */
    {.kind = FIELD_HANDLE, .at32 = 32, .at64 = 56, .size = 4}, /* tableid */
};
const struct layout32 layout32_temporary_table = {
    .name = "JET_OPENTEMPORARYTABLE", .size32 = 36, .size64 = 64,
    .fields = temporary_table_fields, .field_count = sizeof(temporary_table_fields) / sizeof(temporary_table_fields[0]),
};

static const struct field32 temporary_table2_fields[] = {
    {.kind = FIELD_SIZE, .at32 = 0, .at64 = 0, .size = 4}, /* cbStruct */
    {.kind = FIELD_POINTER, .at32 = 4, .at64 = 8, .size = 4}, /* prgcolumndef */
    {.kind = FIELD_COPY, .at32 = 8, .at64 = 16, .size = 4}, /* ccolumn */
    {.kind = FIELD_STRUCTS, .at32 = 12, .at64 = 24, .size = 4, .of = &layout32_unicode_index2}, /* pidxunicode */
    {.kind = FIELD_COPY, .at32 = 16, .at64 = 32, .size = 4}, /* grbit */
    {.kind = FIELD_POINTER, .at32 = 20, .at64 = 40, .size = 4}, /* prgcolumnid */
    {.kind = FIELD_COPY, .at32 = 24, .at64 = 48, .size = 8}, /* cbKeyMost to cbVarSegMac */
    {.kind = FIELD_HANDLE, .at32 = 32, .at64 = 56, .size = 4}, /* tableid */
};
const struct layout32 layout32_temporary_table2 = {
    .name = "JET_OPENTEMPORARYTABLE2", .size32 = 36, .size64 = 64,
    .fields = temporary_table2_fields, .field_count = sizeof(temporary_table2_fields) / sizeof(temporary_table2_fields[0]),
};
