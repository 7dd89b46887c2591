#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "admin/check.h"
#include "engine_fixture.h"
#include "reference.h"
#include "table/cursor.h"
#include "table/ddl.h"
#include "table/index.h"
#include "table/lv.h"

/*
 * Values against a model: random sets of all kinds of columns in random updates, some cancelled, some rolled back; after each step every
 * value of the record under the cursor, and now and then all records and all index entries, must be what the model says.
 */
enum { COLUMNS = 9, VALUES_MAX = 4, ROWS = 40, STEPS = 600, VALUE_MAX = 60000 };

struct model_value { bool present; size_t size; uint8_t *data; };
struct model_row { bool exists; unsigned count[COLUMNS]; struct model_value value[COLUMNS][VALUES_MAX]; };

struct kind { const char *name; enum column_place place; uint8_t type; uint16_t code_page; uint32_t max, flags; bool compressed; };
static const struct kind kinds[COLUMNS] = {
    {"id", COLUMN_FIXED, COL_LONG, 0, 0, COLUMN_NOT_NULL, false},
    {"num", COLUMN_FIXED, COL_LONGLONG, 0, 0, 0, false},
    {"bin", COLUMN_VARIABLE, COL_BINARY, 0, 200, 0, false},
    {"text", COLUMN_VARIABLE, COL_TEXT, 1200, 200, 0, false},
    {"multi", COLUMN_TAGGED, COL_TEXT, 1200, 0, COLUMN_MULTI_VALUED, false},
    {"lv", COLUMN_TAGGED, COL_LONG_BINARY, 0, 0, 0, false},
    {"lvc", COLUMN_TAGGED, COL_LONG_TEXT, 1200, 0, 0, true},
    {"mlv", COLUMN_TAGGED, COL_LONG_BINARY, 0, 0, COLUMN_MULTI_VALUED, false},
    {"tint", COLUMN_TAGGED, COL_LONG, 0, 0, 0, false},
};
enum { C_ID, C_NUM, C_BIN, C_TEXT, C_MULTI, C_LV, C_LVC, C_MLV, C_TINT };

static struct fixture f;
static struct cursor *cursor;
static struct table_def *table;
static uint32_t ids[COLUMNS];
static struct model_row rows[ROWS], saved[ROWS];
static uint32_t seed = 1;

static uint32_t roll(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return n != 0 ? (uint32_t)(((uint64_t)(seed >> 4) * n) >> 28) : 0;
}

static void value_set(struct model_value *v, const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    if (size != 0)
        memcpy(copy, data, size);
    free(v->data);
    *v = (struct model_value){true, size, copy};
}

static void row_copy(struct model_row *to, const struct model_row *from)
{
    for (unsigned c = 0; c < COLUMNS; c++) {
        for (unsigned k = 0; k < VALUES_MAX; k++) {
            if (from->value[c][k].data != NULL)
                value_set(&to->value[c][k], from->value[c][k].data, from->value[c][k].size);
            to->value[c][k].present = from->value[c][k].present;
        }
        to->count[c] = from->count[c];
    }
    to->exists = from->exists;
}

static void must(ese_err err, int line)
{
    const char *function;
    int at;
    if (err >= 0)
        return;
    (void)err_last(&function, &at);
    fail_msg("line %d: error %d (%s, raised in %s:%d), seed %u", line, err, err_name(err), function, at, seed);
}
#define MUST(call) must((call), __LINE__)

static size_t make_value(unsigned column, uint8_t *to)
{
    static const size_t sizes[] = {0, 1, 5, 8, 30, 200, 900, 1023, 1024, 3000, 4014, 4015, 8110, 8120, 20000, 45000};
    size_t size = sizes[roll(16)];
    bool text = kinds[column].type == COL_TEXT || kinds[column].type == COL_LONG_TEXT;
    if (kinds[column].type == COL_LONG)
        size = 4;
    if (kinds[column].type == COL_LONGLONG)
        size = 8;
    if (kinds[column].max != 0 && size > kinds[column].max)
        size = kinds[column].max;
    if (column == C_MULTI && size > 200)
        size = 200;
    if (text)
        size &= ~(size_t)1;
    for (size_t i = 0; i < size; i++)
        to[i] = text ? (uint8_t)(i % 2 == 0 ? 'a' + roll(20) : 0) : (uint8_t)roll(roll(3) == 0 ? 256 : 3);
    return size;
}

