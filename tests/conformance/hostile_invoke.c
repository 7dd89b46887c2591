/* One call by its address: every argument is a word, on 32-bit Windows two for 64-bit numbers. */
#include "hostile.h"

#ifdef _WIN32
#include <windows.h>

hostile_entry hostile_find(unsigned number)
{
    union { FARPROC from; hostile_entry to; } both;
    HMODULE library = LoadLibraryA("esent.dll");
    both.from = library != NULL ? GetProcAddress(library, hostile_calls[number].name) : NULL;
    return both.to;
}
#endif

#if UINTPTR_MAX == 0xFFFFFFFFu
#define CALL_API __stdcall
typedef uint32_t word;
#else
#define CALL_API
typedef uint64_t word;
#endif

static unsigned to_words(const struct hostile_call *call, const uint64_t *values, word *w)
{
    unsigned n = 0;
    for (unsigned k = 0; k < call->count; k++) {
        w[n++] = (word)values[k];
        if (sizeof(word) == 4 && call->arguments[k].kind == K_WIDE_NUMBER)
            w[n++] = (word)(values[k] >> 32);
    }
    return n;
}

#define W word
#define FORM(...) ((int(CALL_API *)(__VA_ARGS__))entry)

int hostile_invoke(hostile_entry entry, const struct hostile_call *call, const uint64_t *values)
{
    word w[ARGUMENTS_MAX + 2] = {0};
    switch (to_words(call, values, w)) {
    case 0: return FORM(void)();
    case 1: return FORM(W)(w[0]);
    case 2: return FORM(W, W)(w[0], w[1]);
    case 3: return FORM(W, W, W)(w[0], w[1], w[2]);
    case 4: return FORM(W, W, W, W)(w[0], w[1], w[2], w[3]);
    case 5: return FORM(W, W, W, W, W)(w[0], w[1], w[2], w[3], w[4]);
    case 6: return FORM(W, W, W, W, W, W)(w[0], w[1], w[2], w[3], w[4], w[5]);
    case 7: return FORM(W, W, W, W, W, W, W)(w[0], w[1], w[2], w[3], w[4], w[5], w[6]);
    case 8: return FORM(W, W, W, W, W, W, W, W)(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
    case 9: return FORM(W, W, W, W, W, W, W, W, W)(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8]);
    case 10: return FORM(W, W, W, W, W, W, W, W, W, W)(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9]);
    case 11: return FORM(W, W, W, W, W, W, W, W, W, W, W)(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], w[10]);
    default: return FORM(W, W, W, W, W, W, W, W, W, W, W, W)(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], w[10], w[11]);
    }
}
