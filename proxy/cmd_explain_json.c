/*
 * cmd_explain_json.c - weir explain --json.
 *
 * "redacted" is the prompt with all hidden that the rules want hidden, "sent" what leaves zone 0, null where
 * nothing does. Offsets are code points.
 * Amounts are strings of US dollars with nine decimals, since JSON's numbers would round them.
 */
#include "cmd_explain.h"

#include <stdio.h>

enum { DOCUMENT_MOST_BYTES = 256 << 20 }; /* a prompt's bytes may become six each */

/* ---- writing ---- */

/* A comma where something stands before, then the key where there is one. */
static void begin(struct buf *out, const char *key)
{
    char last = out->len ? out->ptr[out->len - 1] : '{';
    if (last != '{' && last != '[')
        buf_add_byte(out, ',');
    if (key) { /* a class's name may have quotes */
        json_add_string(out, slice_str(key));
        buf_add_byte(out, ':');
    }
}

static void open_group(struct buf *out, const char *key, char bracket)
{
    begin(out, key);
    buf_add_byte(out, bracket);
}

static void add_text(struct buf *out, const char *key, struct slice text)
{
    begin(out, key);
    json_add_string(out, text);
}

/* null for NULL. */
static void add_str(struct buf *out, const char *key, const char *cstr)
{
    begin(out, key);
    if (cstr)
        json_add_string(out, slice_str(cstr));
    else
        buf_add_str(out, "null");
}

static void add_int(struct buf *out, const char *key, int64_t value)
{
    begin(out, key);
    buf_printf(out, "%lld", (long long)value);
}

static void add_real(struct buf *out, const char *key, double value)
{
    begin(out, key);
    buf_printf(out, "%.6g", value);
}

static void add_flag(struct buf *out, const char *key, bool value)
{
    begin(out, key);
    buf_add_str(out, value ? "true" : "false");
}

/* ---- the document ---- */

static void add_place(struct buf *out, const struct explanation *e, size_t nth, const struct finding *f)
{
    struct finding_place place = explained_place(e, nth, f);
    add_str(out, "kind", pii_word(f->kind));
    add_int(out, "start", (int64_t)place.start);
    add_int(out, "end", (int64_t)place.end);
}

static void add_findings(struct buf *out, const struct explanation *e)
{
    open_group(out, "findings", '[');
    for (size_t t = 0; t < e->chat.text_count; t++) {
        const struct findings *found = &e->inspection.findings[t];
        for (size_t i = 0; i < found->count; i++) {
            const struct finding *f = &found->item[i];
            open_group(out, NULL, '{');
            add_place(out, e, t, f);
            add_real(out, "confidence", (double)f->confidence);
            add_str(out, "source", f->source);
            add_str(out, "hidden_by", who_hides(e->loaded->policy, &e->facts, f->kind));
            buf_add_byte(out, '}');
        }
    }
    buf_add_byte(out, ']');
}

