#include "format/db_header.h"

#include <string.h>

#include "format/checksum.h"
#include "os/os.h"

void db_header_seal(uint8_t *header_page, size_t page_size)
{
    store_le32(header_page, checksum_header(header_page, page_size));
}

ese_err db_header_check(const uint8_t *header_page, size_t page_size, size_t expect_size)
{
    ese_err err = JET_errSuccess;
    const struct db_header *h = (const struct db_header *)header_page;
    uint32_t stored_size = le32_get(&h->page_size);

    if (stored_size == 0)                               /* very old files do not say */
        stored_size = 4096;
    if (checksum_header(header_page, page_size) != le32_get(&h->checksum))
        FAIL(JET_errReadVerifyFailure);
    if (le32_get(&h->magic) != (uint32_t)DB_MAGIC)
        FAIL(JET_errDatabaseCorrupted);
    if (stored_size != page_size)
        FAIL(JET_errPageSizeMismatch);
    if (expect_size != 0 && stored_size != expect_size)
        FAIL(JET_errPageSizeMismatch);
    if (le32_get(&h->version) != DB_VERSION)
        FAIL(JET_errInvalidDatabaseVersion);
done:
    return err;
}

void db_header_clear_backups(struct db_header *h)
{
    struct disk_bkinfo *const fields[] = {&h->full_prev, &h->inc_prev, &h->full_cur, &h->copy_prev, &h->diff_prev, &h->snapshot_cur};
    le32 *const types[] = {&h->full_prev_type, &h->inc_prev_type, &h->copy_prev_type, &h->diff_prev_type};

    for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++)
        memset(fields[i], 0, sizeof *fields[i]);
    for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++)
        le32_set(types[i], 0);
}

/* Milliseconds are spread over the two last bytes: 7 bits beside the UTC bit, 3 bits beside the snapshot bit. */
void logtime_now(struct logtime *t)
{
    struct os_calendar now;

    os_clock_calendar(&now);
    t->b[0] = (uint8_t)now.second;
    t->b[1] = (uint8_t)now.minute;
    t->b[2] = (uint8_t)now.hour;
    t->b[3] = (uint8_t)now.day;
    t->b[4] = (uint8_t)now.month;
    t->b[5] = (uint8_t)(now.year - 1900);
    t->b[6] = (uint8_t)(1u | (unsigned)(now.millisecond & 0x7F) << 1);
    t->b[7] = (uint8_t)((unsigned)now.millisecond >> 7 << 1);
}

void signature_make(struct signature *s)
{
    struct logtime now;

    memset(s, 0, sizeof *s);
    do
        os_random(s->b, 4);
    while (load_le32(s->b) == 0);
    logtime_now(&now);
    memcpy(s->b + 4, now.b, sizeof now.b);
}

bool signature_equal(const struct signature *a, const struct signature *b)
{
    return memcmp(a->b, b->b, sizeof a->b) == 0;
}

bool signature_is_zero(const struct signature *s)
{
    static const struct signature zero;

    return signature_equal(s, &zero);
}
