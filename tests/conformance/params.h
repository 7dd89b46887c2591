/*
 * params.h - what the tables say of every system parameter: value, range, when it may be set, and the results observed.
 */
#ifndef CONFORMANCE_PARAMS_H
#define CONFORMANCE_PARAMS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#define JET_VERSION 0x0A00
#include <windows.h>
#endif
#include <esent.h>

enum param_type { TYPE_NUMBER, TYPE_FLAGS, TYPE_POWER, TYPE_BOOL, TYPE_TEXT, TYPE_PATH, TYPE_POINTER };
enum param_when { WHEN_ANY, WHEN_BEFORE_INIT, WHEN_BEFORE_MODE, WHEN_NEVER };
enum { OBSERVED_MODES = 7, ANY_RESULT = 77777, MASK_ALL = 2147483647 };

struct param_row {
    unsigned id;
    const char *name;
    enum param_type type;
    int global, advanced;
    enum param_when when;
    const char *text;                                   /* default of texts */
    int known;                                          /* defaults are numbers that do not depend on the moment */
    unsigned long long number, small, low, high;        /* high: 0xFFFFFFFFFFFFFFFF = largest of the pointer's size */
    int observed[OBSERVED_MODES], ignored[OBSERVED_MODES];      /* JET_ERR or ANY_RESULT; 1 = read back unchanged, 0 = changed, -1 = not compared */
    int text_given;                                     /* the recording gave a text, else a number and no text */
};
struct param_override { unsigned set, id; unsigned long long value; };

extern const struct param_row param_rows[];
extern const unsigned param_row_count;
extern const char *const param_modes[OBSERVED_MODES];
extern const struct param_override param_overrides[];
extern const unsigned param_override_count;
struct error_row { long code; const char *name, *text; };
extern const struct error_row error_rows[];
extern const unsigned error_row_count;

/* What the checks of one process found. */
struct tally { unsigned passed, failed; };
void expect(struct tally *t, int good, const char *format, ...);

void check_observed(unsigned mode, struct tally *t);    /* params_observed.c */
void check_defaults(struct tally *t);                   /* params_table.c */
void check_ranges(struct tally *t);
void check_advanced(struct tally *t);
void check_sets(struct tally *t);
void check_errors(struct tally *t);
void check_session(struct tally *t);

#endif
