/*
 * kept.h - an answer that a client wants kept, with what it answered: OpenAI's stored responses and chat
 * completions.
 *
 * One JSON document, {"answer":{…},"asked":[…]}: the response or the completion, whole, as the client was told
 * it; and the conversation that led to it, as Responses' items or as chat messages, each with an id. So a
 * response that goes on from another needs that one alone, and those before it may have been deleted.
 */
#ifndef WEIR_WIRE_KEPT_H
#define WEIR_WIRE_KEPT_H

#include "wire/chat.h"

struct kept {
    struct json json;
    json_at     answer, asked; /* an object, an array */
};

/* The text must outlive *out. why: INTERNAL, for a document that kept_write() did not make. */
MUST_CHECK bool kept_read(struct arena *, struct slice text, struct kept *out, struct fault *why);
/* Both raw JSON. */
void kept_write(struct slice answer, struct slice asked, struct buf *out);

/* ---- what is kept ---- */

/* The one document that a client was told in that dialect (Responses or OpenAI's): the body itself, or what a
 * stream came to. False where it makes no whole one. */
MUST_CHECK bool kept_answer(enum dialect, bool is_stream, struct slice told, struct arena *, struct buf *out);
/* What a request asks, an array: Responses' input, each item whole and with an id; a chat's messages. Ids are
 * made of the answer's; an item that has one keeps it. */
void kept_asked(enum dialect, const struct json *request, struct slice answer_id, struct arena *,
                struct buf *out);

/* The request for Responses with the conversation that was kept in front of its own input, and without its
 * previous_response_id. */
void kept_join(const struct json *request, const struct kept *, struct arena *, struct buf *out);

/* A conversation in fewer words: what users said stays, item by item, and all else becomes one item of type
 * "compaction", whose words only Weir can read. Appends to `items` the array's elements of the first, and to
 * `words` the rest, a line an item, to be shortened and sealed. */
void kept_part(const struct json *request, struct slice answer_id, struct arena *, struct buf *items,
               struct buf *words);

/* Gives the words of an item "compaction" back; false with why where they were not sealed here. */
typedef bool kept_open_fn(void *arg, struct slice encrypted, struct buf *words, struct fault *why);

/* Is there one in the request's input? And the request with the words of each in its place. */
bool            kept_is_compacted(const struct json *request, struct arena *);
MUST_CHECK bool kept_expand(const struct json *request, struct arena *, kept_open_fn *, void *arg,
                            struct buf *out, struct fault *why);

/* ---- what is told of it ---- */

/* Which part of a list is wanted. */
struct page {
    struct slice after; /* the id before the first; empty: from the beginning */
    int64_t      limit; /* 1..PAGE_MOST */
    bool         is_descending;
};
enum { PAGE_MOST = 100, PAGE_USUAL = 20 };

/* Of "after=x&limit=20&order=asc", which must outlive *out; what is said nowhere is as in *out. why:
 * BAD_REQUEST with the param. */
MUST_CHECK bool page_read(struct slice query, struct arena *, struct page *out, struct fault *why);

/* {"object":"list","data":[…],"first_id":…,"last_id":…,"has_more":…} of an array whose elements have ids. why:
 * BAD_REQUEST where none is called page.after. */
MUST_CHECK bool page_write(const struct json *, json_at array, const struct page *, struct arena *,
                           struct buf *out, struct fault *why);
/* The same of documents whose ids the caller knows. */
void page_begin(struct buf *out);
void page_end(struct slice first_id, struct slice last_id, bool has_more, struct buf *out);

#endif
