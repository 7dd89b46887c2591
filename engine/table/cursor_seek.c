/* Search keys, seeks, the current index, bookmarks as destinations. */
#include "table/cursor_int.h"

#include <string.h>

#include "os/collate.h"
#include "table/index.h"
#include "table/table_int.h"

/* ---- making a key ---- */

enum make_key_bits {
    MAKE_NEW = 1, MAKE_STR_LIMIT = 2, MAKE_SUBSTR_LIMIT = 4, MAKE_NORMALISED = 8, MAKE_ZERO_LENGTH = 0x10,
    MAKE_FULL_START = 0x100, MAKE_FULL_END = 0x200, MAKE_PARTIAL_START = 0x400, MAKE_PARTIAL_END = 0x800, MAKE_LIMITS = 0xF00
};

static struct index_def *key_index(const struct cursor *c)
{
    return c->index != NULL ? c->index : c->table->primary;
}

static bool type_is_binary(const struct column_def *column)
{
    return column->type == COL_BINARY || column->type == COL_LONG_BINARY;
}

static ese_err check_limits(const struct column_def *column, uint32_t grbit)
{
    uint32_t limit = grbit & MAKE_LIMITS;

    if ((limit & (limit - 1)) != 0)
        return JET_errInvalidGrbit;
    if ((limit & (MAKE_PARTIAL_START | MAKE_PARTIAL_END)) != 0 && !column_is_text(column) && !type_is_binary(column))
        return JET_errInvalidGrbit;
    return JET_errSuccess;
}

/* The caller's value in the form a record would hold: fixed text and binary are filled up. */
static ese_err take_value(const struct column_def *column, struct bytes value, uint32_t grbit, uint8_t padded[256], bool *is_null, struct bytes *out)
{
    ese_err err = JET_errSuccess;
    bool variable = column_is_text(column) || type_is_binary(column), fixed = column->fid <= FID_FIXED_LAST;

    *is_null = value.data == NULL || value.size == 0;
    *out = value;
    if (*is_null) {
        if ((grbit & MAKE_ZERO_LENGTH) != 0) {
            if (!variable || fixed)
                FAIL(JET_errInvalidBufferSize);
            *is_null = false;
            *out = bytes_of(padded, 0);
        }
        goto done;
    }
    if (!variable) {
        static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 4, 8, 8, 0, 0, 0, 0, 0, 4, 8, 16, 2, 8};
        if (value.size != sizes[column->type])
            FAIL(JET_errInvalidBufferSize);
    } else if (fixed) {
        if (value.size > column->fixed_bytes)
            FAIL(JET_errInvalidBufferSize);
        memset(padded, column_is_text(column) ? ' ' : 0, column->fixed_bytes);
        if (column->code_page == 1200)
            for (unsigned k = 1; k < column->fixed_bytes; k += 2)
                padded[k] = 0;
        memcpy(padded, value.data, value.size);
        *out = bytes_of(padded, column->fixed_bytes);
    }
done:
    return err;
}

/* Where the mark of a segment starts that a partial limit cuts off: text at the first weight separator or its zero, binary behind
 * the last byte of data. 0: there is none. */
static size_t partial_end(const struct column_def *column, const uint8_t *segment, size_t size, bool descending)
{
    uint8_t turn = descending ? 0xFF : 0;

    if (column_is_text(column) && column->code_page == 1200) {
        for (size_t k = 1; k < size; k++)
            if ((segment[k] ^ turn) == 1)
                return k;
        return size;
    }
    if (column_is_text(column))
        return size > 1 && (segment[size - 1] ^ turn) == 0 ? size - 1 : size;
    if (type_is_binary(column) && column->fid > FID_FIXED_LAST && size > 1 && (size - 1) % 9 == 0) {
        unsigned mark = segment[size - 1] ^ turn;
        return mark <= 8 ? size - 9 + mark : 0;
    }
    return 0;
}

