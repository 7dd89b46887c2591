/*
 * A forms of the information calls: narrow names in; the few results that hold text are fetched wide and narrowed.
 */
#include "api/ansi.h"
#include "api/info_level.h"

#include <stddef.h>
#include <string.h>

enum { LEVEL_MASK = 0x0000FFFF, NAME_UNITS = 1024 };

/* A text result: fetched into a wide buffer, narrowed into the caller's. */
#define NARROW_TEXT(ask, to, room)                                                                                     \
    do {                                                                                                               \
        struct wide w = WIDE_NONE;                                                                                     \
        JET_WCHAR *text = wide_take(&w, NAME_UNITS * sizeof *text);                                                    \
        JET_ERR err = text != NULL ? ask(text, NAME_UNITS * (JET_UINT32)sizeof *text) : JET_errOutOfMemory;            \
        if (err >= 0)                                                                                                  \
            err = give_text(text, (to), (room), err);                                                                  \
        return wide_done(&w, err);                                                                                     \
    } while (0)

static JET_ERR give_text(const JET_WCHAR *text, char *to, size_t room, JET_ERR good)
{
    size_t units = 0, bytes;
    while (units < NAME_UNITS && text[units] != 0)
        units++;
    bytes = narrow_out(text, units, NULL, 0);
    if (bytes + 1 > room)
        return JET_errBufferTooSmall;
    narrow_out(text, units, to, bytes);
    to[bytes] = 0;
    return good;
}

static void narrow_fixed(const JET_WCHAR *text, char *to, size_t room)
{
    size_t units = 0, bytes;
    while (units < room && text[units] != 0)
        units++;
    bytes = narrow_out(text, units, to, room - 1);
    to[bytes < room ? bytes : room - 1] = 0;
}

static void narrow_column_base(const JET_COLUMNBASE_W *from, JET_COLUMNBASE_A *to)
{
    memcpy(to, from, offsetof(JET_COLUMNBASE_A, szBaseTableName));
    to->cbStruct = sizeof *to;
    narrow_fixed(from->szBaseTableName, to->szBaseTableName, sizeof to->szBaseTableName);
    narrow_fixed(from->szBaseColumnName, to->szBaseColumnName, sizeof to->szBaseColumnName);
}

static bool level_by_columnid(JET_UINT32 level)
{
    return (level & LEVEL_MASK) == JET_ColInfoByColid || (level & LEVEL_MASK) == JET_ColInfoBaseByColid;
}

static bool level_has_base(JET_UINT32 level)
{
    return (level & LEVEL_MASK) == JET_ColInfoBase || (level & LEVEL_MASK) == JET_ColInfoBaseByColid;
}

JET_ERR JET_API JetGetColumnInfoA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_PCSTR pColumnNameOrId, void *pvResult, JET_UINT32 cbMax,
                                  JET_UINT32 InfoLevel)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *table = wide_in(&w, szTableName);
    const JET_WCHAR *column = level_by_columnid(InfoLevel) ? (const JET_WCHAR *)(const void *)pColumnNameOrId : wide_in(&w, pColumnNameOrId);
    JET_COLUMNBASE_W *base = level_has_base(InfoLevel) ? wide_take(&w, sizeof *base) : NULL;
    JET_ERR err;

    if (w.failed)
        return wide_done(&w, JET_errOutOfMemory);
    if (base == NULL || pvResult == NULL || cbMax < sizeof(JET_COLUMNBASE_A))
        return wide_done(&w, JetGetColumnInfoW(sesid, dbid, table, column, pvResult, cbMax, InfoLevel | INFO_NARROW));
    base->cbStruct = sizeof *base;
    err = JetGetColumnInfoW(sesid, dbid, table, column, base, sizeof *base, InfoLevel);
    if (err >= 0)
        narrow_column_base(base, pvResult);
    return wide_done(&w, err);
}

