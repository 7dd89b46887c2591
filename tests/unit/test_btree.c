/* B+trees against an array model: random changes, splits of every kind, moves, versions, roll back, all page sizes. */
#include "tree_fixture.h"

enum { KEYS = 4000 };

static uint64_t seed_state;

static uint32_t rnd(uint32_t below)
{
    seed_state ^= seed_state << 13;
    seed_state ^= seed_state >> 7;
    seed_state ^= seed_state << 17;
    return (uint32_t)((seed_state >> 11) % below);
}

/* Model: node i is there when size[i] != 0; its data are bytes of value (i, version). */
struct model { uint16_t size[KEYS]; uint8_t version[KEYS]; };

static struct bytes key_of(unsigned i, uint8_t *to)
{
    /* A long shared prefix for some, so that pages compress. */
    size_t n = 0;
    if (i % 3 == 0) {
        memcpy(to, "prefix/that/many/keys/have/in/common/", 37);
        n = 37;
    } else {
        to[n++] = (uint8_t)('a' + i % 7);
    }
    store_be32(to + n, i * 2654435761u);
    n += 4;
    for (unsigned k = 0; k < i % 11; k++)
        to[n++] = (uint8_t)(i >> k);
    to[n++] = 0;
    return bytes_of(to, n);
}

static struct bytes data_of(unsigned i, unsigned version, size_t size, uint8_t *to)
{
    for (size_t k = 0; k < size; k++)
        to[k] = (uint8_t)(i + version * 7 + k);
    return bytes_of(to, size);
}

static int by_key(const void *a, const void *b)
{
    uint8_t x[64], y[64];
    return bytes_compare(key_of(*(const unsigned *)a, x), key_of(*(const unsigned *)b, y));
}

static unsigned *key_order(void)
{
    unsigned *order = malloc(KEYS * sizeof *order);
    for (unsigned i = 0; i < KEYS; i++)
        order[i] = i;
    qsort(order, KEYS, sizeof *order, by_key);
    return order;
}

static void compare_scan(struct tree_world *w, struct trx *t, const struct model *m, const unsigned *order, bool forward)
{
    struct bt_pos *p = malloc(sizeof *p);
    uint8_t key[64], data[2048];
    unsigned at = forward ? 0 : KEYS;
    ese_err err;
    OK(bt_pos_init(p, &w->table, t));
    err = forward ? bt_first(p) : bt_last(p);
    for (;; err = forward ? bt_next(p) : bt_prev(p)) {
        if (forward)
            while (at < KEYS && m->size[order[at]] == 0)
                at++;
        else
            while (at > 0 && m->size[order[at - 1]] == 0)
                at--;
        if (err == JET_errNoCurrentRecord)
            break;
        OK(err);
        assert_true(forward ? at < KEYS : at > 0);
        unsigned i = order[forward ? at : at - 1];
        assert_true(bytes_equal(bt_key(p), key_of(i, key)));
        assert_true(bytes_equal(bt_data(p), data_of(i, m->version[i], m->size[i], data)));
        at += forward ? 1 : (unsigned)-1;
        if (rnd(3) == 0)
            bt_release(p);
    }
    assert_int_equal(at, forward ? KEYS : 0);
    bt_pos_free(p);
    free(p);
}

static size_t data_limit(uint32_t page_size) { return page_size / 8 < 900 ? page_size / 8 : 900; }

