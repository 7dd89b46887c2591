#include "mvcc/ver.h"

#include <assert.h>

#include "mvcc/ver_store.h"

/* ---- the store ---- */

enum { BUCKETS_MIN = 1024, BUCKETS_MAX = 65536, BYTES_PER_BUCKET = 2048 };

static size_t choose_bucket_count(uint64_t bytes_max)
{
    size_t count = BUCKETS_MIN;
    while (count < BUCKETS_MAX && count < bytes_max / BYTES_PER_BUCKET)
        count *= 2;
    return count;
}

ese_err ver_store_create(const struct ver_config *config, struct ver_store **out)
{
    ese_err err = 0;
    struct ver_store *v = ese_alloc(sizeof *v);
    if (v == NULL)
        FAIL(JET_errOutOfMemory);
    v->config = *config;
    v->bucket_count = choose_bucket_count(config->bytes_max);
    v->buckets = ese_alloc(v->bucket_count * sizeof *v->buckets);
    if (v->buckets == NULL)
        FAIL(JET_errOutOfMemory);
    list_init(&v->running);
    list_init(&v->queue);
    atomic_init(&v->oldest, UINT64_MAX);
    os_mutex_init(&v->clean_lock, RANK_CLEANER);
    os_mutex_init(&v->wake_lock, RANK_WAKE);
    os_cond_init(&v->wake);
    *out = v;
done:
    if (err < 0)
        ese_free(v);
    return err;
}

void ver_store_release(struct ver_store *v)
{
    if (v == NULL)
        return;
    ver_cleanup_stop(v);
    LIST_EACH_SAFE(it, &v->queue) {
        struct ver_entry *e = LIST_ENTRY(it, struct ver_entry, trx_link);
        if (e->op == VER_SCHEMA && e->schema->cleanup != NULL)
            e->schema->cleanup(e->object);
    }
    while (v->slabs != NULL) {
        struct ver_slab *next = v->slabs->next;
        ese_free(v->slabs);
        v->slabs = next;
    }
    os_cond_release(&v->wake);
    os_mutex_release(&v->wake_lock);
    os_mutex_release(&v->clean_lock);
    ese_free(v->by_rceid);
    ese_free(v->buckets);
    ese_free(v);
}

uint32_t ver_rceid_next(struct ver_store *v)
{
    uint32_t next;
    do                                                  /* 0 stands for "not versioned" */
        next = atomic_fetch_add_explicit(&v->rceid_last, 1, memory_order_relaxed) + 1;
    while (next == 0);
    return next;
}

void ver_rceid_raise(struct ver_store *v, uint32_t seen)
{
    uint32_t now = atomic_load(&v->rceid_last);
    while (now < seen && !atomic_compare_exchange_weak(&v->rceid_last, &now, seen)) {
    }
}

uint64_t ver_entry_count(struct ver_store *v) { return atomic_load(&v->entries); }
uint64_t ver_bytes(struct ver_store *v) { return atomic_load(&v->bytes); }

/* ---- memory: size classes, free lists in shards, slabs that are kept until the store goes ---- */

static const uint32_t class_bytes[VER_CLASSES] = {
    256, 320, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 20480, 36864, 40960
};

static unsigned class_for(size_t size)
{
    unsigned c = 0;
    while (c < VER_CLASSES && class_bytes[c] < size)
        c++;
    return c;
}

/* Cut a new slab into entries of class c; one is returned, the others go to the free list, which is locked. */
static struct ver_entry *slab_cut(struct ver_store *v, struct ver_pool *pool, unsigned c)
{
    size_t head = (sizeof(struct ver_slab) + 15) & ~(size_t)15;
    size_t count = (VER_SLAB_BYTES - head) / class_bytes[c];
    struct ver_slab *slab = ese_alloc(VER_SLAB_BYTES);
    uint8_t *at;
    if (slab == NULL)
        return NULL;
    at = (uint8_t *)slab + head;
    for (size_t i = 1; i < count; i++) {
        struct ver_entry *e = (struct ver_entry *)(void *)(at + i * class_bytes[c]);
        e->older = pool->free[c];
        pool->free[c] = e;
    }
    slab->next = atomic_load_explicit(&v->slabs, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&v->slabs, &slab->next, slab, memory_order_release, memory_order_relaxed))
        continue;
    return (struct ver_entry *)(void *)at;
}

/* The entry that will be taken next: it was freed by the transaction before, or another thread. */
static void prefetch_entry(const struct ver_entry *e)
{
    for (size_t at = 0; e != NULL && at < sizeof *e; at += 64)
        __builtin_prefetch((const uint8_t *)e + at, 1);
}

