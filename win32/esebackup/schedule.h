/*
 * schedule.h - when a root of sets was last found good: so that a timer may ask often and the work is done rarely.
 *
 * LAYOUT      ROOT/verified.tsv: one line, "verified TAB time (UTC, ISO 8601) TAB newest sequence TAB sums|trial".
 * GIVES       schedule_due, schedule_note, schedule_forget.
 * INVARIANTS  T1  the line is there only after a verification of all sets found them good.
 *             T2  due: no line, a damaged one, one older than the interval or from the future, a set added since, a trial asked for
 *                 where only sums were checked.
 * FAILS       os codes; a line that cannot be read only makes a verification due.
 * CALLERS     main.
 * TESTS       tests/agent
 */
#ifndef ESEBACKUP_SCHEDULE_H
#define ESEBACKUP_SCHEDULE_H

#include "set.h"

bool schedule_due(const char *root, unsigned hours, unsigned newest, bool trial);
ese_err schedule_note(const char *root, unsigned newest, bool trial);
void schedule_forget(const char *root);

#endif
