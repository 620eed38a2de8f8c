/*
 * relay_mend.c - what a provider's chunk lacks or gets wrong is made whole, and what only we asked for is taken
 * out.
 *
 * A reason to finish in another server's words is said in OpenAI's. Tool calls of whole answers are a list in
 * order, and only want an id and a type each. In streams: a client joins the pieces of a call by their "index",
 * and SDKs fail where it is missing. Providers leave it out, give every call 0, or begin at 1; ids are missing,
 * empty, or given twice. So the calls of a choice are numbered here, 0, 1, 2 in the order in which they begin,
 * and each has an id of its own from its first piece on. A piece that is right already is not touched.
 */
#include "relay_inside.h"

/* ---- members taken out ---- */

static struct json_edit removal(uint32_t start, uint32_t end)
{
    return (struct json_edit){ start, end, S("") };
}

/* The node's value becomes that JSON. */
static struct json_edit replacement(const struct json *j, json_at at, const char *raw)
{
    return (struct json_edit){ j->node[at].start, j->node[at].end, slice_str(raw) };
}

static bool is_unwanted_member(const struct relay *r, const struct json *j, json_at member)
{
    /* An error with something in it has ended the answer by now; some SDKs ask `'error' in chunk`. */
    if (json_key_is(j, member, "error"))
        return true;
    return r->options.strip_usage && json_key_is(j, member, "usage");
}

/* From the chunk itself. A run of unwanted neighbours goes in one edit, with one comma. */
static void remove_members(const struct relay *r, struct doc *doc)
{
    const struct json *j = &doc->answer.json;
    json_at            kept = JSON_NONE, removed = JSON_NONE; /* the last of either; removed: of this run */
    uint32_t           from = 0;
    for (json_at m = json_first(j, 0); m != JSON_NONE; m = json_next(j, m)) {
        if (is_unwanted_member(r, j, m)) {
            if (removed == JSON_NONE)
                from = kept == JSON_NONE ? j->node[m].key_start : j->node[kept].end;
            removed = m;
            continue;
        }
        if (removed != JSON_NONE)
            doc_edit(doc, removal(from, kept == JSON_NONE ? j->node[m].key_start : j->node[removed].end));
        removed = JSON_NONE;
        kept = m;
    }
    if (removed != JSON_NONE)
        doc_edit(doc, removal(from, j->node[removed].end));
}

/* ---- tool calls ---- */

/* What a piece of a tool call says of itself. */
struct piece {
    json_at  at, index, id; /* JSON_NONE where absent */
    int64_t  given;         /* its index, -1 for none */
    uint64_t id_hash;       /* 0 for none */
    bool     has_name;
};

static struct piece read_piece(const struct doc *doc, json_at at)
{
    const struct json *j = &doc->answer.json;
    struct piece       p = { .at = at, .index = json_get(j, at, "index"), .id = json_get(j, at, "id") };
    if (!json_i64(j, p.index, &p.given) || p.given < 0)
        p.given = -1;
    struct slice id = json_string(j, p.id, doc->arena);
    p.id_hash = id.len ? slice_hash(id) | 1 : 0;
    p.has_name = json_string(j, json_get(j, json_get(j, at, "function"), "name"), doc->arena).len > 0;
    return p;
}

/* Does the piece go on with this call? Only asked of calls of its choice, the latest first. */
static bool goes_on(const struct relay_call *call, const struct piece *p, bool is_latest)
{
    bool same_index = p->given == call->given;
    if (p->id_hash && call->id_hash)
        /* An id given twice is one call only if its index says so too. */
        return p->id_hash == call->id_hash && (same_index || p->given < 0);
    if (p->given >= 0)
        return same_index;
    /* Neither number nor id to go by: a name begins a call, anything else belongs to the latest one. */
    return is_latest && !p->has_name;
}

static struct relay_call *find_call(const struct relay *r, uint32_t choice, const struct piece *p)
{
    bool is_latest = true;
    for (size_t i = r->call_count; i-- > 0;) {
        struct relay_call *call = &r->call[i];
        if (call->choice != choice)
            continue;
        if (goes_on(call, p, is_latest))
            return call;
        is_latest = false;
    }
    return NULL;
}

