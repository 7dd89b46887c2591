#include "made.h"

#include <stdlib.h>
#include <string.h>

#include "reference.h"

#define OK(call) assert_int_equal((call), 0)

enum { VALUE_MAX = 70000, COLUMNS = 26, ID = 0 };

struct kind { const char *name; JET_COLTYP type; JET_GRBIT grbit; unsigned short cp; JET_UINT32 max; };
static const struct kind kinds[COLUMNS] = {
    {"id", JET_coltypLong, JET_bitColumnNotNULL, 0, 0}, {"bit", JET_coltypBit, 0, 0, 0}, {"ubyte", JET_coltypUnsignedByte, 0, 0, 0},
    {"short", JET_coltypShort, 0, 0, 0}, {"currency", JET_coltypCurrency, 0, 0, 0}, {"double", JET_coltypIEEEDouble, 0, 0, 0},
    {"date", JET_coltypDateTime, 0, 0, 0}, {"fixbin", JET_coltypBinary, JET_bitColumnFixed, 0, 12}, {"ulong", JET_coltypUnsignedLong, 0, 0, 0},
    {"longlong", JET_coltypLongLong, 0, 0, 0}, {"guid", JET_coltypGUID, 0, 0, 0}, {"ushort", JET_coltypUnsignedShort, 0, 0, 0},
    {"auto", JET_coltypLong, JET_bitColumnAutoincrement, 0, 0}, {"version", JET_coltypLong, JET_bitColumnVersion, 0, 0},
    {"escrow", JET_coltypLong, JET_bitColumnEscrowUpdate, 0, 0}, {"varbin", JET_coltypBinary, 0, 0, 200}, {"ascii", JET_coltypText, 0, 1252, 100},
    {"wide", JET_coltypText, 0, 1200, 200}, {"tagbin", JET_coltypBinary, JET_bitColumnTagged, 0, 100},
    {"tagtext", JET_coltypText, JET_bitColumnTagged, 1200, 100}, {"taglong", JET_coltypLong, JET_bitColumnTagged, 0, 0},
    {"many", JET_coltypLong, JET_bitColumnTagged | JET_bitColumnMultiValued, 0, 0}, {"longbin", JET_coltypLongBinary, 0, 0, 0},
    {"longtext", JET_coltypLongText, 0, 1200, 0}, {"packed", JET_coltypLongText, JET_bitColumnCompressed, 1252, 0},
    {"packbin", JET_coltypLongBinary, JET_bitColumnCompressed, 0, 0}
};
static const struct { const char *name, *key; JET_UINT32 bytes; JET_GRBIT grbit; } indexes[] = {
    {"primary", "+id\0", 5, JET_bitIndexPrimary}, {"by wide", "-wide\0", 7, 0}, {"by two", "+short\0-ulong\0", 15, 0},
    {"unique", "+longlong\0", 11, JET_bitIndexUnique}, {"by guid", "+guid\0", 7, JET_bitIndexIgnoreNull},
    {"by many", "+many\0", 7, 0}, {"by text", "+ascii\0+date\0", 14, 0}, {"by long", "+longtext\0", 11, 0}
};
enum { INDEXES = sizeof indexes / sizeof indexes[0] };

static JET_COLUMNID find(struct jet_run *r, JET_TABLEID t, const char *name)
{
    JET_COLUMNDEF def = {.cbStruct = sizeof def};

    OK(JetGetTableColumnInfoA(r->s, t, name, &def, sizeof def, JET_ColInfo));
    return def.columnid;
}

void made_tables(struct jet_run *r)
{
    JET_TABLEID t;
    JET_COLUMNID id;
    JET_COLUMNDEF number = {.cbStruct = sizeof number, .coltyp = JET_coltypLong}, body = {.cbStruct = sizeof body, .coltyp = JET_coltypLongBinary};
    int32_t zero = 0;

    OK(JetCreateTableA(r->s, r->db, "kinds", 0, 80, &t));
    for (unsigned k = 0; k < COLUMNS; k++) {
        JET_COLUMNDEF def = {.cbStruct = sizeof def, .coltyp = kinds[k].type, .cp = kinds[k].cp, .cbMax = kinds[k].max, .grbit = kinds[k].grbit};
        bool escrow = (def.grbit & JET_bitColumnEscrowUpdate) != 0;
        OK(JetAddColumnA(r->s, t, kinds[k].name, &def, escrow ? &zero : NULL, escrow ? 4 : 0, &id));
    }
    for (unsigned k = 0; k < INDEXES; k++)
        OK(JetCreateIndexA(r->s, t, indexes[k].name, indexes[k].grbit, indexes[k].key, indexes[k].bytes, 80));
    OK(JetCloseTable(r->s, t));
    for (int k = 0; k < 2; k++) {
        OK(JetCreateTableA(r->s, r->db, k == 0 ? "plain" : "long", 4, 100, &t));
        OK(JetAddColumnA(r->s, t, "number", &number, NULL, 0, &id));
        OK(JetAddColumnA(r->s, t, "body", &body, NULL, 0, &id));
        OK(JetCloseTable(r->s, t));
    }
}

/* ---- values ---- */