struct ver_entry *ver_entry_take(struct ver_store *v, unsigned shard, size_t payload)
{
    unsigned c = class_for(sizeof(struct ver_entry) + payload);
    struct ver_pool *pool = &v->pools[shard % VER_POOL_SHARDS];
    struct ver_entry *e;
    if (c == VER_CLASSES)
        return NULL;
    spin_lock(&pool->lock);
    e = pool->free[c];
    if (e != NULL)
        pool->free[c] = e->older;
    else
        e = slab_cut(v, pool, c);
    spin_unlock(&pool->lock);
    if (e == NULL)
        return NULL;
    prefetch_entry(e->older);
    memset(e, 0, sizeof *e);
    e->size_class = (uint8_t)c;
    e->shard = (uint8_t)(shard % VER_POOL_SHARDS);
    list_init(&e->trx_link);
    list_init(&e->undo_link);
    atomic_fetch_add_explicit(&v->bytes, class_bytes[c], memory_order_relaxed);
    atomic_fetch_add_explicit(&v->entries, 1, memory_order_relaxed);
    return e;
}

void ver_entry_give(struct ver_store *v, struct ver_entry *e)
{
    struct ver_pool *pool = &v->pools[e->shard];
    unsigned c = e->size_class;
    ese_free(e->before_owned);
    atomic_fetch_sub_explicit(&v->bytes, class_bytes[c], memory_order_relaxed);
    atomic_fetch_sub_explicit(&v->entries, 1, memory_order_relaxed);
    spin_lock(&pool->lock);
    e->older = pool->free[c];
    pool->free[c] = e;
    spin_unlock(&pool->lock);
}

void ver_entries_give(struct ver_store *v, unsigned shard, struct list *dead)
{
    struct ver_pool *pool = &v->pools[shard % VER_POOL_SHARDS];
    struct { struct ver_entry *first, *last; } chain[VER_CLASSES] = {{NULL, NULL}};
    uint64_t bytes = 0, count = 0;

    LIST_EACH_SAFE(it, dead) {
        struct ver_entry *e = LIST_ENTRY(it, struct ver_entry, trx_link);
        unsigned c = e->size_class;
        assert(e->shard == shard % VER_POOL_SHARDS);
        ese_free(e->before_owned);
        bytes += class_bytes[c];
        count++;
        e->older = chain[c].first;
        if (chain[c].first == NULL)
            chain[c].last = e;
        chain[c].first = e;
    }
    list_init(dead);
    atomic_fetch_sub_explicit(&v->bytes, bytes, memory_order_relaxed);
    atomic_fetch_sub_explicit(&v->entries, count, memory_order_relaxed);
    spin_lock(&pool->lock);
    for (unsigned c = 0; c < VER_CLASSES; c++) {
        if (chain[c].first == NULL)
            continue;
        chain[c].last->older = pool->free[c];
        pool->free[c] = chain[c].first;
    }
    spin_unlock(&pool->lock);
}

/* ---- the hash of nodes ---- */

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

static uint64_t mix_bytes(uint64_t h, struct bytes b)
{
    size_t i = 0;
    uint64_t tail = 0;
    for (; i + 8 <= b.size; i += 8)
        h = mix(h, load_le64(b.data + i));
    for (unsigned shift = 0; i < b.size; i++, shift += 8)
        tail |= (uint64_t)b.data[i] << shift;
    return mix(h, tail ^ (uint64_t)b.size << 56);
}

uint32_t ver_hash(const struct ver_node *node)
{
    uint64_t h = mix(node->db->dbid, node->fdp);
    h = mix_bytes(h, node->key);
    if (!node->unique)
        h = mix_bytes(h, node->data);
    return (uint32_t)(h >> 32);
}

struct ver_bucket *ver_bucket_of(struct ver_store *v, uint32_t hash)
{
    return &v->buckets[hash & (v->bucket_count - 1)];
}

static bool same_node(const struct ver_entry *e, uint32_t hash, const struct ver_node *node)
{
    return e->hash == hash && e->db == node->db && e->fdp == node->fdp && bytes_equal(e->key, node->key) &&
           (node->unique || bytes_equal(e->data, node->data));
}

struct ver_entry *ver_newest(struct ver_bucket *b, uint32_t hash, const struct ver_node *node)
{
    struct ver_entry *e = atomic_load_explicit(&b->first, memory_order_relaxed);
    while (e != NULL && !same_node(e, hash, node))
        e = e->hash_next;
    return e;
}

/* Put b's reference to old (the newest of its node) onto replacement, or out of the bucket when that is NULL. */
static void bucket_swap(struct ver_bucket *b, struct ver_entry *old, struct ver_entry *replacement)
{
    struct ver_entry *to = replacement != NULL ? replacement : old->hash_next;
    struct ver_entry *before = atomic_load_explicit(&b->first, memory_order_relaxed);
    if (replacement != NULL)
        replacement->hash_next = old->hash_next;
    if (before == old) {
        atomic_store_explicit(&b->first, to, memory_order_release);
        return;
    }
    while (before->hash_next != old)
        before = before->hash_next;
    before->hash_next = to;
}

