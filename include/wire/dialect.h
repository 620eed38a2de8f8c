/*
 * dialect.h - what the bodies of requests and answers may be written in.
 */
#ifndef WEIR_WIRE_DIALECT_H
#define WEIR_WIRE_DIALECT_H

#include <stdbool.h>

/* What a body is written in: OpenAI's chat completions, Anthropic's Messages, Gemini's generateContent,
 * Ollama's /api/chat, OpenAI's Responses and its older completions. The first two are read in place; the others
 * are translated. */
enum dialect {
    DIALECT_OPENAI,
    DIALECT_ANTHROPIC,
    DIALECT_GEMINI,
    DIALECT_OLLAMA, /* /api/chat */
    DIALECT_OLLAMA_GENERATE,
    DIALECT_RESPONSES,
    DIALECT_COMPLETIONS,
    DIALECT_MISTRAL, /* chat completions of Mistral's own kind: requests alone, its answers are OpenAI's */
};

/* In which dialect a request or an answer of that dialect is read: OpenAI's and Anthropic's as they are, others
 * as OpenAI's. */
enum dialect dialect_heard(enum dialect);

/* In which dialect it is answered what was asked in that one. */
enum dialect dialect_answered(enum dialect);

/* How a stream to a client of that dialect is written: server-sent events, which may hold comments, or JSON
 * line by line, which may not. */
bool        dialect_tells_lines(enum dialect);
const char *dialect_stream_type(enum dialect); /* a Content-Type */

#endif
