/*
 * yaml.h - a YAML file as a tree whose every value knows its line and column (libyaml's events underneath).
 *
 * Maps keep their order; a key that stands twice is an error; anchors and aliases are read (depth and size
 * bounded), tags are refused. A file is at most 1 MiB and one document; an empty one is an empty map.
 *
 * ${NAME} and ${NAME:-default} in values are substituted where the caller allows it (settings, not policies),
 * after the YAML is read, so that no variable can add a key; $${ stands for ${ itself.
 */
#ifndef WEIR_POLICY_YAML_H
#define WEIR_POLICY_YAML_H

#include "base/arena.h"
#include "policy/diag.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_kind kind;
    struct place   place;
    struct slice   scalar;    /* its text, NUL-terminated beyond */
    bool           is_quoted; /* "8080" is a string, 8080 a number */
    bool           is_secret; /* came from a ${…}: never quoted in a message */
    bool           is_broken; /* its ${…} failed, which was told: readers give the fallback and are silent */
    struct slice   key;       /* members of maps: their key */
    struct place   key_place;
    struct yaml   *child; /* first member or item */
    struct yaml   *next;  /* sibling */
};

/* `text` is the file's content, `file` its name in messages (kept). env: substitute ${…} through it; NULL for
 * no substitution. NULL, with an error in diag, where the text is no YAML. A mistake that leaves the rest
 * readable (a key twice, a tag, an unset variable) is told in diag alone, so that the caller can go on to find
 * the others: who asks whether the file is good looks at diag->errors. */
typedef const char     *yaml_env(const char *name);
MUST_CHECK struct yaml *yaml_read(struct arena *, const char *file, struct slice text, yaml_env *,
                                  struct diag *);

/* The member of a map; NULL where the map (which may be NULL) lacks it, or is none. */
struct yaml *yaml_get(const struct yaml *map, const char *key);

/* Typed readers: a wrong kind or range is an error at the value's place, and the fallback is returned. node may
 * be NULL: the fallback, no error. An empty text is refused. */
struct slice yaml_text(const struct yaml *, struct slice fallback, struct diag *);
int64_t      yaml_int(const struct yaml *, int64_t least, int64_t most, int64_t fallback, struct diag *);
double       yaml_number(const struct yaml *, double least, double most, double fallback, struct diag *);
bool         yaml_bool(const struct yaml *, bool fallback, struct diag *);
/* "250ms", "30s", "5m", "24h", "7d" -> milliseconds. */
int64_t yaml_duration_ms(const struct yaml *, int64_t fallback, struct diag *);
/* "64k", "32m", "1g" -> bytes. */
int64_t yaml_bytes(const struct yaml *, int64_t fallback, struct diag *);
/* "20", 0.15, "0.000001" US dollars -> nano-dollars, exactly: digits are read as an integer, never through a
 * double. */
int64_t yaml_nanousd(const struct yaml *, int64_t fallback, struct diag *);

/* Must it be a list, a map? `what` names it in the error: "models must be a map". NULL is neither, without an
 * error. */
MUST_CHECK bool yaml_is_list(const struct yaml *, const char *what, struct diag *);
MUST_CHECK bool yaml_is_map(const struct yaml *, const char *what, struct diag *);

/* Every key of map must be one of `known` (NULL-terminated); others are errors with a suggestion. */
void yaml_known_keys(const struct yaml *map, const char *const *known, struct diag *);

/* Calls see(item, arg) for each item of a list, or once for a value that is no list: `pii: email` says the same
 * as `pii: [email]`. */
void yaml_each(const struct yaml *, void (*see)(const struct yaml *item, void *arg), void *arg);

#endif
