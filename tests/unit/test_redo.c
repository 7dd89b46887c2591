/* Redo: our own logs after a crash without any page written, and the logs of the original engine, page by page. */
#include "tree_fixture.h"

#include <unistd.h>

#include "reference.h"

/* ---- driving redo ---- */

struct replay {
    struct buf_cache *cache;
    struct db_file *dbs[DB_COUNT_MAX];
    struct ver_store *versions;
    struct redo *redo;
    struct trx *trx[256];
    uint64_t records;
};

static struct trx *replay_trx(struct replay *r, uint16_t procid)
{
    assert_true(procid < 256);
    if (r->trx[procid] == NULL) {
        r->trx[procid] = calloc(1, sizeof(struct trx));
        trx_init(r->trx[procid], r->versions, NULL, procid);
        r->trx[procid]->recovering = true;
    }
    return r->trx[procid];
}

static void end_trx(struct trx *t, bool commit)
{
    if (t->level == 0)
        return;
    if (commit)
        ver_commit(t->versions, t, trx_commit_stamp(t));
    while (!list_empty(&t->entries))
        ver_drop(t->versions, LIST_ENTRY(t->entries.next, struct ver_entry, trx_link));
    trx_end(t);
}

static void replay_rollback(struct trx *t, unsigned levels)
{
    for (; levels > 0 && t->level > 0; levels--) {
        while (!list_empty(&t->entries)) {
            struct ver_entry *e = LIST_ENTRY(t->entries.next, struct ver_entry, trx_link);
            if (e->level < t->level)
                break;
            ver_drop(t->versions, e);
        }
        if (t->level == 1) {
            trx_end(t);
            return;
        }
        t->level--;
    }
}

static void replay_control(struct replay *r, const struct log_record *record, struct log_span span)
{
    struct trx *t = replay_trx(r, record->head.procid);
    switch (record->type) {
    case LR_BEGIN0:
        end_trx(t, false);
        trx_begin_recovered(t, record->u.begin.trx, (uint8_t)(record->u.begin.from + record->u.begin.count), span.at);
        break;
    case LR_BEGIN:
        if (t->level != 0)
            t->level = (uint8_t)(record->u.begin.from + record->u.begin.count);
        break;
    case LR_COMMIT:
        if (t->level > 1) {
            ver_commit_level(t->versions, t);
            t->level--;
        }
        break;
    case LR_COMMIT0:
        end_trx(t, true);
        break;
    case LR_ROLLBACK:
        replay_rollback(t, record->u.rollback.levels);
        break;
    default:
        OK(redo_macro(r->redo, t, record, span));
        break;
    }
}

static void replay_one(struct replay *r, const struct log_record *record, struct log_span span)
{
    ese_err err;
    switch (record->type) {
    case LR_BEGIN0: case LR_BEGIN: case LR_COMMIT: case LR_COMMIT0: case LR_ROLLBACK:
    case LR_MACRO_BEGIN: case LR_MACRO_COMMIT: case LR_MACRO_ABORT:
        replay_control(r, record, span);
        return;
    case LR_EXTEND_DB:
        if (record->head.dbid < DB_COUNT_MAX && r->dbs[record->head.dbid] != NULL)
            OK(db_file_extend(r->dbs[record->head.dbid], record->u.file_range.first));
        return;
    default:
        if (!lr_is_page(record->type) && record->type != LR_NEW_PAGE)
            return;
    }
    if (record->head.dbid >= DB_COUNT_MAX || r->dbs[record->head.dbid] == NULL)
        return;
    err = redo_page_record(r->redo, r->dbs[record->head.dbid], replay_trx(r, record->head.procid), record, span);
    if (err < 0) {
        char text[400];
        lr_describe(record, text, sizeof text);
        fail_msg("%08X:%04X:%04X %s\n  %s\n", (unsigned)lgpos_generation(span.at), (unsigned)lgpos_segment(span.at),
                 (unsigned)lgpos_byte(span.at), err_name(err), text);
    }
}

static void replay_logs(struct replay *r, const char *dir, uint32_t page_size, lgpos from)
{
    struct log_read_config config = {.base = "edb", .page_size = page_size};
    struct log_reader *reader;
    snprintf(config.dirs[0], sizeof config.dirs[0], "%s", dir);
    OK(log_reader_open(&config, from, &reader));
    for (bool end = false; !end;) {
        struct log_record record;
        struct log_span span;
        OK(log_reader_next(reader, &record, &span, &end));
        if (end)
            break;
        r->records++;
        replay_one(r, &record, span);
    }
    redo_drop_macros(r->redo);
    log_reader_close(reader);
}

