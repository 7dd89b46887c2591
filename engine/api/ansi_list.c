/*
 * A forms with lists and structs in or out: file lists of a backup, instances, parameters, restore maps.
 */
#include "api/ansi.h"

#include <string.h>

/* ---- lists of names: the A form asks for the whole list and then looks at the caller's buffer (backup-restore.md 9) ---- */

static JET_ERR give_list(struct wide *w, const JET_WCHAR *list, JET_UINT32 bytes, char *to, JET_UINT32 room, JET_UINT32 *actual)
{
    size_t units = bytes / sizeof *list, full = narrow_out(list, units, NULL, 0);
    char *narrow;

    if (room == 0 || to == NULL) {
        if (actual != NULL)
            *actual = (JET_UINT32)full;
        return JET_errSuccess;
    }
    if ((size_t)room + 1 < full)
        return JET_errBufferTooSmall;
    narrow = wide_take(w, full);
    if (narrow == NULL)
        return JET_errOutOfMemory;
    narrow_out(list, units, narrow, full);
    memcpy(to, narrow, room < full ? room : full);
    if (actual != NULL)
        *actual = (JET_UINT32)full;
    return JET_errSuccess;
}

/* ask is the W call with the list, its room and the size put in place of the caller's. */
#define NARROW_LIST(ask_size, ask_list)                                                                                \
    do {                                                                                                               \
        struct wide w = WIDE_NONE;                                                                                     \
        JET_UINT32 bytes = 0;                                                                                          \
        JET_WCHAR *list = NULL;                                                                                        \
        JET_ERR err = (ask_size);                                                                                      \
        if (err >= 0)                                                                                                  \
            list = wide_take(&w, bytes);                                                                               \
        if (err >= 0)                                                                                                  \
            err = list != NULL ? (ask_list) : JET_errOutOfMemory;                                                      \
        if (err >= 0)                                                                                                  \
            err = give_list(&w, list, bytes, szz, cbMax, pcbActual);                                                   \
        return wide_done(&w, err);                                                                                     \
    } while (0)

JET_ERR JET_API JetGetAttachInfoA(JET_PSTR szz, JET_UINT32 cbMax, JET_UINT32 *pcbActual)
{
    NARROW_LIST(JetGetAttachInfoW(NULL, 0, &bytes), JetGetAttachInfoW(list, bytes, &bytes));
}

JET_ERR JET_API JetGetAttachInfoInstanceA(JET_INSTANCE instance, JET_PSTR szz, JET_UINT32 cbMax, JET_UINT32 *pcbActual)
{
    NARROW_LIST(JetGetAttachInfoInstanceW(instance, NULL, 0, &bytes), JetGetAttachInfoInstanceW(instance, list, bytes, &bytes));
}

JET_ERR JET_API JetGetLogInfoA(JET_PSTR szz, JET_UINT32 cbMax, JET_UINT32 *pcbActual)
{
    NARROW_LIST(JetGetLogInfoW(NULL, 0, &bytes), JetGetLogInfoW(list, bytes, &bytes));
}

JET_ERR JET_API JetGetLogInfoInstanceA(JET_INSTANCE instance, JET_PSTR szz, JET_UINT32 cbMax, JET_UINT32 *pcbActual)
{
    NARROW_LIST(JetGetLogInfoInstanceW(instance, NULL, 0, &bytes), JetGetLogInfoInstanceW(instance, list, bytes, &bytes));
}

JET_ERR JET_API JetGetTruncateLogInfoInstanceA(JET_INSTANCE instance, JET_PSTR szz, JET_UINT32 cbMax, JET_UINT32 *pcbActual)
{
    NARROW_LIST(JetGetTruncateLogInfoInstanceW(instance, NULL, 0, &bytes), JetGetTruncateLogInfoInstanceW(instance, list, bytes, &bytes));
}

static void base_name_back(JET_LOGINFO_A *to, const JET_LOGINFO_W *from)
{
    to->ulGenLow = from->ulGenLow;
    to->ulGenHigh = from->ulGenHigh;
    for (unsigned n = 0; n < sizeof to->szBaseName; n++)
        to->szBaseName[n] = (char)from->szBaseName[n];
}

