/* Calls about the engine as a whole: instances that exist, buffers, version, idle work, errors, statistics. */
#include <stdlib.h>

#include "api/call.h"
#include "api/instance_api.h"

/* ---- JetGetInstanceInfo ---- */

/* One block: entries, then for each entry its pointer arrays and texts. Counted first, filled second. */
struct info_block {
    uint8_t *at;
    size_t used;
};

static void *block_take(struct info_block *b, size_t size)
{
    void *at = b->at != NULL ? b->at + b->used : NULL;
    b->used += (size + 7) & ~(size_t)7;
    return at;
}

static JET_WCHAR *block_text(struct info_block *b, const char *text)
{
    size_t bytes = strlen(text);
    size_t units = text_to_utf16(text, bytes, NULL, 0);
    JET_WCHAR *to = block_take(b, (units + 1) * sizeof *to);
    if (to != NULL) {
        text_to_utf16(text, bytes, to, units);
        to[units] = 0;
    }
    return to;
}

static void describe_instance(struct info_block *b, const struct api_instance *ai, JET_INSTANCE_INFO_W *info)
{
    JET_INSTANCE_INFO_W empty = {.hInstanceId = ai->handle};
    JET_WCHAR **files = NULL, **names = NULL;
    unsigned count = 0, at = 0;
    const struct inst *inst = ai->initialised ? ai->inst : NULL;
    for (unsigned i = 1; inst != NULL && i < DB_COUNT_MAX; i++)
        count += inst->dbs[i] != NULL && inst->dbs[i]->logged;
    if (ai->name != NULL)
        empty.szInstanceName = block_text(b, ai->name);
    if (count != 0) {
        files = block_take(b, count * sizeof *files);
        names = block_take(b, count * sizeof *names);
    }
    for (unsigned i = 1; count != 0 && i < DB_COUNT_MAX; i++)
        if (inst->dbs[i] != NULL && inst->dbs[i]->logged) {
            JET_WCHAR *path = block_text(b, inst->dbs[i]->path);
            if (files != NULL) {
                files[at] = path;
                names[at] = NULL;
            }
            at++;
        }
    empty.cDatabases = count;
    empty.szDatabaseFileName = files;
    empty.szDatabaseDisplayName = names;
    if (info != NULL)
        *info = empty;
}

/* Under the engine lock. */
ese_err describe_instances(bool (*wanted)(const struct api_instance *ai, void *context), void *context, JET_UINT32 *count, JET_INSTANCE_INFO_W **out)
{
    struct info_block b = {0};
    *count = 0;
    *out = NULL;
    for (unsigned pass = 0; pass < 2; pass++) {
        JET_INSTANCE_INFO_W *entries;
        unsigned n = 0;
        b.used = 0;
        entries = block_take(&b, *count * sizeof *entries);
        for (unsigned i = 0; i < g_engine.max; i++)
            if (g_engine.table[i] != NULL && wanted(g_engine.table[i], context))
                describe_instance(&b, g_engine.table[i], entries != NULL ? &entries[n++] : (n++, NULL));
        if (pass == 1) {
            *out = entries;
            break;
        }
        *count = n;
        if (n == 0)
            break;
        b.used += n * sizeof *entries;
        b.at = ese_alloc(b.used);
        if (b.at == NULL)
            return err_raise(JET_errOutOfMemory, __func__, __LINE__);
    }
    return 0;
}

static bool every(const struct api_instance *ai, void *context)
{
    (void)context;
    return (ai->locks & LOCK_DELETING) == 0;
}

/*
 * JetGetInstanceInfo - all instances in slot order, with the logged databases each has attached.
 * out     *paInstanceInfo: one block for JetFreeBuffer, NULL when there are none
 * err     JET_errInvalidParameter
 * source  instance-modes.md 5.11
 */
