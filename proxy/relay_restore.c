/*
 * relay_restore.c - placeholders in the answer become values again.
 *
 * In a stream a text runs through many chunks, and several texts run side by side: choices, reasoning, tool
 * calls. Each is a lane, told by its path: the bytes that a chunk's choice would begin with if it held this
 * text alone, {"index":0,"delta":{"content": for one. So a lane's key is at once what a chunk of our own is
 * written with, when held text must go out and the provider's own chunk has no room for it.
 *
 * What a lane holds goes out before the document in which its choice ends, or speaks in another place: a client
 * that shows reasoning, then content, then tool calls would otherwise get a tail of the first after the last.
 * Tool calls of one choice may alternate and do not end each other.
 */
#include "relay_inside.h"

enum { NAME_MOST_BYTES = 64 }; /* an "index" or "type" longer than this tells nothing apart */

/* ---- lanes ---- */

static json_at child_at(const struct json *j, json_at parent, uint32_t offset)
{
    for (json_at c = json_first(j, parent); c != JSON_NONE; c = json_next(j, c))
        if (offset >= j->node[c].start && offset < j->node[c].end)
            return c;
    return JSON_NONE;
}

static void add_raw_member(struct buf *out, const struct json *j, json_at object, const char *key)
{
    struct slice raw = json_raw(j, json_get(j, object, key));
    if (raw.len && raw.len <= NAME_MOST_BYTES)
        buf_printf(out, "\"%s\":%.*s,", key, SLICE_ARG(raw));
}

/* What tells an object on the path from its like. A tool call gives its type in its first piece alone, so its
 * number must do. */
static void add_identity(struct buf *out, const struct doc *doc, const struct doc_choice *choice,
                         json_at object)
{
    const struct json *j = &doc->answer.json;
    if (object == choice->at && object != 0) {
        buf_printf(out, "\"index\":%u,", choice->index);
        return;
    }
    for (size_t i = 0; i < doc->call_count; i++)
        if (doc->call[i].at == object) {
            buf_printf(out, "\"index\":%u,", doc->call[i].index);
            return;
        }
    add_raw_member(out, j, object, "index");
    add_raw_member(out, j, object, "type");
}

/* Into r->open and r->close: what stands before and after the text's value. */
static void write_path(struct relay *r, const struct doc *doc, const struct doc_choice *choice, uint32_t offset)
{
    const struct json *j = &doc->answer.json;
    char               closing[JSON_DEPTH_MOST];
    size_t             depth = 0;
    buf_reset(&r->open);
    buf_reset(&r->close);
    for (json_at at = choice->at, child; depth < sizeof closing; at = child) {
        child = child_at(j, at, offset);
        if (child == JSON_NONE)
            break;
        bool is_object = json_kind(j, at) == JSON_OBJECT;
        buf_add_byte(&r->open, is_object ? '{' : '[');
        closing[depth++] = is_object ? '}' : ']';
        if (is_object) {
            add_identity(&r->open, doc, choice, at);
            const struct json_node *n = &j->node[child];
            buf_add(&r->open, slice_cut(j->text, n->key_start, n->key_end));
            buf_add_byte(&r->open, ':');
        }
    }
    while (depth > 1)
        buf_add_byte(&r->close, closing[--depth]);
    buf_add_str(&r->close, r->dialect->choice_close);
}

static struct relay_lane *add_lane(struct relay *r, const struct doc_choice *choice,
                                   const struct answer_text *t)
{
    if (r->lane_count == RELAY_LANES_MOST)
        return NULL;
    if (r->lane_count == r->lane_cap)
        r->lane = arena_grow(r->arena, r->lane, r->lane_count, sizeof *r->lane, &r->lane_cap);
    struct relay_lane *lane = &r->lane[r->lane_count++];
    *lane = (struct relay_lane){
        .open = arena_copy(r->arena, buf_slice(&r->open)),
        .close = arena_copy(r->arena, buf_slice(&r->close)),
        .choice = choice->index,
        .block = t->tool,
        .place = t->place,
        .restore = restore_new(r->arena, r->options.vault),
        .last = LANE_SILENT,
    };
    if (t->place == ANSWER_TOOL_ARGUMENTS)
        restore_inside_json(lane->restore);
    return lane;
}

/* The number of the text's lane, begun when it is new; RELAY_LANES_MOST when there are too many. */
static size_t find_lane(struct relay *r, const struct doc *doc, const struct doc_choice *choice,
                        const struct answer_text *t)
{
    write_path(r, doc, choice, t->start);
    for (size_t i = 0; i < r->lane_count; i++)
        if (slice_eq(r->lane[i].open, buf_slice(&r->open)))
            return i;
    struct relay_lane *lane = add_lane(r, choice, t);
    return lane ? (size_t)(lane - r->lane) : RELAY_LANES_MOST;
}

/* ---- chunks of our own ---- */

/* The members of a chunk that say which answer it belongs to. */
static void remember_envelope(struct relay *r, const struct doc *doc)
{
    static const char *const members[] = { "id",    "object",       "created",
                                           "model", "service_tier", "system_fingerprint" };
    const struct json       *j = &doc->answer.json;
    buf_reset(&r->envelope);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct slice raw = json_raw(j, json_get(j, 0, members[i]));
        if (i == 0 && r->options.id.len)
            buf_printf(&r->envelope, "\"id\":\"%.*s\",", SLICE_ARG(r->options.id));
        else if (raw.len)
            buf_printf(&r->envelope, "\"%s\":%.*s,", members[i], SLICE_ARG(raw));
    }
}

