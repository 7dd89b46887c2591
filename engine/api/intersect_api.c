/* JetIntersectIndexes: records that lie in several index ranges; JetRetrieveTaggedColumnList. */
#include <stdlib.h>

#include "api/call.h"
#include "api/temp_api.h"

/* Bookmarks of one range, end to end in one block, with their places for sorting. */
struct bookmarks {
    uint8_t *bytes;
    size_t used, room;
    struct bytes *at;
    size_t count, slots;
};

static void bookmarks_release(struct bookmarks *b)
{
    ese_free(b->bytes);
    ese_free(b->at);
}

static ese_err bookmarks_add(struct bookmarks *b, const uint8_t *key, size_t size)
{
    ese_err err = 0;
    if (b->used + size + 2 > b->room) {
        size_t room = (b->room + size + 2) * 2 + 4096;
        uint8_t *more = ese_resize(b->bytes, room);
        if (more == NULL)
            FAIL(JET_errOutOfMemory);
        b->bytes = more;
        b->room = room;
    }
    store_le16(b->bytes + b->used, (uint16_t)size);
    memcpy(b->bytes + b->used + 2, key, size);
    b->used += size + 2;
    b->count++;
done:
    return err;
}

static int by_order(const void *a, const void *b) { return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b); }

/* All are there: slices in order, each once. */
static ese_err bookmarks_sort(struct bookmarks *b)
{
    ese_err err = 0;
    size_t kept = 0, from = 0;
    b->at = ese_alloc((b->count + 1) * sizeof *b->at);
    if (b->at == NULL)
        FAIL(JET_errOutOfMemory);
    for (size_t i = 0; i < b->count; i++) {
        b->at[i] = bytes_of(b->bytes + from + 2, load_le16(b->bytes + from));
        from += 2 + b->at[i].size;
    }
    qsort(b->at, b->count, sizeof *b->at, by_order);
    for (size_t i = 0; i < b->count; i++)
        if (kept == 0 || !bytes_equal(b->at[kept - 1], b->at[i]))
            b->at[kept++] = b->at[i];
    b->count = kept;
done:
    return err;
}

/* From the current entry to the end of its range. */
static ese_err collect(struct cursor *cursor, struct bookmarks *b)
{
    ese_err err = 0;
    uint8_t key[BT_KEY_MAX];
    size_t size;
    for (;;) {
        TRY(cursor_get_bookmark(cursor, key, sizeof key, &size));
        TRY(bookmarks_add(b, key, size));
        err = cursor_move(cursor, 1, false);
        if (err == JET_errNoCurrentRecord)
            break;
        TRY(err);
    }
    TRY(bookmarks_sort(b));
done:
    return err;
}

static bool in_all(const struct bookmarks *sets, uint32_t count, struct bytes key)
{
    for (uint32_t i = 1; i < count; i++)
        if (bsearch(&key, sets[i].at, sets[i].count, sizeof key, by_order) == NULL)
            return false;
    return true;
}

static ese_err give_list(struct call *c, const struct bookmarks *sets, uint32_t count, JET_RECORDLIST *out)
{
    ese_err err = 0;
    const struct list_column column = {COL_LONG_BINARY, false, 0, 0};
    uint32_t id, rows = 0;
    struct api_table *list = NULL;
    TRY(list_open(c, &column, 1, &list, &id));
    for (size_t i = 0; i < sets[0].count; i++) {
        if (!in_all(sets, count, sets[0].at[i]))
            continue;
        TRY(list_begin_row(list));
        TRY(list_set(list, id, sets[0].at[i].data, sets[0].at[i].size));
        TRY(list_end_row(list));
        rows++;
    }
    list->temp_reading = true;
    if (rows != 0)
        TRY(cursor_move(list->cursor, MOVE_FIRST, false));
    out->tableid = list->handle;
    out->cRecord = rows;
    out->columnidBookmark = id;
done:
    if (err < 0 && list != NULL)
        table_close(list);
    return err;
}

