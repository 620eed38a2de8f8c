/* ollama_models.c - see ollama_models.h. */
#include "ollama_models.h"

#include "models.h"
#include "wire/ollama.h"

enum { BODY_MOST = 1 << 20 };

static void add_details(struct buf *out, const char *owner)
{
    json_add_key(out, "details");
    buf_add_str(out, "{\"parent_model\":\"\",\"format\":\"\",\"families\":null,\"parameter_size\":\"\","
                     "\"quantization_level\":\"\"");
    json_add_text_member(out, "family", slice_str(owner));
    buf_add_byte(out, '}');
}

/* Up to within the object. */
static void begin_model(struct buf *out, const char *name, const char *owner)
{
    json_add_comma(out);
    buf_add_byte(out, '{');
    json_add_text_member(out, "name", slice_str(name));
    json_add_text_member(out, "model", slice_str(name));
    buf_add_str(out, ",\"size\":0,\"digest\":\"\"");
    add_details(out, owner);
}

/* ---- lists ---- */

struct list {
    struct buf    body;
    struct tools *tools;
};

static void list_model(void *arg, const char *name, const char *owner)
{
    struct list *list = arg;
    begin_model(&list->body, name, owner);
    json_add_member(&list->body, "modified_at", S("\"1970-01-01T00:00:00Z\""));
    buf_add_byte(&list->body, '}');
}

/* Those whose generator says so itself. */
static void list_loaded(void *arg, const char *name, const char *owner)
{
    struct list        *list = arg;
    const struct model *model = settings_model(list->tools->snapshot->settings, slice_str(name));
    if (!model || strcmp(model->name, name) != 0 || !providers_has_loaded(list->tools->providers, model))
        return;
    begin_model(&list->body, name, owner);
    json_add_number_member(&list->body, "size_vram", 0);
    json_add_number_member(&list->body, "context_length", model->context_tokens);
    buf_add_byte(&list->body, '}');
}

static void tell_list(struct tools *tools, struct client *client, const struct caller *caller,
                      told_model_fn *add)
{
    struct list list = { .tools = tools };
    buf_init(&list.body, BODY_MOST);
    buf_add_str(&list.body, "{\"models\":[");
    models_each(tools->snapshot, &caller->grants, add, &list);
    buf_add_str(&list.body, "]}");
    client_reply(client, 200, "application/json", slice_of(NULL, 0), buf_slice(&list.body));
    buf_fini(&list.body);
}

void tell_ollama_tags(struct tools *tools, struct client *client, const struct caller *caller,
                      struct slice object)
{
    (void)object;
    tell_list(tools, client, caller, list_model);
}

void tell_ollama_ps(struct tools *tools, struct client *client, const struct caller *caller,
                    struct slice object)
{
    (void)object;
    tell_list(tools, client, caller, list_loaded);
}

/* ---- one of them ---- */

struct showing {
    const struct snapshot *snapshot;
    struct slice           name;
    struct buf            *out; /* empty until it is found */
};

/* What clients size their prompts by, and tell models that chat from one that embeds. */
static void add_abilities(const struct showing *s)
{
    const struct slm   *slm = s->snapshot->slm;
    const struct model *model = settings_model(s->snapshot->settings, s->name);
    const struct slice  meant = settings_alias(s->snapshot->settings, s->name);
    bool                embeds = slm && slice_is(meant, slm_name(slm));
    buf_add_str(s->out, ",\"model_info\":{\"general.architecture\":\"weir\"");
    if (embeds)
        json_add_number_member(s->out, "weir.embedding_length", slm_dim(slm));
    else if (model && model->context_tokens > 0)
        json_add_number_member(s->out, "weir.context_length", model->context_tokens);
    buf_add_str(s->out, embeds ? "},\"capabilities\":[\"embedding\"]"
                               : "},\"capabilities\":[\"completion\",\"tools\"]");
}

static void show_model(void *arg, const char *name, const char *owner)
{
    struct showing *s = arg;
    if (s->out->len > 0 || !slice_is(s->name, name))
        return;
    buf_add_str(s->out, "{\"modelfile\":\"\",\"parameters\":\"\",\"template\":\"\","
                        "\"modified_at\":\"1970-01-01T00:00:00Z\"");
    add_details(s->out, owner);
    add_abilities(s);
    buf_add_byte(s->out, '}');
}

static bool read_shown(struct errand *e, struct fault *why)
{
    struct json j;
    if (!json_read(e->arena, buf_slice(&e->body), &j, why))
        return false;
    json_at model = json_get(&j, 0, "model");
    if (json_kind(&j, model) == JSON_NULL)
        model = json_get(&j, 0, "name"); /* the older name */
    struct showing s = { e->snapshot, ollama_model_name(json_string(&j, model, e->arena)), &e->answer };
    models_each(e->snapshot, &e->asking_who.caller.grants, show_model, &s);
    return e->answer.len > 0 ||
           fault_set_param(why, FAULT_NO_SUCH_MODEL, "model", "\"%.*s\"", SLICE_ARG(slice_cut(s.name, 0, 80)));
}

const struct errand_kind ollama_show_errand = { .name = "model",
                                                .bytes = sizeof(struct errand),
                                                .read = read_shown };
