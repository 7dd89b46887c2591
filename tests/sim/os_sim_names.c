/*
 * os_sim_names.c - names on the simulated disk: the present ones, the durable ones, and the changes in between.
 */
#include "os_sim_disk.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

struct sim_name *sim_disk_find(struct sim_name *names, const char *path)
{
    while (names != NULL && strcmp(names->path, path) != 0)
        names = names->next;
    return names;
}

/* Absolute, one separator, no dots; the working directory is /sim. */
ese_err sim_disk_full_path(const char *path, char out[OS_PATH_MAX])
{
    ese_err err = JET_errSuccess;
    size_t at = 0;

    if (path[0] == 0 || strlen(path) + 6 >= OS_PATH_MAX || path[1] == ':')
        FAIL(JET_errInvalidPath);
    if (path[0] != '/' && path[0] != '\\') {
        memcpy(out, "/sim", 4);
        at = 4;
    }
    while (*path != 0) {
        size_t n = strcspn(path, "/\\");
        if (n == 2 && path[0] == '.' && path[1] == '.') {
            while (at > 0 && out[--at] != '/')
                continue;
        } else if (n != 0 && !(n == 1 && path[0] == '.')) {
            out[at++] = '/';
            memcpy(out + at, path, n);
            at += n;
        }
        path += n + (path[n] != 0);
    }
    if (at == 0)
        out[at++] = '/';
    out[at] = 0;
done:
    return err;
}

static void parent_of(const char *path, char out[OS_PATH_MAX])
{
    size_t n = (size_t)(strrchr(path, '/') - path);
    memcpy(out, path, n == 0 ? 1 : n);
    out[n == 0 ? 1 : n] = 0;
}

bool sim_disk_parent_exists(const char *path)
{
    char parent[OS_PATH_MAX];
    struct sim_name *name;

    parent_of(path, parent);
    name = sim_disk_find(g_sim.names, parent);
    return name != NULL && name->inode->is_dir;
}

static ese_err name_add(struct sim_name **names, const char *path, struct sim_inode *inode)
{
    ese_err err = JET_errSuccess;
    struct sim_name *name = ese_alloc(sizeof(*name));

    if (name == NULL)
        FAIL(JET_errOutOfMemory);
    (void)snprintf(name->path, sizeof(name->path), "%s", path);
    name->inode = sim_inode_ref(inode);
    name->next = *names;
    *names = name;
done:
    return err;
}

static void name_remove(struct sim_name **names, const char *path)
{
    for (struct sim_name **at = names; *at != NULL; at = &(*at)->next) {
        struct sim_name *name = *at;
        if (strcmp(name->path, path) != 0)
            continue;
        *at = name->next;
        sim_inode_drop(name->inode);
        ese_free(name);
        return;
    }
}

/* A folder takes what is in it along. */
static void contents_move(struct sim_name *names, const char *from, const char *to)
{
    size_t size = strlen(from);
    char tail[OS_PATH_MAX];

    for (; names != NULL; names = names->next)
        if (strncmp(names->path, from, size) == 0 && names->path[size] == '/') {
            (void)snprintf(tail, sizeof(tail), "%s", names->path + size);
            (void)snprintf(names->path, sizeof(names->path), "%.500s%.500s", to, tail);
        }
}

static void name_move(struct sim_name **names, const char *from, const char *to)
{
    struct sim_name *name = sim_disk_find(*names, from);
    if (name == NULL || strcmp(from, to) == 0)
        return;
    name_remove(names, to);
    (void)snprintf(name->path, sizeof(name->path), "%s", to);
    if (name->inode->is_dir)
        contents_move(*names, from, to);
}

static ese_err change_add(enum sim_change_kind kind, const char *path, const char *to, struct sim_inode *inode)
{
    ese_err err = JET_errSuccess;
    struct sim_change *change = ese_alloc(sizeof(*change));

    if (change == NULL)
        FAIL(JET_errOutOfMemory);
    change->kind = kind;
    (void)snprintf(change->path, sizeof(change->path), "%s", path);
    (void)snprintf(change->to, sizeof(change->to), "%s", to);
    change->inode = inode != NULL ? sim_inode_ref(inode) : NULL;
    *g_sim.pending_end = change;
    g_sim.pending_end = &change->next;
done:
    return err;
}

static void change_free(struct sim_change *change)
{
    if (change->inode != NULL)
        sim_inode_drop(change->inode);
    ese_free(change);
}

static void change_settle(const struct sim_change *change)
{
    switch (change->kind) {
    case SIM_LINK:
        name_remove(&g_sim.durable_names, change->path);
        (void)name_add(&g_sim.durable_names, change->path, change->inode);
        break;
    case SIM_UNLINK:
        name_remove(&g_sim.durable_names, change->path);
        break;
    case SIM_RENAME:
        name_move(&g_sim.durable_names, change->path, change->to);
        break;
    }
}

ese_err sim_disk_create(const char *path, bool is_dir, struct sim_inode **out)
{
    ese_err err = JET_errSuccess;
    struct sim_inode *inode = ese_alloc(sizeof(*inode));

    *out = NULL;
    if (inode == NULL)
        FAIL(JET_errOutOfMemory);
    inode->id = ++g_sim.next_id;
    inode->is_dir = is_dir;
    inode->refs = 1;
    TRY(name_add(&g_sim.names, path, inode));
    TRY(change_add(SIM_LINK, path, "", inode));
    *out = inode;
done:
    if (inode != NULL)
        sim_inode_drop(inode);
    return err;
}

ese_err sim_disk_unlink(const char *path)
{
    ese_err err = change_add(SIM_UNLINK, path, "", NULL);
    if (err >= 0)
        name_remove(&g_sim.names, path);
    return err;
}

ese_err sim_disk_rename(const char *from, const char *to)
{
    ese_err err = change_add(SIM_RENAME, from, to, NULL);
    if (err >= 0)
        name_move(&g_sim.names, from, to);
    return err;
}

/* A rename across folders is durable with the folder it went to. */
void sim_disk_sync_folder(const char *folder)
{
    char parent[OS_PATH_MAX];
    struct sim_change **at = &g_sim.pending;

    while (*at != NULL) {
        struct sim_change *change = *at;
        parent_of(change->kind == SIM_RENAME ? change->to : change->path, parent);
        if (strcmp(parent, folder) != 0) {
            at = &change->next;
            continue;
        }
        change_settle(change);
        *at = change->next;
        change_free(change);
    }
    g_sim.pending_end = at;
}

void sim_disk_settle(size_t count)
{
    while (count-- != 0 && g_sim.pending != NULL) {
        struct sim_change *change = g_sim.pending;
        change_settle(change);
        g_sim.pending = change->next;
        change_free(change);
    }
    if (g_sim.pending == NULL)
        g_sim.pending_end = &g_sim.pending;
}

void sim_disk_forget(void)
{
    while (g_sim.pending != NULL) {
        struct sim_change *change = g_sim.pending;
        g_sim.pending = change->next;
        change_free(change);
    }
    g_sim.pending_end = &g_sim.pending;
    while (g_sim.names != NULL)
        name_remove(&g_sim.names, g_sim.names->path);
    for (struct sim_name *name = g_sim.durable_names; name != NULL; name = name->next)
        (void)name_add(&g_sim.names, name->path, name->inode);
}
