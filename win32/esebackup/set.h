/*
 * set.h - a backup set on disk: one folder per backup under a root, each with its manifest; chains of them.
 *
 * LAYOUT      ROOT/0001-full/set.tsv, a.edb, edb00004.log ...; ROOT/0002-incremental/...
 * OWNS        struct set and its file list.
 * GIVES       manifest text in and out, listing of a root, the chain that a restore needs.
 * INVARIANTS  M1  set.tsv is written last, to a temporary name, synced, then renamed: a folder without it is not a set.
 *             M2  the last line holds the CRC-32 of all before it; every file row holds size and CRC-32 of the file.
 * FAILS       JET_errInvalidBackup (manifest damaged or of another version), JET_errMissingFullBackup (no chain), os codes.
 * CALLERS     main, restore, verify, the folder and tar sinks.
 * TESTS       tests/agent
 */
#ifndef ESEBACKUP_SET_H
#define ESEBACKUP_SET_H

#include "agent.h"
#include "os/os.h"

struct set_file {
    enum agent_file_kind kind;
    uint64_t bytes;
    uint32_t crc;
    char *stored;                                       /* name inside the set's folder */
    char *source;                                       /* full path at backup time */
};

struct set {
    char folder[OS_PATH_MAX];                           /* "" while in a stream */
    unsigned sequence;
    enum agent_kind kind;
    uint32_t gen_low, gen_high;
    char started[32];                                   /* UTC, ISO 8601 */
    struct set_file *files;
    unsigned file_count;
};

struct set_chain {
    struct set *sets;                                   /* ascending sequence */
    unsigned count;
};

void set_init(struct set *s, unsigned sequence, enum agent_kind kind);
void set_release(struct set *s);
/* Adds a row; stored is made unique inside the set. NULL when memory is out. */
struct set_file *set_add(struct set *s, enum agent_file_kind kind, const char *source, uint64_t bytes);
char *set_format(const struct set *s, size_t *size);    /* manifest text; free() */
ese_err set_parse(struct set *s, const char *text, size_t size);
ese_err set_write(const struct set *s);                 /* M1, into s->folder */
ese_err set_read(struct set *s, const char *folder);

/* All sets below root, ascending. A folder without a manifest is passed over. */
ese_err set_list(const char *root, struct set_chain *all);
/* The full backup and its incrementals up to sequence upto (0 = newest), or the snapshot that upto is. Snapshots in between are
 * no part of a chain. */
ese_err set_chain_of(const struct set_chain *all, unsigned upto, unsigned *first, unsigned *last);
void set_chain_release(struct set_chain *c);
const char *set_kind_name(enum agent_kind kind);
ese_err set_folder_name(char *out, size_t room, const char *root, unsigned sequence, enum agent_kind kind);
ese_err path_join(char *out, size_t room, const char *folder, const char *name);
const char *path_name(const char *path);                /* what follows the last separator of either kind */

#endif
