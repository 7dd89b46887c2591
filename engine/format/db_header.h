/*
 * db_header.h - the header page of a database (edb-format.md 1).
 *
 * OWNS        nothing.
 * GIVES       struct db_header: the disk layout as byte-array integers; seal and check.
 * INVARIANTS  H1  offsets equal the format document (static_assert); unknown bytes survive a rewrite.
 *             H2  the checksum covers the whole page.
 * CALLERS     store/db_file, admin.
 * TESTS       unit/test_db_header.c, realdata
 */
#ifndef ESE_FORMAT_DB_HEADER_H
#define ESE_FORMAT_DB_HEADER_H

#include <stddef.h>

#include "base/err.h"
#include "base/le.h"
#include "base/types.h"

enum db_state { DB_JUST_CREATED = 1, DB_DIRTY = 2, DB_CLEAN = 3, DB_CONVERTING = 4, DB_FORCE_DETACH = 5, DB_RESEED = 6,
                DB_DIRTY_PATCHED = 7, DB_REVERTING = 8 };
enum file_type { FILE_DATABASE = 1, FILE_LOG = 3, FILE_CHECKPOINT = 4, FILE_TEMP_DATABASE = 5, FILE_FLUSH_MAP = 7 };
enum { DB_MAGIC = (int)0x89ABCDEFu, DB_VERSION = 0x620 };
/* Update levels that change what is written: the lowest we write (Windows 7), the first that names locales, the one of new databases. */
enum { DB_UPDATE_LOWEST = 0x11, DB_UPDATE_LOCALES = 0x12, DB_UPDATE_NEW = 0x14 };

struct disk_lgpos { le16 byte, segment; le32 generation; };
struct disk_bkinfo { struct disk_lgpos mark; struct logtime time; le32 gen_low, gen_high; };
struct disk_fix { le32 count; struct logtime time; le32 count_old; };

static inline lgpos disk_lgpos_get(const struct disk_lgpos *d)
{
    return lgpos_make(le32_get(&d->generation), le16_get(&d->segment), le16_get(&d->byte));
}

static inline void disk_lgpos_set(struct disk_lgpos *d, lgpos p)
{
    le16_set(&d->byte, lgpos_byte(p));
    le16_set(&d->segment, lgpos_segment(p));
    le32_set(&d->generation, lgpos_generation(p));
}

struct db_header {
    le32 checksum, magic, version, attrib;              /*   0 */
    le64 dbtime_dirtied;                                /*  16 */
    struct signature sign_db;                           /*  24 */
    le32 state;                                         /*  52 */
    struct disk_lgpos lgpos_consistent;                 /*  56 */
    struct logtime time_consistent, time_attach;        /*  64 */
    struct disk_lgpos lgpos_attach;                     /*  80 */
    struct logtime time_detach;                         /*  88 */
    struct disk_lgpos lgpos_detach;                     /*  96 */
    le32 dbid;                                          /* 104 */
    struct signature sign_log;                          /* 108 */
    struct disk_bkinfo full_prev, inc_prev, full_cur;   /* 136 */
    uint8_t dbflags[4];                                 /* 208 */
    le32 objid_last;                                    /* 212 */
    le32 os_major, os_minor, os_build, os_sp;           /* 216 */
    le32 update_major, page_size;                       /* 232 */
    le32 repair_count;                                  /* 240 */
    struct logtime time_repair;                         /* 244 */
    struct signature reserved_slv;                      /* 252 */
    le64 dbtime_scrub;                                  /* 280 */
    struct logtime time_scrub;                          /* 288 */
    le32 gen_min_required, gen_max_required;            /* 296 */
    le32 upgrade[3];                                    /* 304 */
    struct disk_bkinfo snapshot_cur;                    /* 316 */
    le32 create_version, create_update;                 /* 340 */
    struct logtime time_gen_max_create;                 /* 348 */
    le32 full_prev_type, inc_prev_type;                 /* 356 */
    le32 repair_count_old;                              /* 364 */
    struct disk_fix ecc_ok, ecc_failed, bad_checksum;   /* 368 */
    le32 gen_max_committed;                             /* 416 */
    struct disk_bkinfo copy_prev, diff_prev;            /* 420 */
    le32 copy_prev_type, diff_prev_type;                /* 468 */
    struct disk_fix reseed, page_patch;                 /* 476 */
    le64 sort_version;                                  /* 508 */
    struct logtime time_dbscan_prev, time_dbscan_start; /* 516 */
    le32 dbscan_highest_continuous, gen_recovering;     /* 532 */
    le32 extend_count;                                  /* 540 */
    struct logtime time_extend;                         /* 544 */
    le32 shrink_count;                                  /* 552 */
    struct logtime time_shrink, time_reattach;          /* 556 */
    struct disk_lgpos lgpos_reattach;                   /* 572 */
    le32 trim_count;                                    /* 580 */
    struct signature sign_header_flush, sign_map_flush; /* 584 */
    le32 gen_min_consistent, update_minor, efv_max;     /* 640 */
    le32 dbscan_highest;                                /* 652 */
    struct disk_lgpos lgpos_resize;                     /* 656 */
    uint8_t reserved_664[3];                            /* 664 */
    le32 file_type;                                     /* 667 */
    uint8_t reserved_671[1];                            /* 671 */
    struct logtime time_gen_max_required;               /* 672 */
    le32 gen_pre_redo_min_consistent, gen_pre_redo_min_required;  /* 680 */
    uint8_t rest[4096 - 688];                           /* 688: kept as it is */
};

static_assert(sizeof(struct db_header) == 4096, "db header");
static_assert(offsetof(struct db_header, full_prev) == 136 && offsetof(struct db_header, update_major) == 232, "db header");
static_assert(offsetof(struct db_header, gen_max_committed) == 416 && offsetof(struct db_header, file_type) == 667, "db header");
static_assert(offsetof(struct db_header, sign_header_flush) == 584 && offsetof(struct db_header, gen_min_consistent) == 640, "db header");

/* Compute and store the checksum over page_size bytes. */
void db_header_seal(uint8_t *header_page, size_t page_size);
/* Judge a header page of any origin: magic, checksum, page size, version. err: JET_errDatabaseCorrupted,
 * JET_errReadVerifyFailure, JET_errInvalidDatabaseVersion, JET_errPageSizeMismatch when expect_size != 0 and differs. */
ese_err db_header_check(const uint8_t *header_page, size_t page_size, size_t expect_size);

/* As if it had never been backed up: what restore and the change to another log stream leave. */
void db_header_clear_backups(struct db_header *h);

void logtime_now(struct logtime *t);
void signature_make(struct signature *s);
bool signature_equal(const struct signature *a, const struct signature *b);
bool signature_is_zero(const struct signature *s);

#endif
