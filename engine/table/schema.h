/*
 * schema.h - in-memory description of tables, columns and indexes; the cache of them per database.
 *
 * OWNS        struct table_def and its parts; one cache per attached database; the table names' hash.
 * GIVES       schema_open_table (from the catalog, pinned), lookup of columns and indexes by name and id.
 * INVARIANTS  M1  a pinned definition never disappears; columns and indexes are only added to it or marked deleted.
 *             M2  what a transaction creates or deletes the others see from its commit on, and only those that began after it; an index
 *                 that is being deleted is gone for everybody. New names of tables and columns are there at once, as in the original.
 *             M3  a definition equals what the catalog rows say: nothing is kept only here.
 * LATCHES     rank 20 (schema), before page latches.
 * FAILS       JET_errObjectNotFound, JET_errColumnNotFound, JET_errIndexNotFound, JET_errCatalogCorrupted, JET_errTableLocked, JET_errTableInUse.
 * CALLERS     table, admin (check), api.
 * TESTS       unit/test_schema.c, reference schemas
 */
#ifndef ESE_TABLE_SCHEMA_H
#define ESE_TABLE_SCHEMA_H

#include "base/list.h"
#include "format/key.h"
#include "format/record.h"
#include "os/collate.h"
#include "txn/session.h"

enum { NAME_BYTES_MAX = 64, COLUMNS_FIXED_MAX = 127, COLUMNS_VAR_MAX = 128, COLUMNS_TAGGED_MAX = 64993 };

enum column_flags {                                     /* catalog Flags of a column (edb-format.md 8.3) */
    COLUMN_NOT_NULL = 1, COLUMN_VERSION = 2, COLUMN_AUTOINCREMENT = 4, COLUMN_MULTI_VALUED = 8, COLUMN_DEFAULT = 0x10, COLUMN_ESCROW = 0x20,
    COLUMN_FINALIZE = 0x40, COLUMN_USER_DEFAULT = 0x80, COLUMN_TEMPLATE = 0x100, COLUMN_DELETE_ON_ZERO = 0x200, COLUMN_PLACEHOLDER = 0x800,
    COLUMN_COMPRESSED = 0x1000, COLUMN_ENCRYPTED = 0x2000
};
enum index_flags {                                      /* catalog Flags of an index */
    INDEX_UNIQUE = 1, INDEX_ALLOW_ALL_NULLS = 2, INDEX_ALLOW_FIRST_NULL = 4, INDEX_ALLOW_SOME_NULLS = 8, INDEX_NO_NULL = 0x10,
    INDEX_PRIMARY = 0x20, INDEX_LOCALE_SET = 0x40, INDEX_MULTI_VALUED = 0x80, INDEX_TEMPLATE = 0x100, INDEX_DERIVED = 0x200,
    INDEX_LOCALISED = 0x400, INDEX_NULLS_HIGH = 0x800, INDEX_UNICODE_FIXUP = 0x1000, INDEX_CROSS_PRODUCT = 0x2000,
    INDEX_NO_TRUNCATION = 0x4000, INDEX_NESTED = 0x8000, INDEX_EXTENDED = 0x10000, INDEX_DOTNET_GUID = 0x20000, INDEX_TUPLES = 0x40000000 /* in memory: TupleLimits present */
};

enum table_flags {                                      /* catalog Flags of a table */
    TABLE_NO_FIXED_VAR_IN_DERIVED = 0x04000000, TABLE_SYSTEM_DYNAMIC = 0x08000000, TABLE_DERIVED = 0x10000000, TABLE_TEMPLATE = 0x20000000,
    TABLE_FIXED_DDL = 0x40000000, TABLE_SYSTEM = (int)0x80000000u
};
#define COLUMNID_TEMPLATE 0x80000000u                   /* in a columnid: the column belongs to the template table */

/* When a definition came and went (M2). Zero: it has always been there and stays. */
struct schema_life {
    struct trx *_Atomic creator, *_Atomic deleter;      /* not committed yet */
    _Atomic uint64_t created, deleted;                  /* stamps of the commits */
};

