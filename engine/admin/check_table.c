#include <stdio.h>

#include "admin/check_int.h"

enum { TREE_NAME_MAX = 160 };

/* One table on its way: what its records say that indexes and long values must hold. */
struct table_check {
    struct check *c;
    struct table_def *t;
    char name[TREE_NAME_MAX];
    struct check_sum *sums;                             /* one for each comparable secondary index, in order */
    unsigned index_count;
    struct check_lids *lids;
    struct bytes bookmark;                              /* of the record at hand */
    struct check_sum *sum;
    struct index_def *primary;
    bool system;
};

static ese_err add_key(void *context, const struct index_key *key)
{
    struct table_check *k = context;
    check_sum_add(k->sum, bytes_of(key->bytes, key->size), k->bookmark);
    return 0;
}

static ese_err count_long_values(struct table_check *k, struct bytes record, const struct check_node *n)
{
    ese_err err = 0;
    bool large = page_is_large(k->c->db->page_size), derived;
    unsigned fid, count;
    for (unsigned index = 0; record_tagged_at(record, large, index, &fid, &derived, &count); index++) {
        for (unsigned itag = 1; itag <= count; itag++) {
            struct tagged_value value = {BYTES_NONE, false, false, false};
            enum value_state state;
            unsigned of;
            uint64_t lid;
            TRY(record_get_tagged(record, large, fid, derived, itag, &state, &of, &value));
            if (state != VALUE_PRESENT || !value.separated)
                continue;
            if (lid_decode(value.data, &lid) < 0)
                check_fault(k->c, k->name, n->page, (int)n->slot, "long-value id of %u bytes in column %u", (unsigned)value.data.size, fid);
            else
                TRY(check_lids_add(k->lids, lid));
        }
    }
done:
    return err;
}

static ese_err index_keys(struct table_check *k, struct bytes record)
{
    ese_err err = 0;
    unsigned at = 0;
    LIST_EACH(it, &k->t->indexes) {
        struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        if (!i->deleted && !i->building && check_index_comparable(i)) {
            k->sum = &k->sums[at];
            TRY(index_each_key(k->c->s, i, record, add_key, k));
        }
        at++;
    }
done:
    return err;
}

static ese_err check_record(void *context, const struct check_node *n)
{
    ese_err err = 0;
    struct table_check *k = context;
    k->c->counts->records++;
    k->bookmark = n->key;
    if (record_check(n->data, page_is_large(k->c->db->page_size)) < 0) {
        check_fault(k->c, k->name, n->page, (int)n->slot, "record structure");
        goto done;
    }
    err = count_long_values(k, n->data, n);
    if (err >= 0)
        err = index_keys(k, n->data);
    if (err < 0 && err != JET_errOutOfMemory) {
        const char *what = err_name(err);
        check_fault(k->c, k->name, n->page, (int)n->slot, "record: %s", what != NULL ? what : "unreadable");
        err = 0;
    }
done:
    return err;
}

static ese_err check_indexes(struct table_check *k)
{
    ese_err err = 0;
    unsigned at = 0;
    LIST_EACH(it, &k->t->indexes) {
        struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        if (!i->deleted && !i->building)
            TRY(check_index(k->c, k->t, i, &k->sums[at]));
        at++;
    }
done:
    return err;
}

