#include "admin/snapshot.h"

#include "admin/backup_int.h"

enum snapshot_state { PREPARED, FROZEN, TIMED_OUT, THAWED, TRUNCATED };
enum snapshot_event { EVENT_FREEZE = 2001, EVENT_FREEZE_ERROR = 2002, EVENT_THAW = 2003, EVENT_TIMEOUT = 2004, EVENT_SNAP_FULL = 2005,
                      EVENT_SNAP_END = 2006, EVENT_SNAP_ABORT = 2007, EVENT_SNAP_INCREMENTAL = 2008, EVENT_SNAP_COPY = 2009,
                      EVENT_SNAP_DIFFERENTIAL = 2010 };

/* What one instance needs to know about its part. */
struct member {
    struct inst *inst;
    bool frozen, held;
    lgpos mark;
    struct logtime time;
    uint32_t low, end;                                  /* generations of the snapshot: low .. end - 1 */
};

struct snapshot {
    uint32_t bits;
    enum snapshot_state state;
    struct os_mutex lock;
    struct os_cond wake;                                /* tells the watch that the freeze is over */
    struct os_thread *watch;
    bool watch_stop;
    uint32_t timeout_ms;
    unsigned count;
    struct member members[SNAPSHOT_MEMBERS_MAX];
};

static unsigned scope_of(const struct snapshot *s)
{
    bool copy = (s->bits & SNAPSHOT_COPY) != 0;

    if ((s->bits & SNAPSHOT_INCREMENTAL) != 0)
        return copy ? SCOPE_DIFFERENTIAL : SCOPE_INCREMENTAL;
    return copy ? SCOPE_COPY : SCOPE_FULL;
}

static unsigned event_of(unsigned scope)
{
    return scope == SCOPE_FULL          ? EVENT_SNAP_FULL
           : scope == SCOPE_INCREMENTAL ? EVENT_SNAP_INCREMENTAL
           : scope == SCOPE_COPY        ? EVENT_SNAP_COPY
                                        : EVENT_SNAP_DIFFERENTIAL;
}

/* ---- one instance ---- */

static void set_holder(struct member *m, int holder)
{
    struct backup *b = m->inst->backup;

    os_mutex_lock(&b->lock);
    atomic_store(&b->holder, holder);
    os_cond_broadcast(&b->changed);
    os_mutex_unlock(&b->lock);
    m->held = holder != HOLD_NONE;
}

/* From here attaches, detaches and backups of the instance wait. */
static ese_err hold(struct member *m)
{
    ese_err err = JET_errSuccess;
    struct backup *b = m->inst->backup;

    os_mutex_lock(&b->lock);
    if (atomic_load(&b->holder) != HOLD_NONE)
        FAIL(JET_errOSSnapshotNotAllowed);
    atomic_store(&b->holder, HOLD_FROZEN);
    m->held = true;
    while (b->shared != 0)
        os_cond_wait(&b->changed, &b->lock);
done:
    os_mutex_unlock(&b->lock);
    return err;
}

static ese_err check_incremental(struct member *m)
{
    ese_err err = JET_errSuccess;
    uint32_t lowest = 0;

    TRY(backup_check_full(m->inst, KIND_SNAPSHOT));
    if (log_is_circular(m->inst->log))
        FAIL(JET_errInvalidBackup);
    TRY(log_lowest(m->inst->log, &lowest));
    for (unsigned id = 1; id < DB_COUNT_MAX; id++) {
        struct db_file *db = m->inst->dbs[id];
        uint32_t full, incremental;
        if (db == NULL)
            continue;
        os_mutex_lock(&db->header_lock);
        full = le32_get(&db_header_of(db)->full_prev.gen_high);
        incremental = le32_get(&db_header_of(db)->inc_prev.gen_high);
        os_mutex_unlock(&db->header_lock);
        if (lowest > (full > incremental ? full : incremental) + 1)
            FAIL(JET_errMissingFileToBackup);
    }
done:
    return err;
}

