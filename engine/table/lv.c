#include "table/lv.h"

#include "base/alloc.h"
#include "format/compress.h"
#include "table/ddl.h"

enum { LV_ROOT_BYTES = 8, LV_ROOT_FLAGS_BYTES = 9, LV_KEY_MAX = 12, LV_ENCRYPTED = 1, LV_BYTES_MAX = 0x7FFFFFFF, LID_FIRST = 1 };
static const uint64_t lid64_mark = 0x8000000000000000u;

struct lv_root {
    uint32_t references, size;
    uint8_t flags;
    bool has_flags;
};

/* One long value at work: its tree, the session's position for it, and memory for a chunk (plain and packed). */
struct lv_work {
    struct session *s;
    struct table_def *t;
    struct bt_pos *p;
    uint64_t lid;
    uint32_t chunk;
    bool compress;
    uint8_t *plain, *packed;                            /* chunk bytes each; only for writing */
};

/* ---- keys and roots ---- */

struct bytes lid_encode(uint64_t lid, uint8_t to[8])
{
    if (lid <= UINT32_MAX) {
        store_le32(to, (uint32_t)lid);
        return bytes_of(to, 4);
    }
    store_le64(to, lid);
    return bytes_of(to, 8);
}

ese_err lid_decode(struct bytes stored, uint64_t *lid)
{
    ese_err err = JET_errSuccess;

    if (stored.size == 4)
        *lid = load_le32(stored.data);
    else if (stored.size == 8)
        *lid = load_le64(stored.data);
    else
        FAIL(JET_errLVCorrupted);
done:
    return err;
}

static struct bytes root_key(uint64_t lid, uint8_t to[LV_KEY_MAX])
{
    if (lid <= UINT32_MAX) {
        store_be32(to, (uint32_t)lid);
        return bytes_of(to, 4);
    }
    store_be64(to, lid | lid64_mark);
    return bytes_of(to, 8);
}

static struct bytes chunk_key(uint64_t lid, uint32_t offset, uint8_t to[LV_KEY_MAX])
{
    struct bytes key = root_key(lid, to);
    store_be32(to + key.size, offset);
    return bytes_of(to, key.size + 4);
}

static ese_err work_begin(struct lv_work *w, struct session *s, struct table_def *t, uint64_t lid)
{
    ese_err err = JET_errSuccess;

    *w = (struct lv_work){.s = s, .t = t, .lid = lid, .chunk = t->lv_chunk_max};
    if (t->long_values.root == 0 || w->chunk == 0)
        FAIL(JET_errLVCorrupted);
    w->p = session_work(s, 1, &t->long_values);
    if (w->p == NULL)
        FAIL(JET_errOutOfMemory);
done:
    return err;
}

static ese_err work_begin_writing(struct lv_work *w, struct session *s, struct table_def *t, uint64_t lid, bool compress)
{
    ese_err err = JET_errSuccess;

    TRY(work_begin(w, s, t, lid));
    w->compress = compress;
    w->plain = ese_alloc((size_t)w->chunk * 2);
    if (w->plain == NULL)
        FAIL(JET_errOutOfMemory);
    w->packed = w->plain + w->chunk;
done:
    return err;
}

static void work_end(struct lv_work *w)
{
    if (w->p != NULL)
        bt_release(w->p);
    ese_free(w->plain);
    w->plain = NULL;
}

/* Stands on the root afterwards, latched. */
static ese_err root_find(struct lv_work *w, struct lv_root *root)
{
    ese_err err = JET_errSuccess;
    uint8_t key[LV_KEY_MAX];
    struct bytes data;

    err = bt_seek(w->p, root_key(w->lid, key), BYTES_NONE, BT_SEEK_EQ, NULL);
    if (err == JET_errRecordNotFound)
        FAIL(JET_errLVCorrupted);
    TRY(err);
    data = bt_data(w->p);
    if (data.size < LV_ROOT_BYTES)
        FAIL(JET_errLVCorrupted);
    *root = (struct lv_root){load_le32(data.data), load_le32(data.data + 4), 0, data.size >= LV_ROOT_FLAGS_BYTES};
    if (root->has_flags)
        root->flags = data.data[8];
    if (root->size > LV_BYTES_MAX)
        FAIL(JET_errLVCorrupted);
done:
    return err;
}

