/*
 * bench.h - what the workloads ask of a storage engine; one engine is linked into each program.
 *
 * GIVES       databases with one table of rows (64-bit number, 16-byte text with an index, a value), sessions, transactions.
 * INVARIANTS  B1  a call returns 0, BENCH_AGAIN (a conflict: abort and repeat the transaction) or another negative number.
 *             B2  durable: a commit returns when the disk has it; otherwise it may be lost in a crash, in order.
 * CALLERS     workloads.c; implemented by peer_*.c.
 * TESTS       none: measured by run.sh
 */
#ifndef ESE_BENCH_H
#define ESE_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { TEXT_BYTES = 16, BENCH_AGAIN = 1 };

struct engine_config {
    const char *dir;                                    /* exists */
    bool durable, create;
    bool keep_log;                                      /* recovery is to be measured: nothing shortens the log */
    size_t cache_bytes;
};

struct session;

extern const char *const engine_name;
extern const char *const engine_log_mark;               /* part of the names of log files only */

int engine_open(const struct engine_config *config);
void engine_close(void);
int engine_sync(void);                                  /* all that was committed is durable */
uint64_t engine_log_bytes(void);                        /* log that a crash now would leave to repeat */

struct session *session_open(void);                     /* one a thread */
void session_close(struct session *s);
int txn_begin(struct session *s, bool write);
int txn_commit(struct session *s);
void txn_abort(struct session *s);

int row_put(struct session *s, uint64_t id, const char *text, const void *value, size_t size);
int row_get(struct session *s, uint64_t id, void *value, size_t room, size_t *size);
int row_find(struct session *s, const char *text, uint64_t *id, void *value, size_t room, size_t *size);
int row_update(struct session *s, uint64_t id, const void *value, size_t size);
uint64_t row_scan(struct session *s, uint64_t *sum);    /* rows seen; every value is read */

/* From workloads.c. */
void bench_fail(const char *what, long code) __attribute__((noreturn));
uint64_t bench_sum(const void *data, size_t size);
uint64_t bench_dir_bytes(const char *dir, const char *mark, bool with_mark, bool on_disk);

#endif
