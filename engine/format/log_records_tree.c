#include "format/log_records_int.h"

/* Bit 15 of the size tells that a diff uses wide entry headers. */
enum { WIDE_DIFF = 0x8000, REPLACE_SIZE_MASK = 0x7FFF };

static void fields_flag_insert(struct codec *c, struct log_record *r)
{
    field_size16(c, &r->u.flag_insert.key);
    field_size16(c, &r->u.flag_insert.data);
    if (r->type == LR_FLAG_INSERT_REPLACE)
        field_u32(c, &r->u.flag_insert.rceid_replace);
    field_bytes(c, &r->u.flag_insert.key);
    field_bytes(c, &r->u.flag_insert.data);
}

static void fields_replace(struct codec *c, struct log_record *r)
{
    uint16_t size = (uint16_t)(r->u.replace.data.size | (r->u.replace.wide_diff ? WIDE_DIFF : 0u));

    field_u16(c, &size);
    field_u16(c, &r->u.replace.old_size);
    field_u16(c, &r->u.replace.new_size);
    r->u.replace.wide_diff = (size & WIDE_DIFF) != 0;
    r->u.replace.data.size = size & REPLACE_SIZE_MASK;
    field_bytes(c, &r->u.replace.data);
}

static void fields_undo_info(struct codec *c, struct log_record *r)
{
    field_size16(c, &r->u.undo_info.key);
    field_size16(c, &r->u.undo_info.data);
    field_u16(c, &r->u.undo_info.oper);
    field_i16(c, &r->u.undo_info.max);
    field_i16(c, &r->u.undo_info.delta);
    field_size16(c, &r->u.undo_info.before);
    field_bytes(c, &r->u.undo_info.key);
    field_bytes(c, &r->u.undo_info.data);
    field_bytes(c, &r->u.undo_info.before);
}

static void fields_delta(struct codec *c, struct log_record *r)
{
    int32_t narrow = (int32_t)r->u.delta.delta;
    uint64_t wide = (uint64_t)r->u.delta.delta;

    field_size16(c, &r->u.delta.key);
    field_size16(c, &r->u.delta.data);
    if (r->type == LR_DELTA) {
        field_i32(c, &narrow);
        r->u.delta.delta = narrow;
    } else {
        field_u64(c, &wide);
        r->u.delta.delta = (int64_t)wide;
    }
    field_u16(c, &r->u.delta.offset);
    field_bytes(c, &r->u.delta.key);
    field_bytes(c, &r->u.delta.data);
}

static void fields_undo(struct codec *c, struct log_record *r)
{
    field_size16(c, &r->u.undo.key);
    field_size16(c, &r->u.undo.data);
    field_u16(c, &r->u.undo.oper);
    field_u8(c, &r->u.undo.level);
    field_bytes(c, &r->u.undo.key);
    field_bytes(c, &r->u.undo.data);
}

bool fields_of_node(struct codec *c, struct log_record *r)
{
    switch (r->type) {
    case LR_INSERT:
        fields_insert(c, &r->u.insert.prefix, &r->u.insert.key, &r->u.insert.data);
        return true;
    case LR_FLAG_INSERT:
    case LR_FLAG_INSERT_REPLACE:
        fields_flag_insert(c, r);
        return true;
    case LR_FLAG_DELETE:
    case LR_DELETE:
        return true;
    case LR_REPLACE:
    case LR_REPLACE_D:
        fields_replace(c, r);
        return true;
    case LR_UNDO_INFO:
        fields_undo_info(c, r);
        return true;
    case LR_DELTA:
    case LR_DELTA64:
        fields_delta(c, r);
        return true;
    case LR_SET_EXTERNAL_HEADER:
        field_size16(c, &r->u.external.data);
        field_bytes(c, &r->u.external.data);
        return true;
    case LR_UNDO:
        fields_undo(c, r);
        return true;
    case LR_EMPTY_TREE:
        field_size16(c, &r->u.empty_tree.pages);
        field_bytes(c, &r->u.empty_tree.pages);
        return true;
    case LR_SCRUB:
        field_u32(c, &r->u.scrub.flags);
        field_u32(c, &r->u.scrub.ops);
        field_size16(c, &r->u.scrub.data);
        field_bytes(c, &r->u.scrub.data);
        return true;
    default:
        return false;
    }
}

static void fields_create(struct codec *c, struct log_record *r)
{
    field_u32(c, &r->u.create_fdp.objid);
    if (r->type == LR_CREATE_MULTIPLE_FDP) {
        field_u32(c, &r->u.create_fdp.oe);
        field_u32(c, &r->u.create_fdp.ae);
    }
    field_u32(c, &r->u.create_fdp.parent);
    field_i32(c, &r->u.create_fdp.cpg);
    field_u32(c, &r->u.create_fdp.page_flags);
}

