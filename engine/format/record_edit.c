#include "format/record.h"

#include "format/record_int.h"

void record_edit_start(struct record_edit *e, uint8_t *memory, size_t room_each, bool large_page)
{
    e->at = memory;
    e->spare = memory + room_each;
    e->room = room_each;
    e->large_page = large_page;
    e->size = RECORD_HEAD;
    e->at[0] = 0;
    e->at[1] = FID_VAR_FIRST - 1;
    store_le16(e->at + 2, RECORD_HEAD);
}

void record_edit_load(struct record_edit *e, struct bytes record)
{
    e->size = record.size < e->room ? record.size : e->room;
    memcpy(e->at, record.data, e->size);
}

/* All edits work on the spare copy; what goes wrong halfway leaves the record as it was. */
static void edit_begin(struct record_edit *e)
{
    memcpy(e->spare, e->at, e->size);
}

static void edit_accept(struct record_edit *e, size_t size)
{
    uint8_t *old = e->at;
    e->at = e->spare;
    e->spare = old;
    e->size = size;
}

/* ---- fixed columns ---- */

static void null_bit_set(uint8_t *map, unsigned fid, bool null)
{
    uint8_t bit = (uint8_t)(1u << ((fid - 1) % 8));
    if (null)
        map[(fid - 1) / 8] |= bit;
    else
        map[(fid - 1) / 8] &= (uint8_t)~bit;
}

/* Makes room for fixed columns up to fid in the spare copy; those between get their default or null. Lower columns keep their
 * bytes. The size of the record grows by *grown. */
static ese_err fixed_extend(struct record_edit *e, const struct record_frame *f, unsigned fid, const void *schema, record_layout_fn layout,
                            size_t *grown)
{
    ese_err err = JET_errSuccess;
    struct fixed_layout where;
    struct bytes default_value = BYTES_NONE;
    bool has_default = false;
    uint8_t map[(FID_FIXED_LAST + 7) / 8];
    size_t data_end, fixed_end;

    where = layout(schema, fid, &default_value, &has_default);
    data_end = (size_t)where.offset + where.size;
    fixed_end = data_end + (fid + 7) / 8;
    if (data_end < f->null_map || fixed_end < f->fixed_end)
        FAIL(JET_errDatabaseCorrupted);
    *grown = fixed_end - f->fixed_end;
    if (e->size + *grown > e->room)
        FAIL(JET_errRecordTooBig);
    memset(map, 0xFF, sizeof(map));
    memcpy(map, e->spare + f->null_map, f->fixed_end - f->null_map);
    memmove(e->spare + fixed_end, e->spare + f->fixed_end, e->size - f->fixed_end);
    memset(e->spare + f->null_map, FIXED_NULL_FILL, data_end - f->null_map);
    for (unsigned i = f->fixed_last + 1; i <= fid; i++) {
        has_default = false;
        where = layout(schema, i, &default_value, &has_default);
        null_bit_set(map, i, true);
        if (!has_default || where.size == 0 || (size_t)where.offset + where.size > data_end || where.offset < f->null_map)
            continue;
        memset(e->spare + where.offset, 0, where.size);
        memcpy(e->spare + where.offset, default_value.data, default_value.size < where.size ? default_value.size : where.size);
        null_bit_set(map, i, false);
    }
    memcpy(e->spare + data_end, map, fixed_end - data_end);
    e->spare[0] = (uint8_t)fid;
    store_le16(e->spare + 2, (uint16_t)fixed_end);
done:
    return err;
}

