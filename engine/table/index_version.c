/* Indexes over Unicode text whose keys were made with other sort tables than ours. */
#include "base/alloc.h"
#include "table/ddl_int.h"
#include "table/index.h"

enum { COLLATION_UNKNOWN, COLLATION_AGREES, EVENT_STALE = 611 };

struct check {
    struct session *s;
    struct index_def *i;
    struct bytes bookmark;
    uint64_t entries;
    bool stale;
};

static bool made_elsewhere(const struct index_def *i)
{
    uint32_t nls, defined;
    uint8_t sort_id[16];

    if ((i->flags & INDEX_LOCALISED) == 0 || i->deleted)
        return false;
    collate_version(&nls, &defined, sort_id);
    return i->nls_version != nls || i->defined_version != defined;
}

static ese_err find_entry(void *context, const struct index_key *key)
{
    ese_err err = JET_errSuccess;
    struct check *c = context;
    struct btree *tree = index_tree(c->i);
    struct bt_pos *p = session_work(c->s, 0, tree);

    if (p == NULL)
        FAIL(JET_errOutOfMemory);
    err = bt_seek(p, bytes_of(key->bytes, key->size), tree->unique ? BYTES_NONE : c->bookmark, BT_SEEK_EQ, NULL);
    c->stale = c->stale || err == JET_errRecordNotFound || (err >= 0 && !bytes_equal(bt_data(p), c->bookmark));
    if (err == JET_errRecordNotFound)
        err = JET_errSuccess;
    c->entries++;
done:
    if (p != NULL)
        bt_release(p);
    return err;
}

static ese_err check_record(struct check *c, struct bytes record)
{
    ese_err err = JET_errSuccess;
    struct index_key key;

    if ((c->i->flags & INDEX_PRIMARY) == 0) {
        TRY(index_each_key(c->s, c->i, record, find_entry, c));
    } else {
        TRY(index_primary_key(c->s, c->i->table, record, &key));
        c->stale = c->stale || !bytes_equal(bytes_of(key.bytes, key.size), c->bookmark);
    }
done:
    return err;
}

static ese_err check_records(struct check *c)
{
    ese_err err = JET_errSuccess;
    struct table_def *t = c->i->table;
    struct bt_pos *p = NULL;
    uint8_t *memory = ese_alloc(t->db->page_size);

    if (memory == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(table_pos_open(&t->tree, c->s, &p));
    for (err = bt_first(p); err >= 0 && !c->stale; err = bt_next(p)) {
        struct bytes data = bt_data(p);
        if (data.size > t->db->page_size)
            FAIL(JET_errDatabaseCorrupted);
        memcpy(memory, data.data, data.size);
        c->bookmark = bt_key(p);
        bt_release(p);
        TRY(check_record(c, bytes_of(memory, data.size)));
    }
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    table_pos_close(p);
    ese_free(memory);
    return err;
}

static ese_err count_entries(struct check *c, uint64_t *count)
{
    ese_err err = JET_errSuccess;
    struct bt_pos *p = NULL;

    *count = 0;
    TRY(table_pos_open(index_tree(c->i), c->s, &p));
    for (err = bt_first(p); err >= 0; err = bt_next(p))
        ++*count;
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    table_pos_close(p);
    return err;
}

static ese_err compare_keys(struct session *s, struct index_def *i)
{
    ese_err err = JET_errSuccess;
    struct check c = {.s = s, .i = i};
    bool primary = (i->flags & INDEX_PRIMARY) != 0;
    uint64_t found = 0;

    TRY(check_records(&c));
    if (!primary && !c.stale) {
        TRY(count_entries(&c, &found));
        c.stale = found != c.entries;
    }
    if (c.stale) {
        inst_event(s->inst, EVENT_STALE, "index %s of table %s was made with other sort tables (version %08x)", i->name, i->table->name,
                   (unsigned)i->nls_version);
        FAIL(primary ? JET_errPrimaryIndexCorrupted : JET_errSecondaryIndexCorrupted);
    }
done:
    return err;
}

/* From now on the index holds keys of our tables: its row must say so, or its maker would trust them. */
static ese_err stamp_version(struct session *s, struct index_def *i)
{
    ese_err err = JET_errSuccess;
    struct table_def *t = i->table;
    struct catalog_row row;
    uint8_t version[8];
    uint32_t nls, defined;
    bool primary = (i->flags & INDEX_PRIMARY) != 0;

    TRY(ddl_read_row(s, t->db, t->objid, CATALOG_INDEX, primary ? t->objid : i->tree.objid, &row));
    TRY(catalog_locale_drop(s, t->db, i));
    collate_version(&nls, &defined, i->sort_id);
    store_le32(version, nls);
    store_le32(version + 4, defined);
    i->nls_version = nls;
    i->defined_version = defined;
    row.version = bytes_of(version, sizeof(version));
    if (row.sort_id.size != 0)
        row.sort_id = bytes_of(i->sort_id, sizeof(i->sort_id));
    TRY(catalog_replace(s, t->db, &row));
    TRY(catalog_locale_add(s, t->db, i));
done:
    return err;
}

static ese_err check_all(struct session *s, struct table_def *t)
{
    ese_err err = JET_errSuccess;

    if (t->primary != NULL && made_elsewhere(t->primary)) {
        TRY(compare_keys(s, t->primary));
        TRY(stamp_version(s, t->primary));
    }
    LIST_EACH(it, &t->indexes) {
        struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        if (i->life.creator != NULL || !made_elsewhere(i))
            continue;
        TRY(compare_keys(s, i));
        TRY(stamp_version(s, i));
    }
done:
    return err;
}

static bool any_made_elsewhere(struct table_def *t)
{
    bool any = t->primary != NULL && made_elsewhere(t->primary);
    LIST_EACH(it, &t->indexes)
        any = any || made_elsewhere(LIST_ENTRY(it, struct index_def, link));
    return any;
}

ese_err index_check_collation(struct session *s, struct table_def *t)
{
    ese_err err = JET_errSuccess;
    struct session *apart = NULL;

    if (atomic_load_explicit(&t->collation_state, memory_order_acquire) == COLLATION_AGREES)
        return err;
    os_mutex_lock(&t->lock);
    if (!t->temporary && any_made_elsewhere(t)) {
        TRY(session_begin(s->inst, &apart));
        TRY(txn_begin(apart, false));
        TRY(check_all(apart, t));
        TRY(txn_commit(apart, COMMIT_LAZY));
    }
    atomic_store_explicit(&t->collation_state, COLLATION_AGREES, memory_order_release);
done:
    if (apart != NULL)
        (void)session_end(apart);
    os_mutex_unlock(&t->lock);
    return err;
}
