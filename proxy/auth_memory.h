/*
 * auth_memory.h - what a loop remembers of API keys: records by id, and for a moment ids that Redis has not.
 *
 * Bounded, and so that guessing does no harm: what nobody has made never comes here (api_key.h's seal), what is
 * made and gone goes to a ring of its own, so that it pushes out nothing that is good; of the good the longest
 * unused goes first. Time is an argument, in milliseconds of a clock that does not go back.
 */
#ifndef WEIR_AUTH_MEMORY_H
#define WEIR_AUTH_MEMORY_H

#include "policy/api_key.h"

enum {
    AUTH_KEYS_MOST = 4096,
    AUTH_BYTES_MOST = 8 << 20, /* of their records */
    AUTH_UNKNOWN_MOST = 256,
    AUTH_UNKNOWN_MS = 5000,
    AUTH_AGAIN_MS = 250,
};

struct auth_memory;

struct auth_memory *auth_memory_new(void);
void                auth_memory_free(struct auth_memory **);

enum recollection { AUTH_UNHEARD, AUTH_REMEMBERED, AUTH_UNKNOWN };
/* REMEMBERED: *record is set; it lives until the next call. */
enum recollection auth_recall(struct auth_memory *, const char *id, int64_t now_ms, struct slice *record);
/* May what is remembered be asked about anew, because a secret of that hash does not fit it? Not more often
 * than every AUTH_AGAIN_MS on the same one's behalf: whoever goes on with a retired secret stands in nobody's
 * way. */
bool auth_may_ask_again(struct auth_memory *, const char *id, const unsigned char hash[API_KEY_HASH_BYTES],
                        int64_t now_ms);
void auth_remember(struct auth_memory *, const char *id, struct slice record, int64_t now_ms);
void auth_remember_unknown(struct auth_memory *, const char *id, int64_t now_ms);

void   auth_forget(struct auth_memory *, const char *id);
void   auth_forget_all(struct auth_memory *);
void   auth_forget_unused(struct auth_memory *, int64_t since_ms);
size_t auth_remembered(const struct auth_memory *); /* # records */

#endif
