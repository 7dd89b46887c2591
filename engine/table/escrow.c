/* Escrow columns that delete their record: when a value has come to zero and no transaction can change that by its end. */
#include "format/record.h"
#include "table/cursor.h"
#include "table/table_int.h"

static const struct column_def *deleting_column(const struct table_def *t, unsigned offset)
{
    const struct table_facts *facts = atomic_load_explicit(&t->facts, memory_order_acquire);

    for (unsigned k = 0; facts != NULL && k < facts->escrow_count; k++)
        if (facts->escrow[k]->offset == offset && (facts->escrow[k]->flags & COLUMN_DELETE_ON_ZERO) != 0)
            return facts->escrow[k];
    return NULL;
}

static bool is_zero(struct bytes value)
{
    for (size_t k = 0; k < value.size; k++)
        if (value.data[k] != 0)
            return false;
    return true;
}

/* The record as everybody sees it now; a later change that is still open keeps it, its own clean-up comes here again. */
static ese_err delete_if_zero(struct cursor *c, const struct column_def *column, struct bytes bookmark)
{
    ese_err err = JET_errSuccess;
    struct bytes record, value;
    enum value_state state;
    bool zero;

    TRY(cursor_goto_bookmark(c, bookmark));
    TRY(cursor_record(c, &record));
    err = record_get_fixed(record, column->fid, (struct fixed_layout){column->offset, column->fixed_bytes}, &state, &value);
    zero = err >= 0 && state == VALUE_PRESENT && is_zero(value);
    cursor_release(c);
    TRY(err);
    if (zero)
        TRY(update_delete(c));
done:
    return err == JET_errRecordDeleted || err == JET_errWriteConflict ? JET_errSuccess : err;
}

static ese_err with_system_cursor(struct session *system, struct table_def *t, const struct column_def *column, struct bytes bookmark)
{
    ese_err err = JET_errSuccess;
    struct cursor *c = NULL;
    bool pinned = false, begun = false;

    os_mutex_lock(&t->schema->lock);
    if (!t->deleted) {
        t->pins++;
        pinned = true;
    }
    os_mutex_unlock(&t->schema->lock);
    if (!pinned)
        goto done;
    TRY(cursor_open(system, t, &c));
    TRY(txn_begin(system, false));
    begun = true;
    TRY(delete_if_zero(c, column, bookmark));
    TRY(txn_commit(system, COMMIT_LAZY));
    begun = false;
done:
    if (begun)
        (void)txn_rollback(system);
    if (c != NULL)
        cursor_close(c);
    else if (pinned)
        schema_close_table(t);
    return err;
}

ese_err escrow_delta_done(struct inst *inst, struct ver_entry *e)
{
    ese_err err = JET_errSuccess;
    struct btree *tree = e->tree;
    struct table_def *t = tree->owner;
    const struct column_def *column = t != NULL && tree == &t->tree && t->schema != NULL ? deleting_column(t, e->delta_offset) : NULL;
    struct session *system;

    if (column == NULL)
        return err;
    os_mutex_lock(&inst->system_lock);
    if (!atomic_load(&tree->dropped)) {
        TRY(txn_system(inst, &system));
        TRY(with_system_cursor(system, t, column, e->key));
    }
done:
    os_mutex_unlock(&inst->system_lock);
    return err;
}
