/* Trees under threads: writers keep sums at zero in every transaction, readers see zero in every snapshot, clean-up runs beside. */
#include "tree_fixture.h"

#include <stdatomic.h>

enum { WRITERS = 2, READERS = 2, KEYS = 600, TRANSACTIONS = 400, SCANS_MIN = 3 };

struct crowd {
    struct tree_world *w;
    _Atomic unsigned writers_left, conflicts;
    _Atomic uint64_t scans, changes;
};

struct member { struct crowd *c; unsigned id; uint64_t state; };

static uint32_t member_rnd(struct member *m, uint32_t below)
{
    m->state ^= m->state << 13;
    m->state ^= m->state >> 7;
    m->state ^= m->state << 17;
    return (uint32_t)((m->state >> 11) % below);
}

static struct bytes member_key(unsigned writer, unsigned n, uint8_t to[12])
{
    memcpy(to, "key/", 4);
    store_be32(to + 4, n * 2654435761u % 1000003u);
    store_be32(to + 8, writer);
    return bytes_of(to, 12);
}

/* Adds d to the row n of the writer; rows that become zero go away half of the time. */
static void add_to_row(struct member *m, struct bt_pos *p, unsigned n, int64_t d)
{
    uint8_t key[12], data[400];
    size_t size = 8 + member_rnd(m, 350);
    int64_t value = 0;
    ese_err err = bt_seek(p, member_key(m->id, n, key), BYTES_NONE, BT_SEEK_EQ, NULL);
    memset(data, (int)n, sizeof data);
    if (err == 0)
        value = (int64_t)load_le64(bt_data(p).data);
    else
        assert_int_equal(err, JET_errRecordNotFound);
    value += d;
    store_le64(data, (uint64_t)value);
    if (err == JET_errRecordNotFound)
        OK(bt_insert(p, bytes_of(key, 12), bytes_of(data, size), 0));
    else if (value == 0 || member_rnd(m, 6) == 0) {
        OK(bt_delete(p, 0));
        if (value != 0)
            OK(bt_insert(p, bytes_of(key, 12), bytes_of(data, size), 0));
    } else {
        if (member_rnd(m, 2) == 0)
            bt_release(p);
        OK(bt_replace(p, bytes_of(data, size), 0));
    }
    atomic_fetch_add(&m->c->changes, 1);
}

static void writer_body(void *argument)
{
    struct member *m = argument;
    struct tree_world *w = m->c->w;
    struct trx *t = calloc(1, sizeof *t);
    struct bt_pos *p = malloc(sizeof *p);
    trx_init(t, w->versions, w->log, (uint16_t)(20 + m->id));
    OK(bt_pos_init(p, &w->table, t));
    for (unsigned i = 0; i < TRANSACTIONS; i++) {
        world_begin(t);
        for (unsigned k = 0; k < 8; k++) {
            int64_t d = (int64_t)member_rnd(m, 3) - 1;
            unsigned a = member_rnd(m, KEYS), b = member_rnd(m, KEYS);
            add_to_row(m, p, a, d);
            add_to_row(m, p, b, -d);
        }
        if (member_rnd(m, 5) == 0)
            world_rollback(t);
        else
            world_commit(t);
    }
    bt_pos_free(p);
    free(p);
    free(t);
    atomic_fetch_sub(&m->c->writers_left, 1);
}

struct scan { int64_t sums[WRITERS]; uint8_t last[12]; bool any, forward; };

static void count_row(struct scan *s, struct bytes key, int64_t value)
{
    unsigned writer = load_be32(key.data + 8);
    assert_int_equal(key.size, 12);
    assert_true(writer < WRITERS);
    if (s->any)
        assert_true(s->forward ? memcmp(s->last, key.data, 12) < 0 : memcmp(s->last, key.data, 12) > 0);
    s->any = true;
    memcpy(s->last, key.data, 12);
    s->sums[writer] += value;
}

