/*
 * os_sim.h - a disk in memory behind the file half of os.h: it forgets what was not synced, tears, fills up and fails.
 *
 * OWNS        files, folders and what of them would survive a power cut.
 * GIVES       the functions of os.h under "files", and below the means to crash, fail and look at the disk.
 * INVARIANTS  S1  a sector written since the last sync of its file survives a crash (KEPT), does not (DROPPED), or does
 *                 by the seed, each 512 bytes alone (TORN); so does the size.
 *             S2  a create, rename or delete survives surely only after os_dir_sync of the folder; by the seed a prefix
 *                 of those not synced survives (TORN).
 *             S3  from the crash on until the reboot every call fails with JET_errDiskIO. The call that crashes has taken
 *                 effect as far as an unsynced call has; a sync that crashes has not.
 *             S4  a sync that fails by plan loses what it was to bring: no later sync makes that durable, unless it is written again.
 *             S5  one seed, one order of calls, one result.
 * CALLERS     tests/sim, tests/model. Linked instead of os_posix_file.c ("ese_on_sim").
 * TESTS       sim/test_os_sim.c
 */
#ifndef ESE_TEST_OS_SIM_H
#define ESE_TEST_OS_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/os.h"

enum { SIM_SECTOR = 512 };

enum sim_reboot { SIM_KEPT, SIM_DROPPED, SIM_TORN, SIM_REBOOTS };

void sim_reset(uint64_t seed);                          /* an empty disk with the folder /sim; closes nothing */
void sim_release(void);                                 /* gives all memory back */

void sim_crash_at(uint64_t k);                          /* at the k-th changing call from now; 0 = never */
bool sim_crashed(void);
void sim_reboot(enum sim_reboot mode);                  /* locks are gone, files are what survived, calls work again */
void sim_restart(void);                                 /* only the program died: nothing is lost so far, and nothing more durable */
uint64_t sim_count(void);                               /* changing calls since sim_reset */

/* The k-th call of any kind from now fails with code, once or from then on; 0 = never. */
void sim_fail_at(uint64_t k, ese_err code, bool for_good);
uint64_t sim_count_all(void);
bool sim_failed(void);                                  /* the failure asked for has happened */

void sim_space(uint64_t bytes);                         /* growth beyond fails with JET_errDiskFull; UINT64_MAX = endless */
uint64_t sim_used(void);
uint64_t sim_syncs(void);

/* Look and damage; not counted, never failing by plan. */
ese_err sim_put(const char *path, const void *data, size_t size);       /* created with its folders, durable */
ese_err sim_get(const char *path, uint8_t **data, size_t *size);        /* ese_free what you got */
ese_err sim_flip(const char *path, uint64_t offset, uint8_t mask);
ese_err sim_cut(const char *path, uint64_t size);
void sim_each(void (*each)(void *context, const char *path, uint64_t size), void *context);

uint64_t sim_random(void);                              /* the seed's own numbers, for tests that want them too */

#endif
