#include "admin/defrag.h"

#include <string.h>

#include "admin/backup.h"
#include "table/catalog.h"
#include "tree/space.h"

enum { EVENT_PASS_BEGINS = 700, EVENT_PASS_ENDS = 701, EVENT_INTERRUPTED = 704, EVENT_FAILED = 705 };
enum { PASS_PERIOD_MS = 3600 * 1000, BACKUP_LOOK_MS = 200, BREATH_LEAVES = 128, BREATH_MS = 2, NAMES_STEP = 64 };

struct defrag {
    struct inst *inst;
    struct db_file *db;
    uint8_t dbid;
    struct defrag_config config;
    char table[NAME_BYTES_MAX + 1];
    struct os_thread *thread;
    struct os_mutex wake_lock;                          /* rank 90 */
    struct os_cond wake;
    _Atomic bool stop, ended;
    uint64_t started_ms;
    _Atomic uint32_t passes;
    _Atomic uint64_t leaves;
    struct bt_pos *pos;                                 /* of the system session */
    char (*names)[NAME_BYTES_MAX + 1];
    size_t name_count, name_room;
};

static bool is_over(const struct defrag *d)
{
    return atomic_load(&d->stop) || atomic_load(&d->inst->unavailable) != 0 ||
           (d->config.seconds_max != 0 && os_clock_ms() - d->started_ms >= (uint64_t)d->config.seconds_max * 1000);
}

static void sleep_unless_stopped(struct defrag *d, uint32_t ms)
{
    os_mutex_lock(&d->wake_lock);
    if (!atomic_load(&d->stop))
        (void)os_cond_wait_ms(&d->wake, &d->wake_lock, ms);
    os_mutex_unlock(&d->wake_lock);
}

/* ---- one step, in a transaction of the system session ---- */

static ese_err begin_step(struct defrag *d, struct session **s)
{
    ese_err err = 0;
    TRY(txn_system(d->inst, s));
    TRY(txn_begin(*s, false));
done:
    return err;
}

static ese_err end_step(struct session *s, ese_err err)
{
    if (err == 0)
        err = txn_commit(s, COMMIT_LAZY);
    if (err < 0 && s->trx.level != 0)
        (void)txn_rollback(s);
    return err;
}

static ese_err step_on(struct defrag *d, struct btree *tree, bool *done)
{
    struct session *s;
    ese_err err = begin_step(d, &s);
    if (err < 0)
        return err;
    if (d->config.space_only) {
        *done = true;
        err = space_compact(tree, &s->trx);
    } else {
        err = bt_compact_step(d->pos, done);
    }
    return end_step(s, err);
}

/* Others get their turn with the processor and the system session, and a backup is not disturbed. */
static void breathe(struct defrag *d)
{
    if (atomic_fetch_add(&d->leaves, 1) % BREATH_LEAVES == 0)
        sleep_unless_stopped(d, BREATH_MS);
    while (!is_over(d) && d->inst->backup != NULL && backup_in_progress(d->inst))
        sleep_unless_stopped(d, BACKUP_LOOK_MS);
}

static ese_err tidy_tree(struct defrag *d, struct btree *tree)
{
    ese_err err = 0;
    bool done = tree->root == 0;
    bt_pos_retarget(d->pos, tree);
    while (!done && !is_over(d)) {
        os_mutex_lock(&d->inst->system_lock);
        if (atomic_load(&tree->dropped))
            done = true;
        else
            err = step_on(d, tree, &done);
        os_mutex_unlock(&d->inst->system_lock);
        TRY(err);
        breathe(d);
    }
done:
    return err;
}

/* ---- the tables ---- */

static ese_err note_name(void *context, const struct catalog_row *row)
{
    ese_err err = 0;
    struct defrag *d = context;
    if (row->name.size > NAME_BYTES_MAX)
        FAIL(JET_errCatalogCorrupted);
    if (d->name_count == d->name_room) {
        void *larger = ese_resize(d->names, (d->name_room + NAMES_STEP) * sizeof *d->names);
        if (larger == NULL)
            FAIL(JET_errOutOfMemory);
        d->names = larger;
        d->name_room += NAMES_STEP;
    }
    memcpy(d->names[d->name_count], row->name.data, row->name.size);
    d->names[d->name_count++][row->name.size] = 0;
done:
    return err;
}

