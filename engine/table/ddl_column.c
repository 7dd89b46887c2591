/* Columns: add, delete, rename, change the default. */
#include "table/ddl_int.h"

#include "format/record.h"

/* ---- add ---- */

/* Takes the column out of the definition again. The last one's id and place can be given out anew; a fixed one below others
 * keeps its place, unused. Under the table's lock. */
static void remove_column(struct table_def *t, struct column_def *c)
{
    c->deleted = true;
    if (t->autoincrement == c)
        t->autoincrement = NULL;
    if (t->version == c)
        t->version = NULL;
    if (c->fid <= FID_FIXED_LAST) {
        if (c->fid == t->fixed_last) {
            t->fixed_last = c->fid - 1u;
            t->fixed_end = c->offset;
            t->fixed[c->fid - FID_FIXED_FIRST] = NULL;
        }
    } else if (c->fid <= FID_VAR_LAST) {
        if (c->fid == t->var_last)
            t->var_last = c->fid - 1u;
        t->var[c->fid - FID_VAR_FIRST] = NULL;
    } else {
        if (c->fid == t->tagged_last)
            t->tagged_last = c->fid - 1u;
        t->tagged[c->fid - FID_TAGGED_FIRST] = NULL;
    }
}

static ese_err undo_add(void *object, struct trx *trx)
{
    struct ddl_change *change = object;

    (void)trx;
    if (change->cache != NULL) {
        os_mutex_lock(&change->t->lock);
        remove_column(change->t, change->c);
        (void)schema_make_facts(change->t);
        os_mutex_unlock(&change->t->lock);
    }
    ddl_change_drop(change);
    return JET_errSuccess;
}

static void commit_add(void *object, stamp at)
{
    struct ddl_change *change = object;

    if (change->cache == NULL)
        return;
    os_mutex_lock(&change->t->lock);
    change->c->life.created = at.v;
    change->c->life.creator = NULL;
    (void)schema_make_facts(change->t);
    os_mutex_unlock(&change->t->lock);
}

/* Everybody sees the column now, unless it is being deleted. */
static void cleanup_add(void *object)
{
    struct ddl_change *change = object;

    if (change->cache != NULL) {
        os_mutex_lock(&change->t->lock);
        change->c->life.created = 0;
        if (change->c->life.deleter == NULL && change->c->life.deleted == 0)
            change->c->versioned = false;
        os_mutex_unlock(&change->t->lock);
    }
    ddl_change_drop(change);
}

static const struct ver_schema_ops add_ops = {undo_add, commit_add, cleanup_add};

static ese_err choose_fid(const struct table_def *t, enum column_place place, uint32_t *fid)
{
    ese_err err = JET_errSuccess;
    unsigned last = place == COLUMN_FIXED ? t->fixed_last : place == COLUMN_VARIABLE ? t->var_last : t->tagged_last;
    unsigned most = place == COLUMN_FIXED ? FID_FIXED_LAST : place == COLUMN_VARIABLE ? FID_VAR_LAST : FID_TAGGED_FIRST + COLUMNS_TAGGED_MAX - 1u;

    if (last >= most)
        FAIL(JET_errTooManyColumns);
    if (place != COLUMN_TAGGED && t->template_table != NULL && (t->template_table->flags & TABLE_NO_FIXED_VAR_IN_DERIVED) != 0)
        FAIL(JET_errFixedInheritedDDL);
    *fid = last + 1;
done:
    return err;
}

static uint16_t fixed_bytes(const struct column_create *how)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 4, 8, 8, 0, 0, 0, 0, 0, 4, 8, 16, 2, 8};
    uint16_t bytes = how->type < sizeof sizes ? sizes[how->type] : 0;
    return bytes != 0 ? bytes : (uint16_t)(how->max_bytes < 255 ? how->max_bytes : 255);
}