/* As far as the page and its versions allow, without a latch. */
static void scan_peeking(struct bt_pos *p, struct scan *s)
{
    struct buf_peek peek;
    struct bytes data;
    while (bt_peek_step(p, s->forward, NULL)) {
        int64_t value = 0;
        bool sure = bt_peek_data(p, &peek, &data) && data.size >= 8;
        if (sure)
            value = (int64_t)load_le64(data.data);
        if (!sure || !buf_peek_valid(&peek)) {
            OK(bt_resume(p));
            value = (int64_t)load_le64(bt_data(p).data);
            bt_release(p);
        }
        count_row(s, bytes_of(p->key, p->key_size), value);
    }
}

static void scan_once(struct member *m, struct bt_pos *p, bool forward)
{
    struct scan s = {.forward = forward};
    ese_err err = forward ? bt_first(p) : bt_last(p);
    for (; err == 0; err = forward ? bt_next(p) : bt_prev(p)) {
        count_row(&s, bt_key(p), (int64_t)load_le64(bt_data(p).data));
        if (member_rnd(m, 4) == 0) {
            bt_release(p);
            if (member_rnd(m, 2) == 0)
                scan_peeking(p, &s);
        }
    }
    assert_int_equal(err, JET_errNoCurrentRecord);
    for (unsigned i = 0; i < WRITERS; i++)
        assert_int_equal(s.sums[i], 0);
}

static void reader_body(void *argument)
{
    struct member *m = argument;
    struct tree_world *w = m->c->w;
    struct trx *t = calloc(1, sizeof *t);
    struct bt_pos *p = malloc(sizeof *p);
    uint64_t scans = 0;
    trx_init(t, w->versions, w->log, (uint16_t)(40 + m->id));
    OK(bt_pos_init(p, &w->table, t));
    while (atomic_load(&m->c->writers_left) != 0 || scans < SCANS_MIN) {
        world_begin(t);
        scan_once(m, p, true);
        scan_once(m, p, false);
        bt_release(p);
        world_commit(t);
        scans++;
    }
    atomic_fetch_add(&m->c->scans, scans);
    bt_pos_free(p);
    free(p);
    free(t);
}

static void cleaner_body(void *argument)
{
    struct member *m = argument;
    while (atomic_load(&m->c->writers_left) != 0) {
        OK(ver_cleanup(m->c->w->versions, 1000));
        os_sleep_ms(1);
    }
}

static void crowd_on(uint32_t page_size)
{
    static struct crowd c;
    static struct member members[WRITERS + READERS + 1];
    struct os_thread *threads[WRITERS + READERS + 1];
    struct tree_world w;
    struct trx reader;
    struct bt_pos *p = malloc(sizeof *p);
    uint64_t leaked;
    memset(&c, 0, sizeof c);
    world_open(&w, page_size, true);
    world_table(&w, 1, true);
    c.w = &w;
    atomic_store(&c.writers_left, WRITERS);
    for (unsigned i = 0; i < WRITERS + READERS + 1; i++) {
        members[i] = (struct member){&c, i < WRITERS ? i : i - WRITERS, 0x9E3779B97F4A7C15u * (i + 1)};
        OK(os_thread_start(&threads[i], i < WRITERS ? writer_body : i < WRITERS + READERS ? reader_body : cleaner_body, &members[i]));
    }
    for (unsigned i = 0; i < WRITERS + READERS + 1; i++)
        os_thread_join(threads[i]);
    OK(ver_cleanup(w.versions, 1u << 30));
    printf("%llu changes, %llu scans, %llu nodes\n", (unsigned long long)c.changes, (unsigned long long)c.scans,
           (unsigned long long)tree_judge(&w, &w.table, &leaked));
    assert_int_equal(leaked, 0);
    trx_init(&reader, w.versions, w.log, 60);
    OK(bt_pos_init(p, &w.table, &reader));
    world_begin(&reader);
    scan_once(&members[0], p, true);
    world_commit(&reader);
    bt_pos_free(p);
    world_close(&w);
    free(p);
}

static void threads_4k(void **state) { (void)state; crowd_on(4096); }
static void threads_8k(void **state) { (void)state; crowd_on(8192); }

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_4k), cmocka_unit_test(threads_8k)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
