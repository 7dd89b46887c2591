/*
 * os_posix_file.c - the file half of os.h over POSIX: pread, pwrite, fdatasync, open-file-description locks.
 *
 * Every call is repeated on EINTR. A short write is continued, so a write is complete or an error. Paths are taken with
 * both separators; a drive letter is a Windows path and is refused.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <linux/fs.h>
#include <sys/ioctl.h>
#endif
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"

enum { COPY_BYTES = 1 << 20, COPY_RANGE_BYTES = 1 << 30 };

/* O3: one byte far behind any data, the same one that LockFileEx takes in os_win32_file.c. */
#define LOCK_OFFSET ((off_t)INT64_C(0x7ffffffffffffff0))

struct os_file {
    int fd;
    unsigned flags;
    char path[];                                        /* for delete on close */
};

static ese_err code_of_errno(int number)
{
    switch (number) {
    case ENOENT:
        return JET_errFileNotFound;
    case ENOTDIR:
    case ENAMETOOLONG:
    case EINVAL:
    case ELOOP:
    case EILSEQ:
        return JET_errInvalidPath;
    case EACCES:
    case EPERM:
    case EROFS:
    case EBUSY:
    case EISDIR:
    case ETXTBSY:
    case EAGAIN:
        return JET_errFileAccessDenied;
    case EEXIST:
    case ENOTEMPTY:
        return JET_errFileAlreadyExists;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return JET_errDiskFull;
    case ENOMEM:
        return JET_errOutOfMemory;
    case EMFILE:
    case ENFILE:
        return JET_errOutOfFileHandles;
    default:
        return JET_errDiskIO;
    }
}

static bool has_drive(const char *path)
{
    char letter = (char)(path[0] | 0x20);
    return letter >= 'a' && letter <= 'z' && path[1] == ':';
}

/* The path as the kernel takes it: separators turned, drive letters, UNC and empty names refused. */
static ese_err native_path(const char *path, char out[OS_PATH_MAX])
{
    ese_err err = JET_errSuccess;
    size_t size = strlen(path);

    if (size == 0 || size >= OS_PATH_MAX || has_drive(path) || (path[0] == '\\' && path[1] == '\\'))
        FAIL(JET_errInvalidPath);
    for (size_t i = 0; i <= size; i++)
        out[i] = path[i] == '\\' ? '/' : path[i];
done:
    return err;
}

static ese_err lock_exclusive(int fd)
{
    ese_err err = JET_errSuccess;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK_OFFSET, .l_len = 1};
    int rc;

    do
        rc = fcntl(fd, F_OFD_SETLK, &lock);
    while (rc != 0 && errno == EINTR);
    if (rc == 0)
        goto done;
    if (errno == EAGAIN || errno == EACCES)
        FAIL(JET_errFileAccessDenied);
    /* A filesystem without locks (some network mounts) cannot exclude anybody; opening still has to work there. */
    if (errno != ENOLCK && errno != EINVAL && errno != EOPNOTSUPP)
        FAIL(code_of_errno(errno));
done:
    return err;
}

/* A shared open must also notice an exclusive holder, as Windows' share modes make it. */
static ese_err lock_free(int fd)
{
    ese_err err = JET_errSuccess;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK_OFFSET, .l_len = 1};

    if (fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
        FAIL(JET_errFileAccessDenied);
done:
    return err;
}

static int open_flags(unsigned flags)
{
    int mode = O_CLOEXEC | O_NOCTTY;
    mode |= (flags & (OS_OPEN_WRITE | OS_OPEN_CREATE)) != 0 ? O_RDWR : O_RDONLY;
    if ((flags & OS_OPEN_CREATE) != 0)
        mode |= O_CREAT | ((flags & OS_OPEN_TRUNCATE) != 0 ? 0 : O_EXCL);
    return mode;
}

