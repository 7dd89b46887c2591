/* Indexes: create with all entries, delete, rename; the indexes of derived tables. */
#include "table/ddl_int.h"

#include "os/collate.h"
#include "table/cursor.h"
#include "table/index.h"

enum { SEGMENT_TEMPLATE = 0x80, SEGMENT_DESCENDING = 0x40, SEGMENT_MUST_BE_NULL = 0x20, TUPLE_BYTES = 20, VERSION_BYTES = 8,
       DEFAULT_LCID = 0x409, LCID_OF_NONE = 0x1000 /* locales without a number of their own */ };

/* Bytes that a row of an index refers to. */
struct index_row {
    struct catalog_row row;
    uint8_t key[4 * KEY_SEGMENTS_MAX], conditions[4 * KEY_SEGMENTS_MAX], segment_max[2], tuples[TUPLE_BYTES], version[VERSION_BYTES], sort_id[16];
    uint8_t locale[2 * LOCALE_NAME_MAX];
};

/* ---- from the caller's description to a row ---- */

static void put_segment(uint8_t *to, const struct column_def *c, unsigned flags)
{
    to[0] = (uint8_t)(flags | (c->derived ? SEGMENT_TEMPLATE : 0));
    to[1] = 0;
    store_le16(to + 2, c->fid);
}

static ese_err check_part(const struct column_def *c)
{
    if ((c->flags & COLUMN_ESCROW) != 0)
        return JET_errCannotIndex;
    if ((c->flags & COLUMN_ENCRYPTED) != 0)
        return JET_errCannotIndexOnEncryptedColumn;
    return c->type == COL_SLV ? JET_errCannotIndex : JET_errSuccess;
}

static bool is_unicode(const struct column_def *c)
{
    return column_is_text(c) && c->code_page == 1200;
}

static ese_err put_key(struct session *s, struct table_def *t, const struct index_create *how, struct index_row *out)
{
    ese_err err = JET_errSuccess;
    const char *at = how->key, *end = how->key + how->key_bytes;
    unsigned count = 0;
    struct column_def *c;

    while (at < end && *at != 0) {
        size_t n = strnlen(at, (size_t)(end - at));
        if ((*at != '+' && *at != '-') || n == (size_t)(end - at) || count == KEY_SEGMENTS_MAX)
            FAIL(JET_errIndexInvalidDef);
        TRY(schema_find_column(s, t, at + 1, &c));
        TRY(check_part(c));
        if (c->life.deleter != NULL || c->life.deleted != 0)
            FAIL(JET_errWriteConflict);                 /* deleted, although this snapshot still shows it */
        put_segment(out->key + (size_t)4 * count++, c, *at == '-' ? SEGMENT_DESCENDING : 0);
        if (is_unicode(c))
            out->row.flags |= INDEX_LOCALISED;
        if ((c->flags & COLUMN_MULTI_VALUED) != 0)
            out->row.flags |= INDEX_MULTI_VALUED;
        at += n + 1;
    }
    if (count == 0)
        FAIL(JET_errIndexInvalidDef);
    out->row.key_fids = bytes_of(out->key, (size_t)4 * count);
    for (unsigned k = 0; k < how->condition_count; k++) {
        TRY(schema_find_column(s, t, how->conditions[k].column, &c));
        put_segment(out->conditions + (size_t)4 * k, c, how->conditions[k].must_be_null ? SEGMENT_MUST_BE_NULL : 0);
    }
    if (how->condition_count != 0)
        out->row.conditions = bytes_of(out->conditions, (size_t)4 * how->condition_count);
done:
    return err;
}