ese_err record_set_fixed(struct record_edit *e, unsigned fid, const void *schema, record_layout_fn layout, bool is_null, struct bytes value)
{
    ese_err err = JET_errSuccess;
    struct record_frame f;
    struct fixed_layout where;
    struct bytes default_value;
    bool has_default;
    size_t grown = 0;

    if (!record_frame(bytes_of(e->at, e->size), &f))
        FAIL(JET_errDatabaseCorrupted);
    edit_begin(e);
    if (fid > f.fixed_last)
        TRY(fixed_extend(e, &f, fid, schema, layout, &grown));
    if (!record_frame(bytes_of(e->spare, e->size + grown), &f))
        FAIL(JET_errDatabaseCorrupted);
    where = layout(schema, fid, &default_value, &has_default);
    if (where.offset < RECORD_HEAD || (size_t)where.offset + where.size > f.null_map)
        FAIL(JET_errDatabaseCorrupted);
    if (is_null) {
        memset(e->spare + where.offset, FIXED_NULL_FILL, where.size);
    } else {
        size_t size = value.size < where.size ? value.size : where.size;
        memset(e->spare + where.offset, 0, where.size);
        memcpy(e->spare + where.offset, value.data, size);
    }
    null_bit_set(e->spare + f.null_map, fid, is_null);
    edit_accept(e, e->size + grown);
done:
    return err;
}

/* ---- variable columns ---- */

/* Replaces the bytes of variable column index in the spare copy and moves the ends behind it. */
static ese_err var_replace(struct record_edit *e, const struct record_frame *f, size_t index, bool is_null, struct bytes value, size_t *size)
{
    ese_err err = JET_errSuccess;
    uint8_t *ends = e->spare + f->fixed_end;
    size_t start = index != 0 ? load_le16(ends + 2 * index - 2) & VAR_END_MASK : 0;
    size_t end = load_le16(ends + 2 * index) & VAR_END_MASK;
    size_t from = f->var_data + end;

    if (start > end || from > *size)
        FAIL(JET_errDatabaseCorrupted);
    if (is_null)
        value = BYTES_NONE;
    if (*size - (end - start) + value.size > e->room)
        FAIL(JET_errRecordTooBig);
    memmove(e->spare + f->var_data + start + value.size, e->spare + from, *size - from);
    if (value.size != 0)
        memcpy(e->spare + f->var_data + start, value.data, value.size);
    *size = *size - (end - start) + value.size;
    for (size_t i = index; i < f->var_count; i++) {
        uint16_t word = load_le16(ends + 2 * i);
        uint16_t moved = (uint16_t)((word & VAR_END_MASK) - end + start + value.size);
        store_le16(ends + 2 * i, (uint16_t)((word & VAR_NULL) | (moved & VAR_END_MASK)));
    }
    store_le16(ends + 2 * index, (uint16_t)((load_le16(ends + 2 * index) & VAR_END_MASK) | (is_null ? VAR_NULL : 0)));
done:
    return err;
}

/* One more entry in the table of ends of the spare copy: a null column. */
static ese_err var_extend(struct record_edit *e, struct record_frame *f, size_t *size)
{
    ese_err err = JET_errSuccess;
    uint8_t *table_end = e->spare + f->var_data;
    uint16_t last = f->var_count != 0 ? load_le16(table_end - 2) & VAR_END_MASK : 0;

    if (*size + 2 > e->room)
        FAIL(JET_errRecordTooBig);
    memmove(table_end + 2, table_end, *size - f->var_data);
    store_le16(table_end, (uint16_t)(last | VAR_NULL));
    e->spare[1]++;
    f->var_last++;
    f->var_count++;
    f->var_data += 2;
    *size += 2;
done:
    return err;
}

ese_err record_set_var(struct record_edit *e, unsigned fid, const void *schema, struct bytes (*default_of)(const void *schema, unsigned fid, bool *has),
                       bool is_null, struct bytes value)
{
    ese_err err = JET_errSuccess;
    struct record_frame f;
    size_t size = e->size;

    if (!record_frame(bytes_of(e->at, e->size), &f))
        FAIL(JET_errDatabaseCorrupted);
    edit_begin(e);
    while (f.var_last < fid) {
        bool has = false;
        struct bytes standard = BYTES_NONE;
        TRY(var_extend(e, &f, &size));
        if (f.var_last < fid && default_of != NULL)
            standard = default_of(schema, f.var_last, &has);
        if (has)
            TRY(var_replace(e, &f, f.var_count - 1, false, standard, &size));
    }
    TRY(var_replace(e, &f, fid - FID_VAR_FIRST, is_null, value, &size));
    edit_accept(e, size);
done:
    return err;
}

