/*
 * guard.c - see guard.h.
 *
 * A text runs through many documents: a lane. Its bytes are counted from its first, so that what is found in a
 * window of it can be cut out of the documents that hold it, however it was cut. Documents go on in the order
 * in which they came, each when all its texts may.
 */
#include "guard.h"

#include "wire/sse.h"

#include <stdio.h>

enum { LANES_MOST = 4096, HITS_MOST = 1 << 16, TYPE_MOST = 64 };

/* A stretch of a lane that must not go on. */
struct hit {
    size_t       start, end; /* bytes of the lane */
    bool         is_blocked;
    bool         is_number; /* in JSON: what is in its place needs quotes */
    struct slice value;     /* in the look's arena */
};

struct lane {
    uint32_t          choice, tool;
    enum answer_place place;
    bool              is_final;              /* no more will come */
    bool              is_free;               /* of a text that stood alone, and has gone on */
    struct buf        text;                  /* the lane's bytes from `from` on */
    size_t            from, looked, cleared; /* bytes of the lane: kept, looked through, free to go */
    struct hit       *hit;                   /* in order */
    size_t            hits, hit_cap;
};

/* Where a document's text stands in its lane. */
struct stretch {
    struct lane *lane;
    size_t       start, end;
};

/* A document, or an event that holds none, waiting to go on. */
struct held {
    struct held    *next;
    struct arena   *arena;               /* what belongs to it, itself too */
    struct slice    before, data, after; /* the event's bytes: what is spliced, and what is around it */
    struct answer   answer;
    struct stretch *stretch; /* of each of the answer's texts */
};

struct guard {
    struct arena        *arena;
    struct guard_options options;
    struct sse          *sse;
    struct buf           body; /* of a whole answer */
    struct held         *first, **end;
    size_t               held_bytes;
    struct lane        **lane;
    size_t               lanes, lane_cap;
    bool                 has_ended, has_failed; /* the last: a look did not succeed */
    struct arena        *look;                  /* what the last look found */
};

static void clean_up(void *arg)
{
    struct guard *g = arg;
    sse_free(&g->sse);
    buf_wipe(&g->body);
    for (size_t i = 0; i < g->lanes; i++)
        buf_wipe(&g->lane[i]->text);
    while (g->first) {
        struct held *next = g->first->next;
        arena_free(&g->first->arena);
        g->first = next;
    }
    arena_free(&g->look);
}

struct guard *guard_new(struct arena *arena, const struct guard_options *options)
{
    struct guard *g = arena_alloc(arena, sizeof *g);
    g->arena = arena;
    g->options = *options;
    g->end = &g->first;
    g->look = arena_new();
    g->sse = options->is_stream ? sse_new(options->most_bytes) : NULL;
    buf_init(&g->body, options->most_bytes);
    arena_defer(arena, clean_up, g);
    return g;
}

/* ---- taking documents in ---- */

/* Other texts stand whole in one document: each is a lane. */
static struct lane *lane_of(struct guard *g, const struct answer_text *t)
{
    bool is_alone = t->place == ANSWER_OTHER;
    for (size_t i = 0; i < g->lanes; i++) {
        struct lane *l = g->lane[i];
        bool         is_same = l->choice == t->choice && l->tool == t->tool && l->place == t->place;
        if (is_alone ? l->is_free : is_same && !l->is_free) {
            l->is_free = false;
            return l;
        }
    }
    if (g->lanes == LANES_MOST)
        return NULL;
    if (g->lanes == g->lane_cap)
        g->lane = arena_grow(g->arena, g->lane, g->lanes, sizeof(struct lane *), &g->lane_cap);
    struct lane *l = g->lane[g->lanes++] = arena_alloc(g->arena, sizeof *l);
    *l = (struct lane){ .choice = t->choice, .tool = t->tool, .place = t->place };
    l->is_final = t->place == ANSWER_OTHER;
    buf_init(&l->text, g->options.most_bytes);
    return l;
}

static bool too_much(struct fault *why)
{
    return fault_set(why, FAULT_PROVIDER_BROKE, "more of the answer waits to be looked through than may");
}

