#include <string.h>

#include "tree/redo_int.h"
#include "tree/space_int.h"

static ese_err redo_create_fdp(struct redo_work *w, const struct log_record *r)
{
    ese_err err = 0;
    struct redo_page root = REDO_PAGE_NONE, oe = REDO_PAGE_NONE, ae = REDO_PAGE_NONE;
    struct space_create c = {
        .root = r->head.page, .oe = r->u.create_fdp.oe, .ae = r->u.create_fdp.ae, .parent = r->u.create_fdp.parent,
        .objid = r->u.create_fdp.objid, .cpg = (uint32_t)r->u.create_fdp.cpg, .page_flags = r->u.create_fdp.page_flags,
        .unique = (r->head.flags & LR_UNIQUE) != 0, .multiple = r->type == LR_CREATE_MULTIPLE_FDP, .time = r->head.after
    };
    if (c.cpg < (c.multiple ? 3u : 1u) || c.cpg > UINT32_MAX / 2)
        FAIL(JET_errLogFileCorrupt);
    db_objid_raise(w->db, c.objid);
    TRY(redo_latch_new(w, c.root, c.time, &root));
    if (c.multiple) {
        TRY(redo_latch_new(w, c.oe, c.time, &oe));
        TRY(redo_latch_new(w, c.ae, c.time, &ae));
    }
    space_apply_create(&c, redo_target(&root), redo_target(&oe), redo_target(&ae));
    redo_changed(w, &root, c.time);
    redo_changed(w, &oe, c.time);
    redo_changed(w, &ae, c.time);
done:
    redo_unlatch(&ae);
    redo_unlatch(&oe);
    redo_unlatch(&root);
    return err;
}

static ese_err redo_convert(struct redo_work *w, const struct log_record *r)
{
    ese_err err = 0;
    struct redo_page root = REDO_PAGE_NONE, oe = REDO_PAGE_NONE, ae = REDO_PAGE_NONE;
    struct space_convert c = {
        .root = r->head.page, .oe = r->u.convert.oe, .ae = r->u.convert.ae, .parent = r->u.convert.parent,
        .secondary = r->u.convert.secondary, .objid = r->u.convert.objid, .cpg = (uint32_t)r->u.convert.cpg,
        .cpg_secondary = (uint32_t)r->u.convert.cpg_secondary, .available = r->u.convert.available,
        .page_flags = r->u.convert.page_flags, .unique = (r->head.flags & LR_UNIQUE) != 0, .time = r->head.after
    };
    if (c.cpg < 1 || c.cpg > UINT32_MAX / 2 || c.cpg_secondary < 2 || c.cpg_secondary > UINT32_MAX / 2)
        FAIL(JET_errLogFileCorrupt);
    TRY(redo_latch(w, c.root, c.time, r->head.before, &root));
    TRY(redo_latch_new(w, c.oe, c.time, &oe));
    TRY(redo_latch_new(w, c.ae, c.time, &ae));
    space_apply_convert(&c, redo_target(&root), redo_target(&oe), redo_target(&ae));
    redo_changed(w, &root, c.time);
    redo_changed(w, &oe, c.time);
    redo_changed(w, &ae, c.time);
done:
    redo_unlatch(&ae);
    redo_unlatch(&oe);
    redo_unlatch(&root);
    return err;
}

ese_err redo_space(struct redo_work *w, const struct log_record *record)
{
    if (record->type == LR_CONVERT_FDP || record->type == LR_CONVERT_FDP2)
        return redo_convert(w, record);
    return redo_create_fdp(w, record);
}
