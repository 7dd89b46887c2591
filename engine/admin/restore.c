#include "admin/restore.h"

#include <stdio.h>

#include "admin/restore_int.h"
#include "format/checksum.h"

enum { EVENT_BEGINS = 204, EVENT_ENDS = 205, EVENT_PATCH_MISMATCH = 430, EVENT_START_TOO_HIGH = 431, EVENT_END_TOO_LOW = 432,
       EVENT_RESTORE_FAILED = 454 };

/* ---- the databases of the map ---- */

static ese_err check_trailer(struct restore *r, const struct db_header *h, const uint8_t *page, uint32_t *gen_high)
{
    ese_err err = JET_errSuccess;
    const struct backup_trailer *t = (const struct backup_trailer *)(const void *)page;

    if (!signature_equal(&t->sign_db, &h->sign_db) || !signature_equal(&t->sign_log, &h->sign_log) ||
        !signature_equal(&t->sign_log, &r->sign_log) || memcmp(&t->info.mark, &h->full_cur.mark, sizeof t->info.mark) != 0) {
        inst_event(r->inst, EVENT_PATCH_MISMATCH, "the trailer of a database copy does not belong to it");
        FAIL(JET_errDatabasePatchFileMismatch);
    }
    *gen_high = le32_get(&t->info.gen_high);
done:
    return err;
}

/* All that can be wrong with one copy (backup-restore.md 14.4). Nothing is written. */
ese_err restore_check_database(struct restore *r, const char *path, bool *has_trailer)
{
    ese_err err = JET_errSuccess;
    struct db_file *db = NULL;
    const struct db_header *h;
    uint8_t *page = NULL;
    uint64_t size;
    uint32_t high;

    *has_trailer = false;
    err = db_file_open(path, true, r->inst->page_size, &db);
    if (err == JET_errReadVerifyFailure || err == JET_errFileIOBeyondEOF)
        FAIL(JET_errDatabaseCorrupted);
    TRY(err);
    h = db_header_of(db);
    if (le32_get(&h->full_cur.gen_low) == 0)
        FAIL(JET_errRestoreOfNonBackupDatabase);
    high = le32_get(&h->full_cur.gen_high);
    if (high == 0) {
        *has_trailer = true;
        TRY(os_file_size(db->file, &size));
        page = ese_alloc(db->page_size);
        if (page == NULL)
            FAIL(JET_errOutOfMemory);
        TRY(os_file_read(db->file, size - db->page_size, page, db->page_size));
        if (checksum_header(page, db->page_size) != le32_get(&((const struct backup_trailer *)(const void *)page)->checksum))
            FAIL(JET_errBadPatchPage);
        if (size < 3 * (uint64_t)db->page_size)
            FAIL(JET_errDatabaseCorrupted);
        TRY(check_trailer(r, h, page, &high));
    } else if (!signature_equal(&h->sign_log, &r->sign_log)) {
        FAIL(JET_errDatabasePatchFileMismatch);
    }
    if (le32_get(&h->full_cur.gen_low) < r->gen_low) {
        inst_event(r->inst, EVENT_START_TOO_HIGH, "%s needs logs from %05X", path, (unsigned)le32_get(&h->full_cur.gen_low));
        FAIL(JET_errRequiredLogFilesMissing);
    }
    if (high > r->gen_high) {
        inst_event(r->inst, EVENT_END_TOO_LOW, "%s needs logs up to %05X", path, (unsigned)high);
        FAIL(JET_errRequiredLogFilesMissing);
    }
done:
    ese_free(page);
    if (db != NULL)
        db_file_close(db);
    return err;
}

/* From a copy to a database that recovery takes: ranges raised to what will be replayed, the trailer gone. */
static ese_err ready_database(struct restore *r, const char *path, bool has_trailer)
{
    ese_err err = JET_errSuccess;
    struct db_file *db = NULL;
    struct db_header *h;
    uint64_t size;

    TRY(db_file_open(path, false, r->inst->page_size, &db));
    h = db_header_of(db);
    os_mutex_lock(&db->header_lock);
    le32_set(&h->full_cur.gen_high, r->gen_high);
    if (le32_get(&h->gen_max_required) < r->gen_high)
        le32_set(&h->gen_max_required, r->gen_high);
    if (le32_get(&h->gen_max_committed) < r->gen_high)
        le32_set(&h->gen_max_committed, r->gen_high);
    os_mutex_unlock(&db->header_lock);
    TRY(db_file_write_header(db));
    if (has_trailer) {
        TRY(os_file_size(db->file, &size));
        TRY(os_file_resize(db->file, size - db->page_size));
        TRY(db_file_sync(db));
    }
done:
    if (db != NULL)
        db_file_close(db);
    return err;
}

