/* remember.c - see remember.h. */
#include "remember.h"

/* Whether the value is remembered; *key is what it is to be kept under. Values of another size than `bytes` are
 * none; 0: of any. */
static bool recall(const struct inspector *inspector, struct arena *arena, enum memo_what what,
                   struct slice text, size_t bytes, struct memo_key *key, struct slice *value,
                   struct inspection *tally)
{
    if (!inspector->memo)
        return false;
    *key = memo_key(inspector->memo, inspector->generation, what, text);
    bool is_known = memo_recall(inspector->memo, key, arena, value) && (bytes == 0 || value->len == bytes);
    tally->asked++;
    tally->recalled += is_known;
    return is_known;
}

static void keep(const struct inspector *inspector, const struct memo_key *key, const void *value, size_t bytes)
{
    if (inspector->memo)
        memo_keep(inspector->memo, key, slice_of(value, bytes));
}

static struct findings findings_of(struct slice value)
{
    struct findings found = { (struct finding *)(void *)value.ptr, value.len / sizeof(struct finding), 0 };
    for (size_t i = 0; i < found.count; i++)
        found.kinds |= (pii_set)1 << found.item[i].kind;
    return found;
}

static bool are_places_alone(const struct findings *found)
{
    for (size_t i = 0; i < found->count; i++)
        if (found->item[i].value.ptr)
            return false;
    return true;
}

bool remember_findings(const struct inspector *inspector, struct arena *arena, struct slice text,
                       bool is_arguments, bool with_names, struct findings *out, struct inspection *tally,
                       struct fault *why)
{
    static const enum memo_what whats[2][2] = {
        { MEMO_FINDINGS, MEMO_FINDINGS_IN_ARGUMENTS },
        { MEMO_FINDINGS_AND_NAMES, MEMO_FINDINGS_AND_NAMES_IN_ARGUMENTS },
    };
    const enum memo_what what = whats[with_names][is_arguments];
    struct memo_key      key;
    struct slice         value;
    if (recall(inspector, arena, what, text, 0, &key, &value, tally)) {
        *out = findings_of(value);
        return true;
    }
    if (!inspector->scratch)
        return fault_set(why, FAULT_INTERNAL, "it is not remembered");
    if (!inspect_text(inspector, arena, text, is_arguments, out, why))
        return false;
    if (are_places_alone(out))
        keep(inspector, &key, out->item, out->count * sizeof *out->item);
    return true;
}

void remember_embedding(const struct inspector *inspector, struct arena *arena, struct slice question,
                        float *embedding, struct inspection *tally)
{
    const size_t    bytes = 2 * slm_dim(slm_of(inspector->worker)) * sizeof *embedding;
    struct memo_key key;
    struct slice    value;
    if (recall(inspector, arena, MEMO_EMBEDDING, question, bytes, &key, &value, tally)) {
        memcpy(embedding, value.ptr, bytes);
        return;
    }
    slm_embed_question(inspector->worker, question, embedding);
    keep(inspector, &key, embedding, bytes);
}

bool recall_judgement(const struct inspector *inspector, struct arena *arena, struct slice question,
                      struct judgement *out, struct inspection *tally)
{
    struct memo_key key;
    struct slice    value;
    if (!recall(inspector, arena, MEMO_JUDGEMENT, question, sizeof *out, &key, &value, tally))
        return false;
    memcpy(out, value.ptr, sizeof *out);
    return true;
}

void remember_judgement(const struct inspector *inspector, struct arena *arena, struct slice question,
                        const float *embedding, struct judgement *out, struct inspection *tally)
{
    if (recall_judgement(inspector, arena, question, out, tally))
        return;
    slm_judge_embedded(slm_of(inspector->worker), question, embedding, out);
    if (inspector->memo) {
        struct memo_key key = memo_key(inspector->memo, inspector->generation, MEMO_JUDGEMENT, question);
        memo_keep(inspector->memo, &key, slice_of((const char *)out, sizeof *out));
    }
}

float remember_injection(const struct inspector *inspector, struct arena *arena, struct slice text,
                         struct inspection *tally)
{
    struct memo_key  key;
    struct slice     value;
    struct judgement said;
    float            injection;
    if (recall(inspector, arena, MEMO_INJECTION, text, sizeof injection, &key, &value, tally)) {
        memcpy(&injection, value.ptr, sizeof injection);
        return injection;
    }
    slm_judge(inspector->worker, text, &said);
    keep(inspector, &key, &said.injection, sizeof said.injection);
    return said.injection;
}
