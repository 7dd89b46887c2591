#include "format/record.h"

#include "format/record_int.h"

/* ---- fixed and variable part ---- */

bool record_frame(struct bytes record, struct record_frame *f)
{
    size_t bitmap;

    if (record.size < RECORD_HEAD)
        return false;
    f->fixed_last = record.data[0];
    f->var_last = record.data[1];
    f->fixed_end = load_le16(record.data + 2);
    bitmap = (f->fixed_last + 7u) / 8;
    if (f->fixed_last > FID_FIXED_LAST || f->var_last < FID_VAR_FIRST - 1)
        return false;
    if (f->fixed_end > record.size || f->fixed_end < RECORD_HEAD + bitmap)
        return false;
    f->null_map = f->fixed_end - bitmap;
    f->var_count = f->var_last - (FID_VAR_FIRST - 1u);
    f->var_data = f->fixed_end + 2 * f->var_count;
    if (f->var_data > record.size)
        return false;
    f->tagged = f->var_data + (f->var_count != 0 ? load_le16(record.data + f->var_data - 2) & VAR_END_MASK : 0);
    return f->tagged <= record.size;
}

static inline bool fixed_is_null(struct bytes record, const struct record_frame *f, unsigned fid)
{
    return (record.data[f->null_map + (fid - 1) / 8] >> ((fid - 1) % 8) & 1) != 0;
}

ese_err record_get_fixed(struct bytes record, unsigned fid, struct fixed_layout where, enum value_state *state, struct bytes *value)
{
    ese_err err = JET_errSuccess;
    struct record_frame f;

    *value = BYTES_NONE;
    *state = VALUE_ABSENT;
    if (!record_frame(record, &f))
        FAIL(JET_errDatabaseCorrupted);
    if (fid > f.fixed_last)
        goto done;
    if (where.offset < RECORD_HEAD || (size_t)where.offset + where.size > f.null_map)
        FAIL(JET_errDatabaseCorrupted);
    if (fixed_is_null(record, &f, fid)) {
        *state = VALUE_NULL;
    } else {
        *state = VALUE_PRESENT;
        *value = bytes_of(record.data + where.offset, where.size);
    }
done:
    return err;
}

ese_err record_get_var(struct bytes record, unsigned fid, enum value_state *state, struct bytes *value)
{
    ese_err err = JET_errSuccess;
    struct record_frame f;
    unsigned index = fid - FID_VAR_FIRST;
    const uint8_t *ends;
    size_t start, end;

    *value = BYTES_NONE;
    *state = VALUE_ABSENT;
    if (!record_frame(record, &f))
        FAIL(JET_errDatabaseCorrupted);
    if (index >= f.var_count)
        goto done;
    ends = record.data + f.fixed_end;
    if ((load_le16(ends + 2 * index) & VAR_NULL) != 0) {
        *state = VALUE_NULL;
        goto done;
    }
    start = index != 0 ? load_le16(ends + 2 * index - 2) & VAR_END_MASK : 0;
    end = load_le16(ends + 2 * index) & VAR_END_MASK;
    if (start > end || f.var_data + end > f.tagged)
        FAIL(JET_errDatabaseCorrupted);
    *state = VALUE_PRESENT;
    *value = bytes_of(record.data + f.var_data + start, end - start);
done:
    return err;
}

/* ---- tagged part ---- */

bool record_tagged_area(struct bytes record, bool large_page, struct tagged_area *area)
{
    struct record_frame f;

    if (!record_frame(record, &f))
        return false;
    area->at = bytes_of(record.data + f.tagged, record.size - f.tagged);
    area->large_page = large_page;
    area->offset_mask = large_page ? TAG_OFFSET_LARGE : TAG_OFFSET_SMALL;
    area->count = 0;
    if (area->at.size == 0)
        return true;
    if (area->at.size < TAG_ENTRY)
        return false;
    area->count = (load_le16(area->at.data + 2) & area->offset_mask) / TAG_ENTRY;
    return area->count != 0 && (load_le16(area->at.data + 2) & area->offset_mask) % TAG_ENTRY == 0 &&
           area->count * TAG_ENTRY <= area->at.size;
}

bool tagged_entry_at(const struct tagged_area *area, unsigned index, struct tagged_entry *e)
{
    const uint8_t *entry = area->at.data + (size_t)index * TAG_ENTRY;
    uint16_t word = load_le16(entry + 2);
    size_t start = word & area->offset_mask;
    size_t end = index + 1 < area->count ? load_le16(entry + TAG_ENTRY + 2) & area->offset_mask : area->at.size;

    e->fid = load_le16(entry);
    e->word = word;
    e->derived = (word & TAG_ENTRY_DERIVED) != 0;
    e->flags = 0;
    if (start > end || end > area->at.size || start < (size_t)area->count * TAG_ENTRY)
        return false;
    e->stored = bytes_of(area->at.data + start, end - start);
    e->body = e->stored;
    if (area->large_page ? e->stored.size != 0 : (word & TAG_ENTRY_HEADER) != 0) {
        if (e->stored.size == 0)
            return false;
        e->flags = e->stored.data[0];
        e->body = bytes_of(e->stored.data + 1, e->stored.size - 1);
    }
    if (!area->large_page && (word & TAG_ENTRY_NULL) != 0)
        e->flags |= TAG_NULL;
    return true;
}

