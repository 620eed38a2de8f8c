/*
 * trouble.h - what is wrong with Redis, by what it says: its troubles told apart, so that a person need
 * not guess.
 */
#ifndef WEIR_TROUBLE_H
#define WEIR_TROUBLE_H

#include "base/slice.h"

enum redis_trouble {
    REDIS_WELL,
#define REDIS_TROUBLE(name, word, words) REDIS_##name,
#include "tables/redis_troubles.h"
#undef REDIS_TROUBLE
    REDIS_TROUBLES
};

/* Of an error reply, as hiredis has it: without the dash. REDIS_WELL where it is about the command alone. */
enum redis_trouble redis_trouble_of(struct slice error);

const char *redis_trouble_word(enum redis_trouble);  /* "away"; "well" */
const char *redis_trouble_words(enum redis_trouble); /* "Redis cannot be reached" */

#endif
