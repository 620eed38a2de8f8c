/*
 * cmd_load.h - settings, policies and the parts that read a prompt, for the subcommands that serve nobody.
 *
 * Unlike a snapshot this writes nothing and opens no TLS: what check and explain look at is left as it is. One
 * thread's.
 */
#ifndef WEIR_CMD_LOAD_H
#define WEIR_CMD_LOAD_H

#include "cache_secret.h"
#include "policy/inspect.h"

struct loaded {
    struct arena          *arena;
    struct diag            diag; /* what was wrong */
    struct settings       *settings;
    struct policy         *policy;
    struct slm            *slm; /* NULL: none configured or found */
    struct finder         *finder;
    struct finder_scratch *scratch;
    struct slm_worker     *worker;
    struct inspector       inspector; /* refs of the three before */
};

/* file NULL: weir.yaml of the working directory where there is one, else the settings of a first run. False
 * with errors in diag; as much as could be loaded is there. */
MUST_CHECK bool loaded_open(struct loaded *, const char *file);
/* Settings and model alone: for those who teach, since the policies may ask about what is yet to be taught. */
MUST_CHECK bool loaded_open_model(struct loaded *, const char *file);
/* Settings and policies alone: for those who look at what is stored. */
MUST_CHECK bool loaded_open_policy(struct loaded *, const char *file);
/* What was wrong, on stderr. */
void loaded_complain(const struct loaded *);
void loaded_close(struct loaded *);

/* Is there a model to ask? Where there is none, stderr is told that the command needs one. */
MUST_CHECK bool loaded_has_model(const struct loaded *, const char *command);

/* What the running Weir keys the team's placeholders with: by the settings' secret, or the key in its state
 * folder; where there is neither, one drawn now. */
void loaded_key(const struct loaded *, const struct team *, struct vault_key *out);

/* The same of what is kept in the cache. */
void loaded_cache_secret(const struct loaded *, struct cache_secret *out);

/* The team so named, the first for NULL; NULL where there is none. */
const struct team *loaded_team(const struct loaded *, const char *name);

#endif
