/* Cursors: open and close, where they stand, the record under them, transaction ends. */
#include "table/cursor_int.h"

#include "base/alloc.h"
#include "table/index.h"
#include "table/table_int.h"

/* ---- open and close ---- */

static void cursor_free(struct cursor *c)
{
    bt_pos_free(&c->primary);
    if (c->secondary.tree != NULL)
        bt_pos_free(&c->secondary);
    if (c->writer.tree != NULL)
        bt_pos_free(&c->writer);
    ese_free(c->record_memory);
    ese_free(c->edit_memory);
    ese_free(c->original);
    ese_free(c);
}

ese_err cursor_open(struct session *s, struct table_def *t, struct cursor **out)
{
    ese_err err = JET_errSuccess;
    struct cursor *c = ese_alloc(sizeof *c);

    *out = NULL;
    if (c == NULL)
        FAIL(JET_errOutOfMemory);
    list_init(&c->link);
    list_init(&c->table_link);
    c->session = s;
    c->table = t;
    c->updatable = true;
    c->first_deferred = true;
    c->itag = 1;
    c->open_level = c->move_level = s->trx.level;
    c->record_memory = ese_alloc(t->db->page_size);
    if (c->record_memory == NULL || bt_pos_init(&c->primary, &t->tree, &s->trx) < 0) {
        ese_free(c->record_memory);
        ese_free(c);
        FAIL(JET_errOutOfMemory);
    }
    s->trx_end = cursor_transaction_end;
    list_append(&s->cursors, &c->link);
    if (t->schema != NULL)
        os_mutex_lock(&t->schema->lock);
    list_append(&t->cursors, &c->table_link);
    if (t->schema != NULL)
        os_mutex_unlock(&t->schema->lock);
    *out = c;
done:
    return err;
}

/* May a cursor of session s with these wishes join the ones that are open on its table? Under the cache's lock. */
static ese_err check_sharing(const struct cursor *c, bool deny_read, bool deny_write)
{
    bool writes = c->updatable && !c->read_only;

    LIST_EACH(it, &c->table->cursors) {
        const struct cursor *other = LIST_ENTRY(it, struct cursor, table_link);
        if (other->session == c->session)
            continue;
        if (other->deny_read || (other->deny_write && writes))
            return JET_errTableLocked;
        if (deny_read || (deny_write && other->updatable && !other->read_only))
            return JET_errTableInUse;
    }
    return JET_errSuccess;
}

ese_err cursor_restrict(struct cursor *c, bool read_only, bool deny_read, bool deny_write)
{
    ese_err err = JET_errSuccess;
    struct schema_cache *cache = c->table->schema;

    if (cache == NULL)
        goto done;
    os_mutex_lock(&cache->lock);
    c->read_only = read_only;
    if (read_only)
        c->updatable = false;
    err = check_sharing(c, deny_read, deny_write);
    if (err >= 0) {
        c->deny_read = deny_read;
        c->deny_write = deny_write;
    }
    os_mutex_unlock(&cache->lock);
done:
    return err;
}

void cursor_close(struct cursor *c)
{
    struct table_def *t = c->table;

    if (c->update != UPDATE_NONE)
        (void)update_cancel(c);
    if (c->index != NULL)
        atomic_fetch_sub(&c->index->use_count, 1);
    list_remove(&c->link);
    if (t->schema != NULL)
        os_mutex_lock(&t->schema->lock);
    list_remove(&c->table_link);
    if (t->schema != NULL)
        os_mutex_unlock(&t->schema->lock);
    cursor_free(c);
    if (t->schema != NULL)
        schema_close_table(t);
}

/* The duplicate stands on the same record, in primary order. */
ese_err cursor_duplicate(struct cursor *c, struct session *s, struct cursor **out)
{
    ese_err err = JET_errSuccess;
    struct cursor *d = NULL;
    struct table_def *t = c->table;

    *out = NULL;
    if (t->schema == NULL)
        FAIL(JET_errIllegalOperation);
    os_mutex_lock(&t->schema->lock);
    t->pins++;
    os_mutex_unlock(&t->schema->lock);
    err = cursor_open(s, t, &d);
    if (err < 0) {
        schema_close_table(t);
        goto done;
    }
    d->read_only = c->read_only;
    d->updatable = c->updatable;
    if (c->on_record) {
        const struct bt_pos *p = &c->primary;
        struct bytes at = c->index != NULL ? bytes_of(c->record_key, c->record_key_size) : bytes_of(p->key, p->key_size);
        (void)cursor_goto_bookmark(d, at);
    }
    *out = d;
done:
    return err;
}

