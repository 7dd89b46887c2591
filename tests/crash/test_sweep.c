/* Power cuts at every changing I/O call of a life of one instance: create, insert with splits, commit, replace, delete, checkpoint,
 * log roll, detach, attach. After each, recovery must succeed and the tree holds what was acknowledged, nothing else; the one
 * transaction whose commit was under way may be there as a whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "admin/check.h"
#include "engine.h"
#include "os_sim.h"
#include "tree/space.h"

enum { PAGE_BYTES = 4096, LOG_BYTES = 64 * 1024, BATCHES = 8, ROWS = 20, VALUE_BYTES = 220, KEYS = BATCHES * ROWS };

/* What the outside world knows. state[k]: version of the value under key k, 0 = absent. */
struct known {
    bool created, tree_made;                            /* acknowledged */
    bool creating, making_tree;                         /* under way */
    pgno root;
    uint32_t objid;
    uint8_t state[KEYS], next[KEYS];                    /* acknowledged; and if the transaction under way is there */
    bool in_doubt;
};

static struct known known;
static uint32_t level;                                  /* update level of the database; 0: the newest */
static uint64_t created_at;

static void make_key(unsigned k, uint8_t key[4]) { store_be32(key, k * 7919u % KEYS); }

static void make_value(unsigned k, unsigned version, uint8_t value[VALUE_BYTES])
{
    memset(value, (int)(k + version * 31), VALUE_BYTES);
    value[0] = (uint8_t)version;
}

static ese_err open_tree(struct engine *e, struct btree *t)
{
    struct db_file *db = e->inst->dbs[1];
    if (db == NULL)
        return JET_errDatabaseNotFound;
    return btree_open(t, db, known.root);
}

static ese_err make_tree(struct engine *e)
{
    struct btree *parent = ese_alloc(sizeof *parent);
    ese_err err = 0;
    known.making_tree = true;
    TRY(btree_open(parent, e->inst->dbs[1], 1));
    TRY(txn_begin(e->session, false));
    TRY(space_create_tree(parent, &e->session->trx, 1, true, 0, &known.root, &known.objid));
    TRY(txn_commit(e->session, 0));
    known.tree_made = true;
    known.making_tree = false;
done:
    if (parent->db != NULL)
        btree_release(parent);
    ese_free(parent);
    return err;
}

/* Bring key k to version (0: delete). */
static ese_err change(struct session *s, struct bt_pos *p, unsigned k, unsigned version)
{
    uint8_t key[4], value[VALUE_BYTES];
    ese_err err = 0;
    make_key(k, key);
    make_value(k, version, value);
    if (known.next[k] == 0) {
        TRY(bt_insert(p, bytes_of(key, 4), bytes_of(value, VALUE_BYTES), 0));
    } else {
        TRY(bt_seek(p, bytes_of(key, 4), BYTES_NONE, BT_SEEK_EQ, NULL));
        if (version == 0)
            TRY(bt_delete(p, 0));
        else
            TRY(bt_replace(p, bytes_of(value, version % 2 != 0 ? VALUE_BYTES : VALUE_BYTES - 100), 0));
    }
    known.next[k] = (uint8_t)version;
done:
    bt_release(p);
    (void)s;
    return err;
}

static void settle(bool there)
{
    if (there)
        memcpy(known.state, known.next, sizeof known.state);
    memcpy(known.next, known.state, sizeof known.next);
    known.in_doubt = false;
}

/* One transaction over the keys first..first+count-1. */
static ese_err batch(struct engine *e, struct session *s, struct btree *t, unsigned first, unsigned count, unsigned version, bool commit)
{
    struct bt_pos *p = ese_alloc(sizeof *p);
    ese_err err = 0;
    TRY(bt_pos_init(p, t, &s->trx));
    TRY(txn_begin(s, false));
    for (unsigned k = first; k < first + count; k++)
        TRY(change(s, p, k, version));
    if (!commit)
        goto done;
    known.in_doubt = true;
    TRY(txn_commit(s, 0));
    settle(true);
done:
    if (p->tree != NULL)
        bt_pos_free(p);
    ese_free(p);
    (void)e;
    return err;
}