static void replay_open(struct replay *r, uint32_t page_size)
{
    struct buf_config config = {256 << 20, 256 << 20, page_size, 16};
    struct ver_config versions = {.bytes_max = 0};
    memset(r, 0, sizeof *r);
    OK(buf_cache_create(&config, &r->cache));
    OK(ver_store_create(&versions, &r->versions));
    OK(redo_create(&r->redo));
    buf_set_undo_writer(r->cache, ver_write_undo_info);
}

static void replay_add(struct replay *r, uint8_t dbid, struct db_file *db)
{
    db->cache = r->cache;
    db->versions = r->versions;
    db->logged = false;
    r->dbs[dbid] = db;
}

static void replay_close(struct replay *r)
{
    for (unsigned i = 0; i < 256; i++) {
        if (r->trx[i] != NULL)
            end_trx(r->trx[i], false);
        free(r->trx[i]);
    }
    for (unsigned i = 0; i < DB_COUNT_MAX; i++)
        if (r->dbs[i] != NULL) {
            buf_purge_db(r->dbs[i]);
            db_file_close(r->dbs[i]);
        }
    redo_release(r->redo);
    ver_store_release(r->versions);
    buf_cache_release(r->cache);
}

/* ---- comparing pages ---- */

static bool same_page(struct page a, struct page b, pgno n)
{
    const uint32_t ignore = PAGE_FLUSH_TYPE | PAGE_NEW_CHECKSUM;
    unsigned count = page_slot_count(a);
    const char *what = NULL;
    if (page_left(a) != page_left(b) || page_right(a) != page_right(b))
        what = "siblings";
    else if (((page_flags(a) ^ page_flags(b)) & ~ignore) != 0)
        what = "flags";
    else if (count != page_slot_count(b))
        what = "count";
    else if (page_objid(a) != page_objid(b) && count != 0)
        what = "objid";
    else if (!bytes_equal(page_external(a), page_external(b)))
        what = "external header";
    else if (page_free_bytes(a) != page_free_bytes(b))
        what = "free bytes";
    for (unsigned slot = 0; slot < count && what == NULL; slot++) {
        struct node x = page_node(a, slot), y = page_node(b, slot);
        if (((x.flags ^ y.flags) & ~(unsigned)NODE_VERSIONED) != 0 || x.prefix.size != y.prefix.size ||
            !bytes_equal(x.suffix, y.suffix) || !bytes_equal(x.data, y.data))
            what = "node";
    }
    if (what != NULL)
        printf("page %u: %s differ: dbtime %llx, flags %x and %x, %u and %u lines\n", (unsigned)n, what,
               (unsigned long long)page_dbtime(a).v, (unsigned)page_flags(a), (unsigned)page_flags(b), count, page_slot_count(b));
    return what == NULL;
}

/* Pages of b as they lie on disk against a's replayed ones, where both are at the same change. */
static unsigned compare_with_file(struct db_file *a, struct db_file *b, unsigned *compared)
{
    uint8_t *memory = malloc(b->page_size);
    struct page disk = {memory, b->page_size};
    unsigned wrong = 0;
    *compared = 0;
    for (pgno n = 1; n <= atomic_load(&b->page_last); n++) {
        struct buf_ref ref;
        if (db_page_read(b, n, 1, memory) < 0 || page_is_zero(disk) || page_dbtime(disk).v == 0)
            continue;
        if (buf_latch(a, n, LATCH_READ, &ref) < 0) {
            printf("page %u was never replayed\n", (unsigned)n);
            wrong++;
            continue;
        }
        if (page_dbtime(ref.page).v == page_dbtime(disk).v) {
            wrong += !same_page(ref.page, disk, n);
            (*compared)++;
        } else if (page_dbtime(ref.page).v < page_dbtime(disk).v) {
            printf("page %u is older than on disk\n", (unsigned)n);
            wrong++;
        }
        buf_unlatch(&ref);
    }
    free(memory);
    return wrong;
}

static unsigned compare_caches(struct db_file *a, struct db_file *b, unsigned *compared)
{
    unsigned wrong = 0;
    *compared = 0;
    for (pgno n = 1; n <= atomic_load(&b->page_last); n++) {
        struct buf_ref x, y;
        const char *fault = "";
        ese_err one = buf_latch(a, n, LATCH_READ, &x), two = buf_latch(b, n, LATCH_READ, &y);
        if (one == 0 && two == 0) {
            if (page_dbtime(x.page).v != page_dbtime(y.page).v) {
                printf("page %u: dbtime %llx and %llx\n", (unsigned)n, (unsigned long long)page_dbtime(x.page).v,
                       (unsigned long long)page_dbtime(y.page).v);
                wrong++;
            } else {
                wrong += !same_page(x.page, y.page, n);
            }
            if (page_check(x.page, &fault) < 0) {
                printf("page %u: %s\n", (unsigned)n, fault);
                wrong++;
            }
            (*compared)++;
        }
        buf_unlatch(&x);
        buf_unlatch(&y);
    }
    return wrong;
}

