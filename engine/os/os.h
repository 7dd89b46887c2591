/*
 * os.h - all that the engine asks of a system.
 *
 * OWNS        open files, threads, locks, the clock.
 * GIVES       positioned file I/O with explicit durability, directories, mutexes, waits on an address, threads, time.
 * INVARIANTS  O1  a write is durable only after os_file_sync on that file returned; a create, rename or delete only
 *                 after os_dir_sync of its folder.
 *             O2  reads and writes are positioned, complete or fail; short reads at the end of file are reported.
 *             O3  an exclusive open holds a byte lock at one fixed offset that other processes respect.
 *             O4  paths are UTF-8 (surrogates kept one by one), "/" and "\" both separate; the Win32 side turns them to UTF-16.
 * FAILS       JET_errFileNotFound, JET_errFileAccessDenied, JET_errInvalidPath, JET_errDiskFull, JET_errDiskIO,
 *             JET_errFileIOBeyondEOF, JET_errFileAlreadyExists, JET_errOutOfMemory, JET_errDiskReadVerificationFailure never.
 * CALLERS     store and above. Implementations: os_posix_*.c, win32/os_win32_*.c, tests/sim/os_sim*.c (files only).
 * TESTS       unit/test_os_file.c, unit/test_os_thread.c
 */
#ifndef ESE_OS_OS_H
#define ESE_OS_OS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rank.h"

/* ---- files ---- */

struct os_file;

enum os_open {
    OS_OPEN_READ = 0,                                   /* read only; shares with everyone */
    OS_OPEN_WRITE = 1,                                  /* read and write */
    OS_OPEN_CREATE = 2,                                 /* create, fail when it exists */
    OS_OPEN_TRUNCATE = 4,                               /* with CREATE: overwrite what exists */
    OS_OPEN_EXCLUSIVE = 8,                              /* O3; JET_errFileAccessDenied when somebody holds it */
    OS_OPEN_DIRECT = 16,                                /* hint: large aligned sequential I/O, keep out of the OS cache */
    OS_OPEN_DELETE_ON_CLOSE = 32
};

ese_err os_file_open(const char *path, unsigned flags, struct os_file **out);
void os_file_close(struct os_file *file);               /* NULL is fine; drops, never syncs */
ese_err os_file_read(struct os_file *file, uint64_t offset, void *to, size_t size);        /* JET_errFileIOBeyondEOF when short */
ese_err os_file_read_some(struct os_file *file, uint64_t offset, void *to, size_t size, size_t *got);
ese_err os_file_write(struct os_file *file, uint64_t offset, const void *from, size_t size);
ese_err os_file_sync(struct os_file *file);             /* contents and size */
ese_err os_file_size(struct os_file *file, uint64_t *size);
ese_err os_file_resize(struct os_file *file, uint64_t size);                                /* growth reads as zeros */
ese_err os_file_preallocate(struct os_file *file, uint64_t size);                           /* space on disk is assured up to size */
uint32_t os_file_atomic(struct os_file *file);          /* bytes that an aligned write puts on disk whole or not at all */
void os_file_prefetch(struct os_file *file, uint64_t offset, size_t size);                  /* hint */

struct os_file_info { uint64_t size; bool is_dir; bool read_only; };
ese_err os_path_info(const char *path, struct os_file_info *info);                          /* JET_errFileNotFound */
ese_err os_path_rename(const char *from, const char *to);                                   /* replaces to */
ese_err os_path_delete(const char *path);
/* A new file with the contents of one that nobody changes meanwhile; it shares their blocks where the file system can. Durable
 * but for its name. What exists is not overwritten. */
