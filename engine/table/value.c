#include "table/value.h"

#include "base/alloc.h"
#include "format/compress.h"
#include "format/page.h"
#include "table/lv.h"

bool table_has_large_pages(const struct table_def *t)
{
    return page_is_large(t->db->page_size);
}

static ese_err stored_value(struct table_def *t, const struct column_def *c, struct bytes record, unsigned itag, enum value_state *state,
                            struct column_value *out)
{
    ese_err err = JET_errSuccess;

    *state = VALUE_ABSENT;
    if (c->fid <= FID_FIXED_LAST)
        TRY(record_get_fixed(record, c->fid, (struct fixed_layout){c->offset, c->fixed_bytes}, state, &out->stored.data));
    else if (c->fid <= FID_VAR_LAST)
        TRY(record_get_var(record, c->fid, state, &out->stored.data));
    else
        TRY(record_get_tagged(record, table_has_large_pages(t), c->fid, c->derived, itag, state, &out->count, &out->stored));
done:
    return err;
}

ese_err column_value(struct table_def *t, const struct column_def *c, struct bytes record, unsigned itag, bool ignore_default,
                     struct column_value *out)
{
    ese_err err = JET_errSuccess;
    enum value_state state;

    *out = (struct column_value){.is_null = true};
    TRY(stored_value(t, c, record, itag, &state, out));
    if (state == VALUE_ABSENT && !ignore_default && itag <= 1 && (c->flags & COLUMN_DEFAULT) != 0 && c->default_value.data != NULL) {
        out->stored = (struct tagged_value){c->default_value, false, false, false};
        out->is_default = true;
        state = VALUE_PRESENT;
    }
    out->is_null = state != VALUE_PRESENT;
    if (!out->is_null && out->stored.separated) {
        memcpy(out->lid, out->stored.data.data, out->stored.data.size);
        out->stored.data.data = NULL;                   /* lid has it */
    }
done:
    return err;
}

/* Bytes of a compressed value from an offset: what lies before it has to be unpacked as well. */
static ese_err load_compressed(struct bytes blob, uint32_t offset, uint8_t *to, size_t room, size_t *copied, size_t *size)
{
    ese_err err = JET_errSuccess;
    uint8_t *memory = NULL;
    size_t end;

    TRY(decompress_size(blob, size));
    *copied = 0;
    if (offset >= *size || room == 0)
        goto done;
    *copied = *size - offset < room ? *size - offset : room;
    if (offset == 0) {
        TRY(decompress_value(blob, to, *copied, size));
        goto done;
    }
    end = offset + *copied;
    memory = ese_alloc(end);
    if (memory == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(decompress_value(blob, memory, end, size));
    memcpy(to, memory + offset, *copied);
done:
    ese_free(memory);
    return err;
}

ese_err value_load(struct session *s, struct table_def *t, const struct column_value *v, uint32_t offset, uint8_t *to, size_t room,
                   size_t *copied, size_t *size)
{
    ese_err err = JET_errSuccess;
    struct bytes data = v->stored.data;

    *copied = *size = 0;
    if (v->is_null)
        goto done;
    if (v->stored.encrypted)
        FAIL(JET_errColumnNoEncryptionKey);
    if (v->stored.separated) {
        uint64_t lid;
        uint32_t whole;
        TRY(lid_decode(bytes_of(v->lid, data.size), &lid));
        TRY(lv_read(s, t, lid, offset, to, room, copied, &whole));
        *size = whole;
    } else if (v->stored.compressed) {
        TRY(load_compressed(data, offset, to, room, copied, size));
    } else {
        *size = data.size;
        if (offset < data.size)
            *copied = data.size - offset < room ? data.size - offset : room;
        if (*copied != 0)
            memcpy(to, data.data + offset, *copied);
    }
done:
    return err;
}
