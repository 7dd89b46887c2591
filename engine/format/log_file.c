#include "format/log_file.h"

#include <stdio.h>
#include <string.h>

#include "format/checksum.h"

enum { ATTACH_FIXED = 64, ATTACH_UNICODE = 0x20, GENERATION_SHORT_MAX = 0xFFFFF };

/* One database in a list, before its path. */
struct disk_attach {
    uint8_t dbid, flags;                                /*  0 */
    le16 path_bytes;                                    /*  2 */
    le64 time;                                          /*  4 */
    le32 objid_last, cpg_max;                           /* 12 */
    struct disk_lgpos attach, consistent;               /* 20 */
    struct signature sign_db;                           /* 36 */
};
static_assert(sizeof(struct disk_attach) == ATTACH_FIXED, "ATTACHINFO");

/* ---- paths ---- */

/* One code point of UTF-8; a byte that fits nowhere stands for itself. */
static uint32_t utf8_next(const char **at)
{
    const uint8_t *p = (const uint8_t *)*at;
    unsigned more = p[0] >= 0xF0 && p[0] < 0xF8 ? 3 : p[0] >= 0xE0 ? 2 : p[0] >= 0xC0 ? 1 : 0;
    uint32_t c = p[0];

    (*at)++;
    if (more == 0 || p[0] >= 0xF8)
        return c;
    c &= 0x3Fu >> more;
    for (unsigned i = 1; i <= more; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return p[0];
        c = c << 6 | (p[i] & 0x3Fu);
    }
    *at += more;
    return c;
}

static size_t utf8_put(uint32_t c, char *to)
{
    unsigned more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

    to[0] = (char)(more == 0 ? c : (0xFFu << (7 - more) & 0xFF) | c >> 6 * more);
    for (unsigned i = 1; i <= more; i++)
        to[i] = (char)(0x80 | (c >> 6 * (more - i) & 0x3F));
    return more + 1;
}

size_t disk_path_encode(const char *path, uint8_t *to, size_t room)
{
    size_t used = 0;
    uint32_t c;

    do {
        c = *path != '\0' ? utf8_next(&path) : 0;
        if (used + (c >= 0x10000 ? 4u : 2u) > room)
            return 0;
        if (c >= 0x10000) {
            store_le16(to + used, (uint16_t)(0xD7C0 + (c >> 10)));
            used += 2;
            c = 0xDC00 | (c & 0x3FF);
        }
        store_le16(to + used, (uint16_t)c);
        used += 2;
    } while (c != 0);
    return used;
}

bool disk_path_decode(struct bytes from, bool unicode, char *to, size_t room)
{
    struct reader r = reader_of(from);
    size_t used = 0, unit = unicode ? 2 : 1;

    while (r.left >= unit) {
        char bytes[4];
        size_t size;
        uint32_t c = unicode ? reader_u16(&r) : reader_u8(&r);
        if (c == 0)
            break;
        if (unicode && c >= 0xD800 && c < 0xDC00 && r.left >= 2 && load_le16(r.at) >= 0xDC00 && load_le16(r.at) < 0xE000)
            c = 0x10000 + ((c - 0xD800) << 10) + (reader_u16(&r) - 0xDC00u);
        size = utf8_put(c, bytes);
        if (used + size >= room)
            return false;
        memcpy(to + used, bytes, size);
        used += size;
    }
    if (used >= room)
        return false;
    to[used] = '\0';
    return true;
}

/* ---- attach lists ---- */

ese_err attach_list_decode(const uint8_t list[ATTACH_LIST_BYTES], struct attach_info *out, unsigned room, unsigned *count)
{
    ese_err err = JET_errSuccess;
    struct reader r = reader_of(bytes_of(list, ATTACH_LIST_BYTES));

    *count = 0;
    while (r.left != 0 && r.at[0] != 0) {
        const struct disk_attach *d = (const struct disk_attach *)reader_take(&r, sizeof *d);
        struct attach_info *info = out + *count;
        struct bytes path;

        if (d == NULL)
            FAIL(JET_errLogFileCorrupt);
        path = reader_bytes(&r, le16_get(&d->path_bytes));
        if (r.bad)
            FAIL(JET_errLogFileCorrupt);
        if (*count == room)
            FAIL(JET_errBufferTooSmall);
        info->dbid = d->dbid;
        info->flags = d->flags;
        info->time = (dbtime){le64_get(&d->time)};
        info->objid_last = le32_get(&d->objid_last);
        info->cpg_max = le32_get(&d->cpg_max);
        info->attach = disk_lgpos_get(&d->attach);
        info->consistent = disk_lgpos_get(&d->consistent);
        info->sign_db = d->sign_db;
        if (!disk_path_decode(path, (d->flags & ATTACH_UNICODE) != 0, info->path, sizeof info->path))
            FAIL(JET_errLogFileCorrupt);
        (*count)++;
    }
done:
    return err;
}

