/* database.c - see database.h. */
#include "database.h"

#include "base/die.h"
#include "view.h"

#include <stdlib.h>

static const struct line {
    const char *name, *regex;
} shipped[] = {
#define PII_PATTERN(kind, name, regex, check, alone, beside, words, doubts) { name, regex },
#include "tables/pii_patterns.h"
#undef PII_PATTERN
};

enum { SHIPPED = sizeof shipped / sizeof shipped[0] };

/* Hyperscan's four lists. */
struct lists {
    const char **name, **regex;
    unsigned    *flags, *ids, count;
};

static void add(struct lists *l, const char *name, const char *regex, unsigned flags, unsigned id)
{
    l->name[l->count] = name;
    l->regex[l->count] = regex;
    l->flags[l->count] = flags;
    l->ids[l->count++] = id;
}

static void lists_init(struct lists *l, const struct own_pattern *own, size_t count, unsigned first_own)
{
    size_t room = SHIPPED + count + 1;
    *l = (struct lists){
        .name = must_calloc(room, sizeof *l->name),
        .regex = must_calloc(room, sizeof *l->regex),
        .flags = must_calloc(room, sizeof *l->flags),
        .ids = must_calloc(room, sizeof *l->ids),
    };
    for (unsigned i = 0; i < SHIPPED; i++)
        add(l, shipped[i].name, shipped[i].regex, HS_FLAG_SOM_LEFTMOST, i);
    for (unsigned i = 0; i < count; i++)
        add(l, own[i].name, own[i].regex, HS_FLAG_SOM_LEFTMOST, first_own + i);
    add(l, "disguises", VIEW_DISGUISE, HS_FLAG_SINGLEMATCH, DISGUISE);
}

static void lists_fini(struct lists *l)
{
    free(l->name);
    free(l->regex);
    free(l->flags);
    free(l->ids);
}

hs_database_t *database_compile(const struct own_pattern *own, size_t count, unsigned first_own,
                                const hs_platform_info_t *platform, struct fault *why)
{
    struct lists        l;
    hs_database_t      *database = NULL;
    hs_compile_error_t *error = NULL;
    lists_init(&l, own, count, first_own);
    if (hs_compile_multi(l.regex, l.flags, l.ids, l.count, HS_MODE_BLOCK, platform, &database, &error) !=
        HS_SUCCESS) {
        fault_set(why, FAULT_INTERNAL, "the pattern \"%s\" does not compile: %s",
                  error->expression >= 0 ? l.name[error->expression] : "all", error->message);
        hs_free_compile_error(error);
    }
    lists_fini(&l);
    return database;
}
