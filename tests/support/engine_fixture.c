#include "engine_fixture.h"

#include <stdio.h>
#include <string.h>

#include "admin/backup.h"
#include "admin/check.h"
#include "store/buf.h"
#include "table/schema.h"

static void fill_log_config(struct fixture *f, const struct fixture_config *how)
{
    struct log_config *config = &f->inst.log_config;

    (void)snprintf(config->log_dir, sizeof config->log_dir, "%s/", f->dir);
    (void)snprintf(config->system_dir, sizeof config->system_dir, "%s/", f->dir);
    memcpy(config->base, "edb", 4);
    config->circular = how->circular;
    config->file_bytes = how->log_bytes != 0 ? how->log_bytes : 1 << 20;
    config->buffer_bytes = config->file_bytes / 2;
    config->page_size = how->page_size;
    config->checkpoint_depth_bytes = 20 << 20;
    config->attach_list = inst_attach_list;
    config->rolled = inst_rolled;
    config->oldest_transaction = inst_oldest_transaction;
    config->oldest_dirty = inst_oldest_dirty;
    config->before_checkpoint = inst_before_checkpoint;
    config->context = &f->inst;
}

static void note_event(struct inst *inst, unsigned id, const char *text)
{
    struct fixture *f = inst->api;

    printf("event %u: %s\n", id, text);
    memmove(f->events + 1, f->events, sizeof f->events - sizeof f->events[0]);
    f->events[0] = id;
}

bool fixture_saw(const struct fixture *f, unsigned event)
{
    for (size_t i = 0; i < sizeof f->events / sizeof f->events[0]; i++)
        if (f->events[i] == event)
            return true;
    return false;
}

ese_err fixture_parts(struct fixture *f, const char *dir, const struct fixture_config *how)
{
    ese_err err = JET_errSuccess;
    struct buf_config cache = {.page_size = how->page_size, .partitions = 4};
    struct ver_config versions = {.bytes_max = 64 << 20, .bytes_preferred = 48 << 20};

    memset(f, 0, sizeof *f);
    (void)snprintf(f->dir, sizeof f->dir, "%s", dir);
    inst_init(&f->inst);
    f->inst.api = f;
    f->inst.event = note_event;
    f->inst.page_size = how->page_size;
    cache.bytes_max = how->cache_bytes != 0 ? how->cache_bytes : 64 << 20;
    cache.bytes_min = cache.bytes_max;
    fill_log_config(f, how);
    TRY(buf_cache_create(&cache, &f->inst.cache));
    buf_set_undo_writer(f->inst.cache, ver_write_undo_info);
    TRY(ver_store_create(&versions, &f->inst.versions));
done:
    return err;
}

ese_err fixture_start(struct fixture *f, const char *dir, const struct fixture_config *how)
{
    ese_err err = JET_errSuccess;
    struct recover_config *recovery = ese_alloc(sizeof *recovery);

    TRY(fixture_parts(f, dir, how));
    if (how->logged) {
        TRY(recover_start(&f->inst, recovery));
        TRY(backup_create(&f->inst));
    }
    TRY(inst_start_background(&f->inst));
    TRY(session_begin(&f->inst, &f->s));
done:
    ese_free(recovery);
    if (err < 0)
        fixture_drop(f);
    return err;
}

ese_err fixture_attach(struct fixture *f, const char *name, bool read_only, uint8_t *dbid)
{
    struct attach_config how = {.read_only = read_only};
    char path[OS_PATH_MAX + 64];

    (void)snprintf(path, sizeof path, "%s/%s", f->dir, name);
    return db_attach(f->s, path, &how, dbid);
}

ese_err fixture_create(struct fixture *f, const char *name, uint8_t *dbid)
{
    struct attach_config how = {.overwrite = true};
    char path[OS_PATH_MAX + 64];

    (void)snprintf(path, sizeof path, "%s/%s", f->dir, name);
    return db_create(f->s, path, &how, dbid);
}

ese_err fixture_stop(struct fixture *f)
{
    ese_err err = JET_errSuccess;

    for (uint8_t dbid = 1; dbid < DB_COUNT_MAX; dbid++)
        if (f->inst.dbs[dbid] != NULL)
            TRY(db_detach(f->s, dbid, true));
    TRY(session_end(f->s));
    f->s = NULL;
    inst_stop_background(&f->inst);
    if (f->inst.log != NULL)
        TRY(recover_stop(&f->inst, false));
done:
    fixture_drop(f);
    return err;
}

void fixture_drop(struct fixture *f)
{
    inst_stop_background(&f->inst);
    backup_release(&f->inst);
    for (unsigned k = 0; k < DB_COUNT_MAX; k++)
        if (f->inst.schemas[k] != NULL)
            schema_cache_close(&f->inst, (uint8_t)k);
    if (f->inst.log != NULL)
        (void)log_close(f->inst.log, false);
    f->inst.log = NULL;
    inst_release(&f->inst);
    f->s = NULL;
    if (f->inst.versions != NULL)
        ver_store_release(f->inst.versions);
    f->inst.versions = NULL;
    for (unsigned k = 0; k < DB_COUNT_MAX; k++)
        if (f->inst.dbs[k] != NULL) {
            buf_purge_db(f->inst.dbs[k]);
            db_file_close(f->inst.dbs[k]);
            f->inst.dbs[k] = NULL;
        }
    if (f->inst.cache != NULL)
        buf_cache_release(f->inst.cache);
    f->inst.cache = NULL;
}

static void print_fault(void *context, const struct check_fault *fault)
{
    (void)context;
    printf("fault: %s page %u slot %d: %s\n", fault->tree != NULL ? fault->tree : "", fault->page, fault->slot, fault->text);
}

unsigned fixture_check(struct fixture *f, uint8_t dbid)
{
    struct check_config config = {.fault = print_fault};
    struct check_counts counts = {0};
    ese_err err;

    ver_drain(f->inst.versions, f->inst.dbs[dbid]);     /* the checker wants quiet: clean-up has nothing left to do beside it */
    err = check_database(f->s, dbid, &config, &counts);

    if (err < 0)
        printf("check: %d\n", err);
    if (counts.spare_references != 0)
        printf("check: %u references of long values that no record has\n", (unsigned)counts.spare_references);
    return (unsigned)(counts.faults + counts.spare_references) + (err < 0);
}
