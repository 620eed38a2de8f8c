/*
 * visit.h - a request that is answered at once, as soon as it is known who asks.
 */
#ifndef WEIR_VISIT_H
#define WEIR_VISIT_H

#include "exchange.h"

/* Answers the client. object: of the id in its path, as it was sent; empty where there is none. */
typedef void visit_fn(struct tools *, struct client *, const struct caller *, struct slice object);

/* Takes the client's request in hand until `answer` has; who asks without a key that is known is refused. */
void visit_begin(struct tools *, struct client *, visit_fn *answer, struct slice object);

/* For server_handler, where the client's request is a visit. */
void visit_on_gone(struct client *);

#endif
