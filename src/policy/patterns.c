/*
 * patterns.c - `patterns:` of the policy files: what of one's own is private, and how it is known.
 *
 *     patterns:
 *       - name: employee_number
 *         regex: '\bE-[0-9]{6}\b'            # or a list; Hyperscan's dialect, on bytes
 *         check: luhn                        # include/tables/value_checks.h; or none
 *         context: { raises: [employee, badge], lowers: [order] }
 *         tests: { finds: ["badge E-123455"], ignores: ["E-123456"] }
 *
 * Without `kind` the pattern's name is a kind of its own, asked for and hidden like any other. Patterns of all
 * files are one list, read before any rule.
 */
#include "policy/inspect.h"

#include "rules.h"

static const float PATTERN_ALONE = 0.85F, PATTERN_BESIDE = 0.95F, PATTERN_NEEDS_WORD = 0.1F;

/* ---- reading ---- */

/* A list of words as one string, parted by "|", in small letters: see tables/pii_patterns.h. */
struct word_list {
    struct compiling *c;
    struct buf        text;
};

static void add_context_word(const struct yaml *y, void *arg)
{
    struct word_list *list = arg;
    struct slice      word = yaml_text(y, S(""), list->c->diag);
    if (slice_find_byte(word, '|') != SLICE_NONE) {
        diag_error(list->c->diag, y->place, "a word of the context cannot hold \"|\": write a list");
        return;
    }
    if (word.len > 0 && list->text.len > 0)
        buf_add_byte(&list->text, '|');
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];
        buf_add_byte(&list->text, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
    }
}

static const char *read_words(struct compiling *c, const struct yaml *y)
{
    enum { WORDS_MOST_BYTES = 1 << 16 };
    struct word_list list = { .c = c };
    buf_init(&list.text, WORDS_MOST_BYTES);
    yaml_each(y, add_context_word, &list);
    if (y && list.text.full)
        diag_error(c->diag, y->place, "the words are more than %d bytes", WORDS_MOST_BYTES);
    const char *words = arena_cstr(c->arena, buf_slice(&list.text));
    buf_fini(&list.text);
    return words;
}

static void read_context(struct compiling *c, const struct yaml *y, struct own_pattern *out)
{
    static const char *const keys[] = { "raises", "needs", "lowers", NULL };
    out->words = out->doubts = "";
    if (!yaml_is_map(y, "context", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    const struct yaml *raises = yaml_get(y, "raises"), *needs = yaml_get(y, "needs");
    if (raises && needs)
        diag_error(c->diag, needs->key_place, "context has either `raises` or `needs`");
    out->words = read_words(c, needs ? needs : raises);
    out->doubts = read_words(c, yaml_get(y, "lowers"));
    if (needs)
        out->alone = PATTERN_NEEDS_WORD;
}

static value_check *read_check(struct compiling *c, const struct yaml *y)
{
    struct slice name = yaml_text(y, S(""), c->diag);
    value_check *check = value_check_named(name);
    char         hint[DIAG_HINT_BYTES];
    if (name.len > 0 && !check)
        diag_error(c->diag, y->place, "there is no check \"%.*s\"%s", SLICE_ARG(name),
                   diag_hint(name, value_check_names(), hint));
    return check;
}

/* "employee_number" -> EMPLOYEENUMBER */
static struct slice tag_of(struct compiling *c, struct slice name)
{
    char  *tag = arena_cstr(c->arena, name);
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] >= 'a' && name.ptr[i] <= 'z')
            tag[len++] = (char)(name.ptr[i] & ~0x20);
    return slice_of(tag, len < PII_TAG_BYTES ? len : PII_TAG_BYTES - 1);
}

/* One that ships, by `kind`, or the operator's own. */
static bool read_kind(struct compiling *c, const struct yaml *y, struct slice name, enum pii_kind *out)
{
    const struct yaml *tag = yaml_get(y, "tag"), *kind = yaml_get(y, "kind");
    struct slice       word = yaml_text(kind, name, c->diag);
    struct fault       why = { 0 };
    *out = pii_of(word);
    if (*out < PII_KINDS) {
        if (tag)
            diag_error(c->diag, tag->key_place, "%s has its tag: %s", pii_word(*out), pii_tag(*out));
        return !tag;
    }
    if (!pii_define(word, yaml_text(tag, tag_of(c, word), c->diag), out, &why)) {
        diag_error(c->diag, kind ? kind->place : y->place, "%s", why.detail);
        return false;
    }
    c->policy->own_kinds |= (pii_set)1 << *out;
    return true;
}

struct pattern_reading {
    struct compiling  *c;
    struct own_pattern pattern;  /* all but its regex */
    bool               is_found; /* of the tests at hand */
};

