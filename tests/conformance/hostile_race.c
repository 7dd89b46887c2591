/* Calls of all kinds from threads with sessions of their own while another thread terminates the instance under them. */
#include "hostile.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#define JET_VERSION 0x0A00
#include <windows.h>
#endif
#include <esent.h>

#include "platform.h"

enum { WORKERS = 3, FAULTS_SHOWN = 20, REFUSALS_MAX = 200, REFUSALS_END = 10000 };

static _Atomic int running, going, faults;
static _Atomic uintptr_t instance;

static void expect_known(const char *what, JET_ERR err)
{
    if (world_known_error((int)err))
        return;
    if (atomic_fetch_add(&faults, 1) < FAULTS_SHOWN)
        printf("FAIL %s: unknown error %d\n", what, (int)err);
}

#define DO(call) expect_known(#call, (call))

static void work_with(JET_INSTANCE i)
{
    JET_SESID s = 0;
    JET_DBID d = 0;
    JET_TABLEID t = 0;
    JET_GRBIT n = 0;
    char text[600];
    JET_COLUMNDEF def;
    memset(&def, 0, sizeof def);
    DO(JetBeginSessionA(i, &s, NULL, NULL));
    DO(JetOpenDatabaseA(s, "base/base.edb", NULL, &d, 0));
    DO(JetOpenTableA(s, d, "t", NULL, 0, 0, &t));
    for (int k = 0; k < 20; k++) {
        DO(JetBeginTransaction(s));
        DO(JetMove(s, t, k % 2 != 0 ? JET_MoveFirst : JET_MoveNext, 0));
        DO(JetGetTableColumnInfoA(s, t, "c", &def, sizeof def, JET_ColInfo));
        DO(JetPrepareUpdate(s, t, JET_prepInsert));
        DO(JetSetColumn(s, t, def.columnid, &k, sizeof k, 0, NULL));
        DO(JetUpdate(s, t, NULL, 0, NULL));
        DO(JetGetDatabaseInfoA(s, d, text, sizeof text, JET_DbInfoFilename));
        DO(k % 3 != 0 ? JetRollback(s, 0) : JetCommitTransaction(s, JET_bitCommitLazyFlush));
        DO(JetBeginExternalBackupInstance(i, 0));
        DO(JetGetAttachInfoInstanceA(i, text, sizeof text, (void *)&n));
        DO(JetStopBackupInstance(i));
        DO(JetEndExternalBackupInstance(i));
        DO(JetIdle(s, 0));
    }
    DO(JetCloseTable(s, t));
    for (unsigned k = 0; k < REFUSALS_END; k++) {       /* an end that was refused in favour of a term that is refused itself */
        JET_ERR err = JetEndSession(s, 0);
        expect_known("JetEndSession", err);
        if (err != JET_errTermInProgress)
            break;
        pause_ms(1);
    }
}

static void worker(void *unused)
{
    (void)unused;
    while (atomic_load(&going) != 0) {
        work_with((JET_INSTANCE)atomic_load(&instance));
        pause_ms(1);
    }
    atomic_fetch_sub(&running, 1);
}

/* Each round: a world, workers on it, an end that may be refused at first. Workers go on with a handle that is dead. */
int hostile_race(unsigned rounds)
{
    static const JET_GRBIT ways[] = {JET_bitTermComplete, JET_bitTermAbrupt, JET_bitTermStopBackup, JET_bitTermAbrupt | JET_bitTermDirty};
    for (unsigned round = 0; round < rounds; round++) {
        JET_ERR err = 0;
        unsigned tries = 0;
        world_make(0);
        atomic_store(&instance, world.instance);
        atomic_store(&going, 1);
        atomic_store(&running, WORKERS);
        for (int k = 0; k < WORKERS; k++)
            thread_start(worker, NULL, 0);
        pause_ms(5 + round % 30);
        do {
            err = JetTerm2((JET_INSTANCE)world.instance, ways[round % 4]);
            expect_known("JetTerm2", err);
            if (err == JET_errTooManyActiveUsers || err == JET_errBackupInProgress)
                pause_ms(1);
            if (tries == REFUSALS_MAX)                  /* there is always one inside a transaction */
                atomic_store(&going, 0);
        } while ((err == JET_errTooManyActiveUsers || err == JET_errBackupInProgress) && ++tries < REFUSALS_END);
        if (err < 0 && err != JET_errDirtyShutdown) {
            printf("FAIL round %u ends with %d\n", round, (int)err);
            atomic_fetch_add(&faults, 1);
        }
        atomic_store(&going, 0);
        while (atomic_load(&running) != 0)
            pause_ms(1);
        world_end();
    }
    printf("%u rounds, %d faults\n", rounds, atomic_load(&faults));
    return atomic_load(&faults) == 0 ? 0 : 1;
}