/* A struct of the wrong size goes on as one of the wrong size: the W form refuses it at its place in the order of checks. */
JET_ERR JET_API JetGetLogInfoInstance2A(JET_INSTANCE instance, JET_PSTR szz, JET_UINT32 cbMax, JET_UINT32 *pcbActual, JET_LOGINFO_A *pLogInfo)
{
    struct wide w = WIDE_NONE;
    JET_LOGINFO_W info = {.cbSize = pLogInfo != NULL && pLogInfo->cbSize == sizeof *pLogInfo ? (JET_UINT32)sizeof info : 0};
    JET_LOGINFO_W *given = pLogInfo != NULL ? &info : NULL;
    JET_UINT32 bytes = 0;
    JET_WCHAR *list = NULL;
    JET_ERR err = JetGetLogInfoInstance2W(instance, NULL, 0, &bytes, given);
    if (err >= 0)
        list = wide_take(&w, bytes);
    if (err >= 0)
        err = list != NULL ? JetGetLogInfoInstance2W(instance, list, bytes, &bytes, given) : JET_errOutOfMemory;
    if (err >= 0)
        err = give_list(&w, list, bytes, szz, cbMax, pcbActual);
    if (err >= 0 && pLogInfo != NULL)
        base_name_back(pLogInfo, &info);
    return wide_done(&w, err);
}

/* ---- instances ---- */

static size_t narrow_length(const JET_WCHAR *text)
{
    size_t units = 0;
    while (text[units] != 0)
        units++;
    return narrow_out(text, units, NULL, 0) + 1;
}

static char *narrow_copy(const JET_WCHAR *text, char **at)
{
    char *to = *at;
    size_t units = 0, bytes;
    if (text == NULL)
        return NULL;
    while (text[units] != 0)
        units++;
    bytes = narrow_out(text, units, to, narrow_out(text, units, NULL, 0));
    to[bytes] = 0;
    *at = to + bytes + 1;
    return to;
}

static size_t instance_bytes(const JET_INSTANCE_INFO_W *all, JET_UINT32 count)
{
    size_t bytes = (count + 1) * sizeof(JET_INSTANCE_INFO_A);
    for (JET_UINT32 n = 0; n < count; n++) {
        bytes += (size_t)all[n].cDatabases * 2 * sizeof(char *);
        if (all[n].szInstanceName != NULL)
            bytes += narrow_length(all[n].szInstanceName);
        for (size_t d = 0; d < all[n].cDatabases; d++) {
            bytes += narrow_length(all[n].szDatabaseFileName[d]);
            if (all[n].szDatabaseDisplayName != NULL && all[n].szDatabaseDisplayName[d] != NULL)
                bytes += narrow_length(all[n].szDatabaseDisplayName[d]);
        }
    }
    return bytes;
}

/* One block for the caller to give to JetFreeBuffer: structs, then pointer arrays, then texts. Frees the wide one. */
static JET_ERR narrow_instances(JET_INSTANCE_INFO_W *all, JET_UINT32 count, JET_INSTANCE_INFO_A **out)
{
    JET_INSTANCE_INFO_A *block = ese_alloc(instance_bytes(all, count));
    char **pointers, *texts;
    size_t total = 0;

    if (block == NULL)
        return JET_errOutOfMemory;
    for (JET_UINT32 n = 0; n < count; n++)
        total += (size_t)all[n].cDatabases;
    pointers = (char **)(void *)(block + count + 1);
    texts = (char *)(pointers + total * 2);
    for (JET_UINT32 n = 0; n < count; n++) {
        size_t databases = (size_t)all[n].cDatabases;
        block[n].hInstanceId = all[n].hInstanceId;
        block[n].szInstanceName = narrow_copy(all[n].szInstanceName, &texts);
        block[n].cDatabases = all[n].cDatabases;
        if (databases == 0)
            continue;
        block[n].szDatabaseFileName = pointers;
        block[n].szDatabaseDisplayName = all[n].szDatabaseDisplayName != NULL ? pointers + databases : NULL;
        for (size_t d = 0; d < databases; d++) {
            pointers[d] = narrow_copy(all[n].szDatabaseFileName[d], &texts);
            if (all[n].szDatabaseDisplayName != NULL)
                pointers[databases + d] = narrow_copy(all[n].szDatabaseDisplayName[d], &texts);
        }
        pointers += databases * 2;
    }
    *out = block;
    return JET_errSuccess;
}

#define NARROW_INSTANCES(ask)                                                                                          \
    do {                                                                                                               \
        JET_INSTANCE_INFO_W *all = NULL;                                                                               \
        JET_UINT32 count = 0;                                                                                          \
        JET_ERR err;                                                                                                   \
        if (pcInstanceInfo == NULL || paInstanceInfo == NULL)                                                          \
            return ask(pcInstanceInfo, NULL);                                                                          \
        err = ask(&count, &all);                                                                                       \
        if (err < 0)                                                                                                   \
            return err;                                                                                                \
        *pcInstanceInfo = count;                                                                                       \
        err = narrow_instances(all, count, paInstanceInfo);                                                            \
        if (all != NULL)                                                                                               \
            JetFreeBuffer((char *)all);                                                                                \
        return err;                                                                                                    \
    } while (0)

JET_ERR JET_API JetGetInstanceInfoA(JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_A **paInstanceInfo)
{
    NARROW_INSTANCES(JetGetInstanceInfoW);
}

