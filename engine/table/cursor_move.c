/* Moves: first, last, next, previous, by rows, by keys; positions as fractions. */
#include "table/cursor_int.h"

#include "base/alloc.h"
#include "table/table_int.h"

/* One entry on from a latched or saved place. JET_errNoCurrentRecord: the edge is reached. */
static ese_err step(struct cursor *c, struct bt_pos *p, bool forward)
{
    if (!c->on_record && c->edge < 0)
        return forward ? bt_first(p) : JET_errNoCurrentRecord;
    if (!c->on_record && c->edge > 0)
        return forward ? JET_errNoCurrentRecord : bt_last(p);
    return forward ? bt_next(p) : bt_prev(p);
}

/* To the next entry with another key: a search beyond the present one. */
static ese_err step_key(struct cursor *c, struct bt_pos *p, bool forward)
{
    ese_err err = JET_errSuccess;
    struct bytes key;

    if (!c->on_record || p->tree->unique)
        return step(c, p, forward);
    bt_release(p);
    key = bytes_of(c->original_key, p->key_size);
    memcpy(c->original_key, p->key, p->key_size);
    err = bt_seek(p, key, BYTES_NONE, forward ? BT_SEEK_GT : BT_SEEK_LT, NULL);
    return err == JET_errRecordNotFound ? JET_errNoCurrentRecord : err;
}

static ese_err walk(struct cursor *c, int64_t rows, bool key_not_equal)
{
    ese_err err = JET_errSuccess;
    struct bt_pos *p = cursor_pos(c);
    bool forward = rows > 0;

    for (int64_t left = forward ? rows : -rows; left > 0; left--) {
        TRY(key_not_equal ? step_key(c, p, forward) : step(c, p, forward));
        c->on_record = true;
        if (c->range_set && cursor_beyond_range(c, forward, bt_key(p))) {
            bt_release(p);
            err = JET_errNoCurrentRecord;
            goto done;
        }
    }
    TRY(cursor_arrive(c));
done:
    if (err < 0) {
        cursor_drop_range(c);
        cursor_at_edge(c, forward ? 1 : -1);
        c->move_level = c->session->trx.level;
    }
    return err;
}

static ese_err move_end(struct cursor *c, bool first)
{
    ese_err err = JET_errSuccess;

    cursor_drop_range(c);
    TRY(first ? bt_first(cursor_pos(c)) : bt_last(cursor_pos(c)));
    TRY(cursor_arrive(c));
done:
    if (err < 0) {
        cursor_at_edge(c, first ? -1 : 1);
        c->move_level = c->session->trx.level;
    }
    return err;
}

/* Is the entry the cursor stands on still there? */
static ese_err stay(struct cursor *c)
{
    ese_err err = JET_errSuccess;

    TRY(cursor_check_current(c));
    TRY(bt_resume(cursor_pos(c)));
    bt_release(cursor_pos(c));
done:
    return err;
}

static ese_err move(struct cursor *c, int32_t rows, bool key_not_equal)
{
    ese_err err = JET_errSuccess;

    if (rows == MOVE_FIRST || rows == MOVE_LAST)
        return move_end(c, rows == MOVE_FIRST);
    TRY(cursor_settle(c));
    return rows == 0 ? stay(c) : walk(c, rows, key_not_equal);
done:
    return err;
}

/* One entry on within the page, which needs no latch and, as every transaction sees it alike, no transaction. */
static bool step_peeked(struct cursor *c, bool forward, ese_err *result)
{
    struct bt_pos *p = cursor_pos(c);
    struct bt_copy entry;

    if (!c->on_record || !bt_peek_step(p, forward, c->index != NULL ? &entry : NULL))
        return false;
    cursor_arrive_peeked(c, &entry);
    *result = JET_errSuccess;
    if (c->range_set && cursor_beyond_range(c, forward, bytes_of(p->key, p->key_size))) {
        cursor_drop_range(c);
        cursor_at_edge(c, forward ? 1 : -1);
        *result = JET_errNoCurrentRecord;
    }
    return true;
}

ese_err cursor_move(struct cursor *c, int32_t rows, bool key_not_equal)
{
    ese_err err = JET_errSuccess;
    bool own = false;

    if (c->update != UPDATE_NONE)
        TRY(cursor_begin_move(c));
    if ((rows == 1 || rows == -1) && !key_not_equal && step_peeked(c, rows > 0, &err))
        return err;
    if (c->session->trx.level > 0)
        return move(c, rows, key_not_equal);
    TRY(cursor_enter(c, true, &own));
    err = cursor_leave(c, own, move(c, rows, key_not_equal));
done:
    return err;
}

/* ---- positions as fractions ---- */

ese_err cursor_get_position(struct cursor *c, uint64_t *before, uint64_t *total)
{
    ese_err err = JET_errSuccess;
    bool own = false;
    struct bt_pos *p = cursor_pos(c);

    TRY(cursor_enter(c, true, &own));
    TRY(cursor_settle(c));
    TRY(cursor_check_current(c));
    TRY(bt_resume(p));
    TRY(bt_position_estimate(p, before, total));
done:
    bt_release(p);
    return cursor_leave(c, own, err);
}

ese_err cursor_goto_position(struct cursor *c, uint64_t before, uint64_t total)
{
    ese_err err = JET_errSuccess;
    bool own = false;

    TRY(cursor_begin_move(c));
    TRY(cursor_enter(c, true, &own));
    cursor_drop_range(c);
    TRY(bt_goto_fraction(cursor_pos(c), before, total));
    TRY(cursor_arrive(c));
done:
    if (err < 0)
        cursor_at_edge(c, -1);
    return cursor_leave(c, own, err);
}

/* Entries from the present one to the end of the range or index, at most limit (0 = no limit). The cursor stays where it is. */
ese_err cursor_count(struct cursor *c, uint64_t limit, uint64_t *count)
{
    ese_err err = JET_errSuccess;
    bool own = false;
    struct bt_pos *here = cursor_pos(c), *p = NULL;
    struct bytes data;

    *count = 0;
    TRY(cursor_enter(c, true, &own));
    TRY(cursor_settle(c));
    TRY(cursor_check_current(c));
    TRY(table_pos_open(here->tree, c->session, &p));
    data = here->tree->unique ? BYTES_NONE : bytes_of(here->data_key, here->data_key_size);
    TRY(bt_seek(p, bytes_of(here->key, here->key_size), data, BT_SEEK_GE, NULL));
    for (;;) {
        if (c->range_set && cursor_beyond_range(c, true, bt_key(p)))
            break;
        if (++*count == limit)
            break;
        err = bt_next(p);
        if (err == JET_errNoCurrentRecord) {
            err = JET_errSuccess;
            break;
        }
        TRY(err);
    }
done:
    if (err == JET_errRecordNotFound)
        err = JET_errSuccess;
    table_pos_close(p);
    return cursor_leave(c, own, err);
}
