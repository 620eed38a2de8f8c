/*
 * cmd_labels.c - see cmd_labels.h.
 *
 * For people a line each: the likeliest label with its share and the words, or all tokens that are not "O" with
 * theirs. With --json all shares, or all tokens and where in the line they stand (bytes).
 */
#include "cmd_labels.h"

#include "base/die.h"
#include "cmd_lines.h"
#include "cmd_load.h"

/* ---- of a text ---- */

static unsigned likeliest(const float *share, unsigned count)
{
    unsigned best = 0;
    for (unsigned i = 1; i < count; i++)
        best = share[i] > share[best] ? i : best;
    return best;
}

static void classify_line(const struct loaded *l, struct slice line, struct buf *out, bool is_json)
{
    const unsigned count = slm_labels(l->slm);
    float         *share = must_calloc(count, sizeof *share);
    slm_classify(l->worker, line, share);
    const unsigned best = likeliest(share, count);
    if (is_json) {
        buf_add(out, S("{\"label\":"));
        json_add_string(out, slice_str(slm_label(l->slm, best)));
        buf_add(out, S(",\"labels\":{"));
        for (unsigned i = 0; i < count; i++) {
            if (i > 0)
                buf_add_byte(out, ',');
            json_add_string(out, slice_str(slm_label(l->slm, i)));
            buf_printf(out, ":%.6g", (double)share[i]);
        }
        buf_add(out, S("}}"));
    } else {
        buf_printf(out, "%-16s %3.0f %%  ", slm_label(l->slm, best), 100 * (double)share[best]);
        lines_add_words(out, line);
    }
    free(share);
}

/* ---- of its tokens ---- */

static void add_token(const struct loaded *l, struct slice line, const struct slm_mark *mark, struct buf *out,
                      bool is_json)
{
    struct slice words = slice_cut(line, mark->from, mark->to);
    const char  *label = slm_label(l->slm, mark->label);
    if (is_json) {
        buf_add(out, S("{\"text\":"));
        json_add_string(out, words);
        buf_printf(out, ",\"from\":%u,\"to\":%u,\"label\":", mark->from, mark->to);
        json_add_string(out, slice_str(label));
        buf_printf(out, ",\"share\":%.6g}", (double)mark->share);
    } else {
        lines_add_words(out, words);
        buf_printf(out, " %s %.0f %%", label, 100 * (double)mark->share);
    }
}

static void mark_line(const struct loaded *l, struct slice line, struct buf *out, bool is_json)
{
    const size_t     most = slm_tokens_most(l->slm);
    struct slm_mark *mark = must_calloc(most, sizeof *mark);
    const size_t     count = slm_mark_tokens(l->worker, line, mark, most);
    bool             is_first = true;
    buf_add_str(out, is_json ? "{\"tokens\":[" : "");
    for (size_t i = 0; i < count; i++) {
        if (!is_json && strcmp(slm_label(l->slm, mark[i].label), "O") == 0)
            continue;
        buf_add_str(out, is_first ? "" : is_json ? "," : ", ");
        add_token(l, line, &mark[i], out, is_json);
        is_first = false;
    }
    buf_add_str(out, is_json ? "]}" : is_first ? "-" : "");
    free(mark);
}

/* ---- the command ---- */

static void answer_line(const struct loaded *l, struct slice line, struct buf *out, void *is_json)
{
    if (slm_head(l->slm) == SLM_HEAD_TEXT)
        classify_line(l, line, out, *(bool *)is_json);
    else
        mark_line(l, line, out, *(bool *)is_json);
}

int labels_answer(const char *folder, bool is_json)
{
    struct fault  why = { .kind = FAULT_NONE };
    struct loaded l = { .slm = slm_open(folder, &why) };
    bool          ok = l.slm && slm_head(l.slm) != SLM_HEAD_NONE;
    if (!l.slm)
        fprintf(stderr, "weir classify: %s\n", why.detail);
    else if (!ok)
        fprintf(stderr, "weir classify: %s has no head of its own (config.json, \"architectures\")\n", folder);
    if (ok) {
        l.worker = slm_worker_new(l.slm);
        ok = lines_answer_all(&l, "classify", answer_line, &is_json);
    }
    slm_worker_free(&l.worker);
    slm_close(&l.slm);
    return ok ? 0 : 1;
}