static void flush_lane(struct relay *r, struct relay_lane *lane, struct buf *out)
{
    buf_reset(&r->plain);
    restore_end(lane->restore, &r->plain);
    r->dialect->add_chunk(r, lane, buf_slice(&r->plain), out);
}

void relay_flush(struct relay *r, struct buf *out)
{
    for (size_t i = 0; i < r->lane_count; i++)
        if (restore_holds(r->lane[i].restore))
            flush_lane(r, &r->lane[i], out);
}

/* ---- a chunk ---- */

static bool choice_ends(const struct doc *doc, uint32_t index)
{
    for (size_t i = 0; i < doc->choice_count; i++)
        if (doc->choice[i].index == index && doc->choice[i].finish.len)
            return true;
    return false;
}

static bool block_ends(const struct doc *doc, uint32_t block)
{
    return doc->answer.ends_block && doc->answer.block == block;
}

static bool speaks_elsewhere(const struct doc *doc, const struct relay_lane *lane)
{
    for (size_t i = 0; i < doc->answer.text_count; i++) {
        const struct answer_text *t = &doc->answer.text[i];
        if (t->text.len && t->choice == lane->choice && t->place != lane->place && t->place != ANSWER_OTHER)
            return true;
    }
    return false;
}

static void flush_ended(struct relay *r, const struct doc *doc, struct buf *out)
{
    for (size_t i = 0; i < r->lane_count; i++) {
        struct relay_lane *lane = &r->lane[i];
        if (lane->last == LANE_SILENT && restore_holds(lane->restore) &&
            (choice_ends(doc, lane->choice) || block_ends(doc, lane->block) || speaks_elsewhere(doc, lane)))
            flush_lane(r, lane, out);
    }
}

/* r->plain is what the text shall say. */
static bool edit_text(struct relay *r, struct doc *doc, const struct answer_text *t, struct fault *why)
{
    if (r->plain.full)
        return fault_set(why, FAULT_PROVIDER_BROKE, "it is too large with its placeholders filled in");
    if (!slice_eq(buf_slice(&r->plain), t->text) && !doc_is_edited_at(doc, t->start))
        doc_edit(doc, answer_edit_text(t, buf_slice(&r->plain), doc->arena));
    return true;
}

/* A text that does not run through the stream, or has come whole. */
static bool restore_at_once(struct relay *r, struct doc *doc, const struct answer_text *t, struct fault *why)
{
    buf_reset(&r->plain);
    vault_restore(r->options.vault, t->text, t->place == ANSWER_TOOL_ARGUMENTS, &r->plain);
    return edit_text(r, doc, t, why);
}

static bool restore_in_lane(struct relay *r, struct doc *doc, size_t text, size_t number, struct fault *why)
{
    struct relay_lane        *lane = &r->lane[number];
    const struct answer_text *t = &doc->answer.text[text];
    buf_reset(&r->plain);
    restore_feed(lane->restore, t->text, &r->plain);
    if (lane->last == text && choice_ends(doc, lane->choice))
        restore_end(lane->restore, &r->plain);
    return edit_text(r, doc, t, why);
}

/* Which lane each text runs in; NO_LANE for those that are restored at once. */
#define NO_LANE SIZE_MAX

static bool assign_lanes(struct relay *r, const struct doc *doc, size_t *lane_of, struct fault *why)
{
    for (size_t i = 0; i < r->lane_count; i++)
        r->lane[i].last = LANE_SILENT;
    for (size_t i = 0; i < doc->answer.text_count; i++) {
        const struct answer_text *t = &doc->answer.text[i];
        const struct doc_choice  *choice = doc_choice_at(doc, t->start);
        lane_of[i] = NO_LANE;
        if (t->text.len == 0 || t->place == ANSWER_OTHER || !choice)
            continue;
        lane_of[i] = find_lane(r, doc, choice, t);
        if (lane_of[i] == RELAY_LANES_MOST)
            return fault_set(why, FAULT_PROVIDER_BROKE, "it has more than %d texts", RELAY_LANES_MOST);
        r->lane[lane_of[i]].last = i;
    }
    return true;
}

static bool restore_chunk(struct relay *r, struct doc *doc, struct buf *out, struct fault *why)
{
    size_t  count = doc->answer.text_count;
    size_t *lane_of = arena_array(doc->arena, count, sizeof *lane_of);
    if (!assign_lanes(r, doc, lane_of, why))
        return false;
    flush_ended(r, doc, out);
    for (size_t i = 0; i < count; i++) {
        bool ok = lane_of[i] == NO_LANE ? restore_at_once(r, doc, &doc->answer.text[i], why)
                                        : restore_in_lane(r, doc, i, lane_of[i], why);
        if (!ok)
            return false;
    }
    for (size_t i = 0; i < r->lane_count; i++)
        if (restore_holds(r->lane[i].restore)) {
            remember_envelope(r, doc);
            break;
        }
    return true;
}

bool relay_restore(struct relay *r, struct doc *doc, struct buf *out, struct fault *why)
{
    if (!r->restores)
        return true;
    if (r->options.is_stream)
        return restore_chunk(r, doc, out, why);
    for (size_t i = 0; i < doc->answer.text_count; i++)
        if (!restore_at_once(r, doc, &doc->answer.text[i], why))
            return false;
    return true;
}