static ese_err check_databases(struct restore *r, const struct restore_config *config, bool *trailers)
{
    ese_err err = JET_errSuccess;

    for (unsigned i = 0; i < config->map_count; i++)
        TRY(restore_check_database(r, config->map[i].to, &trailers[i]));
done:
    return err;
}

/* ---- folders ---- */

/* Full path with a separator at its end. */
static ese_err full_folder(const char *path, char out[OS_PATH_MAX])
{
    ese_err err = JET_errSuccess;
    size_t size;

    TRY(os_path_full(path[0] != '\0' ? path : ".", out, OS_PATH_MAX));
    size = strlen(out);
    if (size + 2 > OS_PATH_MAX)
        FAIL(JET_errInvalidPath);
    if (size == 0 || (out[size - 1] != '/' && out[size - 1] != '\\')) {
        out[size] = os_path_separator();
        out[size + 1] = '\0';
    }
done:
    return err;
}

static ese_err make_folder(const char *path)
{
    struct os_file_info info;

    return os_path_info(path, &info) < 0 ? os_dir_create(path) : JET_errSuccess;
}

static ese_err set_folders(struct restore *r, const struct restore_config *config)
{
    ese_err err = JET_errSuccess;
    struct log_config *c = &r->inst->log_config;

    TRY(full_folder(config->backup_log_dir, r->dir));
    if (config->target_log_dir[0] != '\0' && config->target == NULL) {
        TRY(full_folder(config->target_log_dir, c->log_dir));
        TRY(full_folder(config->target_checkpoint_dir, c->system_dir));
    }
    TRY(make_folder(c->log_dir));
    TRY(make_folder(c->system_dir));
    r->same_dir = os_path_same(r->dir, c->log_dir);
done:
    return err;
}

/* Replay starts where the set starts, so a checkpoint of before says nothing. */
static ese_err forget_checkpoint(struct restore *r)
{
    const struct log_config *c = &r->inst->log_config;
    char path[OS_PATH_MAX];
    ese_err err;

    (void)snprintf(path, sizeof path, "%.900s%s.%s", c->system_dir, c->base, c->new_extensions ? "jcp" : "chk");
    err = os_path_delete(path);
    return err == JET_errFileNotFound ? JET_errSuccess : err;
}

/* ---- the whole ---- */

static ese_err replay(struct restore *r, const struct restore_config *config)
{
    ese_err err = JET_errSuccess;
    struct recover_config *how = ese_alloc(sizeof *how);

    if (how == NULL)
        FAIL(JET_errOutOfMemory);
    how->allow_backup_db = true;
    how->map_only = true;
    how->map = config->map;
    how->map_count = config->map_count;
    how->progress = config->progress;
    how->hard = true;
    how->gen_low = r->gen_low;
    how->gen_high = r->gen_high;
    memcpy(how->backup_log_dir, r->dir, sizeof how->backup_log_dir);
    TRY(recover_start(r->inst, how));
    TRY(recover_stop(r->inst, false));
done:
    ese_free(how);
    return err;
}

ese_err restore_external(struct inst *inst, const struct restore_config *config)
{
    ese_err err = JET_errSuccess;
    struct restore *r = ese_alloc(sizeof *r);
    bool *trailers = ese_alloc(config->map_count + 1);

    if (r == NULL || trailers == NULL)
        FAIL(JET_errOutOfMemory);
    r->inst = inst;
    r->gen_low = config->gen_low;
    r->gen_high = config->gen_high;
    inst_event(inst, EVENT_BEGINS, "restore begins");
    if (r->gen_low > r->gen_high)
        FAIL(JET_errInternalError);
    TRY(set_folders(r, config));
    if (config->target != NULL && !log_is_circular(config->target->log))
        TRY(restore_take_target_logs(r, config->target));
    TRY(restore_find_range(r));
    TRY(restore_check_set(r));
    TRY(restore_check_forward(r));
    TRY(check_databases(r, config, trailers));
    TRY(restore_check_records(r));
    TRY(restore_check_forward_records(r));
    TRY(forget_checkpoint(r));
    for (unsigned i = 0; i < config->map_count; i++)
        TRY(ready_database(r, config->map[i].to, trailers[i]));
    TRY(replay(r, config));
done:
    if (err < 0)
        inst_event(inst, EVENT_RESTORE_FAILED, "restore failed with error %d", (int)err);
    inst_event(inst, EVENT_ENDS, "restore ends");
    ese_free(trailers);
    ese_free(r);
    return err;
}
