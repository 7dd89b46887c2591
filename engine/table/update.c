/* Pending updates and how they become records: insert, replace, delete, escrow, each with all indexes in one statement. */
#include "table/cursor_int.h"

#include "base/alloc.h"
#include "format/record.h"
#include "table/index.h"
#include "table/lv.h"
#include "table/table_int.h"

/* ---- memory ---- */

static unsigned record_room(const struct table_def *t)
{
    unsigned key = t->primary != NULL ? t->primary->key_most : 4u;
    return page_node_max(t->db->page_size) - key;
}

static ese_err take_memory(struct cursor *c)
{
    ese_err err = JET_errSuccess;
    size_t page = c->table->db->page_size;

    if (c->edit_memory == NULL)
        c->edit_memory = ese_alloc(2 * page);
    if (c->original == NULL)
        c->original = ese_alloc(page);
    if (c->edit_memory == NULL || c->original == NULL)
        FAIL(JET_errOutOfMemory);
    if (c->writer.tree == NULL)
        TRY(bt_pos_init(&c->writer, &c->table->tree, &c->session->trx));
done:
    return err;
}

static struct bytes edited(const struct cursor *c)
{
    return bytes_of(c->edit.at, c->edit.size);
}

/* ---- statements ---- */

struct statement { struct ver_entry *mark; bool own, inside; };

static ese_err statement_begin(struct cursor *c, struct statement *st)
{
    ese_err err = JET_errSuccess;

    *st = (struct statement){0};
    ver_ease(c->session->trx.versions, &c->session->trx);
    TRY(cursor_enter(c, false, &st->own));
    if (c->session->trx.read_only)
        FAIL(JET_errTransReadOnly);
    TRY(index_check_collation(c->session, c->table));
    st->mark = txn_mark(c->session);
    table_drain_wait(c->session, c->table);
    table_gate_enter(c->table);
    if (c->table->primary != NULL && c->table->primary->life.creator != NULL && c->table->primary->life.creator != &c->session->trx) {
        table_gate_leave(c->table);
        FAIL(JET_errWriteConflictPrimaryIndex);
    }
    st->inside = true;
done:
    if (err < 0)
        err = cursor_leave(c, st->own, err);
    return err;
}

/* A failed statement leaves nothing behind: its own transaction rolls back, or a caller's goes back to the mark. */
static ese_err statement_end(struct cursor *c, struct statement *st, ese_err result)
{
    if (result < 0 && !st->own) {
        ese_err err = txn_undo_to(c->session, st->mark);
        if (err < 0)
            result = err;
    }
    if (st->inside)
        table_gate_leave(c->table);
    return cursor_leave(c, st->own, result);
}

/* ---- long values of a record ---- */

typedef ese_err (*each_lid_fn)(struct cursor *c, uint64_t lid, void *context);

static ese_err each_lid(struct cursor *c, struct bytes record, each_lid_fn each, void *context)
{
    ese_err err = JET_errSuccess;
    bool large = page_is_large(c->table->db->page_size), derived;
    unsigned fid, count;
    struct tagged_value value;
    enum value_state state;
    uint64_t lid;

    for (unsigned k = 0; record_tagged_at(record, large, k, &fid, &derived, &count); k++) {
        const struct column_def *column = schema_fid(c->table, fid, derived);
        if (column != NULL && !column_is_long(column))
            continue;
        for (unsigned itag = 1; itag <= count; itag++) {
            unsigned unused;
            TRY(record_get_tagged(record, large, fid, derived, itag, &state, &unused, &value));
            if (state != VALUE_PRESENT || !value.separated)
                continue;
            TRY(lid_decode(value.data, &lid));
            TRY(each(c, lid, context));
        }
    }
done:
    return err;
}

static ese_err add_reference(struct cursor *c, uint64_t lid, void *context)
{
    (void)context;
    return lv_add_reference(c->session, c->table, lid);
}

struct lid_wanted { uint64_t lid; bool found; };

