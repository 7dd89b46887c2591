#include "table/index.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "table/index_int.h"

/* ---- sets of keys ---- */

static ese_err set_add(void *context, const struct index_key *key)
{
    ese_err err = JET_errSuccess;
    struct key_set *set = context;
    size_t size = (sizeof(struct set_key) + key->size + 7) & ~(size_t)7;
    struct set_key *at;

    if (set->used + size > set->room) {
        size_t room = set->room * 2 > set->used + size ? set->room * 2 : set->used + size + 1024;
        uint8_t *grown = ese_resize(set->blob, room);
        if (grown == NULL)
            FAIL(JET_errOutOfMemory);
        set->blob = grown;
        set->room = room;
    }
    at = (struct set_key *)(void *)(set->blob + set->used);
    at->size = (uint32_t)key->size;
    at->itag = key->itag;
    memcpy(at->bytes, key->bytes, key->size);
    set->used += size;
    set->count++;
done:
    return err;
}

static struct bytes set_key_bytes(const struct set_key *k)
{
    return bytes_of(k->bytes, k->size);
}

/* By key, then by value number: the first of equal ones is kept. */
static int set_order(const void *a, const void *b)
{
    const struct set_key *const *left = a;
    const struct set_key *const *right = b;
    int order = bytes_compare(set_key_bytes(*left), set_key_bytes(*right));
    return order != 0 ? order : (int)((*left)->itag > (*right)->itag) - (int)((*left)->itag < (*right)->itag);
}

ese_err key_set_fill(struct key_set *set, struct session *s, struct index_def *i, struct bytes record)
{
    ese_err err = JET_errSuccess;
    size_t at = 0, kept = 0;

    *set = (struct key_set){.blob = NULL};
    TRY(index_walk_keys(s, i, record, set_add, set));
    set->sorted = ese_alloc((set->count + 1) * sizeof(set->sorted[0]));
    if (set->sorted == NULL)
        FAIL(JET_errOutOfMemory);
    for (size_t k = 0; k < set->count; k++) {
        const struct set_key *key = (const struct set_key *)(const void *)(set->blob + at);
        set->sorted[k] = key;
        at += (sizeof(*key) + key->size + 7) & ~(size_t)7;
    }
    if (set->count > 1)
        qsort(set->sorted, set->count, sizeof(set->sorted[0]), set_order);
    for (size_t k = 0; k < set->count; k++) {
        if (kept == 0 || !bytes_equal(set_key_bytes(set->sorted[kept - 1]), set_key_bytes(set->sorted[k])))
            set->sorted[kept++] = set->sorted[k];
    }
    set->count = kept;
done:
    return err;
}

void key_set_release(struct key_set *set)
{
    ese_free(set->blob);
    ese_free(set->sorted);
    *set = (struct key_set){.blob = NULL};
}

ese_err index_each_key(struct session *s, struct index_def *i, struct bytes record, ese_err (*each)(void *context, const struct index_key *key),
                       void *context)
{
    ese_err err = JET_errSuccess;
    struct key_set set = {.blob = NULL};
    struct index_key key;
    bool present;

    if (!index_is_plural(i)) {
        TRY(index_single_key(s, i, record, &key, &present));
        if (present)
            TRY(each(context, &key));
        goto done;
    }
    TRY(key_set_fill(&set, s, i, record));
    for (size_t k = 0; k < set.count; k++) {
        key.size = set.sorted[k]->size;
        key.itag = set.sorted[k]->itag;
        key.truncated = key.size == i->key_most;
        memcpy(key.bytes, set.sorted[k]->bytes, key.size);
        TRY(each(context, &key));
    }
done:
    key_set_release(&set);
    return err;
}

/* ---- entries ---- */

