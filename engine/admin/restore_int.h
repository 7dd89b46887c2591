/*
 * restore_int.h - one restore from the inside: restore.c, restore_logs.c, restore_folder.c only.
 *
 * OWNS        struct restore.
 * INVARIANTS  R1  the checks of restore_logs.c only read.
 * CALLERS     admin/restore*.c
 * TESTS       unit/test_restore_inputs.c
 */
#ifndef ESE_ADMIN_RESTORE_INT_H
#define ESE_ADMIN_RESTORE_INT_H

#include "admin/backup_int.h"
#include "admin/recover.h"
#include "admin/restore.h"

struct restore {
    struct inst *inst;
    char dir[OS_PATH_MAX];                              /* the set's logs, with separator */
    bool same_dir;                                      /* they lie where rolling forward goes on */
    uint32_t gen_low, gen_high;                         /* 0, 0 at first: all that are there */
    struct signature sign_log;                          /* of the set */
    struct logtime time_high;                           /* creation of gen_high */
    char path[OS_PATH_MAX];                             /* scratch */
};

/* restore.c: a copied database against the set; the range and signature are known. */
ese_err restore_check_database(struct restore *r, const char *path, bool *has_trailer);
/* restore_logs.c */
ese_err restore_find_range(struct restore *r);
ese_err restore_check_set(struct restore *r);           /* headers of gen_low .. gen_high; sets sign_log */
ese_err restore_check_forward(struct restore *r);       /* what lies in the folder of rolling forward */
ese_err restore_check_records(struct restore *r);       /* every record of the set can be read */
ese_err restore_check_forward_records(struct restore *r);       /* and what will be rolled forward behind it */
/* Closed generations of the running target behind the set are copied to where rolling forward looks. */
ese_err restore_take_target_logs(struct restore *r, struct inst *target);
/* Lowest and highest archived generation in a folder; 0, 0 when none. */
ese_err restore_range_of(const char *dir, const struct log_config *c, uint32_t *low, uint32_t *high);

#endif
