/* admin_keys.c - the admin API's keys: what is asked becomes a wish, and what was done a JSON document. */
#include "admin_handlers.h"
#include "keys.h"

enum { LISTED = 100, DAY_S = 24 * 3600, OVERLAP_MOST_S = 90 * DAY_S };

/* ---- what is taken and told ---- */

#define WISH_FIELDS                                                                                            \
    { .name = "name", .kind = ADMIN_TEXT, .about = "for people" },                                             \
        { .name = "user", .kind = ADMIN_TEXT, .about = "whose it is: budgets and limits count by users" },     \
        { .name = "tags", .kind = ADMIN_TEXTS, .about = "what its requests are tagged with; 4 at most" },      \
        { .name = "models", .kind = ADMIN_TEXTS, .about = "that it may use; null: all" },                      \
        { .name = "routes",                                                                                    \
          .kind = ADMIN_TEXTS,                                                                                 \
          .about = "that it may take; \"asked\" stands for naming a model; null: all" },                       \
        { .name = "zones", .kind = ADMIN_TEXTS, .about = "whose models it may use; null: all" },               \
        { .name = "reach",                                                                                     \
          .kind = ADMIN_TEXT,                                                                                  \
          .about = "the farthest zone that its data may enter; null: as the policies say" },                   \
    {                                                                                                          \
        .name = "expires_at", .kind = ADMIN_MOMENT, .about = "null: never", .least = 1                         \
    }

static const struct admin_field new_key_fields[] = {
    { .name = "team", .kind = ADMIN_TEXT, .is_needed = true, .about = "one of the settings' teams" },
    WISH_FIELDS,
    { .name = "enabled", .kind = ADMIN_FLAG, .about = "may it be used? true where left out" },
    { .name = NULL },
};
const struct admin_object admin_new_key = { "NewKey", new_key_fields };

static const struct admin_field key_change_fields[] = {
    WISH_FIELDS,
    { .name = "enabled", .kind = ADMIN_FLAG, .about = "may it be used?" },
    { .name = NULL },
};
const struct admin_object admin_key_change = { "KeyChange", key_change_fields };

static const struct admin_field rotation_fields[] = {
    { .name = "overlap_seconds",
      .kind = ADMIN_NUMBER,
      .about = "how long the old secret still lives; a day where left out",
      .most = OVERLAP_MOST_S },
    { .name = NULL },
};
const struct admin_object admin_rotation = { "Rotation", rotation_fields };

static const struct admin_field secret_fields[] = {
    { .name = "created_at", .kind = ADMIN_MOMENT, .is_needed = true, .about = "when it was made" },
    { .name = "until",
      .kind = ADMIN_MOMENT,
      .about = "when its overlap ends; null: it lives as long as the key" },
    { .name = NULL },
};
static const struct admin_object secret_object = { "Secret", secret_fields };

static const char *const states[] = { "active", "disabled", "expired", "revoked", NULL };

#define KEY_FIELDS                                                                                             \
    { .name = "id", .kind = ADMIN_TEXT, .is_needed = true, .about = "how budgets, audit and paths call it" },  \
        { .name = "prefix", .kind = ADMIN_TEXT, .is_needed = true, .about = "what the key begins with" },      \
        { .name = "team", .kind = ADMIN_TEXT, .is_needed = true, .about = "whose budgets it spends" },         \
        WISH_FIELDS, { .name = "enabled", .kind = ADMIN_FLAG, .is_needed = true, .about = "may it be used?" }, \
        { .name = "state",                                                                                     \
          .kind = ADMIN_TEXT,                                                                                  \
          .is_needed = true,                                                                                   \
          .about = "what comes of asking with it now",                                                         \
          .one_of = states },                                                                                  \
        { .name = "created_at", .kind = ADMIN_MOMENT, .is_needed = true, .about = "when it was made" },        \
        { .name = "revoked_at", .kind = ADMIN_MOMENT, .about = "null: it is not" },                            \
    {                                                                                                          \
        .name = "secrets", .kind = ADMIN_OBJECTS, .is_needed = true,                                           \
        .about = "those that it has, the newest first: several while a rotation overlaps",                     \
        .of = &secret_object                                                                                   \
    }

