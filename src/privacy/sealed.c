/* sealed.c - maps sealed with a team's key, in base64: see privacy/written.h. */
#include "privacy/seal.h"
#include "privacy/written.h"

static const char purpose[] = "seal of a map";

void map_seal(const struct vault *vault, const struct vault_key *team_key, struct buf *out)
{
    struct buf plain;
    buf_init(&plain, out->ceiling);
    map_write(vault, &plain);
    if (plain.full)
        out->full = true;
    else
        seal_as_text(team_key, purpose, buf_slice(&plain), out);
    buf_wipe(&plain);
}

bool map_open(struct vault *vault, struct arena *scratch, const struct vault_key *team_key, struct slice text,
              struct fault *why)
{
    struct slice sealed = seal_of_text(text, scratch);
    struct buf   plain;
    if (!is_seal(sealed))
        return fault_set_param(why, FAULT_BAD_REQUEST, "map", "this is no map that was sealed here");
    buf_init(&plain, sealed.len);
    bool ok = seal_open(team_key, purpose, sealed, &plain);
    if (!ok)
        fault_set_param(why, FAULT_BAD_REQUEST, "map",
                        "this map was sealed for another team or with another secret, or was changed");
    ok = ok && map_read(vault, scratch, buf_slice(&plain), why);
    buf_wipe(&plain);
    return ok;
}