/* ---- reading back ---- */

static void check_value(unsigned row, unsigned column, unsigned itag, bool copy)
{
    const struct model_value *want = &rows[row].value[column][itag - 1];
    bool present = itag <= rows[row].count[column] && want->present;
    static uint8_t memory[2 * VALUE_MAX + 1];
    struct retrieve r = {.columnid = ids[column], .itag = itag, .flags = copy ? RETRIEVE_COPY : 0, .to = memory, .room = sizeof(memory)};

    MUST(cursor_retrieve(cursor, &r));
    if (r.is_null != !present)
        fail_msg("row %u column %s itag %u: null %d, want %d, seed %u", row, kinds[column].name, itag, r.is_null, !present, seed);
    if (!present)
        return;
    if (r.size != want->size || r.copied != want->size || memcmp(memory, want->data, want->size) != 0)
        fail_msg("row %u column %s itag %u: %zu bytes, want %zu (or other bytes), seed %u", row, kinds[column].name, itag, r.size, want->size, seed);
    if (column >= C_LV && column <= C_MLV && want->size > 10) {
        r.offset = roll((uint32_t)want->size);
        r.room = roll(5000) + 1;
        MUST(cursor_retrieve(cursor, &r));
        assert_int_equal(r.size, want->size - r.offset);
        assert_memory_equal(memory, want->data + r.offset, r.copied);
        assert_int_equal(r.copied, r.room < r.size ? r.room : r.size);
    }
}

static void check_row(unsigned row, bool copy)
{
    for (unsigned column = 0; column < COLUMNS; column++) {
        unsigned count;
        for (unsigned itag = 1; itag <= (column < C_MULTI ? 1u : VALUES_MAX); itag++)
            check_value(row, column, itag, copy);
        MUST(cursor_count_values(cursor, ids[column], copy ? RETRIEVE_COPY : 0, &count));
        if (column >= C_MULTI)
            assert_int_equal(count, rows[row].count[column]);
    }
}

static bool go_to(unsigned row)
{
    uint8_t key[4];
    bool exact;
    ese_err err;
    store_le32(key, row);
    MUST(cursor_set_index(cursor, NULL, NULL, false, false, 1));
    MUST(cursor_make_key(cursor, bytes_of(key, 4), 1));
    err = cursor_seek(cursor, SEEK_EQ, &exact);
    if (err == JET_errRecordNotFound)
        return false;
    MUST(err);
    return true;
}

static ese_err count_entry(void *context, const struct index_key *key)
{
    (void)key;
    ++*(uint64_t *)context;
    return 0;
}

/* All records as the model has them, and every index with exactly their entries. */
static void check_everything(void)
{
    static uint8_t record_memory[32768];
    uint64_t entries[16] = {0}, found;
    unsigned n = 0;

    for (unsigned row = 0; row < ROWS; row++) {
        struct bytes record, copy;
        uint8_t bookmark[300];
        size_t size;
        assert_int_equal(go_to(row), rows[row].exists);
        if (!rows[row].exists)
            continue;
        check_row(row, false);
        MUST(cursor_get_bookmark(cursor, bookmark, sizeof(bookmark), &size));
        MUST(cursor_record(cursor, &record));
        memcpy(record_memory, record.data, record.size);
        copy = bytes_of(record_memory, record.size);
        cursor_release(cursor);
        MUST(index_verify_record(f.s, table, copy, bytes_of(bookmark, size)));
        n = 0;
        LIST_EACH(it, &table->indexes)
            MUST(index_each_key(f.s, LIST_ENTRY(it, struct index_def, link), copy, count_entry, &entries[n++]));
    }
    n = 0;
    LIST_EACH(it, &table->indexes) {
        struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        ese_err err;
        MUST(cursor_set_index(cursor, i->name, NULL, false, true, 1));
        found = 0;
        for (err = cursor_move(cursor, MOVE_FIRST, false); err >= 0; err = cursor_move(cursor, 1, false))
            found++;
        assert_int_equal(err, JET_errNoCurrentRecord);
        if (found != entries[n])
            fail_msg("index %s has %llu entries, want %llu, seed %u", i->name, (unsigned long long)found, (unsigned long long)entries[n], seed);
        n++;
    }
    MUST(cursor_set_index(cursor, NULL, NULL, false, false, 1));
}

