#include "base/alloc.h"
#include "table/index_int.h"
#include "table/value.h"

enum key_result { KEY_MADE, KEY_OUT_OF_VALUES, KEY_OUT_OF_TUPLES };

/* One key under construction: which value of each multi-valued part, where in the first part (tuples), how much of each value. */
struct key_maker {
    struct session *s;
    struct index_def *i;
    struct table_def *t;
    struct bytes record;
    unsigned itags[KEY_SEGMENTS_MAX];
    uint32_t tuple_at;                                  /* in characters */
    size_t most;                                        /* bytes of a value to look at */
    uint8_t *memory;                                    /* values that are not in the record as they are */
    size_t memory_room;
    enum key_result result;
    unsigned spent_part;                                /* KEY_OUT_OF_VALUES: the part without a value */
    bool all_null, first_null, some_null;
    bool need_more;                                     /* the key has room left, but values were cut at most */
};

ese_err index_rule(struct index_def *i, unsigned part, struct key_segment_rule *rule)
{
    ese_err err = JET_errSuccess;
    const struct column_def *c;

    if (part >= i->part_count)
        FAIL(JET_errIndexNotFound);
    c = i->parts[part].column;
    *rule = (struct key_segment_rule){.type = (enum column_type)c->type,
                                      .fixed = c->fid <= FID_FIXED_LAST,
                                      .descending = i->parts[part].descending,
                                      .nulls_high = (i->flags & INDEX_NULLS_HIGH) != 0,
                                      .dotnet_guid = (i->flags & INDEX_DOTNET_GUID) != 0,
                                      .code_page = c->code_page,
                                      .collation = &i->collation,
                                      .segment_max = i->segment_max,
                                      .legacy_255 = i->key_most == KEY_DEFAULT_MOST,
                                      .no_truncation = (i->flags & INDEX_NO_TRUNCATION) != 0};
done:
    return err;
}

/* ---- one key ---- */

static ese_err memory_for(struct key_maker *m, size_t size)
{
    ese_err err = JET_errSuccess;

    if (m->memory_room < size) {
        ese_free(m->memory);
        m->memory_room = 0;
        m->memory = ese_alloc(size);
        if (m->memory == NULL)
            FAIL(JET_errOutOfMemory);
        m->memory_room = size;
    }
done:
    return err;
}

static size_t character_bytes(const struct column_def *c)
{
    return c->code_page == 1200 && column_is_text(c) ? 2 : 1;
}

/* The bytes of a part from offset on, at most m->most. They lie in the record, in a default, or in m->memory. */
static ese_err part_bytes(struct key_maker *m, const struct column_value *v, uint32_t offset, struct bytes *out)
{
    ese_err err = JET_errSuccess;
    size_t copied, size;

    if (v->stored.separated || v->stored.compressed || v->stored.encrypted) {
        TRY(memory_for(m, m->most));
        TRY(value_load(m->s, m->t, v, offset, m->memory, m->most, &copied, &size));
        *out = bytes_of(m->memory, copied);
        goto done;
    }
    *out = v->stored.data;
    if (offset >= out->size)
        *out = bytes_of(out->data, 0);
    else
        *out = bytes_of(out->data + offset, out->size - offset);
    if (out->size > m->most)
        out->size = m->most;
done:
    return err;
}

/* The first part of a tuple index: a window of characters. Leaves KEY_OUT_OF_TUPLES when fewer than the least are left. */
static ese_err tuple_bytes(struct key_maker *m, const struct column_value *v, struct bytes *out)
{
    ese_err err = JET_errSuccess;
    size_t each = character_bytes(m->i->parts[0].column);

    *out = BYTES_NONE;
    if (!v->is_null)
        TRY(part_bytes(m, v, (uint32_t)(m->tuple_at * each), out));
    if (out->size > m->i->tuple_max * each)
        out->size = m->i->tuple_max * each;
    if (out->size < m->i->tuple_min * each || out->size == 0)
        m->result = KEY_OUT_OF_TUPLES;
done:
    return err;
}

static void note_null(struct key_maker *m, unsigned part)
{
    m->some_null = true;
    m->first_null = m->first_null || part == 0;
}

