/*
 * allow.c - `allow:` of a policy file or of one of its privacy rules: what is found and yet may pass.
 *
 *     allow:
 *       - domains: [example.com]                     # e-mail addresses there, and at names under it
 *       - values: [support@partner.example]          # letter case does not count
 *       - { kinds: [phone], regex: '\+1 ?555.*' }    # all of the value
 *       - names: [Ada Lovelace]                      # public figures
 *
 * The strictest wins here too. A finding is dropped, before anything is decided, when every rule that speaks of
 * its kind allows it: by an allowance of its own, or by one of its file. So a file cannot let pass what
 * another file's rule asks about. Keys and passwords are allowed only where `kinds` names them.
 */
#include "policy/inspect.h"

#include "rules.h"

struct allowance {
    struct place         place;
    pii_set              kinds;
    enum allow_scope     scope;
    size_t               speaker; /* ALLOW_IN_RULE: the rule's */
    unsigned             file;
    struct slice        *domain, *value, *name; /* in small letters */
    size_t               domains, values, names;
    const struct regex **regex;
    size_t               regexes;
};

/* ---- reading ---- */

static struct slice small(struct arena *arena, struct slice s)
{
    char *out = arena_cstr(arena, s);
    for (size_t i = 0; i < s.len; i++)
        out[i] = out[i] >= 'A' && out[i] <= 'Z' ? (char)(out[i] | 0x20) : out[i];
    return slice_of(out, s.len);
}

struct slice_list {
    struct compiling *c;
    struct slice     *item;
    size_t            count, cap;
};

static void add_small(const struct yaml *y, void *arg)
{
    struct slice_list *list = arg;
    struct slice       text = yaml_text(y, S(""), list->c->diag);
    if (text.len == 0)
        return;
    if (list->count == list->cap)
        list->item = arena_grow(list->c->arena, list->item, list->count, sizeof *list->item, &list->cap);
    list->item[list->count++] = small(list->c->arena, text);
}

static size_t read_small(struct compiling *c, const struct yaml *y, struct slice **out)
{
    struct slice_list list = { .c = c };
    yaml_each(y, add_small, &list);
    *out = list.item;
    return list.count;
}

static void free_regex(void *arg)
{
    struct regex *regex = arg;
    regex_free(&regex);
}

struct regex_list {
    struct compiling *c;
    struct allowance *out;
    size_t            cap;
};

static void add_regex(const struct yaml *y, void *arg)
{
    struct regex_list *list = arg;
    struct allowance  *out = list->out;
    struct arena      *arena = list->c->arena;
    struct slice       text = yaml_text(y, S(""), list->c->diag);
    struct fault       why = { 0 };
    struct regex      *regex = text.len > 0 ? regex_new(text.ptr, &why) : NULL;
    if (text.len > 0 && !regex)
        diag_error(list->c->diag, y->place, "the regex is refused: %s", why.detail);
    if (!regex)
        return;
    arena_defer(arena, free_regex, regex);
    if (out->regexes == list->cap)
        out->regex = arena_grow(arena, out->regex, out->regexes, sizeof(struct regex *), &list->cap);
    out->regex[out->regexes++] = regex;
}

static pii_set secret_kinds(void)
{
    pii_set set = 0;
    for (unsigned kind = 0; kind < PII_KINDS; kind++)
        if (pii_is_secret((enum pii_kind)kind))
            set |= (pii_set)1 << kind;
    return set;
}