static void fill_key(struct cursor *c, size_t from, size_t to)
{
    if (to > from)
        memset(c->search_key + from, 0xFF, to - from);
    c->search_key_size = to;
}

/* Wildcards: the key is cut before the mark that ends a value, or filled with 0xFF to the largest key. */
static void apply_limits(struct cursor *c, const struct column_def *column, bool descending, size_t start, uint32_t grbit)
{
    size_t most = key_index(c)->key_most + 1u, end = c->search_key_size;
    size_t cut = partial_end(column, c->search_key + start, end - start, descending);

    if ((grbit & (MAKE_LIMITS | MAKE_STR_LIMIT | MAKE_SUBSTR_LIMIT)) == 0)
        return;
    if ((grbit & (MAKE_FULL_START | MAKE_FULL_END)) != 0) {
        if ((grbit & MAKE_FULL_END) != 0)
            fill_key(c, end, most);
    } else if ((grbit & MAKE_PARTIAL_START) != 0) {
        if (cut != 0)
            c->search_key_size = start + cut;
    } else if (column_is_text(column) && (grbit & (MAKE_PARTIAL_END | MAKE_SUBSTR_LIMIT)) != 0) {
        fill_key(c, start + cut, most);
    } else if ((grbit & (MAKE_PARTIAL_END | MAKE_STR_LIMIT)) != 0) {
        if (cut != 0 && !column_is_text(column))
            fill_key(c, start + cut, end + 1 <= most ? end + 1 : most);
        else
            fill_key(c, end, most);
    } else {
        return;
    }
    c->key_limited = true;
}

static ese_err add_segment(struct cursor *c, struct bytes value, uint32_t grbit)
{
    ese_err err = JET_errSuccess;
    struct index_def *i = key_index(c);
    const struct key_part *part = &i->parts[c->search_parts];
    struct key_segment_rule rule;
    uint8_t padded[256];
    bool is_null, truncated = false;
    size_t start = c->search_key_size;

    TRY(check_limits(part->column, grbit));
    TRY(take_value(part->column, value, grbit, padded, &is_null, &value));
    TRY(index_rule(i, c->search_parts, &rule));
    TRY(key_append_segment(c->search_key, i->key_most, &c->search_key_size, &rule, is_null, value, &truncated));
    apply_limits(c, part->column, part->descending, start, grbit);
    c->search_parts++;
    c->key_made = true;
done:
    return err;
}

ese_err cursor_make_key(struct cursor *c, struct bytes value, uint32_t grbit)
{
    ese_err err = JET_errSuccess;
    struct index_def *i = key_index(c);

    if (i == NULL)
        FAIL(JET_errNoCurrentIndex);
    if ((grbit & MAKE_NORMALISED) != 0) {
        if (value.size > i->key_most + 1u || (value.data == NULL && value.size != 0))
            FAIL(JET_errInvalidParameter);
        if (value.size != 0)
            memcpy(c->search_key, value.data, value.size);
        c->search_key_size = value.size;
        c->search_parts = i->part_count;
        c->key_made = true;
        c->key_limited = value.size == i->key_most + 1u;
        goto done;
    }
    if ((grbit & MAKE_NEW) != 0) {
        c->key_made = c->key_limited = false;
        c->search_key_size = 0;
        c->search_parts = 0;
    } else if (!c->key_made) {
        FAIL(JET_errKeyNotMade);
    } else if (c->key_limited) {
        FAIL(JET_errKeyIsMade);
    }
    if (c->search_parts >= i->part_count)
        FAIL(JET_errKeyIsMade);
    TRY(add_segment(c, value, grbit));
done:
    return err;
}

/* ---- seek ---- */