JET_ERR JET_API JetOSSnapshotFreezeA(const JET_OSSNAPID snapId, JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_A **paInstanceInfo, const JET_GRBIT grbit)
{
#define FREEZE(count, all) JetOSSnapshotFreezeW(snapId, count, all, grbit)
    NARROW_INSTANCES(FREEZE);
}

JET_ERR JET_API JetOSSnapshotGetFreezeInfoA(const JET_OSSNAPID snapId, JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_A **paInstanceInfo,
                                            const JET_GRBIT grbit)
{
#define FREEZE_INFO(count, all) JetOSSnapshotGetFreezeInfoW(snapId, count, all, grbit)
    NARROW_INSTANCES(FREEZE_INFO);
}

/* ---- parameters ---- */

JET_ERR JET_API JetGetSystemParameterA(JET_INSTANCE instance, JET_SESID sesid, JET_UINT32 paramid, JET_API_PTR *plParam, JET_PSTR szParam,
                                       JET_UINT32 cbMax)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *text;
    size_t units = 0, bytes;
    JET_ERR err;

    if (szParam == NULL || cbMax == 0)
        return JetGetSystemParameterW(instance, sesid, paramid, plParam, NULL, 0);
    text = wide_take(&w, ((size_t)cbMax + 1) * sizeof *text);
    if (text == NULL)
        return wide_done(&w, JET_errOutOfMemory);
    err = JetGetSystemParameterW(instance, sesid, paramid, plParam, text, (JET_UINT32)(cbMax * sizeof *text));
    while (err >= 0 && units < cbMax && text[units] != 0)
        units++;
    if (err >= 0) {
        bytes = narrow_out(text, units, szParam, cbMax - 1);
        szParam[bytes < cbMax ? bytes : cbMax - 1] = 0;
        if (bytes >= cbMax)
            err = JET_errBufferTooSmall;
    }
    return wide_done(&w, err);
}

JET_ERR JET_API JetEnableMultiInstanceA(JET_SETSYSPARAM_A *psetsysparam, JET_UINT32 csetsysparam, JET_UINT32 *pcsetsucceed)
{
    struct wide w = WIDE_NONE;
    JET_SETSYSPARAM_W *set = NULL;
    JET_ERR err;

    if ((psetsysparam == NULL) != (csetsysparam == 0))
        return JET_errInvalidParameter;
    if (psetsysparam != NULL)
        set = wide_take(&w, csetsysparam * sizeof *set);
    for (JET_UINT32 n = 0; set != NULL && n < csetsysparam; n++) {
        set[n].paramid = psetsysparam[n].paramid;
        set[n].lParam = psetsysparam[n].lParam;
        set[n].sz = wide_in(&w, psetsysparam[n].sz);
        set[n].err = psetsysparam[n].err;
    }
    err = w.failed ? JET_errOutOfMemory : JetEnableMultiInstanceW(set, csetsysparam, pcsetsucceed);
    for (JET_UINT32 n = 0; set != NULL && n < csetsysparam; n++)
        psetsysparam[n].err = set[n].err;
    return wide_done(&w, err);
}

/* ---- restore ---- */

static JET_RSTMAP_W *wide_map(struct wide *w, const JET_RSTMAP_A *map, JET_INT32 count)
{
    JET_RSTMAP_W *to;
    if (map == NULL || count <= 0)
        return NULL;
    to = wide_take(w, (size_t)count * sizeof *to);
    for (JET_INT32 n = 0; to != NULL && n < count; n++) {
        to[n].szDatabaseName = wide_in(w, map[n].szDatabaseName);
        to[n].szNewDatabaseName = wide_in(w, map[n].szNewDatabaseName);
    }
    return to;
}

/* A map without a count or a count without a map; a negative count is the W form's business. */
static bool map_is_odd(const void *map, JET_INT32 count)
{
    return (map == NULL) != (count == 0);
}

JET_ERR JET_API JetExternalRestoreA(JET_PSTR szCheckpointFilePath, JET_PSTR szLogPath, JET_RSTMAP_A *rgrstmap, JET_INT32 crstfilemap,
                                    JET_PSTR szBackupLogPath, JET_INT32 genLow, JET_INT32 genHigh, JET_PFNSTATUS pfn)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *checkpoint = wide_in(&w, szCheckpointFilePath), *logs = wide_in(&w, szLogPath), *backup = wide_in(&w, szBackupLogPath);
    JET_RSTMAP_W *map = wide_map(&w, rgrstmap, crstfilemap);
    if (map_is_odd(rgrstmap, crstfilemap))
        return wide_done(&w, JET_errInvalidParameter);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetExternalRestoreW(checkpoint, logs, map, crstfilemap, backup, genLow, genHigh, pfn));
}