static uint32_t scramble(uint32_t x)
{
    x = (x ^ x >> 16) * 0x45D9F3Bu;
    x = (x ^ x >> 16) * 0x45D9F3Bu;
    return x ^ x >> 16;
}

static long text(uint8_t *to, uint32_t x, unsigned length, bool wide)
{
    static const uint16_t far[] = {0xE9, 0x3B1, 0x416, 0x4E2D, 0xDF};

    for (unsigned k = 0; k < length; k++) {
        uint16_t c = (uint16_t)('a' + (x >> k % 24) % 26);
        if (wide && k % 5 == 4)
            c = far[(x + k) % 5];
        to[wide ? 2 * k : k] = (uint8_t)c;
        if (wide)
            to[2 * k + 1] = (uint8_t)(c >> 8);
    }
    return wide ? 2 * (long)length : (long)length;
}

static long bytes(uint8_t *to, uint32_t x, long size)
{
    for (long k = 0; k < size; k++)
        to[k] = (uint8_t)scramble(x + (uint32_t)k / 3);
    return size;
}

static const long long_sizes[] = {0, 1, 200, 1500, 3990, 4100, 8200, 17000, 40000, VALUE_MAX};

/* Value of a column in a row, round 1 after its replacement; -1: null, -2: the engine sets it. */
static long value_of(unsigned column, int32_t row, int round, uint8_t *to)
{
    const struct kind *c = &kinds[column];
    uint32_t x = scramble((uint32_t)row * 64 + column + (uint32_t)round * 7919);
    double d = 30000.0 + (double)(x % 20000) + 0.5;
    int64_t wide = (int64_t)row * 1000003 - 500000;
    long size = long_sizes[x / 32 % 10];

    if (column == ID) {
        memcpy(to, &row, 4);
        return 4;
    }
    if ((c->grbit & (JET_bitColumnAutoincrement | JET_bitColumnVersion | JET_bitColumnEscrowUpdate)) != 0)
        return -2;
    if (strcmp(c->name, "longlong") == 0) {
        memcpy(to, &wide, 8);
        return 8;
    }
    if (x % 11 == 0)
        return -1;
    switch (c->type) {
    case JET_coltypBit: to[0] = (x & 1) != 0 ? 0xFF : 0; return 1;
    case JET_coltypUnsignedByte: to[0] = (uint8_t)x; return 1;
    case JET_coltypShort: case JET_coltypUnsignedShort: memcpy(to, &x, 2); return 2;
    case JET_coltypLong: case JET_coltypUnsignedLong: memcpy(to, &x, 4); return 4;
    case JET_coltypCurrency: wide = (int64_t)x * (int32_t)(x >> 4); memcpy(to, &wide, 8); return 8;
    case JET_coltypIEEEDouble: d = (double)x / 16 - 1000; memcpy(to, &d, 8); return 8;
    case JET_coltypDateTime: memcpy(to, &d, 8); return 8;
    case JET_coltypGUID: return bytes(to, x, 16);
    case JET_coltypBinary: return bytes(to, x, c->max == 12 ? 12 : (long)(1 + x % c->max));
    case JET_coltypText: return text(to, x, 1 + x % (c->cp == 1200 ? c->max / 2 - 1 : c->max - 1), c->cp == 1200);
    case JET_coltypLongText: return text(to, x, (unsigned)size / 2, c->cp == 1200);
    default: return bytes(to, x, size);
    }
}

/* ---- writing ---- */

static void set_row(struct jet_run *r, JET_TABLEID t, const JET_COLUMNID *ids, int32_t row, int round, uint8_t *value)
{
    for (unsigned k = 0; k < COLUMNS; k++) {
        long size = value_of(k, row, round, value);
        JET_SETINFO second = {.cbStruct = sizeof second, .itagSequence = 2};
        if (size == -2 || (k == ID && round != 0))
            continue;
        OK(JetSetColumn(r->s, t, ids[k], size < 0 ? NULL : value, size < 0 ? 0 : (JET_UINT32)size, size == 0 ? JET_bitSetZeroLength : 0, NULL));
        if ((kinds[k].grbit & JET_bitColumnMultiValued) != 0 && size > 0 && round == 0) {
            int32_t more = row + 7;
            OK(JetSetColumn(r->s, t, ids[k], &more, 4, 0, &second));
        }
    }
}

static void insert_body(struct jet_run *r, JET_TABLEID t, int32_t row, long size, uint8_t *value)
{
    OK(JetPrepareUpdate(r->s, t, JET_prepInsert));
    OK(JetSetColumn(r->s, t, find(r, t, "number"), &row, 4, 0, NULL));
    OK(JetSetColumn(r->s, t, find(r, t, "body"), value, (JET_UINT32)bytes(value, (uint32_t)row, size), 0, NULL));
    OK(JetUpdate(r->s, t, NULL, 0, NULL));
}

static JET_TABLEID open_kinds(struct jet_run *r, JET_COLUMNID ids[COLUMNS])
{
    JET_TABLEID t;

    OK(JetOpenTableA(r->s, r->db, "kinds", NULL, 0, 0, &t));
    for (unsigned k = 0; k < COLUMNS; k++)
        ids[k] = find(r, t, kinds[k].name);
    return t;
}