static ese_err check_add(struct session *s, struct table_def *t, const struct column_create *how)
{
    ese_err err = JET_errSuccess;
    struct column_def *same;

    TRY(ddl_check_name(how->name));
    if (how->type == COL_NIL || how->type > COL_ULONGLONG || how->type == COL_SLV)
        FAIL(JET_errInvalidColumnType);
    if ((how->flags & COLUMN_VERSION) != 0 && t->version != NULL)
        FAIL(JET_errColumnRedundant);
    if ((how->flags & COLUMN_AUTOINCREMENT) != 0 && t->autoincrement != NULL)
        FAIL(t->life.creator == &s->trx ? JET_errColumnRedundant : JET_errExclusiveTableLockRequired);
    if (schema_find_column(s, t, how->name, &same) >= 0)
        FAIL(JET_errColumnDuplicate);
done:
    return err;
}

/* A default as records hold it: fixed text and binary filled up, bits all ones or zero. */
static struct bytes shape_default(const struct column_create *how, uint8_t padded[256])
{
    unsigned bytes = fixed_bytes(how);

    if (how->default_value.size == 0)
        return BYTES_NONE;
    if (how->type == COL_BIT) {
        padded[0] = how->default_value.data[0] != 0 ? 0xFF : 0;
        return bytes_of(padded, 1);
    }
    if (how->place != COLUMN_FIXED || how->default_value.size >= bytes)
        return how->default_value;
    for (unsigned k = 0; k < bytes; k++)
        padded[k] = how->type == COL_TEXT && (how->code_page != 1200 || k % 2 == 0) ? ' ' : 0;
    memcpy(padded, how->default_value.data, how->default_value.size);
    return bytes_of(padded, bytes);
}

/* The row of a new column, but for its id and place. */
static void fill_row(struct table_def *t, const struct column_create *how, uint8_t padded[256], struct catalog_row *row)
{
    *row = (struct catalog_row){.objid_table = t->objid, .type = CATALOG_COLUMN, .coltype_or_root = how->type, .flags = how->flags,
                                .pages_or_locale = how->code_page, .name = ddl_text(how->name)};
    row->space_usage = how->place == COLUMN_FIXED ? fixed_bytes(how) : how->max_bytes;
    row->default_value = shape_default(how, padded);
    if (row->default_value.size != 0)
        row->flags |= COLUMN_DEFAULT;
    if (how->compressed)
        row->flags |= COLUMN_COMPRESSED;
    if (how->callback != NULL)
        row->template_table = ddl_text(how->callback);
}

/* Several transactions may add columns to one table at a time: ids and places are given out under the table's lock. */
static ese_err place_column(struct session *s, struct table_def *t, const struct column_create *how, struct catalog_row *row, struct column_def **out)
{
    ese_err err = JET_errSuccess;

    os_mutex_lock(&t->lock);
    TRY(choose_fid(t, how->place, &row->id));
    if (how->place == COLUMN_FIXED) {
        row->has_offset = true;
        row->offset = t->fixed_end;
        if (t->fixed_end + row->space_usage > page_node_max(t->db->page_size) / 2)
            FAIL(JET_errRecordTooBig);
    }
    TRY(schema_column_from_row(t, row, out));
    (*out)->life.creator = &s->trx;
    (*out)->versioned = true;
    TRY(schema_set_column(t, *out));
done:
    os_mutex_unlock(&t->lock);
    return err;
}

static ese_err add_column(struct session *s, struct table_def *t, const struct column_create *how, uint32_t *columnid)
{
    ese_err err = JET_errSuccess;
    struct catalog_row row;
    struct ddl_change *change = NULL;
    struct column_def *c;
    uint8_t padded[256];

    if (t->ddl_inhibited && t->life.creator != &s->trx)
        FAIL(JET_errFixedDDL);
    TRY(check_add(s, t, how));
    fill_row(t, how, padded, &row);
    TRY(ddl_change_make(t, &change));
    TRY(place_column(s, t, how, &row, &c));
    change->c = c;
    err = ddl_register(s, change, &add_ops);
    if (err < 0) {
        os_mutex_lock(&t->lock);
        remove_column(t, c);
        os_mutex_unlock(&t->lock);
        goto done;
    }
    change = NULL;
    TRY(catalog_insert(s, t->db, &row));
    os_mutex_lock(&t->lock);
    err = schema_make_facts(t);
    os_mutex_unlock(&t->lock);
    *columnid = c->columnid;
done:
    ese_free(change);
    return err;
}