static void one_change(struct tree_world *w, struct bt_pos *p, struct model *m)
{
    unsigned i = rnd(KEYS), what = rnd(10);
    uint8_t key[64], data[2048];
    size_t size = 1 + rnd((uint32_t)data_limit(w->page_size));
    ese_err err;
    if (what < 5) {
        err = bt_insert(p, key_of(i, key), data_of(i, (unsigned)m->version[i] + 1, size, data), 0);
        if (m->size[i] != 0) {
            assert_int_equal(err, JET_errKeyDuplicate);
            return;
        }
        OK(err);
        m->version[i]++;
        m->size[i] = (uint16_t)size;
        return;
    }
    err = bt_seek(p, key_of(i, key), BYTES_NONE, BT_SEEK_EQ, NULL);
    if (m->size[i] == 0) {
        assert_int_equal(err, JET_errRecordNotFound);
        return;
    }
    OK(err);
    assert_true(bytes_equal(bt_data(p), data_of(i, m->version[i], m->size[i], data)));
    if (rnd(2) == 0)
        bt_release(p);
    if (what < 8) {
        OK(bt_replace(p, data_of(i, (unsigned)m->version[i] + 1, size, data), 0));
        m->version[i]++;
        m->size[i] = (uint16_t)size;
    } else {
        OK(bt_delete(p, 0));
        m->size[i] = 0;
    }
}

static void churn(uint32_t page_size, bool logged, unsigned rounds)
{
    struct tree_world w;
    struct model *m = calloc(1, sizeof *m), *before = calloc(1, sizeof *before);
    struct bt_pos *p = malloc(sizeof *p);
    unsigned *order = key_order();
    seed_state = 88172645463325252u + page_size;
    world_open(&w, page_size, logged);
    world_table(&w, 1, true);
    OK(bt_pos_init(p, &w.table, &w.trx));
    for (unsigned round = 0; round < rounds; round++) {
        *before = *m;
        world_begin(&w.trx);
        for (unsigned k = 0; k < 300; k++)
            one_change(&w, p, m);
        compare_scan(&w, &w.trx, m, order, true);
        if (rnd(3) == 0) {
            world_rollback(&w.trx);
            *m = *before;
        } else {
            world_commit(&w.trx);
        }
        if (rnd(2) == 0)
            OK(ver_cleanup(w.versions, 1u << 30));
        world_begin(&w.trx);
        compare_scan(&w, &w.trx, m, order, round % 2 == 0);
        world_commit(&w.trx);
        (void)tree_judge(&w, &w.table, NULL);
    }
    bt_pos_free(p);
    world_close(&w);
    free(p);
    free(m);
    free(before);
    free(order);
}

static void random_changes_equal_the_model_4k(void **state) { (void)state; churn(4096, true, 40); }
static void random_changes_equal_the_model_8k(void **state) { (void)state; churn(8192, true, 25); }
static void random_changes_equal_the_model_16k(void **state) { (void)state; churn(16384, true, 25); }
static void random_changes_equal_the_model_32k(void **state) { (void)state; churn(32768, false, 25); }

static void sequential_inserts_fill_their_pages(void **state)
{
    struct tree_world w;
    struct bt_pos *p = malloc(sizeof *p);
    uint8_t key[8], data[100] = {7};
    uint64_t leaked, nodes;
    (void)state;
    world_open(&w, 8192, true);
    world_table(&w, 16, true);
    OK(bt_pos_init(p, &w.table, &w.trx));
    world_begin(&w.trx);
    for (unsigned i = 0; i < 20000; i++) {
        store_be64(key, i);
        OK(bt_insert(p, bytes_of(key, 8), bytes_of(data, sizeof data), BT_APPEND_HINT));
    }
    world_commit(&w.trx);
    nodes = tree_judge(&w, &w.table, &leaked);
    assert_int_equal(nodes, 20000);
    assert_int_equal(leaked, 0);
    assert_true(atomic_load(&w.db->page_last) < 20000 * 113 / 8192 * 5 / 4 + 600);
    bt_pos_free(p);
    world_close(&w);
    free(p);
}

