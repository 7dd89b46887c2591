#include "model.h"

#include <string.h>

enum { WRITE_CONFLICT = -1102 };

void model_reset(struct model *m)
{
    memset(m, 0, sizeof *m);
    m->stamp = 1;
}

void model_begin(struct model *m, int s)
{
    if (m->sessions[s].level++ == 0)
        m->sessions[s].begin = ++m->stamp;
}

static void add_committed(struct model_key *k, uint64_t stamp, struct model_state state)
{
    if (k->committed_count == MODEL_STATES_MAX) {
        memmove(k->committed, k->committed + 1, (MODEL_STATES_MAX - 1) * sizeof k->committed[0]);
        k->committed_count--;
    }
    k->committed[k->committed_count].stamp = stamp;
    k->committed[k->committed_count].state = state;
    k->committed_count++;
}

/* Deepest pending entry of the key goes one level up, replacing what is there. */
static void lift_pending(struct model_key *k, int level)
{
    unsigned last = k->pending_count - 1;
    if (k->pending_count == 0 || k->pending[last].level != level)
        return;
    if (last > 0 && k->pending[last - 1].level == level - 1) {
        k->pending[last - 1].state = k->pending[last].state;
        k->pending_count--;
    } else {
        k->pending[last].level = level - 1;
    }
}

void model_commit(struct model *m, int s)
{
    int level = m->sessions[s].level--;
    uint64_t stamp = level == 1 ? ++m->stamp : 0;
    for (int n = 0; n < MODEL_KEYS; n++) {
        struct model_key *k = &m->keys[n];
        if (k->pending_count == 0 || k->pending[0].session != s)
            continue;
        if (level > 1) {
            lift_pending(k, level);
            continue;
        }
        add_committed(k, stamp, k->pending[k->pending_count - 1].state);
        k->pending_count = 0;
    }
}

void model_rollback(struct model *m, int s)
{
    int level = m->sessions[s].level--;
    for (int n = 0; n < MODEL_KEYS; n++) {
        struct model_key *k = &m->keys[n];
        while (k->pending_count != 0 && k->pending[0].session == s && k->pending[k->pending_count - 1].level == level)
            k->pending_count--;
    }
}

struct model_state model_last(const struct model *m, int key)
{
    const struct model_key *k = &m->keys[key];
    return k->committed_count != 0 ? k->committed[k->committed_count - 1].state : (struct model_state){false, 0};
}

struct model_state model_view(const struct model *m, int s, int key)
{
    const struct model_key *k = &m->keys[key];
    if (k->pending_count != 0 && k->pending[0].session == s)
        return k->pending[k->pending_count - 1].state;
    if (m->sessions[s].level == 0)
        return model_last(m, key);
    for (unsigned n = k->committed_count; n-- > 0;)
        if (k->committed[n].stamp < m->sessions[s].begin)
            return k->committed[n].state;
    return (struct model_state){false, 0};
}

int model_may_write(const struct model *m, int s, int key)
{
    const struct model_key *k = &m->keys[key];
    if (k->pending_count != 0 && k->pending[0].session != s)
        return WRITE_CONFLICT;
    if (k->pending_count == 0 && k->committed_count != 0 && m->sessions[s].level != 0 &&
        k->committed[k->committed_count - 1].stamp > m->sessions[s].begin)
        return WRITE_CONFLICT;
    return 0;
}

bool model_taken(const struct model *m, int s, int key)
{
    const struct model_key *k = &m->keys[key];
    if (model_view(m, s, key).exists || model_last(m, key).exists)
        return k->pending_count == 0 || k->pending[0].session != s || k->pending[k->pending_count - 1].state.exists;
    return k->pending_count != 0 && k->pending[k->pending_count - 1].state.exists;
}

void model_write(struct model *m, int s, int key, struct model_state state)
{
    struct model_key *k = &m->keys[key];
    int level = m->sessions[s].level;
    if (k->pending_count != 0 && k->pending[k->pending_count - 1].level == level) {
        k->pending[k->pending_count - 1].state = state;
        return;
    }
    k->pending[k->pending_count].session = s;
    k->pending[k->pending_count].level = level;
    k->pending[k->pending_count].state = state;
    k->pending_count++;
}

void model_crash(struct model *m)
{
    for (int n = 0; n < MODEL_KEYS; n++)
        m->keys[n].pending_count = 0;
    for (int s = 0; s < MODEL_SESSIONS; s++)
        m->sessions[s].level = 0;
}
