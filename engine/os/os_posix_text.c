/*
 * Narrow text of callers on a POSIX system is UTF-8; lone surrogates are kept as three bytes, damaged bytes become U+FFFD.
 */
#include "os/os.h"

static uint32_t next_point(const uint8_t *text, size_t bytes, size_t *at)
{
    uint8_t lead = text[(*at)++];
    unsigned more = lead < 0x80 ? 0 : (lead & 0xE0) == 0xC0 ? 1 : (lead & 0xF0) == 0xE0 ? 2 : (lead & 0xF8) == 0xF0 ? 3 : 4;
    uint32_t point = lead & (0x3Fu >> more);

    if (more == 0)
        return lead;
    if (more == 4 || *at + more > bytes)
        return 0xFFFD;
    for (unsigned i = 0; i < more; i++) {
        if ((text[*at + i] & 0xC0) != 0x80)
            return 0xFFFD;
        point = point << 6 | (text[*at + i] & 0x3Fu);
    }
    *at += more;
    return point < 0x110000 ? point : 0xFFFD;
}

static void put_unit(uint16_t *to, size_t room, size_t *used, uint32_t unit)
{
    if (*used < room)
        to[*used] = (uint16_t)unit;
    ++*used;
}

size_t os_ansi_to_wide(const char *text, size_t bytes, uint16_t *to, size_t room)
{
    size_t used = 0, at = 0;
    while (at < bytes) {
        uint32_t c = next_point((const uint8_t *)text, bytes, &at);
        if (c >= 0x10000) {
            put_unit(to, room, &used, 0xD800 + ((c - 0x10000) >> 10));
            c = 0xDC00 + ((c - 0x10000) & 0x3FF);
        }
        put_unit(to, room, &used, c);
    }
    return used;
}

static unsigned encode(uint32_t c, char out[4])
{
    static const uint8_t leads[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    unsigned n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (unsigned i = n; i-- > 1; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(leads[n == 1 ? 0 : n] | c);
    return n;
}

size_t os_wide_to_ansi(const uint16_t *text, size_t units, char *to, size_t room)
{
    size_t used = 0, at = 0;
    while (at < units) {
        uint32_t c = text[at++];
        char out[4];
        unsigned n;
        if (c >= 0xD800 && c < 0xDC00 && at < units && text[at] >= 0xDC00 && text[at] < 0xE000)
            c = 0x10000 + ((c - 0xD800) << 10) + (text[at++] - 0xDC00u);
        n = encode(c, out);
        for (unsigned i = 0; i < n; i++, used++)
            if (used < room)
                to[used] = out[i];
    }
    return used;
}
