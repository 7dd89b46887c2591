#include "admin/db_attach.h"

/* Next code point of UTF-8, surrogates allowed; malformed bytes are taken as Latin-1, since old ANSI names come this way. */
static uint32_t utf8_next(const uint8_t **at)
{
    const uint8_t *p = *at;
    uint32_t c = p[0];
    unsigned more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    uint32_t value = more == 0 ? c : c & (0x3Fu >> more);
    for (unsigned i = 1; i <= more; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            *at = p + 1;
            return c;
        }
        value = value << 6 | (p[i] & 0x3Fu);
    }
    *at = p + 1 + more;
    return value;
}

size_t db_path_encode(const char *path, uint8_t *to, size_t room)
{
    const uint8_t *at = (const uint8_t *)path;
    size_t used = 0;
    for (;;) {
        uint32_t c = *at != 0 ? utf8_next(&at) : 0;
        if (used + 4 > room)
            return 0;
        if (c >= 0x10000) {
            store_le16(to + used, (uint16_t)(0xD800 + ((c - 0x10000) >> 10)));
            used += 2;
            c = 0xDC00 + (c & 0x3FF);
        }
        store_le16(to + used, (uint16_t)c);
        used += 2;
        if (c == 0)
            return used;
    }
}

static size_t utf8_put(uint32_t c, char *to)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xC0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xE0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3F));
        to[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3F));
    to[2] = (char)(0x80 | (c >> 6 & 0x3F));
    to[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

bool db_path_decode(struct bytes path, bool unicode, char *out, size_t room)
{
    size_t width = unicode ? 2 : 1, used = 0;
    for (size_t i = 0; i + width <= path.size; i += width) {
        uint32_t c = unicode ? load_le16(path.data + i) : path.data[i];
        if (c == 0)
            break;
        if (unicode && c >= 0xD800 && c < 0xDC00 && i + 4 <= path.size) {
            uint32_t low = load_le16(path.data + i + 2);
            if (low >= 0xDC00 && low < 0xE000) {
                c = 0x10000 + ((c - 0xD800) << 10 | (low - 0xDC00));
                i += 2;
            }
        }
        if (used + 5 > room)
            return false;
        used += utf8_put(c, out + used);
    }
    if (used >= room)
        return false;
    out[used] = 0;
    return used != 0;
}