static ese_err list_tables(struct defrag *d)
{
    ese_err err = 0;
    struct session *s;
    d->name_count = 0;
    os_mutex_lock(&d->inst->system_lock);
    err = begin_step(d, &s);
    if (err == 0)
        err = end_step(s, catalog_scan_tables(s, d->db, note_name, d));
    os_mutex_unlock(&d->inst->system_lock);
    return err;
}

/* *out NULL: the table has gone meanwhile, or is going. */
static ese_err visit(struct defrag *d, const char *name, struct table_def **out)
{
    struct session *s;
    ese_err err;
    *out = NULL;
    os_mutex_lock(&d->inst->system_lock);
    err = begin_step(d, &s);
    if (err == 0)
        err = end_step(s, schema_visit_table(s, d->dbid, name, out));
    os_mutex_unlock(&d->inst->system_lock);
    if (err < 0 && *out != NULL) {
        schema_leave_table(*out);
        *out = NULL;
    }
    return err == JET_errObjectNotFound || err == JET_errTableLocked ? 0 : err;
}

static ese_err tidy_table(struct defrag *d, const char *name)
{
    ese_err err = 0;
    struct table_def *t;
    struct btree *tree;
    TRY(visit(d, name, &t));
    if (t == NULL)
        goto done;
    for (unsigned no = 0; err == 0 && !is_over(d) && (tree = schema_tree_no(t, no)) != NULL; no++)
        err = tidy_tree(d, tree);
    schema_leave_table(t);
done:
    return err;
}

