#include "table/sort.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "os/os.h"

enum { BLOCK_BYTES = 1 << 20, PAIR_HEAD = 8, READ_MIN = 8 * 1024, READ_MAX = 256 * 1024 };

/* A pair in memory and in a run: u32 key size, u32 data size, key, data; padded to 8 bytes in memory only. */
struct block {
    struct block *next;
    size_t used, size;
    uint8_t bytes[];
};

struct run {
    uint64_t at, end;                                   /* what is left of it in the file */
    uint8_t *buffer;
    size_t filled, taken;
    const uint8_t *pair;                                /* current one, inside buffer; NULL at the end */
};

struct sort {
    size_t memory_max, memory_used;
    char *path;
    struct os_file *file;
    uint64_t file_end, count;
    struct block *blocks;
    const uint8_t **pairs;
    size_t pair_count, pair_room, next;
    struct run *runs;
    size_t run_count, run_room, buffer_bytes;
    size_t *heap;                                       /* runs with a pair, smallest on top */
    size_t heap_count;
    bool reading, started;
};

static struct bytes pair_key(const uint8_t *pair)
{
    return bytes_of(pair + PAIR_HEAD, load_le32(pair));
}

static struct bytes pair_data(const uint8_t *pair)
{
    return bytes_of(pair + PAIR_HEAD + load_le32(pair), load_le32(pair + 4));
}

static size_t pair_size(const uint8_t *pair)
{
    return PAIR_HEAD + (size_t)load_le32(pair) + load_le32(pair + 4);
}

static int pair_order(const uint8_t *a, const uint8_t *b)
{
    int order = bytes_compare(pair_key(a), pair_key(b));
    return order != 0 ? order : bytes_compare(pair_data(a), pair_data(b));
}

static int pair_pointer_order(const void *a, const void *b)
{
    const uint8_t *const *left = a;
    const uint8_t *const *right = b;
    return pair_order(*left, *right);
}

ese_err sort_create(size_t memory_bytes, const char *spill_path, struct sort **out)
{
    ese_err err = JET_errSuccess;
    struct sort *s = ese_alloc(sizeof(*s));

    if (s == NULL)
        FAIL(JET_errOutOfMemory);
    s->memory_max = memory_bytes;
    if (spill_path != NULL) {
        s->path = ese_strdup(spill_path);
        if (s->path == NULL)
            FAIL(JET_errOutOfMemory);
    }
    *out = s;
done:
    if (err < 0)
        sort_release(s);
    return err;
}

static void forget_pairs(struct sort *s)
{
    while (s->blocks != NULL) {
        struct block *next = s->blocks->next;
        ese_free(s->blocks);
        s->blocks = next;
    }
    s->pair_count = 0;
    s->memory_used = 0;
}

void sort_release(struct sort *s)
{
    if (s == NULL)
        return;
    forget_pairs(s);
    for (size_t i = 0; i < s->run_count; i++)
        ese_free(s->runs[i].buffer);
    ese_free(s->runs);
    ese_free(s->heap);
    ese_free(s->pairs);
    os_file_close(s->file);
    ese_free(s->path);
    ese_free(s);
}

uint64_t sort_count(const struct sort *s)
{
    return s->count;
}

/* ---- runs to disk ---- */

static ese_err run_open(struct sort *s, struct run **out)
{
    ese_err err = JET_errSuccess;

    if (s->path == NULL)
        FAIL(JET_errOutOfMemory);
    if (s->file == NULL)
        TRY(os_file_open(s->path, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE | OS_OPEN_DELETE_ON_CLOSE, &s->file));
    if (s->run_count == s->run_room) {
        size_t room = s->run_room != 0 ? s->run_room * 2 : 16;
        struct run *grown = ese_resize(s->runs, room * sizeof(*grown));
        if (grown == NULL)
            FAIL(JET_errOutOfMemory);
        s->runs = grown;
        s->run_room = room;
    }
    *out = &s->runs[s->run_count++];
    **out = (struct run){.at = s->file_end, .end = s->file_end};
done:
    return err;
}

static ese_err spill(struct sort *s)
{
    ese_err err = JET_errSuccess;
    uint8_t *buffer = NULL;
    size_t filled = 0;
    struct run *run = NULL;

    qsort(s->pairs, s->pair_count, sizeof(s->pairs[0]), pair_pointer_order);
    TRY(run_open(s, &run));
    buffer = ese_alloc(READ_MAX);
    if (buffer == NULL)
        FAIL(JET_errOutOfMemory);
    for (size_t i = 0; i < s->pair_count; i++) {
        const uint8_t *pair = s->pairs[i];
        size_t size = pair_size(pair);
        if (filled + size > READ_MAX) {
            TRY(os_file_write(s->file, s->file_end, buffer, filled));
            s->file_end += filled;
            filled = 0;
        }
        if (size > READ_MAX) {
            TRY(os_file_write(s->file, s->file_end, pair, size));
            s->file_end += size;
        } else {
            memcpy(buffer + filled, pair, size);
            filled += size;
        }
    }
    TRY(os_file_write(s->file, s->file_end, buffer, filled));
    s->file_end += filled;
    run->end = s->file_end;
    forget_pairs(s);
done:
    ese_free(buffer);
    return err;
}

/* ---- pairs in ---- */

static ese_err room_for(struct sort *s, size_t size, uint8_t **at)
{
    ese_err err = JET_errSuccess;

    if (s->blocks == NULL || s->blocks->size - s->blocks->used < size) {
        size_t bytes = size > BLOCK_BYTES ? size : BLOCK_BYTES;
        struct block *b = ese_alloc(sizeof(*b) + bytes);
        if (b == NULL)
            FAIL(JET_errOutOfMemory);
        b->size = bytes;
        b->next = s->blocks;
        s->blocks = b;
    }
    *at = s->blocks->bytes + s->blocks->used;
    s->blocks->used += size;
    s->memory_used += size;
done:
    return err;
}

