/*
 * restore.h - hard recovery: external restore, and restore from a backup folder (backup-restore.md 13.2, 14).
 *
 * INVARIANTS  R1  the set is verified (headers, signatures, generations, checksums of headers and trailers) before anything is changed.
 *             R2  the backup set is never changed; databases are changed only after every check passed.
 * CALLERS     api.
 * TESTS       unit/test_restore_inputs.c, reference backup sets, conformance, sim
 */
#ifndef ESE_ADMIN_RESTORE_H
#define ESE_ADMIN_RESTORE_H

#include "admin/recover.h"

struct restore_config {
    char backup_log_dir[OS_PATH_MAX];
    uint32_t gen_low, gen_high;                         /* 0, 0: all that are there */
    const struct recover_map *map; unsigned map_count;  /* name in the logs -> copied file */
    char target_log_dir[OS_PATH_MAX], target_checkpoint_dir[OS_PATH_MAX];
    struct inst *target;                                /* running instance whose logs roll forward; NULL = none */
    struct recover_progress progress;
};
/* inst is the temporary instance: log_config (dirs, base), cache and versions ready. wrn: the API turns target running into 578. */
ese_err restore_external(struct inst *inst, const struct restore_config *config);
ese_err restore_folder(struct inst *inst, const char *source, const char *destination, struct recover_progress progress);

#endif
