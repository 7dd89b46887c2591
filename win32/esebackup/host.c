#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_LOG_KIB = 5120 };

static JET_ERR set_text(struct host *h, agent_u32 id, const char *text)
{
    wide_unit *wide = wide_of(text);
    JET_ERR err;
    if (wide == NULL)
        return JET_errOutOfMemory;
    err = JetSetSystemParameterW(h->legacy ? NULL : &h->instance, JET_sesidNil, id, 0, wide);
    free(wide);
    return err;
}

static JET_ERR set_number(struct host *h, agent_u32 id, JET_API_PTR value)
{
    return JetSetSystemParameterW(h->legacy ? NULL : &h->instance, JET_sesidNil, id, value, NULL);
}

struct log_search {
    const char *base;
    uint64_t bytes;
};

static ese_err log_size_of(void *context, const char *name, const struct os_file_info *info)
{
    struct log_search *search = context;
    size_t n = strlen(name);
    if (!info->is_dir && n > 4 && strncmp(name, search->base, strlen(search->base)) == 0 && strcmp(name + n - 4, ".log") == 0)
        search->bytes = info->size;
    return JET_errSuccess;
}

agent_u32 host_page_size(const char *database)
{
    wide_unit *wide = wide_of(database);
    agent_u32 size = 0;
    if (wide == NULL || JetGetDatabaseFileInfoW(wide, &size, sizeof size, JET_DbInfoPageSize) < 0)
        size = 0;
    free(wide);
    return size;
}

static JET_ERR set_paths(const struct host_config *c, struct host *h)
{
    char folder[OS_PATH_MAX];
    const char *dirs[3] = {c->system_dir, c->log_dir, c->temp_dir};
    static const agent_u32 ids[3] = {JET_paramSystemPath, JET_paramLogFilePath, JET_paramTempPath};
    JET_ERR err = JET_errSuccess;

    for (unsigned i = 0; i < 3 && err >= 0; i++) {
        err = path_join(folder, sizeof folder, dirs[i] != NULL ? dirs[i] : c->log_dir, "");
        if (err >= 0)
            err = set_text(h, ids[i], folder);
    }
    return err;
}

JET_ERR host_start(const struct host_config *c, struct host *h)
{
    const char *base = c->base != NULL ? c->base : "edb";
    struct log_search search = {base, 0};
    JET_ERR err = JET_errSuccess;

    memset(h, 0, sizeof *h);
    h->legacy = c->legacy;
    h->instance = (JET_INSTANCE)JET_instanceNil;
    if (c->page_size != 0)
        TRY(JetSetSystemParameterW(NULL, JET_sesidNil, JET_paramDatabasePageSize, c->page_size, NULL));
    if (!h->legacy) {
        wide_unit name[] = {'e', 's', 'e', 'b', 'a', 'c', 'k', 'u', 'p', 0};
        TRY(JetCreateInstanceW(&h->instance, name));
        h->created = true;
    }
    os_dir_list(c->log_dir, log_size_of, &search);
    TRY(set_paths(c, h));
    TRY(set_text(h, JET_paramBaseName, base));
    TRY(set_number(h, JET_paramCircularLog, c->circular ? 1 : 0));
    TRY(set_number(h, JET_paramLogFileSize, search.bytes != 0 ? (JET_API_PTR)(search.bytes / 1024) : DEFAULT_LOG_KIB));
    h->created = false;                                 /* an init that fails destroys the instance */
    TRY(JetInit3W(h->legacy ? NULL : &h->instance, c->recover, 0));
    h->running = true;
    TRY(JetBeginSessionW(h->legacy ? 0 : h->instance, &h->session, NULL, NULL));
    h->has_session = true;
done:
    if (err < 0)
        host_stop(h);
    return err;
}

JET_ERR host_attach(struct host *h, const char *path, bool read_only)
{
    wide_unit *wide = wide_of(path);
    JET_ERR err;
    if (wide == NULL)
        return JET_errOutOfMemory;
    err = JetAttachDatabaseW(h->session, wide, read_only ? JET_bitDbReadOnly : 0);
    free(wide);
    return err;
}

static JET_ERR walk_table(struct host *h, JET_DBID db, const char *name, uint64_t *rows)
{
    wide_unit *wide = wide_of(name);
    JET_TABLEID table = 0;
    bool open = false;
    JET_ERR err = JET_errSuccess;

    if (wide == NULL)
        return JET_errOutOfMemory;
    TRY(JetOpenTableW(h->session, db, wide, NULL, 0, JET_bitTableReadOnly, &table));
    open = true;
    for (err = JetMove(h->session, table, JET_MoveFirst, 0); err >= 0; err = JetMove(h->session, table, JET_MoveNext, 0))
        ++*rows;
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    if (open)
        JetCloseTable(h->session, table);
    free(wide);
    return err;
}

/* The catalog is a table like any other: rows of Type 1 name the tables. */
static JET_ERR walk_catalog(struct host *h, JET_DBID db, uint64_t *tables, uint64_t *rows)
{
    static const wide_unit catalog_name[] = {'M', 'S', 'y', 's', 'O', 'b', 'j', 'e', 'c', 't', 's', 0};
    static const wide_unit type_name[] = {'T', 'y', 'p', 'e', 0}, name_name[] = {'N', 'a', 'm', 'e', 0};
    JET_COLUMNDEF type = {.cbStruct = sizeof type}, name = {.cbStruct = sizeof name};
    JET_TABLEID catalog = 0;
    bool open = false;
    JET_ERR err = JET_errSuccess;

    TRY(JetOpenTableW(h->session, db, catalog_name, NULL, 0, JET_bitTableReadOnly, &catalog));
    open = true;
    TRY(JetGetTableColumnInfoW(h->session, catalog, type_name, &type, sizeof type, JET_ColInfo));
    TRY(JetGetTableColumnInfoW(h->session, catalog, name_name, &name, sizeof name, JET_ColInfo));
    for (err = JetMove(h->session, catalog, JET_MoveFirst, 0); err >= 0; err = JetMove(h->session, catalog, JET_MoveNext, 0)) {
        char text[256] = {0};
        short kind = 0;
        agent_u32 got = 0;
        TRY(JetRetrieveColumn(h->session, catalog, type.columnid, &kind, sizeof kind, &got, 0, NULL));
        if (kind != 1)
            continue;
        TRY(JetRetrieveColumn(h->session, catalog, name.columnid, text, sizeof text - 1, &got, 0, NULL));
        TRY(walk_table(h, db, text, rows));
        ++*tables;
    }
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    if (open)
        JetCloseTable(h->session, catalog);
    return err;
}

JET_ERR host_walk(struct host *h, const char *path, uint64_t *tables, uint64_t *rows)
{
    wide_unit *wide = wide_of(path);
    JET_DBID db = 0;
    bool open = false;
    JET_ERR err = JET_errSuccess;

    *tables = *rows = 0;
    if (wide == NULL)
        return JET_errOutOfMemory;
    TRY(JetOpenDatabaseW(h->session, wide, NULL, &db, JET_bitDbReadOnly));
    open = true;
    TRY(walk_catalog(h, db, tables, rows));
done:
    if (open)
        JetCloseDatabase(h->session, db, 0);
    free(wide);
    return err;
}

JET_ERR host_stop(struct host *h)
{
    JET_ERR err = JET_errSuccess;
    if (h->has_session)
        JetEndSession(h->session, 0);
    if (h->running || h->created)
        err = JetTerm2(h->legacy ? 0 : h->instance, JET_bitTermComplete);
    h->has_session = h->running = h->created = false;
    return err;
}