/* ---- tagged columns ---- */

/* What is to become of one entry: its old values with one of them replaced, removed or added. */
struct tagged_change {
    const struct tagged_entry *old;                     /* NULL: there was none */
    unsigned old_count, count;
    unsigned index;                                     /* the value set or removed; count - 1 when appended */
    const struct tagged_value *value;                   /* NULL: value index is removed */
    bool is_long;
};

static ese_err change_value(const struct tagged_change *c, unsigned index, struct tagged_value *value)
{
    ese_err err = JET_errSuccess;

    if (c->value != NULL && index == c->index) {
        *value = *c->value;
    } else {
        if (c->value == NULL && index >= c->index)
            index++;
        if (!tagged_value_at(c->old, c->old_count, index, value))
            FAIL(JET_errDatabaseCorrupted);
    }
done:
    return err;
}

struct out {
    uint8_t *at;
    size_t size, room;
};

static ese_err out_add(struct out *o, struct bytes data)
{
    ese_err err = JET_errSuccess;

    if (o->size + data.size > o->room)
        FAIL(JET_errRecordTooBig);
    if (data.size != 0)
        memcpy(o->at + o->size, data.data, data.size);
    o->size += data.size;
done:
    return err;
}

static ese_err out_byte(struct out *o, unsigned byte)
{
    uint8_t b = (uint8_t)byte;
    return out_add(o, bytes_of(&b, 1));
}

static ese_err out_multi(struct out *o, const struct tagged_change *c)
{
    ese_err err = JET_errSuccess;
    struct tagged_value value;
    size_t table = o->size;

    for (unsigned i = 0; i < c->count; i++) {
        TRY(out_byte(o, 0));
        TRY(out_byte(o, 0));
    }
    for (unsigned i = 0; i < c->count; i++) {
        size_t offset = o->size - table;
        TRY(change_value(c, i, &value));
        if (offset > MULTI_OFFSET_MASK)
            FAIL(JET_errRecordTooBig);
        store_le16(o->at + table + 2 * (size_t)i, (uint16_t)(offset | (value.separated ? MULTI_SEPARATED : 0)));
        TRY(out_add(o, value.data));
    }
done:
    return err;
}

/* Two short values without a header of their own so far share the compact form; it is left for good with the third value. */
static bool change_fits_two(const struct tagged_change *c, bool large_page)
{
    struct tagged_value value;

    if (large_page || c->is_long || c->count != 2)
        return false;
    if ((c->old->flags & TAG_MULTI) != 0 && (c->old->flags & TAG_TWO) == 0)
        return false;
    for (unsigned i = 0; i < 2; i++) {
        if (change_value(c, i, &value) < 0 || value.data.size > 0xFF)
            return false;
    }
    return true;
}

/* The entry's bytes; *word gets the flag bits of its array entry. */
static ese_err out_entry(struct out *o, const struct tagged_change *c, bool large_page, uint16_t *word)
{
    ese_err err = JET_errSuccess;
    struct tagged_value first = {BYTES_NONE, false, false, false};
    unsigned flags = c->is_long ? TAG_LONG : 0;

    if (c->count == 0) {
        if (large_page)
            TRY(out_byte(o, flags | TAG_NULL));
        else
            *word |= TAG_ENTRY_NULL;
        goto done;
    }
    TRY(change_value(c, 0, &first));
    flags |= (first.compressed ? TAG_COMPRESSED : 0) | (first.encrypted ? TAG_ENCRYPTED : 0);
    if (c->count == 1)
        flags |= first.separated ? TAG_SEPARATED : 0;
    else
        flags |= change_fits_two(c, large_page) ? TAG_MULTI | TAG_TWO : TAG_MULTI;
    if (large_page || flags != 0) {
        TRY(out_byte(o, flags));
        *word |= large_page ? 0 : TAG_ENTRY_HEADER;
    }
    if (c->count == 1) {
        TRY(out_add(o, first.data));
    } else if ((flags & TAG_TWO) != 0) {
        struct tagged_value second;
        TRY(change_value(c, 1, &second));
        TRY(out_byte(o, (unsigned)first.data.size));
        TRY(out_add(o, first.data));
        TRY(out_add(o, second.data));
    } else {
        TRY(out_multi(o, c));
    }
done:
    return err;
}

