/*
 * os_win32_system.c - clock, random bytes, memory and process facts on Win32.
 */
#define _CRT_RAND_S
#include "os/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

void os_clock_calendar(struct os_calendar *utc)
{
    SYSTEMTIME now;

    GetSystemTime(&now);
    utc->year = now.wYear;
    utc->month = now.wMonth;
    utc->day = now.wDay;
    utc->hour = now.wHour;
    utc->minute = now.wMinute;
    utc->second = now.wSecond;
    utc->millisecond = now.wMilliseconds;
}

uint64_t os_clock_ns(void)
{
    LARGE_INTEGER ticks, per_second;

    (void)QueryPerformanceFrequency(&per_second);
    (void)QueryPerformanceCounter(&ticks);
    uint64_t whole = (uint64_t)ticks.QuadPart / (uint64_t)per_second.QuadPart;
    uint64_t rest = (uint64_t)ticks.QuadPart % (uint64_t)per_second.QuadPart;
    return whole * UINT64_C(1000000000) + rest * UINT64_C(1000000000) / (uint64_t)per_second.QuadPart;
}

uint64_t os_clock_ms(void)
{
    return os_clock_ns() / 1000000;
}

/* rand_s is the C runtime's way to the system's generator; it needs no further DLL. */
void os_random(void *to, size_t size)
{
    uint8_t *at = to;

    while (size != 0) {
        unsigned value;
        size_t n = size < sizeof(value) ? size : sizeof(value);
        if (rand_s(&value) != 0)
            abort();                                    /* signatures must not repeat */
        memcpy(at, &value, n);
        at += n;
        size -= n;
    }
}

unsigned os_cpu_count(void)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwNumberOfProcessors != 0 ? (unsigned)info.dwNumberOfProcessors : 1;
}

uint64_t os_memory_bytes(void)
{
    MEMORYSTATUSEX status = {.dwLength = sizeof(status)};
    return GlobalMemoryStatusEx(&status) ? status.ullTotalPhys : UINT64_C(1) << 30;
}

uint32_t os_process_id(void)
{
    return GetCurrentProcessId();
}

/* The C runtime keeps the path of the program; its last part is the name. */
const char *os_process_name(void)
{
    const char *path = _pgmptr;
    const char *name = path;

    if (path == NULL || path[0] == 0)
        return "process";
    for (; *path != 0; path++)
        if (*path == '\\' || *path == '/')
            name = path + 1;
    return name;
}

void *os_memory_reserve(size_t size)
{
    return VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

/* Never decommitted: a thread that reads there at this moment must not fault. Unlocking what is not locked takes it out of the
 * working set. */
void os_memory_discard(void *at, size_t size)
{
    (void)VirtualAlloc(at, size, MEM_RESET, PAGE_READWRITE);
    (void)VirtualUnlock(at, size);
}

void os_memory_release(void *at, size_t size)
{
    (void)size;
    if (at != NULL)
        (void)VirtualFree(at, 0, MEM_RELEASE);
}

const char *os_environment(const char *name)
{
    return getenv(name);
}

void os_debug_line(const char *text)
{
    OutputDebugStringA(text);
    OutputDebugStringA("\n");
}

static void to_wide(const char *text, wchar_t *to, int room)
{
    if (MultiByteToWideChar(CP_UTF8, 0, text, -1, to, room) == 0)
        to[0] = 0;
    to[room - 1] = 0;
}

/* The event log is had when there is something to say, not at load: programs that never need it start without the DLL behind it. */
struct event_calls {
    HANDLE (WINAPI *open)(LPCWSTR server, LPCWSTR source);
    BOOL (WINAPI *report)(HANDLE log, WORD type, WORD category, DWORD id, PSID user, WORD strings, DWORD bytes, LPCWSTR *text, LPVOID data);
    BOOL (WINAPI *close)(HANDLE log);
};

static bool find_event_calls(struct event_calls *calls)
{
    HMODULE library = LoadLibraryW(L"advapi32.dll");
    FARPROC open, report, close;
    if (library == NULL)
        return false;
    open = GetProcAddress(library, "RegisterEventSourceW");
    report = GetProcAddress(library, "ReportEventW");
    close = GetProcAddress(library, "DeregisterEventSource");
    memcpy(&calls->open, &open, sizeof open);
    memcpy(&calls->report, &report, sizeof report);
    memcpy(&calls->close, &close, sizeof close);
    return open != NULL && report != NULL && close != NULL;
}

/* Source ESENT, as the original's; the program's own name for it, process and instance are texts of the event. */
void os_event_write(const struct os_event *event)
{
    static const WORD types[] = {EVENTLOG_INFORMATION_TYPE, EVENTLOG_WARNING_TYPE, EVENTLOG_ERROR_TYPE};
    enum { CATEGORY_GENERAL = 1, PROCESS = 160, PID = 16, NAME = 300, TEXT = 600 };
    wchar_t process[PROCESS], pid[PID], name[NAME], text[TEXT];
    char number[PID];
    LPCWSTR strings[4] = {process, pid, name, text};
    struct event_calls calls;
    HANDLE log = find_event_calls(&calls) ? calls.open(NULL, L"ESENT") : NULL;
    if (log == NULL)
        return;
    (void)snprintf(number, sizeof number, "%lu", (unsigned long)GetCurrentProcessId());
    to_wide(event->source[0] != '\0' ? event->source : os_process_name(), process, PROCESS);
    to_wide(number, pid, PID);
    to_wide(event->instance, name, NAME);
    to_wide(event->text, text, TEXT);
    (void)calls.report(log, types[event->type], CATEGORY_GENERAL, event->id, NULL, 4, 0, strings, NULL);
    (void)calls.close(log);
}

void os_library_pin(void)
{
    union { void (*code)(void); LPCWSTR address; } here = {os_library_pin};
    HMODULE module;
    (void)GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, here.address, &module);
}
