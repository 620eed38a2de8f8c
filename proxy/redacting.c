/* redacting.c - see redacting.h. */
#include "redacting.h"

#include "privacy/written.h"

/* Of a piece: about the time that one chat's inspection takes. */
enum { PIECE_BYTES = 64 << 10, TEXTS_MOST = 65536, MAPS_MOST = 64 };

enum shape { TEXT, TEXTS, REQUEST, RESPONSE };

static const struct {
    const char    *word;
    enum json_kind kind;
    const char    *must;
} shape_is[] = {
    [TEXT] = { "text", JSON_STRING, "must be a string" },
    [TEXTS] = { "texts", JSON_ARRAY, "must be an array of strings" },
    [REQUEST] = { "request", JSON_OBJECT, "must be the body of a chat completions request" },
    [RESPONSE] = { "response", JSON_OBJECT, "must be a chat completion" },
};

struct redacting {
    struct errand errand; /* first */
    enum shape    shape;
    struct slice *text; /* TEXT, TEXTS */
    size_t        count;
    struct chat   chat;     /* REQUEST */
    struct answer response; /* RESPONSE */
    pii_set       kinds;    /* redacting: what to hide */
    struct slice *map;      /* restoring: sealed */
    size_t        maps;

    /* what the SLM threads fill in */
    struct findings *found; /* of each text, up to done */
    size_t           done, redactions;
};

/* ---- reading ---- */

static bool refuse(struct fault *why, const char *field, const char *words)
{
    return fault_set_param(why, FAULT_BAD_REQUEST, field, "%s", words);
}

/* An array of strings. */
static bool read_list(struct arena *arena, const struct json *json, json_at list, const char *field,
                      size_t most, struct slice **out, size_t *count, struct fault *why)
{
    size_t cap = 0;
    for (json_at i = json_first(json, list); i != JSON_NONE; i = json_next(json, i)) {
        if (json_kind(json, i) != JSON_STRING)
            return refuse(why, field, "must hold strings alone");
        if (*count == most)
            return fault_set_param(why, FAULT_BAD_REQUEST, field, "at most %zu are taken at once", most);
        if (*count == cap)
            *out = arena_grow(arena, *out, *count, sizeof **out, &cap);
        (*out)[(*count)++] = json_string(json, i, arena);
    }
    return true;
}

/* A string, or an array of strings. */
static bool read_one_or_list(struct arena *arena, const struct json *json, json_at at, const char *field,
                             size_t most, struct slice **out, size_t *count, struct fault *why)
{
    if (json_kind(json, at) == JSON_ARRAY)
        return read_list(arena, json, at, field, most, out, count, why);
    if (json_kind(json, at) != JSON_STRING)
        return refuse(why, field, "must be a string, or an array of strings");
    *out = arena_array(arena, 1, sizeof **out);
    (*out)[0] = json_string(json, at, arena);
    *count = 1;
    return true;
}

static bool read_kinds(struct redacting *r, const struct json *json, json_at at, struct fault *why)
{
    struct slice *word = NULL;
    size_t        count = 0;
    r->kinds = PII_ALL;
    if (at == JSON_NONE)
        return true;
    if (!read_one_or_list(r->errand.arena, json, at, "kinds", PII_KINDS_MOST, &word, &count, why))
        return false;
    r->kinds = 0;
    for (size_t i = 0; i < count; i++) {
        enum pii_kind kind = pii_of(word[i]);
        if (kind == PII_KINDS_MOST)
            return refuse(why, "kinds", "holds a word that is no kind; `weir redact --help` names all");
        r->kinds |= (pii_set)1 << kind;
    }
    return true;
}

/* What it is that shall be hidden or given back: one of the first members of shape_is. */
static bool read_what(struct redacting *r, const struct json *json, unsigned shapes, struct fault *why)
{
    struct arena *arena = r->errand.arena;
    json_at       what = JSON_NONE;
    for (unsigned i = 0; i < shapes; i++) {
        json_at at = json_get(json, 0, shape_is[i].word);
        if (at == JSON_NONE)
            continue;
        if (what != JSON_NONE)
            return refuse(why, shape_is[i].word, "stands beside another: one of them at a time");
        what = at;
        r->shape = (enum shape)i;
    }
    const char *field = shape_is[r->shape].word;
    if (what == JSON_NONE)
        return refuse(why, field, "is wanting, or \"texts\", or \"request\"");
    if (json_kind(json, what) != shape_is[r->shape].kind)
        return refuse(why, field, shape_is[r->shape].must);
    switch (r->shape) {
    case TEXT:
    case TEXTS:
        return read_one_or_list(arena, json, what, field, TEXTS_MOST, &r->text, &r->count, why);
    case REQUEST:
        return chat_read(arena, json_raw(json, what), &r->chat, why);
    case RESPONSE:
        return answer_read(arena, json_raw(json, what), &r->response, why) ||
               refuse(why, field, "is no chat completion");
    }
    return false;
}

