/*
 * defrag.h - online defragmentation: underfull neighbours of every tree of a database are merged while others work.
 *
 * OWNS        struct defrag: one background thread for each database that is being defragmented (inst->defrags).
 * GIVES       defrag_start, defrag_stop; defrag_drop for detach and the end of the instance.
 * INVARIANTS  D1  one leaf is one transaction of the system session; nothing is latched or open between two leaves.
 *             D2  nobody is kept from deleting a table: its trees are left alone once btree.dropped is set, which changes only
 *                 under inst->system_lock, which every step holds.
 *             D3  an error ends the run and is reported as an event; it never reaches the caller of anything else.
 *             D4  a running backup makes it wait.
 * LATCHES     defrag_lock rank 9; each step the system session's (16) and those of tree. The thread is joined under no lock but those
 *             of attach and detach, which it never takes.
 * FAILS       JET_errOutOfMemory, JET_errOutOfThreads, JET_errObjectNotFound (a table that is not there).
 * CALLERS     api, admin/db_attach.
 * TESTS       table/test_defrag.c, crash/test_sweep.c
 */
#ifndef ESE_ADMIN_DEFRAG_H
#define ESE_ADMIN_DEFRAG_H

#include "txn/session.h"

struct defrag_config {
    bool space_only;                                    /* the extent trees instead of the data */
    const char *table;                                  /* only this one; NULL: all */
    uint32_t passes_max, seconds_max;                   /* 0: until it is stopped */
    void (*finished)(void *context, uint8_t dbid);      /* called by the thread when it ends; may be NULL */
    void *context;                                      /* one allocation, freed with the run; NULL on failure still belongs to the caller */
};
struct defrag_counts { uint32_t passes, seconds; uint64_t leaves; };

ese_err defrag_start(struct session *s, uint8_t dbid, const struct defrag_config *config, bool *already);
/* false: none is running. counts (may be NULL): of the run that ends here or ended by itself. */
bool defrag_stop(struct inst *inst, uint8_t dbid, struct defrag_counts *counts);
void defrag_drop(struct inst *inst);                    /* all databases of the instance */

#endif
