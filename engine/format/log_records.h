/*
 * log_records.h - log records: one struct for the writer, the reader, redo and the dump (log-format.md 5 and 6).
 *
 * OWNS        the list log_records.inc.
 * GIVES       struct log_record (decoded view), lr_decode, lr_encode, lr_size, lr_describe.
 * INVARIANTS  R1  lr_decode is total: any bytes give a record or JET_errLogFileCorrupt, never a read outside.
 *             R2  lr_encode(lr_decode(x)) == x for every record kind we emit.
 *             R3  slices of a decoded record point into the bytes it was decoded from.
 * CALLERS     store/log*, tree, txn, table (fill and append); admin/recover, admin/dump (read).
 * TESTS       unit/test_log_records.c, realdata (every record of data/log), fuzz/fuzz_log_record.c
 */
#ifndef ESE_FORMAT_LOG_RECORDS_H
#define ESE_FORMAT_LOG_RECORDS_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/types.h"
#include "format/log_file.h"

enum lr_type {
#define R(code, name, size, class, text) LR_##name = (code),
#include "format/log_records.inc"
#undef R
    LR_TYPE_LIMIT = 128
};

enum lr_page_flags { LR_VERSIONED = 1, LR_DELETED = 2, LR_UNIQUE = 4, LR_SPACE = 8, LR_CONCURRENT_INDEX = 0x10, LR_SYSTEM = 0x20 };
enum lr_oper { OPER_INSERT = 1, OPER_REPLACE = 2, OPER_FLAG_DELETE = 3, OPER_DELTA = 4, OPER_ALLOC_EXT = 7, OPER_DELTA64 = 9 };
enum lr_split_type { SPLIT_VERTICAL = 0, SPLIT_RIGHT = 1, SPLIT_APPEND = 2 };
enum lr_split_oper { SPLIT_OPER_NONE = 0, SPLIT_OPER_INSERT = 1, SPLIT_OPER_REPLACE = 2, SPLIT_OPER_FLAG_INSERT_REPLACE = 3 };
enum lr_merge_type { MERGE_NONE, MERGE_EMPTY_PAGE, MERGE_FULL_RIGHT, MERGE_PARTIAL_RIGHT, MERGE_EMPTY_TREE, MERGE_FULL_LEFT,
                     MERGE_PARTIAL_LEFT, MERGE_PAGE_MOVE };
enum lr_merge_flags { MERGE_KEY_CHANGE = 1, MERGE_DELETE_NODE = 2, MERGE_EMPTIES_PAGE = 4 };
enum lr_image_flags { IMAGE_DEHYDRATED = 1, IMAGE_XPRESS = 2 };

/* Head of every PAGE and NODE record; TRX records use procid only. */
struct lr_head {
    uint16_t procid;
    uint8_t dbid;
    pgno page;
    dbtime after, before;
    uint32_t trx_begin0;
    uint8_t level;
    uint16_t line;                                      /* slot, 0-based */
    uint8_t flags;                                      /* enum lr_page_flags */
    uint32_t rceid;                                     /* NODE only from here */
    pgno fdp;
    uint32_t objid;
};

