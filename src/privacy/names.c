/* names.c - see names.h. */
#include "names.h"

#include "slm/slm.h"

/* What each becomes, and how sure it can be at most: nothing proves a name as check digits prove a number, and
 * where the words of a pattern speak of a value, they know better what kind of word or date it is. */
static const struct {
    enum pii_kind kind;
    float         sure;
} becomes[NAME_KINDS] = {
    [NAME_PERSON] = { PII_PERSON, 0.9F },
    [NAME_PLACE] = { PII_PLACE, 0.8F },
    [NAME_ORGANIZATION] = { PII_ORGANIZATION, 0.8F },
    [NAME_ADDRESS] = { PII_ADDRESS, 0.9F },
    [NAME_USERNAME] = { PII_USER_NAME, 0.7F },
    [NAME_AFFILIATION] = { PII_AFFILIATION, 0.7F },
    [NAME_DATE] = { PII_DATE, 0.7F },
    [NAME_TITLE] = { PII_TITLE, 0.7F },
};

enum pii_kind names_kind(unsigned beyond)
{
    return becomes[beyond].kind;
}

bool names_add(struct slm_worker *worker, struct arena *arena, struct slice text, unsigned first,
               struct candidates *out)
{
    struct named_list names;
    if (!slm_names(worker, arena, text, &names))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        const struct named *n = &names.item[i];
        candidates_add(out, (struct candidate){ n->start, n->end, n->confidence * becomes[n->kind].sure,
                                                first + n->kind });
    }
    return true;
}
