/*
 * play_int.h - what the play*.c files share.
 *
 * GIVES       comparing results, rows, the steps by area.
 * INVARIANTS  Q1  a step returns 0 or DIFFERENT; an unexpected error while the disk fails is no difference.
 * CALLERS     play*.c
 */
#ifndef ESE_TEST_PLAY_INT_H
#define ESE_TEST_PLAY_INT_H

#include "play.h"

int play_different(struct play *p, const char *what, int s, int key, long got, long want);
/* One of the results that are right (the list ends with 1, which is no result); the first is the one to be named. */
int play_expect(struct play *p, const char *what, int s, int key, int got, int want);
int play_expect_any(struct play *p, const char *what, int s, int key, int got, const int *wants);
#define EXPECT_ANY(p, what, s, key, got, ...) play_expect_any(p, what, s, key, got, (const int[]){__VA_ARGS__, 1})

/* A change outside a transaction is one of its own, in the model too. play_alone_end with the result of the change. */
bool play_alone_begin(struct play *p, int s);
bool play_may_have_done(const struct play *p, bool alone, int err);
void play_alone_end(struct play *p, int s, bool alone, int err);

/* ---- play_row.c ---- */
int play_tag_of(int32_t value);
int play_compare_row(struct play *p, int s, JET_TABLEID t, int key, const struct model_state *want);
int play_row_step(struct play *p, const struct step *step);

/* ---- play_browse.c ---- */
int play_seek(struct play *p, const struct step *step);
int play_move(struct play *p, const struct step *step);
int play_range(struct play *p, const struct step *step);
/* The entry after (direction 1) or before (-1) from, as s sees it; false at the end. from NULL: first or last. */
bool play_entry_next(const struct play *p, int s, bool by_tag, const struct play_entry *from, int direction, struct play_entry *to);

/* ---- play_schema.c, play_table.c ---- */
int play_schema_step(struct play *p, const struct step *step);
int play_index_scan(struct play *p, int s, unsigned slot);
int play_column_id(struct play *p, int s, unsigned slot, JET_COLUMNID *id);    /* by name; result code */
int play_table_step(struct play *p, const struct step *step);
int play_table_compare(struct play *p, int s, unsigned slot);
void play_table_release(struct play *p, int s, int level);                     /* held cursors of deeper levels are gone */

#endif
