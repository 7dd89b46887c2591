/*
 * struct32_column.c - layouts of structs that differ between 32 and 64 bit: columns to set, retrieve and enumerate; ranges of keys.
 */
#include "shim32.h"

LAYOUT32(set_column, JET_SETCOLUMN, 28, 40,
    COPY(0, 0, 4), /* columnid */
    POINTER(4, 8), /* pvData */
    COPY(8, 16, 20) /* cbData to err */)

LAYOUT32(retrieve_column, JET_RETRIEVECOLUMN, 36, 48,
    COPY(0, 0, 4), /* columnid */
    POINTER(4, 8), /* pvData */
    COPY(8, 16, 28) /* cbData to err */)

LAYOUT32(enum_column_id, JET_ENUMCOLUMNID, 12, 16,
    COPY(0, 0, 8), /* columnid to ctagSequence */
    POINTER(8, 8) /* rgtagSequence */)

LAYOUT32(index_column, JET_INDEX_COLUMN, 20, 24,
    COPY(0, 0, 8), /* columnid to relop */
    POINTER(8, 8), /* pv */
    COPY(12, 16, 8) /* cb to grbit */)

LAYOUT32(index_range2, JET_INDEX_RANGE, 16, 32,
    STRUCTS(0, 0, 4, index_column), /* rgStartColumns */
    COPY(4, 8, 4), /* cStartColumns */
    STRUCTS(8, 16, 12, index_column), /* rgEndColumns */
    COPY(12, 24, 4) /* cEndColumns */)
