#include "base/alloc.h"
#include "table/cursor.h"
#include "table/record_set_int.h"
#include "table/value.h"

/* ---- fixed and variable columns ---- */

static struct bytes var_default(const void *schema, unsigned fid, bool *has)
{
    const struct table_def *t = schema;
    const struct column_def *c = fid <= t->var_last ? t->var[fid - FID_VAR_FIRST] : NULL;

    *has = c != NULL && !c->deleted && (c->flags & COLUMN_DEFAULT) != 0 && (c->flags & COLUMN_USER_DEFAULT) == 0 && c->default_value.data != NULL;
    return *has ? c->default_value : BYTES_NONE;
}

/* Numbers have one size; shorter binary values are padded with zeros, text with blanks. *padded lies in to. */
static ese_err pad_fixed(const struct column_def *col, struct bytes value, uint8_t to[FIXED_BYTES_MAX], struct bytes *padded)
{
    ese_err err = JET_errSuccess;
    bool text = col->type == COL_TEXT;
    bool variable = text || col->type == COL_BINARY;

    if (value.size > col->fixed_bytes || (value.size < col->fixed_bytes && !variable))
        FAIL(JET_errInvalidBufferSize);
    memset(to, text && col->code_page != 1200 ? ' ' : 0, col->fixed_bytes);
    for (size_t i = value.size & ~(size_t)1; text && col->code_page == 1200 && i < col->fixed_bytes; i += 2)
        to[i] = ' ';
    memcpy(to, value.data, value.size);
    if (col->type == COL_BIT)
        to[0] = value.data[0] != 0 ? 0xFF : 0;
    *padded = bytes_of(to, col->fixed_bytes);
done:
    return err;
}

static ese_err set_fixed(struct cursor *c, const struct column_def *col, bool is_null, struct bytes value)
{
    ese_err err = JET_errSuccess;
    uint8_t memory[FIXED_BYTES_MAX];

    if (col == c->table->version && c->update != UPDATE_INSERT && c->update != UPDATE_INSERT_COPY)
        FAIL(JET_errInvalidColumnType);
    if (col == c->table->autoincrement)
        FAIL(JET_errInvalidColumnType);
    is_null = is_null || value.size == 0;               /* a fixed column cannot be empty */
    if (is_null && (col->flags & COLUMN_NOT_NULL) != 0)
        FAIL(JET_errNullInvalid);
    if (!is_null)
        TRY(pad_fixed(col, value, memory, &value));
    TRY(record_set_fixed(&c->edit, col->fid, c->table, schema_fixed_layout, is_null, value));
done:
    return err;
}

static ese_err set_var(struct cursor *c, const struct column_def *col, bool is_null, struct bytes value)
{
    ese_err err = JET_errSuccess;

    if (is_null && (col->flags & COLUMN_NOT_NULL) != 0)
        FAIL(JET_errNullInvalid);
    if (value.size > col->max_bytes)
        value.size = col->max_bytes;                    /* cut, which the API reports as a warning */
    TRY(record_set_var(&c->edit, col->fid, c->table, var_default, is_null, value));
done:
    return err;
}

/* ---- tagged columns ---- */

static size_t type_bytes(uint8_t type)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 4, 8, 8, 0, 0, 0, 0, 0, 4, 8, 16, 2, 8};
    return type < sizeof(sizes) ? sizes[type] : 0;
}

/* No other value of the column may be equal: byte for byte, or as index keys. */
static ese_err check_unique(struct cursor *c, const struct column_def *col, unsigned itag, struct bytes value, bool normalized)
{
    ese_err err = JET_errSuccess;
    struct collation invariant = {.flags = COLLATE_DEFAULT_FLAGS, .locale = "en-US"};
    struct key_segment_rule rule = {.type = (enum column_type)col->type, .code_page = col->code_page, .collation = &invariant, .legacy_255 = true};
    struct arena *scratch = &c->session->scratch;
    uint8_t keys[2][KEY_DEFAULT_MOST];
    size_t sizes[2] = {0, 0};
    bool cut = false;
    struct column_value v;

    if (normalized)
        TRY(key_append_segment(keys[0], KEY_DEFAULT_MOST, &sizes[0], &rule, false, value, &cut));
    TRY(column_value(c->table, col, bytes_of(c->edit.at, c->edit.size), 1, true, &v));
    for (unsigned other = 1, count = v.count; other <= count; other++) {
        size_t room = normalized ? 2 * KEY_DEFAULT_MOST : value.size + 1;
        size_t copied, size;
        uint8_t *memory = arena_take(scratch, room + 1);
        bool cut_too = false;
        if (other == itag)
            continue;
        if (memory == NULL)
            FAIL(JET_errOutOfMemory);
        TRY(column_value(c->table, col, bytes_of(c->edit.at, c->edit.size), other, true, &v));
        TRY(value_load(c->session, c->table, &v, 0, memory, room, &copied, &size));
        if (!normalized && size == value.size && bytes_equal(bytes_of(memory, copied), value))
            FAIL(JET_errMultiValuedDuplicate);
        if (!normalized)
            continue;
        sizes[1] = 0;
        TRY(key_append_segment(keys[1], KEY_DEFAULT_MOST, &sizes[1], &rule, false, bytes_of(memory, copied), &cut_too));
        if (bytes_equal(bytes_of(keys[0], sizes[0]), bytes_of(keys[1], sizes[1])))
            FAIL(cut ? JET_errMultiValuedDuplicateAfterTruncation : JET_errMultiValuedDuplicate);
    }
done:
    return err;
}

