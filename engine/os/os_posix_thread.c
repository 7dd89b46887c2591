/*
 * os_posix_thread.c - threads, mutexes, condition variables and waits on a word over pthreads and futexes.
 *
 * The mutexes are the C library's own, so that ThreadSanitizer sees every edge. Engine threads block all signals: a
 * program's handler never runs on a stack of ours.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <assert.h>
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

#define STACK_BYTES ((size_t)512 * 1024)

static_assert(sizeof(pthread_mutex_t) <= sizeof(((struct os_mutex *)0)->impl), "os_mutex holds a pthread mutex");
static_assert(sizeof(pthread_cond_t) <= sizeof(struct os_cond), "os_cond holds a pthread condition");
static_assert(_Alignof(pthread_mutex_t) <= _Alignof(struct os_mutex), "os_mutex alignment");
static_assert(_Alignof(pthread_cond_t) <= _Alignof(struct os_cond), "os_cond alignment");

static pthread_mutex_t *mutex_of(struct os_mutex *m)
{
    return (pthread_mutex_t *)(void *)m->impl;
}

static pthread_cond_t *cond_of(struct os_cond *c)
{
    return (pthread_cond_t *)(void *)c->impl;
}

/* A pthread call that can only fail by our own misuse. */
static void must_succeed(int rc)
{
    if (rc != 0)
        abort();
}

void os_mutex_init(struct os_mutex *m, enum rank rank)
{
    pthread_mutexattr_t attr;

    m->rank = rank;
    must_succeed(pthread_mutexattr_init(&attr));
#ifndef NDEBUG
    must_succeed(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK));
#endif
    must_succeed(pthread_mutex_init(mutex_of(m), &attr));
    (void)pthread_mutexattr_destroy(&attr);
}

void os_mutex_release(struct os_mutex *m)
{
    must_succeed(pthread_mutex_destroy(mutex_of(m)));
}

void os_mutex_lock(struct os_mutex *m)
{
    rank_enter((enum rank)m->rank);
    must_succeed(pthread_mutex_lock(mutex_of(m)));
}

bool os_mutex_try(struct os_mutex *m)
{
    int rc = pthread_mutex_trylock(mutex_of(m));
    if (rc != 0 && rc != EBUSY)
        abort();
    if (rc == 0)
        rank_enter_try((enum rank)m->rank);
    return rc == 0;
}

void os_mutex_unlock(struct os_mutex *m)
{
    rank_leave((enum rank)m->rank);
    must_succeed(pthread_mutex_unlock(mutex_of(m)));
}

void os_cond_init(struct os_cond *c)
{
    pthread_condattr_t attr;

    must_succeed(pthread_condattr_init(&attr));
    must_succeed(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC));
    must_succeed(pthread_cond_init(cond_of(c), &attr));
    (void)pthread_condattr_destroy(&attr);
}

void os_cond_release(struct os_cond *c)
{
    must_succeed(pthread_cond_destroy(cond_of(c)));
}

void os_cond_wait(struct os_cond *c, struct os_mutex *m)
{
    rank_leave((enum rank)m->rank);                     /* coming back is waiting for the mutex again */
    rank_enter((enum rank)m->rank);
    must_succeed(pthread_cond_wait(cond_of(c), mutex_of(m)));
}

bool os_cond_wait_ms(struct os_cond *c, struct os_mutex *m, uint32_t timeout_ms)
{
    struct timespec until;
    int rc;

    rank_leave((enum rank)m->rank);
    rank_enter((enum rank)m->rank);
    must_succeed(clock_gettime(CLOCK_MONOTONIC, &until));
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    rc = pthread_cond_timedwait(cond_of(c), mutex_of(m), &until);
    if (rc != 0 && rc != ETIMEDOUT)
        abort();
    return rc == 0;
}

void os_cond_signal(struct os_cond *c)
{
    must_succeed(pthread_cond_signal(cond_of(c)));
}

void os_cond_broadcast(struct os_cond *c)
{
    must_succeed(pthread_cond_broadcast(cond_of(c)));
}

void os_wait_word(_Atomic uint32_t *word, uint32_t expected)
{
    (void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

void os_wake_word(_Atomic uint32_t *word, bool all)
{
    (void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, all ? INT32_MAX : 1, NULL, NULL, 0);
}

struct os_thread {
    pthread_t id;
    void (*body)(void *);
    void *argument;
};

static void *thread_main(void *argument)
{
    struct os_thread *t = argument;
    t->body(t->argument);
    return NULL;
}

static size_t stack_bytes(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return STACK_BYTES * 4;                             /* red zones and shadow frames */
#else
    return STACK_BYTES;
#endif
}

ese_err os_thread_start(struct os_thread **out, void (*body)(void *), void *argument)
{
    ese_err err = JET_errSuccess;
    struct os_thread *t = NULL;
    pthread_attr_t attr;
    sigset_t all, before;
    int rc;

    *out = NULL;
    t = ese_alloc(sizeof(*t));
    if (t == NULL)
        FAIL(JET_errOutOfMemory);
    t->body = body;
    t->argument = argument;
    must_succeed(pthread_attr_init(&attr));
    must_succeed(pthread_attr_setstacksize(&attr, stack_bytes()));
    (void)sigfillset(&all);
    must_succeed(pthread_sigmask(SIG_SETMASK, &all, &before));
    rc = pthread_create(&t->id, &attr, thread_main, t);
    must_succeed(pthread_sigmask(SIG_SETMASK, &before, NULL));
    (void)pthread_attr_destroy(&attr);
    if (rc != 0)
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
    must_succeed(pthread_join(t->id, NULL));
    ese_free(t);
}

uint64_t os_thread_id(void)
{
    return (uint64_t)(uintptr_t)pthread_self();
}

void os_yield(void)
{
    (void)sched_yield();
}

void os_sleep_ms(uint32_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000L};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

void os_spin_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
