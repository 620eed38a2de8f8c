/* translate_request.c - the door of the requests' translations, and what they share. */
#include "translate_inside.h"

#include <stdio.h>

bool rewrite_fields(struct rewrite *w, json_at object, const struct rewrite_field *fields)
{
    for (json_at m = json_first(w->json, object); m != JSON_NONE; m = json_next(w->json, m)) {
        const struct rewrite_field *f = fields;
        while (f->key && !json_key_is(w->json, m, f->key))
            f++;
        if (!f->write(w, m))
            return false;
    }
    return true;
}

bool rewrite_refuse(struct rewrite *w, const char *member, const char *wrong)
{
    char param[64];
    snprintf(param, sizeof param, "%s%s%s", w->path, w->path[0] && member[0] ? "." : "", member);
    return fault_set_param(w->why, FAULT_UNSUPPORTED, param, "'%s' %s", param, wrong);
}

void rewrite_leave_out(struct rewrite *w, struct slice field)
{
    char  *to = w->left_out->fields;
    size_t len = strlen(to);
    snprintf(to + len, sizeof w->left_out->fields - len, "%s%.*s", len ? ", " : "", SLICE_ARG(field));
}

bool rewrite_copy(struct rewrite *w, json_at at)
{
    if (json_kind(w->json, at) == JSON_NULL)
        return true;
    const struct json_node *n = &w->json->node[at];
    json_add_comma(w->out);
    buf_add(w->out, slice_cut(w->json->text, n->key_start, n->key_end));
    buf_add_byte(w->out, ':');
    buf_add(w->out, json_raw(w->json, at));
    return true;
}

void rewrite_copy_as(struct rewrite *w, json_at at, const char *key)
{
    if (json_kind(w->json, at) != JSON_NULL)
        json_add_member(w->out, key, json_raw(w->json, at));
}

bool rewrite_nothing(struct rewrite *w, json_at at)
{
    (void)w;
    (void)at;
    return true;
}

/* A field's name is the client's and goes into a header: only plain words are told. */
static bool is_plain_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i], lower = (char)(c | 0x20);
        if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    return name.len > 0 && name.len <= 40;
}

bool rewrite_note(struct rewrite *w, json_at at)
{
    enum json_kind kind = json_kind(w->json, at);
    struct slice   name = json_key(w->json, at, w->arena);
    if (kind != JSON_NULL && kind != JSON_FALSE)
        rewrite_leave_out(w, is_plain_name(name) ? name : S("*"));
    return true;
}

struct slice rewrite_text(struct rewrite *w, json_at object, const char *key)
{
    return json_string(w->json, json_get(w->json, object, key), w->arena);
}

bool translate_request(struct arena *arena, enum dialect from, enum dialect to, struct slice body,
                       int64_t output_tokens, struct buf *out, struct left_out *left_out, struct fault *why)
{
    *left_out = (struct left_out){ 0 };
    if (from == to) {
        buf_add(out, body);
        return true;
    }
    struct json    json;
    struct rewrite w = { .arena = arena,
                         .json = &json,
                         .output_tokens = output_tokens,
                         .out = out,
                         .left_out = left_out,
                         .why = why };
    if (!json_read(arena, body, &json, why))
        return false;
    if (json_kind(&json, 0) != JSON_OBJECT)
        return fault_set(why, FAULT_BAD_REQUEST, "the body is no JSON object");
    return to == DIALECT_OPENAI ? anthropic_read_request(&w) : anthropic_write_request(&w);
}
