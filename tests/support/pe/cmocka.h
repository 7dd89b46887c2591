/*
 * cmocka.h - the name under which test sources look for the runner; in PE builds it is ours.
 */
#include "../case.h"
