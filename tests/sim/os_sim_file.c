/*
 * os_sim_file.c - the file functions of os.h on the simulated disk.
 */
#include "os_sim_disk.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

struct os_file {
    struct sim_inode *inode;
    unsigned flags;
    bool holds_lock;
    char path[OS_PATH_MAX];
};

/* Every call: take the lock, count, see whether it must fail. The end: fail after taking effect when it was the crash. */
#define ENTER(changes)                                                                                                 \
    bool crash = false;                                                                                                \
    sim_lock();                                                                                                        \
    TRY(sim_disk_enter(changes, &crash))

#define LEAVE_EFFECTIVE()                                                                                              \
    do {                                                                                                               \
        if (crash)                                                                                                     \
            FAIL(JET_errDiskIO);                                                                                       \
    } while (0)

static ese_err find_or_create(const char *full, unsigned flags, struct sim_inode **inode, bool *crash)
{
    ese_err err = JET_errSuccess;
    struct sim_name *name = sim_disk_find(g_sim.names, full);

    if (name != NULL && name->inode->is_dir)
        FAIL(JET_errFileAccessDenied);
    if (name != NULL && (flags & (OS_OPEN_CREATE | OS_OPEN_TRUNCATE)) == OS_OPEN_CREATE)
        FAIL(JET_errFileAlreadyExists);
    if (name == NULL && (flags & OS_OPEN_CREATE) == 0)
        FAIL(JET_errFileNotFound);
    if (name == NULL && !sim_disk_parent_exists(full))
        FAIL(JET_errInvalidPath);
    if (name != NULL && name->inode->locked && (flags & (OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_EXCLUSIVE)) != 0)
        FAIL(JET_errFileAccessDenied);
    TRY(sim_disk_enter((flags & OS_OPEN_CREATE) != 0, crash));
    if (name == NULL) {
        TRY(sim_disk_create(full, false, inode));
    } else {
        *inode = name->inode;
        if ((flags & OS_OPEN_CREATE) != 0)
            TRY(sim_inode_resize(*inode, 0));
    }
done:
    return err;
}

ese_err os_file_open(const char *path, unsigned flags, struct os_file **out)
{
    ese_err err = JET_errSuccess;
    struct os_file *file = ese_alloc(sizeof(*file));
    struct sim_inode *inode = NULL;
    bool crash = false;

    *out = NULL;
    sim_lock();
    if (file == NULL)
        FAIL(JET_errOutOfMemory);
    if (g_sim.crashed)
        FAIL(JET_errDiskIO);
    TRY(sim_disk_full_path(path, file->path));
    TRY(find_or_create(file->path, flags, &inode, &crash));
    LEAVE_EFFECTIVE();
    file->inode = sim_inode_ref(inode);
    file->flags = flags;
    file->holds_lock = (flags & OS_OPEN_EXCLUSIVE) != 0 && (flags & (OS_OPEN_WRITE | OS_OPEN_CREATE)) != 0;
    if (file->holds_lock)
        inode->locked = true;
    *out = file;
    file = NULL;
done:
    sim_unlock();
    ese_free(file);
    return err;
}

void os_file_close(struct os_file *file)
{
    if (file == NULL)
        return;
    sim_lock();
    if (file->holds_lock)
        file->inode->locked = false;
    if ((file->flags & OS_OPEN_DELETE_ON_CLOSE) != 0 && !g_sim.crashed && sim_disk_find(g_sim.names, file->path) != NULL)
        (void)sim_disk_unlink(file->path);
    sim_inode_drop(file->inode);
    sim_unlock();
    ese_free(file);
}

ese_err os_file_read_some(struct os_file *file, uint64_t offset, void *to, size_t size, size_t *got)
{
    ese_err err = JET_errSuccess;
    uint64_t end;

    *got = 0;
    ENTER(false);
    end = file->inode->size;
    *got = offset >= end ? 0 : size < end - offset ? size : (size_t)(end - offset);
    sim_inode_read(file->inode, *got == 0 ? 0 : offset, to, *got);
done:
    sim_unlock();
    return err;
}

ese_err os_file_read(struct os_file *file, uint64_t offset, void *to, size_t size)
{
    ese_err err = JET_errSuccess;
    size_t got;

    TRY(os_file_read_some(file, offset, to, size, &got));
    if (got < size)
        FAIL(JET_errFileIOBeyondEOF);
done:
    return err;
}

ese_err os_file_write(struct os_file *file, uint64_t offset, const void *from, size_t size)
{
    ese_err err = JET_errSuccess;

    ENTER(true);
    if ((file->flags & (OS_OPEN_WRITE | OS_OPEN_CREATE)) == 0)
        FAIL(JET_errFileAccessDenied);
    TRY(sim_inode_write(file->inode, offset, from, size));
    LEAVE_EFFECTIVE();
done:
    sim_unlock();
    return err;
}

