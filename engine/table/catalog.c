/* One catalog row as record bytes, and the keys of its three indexes. */
#include "table/table_int.h"

#include "format/record.h"

enum {
    C_OBJID_TABLE = 1, C_TYPE, C_ID, C_COLTYP_OR_ROOT, C_SPACE_USAGE, C_FLAGS, C_PAGES_OR_LOCALE, C_ROOT_FLAG, C_OFFSET, C_LCMAP, C_KEY_MOST,
    C_LV_CHUNK, C_ROOT_SET_TIME,
    C_NAME = 128, C_STATS, C_TEMPLATE, C_DEFAULT, C_KEY_FIDS, C_VAR_SEG_MAC, C_CONDITIONS, C_TUPLES, C_VERSION, C_SORT_ID,
    C_CALLBACK_DATA = 256, C_CALLBACK_DEPS, C_SEPARATE_LV, C_SPACE_HINTS, C_LV_SPACE_HINTS, C_LOCALE
};

static const struct fixed_layout fixed_columns[] = {
    {0, 0}, {4, 4}, {8, 2}, {10, 4}, {14, 4}, {18, 4}, {22, 4}, {26, 4}, {30, 1}, {31, 2}, {33, 4}, {37, 2}, {39, 4}, {43, 8}
};

struct fixed_layout catalog_layout(const void *unused, unsigned fid, struct bytes *default_value, bool *has_default)
{
    (void)unused;
    *default_value = BYTES_NONE;
    *has_default = false;
    return fid <= C_ROOT_SET_TIME ? fixed_columns[fid] : fixed_columns[0];
}

static struct bytes no_default(const void *unused, unsigned fid, bool *has)
{
    (void)unused;
    (void)fid;
    *has = false;
    return BYTES_NONE;
}

/* ---- decoding ---- */

static ese_err get_fixed(struct bytes record, unsigned fid, uint32_t *value, bool *has)
{
    ese_err err = JET_errSuccess;
    enum value_state state;
    struct bytes bytes;

    *value = 0;
    TRY(record_get_fixed(record, fid, fixed_columns[fid], &state, &bytes));
    if (has != NULL)
        *has = state == VALUE_PRESENT;
    if (state != VALUE_PRESENT)
        goto done;
    if (bytes.size != fixed_columns[fid].size)
        FAIL(JET_errCatalogCorrupted);
    *value = bytes.size == 4 ? load_le32(bytes.data) : bytes.size == 2 ? load_le16(bytes.data) : bytes.data[0];
done:
    return err;
}

static ese_err get_var(struct bytes record, unsigned fid, struct bytes *out)
{
    enum value_state state;
    ese_err err = record_get_var(record, fid, &state, out);
    if (err >= 0 && state != VALUE_PRESENT)
        *out = BYTES_NONE;
    return err;
}

static ese_err get_tagged(struct bytes record, bool large_page, unsigned fid, struct bytes *out)
{
    ese_err err = JET_errSuccess;
    enum value_state state;
    unsigned count;
    struct tagged_value value;

    *out = BYTES_NONE;
    TRY(record_get_tagged(record, large_page, fid, false, 1, &state, &count, &value));
    if (state == VALUE_PRESENT && !value.separated && !value.compressed && !value.encrypted)
        *out = value.data;
done:
    return err;
}

