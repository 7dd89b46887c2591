#include <stdarg.h>
#include <stdio.h>

#include "format/log_records_int.h"

struct line {
    char *at;
    size_t room;                                        /* terminator included */
};

static void put(struct line *l, const char *format, ...)
{
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(l->at, l->room, format, arguments);
    va_end(arguments);
    if (size < 0)
        return;
    if ((size_t)size >= l->room) {
        l->at += l->room - 1;
        l->room = 1;
        return;
    }
    l->at += size;
    l->room -= (size_t)size;
}

static void put_hex(struct line *l, const char *label, struct bytes b)
{
    enum { SHOWN = 24 };

    put(l, " %s(%zu)", label, b.size);
    for (size_t i = 0; i < b.size && i < SHOWN; i++)
        put(l, "%s%02x", i == 0 ? " " : "", b.data[i]);
    if (b.size > SHOWN)
        put(l, "..");
}

static void put_lgpos(struct line *l, const char *label, lgpos p)
{
    put(l, " %s %X:%X:%X", label, (unsigned)lgpos_generation(p), (unsigned)lgpos_segment(p), (unsigned)lgpos_byte(p));
}

static void put_path(struct line *l, struct bytes path, bool unicode)
{
    char text[512];

    put(l, " \"%s\"", disk_path_decode(path, unicode, text, sizeof text) ? text : "?");
}

static void put_head(struct line *l, const struct log_record *r)
{
    const struct lr_head *h = &r->head;

    put(l, " procid %u page %u:%u dbtime %llu before %lld trx %x level %u line %u flags %x", h->procid, h->dbid, (unsigned)h->page,
        (unsigned long long)h->after.v, (long long)h->before.v, (unsigned)h->trx_begin0, h->level, h->line, h->flags);
    if (lr_is_node(r->type))
        put(l, " rceid %u fdp %u objid %u", (unsigned)h->rceid, (unsigned)h->fdp, (unsigned)h->objid);
}

static void describe_node(struct line *l, const struct log_record *r)
{
    switch (r->type) {
    case LR_INSERT:
        put(l, " prefix %u", r->u.insert.prefix);
        put_hex(l, "key", r->u.insert.key);
        put_hex(l, "data", r->u.insert.data);
        break;
    case LR_FLAG_INSERT:
    case LR_FLAG_INSERT_REPLACE:
        put_hex(l, "key", r->u.flag_insert.key);
        put_hex(l, "data", r->u.flag_insert.data);
        break;
    case LR_REPLACE:
    case LR_REPLACE_D:
        put(l, " old %u new %u", r->u.replace.old_size, r->u.replace.new_size);
        put_hex(l, r->type == LR_REPLACE ? "data" : r->u.replace.wide_diff ? "wide diff" : "diff", r->u.replace.data);
        break;
    case LR_UNDO_INFO:
        put(l, " oper %u max %d delta %d", r->u.undo_info.oper, r->u.undo_info.max, r->u.undo_info.delta);
        put_hex(l, "key", r->u.undo_info.key);
        put_hex(l, "before", r->u.undo_info.before);
        break;
    case LR_DELTA:
    case LR_DELTA64:
        put(l, " delta %lld offset %u", (long long)r->u.delta.delta, r->u.delta.offset);
        put_hex(l, "key", r->u.delta.key);
        break;
    case LR_SET_EXTERNAL_HEADER:
        put_hex(l, "header", r->u.external.data);
        break;
    case LR_UNDO:
        put(l, " oper %u level %u", r->u.undo.oper, r->u.undo.level);
        put_hex(l, "key", r->u.undo.key);
        break;
    case LR_EMPTY_TREE:
        put(l, " pages %zu", r->u.empty_tree.pages.size / 16);
        break;
    default:
        break;
    }
}

