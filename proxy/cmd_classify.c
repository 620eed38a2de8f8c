/*
 * cmd_classify.c - weir classify: how hard is each line of stdin, and what is it about.
 *
 * What policies see of a prompt of the same words. For people a line each, "difficulty  topic  share  the
 * words"; with --json all shares.
 */
#include "cmd_lines.h"
#include "cmd_load.h"
#include "commands.h"

#include "base/utf8.h"

#include <getopt.h>

enum { WORDS_SHOWN_BYTES = 72 };

/* ---- for programs ---- */

static void answer_in_json(const struct loaded *l, struct slice line, struct buf *out, void *arg)
{
    (void)arg;
    struct judgement j;
    if (!l->inspector.worker || slice_trim(line).len == 0) {
        buf_add(out, S("{\"difficulty\":null,\"topic\":null,\"topics\":null}"));
        return;
    }
    slm_judge(l->inspector.worker, line, &j);
    buf_printf(out, "{\"difficulty\":%.6g,\"topic\":\"%s\",\"topics\":{", (double)j.difficulty,
               topic_word(j.topic));
    for (unsigned t = 0; t < TOPICS; t++)
        buf_printf(out, "%s\"%s\":%.6g", t ? "," : "", topic_word((enum topic)t), (double)j.topic_share[t]);
    buf_add(out, S("}}"));
}

/* ---- for people ---- */

/* The line's beginning; control characters would move the cursor, so a blank stands for them. */
static void add_words(struct buf *out, struct slice line)
{
    size_t shown = line.len > WORDS_SHOWN_BYTES ? utf8_whole(line.ptr, WORDS_SHOWN_BYTES) : line.len;
    for (size_t i = 0; i < shown; i++)
        buf_add_byte(out, (unsigned char)line.ptr[i] < 0x20 || line.ptr[i] == 0x7F ? ' ' : line.ptr[i]);
    if (shown < line.len)
        buf_add(out, S("..."));
}

static void answer_in_words(const struct loaded *l, struct slice line, struct buf *out, void *arg)
{
    (void)arg;
    struct judgement j;
    if (!l->inspector.worker || slice_trim(line).len == 0) {
        buf_printf(out, "%4s  %-12s %5s  ", "-", "not judged", "");
    } else {
        slm_judge(l->inspector.worker, line, &j);
        buf_printf(out, "%.2f  %-12s %3.0f %%  ", (double)j.difficulty, topic_word(j.topic),
                   100 * (double)j.topic_share[j.topic]);
    }
    add_words(out, line);
}

/* ---- the command ---- */

static int usage(void)
{
    fputs("usage: weir classify [-c weir.yaml] [--json] < LINES\n", stderr);
    return 2;
}

int cmd_classify(int argc, char **argv)
{
    static const struct option options[] = { { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
    const char                *file = NULL;
    bool                       is_json = false;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (option == 'c')
            file = optarg;
        else if (option == 'j')
            is_json = true;
        else
            return usage();
    }
    if (optind != argc)
        return usage();
    return lines_answer(file, "classify", is_json ? answer_in_json : answer_in_words, NULL);
}
