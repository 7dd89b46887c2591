#include "format/key.h"

#include "os/collate.h"

enum {
    PREFIX_NULL = 0x00, PREFIX_ZERO_LENGTH = 0x40, PREFIX_DATA = 0x7F, PREFIX_NULL_HIGH = 0xC0,
    CHUNK = 8, CHUNK_STORED = 9, FULL_CHUNK = 9,
    LEGACY_TEXT_BYTES = 256
};

unsigned key_most_for_page(uint32_t page_size)
{
    return page_size <= 2048 ? 500 : page_size <= 4096 ? 1000 : KEY_BYTES_MAX;
}

/* Where a segment is written: size bytes used of room. The prefix byte is not part of it. */
struct body {
    uint8_t *at;
    size_t size, room;
    bool truncated;
};

static void body_put(struct body *b, struct bytes data)
{
    size_t size = data.size < b->room - b->size ? data.size : b->room - b->size;
    if (size != 0)
        memcpy(b->at + b->size, data.data, size);
    b->size += size;
    b->truncated = b->truncated || size < data.size;
}

/* ---- types of one size ---- */

static void put_reversed(struct body *b, struct bytes value, size_t size, uint8_t flip)
{
    uint8_t out[8];
    for (size_t i = 0; i < size; i++)
        out[i] = i < value.size ? value.data[size - 1 - i] : 0;
    out[0] ^= flip;
    body_put(b, bytes_of(out, size));
}

/* Negative numbers are complemented as a whole, so that larger magnitudes sort first. */
static void put_float(struct body *b, struct bytes value, size_t size)
{
    uint8_t out[8];
    for (size_t i = 0; i < size; i++)
        out[i] = value.data[size - 1 - i];
    if ((out[0] & 0x80) != 0) {
        for (size_t i = 0; i < size; i++)
            out[i] = (uint8_t)~out[i];
    } else {
        out[0] ^= 0x80;
    }
    body_put(b, bytes_of(out, size));
}

static void put_guid(struct body *b, struct bytes value, bool dotnet)
{
    static const uint8_t order[2][16] = {{10, 11, 12, 13, 14, 15, 8, 9, 6, 7, 4, 5, 0, 1, 2, 3},
                                         {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}};
    uint8_t out[16];
    for (size_t i = 0; i < 16; i++)
        out[i] = value.data[order[dotnet ? 1 : 0][i]];
    body_put(b, bytes_of(out, 16));
}

static size_t plain_size(enum column_type type)
{
    switch (type) {
    case COL_BIT:
    case COL_UBYTE:
        return 1;
    case COL_SHORT:
    case COL_USHORT:
        return 2;
    case COL_LONG:
    case COL_ULONG:
    case COL_FLOAT:
        return 4;
    case COL_CURRENCY:
    case COL_LONGLONG:
    case COL_ULONGLONG:
    case COL_DOUBLE:
    case COL_DATETIME:
        return 8;
    case COL_GUID:
        return 16;
    default:
        return 0;
    }
}

static void put_plain(struct body *b, const struct key_segment_rule *rule, struct bytes value)
{
    uint8_t bit;

    switch (rule->type) {
    case COL_BIT:
        bit = value.data[0] != 0 ? 0xFF : 0;
        body_put(b, bytes_of(&bit, 1));
        break;
    case COL_UBYTE:
        body_put(b, bytes_of(value.data, 1));
        break;
    case COL_USHORT:
    case COL_ULONG:
    case COL_ULONGLONG:
        put_reversed(b, value, plain_size(rule->type), 0);
        break;
    case COL_FLOAT:
    case COL_DOUBLE:
    case COL_DATETIME:
        put_float(b, value, plain_size(rule->type));
        break;
    case COL_GUID:
        put_guid(b, value, rule->dotnet_guid);
        break;
    default:
        put_reversed(b, value, plain_size(rule->type), 0x80);
        break;
    }
}

/* ---- binary ---- */

/* Chunks of 8 bytes, each followed by a marker: 9 when more comes, else how many bytes count. A segment cut exactly behind its
 * last chunk ends with 9 as well; room that holds no whole chunk takes raw bytes, padded with zeros. */
static void put_chunks(struct body *b, struct bytes value)
{
    size_t whole = (value.size + CHUNK - 1) / CHUNK * CHUNK_STORED;
    size_t size = whole < b->room ? whole : b->room;
    bool cut = whole > b->room;
    uint8_t *at = b->at;
    size_t rest;

    b->truncated = cut;
    b->size = size;
    for (; size >= CHUNK_STORED; size -= CHUNK_STORED) {
        size_t take = value.size < CHUNK ? value.size : CHUNK;
        memset(at, 0, CHUNK);
        memcpy(at, value.data, take);
        at[CHUNK] = (uint8_t)(value.size > CHUNK || (cut && take == CHUNK) ? FULL_CHUNK : take);
        at += CHUNK_STORED;
        value = bytes_of(value.data + take, value.size - take);
    }
    rest = value.size < size ? value.size : size;
    memset(at, 0, size);
    if (rest != 0)
        memcpy(at, value.data, rest);
}

