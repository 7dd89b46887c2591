#include "txn/inst.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "store/buf.h"
#include "txn/session.h"

enum { CHECKPOINT_PERIOD_MS = 1000, EVENT_TEXT_MAX = 512 };

void inst_init(struct inst *inst)
{
    list_init(&inst->sessions);
    list_init(&inst->abandoned);
    os_mutex_init(&inst->lock, RANK_INSTANCE);
    os_mutex_init(&inst->session_lock, RANK_TRANSACTIONS);
    os_mutex_init(&inst->system_lock, RANK_SYSTEM);
    os_mutex_init(&inst->background_lock, RANK_WAKE);
    os_mutex_init(&inst->defrag_lock, RANK_DEFRAG);
    os_cond_init(&inst->background_wake);
    inst->procid_next = 1;
    atomic_init(&inst->attach_floor, LGPOS_MAX.v);
}

void inst_release(struct inst *inst)
{
    if (inst->system != NULL) {
        session_drop(inst->system);
        inst->system = NULL;
    }
    while (!list_empty(&inst->sessions))
        session_drop(LIST_ENTRY(inst->sessions.next, struct session, link));
    session_drop_abandoned(inst);
    os_cond_release(&inst->background_wake);
    os_mutex_release(&inst->background_lock);
    os_mutex_release(&inst->defrag_lock);
    os_mutex_release(&inst->system_lock);
    os_mutex_release(&inst->session_lock);
    os_mutex_release(&inst->lock);
}

struct db_file *inst_db(struct inst *inst, uint8_t dbid)
{
    return dbid < DB_COUNT_MAX ? inst->dbs[dbid] : NULL;
}

void inst_set_unavailable(struct inst *inst, ese_err why)
{
    int32_t none = 0;
    if (atomic_compare_exchange_strong(&inst->unavailable, &none, why))
        inst_event(inst, EVENT_LOG_DOWN, "instance unavailable: %s", err_name(why) != NULL ? err_name(why) : "unknown error");
}

/* Pages that cannot reach the file wait for recovery; what is temporary nobody will miss. */
void inst_write_failed(struct db_file *db, ese_err why)
{
    if (db->owner != NULL && !db->temporary)
        inst_set_unavailable(db->owner, why);
}

void inst_event(struct inst *inst, unsigned id, const char *format, ...)
{
    char text[EVENT_TEXT_MAX];
    va_list args;
    if (inst->event == NULL)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    inst->event(inst, id, text);
}

/* ---- clean-up's remover: obsolete deleted nodes leave their pages in a system transaction ---- */

static ese_err remove_node(void *context, struct ver_entry *e)
{
    struct inst *inst = context;
    struct session *s;
    ese_err err = 0;
    bool begun = false;
    if (e->tree == NULL || e->db == NULL || e->db->read_only || atomic_load(&inst->unavailable) != 0)
        return 0;
    if (e->op == VER_DELTA || e->op == VER_DELTA64)
        return inst->delta_done != NULL ? inst->delta_done(inst, e) : 0;
    os_mutex_lock(&inst->system_lock);
    if (atomic_load(&((struct btree *)e->tree)->dropped))
        goto done;
    TRY(txn_system(inst, &s));
    TRY(txn_begin(s, false));
    begun = true;
    TRY(bt_remove_deleted(e->tree, &s->trx, e));
    TRY(txn_commit(s, COMMIT_LAZY));
    begun = false;
done:
    if (begun)
        (void)txn_rollback(s);
    os_mutex_unlock(&inst->system_lock);
    return err;
}

/* ---- background work ---- */

static void checkpoint_body(void *argument)
{
    struct inst *inst = argument;
    os_mutex_lock(&inst->background_lock);
    while (!inst->background_stop) {
        if (!inst->background_kicked)
            (void)os_cond_wait_ms(&inst->background_wake, &inst->background_lock, CHECKPOINT_PERIOD_MS);
        inst->background_kicked = false;
        if (inst->background_stop)
            break;
        os_mutex_unlock(&inst->background_lock);
        if (inst->log != NULL && atomic_load(&inst->unavailable) == 0) {
            ese_err err = log_checkpoint_update(inst->log, false);
            if (err < 0 && log_failed(inst->log) < 0)
                inst_set_unavailable(inst, err);
        }
        os_mutex_lock(&inst->background_lock);
    }
    os_mutex_unlock(&inst->background_lock);
}

ese_err inst_start_background(struct inst *inst)
{
    ese_err err = 0;
    ver_set_remover(inst->versions, remove_node, inst);
    ver_cleanup_start(inst->versions);
    inst->background_stop = false;
    if (inst->checkpoint_thread == NULL && inst->log != NULL)
        TRY(os_thread_start(&inst->checkpoint_thread, checkpoint_body, inst));
done:
    if (err < 0)
        inst_stop_background(inst);
    return err;
}

