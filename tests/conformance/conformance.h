/*
 * conformance.h - what the generated cases are made of: the shorthands of the case table as macros over the plain (A) calls.
 *
 * GIVES       the variables every case may use, STEP for preconditions that must succeed, CHECK for promised side effects.
 * INVARIANTS  F1  a case runs in a process of its own, in an empty folder of its own that holds the folders A B C D2 E K T L1.
 * CALLERS     the generated cases, runner.c.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#define JET_VERSION 0x0A00
#include <windows.h>
#endif
#include <esent.h>
#include "jet_load.h"

typedef JET_GRBIT jet_u32;

enum backup_made { BAK_NONE, BAK_STREAM, BAK_FOLDER, BAK_FOLDER_NO_PAT, BAK_ATOMIC };

struct conformance_case {
    const char *id, *area;
    int expected, also;                                 /* also: a documented code accepted beside the observed one */
    enum backup_made backup;
    int (*run)(void);
};
extern const struct conformance_case conformance_cases[];
extern const unsigned conformance_case_count;

/* What an earlier process left behind. */
struct backup_facts { jet_u32 low, high; char database[1024]; };

extern JET_INSTANCE i, j, k, HX;
extern JET_SESID s, t;
extern JET_DBID db;
extern JET_HANDLE h;
extern jet_u32 n, m, lo, hi;
extern JET_API_PTR v;
extern JET_OSSNAPID id;
extern JET_INSTANCE_INFO *instances;
extern JET_SETSYSPARAM p[2];
extern JET_RSTINFO r;
extern JET_LOGINFO li;
extern JET_DBINFOMISC misc;
extern unsigned char *page;
extern char buf[8192], buf2[8192];
extern int result;
extern struct backup_facts bak;

int step_failed(const char *text, int err);
int check_failed(const char *text);
const char *path_of(const char *relative);              /* full path below the case's folder; a few live at once */
const char *folder_path(const char *name);              /* the same with trailing separator */
int set_dirs(JET_INSTANCE *instance, const char *folder);
int up(JET_INSTANCE *instance, const char *name, const char *folder);
int make_database(JET_INSTANCE instance, const char *name);
int fill(JET_INSTANCE instance, const char *name, unsigned generations);
int copy_out(JET_INSTANCE instance, const char *name, const char *to);   /* to NULL: read only */
int copy_logs(JET_INSTANCE instance, const char *to);
int full_backup(JET_INSTANCE instance, const char *name);
void set_path(JET_INSTANCE *instance, jet_u32 param, const char *folder);
void set_param(JET_SETSYSPARAM *to, jet_u32 param, JET_API_PTR value);
JET_SETSYSPARAM_W *wide_params(const JET_SETSYSPARAM *from);
void no_sharing(JET_INSTANCE *instance);
void read_all(JET_INSTANCE instance, JET_HANDLE file);
int read_to_failure(JET_INSTANCE instance, JET_HANDLE file);
void pause_ms(unsigned ms);
void make_file(const char *folder, const char *name);
void remove_file(const char *relative);
int file_exists(const char *relative);
void noise(const char *relative, long offset, unsigned size);
void copy_folder(const char *from, const char *to);
void make_detached(JET_INSTANCE instance, const char *name);
void advance_checkpoint(JET_INSTANCE instance);
void delete_backed_up_logs(const char *folder);
void damage_cold_page(JET_INSTANCE *instance, JET_SESID *session);
void fail_init(JET_INSTANCE *instance);
int end_on_thread(JET_INSTANCE instance);
void term_on_thread(JET_INSTANCE instance);
void init_on_thread(void);
int restore(jet_u32 low, jet_u32 high, const char *target, const char *target_log, const char *target_checkpoint);
int restore_without_map(void);
void remove_log(jet_u32 generation);
void copy_log(jet_u32 from, jet_u32 to);
void replace_by_clean(void);
void replace_by_foreign_log(jet_u32 generation);
int make_backup(enum backup_made kind);
void read_backup_facts(void);

#define H0 ((JET_INSTANCE)0)
#define HN ((JET_INSTANCE)~(JET_INSTANCE)0)
#define A (folder_path("A"))
#define B (folder_path("B"))
#define C (folder_path("C"))
#define T (folder_path("T"))

#define STEP(call)                                                                                                     \
    do {                                                                                                               \
        int step_err = (int)(call);                                                                                    \
        if (step_err < 0)                                                                                              \
            return step_failed(#call, step_err);                                                                       \
    } while (0)
#define FAILS(call)                                                                                                    \
    do {                                                                                                               \
        int step_err = (int)(call);                                                                                    \
        if (step_err >= 0)                                                                                             \
            return step_failed("expected to fail: " #call, step_err);                                                  \
    } while (0)
#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        int checked_result = result;                                                                                   \
        if (!(condition))                                                                                              \
            return check_failed(#condition);                                                                           \
        result = checked_result;                                                                                       \
    } while (0)

#define DIRS(instance, folder) set_dirs(instance, folder)
#define CREATE(handle, name) STEP(JetCreateInstance(&(handle), name))
#define UP(handle, name, folder) STEP(up(&(handle), name, folder))
#define LEGACY(folder) STEP((set_dirs(NULL, folder), i = 0, JetInit(&i)))
#define DB(handle, name) STEP(make_database(handle, name))
#define FILL(handle, name, generations) STEP(fill(handle, name, generations))
#define BEGIN(handle) STEP(JetBeginExternalBackupInstance(handle, 0))
#define BEGININC(handle) STEP(JetBeginExternalBackupInstance(handle, JET_bitBackupIncremental))
#define COPY(handle, name) STEP(copy_out(handle, name, NULL))
#define LOGS(handle) STEP(copy_logs(handle, NULL))
#define FULL(handle, name) STEP(full_backup(handle, name))

#endif
