/*
 * trace.h - channels of debugging text, all off by default.
 *
 * OWNS        one mask of channels and one sink for the process.
 * GIVES       TRACE(channel, format, ...): costs one load when the channel is off.
 * INVARIANTS  T1  a trace line never changes what the engine does and never fails.
 * CALLERS     everyone; os sets the sink, api sets the mask from ESENT_TRACE ("log,recover" or "all").
 * TESTS       unit/test_trace.c
 */
#ifndef ESE_BASE_TRACE_H
#define ESE_BASE_TRACE_H

#include <stdatomic.h>
#include <stdint.h>

enum trace_channel {
    TRACE_API = 1 << 0,
    TRACE_LOG = 1 << 1,
    TRACE_RECOVER = 1 << 2,
    TRACE_BUFFER = 1 << 3,
    TRACE_TREE = 1 << 4,
    TRACE_VERSION = 1 << 5,
    TRACE_BACKUP = 1 << 6,
    TRACE_CATALOG = 1 << 7
};

typedef void (*trace_sink)(const char *line);

/* Mask for a list of names with commas; unknown names are ignored, "all" is all. */
uint32_t trace_parse(const char *names);
void trace_open(uint32_t mask, trace_sink sink);
uint32_t trace_mask(void);
void trace_write(enum trace_channel channel, const char *format, ...)
#if defined(__GNUC__) && !defined(_WIN32)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

#define TRACE(channel, ...)                                                                                            \
    do {                                                                                                               \
        if ((trace_mask() & (uint32_t)(channel)) != 0)                                                                 \
            trace_write((channel), __VA_ARGS__);                                                                       \
    } while (0)

#endif
