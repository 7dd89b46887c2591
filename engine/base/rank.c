/*
 * rank.c - the stack of held lock ranks of each thread.
 */
#include "base/rank.h"

#include <stdint.h>

enum { HELD_MAX = 64 };

static _Thread_local struct {
    int count;
    uint8_t ranks[HELD_MAX];
} held;

int rank_highest(void)
{
    int highest = 0;
    for (int i = 0; i < held.count && i < HELD_MAX; i++)
        if (held.ranks[i] > highest)
            highest = held.ranks[i];
    return highest;
}

bool rank_allows(enum rank rank, bool equal)
{
    int highest = rank_highest();
    return (int)rank > highest || (equal && (int)rank == highest);
}

/* Beyond HELD_MAX locks are counted and no longer remembered: the check gets weaker, never wrong. */
void rank_push(enum rank rank)
{
    if (held.count < HELD_MAX)
        held.ranks[held.count] = (uint8_t)rank;
    held.count++;
}

/* Locks may be released in any order: the newest of that rank goes. */
void rank_pop(enum rank rank)
{
    int at = held.count < HELD_MAX ? held.count : HELD_MAX;

    if (held.count > HELD_MAX) {
        held.count--;
        return;
    }
    while (at-- > 0) {
        if (held.ranks[at] != rank)
            continue;
        for (int i = at; i + 1 < held.count; i++)
            held.ranks[i] = held.ranks[i + 1];
        held.count--;
        return;
    }
}
