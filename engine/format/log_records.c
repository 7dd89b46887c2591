#include "format/log_records_int.h"

static const struct { const char *name; uint16_t size; uint8_t class; } kinds[LR_TYPE_LIMIT] = {
#define R(code, name, size, class, text) [code] = {text, size, LR_CLASS_##class},
#include "format/log_records.inc"
#undef R
};

/* Codes that newer engines may use for records that others can do without (log-format.md 5). */
static bool ignorable(uint8_t type) { return (type >= 67 && type <= 75) || (type >= 82 && type <= 91); }

enum lr_class lr_class_of(uint8_t type)
{
    if (type >= LR_TYPE_LIMIT)
        return LR_CLASS_NONE;
    if (kinds[type].class == LR_CLASS_NONE && ignorable(type))
        return LR_CLASS_SKIP;
    return (enum lr_class)kinds[type].class;
}

const char *lr_name(uint8_t type) { return type < LR_TYPE_LIMIT ? kinds[type].name : NULL; }
bool lr_is_node(uint8_t type) { return lr_class_of(type) == LR_CLASS_NODE; }

bool lr_is_page(uint8_t type)
{
    enum lr_class class = lr_class_of(type);
    return class == LR_CLASS_PAGE || class == LR_CLASS_NODE;
}

static ESE_INLINE void fields_page_head(struct codec *c, struct lr_head *h)
{
    field_u16(c, &h->procid);
    field_u8(c, &h->dbid);
    field_u32(c, &h->page);
    field_dbtime(c, &h->after);
    field_dbtime(c, &h->before);
    field_u32(c, &h->trx_begin0);
    field_u8(c, &h->level);
    field_u16(c, &h->line);
    field_u8(c, &h->flags);
}

static ESE_INLINE void fields_node_head(struct codec *c, struct lr_head *h)
{
    fields_page_head(c, h);
    field_u32(c, &h->rceid);
    field_u32(c, &h->fdp);
    field_u32(c, &h->objid);
}

/* Everything after the type byte. False for kinds that nobody reads or writes. */
static bool fields_of_record(struct codec *c, struct log_record *r)
{
    switch (lr_class_of(r->type)) {
    case LR_CLASS_NODE:
        fields_node_head(c, &r->head);
        return fields_of_node(c, r);
    case LR_CLASS_PAGE:
        fields_page_head(c, &r->head);
        return fields_of_tree(c, r);
    case LR_CLASS_TRX:
        field_u16(c, &r->head.procid);
        return fields_of_transaction(c, r);
    case LR_CLASS_ENGINE:
    case LR_CLASS_SKIP:
        return fields_of_engine(c, r);
    case LR_CLASS_NONE:
    case LR_CLASS_OLD:
        break;
    }
    return false;
}

ese_err lr_decode(struct bytes from, struct log_record *out, size_t *size)
{
    ese_err err = JET_errSuccess;
    struct codec c = {CODEC_READ, reader_of(from), NULL, 0};

    memset(out, 0, sizeof *out);
    *size = 0;
    field_u8(&c, &out->type);
    if (!c.from.bad && out->type == LR_NOP) {           /* padding: the commonest kind */
        *size = 1;
        goto done;
    }
    if (c.from.bad || !fields_of_record(&c, out) || c.from.bad)
        FAIL(JET_errLogFileCorrupt);
    *size = c.size;
done:
    return err;
}

/* Record kinds of the hot paths are measured without walking their fields. */
size_t lr_size(const struct log_record *r)
{
    struct codec c = {CODEC_SIZE, {NULL, 0, false}, NULL, 1};
    struct log_record copy;

    switch (r->type) {
    case LR_INSERT:
        return kinds[LR_INSERT].size + r->u.insert.key.size + r->u.insert.data.size;
    case LR_REPLACE:
    case LR_REPLACE_D:
        return kinds[LR_REPLACE].size + r->u.replace.data.size;
    case LR_FLAG_DELETE:
    case LR_DELETE:
    case LR_BEGIN:
    case LR_BEGIN0:
    case LR_COMMIT:
    case LR_COMMIT0:
        return kinds[r->type].size;
    default:
        copy = *r;
        return fields_of_record(&c, &copy) ? c.size : 0;
    }
}

/* The kinds that every update writes: with codecs that only write the compiler reduces the fields to stores. */
static size_t encode_node_head(const struct lr_head *from, uint8_t *to)
{
    struct codec c = {CODEC_WRITE, {NULL, 0, false}, to, 1};
    struct lr_head head = *from;
    fields_node_head(&c, &head);
    return c.size;
}

static void encode_insert(const struct log_record *r, uint8_t *to)
{
    struct codec c = {CODEC_WRITE, {NULL, 0, false}, to, encode_node_head(&r->head, to)};
    uint16_t prefix = r->u.insert.prefix;
    struct bytes key = r->u.insert.key, data = r->u.insert.data;
    fields_insert(&c, &prefix, &key, &data);
}

void lr_encode(const struct log_record *r, uint8_t *to)
{
    to[0] = r->type;
    if (r->type == LR_INSERT) {
        encode_insert(r, to);
    } else {
        struct codec c = {CODEC_WRITE, {NULL, 0, false}, to, 1};
        struct log_record copy = *r;
        fields_of_record(&c, &copy);
    }
}
