/*
 * sequences.h - observed sequences of calls on records, cursors and schema: the names the steps use.
 *
 * INVARIANTS  F1  every sequence runs in a process and a folder of its own.
 */
#ifndef CONFORMANCE_SEQUENCES_H
#define CONFORMANCE_SEQUENCES_H

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

struct sequence { const char *name; void (*run)(void); unsigned records; };
extern const struct sequence sequences[];
extern const unsigned sequence_count;

extern JET_INSTANCE i;
extern JET_SESID s, s2;
extern JET_DBID d, d2;
extern JET_TABLEID T, T2;
extern JET_COLUMNID cId, cNn, cDef, cVer, cAuto, cEsc, cBit, cDbl, cBin, cFt, cTx, cUni, cLt, cLb, cTag, cx;
extern jet_u32 cb_, cbm, n;
extern JET_API_PTR v;
#ifdef _WIN32
extern long lv, id;
#else
extern int lv, id;
#endif
extern char *b, bm[1024];
extern JET_RETINFO ri;
extern JET_SETINFO si;
extern JET_RECPOS rp;
extern JET_COLUMNID ci[8];
extern JET_RETRIEVECOLUMN rc[2];
extern JET_SETCOLUMN sc[2];
extern JET_COLUMNLIST cl;
extern JET_COLUMNBASE cbs;
extern JET_COLUMNDEF cd;

/* One definition where columns are added, several where temporary tables are opened. */
extern JET_COLUMNDEF c, definitions[8];

#define RC(column, to, room, grbit, info) (cb_ = 777, JetRetrieveColumn(s, T, column, to, room, &cb_, grbit, info))
#define SC_(column, from, size, grbit, info) JetSetColumn(s, T, column, from, size, grbit, info)
#define seek(session, table, key) (id = (key), JetMakeKey(session, table, &id, 4, JET_bitNewKey), JetSeek(session, table, JET_bitSeekEQ))

const char *P(const char *name);
void step(int number, const char *text, int got, int expected);
void must(const char *text, int got);
void at(int number, int expected);
void actual(int number, unsigned expected);

/* What recordings did without a line. */
int second(int what);
int put(JET_SESID session, JET_TABLEID table, int key);
int row(JET_SESID session, JET_TABLEID table, int key);
int big(JET_COLUMNID column, unsigned size);
int newcolumn(void);
int columns(int key, int type);
int retrieves(int bad);
int sets(void);
int spoil(void);
int tag(unsigned number);
int unlimited(void);

#endif
