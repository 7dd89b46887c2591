/*
 * struct32_create.c - layouts of structs that differ between 32 and 64 bit: tables, columns, indexes and temporary tables to create.
 */
#include "shim32.h"

LAYOUT32(column_create, JET_COLUMNCREATE, 40, 56,
    CB_STRUCT,
    POINTER(4, 8), /* szColumnName */
    COPY(8, 16, 12), /* coltyp to grbit */
    POINTER(20, 32), /* pvDefault */
    COPY(24, 40, 16) /* cbDefault to err */)

LAYOUT32(conditional_column, JET_CONDITIONALCOLUMN, 12, 24,
    CB_STRUCT,
    POINTER(4, 8), /* szColumnName */
    COPY(8, 16, 4) /* grbit */)

LAYOUT32(unicode_index2, JET_UNICODEINDEX2, 8, 16,
    POINTER(0, 0), /* szLocaleName */
    COPY(4, 8, 4) /* dwMapFlags */)

/* What all generations of a struct begin with. */
#define INDEX_CREATE_NAMES                            \
    CB_STRUCT,                                        \
    POINTER(4, 8), /* szIndexName */                  \
    POINTER(8, 16), /* szKey */                       \
    COPY(12, 24, 12) /* cbKey to ulDensity */
#define INDEX_CREATE_RULES                            \
    POINTER(28, 48), /* ptuplelimits */               \
    STRUCTS(32, 56, 36, conditional_column), /* rgconditionalcolumn */ \
    COPY(36, 64, 12) /* cConditionalColumn to cbKeyMost */
#define TABLE_CREATE_PARTS(index_layout)              \
    CB_STRUCT,                                        \
    POINTER(4, 8), /* szTableName */                  \
    POINTER(8, 16), /* szTemplateTableName */         \
    COPY(12, 24, 8), /* ulPages to ulDensity */       \
    STRUCTS(20, 32, 24, column_create), /* rgcolumncreate */ \
    COPY(24, 40, 4), /* cColumns */                   \
    STRUCTS(28, 48, 32, index_layout) /* rgindexcreate */
#define TABLE_CREATE_CALLBACK                         \
    COPY(32, 56, 4), /* cIndexes */                   \
    POINTER(36, 64), /* szCallback */                 \
    COPY(40, 72, 8) /* cbtyp to grbit */
#define TABLE_CREATE_SPACE                            \
    POINTER(48, 80), /* pSeqSpacehints */             \
    POINTER(52, 88) /* pLVSpacehints */

LAYOUT32_FORMS(index_create, JET_INDEXCREATE, 48, 80, FORMS({44, 72}, {52, 88}),
    INDEX_CREATE_NAMES,
    POINTER(24, 40), /* pidxunicode */
    INDEX_CREATE_RULES)

LAYOUT32_FORMS(index_create2, JET_INDEXCREATE2, 52, 88, FORMS({48, 80}),
    INDEX_CREATE_NAMES,
    POINTER(24, 40), /* pidxunicode */
    INDEX_CREATE_RULES,
    POINTER(48, 80) /* pSpacehints */)

LAYOUT32(index_create3, JET_INDEXCREATE3, 52, 88,
    INDEX_CREATE_NAMES,
    STRUCT(24, 40, unicode_index2), /* pidxunicode */
    INDEX_CREATE_RULES,
    POINTER(48, 80) /* pSpacehints */)

LAYOUT32(table_create, JET_TABLECREATE, 48, 80,
    TABLE_CREATE_PARTS(index_create),
    COPY(32, 56, 8), /* cIndexes to grbit */
    HANDLE(40, 64), /* tableid */
    COPY(44, 72, 4) /* cCreated */)

LAYOUT32(table_create2, JET_TABLECREATE2, 56, 96,
    TABLE_CREATE_PARTS(index_create),
    TABLE_CREATE_CALLBACK,
    HANDLE(48, 80), /* tableid */
    COPY(52, 88, 4) /* cCreated */)

LAYOUT32(table_create3, JET_TABLECREATE3, 68, 120,
    TABLE_CREATE_PARTS(index_create2),
    TABLE_CREATE_CALLBACK,
    TABLE_CREATE_SPACE,
    COPY(56, 96, 4), /* cbSeparateLV */
    HANDLE(60, 104), /* tableid */
    COPY(64, 112, 4) /* cCreated */)

LAYOUT32(table_create4, JET_TABLECREATE4, 68, 120,
    TABLE_CREATE_PARTS(index_create3),
    TABLE_CREATE_CALLBACK,
    TABLE_CREATE_SPACE,
    COPY(56, 96, 4), /* cbSeparateLV */
    HANDLE(60, 104), /* tableid */
    COPY(64, 112, 4) /* cCreated */)

LAYOUT32(table_create5, JET_TABLECREATE5, 72, 120,
    TABLE_CREATE_PARTS(index_create3),
    TABLE_CREATE_CALLBACK,
    TABLE_CREATE_SPACE,
    COPY(56, 96, 8), /* cbSeparateLV to cbLVChunkMax */
    HANDLE(64, 104), /* tableid */
    COPY(68, 112, 4) /* cCreated */)

LAYOUT32(temporary_table, JET_OPENTEMPORARYTABLE, 36, 64,
    CB_STRUCT,
    POINTER(4, 8), /* prgcolumndef */
    COPY(8, 16, 4), /* ccolumn */
    POINTER(12, 24), /* pidxunicode */
    COPY(16, 32, 4), /* grbit */
    POINTER(20, 40), /* prgcolumnid */
    COPY(24, 48, 8), /* cbKeyMost to cbVarSegMac */
    HANDLE(32, 56) /* tableid */)

LAYOUT32(temporary_table2, JET_OPENTEMPORARYTABLE2, 36, 64,
    CB_STRUCT,
    POINTER(4, 8), /* prgcolumndef */
    COPY(8, 16, 4), /* ccolumn */
    STRUCT(12, 24, unicode_index2), /* pidxunicode */
    COPY(16, 32, 4), /* grbit */
    POINTER(20, 40), /* prgcolumnid */
    COPY(24, 48, 8), /* cbKeyMost to cbVarSegMac */
    HANDLE(32, 56) /* tableid */)
