/*
 * test_os_sim.c - the simulated disk itself: S1 to S4 of os_sim.h.
 */
#include "case.h"

#include "base/alloc.h"
#include "os_sim.h"

static int set_up(void **state)
{
    (void)state;
    sim_reset(1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sim_release();
    return 0;
}

static struct os_file *open_new(const char *path)
{
    struct os_file *file;
    assert_int_equal(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_EXCLUSIVE, &file), 0);
    return file;
}

static void expect_bytes(const char *path, const char *text, size_t size)
{
    uint8_t *data;
    size_t got;
    assert_int_equal(sim_get(path, &data, &got), 0);
    assert_int_equal(got, size);
    assert_memory_equal(data, text, size);
    ese_free(data);
}

static void what_was_synced_survives_a_drop(void **state)
{
    struct os_file *file = open_new("a");
    (void)state;

    assert_int_equal(os_file_write(file, 0, "first", 5), 0);
    assert_int_equal(os_file_sync(file), 0);
    assert_int_equal(os_dir_sync("."), 0);
    assert_int_equal(os_file_write(file, 0, "other and longer", 16), 0);
    os_file_close(file);
    sim_reboot(SIM_DROPPED);
    expect_bytes("a", "first", 5);
}

static void an_unsynced_folder_forgets_a_new_file(void **state)
{
    struct os_file *file = open_new("a");
    struct os_file_info info;
    (void)state;

    assert_int_equal(os_file_write(file, 0, "first", 5), 0);
    assert_int_equal(os_file_sync(file), 0);
    os_file_close(file);
    sim_reboot(SIM_DROPPED);
    assert_int_equal(os_path_info("a", &info), JET_errFileNotFound);
}

static void a_kept_reboot_changes_nothing(void **state)
{
    struct os_file *file = open_new("a");
    (void)state;

    assert_int_equal(os_file_write(file, 0, "first", 5), 0);
    os_file_close(file);
    sim_reboot(SIM_KEPT);
    expect_bytes("a", "first", 5);
}

static void a_torn_reboot_mixes_whole_sectors(void **state)
{
    enum { SECTORS = 64 };
    static uint8_t block[SECTORS * SIM_SECTOR];
    struct os_file *file = open_new("a");
    uint8_t *data;
    size_t size;
    unsigned old = 0, new = 0;
    (void)state;

    memset(block, 'o', sizeof(block));
    assert_int_equal(os_file_write(file, 0, block, sizeof(block)), 0);
    assert_int_equal(os_file_sync(file), 0);
    assert_int_equal(os_dir_sync("."), 0);
    memset(block, 'n', sizeof(block));
    assert_int_equal(os_file_write(file, 0, block, sizeof(block)), 0);
    os_file_close(file);
    sim_reboot(SIM_TORN);
    assert_int_equal(sim_get("a", &data, &size), 0);
    for (size_t s = 0; s < SECTORS; s++) {
        for (size_t i = 1; i < SIM_SECTOR; i++)
            assert_int_equal(data[s * SIM_SECTOR + i], data[s * SIM_SECTOR]);
        old += data[s * SIM_SECTOR] == 'o';
        new += data[s * SIM_SECTOR] == 'n';
    }
    ese_free(data);
    assert_int_equal(old + new, SECTORS);
    assert_true(old > 8 && new > 8);
}

static void after_the_crash_every_call_fails_until_the_reboot(void **state)
{
    struct os_file *file = open_new("a");
    struct os_file *other;
    uint8_t byte;
    (void)state;

    sim_crash_at(2);
    assert_int_equal(os_file_write(file, 0, "1", 1), 0);
    assert_int_equal(os_file_write(file, 1, "2", 1), JET_errDiskIO);
    assert_true(sim_crashed());
    assert_int_equal(os_file_read(file, 0, &byte, 1), JET_errDiskIO);
    assert_int_equal(os_file_sync(file), JET_errDiskIO);
    assert_int_equal(os_file_open("b", OS_OPEN_WRITE | OS_OPEN_CREATE, &other), JET_errDiskIO);
    os_file_close(file);
    sim_reboot(SIM_KEPT);
    expect_bytes("a", "12", 2);
}

