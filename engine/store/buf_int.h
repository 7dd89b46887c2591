/*
 * buf_int.h - the page cache from the inside: shared by buf*.c only.
 *
 * OWNS        struct buf_cache, struct buf_frame.
 * INVARIANTS  C1  db, number, dirty, blank of a frame change only under its WRITE latch; the one exception is dirty true -> false,
 *                 which the writer does under INTENT. So a holder of WRITE may rely on all of them.
 *             C2  a frame in a chain has db and number set; frames and chains are never freed while the cache lives, so that chains
 *                 can be walked without a lock. A walk may go astray and miss; a hit is believed only after latching.
 *             C3  dirty and writing frames are never evicted.
 *             C4  version is odd while the frame is latched for WRITE.
 *             C5  one batch of page writes at a time (write_lock): a frame that is writing is not collected again.
 * CALLERS     buf*.c.
 * TESTS       unit/test_buf.c, unit/test_buf_latch.c
 */
#ifndef ESE_STORE_BUF_INT_H
#define ESE_STORE_BUF_INT_H

#include "store/buf.h"
#include "store/db_guard.h"
#include "store/log.h"

enum { SLAB_FRAMES = 1024, SLAB_MAX = 16384, COUNT_STRIPES = 64, FRAMES_MIN = 256, REF_MAX = 3 };

/* What a lookup touches comes first and shares one cache line. */
struct buf_frame {
    _Alignas(64) _Atomic uint32_t latch;
    _Atomic uint32_t number;
    _Atomic uint64_t version;
    struct db_file *_Atomic db;                         /* NULL: free */
    struct buf_frame *_Atomic hash_next;
    uint8_t *at;
    _Atomic uint32_t epoch;                             /* of the last touch that counted */
    _Atomic uint8_t ref;                                /* 0..REF_MAX: how often the clock hand passes by */
    _Atomic bool dirty, writing;
    bool blank;                                         /* zeros that came from nowhere: not kept unless changed */
    lgpos first_dirty;                                  /* no change that is not on disk lies before it */
    lgpos write_first;                                  /* the same for the image being written */
    lgpos last_end;                                     /* the log must be durable up to here before the page is written */
    _Atomic uint64_t hold_end;                          /* a commit that the page must not overtake */
    uint64_t dirty_no;                                  /* place in the order of db->dirty */
    struct list dirty_link, write_link;
    struct list undo;                                   /* pending undo information */
    struct buf_frame *free_next;
    struct buf_map *_Atomic map;                        /* changes under the WRITE latch, or once from NULL */
    _Atomic uint32_t peeks;                             /* at an internal page of map_wish without a map */
    _Atomic uint64_t map_wish;
    uint32_t index;                                     /* buf_frame_no gives it back */
};

struct slab { struct buf_frame *frames; uint8_t *memory; };

struct count_stripe { _Atomic uint64_t hits; uint64_t gap[7]; };

struct buf_batch;

/* Separators of an internal page. version is that of the frame they were taken at; 0 while they are being written. A map without a frame
 * waits for another one: it is never freed while the cache lives, so that a late reader reads nonsense at worst, and its frame has moved
 * on then. */
struct buf_map {
    _Atomic uint64_t version;
    _Atomic bool building;
    struct buf_map *next;
    struct page_map *page;                              /* behind this struct */
};
enum { MAP_PEEKS = 64, MAP_SHARE = 32 };                /* peeks at an unchanged page before it gets one; frames for each map */

/* Pages that follow each other have buckets that do, and a bucket is small: those of one table stay in few cache lines. */
typedef _Atomic uint32_t buf_bucket;                    /* 1 + index of its first frame; 0: empty */

struct buf_cache {
    uint32_t page_size;
    unsigned partitions;
    struct os_mutex *partition_locks;                   /* rank 60 */
    buf_bucket *buckets;
    unsigned bucket_bits;