static void describe_tree(struct line *l, const struct log_record *r)
{
    switch (r->type) {
    case LR_CREATE_MULTIPLE_FDP:
    case LR_CREATE_SINGLE_FDP:
        put(l, " objid %u oe %u ae %u parent %u pages %d flags %x", (unsigned)r->u.create_fdp.objid, (unsigned)r->u.create_fdp.oe,
            (unsigned)r->u.create_fdp.ae, (unsigned)r->u.create_fdp.parent, (int)r->u.create_fdp.cpg, (unsigned)r->u.create_fdp.page_flags);
        break;
    case LR_CONVERT_FDP:
    case LR_CONVERT_FDP2:
        put(l, " objid %u oe %u ae %u parent %u second %u pages %d+%d available %x", (unsigned)r->u.convert.objid,
            (unsigned)r->u.convert.oe, (unsigned)r->u.convert.ae, (unsigned)r->u.convert.parent, (unsigned)r->u.convert.secondary,
            (int)r->u.convert.cpg, (int)r->u.convert.cpg_secondary, (unsigned)r->u.convert.available);
        break;
    case LR_SPLIT2:
        put(l, " new %u right %u parent %u type %u oper %u lines %u/%u/%u prefix %d/%d", (unsigned)r->u.split.new_page,
            (unsigned)r->u.split.right, (unsigned)r->u.split.parent, r->u.split.split_type, r->u.split.oper, r->u.split.line_oper,
            r->u.split.line_split, r->u.split.lines, (int)r->u.split.prefix_line_old, (int)r->u.split.prefix_line_new);
        put_hex(l, "separator", r->u.split.parent_key);
        put(l, " image(%zu) flags %x", r->u.split.image.size, (unsigned)r->u.split.image_flags);
        break;
    case LR_MERGE2:
        put(l, " left %u right %u parent %u type %u flags %x line %u size %u", (unsigned)r->u.merge.left, (unsigned)r->u.merge.right,
            (unsigned)r->u.merge.parent, r->u.merge.merge_type, r->u.merge.flags, r->u.merge.line_merge, r->u.merge.size_total);
        put_hex(l, "separator", r->u.merge.separator);
        put(l, " image(%zu) flags %x", r->u.merge.image.size, (unsigned)r->u.merge.image_flags);
        break;
    case LR_PAGE_MOVE:
        put(l, " to %u left %u right %u parent %u line %d flags %x", (unsigned)r->u.page_move.dest, (unsigned)r->u.page_move.left,
            (unsigned)r->u.page_move.right, (unsigned)r->u.page_move.parent, (int)r->u.page_move.parent_line, (unsigned)r->u.page_move.flags);
        break;
    default:
        break;
    }
}

static void describe_transaction(struct line *l, const struct log_record *r)
{
    put(l, " procid %u", r->head.procid);
    switch (r->type) {
    case LR_BEGIN:
        put(l, " from %u to %u", r->u.begin.from, r->u.begin.from + r->u.begin.count);
        break;
    case LR_BEGIN0:
    case LR_BEGIN_DT:
        put(l, " from %u to %u trx %x", r->u.begin.from, r->u.begin.from + r->u.begin.count, (unsigned)r->u.begin.trx);
        break;
    case LR_COMMIT:
        put(l, " to %u", r->u.commit.to_level);
        break;
    case LR_COMMIT0:
    case LR_REFRESH:
        put(l, " to %u trx %x", r->u.commit.to_level, (unsigned)r->u.commit.trx);
        break;
    case LR_ROLLBACK:
        put(l, " levels %u", r->u.rollback.levels);
        break;
    case LR_MACRO_BEGIN:
    case LR_MACRO_COMMIT:
    case LR_MACRO_ABORT:
        put(l, " dbtime %llu", (unsigned long long)r->u.macro.time.v);
        break;
    default:
        break;
    }
}