/* Does another call of the choice bear that id? */
static bool is_id_taken(const struct relay *r, uint32_t choice, uint64_t id_hash)
{
    for (size_t i = 0; i < r->call_count; i++)
        if (r->call[i].choice == choice && r->call[i].id_hash == id_hash)
            return true;
    return false;
}

static struct relay_call *begin_call(struct relay *r, uint32_t choice, const struct piece *p)
{
    struct relay_choice *seen = relay_choice(r, choice);
    if (!seen || r->call_count == RELAY_CALLS_MOST)
        return NULL;
    if (r->call_count == r->call_cap)
        r->call = arena_grow(r->arena, r->call, r->call_count, sizeof *r->call, &r->call_cap);
    bool is_id_ours = p->id_hash == 0 || is_id_taken(r, choice, p->id_hash);
    r->call[r->call_count] = (struct relay_call){
        .choice = choice,
        .index = seen->calls++,
        .given = p->given,
        .id_hash = p->id_hash,
        .is_id_ours = is_id_ours,
    };
    return &r->call[r->call_count++];
}

/* Made from the answer's own id, so that a replayed answer has the same one and another answer a different. */
static char *make_id(const struct doc *doc, const struct relay_call *call)
{
    const struct json *j = &doc->answer.json;
    char *seed = arena_printf(doc->arena, "%.*s %u %u", SLICE_ARG(json_raw(j, json_get(j, 0, "id"))),
                              call->choice, call->index);
    return arena_printf(doc->arena, "\"call_%016llx\"", (unsigned long long)slice_hash(slice_str(seed)));
}

/* The id's member as it should read, or NULL where it may stay as it is. */
static const char *mended_id(const struct doc *doc, const struct relay_call *call, const struct piece *p,
                             bool begins)
{
    if (!call->is_id_ours)
        return NULL;
    if (begins)
        return make_id(doc, call);
    return p->id_hash ? "\"\"" : NULL; /* clients add up what comes twice: one id is enough */
}

static void mend_piece(struct doc *doc, const struct relay_call *call, const struct piece *p, bool begins)
{
    const struct json *j = &doc->answer.json;
    const char        *id = mended_id(doc, call, p, begins);
    if (p->index != JSON_NONE && p->given != call->index)
        doc_edit(doc, replacement(j, p->index, arena_printf(doc->arena, "%u", call->index)));
    if (id && p->id != JSON_NONE)
        doc_edit(doc, replacement(j, p->id, id));

    bool         lacks_index = p->index == JSON_NONE, lacks_id = id && p->id == JSON_NONE;
    const char  *comma = json_first(j, p->at) == JSON_NONE ? "" : ",";
    uint32_t     inside = j->node[p->at].start + 1;
    struct slice with = S("");
    if (lacks_index && lacks_id)
        with = slice_str(arena_printf(doc->arena, "\"index\":%u,\"id\":%s%s", call->index, id, comma));
    else if (lacks_index)
        with = slice_str(arena_printf(doc->arena, "\"index\":%u%s", call->index, comma));
    else if (lacks_id)
        with = slice_str(arena_printf(doc->arena, "\"id\":%s%s", id, comma));
    if (with.len)
        doc_edit(doc, (struct json_edit){ inside, inside, with });
}

static bool mend_call(struct relay *r, struct doc *doc, const struct doc_choice *choice, json_at at)
{
    struct piece       p = read_piece(doc, at);
    struct relay_call *call = find_call(r, choice->index, &p);
    bool               begins = !call;
    if (begins)
        call = begin_call(r, choice->index, &p);
    if (!call)
        return false;
    mend_piece(doc, call, &p, begins);
    if (doc->call_count == doc->call_cap)
        doc->call = arena_grow(doc->arena, doc->call, doc->call_count, sizeof *doc->call, &doc->call_cap);
    doc->call[doc->call_count++] = (struct doc_call){ .at = at, .index = call->index };
    return true;
}