/* Every second key goes, others beside it stay: then neighbours are merged, as online defragmentation does it. */
static ese_err thin_out(struct engine *e, struct btree *t)
{
    struct bt_pos *p = ese_alloc(sizeof *p);
    struct session *s = e->session;
    bool done = false;
    ese_err err = 0;
    TRY(bt_pos_init(p, t, &s->trx));
    for (unsigned k = 0; k < KEYS; k++)
        if (k * 7919u % KEYS % 3 != 0 && known.state[k] != 0)
            TRY(batch(e, s, t, k, 1, 0, true));
    TRY(ver_cleanup(e->inst->versions, UINT32_MAX));
    TRY(buf_flush_db(e->inst->dbs[1]));
    bt_pos_retarget(p, t);
    while (!done) {
        TRY(txn_begin(s, false));
        TRY(bt_compact_step(p, &done));
        TRY(txn_commit(s, COMMIT_LAZY));
    }
    TRY(log_flush_all(e->inst->log));
    TRY(buf_flush_db(e->inst->dbs[1]));
done:
    if (p->tree != NULL)
        bt_pos_free(p);
    ese_free(p);
    return err;
}

static ese_err work(struct engine *e, struct btree *t)
{
    struct attach_config how = {.update = level};
    struct session *loser = NULL;
    uint8_t dbid;
    ese_err err = 0;
    known.creating = true;
    TRY(db_create(e->session, "/sim/a.edb", &how, &dbid));
    known.created = true;
    created_at = sim_count();
    known.creating = false;
    TRY(make_tree(e));
    TRY(open_tree(e, t));
    for (unsigned i = 0; i < BATCHES - 2; i++)
        TRY(batch(e, e->session, t, i * ROWS, ROWS, 1, true));
    TRY(buf_flush_db(e->inst->dbs[1]));
    TRY(log_checkpoint_update(e->inst->log, true));
    TRY(batch(e, e->session, t, 0, ROWS, 2, true));
    TRY(batch(e, e->session, t, ROWS, ROWS, 0, true));
    /* A loser whose pages reach the disk while it runs. */
    TRY(session_begin(e->inst, &loser));
    TRY(batch(e, loser, t, 2 * ROWS, ROWS / 2, 4, false));
    TRY(batch(e, loser, t, (BATCHES - 1) * ROWS, ROWS, 1, false));
    memcpy(known.next, known.state, sizeof known.next);
    TRY(buf_flush_db(e->inst->dbs[1]));
    TRY(batch(e, e->session, t, (BATCHES - 2) * ROWS, ROWS, 1, true));
    TRY(txn_rollback(loser));
    if (loser->trx.level > 0)
        TRY(txn_rollback(loser));
    TRY(batch(e, e->session, t, ROWS, ROWS, 3, true));
    btree_release(t);
    t->db = NULL;
    TRY(db_detach(e->session, 1, false));
    TRY(db_attach(e->session, "/sim/a.edb", &how, &dbid));
    TRY(open_tree(e, t));
    TRY(batch(e, e->session, t, 0, ROWS, 5, true));
    TRY(thin_out(e, t));
done:
    return err;
}

static ese_err open_engine(struct engine *e)
{
    struct engine_config config = {.dir = "/sim", .page_size = PAGE_BYTES, .log_bytes = LOG_BYTES, .cache_bytes = 1 << 20,
                                   .checkpoint_depth = 128 * 1024};
    ese_err err = engine_open(e, &config);
    return err < 0 ? err : engine_start(e, NULL);
}

static bool matches(const uint8_t *want, const uint8_t *found)
{
    return memcmp(want, found, KEYS) == 0;
}

