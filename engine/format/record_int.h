/*
 * record_int.h - the frame of a record, for the reading and the building half of record.h.
 *
 * OWNS        nothing.
 * GIVES       where the parts of a record begin; entries of the tagged area, decoded.
 * INVARIANTS  every function is total: false for bytes that are no record.
 * CALLERS     format/record*.c only.
 * TESTS       unit/test_record.c
 */
#ifndef ESE_FORMAT_RECORD_INT_H
#define ESE_FORMAT_RECORD_INT_H

#include "format/record.h"

enum {
    RECORD_HEAD = 4, TAG_ENTRY = 4,
    VAR_NULL = 0x8000, VAR_END_MASK = 0x7FFF,
    TAG_ENTRY_DERIVED = 0x8000, TAG_ENTRY_HEADER = 0x4000, TAG_ENTRY_NULL = 0x2000,  /* the last two in small pages only */
    TAG_OFFSET_SMALL = 0x1FFF, TAG_OFFSET_LARGE = 0x7FFF,
    MULTI_SEPARATED = 0x8000, MULTI_OFFSET_MASK = 0x7FFF,
    FIXED_NULL_FILL = 0x2A,
    PLAIN_TAGS_MAX = 12                                 /* more are searched, not walked */
};

struct record_frame {
    unsigned fixed_last, var_last;
    size_t fixed_end, null_map;                         /* offsets in the record */
    size_t var_count, var_data;
    size_t tagged;
};
bool record_frame(struct bytes record, struct record_frame *f);

struct tagged_area {
    struct bytes at;
    unsigned count;
    uint16_t offset_mask;
    bool large_page;
};
bool record_tagged_area(struct bytes record, bool large_page, struct tagged_area *area);

struct tagged_entry {
    unsigned fid;
    uint16_t word;                                      /* offset and flags as stored */
    bool derived;
    unsigned flags;                                     /* enum tag_flags */
    struct bytes stored, body;                          /* with and without the header byte */
};
bool tagged_entry_at(const struct tagged_area *area, unsigned index, struct tagged_entry *e);
unsigned tagged_find(const struct tagged_area *area, unsigned fid, bool derived, bool *found);
bool tagged_value_count(const struct tagged_entry *e, unsigned *count);
bool tagged_value_at(const struct tagged_entry *e, unsigned count, unsigned index, struct tagged_value *value);

#endif
