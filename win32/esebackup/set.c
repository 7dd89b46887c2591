#include "set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SET_VERSION = 1, MANIFEST_MAX = 16 * 1024 * 1024 };
#define MANIFEST_NAME "set.tsv"
#define MANIFEST_TEMPORARY "set.tmp"

const char *set_kind_name(enum agent_kind kind)
{
    return kind == AGENT_FULL ? "full" : kind == AGENT_INCREMENTAL ? "incremental" : "snapshot";
}

const char *path_name(const char *path)
{
    const char *name = path;
    for (const char *at = path; *at != 0; at++)
        if (*at == '/' || *at == '\\')
            name = at + 1;
    return name;
}

ese_err path_join(char *out, size_t room, const char *folder, const char *name)
{
    size_t n = strlen(folder);
    const char *between = n == 0 || folder[n - 1] == '/' || folder[n - 1] == '\\' ? "" : "/";
    int written = snprintf(out, room, "%s%s%s", folder, between, name);
    return written < 0 || (size_t)written >= room ? JET_errInvalidPath : JET_errSuccess;
}

ese_err set_folder_name(char *out, size_t room, const char *root, unsigned sequence, enum agent_kind kind)
{
    char name[64];
    snprintf(name, sizeof name, "%04u-%s", sequence, set_kind_name(kind));
    return path_join(out, room, root, name);
}

void set_init(struct set *s, unsigned sequence, enum agent_kind kind)
{
    struct os_calendar now;
    memset(s, 0, sizeof *s);
    s->sequence = sequence;
    s->kind = kind;
    os_clock_calendar(&now);
    snprintf(s->started, sizeof s->started, "%04d-%02d-%02dT%02d:%02d:%02dZ", now.year % 10000, now.month % 100, now.day % 100,
             now.hour % 100, now.minute % 100, now.second % 100);
}

void set_release(struct set *s)
{
    for (unsigned i = 0; i < s->file_count; i++) {
        free(s->files[i].stored);
        free(s->files[i].source);
    }
    free(s->files);
    s->files = NULL;
    s->file_count = 0;
}

static bool stored_name_taken(const struct set *s, const char *name)
{
    for (unsigned i = 0; i < s->file_count; i++)
        if (strcmp(s->files[i].stored, name) == 0)
            return true;
    return false;
}

static char *copy_text(const char *text)
{
    char *copy = malloc(strlen(text) + 1);
    if (copy != NULL)
        strcpy(copy, text);
    return copy;
}

/* Two databases may share a file name in different folders: the second becomes "2-name". */
static char *unique_stored_name(const struct set *s, const char *source)
{
    const char *name = path_name(source);
    size_t room = strlen(name) + 16;
    char *stored = malloc(room);
    if (stored == NULL)
        return NULL;
    snprintf(stored, room, "%s", name);
    for (unsigned n = 2; stored_name_taken(s, stored); n++)
        snprintf(stored, room, "%u-%s", n, name);
    return stored;
}

static struct set_file *append_row(struct set *s)
{
    struct set_file *grown = realloc(s->files, (s->file_count + 1) * sizeof *grown);
    if (grown == NULL)
        return NULL;
    s->files = grown;
    memset(&grown[s->file_count], 0, sizeof *grown);
    return &grown[s->file_count];
}

struct set_file *set_add(struct set *s, enum agent_file_kind kind, const char *source, uint64_t bytes)
{
    struct set_file *row = append_row(s);
    if (row == NULL)
        return NULL;
    row->kind = kind;
    row->bytes = bytes;
    row->stored = unique_stored_name(s, source);
    row->source = copy_text(source);
    if (row->stored == NULL || row->source == NULL) {
        free(row->stored);
        free(row->source);
        return NULL;
    }
    s->file_count++;
    return row;
}

/* ---- manifest text ---- */

struct text {
    char *at;
    size_t size, room;
    bool failed;
};

static void text_add(struct text *t, const char *line)
{
    size_t n = strlen(line);
    if (t->failed)
        return;
    if (t->size + n + 1 > t->room) {
        size_t room = (t->room + n + 1) * 2;
        char *grown = realloc(t->at, room);
        if (grown == NULL) {
            t->failed = true;
            return;
        }
        t->at = grown;
        t->room = room;
    }
    memcpy(t->at + t->size, line, n + 1);
    t->size += n;
}

static uint32_t crc_of(const void *bytes, size_t size)
{
    return (uint32_t)crc32(0, bytes, (uInt)size);
}

