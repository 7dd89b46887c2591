#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *larger(void *from, unsigned *room, size_t size)
{
    void *to;
    *room = *room != 0 ? *room * 2 : 4;
    to = realloc(from, *room * size);
    if (to == NULL) {
        fputs("model: out of memory\n", stderr);
        abort();
    }
    return to;
}

void model_reset(struct model *m)
{
    memset(m, 0, sizeof *m);
    m->stamp = 1;
    m->cell_count = CELL_TABLE_ROWS;
    m->cells = calloc(m->cell_count, sizeof *m->cells);
    if (m->cells == NULL)
        abort();
}

void model_release(struct model *m)
{
    for (unsigned n = 0; n < m->cell_count; n++) {
        free(m->cells[n].committed);
        free(m->cells[n].amounts);
    }
    for (unsigned n = 0; n < m->memory_count; n++)
        free(m->memory[n]);
    free(m->memory);
    free(m->cells);
    memset(m, 0, sizeof *m);
}

struct model_bytes *model_bytes_new(struct model *m, uint32_t size)
{
    struct model_bytes *bytes = calloc(1, sizeof *bytes + size);
    if (bytes == NULL)
        abort();
    bytes->size = size;
    if (m->memory_count == m->memory_room)
        m->memory = larger(m->memory, &m->memory_room, sizeof *m->memory);
    m->memory[m->memory_count++] = bytes;
    return bytes;
}

unsigned model_table_cells(struct model *m, int32_t table)
{
    unsigned first = CELL_TABLE_ROWS + (unsigned)table * MODEL_TABLE_ROWS, count = first + MODEL_TABLE_ROWS;
    if (count > m->cell_count) {
        m->cells = realloc(m->cells, count * sizeof *m->cells);
        if (m->cells == NULL)
            abort();
        memset(m->cells + m->cell_count, 0, (count - m->cell_count) * sizeof *m->cells);
        m->cell_count = count;
    }
    return first;
}

/* ---- transactions ---- */

void model_begin(struct model *m, int s, bool read_only)
{
    if (m->sessions[s].level++ != 0)
        return;
    m->sessions[s].begin = ++m->stamp;
    m->sessions[s].read_only = read_only;
}

static uint64_t oldest_begin(const struct model *m)
{
    uint64_t oldest = m->stamp + 1;
    for (int s = 0; s < MODEL_SESSIONS; s++)
        if (m->sessions[s].level > 0 && m->sessions[s].begin < oldest)
            oldest = m->sessions[s].begin;
    return oldest;
}

/* What nobody can see any more goes: states that everybody sees a later one of, and amounts below the last state left. */
static void prune(const struct model *m, struct model_cell *c)
{
    uint64_t oldest = oldest_begin(m);
    unsigned gone = 0, kept = 0;
    while (gone + 1 < c->committed_count && c->committed[gone + 1].stamp < oldest)
        gone++;
    c->committed_count -= gone;
    if (gone != 0)
        memmove(c->committed, c->committed + gone, c->committed_count * sizeof *c->committed);
    for (unsigned n = 0; n < c->amount_count; n++)
        if (c->amounts[n].stamp == 0 || c->committed_count == 0 || c->amounts[n].order > c->committed[0].order)
            c->amounts[kept++] = c->amounts[n];
    c->amount_count = kept;
}

/* A commit that nobody but the oldest snapshots can tell from a state: with no one looking, amounts become part of the state. */
static void fold(const struct model *m, struct model_cell *c)
{
    struct model_version *last;
    unsigned kept = 0;
    if (c->committed_count != 1 || c->pending_count != 0 || c->amount_count < 16)
        return;
    last = &c->committed[0];
    for (unsigned n = 0; n < c->amount_count; n++) {
        bool seen = c->amounts[n].stamp != 0 && c->amounts[n].stamp < oldest_begin(m) && kept == 0;
        if (!seen) {
            c->amounts[kept++] = c->amounts[n];
            continue;
        }
        last->state.row.counter += c->amounts[n].amount;
        last->order = c->amounts[n].order;
        if (c->amounts[n].stamp > last->stamp)
            last->stamp = c->amounts[n].stamp;
    }
    c->amount_count = kept;
}

static void commit_outer(struct model *m, struct model_cell *c, int s, uint64_t stamp)
{
    if (c->pending_count != 0 && c->pending_session == s) {
        if (c->committed_count == c->committed_room)
            c->committed = larger(c->committed, &c->committed_room, sizeof *c->committed);
        c->committed[c->committed_count] = c->pending[c->pending_count - 1];
        c->committed[c->committed_count++].stamp = stamp;
        c->pending_count = 0;
    }
    for (unsigned n = 0; n < c->amount_count; n++)
        if (c->amounts[n].stamp == 0 && c->amounts[n].session == s)
            c->amounts[n].stamp = stamp;
    if (m->keep)
        return;
    prune(m, c);
    fold(m, c);
}

