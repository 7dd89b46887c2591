#include "tree/btree_int.h"

#include <string.h>

void btree_init(struct btree *t, struct db_file *db, pgno root, uint32_t objid, pgno parent_root, bool unique, uint32_t flags)
{
    *t = (struct btree){.db = db, .root = root, .objid = objid, .parent_root = parent_root, .unique = unique, .page_flags = flags};
    t->versioned = (flags & PAGE_SPACE_TREE) == 0;
    t->density = 100;
    os_mutex_init(&t->smo, (flags & PAGE_SPACE_TREE) != 0 ? RANK_SPACE_TREE : RANK_TREE);
}

void btree_release(struct btree *t)
{
    os_mutex_release(&t->smo);
}

ese_err btree_open(struct btree *t, struct db_file *db, pgno root)
{
    ese_err err = 0;
    struct buf_ref ref = BUF_REF_NONE;
    struct bytes header;
    uint32_t flags;
    bool space;
    pgno parent = 0;
    bool unique = true;
    TRY(buf_latch(db, root, LATCH_READ, &ref));
    flags = page_flags(ref.page);
    header = page_external(ref.page);
    space = (flags & PAGE_SPACE_TREE) != 0;
    if ((flags & PAGE_ROOT) == 0 || header.size < 16)
        FAIL(JET_errDatabaseCorrupted);
    if (header.size > 16)
        header = bytes_of(header.data + 1, header.size - 1);
    if (!space) {
        parent = load_le32(header.data + 4);
        unique = (load_le32(header.data + 8) & 2) == 0;
    }
    btree_init(t, db, root, page_objid(ref.page), parent, unique,
               flags & (PAGE_SPACE_TREE | PAGE_INDEX | PAGE_LONG_VALUE | PAGE_NON_UNIQUE | PAGE_NEW_RECORD_FORMAT));
done:
    buf_unlatch(&ref);
    return err;
}

/* ---- positions ---- */

ese_err bt_pos_init(struct bt_pos *p, struct btree *tree, struct trx *trx)
{
    ese_err err = 0;
    memset(p, 0, offsetof(struct bt_pos, key));
    p->tree = tree;
    p->trx = trx;
    p->leaf = BUF_REF_NONE;
    p->version = BT_VERSION_UNKNOWN;
    p->scratch_room = tree->db->page_size;
    p->scratch = ese_alloc_plain(p->scratch_room + BT_KEY_MAX);   /* behind the room: a key in one piece */
    if (p->scratch == NULL)
        FAIL(JET_errOutOfMemory);
done:
    return err;
}

void bt_pos_free(struct bt_pos *p)
{
    buf_unlatch(&p->leaf);
    ese_free(p->scratch);
    p->scratch = NULL;
}

void bt_pos_retarget(struct bt_pos *p, struct btree *tree)
{
    buf_unlatch(&p->leaf);
    p->tree = tree;
    p->place = BT_NOWHERE;
    p->page = 0;
    p->version = BT_VERSION_UNKNOWN;
    p->key_saved = p->bound_upper = p->appending = false;
    p->key_size = p->data_key_size = 0;
}

void bt_save_bookmark(struct bt_pos *p)
{
    struct node n;
    if (p->key_saved || p->place != BT_ON || p->leaf.frame == NULL)
        return;
    n = page_node(p->leaf.page, p->slot);
    p->key_size = node_copy_key(&n, p->key, sizeof p->key);
    p->data_key_size = 0;
    if (!p->tree->unique) {
        p->data_key_size = n.data.size < sizeof p->data_key ? n.data.size : sizeof p->data_key;
        memcpy(p->data_key, n.data.data, p->data_key_size);
    }
    p->key_saved = true;
}

struct bytes bt_key(struct bt_pos *p)
{
    bt_save_bookmark(p);
    return bytes_of(p->key, p->key_size);
}

struct bytes bt_data(struct bt_pos *p)
{
    return p->data;
}

void bt_release(struct bt_pos *p)
{
    if (p->leaf.frame == NULL)
        return;
    bt_save_bookmark(p);
    p->seen = page_dbtime(p->leaf.page);
    p->data = BYTES_NONE;
    p->frame = p->leaf.frame;
    p->version = buf_version(&p->leaf);
    p->peek_at = 0;
    if (p->place == BT_ON) {
        struct node n = page_node(p->leaf.page, p->slot);
        if ((n.flags & (NODE_VERSIONED | NODE_DELETED)) == 0 && n.data.size != 0) {
            p->peek_at = (uint32_t)(n.data.data - p->leaf.page.at);
            p->peek_size = (uint32_t)n.data.size;
        }
    }
    buf_unlatch(&p->leaf);
}

