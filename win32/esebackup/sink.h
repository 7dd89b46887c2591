/*
 * sink.h - where a backup goes: a folder of the set's root, or a tar stream.
 *
 * OWNS        the file or archive being written, the running CRC of each file.
 * GIVES       struct agent_sink over both; the set's manifest is the last thing either writes.
 * INVARIANTS  K1  durable() returns only after every file, the manifest and the folder itself are on disk (folder form), or the
 *                 archive's end has been handed to the pipe (tar form).
 * FAILS       os codes, JET_errOutOfMemory, JET_errDiskIO for a broken pipe.
 * CALLERS     main, demo programs.
 * TESTS       tests/agent
 */
#ifndef ESEBACKUP_SINK_H
#define ESEBACKUP_SINK_H

#include "set.h"

struct sink;

ese_err sink_folder_open(const char *root, enum agent_kind kind, struct sink **out);   /* next free sequence number below root */
/* For files that nobody changes: a copy into the set's folder that shares blocks where it can. Sums come later (sink_folder_sum). */
ese_err sink_folder_copy(struct sink *s, enum agent_file_kind kind, const char *source);
ese_err sink_folder_sum(struct sink *s, const struct agent_progress *progress);         /* size and CRC of all copies */
/* path "-" = standard output. */
ese_err sink_tar_open(const char *path, enum agent_kind kind, struct sink **out);
const struct agent_sink *sink_interface(struct sink *s);
const struct set *sink_set(const struct sink *s);
/* success = false removes what a folder sink has written so far. */
void sink_close(struct sink *s, bool success);

/* One backup read from a tar stream into a new folder below root. */
ese_err tar_extract(const char *path, const char *root, char folder[OS_PATH_MAX]);

/* ---- the archive itself: libarchive where it is packaged, ustar by hand for the PE (tar_*.c) ---- */
struct tar_writer;
ese_err tar_writer_open(const char *path, struct tar_writer **out);
ese_err tar_writer_entry(struct tar_writer *w, const char *name, uint64_t bytes);
ese_err tar_writer_data(struct tar_writer *w, const void *bytes, size_t size);
ese_err tar_writer_close(struct tar_writer *w);         /* writes the end; frees */
struct tar_reader;
ese_err tar_reader_open(const char *path, struct tar_reader **out);
ese_err tar_reader_next(struct tar_reader *r, char *name, size_t room, uint64_t *bytes, bool *end);
ese_err tar_reader_data(struct tar_reader *r, void *to, size_t room, size_t *got);      /* 0 = end of entry */
void tar_reader_close(struct tar_reader *r);

#endif