/* Binary search by (derived first, fid). Returns the index where the entry is or belongs. */
unsigned tagged_find(const struct tagged_area *area, unsigned fid, bool derived, bool *found)
{
    unsigned low = 0, high = area->count;
    uint32_t wanted = (derived ? 0 : 0x10000u) | fid;

    *found = false;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        const uint8_t *entry = area->at.data + (size_t)middle * TAG_ENTRY;
        uint32_t here = ((load_le16(entry + 2) & TAG_ENTRY_DERIVED) != 0 ? 0 : 0x10000u) | load_le16(entry);
        if (here < wanted) {
            low = middle + 1;
        } else {
            high = middle;
            *found = *found || here == wanted;
        }
    }
    return low;
}

bool tagged_value_count(const struct tagged_entry *e, unsigned *count)
{
    size_t first;

    *count = 1;
    if ((e->flags & TAG_NULL) != 0) {
        *count = 0;
    } else if ((e->flags & TAG_MULTI) != 0 && (e->flags & TAG_TWO) != 0) {
        *count = 2;
        return e->body.size != 0 && (size_t)e->body.data[0] + 1 <= e->body.size;
    } else if ((e->flags & TAG_MULTI) != 0) {
        if (e->body.size < 2)
            return false;
        first = load_le16(e->body.data) & MULTI_OFFSET_MASK;
        *count = (unsigned)(first / 2);
        return first % 2 == 0 && first >= 2 && first <= e->body.size;
    }
    return true;
}

/* Value index (0-based, below the count) of an entry. */
bool tagged_value_at(const struct tagged_entry *e, unsigned count, unsigned index, struct tagged_value *value)
{
    value->compressed = index == 0 && (e->flags & TAG_COMPRESSED) != 0;
    value->encrypted = (e->flags & TAG_ENCRYPTED) != 0;
    if ((e->flags & TAG_MULTI) == 0) {
        value->separated = (e->flags & TAG_SEPARATED) != 0;
        value->data = e->body;
    } else if ((e->flags & TAG_TWO) != 0) {
        size_t first = e->body.data[0];
        value->separated = false;
        value->data = index == 0 ? bytes_of(e->body.data + 1, first) : bytes_of(e->body.data + 1 + first, e->body.size - 1 - first);
    } else {
        uint16_t word = load_le16(e->body.data + 2 * (size_t)index);
        size_t start = word & MULTI_OFFSET_MASK;
        size_t end = index + 1 < count ? load_le16(e->body.data + 2 * (size_t)index + 2) & MULTI_OFFSET_MASK : e->body.size;
        if (start > end || end > e->body.size || start < 2 * (size_t)count)
            return false;
        value->separated = (word & MULTI_SEPARATED) != 0;
        value->data = bytes_of(e->body.data + start, end - start);
    }
    return !value->separated || value->data.size == 4 || value->data.size == 8;
}

ese_err record_get_tagged(struct bytes record, bool large_page, unsigned fid, bool derived, unsigned itag, enum value_state *state,
                          unsigned *count, struct tagged_value *value)
{
    ese_err err = JET_errSuccess;
    struct tagged_area area;
    struct tagged_entry e;
    unsigned index;
    bool found;

    *state = VALUE_ABSENT;
    *count = 0;
    *value = (struct tagged_value){BYTES_NONE, false, false, false};
    if (!record_tagged_area(record, large_page, &area))
        FAIL(JET_errDatabaseCorrupted);
    index = tagged_find(&area, fid, derived, &found);
    if (!found)
        goto done;
    if (!tagged_entry_at(&area, index, &e) || !tagged_value_count(&e, count))
        FAIL(JET_errDatabaseCorrupted);
    *state = VALUE_NULL;
    if (itag < 1 || itag > *count)
        goto done;
    if (!tagged_value_at(&e, *count, itag - 1, value))
        FAIL(JET_errDatabaseCorrupted);
    *state = VALUE_PRESENT;
done:
    return err;
}

bool record_tagged_at(struct bytes record, bool large_page, unsigned index, unsigned *fid, bool *derived, unsigned *count)
{
    struct tagged_area area;
    struct tagged_entry e;

    if (!record_tagged_area(record, large_page, &area) || index >= area.count)
        return false;
    if (!tagged_entry_at(&area, index, &e) || !tagged_value_count(&e, count))
        return false;
    *fid = e.fid;
    *derived = e.derived;
    return true;
}