/* What an `allow:` of the policies lets pass. */
static void add_allowed(struct buf *out, const struct explanation *e)
{
    open_group(out, "allowed", '[');
    for (size_t i = 0; i < e->inspection.allowed_count; i++) {
        const struct allowed *a = &e->inspection.allowed[i];
        open_group(out, NULL, '{');
        add_place(out, e, a->text, &a->finding);
        add_str(out, "file", a->by.file);
        add_int(out, "line", a->by.line);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

/* By name; null where they were not judged. */
static void add_classes(struct buf *out, const struct explanation *e)
{
    const struct policy *policy = e->loaded->policy;
    const struct facts  *facts = &e->facts;
    add_str(out, "class", facts->class_share ? policy_class(policy, facts->class_best) : NULL);
    if (!facts->class_share) {
        add_str(out, "classes", NULL);
        return;
    }
    open_group(out, "classes", '{');
    for (unsigned i = 0; i < policy_class_count(policy); i++)
        add_real(out, policy_class(policy, i), (double)facts->class_share[i]);
    buf_add_byte(out, '}');
}

/* By head and label; null where nothing was judged. */
static void add_taught(struct buf *out, const struct explanation *e)
{
    const struct taught_heads *heads = policy_heads(e->loaded->policy);
    if (!e->facts.taught) {
        add_str(out, "taught", NULL);
        return;
    }
    open_group(out, "taught", '{');
    for (unsigned i = 0; i < heads->count; i++) {
        open_group(out, heads->classes[i]->name, '{');
        for (unsigned k = 0; k < heads->classes[i]->labels; k++)
            add_real(out, heads->classes[i]->label[k].name, (double)e->facts.taught[i].share[k]);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, '}');
}

/* Where the hardest so many per cent begin, until a running Weir has seen enough. */
static void add_shares(struct buf *out, const struct explanation *e)
{
    const struct share *share;
    unsigned            count = policy_shares(e->loaded->policy, &share);
    open_group(out, "hardest", '[');
    for (unsigned i = 0; i < count; i++) {
        open_group(out, NULL, '{');
        add_real(out, "share", share[i].share);
        add_real(out, "reference", share[i].reference);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

static void add_facts(struct buf *out, const struct explanation *e)
{
    const struct judgement *j = &e->facts.judgement;
    open_group(out, "facts", '{');
    add_int(out, "tokens", e->facts.tokens);
    if (e->facts.is_judged) {
        add_real(out, "difficulty", (double)j->difficulty);
        add_real(out, "sensitivity", (double)j->sensitivity);
        add_real(out, "injection", (double)j->injection);
        add_str(out, "topic", topic_word(j->topic));
        open_group(out, "topics", '{');
        for (unsigned t = 0; t < TOPICS; t++)
            add_real(out, topic_word((enum topic)t), (double)j->topic_share[t]);
        buf_add_byte(out, '}');
    } else {
        add_str(out, "difficulty", NULL);
        add_str(out, "sensitivity", NULL);
        add_str(out, "injection", NULL);
        add_str(out, "topic", NULL);
        add_str(out, "topics", NULL);
    }
    add_classes(out, e);
    add_taught(out, e);
    add_shares(out, e);
    add_findings(out, e);
    add_allowed(out, e);
    buf_add_byte(out, '}');
}

static void add_model(struct buf *out, const char *key, const struct explanation *e, const struct model *model)
{
    char amount[32];
    open_group(out, key, '{');
    add_str(out, "model", model->name);
    add_str(out, "sent_as", model->sent_as);
    add_str(out, "provider", model->provider->name);
    add_str(out, "zone", explained_zone(e, model));
    add_str(out, "worst_usd", explained_worst_usd(e, model, amount));
    buf_add_byte(out, '}');
}

static void add_models(struct buf *out, const char *key, const struct explanation *e,
                       const struct model *const *model, unsigned count)
{
    open_group(out, key, '[');
    for (unsigned i = 0; i < count; i++)
        add_model(out, NULL, e, model[i]);
    buf_add_byte(out, ']');
}

static void add_kinds(struct buf *out, const char *key, pii_set kinds)
{
    open_group(out, key, '[');
    for (unsigned kind = 0; kind < pii_kinds(); kind++) {
        if (kinds >> kind & 1)
            add_str(out, NULL, pii_word((enum pii_kind)kind));
    }
    buf_add_byte(out, ']');
}

static void add_budgets(struct buf *out, const struct decision *d)
{
    open_group(out, "budgets", '[');
    for (unsigned i = 0; i < d->budget_count; i++) {
        static const char *const over[] = {
            [OVER_DENY] = "deny", [OVER_LOCAL] = "local", [OVER_CLAMP] = "clamp"
        };
        const struct budget *b = d->budget[i];
        char                 usd[32], words[WINDOW_WORDS_BYTES];
        nanousd_format(b->limit_nanousd, usd);
        open_group(out, NULL, '{');
        add_str(out, "name", b->name);
        add_str(out, "usd", usd);
        add_str(out, "window", window_words(&b->window, words));
        add_str(out, "over", over[b->over]);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

static void add_doubts(struct buf *out, doubt_set doubts)
{
    open_group(out, "doubts", '[');
    for (enum doubt doubt = NO_DOUBT + 1; doubt < DOUBTS; doubt++)
        if (doubts >> doubt & 1)
            add_str(out, NULL, doubt_word(doubt));
    buf_add_byte(out, ']');
}

/* A bar that is not looked at is null. */
static void add_bar(struct buf *out, const char *key, const struct escalation *esc, enum doubt doubt,
                    double bar)
{
    if (esc->doubts >> doubt & 1)
        add_real(out, key, bar);
    else
        add_str(out, key, NULL);
}

static void add_escalation(struct buf *out, const struct explanation *e)
{
    const struct escalation *esc = &e->decision.escalation;
    open_group(out, "escalate", '{');
    add_model(out, "to", e, e->decision.escalate_to);
    add_doubts(out, esc->doubts);
    add_bar(out, "below", esc, DOUBT_CONFIDENCE, esc->below);
    add_bar(out, "wrong_above", esc, DOUBT_LIKELY_WRONG, esc->wrong_above);
    add_bar(out, "alike", esc, DOUBT_DISAGREE, esc->alike);
    if (esc->hold_tokens == INT64_MAX)
        add_str(out, "hold_tokens", NULL);
    else
        add_int(out, "hold_tokens", esc->hold_tokens);
    add_flag(out, "hint", esc->hint);
    buf_add_byte(out, '}');
}

/* What the route brings besides its models; null where it does not. */
static void add_route(struct buf *out, const struct explanation *e)
{
    const struct decision *d = &e->decision;
    if (d->escalate_to) {
        add_escalation(out, e);
    } else {
        add_str(out, "escalate", NULL);
    }
    if (d->compress_above_tokens) {
        open_group(out, "compress", '{');
        add_int(out, "above_tokens", d->compress_above_tokens);
        add_real(out, "to", d->compress_to);
        add_str(out, "by", d->compress_by ? d->compress_by->name : NULL);
        buf_add_byte(out, '}');
    } else {
        add_str(out, "compress", NULL);
    }
    add_int(out, "cache_keep_ms", d->cache ? d->cache->keep_ms : 0);
}

static void add_decision(struct buf *out, const struct explanation *e)
{
    static const char *const stand_ins[INSTEADS] = { "instead_on_error", "instead_on_context",
                                                     "instead_on_filter" };
    const struct decision   *d = &e->decision;
    open_group(out, "decision", '{');
    add_str(out, "reach", e->loaded->settings->zone[d->reach]);
    add_str(out, "reach_rule", d->reach_rule);
    open_group(out, "rules", '[');
    for (unsigned i = 0; i < d->rule_count; i++)
        add_str(out, NULL, d->rule[i]);
    buf_add_byte(out, ']');
    add_kinds(out, "hidden", e->facts.pii & d->hide);
    add_kinds(out, "needed", e->facts.needed);
    add_budgets(out, d);
    add_str(out, "route", d->route);
    add_models(out, "ask", e, d->candidate, d->count);
    for (unsigned i = 0; i < INSTEADS; i++)
        add_models(out, stand_ins[i], e, d->instead[i].model, d->instead[i].count);
    add_models(out, "struck", e, d->struck, d->struck_count);
    add_route(out, e);
    buf_add_byte(out, '}');
}

static void add_outcome(struct buf *out, const struct explanation *e)
{
    char message[512];
    add_text(out, "redacted", explained_text(e));
    if (!e->is_refused) {
        add_str(out, "refused", NULL);
        if (explained_leaves(e))
            add_text(out, "sent", explained_text(e));
        else
            add_str(out, "sent", NULL);
        return;
    }
    fault_message(&e->why, message, sizeof message);
    open_group(out, "refused", '{');
    add_str(out, "code", fault_code(e->why.kind));
    add_str(out, "message", message);
    buf_add_byte(out, '}');
    add_str(out, "sent", NULL);
}

void explain_as_json(const struct explanation *e)
{
    struct buf out;
    buf_init(&out, DOCUMENT_MOST_BYTES);
    buf_add_byte(&out, '{');
    add_str(&out, "team", e->team->name);
    add_facts(&out, e);
    add_decision(&out, e);
    add_outcome(&out, e);
    buf_add_str(&out, "}\n");
    fwrite(out.ptr, 1, out.len, stdout);
    buf_wipe(&out);
}
