#include "tree/btree_int.h"

/* The position keeps to the last leaf, so each pair costs no descent; full pages are left behind by append splits, which log
 * one small record and no image. */
ese_err bt_bulk_load(struct btree *tree, struct trx *trx, bool (*next)(void *context, struct bytes *key, struct bytes *data), void *context)
{
    ese_err err = 0;
    struct bt_pos *p = ese_alloc(sizeof *p);
    struct bytes key, data;
    if (p == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(bt_pos_init(p, tree, trx));
    while (next(context, &key, &data))
        TRY(bt_insert(p, key, data, BT_NO_VERSION | BT_APPEND_HINT));
done:
    if (p != NULL)
        bt_pos_free(p);
    ese_free(p);
    return err;
}
