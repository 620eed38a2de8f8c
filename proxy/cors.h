/*
 * cors.h - which web pages may ask from within a browser: the CORS protocol (the Fetch standard, 3.3).
 *
 * A page's script may read an answer only if it says that the page's origin may, and most requests to Weir are
 * preceded by an OPTIONS that asks. Without `cors: origins:` no page may. Keys come in headers and never in
 * cookies, so credentials in the protocol's sense are not allowed.
 *
 * A page may also send what it may not read the answer to (a form's POST is preceded by nothing), and a page
 * whose name is made to mean 127.0.0.1 is taken for Weir's own (DNS rebinding). A key that no page knows stops
 * both; where none is asked for, cors_admits() does.
 */
#ifndef WEIR_CORS_H
#define WEIR_CORS_H

#include "client.h"
#include "policy/settings.h"

/* False where no key is asked for and a page that is none of ours might be asking. why: NOT_ALLOWED. */
MUST_CHECK bool cors_admits(const struct settings *, struct client *, struct fault *why);

/* Whatever the request in hand is answered, the page that asks may read it, if its origin is one of ours. */
void cors_open(const struct settings *, struct client *);

/* Answers OPTIONS, from a browser or not. methods: "GET, HEAD", those that the path takes. */
void cors_answer_options(const struct settings *, struct client *, struct slice methods);

#endif