static ese_err compare_lid(struct cursor *c, uint64_t lid, void *context)
{
    struct lid_wanted *w = context;
    (void)c;
    w->found |= lid == w->lid;
    return JET_errSuccess;
}

static ese_err drop_unless_in(struct cursor *c, uint64_t lid, void *context)
{
    ese_err err = JET_errSuccess;
    const struct bytes *other = context;
    struct lid_wanted w = {lid, false};

    TRY(each_lid(c, *other, compare_lid, &w));
    if (!w.found)
        TRY(lv_drop_reference(c->session, c->table, lid));
done:
    return err;
}

/* References of record that keeper does not hold are given up. */
static ese_err drop_long_values(struct cursor *c, struct bytes record, struct bytes keeper)
{
    if (c->table->long_values.root == 0)
        return JET_errSuccess;
    return each_lid(c, record, drop_unless_in, &keeper);
}

/* ---- prepare ---- */

/* Two cursors of one session must not change the same record at a time. The key of c's record is key. */
static ese_err check_other_cursors(const struct cursor *c, struct bytes key)
{
    LIST_EACH(it, &c->session->cursors) {
        const struct cursor *o = LIST_ENTRY(it, struct cursor, link);
        if (o != c && o->table == c->table && (o->update == UPDATE_REPLACE || o->update == UPDATE_REPLACE_NO_LOCK) &&
            bytes_equal(bytes_of(o->original_key, o->original_key_size), key))
            return JET_errSessionWriteConflict;
    }
    return JET_errSuccess;
}

static ese_err find_autoincrement(struct cursor *c, uint64_t *highest);

static ese_err next_autoincrement(struct cursor *c, uint64_t *value)
{
    ese_err err = JET_errSuccess;
    struct table_def *t = c->table;
    uint64_t highest = 0;

    if (atomic_load(&t->autoincrement_next) == 0) {
        os_mutex_lock(&t->lock);
        if (atomic_load(&t->autoincrement_next) == 0) {
            err = find_autoincrement(c, &highest);
            if (err >= 0)
                atomic_store(&t->autoincrement_next, highest + 1);
        }
        os_mutex_unlock(&t->lock);
        TRY(err);
    }
    *value = atomic_fetch_add(&t->autoincrement_next, 1);
    if (t->autoincrement->fixed_bytes == 4 && *value > (t->autoincrement->type == COL_ULONG ? UINT32_MAX : (uint64_t)INT32_MAX))
        FAIL(JET_errOutOfAutoincrementValues);
done:
    return err;
}

static uint64_t integer_of(struct bytes value)
{
    return value.size == 8 ? load_le64(value.data) : value.size == 4 ? load_le32(value.data) : 0;
}

/* The highest value in use, seen by nobody's snapshot: uncommitted and deleted records count too. */
static ese_err find_autoincrement(struct cursor *c, uint64_t *highest)
{
    ese_err err = JET_errSuccess;
    struct table_def *t = c->table;
    struct column_def *column = t->autoincrement;
    struct fixed_layout where = {column->offset, column->fixed_bytes};
    bool last_only = t->primary != NULL && t->primary->parts[0].column == column && !t->primary->parts[0].descending;
    struct bt_pos *p = NULL;
    enum value_state state;
    struct bytes value;

    *highest = 0;
    TRY(table_pos_open(&t->tree, c->session, &p));
    p->raw = true;
    err = last_only ? bt_last(p) : bt_first(p);
    while (err >= 0) {
        TRY(record_get_fixed(bt_data(p), column->fid, where, &state, &value));
        if (state == VALUE_PRESENT && (int64_t)integer_of(value) > 0 && integer_of(value) > *highest)
            *highest = integer_of(value);
        if (last_only)
            break;
        err = bt_next(p);
    }
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    table_pos_close(p);
    return err;
}

static ese_err set_integer(struct cursor *c, const struct column_def *column, uint64_t value)
{
    uint8_t raw[8];
    store_le64(raw, value);
    cursor_mark_changed(c, column->columnid);
    return record_set_fixed(&c->edit, column->fid, c->table, schema_fixed_layout, false, bytes_of(raw, column->fixed_bytes));
}