/* ---- changes ---- */

static void model_set(struct model_row *m, unsigned column, unsigned itag, bool null, const uint8_t *data, size_t size)
{
    unsigned at = itag == 0 || itag > m->count[column] ? m->count[column] : itag - 1;
    if (column < C_MULTI) {
        m->count[column] = 1;
        m->value[column][0].present = !null;
        if (!null)
            value_set(&m->value[column][0], data, size);
    } else if (!null) {
        value_set(&m->value[column][at], data, size);
        m->count[column] += at == m->count[column] ? 1 : 0;
    } else if (itag >= 1 && itag <= m->count[column]) {
        free(m->value[column][itag - 1].data);
        memmove(&m->value[column][itag - 1], &m->value[column][itag], sizeof(m->value[0][0]) * (VALUES_MAX - itag));
        m->value[column][VALUES_MAX - 1] = (struct model_value){false, 0, NULL};
        m->count[column]--;
    }
}

static void set_whole(unsigned row, unsigned column)
{
    static uint8_t memory[VALUE_MAX];
    struct model_row *m = &rows[row];
    bool multi = (kinds[column].flags & COLUMN_MULTI_VALUED) != 0;
    unsigned itag = multi ? roll(VALUES_MAX) + 1 : 1;
    size_t size = make_value(column, memory);
    bool null = roll(5) == 0 && column != C_ID;
    struct set_column set = {.columnid = ids[column], .itag = itag, .value = bytes_of(memory, size), .is_null = null};

    if (!null && size == 0)
        set.flags = SET_ZERO_LENGTH;
    if (kinds[column].type == COL_LONG_BINARY && roll(4) == 0)
        set.flags |= roll(2) == 0 ? SET_SEPARATE_LV : SET_COMPRESSED;
    MUST(cursor_set(cursor, &set));
    model_set(m, column, itag, null, memory, size);
}

static void set_part(unsigned row, unsigned column)
{
    static uint8_t memory[VALUE_MAX], whole[3 * VALUE_MAX];
    struct model_row *m = &rows[row];
    struct model_value *old = &m->value[column][0];
    size_t size = make_value(column, memory), old_size, end;
    struct set_column set = {.columnid = ids[column], .itag = 1, .value = bytes_of(memory, size)};

    if (m->count[column] == 0 || size == 0 || old->size > VALUE_MAX)
        return;
    old_size = old->size;
    memcpy(whole, old->data, old_size);
    switch (roll(4)) {
    case 0:
        set.flags = SET_APPEND_LV;
        memcpy(whole + old_size, memory, size);
        end = old_size + size;
        break;
    case 1:
        set.flags = SET_OVERWRITE_LV;
        set.offset = roll((uint32_t)old_size + 1);
        memcpy(whole + set.offset, memory, size);
        end = set.offset + size > old_size ? set.offset + size : old_size;
        break;
    case 2:
        set.flags = SET_OVERWRITE_LV | SET_SIZE_LV;
        set.offset = roll((uint32_t)old_size + 1);
        memcpy(whole + set.offset, memory, size);
        end = set.offset + size;
        break;
    default:
        set.flags = SET_SIZE_LV;
        set.size_lv = roll(VALUE_MAX - 10) + 1;
        if (set.size_lv > old_size)
            memset(whole + old_size, 0, set.size_lv - old_size);
        end = set.size_lv;
        break;
    }
    MUST(cursor_set(cursor, &set));
    value_set(old, whole, end);
}

