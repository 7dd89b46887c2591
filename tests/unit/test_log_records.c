#include "reference.h"

#include "base/le.h"
#include "format/checksum.h"
#include "format/log_records.h"

struct walk {
    unsigned counts[128];
    unsigned records, images, diffs, fragments;
    size_t page_size;
};

static void check_image(struct walk *w, struct bytes image, uint32_t flags)
{
    uint8_t *page, *again, *packed;
    uint32_t new_flags = 0;
    size_t size;

    if (image.size == 0)
        return;
    page = malloc(w->page_size);
    again = malloc(w->page_size);
    packed = malloc(2 * w->page_size);
    assert_int_equal(lr_image_restore(image, flags, page, w->page_size), 0);
    {                                                   /* what lies between nodes and tags is nobody's */
        size_t used = (w->page_size > 8192 ? 80u : 40u) + load_le16(page + 32), tags = 4u * (load_le16(page + 34) & 0xFFFu);
        memset(page + used, 0, w->page_size - used - tags);
    }
    size = lr_image_make(page, w->page_size, packed, 2 * w->page_size, &new_flags);
    assert_true(size != 0 && size <= w->page_size);
    assert_int_equal(lr_image_restore(bytes_of(packed, size), new_flags, again, w->page_size), 0);
    assert_memory_equal(page, again, w->page_size);
    w->images++;
    free(page);
    free(again);
    free(packed);
}

static void check_record(struct walk *w, struct bytes bytes, size_t *size)
{
    struct log_record r;
    char line[1024];
    uint8_t *again;

    if (lr_decode(bytes, &r, size) != 0)
        fail_msg("record of type %u does not decode", bytes.data[0]);
    assert_true(*size <= bytes.size && *size == lr_size(&r));
    again = malloc(*size);
    lr_encode(&r, again);
    assert_memory_equal(again, bytes.data, *size);
    free(again);
    lr_describe(&r, line, sizeof line);
    if (lr_name(r.type) != NULL)
        assert_memory_equal(line, lr_name(r.type), strlen(lr_name(r.type)));
    w->counts[r.type]++;
    if (r.type != LR_NOP)
        w->records++;
    if (r.type == LR_SPLIT2)
        check_image(w, r.u.split.image, r.u.split.image_flags);
    if (r.type == LR_MERGE2)
        check_image(w, r.u.merge.image, r.u.merge.image_flags);
}

struct assembly { uint8_t *at; size_t used, total; };

/* All records of one segment; pieces of a fragmented record are put together first. */
static void walk_segment(struct walk *w, struct assembly *whole, const uint8_t *segment)
{
    size_t at = LOG_SEGMENT_HEADER, size;

    while (at < LOG_SEGMENT_BYTES) {
        struct bytes rest = bytes_of(segment + at, LOG_SEGMENT_BYTES - at);
        struct log_record r;

        check_record(w, rest, &size);
        assert_int_equal(lr_decode(rest, &r, &size), 0);
        if (r.type == LR_FRAGMENT_BEGIN) {
            whole->total = r.u.fragment.total;
            whole->used = 0;
            whole->at = realloc(whole->at, whole->total);
        }
        if (r.type == LR_FRAGMENT_BEGIN || r.type == LR_FRAGMENT) {
            assert_true(whole->used + r.u.fragment.part.size <= whole->total);
            memcpy(whole->at + whole->used, r.u.fragment.part.data, r.u.fragment.part.size);
            whole->used += r.u.fragment.part.size;
            if (whole->used == whole->total) {
                size_t full;
                check_record(w, bytes_of(whole->at, whole->total), &full);
                assert_int_equal(full, whole->total);
                w->fragments++;
            }
        }
        at += size;
    }
}

static void walk_log(struct walk *w, const char *path)
{
    size_t size = 0;
    uint8_t *data = reference_read(path, &size);
    struct log_header *h = (struct log_header *)(void *)data;
    struct attach_info *list = calloc(8, sizeof *list);
    uint8_t encoded[ATTACH_LIST_BYTES];
    struct assembly whole = {malloc(1), 0, 0};
    unsigned count = 0;

    assert_non_null(data);
    assert_int_equal(log_header_check(h), 0);
    assert_int_equal(attach_list_decode(h->attach_list, list, 8, &count), 0);
    assert_int_equal(attach_list_encode(encoded, list, count), 0);
    assert_memory_equal(encoded, h->attach_list, ATTACH_LIST_BYTES);
    w->page_size = le16_get(&h->page_size);
    for (uint32_t number = 1; (number + 1) * (size_t)LOG_SEGMENT_BYTES < size; number++) {
        uint8_t *segment = data + number * (size_t)LOG_SEGMENT_BYTES;
        if (!checksum_segment_verify(segment, LOG_SEGMENT_BYTES, number) ||
            load_le32(segment + 12) != le32_get(&h->generation))
            break;
        walk_segment(w, &whole, segment);
    }
    free(whole.at);
    free(list);
    free(data);
}

