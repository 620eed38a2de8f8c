/* alike.c - see policy/alike.h: the words for differences, and whose the learned check is. */
#include "policy/alike.h"

const char *alike_word(enum alike_difference difference)
{
    static const char *const words[] = {
        "none",
#define ALIKE_DIFFERENCE(name, word, words) word,
#include "tables/alike_differences.h"
#undef ALIKE_DIFFERENCE
    };
    return words[difference];
}

/* It was learned with the model that names were learned with. */
bool alike_fits(const struct slm *slm)
{
    return slm_has_names(slm);
}