/* Roll so that the snapshot ends with whole generations, then hold back pages and log. */
static ese_err freeze_member(struct snapshot *s, struct member *m)
{
    ese_err err = JET_errSuccess;
    struct inst *inst = m->inst;

    TRY(hold(m));
    if (inst->log == NULL)
        FAIL(JET_errOSSnapshotNotAllowed);
    if ((s->bits & SNAPSHOT_INCREMENTAL) != 0)
        TRY(check_incremental(m));
    m->mark = log_tip(inst->log);
    logtime_now(&m->time);
    log_pin(inst->log, 0);
    TRY(backup_checkpoint_generation(inst, &m->low));
    TRY(backup_log_record(inst, RECORD_BEGIN, KIND_SNAPSHOT, scope_of(s), 0, NULL, NULL));
    if (log_is_circular(inst->log))
        m->end = log_generation(inst->log) + 1;
    else
        TRY(log_roll(inst->log, &m->end));
    if ((s->bits & SNAPSHOT_INCREMENTAL) != 0)
        TRY(log_lowest(inst->log, &m->low));
    log_pin(inst->log, m->low);
    TRY(log_flush_all(inst->log));
    buf_freeze(inst->cache, inst->log, true);
    log_freeze(inst->log, true);
    buf_freeze_headers(inst->cache, inst->log, true);
    m->frozen = true;
    inst_event(inst, EVENT_FREEZE, "writing is held back for a snapshot");
done:
    if (err < 0)
        inst_event(inst, EVENT_FREEZE_ERROR, "freeze failed with error %d", (int)err);
    return err;
}

static void thaw_member(struct member *m, int holder)
{
    if (m->frozen) {
        m->frozen = false;
        buf_freeze_headers(m->inst->cache, m->inst->log, false);
        log_freeze(m->inst->log, false);
        buf_freeze(m->inst->cache, m->inst->log, false);
        inst_event(m->inst, EVENT_THAW, "writing goes on after a snapshot");
    }
    if (m->held) {
        if (holder == HOLD_NONE && m->inst->log != NULL)
            log_pin(m->inst->log, UINT32_MAX);
        set_holder(m, holder);
    }
}

static void stamp_member(struct snapshot *s, struct member *m)
{
    struct disk_bkinfo info;

    backup_info_set(&info, m->mark, &m->time, m->low, m->end - 1);
    for (unsigned id = 1; id < DB_COUNT_MAX; id++) {
        struct db_file *db = m->inst->dbs[id];
        if (db == NULL || !db->logged)
            continue;
        if (backup_stamp(db, KIND_SNAPSHOT, scope_of(s), &info) < 0)
            inst_event(m->inst, EVENT_HEADER_UPDATE_FAILED, "header of %s could not be updated after the snapshot", db->path);
    }
    (void)backup_log_record(m->inst, RECORD_STOP, KIND_SNAPSHOT, scope_of(s), 0, NULL, NULL);
    inst_event(m->inst, event_of(scope_of(s)), "snapshot finished");
}

/* ---- the session ---- */

ese_err snapshot_create(uint32_t bits, struct snapshot **out)
{
    ese_err err = JET_errSuccess;
    struct snapshot *s = ese_alloc(sizeof *s);

    if (s == NULL)
        FAIL(JET_errOutOfMemory);
    s->bits = bits;
    os_mutex_init(&s->lock, RANK_SNAPSHOT);
    os_cond_init(&s->wake);
    *out = s;
done:
    return err;
}

/* Under the lock, which is given up while the watch ends. */
static void end_watch(struct snapshot *s)
{
    struct os_thread *watch = s->watch;

    if (watch == NULL)
        return;
    s->watch = NULL;
    s->watch_stop = true;
    os_cond_broadcast(&s->wake);
    os_mutex_unlock(&s->lock);
    os_thread_join(watch);
    os_mutex_lock(&s->lock);
}

static void thaw_all(struct snapshot *s, int holder)
{
    for (unsigned i = 0; i < s->count; i++)
        thaw_member(&s->members[i], holder);
}

