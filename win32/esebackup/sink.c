#include "sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SUM_BYTES = 1024 * 1024 };

struct sink {
    struct agent_sink face;
    struct set set;
    struct set_file *row;                               /* file being written */
    struct os_file *file;                               /* folder form */
    uint64_t offset;
    struct tar_writer *tar;                             /* tar form */
};

const struct agent_sink *sink_interface(struct sink *s)
{
    return &s->face;
}

const struct set *sink_set(const struct sink *s)
{
    return &s->set;
}

static void count_bytes(struct sink *s, const void *bytes, size_t size)
{
    s->row->crc = (uint32_t)crc32(s->row->crc, bytes, (uInt)size);
    s->offset += size;
}

static JET_ERR start_row(struct sink *s, const struct agent_file *file)
{
    s->row = set_add(&s->set, file->kind, file->source, file->bytes);
    s->offset = 0;
    return s->row != NULL ? JET_errSuccess : JET_errOutOfMemory;
}

/* ---- folder ---- */

static JET_ERR folder_begin(void *context, const struct agent_file *file)
{
    struct sink *s = context;
    char path[OS_PATH_MAX];
    ese_err err = start_row(s, file);

    if (err < 0)
        return err;
    if ((err = path_join(path, sizeof path, s->set.folder, s->row->stored)) < 0)
        return err;
    err = os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_DIRECT, &s->file);
    if (err < 0)
        return err;
    return os_file_preallocate(s->file, file->bytes);
}

static JET_ERR folder_write(void *context, const void *bytes, size_t size)
{
    struct sink *s = context;
    ese_err err = os_file_write(s->file, s->offset, bytes, size);
    if (err >= 0)
        count_bytes(s, bytes, size);
    return err;
}

static JET_ERR folder_end(void *context)
{
    struct sink *s = context;
    ese_err err = os_file_sync(s->file);
    os_file_close(s->file);
    s->file = NULL;
    return err;
}

static JET_ERR folder_durable(void *context, uint32_t gen_low, uint32_t gen_high)
{
    struct sink *s = context;
    s->set.gen_low = gen_low;
    s->set.gen_high = gen_high;
    return set_write(&s->set);
}

/* The next number is one above the highest folder there is, manifest or not: an interrupted backup keeps its number. */
static ese_err highest_sequence(void *context, const char *name, const struct os_file_info *info)
{
    unsigned *highest = context;
    unsigned long n = info->is_dir ? strtoul(name, NULL, 10) : 0;
    if (n > *highest)
        *highest = (unsigned)n;
    return JET_errSuccess;
}

static struct sink *sink_new(enum agent_kind kind, unsigned sequence)
{
    struct sink *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    set_init(&s->set, sequence, kind);
    s->face.context = s;
    return s;
}

ese_err sink_folder_open(const char *root, enum agent_kind kind, struct sink **out)
{
    unsigned highest = 0;
    struct sink *s = NULL;
    ese_err err = JET_errSuccess;

    TRY(os_dir_create(root));
    TRY(os_dir_list(root, highest_sequence, &highest));
    s = sink_new(kind, highest + 1);
    if (s == NULL)
        FAIL(JET_errOutOfMemory);
    s->face.begin_file = folder_begin;
    s->face.write = folder_write;
    s->face.end_file = folder_end;
    s->face.durable = folder_durable;
    TRY(set_folder_name(s->set.folder, sizeof s->set.folder, root, highest + 1, kind));
    TRY(os_dir_create(s->set.folder));
    TRY(os_dir_sync(root));
    *out = s;
    s = NULL;
done:
    free(s);
    return err;
}

ese_err sink_folder_copy(struct sink *s, enum agent_file_kind kind, const char *source)
{
    const struct agent_file file = {kind, source, 0};
    char path[OS_PATH_MAX];
    ese_err err = start_row(s, &file);

    if (err >= 0)
        err = path_join(path, sizeof path, s->set.folder, s->row->stored);
    return err < 0 ? err : os_path_copy(source, path);
}

static ese_err sum_file(struct sink *s, struct set_file *row, void *buffer, const struct agent_progress *progress)
{
    char path[OS_PATH_MAX];
    struct os_file *file = NULL;
    ese_err err = JET_errSuccess;

    s->row = row;
    s->offset = 0;
    TRY(path_join(path, sizeof path, s->set.folder, row->stored));
    TRY(os_file_open(path, OS_OPEN_READ, &file));
    TRY(os_file_size(file, &row->bytes));
    while (s->offset < row->bytes) {
        size_t part = row->bytes - s->offset < SUM_BYTES ? (size_t)(row->bytes - s->offset) : SUM_BYTES;
        TRY(os_file_read(file, s->offset, buffer, part));
        count_bytes(s, buffer, part);
        if (progress != NULL)
            progress->report(progress->context, row->source, s->offset, row->bytes);
    }
done:
    os_file_close(file);
    return err;
}

