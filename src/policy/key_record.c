/* key_record.c - see policy/key_record.h. */
#include "policy/key_record.h"

#include "base/hex.h"
#include "wire/json.h"

#include <openssl/crypto.h>

/* ---- writing ---- */

static void add_names(struct buf *out, const char *key, const char *const *name, unsigned count)
{
    if (count == 0)
        return;
    json_add_key(out, key);
    buf_add_byte(out, '[');
    for (unsigned i = 0; i < count; i++) {
        json_add_comma(out);
        json_add_string(out, slice_str(name[i]));
    }
    buf_add_byte(out, ']');
}

static void add_text(struct buf *out, const char *key, const char *text)
{
    if (text && *text)
        json_add_text_member(out, key, slice_str(text));
}

static void add_moment(struct buf *out, const char *key, int64_t ms)
{
    if (ms)
        json_add_number_member(out, key, ms);
}

static void add_secret(struct buf *out, const struct key_secret *secret)
{
    char hex[2 * API_KEY_HASH_BYTES + 1];
    hex_write(secret->hash, API_KEY_HASH_BYTES, hex);
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "hash", slice_str(hex));
    add_moment(out, "made_ms", secret->made_ms);
    add_moment(out, "until_ms", secret->until_ms);
    buf_add_byte(out, '}');
}

void key_record_write(const struct key_record *r, struct buf *out)
{
    buf_add_byte(out, '{');
    add_text(out, "id", r->id);
    add_text(out, "team", r->team);
    add_text(out, "name", r->name);
    add_text(out, "user", r->user);
    add_names(out, "tags", r->tag, r->tags);
    add_names(out, "models", r->grant.models.name, r->grant.models.count);
    add_names(out, "routes", r->grant.routes.name, r->grant.routes.count);
    add_names(out, "zones", r->grant.zones.name, r->grant.zones.count);
    add_text(out, "reach", r->grant.reach);
    if (r->is_disabled)
        json_add_member(out, "disabled", S("true"));
    add_moment(out, "made_ms", r->made_ms);
    add_moment(out, "expires_ms", r->expires_ms);
    add_moment(out, "revoked_ms", r->revoked_ms);
    json_add_key(out, "secrets");
    buf_add_byte(out, '[');
    for (unsigned i = 0; i < r->secrets; i++)
        add_secret(out, &r->secret[i]);
    buf_add_str(out, "]}");
}

/* ---- reading ---- */

struct reading {
    struct arena *arena;
    struct json   json;
    bool          ok;
};

static const char *text_of(struct reading *r, json_at at)
{
    struct slice text = json_string(&r->json, at, r->arena);
    /* A NUL inside would end it early, and could make one name another. */
    if ((at != JSON_NONE && !text.ptr) || text.len > KEY_TEXT_MOST_BYTES ||
        memchr(text.ptr ? text.ptr : "", 0, text.len))
        r->ok = false;
    return r->ok ? arena_cstr(r->arena, text) : "";
}

static const char *read_text(struct reading *r, const char *key)
{
    return text_of(r, json_get(&r->json, 0, key));
}

/* At most `most` of them, in an array of the arena's. */
static unsigned read_names(struct reading *r, const char *key, unsigned most, const char **out)
{
    json_at  at = json_get(&r->json, 0, key);
    unsigned count = 0;
    r->ok = r->ok && (at == JSON_NONE || json_kind(&r->json, at) == JSON_ARRAY);
    for (json_at i = json_first(&r->json, at); r->ok && i != JSON_NONE; i = json_next(&r->json, i)) {
        r->ok = count < most;
        if (r->ok)
            out[count++] = text_of(r, i);
    }
    return count;
}

static void read_grant_names(struct reading *r, const char *key, struct names *out)
{
    const char **name = arena_array(r->arena, KEY_NAMES_MOST, sizeof *name);
    out->count = read_names(r, key, KEY_NAMES_MOST, name);
    out->name = name;
}

static int64_t read_moment(struct reading *r, json_at object, const char *key)
{
    json_at at = json_get(&r->json, object, key);
    int64_t ms = 0;
    r->ok = r->ok && (at == JSON_NONE || (json_i64(&r->json, at, &ms) && ms > 0));
    return ms;
}

static void read_secret(struct reading *r, json_at at, struct key_secret *out)
{
    struct slice hex = json_string(&r->json, json_get(&r->json, at, "hash"), r->arena);
    r->ok = r->ok && hex_read(hex, out->hash, API_KEY_HASH_BYTES);
    out->made_ms = read_moment(r, at, "made_ms");
    out->until_ms = read_moment(r, at, "until_ms");
}

