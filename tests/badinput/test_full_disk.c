/* A disk that fills up below the whole interface: for each amount of room a life of creating, inserting, growing and backing up ends in
 * "disk full" of one kind or another; what was acknowledged is there when room is given back, to the same instance or after a start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/jet.h"
#include "base/err.h"
#include "os_sim.h"

#define OK(call) assert_int_equal((call), 0)

enum { BODY_BYTES = 1500, ROWS_MAX = 1500, BATCH = 5 };

struct life { JET_INSTANCE instance; JET_SESID s; JET_DBID db; JET_TABLEID t; JET_COLUMNID id, body; int32_t committed; bool attached, made; };

static JET_ERR up(struct life *l)
{
    JET_ERR err;

    l->attached = false;
    OK(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, 4096, NULL));
    OK(JetCreateInstanceA(&l->instance, "full"));
    OK(JetSetSystemParameterA(&l->instance, 0, JET_paramSystemPath, 0, "/sim/"));
    OK(JetSetSystemParameterA(&l->instance, 0, JET_paramLogFilePath, 0, "/sim/"));
    OK(JetSetSystemParameterA(&l->instance, 0, JET_paramTempPath, 0, "/sim/"));
    OK(JetSetSystemParameterA(&l->instance, 0, JET_paramLogFileSize, 128, NULL));
    OK(JetSetSystemParameterA(&l->instance, 0, JET_paramMaxTemporaryTables, 0, NULL));
    err = JetInit(&l->instance);
    if (err < 0)
        return err;
    OK(JetBeginSessionA(l->instance, &l->s, NULL, NULL));
    return err;
}

static JET_ERR open_table(struct life *l)
{
    JET_COLUMNDEF def = {.cbStruct = sizeof def};
    JET_ERR err = JetAttachDatabaseA(l->s, "/sim/x.edb", 0);

    if (err >= 0)
        err = JetOpenDatabaseA(l->s, "/sim/x.edb", NULL, &l->db, 0);
    if (err >= 0)
        err = JetOpenTableA(l->s, l->db, "t", NULL, 0, 0, &l->t);
    if (err < 0)
        return err;
    OK(JetGetTableColumnInfoA(l->s, l->t, "id", &def, sizeof def, JET_ColInfo));
    l->id = def.columnid;
    OK(JetGetTableColumnInfoA(l->s, l->t, "body", &def, sizeof def, JET_ColInfo));
    l->body = def.columnid;
    l->attached = true;
    return err;
}

static JET_ERR make(struct life *l)
{
    JET_COLUMNDEF id = {.cbStruct = sizeof id, .coltyp = JET_coltypLong}, body = {.cbStruct = sizeof body, .coltyp = JET_coltypLongBinary};
    JET_ERR err = JetCreateDatabaseA(l->s, "/sim/x.edb", NULL, &l->db, 0);

    if (err >= 0)
        err = JetBeginTransaction(l->s);
    if (err < 0)
        return err;
    err = JetCreateTableA(l->s, l->db, "t", 0, 80, &l->t);
    if (err >= 0)
        err = JetAddColumnA(l->s, l->t, "id", &id, NULL, 0, &l->id);
    if (err >= 0)
        err = JetAddColumnA(l->s, l->t, "body", &body, NULL, 0, &l->body);
    if (err >= 0)
        err = JetCreateIndexA(l->s, l->t, "pk", JET_bitIndexPrimary, "+id\0", 5, 80);
    if (err >= 0)
        err = JetCommitTransaction(l->s, 0);
    if (err < 0) {
        (void)JetRollback(l->s, JET_bitRollbackAll);
        return err;
    }
    l->attached = l->made = true;
    return err;
}

static JET_ERR insert(struct life *l, int32_t row)
{
    static unsigned char body[BODY_BYTES];
    JET_ERR err = JetPrepareUpdate(l->s, l->t, JET_prepInsert);

    memset(body, (int)row, sizeof body);
    if (err >= 0)
        err = JetSetColumn(l->s, l->t, l->id, &row, sizeof row, 0, NULL);
    if (err >= 0)
        err = JetSetColumn(l->s, l->t, l->body, body, sizeof body, 0, NULL);
    if (err >= 0)
        err = JetUpdate(l->s, l->t, NULL, 0, NULL);
    if (err < 0)
        (void)JetPrepareUpdate(l->s, l->t, JET_prepCancel);
    return err;
}

/* Batches until rows are there or something fails; a batch that failed is rolled back. */
static JET_ERR fill(struct life *l, int32_t rows)
{
    JET_ERR err = 0;

    while (err >= 0 && l->committed < rows) {
        err = JetBeginTransaction(l->s);
        if (err < 0)
            return err;
        for (int32_t k = 0; err >= 0 && k < BATCH; k++)
            err = insert(l, l->committed + k);
        if (err >= 0)
            err = JetCommitTransaction(l->s, 0);
        if (err >= 0)
            l->committed += BATCH;
        else
            (void)JetRollback(l->s, 0);
    }
    return err;
}

