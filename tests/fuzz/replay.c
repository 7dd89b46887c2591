/*
 * Replays a fuzz target without a fuzzer: its seeds whole, cut at every length, and damaged at random; then the files given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { ROOM = 65536, DAMAGED_PER_SEED = 600, CUTS_MAX = 200 };

static uint32_t random_state = 20231;

static uint32_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

/* Every input lies alone in a block of its exact size, so that one byte too far is seen. */
static void give(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size != 0 ? size : 1);
    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void damage(uint8_t *data, size_t size)
{
    static const uint8_t values[] = {0, 1, 0x7F, 0x80, 0xFF, 0xFE, 0x40, 0x20};
    unsigned changes = 1 + next_random() % 6;
    while (changes-- > 0) {
        size_t at = next_random() % size;
        switch (next_random() % 3) {
        case 0: data[at] ^= (uint8_t)(1u << next_random() % 8); break;
        case 1: data[at] = values[next_random() % sizeof values]; break;
        default: data[at] = (uint8_t)next_random(); break;
        }
    }
}

static int replay_file(const char *path)
{
    static uint8_t data[ROOM];
    FILE *f = fopen(path, "rb");
    size_t size;
    if (f == NULL)
        return 1;
    size = fread(data, 1, sizeof data, f);
    fclose(f);
    give(data, size);
    return 0;
}

int main(int argc, char **argv)
{
    static uint8_t seed[ROOM], work[ROOM];
    unsigned long inputs = 0;
    size_t size;

    for (int n = 1; n < argc; n++)
        if (replay_file(argv[n]) != 0)
            return 1;
    give(seed, 0);
    for (unsigned n = 0; (size = fuzz_seed(n, seed, sizeof seed)) != 0; n++) {
        size_t step = size > CUTS_MAX ? size / CUTS_MAX : 1;
        for (size_t cut = 0; cut <= size; cut += step, inputs++)
            give(seed, cut);
        for (unsigned k = 0; k < DAMAGED_PER_SEED; k++, inputs++) {
            memcpy(work, seed, size);
            damage(work, size);
            give(work, size);
        }
    }
    printf("%lu inputs\n", inputs);
    return 0;
}
