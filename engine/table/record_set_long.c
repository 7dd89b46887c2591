#include "base/alloc.h"
#include "format/compress.h"
#include "table/lv.h"
#include "table/record_set_int.h"
#include "table/value.h"

enum long_op { OP_NOTHING, OP_TO_NULL, OP_TO_EMPTY, OP_WHOLE, OP_ZEROS, OP_APPEND, OP_RESIZE, OP_OVERWRITE, OP_OVERWRITE_RESIZE };

/* One call at work. */
struct long_set {
    struct cursor *c;
    const struct column_def *col;
    const struct set_column *set;
    unsigned itag;                                      /* where the value goes; 0 = behind the last */
    unsigned threshold;
    bool compress;
    struct column_value old;                            /* is_null for a new value */
};

static struct bytes edited(const struct cursor *c)
{
    return bytes_of(c->edit.at, c->edit.size);
}

/* The column's old value decides between inserting and changing (API: JetSetColumn, table of the LV bits). */
static ese_err choose_op(const struct long_set *l, enum long_op *op)
{
    ese_err err = JET_errSuccess;
    const struct set_column *set = l->set;
    bool is_new = l->old.is_null;
    unsigned how = set->flags & (SET_APPEND_LV | SET_OVERWRITE_LV | SET_SIZE_LV | SET_ZERO_LENGTH);
    bool sizes_only = (how & SET_SIZE_LV) != 0 && (how & SET_OVERWRITE_LV) == 0;
    bool nothing = sizes_only ? set->size_lv == 0 : set->is_null || set->value.size == 0;

    switch (how) {
    case SET_APPEND_LV:
        *op = is_new ? (nothing ? OP_TO_EMPTY : OP_WHOLE) : (nothing ? OP_NOTHING : OP_APPEND);
        break;
    case SET_OVERWRITE_LV:
        if (is_new && set->offset != 0)
            FAIL(JET_errColumnNoChunk);
        *op = is_new ? (nothing ? OP_TO_EMPTY : OP_WHOLE) : (nothing ? OP_NOTHING : OP_OVERWRITE);
        break;
    case SET_SIZE_LV:
        *op = nothing ? OP_TO_NULL : is_new ? OP_ZEROS : OP_RESIZE;
        break;
    case SET_SIZE_LV | SET_ZERO_LENGTH:
        *op = nothing ? OP_TO_EMPTY : is_new ? OP_ZEROS : OP_RESIZE;
        break;
    case SET_SIZE_LV | SET_OVERWRITE_LV:
        if (!nothing && is_new && set->offset != 0)
            FAIL(JET_errColumnNoChunk);
        *op = nothing ? OP_TO_NULL : is_new ? OP_WHOLE : OP_OVERWRITE_RESIZE;
        break;
    case SET_ZERO_LENGTH:
        *op = nothing ? OP_TO_EMPTY : OP_WHOLE;
        break;
    case 0:
        *op = nothing ? OP_TO_NULL : OP_WHOLE;
        break;
    default:
        FAIL(JET_errInvalidGrbit);
    }
done:
    return err;
}

/* ---- long values of the record that is being replaced ---- */

static ese_err is_in_original(struct cursor *c, const struct column_value *v, bool *inside)
{
    ese_err err = JET_errSuccess;
    struct bytes record = bytes_of(c->original, c->original_size);
    bool large = table_has_large_pages(c->table), derived;
    unsigned fid, count, unused;
    enum value_state state;
    struct tagged_value other;

    *inside = false;
    if (c->update == UPDATE_INSERT || c->update == UPDATE_INSERT_COPY)
        goto done;
    for (unsigned k = 0; record_tagged_at(record, large, k, &fid, &derived, &count); k++) {
        for (unsigned itag = 1; itag <= count; itag++) {
            TRY(record_get_tagged(record, large, fid, derived, itag, &state, &unused, &other));
            if (state == VALUE_PRESENT && other.separated && bytes_equal(other.data, bytes_of(v->lid, v->stored.data.size)))
                *inside = true;
        }
    }
done:
    return err;
}

