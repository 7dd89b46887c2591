/* A log record of any bytes: decoded or refused; what was decoded encodes to no more than was read, and can be described. */
#include <stdlib.h>
#include <string.h>

#include "format/log_records.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t out[65536 * 2];
    struct bytes left = bytes_of(data, size);
    struct log_record r;
    char text[400];
    size_t taken;

    while (left.size > 0 && lr_decode(left, &r, &taken) >= 0) {
        if (taken == 0 || taken > left.size)
            abort();
        lr_describe(&r, text, sizeof text);
        if (lr_size(&r) <= sizeof out)
            lr_encode(&r, out);
        if (r.type == LR_REPLACE_D)
            lr_diff_apply(bytes_of(data, size < 300 ? size : 300), r.u.replace.data, r.u.replace.wide_diff, out, sizeof out, &taken);
        lr_decode(left, &r, &taken);
        left.data += taken;
        left.size -= taken;
    }
    return 0;
}

size_t fuzz_seed(unsigned n, uint8_t *to, size_t room)
{
    struct log_record r;
    memset(&r, 0, sizeof r);
    if (n >= 128 * 2 || room < 4096)
        return 0;
    r.type = (uint8_t)(n / 2);
    if (lr_name(r.type) == NULL || r.type == LR_NOP) {
        to[0] = r.type;
        return 1;
    }
    memset(to, n & 1 ? 3 : 0, 700);                     /* sizes small, names in place: most kinds decode as they are */
    to[0] = r.type;
    return 700;
}
