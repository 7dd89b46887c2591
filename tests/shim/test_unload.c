/*
 * test_unload - a program that lets the library go while an instance runs: its threads must not run into unmapped code.
 *
 *   test_unload FOLDER
 */
#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#define JET_VERSION 0x0A00
#include <windows.h>
#define CALL WINAPI
#else
#include <dlfcn.h>
#define CALL
#endif
#include <esent.h>

#include "platform.h"

enum { LOG_KIB = 128, CLOSES = 8, WAIT_MS = 1500 };

typedef JET_ERR(CALL *create_call)(JET_INSTANCE *, const char *);
typedef JET_ERR(CALL *set_call)(JET_INSTANCE *, JET_SESID, JET_GRBIT, JET_API_PTR, const char *);
typedef JET_ERR(CALL *init_call)(JET_INSTANCE *);

#ifdef _WIN32
static HMODULE library;
static int library_open(void) { return (library = LoadLibraryA("esent.dll")) != NULL; }
static void library_close(void) { FreeLibrary(library); }
#else
static void *library;
static int library_open(void) { return (library = dlopen(ESENT_LIBRARY, RTLD_NOW | RTLD_LOCAL)) != NULL; }
static void library_close(void) { dlclose(library); }
#endif

static void find(const char *name, void *to)
{
#ifdef _WIN32
    FARPROC p = GetProcAddress(library, name);
#else
    void *p = dlsym(library, name);
#endif
    memcpy(to, &p, sizeof p);
}

int main(int argc, char **argv)
{
    static const JET_GRBIT paths[] = {JET_paramSystemPath, JET_paramLogFilePath, JET_paramTempPath};
    create_call create = NULL;
    set_call set = NULL;
    init_call init = NULL;
    JET_INSTANCE i = 0;
    const char *folder = argc > 1 ? argv[1] : "unload-run";
    folder_remove(folder);
    folder_make(folder);
    if (folder_enter(folder) != 0 || !library_open())
        return 2;
    find("JetCreateInstanceA", &create);
    find("JetSetSystemParameterA", &set);
    find("JetInit", &init);
    if (create == NULL || set == NULL || init == NULL || create(&i, "unloaded") < 0)
        return 3;
    for (unsigned k = 0; k < sizeof paths / sizeof paths[0]; k++)
        if (set(&i, 0, paths[k], 0, "./") < 0)
            return 4;
    if (set(&i, 0, JET_paramLogFileSize, LOG_KIB, NULL) < 0 || init(&i) < 0)
        return 5;
    for (int k = 0; k < CLOSES; k++)
        library_close();
    pause_ms(WAIT_MS);
    puts("1 passed, 0 failed");
    return 0;
}
