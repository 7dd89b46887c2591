/*
 * recover_int.h - recovery from the inside: shared by the files admin/recover*.c only.
 *
 * OWNS        struct recovery: databases by dbid, transactions by procid, where the log begins and ends.
 * INVARIANTS  R1  a database slot is ATTACHED (redo changes it), DEFERRED (the log says attached, the file cannot be used now; a later
 *                 record must settle it) or EMPTY.
 *             R2  pass one (recover_scan) reads every record before pass two changes a byte.
 *             R3  space of trees that a deletion or an undone creation left behind is given back at the end of undo; pages are found by
 *                 what is owned and unused, so a cut in the middle only leaves more to do for the next recovery.
 * CALLERS     admin/recover*.c
 * TESTS       unit/test_recover.c, crash/test_space_sweep.c, realdata
 */
#ifndef ESE_ADMIN_RECOVER_INT_H
#define ESE_ADMIN_RECOVER_INT_H

#include "admin/db_attach.h"
#include "admin/recover.h"
#include "store/buf.h"
#include "store/db_guard.h"
#include "tree/redo.h"

enum slot_state { SLOT_EMPTY, SLOT_ATTACHED, SLOT_DEFERRED };

struct recover_slot {
    enum slot_state state;
    struct db_file *db;                                 /* ATTACHED; also hung into inst->dbs */
    ese_err why;                                        /* DEFERRED: what JetInit returns when nothing settles it */
    bool creating;                                      /* CreateDB seen, CreateDBFinish not yet */
    bool ignored;                                       /* DEFERRED on purpose: not in the restore map */
    lgpos attached_at;                                  /* records before do not count */
};

struct created { lgpos at; uint8_t dbid; bool detached; };
enum { CREATED_MAX = 256 };

/* Where a tree may have left space behind: in that of the database (root 1), of a table by root or by objid, or anywhere (both 0). */
struct space_lead { uint8_t dbid, level; bool settled; uint16_t procid; pgno root; uint32_t objid; };
struct space_leads { struct space_lead *at; size_t count, room; };

struct recovery {
    struct inst *inst;
    const struct recover_config *config;
    struct log_survey survey;
    struct log_read_config read;
    uint32_t gen_low, gen_high;                         /* available: lowest and last */
    lgpos from;                                         /* redo starts here */
    lgpos end;                                          /* behind the last record */
    lgpos last_at;                                      /* where the last record lies */
    uint8_t last_type;
    bool torn;
    struct attach_info *attached;                       /* list that holds at from */
    unsigned attached_count;
    struct created *created;
    unsigned created_count;
    struct space_leads leads;
    struct redo *redo;
    struct recover_slot slots[DB_COUNT_MAX];
    struct trx **by_procid;                             /* 65536 entries */
    char *path, *path2;                                 /* OS_PATH_MAX each */
};

/* recover_redo.c */
ese_err recover_scan(struct recovery *r);               /* pass one: sets end, last_*, created */
ese_err recover_redo(struct recovery *r);               /* pass two */
ese_err recover_open_reader(struct recovery *r, struct log_reader **out);
/* recover_db.c */
ese_err recover_attach_listed(struct recovery *r, const struct attach_info *info);
ese_err recover_attach_record(struct recovery *r, const struct log_record *record, struct log_span span);
ese_err recover_create_record(struct recovery *r, const struct log_record *record, struct log_span span);
ese_err recover_create_finish(struct recovery *r, const struct log_record *record);
ese_err recover_detach_record(struct recovery *r, const struct log_record *record, struct log_span span);
ese_err recover_settle(struct recovery *r);             /* end of log: databases that are still deferred or half made */
ese_err recover_settle_creations(struct recovery *r);   /* after undo: databases whose creation never finished go */
void recover_drop_dbs(struct recovery *r);              /* failure: files are closed as they are */
struct db_file *recover_db_of(struct recovery *r, uint8_t dbid, lgpos at);     /* NULL: records at this position do not count */
/* recover_control.c: 0, or the error that stops recovery */
ese_err recover_ask(const struct recovery *r, enum recover_point point, ese_err usual);
ese_err recover_ask_open(struct recovery *r, uint32_t generation, uint8_t why, ese_err usual);
ese_err recover_ask_missing(struct recovery *r, uint32_t generation, uint8_t next, ese_err usual);     /* generation 0: a new stream */
ese_err recover_ask_db(const struct recovery *r, enum recover_point point, const struct db_file *db);
bool recover_wants_event(const struct recovery *r, unsigned event);
/* recover_space.c */
ese_err recover_space_record(struct recovery *r, const struct trx *t, const struct log_record *record);   /* after its redo */
void recover_space_transaction(struct recovery *r, const struct trx *t, const struct log_record *record); /* after its redo */
ese_err recover_space(struct recovery *r);              /* after undo */
/* recover_end.c */
ese_err recover_undo(struct recovery *r);
void recover_forget_transactions(struct recovery *r);

#endif
