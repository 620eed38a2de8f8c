/*
 * error.c - errors in OpenAI's shape: {"error":{"message":…,"type":…,"param":…,"code":…}}.
 *
 * SDKs read all four; one that is missing, an integer as code, a bare string or HTML loses them the rest.
 */
#include "wire/error.h"

#include "translate_inside.h"

#include <stdio.h>

enum { MESSAGE_MOST_BYTES = 512 };

/* The four fields; a NULL ptr is written as null. */
struct error {
    struct slice message, type, param, code;
};

static void add_or_null(struct buf *out, const char *key, struct slice value)
{
    buf_add_str(out, key);
    if (value.ptr)
        json_add_string(out, value);
    else
        buf_add_str(out, "null");
}

static void write_error(const struct error *e, struct buf *out)
{
    buf_add_str(out, "{\"error\":{");
    add_or_null(out, "\"message\":", e->message);
    add_or_null(out, ",\"type\":", e->type);
    add_or_null(out, ",\"param\":", e->param);
    add_or_null(out, ",\"code\":", e->code);
    buf_add_str(out, "}}");
}

static struct slice or_null(const char *text)
{
    return slice_str(text[0] ? text : NULL);
}

void error_write(const struct fault *f, struct buf *out)
{
    char message[MESSAGE_MOST_BYTES];
    fault_message(f, message, sizeof message);
    struct error e = { slice_str(message), or_null(fault_type(f->kind)), or_null(f->param),
                       or_null(fault_code(f->kind)) };
    write_error(&e, out);
}

void error_write_in(enum dialect dialect, const struct fault *f, struct buf *out)
{
    char message[MESSAGE_MOST_BYTES];
    fault_message(f, message, sizeof message);
    if (dialect == DIALECT_ANTHROPIC)
        anthropic_error_write(fault_status(f->kind), S(""), slice_str(fault_code(f->kind)), slice_str(message),
                              out);
    else if (dialect_tells_lines(dialect))
        ollama_error_write(slice_str(message), out);
    else
        error_write(f, out);
}

static const char *type_of_status(int status)
{
    switch (status) {
    case 401:
        return "authentication_error";
    case 402:
        return "insufficient_quota";
    case 403:
        return "permission_error";
    case 429:
        return "rate_limit_error";
    default:
        return status >= 400 && status < 500 ? "invalid_request_error" : "server_error";
    }
}

/* A string with something in it, or the digits of a number; else a NULL ptr. */
static struct slice words(const struct json *j, json_at at, struct arena *arena)
{
    struct slice s = json_kind(j, at) == JSON_NUMBER ? json_raw(j, at) : json_string(j, at, arena);
    return s.len ? s : slice_of(NULL, 0);
}

static bool is_string_or_null(const struct json *j, json_at at)
{
    return at != JSON_NONE && (json_kind(j, at) == JSON_STRING || json_kind(j, at) == JSON_NULL);
}

/* Nothing is missing: the body may go on as it is. */
static bool is_whole(const struct json *j, json_at error)
{
    return json_kind(j, json_get(j, error, "message")) == JSON_STRING &&
           is_string_or_null(j, json_get(j, error, "type")) &&
           is_string_or_null(j, json_get(j, error, "param")) &&
           is_string_or_null(j, json_get(j, error, "code"));
}

/* What a body says, in whichever shape: OpenAI's {"error":{…}}, Ollama's {"error":"…"}, vLLM's {"message":…},
 * FastAPI's {"detail":"…"}, Gemini's [{"error":{…}}], or a bare string. */
static void read_error(const struct json *j, json_at at, struct arena *arena, struct error *e)
{
    if (json_kind(j, at) == JSON_ARRAY)
        at = json_first(j, at);
    json_at inner = json_get(j, at, "error");
    if (json_kind(j, inner) == JSON_OBJECT || json_kind(j, inner) == JSON_STRING)
        at = inner;
    e->message = json_string(j, at, arena);
    if (json_kind(j, at) != JSON_OBJECT)
        return;
    e->message = words(j, json_get(j, at, "message"), arena);
    if (!e->message.ptr)
        e->message = words(j, json_get(j, at, "detail"), arena);
    struct slice type = words(j, json_get(j, at, "type"), arena);
    if (type.ptr)
        e->type = type;
    e->param = words(j, json_get(j, at, "param"), arena);
    e->code = words(j, json_get(j, at, "code"), arena);
    struct slice status = json_string(j, json_get(j, at, "status"), arena); /* Gemini's word for its number */
    if (status.len && json_kind(j, json_get(j, at, "code")) != JSON_STRING)
        e->code = status;
}

void error_mend(struct slice body, int status, struct arena *arena, struct buf *out)
{
    struct error e = { .type = slice_str(type_of_status(status)) };
    struct json  j;
    if (json_read(arena, body, &j, NULL)) {
        if (is_whole(&j, json_get(&j, 0, "error"))) {
            buf_add(out, body);
            return;
        }
        read_error(&j, 0, arena, &e);
    }
    if (e.message.len == 0)
        e.message = slice_str(arena_printf(arena, "the provider answered with status %d", status));
    write_error(&e, out);
}