/* a was made after b: ids wrap. */
static bool later_id(uint32_t a, uint32_t b) { return (int32_t)(a - b) > 0; }

/* Recovery may learn of an entry after later ones of the same node: it goes below them. */
static bool hash_below(struct ver_entry *newest, struct ver_entry *e)
{
    struct ver_entry *above = newest;
    if (!e->writer->recovering || newest == NULL || !later_id(newest->rceid, e->rceid))
        return false;
    while (above->older != NULL && later_id(above->older->rceid, e->rceid))
        above = above->older;
    e->older = above->older;
    e->newer = above;
    if (above->older != NULL)
        above->older->newer = e;
    above->older = e;
    return true;
}

static void hash_entry(struct ver_store *v, struct ver_entry *e, const struct ver_node *node)
{
    struct ver_bucket *b = ver_bucket_of(v, e->hash);
    struct ver_entry *newest;
    spin_lock(&b->lock);
    newest = ver_newest(b, e->hash, node);
    if (hash_below(newest, e)) {
        spin_unlock(&b->lock);
        return;
    }
    if (newest != NULL) {
        e->older = newest;
        newest->newer = e;
        bucket_swap(b, newest, e);
    } else {
        e->hash_next = atomic_load_explicit(&b->first, memory_order_relaxed);
        atomic_store_explicit(&b->first, e, memory_order_release);
    }
    spin_unlock(&b->lock);
}

void ver_unhash(struct ver_store *v, struct ver_entry *e)
{
    struct ver_bucket *b;
    if (e->op == VER_SCHEMA)
        return;
    b = ver_bucket_of(v, e->hash);
    spin_lock(&b->lock);
    ver_unhash_locked(b, e);
    spin_unlock(&b->lock);
}

void ver_unhash_locked(struct ver_bucket *b, struct ver_entry *e)
{
    if (e->newer != NULL)
        e->newer->older = e->older;
    else
        bucket_swap(b, e, e->older);
    if (e->older != NULL)
        e->older->newer = e->newer;
    e->older = e->newer = NULL;
}

/* ---- rceids: recovery finds entries by them ---- */

static void rceid_link(struct ver_store *v, struct ver_entry *e)
{
    struct ver_entry **slot;
    spin_lock(&v->rceid_lock);
    if (v->by_rceid != NULL) {
        slot = &v->by_rceid[e->rceid % VER_RCEID_BUCKETS];
        e->rceid_next = *slot;
        *slot = e;
    }
    spin_unlock(&v->rceid_lock);
}

void ver_rceid_unlink(struct ver_store *v, struct ver_entry *e)
{
    struct ver_entry **slot;
    if (v->by_rceid == NULL)
        return;
    spin_lock(&v->rceid_lock);
    slot = &v->by_rceid[e->rceid % VER_RCEID_BUCKETS];
    while (*slot != NULL && *slot != e)
        slot = &(*slot)->rceid_next;
    if (*slot == e)
        *slot = e->rceid_next;
    spin_unlock(&v->rceid_lock);
}

struct ver_entry *ver_find_rceid(struct ver_store *v, uint32_t rceid)
{
    struct ver_entry *e = NULL;
    spin_lock(&v->rceid_lock);
    if (v->by_rceid != NULL)
        e = v->by_rceid[rceid % VER_RCEID_BUCKETS];
    while (e != NULL && e->rceid != rceid)
        e = e->rceid_next;
    spin_unlock(&v->rceid_lock);
    return e;
}

ese_err ver_set_before(struct ver_store *v, struct ver_entry *e, struct bytes before)
{
    ese_err err = 0;
    uint8_t *copy = ese_alloc(before.size);
    (void)v;
    if (copy == NULL)
        FAIL(JET_errOutOfMemory);
    if (before.size != 0)
        memcpy(copy, before.data, before.size);
    ese_free(e->before_owned);
    e->before_owned = copy;
    e->before = bytes_of(copy, before.size);
    e->before_missing = false;
done:
    return err;
}

/* ---- adding entries ---- */

