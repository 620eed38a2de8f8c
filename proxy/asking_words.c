/*
 * asking_words.c - what a provider is told: the path, the headers and the body of a leg, in its own dialect.
 */
#include "exchange_parts.h"

enum { HEADERS_MOST = 8192, PATH_MOST = 8192 };

/* What a model on this machine is told: the plain words. Where nothing was left out, they stand in the body as
 * it came. */
static struct chat_text *plain_texts(struct exchange *x)
{
    const struct chat *chat = &x->chat;
    struct chat_text  *plain = arena_array(x->arena, chat->text_count, sizeof *plain);
    struct buf         words;
    buf_init(&words, SIZE_MAX); /* bounded by the body */
    memcpy(plain, chat->text, chat->text_count * sizeof *plain);
    for (size_t i = 0; i < chat->text_count; i++) {
        if ((x->sentences_dropped || x->summaries) && plain[i].now.ptr) {
            buf_reset(&words);
            vault_restore(x->vault, plain[i].now, plain[i].place == CHAT_TOOL_ARGUMENTS, &words);
            plain[i].now = arena_copy(x->arena, buf_slice(&words));
        } else {
            plain[i].now = slice_of(NULL, 0);
        }
    }
    buf_wipe(&words);
    return plain;
}

/* The question with the draft behind it, at the end, where it leaves alone what the provider has cached. None
 * in a tool loop, whose last words are a tool's; and none where anything was hidden, since the draft was made
 * from plain words. */
static struct chat_text *hinted_texts(struct exchange *x)
{
    const struct chat *chat = &x->chat;
    struct chat_text  *hinted = arena_array(x->arena, chat->text_count, sizeof *hinted);
    memcpy(hinted, chat->text, chat->text_count * sizeof *hinted);
    for (size_t i = chat->text_count; i-- > 0;) {
        struct chat_text *text = &hinted[i];
        if (text->message != chat->last_user || text->place != CHAT_CONTENT || text->role != CHAT_USER)
            continue;
        text->now = slice_str(arena_printf(
            x->arena,
            "%.*s\n\n[A smaller model's draft of the answer, which may be wrong:]\n%.*s\n[End of draft]",
            SLICE_ARG(exchange_text_now(text)), SLICE_ARG(x->drafting.hint)));
        break;
    }
    return hinted;
}

static bool takes_hint(const struct exchange *x)
{
    return x->is_escalated && x->model == x->decision.escalate_to && x->drafting.hint.len > 0 &&
           x->redactions == 0 && !x->chat.ends_in_tool && x->chat.last_user != CHAT_NO_MESSAGE;
}

/* Whom the client has not named need not take what it says to the model that it had in mind. */
static bool drops_sampling(const struct exchange *x)
{
    bool is_named = strcmp(x->decision.route, ROUTE_ASKED) == 0 && !x->decision.first_of;
    return x->dialect == DIALECT_OPENAI && x->model->provider->api->dialect == DIALECT_OPENAI && !is_named &&
           !openai_takes_sampling(slice_str(x->model->sent_as));
}

static void note_sampling(struct exchange *x)
{
    for (const char *const *key = chat_sampling; *key; key++)
        if (json_kind(&x->chat.json, json_get(&x->chat.json, 0, *key)) != JSON_NULL)
            left_out_add(&x->left_out, slice_str(*key));
}

/* Hidden values go out hidden beyond this machine. False where the provider's dialect cannot say it. */
bool exchange_write_body(struct exchange *x, struct buf *body, struct fault *why)
{
    enum dialect                 theirs = x->model->provider->api->dialect;
    struct chat                  chat = x->chat;
    struct buf                   ours;
    const struct limits_of_model limits = { x->model->context_tokens, x->model->output_tokens,
                                            x->model->provider->limit_key, x->model == x->was_too_small };
    const struct chat_changes    changes = {
           .model = slice_str(x->model->sent_as),
           .max_tokens = x->clamped_tokens,
           .limit_key = x->model->provider->limit_key,
           .is_kept_here = x->keeping.is_wanted && x->told_in == DIALECT_OPENAI,
           .ask_usage = chat.stream && !chat.include_usage,
           .ask_logprobs =
               x->is_draft && !chat.has_logprobs && (theirs == DIALECT_OPENAI || theirs == DIALECT_OLLAMA),
           .vary = x->drafting.is_second,
           .no_sampling = drops_sampling(x),
    };
    if (x->model->provider->zone == 0 && x->redactions)
        chat.text = plain_texts(x);
    if (takes_hint(x))
        chat.text = hinted_texts(x);
    x->left_out = x->unread;
    if (changes.no_sampling)
        note_sampling(x);
    if (theirs == x->dialect) {
        chat_write(&chat, &changes, x->arena, body);
        return true;
    }
    buf_init(&ours, SIZE_MAX);
    chat_write(&chat, &changes, x->arena, &ours);
    bool ok =
        translate_request(x->arena, x->dialect, theirs, buf_slice(&ours), limits, body, &x->left_out, why);
    buf_wipe(&ours);
    return ok;
}