static void add_regex(const struct yaml *y, void *arg)
{
    struct pattern_reading *r = arg;
    struct policy          *p = r->c->policy;
    struct slice            regex = yaml_text(y, S(""), r->c->diag);
    struct fault            why = { 0 };
    if (regex.len == 0)
        return;
    if (strlen(regex.ptr) != regex.len) {
        diag_error(r->c->diag, y->place, "a NUL in the regex: write \\x00");
        return;
    }
    if (!regex_check(regex.ptr, &why)) {
        diag_error(r->c->diag, y->place, "the regex of \"%s\" is refused: %s", r->pattern.name, why.detail);
        return;
    }
    if (p->own_count == p->own_cap)
        p->own = arena_grow(r->c->arena, p->own, p->own_count, sizeof *p->own, &p->own_cap);
    p->own[p->own_count] = r->pattern;
    p->own[p->own_count++].regex = regex.ptr;
}

static void add_pattern_test(const struct yaml *y, void *arg)
{
    struct pattern_reading *r = arg;
    struct policy          *p = r->c->policy;
    struct slice            text = yaml_text(y, S(""), r->c->diag);
    if (p->pattern_test_count == p->pattern_test_cap)
        p->pattern_test = arena_grow(r->c->arena, p->pattern_test, p->pattern_test_count,
                                     sizeof *p->pattern_test, &p->pattern_test_cap);
    p->pattern_test[p->pattern_test_count++] = (struct pattern_test){
        .place = y->place,
        .pattern = r->pattern.name,
        .kind = r->pattern.kind,
        .text = text,
        .is_found = r->is_found,
    };
}

static void read_pattern_tests(struct pattern_reading *r, const struct yaml *y)
{
    static const char *const keys[] = { "finds", "ignores", NULL };
    if (!yaml_is_map(y, "tests", r->c->diag))
        return;
    yaml_known_keys(y, keys, r->c->diag);
    r->is_found = true;
    yaml_each(yaml_get(y, "finds"), add_pattern_test, r);
    r->is_found = false;
    yaml_each(yaml_get(y, "ignores"), add_pattern_test, r);
}

static bool is_there(const struct policy *p, struct slice name)
{
    for (size_t i = 0; i < p->own_count; i++)
        if (slice_is(name, p->own[i].name))
            return true;
    return false;
}

static void read_pattern(struct compiling *c, const struct yaml *y)
{
    static const char *const keys[] = { "name",    "regex",      "kind",  "tag", "check",
                                        "context", "confidence", "tests", NULL };
    if (!yaml_is_map(y, "a pattern", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    const struct yaml *named = yaml_get(y, "name");
    struct slice       name = yaml_text(named, S(""), c->diag);
    if (!named || !yaml_get(y, "regex"))
        diag_error(c->diag, y->place, "a pattern needs `name` and `regex`");
    if (!named || name.len == 0)
        return;
    if (is_there(c->policy, name)) {
        diag_error(c->diag, named->place, "a pattern \"%.*s\" is there already", SLICE_ARG(name));
        return;
    }
    struct pattern_reading r = { .c = c };
    r.pattern.name = arena_cstr(c->arena, name);
    r.pattern.alone = (float)yaml_number(yaml_get(y, "confidence"), 0, 1, (double)PATTERN_ALONE, c->diag);
    r.pattern.beside = r.pattern.alone > PATTERN_BESIDE ? r.pattern.alone : PATTERN_BESIDE;
    r.pattern.check = read_check(c, yaml_get(y, "check"));
    read_context(c, yaml_get(y, "context"), &r.pattern);
    if (!read_kind(c, y, name, &r.pattern.kind))
        return;
    yaml_each(yaml_get(y, "regex"), add_regex, &r);
    read_pattern_tests(&r, yaml_get(y, "tests"));
}

void read_patterns(struct compiling *c, const struct yaml *list)
{
    if (!yaml_is_list(list, "patterns", c->diag))
        return;
    for (const struct yaml *y = list->child; y; y = y->next)
        read_pattern(c, y);
}

struct finder *policy_finder(const struct policy *p, struct fault *why)
{
    return finder_new_with(p->own, p->own_count, why);
}

/* ---- testing ---- */

/* Of a kind that ships, another pattern may know the value better: that finds it too. */
static bool is_met(const struct findings *found, const struct pattern_test *test)
{
    if (test->is_found)
        return found->kinds >> test->kind & 1;
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->item[i].source, test->pattern) == 0)
            return false;
    return true;
}

unsigned test_patterns(const struct policy *p, const struct inspector *inspector, unsigned *count,
                       struct diag *diag)
{
    unsigned failed = 0;
    *count = (unsigned)p->pattern_test_count;
    for (size_t i = 0; i < p->pattern_test_count; i++) {
        const struct pattern_test *test = &p->pattern_test[i];
        struct arena              *arena = arena_new();
        struct findings            found;
        struct fault               why = { 0 };
        bool is_read = find(inspector->finder, inspector->scratch, arena, test->text, &found, &why);
        bool is_right = is_read && is_met(&found, test);
        if (!is_read)
            diag_error(diag, test->place, "%s", why.detail);
        else if (!is_right)
            diag_error(diag, test->place, "the pattern \"%s\" should %s this, and does not", test->pattern,
                       test->is_found ? "find" : "ignore");
        failed += !is_right;
        arena_free(&arena);
    }
    return failed;
}