ese_err catalog_decode(struct bytes record, bool large_page, struct catalog_row *out)
{
    ese_err err = JET_errSuccess;
    uint32_t v;
    bool has;

    memset(out, 0, sizeof *out);
    TRY(record_check(record, large_page));
    TRY(get_fixed(record, C_OBJID_TABLE, &out->objid_table, NULL));
    TRY(get_fixed(record, C_TYPE, &v, NULL));
    out->type = (uint16_t)v;
    TRY(get_fixed(record, C_ID, &out->id, NULL));
    TRY(get_fixed(record, C_COLTYP_OR_ROOT, &out->coltype_or_root, NULL));
    TRY(get_fixed(record, C_SPACE_USAGE, &out->space_usage, NULL));
    TRY(get_fixed(record, C_FLAGS, &out->flags, NULL));
    TRY(get_fixed(record, C_PAGES_OR_LOCALE, &out->pages_or_locale, NULL));
    TRY(get_fixed(record, C_ROOT_FLAG, &v, &has));
    out->root_flag = has && v != 0;
    TRY(get_fixed(record, C_OFFSET, &v, &out->has_offset));
    out->offset = (uint16_t)v;
    TRY(get_fixed(record, C_LCMAP, &out->lcmap_flags, &out->has_lcmap));
    TRY(get_fixed(record, C_KEY_MOST, &v, &out->has_key_most));
    out->key_most = (uint16_t)v;
    TRY(get_fixed(record, C_LV_CHUNK, &out->lv_chunk_max, &out->has_lv_chunk));
    TRY(get_var(record, C_NAME, &out->name));
    TRY(get_var(record, C_STATS, &out->stats));
    TRY(get_var(record, C_TEMPLATE, &out->template_table));
    TRY(get_var(record, C_DEFAULT, &out->default_value));
    TRY(get_var(record, C_KEY_FIDS, &out->key_fids));
    TRY(get_var(record, C_VAR_SEG_MAC, &out->var_seg_mac));
    TRY(get_var(record, C_CONDITIONS, &out->conditions));
    TRY(get_var(record, C_TUPLES, &out->tuple_limits));
    TRY(get_var(record, C_VERSION, &out->version));
    out->has_version = out->version.size == 8;
    TRY(get_var(record, C_SORT_ID, &out->sort_id));
    out->has_sort_id = out->sort_id.size == 16;
    TRY(get_tagged(record, large_page, C_CALLBACK_DATA, &out->callback_data));
    TRY(get_tagged(record, large_page, C_CALLBACK_DEPS, &out->callback_deps));
    TRY(get_tagged(record, large_page, C_SEPARATE_LV, &out->separate_lv));
    TRY(get_tagged(record, large_page, C_SPACE_HINTS, &out->space_hints));
    TRY(get_tagged(record, large_page, C_LV_SPACE_HINTS, &out->lv_space_hints));
    TRY(get_tagged(record, large_page, C_LOCALE, &out->locale_name));
    if (out->type < CATALOG_TABLE || out->type > CATALOG_CALLBACK || out->name.size > NAME_BYTES_MAX)
        FAIL(JET_errCatalogCorrupted);
done:
    return err;
}

/* ---- encoding ---- */

static ese_err put_fixed(struct record_edit *edit, unsigned fid, bool has, uint32_t value)
{
    ese_err err = JET_errSuccess;
    uint8_t raw[8] = {0};
    enum value_state state = VALUE_ABSENT;
    struct bytes old;

    if (!has) {
        TRY(record_get_fixed(bytes_of(edit->at, edit->size), fid, fixed_columns[fid], &state, &old));
        if (state != VALUE_PRESENT)
            goto done;
    }
    store_le32(raw, value);
    TRY(record_set_fixed(edit, fid, NULL, catalog_layout, !has, bytes_of(raw, fixed_columns[fid].size)));
done:
    return err;
}

static ese_err put_var(struct record_edit *edit, unsigned fid, struct bytes value)
{
    ese_err err = JET_errSuccess;
    enum value_state state = VALUE_ABSENT;
    struct bytes old;

    if (value.data == NULL) {
        TRY(record_get_var(bytes_of(edit->at, edit->size), fid, &state, &old));
        if (state != VALUE_PRESENT)
            goto done;
    }
    TRY(record_set_var(edit, fid, NULL, no_default, value.data == NULL, value));
done:
    return err;
}

static ese_err put_tagged(struct record_edit *edit, unsigned fid, struct bytes value)
{
    ese_err err = JET_errSuccess;
    enum value_state state = VALUE_ABSENT;
    unsigned count;
    struct tagged_value stored = {.data = value};

    if (value.data == NULL) {
        TRY(record_get_tagged(bytes_of(edit->at, edit->size), edit->large_page, fid, false, 1, &state, &count, &stored));
        if (state != VALUE_PRESENT)
            goto done;
        TRY(record_set_tagged(edit, fid, false, true, 1, NULL, false));
        goto done;
    }
    TRY(record_set_tagged(edit, fid, false, true, 1, &stored, false));
done:
    return err;
}