char *set_format(const struct set *s, size_t *size)
{
    struct text t = {NULL, 0, 0, false};
    char line[160];

    snprintf(line, sizeof line, "esebackup\t%d\nsequence\t%u\nkind\t%s\nstarted\t%s\ngenerations\t%u\t%u\n", SET_VERSION, s->sequence,
             set_kind_name(s->kind), s->started, (unsigned)s->gen_low, (unsigned)s->gen_high);
    text_add(&t, line);
    for (unsigned i = 0; i < s->file_count; i++) {
        const struct set_file *f = &s->files[i];
        snprintf(line, sizeof line, "%s\t%llu\t%08x\t", f->kind == AGENT_FILE_DATABASE ? "database" : "log", (unsigned long long)f->bytes,
                 (unsigned)f->crc);
        text_add(&t, line);
        text_add(&t, f->stored);
        text_add(&t, "\t");
        text_add(&t, f->source);
        text_add(&t, "\n");
    }
    if (!t.failed) {
        snprintf(line, sizeof line, "end\t%08x\n", (unsigned)crc_of(t.at, t.size));
        text_add(&t, line);
    }
    if (t.failed) {
        free(t.at);
        return NULL;
    }
    *size = t.size;
    return t.at;
}

/* Cut the next tab- or newline-ended field off; *at moves past it. */
static char *next_field(char **at)
{
    char *start = *at, *end = start + strcspn(start, "\t\n");
    if (*end != 0)
        *end++ = 0;
    *at = end;
    return start;
}

static bool stored_name_is_plain(const char *name)
{
    return name[0] != 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strpbrk(name, "/\\:") == NULL;
}

static ese_err parse_file_row(struct set *s, const char *kind, char *rest)
{
    struct set_file *row = append_row(s);
    char *at = rest;
    if (row == NULL)
        return JET_errOutOfMemory;
    row->kind = strcmp(kind, "database") == 0 ? AGENT_FILE_DATABASE : AGENT_FILE_LOG;
    row->bytes = strtoull(next_field(&at), NULL, 10);
    row->crc = (uint32_t)strtoul(next_field(&at), NULL, 16);
    row->stored = copy_text(next_field(&at));
    row->source = copy_text(next_field(&at));
    s->file_count++;
    if (row->stored == NULL || row->source == NULL)
        return JET_errOutOfMemory;
    return stored_name_is_plain(row->stored) ? JET_errSuccess : JET_errInvalidBackup;
}

static ese_err parse_kind(const char *word, enum agent_kind *kind)
{
    static const enum agent_kind kinds[] = {AGENT_FULL, AGENT_INCREMENTAL, AGENT_SNAPSHOT};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(word, set_kind_name(kinds[i])) == 0) {
            *kind = kinds[i];
            return JET_errSuccess;
        }
    return JET_errInvalidBackup;
}

static ese_err parse_line(struct set *s, char *line)
{
    char *at = line;
    const char *word = next_field(&at);
    if (strcmp(word, "esebackup") == 0)
        return atoi(next_field(&at)) == SET_VERSION ? JET_errSuccess : JET_errInvalidBackup;
    if (strcmp(word, "sequence") == 0)
        s->sequence = (unsigned)strtoul(next_field(&at), NULL, 10);
    else if (strcmp(word, "kind") == 0)
        return parse_kind(next_field(&at), &s->kind);
    else if (strcmp(word, "started") == 0)
        snprintf(s->started, sizeof s->started, "%s", next_field(&at));
    else if (strcmp(word, "generations") == 0) {
        s->gen_low = (uint32_t)strtoul(next_field(&at), NULL, 10);
        s->gen_high = (uint32_t)strtoul(next_field(&at), NULL, 10);
    } else if (strcmp(word, "database") == 0 || strcmp(word, "log") == 0)
        return parse_file_row(s, word, at);
    return JET_errSuccess;
}

/* Where the line "end\tCRC" starts, when the CRC of all before it is right. */
static char *checked_end(char *text, size_t size)
{
    char *end = NULL;
    for (char *at = text; at != NULL && *at != 0; at = strchr(at, '\n') != NULL ? strchr(at, '\n') + 1 : NULL)
        if (strncmp(at, "end\t", 4) == 0)
            end = at;
    if (end == NULL || (size_t)(end - text) > size || strtoul(end + 4, NULL, 16) != crc_of(text, (size_t)(end - text)))
        return NULL;
    return end;
}