static void read_secrets(struct reading *r, struct key_record *out)
{
    json_at at = json_get(&r->json, 0, "secrets");
    r->ok = r->ok && json_kind(&r->json, at) == JSON_ARRAY;
    for (json_at i = json_first(&r->json, at); r->ok && i != JSON_NONE; i = json_next(&r->json, i)) {
        r->ok = out->secrets < KEY_SECRETS_MOST;
        if (r->ok)
            read_secret(r, i, &out->secret[out->secrets++]);
    }
}

static bool read_flag(struct reading *r, const char *key)
{
    json_at        at = json_get(&r->json, 0, key);
    enum json_kind kind = json_kind(&r->json, at);
    r->ok = r->ok && (at == JSON_NONE || kind == JSON_TRUE || kind == JSON_FALSE);
    return kind == JSON_TRUE;
}

bool key_record_read(struct arena *arena, struct slice json, struct key_record *out, struct fault *why)
{
    struct reading r = { .arena = arena, .ok = json.len <= KEY_RECORD_MOST_BYTES };
    *out = (struct key_record){ .id = "" };
    if (!r.ok || !json_read(arena, json, &r.json, why))
        return fault_set(why, FAULT_INTERNAL, "what is kept of an API key cannot be read");
    out->id = read_text(&r, "id");
    out->team = read_text(&r, "team");
    out->name = read_text(&r, "name");
    out->user = read_text(&r, "user");
    out->tags = read_names(&r, "tags", TAGS_MOST, out->tag);
    read_grant_names(&r, "models", &out->grant.models);
    read_grant_names(&r, "routes", &out->grant.routes);
    read_grant_names(&r, "zones", &out->grant.zones);
    if (json_get(&r.json, 0, "reach") != JSON_NONE)
        out->grant.reach = read_text(&r, "reach");
    out->is_disabled = read_flag(&r, "disabled");
    out->made_ms = read_moment(&r, 0, "made_ms");
    out->expires_ms = read_moment(&r, 0, "expires_ms");
    out->revoked_ms = read_moment(&r, 0, "revoked_ms");
    read_secrets(&r, out);
    if (r.ok && api_key_is_id(slice_str(out->id)) && *out->team)
        return true;
    return fault_set(why, FAULT_INTERNAL, "what is kept of an API key cannot be read");
}

/* ---- what it says ---- */

enum key_state key_record_state(const struct key_record *r, int64_t wall_ms)
{
    if (r->revoked_ms)
        return KEY_REVOKED;
    if (r->expires_ms && r->expires_ms <= wall_ms)
        return KEY_EXPIRED;
    return r->is_disabled ? KEY_DISABLED : KEY_ACTIVE;
}

const char *key_state_word(enum key_state state)
{
    static const char *const words[] = { [KEY_ACTIVE] = "active",
                                         [KEY_DISABLED] = "disabled",
                                         [KEY_EXPIRED] = "expired",
                                         [KEY_REVOKED] = "revoked" };
    return words[state];
}

static bool lives(const struct key_secret *secret, int64_t wall_ms)
{
    return secret->until_ms == 0 || secret->until_ms > wall_ms;
}

bool key_record_has(const struct key_record *r, const unsigned char hash[API_KEY_HASH_BYTES], int64_t wall_ms)
{
    bool has = false;
    for (unsigned i = 0; i < r->secrets; i++)
        if (CRYPTO_memcmp(r->secret[i].hash, hash, API_KEY_HASH_BYTES) == 0 && lives(&r->secret[i], wall_ms))
            has = true;
    return has;
}

void key_record_rotate(struct key_record *r, const unsigned char hash[API_KEY_HASH_BYTES], int64_t wall_ms,
                       int64_t overlap_ms)
{
    struct key_secret old[KEY_SECRETS_MOST];
    unsigned          olds = r->secrets;
    int64_t           until_ms = wall_ms + overlap_ms;
    memcpy(old, r->secret, sizeof old);
    r->secret[0] = (struct key_secret){ .made_ms = wall_ms };
    memcpy(r->secret[0].hash, hash, API_KEY_HASH_BYTES);
    r->secrets = 1;
    for (unsigned i = 0; i < olds && r->secrets < KEY_SECRETS_MOST; i++) {
        if (old[i].until_ms == 0 || old[i].until_ms > until_ms)
            old[i].until_ms = until_ms;
        if (lives(&old[i], wall_ms))
            r->secret[r->secrets++] = old[i];
    }
}
