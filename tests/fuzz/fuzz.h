/*
 * fuzz.h - fuzz targets: one function over bytes each; under the fuzz preset libFuzzer drives it, elsewhere replay.c does, over seeds
 * that the target makes and random damage to them, and over files named on the command line.
 */
#ifndef ESE_TEST_FUZZ_H
#define ESE_TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Good inputs to start from: number n = 0, 1, ... into to; its size, or 0 when there are no more. */
size_t fuzz_seed(unsigned n, uint8_t *to, size_t room);

#endif
