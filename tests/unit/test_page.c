#include "reference.h"

#include "base/le.h"
#include "format/checksum.h"
#include "format/db_header.h"
#include "format/page.h"
#include "format/page_map.h"

static const char *const databases[] = {
    "alltypes-4k.edb", "compress7bit-8k.edb", "dissect-basic.edb", "dissect-default.edb", "dissect-index.edb",
    "dissect-large-32k.edb.gz", "dissect-text.edb", "filehistory-catalog1.edb", "qmgr-16k-dirty.db",
    "ravendb-2012-v17-dirty.edb", "secedit-v230-a.sdb", "secedit-v300.sdb", "srudb-altered-damaged.dat", "srudb-win10.dat",
    "ual-current-clean.mdb", "ual-hyperv-03a01cc5.mdb", "ual-hyperv-current-dirty.mdb", "ual-hyperv-systemidentity.mdb",
};

static struct bytes text(const char *s) { return bytes_of(s, strlen(s)); }

/* Every key of the page is found where it is, by each kind of search. */
static void check_searches(struct page p)
{
    uint8_t key[4096];
    unsigned count = page_slot_count(p);
    bool pairs = (page_flags(p) & PAGE_NON_UNIQUE) != 0, equal;

    for (unsigned slot = 0; slot < count; slot++) {
        struct node n = page_node(p, slot);
        struct bytes full = bytes_of(key, node_copy_key(&n, key, sizeof key));
        assert_int_equal(node_compare_key(&n, full), 0);
        if (page_is_leaf(p)) {
            if (pairs) {
                assert_int_equal(page_search_pair(p, full, n.data, &equal), slot);
                assert_true(equal);
            } else {
                assert_int_equal(page_search(p, full, &equal), slot);
                assert_true(equal);
                assert_int_equal(page_search_greater(p, full), slot + 1);
            }
        } else if (full.size != 0) {
            assert_int_equal(page_search_greater(p, full), slot + 1);
        } else {
            assert_int_equal(slot, count - 1);
        }
    }
}

/* Rebuild the page node by node on a fresh one, in a scattered order, and compare all that can be read. */
static void check_rebuild(struct page from, pgno number)
{
    struct page to = {malloc(from.size), from.size};
    uint8_t key[4096];
    unsigned count = page_slot_count(from);

    page_init(to, number, page_objid(from), page_flags(from), page_dbtime(from));
    page_set_external(to, page_external(from));
    for (unsigned pass = 0; pass < 2; pass++)           /* even slots first, then the odd ones between them */
        for (unsigned slot = pass; slot < count; slot += 2) {
            struct node n = page_node(from, slot);
            size_t size = node_copy_key(&n, key, sizeof key);
            page_insert(to, pass == 0 ? slot / 2 : slot, bytes_of(key, size), n.data, n.flags);
        }
    assert_int_equal(page_slot_count(to), count);
    if ((page_flags(from) & PAGE_EMPTY) == 0)
        assert_int_equal(page_check(to, NULL), 0);
    for (unsigned slot = 0; slot < count; slot++) {
        struct node a = page_node(from, slot), b = page_node(to, slot);
        size_t size = node_copy_key(&a, key, sizeof key);
        assert_int_equal(node_compare_key(&b, bytes_of(key, size)), 0);
        assert_true(bytes_equal(a.data, b.data));
        assert_int_equal(a.flags & ~4u, b.flags & ~4u);
    }
    if (page_free_bytes(to) != page_free_bytes(from))
        assert_true(page_free_bytes(to) >= page_free_bytes(from));
    while (page_slot_count(to) != 0)
        page_remove(to, page_slot_count(to) / 2);
    assert_int_equal(page_free_bytes(to) + page_external(to).size, to.size - page_header_size(to.size) - 4);
    free(to.at);
}

