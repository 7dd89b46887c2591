#include "rows.h"

#include <string.h>

ese_err rows_index(struct session *s, struct table_def *t, const char *name, const char *key, size_t key_bytes, uint32_t flags)
{
    struct index_create how = {.name = name, .flags = flags, .density = 80, .key = key, .key_bytes = key_bytes};
    return ddl_create_index(s, t, &how);
}

ese_err rows_create(struct session *s, uint8_t dbid, const char *table, const struct row_column *columns, unsigned column_count, uint32_t *columnids,
                    const struct row_index *indexes, unsigned index_count, struct cursor **out)
{
    ese_err err = JET_errSuccess;
    struct table_create how = {.name = table, .density = 80};
    struct table_def *t = NULL;
    uint32_t id;

    TRY(ddl_create_table(s, dbid, &how, &t));
    for (unsigned k = 0; k < column_count; k++) {
        const struct row_column *from = &columns[k];
        struct column_create c = {.place = from->place, .name = from->name, .type = from->type, .code_page = from->code_page,
                                  .max_bytes = from->max_bytes, .flags = from->flags, .default_value = from->default_value};
        TRY(ddl_add_column(s, t, &c, columnids != NULL ? &columnids[k] : &id));
    }
    for (unsigned k = 0; k < index_count; k++)
        TRY(rows_index(s, t, indexes[k].name, indexes[k].key, indexes[k].key_bytes, indexes[k].flags));
    TRY(cursor_open(s, t, out));
    t = NULL;
done:
    if (t != NULL)
        schema_close_table(t);
    return err;
}

ese_err rows_open(struct session *s, uint8_t dbid, const char *table, struct cursor **out)
{
    ese_err err = JET_errSuccess;
    struct table_def *t;

    TRY(schema_open_table(s, dbid, table, &t));
    TRY(cursor_open(s, t, out));
done:
    return err;
}

ese_err rows_set(struct cursor *c, uint32_t columnid, const void *data, size_t size)
{
    struct set_column set = {.columnid = columnid, .itag = 1, .is_null = data == NULL, .value = bytes_of(data, size)};
    return cursor_set(c, &set);
}

ese_err rows_set_long(struct cursor *c, uint32_t columnid, int32_t value)
{
    uint8_t raw[4];
    store_le32(raw, (uint32_t)value);
    return rows_set(c, columnid, raw, 4);
}

ese_err rows_get_long(struct cursor *c, uint32_t columnid, int32_t *value)
{
    uint8_t raw[4] = {0};
    struct retrieve r = {.columnid = columnid, .itag = 1, .to = raw, .room = sizeof raw};
    ese_err err = cursor_retrieve(c, &r);

    *value = (int32_t)load_le32(raw);
    return err >= 0 && r.is_null ? JET_wrnColumnNull : err;
}

ese_err rows_seek_long(struct cursor *c, int32_t value)
{
    ese_err err = JET_errSuccess;
    uint8_t raw[4];

    store_le32(raw, (uint32_t)value);
    TRY(cursor_make_key(c, bytes_of(raw, 4), 1));
    TRY(cursor_seek(c, SEEK_EQ, NULL));
done:
    return err;
}
