/*
 * catalog.h - MSysObjects, its shadow, MSysObjids, MSysLocales: rows in and out (edb-format.md 8 and 14).
 *
 * OWNS        the hard-wired schema of the catalog; the bootstrap of a new database.
 * GIVES       catalog_create (new database), insert / update / delete of table, column, index, LV rows in catalog and shadow,
 *             reading of a table's rows.
 * INVARIANTS  C1  every change of MSysObjects is made to the shadow in the same transaction.
 *             C2  rows are byte for byte what the original writes for the same object and database version.
 * FAILS       JET_errTableDuplicate, JET_errColumnDuplicate, JET_errIndexDuplicate, JET_errCatalogCorrupted.
 * CALLERS     table/schema, table/ddl, admin.
 * TESTS       unit/test_catalog.c, reference catalogs
 */
#ifndef ESE_TABLE_CATALOG_H
#define ESE_TABLE_CATALOG_H

#include "table/schema.h"

enum catalog_type { CATALOG_TABLE = 1, CATALOG_COLUMN = 2, CATALOG_INDEX = 3, CATALOG_LV = 4, CATALOG_CALLBACK = 5 };

/* One catalog row, decoded. Absent columns have has_x false. Slices live until the next catalog call of the session. */
struct catalog_row {
    uint32_t objid_table; uint16_t type; uint32_t id;
    uint32_t coltype_or_root, space_usage, flags, pages_or_locale;
    bool root_flag, has_offset, has_lcmap, has_key_most, has_lv_chunk, has_version, has_sort_id;
    uint16_t offset; uint32_t lcmap_flags; uint16_t key_most; uint32_t lv_chunk_max;
    struct bytes name, stats, template_table, default_value, key_fids, var_seg_mac, conditions, tuple_limits, version, sort_id,
                 callback_data, callback_deps, separate_lv, space_hints, lv_space_hints, locale_name;
};

ese_err catalog_create(struct session *s, struct db_file *db);        /* all system tables of a new database */
ese_err catalog_insert(struct session *s, struct db_file *db, const struct catalog_row *row);
ese_err catalog_replace(struct session *s, struct db_file *db, const struct catalog_row *row);  /* same key */
ese_err catalog_delete(struct session *s, struct db_file *db, uint32_t objid_table, uint16_t type, uint32_t id);
ese_err catalog_delete_table(struct session *s, struct db_file *db, uint32_t objid_table);      /* all its rows */
ese_err catalog_find_table(struct session *s, struct db_file *db, const char *name, struct catalog_row *out);
/* Rows of one table in key order. */
ese_err catalog_scan(struct session *s, struct db_file *db, uint32_t objid_table, ese_err (*each)(void *context, const struct catalog_row *row), void *context);
/* Tables by name order (RootObjects). */
ese_err catalog_scan_tables(struct session *s, struct db_file *db, ese_err (*each)(void *context, const struct catalog_row *row), void *context);
/* MSysLocales reference counts for a Unicode index. */
ese_err catalog_locale_add(struct session *s, struct db_file *db, const struct index_def *index);
ese_err catalog_locale_drop(struct session *s, struct db_file *db, const struct index_def *index);

#endif
