/*
 * engine_fixture.h - a whole instance without the API: cache, version store, optionally log and recovery, one session.
 *
 * GIVES       fixture_start / fixture_stop in a folder; fixture_parts for those who run recovery themselves; fixture_attach, fixture_create
 *             of databases; the ids of the last events.
 * CALLERS     tests.
 */
#ifndef ESE_TEST_ENGINE_FIXTURE_H
#define ESE_TEST_ENGINE_FIXTURE_H

#include "admin/db_attach.h"
#include "admin/recover.h"

struct fixture {
    struct inst inst;
    struct session *s;
    char dir[OS_PATH_MAX - 64];
    unsigned events[16];                                /* newest first */
};

struct fixture_config { uint32_t page_size; uint32_t log_bytes; bool logged; bool circular; uint64_t cache_bytes; };
ese_err fixture_parts(struct fixture *f, const char *dir, const struct fixture_config *how);    /* cache, versions, log_config; ends with fixture_drop */
bool fixture_saw(const struct fixture *f, unsigned event);
ese_err fixture_start(struct fixture *f, const char *dir, const struct fixture_config *how);
ese_err fixture_stop(struct fixture *f);                /* detaches all databases, ends in an orderly way */
void fixture_drop(struct fixture *f);                   /* as a killed process: nothing more is written */
ese_err fixture_attach(struct fixture *f, const char *name, bool read_only, uint8_t *dbid);
ese_err fixture_create(struct fixture *f, const char *name, uint8_t *dbid);
unsigned fixture_check(struct fixture *f, uint8_t dbid);  /* the checker's faults, printed */

#endif
