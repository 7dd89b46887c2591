/*
 * ddl_convert.h - the many versions of JET_COLUMN*, JET_INDEXCREATE* and JET_TABLECREATE* to the engine's one form of each.
 *
 * GIVES       column_from_*, index_read (any version, W), table_from_*; option bits to catalog flags and back.
 * INVARIANTS  V1  each version of a struct is read in one place; sizes select versions.
 * FAILS       JET_errInvalidParameter (size), JET_errInvalidName, JET_errInvalidColumnType, JET_errInvalidCodePage, JET_errInvalidGrbit,
 *             JET_errMultiValuedColumnMustBeTagged, JET_errIndexInvalidDef, JET_errDensityInvalid, JET_errIndexTuplesInvalidLimits, ...
 * CALLERS     api.
 * TESTS       conformance/sequences: tbl-column, tbl-index
 */
#ifndef ESE_API_DDL_CONVERT_H
#define ESE_API_DDL_CONVERT_H

#include "api/text.h"
#include "table/ddl.h"

struct param_table;

/* Bytes of a key description in UTF-16: far above sixteen signed names with what may follow them. */
enum { KEY_TEXT_BYTES_MAX = 8192 };

/* Names and values a definition points to live in the arena. */
struct column_args {
    const JET_WCHAR *name;
    JET_COLTYP type;
    uint32_t code_page, max_bytes;
    JET_GRBIT grbit;
    const void *default_value;
    uint32_t default_bytes;
};
/* *warning: JET_wrnColumnMaxTruncated or 0. */
ese_err column_convert(const struct column_args *args, struct arena *a, struct column_create *out, JET_ERR *warning);

struct index_args {
    const JET_WCHAR *name, *key;
    uint32_t key_bytes;
    JET_GRBIT grbit;
    uint32_t density;
    const JET_WCHAR *locale;                            /* JET_INDEXCREATE3 */
    uint32_t lcid, map_flags;
    bool has_locale;
    uint32_t segment_max, key_most;
    const JET_TUPLELIMITS *tuples;
    const JET_CONDITIONALCOLUMN_W *conditions;
    uint32_t condition_count;
    JET_ERR *err;                                       /* member of the caller's struct; NULL for JetCreateIndex */
};
/* at points to an element of an array of index structs whose elements are stride apart; version 1, 2, 3. JET_errInvalidParameter. */
enum index_version { INDEX_V1 = 1, INDEX_V2, INDEX_V3 };
ese_err index_read(void *at, enum index_version version, struct index_args *out);
size_t index_stride(const void *first, enum index_version version);
ese_err index_convert(const struct index_args *args, const struct param_table *params, struct arena *a, struct index_create *out);

JET_GRBIT column_grbit(const struct column_def *c, bool read_only);     /* as information calls report it */
JET_GRBIT index_grbit(const struct index_def *i);
uint32_t table_flags_of_grbit(JET_GRBIT grbit);
JET_GRBIT table_grbit(uint32_t flags);

#endif
