/*
 * redacting.h - POST /weir/redact and POST /weir/restore: for applications that hide what is private
 * themselves, before they store or send it.
 *
 *   {"text": …}, {"texts": […]} or {"request": a chat completions body}; "kinds": […], all when left out
 *     -> the same hidden, "findings" by code points, "map"
 *   {"text": …}, {"texts": […]}, {"request": …} or {"response": a chat completion}, "map": one or a list
 *     -> the same given back
 *
 * The map is sealed with the team's key and kept by the client alone: Weir remembers nothing. What could not be
 * inspected is not given out (law 2).
 */
#ifndef WEIR_REDACTING_H
#define WEIR_REDACTING_H

#include "errand.h"

extern const struct errand_kind redact_errand, restore_errand;

#endif
