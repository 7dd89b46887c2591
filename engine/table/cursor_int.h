/*
 * cursor_int.h - what the cursor_*.c files share: where a cursor stands, and how it gets there.
 *
 * GIVES       the position in the current index; arriving on an entry; the places between.
 * INVARIANTS  C1  after every call of cursor.h both positions are unlatched.
 *             C2  on_record <=> the current index's position is BT_ON and its bookmark is saved.
 * CALLERS     table/cursor*.c, table/update.c.
 * TESTS       unit/test_cursor.c
 */
#ifndef ESE_TABLE_CURSOR_INT_H
#define ESE_TABLE_CURSOR_INT_H

#include "table/cursor.h"

static inline struct bt_pos *cursor_pos(struct cursor *c) { return c->index != NULL ? &c->secondary : &c->primary; }

/* The current index's position is latched on an entry: keep it as the cursor's place and drop the latch. err: JET_errCatalogCorrupted. */
ese_err cursor_arrive(struct cursor *c);
/* The same after a bt_peek call that left the position there; entry is its data, read only in a secondary order. */
void cursor_arrive_peeked(struct cursor *c, const struct bt_copy *entry);
void cursor_at_edge(struct cursor *c, int edge);        /* -1 before first, 0 between, +1 after last */
void cursor_drop_range(struct cursor *c);
ese_err cursor_settle(struct cursor *c);                /* carry out a deferred move to the first record */
ese_err cursor_begin_move(struct cursor *c);            /* every navigation gives up a pending update */
ese_err cursor_check_current(const struct cursor *c);   /* JET_errNoCurrentRecord, JET_errRecordDeleted (ghost) */
bool cursor_beyond_range(const struct cursor *c, bool forward, struct bytes key);
ese_err cursor_enter_secondary(struct cursor *c, struct bytes bookmark, unsigned itag);   /* find the entry of a record in the current index */

#endif
