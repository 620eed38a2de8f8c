/*
 * kinds.c - the columns of tables/pii_kinds.h, and behind them the kinds that operators name in their policies.
 *
 * A kind is a number for as long as the process runs, whatever policies come and go: so findings, sets and
 * placeholders that were made before a reload mean the same after it. What is written once never changes, and
 * the count is raised last, so readers need no lock; whoever defines takes turns.
 */
#include "privacy/find.h"

#include <stdatomic.h>

static struct kind {
    char word[PII_WORD_BYTES], tag[PII_TAG_BYTES];
    bool is_secret, is_common;
} kinds[PII_KINDS_MOST] = {
#define PII_KIND(name, word, tag, is_secret, is_common) { word, tag, is_secret, is_common },
#include "tables/pii_kinds.h"
#undef PII_KIND
};

/* Some are left for the operator. */
_Static_assert((int)PII_KINDS + 20 <= (int)PII_KINDS_MOST, "a pii_set has a bit for each kind");

static atomic_uint count = PII_KINDS;
static atomic_flag defining = ATOMIC_FLAG_INIT;

unsigned pii_kinds(void)
{
    return atomic_load_explicit(&count, memory_order_acquire);
}

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

pii_set pii_any(void)
{
    pii_set set = PII_ALL;
    for (unsigned kind = 0; kind < PII_KINDS; kind++)
        if (kinds[kind].is_common)
            set &= ~((pii_set)1 << kind);
    return set;
}

enum pii_kind pii_of(struct slice word)
{
    unsigned all = pii_kinds(), kind = 0;
    while (kind < all && !slice_is(word, kinds[kind].word))
        kind++;
    return kind < all ? (enum pii_kind)kind : PII_KINDS_MOST;
}

/* --- the operator's --------------------------------------------------------------------------------------- */

static bool is_word(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || (i > 0 && s.ptr[i] >= '0' && s.ptr[i] <= '9') ||
              (i > 0 && s.ptr[i] == '_')))
            return false;
    return s.len > 0 && s.len < PII_WORD_BYTES;
}

static bool is_tag(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < 'A' || s.ptr[i] > 'Z')
            return false;
    return s.len > 0 && s.len < PII_TAG_BYTES;
}

static bool add(struct slice word, struct slice tag, enum pii_kind *out, struct fault *why)
{
    unsigned all = pii_kinds();
    for (unsigned k = 0; k < all; k++) {
        bool is_same_word = slice_is(word, kinds[k].word);
        if (is_same_word && slice_is(tag, kinds[k].tag)) {
            *out = (enum pii_kind)k;
            return true;
        }
        if (is_same_word)
            return fault_set(why, FAULT_INTERNAL, "the kind %s has the tag %s as long as Weir runs",
                             kinds[k].word, kinds[k].tag);
        if (slice_is(tag, kinds[k].tag))
            return fault_set(why, FAULT_INTERNAL, "the tag %s is that of the kind %s", kinds[k].tag,
                             kinds[k].word);
    }
    if (all == PII_KINDS_MOST)
        return fault_set(why, FAULT_INTERNAL,
                         "more than %d kinds of one's own since Weir was started; a restart forgets old ones",
                         (int)PII_KINDS_MOST - (int)PII_KINDS);
    memcpy(kinds[all].word, word.ptr, word.len);
    memcpy(kinds[all].tag, tag.ptr, tag.len);
    *out = (enum pii_kind)all;
    atomic_store_explicit(&count, all + 1, memory_order_release);
    return true;
}

bool pii_define(struct slice word, struct slice tag, enum pii_kind *out, struct fault *why)
{
    if (!is_word(word))
        return fault_set(why, FAULT_INTERNAL, "a kind is called by small letters, digits and \"_\", %d at most",
                         PII_WORD_BYTES - 1);
    if (!is_tag(tag))
        return fault_set(why, FAULT_INTERNAL, "a tag is made of capitals, %d at most", PII_TAG_BYTES - 1);
    while (atomic_flag_test_and_set_explicit(&defining, memory_order_acquire))
        ;
    bool ok = add(word, tag, out, why);
    atomic_flag_clear_explicit(&defining, memory_order_release);
    return ok;
}
