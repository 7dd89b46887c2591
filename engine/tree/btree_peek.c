/* Reading without a latch: what the version of the frame proves unchanged. Every byte of the page is looked at before that proof, so
 * only the bounds-checked accessors of format/page_find.h touch it, and nothing is kept before buf_peek_valid has said yes. */
#include <string.h>

#include "tree/btree_int.h"

enum { FETCHED_AHEAD = 256 };

/* All transactions see this node, and as it stands on the page. */
static inline bool is_plain(const struct node *n)
{
    return (n->flags & (NODE_VERSIONED | NODE_DELETED)) == 0;
}

/* Up to BT_PEEK_BYTES, without a call. */
static inline void copy_few(uint8_t *to, const uint8_t *from, size_t n)
{
    if (n >= 8) {
        size_t i = 0;
        for (; i + 8 <= n; i += 8)
            memcpy(to + i, from + i, 8);
        memcpy(to + n - 8, from + n - 8, 8);
        return;
    }
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
}

/* Not of a node without data: where that is wrong, the calls with a latch say so. */
static inline bool take(struct bt_copy *to, struct bytes from)
{
    if (from.size == 0 || from.size > BT_PEEK_BYTES)
        return false;
    to->size = from.size;
    copy_few(to->at, from.data, from.size);
    return true;
}

static inline bool take_key(struct bt_copy *to, const struct node *n)
{
    if (n->prefix.size + n->suffix.size > BT_PEEK_BYTES)
        return false;
    to->size = n->prefix.size + n->suffix.size;
    copy_few(to->at, n->prefix.data, n->prefix.size);
    copy_few(to->at + n->prefix.size, n->suffix.data, n->suffix.size);
    return true;
}

static inline bool look_again(const struct bt_pos *p, struct buf_peek *peek)
{
    return p->place == BT_ON && p->leaf.frame == NULL && p->frame != NULL &&
           buf_peek_again(p->frame, p->page, p->version, p->tree->db->page_size, peek);
}

bool bt_peek_data(const struct bt_pos *p, struct buf_peek *peek, struct bytes *data)
{
    if (p->peek_at == 0 || !look_again(p, peek))
        return false;
    *data = bytes_of(peek->page.at + p->peek_at, p->peek_size);
    return true;
}

static inline void keep_place(struct bt_pos *p, const struct buf_peek *peek, unsigned slot, const struct node *n)
{
    p->slot = slot;
    p->frame = peek->frame;
    p->version = peek->version;
    p->peek_at = (uint32_t)(n->data.data - peek->page.at);
    p->peek_size = (uint32_t)n->data.size;
}

/* The bookmark's second half is the data, in a tree that is not unique. */
static inline void keep_data_key(struct bt_pos *p, const struct bt_copy *data)
{
    p->data_key_size = 0;
    if (p->tree->unique)
        return;
    copy_few(p->data_key, data->at, data->size);
    p->data_key_size = data->size;
}

bool bt_peek_step(struct bt_pos *p, bool forward, struct bt_copy *data)
{
    struct buf_peek peek;
    struct node n;
    struct bt_copy key, own;
    unsigned slot = forward ? p->slot + 1 : p->slot - 1;
    bool wanted = data != NULL || !p->tree->unique;
    if (data == NULL)
        data = &own;
    if ((!forward && p->slot == 0) || !look_again(p, &peek) || !page_peek_node(peek.page, slot, &n) || !is_plain(&n))
        return false;
    if (!take_key(&key, &n) || (wanted && !take(data, n.data)) || !buf_peek_valid(&peek))
        return false;
    keep_place(p, &peek, slot, &n);
    copy_few(p->key, key.at, key.size);
    p->key_size = key.size;
    keep_data_key(p, data);
    return true;
}

bool bt_peek_equal(struct bt_pos *p, struct bytes key, struct bt_copy *data)
{
    struct btree *t = p->tree;
    struct page_key k;
    struct buf_peek leaf;
    struct node n;
    struct bt_copy own;
    dbtime seen;
    pgno page;
    unsigned slot;
    bool equal, wanted = data != NULL || !t->unique;
    if (data == NULL)
        data = &own;
    if (p->leaf.frame != NULL || key.size > sizeof p->key)
        return false;
    page_key_init(&k, key, BYTES_NONE);
    if (!bt_peek_leaf(t, &k, &leaf, &page))
        return false;
    slot = bt_leaf_search_key(t, leaf.page, &k, &equal);
    if ((t->unique && !equal) || !page_peek_node(leaf.page, slot, &n) || !is_plain(&n))
        return false;
    for (size_t ahead = 0; ahead < n.data.size && ahead < FETCHED_AHEAD; ahead += 64)
        __builtin_prefetch(n.data.data + ahead);        /* most callers want the data next */
    if ((!t->unique && node_compare_key(&n, key) != 0) || (wanted && !take(data, n.data)))
        return false;
    seen = page_dbtime(leaf.page);
    if (!buf_peek_valid(&leaf))
        return false;
    keep_place(p, &leaf, slot, &n);
    p->place = BT_ON;
    p->page = page;
    p->seen = seen;
    p->data = BYTES_NONE;
    p->data_is_view = p->bound_upper = false;
    memcpy(p->key, key.data, key.size);
    p->key_size = key.size;
    keep_data_key(p, data);
    p->key_saved = true;
    return true;
}
