/*
 * fake_telling.h - one answer of the fake provider being given, as well or as badly as the request orders.
 *
 * Reads the request in the client's hand and answers it, now or bit by bit; the client's owner is the telling.
 */
#ifndef WEIR_FAKE_TELLING_H
#define WEIR_FAKE_TELLING_H

#include "client.h"

/* A chat-completions request has arrived. `name` is the provider's, and outlives the reply. */
void fake_tell(struct client *, const char *name);

/* For the server's on_gone() and on_room(). */
void fake_tell_no_more(struct client *);
void fake_tell_on(struct client *);

#endif
