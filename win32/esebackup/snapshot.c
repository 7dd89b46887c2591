#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "sink.h"

#define CALL(result, name, call)                                                                                       \
    do {                                                                                                               \
        if ((err = (call)) < 0) {                                                                                      \
            (result)->failed_call = (name);                                                                            \
            goto done;                                                                                                 \
        }                                                                                                              \
    } while (0)

struct copying {
    const struct snapshot_request *q;
    struct agent_result *result;
    struct sink *sink;
};

static ese_err copy_databases(struct copying *c, const JET_INSTANCE_INFO_W *instances, agent_u32 count)
{
    ese_err err = JET_errSuccess;

    for (agent_u32 i = 0; i < count; i++)
        for (JET_API_PTR k = 0; k < instances[i].cDatabases; k++) {
            const wide_unit *name = instances[i].szDatabaseFileName[k];
            char *path = narrow_of(name, SIZE_MAX);
            if (path == NULL)
                FAIL(JET_errOutOfMemory);
            err = sink_folder_copy(c->sink, AGENT_FILE_DATABASE, path);
            free(path);
            TRY(err);
            c->result->databases++;
        }
done:
    return err;
}

/* Generation of a log of this base; 0: the current one; false: no log, or the one being prepared. */
static bool is_log(const char *name, const char *base, uint32_t *generation)
{
    size_t n = strlen(name), start = strlen(base);
    char *end;

    if (n < start + 4 || strncmp(name, base, start) != 0 || strcmp(name + n - 4, ".log") != 0)
        return false;
    *generation = 0;
    if (n == start + 4)
        return true;
    *generation = (uint32_t)strtoul(name + start, &end, 16);
    return end == name + n - 4;
}

static ese_err copy_log(void *context, const char *name, const struct os_file_info *info)
{
    struct copying *c = context;
    struct agent_result *r = c->result;
    char path[OS_PATH_MAX], full[OS_PATH_MAX];
    uint32_t generation;
    ese_err err = JET_errSuccess;

    if (info->is_dir || !is_log(name, c->q->base, &generation))
        goto done;
    TRY(path_join(path, sizeof path, c->q->log_dir, name));
    TRY(os_path_full(path, full, sizeof full));
    TRY(sink_folder_copy(c->sink, AGENT_FILE_LOG, full));
    r->logs++;
    if (generation != 0) {
        r->gen_low = r->gen_low == 0 || generation < r->gen_low ? generation : r->gen_low;
        r->gen_high = generation > r->gen_high ? generation : r->gen_high;
    }
done:
    return err;
}

/* N2. The thaw tells whether the files stood still all the time. */
static ese_err copy_frozen(struct copying *c, JET_OSSNAPID id)
{
    JET_INSTANCE_INFO_W *instances = NULL;
    agent_u32 count = 0;
    ese_err err = JET_errSuccess, thawed;

    CALL(c->result, "JetOSSnapshotFreeze", JetOSSnapshotFreezeW(id, &count, &instances, 0));
    c->result->failed_call = "copy";
    err = copy_databases(c, instances, count);
    if (err >= 0)
        err = os_dir_list(c->q->log_dir, copy_log, c);
    if (err >= 0 && c->result->logs == 0)
        err = JET_errMissingFileToBackup;
    thawed = JetOSSnapshotThaw(id, 0);
    if (err >= 0)
        CALL(c->result, "JetOSSnapshotThaw", thawed);
done:
    if (instances != NULL)
        JetFreeBuffer((char *)(void *)instances);
    if (err >= 0)
        c->result->failed_call = NULL;
    return err;
}

ese_err snapshot_backup(const struct snapshot_request *q, struct agent_result *result)
{
    struct copying c = {q, result, NULL};
    JET_OSSNAPID id = 0;
    bool begun = false;
    ese_err err = JET_errSuccess;

    memset(result, 0, sizeof *result);
    CALL(result, "set", sink_folder_open(q->root, AGENT_SNAPSHOT, &c.sink));
    CALL(result, "JetOSSnapshotPrepare", JetOSSnapshotPrepare(&id, JET_bitContinueAfterThaw | (q->keep_logs ? JET_bitCopySnapshot : 0)));
    begun = true;
    TRY(copy_frozen(&c, id));
    CALL(result, "sum", sink_folder_sum(c.sink, q->progress));
    for (unsigned i = 0; i < sink_set(c.sink)->file_count; i++)
        result->bytes += sink_set(c.sink)->files[i].bytes;
    CALL(result, "durable", sink_interface(c.sink)->durable(c.sink, result->gen_low, result->gen_high));
    if (!q->keep_logs)
        CALL(result, "JetOSSnapshotTruncateLog", JetOSSnapshotTruncateLog(id, JET_bitAllDatabasesSnapshot));
    begun = false;
    CALL(result, "JetOSSnapshotEnd", JetOSSnapshotEnd(id, 0));
done:
    if (begun)
        (void)JetOSSnapshotAbort(id, 0);
    sink_close(c.sink, err >= 0);
    return err;
}
