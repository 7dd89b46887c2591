/*
 * dllmain.c - attach and detach do nothing: no lock, no thread, no other DLL. Engine threads start with the first instance and end
 * with the last; the first one pins the module, so that no FreeLibrary takes the code from under them. At process exit other threads
 * are dead and their locks are stuck, so nothing is touched.
 */
#include <windows.h>

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved);

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved)
{
    (void)module;
    (void)reason;
    (void)reserved;
    return TRUE;
}
