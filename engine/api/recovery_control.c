/* JET_bitExternalRecoveryControl: the program's callback is asked at the turning points of recovery. */
#include <string.h>

#include "api/info_api.h"
#include "api/instance_api.h"

/* The databases that recovery has attached by now. */
static ese_err describe_attached(struct inst *inst, JET_UINT32 *count, JET_DBINFOMISC7 **out)
{
    ese_err err = 0;
    JET_DBINFOMISC7 *all = ese_alloc(DB_COUNT_MAX * sizeof *all);
    if (all == NULL)
        FAIL(JET_errOutOfMemory);
    for (unsigned i = 1; i < DB_COUNT_MAX; i++) {
        struct db_file *db = inst->dbs[i];
        if (db == NULL)
            continue;
        os_mutex_lock(&db->header_lock);
        info_describe_header(db_header_of(db), &all[(*count)++]);
        os_mutex_unlock(&db->header_lock);
    }
    *out = all;
done:
    return err;
}

/* The part of the structure that belongs to the point. */
static void fill_point(const struct recover_question *q, JET_WCHAR *path, JET_UINT32 count, JET_DBINFOMISC7 *dbs, JET_RECOVERYCONTROL *out)
{
    switch (q->point) {
    case RECOVER_OPEN_LOG:
        out->OpenLog.cbStruct = sizeof out->OpenLog;
        out->OpenLog.lGenNext = q->generation;
        out->OpenLog.fCurrentLog = q->current;
        out->OpenLog.eReason = q->how;
        out->OpenLog.wszLogFile = path;
        out->OpenLog.cdbinfomisc = count;
        out->OpenLog.rgdbinfomisc = dbs;
        break;
    case RECOVER_MISSING_LOG:
        out->MissingLog.cbStruct = sizeof out->MissingLog;
        out->MissingLog.lGenMissing = q->generation;
        out->MissingLog.fCurrentLog = q->current;
        out->MissingLog.eNextAction = q->how;
        out->MissingLog.wszLogFile = path;
        out->MissingLog.cdbinfomisc = count;
        out->MissingLog.rgdbinfomisc = dbs;
        break;
    case RECOVER_OPEN_CHECKPOINT:
        out->OpenCheckpoint.cbStruct = sizeof out->OpenCheckpoint;
        break;
    case RECOVER_BEGIN_UNDO:
        out->BeginUndo.cbStruct = sizeof out->BeginUndo;
        out->BeginUndo.cdbinfomisc = count;
        out->BeginUndo.rgdbinfomisc = dbs;
        break;
    case RECOVER_EVENT:
        out->NotificationEvent.cbStruct = sizeof out->NotificationEvent;
        out->NotificationEvent.EventID = q->event;
        break;
    case RECOVER_ERROR:
        out->SignalErrorCondition.cbStruct = sizeof out->SignalErrorCondition;
        break;
    case RECOVER_ATTACHED_DB:
        out->AttachedDb.cbStruct = sizeof out->AttachedDb;
        out->AttachedDb.wszDbPath = path;
        break;
    case RECOVER_DETACHING_DB:
        out->DetachingDb.cbStruct = sizeof out->DetachingDb;
        out->DetachingDb.wszDbPath = path;
        break;
    }
}

ese_err recovery_ask(void *start_config, struct inst *inst, const struct recover_question *question)
{
    const struct start_config *config = start_config;
    const struct api_instance *ai = inst->api;
    JET_RECOVERYCONTROL control;
    JET_WCHAR *path = NULL;
    JET_DBINFOMISC7 *dbs = NULL;
    JET_UINT32 count = 0;
    ese_err err = 0;
    if (question->path != NULL && (path = text_copy_utf16(question->path)) == NULL)
        FAIL(JET_errOutOfMemory);
    if (question->point == RECOVER_OPEN_LOG || question->point == RECOVER_MISSING_LOG || question->point == RECOVER_BEGIN_UNDO)
        TRY(describe_attached(inst, &count, &dbs));
    memset(&control, 0, sizeof control);
    control.cbStruct = sizeof control;
    control.errDefault = question->usual;
    control.instance = ai->handle;
    control.sntUnion = (JET_SNT)question->point;
    fill_point(question, path, count, count != 0 ? dbs : NULL, &control);
    err = config->init_callback(JET_snpRecoveryControl, (JET_SNT)question->point, &control, config->callback_context);
    if (err > 0)
        err = 0;
done:
    ese_free(dbs);
    ese_free(path);
    return err;
}
