/*
 * cursor.h - a cursor over one table: position, current index, range, pending update.
 *
 * OWNS        struct cursor: positions in the primary and the current secondary tree, the search key, the copy buffer.
 * GIVES       move, seek, ranges, bookmarks, current index; record bytes as the session sees them; column values.
 * INVARIANTS  U1  on a secondary index the record is fetched through the entry's bookmark; the entry is the position.
 *             U2  no latch is held between calls.
 *             U3  a pending update belongs to the record it was prepared on, or is an insert; it never touches a page before update_apply
 *                 (separated long values excepted: same transaction).
 * FAILS       as the API documents for each call.
 * CALLERS     api; table/update.c.
 * TESTS       unit/test_cursor.c, reference rows and keys, observed-sequences
 */
#ifndef ESE_TABLE_CURSOR_H
#define ESE_TABLE_CURSOR_H

#include "table/schema.h"

enum update_kind { UPDATE_NONE, UPDATE_INSERT, UPDATE_INSERT_COPY, UPDATE_REPLACE, UPDATE_REPLACE_NO_LOCK, UPDATE_INSERT_COPY_DELETE,
                   UPDATE_INSERT_COPY_REPLACE, UPDATE_READ_ONLY_COPY };

struct cursor {
    struct list link;                                   /* session->cursors */
    struct list table_link;                             /* table->cursors, under the schema cache's lock */
    struct session *session;
    struct table_def *table;
    struct index_def *index;                            /* current; NULL = primary order */
    bool read_only, updatable, deny_read, deny_write, sequential, no_move;
    struct bt_pos primary;                              /* the record */
    struct bt_pos secondary;                            /* the entry, when index is secondary */
    bool on_record;                                     /* stands on a record (it may have been deleted since); else between / before / after */
    int edge;                                           /* -1 before first, +1 after last, 0 neither */
    bool first_deferred;                                /* to be moved to the first record by the next call that needs a place */
    bool ghost;                                         /* between, but by a bookmark whose record is gone: JET_errRecordDeleted */
    bool record_at_hand;                                /* primary stands on the record of the current entry */
    bool own_transaction;                               /* a call outside a transaction opened one for itself */
    uint8_t open_level, move_level;                     /* transaction level at open, and at the last move */
    struct bt_pos writer;                               /* scratch position for inserts into the primary tree */
    uint8_t record_key[BT_KEY_MAX]; size_t record_key_size;         /* bookmark of the record, when index is secondary */
    /* search key (JetMakeKey) */
    uint8_t search_key[KEY_BYTES_MAX + 1]; size_t search_key_size; unsigned search_parts; bool key_made, key_limited; unsigned key_limit_flags;
    /* range (JetSetIndexRange) */
    bool range_set, range_inclusive, range_upper; uint8_t range_key[KEY_BYTES_MAX + 1]; size_t range_key_size;
    unsigned itag;                                      /* multi-value that made the current entry */
    /* pending update */
    enum update_kind update; struct record_edit edit; uint8_t *edit_memory;
    uint8_t original_key[BT_KEY_MAX]; size_t original_key_size;  /* bookmark of the record being replaced */
    uint32_t update_level;
    uint8_t changed_columns[COLUMN_BITS_BYTES];         /* which columns this update set, by column_bit() */
    unsigned update_lv_level;                           /* deepest transaction level in which this update wrote long values that may roll back */
    bool update_lv;                                     /* it wrote some: giving it up drops them */
    uint8_t *original; size_t original_size;            /* the record being replaced (page_size bytes of room) */
    uint8_t *record_memory;                             /* page_size bytes: copy of the fetched record */
    uint64_t autoincrement_value; bool autoincrement_taken;
    uint8_t last_bookmark[BT_KEY_MAX]; size_t last_bookmark_size;   /* of the last insert, for JetUpdate's bookmark */
    /* temporary tables and lists (sort.h) hang here */
    void *sort; void *api;
    uint64_t local_storage[4];
};

ese_err cursor_open(struct session *s, struct table_def *t, struct cursor **out);   /* takes over the pin */
void cursor_close(struct cursor *c);
/* Table sharing: what this cursor forbids others. JET_errTableLocked (somebody forbids us), JET_errTableInUse (somebody is there). */
ese_err cursor_restrict(struct cursor *c, bool read_only, bool deny_read, bool deny_write);
ese_err cursor_duplicate(struct cursor *c, struct session *s, struct cursor **out);