/* Every row names its locale; only those with Unicode text say which tables made their keys. */
static ese_err put_locale(struct table_def *t, const struct index_create *how, struct index_row *out)
{
    ese_err err = JET_errSuccess;
    uint32_t nls, defined;
    const char *name = how->has_collation ? how->collation.locale : "en-US";
    size_t n = 0;

    out->row.has_lcmap = true;
    out->row.lcmap_flags = how->has_collation && how->collation.flags != 0 ? how->collation.flags : COLLATE_DEFAULT_FLAGS;
    if (schema_names_locales(t->db)) {
        for (; name[n] != 0 && n < LOCALE_NAME_MAX; n++)
            store_le16(out->locale + 2 * n, (uint8_t)name[n]);
        out->row.locale_name = bytes_of(out->locale, 2 * n);
    } else {
        out->row.pages_or_locale = how->has_collation ? how->collation.lcid : DEFAULT_LCID;
        if (out->row.pages_or_locale == 0 && (!collate_lcid_of_name(name, &out->row.pages_or_locale) || out->row.pages_or_locale == LCID_OF_NONE))
            FAIL(JET_errEngineFormatVersionParamTooLowForRequestedFeature);
    }
    if ((out->row.flags & INDEX_LOCALISED) == 0)
        goto done;
    collate_version(&nls, &defined, out->sort_id);
    store_le32(out->version, nls);
    store_le32(out->version + 4, defined);
    out->row.version = bytes_of(out->version, VERSION_BYTES);
    out->row.has_version = true;
    out->row.sort_id = bytes_of(out->sort_id, sizeof out->sort_id);
    out->row.has_sort_id = schema_names_locales(t->db);
done:
    return err;
}

static ese_err put_limits(const struct table_def *t, const struct index_create *how, struct index_row *out)
{
    ese_err err = JET_errSuccess;
    unsigned key_most = how->key_most != 0 ? how->key_most : KEY_DEFAULT_MOST;

    if (key_most < KEY_DEFAULT_MOST || key_most > key_most_for_page(t->db->page_size) || how->segment_max > key_most)
        FAIL(JET_errIndexInvalidDef);
    if (key_most != KEY_DEFAULT_MOST) {
        out->row.has_key_most = true;
        out->row.key_most = (uint16_t)key_most;
    }
    if (how->segment_max != 0 && how->segment_max != key_most) {
        store_le16(out->segment_max, how->segment_max);
        out->row.var_seg_mac = bytes_of(out->segment_max, 2);
    }
    if ((how->flags & INDEX_TUPLES) != 0) {
        store_le32(out->tuples, how->tuple_min);
        store_le32(out->tuples + 4, how->tuple_max);
        store_le32(out->tuples + 8, how->tuple_to);
        store_le32(out->tuples + 12, how->tuple_step);
        store_le32(out->tuples + 16, how->tuple_start);
        out->row.tuple_limits = bytes_of(out->tuples, TUPLE_BYTES);
    }
done:
    return err;
}

/* The key of a primary index over columns of known size needs no more room than they take: the original writes that sum. */
static void shrink_primary_key(struct table_def *t, struct index_row *out)
{
    unsigned sum = 0;

    if (out->row.has_key_most || out->row.var_seg_mac.size != 0)
        return;
    for (size_t k = 0; k < out->row.key_fids.size; k += 4) {
        const struct column_def *c = schema_fid(t, load_le16(out->key + k + 2), (out->key[k] & SEGMENT_TEMPLATE) != 0);
        if (c == NULL || column_is_text(c) || c->type == COL_LONG_BINARY || c->fid > COLUMNS_FIXED_MAX)
            return;
        sum += c->fixed_bytes + 1u;
    }
    if (sum < KEY_DEFAULT_MOST) {
        out->row.has_key_most = true;
        out->row.key_most = (uint16_t)sum;
    }
}

