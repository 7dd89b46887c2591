/* Everything at once: all rows as each session sees them, the schema, and what the integrity checker says. */
#include "play_int.h"

#include <stdio.h>
#include <string.h>

#include "admin/check.h"
#include "api/call.h"

static int check_order(struct play *p, int s, bool by_tag)
{
    struct play_session *q = &p->sessions[s];
    struct play_entry at = {0}, from;
    bool found = play_entry_next(p, s, by_tag, NULL, 1, &at);
    int err = JetSetCurrentIndexA(q->s, q->browser, by_tag ? "by_tag" : NULL);
    q->place = (struct play_place){0};
    if (err >= 0)
        err = JetMove(q->s, q->browser, JET_MoveFirst, 0);
    while (found) {
        struct model_state state = model_view(&p->model, s, (unsigned)at.key);
        int32_t id = -1;
        JET_UINT32 size = 0;
        if (err != 0)
            return play_different(p, "scan ended early", s, at.key, err, 0);
        err = JetRetrieveColumn(q->s, q->browser, p->c.id, &id, sizeof id, &size, 0, NULL);
        if (err != 0 || id != at.key)
            return play_different(p, by_tag ? "scan by tag" : "scan", s, at.key, err != 0 ? err : id, at.key);
        if (play_compare_row(p, s, q->browser, at.key, &state))
            return DIFFERENT;
        from = at;
        found = play_entry_next(p, s, by_tag, &from, 1, &at);
        err = JetMove(q->s, q->browser, JET_MoveNext, 0);
    }
    if (err != JET_errNoCurrentRecord)
        return play_different(p, "scan goes on", s, -1, err, JET_errNoCurrentRecord);
    return by_tag ? play_expect(p, "back to the primary order", s, -1, JetSetCurrentIndexA(q->s, q->browser, NULL), 0) : 0;
}

static int check_schema(struct play *p, int s)
{
    JET_COLUMNID id;
    for (unsigned n = 0; n < MODEL_COLUMNS; n++)
        if (play_expect(p, "column", s, (int)n, play_column_id(p, s, n, &id), model_exists(&p->model, s, CELL_COLUMNS + n) ? 0 : JET_errColumnNotFound))
            return DIFFERENT;
    for (unsigned n = 0; n < MODEL_INDEXES; n++)
        if (play_index_scan(p, s, n))
            return DIFFERENT;
    for (unsigned n = 0; n < MODEL_TABLES; n++)
        if (play_table_compare(p, s, n))
            return DIFFERENT;
    return 0;
}

int play_check(struct play *p)
{
    for (int s = 0; s < MODEL_SESSIONS; s++)
        if (check_order(p, s, false) || check_order(p, s, true) || check_schema(p, s))
            return DIFFERENT;
    return 0;
}

/* The failure kept the id of a new column, or its new name, from being told: they are looked up. */
static void settle_columns(struct play *p)
{
    for (unsigned n = 0; n < MODEL_COLUMNS; n++) {
        struct model_cell *c = &p->model.cells[CELL_COLUMNS + n];
        struct model_row *last = c->committed_count != 0 ? &c->committed[c->committed_count - 1].state.row : NULL;
        JET_COLUMNID id;
        if (!model_exists(&p->model, 0, CELL_COLUMNS + n))
            continue;
        if (play_column_id(p, 0, n, &id) == JET_errColumnNotFound)
            last->serial++;
        if (play_column_id(p, 0, n, &id) == 0)
            last->columnid = id;
    }
}

int play_check_committed(struct play *p)
{
    char first[sizeof p->fault];
    uint64_t at;
    if (!p->in_doubt) {
        model_crash(&p->model, -1);
        settle_columns(p);
        return play_check(p);
    }
    p->in_doubt = false;
    model_crash(&p->model, p->doubt_session);
    at = model_commit_for_now(&p->model, p->doubt_session);
    settle_columns(p);
    if (play_check(p) == 0)
        return 0;
    memcpy(first, p->fault, sizeof first);
    p->fault[0] = 0;
    model_uncommit(&p->model, at);
    settle_columns(p);
    if (play_check(p) == 0)
        return 0;
    snprintf(p->fault + strlen(p->fault), sizeof p->fault - strlen(p->fault), " (if it had committed: %.150s)", first);
    return DIFFERENT;
}

/* ---- the checker ---- */

static void take_fault(void *context, const struct check_fault *f)
{
    struct play *p = context;
    p->faults++;
    if (p->fault[0] == 0)
        snprintf(p->fault, sizeof p->fault, "checker: %s page %u slot %d: %s", f->tree != NULL ? f->tree : "", (unsigned)f->page, f->slot, f->text);
}

/* A cursor that is open keeps nothing from being looked at; a transaction would. */
int play_integrity(struct play *p)
{
    struct api_session *api = handle_find(&g_engine.handles, HANDLE_SESSION, (uint64_t)p->sessions[0].s);
    struct check_config config = {.fault = take_fault, .context = p};
    struct check_counts counts = {0};
    struct inst *inst = api->s->inst;
    uint8_t dbid = (uint8_t)p->sessions[0].db;
    int err;
    p->faults = 0;
    ver_drain(inst->versions, inst->dbs[dbid]);
    if (ver_entry_count(inst->versions) != 0)
        return play_different(p, "entries left in the version store", 0, -1, (long)ver_entry_count(inst->versions), 0);
    err = check_database(api->s, dbid, &config, &counts);
    if (err < 0)
        return play_different(p, "integrity check", 0, -1, err, 0);
    if (counts.spare_references != 0 && !p->orphans)
        return play_different(p, "references of long values that no row has", 0, -1, (long)counts.spare_references, 0);
    return p->faults != 0 ? DIFFERENT : 0;
}
