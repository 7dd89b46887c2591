/*
 * err.h - the one error type and the one error idiom of the engine.
 *
 * OWNS        the list of codes (errors.inc) and the ring of recent raises of each thread.
 * GIVES       ese_err, TRY, FAIL, the JET_err* and JET_wrn* constants, their names and texts.
 * INVARIANTS  E1  inside the engine a result is 0 or negative; warnings are born in api/.
 *             E2  a code is raised (FAIL) once, at the place that finds the fault, and then only passed on (TRY).
 *             E3  a function has at most one label, done:, and success falls through it.
 * CALLERS     everyone.
 * TESTS       unit/test_base.c
 */
#ifndef ESE_BASE_ERR_H
#define ESE_BASE_ERR_H

#include <stddef.h>
#include <stdint.h>

typedef int32_t ese_err;

/* E(name, value, category, text) for every code of the API; the values are the API's own. */
#ifndef ESE_API_JET_CODES_H                             /* a program included api/jet.h first: same names, same values */
enum ese_error_code {
#define E(name, value, category, text) name = (value),
#include "base/errors.inc"
#undef E
};
#endif

#define TRY(call)                                                                                                      \
    do {                                                                                                               \
        if ((err = (call)) < 0)                                                                                        \
            goto done;                                                                                                 \
    } while (0)

#define FAIL(code)                                                                                                     \
    do {                                                                                                               \
        err = err_raise((code), __func__, __LINE__);                                                                   \
        goto done;                                                                                                     \
    } while (0)

/* Remember where a code was born and return it unchanged. */
ese_err err_raise(ese_err code, const char *function, int line);

/* Name ("JET_errDiskIO") and one-line text of a code; NULL when the code is not in the list. */
const char *err_name(ese_err code);
const char *err_text(ese_err code);

/* Last raise on this thread, for messages: function name or "" and its line. */
ese_err err_last(const char **function, int *line);

#endif