static void check_database(const char *name, unsigned *pages)
{
    char path[1024], relative[256];
    size_t size = 0, page_size;
    uint8_t *data;
    bool damaged = strcmp(name, "srudb-altered-damaged.dat") == 0;

    snprintf(relative, sizeof relative, "data/edb/%s", name);
    data = reference_read(reference_path(path, sizeof path, relative), &size);
    assert_non_null(data);
    page_size = load_le32(data + 236);
    assert_int_equal(db_header_check(data, page_size, 0), 0);
    for (size_t at = 2 * page_size; at + page_size <= size; at += page_size) {
        pgno number = (pgno)(at / page_size) - 1;
        struct page p = {data + at, (uint32_t)page_size};
        enum page_verdict verdict = checksum_page_verify(p.at, page_size, number);
        const char *fault = NULL;

        if (verdict == PAGE_UNINITIALISED)
            continue;
        if (damaged && number >= 143 && number <= 158) {
            assert_true(verdict == PAGE_BAD || verdict == PAGE_MISPLACED);
            continue;
        }
        assert_int_equal(verdict, PAGE_GOOD);
        if (page_check(p, &fault) != 0)
            fail_msg("%s page %u: %s", name, number, fault);
        check_searches(p);
        check_rebuild(p, number);
        (*pages)++;
    }
    free(data);
}

static void real_pages_pass_and_rebuild(void **state)
{
    unsigned pages = 0;

    (void)state;
    if (!reference_available("data/edb/INDEX.tsv"))
        skip();
    for (size_t i = 0; i < sizeof databases / sizeof databases[0]; i++)
        check_database(databases[i], &pages);
    printf("%u pages\n", pages);
    assert_true(pages > 1900);
}

/* Searches take any bytes: they find something or nothing, in the page. */
static void search_anything(struct page p, uint32_t seed)
{
    char text_of_key[40];
    struct page_key k;
    struct page_branch b;
    struct node n;
    struct page_map *map = malloc(page_map_bytes(p.size));
    pgno child;
    bool equal;

    snprintf(text_of_key, sizeof text_of_key, "common prefix%04u", seed % 60);
    page_key_init(&k, text(text_of_key), text("some data"));
    if (page_map_build(map, p))
        (void)page_map_find(map, p.size, &k, &child);
    free(map);
    (void)page_search_pair_key(p, &k, &equal);
    (void)page_find_child(p, &k, seed % 2 == 0 ? PAGE_SIDE_LOWER : PAGE_SIDE_UPPER, &b);
    if (page_peek_node(p, page_search_key(p, &k, &equal), &n) && n.data.size != 0)
        assert_true(n.data.data >= p.at && n.data.data + n.data.size <= p.at + p.size);
    for (unsigned slot = 0; slot < 70; slot += 7)
        if (page_peek_node(p, slot, &n))
            assert_true(n.suffix.data + n.suffix.size <= p.at + p.size);
}

/* Damage any byte of a page: the check never reads outside (the sanitizer watches) and never crashes. */
static void check_pages_total(uint32_t flags, const char *data)
{
    uint32_t seed = 12345;
    uint8_t *memory = malloc(4096), *good = malloc(4096);
    struct page p = {memory, 4096};

    page_init(p, 9, 2, flags, (dbtime){1});
    page_set_external(p, text("common prefix"));
    for (unsigned i = 0; i < 60; i++) {
        char key[40];
        snprintf(key, sizeof key, "common prefix%04u", i);
        page_insert(p, i, text(key), text(data), 0);
    }
    assert_int_equal(page_check(p, NULL), 0);
    memcpy(good, memory, 4096);
    for (unsigned round = 0; round < 20000; round++) {
        memcpy(memory, good, 4096);
        for (unsigned k = 0; k < 3; k++) {
            seed = seed * 1103515245u + 12345u;
            memory[(seed >> 8) % 2 == 0 ? (seed >> 9) % 4096 : 3800 + (seed >> 9) % 296] = (uint8_t)(seed >> 24);
        }
        search_anything(p, seed);
        if (page_check(p, NULL) == 0)
            for (unsigned slot = 0; slot < page_slot_count(p); slot++)
                (void)page_node(p, slot);
    }
    free(memory);
    free(good);
}

static void check_is_total(void **state)
{
    (void)state;
    check_pages_total(PAGE_LEAF, "some data");
    check_pages_total(PAGE_PARENT_OF_LEAF, "page");
}