static ese_err set_autoincrement(struct cursor *c)
{
    ese_err err = JET_errSuccess;

    c->autoincrement_taken = false;
    if (c->table->autoincrement == NULL)
        goto done;
    TRY(next_autoincrement(c, &c->autoincrement_value));
    TRY(set_integer(c, c->table->autoincrement, c->autoincrement_value));
    c->autoincrement_taken = true;
done:
    return err;
}

static ese_err prepare_insert(struct cursor *c)
{
    ese_err err = JET_errSuccess;
    const struct table_facts *facts = atomic_load_explicit(&c->table->facts, memory_order_acquire);

    if (facts != NULL && facts->default_record.size != 0)
        record_edit_load(&c->edit, facts->default_record);
    c->original_size = 0;
    TRY(set_autoincrement(c));
done:
    return err;
}

/* The record as the session sees it now, as original and as start of the edit. */
static ese_err load_original(struct cursor *c, bool lock)
{
    ese_err err = JET_errSuccess;
    struct bytes record;
    bool latched = false;

    TRY(cursor_record(c, &record));
    latched = true;
    if (record.size > c->edit.room)
        FAIL(JET_errDatabaseCorrupted);
    memcpy(c->original, record.data, record.size);
    c->original_size = record.size;
    record_edit_load(&c->edit, record);
    if (lock)
        TRY(bt_lock(&c->primary, true));
done:
    if (latched)
        cursor_release(c);
    if (err >= 0 && c->session->cursors.next != c->session->cursors.prev)
        err = check_other_cursors(c, bytes_of(c->primary.key, c->primary.key_size));
    if (err >= 0) {
        c->original_key_size = c->primary.key_size;
        memcpy(c->original_key, c->primary.key, c->primary.key_size);
    }
    return err;
}

static ese_err prepare_copy(struct cursor *c, enum update_kind kind)
{
    ese_err err = JET_errSuccess;
    bool own = false;

    TRY(load_original(c, false));
    if (kind != UPDATE_INSERT_COPY)
        goto done;
    memset(c->changed_columns, 0xFF, sizeof c->changed_columns);
    if (c->table->long_values.root != 0) {
        TRY(cursor_enter(c, false, &own));
        TRY(cursor_leave(c, own, each_lid(c, edited(c), add_reference, NULL)));
        c->update_lv = true;
        c->update_lv_level = c->session->trx.level;
    }
    TRY(set_autoincrement(c));
done:
    return err;
}

ese_err update_prepare(struct cursor *c, enum update_kind kind)
{
    ese_err err = JET_errSuccess;
    bool locks = kind == UPDATE_REPLACE && c->session->trx.level > 0;

    if (kind != UPDATE_READ_ONLY_COPY && (c->read_only || c->table->db->read_only))
        FAIL(JET_errPermissionDenied);
    if (kind != UPDATE_READ_ONLY_COPY && c->session->trx.level > 0 && c->session->trx.read_only)
        FAIL(JET_errTransReadOnly);
    if (c->update != UPDATE_NONE)
        FAIL(JET_errAlreadyPrepared);
    if (locks)
        ver_ease(c->session->trx.versions, &c->session->trx);
    TRY(take_memory(c));
    record_edit_start(&c->edit, c->edit_memory, c->table->db->page_size, page_is_large(c->table->db->page_size));
    c->edit.room = record_room(c->table);
    memset(c->changed_columns, 0, sizeof c->changed_columns);
    c->update_lv_level = 0;
    c->update_lv = false;
    c->autoincrement_taken = false;
    if (kind == UPDATE_INSERT)
        TRY(prepare_insert(c));
    else if (kind == UPDATE_REPLACE || kind == UPDATE_REPLACE_NO_LOCK || kind == UPDATE_READ_ONLY_COPY)
        TRY(load_original(c, locks));
    else
        TRY(prepare_copy(c, kind));
    c->update = kind;
    c->update_level = c->session->trx.level;
done:
    return err;
}

