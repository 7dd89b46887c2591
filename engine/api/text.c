#include "api/text.h"

size_t text_length(const JET_WCHAR *text)
{
    size_t n = 0;
    while (text[n] != 0)
        n++;
    return n;
}

/* One code point from UTF-16; a surrogate without its partner stands for itself. */
static uint32_t next_utf16(const JET_WCHAR *text, size_t units, size_t *at)
{
    uint32_t c = text[(*at)++];
    if (c >= 0xD800 && c < 0xDC00 && *at < units && text[*at] >= 0xDC00 && text[*at] < 0xE000)
        c = 0x10000 + ((c - 0xD800) << 10) + (text[(*at)++] - 0xDC00u);
    return c;
}

static size_t put_utf8(uint32_t c, uint8_t *to)
{
    if (c < 0x80) {
        to[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (uint8_t)(0xC0 | c >> 6);
        to[1] = (uint8_t)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (uint8_t)(0xE0 | c >> 12);
        to[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        to[2] = (uint8_t)(0x80 | (c & 0x3F));
        return 3;
    }
    to[0] = (uint8_t)(0xF0 | c >> 18);
    to[1] = (uint8_t)(0x80 | (c >> 12 & 0x3F));
    to[2] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
    to[3] = (uint8_t)(0x80 | (c & 0x3F));
    return 4;
}

size_t text_to_utf8(const JET_WCHAR *text, size_t units, char *to, size_t room)
{
    size_t used = 0, at = 0;
    while (at < units) {
        uint8_t one[4];
        size_t n = put_utf8(next_utf16(text, units, &at), one);
        if (used + n + 1 > room)
            return SIZE_MAX;
        memcpy(to + used, one, n);
        used += n;
    }
    if (used + 1 > room)
        return SIZE_MAX;
    to[used] = '\0';
    return used;
}

/* One code point from UTF-8; a byte that fits nowhere stands for itself. */
static uint32_t next_utf8(const uint8_t *text, size_t bytes, size_t *at)
{
    uint32_t c = text[(*at)++];
    unsigned more = c >= 0xF0 && c < 0xF8 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    uint32_t value = more == 3 ? c & 7 : more == 2 ? c & 15 : c & 31;
    if (c < 0xC0 || c >= 0xF8 || *at + more > bytes)
        return c;
    for (unsigned i = 0; i < more; i++) {
        if ((text[*at + i] & 0xC0) != 0x80)
            return c;
        value = value << 6 | (text[*at + i] & 0x3Fu);
    }
    *at += more;
    return value;
}

size_t text_to_utf16(const char *text, size_t bytes, JET_WCHAR *to, size_t room)
{
    size_t used = 0, at = 0;
    while (at < bytes) {
        uint32_t c = next_utf8((const uint8_t *)text, bytes, &at);
        JET_WCHAR pair[2] = {(JET_WCHAR)c, 0};
        unsigned n = 1;
        if (c >= 0x10000) {
            pair[0] = (JET_WCHAR)(0xD800 + ((c - 0x10000) >> 10));
            pair[1] = (JET_WCHAR)(0xDC00 + ((c - 0x10000) & 0x3FF));
            n = 2;
        }
        for (unsigned i = 0; i < n; i++, used++)
            if (used < room)
                to[used] = pair[i];
    }
    return used;
}

char *text_copy_utf8(const JET_WCHAR *text)
{
    size_t units = text_length(text);
    size_t room = units * 3 + 1;
    char *copy = ese_alloc(room);
    if (copy != NULL)
        text_to_utf8(text, units, copy, room);
    return copy;
}

JET_WCHAR *text_copy_utf16(const char *text)
{
    size_t bytes = strlen(text);
    size_t units = text_to_utf16(text, bytes, NULL, 0);
    JET_WCHAR *copy = ese_alloc((units + 1) * sizeof *copy);
    if (copy != NULL)
        text_to_utf16(text, bytes, copy, units);
    return copy;
}

ese_err text_path(const JET_WCHAR *text, char *to, size_t room)
{
    if (text == NULL) {
        to[0] = '\0';
        return 0;
    }
    if (text_to_utf8(text, text_length(text), to, room) == SIZE_MAX)
        return err_raise(JET_errInvalidPath, __func__, __LINE__);
    return 0;
}

ese_err text_name(const JET_WCHAR *text, char *to, size_t room)
{
    ese_err err = 0;
    size_t units;
    if (text == NULL || text[0] == 0 || text[0] == ' ')
        FAIL(JET_errInvalidName);
    units = text_length(text);
    while (units > 0 && text[units - 1] == ' ')
        units--;
    if (units == 0 || units > JET_cbNameMost)
        FAIL(JET_errInvalidName);
    for (size_t i = 0; i < units; i++)
        if (text[i] < 0x20 || text[i] == '!' || text[i] == '.' || text[i] == '[' || text[i] == ']')
            FAIL(JET_errInvalidName);
    if (text_to_utf8(text, units, to, room) == SIZE_MAX)
        FAIL(JET_errInvalidName);
done:
    return err;
}

ese_err text_give(const char *text, JET_WCHAR *to, size_t room_bytes)
{
    size_t bytes = strlen(text);
    size_t room = room_bytes / sizeof(JET_WCHAR);
    size_t units = text_to_utf16(text, bytes, NULL, 0);
    if (units + 1 > room || to == NULL)
        return err_raise(JET_errBufferTooSmall, __func__, __LINE__);
    text_to_utf16(text, bytes, to, units);
    to[units] = 0;
    return 0;
}
