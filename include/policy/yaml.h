/*
 * yaml.h - a YAML file as a tree whose every value knows its line and column (libyaml's events underneath).
 *
 * Maps keep their order; a key that stands twice is an error; anchors and aliases are read (depth and size
 * bounded), tags are refused.
 * ${NAME} and ${NAME:-default} in scalars are substituted where the caller allows it (settings, not policies).
 * A file is at most 1 MiB.
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
    struct slice   key;       /* members of maps: their key */
    struct place   key_place;
    struct yaml   *child; /* first member or item */
    struct yaml   *next;  /* sibling */
};

/* NULL with errors in diag. `text` is the file's content, `file` its name in messages. env: substitute ${…}
 * through it; NULL for no substitution. */
typedef const char     *yaml_env(const char *name);
MUST_CHECK struct yaml *yaml_read(struct arena *, const char *file, struct slice text, yaml_env *,
                                  struct diag *);

/* Typed readers: a wrong kind or range is an error at the value's place, and the fallback is returned. node may
 * be NULL: the fallback, no error. */
struct yaml *yaml_get(const struct yaml *map, const char *key);
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

/* Every key of map must be one of `known` (NULL-terminated); others are errors with a suggestion. */
void yaml_known_keys(const struct yaml *map, const char *const *known, struct diag *);

#endif
