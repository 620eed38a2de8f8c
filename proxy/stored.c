/*
 * stored.c - see stored.h.
 *
 *   read -> fetch: the document by its id -> opened on an SLM thread -> what of it is wanted
 *
 * It is opened there, and not on the loop, since it may have megabytes.
 */
#include "stored.h"

#include "account.h"
#include "privacy/seal.h"
#include "store.h"
#include "wire/kept.h"
#include "wire/path.h"

enum { METADATA_MOST = 16, METADATA_KEY_BYTES = 64, METADATA_VALUE_BYTES = 512 };

struct storing {
    struct errand    errand; /* first */
    struct store_ask ask;
    struct slice     sealed; /* the document */
    struct page      page;
    struct json      request;  /* updates */
    struct slice     metadata; /* raw JSON, of an update */
    struct buf       updated;  /* sealed: what the document becomes */
};

/* ---- reading ---- */

/* What is no id of ours is not said back. */
static bool not_kept(const struct errand *e, struct fault *why)
{
    if (!store_is_id(e->object))
        return fault_set(why, FAULT_NOT_KEPT, "an id is letters, digits and _-.: alone");
    return fault_set(why, FAULT_NOT_KEPT, "\"%.*s\"", SLICE_ARG(e->object));
}

/* A completion is no response, and the other way round. */
static bool read_object(struct errand *e, struct fault *why)
{
    bool is_response = slice_starts(slice_str(e->kind->name), S("response"));
    return (store_is_id(e->object) &&
            slice_starts(e->object, is_response ? S(STORE_RESPONSE) : S(STORE_COMPLETION))) ||
           not_kept(e, why);
}

/* Events are made while an answer is; afterwards there is the answer. */
static bool read_response(struct errand *e, struct fault *why)
{
    struct slice stream = query_get(client_head(e->client)->query, "stream", e->arena);
    if (slice_is(stream, "true"))
        return fault_set_param(
            why, FAULT_UNSUPPORTED, "stream",
            "only responses that are made in the background can be streamed again, and none are here");
    return read_object(e, why);
}

static bool read_page(struct errand *e, struct fault *why)
{
    struct storing *s = (struct storing *)e;
    struct slice query = arena_copy(e->arena, client_head(e->client)->query); /* which may outlive the client */
    s->page.limit = PAGE_USUAL;
    return read_object(e, why) && page_read(query, e->arena, &s->page, why);
}

static bool read_items(struct errand *e, struct fault *why)
{
    ((struct storing *)e)->page.is_descending = true; /* OpenAI's default for these */
    return read_page(e, why);
}

/* OpenAI's limits: sixteen pairs of strings. */
static bool read_metadata(struct errand *e, const struct json *j, json_at at, struct fault *why)
{
    unsigned count = 0;
    if (json_kind(j, at) != JSON_OBJECT && json_kind(j, at) != JSON_NULL)
        return fault_set_param(why, FAULT_BAD_REQUEST, "metadata", "must be an object of strings");
    for (json_at m = json_first(j, at); m != JSON_NONE; m = json_next(j, m))
        if (++count > METADATA_MOST || json_kind(j, m) != JSON_STRING ||
            json_key(j, m, e->arena).len > METADATA_KEY_BYTES ||
            json_string(j, m, e->arena).len > METADATA_VALUE_BYTES)
            return fault_set_param(why, FAULT_BAD_REQUEST, "metadata",
                                   "must hold at most %d strings of %d bytes, under names of %d", METADATA_MOST,
                                   METADATA_VALUE_BYTES, METADATA_KEY_BYTES);
    return true;
}

static bool read_update(struct errand *e, struct fault *why)
{
    struct storing *s = (struct storing *)e;
    if (!read_object(e, why) || !json_read(e->arena, buf_slice(&e->body), &s->request, why))
        return false;
    json_at metadata = json_get(&s->request, 0, "metadata");
    if (metadata == JSON_NONE)
        return fault_set_param(why, FAULT_BAD_REQUEST, "metadata", "is missing: it is what can be changed");
    s->metadata = json_raw(&s->request, metadata);
    return read_metadata(e, &s->request, metadata, why);
}

