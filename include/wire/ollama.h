/*
 * ollama.h - what Ollama's clients ask besides chats: https://github.com/ollama/ollama/blob/main/docs/api.md
 *
 * A chat without messages, or a prompt that is empty, asks for no answer: the model is to be made ready, or
 * with "keep_alive": 0 let go. Embeddings are OpenAI's in other words: a request is read as one of OpenAI's,
 * and an answer of OpenAI's told as Ollama's.
 */
#ifndef WEIR_WIRE_OLLAMA_H
#define WEIR_WIRE_OLLAMA_H

#include "wire/chat.h"

/* The name without ":latest", which Ollama's clients say where no tag was asked for. */
struct slice ollama_model_name(struct slice name);

/* An RFC 3339 time, with its quotes. */
void ollama_write_time(int64_t since_1970_s, struct buf *out);

struct ollama_load {
    struct slice model; /* in the arena, or in the body */
    bool         lets_go;
};

/* Does a body for /api/chat or /api/generate ask for no more than that? */
bool ollama_is_load(enum dialect, struct arena *, struct slice body, struct ollama_load *out);
void ollama_write_loaded(enum dialect, const struct ollama_load *, int64_t now_s, struct buf *out);

/* A body for /api/embed, or the older /api/embeddings, as one for /v1/embeddings. why: BAD_REQUEST. */
MUST_CHECK bool ollama_read_embed(struct arena *, struct slice body, struct buf *out, struct fault *why);
/* The answer of /v1/embeddings as one of /api/embed's; is_older: /api/embeddings, with the first alone. False
 * where it is none. */
MUST_CHECK bool ollama_tell_embed(struct arena *, struct slice answer, bool is_older, struct buf *out);

#endif