ese_err sink_folder_sum(struct sink *s, const struct agent_progress *progress)
{
    void *buffer = malloc(SUM_BYTES);
    ese_err err = buffer != NULL ? JET_errSuccess : JET_errOutOfMemory;

    for (unsigned i = 0; i < s->set.file_count && err >= 0; i++)
        err = sum_file(s, &s->set.files[i], buffer, progress);
    free(buffer);
    return err;
}

static void remove_folder(struct sink *s)
{
    char path[OS_PATH_MAX];
    for (unsigned i = 0; i < s->set.file_count; i++)
        if (path_join(path, sizeof path, s->set.folder, s->set.files[i].stored) >= 0)
            os_path_delete(path);
    os_dir_delete(s->set.folder);
}

/* ---- tar ---- */

static JET_ERR tar_begin(void *context, const struct agent_file *file)
{
    struct sink *s = context;
    ese_err err = start_row(s, file);
    return err < 0 ? err : tar_writer_entry(s->tar, s->row->stored, file->bytes);
}

static JET_ERR tar_write(void *context, const void *bytes, size_t size)
{
    struct sink *s = context;
    ese_err err = tar_writer_data(s->tar, bytes, size);
    if (err >= 0)
        count_bytes(s, bytes, size);
    return err;
}

static JET_ERR tar_end(void *context)
{
    (void)context;
    return JET_errSuccess;
}

static JET_ERR tar_durable(void *context, uint32_t gen_low, uint32_t gen_high)
{
    struct sink *s = context;
    struct tar_writer *w = s->tar;
    char *text;
    size_t size = 0;
    ese_err err = JET_errSuccess;

    s->set.gen_low = gen_low;
    s->set.gen_high = gen_high;
    text = set_format(&s->set, &size);
    if (text == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(tar_writer_entry(w, "set.tsv", size));
    TRY(tar_writer_data(w, text, size));
    s->tar = NULL;
    TRY(tar_writer_close(w));
done:
    free(text);
    return err;
}

ese_err sink_tar_open(const char *path, enum agent_kind kind, struct sink **out)
{
    struct sink *s = sink_new(kind, 1);
    ese_err err = JET_errSuccess;

    if (s == NULL)
        return JET_errOutOfMemory;
    s->face.begin_file = tar_begin;
    s->face.write = tar_write;
    s->face.end_file = tar_end;
    s->face.durable = tar_durable;
    TRY(tar_writer_open(path, &s->tar));
    *out = s;
    s = NULL;
done:
    free(s);
    return err;
}

void sink_close(struct sink *s, bool success)
{
    if (s == NULL)
        return;
    os_file_close(s->file);
    if (s->tar != NULL)
        tar_writer_close(s->tar);
    if (!success && s->set.folder[0] != 0)
        remove_folder(s);
    set_release(&s->set);
    free(s);
}

/* ---- from a tar stream to a folder ---- */

enum { EXTRACT_BYTES = 256 * 1024 };

static ese_err extract_entry(struct tar_reader *r, const char *folder, const char *name, void *buffer)
{
    char path[OS_PATH_MAX];
    struct os_file *file = NULL;
    uint64_t offset = 0;
    size_t got = 0;
    ese_err err = JET_errSuccess;

    if (name[0] == 0 || name[0] == '.' || strpbrk(name, "/\\:") != NULL)
        FAIL(JET_errInvalidBackup);
    TRY(path_join(path, sizeof path, folder, name));
    TRY(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_CREATE, &file));
    for (;;) {
        TRY(tar_reader_data(r, buffer, EXTRACT_BYTES, &got));
        if (got == 0)
            break;
        TRY(os_file_write(file, offset, buffer, got));
        offset += got;
    }
    TRY(os_file_sync(file));
done:
    os_file_close(file);
    return err;
}

ese_err tar_extract(const char *path, const char *root, char folder[OS_PATH_MAX])
{
    struct tar_reader *r = NULL;
    unsigned highest = 0;
    char name[256];
    uint64_t bytes = 0;
    bool end = false;
    void *buffer = malloc(EXTRACT_BYTES);
    ese_err err = JET_errSuccess;

    if (buffer == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(os_dir_create(root));
    TRY(os_dir_list(root, highest_sequence, &highest));
    snprintf(name, sizeof name, "%04u-extracted", highest + 1);
    TRY(path_join(folder, OS_PATH_MAX, root, name));
    TRY(os_dir_create(folder));
    TRY(tar_reader_open(path, &r));
    for (;;) {
        TRY(tar_reader_next(r, name, sizeof name, &bytes, &end));
        if (end)
            break;
        TRY(extract_entry(r, folder, name, buffer));
    }
    TRY(os_dir_sync(folder));
done:
    tar_reader_close(r);
    free(buffer);
    return err;
}