ese_err ddl_add_column(struct session *s, struct table_def *t, const struct column_create *how, uint32_t *columnid)
{
    ese_err err = JET_errSuccess;
    struct ddl_frame f;

    TRY(ddl_begin(&f, s, t->db));
    err = ddl_end(&f, add_column(s, t, how, columnid));
done:
    return err;
}

/* ---- delete ---- */

static ese_err undo_delete(void *object, struct trx *trx)
{
    struct ddl_change *change = object;

    (void)trx;
    if (change->cache != NULL) {
        os_mutex_lock(&change->t->lock);
        change->c->life.deleter = NULL;
        os_mutex_unlock(&change->t->lock);
        ddl_unclaim(change->t);
    }
    ddl_change_drop(change);
    return JET_errSuccess;
}

static void commit_claimed(void *object, stamp at)
{
    struct ddl_change *change = object;

    (void)at;
    if (change->cache != NULL)
        ddl_unclaim(change->t);
}

static void commit_delete(void *object, stamp at)
{
    struct ddl_change *change = object;

    if (change->cache == NULL)
        return;
    os_mutex_lock(&change->t->lock);
    change->c->life.deleted = at.v;
    change->c->life.deleter = NULL;
    os_mutex_unlock(&change->t->lock);
    ddl_unclaim(change->t);
}

static void cleanup_delete(void *object)
{
    struct ddl_change *change = object;

    if (change->cache != NULL) {
        os_mutex_lock(&change->t->lock);
        change->c->deleted = true;
        schema_note_column(change->t, change->c);
        (void)schema_make_facts(change->t);
        os_mutex_unlock(&change->t->lock);
    }
    ddl_change_drop(change);
}

static const struct ver_schema_ops delete_ops = {undo_delete, commit_delete, cleanup_delete};

static bool indexed(struct table_def *t, const struct column_def *c)
{
    bool found = false;

    os_mutex_lock(&t->lock);
    for (unsigned k = 0; t->primary != NULL && k < t->primary->part_count; k++)
        found |= t->primary->parts[k].column == c;
    LIST_EACH(it, &t->indexes) {
        const struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        for (unsigned k = 0; !i->deleted && k < i->part_count; k++)
            found |= i->parts[k].column == c;
        for (unsigned k = 0; !i->deleted && k < i->condition_count; k++)
            found |= i->conditions[k].column == c;
    }
    os_mutex_unlock(&t->lock);
    return found;
}

static void append_number(char *to, uint32_t value)
{
    char digits[12];
    unsigned n = 0;

    do
        digits[n++] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    to += strlen(to);
    while (n > 0)
        *to++ = digits[--n];
    *to = 0;
}

/* One that this snapshot still shows may have been deleted since. */
static ese_err check_stays(const struct column_def *c)
{
    return c->life.deleted != 0 || c->life.deleter != NULL ? JET_errWriteConflict : JET_errSuccess;
}

/* The row stays, without type and under a name of its own: ids are not given out twice and fixed offsets stay known. */
static ese_err stub_row(struct session *s, struct table_def *t, const struct column_def *c)
{
    ese_err err = JET_errSuccess;
    struct catalog_row row;
    char name[NAME_BYTES_MAX + 1] = "JetStub_";

    TRY(ddl_read_row(s, t->db, t->objid, CATALOG_COLUMN, c->fid, &row));
    append_number(name, t->objid);
    strcat(name, "_");
    append_number(name, c->fid);
    row.coltype_or_root = COL_NIL;
    row.name = ddl_text(name);
    TRY(catalog_replace(s, t->db, &row));
done:
    return err;
}

static ese_err delete_column(struct session *s, struct table_def *t, const char *name, bool *registered)
{
    ese_err err = JET_errSuccess;
    struct column_def *c;
    struct ddl_change *change = NULL;

    TRY(schema_find_column(s, t, name, &c));
    if (c->derived)
        FAIL(JET_errFixedInheritedDDL);
    if (indexed(t, c))
        FAIL(JET_errColumnInUse);
    TRY(check_stays(c));
    TRY(ddl_change_make(t, &change));
    change->c = c;
    TRY(ddl_register(s, change, &delete_ops));
    change = NULL;
    *registered = true;
    os_mutex_lock(&t->lock);
    c->life.deleter = &s->trx;
    c->versioned = true;
    os_mutex_unlock(&t->lock);
    TRY(stub_row(s, t, c));
done:
    ese_free(change);
    return err;
}