ese_err set_parse(struct set *s, const char *source, size_t size)
{
    char *text = malloc(size + 1), *end, *line;
    ese_err err = JET_errSuccess;

    memset(s, 0, sizeof *s);
    if (text == NULL)
        return JET_errOutOfMemory;
    memcpy(text, source, size);
    text[size] = 0;
    end = checked_end(text, size);
    if (end == NULL || strncmp(text, "esebackup\t", 10) != 0) {
        err = JET_errInvalidBackup;
        goto done;
    }
    for (line = text; line < end && err >= 0;) {
        char *next = strchr(line, '\n') + 1;
        next[-1] = 0;
        err = parse_line(s, line);
        line = next;
    }
done:
    free(text);
    if (err < 0)
        set_release(s);
    return err;
}

ese_err set_write(const struct set *s)
{
    char temporary[OS_PATH_MAX], final[OS_PATH_MAX];
    struct os_file *file = NULL;
    size_t size = 0;
    char *text = set_format(s, &size);
    ese_err err = JET_errSuccess;

    if (text == NULL)
        return JET_errOutOfMemory;
    TRY(path_join(temporary, sizeof temporary, s->folder, MANIFEST_TEMPORARY));
    TRY(path_join(final, sizeof final, s->folder, MANIFEST_NAME));
    TRY(os_file_open(temporary, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE, &file));
    TRY(os_file_write(file, 0, text, size));
    TRY(os_file_sync(file));
    os_file_close(file);
    file = NULL;
    TRY(os_path_rename(temporary, final));
    TRY(os_dir_sync(s->folder));
done:
    os_file_close(file);
    free(text);
    return err;
}

ese_err set_read(struct set *s, const char *folder)
{
    char path[OS_PATH_MAX];
    struct os_file *file = NULL;
    char *text = NULL;
    uint64_t size = 0;
    ese_err err = JET_errSuccess;

    memset(s, 0, sizeof *s);
    TRY(path_join(path, sizeof path, folder, MANIFEST_NAME));
    TRY(os_file_open(path, OS_OPEN_READ, &file));
    TRY(os_file_size(file, &size));
    if (size > MANIFEST_MAX)
        FAIL(JET_errInvalidBackup);
    text = malloc((size_t)size + 1);
    if (text == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(os_file_read(file, 0, text, (size_t)size));
    TRY(set_parse(s, text, (size_t)size));
    snprintf(s->folder, sizeof s->folder, "%s", folder);
done:
    os_file_close(file);
    free(text);
    return err;
}

/* ---- listing ---- */

struct listing {
    const char *root;
    struct set_chain *all;
};

static ese_err list_one(void *context, const char *name, const struct os_file_info *info)
{
    struct listing *l = context;
    struct set *grown;
    char folder[OS_PATH_MAX];
    struct set s;
    ese_err err;

    if (!info->is_dir || name[0] < '0' || name[0] > '9')
        return JET_errSuccess;
    if ((err = path_join(folder, sizeof folder, l->root, name)) < 0)
        return err;
    err = set_read(&s, folder);
    if (err == JET_errFileNotFound)
        return JET_errSuccess;
    if (err < 0)
        return err;
    grown = realloc(l->all->sets, (l->all->count + 1) * sizeof *grown);
    if (grown == NULL) {
        set_release(&s);
        return JET_errOutOfMemory;
    }
    l->all->sets = grown;
    grown[l->all->count++] = s;
    return JET_errSuccess;
}

static int by_sequence(const void *a, const void *b)
{
    const struct set *x = a, *y = b;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

ese_err set_list(const char *root, struct set_chain *all)
{
    struct listing l = {root, all};
    ese_err err;

    memset(all, 0, sizeof *all);
    err = os_dir_list(root, list_one, &l);
    if (err < 0) {
        set_chain_release(all);
        return err;
    }
    if (all->count > 1)
        qsort(all->sets, all->count, sizeof *all->sets, by_sequence);
    return JET_errSuccess;
}

ese_err set_chain_of(const struct set_chain *all, unsigned upto, unsigned *first, unsigned *last)
{
    bool found = false, full = false;
    unsigned begin = 0;
    for (unsigned i = 0; i < all->count; i++) {
        if (upto != 0 && all->sets[i].sequence > upto)
            break;
        *last = i;
        if (all->sets[i].kind == AGENT_FULL) {
            begin = i;
            full = true;
        }
        found = full || all->sets[i].kind == AGENT_SNAPSHOT;
        *first = all->sets[i].kind == AGENT_SNAPSHOT ? i : begin;
    }
    return found && (upto == 0 || all->sets[*last].sequence == upto) ? JET_errSuccess : JET_errMissingFullBackup;
}

void set_chain_release(struct set_chain *c)
{
    for (unsigned i = 0; i < c->count; i++)
        set_release(&c->sets[i]);
    free(c->sets);
    memset(c, 0, sizeof *c);
}