void made_rows(struct jet_run *r, int32_t first, int32_t count)
{
    JET_COLUMNID ids[COLUMNS];
    JET_TABLEID t = open_kinds(r, ids), plain, big;
    uint8_t *value = malloc(VALUE_MAX);
    int32_t one = 1;
    JET_COLUMNID escrow = find(r, t, "escrow");

    OK(JetOpenTableA(r->s, r->db, "plain", NULL, 0, 0, &plain));
    OK(JetOpenTableA(r->s, r->db, "long", NULL, 0, 0, &big));
    for (int32_t row = first; row < first + count; row++) {
        OK(JetBeginTransaction(r->s));
        OK(JetPrepareUpdate(r->s, t, JET_prepInsert));
        set_row(r, t, ids, row, 0, value);
        OK(JetUpdate(r->s, t, value, VALUE_MAX, NULL));
        if (row % 3 == 0) {
            OK(JetMakeKey(r->s, t, &row, 4, JET_bitNewKey));
            OK(JetSeek(r->s, t, JET_bitSeekEQ));
            OK(JetEscrowUpdate(r->s, t, escrow, &one, 4, NULL, 0, NULL, 0));
        }
        insert_body(r, plain, row, row % 50, value);
        if (row % 10 == 0)
            insert_body(r, big, row, 3000 + row * 37 % 60000, value);
        OK(JetCommitTransaction(r->s, JET_bitCommitLazyFlush));
    }
    OK(JetCloseTable(r->s, big));
    OK(JetCloseTable(r->s, plain));
    OK(JetCloseTable(r->s, t));
    free(value);
}

void made_changes(struct jet_run *r, int32_t first, int32_t count)
{
    JET_COLUMNID ids[COLUMNS];
    JET_TABLEID t = open_kinds(r, ids);
    uint8_t *value = malloc(VALUE_MAX);

    for (int32_t row = first; row < first + count; row++) {
        if (row % 5 != 0 && row % 7 != 0)
            continue;
        OK(JetBeginTransaction(r->s));
        OK(JetMakeKey(r->s, t, &row, 4, JET_bitNewKey));
        OK(JetSeek(r->s, t, JET_bitSeekEQ));
        if (row % 7 == 0) {
            OK(JetDelete(r->s, t));
        } else {
            OK(JetPrepareUpdate(r->s, t, JET_prepReplace));
            set_row(r, t, ids, row, 1, value);
            OK(JetUpdate(r->s, t, NULL, 0, NULL));
        }
        OK(JetCommitTransaction(r->s, JET_bitCommitLazyFlush));
    }
    OK(JetCloseTable(r->s, t));
    free(value);
}

/* ---- reading ---- */

static void verify_row(struct jet_run *r, const struct jet_table *t, const JET_COLUMNID *ids, int32_t row, int round, struct jet_buffer *b, uint8_t *value)
{
    for (unsigned k = 0; k < COLUMNS; k++) {
        long size = value_of(k, row, round, value), got;
        if (size == -2)
            continue;
        got = jet_value(r, t, ids[k], 1, b);
        if (got != size || (size > 0 && memcmp(b->data, value, (size_t)size) != 0))
            fail_msg("row %d, column %s: %ld bytes, %ld expected, or others", (int)row, kinds[k].name, got, size);
    }
}

static void verify_indexes(struct jet_run *r, JET_TABLEID t, uint32_t rows)
{
    for (unsigned k = 1; k < INDEXES; k++) {
        JET_UINT32 entries = 0;
        OK(JetSetCurrentIndexA(r->s, t, indexes[k].name));
        OK(JetMove(r->s, t, JET_MoveFirst, 0));
        OK(JetIndexRecordCount(r->s, t, &entries, 0));
        if ((indexes[k].grbit & JET_bitIndexIgnoreNull) != 0 ? entries == 0 || entries > rows : entries < rows)
            fail_msg("index %s: %u entries for %u rows", indexes[k].name, (unsigned)entries, (unsigned)rows);
    }
}

void made_verify(struct jet_run *r, int32_t count, int32_t changed)
{
    JET_COLUMNID ids[COLUMNS];
    JET_TABLEID t = open_kinds(r, ids);
    struct jet_table as_table = {.id = t};
    struct jet_buffer b = {malloc(4096), 4096};
    uint8_t *value = malloc(VALUE_MAX);
    uint32_t rows = 0;
    JET_ERR err = JetMove(r->s, t, JET_MoveFirst, 0);

    for (int32_t row = 0; row < count; row++) {
        if (row < changed && row % 7 == 0)
            continue;
        if (err < 0)
            fail_msg("row %d: %d", (int)row, (int)err);
        verify_row(r, &as_table, ids, row, row < changed && row % 5 == 0, &b, value);
        rows++;
        err = JetMove(r->s, t, JET_MoveNext, 0);
    }
    assert_int_equal(err, JET_errNoCurrentRecord);
    verify_indexes(r, t, rows);
    OK(JetCloseTable(r->s, t));
    free(value);
    free(b.data);
}