    struct os_mutex frame_lock;                         /* rank 62: slabs, free and spare frames */
    struct slab *slabs;
    _Atomic uint32_t frame_count;                       /* frames in slabs */
    uint32_t spare_count;                               /* of them: without memory */
    _Atomic uint32_t target;                            /* most frames with memory */
    struct buf_frame *free_frames, *spare_frames;
    struct buf_map *free_maps;
    uint32_t map_count;
    struct os_cond frame_freed;
    uint32_t frame_waiters;
    _Atomic uint32_t hand;
    _Atomic uint32_t lap_seen, lap_cold;                /* cold pages in this lap of the hand so far, and in the last */
    _Atomic uint32_t epoch;                             /* moves on with misses: touches within one epoch count once */
    _Atomic uint64_t misses;
    _Atomic uint32_t *ghosts;                           /* fingerprints of pages evicted lately */
    uint32_t ghost_mask;

    struct os_mutex dbs_lock;                           /* rank 64: list of databases with frames */
    struct list dbs;
    _Atomic uint32_t dirty_count;

    struct os_mutex write_lock;                         /* rank 37: C5 */
    struct buf_batch *batch;
    struct os_mutex wake_lock;
    struct os_cond wake;
    bool kicked, stop;
    struct os_thread *writer;
    ese_err (*write_undo)(struct db_file *db, pgno n, struct list *pending, lgpos *flush_to);
    void (*failed)(struct db_file *db, ese_err why);

    struct count_stripe hits[COUNT_STRIPES];
    _Atomic uint64_t reads, writes, evictions, repairs;
};

/* buf_latch.c: the latch of a frame. Acquiring WRITE makes the version odd, releasing it even. */
bool latch_try(struct buf_frame *f, enum latch_mode mode);
void latch_take(struct buf_frame *f, enum latch_mode mode);
void latch_drop(struct buf_frame *f, enum latch_mode mode);
bool latch_try_upgrade(struct buf_frame *f);            /* READ, alone, to WRITE */
void latch_upgrade(struct buf_frame *f);                /* INTENT to WRITE */
void latch_downgrade(struct buf_frame *f, enum latch_mode mode);      /* WRITE to READ or INTENT */

/* buf.c */
static inline struct buf_frame *buf_frame_no(struct buf_cache *cache, uint32_t i)
{
    return &cache->slabs[i / SLAB_FRAMES].frames[i % SLAB_FRAMES];
}

static inline uint64_t buf_hash(const struct db_file *db, pgno n)
{
    return ((uint64_t)n + ((uint64_t)(uintptr_t)db >> 4)) * UINT64_C(0x9E3779B97F4A7C15);
}

struct buf_frame *buf_find(struct buf_cache *cache, const struct db_file *db, pgno n);
void buf_unhash(struct buf_cache *cache, struct buf_frame *f);        /* WRITE latched; takes it out of its chain and sets db NULL */
void buf_set_clean(struct buf_cache *cache, struct buf_frame *f);     /* WRITE latched; off the dirty list, undo list emptied */

/* buf_evict.c */
ese_err buf_frame_take(struct buf_cache *cache, struct buf_frame **out);       /* WRITE latched, in no chain */
void buf_frame_give(struct buf_cache *cache, struct buf_frame *f);    /* WRITE latched, in no chain; unlatches */
void buf_touch(struct buf_cache *cache, struct buf_frame *f);
void buf_greet(struct buf_cache *cache, struct buf_frame *f, const struct db_file *db, pgno n);   /* a page just loaded */
void buf_trim(struct buf_cache *cache);                 /* gives memory back until the target is met */

/* buf_map.c */
void buf_map_give(struct buf_cache *cache, struct buf_frame *f);       /* WRITE latched: another page may have the map */
void buf_maps_release(struct buf_cache *cache);

/* buf_write.c */
ese_err buf_writer_start(struct buf_cache *cache);
void buf_writer_stop(struct buf_cache *cache);

#endif