ese_err sort_add(struct sort *s, struct bytes key, struct bytes data)
{
    ese_err err = JET_errSuccess;
    size_t size = (PAIR_HEAD + key.size + data.size + 7) & ~(size_t)7;
    uint8_t *at;

    if (s->pair_count != 0 && s->memory_used + size + s->pair_count * sizeof(s->pairs[0]) > s->memory_max)
        TRY(spill(s));
    if (s->pair_count == s->pair_room) {
        size_t room = s->pair_room != 0 ? s->pair_room * 2 : 1024;
        const uint8_t **grown = ese_resize(s->pairs, room * sizeof(*grown));
        if (grown == NULL)
            FAIL(JET_errOutOfMemory);
        s->pairs = grown;
        s->pair_room = room;
    }
    TRY(room_for(s, size, &at));
    store_le32(at, (uint32_t)key.size);
    store_le32(at + 4, (uint32_t)data.size);
    if (key.size != 0)
        memcpy(at + PAIR_HEAD, key.data, key.size);
    if (data.size != 0)
        memcpy(at + PAIR_HEAD + key.size, data.data, data.size);
    s->pairs[s->pair_count++] = at;
    s->count++;
done:
    return err;
}

/* ---- pairs out ---- */

/* Makes the next pair of a run current: refills the buffer when the pair is not whole in it. */
static ese_err run_step(struct sort *s, struct run *run)
{
    ese_err err = JET_errSuccess;

    if (run->pair != NULL)
        run->taken += pair_size(run->pair);
    for (;;) {
        size_t left = run->filled - run->taken;
        size_t wanted = left >= PAIR_HEAD ? pair_size(run->buffer + run->taken) : PAIR_HEAD;
        size_t more;
        if (left >= wanted && left >= PAIR_HEAD) {
            run->pair = run->buffer + run->taken;
            break;
        }
        if (left == 0 && run->at == run->end) {
            run->pair = NULL;
            break;
        }
        memmove(run->buffer, run->buffer + run->taken, left);
        run->taken = 0;
        if (wanted > s->buffer_bytes) {
            uint8_t *grown = ese_resize(run->buffer, wanted);
            if (grown == NULL)
                FAIL(JET_errOutOfMemory);
            run->buffer = grown;
            more = wanted - left;
        } else {
            more = s->buffer_bytes - left;
        }
        if (more > run->end - run->at)
            more = (size_t)(run->end - run->at);
        if (more == 0)
            FAIL(JET_errDiskIO);
        TRY(os_file_read(s->file, run->at, run->buffer + left, more));
        run->at += more;
        run->filled = left + more;
    }
done:
    return err;
}

static bool run_before(const struct sort *s, size_t a, size_t b)
{
    return pair_order(s->runs[s->heap[a]].pair, s->runs[s->heap[b]].pair) < 0;
}

static void heap_sink(struct sort *s, size_t at)
{
    for (;;) {
        size_t child = 2 * at + 1;
        size_t run;
        if (child >= s->heap_count)
            return;
        if (child + 1 < s->heap_count && run_before(s, child + 1, child))
            child++;
        if (!run_before(s, child, at))
            return;
        run = s->heap[at];
        s->heap[at] = s->heap[child];
        s->heap[child] = run;
        at = child;
    }
}

static ese_err merge_begin(struct sort *s)
{
    ese_err err = JET_errSuccess;

    s->buffer_bytes = s->memory_max / s->run_count;
    if (s->buffer_bytes < READ_MIN)
        s->buffer_bytes = READ_MIN;
    if (s->buffer_bytes > READ_MAX)
        s->buffer_bytes = READ_MAX;
    s->heap = ese_alloc(s->run_count * sizeof(s->heap[0]));
    if (s->heap == NULL)
        FAIL(JET_errOutOfMemory);
    for (size_t i = 0; i < s->run_count; i++) {
        s->runs[i].buffer = ese_alloc(s->buffer_bytes);
        if (s->runs[i].buffer == NULL)
            FAIL(JET_errOutOfMemory);
        TRY(run_step(s, &s->runs[i]));
        if (s->runs[i].pair != NULL)
            s->heap[s->heap_count++] = i;
    }
    for (size_t i = s->heap_count / 2; i-- > 0;)
        heap_sink(s, i);
done:
    return err;
}

ese_err sort_finish(struct sort *s)
{
    ese_err err = JET_errSuccess;

    s->reading = true;
    if (s->run_count == 0) {
        if (s->pair_count > 1)
            qsort(s->pairs, s->pair_count, sizeof(s->pairs[0]), pair_pointer_order);
        goto done;
    }
    if (s->pair_count != 0)
        TRY(spill(s));
    TRY(merge_begin(s));
done:
    return err;
}

ese_err sort_next(struct sort *s, struct bytes *key, struct bytes *data, bool *more)
{
    ese_err err = JET_errSuccess;
    const uint8_t *pair = NULL;

    if (s->run_count == 0) {
        if (s->next < s->pair_count)
            pair = s->pairs[s->next++];
    } else {
        if (s->started && s->heap_count != 0) {
            struct run *top = &s->runs[s->heap[0]];
            TRY(run_step(s, top));
            if (top->pair == NULL)
                s->heap[0] = s->heap[--s->heap_count];
            heap_sink(s, 0);
        }
        s->started = true;
        if (s->heap_count != 0)
            pair = s->runs[s->heap[0]].pair;
    }
    *more = pair != NULL;
    if (pair != NULL) {
        *key = pair_key(pair);
        *data = pair_data(pair);
    }
done:
    return err;
}