static ese_err describe(struct session *s, struct table_def *t, const struct index_create *how, struct index_row *out)
{
    ese_err err = JET_errSuccess;

    memset(out, 0, sizeof *out);
    out->row.objid_table = t->objid;
    out->row.type = CATALOG_INDEX;
    out->row.name = ddl_text(how->name);
    out->row.flags = (how->flags & ~(uint32_t)INDEX_TUPLES) | INDEX_EXTENDED;
    if ((t->flags & TABLE_TEMPLATE) != 0)
        out->row.flags |= INDEX_TEMPLATE;
    out->row.space_usage = how->density != 0 ? how->density : t->density;
    if (how->density != 0 && (how->density < 20 || how->density > 100))
        FAIL(JET_errDensityInvalid);
    if ((how->flags & INDEX_DOTNET_GUID) != 0 && le32_get(&db_header_of(t->db)->update_major) < DB_UPDATE_NEW)
        FAIL(JET_errEngineFormatVersionParamTooLowForRequestedFeature);
    TRY(put_key(s, t, how, out));
    TRY(put_limits(t, how, out));
    if ((how->flags & INDEX_PRIMARY) != 0)
        shrink_primary_key(t, out);
    TRY(put_locale(t, how, out));
done:
    return err;
}

/* ---- create ---- */

static ese_err undo_create(void *object, struct trx *trx)
{
    struct ddl_change *change = object;
    struct index_def *i = change->i;
    struct table_def *t = change->t;
    ese_err err = JET_errSuccess;

    if (change->cache == NULL)
        goto done;
    table_gate_close(t);
    i->deleted = true;
    if ((i->flags & INDEX_PRIMARY) != 0)
        t->primary = NULL;
    table_gate_open(t);
    if (!list_empty(&i->link)) {
        ddl_drop_later(t, i);                           /* others may have entries in it: the definition stays in the list, deleted */
    } else {
        if ((i->flags & INDEX_PRIMARY) == 0)
            err = space_free_tree(&t->tree, trx, i->tree.root);
        schema_index_release(i);
    }
    ddl_unclaim(t);
done:
    ddl_change_drop(change);
    return err;
}

static void commit_create(void *object, stamp at)
{
    struct ddl_change *change = object;

    if (change->cache == NULL)
        return;
    change->i->life.created = at.v;
    change->i->life.creator = NULL;
    ddl_unclaim(change->t);
}

static const struct ver_schema_ops create_ops = {undo_create, commit_create, ddl_change_drop};

static ese_err check_empty(struct session *s, struct table_def *t)
{
    ese_err err = JET_errSuccess;
    struct bt_pos *p = NULL;

    TRY(table_pos_open(&t->tree, s, &p));
    p->raw = true;
    err = bt_first(p);
    if (err >= 0)
        err = JET_errTableNotEmpty;
    else if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    table_pos_close(p);
    return err;
}

static ese_err check_create(struct session *s, struct table_def *t, const struct index_create *how)
{
    ese_err err = JET_errSuccess;
    struct index_def *same;

    TRY(ddl_check_name(how->name));
    if (schema_find_index(s, t, how->name, &same) >= 0)
        FAIL(JET_errIndexDuplicate);
    if ((how->flags & INDEX_PRIMARY) != 0) {
        if (t->primary != NULL)
            FAIL(JET_errIndexHasPrimary);
        TRY(check_empty(s, t));
    }
done:
    return err;
}

/* A change of another transaction that is not committed yet would miss the new index: it must end first. */
static ese_err check_quiet(struct session *s, struct table_def *t)
{
    return ver_tree_busy(s->inst->versions, t->db, t->tree.root, &s->trx) ? JET_errWriteConflict : JET_errSuccess;
}

/* The gate is closed while the index is filled and enters the list: every later change keeps it. */
static ese_err try_fill(struct session *s, struct table_def *t, struct index_def *i)
{
    ese_err err = JET_errSuccess;

    table_gate_close(t);
    err = check_quiet(s, t);
    if (err >= 0)
        err = index_build(s, i);
    if (err >= 0) {
        os_mutex_lock(&t->lock);
        list_append(&t->indexes, &i->link);
        os_mutex_unlock(&t->lock);
    }
    table_gate_open(t);
    return err;
}

/* Transactions with changes in the table end first. Ones that overlap without end are made to by draining the table, in spells that
 * grow: one that waits for another, outside of the engine, gets on when the spell is over. */
