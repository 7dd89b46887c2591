/*
 * play.h - steps of a list on an engine and on the model, several sessions interleaved; results compared.
 *
 * GIVES       play_open / play_step / play_check / play_close over the public API, usable on the real and on the simulated disk.
 * INVARIANTS  P1  every result code is compared, and what each session sees: rows in every column, both orders, schema.
 *             P2  a step is skipped only by what the model says, so one list has one result.
 *             P3  the integrity checker finds nothing, and the version store is empty, whenever nobody is in a transaction.
 * CALLERS     test_model.c, test_model_crash.c
 */
#ifndef ESE_TEST_PLAY_H
#define ESE_TEST_PLAY_H

#include "api/jet.h"
#include "list.h"
#include "model.h"

enum { DIFFERENT = 1, PLAY_TAGS = 37 };

struct play_columns { JET_COLUMNID id, value, tag, counter, version, serial, body, notes; };

/* Where the browsing cursor stands: an entry of the primary (tag 0) or the tag index, or beside the entries. */
struct play_entry { int tag, key; };
enum play_where { PLAY_NOWHERE, PLAY_BEFORE, PLAY_AT, PLAY_AFTER };
struct play_place { enum play_where where; bool by_tag; struct play_entry entry; int level; };
struct play_held { JET_TABLEID t; int32_t object; int level; };

struct play_session {
    JET_SESID s;
    JET_DBID db;
    JET_TABLEID t, browser;                             /* one for changes, one that stays where it is between steps */
    struct play_place place;
    struct play_held held[MODEL_TABLES];                /* by slot of the name at the time; t 0: none */
};

struct play {
    struct model model;
    struct play_session sessions[MODEL_SESSIONS];
    struct play_columns c;
    JET_INSTANCE instance;
    const char *folder;                                 /* with trailing separator */
    uint32_t page_size;
    uint32_t serial_next, serial_low;                   /* next autoincrement value; at least serial_low when it is 0, not known */
    bool in_doubt;                                      /* the commit under way when the disk failed: either outcome is right */
    int doubt_session;
    bool disk_failed;                                   /* errors are expected from now on */
    bool orphans;                                       /* a failure came between an update's own long values and its record */
    unsigned faults;                                    /* of the checker */
    unsigned failures;                                  /* how many there were */
    unsigned skipped;
    char fault[400];                                    /* first difference */
};

int play_open(struct play *p, const char *folder, uint32_t page_size, bool create);
int play_step(struct play *p, const struct step *step); /* 0, or a difference was found (p->fault) */
int play_check(struct play *p);                         /* all rows and the schema, every session */
int play_integrity(struct play *p);                     /* the checker; nobody is in a transaction */
void play_roll_back_all(struct play *p);
int play_close(struct play *p, bool abrupt);
int play_check_committed(struct play *p);               /* after recovery: last committed states, or those of the commit in doubt */

#endif