/* ---- fetching ---- */

static void on_found(void *arg, const struct store_found *found)
{
    struct errand  *e = arg;
    struct storing *s = arg;
    if (found->is_away)
        e->why.kind = FAULT_REDIS_AWAY;
    else if (found->count == 0)
        (void)not_kept(e, &e->why);
    else
        s->sealed = arena_copy(e->arena, found->one[0].sealed);
    errand_fetched(e);
}

static void fetch(struct errand *e)
{
    struct storing *s = (struct storing *)e;
    s->ask = (struct store_ask){ on_found, e };
    e->redis_id = store_get(e->tools->redis, e->team->name, e->object, &s->ask);
}

static void on_deleted(void *arg, const struct store_found *found)
{
    struct errand *e = arg;
    if (found->is_away)
        e->why.kind = FAULT_REDIS_AWAY;
    else if (found->count == 0)
        (void)not_kept(e, &e->why);
    errand_fetched(e);
}

static void fetch_deletion(struct errand *e)
{
    struct storing *s = (struct storing *)e;
    s->ask = (struct store_ask){ on_deleted, e };
    e->redis_id = store_delete(e->tools->redis, e->team->name, e->object, &s->ask);
}

/* ---- opening ---- */

/* What was kept under that id; e->why where it does not open: the secret is another one. */
static bool open_kept(struct errand *e, struct slice id, struct slice sealed, struct kept *kept)
{
    char       purpose[STORE_PURPOSE_BYTES];
    struct buf plain;
    store_purpose(id, purpose);
    buf_init(&plain, sealed.len);
    bool ok = seal_open(errand_team_key(e), purpose, sealed, &plain) || not_kept(e, &e->why);
    ok = ok && kept_read(e->arena, arena_copy(e->arena, buf_slice(&plain)), kept, &e->why);
    buf_wipe(&plain);
    return ok;
}

static bool open_own(struct errand *e, struct kept *kept)
{
    return open_kept(e, e->object, ((struct storing *)e)->sealed, kept);
}

/* ---- answering ---- */

static void give_answer(struct errand *e, const struct inspector *inspector)
{
    struct kept kept;
    (void)inspector;
    if (open_own(e, &kept))
        buf_add(&e->answer, json_raw(&kept.json, kept.answer));
    e->is_done = true;
}

static void give_asked(struct errand *e, const struct inspector *inspector)
{
    struct storing *s = (struct storing *)e;
    struct kept     kept;
    (void)inspector;
    e->is_done =
        open_own(e, &kept) && page_write(&kept.json, kept.asked, &s->page, e->arena, &e->answer, &e->why);
}

static void give_deleted(struct errand *e, const struct inspector *inspector)
{
    (void)inspector;
    buf_add_byte(&e->answer, '{');
    json_add_text_member(&e->answer, "id", e->object);
    json_add_text_member(&e->answer, "object", slice_str(e->kind->name));
    buf_add_str(&e->answer, ",\"deleted\":true}");
    e->is_done = true;
}

/* Nothing runs in the background, so that what is kept is over. */
static void refuse_cancel(struct errand *e, const struct inspector *inspector)
{
    struct kept kept;
    (void)inspector;
    if (open_own(e, &kept))
        fault_set(&e->why, FAULT_BAD_REQUEST,
                  "only responses that are made in the background can be cancelled; this one is there");
    e->is_done = true;
}

/* ---- updating ---- */

/* What is said now lies in Redis beside what was said then: it is looked through as that was. */
static bool may_be_kept(struct errand *e, const struct inspector *inspector)
{
    const struct snapshot *s = e->snapshot;
    struct chat            said;
    struct inspection      inspection;
    struct facts           facts;
    struct decision        d;
    struct fault           unread = { 0 };
    if (!plain_chat_read(e->arena, buf_slice(&e->body), &said, &e->why))
        return false;
    if (!inspect(inspector, s->needs, e->arena, &said, &inspection, &unread))
        inspection.is_inspected = false; /* law 2: what could not be read is private */
    facts_of(&said, &inspection, e->team, &facts);
    facts.payer = &e->asking_who.caller.payer;
    facts.grants = e->asking_who.caller.grants;
    if (!decide_reach(s->policy, &facts, &d, &e->why))
        return false;
    return reach_allows(d.reach, s->redis_zone) ||
           fault_set(&e->why, FAULT_OUT_OF_REACH,
                     "rule \"%s\" keeps it in zone %s, and what is kept lies in zone %s", d.reach_rule,
                     s->settings->zone[d.reach], s->settings->zone[s->redis_zone]);
}

