#include <string.h>

#include "tree/redo_int.h"

/* A macro in progress: its records as bytes, one behind the other. */
struct macro {
    struct list link;
    uint16_t procid;
    dbtime time;
    struct db_file *db;
    lgpos begin;
    uint8_t *bytes;
    size_t used, room;
    unsigned count;
};

struct missing { uint8_t dbid; pgno page; };

struct redo {
    struct list macros;
    uint8_t *room;
    size_t room_size;
    struct missing *missing;                            /* R5; few, if any */
    size_t missing_count, missing_room;
};

ese_err redo_create(struct redo **out)
{
    ese_err err = 0;
    struct redo *r = ese_alloc(sizeof *r);
    if (r == NULL)
        FAIL(JET_errOutOfMemory);
    list_init(&r->macros);
    *out = r;
done:
    return err;
}

static void drop(struct macro *m)
{
    list_remove(&m->link);
    ese_free(m->bytes);
    ese_free(m);
}

void redo_drop_macros(struct redo *r)
{
    LIST_EACH_SAFE(it, &r->macros)
        drop(LIST_ENTRY(it, struct macro, link));
}

void redo_release(struct redo *r)
{
    if (r == NULL)
        return;
    redo_drop_macros(r);
    ese_free(r->room);
    ese_free(r->missing);
    ese_free(r);
}

/* ---- missing pages ---- */

static ese_err note_missing(struct redo *r, const struct db_file *db, pgno page)
{
    ese_err err = 0;
    for (size_t i = 0; i < r->missing_count; i++)
        if (r->missing[i].dbid == db->dbid && r->missing[i].page == page)
            goto done;
    if (r->missing_count == r->missing_room) {
        struct missing *larger = ese_resize(r->missing, (r->missing_room * 2 + 16) * sizeof *larger);
        if (larger == NULL)
            FAIL(JET_errOutOfMemory);
        r->missing = larger;
        r->missing_room = r->missing_room * 2 + 16;
    }
    r->missing[r->missing_count++] = (struct missing){db->dbid, page};
done:
    return err;
}

void redo_given_up(struct redo *r, const struct db_file *db, pgno first, pgno last)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->missing_count; i++) {
        const struct missing m = r->missing[i];
        if (m.dbid != db->dbid || m.page < first || m.page > last)
            r->missing[kept++] = m;
    }
    r->missing_count = kept;
}

ese_err redo_check_missing(struct redo *r, const struct db_file *db, pgno *page)
{
    for (size_t i = 0; i < r->missing_count; i++) {
        if (r->missing[i].dbid == db->dbid) {
            *page = r->missing[i].page;
            return err_raise(JET_errDbTimeTooOld, __func__, __LINE__);
        }
    }
    return 0;
}

static struct macro *find_macro(const struct redo *r, uint16_t procid, dbtime time)
{
    LIST_EACH(it, &r->macros) {
        struct macro *m = LIST_ENTRY(it, struct macro, link);
        if (m->procid == procid && m->time.v == time.v)
            return m;
    }
    return NULL;
}

bool redo_in_macro(const struct redo *r, uint16_t procid, dbtime time)
{
    return find_macro(r, procid, time) != NULL;
}

/* ---- one page ---- */

ese_err redo_latch(struct redo_work *w, pgno number, dbtime after, dbtime before, struct redo_page *out)
{
    ese_err err = 0;
    dbtime now;
    *out = REDO_PAGE_NONE;
    if (number == 0)
        goto done;
    out->number = number;
    TRY(buf_latch_redo(w->db, number, &out->ref, &out->fresh));
    now = page_dbtime(out->ref.page);
    if (now.v >= after.v || before.v == DBTIME_NONE.v)
        goto done;
    if (now.v != before.v && out->fresh) {
        TRY(note_missing(w->r, w->db, number));
        goto done;
    }
    if (now.v != before.v)
        FAIL(now.v < before.v ? JET_errDbTimeTooOld : JET_errDbTimeTooNew);
    out->needed = true;
    buf_will_dirty(&out->ref);
done:
    if (err < 0)
        buf_unlatch(&out->ref);
    return err;
}

