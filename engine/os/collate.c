#include "os/collate.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "os/collate_int.h"
#include "os/os.h"

/* The one table of the process. It is read on first use and stays for good: it is a fact of the machine, not of an instance. */
static _Atomic(const struct weights *) table_in_use;

enum { TABLE_BYTES_MAX = 64 << 20 };

static bool table_read(const char *path, struct weights *w)
{
    struct os_file *file = NULL;
    struct os_file_info info;
    uint8_t *memory = NULL;
    bool good = false;

    if (os_path_info(path, &info) < 0 || info.is_dir || info.size == 0 || info.size > TABLE_BYTES_MAX)
        return false;
    if (os_file_open(path, OS_OPEN_READ, &file) < 0)
        return false;
    memory = os_memory_reserve((size_t)info.size);
    if (memory != NULL && os_file_read(file, 0, memory, (size_t)info.size) >= 0)
        good = weights_parse(bytes_of(memory, (size_t)info.size), w);
    os_file_close(file);
    if (!good && memory != NULL)
        os_memory_release(memory, (size_t)info.size);
    if (good) {
        w->memory = memory;
        w->memory_bytes = (size_t)info.size;
    }
    return good;
}

/* variable may be NULL: tail is the whole path then. */
static bool table_try(const char *variable, const char *tail, struct weights *w)
{
    char path[OS_PATH_MAX];
    const char *front = variable != NULL ? os_environment(variable) : "";
    int size;

    if (front == NULL)
        return false;
    size = snprintf(path, sizeof(path), "%s%s", front, tail);
    return size > 0 && (size_t)size < sizeof(path) && table_read(path, w);
}

static void table_find(struct weights *w)
{
    static const struct { const char *variable, *tail; } places[] = {
        {"SystemRoot", "/globalization/sorting/sortdefault.nls"},
        {NULL, "/usr/share/wine/nls/sortdefault.nls"},
        {NULL, "/usr/local/share/wine/nls/sortdefault.nls"},
        {NULL, "/opt/wine-stable/share/wine/nls/sortdefault.nls"},
        {NULL, "/opt/wine-staging/share/wine/nls/sortdefault.nls"},
        {NULL, "/opt/wine-devel/share/wine/nls/sortdefault.nls"},
        {NULL, "/usr/share/wine-development/nls/sortdefault.nls"},
        {"WINEPREFIX", "/drive_c/windows/globalization/sorting/sortdefault.nls"},
        {"HOME", "/.wine/drive_c/windows/globalization/sorting/sortdefault.nls"},
    };

    /* ESENT_SORT_TABLE decides alone; a path without a table (such as "none") means the built-in one. */
    if (os_environment("ESENT_SORT_TABLE") != NULL) {
        if (!table_try("ESENT_SORT_TABLE", "", w))
            weights_builtin(w);
        return;
    }
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (table_try(places[i].variable, places[i].tail, w))
            return;
    }
    weights_builtin(w);
}

/* NULL only when memory is out. Two threads may both read the file; one table wins. */
static const struct weights *table(void)
{
    const struct weights *w = atomic_load_explicit(&table_in_use, memory_order_acquire);
    const struct weights *expected = NULL;
    struct weights *made;

    if (w != NULL)
        return w;
    made = os_memory_reserve(sizeof(*made));
    if (made == NULL)
        return NULL;
    table_find(made);
    if (atomic_compare_exchange_strong(&table_in_use, &expected, made))
        return made;
    if (made->memory != NULL)
        os_memory_release(made->memory, made->memory_bytes);
    os_memory_release(made, sizeof(*made));
    return expected;
}

static ese_err locale_of(const struct collation *c, uint32_t *ordering)
{
    ese_err err = JET_errSuccess;
    char name[LOCALE_NAME_MAX];
    uint32_t lcid;

    if (c->locale[0] == 0 && c->lcid != 0) {
        if (!collate_name_of_lcid(c->lcid, name) || !locale_ordering(name, &lcid, ordering))
            FAIL(JET_errInvalidLanguageId);
    } else if (!locale_ordering(c->locale, &lcid, ordering)) {
        FAIL(JET_errInvalidLanguageId);
    }
done:
    return err;
}