static ese_err append_part(struct key_maker *m, unsigned part, struct index_key *out)
{
    ese_err err = JET_errSuccess;
    const struct column_def *c = m->i->parts[part].column;
    bool tuple = part == 0 && (m->i->flags & INDEX_TUPLES) != 0;
    size_t before = out->size;
    size_t room = m->i->key_most - out->size;
    struct key_segment_rule rule;
    struct column_value v;
    struct bytes data = BYTES_NONE;

    TRY(column_value(m->t, c, m->record, m->itags[part], false, &v));
    if (v.is_null && m->itags[part] > 1 && (m->i->flags & INDEX_NESTED) == 0) {
        m->result = KEY_OUT_OF_VALUES;
        m->spent_part = part;
        goto done;
    }
    if (v.is_null && !tuple)
        note_null(m, part);
    TRY(index_rule(m->i, part, &rule));
    if (room == 0) {
        out->truncated = true;
        if (rule.no_truncation)
            FAIL(JET_errKeyTruncated);
        goto done;
    }
    if (tuple) {
        TRY(tuple_bytes(m, &v, &data));
        if (m->result != KEY_MADE)
            goto done;
        v.is_null = false;
    } else if (!v.is_null) {
        TRY(part_bytes(m, &v, 0, &data));
    }
    if (!v.is_null)
        m->all_null = false;
    TRY(key_append_segment(out->bytes, m->i->key_most, &out->size, &rule, v.is_null, data, &out->truncated));
    if (data.size == m->most && out->size - before < room && out->size - before < m->i->segment_max && m->i->key_most != KEY_DEFAULT_MOST)
        m->need_more = true;
done:
    return err;
}

static ese_err make_once(struct key_maker *m, struct index_key *out)
{
    ese_err err = JET_errSuccess;

    m->result = KEY_MADE;
    m->all_null = true;
    m->first_null = m->some_null = m->need_more = false;
    out->size = 0;
    out->itag = 1;
    out->truncated = false;
    for (unsigned part = 0; part < m->i->part_count && m->result == KEY_MADE; part++) {
        TRY(append_part(m, part, out));
        if (m->itags[part] > 1)
            out->itag = m->itags[part];
    }
done:
    return err;
}

/* Values are first cut at the key's limit; text whose characters carry no weight may need more of its source to fill the key. */
static ese_err make_key(struct key_maker *m, struct index_key *out)
{
    ese_err err = JET_errSuccess;

    m->most = m->i->key_most;
    do {
        TRY(make_once(m, out));
        m->most *= 2;
    } while (m->need_more && m->result == KEY_MADE);
done:
    return err;
}

/* ---- which keys ---- */

static ese_err conditions_hold(struct table_def *t, const struct index_def *i, struct bytes record, bool *hold)
{
    ese_err err = JET_errSuccess;
    struct column_value v;

    *hold = true;
    for (unsigned k = 0; k < i->condition_count && *hold; k++) {
        TRY(column_value(t, i->conditions[k].column, record, 1, false, &v));
        *hold = v.is_null == i->conditions[k].must_be_null;
    }
done:
    return err;
}

/* The null rules of the index (edb-format.md 13); a primary index takes every key. */
static ese_err key_counts(const struct key_maker *m, bool *counts)
{
    ese_err err = JET_errSuccess;
    uint32_t flags = m->i->flags;

    *counts = true;
    if (!m->some_null && !m->all_null)
        goto done;
    if ((flags & INDEX_NO_NULL) != 0 && m->some_null)
        FAIL(JET_errNullKeyDisallowed);
    if ((flags & INDEX_PRIMARY) != 0)
        goto done;
    if (m->all_null)
        *counts = (flags & INDEX_ALLOW_ALL_NULLS) != 0;
    else if (m->first_null)
        *counts = (flags & INDEX_ALLOW_FIRST_NULL) != 0;
    else
        *counts = (flags & INDEX_ALLOW_SOME_NULLS) != 0;
done:
    return err;
}

static void maker_init(struct key_maker *m, struct session *s, struct index_def *i, struct bytes record)
{
    *m = (struct key_maker){.s = s, .i = i, .t = i->table, .record = record};
    for (unsigned part = 0; part < KEY_SEGMENTS_MAX; part++)
        m->itags[part] = 1;
}

