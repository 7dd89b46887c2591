#include <string.h>

#include "os/collate_int.h"

struct locale_row {
    const char *name;
    uint32_t lcid, ordering;
};

static const struct locale_row locales[] = {
#define L(name, lcid, ordering) {name, lcid, ordering},
#include "os/locales.inc"
#undef L
};

enum { LOCALE_COUNT = sizeof(locales) / sizeof(locales[0]), LCID_INVARIANT = 0x7F, LCID_CUSTOM = 0x1000 };

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : (unsigned char)c;
}

/* Compares the first size characters of name with a row's name, case-blind. */
static int compare_name(const char *name, size_t size, const char *row)
{
    for (size_t i = 0; i < size; i++) {
        int order = lower(name[i]) - lower(row[i]);
        if (order != 0 || row[i] == 0)
            return order;
    }
    return row[size] == 0 ? 0 : -1;
}

static const struct locale_row *find_name(const char *name, size_t size)
{
    size_t low = 0, high = LOCALE_COUNT;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare_name(name, size, locales[middle].name);
        if (order == 0)
            return &locales[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* A locale without a row of its own (language known, region not) is a custom one and sorts like the language. */
bool locale_ordering(const char *name, uint32_t *lcid, uint32_t *ordering)
{
    size_t size = strlen(name);
    const struct locale_row *row = find_name(name, size);

    *lcid = LCID_CUSTOM;
    if (row != NULL)
        *lcid = row->lcid;
    while (row == NULL) {
        while (size > 0 && name[size] != '-' && name[size] != '_')
            size--;
        if (size == 0)
            return false;
        row = find_name(name, size);
        size--;
    }
    *ordering = row->ordering;
    return true;
}

bool collate_name_of_lcid(uint32_t lcid, char name[LOCALE_NAME_MAX])
{
    for (size_t i = 0; i < LOCALE_COUNT; i++) {
        if (locales[i].lcid == lcid && lcid != LCID_CUSTOM) {
            memcpy(name, locales[i].name, strlen(locales[i].name) + 1);
            return true;
        }
    }
    return false;
}

bool collate_lcid_of_name(const char *name, uint32_t *lcid)
{
    uint32_t ordering;
    return locale_ordering(name, lcid, &ordering);
}