static ese_err fill_index(struct session *s, struct table_def *t, struct index_def *i)
{
    enum { SPELLS = 5, SPELL_FIRST_MS = 20, PAUSE_MS = 5, WITHOUT_MS = 1000 };
    ese_err err = try_fill(s, t, i);
    unsigned spell = SPELL_FIRST_MS;

    for (unsigned k = 0; k < SPELLS && err == JET_errWriteConflict; k++, spell *= 2) {
        table_drain(t, true);
        for (unsigned waited = 0; waited < spell && err == JET_errWriteConflict; waited += PAUSE_MS) {
            os_sleep_ms(PAUSE_MS);
            err = try_fill(s, t, i);
        }
        table_drain(t, false);
        if (err == JET_errWriteConflict)
            os_sleep_ms(SPELL_FIRST_MS);
    }
    for (unsigned waited = 0; waited < WITHOUT_MS && err == JET_errWriteConflict; waited += 2 * PAUSE_MS) {
        os_sleep_ms(2 * PAUSE_MS);
        err = try_fill(s, t, i);
    }
    return err;
}

static ese_err create_primary(struct session *s, struct table_def *t, struct index_row *d, bool *registered)
{
    ese_err err = JET_errSuccess;
    struct ddl_change *change = NULL;
    struct index_def *i = NULL;

    d->row.id = t->objid;
    d->row.coltype_or_root = t->tree.root;
    TRY(schema_index_from_row(t, &d->row, &i));
    i->life.creator = &s->trx;
    TRY(ddl_change_make(t, &change));
    change->i = i;
    table_gate_close(t);
    err = check_empty(s, t);
    if (err >= 0)
        err = ddl_register(s, change, &create_ops);
    if (err >= 0)
        t->primary = i;
    table_gate_open(t);
    TRY(err);
    *registered = true;
    i = NULL;
    change = NULL;
    TRY(catalog_insert(s, t->db, &d->row));
    TRY(catalog_locale_add(s, t->db, t->primary));
done:
    if (i != NULL)
        schema_index_release(i);
    ese_free(change);
    return err;
}

static ese_err create_secondary(struct session *s, struct table_def *t, struct index_row *d, bool *registered)
{
    ese_err err = JET_errSuccess;
    struct ddl_change *change = NULL;
    struct index_def *i = NULL;
    bool unique = (d->row.flags & INDEX_UNIQUE) != 0;
    pgno root = 0;

    TRY(space_create_tree(&t->tree, &s->trx, 1, unique, PAGE_INDEX | PAGE_NEW_RECORD_FORMAT | (unique ? 0u : PAGE_NON_UNIQUE), &root, &d->row.id));
    d->row.coltype_or_root = root;
    TRY(schema_index_from_row(t, &d->row, &i));
    i->life.creator = &s->trx;
    i->building = true;
    TRY(ddl_change_make(t, &change));
    change->i = i;
    TRY(ddl_register(s, change, &create_ops));
    change = NULL;
    *registered = true;
    root = 0;
    TRY(catalog_insert(s, t->db, &d->row));
    TRY(catalog_locale_add(s, t->db, i));
    TRY(fill_index(s, t, i));
    i->building = false;
    i = NULL;
done:
    if (root != 0) {
        (void)space_free_tree(&t->tree, &s->trx, root);
        if (i != NULL)
            schema_index_release(i);
    }
    ese_free(change);
    return err;
}

ese_err ddl_create_index(struct session *s, struct table_def *t, const struct index_create *how)
{
    ese_err err = JET_errSuccess;
    struct ddl_frame f;
    struct index_row *d = NULL;
    bool claimed = false, registered = false;

    TRY(ddl_begin(&f, s, t->db));
    err = ddl_claim(s, t);
    claimed = err >= 0;
    d = ese_alloc(sizeof *d);
    if (err >= 0 && d == NULL)
        err = JET_errOutOfMemory;
    if (err >= 0)
        err = check_create(s, t, how);
    if (err >= 0)
        err = describe(s, t, how, d);
    if (err >= 0)
        err = (how->flags & INDEX_PRIMARY) != 0 ? create_primary(s, t, d, &registered) : create_secondary(s, t, d, &registered);
    if (claimed && !registered)
        ddl_unclaim(t);
    ese_free(d);
    err = ddl_end(&f, err);
done:
    return err;
}

