/* settings_prices.c - price lists, and what the models of the settings cost, read and write. */
#include "settings_parts.h"

#include "base/day.h"

enum { TOKENS_MOST = 100 * 1000 * 1000 };

static struct rates read_rates(struct setup *s, const struct yaml *y)
{
    struct rates rates = { 0 };
    if (!yaml_get(y, "input") || !yaml_get(y, "output"))
        diag_error(s->diag, y->place, "a price needs `input` and `output`, in US dollars a million tokens");
    rates.input_nanousd = yaml_nanousd(yaml_get(y, "input"), 0, s->diag);
    rates.output_nanousd = yaml_nanousd(yaml_get(y, "output"), 0, s->diag);
    rates.written_nanousd = yaml_nanousd(yaml_get(y, "cache_write"), 0, s->diag);
    rates.written_hour_nanousd = yaml_nanousd(yaml_get(y, "cache_write_hour"), 0, s->diag);
    rates.audio_input_nanousd = yaml_nanousd(yaml_get(y, "audio_input"), 0, s->diag);
    rates.reasoning_nanousd = yaml_nanousd(yaml_get(y, "reasoning"), 0, s->diag);
    rates.audio_output_nanousd = yaml_nanousd(yaml_get(y, "audio_output"), 0, s->diag);
    rates.cached_nanousd = yaml_nanousd(yaml_get(y, "cached"), rates.input_nanousd, s->diag);
    return rates;
}

/* { input: 2, cached: 0.2, output: 10, long: { above: 272000, input: 4, cached: 0.4, output: 15 } } */
void read_price(struct setup *s, const struct yaml *y, struct price *out)
{
#define RATE_KEYS                                                                                              \
    "input", "cached", "output", "cache_write", "cache_write_hour", "audio_input", "reasoning", "audio_output"
    static const char *const keys[] = { RATE_KEYS, "long", NULL };
    static const char *const long_keys[] = { RATE_KEYS, "above", NULL };
#undef RATE_KEYS
    const struct yaml *more = yaml_get(y, "long");
    if (!yaml_is_map(y, "price", s->diag))
        return;
    yaml_known_keys(y, keys, s->diag);
    out->is_known = true;
    out->usual = read_rates(s, y);
    if (!yaml_is_map(more, "long", s->diag))
        return;
    yaml_known_keys(more, long_keys, s->diag);
    if (!yaml_get(more, "above"))
        diag_error(s->diag, more->place, "long needs `above`: from how many tokens of prompt on");
    out->long_above_tokens = yaml_int(yaml_get(more, "above"), 1, TOKENS_MOST, 0, s->diag);
    out->when_long = read_rates(s, more);
}

/* The keys that a model has both in the settings and in a price list. */
static void read_facts(struct setup *s, const struct yaml *y, struct priced *out)
{
    out->context_tokens = yaml_int(yaml_get(y, "context"), 1, TOKENS_MOST, 0, s->diag);
    out->output_tokens = yaml_int(yaml_get(y, "output"), 1, TOKENS_MOST, 0, s->diag);
    read_price(s, yaml_get(y, "price"), &out->price);
}

/* ---- a list ---- */

/* `sources: { openai: { url: https://…, second_hand: true } }`: where a list's prices were looked up. */
static void read_source(struct setup *s, const struct yaml *sources, const struct yaml *name,
                        struct price_source *out)
{
    static const char *const keys[] = { "url", "second_hand", NULL };
    const char              *word = arena_cstr(s->arena, yaml_text(name, S(""), s->diag));
    const struct yaml       *source = yaml_get(sources, word);
    if (!source) {
        diag_error(s->diag, name->place, "there is no \"%s\" among the list's `sources`", word);
        return;
    }
    if (!yaml_is_map(source, word, s->diag))
        return;
    yaml_known_keys(source, keys, s->diag);
    out->url = setup_needed(s, source, "url", arena_printf(s->arena, "source %s", word));
    out->is_second_hand = yaml_bool(yaml_get(source, "second_hand"), false, s->diag);
}

static void read_priced(struct setup *s, const char *file, const struct yaml *sources, const struct yaml *y,
                        struct priced *out)
{
    static const char *const keys[] = { "price", "context", "output", "from", "at", NULL };
    const struct yaml       *from = yaml_get(y, "from"), *at = yaml_get(y, "at");
    out->source = (struct price_source){ .kind = PRICE_LISTED, .file = file, .day = PRICE_UNDATED };
    if (!yaml_is_map(y, out->name, s->diag))
        return;
    yaml_known_keys(y, keys, s->diag);
    read_facts(s, y, out);
    if (from)
        read_source(s, sources, from, &out->source);
    if (at && !day_read(yaml_text(at, S(""), s->diag), &out->source.day))
        diag_error(s->diag, at->place, "`at` is the day on which it was looked up, such as 2026-11-23");
}