/* "prompt-caching-2024-07-31, context-1m-2025-08-07" */
static bool are_features(struct slice names)
{
    char before = ',';
    for (size_t i = 0; i < names.len; i++) {
        char c = names.ptr[i];
        bool is_small = c >= 'a' && c <= 'z', is_inner = (c >= '0' && c <= '9') || c == '-' || c == '_';
        bool is_first = before == ',' || before == ' ';
        if (!is_small && c != ',' && c != ' ' && (is_first || !is_inner))
            return false;
        before = c;
    }
    return true;
}

/* "2023-06-01" */
static bool is_version(struct slice date)
{
    static const char form[] = "0000-00-00";
    for (size_t i = 0; i < date.len && i < sizeof form - 1; i++)
        if (form[i] == '0' ? date.ptr[i] < '0' || date.ptr[i] > '9' : date.ptr[i] != form[i])
            return false;
    return date.len == sizeof form - 1;
}

/* Headers are not looked through: what could be anybody's words does not go along. */
struct slice exchange_passed_on(struct exchange *x)
{
    static const struct {
        const char *name;
        bool (*is_plain)(struct slice);
    } passed_on[] = { { "anthropic-version", is_version }, { "anthropic-beta", are_features } };
    struct buf out;
    if (x->dialect != DIALECT_ANTHROPIC || !x->client)
        return x->passed_on;
    buf_init(&out, HEADERS_MOST);
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) {
        struct slice value = http1_header(client_head(x->client), passed_on[i].name);
        if (value.len && passed_on[i].is_plain(value))
            buf_printf(&out, "%s: %.*s\r\n", passed_on[i].name, SLICE_ARG(value));
    }
    struct slice lines = arena_copy(x->arena, buf_slice(&out));
    buf_fini(&out);
    return lines;
}

/* What a client of the same dialect says of the version and of features that are tried out goes along. */
struct slice exchange_ask_headers(struct exchange *x)
{
    const struct api *api = x->model->provider->api;
    struct buf        out;
    if (x->dialect != DIALECT_ANTHROPIC || api->dialect != DIALECT_ANTHROPIC)
        return slice_str(api->headers);
    buf_init(&out, HEADERS_MOST);
    buf_add(&out, exchange_passed_on(x));
    if (!slice_starts(buf_slice(&out), S("anthropic-version")))
        buf_add_str(&out, api->headers);
    struct slice headers = arena_copy(x->arena, buf_slice(&out));
    buf_fini(&out);
    return headers;
}

/* A model's name goes into a path, where "/", "?", "#", "%" and two dots would mean something else. */
static void add_escaped(struct buf *out, const char *name)
{
    for (const char *c = name; *c; c++) {
        char lower = (char)(*c | 0x20);
        bool is_inner_dot = *c == '.' && c > name && c[-1] != '.' && c[1] && c[1] != '.';
        if ((lower >= 'a' && lower <= 'z') || (*c >= '0' && *c <= '9') || *c == '-' || *c == '_' ||
            is_inner_dot)
            buf_add_byte(out, *c);
        else
            buf_printf(out, "%%%02X", (unsigned char)*c);
    }
}

const char *exchange_ask_path(struct exchange *x, const struct model *model, bool is_stream)
{
    const struct provider *provider = model->provider;
    const char            *pattern = is_stream ? provider->api->stream_path : provider->api->path;
    struct buf             path;
    if (!strpbrk(pattern, "*%"))
        return pattern;
    buf_init(&path, PATH_MOST);
    for (const char *c = pattern; *c; c++) {
        if (*c == '*')
            add_escaped(&path, model->sent_as);
        else if (*c == '%')
            add_escaped(&path, provider->api_version);
        else
            buf_add_byte(&path, *c);
    }
    const char *text = arena_cstr(x->arena, buf_slice(&path));
    buf_fini(&path);
    return text;
}
