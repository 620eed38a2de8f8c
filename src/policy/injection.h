/*
 * injection.h - does anything that others wrote try to take the model over?
 *
 * Users' messages of all turns and tools' results are read; what the operator's system prompt and the model
 * itself say is not. A text is cut into windows that overlap, so that one sentence in a long document is seen;
 * of more windows than INJECTION_WINDOWS_MOST those are read whose words remind most of an attack.
 */
#ifndef WEIR_POLICY_INJECTION_H
#define WEIR_POLICY_INJECTION_H

#include "policy/inspect.h"

enum { INJECTION_WINDOWS_MOST = 24 };

/* 0..1, the most suspicious window's. Milliseconds a window that is not remembered (counted in tally). Needs a
 * worker and slm_has_heads(). */
float injection_within(const struct inspector *, struct arena *, const struct chat *, struct inspection *tally);

#endif
