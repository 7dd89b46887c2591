/* When commits are durable, and how far the checkpoint may lag, through the public interface. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/jet.h"
#include "os/os.h"

#define OK(call) assert_int_equal((call), 0)

static char folder[512];
static _Atomic int64_t g_seen;
static _Atomic unsigned g_calls;
static JET_SIGNATURE g_sign;

static JET_ERR JET_API durable(JET_INSTANCE instance, JET_COMMIT_ID *seen, JET_GRBIT grbit)
{
    (void)instance;
    if (grbit == 0 && seen->commitId > atomic_load(&g_seen)) {
        g_sign = seen->signLog;
        atomic_store(&g_seen, seen->commitId);
    }
    atomic_fetch_add(&g_calls, 1);
    return 0;
}

static ese_err delete_entry(void *context, const char *name, const struct os_file_info *info)
{
    char path[1024];
    (void)context;
    (void)info;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return os_path_delete(path);
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "esent-commit-%u", (unsigned)os_process_id());
    return os_dir_create(folder) < 0 ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)os_dir_list(folder, delete_entry, NULL);
    (void)os_dir_delete(folder);
    return 0;
}

struct run { JET_INSTANCE instance; JET_SESID s; JET_DBID db; JET_TABLEID t; JET_COLUMNID id, body; };

static void start(struct run *r, JET_API_PTR depth)
{
    char path[600];
    JET_COLUMNDEF def = {.cbStruct = sizeof def, .coltyp = JET_coltypLong};
    JET_COLUMNDEF body = {.cbStruct = sizeof body, .coltyp = JET_coltypBinary, .cbMax = 255};
    snprintf(path, sizeof path, "%s/", folder);
    OK(JetCreateInstanceA(&r->instance, "commit"));
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramSystemPath, 0, path));
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramLogFilePath, 0, path));
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramTempPath, 0, path));
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramLogFileSize, 128, NULL));
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramCircularLog, 1, NULL));
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramCheckpointDepthMax, depth, NULL));
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramDurableCommitCallback, (JET_API_PTR)(uintptr_t)durable, NULL));
    OK(JetInit(&r->instance));
    OK(JetBeginSessionA(r->instance, &r->s, NULL, NULL));
    snprintf(path, sizeof path, "%s/c.edb", folder);
    OK(JetCreateDatabaseA(r->s, path, NULL, &r->db, JET_bitDbOverwriteExisting));
    OK(JetBeginTransaction(r->s));
    OK(JetCreateTableA(r->s, r->db, "t", 0, 100, &r->t));
    OK(JetAddColumnA(r->s, r->t, "id", &def, NULL, 0, &r->id));
    OK(JetAddColumnA(r->s, r->t, "body", &body, NULL, 0, &r->body));
    OK(JetCommitTransaction(r->s, 0));
}

static void stop(struct run *r)
{
    OK(JetCloseTable(r->s, r->t));
    OK(JetEndSession(r->s, 0));
    OK(JetTerm(r->instance));
}

static void put(struct run *r, int32_t id)
{
    char body[200];
    memset(body, id, sizeof body);
    OK(JetPrepareUpdate(r->s, r->t, JET_prepInsert));
    OK(JetSetColumn(r->s, r->t, r->id, &id, sizeof id, 0, NULL));
    OK(JetSetColumn(r->s, r->t, r->body, body, sizeof body, 0, NULL));
    OK(JetUpdate(r->s, r->t, NULL, 0, NULL));
}

static JET_COMMIT_ID commit_one(struct run *r, JET_GRBIT grbit, JET_UINT32 limit_ms)
{
    static int32_t next;
    JET_COMMIT_ID id;
    OK(JetBeginTransaction(r->s));
    put(r, next++);
    OK(JetCommitTransaction2(r->s, grbit, limit_ms, &id));
    return id;
}

static bool is_told(int64_t commit, unsigned ms)
{
    for (unsigned waited = 0; waited < ms; waited += 5) {
        if (atomic_load(&g_seen) >= commit)
            return true;
        os_sleep_ms(5);
    }
    return atomic_load(&g_seen) >= commit;
}

static void the_callback_hears_of_every_commit_once_it_is_durable(void **state)
{
    struct run r;
    JET_COMMIT_ID first, second;
    (void)state;
    start(&r, 20 << 20);
    first = commit_one(&r, 0, 0);
    assert_true(is_told(first.commitId, 5000));
    second = commit_one(&r, JET_bitCommitLazyFlush, 0);
    assert_true(second.commitId > first.commitId);
    assert_memory_equal(&first.signLog, &second.signLog, sizeof first.signLog);
    assert_memory_equal(&g_sign, &first.signLog, sizeof g_sign);
    assert_true(is_told(second.commitId, 5000));        /* by itself */
    second = commit_one(&r, JET_bitCommitLazyFlush, 0);
    OK(JetCommitTransaction(r.s, JET_bitWaitLastLevel0Commit));
    assert_true(is_told(second.commitId, 5000));
    second = commit_one(&r, JET_bitCommitLazyFlush, 0);
    OK(JetCommitTransaction(r.s, JET_bitWaitAllLevel0Commit));
    assert_true(is_told(second.commitId, 5000));
    second = commit_one(&r, JET_bitCommitLazyFlush, 10);
    assert_true(is_told(second.commitId, 5000));
    stop(&r);
}