static ese_err read_all(struct engine *e, uint8_t found[KEYS])
{
    struct btree *t = ese_alloc(sizeof *t);
    struct bt_pos *p = ese_alloc(sizeof *p);
    ese_err err = 0;
    memset(found, 0, KEYS);
    TRY(open_tree(e, t));
    TRY(bt_pos_init(p, t, &e->session->trx));
    TRY(txn_begin(e->session, true));
    for (err = bt_first(p); err >= 0; err = bt_next(p)) {
        uint8_t wanted[VALUE_BYTES], key[4];
        struct bytes k = bt_key(p), data = bt_data(p);
        for (unsigned i = 0; i < KEYS; i++) {
            make_key(i, key);
            if (!bytes_equal(k, bytes_of(key, 4)))
                continue;
            found[i] = data.data[0];
            make_value(i, found[i], wanted);
            if (memcmp(wanted, data.data, data.size) != 0)
                FAIL(JET_errDatabaseCorrupted);
        }
    }
    if (err == JET_errNoCurrentRecord || err == JET_errRecordNotFound)
        err = 0;
    bt_release(p);
    (void)txn_commit(e->session, COMMIT_LAZY);
done:
    if (p->tree != NULL)
        bt_pos_free(p);
    if (t->db != NULL)
        btree_release(t);
    ese_free(p);
    ese_free(t);
    return err;
}

static void print_fault(void *context, const struct check_fault *f)
{
    const char *mode = context;
    printf("   %s: %s page %u slot %d: %s\n", mode, f->tree != NULL ? f->tree : "", (unsigned)f->page, f->slot, f->text);
}

/* Every page in order, each owned once. The tree made here is in no catalog: to the checker its pages are owned and not used. */
static bool in_order(struct engine *e, uint64_t k, const char *mode)
{
    struct check_config config = {.fault = print_fault, .context = (void *)(uintptr_t)mode};
    struct check_counts counts = {0};
    ese_err err;
    ver_drain(e->inst->versions, e->inst->dbs[1]);
    err = check_database(e->session, 1, &config, &counts);
    if (err < 0 || counts.faults != 0)
        printf("   call %u %s: checker %d, %u faults\n", (unsigned)k, mode, (int)err, (unsigned)counts.faults);
    return err >= 0 && counts.faults == 0;
}

/* After recovery. Prints and returns false when something is wrong. */
static bool judge(struct engine *e, uint64_t k, const char *mode)
{
    struct attach_config how = {0};
    uint8_t found[KEYS], dbid;
    ese_err err = db_attach(e->session, "/sim/a.edb", &how, &dbid);
    if (err < 0) {
        if (!known.created && err == JET_errFileNotFound)
            return true;
        printf("   call %u %s: attach %d %s\n", (unsigned)k, mode, (int)err, err_name(err));
        return false;
    }
    if (!in_order(e, k, mode))
        return false;
    if (level != 0 && le32_get(&db_header_of(e->inst->dbs[dbid])->update_major) != level) {
        printf("   call %u %s: level %x\n", (unsigned)k, mode, (unsigned)le32_get(&db_header_of(e->inst->dbs[dbid])->update_major));
        return false;
    }
    if (!known.tree_made)
        return true;
    err = read_all(e, found);
    if (err < 0) {
        printf("   call %u %s: reading %d %s\n", (unsigned)k, mode, (int)err, err_name(err));
        return false;
    }
    if (matches(known.state, found) || (known.in_doubt && matches(known.next, found)))
        return true;
    for (unsigned i = 0; i < KEYS; i++)
        if (found[i] != known.state[i])
            printf("   call %u %s: key %u has version %u, acknowledged %u, under way %u%s\n", (unsigned)k, mode, i, found[i],
                   known.state[i], known.next[i], known.in_doubt ? "" : " (nothing in doubt)");
    return false;
}

static const char *const mode_names[] = {"kept", "dropped", "torn"};

static ese_err live(struct engine *e)
{
    struct btree *t = ese_alloc(sizeof *t);             /* version entries name it until the instance goes */
    ese_err err = open_engine(e);
    memset(&known, 0, sizeof known);
    if (err >= 0)
        err = work(e, t);
    if (err >= 0)
        err = engine_stop(e);
    engine_crash(e);
    if (t->db != NULL)
        btree_release(t);
    ese_free(t);
    return err;
}

