/* privacy_rules.c - `privacy:` of a policy file, compiled. */
#include "rules.h"

/* ---- redact ---- */

/* In the order of enum hiding. */
static const char *const ways[] = { "surrogate", "placeholder", "remove", NULL };

static void hide_so(struct compiling *c, const struct yaml *way, pii_set kinds, struct privacy_rule *rule)
{
    unsigned index;
    if (is_word(c, way, ways, &index))
        rule->hide[index] |= kinds;
}

/* `redact: WAY` hides the kinds that `when` names, or all; `redact: { KIND: WAY, … }` names its own. */
static void read_redact(struct compiling *c, const struct yaml *y, pii_set named_in_when,
                        struct privacy_rule *rule)
{
    if (!y)
        return;
    c->policy->needs.pii = true;
    if (y->kind != YAML_MAP) {
        hide_so(c, y, named_in_when ? named_in_when : pii_any(), rule);
        return;
    }
    if (!y->child)
        diag_error(c->diag, y->place, "redact is a way to hide, or a map { KIND: WAY }");
    for (const struct yaml *member = y->child; member; member = member->next) {
        struct yaml kind = { .kind = YAML_SCALAR, .place = member->key_place, .scalar = member->key };
        hide_so(c, member, kinds_named(c, &kind), rule);
    }
}

/* ---- the other words ---- */

/* `deny: true`, or the reason to be told. */
static const char *read_deny(struct compiling *c, const struct yaml *y)
{
    struct slice reason = yaml_text(y, S(""), c->diag);
    bool         is_plain = y && y->kind == YAML_SCALAR && !y->is_quoted;
    if (is_plain && slice_is(reason, "false"))
        return NULL;
    if (is_plain && slice_is(reason, "true"))
        reason.len = 0;
    return y ? arena_cstr(c->arena, reason) : NULL;
}

/* `unreadable: local | deny | allow`; said of parts that no text can be read from. */
static void read_unreadable(struct compiling *c, const struct yaml *y, struct privacy_rule *rule)
{
    static const char *const words[] = { "allow", "local", "deny", NULL };
    unsigned                 index;
    if (y && is_word(c, y, words, &index))
        rule->unreadable = index == 0 ? UNREADABLE_ALLOW : index == 1 ? UNREADABLE_LOCAL : UNREADABLE_DENY;
}

/* `answers: { pii: [payment_card], do: redact | block }` */
static void read_answers(struct compiling *c, const struct yaml *y, struct privacy_rule *rule)
{
    static const char *const keys[] = { "pii", "do", NULL }, *const deeds[] = { "redact", "block", NULL };
    unsigned deed = 0;
    if (!yaml_is_map(y, "answers", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    if (!yaml_get(y, "pii") || !yaml_get(y, "do"))
        diag_error(c->diag, y->place, "answers is { pii: [KIND, …], do: redact } or { …, do: block }");
    pii_set kinds = kinds_named(c, yaml_get(y, "pii"));
    if (yaml_get(y, "do") && is_word(c, yaml_get(y, "do"), deeds, &deed))
        *(deed ? &rule->answers_block : &rule->answers_redact) = kinds;
}

static void read_if_needed(struct compiling *c, const struct yaml *y, struct privacy_rule *rule)
{
    if (!y)
        return;
    if (!(rule->hide[HIDE_SURROGATE] | rule->hide[HIDE_PLACEHOLDER] | rule->hide[HIDE_REMOVE]))
        diag_error(c->diag, y->place,
                   "if_needed stands beside `redact`: when what is hidden is what is asked about");
    rule->has_if_needed = true;
    rule->if_needed = zone_named(c, y);
    c->policy->needs.needed = true;
}

/* ---- a rule ---- */

static void count_deeds(struct compiling *c, const struct yaml *y)
{
    static const char *const deeds[] = { "reach", "redact", "deny", "answers", "unreadable" };
    unsigned                 count = 0;
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        count += yaml_get(y, deeds[i]) != NULL;
    if (count == 0)
        diag_error(c->diag, y->place,
                   "a privacy rule needs `reach`, `redact`, `deny`, `answers` or `unreadable`");
    if (count > 1 && yaml_get(y, "unreadable"))
        diag_error(c->diag, yaml_get(y, "unreadable")->place, "`unreadable` is said by a rule of its own");
}

void read_privacy_rule(struct compiling *c, const struct yaml *y)
{
    static const char *const keys[] = { "name", "for",        "when",    "allow",     "reach", "redact",
                                        "deny", "unreadable", "answers", "if_needed", NULL };
    struct policy           *p = c->policy;
    const char              *name = name_of_rule(c, y, keys);
    if (!name)
        return;
    for (size_t i = 0; i < p->privacy_count; i++)
        refuse_same(c, y, name, p->privacy[i].name);
    if (p->privacy_count == p->privacy_cap)
        p->privacy = arena_grow(c->arena, p->privacy, p->privacy_count, sizeof *p->privacy, &p->privacy_cap);
    struct privacy_rule *rule = &p->privacy[p->privacy_count++];
    const struct yaml   *reach = yaml_get(y, "reach");
    pii_set              kinds = 0;
    rule->name = name;
    rule->when = condition_read(c, y, rule_for_keys, &kinds);
    if (condition_asks(rule->when, COND_UNREADABLE))
        diag_error(c->diag, y->place, "say `unreadable: local`, `deny` or `allow` in place of asking for it");
    read_redact(c, yaml_get(y, "redact"), kinds, rule);
    for (unsigned way = 0; way < HIDINGS; way++)
        c->speaks |= rule->hide[way];
    read_allow(c, yaml_get(y, "allow"), ALLOW_IN_RULE);
    rule->has_reach = reach != NULL;
    rule->reach = reach ? zone_named(c, reach) : 0;
    rule->deny = read_deny(c, yaml_get(y, "deny"));
    read_unreadable(c, yaml_get(y, "unreadable"), rule);
    read_answers(c, yaml_get(y, "answers"), rule);
    read_if_needed(c, yaml_get(y, "if_needed"), rule);
    count_deeds(c, y);
}
