/*
 * moderations.h - OpenAI's moderations, as Weir answers them itself: the request read, the answer written.
 *
 * The input is one text, several, or one of several parts, of which only texts can be read here. An answer is
 * written result by result: moderations_begin(), moderations_add(), moderations_end().
 */
#ifndef WEIR_WIRE_MODERATIONS_H
#define WEIR_WIRE_MODERATIONS_H

#include "wire/json.h"

enum { MODERATIONS_TEXTS_MOST = 2048 };

enum {
    MODERATIONS_CATEGORIES = 0
#define CATEGORY(name, word, above, also) +1
#include "tables/moderation.h"
#undef CATEGORY
};

struct moderations_request {
    struct slice *text; /* unescaped: in the body, or in the arena */
    size_t        count;
    bool          is_one;     /* they are parts of one input, which has one result */
    size_t        unreadable; /* # parts that no text can be read from */
};

/* The body must outlive *out. why: BAD_REQUEST, DUPLICATE_KEY, or UNSUPPORTED, where there is nothing but
 * images. */
MUST_CHECK bool moderations_read(struct arena *, struct slice body, struct moderations_request *out,
                                 struct fault *why);

/* Bytes that an answer takes at most: the ceiling for its buf. */
size_t moderations_bytes_most(size_t results);

void moderations_begin(struct buf *out, const char *id, const char *model);
/* score and is_flagged: of each category, in the table's order. */
void moderations_add(struct buf *out, const float *score, const bool *is_flagged);
void moderations_end(struct buf *out);

#endif
