/* Version store: visibility, conflicts, deltas, clean-up, cap. Log and page cache are replaced by the functions below. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "mvcc/ver.h"

static unsigned records_logged;
static uint8_t last_logged[16];
static ese_err log_refuses;

ese_err log_append(struct log *log, const struct log_record *record, struct log_span *span)
{
    (void)log;
    if (log_refuses < 0)
        return log_refuses;
    last_logged[records_logged % 16] = record->type;
    records_logged++;
    if (span != NULL)
        *span = (struct log_span){lgpos_make(1, 1, (uint16_t)records_logged), lgpos_make(1, 1, (uint16_t)(records_logged + 1))};
    return 0;
}

lgpos log_tip(struct log *log)
{
    (void)log;
    return lgpos_make(1, 1, (uint16_t)records_logged);
}

static lgpos held_back;
void buf_hold_back(struct list *undo_list, lgpos until)
{
    (void)undo_list;
    held_back = until;
}

static struct list page_pending;
struct list *buf_undo_list(struct buf_ref *ref)
{
    (void)ref;
    return &page_pending;
}

struct world {
    struct ver_store *v;
    struct db_file db;
    struct trx a, b, c;
};

static int setup(void **state)
{
    static struct world w;
    struct ver_config config = {.bytes_max = 1 << 20};
    memset(&w, 0, sizeof w);
    list_init(&page_pending);
    records_logged = 0;
    assert_int_equal(ver_store_create(&config, &w.v), 0);
    w.db.dbid = 1;
    w.db.logged = true;
    w.db.versions = w.v;
    trx_init(&w.a, w.v, NULL, 1);
    trx_init(&w.b, w.v, NULL, 2);
    trx_init(&w.c, w.v, NULL, 3);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    ver_store_release(w->v);
    return 0;
}

static struct ver_node node(struct world *w, const char *key)
{
    return (struct ver_node){&w->db, 31, 8, true, bytes_of(key, strlen(key)), BYTES_NONE};
}

static struct ver_entry *change(struct world *w, struct trx *t, enum ver_op op, const char *key, const char *before, struct buf_ref *page)
{
    struct ver_node n = node(w, key);
    struct ver_entry *e = NULL;
    assert_int_equal(ver_prepare(w->v, t, op, &n, bytes_of(before, strlen(before)), &e), 0);
    ver_apply(w->v, t, e, page);
    return e;
}

static void commit(struct world *w, struct trx *t)
{
    ver_commit(w->v, t, trx_commit_stamp(t));
    trx_end(t);
}

static struct ver_view view(struct world *w, struct trx *t, const char *key, bool deleted, struct bytes current)
{
    static uint8_t scratch[256];
    struct ver_node n = node(w, key);
    struct ver_view out;
    assert_int_equal(ver_view(w->v, t, &n, deleted, current, scratch, sizeof scratch, &out), 0);
    return out;
}

#define TEXT(s) bytes_of((s), strlen(s))
static void assert_sees(struct ver_view v, const char *expected)
{
    assert_true(v.exists);
    assert_true(bytes_equal(v.data, TEXT(expected)));
}

static void reader_sees_the_state_at_its_begin(void **state)
{
    struct world *w = *state;
    trx_begin(&w->a, false);
    change(w, &w->a, VER_REPLACE, "k", "one", NULL);
    trx_begin(&w->b, true);
    assert_sees(view(w, &w->b, "k", false, TEXT("two")), "one");
    assert_sees(view(w, &w->a, "k", false, TEXT("two")), "two");
    assert_true(view(w, &w->a, "k", false, TEXT("two")).own_change);
    commit(w, &w->a);
    assert_sees(view(w, &w->b, "k", false, TEXT("two")), "one");
    trx_begin(&w->c, true);
    assert_sees(view(w, &w->c, "k", false, TEXT("two")), "two");
    assert_false(view(w, &w->c, "k", false, TEXT("two")).own_change);
    trx_end(&w->b);
    trx_end(&w->c);
}

static void reader_without_transaction_sees_what_is_committed(void **state)
{
    struct world *w = *state;
    trx_begin(&w->a, false);
    change(w, &w->a, VER_REPLACE, "k", "one", NULL);
    assert_sees(view(w, &w->c, "k", false, TEXT("two")), "one");
    assert_sees(view(w, NULL, "k", false, TEXT("two")), "one");
    commit(w, &w->a);
    assert_sees(view(w, NULL, "k", false, TEXT("two")), "two");
}

static void delete_then_insert_again_is_seen_step_by_step(void **state)
{
    struct world *w = *state;
    trx_begin(&w->b, true);
    trx_begin(&w->a, false);
    change(w, &w->a, VER_FLAG_DELETE, "k", "", NULL);
    assert_false(view(w, &w->a, "k", true, TEXT("x")).exists);
    assert_sees(view(w, &w->b, "k", true, TEXT("x")), "x");
    commit(w, &w->a);
    trx_begin(&w->c, true);
    trx_begin(&w->a, false);
    change(w, &w->a, VER_INSERT, "k", "", NULL);
    change(w, &w->a, VER_REPLACE, "k", "x", NULL);
    assert_sees(view(w, &w->a, "k", false, TEXT("y")), "y");
    assert_false(view(w, &w->c, "k", false, TEXT("y")).exists);
    assert_sees(view(w, &w->b, "k", false, TEXT("y")), "x");
    commit(w, &w->a);
    trx_end(&w->b);
    trx_end(&w->c);
}

static void first_writer_wins(void **state)
{
    struct world *w = *state;
    struct ver_node n = node(w, "k"), other = node(w, "l");
    trx_begin(&w->a, false);
    trx_begin(&w->b, false);
    change(w, &w->a, VER_REPLACE, "k", "one", NULL);
    assert_int_equal(ver_check_write(w->v, &w->a, &n, VER_REPLACE), 0);
    assert_int_equal(ver_check_write(w->v, &w->b, &n, VER_REPLACE), JET_errWriteConflict);
    assert_int_equal(ver_check_write(w->v, &w->b, &n, VER_DELTA), JET_errWriteConflict);
    assert_int_equal(ver_check_write(w->v, &w->b, &other, VER_REPLACE), 0);
    commit(w, &w->a);
    assert_int_equal(ver_check_write(w->v, &w->b, &n, VER_FLAG_DELETE), JET_errWriteConflict);
    trx_end(&w->b);
    trx_begin(&w->b, false);
    assert_int_equal(ver_check_write(w->v, &w->b, &n, VER_FLAG_DELETE), 0);
    trx_end(&w->b);
}

static struct ver_entry *delta(struct world *w, struct trx *t, const char *key, int64_t by)
{
    struct ver_node n = node(w, key);
    struct ver_entry *e;
    assert_int_equal(ver_check_write(w->v, t, &n, VER_DELTA), 0);
    assert_int_equal(ver_prepare(w->v, t, VER_DELTA, &n, BYTES_NONE, &e), 0);
    e->delta = by;
    e->delta_offset = 1;
    ver_apply(w->v, t, e, NULL);
    return e;
}

static uint32_t counter_of(struct ver_view v) { return load_le32(v.data.data + 1); }

static void deltas_of_running_transactions_commute(void **state)
{
    struct world *w = *state;
    uint8_t page[5] = {9, 100, 0, 0, 0};
    struct ver_node n = node(w, "k");
    trx_begin(&w->a, false);
    trx_begin(&w->b, false);
    trx_begin(&w->c, true);
    delta(w, &w->a, "k", 5);
    delta(w, &w->b, "k", -7);
    delta(w, &w->a, "k", 1);
    store_le32(page + 1, 99);
    assert_int_equal(counter_of(view(w, &w->a, "k", false, bytes_of(page, 5))), 106);
    assert_int_equal(counter_of(view(w, &w->b, "k", false, bytes_of(page, 5))), 93);
    assert_int_equal(counter_of(view(w, &w->c, "k", false, bytes_of(page, 5))), 100);
    assert_int_equal(ver_check_write(w->v, &w->a, &n, VER_REPLACE), JET_errWriteConflict);
    commit(w, &w->a);
    assert_int_equal(counter_of(view(w, &w->b, "k", false, bytes_of(page, 5))), 93);
    assert_int_equal(counter_of(view(w, NULL, "k", false, bytes_of(page, 5))), 106);
    commit(w, &w->b);
    trx_end(&w->c);
}

static void level_rollback_drops_only_its_entries(void **state)
{
    struct world *w = *state;
    struct ver_entry *inner;
    trx_begin(&w->a, false);
    change(w, &w->a, VER_INSERT, "k", "", NULL);
    trx_begin(&w->a, false);
    inner = change(w, &w->a, VER_REPLACE, "k", "one", NULL);
    assert_int_equal(inner->level, 2);
    ver_drop(w->v, inner);
    trx_begin(&w->b, true);
    assert_false(view(w, &w->b, "k", false, TEXT("one")).exists);
    inner = change(w, &w->a, VER_REPLACE, "k", "one", NULL);
    ver_commit_level(w->v, &w->a);
    w->a.level--;
    assert_int_equal(inner->level, 1);
    commit(w, &w->a);
    trx_end(&w->b);
    assert_int_equal(ver_entry_count(w->v), 2);
    assert_int_equal(ver_cleanup(w->v, 10), 0);
    assert_int_equal(ver_entry_count(w->v), 0);
}

/* Nobody can see the state before: nothing is left to be cleaned up. */
static void commit_forgets_what_nobody_else_can_need(void **state)
{
    struct world *w = *state;
    struct ver_node n = node(w, "k");
    trx_begin(&w->a, false);
    change(w, &w->a, VER_REPLACE, "k", "one", NULL);
    change(w, &w->a, VER_INSERT, "l", "", NULL);
    change(w, &w->a, VER_REPLACE, "k", "two", NULL);
    commit(w, &w->a);
    assert_int_equal(ver_entry_count(w->v), 0);
    assert_int_equal(ver_bytes(w->v), 0);
    assert_false(ver_any(w->v, &n));
    trx_begin(&w->a, false);
    change(w, &w->a, VER_REPLACE, "k", "three", NULL);
    trx_begin(&w->b, false);
    change(w, &w->b, VER_REPLACE, "m", "four", NULL);
    commit(w, &w->a);
    assert_int_equal(ver_entry_count(w->v), 2);
    assert_sees(view(w, &w->b, "k", false, TEXT("now")), "three");
    assert_int_equal(ver_check_write(w->v, &w->b, &n, VER_REPLACE), JET_errWriteConflict);
    commit(w, &w->b);
    assert_int_equal(ver_cleanup(w->v, 10), 0);
    assert_int_equal(ver_entry_count(w->v), 0);
}