static void wrote_long_value(struct cursor *c)
{
    c->update_lv = true;
    if (c->update_lv_level < c->session->trx.level)
        c->update_lv_level = c->session->trx.level;
}

/* The old value is replaced as a whole: what this update made goes, what the record had waits for update_apply (G1). */
static ese_err give_up_old(struct long_set *l)
{
    ese_err err = JET_errSuccess;
    uint64_t lid;
    bool inside;

    if (l->old.is_null || !l->old.stored.separated)
        goto done;
    TRY(is_in_original(l->c, &l->old, &inside));
    if (!inside) {
        TRY(lid_decode(bytes_of(l->old.lid, l->old.stored.data.size), &lid));
        TRY(lv_drop_reference(l->c->session, l->c->table, lid));
    }
    wrote_long_value(l->c);
done:
    return err;
}

static ese_err store_lid(struct cursor *c, const struct column_def *col, unsigned itag, uint64_t lid)
{
    uint8_t memory[8];
    struct tagged_value value = {lid_encode(lid, memory), true, false, false};

    wrote_long_value(c);
    return set_tagged_value(c, col, itag, &value, false);
}

/* ---- changing a separated value ---- */

static ese_err check_size(const struct long_set *l, uint64_t size)
{
    ese_err err = JET_errSuccess;

    if ((l->col->max_bytes != 0 && size > l->col->max_bytes) || size > INT32_MAX)
        FAIL(JET_errColumnTooBig);
done:
    return err;
}

static ese_err change_separated(struct long_set *l, enum long_op op)
{
    ese_err err = JET_errSuccess;
    struct session *s = l->c->session;
    struct table_def *t = l->c->table;
    struct bytes value = l->set->value;
    uint32_t offset = l->set->offset, size;
    uint64_t lid, before;
    bool inside;

    TRY(lid_decode(bytes_of(l->old.lid, l->old.stored.data.size), &lid));
    TRY(lv_size(s, t, lid, &size));
    if (op == OP_APPEND)
        offset = size;
    if (op != OP_RESIZE && offset > size)
        FAIL(JET_errColumnNoChunk);
    TRY(check_size(l, op == OP_RESIZE ? l->set->size_lv : (uint64_t)offset + value.size));
    before = lid;
    TRY(is_in_original(l->c, &l->old, &inside));
    if (inside)
        TRY(lv_copy(s, t, before, l->compress, &lid));
    if (op == OP_RESIZE)
        TRY(lv_resize(s, t, &lid, l->set->size_lv, l->compress));
    else
        TRY(lv_write(s, t, &lid, offset, value, op == OP_OVERWRITE_RESIZE, l->compress));
    wrote_long_value(l->c);
    if (lid != before)
        TRY(store_lid(l->c, l->col, l->itag, lid));
done:
    return err;
}

/* ---- values in the record ---- */

static ese_err store_separated(struct long_set *l, struct bytes value)
{
    ese_err err = JET_errSuccess;
    uint64_t lid;

    TRY(lv_create(l->c->session, l->c->table, value, l->compress, &lid));
    TRY(store_lid(l->c, l->col, l->itag, lid));
done:
    return err;
}

/* Only the first value of a column may be compressed in the record, and only when it is then not smaller than a LID. */
static ese_err store_intrinsic(struct long_set *l, struct bytes plain)
{
    ese_err err = JET_errSuccess;
    struct tagged_value value = {plain, false, false, false};
    bool first = l->itag == 1 || l->old.count == 0;

    if (l->compress && first && plain.size != 0) {
        uint8_t *memory = arena_take(&l->c->session->scratch, plain.size);
        size_t size;
        if (memory == NULL)
            FAIL(JET_errOutOfMemory);
        size = compress_value(plain, COMPRESS_7BIT | COMPRESS_XPRESS, memory, plain.size);
        if (size >= LID_BYTES) {
            value.data = bytes_of(memory, size);
            value.compressed = true;
        }
    }
    TRY(set_tagged_value(l->c, l->col, l->itag, &value, false));
done:
    return err;
}

