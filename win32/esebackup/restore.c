#include "restore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "host.h"

enum { COPY_BYTES = 1024 * 1024 };
#define STAGING_NAME ".esebackup-logs"
#define TRIAL_NAME "esebackup-trial"

static void note_fault(struct set_fault *fault, const char *path)
{
    snprintf(fault->file, sizeof fault->file, "%s", path);
}

/* Read a file of the set to its end: CRC and size; with to, copy it there. */
static ese_err pass_file(const struct set *s, const struct set_file *f, const char *to, const struct agent_progress *progress)
{
    char path[OS_PATH_MAX];
    struct os_file *in = NULL, *out = NULL;
    uint8_t *buffer = malloc(COPY_BYTES);
    uint64_t size = 0, at = 0;
    uint32_t crc = 0;
    ese_err err = JET_errSuccess;

    if (buffer == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(path_join(path, sizeof path, s->folder, f->stored));
    TRY(os_file_open(path, OS_OPEN_READ, &in));
    TRY(os_file_size(in, &size));
    if (size != f->bytes)
        FAIL(JET_errReadVerifyFailure);
    if (to != NULL)
        TRY(os_file_open(to, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE, &out));
    while (at < size) {
        size_t part = size - at < COPY_BYTES ? (size_t)(size - at) : COPY_BYTES;
        TRY(os_file_read(in, at, buffer, part));
        crc = (uint32_t)crc32(crc, buffer, (uInt)part);
        if (out != NULL)
            TRY(os_file_write(out, at, buffer, part));
        at += part;
        if (progress != NULL)
            progress->report(progress->context, path, at, size);
    }
    if (crc != f->crc)
        FAIL(JET_errReadVerifyFailure);
    if (out != NULL)
        TRY(os_file_sync(out));
done:
    os_file_close(in);
    os_file_close(out);
    free(buffer);
    return err;
}

ese_err set_verify(const struct set *s, const struct agent_progress *progress, struct set_fault *fault)
{
    for (unsigned i = 0; i < s->file_count; i++) {
        ese_err err = pass_file(s, &s->files[i], NULL, progress);
        if (err < 0) {
            if (path_join(fault->file, sizeof fault->file, s->folder, s->files[i].stored) < 0)
                note_fault(fault, s->files[i].stored);
            return err == JET_errFileNotFound ? JET_errMissingFileToBackup : err;
        }
    }
    return JET_errSuccess;
}

/* A snapshot taken between the sets of a chain is none of them. */
static bool in_chain(const struct set_chain *all, unsigned first, unsigned i)
{
    return i == first || all->sets[i].kind == AGENT_INCREMENTAL;
}

/* Generations of neighbouring sets must follow each other or overlap. */
static ese_err check_chain(const struct set_chain *all, unsigned first, unsigned last)
{
    uint32_t high = all->sets[first].gen_high;

    for (unsigned i = first + 1; i <= last; i++) {
        if (!in_chain(all, first, i))
            continue;
        if (all->sets[i].gen_low > high + 1)
            return JET_errMissingLogFile;
        high = all->sets[i].gen_high;
    }
    return JET_errSuccess;
}

static unsigned last_in_chain(const struct set_chain *all, unsigned first, unsigned last)
{
    while (!in_chain(all, first, last))
        last--;
    return last;
}

static ese_err copy_kind(const struct set *s, enum agent_file_kind kind, const char *into, const struct agent_progress *progress)
{
    char to[OS_PATH_MAX];
    ese_err err = JET_errSuccess;
    for (unsigned i = 0; i < s->file_count; i++) {
        if (s->files[i].kind != kind)
            continue;
        TRY(path_join(to, sizeof to, into, s->files[i].stored));
        TRY(pass_file(s, &s->files[i], to, progress));
    }
    TRY(os_dir_sync(into));
done:
    return err;
}

static ese_err refuse_existing(const struct set *full, const char *into, struct set_fault *fault)
{
    for (unsigned i = 0; i < full->file_count; i++) {
        struct os_file_info info;
        char path[OS_PATH_MAX];
        if (full->files[i].kind != AGENT_FILE_DATABASE || path_join(path, sizeof path, into, full->files[i].stored) < 0)
            continue;
        if (os_path_info(path, &info) >= 0) {
            note_fault(fault, path);
            return JET_errDatabaseDuplicate;
        }
    }
    return JET_errSuccess;
}

static ese_err delete_entry(void *context, const char *name, const struct os_file_info *info)
{
    char path[OS_PATH_MAX];
    if (!info->is_dir && path_join(path, sizeof path, context, name) >= 0)
        os_path_delete(path);
    return JET_errSuccess;
}

static void delete_folder(char *folder)
{
    os_dir_list(folder, delete_entry, folder);
    os_dir_delete(folder);
}

static JET_ERR JET_API status_of(JET_SESID session, JET_SNP snp, JET_SNT snt, void *argument)
{
    (void)session;
    (void)snp;
    (void)snt;
    (void)argument;
    return JET_errSuccess;
}

struct replay {
    JET_RSTMAP_W *map;
    unsigned count;
    wide_unit *into, *staging;
};

static ese_err build_map(const struct set *full, const char *into, struct replay *r)
{
    char path[OS_PATH_MAX];
    ese_err err = JET_errSuccess;

    r->map = calloc(full->file_count + 1, sizeof *r->map);
    if (r->map == NULL)
        FAIL(JET_errOutOfMemory);
    for (unsigned i = 0; i < full->file_count; i++) {
        JET_RSTMAP_W *m = &r->map[r->count];
        if (full->files[i].kind != AGENT_FILE_DATABASE)
            continue;
        TRY(path_join(path, sizeof path, into, full->files[i].stored));
        m->szDatabaseName = wide_of(full->files[i].source);
        m->szNewDatabaseName = wide_of(path);
        r->count++;
        if (m->szDatabaseName == NULL || m->szNewDatabaseName == NULL)
            FAIL(JET_errOutOfMemory);
    }
done:
    return err;
}

static void replay_release(struct replay *r)
{
    for (unsigned i = 0; i < r->count; i++) {
        free(r->map[i].szDatabaseName);
        free(r->map[i].szNewDatabaseName);
    }
    free(r->map);
    free(r->into);
    free(r->staging);
}

/* The restoring instance must use the page size of the databases and the file size of the logs that it replays. */
static JET_ERR use_sizes(const struct set *full, const char *into)
{
    JET_ERR err = JET_errSuccess;
    for (unsigned i = 0; i < full->file_count && err >= 0; i++) {
        const struct set_file *f = &full->files[i];
        char path[OS_PATH_MAX];
        if (f->kind == AGENT_FILE_LOG)
            err = JetSetSystemParameterW(NULL, JET_sesidNil, JET_paramLogFileSize, (JET_API_PTR)(f->bytes / 1024), NULL);
        else if (path_join(path, sizeof path, into, f->stored) >= 0)
            err = JetSetSystemParameterW(NULL, JET_sesidNil, JET_paramDatabasePageSize, host_page_size(path), NULL);
    }
    return err;
}

static ese_err replay_logs(const struct restore_request *q, const struct set *full, const struct set *newest, const char *into, const char *staging)
{
    struct replay r = {NULL, 0, wide_of(into), wide_of(staging)};
    JET_LOGINFO_W info = {.cbSize = sizeof info};
    ese_err err = JET_errSuccess;

    if (r.into == NULL || r.staging == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(build_map(full, into, &r));
    info.ulGenLow = full->gen_low;
    info.ulGenHigh = newest->gen_high;
    for (unsigned i = 0; i < full->file_count; i++)     /* base name: the first three letters of any log */
        if (full->files[i].kind == AGENT_FILE_LOG && strlen(full->files[i].stored) > 3)
            for (unsigned k = 0; k < 3; k++)
                info.szBaseName[k] = (wide_unit)full->files[i].stored[k];
    TRY(use_sizes(full, into));
    if (q->legacy)
        err = JetExternalRestoreW(r.into, r.into, r.map, (int32_t)r.count, r.staging, (int32_t)info.ulGenLow, (int32_t)info.ulGenHigh, status_of);
    else
        err = JetExternalRestore2W(r.into, r.into, r.map, (int32_t)r.count, r.staging, &info, NULL, NULL, NULL, status_of);
done:
    replay_release(&r);
    return err;
}

/* The files of a snapshot are those of an instance that lost its power: recovery makes the databases whole where they are now. */
static ese_err recover_snapshot(const struct restore_request *q, const struct set *s, const char *into, const char *staging)
{
    struct replay r = {NULL, 0, NULL, NULL};
    JET_RSTINFO_W info = {.cbStruct = sizeof info};
    struct host_config config = {.log_dir = staging, .legacy = q->legacy, .recover = &info};
    char base[4] = "", path[OS_PATH_MAX];
    struct host h = {0};
    ese_err err = JET_errSuccess;

    TRY(build_map(s, into, &r));
    info.rgrstmap = r.map;
    info.crstmap = (int32_t)r.count;
    for (unsigned i = 0; i < s->file_count; i++) {
        const struct set_file *f = &s->files[i];
        if (f->kind == AGENT_FILE_LOG && strlen(f->stored) > 3)
            snprintf(base, sizeof base, "%.3s", f->stored);
        else if (f->kind == AGENT_FILE_DATABASE && path_join(path, sizeof path, into, f->stored) >= 0)
            config.page_size = host_page_size(path);
    }
    config.base = base;
    TRY(host_start(&config, &h));
    TRY(host_stop(&h));
done:
    host_stop(&h);
    replay_release(&r);
    return err;
}

ese_err restore_chain(const struct restore_request *q, struct set_fault *fault)
{
    struct set_chain all = {NULL, 0};
    char into[OS_PATH_MAX], staging[OS_PATH_MAX] = "", full_path[OS_PATH_MAX];
    unsigned first = 0, last = 0;
    ese_err err = JET_errSuccess;

    TRY(set_list(q->root, &all));
    TRY(set_chain_of(&all, q->upto, &first, &last));
    last = last_in_chain(&all, first, last);
    TRY(check_chain(&all, first, last));
    for (unsigned i = first; i <= last; i++)
        if (in_chain(&all, first, i))
            TRY(set_verify(&all.sets[i], q->progress, fault));
    TRY(os_dir_create(q->into));
    TRY(os_path_full(q->into, full_path, sizeof full_path));
    TRY(path_join(into, sizeof into, full_path, ""));
    if (!q->overwrite)
        TRY(refuse_existing(&all.sets[first], into, fault));
    TRY(path_join(staging, sizeof staging, into, STAGING_NAME));
    TRY(os_dir_create(staging));
    TRY(copy_kind(&all.sets[first], AGENT_FILE_DATABASE, into, q->progress));
    for (unsigned i = first; i <= last; i++)
        if (in_chain(&all, first, i))
            TRY(copy_kind(&all.sets[i], AGENT_FILE_LOG, staging, q->progress));
    if (all.sets[first].kind == AGENT_SNAPSHOT)
        TRY(recover_snapshot(q, &all.sets[first], into, staging));
    else
        TRY(replay_logs(q, &all.sets[first], &all.sets[last], into, staging));
done:
    if (staging[0] != 0)
        delete_folder(staging);
    set_chain_release(&all);
    return err;
}

static ese_err walk_restored(const struct restore_request *q, uint64_t *tables, uint64_t *rows)
{
    struct set_chain all = {NULL, 0};
    unsigned first = 0, last = 0;
    struct host h = {0};
    ese_err err = JET_errSuccess;

    TRY(set_list(q->root, &all));
    TRY(set_chain_of(&all, q->upto, &first, &last));
    for (unsigned i = 0; i < all.sets[first].file_count; i++) {
        const struct set_file *f = &all.sets[first].files[i];
        struct host_config config = {.log_dir = q->into, .legacy = q->legacy};
        char path[OS_PATH_MAX];
        uint64_t t = 0, n = 0;
        if (f->kind != AGENT_FILE_DATABASE)
            continue;
        TRY(path_join(path, sizeof path, q->into, f->stored));
        config.page_size = host_page_size(path);
        TRY(host_start(&config, &h));
        TRY(host_attach(&h, path, true));
        TRY(host_walk(&h, path, &t, &n));
        TRY(host_stop(&h));
        *tables += t;
        *rows += n;
    }
done:
    host_stop(&h);
    set_chain_release(&all);
    return err;
}

ese_err restore_trial(const struct restore_request *q, struct set_fault *fault, uint64_t *tables, uint64_t *rows)
{
    char scratch[OS_PATH_MAX];
    struct os_file_info info;
    struct restore_request trial = *q;
    ese_err err = JET_errSuccess;

    *tables = *rows = 0;
    TRY(os_dir_create(q->into));
    TRY(path_join(scratch, sizeof scratch, q->into, TRIAL_NAME));
    if (os_path_info(scratch, &info) >= 0) {            /* what is removed below must be ours */
        note_fault(fault, scratch);
        return JET_errFileAlreadyExists;
    }
    trial.into = scratch;
    err = restore_chain(&trial, fault);
    if (err >= 0)
        err = walk_restored(&trial, tables, rows);
    delete_folder(scratch);
done:
    return err;
}