/* Its own changes stay uncommitted, but what others commit meanwhile is not kept for it. */
static void commit_waiting_for_the_disk_holds_up_no_cleanup(void **state)
{
    struct world *w = *state;
    struct ver_node n = node(w, "l");
    trx_begin(&w->a, false);
    change(w, &w->a, VER_REPLACE, "l", "before", NULL);
    trx_stop_reading(&w->a);
    trx_begin(&w->b, false);
    change(w, &w->b, VER_REPLACE, "k", "one", NULL);
    assert_int_equal(ver_check_write(w->v, &w->b, &n, VER_REPLACE), JET_errWriteConflict);
    commit(w, &w->b);
    assert_int_equal(ver_entry_count(w->v), 1);
    trx_begin(&w->c, true);
    assert_sees(view(w, &w->c, "l", false, TEXT("after")), "before");
    assert_true(trx_oldest(w->v).v == w->c.begin.v);
    commit(w, &w->a);
    assert_sees(view(w, &w->c, "l", false, TEXT("after")), "before");
    trx_end(&w->c);
    assert_int_equal(ver_cleanup(w->v, 10), 0);
    assert_int_equal(ver_entry_count(w->v), 0);
}

static void cleanup_keeps_what_a_running_reader_needs(void **state)
{
    struct world *w = *state;
    struct ver_node n = node(w, "k");
    trx_begin(&w->b, true);
    for (int i = 0; i < 3; i++) {
        trx_begin(&w->a, false);
        change(w, &w->a, VER_REPLACE, "k", i == 0 ? "zero" : "later", NULL);
        commit(w, &w->a);
    }
    assert_int_equal(ver_cleanup(w->v, 100), 0);
    assert_int_equal(ver_entry_count(w->v), 3);
    assert_true(ver_any_active(w->v, &n));
    assert_sees(view(w, &w->b, "k", false, TEXT("now")), "zero");
    trx_end(&w->b);
    assert_false(ver_any_active(w->v, &n));
    assert_true(ver_any(w->v, &n));
    assert_int_equal(ver_cleanup(w->v, 100), 0);
    assert_false(ver_any(w->v, &n));
    assert_int_equal(ver_bytes(w->v), 0);
}

