#include <stdio.h>

#include "admin/check_int.h"
#include "os/collate.h"

static uint64_t hash_of(struct bytes a, struct bytes b, uint64_t seed)
{
    uint64_t h = seed;
    for (size_t i = 0; i < a.size; i++)
        h = (h ^ a.data[i]) * 0x100000001B3u;
    h = (h ^ 0x1FF) * 0x100000001B3u;
    for (size_t i = 0; i < b.size; i++)
        h = (h ^ b.data[i]) * 0x100000001B3u;
    h ^= h >> 32;
    return h * 0x9E3779B97F4A7C15u;
}

void check_sum_add(struct check_sum *s, struct bytes key, struct bytes bookmark)
{
    s->count++;
    s->sum += hash_of(key, bookmark, 0xCBF29CE484222325u);
    s->mix ^= hash_of(key, bookmark, 0x6C62272E07BB0142u);
}

/* Text keys made with other sort tables than ours cannot be told right or wrong here. */
bool check_index_comparable(const struct index_def *i)
{
    uint32_t nls, defined;
    uint8_t sort_id[16];
    bool unicode = false;
    for (unsigned k = 0; k < i->part_count; k++)
        unicode = unicode || (column_is_text(i->parts[k].column) && i->parts[k].column->code_page == 1200);
    if (!unicode)
        return true;
    collate_version(&nls, &defined, sort_id);
    return !collate_is_builtin() && i->nls_version == nls && i->defined_version == defined;
}

struct entries { struct check *c; const char *name; struct check_sum sum; };

static ese_err count_entry(void *context, const struct check_node *n)
{
    struct entries *e = context;
    e->c->counts->entries++;
    check_sum_add(&e->sum, n->key, n->data);
    return 0;
}

/* ---- telling which entries are wrong, once it is known that some are ---- */

struct hunt {
    struct check *c;
    struct table_def *t;
    struct index_def *i;
    const char *name;
    struct bt_pos *pos;
    struct bytes bookmark, key;
    const struct check_node *at;
    bool found;
};

static ese_err seek_entry(void *context, const struct index_key *key)
{
    struct hunt *h = context;
    ese_err err = bt_seek(h->pos, bytes_of(key->bytes, key->size), h->i->tree.unique ? BYTES_NONE : h->bookmark, BT_SEEK_EQ, NULL);
    bool right = err == 0 && bytes_equal(bt_data(h->pos), h->bookmark);
    bt_release(h->pos);
    if (!right)
        check_fault(h->c, h->name, h->at->page, (int)h->at->slot, "record of page %u has no entry", (unsigned)h->at->page);
    return err == JET_errOutOfMemory ? err : 0;
}

static ese_err hunt_record(void *context, const struct check_node *n)
{
    struct hunt *h = context;
    ese_err err;
    h->at = n;
    h->bookmark = n->key;
    err = index_each_key(h->c->s, h->i, n->data, seek_entry, h);
    return err == JET_errOutOfMemory ? err : 0;
}

static ese_err same_key(void *context, const struct index_key *key)
{
    struct hunt *h = context;
    h->found = h->found || bytes_equal(bytes_of(key->bytes, key->size), h->key);
    return 0;
}

static ese_err hunt_entry(void *context, const struct check_node *n)
{
    struct hunt *h = context;
    struct bytes record = BYTES_NONE;
    ese_err err = bt_seek(h->pos, n->data, BYTES_NONE, BT_SEEK_EQ, NULL);
    uint8_t *copy = NULL;
    h->found = false;
    h->key = n->key;
    if (err == 0) {
        record = bt_data(h->pos);
        copy = ese_alloc(record.size + 1);
        if (copy == NULL)
            FAIL(JET_errOutOfMemory);
        memcpy(copy, record.data, record.size);
        record = bytes_of(copy, record.size);
        bt_release(h->pos);
        (void)index_each_key(h->c->s, h->i, record, same_key, h);
    }
    err = 0;
    if (!h->found)
        check_fault(h->c, h->name, n->page, (int)n->slot, copy != NULL ? "entry that its record does not have" : "entry without a record");
done:
    bt_release(h->pos);
    ese_free(copy);
    return err;
}

/* A walk for the callback alone: the pages were marked by the first one. */
static ese_err walk_again(struct hunt *h, struct btree *tree, ese_err (*node)(void *context, const struct check_node *n), struct btree *target)
{
    ese_err err = 0;
    struct bt_pos *p = ese_alloc(sizeof *p);
    struct check_node n;
    uint8_t *memory = ese_alloc((size_t)h->c->db->page_size + BT_KEY_MAX);
    if (p == NULL || memory == NULL)
        FAIL(JET_errOutOfMemory);
    bt_pos_retarget(h->pos, target);
    TRY(bt_pos_init(p, tree, &h->c->s->trx));
    for (err = bt_first(p); err == 0 && !check_enough(h->c); err = bt_next(p)) {
        struct bytes key = bt_key(p), data = bt_data(p);
        memcpy(memory, data.data, data.size);
        memcpy(memory + h->c->db->page_size, key.data, key.size);
        n = (struct check_node){p->page, p->slot, bytes_of(memory + h->c->db->page_size, key.size), bytes_of(memory, data.size)};
        bt_release(p);
        TRY(node(h, &n));
    }
    err = err == JET_errOutOfMemory ? err : 0;
done:
    if (p != NULL && p->scratch != NULL)
        bt_pos_free(p);
    ese_free(p);
    ese_free(memory);
    return err;
}

static ese_err tell_differences(struct check *c, struct table_def *t, struct index_def *i, const char *name)
{
    ese_err err = 0;
    struct hunt h = {.c = c, .t = t, .i = i, .name = name, .pos = ese_alloc(sizeof *h.pos)};
    uint64_t before = c->counts->faults;
    if (h.pos == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(bt_pos_init(h.pos, &i->tree, &c->s->trx));
    TRY(walk_again(&h, &t->tree, hunt_record, &i->tree));
    TRY(walk_again(&h, &i->tree, hunt_entry, &t->tree));
    if (c->counts->faults == before)
        check_fault(c, name, i->tree.root, -1, "entries do not match the records");
done:
    if (h.pos != NULL && h.pos->scratch != NULL)
        bt_pos_free(h.pos);
    ese_free(h.pos);
    return err;
}

ese_err check_index(struct check *c, struct table_def *t, struct index_def *i, const struct check_sum *expected)
{
    ese_err err = 0;
    char name[NAME_BYTES_MAX * 2 + 4];
    struct entries e = {.c = c, .name = name};
    struct check_walk walk = {.c = c, .name = name, .tree = &i->tree, .node = count_entry, .context = &e};
    (void)snprintf(name, sizeof name, "%s.%s", t->name, i->name);
    TRY(check_space(c, name, &i->tree, t->objid));
    TRY(check_tree(&walk));
    if (!check_index_comparable(i) || check_enough(c))
        goto done;
    if (e.sum.count != expected->count || e.sum.sum != expected->sum || e.sum.mix != expected->mix)
        TRY(tell_differences(c, t, i, name));
done:
    return err;
}
