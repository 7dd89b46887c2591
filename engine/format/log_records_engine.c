#include "format/log_records_int.h"

enum { CREATE_VERSION_PRESENT = 4 };

bool fields_of_transaction(struct codec *c, struct log_record *r)
{
    uint8_t levels = (uint8_t)((r->u.begin.from & 15) | r->u.begin.count << 4);

    switch (r->type) {
    case LR_BEGIN:
    case LR_BEGIN0:
    case LR_BEGIN_DT:
        field_u8(c, &levels);
        r->u.begin.from = levels & 15;
        r->u.begin.count = levels >> 4;
        if (r->type != LR_BEGIN)
            field_u32(c, &r->u.begin.trx);
        return true;
    case LR_COMMIT:
    case LR_COMMIT0:
        field_u8(c, &r->u.commit.to_level);
        if (r->type == LR_COMMIT0)
            field_u32(c, &r->u.commit.trx);
        return true;
    case LR_REFRESH:
        field_u32(c, &r->u.commit.trx);
        return true;
    case LR_ROLLBACK:
        field_u8(c, &r->u.rollback.levels);
        return true;
    case LR_MACRO_BEGIN:
    case LR_MACRO_COMMIT:
    case LR_MACRO_ABORT:
        field_dbtime(c, &r->u.macro.time);
        return true;
    case LR_PREP_COMMIT:
        field_size32(c, &r->u.raw);
        field_bytes(c, &r->u.raw);
        return true;
    case LR_PREP_ROLLBACK:
        return true;
    default:
        return false;
    }
}

/* ---- databases ---- */

static void fields_create_db(struct codec *c, struct log_record *r)
{
    field_u16(c, &r->head.procid);
    field_u8(c, &r->head.dbid);
    field_u32(c, &r->u.create_db.grbit);
    field_u32(c, &r->u.create_db.cpg_max);
    field_blob(c, &r->u.create_db.sign_db, sizeof r->u.create_db.sign_db);
    field_size16(c, &r->u.create_db.path);
    field_u8(c, &r->u.create_db.flags);
    if ((r->u.create_db.flags & CREATE_VERSION_PRESENT) != 0) {
        field_u16(c, &r->u.create_db.version);
        field_u16(c, &r->u.create_db.update);
    }
    field_bytes(c, &r->u.create_db.path);
}

static void fields_attach_db(struct codec *c, struct log_record *r)
{
    field_u16(c, &r->head.procid);
    field_u8(c, &r->head.dbid);
    field_u32(c, &r->u.attach_db.cpg_max);
    field_lgpos(c, &r->u.attach_db.consistent);
    field_blob(c, &r->u.attach_db.sign_db, sizeof r->u.attach_db.sign_db);
    field_blob(c, &r->u.attach_db.sign_log, sizeof r->u.attach_db.sign_log);
    field_size16(c, &r->u.attach_db.path);
    field_u8(c, &r->u.attach_db.flags);
    field_bytes(c, &r->u.attach_db.path);
}

static bool fields_of_database(struct codec *c, struct log_record *r)
{
    switch (r->type) {
    case LR_CREATE_DB:
        fields_create_db(c, r);
        return true;
    case LR_ATTACH_DB:
        fields_attach_db(c, r);
        return true;
    case LR_DETACH_DB:
        field_u16(c, &r->head.procid);
        field_u8(c, &r->head.dbid);
        field_size16(c, &r->u.detach_db.path);
        field_u8(c, &r->u.detach_db.flags);
        field_bytes(c, &r->u.detach_db.path);
        return true;
    case LR_CREATE_DB_FINISH:
        field_u16(c, &r->head.procid);
        field_u8(c, &r->head.dbid);
        return true;
    case LR_SIGNAL_ATTACH_DB:
        field_u8(c, &r->head.dbid);
        return true;
    case LR_SET_DB_VERSION:
        field_u8(c, &r->head.dbid);
        field_u32(c, &r->u.set_version.version);
        field_u32(c, &r->u.set_version.update_major);
        field_u32(c, &r->u.set_version.update_minor);
        return true;
    default:
        return false;
    }
}

/* ---- files and pages ---- */

static bool fields_of_file(struct codec *c, struct log_record *r)
{
    switch (r->type) {
    case LR_SHRINK_DB:
    case LR_SHRINK_DB2:
    case LR_SHRINK_DB3:
    case LR_TRIM_DB:
    case LR_EXTENT_FREED:
    case LR_EXTENT_FREED2:
        field_u8(c, &r->head.dbid);
        field_u32(c, &r->u.file_range.first);
        field_u32(c, &r->u.file_range.count);
        if (r->type == LR_EXTENT_FREED || r->type == LR_EXTENT_FREED2)
            field_u8(c, &r->u.file_range.flags);
        if (r->type == LR_EXTENT_FREED2 || r->type == LR_SHRINK_DB3)
            field_u64(c, &r->u.file_range.time);
        return true;
    case LR_NEW_PAGE:
        field_u16(c, &r->head.procid);
        field_u8(c, &r->head.dbid);
        field_u32(c, &r->u.new_page.page);
        field_u32(c, &r->u.new_page.objid);
        field_dbtime(c, &r->u.new_page.time);
        return true;
    case LR_ROOT_PAGE_MOVE:
        field_dbtime(c, &r->u.root_move.time);
        field_u8(c, &r->head.dbid);
        field_u32(c, &r->u.root_move.objid);
        field_u16(c, &r->head.procid);
        return true;
    case LR_SCAN_CHECK2:
        field_u8(c, &r->head.dbid);
        field_u32(c, &r->u.scan_check.page);
        field_u8(c, &r->u.scan_check.flags);
        field_u64(c, &r->u.scan_check.page_time);
        field_u64(c, &r->u.scan_check.now);
        field_u32(c, &r->u.scan_check.checksum);
        return true;
    case LR_PAGE_PATCH_REQUEST:
        field_u8(c, &r->head.dbid);
        field_u32(c, &r->u.new_page.page);
        field_dbtime(c, &r->u.new_page.time);
        field_zeros(c, 32);
        return true;
    default:
        return false;
    }
}