/* What was done at this level belongs to the one above. */
static void commit_inner(struct model_cell *c, int s, int level)
{
    unsigned last = c->pending_count - 1;
    for (unsigned n = 0; n < c->amount_count; n++)
        if (c->amounts[n].stamp == 0 && c->amounts[n].session == s && c->amounts[n].level == level)
            c->amounts[n].level = level - 1;
    if (c->read_lock[s] == level)
        c->read_lock[s]--;
    if (c->write_lock[s] == level)
        c->write_lock[s]--;
    if (c->pending_count == 0 || c->pending_session != s || c->pending[last].level != level)
        return;
    if (last > 0 && c->pending[last - 1].level == level - 1) {
        c->pending[last - 1] = c->pending[last];
        c->pending_count--;
        last--;
    }
    c->pending[last].level = level - 1;
}

void model_commit(struct model *m, int s)
{
    int level = m->sessions[s].level--;
    uint64_t stamp = level == 1 ? ++m->stamp : 0;
    for (unsigned n = 0; n < m->cell_count; n++) {
        struct model_cell *c = &m->cells[n];
        if (level > 1) {
            commit_inner(c, s, level);
        } else {
            commit_outer(m, c, s, stamp);
            if (c->write_lock[s] != 0)
                c->locked = stamp;
            c->read_lock[s] = c->write_lock[s] = 0;
        }
    }
}

static void rollback_cell(struct model_cell *c, int s, int level)
{
    unsigned kept = 0;
    while (c->pending_count != 0 && c->pending_session == s && c->pending[c->pending_count - 1].level >= level)
        c->pending_count--;
    for (unsigned n = 0; n < c->amount_count; n++)
        if (c->amounts[n].stamp != 0 || c->amounts[n].session != s || c->amounts[n].level < level)
            c->amounts[kept++] = c->amounts[n];
    c->amount_count = kept;
    if (c->read_lock[s] >= level)
        c->read_lock[s] = 0;
    if (c->write_lock[s] >= level)
        c->write_lock[s] = 0;
}

void model_rollback(struct model *m, int s)
{
    int level = m->sessions[s].level--;
    for (unsigned n = 0; n < m->cell_count; n++)
        rollback_cell(&m->cells[n], s, level);
}

void model_crash(struct model *m, int but)
{
    for (int s = 0; s < MODEL_SESSIONS; s++) {
        for (unsigned n = 0; n < m->cell_count && s != but; n++)
            rollback_cell(&m->cells[n], s, 1);
        if (s != but)
            m->sessions[s].level = 0;
    }
}

uint64_t model_commit_for_now(struct model *m, int s)
{
    m->keep = true;
    model_commit(m, s);
    m->keep = false;
    return m->stamp;
}

void model_uncommit(struct model *m, uint64_t stamp)
{
    for (unsigned n = 0; n < m->cell_count; n++) {
        struct model_cell *c = &m->cells[n];
        unsigned kept = 0;
        if (c->committed_count != 0 && c->committed[c->committed_count - 1].stamp == stamp)
            c->committed_count--;
        for (unsigned k = 0; k < c->amount_count; k++)
            if (c->amounts[k].stamp != stamp)
                c->amounts[kept++] = c->amounts[k];
        c->amount_count = kept;
    }
}

/* ---- what is seen ---- */

static bool mine(const struct model_cell *c, int s)
{
    return c->pending_count != 0 && c->pending_session == s;
}

static const struct model_version *seen_version(const struct model *m, int s, const struct model_cell *c)
{
    if (mine(c, s))
        return &c->pending[c->pending_count - 1];
    for (unsigned n = c->committed_count; n-- > 0;)
        if (m->sessions[s].level == 0 || c->committed[n].stamp < m->sessions[s].begin)
            return &c->committed[n];
    return NULL;
}

struct model_state model_view(const struct model *m, int s, unsigned cell)
{
    const struct model_cell *c = &m->cells[cell];
    const struct model_version *v = seen_version(m, s, c);
    struct model_state state = {0};
    if (v == NULL)
        return state;
    state = v->state;
    for (unsigned n = 0; n < c->amount_count; n++) {
        const struct model_amount *a = &c->amounts[n];
        bool seen = a->stamp == 0 ? a->session == s : m->sessions[s].level == 0 || a->stamp < m->sessions[s].begin;
        if (seen && a->order > v->order)
            state.row.counter += a->amount;
    }
    return state;
}

