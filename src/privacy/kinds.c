/* kinds.c - the columns of tables/pii_kinds.h. */
#include "privacy/find.h"

static const struct {
    const char *word, *tag;
    bool        is_secret;
} kinds[] = {
#define PII_KIND(name, word, tag, is_secret) { word, tag, is_secret },
#include "tables/pii_kinds.h"
#undef PII_KIND
};

_Static_assert((int)PII_KINDS < 64, "a pii_set has a bit for each kind");

const char *pii_word(enum pii_kind kind)
{
    return kinds[kind].word;
}

const char *pii_tag(enum pii_kind kind)
{
    return kinds[kind].tag;
}

bool pii_is_secret(enum pii_kind kind)
{
    return kinds[kind].is_secret;
}

enum pii_kind pii_of(struct slice word)
{
    for (int kind = 0; kind < PII_KINDS; kind++)
        if (slice_is(word, kinds[kind].word))
            return (enum pii_kind)kind;
    return PII_KINDS;
}
