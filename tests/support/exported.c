#include "exported.h"

#include <dirent.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool exported_available(void) { return system("command -v esedbexport >/dev/null && command -v esedbinfo >/dev/null") == 0; }

bool exported_run(const char *path, const char *folder)
{
    char command[2600];

    snprintf(command, sizeof command, "rm -rf '%s/x.export'; LC_ALL=C.UTF-8 esedbexport -t '%s/x' '%s' >'%s/x.log' 2>&1 || { cat '%s/x.log'; exit 1; }", folder,
             folder, path, folder, folder);
    return system(command) == 0;
}

bool exported_info(const char *path)
{
    char command[1200];

    snprintf(command, sizeof command, "esedbinfo '%s' >/dev/null", path);
    return system(command) == 0;
}

/* ---- its files: a line of names, a line for each row, fields between tabs ---- */

static bool next_line(struct exported_table *t)
{
    ssize_t n = getline(&t->line, &t->room, t->f);
    char *at = t->line;

    if (n <= 0)
        return false;
    if (at[n - 1] == '\n')
        at[n - 1] = 0;
    t->count = 0;
    do {
        char *tab = strchr(at, '\t');
        t->fields = realloc(t->fields, (t->count + 1) * sizeof *t->fields);
        t->fields[t->count++] = at;
        if (tab != NULL)
            *tab++ = 0;
        at = tab;
    } while (at != NULL);
    return true;
}

bool exported_open(struct exported_table *t, const char *folder, const char *table)
{
    char path[1200], name[300];
    DIR *dir;
    struct dirent *entry;
    size_t n = strlen(table);

    memset(t, 0, sizeof *t);
    snprintf(path, sizeof path, "%s/x.export", folder);
    dir = opendir(path);
    if (dir == NULL)
        return false;
    name[0] = 0;
    while ((entry = readdir(dir)) != NULL)
        if (strncmp(entry->d_name, table, n) == 0 && entry->d_name[n] == '.' && strspn(entry->d_name + n + 1, "0123456789") == strlen(entry->d_name + n + 1))
            snprintf(name, sizeof name, "%s", entry->d_name);
    closedir(dir);
    snprintf(path, sizeof path, "%s/x.export/%s", folder, name);
    t->f = name[0] != 0 ? fopen(path, "rb") : NULL;
    if (t->f == NULL || !next_line(t))
        return false;
    t->columns = t->count;
    t->names = calloc(t->count, sizeof *t->names);
    for (unsigned k = 0; k < t->count; k++)
        t->names[k] = strdup(t->fields[k]);
    return true;
}

bool exported_row(struct exported_table *t) { return next_line(t); }

void exported_close(struct exported_table *t)
{
    for (unsigned k = 0; k < t->columns; k++)
        free(t->names[k]);
    free(t->names);
    free(t->fields);
    free(t->line);
    if (t->f != NULL)
        fclose(t->f);
}

const char *exported_field(const struct exported_table *t, const char *column)
{
    for (unsigned k = 0; k < t->columns; k++)
        if (strcmp(t->names[k], column) == 0)
            return k < t->count ? t->fields[k] : "";
    return NULL;
}

/* ---- values ---- */

static void put_utf8(char **to, uint32_t c)
{
    char *p = *to;

    if (c < 0x80) {
        *p++ = (char)c;
    } else if (c < 0x800) {
        *p++ = (char)(0xC0 | c >> 6);
        *p++ = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        *p++ = (char)(0xE0 | c >> 12);
        *p++ = (char)(0x80 | (c >> 6 & 63));
        *p++ = (char)(0x80 | (c & 63));
    } else {
        *p++ = (char)(0xF0 | c >> 18);
        *p++ = (char)(0x80 | (c >> 12 & 63));
        *p++ = (char)(0x80 | (c >> 6 & 63));
        *p++ = (char)(0x80 | (c & 63));
    }
    *to = p;
}

/* Of separated long values the tool finds few whole, some up to the end of a chunk, most not at all; the same in files of the original. */
static bool exported_cut(size_t size, size_t shown) { return size > 1000 && shown < size && (shown == 0 || shown > 3000); }

/* The text up to its first NUL, with the tool's escapes. */
static char *text_shown(const unsigned char *v, size_t size, bool wide)
{
    char *out = malloc(4 * size + 8), *to = out;

    for (size_t k = 0; k + (wide ? 1 : 0) < size; k += wide ? 2 : 1) {
        uint32_t c = wide ? (uint32_t)(v[k] | v[k + 1] << 8) : v[k];
        if (c == 0)
            break;
        if (wide && c >= 0xD800 && c < 0xDC00 && k + 3 < size) {
            c = 0x10000 + ((c - 0xD800) << 10) + (uint32_t)(v[k + 2] | v[k + 3] << 8) - 0xDFFF;    /* it subtracts the wrong end */
            k += 2;
        }
        if (c == '\\' || c == '\t' || c == '\n' || c == '\r') {
            *to++ = '\\';
            c = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c;
        }
        put_utf8(&to, c);
    }
    *to = 0;
    return out;
}

static bool hex_equal(const unsigned char *v, size_t size, const char *shown)
{
    size_t n = strlen(shown) / 2;

    if (n != size && !exported_cut(size, n))
        return false;
    for (size_t k = 0; k < n; k++) {
        char two[3];
        snprintf(two, sizeof two, "%02x", v[k]);
        if (memcmp(two, shown + 2 * k, 2) != 0)
            return false;
    }
    return true;
}