/* ---- logs of the original engine ---- */

static void scratch(char *out, size_t room)
{
    static unsigned number;
    const char *base = getenv("TMPDIR");
    snprintf(out, room, "%s/ese-redo-%u-%u/", base != NULL ? base : "/tmp", (unsigned)os_process_id(), number++);
    OK(os_dir_create(out));
}

static bool unpack(const char *set, const char *dir)
{
    char relative[200], command[2000], path[1024];
    snprintf(relative, sizeof relative, "data/reference/%s.tar.xz", set);
    if (!reference_available(relative))
        return false;
    snprintf(command, sizeof command, "tar -xJf '%s' -C '%s'", reference_path(path, sizeof path, relative), dir);
    assert_int_equal(system(command), 0);
    return true;
}

static void remove_tree(const char *dir)
{
    char command[700];
    snprintf(command, sizeof command, "rm -rf '%.600s'", dir);
    assert_int_equal(system(command), 0);
}

static struct db_file *fresh_db(const char *dir, unsigned number, uint32_t page_size)
{
    struct db_create how = {.page_size = page_size, .page_last = 254, .dbid = (uint8_t)number, .overwrite = true, .update_major = 0x14};
    struct db_file *db;
    char path[700];
    snprintf(path, sizeof path, "%.600s/fresh%u.edb", dir, number);
    OK(db_file_create(path, &how, &db));
    return db;
}

static struct db_file *image_db(const char *crash, const char *name, uint32_t page_size)
{
    struct db_file *db;
    char path[900];
    snprintf(path, sizeof path, "%s/%s", crash, name);
    OK(db_file_open(path, false, page_size, &db));
    return db;
}

/* Three ways to one result: replayed into empty files, as the original left it on disk, and replayed onto the crash image. */
static void replay_image(const char *crash, uint32_t page_size, const char *const *names, unsigned count)
{
    struct replay *empty = malloc(sizeof *empty), *image = malloc(sizeof *image);
    char dir[600];
    scratch(dir, sizeof dir);
    replay_open(empty, page_size);
    for (unsigned i = 0; i < count; i++)
        replay_add(empty, (uint8_t)(i + 1), fresh_db(dir, i + 1, page_size));
    replay_logs(empty, crash, page_size, lgpos_make(1, 0, 0));
    for (unsigned i = 0; i < count; i++) {
        unsigned compared, wrong;
        struct db_file *disk = image_db(crash, names[i], page_size);
        wrong = compare_with_file(empty->dbs[i + 1], disk, &compared);
        db_file_close(disk);
        printf("%s: %llu records, %u pages as the original wrote them, %u wrong\n", names[i], (unsigned long long)empty->records,
               compared, wrong);
        assert_int_equal(wrong, 0);
    }
    replay_open(image, page_size);
    for (unsigned i = 0; i < count; i++)
        replay_add(image, (uint8_t)(i + 1), image_db(crash, names[i], page_size));
    replay_logs(image, crash, page_size, lgpos_make(1, 0, 0));
    for (unsigned i = 0; i < count; i++) {
        unsigned compared, wrong = compare_caches(empty->dbs[i + 1], image->dbs[i + 1], &compared);
        printf("%s: %u pages replayed onto the crash image, %u wrong\n", names[i], compared, wrong);
        assert_int_equal(wrong, 0);
    }
    replay_close(image);
    replay_close(empty);
    remove_tree(dir);
    free(empty);
    free(image);
}

static void replay_set(const char *set, const char *sub, uint32_t page_size, const char *const *names, unsigned count)
{
    char dir[512], crash[800];
    scratch(dir, sizeof dir);
    if (!unpack(set, dir)) {
        remove_tree(dir);
        skip();
    }
    snprintf(crash, sizeof crash, "%s%s/%scrash/", dir, set, sub);
    replay_image(crash, page_size, names, count);
    remove_tree(dir);
}

static const char *const basic[] = {"basic.edb"};
static const char *const both[] = {"a.edb", "b.edb"};
static const char *const sweep[] = {"basic.edb"};

