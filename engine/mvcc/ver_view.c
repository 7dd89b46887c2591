#include <assert.h>

#include "mvcc/ver_store.h"

/* ---- writers ---- */

/* Two changes of one node that may stand side by side in two running transactions. */
static bool commute(unsigned a, unsigned b)
{
    if (a == VER_READ_LOCK && b == VER_READ_LOCK)
        return true;
    return (a == VER_DELTA || a == VER_DELTA64) && (b == VER_DELTA || b == VER_DELTA64);
}

static bool blocks_older(unsigned op)
{
    return op != VER_DELTA && op != VER_DELTA64 && op != VER_READ_LOCK;
}

/* Does e, made by somebody else, forbid op to a transaction that began at begin? A lock ends with its transaction. */
static bool forbids(const struct ver_entry *e, const struct trx *t, unsigned op)
{
    stamp commit = ver_commit_of(e);
    if (e->writer == t || commute(e->op, op))
        return false;
    if (commit.v == UINT64_MAX)
        return true;
    return e->op != VER_READ_LOCK && commit.v > t->begin.v;
}

/* Newest first: behind an entry that stands alone there are only own entries and such as were committed before it. */
ese_err ver_check_write(struct ver_store *v, const struct trx *t, const struct ver_node *node, enum ver_op op)
{
    ese_err err = 0;
    uint32_t hash = ver_hash(node);
    struct ver_bucket *b = ver_bucket_of(v, hash);
    bool conflict = false;
    if (atomic_load_explicit(&b->first, memory_order_acquire) == NULL)
        goto done;
    spin_lock(&b->lock);
    for (struct ver_entry *e = ver_newest(b, hash, node); e != NULL && !conflict; e = e->older) {
        conflict = forbids(e, t, op);
        if (blocks_older(e->op))
            break;
    }
    spin_unlock(&b->lock);
    if (conflict)
        FAIL(JET_errWriteConflict);
done:
    return err;
}

/* ---- readers ---- */

struct walk {
    struct ver_view *view;
    uint8_t *scratch;
    size_t room;
};

static ese_err to_scratch(struct walk *w)
{
    ese_err err = 0;
    struct bytes d = w->view->data;
    if (d.data == w->scratch)
        goto done;
    if (d.size > w->room)
        FAIL(JET_errInternalError);
    if (d.size != 0)
        memmove(w->scratch, d.data, d.size);
    w->view->data = bytes_of(w->scratch, d.size);
done:
    return err;
}

/* Take a delta back in the composed value. */
static ese_err take_back_delta(struct walk *w, const struct ver_entry *e)
{
    ese_err err = 0;
    size_t width = e->op == VER_DELTA64 ? 8 : 4;
    uint8_t *at;
    TRY(to_scratch(w));
    if ((size_t)e->delta_offset + width > w->view->data.size)
        FAIL(JET_errDatabaseCorrupted);
    at = w->scratch + e->delta_offset;
    if (width == 8)
        store_le64(at, load_le64(at) - (uint64_t)e->delta);
    else
        store_le32(at, load_le32(at) - (uint32_t)e->delta);
done:
    return err;
}

/* One step back in time for the view. */
static ese_err take_back(struct walk *w, const struct ver_entry *e)
{
    ese_err err = 0;
    switch (e->op) {
    case VER_INSERT:
        w->view->exists = false;
        break;
    case VER_FLAG_DELETE:
        w->view->exists = true;
        break;
    case VER_REPLACE:
        w->view->data = e->before;
        break;
    case VER_DELTA:
    case VER_DELTA64:
        TRY(take_back_delta(w, e));
        break;
    default:
        break;
    }
done:
    return err;
}

/* From the page's state back to the newest state that t sees. A visible delta does not end the walk: deltas of running
 * transactions may lie under it. */
ese_err ver_view(struct ver_store *v, const struct trx *t, const struct ver_node *node, bool deleted, struct bytes current,
                 uint8_t *scratch, size_t room, struct ver_view *out)
{
    ese_err err = 0;
    struct walk w = {out, scratch, room};
    uint32_t hash = ver_hash(node);
    struct ver_bucket *b = ver_bucket_of(v, hash);
    bool first = true, held = t != NULL && t->level != 0;
    *out = (struct ver_view){!deleted, current, false, false};
    if (atomic_load_explicit(&b->first, memory_order_acquire) == NULL)
        return 0;
    spin_lock(&b->lock);
    for (struct ver_entry *e = ver_newest(b, hash, node); e != NULL; e = e->older) {
        bool seen = trx_sees(t, e->writer, ver_commit_of(e));
        out->has_entries = true;
        if (first && t != NULL && e->writer == t)
            out->own_change = true;
        first = false;
        if (seen && (e->op == VER_DELTA || e->op == VER_DELTA64 || !blocks_older(e->op) || e->op == VER_WRITE_LOCK))
            continue;
        if (seen)
            break;
        TRY(take_back(&w, e));
    }
    /* Nothing protects a before-image from clean-up for a reader outside of transactions: it gets a copy. */
    if (!held && out->exists && out->data.data != current.data)
        TRY(to_scratch(&w));
done:
    spin_unlock(&b->lock);
    return err;
}

bool ver_any(struct ver_store *v, const struct ver_node *node)
{
    uint32_t hash = ver_hash(node);
    struct ver_bucket *b = ver_bucket_of(v, hash);
    bool any;
    if (atomic_load_explicit(&b->first, memory_order_acquire) == NULL)
        return false;
    spin_lock(&b->lock);
    any = ver_newest(b, hash, node) != NULL;
    spin_unlock(&b->lock);
    return any;
}

bool ver_any_active(struct ver_store *v, const struct ver_node *node)
{
    uint32_t hash = ver_hash(node);
    struct ver_bucket *b = ver_bucket_of(v, hash);
    stamp oldest;
    bool active = false;
    if (atomic_load_explicit(&b->first, memory_order_acquire) == NULL)
        return false;
    oldest = trx_oldest(v);
    spin_lock(&b->lock);
    for (struct ver_entry *e = ver_newest(b, hash, node); e != NULL && !active; e = e->older)
        active = ver_commit_of(e).v >= oldest.v;
    spin_unlock(&b->lock);
    return active;
}
