/*
 * endpoints.h - which path is answered by what.
 */
#ifndef WEIR_ENDPOINTS_H
#define WEIR_ENDPOINTS_H

#include "exchange.h"

/* A server_handler whose arg is the loop's tools. */
extern const struct server_handler endpoints_handler;

#endif
