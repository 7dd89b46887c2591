#include "base/alloc.h"
#include "format/page.h"
#include "table/cursor.h"
#include "table/index.h"
#include "table/value.h"

/* The bytes columns are read from: the update's copy, or the record the cursor stands on (latched then). */
static ese_err record_begin(struct cursor *c, bool copy, struct bytes *record, bool *latched)
{
    ese_err err = JET_errSuccess;

    *latched = false;
    if (copy && c->update != UPDATE_NONE) {
        *record = bytes_of(c->edit.at, c->edit.size);
    } else {
        TRY(cursor_record(c, record));
        *latched = true;
    }
done:
    return err;
}

static void record_end(struct cursor *c, bool *latched)
{
    if (*latched)
        cursor_release(c);
    *latched = false;
}

static ese_err column_of(struct cursor *c, uint32_t columnid, struct column_def **out)
{
    ese_err err = JET_errSuccess;

    *out = schema_column_seen(c->session, c->table, columnid);
    if (*out == NULL)
        FAIL((columnid & 0xFFFF) == 0 ? JET_errBadColumnId : JET_errColumnNotFound);
done:
    return err;
}

/* ---- which value ---- */

static struct column_def *tagged_def(const struct cursor *cursor, unsigned fid, bool derived)
{
    const struct table_def *t = cursor->table;
    unsigned last = derived ? t->template_tagged_last : t->tagged_last;
    struct column_def **columns = derived ? t->template_tagged : t->tagged;
    struct column_def *c = fid >= FID_TAGGED_FIRST && fid <= last && columns != NULL ? columns[fid - FID_TAGGED_FIRST] : NULL;
    return schema_column_visible(cursor->session, c) ? c : NULL;
}

/* Column 0: value number itag of all tagged values of the record. */
static ese_err any_tagged(struct cursor *c, struct retrieve *r, struct bytes record, struct column_value *v)
{
    ese_err err = JET_errSuccess;
    unsigned left = r->itag, fid, count;
    bool derived;

    *v = (struct column_value){.is_null = true};
    for (unsigned i = 0; record_tagged_at(record, table_has_large_pages(c->table), i, &fid, &derived, &count); i++) {
        struct column_def *col = tagged_def(c, fid, derived);
        unsigned values = count != 0 ? count : 1;       /* an explicit null counts as one */
        if (col == NULL)
            continue;
        if (left <= values) {
            TRY(column_value(c->table, col, record, left, true, v));
            r->columnid_found = col->columnid;
            r->itag_found = left;
            break;
        }
        left -= values;
    }
done:
    return err;
}

struct entry_search {
    struct bytes key;
    unsigned itag;
};

static ese_err entry_matches(void *context, const struct index_key *key)
{
    struct entry_search *e = context;
    if (e->itag == 0 && bytes_equal(bytes_of(key->bytes, key->size), e->key))
        e->itag = key->itag;
    return JET_errSuccess;
}

static bool index_has_column(const struct index_def *i, const struct column_def *col)
{
    for (unsigned part = 0; part < i->part_count; part++) {
        if (i->parts[part].column == col)
            return true;
    }
    return false;
}