static bool spread(struct guard *g, struct held *h, struct fault *why)
{
    h->stretch = arena_array(h->arena, h->answer.text_count, sizeof *h->stretch);
    for (size_t i = 0; i < h->answer.text_count; i++) {
        const struct answer_text *t = &h->answer.text[i];
        struct lane              *l = lane_of(g, t);
        if (!l)
            return too_much(why);
        size_t start = l->from + l->text.len;
        buf_add(&l->text, t->text);
        if (l->text.full)
            return too_much(why);
        h->stretch[i] = (struct stretch){ l, start, start + t->text.len };
    }
    return true;
}

static void finish_lanes(struct guard *g, uint32_t choice)
{
    for (size_t i = 0; i < g->lanes; i++)
        g->lane[i]->is_final = g->lane[i]->is_final || g->lane[i]->choice == choice;
}

/* Which texts will say no more. */
static void finish(struct guard *g, const struct answer *a)
{
    const struct json *j = &a->json;
    uint32_t           position = 0;
    if (a->finish.ptr)
        finish_lanes(g, a->finish_choice);
    for (size_t i = 0; i < g->lanes && a->ends_block; i++)
        g->lane[i]->is_final = g->lane[i]->is_final || g->lane[i]->tool == a->block;
    for (json_at c = json_first(j, json_get(j, 0, "choices")); c != JSON_NONE;
         c = json_next(j, c), position++) {
        int64_t index;
        bool    has_index = json_i64(j, json_get(j, c, "index"), &index) && index >= 0 && index < UINT32_MAX;
        if (json_kind(j, json_get(j, c, "finish_reason")) == JSON_STRING)
            finish_lanes(g, has_index ? (uint32_t)index : position);
    }
}

/* Data that came in several lines becomes one: in JSON a newline is a blank. */
static void join_lines(char *data, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (data[i] == '\n' || data[i] == '\r')
            data[i] = ' ';
}

static struct held *hold(struct guard *g, struct slice before, struct slice data, struct slice after)
{
    struct arena *arena = arena_new();
    struct held  *h = arena_alloc(arena, sizeof *h);
    char         *line = arena_cstr(arena, data);
    if (g->options.is_stream)
        join_lines(line, data.len);
    *h = (struct held){ .arena = arena,
                        .before = arena_copy(arena, before),
                        .data = slice_of(line, data.len),
                        .after = arena_copy(arena, after) };
    *g->end = h;
    g->end = &h->next;
    g->held_bytes += before.len + data.len + after.len;
    return h;
}

/* What cannot be read goes on as it is: the relay passes it over, or breaks the answer off. */
static bool hold_document(struct guard *g, struct slice before, struct slice data, struct slice after,
                          struct fault *why)
{
    struct held *h = hold(g, before, data, after);
    if (g->held_bytes > g->options.most_bytes)
        return too_much(why);
    bool is_read = g->options.dialect == DIALECT_ANTHROPIC
                       ? anthropic_answer_read(h->arena, h->data, &h->answer, NULL)
                       : answer_read(h->arena, h->data, &h->answer, NULL);
    if (!is_read)
        return true;
    if (!spread(g, h, why))
        return false;
    finish(g, &h->answer);
    return true;
}

/* What is said beside documents (comments) is nobody's answer, and nothing has looked through it. The relay
 * knows errors that come so, and lets nothing of them go on. */
static bool hold_event(struct guard *g, const struct sse_event *ev, struct fault *why)
{
    struct slice lines = slice_trim(ev->raw), type = slice_cut(slice_trim(ev->event), 0, TYPE_MOST);
    bool         is_error = slice_starts(lines, S("error:")) || slice_starts(lines, S("{\"error\""));
    char         head[TYPE_MOST + 32];
    int length = snprintf(head, sizeof head, "%s%.*s%sdata: ", type.len ? "event: " : "", SLICE_ARG(type),
                          type.len ? "\n" : "");
    if (ev->has_data)
        return hold_document(g, slice_of(head, (size_t)length), ev->data, S("\n\n"), why);
    hold(g, is_error ? ev->raw : S(":\n\n"), S(""), S(""));
    return g->held_bytes <= g->options.most_bytes || too_much(why);
}

bool guard_feed(struct guard *g, struct slice body, struct fault *why)
{
    if (!g->options.is_stream) {
        buf_add(&g->body, body);
        return !g->body.full || too_much(why);
    }
    while (body.len) {
        struct sse_event ev;
        size_t           used = 0;
        enum sse_result  result = sse_read(g->sse, body, &used, &ev);
        body = slice_cut(body, used, body.len);
        if (result == SSE_TOO_LONG)
            return too_much(why);
        if (result == SSE_EVENT && !hold_event(g, &ev, why))
            return false;
    }
    return true;
}

