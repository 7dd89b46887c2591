/*
 * os_sim_inode.c - contents of files on the simulated disk: what programs see now beside what a power cut leaves.
 */
#include "os_sim_disk.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"

struct sim_inode *sim_inode_ref(struct sim_inode *inode)
{
    inode->refs++;
    return inode;
}

static void chunk_free(struct sim_chunk *chunk)
{
    if (chunk->now != chunk->durable)
        ese_free(chunk->durable);
    ese_free(chunk->now);
    *chunk = (struct sim_chunk){0};
}

void sim_inode_drop(struct sim_inode *inode)
{
    assert(inode->refs > 0);
    if (--inode->refs != 0)
        return;
    g_sim.used -= inode->size;
    for (size_t i = 0; i < inode->chunk_count; i++)
        chunk_free(&inode->chunks[i]);
    ese_free(inode->chunks);
    ese_free(inode->dirty_chunks);
    ese_free(inode);
}

static ese_err room_for(struct sim_inode *inode, uint64_t size)
{
    ese_err err = JET_errSuccess;
    size_t need = (size_t)((size + SIM_CHUNK - 1) / SIM_CHUNK);
    size_t want;
    struct sim_chunk *chunks;
    uint8_t *dirty;

    if (need <= inode->chunk_count)
        goto done;
    want = need + need / 2 + 16;
    chunks = ese_resize(inode->chunks, want * sizeof(*chunks));
    if (chunks == NULL)
        FAIL(JET_errOutOfMemory);
    inode->chunks = chunks;
    dirty = ese_resize(inode->dirty_chunks, want);
    if (dirty == NULL)
        FAIL(JET_errOutOfMemory);
    inode->dirty_chunks = dirty;
    memset(chunks + inode->chunk_count, 0, (want - inode->chunk_count) * sizeof(*chunks));
    memset(dirty + inode->chunk_count, 0, want - inode->chunk_count);
    inode->chunk_count = want;
done:
    return err;
}

/* A chunk that can be written now: no longer shared with the durable one. */
static uint8_t *chunk_own(struct sim_inode *inode, size_t index)
{
    struct sim_chunk *chunk = &inode->chunks[index];
    uint8_t *own;

    if (chunk->now != NULL && chunk->now != chunk->durable)
        return chunk->now;
    own = ese_alloc(SIM_CHUNK);
    if (own == NULL)
        return NULL;
    if (chunk->now != NULL)
        memcpy(own, chunk->now, SIM_CHUNK);
    chunk->now = own;
    return own;
}

static void mark_dirty(struct sim_inode *inode, size_t index, size_t from, size_t size)
{
    for (size_t sector = from / SIM_SECTOR; sector <= (from + size - 1) / SIM_SECTOR; sector++)
        inode->chunks[index].dirty |= (uint8_t)(1u << sector);
    for (size_t sector = from / SIM_SECTOR; sector <= (from + size - 1) / SIM_SECTOR; sector++)
        inode->chunks[index].lost &= (uint8_t)~(1u << sector);
    inode->dirty_chunks[index] = 1;
}

ese_err sim_inode_resize(struct sim_inode *inode, uint64_t size)
{
    ese_err err = JET_errSuccess;

    if (size > inode->size && size - inode->size > g_sim.space - (g_sim.used < g_sim.space ? g_sim.used : g_sim.space))
        FAIL(JET_errDiskFull);
    TRY(room_for(inode, size));
    /* What lies behind the new end is zeros when the file grows again. */
    for (uint64_t at = size; at < inode->size;) {
        size_t index = (size_t)(at / SIM_CHUNK), from = (size_t)(at % SIM_CHUNK);
        size_t n = SIM_CHUNK - from;
        if (inode->chunks[index].now != NULL) {
            uint8_t *own = chunk_own(inode, index);
            if (own == NULL)
                FAIL(JET_errOutOfMemory);
            memset(own + from, 0, n);
            mark_dirty(inode, index, from, n);
        }
        at += n;
    }
    g_sim.used += size - inode->size;
    inode->size = size;
    inode->resized = size != inode->durable_size;
done:
    return err;
}

