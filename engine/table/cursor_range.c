/* Index ranges: the limit that a move may not pass. */
#include "table/cursor_int.h"

#include "table/table_int.h"

bool cursor_beyond_range(const struct cursor *c, bool forward, struct bytes key)
{
    int order;

    if (c->range_upper != forward)
        return false;
    order = bytes_compare(key, bytes_of(c->range_key, c->range_key_size));
    if (order == 0)
        return !c->range_inclusive;
    return forward ? order > 0 : order < 0;
}

static void take_key(struct cursor *c, bool inclusive, bool upper)
{
    memcpy(c->range_key, c->search_key, c->search_key_size);
    c->range_key_size = c->search_key_size;
    c->range_inclusive = inclusive;
    c->range_upper = upper;
    c->range_set = true;
}

/* The range holds from the current record on, which must lie inside; an instant range is only the question. */
static ese_err set_range(struct cursor *c, bool inclusive, bool upper, bool instant_duration)
{
    ese_err err = JET_errSuccess;
    struct bt_pos *p = cursor_pos(c);

    TRY(cursor_settle(c));
    if (!c->key_made)
        FAIL(JET_errKeyNotMade);
    c->key_made = false;
    if (!c->on_record)
        FAIL(JET_errNoCurrentRecord);
    take_key(c, inclusive, upper);
    if (cursor_beyond_range(c, upper, bytes_of(p->key, p->key_size))) {
        cursor_drop_range(c);
        cursor_at_edge(c, upper ? 1 : -1);
        FAIL(JET_errNoCurrentRecord);
    }
    if (instant_duration)
        cursor_drop_range(c);
done:
    return err;
}

ese_err cursor_set_range(struct cursor *c, bool inclusive, bool upper, bool remove, bool instant_duration)
{
    ese_err err = JET_errSuccess;
    bool own = false;

    if (remove) {
        if (!c->range_set)
            FAIL(JET_errInvalidOperation);
        cursor_drop_range(c);
        goto done;
    }
    TRY(cursor_enter(c, true, &own));
    err = cursor_leave(c, own, set_range(c, inclusive, upper, instant_duration));
done:
    return err;
}

ese_err cursor_range_of_seek(struct cursor *c)
{
    ese_err err = JET_errSuccess;

    if (!c->on_record)
        FAIL(JET_errNoCurrentRecord);
    take_key(c, true, true);
done:
    return err;
}

ese_err cursor_key_is_unique(struct cursor *c, bool *unique)
{
    ese_err err = JET_errSuccess;
    bool own = false;
    struct bt_pos *here = cursor_pos(c), *p = NULL;
    struct bytes key = bytes_of(here->key, here->key_size);

    *unique = true;
    if (here->tree->unique)
        return err;
    TRY(cursor_enter(c, true, &own));
    TRY(cursor_check_current(c));
    TRY(table_pos_open(here->tree, c->session, &p));
    TRY(bt_seek(p, key, BYTES_NONE, BT_SEEK_GE, NULL));
    err = bt_next(p);
    if (err >= 0)
        *unique = !bytes_equal(bt_key(p), key);
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    table_pos_close(p);
    return cursor_leave(c, own, err);
}