/* Long values that only the given-up update refers to go with it. */
ese_err update_cancel(struct cursor *c)
{
    ese_err err = JET_errSuccess;
    bool own = false;
    struct bytes keeper = BYTES_NONE;

    if (c->update == UPDATE_NONE)
        FAIL(JET_errUpdateNotPrepared);
    if (c->update_lv && c->table->long_values.root != 0) {
        if (c->update != UPDATE_INSERT && c->update != UPDATE_INSERT_COPY)
            keeper = bytes_of(c->original, c->original_size);
        TRY(cursor_enter(c, false, &own));
        TRY(cursor_leave(c, own, drop_long_values(c, edited(c), keeper)));
    }
done:
    c->update = UPDATE_NONE;
    c->update_lv_level = 0;
    c->update_lv = false;
    return err;
}

/* ---- apply ---- */

static ese_err check_not_null(struct cursor *c)
{
    ese_err err = JET_errSuccess;
    const struct table_facts *facts = atomic_load_explicit(&c->table->facts, memory_order_acquire);
    struct bytes record = edited(c), value;
    enum value_state state;
    struct tagged_value tagged;
    unsigned count;

    for (unsigned k = 0; facts != NULL && k < facts->not_null_count; k++) {
        const struct column_def *column = facts->not_null[k];
        if (!schema_column_visible(c->session, column))
            continue;
        if (column->fid <= FID_FIXED_LAST)
            TRY(record_get_fixed(record, column->fid, (struct fixed_layout){column->offset, column->fixed_bytes}, &state, &value));
        else if (column->fid <= FID_VAR_LAST)
            TRY(record_get_var(record, column->fid, &state, &value));
        else
            TRY(record_get_tagged(record, c->edit.large_page, column->fid, column->derived, 1, &state, &count, &tagged));
        if (state == VALUE_NULL || (state == VALUE_ABSENT && (column->flags & COLUMN_DEFAULT) == 0))
            FAIL(JET_errNullInvalid);
    }
done:
    return err;
}

/* Next key of a table without primary index: one counter for all sessions, read from the tree once. */
static ese_err sequential_key(struct cursor *c, struct index_key *key)
{
    ese_err err = JET_errSuccess;
    struct table_def *t = c->table;
    struct bt_pos *p = NULL;
    uint64_t value;

    if (atomic_load(&t->sequence_next) == 0) {
        os_mutex_lock(&t->lock);
        if (atomic_load(&t->sequence_next) == 0) {
            uint64_t last = 0;
            err = table_pos_open(&t->tree, c->session, &p);
            if (err >= 0) {
                p->raw = true;
                err = bt_last(p);
                if (err >= 0 && bt_key(p).size == 4)
                    last = load_be32(bt_key(p).data);
                if (err == JET_errNoCurrentRecord)
                    err = JET_errSuccess;
            }
            table_pos_close(p);
            if (err >= 0)
                atomic_store(&t->sequence_next, last + 1);
        }
        os_mutex_unlock(&t->lock);
        TRY(err);
    }
    value = atomic_fetch_add(&t->sequence_next, 1);
    if (value > UINT32_MAX)
        FAIL(JET_errOutOfSequentialIndexValues);
    store_be32(key->bytes, (uint32_t)value);
    key->size = 4;
done:
    return err;
}

static ese_err make_primary_key(struct cursor *c, struct bytes record, struct index_key *key)
{
    return c->table->primary == NULL ? sequential_key(c, key) : index_primary_key(c->session, c->table, record, key);
}

/* An index in the list has been filled: from then on every change of every session keeps it, committed or not. */
static bool index_lives(const struct cursor *c, const struct index_def *i)
{
    return !i->deleted && i->life.deleter != &c->session->trx;
}