static void set_some(unsigned row)
{
    for (unsigned n = roll(8) + 1; n > 0; n--) {
        unsigned column = roll(COLUMNS - 1) + 1;
        if (column >= C_LV && column <= C_LVC && roll(2) == 0)
            set_part(row, column);
        else
            set_whole(row, column);
        check_row(row, true);
    }
}

static void insert_row(unsigned row)
{
    uint8_t id[4];
    struct set_column set = {.columnid = ids[C_ID], .itag = 1, .value = bytes_of(id, 4)};

    memset(rows[row].count, 0, sizeof(rows[row].count));
    for (unsigned c = 0; c < COLUMNS; c++)
        for (unsigned k = 0; k < VALUES_MAX; k++)
            rows[row].value[c][k].present = false;
    store_le32(id, row);
    MUST(update_prepare(cursor, UPDATE_INSERT));
    MUST(cursor_set(cursor, &set));
    model_set(&rows[row], C_ID, 1, false, id, 4);
    set_some(row);
    MUST(update_apply(cursor, NULL, 0, NULL));
    rows[row].exists = true;
}

static void change_row(unsigned row)
{
    static struct model_row before;
    assert_true(go_to(row));
    row_copy(&before, &rows[row]);
    MUST(update_prepare(cursor, roll(3) == 0 ? UPDATE_REPLACE_NO_LOCK : UPDATE_REPLACE));
    set_some(row);
    if (roll(5) == 0) {
        MUST(update_cancel(cursor));
        row_copy(&rows[row], &before);
    } else {
        MUST(update_apply(cursor, NULL, 0, NULL));
    }
    assert_true(go_to(row));
    check_row(row, false);
}

static void step(void)
{
    unsigned row = roll(ROWS);
    if (!rows[row].exists) {
        insert_row(row);
    } else if (roll(4) == 0) {
        assert_true(go_to(row));
        MUST(update_delete(cursor));
        rows[row].exists = false;
    } else {
        change_row(row);
    }
}

/* ---- the table ---- */

static void make_index(const char *name, const char *key, size_t key_bytes, uint32_t flags, uint16_t key_most)
{
    struct index_create how = {.name = name, .flags = flags, .key = key, .key_bytes = key_bytes, .density = 80, .key_most = key_most,
                               .segment_max = key_most};
    how.collation.flags = COLLATE_DEFAULT_FLAGS;
    memcpy(how.collation.locale, "en-US", 6);
    MUST(ddl_create_index(f.s, table, &how));
}

/* Sub-strings of the text of records whose lv is null. */
static void make_tuple_index(void)
{
    struct index_create how = {.name = "tuple", .flags = INDEX_TUPLES, .key = "+text\0", .key_bytes = 7, .density = 80, .key_most = 255,
                               .segment_max = 255, .tuple_min = 3, .tuple_max = 10, .tuple_to = 50, .tuple_step = 2, .condition_count = 1};
    how.conditions[0].column = "lv";
    how.conditions[0].must_be_null = true;
    how.collation.flags = COLLATE_DEFAULT_FLAGS;
    memcpy(how.collation.locale, "en-US", 6);
    MUST(ddl_create_index(f.s, table, &how));
}

#define NULLS (INDEX_ALLOW_ALL_NULLS | INDEX_ALLOW_FIRST_NULL | INDEX_ALLOW_SOME_NULLS)