ese_err sim_inode_write(struct sim_inode *inode, uint64_t offset, const uint8_t *from, size_t size)
{
    ese_err err = JET_errSuccess;

    if (offset + size > inode->size)
        TRY(sim_inode_resize(inode, offset + size));
    while (size != 0) {
        size_t index = (size_t)(offset / SIM_CHUNK), at = (size_t)(offset % SIM_CHUNK);
        size_t n = size < SIM_CHUNK - at ? size : SIM_CHUNK - at;
        uint8_t *own = chunk_own(inode, index);
        if (own == NULL)
            FAIL(JET_errOutOfMemory);
        memcpy(own + at, from, n);
        mark_dirty(inode, index, at, n);
        from += n;
        offset += n;
        size -= n;
    }
done:
    return err;
}

void sim_inode_read(const struct sim_inode *inode, uint64_t offset, uint8_t *to, size_t size)
{
    assert(offset + size <= inode->size);
    while (size != 0) {
        const uint8_t *now = inode->chunks[offset / SIM_CHUNK].now;
        size_t at = (size_t)(offset % SIM_CHUNK);
        size_t n = size < SIM_CHUNK - at ? size : SIM_CHUNK - at;
        if (now != NULL)
            memcpy(to, now + at, n);
        else
            memset(to, 0, n);
        to += n;
        offset += n;
        size -= n;
    }
}

/* A chunk of which some sectors are lost stays dirty: the others become durable. Without memory they are lost as well. */
static void sync_others(struct sim_chunk *chunk)
{
    if (chunk->durable == NULL)
        chunk->durable = ese_alloc(SIM_CHUNK);
    for (unsigned s = 0; chunk->durable != NULL && s < SIM_SECTORS; s++)
        if ((chunk->lost >> s & 1) == 0)
            memcpy(chunk->durable + s * SIM_SECTOR, chunk->now + s * SIM_SECTOR, SIM_SECTOR);
    chunk->dirty = chunk->lost;
}

void sim_inode_lose(struct sim_inode *inode)
{
    for (size_t i = 0; i < inode->chunk_count; i++)
        if (inode->dirty_chunks[i])
            inode->chunks[i].lost = inode->chunks[i].dirty;
}

void sim_inode_sync(struct sim_inode *inode)
{
    for (size_t i = 0; i < inode->chunk_count; i++) {
        struct sim_chunk *chunk = &inode->chunks[i];
        if (!inode->dirty_chunks[i])
            continue;
        if (chunk->lost != 0) {
            sync_others(chunk);
            continue;
        }
        if (chunk->durable != chunk->now)
            ese_free(chunk->durable);
        chunk->durable = chunk->now;
        chunk->dirty = 0;
        inode->dirty_chunks[i] = 0;
    }
    inode->durable_size = inode->size;
    inode->resized = false;
}

/* By the mode, each dirty sector goes back to its durable bytes or stays; then all that is there is durable. */
void sim_inode_reboot(struct sim_inode *inode, enum sim_reboot mode)
{
    static const uint8_t zeros[SIM_SECTOR];
    uint64_t size = inode->size;

    if (mode == SIM_DROPPED || (mode == SIM_TORN && inode->resized && (sim_random() & 1) != 0))
        size = inode->durable_size;
    for (size_t i = 0; i < inode->chunk_count; i++) {
        struct sim_chunk *chunk = &inode->chunks[i];
        if (!inode->dirty_chunks[i])
            continue;
        for (unsigned s = 0; s < SIM_SECTORS; s++) {
            bool lost = (chunk->lost >> s & 1) != 0;
            if ((chunk->dirty >> s & 1) == 0 || (!lost && (mode == SIM_KEPT || (mode == SIM_TORN && (sim_random() & 1) != 0))))
                continue;
            memcpy(chunk->now + s * SIM_SECTOR, chunk->durable != NULL ? chunk->durable + s * SIM_SECTOR : zeros, SIM_SECTOR);
        }
        chunk->lost = 0;
    }
    if (room_for(inode, size) < 0)
        return;
    g_sim.used += size - inode->size;
    inode->size = size;
    /* Behind the end there must be zeros, whatever a sector brought back. */
    for (size_t i = (size_t)(size / SIM_CHUNK); i < inode->chunk_count; i++) {
        size_t from = i == size / SIM_CHUNK ? (size_t)(size % SIM_CHUNK) : 0;
        uint8_t *own = inode->chunks[i].now != NULL ? chunk_own(inode, i) : NULL;
        if (own != NULL) {
            memset(own + from, 0, SIM_CHUNK - from);
            mark_dirty(inode, i, from, SIM_CHUNK - from);
        }
    }
    sim_inode_sync(inode);
    inode->locked = false;
}
