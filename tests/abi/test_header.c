/*
 * test_header.c - the installed Windows header: sizes of both machines, calls by their plain and wide names.
 */
#include <windows.h>

#include <esent.h>

#include <stdio.h>

#ifdef _WIN64
#define SIZES(type, size32, size64) _Static_assert(sizeof(type) == (size64), #type)
#else
#define SIZES(type, size32, size64) _Static_assert(sizeof(type) == (size32), #type)
#endif

SIZES(JET_COLUMNCREATE_A, 40, 56);
SIZES(JET_COLUMNLIST, 68, 80);
SIZES(JET_CONDITIONALCOLUMN_W, 12, 24);
SIZES(JET_CONVERT_A, 8, 16);
SIZES(JET_DBUTIL_A, 84, 136);
SIZES(JET_DBUTIL_W, 84, 136);
SIZES(JET_ENUMCOLUMN, 16, 24);
SIZES(JET_ENUMCOLUMNID, 12, 16);
SIZES(JET_ENUMCOLUMNVALUE, 16, 24);
SIZES(JET_INDEXCREATE_A, 48, 80);
SIZES(JET_INDEXCREATE2_A, 52, 88);
SIZES(JET_INDEXCREATE3_W, 52, 88);
SIZES(JET_INDEXID, 16, 20);
SIZES(JET_INDEXLIST, 76, 88);
SIZES(JET_INDEXRANGE, 12, 24);
SIZES(JET_INDEX_COLUMN, 20, 24);
SIZES(JET_INDEX_RANGE, 16, 32);
SIZES(JET_INSTANCE_INFO_A, 24, 48);
SIZES(JET_LOGINFOMISC3, 100, 104);
SIZES(JET_OBJECTLIST, 48, 56);
SIZES(JET_OPENTEMPORARYTABLE, 36, 64);
SIZES(JET_RECORDLIST, 16, 24);
SIZES(JET_RETRIEVECOLUMN, 36, 48);
SIZES(JET_RSTINFO_A, 32, 48);
SIZES(JET_RSTINFO2_W, 36, 56);
SIZES(JET_RSTMAP_A, 8, 16);
SIZES(JET_SETCOLUMN, 28, 40);
SIZES(JET_SETSYSPARAM_A, 16, 32);
SIZES(JET_TABLECREATE_A, 48, 80);
SIZES(JET_TABLECREATE3_A, 68, 120);
SIZES(JET_TABLECREATE5_W, 72, 120);
SIZES(JET_THREADSTATS2, 44, 48);
SIZES(JET_UNICODEINDEX2, 8, 16);
SIZES(JET_SIGNATURE, 28, 28);
SIZES(JET_LGPOS, 8, 8);
SIZES(JET_DBINFOMISC4, 348, 348);

int main(void)
{
    JET_INSTANCE instance = JET_instanceNil;
    JET_ERR err;
#ifdef JET_UNICODE
    err = JetCreateInstance(&instance, L"header");
#else
    err = JetCreateInstance(&instance, "header");
#endif
    if (err != JET_errSuccess) {
        printf("JetCreateInstance: %ld\n", (long)err);
        return 1;
    }
    err = JetTerm(instance);
    printf("JetTerm: %ld\n", (long)err);
    return err != JET_errSuccess;
}