static void a_rename_is_lost_unless_the_folder_is_synced(void **state)
{
    struct os_file *file = open_new("a");
    (void)state;

    assert_int_equal(os_file_write(file, 0, "x", 1), 0);
    assert_int_equal(os_file_sync(file), 0);
    os_file_close(file);
    assert_int_equal(os_dir_sync("/sim"), 0);
    assert_int_equal(os_path_rename("a", "b"), 0);
    sim_reboot(SIM_DROPPED);
    expect_bytes("a", "x", 1);
    assert_int_equal(os_path_rename("a", "b"), 0);
    assert_int_equal(os_dir_sync("/sim"), 0);
    sim_reboot(SIM_DROPPED);
    expect_bytes("b", "x", 1);
}

static void a_lock_keeps_others_out_and_dies_with_the_reboot(void **state)
{
    struct os_file *file = open_new("a");
    struct os_file *second;
    (void)state;

    assert_int_equal(os_file_open("a", OS_OPEN_WRITE | OS_OPEN_EXCLUSIVE, &second), JET_errFileAccessDenied);
    sim_reboot(SIM_KEPT);
    assert_int_equal(os_file_open("a", OS_OPEN_WRITE | OS_OPEN_EXCLUSIVE, &second), 0);
    os_file_close(second);
    os_file_close(file);
}

static void a_full_disk_refuses_growth_only(void **state)
{
    struct os_file *file = open_new("a");
    (void)state;

    sim_space(1000);
    assert_int_equal(os_file_resize(file, 1000), 0);
    assert_int_equal(os_file_write(file, 500, "in place", 8), 0);
    assert_int_equal(os_file_write(file, 1000, "x", 1), JET_errDiskFull);
    assert_int_equal(os_file_resize(file, 10), 0);
    assert_int_equal(os_file_write(file, 500, "x", 1), 0);
    os_file_close(file);
}

static void a_planned_failure_happens_once(void **state)
{
    struct os_file *file = open_new("a");
    uint8_t byte;
    (void)state;

    assert_int_equal(os_file_write(file, 0, "x", 1), 0);
    sim_fail_at(2, JET_errDiskIO, false);
    assert_int_equal(os_file_read(file, 0, &byte, 1), 0);
    assert_int_equal(os_file_read(file, 0, &byte, 1), JET_errDiskIO);
    assert_true(sim_failed());
    assert_int_equal(os_file_read(file, 0, &byte, 1), 0);
    os_file_close(file);
}

static ese_err count_entry(void *context, const char *name, const struct os_file_info *info)
{
    (void)name;
    (void)info;
    ++*(int *)context;
    return JET_errSuccess;
}

static void folders_list_their_own_entries(void **state)
{
    int count = 0;
    (void)state;

    assert_int_equal(os_dir_create("x/y"), 0);
    os_file_close(open_new("x/a"));
    os_file_close(open_new("x/y/b"));
    assert_int_equal(os_dir_list("x", count_entry, &count), 0);
    assert_int_equal(count, 2);
    assert_true(os_dir_delete("x") < 0);
    assert_int_equal(os_path_delete("x/y/b"), 0);
    assert_int_equal(os_dir_delete("x/y"), 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(what_was_synced_survives_a_drop),
        CASE(an_unsynced_folder_forgets_a_new_file),
        CASE(a_kept_reboot_changes_nothing),
        CASE(a_torn_reboot_mixes_whole_sectors),
        CASE(after_the_crash_every_call_fails_until_the_reboot),
        CASE(a_rename_is_lost_unless_the_folder_is_synced),
        CASE(a_lock_keeps_others_out_and_dies_with_the_reboot),
        CASE(a_full_disk_refuses_growth_only),
        CASE(a_planned_failure_happens_once),
        CASE(folders_list_their_own_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