static struct bytes root_bytes(const struct lv_root *root, uint8_t to[LV_ROOT_FLAGS_BYTES])
{
    store_le32(to, root->references);
    store_le32(to + 4, root->size);
    to[8] = root->flags;
    return bytes_of(to, root->has_flags ? LV_ROOT_FLAGS_BYTES : LV_ROOT_BYTES);
}

static uint32_t chunk_length(const struct lv_work *w, uint32_t size, uint64_t offset)
{
    if (offset >= size)
        return 0;
    return size - offset < w->chunk ? (uint32_t)(size - offset) : w->chunk;
}

/* ---- reading ---- */

/* Bytes from..from + size of a chunk whose plain length is known: what is stored shorter is compressed. */
static ese_err chunk_bytes(struct bytes stored, uint32_t length, uint32_t from, uint8_t *to, size_t size)
{
    ese_err err = JET_errSuccess;
    uint8_t *memory = NULL;
    size_t whole = 0;

    if (stored.size == length) {
        memcpy(to, stored.data + from, size);
        goto done;
    }
    TRY(decompress_size(stored, &whole));
    if (whole != length)
        FAIL(JET_errLVCorrupted);
    if (from == 0) {
        TRY(decompress_value(stored, to, size, &whole));
        goto done;
    }
    memory = ese_alloc(from + size);
    if (memory == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(decompress_value(stored, memory, from + size, &whole));
    memcpy(to, memory + from, size);
done:
    ese_free(memory);
    return err;
}

/* Stand on the chunk at offset: usually the node next to the one before. */
static ese_err chunk_find(struct lv_work *w, uint32_t offset, bool is_next)
{
    ese_err err = JET_errSuccess;
    uint8_t key[LV_KEY_MAX];
    struct bytes wanted = chunk_key(w->lid, offset, key);

    if (is_next) {
        err = bt_next(w->p);
        if (err == JET_errNoCurrentRecord)
            FAIL(JET_errLVCorrupted);
        TRY(err);
        if (bytes_equal(bt_key(w->p), wanted))
            goto done;
    }
    err = bt_seek(w->p, wanted, BYTES_NONE, BT_SEEK_EQ, NULL);
    if (err == JET_errRecordNotFound)
        FAIL(JET_errLVCorrupted);
done:
    return err;
}

static ese_err read_range(struct lv_work *w, uint32_t size, uint32_t offset, uint8_t *to, size_t wanted, bool on_root)
{
    ese_err err = JET_errSuccess;
    uint32_t start = offset / w->chunk * w->chunk;
    bool is_next = on_root && start == 0;

    while (wanted != 0) {
        uint32_t length = chunk_length(w, size, start);
        uint32_t from = offset - start;
        size_t part = length - from < wanted ? length - from : wanted;
        TRY(chunk_find(w, start, is_next));
        TRY(chunk_bytes(bt_data(w->p), length, from, to, part));
        to += part;
        wanted -= part;
        offset += (uint32_t)part;
        start += w->chunk;
        is_next = true;
    }
done:
    return err;
}

ese_err lv_size(struct session *s, struct table_def *t, uint64_t lid, uint32_t *size)
{
    ese_err err = JET_errSuccess;
    struct lv_work w;
    struct lv_root root;

    TRY(work_begin(&w, s, t, lid));
    TRY(root_find(&w, &root));
    *size = root.size;
done:
    work_end(&w);
    return err;
}

ese_err lv_read(struct session *s, struct table_def *t, uint64_t lid, uint32_t offset, uint8_t *to, size_t room, size_t *copied, uint32_t *size)
{
    ese_err err = JET_errSuccess;
    struct lv_work w;
    struct lv_root root;

    *copied = 0;
    *size = 0;
    TRY(work_begin(&w, s, t, lid));
    TRY(root_find(&w, &root));
    if ((root.flags & LV_ENCRYPTED) != 0)
        FAIL(JET_errColumnNoEncryptionKey);
    *size = root.size;
    if (offset < root.size && room != 0) {
        size_t part = root.size - offset < room ? root.size - offset : room;
        TRY(read_range(&w, root.size, offset, to, part, true));
        *copied = part;
    }
done:
    work_end(&w);
    return err;
}

/* ---- writing ---- */

/* What is stored for a chunk whose plain bytes are given. */
static struct bytes chunk_pack(struct lv_work *w, struct bytes plain)
{
    size_t size = w->compress ? compress_value(plain, COMPRESS_7BIT | COMPRESS_XPRESS, w->packed, w->chunk) : 0;
    return size != 0 && size < plain.size ? bytes_of(w->packed, size) : plain;
}

static ese_err chunk_insert(struct lv_work *w, uint32_t offset, struct bytes plain)
{
    ese_err err = JET_errSuccess;
    uint8_t key[LV_KEY_MAX];

    TRY(bt_insert(w->p, chunk_key(w->lid, offset, key), chunk_pack(w, plain), BT_APPEND_HINT));
    bt_release(w->p);
done:
    return err;
}

static ese_err root_insert(struct lv_work *w, uint32_t size)
{
    ese_err err = JET_errSuccess;
    struct lv_root root = {1, size, 0, false};
    uint8_t key[LV_KEY_MAX], data[LV_ROOT_FLAGS_BYTES];

    TRY(bt_insert(w->p, root_key(w->lid, key), root_bytes(&root, data), 0));
    bt_release(w->p);
done:
    return err;
}

/* The highest LID in the tree, seen or not. Under the table's lock. */
static ese_err lid_highest(struct lv_work *w, uint64_t *lid)
{
    ese_err err = JET_errSuccess;
    struct bytes key;

    *lid = 0;
    w->p->raw = true;
    err = bt_last(w->p);
    if (err == JET_errNoCurrentRecord) {
        err = JET_errSuccess;
    } else if (err >= 0) {
        key = bt_key(w->p);
        if (key.size >= 8 && (key.data[0] & 0x80) != 0)
            *lid = (uint64_t)load_be32(key.data) << 32 | load_be32(key.data + 4);
        else if (key.size >= 4)
            *lid = load_be32(key.data);
        else
            err = err_raise(JET_errLVCorrupted, __func__, __LINE__);
    }
    bt_release(w->p);
    w->p->raw = false;
    return err;
}

static ese_err lid_next(struct lv_work *w)
{
    ese_err err = JET_errSuccess;

    os_mutex_lock(&w->t->lock);
    if (w->t->lid_next == 0) {
        uint64_t highest;
        TRY(lid_highest(w, &highest));
        w->t->lid_next = highest + LID_FIRST;
    }
    w->lid = w->t->lid_next++;
    if (w->lid > UINT32_MAX && (w->lid & lid64_mark) == 0)
        FAIL(JET_errOutOfLongValueIDs);
done:
    os_mutex_unlock(&w->t->lock);
    return err;
}

static ese_err tree_for_writing(struct session *s, struct table_def *t)
{
    ese_err err = JET_errSuccess;

    if (t->long_values.root == 0)
        TRY(ddl_create_lv_tree(s, t));
done:
    return err;
}

ese_err lv_create(struct session *s, struct table_def *t, struct bytes value, bool compress, uint64_t *lid)
{
    ese_err err = JET_errSuccess;
    struct lv_work w = {.p = NULL};
    uint32_t size = (uint32_t)value.size;

    if (value.size > LV_BYTES_MAX)
        FAIL(JET_errColumnTooBig);
    TRY(tree_for_writing(s, t));
    TRY(work_begin_writing(&w, s, t, 0, compress));
    TRY(lid_next(&w));
    /* The first chunk goes in before the root, so that both come to lie on one page. */
    if (size != 0)
        TRY(chunk_insert(&w, 0, bytes_of(value.data, chunk_length(&w, size, 0))));
    TRY(root_insert(&w, size));
    for (uint64_t at = w.chunk; at < size; at += w.chunk)
        TRY(chunk_insert(&w, (uint32_t)at, bytes_of(value.data + at, chunk_length(&w, size, at))));
    *lid = w.lid;
done:
    work_end(&w);
    return err;
}

/* A private copy of a value, chunk by chunk; w then works on the copy. */
static ese_err copy_whole(struct lv_work *w, uint32_t size)
{
    ese_err err = JET_errSuccess;
    uint64_t from = w->lid;
    uint64_t to;

    TRY(lid_next(w));
    to = w->lid;
    for (uint64_t at = 0; at < size; at += w->chunk) {
        uint32_t length = chunk_length(w, size, at);
        w->lid = from;
        TRY(read_range(w, size, (uint32_t)at, w->plain, length, false));
        bt_release(w->p);
        w->lid = to;
        TRY(chunk_insert(w, (uint32_t)at, bytes_of(w->plain, length)));
        if (at == 0)
            TRY(root_insert(w, size));
    }
    if (size == 0)
        TRY(root_insert(w, size));
done:
    return err;
}

struct change {
    uint32_t old_size, new_size, offset;
    struct bytes value;
};

/* New contents of the chunk at offset: what stays of the old, zeros, the changed range. */
static ese_err chunk_compose(struct lv_work *w, const struct change *c, uint32_t at, uint32_t length)
{
    ese_err err = JET_errSuccess;
    uint32_t old = chunk_length(w, c->old_size, at);
    uint32_t kept = old < length ? old : length;
    uint64_t end = (uint64_t)c->offset + c->value.size;
    uint64_t first = c->offset > at ? c->offset : at;
    uint64_t last = end < (uint64_t)at + length ? end : (uint64_t)at + length;

    if (kept != 0 && (first > at || last < (uint64_t)at + kept || c->value.size == 0)) {
        TRY(read_range(w, c->old_size, at, w->plain, kept, false));
        bt_release(w->p);
    }
    memset(w->plain + kept, 0, length - kept);
    if (first < last)
        memcpy(w->plain + (first - at), c->value.data + (first - c->offset), (size_t)(last - first));
done:
    return err;
}

static ese_err chunk_change(struct lv_work *w, const struct change *c, uint32_t at)
{
    ese_err err = JET_errSuccess;
    uint32_t old = chunk_length(w, c->old_size, at);
    uint32_t length = chunk_length(w, c->new_size, at);

    if (length == 0) {
        TRY(chunk_find(w, at, false));
        TRY(bt_delete(w->p, 0));
    } else {
        TRY(chunk_compose(w, c, at, length));
        if (old == 0) {
            TRY(chunk_insert(w, at, bytes_of(w->plain, length)));
        } else {
            TRY(chunk_find(w, at, false));
            TRY(bt_replace(w->p, chunk_pack(w, bytes_of(w->plain, length)), 0));
        }
    }
done:
    bt_release(w->p);
    return err;
}

static ese_err change_apply(struct lv_work *w, const struct change *c)
{
    ese_err err = JET_errSuccess;
    struct lv_root root;
    uint8_t data[LV_ROOT_FLAGS_BYTES];
    uint32_t low = c->old_size < c->new_size ? c->old_size : c->new_size;
    uint32_t high = c->old_size > c->new_size ? c->old_size : c->new_size;
    uint64_t end = (uint64_t)c->offset + c->value.size;
    uint64_t at = c->value.size != 0 && c->offset < low ? c->offset : low;

    for (at = at / w->chunk * w->chunk; at < high; at += w->chunk) {
        bool touched = c->value.size != 0 && at < end && at + w->chunk > c->offset;
        if (touched || chunk_length(w, c->old_size, at) != chunk_length(w, c->new_size, at))
            TRY(chunk_change(w, c, (uint32_t)at));
    }
    if (c->new_size != c->old_size) {
        TRY(root_find(w, &root));
        root.size = c->new_size;
        TRY(bt_replace(w->p, root_bytes(&root, data), 0));
    }
done:
    bt_release(w->p);
    return err;
}

/* Before a change: the sizes, and a private copy when others refer to the value too (V2). */
static ese_err make_private(struct lv_work *w, uint32_t *size)
{
    ese_err err = JET_errSuccess;
    struct lv_root root;
    uint64_t shared = w->lid;

    TRY(root_find(w, &root));
    bt_release(w->p);
    if ((root.flags & LV_ENCRYPTED) != 0)
        FAIL(JET_errColumnNoEncryptionKey);
    *size = root.size;
    if (root.references > 1) {
        TRY(copy_whole(w, root.size));
        TRY(lv_drop_reference(w->s, w->t, shared));
    }
done:
    return err;
}

ese_err lv_write(struct session *s, struct table_def *t, uint64_t *lid, uint32_t offset, struct bytes value, bool truncate, bool compress)
{
    ese_err err = JET_errSuccess;
    struct lv_work w = {.p = NULL};
    struct change c = {.offset = offset, .value = value};
    uint64_t end = (uint64_t)offset + value.size;

    if (end > LV_BYTES_MAX)
        FAIL(JET_errColumnTooBig);
    TRY(work_begin_writing(&w, s, t, *lid, compress));
    TRY(make_private(&w, &c.old_size));
    if (offset > c.old_size)
        FAIL(JET_errColumnNoChunk);
    c.new_size = truncate || end > c.old_size ? (uint32_t)end : c.old_size;
    TRY(change_apply(&w, &c));
    *lid = w.lid;
done:
    work_end(&w);
    return err;
}

ese_err lv_resize(struct session *s, struct table_def *t, uint64_t *lid, uint32_t size, bool compress)
{
    ese_err err = JET_errSuccess;
    struct lv_work w = {.p = NULL};
    struct change c = {.new_size = size};

    if (size > LV_BYTES_MAX)
        FAIL(JET_errColumnTooBig);
    TRY(work_begin_writing(&w, s, t, *lid, compress));
    TRY(make_private(&w, &c.old_size));
    TRY(change_apply(&w, &c));
    *lid = w.lid;
done:
    work_end(&w);
    return err;
}

ese_err lv_copy(struct session *s, struct table_def *t, uint64_t lid, bool compress, uint64_t *copy)
{
    ese_err err = JET_errSuccess;
    struct lv_work w = {.p = NULL};
    struct lv_root root;

    TRY(work_begin_writing(&w, s, t, lid, compress));
    TRY(root_find(&w, &root));
    bt_release(w.p);
    if ((root.flags & LV_ENCRYPTED) != 0)
        FAIL(JET_errColumnNoEncryptionKey);
    TRY(copy_whole(&w, root.size));
    *copy = w.lid;
done:
    work_end(&w);
    return err;
}

/* ---- references ---- */

ese_err lv_add_reference(struct session *s, struct table_def *t, uint64_t lid)
{
    ese_err err = JET_errSuccess;
    struct lv_work w;
    struct lv_root root;
    int64_t before;

    TRY(work_begin(&w, s, t, lid));
    TRY(root_find(&w, &root));
    TRY(bt_delta(w.p, 0, 1, false, &before, 0));
done:
    work_end(&w);
    return err;
}

static ese_err delete_whole(struct lv_work *w, uint32_t size)
{
    ese_err err = JET_errSuccess;
    struct lv_root root;

    /* The root first: it is where two transactions meet. */
    TRY(root_find(w, &root));
    TRY(bt_delete(w->p, 0));
    for (uint64_t at = 0; at < size; at += w->chunk) {
        TRY(chunk_find(w, (uint32_t)at, false));
        TRY(bt_delete(w->p, 0));
    }
done:
    bt_release(w->p);
    return err;
}

/* The last reference takes the value with it. When another transaction counts on the root at the same time, only the count goes
 * down; a root with count 0 is garbage for a later clean-up. */
ese_err lv_drop_reference(struct session *s, struct table_def *t, uint64_t lid)
{
    ese_err err = JET_errSuccess;
    struct lv_work w;
    struct lv_root root;
    int64_t before;

    TRY(work_begin(&w, s, t, lid));
    TRY(root_find(&w, &root));
    if (root.references == 1) {
        bt_release(w.p);
        err = delete_whole(&w, root.size);
        if (err != JET_errWriteConflict)
            goto done;
        TRY(root_find(&w, &root));
    }
    TRY(bt_delta(w.p, 0, -1, false, &before, 0));
done:
    work_end(&w);
    return err;
}
