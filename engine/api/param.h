/*
 * param.h - system parameters: one table of descriptions, one value table for the process and one for each instance.
 *
 * OWNS        the values; texts are heap copies.
 * GIVES       defaults, copies, the checks of a set in the order the original makes them, reading.
 * INVARIANTS  P1  a GLOBAL parameter has its value in the process' table only, whatever table is addressed.
 *             P2  folders are full paths with a trailing separator once they were set; defaults stay relative until init.
 * FAILS       JET_errInvalidParameter, JET_errAlreadyInitialized, JET_errInvalidPath, JET_errBufferTooSmall, JET_errOutOfMemory.
 * CALLERS     api. Guarded by the engine lock.
 * TESTS       unit/test_api_modes.c, conformance/params, conformance/behaviour
 */
#ifndef ESE_API_PARAM_H
#define ESE_API_PARAM_H

#include "api/text.h"
#include "os/os.h"

enum { PARAM_COUNT = 222 };
enum param_kind { PARAM_NUMBER, PARAM_POWER, PARAM_BOOL, PARAM_TEXT, PARAM_FOLDER, PARAM_FILE, PARAM_POINTER, PARAM_COMPUTED };
enum param_scope { PARAM_GLOBAL, PARAM_PER_INSTANCE };
enum param_fixed { PARAM_NEVER, PARAM_AT_INIT, PARAM_AT_MODE, PARAM_READ_ONLY, PARAM_NO_EFFECT };

struct param_description {
    const char *name;
    enum param_kind kind;
    enum param_scope scope;
    enum param_fixed fixed;
    bool advanced;
    uint64_t number;
    const char *text;
    uint64_t low, high;
};

struct param_value { uint64_t number; char *text; bool written; };
struct param_table {
    struct param_value values[PARAM_COUNT];
    JET_UNICODEINDEX unicode;                           /* JET_paramUnicodeIndexDefault */
    char locale[96];
};

/* What a set has to know about where it stands. */
struct param_site { struct param_table *table, *global; bool mode_set, instance_addressed, session_addressed, initialised; };

const struct param_description *param_describe(uint32_t id);    /* NULL: out of range or never a parameter */
uint64_t param_default(uint32_t id);
void param_defaults(struct param_table *t);
ese_err param_copy(struct param_table *to, const struct param_table *from);
void param_release(struct param_table *t);
void param_reset(struct param_table *t, uint32_t id, uint64_t number);
/* JET_paramConfiguration: 0 the small values, 1 the usual ones, bits on top of what there is (param_sets.c). */
void param_choose_set(const struct param_site *site, uint32_t chosen);
ese_err param_set(const struct param_site *site, uint32_t id, uint64_t number, const char *text);
/* The stored number or text; COMPUTED ones are answered by the caller. */
uint64_t param_number(const struct param_table *t, uint32_t id);
const char *param_text(const struct param_table *t, uint32_t id);       /* "" for none */
bool param_is_text(uint32_t id);
/* JET_paramEngineFormatVersion as the update level of databases: 0 for no limit. attach: the highest that may be attached, else the one to make. */
uint32_t param_update_level(const struct param_table *t, bool attach);
/* Full form of a folder (with separator) or file path, relative to the working directory. */
ese_err param_full_path(const char *text, bool folder, char *to, size_t room);

#endif
