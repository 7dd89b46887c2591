/*
 * agent.h - the streaming backup sequence over the public Jet API, for any program that hosts an instance.
 *
 * OWNS        the order of calls from begin to end, the read buffer, the clean-up after a failure.
 * GIVES       agent_backup: one full or incremental backup of a running instance into a sink.
 * INVARIANTS  G1  whatever fails, the backup is ended (abort) before agent_backup returns.
 *             G2  logs are truncated only after every file has reached the sink and the sink has said it is durable.
 *             G3  nothing but the Jet API is asked of the engine; file I/O goes through os.h.
 * FAILS       Jet errors as they come; sink errors as they come.
 * CALLERS     esebackup, host programs, tests.
 * TESTS       tests/demo, tests/agent
 */
#ifndef ESEBACKUP_AGENT_H
#define ESEBACKUP_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jet_api.h"

enum agent_kind { AGENT_FULL, AGENT_INCREMENTAL, AGENT_SNAPSHOT };       /* the last one: snapshot.h */
enum agent_file_kind { AGENT_FILE_DATABASE, AGENT_FILE_LOG };

struct agent_file {
    enum agent_file_kind kind;
    const char *source;                                 /* full path as the engine names it, UTF-8 */
    uint64_t bytes;                                     /* exact */
};

/* Where the bytes go. Negative results stop the backup and are passed on. */
struct agent_sink {
    void *context;
    JET_ERR (*begin_file)(void *context, const struct agent_file *file);
    JET_ERR (*write)(void *context, const void *bytes, size_t size);        /* page-aligned buffer */
    JET_ERR (*end_file)(void *context);
    JET_ERR (*durable)(void *context, uint32_t gen_low, uint32_t gen_high); /* all files are in: make them last (G2) */
};

struct agent_progress {
    void *context;
    void (*report)(void *context, const char *file, uint64_t done, uint64_t total);
};

struct agent_request {
    JET_INSTANCE instance;                              /* ignored by the legacy calls */
    bool legacy;                                        /* use the calls without an instance */
    enum agent_kind kind;
    bool keep_logs;                                     /* no truncation: copy or differential backup */
    uint32_t read_bytes;                                /* per call; 0 = 1 MiB; multiple of the page size */
    const struct agent_sink *sink;
    const struct agent_progress *progress;              /* may be NULL */
};

struct agent_result {
    unsigned databases, logs;
    uint64_t bytes;
    uint32_t gen_low, gen_high;
    const char *failed_call;                            /* name of the call that failed, NULL when none did */
};

JET_ERR agent_backup(const struct agent_request *request, struct agent_result *result);

#endif
