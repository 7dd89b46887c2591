/*
 * test_struct32.c - W1 of shim32.h: structs of random contents go to the engine's layout and back unchanged.
 */
#include "case.h"

#include "api/jet.h"
#include "shim32.h"

static uint64_t seed = 20260117;

static uint8_t random_byte(void)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint8_t)(seed >> 56);
}

/* Random contents; sizes right, nested pointers and callbacks NULL, so that every other byte must survive. */
static void fill(const struct layout32 *layout, uint8_t *at)
{
    for (size_t i = 0; i < layout->size32; i++)
        at[i] = random_byte();
    for (size_t i = 0; i < layout->field_count; i++) {
        const struct field32 *field = &layout->fields[i];
        uint32_t v = layout->size32;
        if (field->kind == FIELD_STRUCTS || field->kind == FIELD_STATUS || field->kind == FIELD_INIT)
            memset(at + field->at32, 0, 4);
        else if (field->kind == FIELD_SIZE)
            memcpy(at + field->at32, &v, sizeof(v));
    }
}

static void every_layout_survives_the_round_trip(void **state)
{
    const char *letters = "tuvwxijkqberEfhlgzmnopycd";
    (void)state;

    for (; *letters != 0; letters++) {
        const struct layout32 *layout = layout32_by_letter(*letters);
        for (int round = 0; round < 50; round++) {
            uint8_t in[3 * 160], out[3 * 160];
            struct conversion c = {.failed = false};
            void *wide;
            for (int i = 0; i < 3; i++)
                fill(layout, in + i * layout->size32);
            memcpy(out, in, sizeof(out));
            wide = widen32(&c, layout, in, 3);
            assert_non_null(wide);
            assert_false(c.failed);
            /* Any byte of the 32-bit struct that a field covers comes back, though the program's copy was lost. */
            for (int i = 0; i < 3; i++)
                for (size_t f = 0; f < layout->field_count; f++)
                    if (layout->fields[f].kind == FIELD_COPY || layout->fields[f].kind == FIELD_HANDLE ||
                        layout->fields[f].kind == FIELD_POINTER)
                        memset(out + i * layout->size32 + layout->fields[f].at32, 0, layout->fields[f].size);
            narrow32(layout, out, wide, 3);
            assert_memory_equal(out, in, 3 * (size_t)layout->size32);
            arena_release(&c.arena);
        }
    }
}

static void fields_cover_each_layout(void **state)
{
    const char *letters = "tuvwxijkqberEfhlgzmnopycd";
    (void)state;

    for (; *letters != 0; letters++) {
        const struct layout32 *layout = layout32_by_letter(*letters);
        uint32_t covered = 0, end64 = 0;
        for (size_t f = 0; f < layout->field_count; f++) {
            const struct field32 *field = &layout->fields[f];
            uint32_t wide = field->kind == FIELD_COPY || field->kind == FIELD_SIZE ? field->size : 8;
            covered += field->size;
            assert_true(field->at64 >= end64);
            end64 = field->at64 + wide;
            assert_true(end64 <= layout->size64);
        }
        assert_true(covered <= layout->size32);
        assert_true(covered + 4 >= layout->size32);
    }
}

static void handles_keep_nil(void **state)
{
    (void)state;
    assert_true(handle_widen32(0xffffffff) == UINT64_MAX);
    assert_true(handle_widen32(0x1234) == 0x1234);
    assert_int_equal((uint32_t)handle_widen32(0x89abcdef), 0x89abcdef);
    /* The hundreds of times that a slot of the handle table is used again set its highest bit. */
    assert_true(handle_widen32(0x80000006u) == UINT64_C(0x80000006));
    assert_true(handle_widen32(0xFFFFFFFEu) == UINT64_C(0xFFFFFFFE));
}