ese_err redo_latch_new(struct redo_work *w, pgno number, dbtime after, struct redo_page *out)
{
    ese_err err = 0;
    *out = REDO_PAGE_NONE;
    if (number == 0)
        goto done;
    out->number = number;
    TRY(buf_latch_redo(w->db, number, &out->ref, &out->fresh));
    out->needed = out->fresh || page_dbtime(out->ref.page).v < after.v;
    if (w->r->missing_count != 0)
        redo_given_up(w->r, w->db, number, number);
    if (out->needed)
        buf_will_dirty(&out->ref);
done:
    return err;
}

void redo_changed(struct redo_work *w, struct redo_page *p, dbtime after)
{
    if (!p->needed)
        return;
    page_set_dbtime(p->ref.page, after);
    buf_dirty(&p->ref, w->span.at, w->span.end);
    p->needed = false;
}

void redo_unlatch(struct redo_page *p)
{
    buf_unlatch(&p->ref);
}

ese_err redo_version(struct redo_work *w, const struct lr_head *head, const struct redo_change *c, struct buf_ref *page)
{
    ese_err err = 0;
    struct ver_entry *e;
    bool unique = (head->flags & LR_UNIQUE) != 0;
    struct ver_node node = {w->db, head->fdp, head->objid, unique, c->key, unique ? BYTES_NONE : c->data};
    if (w->t == NULL || w->t->level == 0)
        goto done;
    TRY(ver_prepare(w->t->versions, w->t, (enum ver_op)c->oper, &node, c->before, &e));
    e->rceid = c->rceid;
    e->level = head->level < w->t->level ? head->level : w->t->level;
    if (c->oper == OPER_REPLACE) {
        e->replace_max = c->max;
    } else {
        e->delta = c->delta;
        e->delta_offset = c->delta_offset;
    }
    ver_rceid_raise(w->t->versions, c->rceid);
    ver_apply(w->t->versions, w->t, e, page);
done:
    return err;
}

/* ---- records ---- */

static ese_err redo_new_page(struct redo_work *w, const struct log_record *record)
{
    ese_err err = 0;
    struct redo_page p = REDO_PAGE_NONE;
    dbtime time = record->u.new_page.time;
    TRY(redo_latch_new(w, record->u.new_page.page, time, &p));
    db_objid_raise(w->db, record->u.new_page.objid);
    if (p.needed)
        page_init(p.ref.page, p.number, record->u.new_page.objid, PAGE_NEW_RECORD_FORMAT, time);
    redo_changed(w, &p, time);
done:
    redo_unlatch(&p);
    return err;
}

ese_err redo_one(struct redo_work *w, const struct log_record *record)
{
    ese_err err = 0;
    switch (record->type) {
    case LR_NEW_PAGE:
        TRY(redo_new_page(w, record));
        break;
    case LR_CREATE_MULTIPLE_FDP:
    case LR_CREATE_SINGLE_FDP:
    case LR_CONVERT_FDP:
    case LR_CONVERT_FDP2:
        TRY(redo_space(w, record));
        break;
    case LR_PAGE_MOVE:
        TRY(redo_page_move(w, record, 0));
        break;
    case LR_EMPTY_TREE:
        TRY(redo_empty_tree(w, record));
        break;
    case LR_ROOT_PAGE_MOVE:                             /* says what the other records of its macro are about */
        break;
    default:
        if (!lr_is_node(record->type))
            FAIL(JET_errLogFileCorrupt);
        TRY(redo_node(w, record));
        break;
    }
done:
    return err;
}

static ese_err enqueue(struct macro *m, struct db_file *db, const struct log_record *record)
{
    ese_err err = 0;
    size_t size = lr_size(record);
    if (m->count != 0 && m->db != db)
        FAIL(JET_errLogFileCorrupt);
    if (m->used + size > m->room) {
        size_t room = m->room * 2 + size + 512;
        uint8_t *larger = ese_resize(m->bytes, room);
        if (larger == NULL)
            FAIL(JET_errOutOfMemory);
        m->bytes = larger;
        m->room = room;
    }
    lr_encode(record, m->bytes + m->used);
    m->used += size;
    m->count++;
    m->db = db;
done:
    return err;
}

