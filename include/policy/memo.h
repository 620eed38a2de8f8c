/*
 * memo.h - what was found out about a text is remembered, the text is not: so turn 100 of a conversation costs
 * what turn 1 did.
 *
 * A key is a keyed hash of the text, what was asked of it, and the generation of what answered (finder,
 * policies, weights): under another generation nothing is found. A value is some bytes. There are at most so
 * many values, of so many bytes together; those go first that nobody has asked for the longest. One for all
 * threads: whoever makes it brings the lock.
 */
#ifndef WEIR_POLICY_MEMO_H
#define WEIR_POLICY_MEMO_H

#include "base/arena.h"
#include "base/siphash.h"

/* What may be asked about a text. */
enum memo_what {
    MEMO_FINDINGS,              /* struct finding[], in a text */
    MEMO_FINDINGS_IN_ARGUMENTS, /* likewise, in a tool's arguments */
    MEMO_FINDINGS_AND_NAMES,    /* likewise, where names were looked for too */
    MEMO_FINDINGS_AND_NAMES_IN_ARGUMENTS,
    MEMO_EMBEDDING, /* float[], as a question */
    MEMO_JUDGEMENT, /* struct judgement, as a question, by the heads inside the binary */
    MEMO_INJECTION, /* float */
    MEMO_CHANCE,    /* float, of two questions in one text: that they want the same answer */
};

struct memo_key {
    struct siphash text;
    uint64_t       generation;
    enum memo_what what;
};

/* How threads keep out of one another's way; all NULL where there is only one. */
struct memo_lock {
    void (*take)(void *arg);
    void (*give)(void *arg);
    void *arg;
};

struct memo;

struct memo *memo_new(const struct siphash_key *, size_t values_most, size_t bytes_most, struct memo_lock);
void         memo_free(struct memo **);

/* Nothing is looked up yet, and no lock taken. */
struct memo_key memo_key(const struct memo *, uint64_t generation, enum memo_what, struct slice text);

/* The value, copied to the arena; false where there is none. */
MUST_CHECK bool memo_recall(struct memo *, const struct memo_key *, struct arena *, struct slice *value);

/* In place of what was there under this key. A value of more than a sixteenth of all bytes is not taken. */
void memo_keep(struct memo *, const struct memo_key *, struct slice value);

#endif
