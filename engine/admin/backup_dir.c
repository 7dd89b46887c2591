#include "admin/backup_dir.h"

#include <stdio.h>

#include "admin/backup_int.h"

enum { COPY_BYTES = 1 << 20, COPY_ALIGNMENT = 4096, STATUS_BEGIN = 5, STATUS_COMPLETE = 6, PROGRESS_TOTAL = 100 };

/* Paths and buffer of one run; too big for the stack. */
struct folder_backup {
    struct inst *inst;
    bool full, atomic;
    char top[OS_PATH_MAX];                              /* what the caller named, with separator */
    char target[OS_PATH_MAX];                           /* where files go, with separator */
    char a[OS_PATH_MAX], b[OS_PATH_MAX];
    uint8_t *buffer;
};

static ese_err join(char out[OS_PATH_MAX], const char *folder, const char *name, const char *tail)
{
    ese_err err = JET_errSuccess;
    int size = snprintf(out, OS_PATH_MAX, "%s%s%s", folder, name, tail);

    if (size < 0 || size >= OS_PATH_MAX)
        FAIL(JET_errInvalidPath);
done:
    return err;
}

static const char *name_of(const char *path)
{
    const char *name = path;

    for (; *path != '\0'; path++)
        if (*path == '/' || *path == '\\')
            name = path + 1;
    return name;
}

static bool exists(const char *path)
{
    struct os_file_info info;
    return os_path_info(path, &info) == 0;
}

/* ---- folders ---- */

struct name_list { char (*names)[OS_PATH_MAX / 4]; unsigned count, room; };

static ese_err collect(void *context, const char *name, const struct os_file_info *info)
{
    struct name_list *list = context;

    (void)info;
    if (list->count < list->room && strlen(name) < sizeof list->names[0])
        strcpy(list->names[list->count++], name);
    return JET_errSuccess;
}

/* Delete a folder with the files in it; absent is fine. Names are collected first: a folder must not change under its listing. */
static ese_err remove_folder(struct folder_backup *f, const char *path)
{
    ese_err err = JET_errSuccess;
    struct name_list list = {NULL, 0, 64};
    char separator[2] = {os_path_separator(), 0};

    if (!exists(path))
        goto done;
    list.names = ese_alloc(list.room * sizeof *list.names);
    if (list.names == NULL)
        FAIL(JET_errOutOfMemory);
    do {
        list.count = 0;
        TRY(os_dir_list(path, collect, &list));
        for (unsigned i = 0; i < list.count; i++) {
            int size = snprintf(f->b, OS_PATH_MAX, "%s%s%s", path, separator, list.names[i]);
            if (size < 0 || size >= OS_PATH_MAX || os_path_delete(f->b) < 0)
                FAIL(JET_errDeleteBackupFileFail);
        }
    } while (list.count != 0);
    if (os_dir_delete(path) < 0)
        FAIL(JET_errDeleteBackupFileFail);
done:
    ese_free(list.names);
    return err;
}

static ese_err count_entry(void *context, const char *name, const struct os_file_info *info)
{
    (void)name;
    (void)info;
    ++*(unsigned *)context;
    return JET_errSuccess;
}

static ese_err find_top(struct folder_backup *f, const char *path, bool create_path)
{
    ese_err err = JET_errSuccess;
    struct os_file_info info;
    size_t size;

    if (path == NULL || path[0] == '\0')
        path = ".";
    TRY(os_path_full(path, f->top, sizeof f->top));
    if (os_path_info(f->top, &info) < 0 && create_path)
        TRY(os_dir_create(f->top));
    if (os_path_info(f->top, &info) < 0 || !info.is_dir) {
        if (f->atomic && f->full)
            FAIL(JET_errMakeBackupDirectoryFail);
        FAIL(JET_errInvalidPath);
    }
    size = strlen(f->top);
    if (f->top[size - 1] != '/' && f->top[size - 1] != '\\') {
        if (size + 2 > sizeof f->top)
            FAIL(JET_errInvalidPath);
        f->top[size] = os_path_separator();
        f->top[size + 1] = '\0';
    }
done:
    return err;
}

