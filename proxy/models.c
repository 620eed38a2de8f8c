/* models.c - see models.h. */
#include "models.h"

#include "account.h"
#include "wire/chat.h"
#include "wire/path.h"

enum { BODY_MOST = 1 << 20 };

/* ---- how a model is written ---- */

typedef void write_model(struct buf *, const char *name, const char *owner);

static void write_openai(struct buf *out, const char *name, const char *owner)
{
    json_add_comma(out);
    buf_add(out, S("{\"id\":"));
    json_add_string(out, slice_str(name));
    buf_add(out, S(",\"object\":\"model\",\"created\":0,\"owned_by\":"));
    json_add_string(out, slice_str(owner));
    buf_add_byte(out, '}');
}

static void write_anthropic(struct buf *out, const char *name, const char *owner)
{
    (void)owner;
    json_add_comma(out);
    buf_add(out, S("{\"type\":\"model\",\"created_at\":\"1970-01-01T00:00:00Z\",\"lifecycle\":\"active\""));
    json_add_text_member(out, "id", slice_str(name));
    json_add_text_member(out, "display_name", slice_str(name));
    buf_add_byte(out, '}');
}

/* Both ask at one path. */
static bool is_anthropics(const struct client *client)
{
    return http1_header(client_head(client), "anthropic-version").len > 0;
}

/* ---- which there are ---- */

/* "weir/easy-stays": the route's name, as it stands well in a model's. The caller frees it. */
static struct buf name_of_route(const char *route)
{
    struct buf name;
    buf_init(&name, BODY_MOST);
    buf_printf(&name, "weir/%s", route);
    buf_add_byte(&name, '\0');
    for (size_t i = 0; i < name.len; i++)
        name.ptr[i] = (char)(name.ptr[i] == ' ' ? '-' : name.ptr[i]);
    return name;
}

static bool may_use(const struct snapshot *snapshot, const struct grants *grants, const struct model *model)
{
    return !grants_forbid_model(grants, snapshot->settings, model->name) &&
           !grants_forbid_zone(grants, snapshot->settings->zone[model->provider->zone]);
}

static bool may_use_group(const struct snapshot *snapshot, const struct grants *grants,
                          const struct group *group)
{
    for (unsigned i = 0; i < group->count; i++)
        if (may_use(snapshot, grants, group->member[i].model))
            return true;
    return false;
}

/* What the name means: a group, a model, or a choice of Weir's, which decide() narrows. */
static bool may_use_alias(const struct snapshot *snapshot, const struct grants *grants, struct slice name)
{
    const struct group *group = settings_group(snapshot->settings, name);
    const struct model *model = settings_model(snapshot->settings, name);
    if (group)
        return may_use_group(snapshot, grants, group);
    if (!model && settings_is_encoder(snapshot->settings, settings_alias(snapshot->settings, name)))
        return !grants_forbid_model(grants, snapshot->settings, slm_name(snapshot->slm));
    return !model || may_use(snapshot, grants, model);
}

void models_each(const struct snapshot *snapshot, const struct grants *grants, told_model_fn *add, void *arg)
{
    static const char *const ours[] = { "auto", "weir/auto", "weir/local", "weir/cloud" };
    const struct settings   *settings = snapshot->settings;
    const char              *route;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        add(arg, ours[i], "weir");
    for (unsigned i = 0; (route = policy_route(snapshot->policy, i)); i++) {
        struct buf name = name_of_route(route);
        if (!grants_forbid_route(grants, route))
            add(arg, name.ptr, "weir");
        buf_fini(&name);
    }
    for (unsigned i = 0; i < settings->alias_count; i++)
        if (may_use_alias(snapshot, grants, slice_str(settings->alias[i].from)))
            add(arg, settings->alias[i].from, "weir");
    for (unsigned i = 0; i < settings->group_count; i++)
        if (may_use_group(snapshot, grants, &settings->group[i]))
            add(arg, settings->group[i].name, "weir");
    for (unsigned i = 0; i < settings->model_count; i++)
        if (may_use(snapshot, grants, &settings->model[i]))
            add(arg, settings->model[i].name, settings->model[i].provider->name);
    if (snapshot->slm && !grants_forbid_model(grants, settings, slm_name(snapshot->slm)))
        add(arg, slm_name(snapshot->slm), "weir");
}