void inst_stop_background(struct inst *inst)
{
    if (inst->checkpoint_thread != NULL) {
        os_mutex_lock(&inst->background_lock);
        inst->background_stop = true;
        os_cond_signal(&inst->background_wake);
        os_mutex_unlock(&inst->background_lock);
        os_thread_join(inst->checkpoint_thread);
        inst->checkpoint_thread = NULL;
    }
    if (inst->versions != NULL)
        ver_cleanup_stop(inst->versions);
}

/* ---- callbacks of the log ---- */

static bool in_log(const struct db_file *db)
{
    return db != NULL && db->logged && !db->temporary;
}

static void fill_attach(struct db_file *db, struct attach_info *out)
{
    const struct db_header *h = db_header_of(db);
    memset(out, 0, sizeof *out);
    out->dbid = db->dbid;
    out->flags = 0x20;
    out->time = db_time_now(db);
    out->objid_last = atomic_load(&db->objid_last);
    out->attach = disk_lgpos_get(&h->lgpos_attach);
    out->consistent = db->consistent;
    out->sign_db = h->sign_db;
    (void)snprintf(out->path, sizeof out->path, "%s", db->path);
}

unsigned inst_attach_list(void *context, struct attach_info *out, unsigned room)
{
    struct inst *inst = context;
    unsigned count = 0;
    atomic_fetch_add(&inst->db_users, 1);
    for (unsigned i = 1; i < DB_COUNT_MAX && count < room; i++) {
        struct db_file *db = inst->dbs[i];
        if (!in_log(db))
            continue;
        os_mutex_lock(&db->header_lock);
        fill_attach(db, &out[count++]);
        os_mutex_unlock(&db->header_lock);
    }
    atomic_fetch_sub(&inst->db_users, 1);
    return count;
}

/* Under load the log outruns the period of the checkpoint: page writer and checkpoint are called when it lags too far. */
static void keep_checkpoint_near(struct inst *inst)
{
    struct log *log = inst->log;
    uint64_t depth = log != NULL ? log_checkpoint_depth(log) : 0;
    if (log == NULL || log_distance(log, log_checkpoint(log), log_tip(log)) < depth + depth / 4)
        return;
    buf_kick_writer(inst->cache);
    os_mutex_lock(&inst->background_lock);
    inst->background_kicked = true;
    os_cond_signal(&inst->background_wake);
    os_mutex_unlock(&inst->background_lock);
}

/* Every attached database must know that the new generation exists before anything is lost with it. */
ese_err inst_rolled(void *context, uint32_t generation, const struct logtime *created)
{
    struct inst *inst = context;
    ese_err err = 0;
    atomic_fetch_add(&inst->db_users, 1);
    for (unsigned i = 1; i < DB_COUNT_MAX; i++) {
        struct db_file *db = inst->dbs[i];
        struct db_header *h;
        if (!in_log(db))
            continue;
        h = db_header_of(db);
        os_mutex_lock(&db->header_lock);
        if (le32_get(&h->gen_max_committed) < generation) {
            le32_set(&h->gen_max_committed, generation);
            h->time_gen_max_create = *created;
        }
        os_mutex_unlock(&db->header_lock);
        TRY(db_file_write_header_for_roll(db));
    }
    keep_checkpoint_near(inst);
done:
    atomic_fetch_sub(&inst->db_users, 1);
    return err;
}

lgpos inst_oldest_transaction(void *context, lgpos at)
{
    struct inst *inst = context;
    return lgpos_min(trx_oldest_begin0(inst->versions, at), (lgpos){atomic_load(&inst->attach_floor)});
}

lgpos inst_oldest_dirty(void *context)
{
    struct inst *inst = context;
    return buf_oldest_dirty(inst->cache, inst->log);
}

/* gen_min_required follows the checkpoint, and only after the pages it stands for are really in the file. */
ese_err inst_before_checkpoint(void *context, lgpos checkpoint)
{
    struct inst *inst = context;
    ese_err err = 0;
    uint32_t generation = lgpos_generation(checkpoint);
    atomic_fetch_add(&inst->db_users, 1);
    for (unsigned i = 1; i < DB_COUNT_MAX; i++) {
        struct db_file *db = inst->dbs[i];
        struct db_header *h;
        uint32_t attach, raise;
        if (!in_log(db))
            continue;
        h = db_header_of(db);
        TRY(db_file_sync(db));
        os_mutex_lock(&db->header_lock);
        attach = lgpos_generation(disk_lgpos_get(&h->lgpos_attach));
        raise = generation > attach ? generation : attach;
        if (raise <= le32_get(&h->gen_min_required) || le32_get(&h->state) != DB_DIRTY)
            raise = 0;
        else {
            le32_set(&h->gen_min_required, raise);
            le32_set(&h->gen_min_consistent, raise);
            if (le32_get(&h->gen_max_required) < raise)
                le32_set(&h->gen_max_required, raise);
        }
        os_mutex_unlock(&db->header_lock);
        if (raise != 0)
            TRY(db_file_write_header(db));
    }
done:
    atomic_fetch_sub(&inst->db_users, 1);
    return err;
}
