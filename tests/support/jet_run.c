#include "jet_run.h"

#include <stdlib.h>
#include <string.h>

#include "reference.h"

#define OK(call) assert_int_equal((call), 0)

void jet_prepare(struct jet_run *r, const char *dir, JET_UINT32 page_size)
{
    char path[600];

    memset(r, 0, sizeof *r);
    snprintf(r->dir, sizeof r->dir, "%s", dir);
    snprintf(path, sizeof path, "%s/", dir);
    OK(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, page_size, NULL));
    OK(JetCreateInstanceA(&r->instance, "run"));
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramSystemPath, 0, path));
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramLogFilePath, 0, path));
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramTempPath, 0, path));
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramLogFileSize, 512, NULL));
    OK(JetSetSystemParameterA(&r->instance, 0, JET_paramMaxVerPages, 4096, NULL));
}

JET_ERR jet_up(struct jet_run *r)
{
    JET_ERR err = JetInit(&r->instance);

    if (err < 0) {
        r->instance = 0;
        return err;
    }
    OK(JetBeginSessionA(r->instance, &r->s, NULL, NULL));
    return err;
}

void jet_start(struct jet_run *r, const char *dir, JET_UINT32 page_size)
{
    jet_prepare(r, dir, page_size);
    OK(jet_up(r));
}

JET_ERR jet_attach(struct jet_run *r, const char *path, JET_GRBIT grbit)
{
    JET_ERR err = JetAttachDatabaseA(r->s, path, grbit);

    if (err >= 0)
        err = JetOpenDatabaseA(r->s, path, NULL, &r->db, grbit);
    return err;
}

void jet_stop(struct jet_run *r) { OK(JetTerm2(r->instance, JET_bitTermComplete)); }

/* ---- backup and restore ---- */

enum { CHUNK = 256 * 1024 };

static JET_ERR copy_file(struct jet_run *r, const char *from, const char *folder, void *buffer)
{
    JET_HANDLE handle = 0;
    JET_UINT32 low = 0, high = 0, got = 1;
    char path[1200];
    FILE *out;
    JET_ERR err = JetOpenFileInstanceA(r->instance, from, &handle, &low, &high);

    if (err < 0)
        return err;
    snprintf(path, sizeof path, "%s/%s", folder, strrchr(from, '/') + 1);
    out = fopen(path, "wb");
    assert_non_null(out);
    while (err >= 0 && got != 0) {
        err = JetReadFileInstance(r->instance, handle, buffer, CHUNK, &got);
        if (err >= 0)
            assert_int_equal(fwrite(buffer, 1, got, out), got);
    }
    fclose(out);
    if (err >= 0)
        err = JetCloseFileInstance(r->instance, handle);
    return err;
}

static JET_ERR copy_list(struct jet_run *r, const char *folder, bool logs, void *buffer, struct jet_set *set)
{
    static char list[65536];
    JET_UINT32 bytes = 0;
    JET_ERR err = logs ? JetGetLogInfoInstanceA(r->instance, list, sizeof list, &bytes) : JetGetAttachInfoInstanceA(r->instance, list, sizeof list, &bytes);

    for (const char *at = list; err >= 0 && *at != 0; at += strlen(at) + 1) {
        err = copy_file(r, at, folder, buffer);
        if (logs) {
            set->high = (JET_UINT32)strtoul(strrchr(at, '/') + 4, NULL, 16);
            set->low = set->low == 0 ? set->high : set->low;
        }
    }
    return err;
}

JET_ERR jet_backup(struct jet_run *r, const char *folder, struct jet_set *set)
{
    void *buffer = aligned_alloc(4096, CHUNK);
    JET_ERR err = JetBeginExternalBackupInstance(r->instance, 0);

    memset(set, 0, sizeof *set);
    snprintf(set->folder, sizeof set->folder, "%s", folder);
    if (err >= 0) {
        err = copy_list(r, folder, false, buffer, set);
        if (err >= 0)
            err = copy_list(r, folder, true, buffer, set);
        if (err >= 0)
            err = JetTruncateLogInstance(r->instance);
        if (err >= 0)
            err = JetEndExternalBackupInstance2(r->instance, JET_bitBackupEndNormal);
        else
            (void)JetEndExternalBackupInstance2(r->instance, JET_bitBackupEndAbort);
    }
    free(buffer);
    return err;
}

