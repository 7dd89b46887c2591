/*
 * instance_api.h - what the calls on instances need from each other.
 *
 * GIVES       the end of a backup or snapshot that JetTerm forces; the question to a program that steers recovery.
 * CALLERS     api.
 * TESTS       conformance
 */
#ifndef ESE_API_INSTANCE_API_H
#define ESE_API_INSTANCE_API_H

#include "admin/backup.h"
#include "admin/recover.h"
#include "api/engine.h"

void instance_stop_backup(struct api_instance *ai);     /* waits for a snapshot to end, then aborts a streaming backup */
void instance_leave_snapshots(struct api_instance *ai, bool wait);             /* wait: for the end of a freeze */
/* JET_snpRecoveryControl: the answer of the callback in the start_config. */
ese_err recovery_ask(void *start_config, struct inst *inst, const struct recover_question *question);
/* Instances in slot order as JetGetInstanceInfo gives them; under the engine lock; *out is one heap block or NULL. */
ese_err describe_instances(bool (*wanted)(const struct api_instance *ai, void *context), void *context, JET_UINT32 *count,
                           JET_INSTANCE_INFO_W **out);

#endif
