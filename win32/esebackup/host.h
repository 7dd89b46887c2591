/*
 * host.h - an instance of one's own: for backing up databases that no other program has open, and for trial restores.
 *
 * OWNS        the instance, its session.
 * GIVES       host_start (paths, page size; log file size taken from the logs that are there), attach, walk, stop.
 * INVARIANTS  H1  host_stop is harmless on whatever host_start reached.
 * FAILS       Jet errors as they come.
 * CALLERS     main, restore (trial).
 */
#ifndef ESEBACKUP_HOST_H
#define ESEBACKUP_HOST_H

#include "set.h"

struct host_config {
    const char *log_dir, *system_dir, *temp_dir;        /* NULL: log_dir */
    const char *base;                                   /* NULL: "edb" */
    agent_u32 page_size;                                /* 0: that of the first database */
    bool legacy, circular;
    JET_RSTINFO_W *recover;                             /* NULL: databases are where the logs say */
};

struct host {
    JET_INSTANCE instance;
    JET_SESID session;
    bool legacy, created, running, has_session;
};

JET_ERR host_start(const struct host_config *config, struct host *h);
JET_ERR host_attach(struct host *h, const char *path, bool read_only);
/* Reads every column-free record of every table; rows counts them. */
JET_ERR host_walk(struct host *h, const char *path, uint64_t *tables, uint64_t *rows);
JET_ERR host_stop(struct host *h);
agent_u32 host_page_size(const char *database);         /* 0 when it cannot be told */

#endif
