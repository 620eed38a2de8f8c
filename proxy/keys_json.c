/* keys_json.c - see keys.h: a key as the admin API and `weir keys --json` tell it. */
#include "keys.h"

#include "wire/json.h"

static void add_text(struct buf *out, const char *key, const char *text)
{
    if (text && *text)
        json_add_text_member(out, key, slice_str(text));
    else
        json_add_member(out, key, S("null"));
}

static void add_moment(struct buf *out, const char *key, int64_t ms)
{
    if (ms)
        json_add_number_member(out, key, ms / 1000);
    else
        json_add_member(out, key, S("null"));
}

/* null where it is all of them. */
static void add_names(struct buf *out, const char *key, const char *const *name, unsigned count)
{
    json_add_key(out, key);
    if (count == 0) {
        buf_add_str(out, "null");
        return;
    }
    buf_add_byte(out, '[');
    for (unsigned i = 0; i < count; i++) {
        json_add_comma(out);
        json_add_string(out, slice_str(name[i]));
    }
    buf_add_byte(out, ']');
}

static void add_secrets(struct buf *out, const struct key_record *r)
{
    json_add_key(out, "secrets");
    buf_add_byte(out, '[');
    for (unsigned i = 0; i < r->secrets; i++) {
        json_add_comma(out);
        buf_add_byte(out, '{');
        json_add_number_member(out, "created_at", r->secret[i].made_ms / 1000);
        add_moment(out, "until", r->secret[i].until_ms);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

void keys_write_json(struct buf *out, const struct key_record *r, const char *key, int64_t wall_ms)
{
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "id", slice_str(r->id));
    json_add_key(out, "prefix");
    buf_printf(out, "\"" API_KEY_PREFIX "%s\"", r->id);
    json_add_text_member(out, "team", slice_str(r->team));
    add_text(out, "name", r->name);
    add_text(out, "user", r->user);
    add_names(out, "tags", r->tag, r->tags);
    add_names(out, "models", r->grant.models.name, r->grant.models.count);
    add_names(out, "routes", r->grant.routes.name, r->grant.routes.count);
    add_names(out, "zones", r->grant.zones.name, r->grant.zones.count);
    add_text(out, "reach", r->grant.reach);
    json_add_member(out, "enabled", r->is_disabled ? S("false") : S("true"));
    json_add_text_member(out, "state", slice_str(key_state_word(key_record_state(r, wall_ms))));
    json_add_number_member(out, "created_at", r->made_ms / 1000);
    add_moment(out, "expires_at", r->expires_ms);
    add_moment(out, "revoked_at", r->revoked_ms);
    add_secrets(out, r);
    if (key)
        json_add_text_member(out, "key", slice_str(key));
    buf_add_byte(out, '}');
}

void keys_write_list_json(struct buf *out, const struct key_record *record, size_t count, bool has_more,
                          int64_t wall_ms)
{
    buf_add_str(out, "{\"data\":[");
    for (size_t i = 0; i < count; i++)
        keys_write_json(out, &record[i], NULL, wall_ms);
    buf_printf(out, "],\"has_more\":%s}", has_more ? "true" : "false");
}
