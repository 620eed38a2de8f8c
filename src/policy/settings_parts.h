/*
 * settings_parts.h - what the readers of the settings' parts share.
 *
 * Each part reads its section as far as it makes sense, tells what is wrong in diag, and leaves in the settings
 * only what a later part can use without looking twice; with an error told, no settings come out in the end.
 */
#ifndef WEIR_POLICY_SETTINGS_PARTS_H
#define WEIR_POLICY_SETTINGS_PARTS_H

#include "policy/settings.h"

struct setup {
    struct arena         *arena;
    struct settings      *settings;
    const struct yaml    *root;
    settings_file_reader *reader;
    yaml_env             *env;
    struct diag          *diag;
    struct slice folder; /* of the settings file, with its last slash; empty for the working directory */
};

void read_listeners(struct setup *);
void read_cors(struct setup *);
void read_zones(struct setup *);
void read_providers(struct setup *);   /* after zones */
void read_price_lists(struct setup *); /* after price_file */
/* Price and limits of a model whose provider and sent_as are known; after read_budgets(). */
void read_model_price(struct setup *, const struct yaml *, struct model *);
void read_models(struct setup *);                            /* after providers and price_file */
void read_account(struct setup *);                           /* after teams */
void read_groups(struct setup *, const struct yaml *models); /* what of them is several models; after these */
void read_aliases(struct setup *);                           /* after models */
void read_spending(struct setup *);                          /* after aliases */
void read_alerts(struct setup *);
void read_teams(struct setup *);                                         /* after listeners */
void read_price(struct setup *, const struct yaml *, struct price *out); /* NULL: nothing */
void read_master_key(struct setup *);
void read_admin(struct setup *);
/* `models`, `routes`, `zones` and `reach` of a team or a key; after zones, models and aliases. */
void read_grant(struct setup *, const struct yaml *map, struct grant *out);

/* The text of a member, as a C string; NULL where it is missing, empty, or wrong (then told). */
const char *setup_text(struct setup *, const struct yaml *map, const char *key);

/* As setup_text, but missing is an error: "provider x needs a url". */
const char *setup_needed(struct setup *, const struct yaml *map, const char *key, const char *whose);

/* A path of the settings, as it must be opened: relative ones start at the settings file's folder. */
const char *setup_path(struct setup *, const char *path);

/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080"; false, told, where it is none. */
MUST_CHECK bool setup_address(struct setup *, const struct yaml *, struct listen *out);

/* The SHA-256 of a key, which is written as it is or as "sha256:" and its hash in hexadecimal. `whose` begins
 * what is told of one that is shorter than least_bytes: "a key of team x". */
MUST_CHECK bool setup_key_hash(struct setup *, struct slice key, size_t least_bytes, const char *whose,
                               struct place, unsigned char out[32]);

/* The words of a file that holds one secret, blanks around it cut off. The member `key` names the file. Empty
 * where there is no such member, or an error was told. */
struct slice setup_secret_file(struct setup *, const struct yaml *map, const char *key);

/* Can only this machine reach it? By name, without asking DNS. */
bool host_is_loopback(const char *host);

/* # of members of a map or items of a list. */
unsigned yaml_count(const struct yaml *);

/* A policy or price file's text: "builtin:x.yaml" out of the binary, others through the reader. */
bool policy_file_text(struct arena *, settings_file_reader *, const char *path, struct slice *text);

#endif
