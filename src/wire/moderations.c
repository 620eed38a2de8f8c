/* moderations.c - see wire/moderations.h. https://platform.openai.com/docs/api-reference/moderations */
#include "wire/moderations.h"

enum { RESULT_MOST_BYTES = 2048, FRAME_BYTES = 1024 };

static const char *const words[] = {
#define CATEGORY(name, word, above, also) word,
#include "tables/moderation.h"
#undef CATEGORY
};

/* ---- reading ---- */

static bool refuse(struct fault *why, const char *words_of_it)
{
    return fault_set_param(why, FAULT_BAD_REQUEST, "input", "%s", words_of_it);
}

/* {"type":"text","text":…} or {"type":"image_url",…} */
static bool read_part(struct arena *arena, const struct json *j, json_at at, struct moderations_request *out,
                      struct fault *why)
{
    struct slice type = json_string(j, json_get(j, at, "type"), arena);
    json_at      text = json_get(j, at, "text");
    out->is_one = true;
    if (slice_is(type, "image_url")) {
        out->unreadable++;
        return true;
    }
    if (!slice_is(type, "text") || json_kind(j, text) != JSON_STRING)
        return refuse(why, "holds a part that is neither a text nor an image");
    out->text[out->count++] = json_string(j, text, arena);
    return true;
}

static bool read_element(struct arena *arena, const struct json *j, json_at at, struct moderations_request *out,
                         struct fault *why)
{
    bool is_part = json_kind(j, at) == JSON_OBJECT, has_begun = out->count + out->unreadable > 0;
    if ((!is_part && json_kind(j, at) != JSON_STRING) || (has_begun && is_part != out->is_one))
        return refuse(why, "must be a string, an array of strings, or an array of parts");
    if (is_part)
        return read_part(arena, j, at, out, why);
    out->text[out->count++] = json_string(j, at, arena);
    return true;
}

static bool read_list(struct arena *arena, const struct json *j, json_at list, struct moderations_request *out,
                      struct fault *why)
{
    size_t count = 0;
    for (json_at i = json_first(j, list); i != JSON_NONE; i = json_next(j, i))
        count++;
    if (count > MODERATIONS_TEXTS_MOST)
        return fault_set_param(why, FAULT_BAD_REQUEST, "input", "%zu texts, and at most %d are taken at once",
                               count, MODERATIONS_TEXTS_MOST);
    out->text = arena_array(arena, count, sizeof *out->text);
    for (json_at i = json_first(j, list); i != JSON_NONE; i = json_next(j, i))
        if (!read_element(arena, j, i, out, why))
            return false;
    if (out->count == 0 && out->unreadable)
        return fault_set_param(why, FAULT_UNSUPPORTED, "input", "nothing here looks at images: send texts");
    return out->count > 0 || refuse(why, "must not be empty");
}

bool moderations_read(struct arena *arena, struct slice body, struct moderations_request *out,
                      struct fault *why)
{
    struct json j;
    *out = (struct moderations_request){ 0 };
    if (!json_read(arena, body, &j, why))
        return false;
    if (json_kind(&j, 0) != JSON_OBJECT)
        return fault_set(why, FAULT_BAD_REQUEST, "the body must be a JSON object");
    json_at input = json_get(&j, 0, "input");
    if (json_kind(&j, input) == JSON_ARRAY)
        return read_list(arena, &j, input, out, why);
    out->text = arena_array(arena, 1, sizeof *out->text);
    return json_kind(&j, input) == JSON_STRING ? read_element(arena, &j, input, out, why)
                                               : refuse(why, "must be a string, or an array");
}

/* ---- writing ---- */

size_t moderations_bytes_most(size_t results)
{
    return FRAME_BYTES + results * RESULT_MOST_BYTES;
}

void moderations_begin(struct buf *out, const char *id, const char *model)
{
    buf_add_byte(out, '{');
    json_add_text_member(out, "id", slice_str(id));
    json_add_text_member(out, "model", slice_str(model));
    json_add_key(out, "results");
    buf_add_byte(out, '[');
}

void moderations_add(struct buf *out, const float *score, const bool *is_flagged)
{
    bool flagged = false;
    for (size_t i = 0; i < MODERATIONS_CATEGORIES; i++)
        flagged = flagged || is_flagged[i];
    json_add_comma(out);
    buf_add_str(out, flagged ? "{\"flagged\":true,\"categories\":{" : "{\"flagged\":false,\"categories\":{");
    for (size_t i = 0; i < MODERATIONS_CATEGORIES; i++)
        json_add_member(out, words[i], is_flagged[i] ? S("true") : S("false"));
    buf_add_str(out, "},\"category_scores\":{");
    for (size_t i = 0; i < MODERATIONS_CATEGORIES; i++) {
        json_add_key(out, words[i]);
        buf_printf(out, "%.6g", (double)score[i]);
    }
    buf_add_str(out, "},\"category_applied_input_types\":{");
    for (size_t i = 0; i < MODERATIONS_CATEGORIES; i++)
        json_add_member(out, words[i], S("[\"text\"]"));
    buf_add_str(out, "}}");
}

void moderations_end(struct buf *out)
{
    buf_add_str(out, "]}");
}
