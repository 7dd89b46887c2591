#include <stdio.h>

#include "admin/db_attach.h"
#include "admin/restore_int.h"

/* Restore from what backup_directory wrote (backup-restore.md 13.2). The empty .pat files tell which databases belong to the set;
 * the logs tell under which paths they were attached. */
struct folder_restore {
    struct inst *inst;
    struct restore_config config;
    const char *destination;                            /* NULL: back to where they were */
    struct recover_map map[DB_COUNT_MAX];
    unsigned count;
    char source[OS_PATH_MAX], a[OS_PATH_MAX];
    struct attach_info attached[DB_COUNT_MAX];
    unsigned patches;
};

static const char *name_of(const char *path)
{
    const char *name = path;

    for (; *path != '\0'; path++)
        if (*path == '/' || *path == '\\')
            name = path + 1;
    return name;
}

static ese_err join(char out[OS_PATH_MAX], const char *folder, const char *name, const char *tail)
{
    ese_err err = JET_errSuccess;
    size_t size = strlen(folder);
    bool bare = size != 0 && folder[size - 1] != '/' && folder[size - 1] != '\\';
    char separator[2] = {os_path_separator(), 0};
    int used = snprintf(out, OS_PATH_MAX, "%s%s%s%s", folder, bare ? separator : "", name, tail);

    if (used < 0 || used >= OS_PATH_MAX)
        FAIL(JET_errInvalidPath);
done:
    return err;
}

/* ---- the set ---- */

static ese_err find_source(struct folder_restore *f, const char *source)
{
    ese_err err = JET_errSuccess;
    static const char *const inner[] = {"", "new", "old"};
    struct os_file_info info;

    TRY(os_path_full(source, f->a, sizeof f->a));
    for (unsigned i = 0; i < 3; i++) {
        TRY(join(f->source, f->a, inner[i], i == 0 ? "" : (char[]){os_path_separator(), 0}));
        if (os_path_info(f->source, &info) < 0)
            continue;
        TRY(restore_range_of(f->source, &f->inst->log_config, &f->config.gen_low, &f->config.gen_high));
        if (f->config.gen_low != 0)
            goto done;
    }
    FAIL(JET_errFileNotFound);
done:
    return err;
}

static ese_err count_patch(void *context, const char *name, const struct os_file_info *info)
{
    size_t size = strlen(name);

    (void)info;
    if (size > 4 && name[size - 4] == '.' && (name[size - 3] | 0x20) == 'p' && (name[size - 2] | 0x20) == 'a' && (name[size - 1] | 0x20) == 't')
        ++*(unsigned *)context;
    return JET_errSuccess;
}

static bool in_map(const struct folder_restore *f, const char *logged)
{
    for (unsigned i = 0; i < f->count; i++)
        if (strcmp(f->map[i].from, logged) == 0)
            return true;
    return false;
}

/* A database the logs mention: it must be in the set, and goes to its place. */
static ese_err take_database(struct folder_restore *f, const char *logged)
{
    ese_err err = JET_errSuccess;
    const char *name = name_of(logged), *dot = strrchr(name, '.');
    size_t stem = dot != NULL ? (size_t)(dot - name) : strlen(name);
    struct recover_map *entry;
    struct os_file_info info;
    char patch[OS_PATH_MAX / 4];

    if (in_map(f, logged))
        goto done;
    if (f->count == DB_COUNT_MAX || stem >= sizeof patch || strlen(logged) >= sizeof entry->from)
        FAIL(JET_errInvalidPath);
    memcpy(patch, name, stem);
    patch[stem] = '\0';
    TRY(join(f->a, f->source, patch, ".pat"));
    if (os_path_info(f->a, &info) < 0)
        FAIL(JET_errFileNotFound);
    TRY(join(f->a, f->source, name, ""));
    if (os_path_info(f->a, &info) < 0)
        FAIL(JET_errFileNotFound);
    entry = &f->map[f->count];
    strcpy(entry->from, logged);
    if (f->destination != NULL)
        TRY(join(entry->to, f->destination, name, ""));
    else
        TRY(os_path_full(logged, entry->to, sizeof entry->to));
    f->count++;
done:
    return err;
}