bool model_exists(const struct model *m, int s, unsigned cell)
{
    const struct model_version *v = seen_version(m, s, &m->cells[cell]);
    return v != NULL && v->state.exists;
}

struct model_state model_last(const struct model *m, unsigned cell)
{
    const struct model_cell *c = &m->cells[cell];
    return c->committed_count != 0 ? c->committed[c->committed_count - 1].state : (struct model_state){0};
}

bool model_value(const struct model *m, int s, unsigned cell, int32_t *value)
{
    const struct model_version *v = seen_version(m, s, &m->cells[cell]);
    if (v == NULL || !v->state.exists)
        return false;
    *value = v->state.row.value;
    return true;
}

/* ---- who may write ---- */

static bool since_begin(const struct model *m, int s, uint64_t stamp)
{
    return m->sessions[s].level != 0 && stamp > m->sessions[s].begin;
}

static bool amounts_forbid(const struct model *m, int s, const struct model_cell *c)
{
    for (unsigned n = 0; n < c->amount_count; n++) {
        const struct model_amount *a = &c->amounts[n];
        if (a->stamp == 0 ? a->session != s : since_begin(m, s, a->stamp))
            return true;
    }
    return false;
}

bool model_may(const struct model *m, int s, unsigned cell, enum model_how how)
{
    const struct model_cell *c = &m->cells[cell];
    if (c->pending_count != 0 && !mine(c, s))
        return false;
    if (c->pending_count == 0 && c->committed_count != 0 && since_begin(m, s, c->committed[c->committed_count - 1].stamp))
        return false;
    if (since_begin(m, s, c->locked))
        return false;
    if (how != MODEL_AMOUNT && amounts_forbid(m, s, c))
        return false;
    for (int other = 0; other < MODEL_SESSIONS; other++)
        if (other != s && (c->write_lock[other] != 0 || (how != MODEL_READ_LOCK && c->read_lock[other] != 0)))
            return false;
    return true;
}

bool model_taken(const struct model *m, int s, unsigned cell)
{
    const struct model_cell *c = &m->cells[cell];
    if (mine(c, s))
        return c->pending[c->pending_count - 1].state.exists;
    return model_exists(m, s, cell) || model_last(m, cell).exists || (c->pending_count != 0 && c->pending[c->pending_count - 1].state.exists);
}

bool model_pending(const struct model *m, int s, unsigned first, unsigned last)
{
    for (unsigned n = first; n < last; n++) {
        const struct model_cell *c = &m->cells[n];
        if (c->pending_count != 0 && c->pending_session != s)
            return true;
        for (unsigned k = 0; k < c->amount_count; k++)
            if (c->amounts[k].stamp == 0 && c->amounts[k].session != s)
                return true;
        for (int other = 0; other < MODEL_SESSIONS; other++)
            if (other != s && (c->write_lock[other] != 0 || c->read_lock[other] != 0))
                return true;
    }
    return false;
}

bool model_unseen(const struct model *m, int s, unsigned first, unsigned last)
{
    for (unsigned n = first; n < last; n++) {
        const struct model_cell *c = &m->cells[n];
        if (c->committed_count != 0 && since_begin(m, s, c->committed[c->committed_count - 1].stamp))
            return true;
        for (unsigned k = 0; k < c->amount_count; k++)
            if (c->amounts[k].stamp != 0 && since_begin(m, s, c->amounts[k].stamp))
                return true;
    }
    return false;
}

/* ---- writing ---- */

void model_write(struct model *m, int s, unsigned cell, const struct model_state *state)
{
    struct model_cell *c = &m->cells[cell];
    int level = m->sessions[s].level;
    if (c->pending_count == 0 || c->pending[c->pending_count - 1].level != level)
        c->pending_count++;
    c->pending_session = s;
    c->pending[c->pending_count - 1] = (struct model_version){++m->order, 0, level, *state};
}

void model_add(struct model *m, int s, unsigned cell, int32_t amount)
{
    struct model_cell *c = &m->cells[cell];
    if (c->amount_count == c->amount_room)
        c->amounts = larger(c->amounts, &c->amount_room, sizeof *c->amounts);
    c->amounts[c->amount_count++] = (struct model_amount){++m->order, 0, s, m->sessions[s].level, amount};
}

void model_lock(struct model *m, int s, unsigned cell, bool write)
{
    struct model_cell *c = &m->cells[cell];
    uint8_t *lock = write ? &c->write_lock[s] : &c->read_lock[s];
    if (*lock == 0)
        *lock = (uint8_t)m->sessions[s].level;
}
