/*
 * check.h - the integrity checker: every invariant of a database, read-only.
 *
 * GIVES       check_database over an attached or closed file; faults with page and slot; never writes.
 * CHECKS      page sums and structure · key order · parent bounds · sibling links · each page owned exactly once · catalog and shadow ·
 *             index entries = records · long-value counts and chunks · records against the schema.
 *             Not faults, only counted: pages that nobody owns, and references that a long value counts beyond those in records. A crash
 *             between the steps of an update outside any transaction leaves such; space is lost, no data.
 * CALLERS     api tools, tests.
 * TESTS       reference cases (verdicts), every fixture's end
 */
#ifndef ESE_ADMIN_CHECK_H
#define ESE_ADMIN_CHECK_H

#include "txn/session.h"

struct check_fault { pgno page; int slot; const char *tree; char text[200]; };
struct check_config {
    unsigned faults_max;                                /* stop after so many; 0 = 100 */
    bool pages_only;                                    /* checksums only */
    void (*fault)(void *context, const struct check_fault *f);
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
};
struct check_counts {
    uint64_t pages, leaked_pages, records, entries, long_values, spare_references, faults, bad_checksums, repairable;
};
/* dbid is attached in s's instance (read-only is enough) and quiet. err: only what prevents checking; faults are counted. */
ese_err check_database(struct session *s, uint8_t dbid, const struct check_config *config, struct check_counts *counts);
/* Checksums of a file that is not attached. */
ese_err check_file_pages(const char *path, const struct check_config *config, struct check_counts *counts);

#endif