/* ---- start, stop, backup ---- */

static void fields_backup(struct codec *c, struct log_record *r)
{
    field_u8(c, &r->u.backup.phase);
    field_u32(c, &r->u.backup.kind);
    field_u8(c, &r->u.backup.scope);
    field_u8(c, &r->head.dbid);
    field_blob(c, &r->u.backup.info, sizeof r->u.backup.info);
    field_zeros(c, 1);
    field_size16(c, &r->u.backup.path);
    field_bytes(c, &r->u.backup.path);
}

static bool fields_of_run(struct codec *c, struct log_record *r)
{
    switch (r->type) {
    case LR_INIT:
    case LR_INIT2:
        r->u.init.param.size = DBMS_PARAM_BYTES;
        field_bytes(c, &r->u.init.param);
        if (r->type == LR_INIT2)
            field_blob(c, &r->u.init.time, sizeof r->u.init.time);
        return true;
    case LR_TERM:
    case LR_RECOVERY_QUIT:
    case LR_TERM2:
    case LR_RECOVERY_QUIT2:
    case LR_RECOVERY_QUIT_KEEP:
        field_lgpos(c, &r->u.term.back);
        field_lgpos(c, &r->u.term.redo_from);
        field_u8(c, &r->u.term.hard);
        if (r->type != LR_TERM && r->type != LR_RECOVERY_QUIT)
            field_blob(c, &r->u.term.time, sizeof r->u.term.time);
        return true;
    case LR_RECOVERY_UNDO2:
        field_blob(c, &r->u.recovery_undo.time, sizeof r->u.recovery_undo.time);
        return true;
    case LR_NOP:
    case LR_END:
    case LR_SHUTDOWN_MARK:
    case LR_RECOVERY_UNDO:
        return true;
    case LR_BACKUP2:
        fields_backup(c, r);
        return true;
    case LR_BACKUP:
        field_u8(c, &r->u.backup.phase);
        field_zeros(c, 1);
        field_size16(c, &r->u.backup.path);
        field_bytes(c, &r->u.backup.path);
        return true;
    case LR_FULL_BACKUP:
    case LR_INC_BACKUP:
    case LR_EXT_RESTORE:
    case LR_EXT_RESTORE2:
        field_size16(c, &r->u.backup.path);
        field_bytes(c, &r->u.backup.path);
        return true;
    default:
        return false;
    }
}

static bool fields_of_stream(struct codec *c, struct log_record *r)
{
    switch (r->type) {
    case LR_TRACE:
    case LR_FORCE_LOG_ROLLOVER:
        field_u16(c, &r->head.procid);
        field_size16(c, &r->u.raw);
        field_bytes(c, &r->u.raw);
        return true;
    case LR_FORCE_WRITE_LOG:
        field_u16(c, &r->head.procid);
        return true;
    case LR_JET_OP:
        field_u16(c, &r->head.procid);
        field_u8(c, &r->head.flags);
        return true;
    case LR_FRAGMENT_BEGIN:
        field_u32(c, &r->u.fragment.total);
        field_size16(c, &r->u.fragment.part);
        field_bytes(c, &r->u.fragment.part);
        return true;
    case LR_FRAGMENT:
        field_size16(c, &r->u.fragment.part);
        field_bytes(c, &r->u.fragment.part);
        return true;
    default:
        return false;
    }
}

/* Kinds that carry the size of what follows, so that readers may skip them. */
static bool fields_of_skippable(struct codec *c, struct log_record *r)
{
    enum { EXTEND_BYTES = 5, REATTACH_BYTES = 45 };
    uint32_t size = r->type == LR_EXTEND_DB ? EXTEND_BYTES : REATTACH_BYTES;

    switch (r->type) {
    case LR_EXTEND_DB:
        field_u32(c, &size);
        field_u8(c, &r->head.dbid);
        field_u32(c, &r->u.file_range.first);
        if (size < EXTEND_BYTES)
            return false;
        field_zeros(c, size - EXTEND_BYTES);
        return true;
    case LR_REATTACH:
        field_u32(c, &size);
        field_u8(c, &r->head.dbid);
        field_lgpos(c, &r->u.reattach.attach);
        field_lgpos(c, &r->u.reattach.consistent);
        field_blob(c, &r->u.reattach.sign_db, sizeof r->u.reattach.sign_db);
        if (size < REATTACH_BYTES)
            return false;
        field_zeros(c, size - REATTACH_BYTES);
        return true;
    default:
        field_size32(c, &r->u.raw);
        field_bytes(c, &r->u.raw);
        return true;
    }
}

bool fields_of_engine(struct codec *c, struct log_record *r)
{
    if (lr_class_of(r->type) == LR_CLASS_SKIP)
        return fields_of_skippable(c, r);
    return fields_of_database(c, r) || fields_of_file(c, r) || fields_of_run(c, r) || fields_of_stream(c, r);
}
