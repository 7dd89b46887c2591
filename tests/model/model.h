/*
 * model.h - snapshot isolation in its simplest form: named cells that many sessions write.
 *
 * A cell is a row, the name of a table, a column or an index. It has committed states, each with the number of its commit, and the
 * uncommitted states of at most one session, by level. Amounts that escrow updates add are kept beside the states.
 *
 * OWNS        the history of every cell, the transactions of the sessions, the bytes of long values.
 * GIVES       what a session sees in a cell, and whether it may write there.
 * INVARIANTS  M1  a session in a transaction sees its own changes, else the last state committed before its begin.
 *             M2  the first writer of a cell wins; whoever writes it later without having seen that commit is refused.
 *             M3  a rolled back level leaves nothing.
 *             M4  amounts commute: any number of sessions may add, but nobody else may write meanwhile.
 * CALLERS     play.c, play_row.c, play_schema.c, play_check.c
 */
#ifndef ESE_TEST_MODEL_H
#define ESE_TEST_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MODEL_SESSIONS = 3, MODEL_LEVELS = 4, MODEL_ROWS = 400, MODEL_COLUMNS = 4, MODEL_INDEXES = 3, MODEL_TABLES = 4, MODEL_TABLE_ROWS = 6,
    MODEL_NOTES_MAX = 5,
    CELL_COLUMNS = MODEL_ROWS, CELL_INDEXES = CELL_COLUMNS + MODEL_COLUMNS, CELL_TABLES = CELL_INDEXES + MODEL_INDEXES,
    CELL_TABLE_ROWS = CELL_TABLES + MODEL_TABLES        /* from here on: MODEL_TABLE_ROWS for each table ever created */
};

struct model_bytes { uint32_t size; unsigned char data[]; };

struct model_row {
    int32_t value;                                      /* columns, indexes, tables: number of the object */
    int32_t counter;                                    /* escrow column, amounts included when model_view gives it */
    uint32_t version, serial;
    const struct model_bytes *body;
    uint8_t note_count, notes[MODEL_NOTES_MAX];         /* each note's text follows from its number */
    struct { int32_t object, value; } extra[MODEL_COLUMNS];     /* value of the column that was object when it was set */
    uint32_t columnid;                                  /* columns only */
};
struct model_state { bool exists; struct model_row row; };
struct model_version { uint64_t order, stamp; int level; struct model_state state; };
struct model_amount { uint64_t order, stamp; int session, level; int32_t amount; };

struct model_cell {
    struct model_version *committed; unsigned committed_count, committed_room;
    struct model_version pending[MODEL_LEVELS]; unsigned pending_count; int pending_session;
    struct model_amount *amounts; unsigned amount_count, amount_room;   /* stamp 0: not committed */
    uint64_t locked;                                    /* stamp of the last commit that had a write lock here: for M2 it was a change */
    uint8_t read_lock[MODEL_SESSIONS], write_lock[MODEL_SESSIONS];      /* level at which it was taken; 0 = none */
};

struct model {
    struct model_cell *cells; unsigned cell_count;
    uint64_t stamp, order;
    struct { int level; uint64_t begin; bool read_only; } sessions[MODEL_SESSIONS];
    int32_t objects;                                    /* numbers given to columns, indexes and tables */
    int32_t tables;                                     /* tables ever created: which cells their rows have */
    bool keep;                                          /* nothing is forgotten now */
    void **memory; unsigned memory_count, memory_room;
};

void model_reset(struct model *m);
void model_release(struct model *m);
void model_begin(struct model *m, int s, bool read_only);
void model_commit(struct model *m, int s);
void model_rollback(struct model *m, int s);
struct model_state model_view(const struct model *m, int s, unsigned cell);
struct model_state model_last(const struct model *m, unsigned cell);            /* last committed state */
bool model_exists(const struct model *m, int s, unsigned cell);
bool model_value(const struct model *m, int s, unsigned cell, int32_t *value);  /* of a row that exists */

/* May s write the cell now (amount: add to it; lock: keep others from writing)? */
enum model_how { MODEL_WRITE, MODEL_AMOUNT, MODEL_READ_LOCK };
bool model_may(const struct model *m, int s, unsigned cell, enum model_how how);
/* Is there a live record under the cell for the unique check of an insert, seen or not? */
bool model_taken(const struct model *m, int s, unsigned cell);
/* Has any session but s (-1: any) something uncommitted in cells first..last-1? */
bool model_pending(const struct model *m, int s, unsigned first, unsigned last);
/* Has anybody but s committed a change there since s began? */
bool model_unseen(const struct model *m, int s, unsigned first, unsigned last);
void model_write(struct model *m, int s, unsigned cell, const struct model_state *state);
void model_add(struct model *m, int s, unsigned cell, int32_t amount);
void model_lock(struct model *m, int s, unsigned cell, bool write);
unsigned model_table_cells(struct model *m, int32_t table);    /* first cell of a table's rows; makes them */
struct model_bytes *model_bytes_new(struct model *m, uint32_t size);
/* After a crash: everything uncommitted is gone, everybody is at level 0; session but (-1: nobody) is left out. */
void model_crash(struct model *m, int but);
/* The outermost commit of s as a question: model_uncommit with the number given takes it back, if nothing was done since. */
uint64_t model_commit_for_now(struct model *m, int s);
void model_uncommit(struct model *m, uint64_t stamp);

#endif
