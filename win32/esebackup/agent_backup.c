/*
 * The sequence of backup-restore.md 17: begin, databases, log list, logs, truncate, end.
 */
#include "agent.h"

#include <stdlib.h>
#include <string.h>

#include "os/os.h"

enum { READ_BYTES = 1024 * 1024, READ_ALIGNMENT = 4096 };

#define CALL(run, name, call)                                                                                          \
    do {                                                                                                               \
        if ((err = (call)) < 0) {                                                                                      \
            (run)->result->failed_call = (name);                                                                       \
            goto done;                                                                                                 \
        }                                                                                                              \
    } while (0)

struct run {
    const struct agent_request *request;
    struct agent_result *result;
    void *buffer;
    uint32_t buffer_bytes;
};

/* The two forms of each call side by side: everything below speaks only of these. */
static JET_ERR call_begin(const struct agent_request *q)
{
    JET_GRBIT grbit = q->kind == AGENT_INCREMENTAL ? JET_bitBackupIncremental : 0;
    return q->legacy ? JetBeginExternalBackup(grbit) : JetBeginExternalBackupInstance(q->instance, grbit);
}

static JET_ERR call_attach_info(const struct agent_request *q, wide_unit *list, agent_u32 bytes, agent_u32 *full)
{
    return q->legacy ? JetGetAttachInfoW(list, bytes, full) : JetGetAttachInfoInstanceW(q->instance, list, bytes, full);
}

static JET_ERR call_log_info(const struct agent_request *q, wide_unit *list, agent_u32 bytes, agent_u32 *full)
{
    return q->legacy ? JetGetLogInfoW(list, bytes, full) : JetGetLogInfoInstanceW(q->instance, list, bytes, full);
}

static JET_ERR call_open(const struct agent_request *q, const wide_unit *name, JET_HANDLE *file, agent_u32 *low, agent_u32 *high)
{
    return q->legacy ? JetOpenFileW(name, file, low, high) : JetOpenFileInstanceW(q->instance, name, file, low, high);
}

static JET_ERR call_read(const struct agent_request *q, JET_HANDLE file, void *to, agent_u32 room, agent_u32 *got)
{
    return q->legacy ? JetReadFile(file, to, room, got) : JetReadFileInstance(q->instance, file, to, room, got);
}

static JET_ERR call_close(const struct agent_request *q, JET_HANDLE file)
{
    return q->legacy ? JetCloseFile(file) : JetCloseFileInstance(q->instance, file);
}

static JET_ERR call_truncate(const struct agent_request *q)
{
    return q->legacy ? JetTruncateLog() : JetTruncateLogInstance(q->instance);
}

static JET_ERR call_end(const struct agent_request *q, JET_GRBIT grbit)
{
    return q->legacy ? JetEndExternalBackup() : JetEndExternalBackupInstance2(q->instance, grbit);
}

static JET_ERR read_to_end(struct run *run, JET_HANDLE file, const struct agent_file *what)
{
    const struct agent_request *q = run->request;
    uint64_t done = 0;
    JET_ERR err = JET_errSuccess;

    while (done < what->bytes) {
        agent_u32 got = 0;
        CALL(run, "JetReadFile", call_read(q, file, run->buffer, run->buffer_bytes, &got));
        if (got == 0)
            break;
        CALL(run, "write", q->sink->write(q->sink->context, run->buffer, got));
        done += got;
        run->result->bytes += got;
        if (q->progress != NULL)
            q->progress->report(q->progress->context, what->source, done, what->bytes);
    }
    if (done != what->bytes) {
        run->result->failed_call = "JetReadFile";
        err = JET_errFileIOBeyondEOF;
    }
done:
    return err;
}

static JET_ERR copy_file(struct run *run, enum agent_file_kind kind, const wide_unit *name)
{
    const struct agent_request *q = run->request;
    agent_u32 low = 0, high = 0;
    JET_HANDLE file = 0;
    bool open = false, begun = false;
    char *source = narrow_of(name, SIZE_MAX);
    struct agent_file what = {kind, source, 0};
    JET_ERR err = JET_errSuccess;

    if (source == NULL)
        return JET_errOutOfMemory;
    CALL(run, "JetOpenFile", call_open(q, name, &file, &low, &high));
    open = true;
    what.bytes = (uint64_t)high << 32 | low;
    CALL(run, "begin_file", q->sink->begin_file(q->sink->context, &what));
    begun = true;
    if ((err = read_to_end(run, file, &what)) < 0)
        goto done;
    begun = false;
    CALL(run, "end_file", q->sink->end_file(q->sink->context));
    open = false;
    CALL(run, "JetCloseFile", call_close(q, file));
done:
    if (begun)
        q->sink->end_file(q->sink->context);
    if (open)
        call_close(q, file);
    free(source);
    return err;
}