static bool plain_fixed(struct bytes record, unsigned fid, struct fixed_layout where, struct bytes *value)
{
    size_t last = record.data[0], bitmap = (last + 7) / 8, end = load_le16(record.data + 2);

    if (fid > last || end > record.size || end < RECORD_HEAD + bitmap || where.offset < RECORD_HEAD ||
        (size_t)where.offset + where.size > end - bitmap || (record.data[end - bitmap + (fid - 1) / 8] >> ((fid - 1) % 8) & 1) != 0)
        return false;
    *value = bytes_of(record.data + where.offset, where.size);
    return true;
}

static bool plain_tagged(struct bytes area, bool large_page, unsigned fid, bool derived, struct bytes *value)
{
    unsigned mask = large_page ? TAG_OFFSET_LARGE : TAG_OFFSET_SMALL, count = (load_le16(area.data + 2) & mask) / TAG_ENTRY, i = 0, word;
    size_t start, end;

    if (count > PLAIN_TAGS_MAX || count * TAG_ENTRY > area.size)
        return false;
    while (i < count && load_le16(area.data + i * TAG_ENTRY) != fid)
        i++;
    if (i == count)
        return false;
    word = load_le16(area.data + i * TAG_ENTRY + 2);
    start = word & mask;
    end = i + 1 < count ? load_le16(area.data + i * TAG_ENTRY + TAG_ENTRY + 2) & mask : area.size;
    if (start > end || end > area.size || start < count * TAG_ENTRY || derived != ((word & TAG_ENTRY_DERIVED) != 0))
        return false;
    if (large_page ? start != end : (word & TAG_ENTRY_HEADER) != 0) {
        if (start == end || (area.data[start] & ~(unsigned)TAG_LONG) != 0)
            return false;
        start++;
    }
    if (!large_page && (word & TAG_ENTRY_NULL) != 0)
        return false;
    *value = bytes_of(area.data + start, end - start);
    return true;
}

bool record_get_plain(struct bytes record, bool large_page, unsigned fid, bool derived, struct fixed_layout where, struct bytes *value)
{
    size_t fixed_end, count, data, start, end;

    if (record.size < RECORD_HEAD)
        return false;
    if (fid <= FID_FIXED_LAST)
        return plain_fixed(record, fid, where, value);
    fixed_end = load_le16(record.data + 2);
    count = record.data[1] - (FID_VAR_FIRST - 1u);
    data = fixed_end + 2 * count;
    if (record.data[1] < FID_VAR_FIRST - 1 || data > record.size)
        return false;
    if (fid <= FID_VAR_LAST) {
        unsigned index = fid - FID_VAR_FIRST;
        if (index >= count)
            return false;
        end = load_le16(record.data + fixed_end + 2 * index);
        start = index != 0 ? load_le16(record.data + fixed_end + 2 * index - 2) & VAR_END_MASK : 0;
        if ((end & VAR_NULL) != 0 || start > end || data + end > record.size)
            return false;
        *value = bytes_of(record.data + data + start, end - start);
        return true;
    }
    start = data + (count != 0 ? load_le16(record.data + data - 2) & VAR_END_MASK : 0);
    if (start + TAG_ENTRY > record.size)
        return false;
    return plain_tagged(bytes_of(record.data + start, record.size - start), large_page, fid, derived, value);
}

static bool tagged_area_is_sound(const struct tagged_area *area)
{
    struct tagged_entry e;
    struct tagged_value value;
    unsigned count;
    uint32_t before = 0;

    for (unsigned i = 0; i < area->count; i++) {
        uint32_t order;
        if (!tagged_entry_at(area, i, &e) || !tagged_value_count(&e, &count))
            return false;
        for (unsigned k = 0; k < count; k++) {
            if (!tagged_value_at(&e, count, k, &value))
                return false;
        }
        order = (e.derived ? 0 : 0x10000u) | e.fid;
        if (e.fid < FID_TAGGED_FIRST || (i != 0 && order <= before))
            return false;
        before = order;
    }
    return true;
}

ese_err record_check(struct bytes record, bool large_page)
{
    ese_err err = JET_errSuccess;
    struct record_frame f;
    struct tagged_area area;
    size_t before = 0;

    if (!record_frame(record, &f))
        FAIL(JET_errDatabaseCorrupted);
    for (size_t i = 0; i < f.var_count; i++) {
        size_t end = load_le16(record.data + f.fixed_end + 2 * i) & VAR_END_MASK;
        if (end < before)
            FAIL(JET_errDatabaseCorrupted);
        before = end;
    }
    if (!record_tagged_area(record, large_page, &area) || !tagged_area_is_sound(&area))
        FAIL(JET_errDatabaseCorrupted);
done:
    return err;
}
