/*
 * engine.h - an instance without the API: log, cache, version store, recovery; for tests only.
 *
 * GIVES       engine_open / engine_start / engine_stop; engine_crash drops everything as it is.
 * INVARIANTS  E1  the inst pointer is stable from open to release.
 */
#ifndef ESE_TEST_ENGINE_H
#define ESE_TEST_ENGINE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/backup.h"
#include "admin/db_attach.h"
#include "admin/recover.h"
#include "store/buf.h"
#include "table/schema.h"

struct engine_config {
    const char *dir;                                    /* log, checkpoint, databases; without trailing separator */
    uint32_t page_size, log_bytes;                      /* log_bytes 0: what the logs have */
    uint64_t cache_bytes, version_bytes;                /* 0: 8 MiB */
    uint32_t checkpoint_depth;
    bool circular, background;
    bool verbose;
};

struct engine {
    struct engine_config config;
    struct inst *inst;
    struct session *session;
};

static inline void engine_event(struct inst *inst, unsigned id, const char *text)
{
    (void)inst;
    printf("      event %u: %s\n", id, text);
}

static inline ese_err engine_open(struct engine *e, const struct engine_config *config)
{
    struct buf_config cache = {0};
    struct ver_config versions = {0};
    struct inst *inst = ese_alloc(sizeof *inst);
    ese_err err;
    memset(e, 0, sizeof *e);
    e->config = *config;
    e->inst = inst;
    inst_init(inst);
    inst->page_size = config->page_size;
    inst->event = config->verbose ? engine_event : NULL;
    cache.page_size = config->page_size;
    cache.bytes_min = cache.bytes_max = config->cache_bytes != 0 ? config->cache_bytes : 8u << 20;
    cache.partitions = 4;
    err = buf_cache_create(&cache, &inst->cache);
    if (err < 0)
        return err;
    buf_set_undo_writer(inst->cache, ver_write_undo_info);
    buf_set_failure_handler(inst->cache, inst_write_failed);
    versions.bytes_max = config->version_bytes != 0 ? config->version_bytes : 64u << 20;
    err = ver_store_create(&versions, &inst->versions);
    if (err < 0)
        return err;
    snprintf(inst->log_config.log_dir, OS_PATH_MAX, "%s/", config->dir);
    snprintf(inst->log_config.system_dir, OS_PATH_MAX, "%s/", config->dir);
    memcpy(inst->log_config.base, "edb", 4);
    inst->log_config.circular = config->circular;
    inst->log_config.file_bytes = config->log_bytes;
    inst->log_config.buffer_bytes = 64 * 1024;
    inst->log_config.page_size = config->page_size;
    inst->log_config.checkpoint_depth_bytes = config->checkpoint_depth != 0 ? config->checkpoint_depth : 1u << 20;
    inst->log_config.attach_list = inst_attach_list;
    inst->log_config.rolled = inst_rolled;
    inst->log_config.oldest_transaction = inst_oldest_transaction;
    inst->log_config.oldest_dirty = inst_oldest_dirty;
    inst->log_config.before_checkpoint = inst_before_checkpoint;
    inst->log_config.context = inst;
    return 0;
}

/* Everything in memory goes; nothing more is written. */
static inline void engine_crash(struct engine *e)
{
    struct inst *inst = e->inst;
    if (inst == NULL)
        return;
    atomic_store(&inst->unavailable, JET_errInstanceUnavailable);
    inst_stop_background(inst);
    for (unsigned i = 0; i < DB_COUNT_MAX; i++)
        if (inst->schemas[i] != NULL)
            schema_cache_close(inst, (uint8_t)i);
    (void)recover_stop(inst, true);
    inst_release(inst);
    ver_store_release(inst->versions);
    for (unsigned i = 0; i < DB_COUNT_MAX; i++)
        if (inst->dbs[i] != NULL) {
            buf_purge_db(inst->dbs[i]);
            db_file_close(inst->dbs[i]);
        }
    buf_cache_release(inst->cache);
    ese_free(inst);
    e->inst = NULL;
    e->session = NULL;
}

/* how may be NULL. On failure everything is released. */
static inline ese_err engine_start(struct engine *e, const struct recover_config *how)
{
    struct recover_config *none = ese_alloc(sizeof *none);
    ese_err err = recover_start(e->inst, how != NULL ? how : none);
    ese_free(none);
    if (err >= 0)
        err = session_begin(e->inst, &e->session);
    if (err >= 0 && e->config.background)
        err = inst_start_background(e->inst);
    if (err < 0)
        engine_crash(e);
    return err;
}

static inline ese_err engine_stop(struct engine *e)
{
    ese_err err = 0;
    if (e->inst == NULL)
        return 0;
    inst_stop_background(e->inst);
    for (uint8_t i = 1; i < DB_COUNT_MAX && err >= 0; i++)
        if (e->inst->dbs[i] != NULL)
            err = db_detach(e->session, i, true);
    if (err >= 0)
        err = recover_stop(e->inst, false);
    engine_crash(e);
    return err;
}

#endif
