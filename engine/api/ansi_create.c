/*
 * A forms of the calls that take descriptions of tables, columns and indexes: the struct is copied, its texts widened, the call made,
 * and what the engine answered in the struct copied back.
 */
#include "api/ansi.h"
#include "api/ddl_convert.h"

#include <assert.h>
#include <string.h>

static_assert(sizeof(JET_COLUMNCREATE_A) == sizeof(JET_COLUMNCREATE_W), "A and W forms differ in pointer types only");
static_assert(sizeof(JET_INDEXCREATE_A) == sizeof(JET_INDEXCREATE_W), "A and W forms differ in pointer types only");
static_assert(sizeof(JET_INDEXCREATE3_A) == sizeof(JET_INDEXCREATE3_W), "A and W forms differ in pointer types only");
static_assert(sizeof(JET_TABLECREATE_A) == sizeof(JET_TABLECREATE_W), "A and W forms differ in pointer types only");
static_assert(sizeof(JET_TABLECREATE5_A) == sizeof(JET_TABLECREATE5_W), "A and W forms differ in pointer types only");

/*
 * An index key is a list of names ended by an empty one; binary language settings may follow it inside cbKey. Names are widened, what
 * follows is kept byte for byte, and the size is in bytes again.
 */
static JET_WCHAR *wide_key(struct wide *w, const char *key, JET_UINT32 *bytes)
{
    size_t names = 0, units = 0, rest;
    JET_WCHAR *text, *whole;

    if (key == NULL)
        return NULL;
    if (*bytes > KEY_TEXT_BYTES_MAX / sizeof *whole) {
        *bytes = UINT32_MAX;                            /* the W form refuses it by its size */
        return wide_take(w, sizeof *whole);
    }
    while (names + 1 < *bytes && (key[names] != 0 || key[names + 1] != 0))
        names++;
    names = names + 2 < *bytes ? names + 2 : *bytes;
    rest = *bytes - names;
    text = wide_bytes(w, key, names, &units);
    whole = text != NULL ? wide_take(w, units * sizeof *whole + rest + sizeof *whole) : NULL;
    if (whole == NULL)
        return NULL;
    memcpy(whole, text, units * sizeof *whole);
    memcpy((uint8_t *)whole + units * sizeof *whole, key + names, rest);
    *bytes = (JET_UINT32)(units * sizeof *whole + rest);
    return whole;
}

/* cbStruct of the A form is that of the W form when it is right; a wrong one stays wrong and the W form refuses it. */
static JET_USERDEFINEDDEFAULT_W *wide_user_default(struct wide *w, const JET_USERDEFINEDDEFAULT_A *a)
{
    JET_USERDEFINEDDEFAULT_W *d = wide_take(w, sizeof *d);
    if (d == NULL)
        return NULL;
    d->szCallback = wide_in(w, a->szCallback);
    d->pbUserData = a->pbUserData;
    d->cbUserData = a->cbUserData;
    if (a->szDependantColumns != NULL) {
        size_t n = 0;
        while (a->szDependantColumns[n] != 0 || a->szDependantColumns[n + 1] != 0)
            n++;
        d->szDependantColumns = wide_bytes(w, a->szDependantColumns, n + 2, NULL);
    }
    return d;
}

static JET_COLUMNCREATE_W *wide_columns(struct wide *w, const JET_COLUMNCREATE_A *a, JET_UINT32 count)
{
    JET_COLUMNCREATE_W *columns;
    if (a == NULL)
        return NULL;
    columns = wide_take(w, count * sizeof *columns);
    for (JET_UINT32 n = 0; columns != NULL && n < count; n++) {
        memcpy(&columns[n], &a[n], sizeof columns[n]);
        columns[n].szColumnName = wide_in(w, a[n].szColumnName);
        if ((a[n].grbit & JET_bitColumnUserDefinedDefault) != 0 && a[n].pvDefault != NULL && a[n].cbDefault == sizeof(JET_USERDEFINEDDEFAULT_A))
            columns[n].pvDefault = wide_user_default(w, a[n].pvDefault);
    }
    return columns;
}

static void columns_back(JET_COLUMNCREATE_A *a, const JET_COLUMNCREATE_W *columns, JET_UINT32 count)
{
    for (JET_UINT32 n = 0; a != NULL && columns != NULL && n < count; n++) {
        a[n].columnid = columns[n].columnid;
        a[n].err = columns[n].err;
    }
}

static JET_CONDITIONALCOLUMN_W *wide_conditions(struct wide *w, const JET_CONDITIONALCOLUMN_A *a, JET_UINT32 count)
{
    JET_CONDITIONALCOLUMN_W *c;
    if (a == NULL || count == 0)
        return NULL;
    c = wide_take(w, count * sizeof *c);
    for (JET_UINT32 n = 0; c != NULL && n < count; n++) {
        c[n].cbStruct = a[n].cbStruct;
        c[n].szColumnName = wide_in(w, a[n].szColumnName);
        c[n].grbit = a[n].grbit;
    }
    return c;
}