uint32_t os_file_atomic(struct os_file *file)
{
    (void)file;
    return SIM_SECTOR;
}

ese_err os_file_sync(struct os_file *file)
{
    ese_err err = JET_errSuccess;

    ENTER(true);
    LEAVE_EFFECTIVE();
    g_sim.syncs++;
    sim_inode_sync(file->inode);
done:
    if (err < 0 && !g_sim.crashed)
        sim_inode_lose(file->inode);
    sim_unlock();
    return err;
}

ese_err os_file_size(struct os_file *file, uint64_t *size)
{
    ese_err err = JET_errSuccess;

    *size = 0;
    ENTER(false);
    *size = file->inode->size;
done:
    sim_unlock();
    return err;
}

ese_err os_file_resize(struct os_file *file, uint64_t size)
{
    ese_err err = JET_errSuccess;

    ENTER(true);
    TRY(sim_inode_resize(file->inode, size));
    LEAVE_EFFECTIVE();
done:
    sim_unlock();
    return err;
}

ese_err os_file_preallocate(struct os_file *file, uint64_t size)
{
    ese_err err = JET_errSuccess;

    ENTER(true);
    if (size > file->inode->size)
        TRY(sim_inode_resize(file->inode, size));
    LEAVE_EFFECTIVE();
done:
    sim_unlock();
    return err;
}

void os_file_prefetch(struct os_file *file, uint64_t offset, size_t size)
{
    (void)file;
    (void)offset;
    (void)size;
}

ese_err os_path_info(const char *path, struct os_file_info *info)
{
    ese_err err = JET_errSuccess;
    char full[OS_PATH_MAX];
    struct sim_name *name;

    *info = (struct os_file_info){0};
    ENTER(false);
    TRY(sim_disk_full_path(path, full));
    name = sim_disk_find(g_sim.names, full);
    if (name == NULL)
        FAIL(JET_errFileNotFound);
    info->size = name->inode->size;
    info->is_dir = name->inode->is_dir;
done:
    sim_unlock();
    return err;
}

ese_err os_path_rename(const char *from, const char *to)
{
    ese_err err = JET_errSuccess;
    char a[OS_PATH_MAX], b[OS_PATH_MAX];

    ENTER(true);
    TRY(sim_disk_full_path(from, a));
    TRY(sim_disk_full_path(to, b));
    if (sim_disk_find(g_sim.names, a) == NULL)
        FAIL(JET_errFileNotFound);
    if (!sim_disk_parent_exists(b))
        FAIL(JET_errInvalidPath);
    TRY(sim_disk_rename(a, b));
    LEAVE_EFFECTIVE();
done:
    sim_unlock();
    return err;
}

