/*
 * log_file.h - headers of log generations, segments, the checkpoint file, attach lists, file names (log-format.md 1-3, 8).
 *
 * OWNS        nothing.
 * GIVES       struct log_header, struct segment_header, struct checkpoint_file; attach list encode and decode; names.
 * INVARIANTS  G1  offsets equal the format document (static_assert).
 * CALLERS     store/log*, store/checkpoint, admin.
 * TESTS       unit/test_log_file.c, realdata
 */
#ifndef ESE_FORMAT_LOG_FILE_H
#define ESE_FORMAT_LOG_FILE_H

#include "base/bytes.h"
#include "format/db_header.h"

enum { LOG_SEGMENT_BYTES = 4096, LOG_SEGMENT_HEADER = 40, LOG_SEGMENT_ROOM = 4056, DBMS_PARAM_BYTES = 567,
       ATTACH_LIST_BYTES = 2048, LOG_MAJOR = 8, LOG_MINOR = 4000 };

struct dbms_param {
    uint8_t system_path[261], log_path[261], flags;
    le32 sessions, open_tables, version_pages, cursors, log_buffers, log_file_sectors, cache_max;
    uint8_t reserved[16];
};
static_assert(sizeof(struct dbms_param) == DBMS_PARAM_BYTES, "DBMS_PARAM");

struct log_header {
    le32 checksum, generation;                          /*   0 */
    le16 sector_bytes, header_sectors, total_sectors, page_size; /* 8 */
    struct logtime time_create, time_prev_create;       /*  16 */
    le32 major, minor, update_major;                    /*  32 */
    struct signature sign_log;                          /*  44 */
    struct dbms_param param;                            /*  72 */
    uint8_t flags;                                      /* 639 */
    struct disk_lgpos checkpoint;                       /* 640 */
    le32 update_minor;                                  /* 648 */
    uint8_t sector_mismatch;                            /* 652 */
    le64 prev_xor;                                      /* 653 */
    le32 efv;                                           /* 661 */
    uint8_t reserved[2];                                /* 665 */
    le32 file_type;                                     /* 667 */
    uint8_t attach_list[ATTACH_LIST_BYTES];             /* 671 */
    uint8_t rest[4096 - 2719];
};
static_assert(sizeof(struct log_header) == 4096 && offsetof(struct log_header, attach_list) == 671, "log header");

struct segment_header {
    le64 checksum;                                      /*  0 */
    struct disk_lgpos at;                               /*  8 */
    struct logtime time;                                /* 16 */
    uint8_t zero[12];                                   /* 24 */
    le32 flags;                                         /* 36 */
};
static_assert(sizeof(struct segment_header) == LOG_SEGMENT_HEADER, "segment header");

struct checkpoint_file {
    le32 checksum;                                      /*   0 */
    struct disk_lgpos last_full, checkpoint;            /*   4 */
    struct signature sign_log;                          /*  20 */
    struct dbms_param param;                            /*  48 */
    struct disk_lgpos full_backup;                      /* 615 */
    struct logtime time_full;                           /* 623 */
    struct disk_lgpos inc_backup;                       /* 631 */
    struct logtime time_inc;                            /* 639 */
    uint8_t has_attach_list;                            /* 647 */
    struct disk_lgpos consistency;                      /* 648 */
    uint8_t reserved[11];                               /* 656 */
    le32 file_type;                                     /* 667 */
    uint8_t reserved2[8];                               /* 671 */
    uint8_t attach_list[ATTACH_LIST_BYTES];             /* 679 */
    uint8_t rest[4096 - 2727];
};
static_assert(sizeof(struct checkpoint_file) == 4096 && offsetof(struct checkpoint_file, attach_list) == 679, "checkpoint");

/* One database in an attach list. The path is UTF-8 here, UTF-16 with NUL on disk. */
struct attach_info {
    uint8_t dbid;
    uint8_t flags;
    dbtime time;
    uint32_t objid_last, cpg_max;
    lgpos attach, consistent;
    struct signature sign_db;
    char path[1024];
};

/* count in/out; JET_errLogFileCorrupt / JET_errBufferTooSmall. */
ese_err attach_list_decode(const uint8_t list[ATTACH_LIST_BYTES], struct attach_info *out, unsigned room, unsigned *count);
ese_err attach_list_encode(uint8_t list[ATTACH_LIST_BYTES], const struct attach_info *in, unsigned count);

/* Paths in records and lists: UTF-16 with NUL. A lone surrogate keeps three bytes of its own in UTF-8, so every name survives.
 * encode: bytes written, 0 when room is short. decode: unicode false = one byte a character. False when room is short. */
size_t disk_path_encode(const char *path, uint8_t *to, size_t room);
bool disk_path_decode(struct bytes from, bool unicode, char *to, size_t room);

ese_err log_header_check(const struct log_header *h);   /* JET_errLogFileCorrupt, JET_errBadLogVersion */
void log_header_seal(struct log_header *h);
ese_err checkpoint_check(const struct checkpoint_file *c);  /* JET_errCheckpointCorrupt */
void checkpoint_seal(struct checkpoint_file *c);

/* "edb0001A.log" for generation > 0, "edb.log" for 0; ext without dot. False when room is short. */
bool log_file_name(char *out, size_t room, const char *base, uint32_t generation, const char *ext);
/* Reverse: true and the generation (0 = the current log) when name is a log of this base; case-insensitive. */
bool log_file_parse(const char *name, const char *base, const char *ext, uint32_t *generation);

#endif