static void nested_structs_are_converted_and_results_come_back(void **state)
{
    uint32_t index[13] = {52};                          /* JET_INDEXCREATE2 */
    uint32_t table[17] = {68};                          /* JET_TABLECREATE3 */
    uint32_t columns[20] = {40, 0, 1, 2, 3, 0, 0, 0, 0, 0, 40, 0, 4, 5, 6};
    struct conversion c = {.failed = false};
    uint8_t *wide, *wide_columns;
    uint32_t v;
    (void)state;

    table[5] = (uint32_t)(uintptr_t)columns;
    table[6] = 2;
    table[7] = (uint32_t)(uintptr_t)index;
    table[8] = 1;
    wide = widen32(&c, &layout32_table_create3, table, 1);
    assert_non_null(wide);
    memcpy(&v, wide, 4);
    assert_int_equal(v, 120);
    memcpy(&v, wide + 32, 4);
    wide_columns = (uint8_t *)(uintptr_t)v;
    memcpy(&v, wide_columns + 56, 4);
    assert_int_equal(v, 56);                            /* the second column's size */
    memcpy(&v, wide_columns + 56 + 16, 4);
    assert_int_equal(v, 4);
    v = 77;
    memcpy(wide_columns + 56 + 48, &v, 4);              /* the engine gives a column id, a table id */
    v = 99;
    memcpy(wide + 104, &v, 4);
    narrow32(&layout32_table_create3, table, wide, 1);
    assert_int_equal(columns[18], 77);
    assert_int_equal(table[15] == 99 || table[16] == 99, 1);
    arena_release(&c.arena);
}

/* What recovery asks reaches a 32-bit program in its own layout. */
static void a_question_of_recovery_is_narrowed(void **state)
{
    JET_RECOVERYCONTROL wide = {.cbStruct = sizeof wide, .errDefault = -528, .instance = 0x80000006u, .sntUnion = JET_sntMissingLog};
    struct recovery_control32 narrow;
    const uint32_t *at = recovery_control_to32(JET_sntMissingLog, &wide, &narrow);
    (void)state;

    wide.MissingLog.cbStruct = sizeof wide.MissingLog;
    wide.MissingLog.lGenMissing = 7;
    wide.MissingLog.fCurrentLog = 1;
    wide.MissingLog.eNextAction = JET_MissingLogContinueToUndo;
    wide.MissingLog.wszLogFile = (JET_WCHAR *)(uintptr_t)0x1234;
    wide.MissingLog.cdbinfomisc = 2;
    wide.MissingLog.rgdbinfomisc = (JET_DBINFOMISC7 *)(uintptr_t)0x5678;
    assert_ptr_equal(recovery_control_to32(JET_sntMissingLog, &wide, &narrow), at);
    assert_int_equal(at[0], 44);
    assert_int_equal((int32_t)at[1], -528);
    assert_int_equal(at[2], 0x80000006u);
    assert_int_equal(at[3], JET_sntMissingLog);
    assert_int_equal(at[4], 28);
    assert_int_equal(at[5], 7);
    assert_int_equal(at[6] & 0xffffu, 1u | (uint32_t)JET_MissingLogContinueToUndo << 8);
    assert_int_equal(at[8], 0x1234);
    assert_int_equal(at[9], 2);
    assert_int_equal(at[10], 0x5678);
    wide.AttachedDb.wszDbPath = (JET_WCHAR *)(uintptr_t)0x9abc;
    at = recovery_control_to32(JET_sntAttachedDb, &wide, &narrow);
    assert_int_equal(at[4], 8);
    assert_int_equal(at[5], 0x9abc);
    wide.BeginUndo.cdbinfomisc = 3;
    wide.BeginUndo.rgdbinfomisc = (JET_DBINFOMISC7 *)(uintptr_t)0xdef0;
    at = recovery_control_to32(JET_sntBeginUndo, &wide, &narrow);
    assert_int_equal(at[4], 12);
    assert_int_equal(at[5], 3);
    assert_int_equal(at[6], 0xdef0);
}

static void a_wrong_size_stays_wrong(void **state)
{
    uint32_t column[10] = {41};
    struct conversion c = {.failed = false};
    uint32_t v;
    (void)state;

    uint8_t *wide = widen32(&c, &layout32_column_create, column, 1);
    assert_non_null(wide);
    memcpy(&v, wide, 4);
    assert_int_equal(v, 0);
    narrow32(&layout32_column_create, column, wide, 1);
    assert_int_equal(column[0], 41);
    arena_release(&c.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layout_survives_the_round_trip),
        cmocka_unit_test(fields_cover_each_layout),
        cmocka_unit_test(handles_keep_nil),
        cmocka_unit_test(nested_structs_are_converted_and_results_come_back),
        cmocka_unit_test(a_question_of_recovery_is_narrowed),
        cmocka_unit_test(a_wrong_size_stays_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
