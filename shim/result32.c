/*
 * result32.c - results of calls: which layout a level of an information call has, and what the engine allocated itself.
 */
#include "shim32.h"

#include <assert.h>
#include <string.h>

#include "api/jet_const.h"

static const struct layout32 *column_result(uint32_t level)
{
    /* The level's upper bits ask for less or for another order. */
    switch (level & 0x0fffffffu) {
    case JET_ColInfoList:
    case JET_ColInfoListCompact:
    case JET_ColInfoListSortColumnid:
        return &layout32_column_list;
    default:
        return NULL;
    }
}

static const struct layout32 *index_result(uint32_t level)
{
    switch (level) {
    case JET_IdxInfo:
    case JET_IdxInfoList:
    case JET_IdxInfoOLC:
        return &layout32_index_list;
    case JET_IdxInfoIndexId:
        return &layout32_index_id;
    default:
        return NULL;
    }
}

static const struct layout32 *object_result(uint32_t level)
{
    return level == JET_ObjInfoList || level == JET_ObjInfoListNoStats ? &layout32_object_list : NULL;
}

static const struct layout32 *thread_result(uint32_t size32)
{
    if (size32 == layout32_thread_stats2.size32)
        return &layout32_thread_stats2;
    if (size32 == layout32_thread_stats3.size32)
        return &layout32_thread_stats3;
    return size32 >= layout32_thread_stats4.size32 ? &layout32_thread_stats4 : NULL;
}

const struct layout32 *layout32_of_result(char family, uint32_t level, uint32_t size32)
{
    switch (family) {
    case 'c': return column_result(level);
    case 'i': return index_result(level);
    case 'o': return object_result(level);
    case 's': return level == JET_SessionInfo ? &layout32_session_info : NULL;
    case 'l': return size32 >= layout32_log_info3.size32 ? &layout32_log_info3 : NULL;
    case 'b': return &layout32_snapshot_info;
    case 'h': return thread_result(size32);
    default: return NULL;
    }
}

struct instance_info64 { uint64_t handle, name, count, files, displays, streams; };
struct instance_info32 { uint32_t handle, name, count, files, displays, streams; };
struct enum_value64 { uint32_t itag; int32_t err; uint32_t size; uint32_t gap; uint64_t data; };
struct enum_value32 { uint32_t itag; int32_t err; uint32_t size; uint32_t data; };
struct enum_column64 { uint32_t columnid; int32_t err; uint32_t count; uint32_t gap; uint64_t data; };
struct enum_column32 { uint32_t columnid; int32_t err; uint32_t count; uint32_t data; };

static_assert(sizeof(struct instance_info64) == 48 && sizeof(struct instance_info32) == 24, "JET_INSTANCE_INFO");
static_assert(sizeof(struct enum_value64) == 24 && sizeof(struct enum_value32) == 16, "JET_ENUMCOLUMNVALUE");
static_assert(sizeof(struct enum_column64) == 24 && sizeof(struct enum_column32) == 16, "JET_ENUMCOLUMN");

/* Entry i moves down to where entries of the short form lie; it never overtakes what is still to be read. */
void instance_infos_in_place32(void *infos, uint32_t count)
{
    uint8_t *at = infos;

    for (uint32_t i = 0; i < count; i++) {
        struct instance_info64 wide;
        struct instance_info32 narrow;
        memcpy(&wide, at + i * sizeof(wide), sizeof(wide));
        narrow = (struct instance_info32){(uint32_t)wide.handle, (uint32_t)wide.name, (uint32_t)wide.count,
                                          (uint32_t)wide.files, (uint32_t)wide.displays, (uint32_t)wide.streams};
        memcpy(at + i * sizeof(narrow), &narrow, sizeof(narrow));
    }
}

static void enum_values_in_place32(uint8_t *at, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct enum_value64 wide;
        struct enum_value32 narrow;
        memcpy(&wide, at + i * sizeof(wide), sizeof(wide));
        narrow = (struct enum_value32){wide.itag, wide.err, wide.size, (uint32_t)wide.data};
        memcpy(at + i * sizeof(narrow), &narrow, sizeof(narrow));
    }
}

/* A compressed entry (JET_wrnColumnSingleValue) has a size and data where the others have a count and an array. */
void enum_columns_in_place32(void *columns, uint32_t count)
{
    uint8_t *at = columns;

    for (uint32_t i = 0; i < count; i++) {
        struct enum_column64 wide;
        struct enum_column32 narrow;
        memcpy(&wide, at + i * sizeof(wide), sizeof(wide));
        if (wide.err != JET_wrnColumnSingleValue && wide.data != 0)
            enum_values_in_place32((uint8_t *)(uintptr_t)wide.data, wide.count);
        narrow = (struct enum_column32){wide.columnid, wide.err, wide.count, (uint32_t)wide.data};
        memcpy(at + i * sizeof(narrow), &narrow, sizeof(narrow));
    }
}

/* ---- index descriptions: a struct, and behind it in the same buffer what it points to ---- */

const struct layout32 *layout32_of_index_create(uint32_t level)
{
    switch (level) {
    case JET_IdxInfoCreateIndex: return &layout32_index_create;
    case JET_IdxInfoCreateIndex2: return &layout32_index_create2;
    case JET_IdxInfoCreateIndex3: return &layout32_index_create3;
    default: return NULL;
    }
}

struct moved { const uint8_t *from; uint8_t *to; size_t size; };

/* Where a pointer of the engine's buffer leads in the program's; others stay what they are. */
static uint32_t moved_pointer(const struct moved *m, uint64_t wide)
{
    const uint8_t *at = (const uint8_t *)(uintptr_t)wide;
    return at >= m->from && at <= m->from + m->size ? (uint32_t)(uintptr_t)(m->to + (at - m->from)) : (uint32_t)wide;
}

/* Structs whose pointers were moved shrink where they lie. */
static uint32_t shrink_in_place(const struct moved *m, const struct layout32 *layout, uint64_t wide, uint32_t count)
{
    uint8_t *at = (uint8_t *)(uintptr_t)moved_pointer(m, wide);

    for (uint32_t i = 0; wide != 0 && i < count; i++) {
        uint8_t narrow[64];
        index_create_result32(layout, narrow, (const uint8_t *)(uintptr_t)wide + (size_t)i * layout->size64, m->from, m->to,
                              m->size);
        memcpy(at + (size_t)i * layout->size32, narrow, layout->size32);
    }
    return (uint32_t)(uintptr_t)at;
}

void index_create_result32(const struct layout32 *layout, uint8_t *to32, const uint8_t *wide, const uint8_t *tail,
                           uint8_t *new_tail, size_t tail_size)
{
    const struct moved m = {tail, new_tail, tail_size};

    for (size_t i = 0; i < layout->field_count; i++) {
        const struct field32 *field = &layout->fields[i];
        uint64_t v = 0;
        uint32_t count = 1, narrow;
        if (field->kind == FIELD_COPY) {
            memcpy(to32 + field->at32, wide + field->at64, field->size);
            continue;
        }
        memcpy(&v, wide + field->at64, field->kind == FIELD_SIZE ? 4 : 8);
        narrow = moved_pointer(&m, v);
        if (field->kind == FIELD_SIZE)
            narrow = layout->size32;
        if (field->kind == FIELD_STRUCTS && field->count_at != 0)
            memcpy(&count, wide + field->at64 + 8, sizeof(count));      /* the count follows its array */
        if (field->kind == FIELD_STRUCTS && v != 0)
            narrow = shrink_in_place(&m, field->of, v, count);
        memcpy(to32 + field->at32, &narrow, sizeof(narrow));
    }
}
