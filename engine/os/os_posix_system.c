/*
 * os_posix_system.c - clock, random bytes, memory and process facts over POSIX.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { HUGE_PAGE_BYTES = 2 * 1024 * 1024 };

void os_clock_calendar(struct os_calendar *utc)
{
    struct timespec now = {0, 0};
    struct tm tm;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &tm) == NULL)
        memset(&tm, 0, sizeof(tm));
    utc->year = tm.tm_year + 1900;
    utc->month = tm.tm_mon + 1;
    utc->day = tm.tm_mday;
    utc->hour = tm.tm_hour;
    utc->minute = tm.tm_min;
    utc->second = tm.tm_sec < 60 ? tm.tm_sec : 59;
    utc->millisecond = (int)(now.tv_nsec / 1000000);
}

uint64_t os_clock_ns(void)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

uint64_t os_clock_ms(void)
{
    return os_clock_ns() / 1000000;
}

void os_random(void *to, size_t size)
{
    uint8_t *at = to;
    while (size != 0) {
        ssize_t n = getrandom(at, size < 256 ? size : 256, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            abort();                                    /* signatures must not repeat */
        at += n;
        size -= (size_t)n;
    }
}

unsigned os_cpu_count(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (unsigned)n : 1;
}

uint64_t os_memory_bytes(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    long size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : UINT64_C(1) << 30;
}

uint32_t os_process_id(void)
{
    return (uint32_t)getpid();
}

const char *os_process_name(void)
{
    return program_invocation_short_name;
}

static size_t round_to_pages(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

/* Large regions start at a boundary of huge pages and ask for them: the page cache is read all over, and address translation
 * would otherwise cost more than the data. */
static void *reserve_large(size_t size)
{
    uint8_t *at = mmap(NULL, size + HUGE_PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    size_t head;

    if (at == MAP_FAILED)
        return NULL;
    head = (HUGE_PAGE_BYTES - ((uintptr_t)at & (HUGE_PAGE_BYTES - 1))) & (HUGE_PAGE_BYTES - 1);
    if (head != 0)
        (void)munmap(at, head);
    if (head != HUGE_PAGE_BYTES)
        (void)munmap(at + head + size, HUGE_PAGE_BYTES - head);
    (void)madvise(at + head, size, MADV_HUGEPAGE);
    return at + head;
}

void *os_memory_reserve(size_t size)
{
    void *at;
    size = round_to_pages(size);
    if (size >= HUGE_PAGE_BYTES)
        return reserve_large(size);
    at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at != MAP_FAILED ? at : NULL;
}

void os_memory_discard(void *at, size_t size)
{
    (void)madvise(at, size, MADV_DONTNEED);
}

void os_memory_release(void *at, size_t size)
{
    if (at != NULL)
        (void)munmap(at, round_to_pages(size));
}

const char *os_environment(const char *name)
{
    return getenv(name);
}

void os_debug_line(const char *text)
{
    (void)fprintf(stderr, "%s\n", text);
}

/* One write for each line, so that processes may share the file. */
void os_event_write(const struct os_event *event)
{
    static const char *const types[] = {"information", "warning", "error"};
    const char *target = getenv("ESENT_EVENTS");
    struct os_calendar now;
    char line[1200];
    FILE *f;

    if (target == NULL)
        return;
    os_clock_calendar(&now);
    (void)snprintf(line, sizeof line, "%04d-%02d-%02dT%02d:%02d:%02d %s %s (%u) %s: %s %u: %s\n", now.year, now.month, now.day, now.hour, now.minute,
                   now.second, event->source[0] != '\0' ? event->source : "ESENT", os_process_name(), (unsigned)os_process_id(),
                   event->instance, types[event->type], event->id, event->text);
    f = strchr(target, '/') != NULL ? fopen(target, "a") : NULL;
    (void)fputs(line, f != NULL ? f : stderr);
    if (f != NULL)
        (void)fclose(f);
}

/* libesent.so is linked to stay; a program with the engine in it stays anyway. */
void os_library_pin(void)
{
}
