/*
 * os_win32_file.c - open files on Win32: positioned NtReadFile and NtWriteFile, FlushFileBuffers, LockFileEx.
 */
#include "os/os.h"

#include <string.h>
#include <windows.h>
#include <winternl.h>

#include "base/alloc.h"
#include "os_win32_int.h"

#define LOCK_OFFSET UINT64_C(0x7ffffffffffffff0)        /* O3; the same byte as in os_posix_file.c */
#define END_OF_FILE ((NTSTATUS)0xC0000011)
#define PENDING ((NTSTATUS)0x00000103)

enum { TRANSFER_MAX = 1 << 30, ZEROS = 256 * 1024 };

NTSTATUS NTAPI NtReadFile(HANDLE file, HANDLE event, PIO_APC_ROUTINE apc, PVOID apc_context, PIO_STATUS_BLOCK status,
                          PVOID buffer, ULONG length, PLARGE_INTEGER offset, PULONG key);
NTSTATUS NTAPI NtWriteFile(HANDLE file, HANDLE event, PIO_APC_ROUTINE apc, PVOID apc_context, PIO_STATUS_BLOCK status,
                           PVOID buffer, ULONG length, PLARGE_INTEGER offset, PULONG key);

struct os_file {
    HANDLE handle;
};

static ese_err code_of_status(NTSTATUS status)
{
    return code_of_win32(RtlNtStatusToDosError(status));
}

/* Fails at once when somebody holds the byte; a filesystem without locks does not stop the open. */
static ese_err lock_exclusive(HANDLE handle)
{
    ese_err err = JET_errSuccess;
    OVERLAPPED at = {.Offset = (DWORD)LOCK_OFFSET, .OffsetHigh = (DWORD)(LOCK_OFFSET >> 32)};
    DWORD number;

    if (LockFileEx(handle, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at))
        goto done;
    number = GetLastError();
    if (number == ERROR_LOCK_VIOLATION || number == ERROR_IO_PENDING || number == ERROR_SHARING_VIOLATION)
        FAIL(JET_errFileAccessDenied);
    if (number != ERROR_NOT_SUPPORTED && number != ERROR_INVALID_FUNCTION && number != ERROR_ACCESS_DENIED)
        FAIL(code_of_win32(number));
done:
    return err;
}

/*
 * An exclusive open lets others read only. The file is opened or created first, then locked, then cut: a file that
 * somebody else holds is not harmed.
 */
static ese_err open_handle(const wchar_t *name, unsigned flags, HANDLE *handle)
{
    ese_err err = JET_errSuccess;
    bool writes = (flags & (OS_OPEN_WRITE | OS_OPEN_CREATE)) != 0;
    DWORD access = GENERIC_READ | (writes ? GENERIC_WRITE : 0) | ((flags & OS_OPEN_DELETE_ON_CLOSE) != 0 ? DELETE : 0);
    DWORD share = FILE_SHARE_READ | ((flags & OS_OPEN_EXCLUSIVE) != 0 ? 0 : FILE_SHARE_WRITE) | FILE_SHARE_DELETE;
    DWORD how = (flags & OS_OPEN_CREATE) == 0 ? OPEN_EXISTING : (flags & OS_OPEN_TRUNCATE) != 0 ? OPEN_ALWAYS : CREATE_NEW;
    DWORD hints = FILE_ATTRIBUTE_NORMAL | ((flags & OS_OPEN_DIRECT) != 0 ? FILE_FLAG_SEQUENTIAL_SCAN : FILE_FLAG_RANDOM_ACCESS) |
                  ((flags & OS_OPEN_DELETE_ON_CLOSE) != 0 ? FILE_FLAG_DELETE_ON_CLOSE : 0);

    /* A reader must get in while another handle writes, whatever that handle shares. */
    if (!writes)
        share |= FILE_SHARE_WRITE;
    *handle = CreateFileW(name, access, share, NULL, how, hints, NULL);
    if (*handle == INVALID_HANDLE_VALUE)
        FAIL(code_of_win32(GetLastError()));
    if ((flags & OS_OPEN_EXCLUSIVE) != 0 && writes)
        TRY(lock_exclusive(*handle));
done:
    return err;
}

ese_err os_file_open(const char *path, unsigned flags, struct os_file **out)
{
    ese_err err = JET_errSuccess;
    wchar_t name[WIDE_PATH_MAX];
    struct os_file *file = NULL;

    *out = NULL;
    file = ese_alloc(sizeof(*file));
    if (file == NULL)
        FAIL(JET_errOutOfMemory);
    file->handle = INVALID_HANDLE_VALUE;
    TRY(wide_path(path, name));
    TRY(open_handle(name, flags, &file->handle));
    if ((flags & (OS_OPEN_CREATE | OS_OPEN_TRUNCATE)) == (OS_OPEN_CREATE | OS_OPEN_TRUNCATE))
        TRY(os_file_resize(file, 0));
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
    if (file->handle != INVALID_HANDLE_VALUE)
        (void)CloseHandle(file->handle);
    ese_free(file);
}

