/*
 * relay.c - see relay.h. A body's way through the house, and the chain that each document in it goes through.
 */
#include "relay_inside.h"

#include "wire/sse.h"

/* Read the table and you know what happens to an answer. */
static relay_stage refuse_error;

static const struct {
    relay_stage *run;
    const char  *what;
} stages[] = {
    { refuse_error, "an error is no answer, whatever the status said" },
    { relay_count, "what and how much was said, and did it end" },
    { relay_mend, "what SDKs stumble over is made whole" },
    { relay_hear, "what a judge of drafts wants to know is kept" },
    { relay_strip, "what only we asked for is taken out" },
    { relay_replay, "what comes out of the cache says so in its usage" },
    { relay_restore, "placeholders become values again" },
};

/* ---- a life ---- */

static void clean_up(void *arg)
{
    struct relay *r = arg;
    sse_free(&r->sse);
    arena_free(&r->scratch);
    buf_wipe(&r->record);
    buf_wipe(&r->envelope);
    buf_wipe(&r->open);
    buf_wipe(&r->close);
    buf_wipe(&r->plain);
    buf_wipe(&r->untold);
    relay_hear_fini(r);
}

struct relay *relay_new(struct arena *arena, const struct relay_options *options)
{
    struct relay *r = arena_alloc(arena, sizeof *r);
    size_t        most = options->answer_most_bytes;
    r->arena = arena;
    r->options = *options;
    r->dialect = relay_dialect(options->dialect);
    r->shape = options->is_stream ? SHAPE_UNKNOWN : SHAPE_DOCUMENT;
    r->sse = options->is_stream ? sse_new(most) : NULL;
    r->scratch = arena_new();
    r->restores = options->vault && vault_count(options->vault) > 0;
    buf_init(&r->record, most);
    buf_init(&r->envelope, most);
    buf_init(&r->open, most);
    buf_init(&r->close, most);
    buf_init(&r->plain, most * RELAY_GROWTH_MOST);
    buf_init(&r->untold, most * RELAY_GROWTH_MOST);
    if (options->is_heard)
        relay_hear_init(r);
    if (options->told_in != options->dialect)
        r->translation =
            translation_new(arena, &(struct translation_options){ .from = options->dialect,
                                                                  .to = options->told_in,
                                                                  .is_stream = options->is_stream,
                                                                  .most_bytes = most * RELAY_GROWTH_MOST,
                                                                  .now_s = options->now_s,
                                                                  .id = options->id,
                                                                  .is_kept = options->is_kept,
                                                                  .request = options->request });
    arena_defer(arena, clean_up, r);
    return r;
}

/* What broke the answer is said again to whoever goes on asking. */
static bool broken(struct relay *r, const struct fault *why)
{
    r->state = RELAY_BROKEN;
    r->why = *why;
    return false;
}

static void record(struct relay *r, struct slice bytes)
{
    if (r->is_unfit)
        return;
    buf_add(&r->record, bytes);
    if (r->record.full) {
        r->is_unfit = true;
        buf_wipe(&r->record);
    }
}

/* ---- a document ---- */

void doc_edit(struct doc *doc, struct json_edit edit)
{
    if (doc->edit_count == doc->edit_cap)
        doc->edit = arena_grow(doc->arena, doc->edit, doc->edit_count, sizeof *doc->edit, &doc->edit_cap);
    doc->edit[doc->edit_count++] = edit;
}

bool doc_is_edited_at(const struct doc *doc, uint32_t offset)
{
    for (size_t i = 0; i < doc->edit_count; i++)
        if (offset >= doc->edit[i].start && offset < doc->edit[i].end)
            return true;
    return false;
}

const struct doc_choice *doc_choice_at(const struct doc *doc, uint32_t offset)
{
    const struct json *j = &doc->answer.json;
    for (size_t i = 0; i < doc->choice_count; i++) {
        const struct json_node *n = &j->node[doc->choice[i].at];
        if (offset >= n->start && offset < n->end)
            return &doc->choice[i];
    }
    return NULL;
}

