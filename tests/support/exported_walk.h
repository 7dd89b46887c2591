/*
 * exported_walk.h - a table read through the public interface, value by value, next to what esedbexport prints of it.
 *
 * GIVES       exported_walk.
 * INVARIANTS  W1  what the tool leaves out (defaults that are not in the record, columns with several values) is not a difference; every
 *                 other value is compared.
 * CALLERS     tests/realdata.
 */
#ifndef ESE_TEST_EXPORTED_WALK_H
#define ESE_TEST_EXPORTED_WALK_H

#include "exported.h"

/* Every value of every row; x: compared with it unless NULL. Returns the number of differences; sum: over all values, in order. */
unsigned exported_walk(struct jet_run *r, const char *name, struct exported_table *x, long *rows, uint64_t *sum);

#endif
