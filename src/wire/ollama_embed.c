/* ollama_embed.c - embeddings for Ollama's clients: see wire/ollama.h. */
#include "wire/ollama.h"

bool ollama_read_embed(struct arena *arena, struct slice body, struct buf *out, struct fault *why)
{
    struct json j;
    if (!json_read(arena, body, &j, why))
        return false;
    json_at input = json_get(&j, 0, "input"), dimensions = json_get(&j, 0, "dimensions");
    if (json_kind(&j, input) == JSON_NULL)
        input = json_get(&j, 0, "prompt"); /* the older name */
    if (json_kind(&j, input) == JSON_NULL)
        return fault_set_param(why, FAULT_BAD_REQUEST, "input", "'input' is missing");
    buf_add_byte(out, '{');
    json_add_text_member(out, "model", ollama_model_name(json_string(&j, json_get(&j, 0, "model"), arena)));
    json_add_member(out, "input", json_raw(&j, input));
    if (json_kind(&j, dimensions) != JSON_NULL)
        json_add_member(out, "dimensions", json_raw(&j, dimensions));
    buf_add_byte(out, '}');
    return true;
}

bool ollama_tell_embed(struct arena *arena, struct slice answer, bool is_older, struct buf *out)
{
    struct json j;
    int64_t     tokens;
    if (!json_read(arena, answer, &j, NULL) || json_kind(&j, json_get(&j, 0, "data")) != JSON_ARRAY)
        return false;
    json_at first = json_first(&j, json_get(&j, 0, "data"));
    if (is_older) {
        buf_add_byte(out, '{');
        json_add_member(out, "embedding", json_raw(&j, json_get(&j, first, "embedding")));
        buf_add_byte(out, '}');
        return true;
    }
    buf_add_byte(out, '{');
    json_add_member(out, "model", json_raw(&j, json_get(&j, 0, "model")));
    json_add_key(out, "embeddings");
    buf_add_byte(out, '[');
    for (json_at one = first; one != JSON_NONE; one = json_next(&j, one)) {
        json_add_comma(out);
        buf_add(out, json_raw(&j, json_get(&j, one, "embedding")));
    }
    buf_add_byte(out, ']');
    if (json_i64(&j, json_get(&j, json_get(&j, 0, "usage"), "prompt_tokens"), &tokens))
        json_add_number_member(out, "prompt_eval_count", tokens);
    buf_add_byte(out, '}');
    return true;
}
