/* opening.c - see opening.h. */
#include "opening.h"

#include "privacy/seal.h"
#include "store.h"
#include "wire/kept.h"

static const char words_purpose[] = "compacted words";

bool opening_no_previous(struct fault *why)
{
    return fault_set_param(why, FAULT_NO_PREVIOUS, "previous_response_id", "%s", "");
}

bool opening_is_response(struct slice id, struct fault *why)
{
    return (store_is_id(id) && slice_starts(id, S(STORE_RESPONSE))) || opening_no_previous(why);
}

void opening_seal_words(const struct vault_key *team_key, struct slice words, struct buf *out)
{
    seal_as_text(team_key, words_purpose, words, out);
}

/* ---- what was kept ---- */

static bool join(const struct vault_key *team_key, struct arena *arena, const struct json *request,
                 struct slice previous, struct slice sealed, struct buf *out, struct fault *why)
{
    char        purpose[STORE_PURPOSE_BYTES];
    struct kept kept;
    struct buf  plain;
    store_purpose(previous, purpose);
    buf_init(&plain, sealed.len);
    bool ok = (seal_open(team_key, purpose, sealed, &plain) || opening_no_previous(why)) &&
              kept_read(arena, buf_slice(&plain), &kept, why);
    if (ok)
        kept_join(request, &kept, arena, out);
    buf_wipe(&plain);
    return ok;
}

/* ---- what was compacted ---- */

struct opening {
    const struct vault_key *team_key;
    struct arena           *arena;
};

static bool open_words(void *arg, struct slice encrypted, struct buf *words, struct fault *why)
{
    const struct opening *o = arg;
    struct slice          sealed = seal_of_text(encrypted, o->arena);
    return (is_seal(sealed) && seal_open(o->team_key, words_purpose, sealed, words)) ||
           fault_set_param(why, FAULT_BAD_REQUEST, "input",
                           "a compaction in it was made elsewhere, for another team, or was changed");
}

/* ---- both ---- */

bool opening_make_whole(const struct vault_key *team_key, struct arena *arena, const struct json *request,
                        struct slice previous, struct slice sealed, struct buf *out, struct fault *why)
{
    struct opening o = { team_key, arena };
    struct json    joined = *request;
    struct buf     first;
    buf_init(&first, out->ceiling);
    bool ok = !previous.len || join(team_key, arena, request, previous, sealed, &first, why);
    if (ok && previous.len)
        ok = (!first.full || fault_set(why, FAULT_TOO_LARGE, "with what was said before")) &&
             json_read(arena, arena_copy(arena, buf_slice(&first)), &joined, why);
    if (ok && kept_is_compacted(&joined, arena))
        ok = kept_expand(&joined, arena, open_words, &o, out, why);
    else if (ok)
        buf_add(out, joined.text);
    buf_wipe(&first);
    return ok && (!out->full || fault_set(why, FAULT_TOO_LARGE, "with what was said before"));
}
