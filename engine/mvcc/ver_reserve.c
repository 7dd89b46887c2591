#include "mvcc/ver_store.h"

/* Entries of running transactions only: once committed, a shorter value never has to grow back. */
size_t ver_before_max(struct ver_store *v, const struct ver_node *node)
{
    uint32_t hash = ver_hash(node);
    struct ver_bucket *b = ver_bucket_of(v, hash);
    size_t most = 0;
    if (atomic_load_explicit(&b->first, memory_order_acquire) == NULL)
        return 0;
    spin_lock(&b->lock);
    for (struct ver_entry *e = ver_newest(b, hash, node); e != NULL; e = e->older)
        if (e->op == VER_REPLACE && ver_commit_of(e).v == UINT64_MAX && e->before.size > most)
            most = e->before.size;
    spin_unlock(&b->lock);
    return most;
}