static ese_err insert_record(struct cursor *c, const struct index_key *key)
{
    ese_err err = JET_errSuccess;
    struct table_def *t = c->table;
    struct bytes record = edited(c), bookmark = bytes_of(key->bytes, key->size);

    err = bt_insert(&c->writer, bookmark, record, t->primary == NULL ? BT_APPEND_HINT : 0);
    bt_release(&c->writer);
    TRY(err);
    LIST_EACH(it, &t->indexes) {
        struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        if (index_lives(c, i))
            TRY(index_insert_entries(c->session, i, record, bookmark));
    }
done:
    return err;
}

static void keep_bookmark(struct cursor *c, const uint8_t *key, size_t size, uint8_t *bookmark, size_t room, size_t *actual)
{
    size_t n = size < room ? size : room;

    memcpy(c->last_bookmark, key, size);
    c->last_bookmark_size = size;
    if (bookmark != NULL && n != 0)
        memcpy(bookmark, key, n);
    if (actual != NULL)
        *actual = size;
}

static ese_err apply_insert(struct cursor *c, uint8_t *bookmark, size_t room, size_t *size)
{
    ese_err err = JET_errSuccess;
    struct table_def *t = c->table;
    struct index_key key;
    struct statement st;
    bool begun = false;

    TRY(check_not_null(c));
    if (t->version != NULL)
        TRY(set_integer(c, t->version, 0));
    TRY(statement_begin(c, &st));
    begun = true;
    TRY(make_primary_key(c, edited(c), &key));
    if (bookmark != NULL && room < key.size)
        FAIL(JET_errBufferTooSmall);
    TRY(insert_record(c, &key));
done:
    if (begun)
        err = statement_end(c, &st, err);
    if (err >= 0)
        keep_bookmark(c, key.bytes, key.size, bookmark, room, size);
    return err;
}

static bool touches(const struct cursor *c, const uint8_t bits[COLUMN_BITS_BYTES])
{
    for (unsigned k = 0; k < COLUMN_BITS_BYTES; k++)
        if ((c->changed_columns[k] & bits[k]) != 0)
            return true;
    return false;
}

static ese_err check_primary_unchanged(struct cursor *c)
{
    ese_err err = JET_errSuccess;
    struct index_def *primary = c->table->primary;
    struct index_key key;

    if (primary == NULL || !touches(c, primary->column_bits))
        goto done;
    TRY(index_primary_key(c->session, c->table, edited(c), &key));
    if (!bytes_equal(bytes_of(key.bytes, key.size), bytes_of(c->original_key, c->original_key_size)))
        FAIL(JET_errRecordPrimaryChanged);
done:
    return err;
}

/* The record under the update as it is now: what the indexes hold, and the escrow values that others may have moved. */
static ese_err refresh_original(struct cursor *c)
{
    ese_err err = JET_errSuccess;
    const struct table_facts *facts = atomic_load_explicit(&c->table->facts, memory_order_acquire);
    struct bytes now, value;
    enum value_state state;

    TRY(cursor_copy_record(c, c->record_memory, &now));
    if (c->update == UPDATE_REPLACE_NO_LOCK || c->update_level == 0)
        if (!bytes_equal(now, bytes_of(c->original, c->original_size)))
            FAIL(JET_errWriteConflict);
    if (!bytes_equal(now, bytes_of(c->original, c->original_size)))
        memcpy(c->original, now.data, now.size);
    c->original_size = now.size;
    for (unsigned k = 0; facts != NULL && k < facts->escrow_count; k++) {
        const struct column_def *column = facts->escrow[k];
        TRY(record_get_fixed(now, column->fid, (struct fixed_layout){column->offset, column->fixed_bytes}, &state, &value));
        if (state == VALUE_PRESENT)
            TRY(record_set_fixed(&c->edit, column->fid, c->table, schema_fixed_layout, false, value));
    }
done:
    return err;
}

static ese_err raise_version(struct cursor *c)
{
    ese_err err = JET_errSuccess;
    const struct column_def *column = c->table->version;
    enum value_state state;
    struct bytes value;

    if (column == NULL)
        goto done;
    TRY(record_get_fixed(bytes_of(c->original, c->original_size), column->fid, (struct fixed_layout){column->offset, column->fixed_bytes}, &state, &value));
    TRY(set_integer(c, column, state == VALUE_PRESENT ? integer_of(value) + 1 : 1));
done:
    return err;
}