/* ---- a transaction of its own ---- */

ese_err cursor_enter(struct cursor *c, bool read_only, bool *own)
{
    *own = false;
    if (c->session->trx.level > 0)
        return JET_errSuccess;
    *own = true;
    return txn_begin(c->session, read_only);
}

ese_err cursor_leave(struct cursor *c, bool own, ese_err result)
{
    ese_err err = JET_errSuccess;

    if (!own || c->session->trx.level == 0)
        return result;
    if (c->session->trx.read_only) {
        (void)txn_commit(c->session, COMMIT_LAZY);      /* a failed search has its place too: nothing is rolled back */
        return result;
    }
    if (result >= 0)
        err = txn_commit(c->session, c->session->commit_flags_default);
    if (result < 0 || err < 0)
        if (c->session->trx.level > 0)
            (void)txn_rollback(c->session);
    return result < 0 ? result : err;
}

void cursor_transaction_end(struct session *s, bool committed, int level)
{
    LIST_EACH(it, &s->cursors) {
        struct cursor *c = LIST_ENTRY(it, struct cursor, link);
        if (c->move_level > level) {
            c->move_level = (uint8_t)level;
            if (!committed) {
                cursor_drop_range(c);
                cursor_at_edge(c, -1);
            }
        }
        if (committed) {
            if (c->update_level > (uint32_t)level)
                c->update_level = (uint32_t)level;
            if (c->update_lv_level > (unsigned)level)
                c->update_lv_level = (unsigned)level;
        } else if (c->update != UPDATE_NONE && (c->update_level > (uint32_t)level || c->update_lv_level > (unsigned)level)) {
            c->update = UPDATE_NONE;                    /* what it had stored is undone already */
        }
    }
}

/* ---- places ---- */

void cursor_at_edge(struct cursor *c, int edge)
{
    c->on_record = c->record_at_hand = c->ghost = c->first_deferred = false;
    c->edge = edge;
}

ese_err cursor_arrive(struct cursor *c)
{
    ese_err err = JET_errSuccess;
    struct bt_pos *p = cursor_pos(c);

    if (c->index != NULL) {
        struct bytes bookmark = bt_data(p);
        if (bookmark.size == 0 || bookmark.size > sizeof c->record_key) {
            bt_release(p);
            FAIL(JET_errSecondaryIndexCorrupted);
        }
        memcpy(c->record_key, bookmark.data, bookmark.size);
        c->record_key_size = bookmark.size;
        c->record_at_hand = false;
    } else {
        c->record_at_hand = true;
    }
    bt_release(p);
    c->on_record = true;
    c->edge = 0;
    c->ghost = c->first_deferred = false;
    c->move_level = c->session->trx.level;
done:
    return err;
}

void cursor_arrive_peeked(struct cursor *c, const struct bt_copy *entry)
{
    if (c->index != NULL) {
        memcpy(c->record_key, entry->at, sizeof entry->at);
        c->record_key_size = entry->size;
    }
    c->record_at_hand = c->index == NULL;
    c->on_record = true;
    c->edge = 0;
    c->ghost = c->first_deferred = false;
    c->move_level = c->session->trx.level;
}

void cursor_drop_range(struct cursor *c)
{
    c->range_set = false;
}

ese_err cursor_begin_move(struct cursor *c)
{
    return c->update != UPDATE_NONE ? update_cancel(c) : JET_errSuccess;
}

ese_err cursor_settle(struct cursor *c)
{
    ese_err err = JET_errSuccess;

    if (!c->first_deferred)
        goto done;
    err = bt_first(cursor_pos(c));
    if (err == JET_errNoCurrentRecord) {
        cursor_at_edge(c, -1);
        err = JET_errSuccess;
        goto done;
    }
    TRY(err);
    TRY(cursor_arrive(c));
done:
    return err;
}

ese_err cursor_check_current(const struct cursor *c)
{
    if (c->on_record)
        return JET_errSuccess;
    return c->ghost ? JET_errRecordDeleted : JET_errNoCurrentRecord;
}