/* A wait returns when the log has the commit: a copy of the files of that moment replays it. */
static void waiting_needs_no_transaction_of_its_own(void **state)
{
    struct run r;
    JET_SESID other;
    (void)state;
    start(&r, 20 << 20);
    OK(JetBeginSessionA(r.instance, &other, NULL, NULL));
    OK(JetCommitTransaction(other, JET_bitWaitLastLevel0Commit));   /* nothing committed yet: nothing to wait for */
    OK(JetCommitTransaction(other, JET_bitWaitAllLevel0Commit));
    OK(JetBeginTransaction(r.s));
    assert_int_equal(JetCommitTransaction(r.s, JET_bitWaitLastLevel0Commit), JET_errInTransaction);
    assert_int_equal(JetCommitTransaction(r.s, JET_bitWaitAllLevel0Commit), JET_errInTransaction);
    assert_int_equal(JetCommitTransaction(r.s, JET_bitWaitAllLevel0Commit | JET_bitWaitLastLevel0Commit), JET_errInvalidGrbit);
    put(&r, 1);
    OK(JetCommitTransaction(r.s, JET_bitCommitLazyFlush));
    OK(JetEndSession(other, 0));
    stop(&r);
}

/* ---- checkpoint depth ---- */

static ese_err note_generation(void *context, const char *name, const struct os_file_info *info)
{
    uint32_t *range = context;
    unsigned generation;
    (void)info;
    if (strlen(name) >= 12 && sscanf(name, "edb%5X.", &generation) == 1) {
        range[0] = generation < range[0] ? generation : range[0];
        range[1] = generation > range[1] ? generation : range[1];
    }
    return 0;
}

/* With circular logging the generations that lie there are those from the checkpoint on. */
static JET_ERR lowest_generation(uint32_t *low, uint32_t *high)
{
    uint32_t range[2] = {UINT32_MAX, 0};
    ese_err err = os_dir_list(folder, note_generation, range);
    *low = range[0];
    *high = range[1];
    return err;
}

/* Bytes of log that a crash now would have to replay, by the files. */
static uint64_t depth_of(void)
{
    uint32_t low, high;
    OK(lowest_generation(&low, &high));
    return high < low ? 0 : (uint64_t)(high - low + 2) * 128 * 1024;
}

static uint64_t deepest_of_a_load(struct run *r, unsigned rounds)
{
    uint64_t deepest = 0;
    for (unsigned k = 0; k < rounds; k++) {
        OK(JetBeginTransaction(r->s));
        for (int32_t i = 0; i < 100; i++)
            put(r, (int32_t)k * 100 + i);
        OK(JetCommitTransaction(r->s, 0));
        os_sleep_ms(3);
        if (k > rounds / 3 && depth_of() > deepest)
            deepest = depth_of();
    }
    return deepest;
}

static void the_checkpoint_keeps_its_depth_and_a_change_takes_effect(void **state)
{
    enum { DEEP = 8 << 20, SHALLOW = 1 << 20 };
    struct run r;
    uint64_t deep, shallow;
    (void)state;
    start(&r, DEEP);
    deep = deepest_of_a_load(&r, 500);
    OK(JetSetSystemParameterA(&r.instance, 0, JET_paramCheckpointDepthMax, SHALLOW, NULL));
    (void)deepest_of_a_load(&r, 60);
    os_sleep_ms(2500);
    shallow = deepest_of_a_load(&r, 500);
    printf("   depth %u KiB: %u KiB of log; depth %u KiB: %u KiB\n", DEEP / 1024, (unsigned)(deep / 1024), SHALLOW / 1024, (unsigned)(shallow / 1024));
    assert_true(deep <= 2 * (uint64_t)DEEP);
    assert_true(shallow <= 2 * (uint64_t)SHALLOW + 2 * 128 * 1024);
    stop(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_callback_hears_of_every_commit_once_it_is_durable, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(waiting_needs_no_transaction_of_its_own, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_checkpoint_keeps_its_depth_and_a_change_takes_effect, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