static void deleting_everything_gives_the_pages_back(void **state)
{
    struct tree_world w;
    struct bt_pos *p = malloc(sizeof *p);
    uint8_t key[8], data[100] = {7};
    uint64_t leaked;
    (void)state;
    world_open(&w, 4096, true);
    world_table(&w, 16, true);
    OK(bt_pos_init(p, &w.table, &w.trx));
    for (unsigned round = 0; round < 3; round++) {
        world_begin(&w.trx);
        for (unsigned i = 0; i < 5000; i++) {
            store_be64(key, i * 7919u % 5000);
            OK(bt_insert(p, bytes_of(key, 8), bytes_of(data, sizeof data), 0));
        }
        world_commit(&w.trx);
        world_begin(&w.trx);
        for (unsigned i = 0; i < 5000; i++) {
            store_be64(key, (i * 31u + 17) % 5000);
            OK(bt_seek(p, bytes_of(key, 8), BYTES_NONE, BT_SEEK_EQ, NULL));
            OK(bt_delete(p, 0));
        }
        world_commit(&w.trx);
        OK(ver_cleanup(w.versions, 1u << 30));
        assert_int_equal(ver_entry_count(w.versions), 0);
        assert_int_equal(tree_judge(&w, &w.table, &leaked), 0);
        assert_int_equal(leaked, 0);
    }
    assert_true(atomic_load(&w.db->page_last) < 700);
    bt_pos_free(p);
    world_close(&w);
    free(p);
}

/* Non-unique: many equal keys, entries ordered by data. */
static void equal_keys_are_ordered_by_data(void **state)
{
    struct tree_world w;
    struct bt_pos *p = malloc(sizeof *p);
    uint8_t key[4], data[8];
    bool exact;
    unsigned seen = 0;
    (void)state;
    world_open(&w, 4096, true);
    world_table(&w, 16, false);
    OK(bt_pos_init(p, &w.table, &w.trx));
    world_begin(&w.trx);
    for (unsigned i = 0; i < 6000; i++) {
        unsigned v = i * 2741u % 6000;
        store_be32(key, v / 1000);
        store_be64(data, v);
        OK(bt_insert(p, bytes_of(key, 4), bytes_of(data, 8), 0));
    }
    store_be32(key, 3);
    store_be64(data, 3500);
    assert_int_equal(bt_insert(p, bytes_of(key, 4), bytes_of(data, 8), 0), JET_errKeyDuplicate);
    world_commit(&w.trx);
    world_begin(&w.trx);
    for (ese_err err = bt_first(p); err == 0; err = bt_next(p)) {
        assert_int_equal(load_be32(bt_data(p).data + 4), seen);
        seen++;
    }
    assert_int_equal(seen, 6000);
    OK(bt_seek(p, bytes_of(key, 4), BYTES_NONE, BT_SEEK_EQ, &exact));
    assert_int_equal(load_be32(bt_data(p).data + 4), 3000);
    OK(bt_seek(p, bytes_of(key, 4), BYTES_NONE, BT_SEEK_LE, &exact));
    assert_int_equal(load_be32(bt_data(p).data + 4), 3999);
    assert_true(exact);
    OK(bt_seek(p, bytes_of(key, 4), BYTES_NONE, BT_SEEK_LT, &exact));
    assert_int_equal(load_be32(bt_data(p).data + 4), 2999);
    assert_false(exact);
    OK(bt_seek(p, bytes_of(key, 4), BYTES_NONE, BT_SEEK_GT, &exact));
    assert_int_equal(load_be32(bt_data(p).data + 4), 4000);
    OK(bt_seek(p, bytes_of(key, 4), bytes_of(data, 8), BT_SEEK_EQ, &exact));
    assert_int_equal(load_be32(bt_data(p).data + 4), 3500);
    world_commit(&w.trx);
    bt_pos_free(p);
    assert_int_equal(tree_judge(&w, &w.table, NULL), 6000);
    world_close(&w);
    free(p);
}

