/*
 * compress.c - how much of what answers a question survives shortening, on meetings that people have marked.
 *
 * For each query of ../shared/data/compress/meetings.jsonl.gz the meeting is cut to 1/4, 1/8 and 1/16 of its
 * words; the figure is the share of the words in the gold turns that is kept, averaged over queries. A turn is
 * a passage, with its speaker's name before it. BM25 smoothed over neighbouring turns reaches .633 / .481 /
 * .326 there.
 *
 *     build/release/tests/bench_compress [meetings at most [queries of each at most]]
 *
 * Every cut embeds the meeting anew, as a request would, so all 237 queries take most of an hour; by default
 * each meeting's last is asked (the first is often for a summary of everything), which takes minutes.
 */
#include "bench.h"
#include "slm/shorten.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHARES = 3 };

static const int share_of[SHARES] = { 4, 8, 16 };

struct figures {
    double kept[SHARES], seconds;
    size_t queries, words; /* words: shortened in all */
};

static struct passage *passages_of(struct arena *arena, const json_t *turns)
{
    struct passage *passage = arena_array(arena, json_array_size(turns), sizeof *passage);
    size_t          i;
    const json_t   *turn;
    json_array_foreach(turns, i, turn) passage[i].text =
        slice_str(arena_printf(arena, "%s: %s", json_string_value(json_object_get(turn, "speaker")),
                               json_string_value(json_object_get(turn, "text"))));
    return passage;
}

static bool is_gold(const json_t *spans, size_t turn)
{
    size_t        i;
    const json_t *span;
    json_array_foreach(spans, i,
                       span) if ((json_int_t)turn >= json_integer_value(json_array_get(span, 0)) &&
                                 (json_int_t)turn <= json_integer_value(json_array_get(span, 1))) return true;
    return false;
}

/* The share of the gold turns' words that is kept. */
static double kept_share(struct slm_worker *worker, const json_t *turns, const json_t *query, int divisor,
                         struct figures *f)
{
    struct arena   *arena = arena_new();
    struct passage *passage = passages_of(arena, turns);
    size_t          count = json_array_size(turns), gold = 0, kept = 0;
    struct slice    question = slice_str(json_string_value(json_object_get(query, "query")));
    double          began_s = now_s();
    shorten(worker, arena, question, passage, count, 1.0 / divisor);
    f->seconds += now_s() - began_s;
    for (size_t i = 0; i < count; i++) {
        f->words += words_count(passage[i].text);
        if (!is_gold(json_object_get(query, "spans"), i))
            continue;
        gold += words_count(passage[i].text);
        kept += words_count(passage[i].kept);
    }
    arena_free(&arena);
    return gold ? (double)kept / (double)gold : 0;
}

static void measure_meeting(struct slm_worker *worker, const char *line, size_t queries_most, struct figures *f)
{
    json_error_t  error;
    json_t       *meeting = json_loads(line, 0, &error);
    size_t        q;
    const json_t *query;
    if (!meeting) {
        fprintf(stderr, "meetings.jsonl.gz: %s\n", error.text);
        exit(1);
    }
    json_array_foreach(json_object_get(meeting, "queries"), q, query)
    {
        if (q + queries_most < json_array_size(json_object_get(meeting, "queries")))
            continue;
        for (int s = 0; s < SHARES; s++)
            f->kept[s] += kept_share(worker, json_object_get(meeting, "turns"), query, share_of[s], f);
        f->queries++;
    }
    json_decref(meeting);
}

int main(int argc, char **argv)
{
    int          most = argc > 1 ? atoi(argv[1]) : 1000, queries_most = argc > 2 ? atoi(argv[2]) : 1;
    struct fault why;
    struct slm  *slm = slm_open(MODEL, &why);
    FILE        *file = open_rows("compress/meetings");
    if (!slm || !file) {
        printf("skipped: %s\n", slm ? "../shared/data is not here" : why.detail);
        return 0;
    }
    struct slm_worker *worker = slm_worker_new(slm);
    struct figures     f = { .queries = 0 };
    char              *line = NULL;
    size_t             cap = 0;
    for (int i = 0; i < most && getline(&line, &cap, file) > 0; i++) {
        measure_meeting(worker, line, (size_t)queries_most, &f);
        fprintf(stderr, "\r%d meetings, %zu queries", i + 1, f.queries);
    }
    free(line);
    pclose(file);
    double queries = f.queries ? (double)f.queries : 1;
    printf("\nkept of the gold turns' words   at 1/4 %.3f   at 1/8 %.3f   at 1/16 %.3f\n", f.kept[0] / queries,
           f.kept[1] / queries, f.kept[2] / queries);
    printf("{\"kept_4x\": %.4f, \"kept_8x\": %.4f, \"kept_16x\": %.4f, \"queries\": %zu, "
           "\"ms_per_1000_words\": %.2f}\n",
           f.kept[0] / queries, f.kept[1] / queries, f.kept[2] / queries, f.queries,
           f.words ? f.seconds * 1e6 / (double)f.words : 0);
    slm_worker_free(&worker);
    slm_close(&slm);
    return 0;
}