/* ---- the list ---- */

struct list {
    struct buf   models;
    write_model *write;
    struct buf   first, last; /* names */
};

static void list_model(void *arg, const char *name, const char *owner)
{
    struct list *list = arg;
    if (list->first.len == 0)
        buf_add_str(&list->first, name);
    buf_reset(&list->last);
    buf_add_str(&list->last, name);
    list->write(&list->models, name, owner);
}

/* Answers with all models: {"data":[...] and what else the dialect tells of a list. */
static void list_models(struct tools *tools, struct client *client, const struct caller *caller,
                        write_model *write)
{
    struct list list = { .write = write };
    struct buf  body;
    buf_init(&list.models, BODY_MOST);
    buf_init(&list.first, BODY_MOST);
    buf_init(&list.last, BODY_MOST);
    buf_init(&body, 2 * BODY_MOST);
    models_each(tools->snapshot, &caller->grants, list_model, &list);
    buf_add_str(&body, "{\"data\":[");
    buf_add(&body, buf_slice(&list.models));
    buf_add_byte(&body, ']');
    if (write == write_openai) {
        json_add_text_member(&body, "object", S("list"));
    } else {
        json_add_member(&body, "has_more", S("false"));
        json_add_text_member(&body, "first_id", buf_slice(&list.first));
        json_add_text_member(&body, "last_id", buf_slice(&list.last));
    }
    buf_add_byte(&body, '}');
    client_reply(client, 200, "application/json", slice_of(NULL, 0), buf_slice(&body));
    buf_fini(&list.models);
    buf_fini(&list.first);
    buf_fini(&list.last);
    buf_fini(&body);
}

void tell_models(struct tools *tools, struct client *client, const struct caller *caller, struct slice object)
{
    (void)object;
    list_models(tools, client, caller, is_anthropics(client) ? write_anthropic : write_openai);
}

/* ---- one of them ---- */

struct wanted_model {
    struct slice name;
    write_model *write;
    struct buf  *out; /* empty until it is found */
};

static void find_model(void *arg, const char *name, const char *owner)
{
    struct wanted_model *wanted = arg;
    if (wanted->out->len == 0 && slice_is(wanted->name, name))
        wanted->write(wanted->out, name, owner);
}

/* The model of that id, written; empty where there is none. */
static bool read_model(struct errand *e, struct fault *why)
{
    write_model        *write = is_anthropics(e->client) ? write_anthropic : write_openai;
    struct wanted_model wanted = { e->object, write, &e->answer };
    models_each(e->snapshot, &e->asking_who.caller.grants, find_model, &wanted);
    return e->answer.len > 0 ||
           fault_set(why, FAULT_NO_SUCH_MODEL, "\"%.*s\"", SLICE_ARG(slice_cut(e->object, 0, 80)));
}

/* Which models there are is a matter of the settings. */
static bool refuse_deletion(struct errand *e, struct fault *why)
{
    return read_model(e, why) &&
           fault_set(why, FAULT_DENIED, "models stand in the settings, and are taken out there");
}

const struct errand_kind model_errand = { .name = "model",
                                          .bytes = sizeof(struct errand),
                                          .read = read_model,
                                          .elsewhere = &account_errand,
                                          .may = account_may };
const struct errand_kind model_deletion_errand = { .name = "model.deletion",
                                                   .bytes = sizeof(struct errand),
                                                   .read = refuse_deletion,
                                                   .elsewhere = &account_errand,
                                                   .may = account_may };
