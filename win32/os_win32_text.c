/*
 * Narrow text of callers on Windows is in the ANSI code page.
 */
#include <windows.h>

#include <assert.h>

#include "os/os.h"

static_assert(sizeof(WCHAR) == sizeof(uint16_t), "UTF-16 units");

size_t os_ansi_to_wide(const char *text, size_t bytes, uint16_t *to, size_t room)
{
    int need = bytes != 0 ? MultiByteToWideChar(CP_ACP, 0, text, (int)bytes, NULL, 0) : 0;
    if (to != NULL && room >= (size_t)need && need > 0)
        MultiByteToWideChar(CP_ACP, 0, text, (int)bytes, (WCHAR *)to, need);
    return (size_t)(need > 0 ? need : 0);
}

size_t os_wide_to_ansi(const uint16_t *text, size_t units, char *to, size_t room)
{
    int need = units != 0 ? WideCharToMultiByte(CP_ACP, 0, (const WCHAR *)text, (int)units, NULL, 0, NULL, NULL) : 0;
    int fits = need;
    if (to == NULL || need <= 0)
        return (size_t)(need > 0 ? need : 0);
    while ((size_t)fits > room && units > 0)            /* what does not fit is cut at a whole character */
        fits = WideCharToMultiByte(CP_ACP, 0, (const WCHAR *)text, (int)--units, NULL, 0, NULL, NULL);
    if (units != 0)
        WideCharToMultiByte(CP_ACP, 0, (const WCHAR *)text, (int)units, to, (int)room, NULL, NULL);
    return (size_t)need;
}