static void full_store_refuses_and_recovers_after_the_long_transaction(void **state)
{
    struct world *w = *state;
    struct ver_node n = node(w, "k");
    struct ver_entry *e;
    ese_err err = 0;
    trx_begin(&w->b, true);
    trx_begin(&w->a, false);
    for (unsigned i = 0; i < 100000 && err == 0; i++) {
        err = ver_prepare(w->v, &w->a, VER_WRITE_LOCK, &n, BYTES_NONE, &e);
        if (err == 0)
            ver_apply(w->v, &w->a, e, NULL);
    }
    assert_int_equal(err, JET_errVersionStoreOutOfMemory);
    commit(w, &w->a);
    trx_end(&w->b);
    trx_begin(&w->a, false);
    assert_int_equal(ver_prepare(w->v, &w->a, VER_REPLACE, &n, BYTES_NONE, &e), 0);
    ver_cancel(w->v, e);
    trx_end(&w->a);
}

/* Fills the store until t, another transaction or the cleaner would have to give way. */
static ese_err fill(struct world *w, struct trx *t, enum ver_op op, unsigned most)
{
    struct ver_node n = node(w, "fill");
    struct ver_entry *e;
    ese_err err = 0;
    for (unsigned i = 0; i < most && err == 0; i++) {
        err = ver_prepare(w->v, t, op, &n, BYTES_NONE, &e);
        if (err == 0)
            ver_apply(w->v, t, e, NULL);
        if (err == 0)
            e->tree = w;
    }
    return err;
}

