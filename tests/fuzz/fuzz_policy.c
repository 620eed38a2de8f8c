/*
 * fuzz_policy.c - any bytes as a policy: refused with a word, or it decides; and no decision ever lets a
 * candidate lie beyond its reach, or a request out that could not be inspected.
 */
#include "policy/decide.h"

#include "base/die.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "privacy:\n  - { name: a, when: { any: [{ pii: email }, { topic: medical }] }, reach: local }\n"
    "  - { name: b, when: { not: { difficulty: { below: 0.5 } } }, redact: placeholder }\n"
    "routes: [{ name: r, ask: [large, small] }]\n",
    "cost: [{ name: c, for: { team: default }, budget: { usd: 20, every: month }, over: local }]\n"
    "routes:\n  - { name: r, when: { topic: { is: [code], above: 0.3 }, tools: true }, ask: [small],\n"
    "      escalate: { to: large, when: { confidence: { below: 0.6 } } }, compress: { above_tokens: 9, to: 0.5 "
    "}, cache: "
    "{ keep: 1h } }\n",
    "privacy: [{ name: d, when: { all: [{ unreadable: true }, { tokens: { above: 5 } }] }, deny: no }]\n"
    "tests: [{ prompt: hi, expect: { reach: cloud, redacts: [email], rule: d, refused: false } }]\n",
    "classes: { billing: { examples: [a, b] }, other: { examples: [c] } }\n"
    "routes: [{ name: r, when: { any: [{ class: billing }, { class: { is: [other], above: 0.3 } }] }, ask: "
    "[small] }]\n"
    "tests: [{ prompt: hi, expect: { class: none } }]\n",
    "patterns: [{ name: a, regex: ['x[0-9]+', y], check: luhn, context: { needs: [b], lowers: c },\n"
    "  tests: { finds: x1, ignores: [z] } }, { name: d, kind: email, regex: e }]\n"
    "allow: [{ domains: [x.example], values: v, kinds: [email] }, { regex: '.+', names: n }]\n"
    "privacy: [{ name: r, when: { pii: a }, allow: [{ values: w }], redact: placeholder }]\n",
    NULL,
};

static struct slice text_of_policy;

static bool reader(struct arena *arena, const char *file, struct slice *text)
{
    (void)arena;
    *text = text_of_policy;
    if (strcmp(file, "weir.yaml") == 0)
        *text = S("providers:\n"
                  "  near: { api: openai, url: http://127.0.0.1:1, zone: local }\n"
                  "  far: { api: openai, url: https://far.example, zone: cloud }\n"
                  "models: { small: { provider: near, model: tiny }, large: { provider: far, model: huge } }\n"
                  "policies: [p.yaml]\n");
    return true;
}

static void look_at(const struct policy *policy, const struct facts *facts)
{
    struct decision d;
    struct fault    why = { 0 };
    if (!decide(policy, facts, &d, &why) && !why.kind)
        die("refused without a word");
    if (policy_needs(policy).pii && !facts->is_inspected && d.reach != 0)
        die("what was not inspected may leave");
    for (unsigned i = 0; i < d.count && !why.kind; i++) {
        if (!reach_allows(d.reach, d.candidate[i]->provider->zone))
            die("a candidate beyond the reach");
    }
    if (!why.kind && d.escalate_to && !reach_allows(d.reach, d.escalate_to->provider->zone))
        die("an escalation beyond the reach");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct diag   diag;
    diag_init(&diag);
    text_of_policy = slice_of((const char *)data, size);
    struct settings *settings = settings_read(arena, "weir.yaml", reader, NULL, &diag);
    struct policy   *policy = policy_read(arena, settings, reader, &diag);
    if (!policy != (diag.errors > 0))
        die("a policy and errors, or neither");
    for (unsigned bits = 0; policy && bits < 32; bits++) {
        const struct facts facts = {
            .team = settings->team,
            .model = bits & 1 ? S("large") : S("auto"),
            .is_inspected = bits & 2,
            .is_judged = bits & 4,
            .pii = bits & 8 ? PII_ALL : 0,
            .has_unreadable = bits & 16,
            .tokens = 10,
        };
        look_at(policy, &facts);
    }
    diag_fini(&diag);
    arena_free(&arena);
    return 0;
}