/* Of a whole answer. */
static bool mend_listed_call(struct relay *r, struct doc *doc, const struct doc_choice *choice, json_at at)
{
    const struct json       *j = &doc->answer.json;
    struct piece             p = read_piece(doc, at);
    const struct relay_call *call = begin_call(r, choice->index, &p);
    if (!call)
        return false;
    if (call->is_id_ours && p.id != JSON_NONE)
        doc_edit(doc, replacement(j, p.id, make_id(doc, call)));
    else if (call->is_id_ours)
        doc_edit(doc, json_edit_add_member(j, at, "id", slice_str(make_id(doc, call)), doc->arena));
    if (p.has_name && json_get(j, at, "type") == JSON_NONE)
        doc_edit(doc, json_edit_add_member(j, at, "type", S("\"function\""), doc->arena));
    return true;
}

static void mend_finish(struct doc *doc, const struct doc_choice *choice)
{
    const struct json *j = &doc->answer.json;
    json_at            finish = json_get(j, choice->at, "finish_reason");
    if (choice->finish.len && !slice_eq(choice->finish, json_string(j, finish, doc->arena)))
        doc_edit(doc, replacement(j, finish, arena_printf(doc->arena, "\"%.*s\"", SLICE_ARG(choice->finish))));
}

static bool mend_choice(struct relay *r, struct doc *doc, const struct doc_choice *choice)
{
    const struct json *j = &doc->answer.json;
    json_at            calls = json_get(j, choice->said, "tool_calls");
    mend_finish(doc, choice);
    for (json_at at = json_first(j, calls); at != JSON_NONE; at = json_next(j, at))
        if (json_kind(j, at) == JSON_OBJECT &&
            !(r->options.is_stream ? mend_call(r, doc, choice, at) : mend_listed_call(r, doc, choice, at)))
            return false;
    return true;
}

/* ---- the answer's id ---- */

static void set_id(const struct relay *r, struct doc *doc)
{
    const struct json *j = &doc->answer.json;
    struct slice       id = r->options.id;
    json_at            theirs = json_get(j, 0, "id");
    uint32_t           inside = j->node[0].start + 1;
    const char        *comma = json_first(j, 0) == JSON_NONE ? "" : ",";
    if (theirs != JSON_NONE)
        doc_edit(doc, replacement(j, theirs, arena_printf(doc->arena, "\"%.*s\"", SLICE_ARG(id))));
    else
        doc_edit(doc, (struct json_edit){
                          inside, inside,
                          slice_str(arena_printf(doc->arena, "\"id\":\"%.*s\"%s", SLICE_ARG(id), comma)) });
}

/* ---- the stages ---- */

bool relay_mend(struct relay *r, struct doc *doc, struct buf *out, struct fault *why)
{
    (void)out;
    if (r->options.id.len && r->dialect->is_mended && !r->translation)
        set_id(r, doc);
    if (!r->dialect->is_mended)
        return true;
    for (size_t i = 0; i < doc->choice_count; i++)
        if (!mend_choice(r, doc, &doc->choice[i]))
            return fault_set(why, FAULT_PROVIDER_BROKE, "it has more than %d tool calls", RELAY_CALLS_MOST);
    return true;
}

bool relay_strip(struct relay *r, struct doc *doc, struct buf *out, struct fault *why)
{
    (void)out;
    (void)why;
    const struct json *j = &doc->answer.json;
    if (!r->dialect->is_mended)
        return true;
    if (r->options.is_stream) {
        doc->is_dropped = r->options.strip_usage && answer_is_usage_only(&doc->answer);
        remove_members(r, doc);
    }
    for (size_t i = 0; r->options.strip_logprobs && i < doc->choice_count; i++) {
        json_at logprobs = json_get(j, doc->choice[i].at, "logprobs");
        if (json_kind(j, logprobs) != JSON_NULL)
            doc_edit(doc, replacement(j, logprobs, "null"));
    }
    return true;
}