static void readers_keep_their_snapshot(void **state)
{
    struct tree_world w;
    struct bt_pos *p = malloc(sizeof *p), *q = malloc(sizeof *q);
    struct trx other;
    int64_t before;
    uint8_t counter[8] = {10, 0, 0, 0, 1, 2, 3, 4};
    (void)state;
    world_open(&w, 8192, true);
    world_table(&w, 1, true);
    trx_init(&other, w.versions, w.log, 9);
    OK(bt_pos_init(p, &w.table, &w.trx));
    OK(bt_pos_init(q, &w.table, &other));
    world_begin(&w.trx);
    OK(bt_insert(p, bytes_of("a", 1), bytes_of("old", 3), 0));
    OK(bt_insert(p, bytes_of("c", 1), bytes_of(counter, 8), 0));
    world_commit(&w.trx);
    world_begin(&other);
    OK(bt_seek(q, bytes_of("a", 1), BYTES_NONE, BT_SEEK_EQ, NULL));
    bt_release(q);
    world_begin(&w.trx);
    OK(bt_seek(p, bytes_of("a", 1), BYTES_NONE, BT_SEEK_EQ, NULL));
    OK(bt_replace(p, bytes_of("new value", 9), 0));
    OK(bt_insert(p, bytes_of("b", 1), bytes_of("x", 1), 0));
    OK(bt_seek(p, bytes_of("c", 1), BYTES_NONE, BT_SEEK_EQ, NULL));
    OK(bt_delta(p, 0, 5, false, &before, 0));
    assert_int_equal(before, 10);
    OK(bt_resume(q));
    assert_true(bytes_equal(bt_data(q), bytes_of("old", 3)));
    assert_int_equal(bt_replace(q, bytes_of("z", 1), 0), JET_errWriteConflict);
    assert_int_equal(bt_insert(q, bytes_of("b", 1), bytes_of("y", 1), 0), JET_errWriteConflict);
    assert_int_equal(bt_seek(q, bytes_of("b", 1), BYTES_NONE, BT_SEEK_EQ, NULL), JET_errRecordNotFound);
    OK(bt_seek(q, bytes_of("c", 1), BYTES_NONE, BT_SEEK_EQ, NULL));
    assert_int_equal(bt_data(q).data[0], 10);
    OK(bt_delta(q, 0, 100, false, &before, 0));
    assert_int_equal(before, 10);
    OK(bt_resume(q));
    assert_int_equal(bt_data(q).data[0], 110);
    bt_release(q);
    world_rollback(&w.trx);
    OK(bt_resume(q));
    assert_int_equal(bt_data(q).data[0], 110);
    bt_release(q);
    world_commit(&other);
    world_begin(&w.trx);
    OK(bt_seek(p, bytes_of("c", 1), BYTES_NONE, BT_SEEK_EQ, NULL));
    assert_int_equal(bt_data(p).data[0], 110);
    OK(bt_seek(p, bytes_of("a", 1), BYTES_NONE, BT_SEEK_EQ, NULL));
    assert_true(bytes_equal(bt_data(p), bytes_of("old", 3)));
    OK(bt_delete(p, 0));
    OK(bt_insert(p, bytes_of("a", 1), bytes_of("again", 5), 0));
    world_rollback(&w.trx);
    world_begin(&w.trx);
    OK(bt_seek(p, bytes_of("a", 1), BYTES_NONE, BT_SEEK_EQ, NULL));
    assert_true(bytes_equal(bt_data(p), bytes_of("old", 3)));
    world_commit(&w.trx);
    bt_pos_free(p);
    bt_pos_free(q);
    world_close(&w);
    free(p);
    free(q);
}

/* A lazily committed change without UndoInfo: the page may not be on disk when its commit is not. */
static void a_page_waits_for_the_commit_of_what_it_shows(void **state)
{
    struct tree_world w;
    struct bt_pos *p = malloc(sizeof *p);
    lgpos commit_end;
    (void)state;
    world_open(&w, 4096, true);
    world_table(&w, 1, true);
    OK(bt_pos_init(p, &w.table, &w.trx));
    world_begin(&w.trx);
    OK(bt_insert(p, bytes_of("a", 1), bytes_of("one", 3), 0));
    world_commit(&w.trx);
    OK(buf_flush_db(w.db));
    world_begin(&w.trx);
    OK(bt_seek(p, bytes_of("a", 1), BYTES_NONE, BT_SEEK_EQ, NULL));
    OK(bt_replace(p, bytes_of("two", 3), 0));
    world_commit(&w.trx);
    commit_end = log_tip(w.log);
    assert_true(log_durable(w.log).v < commit_end.v);
    OK(buf_flush_db(w.db));
    assert_true(log_durable(w.log).v >= w.trx.last_end.v);
    bt_pos_free(p);
    world_close(&w);
    free(p);
}

