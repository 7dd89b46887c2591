/*
 * os_sim_disk.h - the parts of the simulated disk that its files share: inodes, names, what is pending.
 *
 * INVARIANTS  D1  g_sim.lock is held in every function named sim_disk_*.
 *             D2  an inode lives while a name, a durable name, a pending operation or a handle refers to it.
 * CALLERS     os_sim*.c only.
 * TESTS       sim/test_os_sim.c
 */
#ifndef ESE_TEST_OS_SIM_DISK_H
#define ESE_TEST_OS_SIM_DISK_H

#include "os_sim.h"

enum { SIM_CHUNK = 4096, SIM_SECTORS = SIM_CHUNK / SIM_SECTOR };

struct sim_chunk {
    uint8_t *now;                                       /* NULL = zeros */
    uint8_t *durable;                                   /* NULL = zeros */
    uint8_t dirty;                                      /* one bit a sector */
    uint8_t lost;                                       /* of those: a sync failed, no later one brings them */
};

struct sim_inode {
    uint64_t id;
    unsigned refs;
    bool is_dir;
    bool resized;                                       /* size differs from what is durable */
    bool locked;
    uint64_t size, durable_size;
    struct sim_chunk *chunks;
    size_t chunk_count;
    uint8_t *dirty_chunks;                              /* one byte a chunk */
};

struct sim_name {
    struct sim_name *next;
    struct sim_inode *inode;
    char path[OS_PATH_MAX];
};

enum sim_change_kind { SIM_LINK, SIM_UNLINK, SIM_RENAME };

struct sim_change {
    struct sim_change *next;
    enum sim_change_kind kind;
    struct sim_inode *inode;                            /* SIM_LINK */
    char path[OS_PATH_MAX];
    char to[OS_PATH_MAX];                               /* SIM_RENAME */
};

struct sim {
    bool ready;
    struct os_mutex lock;
    uint64_t random;
    uint64_t next_id;
    struct sim_name *names, *durable_names;
    struct sim_change *pending, **pending_end;
    uint64_t calls, changes, syncs;
    uint64_t crash_at, fail_at;
    ese_err fail_code;
    bool crashed, failed, fail_for_good;
    uint64_t used, space;
};

extern struct sim g_sim;

void sim_lock(void);
void sim_unlock(void);

/* Count a call. Negative: it must fail with that. *crash: it takes effect and then fails (S3). */
ese_err sim_disk_enter(bool changes, bool *crash);

struct sim_name *sim_disk_find(struct sim_name *names, const char *path);
ese_err sim_disk_full_path(const char *path, char out[OS_PATH_MAX]);
bool sim_disk_parent_exists(const char *path);
ese_err sim_disk_create(const char *path, bool is_dir, struct sim_inode **out);
ese_err sim_disk_unlink(const char *path);
ese_err sim_disk_rename(const char *from, const char *to);
void sim_disk_sync_folder(const char *folder);
void sim_disk_settle(size_t count);                     /* the first count pending changes become durable */
void sim_disk_forget(void);                             /* all pending changes are dropped, names become the durable ones */

struct sim_inode *sim_inode_ref(struct sim_inode *inode);
void sim_inode_drop(struct sim_inode *inode);
ese_err sim_inode_resize(struct sim_inode *inode, uint64_t size);
ese_err sim_inode_write(struct sim_inode *inode, uint64_t offset, const uint8_t *from, size_t size);
void sim_inode_read(const struct sim_inode *inode, uint64_t offset, uint8_t *to, size_t size);
void sim_inode_sync(struct sim_inode *inode);
void sim_inode_lose(struct sim_inode *inode);           /* a sync fails */
void sim_inode_reboot(struct sim_inode *inode, enum sim_reboot mode);

#endif
