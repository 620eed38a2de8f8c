/* inspect.c - see policy/inspect.h. */
#include "policy/inspect.h"

#include "base/die.h"
#include "injection.h"
#include "joins.h"
#include "needed.h"
#include "remember.h"

#include <math.h>

enum { TOKEN_BYTES = 4 }; /* what rules count a token as */

/* ---- inspecting ---- */

bool inspect_text(const struct inspector *inspector, struct arena *arena, struct slice text, bool is_arguments,
                  struct findings *out, struct fault *why)
{
    return is_arguments ? find_in_arguments(inspector->finder, inspector->scratch, arena, text, out, why)
                        : find(inspector->finder, inspector->scratch, arena, text, out, why);
}

static const struct slm *model_of(const struct inspector *inspector)
{
    return inspector->worker ? slm_of(inspector->worker) : inspector->recalls;
}

static bool inspects_names(const struct inspector *inspector)
{
    const struct slm *slm = model_of(inspector);
    return slm && slm_has_names(slm);
}

bool inspect_alone(const struct inspector *inspector, struct arena *arena, struct slice text, bool is_arguments,
                   pii_set kinds, struct findings *out, struct fault *why)
{
    bool with_names = (kinds & PII_NAMES) && inspects_names(inspector);
    finder_scratch_name(inspector->scratch, with_names ? inspector->worker : NULL);
    bool is_read = inspect_text(inspector, arena, text, is_arguments, out, why);
    finder_scratch_name(inspector->scratch, NULL);
    if (!is_read)
        return false;
    if (inspector->policy)
        allow(inspector->policy, text, out, arena_array(arena, out->count, sizeof(struct allowed)));
    return true;
}

/* What the policy's `allow:` lets pass is no finding any more. */
static void take_allowed(const struct policy *policy, struct arena *arena, const struct chat *chat,
                         struct inspection *out)
{
    size_t all = 0;
    for (size_t i = 0; i < chat->text_count; i++)
        all += out->findings[i].count;
    out->allowed = arena_array(arena, all, sizeof *out->allowed);
    for (size_t i = 0; i < chat->text_count; i++) {
        struct allowed *by = out->allowed + out->allowed_count;
        size_t          count = allow(policy, chat->text[i].text, &out->findings[i], by);
        for (size_t k = 0; k < count; k++)
            by[k].text = i;
        out->allowed_count += count;
    }
}

/* Of each text by itself. */
static bool find_each(const struct inspector *inspector, bool with_names, struct arena *arena,
                      const struct chat *chat, struct inspection *out, struct fault *why)
{
    out->findings = arena_array(arena, chat->text_count, sizeof *out->findings);
    for (size_t i = 0; i < chat->text_count; i++) {
        const struct chat_text *text = &chat->text[i];
        bool                    is_arguments = text->place == CHAT_TOOL_ARGUMENTS;
        if (!remember_findings(inspector, arena, text->text, is_arguments, with_names, &out->findings[i], out,
                               why))
            return false;
    }
    return true;
}

static bool find_all(const struct inspector *inspector, bool with_names, struct arena *arena,
                     const struct chat *chat, struct inspection *out, struct fault *why)
{
    if (inspector->scratch)
        finder_scratch_name(inspector->scratch, with_names ? inspector->worker : NULL);
    bool is_read = find_each(inspector, with_names, arena, chat, out, why);
    if (inspector->scratch)
        finder_scratch_name(inspector->scratch, NULL);
    if (!is_read || !find_joined(inspector, arena, chat, out->findings, why))
        return false;
    if (inspector->policy)
        take_allowed(inspector->policy, arena, chat, out);
    for (size_t i = 0; i < chat->text_count; i++)
        out->pii |= out->findings[i].kinds;
    return true;
}

