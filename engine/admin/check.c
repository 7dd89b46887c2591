#include <stdarg.h>
#include <stdio.h>

#include "admin/check_int.h"

enum { FAULTS_DEFAULT = 100 };

void check_fault(struct check *c, const char *tree, pgno page, int slot, const char *format, ...)
{
    struct check_fault f = {.page = page, .slot = slot, .tree = tree};
    va_list arguments;
    c->counts->faults++;
    if (c->config->fault == NULL || c->counts->faults > c->faults_max)
        return;
    va_start(arguments, format);
    (void)vsnprintf(f.text, sizeof f.text, format, arguments);
    va_end(arguments);
    c->config->fault(c->config->context, &f);
}

bool check_enough(const struct check *c)
{
    return c->counts->faults >= c->faults_max;
}

ese_err check_failed(struct check *c, const char *tree, pgno page, ese_err err)
{
    const char *name = err_name(err);
    if (err >= 0 || err == JET_errOutOfMemory)
        return err;
    if (err == JET_errReadVerifyFailure)
        c->counts->bad_checksums++;
    check_fault(c, tree, page, -1, "%s", name != NULL ? name : "unknown error");
    return 0;
}

void check_use(struct check *c, const char *tree, pgno page, uint32_t objid, enum check_use use)
{
    if (page == 0 || page > c->page_last) {
        check_fault(c, tree, page, -1, "page lies outside the file of %u pages", (unsigned)c->page_last);
        return;
    }
    if (c->owner[page] != objid)
        check_fault(c, tree, page, -1, "page is used by object %u and owned by object %u", (unsigned)objid, (unsigned)c->owner[page]);
    if (c->use[page] != USE_NONE)
        check_fault(c, tree, page, -1, c->use[page] == USE_AVAILABLE ? "page is used and available" : "page is used twice");
    c->use[page] = (uint8_t)use;
}

/* Pages that somebody owns and nobody uses: lost in a crash, harmless. */
static void count_leaked(struct check *c)
{
    for (pgno n = 1; n <= c->page_last; n++)
        c->counts->leaked_pages += c->use[n] == USE_NONE;
}

static ese_err check_root(struct check *c)
{
    ese_err err = 0;
    struct btree root;
    struct check_walk walk = {.c = c, .name = "database", .tree = &root};
    err = btree_open(&root, c->db, 1);
    if (err < 0)
        return check_failed(c, "database", 1, err);
    TRY(check_space(c, "database", &root, 0));
    TRY(check_tree(&walk));
done:
    btree_release(&root);
    return err;
}

static ese_err check_all(struct check *c)
{
    ese_err err = 0;
    TRY(check_pages(c));
    if (c->config->pages_only || check_enough(c))
        goto done;
    TRY(check_root(c));
    TRY(check_tables(c));
    TRY(check_catalog(c));
    if (c->counts->faults == 0)
        count_leaked(c);
done:
    return err;
}

ese_err check_database(struct session *s, uint8_t dbid, const struct check_config *config, struct check_counts *counts)
{
    ese_err err = 0;
    struct check c = {.s = s, .db = inst_db(s->inst, dbid), .config = config, .counts = counts};
    memset(counts, 0, sizeof *counts);
    if (c.db == NULL)
        FAIL(JET_errDatabaseNotFound);
    c.faults_max = config->faults_max != 0 ? config->faults_max : FAULTS_DEFAULT;
    c.page_last = atomic_load(&c.db->page_last);
    c.use = ese_alloc((size_t)c.page_last + 1);
    c.owner = ese_alloc(((size_t)c.page_last + 1) * sizeof *c.owner);
    if (c.use == NULL || c.owner == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(check_all(&c));
done:
    ese_free(c.use);
    ese_free(c.owner);
    return err;
}
