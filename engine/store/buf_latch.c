#include "store/buf_int.h"

#include <assert.h>

/* The word of a latch: readers in the low bits; INTENT is held by one, who is the only one that may go on to WRITE; PENDING keeps new
 * readers out while that one waits for the old ones to leave; WAITING: somebody sleeps on the word. */
enum { READERS = 0xFFFF, INTENT = 0x10000, WRITE = 0x20000, PENDING = 0x40000, WAITING = 0x80000, SPINS = 200 };

static void version_odd(struct buf_frame *f)
{
    uint64_t v = atomic_load_explicit(&f->version, memory_order_relaxed);
    assert((v & 1) == 0);                               /* C4 */
    atomic_store_explicit(&f->version, v + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
}

static void version_even(struct buf_frame *f)
{
    uint64_t v = atomic_load_explicit(&f->version, memory_order_relaxed);
    assert((v & 1) == 1);                               /* C4 */
    atomic_store_explicit(&f->version, v + 1, memory_order_release);
}

static uint32_t blocking_bits(enum latch_mode mode)
{
    return mode == LATCH_READ ? WRITE | PENDING : mode == LATCH_INTENT ? INTENT | WRITE : READERS | INTENT | WRITE | PENDING;
}

static bool grab(struct buf_frame *f, enum latch_mode mode)
{
    uint32_t s = atomic_load_explicit(&f->latch, memory_order_relaxed);
    while ((s & blocking_bits(mode)) == 0) {
        uint32_t want = mode == LATCH_READ ? s + 1 : mode == LATCH_INTENT ? s | INTENT : s | INTENT | WRITE;
        assert(mode != LATCH_READ || (s & READERS) != READERS);
        if (atomic_compare_exchange_weak_explicit(&f->latch, &s, want, memory_order_acquire, memory_order_relaxed))
            return true;
    }
    return false;
}

/* Sleeps until the word changes when any of bits stands in it. */
static void sleep_while(struct buf_frame *f, uint32_t bits, unsigned *spins)
{
    uint32_t s = atomic_load_explicit(&f->latch, memory_order_relaxed);
    if ((s & bits) == 0)
        return;
    if ((*spins)++ < SPINS) {
        os_spin_pause();
        return;
    }
    if ((s & WAITING) != 0 ||
        atomic_compare_exchange_strong_explicit(&f->latch, &s, s | WAITING, memory_order_relaxed, memory_order_relaxed))
        os_wait_word(&f->latch, s | WAITING);
}

static void wake_all(struct buf_frame *f)
{
    atomic_fetch_and_explicit(&f->latch, ~(uint32_t)WAITING, memory_order_relaxed);
    os_wake_word(&f->latch, true);
}

bool latch_try(struct buf_frame *f, enum latch_mode mode)
{
    if (!grab(f, mode))
        return false;
    rank_enter_try(RANK_PAGE);
    if (mode == LATCH_WRITE)
        version_odd(f);
    return true;
}

void latch_upgrade(struct buf_frame *f)
{
    unsigned spins = 0;
    uint32_t s = atomic_fetch_or_explicit(&f->latch, PENDING, memory_order_relaxed);

    assert((s & INTENT) != 0 && (s & WRITE) == 0);
    (void)s;
    for (;;) {
        s = atomic_load_explicit(&f->latch, memory_order_relaxed);
        if ((s & READERS) != 0)
            sleep_while(f, READERS, &spins);
        else if (atomic_compare_exchange_weak_explicit(&f->latch, &s, (s & ~(uint32_t)PENDING) | WRITE, memory_order_acquire,
                                                       memory_order_relaxed))
            break;
    }
    version_odd(f);
}

void latch_take(struct buf_frame *f, enum latch_mode mode)
{
    unsigned spins = 0;

    assert(mode != LATCH_NONE);
    rank_enter_equal(RANK_PAGE);
    rank_leave(RANK_PAGE);
    if (latch_try(f, mode))
        return;
    rank_enter_equal(RANK_PAGE);
    /* A writer queues up as INTENT first: then only the readers that are inside can hold it up. */
    while (!grab(f, mode == LATCH_WRITE ? LATCH_INTENT : mode))
        sleep_while(f, blocking_bits(mode == LATCH_WRITE ? LATCH_INTENT : mode), &spins);
    if (mode == LATCH_WRITE)
        latch_upgrade(f);
}

void latch_drop(struct buf_frame *f, enum latch_mode mode)
{
    uint32_t s;

    rank_leave(RANK_PAGE);
    if (mode == LATCH_READ) {
        s = atomic_fetch_sub_explicit(&f->latch, 1, memory_order_release);
        assert((s & READERS) != 0);
        if ((s & WAITING) != 0 && (s & READERS) == 1)
            wake_all(f);
        return;
    }
    assert(mode != LATCH_NONE);
    if (mode == LATCH_WRITE)
        version_even(f);
    s = atomic_fetch_and_explicit(&f->latch, ~(uint32_t)(INTENT | WRITE | WAITING), memory_order_release);
    assert((s & INTENT) != 0);
    if ((s & WAITING) != 0)
        os_wake_word(&f->latch, true);
}

bool latch_try_upgrade(struct buf_frame *f)
{
    uint32_t s = atomic_load_explicit(&f->latch, memory_order_relaxed);
    while ((s & ~(uint32_t)WAITING) == 1) {
        if (atomic_compare_exchange_weak_explicit(&f->latch, &s, (s - 1) | INTENT | WRITE, memory_order_acquire, memory_order_relaxed)) {
            version_odd(f);
            return true;
        }
    }
    return false;
}

void latch_downgrade(struct buf_frame *f, enum latch_mode mode)
{
    uint32_t s;

    version_even(f);
    if (mode == LATCH_READ) {
        s = atomic_fetch_add_explicit(&f->latch, 1, memory_order_relaxed);
        s = atomic_fetch_and_explicit(&f->latch, ~(uint32_t)(INTENT | WRITE | WAITING), memory_order_release);
    } else {
        s = atomic_fetch_and_explicit(&f->latch, ~(uint32_t)(WRITE | WAITING), memory_order_release);
    }
    if ((s & WAITING) != 0)
        os_wake_word(&f->latch, true);
}