static ese_err replace_record(struct cursor *c)
{
    ese_err err = JET_errSuccess;
    struct table_def *t = c->table;
    struct bytes before, bookmark = bytes_of(c->original_key, c->original_key_size);

    TRY(refresh_original(c));
    TRY(raise_version(c));
    TRY(check_primary_unchanged(c));
    before = bytes_of(c->original, c->original_size);
    TRY(bt_resume(&c->primary));
    TRY(bt_replace(&c->primary, edited(c), 0));
    LIST_EACH(it, &t->indexes) {
        struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        if (index_lives(c, i) && touches(c, i->column_bits))
            TRY(index_update_entries(c->session, i, before, edited(c), bookmark));
    }
    TRY(drop_long_values(c, before, edited(c)));
done:
    bt_release(&c->primary);
    return err;
}

static ese_err apply_replace(struct cursor *c, uint8_t *bookmark, size_t room, size_t *size)
{
    ese_err err = JET_errSuccess;
    struct statement st;

    TRY(check_not_null(c));
    TRY(statement_begin(c, &st));
    err = statement_end(c, &st, replace_record(c));
    if (err >= 0)
        keep_bookmark(c, c->original_key, c->original_key_size, bookmark, room, size);
done:
    return err;
}

static ese_err delete_entries(struct cursor *c, struct bytes record, struct bytes bookmark)
{
    ese_err err = JET_errSuccess;

    LIST_EACH(it, &c->table->indexes) {
        struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        if (index_lives(c, i))
            TRY(index_delete_entries(c->session, i, record, bookmark));
    }
done:
    return err;
}

/* The copy takes the original's place under another key; long values move with it. */
static ese_err move_record(struct cursor *c, const struct index_key *key)
{
    ese_err err = JET_errSuccess;
    struct bytes before, bookmark = bytes_of(c->original_key, c->original_key_size);

    TRY(refresh_original(c));
    before = bytes_of(c->original, c->original_size);
    TRY(bt_resume(&c->primary));
    TRY(bt_delete(&c->primary, 0));
    TRY(delete_entries(c, before, bookmark));
    TRY(insert_record(c, key));
    TRY(drop_long_values(c, before, edited(c)));
done:
    bt_release(&c->primary);
    return err;
}

static ese_err apply_move(struct cursor *c, uint8_t *bookmark, size_t room, size_t *size)
{
    ese_err err = JET_errSuccess;
    struct index_key key;
    struct statement st;

    if (c->table->primary != NULL) {
        TRY(index_primary_key(c->session, c->table, edited(c), &key));
        if (bytes_equal(bytes_of(key.bytes, key.size), bytes_of(c->original_key, c->original_key_size)))
            return apply_replace(c, bookmark, room, size);
    }
    TRY(check_not_null(c));
    TRY(statement_begin(c, &st));
    if (c->table->primary == NULL)
        err = sequential_key(c, &key);
    err = statement_end(c, &st, err < 0 ? err : move_record(c, &key));
    if (err >= 0)
        keep_bookmark(c, key.bytes, key.size, bookmark, room, size);
done:
    return err;
}

ese_err update_apply(struct cursor *c, uint8_t *bookmark, size_t room, size_t *size)
{
    ese_err err = JET_errSuccess;

    switch (c->update) {
    case UPDATE_INSERT:
    case UPDATE_INSERT_COPY:
        TRY(apply_insert(c, bookmark, room, size));
        break;
    case UPDATE_REPLACE:
    case UPDATE_REPLACE_NO_LOCK:
        TRY(apply_replace(c, bookmark, room, size));
        break;
    case UPDATE_INSERT_COPY_DELETE:
    case UPDATE_INSERT_COPY_REPLACE:
        TRY(apply_move(c, bookmark, room, size));
        break;
    default:
        FAIL(JET_errUpdateNotPrepared);
    }
    c->update = UPDATE_NONE;
    c->update_lv_level = 0;
    c->update_lv = false;
done:
    return err;
}