/* Keys of all lengths, many of them equal for long stretches: one after the other is looked for as whole strings are compared. */
static void searches_compare_whole_keys(void **state)
{
    enum { PAGE = 32768, ROWS = 150, KEY_ROOM = 200 };
    struct page p = {malloc(PAGE), PAGE}, inner = {malloc(PAGE), PAGE};
    uint8_t (*keys)[KEY_ROOM] = calloc(ROWS, KEY_ROOM);
    size_t sizes[ROWS];
    struct page_map *map = malloc(page_map_bytes(PAGE));
    uint32_t seed = 99;
    unsigned count = 0, mapped = 0;
    pgno child;

    (void)state;
    page_init(p, 9, 2, PAGE_LEAF, (dbtime){1});
    page_set_external(p, text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    page_init(inner, 10, 2, PAGE_PARENT_OF_LEAF, (dbtime){1});
    page_set_external(inner, text("aaaaaaaa"));
    while (count < ROWS) {
        uint8_t key[KEY_ROOM];
        size_t size;
        unsigned slot;
        bool equal;
        seed = seed * 1103515245u + 12345u;
        size = 1 + (seed >> 8) % (KEY_ROOM - 1);
        memset(key, 'a', size);
        key[(seed >> 16) % size] = (uint8_t)((seed >> 24) % 4 == 0 ? 0 : 'a' + (seed >> 24) % 3);
        slot = page_search(p, bytes_of(key, size), &equal);
        for (unsigned i = 0; i < count; i++)
            assert_true((bytes_compare(bytes_of(keys[i], sizes[i]), bytes_of(key, size)) < 0) == (i < slot));
        if (equal)
            continue;
        memmove(keys + slot + 1, keys + slot, (count - slot) * sizeof keys[0]);
        memmove(sizes + slot + 1, sizes + slot, (count - slot) * sizeof sizes[0]);
        memcpy(keys[slot], key, size);
        sizes[slot] = size;
        count++;
        page_insert(p, slot, bytes_of(key, size), text("data"), 0);
        page_insert(inner, slot, bytes_of(key, size), bytes_of((const uint8_t[4]){(uint8_t)count}, 4), 0);
    }
    assert_true(page_map_build(map, inner));
    /* As separators: key and data are one string, cut anywhere. */
    for (unsigned i = 0; i < count; i++) {
        for (size_t cut = 0; cut <= sizes[i]; cut += 1 + sizes[i] / 5) {
            struct page_key k;
            struct page_branch b;
            unsigned wanted = i + 1 < count ? i + 1 : i;     /* the last one bounds everything */
            page_key_init(&k, bytes_of(keys[i], cut), bytes_of(keys[i] + cut, sizes[i] - cut));
            assert_true(page_find_child(inner, &k, PAGE_SIDE_LOWER, &b));
            assert_int_equal(b.slot, wanted);
            if (page_map_find(map, PAGE, &k, &child)) {
                assert_int_equal(child, b.child);
                mapped++;
            }
            assert_true(page_find_child(inner, &k, PAGE_SIDE_UPPER, &b));
            while (wanted + 1 < count && sizes[wanted] >= sizes[i] && memcmp(keys[wanted], keys[i], sizes[i]) == 0)
                wanted++;
            assert_int_equal(b.slot, wanted);
        }
    }
    assert_true(mapped > 0);
    free(map);
    free(p.at);
    free(inner.at);
    free(keys);
}

/* A map answers for every key that its separators' first bytes decide, and as the page does. */
static void maps_choose_the_child_of_the_page(void **state)
{
    enum { PAGE = 8192, ROWS = 200 };
    struct page p = {malloc(PAGE), PAGE};
    struct page_map *map = malloc(page_map_bytes(PAGE));
    uint8_t key[16];
    unsigned mapped = 0;
    struct page_branch b;
    struct page_key k;
    pgno child;

    (void)state;
    page_init(p, 9, 2, PAGE_PARENT_OF_LEAF, (dbtime){1});
    page_set_external(p, text("table/"));
    assert_false(page_map_build(map, p));
    memcpy(key, "table/", 6);
    for (unsigned i = 0; i < ROWS; i++) {
        store_be32(key + 6, i * 1000);
        page_insert(p, i, bytes_of(key, i + 1 < ROWS ? 10 : 0), bytes_of((const uint8_t[4]){(uint8_t)(i + 1)}, 4), 0);
    }
    assert_true(page_map_build(map, p));
    for (unsigned i = 0; i < 1000 * ROWS; i += 7) {
        store_be32(key + 6, i);
        page_key_init(&k, bytes_of(key, 10), text(i % 2 == 0 ? "" : "data"));
        assert_true(page_find_child(p, &k, PAGE_SIDE_LOWER, &b));
        if (!page_map_find(map, PAGE, &k, &child))
            continue;
        assert_int_equal(child, b.child);
        mapped++;
    }
    assert_true(mapped > 1000 * ROWS / 7 * 9 / 10);
    page_key_init(&k, text("tab"), BYTES_NONE);
    assert_false(page_map_find(map, PAGE, &k, &child));
    free(map);
    free(p.at);
}

struct model { char key[64]; size_t size; uint8_t data[512]; };

/* Random inserts, removes and replaces on a page against a plain array, close to the limit of its room. */
static void random_changes_follow_a_model(uint32_t page_size, uint32_t seed)
{
    enum { MODEL_MAX = 2000 };
    struct model *rows = calloc(MODEL_MAX, sizeof *rows);
    unsigned count = 0;
    struct page p = {malloc(page_size), page_size};

    page_init(p, 77, 5, PAGE_LEAF, (dbtime){1});
    page_set_external(p, text("prefix/"));
    for (unsigned step = 0; step < 6000; step++) {
        struct model row;
        unsigned slot, choice;
        bool equal = false;

        memset(&row, 0, sizeof row);
        seed = seed * 1103515245u + 12345u;
        snprintf(row.key, sizeof row.key, "%s%u", (seed >> 20) % 4 != 0 ? "prefix/" : "pre", (seed >> 8) % 700);
        row.size = (seed >> 10) % 7 == 0 ? (seed >> 16) % 500 : (seed >> 16) % 40;
        memset(row.data, (int)(step & 0xFF), row.size);
        choice = (seed >> 28) % 3;
        slot = page_search(p, text(row.key), &equal);
        if (!equal && choice != 2) {
            if (count == MODEL_MAX || !page_has_room(p, page_stored_size(p, text(row.key), bytes_of(row.data, row.size))))
                continue;
            page_insert(p, slot, text(row.key), bytes_of(row.data, row.size), step % 2);
            memmove(rows + slot + 1, rows + slot, (count - slot) * sizeof *rows);
            rows[slot] = row;
            count++;
        } else if (equal && choice == 0) {
            page_remove(p, slot);
            memmove(rows + slot, rows + slot + 1, (count - slot - 1) * sizeof *rows);
            count--;
        } else if (equal && page_has_room_to_grow(p, slot, (unsigned)row.size)) {
            page_replace_data(p, slot, bytes_of(row.data, row.size));
            rows[slot] = row;
            page_set_node_flags(p, slot, NODE_DELETED);
            assert_int_equal(page_node_flags(p, slot) & 3, NODE_DELETED);
        }
        if (step % 50 == 0) {
            assert_int_equal(page_check(p, NULL), 0);
            assert_int_equal(page_slot_count(p), count);
            for (unsigned i = 0; i < count; i++) {
                struct node n = page_node(p, i);
                assert_int_equal(node_compare_key(&n, text(rows[i].key)), 0);
                assert_true(bytes_equal(n.data, bytes_of(rows[i].data, rows[i].size)));
            }
        }
    }
    free(rows);
    free(p.at);
}

static void pages_behave_like_sorted_arrays(void **state)
{
    (void)state;
    random_changes_follow_a_model(2048, 1);
    random_changes_follow_a_model(4096, 2);
    random_changes_follow_a_model(8192, 3);
    random_changes_follow_a_model(32768, 4);
}

/* Growing a node out of bytes of the page itself, with and without a gap to move into. */
static void replace_takes_data_from_its_own_page(void **state)
{
    struct page p = {malloc(4096), 4096};
    uint8_t value[900];

    (void)state;
    for (unsigned i = 0; i < sizeof value; i++)
        value[i] = (uint8_t)(i * 7);
    page_init(p, 9, 2, PAGE_LEAF, (dbtime){1});
    page_insert(p, 0, text("a"), bytes_of(value, 100), 0);
    page_insert(p, 1, text("b"), bytes_of(value, 900), 0);
    page_insert(p, 2, text("c"), bytes_of(value, 900), 0);
    page_insert(p, 3, text("d"), bytes_of(value, 900), 0);
    page_remove(p, 2);                                  /* a hole, and little room above */
    page_insert(p, 2, text("c"), bytes_of(value, 10), 0);
    assert_true(page_has_room_to_grow(p, 0, 900));
    page_replace_data(p, 0, page_node(p, 3).data);
    assert_int_equal(page_check(p, NULL), 0);
    assert_true(bytes_equal(page_node(p, 0).data, bytes_of(value, 900)));
    assert_true(bytes_equal(page_node(p, 1).data, bytes_of(value, 900)));
    assert_true(bytes_equal(page_node(p, 3).data, bytes_of(value, 900)));
    page_replace_data(p, 0, bytes_of(page_node(p, 0).data.data + 50, 200));
    assert_true(bytes_equal(page_node(p, 0).data, bytes_of(value + 50, 200)));
    assert_int_equal(page_check(p, NULL), 0);
    free(p.at);
}

/* What is kept free for rollbacks never exceeds what is free, whoever takes the room. */
static void promises_shrink_with_the_room(void **state)
{
    uint8_t value[900] = {0};
    struct page p = {malloc(4096), 4096};
    (void)state;
    page_init(p, 7, 5, PAGE_LEAF, (dbtime){1});
    page_set_uncommitted_free(p, page_free_bytes(p) - 500);
    page_insert(p, 0, text("a"), bytes_of(value, 900), 0);
    assert_int_equal(page_uncommitted_free(p), page_free_bytes(p));
    page_replace_data(p, 0, bytes_of(value, 100));
    assert_true(page_uncommitted_free(p) < page_free_bytes(p));
    free(p.at);
}

/* Lines moved in bulk lie as if each had been inserted, whatever the prefixes of the two pages have in common. */
static void check_append(uint32_t page_size, const char *from_prefix, const char *to_prefix)
{
    struct page source = {malloc(page_size), page_size}, one = {malloc(page_size), page_size}, bulk = {malloc(page_size), page_size};
    unsigned count;
    uint8_t key[64];
    struct page_measure m;
    size_t plain = 0, stored = 0;

    page_init(source, 3, 5, PAGE_LEAF, (dbtime){1});
    page_set_external(source, text(from_prefix));
    for (unsigned i = 0; i < 60; i++) {
        char name[64];
        snprintf(name, sizeof name, i < 20 ? "ab%04u" : i < 40 ? "abcdef%04u" : "abcdefgh/%04u", i);
        page_insert(source, i, text(name), bytes_of(name, i % 7), i % 4);
    }
    count = page_slot_count(source);
    page_init(one, 4, 5, PAGE_LEAF, (dbtime){1});
    page_set_external(one, text(to_prefix));
    memcpy(bulk.at, one.at, page_size);
    for (unsigned i = 3; i < count; i++) {
        struct node n = page_node(source, i);
        struct bytes full = bytes_of(key, node_copy_key(&n, key, sizeof key));
        page_insert(one, i - 3, full, n.data, n.flags & ~(unsigned)NODE_COMPRESSED);
        plain += 4 + 2 + full.size + n.data.size;
        stored += 4 + page_node_size(one, i - 3);
    }
    page_append_lines(bulk, source, 3, 30);
    page_append_lines(bulk, source, 30, count);
    assert_int_equal(page_check(bulk, NULL), 0);
    assert_memory_equal(bulk.at, one.at, page_size);
    m = page_measure_lines(source, 3, count, text(to_prefix));
    assert_int_equal(m.plain, plain);
    assert_int_equal(m.plain - m.saved, stored);
    free(source.at);
    free(one.at);
    free(bulk.at);
}

static void lines_move_in_bulk(void **state)
{
    static const char *const prefixes[] = {"", "ab", "abcd", "abcdef", "abcdefgh/", "abcdefgh/00", "abx"};
    (void)state;
    for (unsigned i = 0; i < 7; i++)
        for (unsigned k = 0; k < 7; k++) {
            check_append(4096, prefixes[i], prefixes[k]);
            check_append(16384, prefixes[i], prefixes[k]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_move_in_bulk),
        cmocka_unit_test(real_pages_pass_and_rebuild),
        cmocka_unit_test(check_is_total),
        cmocka_unit_test(searches_compare_whole_keys),
        cmocka_unit_test(maps_choose_the_child_of_the_page),
        cmocka_unit_test(pages_behave_like_sorted_arrays),
        cmocka_unit_test(replace_takes_data_from_its_own_page),
        cmocka_unit_test(promises_shrink_with_the_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
