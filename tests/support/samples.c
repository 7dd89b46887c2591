#include "samples.h"

#include "reference.h"

static void next_field(char **at, char *to, size_t room)
{
    size_t n = strcspn(*at, "\t\n");
    size_t kept = n < room ? n : room - 1;

    memcpy(to, *at, kept);
    to[kept] = 0;
    *at += n;
    if (**at != 0)
        ++*at;
}

unsigned samples_read(struct sample *out, unsigned room)
{
    enum { PAGE_SIZE = 2, VERSION = 3, STATE = 4, FIELDS = 7 };
    char path[1024], line[6000], field[FIELDS][2000];
    FILE *f = fopen(reference_path(path, sizeof path, "data/edb/INDEX.tsv"), "rb");
    unsigned n = 0;

    while (f != NULL && n < room && fgets(line, sizeof line, f) != NULL) {
        char *at = line, *update;
        struct sample *s = &out[n];
        if (strncmp(line, "file\t", 5) == 0)
            continue;
        memset(s, 0, sizeof *s);
        next_field(&at, s->file, sizeof s->file);
        for (unsigned k = 0; k < FIELDS; k++)
            next_field(&at, field[k], sizeof field[k]);
        next_field(&at, s->counts, sizeof s->counts);
        s->page_size = (uint32_t)atoi(field[PAGE_SIZE]);
        update = strchr(field[VERSION], '(');
        s->update = update != NULL ? (unsigned)strtoul(update + 1, NULL, 16) : 0;
        s->clean = strcmp(field[STATE], "CleanShutdown") == 0;
        s->damaged = strstr(s->file, "damaged") != NULL;
        s->exported = strstr(s->counts, "cannot open or finish") == NULL;
        n++;
    }
    if (f != NULL)
        fclose(f);
    return n;
}

bool sample_unpack(const struct sample *s, const char *folder, char *name)
{
    char command[3000];
    bool packed = strstr(s->file, ".gz") != NULL;

    snprintf(name, 100, "%.60s", s->file);
    if (packed)
        *strstr(name, ".gz") = 0;
    snprintf(command, sizeof command, "%s '%s/data/edb/%s' > '%s/%s'", packed ? "gzip -dc" : "cat", ESE_SHARED, s->file, folder, name);
    return system(command) == 0;
}

/* "TABLE=19; OTHER=3" */
long sample_listed(const struct sample *s, const char *table)
{
    char pattern[80];
    const char *at = s->counts;

    snprintf(pattern, sizeof pattern, "%.64s=", table);
    while ((at = strstr(at, pattern)) != NULL) {
        if (at == s->counts || at[-1] == ' ' || at[-1] == ';')
            return strtol(at + strlen(pattern), NULL, 10);
        at++;
    }
    return -1;
}