JET_ERR JET_API JetGetInstanceInfoW(JET_UINT32 *pcInstanceInfo, JET_INSTANCE_INFO_W **paInstanceInfo)
{
    ese_err err;
    if (pcInstanceInfo == NULL || paInstanceInfo == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    engine_lock();
    err = describe_instances(every, NULL, pcInstanceInfo, paInstanceInfo);
    engine_unlock();
    return err;
}

/* JetFreeBuffer - release what an API call gave. source: instance-modes.md 5.11 */
JET_ERR JET_API JetFreeBuffer(char *pbBuf)
{
    ese_free(pbBuf);
    return 0;
}

/* ---- JetGetInstanceMiscInfo ---- */

static ese_err misc_info(struct inst *inst, uint32_t level, void *to, uint32_t room)
{
    ese_err err = 0;
    struct signature sign = {{0}};
    JET_CHECKPOINTINFO checkpoint = {0};
    const void *from = &sign;
    size_t size = sizeof sign;
    if (to == NULL || (level != JET_InstanceMiscInfoLogSignature && level != JET_InstanceMiscInfoCheckpoint))
        FAIL(JET_errInvalidParameter);
    if (level == JET_InstanceMiscInfoCheckpoint) {
        from = &checkpoint;
        size = sizeof checkpoint;
    }
    if (room < size)
        FAIL(JET_errBufferTooSmall);
    if (inst->log != NULL && level == JET_InstanceMiscInfoLogSignature) {
        log_signature(inst->log, &sign);
    } else if (inst->log != NULL) {
        struct logtime created = log_create_time(inst->log);
        checkpoint.genMin = lgpos_generation(log_checkpoint(inst->log));
        checkpoint.genMax = log_generation(inst->log);
        memcpy(&checkpoint.logtimeGenMaxCreate, created.b, sizeof checkpoint.logtimeGenMaxCreate);
    }
    memcpy(to, from, size);
done:
    return err;
}

/*
 * JetGetInstanceMiscInfo - the log signature or the checkpoint of an instance.
 * err     those of ENTER, JET_errInvalidParameter (level), JET_errBufferTooSmall
 * source  instance-modes.md 5.12
 */
JET_ERR JET_API JetGetInstanceMiscInfo(JET_INSTANCE instance, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel)
{
    ese_err err = 0;
    struct api_instance *ai = NULL;
    TRY(enter_instance(instance, &ai));
    TRY(misc_info(ai->inst, InfoLevel, pvResult, cbMax));
done:
    leave_instance(ai);
    return err;
}

/* ---- version, idle, errors ---- */

/*
 * JetGetVersion - (build << 8) of the system whose engine this one stands for; ESENT_VERSION names another build.
 * source  native-clients.md "Version probing"
 */
JET_ERR JET_API JetGetVersion(JET_SESID sesid, JET_UINT32 *pwVersion)
{
    enum { BUILD_WINDOWS_10 = 19045 };
    struct call c;
    ese_err err = 0;
    const char *chosen = os_environment("ESENT_VERSION");
    unsigned long build = chosen != NULL ? strtoul(chosen, NULL, 10) : 0;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    if (pwVersion == NULL)
        FAIL(JET_errInvalidParameter);
    *pwVersion = (uint32_t)(build != 0 ? build : BUILD_WINDOWS_10) << 8;
done:
    return call_end(&c, err);
}

/*
 * JetIdle - do background work now.
 * wrn     JET_wrnNoIdleActivity
 * err     JET_errInvalidGrbit
 * source  observed-sequences cur-misc 14-18
 */
JET_ERR JET_API JetIdle(JET_SESID sesid, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    JET_ERR warning = 0;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    if ((grbit & JET_bitIdleFlushBuffers) != 0)
        FAIL(JET_errInvalidGrbit);
    if (grbit == 0 || (grbit & (JET_bitIdleCompact | JET_bitIdleCompactAsync)) != 0)
        warning = JET_wrnNoIdleActivity;
    if ((grbit & (JET_bitIdleCompact | JET_bitIdleCompactAsync)) != 0)
        TRY(ver_cleanup(c.s->inst->versions, UINT32_MAX));
done:
    return call_end_warning(&c, err, warning);
}

/* The category of a code and its parents, most specific last. */
static const struct { JET_ERR code; JET_UINT8 category; } categories[] = {
#define E(name, value, category, text) {(value), (category)},
#include "base/errors.inc"
#undef E
};

static JET_UINT8 parent_category(JET_UINT8 category)
{
    static const JET_UINT8 parents[JET_errcatMax] = {
        [JET_errcatOperation] = JET_errcatError, [JET_errcatFatal] = JET_errcatOperation, [JET_errcatIO] = JET_errcatOperation,
        [JET_errcatResource] = JET_errcatOperation, [JET_errcatMemory] = JET_errcatResource, [JET_errcatQuota] = JET_errcatResource,
        [JET_errcatDisk] = JET_errcatResource, [JET_errcatData] = JET_errcatError, [JET_errcatCorruption] = JET_errcatData,
        [JET_errcatInconsistent] = JET_errcatData, [JET_errcatFragmentation] = JET_errcatData, [JET_errcatApi] = JET_errcatError,
        [JET_errcatUsage] = JET_errcatApi, [JET_errcatState] = JET_errcatApi, [JET_errcatObsolete] = JET_errcatApi};
    return category < JET_errcatMax ? parents[category] : 0;
}

/*
 * JetGetErrorInfo - what kind of error a code is.
 * in      pvContext: the code
 * err     JET_errInvalidParameter, JET_errInvalidGrbit
 * source  API reference "JetGetErrorInfo"; api/errors.tsv category_chain
 */
JET_ERR JET_API JetGetErrorInfoW(void *pvContext, void *pvResult, JET_UINT32 cbMax, JET_UINT32 InfoLevel, JET_GRBIT grbit)
{
    JET_ERRINFOBASIC_W info = {.cbStruct = sizeof info};
    JET_UINT8 chain[8], depth = 0, category = 0;
    if (grbit != 0)
        return err_raise(JET_errInvalidGrbit, __func__, __LINE__);
    if (pvContext == NULL || pvResult == NULL || cbMax < sizeof info || InfoLevel != JET_ErrorInfoSpecificErr ||
        ((const JET_ERRINFOBASIC_W *)pvResult)->cbStruct != sizeof info)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    memcpy(&info.errValue, pvContext, sizeof info.errValue);
    for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++)
        if (categories[i].code == info.errValue) {
            category = categories[i].category;
            break;
        }
    info.errcatMostSpecific = category;
    for (; category != 0 && depth < 8; category = parent_category(category))
        chain[depth++] = category;
    for (JET_UINT8 i = 0; i < depth; i++)
        info.rgCategoricalHierarchy[i] = chain[depth - 1 - i];
    memcpy(pvResult, &info, sizeof info);
    return 0;
}

/* JetGetThreadStats - counters of the cache; they are kept for the process, not for each thread. source: API reference */
JET_ERR JET_API JetGetThreadStats(void *pvResult, JET_UINT32 cbMax)
{
    JET_THREADSTATS stats = {.cbStruct = sizeof stats};
    if (pvResult == NULL || cbMax < sizeof stats)
        return err_raise(pvResult == NULL ? JET_errInvalidParameter : JET_errInvalidBufferSize, __func__, __LINE__);
    engine_lock();
    if (g_engine.cache != NULL) {
        struct buf_counts counts = {0};
        buf_counts(g_engine.cache, &counts);
        stats.cPageReferenced = (JET_UINT32)(counts.hits + counts.reads);
        stats.cPageRead = (JET_UINT32)counts.reads;
        stats.cPageDirtied = (JET_UINT32)counts.writes;
    }
    engine_unlock();
    memcpy(pvResult, &stats, sizeof stats);
    return 0;
}

/* JetConfigureProcessForCrashDump - accepted; what is in a dump is the system's affair here. source: API reference */
JET_ERR JET_API JetConfigureProcessForCrashDump(const JET_GRBIT grbit)
{
    (void)grbit;
    return 0;
}
