/*
 * master_key.h - the key that placeholders are keyed with where the settings have none: made at the first start
 * and kept in the state folder, so that placeholders stay the same over restarts. Proxies that shall agree need
 * one in their settings.
 */
#ifndef WEIR_MASTER_KEY_H
#define WEIR_MASTER_KEY_H

#include "privacy/vault.h"

/* False where there is none. */
MUST_CHECK bool master_key_read(const char *state_folder, struct vault_key *out);

/* Reads it; makes it, and the folder, where there is none. why: INTERNAL. */
MUST_CHECK bool master_key_own(const char *state_folder, struct vault_key *out, struct fault *why);

#endif