/* ---- logged changes ---- */

/* Records of extent trees name the tree that owns the space. */
pgno bt_log_fdp(const struct btree *t)
{
    return (t->page_flags & PAGE_SPACE_TREE) != 0 ? t->parent_root : t->root;
}

bool bt_is_logged(const struct btree *t, const struct trx *trx)
{
    return t->db->logged && t->db->log != NULL && !trx->recovering;
}

void bt_head(struct log_record *r, uint8_t type, const struct btree *t, const struct trx *trx, pgno page, unsigned slot, bool versioned)
{
    memset(r, 0, sizeof *r);
    r->type = type;
    trx_fill_head(trx, &r->head);
    r->head.dbid = t->db->dbid;
    r->head.page = page;
    r->head.line = (uint16_t)slot;
    r->head.flags |= (uint8_t)((versioned ? LR_VERSIONED : 0) | (t->unique ? LR_UNIQUE : 0) |
                               ((t->page_flags & PAGE_SPACE_TREE) != 0 ? LR_SPACE : 0));
    r->head.fdp = bt_log_fdp(t);
    r->head.objid = t->objid;
}

ese_err bt_append_record(struct btree *t, struct trx *trx, const struct log_record *r, struct log_span *span)
{
    ese_err err = 0;
    *span = (struct log_span){LGPOS_MIN, LGPOS_MIN};
    if (!bt_is_logged(t, trx))
        goto done;
    TRY(log_append(t->db->log, r, span));
    trx->last_end = lgpos_max(trx->last_end, span->end);
done:
    return err;
}

ese_err bt_log(struct btree *t, struct trx *trx, struct buf_ref *ref, struct log_record *r, struct log_span *span)
{
    ese_err err = 0;
    assert(ref->mode == LATCH_WRITE);
    if (bt_is_logged(t, trx))
        TRY(trx_log_begin(trx));
    r->head.before = page_dbtime(ref->page);
    r->head.after = db_time_next(t->db);
    buf_will_dirty(ref);
    TRY(bt_append_record(t, trx, r, span));
done:
    return err;
}

void bt_changed(struct buf_ref *ref, dbtime after, const struct log_span *span)
{
    assert(page_dbtime(ref->page).v < after.v);             /* I4 */
    page_set_dbtime(ref->page, after);
    buf_dirty(ref, span->at, span->end);
}

void bt_changed_macro(struct buf_ref *ref, dbtime after, const struct log_span *begin, const struct log_span *end)
{
    page_set_dbtime(ref->page, after);
    buf_dirty(ref, begin->at, end->end);
}

/* ---- nodes and their versions ---- */

struct ver_node bt_ver_node(const struct btree *t, struct bytes key, struct bytes data)
{
    return (struct ver_node){t->db, t->root, t->objid, t->unique, key, t->unique ? BYTES_NONE : data};
}

struct bytes bt_node_key(const struct node *n, uint8_t *room)
{
    if (n->prefix.size == 0)
        return n->suffix;
    return bytes_of(room, node_copy_key(n, room, BT_KEY_MAX));
}

bool bt_node_has_versions(const struct btree *t, struct trx *trx, struct page p, unsigned slot, uint8_t *room)
{
    struct node n = page_node(p, slot);
    struct ver_node node;
    if (!t->versioned || trx->versions == NULL)
        return false;
    node = bt_ver_node(t, bt_node_key(&n, room), n.data);
    return ver_any(trx->versions, &node);
}

size_t bt_node_reserve(const struct btree *t, struct trx *trx, const struct node *n, uint8_t *room)
{
    struct ver_node node;
    size_t most;
    if (!t->versioned || !t->unique || trx->versions == NULL || (n->flags & NODE_VERSIONED) == 0)
        return 0;
    node = bt_ver_node(t, bt_node_key(n, room), n->data);
    most = ver_before_max(trx->versions, &node);
    return most > n->data.size ? most - n->data.size : 0;
}

void bt_refresh_reserve(const struct btree *t, struct trx *trx, struct page p, uint8_t *room)
{
    size_t sum = 0;
    unsigned count = page_slot_count(p);
    if (page_uncommitted_free(p) == 0)
        return;
    for (unsigned slot = 0; slot < count; slot++) {
        struct node n = page_node(p, slot);
        sum += bt_node_reserve(t, trx, &n, room);
    }
    if (sum > page_free_bytes(p))
        sum = page_free_bytes(p);
    page_set_uncommitted_free(p, (unsigned)sum);
}
