/*
 * recover_int.h - recovery from the inside: shared by the files admin/recover*.c only.
 *
 * OWNS        struct recovery: databases by dbid, transactions by procid, where the log begins and ends.
 * INVARIANTS  R1  a database slot is ATTACHED (redo changes it), DEFERRED (the log says attached, the file cannot be used now; a later
 *                 record must settle it) or EMPTY.
 *             R2  pass one (recover_scan) reads every record before pass two changes a byte.
 * CALLERS     admin/recover*.c
 * TESTS       unit/test_recover.c, realdata
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
/* recover_end.c */
ese_err recover_undo(struct recovery *r);
void recover_forget_transactions(struct recovery *r);

#endif