static bool read_doc(struct relay *r, struct slice text, struct doc *doc, struct fault *why)
{
    *doc = (struct doc){ .arena = r->scratch };
    if (!r->dialect->read(doc->arena, text, &doc->answer, why))
        return false;
    doc->is_rewritten = doc->answer.has_parts;
    if (doc->is_rewritten &&
        !r->dialect->read(doc->arena, answer_join_parts(&doc->answer.json, doc->arena), &doc->answer, why))
        return false;
    r->dialect->read_choices(doc);
    return true;
}

static bool work(struct relay *r, struct doc *doc, struct buf *out, struct fault *why)
{
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        if (!stages[i].run(r, doc, out, why))
            return false;
    return true;
}

/* ---- errors ---- */

/* "rate_limit_exceeded", "BadRequestError", "429"; not what may be a key that a provider says back. */
static bool is_plain_word(struct slice word)
{
    enum { WORD_MOST_BYTES = 48, DIGITS_MOST = 4 };
    size_t digits = 0;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];
        bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '_' && c != '.' && c != '-')
            return false;
        digits += is_digit;
    }
    return word.len > 0 && word.len <= WORD_MOST_BYTES && digits <= DIGITS_MOST;
}

/* An error's code, type or status, number or word; empty where it is none that may be shown. */
static struct slice error_word(const struct doc *doc, json_at error, const char *key)
{
    const struct json *j = &doc->answer.json;
    json_at            at = json_get(j, error, key);
    struct slice word = json_kind(j, at) == JSON_STRING ? json_string(j, at, doc->arena) : json_raw(j, at);
    return is_plain_word(word) && json_kind(j, at) != JSON_NULL ? word : S("");
}

/* The provider's message may quote the prompt, so its code is all that is told (law 6). */
static bool refuse(const struct doc *doc, struct fault *why)
{
    const struct json *j = &doc->answer.json;
    json_at            error = answer_error(j);
    struct slice       code = error_word(doc, error, "code"), type = error_word(doc, error, "type");
    bool               is_limit = slice_is(code, "429") || slice_starts(code, S("rate_limit")) ||
                    slice_starts(type, S("rate_limit")) || slice_is(type, "too_many_requests");
    struct slice word = code.len ? code : type;
    return fault_set(why, is_limit ? FAULT_PROVIDER_LIMITED : FAULT_PROVIDER_REFUSED, "%s%.*s",
                     word.len ? "its code is " : "", SLICE_ARG(word));
}

/* vLLM before 0.10 says {"object":"error",…} without a member "error". */
static bool refuse_error(struct relay *r, struct doc *doc, struct buf *out, struct fault *why)
{
    (void)r;
    (void)out;
    const struct json *j = &doc->answer.json;
    if (doc->answer.is_error || slice_is(json_raw(j, json_get(j, 0, "object")), "\"error\""))
        return refuse(doc, why);
    return true;
}

/* ---- a stream ---- */

/* Where in the raw event its data stands; SLICE_NONE when it was joined from several lines. */
static size_t data_offset(const struct sse_event *ev)
{
    uintptr_t raw = (uintptr_t)ev->raw.ptr, data = (uintptr_t)ev->data.ptr;
    return data >= raw && data - raw < ev->raw.len ? data - raw : SLICE_NONE;
}

/* Sends the event on, the document spliced where it stands. */
static void send_event(const struct sse_event *ev, struct doc *doc, struct buf *out)
{
    size_t at = doc->is_rewritten ? SLICE_NONE : data_offset(ev);
    if (doc->edit_count == 0 && !doc->is_rewritten) {
        buf_add(out, ev->raw);
    } else if (at != SLICE_NONE) {
        buf_add(out, slice_cut(ev->raw, 0, at));
        json_splice(ev->data, doc->edit, doc->edit_count, out);
        buf_add(out, slice_cut(ev->raw, at + ev->data.len, ev->raw.len));
    } else { /* several data: lines, or not the event's own text */
        struct buf spliced;
        buf_init(&spliced, out->ceiling);
        json_splice(doc->answer.json.text, doc->edit, doc->edit_count, &spliced);
        sse_add_data(out, buf_slice(&spliced));
        out->full = out->full || spliced.full;
        buf_wipe(&spliced);
    }
}

