/*
 * apis.h - what providers speak, one line each: the word of settings, where a chat is asked for beneath the url, the header
 * that holds the key, headers that are always sent, and the dialect of bodies.
 *
 *  name       word         path                 key                       headers                                dialect
 */
API(OPENAI,    "openai",    "/chat/completions", "authorization: Bearer ", "",                                    OPENAI)
API(ANTHROPIC, "anthropic", "/v1/messages",      "x-api-key: ",            "anthropic-version: 2023-06-01\r\n",   ANTHROPIC)
