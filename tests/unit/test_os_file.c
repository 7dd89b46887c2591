/*
 * test_os_file.c - the file half of os.h: positioned I/O, O1 to O4, and the codes that a bad path gives.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "os/os.h"

struct place { char folder[OS_PATH_MAX]; };

static void path_in(const struct place *p, const char *name, char out[OS_PATH_MAX])
{
    assert_true((size_t)snprintf(out, OS_PATH_MAX, "%.900s/%.100s", p->folder, name) < OS_PATH_MAX);
}

static int set_up(void **state)
{
    static struct place place;
    uint64_t tag;
    os_random(&tag, sizeof(tag));
    (void)snprintf(place.folder, sizeof(place.folder), "os-file-%08x", (unsigned)tag);
    *state = &place;
    return os_dir_create(place.folder) < 0;
}

static ese_err remove_entry(void *context, const char *name, const struct os_file_info *info)
{
    char path[OS_PATH_MAX];
    path_in(context, name, path);
    return info->is_dir ? os_dir_delete(path) : os_path_delete(path);
}

static int tear_down(void **state)
{
    struct place *p = *state;
    return os_dir_list(p->folder, remove_entry, p) < 0 || os_dir_delete(p->folder) < 0;
}

static struct os_file *create(const struct place *p, const char *name, unsigned flags)
{
    char path[OS_PATH_MAX];
    struct os_file *file;
    path_in(p, name, path);
    assert_int_equal(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE | flags, &file), 0);
    return file;
}

static void written_bytes_are_read_back(void **state)
{
    struct os_file *file = create(*state, "a", 0);
    uint8_t out[64];
    uint64_t size;
    size_t got;

    assert_int_equal(os_file_write(file, 10, "hello", 5), 0);
    assert_int_equal(os_file_size(file, &size), 0);
    assert_int_equal(size, 15);
    assert_int_equal(os_file_read(file, 0, out, 15), 0);
    assert_int_equal(out[0], 0);
    assert_memory_equal(out + 10, "hello", 5);
    assert_int_equal(os_file_read(file, 8, out, 16), JET_errFileIOBeyondEOF);
    assert_int_equal(os_file_read_some(file, 8, out, 16, &got), 0);
    assert_int_equal(got, 7);
    assert_int_equal(os_file_read_some(file, 100, out, 16, &got), 0);
    assert_int_equal(got, 0);
    assert_int_equal(os_file_sync(file), 0);
    os_file_close(file);
}

static void a_file_beyond_4_gib_keeps_its_offsets(void **state)
{
    struct os_file *file = create(*state, "big", OS_OPEN_DELETE_ON_CLOSE);
    uint8_t out[3];
    uint64_t size;

    assert_int_equal(os_file_write(file, UINT64_C(5) << 30, "end", 3), 0);
    assert_int_equal(os_file_size(file, &size), 0);
    assert_true(size == (UINT64_C(5) << 30) + 3);
    assert_int_equal(os_file_read(file, UINT64_C(5) << 30, out, 3), 0);
    assert_memory_equal(out, "end", 3);
    os_file_close(file);
}

static void resize_grows_with_zeros_and_shrinks(void **state)
{
    struct os_file *file = create(*state, "a", 0);
    uint8_t out[10];
    uint64_t size;

    assert_int_equal(os_file_write(file, 0, "0123456789", 10), 0);
    assert_int_equal(os_file_resize(file, 4), 0);
    assert_int_equal(os_file_resize(file, 10), 0);
    assert_int_equal(os_file_read(file, 0, out, 10), 0);
    assert_memory_equal(out, "0123\0\0\0\0\0\0", 10);
    assert_int_equal(os_file_preallocate(file, 100000), 0);
    assert_int_equal(os_file_size(file, &size), 0);
    assert_int_equal(size, 100000);
    assert_int_equal(os_file_preallocate(file, 5), 0);
    assert_int_equal(os_file_size(file, &size), 0);
    assert_int_equal(size, 100000);
    /* More than any disk has: refused at once, and nothing of it stays reserved. */
    assert_int_equal(os_file_preallocate(file, UINT64_C(1) << 52), JET_errDiskFull);
    assert_int_equal(os_file_size(file, &size), 0);
    assert_int_equal(size, 100000);
    os_file_close(file);
}