static void fields_convert(struct codec *c, struct log_record *r)
{
    field_u32(c, &r->u.convert.objid);
    field_u32(c, &r->u.convert.oe);
    field_u32(c, &r->u.convert.ae);
    field_u32(c, &r->u.convert.parent);
    field_u32(c, &r->u.convert.secondary);
    field_i32(c, &r->u.convert.cpg);
    field_i32(c, &r->u.convert.cpg_secondary);
    if (r->type == LR_CONVERT_FDP)
        return;
    field_u32(c, &r->u.convert.available);
    field_u32(c, &r->u.convert.page_flags);
}

static void fields_split(struct codec *c, struct log_record *r)
{
    field_u32(c, &r->u.split.new_page);
    field_u32(c, &r->u.split.right);
    field_dbtime(c, &r->u.split.right_before);
    field_u32(c, &r->u.split.parent);
    field_dbtime(c, &r->u.split.parent_before);
    field_u32(c, &r->u.split.fdp);
    field_u32(c, &r->u.split.objid);
    field_u8(c, &r->u.split.split_type);
    field_u8(c, &r->u.split.oper);
    field_u16(c, &r->u.split.line_oper);
    field_u16(c, &r->u.split.line_split);
    field_u16(c, &r->u.split.lines);
    field_u32(c, &r->u.split.new_flags);
    field_u32(c, &r->u.split.old_flags);
    field_i16(c, &r->u.split.uncommitted_old);
    field_i16(c, &r->u.split.uncommitted_new);
    field_i32(c, &r->u.split.prefix_line_old);
    field_i32(c, &r->u.split.prefix_line_new);
    field_size16(c, &r->u.split.prefix_old);
    field_size16(c, &r->u.split.prefix_new);
    field_size16(c, &r->u.split.parent_key);
    field_u32(c, &r->u.split.image_flags);
    field_size32(c, &r->u.split.image);
    field_bytes(c, &r->u.split.parent_key);
    field_bytes(c, &r->u.split.prefix_old);
    field_bytes(c, &r->u.split.prefix_new);
    field_bytes(c, &r->u.split.image);
}

static void fields_merge(struct codec *c, struct log_record *r)
{
    field_u32(c, &r->u.merge.right);
    field_dbtime(c, &r->u.merge.right_before);
    field_u32(c, &r->u.merge.left);
    field_dbtime(c, &r->u.merge.left_before);
    field_u32(c, &r->u.merge.parent);
    field_dbtime(c, &r->u.merge.parent_before);
    field_u32(c, &r->u.merge.fdp);
    field_u32(c, &r->u.merge.objid);
    field_u16(c, &r->u.merge.size_total);
    field_u16(c, &r->u.merge.size_max_total);
    field_u16(c, &r->u.merge.uncommitted_dest);
    field_u16(c, &r->u.merge.line_merge);
    field_u8(c, &r->u.merge.flags);
    field_u8(c, &r->u.merge.merge_type);
    field_size16(c, &r->u.merge.separator);
    field_u32(c, &r->u.merge.image_flags);
    field_size32(c, &r->u.merge.image);
    field_bytes(c, &r->u.merge.separator);
    field_bytes(c, &r->u.merge.image);
}

static void fields_page_move(struct codec *c, struct log_record *r)
{
    field_u32(c, &r->u.page_move.dest);
    field_u32(c, &r->u.page_move.left);
    field_u32(c, &r->u.page_move.right);
    field_u32(c, &r->u.page_move.parent);
    field_dbtime(c, &r->u.page_move.left_before);
    field_dbtime(c, &r->u.page_move.right_before);
    field_dbtime(c, &r->u.page_move.parent_before);
    field_u32(c, &r->u.page_move.fdp);
    field_u32(c, &r->u.page_move.objid);
    field_i32(c, &r->u.page_move.parent_line);
    field_u32(c, &r->u.page_move.flags);
    field_size32(c, &r->u.page_move.head_part);
    field_size32(c, &r->u.page_move.tail_part);
    field_bytes(c, &r->u.page_move.head_part);
    field_bytes(c, &r->u.page_move.tail_part);
}

bool fields_of_tree(struct codec *c, struct log_record *r)
{
    switch (r->type) {
    case LR_CREATE_MULTIPLE_FDP:
    case LR_CREATE_SINGLE_FDP:
        fields_create(c, r);
        return true;
    case LR_CONVERT_FDP:
    case LR_CONVERT_FDP2:
        fields_convert(c, r);
        return true;
    case LR_SPLIT2:
        fields_split(c, r);
        return true;
    case LR_MERGE2:
        fields_merge(c, r);
        return true;
    case LR_PAGE_MOVE:
        fields_page_move(c, r);
        return true;
    default:
        return false;
    }
}