static ese_err remove_nothing(void *context, struct ver_entry *e)
{
    (void)context;
    (void)e;
    return 0;
}

/* Deleted nodes wait for their removal: that is done for the one who needs the room. */
static void room_is_made_on_demand(void **state)
{
    struct world *w = *state;
    ver_set_remover(w->v, remove_nothing, NULL);
    trx_begin(&w->a, false);
    assert_int_equal(fill(w, &w->a, VER_FLAG_DELETE, 100000), JET_errVersionStoreOutOfMemory);
    commit(w, &w->a);
    trx_begin(&w->a, false);
    assert_int_equal(fill(w, &w->a, VER_REPLACE, 1), JET_errVersionStoreOutOfMemoryAndCleanupTimedOut);
    ver_ease(w->v, &w->a);
    assert_int_equal(fill(w, &w->a, VER_REPLACE, 1), 0);
    commit(w, &w->a);
    ver_set_remover(w->v, NULL, NULL);
}

static void end_soon(void *argument)
{
    struct world *w = argument;
    os_sleep_ms(50);
    trx_end(&w->b);
}

/* Another transaction holds everything, and ends in a moment; one that does not end is not waited for again and again. */
static void a_stalled_transaction_is_waited_for_and_a_long_one_is_not(void **state)
{
    struct world *w = *state;
    struct os_thread *thread;
    uint64_t start;
    trx_begin(&w->b, true);
    trx_begin(&w->a, false);
    assert_int_equal(fill(w, &w->a, VER_REPLACE, 100000), JET_errVersionStoreOutOfMemory);
    commit(w, &w->a);
    trx_begin(&w->a, false);
    assert_int_equal(fill(w, &w->a, VER_REPLACE, 1), JET_errVersionStoreOutOfMemory);
    assert_int_equal(os_thread_start(&thread, end_soon, w), 0);
    ver_ease(w->v, &w->a);
    os_thread_join(thread);
    assert_int_equal(fill(w, &w->a, VER_REPLACE, 1), 0);
    commit(w, &w->a);

    trx_begin(&w->b, true);
    trx_begin(&w->a, false);
    assert_int_equal(fill(w, &w->a, VER_REPLACE, 100000), JET_errVersionStoreOutOfMemory);
    commit(w, &w->a);
    trx_begin(&w->a, false);
    ver_ease(w->v, &w->a);
    start = os_clock_ns();
    for (unsigned i = 0; i < 100; i++)
        ver_ease(w->v, &w->a);
    assert_true(os_clock_ns() - start < UINT64_C(1000000000));
    assert_int_equal(fill(w, &w->a, VER_REPLACE, 1), JET_errVersionStoreOutOfMemory);
    start = os_clock_ns();
    ver_ease(w->v, &w->b);                              /* the long one itself has nobody to wait for */
    assert_true(os_clock_ns() - start < UINT64_C(1000000000));
    trx_end(&w->a);
    trx_end(&w->b);
}