/* Elements lie cbStruct apart when the caller was built with the first description; any other size is refused by the W form. */
static size_t element_stride(const JET_UINT32 *first_struct_bytes, size_t full)
{
    bool old = first_struct_bytes != NULL && full == sizeof(JET_INDEXCREATE_A) && *first_struct_bytes == sizeof(JET_INDEXCREATEOLD_A);
    return old ? sizeof(JET_INDEXCREATEOLD_A) : full;
}

/* The three generations of index descriptions share their head; size is that of one. A wrong size is handed on as it is. */
static void *wide_indexes(struct wide *w, void *from, JET_UINT32 count, size_t size)
{
    uint8_t *indexes;
    if (from == NULL || count == 0 || *(const JET_UINT32 *)from != size)
        return from;
    indexes = wide_take(w, count * size);
    for (JET_UINT32 n = 0; indexes != NULL && n < count; n++) {
        const JET_INDEXCREATE_A *a = (const void *)((const uint8_t *)from + n * size);
        JET_INDEXCREATE_W *i = (void *)(indexes + n * size);
        memcpy(i, a, a->cbStruct < size ? a->cbStruct : size);
        if (a->cbStruct != size)
            continue;
        i->szIndexName = wide_in(w, a->szIndexName);
        i->szKey = wide_key(w, a->szKey, &i->cbKey);
        if (size > sizeof(JET_INDEXCREATEOLD_A))
            i->rgconditionalcolumn = wide_conditions(w, a->rgconditionalcolumn, a->cConditionalColumn);
    }
    return indexes;
}

static void indexes_back(void *to, const void *from, JET_UINT32 count, size_t size)
{
    for (JET_UINT32 n = 0; to != NULL && from != NULL && from != to && n < count; n++)
        ((JET_INDEXCREATE_A *)(void *)((uint8_t *)to + n * size))->err =
            ((const JET_INDEXCREATE_W *)(const void *)((const uint8_t *)from + n * size))->err;
}

#define CREATE_INDEXES(call, type)                                                                                     \
    do {                                                                                                               \
        struct wide w = WIDE_NONE;                                                                                     \
        size_t size = element_stride(pindexcreate != NULL ? &pindexcreate->cbStruct : NULL, sizeof(*pindexcreate));      \
        type *indexes = wide_indexes(&w, pindexcreate, cIndexCreate, size);                                            \
        JET_ERR err = w.failed ? JET_errOutOfMemory : call(sesid, tableid, indexes, cIndexCreate);                     \
        indexes_back(pindexcreate, indexes, cIndexCreate, size);                                                       \
        return wide_done(&w, err);                                                                                     \
    } while (0)

JET_ERR JET_API JetCreateIndex2A(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE_A *pindexcreate, JET_UINT32 cIndexCreate)
{
    CREATE_INDEXES(JetCreateIndex2W, JET_INDEXCREATE_W);
}

JET_ERR JET_API JetCreateIndex3A(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE2_A *pindexcreate, JET_UINT32 cIndexCreate)
{
    CREATE_INDEXES(JetCreateIndex3W, JET_INDEXCREATE2_W);
}

JET_ERR JET_API JetCreateIndex4A(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE3_A *pindexcreate, JET_UINT32 cIndexCreate)
{
    CREATE_INDEXES(JetCreateIndex4W, JET_INDEXCREATE3_W);
}

JET_ERR JET_API JetCreateIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_GRBIT grbit, const char *szKey, JET_UINT32 cbKey,
                                JET_UINT32 lDensity)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *name = wide_in(&w, szIndexName);
    JET_UINT32 bytes = cbKey;
    JET_WCHAR *key = wide_key(&w, szKey, &bytes);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetCreateIndexW(sesid, tableid, name, grbit, key, bytes, lDensity));
}

JET_ERR JET_API JetAddColumnA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName, const JET_COLUMNDEF *pcolumndef, const void *pvDefault,
                              JET_UINT32 cbDefault, JET_COLUMNID *pcolumnid)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *name = wide_in(&w, szColumnName);
    if (pcolumndef != NULL && (pcolumndef->grbit & JET_bitColumnUserDefinedDefault) != 0 && pvDefault != NULL &&
        cbDefault == sizeof(JET_USERDEFINEDDEFAULT_A))
        pvDefault = wide_user_default(&w, pvDefault);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetAddColumnW(sesid, tableid, name, pcolumndef, pvDefault, cbDefault, pcolumnid));
}