struct log_record {
    uint8_t type;                                       /* enum lr_type */
    struct lr_head head;
    union {
        struct { uint16_t prefix; struct bytes key, data; } insert;                /* key: the whole key, all of it is in the record; its
                                                                                      first `prefix` bytes are shared with the page's prefix */
        struct { struct bytes key, data; uint32_t rceid_replace; } flag_insert;     /* and FLAG_INSERT_REPLACE */
        struct { uint16_t old_size, new_size; bool wide_diff; struct bytes data; } replace;  /* data: whole value or diff */
        struct { uint16_t oper; int16_t max, delta; struct bytes key, data, before; } undo_info;
        struct { int64_t delta; uint16_t offset; struct bytes key, data; } delta;   /* 32-bit or 64-bit by type */
        struct { struct bytes data; } external;
        struct { uint16_t oper; uint8_t level; struct bytes key, data; } undo;
        struct { struct bytes pages; } empty_tree;                                  /* 16-byte items: u64 before, u32 pgno, u32 flags */
        struct { uint32_t flags, ops; struct bytes data; } scrub;
        struct { uint32_t objid; pgno oe, ae, parent; int32_t cpg; uint32_t page_flags; } create_fdp;   /* oe, ae: multiple only */
        struct { uint32_t objid; pgno oe, ae, parent, secondary; int32_t cpg, cpg_secondary; uint32_t available, page_flags; } convert;
        struct {
            pgno new_page, right; dbtime right_before; pgno parent; dbtime parent_before; pgno fdp; uint32_t objid;
            uint8_t split_type, oper; uint16_t line_oper, line_split, lines; uint32_t new_flags, old_flags;
            int16_t uncommitted_old, uncommitted_new; int32_t prefix_line_old, prefix_line_new;
            uint16_t prefix_old_size, prefix_new_size; uint32_t image_flags;
            struct bytes parent_key, prefix_old, prefix_new, image;
        } split;
        struct {
            pgno right; dbtime right_before; pgno left; dbtime left_before; pgno parent; dbtime parent_before; pgno fdp;
            uint32_t objid; uint16_t size_total, size_max_total, uncommitted_dest, line_merge; uint8_t flags, merge_type;
            uint32_t image_flags; struct bytes separator, image;
        } merge;
        struct {
            pgno dest, left, right, parent; dbtime left_before, right_before, parent_before; pgno fdp; uint32_t objid;
            int32_t parent_line; uint32_t flags; struct bytes head_part, tail_part;
        } page_move;
        struct { uint8_t from, count; uint32_t trx; } begin;                       /* BEGIN, BEGIN0 (trx), BEGIN_DT */
        struct { uint8_t to_level; uint32_t trx; } commit;                         /* COMMIT, COMMIT0 (trx), REFRESH (trx) */
        struct { uint8_t levels; } rollback;
        struct { dbtime time; } macro;                                             /* BEGIN, COMMIT, ABORT */
        struct { uint32_t grbit, cpg_max; struct signature sign_db; uint8_t flags; uint16_t version, update; struct bytes path; } create_db;
        struct { uint32_t cpg_max; lgpos consistent; struct signature sign_db, sign_log; uint8_t flags; struct bytes path; } attach_db;
        struct { uint8_t flags; struct bytes path; } detach_db;
        struct { lgpos attach, consistent; struct signature sign_db; } reattach;
        struct { struct bytes param; struct logtime time; } init;                  /* INIT2: 567 bytes + time */
        struct { lgpos back, redo_from; uint8_t hard; struct logtime time; } term; /* TERM2, RECOVERY_QUIT2, RECOVERY_QUIT_KEEP */
        struct { struct logtime time; } recovery_undo;
        struct { uint8_t phase; uint32_t kind; uint8_t scope; struct disk_bkinfo info; struct bytes path; } backup;
        struct { uint32_t version, update_major, update_minor; } set_version;
        struct { pgno first; uint32_t count; uint64_t time; uint8_t flags; } file_range;   /* EXTEND (first = last page), SHRINK*, TRIM, EXTENT_FREED* */
        struct { pgno page; uint32_t objid; dbtime time; } new_page;               /* head.procid, head.dbid */
        struct { uint32_t objid; dbtime time; } root_move;
        struct { pgno page; uint8_t flags; uint64_t page_time, now; uint32_t checksum; } scan_check;
        struct { uint32_t total; struct bytes part; } fragment;                    /* FRAGMENT_BEGIN (total) and FRAGMENT */
        struct bytes raw;                                                          /* TRACE, NOP2, MACRO_INFO*, COMMIT_CTX and all else: what follows the fixed head */
    } u;
};

/* Decode the record at the start of from; size gets its length. err: JET_errLogFileCorrupt */
ese_err lr_decode(struct bytes from, struct log_record *out, size_t *size);
/* Exact encoded size; encode writes that many bytes. */
size_t lr_size(const struct log_record *r);
void lr_encode(const struct log_record *r, uint8_t *to);
const char *lr_name(uint8_t type);                      /* "Insert"; NULL for unknown */
bool lr_is_page(uint8_t type);                          /* has a page head (PAGE or NODE class) */
bool lr_is_node(uint8_t type);
/* One line for dumps, NUL-terminated, cut to room. */
void lr_describe(const struct log_record *r, char *out, size_t room);

/* Diffs of REPLACE_D (log-format.md 6.4). make: 0 when the diff would not be smaller than room. */
size_t lr_diff_make(struct bytes before, struct bytes after, bool wide, uint8_t *to, size_t room);
ese_err lr_diff_apply(struct bytes before, struct bytes diff, bool wide, uint8_t *to, size_t room, size_t *size);

/* Page images inside Split2 and Merge2 (6.5). */
size_t lr_image_make(const uint8_t *page, size_t page_size, uint8_t *to, size_t room, uint32_t *image_flags);
ese_err lr_image_restore(struct bytes image, uint32_t image_flags, uint8_t *page, size_t page_size);

#endif
