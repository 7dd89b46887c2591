/*
 * shrink.h - a failing list made as short as it gets by leaving out steps.
 *
 * GIVES       shrink: chunks of halving size are left out as long as the rest still fails (delta debugging).
 * INVARIANTS  H1  the result fails; leaving out any one step of it makes it pass, unless time ran out.
 * CALLERS     test_model.c, test_model_crash.c
 */
#ifndef ESE_TEST_SHRINK_H
#define ESE_TEST_SHRINK_H

#include "list.h"

typedef bool (*shrink_fails_fn)(void *context, const struct step_list *list);
void shrink(struct step_list *list, unsigned seconds, shrink_fails_fn fails, void *context);

#endif