/* From the index or the bookmark: the column must be part of it, and of a multi-valued column it is the value that made the entry. */
static ese_err itag_of_entry(struct cursor *c, const struct column_def *col, bool bookmark, unsigned *itag)
{
    ese_err err = JET_errSuccess;
    struct index_def *i = c->index == NULL || bookmark ? c->table->primary : c->index;
    struct entry_search search = {BYTES_NONE, 0};
    struct bytes record;
    uint8_t *memory = NULL;
    size_t size = 0;

    if (i == NULL)
        FAIL(JET_errNoCurrentIndex);
    if (!index_has_column(i, col))
        FAIL(JET_errColumnNotFound);
    if (i == c->table->primary || (i->flags & INDEX_MULTI_VALUED) == 0 || (col->flags & COLUMN_MULTI_VALUED) == 0)
        goto done;
    memory = arena_take(&c->session->scratch, KEY_BYTES_MAX + 1 + c->table->db->page_size);
    if (memory == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(cursor_retrieve_key(c, false, memory, KEY_BYTES_MAX + 1, &size));
    search.key = bytes_of(memory, size);
    TRY(cursor_record(c, &record));
    memcpy(memory + KEY_BYTES_MAX + 1, record.data, record.size);
    record.data = memory + KEY_BYTES_MAX + 1;
    cursor_release(c);
    TRY(index_each_key(c->session, i, record, entry_matches, &search));
    if (search.itag != 0)
        *itag = search.itag;
done:
    return err;
}

/* ---- retrieval ---- */

/* What lies in the record itself is copied under the latch; long values are read after it has gone. */
static ese_err deliver(struct cursor *c, struct retrieve *r, const struct column_value *v, bool is_long, bool latched)
{
    ese_err err = JET_errSuccess;
    uint32_t offset = is_long ? r->offset : 0;
    size_t size;

    r->is_null = v->is_null;
    r->is_default = v->is_default;
    if (v->is_null)
        goto done;
    if (v->stored.separated && latched)
        bt_release(&c->primary);                        /* the transaction that cursor_record may have opened stays */
    TRY(value_load(c->session, c->table, v, offset, r->to, r->room, &r->copied, &size));
    r->size = offset < size ? size - offset : 0;
done:
    return err;
}

/* A value that lies in a record without versions: copied without a latch, outside of any transaction, and then proved. */
static bool retrieve_peeked(struct cursor *c, struct retrieve *r, const struct column_def *col, unsigned itag, bool ignore_default)
{
    struct table_def *t = c->table;
    struct buf_peek peek;
    struct bytes record, value = BYTES_NONE;
    struct column_value v = {.is_null = false};
    uint32_t offset = column_is_long(col) ? r->offset : 0;
    size_t left;

    if (!c->on_record)
        return false;
    if (!c->record_at_hand) {
        if (!bt_peek_equal(&c->primary, bytes_of(c->record_key, c->record_key_size), NULL))
            return false;
        c->record_at_hand = true;
    }
    if (!bt_peek_data(&c->primary, &peek, &record))
        return false;
    if (itag != 1 ||
        !record_get_plain(record, table_has_large_pages(t), col->fid, col->derived, (struct fixed_layout){col->offset, col->fixed_bytes}, &value)) {
        if (column_value(t, col, record, itag, ignore_default, &v) < 0 || v.stored.separated || v.stored.compressed || v.stored.encrypted)
            return false;
        value = v.stored.data;
    }
    left = v.is_null || offset >= value.size ? 0 : value.size - offset;
    r->copied = left < r->room ? left : r->room;
    if (r->copied != 0)
        memcpy(r->to, value.data + offset, r->copied);
    r->size = left;
    r->is_null = v.is_null;
    r->is_default = v.is_default;
    if (buf_peek_valid(&peek))
        return true;
    r->size = r->copied = 0;
    return false;
}

ese_err cursor_retrieve(struct cursor *c, struct retrieve *r)
{
    ese_err err = JET_errSuccess;
    bool latched = false;
    bool copy = (r->flags & RETRIEVE_COPY) != 0;
    bool ignore_default = (r->flags & RETRIEVE_IGNORE_DEFAULT) != 0;
    struct column_def *col = NULL;
    struct column_value v;
    struct bytes record;
    unsigned itag = r->itag;

    r->size = r->copied = 0;
    r->is_null = true;
    r->is_default = false;
    r->columnid_found = r->columnid;
    r->itag_found = r->itag;
    if (r->columnid != 0)
        TRY(column_of(c, r->columnid, &col));
    if (col != NULL && col->fid >= FID_TAGGED_FIRST && itag == 0)
        FAIL(JET_errBadItagSequence);
    if (col != NULL && (r->flags & (RETRIEVE_FROM_INDEX | RETRIEVE_FROM_PRIMARY)) != 0 && !copy)
        TRY(itag_of_entry(c, col, (r->flags & RETRIEVE_FROM_PRIMARY) != 0, &itag));
    r->itag_found = r->itag;
    if (col != NULL && (!copy || c->update == UPDATE_NONE) && retrieve_peeked(c, r, col, itag, ignore_default))
        goto done;
    TRY(record_begin(c, copy, &record, &latched));
    if (col == NULL)
        TRY(any_tagged(c, r, record, &v));
    else
        TRY(column_value(c->table, col, record, itag, ignore_default, &v));
    if (col == NULL && !v.is_null)
        TRY(column_of(c, r->columnid_found, &col));
    TRY(deliver(c, r, &v, col != NULL && column_is_long(col), latched));
done:
    record_end(c, &latched);
    return err;
}

ese_err cursor_count_values(struct cursor *c, uint32_t columnid, unsigned flags, unsigned *count)
{
    ese_err err = JET_errSuccess;
    bool latched = false;
    struct column_def *col = NULL;
    struct column_value v;
    struct bytes record;
    unsigned fid, values;
    bool derived;

    *count = 0;
    if (columnid != 0)
        TRY(column_of(c, columnid, &col));
    TRY(record_begin(c, (flags & RETRIEVE_COPY) != 0, &record, &latched));
    if (col != NULL) {
        TRY(column_value(c->table, col, record, 1, (flags & RETRIEVE_IGNORE_DEFAULT) != 0, &v));
        *count = v.count != 0 ? v.count : !v.is_null;
        goto done;
    }
    for (unsigned i = 0; record_tagged_at(record, table_has_large_pages(c->table), i, &fid, &derived, &values); i++) {
        if (tagged_def(c, fid, derived) != NULL)
            *count += values != 0 ? values : 1;
    }
done:
    record_end(c, &latched);
    return err;
}

ese_err cursor_next_tagged(struct cursor *c, bool copy, uint32_t after, uint32_t *columnid, unsigned *count, bool *more)
{
    ese_err err = JET_errSuccess;
    struct table_def *t = c->table;
    const struct column_def *from = after != 0 ? schema_column(t, after) : NULL;
    uint32_t floor = from != NULL ? (from->derived ? 0u : 0x10000u) + from->fid : 0;
    bool latched = false;
    struct bytes record;
    unsigned fid;
    bool derived;

    *more = false;
    TRY(record_begin(c, copy, &record, &latched));
    for (unsigned i = 0; !*more && record_tagged_at(record, table_has_large_pages(t), i, &fid, &derived, count); i++) {
        struct column_def *col = tagged_def(c, fid, derived);
        if (col == NULL || (derived ? 0u : 0x10000u) + fid <= floor)
            continue;
        *columnid = col->columnid;
        *more = true;
    }
done:
    record_end(c, &latched);
    return err;
}