/* ---- the record ---- */

/* Latch the record: in a secondary order through the entry's bookmark, searched once per entry. */
static ese_err latch_record(struct cursor *c, struct bytes *record)
{
    ese_err err = JET_errSuccess;

    TRY(cursor_settle(c));
    TRY(cursor_check_current(c));
    if (c->record_at_hand) {
        TRY(bt_resume(&c->primary));
    } else {
        err = bt_seek(&c->primary, bytes_of(c->record_key, c->record_key_size), BYTES_NONE, BT_SEEK_EQ, NULL);
        if (err == JET_errRecordNotFound)
            FAIL(JET_errRecordDeleted);
        TRY(err);
        c->record_at_hand = true;
    }
    *record = bt_data(&c->primary);
done:
    return err;
}

ese_err cursor_record(struct cursor *c, struct bytes *record)
{
    ese_err err = JET_errSuccess;
    bool own = false;

    TRY(cursor_enter(c, true, &own));
    err = latch_record(c, record);
    if (err < 0)
        err = cursor_leave(c, own, err);
    else
        c->own_transaction = own;
done:
    return err;
}

void cursor_release(struct cursor *c)
{
    bt_release(&c->primary);
    if (c->own_transaction) {
        c->own_transaction = false;
        (void)cursor_leave(c, true, JET_errSuccess);
    }
}

ese_err cursor_copy_record(struct cursor *c, uint8_t *to, struct bytes *copy)
{
    ese_err err = JET_errSuccess;
    struct bytes record;

    TRY(cursor_record(c, &record));
    if (record.size > c->table->db->page_size)
        err = JET_errDatabaseCorrupted;
    else
        memcpy(to, record.data, record.size);
    *copy = bytes_of(to, record.size);
    cursor_release(c);
done:
    return err;
}

ese_err cursor_lock(struct cursor *c, bool write)
{
    ese_err err = JET_errSuccess;
    struct bytes record;

    if (c->session->trx.level == 0)
        FAIL(JET_errNotInTransaction);
    if (write && c->session->trx.read_only)
        FAIL(JET_errTransReadOnly);
    TRY(cursor_record(c, &record));
    TRY(bt_lock(&c->primary, write));
done:
    bt_release(&c->primary);
    return err;
}

/* ---- bookmarks ---- */

static void copy_out(const uint8_t *from, size_t size, uint8_t *to, size_t room, size_t *actual)
{
    size_t n = size < room ? size : room;
    if (n != 0)
        memcpy(to, from, n);
    if (actual != NULL)
        *actual = size;
}

ese_err cursor_get_bookmark(struct cursor *c, uint8_t *to, size_t room, size_t *size)
{
    ese_err err = JET_errSuccess;
    bool own = false;

    if (c->first_deferred) {
        TRY(cursor_enter(c, true, &own));
        TRY(cursor_leave(c, own, cursor_settle(c)));
    }
    TRY(cursor_check_current(c));
    if (c->index != NULL)
        copy_out(c->record_key, c->record_key_size, to, room, size);
    else
        copy_out(c->primary.key, c->primary.key_size, to, room, size);
done:
    return err;
}

ese_err cursor_get_secondary_bookmark(struct cursor *c, uint8_t *key, size_t key_room, size_t *key_size, uint8_t *bm, size_t bm_room, size_t *bm_size)
{
    ese_err err = JET_errSuccess;
    size_t size;

    if (c->index == NULL)
        FAIL(JET_errNoCurrentIndex);
    TRY(cursor_get_bookmark(c, NULL, 0, &size));
    copy_out(c->secondary.key, c->secondary.key_size, key, key_room, key_size);
    copy_out(c->record_key, c->record_key_size, bm, bm_room, bm_size);
done:
    return err;
}

ese_err cursor_retrieve_key(struct cursor *c, bool copy, uint8_t *to, size_t room, size_t *size)
{
    ese_err err = JET_errSuccess;
    size_t unused;
    const struct bt_pos *p = cursor_pos(c);

    if (copy) {
        if (!c->key_made)
            FAIL(JET_errKeyNotMade);
        copy_out(c->search_key, c->search_key_size, to, room, size);
        goto done;
    }
    TRY(cursor_get_bookmark(c, NULL, 0, &unused));
    copy_out(p->key, p->key_size, to, room, size);
done:
    return err;
}
