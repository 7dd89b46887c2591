/*
 * struct32.c - converting structs between the layouts of 32-bit programs and of the engine, driven by tables.
 */
#include "shim32.h"

#include <assert.h>
#include <string.h>

static uint32_t get32(const uint8_t *at)
{
    uint32_t v;
    memcpy(&v, at, sizeof(v));
    return v;
}

static uint64_t get64(const uint8_t *at)
{
    uint64_t v;
    memcpy(&v, at, sizeof(v));
    return v;
}

static void put32(uint8_t *at, uint32_t v)
{
    if (get32(at) != v)                                 /* W1 */
        memcpy(at, &v, sizeof(v));
}

static void *pointer(uint32_t v)
{
    return (void *)(uintptr_t)v;
}

static bool begins_with_size(const struct layout32 *layout)
{
    return layout->fields[0].kind == FIELD_SIZE;
}

/* Both sizes of the struct at hand: by its cbStruct where there are several forms. */
static void sizes_of(const struct layout32 *layout, const uint8_t *from32, uint32_t *size32, uint32_t *size64)
{
    *size32 = layout->size32;
    *size64 = layout->size64;
    if (!begins_with_size(layout))
        return;
    for (int i = 0; i < 2; i++) {
        if (layout->other_sizes[i][0] != 0 && layout->other_sizes[i][0] == get32(from32)) {
            *size32 = layout->other_sizes[i][0];
            *size64 = layout->other_sizes[i][1];
        }
    }
}

static uint32_t count_of(const struct field32 *field, const uint8_t *from32)
{
    return field->count_at == 0 ? 1 : get32(from32 + field->count_at);
}

static void widen_one(struct conversion *c, const struct layout32 *layout, const uint8_t *from, uint8_t *to,
                      uint32_t size32, uint32_t size64)
{
    for (size_t i = 0; i < layout->field_count; i++) {
        const struct field32 *field = &layout->fields[i];
        uint64_t v = 0;
        if (field->at32 >= size32)
            continue;
        switch ((enum field32_kind)field->kind) {
        case FIELD_COPY:
            memcpy(to + field->at64, from + field->at32,
                   field->size < size32 - field->at32 ? field->size : size32 - field->at32);
            continue;
        case FIELD_SIZE:
            /* A size that is none of ours stays wrong for the engine. */
            put32(to + field->at64, get32(from) == size32 ? size64 : 0);
            continue;
        case FIELD_HANDLE:
            v = handle_widen32(get32(from + field->at32));
            break;
        case FIELD_POINTER:
            v = get32(from + field->at32);
            break;
        case FIELD_STRUCTS:
            v = (uintptr_t)widen32(c, field->of, pointer(get32(from + field->at32)), count_of(field, from));
            break;
        case FIELD_STATUS:
            v = (uintptr_t)callback32_status(get32(from + field->at32));
            break;
        case FIELD_INIT:
            v = (uintptr_t)callback32_init(get32(from + field->at32));
            break;
        }
        memcpy(to + field->at64, &v, sizeof(v));
    }
}

void *widen32(struct conversion *c, const struct layout32 *layout, const void *from32, uint32_t count)
{
    const uint8_t *from = from32;
    uint8_t *all, *to;
    uint32_t largest = layout->size64;

    if (from32 == NULL)
        return NULL;
    for (int i = 0; i < 2; i++)
        if (layout->other_sizes[i][1] > largest)
            largest = layout->other_sizes[i][1];
    /* A count that no program means is left to the engine's own checks; nothing is read for it. */
    if (count > 0x100000)
        count = 0;
    all = to = arena_take(&c->arena, (size_t)largest * (count != 0 ? count : 1));
    if (all == NULL) {
        c->failed = true;
        return NULL;
    }
    memset(all, 0, (size_t)largest * (count != 0 ? count : 1));
    while (count-- != 0) {
        uint32_t size32, size64;
        sizes_of(layout, from, &size32, &size64);
        widen_one(c, layout, from, to, size32, size64);
        from += size32;
        to += size64;
    }
    return all;
}

static void narrow_one(const struct layout32 *layout, uint8_t *to, const uint8_t *from, uint32_t size32, uint32_t size64)
{
    for (size_t i = 0; i < layout->field_count; i++) {
        const struct field32 *field = &layout->fields[i];
        uint32_t size = field->size;
        if (field->at32 >= size32)
            continue;
        switch ((enum field32_kind)field->kind) {
        case FIELD_COPY:
            if (size > size32 - field->at32)
                size = size32 - field->at32;
            if (memcmp(to + field->at32, from + field->at64, size) != 0)        /* W1 */
                memcpy(to + field->at32, from + field->at64, size);
            break;
        case FIELD_SIZE:
            if (get32(from + field->at64) == size64)
                put32(to + field->at32, size32);
            break;
        case FIELD_HANDLE:
        case FIELD_POINTER:
            put32(to + field->at32, (uint32_t)get64(from + field->at64));
            break;
        case FIELD_STRUCTS:
            narrow32(field->of, pointer(get32(to + field->at32)), pointer((uint32_t)get64(from + field->at64)),
                     count_of(field, to));
            break;
        case FIELD_STATUS:
        case FIELD_INIT:
            break;
        }
    }
}

void narrow32(const struct layout32 *layout, void *to32, const void *from64, uint32_t count)
{
    uint8_t *to = to32;
    const uint8_t *from = from64;

    if (to32 == NULL || from64 == NULL || count > 0x100000)
        return;
    while (count-- != 0) {
        uint32_t size32, size64;
        sizes_of(layout, to, &size32, &size64);
        narrow_one(layout, to, from, size32, size64);
        to += size32;
        from += size64;
    }
}

const struct layout32 *layout32_by_letter(char letter)
{
    switch (letter) {
    case 't': return &layout32_table_create;
    case 'u': return &layout32_table_create2;
    case 'v': return &layout32_table_create3;
    case 'w': return &layout32_table_create4;
    case 'x': return &layout32_table_create5;
    case 'i': return &layout32_index_create;
    case 'j': return &layout32_index_create2;
    case 'k': return &layout32_index_create3;
    case 'q': return &layout32_temporary_table;
    case 'b': return &layout32_temporary_table2;
    case 'e': return &layout32_set_column;
    case 'r': return &layout32_retrieve_column;
    case 'E': return &layout32_enum_column_id;
    case 'f': return &layout32_index_column;
    case 'h': return &layout32_index_range2;
    case 'l': return &layout32_record_list;
    case 'g': return &layout32_index_range;
    case 'z': return &layout32_index_id;
    case 'm': return &layout32_restore_map;
    case 'n': return &layout32_restore_info;
    case 'o': return &layout32_restore_info2;
    case 'p': return &layout32_database_param;
    case 'y': return &layout32_system_param;
    case 'c': return &layout32_convert;
    case 'd': return &layout32_database_util;
    default: return NULL;
    }
}