ese_err index_single_key(struct session *s, struct index_def *i, struct bytes record, struct index_key *out, bool *present)
{
    ese_err err = JET_errSuccess;
    struct key_maker m;

    maker_init(&m, s, i, record);
    TRY(conditions_hold(i->table, i, record, present));
    if (!*present)
        goto done;
    TRY(make_key(&m, out));
    TRY(key_counts(&m, present));
done:
    ese_free(m.memory);
    return err;
}

ese_err index_primary_key(struct session *s, struct table_def *t, struct bytes record, struct index_key *out)
{
    ese_err err = JET_errSuccess;
    struct key_maker m = {.memory = NULL};
    bool counts;

    if (t->primary == NULL)
        FAIL(JET_errNoCurrentIndex);
    maker_init(&m, s, t->primary, record);
    TRY(make_key(&m, out));
    TRY(key_counts(&m, &counts));
done:
    ese_free(m.memory);
    return err;
}

static bool part_is_multi(const struct index_def *i, unsigned part)
{
    const struct column_def *c = i->parts[part].column;
    return c->fid >= FID_TAGGED_FIRST && (c->flags & COLUMN_MULTI_VALUED) != 0;
}

/* How many entries a record may have at most by its multi-values: the walk is over when all combinations have been tried.
 * Returns false at the end. */
static ese_err next_combination(struct key_maker *m, bool *more)
{
    ese_err err = JET_errSuccess;
    bool nested = (m->i->flags & INDEX_NESTED) != 0;
    bool cross = (m->i->flags & INDEX_CROSS_PRODUCT) != 0;

    *more = false;
    if ((m->i->flags & INDEX_MULTI_VALUED) == 0)
        goto done;
    if (nested) {
        struct column_value v;
        for (unsigned part = 0; part < m->i->part_count; part++) {
            if (!part_is_multi(m->i, part))
                continue;
            m->itags[part]++;
            TRY(column_value(m->t, m->i->parts[part].column, m->record, m->itags[part], false, &v));
            *more = *more || !v.is_null;
        }
        goto done;
    }
    /* The last multi-valued part turns fastest; without cross product only the first one turns. */
    for (unsigned k = 0; k < m->i->part_count && !*more; k++) {
        unsigned part = cross ? m->i->part_count - 1u - k : k;
        struct column_value v;
        if (!part_is_multi(m->i, part))
            continue;
        m->itags[part]++;
        TRY(column_value(m->t, m->i->parts[part].column, m->record, m->itags[part], false, &v));
        *more = !v.is_null;
        if (*more || !cross)
            break;
        m->itags[part] = 1;
    }
done:
    return err;
}

/* All windows of the first part, or the one key when the index has no tuples. *spent: nothing more can come of this record. */
static ese_err walk_tuples(struct key_maker *m, struct index_key *key, ese_err (*each)(void *context, const struct index_key *key), void *context,
                           bool *spent)
{
    ese_err err = JET_errSuccess;
    bool tuples = (m->i->flags & INDEX_TUPLES) != 0;
    uint32_t windows = tuples ? m->i->tuple_to : 1;
    bool counts;

    m->tuple_at = tuples ? m->i->tuple_start : 0;
    for (uint32_t window = 0; window < windows; window++) {
        TRY(make_key(m, key));
        if (m->result != KEY_MADE) {
            /* The original tries no further values of other columns once a single-valued text has ended. */
            *spent = m->result == KEY_OUT_OF_TUPLES && !part_is_multi(m->i, 0);
            break;
        }
        TRY(key_counts(m, &counts));
        if (!counts) {
            *spent = true;
            break;
        }
        TRY(each(context, key));
        m->tuple_at += tuples ? m->i->tuple_step : 0;
    }
done:
    return err;
}

ese_err index_walk_keys(struct session *s, struct index_def *i, struct bytes record, ese_err (*each)(void *context, const struct index_key *key),
                        void *context)
{
    ese_err err = JET_errSuccess;
    struct key_maker m;
    struct index_key key;
    bool more = true, spent = false;

    maker_init(&m, s, i, record);
    TRY(conditions_hold(i->table, i, record, &more));
    while (more && !spent) {
        TRY(walk_tuples(&m, &key, each, context, &spent));
        TRY(next_combination(&m, &more));
    }
done:
    ese_free(m.memory);
    return err;
}
