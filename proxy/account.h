/*
 * account.h - what only a provider's account has: a response or a fine-tuned model that was made there, an
 * embedding by one of its models. A request of OpenAI's for such is passed on, and its answer back.
 *
 *   read -> inspect -> decide, redact, book -> ask -> restore -> reply
 *           SLM        (redis)                 network SLM
 *
 * It is bound by what a chat is bound by: all strings of its body are inspected, the reach must allow the
 * provider, what is hidden stays here, budgets are asked. A path and a query hold ids and small words, or are
 * refused. Where policies want answers looked through, it is refused, too. Answers go on as they came, values
 * restored; no error of the provider's is quoted.
 *
 * Where a model works for it (an embedding, a moderation, a conversation made shorter) it is reserved, charged
 * and summed as a chat is, however it ends. What is only kept there costs nothing.
 *
 * Whose account: that of the provider which the settings name (`store: { account: NAME }`), for all teams;
 * where they ask for no keys, so that there is one user, whose account it is, by themselves the farthest
 * provider that speaks OpenAI's API. A model of the settings is asked at its own provider.
 */
#ifndef WEIR_ACCOUNT_H
#define WEIR_ACCOUNT_H

#include "errand.h"

extern const struct errand_kind account_errand;

/* Has somebody an account that may be asked? */
bool account_may(const struct errand *);

#endif
