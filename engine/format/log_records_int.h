/*
 * log_records_int.h - one description of each record's fields, used to read, write and measure it.
 *
 * OWNS        nothing.
 * GIVES       struct codec and field functions that do whichever of the three is asked.
 * INVARIANTS  D1  a bad codec moves no further and yields zeros.
 * CALLERS     log_records*.c
 * TESTS       unit/test_log_records.c
 */
#ifndef ESE_FORMAT_LOG_RECORDS_INT_H
#define ESE_FORMAT_LOG_RECORDS_INT_H

#include "format/log_records.h"

enum codec_mode { CODEC_READ, CODEC_WRITE, CODEC_SIZE };

struct codec {
    enum codec_mode mode;
    struct reader from;                                 /* READ */
    uint8_t *to;                                        /* WRITE */
    size_t size;                                        /* bytes done so far */
};

static inline void field_u8(struct codec *c, uint8_t *v)
{
    if (c->mode == CODEC_READ)
        *v = reader_u8(&c->from);
    else if (c->mode == CODEC_WRITE)
        c->to[c->size] = *v;
    c->size += 1;
}

static inline void field_u16(struct codec *c, uint16_t *v)
{
    if (c->mode == CODEC_READ)
        *v = reader_u16(&c->from);
    else if (c->mode == CODEC_WRITE)
        store_le16(c->to + c->size, *v);
    c->size += 2;
}

static inline void field_u32(struct codec *c, uint32_t *v)
{
    if (c->mode == CODEC_READ)
        *v = reader_u32(&c->from);
    else if (c->mode == CODEC_WRITE)
        store_le32(c->to + c->size, *v);
    c->size += 4;
}

static inline void field_u64(struct codec *c, uint64_t *v)
{
    if (c->mode == CODEC_READ)
        *v = reader_u64(&c->from);
    else if (c->mode == CODEC_WRITE)
        store_le64(c->to + c->size, *v);
    c->size += 8;
}

static inline void field_i16(struct codec *c, int16_t *v)
{
    uint16_t u = (uint16_t)*v;
    field_u16(c, &u);
    *v = (int16_t)u;
}

static inline void field_i32(struct codec *c, int32_t *v)
{
    uint32_t u = (uint32_t)*v;
    field_u32(c, &u);
    *v = (int32_t)u;
}

static inline void field_dbtime(struct codec *c, dbtime *t) { field_u64(c, &t->v); }

static inline void field_lgpos(struct codec *c, lgpos *p)
{
    uint16_t byte = lgpos_byte(*p), segment = lgpos_segment(*p);
    uint32_t generation = lgpos_generation(*p);
    field_u16(c, &byte);
    field_u16(c, &segment);
    field_u32(c, &generation);
    *p = lgpos_make(generation, segment, byte);
}

/* Fixed bytes kept by value: times, signatures. */
static inline void field_blob(struct codec *c, void *at, size_t size)
{
    if (c->mode == CODEC_READ) {
        const uint8_t *from = reader_take(&c->from, size);
        if (from != NULL)
            memcpy(at, from, size);
        else
            memset(at, 0, size);
    } else if (c->mode == CODEC_WRITE) {
        memcpy(c->to + c->size, at, size);
    }
    c->size += size;
}

static inline void field_zeros(struct codec *c, size_t size)
{
    if (c->mode == CODEC_READ)
        reader_take(&c->from, size);
    else if (c->mode == CODEC_WRITE)
        memset(c->to + c->size, 0, size);
    c->size += size;
}

/* Size of a slice whose bytes come later in the record. */
static inline void field_size16(struct codec *c, struct bytes *slice)
{
    uint16_t size = (uint16_t)slice->size;
    field_u16(c, &size);
    if (c->mode == CODEC_READ)
        slice->size = size;
}

static inline void field_size32(struct codec *c, struct bytes *slice)
{
    uint32_t size = (uint32_t)slice->size;
    field_u32(c, &size);
    if (c->mode == CODEC_READ)
        slice->size = size;
}

/* The bytes of a slice whose size is known by now. */
static inline void field_bytes(struct codec *c, struct bytes *slice)
{
    size_t size = slice->size;
    if (c->mode == CODEC_READ)
        *slice = reader_bytes(&c->from, size);
    else if (c->mode == CODEC_WRITE && size != 0)
        memcpy(c->to + c->size, slice->data, size);
    c->size += size;
}

static ESE_INLINE void fields_insert(struct codec *c, uint16_t *prefix, struct bytes *key, struct bytes *data)
{
    uint16_t shared = *prefix, suffix = (uint16_t)(key->size - shared);

    field_u16(c, &suffix);
    field_u16(c, &shared);
    field_size16(c, data);
    *prefix = shared;
    key->size = (size_t)shared + suffix;
    field_bytes(c, key);
    field_bytes(c, data);
}

/* The kinds of each file: true when it knows the type. */
bool fields_of_node(struct codec *c, struct log_record *r);
bool fields_of_tree(struct codec *c, struct log_record *r);
bool fields_of_transaction(struct codec *c, struct log_record *r);
bool fields_of_engine(struct codec *c, struct log_record *r);

enum lr_class { LR_CLASS_NONE, LR_CLASS_PAGE, LR_CLASS_NODE, LR_CLASS_TRX, LR_CLASS_ENGINE, LR_CLASS_SKIP, LR_CLASS_OLD };
enum lr_class lr_class_of(uint8_t type);

#endif