static void create_refuses_what_exists_unless_truncating(void **state)
{
    char path[OS_PATH_MAX];
    struct os_file *file = create(*state, "a", 0);
    uint64_t size;

    assert_int_equal(os_file_write(file, 0, "x", 1), 0);
    os_file_close(file);
    path_in(*state, "a", path);
    assert_int_equal(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE, &file), JET_errFileAlreadyExists);
    assert_null(file);
    assert_int_equal(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE, &file), 0);
    assert_int_equal(os_file_size(file, &size), 0);
    assert_int_equal(size, 0);
    os_file_close(file);
}

static void an_exclusive_open_keeps_others_out(void **state)
{
    char path[OS_PATH_MAX];
    struct os_file *file = create(*state, "a", OS_OPEN_EXCLUSIVE);
    struct os_file *second;

    assert_int_equal(os_file_write(file, 0, "x", 1), 0);
    path_in(*state, "a", path);
    assert_int_equal(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_EXCLUSIVE, &second), JET_errFileAccessDenied);
    assert_int_equal(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE | OS_OPEN_EXCLUSIVE, &second),
                     JET_errFileAccessDenied);
    os_file_close(file);
    assert_int_equal(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_EXCLUSIVE, &second), 0);
    uint8_t byte;
    assert_int_equal(os_file_read(second, 0, &byte, 1), 0);     /* the refused open truncated nothing */
    os_file_close(second);
}

static void rename_replaces_and_delete_removes(void **state)
{
    char a[OS_PATH_MAX], b[OS_PATH_MAX];
    struct os_file_info info;
    struct place *p = *state;

    os_file_close(create(p, "a", 0));
    struct os_file *file = create(p, "b", 0);
    assert_int_equal(os_file_write(file, 0, "x", 1), 0);
    os_file_close(file);
    path_in(p, "a", a);
    path_in(p, "b", b);
    assert_int_equal(os_path_rename(b, a), 0);
    assert_int_equal(os_path_info(b, &info), JET_errFileNotFound);
    assert_int_equal(os_path_info(a, &info), 0);
    assert_int_equal(info.size, 1);
    assert_false(info.is_dir);
    assert_int_equal(os_dir_sync(p->folder), 0);
    assert_int_equal(os_path_delete(a), 0);
    assert_int_equal(os_path_delete(a), JET_errFileNotFound);
}

