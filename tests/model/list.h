/*
 * list.h - lists of operations: made from a seed, printed, read back from a file.
 *
 * OWNS        struct step: one operation of one session, complete in itself, so that any step can be left out of a list.
 * GIVES       list_make, list_print, list_read.
 * INVARIANTS  L1  one seed, one list; it does not depend on what an engine answers.
 *             L2  list_read(list_print(list)) is the same list.
 * CALLERS     test_model.c, test_model_crash.c, shrink.c
 * TESTS       test_model --self-check
 */
#ifndef ESE_TEST_LIST_H
#define ESE_TEST_LIST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Name, weight among a thousand, and what it does. arg is a random number that decides the rest. */
#define LIST_STEPS(X)                                                                             \
    X(begin, 100)           /* one level deeper */                                                \
    X(begin_reading, 12)    /* a read-only transaction, or one level deeper in one */             \
    X(commit, 85)                                                                                 \
    X(rollback, 35)                                                                               \
    X(insert, 120)                                                                                \
    X(replace, 70)                                                                                \
    X(delete, 60)                                                                                 \
    X(upsert, 40)                                                                                 \
    X(copy, 25)             /* JET_prepInsertCopy to another key: long values are shared */       \
    X(move_key, 15)         /* JET_prepInsertCopyDeleteOriginal */                                \
    X(cancel, 12)           /* prepare, set a long value, think better of it */                   \
    X(escrow, 45)                                                                                 \
    X(lock, 20)             /* JetGetLock, for reading or writing */                              \
    X(body_append, 25)                                                                            \
    X(body_patch, 20)                                                                             \
    X(body_resize, 12)                                                                            \
    X(notes_add, 20)        /* one more value of the multi-valued column */                       \
    X(notes_cut, 8)         /* the first of its values goes */                                    \
    X(read, 50)                                                                                   \
    X(seek, 50)                                                                                   \
    X(move, 70)                                                                                   \
    X(range, 25)                                                                                  \
    X(column_add, 7)                                                                              \
    X(column_delete, 6)                                                                           \
    X(column_rename, 3)                                                                           \
    X(column_set, 14)                                                                             \
    X(column_get, 12)                                                                             \
    X(index_create, 5)                                                                            \
    X(index_delete, 4)                                                                            \
    X(index_scan, 7)                                                                              \
    X(table_create, 8)                                                                            \
    X(table_delete, 6)                                                                            \
    X(table_rename, 4)                                                                            \
    X(table_hold, 4)        /* open it and keep it open, or close it again */                     \
    X(table_write, 8)                                                                             \
    X(table_read, 7)

enum step_kind {
#define X(name, weight) STEP_##name,
    LIST_STEPS(X)
#undef X
    STEP_KINDS
};

struct step { uint8_t kind, session; uint16_t key; uint32_t arg; };
struct step_list { struct step *steps; unsigned count; };

enum list_mix { LIST_ALL, LIST_NO_SCHEMA };

/* keys, sessions: how many there are to choose from. */
void list_make(struct step_list *list, uint64_t seed, unsigned count, unsigned sessions, unsigned keys, enum list_mix mix);
void list_print(const struct step_list *list, FILE *to);
bool list_read(struct step_list *list, FILE *from);          /* false: a line is not a step; lines that start with # are left out */
void list_release(struct step_list *list);
const char *step_name(const struct step *step);

#endif
