/*
 * What was observed of each parameter by mode: the result of a set to another value, and whether it is read back.
 *
 * One process sets all parameters of a mode one after the other and takes each set back; the two that change others come last.
 */
#include "params.h"

enum { UNSET_NULL, LEGACY_NULL, LEGACY_INST, CREATED_NULL, CREATED_INST, RUNNING_NULL, RUNNING_INST };
enum { LOG_KIB = 128, TEXT_ROOM = 1024, CONFIGURATION = JET_paramConfiguration, ADVANCED = JET_paramEnableAdvanced };

struct value {
    JET_API_PTR number;
    char text[TEXT_ROOM];
    JET_ERR err;
};

static JET_INSTANCE instance;
static JET_INSTANCE *addressed;

static int is_text(const struct param_row *row) { return row->type == TYPE_TEXT || row->type == TYPE_PATH; }

static void read_value(const struct param_row *row, struct value *v)
{
    memset(v, 0, sizeof *v);
    v->err = JetGetSystemParameterA(addressed != NULL ? *addressed : 0, 0, row->id, &v->number, v->text, sizeof v->text);
}

static int start(unsigned mode)
{
    JET_INSTANCE *target = mode >= CREATED_NULL ? &instance : NULL;
    static const unsigned paths[] = {JET_paramSystemPath, JET_paramLogFilePath, JET_paramTempPath};
    JET_ERR err = 0;
    if (mode == UNSET_NULL)
        return 0;
    if (target != NULL)
        err = JetCreateInstanceA(&instance, "inst");
    for (unsigned x = 0; x < 3 && err >= 0; x++)
        err = JetSetSystemParameterA(target, 0, paths[x], 0, "one/");
    if (err >= 0)
        err = JetSetSystemParameterA(target, 0, JET_paramEventSource, 0, "conf");
    if (err >= 0)
        err = JetSetSystemParameterA(target, 0, JET_paramLogFileSize, LOG_KIB, NULL);
    if (err >= 0 && mode != CREATED_NULL && mode != CREATED_INST)
        err = JetInit(&instance);
    addressed = mode == LEGACY_INST || mode == CREATED_INST || mode == RUNNING_INST ? &instance : NULL;
    return err >= 0;
}

/* Another value than the present one: the next number, else one that the range or the kind lets pass. */
static JET_ERR set_other(const struct param_row *row, const struct value *now)
{
    const JET_API_PTR others[] = {now->number + 1, now->number - 1, now->number * 2, now->number / 2};
    JET_ERR err = 0;
    if (row->text_given)
        return JetSetSystemParameterA(addressed, 0, row->id, 0, "xyz");
    if (is_text(row))
        return JetSetSystemParameterA(addressed, 0, row->id, 1, NULL);
    for (unsigned x = 0; x < sizeof others / sizeof others[0]; x++) {
        if (others[x] == now->number)
            continue;
        err = JetSetSystemParameterA(addressed, 0, row->id, others[x], NULL);
        if (err != JET_errInvalidParameter)
            break;
    }
    return err;
}

static void restore(const struct param_row *row, const struct value *before)
{
    if (is_text(row))
        (void)JetSetSystemParameterA(addressed, 0, row->id, 0, before->text);
    else
        (void)JetSetSystemParameterA(addressed, 0, row->id, before->number, NULL);
}

static void check_row(unsigned mode, const struct param_row *row, struct tally *t)
{
    struct value before, after;
    JET_ERR err;
    int same;
    if (row->observed[mode] == ANY_RESULT)
        return;
    read_value(row, &before);
    err = set_other(row, &before);
    read_value(row, &after);
    same = before.number == after.number && strcmp(before.text, after.text) == 0;
    expect(t, err == row->observed[mode], "%s [%s] expected %d, got %d", row->name, param_modes[mode], row->observed[mode], (int)err);
    if (row->ignored[mode] >= 0)
        expect(t, same == row->ignored[mode], "%s [%s] expected the value %s", row->name, param_modes[mode], row->ignored[mode] ? "kept" : "changed");
    if (row->observed[mode] != 0)
        expect(t, same, "%s [%s] was refused and changed the value", row->name, param_modes[mode]);
    if (err >= 0)
        restore(row, &before);
}

void check_observed(unsigned mode, struct tally *t)
{
    const struct param_row *last[2] = {NULL, NULL};
    expect(t, start(mode) || mode == UNSET_NULL, "[%s] the mode cannot be reached", param_modes[mode]);
    for (unsigned x = 0; x < param_row_count; x++) {
        const struct param_row *row = &param_rows[x];
        if (row->id == CONFIGURATION || row->id == ADVANCED)
            last[row->id == CONFIGURATION] = row;
        else
            check_row(mode, row, t);
    }
    check_row(mode, last[0], t);
    check_row(mode, last[1], t);
    if (mode >= RUNNING_NULL || mode == LEGACY_NULL || mode == LEGACY_INST)
        expect(t, JetTerm(instance) == 0, "[%s] the instance does not end", param_modes[mode]);
}