static ese_err seek(struct cursor *c, enum seek_how how, bool *exact)
{
    static const enum bt_seek hows[] = {[SEEK_EQ] = BT_SEEK_EQ, [SEEK_LT] = BT_SEEK_LT, [SEEK_LE] = BT_SEEK_LE, [SEEK_GE] = BT_SEEK_GE, [SEEK_GT] = BT_SEEK_GT};
    ese_err err = JET_errSuccess;

    TRY(bt_seek(cursor_pos(c), bytes_of(c->search_key, c->search_key_size), BYTES_NONE, hows[how], exact));
    TRY(cursor_arrive(c));
done:
    if (err == JET_errRecordNotFound)
        cursor_at_edge(c, how == SEEK_EQ ? 0 : how == SEEK_GE || how == SEEK_GT ? 1 : -1);
    else if (err < 0)
        cursor_at_edge(c, -1);
    c->move_level = c->session->trx.level;
    return err;
}

static bool seek_peeked(struct cursor *c)
{
    struct bt_copy entry;
    if (!bt_peek_equal(cursor_pos(c), bytes_of(c->search_key, c->search_key_size), c->index != NULL ? &entry : NULL))
        return false;
    cursor_arrive_peeked(c, &entry);
    return true;
}

ese_err cursor_seek(struct cursor *c, enum seek_how how, bool *exact)
{
    ese_err err = JET_errSuccess;
    bool own = false, unused;

    if (!c->key_made)
        FAIL(JET_errKeyNotMade);
    if (c->update != UPDATE_NONE)
        TRY(cursor_begin_move(c));
    c->key_made = false;
    cursor_drop_range(c);
    if (how == SEEK_EQ && seek_peeked(c)) {
        if (exact != NULL)
            *exact = true;
        goto done;
    }
    TRY(cursor_enter(c, true, &own));
    err = cursor_leave(c, own, seek(c, how, exact != NULL ? exact : &unused));
done:
    return err;
}

/* ---- bookmarks ---- */

struct wanted_key { unsigned itag; struct index_key *found; bool any; };

static ese_err take_key(void *context, const struct index_key *key)
{
    struct wanted_key *w = context;
    if (!w->any || key->itag == w->itag) {
        *w->found = *key;
        w->any = true;
    }
    return JET_errSuccess;
}

ese_err cursor_enter_secondary(struct cursor *c, struct bytes bookmark, unsigned itag)
{
    ese_err err = JET_errSuccess;
    struct bytes record;
    struct wanted_key w = {.itag = itag, .found = ese_alloc(sizeof *w.found)};
    struct bt_pos *p = &c->secondary;

    if (w.found == NULL)
        FAIL(JET_errOutOfMemory);
    record = bt_data(&c->primary);
    memcpy(c->record_memory, record.data, record.size);
    record.data = c->record_memory;
    bt_release(&c->primary);
    TRY(index_each_key(c->session, c->index, record, take_key, &w));
    if (!w.any)
        FAIL(JET_errNoCurrentRecord);
    err = bt_seek(p, bytes_of(w.found->bytes, w.found->size), p->tree->unique ? BYTES_NONE : bookmark, BT_SEEK_EQ, NULL);
    if (err == JET_errRecordNotFound)
        FAIL(JET_errNoCurrentRecord);
    TRY(err);
    TRY(cursor_arrive(c));
    c->record_at_hand = true;
done:
    ese_free(w.found);
    return err;
}

/* Stand on the record, or where it would be (ghost). */
static ese_err goto_bookmark(struct cursor *c, struct bytes bookmark, unsigned itag)
{
    ese_err err = JET_errSuccess;

    err = bt_seek(&c->primary, bookmark, BYTES_NONE, BT_SEEK_EQ, NULL);
    if (err == JET_errRecordNotFound) {
        cursor_at_edge(c, 0);
        c->ghost = true;
        c->move_level = c->session->trx.level;
        if (c->index != NULL)
            cursor_at_edge(c, -1);
        FAIL(JET_errRecordDeleted);
    }
    TRY(err);
    if (c->index != NULL)
        TRY(cursor_enter_secondary(c, bookmark, itag));
    else
        TRY(cursor_arrive(c));
done:
    if (err < 0 && err != JET_errRecordDeleted) {
        bt_release(&c->primary);
        cursor_at_edge(c, -1);
    }
    return err;
}