/* Ask for a list until the buffer was large enough: attach info tells the full size, log info needs room to spare. */
static JET_ERR get_list(struct run *run, bool logs, wide_unit **list)
{
    const struct agent_request *q = run->request;
    agent_u32 bytes = 0;
    JET_ERR err;

    *list = NULL;
    err = logs ? call_log_info(q, NULL, 0, &bytes) : call_attach_info(q, NULL, 0, &bytes);
    if (err < 0)
        return err;
    bytes += 2 * sizeof(wide_unit);
    *list = calloc(1, bytes);
    if (*list == NULL)
        return JET_errOutOfMemory;
    err = logs ? call_log_info(q, *list, bytes, NULL) : call_attach_info(q, *list, bytes, NULL);
    if (err < 0) {
        free(*list);
        *list = NULL;
    }
    return err;
}

/* Generation in a log name: the hex digits between the three-letter base and the extension. */
static uint32_t generation_of(const wide_unit *name)
{
    size_t n = wide_length(name), start = n;
    uint32_t generation = 0;
    while (start > 0 && name[start - 1] != '\\' && name[start - 1] != '/')
        start--;
    for (size_t i = start + 3; i < n && name[i] != '.'; i++) {
        unsigned c = name[i];
        unsigned digit = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
        generation = generation << 4 | digit;
    }
    return generation;
}

static JET_ERR copy_list(struct run *run, enum agent_file_kind kind)
{
    wide_unit *list = NULL;
    bool logs = kind == AGENT_FILE_LOG;
    JET_ERR err = JET_errSuccess;

    CALL(run, logs ? "JetGetLogInfo" : "JetGetAttachInfo", get_list(run, logs, &list));
    for (const wide_unit *name = list; *name != 0; name += wide_length(name) + 1) {
        if ((err = copy_file(run, kind, name)) < 0)
            goto done;
        if (!logs) {
            run->result->databases++;
            continue;
        }
        if (run->result->logs++ == 0)
            run->result->gen_low = generation_of(name);
        run->result->gen_high = generation_of(name);
    }
done:
    free(list);
    return err;
}

static JET_ERR copy_all(struct run *run)
{
    const struct agent_request *q = run->request;
    JET_ERR err = JET_errSuccess;

    if (q->kind == AGENT_FULL && (err = copy_list(run, AGENT_FILE_DATABASE)) < 0)
        goto done;
    if ((err = copy_list(run, AGENT_FILE_LOG)) < 0)
        goto done;
    CALL(run, "durable", q->sink->durable(q->sink->context, run->result->gen_low, run->result->gen_high));
    if (!q->keep_logs)
        CALL(run, "JetTruncateLog", call_truncate(q));
done:
    return err;
}

JET_ERR agent_backup(const struct agent_request *request, struct agent_result *result)
{
    struct run run = {request, result, NULL, request->read_bytes != 0 ? request->read_bytes : READ_BYTES};
    bool begun = false;
    void *raw;
    JET_ERR err = JET_errSuccess;

    memset(result, 0, sizeof *result);
    raw = malloc((size_t)run.buffer_bytes + READ_ALIGNMENT);
    if (raw == NULL)
        return JET_errOutOfMemory;
    run.buffer = (void *)(((uintptr_t)raw + READ_ALIGNMENT - 1) & ~(uintptr_t)(READ_ALIGNMENT - 1));
    CALL(&run, "JetBeginExternalBackup", call_begin(request));
    begun = true;
    if ((err = copy_all(&run)) < 0)
        goto done;
    begun = false;
    CALL(&run, "JetEndExternalBackup", call_end(request, JET_bitBackupEndNormal));
done:
    if (begun)
        call_end(request, JET_bitBackupEndAbort);
    free(raw);
    return err;
}
