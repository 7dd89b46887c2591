/*
 * os_sim.c - control of the simulated disk: seed, crash, failure, reboot, looking at it.
 */
#include "os_sim_disk.h"

#include <string.h>

#include "base/alloc.h"

struct sim g_sim;

void sim_lock(void)
{
    os_mutex_lock(&g_sim.lock);
}

void sim_unlock(void)
{
    os_mutex_unlock(&g_sim.lock);
}

/* splitmix64 */
uint64_t sim_random(void)
{
    uint64_t z = g_sim.random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void empty(void)
{
    sim_disk_settle(SIZE_MAX);
    while (g_sim.durable_names != NULL) {
        struct sim_name *name = g_sim.durable_names;
        g_sim.durable_names = name->next;
        sim_inode_drop(name->inode);
        ese_free(name);
    }
    sim_disk_forget();
}

static ese_err make_folder(const char *path)
{
    struct sim_inode *inode;
    return sim_disk_find(g_sim.names, path) == NULL ? sim_disk_create(path, true, &inode) : JET_errSuccess;
}

void sim_reset(uint64_t seed)
{
    if (!g_sim.ready) {
        os_mutex_init(&g_sim.lock, RANK_DEVICE);
        g_sim.pending_end = &g_sim.pending;
        g_sim.ready = true;
    }
    sim_lock();
    empty();
    g_sim.random = seed;
    g_sim.calls = g_sim.changes = g_sim.syncs = 0;
    g_sim.crash_at = g_sim.fail_at = 0;
    g_sim.crashed = g_sim.failed = false;
    g_sim.space = UINT64_MAX;
    (void)make_folder("/");
    (void)make_folder("/sim");
    sim_disk_settle(SIZE_MAX);
    sim_unlock();
}

void sim_release(void)
{
    if (!g_sim.ready)
        return;
    sim_lock();
    empty();
    sim_unlock();
    os_mutex_release(&g_sim.lock);
    g_sim.ready = false;
}

void sim_crash_at(uint64_t k)
{
    sim_lock();
    g_sim.crash_at = k == 0 ? 0 : g_sim.changes + k;
    sim_unlock();
}

void sim_fail_at(uint64_t k, ese_err code, bool for_good)
{
    sim_lock();
    g_sim.fail_at = k == 0 ? 0 : g_sim.calls + k;
    g_sim.fail_code = code;
    g_sim.fail_for_good = for_good;
    g_sim.failed = false;
    sim_unlock();
}

ese_err sim_disk_enter(bool changes, bool *crash)
{
    ese_err err = JET_errSuccess;

    *crash = false;
    if (g_sim.crashed)
        FAIL(JET_errDiskIO);
    g_sim.calls++;
    g_sim.changes += changes;
    if (g_sim.fail_at != 0 && (g_sim.calls == g_sim.fail_at || (g_sim.fail_for_good && g_sim.calls > g_sim.fail_at))) {
        g_sim.failed = true;
        FAIL(g_sim.fail_code);
    }
    if (changes && g_sim.changes == g_sim.crash_at)
        *crash = g_sim.crashed = true;
done:
    return err;
}

/* Guarded reads of one field. */
#define FIELD(type, function, field)                                                                                   \
    type function(void)                                                                                                \
    {                                                                                                                  \
        type value;                                                                                                    \
        sim_lock();                                                                                                    \
        value = g_sim.field;                                                                                           \
        sim_unlock();                                                                                                  \
        return value;                                                                                                  \
    }
FIELD(bool, sim_crashed, crashed)
FIELD(bool, sim_failed, failed)
FIELD(uint64_t, sim_count, changes)
FIELD(uint64_t, sim_count_all, calls)
FIELD(uint64_t, sim_used, used)
FIELD(uint64_t, sim_syncs, syncs)

void sim_space(uint64_t bytes)
{
    sim_lock();
    g_sim.space = bytes;
    sim_unlock();
}

void sim_reboot(enum sim_reboot mode)
{
    size_t count = 0;

    sim_lock();
    for (struct sim_change *change = g_sim.pending; change != NULL; change = change->next)
        count++;
    sim_disk_settle(mode == SIM_KEPT ? count : mode == SIM_DROPPED ? 0 : (size_t)(sim_random() % (count + 1)));
    sim_disk_forget();
    for (struct sim_name *name = g_sim.names; name != NULL; name = name->next)
        sim_inode_reboot(name->inode, mode);
    g_sim.crashed = g_sim.failed = false;
    g_sim.crash_at = g_sim.fail_at = 0;
    sim_unlock();
}

void sim_restart(void)
{
    sim_lock();
    for (struct sim_name *name = g_sim.names; name != NULL; name = name->next)
        name->inode->locked = false;
    g_sim.crashed = g_sim.failed = false;
    g_sim.crash_at = g_sim.fail_at = 0;
    sim_unlock();
}

ese_err sim_put(const char *path, const void *data, size_t size)
{
    ese_err err = JET_errSuccess;
    char full[OS_PATH_MAX];
    struct sim_name *name;
    struct sim_inode *inode = NULL;

    sim_lock();
    TRY(sim_disk_full_path(path, full));
    for (size_t i = 1; full[i] != 0; i++) {
        if (full[i] != '/')
            continue;
        full[i] = 0;
        TRY(make_folder(full));
        full[i] = '/';
    }
    name = sim_disk_find(g_sim.names, full);
    if (name != NULL)
        inode = name->inode;
    else
        TRY(sim_disk_create(full, false, &inode));
    TRY(sim_inode_resize(inode, 0));
    TRY(sim_inode_write(inode, 0, data, size));
    sim_inode_sync(inode);
    sim_disk_settle(SIZE_MAX);
done:
    sim_unlock();
    return err;
}

static ese_err find_file(const char *path, struct sim_inode **inode)
{
    ese_err err = JET_errSuccess;
    char full[OS_PATH_MAX];
    struct sim_name *name;

    TRY(sim_disk_full_path(path, full));
    name = sim_disk_find(g_sim.names, full);
    if (name == NULL || name->inode->is_dir)
        FAIL(JET_errFileNotFound);
    *inode = name->inode;
done:
    return err;
}

ese_err sim_get(const char *path, uint8_t **data, size_t *size)
{
    ese_err err = JET_errSuccess;
    struct sim_inode *inode;

    *data = NULL;
    *size = 0;
    sim_lock();
    TRY(find_file(path, &inode));
    *data = ese_alloc((size_t)inode->size);
    if (*data == NULL)
        FAIL(JET_errOutOfMemory);
    *size = (size_t)inode->size;
    sim_inode_read(inode, 0, *data, *size);
done:
    sim_unlock();
    return err;
}

ese_err sim_flip(const char *path, uint64_t offset, uint8_t mask)
{
    ese_err err = JET_errSuccess;
    struct sim_inode *inode;
    uint8_t byte;

    sim_lock();
    TRY(find_file(path, &inode));
    if (offset >= inode->size)
        FAIL(JET_errFileIOBeyondEOF);
    sim_inode_read(inode, offset, &byte, 1);
    byte ^= mask;
    TRY(sim_inode_write(inode, offset, &byte, 1));
    sim_inode_sync(inode);
done:
    sim_unlock();
    return err;
}

ese_err sim_cut(const char *path, uint64_t size)
{
    ese_err err = JET_errSuccess;
    struct sim_inode *inode;

    sim_lock();
    TRY(find_file(path, &inode));
    TRY(sim_inode_resize(inode, size));
    sim_inode_sync(inode);
done:
    sim_unlock();
    return err;
}

void sim_each(void (*each)(void *, const char *, uint64_t), void *context)
{
    sim_lock();
    for (struct sim_name *name = g_sim.names; name != NULL; name = name->next)
        if (!name->inode->is_dir)
            each(context, name->path, name->inode->size);
    sim_unlock();
}
