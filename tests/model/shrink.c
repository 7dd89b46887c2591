#include "shrink.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The list without steps first..first+count-1. */
static void without(const struct step_list *list, unsigned first, unsigned count, struct step_list *out)
{
    memcpy(out->steps, list->steps, first * sizeof *out->steps);
    memcpy(out->steps + first, list->steps + first + count, (list->count - first - count) * sizeof *out->steps);
    out->count = list->count - count;
}

/* What comes after the failing step does not matter: the shortest prefix that fails, by halving. */
static void cut_end(struct step_list *list, shrink_fails_fn fails, void *context)
{
    unsigned good = 0, bad = list->count;
    while (good + 1 < bad) {
        struct step_list prefix = {list->steps, good + (bad - good) / 2};
        if (fails(context, &prefix))
            bad = prefix.count;
        else
            good = prefix.count;
    }
    list->count = bad;
}

void shrink(struct step_list *list, unsigned seconds, shrink_fails_fn fails, void *context)
{
    time_t end = time(NULL) + (time_t)seconds;
    struct step_list shorter = {.steps = calloc(list->count + 1, sizeof *shorter.steps)};
    unsigned chunk;
    if (shorter.steps == NULL)
        return;
    cut_end(list, fails, context);
    for (chunk = list->count / 2 != 0 ? list->count / 2 : 1; time(NULL) < end;) {
        bool any = false;
        for (unsigned first = 0; first < list->count && time(NULL) < end;) {
            unsigned count = chunk < list->count - first ? chunk : list->count - first;
            without(list, first, count, &shorter);
            if (shorter.count != 0 && fails(context, &shorter)) {
                memcpy(list->steps, shorter.steps, shorter.count * sizeof *list->steps);
                list->count = shorter.count;
                any = true;
            } else {
                first += count;
            }
        }
        if (chunk == 1 && !any)
            break;
        if (chunk > 1)
            chunk /= 2;
    }
    list_release(&shorter);
}
