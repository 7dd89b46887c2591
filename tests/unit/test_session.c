/* Sessions and transactions over a real tree, attach and detach, the start and end of an instance. */
#include "reference.h"

#include "engine.h"
#include "tree/space.h"

static char folder[300];

static ese_err start(struct engine *e, uint32_t log_bytes)
{
    struct engine_config config = {.dir = folder, .page_size = 4096, .log_bytes = log_bytes, .cache_bytes = 1 << 20};
    ese_err err = engine_open(e, &config);
    return err < 0 ? err : engine_start(e, NULL);
}

static void path_of(char out[400], const char *name) { snprintf(out, 400, "%s/%s", folder, name); }

static int fresh_folder(void **state)
{
    char command[700];
    (void)state;
    snprintf(folder, sizeof folder, "%s/session", reference_scratch());
    snprintf(command, sizeof command, "rm -rf '%s' && mkdir -p '%s'", folder, folder);
    return system(command);
}

static void create(struct engine *e, const char *name, uint8_t *dbid)
{
    struct attach_config how = {0};
    char path[400];
    path_of(path, name);
    assert_int_equal(db_create(e->session, path, &how, dbid), 0);
}

static pgno make_tree(struct engine *e, uint8_t dbid)
{
    struct btree *parent = ese_alloc(sizeof *parent);
    pgno root = 0;
    uint32_t objid;
    assert_int_equal(btree_open(parent, e->inst->dbs[dbid], 1), 0);
    assert_int_equal(txn_begin(e->session, false), 0);
    assert_int_equal(space_create_tree(parent, &e->session->trx, 1, true, 0, &root, &objid), 0);
    assert_int_equal(txn_commit(e->session, 0), 0);
    btree_release(parent);
    ese_free(parent);
    return root;
}

struct place { struct btree tree; struct bt_pos pos; };

static struct place *open_place(struct engine *e, uint8_t dbid, pgno root)
{
    struct place *p = ese_alloc(sizeof *p);
    assert_int_equal(btree_open(&p->tree, e->inst->dbs[dbid], root), 0);
    assert_int_equal(bt_pos_init(&p->pos, &p->tree, &e->session->trx), 0);
    return p;
}

static void close_place(struct place *p)
{
    bt_pos_free(&p->pos);
    btree_release(&p->tree);
    ese_free(p);
}

#define TEXT(s) bytes_of((s), strlen(s))
static void put(struct place *p, const char *key, const char *value)
{
    assert_int_equal(bt_insert(&p->pos, TEXT(key), TEXT(value), 0), 0);
    bt_release(&p->pos);
}

static bool has(struct place *p, const char *key)
{
    bool there = bt_seek(&p->pos, TEXT(key), BYTES_NONE, BT_SEEK_EQ, NULL) == 0;
    bt_release(&p->pos);
    return there;
}

static void levels_commit_and_roll_back_one_by_one(void **state)
{
    struct engine e;
    uint8_t dbid;
    struct place *p;
    struct ver_entry *mark;
    (void)state;
    assert_int_equal(start(&e, 64 * 1024), 0);
    create(&e, "a.edb", &dbid);
    p = open_place(&e, dbid, make_tree(&e, dbid));
    assert_int_equal(txn_commit(e.session, 0), JET_errNotInTransaction);
    assert_int_equal(txn_rollback(e.session), JET_errNotInTransaction);
    assert_int_equal(txn_begin(e.session, false), 0);
    put(p, "outer", "1");
    assert_int_equal(txn_begin(e.session, false), 0);
    put(p, "inner", "1");
    assert_int_equal(txn_rollback(e.session), 0);
    assert_true(has(p, "outer"));
    assert_false(has(p, "inner"));
    assert_int_equal(txn_begin(e.session, false), 0);
    put(p, "kept", "1");
    mark = txn_mark(e.session);
    put(p, "taken back", "1");
    assert_int_equal(txn_undo_to(e.session, mark), 0);
    assert_true(has(p, "kept"));
    assert_false(has(p, "taken back"));
    assert_int_equal(txn_commit(e.session, 0), 0);
    assert_int_equal(txn_commit(e.session, 0), 0);
    assert_true(has(p, "outer") && has(p, "kept"));
    assert_false(has(p, "inner") || has(p, "taken back"));
    close_place(p);
    assert_int_equal(engine_stop(&e), 0);
}

static void reading_logs_nothing(void **state)
{
    struct engine e;
    uint8_t dbid;
    struct place *p;
    lgpos before;
    (void)state;
    assert_int_equal(start(&e, 64 * 1024), 0);
    create(&e, "a.edb", &dbid);
    p = open_place(&e, dbid, make_tree(&e, dbid));
    before = log_tip(e.inst->log);
    assert_int_equal(txn_begin(e.session, false), 0);
    assert_false(has(p, "nothing"));
    assert_int_equal(txn_commit(e.session, 0), 0);
    assert_true(log_tip(e.inst->log).v == before.v);
    close_place(p);
    assert_int_equal(engine_stop(&e), 0);
}

