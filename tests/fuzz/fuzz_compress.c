/* A compressed blob of any bytes: decompressed into too little, enough and no room; what compresses must come back. */
#include <stdlib.h>
#include <string.h>

#include "format/compress.h"
#include "format/log_records.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t out[70000], again[70000];
    struct bytes blob = bytes_of(data, size);
    size_t full, packed;

    if (decompress_size(blob, &full) >= 0)
        decompress_value(blob, out, full < 17 ? full : 17, &full);
    decompress_value(blob, out, sizeof out, &full);
    if (size > 0 && size < 60000) {
        packed = compress_value(blob, COMPRESS_7BIT | COMPRESS_XPRESS, out, sizeof out);
        if (packed != 0 && (decompress_value(bytes_of(out, packed), again, sizeof again, &full) < 0 || full != size ||
                            memcmp(again, data, size) != 0))
            abort();
    }
    lr_image_restore(blob, IMAGE_DEHYDRATED, out, 4096);
    lr_image_restore(blob, IMAGE_DEHYDRATED | IMAGE_XPRESS, out, 4096);
    return 0;
}

size_t fuzz_seed(unsigned n, uint8_t *to, size_t room)
{
    uint8_t plain[2000];
    if (n > 5)
        return 0;
    for (size_t k = 0; k < sizeof plain; k++)
        plain[k] = (uint8_t)(n == 0 ? 'a' + k % 26 : n == 1 ? (k & 1 ? 0 : 'a' + k % 20) : n == 2 ? (k * k) >> 5 : k / 7);
    if (n > 3) {
        memcpy(to, plain, sizeof plain);
        return sizeof plain;
    }
    return compress_value(bytes_of(plain, sizeof plain), n < 2 ? COMPRESS_7BIT : COMPRESS_XPRESS, to, room);
}