struct column_def {
    char name[NAME_BYTES_MAX + 1];
    uint32_t columnid;                                  /* fid, as the API gives it; JET_bitColumnTemplate style ids: 0x80000000 for the template's */
    uint16_t fid;                                       /* 1-127 fixed, 128-255 variable, 256- tagged */
    bool derived;                                       /* belongs to the template table */
    bool deleted;                                       /* nobody can see it any more */
    _Atomic bool versioned;                             /* not everybody sees it: life decides */
    uint8_t type;                                       /* enum column_type */
    uint16_t code_page;                                 /* 1252, 1200 or 0 */
    uint32_t max_bytes;                                 /* 0 = unlimited (long types) */
    uint32_t flags;
    uint16_t offset, fixed_bytes;                       /* fixed columns */
    struct bytes default_value;                         /* owned */
    char callback[NAME_BYTES_MAX * 2 + 1];
    struct schema_life life;
};

/* A small set of columns: one bit each for fixed and variable ones, tagged ones share bits (may say "changed" too often, never too seldom). */
enum { COLUMN_BITS_BYTES = 32 };
static inline unsigned column_bit(uint32_t columnid)
{
    unsigned fid = columnid & 0xFFFF;
    return fid < 256 ? fid : (fid * 7u + 1u) & 0xFF;
}

struct key_part { struct column_def *column; bool descending; };
struct condition { struct column_def *column; bool must_be_null; };

struct index_def {
    struct list link;                                   /* table->indexes */
    char name[NAME_BYTES_MAX + 1];
    struct table_def *table;
    struct btree tree;                                  /* primary: that of the table is used instead (index_tree()) */
    uint32_t flags;
    uint8_t part_count, condition_count;
    struct key_part parts[KEY_SEGMENTS_MAX];
    struct condition conditions[KEY_SEGMENTS_MAX];
    uint16_t key_most, segment_max;
    uint8_t density;
    struct collation collation;
    uint32_t tuple_min, tuple_max, tuple_to, tuple_step, tuple_start;
    uint32_t nls_version, defined_version;              /* as the row says */
    uint8_t sort_id[16];
    bool deleted;
    bool building;                                      /* being filled: the index is not usable yet */
    uint8_t column_bits[COLUMN_BITS_BYTES];             /* columns that decide the entries, by column_bit() */
    struct schema_life life;
    _Atomic uint32_t use_count;
};

/* Derived from the columns; a new one replaces the old after every column change, old ones live as long as the table. */
struct table_facts {
    struct bytes default_record;                        /* fixed and variable columns with defaults; size 0 = none */
    unsigned not_null_count, escrow_count;
    struct column_def **not_null, **escrow;
};

struct table_def {
    struct list hash_link;
    char name[NAME_BYTES_MAX + 1];
    struct schema_cache *schema;
    struct db_file *db;
    uint32_t objid;
    uint32_t flags;                                     /* catalog Flags of a table */
    struct btree tree;                                  /* primary tree */
    struct btree long_values;                           /* root 0: not there yet */
    struct index_def *primary;                          /* NULL: sequential keys */
    struct list indexes;                                /* secondary */
    struct column_def **fixed, **var;                   /* by fid - first; NULL holes; room for all fids */
    struct column_def **_Atomic tagged;                 /* grows: replaced by a larger copy before tagged_last is raised */
    _Atomic unsigned fixed_last, var_last, tagged_last; /* highest fid in use; 0, 127, 255 when none */
    unsigned tagged_room;
    struct column_def **template_tagged;                /* derived tables: copies of the template's tagged columns, derived set */
    unsigned template_tagged_last;                      /* 255 when none */
    uint16_t fixed_end;                                 /* offset behind the last fixed column */
    struct table_facts *_Atomic facts;                  /* what an insert needs to know; replaced when columns change */
    struct table_def *template_table;                   /* derived tables: pinned */
    uint32_t density, lv_chunk_max;
    _Atomic uint8_t collation_state;                    /* index_check_collation: 0 = not looked at yet */
    _Atomic uint64_t sequence_next;                     /* next sequential primary key; 0 = not read yet */
    _Atomic uint64_t autoincrement_next;                /* 0 = not read yet */
    _Atomic uint64_t lid_next;                          /* 0 = not read yet */
    struct column_def *autoincrement, *version;
    unsigned pins;                                      /* open cursors and guests; rank 20 */
    unsigned guests;                                    /* pins that keep nobody from deleting the table; rank 20 */
    struct list cursors;                                /* rank 20 */
    struct session *exclusive;                          /* JET_bitTableDenyRead / DenyWrite holders */
    unsigned deny_read, deny_write, writers;
    bool ddl_inhibited;                                 /* fixed DDL */
    struct session *locker;
    bool deleted, system, temporary;
    struct schema_life life;
    struct trx *ddl_trx; unsigned ddl_count;            /* the one transaction with schema changes in progress, and how many; lock */
    struct os_mutex lock;                               /* rank 18: autoincrement, LV tree creation, DDL on this table */
    _Atomic uint32_t gate;                              /* record changes in progress; top bit: closed by an index change (table_gate_*) */
    _Atomic uint32_t draining;                          /* an index change waits: transactions without changes in the table begin none */
    struct arena memory;                                /* columns, names, defaults */
};