static void a_killed_instance_keeps_what_was_committed(void **state)
{
    struct engine e;
    struct attach_config how = {0};
    uint8_t dbid;
    struct place *p;
    pgno root;
    char path[400];
    (void)state;
    path_of(path, "a.edb");
    assert_int_equal(start(&e, 64 * 1024), 0);
    create(&e, "a.edb", &dbid);
    root = make_tree(&e, dbid);
    p = open_place(&e, dbid, root);
    assert_int_equal(txn_begin(e.session, false), 0);
    put(p, "committed", "1");
    assert_int_equal(txn_commit(e.session, 0), 0);
    assert_int_equal(txn_begin(e.session, false), 0);
    put(p, "open", "1");
    assert_int_equal(buf_flush_db(e.inst->dbs[dbid]), 0);
    bt_pos_free(&p->pos);
    engine_crash(&e);
    btree_release(&p->tree);
    ese_free(p);
    assert_int_equal(start(&e, 64 * 1024), 0);
    assert_int_equal(db_attach(e.session, path, &how, &dbid), 0);
    p = open_place(&e, dbid, root);
    assert_true(has(p, "committed"));
    assert_false(has(p, "open"));
    close_place(p);
    assert_int_equal(engine_stop(&e), 0);
}

static void attach_refuses_what_it_must(void **state)
{
    struct engine e;
    struct attach_config how = {0};
    uint8_t dbid, other;
    char path[400], copy[400], command[900];
    (void)state;
    path_of(path, "a.edb");
    path_of(copy, "b.edb");
    assert_int_equal(start(&e, 64 * 1024), 0);
    assert_int_equal(db_attach(e.session, path, &how, &dbid), JET_errFileNotFound);
    create(&e, "a.edb", &dbid);
    assert_int_equal(db_create(e.session, path, &how, &other), JET_errDatabaseDuplicate);
    assert_int_equal(buf_flush_db(e.inst->dbs[dbid]), 0);
    snprintf(command, sizeof command, "cp '%s' '%s'", path, copy);
    assert_int_equal(system(command), 0);
    assert_int_equal(db_attach(e.session, copy, &how, &other), JET_errDatabaseDirtyShutdown);
    assert_int_equal(db_attach(e.session, path, &how, &other), 0);
    assert_int_equal(other, dbid);
    assert_int_equal(db_detach(e.session, dbid, false), 0);
    assert_int_equal(db_detach(e.session, dbid, false), JET_errDatabaseNotFound);
    snprintf(command, sizeof command, "cp '%s' '%s'", path, copy);
    assert_int_equal(system(command), 0);
    assert_int_equal(db_attach(e.session, path, &how, &dbid), 0);
    assert_int_equal(db_attach(e.session, copy, &how, &other), JET_errDatabaseSignInUse);
    assert_int_equal(engine_stop(&e), 0);
}

static void start_says_what_is_missing(void **state)
{
    struct engine e;
    struct attach_config how = {0};
    uint8_t dbid;
    char path[400], moved[400];
    (void)state;
    path_of(moved, "elsewhere");
    assert_int_equal(start(&e, 64 * 1024), 0);
    assert_int_equal(engine_stop(&e), 0);
    assert_int_equal(start(&e, 128 * 1024), JET_errLogFileSizeMismatchDatabasesConsistent);
    assert_int_equal(start(&e, 64 * 1024), 0);
    create(&e, "a.edb", &dbid);
    assert_int_equal(engine_stop(&e), 0);
    path_of(path, "a.edb");
    assert_int_equal(start(&e, 64 * 1024), 0);
    assert_int_equal(db_attach(e.session, path, &how, &dbid), 0);
    engine_crash(&e);
    assert_int_equal(rename(path, moved), 0);
    assert_int_equal(start(&e, 64 * 1024), JET_errAttachedDatabaseMismatch);
    assert_int_equal(rename(moved, path), 0);
    assert_int_equal(start(&e, 64 * 1024), 0);
    assert_int_equal(engine_stop(&e), 0);
}

static int clean_up(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(levels_commit_and_roll_back_one_by_one, fresh_folder),
        cmocka_unit_test_setup(reading_logs_nothing, fresh_folder),
        cmocka_unit_test_setup(a_killed_instance_keeps_what_was_committed, fresh_folder),
        cmocka_unit_test_setup(attach_refuses_what_it_must, fresh_folder),
        cmocka_unit_test_setup(start_says_what_is_missing, fresh_folder),
    };
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