/* The life ends at call k; recovery itself is cut at call j of it (0: not). */
static bool one_cut(uint64_t k, uint64_t j, enum sim_reboot mode, uint64_t seed)
{
    struct engine e;
    bool good;
    ese_err err;
    sim_reset(seed);
    sim_crash_at(k);
    err = live(&e);
    if (!sim_crashed())
        return err >= 0;
    sim_reboot(mode);
    if (j != 0) {
        sim_crash_at(j);
        if (open_engine(&e) >= 0)
            engine_crash(&e);
        if (!sim_crashed())
            sim_crash_at(0);
        sim_reboot(mode);
    }
    err = open_engine(&e);
    if (err < 0) {
        const char *where;
        int line;
        (void)err_last(&where, &line);
        printf("   call %u+%u %s: recovery %d %s (%s:%d)\n", (unsigned)k, (unsigned)j, mode_names[mode], (int)err, err_name(err), where, line);
        return false;
    }
    good = judge(&e, k, mode_names[mode]);
    err = engine_stop(&e);
    if (err < 0)
        printf("   call %u %s: stop %d %s\n", (unsigned)k, mode_names[mode], (int)err, err_name(err));
    return good && err >= 0;
}

static uint64_t calls_of_a_life(void)
{
    struct engine e;
    ese_err err;
    sim_reset(1);
    err = live(&e);
    if (err < 0) {
        const char *where;
        int line;
        (void)err_last(&where, &line);
        printf("   without a cut: %d %s (%s:%d)\n", (int)err, err_name(err), where, line);
    }
    assert_int_equal(err, 0);
    return sim_count();
}

static unsigned env(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static void every_cut_leaves_what_was_acknowledged(void **state)
{
    uint64_t calls = calls_of_a_life();
    unsigned bad = 0, runs = 0, stride = env("ESE_SWEEP_STRIDE", 1), first = env("ESE_SWEEP_FIRST", 1);
    (void)state;
    for (uint64_t k = first; k <= calls && bad < 10; k += stride)
        for (unsigned mode = SIM_KEPT; mode < SIM_REBOOTS && bad < 10; mode++) {
            runs++;
            bad += one_cut(k, 0, (enum sim_reboot)mode, k) ? 0 : 1;
        }
    printf("   %u calls, %u cuts, %u bad\n", (unsigned)calls, runs, bad);
    assert_int_equal(bad, 0);
}

/* A database of Windows 7's level is one after every cut, also when recovery makes its file anew. */
static void a_creation_keeps_its_level(void **state)
{
    unsigned bad = 0;
    uint64_t calls;
    (void)state;
    level = DB_UPDATE_LOWEST;
    (void)calls_of_a_life();
    calls = created_at + 60;
    for (uint64_t k = 1; k <= calls && bad < 10; k++)
        for (unsigned mode = SIM_KEPT; mode < SIM_REBOOTS && bad < 10; mode++)
            bad += one_cut(k, 0, (enum sim_reboot)mode, k) ? 0 : 1;
    level = 0;
    printf("   %u calls, %u bad\n", (unsigned)calls, bad);
    assert_int_equal(bad, 0);
}

static void a_cut_inside_recovery_changes_nothing(void **state)
{
    uint64_t calls = calls_of_a_life();
    unsigned bad = 0, runs = 0, stride = env("ESE_SWEEP_STRIDE", 1) * 17;
    (void)state;
    for (uint64_t k = 40; k <= calls && bad < 10; k += stride)
        for (uint64_t j = 1 + k % 3; j < 60 && bad < 10; j += 5) {
            enum sim_reboot mode = (enum sim_reboot)((k + j) % SIM_REBOOTS);
            runs++;
            bad += one_cut(k, j, mode, k + j) ? 0 : 1;
        }
    printf("   %u cuts, %u bad\n", runs, bad);
    assert_int_equal(bad, 0);
}

static int release_disk(void **state)
{
    (void)state;
    sim_release();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut_leaves_what_was_acknowledged),
        cmocka_unit_test(a_creation_keeps_its_level),
        cmocka_unit_test(a_cut_inside_recovery_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, release_disk);
}
