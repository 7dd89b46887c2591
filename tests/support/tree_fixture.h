/*
 * tree_fixture.h - a database file with log, cache and version store for tests of trees, and a judge of tree structure.
 *
 * GIVES       struct tree_world: open, crash and reopen, transactions; tree_judge: everything a tree must be (edb-format.md 6).
 */
#ifndef ESE_TEST_TREE_FIXTURE_H
#define ESE_TEST_TREE_FIXTURE_H

#include "case.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "format/page_find.h"
#include "os/os.h"
#include "store/log.h"
#include "tree/redo.h"
#include "tree/space.h"

struct tree_world {
    char dir[512], path[600];
    uint32_t page_size;
    struct buf_cache *cache;
    struct db_file *db;
    struct log *log;
    struct log_config config;
    struct ver_store *versions;
    struct trx trx, system;
    struct btree database, table;
    bool removing;
};

static inline void ok(ese_err err, const char *file, int line)
{
    if (err < 0)
        fail_msg("%s:%d: %s (%d)\n", file, line, err_name(err) != NULL ? err_name(err) : "?", (int)err);
}
#define OK(call) ok((call), __FILE__, __LINE__)

static inline void world_begin(struct trx *t) { OK(trx_begin(t, false)); }

static inline void world_log_commit(struct trx *t)
{
    struct log_record r = {.type = LR_COMMIT0};
    struct log_span span;
    if (t->log == NULL || t->level_logged == 0)
        return;
    r.head.procid = t->procid;
    r.u.commit.trx = t->trx_id;
    OK(log_append(t->log, &r, &span));
    t->last_end = span.end;
}

static inline void world_commit(struct trx *t)
{
    stamp at;
    world_log_commit(t);
    at = trx_commit_stamp(t);
    ver_commit(t->versions, t, at);
    trx_end(t);
}

static inline void world_rollback(struct trx *t)
{
    struct log_record r = {.type = LR_ROLLBACK};
    while (!list_empty(&t->entries)) {
        struct ver_entry *e = LIST_ENTRY(t->entries.next, struct ver_entry, trx_link);
        if (e->op == VER_WRITE_LOCK || e->op == VER_READ_LOCK)
            ver_drop(t->versions, e);
        else
            OK(bt_undo(t, e));
    }
    if (t->log != NULL && t->level_logged != 0) {
        r.head.procid = t->procid;
        r.u.rollback.levels = 1;
        OK(log_append(t->log, &r, NULL));
    }
    trx_end(t);
}

static inline ese_err world_remove(void *context, struct ver_entry *e)
{
    struct tree_world *w = context;
    ese_err err;
    if (e->op != VER_FLAG_DELETE)
        return 0;
    world_begin(&w->system);
    err = bt_remove_deleted(e->tree, &w->system, e);
    world_commit(&w->system);
    return err;
}

static inline void world_open(struct tree_world *w, uint32_t page_size, bool logged)
{
    static unsigned number;
    struct buf_config config = {64 << 20, 64 << 20, page_size, 16};
    struct db_create how = {.page_size = page_size, .page_last = 254, .dbid = 1, .overwrite = true, .update_major = 0x14};
    struct ver_config versions = {.bytes_max = 64 << 20};
    const char *base = getenv("TMPDIR");
    memset(w, 0, sizeof *w);
    w->page_size = page_size;
    snprintf(w->dir, sizeof w->dir, "%s/ese-tree-%u-%u/", base != NULL ? base : "/tmp", (unsigned)os_process_id(), number++);
    snprintf(w->path, sizeof w->path, "%stest.edb", w->dir);
    OK(os_dir_create(w->dir));
    OK(buf_cache_create(&config, &w->cache));
    OK(db_file_create(w->path, &how, &w->db));
    OK(ver_store_create(&versions, &w->versions));
    w->db->cache = w->cache;
    w->db->versions = w->versions;
    buf_set_undo_writer(w->cache, ver_write_undo_info);
    snprintf(w->config.log_dir, sizeof w->config.log_dir, "%s", w->dir);
    snprintf(w->config.system_dir, sizeof w->config.system_dir, "%s", w->dir);
    memcpy(w->config.base, "edb", 4);
    w->config.file_bytes = 1024 * 4096;
    w->config.buffer_bytes = 256 * 4096;
    w->config.page_size = page_size;
    w->config.checkpoint_depth_bytes = 512 * 1024;
    if (logged) {
        OK(log_create(&w->config, &w->log));
        w->db->log = w->log;
        w->db->logged = true;
    }
    trx_init(&w->trx, w->versions, w->log, 5);
    trx_init(&w->system, w->versions, w->log, 6);
    w->system.system = true;
    ver_set_remover(w->versions, world_remove, w);
    world_begin(&w->trx);
    OK(space_create_root(w->db, &w->trx, 254));
    world_commit(&w->trx);
    btree_init(&w->database, w->db, 1, 1, 0, true, PAGE_NEW_RECORD_FORMAT);
}