static ese_err take_attached(struct folder_restore *f, const struct log_header *h)
{
    ese_err err = JET_errSuccess;
    unsigned count = 0;

    TRY(attach_list_decode(h->attach_list, f->attached, DB_COUNT_MAX, &count));
    for (unsigned i = 0; i < count; i++)
        TRY(take_database(f, f->attached[i].path));
done:
    return err;
}

/* Every database that the logs attach or create. */
static ese_err take_databases(struct folder_restore *f)
{
    ese_err err = JET_errSuccess;
    struct log_read_config *read = ese_alloc(sizeof *read);
    struct log_reader *reader = NULL;
    struct log_record record;
    struct log_span span;
    bool end = false, unicode;
    struct bytes path;

    if (read == NULL)
        FAIL(JET_errOutOfMemory);
    memcpy(read->dirs[0], f->source, sizeof read->dirs[0]);
    memcpy(read->base, f->inst->log_config.base, sizeof read->base);
    read->new_extensions = f->inst->log_config.new_extensions;
    read->page_size = f->inst->page_size;
    read->gen_high = f->config.gen_high;
    TRY(log_reader_open(read, lgpos_make(f->config.gen_low, 0, 0), &reader));
    TRY(take_attached(f, log_reader_header(reader)));
    for (;;) {
        TRY(log_reader_next(reader, &record, &span, &end));
        if (end)
            break;
        if (record.type != LR_ATTACH_DB && record.type != LR_CREATE_DB)
            continue;
        path = record.type == LR_ATTACH_DB ? record.u.attach_db.path : record.u.create_db.path;
        unicode = ((record.type == LR_ATTACH_DB ? record.u.attach_db.flags : record.u.create_db.flags) & 8) != 0;
        if (!disk_path_decode(path, unicode, f->attached[0].path, sizeof f->attached[0].path))
            FAIL(JET_errLogFileCorrupt);
        TRY(take_database(f, f->attached[0].path));
    }
done:
    log_reader_close(reader);
    ese_free(read);
    return err;
}

/* All of the set is judged before the first byte is written to where the databases live. */
static ese_err check_source(struct folder_restore *f)
{
    ese_err err = JET_errSuccess;
    struct restore *r = ese_alloc(sizeof *r);
    bool has_trailer;

    if (r == NULL)
        FAIL(JET_errOutOfMemory);
    r->inst = f->inst;
    r->gen_low = f->config.gen_low;
    r->gen_high = f->config.gen_high;
    memcpy(r->dir, f->source, sizeof r->dir);
    TRY(restore_check_set(r));
    TRY(restore_check_records(r));
    TRY(take_databases(f));
    for (unsigned i = 0; i < f->count; i++) {
        TRY(join(f->a, f->source, name_of(f->map[i].from), ""));
        TRY(restore_check_database(r, f->a, &has_trailer));
    }
done:
    ese_free(r);
    return err;
}

static ese_err copy_databases(struct folder_restore *f)
{
    ese_err err = JET_errSuccess;

    for (unsigned i = 0; i < f->count; i++) {
        TRY(join(f->a, f->source, name_of(f->map[i].from), ""));
        TRY(recover_copy_file(f->a, f->map[i].to));
        TRY(db_sync_folder(f->map[i].to));
    }
done:
    return err;
}

ese_err restore_folder(struct inst *inst, const char *source, const char *destination, struct recover_progress progress)
{
    ese_err err = JET_errSuccess;
    struct folder_restore *f = ese_alloc(sizeof *f);
    char *full = ese_alloc(OS_PATH_MAX);

    if (f == NULL || full == NULL)
        FAIL(JET_errOutOfMemory);
    f->inst = inst;
    f->config.progress = progress;
    if (destination != NULL && destination[0] != '\0') {
        TRY(os_path_full(destination, full, OS_PATH_MAX));
        f->destination = full;
    }
    TRY(find_source(f, source != NULL && source[0] != '\0' ? source : "."));
    TRY(os_dir_list(f->source, count_patch, &f->patches));
    if (f->patches == 0)
        FAIL(JET_errPatchFileMissing);
    TRY(check_source(f));
    TRY(copy_databases(f));
    memcpy(f->config.backup_log_dir, f->source, sizeof f->config.backup_log_dir);
    f->config.map = f->map;
    f->config.map_count = f->count;
    TRY(restore_external(inst, &f->config));
done:
    ese_free(full);
    ese_free(f);
    return err;
}