ese_err os_path_copy(const char *from, const char *to);
ese_err os_dir_create(const char *path);                                                    /* with missing parents */
ese_err os_dir_delete(const char *path);                                                    /* empty folders only */
ese_err os_dir_sync(const char *path);                                                      /* path of the folder itself */
/* Calls back for each entry but . and .., in no order; a negative return stops and is passed on. */
ese_err os_dir_list(const char *path, ese_err (*each)(void *context, const char *name, const struct os_file_info *info), void *context);
/* Absolute, normalised form; JET_errInvalidPath for what cannot be one. Result in out (size bytes, NUL included). */
ese_err os_path_full(const char *path, char *out, size_t size);
bool os_path_same(const char *a, const char *b);        /* compare two full paths by the rules of the system */
ese_err os_disk_free(const char *path, uint64_t *bytes);
char os_path_separator(void);
/* Unique per file on disk, equal for two paths to one file; 0 when not available. */
ese_err os_path_identity(const char *path, uint64_t identity[2]);

enum { OS_PATH_MAX = 1024 };

/* ---- threads, locks, waiting ---- */

struct os_mutex { void *impl[7]; uint32_t rank; };      /* real OS mutex; os_mutex_init must be called */
void os_mutex_init(struct os_mutex *m, enum rank rank); /* waiting for it keeps the order of base/rank.h */
void os_mutex_release(struct os_mutex *m);
void os_mutex_lock(struct os_mutex *m);
bool os_mutex_try(struct os_mutex *m);
void os_mutex_unlock(struct os_mutex *m);

struct os_cond { void *impl[8]; };
void os_cond_init(struct os_cond *c);
void os_cond_release(struct os_cond *c);
void os_cond_wait(struct os_cond *c, struct os_mutex *m);
bool os_cond_wait_ms(struct os_cond *c, struct os_mutex *m, uint32_t timeout_ms);           /* false = timed out */
void os_cond_signal(struct os_cond *c);
void os_cond_broadcast(struct os_cond *c);

/* Sleep while *word == expected (futex, RtlWaitOnAddress); may wake early. */
void os_wait_word(_Atomic uint32_t *word, uint32_t expected);
void os_wake_word(_Atomic uint32_t *word, bool all);

struct os_thread;
ese_err os_thread_start(struct os_thread **out, void (*body)(void *), void *argument);      /* blocks all signals; 512 KiB stack */
void os_thread_join(struct os_thread *t);               /* releases it */
uint64_t os_thread_id(void);
void os_yield(void);
void os_sleep_ms(uint32_t ms);
void os_spin_pause(void);

/* ---- system ---- */

struct os_calendar { int year, month, day, hour, minute, second, millisecond; };
void os_clock_calendar(struct os_calendar *utc);
uint64_t os_clock_ms(void);                             /* monotonic */
uint64_t os_clock_ns(void);                             /* monotonic */
void os_random(void *to, size_t size);                  /* good random bytes */
unsigned os_cpu_count(void);
uint64_t os_memory_bytes(void);
uint32_t os_process_id(void);
const char *os_process_name(void);
/* Reserve zeroed page-aligned memory outside the heap. os_memory_discard gives physical pages back: contents become zero or stay, and
 * the memory can be read and written all the while, as a reader that does not believe what it sees may be at it. */
void *os_memory_reserve(size_t size);
void os_memory_discard(void *at, size_t size);
void os_memory_release(void *at, size_t size);
const char *os_environment(const char *name);           /* NULL when absent */
/* The caller's narrow text: the ANSI code page on Windows, UTF-8 elsewhere. Units (bytes) needed; at most room are written, none added. */
size_t os_ansi_to_wide(const char *text, size_t bytes, uint16_t *to, size_t room);
size_t os_wide_to_ansi(const uint16_t *text, size_t units, char *to, size_t room);
/* The system's log of events: Windows' own; elsewhere lines of the file that ESENT_EVENTS names, or stderr when it names none. */
enum os_event_type { OS_EVENT_INFORMATION, OS_EVENT_WARNING, OS_EVENT_ERROR };
struct os_event { enum os_event_type type; unsigned id; const char *source, *instance, *text; };
void os_event_write(const struct os_event *event);
void os_library_pin(void);                              /* the code stays mapped until the process ends: threads run in it */
void os_debug_line(const char *text);                   /* one line to the system's debug channel or stderr */

#endif
