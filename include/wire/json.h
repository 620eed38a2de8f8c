/*
 * json.h - JSON read in place, and changed without being printed again (RFC 8259).
 *
 * Law 5: what we do not need to change is not changed. So a document is read into a flat table of nodes, each
 * with the byte range of its text, and changed by splicing replacements into those ranges: numbers, key order,
 * unknown fields and spaces survive.
 *
 * Strict: UTF-8 is checked, trailing bytes, comments, NaN, depth beyond JSON_DEPTH_MOST and more values than
 * JSON_NODES_MOST are refused, and so is a key that stands twice in one object, compared after its escapes are
 * read. Lone surrogates (\ud800) are let through in place and read as U+FFFD.
 */
#ifndef WEIR_WIRE_JSON_H
#define WEIR_WIRE_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"

enum {
    JSON_DEPTH_MOST = 128,
    JSON_NODES_MOST = 1 << 20, /* values in one document; their table takes 32 bytes each */
};

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* A node's place in the table. The root is 0; JSON_NONE is "there is none" and is safe to ask about. */
typedef uint32_t json_at;
#define JSON_NONE ((json_at)-1)

struct json_node {
    enum json_kind kind;
    uint32_t       start, end;         /* byte range in the text; quotes and brackets included */
    uint32_t       key_start, key_end; /* of the member's key, quotes included; 0,0 outside objects */
    json_at        next;               /* sibling, or JSON_NONE */
    json_at        child;              /* first child, or JSON_NONE */
    bool           has_escape;         /* strings: a backslash inside */
};

struct json {
    struct slice      text; /* (ref) as given to json_read */
    struct json_node *node; /* in the arena */
    uint32_t          count;
};

/* The text must outlive *out. Texts over 1 GiB are refused. why: BAD_REQUEST or DUPLICATE_KEY, with the byte
 * offset and the path; keys in it that are no plain words are shown as "*". On failure *out is an empty
 * document, in which every node is JSON_NONE. */
MUST_CHECK bool json_read(struct arena *, struct slice text, struct json *out, struct fault *why);

enum json_kind json_kind(const struct json *, json_at); /* JSON_NULL for JSON_NONE */
struct slice   json_raw(const struct json *, json_at);  /* the node's own bytes; empty for JSON_NONE */

/* The member so named of an object; JSON_NONE if the node is no object or lacks it. */
json_at json_get(const struct json *, json_at object, const char *key);

/* for (json_at i = json_first(j, at); i != JSON_NONE; i = json_next(j, i)) */
json_at json_first(const struct json *, json_at);
json_at json_next(const struct json *, json_at);

/* A string's text, unescaped: points into the document where it has no escapes, else into the arena. Empty
 * (NULL ptr) for other kinds. The linker knows it by another name, since jansson, which the library is linked
 * with, has a function called so: either could be run in the other's place. */
struct slice json_string(const struct json *, json_at, struct arena *) __asm__("weir_json_string");
struct slice json_key(const struct json *, json_at member, struct arena *);
bool         json_key_is(const struct json *, json_at member, const char *key);

/* False when the node is no such number; json_i64 refuses fractions and exponents, json_double what is not
 * finite or written with more than 127 bytes. */
MUST_CHECK bool json_i64(const struct json *, json_at, int64_t *out);
MUST_CHECK bool json_double(const struct json *, json_at, double *out);

/* Replaces [start, end) of a text. To insert, start == end; to remove, an empty `with`. */
struct json_edit {
    uint32_t     start, end;
    struct slice with;
};

/* text with the edits made. They may come in any order and must not overlap; they are sorted in place. Several
 * insertions at one place come out in no set order. */
void json_splice(struct slice text, struct json_edit *, size_t count, struct buf *out);

/* The edit that adds a member (raw JSON value) at the end of an object; with is made in the arena. Several may
 * be added to an object that has members, only one to an empty one. */
struct json_edit json_edit_add_member(const struct json *, json_at object, const char *key,
                                      struct slice raw_value, struct arena *);
/* The edit that puts a string, quoted and escaped in the arena, in place of [start, end). */
struct json_edit json_edit_string(uint32_t start, uint32_t end, struct slice text, struct arena *);
/* The edit that removes a member and one comma beside it. Two neighbours must not both be removed by such
 * edits, nor the last member while another is added. */
struct json_edit json_edit_remove_member(const struct json *, json_at object, json_at member);

/* Writes text as a JSON string: quotes, escapes; bytes that are not UTF-8 become U+FFFD. */
void json_add_string(struct buf *out, struct slice text);
/* The same without the quotes. */
void json_add_escaped(struct buf *out, struct slice text);

/* For documents that are written anew: a comma, unless what stands before it opens an object or an array; a
 * key with the comma before it; a member whose value is raw JSON (null where there is none), a text, or a
 * number. Keys are plain words. */
void json_add_comma(struct buf *out);
void json_add_key(struct buf *out, const char *key);
void json_add_member(struct buf *out, const char *key, struct slice raw);
void json_add_text_member(struct buf *out, const char *key, struct slice text);
void json_add_number_member(struct buf *out, const char *key, int64_t number);

#endif
