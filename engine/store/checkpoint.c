#include "store/log_int.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

static bool checkpoint_path(const struct log_config *config, char out[OS_PATH_MAX])
{
    int n = snprintf(out, OS_PATH_MAX, "%s%.3s.%s", config->system_dir, config->base, config->new_extensions ? "jcp" : "chk");
    return n > 0 && n < OS_PATH_MAX;
}

/* The first copy that checks; they are written one after the other. */
ese_err checkpoint_read(const struct log_config *config, struct checkpoint_file *out)
{
    ese_err err = JET_errSuccess;
    char path[OS_PATH_MAX];
    struct os_file *file = NULL;

    if (!checkpoint_path(config, path))
        FAIL(JET_errInvalidPath);
    err = os_file_open(path, OS_OPEN_READ, &file);
    if (err == JET_errFileNotFound)
        FAIL(JET_errCheckpointFileNotFound);
    TRY(err);
    for (unsigned copy = 0; copy < 2; copy++) {
        err = os_file_read(file, copy * sizeof *out, out, sizeof *out);
        if (err == 0 && checkpoint_check(out) == 0)
            goto done;
    }
    FAIL(JET_errCheckpointCorrupt);
done:
    os_file_close(file);
    return err;
}

ese_err log_checkpoint_stored(struct log *log, lgpos *at)
{
    ese_err err = JET_errSuccess;
    struct checkpoint_file *c = ese_alloc(sizeof *c);

    if (c == NULL)
        return err_raise(JET_errOutOfMemory, __func__, __LINE__);
    os_mutex_lock(&log->files_lock);
    err = checkpoint_read(&log->config, c);
    os_mutex_unlock(&log->files_lock);
    if (err >= 0)
        *at = disk_lgpos_get(&c->checkpoint);
    ese_free(c);
    return err;
}

/* files_lock is held. */
static ese_err write_file(struct log *log)
{
    ese_err err = JET_errSuccess;
    char path[OS_PATH_MAX];
    struct os_file *file = NULL;
    struct checkpoint_file *c = &log->checkpoint_file;
    bool fresh = false;

    if (!checkpoint_path(&log->config, path))
        FAIL(JET_errInvalidPath);
    checkpoint_seal(c);
    err = os_file_open(path, OS_OPEN_WRITE, &file);
    if (err == JET_errFileNotFound) {
        fresh = true;
        err = os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE, &file);
    }
    TRY(err);
    TRY(os_file_write(file, 0, c, sizeof *c));
    TRY(os_file_sync(file));
    TRY(os_file_write(file, sizeof *c, c, sizeof *c));
    TRY(os_file_sync(file));
    if (fresh)
        TRY(os_dir_sync(log->config.system_dir));
done:
    os_file_close(file);
    return err;
}

ese_err log_checkpoint_write(struct log *log, lgpos at, bool has_attach_list)
{
    ese_err err = JET_errSuccess;
    enum { ROOM = 8 };
    struct attach_info *infos = ese_alloc(ROOM * sizeof *infos);
    struct checkpoint_file *c = &log->checkpoint_file;
    unsigned count = 0;

    if (infos != NULL && has_attach_list && log->config.attach_list != NULL)
        count = log->config.attach_list(log->config.context, infos, ROOM);
    os_mutex_lock(&log->files_lock);
    if (infos == NULL)
        FAIL(JET_errOutOfMemory);
    disk_lgpos_set(&c->checkpoint, at);
    disk_lgpos_set(&c->consistency, at);
    c->sign_log = log->sign_log;
    c->has_attach_list = has_attach_list;
    log_fill_param(&log->config, &c->param);
    le32_set(&c->file_type, FILE_CHECKPOINT);
    memset(c->attach_list, 0, sizeof c->attach_list);
    TRY(attach_list_encode(c->attach_list, infos, count));
    TRY(write_file(log));
    atomic_store(&log->checkpoint, at.v);
done:
    os_mutex_unlock(&log->files_lock);
    ese_free(infos);
    return err;
}

void log_delete_behind(struct log *log, uint32_t generation)
{
    char path[OS_PATH_MAX];
    uint32_t pin = atomic_load(&log->pin);
    uint32_t limit = generation < pin ? generation : pin;

    if (limit > atomic_load(&log->file_gen))
        limit = atomic_load(&log->file_gen);
    os_mutex_lock(&log->files_lock);
    /* One is left for the thread that makes the next generation: it is taken over as it is. */
    while (log->gen_low != 0 && log->gen_low + 1 < limit) {
        ese_err err = log_path_of(&log->config, log->extension, log->gen_low, path) ? os_path_delete(path) : JET_errInvalidPath;
        if (err != 0 && err != JET_errFileNotFound)
            break;
        log->gen_low++;
    }
    os_mutex_unlock(&log->files_lock);
}

/* The tip is read before the bounds: a change logged later lies behind it, one logged earlier shows in a bound already. */
static lgpos compute(struct log *log)
{
    const struct log_config *config = &log->config;
    lgpos at = log_durable(log);

    at = lgpos_make(lgpos_generation(at), lgpos_segment(at), 0);
    if (config->oldest_dirty != NULL)
        at = lgpos_min(at, config->oldest_dirty(config->context));
    if (config->oldest_transaction != NULL)
        at = lgpos_min(at, config->oldest_transaction(config->context, at));
    return at;
}

ese_err log_checkpoint_update(struct log *log, bool force)
{
    ese_err err = JET_errSuccess;
    lgpos at, old = log_checkpoint(log);

    TRY(log_failed(log));
    at = compute(log);
    if (at.v < old.v)
        at = old;
    if (!force && lgpos_generation(at) == lgpos_generation(old) && log_distance(log, old, at) < log_checkpoint_depth(log) / 16)
        goto done;
    if (at.v == old.v && !force)
        goto done;
    if (log->config.before_checkpoint != NULL)
        TRY(log->config.before_checkpoint(log->config.context, at));
    TRY(log_checkpoint_write(log, at, true));
    if (atomic_load(&log->circular))
        log_delete_behind(log, lgpos_generation(at));
done:
    return err;
}

lgpos log_checkpoint(struct log *log)
{
    return (lgpos){atomic_load(&log->checkpoint)};
}

void log_checkpoint_backup(struct log *log, const struct disk_bkinfo *full, const struct disk_bkinfo *inc)
{
    os_mutex_lock(&log->files_lock);
    if (full != NULL) {
        log->checkpoint_file.full_backup = full->mark;
        log->checkpoint_file.time_full = full->time;
        disk_lgpos_set(&log->checkpoint_file.last_full, log_checkpoint(log));
    }
    if (inc != NULL) {
        log->checkpoint_file.inc_backup = inc->mark;
        log->checkpoint_file.time_inc = inc->time;
    }
    os_mutex_unlock(&log->files_lock);
}