/* Room for one more entry of size: obsolete entries go first when the store is full. Recovery is never refused. */
static ese_err make_room(struct ver_store *v, const struct trx *t, size_t size)
{
    ese_err err = 0;
    uint64_t max = v->config.bytes_max;
    if (max == 0 || t->recovering || atomic_load_explicit(&v->bytes, memory_order_relaxed) + size <= max)
        goto done;
    ver_cleanup_light(v, 4096);
    ver_cleanup_wake(v);
    if (atomic_load_explicit(&v->bytes, memory_order_relaxed) + size <= max)
        goto done;
    /* When something is only waiting for its physical removal the cleaner is late; else transactions hold it all. */
    spin_lock(&v->queue_lock);
    bool late = !list_empty(&v->queue) &&
                ver_commit_of(LIST_ENTRY(v->queue.next, struct ver_entry, trx_link)).v < trx_oldest(v).v;
    spin_unlock(&v->queue_lock);
    FAIL(late ? JET_errVersionStoreOutOfMemoryAndCleanupTimedOut : JET_errVersionStoreOutOfMemory);
done:
    return err;
}

static struct bytes copy_in(uint8_t **to, struct bytes from)
{
    struct bytes copy = {*to, from.size};
    if (from.size != 0)
        memcpy(*to, from.data, from.size);
    *to += from.size;
    return copy;
}

ese_err ver_prepare(struct ver_store *v, struct trx *t, enum ver_op op, const struct ver_node *node, struct bytes before, struct ver_entry **out)
{
    ese_err err = 0;
    struct bytes data = node->unique ? BYTES_NONE : node->data;
    size_t payload = node->key.size + data.size + before.size;
    struct ver_entry *e = NULL;
    uint8_t *at;
    assert(t->level > 0);
    TRY(make_room(v, t, sizeof *e + payload));
    if (t->recovering && v->by_rceid == NULL) {
        v->by_rceid = ese_alloc(VER_RCEID_BUCKETS * sizeof(struct ver_entry *));
        if (v->by_rceid == NULL)
            FAIL(JET_errOutOfMemory);
    }
    e = ver_entry_take(v, t->procid, payload);
    if (e == NULL)
        FAIL(JET_errOutOfMemory);
    at = (uint8_t *)e + sizeof *e;
    e->key = copy_in(&at, node->key);
    e->data = copy_in(&at, data);
    e->before = copy_in(&at, before);
    e->op = (uint8_t)op;
    e->level = t->level;
    e->db = node->db;
    e->fdp = node->fdp;
    e->objid = node->objid;
    e->unique = node->unique;
    e->writer = t;
    atomic_init(&e->commit_stamp, UINT64_MAX);
    e->rceid = ver_rceid_next(v);
    e->hash = ver_hash(node);
    __builtin_prefetch(ver_bucket_of(v, e->hash), 1);   /* ver_apply comes next, under the page's latch */
    *out = e;
done:
    return err;
}

/* Only before-images that recovery could not find in the log otherwise wait on the page. */
static bool needs_undo_info(const struct ver_entry *e)
{
    return (e->op == VER_REPLACE || e->op == VER_FLAG_DELETE) && e->db->logged && !e->before_missing;
}

/* Newest first; recovery may learn of an entry late (hash_below). */
static void join_transaction(struct trx *t, struct ver_entry *e)
{
    struct list *at = t->entries.next;
    if (t->recovering) {
        while (at != &t->entries && later_id(LIST_ENTRY(at, struct ver_entry, trx_link)->rceid, e->rceid))
            at = at->next;
    }
    list_insert_before(at, &e->trx_link);
}

void ver_apply(struct ver_store *v, struct trx *t, struct ver_entry *e, struct buf_ref *page)
{
    struct ver_node node = {e->db, e->fdp, e->objid, e->unique, e->key, e->data};
    hash_entry(v, e, &node);
    join_transaction(t, e);
    if (t->recovering)
        rceid_link(v, e);
    if (page != NULL && needs_undo_info(e)) {
        struct list *pending = buf_undo_list(page);
        unsigned stripe = (unsigned)((uintptr_t)pending >> 6) % VER_UNDO_STRIPES;
        spin_lock_inner(&v->undo_locks[stripe]);
        list_append(pending, &e->undo_link);
        e->pending = pending;
        atomic_store_explicit(&e->undo_stripe, (uint8_t)(stripe + 1), memory_order_relaxed);
        spin_unlock_inner(&v->undo_locks[stripe]);
    }
}

void ver_cancel(struct ver_store *v, struct ver_entry *e)
{
    ver_entry_give(v, e);
}

ese_err ver_add_schema(struct ver_store *v, struct trx *t, const struct ver_schema_ops *ops, void *object)
{
    ese_err err = 0;
    struct ver_entry *e = ver_entry_take(v, t->procid, 0);
    if (e == NULL)
        FAIL(JET_errOutOfMemory);
    e->op = VER_SCHEMA;
    e->level = t->level;
    e->writer = t;
    atomic_init(&e->commit_stamp, UINT64_MAX);
    e->schema = ops;
    e->object = object;
    list_prepend(&t->entries, &e->trx_link);
done:
    return err;
}
