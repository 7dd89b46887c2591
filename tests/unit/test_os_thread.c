/*
 * test_os_thread.c - threads, mutexes, waits, memory and clock of os.h.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "os/os.h"

enum { THREADS = 4, ROUNDS = 20000 };

struct shared {
    struct os_mutex mutex;
    struct os_cond cond;
    int count;
    int waiting;
    bool open;
    _Atomic uint32_t word;
};

static void add_rounds(void *argument)
{
    struct shared *s = argument;
    for (int i = 0; i < ROUNDS; i++) {
        os_mutex_lock(&s->mutex);
        s->count++;
        os_mutex_unlock(&s->mutex);
    }
}

static void start_all(struct os_thread *threads[THREADS], void (*body)(void *), struct shared *s)
{
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(os_thread_start(&threads[i], body, s), 0);
}

static void join_all(struct os_thread *threads[THREADS])
{
    for (int i = 0; i < THREADS; i++)
        os_thread_join(threads[i]);
}

static void init(struct shared *s)
{
    memset(s, 0, sizeof(*s));
    os_mutex_init(&s->mutex, RANK_FILE);
    os_cond_init(&s->cond);
}

static void release(struct shared *s)
{
    os_cond_release(&s->cond);
    os_mutex_release(&s->mutex);
}

static void a_mutex_excludes(void **state)
{
    struct shared s;
    struct os_thread *threads[THREADS];
    (void)state;

    init(&s);
    start_all(threads, add_rounds, &s);
    join_all(threads);
    assert_int_equal(s.count, THREADS * ROUNDS);
    assert_true(os_mutex_try(&s.mutex));
    os_mutex_unlock(&s.mutex);
    release(&s);
}

static void try_from_outside(void *argument)
{
    struct shared *s = argument;
    s->count = os_mutex_try(&s->mutex);
    if (s->count)
        os_mutex_unlock(&s->mutex);
}

static void try_fails_while_held_elsewhere(void **state)
{
    struct shared s;
    struct os_thread *t;
    (void)state;

    init(&s);
    os_mutex_lock(&s.mutex);
    assert_int_equal(os_thread_start(&t, try_from_outside, &s), 0);
    os_thread_join(t);
    os_mutex_unlock(&s.mutex);
    assert_int_equal(s.count, 0);
    release(&s);
}

static void wait_for_gate(void *argument)
{
    struct shared *s = argument;
    os_mutex_lock(&s->mutex);
    s->waiting++;
    os_cond_broadcast(&s->cond);
    while (!s->open)
        os_cond_wait(&s->cond, &s->mutex);
    s->count++;
    os_mutex_unlock(&s->mutex);
}

static void a_broadcast_wakes_all_waiters(void **state)
{
    struct shared s;
    struct os_thread *threads[THREADS];
    (void)state;

    init(&s);
    start_all(threads, wait_for_gate, &s);
    os_mutex_lock(&s.mutex);
    while (s.waiting < THREADS)
        os_cond_wait(&s.cond, &s.mutex);
    s.open = true;
    os_cond_broadcast(&s.cond);
    os_mutex_unlock(&s.mutex);
    join_all(threads);
    assert_int_equal(s.count, THREADS);
    release(&s);
}

static void a_timed_wait_ends(void **state)
{
    struct shared s;
    uint64_t before;
    (void)state;

    init(&s);
    os_mutex_lock(&s.mutex);
    before = os_clock_ms();
    while (os_cond_wait_ms(&s.cond, &s.mutex, 20))
        continue;
    assert_true(os_clock_ms() - before >= 15);
    os_mutex_unlock(&s.mutex);
    release(&s);
}

static void wait_for_word(void *argument)
{
    struct shared *s = argument;
    while (atomic_load(&s->word) == 0)
        os_wait_word(&s->word, 0);
}

static void a_word_wait_sees_the_change(void **state)
{
    struct shared s;
    struct os_thread *threads[THREADS];
    (void)state;

    init(&s);
    start_all(threads, wait_for_word, &s);
    atomic_store(&s.word, 1);
    os_wake_word(&s.word, true);
    join_all(threads);
    os_wait_word(&s.word, 0);                           /* does not block: the word is another */
    release(&s);
}

struct peeping { const uint8_t *at; size_t size; _Atomic bool stop; unsigned wrong; };

static void read_all_the_time(void *argument)
{
    struct peeping *p = argument;
    do {
        for (size_t i = 0; i < p->size; i += 4096) {
            uint8_t v = ((const volatile uint8_t *)p->at)[i];
            p->wrong += v != 0 && v != 0x5a;
        }
    } while (!atomic_load(&p->stop));
}

static void discarded_memory_stays_readable_and_writable(void **state)
{
    size_t size = 1 << 20;
    uint8_t *at = os_memory_reserve(size);
    struct peeping p = {.at = at + 65536, .size = 65536, .stop = false};
    struct os_thread *reader;
    (void)state;

    assert_non_null(at);
    assert_int_equal((uintptr_t)at % 4096, 0);
    memset(at, 0x5a, size);
    assert_int_equal(os_thread_start(&reader, read_all_the_time, &p), 0);
    for (unsigned i = 0; i < 500; i++)
        os_memory_discard(at + 65536, 65536);
    atomic_store(&p.stop, true);
    os_thread_join(reader);
    assert_int_equal(p.wrong, 0);
    assert_int_equal(at[65535], 0x5a);
    assert_int_equal(at[131072], 0x5a);
    memset(at, 0x11, size);
    assert_int_equal(at[65536], 0x11);
    os_memory_release(at, size);
}

static void clock_and_random_are_sane(void **state)
{
    struct os_calendar now;
    uint64_t a = 0, b = 0;
    (void)state;

    os_clock_calendar(&now);
    assert_true(now.year >= 2024 && now.month >= 1 && now.month <= 12 && now.day >= 1 && now.day <= 31);
    os_random(&a, sizeof(a));
    os_random(&b, sizeof(b));
    assert_true(a != b);
    a = os_clock_ns();
    os_sleep_ms(2);
    assert_true(os_clock_ns() - a >= 1000000);
    assert_true(os_cpu_count() >= 1);
    assert_true(os_memory_bytes() > 0);
    assert_true(os_process_id() != 0);
    assert_true(os_process_name()[0] != 0);
    assert_null(os_environment("ESE_NO_SUCH_NAME"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mutex_excludes),
        cmocka_unit_test(try_fails_while_held_elsewhere),
        cmocka_unit_test(a_broadcast_wakes_all_waiters),
        cmocka_unit_test(a_timed_wait_ends),
        cmocka_unit_test(a_word_wait_sees_the_change),
        cmocka_unit_test(discarded_memory_stays_readable_and_writable),
        cmocka_unit_test(clock_and_random_are_sane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
