/*
 * kept_answer.c - the one document that a stream came to: the last event of Responses has it; the chunks of a
 * chat completion are gathered.
 */
#include "wire/kept.h"

#include "wire/answer_form.h"
#include "wire/sse.h"

/* The last event of a response that came to its end is the response. */
static bool take_response(const struct json *j, struct buf *out)
{
    json_at response = json_get(j, 0, "response");
    json_at type = json_get(j, 0, "type");
    bool    is_end =
        json_kind(j, response) == JSON_OBJECT && (slice_is(json_raw(j, type), "\"response.completed\"") ||
                                                  slice_is(json_raw(j, type), "\"response.incomplete\""));
    if (is_end)
        buf_add(out, json_raw(j, response));
    return is_end;
}

static bool find_response(struct slice told, struct buf *out)
{
    struct sse   *sse = sse_new(told.len + 1);
    struct arena *scratch = arena_new();
    bool          is_found = false;
    while (told.len && !is_found) {
        struct sse_event ev;
        struct json      json;
        size_t           used = 0;
        if (sse_read(sse, told, &used, &ev) != SSE_EVENT)
            break;
        told = slice_cut(told, used, told.len);
        is_found = json_read(scratch, ev.data, &json, NULL) && take_response(&json, out);
        arena_reset(scratch);
    }
    sse_free(&sse);
    arena_free(&scratch);
    return is_found;
}

bool kept_answer(enum dialect dialect, bool is_stream, struct slice told, struct arena *arena, struct buf *out)
{
    if (is_stream && dialect == DIALECT_RESPONSES)
        return find_response(told, out) && !out->full;
    if (is_stream)
        return answer_gather(arena, DIALECT_OPENAI, told, GATHER_WHAT_IS_KNOWN, out);
    buf_add(out, told);
    return !out->full;
}
