/*
 * openai_list.c - how a request is walked, and how its texts get into the list.
 */
#include "openai_inside.h"

#include <stdio.h>

enum {
    WORD_MOST_BYTES = 128,
    NUMBER_LEAST_BYTES = 7, /* a shorter one is nobody's */
};

bool openai_refuse(struct openai_reader *r, const char *member, const char *wrong)
{
    char param[64];
    snprintf(param, sizeof param, "%s%s%s", r->path, r->path[0] && member[0] ? "." : "", member);
    return fault_set_param(r->why, FAULT_BAD_REQUEST, param, "'%s' %s", param, wrong);
}

bool openai_read_fields(struct openai_reader *r, json_at object, const struct openai_field *fields)
{
    if (json_kind(r->json, object) == JSON_STRING) { /* where an object was expected */
        openai_add_string(r, object, CHAT_METADATA);
        return true;
    }
    for (json_at m = json_first(r->json, object); m != JSON_NONE; m = json_next(r->json, m)) {
        const struct openai_field *f = fields;
        while (f->key && !json_key_is(r->json, m, f->key))
            f++;
        if (!f->read(r, m))
            return false;
    }
    return true;
}

bool openai_read_each(struct openai_reader *r, json_at array, const char *name, openai_read *read)
{
    enum json_kind kind = json_kind(r->json, array);
    if (kind != JSON_ARRAY && kind != JSON_NULL)
        return openai_refuse(r, name, "must be an array");
    for (json_at e = json_first(r->json, array); e != JSON_NONE; e = json_next(r->json, e)) {
        if (json_kind(r->json, e) != JSON_OBJECT)
            return openai_refuse(r, name, "must be an array of objects");
        if (!read(r, e))
            return false;
    }
    return true;
}

static struct chat_text *add_text(struct openai_reader *r, struct slice text, uint32_t start, uint32_t end,
                                  enum chat_place place)
{
    struct chat *c = r->chat;
    if (text.len == 0)
        return NULL;
    if (c->text_count == r->cap)
        c->text = arena_grow(r->arena, c->text, c->text_count, sizeof *c->text, &r->cap);
    c->text[c->text_count] = (struct chat_text){
        .text = text, .start = start, .end = end, .place = place, .role = r->role, .message = r->message
    };
    return &c->text[c->text_count++];
}

void openai_add_string(struct openai_reader *r, json_at at, enum chat_place place)
{
    const struct json_node *n = &r->json->node[at];
    add_text(r, json_string(r->json, at, r->arena), n->start, n->end, place);
}

void openai_add_json(struct openai_reader *r, json_at at)
{
    const struct json_node *n = &r->json->node[at];
    add_text(r, json_raw(r->json, at), n->start, n->end, CHAT_TOOL_ARGUMENTS)->is_json = true;
}

void openai_add_key(struct openai_reader *r, json_at member, enum chat_place place)
{
    const struct json_node *n = &r->json->node[member];
    struct slice            key = json_key(r->json, member, r->arena);
    if (!openai_is_word(key))
        add_text(r, key, n->key_start, n->key_end, place);
}

void openai_add_number(struct openai_reader *r, json_at at)
{
    if (json_kind(r->json, at) == JSON_NUMBER && json_raw(r->json, at).len >= NUMBER_LEAST_BYTES)
        openai_add_json(r, at);
}

void openai_add_all(struct openai_reader *r, json_at at, enum chat_place place)
{
    openai_add_number(r, at);
    if (json_kind(r->json, at) == JSON_STRING) {
        openai_add_string(r, at, place);
        return;
    }
    for (json_at m = json_first(r->json, at); m != JSON_NONE; m = json_next(r->json, m)) {
        openai_add_key(r, m, place);
        openai_add_all(r, m, place);
    }
}

bool openai_read_nothing(struct openai_reader *r, json_at at)
{
    (void)r;
    (void)at;
    return true;
}

bool openai_read_metadata(struct openai_reader *r, json_at at)
{
    openai_add_all(r, at, CHAT_METADATA);
    return true;
}

bool openai_read_other(struct openai_reader *r, json_at at)
{
    openai_add_key(r, at, CHAT_METADATA);
    return openai_read_metadata(r, at);
}

bool openai_refuse_stand_ins(struct openai_reader *r, json_at at)
{
    bool         is_list = json_kind(r->json, at) == JSON_ARRAY;
    struct slice key = json_key(r->json, at, r->arena);
    if (json_kind(r->json, at) == JSON_NULL || (is_list && json_first(r->json, at) == JSON_NONE))
        return true;
    return fault_set_param(r->why, FAULT_UNSUPPORTED, arena_cstr(r->arena, key),
                           "'%.*s' names models for the provider to choose: routes and fallbacks do that here",
                           SLICE_ARG(key));
}

bool openai_read_name(struct openai_reader *r, json_at at)
{
    openai_add_all(r, at, CHAT_NAME);
    return true;
}

bool openai_read_said(struct openai_reader *r, json_at at)
{
    openai_add_all(r, at, CHAT_CONTENT);
    return true;
}

bool openai_is_word(struct slice s)
{
    bool has_letter = false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i], lower = c | 0x20;
        bool          is_letter = lower >= 'a' && lower <= 'z';
        if (!is_letter && !(c >= '0' && c <= '9') && (!c || !strchr("_-.:/", c)))
            return false;
        has_letter |= is_letter;
    }
    return has_letter && s.len <= WORD_MOST_BYTES;
}

bool openai_read_number(struct openai_reader *r, json_at at)
{
    return json_kind(r->json, at) == JSON_NUMBER || openai_read_other(r, at);
}

bool openai_read_words(struct openai_reader *r, json_at at)
{
    openai_add_number(r, at);
    if (json_kind(r->json, at) == JSON_STRING && !openai_is_word(json_string(r->json, at, r->arena)))
        openai_add_string(r, at, CHAT_METADATA);
    for (json_at m = json_first(r->json, at); m != JSON_NONE; m = json_next(r->json, m)) {
        openai_add_key(r, m, CHAT_METADATA);
        openai_read_words(r, m);
    }
    return true;
}
