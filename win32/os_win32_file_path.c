/*
 * os_win32_file_path.c - names: UTF-8 to UTF-16 and back, folders, rename, delete, identity.
 */
#include "os_win32_int.h"

#include <string.h>
#include <windows.h>

#include "base/alloc.h"
#include "os/os.h"

ese_err code_of_win32(uint32_t number)
{
    switch (number) {
    case ERROR_FILE_NOT_FOUND:
        return JET_errFileNotFound;
    case ERROR_PATH_NOT_FOUND:
    case ERROR_DIRECTORY:
    case ERROR_BAD_PATHNAME:
    case ERROR_INVALID_NAME:
    case ERROR_FILENAME_EXCED_RANGE:
    case ERROR_BAD_NETPATH:
    case ERROR_INVALID_DRIVE:
        return JET_errInvalidPath;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_WRITE_PROTECT:
    case ERROR_USER_MAPPED_FILE:
    case ERROR_DELETE_PENDING:
        return JET_errFileAccessDenied;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
    case ERROR_DIR_NOT_EMPTY:
        return JET_errFileAlreadyExists;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
    case ERROR_FILE_TOO_LARGE:
        return JET_errDiskFull;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_COMMITMENT_LIMIT:
        return JET_errOutOfMemory;
    case ERROR_TOO_MANY_OPEN_FILES:
        return JET_errOutOfFileHandles;
    case ERROR_HANDLE_EOF:
        return JET_errFileIOBeyondEOF;
    default:
        return JET_errDiskIO;
    }
}

/* One code point from UTF-8; a lone surrogate is taken as it is. Advances *at; 0xffffffff for a malformed sequence. */
static uint32_t next_code_point(const char **at)
{
    const uint8_t *p = (const uint8_t *)*at;
    uint32_t c = p[0];
    unsigned more = c < 0x80 ? 0 : (c & 0xe0) == 0xc0 ? 1 : (c & 0xf0) == 0xe0 ? 2 : (c & 0xf8) == 0xf0 ? 3 : 9;

    if (more == 9)
        return UINT32_MAX;
    if (more != 0)
        c &= 0x3fu >> more;
    for (unsigned i = 1; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        c = c << 6 | (p[i] & 0x3f);
    }
    *at += more + 1;
    return c > 0x10ffff ? UINT32_MAX : c;
}

static ese_err wide_of_utf8(const char *from, wchar_t *out, size_t count)
{
    ese_err err = JET_errSuccess;
    size_t n = 0;

    while (*from != 0) {
        uint32_t c = next_code_point(&from);
        if (c == UINT32_MAX || n + 3 > count)
            FAIL(JET_errInvalidPath);
        if (c >= 0x10000) {
            out[n++] = (wchar_t)(0xd800 + ((c - 0x10000) >> 10));
            out[n++] = (wchar_t)(0xdc00 + (c & 0x3ff));
        } else {
            out[n++] = c == '/' ? L'\\' : (wchar_t)c;
        }
    }
    out[n] = 0;
done:
    return err;
}

ese_err utf8_of_wide(const wchar_t *from, char *out, size_t size)
{
    ese_err err = JET_errSuccess;
    size_t n = 0;

    for (; *from != 0; from++) {
        uint32_t c = (uint16_t)*from;
        if (n + 4 > size)
            FAIL(JET_errInvalidPath);
        if (c < 0x80) {
            out[n++] = (char)c;
        } else if (c < 0x800) {
            out[n++] = (char)(0xc0 | c >> 6);
            out[n++] = (char)(0x80 | (c & 0x3f));
        } else {
            out[n++] = (char)(0xe0 | c >> 12);
            out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
            out[n++] = (char)(0x80 | (c & 0x3f));
        }
    }
    if (n >= size)
        FAIL(JET_errInvalidPath);
    out[n] = 0;
done:
    return err;
}

ese_err wide_path(const char *path, wchar_t out[WIDE_PATH_MAX])
{
    ese_err err = JET_errSuccess;
    wchar_t full[OS_PATH_MAX];
    DWORD length;

    if (path[0] == 0)
        FAIL(JET_errInvalidPath);
    TRY(wide_of_utf8(path, out, OS_PATH_MAX));
    length = (DWORD)wcslen(out);
    if (length < MAX_PATH - 20 || wcsncmp(out, L"\\\\", 2) == 0)
        goto done;
    length = GetFullPathNameW(out, OS_PATH_MAX, full, NULL);
    if (length == 0 || length >= OS_PATH_MAX)
        FAIL(JET_errInvalidPath);
    wcscpy(out, L"\\\\?\\");
    wcscpy(out + 4, full);
done:
    return err;
}

