/*
 * openai_inside.h - what the parts of the readers of requests share, OpenAI's and those like it.
 *
 * openai_request.c holds the request's own fields, openai_messages.c the messages, openai_tools.c tools and
 * schemas; openai_list.c walks objects by tables of known keys and keeps the list of texts.
 */
#ifndef WEIR_WIRE_OPENAI_INSIDE_H
#define WEIR_WIRE_OPENAI_INSIDE_H

#include "wire/chat.h"

struct openai_reader {
    struct arena      *arena;
    struct chat       *chat;
    const struct json *json; /* (ref) the chat's */
    size_t             cap;  /* of the list of texts */
    struct fault      *why;
    char               path[48]; /* of the message or part that is read: a fault's param */
    enum chat_role     role;     /* of the message that is read */
    uint32_t           message;  /* its index */
};

/* Reads one value; false where it is of a shape that must be refused. */
typedef bool openai_read(struct openai_reader *, json_at);

/* A key that is known in an object. A table ends in a line without a key: what is done with all other members.
 */
struct openai_field {
    const char  *key;
    openai_read *read;
};

/* ---- openai_list.c ---- */

/* Refuses `member` of what stands at the reader's path; the path itself where that is "". */
bool openai_refuse(struct openai_reader *, const char *member, const char *wrong);

bool openai_read_fields(struct openai_reader *, json_at object, const struct openai_field *);

/* Calls read for each element of an array of objects; null stands for an empty one. */
bool openai_read_each(struct openai_reader *, json_at array, const char *name, openai_read *);

/* Lists a string, if anything is in it. */
void openai_add_string(struct openai_reader *, json_at, enum chat_place);

/* Lists a value as one text of arguments, as it stands; a number only where it is long enough to be somebody's.
 */
void openai_add_json(struct openai_reader *, json_at);
void openai_add_number(struct openai_reader *, json_at);

/* Lists every string at any depth; and keys too that are no plain words: in a map of the client's, a key may be
 * anything. */
void openai_add_all(struct openai_reader *, json_at, enum chat_place);

/* Lists a member's key, unless it is a plain word. */
void openai_add_key(struct openai_reader *, json_at member, enum chat_place);

openai_read openai_read_nothing;
/* Models that the provider may ask in the place of the one that Weir has chosen: refused, since no rule, key or
 * budget would be asked about them. */
openai_read openai_refuse_stand_ins;
openai_read openai_read_metadata; /* all strings */
openai_read openai_read_other; /* a member that is not known: all strings, and its key as in openai_add_all */
openai_read openai_read_name;
openai_read openai_read_said; /* what a model said or thought, given back */

/*
 * Protocol words (an enum's values, ids, tools' names), at any depth: at most 128 letters, digits and "_-.:/",
 * with a letter among them. A field for such words holds nothing to redact while they look so; what else a
 * client puts there is listed as CHAT_METADATA.
 */
openai_read openai_read_words;
openai_read openai_read_number; /* one of the protocol's own: a seed, a temperature; anything else is listed */
bool        openai_is_word(struct slice);

/* ---- openai_request.c ---- */

/* Reads the body; what is in it is for openai_read_fields(). */
bool openai_reader_init(struct openai_reader *, struct arena *, struct slice body, struct chat *,
                        struct fault *why);
/* After that: is there a model, and a message? */
bool openai_has_what_it_needs(struct openai_reader *);

openai_read openai_read_model, openai_read_stream;

/* ---- openai_tools.c ---- */

/* A JSON schema, or a member of one: free text is listed, names and structure are not, but for a property's
 * name that is no plain word. */
openai_read openai_read_schema_member;
openai_read openai_read_tools, openai_read_old_functions, openai_read_response_format;

/* ---- openai_messages.c ---- */

openai_read openai_read_messages, openai_read_prediction;

/* Calls read for each message, with the reader's path and number set. */
bool openai_walk_messages(struct openai_reader *, json_at messages, openai_read *read);

#endif