static void undo_info_is_logged_for_running_changes_only(void **state)
{
    struct world *w = *state;
    struct buf_ref page = BUF_REF_NONE;
    lgpos flush_to = LGPOS_MIN;
    w->a.log = w->b.log = (struct log *)(void *)w;
    trx_begin(&w->a, false);
    trx_begin(&w->b, false);
    change(w, &w->a, VER_REPLACE, "k", "one", &page);
    change(w, &w->b, VER_FLAG_DELETE, "l", "", &page);
    change(w, &w->b, VER_INSERT, "m", "", &page);
    commit(w, &w->a);
    assert_int_equal(ver_write_undo_info(&w->db, 40, &page_pending, &flush_to), 0);
    assert_int_equal(records_logged, 1);
    assert_int_equal(last_logged[0], LR_UNDO_INFO);
    assert_true(flush_to.v > 0);
    assert_true(list_empty(&page_pending));
    commit(w, &w->b);
}

/* A page that went out without it could never be undone. */
static void undo_info_that_the_log_refuses_stays_pending(void **state)
{
    struct world *w = *state;
    struct buf_ref page = BUF_REF_NONE;
    lgpos flush_to = LGPOS_MIN;
    w->a.log = (struct log *)(void *)w;
    trx_begin(&w->a, false);
    change(w, &w->a, VER_REPLACE, "k", "one", &page);
    log_refuses = JET_errLogDiskFull;
    assert_int_equal(ver_write_undo_info(&w->db, 40, &page_pending, &flush_to), JET_errLogDiskFull);
    assert_int_equal(ver_write_undo_info(&w->db, 40, &page_pending, &flush_to), JET_errLogDiskFull);
    assert_false(list_empty(&page_pending));
    log_refuses = 0;
    assert_int_equal(ver_write_undo_info(&w->db, 40, &page_pending, &flush_to), 0);
    assert_true(list_empty(&page_pending));
    commit(w, &w->a);
}

/* A page that got the node by a split has no undo information of its own when the undo comes. */
static void undo_info_of_moved_nodes_is_logged_before_the_undo(void **state)
{
    struct world *w = *state;
    struct buf_ref page = BUF_REF_NONE;
    struct list elsewhere;
    struct ver_entry *e;
    list_init(&elsewhere);
    w->a.log = w->db.log = (struct log *)(void *)w;
    trx_begin(&w->a, false);
    change(w, &w->a, VER_REPLACE, "k", "one", &page);
    e = LIST_ENTRY(w->a.entries.next, struct ver_entry, trx_link);
    assert_int_equal(ver_write_moved_undo_info(e, &page_pending, 40), 0);
    assert_int_equal(records_logged, 0);
    assert_int_equal(ver_write_moved_undo_info(e, &elsewhere, 41), 0);
    assert_int_equal(records_logged, 1);
    assert_int_equal(last_logged[0], LR_UNDO_INFO);
    commit(w, &w->a);
    w->db.log = NULL;
}

struct schema_calls { int undo, commit, cleanup; };
static ese_err schema_undo(void *o, struct trx *t) { (void)t; ((struct schema_calls *)o)->undo++; return 0; }
static void schema_commit(void *o, stamp at) { (void)at; ((struct schema_calls *)o)->commit++; }
static void schema_cleanup(void *o) { ((struct schema_calls *)o)->cleanup++; }

static void schema_entries_call_back_at_commit_and_cleanup(void **state)
{
    static const struct ver_schema_ops ops = {schema_undo, schema_commit, schema_cleanup};
    struct world *w = *state;
    struct schema_calls calls = {0, 0, 0};
    trx_begin(&w->a, false);
    assert_int_equal(ver_add_schema(w->v, &w->a, &ops, &calls), 0);
    commit(w, &w->a);
    assert_int_equal(calls.commit, 1);
    assert_int_equal(calls.cleanup, 0);
    assert_int_equal(ver_cleanup(w->v, 10), 0);
    assert_int_equal(calls.cleanup, 1);
}