ese_err os_path_info(const char *path, struct os_file_info *info)
{
    ese_err err = JET_errSuccess;
    wchar_t name[WIDE_PATH_MAX];
    WIN32_FILE_ATTRIBUTE_DATA data;

    *info = (struct os_file_info){0};
    TRY(wide_path(path, name));
    if (!GetFileAttributesExW(name, GetFileExInfoStandard, &data)) {
        uint32_t number = GetLastError();
        FAIL(number == ERROR_PATH_NOT_FOUND ? JET_errFileNotFound : code_of_win32(number));
    }
    info->size = (uint64_t)data.nFileSizeHigh << 32 | data.nFileSizeLow;
    info->is_dir = (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    info->read_only = (data.dwFileAttributes & FILE_ATTRIBUTE_READONLY) != 0;
done:
    return err;
}

ese_err os_path_rename(const char *from, const char *to)
{
    ese_err err = JET_errSuccess;
    wchar_t *names = ese_alloc(2 * WIDE_PATH_MAX * sizeof(wchar_t));

    if (names == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(wide_path(from, names));
    TRY(wide_path(to, names + WIDE_PATH_MAX));
    if (!MoveFileExW(names, names + WIDE_PATH_MAX, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
        FAIL(code_of_win32(GetLastError()));
done:
    ese_free(names);
    return err;
}

ese_err os_path_copy(const char *from, const char *to)
{
    ese_err err = JET_errSuccess;
    struct os_file *out = NULL;
    wchar_t *names = ese_alloc(2 * WIDE_PATH_MAX * sizeof(wchar_t));

    if (names == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(wide_path(from, names));
    TRY(wide_path(to, names + WIDE_PATH_MAX));
    if (!CopyFileW(names, names + WIDE_PATH_MAX, TRUE))
        FAIL(code_of_win32(GetLastError()));
    err = os_file_open(to, OS_OPEN_WRITE, &out);
    if (err >= 0)
        err = os_file_sync(out);
    os_file_close(out);
    if (err < 0)
        (void)os_path_delete(to);
done:
    ese_free(names);
    return err;
}

ese_err os_path_delete(const char *path)
{
    ese_err err = JET_errSuccess;
    wchar_t name[WIDE_PATH_MAX];

    TRY(wide_path(path, name));
    if (!DeleteFileW(name))
        FAIL(code_of_win32(GetLastError()));
done:
    return err;
}

static bool is_folder(const wchar_t *name)
{
    DWORD attributes = GetFileAttributesW(name);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

static ese_err make_one(const wchar_t *name)
{
    ese_err err = JET_errSuccess;
    uint32_t number;

    if (CreateDirectoryW(name, NULL))
        goto done;
    number = GetLastError();
    if (is_folder(name))
        goto done;
    FAIL(number == ERROR_FILE_NOT_FOUND ? JET_errInvalidPath : code_of_win32(number));
done:
    return err;
}

ese_err os_dir_create(const char *path)
{
    ese_err err = JET_errSuccess;
    wchar_t name[WIDE_PATH_MAX];
    size_t from = 1;

    TRY(wide_path(path, name));
    if (wcsncmp(name, L"\\\\?\\", 4) == 0)
        from = 7;
    for (size_t i = from; name[i] != 0; i++) {
        if (name[i] != L'\\' || name[i - 1] == L'\\' || name[i - 1] == L':')
            continue;
        name[i] = 0;
        if (!is_folder(name))
            TRY(make_one(name));
        name[i] = L'\\';
    }
    TRY(make_one(name));
done:
    return err;
}

ese_err os_dir_delete(const char *path)
{
    ese_err err = JET_errSuccess;
    wchar_t name[WIDE_PATH_MAX];

    TRY(wide_path(path, name));
    if (!RemoveDirectoryW(name))
        FAIL(code_of_win32(GetLastError()));
done:
    return err;
}

/* Under Wine this is fsync of the folder. Windows journals folders and refuses the handle or the flush: not an error. */
ese_err os_dir_sync(const char *path)
{
    ese_err err = JET_errSuccess;
    wchar_t name[WIDE_PATH_MAX];
    HANDLE folder;

    TRY(wide_path(path, name));
    if (!is_folder(name))
        FAIL(JET_errInvalidPath);
    folder = CreateFileW(name, FILE_ADD_FILE | FILE_LIST_DIRECTORY, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                         NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (folder == INVALID_HANDLE_VALUE)
        goto done;
    (void)FlushFileBuffers(folder);
    (void)CloseHandle(folder);
done:
    return err;
}

ese_err os_dir_list(const char *path, ese_err (*each)(void *, const char *, const struct os_file_info *), void *context)
{
    ese_err err = JET_errSuccess;
    wchar_t name[WIDE_PATH_MAX];
    char text[OS_PATH_MAX];
    WIN32_FIND_DATAW *found = ese_alloc(sizeof(*found));
    HANDLE search = INVALID_HANDLE_VALUE;
    size_t length;

    if (found == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(wide_path(path, name));
    length = wcslen(name);
    if (length + 3 > WIDE_PATH_MAX)
        FAIL(JET_errInvalidPath);
    if (!is_folder(name))
        FAIL(GetFileAttributesW(name) == INVALID_FILE_ATTRIBUTES ? JET_errFileNotFound : JET_errInvalidPath);
    wcscpy(name + length, length > 0 && (name[length - 1] == L'\\' || name[length - 1] == L':') ? L"*" : L"\\*");
    search = FindFirstFileW(name, found);
    if (search == INVALID_HANDLE_VALUE && GetLastError() != ERROR_FILE_NOT_FOUND)
        FAIL(code_of_win32(GetLastError()));
    if (search == INVALID_HANDLE_VALUE)
        goto done;
    do {
        struct os_file_info info = {
            .size = (uint64_t)found->nFileSizeHigh << 32 | found->nFileSizeLow,
            .is_dir = (found->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0,
            .read_only = (found->dwFileAttributes & FILE_ATTRIBUTE_READONLY) != 0,
        };
        if (wcscmp(found->cFileName, L".") == 0 || wcscmp(found->cFileName, L"..") == 0)
            continue;
        TRY(utf8_of_wide(found->cFileName, text, sizeof(text)));
        TRY(each(context, text, &info));
    } while (FindNextFileW(search, found));
done:
    if (search != INVALID_HANDLE_VALUE)
        (void)FindClose(search);
    ese_free(found);
    return err;
}

ese_err os_path_full(const char *path, char *out, size_t size)
{
    ese_err err = JET_errSuccess;
    wchar_t *names = ese_alloc(2 * WIDE_PATH_MAX * sizeof(wchar_t));
    wchar_t *full;
    DWORD length;

    if (size != 0)
        out[0] = 0;
    if (names == NULL)
        FAIL(JET_errOutOfMemory);
    if (path[0] == 0 || strlen(path) >= OS_PATH_MAX)
        FAIL(JET_errInvalidPath);
    TRY(wide_of_utf8(path, names, WIDE_PATH_MAX));
    full = names + WIDE_PATH_MAX;
    length = GetFullPathNameW(names, WIDE_PATH_MAX, full, NULL);
    if (length == 0 || length >= WIDE_PATH_MAX)
        FAIL(JET_errInvalidPath);
    /* A trailing separator names the same folder; the root keeps its own. */
    if (length > 3 && full[length - 1] == L'\\')
        full[length - 1] = 0;
    TRY(utf8_of_wide(full, out, size));
done:
    ese_free(names);
    return err;
}

bool os_path_same(const char *a, const char *b)
{
    wchar_t *names = ese_alloc(2 * WIDE_PATH_MAX * sizeof(wchar_t));
    bool same = strcmp(a, b) == 0;

    if (!same && names != NULL && wide_of_utf8(a, names, WIDE_PATH_MAX) >= 0 &&
        wide_of_utf8(b, names + WIDE_PATH_MAX, WIDE_PATH_MAX) >= 0)
        same = CompareStringOrdinal(names, -1, names + WIDE_PATH_MAX, -1, TRUE) == CSTR_EQUAL;
    ese_free(names);
    return same;
}

ese_err os_disk_free(const char *path, uint64_t *bytes)
{
    ese_err err = JET_errSuccess;
    wchar_t name[WIDE_PATH_MAX];
    ULARGE_INTEGER available;

    *bytes = 0;
    TRY(wide_path(path, name));
    if (!is_folder(name)) {
        wchar_t *last = wcsrchr(name, L'\\');
        if (last == NULL)
            wcscpy(name, L".");
        else
            last[1] = 0;
    }
    if (!GetDiskFreeSpaceExW(name, &available, NULL, NULL))
        FAIL(code_of_win32(GetLastError()));
    *bytes = available.QuadPart;
done:
    return err;
}

char os_path_separator(void)
{
    return '\\';
}

ese_err os_path_identity(const char *path, uint64_t identity[2])
{
    ese_err err = JET_errSuccess;
    wchar_t name[WIDE_PATH_MAX];
    BY_HANDLE_FILE_INFORMATION info;
    HANDLE file;
    bool known;

    identity[0] = identity[1] = 0;
    TRY(wide_path(path, name));
    file = CreateFileW(name, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                       OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (file == INVALID_HANDLE_VALUE)
        FAIL(code_of_win32(GetLastError()));
    known = GetFileInformationByHandle(file, &info);
    (void)CloseHandle(file);
    if (!known)
        FAIL(JET_errDiskIO);
    identity[0] = info.dwVolumeSerialNumber;
    identity[1] = (uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow;
done:
    return err;
}