/* Adds a file's lines before those already there, so that the later file is found first. */
static void read_price_file(struct setup *s, const char *file)
{
    static const char *const top[] = { "sources", "models", NULL };
    struct slice             text;
    if (!policy_file_text(s->arena, s->reader, file, &text)) {
        diag_error(s->diag, (struct place){ file, 0, 0 }, "the price list cannot be read");
        return;
    }
    const struct yaml *root = yaml_read(s->arena, file, text, NULL, s->diag);
    const struct yaml *models = yaml_get(root, "models"), *sources = yaml_get(root, "sources");
    if (!yaml_is_map(root, "a price list", s->diag))
        return;
    yaml_known_keys(root, top, s->diag);
    if (!yaml_is_map(models, "models", s->diag))
        return;
    for (const struct yaml *y = models->child; y; y = y->next) {
        struct priced *priced = arena_alloc(s->arena, sizeof *priced);
        *priced = (struct priced){ .name = arena_cstr(s->arena, y->key), .next = s->settings->priced };
        read_priced(s, file, sources, y, priced);
        s->settings->priced = priced;
    }
}

void read_price_lists(struct setup *s)
{
    for (unsigned i = 0; i < s->settings->price_count; i++)
        read_price_file(s, s->settings->price_file[i]);
}

/* ---- whose price it is ---- */

/* Without the date of a model's edition: "gpt-5-2025-08-07" and "claude-opus-4-1-20250805" cost what the model
 * costs. */
static struct slice without_date(struct slice name)
{
    size_t dashes = 0, len = name.len;
    while (len > 0 && (name.ptr[len - 1] == '-' || (name.ptr[len - 1] >= '0' && name.ptr[len - 1] <= '9')))
        dashes += name.ptr[--len] == '-';
    size_t digits = name.len - len - dashes;
    while (digits > 8 && len < name.len) { /* digits of the name itself, "gpt-4-1106…", stay */
        digits -= name.ptr[len] != '-';
        len++;
    }
    bool is_date = digits == 8 && name.len - len >= 9 && name.ptr[len] == '-';
    return is_date ? slice_cut(name, 0, len) : name;
}

/* Ollama's names, the longest first: "qwen3:1.7b-q4_K_M" reads and writes as much as "qwen3:1.7b", and where
 * that is not listed, as "qwen3". Empty: there is no shorter one. */
static struct slice without_tag(struct slice name)
{
    size_t       colon = slice_find_byte(name, ':');
    struct slice tag = slice_cut(name, colon == SLICE_NONE ? name.len : colon + 1, name.len);
    size_t       dash = slice_find_byte(tag, '-');
    if (dash != SLICE_NONE)
        return slice_cut(name, 0, colon + 1 + dash);
    return colon == SLICE_NONE ? S("") : slice_cut(name, 0, colon);
}

static const struct priced *find_exactly(const struct priced *list, struct slice name)
{
    while (list && !slice_is(name, list->name))
        list = list->next;
    return list;
}

static const struct priced *find_priced(const struct priced *list, struct slice name)
{
    const struct priced *found = find_exactly(list, name);
    if (!found)
        found = find_exactly(list, without_date(name));
    for (name = without_tag(name); !found && name.len; name = without_tag(name))
        found = find_exactly(list, name);
    return found;
}

static const struct price_source undated = { .day = PRICE_UNDATED };

void settings_price(const struct settings *settings, struct model *model)
{
    const struct priced *listed = find_priced(settings->priced, slice_str(model->sent_as));
    model->source = undated;
    if (model->provider && model->provider->zone == 0) {
        model->price = (struct price){ .is_known = true };
        model->source.kind = PRICE_NEAR;
    } else if (listed && listed->price.is_known) {
        model->price = listed->price;
        model->source = listed->source;
    } else if (settings->unknown_price.is_known) {
        model->price = settings->unknown_price;
        model->source.kind = PRICE_ASSUMED;
    }
    model->context_tokens = listed ? listed->context_tokens : 0;
    model->output_tokens = listed ? listed->output_tokens : 0;
}

/* The settings' own word goes before the lists'. */
void read_model_price(struct setup *s, const struct yaml *y, struct model *model)
{
    struct priced own = { .source = undated };
    read_facts(s, y, &own);
    settings_price(s->settings, model);
    if (own.price.is_known) {
        model->price = own.price;
        model->source = undated;
        model->source.kind = PRICE_OWN;
    }
    if (own.context_tokens)
        model->context_tokens = own.context_tokens;
    if (own.output_tokens)
        model->output_tokens = own.output_tokens;
}