static void wipe_updated(void *arg)
{
    buf_wipe(arg);
}

static void seal_updated(struct storing *s, const struct kept *kept, struct slice answer)
{
    char       purpose[STORE_PURPOSE_BYTES];
    struct buf plain;
    buf_init(&plain, STORE_MOST_BYTES);
    buf_init(&s->updated, STORE_MOST_BYTES);
    arena_defer(s->errand.arena, wipe_updated, &s->updated);
    kept_write(answer, json_raw(&kept->json, kept->asked), &plain);
    store_purpose(s->errand.object, purpose);
    seal(errand_team_key(&s->errand), purpose, buf_slice(&plain), &s->updated);
    if (plain.full || s->updated.full)
        fault_set(&s->errand.why, FAULT_TOO_LARGE, "there is no room for it");
    buf_wipe(&plain);
}

static void update(struct errand *e, const struct inspector *inspector)
{
    struct storing *s = (struct storing *)e;
    struct kept     kept;
    struct json     answer;
    e->is_done = true;
    if (!may_be_kept(e, inspector) || !open_own(e, &kept) ||
        !json_read(e->arena, json_raw(&kept.json, kept.answer), &answer, &e->why))
        return;
    json_at          metadata = json_get(&answer, 0, "metadata");
    struct json_edit edit = json_edit_add_member(&answer, 0, "metadata", s->metadata, e->arena);
    if (metadata != JSON_NONE)
        edit = (struct json_edit){ answer.node[metadata].start, answer.node[metadata].end, s->metadata };
    json_splice(answer.text, &edit, 1, &e->answer);
    seal_updated(s, &kept, buf_slice(&e->answer));
}

static void finish_update(struct errand *e, struct buf *headers)
{
    struct storing *s = (struct storing *)e;
    (void)headers;
    store_replace(e->tools->redis, e->team->name, e->object, buf_slice(&s->updated));
}

/* ---- the list of completions ---- */

struct listing {
    struct errand    errand; /* first */
    struct store_ask ask;
    struct page      page;
    struct slice     after; /* the last that was looked at */
    struct slice     query; /* which model, which metadata */
    struct stored    found[STORE_PAGE_MOST];
    size_t           count;
    bool             has_more; /* behind those */
    int64_t          taken;
    struct slice     first_id, last_id;
};

static bool read_list(struct errand *e, struct fault *why)
{
    struct listing *l = (struct listing *)e;
    l->query = arena_copy(e->arena, client_head(e->client)->query);
    l->page.limit = PAGE_USUAL;
    page_begin(&e->answer);
    if (!page_read(l->query, e->arena, &l->page, why))
        return false;
    l->after = l->page.after;
    return l->after.len == 0 || store_is_id(l->after) ||
           fault_set_param(why, FAULT_BAD_REQUEST, "after", "names nothing in this list");
}

static void on_listed(void *arg, const struct store_found *found)
{
    struct errand  *e = arg;
    struct listing *l = arg;
    if (found->is_away)
        e->why.kind = FAULT_REDIS_AWAY;
    if (found->is_lost)
        fault_set_param(&e->why, FAULT_BAD_REQUEST, "after", "names nothing in this list");
    for (size_t i = 0; i < found->count; i++)
        l->found[i] = (struct stored){ arena_copy(e->arena, found->one[i].id),
                                       arena_copy(e->arena, found->one[i].sealed) };
    l->count = found->count;
    l->has_more = found->has_more;
    errand_fetched(e);
}

