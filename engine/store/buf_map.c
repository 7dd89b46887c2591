#include "store/buf_int.h"

#include "base/alloc.h"

/* A map for one more frame: one that another frame gave back, or a new one while there are few. Called rarely. */
static struct buf_map *take_map(struct buf_cache *cache)
{
    struct buf_map *map;

    os_mutex_lock(&cache->frame_lock);
    map = cache->free_maps;
    if (map != NULL) {
        cache->free_maps = map->next;
    } else if (cache->map_count < atomic_load(&cache->target) / MAP_SHARE) {
        map = ese_alloc(sizeof *map + page_map_bytes(cache->page_size));
        if (map != NULL) {
            map->page = (struct page_map *)(map + 1);
            cache->map_count++;
        }
    }
    os_mutex_unlock(&cache->frame_lock);
    return map;
}

static void give_map(struct buf_cache *cache, struct buf_map *map)
{
    os_mutex_lock(&cache->frame_lock);
    map->next = cache->free_maps;
    cache->free_maps = map;
    os_mutex_unlock(&cache->frame_lock);
}

void buf_map_give(struct buf_cache *cache, struct buf_frame *f)
{
    struct buf_map *map = atomic_load_explicit(&f->map, memory_order_relaxed);

    if (map == NULL)
        return;
    /* A builder that has it in hands notices that the page has changed, but only afterwards: it keeps the map. */
    if (atomic_exchange(&map->building, true))
        return;
    atomic_store(&map->version, 0);
    atomic_store(&f->map, NULL);
    atomic_store(&map->building, false);
    give_map(cache, map);
}

void buf_maps_release(struct buf_cache *cache)
{
    for (uint32_t i = 0; i < atomic_load(&cache->frame_count); i++)
        ese_free(atomic_load(&buf_frame_no(cache, i)->map));
    while (cache->free_maps != NULL) {
        struct buf_map *next = cache->free_maps->next;
        ese_free(cache->free_maps);
        cache->free_maps = next;
    }
}

/* The frame's map is made new for what the page is in this peek. Whoever reads it meanwhile sees version 0. */
static ESE_OUTLINE void build(const struct buf_peek *peek, struct buf_cache *cache)
{
    struct buf_frame *f = peek->frame;
    struct buf_map *map = atomic_load(&f->map), *none = NULL;

    if (map == NULL) {
        map = take_map(cache);
        if (map == NULL)
            return;
        if (!buf_peek_valid(peek) || !atomic_compare_exchange_strong(&f->map, &none, map)) {
            give_map(cache, map);
            return;
        }
    }
    if (atomic_exchange(&map->building, true))
        return;
    atomic_store_explicit(&map->version, 0, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    if (atomic_load(&f->map) == map && page_map_build(map->page, peek->page) && buf_peek_valid(peek))
        atomic_store_explicit(&map->version, peek->version, memory_order_release);
    atomic_store(&map->building, false);
}

/* Counts peeks at the same version; counts that get lost between threads do not matter. */
static void wish(const struct buf_peek *peek, struct buf_cache *cache)
{
    struct buf_frame *f = peek->frame;
    uint32_t peeks = atomic_load_explicit(&f->peeks, memory_order_relaxed) + 1;

    if (atomic_load_explicit(&f->map_wish, memory_order_relaxed) != peek->version) {
        atomic_store_explicit(&f->map_wish, peek->version, memory_order_relaxed);
        peeks = 0;
    }
    atomic_store_explicit(&f->peeks, peeks, memory_order_relaxed);
    if (peeks % MAP_PEEKS == MAP_PEEKS - 1)
        build(peek, cache);
}

bool buf_peek_child(const struct buf_peek *peek, struct buf_cache *cache, const struct page_key *k, pgno *child, uint32_t *flags)
{
    struct buf_map *map = atomic_load_explicit(&peek->frame->map, memory_order_acquire);
    bool found;

    if (map == NULL || atomic_load_explicit(&map->version, memory_order_acquire) != peek->version) {
        wish(peek, cache);
        return false;
    }
    *flags = map->page->flags;
    found = page_map_find(map->page, peek->page.size, k, child);
    atomic_thread_fence(memory_order_acquire);
    return found && atomic_load_explicit(&map->version, memory_order_relaxed) == peek->version;
}