static ese_err entry_insert(struct session *s, struct index_def *i, struct bytes key, struct bytes bookmark)
{
    ese_err err = JET_errSuccess;
    struct bt_pos *p = session_work(s, 0, index_tree(i));

    if (p == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(bt_insert(p, key, bookmark, 0));
done:
    if (p != NULL)
        bt_release(p);
    return err;
}

static ese_err entry_delete(struct session *s, struct index_def *i, struct bytes key, struct bytes bookmark)
{
    ese_err err = JET_errSuccess;
    struct btree *tree = index_tree(i);
    struct bt_pos *p = session_work(s, 0, tree);

    if (p == NULL)
        FAIL(JET_errOutOfMemory);
    err = bt_seek(p, key, tree->unique ? BYTES_NONE : bookmark, BT_SEEK_EQ, NULL);
    if (err == JET_errRecordNotFound)
        FAIL(JET_errSecondaryIndexCorrupted);
    TRY(err);
    if (!bytes_equal(bt_data(p), bookmark))
        FAIL(JET_errSecondaryIndexCorrupted);
    TRY(bt_delete(p, 0));
done:
    if (p != NULL)
        bt_release(p);
    return err;
}

struct entry_work {
    struct session *s;
    struct index_def *i;
    struct bytes bookmark;
};

static ese_err insert_one(void *context, const struct index_key *key)
{
    const struct entry_work *w = context;
    return entry_insert(w->s, w->i, bytes_of(key->bytes, key->size), w->bookmark);
}

static ese_err delete_one(void *context, const struct index_key *key)
{
    const struct entry_work *w = context;
    return entry_delete(w->s, w->i, bytes_of(key->bytes, key->size), w->bookmark);
}

ese_err index_insert_entries(struct session *s, struct index_def *i, struct bytes record, struct bytes bookmark)
{
    struct entry_work w = {s, i, bookmark};
    return index_each_key(s, i, record, insert_one, &w);
}

ese_err index_delete_entries(struct session *s, struct index_def *i, struct bytes record, struct bytes bookmark)
{
    struct entry_work w = {s, i, bookmark};
    return index_each_key(s, i, record, delete_one, &w);
}

/* The second half of a change of one entry; apart, so that only one key lies on the stack of each. */
static ese_err update_single_after(struct session *s, struct index_def *i, const struct index_key *before, struct bytes after, struct bytes bookmark)
{
    ese_err err = JET_errSuccess;
    struct index_key key;
    struct bytes old = before != NULL ? bytes_of(before->bytes, before->size) : BYTES_NONE;
    bool present;

    TRY(index_single_key(s, i, after, &key, &present));
    if (present && before != NULL && bytes_equal(bytes_of(key.bytes, key.size), old))
        goto done;
    if (before != NULL)
        TRY(entry_delete(s, i, old, bookmark));
    if (present)
        TRY(entry_insert(s, i, bytes_of(key.bytes, key.size), bookmark));
done:
    return err;
}

static ese_err update_single(struct session *s, struct index_def *i, struct bytes before, struct bytes after, struct bytes bookmark)
{
    ese_err err = JET_errSuccess;
    struct index_key key;
    bool present;

    TRY(index_single_key(s, i, before, &key, &present));
    TRY(update_single_after(s, i, present ? &key : NULL, after, bookmark));
done:
    return err;
}

/* Entries of both sets stay as they are; the rest is deleted or inserted, in key order. */
static ese_err update_plural(struct session *s, struct index_def *i, struct bytes before, struct bytes after, struct bytes bookmark)
{
    ese_err err = JET_errSuccess;
    struct key_set old = {.blob = NULL}, new = {.blob = NULL};

    TRY(key_set_fill(&old, s, i, before));
    TRY(key_set_fill(&new, s, i, after));
    for (size_t a = 0, b = 0; a < old.count;) {
        int order = b == new.count ? -1 : bytes_compare(set_key_bytes(old.sorted[a]), set_key_bytes(new.sorted[b]));
        if (order < 0)
            TRY(entry_delete(s, i, set_key_bytes(old.sorted[a]), bookmark));
        a += order <= 0 ? 1 : 0;
        b += order >= 0 ? 1 : 0;
    }
    for (size_t a = 0, b = 0; b < new.count;) {
        int order = a == old.count ? 1 : bytes_compare(set_key_bytes(old.sorted[a]), set_key_bytes(new.sorted[b]));
        if (order > 0)
            TRY(entry_insert(s, i, set_key_bytes(new.sorted[b]), bookmark));
        a += order <= 0 ? 1 : 0;
        b += order >= 0 ? 1 : 0;
    }
done:
    key_set_release(&old);
    key_set_release(&new);
    return err;
}

ese_err index_update_entries(struct session *s, struct index_def *i, struct bytes before, struct bytes after, struct bytes bookmark)
{
    return index_is_plural(i) ? update_plural(s, i, before, after, bookmark) : update_single(s, i, before, after, bookmark);
}

/* ---- verification ---- */

static ese_err verify_one(void *context, const struct index_key *key)
{
    ese_err err = JET_errSuccess;
    const struct entry_work *w = context;
    struct btree *tree = index_tree(w->i);
    struct bt_pos *p = session_work(w->s, 0, tree);

    if (p == NULL)
        FAIL(JET_errOutOfMemory);
    err = bt_seek(p, bytes_of(key->bytes, key->size), tree->unique ? BYTES_NONE : w->bookmark, BT_SEEK_EQ, NULL);
    if (err == JET_errRecordNotFound || (err >= 0 && !bytes_equal(bt_data(p), w->bookmark)))
        FAIL(JET_errSecondaryIndexCorrupted);
    TRY(err);
done:
    if (p != NULL)
        bt_release(p);
    return err;
}

ese_err index_verify_record(struct session *s, struct table_def *t, struct bytes record, struct bytes bookmark)
{
    ese_err err = JET_errSuccess;

    LIST_EACH(it, &t->indexes) {
        struct index_def *i = LIST_ENTRY(it, struct index_def, link);
        struct entry_work w = {s, i, bookmark};
        if (!i->deleted && !i->building)
            TRY(index_each_key(s, i, record, verify_one, &w));
    }
done:
    return err;
}
