#include "api/param.h"

#include "format/db_header.h"

#define HIGH UINT64_MAX
enum { VER_PAGE_32 = 16384, LCID_DEFAULT = 0x409, MAP_DEFAULT = 0x30401 };

static const struct param_description descriptions[PARAM_COUNT] = {
#define P(id, name, kind, scope, fixed, advanced, number, text, low, high, effect)                                     \
    [id] = {#name, PARAM_##kind, PARAM_##scope, PARAM_##fixed, (advanced) != 0, (number), text, (low), (high)},
#include "api/params.inc"
#undef P
};

const struct param_description *param_describe(uint32_t id)
{
    if (id >= PARAM_COUNT || id == JET_paramMaxValueInvalid || id == 185)
        return NULL;
    return &descriptions[id];
}

bool param_is_text(uint32_t id)
{
    enum param_kind kind = descriptions[id].kind;
    return kind == PARAM_TEXT || kind == PARAM_FOLDER || kind == PARAM_FILE;
}

uint64_t param_default(uint32_t id)
{
    return id == JET_paramVerPageSize && sizeof(void *) == 4 ? VER_PAGE_32 : descriptions[id].number;
}

void param_defaults(struct param_table *t)
{
    memset(t, 0, sizeof *t);
    for (uint32_t id = 0; id < PARAM_COUNT; id++)
        t->values[id].number = param_default(id);
    t->unicode = (JET_UNICODEINDEX){.lcid = LCID_DEFAULT, .dwMapFlags = MAP_DEFAULT};
}

ese_err param_copy(struct param_table *to, const struct param_table *from)
{
    ese_err err = 0;
    *to = *from;
    for (uint32_t id = 0; id < PARAM_COUNT; id++)
        to->values[id].text = NULL;
    for (uint32_t id = 0; id < PARAM_COUNT; id++)
        if (from->values[id].text != NULL && (to->values[id].text = ese_strdup(from->values[id].text)) == NULL)
            FAIL(JET_errOutOfMemory);
done:
    if (err < 0)
        param_release(to);
    return err;
}

void param_release(struct param_table *t)
{
    for (uint32_t id = 0; id < PARAM_COUNT; id++) {
        ese_free(t->values[id].text);
        t->values[id].text = NULL;
    }
}

uint64_t param_number(const struct param_table *t, uint32_t id) { return t->values[id].number; }

const char *param_text(const struct param_table *t, uint32_t id)
{
    const char *text = t->values[id].text != NULL ? t->values[id].text : descriptions[id].text;
    return text != NULL ? text : "";
}

/* Back to a value that a set of values names, whatever the checks of a set say. */
void param_reset(struct param_table *t, uint32_t id, uint64_t number)
{
    ese_free(t->values[id].text);
    t->values[id].text = NULL;
    t->values[id].number = number;
    if (id == JET_paramUnicodeIndexDefault)
        t->unicode = (JET_UNICODEINDEX){.lcid = LCID_DEFAULT, .dwMapFlags = MAP_DEFAULT};
}

static bool has_drive(const char *text)
{
    return ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z')) && text[1] == ':';
}

/* A path that this system cannot open (a drive letter natively) is kept as it is: it may only be set and read back. */
ese_err param_full_path(const char *text, bool folder, char *to, size_t room)
{
    ese_err err = os_path_full(text[0] != '\0' ? text : ".", to, room);
    size_t used;
    if (err < 0 && has_drive(text) && strlen(text) + 2 < room) {
        strcpy(to, text);
        err = 0;
    }
    if (err < 0)
        return err_raise(JET_errInvalidPath, __func__, __LINE__);
    used = strlen(to);
    if (!folder && used != 0 && text[0] != '\0' && (text[strlen(text) - 1] == '/' || text[strlen(text) - 1] == '\\'))
        folder = true;
    if (folder && used + 2 < room && to[used - 1] != '/' && to[used - 1] != '\\') {
        to[used] = has_drive(to) ? '\\' : os_path_separator();
        to[used + 1] = '\0';
    }
    return 0;
}

/* A file name without a folder stays as it is: init puts it where the system files are. */
static bool is_bare_name(const struct param_description *d, const char *text)
{
    return d->kind == PARAM_FILE && text[0] != '\0' && strchr(text, '/') == NULL && strchr(text, '\\') == NULL && !has_drive(text);
}

/* No text for a folder means the working directory. Full paths obey the same limit as what was given. */
static ese_err set_text(struct param_value *value, const struct param_description *d, const char *text)
{
    ese_err err = 0;
    char full[OS_PATH_MAX];
    const char *kept = text;
    char *copy = NULL;
    if (d->kind == PARAM_FOLDER || (d->kind == PARAM_FILE && text != NULL)) {
        TRY(param_full_path(text != NULL ? text : "", d->kind == PARAM_FOLDER, full, sizeof full));
        if (text_to_utf16(full, strlen(full), NULL, 0) > d->high)
            FAIL(JET_errInvalidParameter);
        kept = text != NULL && is_bare_name(d, text) ? text : full;
    }
    if (kept != NULL && (copy = ese_strdup(kept)) == NULL)
        FAIL(JET_errOutOfMemory);
    ese_free(value->text);
    value->text = copy;
    value->written = true;
done:
    return err;
}

static ese_err check_range(const struct param_description *d, uint64_t number, const char *text)
{
    if (d->kind == PARAM_TEXT || d->kind == PARAM_FOLDER || d->kind == PARAM_FILE) {
        size_t units = text != NULL ? text_to_utf16(text, strlen(text), NULL, 0) : 0;
        if (units < d->low || units > d->high)
            return err_raise(JET_errInvalidParameter, __func__, __LINE__);
        return 0;
    }
    if (d->kind == PARAM_COMPUTED)
        return 0;
    if (number < d->low || number > (d->high == HIGH ? UINTPTR_MAX : d->high))
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    if (d->kind == PARAM_POWER && (number & (number - 1)) != 0)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    return 0;
}

static ese_err set_unicode_default(struct param_table *t, uint64_t pointer)
{
    const JET_UNICODEINDEX *given = (const JET_UNICODEINDEX *)(uintptr_t)pointer;
    if (given == NULL)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    t->unicode = *given;
    return 0;
}

/* Mask of JET_paramCommitDefault; other bits are refused. */
static ese_err check_flags(uint32_t id, uint64_t number)
{
    if (id == JET_paramCommitDefault && (number & ~(uint64_t)0x3B) != 0)
        return err_raise(JET_errInvalidParameter, __func__, __LINE__);
    return 0;
}

/* The flag that tolerates newer files shares a bit with the special values. */
static uint64_t format_level(uint64_t number)
{
    bool tolerant = (number & JET_efvAllowHigherPersistedFormat) == JET_efvAllowHigherPersistedFormat;
    return tolerant ? number & ~(uint64_t)JET_efvAllowHigherPersistedFormat : number;
}

static ese_err check_format_version(uint64_t number)
{
    uint64_t level = format_level(number);
    if (number == JET_efvUseEngineDefault || number == JET_efvUsePersistedFormat)
        return 0;
    if (level < JET_efvExchange2010Rtm)
        return err_raise(JET_errEngineFormatVersionNoLongerSupportedTooLow, __func__, __LINE__);
    if (level > JET_efvOptionallyUniqueIndices)
        return err_raise(JET_errEngineFormatVersionNotYetImplementedTooHigh, __func__, __LINE__);
    return 0;
}

uint32_t param_update_level(const struct param_table *t, bool attach)
{
    uint64_t number = param_number(t, JET_paramEngineFormatVersion), level = format_level(number);
    if (number == JET_efvUseEngineDefault || number == JET_efvUsePersistedFormat || level >= JET_efvScrubLastNodeOnEmptyPage)
        return 0;
    return attach && number != level ? 0 : DB_UPDATE_LOWEST;
}

/* Order: instance-modes.md 6.3. */
ese_err param_set(const struct param_site *site, uint32_t id, uint64_t number, const char *text)
{
    ese_err err = 0;
    const struct param_description *d = param_describe(id);
    struct param_value *value;
    if (d == NULL)
        FAIL(JET_errInvalidParameter);
    value = &(d->scope == PARAM_GLOBAL ? site->global : site->table)->values[id];
    if (d->advanced && site->table->values[JET_paramEnableAdvanced].number == 0)
        goto done;
    if (!param_is_text(id) && id != JET_paramUnicodeIndexDefault && id != JET_paramConfiguration && d->fixed != PARAM_READ_ONLY &&
        number == value->number)
        goto done;
    if (d->fixed == PARAM_AT_MODE && site->mode_set)
        FAIL(JET_errAlreadyInitialized);
    if (id == JET_paramConfiguration && site->mode_set && !site->instance_addressed)
        FAIL(JET_errAlreadyInitialized);
    if (id == JET_paramCachedClosedTables && !site->instance_addressed)
        goto done;
    if (d->fixed == PARAM_AT_INIT && site->instance_addressed && site->initialised)
        FAIL(JET_errAlreadyInitialized);
    TRY(check_range(d, number, text));
    TRY(check_flags(id, number));
    if (d->fixed == PARAM_READ_ONLY)
        FAIL(JET_errInvalidParameter);
    if (d->fixed == PARAM_NO_EFFECT)
        goto done;
    if (id == JET_paramEngineFormatVersion)
        TRY(check_format_version(number));
    if (id == JET_paramUnicodeIndexDefault) {
        TRY(set_unicode_default(site->table, number));
    } else if (id == JET_paramConfiguration) {
        param_choose_set(site, (uint32_t)number);
    } else if (id == JET_paramCommitDefault && site->session_addressed) {
        goto done;
    } else if (param_is_text(id)) {
        TRY(set_text(value, d, text));
    } else {
        value->number = d->kind == PARAM_BOOL ? number != 0 : number;
        value->written = true;
    }
done:
    return err;
}
