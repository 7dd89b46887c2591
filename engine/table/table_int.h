/*
 * table_int.h - what the files of this folder share and nobody else sees: the schema cache and the catalog's row codec.
 *
 * OWNS        struct schema_cache: one per open database.
 * GIVES       row encode and decode, catalog keys, building of definitions from rows.
 * INVARIANTS  T1  the cache's lists and every definition's pins are changed under cache->lock (rank 20).
 *             T2  the catalog's own definitions are hard-wired and never released before the cache.
 * CALLERS     table/ only.
 * TESTS       unit/test_catalog.c, unit/test_schema.c
 */
#ifndef ESE_TABLE_TABLE_INT_H
#define ESE_TABLE_TABLE_INT_H

#include "table/catalog.h"

enum { SCHEMA_BUCKETS = 128, CATALOG_ROOT = 4, SHADOW_ROOT = 24, CATALOG_OBJID = 2, SHADOW_OBJID = 3, NAME_INDEX_OBJID = 4,
       ROOTS_INDEX_OBJID = 5, OBJIDS_OBJID = 6, LOCALES_OBJID = 7, FIXUPS_OBJID = 6, FIXUPS_INDEX_OBJID = 7, CATALOG_ROW_ROOM = 4096, CATALOG_KEY_MAX = 80, CATALOG_PRIMARY_KEY = 13 };

struct schema_cache {
    struct inst *inst;
    struct db_file *db;
    uint8_t dbid;
    struct os_mutex lock;                               /* rank 20 */
    struct list buckets[SCHEMA_BUCKETS];                /* table_def.hash_link, by name */
    struct table_def *catalog, *shadow;                 /* hard-wired */
    struct index_def *name_index, *roots_index;         /* of the catalog; trees are known once ready */
    struct btree objids, locales;                       /* root 0: the database has none */
    struct os_mutex system_lock;                        /* rank 19: finding the system trees */
    _Atomic bool ready;                                 /* the catalog's index roots are known */
    struct btree root;                                  /* the database's own tree: tables get their space from it */
    struct list buried;                                 /* definitions of deleted tables; lock */
    struct list changes;                                /* struct ddl_change that wait for their transaction or clean-up; lock */
};

/* Since Windows 8: locales by name, MSysObjids and MSysLocales, the catalog's LVChunkMax, SortID, LocaleName. Before: LCIDs, MSysUnicodeFixupVer2. */
static inline bool schema_names_locales(const struct db_file *db)
{
    return le32_get(&db_header_of((struct db_file *)(uintptr_t)db)->update_major) >= DB_UPDATE_LOCALES;
}

static inline struct schema_cache *schema_cache_of(struct session *s, const struct db_file *db) { return s->inst->schemas[db->dbid]; }

/* ---- catalog.c: one row as bytes ---- */

struct fixed_layout catalog_layout(const void *unused, unsigned fid, struct bytes *default_value, bool *has_default);
ese_err catalog_decode(struct bytes record, bool large_page, struct catalog_row *out);
/* Build a row, or change an existing one (edit loaded before): columns that row lacks become null. */
ese_err catalog_encode(struct record_edit *edit, const struct catalog_row *row);
size_t catalog_primary_key(uint32_t objid_table, uint16_t type, uint32_t id, uint8_t to[CATALOG_PRIMARY_KEY]);
size_t catalog_key_prefix(uint32_t objid_table, int type, uint8_t to[CATALOG_PRIMARY_KEY]);      /* type < 0: all rows of the table */
size_t catalog_name_key(uint32_t objid_table, uint16_t type, struct bytes name, uint8_t to[CATALOG_KEY_MAX]);
size_t catalog_roots_key(struct bytes name, uint8_t to[CATALOG_KEY_MAX]);

/* ---- catalog_boot.c ---- */

struct system_column { const char *name; uint16_t fid; uint8_t type; uint8_t bytes; uint8_t flags; };
ese_err catalog_define(struct schema_cache *cache);     /* the hard-wired definitions */
ese_err catalog_locate(struct session *s, struct schema_cache *cache);      /* index roots, MSysObjids, MSysLocales: once */

/* ---- catalog_rows.c ---- */

ese_err catalog_locales_put(struct session *s, struct schema_cache *cache, const char *key, uint8_t type, int32_t value);

/* ---- escrow.c ---- */

ese_err escrow_delta_done(struct inst *inst, struct ver_entry *e);          /* clean-up's call for each delta */

/* ---- schema.c, schema_load.c ---- */

/* A position on the heap: they are too big for a stack. */
ese_err table_pos_open(struct btree *tree, struct session *s, struct bt_pos **out);
void table_pos_close(struct bt_pos *p);                 /* NULL is fine */


struct table_def *table_def_create(struct schema_cache *cache, uint32_t objid, pgno root);
void table_def_release(struct table_def *t);
void table_def_bury(struct table_def *t);
ese_err schema_load_table(struct session *s, struct schema_cache *cache, const struct catalog_row *table_row, struct table_def **out);
ese_err schema_set_column(struct table_def *t, struct column_def *c);       /* enters c into the array of its kind */
ese_err schema_column_from_row(struct table_def *t, const struct catalog_row *row, struct column_def **out);
ese_err schema_index_from_row(struct table_def *t, const struct catalog_row *row, struct index_def **out);
void schema_index_finish(struct table_def *t, struct index_def *i);         /* derived facts: column bits */
void schema_index_release(struct index_def *i);
struct list *schema_bucket(struct schema_cache *cache, const char *name);
ese_err schema_make_facts(struct table_def *t);         /* after every change of columns */
void schema_note_column(struct table_def *t, struct column_def *c);
ese_err schema_derive(struct table_def *t, struct table_def *from);         /* copies of a template's columns; from is pinned by the caller */
ese_err schema_own_bytes(struct table_def *t, struct bytes from, struct bytes *to);        /* copy that lives as long as the table */
uint32_t schema_lv_chunk_bytes(const struct db_file *db);
struct column_def *schema_fid(struct table_def *t, unsigned fid, bool in_template);

#endif
