/*
 * cmd_classify.c - weir classify: how hard is each line of stdin, what is it about, of which class is it.
 *
 * What policies see of a prompt of the same words. For people a line each: difficulty, topic and its share,
 * class where the policies have some, the words. With --json all shares. With --model FOLDER it is that
 * folder's own head that answers instead (cmd_labels.c).
 */
#include "cmd_labels.h"
#include "cmd_lines.h"
#include "cmd_load.h"
#include "commands.h"

#include <getopt.h>

struct reading {
    bool               is_judged, is_classed;
    struct judgement   judgement;
    float              class_share[CLASSES_MOST];
    const char        *class_best; /* (ref in policy) */
    bool               has_view;
    struct taught_view view; /* what taught heads see */
};

/* A head for difficulty that was taught stands in the place of the shipped one. */
static void see(const struct loaded *l, struct slice line, const float *embedding, struct reading *out)
{
    const struct taught_heads *heads = policy_heads(l->policy);
    out->has_view = heads->count || heads->difficulty;
    if (out->has_view)
        taught_view(l->slm, line, embedding, &out->view);
    if (out->is_judged && heads->difficulty)
        out->judgement.difficulty = taught_difficulty(heads->difficulty, &out->view);
}

/* As an inspection reads a question. */
static void read_line(const struct loaded *l, struct slice line, struct reading *out)
{
    float                 embedding[SLM_QUESTION_MOST];
    const struct classes *classes = policy_classes(l->policy);
    *out = (struct reading){ 0 };
    if (slice_trim(line).len == 0)
        return;
    slm_embed_question(l->worker, line, embedding);
    out->is_judged = slm_has_heads(l->slm);
    slm_judge_embedded(l->slm, line, embedding, &out->judgement);
    out->is_classed = classes != NULL;
    if (classes)
        out->class_best = policy_class(l->policy, classes_judge(classes, line, embedding, out->class_share));
    see(l, line, embedding, out);
}

/* ---- for programs ---- */

static void add_share(struct buf *out, bool is_first, const char *name, float share)
{
    if (!is_first)
        buf_add_byte(out, ',');
    json_add_string(out, slice_str(name));
    buf_printf(out, ":%.6g", (double)share);
}

static void add_topics(struct buf *out, const struct reading *r)
{
    if (!r->is_judged) {
        buf_add(
            out,
            S("\"difficulty\":null,\"sensitivity\":null,\"injection\":null,\"topic\":null,\"topics\":null"));
        return;
    }
    buf_printf(out, "\"difficulty\":%.6g,\"sensitivity\":%.6g,\"injection\":%.6g,\"topic\":\"%s\",\"topics\":{",
               (double)r->judgement.difficulty, (double)r->judgement.sensitivity,
               (double)r->judgement.injection, topic_word(r->judgement.topic));
    for (unsigned t = 0; t < TOPICS; t++)
        add_share(out, t == 0, topic_word((enum topic)t), r->judgement.topic_share[t]);
    buf_add_byte(out, '}');
}

static void add_classes(struct buf *out, const struct policy *policy, const struct reading *r)
{
    if (!r->is_classed) {
        buf_add(out, S("\"class\":null,\"classes\":null"));
        return;
    }
    buf_add(out, S("\"class\":"));
    json_add_string(out, slice_str(r->class_best));
    buf_add(out, S(",\"classes\":{"));
    for (unsigned i = 0; i < policy_class_count(policy); i++)
        add_share(out, i == 0, policy_class(policy, i), r->class_share[i]);
    buf_add_byte(out, '}');
}

static void add_taught(struct buf *out, const struct policy *policy, const struct reading *r)
{
    const struct taught_heads *heads = policy_heads(policy);
    float                      share[TAUGHT_LABELS_MOST];
    buf_add_str(out, r->has_view ? "\"taught\":{" : "\"taught\":null");
    for (unsigned i = 0; r->has_view && i < heads->count; i++) {
        if (i)
            buf_add_byte(out, ',');
        json_add_string(out, slice_str(heads->classes[i]->name));
        buf_add(out, S(":{"));
        taught_class(heads->classes[i], &r->view, share);
        for (unsigned k = 0; k < heads->classes[i]->labels; k++)
            add_share(out, k == 0, heads->classes[i]->label[k].name, share[k]);
        buf_add_byte(out, '}');
    }
    if (r->has_view)
        buf_add_byte(out, '}');
}

static void answer_in_json(const struct loaded *l, struct slice line, struct buf *out, void *arg)
{
    (void)arg;
    struct reading r;
    read_line(l, line, &r);
    buf_add_byte(out, '{');
    add_topics(out, &r);
    buf_add_byte(out, ',');
    add_classes(out, l->policy, &r);
    buf_add_byte(out, ',');
    add_taught(out, l->policy, &r);
    buf_add_byte(out, '}');
}

/* ---- for people ---- */

static void add_best_labels(struct buf *out, const struct policy *policy, const struct reading *r)
{
    const struct taught_heads *heads = policy_heads(policy);
    float                      share[TAUGHT_LABELS_MOST];
    for (unsigned i = 0; i < heads->count; i++) {
        const struct taught *head = heads->classes[i];
        buf_printf(out, "%-16s  ", r->has_view ? head->label[taught_class(head, &r->view, share)].name : "-");
    }
}

static void answer_in_words(const struct loaded *l, struct slice line, struct buf *out, void *arg)
{
    (void)arg;
    struct reading          r;
    const struct judgement *j = &r.judgement;
    read_line(l, line, &r);
    if (r.is_judged)
        buf_printf(out, "%.2f  %-12s %3.0f %%  ", (double)j->difficulty, topic_word(j->topic),
                   100 * (double)j->topic_share[j->topic]);
    else
        buf_printf(out, "%4s  %-12s %5s  ", "-", "not judged", "");
    if (policy_class_count(l->policy) > 0)
        buf_printf(out, "%-16s  ", r.is_classed ? r.class_best : "-");
    add_best_labels(out, l->policy, &r);
    lines_add_words(out, line);
}

/* ---- the command ---- */

static int usage(void)
{
    fputs("usage: weir classify [-c weir.yaml | --model FOLDER] [--json] < LINES\n", stderr);
    return 2;
}

int cmd_classify(int argc, char **argv)
{
    static const struct option options[] = { { "json", no_argument, NULL, 'j' },
                                             { "model", required_argument, NULL, 'm' },
                                             { NULL, 0, NULL, 0 } };
    const char                *file = NULL, *model = NULL;
    bool                       is_json = false;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (option == 'c')
            file = optarg;
        else if (option == 'j')
            is_json = true;
        else if (option == 'm')
            model = optarg;
        else
            return usage();
    }
    if (optind != argc || (file && model))
        return usage();
    if (model)
        return labels_answer(model, is_json);
    return lines_answer(file, "classify", is_json ? answer_in_json : answer_in_words, NULL);
}