JET_ERR JET_API JetExternalRestore2A(JET_PSTR szCheckpointFilePath, JET_PSTR szLogPath, JET_RSTMAP_A *rgrstmap, JET_INT32 crstfilemap,
                                     JET_PSTR szBackupLogPath, JET_LOGINFO_A *pLogInfo, JET_PSTR szTargetInstanceName, JET_PSTR szTargetInstanceLogPath,
                                     JET_PSTR szTargetInstanceCheckpointPath, JET_PFNSTATUS pfn)
{
    struct wide w = WIDE_NONE;
    JET_WCHAR *checkpoint = wide_in(&w, szCheckpointFilePath), *logs = wide_in(&w, szLogPath), *backup = wide_in(&w, szBackupLogPath);
    JET_WCHAR *target = wide_in(&w, szTargetInstanceName), *target_logs = wide_in(&w, szTargetInstanceLogPath);
    JET_WCHAR *target_checkpoint = wide_in(&w, szTargetInstanceCheckpointPath);
    JET_RSTMAP_W *map = wide_map(&w, rgrstmap, crstfilemap);
    JET_LOGINFO_W info = {0};

    if (pLogInfo == NULL || pLogInfo->cbSize != sizeof *pLogInfo || map_is_odd(rgrstmap, crstfilemap))
        return wide_done(&w, JET_errInvalidParameter);
    info.cbSize = sizeof info;
    info.ulGenLow = pLogInfo->ulGenLow;
    info.ulGenHigh = pLogInfo->ulGenHigh;
    for (unsigned n = 0; n < sizeof pLogInfo->szBaseName; n++)
        info.szBaseName[n] = (JET_WCHAR)(unsigned char)pLogInfo->szBaseName[n];
    return wide_done(&w, w.failed ? JET_errOutOfMemory
                                  : JetExternalRestore2W(checkpoint, logs, map, crstfilemap, backup, &info, target, target_logs, target_checkpoint, pfn));
}

JET_ERR JET_API JetInit3A(JET_INSTANCE *pinstance, JET_RSTINFO_A *prstInfo, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_RSTINFO_W info;
    if (prstInfo == NULL)
        return JetInit3W(pinstance, NULL, grbit);
    if (prstInfo->cbStruct != sizeof *prstInfo || map_is_odd(prstInfo->rgrstmap, prstInfo->crstmap))
        return JET_errInvalidParameter;
    memcpy(&info, prstInfo, sizeof info);
    info.rgrstmap = wide_map(&w, prstInfo->rgrstmap, prstInfo->crstmap);
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetInit3W(pinstance, &info, grbit));
}

JET_ERR JET_API JetInit4A(JET_INSTANCE *pinstance, JET_RSTINFO2_A *prstInfo, JET_GRBIT grbit)
{
    struct wide w = WIDE_NONE;
    JET_RSTINFO2_W info;
    JET_RSTMAP2_W *map = NULL;
    if (prstInfo == NULL)
        return JetInit4W(pinstance, NULL, grbit);
    if (prstInfo->cbStruct != sizeof *prstInfo || map_is_odd(prstInfo->rgrstmap, prstInfo->crstmap))
        return JET_errInvalidParameter;
    memcpy(&info, prstInfo, sizeof info);
    if (prstInfo->crstmap > 0)
        map = wide_take(&w, (size_t)prstInfo->crstmap * sizeof *map);
    for (JET_INT32 n = 0; map != NULL && n < prstInfo->crstmap; n++) {
        memcpy(&map[n], &prstInfo->rgrstmap[n], sizeof map[n]);
        map[n].szDatabaseName = wide_in(&w, prstInfo->rgrstmap[n].szDatabaseName);
        map[n].szNewDatabaseName = wide_in(&w, prstInfo->rgrstmap[n].szNewDatabaseName);
    }
    info.rgrstmap = map;
    return wide_done(&w, w.failed ? JET_errOutOfMemory : JetInit4W(pinstance, &info, grbit));
}

/* The plain spellings. */
JET_PLAIN(JetGetAttachInfo);
JET_PLAIN(JetGetAttachInfoInstance);
JET_PLAIN(JetGetLogInfo);
JET_PLAIN(JetGetLogInfoInstance);
JET_PLAIN(JetGetTruncateLogInfoInstance);
JET_PLAIN(JetGetLogInfoInstance2);
JET_PLAIN(JetGetInstanceInfo);
JET_PLAIN(JetOSSnapshotFreeze);
JET_PLAIN(JetOSSnapshotGetFreezeInfo);
JET_PLAIN(JetGetSystemParameter);
JET_PLAIN(JetEnableMultiInstance);
JET_PLAIN(JetExternalRestore);
JET_PLAIN(JetExternalRestore2);
JET_PLAIN(JetInit3);
JET_PLAIN(JetInit4);
