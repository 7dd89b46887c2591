/*
 * reference.h - finding, unpacking and reading the reference data, for tests only.
 *
 * GIVES       reference_path, reference_available (skip when false), reference_unpack into a scratch folder, file reading.
 * INVARIANTS  F1  nothing is written below the reference folder.
 */
#ifndef ESE_TEST_REFERENCE_H
#define ESE_TEST_REFERENCE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#ifndef ESE_SHARED
#define ESE_SHARED "../shared"
#endif

static inline const char *reference_path(char *out, size_t room, const char *relative)
{
    snprintf(out, room, "%s/%s", ESE_SHARED, relative);
    return out;
}

static inline bool reference_available(const char *relative)
{
    char path[1024];
    FILE *f = fopen(reference_path(path, sizeof path, relative), "rb");
    if (f == NULL) {
        printf("no reference data at %s: skipped\n", path);
        return false;
    }
    fclose(f);
    return true;
}

/* Whole file on the heap (free it); NULL when it cannot be read. A name that ends in .gz is decompressed. */
static inline uint8_t *reference_read(const char *path, size_t *size)
{
    char command[1200];
    size_t used = 0, room = 1 << 16, name = strlen(path), got;
    bool packed = name > 3 && strcmp(path + name - 3, ".gz") == 0;
    uint8_t *data = malloc(room);
    FILE *f;

    snprintf(command, sizeof command, "gzip -dc '%s'", path);
    f = packed ? popen(command, "r") : fopen(path, "rb");
    if (f == NULL) {
        free(data);
        return NULL;
    }
    while ((got = fread(data + used, 1, room - used, f)) != 0) {
        used += got;
        if (used == room)
            data = realloc(data, room *= 2);
    }
    if (packed)
        pclose(f);
    else
        fclose(f);
    *size = used;
    return data;
}

static inline char *reference_folder(void)
{
    static char folder[256];
    return folder;
}

/* Scratch folder of this process, made on first use. */
static inline const char *reference_scratch(void)
{
    char *folder = reference_folder();
    if (folder[0] == 0) {
        const char *base = getenv("TMPDIR");
        snprintf(folder, 256, "%s/ese-test-XXXXXX", base != NULL ? base : "/tmp");
        if (mkdtemp(folder) == NULL)
            abort();
    }
    return folder;
}

/* Unpack a set; its files are then in <scratch>/<set>. False when there is no archive. */
static inline bool reference_unpack(const char *set)
{
    char relative[256], archive[1024], command[2400];

    snprintf(relative, sizeof relative, "data/reference/%s.tar.xz", set);
    if (!reference_available(relative))
        return false;
    snprintf(command, sizeof command, "tar -xJf '%s' -C '%s'", reference_path(archive, sizeof archive, relative), reference_scratch());
    return system(command) == 0;
}

static inline void reference_clean(void)
{
    char command[400];

    snprintf(command, sizeof command, "rm -rf '%s'", reference_scratch());
    if (system(command) != 0)
        printf("scratch folder stays: %s\n", reference_scratch());
    reference_folder()[0] = 0;
}

#endif
