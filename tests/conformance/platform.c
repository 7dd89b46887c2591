/*
 * The little of a system that the cases need: folders, files, threads, a pause. Plain C plus the few calls below.
 */
#include "platform.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#ifdef _WIN32
#include <direct.h>
#include <process.h>
#include <windows.h>
enum { SPAWN_TRIES = 4 };
#else
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#endif

void pause_ms(unsigned ms)
{
#ifdef _WIN32
    Sleep(ms);
#else
    struct timespec wait = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000L};
    nanosleep(&wait, NULL);
#endif
}

void folder_make(const char *path)
{
#ifdef _WIN32
    _mkdir(path);
#else
    mkdir(path, 0700);
#endif
}

int folder_enter(const char *path)
{
#ifdef _WIN32
    return _chdir(path);
#else
    return chdir(path);
#endif
}

void folder_current(char *out, size_t room)
{
#ifdef _WIN32
    if (_getcwd(out, (int)room) == NULL)
        out[0] = 0;
#else
    if (getcwd(out, room) == NULL)
        out[0] = 0;
#endif
}

static int is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

void folder_each(const char *path, void (*each)(void *context, const char *folder, const char *name), void *context)
{
    DIR *d = opendir(path);
    const struct dirent *e;
    if (d == NULL)
        return;
    while ((e = readdir(d)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            each(context, path, e->d_name);
    closedir(d);
}

static void remove_entry(void *context, const char *folder, const char *name)
{
    char path[1200];
    (void)context;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (is_folder(path))
        folder_remove(path);
    else
        remove(path);
}

void folder_remove(const char *path)
{
    folder_each(path, remove_entry, NULL);
#ifdef _WIN32
    _rmdir(path);
#else
    rmdir(path);
#endif
}

void file_copy(const char *from, const char *to)
{
    static char bytes[65536];
    FILE *in = fopen(from, "rb"), *out = in != NULL ? fopen(to, "wb") : NULL;
    size_t got;
    while (out != NULL && (got = fread(bytes, 1, sizeof bytes, in)) > 0)
        fwrite(bytes, 1, got, out);
    if (out != NULL)
        fclose(out);
    if (in != NULL)
        fclose(in);
}

struct thread_start {
    void (*body)(void *);
    void *argument;
};

static void *thread_main(void *raw)
{
    struct thread_start start = *(struct thread_start *)raw;
    free(raw);
    start.body(start.argument);
    return NULL;
}

void thread_start(void (*body)(void *), void *argument, int wait)
{
    struct thread_start *start = malloc(sizeof *start);
    pthread_t thread;
    if (start == NULL)
        abort();
    start->body = body;
    start->argument = argument;
    if (pthread_create(&thread, NULL, thread_main, start) != 0)
        abort();
    if (wait)
        pthread_join(thread, NULL);
    else
        pthread_detach(thread);
}

int process_run(char **argv, unsigned timeout_ms)
{
#ifdef _WIN32
    intptr_t child = -1;
    DWORD code = 255;
    /* A busy system may refuse a process for a moment; that says nothing about the library. */
    for (unsigned k = 0; k < SPAWN_TRIES && child == -1; k++) {
        if (k != 0)
            pause_ms(500);
        child = _spawnv(_P_NOWAIT, argv[0], (const char *const *)argv);
    }
    if (child == -1)
        return -1;
    if (WaitForSingleObject((HANDLE)child, timeout_ms) != WAIT_OBJECT_0) {
        TerminateProcess((HANDLE)child, 254);
        WaitForSingleObject((HANDLE)child, 5000);
    }
    GetExitCodeProcess((HANDLE)child, &code);
    CloseHandle((HANDLE)child);
    return (int)code;
#else
    int status = 0;
    pid_t child;
    fflush(NULL);
    child = fork();
    if (child == 0) {
        execv(argv[0], argv);
        _exit(253);
    }
    for (unsigned waited = 0; waitpid(child, &status, WNOHANG) == 0; waited += 2) {
        if (waited > timeout_ms) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return 254;
        }
        pause_ms(2);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
#endif
}

int report_counts(FILE *copy, unsigned passed, unsigned failed)
{
    printf("%u passed, %u failed\n", passed, failed);
    if (copy != NULL) {
        fprintf(copy, "%u passed, %u failed\n", passed, failed);
        fclose(copy);
    }
    return failed == 0 && passed != 0 ? 0 : 1;
}

void process_own_path(const char *argv0, char *out, size_t room)
{
#ifdef _WIN32
    (void)argv0;
    GetModuleFileNameA(NULL, out, (DWORD)room);
#else
    char *full = realpath(argv0, NULL);
    snprintf(out, room, "%s", full != NULL ? full : argv0);
    free(full);
#endif
}