/* What the heads that were taught say of the question. */
static void ask_taught(const struct inspector *inspector, struct needs needs, struct arena *arena,
                       struct slice question, const float *embedding, struct inspection *out)
{
    static const struct taught_heads none;
    const struct taught_heads       *heads = inspector->heads ? inspector->heads : &none;
    const bool has_labels = needs.classes && heads->count, has_difficulty = out->is_judged && heads->difficulty;
    if (!has_labels && !has_difficulty && !needs.view)
        return;
    struct taught_view *view = arena_alloc(arena, sizeof *view);
    taught_view(slm_of(inspector->worker), question, embedding, view);
    out->view = view;
    if (has_difficulty)
        out->judgement.difficulty = taught_difficulty(heads->difficulty, view);
    if (!has_labels)
        return;
    struct taught_opinion *said = arena_array(arena, heads->count, sizeof *said);
    for (unsigned i = 0; i < heads->count; i++) {
        float *share = arena_array(arena, heads->classes[i]->labels, sizeof *share);
        said[i] = (struct taught_opinion){ share, taught_class(heads->classes[i], view, share) };
    }
    out->taught = said;
}

static void judge(const struct inspector *inspector, struct needs needs, struct arena *arena,
                  const struct chat *chat, struct inspection *out)
{
    struct slm_worker *worker = inspector->worker;
    const bool         has_heads = needs.judgement && slm_has_heads(slm_of(worker));
    const bool         has_classes = needs.classes && inspector->classes;
    const bool         has_taught = needs.classes && inspector->heads && inspector->heads->count;
    struct slice       question = chat_subject(chat, arena);
    float              embedding[SLM_QUESTION_MOST];
    if (slice_trim(question).len == 0 || !(has_heads || has_classes || has_taught || needs.view))
        return;
    remember_embedding(inspector, arena, question, embedding, out);
    if (has_heads)
        remember_judgement(inspector, arena, question, embedding, &out->judgement, out);
    if (has_heads && needs.injection)
        out->judgement.injection =
            fmaxf(out->judgement.injection, injection_within(inspector, arena, chat, out));
    out->is_judged = has_heads;
    if (has_classes) {
        float *share = arena_array(arena, classes_count(inspector->classes), sizeof *share);
        out->class_best = classes_judge(inspector->classes, question, embedding, share);
        out->class_share = share;
    }
    ask_taught(inspector, needs, arena, question, embedding, out);
}

/* What texts hold: all but what they are about. */
static bool read_texts(const struct inspector *inspector, struct needs needs, struct arena *arena,
                       const struct chat *chat, struct inspection *out, struct fault *why)
{
    *out = (struct inspection){ 0 };
    const bool with_names = needs.names && inspects_names(inspector);
    if (needs.pii && !find_all(inspector, with_names, arena, chat, out, why)) {
        *out = (struct inspection){ 0 };
        return false;
    }
    out->is_inspected = with_names || !needs.names;
    if (needs.needed && out->findings)
        out->needed = needed_kinds(chat, out->findings);
    return true;
}

bool inspect(const struct inspector *inspector, struct needs needs, struct arena *arena,
             const struct chat *chat, struct inspection *out, struct fault *why)
{
    if (!read_texts(inspector, needs, arena, chat, out, why))
        return false;
    if (inspector->worker)
        judge(inspector, needs, arena, chat, out);
    return true;
}

static bool recall_judged(const struct inspector *inspector, struct arena *arena, const struct chat *chat,
                          struct inspection *out)
{
    struct slice question = chat_subject(chat, arena);
    if (slice_trim(question).len == 0)
        return true; /* nobody would judge it */
    out->is_judged = recall_judgement(inspector, arena, question, &out->judgement, out);
    return out->is_judged;
}

bool inspect_recall(const struct inspector *inspector, struct needs needs, struct arena *arena,
                    const struct chat *chat, struct inspection *out)
{
    const bool   is_learned = needs.classes || needs.view || (inspector->heads && inspector->heads->difficulty);
    const bool   is_judged = needs.judgement && inspector->recalls && slm_has_heads(inspector->recalls);
    struct fault why;
    if (chat->text_count <= RECALLED_TEXTS_MOST && !is_learned && !needs.injection &&
        read_texts(inspector, needs, arena, chat, out, &why) &&
        (!is_judged || recall_judged(inspector, arena, chat, out)))
        return true;
    *out = (struct inspection){ 0 };
    return false;
}