/* An atomic backup lives in `temp` until it is whole; the last whole one is `new`, the one before `old`. */
static ese_err lay_out_atomic(struct folder_backup *f)
{
    ese_err err = JET_errSuccess;
    char separator[2] = {os_path_separator(), 0};
    char *old = f->target;

    TRY(join(f->a, f->top, "new", ""));
    if (exists(f->a)) {
        TRY(join(old, f->top, "old", ""));
        TRY(remove_folder(f, old));
        if (os_path_rename(f->a, old) < 0)
            FAIL(JET_errMakeBackupDirectoryFail);
        TRY(os_dir_sync(f->top));
    }
    if (f->full) {
        TRY(join(f->a, f->top, "temp", ""));
        if (os_dir_create(f->a) < 0)
            FAIL(JET_errMakeBackupDirectoryFail);
    }
    TRY(join(f->target, f->top, f->full ? "temp" : "old", separator));
done:
    return err;
}

static ese_err lay_out(struct folder_backup *f)
{
    ese_err err = JET_errSuccess;
    unsigned entries = 0;

    TRY(join(f->a, f->top, "temp", ""));
    TRY(remove_folder(f, f->a));
    if (f->atomic) {
        TRY(lay_out_atomic(f));
        goto done;
    }
    if (f->full) {
        TRY(os_dir_list(f->top, count_entry, &entries));
    } else {
        TRY(join(f->a, f->top, "new", ""));
        TRY(join(f->b, f->top, "old", ""));
        entries = exists(f->a) || exists(f->b);
    }
    if (entries != 0)
        FAIL(JET_errBackupDirectoryNotEmpty);
    memcpy(f->target, f->top, sizeof f->target);
done:
    return err;
}

static ese_err promote(struct folder_backup *f)
{
    ese_err err = JET_errSuccess;

    if (!f->atomic || !f->full)
        goto done;
    TRY(join(f->a, f->top, "temp", ""));
    TRY(join(f->target, f->top, "new", ""));
    TRY(os_path_rename(f->a, f->target));
    TRY(os_dir_sync(f->top));
    TRY(join(f->a, f->top, "old", ""));
    TRY(remove_folder(f, f->a));
done:
    return err;
}

/* ---- files ---- */

/* The streaming calls, with a file at the other end. */
static ese_err copy_stream(struct folder_backup *f, const char *from, struct os_file *out)
{
    ese_err err = JET_errSuccess, closed;
    uint64_t handle = 0, size = 0, at = 0;
    bool open = false;

    TRY(backup_open_file(f->inst, from, &handle, &size));
    open = true;
    TRY(os_file_preallocate(out, size));
    while (at < size) {
        uint32_t got = 0;
        TRY(backup_read_file(f->inst, handle, f->buffer, COPY_BYTES, &got));
        if (got == 0)
            break;
        TRY(os_file_write(out, at, f->buffer, got));
        at += got;
    }
    TRY(os_file_sync(out));
done:
    if (open) {
        closed = backup_close_file(f->inst, handle);
        if (err >= 0)
            err = closed;
    }
    return err;
}

/* A file gets its name when it is whole: an incremental backup that is cut off leaves a set that can be restored. */
static ese_err copy_one(struct folder_backup *f, const char *from)
{
    ese_err err = JET_errSuccess;
    struct os_file *out = NULL;

    TRY(join(f->a, f->target, name_of(from), ".tmp"));
    TRY(join(f->b, f->target, name_of(from), ""));
    TRY(os_file_open(f->a, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE, &out));
    TRY(copy_stream(f, from, out));
    os_file_close(out);
    out = NULL;
    TRY(os_path_rename(f->a, f->b));
done:
    if (out != NULL) {
        os_file_close(out);
        (void)os_path_delete(f->a);
    }
    return err;
}