enum { MOVE_FIRST = INT32_MIN, MOVE_LAST = INT32_MAX };
ese_err cursor_move(struct cursor *c, int32_t rows, bool key_not_equal);
enum seek_how { SEEK_EQ, SEEK_LT, SEEK_LE, SEEK_GE, SEEK_GT };
ese_err cursor_seek(struct cursor *c, enum seek_how how, bool *exact);
ese_err cursor_make_key(struct cursor *c, struct bytes value, uint32_t grbit);      /* JET_bit* of JetMakeKey */
ese_err cursor_set_range(struct cursor *c, bool inclusive, bool upper, bool remove, bool instant_duration);
ese_err cursor_set_index(struct cursor *c, const char *name, struct index_def *index, bool keep_position, bool move_first, unsigned itag);
ese_err cursor_get_bookmark(struct cursor *c, uint8_t *to, size_t room, size_t *size);        /* primary key; copies min */
ese_err cursor_get_secondary_bookmark(struct cursor *c, uint8_t *key, size_t key_room, size_t *key_size, uint8_t *bm, size_t bm_room, size_t *bm_size);
ese_err cursor_goto_bookmark(struct cursor *c, struct bytes bookmark);
ese_err cursor_goto_secondary_bookmark(struct cursor *c, struct bytes key, struct bytes bookmark);
ese_err cursor_goto_position(struct cursor *c, uint64_t before, uint64_t total);
ese_err cursor_get_position(struct cursor *c, uint64_t *before, uint64_t *total);
ese_err cursor_retrieve_key(struct cursor *c, bool copy, uint8_t *to, size_t room, size_t *size);
ese_err cursor_count(struct cursor *c, uint64_t limit, uint64_t *count);
/* Latch and give the visible record; released by cursor_release. JET_errNoCurrentRecord, JET_errRecordDeleted. */
ese_err cursor_record(struct cursor *c, struct bytes *record);
void cursor_release(struct cursor *c);
ese_err cursor_copy_record(struct cursor *c, uint8_t *to, struct bytes *copy);          /* page_size bytes of room; no latch is left */
ese_err cursor_lock(struct cursor *c, bool write);

/* Set the range to the key of the last seek, upper and inclusive (JET_bitSetIndexRange). */
ese_err cursor_range_of_seek(struct cursor *c);
/* Is the current entry the only one with its key (JET_bitCheckUniqueness)? */
ese_err cursor_key_is_unique(struct cursor *c, bool *unique);
/* A call outside a transaction runs in one of its own: begin if needed, end what begin opened. */
ese_err cursor_enter(struct cursor *c, bool read_only, bool *own);
ese_err cursor_leave(struct cursor *c, bool own, ese_err result);
/* Call back of struct session: cursors moved in a level that is rolled back stand before the first record, their updates are gone. */
void cursor_transaction_end(struct session *s, bool committed, int level);
static inline void cursor_mark_changed(struct cursor *c, uint32_t columnid)
{
    unsigned bit = column_bit(columnid);
    c->changed_columns[bit / 8] = (uint8_t)(c->changed_columns[bit / 8] | 1u << bit % 8);
}

/* ---- column values ---- */

enum retrieve_flags { RETRIEVE_COPY = 1, RETRIEVE_FROM_INDEX = 2, RETRIEVE_FROM_PRIMARY = 4, RETRIEVE_IGNORE_DEFAULT = 8, RETRIEVE_RAW = 16,
                      RETRIEVE_COUNT_TUPLE = 32, RETRIEVE_NULL = 64 };
struct retrieve {
    uint32_t columnid; unsigned itag; uint32_t offset; unsigned flags;              /* in */
    uint8_t *to; size_t room;                                                       /* in */
    size_t size;                                        /* out: full size of the value from offset */
    size_t copied;                                      /* out: bytes in to */
    bool is_null, is_default; unsigned itag_found; uint32_t columnid_found;         /* out */
};
/* Column type, multi-values, defaults, long values, compression: all kinds. size > copied means truncated (the API warns). */
ese_err cursor_retrieve(struct cursor *c, struct retrieve *r);
/* Number of values of a tagged column (itag 0). */
ese_err cursor_count_values(struct cursor *c, uint32_t columnid, unsigned flags, unsigned *count);
/* Next tagged column with values after fid (for JetRetrieveColumn with columnid 0, JetEnumerateColumns); false at the end. */
ese_err cursor_next_tagged(struct cursor *c, bool copy, uint32_t after, uint32_t *columnid, unsigned *count, bool *more);

enum set_flags { SET_APPEND_LV = 1, SET_OVERWRITE_LV = 2, SET_SIZE_LV = 4, SET_ZERO_LENGTH = 8, SET_SEPARATE_LV = 16, SET_INTRINSIC_LV = 32,
                 SET_UNIQUE_MULTI = 64, SET_UNIQUE_NORMALIZED = 128, SET_COMPRESSED = 256, SET_UNCOMPRESSED = 512, SET_REVERT_DEFAULT = 1024 };
struct set_column { uint32_t columnid; unsigned itag; uint32_t offset; unsigned flags; bool is_null; struct bytes value; uint32_t size_lv; };
ese_err cursor_set(struct cursor *c, const struct set_column *set);

/* ---- updates (table/update.c) ---- */
ese_err update_prepare(struct cursor *c, enum update_kind kind);
ese_err update_cancel(struct cursor *c);
ese_err update_apply(struct cursor *c, uint8_t *bookmark, size_t room, size_t *size);
ese_err update_delete(struct cursor *c);
ese_err update_escrow(struct cursor *c, uint32_t columnid, int64_t delta, size_t delta_bytes, int64_t *before, bool no_rollback);

#endif