/* The database's own extent trees. */
static ese_err tidy_root(struct defrag *d)
{
    ese_err err = 0;
    struct btree *root = ese_alloc(sizeof *root);
    if (root == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(btree_open(root, d->db, 1));
    TRY(tidy_tree(d, root));
done:
    if (root != NULL && root->db != NULL)
        btree_release(root);
    ese_free(root);
    return err;
}

static ese_err run_pass(struct defrag *d)
{
    ese_err err = 0;
    (void)ver_cleanup(d->inst->versions, UINT32_MAX);   /* what it cannot remove now stays for the next pass */
    if (d->table[0] != 0) {
        TRY(tidy_table(d, d->table));
        goto done;
    }
    TRY(list_tables(d));
    if (d->config.space_only)
        TRY(tidy_root(d));
    for (size_t i = 0; i < d->name_count && !is_over(d); i++)
        TRY(tidy_table(d, d->names[i]));
done:
    return err;
}

/* ---- the thread ---- */

static ese_err make_position(struct defrag *d)
{
    ese_err err = 0;
    struct session *s;
    struct btree nothing = {.db = d->db};
    os_mutex_lock(&d->inst->system_lock);
    TRY(txn_system(d->inst, &s));
    d->pos = ese_alloc(sizeof *d->pos);
    if (d->pos == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(bt_pos_init(d->pos, &nothing, &s->trx));
done:
    if (err < 0) {
        ese_free(d->pos);
        d->pos = NULL;
    }
    os_mutex_unlock(&d->inst->system_lock);
    return err;
}

static void defrag_body(void *argument)
{
    struct defrag *d = argument;
    ese_err err = make_position(d);
    while (err == 0 && !is_over(d)) {
        inst_event(d->inst, EVENT_PASS_BEGINS, "online defragmentation of %s begins a pass", d->db->path);
        err = run_pass(d);
        if (err < 0 || is_over(d))
            break;
        inst_event(d->inst, EVENT_PASS_ENDS, "online defragmentation of %s has ended a pass", d->db->path);
        if (atomic_fetch_add(&d->passes, 1) + 1 == d->config.passes_max)
            break;
        if (d->config.passes_max == 0)
            sleep_unless_stopped(d, d->config.seconds_max != 0 && d->config.seconds_max < PASS_PERIOD_MS / 1000
                                        ? d->config.seconds_max * 1000 : PASS_PERIOD_MS);
    }
    if (err < 0)
        inst_event(d->inst, EVENT_FAILED, "online defragmentation of %s ends with error %d", d->db->path, (int)err);
    else if (is_over(d))
        inst_event(d->inst, EVENT_INTERRUPTED, "online defragmentation of %s was interrupted", d->db->path);
    if (d->pos != NULL)
        bt_pos_free(d->pos);
    ese_free(d->pos);
    d->pos = NULL;
    if (d->config.finished != NULL)
        d->config.finished(d->config.context, d->dbid);
    atomic_store(&d->ended, true);
}

static void release(struct defrag *d)
{
    os_cond_release(&d->wake);
    os_mutex_release(&d->wake_lock);
    ese_free(d->names);
    ese_free(d->config.context);
    ese_free(d);
}

/* Ends the thread; true when it was still at work. */
static bool finish(struct defrag *d)
{
    bool running = !atomic_load(&d->ended);
    os_mutex_lock(&d->wake_lock);
    atomic_store(&d->stop, true);
    os_cond_signal(&d->wake);
    os_mutex_unlock(&d->wake_lock);
    os_thread_join(d->thread);
    return running;
}

static struct defrag *take(struct inst *inst, uint8_t dbid)
{
    struct defrag *d;
    os_mutex_lock(&inst->defrag_lock);
    d = inst->defrags[dbid];
    inst->defrags[dbid] = NULL;
    os_mutex_unlock(&inst->defrag_lock);
    return d;
}

/* ---- start and stop ---- */

static ese_err check_table(struct session *s, uint8_t dbid, const char *name)
{
    ese_err err = 0;
    struct table_def *t;
    if (strlen(name) > NAME_BYTES_MAX)
        FAIL(JET_errObjectNotFound);
    TRY(schema_visit_table(s, dbid, name, &t));
    schema_leave_table(t);
done:
    return err;
}

static ese_err make_run(struct session *s, uint8_t dbid, const struct defrag_config *config, struct defrag **out)
{
    ese_err err = 0;
    struct defrag *d = ese_alloc(sizeof *d);
    if (d == NULL)
        FAIL(JET_errOutOfMemory);
    d->inst = s->inst;
    d->db = inst_db(s->inst, dbid);
    d->dbid = dbid;
    d->config = *config;
    d->config.table = NULL;
    if (config->table != NULL)
        memcpy(d->table, config->table, strlen(config->table) + 1);
    d->started_ms = os_clock_ms();
    os_mutex_init(&d->wake_lock, RANK_WAKE);
    os_cond_init(&d->wake);
    err = os_thread_start(&d->thread, defrag_body, d);
    if (err < 0) {
        d->config.context = NULL;
        release(d);
        d = NULL;
    }
    *out = d;
done:
    return err;
}

ese_err defrag_start(struct session *s, uint8_t dbid, const struct defrag_config *config, bool *already)
{
    struct inst *inst = s->inst;
    struct defrag *old = NULL;
    ese_err err = 0;
    *already = false;
    if (config->table != NULL)
        TRY(check_table(s, dbid, config->table));
    os_mutex_lock(&inst->defrag_lock);
    if (inst->defrags[dbid] != NULL && !atomic_load(&inst->defrags[dbid]->ended)) {
        *already = true;
    } else {
        old = inst->defrags[dbid];
        inst->defrags[dbid] = NULL;
        err = make_run(s, dbid, config, &inst->defrags[dbid]);
    }
    os_mutex_unlock(&inst->defrag_lock);
    if (old != NULL) {
        (void)finish(old);
        release(old);
    }
done:
    return err;
}

bool defrag_stop(struct inst *inst, uint8_t dbid, struct defrag_counts *counts)
{
    struct defrag *d = take(inst, dbid);
    bool running;
    if (counts != NULL)
        memset(counts, 0, sizeof *counts);
    if (d == NULL)
        return false;
    running = finish(d);
    if (counts != NULL) {
        counts->passes = atomic_load(&d->passes);
        counts->seconds = (uint32_t)((os_clock_ms() - d->started_ms) / 1000);
        counts->leaves = atomic_load(&d->leaves);
    }
    release(d);
    return running;
}

void defrag_drop(struct inst *inst)
{
    for (uint8_t dbid = 0; dbid < DB_COUNT_MAX; dbid++)
        (void)defrag_stop(inst, dbid, NULL);
}
