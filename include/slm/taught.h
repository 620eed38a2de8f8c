/*
 * taught.h - a head that a user taught (slm/teach.h), as it is kept in a file and asked about a text.
 *
 * It stands on the frozen encoder and holds in that encoder's embedding space alone: the file carries the
 * encoder's fingerprint. There are two kinds: one tells of which of its labels a text is, the other how hard it
 * is, in the place of the head inside the binary. No text is ever in a file.
 *
 * A file, all numbers little-endian, floats of 32 bits, matrices row by row:
 *
 *     8 bytes  "WTAUGHT\n"
 *     u32      version (TAUGHT_VERSION)     u32 kind
 *     u32      floats in a view             u32 HEADS_BUCKETS
 *     u64      slm_fingerprint() of the encoder
 *     u32      labels (2 to TAUGHT_LABELS_MOST; of a head for difficulty 1 or 2: the weak and the strong model)
 *     u32      rows that it was taught with
 *     floats   TAUGHT_FIGURES figures, TAUGHT_QUANTILES quantiles, slope, offset
 *     labels times: u32 rows, float share of them that was found
 *     1 + labels times: u32 bytes, and so many bytes: the head's name, the labels
 *     A [view][labels]   C [HEADS_BUCKETS][labels]   b [labels]
 *     u64      slice_hash() of all before
 */
#ifndef WEIR_SLM_TAUGHT_H
#define WEIR_SLM_TAUGHT_H

#include "base/buf.h"
#include "slm/linear.h"
#include "slm/slm.h"

enum {
    TAUGHT_VERSION = 2,
    TAUGHT_LABELS_MOST = 256,
    TAUGHT_WORD_BYTES = 63,          /* in a name or a label */
    TAUGHT_QUANTILES = 21,           /* 0 %, 5 % ... 100 % */
    TAUGHT_EXAM = HEADS_MARKS + 1,   /* where the exam head's two logits stand behind the embedding */
    TAUGHT_MIDDLE = TAUGHT_EXAM + 2, /* and the middle layer */
    TAUGHT_VIEW_MOST = SLM_QUESTION_MOST + TAUGHT_MIDDLE,
    TAUGHT_FILE_BYTES_MOST = 4 << 20,
};

enum taught_kind { TAUGHT_CLASSES, TAUGHT_DIFFICULTY, TAUGHT_KINDS };

/* Cross-validated, by kind: of classes the first alone; of difficulty the shipped head's and its own. */
enum taught_figure {
    TAUGHT_ACCURACY,
    TAUGHT_APGR_BEFORE,
    TAUGHT_APGR,
    TAUGHT_CPT50,
    TAUGHT_CPT80,
    TAUGHT_FIGURES,
};

/* What a taught head sees of a text. The one place that says so is taught_view(). */
struct taught_view {
    /* The embedding; the marks; the shipped heads' difficulty, and logits of a small and a large model's being
     * right in an exam; the middle layer. */
    float             dense[TAUGHT_VIEW_MOST];
    struct text_marks marks; /* of which the words count */
};

struct taught_label {
    const char *name;
    uint32_t    rows;  /* # rows of it */
    float       found; /* share of them that was found where it had not learned from them */
};

struct taught {
    enum taught_kind kind;
    const char      *name;
    uint64_t         fingerprint;
    uint64_t         seal; /* of the file it was read from */
    uint32_t         rows;
    float            figure[TAUGHT_FIGURES];
    float            quantile[TAUGHT_QUANTILES]; /* of difficulty: among the rows that it did not learn from */
    struct taught_label *label;
    unsigned             labels;
    /* Of difficulty: the outputs are sigmoids' arguments, the chances that each model's answer is right; the
     * strong one's (1 where only the weak one's outcomes were known) less the weak one's is the gain, and
     * sigmoid(slope gain + offset) the difficulty. */
    struct linear linear;
    float         slope, offset;
};

/* The heads that are asked about each text. */
struct taught_heads {
    const struct taught **classes; /* those that tell of which label a text is */
    unsigned              count;
    const struct taught  *difficulty; /* instead of the shipped one; NULL: none */
};

/* What a head that tells labels said of a text. */
struct taught_opinion {
    const float *share; /* of each of its labels */
    unsigned     best;  /* the likeliest */
};

/* Floats of a view that a head looks at: those that tell difficulty look at all, the others neither at exams
 * nor at the middle layer, which adds half as much again to what is learned and .001 to what is right. */
size_t taught_view_floats(const struct slm *, enum taught_kind);

/* embedding: slm_embed_question() of the text, 2 * slm_dim() floats. */
void taught_view(const struct slm *, struct slice text, const float *embedding, struct taught_view *out);

/* The shipped head's difficulty, as the view has it. */
float taught_view_difficulty(const struct slm *, const struct taught_view *);

/* What it says of a text: of classes `labels` shares, which sum to 1; returns the likeliest. */
unsigned taught_class(const struct taught *, const struct taught_view *, float *share);
/* 0..1: the chance that a small model's answer is wrong. */
float taught_difficulty(const struct taught *, const struct taught_view *);

/* Everything is copied into the arena. why says what is wrong with the file: foreign, another version, cut,
 * damaged. Whether it is for this encoder is asked with taught_fits(). */
MUST_CHECK bool taught_read(struct arena *, struct slice file, struct taught *out, struct fault *why);
MUST_CHECK bool taught_fits(const struct taught *, const struct slm *, struct fault *why);
void            taught_write(const struct taught *, struct buf *out);

/* May a label be called so? Printable, 1 to TAUGHT_WORD_BYTES bytes, no blanks at its ends. */
bool taught_is_word(struct slice);
/* And a head? A letter, then letters, digits, "_" and "-": policies ask about it by this name. */
bool taught_is_name(struct slice);

#endif