ese_err os_file_read_some(struct os_file *file, uint64_t offset, void *to, size_t size, size_t *got)
{
    ese_err err = JET_errSuccess;
    uint8_t *at = to;

    *got = 0;
    while (*got < size) {
        IO_STATUS_BLOCK io = {0};
        LARGE_INTEGER position = {.QuadPart = (LONGLONG)(offset + *got)};
        size_t left = size - *got;
        ULONG n = left < TRANSFER_MAX ? (ULONG)left : (ULONG)TRANSFER_MAX;
        NTSTATUS status = NtReadFile(file->handle, NULL, NULL, NULL, &io, at + *got, n, &position, NULL);
        if (status == END_OF_FILE)
            break;
        if (status < 0 || status == PENDING)
            FAIL(code_of_status(status));
        if (io.Information == 0)
            break;
        *got += (size_t)io.Information;
    }
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
    size_t put = 0;

    while (put < size) {
        IO_STATUS_BLOCK io = {0};
        LARGE_INTEGER position = {.QuadPart = (LONGLONG)(offset + put)};
        size_t left = size - put;
        ULONG n = left < TRANSFER_MAX ? (ULONG)left : (ULONG)TRANSFER_MAX;
        union { const uint8_t *in; void *out; } at = {.in = (const uint8_t *)from + put};
        NTSTATUS status = NtWriteFile(file->handle, NULL, NULL, NULL, &io, at.out, n, &position, NULL);
        if (status < 0 || status == PENDING)
            FAIL(code_of_status(status));
        if (io.Information == 0)
            FAIL(JET_errDiskIO);
        put += (size_t)io.Information;
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

    if (!FlushFileBuffers(file->handle))
        FAIL(code_of_win32(GetLastError()));
done:
    return err;
}

ese_err os_file_size(struct os_file *file, uint64_t *size)
{
    ese_err err = JET_errSuccess;
    LARGE_INTEGER at;

    *size = 0;
    if (!GetFileSizeEx(file->handle, &at))
        FAIL(code_of_win32(GetLastError()));
    *size = (uint64_t)at.QuadPart;
done:
    return err;
}

ese_err os_file_resize(struct os_file *file, uint64_t size)
{
    ese_err err = JET_errSuccess;
    FILE_END_OF_FILE_INFO end = {.EndOfFile = {.QuadPart = (LONGLONG)size}};

    if (size > INT64_MAX)
        FAIL(JET_errDiskFull);
    if (!SetFileInformationByHandle(file->handle, FileEndOfFileInfo, &end, sizeof(end)))
        FAIL(code_of_win32(GetLastError()));
done:
    return err;
}

/* A reservation that cannot succeed must not fill the disk before it fails. */
static bool has_space(const struct os_file *file, uint64_t bytes)
{
    struct { LARGE_INTEGER all, available; ULONG sectors, sector_bytes; } disk = {{{0}}, {{0}}, 0, 0};
    IO_STATUS_BLOCK io;
    if (NtQueryVolumeInformationFile(file->handle, &io, &disk, sizeof disk, FileFsSizeInformation) < 0 || disk.sectors == 0 || disk.sector_bytes == 0)
        return true;
    return bytes / ((uint64_t)disk.sectors * disk.sector_bytes) <= (uint64_t)disk.available.QuadPart;
}

ese_err os_file_preallocate(struct os_file *file, uint64_t size)
{
    ese_err err = JET_errSuccess;
    uint8_t *zeros = NULL;
    uint64_t from;

    TRY(os_file_size(file, &from));
    if (size <= from)
        goto done;
    if (!has_space(file, size - from))
        FAIL(JET_errDiskFull);
    zeros = ese_alloc(ZEROS);
    if (zeros == NULL)
        FAIL(JET_errOutOfMemory);
    while (from < size) {
        size_t n = size - from < ZEROS ? (size_t)(size - from) : (size_t)ZEROS;
        TRY(os_file_write(file, from, zeros, n));
        from += n;
    }
done:
    ese_free(zeros);
    return err;
}

/* Win32 has no hint for a range that does not also wait; the engine's own read-ahead reads on its threads. */
void os_file_prefetch(struct os_file *file, uint64_t offset, size_t size)
{
    (void)file;
    (void)offset;
    (void)size;
}
