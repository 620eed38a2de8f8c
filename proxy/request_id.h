/*
 * request_id.h - what a request is called in its answer's x-request-id, the log and the audit.
 */
#ifndef WEIR_REQUEST_ID_H
#define WEIR_REQUEST_ID_H

#include "client.h"

enum { REQUEST_ID_BYTES = 72 };

/* The client's own x-request-id where it is one that a log can bear, else "req_" and 128 random bits. */
void request_id_make(const struct client *, char id[REQUEST_ID_BYTES]);

#endif
