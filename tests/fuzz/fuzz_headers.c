/* Headers of databases, logs and checkpoints, and attach lists, of any bytes. */
#include <stdlib.h>
#include <string.h>

#include "format/db_header.h"
#include "format/log_file.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[8192];
    static struct attach_info list[8];
    unsigned count = 0;
    const struct log_header *log = (const void *)bytes;
    const struct checkpoint_file *checkpoint = (const void *)bytes;

    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, data, size < sizeof bytes ? size : sizeof bytes);
    db_header_check(bytes, 4096, 0);
    db_header_check(bytes, 8192, 4096);
    if (log_header_check(log) >= 0)
        attach_list_decode(log->attach_list, list, 8, &count);
    if (checkpoint_check(checkpoint) >= 0)
        attach_list_decode(checkpoint->attach_list, list, 8, &count);
    attach_list_decode(bytes + size % 4096, list, 8, &count);
    attach_list_decode(bytes, list, 1, &count);
    return 0;
}

size_t fuzz_seed(unsigned n, uint8_t *to, size_t room)
{
    static struct attach_info list[2];
    if (n > 2 || room < 8192)
        return 0;
    memset(to, 0, 8192);
    for (unsigned k = 0; k < 2; k++) {
        list[k].dbid = (uint8_t)(k + 1);
        strcpy(list[k].path, k == 0 ? "/data/one.edb" : "C:\\data\\two.edb");
    }
    if (n == 0) {
        struct db_header *h = (void *)to;
        le32_set(&h->magic, 0x89ABCDEF);
        le32_set(&h->version, DB_VERSION);
        le32_set(&h->page_size, 4096);
        db_header_seal(to, 4096);
        return 4096;
    }
    if (n == 1) {
        struct log_header *h = (void *)to;
        le32_set(&h->major, LOG_MAJOR);
        le32_set(&h->minor, LOG_MINOR);
        le16_set(&h->sector_bytes, 4096);
        le32_set(&h->file_type, FILE_LOG);
        attach_list_encode(h->attach_list, list, 2);
        log_header_seal(h);
        return 4096;
    }
    attach_list_encode(to, list, 2);
    return ATTACH_LIST_BYTES;
}