/* ---- text ---- */

static uint8_t ascii_upper(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? (uint8_t)(c - 0x20) : c;
}

/* Text of code page 1252, up to its first NUL. When it does not fit, the last byte of the room is the next character less 0x20,
 * whatever it is: keys on disk are made that way. */
static void put_ascii(struct body *b, struct bytes text)
{
    const uint8_t *nul = text.size != 0 ? memchr(text.data, 0, text.size) : NULL;
    size_t length = nul != NULL ? (size_t)(nul - text.data) : text.size;
    size_t take;

    if (b->room == 0) {
        b->truncated = true;
        return;
    }
    take = length < b->room ? length : b->room - 1;
    for (size_t i = 0; i < take; i++)
        b->at[i] = ascii_upper(text.data[i]);
    if (length < b->room) {
        b->at[take] = 0;
    } else {
        b->at[take] = (uint8_t)(text.data[take] - 0x20);
        b->truncated = true;
    }
    b->size = take + 1;
}

static ese_err put_unicode(struct body *b, const struct key_segment_rule *rule, struct bytes text)
{
    ese_err err = JET_errSuccess;
    bool whole = true;

    if (rule->collation == NULL)
        FAIL(JET_errInvalidLanguageId);
    TRY(collate_key(rule->collation, text, b->at, b->room, &b->size, &whole));
    b->truncated = !whole;
done:
    return err;
}

static ese_err put_text(struct body *b, const struct key_segment_rule *rule, struct bytes text)
{
    ese_err err = JET_errSuccess;

    if (rule->code_page == 1200)
        text.size &= ~(size_t)1;
    if (rule->legacy_255 && text.size > LEGACY_TEXT_BYTES)
        text.size = LEGACY_TEXT_BYTES;
    if (rule->code_page == 1200)
        TRY(put_unicode(b, rule, text));
    else
        put_ascii(b, text);
done:
    return err;
}

/* ---- segments ---- */

static bool is_variable(enum column_type type)
{
    return type == COL_BINARY || type == COL_TEXT || type == COL_LONG_BINARY || type == COL_LONG_TEXT;
}

static ese_err put_value(struct body *b, const struct key_segment_rule *rule, struct bytes value)
{
    ese_err err = JET_errSuccess;

    switch (rule->type) {
    case COL_BINARY:
    case COL_LONG_BINARY:
        if (rule->fixed)
            body_put(b, value);
        else
            put_chunks(b, value);
        break;
    case COL_TEXT:
    case COL_LONG_TEXT:
        TRY(put_text(b, rule, value));
        break;
    default:
        if (plain_size(rule->type) == 0)
            FAIL(JET_errInvalidParameter);
        if (value.size < plain_size(rule->type))
            FAIL(JET_errDatabaseCorrupted);
        put_plain(b, rule, value);
        break;
    }
done:
    return err;
}

ese_err key_append_segment(uint8_t *key, size_t most, size_t *used, const struct key_segment_rule *rule, bool is_null, struct bytes value,
                           bool *truncated)
{
    ese_err err = JET_errSuccess;
    size_t room = most - *used;
    uint8_t *at = key + *used;
    bool capped = is_variable(rule->type) && rule->segment_max != 0 && rule->segment_max < most && rule->segment_max < room;
    struct body body = {at + 1, 0, 0, false};

    if (room == 0) {
        *truncated = true;
        goto done;
    }
    body.room = (capped ? rule->segment_max : room) - 1;
    if (is_null)
        at[0] = rule->nulls_high ? PREFIX_NULL_HIGH : PREFIX_NULL;
    else if (value.size == 0)
        at[0] = is_variable(rule->type) ? PREFIX_ZERO_LENGTH : rule->nulls_high ? PREFIX_NULL_HIGH : PREFIX_NULL;
    else {
        at[0] = PREFIX_DATA;
        TRY(put_value(&body, rule, value));
    }
    for (size_t i = 0; rule->descending && i < body.size + 1; i++)
        at[i] = (uint8_t)~at[i];
    *used += body.size + 1;
    if (body.truncated && !capped)
        *truncated = true;
done:
    if (err >= 0 && *truncated && rule->no_truncation)
        err = err_raise(JET_errKeyTruncated, __func__, __LINE__);
    return err;
}