static size_t intrinsic_limit(const struct long_set *l)
{
    if ((l->set->flags & SET_SEPARATE_LV) != 0)
        return LID_BYTES;
    return (l->set->flags & SET_INTRINSIC_LV) != 0 ? l->c->edit.room : INTRINSIC_MAX;
}

static ese_err store_whole(struct long_set *l, struct bytes value)
{
    ese_err err = JET_errSuccess;

    TRY(check_size(l, value.size));
    if (value.size > intrinsic_limit(l)) {
        TRY(store_separated(l, value));
        goto done;
    }
    err = store_intrinsic(l, value);
    if (err == JET_errRecordTooBig && value.size > l->threshold)
        err = store_separated(l, value);
done:
    return err;
}

/* A value of zeros, too large for memory perhaps. */
static ese_err store_zeros(struct long_set *l, uint32_t size)
{
    ese_err err = JET_errSuccess;
    uint64_t lid;
    uint8_t *memory;

    TRY(check_size(l, size));
    if (size > intrinsic_limit(l)) {
        TRY(lv_create(l->c->session, l->c->table, BYTES_NONE, l->compress, &lid));
        TRY(lv_resize(l->c->session, l->c->table, &lid, size, l->compress));
        TRY(store_lid(l->c, l->col, l->itag, lid));
        goto done;
    }
    memory = arena_take(&l->c->session->scratch, size);
    if (memory == NULL)
        FAIL(JET_errOutOfMemory);
    memset(memory, 0, size);
    TRY(store_whole(l, bytes_of(memory, size)));
done:
    return err;
}