static void fetch_list(struct errand *e)
{
    struct listing         *l = (struct listing *)e;
    const struct store_page page = { l->after, l->page.is_descending, PAGE_USUAL };
    l->ask = (struct store_ask){ on_listed, e };
    e->redis_id = store_list(e->tools->redis, e->team->name, &page, &l->ask);
}

/* "model=x", "metadata[topic]=demo": all that the query says must be so. */
static bool is_wanted(const struct listing *l, const struct kept *kept)
{
    const struct json *j = &kept->json;
    struct arena      *arena = l->errand.arena;
    struct slice       rest = l->query, key, value;
    json_at            metadata = json_get(j, kept->answer, "metadata");
    while (query_next(&rest, arena, &key, &value)) {
        json_at at = JSON_NONE;
        if (slice_is(key, "model"))
            at = json_get(j, kept->answer, "model");
        else if (slice_starts(key, S("metadata[")) && slice_ends(key, S("]")))
            at = json_get(j, metadata, arena_cstr(arena, slice_cut(key, strlen("metadata["), key.len - 1)));
        else
            continue;
        if (!slice_eq(json_string(j, at, arena), value))
            return false;
    }
    return true;
}

static void take(struct listing *l, struct slice id, const struct kept *kept)
{
    if (l->taken++ == 0)
        l->first_id = id;
    l->last_id = id;
    json_add_comma(&l->errand.answer);
    buf_add(&l->errand.answer, json_raw(&kept->json, kept->answer));
}

/* Until the page is full and one more is known of, or there are no more. One that does not open was sealed with
 * another secret, and is passed over. */
static void give_list(struct errand *e, const struct inspector *inspector)
{
    struct listing *l = (struct listing *)e;
    bool            is_full = false;
    (void)inspector;
    for (size_t i = 0; i < l->count && !is_full; i++) {
        struct kept  kept;
        struct fault passed_over = e->why;
        l->after = l->found[i].id;
        if (!open_kept(e, l->after, l->found[i].sealed, &kept)) {
            e->why = passed_over;
            continue;
        }
        bool wanted = is_wanted(l, &kept);
        is_full = wanted && l->taken == l->page.limit;
        if (wanted && !is_full)
            take(l, l->after, &kept);
    }
    e->is_done = is_full || !l->has_more;
    if (e->is_done)
        page_end(l->first_id, l->last_id, is_full, &e->answer);
}

/* ---- what is told ---- */

static void tell_object(const struct errand *e, bool is_answered, struct buf *line)
{
    (void)is_answered;
    if (store_is_id(e->object)) {
        buf_add_str(line, ",\"object\":");
        json_add_string(line, e->object);
    }
}

#define KIND(variable, word, read_it, fetch_it, work_it, finish_it)                                            \
    const struct errand_kind variable = { .name = word,                                                        \
                                          .bytes = sizeof(struct storing),                                     \
                                          .read = read_it,                                                     \
                                          .fetch = fetch_it,                                                   \
                                          .work = work_it,                                                     \
                                          .finish = finish_it,                                                 \
                                          .tell = tell_object,                                                 \
                                          .elsewhere = &account_errand,                                        \
                                          .may = account_may };
KIND(stored_response, "response", read_response, fetch, give_answer, NULL)
KIND(stored_response_deletion, "response.deleted", read_object, fetch_deletion, give_deleted, NULL)
KIND(stored_response_cancel, "response.cancel", read_object, fetch, refuse_cancel, NULL)
KIND(stored_input_items, "response.input_items", read_items, fetch, give_asked, NULL)
KIND(stored_completion, "chat.completion", read_object, fetch, give_answer, NULL)
KIND(stored_completion_deletion, "chat.completion.deleted", read_object, fetch_deletion, give_deleted, NULL)
KIND(stored_completion_update, "chat.completion.updated", read_update, fetch, update, finish_update)
KIND(stored_messages, "chat.completion.messages", read_page, fetch, give_asked, NULL)
/* Of those that are here: whose they are at an account is not known. */
const struct errand_kind stored_completions = { .name = "chat.completion.list",
                                                .bytes = sizeof(struct listing),
                                                .read = read_list,
                                                .fetch = fetch_list,
                                                .work = give_list,
                                                .tell = tell_object };