static void read_allowance(struct compiling *c, const struct yaml *y, enum allow_scope scope)
{
    static const char *const keys[] = { "kinds", "domains", "values", "regex", "names", NULL };
    struct policy           *p = c->policy;
    if (!yaml_is_map(y, "an allowance", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    struct allowance   a = { .place = y->place, .scope = scope, .speaker = p->speaker_count, .file = c->file };
    const struct yaml *kinds = yaml_get(y, "kinds"), *regex = yaml_get(y, "regex");
    a.kinds = kinds && !(kinds->kind == YAML_SCALAR && slice_is(kinds->scalar, "any")) ? kinds_named(c, kinds)
                                                                                       : ~secret_kinds();
    a.domains = read_small(c, yaml_get(y, "domains"), &a.domain);
    a.values = read_small(c, yaml_get(y, "values"), &a.value);
    a.names = read_small(c, yaml_get(y, "names"), &a.name);
    struct regex_list list = { .c = c, .out = &a };
    yaml_each(regex, add_regex, &list);
    if (a.domains + a.values + a.names == 0 && !regex)
        diag_error(c->diag, y->place, "an allowance needs `domains`, `values`, `regex` or `names`");
    if (p->allowance_count == p->allowance_cap)
        p->allowance =
            arena_grow(c->arena, p->allowance, p->allowance_count, sizeof *p->allowance, &p->allowance_cap);
    p->allowance[p->allowance_count++] = a;
}

void read_allow(struct compiling *c, const struct yaml *list, enum allow_scope scope)
{
    if (!yaml_is_list(list, "allow", c->diag))
        return;
    for (const struct yaml *y = list->child; y; y = y->next)
        read_allowance(c, y, scope);
}

/* ---- asking ---- */

static char small_letter(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_same(struct slice value, struct slice wanted)
{
    if (value.len != wanted.len)
        return false;
    for (size_t i = 0; i < value.len; i++)
        if (small_letter(value.ptr[i]) != wanted.ptr[i])
            return false;
    return true;
}

/* Behind an address's "@"; of a URL between "//" and the path, the port, the question. */
static struct slice host_of(struct slice value)
{
    size_t scheme = slice_find(value, S("://"));
    if (scheme != SLICE_NONE)
        value = slice_cut(value, scheme + 3, value.len);
    size_t end = 0;
    while (end < value.len && !strchr("/?#", value.ptr[end]))
        end++;
    value = slice_cut(value, 0, end);
    for (size_t i = value.len; i-- > 0;)
        if (value.ptr[i] == '@')
            value = slice_cut(value, i + 1, value.len);
    size_t port = slice_find_byte(value, ':');
    return slice_cut(value, 0, port == SLICE_NONE ? value.len : port);
}

/* example.com, mail.example.com; not badexample.com. */
static bool is_at(struct slice host, struct slice domain)
{
    if (host.len <= domain.len)
        return is_same(host, domain);
    size_t before = host.len - domain.len;
    return host.ptr[before - 1] == '.' && is_same(slice_cut(host, before, host.len), domain);
}

/* "Ada Lovelace's" is of the name too. */
static struct slice without_genitive(struct slice name)
{
    if (slice_ends(name, S("'s")))
        return slice_cut(name, 0, name.len - 2);
    return slice_ends(name, S("\xE2\x80\x99s")) ? slice_cut(name, 0, name.len - 4) : name;
}

static bool covers(const struct allowance *a, enum pii_kind kind, struct slice value)
{
    if (!(a->kinds >> kind & 1))
        return false;
    for (size_t i = 0; i < a->values; i++)
        if (is_same(value, a->value[i]))
            return true;
    for (size_t i = 0; i < a->names; i++)
        if (is_same(without_genitive(value), a->name[i]))
            return true;
    bool         is_host = kind == PII_EMAIL || slice_find(value, S("://")) != SLICE_NONE;
    struct slice host = host_of(value);
    for (size_t i = 0; is_host && i < a->domains; i++)
        if (is_at(host, a->domain[i]))
            return true;
    for (size_t i = 0; i < a->regexes; i++)
        if (regex_is_all(a->regex[i], value))
            return true;
    return false;
}

/* The first that covers the value and holds for the rule `speaker`, NULL for any rule; or NULL. */
static const struct allowance *first_for(const struct policy *p, const struct speaker *speaker,
                                         enum pii_kind kind, struct slice value)
{
    for (size_t i = 0; i < p->allowance_count; i++) {
        const struct allowance *a = &p->allowance[i];
        bool holds = !speaker || (a->scope == ALLOW_IN_RULE ? &p->speaker[a->speaker] == speaker
                                                            : a->file == speaker->file);
        if (holds && covers(a, kind, value))
            return a;
    }
    return NULL;
}

/* The allowance that is told of a finding that may pass; NULL for one that may not. */
static const struct allowance *allowance_of(const struct policy *p, struct slice text, const struct finding *f)
{
    struct slice            value = f->value.ptr ? f->value : slice_cut(text, f->start, f->end);
    const struct allowance *first = first_for(p, NULL, f->kind, value);
    for (size_t i = 0; first && i < p->speaker_count; i++)
        if ((p->speaker[i].kinds >> f->kind & 1) && !first_for(p, &p->speaker[i], f->kind, value))
            return NULL;
    return first;
}

size_t allow(const struct policy *p, struct slice text, struct findings *found, struct allowed *by)
{
    size_t  kept = 0, count = 0;
    pii_set kinds = 0;
    if (p->allowance_count == 0)
        return 0;
    for (size_t i = 0; i < found->count; i++) {
        const struct allowance *a = allowance_of(p, text, &found->item[i]);
        if (a) {
            by[count++] = (struct allowed){ .finding = found->item[i], .by = a->place };
            continue;
        }
        kinds |= (pii_set)1 << found->item[i].kind;
        found->item[kept++] = found->item[i];
    }
    found->count = kept;
    found->kinds = kinds;
    return count;
}
