/* A page of any bytes: judged; when it is judged good every accessor and every change must be safe on it. */
#include <stdlib.h>
#include <string.h>

#include "format/checksum.h"
#include "format/page.h"
#include "fuzz.h"

enum { PAGE_BYTES = 4096 };

static void use(struct page p)
{
    uint8_t key[64];
    struct bytes probe = bytes_of("probe", 5);
    unsigned count = page_slot_count(p), slot;
    bool equal;

    for (unsigned n = 0; n < count; n++) {
        struct node node = page_node(p, n);
        node_copy_key(&node, key, sizeof key);
        node_compare_key(&node, probe);
        page_child(p, n);
    }
    slot = page_is_leaf(p) ? page_search(p, probe, &equal) : page_search_greater(p, probe);
    if (page_has_room(p, page_stored_size(p, probe, probe))) {
        page_insert(p, slot, probe, probe, 0);
        if (page_has_room_to_grow(p, slot, 40))
            page_replace_data(p, slot, bytes_of("0123456789012345678901234567890123456789", 40));
        page_remove(p, slot);
    }
    page_compact(p);
    if (page_check(p, NULL) < 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[PAGE_BYTES];
    struct page p = {bytes, PAGE_BYTES};
    const char *fault = NULL;

    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, data, size < sizeof bytes ? size : sizeof bytes);
    checksum_page_look(bytes, sizeof bytes, 5);
    if (page_check(p, &fault) >= 0 && page_slot_count(p) > 0)
        use(p);
    return 0;
}

size_t fuzz_seed(unsigned n, uint8_t *to, size_t room)
{
    struct page p = {to, PAGE_BYTES};
    if (n > 3 || room < PAGE_BYTES)
        return 0;
    page_init(p, 5, 7, PAGE_LEAF | PAGE_NEW_RECORD_FORMAT, (dbtime){9});
    if (n & 1)
        page_set_external(p, bytes_of("prefix of keys", 14));
    for (unsigned k = 0; k < (n < 2 ? 5u : 60u); k++) {
        uint8_t key[24];
        memcpy(key, "prefix of keys 00", 17);
        key[15] = (uint8_t)('0' + k / 10);
        key[16] = (uint8_t)('0' + k % 10);
        page_insert(p, k, bytes_of(key, 17), bytes_of("some data of a record", k % 21), k % 4);
    }
    return PAGE_BYTES;
}