JET_ERR jet_restore(const struct jet_set *set, const char *from, const char *to, const char *work)
{
    JET_RSTMAP_A map = {0};
    JET_LOGINFO_A info = {.cbSize = sizeof info, .ulGenLow = set->low, .ulGenHigh = set->high, .szBaseName = "edb"};
    char a[1024], b[1024], logs[1024], folder[1024];

    snprintf(a, sizeof a, "%s", from);
    snprintf(b, sizeof b, "%s", to);
    snprintf(logs, sizeof logs, "%s", work);
    snprintf(folder, sizeof folder, "%s", set->folder);
    map.szDatabaseName = a;
    map.szNewDatabaseName = b;
    OK(JetSetSystemParameterA(NULL, 0, JET_paramLogFileSize, 512, NULL));
    return JetExternalRestore2A(logs, logs, &map, 1, folder, &info, NULL, NULL, NULL, NULL);
}

/* ---- tables ---- */

static void text_column(struct jet_run *r, JET_TABLEID t, JET_COLUMNID c, char out[65])
{
    JET_UINT32 got = 0;

    OK(JetRetrieveColumn(r->s, t, c, out, 64, &got, 0, NULL));
    out[got] = 0;
}

void jet_tables(struct jet_run *r, struct jet_tables *out)
{
    JET_OBJECTLIST list = {.cbStruct = sizeof list};

    out->count = 0;
    OK(JetGetObjectInfoA(r->s, r->db, JET_objtypTable, NULL, NULL, &list, sizeof list, JET_ObjInfoListNoStats));
    for (JET_ERR err = JetMove(r->s, list.tableid, JET_MoveFirst, 0); err >= 0; err = JetMove(r->s, list.tableid, JET_MoveNext, 0)) {
        assert_true(out->count < JET_TABLES_MAX);
        text_column(r, list.tableid, list.columnidobjectname, out->names[out->count++]);
    }
    OK(JetCloseTable(r->s, list.tableid));
}

JET_ERR jet_table_open(struct jet_run *r, const char *name, struct jet_table *t)
{
    JET_COLUMNLIST list = {.cbStruct = sizeof list};
    JET_ERR err = JetOpenTableA(r->s, r->db, name, NULL, 0, JET_bitTableReadOnly, &t->id);

    t->count = 0;
    t->columns = NULL;
    if (err < 0)
        return err;
    OK(JetGetTableColumnInfoA(r->s, t->id, NULL, &list, sizeof list, JET_ColInfoListSortColumnid));
    t->columns = calloc(list.cRecord + 1, sizeof *t->columns);
    for (err = JetMove(r->s, list.tableid, JET_MoveFirst, 0); err >= 0; err = JetMove(r->s, list.tableid, JET_MoveNext, 0)) {
        struct jet_column *c = &t->columns[t->count++];
        JET_UINT32 got;
        assert_true(t->count <= list.cRecord);
        text_column(r, list.tableid, list.columnidcolumnname, c->name);
        OK(JetRetrieveColumn(r->s, list.tableid, list.columnidcolumnid, &c->def.columnid, sizeof c->def.columnid, &got, 0, NULL));
        OK(JetRetrieveColumn(r->s, list.tableid, list.columnidcoltyp, &c->def.coltyp, sizeof c->def.coltyp, &got, 0, NULL));
        OK(JetRetrieveColumn(r->s, list.tableid, list.columnidCp, &c->def.cp, sizeof c->def.cp, &got, 0, NULL));
        OK(JetRetrieveColumn(r->s, list.tableid, list.columnidgrbit, &c->def.grbit, sizeof c->def.grbit, &got, 0, NULL));
    }
    OK(JetCloseTable(r->s, list.tableid));
    return 0;
}

void jet_table_close(struct jet_run *r, struct jet_table *t)
{
    OK(JetCloseTable(r->s, t->id));
    free(t->columns);
}

long jet_value(struct jet_run *r, const struct jet_table *t, JET_COLUMNID columnid, unsigned itag, struct jet_buffer *to)
{
    for (;;) {
        JET_RETINFO info = {.cbStruct = sizeof info, .itagSequence = itag};
        JET_UINT32 got = 0;
        JET_ERR err = JetRetrieveColumn(r->s, t->id, columnid, to->data, (JET_UINT32)to->room, &got, 0, &info);
        if (err == JET_wrnColumnNull)
            return -1;
        if (err < 0)
            fail_msg("column %u: %d", (unsigned)columnid, (int)err);
        if (got <= to->room)
            return (long)got;
        to->room = got * 2;
        to->data = realloc(to->data, to->room);
        assert_non_null(to->data);
    }
}