static void stored_segments_decode_and_encode(void **state)
{
    struct walk w;
    char path[1024], command[1200], name[256];
    FILE *names;
    struct assembly whole = {malloc(1), 0, 0};

    (void)state;
    memset(&w, 0, sizeof w);
    w.page_size = 16384;
    if (!reference_available("data/log/INDEX.tsv"))
        skip();
    snprintf(command, sizeof command, "ls '%s'", reference_path(path, sizeof path, "data/log"));
    names = popen(command, "r");
    while (fgets(name, sizeof name, names) != NULL) {
        char *dash = strstr(name, "-seg"), relative[600];
        size_t size = 0;
        uint8_t *segment;
        name[strcspn(name, "\n")] = 0;
        snprintf(relative, sizeof relative, "data/log/%s", name);
        reference_path(path, sizeof path, relative);
        if (strcmp(name, "secedit-edb.log") == 0)
            walk_log(&w, path);
        if (strstr(name, ".chk") != NULL || strstr(name, ".hdr.bin") != NULL) {
            segment = reference_read(path, &size);
            if (strstr(name, ".chk") != NULL)
                assert_int_equal(checkpoint_check((struct checkpoint_file *)(void *)segment), 0);
            else
                assert_int_equal(log_header_check((struct log_header *)(void *)segment), 0);
            free(segment);
        }
        if (dash == NULL)
            continue;
        segment = reference_read(path, &size);
        assert_true(checksum_segment_verify(segment, size, (uint32_t)strtoul(dash + 4, NULL, 16)));
        walk_segment(&w, &whole, segment);
        free(segment);
    }
    pclose(names);
    free(whole.at);
    printf("%u records, %u images\n", w.records, w.images);
    assert_true(w.records > 150);
}

/* How often the original engine's dump of the same logs names a kind. */
static unsigned dumped(const char *set, const char *name)
{
    char command[1200];
    unsigned count = 0;
    FILE *f;

    snprintf(command, sizeof command, "cat '%s/%s'/logdump/*.txt | grep -acE '^>[0-9A-F]+,[0-9A-F]+,[0-9A-F]+ +%s( |$)'", reference_scratch(), set, name);
    f = popen(command, "r");
    assert_int_equal(fscanf(f, "%u", &count), 1);
    pclose(f);
    return count;
}

static void walk_set(struct walk *w, const char *set)
{
    char command[1200], path[1024];
    FILE *names;

    snprintf(command, sizeof command, "find '%s/%s' -name 'edb*.log'", reference_scratch(), set);
    names = popen(command, "r");
    while (fgets(path, sizeof path, names) != NULL) {
        path[strcspn(path, "\n")] = 0;
        walk_log(w, path);
    }
    pclose(names);
}

static void reference_logs_decode_and_match_their_dump(void **state)
{
    static const struct { uint8_t type; const char *name; } kinds[] = {
        {LR_INSERT, "Insert"}, {LR_FLAG_DELETE, "FDelete"}, {LR_REPLACE, "Replace"}, {LR_REPLACE_D, "ReplaceD"}, {LR_DELETE, "Delete"},
        {LR_SPLIT2, "Split2"}, {LR_MERGE2, "Merge2"}, {LR_UNDO_INFO, "UndoInfo"}, {LR_UNDO, "Undo"}, {LR_BEGIN, "Begin"},
        {LR_BEGIN0, "Begin0"}, {LR_COMMIT, "Commit"}, {LR_COMMIT0, "Commit0"}, {LR_ROLLBACK, "Rollback"}, {LR_DELTA, "Delta"},
        {LR_SET_EXTERNAL_HEADER, "SetExtHdr"}, {LR_MACRO_BEGIN, "McroBegin"}, {LR_FREE_FDP, "FreeFDP"}, {LR_EXTEND_DB, "ExtendDB"},
    };
    static const char *const more[] = {"basic-16k", "basic-32k", "dirty-4k", "backup-4k", "legacy-dirty-8k", "jetbackup-8k"};
    struct walk w;

    (void)state;
    if (!reference_unpack("multi-dirty-8k"))
        skip();
    memset(&w, 0, sizeof w);
    walk_set(&w, "multi-dirty-8k");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (w.counts[kinds[i].type] != dumped("multi-dirty-8k", kinds[i].name))
            fail_msg("%s: %u here, %u in the dump", kinds[i].name, w.counts[kinds[i].type], dumped("multi-dirty-8k", kinds[i].name));
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        if (reference_unpack(more[i]))
            walk_set(&w, more[i]);
    printf("%u records, %u images, %u put together from fragments\n", w.records, w.images, w.fragments);
    assert_true(w.records > 20000 && w.images > 0 && w.fragments > 0);
    reference_clean();
}