JET_ERR JET_API JetGetTableColumnInfoA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName, void *pvResult, JET_UINT32 cbMax,
                                       JET_UINT32 InfoLevel)
{
    struct wide w = WIDE_NONE;
    const JET_WCHAR *column = level_by_columnid(InfoLevel) ? (const JET_WCHAR *)(const void *)szColumnName : wide_in(&w, szColumnName);
    JET_COLUMNBASE_W *base = level_has_base(InfoLevel) ? wide_take(&w, sizeof *base) : NULL;
    JET_ERR err;

    if (w.failed)
        return wide_done(&w, JET_errOutOfMemory);
    if (base == NULL || pvResult == NULL || cbMax < sizeof(JET_COLUMNBASE_A))
        return wide_done(&w, JetGetTableColumnInfoW(sesid, tableid, column, pvResult, cbMax, InfoLevel | INFO_NARROW));
    base->cbStruct = sizeof *base;
    err = JetGetTableColumnInfoW(sesid, tableid, column, base, sizeof *base, InfoLevel);
    if (err >= 0)
        narrow_column_base(base, pvResult);
    return wide_done(&w, err);
}

/* ---- index descriptions with texts: struct, key and name stand in the caller's buffer ---- */

static bool level_is_index_create(JET_UINT32 level)
{
    return level == JET_IdxInfoCreateIndex || level == JET_IdxInfoCreateIndex2 || level == JET_IdxInfoCreateIndex3;
}

static size_t index_create_bytes(JET_UINT32 level)
{
    return level == JET_IdxInfoCreateIndex ? sizeof(JET_INDEXCREATE_A) : level == JET_IdxInfoCreateIndex2 ? sizeof(JET_INDEXCREATE2_A)
                                                                                                          : sizeof(JET_INDEXCREATE3_A);
}

/*
 * The wide answer lies in wide_at; the narrow one takes the same places, shifted by the distance of the buffers: narrow text is never
 * longer than wide text was, in bytes, for any text a name may hold.
 */
static JET_ERR narrow_index_create(JET_INDEXCREATE_W *from, uint8_t *wide_at, uint8_t *to, size_t room)
{
    JET_INDEXCREATE_A *out = (void *)to;
    ptrdiff_t shift = to - wide_at;

    memcpy(to, wide_at, room);
    if (from->szIndexName != NULL) {
        char *name = (char *)((uint8_t *)from->szIndexName + shift);
        narrow_fixed(from->szIndexName, name, 2 * 64 + 2);
        out->szIndexName = name;
    }
    if (from->szKey != NULL) {
        char *key = (char *)((uint8_t *)from->szKey + shift);
        size_t units = from->cbKey / sizeof(JET_WCHAR), bytes = narrow_out(from->szKey, units, NULL, 0);
        if ((uint8_t *)key + bytes > to + room)
            return JET_errBufferTooSmall;
        narrow_out(from->szKey, units, key, bytes);
        out->szKey = key;
        out->cbKey = (JET_UINT32)bytes;
    }
    for (JET_UINT32 n = 0; n < from->cConditionalColumn && from->rgconditionalcolumn != NULL; n++) {
        JET_CONDITIONALCOLUMN_A *c = (void *)((uint8_t *)from->rgconditionalcolumn + shift);
        char *name = (char *)((uint8_t *)from->rgconditionalcolumn[n].szColumnName + shift);
        narrow_fixed(from->rgconditionalcolumn[n].szColumnName, name, 2 * 64 + 2);
        c[n].szColumnName = name;
        out->rgconditionalcolumn = c;
    }
    return JET_errSuccess;
}

#define NARROW_INDEX(ask)                                                                                              \
    do {                                                                                                               \
        uint8_t *wide_at;                                                                                              \
        JET_ERR err;                                                                                                   \
        if (w.failed)                                                                                                  \
            return wide_done(&w, JET_errOutOfMemory);                                                                  \
        if (!level_is_index_create(InfoLevel) || pvResult == NULL || cbResult < index_create_bytes(InfoLevel))         \
            return wide_done(&w, ask(pvResult));                                                                       \
        wide_at = wide_take(&w, cbResult);                                                                             \
        if (wide_at == NULL)                                                                                           \
            return wide_done(&w, JET_errOutOfMemory);                                                                  \
        memcpy(wide_at, pvResult, index_create_bytes(InfoLevel));                                                      \
        err = ask(wide_at);                                                                                            \
        if (err >= 0)                                                                                                  \
            err = narrow_index_create((void *)wide_at, wide_at, pvResult, cbResult);                                   \
        return wide_done(&w, err);                                                                                     \
    } while (0)

