/*
 * samples.h - the list of databases that Windows wrote (data/edb/INDEX.tsv), and copies of them to work on.
 *
 * GIVES       samples_read, sample_unpack, sample_listed.
 * CALLERS     tests/realdata.
 */
#ifndef ESE_TEST_SAMPLES_H
#define ESE_TEST_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SAMPLES_MAX = 40 };
struct sample { char file[80]; uint32_t page_size; unsigned update; bool clean, damaged, exported; char counts[2000]; };

unsigned samples_read(struct sample *out, unsigned room);
/* A writable copy in folder; name: the file's own, without .gz, in 100 bytes. */
bool sample_unpack(const struct sample *s, const char *folder, char *name);
/* Rows of a table by the list, or -1. */
long sample_listed(const struct sample *s, const char *table);

#endif
