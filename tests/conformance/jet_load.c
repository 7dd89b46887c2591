/*
 * The addresses of the calls on Windows. The choice of the library goes to the children through the environment.
 */
#include "jet_load.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef _WIN32
#include <process.h>
#include <windows.h>

#define CHOICE "ESE_CONFORMANCE_LIBRARY"

jet_entry jet_call(const char *name)
{
    static HMODULE library;
    FARPROC entry;

    if (library == NULL) {
        const char *path = getenv(CHOICE);
        library = LoadLibraryA(path != NULL ? path : "esent.dll");
    }
    entry = library != NULL ? GetProcAddress(library, name) : NULL;
    if (entry == NULL) {
        printf("%s: %s\n", name, library != NULL ? "absent" : "no library");
        fflush(stdout);
        _exit(JET_CALL_ABSENT);
    }
    return (jet_entry)entry;
}

void jet_library(const char *path)
{
    SetEnvironmentVariableA(CHOICE, path);
}
#else
/* Programs on other systems are linked with the library. */
void jet_library(const char *path)
{
    (void)path;
}
#endif
