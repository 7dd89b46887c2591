/*
 * model.h - snapshot isolation in its simplest form: what a table of keys must look like to each session.
 *
 * OWNS        the history of every key: committed states with their commit number, uncommitted states by session and level.
 * GIVES       the answer (result code and state) that the engine must give to each operation.
 * INVARIANTS  M1  a session in a transaction sees its own changes, else the last state committed before its begin.
 *             M2  the first writer of a key wins; whoever writes it later without having seen that commit is refused.
 *             M3  a rolled back level leaves nothing.
 * CALLERS     play.c
 */
#ifndef ESE_TEST_MODEL_H
#define ESE_TEST_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum { MODEL_KEYS = 400, MODEL_SESSIONS = 3, MODEL_LEVELS = 4, MODEL_STATES_MAX = 64 };

struct model_state { bool exists; int32_t value; };
struct model_committed { uint64_t stamp; struct model_state state; };
struct model_pending { int session, level; struct model_state state; };

struct model_key {
    struct model_committed committed[MODEL_STATES_MAX]; /* oldest first; the oldest are merged when room is short */
    unsigned committed_count;
    struct model_pending pending[MODEL_LEVELS * 2];     /* all of one session (M2), ascending level */
    unsigned pending_count;
};

struct model {
    struct model_key keys[MODEL_KEYS];
    uint64_t stamp;
    struct { int level; uint64_t begin; } sessions[MODEL_SESSIONS];
};

void model_reset(struct model *m);
void model_begin(struct model *m, int s);
void model_commit(struct model *m, int s);
void model_rollback(struct model *m, int s);
struct model_state model_view(const struct model *m, int s, int key);
struct model_state model_last(const struct model *m, int key);         /* last committed state */
/* May s write key now? 0, or JET_errWriteConflict. */
int model_may_write(const struct model *m, int s, int key);
/* Is there a live record under key for the unique check of an insert, seen or not? */
bool model_taken(const struct model *m, int s, int key);
void model_write(struct model *m, int s, int key, struct model_state state);
/* After a crash: everything uncommitted is gone, everybody is at level 0. */
void model_crash(struct model *m);

#endif