void inspect_embedding(const struct inspector *inspector, struct arena *arena, struct slice question,
                       float *out)
{
    struct inspection uncounted = { 0 };
    remember_embedding(inspector, arena, question, out, &uncounted);
}

bool chat_of_prompt(struct arena *arena, struct slice model, struct slice prompt, struct chat *out,
                    struct fault *why)
{
    struct buf body;
    buf_init(&body, 16 * prompt.len + 4096); /* an escape takes six bytes at most */
    buf_add_str(&body, "{\"model\":");
    json_add_string(&body, model);
    buf_add_str(&body, ",\"messages\":[{\"role\":\"user\",\"content\":");
    json_add_string(&body, prompt);
    buf_add_str(&body, "}]}");
    struct slice text = arena_copy(arena, buf_slice(&body));
    buf_fini(&body);
    return chat_read(arena, text, out, why);
}

int64_t chat_tokens(const struct chat *chat)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < chat->text_count; i++)
        bytes += (int64_t)chat->text[i].text.len;
    return (bytes + TOKEN_BYTES - 1) / TOKEN_BYTES;
}

void facts_of(const struct chat *chat, const struct inspection *inspection, const struct team *team,
              struct facts *out)
{
    *out = (struct facts){
        .team = team,
        .grants.of[GRANT_OF_TEAM] = &team->grant,
        .model = chat->model,
        .is_inspected = inspection->is_inspected,
        .pii = inspection->pii,
        .needed = inspection->needed,
        .is_judged = inspection->is_judged,
        .judgement = inspection->judgement,
        .class_share = inspection->class_share,
        .class_best = inspection->class_best,
        .taught = inspection->taught,
        .tokens = chat_tokens(chat),
        .answer_tokens = chat->max_tokens,
        .lot = choice_lot(chat),
        .stream = chat->stream,
        .has_tools = chat->has_tools,
        .ends_in_tool = chat->ends_in_tool,
        .has_unreadable = chat->unreadable > 0,
    };
}

/* ---- redacting ---- */

/* Surrogates that the chat's own words hold are drawn again, so that what comes back is what went out. Each
 * drawing may meet another word; a few rounds settle it, or placeholders do. */
static void choose_surrogates(const struct chat *chat, const struct inspection *inspection, pii_set hide,
                              struct vault *vault)
{
    enum { ROUNDS_MOST = 8 };
    bool is_settled = false;
    for (size_t i = 0; i < chat->text_count; i++)
        vault_issue(vault, chat->text[i].text, &inspection->findings[i], hide);
    for (int round = 0; round < ROUNDS_MOST && !is_settled; round++) {
        is_settled = true;
        for (size_t i = 0; i < chat->text_count; i++)
            is_settled = !vault_avoid(vault, chat->text[i].text) && is_settled;
    }
}

size_t redact(struct chat *chat, const struct inspection *inspection, pii_set hide, struct vault *vault,
              struct arena *arena)
{
    size_t places = 0;
    choose_surrogates(chat, inspection, hide, vault);
    for (size_t i = 0; i < chat->text_count; i++) {
        const struct findings *found = &inspection->findings[i];
        struct chat_text      *text = &chat->text[i];
        struct buf             out;
        if (!(found->kinds & hide))
            continue;
        buf_init(&out, text->text.len + found->count * (SHOWN_MOST + 2)); /* quotes around it */
        places += vault_hide(vault, text->text, found, hide, &out);
        if (out.full)
            die("more stands for a value than %d bytes", SHOWN_MOST);
        text->now = arena_copy(arena, buf_slice(&out));
        buf_wipe(&out);
    }
    return places;
}