ese_err schema_cache_open(struct inst *inst, uint8_t dbid);           /* reads nothing yet but the catalog's roots */
void schema_cache_close(struct inst *inst, uint8_t dbid);
/* Open (pin) a table by name as seen by session s. JET_errObjectNotFound. */
ese_err schema_open_table(struct session *s, uint8_t dbid, const char *name, struct table_def **out);
void schema_close_table(struct table_def *t);
/* Background work that looks in: the definition stays, the table may go at any time (btree.dropped, under inst->system_lock, tells). */
ese_err schema_visit_table(struct session *s, uint8_t dbid, const char *name, struct table_def **out);
void schema_leave_table(struct table_def *t);
/* The trees of a table by number, from 0: records, long values (root 0: not there yet), indexes; NULL behind the last. */
struct btree *schema_tree_no(struct table_def *t, unsigned no);
ese_err schema_find_column(struct session *s, struct table_def *t, const char *name, struct column_def **out);
bool schema_sees(const struct session *s, const struct schema_life *life);
/* The column as s sees it; schema_column as it is. */
struct column_def *schema_column_seen(const struct session *s, struct table_def *t, uint32_t columnid);
static inline bool schema_column_visible(const struct session *s, const struct column_def *c)
{
    return c != NULL && !c->deleted && (!c->versioned || schema_sees(s, &c->life));
}
struct column_def *schema_column(struct table_def *t, uint32_t columnid);      /* NULL when unknown or deleted */
ese_err schema_find_index(struct session *s, struct table_def *t, const char *name, struct index_def **out);  /* NULL or "" = primary; *out NULL then for a sequential table */
struct btree *index_tree(struct index_def *i);
struct btree *schema_tree_by_root(struct inst *inst, struct db_file *db, pgno root);  /* open handle of a tree, NULL when none */
/* Record changes pass the gate; an index create or delete closes it, so that every change sees either the old or the new set of indexes. */
void table_gate_enter(struct table_def *t);
void table_gate_leave(struct table_def *t);
void table_gate_close(struct table_def *t);             /* waits until nobody is inside */
void table_gate_open(struct table_def *t);
/* While a table is drained, transactions that have changed it go on, those that have not wait in front of the gate: so a moment without
 * uncommitted changes comes although transactions overlap all the time. */
void table_drain(struct table_def *t, bool on);
void table_drain_wait(struct session *s, struct table_def *t);
bool schema_name_equal(const char *a, const char *b);   /* object names: ASCII letters of either case are the same */
static inline bool column_is_long(const struct column_def *c) { return c->type == COL_LONG_BINARY || c->type == COL_LONG_TEXT; }
static inline bool column_is_text(const struct column_def *c) { return c->type == COL_TEXT || c->type == COL_LONG_TEXT; }
struct fixed_layout schema_fixed_layout(const void *table, unsigned fid, struct bytes *default_value, bool *has_default);  /* for record_set_fixed */

#endif
