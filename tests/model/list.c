#include "list.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[STEP_KINDS] = {
#define X(name, weight) #name,
    LIST_STEPS(X)
#undef X
};

static const unsigned weights[STEP_KINDS] = {
#define X(name, weight) weight,
    LIST_STEPS(X)
#undef X
};

static uint32_t next_random(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return (uint32_t)(*random >> 16);
}

static bool left_out(unsigned kind, enum list_mix mix)
{
    return mix == LIST_NO_SCHEMA && kind >= STEP_column_add;
}

static uint8_t choose_kind(uint64_t *random, enum list_mix mix)
{
    unsigned sum = 0, at;
    for (unsigned k = 0; k < STEP_KINDS; k++)
        sum += left_out(k, mix) ? 0 : weights[k];
    at = next_random(random) % sum;
    for (unsigned k = 0; k < STEP_KINDS; k++) {
        unsigned weight = left_out(k, mix) ? 0 : weights[k];
        if (at < weight)
            return (uint8_t)k;
        at -= weight;
    }
    return STEP_read;
}

void list_make(struct step_list *list, uint64_t seed, unsigned count, unsigned sessions, unsigned keys, enum list_mix mix)
{
    uint64_t random = seed * 0x9E3779B97F4A7C15ull + 88172645463325252ull;
    list->steps = calloc(count != 0 ? count : 1, sizeof *list->steps);
    list->count = list->steps != NULL ? count : 0;
    for (unsigned n = 0; n < list->count; n++) {
        struct step *s = &list->steps[n];
        s->kind = choose_kind(&random, mix);
        s->session = (uint8_t)(next_random(&random) % sessions);
        s->key = (uint16_t)(next_random(&random) % keys);
        s->arg = next_random(&random);
        if (n % 400 < 60)                               /* now and then everything happens in a small range */
            s->key = s->key % 12;
    }
}

const char *step_name(const struct step *step)
{
    return names[step->kind];
}

void list_print(const struct step_list *list, FILE *to)
{
    for (unsigned n = 0; n < list->count; n++) {
        const struct step *s = &list->steps[n];
        fprintf(to, "%u %s %u %u\n", (unsigned)s->session, names[s->kind], (unsigned)s->key, (unsigned)s->arg);
    }
}

static bool read_step(const char *line, struct step *out)
{
    char name[32];
    unsigned session, key, arg;
    if (sscanf(line, "%u %31s %u %u", &session, name, &key, &arg) != 4 || session > 255 || key > 65535)
        return false;
    for (unsigned k = 0; k < STEP_KINDS; k++)
        if (strcmp(name, names[k]) == 0) {
            *out = (struct step){(uint8_t)k, (uint8_t)session, (uint16_t)key, arg};
            return true;
        }
    return false;
}

bool list_read(struct step_list *list, FILE *from)
{
    char line[200];
    unsigned room = 0;
    *list = (struct step_list){0};
    while (fgets(line, sizeof line, from) != NULL) {
        struct step *larger;
        if (line[0] == '#' || line[0] == '\n')
            continue;
        if (list->count == room) {
            room = room != 0 ? 2 * room : 256;
            larger = realloc(list->steps, room * sizeof *larger);
            if (larger == NULL)
                return false;
            list->steps = larger;
        }
        if (!read_step(line, &list->steps[list->count])) {
            list_release(list);
            return false;
        }
        list->count++;
    }
    return list->count != 0;
}

void list_release(struct step_list *list)
{
    free(list->steps);
    *list = (struct step_list){0};
}
