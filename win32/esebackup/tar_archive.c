/*
 * Tar streams through libarchive, for the native build.
 */
#include "sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tar_writer {
    struct archive *archive;
};

struct tar_reader {
    struct archive *archive;
};

ese_err tar_writer_open(const char *path, struct tar_writer **out)
{
    struct tar_writer *w = calloc(1, sizeof *w);
    int result;

    if (w == NULL)
        return JET_errOutOfMemory;
    w->archive = archive_write_new();
    archive_write_set_format_pax_restricted(w->archive);
    archive_write_set_bytes_per_block(w->archive, 256 * 1024);
    archive_write_set_bytes_in_last_block(w->archive, 1);
    result = strcmp(path, "-") == 0 ? archive_write_open_fd(w->archive, STDOUT_FILENO) : archive_write_open_filename(w->archive, path);
    if (result != ARCHIVE_OK) {
        archive_write_free(w->archive);
        free(w);
        return JET_errFileAccessDenied;
    }
    *out = w;
    return JET_errSuccess;
}

ese_err tar_writer_entry(struct tar_writer *w, const char *name, uint64_t bytes)
{
    struct archive_entry *e = archive_entry_new();
    int result;

    archive_entry_set_pathname_utf8(e, name);
    archive_entry_set_size(e, (la_int64_t)bytes);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0600);
    result = archive_write_header(w->archive, e);
    archive_entry_free(e);
    return result == ARCHIVE_OK ? JET_errSuccess : JET_errDiskIO;
}

ese_err tar_writer_data(struct tar_writer *w, const void *bytes, size_t size)
{
    return archive_write_data(w->archive, bytes, size) == (la_ssize_t)size ? JET_errSuccess : JET_errDiskIO;
}

ese_err tar_writer_close(struct tar_writer *w)
{
    int result = archive_write_close(w->archive);
    archive_write_free(w->archive);
    free(w);
    return result == ARCHIVE_OK ? JET_errSuccess : JET_errDiskIO;
}

ese_err tar_reader_open(const char *path, struct tar_reader **out)
{
    struct tar_reader *r = calloc(1, sizeof *r);
    int result;

    if (r == NULL)
        return JET_errOutOfMemory;
    r->archive = archive_read_new();
    archive_read_support_format_tar(r->archive);
    result = strcmp(path, "-") == 0 ? archive_read_open_fd(r->archive, STDIN_FILENO, 65536)
                                    : archive_read_open_filename(r->archive, path, 65536);
    if (result != ARCHIVE_OK) {
        archive_read_free(r->archive);
        free(r);
        return JET_errFileNotFound;
    }
    *out = r;
    return JET_errSuccess;
}

ese_err tar_reader_next(struct tar_reader *r, char *name, size_t room, uint64_t *bytes, bool *end)
{
    struct archive_entry *e = NULL;
    int result = archive_read_next_header(r->archive, &e);
    const char *text;

    *end = result == ARCHIVE_EOF;
    if (*end)
        return JET_errSuccess;
    if (result != ARCHIVE_OK)
        return JET_errInvalidBackup;
    text = archive_entry_pathname_utf8(e);
    if (text == NULL || strlen(text) >= room)
        return JET_errInvalidBackup;
    strcpy(name, text);
    *bytes = (uint64_t)archive_entry_size(e);
    return JET_errSuccess;
}

ese_err tar_reader_data(struct tar_reader *r, void *to, size_t room, size_t *got)
{
    la_ssize_t n = archive_read_data(r->archive, to, room);
    if (n < 0)
        return JET_errInvalidBackup;
    *got = (size_t)n;
    return JET_errSuccess;
}

void tar_reader_close(struct tar_reader *r)
{
    if (r == NULL)
        return;
    archive_read_free(r->archive);
    free(r);
}
