/*
 * os_win32_thread.c - threads, and mutexes and conditions made of words that threads wait on.
 *
 * The mutex has three states: 0 free, 1 held, 2 held with waiters. Only the last costs a system call to unlock.
 */
#include "os/os.h"

#include <assert.h>
#include <stdlib.h>
#include <windows.h>

#include "base/alloc.h"

NTSTATUS NTAPI RtlWaitOnAddress(const void *address, const void *compare, SIZE_T size, const LARGE_INTEGER *timeout);
void NTAPI RtlWakeAddressAll(const void *address);
void NTAPI RtlWakeAddressSingle(const void *address);

#define STACK_BYTES ((SIZE_T)512 * 1024)
#define TIMED_OUT ((NTSTATUS)0x00000102)

enum { FREE = 0, HELD = 1, CONTENDED = 2, SPINS = 100 };

static _Atomic uint32_t *word_of(void **impl)
{
    return (_Atomic uint32_t *)(void *)impl;
}

void os_mutex_init(struct os_mutex *m, enum rank rank)
{
    m->rank = rank;
    atomic_init(word_of(m->impl), FREE);
}

void os_mutex_release(struct os_mutex *m)
{
    assert(atomic_load(word_of(m->impl)) == FREE);
    (void)m;
}

void os_mutex_lock(struct os_mutex *m)
{
    _Atomic uint32_t *word = word_of(m->impl);
    uint32_t seen = FREE;

    rank_enter((enum rank)m->rank);
    if (atomic_compare_exchange_strong_explicit(word, &seen, HELD, memory_order_acquire, memory_order_relaxed))
        return;
    for (int i = 0; i < SPINS; i++) {
        seen = FREE;
        if (atomic_load_explicit(word, memory_order_relaxed) == FREE &&
            atomic_compare_exchange_weak_explicit(word, &seen, HELD, memory_order_acquire, memory_order_relaxed))
            return;
        os_spin_pause();
    }
    while (atomic_exchange_explicit(word, CONTENDED, memory_order_acquire) != FREE)
        os_wait_word(word, CONTENDED);
}

bool os_mutex_try(struct os_mutex *m)
{
    uint32_t seen = FREE;
    if (!atomic_compare_exchange_strong_explicit(word_of(m->impl), &seen, HELD, memory_order_acquire, memory_order_relaxed))
        return false;
    rank_enter_try((enum rank)m->rank);
    return true;
}

void os_mutex_unlock(struct os_mutex *m)
{
    uint32_t was = atomic_exchange_explicit(word_of(m->impl), FREE, memory_order_release);
    rank_leave((enum rank)m->rank);
    assert(was != FREE);
    if (was == CONTENDED)
        os_wake_word(word_of(m->impl), false);
}

void os_cond_init(struct os_cond *c)
{
    atomic_init(word_of(c->impl), 0);
}

void os_cond_release(struct os_cond *c)
{
    (void)c;
}

void os_cond_wait(struct os_cond *c, struct os_mutex *m)
{
    uint32_t seen = atomic_load(word_of(c->impl));
    os_mutex_unlock(m);
    os_wait_word(word_of(c->impl), seen);
    os_mutex_lock(m);
}

bool os_cond_wait_ms(struct os_cond *c, struct os_mutex *m, uint32_t timeout_ms)
{
    uint32_t seen = atomic_load(word_of(c->impl));
    LARGE_INTEGER timeout = {.QuadPart = -(LONGLONG)timeout_ms * 10000};
    NTSTATUS status;

    os_mutex_unlock(m);
    status = RtlWaitOnAddress(c->impl, &seen, sizeof(seen), &timeout);
    os_mutex_lock(m);
    return status != TIMED_OUT;
}

void os_cond_signal(struct os_cond *c)
{
    (void)atomic_fetch_add(word_of(c->impl), 1);
    os_wake_word(word_of(c->impl), false);
}

void os_cond_broadcast(struct os_cond *c)
{
    (void)atomic_fetch_add(word_of(c->impl), 1);
    os_wake_word(word_of(c->impl), true);
}

/* ntdll wants a plain address; it reads the word itself. */
static void *plain(_Atomic uint32_t *word)
{
    return (void *)(uintptr_t)word;
}

void os_wait_word(_Atomic uint32_t *word, uint32_t expected)
{
    (void)RtlWaitOnAddress(plain(word), &expected, sizeof(expected), NULL);
}

void os_wake_word(_Atomic uint32_t *word, bool all)
{
    if (all)
        RtlWakeAddressAll(plain(word));
    else
        RtlWakeAddressSingle(plain(word));
}

struct os_thread {
    HANDLE handle;
    void (*body)(void *);
    void *argument;
};

static DWORD WINAPI thread_main(void *argument)
{
    struct os_thread *t = argument;
    t->body(t->argument);
    return 0;
}

ese_err os_thread_start(struct os_thread **out, void (*body)(void *), void *argument)
{
    ese_err err = JET_errSuccess;
    struct os_thread *t = NULL;

    *out = NULL;
    t = ese_alloc(sizeof(*t));
    if (t == NULL)
        FAIL(JET_errOutOfMemory);
    t->body = body;
    t->argument = argument;
    t->handle = CreateThread(NULL, STACK_BYTES, thread_main, t, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (t->handle == NULL)
        FAIL(JET_errOutOfThreads);
    *out = t;
    t = NULL;
done:
    ese_free(t);
    return err;
}

void os_thread_join(struct os_thread *t)
{
    if (t == NULL)
        return;
    if (WaitForSingleObject(t->handle, INFINITE) != WAIT_OBJECT_0)
        abort();
    (void)CloseHandle(t->handle);
    ese_free(t);
}

uint64_t os_thread_id(void)
{
    return GetCurrentThreadId();
}

void os_yield(void)
{
    (void)SwitchToThread();
}

void os_sleep_ms(uint32_t ms)
{
    Sleep(ms);
}

void os_spin_pause(void)
{
    __builtin_ia32_pause();
}