void guard_end(struct guard *g)
{
    struct fault why;
    if (!g->options.is_stream && !g->has_ended && !hold_document(g, S(""), buf_slice(&g->body), S(""), &why))
        g->has_failed = true;
    g->has_ended = true;
    for (size_t i = 0; i < g->lanes; i++)
        g->lane[i]->is_final = true;
}

/* ---- looking ---- */

static size_t lane_end(const struct lane *l)
{
    return l->from + l->text.len;
}

static bool is_due(const struct lane *l)
{
    size_t news = lane_end(l) - l->looked;
    if (l->is_final)
        return l->cleared < lane_end(l);
    return news >= GUARD_STEP_BYTES && lane_end(l) - l->cleared > GUARD_TAIL_BYTES &&
           l->place != ANSWER_TOOL_ARGUMENTS;
}

bool guard_has_news(const struct guard *g)
{
    for (size_t i = 0; i < g->lanes; i++)
        if (is_due(g->lane[i]))
            return true;
    return false;
}

static bool client_sent(const struct chat *chat, struct slice value)
{
    for (size_t i = 0; i < chat->text_count; i++)
        if (slice_find(chat->text[i].text, value) != SLICE_NONE)
            return true;
    return false;
}

/* Adds what was found in the window beyond what went on already. */
static void add_hits(struct guard *g, struct lane *l, const struct findings *found)
{
    while (l->hits && l->hit[l->hits - 1].start >= l->cleared)
        l->hits--; /* they are found again, and whole */
    for (size_t i = 0; i < found->count; i++) {
        const struct finding *f = &found->item[i];
        size_t                start = l->from + f->start, end = l->from + f->end;
        struct slice          value = slice_cut(buf_slice(&l->text), f->start, f->end);
        bool                  is_wanted = (g->options.redact | g->options.block) >> f->kind & 1;
        if (!is_wanted || end <= l->cleared || client_sent(g->options.chat, value) ||
            (f->value.ptr && client_sent(g->options.chat, f->value)))
            continue;
        if (l->hits == l->hit_cap)
            l->hit = arena_grow(g->arena, l->hit, l->hits, sizeof *l->hit, &l->hit_cap);
        l->hit[l->hits++] = (struct hit){ .start = start < l->cleared ? l->cleared : start,
                                          .end = end,
                                          .is_blocked = g->options.block >> f->kind & 1,
                                          .is_number = f->is_number,
                                          .value = arena_copy(g->look, value) };
    }
}

/* All but the tail may go, and of a value that reaches into it nothing: it may go on. */
static void clear(struct lane *l)
{
    size_t end = lane_end(l);
    l->looked = end;
    if (l->is_final) {
        l->cleared = end;
        return;
    }
    size_t clear = end - GUARD_TAIL_BYTES;
    for (size_t i = 0; i < l->hits; i++)
        if (l->hit[i].start < clear && l->hit[i].end > clear)
            clear = l->hit[i].start;
    l->cleared = clear > l->cleared ? clear : l->cleared;
}

static bool look_at(struct guard *g, struct lane *l, const struct inspector *inspector)
{
    struct findings found;
    struct fault    why;
    bool            is_arguments = l->place == ANSWER_TOOL_ARGUMENTS;
    if (!inspect_alone(inspector, g->look, buf_slice(&l->text), is_arguments,
                       g->options.redact | g->options.block, &found, &why) ||
        l->hits + found.count > HITS_MOST)
        return false;
    add_hits(g, l, &found);
    clear(l);
    return true;
}

void guard_look(struct guard *g, const struct inspector *inspector)
{
    for (size_t i = 0; i < g->lanes && !g->has_failed; i++)
        if (is_due(g->lane[i]))
            g->has_failed = !look_at(g, g->lane[i], inspector);
}

/* ---- going on ---- */

/* What stands for something that this exchange hid is the client's own. */
static bool is_ours(const struct guard *g, const struct hit *hit)
{
    struct buf given;
    if (!g->options.vault || vault_count(g->options.vault) == 0)
        return false;
    buf_init(&given, SIZE_MAX / 2);
    vault_restore(g->options.vault, hit->value, false, &given);
    bool is_same = slice_eq(buf_slice(&given), hit->value);
    buf_wipe(&given);
    return !is_same;
}