static void make_table(uint32_t page_size)
{
    struct fixture_config how = {.page_size = page_size};
    struct table_create create = {.name = "t", .pages = 1, .density = 80};
    char name[40];
    uint8_t dbid;

    MUST(fixture_start(&f, reference_scratch(), &how));
    snprintf(name, sizeof(name), "values-%u.edb", (unsigned)page_size);
    MUST(fixture_create(&f, name, &dbid));
    MUST(txn_begin(f.s, false));
    MUST(ddl_create_table(f.s, dbid, &create, &table));
    for (unsigned c = 0; c < COLUMNS; c++) {
        struct column_create column = {.place = kinds[c].place, .name = kinds[c].name, .type = kinds[c].type, .code_page = kinds[c].code_page,
                                       .max_bytes = kinds[c].max, .flags = kinds[c].flags, .compressed = kinds[c].compressed};
        MUST(ddl_add_column(f.s, table, &column, &ids[c]));
    }
    make_index("pk", "+id\0", 5, INDEX_PRIMARY | INDEX_UNIQUE, 255);
    make_index("num", "-num\0+bin\0", 11, NULLS, 255);
    make_index("text", "+text\0", 7, NULLS, 255);
    make_index("multi", "+multi\0", 8, NULLS, 255);
    make_index("lv", "+lv\0", 5, NULLS, 500);
    make_index("lvc", "+lvc\0+tint\0", 12, INDEX_ALLOW_SOME_NULLS, 255);
    make_index("cross", "+multi\0-mlv\0", 13, NULLS | INDEX_CROSS_PRODUCT, 255);
    make_index("nested", "+mlv\0+multi\0", 13, NULLS | INDEX_NESTED, 255);
    make_tuple_index();
    MUST(txn_commit(f.s, COMMIT_LAZY));
    MUST(cursor_open(f.s, table, &cursor));
}

static void print_fault(void *context, const struct check_fault *fault)
{
    (void)context;
    printf("page %u slot %d of %s: %s\n", (unsigned)fault->page, fault->slot, fault->tree, fault->text);
}

/* The file as a whole: structure, space, index entries, counts and chunks of long values. */
static void check_file(uint8_t dbid)
{
    struct check_config config = {.fault = print_fault};
    struct check_counts counts;
    MUST(check_database(f.s, dbid, &config, &counts));
    assert_int_equal(counts.faults, 0);
    assert_true(counts.long_values > 0);
}

static void run(uint32_t page_size, uint32_t first_seed)
{
    seed = first_seed;
    for (unsigned row = 0; row < ROWS; row++)
        rows[row].exists = false;
    make_table(page_size);
    for (unsigned n = 0; n < STEPS / 10; n++) {
        MUST(txn_begin(f.s, false));
        for (unsigned row = 0; row < ROWS; row++)
            row_copy(&saved[row], &rows[row]);
        for (unsigned k = 0; k < 10; k++)
            step();
        if (roll(4) == 0) {
            MUST(txn_rollback(f.s));
            for (unsigned row = 0; row < ROWS; row++)
                row_copy(&rows[row], &saved[row]);
        } else {
            MUST(txn_commit(f.s, COMMIT_LAZY));
        }
        MUST(txn_begin(f.s, true));
        check_everything();
        MUST(txn_commit(f.s, COMMIT_LAZY));
    }
    /* An index made now must have the entries that one kept up to date has. */
    MUST(txn_begin(f.s, false));
    make_index("late", "+multi\0-lv\0", 12, NULLS, 255);
    make_index("late2", "+lv\0", 5, NULLS, 500);
    check_everything();
    MUST(txn_commit(f.s, COMMIT_LAZY));
    cursor_close(cursor);
    check_file(table->db->dbid);
    MUST(fixture_stop(&f));
}

static void values_agree_with_the_model_in_4k_pages(void **state) { (void)state; run(4096, 1); }
static void values_agree_with_the_model_in_8k_pages(void **state) { (void)state; run(8192, 2); }
static void values_agree_with_the_model_in_32k_pages(void **state) { (void)state; run(32768, 3); }

static int forget_models(void **state)
{
    (void)state;
    for (unsigned row = 0; row < ROWS; row++)
        for (unsigned c = 0; c < COLUMNS; c++)
            for (unsigned k = 0; k < VALUES_MAX; k++) {
                free(rows[row].value[c][k].data);
                free(saved[row].value[c][k].data);
            }
    reference_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_agree_with_the_model_in_4k_pages),
        cmocka_unit_test(values_agree_with_the_model_in_8k_pages),
        cmocka_unit_test(values_agree_with_the_model_in_32k_pages),
    };
    return cmocka_run_group_tests(tests, NULL, forget_models);
}
