#include <stdio.h>

#include "base/alloc.h"
#include "table/index_int.h"
#include "table/sort.h"
#include "table/table_int.h"

enum { BUILD_MEMORY = 16 << 20 };

struct build {
    struct session *s;
    struct index_def *i;
    struct sort *sort;
    struct bytes bookmark;
    uint8_t last_key[KEY_BYTES_MAX];                    /* unique indexes: the key before */
    size_t last_size;
    bool any;
    ese_err err;                                        /* of the pairs on their way into the tree */
};

static ese_err collect(void *context, const struct index_key *key)
{
    struct build *b = context;
    return sort_add(b->sort, bytes_of(key->bytes, key->size), b->bookmark);
}

/* Keys of one record; it is copied first, since long values may have to be read for them. */
static ese_err collect_record(struct build *b, struct bt_pos *p, uint8_t *memory)
{
    ese_err err = JET_errSuccess;
    struct bytes data = bt_data(p);
    struct bytes key = bt_key(p);
    struct bytes record = bytes_of(memory, data.size);

    if (data.size > b->i->table->db->page_size)
        FAIL(JET_errDatabaseCorrupted);
    memcpy(memory, data.data, data.size);
    bt_release(p);
    b->bookmark = key;
    TRY(index_each_key(b->s, b->i, record, collect, b));
done:
    return err;
}

/* Nobody else has uncommitted changes in the table: the nodes as they are count, not what an old snapshot shows. */
static ese_err collect_table(struct build *b)
{
    ese_err err = JET_errSuccess;
    struct table_def *t = b->i->table;
    struct bt_pos *p = NULL;
    uint8_t *memory = ese_alloc(t->db->page_size);

    if (memory == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(table_pos_open(&t->tree, b->s, &p));
    p->raw = true;
    for (err = bt_first(p); err >= 0; err = bt_next(p))
        if ((page_node_flags(p->leaf.page, p->slot) & NODE_DELETED) == 0)
            TRY(collect_record(b, p, memory));
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    table_pos_close(p);
    ese_free(memory);
    return err;
}

/* Hands the sorted pairs to the tree one by one; equal keys of two records stop the load of a unique index. */
static bool next_pair(void *context, struct bytes *key, struct bytes *data)
{
    struct build *b = context;
    bool unique = (b->i->flags & INDEX_UNIQUE) != 0;
    bool more = false;

    b->err = sort_next(b->sort, key, data, &more);
    if (b->err < 0 || !more)
        return false;
    if (unique && b->any && bytes_equal(*key, bytes_of(b->last_key, b->last_size))) {
        b->err = err_raise(JET_errKeyDuplicate, __func__, __LINE__);
        return false;
    }
    if (unique) {
        memcpy(b->last_key, key->data, key->size);
        b->last_size = key->size;
        b->any = true;
    }
    return true;
}

ese_err index_build(struct session *s, struct index_def *i)
{
    ese_err err = JET_errSuccess;
    struct build *b = NULL;
    char path[OS_PATH_MAX + 16];

    b = ese_alloc(sizeof(*b));
    if (b == NULL)
        FAIL(JET_errOutOfMemory);
    *b = (struct build){.s = s, .i = i};
    snprintf(path, sizeof(path), "%s.%08x.srt", i->table->db->path, (unsigned)i->tree.objid);
    TRY(sort_create(BUILD_MEMORY, path, &b->sort));
    TRY(collect_table(b));
    TRY(sort_finish(b->sort));
    if (sort_count(b->sort) == 0)
        goto done;
    err = bt_bulk_load(index_tree(i), &s->trx, next_pair, b);
    TRY(b->err < 0 ? b->err : err);
done:
    if (b != NULL)
        sort_release(b->sort);
    ese_free(b);
    return err;
}
