/* ollama_load.c - Ollama's models made ready, and let go: see wire/ollama.h. */
#include "wire/ollama.h"

#include <time.h>

struct slice ollama_model_name(struct slice name)
{
    return slice_ends(name, S(":latest")) ? slice_cut(name, 0, name.len - strlen(":latest")) : name;
}

void ollama_write_time(int64_t since_1970_s, struct buf *out)
{
    char      written[32];
    time_t    time = (time_t)since_1970_s;
    struct tm utc;
    gmtime_r(&time, &utc);
    strftime(written, sizeof written, "\"%Y-%m-%dT%H:%M:%SZ\"", &utc);
    buf_add_str(out, written);
}

/* Missing, null, "" or []. */
static bool is_empty(const struct json *j, json_at at)
{
    switch (json_kind(j, at)) {
    case JSON_NULL:
        return true;
    case JSON_STRING:
        return json_raw(j, at).len == strlen("\"\"");
    case JSON_ARRAY:
        return json_first(j, at) == JSON_NONE;
    default:
        return false;
    }
}

/* 0, "0", "0s": not a moment longer. */
static bool is_no_time(const struct json *j, json_at at, struct arena *arena)
{
    double number;
    if (json_kind(j, at) == JSON_STRING)
        return slice_starts(json_string(j, at, arena), S("0"));
    return json_double(j, at, &number) && number == 0;
}

bool ollama_is_load(enum dialect dialect, struct arena *arena, struct slice body, struct ollama_load *out)
{
    static const char *const said[] = { "prompt", "suffix", "images", "system" };
    struct json              j;
    if ((dialect != DIALECT_OLLAMA && dialect != DIALECT_OLLAMA_GENERATE) || !json_read(arena, body, &j, NULL))
        return false;
    if (dialect == DIALECT_OLLAMA && !is_empty(&j, json_get(&j, 0, "messages")))
        return false;
    for (size_t i = 0; dialect == DIALECT_OLLAMA_GENERATE && i < sizeof said / sizeof *said; i++)
        if (!is_empty(&j, json_get(&j, 0, said[i])))
            return false;
    *out = (struct ollama_load){ .model = json_string(&j, json_get(&j, 0, "model"), arena),
                                 .lets_go = is_no_time(&j, json_get(&j, 0, "keep_alive"), arena) };
    return true;
}

void ollama_write_loaded(enum dialect dialect, const struct ollama_load *load, int64_t now_s, struct buf *out)
{
    buf_add_byte(out, '{');
    json_add_text_member(out, "model", load->model);
    json_add_key(out, "created_at");
    ollama_write_time(now_s, out);
    if (dialect == DIALECT_OLLAMA_GENERATE)
        json_add_text_member(out, "response", S(""));
    else
        json_add_member(out, "message", S("{\"role\":\"assistant\",\"content\":\"\"}"));
    json_add_member(out, "done", S("true"));
    json_add_text_member(out, "done_reason", load->lets_go ? S("unload") : S("load"));
    buf_add_byte(out, '}');
}