static void describe_engine(struct line *l, const struct log_record *r)
{
    switch (r->type) {
    case LR_CREATE_DB:
        put(l, " dbid %u", r->head.dbid);
        put_path(l, r->u.create_db.path, (r->u.create_db.flags & 8) != 0);
        break;
    case LR_ATTACH_DB:
        put(l, " dbid %u", r->head.dbid);
        put_lgpos(l, "consistent", r->u.attach_db.consistent);
        put_path(l, r->u.attach_db.path, (r->u.attach_db.flags & 8) != 0);
        break;
    case LR_DETACH_DB:
        put(l, " dbid %u", r->head.dbid);
        put_path(l, r->u.detach_db.path, (r->u.detach_db.flags & 0x10) != 0);
        break;
    case LR_TERM2:
    case LR_RECOVERY_QUIT2:
    case LR_RECOVERY_QUIT_KEEP:
        put_lgpos(l, "back", r->u.term.back);
        put_lgpos(l, "redo from", r->u.term.redo_from);
        put(l, " hard %u", r->u.term.hard);
        break;
    case LR_BACKUP2:
        put(l, " phase %u kind %u scope %u dbid %u generations %u-%u", r->u.backup.phase, (unsigned)r->u.backup.kind, r->u.backup.scope,
            r->head.dbid, (unsigned)le32_get(&r->u.backup.info.gen_low), (unsigned)le32_get(&r->u.backup.info.gen_high));
        put_lgpos(l, "mark", disk_lgpos_get(&r->u.backup.info.mark));
        break;
    case LR_SET_DB_VERSION:
        put(l, " dbid %u version %x %u %u", r->head.dbid, (unsigned)r->u.set_version.version, (unsigned)r->u.set_version.update_major,
            (unsigned)r->u.set_version.update_minor);
        break;
    case LR_REATTACH:
        put(l, " dbid %u", r->head.dbid);
        put_lgpos(l, "attach", r->u.reattach.attach);
        put_lgpos(l, "consistent", r->u.reattach.consistent);
        break;
    case LR_EXTEND_DB:
    case LR_SHRINK_DB:
    case LR_SHRINK_DB2:
    case LR_SHRINK_DB3:
    case LR_TRIM_DB:
    case LR_EXTENT_FREED:
    case LR_EXTENT_FREED2:
        put(l, " dbid %u page %u count %u", r->head.dbid, (unsigned)r->u.file_range.first, (unsigned)r->u.file_range.count);
        break;
    case LR_NEW_PAGE:
        put(l, " procid %u page %u:%u objid %u dbtime %llu", r->head.procid, r->head.dbid, (unsigned)r->u.new_page.page,
            (unsigned)r->u.new_page.objid, (unsigned long long)r->u.new_page.time.v);
        break;
    case LR_FRAGMENT_BEGIN:
        put(l, " total %u part %zu", (unsigned)r->u.fragment.total, r->u.fragment.part.size);
        break;
    case LR_FRAGMENT:
        put(l, " part %zu", r->u.fragment.part.size);
        break;
    case LR_TRACE:
    case LR_FORCE_LOG_ROLLOVER:
        put(l, " \"%.*s\"", (int)r->u.raw.size, r->u.raw.size != 0 ? (const char *)r->u.raw.data : "");
        break;
    default:
        if (lr_class_of(r->type) == LR_CLASS_SKIP)
            put_hex(l, "bytes", r->u.raw);
        break;
    }
}

void lr_describe(const struct log_record *r, char *out, size_t room)
{
    struct line l = {out, room};
    const char *name = lr_name(r->type);

    if (room == 0)
        return;
    put(&l, "%s", name != NULL ? name : "Ignored");
    switch (lr_class_of(r->type)) {
    case LR_CLASS_NODE:
        put_head(&l, r);
        describe_node(&l, r);
        break;
    case LR_CLASS_PAGE:
        put_head(&l, r);
        describe_tree(&l, r);
        break;
    case LR_CLASS_TRX:
        describe_transaction(&l, r);
        break;
    default:
        describe_engine(&l, r);
        break;
    }
}
