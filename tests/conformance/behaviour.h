/*
 * behaviour.h - observed results of calls by engine mode: the names that the rows use, and the table made from them.
 *
 * INVARIANTS  F1  every cell runs in a process and a folder of its own.
 */
#ifndef CONFORMANCE_BEHAVIOUR_H
#define CONFORMANCE_BEHAVIOUR_H

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

enum { BEHAVIOUR_MODES_MAX = 16, BEHAVIOUR_ANY_RESULT = 77777, BUF_BYTES = 262144 };

typedef JET_GRBIT jet_u32;
typedef JET_INSTANCE I;

struct behaviour_row {
    const char *text;
    int (*call)(void);
    int expected[BEHAVIOUR_MODES_MAX];
};
extern const struct behaviour_row behaviour_rows[];
extern const unsigned behaviour_row_count, behaviour_mode_count;
extern const char *const behaviour_modes[];

extern JET_INSTANCE g_i, t, z;
extern JET_SESID S, s2;
extern JET_DBID D, d;
extern JET_HANDLE H, h;
extern jet_u32 n, cb, lo, hi;
extern JET_API_PTR lp;
extern JET_OSSNAPID sn;
extern JET_INSTANCE_INFO_A *ai;
extern JET_SETSYSPARAM_A sp[1];
extern JET_RSTINFO_A ri;
extern JET_LOGINFO_A li;
extern JET_SIGNATURE sg;
extern char *buf, sz[1024];
extern const char *dbpath, *logpath;
JET_ERR JET_API stat_cb(JET_SESID session, JET_SNP snp, JET_SNT snt, void *argument);

#ifndef JET_handleNil
#define JET_handleNil (~(JET_HANDLE)0)
#endif
#ifndef JET_bitBackupSurrogate
#define JET_bitBackupSurrogate 0x20
#endif

#endif