/* Of calls that are counted one by one. */
ese_err os_path_copy(const char *from, const char *to)
{
    ese_err err = JET_errSuccess;
    struct os_file *in = NULL, *out = NULL;
    uint8_t *bytes = NULL;
    uint64_t size = 0;

    TRY(os_file_open(from, OS_OPEN_READ, &in));
    TRY(os_file_size(in, &size));
    bytes = ese_alloc((size_t)size + 1);
    if (bytes == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(os_file_read(in, 0, bytes, (size_t)size));
    TRY(os_file_open(to, OS_OPEN_WRITE | OS_OPEN_CREATE, &out));
    TRY(os_file_write(out, 0, bytes, (size_t)size));
    TRY(os_file_sync(out));
done:
    os_file_close(in);
    os_file_close(out);
    ese_free(bytes);
    return err;
}

ese_err os_path_delete(const char *path)
{
    ese_err err = JET_errSuccess;
    char full[OS_PATH_MAX];
    struct sim_name *name;

    ENTER(true);
    TRY(sim_disk_full_path(path, full));
    name = sim_disk_find(g_sim.names, full);
    if (name == NULL)
        FAIL(JET_errFileNotFound);
    if (name->inode->is_dir)
        FAIL(JET_errFileAccessDenied);
    TRY(sim_disk_unlink(full));
    LEAVE_EFFECTIVE();
done:
    sim_unlock();
    return err;
}

ese_err os_dir_create(const char *path)
{
    ese_err err = JET_errSuccess;
    char full[OS_PATH_MAX];
    struct sim_inode *inode;

    ENTER(true);
    TRY(sim_disk_full_path(path, full));
    for (size_t i = 1;; i++) {
        char here = full[i];
        if (here != '/' && here != 0)
            continue;
        full[i] = 0;
        struct sim_name *name = sim_disk_find(g_sim.names, full);
        if (name == NULL)
            TRY(sim_disk_create(full, true, &inode));
        else if (!name->inode->is_dir)
            FAIL(JET_errFileAlreadyExists);
        full[i] = here;
        if (here == 0)
            break;
    }
    LEAVE_EFFECTIVE();
done:
    sim_unlock();
    return err;
}

static bool is_inside(const char *path, const char *folder)
{
    size_t n = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
    return strncmp(path, folder, n) == 0 && path[n] == '/' && path[n + 1] != 0 && strchr(path + n + 1, '/') == NULL;
}

ese_err os_dir_delete(const char *path)
{
    ese_err err = JET_errSuccess;
    char full[OS_PATH_MAX];
    struct sim_name *name;

    ENTER(true);
    TRY(sim_disk_full_path(path, full));
    name = sim_disk_find(g_sim.names, full);
    if (name == NULL)
        FAIL(JET_errFileNotFound);
    for (struct sim_name *other = g_sim.names; other != NULL; other = other->next)
        if (is_inside(other->path, full))
            FAIL(JET_errFileAlreadyExists);
    TRY(sim_disk_unlink(full));
    LEAVE_EFFECTIVE();
done:
    sim_unlock();
    return err;
}

ese_err os_dir_sync(const char *path)
{
    ese_err err = JET_errSuccess;
    char full[OS_PATH_MAX];

    ENTER(true);
    LEAVE_EFFECTIVE();
    TRY(sim_disk_full_path(path, full));
    if (sim_disk_find(g_sim.names, full) == NULL)
        FAIL(JET_errFileNotFound);
    g_sim.syncs++;
    sim_disk_sync_folder(full);
done:
    sim_unlock();
    return err;
}

struct listed { struct listed *next; struct os_file_info info; char name[]; };

/* The names are gathered first: the callback may open and delete. */
static ese_err gather(const char *folder, struct listed **list)
{
    ese_err err = JET_errSuccess;

    for (struct sim_name *name = g_sim.names; name != NULL; name = name->next) {
        const char *last = strrchr(name->path, '/') + 1;
        struct listed *entry;
        if (!is_inside(name->path, folder))
            continue;
        entry = ese_alloc(sizeof(*entry) + strlen(last) + 1);
        if (entry == NULL)
            FAIL(JET_errOutOfMemory);
        strcpy(entry->name, last);
        entry->info.size = name->inode->size;
        entry->info.is_dir = name->inode->is_dir;
        entry->next = *list;
        *list = entry;
    }
done:
    return err;
}

ese_err os_dir_list(const char *path, ese_err (*each)(void *, const char *, const struct os_file_info *), void *context)
{
    ese_err err = JET_errSuccess;
    char full[OS_PATH_MAX];
    struct listed *list = NULL;
    bool locked = true;

    ENTER(false);
    TRY(sim_disk_full_path(path, full));
    if (sim_disk_find(g_sim.names, full) == NULL)
        FAIL(JET_errFileNotFound);
    TRY(gather(full, &list));
    sim_unlock();
    locked = false;
    for (struct listed *entry = list; entry != NULL; entry = entry->next)
        TRY(each(context, entry->name, &entry->info));
done:
    if (locked)
        sim_unlock();
    while (list != NULL) {
        struct listed *next = list->next;
        ese_free(list);
        list = next;
    }
    return err;
}

ese_err os_path_full(const char *path, char *out, size_t size)
{
    ese_err err = JET_errSuccess;
    char full[OS_PATH_MAX];

    if (size != 0)
        out[0] = 0;
    TRY(sim_disk_full_path(path, full));
    if (strlen(full) >= size)
        FAIL(JET_errInvalidPath);
    strcpy(out, full);
done:
    return err;
}

bool os_path_same(const char *a, const char *b)
{
    for (; *a != 0 && *b != 0; a++, b++)
        if ((*a == '\\' ? '/' : *a) != (*b == '\\' ? '/' : *b))
            return false;
    return *a == *b;
}

ese_err os_disk_free(const char *path, uint64_t *bytes)
{
    (void)path;
    sim_lock();
    *bytes = g_sim.space > g_sim.used ? g_sim.space - g_sim.used : 0;
    if (*bytes > UINT64_C(1) << 40)
        *bytes = UINT64_C(1) << 40;
    sim_unlock();
    return JET_errSuccess;
}

char os_path_separator(void)
{
    return '/';
}

ese_err os_path_identity(const char *path, uint64_t identity[2])
{
    ese_err err = JET_errSuccess;
    char full[OS_PATH_MAX];
    struct sim_name *name;

    identity[0] = identity[1] = 0;
    ENTER(false);
    TRY(sim_disk_full_path(path, full));
    name = sim_disk_find(g_sim.names, full);
    if (name == NULL)
        FAIL(JET_errFileNotFound);
    identity[0] = 1;
    identity[1] = name->inode->id;
done:
    sim_unlock();
    return err;
}
