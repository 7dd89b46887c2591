/*
 * db_attach.h - create, attach, detach of databases in a running instance.
 *
 * GIVES       db_create, db_attach, db_detach: files, headers, log records, catalog bootstrap, schema cache, in the order that survives
 *             a crash at any instruction (edb-format.md 1.4, log-format.md 6.8).
 * FAILS       JET_errDatabaseDuplicate, JET_errFileNotFound, JET_errDatabaseDirtyShutdown, JET_errDatabaseInUse, JET_errTooManyAttachedDatabases,
 *             JET_errSoftRecoveryOnBackupDatabase, JET_errRequiredLogFilesMissing, JET_errPageSizeMismatch, JET_errInvalidDatabaseVersion,
 *             JET_errEngineFormatVersionSpecifiedTooLowForDatabaseVersion, os codes.
 * CALLERS     api, admin/recover (undo end), admin/restore.
 * TESTS       sim crash sweep, realdata
 */
#ifndef ESE_ADMIN_DB_ATTACH_H
#define ESE_ADMIN_DB_ATTACH_H

#include "txn/session.h"

/* update: the level of a database that is made, and the highest one that is attached; 0: the newest made, any attached. */
struct attach_config { bool read_only; bool recovery_off; bool delete_corrupt_indexes; uint32_t size_max_pages, update; bool overwrite; bool shadowing_off; bool exclusive; };
ese_err db_create(struct session *s, const char *path, const struct attach_config *how, uint8_t *dbid);
ese_err db_attach(struct session *s, const char *path, const struct attach_config *how, uint8_t *dbid);  /* *dbid also when already attached */
ese_err db_detach(struct session *s, uint8_t dbid, bool force);
/* Header changes of attach and detach, shared with recovery. They write the header. */
ese_err db_header_attached(struct db_file *db, struct log *log, lgpos at);             /* log NULL: not logged */
ese_err db_header_detached(struct db_file *db, lgpos at);       /* at 0: not logged */
/* May a database in this state be attached, and how? err: JET_errDatabaseDirtyShutdown and the like. */
ese_err db_check_state(const struct db_header *h);
/* Log record and slots: used by recovery too. */
ese_err db_log_attach(struct inst *inst, uint16_t procid, struct db_file *db, struct log_span *span);
ese_err db_log_detach(struct inst *inst, uint16_t procid, struct db_file *db, struct log_span *span);
void db_hang(struct inst *inst, struct db_file *db, uint8_t dbid, bool logged); /* into its slot, with cache, versions, log */
/* Pages to disk, DetachDB logged, header clean, slot free, file closed. */
ese_err db_finish_detach(struct inst *inst, uint16_t procid, struct db_file *db);
ese_err db_sync_folder(const char *path);               /* of a file that was created or deleted */
struct db_file *db_find(struct inst *inst, const char *full_path);
/* The temporary database of an instance, made on first use. */
ese_err db_temp_open(struct inst *inst, const char *path);
void db_temp_close(struct inst *inst);

#endif