static bool read_body(struct errand *e, struct json *json, struct fault *why)
{
    if (!json_read(e->arena, buf_slice(&e->body), json, why))
        return false;
    return json_kind(json, 0) == JSON_OBJECT ||
           fault_set(why, FAULT_BAD_REQUEST, "the body must be a JSON object");
}

static bool read_redact(struct errand *e, struct fault *why)
{
    struct redacting *r = (struct redacting *)e;
    struct json       json;
    if (!read_body(e, &json, why) || !read_what(r, &json, REQUEST + 1, why) ||
        !read_kinds(r, &json, json_get(&json, 0, "kinds"), why))
        return false;
    if (r->shape == REQUEST)
        r->count = r->chat.text_count;
    r->found = arena_array(e->arena, r->count, sizeof *r->found);
    return true;
}

static bool read_restore(struct errand *e, struct fault *why)
{
    struct redacting *r = (struct redacting *)e;
    struct json       json;
    if (!read_body(e, &json, why) || !read_what(r, &json, RESPONSE + 1, why))
        return false;
    return read_one_or_list(e->arena, &json, json_get(&json, 0, "map"), "map", MAPS_MOST, &r->map, &r->maps,
                            why);
}

/* ---- writing ---- */

/* Strings one after the other, each made by make(); in brackets unless it is the one text. */
static void write_texts(struct redacting *r, struct vault *vault,
                        void (*make)(struct redacting *, struct vault *, size_t i, struct buf *made))
{
    struct buf *out = &r->errand.answer, made;
    buf_init(&made, out->ceiling);
    if (r->shape == TEXTS)
        buf_add_byte(out, '[');
    for (size_t i = 0; i < r->count; i++) {
        if (i)
            buf_add_byte(out, ',');
        buf_reset(&made);
        make(r, vault, i, &made);
        out->full = out->full || made.full;
        json_add_string(out, buf_slice(&made));
    }
    if (r->shape == TEXTS)
        buf_add_byte(out, ']');
    buf_wipe(&made);
}

/* ---- redacting ---- */

static const char *place_word(enum chat_place place)
{
    switch (place) {
    case CHAT_CONTENT:
        return "content";
    case CHAT_NAME:
        return "name";
    case CHAT_TOOL_ARGUMENTS:
        return "tool_arguments";
    case CHAT_TOOL_ABOUT:
        return "tool_definition";
    case CHAT_METADATA:
        return "metadata";
    }
    return "";
}

/* One array for one text, one of arrays for several; of a request, where each text with findings stands. */
static void write_findings(struct redacting *r)
{
    struct buf *out = &r->errand.answer;
    const char *before = "[";
    if (r->shape == TEXT) {
        findings_write(r->text[0], &r->found[0], r->kinds, out);
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        const struct chat_text *text = r->shape == REQUEST ? &r->chat.text[i] : NULL;
        if (text && !(r->found[i].kinds & r->kinds))
            continue;
        buf_add_str(out, before);
        before = ",";
        if (text && text->message != CHAT_NO_MESSAGE)
            buf_printf(out, "{\"message\":%u,\"place\":\"%s\",\"findings\":", text->message,
                       place_word(text->place));
        else if (text)
            buf_printf(out, "{\"message\":null,\"place\":\"%s\",\"findings\":", place_word(text->place));
        findings_write(text ? text->text : r->text[i], &r->found[i], r->kinds, out);
        if (text)
            buf_add_byte(out, '}');
    }
    buf_add_str(out, *before == '[' ? "[]" : "]");
}

static void make_hidden(struct redacting *r, struct vault *vault, size_t i, struct buf *made)
{
    r->redactions += vault_hide(vault, r->text[i], &r->found[i], r->kinds, made);
}

static void write_hidden_request(struct redacting *r, struct vault *vault)
{
    struct arena           *arena = r->errand.arena;
    const struct inspection inspection = { .findings = r->found, .is_inspected = true };
    r->redactions = redact(&r->chat, &inspection, r->kinds, vault, arena);
    chat_write(&r->chat, &(struct chat_changes){ 0 }, arena, &r->errand.answer);
    buf_printf(&r->errand.answer, ",\"unreadable\":%u", r->chat.unreadable);
}

static void write_redacted(struct redacting *r)
{
    struct errand *e = &r->errand;
    struct vault  *vault = vault_new(e->arena, errand_team_key(e));
    buf_printf(&e->answer, "{\"%s\":", shape_is[r->shape].word);
    if (r->shape == REQUEST)
        write_hidden_request(r, vault);
    else
        write_texts(r, vault, make_hidden);
    buf_add(&e->answer, S(",\"findings\":"));
    write_findings(r);
    buf_add(&e->answer, S(",\"map\":\""));
    map_seal(vault, errand_team_key(e), &e->answer);
    buf_add(&e->answer, S("\"}"));
}

