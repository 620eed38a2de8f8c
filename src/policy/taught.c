/*
 * taught.c - heads that a user taught, as policies know them.
 *
 * The settings name their files. A rule asks about one by its name, as it does about a topic:
 *
 *     when: { department: sales }            when: { department: { is: [sales, support], above: 0.4 } }
 *
 * One that tells difficulty has no name in rules: `difficulty` is what it says.
 */
#include "rules.h"

bool policy_has_condition(struct slice word)
{
    unsigned i = 0;
    while (condition_keys[i] && !slice_is(word, condition_keys[i]))
        i++;
    return condition_keys[i] != NULL;
}

bool head_named(const struct policy *p, struct slice name, unsigned *index)
{
    for (*index = 0; *index < p->heads.count; (*index)++)
        if (slice_is(name, p->heads.classes[*index]->name))
            return true;
    return false;
}

bool label_named(struct compiling *c, const struct taught *head, const struct yaml *y, unsigned *index)
{
    const char  *labels[TAUGHT_LABELS_MOST + 1] = { NULL };
    char         hint[DIAG_HINT_BYTES];
    struct slice word = yaml_text(y, S(""), c->diag);
    for (*index = 0; *index < head->labels; (*index)++) {
        labels[*index] = head->label[*index].name;
        if (slice_is(word, labels[*index]))
            return true;
    }
    if (word.len)
        diag_error(c->diag, y->place, "the head %s knows no label \"%.*s\"%s", head->name, SLICE_ARG(word),
                   diag_hint(word, labels, hint));
    return false;
}

/* ---- reading ---- */

static void add_head(struct compiling *c, struct place place, const struct taught *head)
{
    struct taught_heads *heads = &c->policy->heads;
    unsigned             same;
    if (head->kind == TAUGHT_DIFFICULTY && heads->difficulty)
        diag_error(c->diag, place, "a second head for difficulty: the settings name \"%s\" already",
                   heads->difficulty->name);
    else if (head->kind == TAUGHT_DIFFICULTY)
        heads->difficulty = head;
    else if (policy_has_condition(slice_str(head->name)) || head_named(c->policy, slice_str(head->name), &same))
        diag_error(c->diag, place,
                   "a head is called \"%s\", and rules ask about something of that name already", head->name);
    else
        heads->classes[heads->count++] = head;
}

static void read_head(struct compiling *c, const char *file, settings_file_reader *reader)
{
    struct place   place = { .file = file };
    struct taught *head = arena_alloc(c->arena, sizeof *head);
    struct slice   bytes;
    struct fault   why = { 0 };
    if (!reader(c->arena, file, &bytes))
        diag_error(c->diag, place, "the head cannot be read; weir teach and weir calibrate write such files");
    else if (!taught_read(c->arena, bytes, head, &why))
        diag_error(c->diag, place, "%s", why.detail);
    else
        add_head(c, place, head);
}

static const char *const *keys_of_conditions(struct compiling *c)
{
    const struct taught_heads *heads = &c->policy->heads;
    unsigned                   count = 0;
    while (condition_keys[count])
        count++;
    const char **keys = arena_array(c->arena, count + heads->count + 1, sizeof *keys);
    memcpy(keys, condition_keys, count * sizeof *keys);
    for (unsigned i = 0; i < heads->count; i++)
        keys[count + i] = heads->classes[i]->name;
    return keys;
}

/* `slm: { drafts: FILE }` */
static void read_draft_head(struct compiling *c, settings_file_reader *reader)
{
    const char  *file = c->policy->settings->draft_head_file;
    struct slice text;
    struct fault why = { 0 };
    c->policy->draft_head = draft_head_shipped;
    if (!file)
        return;
    if (!reader(c->arena, file, &text))
        diag_error(c->diag, (struct place){ .file = file },
                   "the head for drafts cannot be read; weir calibrate --drafts writes such files");
    else if (!draft_head_read(c->arena, text, &c->policy->draft_head, &why))
        diag_error(c->diag, (struct place){ .file = file }, "%s", why.detail);
}

void read_heads(struct compiling *c, settings_file_reader *reader)
{
    const struct settings *settings = c->policy->settings;
    c->policy->heads.classes = arena_array(c->arena, settings->head_count, sizeof(struct taught *));
    for (unsigned i = 0; i < settings->head_count; i++)
        read_head(c, settings->head_file[i], reader);
    read_draft_head(c, reader);
    c->when_keys = keys_of_conditions(c);
}

/* ---- asked by others ---- */

const struct taught_heads *policy_heads(const struct policy *p)
{
    return &p->heads;
}

bool policy_heads_fit(const struct policy *p, const struct slm *slm, struct fault *why)
{
    for (unsigned i = 0; i < p->heads.count; i++)
        if (!taught_fits(p->heads.classes[i], slm, why))
            return false;
    return !p->heads.difficulty || taught_fits(p->heads.difficulty, slm, why);
}
