/*
 * stub.c - calls that are exported and not there: each says so once on the debug channel and answers
 * JET_errFeatureNotAvailable. The list is made at build time: what exports.inc names and the engine does not define.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "base/err.h"
#include "os/os.h"

static ese_err not_available(_Atomic int *told, const char *name)
{
    char line[128];

    if (atomic_exchange_explicit(told, 1, memory_order_relaxed) == 0) {
        (void)snprintf(line, sizeof(line), "esent: %s is not available", name);
        os_debug_line(line);
    }
    return JET_errFeatureNotAvailable;
}

/* No arguments are declared: they are the caller's to clean up on every machine this is built for (the 32-bit stdcall
 * entries are in entry32.c). */
#define A(name)                                                                                                        \
    ese_err name(void);                                                                                                \
    ese_err name(void)                                                                                                 \
    {                                                                                                                  \
        static _Atomic int told;                                                                                       \
        return not_available(&told, #name);                                                                            \
    }
#include "absent.inc"
#undef A
