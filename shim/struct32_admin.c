/*
 * struct32_admin.c - layouts of structs that differ between 32 and 64 bit: restore maps, parameters, maintenance.
 */
#include "shim32.h"

#include <string.h>

LAYOUT32(restore_map, JET_RSTMAP, 8, 16,
    POINTER(0, 0), /* szDatabaseName */
    POINTER(4, 8) /* szNewDatabaseName */)

LAYOUT32(database_param, JET_SETDBPARAM, 12, 24,
    COPY(0, 0, 4), /* dbparamid */
    POINTER(4, 8), /* pvParam */
    COPY(8, 16, 4) /* cbParam */)

LAYOUT32(restore_map2, JET_RSTMAP2, 24, 40,
    CB_STRUCT,
    POINTER(4, 8), /* szDatabaseName */
    POINTER(8, 16), /* szNewDatabaseName */
    STRUCTS(12, 24, 16, database_param), /* rgsetdbparam */
    COPY(16, 32, 8) /* csetdbparam to grbit */)

LAYOUT32(restore_info, JET_RSTINFO, 32, 48,
    CB_STRUCT,
    STRUCTS(4, 8, 8, restore_map), /* rgrstmap */
    COPY(8, 16, 20), /* crstmap to logtimeStop */
    STATUS_CALL(28, 40) /* pfnStatus */)

LAYOUT32(restore_info2, JET_RSTINFO2, 36, 56,
    CB_STRUCT,
    STRUCTS(4, 8, 8, restore_map2), /* rgrstmap */
    COPY(8, 16, 20), /* crstmap to logtimeStop */
    INIT_CALL(28, 40), /* pfnCallback */
    POINTER(32, 48) /* pvCallbackContext */)

LAYOUT32(system_param, JET_SETSYSPARAM, 16, 32,
    COPY(0, 0, 4), /* paramid */
    POINTER(4, 8), /* lParam */
    POINTER(8, 16), /* sz */
    COPY(12, 24, 4) /* err */)

LAYOUT32(convert, JET_CONVERT, 8, 16,
    POINTER(0, 0), /* szOldDll */
    COPY(4, 8, 4) /* fFlags */)

LAYOUT32(database_util, JET_DBUTIL, 84, 136,
    CB_STRUCT,
    HANDLE(4, 8), /* sesid */
    COPY(8, 16, 4), /* dbid */
    HANDLE(12, 24), /* tableid */
    COPY(16, 32, 12), /* op to grbitOptions */
    POINTER(28, 48), /* szDatabase */
    POINTER(32, 56), /* szSLV_ObsoleteAndUnused */
    POINTER(36, 64), /* szBackup */
    POINTER(40, 72), /* szTable */
    POINTER(44, 80), /* szIndex */
    POINTER(48, 88), /* szIntegPrefix */
    COPY(52, 96, 24), /* pgno to cRetry */
    STATUS_CALL(76, 120), /* pfnCallback */
    POINTER(80, 128) /* pvCallback */)

/* ---- JET_RECOVERYCONTROL: a beginning that all kinds share, then what belongs to the kind ---- */

#define CONTROL32(id, ...) \
    LAYOUT32(id, JET_RECOVERYCONTROL, 44, 64, CB_STRUCT, \
        COPY(4, 4, 4), /* errDefault */ \
        HANDLE(8, 8), /* instance */ \
        COPY(12, 16, 4), /* sntUnion */ \
        __VA_ARGS__)

CONTROL32(control_log,
    COPY(20, 28, 12), /* lGenNext to rgbReserved */
    POINTER(32, 40), /* wszLogFile */
    COPY(36, 48, 4), /* cdbinfomisc */
    POINTER(40, 56) /* rgdbinfomisc */)

CONTROL32(control_path,
    POINTER(20, 32) /* wszDbPath, wszCheckpoint */)

CONTROL32(control_undo,
    COPY(20, 28, 4), /* cdbinfomisc */
    POINTER(24, 32) /* rgdbinfomisc */)

CONTROL32(control_event,
    COPY(20, 28, 4) /* EventID */)

static const struct { uint32_t snt, size32; const struct layout32 *layout; } control_kinds[] = {
    {1001, 28, &layout32_control_log}, {1002, 8, &layout32_control_path}, {1004, 28, &layout32_control_log}, {1005, 12, &layout32_control_undo},
    {1006, 8, &layout32_control_event}, {1007, 4, &layout32_control_event}, {1008, 8, &layout32_control_path}, {1009, 8, &layout32_control_path}};

void *recovery_control_to32(uint32_t snt, const void *control, struct recovery_control32 *to)
{
    memset(to, 0, sizeof *to);
    for (size_t i = 0; i < sizeof control_kinds / sizeof control_kinds[0]; i++)
        if (control_kinds[i].snt == snt) {
            narrow32(control_kinds[i].layout, to->words, control, 1);
            to->words[4] = control_kinds[i].size32;
        }
    return to->words;
}
