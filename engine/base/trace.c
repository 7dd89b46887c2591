/*
 * trace.c - the channels of trace.h.
 */
#include "base/trace.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct { const char *name; uint32_t bit; } names_of[] = {
    {"api", TRACE_API}, {"log", TRACE_LOG}, {"recover", TRACE_RECOVER}, {"buffer", TRACE_BUFFER},
    {"tree", TRACE_TREE}, {"version", TRACE_VERSION}, {"backup", TRACE_BACKUP}, {"catalog", TRACE_CATALOG},
    {"all", UINT32_MAX},
};

static struct {
    _Atomic uint32_t mask;
    _Atomic(trace_sink) sink;
} channels;

uint32_t trace_parse(const char *names)
{
    uint32_t mask = 0;

    while (names != NULL && *names != 0) {
        size_t n = strcspn(names, ",");
        for (size_t i = 0; i < sizeof(names_of) / sizeof(names_of[0]); i++)
            if (strlen(names_of[i].name) == n && memcmp(names_of[i].name, names, n) == 0)
                mask |= names_of[i].bit;
        names += n + (names[n] == ',');
    }
    return mask;
}

void trace_open(uint32_t mask, trace_sink sink)
{
    atomic_store(&channels.sink, sink);
    atomic_store(&channels.mask, sink != NULL ? mask : 0);
}

uint32_t trace_mask(void)
{
    return atomic_load_explicit(&channels.mask, memory_order_relaxed);
}

void trace_write(enum trace_channel channel, const char *format, ...)
{
    char line[512];
    trace_sink sink = atomic_load(&channels.sink);
    const char *name = "";
    va_list arguments;
    int n;

    if (sink == NULL)
        return;
    for (size_t i = 0; i < sizeof(names_of) / sizeof(names_of[0]) && name[0] == 0; i++)
        if (names_of[i].bit == (uint32_t)channel)
            name = names_of[i].name;
    n = snprintf(line, sizeof(line), "esent %s: ", name);
    va_start(arguments, format);
    (void)vsnprintf(line + n, sizeof(line) - (size_t)n, format, arguments);
    va_end(arguments);
    sink(line);
}
