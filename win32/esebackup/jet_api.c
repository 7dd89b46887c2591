#include "jet_api.h"

#include <stdlib.h>
#include <string.h>

size_t wide_length(const wide_unit *wide)
{
    size_t n = 0;
    while (wide[n] != 0)
        n++;
    return n;
}

/* One code point of UTF-8; damaged bytes come out as U+FFFD one by one. */
static uint32_t next_point(const unsigned char **at)
{
    const unsigned char *p = *at;
    unsigned more = p[0] < 0x80 ? 0 : (p[0] & 0xE0) == 0xC0 ? 1 : (p[0] & 0xF0) == 0xE0 ? 2 : (p[0] & 0xF8) == 0xF0 ? 3 : 4;
    uint32_t point = more == 0 ? p[0] : more == 4 ? 0xFFFD : (uint32_t)(p[0] & (0x3F >> more));
    if (more == 4)
        more = 0;
    for (unsigned i = 1; i <= more; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            *at = p + 1;
            return 0xFFFD;
        }
        point = point << 6 | (p[i] & 0x3F);
    }
    *at = p + 1 + more;
    return point;
}

wide_unit *wide_of(const char *utf8)
{
    const unsigned char *at = (const unsigned char *)utf8;
    wide_unit *out;
    size_t n = 0;
    if (utf8 == NULL)
        return NULL;
    out = calloc(strlen(utf8) + 1, sizeof *out);
    if (out == NULL)
        return NULL;
    while (*at != 0) {
        uint32_t point = next_point(&at);
        if (point >= 0x10000) {
            out[n++] = (wide_unit)(0xD800 + ((point - 0x10000) >> 10));
            out[n++] = (wide_unit)(0xDC00 + ((point - 0x10000) & 0x3FF));
        } else {
            out[n++] = (wide_unit)point;
        }
    }
    return out;
}

static size_t put_point(char *to, uint32_t point)
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        to[0] = (char)(0xC0 | point >> 6);
        to[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        to[0] = (char)(0xE0 | point >> 12);
        to[1] = (char)(0x80 | (point >> 6 & 0x3F));
        to[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | point >> 18);
    to[1] = (char)(0x80 | (point >> 12 & 0x3F));
    to[2] = (char)(0x80 | (point >> 6 & 0x3F));
    to[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

char *narrow_of(const wide_unit *wide, size_t count)
{
    char *out;
    size_t n = 0;
    if (wide == NULL)
        return NULL;
    if (count == SIZE_MAX)
        count = wide_length(wide);
    out = calloc(count * 3 + 1, 1);
    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        uint32_t point = wide[i];
        if (point >= 0xD800 && point < 0xDC00 && i + 1 < count && wide[i + 1] >= 0xDC00 && wide[i + 1] < 0xE000) {
            point = 0x10000 + ((point - 0xD800) << 10) + ((uint32_t)wide[i + 1] - 0xDC00);
            i++;
        }
        n += put_point(out + n, point);
    }
    return out;
}
