#include "base/err.h"

static _Thread_local struct {
    ese_err code;
    const char *function;
    int line;
} last_raise;

ese_err err_raise(ese_err code, const char *function, int line)
{
    last_raise.code = code;
    last_raise.function = function;
    last_raise.line = line;
    return code;
}

ese_err err_last(const char **function, int *line)
{
    *function = last_raise.function != NULL ? last_raise.function : "";
    *line = last_raise.line;
    return last_raise.code;
}

static const struct {
    ese_err code;
    const char *name, *text;
} codes[] = {
#define E(name, value, category, text) {(value), #name, text},
#include "base/errors.inc"
#undef E
};

const char *err_name(ese_err code)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].code == code)
            return codes[i].name;
    return NULL;
}

const char *err_text(ese_err code)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].code == code)
            return codes[i].text;
    return NULL;
}
