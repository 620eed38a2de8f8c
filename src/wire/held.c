/* held.c - see wire/held.h. */
#include "wire/held.h"

#include "wire/json.h"

enum { MODELS_MOST = 10000 };

static int64_t number(const struct json *j, json_at object, const char *key)
{
    int64_t value;
    return json_i64(j, json_get(j, object, key), &value) && value > 0 ? value : 0;
}

static struct slice text(const struct json *j, json_at object, const char *key, struct arena *arena)
{
    return json_string(j, json_get(j, object, key), arena);
}

/* Ollama's details: {"parameter_size": "1.7B", "quantization_level": "Q4_K_M"}. */
static struct slice about(const struct json *j, json_at model, struct arena *arena)
{
    json_at      details = json_get(j, model, "details");
    struct slice size = text(j, details, "parameter_size", arena);
    struct slice level = text(j, details, "quantization_level", arena);
    return slice_str(
        arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(size), size.len && level.len ? " " : "", SLICE_ARG(level)));
}

static struct held_model read_model(const struct json *j, json_at model, struct arena *arena)
{
    json_at           meta = json_get(j, model, "meta"); /* llama-server's */
    struct held_model held = { .name = text(j, model, "id", arena), .about = about(j, model, arena) };
    if (!held.name.len)
        held.name = text(j, model, "name", arena);
    held.bytes = number(j, meta, "size") ? number(j, meta, "size") : number(j, model, "size");
    held.context_tokens = number(j, meta, "n_ctx_train");
    if (!held.context_tokens)
        held.context_tokens = number(j, model, "context_length");
    return held;
}

bool held_read(struct arena *arena, struct slice body, struct held_list *out)
{
    struct json j;
    *out = (struct held_list){ 0 };
    if (!json_read(arena, body, &j, NULL))
        return false;
    json_at list = json_get(&j, 0, "data"); /* llama-server has both, and its `models` tell less */
    if (json_kind(&j, list) != JSON_ARRAY)
        list = json_get(&j, 0, "models");
    if (json_kind(&j, list) != JSON_ARRAY)
        return false;
    size_t count = 0;
    for (json_at m = json_first(&j, list); m != JSON_NONE && count < MODELS_MOST; m = json_next(&j, m))
        count++;
    out->model = arena_array(arena, count, sizeof *out->model);
    for (json_at m = json_first(&j, list); m != JSON_NONE && out->count < count; m = json_next(&j, m)) {
        struct held_model held = read_model(&j, m, arena);
        if (held.name.len)
            out->model[out->count++] = held;
    }
    return true;
}

unsigned held_busy(struct arena *arena, struct slice body)
{
    struct json j;
    unsigned    busy = 0;
    if (!json_read(arena, body, &j, NULL))
        return 0;
    if (json_kind(&j, 0) == JSON_OBJECT)
        return (unsigned)number(&j, 0, "slots_processing");
    for (json_at slot = json_first(&j, 0); slot != JSON_NONE; slot = json_next(&j, slot))
        busy += json_kind(&j, json_get(&j, slot, "is_processing")) == JSON_TRUE;
    return busy;
}

bool pull_read(struct arena *arena, struct slice line, struct pull_line *out)
{
    struct json j;
    *out = (struct pull_line){ 0 };
    if (!json_read(arena, line, &j, NULL) || json_kind(&j, 0) != JSON_OBJECT)
        return false;
    out->status = text(&j, 0, "status", arena);
    out->error = text(&j, 0, "error", arena);
    out->total = number(&j, 0, "total");
    out->completed = number(&j, 0, "completed");
    if (out->completed > out->total)
        out->completed = out->total;
    return true;
}
