/*
 * platform.h - folders, files, threads and processes for the conformance runner, on Windows and elsewhere.
 */
#ifndef CONFORMANCE_PLATFORM_H
#define CONFORMANCE_PLATFORM_H

#include <stddef.h>
#include <stdio.h>

void pause_ms(unsigned ms);
void folder_make(const char *path);
int folder_enter(const char *path);
void folder_current(char *out, size_t room);
void folder_each(const char *path, void (*each)(void *context, const char *folder, const char *name), void *context);
void folder_remove(const char *path);                   /* with all that is in it */
void file_copy(const char *from, const char *to);
void thread_start(void (*body)(void *), void *argument, int wait);
/* Exit code; 254 when it had to be killed after timeout_ms, 128 + signal when it died of one. */
int process_run(char **argv, unsigned timeout_ms);

/* The last line of a report, "N passed, M failed", also into the file where one is given. Returns the exit code. */
int report_counts(FILE *copy, unsigned passed, unsigned failed);

/* Full path of this program: argv[0] may be relative, and the children start in other folders. */
void process_own_path(const char *argv0, char *out, size_t room);

#endif