/* The room is kept from record to record. */
static ese_err work_init(struct redo_work *w, struct redo *r, struct db_file *db, struct trx *t, struct log_span span)
{
    ese_err err = 0;
    size_t size = (size_t)db->page_size + BT_SEPARATOR_MAX;
    if (r->room_size < size) {
        ese_free(r->room);
        r->room_size = 0;
        r->room = ese_alloc_plain(size);
        if (r->room == NULL)
            FAIL(JET_errOutOfMemory);
        r->room_size = size;
    }
    *w = (struct redo_work){r, db, t, span, r->room};
done:
    return err;
}

ese_err redo_page_record(struct redo *r, struct db_file *db, struct trx *t, const struct log_record *record, struct log_span span)
{
    ese_err err = 0;
    struct redo_work w = {.room = NULL};
    dbtime time = record->type == LR_NEW_PAGE ? record->u.new_page.time
                  : record->type == LR_ROOT_PAGE_MOVE ? record->u.root_move.time : record->head.after;
    struct macro *m = find_macro(r, record->head.procid, time);
    if (record->type != LR_UNDO_INFO)
        db_time_raise(db, time);
    if (m != NULL) {
        TRY(enqueue(m, db, record));
        goto done;
    }
    TRY(work_init(&w, r, db, t, span));
    TRY(redo_one(&w, record));
done:
    return err;
}

/* ---- macros ---- */

static ese_err run_macro(struct redo_work *w, struct macro *m)
{
    ese_err err = 0;
    struct redo_macro_list list = {ese_alloc(m->count * sizeof(struct log_record)), 0};
    bool splits = false, merges = false, root = false;
    size_t at = 0, size;
    if (list.records == NULL)
        FAIL(JET_errOutOfMemory);
    for (; list.count < m->count; at += size) {
        struct log_record *record = &list.records[list.count++];
        TRY(lr_decode(bytes_of(m->bytes + at, m->used - at), record, &size));
        splits = splits || record->type == LR_SPLIT2;
        merges = merges || record->type == LR_MERGE2;
        root = root || record->type == LR_ROOT_PAGE_MOVE;
    }
    if (splits && merges)
        FAIL(JET_errLogFileCorrupt);
    if (splits)
        TRY(redo_split(w, &list));
    else if (merges)
        TRY(redo_merge(w, &list));
    else if (root)
        TRY(redo_root_move(w, &list));
    else
        for (unsigned i = 0; i < list.count; i++)
            TRY(redo_one(w, &list.records[i]));
done:
    ese_free(list.records);
    return err;
}

static ese_err begin_macro(struct redo *r, const struct log_record *record, struct log_span span)
{
    ese_err err = 0;
    struct macro *m = find_macro(r, record->head.procid, record->u.macro.time);
    if (m != NULL)
        drop(m);
    m = ese_alloc(sizeof *m);
    if (m == NULL)
        FAIL(JET_errOutOfMemory);
    m->procid = record->head.procid;
    m->time = record->u.macro.time;
    m->begin = span.at;
    list_append(&r->macros, &m->link);
done:
    return err;
}

ese_err redo_macro(struct redo *r, struct trx *t, const struct log_record *record, struct log_span span)
{
    ese_err err = 0;
    struct redo_work w = {.room = NULL};
    struct macro *m;
    if (record->type == LR_MACRO_BEGIN)
        return begin_macro(r, record, span);
    m = find_macro(r, record->head.procid, record->u.macro.time);
    if (m == NULL)
        goto done;
    if (record->type == LR_MACRO_COMMIT && m->count != 0) {
        TRY(work_init(&w, r, m->db, t, (struct log_span){m->begin, span.end}));
        TRY(run_macro(&w, m));
    }
    drop(m);
done:
    return err;
}
