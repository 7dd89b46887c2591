/*
 * info_api.h - what the information calls share.
 *
 * GIVES       the table an information call means, results of fixed size, space of a tree, a database's header.
 * CALLERS     api.
 * TESTS       observed-sequences info-column, info-other
 */
#ifndef ESE_API_INFO_API_H
#define ESE_API_INFO_API_H

#include "api/call.h"
#include "api/ddl_convert.h"
#include "api/info_level.h"
#include "api/temp_api.h"


/* A table by name for the time of one call; schema_close_table ends it. NULL name: JET_errInvalidParameter. */
ese_err info_open_table(struct call *c, JET_DBID dbid, JET_PCWSTR name, struct table_def **out);
/* size bytes of value to a buffer that must have at least, or exactly, that size. */
ese_err info_give(const void *value, size_t size, void *to, size_t room);
ese_err info_give_exactly(const void *value, size_t size, void *to, size_t room);
/* The header of a database in the caller's form. */
void info_describe_header(const struct db_header *h, JET_DBINFOMISC7 *out);
/* Pages of a tree: owned or available. */
ese_err info_space(struct btree *tree, bool owned, uint32_t *pages);

#endif