JET_ERR JET_API JetGetIndexInfoA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_PCSTR szIndexName, void *pvResult, JET_UINT32 cbResult,
                                 JET_UINT32 InfoLevel)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *table = wide_in(&w, szTableName), *index = wide_in(&w, szIndexName);
#define ASK(to) JetGetIndexInfoW(sesid, dbid, table, index, to, cbResult, InfoLevel | INFO_NARROW)
    NARROW_INDEX(ASK);
#undef ASK
}

JET_ERR JET_API JetGetTableIndexInfoA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, void *pvResult, JET_UINT32 cbResult,
                                      JET_UINT32 InfoLevel)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *index = wide_in(&w, szIndexName);
#define ASK(to) JetGetTableIndexInfoW(sesid, tableid, index, to, cbResult, InfoLevel | INFO_NARROW)
    NARROW_INDEX(ASK);
#undef ASK
}

/* Cut to the room there is, as in the W form. */
JET_ERR JET_API JetGetCurrentIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PSTR szIndexName, JET_UINT32 cbIndexName)
{
    JET_WCHAR text[JET_cbNameMost + 1] = {0};
    size_t units = 0, bytes;
    JET_ERR err = JetGetCurrentIndexW(sesid, tableid, text, sizeof text);

    if (err < 0 || szIndexName == NULL || cbIndexName == 0)
        return err;
    while (units < JET_cbNameMost && text[units] != 0)
        units++;
    bytes = narrow_out(text, units, szIndexName, cbIndexName);
    szIndexName[bytes < cbIndexName ? bytes : cbIndexName - 1] = 0;
    return err;
}

JET_ERR JET_API JetGetDatabaseInfoA(JET_SESID sesid, JET_DBID dbid, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel)
{
#define ASK(text, bytes) JetGetDatabaseInfoW(sesid, dbid, text, bytes, InfoLevel)
    if ((InfoLevel != JET_DbInfoFilename && InfoLevel != JET_DbInfoConnect) || pvResult == NULL)
        return JetGetDatabaseInfoW(sesid, dbid, pvResult, cbMax, InfoLevel);
    NARROW_TEXT(ASK, pvResult, cbMax);
#undef ASK
}

JET_ERR JET_API JetGetTableInfoA(JET_SESID sesid, JET_TABLEID tableid, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel)
{
#define ASK(text, bytes) JetGetTableInfoW(sesid, tableid, text, bytes, InfoLevel)
    if ((InfoLevel != JET_TblInfoName && InfoLevel != JET_TblInfoTemplateTableName) || pvResult == NULL)
        return JetGetTableInfoW(sesid, tableid, pvResult, cbMax, InfoLevel);
    NARROW_TEXT(ASK, pvResult, cbMax);
#undef ASK
}

JET_ERR JET_API JetSetTableInfoA(JET_SESID sesid, JET_TABLEID tableid, const void *pvParam, JET_UINT32 cbParam, JET_UINT32 InfoLevel)
{
    return JetSetTableInfoW(sesid, tableid, pvParam, cbParam, InfoLevel);
}

/* The plain spellings. */
JET_PLAIN(JetGetColumnInfo);
JET_PLAIN(JetGetTableColumnInfo);
JET_PLAIN(JetGetIndexInfo);
JET_PLAIN(JetGetTableIndexInfo);
JET_PLAIN(JetGetCurrentIndex);
JET_PLAIN(JetGetDatabaseInfo);
JET_PLAIN(JetGetTableInfo);
JET_PLAIN(JetSetTableInfo);