static const struct admin_field key_fields[] = { KEY_FIELDS, { .name = NULL } };
const struct admin_object       admin_key = { "Key", key_fields };

static const struct admin_field made_key_fields[] = {
    KEY_FIELDS,
    { .name = "key",
      .kind = ADMIN_TEXT,
      .is_needed = true,
      .about = "the key itself: shown this once, and kept nowhere" },
    { .name = NULL },
};
const struct admin_object admin_made_key = { "MadeKey", made_key_fields };

const struct admin_field admin_keys_query[] = {
    { .name = "team", .kind = ADMIN_TEXT, .about = "this team's alone" },
    { .name = "after", .kind = ADMIN_TEXT, .about = "the id that the page before ended with" },
    { .name = "limit",
      .kind = ADMIN_NUMBER,
      .about = "how many; 100 where left out",
      .least = 1,
      .most = KEYS_LISTED_MOST },
    { .name = NULL },
};

static const struct admin_field list_fields[] = {
    { .name = "data",
      .kind = ADMIN_OBJECTS,
      .is_needed = true,
      .about = "in the order they were made",
      .of = &admin_key },
    { .name = "has_more", .kind = ADMIN_FLAG, .is_needed = true, .about = "are there others beyond?" },
    { .name = NULL },
};
const struct admin_object admin_key_list = { "KeyList", list_fields };

/* ---- telling ---- */

static void on_key(void *arg, const struct key_record *r, const char *key, const struct fault *why)
{
    struct admin_call *call = arg;
    if (!r) {
        admin_fail(call, why);
        return;
    }
    admin_about(call, arena_printf(call->arena, "key %s", r->id));
    keys_write_json(&call->out, r, key, loop_wall_ms(call->tools->loop));
    admin_reply(call);
}

static void on_keys(void *arg, const struct key_record *record, size_t count, bool has_more,
                    const struct fault *why)
{
    struct admin_call *call = arg;
    if (!record) {
        admin_fail(call, why);
        return;
    }
    keys_write_list_json(&call->out, record, count, has_more, loop_wall_ms(call->tools->loop));
    admin_reply(call);
}

/* ---- wishes ---- */

static struct key_desk desk_of(const struct admin_call *call)
{
    return (struct key_desk){
        .loop = call->tools->loop,
        .redis = call->tools->redis,
        .arena = call->arena,
        .ring = &call->snapshot->key_ring,
        .settings = call->snapshot->settings,
        .policy = call->snapshot->policy,
        .wall_ms = loop_wall_ms(call->tools->loop),
    };
}

/* Is the part given? Null is "none any more". */
static bool is_given(const struct admin_call *call, const char *field, enum key_part part,
                     struct key_wish *wish)
{
    bool is = admin_has(call, field) || admin_is_null(call, field);
    if (is)
        wish->parts |= part;
    return is;
}

/* NULL, with why, where it holds a NUL: a name would be another beyond it. */
static const char *text_of(const struct admin_call *call, const char *field, struct slice text,
                           struct fault *why)
{
    if (slice_find_byte(text, '\0') == SLICE_NONE)
        return arena_cstr(call->arena, text);
    fault_set_param(why, FAULT_BAD_REQUEST, field, "%s may hold no NUL", field);
    return NULL;
}

static bool wish_text(const struct admin_call *call, const char *field, const char **out, struct fault *why)
{
    *out = text_of(call, field, admin_text(call, field, S("")), why);
    return *out != NULL;
}

static bool wish_names(const struct admin_call *call, const char *field, struct names *out, struct fault *why)
{
    const char **name = arena_array(call->arena, KEY_NAMES_MOST + 1, sizeof *name);
    struct slice text;
    *out = (struct names){ .name = name };
    while (out->count <= KEY_NAMES_MOST && admin_nth(call, field, out->count, &text))
        if (!(name[out->count++] = text_of(call, field, text, why)))
            return false;
    return out->count > 0 || !admin_has(call, field) ||
           fault_set_param(why, FAULT_BAD_REQUEST, field, "%s allows none at all; null allows all", field);
}