static bool settle_hits(struct guard *g, struct fault *why)
{
    bool is_blocked = false;
    for (size_t i = 0; i < g->lanes; i++) {
        struct lane *l = g->lane[i];
        size_t       kept = 0;
        for (size_t k = 0; k < l->hits; k++) {
            if (l->hit[k].value.len && is_ours(g, &l->hit[k]))
                continue;
            is_blocked = is_blocked || l->hit[k].is_blocked;
            l->hit[k].value = S(""); /* the look's arena goes */
            l->hit[kept++] = l->hit[k];
        }
        l->hits = kept;
    }
    return !is_blocked ||
           fault_set(why, FAULT_DENIED, "rule \"%s\": the answer held what it may not", g->options.rule);
}

/* The text without what must not go on. True when that is another. */
static bool cut_out(const struct stretch *s, struct slice text, struct buf *out)
{
    const struct lane *l = s->lane;
    size_t             at = s->start;
    bool               is_cut = false;
    for (size_t i = 0; i < l->hits; i++) {
        const struct hit *hit = &l->hit[i];
        if (hit->end <= at || hit->start >= s->end)
            continue;
        is_cut = true;
        if (hit->start >= s->start) { /* it begins here */
            buf_add(out, slice_cut(text, at - s->start, hit->start - s->start));
            buf_add_str(out, hit->is_number ? "\"" VAULT_REMOVED "\"" : VAULT_REMOVED);
        }
        at = hit->end < s->end ? hit->end : s->end;
    }
    buf_add(out, slice_cut(text, at - s->start, text.len));
    return is_cut;
}

/* Tokens' own strings would tell what was cut out, so logprobs go where any are asked for. */
static void let_go(struct guard *g, struct held *h, struct buf *out)
{
    struct answer    *a = &h->answer;
    size_t            count = 0;
    struct json_edit *strip = NULL;
    if (h->stretch && g->options.chat->has_logprobs)
        strip = answer_edits_strip(a, h->arena, &count);
    struct json_edit *edit = arena_array(h->arena, count + a->text_count, sizeof *edit);
    if (count)
        memcpy(edit, strip, count * sizeof *edit);
    struct buf text;
    buf_init(&text, out->ceiling);
    for (size_t i = 0; h->stretch && i < a->text_count; i++) {
        buf_reset(&text);
        if (cut_out(&h->stretch[i], a->text[i].text, &text))
            edit[count++] = answer_edit_text(&a->text[i], arena_copy(h->arena, buf_slice(&text)), h->arena);
    }
    buf_wipe(&text);
    buf_add(out, h->before);
    json_splice(h->data, edit, count, out);
    buf_add(out, h->after);
}

/* Those of texts that stood alone can be others'. */
static void free_lanes(const struct held *h)
{
    for (size_t i = 0; h->stretch && i < h->answer.text_count; i++) {
        struct lane *l = h->stretch[i].lane;
        if (l->place != ANSWER_OTHER)
            continue;
        l->is_free = true;
        l->hits = l->from = l->looked = l->cleared = 0;
        buf_reset(&l->text);
    }
}

static bool may_go(const struct held *h)
{
    for (size_t i = 0; h->stretch && i < h->answer.text_count; i++)
        if (h->stretch[i].end > h->stretch[i].lane->cleared)
            return false;
    return true;
}

/* What no held document needs any more, but for some words before what will be looked at next. */
static void forget(struct guard *g)
{
    for (size_t i = 0; i < g->lanes; i++) {
        struct lane *l = g->lane[i];
        if (l->cleared > l->from + GUARD_CONTEXT_BYTES) {
            size_t drop = l->cleared - l->from - GUARD_CONTEXT_BYTES;
            buf_drop(&l->text, drop);
            l->from += drop;
        }
    }
}

bool guard_pass(struct guard *g, struct buf *out, struct fault *why)
{
    bool ok = settle_hits(g, why);
    if (g->has_failed)
        ok = fault_set(why, FAULT_DENIED, "rule \"%s\": the answer could not be looked through",
                       g->options.rule);
    arena_reset(g->look);
    while (ok && g->first && may_go(g->first)) {
        struct held *h = g->first;
        let_go(g, h, out);
        g->held_bytes -= h->before.len + h->data.len + h->after.len;
        g->first = h->next;
        if (!g->first)
            g->end = &g->first;
        free_lanes(h);
        arena_free(&h->arena);
    }
    if (ok)
        forget(g);
    return ok;
}
