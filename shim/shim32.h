/*
 * shim32.h - 32-bit programs in front of an engine whose handles and struct layouts are those of 64 bit.
 *
 * OWNS        the layout of each struct that differs, the entries of the 32-bit DLL, the callbacks' way back.
 * GIVES       widen and narrow for arrays of structs, one entry for each export, engine callbacks for the program's.
 * INVARIANTS  W1  a value that the engine did not change is not written back: structs in read-only memory stay legal.
 *             W2  a handle is widened with its sign, so that "nil" stays nil; it is narrowed by cutting (handles fit 32 bits).
 *             W3  what a call needs lives in its arena and ends with it; callbacks live for ever, one for each function.
 * FAILS       JET_errOutOfMemory before the engine is called.
 * CALLERS     the 32-bit esent.dll only.
 * TESTS       abi/test_struct32.c, shim/test_smoke.c
 */
#ifndef ESE_SHIM_SHIM32_H
#define ESE_SHIM_SHIM32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/err.h"

enum field32_kind {
    FIELD_COPY,                                         /* size bytes as they are */
    FIELD_SIZE,                                         /* cbStruct */
    FIELD_HANDLE,                                       /* W2 */
    FIELD_POINTER,                                      /* a pointer, or a number as wide as one */
    FIELD_STRUCTS,                                      /* pointer to structs that differ, too: count_at tells how many */
    FIELD_STATUS, FIELD_INIT                            /* callbacks */
};

struct layout32;

struct field32 {
    uint8_t kind;
    uint16_t at32, at64, size;
    uint16_t count_at;                                  /* FIELD_STRUCTS: offset of the count in the 32-bit struct, 0 = one */
    const struct layout32 *of;
};

struct layout32 {
    const char *name;
    uint16_t size32, size64;
    uint16_t other_sizes[2][2];                         /* older or newer forms that are told apart by cbStruct */
    const struct field32 *fields;
    size_t field_count;
};

/*
 * A layout as a table: LAYOUT32(its name, the struct, size on 32 and on 64 bit, fields), a field with its offset on 32 and on 64 bit.
 * LAYOUT32_FORMS is for structs with older or newer forms that are told apart by cbStruct.
 */
#define CB_STRUCT {.kind = FIELD_SIZE, .size = 4}
#define COPY(on32, on64, bytes) {.kind = FIELD_COPY, .at32 = (on32), .at64 = (on64), .size = (bytes)}
#define WORD32(what, on32, on64) {.kind = (what), .at32 = (on32), .at64 = (on64), .size = 4}
#define HANDLE(on32, on64) WORD32(FIELD_HANDLE, on32, on64)
#define POINTER(on32, on64) WORD32(FIELD_POINTER, on32, on64)
#define STATUS_CALL(on32, on64) WORD32(FIELD_STATUS, on32, on64)
#define INIT_CALL(on32, on64) WORD32(FIELD_INIT, on32, on64)
#define STRUCTS(on32, on64, count_on32, layout) \
    {.kind = FIELD_STRUCTS, .at32 = (on32), .at64 = (on64), .size = 4, .count_at = (count_on32), .of = &layout32_##layout}
#define STRUCT(on32, on64, layout) STRUCTS(on32, on64, 0, layout)
#define FORMS(...) {__VA_ARGS__}
#define LAYOUT32_FORMS(id, struct_name, on32, on64, forms, ...) \
    static const struct field32 id##_fields[] = {__VA_ARGS__}; \
    const struct layout32 layout32_##id = { \
        .name = #struct_name, .size32 = (on32), .size64 = (on64), .other_sizes = forms, \
        .fields = id##_fields, .field_count = sizeof(id##_fields) / sizeof(id##_fields[0]), \
    };
#define LAYOUT32(id, struct_name, on32, on64, ...) LAYOUT32_FORMS(id, struct_name, on32, on64, FORMS({0, 0}), __VA_ARGS__)

struct conversion {
    struct arena arena;
    bool failed;
};

