/* embeddings.c - see wire/embeddings.h. */
#include "wire/embeddings.h"

enum {
    FLOAT_MOST_BYTES = 17,    /* "-1.23456789e-38," */
    TEXT_FRAME_BYTES = 96,    /* around one embedding */
    ANSWER_FRAME_BYTES = 4096 /* around all of them; a model's name is far shorter */
};

/* ---- reading ---- */

static bool refuse(struct fault *why, const char *field, const char *words)
{
    return fault_set_param(why, FAULT_BAD_REQUEST, field, "%s", words);
}

static bool refuse_ids(struct fault *why)
{
    return fault_set_param(why, FAULT_UNSUPPORTED, "input",
                           "token ids belong to another model's vocabulary: send the text itself");
}

/* One text of input. */
static bool read_text(struct arena *arena, const struct json *j, json_at at, struct slice *out,
                      struct fault *why)
{
    enum json_kind kind = json_kind(j, at);
    if (kind == JSON_NUMBER || kind == JSON_ARRAY)
        return refuse_ids(why);
    if (kind != JSON_STRING)
        return refuse(why, "input", "must be a string, or an array of strings");
    *out = json_string(j, at, arena);
    return out->len > 0 || refuse(why, "input", "must not be empty, nor hold an empty string");
}

static bool read_input(struct arena *arena, const struct json *j, json_at at, struct embeddings_request *out,
                       struct fault *why)
{
    if (json_kind(j, at) != JSON_ARRAY) {
        out->text = arena_array(arena, 1, sizeof *out->text);
        out->count = 1;
        return read_text(arena, j, at, out->text, why);
    }
    size_t count = 0;
    for (json_at i = json_first(j, at); i != JSON_NONE; i = json_next(j, i))
        count++;
    if (count == 0)
        return refuse(why, "input", "must not be empty, nor hold an empty string");
    if (json_kind(j, json_first(j, at)) == JSON_NUMBER)
        return refuse_ids(why); /* also of a long list: what is wrong with it is not its length */
    if (count > EMBEDDINGS_TEXTS_MOST)
        return fault_set_param(why, FAULT_BAD_REQUEST, "input", "%zu texts, and at most %d are taken at once",
                               count, EMBEDDINGS_TEXTS_MOST);
    out->text = arena_array(arena, count, sizeof *out->text);
    for (json_at i = json_first(j, at); i != JSON_NONE; i = json_next(j, i))
        if (!read_text(arena, j, i, &out->text[out->count++], why))
            return false;
    return true;
}

static bool read_format(struct arena *arena, const struct json *j, json_at at, bool *is_base64,
                        struct fault *why)
{
    struct slice word = json_string(j, at, arena);
    *is_base64 = slice_is(word, "base64");
    return *is_base64 || slice_is(word, "float") || json_kind(j, at) == JSON_NULL ||
           refuse(why, "encoding_format", "must be \"float\" or \"base64\"");
}

static bool read_dimensions(const struct json *j, json_at at, int64_t *out, struct fault *why)
{
    if (json_kind(j, at) == JSON_NULL)
        return true;
    return (json_i64(j, at, out) && *out >= 1) || refuse(why, "dimensions", "must be a positive integer");
}

bool embeddings_read(struct arena *arena, struct slice body, struct embeddings_request *out, struct fault *why)
{
    struct json j;
    *out = (struct embeddings_request){ 0 };
    if (!json_read(arena, body, &j, why))
        return false;
    if (json_kind(&j, 0) != JSON_OBJECT)
        return fault_set(why, FAULT_BAD_REQUEST, "the body must be a JSON object");
    out->model = json_string(&j, json_get(&j, 0, "model"), arena);
    if (out->model.len == 0)
        return refuse(why, "model", "must be a model's name");
    return read_input(arena, &j, json_get(&j, 0, "input"), out, why) &&
           read_format(arena, &j, json_get(&j, 0, "encoding_format"), &out->is_base64, why) &&
           read_dimensions(&j, json_get(&j, 0, "dimensions"), &out->dimensions, why);
}

/* ---- writing ---- */

size_t embeddings_bytes_most(size_t texts, unsigned dim)
{
    return ANSWER_FRAME_BYTES + texts * (TEXT_FRAME_BYTES + (size_t)dim * FLOAT_MOST_BYTES);
}

/* The byte at `at` of the floats as little-endian bytes, 0 beyond their end. */
static uint32_t byte_of(const float *embedding, size_t bytes, size_t at)
{
    uint32_t bits;
    if (at >= bytes)
        return 0;
    memcpy(&bits, &embedding[at / 4], sizeof bits);
    return bits >> 8 * (at % 4) & 0xFF;
}

/* RFC 4648, 4. */
static void add_base64(struct buf *out, const float *embedding, unsigned dim)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t      bytes = (size_t)dim * 4;
    for (size_t at = 0; at < bytes; at += 3) {
        uint32_t three = byte_of(embedding, bytes, at) << 16 | byte_of(embedding, bytes, at + 1) << 8 |
                         byte_of(embedding, bytes, at + 2);
        char four[4] = { letters[three >> 18], letters[three >> 12 & 63], letters[three >> 6 & 63],
                         letters[three & 63] };
        for (size_t missing = at + 3 > bytes ? at + 3 - bytes : 0; missing > 0; missing--)
            four[4 - missing] = '=';
        buf_add(out, slice_of(four, sizeof four));
    }
}

static void add_floats(struct buf *out, const float *embedding, unsigned dim)
{
    for (unsigned i = 0; i < dim; i++)
        buf_printf(out, i ? ",%.9g" : "%.9g", (double)embedding[i]);
}

void embedding_write(struct buf *out, const float *embedding, unsigned dim, bool is_base64)
{
    buf_add_byte(out, is_base64 ? '"' : '[');
    if (is_base64)
        add_base64(out, embedding, dim);
    else
        add_floats(out, embedding, dim);
    buf_add_byte(out, is_base64 ? '"' : ']');
}

void embeddings_begin(struct buf *out)
{
    buf_add(out, S("{\"object\":\"list\",\"data\":["));
}

void embeddings_add(struct buf *out, size_t index, const float *embedding, unsigned dim, bool is_base64)
{
    buf_printf(out, "%s{\"object\":\"embedding\",\"index\":%zu,\"embedding\":", index ? "," : "", index);
    embedding_write(out, embedding, dim, is_base64);
    buf_add_byte(out, '}');
}

void embeddings_end(struct buf *out, const char *model, int64_t tokens)
{
    buf_add(out, S("],\"model\":"));
    json_add_string(out, slice_str(model));
    buf_printf(out, ",\"usage\":{\"prompt_tokens\":%lld,\"total_tokens\":%lld}}", (long long)tokens,
               (long long)tokens);
}