static void original_dirty_4k(void **state) { (void)state; replay_set("dirty-4k", "", 4096, basic, 1); }
static void original_dirty_8k(void **state) { (void)state; replay_set("dirty-8k", "", 8192, basic, 1); }
static void original_multi_8k(void **state) { (void)state; replay_set("multi-dirty-8k", "", 8192, both, 2); }
static void original_sweep_copy(void **state) { (void)state; replay_set("sweep-a", "copy-12/", 4096, sweep, 1); }
static void original_sweep_kill(void **state) { (void)state; replay_set("sweep-a", "kill-10/", 4096, sweep, 1); }

/* ---- our own logs ---- */

static uint64_t own_state;
static uint32_t own_rnd(uint32_t below)
{
    own_state ^= own_state << 13;
    own_state ^= own_state >> 7;
    own_state ^= own_state << 17;
    return (uint32_t)((own_state >> 11) % below);
}

static void own_change(struct tree_world *w, struct bt_pos *p)
{
    uint8_t key[16] = "keys have that ", data[700];
    size_t size = 4 + own_rnd(w->page_size / 12 < 600 ? w->page_size / 12 : 600);
    struct bytes k;
    ese_err err;
    unsigned what = own_rnd(8);
    store_be32(key + 12, own_rnd(3000));
    k = bytes_of(key, 16);
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)(i + own_rnd(4));
    if (what < 4) {
        err = bt_insert(p, k, bytes_of(data, size), 0);
        assert_true(err == 0 || err == JET_errKeyDuplicate);
        return;
    }
    err = bt_seek(p, k, BYTES_NONE, BT_SEEK_GE, NULL);
    if (err < 0)
        return;
    if (what < 6)
        OK(bt_replace(p, bytes_of(data, size), 0));
    else if (what == 6)
        OK(bt_delta(p, 0, 7, false, NULL, 0));
    else
        OK(bt_delete(p, 0));
}

static void copy_file(const char *from, const char *to)
{
    char command[1500];
    snprintf(command, sizeof command, "cp '%s' '%s'", from, to);
    assert_int_equal(system(command), 0);
}

/* The live pages, the log replayed from nothing, and the log replayed onto what was on disk half way are the same. */
static void own_log(uint32_t page_size)
{
    struct tree_world w;
    struct replay *empty = malloc(sizeof *empty), *image = malloc(sizeof *image);
    struct bt_pos *p = malloc(sizeof *p);
    char dir[600], path[900];
    unsigned compared;
    own_state = 88172645463325252u + page_size;
    world_open(&w, page_size, true);
    world_table(&w, 1, true);
    OK(bt_pos_init(p, &w.table, &w.trx));
    scratch(dir, sizeof dir);
    snprintf(path, sizeof path, "%s/image.edb", dir);
    for (unsigned round = 0; round < 30; round++) {
        world_begin(&w.trx);
        for (unsigned i = 0; i < 250; i++)
            own_change(&w, p);
        if (round == 15) {                              /* in the middle of a transaction, every page reaches the disk */
            OK(buf_flush_db(w.db));
            copy_file(w.path, path);
        }
        if (own_rnd(3) == 0)
            world_rollback(&w.trx);
        else
            world_commit(&w.trx);
        if (own_rnd(2) == 0)
            OK(ver_cleanup(w.versions, 1u << 30));
    }
    (void)tree_judge(&w, &w.table, NULL);
    OK(log_flush_all(w.log));
    replay_open(empty, page_size);
    replay_add(empty, 1, fresh_db(dir, 1, page_size));
    replay_logs(empty, w.dir, page_size, lgpos_make(1, 0, 0));
    assert_int_equal(compare_caches(w.db, empty->dbs[1], &compared), 0);
    replay_open(image, page_size);
    replay_add(image, 1, image_db(dir, "image.edb", page_size));
    replay_logs(image, w.dir, page_size, lgpos_make(1, 0, 0));
    assert_int_equal(compare_caches(w.db, image->dbs[1], &compared), 0);
    printf("%u pages, %llu records\n", compared, (unsigned long long)image->records);
    replay_close(image);
    replay_close(empty);
    remove_tree(dir);
    bt_pos_free(p);
    world_close(&w);
    free(empty);
    free(image);
    free(p);
}

static void own_log_4k(void **state) { (void)state; own_log(4096); }
static void own_log_8k(void **state) { (void)state; own_log(8192); }
static void own_log_32k(void **state) { (void)state; own_log(32768); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_log_4k),
        cmocka_unit_test(own_log_8k),
        cmocka_unit_test(own_log_32k),
        cmocka_unit_test(original_sweep_kill),
        cmocka_unit_test(original_sweep_copy),
        cmocka_unit_test(original_dirty_4k),
        cmocka_unit_test(original_dirty_8k),
        cmocka_unit_test(original_multi_8k),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