ese_err ddl_delete_column(struct session *s, struct table_def *t, const char *name)
{
    ese_err err = JET_errSuccess;
    struct ddl_frame f;
    bool claimed = false, registered = false;

    TRY(ddl_begin(&f, s, t->db));
    err = ddl_claim(s, t);
    claimed = err >= 0;
    if (err >= 0)
        err = delete_column(s, t, name, &registered);
    if (claimed && !registered)
        ddl_unclaim(t);
    err = ddl_end(&f, err);
done:
    return err;
}

/* ---- rename and default ---- */

static ese_err undo_alter(void *object, struct trx *trx)
{
    struct ddl_change *change = object;

    (void)trx;
    if (change->cache != NULL) {
        os_mutex_lock(&change->t->lock);
        memcpy(change->c->name, change->old_name, sizeof change->old_name);
        change->c->default_value = change->old_default;
        change->c->flags = change->old_flags;
        (void)schema_make_facts(change->t);
        os_mutex_unlock(&change->t->lock);
        ddl_unclaim(change->t);
    }
    ddl_change_drop(change);
    return JET_errSuccess;
}

static const struct ver_schema_ops alter_ops = {undo_alter, commit_claimed, ddl_change_drop};

/* One of new_name and new_default is given. */
static ese_err alter_column(struct session *s, struct table_def *t, const char *name, const char *new_name, struct bytes new_default, bool *registered)
{
    ese_err err = JET_errSuccess;
    struct column_def *c, *same;
    struct ddl_change *change = NULL;
    struct catalog_row row;

    TRY(schema_find_column(s, t, name, &c));
    if (c->derived)
        FAIL(JET_errFixedInheritedDDL);
    TRY(check_stays(c));
    if (new_name != NULL) {
        TRY(ddl_check_name(new_name));
        if (schema_find_column(s, t, new_name, &same) >= 0 && same != c)
            FAIL(JET_errKeyDuplicate);
    }
    TRY(ddl_read_row(s, t->db, t->objid, CATALOG_COLUMN, c->fid, &row));
    if (new_name != NULL) {
        row.name = ddl_text(new_name);
    } else {
        row.default_value = new_default;
        row.flags = new_default.size != 0 ? row.flags | COLUMN_DEFAULT : row.flags & ~(uint32_t)COLUMN_DEFAULT;
    }
    TRY(ddl_change_make(t, &change));
    change->c = c;
    memcpy(change->old_name, c->name, sizeof change->old_name);
    change->old_default = c->default_value;
    change->old_flags = c->flags;
    TRY(ddl_register(s, change, &alter_ops));
    change = NULL;
    *registered = true;
    TRY(catalog_replace(s, t->db, &row));
    if (new_name != NULL) {
        memcpy(c->name, new_name, strlen(new_name) + 1);
    } else {
        os_mutex_lock(&t->lock);
        err = schema_own_bytes(t, new_default, &c->default_value);
        c->flags = row.flags;
        if (err >= 0)
            err = schema_make_facts(t);
        os_mutex_unlock(&t->lock);
        TRY(err);
    }
done:
    ese_free(change);
    return err;
}

static ese_err alter(struct session *s, struct table_def *t, const char *name, const char *new_name, struct bytes new_default)
{
    ese_err err = JET_errSuccess;
    struct ddl_frame f;
    bool claimed = false, registered = false;

    TRY(ddl_begin(&f, s, t->db));
    err = ddl_claim(s, t);
    claimed = err >= 0;
    if (err >= 0)
        err = alter_column(s, t, name, new_name, new_default, &registered);
    if (claimed && !registered)
        ddl_unclaim(t);
    err = ddl_end(&f, err);
done:
    return err;
}

ese_err ddl_rename_column(struct session *s, struct table_def *t, const char *from, const char *to)
{
    return alter(s, t, from, to, BYTES_NONE);
}

ese_err ddl_set_default(struct session *s, struct table_def *t, const char *name, struct bytes value)
{
    return alter(s, t, name, NULL, value);
}
