/*
 * keeping.c - answers that clients want kept: what was said before a request is put in front of it, and what it
 * was answered is kept for the team, sealed (store.h).
 *
 * A response is kept unless its request says `store: false`, a chat completion where it says `store: true`, as
 * OpenAI does it. Neither is where the settings or the reach forbid it, or the request was not inspected; then
 * the response says `store: false` of itself. At a provider nothing is kept.
 */
#include "exchange_parts.h"

#include "base/log.h"
#include "opening.h"
#include "privacy/seal.h"
#include "wire/kept.h"

static const struct vault_key *team_key(const struct exchange *x)
{
    return snapshot_team_key(x->snapshot, x->team);
}

/* ---- what was said before ---- */

/* Into keeping.joined, which is then what is understood in the body's place. */
static bool join(struct exchange *x, struct slice sealed, struct fault *why)
{
    struct keeping *k = &x->keeping;
    return opening_make_whole(team_key(x), x->arena, &k->request, k->previous, sealed, &k->joined, why);
}

static void on_found(void *arg, const struct store_found *found)
{
    struct exchange *x = arg;
    if (found->is_away)
        x->fault.kind = FAULT_REDIS_AWAY;
    else /* either says in x->fault what it has to say */
        (void)(found->count ? join(x, found->one[0].sealed, &x->fault) : opening_no_previous(&x->fault));
    exchange_go_on(x);
}

static void cancel_recalling(struct exchange *x)
{
    redis_cancel(x->tools->redis, x->redis_id);
}

/* Of Responses alone: a chat brings all that was said before. What cannot be read is told by the next step. */
enum step_result take_recollect(struct exchange *x)
{
    struct keeping *k = &x->keeping;
    struct fault    why = { 0 };
    if (x->told_in != DIALECT_RESPONSES || !json_read(x->arena, buf_slice(&x->body), &k->request, NULL))
        return NEXT;
    json_at previous = json_get(&k->request, 0, "previous_response_id");
    k->previous = json_string(&k->request, previous, x->arena);
    if (json_kind(&k->request, previous) == JSON_NULL) {
        bool ok = !kept_is_compacted(&k->request, x->arena) || join(x, S(""), &why);
        return ok ? NEXT : exchange_refuse(x, &why);
    }
    if (!opening_is_response(k->previous, &why))
        return exchange_refuse(x, &why);
    k->ask = (struct store_ask){ on_found, x };
    x->redis_id = store_get(x->tools->redis, x->team->name, k->previous, &k->ask);
    x->cancel = cancel_recalling;
    return WAIT;
}

struct slice keeping_request(const struct exchange *x)
{
    return buf_slice(x->keeping.joined.len ? &x->keeping.joined : &x->body);
}

/* ---- is it kept? ---- */

static bool is_wanted(const struct exchange *x)
{
    if (x->told_in == DIALECT_RESPONSES)
        return json_kind(&x->keeping.request, json_get(&x->keeping.request, 0, "store")) != JSON_FALSE;
    return x->told_in == DIALECT_OPENAI &&
           json_kind(&x->chat.json, json_get(&x->chat.json, 0, "store")) == JSON_TRUE;
}

void keeping_decide(struct exchange *x)
{
    struct keeping *k = &x->keeping;
    k->is_wanted = is_wanted(x);
    k->is_kept = k->is_wanted && x->snapshot->settings->store_keep_ms > 0 && x->facts.is_inspected &&
                 reach_allows(x->decision.reach, x->snapshot->redis_zone) && redis_is_up(x->tools->redis);
    if (x->told_in == DIALECT_RESPONSES)
        store_id_make(STORE_RESPONSE, k->id);
    else if (k->is_kept)
        store_id_make(STORE_COMPLETION, k->id);
    else if (k->is_wanted) /* a completion has no word for it */
        left_out_add(&x->unread, S("store"));
}

/* ---- keeping ---- */

void keeping_hear(struct exchange *x, struct slice told)
{
    if (x->keeping.is_kept)
        buf_add(&x->keeping.told, told);
}

/* A completion says its request's metadata when it is asked for again. */
static struct slice with_metadata(struct exchange *x, struct slice answer)
{
    struct json json;
    struct buf  out;
    json_at     metadata = json_get(&x->chat.json, 0, "metadata");
    if (x->told_in != DIALECT_OPENAI || !json_read(x->arena, answer, &json, NULL) ||
        json_get(&json, 0, "metadata") != JSON_NONE)
        return answer;
    struct slice raw =
        json_kind(&x->chat.json, metadata) == JSON_OBJECT ? json_raw(&x->chat.json, metadata) : S("{}");
    struct json_edit edit = json_edit_add_member(&json, 0, "metadata", raw, x->arena);
    buf_init(&out, answer.len + raw.len + sizeof "\"metadata\":,");
    json_splice(answer, &edit, 1, &out);
    answer = arena_copy(x->arena, buf_slice(&out));
    buf_wipe(&out);
    return answer;
}

static void write_asked(struct exchange *x, struct buf *out)
{
    struct keeping    *k = &x->keeping;
    struct json        joined;
    const struct json *request = x->told_in == DIALECT_RESPONSES ? &k->request : &x->chat.json;
    if (k->joined.len && json_read(x->arena, buf_slice(&k->joined), &joined, NULL))
        request = &joined;
    kept_asked(x->told_in, request, slice_str(k->id), x->arena, out);
}

/* Answer and conversation as they are sealed; false where the answer is not whole, or there is no room. */
static bool write_document(struct exchange *x, struct buf *out)
{
    struct buf answer, asked;
    buf_init(&answer, STORE_MOST_BYTES);
    buf_init(&asked, STORE_MOST_BYTES);
    bool ok = !x->keeping.told.full &&
              kept_answer(x->told_in, x->chat.stream, buf_slice(&x->keeping.told), x->arena, &answer);
    if (ok) {
        write_asked(x, &asked);
        kept_write(with_metadata(x, buf_slice(&answer)), buf_slice(&asked), out);
    }
    ok = ok && !asked.full && !out->full;
    buf_wipe(&answer);
    buf_wipe(&asked);
    return ok;
}

void keeping_put(struct exchange *x)
{
    struct keeping *k = &x->keeping;
    struct buf      plain, sealed;
    char            purpose[STORE_PURPOSE_BYTES];
    if (!k->is_kept)
        return;
    buf_init(&plain, STORE_MOST_BYTES - SEAL_BYTES);
    buf_init(&sealed, STORE_MOST_BYTES);
    store_purpose(slice_str(k->id), purpose);
    if (write_document(x, &plain)) {
        seal(team_key(x), purpose, buf_slice(&plain), &sealed);
        store_put(x->tools->redis, x->team->name, slice_str(k->id), x->told_in == DIALECT_OPENAI,
                  buf_slice(&sealed), x->snapshot->settings->store_keep_ms);
        metrics_add(x->tools->metrics, METRIC_KEPT, 1);
    } else {
        log_warn("not_kept", "%s: its answer or its conversation has more than %d bytes", x->id,
                 STORE_MOST_BYTES);
    }
    buf_wipe(&plain);
    buf_fini(&sealed);
}