/* Writes the tagged area anew behind the untouched front of the record: entry index is replaced (or inserted, or dropped). */
static ese_err rebuild(struct record_edit *e, const struct tagged_area *area, unsigned index, unsigned fid, bool derived,
                       const struct tagged_change *c, bool keep)
{
    ese_err err = JET_errSuccess;
    size_t front = e->size - area->at.size;
    unsigned count = area->count + (keep ? 1 : 0) - (c->old != NULL ? 1 : 0);
    struct out o = {e->spare + front, (size_t)count * TAG_ENTRY, e->room - front};
    unsigned from = 0;

    memcpy(e->spare, e->at, front);
    if (o.size > o.room)
        FAIL(JET_errRecordTooBig);
    for (unsigned i = 0; i < count; i++) {
        struct tagged_entry old;
        uint16_t word = 0;
        uint8_t *entry = o.at + (size_t)i * TAG_ENTRY;
        if (o.size > area->offset_mask)
            FAIL(JET_errRecordTooBig);
        if (i == index && keep) {
            word = (uint16_t)(o.size | (derived ? TAG_ENTRY_DERIVED : 0));
            TRY(out_entry(&o, c, e->large_page, &word));
            store_le16(entry, (uint16_t)fid);
            from += c->old != NULL ? 1 : 0;
        } else {
            from += i == index && c->old != NULL ? 1 : 0;
            if (!tagged_entry_at(area, from++, &old))
                FAIL(JET_errDatabaseCorrupted);
            word = (uint16_t)(o.size | (old.word & ~area->offset_mask));
            TRY(out_add(&o, old.stored));
            store_le16(entry, (uint16_t)old.fid);
        }
        store_le16(entry + 2, word);
    }
    edit_accept(e, front + o.size);
done:
    return err;
}

ese_err record_set_tagged(struct record_edit *e, unsigned fid, bool derived, bool is_long, unsigned itag, const struct tagged_value *value,
                          bool explicit_null)
{
    ese_err err = JET_errSuccess;
    struct tagged_area area;
    struct tagged_entry old;
    struct tagged_change c = {NULL, 0, 0, 0, value, is_long};
    unsigned index;
    bool found;

    if (!record_tagged_area(bytes_of(e->at, e->size), e->large_page, &area))
        FAIL(JET_errDatabaseCorrupted);
    index = tagged_find(&area, fid, derived, &found);
    if (found) {
        if (!tagged_entry_at(&area, index, &old) || !tagged_value_count(&old, &c.old_count))
            FAIL(JET_errDatabaseCorrupted);
        c.old = &old;
    }
    if (value != NULL) {
        c.index = itag == 0 || itag > c.old_count ? c.old_count : itag - 1;
        c.count = c.index == c.old_count ? c.old_count + 1 : c.old_count;
        if (value->compressed && c.index != 0)
            FAIL(JET_errInvalidParameter);
    } else if (itag >= 1 && itag <= c.old_count) {
        c.index = itag - 1;
        c.count = c.old_count - 1;
    } else if (c.old_count != 0 || (explicit_null ? found || itag != 1 : !found)) {
        goto done;                                      /* there is no such value to remove */
    }
    TRY(rebuild(e, &area, index, fid, derived, &c, c.count != 0 || explicit_null));
done:
    return err;
}