static void redact_piece(struct errand *e, const struct inspector *inspector)
{
    struct redacting *r = (struct redacting *)e;
    for (size_t bytes = 0; bytes < PIECE_BYTES && r->done < r->count; r->done++) {
        const struct chat_text *of_chat = r->shape == REQUEST ? &r->chat.text[r->done] : NULL;
        struct slice            text = of_chat ? of_chat->text : r->text[r->done];
        bool                    is_arguments = of_chat && of_chat->place == CHAT_TOOL_ARGUMENTS;
        if (!inspect_alone(inspector, e->arena, text, is_arguments, r->kinds, &r->found[r->done], &e->why))
            return;
        bytes += text.len;
    }
    e->is_done = r->done == r->count;
    if (e->is_done)
        write_redacted(r);
}

/* ---- restoring ---- */

static void make_restored(struct redacting *r, struct vault *vault, size_t i, struct buf *made)
{
    vault_restore(vault, r->text[i], false, made);
}

static struct slice restored(struct redacting *r, const struct vault *vault, struct slice text,
                             bool is_arguments)
{
    struct buf made;
    buf_init(&made, r->errand.answer.ceiling);
    vault_restore(vault, text, is_arguments, &made);
    r->errand.answer.full = r->errand.answer.full || made.full;
    struct slice copy = arena_copy(r->errand.arena, buf_slice(&made));
    buf_wipe(&made);
    return copy;
}

static void write_restored_request(struct redacting *r, const struct vault *vault)
{
    for (size_t i = 0; i < r->chat.text_count; i++) {
        struct chat_text *text = &r->chat.text[i];
        text->now = restored(r, vault, text->text, text->place == CHAT_TOOL_ARGUMENTS);
    }
    chat_write(&r->chat, &(struct chat_changes){ 0 }, r->errand.arena, &r->errand.answer);
}

static void write_restored_response(struct redacting *r, const struct vault *vault)
{
    struct arena     *arena = r->errand.arena;
    struct json_edit *edit = arena_array(arena, r->response.text_count, sizeof *edit);
    for (size_t i = 0; i < r->response.text_count; i++) {
        const struct answer_text *text = &r->response.text[i];
        struct slice              now = restored(r, vault, text->text, text->place == ANSWER_TOOL_ARGUMENTS);
        edit[i] = answer_edit_text(text, now, arena);
    }
    json_splice(r->response.json.text, edit, r->response.text_count, &r->errand.answer);
}

static void restore_all(struct errand *e, const struct inspector *inspector)
{
    (void)inspector;
    struct redacting *r = (struct redacting *)e;
    struct vault     *vault = vault_new(e->arena, errand_team_key(e));
    for (size_t i = 0; i < r->maps; i++)
        if (!map_open(vault, e->arena, errand_team_key(e), r->map[i], &e->why))
            return;
    buf_printf(&e->answer, "{\"%s\":", shape_is[r->shape].word);
    switch (r->shape) {
    case TEXT:
    case TEXTS:
        write_texts(r, vault, make_restored);
        break;
    case REQUEST:
        write_restored_request(r, vault);
        break;
    case RESPONSE:
        write_restored_response(r, vault);
        break;
    }
    buf_add_byte(&e->answer, '}');
    e->is_done = true;
}

/* ---- what is told ---- */

static void finish_redact(struct errand *e, struct buf *headers)
{
    const struct redacting *r = (const struct redacting *)e;
    buf_printf(headers, "x-weir-redactions: %zu\r\n", r->redactions);
    metrics_add(e->tools->metrics, METRIC_TEXTS_REDACTED, (int64_t)r->count);
    metrics_add(e->tools->metrics, METRIC_REDACTIONS, (int64_t)r->redactions);
}

static void finish_restore(struct errand *e, struct buf *headers)
{
    (void)headers;
    metrics_add(e->tools->metrics, METRIC_RESTORES, 1);
}

static void tell_redact(const struct errand *e, bool is_answered, struct buf *line)
{
    (void)is_answered;
    const struct redacting *r = (const struct redacting *)e;
    buf_printf(line, ",\"texts\":%zu,\"redactions\":%zu", r->count, r->redactions);
}

static void tell_restore(const struct errand *e, bool is_answered, struct buf *line)
{
    (void)is_answered;
    buf_printf(line, ",\"maps\":%zu", ((const struct redacting *)e)->maps);
}

const struct errand_kind redact_errand = {
    .name = "redact",
    .bytes = sizeof(struct redacting),
    .read = read_redact,
    .work = redact_piece,
    .finish = finish_redact,
    .tell = tell_redact,
};

const struct errand_kind restore_errand = {
    .name = "restore",
    .bytes = sizeof(struct redacting),
    .read = read_restore,
    .work = restore_all,
    .finish = finish_restore,
    .tell = tell_restore,
};