void snapshot_destroy(struct snapshot *s)
{
    if (s == NULL)
        return;
    os_mutex_lock(&s->lock);
    end_watch(s);
    thaw_all(s, HOLD_NONE);
    os_mutex_unlock(&s->lock);
    os_cond_release(&s->wake);
    os_mutex_release(&s->lock);
    ese_free(s);
}

static struct member *find_member(struct snapshot *s, struct inst *inst)
{
    for (unsigned i = 0; i < s->count; i++)
        if (s->members[i].inst == inst)
            return &s->members[i];
    return NULL;
}

static ese_err join(struct snapshot *s, struct inst *inst, bool ask_backup)
{
    ese_err err = JET_errSuccess;

    os_mutex_lock(&s->lock);
    if (s->state != PREPARED)
        FAIL(JET_errOSSnapshotInvalidSequence);
    if (find_member(s, inst) != NULL || (ask_backup && backup_in_progress(inst)) || s->count == SNAPSHOT_MEMBERS_MAX)
        FAIL(JET_errOSSnapshotNotAllowed);
    s->members[s->count++] = (struct member){.inst = inst};
done:
    os_mutex_unlock(&s->lock);
    return err;
}

ese_err snapshot_add(struct snapshot *s, struct inst *inst) { return join(s, inst, true); }
ese_err snapshot_assign(struct snapshot *s, struct inst *inst) { return join(s, inst, false); }

ese_err snapshot_check_prepared(struct snapshot *s)
{
    ese_err err = JET_errSuccess;

    os_mutex_lock(&s->lock);
    if (s->state != PREPARED)
        FAIL(JET_errOSSnapshotInvalidSequence);
done:
    os_mutex_unlock(&s->lock);
    return err;
}

bool snapshot_frozen(struct snapshot *s)
{
    bool frozen;

    os_mutex_lock(&s->lock);
    frozen = s->state == FROZEN;
    os_mutex_unlock(&s->lock);
    return frozen;
}

bool snapshot_has(struct snapshot *s, struct inst *inst)
{
    bool has;

    os_mutex_lock(&s->lock);
    has = find_member(s, inst) != NULL;
    os_mutex_unlock(&s->lock);
    return has;
}

unsigned snapshot_members(struct snapshot *s, struct inst **out, unsigned room)
{
    unsigned count;

    os_mutex_lock(&s->lock);
    count = s->count < room ? s->count : room;
    for (unsigned i = 0; i < count; i++)
        out[i] = s->members[i].inst;
    os_mutex_unlock(&s->lock);
    return count;
}

/* Nobody may hold a database still for ever: when the time is up, writing goes on and the snapshot is worthless. */
static void watch_freeze(void *argument)
{
    struct snapshot *s = argument;
    uint64_t until = os_clock_ms() + s->timeout_ms;

    os_mutex_lock(&s->lock);
    while (!s->watch_stop) {
        uint64_t now = os_clock_ms();
        if (now >= until)
            break;
        (void)os_cond_wait_ms(&s->wake, &s->lock, (uint32_t)(until - now));
    }
    if (!s->watch_stop && s->state == FROZEN) {
        for (unsigned i = 0; i < s->count; i++)
            inst_event(s->members[i].inst, EVENT_TIMEOUT, "the freeze took too long");
        s->state = TIMED_OUT;
        thaw_all(s, HOLD_NONE);
    }
    os_mutex_unlock(&s->lock);
}

ese_err snapshot_freeze(struct snapshot *s, uint32_t timeout_ms)
{
    ese_err err = JET_errSuccess;

    os_mutex_lock(&s->lock);
    if (s->state != PREPARED) {
        err = err_raise(JET_errOSSnapshotInvalidSequence, __func__, __LINE__);
        os_mutex_unlock(&s->lock);
        return err;
    }
    for (unsigned i = 0; i < s->count; i++)
        TRY(freeze_member(s, &s->members[i]));
    s->timeout_ms = timeout_ms;
    s->watch_stop = false;
    s->state = FROZEN;
    TRY(os_thread_start(&s->watch, watch_freeze, s));
done:
    if (err < 0) {
        s->state = PREPARED;
        thaw_all(s, HOLD_NONE);
        if (err == JET_errOSSnapshotNotAllowed)
            s->count = 0;
    }
    os_mutex_unlock(&s->lock);
    return err;
}

