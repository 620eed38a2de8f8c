/*
 * embeddings.h - POST /v1/embeddings, answered by the encoder in the process: no text leaves the machine, and
 * it costs nothing.
 *
 * The texts are embedded a few at a time, and between two pieces the SLM threads serve whoever else waits: a
 * client with two thousand texts does not keep chats from being inspected.
 */
#ifndef WEIR_EMBEDDINGS_H
#define WEIR_EMBEDDINGS_H

#include "exchange.h"

/* Takes the client's request in hand, until it has its reply. */
void embeddings_begin_for(struct tools *, struct client *);

/* For server_handler, where the client's request is one of these. */
void embeddings_on_gone(struct client *);

#endif