/* Opens, then locks, and only then truncates: a file that somebody else holds is not harmed. */
ese_err os_file_open(const char *path, unsigned flags, struct os_file **out)
{
    ese_err err = JET_errSuccess;
    struct os_file *file = NULL;
    struct stat st;
    size_t size = strlen(path) + 1;

    *out = NULL;
    if (size > OS_PATH_MAX)
        FAIL(JET_errInvalidPath);
    file = ese_alloc(sizeof(*file) + OS_PATH_MAX);
    if (file == NULL)
        FAIL(JET_errOutOfMemory);
    file->fd = -1;
    TRY(native_path(path, file->path));
    do
        file->fd = open(file->path, open_flags(flags), 0666);
    while (file->fd < 0 && errno == EINTR);
    if (file->fd < 0)
        FAIL(code_of_errno(errno));
    if (fstat(file->fd, &st) != 0)
        FAIL(code_of_errno(errno));
    if (S_ISDIR(st.st_mode))
        FAIL(JET_errFileAccessDenied);
    if ((flags & OS_OPEN_EXCLUSIVE) != 0 && (flags & (OS_OPEN_WRITE | OS_OPEN_CREATE)) != 0)
        TRY(lock_exclusive(file->fd));
    else if ((flags & (OS_OPEN_EXCLUSIVE | OS_OPEN_WRITE | OS_OPEN_CREATE)) != 0)
        TRY(lock_free(file->fd));
    if ((flags & (OS_OPEN_CREATE | OS_OPEN_TRUNCATE)) == (OS_OPEN_CREATE | OS_OPEN_TRUNCATE) &&
        ftruncate(file->fd, 0) != 0)
        FAIL(code_of_errno(errno));
    if ((flags & OS_OPEN_DIRECT) != 0)
        (void)posix_fadvise(file->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    file->flags = flags;
    *out = file;
    file = NULL;
done:
    os_file_close(file);
    return err;
}

void os_file_close(struct os_file *file)
{
    if (file == NULL)
        return;
    if (file->fd >= 0) {
        if ((file->flags & OS_OPEN_DELETE_ON_CLOSE) != 0)
            (void)unlink(file->path);
        (void)close(file->fd);
    }
    ese_free(file);
}

ese_err os_file_read_some(struct os_file *file, uint64_t offset, void *to, size_t size, size_t *got)
{
    ese_err err = JET_errSuccess;
    uint8_t *at = to;

    *got = 0;
    while (*got < size) {
        ssize_t n = pread(file->fd, at + *got, size - *got, (off_t)(offset + *got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            FAIL(code_of_errno(errno));
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    if ((file->flags & OS_OPEN_DIRECT) != 0 && *got != 0)
        (void)posix_fadvise(file->fd, (off_t)offset, (off_t)*got, POSIX_FADV_DONTNEED);
done:
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
    const uint8_t *at = from;
    size_t put = 0;

    while (put < size) {
        ssize_t n = pwrite(file->fd, at + put, size - put, (off_t)(offset + put));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EBADF)
            FAIL(JET_errFileAccessDenied);
        if (n < 0)
            FAIL(code_of_errno(errno));
        if (n == 0)
            FAIL(JET_errDiskIO);
        put += (size_t)n;
    }
done:
    return err;
}

/* Disks of today write 4 KiB in one piece, and so do the file systems above them. */
uint32_t os_file_atomic(struct os_file *file)
{
    (void)file;
    return 4096;
}

ese_err os_file_sync(struct os_file *file)
{
    ese_err err = JET_errSuccess;
    int rc;

    do
        rc = fdatasync(file->fd);
    while (rc != 0 && errno == EINTR);
    if (rc != 0)
        FAIL(code_of_errno(errno));
done:
    return err;
}

ese_err os_file_size(struct os_file *file, uint64_t *size)
{
    ese_err err = JET_errSuccess;
    struct stat st;

    *size = 0;
    if (fstat(file->fd, &st) != 0)
        FAIL(code_of_errno(errno));
    *size = (uint64_t)st.st_size;
done:
    return err;
}

ese_err os_file_resize(struct os_file *file, uint64_t size)
{
    ese_err err = JET_errSuccess;
    int rc;

    if (size > INT64_MAX)
        FAIL(JET_errDiskFull);
    do
        rc = ftruncate(file->fd, (off_t)size);
    while (rc != 0 && errno == EINTR);
    if (rc != 0)
        FAIL(code_of_errno(errno));
done:
    return err;
}

/* Where the filesystem cannot reserve, zeros are written: slower, with the same promise. */
static ese_err fill_with_zeros(struct os_file *file, uint64_t from, uint64_t to)
{
    enum { CHUNK = 64 * 1024 };
    ese_err err = JET_errSuccess;
    uint8_t *zeros = ese_alloc(CHUNK);

    if (zeros == NULL)
        FAIL(JET_errOutOfMemory);
    while (from < to) {
        size_t n = to - from < CHUNK ? (size_t)(to - from) : (size_t)CHUNK;
        TRY(os_file_write(file, from, zeros, n));
        from += n;
    }
done:
    ese_free(zeros);
    return err;
}

/* A reservation that cannot succeed must not fill the disk before it fails. */
static bool has_space(const struct os_file *file, uint64_t bytes)
{
    struct statvfs fs;
    return fstatvfs(file->fd, &fs) != 0 || bytes / fs.f_frsize <= (uint64_t)fs.f_bavail;
}

ese_err os_file_preallocate(struct os_file *file, uint64_t size)
{
    ese_err err = JET_errSuccess;
    uint64_t now;
    int number;

    TRY(os_file_size(file, &now));
    if (size <= now)
        goto done;
    if (size > INT64_MAX || !has_space(file, size - now))
        FAIL(JET_errDiskFull);
    do
        number = fallocate(file->fd, 0, (off_t)now, (off_t)(size - now)) == 0 ? 0 : errno;
    while (number == EINTR);
    if (number == EOPNOTSUPP || number == ENOSYS || number == EINVAL)
        TRY(fill_with_zeros(file, now, size));
    else if (number != 0) {
        (void)ftruncate(file->fd, (off_t)now);          /* what was reserved on the way */
        FAIL(code_of_errno(number));
    }
done:
    return err;
}

void os_file_prefetch(struct os_file *file, uint64_t offset, size_t size)
{
    (void)posix_fadvise(file->fd, (off_t)offset, (off_t)size, POSIX_FADV_WILLNEED);
}

static void info_of_stat(const struct stat *st, struct os_file_info *info)
{
    info->size = (uint64_t)st->st_size;
    info->is_dir = S_ISDIR(st->st_mode);
    info->read_only = (st->st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0;
}

ese_err os_path_info(const char *path, struct os_file_info *info)
{
    ese_err err = JET_errSuccess;
    char name[OS_PATH_MAX];
    struct stat st;

    *info = (struct os_file_info){0};
    TRY(native_path(path, name));
    if (stat(name, &st) != 0)
        FAIL(errno == ENOTDIR ? JET_errFileNotFound : code_of_errno(errno));
    info_of_stat(&st, info);
done:
    return err;
}

ese_err os_path_rename(const char *from, const char *to)
{
    ese_err err = JET_errSuccess;
    char a[OS_PATH_MAX], b[OS_PATH_MAX];

    TRY(native_path(from, a));
    TRY(native_path(to, b));
    if (rename(a, b) != 0)
        FAIL(code_of_errno(errno));
done:
    return err;
}

/* What neither shared blocks nor the kernel copied, from byte at on. */
static ese_err copy_bytes(struct os_file *in, struct os_file *out, uint64_t at)
{
    ese_err err = JET_errSuccess;
    uint8_t *buffer = ese_alloc(COPY_BYTES);
    size_t got = 1;

    if (buffer == NULL)
        FAIL(JET_errOutOfMemory);
    while (got != 0) {
        TRY(os_file_read_some(in, at, buffer, COPY_BYTES, &got));
        if (got != 0)
            TRY(os_file_write(out, at, buffer, got));
        at += got;
    }
done:
    ese_free(buffer);
    return err;
}

/* How far the system gets without handing us the bytes; it may refuse at any point, and copy_bytes goes on from there. */
static uint64_t copy_inside(struct os_file *in, struct os_file *out)
{
    uint64_t done = 0;
#ifdef __linux__
    ssize_t got = 1;

    if (ioctl(out->fd, FICLONE, in->fd) == 0) {
        struct stat st;
        return fstat(out->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
    }
    while (got > 0) {
        off_t from = (off_t)done, to = (off_t)done;
        got = copy_file_range(in->fd, &from, out->fd, &to, COPY_RANGE_BYTES, 0);
        done += got > 0 ? (uint64_t)got : 0;
    }
#else
    (void)in;
    (void)out;
#endif
    return done;
}

ese_err os_path_copy(const char *from, const char *to)
{
    ese_err err = JET_errSuccess;
    struct os_file *in = NULL, *out = NULL;

    TRY(os_file_open(from, OS_OPEN_READ, &in));
    TRY(os_file_open(to, OS_OPEN_WRITE | OS_OPEN_CREATE, &out));
    TRY(copy_bytes(in, out, copy_inside(in, out)));
    TRY(os_file_sync(out));
done:
    os_file_close(in);
    if (err < 0 && out != NULL)
        (void)os_path_delete(to);
    os_file_close(out);
    return err;
}

ese_err os_path_delete(const char *path)
{
    ese_err err = JET_errSuccess;
    char name[OS_PATH_MAX];

    TRY(native_path(path, name));
    if (unlink(name) != 0)
        FAIL(code_of_errno(errno));
done:
    return err;
}

/* Makes one folder; that it exists is fine when it is one. Its entry in the parent is made durable. */
static ese_err make_one(const char *name)
{
    ese_err err = JET_errSuccess;
    struct stat st;

    if (mkdir(name, 0777) == 0)
        goto done;
    if (errno != EEXIST && errno != EISDIR)
        FAIL(code_of_errno(errno) == JET_errFileNotFound ? JET_errInvalidPath : code_of_errno(errno));
    if (stat(name, &st) != 0 || !S_ISDIR(st.st_mode))
        FAIL(JET_errFileAlreadyExists);
done:
    return err;
}

ese_err os_dir_create(const char *path)
{
    ese_err err = JET_errSuccess;
    char name[OS_PATH_MAX];
    struct stat st;

    TRY(native_path(path, name));
    for (size_t i = 1; name[i] != 0; i++) {
        if (name[i] != '/' || name[i - 1] == '/')
            continue;
        name[i] = 0;
        if (stat(name, &st) != 0)
            TRY(make_one(name));
        name[i] = '/';
    }
    TRY(make_one(name));
done:
    return err;
}

ese_err os_dir_delete(const char *path)
{
    ese_err err = JET_errSuccess;
    char name[OS_PATH_MAX];

    TRY(native_path(path, name));
    if (rmdir(name) != 0)
        FAIL(code_of_errno(errno));
done:
    return err;
}

ese_err os_dir_sync(const char *path)
{
    ese_err err = JET_errSuccess;
    char name[OS_PATH_MAX];
    int fd = -1;
    int rc;

    TRY(native_path(path, name));
    fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        FAIL(code_of_errno(errno));
    do
        rc = fsync(fd);
    while (rc != 0 && errno == EINTR);
    if (rc != 0 && errno != EINVAL && errno != EROFS)   /* filesystems that cannot sync a folder order it themselves */
        FAIL(code_of_errno(errno));
done:
    if (fd >= 0)
        (void)close(fd);
    return err;
}

ese_err os_dir_list(const char *path, ese_err (*each)(void *, const char *, const struct os_file_info *), void *context)
{
    ese_err err = JET_errSuccess;
    char name[OS_PATH_MAX];
    DIR *dir = NULL;
    struct dirent *entry;

    TRY(native_path(path, name));
    dir = opendir(name);
    if (dir == NULL)
        FAIL(code_of_errno(errno));
    while ((entry = readdir(dir)) != NULL) {
        struct os_file_info info;
        struct stat st;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (fstatat(dirfd(dir), entry->d_name, &st, 0) != 0)
            continue;                                   /* gone meanwhile, or a link to nothing */
        info_of_stat(&st, &info);
        TRY(each(context, entry->d_name, &info));
    }
done:
    if (dir != NULL)
        (void)closedir(dir);
    return err;
}

ese_err os_path_full(const char *path, char *out, size_t size)
{
    ese_err err = JET_errSuccess;
    char name[OS_PATH_MAX];
    size_t at = 0;

    if (size == 0)
        FAIL(JET_errInvalidPath);
    out[0] = 0;
    TRY(native_path(path, name));
    if (name[0] != '/') {
        if (getcwd(out, size) == NULL)
            FAIL(JET_errInvalidPath);
        at = strlen(out);
        if (at == 1)
            at = 0;                                     /* the working directory is the root */
    }
    for (const char *part = name; *part != 0;) {
        size_t n = strcspn(part, "/");
        if (n == 2 && part[0] == '.' && part[1] == '.') {
            while (at > 0 && out[--at] != '/')
                continue;
        } else if (n != 0 && !(n == 1 && part[0] == '.')) {
            if (at + 1 + n + 1 > size)
                FAIL(JET_errInvalidPath);
            out[at++] = '/';
            memcpy(out + at, part, n);
            at += n;
        }
        part += n + (part[n] == '/');
    }
    if (at == 0)
        out[at++] = '/';
    if (at >= size)
        FAIL(JET_errInvalidPath);
    out[at] = 0;
done:
    return err;
}

bool os_path_same(const char *a, const char *b)
{
    for (; *a != 0 && *b != 0; a++, b++) {
        char x = *a == '\\' ? '/' : *a;
        char y = *b == '\\' ? '/' : *b;
        if (x != y)
            return false;
    }
    return *a == *b;
}

ese_err os_disk_free(const char *path, uint64_t *bytes)
{
    ese_err err = JET_errSuccess;
    char name[OS_PATH_MAX];
    struct statvfs fs;

    *bytes = 0;
    TRY(native_path(path, name));
    if (statvfs(name, &fs) != 0)
        FAIL(code_of_errno(errno));
    *bytes = (uint64_t)fs.f_bavail * (uint64_t)fs.f_frsize;
done:
    return err;
}

char os_path_separator(void)
{
    return '/';
}

ese_err os_path_identity(const char *path, uint64_t identity[2])
{
    ese_err err = JET_errSuccess;
    char name[OS_PATH_MAX];
    struct stat st;

    identity[0] = identity[1] = 0;
    TRY(native_path(path, name));
    if (stat(name, &st) != 0)
        FAIL(code_of_errno(errno));
    identity[0] = (uint64_t)st.st_dev;
    identity[1] = (uint64_t)st.st_ino;
done:
    return err;
}