/* ---- derived tables ---- */

/* A derived table has the template's indexes, each in a tree of its own. */
static ese_err derive_index(struct session *s, struct table_def *t, const struct index_def *from, const struct catalog_row *template_row)
{
    ese_err err = JET_errSuccess;
    struct catalog_row row = *template_row;
    uint8_t key[4 * KEY_SEGMENTS_MAX], conditions[4 * KEY_SEGMENTS_MAX];
    struct index_def *i = NULL;
    bool primary = (from->flags & INDEX_PRIMARY) != 0, unique = (from->flags & INDEX_UNIQUE) != 0;

    row.objid_table = t->objid;
    row.flags = (row.flags & ~(uint32_t)INDEX_TEMPLATE) | INDEX_DERIVED;
    memcpy(key, row.key_fids.data, row.key_fids.size);
    for (size_t k = 0; k < row.key_fids.size; k += 4)
        key[k] |= SEGMENT_TEMPLATE;
    row.key_fids.data = key;
    if (row.conditions.size != 0)
        memcpy(conditions, row.conditions.data, row.conditions.size);
    for (size_t k = 0; k < row.conditions.size; k += 4)
        conditions[k] |= SEGMENT_TEMPLATE;
    if (row.conditions.size != 0)
        row.conditions.data = conditions;
    row.id = t->objid;
    row.coltype_or_root = t->tree.root;
    if (!primary)
        TRY(space_create_tree(&t->tree, &s->trx, 1, unique, PAGE_INDEX | PAGE_NEW_RECORD_FORMAT | (unique ? 0u : PAGE_NON_UNIQUE),
                              &row.coltype_or_root, &row.id));
    TRY(schema_index_from_row(t, &row, &i));
    if (primary)
        t->primary = i;
    else
        list_append(&t->indexes, &i->link);
    TRY(catalog_insert(s, t->db, &row));
    TRY(catalog_locale_add(s, t->db, i));
done:
    return err;
}

ese_err ddl_derive_indexes(struct session *s, struct table_def *t)
{
    ese_err err = JET_errSuccess;
    struct table_def *from = t->template_table;
    struct catalog_row row;

    if (from->primary != NULL) {
        TRY(ddl_read_row(s, from->db, from->objid, CATALOG_INDEX, from->objid, &row));
        TRY(derive_index(s, t, from->primary, &row));
    }
    LIST_EACH(it, &from->indexes) {
        const struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        if (i->deleted)
            continue;
        TRY(ddl_read_row(s, from->db, from->objid, CATALOG_INDEX, i->tree.objid, &row));
        TRY(derive_index(s, t, i, &row));
    }
done:
    return err;
}

/* ---- delete ---- */

static ese_err undo_delete(void *object, struct trx *trx)
{
    struct ddl_change *change = object;

    (void)trx;
    if (change->cache != NULL) {
        change->i->life.deleter = NULL;
        ddl_unclaim(change->t);
    }
    ddl_change_drop(change);
    return JET_errSuccess;
}

static void commit_delete(void *object, stamp at)
{
    struct ddl_change *change = object;

    (void)at;
    if (change->cache == NULL)
        return;
    table_gate_close(change->t);
    change->i->deleted = true;                          /* stays in the list: somebody may be walking it */
    table_gate_open(change->t);
    ddl_drop_later(change->t, change->i);
    ddl_unclaim(change->t);
}

static const struct ver_schema_ops delete_ops = {undo_delete, commit_delete, ddl_change_drop};

/* Cursors of the session that use the index go back to the primary order; those of others keep it. */
static ese_err release_users(struct session *s, struct index_def *i)
{
    ese_err err = JET_errSuccess;

    LIST_EACH(it, &s->cursors) {
        struct cursor *c = LIST_ENTRY(it, struct cursor, link);
        if (c->index == i)
            TRY(cursor_set_index(c, NULL, i->table->primary, false, true, 1));
    }
    if (atomic_load(&i->use_count) != 0)
        FAIL(JET_errIndexInUse);
done:
    return err;
}

