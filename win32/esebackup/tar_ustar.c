/*
 * Tar streams for the PE build, where no archive library is packaged: plain ustar headers, sizes above 8 GiB in base 256.
 */
#include "sink.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512, NAME_BYTES = 100, SIZE_AT = 124, SUM_AT = 148, TYPE_AT = 156, MAGIC_AT = 257 };

struct tar_writer {
    FILE *file;
    uint64_t left;                                      /* of the entry */
    unsigned padding;
};

struct tar_reader {
    FILE *file;
    uint64_t left;
    unsigned padding;
};

static FILE *open_stream(const char *path, bool write)
{
    FILE *standard = write ? stdout : stdin;
    wide_unit *wide;
    FILE *file;

    if (strcmp(path, "-") == 0) {
        _setmode(_fileno(standard), _O_BINARY);
        return standard;
    }
    wide = wide_of(path);
    file = wide != NULL ? _wfopen(wide, write ? L"wb" : L"rb") : NULL;
    free(wide);
    return file;
}

ese_err tar_writer_open(const char *path, struct tar_writer **out)
{
    struct tar_writer *w = calloc(1, sizeof *w);
    if (w == NULL)
        return JET_errOutOfMemory;
    w->file = open_stream(path, true);
    if (w->file == NULL) {
        free(w);
        return JET_errFileAccessDenied;
    }
    *out = w;
    return JET_errSuccess;
}

static ese_err put(struct tar_writer *w, const void *bytes, size_t size)
{
    return fwrite(bytes, 1, size, w->file) == size ? JET_errSuccess : JET_errDiskIO;
}

static ese_err pad_entry(struct tar_writer *w)
{
    static const unsigned char zeros[BLOCK];
    unsigned padding = w->padding;
    w->padding = 0;
    return padding != 0 ? put(w, zeros, padding) : JET_errSuccess;
}

static unsigned header_sum(const unsigned char *header)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < BLOCK; i++)
        sum += i >= SUM_AT && i < SUM_AT + 8 ? ' ' : header[i];
    return sum;
}

static void put_size(unsigned char *header, uint64_t bytes)
{
    if (bytes < (uint64_t)1 << 33) {
        snprintf((char *)header + SIZE_AT, 12, "%011llo", (unsigned long long)bytes);
        return;
    }
    header[SIZE_AT] = 0x80;
    for (unsigned i = 0; i < 8; i++)
        header[SIZE_AT + 11 - i] = (unsigned char)(bytes >> (8 * i));
}

ese_err tar_writer_entry(struct tar_writer *w, const char *name, uint64_t bytes)
{
    unsigned char header[BLOCK] = {0};
    ese_err err = JET_errSuccess;

    if (strlen(name) >= NAME_BYTES)
        return JET_errInvalidPath;
    TRY(pad_entry(w));
    memcpy(header, name, strlen(name));
    memcpy(header + 100, "0000600", 7);
    memcpy(header + 108, "0000000", 7);
    memcpy(header + 116, "0000000", 7);
    put_size(header, bytes);
    memcpy(header + 136, "00000000000", 11);
    header[TYPE_AT] = '0';
    memcpy(header + MAGIC_AT, "ustar\00000", 8);
    snprintf((char *)header + SUM_AT, 8, "%06o", header_sum(header) & 0777777u);
    header[SUM_AT + 7] = ' ';
    w->left = bytes;
    w->padding = (unsigned)((BLOCK - bytes % BLOCK) % BLOCK);
    TRY(put(w, header, BLOCK));
done:
    return err;
}

ese_err tar_writer_data(struct tar_writer *w, const void *bytes, size_t size)
{
    if (size > w->left)
        return JET_errInvalidParameter;
    w->left -= size;
    return put(w, bytes, size);
}

ese_err tar_writer_close(struct tar_writer *w)
{
    static const unsigned char zeros[2 * BLOCK];
    ese_err err = pad_entry(w);
    if (err >= 0)
        err = put(w, zeros, sizeof zeros);
    if (fflush(w->file) != 0)
        err = JET_errDiskIO;
    if (w->file != stdout && fclose(w->file) != 0)
        err = JET_errDiskIO;
    free(w);
    return err;
}

ese_err tar_reader_open(const char *path, struct tar_reader **out)
{
    struct tar_reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return JET_errOutOfMemory;
    r->file = open_stream(path, false);
    if (r->file == NULL) {
        free(r);
        return JET_errFileNotFound;
    }
    *out = r;
    return JET_errSuccess;
}

static uint64_t get_size(const unsigned char *header)
{
    uint64_t bytes = 0;
    if ((header[SIZE_AT] & 0x80) == 0)
        return strtoull((const char *)header + SIZE_AT, NULL, 8);
    for (unsigned i = 4; i < 12; i++)
        bytes = bytes << 8 | header[SIZE_AT + i];
    return bytes;
}

ese_err tar_reader_next(struct tar_reader *r, char *name, size_t room, uint64_t *bytes, bool *end)
{
    unsigned char header[BLOCK];
    char skip[BLOCK];
    size_t got = 1;
    ese_err err = JET_errSuccess;

    while (got != 0)
        TRY(tar_reader_data(r, skip, sizeof skip, &got));
    if (r->padding != 0 && fread(header, 1, r->padding, r->file) != r->padding)
        FAIL(JET_errInvalidBackup);
    r->padding = 0;
    if (fread(header, 1, BLOCK, r->file) != BLOCK)
        FAIL(JET_errInvalidBackup);
    *end = header[0] == 0;
    if (*end)
        goto done;
    if (strtoul((const char *)header + SUM_AT, NULL, 8) != header_sum(header) || header[NAME_BYTES - 1] != 0 || room < NAME_BYTES)
        FAIL(JET_errInvalidBackup);
    if (header[TYPE_AT] != '0' && header[TYPE_AT] != 0)
        FAIL(JET_errInvalidBackup);
    strcpy(name, (const char *)header);
    *bytes = r->left = get_size(header);
    r->padding = (unsigned)((BLOCK - *bytes % BLOCK) % BLOCK);
done:
    return err;
}

ese_err tar_reader_data(struct tar_reader *r, void *to, size_t room, size_t *got)
{
    size_t want = room < r->left ? room : (size_t)r->left;
    *got = 0;
    if (want == 0)
        return JET_errSuccess;
    if (fread(to, 1, want, r->file) != want)
        return JET_errInvalidBackup;
    r->left -= want;
    *got = want;
    return JET_errSuccess;
}

void tar_reader_close(struct tar_reader *r)
{
    if (r == NULL)
        return;
    if (r->file != stdin)
        fclose(r->file);
    free(r);
}