/* ---- delete ---- */

static ese_err delete_record(struct cursor *c)
{
    ese_err err = JET_errSuccess;
    struct bytes record, bookmark;

    TRY(cursor_copy_record(c, c->original, &record));
    c->original_size = record.size;
    bookmark = bytes_of(c->original_key, c->primary.key_size);
    memcpy(c->original_key, c->primary.key, c->primary.key_size);
    c->original_key_size = c->primary.key_size;
    TRY(check_other_cursors(c, bookmark));
    TRY(bt_resume(&c->primary));
    TRY(bt_delete(&c->primary, 0));
    TRY(delete_entries(c, record, bookmark));
    TRY(drop_long_values(c, record, BYTES_NONE));
done:
    bt_release(&c->primary);
    return err;
}

ese_err update_delete(struct cursor *c)
{
    ese_err err = JET_errSuccess;
    struct statement st;

    if (c->read_only || c->table->db->read_only)
        FAIL(JET_errPermissionDenied);
    if (c->session->trx.level > 0 && c->session->trx.read_only)
        FAIL(JET_errTransReadOnly);
    if (c->update != UPDATE_NONE)
        TRY(update_cancel(c));
    TRY(take_memory(c));
    TRY(statement_begin(c, &st));
    err = statement_end(c, &st, delete_record(c));
done:
    return err;
}

/* ---- escrow ---- */

/* A record from before the column was added gets it with the default, as a replace; then the delta can be applied to it. */
static ese_err materialise(struct cursor *c, const struct column_def *column)
{
    ese_err err = JET_errSuccess;
    struct bytes value;
    bool has;

    TRY(update_prepare(c, UPDATE_REPLACE));
    (void)schema_fixed_layout(c->table, column->fid, &value, &has);
    if (!has)
        err = JET_errInvalidOperation;
    else
        err = record_set_fixed(&c->edit, column->fid, c->table, schema_fixed_layout, false, value);
    if (err >= 0)
        err = update_apply(c, NULL, 0, NULL);
    if (err < 0)
        c->update = UPDATE_NONE;
done:
    return err;
}

ese_err update_escrow(struct cursor *c, uint32_t columnid, int64_t delta, size_t delta_bytes, int64_t *before, bool no_rollback)
{
    ese_err err = JET_errSuccess;
    const struct column_def *column = schema_column_seen(c->session, c->table, columnid);
    struct bytes record, value;
    enum value_state state;
    bool latched = false;

    if (c->session->trx.level == 0)
        FAIL(JET_errNotInTransaction);
    if (c->read_only || c->table->db->read_only)
        FAIL(JET_errPermissionDenied);
    if (c->session->trx.read_only)
        FAIL(JET_errTransReadOnly);
    if (column == NULL)
        FAIL(JET_errColumnNotFound);
    if (c->update != UPDATE_NONE)
        FAIL(JET_errAlreadyPrepared);
    ver_ease(c->session->trx.versions, &c->session->trx);
    if (column->fid <= COLUMNS_FIXED_MAX && delta_bytes != column->fixed_bytes)
        FAIL(JET_errInvalidBufferSize);
    if ((column->flags & COLUMN_ESCROW) == 0)
        FAIL(JET_errInvalidOperation);
    TRY(cursor_record(c, &record));
    latched = true;
    TRY(check_other_cursors(c, bt_key(&c->primary)));
    TRY(record_get_fixed(record, column->fid, (struct fixed_layout){column->offset, column->fixed_bytes}, &state, &value));
    if (state != VALUE_PRESENT) {
        bt_release(&c->primary);
        latched = false;
        TRY(materialise(c, column));
        TRY(cursor_record(c, &record));
        latched = true;
    }
    TRY(bt_delta(&c->primary, column->offset, delta, delta_bytes == 8, before, no_rollback ? BT_NO_VERSION : 0));
done:
    if (latched)
        bt_release(&c->primary);
    return err;
}
