/* moderation.c - see slm/moderation.h. */
#include "slm/moderation.h"

#include "base/die.h"
#include "base/utf8.h"
#include "slm/shorten.h"
#include "slm/taught.h"

#include <math.h>

extern const char moderation_bin[], moderation_bin_end[];

/* A short text is read as it is; of a longer one each sentence, since one bad sentence would drown among good
 * ones. */
enum { WHOLE_BYTES = 200, SENTENCE_BYTES = 400, STEP_BYTES = 250 };

/* Where misses and false alarms weigh about the same (train/README.md). */
static const float FLAGGED_FROM = 0.4f;

static const struct {
    const char              *word;
    enum moderation_category above, also;
} categories[] = {
#define CATEGORY(name, word, above, also) { word, MODERATION_##above, MODERATION_##also },
#include "tables/moderation.h"
#undef CATEGORY
};

static struct arena            *head_arena; /* of the head; as long as the process */
static struct taught            head;
static enum moderation_category category_of[TAUGHT_LABELS_MOST]; /* each of the head's labels */

static enum moderation_category category_named(const char *word)
{
    unsigned c = 0;
    while (c < MODERATION_CATEGORIES && strcmp(categories[c].word, word) != 0)
        c++;
    return (enum moderation_category)c;
}

/* Before main(), so that threads find it read. */
__attribute__((constructor)) static void read_shipped(void)
{
    struct fault why;
    head_arena = arena_new();
    if (!taught_read(head_arena, slice_of(moderation_bin, (size_t)(moderation_bin_end - moderation_bin)), &head,
                     &why))
        die("src/slm/moderation.bin: %s", why.detail);
    for (unsigned i = 0; i < head.labels; i++)
        category_of[i] = category_named(head.label[i].name);
}

__attribute__((destructor)) static void free_shipped(void)
{
    arena_free(&head_arena);
}

bool moderation_fits(const struct slm *s)
{
    return taught_fits(&head, s, NULL);
}

struct pieces {
    struct arena *arena;
    struct slice *piece;
    size_t        count, cap;
};

static void add_piece(struct pieces *p, struct slice piece)
{
    if (p->count == p->cap)
        p->piece = arena_grow(p->arena, p->piece, p->count, sizeof *p->piece, &p->cap);
    p->piece[p->count++] = piece;
}

/* What has no end of a sentence in sight is read in windows that overlap. */
static void add_sentence(struct pieces *p, struct slice sentence)
{
    size_t from = 0;
    for (; sentence.len - from > SENTENCE_BYTES; from += utf8_whole(sentence.ptr + from, STEP_BYTES))
        add_piece(p, slice_cut(sentence, from, from + utf8_whole(sentence.ptr + from, SENTENCE_BYTES)));
    add_piece(p, slice_cut(sentence, from, sentence.len));
}

size_t moderation_pieces(struct arena *arena, struct slice text, struct slice **out)
{
    struct pieces p = { .arena = arena };
    struct slice *sentence;
    bool         *is_code;
    if (text.len <= WHOLE_BYTES) {
        add_piece(&p, text);
    } else {
        size_t count = sentences_split(arena, text, &sentence, &is_code);
        for (size_t i = 0; i < count; i++)
            add_sentence(&p, sentence[i]);
    }
    *out = p.piece;
    return p.count;
}

void moderate(struct slm_worker *worker, struct slice piece, float score[MODERATION_CATEGORIES])
{
    float              embedding[SLM_QUESTION_MOST], share[TAUGHT_LABELS_MOST];
    float              sum[MODERATION_CATEGORIES + 1] = { 0 }; /* the last is of no category */
    struct taught_view view;
    slm_embed_question(worker, piece, embedding);
    taught_view(slm_of(worker), piece, embedding, &view);
    (void)taught_class(&head, &view, share);
    for (unsigned i = 0; i < head.labels; i++) {
        enum moderation_category c = category_of[i];
        sum[c] += share[i];
        if (c == MODERATION_NONE)
            continue;
        sum[categories[c].above] += share[i];
        sum[categories[c].also] += share[i];
    }
    for (unsigned c = 0; c < MODERATION_CATEGORIES; c++)
        score[c] = fminf(sum[c], 1);
}

bool moderation_is_flagged(float score)
{
    return score >= FLAGGED_FROM;
}