ese_err catalog_encode(struct record_edit *edit, const struct catalog_row *row)
{
    ese_err err = JET_errSuccess;

    TRY(put_fixed(edit, C_OBJID_TABLE, true, row->objid_table));
    TRY(put_fixed(edit, C_TYPE, true, row->type));
    TRY(put_fixed(edit, C_ID, true, row->id));
    TRY(put_fixed(edit, C_COLTYP_OR_ROOT, true, row->coltype_or_root));
    TRY(put_fixed(edit, C_SPACE_USAGE, true, row->space_usage));
    TRY(put_fixed(edit, C_FLAGS, true, row->flags));
    TRY(put_fixed(edit, C_PAGES_OR_LOCALE, true, row->pages_or_locale));
    TRY(put_fixed(edit, C_ROOT_FLAG, row->root_flag, 0xFF));
    TRY(put_fixed(edit, C_OFFSET, row->has_offset, row->offset));
    TRY(put_fixed(edit, C_LCMAP, row->has_lcmap, row->lcmap_flags));
    TRY(put_fixed(edit, C_KEY_MOST, row->has_key_most, row->key_most));
    TRY(put_fixed(edit, C_LV_CHUNK, row->has_lv_chunk, row->lv_chunk_max));
    TRY(put_var(edit, C_NAME, row->name));
    TRY(put_var(edit, C_STATS, row->stats));
    TRY(put_var(edit, C_TEMPLATE, row->template_table));
    TRY(put_var(edit, C_DEFAULT, row->default_value));
    TRY(put_var(edit, C_KEY_FIDS, row->key_fids));
    TRY(put_var(edit, C_VAR_SEG_MAC, row->var_seg_mac));
    TRY(put_var(edit, C_CONDITIONS, row->conditions));
    TRY(put_var(edit, C_TUPLES, row->tuple_limits));
    TRY(put_var(edit, C_VERSION, row->has_version ? row->version : BYTES_NONE));
    TRY(put_var(edit, C_SORT_ID, row->has_sort_id ? row->sort_id : BYTES_NONE));
    TRY(put_tagged(edit, C_CALLBACK_DATA, row->callback_data));
    TRY(put_tagged(edit, C_CALLBACK_DEPS, row->callback_deps));
    TRY(put_tagged(edit, C_SEPARATE_LV, row->separate_lv));
    TRY(put_tagged(edit, C_SPACE_HINTS, row->space_hints));
    TRY(put_tagged(edit, C_LV_SPACE_HINTS, row->lv_space_hints));
    TRY(put_tagged(edit, C_LOCALE, row->locale_name));
done:
    return err;
}

/* ---- keys ---- */

size_t catalog_primary_key(uint32_t objid_table, uint16_t type, uint32_t id, uint8_t to[CATALOG_PRIMARY_KEY])
{
    to[0] = to[5] = to[8] = 0x7F;
    store_be32(to + 1, objid_table ^ 0x80000000u);
    store_be16(to + 6, (uint16_t)(type ^ 0x8000u));
    store_be32(to + 9, id ^ 0x80000000u);
    return CATALOG_PRIMARY_KEY;
}

size_t catalog_key_prefix(uint32_t objid_table, int type, uint8_t to[CATALOG_PRIMARY_KEY])
{
    catalog_primary_key(objid_table, (uint16_t)(type < 0 ? 0 : type), 0, to);
    return type < 0 ? 5 : 8;
}

/* Names are ASCII text: letters in upper case, ended by a zero. */
static size_t append_name(uint8_t *to, size_t used, struct bytes name)
{
    to[used++] = 0x7F;
    for (size_t k = 0; k < name.size && k < NAME_BYTES_MAX && name.data[k] != 0; k++) {
        uint8_t c = name.data[k];
        to[used++] = c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
    }
    to[used++] = 0;
    return used;
}

size_t catalog_name_key(uint32_t objid_table, uint16_t type, struct bytes name, uint8_t to[CATALOG_KEY_MAX])
{
    uint8_t head[CATALOG_PRIMARY_KEY];
    catalog_primary_key(objid_table, type, 0, head);
    memcpy(to, head, 8);
    return append_name(to, 8, name);
}

size_t catalog_roots_key(struct bytes name, uint8_t to[CATALOG_KEY_MAX])
{
    to[0] = 0x7F;
    to[1] = 0xFF;
    return append_name(to, 2, name);
}
