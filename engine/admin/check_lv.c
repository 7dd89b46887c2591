#include <stdio.h>

#include "admin/check_int.h"

/* LID -> references: open addressing, power-of-two room. */
struct lid_count { uint64_t lid; uint32_t references; bool used, found; };
struct check_lids { struct lid_count *slots; size_t room, used; };

ese_err check_lids_create(struct check_lids **out)
{
    ese_err err = 0;
    struct check_lids *l = ese_alloc(sizeof *l);
    if (l == NULL || (l->slots = ese_alloc(64 * sizeof *l->slots)) == NULL)
        FAIL(JET_errOutOfMemory);
    l->room = 64;
    *out = l;
    l = NULL;
done:
    ese_free(l);
    return err;
}

void check_lids_release(struct check_lids *l)
{
    if (l != NULL)
        ese_free(l->slots);
    ese_free(l);
}

static struct lid_count *slot_of(struct lid_count *slots, size_t room, uint64_t lid)
{
    size_t at = (size_t)(lid * 0x9E3779B97F4A7C15u >> 20) & (room - 1);
    while (slots[at].used && slots[at].lid != lid)
        at = (at + 1) & (room - 1);
    return &slots[at];
}

static ese_err grow(struct check_lids *l)
{
    ese_err err = 0;
    struct lid_count *larger = ese_alloc(l->room * 2 * sizeof *larger);
    if (larger == NULL)
        FAIL(JET_errOutOfMemory);
    for (size_t i = 0; i < l->room; i++)
        if (l->slots[i].used)
            *slot_of(larger, l->room * 2, l->slots[i].lid) = l->slots[i];
    ese_free(l->slots);
    l->slots = larger;
    l->room *= 2;
done:
    return err;
}

ese_err check_lids_add(struct check_lids *l, uint64_t lid)
{
    ese_err err = 0;
    struct lid_count *s;
    if (l->used * 4 >= l->room * 3)
        TRY(grow(l));
    s = slot_of(l->slots, l->room, lid);
    if (!s->used) {
        *s = (struct lid_count){.lid = lid, .used = true};
        l->used++;
    }
    s->references++;
done:
    return err;
}

/* ---- the tree: a root, then its chunks in order ---- */

struct lv_walk {
    struct check *c;
    struct check_lids *lids;
    const char *name;
    uint32_t chunk_max;
    uint64_t lid;
    bool open;                                          /* a root has been seen and its chunks are being counted */
    uint32_t size, next;                                /* of the value, and where its next chunk must begin */
    pgno page;
};

static uint64_t lid_of_key(struct bytes key, size_t lid_bytes)
{
    if (lid_bytes == 8)
        return (uint64_t)load_be32(key.data) << 32 | load_be32(key.data + 4);
    return load_be32(key.data);
}

static void close_value(struct lv_walk *w)
{
    if (w->open && w->next < w->size)
        check_fault(w->c, w->name, w->page, -1, "long value %llu ends at %u of %u bytes", (unsigned long long)w->lid, (unsigned)w->next,
                    (unsigned)w->size);
    w->open = false;
}

static void open_value(struct lv_walk *w, const struct check_node *n, uint64_t lid)
{
    struct lid_count *s = slot_of(w->lids->slots, w->lids->room, lid);
    uint32_t stored, references = s->used ? s->references : 0;
    close_value(w);
    if (n->data.size < 8) {
        check_fault(w->c, w->name, n->page, (int)n->slot, "long-value root of %u bytes", (unsigned)n->data.size);
        return;
    }
    stored = load_le32(n->data.data);
    w->c->counts->long_values++;
    w->open = true;
    w->lid = lid;
    w->size = load_le32(n->data.data + 4);
    w->next = 0;
    w->page = n->page;
    if (s->used)
        s->found = true;
    if (stored < references)
        check_fault(w->c, w->name, n->page, (int)n->slot, "long value %llu has %u references and counts %u", (unsigned long long)lid,
                    (unsigned)references, (unsigned)stored);
    else
        w->c->counts->spare_references += stored - references;
}

static ese_err check_lv_node(void *context, const struct check_node *n)
{
    struct lv_walk *w = context;
    bool wide = n->key.size >= 8 && (n->key.data[0] & 0x80) != 0;
    size_t lid_bytes = wide ? 8 : 4;
    uint64_t lid;
    if (n->key.size != lid_bytes && n->key.size != lid_bytes + 4) {
        check_fault(w->c, w->name, n->page, (int)n->slot, "key of %u bytes", (unsigned)n->key.size);
        return 0;
    }
    lid = lid_of_key(n->key, lid_bytes);
    if (n->key.size == lid_bytes) {
        open_value(w, n, lid);
        return 0;
    }
    if (!w->open || lid != w->lid) {
        check_fault(w->c, w->name, n->page, (int)n->slot, "chunk without a root");
        return 0;
    }
    if (load_be32(n->key.data + lid_bytes) != w->next)
        check_fault(w->c, w->name, n->page, (int)n->slot, "chunk at %u, expected at %u", (unsigned)load_be32(n->key.data + lid_bytes),
                    (unsigned)w->next);
    w->next = load_be32(n->key.data + lid_bytes) + w->chunk_max;
    return 0;
}

static void report_missing(struct check *c, const char *name, const struct check_lids *l)
{
    for (size_t i = 0; i < l->room; i++)
        if (l->slots[i].used && !l->slots[i].found)
            check_fault(c, name, 0, -1, "long value %llu of a record does not exist", (unsigned long long)l->slots[i].lid);
}

ese_err check_long_values(struct check *c, struct table_def *t, struct check_lids *l)
{
    ese_err err = 0;
    char name[NAME_BYTES_MAX + 16];
    struct lv_walk w = {.c = c, .lids = l, .name = name, .chunk_max = t->lv_chunk_max};
    struct check_walk walk = {.c = c, .name = name, .tree = &t->long_values, .node = check_lv_node, .context = &w};
    (void)snprintf(name, sizeof name, "%s (long values)", t->name);
    if (t->long_values.root != 0) {
        TRY(check_space(c, name, &t->long_values, t->objid));
        TRY(check_tree(&walk));
        close_value(&w);
    }
    if (!check_enough(c))
        report_missing(c, name, l);
done:
    return err;
}