/* An old value inside the record is composed anew in memory, and may leave the record by that. */
static ese_err change_intrinsic(struct long_set *l, enum long_op op)
{
    ese_err err = JET_errSuccess;
    struct bytes value = l->set->value;
    size_t old_size, copied, size;
    size_t offset = l->set->offset;
    uint8_t *memory = NULL;

    TRY(value_load(l->c->session, l->c->table, &l->old, 0, NULL, 0, &copied, &old_size));
    if (op == OP_APPEND)
        offset = old_size;
    if (op == OP_RESIZE)
        size = l->set->size_lv;
    else
        size = op == OP_OVERWRITE && offset + value.size < old_size ? old_size : offset + value.size;
    TRY(check_size(l, size));
    if (op != OP_RESIZE && offset > old_size)
        FAIL(JET_errColumnNoChunk);
    memory = ese_alloc(size > old_size ? size : old_size);
    if (memory == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(value_load(l->c->session, l->c->table, &l->old, 0, memory, old_size, &copied, &old_size));
    if (op != OP_RESIZE)
        memcpy(memory + offset, value.data, value.size);
    TRY(store_whole(l, bytes_of(memory, size)));
done:
    ese_free(memory);
    return err;
}

/* ---- one call ---- */

static ese_err check_unique_long(struct long_set *l)
{
    ese_err err = JET_errSuccess;
    struct column_value v = l->old;
    uint8_t *memory = NULL;

    if ((l->set->flags & (SET_UNIQUE_MULTI | SET_UNIQUE_NORMALIZED)) == 0 || l->set->is_null)
        goto done;
    memory = ese_alloc(l->set->value.size + 1);
    if (memory == NULL)
        FAIL(JET_errOutOfMemory);
    for (unsigned itag = 1, count = l->old.count; itag <= count; itag++) {
        size_t copied, size;
        if (itag == l->itag)
            continue;
        TRY(column_value(l->c->table, l->col, edited(l->c), itag, true, &v));
        TRY(value_load(l->c->session, l->c->table, &v, 0, memory, l->set->value.size + 1, &copied, &size));
        if (bytes_equal(bytes_of(memory, copied), l->set->value))
            FAIL(JET_errMultiValuedDuplicate);
    }
done:
    ese_free(memory);
    return err;
}

static ese_err carry_out(struct long_set *l, enum long_op op)
{
    ese_err err = JET_errSuccess;
    struct tagged_value empty = {bytes_of("", 0), false, false, false};

    switch (op) {
    case OP_NOTHING:
        break;
    case OP_TO_NULL:
        TRY(give_up_old(l));
        TRY(set_tagged_value(l->c, l->col, l->itag, NULL, (l->set->flags & SET_REVERT_DEFAULT) != 0));
        break;
    case OP_TO_EMPTY:
        TRY(give_up_old(l));
        TRY(set_tagged_value(l->c, l->col, l->itag, &empty, false));
        break;
    case OP_WHOLE:
        TRY(give_up_old(l));
        TRY(store_whole(l, l->set->value));
        break;
    case OP_ZEROS:
        TRY(store_zeros(l, l->set->size_lv));
        break;
    default:
        TRY(l->old.stored.separated ? change_separated(l, op) : change_intrinsic(l, op));
        break;
    }
done:
    return err;
}

ese_err set_long(struct cursor *c, const struct column_def *col, const struct set_column *set, unsigned threshold)
{
    ese_err err = JET_errSuccess;
    bool packed = ((col->flags & COLUMN_COMPRESSED) != 0 || (set->flags & SET_COMPRESSED) != 0) && (set->flags & SET_UNCOMPRESSED) == 0;
    struct long_set l = {.c = c, .col = col, .set = set, .itag = set->itag, .threshold = threshold, .compress = packed};
    enum long_op op = OP_NOTHING;

    if (c->session->trx.level == 0)
        FAIL(JET_errNotInTransaction);
    TRY(column_value(c->table, col, edited(c), set->itag, true, &l.old));
    TRY(check_unique_long(&l));
    TRY(choose_op(&l, &op));
    TRY(carry_out(&l, op));
done:
    return err;
}

/* ---- out of the record ---- */

static ese_err separate_one(struct cursor *c, const struct column_def *col, unsigned itag)
{
    ese_err err = JET_errSuccess;
    struct set_column none = {.columnid = col->columnid};
    struct long_set l = {.c = c, .col = col, .set = &none, .itag = itag, .compress = (col->flags & COLUMN_COMPRESSED) != 0};
    uint8_t *memory = NULL;
    size_t copied, size;

    TRY(column_value(c->table, col, edited(c), itag, true, &l.old));
    TRY(value_load(c->session, c->table, &l.old, 0, NULL, 0, &copied, &size));
    memory = ese_alloc(size);
    if (memory == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(value_load(c->session, c->table, &l.old, 0, memory, size, &copied, &size));
    TRY(store_separated(&l, bytes_of(memory, size)));
done:
    ese_free(memory);
    return err;
}

ese_err separate_values(struct cursor *c, unsigned threshold)
{
    ese_err err = JET_errSuccess;
    bool derived;
    unsigned fid, count;

    for (unsigned k = 0; record_tagged_at(edited(c), c->edit.large_page, k, &fid, &derived, &count); k++) {
        const struct column_def *col = schema_column(c->table, fid | (derived ? COLUMNID_TEMPLATE : 0));
        if (col == NULL || !column_is_long(col))
            continue;
        for (unsigned itag = 1; itag <= count; itag++) {
            struct column_value v;
            TRY(column_value(c->table, col, edited(c), itag, true, &v));
            if (!v.is_null && !v.stored.separated && !v.stored.encrypted && v.stored.data.size > threshold)
                TRY(separate_one(c, col, itag));
        }
    }
done:
    return err;
}