/* Copy of count structs in the engine's layout; NULL for NULL, NULL and failed when memory is out. */
void *widen32(struct conversion *c, const struct layout32 *layout, const void *from32, uint32_t count);
/* What the engine changed goes back to the structs that widen32 read. */
void narrow32(const struct layout32 *layout, void *to32, const void *from64, uint32_t count);
const struct layout32 *layout32_by_letter(char letter);

/* Layout of a result by the family of the call and its level or size; NULL when it is the same in both. */
const struct layout32 *layout32_of_result(char family, uint32_t level, uint32_t size32);
/* Results that the engine allocated, changed in place: the 32-bit form is never longer. */
void instance_infos_in_place32(void *infos, uint32_t count);
void enum_columns_in_place32(void *columns, uint32_t count);

/* Index descriptions hold pointers into their own buffer: tail is what follows the struct, new_tail its copy in the program's. */
const struct layout32 *layout32_of_index_create(uint32_t level);
void index_create_result32(const struct layout32 *layout, uint8_t *to32, const uint8_t *wide, const uint8_t *tail,
                           uint8_t *new_tail, size_t tail_size);

/* JET_RECOVERYCONTROL as the program sees it, made of the engine's in the place that is given. */
struct recovery_control32 { uint32_t words[11]; };
void *recovery_control_to32(uint32_t snt, const void *control, struct recovery_control32 *to);

/* Engine-side functions that call the program's; NULL for NULL; NULL when too many different ones are in use. */
void *callback32_status(uint32_t user);
void *callback32_init(uint32_t user);
void *callback32_table(uint32_t user);
void *callback32_realloc(uint32_t user);
void *callback32_commit(uint32_t user);
uint32_t callback32_user(const void *function);         /* the program's own again; 0 when it is none of ours */

/* Nil is all ones in both widths; any other handle keeps its number, also with the highest bit set. */
static inline uint64_t handle_widen32(uint32_t handle) { return handle == UINT32_MAX ? UINT64_MAX : handle; }

extern const struct layout32 layout32_column_create;
extern const struct layout32 layout32_conditional_column;
extern const struct layout32 layout32_unicode_index2;
extern const struct layout32 layout32_index_create;
extern const struct layout32 layout32_index_create2;
extern const struct layout32 layout32_index_create3;
extern const struct layout32 layout32_table_create;
extern const struct layout32 layout32_table_create2;
extern const struct layout32 layout32_table_create3;
extern const struct layout32 layout32_table_create4;
extern const struct layout32 layout32_table_create5;
extern const struct layout32 layout32_temporary_table;
extern const struct layout32 layout32_temporary_table2;
extern const struct layout32 layout32_set_column;
extern const struct layout32 layout32_retrieve_column;
extern const struct layout32 layout32_enum_column_id;
extern const struct layout32 layout32_index_column;
extern const struct layout32 layout32_index_range2;
extern const struct layout32 layout32_column_list;
extern const struct layout32 layout32_index_list;
extern const struct layout32 layout32_object_list;
extern const struct layout32 layout32_record_list;
extern const struct layout32 layout32_index_range;
extern const struct layout32 layout32_index_id;
extern const struct layout32 layout32_session_info;
extern const struct layout32 layout32_log_info3;
extern const struct layout32 layout32_snapshot_info;
extern const struct layout32 layout32_thread_stats2;
extern const struct layout32 layout32_thread_stats3;
extern const struct layout32 layout32_thread_stats4;
extern const struct layout32 layout32_restore_map;
extern const struct layout32 layout32_database_param;
extern const struct layout32 layout32_restore_map2;
extern const struct layout32 layout32_restore_info;
extern const struct layout32 layout32_restore_info2;
extern const struct layout32 layout32_system_param;
extern const struct layout32 layout32_convert;
extern const struct layout32 layout32_database_util;
extern const struct layout32 layout32_control_log;
extern const struct layout32 layout32_control_path;
extern const struct layout32 layout32_control_undo;
extern const struct layout32 layout32_control_event;

#endif
