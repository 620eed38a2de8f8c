/* compacting.c - see compacting.h. */
#include "compacting.h"

#include "account.h"
#include "opening.h"
#include "slm/shorten.h"
#include "store.h"
#include "wire/kept.h"
#include "wire/translate.h"

/* Of the words that are not the user's. */
static const double KEPT_SHARE = 1.0 / 3;

enum { ANSWER_TOKEN_BYTES = 4 };

struct compacting {
    struct errand    errand; /* first */
    struct store_ask ask;
    struct json      request;
    struct slice     previous; /* the response that it goes on from; empty: none */
    struct slice     sealed;
    struct json      whole; /* the request with all that was said before */
    struct chat      chat;
    int64_t          now_s;
};

/* ---- reading ---- */

static bool read_request(struct errand *e, struct fault *why)
{
    struct compacting *c = (struct compacting *)e;
    struct slice       body = e->body.len ? buf_slice(&e->body) : S("{}"); /* all is optional */
    c->now_s = loop_wall_ms(e->tools->loop) / 1000;
    if (!json_read(e->arena, body, &c->request, why))
        return false;
    if (json_kind(&c->request, 0) != JSON_OBJECT)
        return fault_set(why, FAULT_BAD_REQUEST, "the body must be a JSON object");
    c->previous = json_string(&c->request, json_get(&c->request, 0, "previous_response_id"), e->arena);
    return c->previous.len == 0 || opening_is_response(c->previous, why);
}

static void on_found(void *arg, const struct store_found *found)
{
    struct errand     *e = arg;
    struct compacting *c = arg;
    if (found->is_away)
        e->why.kind = FAULT_REDIS_AWAY;
    else if (found->count == 0)
        (void)opening_no_previous(&e->why);
    else
        c->sealed = arena_copy(e->arena, found->one[0].sealed);
    errand_fetched(e);
}

static void fetch(struct errand *e)
{
    struct compacting *c = (struct compacting *)e;
    if (c->previous.len == 0) {
        errand_fetched(e);
        return;
    }
    c->ask = (struct store_ask){ on_found, e };
    e->redis_id = store_get(e->tools->redis, e->team->name, c->previous, &c->ask);
}

/* ---- the conversation, whole ---- */

static bool understand(struct compacting *c)
{
    struct errand  *e = &c->errand;
    struct buf      whole, chat;
    struct left_out left_out = { 0 };
    buf_init(&whole, (size_t)e->snapshot->settings->body_most_bytes);
    buf_init(&chat, SIZE_MAX);
    bool ok =
        opening_make_whole(errand_team_key(e), e->arena, &c->request, c->previous, c->sealed, &whole, &e->why);
    struct slice text = ok ? arena_copy(e->arena, buf_slice(&whole)) : S("");
    ok = ok && json_read(e->arena, text, &c->whole, &e->why) &&
         translate_request(e->arena, DIALECT_RESPONSES, DIALECT_OPENAI, text, (struct limits_of_model){ 0 },
                           &chat, &left_out, &e->why) &&
         chat_read(e->arena, arena_copy(e->arena, buf_slice(&chat)), &c->chat, &e->why);
    buf_wipe(&whole);
    buf_wipe(&chat);
    return ok;
}

/* ---- counting ---- */

static void count(struct errand *e, const struct inspector *inspector)
{
    struct compacting *c = (struct compacting *)e;
    (void)inspector;
    e->is_done = understand(c);
    if (e->is_done)
        buf_printf(&e->answer, "{\"object\":\"response.input_tokens\",\"input_tokens\":%lld}",
                   (long long)chat_tokens(&c->chat));
}

static void finish_count(struct errand *e, struct buf *headers)
{
    (void)e;
    buf_add_str(headers, "x-weir-tokens: estimated\r\n");
}

/* ---- compacting ---- */

/* What matters of these words for the last question. Without a model all of them do. */
static struct slice shortened(struct compacting *c, const struct inspector *inspector, struct slice words)
{
    struct arena  *arena = c->errand.arena;
    struct passage passage = { .text = words };
    if (!inspector->worker || slice_trim(words).len == 0)
        return words;
    shorten(inspector->worker, arena, chat_question(&c->chat, arena), &passage, 1, KEPT_SHARE);
    return passage.kept.ptr ? passage.kept : words;
}

static void add_usage(struct buf *out, int64_t before, int64_t after)
{
    buf_printf(
        out,
        ",\"usage\":{\"input_tokens\":%lld,\"input_tokens_details\":{\"cached_tokens\":0,\"cache_write_"
        "tokens\":0},"
        "\"output_tokens\":%lld,\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":%lld}}",
        (long long)before, (long long)after, (long long)before + (long long)after);
}

static void add_compaction(struct compacting *c, struct slice id, struct slice words, struct buf *out)
{
    struct slice random = slice_cut(id, strlen(STORE_RESPONSE), id.len);
    json_add_comma(out);
    buf_printf(out, "{\"id\":\"cmp_%.*s\",\"type\":\"compaction\",\"encrypted_content\":\"", SLICE_ARG(random));
    opening_seal_words(errand_team_key(&c->errand), words, out);
    buf_add_str(out, "\"}]");
}

static void compact(struct errand *e, const struct inspector *inspector)
{
    struct compacting *c = (struct compacting *)e;
    struct buf        *out = &e->answer, words;
    char               id[STORE_ID_BYTES];
    e->is_done = understand(c);
    if (!e->is_done)
        return;
    buf_init(&words, out->ceiling);
    store_id_make(STORE_RESPONSE, id);
    buf_printf(out, "{\"id\":\"%s\",\"object\":\"response.compaction\",\"created_at\":%lld,\"output\":[", id,
               (long long)c->now_s);
    kept_part(&c->whole, slice_str(id), e->arena, out, &words);
    struct slice kept = shortened(c, inspector, buf_slice(&words));
    int64_t      before = chat_tokens(&c->chat);
    add_compaction(c, slice_str(id), kept, out);
    add_usage(out, before, before - (int64_t)(words.len - kept.len) / ANSWER_TOKEN_BYTES);
    buf_wipe(&words);
}

static void finish_compact(struct errand *e, struct buf *headers)
{
    reply_header(headers, "x-weir-zone", e->snapshot->settings->zone[0]);
    buf_add_str(headers, "x-weir-tokens: estimated\r\n");
}

static void tell(const struct errand *e, bool is_answered, struct buf *line)
{
    const struct compacting *c = (const struct compacting *)e;
    if (is_answered)
        buf_printf(line, ",\"prompt_tokens\":%lld", (long long)chat_tokens(&c->chat));
}

const struct errand_kind input_tokens_errand = { .name = "response.input_tokens",
                                                 .bytes = sizeof(struct compacting),
                                                 .read = read_request,
                                                 .fetch = fetch,
                                                 .work = count,
                                                 .finish = finish_count,
                                                 .tell = tell,
                                                 .elsewhere = &account_errand,
                                                 .may = account_may };
const struct errand_kind compact_errand = { .name = "response.compact",
                                            .bytes = sizeof(struct compacting),
                                            .read = read_request,
                                            .fetch = fetch,
                                            .work = compact,
                                            .finish = finish_compact,
                                            .tell = tell,
                                            .elsewhere = &account_errand,
                                            .may = account_may };