static void begin_records_come_with_the_first_change(void **state)
{
    struct world *w = *state;
    w->a.log = (struct log *)(void *)w;
    trx_begin(&w->a, false);
    trx_begin(&w->a, false);
    assert_int_equal(records_logged, 0);
    assert_true(trx_oldest_begin0(w->v, LGPOS_MAX).v == LGPOS_MAX.v);
    assert_int_equal(trx_log_begin(&w->a), 0);
    assert_int_equal(records_logged, 1);
    assert_int_equal(last_logged[0], LR_BEGIN0);
    assert_true(trx_oldest_begin0(w->v, LGPOS_MAX).v != LGPOS_MAX.v);
    trx_begin(&w->a, false);
    assert_int_equal(trx_log_begin(&w->a), 0);
    assert_int_equal(last_logged[1], LR_BEGIN);
    assert_int_equal(trx_log_begin(&w->a), 0);
    assert_int_equal(records_logged, 2);
    trx_end(&w->a);
    assert_true(trx_oldest_begin0(w->v, LGPOS_MAX).v == LGPOS_MAX.v);
    for (int i = 0; i < TRX_LEVELS_MAX; i++)
        assert_int_equal(trx_begin(&w->b, false), 0);
    assert_int_equal(trx_begin(&w->b, false), JET_errTransTooDeep);
    trx_end(&w->b);
}

static void recovered_entries_are_found_by_rceid_and_forgotten_at_commit(void **state)
{
    struct world *w = *state;
    struct ver_node n = node(w, "k");
    struct ver_entry *e;
    trx_begin_recovered(&w->a, 77, 1, lgpos_make(3, 2, 1));
    assert_int_equal(ver_prepare(w->v, &w->a, VER_REPLACE, &n, TEXT("old"), &e), 0);
    e->rceid = 4711;
    ver_apply(w->v, &w->a, e, NULL);
    assert_ptr_equal(ver_find_rceid(w->v, 4711), e);
    commit(w, &w->a);
    assert_null(ver_find_rceid(w->v, 4711));
    assert_int_equal(ver_entry_count(w->v), 0);
}

/* A checkpoint at a page change of a transaction that has ended must go back to its begin, or redo would skip the change. */
static void checkpoint_bound_reaches_back_to_the_begin_of_ended_transactions(void **state)
{
    struct world *w = *state;
    struct trx *t = &w->c;
    lgpos begin = lgpos_make(8, 40, 0x3D5), change = lgpos_make(8, 47, 0x4BD), end = lgpos_make(8, 47, 0x8E6);

    trx_begin_recovered(t, 1, 1, begin);
    t->last_end = end;
    assert_true(trx_oldest_begin0(w->v, LGPOS_MAX).v == begin.v);
    trx_end(t);
    assert_true(trx_oldest_begin0(w->v, change).v == begin.v);
    assert_true(trx_oldest_begin0(w->v, lgpos_make(9, 1, 0)).v == LGPOS_MAX.v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        CASE(reader_sees_the_state_at_its_begin),
        CASE(reader_without_transaction_sees_what_is_committed),
        CASE(delete_then_insert_again_is_seen_step_by_step),
        CASE(first_writer_wins),
        CASE(deltas_of_running_transactions_commute),
        CASE(level_rollback_drops_only_its_entries),
        CASE(commit_forgets_what_nobody_else_can_need),
        CASE(commit_waiting_for_the_disk_holds_up_no_cleanup),
        CASE(cleanup_keeps_what_a_running_reader_needs),
        CASE(full_store_refuses_and_recovers_after_the_long_transaction),
        CASE(room_is_made_on_demand),
        CASE(a_stalled_transaction_is_waited_for_and_a_long_one_is_not),
        CASE(undo_info_is_logged_for_running_changes_only),
        CASE(undo_info_that_the_log_refuses_stays_pending),
        CASE(undo_info_of_moved_nodes_is_logged_before_the_undo),
        CASE(schema_entries_call_back_at_commit_and_cleanup),
        CASE(begin_records_come_with_the_first_change),
        CASE(checkpoint_bound_reaches_back_to_the_begin_of_ended_transactions),
        CASE(recovered_entries_are_found_by_rceid_and_forgotten_at_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