/* Stamp while the instances are still held: no database can go away now. */
static void finish(struct snapshot *s)
{
    for (unsigned i = 0; i < s->count; i++)
        stamp_member(s, &s->members[i]);
    thaw_all(s, HOLD_NONE);
}

ese_err snapshot_thaw(struct snapshot *s, bool *gone)
{
    ese_err err = JET_errSuccess;
    bool more = (s->bits & SNAPSHOT_CONTINUE) != 0, late;

    *gone = false;
    os_mutex_lock(&s->lock);
    if (s->state != FROZEN && s->state != TIMED_OUT)
        FAIL(JET_errOSSnapshotInvalidSequence);
    end_watch(s);
    late = s->state == TIMED_OUT;
    *gone = !more;
    if (late)
        FAIL(JET_errOSSnapshotTimeOut);
    thaw_all(s, HOLD_THAWED);
    s->state = THAWED;
    if (!more)
        finish(s);
done:
    os_mutex_unlock(&s->lock);
    return err;
}

static ese_err truncate_member(struct member *m, bool all_databases)
{
    ese_err err = JET_errSuccess;
    uint32_t low = 0, checkpoint = 0, end;
    bool any = false;

    if (all_databases && !log_is_circular(m->inst->log)) {
        TRY(log_lowest(m->inst->log, &low));
        TRY(backup_checkpoint_generation(m->inst, &checkpoint));
        end = checkpoint < m->end ? checkpoint : m->end;
        if (low < end)
            TRY(backup_delete_logs(m->inst, low, end, &any));
    }
    inst_event(m->inst, any ? EVENT_TRUNCATED : EVENT_NOTHING_TO_TRUNCATE, any ? "logs deleted after a snapshot" : "no logs to delete");
done:
    return err;
}

ese_err snapshot_truncate(struct snapshot *s, struct inst *only, bool all_databases)
{
    ese_err err = JET_errSuccess;

    os_mutex_lock(&s->lock);
    if ((s->state != THAWED && s->state != TRUNCATED) || (s->bits & SNAPSHOT_COPY) != 0)
        FAIL(JET_errOSSnapshotInvalidSequence);
    if (only != NULL && find_member(s, only) == NULL)
        FAIL(-1);                                       /* the code the original gives here */
    for (unsigned i = 0; i < s->count; i++)
        if (only == NULL || s->members[i].inst == only)
            TRY(truncate_member(&s->members[i], all_databases));
    s->state = TRUNCATED;
done:
    os_mutex_unlock(&s->lock);
    return err;
}

ese_err snapshot_end(struct snapshot *s, bool abort)
{
    ese_err err = JET_errSuccess;

    os_mutex_lock(&s->lock);
    if (!abort && (s->state == FROZEN || s->state == TIMED_OUT))
        FAIL(JET_errOSSnapshotInvalidSequence);
    end_watch(s);
    if (!abort && (s->state == THAWED || s->state == TRUNCATED))
        finish(s);
    thaw_all(s, HOLD_NONE);
    for (unsigned i = 0; i < s->count; i++)
        inst_event(s->members[i].inst, abort ? EVENT_SNAP_ABORT : EVENT_SNAP_END, abort ? "snapshot aborted" : "snapshot ended");
    s->count = 0;
done:
    os_mutex_unlock(&s->lock);
    return err;
}

void snapshot_forget(struct snapshot *s, struct inst *inst)
{
    struct member *m;

    os_mutex_lock(&s->lock);
    m = find_member(s, inst);
    if (m != NULL) {
        thaw_member(m, HOLD_NONE);
        *m = s->members[--s->count];
    }
    os_mutex_unlock(&s->lock);
}