/* "Jul 23, 2021 10:30:54.934539500" as seconds since 1970. */
static bool parse_date(const char *shown, double *seconds)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm tm = {0};
    char month[4];
    double s;
    const char *at;

    if (sscanf(shown, "%3s %d, %d %d:%d:%lf", month, &tm.tm_mday, &tm.tm_year, &tm.tm_hour, &tm.tm_min, &s) != 6)
        return false;
    at = strstr(months, month);
    if (at == NULL)
        return false;
    tm.tm_mon = (int)(at - months) / 3;
    tm.tm_year -= 1900;
    *seconds = (double)timegm(&tm) + s;
    return true;
}

/* Dates are doubles in days, or file times; the tool guesses, and prints what it cannot guess as two halves. */
static bool date_equal(uint64_t raw, const char *shown)
{
    char halves[40];
    double days, seconds;

    memcpy(&days, &raw, sizeof days);
    snprintf(halves, sizeof halves, "(0x%08" PRIx32 " 0x%08" PRIx32 ")", (uint32_t)(raw >> 32), (uint32_t)raw);
    if (strcmp(shown, halves) == 0)
        return true;
    if (!parse_date(shown, &seconds))
        return false;
    if (strstr(shown, ".2312312") != NULL || strstr(shown, ".2312311") != NULL || strstr(shown, ".2312310") != NULL)
        seconds = floor(seconds) + 1;                   /* the tool's way to print a second that its rounding filled up */
    return fabs((days - 25569.0) * 86400 - seconds) < 0.002 || fabs((double)(int64_t)(raw - 116444736000000000u) / 1e7 - seconds) < 0.002;
}

static bool number_equal(const JET_COLUMNDEF *def, uint64_t raw, const char *shown)
{
    char text[400];
    double d;

    memcpy(&d, &raw, sizeof d);
    switch (def->coltyp) {
    case JET_coltypBit: snprintf(text, sizeof text, "%s", raw != 0 ? "true" : "false"); break;
    case JET_coltypShort: snprintf(text, sizeof text, "%d", (int)(int16_t)raw); break;
    case JET_coltypLong: snprintf(text, sizeof text, "%" PRId32, (int32_t)raw); break;
    case JET_coltypLongLong: snprintf(text, sizeof text, "%" PRId64, (int64_t)raw); break;
    case JET_coltypIEEESingle: snprintf(text, sizeof text, "0.000000"); break;
    case JET_coltypIEEEDouble: snprintf(text, sizeof text, "%f", d); break;
    default: snprintf(text, sizeof text, "%" PRIu64, raw); break;
    }
    return strcmp(text, shown) == 0 || (def->coltyp == JET_coltypLongLong && date_equal(raw, shown));
}

static size_t fixed_size(JET_COLTYP type)
{
    switch (type) {
    case JET_coltypBit: case JET_coltypUnsignedByte: return 1;
    case JET_coltypShort: case JET_coltypUnsignedShort: return 2;
    case JET_coltypLong: case JET_coltypUnsignedLong: case JET_coltypIEEESingle: return 4;
    case JET_coltypCurrency: case JET_coltypIEEEDouble: case JET_coltypDateTime: case JET_coltypLongLong: case JET_coltypUnsignedLongLong: return 8;
    default: return 0;
    }
}

/* A fixed column holds 0x2A in each byte when it is null. */
static bool filler_only(const JET_COLUMNDEF *def, const char *shown)
{
    const char *pattern = def->coltyp == JET_coltypText ? "*" : "2a";
    size_t n = strlen(pattern);

    for (; shown[0] != 0; shown += n)
        if (strncmp(shown, pattern, n) != 0)
            return false;
    return true;
}

bool exported_matches(const JET_COLUMNDEF *def, const unsigned char *value, long size, const char *shown)
{
    unsigned char filler[16];
    uint64_t raw = 0;
    size_t fixed = fixed_size(def->coltyp);
    char *text;
    bool same;

    if (size < 0) {
        if (shown[0] == 0)
            return true;
        if (fixed == 0 && def->coltyp != JET_coltypGUID)
            return (def->grbit & JET_bitColumnFixed) != 0 && filler_only(def, shown);
        memset(filler, 0x2A, sizeof filler);
        value = filler;
        size = fixed != 0 ? (long)fixed : 16;
    }
    if (fixed != 0) {
        if ((size_t)size != fixed)
            return false;
        for (size_t k = fixed; k-- > 0;)
            raw = raw << 8 | value[k];
        return def->coltyp == JET_coltypDateTime ? date_equal(raw, shown) : number_equal(def, raw, shown);
    }
    if (shown[0] == 0 && size > 1000)
        return true;                                    /* Xpress as well */
    if (def->coltyp != JET_coltypText && def->coltyp != JET_coltypLongText)
        return hex_equal(value, (size_t)size, shown);
    text = text_shown(value, (size_t)size, def->cp == 1200 && size % 2 == 0);
    same = strcmp(text, shown) == 0 || (exported_cut((size_t)size, strlen(shown)) && strncmp(text, shown, strlen(shown)) == 0);
    free(text);
    if (!same && def->cp != 1200 && (def->grbit & JET_bitColumnCompressed) != 0) {
        text = text_shown(value, (size_t)size & ~(size_t)1, true);      /* it takes what was packed for UTF-16 */
        same = strcmp(text, shown) == 0;
        free(text);
    }
    return same;
}