/* Nothing of a bad event goes on, and of too many the stream is broken. */
static bool pass_over(struct relay *r, struct fault *why)
{
    if (++r->counts.bad_events <= RELAY_BAD_EVENTS_MOST)
        return true;
    return fault_set(why, FAULT_PROVIDER_BROKE, "more than %d events could not be read", RELAY_BAD_EVENTS_MOST);
}

static bool on_done(struct relay *r, struct buf *out, struct fault *why)
{
    if (r->counts.choice_count == 0)
        return fault_set(why, FAULT_PROVIDER_BROKE, "it ended before it began");
    relay_flush(r, out);
    r->state = RELAY_DONE;
    return true;
}

static bool on_chunk(struct relay *r, const struct sse_event *ev, struct buf *out, struct fault *why)
{
    struct doc doc;
    if (!read_doc(r, ev->data, &doc, NULL))
        return pass_over(r, why);
    if (slice_is(ev->event, "error"))
        return refuse(&doc, why);
    if (!work(r, &doc, out, why))
        return false;
    if (doc.answer.is_last)
        return on_done(r, out, why);
    if (!doc.is_dropped)
        send_event(ev, &doc, out);
    r->has_spoken = r->has_spoken || doc.speaks;
    return true;
}

/* A comment or a ping goes on. But llama-server until late in 2025 said "error: {…}" where it failed in
 * mid-stream, and then [DONE]; and other servers write the error's JSON as it is. */
static bool on_no_data(struct relay *r, const struct sse_event *ev, struct buf *out, struct fault *why)
{
    struct slice lines = slice_trim(ev->raw);
    bool         is_field = slice_starts(lines, S("error:"));
    if (!is_field && !slice_starts(lines, S("{\"error\""))) {
        buf_add(out, ev->raw);
        return true;
    }
    struct doc doc;
    if (read_doc(r, slice_cut(lines, is_field ? strlen("error:") : 0, lines.len), &doc, NULL))
        return refuse(&doc, why);
    return fault_set(why, FAULT_PROVIDER_REFUSED, "%s", "");
}

static bool on_event(struct relay *r, const struct sse_event *ev, struct buf *out, struct fault *why)
{
    struct slice data = slice_trim(ev->data);
    if (!ev->has_data)
        return on_no_data(r, ev, out, why);
    if (data.len == 0) /* a ping of another kind, at which SDKs fail */
        return true;
    if (slice_is(data, "[DONE]"))
        return on_done(r, out, why);
    bool ok = on_chunk(r, ev, out, why);
    arena_reset(r->scratch);
    return ok;
}

static bool feed_events(struct relay *r, struct slice body, struct buf *out, struct fault *why)
{
    while (body.len && r->state == RELAY_OPEN) {
        struct sse_event ev;
        size_t           used = 0;
        enum sse_result  result = sse_read(r->sse, body, &used, &ev);
        record(r, slice_cut(body, 0, used));
        body = slice_cut(body, used, body.len);
        switch (result) {
        case SSE_MORE:
            return true;
        case SSE_TOO_LONG:
            return fault_set(why, FAULT_PROVIDER_BROKE, "one event has more than %zu bytes",
                             r->options.answer_most_bytes);
        case SSE_EVENT:
            if (!on_event(r, &ev, out, why))
                return false;
        }
    }
    return true;
}

static bool end_stream(struct relay *r, struct buf *out, struct fault *why)
{
    if (r->options.dialect != DIALECT_OPENAI || !relay_all_finished(r)) /* others say when they end */
        return fault_set(why, FAULT_PROVIDER_BROKE, "the stream ended before its finish");
    relay_flush(r, out);
    r->state = RELAY_DONE;
    return true;
}

/* ---- a whole answer ---- */

static bool end_document(struct relay *r, struct buf *out, struct fault *why)
{
    struct doc doc;
    if (!read_doc(r, buf_slice(&r->record), &doc, why) || !work(r, &doc, out, why))
        return false;
    if (r->options.is_stream) /* an error in place of the stream has been refused by now */
        return fault_set(why, FAULT_PROVIDER_BROKE, "it came whole where a stream was asked for");
    if (doc.choice_count == 0)
        return fault_set(why, FAULT_PROVIDER_BROKE, "it has no choices");
    json_splice(doc.answer.json.text, doc.edit, doc.edit_count, out);
    r->has_spoken = true;
    r->state = RELAY_DONE;
    return true;
}

