/*
 * live.h - the workload of the demonstration: what rows look like, so that the writer and the judge agree.
 *
 * ROW         id = session * ROWS_PER_SESSION + n (Long, primary key), version (Long), state (Long), body (LongBinary of
 *             a size and a pattern that follow from id and version), tag (Text, secondary index).
 * STATES      ROW_KEPT rows belong to transactions that commit; ROW_DOOMED rows to transactions that are rolled back.
 * RULES       session s commits n = 1, 2, 3, ... one after the other; every 7th commit also rewrites row n - 3 (version + 1), every
 *             11th deletes row n - 5; between commits doomed rows are inserted and rolled back.
 * JUDGE       rows of a session are exactly what the rules give for some last n >= the n noted before the backup's log list.
 */
#ifndef DEMO_LIVE_H
#define DEMO_LIVE_H

#include "jet_api.h"
#include "os/os.h"

enum { SESSIONS = 3, ROWS_PER_SESSION = 10000000, ROW_KEPT = 1, ROW_DOOMED = 2, BODY_MAX = 900 };

struct live_columns {
    JET_COLUMNID id, version, state, body, tag;
};

struct live {                                           /* one instance with one database */
    JET_INSTANCE instance;
    int legacy;
    char folder[OS_PATH_MAX], database[OS_PATH_MAX];
    _Atomic int32_t committed[SESSIONS];                /* last n known to be durable */
    _Atomic int32_t rolled_back;
    _Atomic int stop;
    _Atomic int32_t failed;                             /* first error of a writer */
    struct os_thread *threads[SESSIONS];
};

agent_u32 live_body(int32_t id, int32_t version, unsigned char body[BODY_MAX]);
/* What the rules say of row m when n is the last commit of its session: 0 = deleted or never, else version + 1. */
int32_t live_expected(int32_t m, int32_t n);

JET_ERR live_start(struct live *l, const char *name, const char *folder, int legacy, int create);
JET_ERR live_write(struct live *l);                     /* starts the writers, each after its last commit */
JET_ERR live_quiesce(struct live *l);                   /* stops and joins them */
JET_ERR live_stop(struct live *l);
JET_ERR live_columns_of(JET_SESID s, JET_TABLEID t, struct live_columns *c);

struct judgement {
    int32_t last[SESSIONS];                             /* highest n found */
    unsigned rows, doomed, wrong;
};
JET_ERR live_judge(struct live *l, struct judgement *j);

#endif
