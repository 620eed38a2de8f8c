/*
 * classes.c - `classes:` of the policy files: names and examples, learned once there is a model.
 *
 *     classes:
 *       billing: { examples: ["where is my invoice", "you charged me twice"] }
 *
 * Classes of all files are one set, read before any rule, so that a rule may name a class that stands further
 * down or in another file.
 */
#include "rules.h"

static struct user_class *find_class(const struct policy *p, struct slice name)
{
    for (unsigned i = 0; i < p->class_count; i++)
        if (slice_is(name, p->user_class[i].name))
            return &p->user_class[i];
    return NULL;
}

struct example_list {
    struct compiling *c;
    unsigned class;
    size_t added;
};

static void add_example(const struct yaml *y, void *arg)
{
    struct example_list *list = arg;
    struct policy       *p = list->c->policy;
    struct slice         text = yaml_text(y, S(""), list->c->diag);
    if (text.len == 0)
        return;
    if (p->example_count == p->example_cap)
        p->example =
            arena_grow(list->c->arena, p->example, p->example_count, sizeof *p->example, &p->example_cap);
    p->example[p->example_count++] = (struct class_example){ text, list->class };
    list->added++;
}

static void read_class(struct compiling *c, const struct yaml *y)
{
    static const char *const keys[] = { "examples", NULL };
    struct policy           *p = c->policy;
    const struct yaml       *examples = yaml_get(y, "examples");
    if (find_class(p, y->key)) {
        diag_error(c->diag, y->key_place, "a class \"%.*s\" is there already", SLICE_ARG(y->key));
        return;
    }
    if (slice_is(y->key, CLASS_NONE)) {
        diag_error(c->diag, y->key_place,
                   "no class can be called \"" CLASS_NONE "\": tests say so of a prompt "
                   "that is of none");
        return;
    }
    if (p->class_count == CLASSES_MOST) {
        diag_error(c->diag, y->key_place, "more than %d classes", CLASSES_MOST);
        return;
    }
    if (p->class_count == p->class_cap)
        p->user_class =
            arena_grow(c->arena, p->user_class, p->class_count, sizeof *p->user_class, &p->class_cap);
    struct example_list list = { .c = c, .class = p->class_count };
    p->user_class[p->class_count++].name = arena_cstr(c->arena, y->key);
    if (!yaml_is_map(y, "a class", c->diag))
        return;
    yaml_known_keys(y, keys, c->diag);
    if (yaml_is_list(examples, "examples", c->diag))
        yaml_each(examples, add_example, &list);
    if (list.added == 0 && (!examples || examples->kind == YAML_LIST))
        diag_error(c->diag, y->place,
                   "a class needs `examples`: some texts that are of it, ten or more are well");
}

void read_classes(struct compiling *c, const struct yaml *map)
{
    if (!yaml_is_map(map, "classes", c->diag))
        return;
    for (const struct yaml *y = map->child; y; y = y->next)
        read_class(c, y);
}

bool class_named(struct compiling *c, const struct yaml *y, unsigned *index)
{
    const struct policy *p = c->policy;
    struct slice         name = yaml_text(y, S(""), c->diag);
    struct user_class   *found = find_class(p, name);
    char                 hint[DIAG_HINT_BYTES];
    if (found)
        *index = (unsigned)(found - p->user_class);
    if (found || name.len == 0)
        return found;
    const char **names = arena_array(c->arena, p->class_count + 1, sizeof *names);
    for (unsigned i = 0; i < p->class_count; i++)
        names[i] = p->user_class[i].name;
    diag_error(c->diag, y->place, "there is no class \"%.*s\"%s", SLICE_ARG(name),
               p->class_count ? diag_hint(name, names, hint) : ": `classes:` names none");
    return false;
}

/* ---- learning ---- */

void policy_learn(struct policy *p, struct arena *arena, struct slm_worker *worker)
{
    if (p->class_count > 0)
        p->learned = classes_learn(arena, worker, p->example, p->example_count, p->class_count);
}

const struct classes *policy_classes(const struct policy *p)
{
    return p->learned;
}

unsigned policy_class_count(const struct policy *p)
{
    return p->class_count;
}

const char *policy_class(const struct policy *p, unsigned index)
{
    return index < p->class_count ? p->user_class[index].name : CLASS_NONE;
}