/* Rows in order, whole; a batch whose commit was reported as failed may be there. */
static void verify(struct life *l)
{
    unsigned char body[BODY_BYTES + 1], want[BODY_BYTES];
    int32_t row, n = 0;
    JET_UINT32 got;
    JET_ERR err;

    for (err = JetMove(l->s, l->t, JET_MoveFirst, 0); err >= 0; err = JetMove(l->s, l->t, JET_MoveNext, 0), n++) {
        OK(JetRetrieveColumn(l->s, l->t, l->id, &row, sizeof row, &got, 0, NULL));
        assert_int_equal(row, n);
        OK(JetRetrieveColumn(l->s, l->t, l->body, body, sizeof body, &got, 0, NULL));
        memset(want, (int)row, sizeof want);
        assert_int_equal(got, BODY_BYTES);
        assert_memory_equal(body, want, BODY_BYTES);
    }
    assert_int_equal(err, JET_errNoCurrentRecord);
    if (n != l->committed && n != l->committed + BATCH)
        fail_msg("%d rows, %d were committed", (int)n, (int)l->committed);
    l->committed = n;
}

static bool says_full(JET_ERR err)
{
    return err == JET_errDiskFull || err == JET_errLogDiskFull || err == JET_errInstanceUnavailableDueToFatalLogDiskFull ||
           err == JET_errInstanceUnavailable || err == JET_errLogWriteFail;
}

/* Ends the instance in an orderly way, or as far as that goes without room. */
static JET_ERR down(struct life *l)
{
    JET_ERR err = JetTerm2(l->instance, JET_bitTermComplete);

    if (err < 0)
        (void)JetTerm2(l->instance, JET_bitTermAbrupt);
    l->attached = false;
    return err;
}

static void one_amount(uint64_t room, unsigned seen[3])
{
    struct life l = {.committed = 0};
    bool initialised, goes_on = false;
    JET_ERR err;

    sim_reset(room);
    sim_space(room);
    err = up(&l);
    initialised = err >= 0;
    seen[0] += !initialised;
    if (err >= 0)
        err = make(&l);
    if (err >= 0)
        err = fill(&l, ROWS_MAX);
    if (!says_full(err))
        fail_msg("room for %u: %d", (unsigned)room, (int)err);
    seen[1] += err == JET_errDiskFull;
    seen[2] += err != JET_errDiskFull;

    /* Room again: an instance that only lacked it for its database goes on. */
    sim_space(UINT64_MAX);
    if (initialised && err == JET_errDiskFull) {
        err = l.made ? fill(&l, l.committed + 10 * BATCH) : make(&l);
        goes_on = err >= 0;
        if (goes_on)
            verify(&l);
        else if (!says_full(err))
            fail_msg("room for %u, with room again: %d", (unsigned)room, (int)err);
    }
    if (initialised)
        err = down(&l);
    if (goes_on)
        assert_int_equal(err, 0);

    /* A start finds everything; the process has gone on. */
    OK(up(&l));
    if (l.made) {
        OK(open_table(&l));
        verify(&l);
        OK(fill(&l, l.committed + 4 * BATCH));
        verify(&l);
    }
    OK(down(&l));
}

static void every_amount_of_room(void **state)
{
    unsigned seen[3] = {0}, runs = 0;

    (void)state;
    for (uint64_t room = 20000; room < 3500000; room += room < 1800000 ? 61000 : 97000) {
        one_amount(room, seen);
        runs++;
    }
    printf("   %u amounts: the start failed %u times; %u times the database's disk was full, %u times the log's\n", runs, seen[0], seen[1] , seen[2]);
    sim_release();
    assert_true(seen[0] != 0 && seen[1] != 0 && seen[2] != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_amount_of_room)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