static inline void world_table(struct tree_world *w, uint32_t pages, bool unique)
{
    pgno root;
    uint32_t objid, flags = PAGE_NEW_RECORD_FORMAT | (unique ? 0u : (uint32_t)(PAGE_INDEX | PAGE_NON_UNIQUE));
    world_begin(&w->trx);
    OK(space_create_tree(&w->database, &w->trx, pages, unique, flags, &root, &objid));
    world_commit(&w->trx);
    btree_init(&w->table, w->db, root, objid, 1, unique, flags);
}

static inline ese_err world_delete_entry(void *context, const char *name, const struct os_file_info *info)
{
    char path[OS_PATH_MAX];
    (void)info;
    snprintf(path, sizeof path, "%.500s%.100s", (const char *)context, name);
    return os_path_delete(path);
}

static inline void world_close(struct tree_world *w)
{
    btree_release(&w->table);
    btree_release(&w->database);
    if (w->log != NULL)
        OK(log_flush_all(w->log));
    buf_purge_db(w->db);
    db_file_close(w->db);
    buf_cache_release(w->cache);
    OK(log_close(w->log, true));
    ver_store_release(w->versions);
    (void)os_dir_list(w->dir, world_delete_entry, w->dir);
    (void)os_dir_delete(w->dir);
    assert_int_equal(alloc_live_count(), 0);
}

/* ---- judging ---- */

struct judge {
    struct tree_world *w;
    struct btree *t;
    uint8_t *seen;                                      /* per page: owned by this tree */
    pgno last_leaf;
    uint64_t nodes, leaves;
    uint8_t last_key[BT_KEY_MAX + BT_DATA_KEY_MAX];
    size_t last_size;
    bool any;
};

#define JUDGE(c, n) do { if (!(c)) fail_msg("page %u: %s (line %d)\n", (unsigned)(n), #c, __LINE__); } while (0)

/* bound: exclusive upper bound of all keys below; none at the right edge. */
static inline void judge_page(struct judge *j, pgno n, struct bytes bound, unsigned depth, uint32_t expect)
{
    struct buf_ref ref;
    uint8_t *copy = malloc(j->w->page_size), *key = malloc(BT_KEY_MAX + BT_DATA_KEY_MAX);
    const char *fault = "";
    struct page p = {copy, j->w->page_size};
    unsigned count;
    JUDGE(n != 0 && n <= atomic_load(&j->w->db->page_last), n);
    JUDGE(j->seen[n] == 0, n);
    j->seen[n] = 1;
    OK(buf_latch(j->w->db, n, LATCH_READ, &ref));
    memcpy(copy, ref.page.at, j->w->page_size);
    buf_unlatch(&ref);
    if (page_check(p, &fault) < 0)
        fail_msg("page %u: %s\n", (unsigned)n, fault);
    JUDGE(page_objid(p) == j->t->objid, n);
    JUDGE((page_flags(p) & PAGE_EMPTY) == 0, n);
    JUDGE(expect == 0 || (page_flags(p) & (PAGE_LEAF | PAGE_PARENT_OF_LEAF | PAGE_ROOT)) == expect ||
          (expect == PAGE_PARENT_OF_LEAF && (page_flags(p) & (PAGE_LEAF | PAGE_ROOT)) == 0), n);
    count = page_slot_count(p);
    JUDGE(depth < 10, n);
    if (page_is_leaf(p)) {
        JUDGE(page_left(p) == j->last_leaf, n);
        if (j->last_leaf != 0) {
            OK(buf_latch(j->w->db, j->last_leaf, LATCH_READ, &ref));
            JUDGE(page_right(ref.page) == n, n);
            buf_unlatch(&ref);
        }
        j->last_leaf = n;
        j->leaves++;
        JUDGE(count != 0 || page_is_root(p) || true, n);
    } else {
        JUDGE(count != 0, n);
    }
    for (unsigned slot = 0; slot < count; slot++) {
        struct node node = page_node(p, slot);
        size_t size = node_copy_key(&node, key, BT_KEY_MAX + BT_DATA_KEY_MAX);
        bool last = slot + 1 == count;
        if (page_is_leaf(p)) {
            if (!j->t->unique) {
                memcpy(key + size, node.data.data, node.data.size);
                size += node.data.size;
            }
            if (j->any)
                JUDGE(bytes_compare(bytes_of(j->last_key, j->last_size), bytes_of(key, size)) < 0, n);
            if (bound.data != NULL)
                JUDGE(bytes_compare(bytes_of(key, size), bound) < 0, n);
            memcpy(j->last_key, key, size);
            j->last_size = size;
            j->any = true;
            j->nodes++;
            continue;
        }
        if (last && bound.data == NULL)
            JUDGE(size == 0, n);
        else if (last)
            JUDGE(bytes_equal(bytes_of(key, size), bound), n);
        else
            JUDGE(size != 0, n);
        /* Everything seen so far lies before this separator's predecessor: checked by the bound of the child. */
        judge_page(j, page_child(p, slot), size == 0 ? BYTES_NONE : bytes_of(key, size), depth + 1,
                   (page_flags(p) & PAGE_PARENT_OF_LEAF) != 0 ? PAGE_LEAF : PAGE_PARENT_OF_LEAF);
        if (j->any && size != 0)
            JUDGE(bytes_compare(bytes_of(j->last_key, j->last_size), bytes_of(key, size)) < 0, n);
    }
    free(copy);
    free(key);
}

