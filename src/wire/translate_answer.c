/* translate_answer.c - the door of the answers' translations: a body becomes events, or one document. */
#include "translate_inside.h"

#include "wire/sse.h"

static const struct answer_translator *const translators[] = { &anthropic_to_openai, &openai_to_anthropic,
                                                               NULL };

static void clean_up(void *arg)
{
    struct translation *t = arg;
    sse_free(&t->sse);
    arena_free(&t->scratch);
    buf_wipe(&t->document);
}

struct translation *translation_new(struct arena *arena, enum dialect from, enum dialect to, bool is_stream,
                                    size_t most_bytes, int64_t now_s)
{
    struct translation *t = arena_alloc(arena, sizeof *t);
    *t = (struct translation){
        .arena = arena, .now_s = now_s, .is_stream = is_stream, .most_bytes = most_bytes
    };
    t->scratch = arena_new();
    t->sse = is_stream ? sse_new(most_bytes) : NULL;
    buf_init(&t->document, most_bytes);
    for (const struct answer_translator *const *way = translators; *way; way++)
        if ((*way)->from == from && (*way)->to == to)
            t->how = *way;
    t->state = arena_alloc(arena, t->how->state_bytes);
    arena_defer(arena, clean_up, t);
    return t;
}

/* Comments go on; so does what cannot be read, as what it is. */
static void on_event(struct translation *t, const struct sse_event *ev, struct buf *out)
{
    struct slice data = slice_trim(ev->data);
    struct json  json;
    if (!ev->has_data)
        buf_add(out, ev->raw);
    else if (slice_is(data, "[DONE]"))
        t->how->on_done(t, out);
    else if (json_read(t->scratch, data, &json, NULL))
        t->how->on_event(t, &json, out);
    else if (data.len)
        buf_add_str(out, "data: unreadable\n\n");
    arena_reset(t->scratch);
}

bool translation_feed(struct translation *t, struct slice body, struct buf *out, struct fault *why)
{
    if (!t->is_stream) {
        buf_add(&t->document, body);
        return !t->document.full ||
               fault_set(why, FAULT_PROVIDER_BROKE, "it has more than %zu bytes", t->most_bytes);
    }
    while (body.len) {
        struct sse_event ev;
        size_t           used = 0;
        enum sse_result  result = sse_read(t->sse, body, &used, &ev);
        body = slice_cut(body, used, body.len);
        if (result == SSE_TOO_LONG)
            return fault_set(why, FAULT_PROVIDER_BROKE, "one event has more than %zu bytes", t->most_bytes);
        if (result == SSE_EVENT)
            on_event(t, &ev, out);
    }
    return true;
}

bool translation_end(struct translation *t, struct buf *out, struct fault *why)
{
    struct json json;
    if (t->is_stream)
        return true; /* an event that was cut off says nothing */
    bool ok = json_read(t->scratch, buf_slice(&t->document), &json, NULL) && json_kind(&json, 0) == JSON_OBJECT;
    if (ok)
        t->how->on_document(t, &json, out);
    arena_reset(t->scratch);
    return ok || fault_set(why, FAULT_PROVIDER_BROKE, "it is no JSON object");
}

int64_t translate_number(const struct json *j, json_at object, const char *key)
{
    int64_t number;
    return json_i64(j, json_get(j, object, key), &number) && number > 0 ? number : 0;
}