static ese_err delete_index(struct session *s, struct table_def *t, const char *name, bool *registered)
{
    ese_err err = JET_errSuccess;
    struct index_def *i;
    struct ddl_change *change = NULL;

    TRY(schema_find_index(s, t, name, &i));
    if (i == NULL || (i->flags & INDEX_PRIMARY) != 0)
        FAIL(JET_errIndexMustStay);
    if ((i->flags & INDEX_DERIVED) != 0)
        FAIL(JET_errFixedInheritedDDL);
    TRY(ddl_change_make(t, &change));
    change->i = i;
    i->life.deleter = &s->trx;
    err = release_users(s, i);
    if (err >= 0)
        err = ddl_register(s, change, &delete_ops);
    if (err < 0) {
        i->life.deleter = NULL;
        goto done;
    }
    change = NULL;
    *registered = true;
    TRY(catalog_locale_drop(s, t->db, i));
    TRY(catalog_delete(s, t->db, t->objid, CATALOG_INDEX, i->tree.objid));
done:
    ese_free(change);
    return err;
}

ese_err ddl_delete_index(struct session *s, struct table_def *t, const char *name)
{
    ese_err err = JET_errSuccess;
    struct ddl_frame f;
    bool claimed = false, registered = false;

    TRY(ddl_begin(&f, s, t->db));
    err = ddl_claim(s, t);
    claimed = err >= 0;
    if (err >= 0)
        err = delete_index(s, t, name, &registered);
    if (claimed && !registered)
        ddl_unclaim(t);
    err = ddl_end(&f, err);
done:
    return err;
}

/* ---- rename ---- */

static ese_err undo_rename(void *object, struct trx *trx)
{
    struct ddl_change *change = object;

    (void)trx;
    if (change->cache != NULL) {
        memcpy(change->i->name, change->old_name, sizeof change->old_name);
        ddl_unclaim(change->t);
    }
    ddl_change_drop(change);
    return JET_errSuccess;
}

static void commit_rename(void *object, stamp at)
{
    struct ddl_change *change = object;

    (void)at;
    if (change->cache != NULL)
        ddl_unclaim(change->t);
}

static const struct ver_schema_ops rename_ops = {undo_rename, commit_rename, ddl_change_drop};

static ese_err rename_index(struct session *s, struct table_def *t, const char *from, const char *to, bool *registered)
{
    ese_err err = JET_errSuccess;
    struct index_def *i, *same;
    struct ddl_change *change = NULL;
    struct catalog_row row;

    TRY(ddl_check_name(to));
    TRY(schema_find_index(s, t, from, &i));
    if (i == NULL)
        FAIL(JET_errIndexNotFound);
    if (schema_find_index(s, t, to, &same) >= 0 && same != i)
        FAIL(JET_errIndexDuplicate);
    TRY(ddl_read_row(s, t->db, t->objid, CATALOG_INDEX, (i->flags & INDEX_PRIMARY) != 0 ? t->objid : i->tree.objid, &row));
    row.name = ddl_text(to);
    TRY(ddl_change_make(t, &change));
    change->i = i;
    memcpy(change->old_name, i->name, sizeof change->old_name);
    TRY(ddl_register(s, change, &rename_ops));
    change = NULL;
    *registered = true;
    TRY(catalog_replace(s, t->db, &row));
    memcpy(i->name, to, strlen(to) + 1);
done:
    ese_free(change);
    return err;
}

ese_err ddl_rename_index(struct session *s, struct table_def *t, const char *from, const char *to)
{
    ese_err err = JET_errSuccess;
    struct ddl_frame f;
    bool claimed = false, registered = false;

    TRY(ddl_begin(&f, s, t->db));
    err = ddl_claim(s, t);
    claimed = err >= 0;
    if (err >= 0)
        err = rename_index(s, t, from, to, &registered);
    if (claimed && !registered)
        ddl_unclaim(t);
    err = ddl_end(&f, err);
done:
    return err;
}
