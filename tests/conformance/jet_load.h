/*
 * jet_load.h - on Windows the calls are looked up while the program runs, so that it starts with every version of esent.dll.
 *
 * GIVES       jet_calls.h, made from the list of exports: a macro for each call that asks jet_call() for its address.
 * INVARIANTS  F1  no esent.dll is in the import table of a program that includes this.
 * FAILS       a call that the library lacks ends the process with JET_CALL_ABSENT after naming it.
 */
#ifndef CONFORMANCE_JET_LOAD_H
#define CONFORMANCE_JET_LOAD_H

enum { JET_CALL_ABSENT = 251 };

#ifdef _WIN32
typedef void (*jet_entry)(void);
jet_entry jet_call(const char *name);
#include "jet_calls.h"
#endif

/* The library that this process and the processes it starts load; without it "esent.dll", as Windows finds it. */
void jet_library(const char *path);

#endif