struct judge_space { struct judge *j; uint64_t owned, available; bool mark_owned; uint8_t *owner; };

static inline ese_err judge_extent(void *context, struct space_extent e)
{
    struct judge_space *s = context;
    for (pgno n = e.last - e.count + 1; n <= e.last; n++) {
        if (s->mark_owned) {
            JUDGE(s->owner[n] == 0, n);
            s->owner[n] = 1;
            s->owned++;
        } else {
            JUDGE(s->owner[n] == 1, n);
            JUDGE(s->j->seen[n] == 0, n);
            s->j->seen[n] = 2;
            s->available++;
        }
    }
    return 0;
}

/* The tree's structure, its extent trees, and that no page is used twice; *leaked gets owned pages that nobody uses. */
static inline uint64_t tree_judge(struct tree_world *w, struct btree *t, uint64_t *leaked)
{
    struct judge *j = calloc(1, sizeof *j);
    struct judge_space s = {.j = j, .mark_owned = true};
    struct buf_ref ref;
    uint64_t used = 0, nodes;
    size_t pages = atomic_load(&w->db->page_last) + 1u;
    bool multiple;
    pgno oe;
    j->w = w;
    j->t = t;
    j->seen = calloc(pages, 1);
    s.owner = calloc(pages, 1);
    judge_page(j, t->root, BYTES_NONE, 0, 0);
    nodes = j->nodes;
    OK(space_list(t, true, judge_extent, &s));
    OK(buf_latch(w->db, t->root, LATCH_READ, &ref));
    multiple = (load_le32(page_external(ref.page).data + 8) & 1) != 0;
    oe = load_le32(page_external(ref.page).data + 12);
    buf_unlatch(&ref);
    for (unsigned k = 0; multiple && k < 2; k++) {
        struct btree space;
        uint8_t buffer[16];
        btree_init(&space, w->db, oe + k, t->objid, t->root, true, t->page_flags | PAGE_SPACE_TREE);
        j->t = &space;
        j->any = false;
        j->last_leaf = 0;
        judge_page(j, space.root, BYTES_NONE, 0, 0);
        OK(buf_latch(w->db, space.root, LATCH_READ, &ref));
        memcpy(buffer, page_external(ref.page).data, 16);
        buf_unlatch(&ref);
        for (unsigned b = 0; b < 2; b++)
            for (uint32_t i = 0; i < load_le32(buffer + 8 * b + 4); i++) {
                pgno n = load_le32(buffer + 8 * b) - i;
                JUDGE(j->seen[n] == 0, n);
                j->seen[n] = 3;
            }
        btree_release(&space);
    }
    s.mark_owned = false;
    OK(space_list(t, false, judge_extent, &s));
    for (size_t n = 1; n < pages; n++) {
        JUDGE(j->seen[n] == 0 || s.owner[n] == 1, n);
        used += j->seen[n] != 0;
    }
    if (leaked != NULL)
        *leaked = s.owned - used;
    free(s.owner);
    free(j->seen);
    free(j);
    return nodes;
}

#endif