/* One body for the five generations: names, columns and indexes stand in all of them under the same names. */
#define CREATE_TABLE(call, type_w, index_bytes)                                                                        \
    do {                                                                                                               \
        struct wide w = WIDE_NONE;                                                                                     \
        type_w t;                                                                                                      \
        JET_ERR err;                                                                                                   \
        if (ptablecreate == NULL)                                                                                      \
            return call(sesid, dbid, NULL);                                                                            \
        memcpy(&t, ptablecreate, sizeof t);                                                                            \
        t.szTableName = wide_in(&w, ptablecreate->szTableName);                                                        \
        t.szTemplateTableName = wide_in(&w, ptablecreate->szTemplateTableName);                                        \
        t.rgcolumncreate = wide_columns(&w, ptablecreate->rgcolumncreate, ptablecreate->cColumns);                     \
        t.rgindexcreate = wide_indexes(&w, ptablecreate->rgindexcreate, ptablecreate->cIndexes, (index_bytes));        \
        CREATE_TABLE_CALLBACK(t)                                                                                       \
        err = w.failed ? JET_errOutOfMemory : call(sesid, dbid, &t);                                                   \
        columns_back(ptablecreate->rgcolumncreate, t.rgcolumncreate, ptablecreate->cColumns);                          \
        indexes_back(ptablecreate->rgindexcreate, t.rgindexcreate, ptablecreate->cIndexes, (index_bytes));             \
        ptablecreate->tableid = t.tableid;                                                                             \
        ptablecreate->cCreated = t.cCreated;                                                                           \
        return wide_done(&w, err);                                                                                     \
    } while (0)
#define INDEX_BYTES                                                                                                    \
    element_stride(ptablecreate->rgindexcreate != NULL ? &ptablecreate->rgindexcreate->cbStruct : NULL, sizeof(*ptablecreate->rgindexcreate))

#define CREATE_TABLE_CALLBACK(t)

JET_ERR JET_API JetCreateTableColumnIndexA(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE_A *ptablecreate)
{
    CREATE_TABLE(JetCreateTableColumnIndexW, JET_TABLECREATE_W, INDEX_BYTES);
}

#undef CREATE_TABLE_CALLBACK
#define CREATE_TABLE_CALLBACK(t) (t).szCallback = wide_in(&w, ptablecreate->szCallback);

JET_ERR JET_API JetCreateTableColumnIndex2A(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE2_A *ptablecreate)
{
    CREATE_TABLE(JetCreateTableColumnIndex2W, JET_TABLECREATE2_W, INDEX_BYTES);
}

JET_ERR JET_API JetCreateTableColumnIndex3A(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE3_A *ptablecreate)
{
    CREATE_TABLE(JetCreateTableColumnIndex3W, JET_TABLECREATE3_W, INDEX_BYTES);
}

JET_ERR JET_API JetCreateTableColumnIndex4A(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE4_A *ptablecreate)
{
    CREATE_TABLE(JetCreateTableColumnIndex4W, JET_TABLECREATE4_W, INDEX_BYTES);
}

JET_ERR JET_API JetCreateTableColumnIndex5A(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE5_A *ptablecreate)
{
    CREATE_TABLE(JetCreateTableColumnIndex5W, JET_TABLECREATE5_W, INDEX_BYTES);
}

JET_ERR JET_API JetCompactA(JET_SESID sesid, JET_PCSTR szDatabaseSrc, JET_PCSTR szDatabaseDest, JET_PFNSTATUS pfnStatus, JET_CONVERT_A *pconvert,
                            JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *source = wide_in(&w, szDatabaseSrc), *target = wide_in(&w, szDatabaseDest);
    JET_CONVERT_W convert, *given = NULL;
    if (pconvert != NULL) {
        memcpy(&convert, pconvert, sizeof convert);
        convert.szOldDll = wide_in(&w, pconvert->szOldDll);
        given = &convert;
    }
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetCompactW(sesid, source, target, pfnStatus, given, grbit));
}

JET_ERR JET_API JetDBUtilitiesA(JET_DBUTIL_A *pdbutil)
{
    struct wide w = WIDE_NONE;
    JET_DBUTIL_W util;
    if (pdbutil == NULL || pdbutil->cbStruct != sizeof *pdbutil)
        return JET_errInvalidParameter;
    memcpy(&util, pdbutil, sizeof util);
    if (pdbutil->op != opDBUTILChecksumLogFromMemory) {
        util.szDatabase = wide_in(&w, pdbutil->szDatabase);
        util.szBackup = wide_in(&w, pdbutil->szBackup);
        util.szTable = wide_in(&w, pdbutil->szTable);
    }
    util.szIndex = wide_in(&w, pdbutil->szIndex);
    util.szIntegPrefix = wide_in(&w, pdbutil->szIntegPrefix);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetDBUtilitiesW(&util));
}

/* The plain spellings. */
JET_PLAIN(JetCreateIndex2);
JET_PLAIN(JetCreateIndex);
JET_PLAIN(JetAddColumn);
JET_PLAIN(JetCreateTableColumnIndex);
JET_PLAIN(JetCreateTableColumnIndex2);
JET_PLAIN(JetCompact);
JET_PLAIN(JetDBUtilities);