static void any_bytes_decode_or_fail(void **state)
{
    uint8_t bytes[300];
    char line[400];
    uint32_t seed = 99;

    (void)state;
    for (unsigned round = 0; round < 60000; round++) {
        struct log_record r;
        uint8_t *exact;
        size_t size = 0, room = 1 + round % 300;
        for (size_t i = 0; i < room; i++) {
            seed = seed * 1103515245u + 12345u;
            bytes[i] = (uint8_t)(i > 3 && seed >> 30 != 0 ? 0 : seed >> 20);
        }
        bytes[0] = (uint8_t)(round % 110);
        exact = malloc(room);
        memcpy(exact, bytes, room);
        if (lr_decode(bytes_of(exact, room), &r, &size) == 0) {
            assert_true(size <= room && size != 0);
            lr_describe(&r, line, 1 + round % sizeof line);
        }
        free(exact);
    }
}

static void diffs_rebuild_the_new_value(void **state)
{
    uint8_t before[600], after[900], diff[900], out[900];
    uint32_t seed = 7;
    size_t total_diff = 0, total_full = 0;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        size_t old_size = 1 + (seed >> 8) % sizeof before, new_size = 0, made, size = 0;
        bool wide = round % 2 == 0;
        for (size_t i = 0; i < old_size; i++)
            before[i] = (uint8_t)((seed = seed * 1103515245u + 12345u) >> 20);
        for (size_t i = 0; i < old_size && new_size < 700;) {
            seed = seed * 1103515245u + 12345u;
            switch (seed >> 24 & 63) {
            case 0:
                after[new_size++] = (uint8_t)(seed >> 16);
                break;
            case 1:
                i++;
                break;
            case 2:
                for (unsigned k = 0; k < 30; k++)
                    after[new_size++] = (uint8_t)k;
                i += (seed >> 16) % 20;
                break;
            default:
                after[new_size++] = before[i++];
            }
        }
        made = lr_diff_make(bytes_of(before, old_size), bytes_of(after, new_size), wide, diff, new_size);
        if (made == 0 && (new_size != old_size || memcmp(before, after, new_size) != 0))
            continue;
        assert_int_equal(lr_diff_apply(bytes_of(before, old_size), bytes_of(diff, made), wide, out, sizeof out, &size), 0);
        assert_int_equal(size, new_size);
        assert_memory_equal(out, after, new_size);
        total_diff += made;
        total_full += new_size;
        diff[seed % 900] ^= 0x55;                       /* a damaged one stays inside its room */
        (void)lr_diff_apply(bytes_of(before, old_size), bytes_of(diff, made), wide, out, seed % 900, &size);
    }
    printf("diffs take %.1f %% of the values\n", 100.0 * (double)total_diff / (double)total_full);
}

static void names_of_logs_go_both_ways(void **state)
{
    char name[40];
    uint32_t generation = 77;

    (void)state;
    assert_true(log_file_name(name, sizeof name, "edb", 0x1A, "log"));
    assert_string_equal(name, "edb0001A.log");
    assert_true(log_file_name(name, sizeof name, "edb", 0x123456, "jtx"));
    assert_string_equal(name, "edb00123456.jtx");
    assert_true(log_file_name(name, sizeof name, "edb", 0, "log"));
    assert_string_equal(name, "edb.log");
    assert_false(log_file_name(name, 8, "edb", 1, "log"));
    assert_true(log_file_parse("EDB0001a.LOG", "edb", "log", &generation));
    assert_int_equal(generation, 0x1A);
    assert_true(log_file_parse("edb.log", "edb", "log", &generation));
    assert_int_equal(generation, 0);
    assert_false(log_file_parse("edbtmp.log", "edb", "log", &generation));
    assert_false(log_file_parse("edb0001.log", "edb", "log", &generation));
    assert_false(log_file_parse("edb00001.log.bak", "edb", "log", &generation));
    assert_false(log_file_parse("edb00000.log", "edb", "log", &generation));
    assert_false(log_file_parse("e", "edb", "log", &generation));
}

static void paths_survive_the_disk_form(void **state)
{
    static const char *const paths[] = {"C:\\ese\\a.edb", "/tmp/\xC3\xB6\xE2\x82\xAC/\xF0\x9F\xA6\x8A.edb", "", "lone \xED\xA0\xBD end"};
    uint8_t disk[200];
    char back[200];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        size_t size = disk_path_encode(paths[i], disk, sizeof disk);
        assert_true(size >= 2 && size % 2 == 0);
        assert_true(disk_path_decode(bytes_of(disk, size), true, back, sizeof back));
        assert_string_equal(back, paths[i]);
        assert_int_equal(disk_path_encode(paths[i], disk, size - 1), 0);
    }
    assert_false(disk_path_decode(bytes_of("abcdef", 6), false, back, 6));
    assert_true(disk_path_decode(bytes_of("abcdef", 6), false, back, 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_segments_decode_and_encode),
        cmocka_unit_test(reference_logs_decode_and_match_their_dump),
        cmocka_unit_test(any_bytes_decode_or_fail),
        cmocka_unit_test(diffs_rebuild_the_new_value),
        cmocka_unit_test(names_of_logs_go_both_ways),
        cmocka_unit_test(paths_survive_the_disk_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