static void expect_peeked(struct bt_pos *p, const char *key, const char *value)
{
    struct buf_peek peek;
    struct bytes data;
    assert_int_equal(p->place, BT_ON);
    assert_true(bytes_equal(bytes_of(p->key, p->key_size), bytes_of(key, strlen(key))));
    assert_true(bt_peek_data(p, &peek, &data));
    assert_true(bytes_equal(data, bytes_of(value, strlen(value))));
    assert_true(buf_peek_valid(&peek));
}

/* What stands still is read without a latch; what has versions, or has changed since, is not. */
static void plain_nodes_need_no_latch(void **state)
{
    struct tree_world w;
    struct trx reader;
    struct bt_pos *p = malloc(sizeof *p), *q = malloc(sizeof *q);
    struct buf_peek peek;
    struct bytes data;
    (void)state;
    world_open(&w, 4096, true);
    world_table(&w, 1, true);
    OK(bt_pos_init(p, &w.table, &w.trx));
    world_begin(&w.trx);
    for (char c = 'a'; c <= 'e'; c++)
        OK(bt_insert(p, bytes_of(&c, 1), bytes_of("one", 3), 0));
    world_commit(&w.trx);
    trx_init(&reader, w.versions, w.log, 9);
    OK(bt_pos_init(q, &w.table, &reader));
    world_begin(&reader);
    if (!buf_peek(w.db, w.table.root, &peek)) {
        print_message("the thread sanitizer sees latches only: nothing to test\n");
        goto done;
    }
    assert_false(bt_peek_equal(q, bytes_of("c", 1), NULL));          /* its insert is in the version store */
    world_commit(&reader);
    OK(ver_cleanup(w.versions, 1u << 30));
    world_begin(&reader);
    OK(bt_first(q));                                    /* nothing is left there: the page learns it */
    bt_release(q);
    assert_true(bt_peek_equal(q, bytes_of("c", 1), NULL));
    expect_peeked(q, "c", "one");
    assert_true(bt_peek_step(q, true, NULL));
    expect_peeked(q, "d", "one");
    assert_true(bt_peek_step(q, false, NULL) && bt_peek_step(q, false, NULL));
    expect_peeked(q, "b", "one");
    assert_false(bt_peek_equal(q, bytes_of("bb", 2), NULL));

    world_begin(&w.trx);
    OK(bt_seek(p, bytes_of("c", 1), BYTES_NONE, BT_SEEK_EQ, NULL));
    OK(bt_replace(p, bytes_of("two", 3), 0));
    world_commit(&w.trx);
    assert_false(bt_peek_data(q, &peek, &data));        /* the page is another one */
    assert_true(bt_peek_equal(q, bytes_of("b", 1), NULL));
    expect_peeked(q, "b", "one");
    assert_false(bt_peek_step(q, true, NULL));          /* c has two states now */
    expect_peeked(q, "b", "one");
    OK(bt_next(q));
    assert_true(bytes_equal(bt_data(q), bytes_of("one", 3)));
    bt_release(q);
done:
    world_commit(&reader);
    bt_pos_free(p);
    bt_pos_free(q);
    world_close(&w);
    free(p);
    free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_keep_their_snapshot),
        cmocka_unit_test(plain_nodes_need_no_latch),
        cmocka_unit_test(a_page_waits_for_the_commit_of_what_it_shows),
        cmocka_unit_test(sequential_inserts_fill_their_pages),
        cmocka_unit_test(equal_keys_are_ordered_by_data),
        cmocka_unit_test(deleting_everything_gives_the_pages_back),
        cmocka_unit_test(random_changes_equal_the_model_4k),
        cmocka_unit_test(random_changes_equal_the_model_8k),
        cmocka_unit_test(random_changes_equal_the_model_16k),
        cmocka_unit_test(random_changes_equal_the_model_32k),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
