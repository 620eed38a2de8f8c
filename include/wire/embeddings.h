/*
 * embeddings.h - OpenAI's embeddings, as Weir answers them itself: the request read, the answer written.
 *
 * An answer is written text by text, so that whoever embeds can stop between two:
 * embeddings_begin(), embeddings_add() in the texts' order, embeddings_end().
 */
#ifndef WEIR_WIRE_EMBEDDINGS_H
#define WEIR_WIRE_EMBEDDINGS_H

#include "wire/json.h"

enum { EMBEDDINGS_TEXTS_MOST = 2048 /* OpenAI's own limit */ };

struct embeddings_request {
    struct slice  model;
    struct slice *text; /* unescaped: in the body, or in the arena */
    size_t        count;
    int64_t       dimensions; /* 0: not given */
    bool          is_base64;  /* how the floats are wanted: little-endian bytes in base64, or JSON numbers */
};

/* The body must outlive *out. why: BAD_REQUEST, DUPLICATE_KEY or UNSUPPORTED (token ids: they are of another
 * model's vocabulary), the field to blame in it. Fields that are not known are passed over, as OpenAI does. */
MUST_CHECK bool embeddings_read(struct arena *, struct slice body, struct embeddings_request *out,
                                struct fault *why);

/* Bytes that an answer takes at most: the ceiling for its buf. */
size_t embeddings_bytes_most(size_t texts, unsigned dim);

void embeddings_begin(struct buf *out);
void embeddings_add(struct buf *out, size_t index, const float *embedding, unsigned dim, bool is_base64);
void embeddings_end(struct buf *out, const char *model, int64_t tokens);

/* One embedding alone, a JSON array or string. Nine digits always give the same float again. */
void embedding_write(struct buf *out, const float *embedding, unsigned dim, bool is_base64);

#endif