static bool wish_tags(const struct admin_call *call, struct key_record *r, struct fault *why)
{
    struct slice text;
    while (admin_nth(call, "tags", r->tags, &text)) {
        if (r->tags == TAGS_MOST)
            return fault_set_param(why, FAULT_BAD_REQUEST, "tags", "a key has at most %d tags", TAGS_MOST);
        if (!(r->tag[r->tags++] = text_of(call, "tags", text, why)))
            return false;
    }
    return true;
}

static bool read_wish(const struct admin_call *call, struct key_wish *wish, struct fault *why)
{
    struct key_record *r = &wish->record;
    *wish = (struct key_wish){ .record = { .name = "", .user = "", .team = "" } };
    bool ok =
        (!is_given(call, "name", KEY_NAME, wish) || wish_text(call, "name", &r->name, why)) &&
        (!is_given(call, "user", KEY_USER, wish) || wish_text(call, "user", &r->user, why)) &&
        (!is_given(call, "tags", KEY_TAGS, wish) || wish_tags(call, r, why)) &&
        (!is_given(call, "models", KEY_MODELS, wish) || wish_names(call, "models", &r->grant.models, why)) &&
        (!is_given(call, "routes", KEY_ROUTES, wish) || wish_names(call, "routes", &r->grant.routes, why)) &&
        (!is_given(call, "zones", KEY_ZONES, wish) || wish_names(call, "zones", &r->grant.zones, why)) &&
        wish_text(call, "team", &r->team, why);
    if (ok && is_given(call, "reach", KEY_REACH, wish) && admin_has(call, "reach"))
        ok = wish_text(call, "reach", &r->grant.reach, why);
    if (is_given(call, "expires_at", KEY_EXPIRES, wish))
        r->expires_ms = 1000 * admin_number(call, "expires_at", 0);
    if (is_given(call, "enabled", KEY_ENABLED, wish))
        r->is_disabled = !admin_flag(call, "enabled", true);
    return ok;
}

/* ---- handlers ---- */

void admin_create_key(struct admin_call *call)
{
    struct key_desk desk = desk_of(call);
    struct key_wish wish;
    struct fault    why;
    if (read_wish(call, &wish, &why) && keys_check(&desk, &wish, true, &why))
        keys_create(&desk, &wish, on_key, call);
    else
        admin_fail(call, &why);
}

/* The id in the path, for the audit too, whatever comes of it; what is none might be a secret. */
static struct slice id_of(struct admin_call *call)
{
    struct slice id = api_key_id_in(call->word);
    if (api_key_is_id(id))
        admin_about(call, arena_printf(call->arena, "key %.*s", SLICE_ARG(id)));
    return id;
}

void admin_change_key(struct admin_call *call)
{
    struct key_desk desk = desk_of(call);
    struct key_wish wish;
    struct fault    why;
    struct slice    id = id_of(call);
    if (read_wish(call, &wish, &why) && keys_check(&desk, &wish, false, &why))
        keys_change(&desk, id, &wish, on_key, call);
    else
        admin_fail(call, &why);
}

void admin_show_key(struct admin_call *call)
{
    struct key_desk desk = desk_of(call);
    keys_show(&desk, id_of(call), on_key, call);
}

void admin_rotate_key(struct admin_call *call)
{
    struct key_desk desk = desk_of(call);
    keys_rotate(&desk, id_of(call), 1000 * admin_number(call, "overlap_seconds", DAY_S), on_key, call);
}

void admin_revoke_key(struct admin_call *call)
{
    struct key_desk desk = desk_of(call);
    keys_revoke(&desk, id_of(call), on_key, call);
}

void admin_list_keys(struct admin_call *call)
{
    struct key_desk desk = desk_of(call);
    keys_list(&desk, admin_text(call, "team", S("")), admin_text(call, "after", S("")),
              (unsigned)admin_number(call, "limit", LISTED), on_keys, call);
}
