/*
 * record.h - the data of a record: fixed, variable and tagged columns (edb-format.md 9).
 *
 * OWNS        nothing.
 * GIVES       reading single columns out of record bytes; building a record from edits.
 * INVARIANTS  R1  record_check is total; the getters are safe on any bytes and report JET_errDatabaseCorrupted.
 *             R2  the builder keeps every column that it is not asked to change byte for byte.
 *             R3  null bitmap's unused bits 1, null fixed values filled with 0x2A, tagged fields sorted, as the original writes.
 * CALLERS     table, admin.
 * TESTS       unit/test_record.c, fuzz/fuzz_record.c, reference rows
 */
#ifndef ESE_FORMAT_RECORD_H
#define ESE_FORMAT_RECORD_H

#include "base/bytes.h"
#include "base/err.h"

enum { FID_FIXED_FIRST = 1, FID_FIXED_LAST = 127, FID_VAR_FIRST = 128, FID_VAR_LAST = 255, FID_TAGGED_FIRST = 256 };

enum value_state { VALUE_ABSENT, VALUE_NULL, VALUE_PRESENT };   /* absent: the column's default counts */

enum tag_flags { TAG_LONG = 1, TAG_COMPRESSED = 2, TAG_SEPARATED = 4, TAG_MULTI = 8, TAG_TWO = 0x10, TAG_NULL = 0x20, TAG_ENCRYPTED = 0x40 };

/* One value of a tagged column as stored. */
struct tagged_value {
    struct bytes data;                                  /* stored bytes: plain, compressed blob, or the LID when separated */
    bool separated, compressed, encrypted;
};

/* Where fixed columns lie: offset (from record start) and size of fixed column fid; provided by the schema. */
struct fixed_layout { uint16_t offset, size; };

ese_err record_check(struct bytes record, bool large_page);
ese_err record_get_fixed(struct bytes record, unsigned fid, struct fixed_layout where, enum value_state *state, struct bytes *value);
ese_err record_get_var(struct bytes record, unsigned fid, enum value_state *state, struct bytes *value);
/* Any column's value when it lies in the record as it is: present, alone, neither compressed nor encrypted nor elsewhere. false: ask the
 * function for its kind. */
bool record_get_plain(struct bytes record, bool large_page, unsigned fid, bool derived, struct fixed_layout where, struct bytes *value);
/* count = number of values of the multi-value (0 when absent or null). derived: the entry's template flag must equal it. */
ese_err record_get_tagged(struct bytes record, bool large_page, unsigned fid, bool derived, unsigned itag, enum value_state *state,
                          unsigned *count, struct tagged_value *value);
/* Enumerate tagged columns: index 0, 1, ...; false past the end. */
bool record_tagged_at(struct bytes record, bool large_page, unsigned index, unsigned *fid, bool *derived, unsigned *count);

/* ---- building ---- */

/* A record being edited: owned buffer of room bytes (scratch), current size. The caller gives memory for two records. */
struct record_edit {
    uint8_t *at;                                        /* current record */
    size_t size;
    size_t room;
    uint8_t *spare;                                     /* same room, used while rebuilding */
    bool large_page;
};

void record_edit_start(struct record_edit *e, uint8_t *memory, size_t room_each, bool large_page);      /* empty 4-byte record */
void record_edit_load(struct record_edit *e, struct bytes record);
/* fixed_of(fid) tells the layout and the default of lower fixed columns that must be materialised; context is the schema. */
typedef struct fixed_layout (*record_layout_fn)(const void *schema, unsigned fid, struct bytes *default_value, bool *has_default);
ese_err record_set_fixed(struct record_edit *e, unsigned fid, const void *schema, record_layout_fn layout, bool is_null, struct bytes value);
ese_err record_set_var(struct record_edit *e, unsigned fid, const void *schema, struct bytes (*default_of)(const void *schema, unsigned fid, bool *has),
                       bool is_null, struct bytes value);
/* Set value itag (1-based; 0 or > count appends; NULL value removes it and closes the gap; explicit_null stores a null entry
 * that hides a default). err: JET_errRecordTooBig when room is short. */
ese_err record_set_tagged(struct record_edit *e, unsigned fid, bool derived, bool is_long, unsigned itag, const struct tagged_value *value,
                          bool explicit_null);

#endif