static ese_err count_entry(void *context, const char *name, const struct os_file_info *info)
{
    (void)info;
    assert_true(strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
    ++*(int *)context;
    return JET_errSuccess;
}

static void folders_are_made_with_parents_and_listed(void **state)
{
    char path[OS_PATH_MAX];
    struct os_file_info info;
    struct place *p = *state;
    int count = 0;

    path_in(p, "one\\two/three", path);
    assert_int_equal(os_dir_create(path), 0);
    assert_int_equal(os_dir_create(path), 0);
    assert_int_equal(os_path_info(path, &info), 0);
    assert_true(info.is_dir);
    os_file_close(create(p, "file", 0));
    assert_int_equal(os_dir_list(p->folder, count_entry, &count), 0);
    assert_int_equal(count, 2);
    assert_int_equal(os_dir_delete(path), 0);
    path_in(p, "one", path);
    assert_true(os_dir_delete(path) < 0);
    path_in(p, "one/two", path);
    assert_int_equal(os_dir_delete(path), 0);
    path_in(p, "missing/file", path);
    struct os_file *file;
    assert_true(os_file_open(path, OS_OPEN_READ, &file) < 0);
}

static void full_paths_are_absolute_and_without_dots(void **state)
{
    char a[OS_PATH_MAX], b[OS_PATH_MAX], tiny[4];
    (void)state;

    assert_int_equal(os_path_full("x/./y//../z", a, sizeof(a)), 0);
    assert_int_equal(os_path_full("x\\z", b, sizeof(b)), 0);
    assert_string_equal(a, b);
    assert_true(os_path_same(a, b));
    assert_int_equal(os_path_full("", a, sizeof(a)), JET_errInvalidPath);
    assert_int_equal(os_path_full("a/b/c", tiny, sizeof(tiny)), JET_errInvalidPath);
    assert_int_equal(os_path_full(".", a, sizeof(a)), 0);
    assert_int_equal(os_path_full("..", b, sizeof(b)), 0);
    assert_true(strlen(b) < strlen(a));
}

#ifndef _WIN32
static void drive_letters_are_refused(void **state)
{
    struct os_file *file;
    struct os_file_info info;
    (void)state;

    assert_int_equal(os_file_open("c:\\foo\\a.edb", OS_OPEN_READ, &file), JET_errInvalidPath);
    assert_int_equal(os_path_info("C:/foo", &info), JET_errInvalidPath);
    assert_int_equal(os_file_open("\\\\server\\share\\a", OS_OPEN_READ, &file), JET_errInvalidPath);
}

static void full_paths_collapse_at_the_root(void **state)
{
    char a[OS_PATH_MAX];
    (void)state;

    assert_int_equal(os_path_full("/../..", a, sizeof(a)), 0);
    assert_string_equal(a, "/");
    assert_int_equal(os_path_full("/a/b/../c/", a, sizeof(a)), 0);
    assert_string_equal(a, "/a/c");
}
#endif

static void a_copy_is_a_file_of_its_own(void **state)
{
    enum { BYTES = 3 * 1024 * 1024 + 77 };
    struct place *p = *state;
    struct os_file *file = create(p, "from", 0);
    char from[OS_PATH_MAX], to[OS_PATH_MAX];
    uint8_t *bytes = malloc(BYTES), *back = malloc(BYTES);
    uint64_t size = 0;

    for (uint32_t i = 0; i < BYTES; i++)
        bytes[i] = (uint8_t)(i * 2654435761u >> 24);
    assert_int_equal(os_file_write(file, 0, bytes, BYTES), 0);
    path_in(p, "from", from);
    path_in(p, "to", to);
    assert_int_equal(os_path_copy(from, to), 0);
    assert_int_equal(os_path_copy(from, to), JET_errFileAlreadyExists);
    assert_int_equal(os_file_write(file, 100, "other", 5), 0);
    os_file_close(file);
    assert_int_equal(os_file_open(to, OS_OPEN_READ, &file), 0);
    assert_int_equal(os_file_size(file, &size), 0);
    assert_true(size == BYTES);
    assert_int_equal(os_file_read(file, 0, back, BYTES), 0);
    assert_memory_equal(bytes, back, BYTES);
    os_file_close(file);
    path_in(p, "absent", from);
    path_in(p, "never", to);
    assert_int_equal(os_path_copy(from, to), JET_errFileNotFound);
    assert_int_equal(os_file_open(to, OS_OPEN_READ, &file), JET_errFileNotFound);
    free(bytes);
    free(back);
}

static void two_names_of_one_file_have_one_identity(void **state)
{
    char a[OS_PATH_MAX], b[OS_PATH_MAX];
    uint64_t x[2], y[2];
    struct place *p = *state;

    os_file_close(create(p, "a", 0));
    os_file_close(create(p, "b", 0));
    path_in(p, "a", a);
    path_in(p, "./a", b);
    assert_int_equal(os_path_identity(a, x), 0);
    assert_int_equal(os_path_identity(b, y), 0);
    assert_true(x[0] == y[0] && x[1] == y[1]);
    path_in(p, "b", b);
    assert_int_equal(os_path_identity(b, y), 0);
    assert_true(x[0] != y[0] || x[1] != y[1] || x[1] == 0);
    uint64_t bytes;
    assert_int_equal(os_disk_free(p->folder, &bytes), 0);
    assert_true(bytes > 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(written_bytes_are_read_back),
        CASE(a_file_beyond_4_gib_keeps_its_offsets),
        CASE(resize_grows_with_zeros_and_shrinks),
        CASE(create_refuses_what_exists_unless_truncating),
        CASE(an_exclusive_open_keeps_others_out),
        CASE(rename_replaces_and_delete_removes),
        CASE(a_copy_is_a_file_of_its_own),
        CASE(folders_are_made_with_parents_and_listed),
        CASE(full_paths_are_absolute_and_without_dots),
#ifndef _WIN32
        CASE(drive_letters_are_refused),
        CASE(full_paths_collapse_at_the_root),
#endif
        CASE(two_names_of_one_file_have_one_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