ese_err attach_list_encode(uint8_t list[ATTACH_LIST_BYTES], const struct attach_info *in, unsigned count)
{
    ese_err err = JET_errSuccess;
    size_t used = 0;

    memset(list, 0, ATTACH_LIST_BYTES);
    for (unsigned i = 0; i < count; i++) {
        struct disk_attach *d = (struct disk_attach *)(list + used);
        size_t path;

        if (used + ATTACH_FIXED >= ATTACH_LIST_BYTES)
            FAIL(JET_errBufferTooSmall);
        /* The byte behind the last entry must stay zero: it ends the list. */
        path = disk_path_encode(in[i].path, list + used + ATTACH_FIXED, ATTACH_LIST_BYTES - 1 - used - ATTACH_FIXED);
        if (path == 0)
            FAIL(JET_errBufferTooSmall);
        d->dbid = in[i].dbid;
        d->flags = in[i].flags | ATTACH_UNICODE;
        le16_set(&d->path_bytes, (uint16_t)path);
        le64_set(&d->time, in[i].time.v);
        le32_set(&d->objid_last, in[i].objid_last);
        le32_set(&d->cpg_max, in[i].cpg_max);
        disk_lgpos_set(&d->attach, in[i].attach);
        disk_lgpos_set(&d->consistent, in[i].consistent);
        d->sign_db = in[i].sign_db;
        used += ATTACH_FIXED + path;
    }
done:
    return err;
}

/* ---- headers ---- */

ese_err log_header_check(const struct log_header *h)
{
    ese_err err = JET_errSuccess;

    if (checksum_header((const uint8_t *)h, sizeof *h) != le32_get(&h->checksum))
        FAIL(JET_errLogFileCorrupt);
    if (le32_get(&h->major) != LOG_MAJOR)
        FAIL(JET_errBadLogVersion);
    if (le32_get(&h->file_type) != FILE_LOG || le32_get(&h->generation) == 0 || le16_get(&h->sector_bytes) != LOG_SEGMENT_BYTES)
        FAIL(JET_errLogFileCorrupt);
done:
    return err;
}

void log_header_seal(struct log_header *h) { le32_set(&h->checksum, checksum_header((const uint8_t *)h, sizeof *h)); }

ese_err checkpoint_check(const struct checkpoint_file *c)
{
    ese_err err = JET_errSuccess;

    if (checksum_header((const uint8_t *)c, sizeof *c) != le32_get(&c->checksum))
        FAIL(JET_errCheckpointCorrupt);
    /* Engines up to Windows 7 left the file type zero. */
    if (le32_get(&c->file_type) != FILE_CHECKPOINT && le32_get(&c->file_type) != 0)
        FAIL(JET_errCheckpointCorrupt);
done:
    return err;
}

void checkpoint_seal(struct checkpoint_file *c) { le32_set(&c->checksum, checksum_header((const uint8_t *)c, sizeof *c)); }

/* ---- names ---- */

bool log_file_name(char *out, size_t room, const char *base, uint32_t generation, const char *ext)
{
    int size;

    if (generation == 0)
        size = snprintf(out, room, "%s.%s", base, ext);
    else
        size = snprintf(out, room, generation <= GENERATION_SHORT_MAX ? "%s%05X.%s" : "%s%08X.%s", base, (unsigned)generation, ext);
    return size > 0 && (size_t)size < room;
}

static int ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; }

/* Step over text in name; NULL when name does not begin with it. */
static const char *skip_text(const char *name, const char *text)
{
    for (; *text != '\0'; name++, text++)
        if (ascii_lower(*name) != ascii_lower(*text))
            return NULL;
    return name;
}

static int hex_digit(char c)
{
    int lower = ascii_lower(c);
    return lower >= '0' && lower <= '9' ? lower - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool log_file_parse(const char *name, const char *base, const char *ext, uint32_t *generation)
{
    uint32_t value = 0;
    int digits = 0;

    name = skip_text(name, base);
    if (name == NULL)
        return false;
    for (; digits < 9 && hex_digit(*name) >= 0; name++, digits++)
        value = value << 4 | (uint32_t)hex_digit(*name);
    if ((digits != 0 && digits != 5 && digits != 8) || *name != '.')
        return false;
    name = skip_text(name + 1, ext);
    if (name == NULL || *name != '\0' || (digits != 0 && value == 0))
        return false;
    *generation = value;
    return true;
}
