#include <stdio.h>

#include "admin/recover_int.h"

static ese_err put(const struct recovery *r, const struct recover_question *question)
{
    const struct recover_control *control = &r->config->control;
    return control->ask != NULL ? control->ask(control->context, r->inst, question) : question->usual;
}

ese_err recover_ask(const struct recovery *r, enum recover_point point, ese_err usual)
{
    struct recover_question question = {.point = point, .usual = usual};
    return put(r, &question);
}

/* Path of a generation, 0 the current log, into r->path2. */
static ese_err path_of_log(struct recovery *r, uint32_t generation)
{
    const struct log_config *c = &r->inst->log_config;
    char name[64];
    ese_err err = 0;
    int size;
    if (!log_file_name(name, sizeof name, c->base, generation, c->new_extensions ? "jtx" : "log"))
        FAIL(JET_errInvalidPath);
    size = snprintf(r->path2, OS_PATH_MAX, "%s%s", c->log_dir, name);
    if (size < 0 || size >= OS_PATH_MAX)
        FAIL(JET_errInvalidPath);
done:
    return err;
}

ese_err recover_ask_open(struct recovery *r, uint32_t generation, uint8_t why, ese_err usual)
{
    struct recover_question question = {.point = RECOVER_OPEN_LOG, .usual = usual, .generation = generation, .how = why, .path = r->path2};
    ese_err err = usual;
    if (r->config->control.ask == NULL)
        goto done;
    question.current = generation == 0 || (r->survey.has_current && generation == r->survey.gen_high);
    TRY(path_of_log(r, question.current ? 0 : generation));
    TRY(put(r, &question));
done:
    return err;
}

/* "No such file" said of a log is a missing log. */
ese_err recover_ask_missing(struct recovery *r, uint32_t generation, uint8_t next, ese_err usual)
{
    struct recover_question question = {.point = RECOVER_MISSING_LOG, .usual = usual, .generation = generation, .current = generation != 0,
                                        .how = next, .path = r->path2};
    ese_err err = 0;
    TRY(path_of_log(r, 0));
    err = put(r, &question);
    if (err == JET_errFileNotFound)
        FAIL(JET_errMissingLogFile);
done:
    return err;
}

ese_err recover_ask_db(const struct recovery *r, enum recover_point point, const struct db_file *db)
{
    struct recover_question question = {.point = point, .path = db->path};
    return put(r, &question);
}

bool recover_wants_event(const struct recovery *r, unsigned event)
{
    struct recover_question question = {.point = RECOVER_EVENT, .event = event};
    return put(r, &question) >= 0;
}