static ese_err check_one_table(struct check *c, struct table_def *t)
{
    ese_err err = 0;
    struct table_check *k = ese_alloc(sizeof *k);
    struct check_walk walk = {.c = c, .tree = &t->tree, .node = check_record, .context = k};
    if (k == NULL)
        FAIL(JET_errOutOfMemory);
    k->c = c;
    k->t = t;
    walk.name = k->name;
    (void)snprintf(k->name, sizeof k->name, "%s", t->name);
    LIST_EACH(it, &t->indexes)
        k->index_count++;
    k->sums = ese_alloc((k->index_count + 1) * sizeof *k->sums);
    if (k->sums == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(check_lids_create(&k->lids));
    TRY(check_space(c, k->name, &t->tree, 1));
    TRY(check_tree(&walk));
    TRY(check_indexes(k));
    TRY(check_long_values(c, t, k->lids));
done:
    if (k != NULL) {
        check_lids_release(k->lids);
        ese_free(k->sums);
    }
    ese_free(k);
    return err;
}

/* ---- all tables ---- */

struct names { char (*at)[NAME_BYTES_MAX + 1]; size_t count, room; };

static ese_err note_name(void *context, const struct catalog_row *row)
{
    ese_err err = 0;
    struct names *n = context;
    size_t size = row->name.size < NAME_BYTES_MAX ? row->name.size : NAME_BYTES_MAX;
    if (n->count == n->room) {
        void *larger = ese_resize(n->at, (n->room * 2 + 32) * sizeof *n->at);
        if (larger == NULL)
            FAIL(JET_errOutOfMemory);
        n->at = larger;
        n->room = n->room * 2 + 32;
    }
    memcpy(n->at[n->count], row->name.data, size);
    n->at[n->count][size] = 0;
    n->count++;
done:
    return err;
}

static ese_err check_by_name(struct check *c, const char *name)
{
    ese_err err;
    struct table_def *t;
    err = schema_open_table(c->s, c->db->dbid, name, &t);
    if (err < 0)
        return check_failed(c, name, 0, err);
    err = check_one_table(c, t);
    schema_close_table(t);
    return err;
}

ese_err check_tables(struct check *c)
{
    ese_err err = 0;
    struct names n = {NULL, 0, 0};
    err = catalog_scan_tables(c->s, c->db, note_name, &n);
    if (err < 0) {
        TRY(check_failed(c, "MSysObjects", 0, err));
        err = 0;
    }
    for (size_t i = 0; i < n.count && !check_enough(c); i++)
        TRY(check_by_name(c, n.at[i]));
done:
    ese_free(n.at);
    return err;
}

/* ---- the catalog and its shadow ---- */

/* A pair of positions side by side; a database made without a shadow has an empty one. */
static ese_err compare_rows(struct check *c, struct bt_pos *a, struct bt_pos *b)
{
    ese_err err = 0, one = bt_first(a), two = bt_first(b);
    if (two == JET_errNoCurrentRecord)
        goto done;
    while (one == 0 && two == 0) {
        if (!bytes_equal(bt_key(a), bt_key(b)) || !bytes_equal(bt_data(a), bt_data(b))) {
            check_fault(c, "MSysObjectsShadow", b->page, (int)b->slot, "row differs from the catalog's");
            goto done;
        }
        one = bt_next(a);
        two = bt_next(b);
    }
    if (one != two)
        check_fault(c, "MSysObjectsShadow", 0, -1, one == 0 ? "rows are missing" : "rows that the catalog lacks");
done:
    bt_release(a);
    bt_release(b);
    return err;
}

ese_err check_catalog(struct check *c)
{
    ese_err err = 0;
    struct btree main, shadow;
    struct bt_pos *a = ese_alloc(sizeof *a), *b = ese_alloc(sizeof *b);
    bool main_open = false, shadow_open = false;
    if (a == NULL || b == NULL)
        FAIL(JET_errOutOfMemory);
    if (btree_open(&main, c->db, 4) < 0)
        goto done;
    main_open = true;
    if (btree_open(&shadow, c->db, 24) < 0)
        goto done;
    shadow_open = true;
    TRY(bt_pos_init(a, &main, &c->s->trx));
    TRY(bt_pos_init(b, &shadow, &c->s->trx));
    TRY(compare_rows(c, a, b));
done:
    if (a != NULL && a->scratch != NULL)
        bt_pos_free(a);
    if (b != NULL && b->scratch != NULL)
        bt_pos_free(b);
    if (main_open)
        btree_release(&main);
    if (shadow_open)
        btree_release(&shadow);
    ese_free(a);
    ese_free(b);
    return err;
}
