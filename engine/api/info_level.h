/*
 * info_level.h - the parts of an information level.
 *
 * GIVES       the bit by which the A forms ask for lists with narrow texts.
 * CALLERS     api.
 * TESTS       observed-sequences info-column
 */
#ifndef ESE_API_INFO_LEVEL_H
#define ESE_API_INFO_LEVEL_H

enum { INFO_LEVEL_MASK = 0x0000FFFF, INFO_NARROW = 0x00800000 };

#endif
