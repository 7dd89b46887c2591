/*
 * play.h - random operations on an engine and on the model, interleaved over several sessions by a seed; results compared.
 *
 * GIVES       play_open / play_step / play_check / play_close over the public API, usable on the real and on the simulated disk.
 * INVARIANTS  P1  one seed, one list of operations, one result.
 *             P2  every result code is compared, and the whole table as each session sees it, by both indexes, now and then.
 * CALLERS     test_model.c, sim/test_model_crash.c, soak.sh
 */
#ifndef ESE_TEST_PLAY_H
#define ESE_TEST_PLAY_H

#include "api/jet.h"
#include "model.h"

struct play_columns { JET_COLUMNID id, value, tag, body; };
struct play_session { JET_SESID s; JET_DBID db; JET_TABLEID t; };

struct play {
    struct model model;
    struct play_session sessions[MODEL_SESSIONS];
    struct play_columns c;
    JET_INSTANCE instance;
    uint64_t random;
    const char *folder;                                 /* with trailing separator */
    uint32_t page_size, log_kib;
    bool in_doubt;                                      /* the commit under way when the disk failed: either outcome is right */
    int doubt_session;
    struct model doubt;                                 /* the model as if it had committed */
    bool disk_failed;                                   /* errors are expected from now on */
    unsigned verbose;
    char fault[256];                                    /* first difference */
};

int play_open(struct play *p, uint64_t seed, const char *folder, uint32_t page_size, bool create);
int play_step(struct play *p, unsigned number);         /* 0, or a difference was found (p->fault) */
int play_check(struct play *p);                         /* whole table, every session */
int play_close(struct play *p, bool abrupt);
int play_check_committed(struct play *p);               /* after recovery: last committed states, or those of the commit in doubt */

#endif
