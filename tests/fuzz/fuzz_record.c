/* Record data of any bytes, as small and as large page form: checked, every column asked for, edited. */
#include <stdlib.h>
#include <string.h>

#include "format/record.h"
#include "fuzz.h"

enum { ROOM = 9000 };

static struct fixed_layout layout(const void *schema, unsigned fid, struct bytes *default_value, bool *has_default)
{
    (void)schema;
    *default_value = BYTES_NONE;
    *has_default = false;
    return (struct fixed_layout){(uint16_t)(4 + (fid - 1) * 4), 4};
}

static void read_all(struct bytes record, bool large)
{
    enum value_state state;
    struct tagged_value tagged;
    struct bytes value;
    unsigned count, fid;
    bool derived;

    for (fid = 1; fid <= 20; fid++)
        record_get_fixed(record, fid, layout(NULL, fid, &value, &derived), &state, &value);
    for (fid = 128; fid <= 140; fid++)
        record_get_var(record, fid, &state, &value);
    for (fid = 256; fid <= 262; fid++)
        for (unsigned itag = 0; itag <= 3; itag++)
            record_get_tagged(record, large, fid, false, itag, &state, &count, &tagged);
    for (unsigned n = 0; n < 10 && record_tagged_at(record, large, n, &fid, &derived, &count); n++)
        record_get_tagged(record, large, fid, derived, 1, &state, &count, &tagged);
}

static void edit(struct bytes record, bool large)
{
    static uint8_t memory[ROOM * 2];
    struct record_edit e;
    struct tagged_value value = {bytes_of("tagged value", 12), false, false, false};

    record_edit_start(&e, memory, ROOM, large);
    record_edit_load(&e, record);
    record_set_fixed(&e, 3, NULL, layout, false, bytes_of("abcd", 4));
    record_set_tagged(&e, 257, false, true, 1, &value, false);
    record_set_tagged(&e, 257, false, true, 0, &value, false);
    record_set_tagged(&e, 256, false, true, 1, NULL, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes record = bytes_of(data, size < 4000 ? size : 4000);
    for (int large = 0; large < 2; large++) {
        read_all(record, large != 0);
        if (record_check(record, large != 0) >= 0)
            edit(record, large != 0);
    }
    return 0;
}

size_t fuzz_seed(unsigned n, uint8_t *to, size_t room)
{
    static uint8_t memory[ROOM * 2];
    struct record_edit e;
    struct tagged_value value = {bytes_of("a tagged value of some length", 29), false, false, false};
    if (n > 3 || room < ROOM)
        return 0;
    record_edit_start(&e, memory, ROOM, n >= 2);
    for (unsigned fid = 1; fid <= 5; fid++)
        record_set_fixed(&e, fid, NULL, layout, fid == 3, bytes_of("1234", 4));
    for (unsigned k = 0; k < 4; k++)
        record_set_tagged(&e, 256 + k, false, (n & 1) != 0, 0, &value, false);
    record_set_tagged(&e, 257, false, (n & 1) != 0, 0, &value, false);
    memcpy(to, e.at, e.size);
    return e.size;
}
