/*
 * conversations.h - which model a conversation is with, and how much of it that model's provider has cached.
 *
 * The process's memory, one for all loops, kept over reloads; a lock is held for about a microsecond. Bounded:
 * of those that fall into one of its buckets the one not spoken of for longest is forgotten. No text is kept,
 * nor a name: a conversation is a keyed hash of its head (system prompt and first user message), team and user,
 * a model a hash of its name.
 */
#ifndef WEIR_CONVERSATIONS_H
#define WEIR_CONVERSATIONS_H

#include "base/siphash.h"
#include "policy/stay.h"

enum { CONVERSATIONS_MOST = 1 << 14 };

struct conversations;

struct conversations *conversations_new(void);
void                  conversations_free(struct conversations **);

/* What stands for a conversation: how it begins, and whose it is. Another key of the same user may take other
 * routes. */
uint64_t conversation_key(const struct conversations *, const struct chat *, const struct payer *);

/* What is remembered; a model that the settings do not have any more is none. */
struct companion conversations_recall(struct conversations *, uint64_t key, const struct settings *,
                                      int64_t now_ms);
/* That model has answered. */
void conversations_note(struct conversations *, uint64_t key, const struct model *, const struct answer_usage *,
                        int64_t now_ms);

#endif