static ese_err goto_with_itag(struct cursor *c, struct bytes bookmark, unsigned itag)
{
    ese_err err = JET_errSuccess;
    bool own = false;

    if (bookmark.size == 0 || bookmark.size > KEY_BYTES_MAX)
        FAIL(JET_errInvalidBookmark);
    TRY(cursor_begin_move(c));
    cursor_drop_range(c);
    TRY(cursor_enter(c, true, &own));
    err = cursor_leave(c, own, goto_bookmark(c, bookmark, itag));
done:
    return err;
}

ese_err cursor_goto_bookmark(struct cursor *c, struct bytes bookmark)
{
    return goto_with_itag(c, bookmark, 1);
}

ese_err cursor_goto_secondary_bookmark(struct cursor *c, struct bytes key, struct bytes bookmark)
{
    ese_err err = JET_errSuccess;
    bool own = false;

    if (c->index == NULL)
        FAIL(JET_errNoCurrentIndex);
    if (key.size == 0 || bookmark.size == 0 || key.size > KEY_BYTES_MAX || bookmark.size > KEY_BYTES_MAX)
        FAIL(JET_errInvalidBookmark);
    TRY(cursor_begin_move(c));
    cursor_drop_range(c);
    TRY(cursor_enter(c, true, &own));
    err = bt_seek(&c->secondary, key, c->secondary.tree->unique ? BYTES_NONE : bookmark, BT_SEEK_EQ, NULL);
    if (err >= 0)
        err = cursor_arrive(c);
    if (err == JET_errRecordNotFound)
        err = JET_errRecordDeleted;
    if (err < 0) {
        cursor_at_edge(c, 0);
        c->ghost = err == JET_errRecordDeleted;
        c->move_level = c->session->trx.level;
    }
    err = cursor_leave(c, own, err);
done:
    return err;
}

/* ---- the current index ---- */

static ese_err switch_index(struct cursor *c, struct index_def *index)
{
    ese_err err = JET_errSuccess;

    if (index != NULL) {
        if (c->secondary.tree == NULL)
            TRY(bt_pos_init(&c->secondary, &index->tree, &c->session->trx));
        else
            bt_pos_retarget(&c->secondary, &index->tree);
        atomic_fetch_add(&index->use_count, 1);
        if (index->life.deleter != NULL || index->deleted) {
            atomic_fetch_sub(&index->use_count, 1);
            FAIL(JET_errIndexNotFound);
        }
    }
    if (c->index != NULL)
        atomic_fetch_sub(&c->index->use_count, 1);
    c->index = index;
    c->key_made = false;
    cursor_drop_range(c);
done:
    return err;
}

ese_err cursor_set_index(struct cursor *c, const char *name, struct index_def *index, bool keep_position, bool move_first, unsigned itag)
{
    ese_err err = JET_errSuccess;
    uint8_t *at = NULL;
    size_t size = 0;

    (void)move_first;
    if (index == NULL)
        TRY(schema_find_index(c->session, c->table, name, &index));
    if (index == c->table->primary)
        index = NULL;
    if (keep_position) {
        at = ese_alloc(BT_KEY_MAX);
        if (at == NULL)
            FAIL(JET_errOutOfMemory);
        TRY(cursor_get_bookmark(c, at, BT_KEY_MAX, &size));
    } else {
        TRY(cursor_begin_move(c));
    }
    if (index != c->index)
        TRY(switch_index(c, index));
    if (keep_position) {
        TRY(goto_with_itag(c, bytes_of(at, size), itag > 0 ? itag : 1));
    } else {
        cursor_at_edge(c, -1);
        cursor_drop_range(c);
        c->first_deferred = true;
        c->move_level = c->session->trx.level;
    }
done:
    ese_free(at);
    return err;
}
