/*
 * cmd_embed.c - weir embed: the embedding of each line of stdin, as /v1/embeddings would give it.
 */
#include "cmd_lines.h"
#include "cmd_load.h"
#include "commands.h"
#include "wire/embeddings.h"

#include <getopt.h>

static void answer_line(const struct loaded *l, struct slice line, struct buf *out, void *arg)
{
    (void)arg;
    float           embedding[SLM_DIM_MOST];
    struct slm_read read;
    slm_embed_all(l->worker, &line, 1, embedding, &read);
    buf_add(out, S("{\"embedding\":"));
    embedding_write(out, embedding, slm_dim(l->slm), false);
    buf_add_byte(out, '}');
}

static int usage(void)
{
    fputs("usage: weir embed [-c weir.yaml] < LINES\n", stderr);
    return 2;
}

int cmd_embed(int argc, char **argv)
{
    const char *file = NULL;
    optind = 1;
    for (int option; (option = getopt(argc, argv, "c:")) != -1;) {
        if (option != 'c')
            return usage();
        file = optarg;
    }
    return optind == argc ? lines_answer(file, "embed", answer_line, NULL) : usage();
}