ese_err set_tagged_value(struct cursor *c, const struct column_def *col, unsigned itag, const struct tagged_value *value, bool revert)
{
    ese_err err = JET_errSuccess;
    bool explicit_null = (col->flags & COLUMN_DEFAULT) != 0 && !revert;

    if (value == NULL && (col->flags & COLUMN_NOT_NULL) != 0)
        FAIL(JET_errNullInvalid);
    TRY(record_set_tagged(&c->edit, col->fid, col->derived, column_is_long(col), itag, value, explicit_null));
done:
    return err;
}

static ese_err set_tagged(struct cursor *c, const struct column_def *col, const struct set_column *set, bool is_null)
{
    ese_err err = JET_errSuccess;
    struct tagged_value value = {set->value, false, false, false};
    uint8_t bit;

    if (is_null) {
        TRY(set_tagged_value(c, col, set->itag, NULL, (set->flags & SET_REVERT_DEFAULT) != 0));
        goto done;
    }
    if (col->max_bytes != 0 && value.data.size > col->max_bytes)
        FAIL(JET_errColumnTooBig);
    if (value.data.size != 0 && type_bytes(col->type) != 0 && value.data.size != type_bytes(col->type))
        FAIL(JET_errInvalidBufferSize);
    if (col->type == COL_BIT && value.data.size == 1) {
        bit = value.data.data[0] != 0 ? 0xFF : 0;
        value.data = bytes_of(&bit, 1);
    }
    if ((set->flags & (SET_UNIQUE_MULTI | SET_UNIQUE_NORMALIZED)) != 0)
        TRY(check_unique(c, col, set->itag, value.data, (set->flags & SET_UNIQUE_NORMALIZED) != 0));
    TRY(set_tagged_value(c, col, set->itag, &value, false));
done:
    return err;
}

/* ---- all kinds ---- */

static ese_err set_once(struct cursor *c, const struct column_def *col, const struct set_column *set, unsigned threshold)
{
    bool is_null = set->is_null || (set->value.size == 0 && (set->flags & SET_ZERO_LENGTH) == 0);

    if (col->fid <= FID_FIXED_LAST)
        return set_fixed(c, col, is_null, set->value);
    if (col->fid <= FID_VAR_LAST)
        return set_var(c, col, is_null, is_null ? BYTES_NONE : set->value);
    return column_is_long(col) ? set_long(c, col, set, threshold) : set_tagged(c, col, set, is_null);
}

/* A record that does not fit gives up its long values, the large ones first, until it does. */
static ese_err set_until_it_fits(struct cursor *c, const struct column_def *col, const struct set_column *set)
{
    ese_err err = JET_errSuccess;
    unsigned page = c->table->db->page_size;
    unsigned threshold = page / 2;

    err = set_once(c, col, set, threshold);
    if (err != JET_errRecordTooBig || c->session->trx.level == 0)
        goto done;
    for (threshold = page; err == JET_errRecordTooBig && threshold > LID_BYTES;) {
        threshold /= 2;
        if (threshold < page / 64)
            threshold = LID_BYTES;
        TRY(separate_values(c, threshold));
        err = set_once(c, col, set, threshold);
    }
done:
    return err;
}

static ese_err check_flags(const struct column_def *col, const struct set_column *set)
{
    ese_err err = JET_errSuccess;
    const unsigned unique = SET_UNIQUE_MULTI | SET_UNIQUE_NORMALIZED;
    const unsigned partial = SET_APPEND_LV | SET_OVERWRITE_LV | SET_SIZE_LV;

    if ((set->flags & unique) != 0 && (set->flags & partial) != 0)
        FAIL(JET_errInvalidGrbit);
    if ((col->flags & COLUMN_ENCRYPTED) != 0)
        FAIL(JET_errColumnNoEncryptionKey);
done:
    return err;
}

ese_err cursor_set(struct cursor *c, const struct set_column *set)
{
    ese_err err = JET_errSuccess;
    const struct column_def *col = schema_column_seen(c->session, c->table, set->columnid);
    struct ver_entry *mark;
    uint8_t *saved;
    size_t saved_size = c->edit.size;

    if (c->update == UPDATE_NONE || c->update == UPDATE_READ_ONLY_COPY)
        FAIL(JET_errUpdateNotPrepared);
    if (col == NULL)
        FAIL((set->columnid & 0xFFFF) == 0 ? JET_errBadColumnId : JET_errColumnNotFound);
    TRY(check_flags(col, set));
    if (!column_is_long(col)) {
        /* The common case: no long value is touched when the record has room. */
        err = set_once(c, col, set, 0);
        if (err != JET_errRecordTooBig) {
            if (err >= 0)
                cursor_mark_changed(c, col->columnid);
            goto done;
        }
    }
    saved = arena_take(&c->session->scratch, saved_size);
    if (saved == NULL)
        FAIL(JET_errOutOfMemory);
    memcpy(saved, c->edit.at, saved_size);
    mark = txn_mark(c->session);
    err = set_until_it_fits(c, col, set);
    if (err < 0) {
        record_edit_load(&c->edit, bytes_of(saved, saved_size));
        if (c->session->trx.level != 0 && txn_mark(c->session) != mark) {
            ese_err undone = txn_undo_to(c->session, mark);
            if (undone < 0)
                err = undone;
        }
        goto done;
    }
    cursor_mark_changed(c, col->columnid);
done:
    return err;
}