static ese_err range_cursor(const struct call *c, const JET_INDEXRANGE *range, const struct table_def *t, struct cursor **out)
{
    ese_err err = 0;
    struct api_table *table;
    if (range->cbStruct != sizeof *range)
        FAIL(JET_errInvalidParameter);
    table = handle_find(&g_engine.handles, HANDLE_TABLE, range->tableid);
    if (table == NULL || table->owner != c->session)
        FAIL(JET_errInvalidTableId);
    if (range->grbit != JET_bitRecordInIndex && range->grbit != 0)
        FAIL(JET_errInvalidGrbit);
    if ((t != NULL && table->cursor->table != t) || table->cursor->index == NULL)
        FAIL(JET_errInvalidParameter);
    *out = table->cursor;
done:
    return err;
}

/*
 * JetIntersectIndexes - bookmarks of the records that every range holds: each cursor on a secondary index, on its first entry.
 * out     a temporary table with one column
 * err     JET_errInvalidParameter, JET_errInvalidTableId, JET_errInvalidGrbit, JET_errNoCurrentRecord
 * source  API reference "JetIntersectIndexes"; observed-sequences cur-misc 32
 */
JET_ERR JET_API JetIntersectIndexes(JET_SESID sesid, JET_INDEXRANGE *rgindexrange, JET_UINT32 cindexrange, JET_RECORDLIST *precordlist,
    JET_GRBIT grbit)
{
    enum { RANGES_MAX = 64 };
    struct call c;
    ese_err err = 0;
    struct bookmarks *sets = NULL;
    struct cursor *cursor = NULL;
    (void)grbit;
    TRY(call_session(&c, sesid, CALL_PLAIN));
    if (rgindexrange == NULL || cindexrange == 0 || cindexrange > RANGES_MAX || precordlist == NULL || precordlist->cbStruct != sizeof *precordlist)
        FAIL(JET_errInvalidParameter);
    sets = ese_alloc(cindexrange * sizeof *sets);
    if (sets == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(call_transact(&c, false));
    for (JET_UINT32 i = 0; i < cindexrange; i++) {
        TRY(range_cursor(&c, &rgindexrange[i], cursor != NULL ? cursor->table : NULL, &cursor));
        TRY(collect(cursor, &sets[i]));
    }
    TRY(give_list(&c, sets, cindexrange, precordlist));
done:
    for (JET_UINT32 i = 0; sets != NULL && i < cindexrange; i++)
        bookmarks_release(&sets[i]);
    ese_free(sets);
    return call_end(&c, err);
}

/* JetRetrieveTaggedColumnList - tagged columns of the current record and how many values each has. source: cur-misc 35 */
JET_ERR JET_API JetRetrieveTaggedColumnList(JET_SESID sesid, JET_TABLEID tableid, JET_UINT32 *pcColumns, void *pvData, JET_UINT32 cbData,
    JET_COLUMNID columnidStart, JET_GRBIT grbit)
{
    struct call c;
    ese_err err = 0;
    JET_RETRIEVEMULTIVALUECOUNT *to = pvData;
    JET_UINT32 found = 0, room = pvData != NULL ? cbData / (JET_UINT32)sizeof *to : 0;
    uint32_t id, after = 0;
    unsigned count;
    bool more = true, copy = (grbit & JET_bitRetrieveCopy) != 0;
    TRY(call_table(&c, sesid, tableid, CALL_READ));
    if (pcColumns == NULL)
        FAIL(JET_errInvalidParameter);
    for (;;) {
        TRY(cursor_next_tagged(c.cursor, copy, after, &id, &count, &more));
        if (!more)
            break;
        after = id;
        if (id < columnidStart)
            continue;
        if (found < room) {
            to[found].columnid = id;
            to[found].cMultiValues = (JET_UINT16)count;
        }
        found++;
    }
    *pcColumns = found;
done:
    return call_end_warning(&c, err, found > room && pvData != NULL ? JET_wrnBufferTruncated : 0);
}
