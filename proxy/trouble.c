/* trouble.c - see trouble.h. */
#include "trouble.h"

static const struct {
    const char *word, *words;
} troubles[REDIS_TROUBLES] = {
    { "well", "Redis is well" },
#define REDIS_TROUBLE(name, word, words) { word, words },
#include "tables/redis_troubles.h"
#undef REDIS_TROUBLE
};

static const struct {
    struct slice       code;
    enum redis_trouble trouble;
} codes[] = {
    { SLICE("LOADING"), REDIS_LOADING },
    { SLICE("MASTERDOWN"), REDIS_LOADING },
    { SLICE("BUSY"), REDIS_BUSY },
    { SLICE("READONLY"), REDIS_READ_ONLY },
    { SLICE("OOM"), REDIS_FULL },
    { SLICE("MISCONF"), REDIS_REFUSING },
    { SLICE("NOREPLICAS"), REDIS_REFUSING },
    { SLICE("NOAUTH"), REDIS_REFUSING },
    { SLICE("WRONGPASS"), REDIS_REFUSING },
    { SLICE("NOPERM"), REDIS_REFUSING },
    { SLICE("CLUSTERDOWN"), REDIS_REFUSING },
};

/* Before Redis 7 the error of a command within a script stands behind "ERR Error running script (…): -". */
static struct slice code_of(struct slice error)
{
    size_t nested =
        slice_starts(error, S("ERR Error running script")) ? slice_find(error, S(": -")) : SLICE_NONE;
    if (nested != SLICE_NONE)
        error = slice_cut(error, nested + strlen(": -"), error.len);
    return slice_cut(error, 0, slice_find_byte(error, ' '));
}

enum redis_trouble redis_trouble_of(struct slice error)
{
    struct slice code = code_of(error);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (slice_eq(code, codes[i].code))
            return codes[i].trouble;
    return REDIS_WELL;
}

const char *redis_trouble_word(enum redis_trouble trouble)
{
    return troubles[trouble].word;
}

const char *redis_trouble_words(enum redis_trouble trouble)
{
    return troubles[trouble].words;
}