static ese_err flags_check(uint32_t flags)
{
    ese_err err = JET_errSuccess;
    const uint32_t allowed = MAP_IGNORE_CASE | MAP_IGNORE_NONSPACE | MAP_IGNORE_SYMBOLS | MAP_DIGITS_AS_NUMBERS | MAP_LINGUISTIC_IGNORE_CASE |
                             MAP_LINGUISTIC_IGNORE_DIACRITIC | MAP_SORT_KEY | MAP_BYTE_REVERSED | MAP_STRING_SORT | MAP_IGNORE_KANA |
                             MAP_IGNORE_WIDTH | MAP_LINGUISTIC_CASING;

    if (flags == MAP_UPPERCASE)
        goto done;
    if ((flags & ~allowed) != 0 || (flags & MAP_SORT_KEY) == 0)
        FAIL(JET_errInvalidLCMapStringFlags);
done:
    return err;
}

/* Simple upper case of the scripts that have one in a regular place. */
static uint16_t upper(uint16_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 0xE0 && c <= 0xFE && c != 0xF7))
        return (uint16_t)(c - 0x20);
    if (c == 0xFF)
        return 0x178;
    if ((c >= 0x100 && c <= 0x137 && c != 0x131) || (c >= 0x14A && c <= 0x177) || (c >= 0x1E00 && c <= 0x1E95) || (c >= 0x1EA0 && c <= 0x1EFF) ||
        (c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F))
        return c & 0xFFFEu;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
        return (uint16_t)(c % 2 == 0 ? c - 1 : c);
    if ((c >= 0x3B1 && c <= 0x3CB && c != 0x3C2) || (c >= 0x430 && c <= 0x44F) || (c >= 0xFF41 && c <= 0xFF5A))
        return (uint16_t)(c - 0x20);
    if (c >= 0x450 && c <= 0x45F)
        return (uint16_t)(c - 0x50);
    if (c >= 0x561 && c <= 0x586)
        return (uint16_t)(c - 0x30);
    return c;
}

static void upper_key(struct bytes utf16, uint8_t *to, size_t room, size_t *size, bool *whole)
{
    size_t units = utf16.size / 2 + 1;

    *size = units * 2 < room ? units * 2 : room;
    *whole = *size == units * 2;
    for (size_t i = 0; i < *size; i++) {
        uint16_t c = i / 2 + 1 < units ? upper(load_le16(utf16.data + (i & ~(size_t)1))) : 0;
        to[i] = (uint8_t)(i % 2 == 0 ? c >> 8 : c);
    }
}

ese_err collate_key(const struct collation *c, struct bytes utf16, uint8_t *to, size_t room, size_t *size, bool *whole)
{
    ese_err err = JET_errSuccess;
    const struct weights *w = table();
    struct ordering o;
    uint32_t number = 1;

    *size = 0;
    *whole = false;
    if (w == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(flags_check(c->flags));
    TRY(locale_of(c, &number));
    if (c->flags == MAP_UPPERCASE) {
        upper_key(utf16, to, room, size, whole);
        goto done;
    }
    if (!weights_ordering(w, number, &o) && !weights_ordering(w, 1, &o))
        FAIL(JET_errUnicodeTranslationFail);
    TRY(sort_key_make(w, &o, c->flags, utf16, to, room, size, whole));
    for (size_t i = 0; (c->flags & MAP_BYTE_REVERSED) != 0 && i + 1 < *size; i += 2) {
        uint8_t byte = to[i];
        to[i] = to[i + 1];
        to[i + 1] = byte;
    }
done:
    return err;
}

ese_err collate_check(const struct collation *c)
{
    ese_err err = JET_errSuccess;
    uint32_t number;

    TRY(locale_of(c, &number));
    TRY(flags_check(c->flags));
done:
    return err;
}

void collate_version(uint32_t *nls, uint32_t *defined, uint8_t sort_id[16])
{
    const struct weights *w = table();
    struct ordering o = {.flags = 0};

    *nls = *defined = w != NULL ? w->version : 0;
    if (w != NULL)
        (void)weights_ordering(w, 1, &o);
    memcpy(sort_id, o.id, sizeof(o.id));
}

bool collate_is_builtin(void)
{
    const struct weights *w = table();
    return w == NULL || w->builtin;
}