/* ---- the doors ---- */

/* Is it the stream that was asked for, or an error body in its place? Its first byte tells; a byte order mark
 * and white space before it tell nothing and are dropped. Returns what is left of the body. */
static struct slice tell_shape(struct relay *r, struct slice body)
{
    size_t at = 0;
    while (at < body.len && slice_find_byte(S("\xEF\xBB\xBF \t\r\n"), body.ptr[at]) != SLICE_NONE)
        at++;
    if (at < body.len)
        r->shape = body.ptr[at] == '{' ? SHAPE_DOCUMENT : SHAPE_EVENTS;
    return slice_cut(body, at, body.len);
}

static bool feed(struct relay *r, struct slice body, struct buf *out, struct fault *why)
{
    if (r->state == RELAY_DONE || body.len == 0)
        return true; /* what comes after [DONE] is nothing to the client */
    if (r->state == RELAY_BROKEN) {
        *why = r->why;
        return false;
    }
    if (r->shape == SHAPE_UNKNOWN)
        body = tell_shape(r, body);
    bool ok = true;
    if (r->shape == SHAPE_DOCUMENT) {
        record(r, body);
        if (r->is_unfit)
            ok = fault_set(why, FAULT_PROVIDER_BROKE, "it has more than %zu bytes",
                           r->options.answer_most_bytes);
    } else {
        ok = feed_events(r, body, out, why);
    }
    if (ok && out->full)
        ok = fault_set(why, FAULT_PROVIDER_BROKE, "it has more than %zu bytes waiting", out->ceiling);
    return ok || broken(r, why);
}

static bool end(struct relay *r, struct buf *out, struct fault *why)
{
    if (r->has_ended)
        return true;
    if (r->state == RELAY_BROKEN) {
        *why = r->why;
        return false;
    }
    bool ok = true;
    if (r->state == RELAY_OPEN)
        ok = r->shape == SHAPE_DOCUMENT ? end_document(r, out, why) : end_stream(r, out, why);
    arena_reset(r->scratch);
    if (ok && out->full)
        ok = fault_set(why, FAULT_PROVIDER_BROKE, "it has more than %zu bytes", out->ceiling);
    r->has_ended = ok;
    return ok || broken(r, why);
}

/* Where the stages write: to the client, or to who translates for it. */
static struct buf *ear(struct relay *r, struct buf *out)
{
    return r->translation ? &r->untold : out;
}

static bool tell(struct relay *r, struct buf *out, struct fault *why)
{
    if (!r->translation)
        return true;
    bool ok = translation_feed(r->translation, buf_slice(&r->untold), out, why);
    buf_reset(&r->untold);
    return ok || broken(r, why);
}

bool relay_feed(struct relay *r, struct slice body, struct buf *out, struct fault *why)
{
    return feed(r, body, ear(r, out), why) && tell(r, out, why);
}

bool relay_end(struct relay *r, struct buf *out, struct fault *why)
{
    bool had_ended = r->has_ended;
    if (!end(r, ear(r, out), why) || !tell(r, out, why))
        return false;
    return had_ended || !r->translation || translation_end(r->translation, out, why) || broken(r, why);
}

void relay_seal(struct relay *r, struct buf *out)
{
    if (!r->options.is_stream || !r->has_ended)
        return;
    buf_add_str(ear(r, out), r->dialect->seal);
    (void)tell(r, out, &r->why);
}

void relay_break(struct relay *r, const struct fault *fault, struct buf *out)
{
    if (!r->options.is_stream || r->has_ended)
        return;
    r->dialect->add_error(fault, ear(r, out));
    (void)tell(r, out, &r->why);
    broken(r, fault);
}

bool relay_is_done(const struct relay *r)
{
    return r->state == RELAY_DONE;
}

const struct relay_outcome *relay_outcome(struct relay *r)
{
    relay_sum_up(r);
    return &r->outcome;
}

bool relay_has_spoken(const struct relay *r)
{
    return r->has_spoken;
}

struct slice relay_record(const struct relay *r)
{
    return r->is_unfit || r->state == RELAY_BROKEN ? S("") : buf_slice(&r->record);
}