static ese_err copy_list(struct folder_backup *f, const char *list)
{
    ese_err err = JET_errSuccess;

    for (; *list != '\0'; list += strlen(list) + 1)
        TRY(copy_one(f, list));
done:
    return err;
}

static ese_err make_empty(const char *path)
{
    ese_err err = JET_errSuccess;
    struct os_file *file = NULL;

    TRY(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE, &file));
done:
    os_file_close(file);
    return err;
}

/* Restore finds the databases of a set by these empty files. One stays beside the database, as it always did. */
static ese_err make_patch_files(struct folder_backup *f, const char *database)
{
    ese_err err = JET_errSuccess;
    const char *name = name_of(database), *dot = strrchr(name, '.');
    size_t stem = dot != NULL ? (size_t)(dot - name) : strlen(name), folder = (size_t)(name - database);

    if (stem >= sizeof f->b || folder + stem + sizeof ".pat" > sizeof f->a)
        FAIL(JET_errInvalidPath);
    memcpy(f->b, name, stem);
    f->b[stem] = '\0';
    TRY(join(f->a, f->target, f->b, ".pat"));
    TRY(make_empty(f->a));
    memcpy(f->a, database, folder + stem);
    memcpy(f->a + folder + stem, ".pat", sizeof ".pat");
    (void)make_empty(f->a);                             /* of no use to us, so of no weight */
done:
    return err;
}

static ese_err copy_everything(struct folder_backup *f, struct arena *arena)
{
    ese_err err = JET_errSuccess;
    char *databases = NULL, *logs;
    size_t bytes;

    if (f->full) {
        TRY(backup_attach_info(f->inst, arena, &databases, &bytes));
        TRY(copy_list(f, databases));
    }
    TRY(backup_log_list(f->inst, false, arena, &logs, &bytes, NULL));
    TRY(copy_list(f, logs));
    for (const char *db = databases; db != NULL && *db != '\0'; db += strlen(db) + 1)
        TRY(make_patch_files(f, db));
    TRY(os_dir_sync(f->target));
done:
    return err;
}

/* ---- the whole ---- */

static void report(const struct folder_backup *f, struct recover_progress progress, int status, unsigned done)
{
    if (f->full && progress.report != NULL)
        progress.report(progress.context, status, done, PROGRESS_TOTAL);
}

ese_err backup_directory(struct inst *inst, const char *path, uint32_t grbit, bool create_path, struct recover_progress progress)
{
    ese_err err = JET_errSuccess;
    struct folder_backup *f = NULL;
    struct arena arena = {0};
    bool begun = false;

    TRY(backup_begin(inst, grbit & BACKUP_DIR_INCREMENTAL));
    begun = true;
    f = ese_alloc(sizeof *f);
    if (f == NULL)
        FAIL(JET_errOutOfMemory);
    f->inst = inst;
    f->full = (grbit & BACKUP_DIR_INCREMENTAL) == 0;
    f->atomic = (grbit & BACKUP_DIR_ATOMIC) != 0;
    f->buffer = ese_alloc_aligned(COPY_ALIGNMENT, COPY_BYTES);
    if (f->buffer == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(find_top(f, path, create_path));
    TRY(lay_out(f));
    report(f, progress, STATUS_BEGIN, 0);
    TRY(copy_everything(f, &arena));
    TRY(promote(f));
    TRY(backup_truncate(inst));
    report(f, progress, STATUS_COMPLETE, PROGRESS_TOTAL);
    begun = false;
    TRY(backup_end(inst, 1));
done:
    if (begun) {
        (void)backup_end(inst, 2);
        if (f != NULL && f->atomic && f->full && f->top[0] != '\0' && join(f->a, f->top, "temp", "") == 0)
            (void)remove_folder(f, f->a);
    }
    arena_release(&arena);
    if (f != NULL)
        ese_free_aligned(f->buffer);
    ese_free(f);
    return err;
}
