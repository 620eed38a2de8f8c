/*
 * slm.h - the small language model in the process: a narrow door to the encoder and its heads.
 *
 * A model is a Hugging Face BERT-family folder as it is (config.json, vocab.txt, model.safetensors), loaded
 * once, immutable and shared by all threads. A worker is one thread's scratch; nothing is allocated per call
 * after it has warmed up. Not on an event loop: a call takes milliseconds.
 */
#ifndef WEIR_SLM_SLM_H
#define WEIR_SLM_SLM_H

#include "base/arena.h"
#include "base/fault.h"

enum { SLM_DIM_MOST = 1024, SLM_QUESTION_MOST = 2 * SLM_DIM_MOST };

/* What a request is about; tables/topics.h has a line each. */
enum topic {
#define TOPIC(name, word) TOPIC_##name,
#include "tables/topics.h"
#undef TOPIC
    TOPICS
};

struct slm;
struct slm_worker;

/*
 * In what the matrix work is done. In bytes an embedding has a cosine of .999 to the exact one (.995 at the
 * least, on the texts of tests/reference), a judged difficulty is .003 off on average, a topic another one in
 * 150 prompts; it takes an eighth of the time with AMX, a third with VNNI.
 */
enum slm_precision {
    SLM_FASTEST, /* bytes where the processor has instructions for them, else floats */
    SLM_INT8,
    SLM_FP32,
};

/* why names the file, the tensor, the shape. slm_open() is SLM_FASTEST. */
MUST_CHECK struct slm *slm_open(const char *folder, struct fault *why);
MUST_CHECK struct slm *slm_open_in(const char *folder, enum slm_precision, struct fault *why);
void                   slm_close(struct slm **);

const char *slm_name(const struct slm *);        /* the folder's last part */
unsigned    slm_dim(const struct slm *);         /* floats in an embedding: 384 for MiniLM-L6 */
unsigned    slm_tokens_most(const struct slm *); /* tokens an embedding looks at, [CLS] and [SEP] included */

/* What the matrix work runs on: "amx_int8", "vnni_int8", "avx512", "avx2", "portable" or "portable_int8". The
 * environment's WEIR_KERNEL names another, whatever precision is asked for. */
const char *slm_kernel(const struct slm *);

/* Stands for the weights: what was learned in one embedding space holds in models with an equal one only. */
uint64_t slm_fingerprint(const struct slm *);

struct slm_worker *slm_worker_new(const struct slm *);
void               slm_worker_free(struct slm_worker **);
const struct slm  *slm_of(const struct slm_worker *);

/* Mean-pooled, L2-normalized, as sentence-transformers does; text beyond slm_tokens_most() is not looked at.
 * out: slm_dim() floats. */
void slm_embed(struct slm_worker *, struct slice text, float *out);

/* As far as a longer text is read; and how many short ones go through the model together. */
enum { SLM_TOKENS_READ_MOST = 8192, SLM_TOGETHER_MOST = 64 };

/* What was read of a text. */
struct slm_read {
    size_t tokens; /* [CLS] and [SEP] included */
    bool   is_cut; /* there was more than SLM_TOKENS_READ_MOST */
};

/* The embeddings of any number of texts; out: [count][slm_dim()], read: [count]. A text that fits is embedded
 * as slm_embed() does it, to the last bit, also where it goes through the model together with others, which is
 * faster for short ones. Of a longer text it is the mean over windows that overlap, of length 1. */
void slm_embed_all(struct slm_worker *, const struct slice *text, size_t count, float *out,
                   struct slm_read *read);

/* By what a question is judged: the embedding, and behind it the mean of the tokens half-way up the layers,
 * which still knows what the last layers give up for the meaning: the form, and how hard it is. Each of length
 * 1. What is longer than a window is read at its beginning, which says what is asked about, and its end, which
 * says what is asked. out: 2 * slm_dim() floats. */
void slm_embed_question(struct slm_worker *, struct slice question, float *out);

/* Token ids with [CLS] and [SEP], cut at most (>= 2); returns how many. */
size_t slm_tokenize(struct slm_worker *, struct slice text, uint32_t *ids, size_t most);

/*
 * What the encoder knows of each token of a text, [CLS] and [SEP] left out: of texts that are to be compared
 * word by word. All in the arena.
 */
struct slm_states {
    size_t count;
    uint32_t (*place)[2];      /* bytes of the text, from and to */
    float *rarity;             /* [count], 0: one of the commonest words .. 1: one of the rarest */
    float *state;              /* [count][slm_dim()], after the last layer, of length 1 */
    float *piece;              /* likewise, before the first: what the word is by itself */
    float *embedding, *middle; /* as slm_embed_question() gives them, of what is looked at */
};

/* Looks at slm_tokens_most() tokens. */
void slm_states(struct slm_worker *, struct arena *, struct slice text, struct slm_states *out);

/* What a folder's own head tells: nothing, a text's class, or each token's. */
enum slm_head { SLM_HEAD_NONE, SLM_HEAD_TEXT, SLM_HEAD_TOKENS };
enum slm_head slm_head(const struct slm *);
unsigned      slm_labels(const struct slm *);
const char   *slm_label(const struct slm *, unsigned); /* its word in config.json */

/* Of SLM_HEAD_TEXT. share: slm_labels() floats, which sum to 1; or are each from 0 to 1 where the labels do not
 * exclude one another. Text beyond slm_tokens_most() is not looked at. */
void slm_classify(struct slm_worker *, struct slice text, float *share);

/* The likeliest label of one token, which stands at bytes [from, to) of the text. */
struct slm_mark {
    uint32_t from, to;
    unsigned label;
    float    share;
};

/* Of SLM_HEAD_TOKENS: all tokens that are looked at, `most` at most; returns how many. */
size_t slm_mark_tokens(struct slm_worker *, struct slice text, struct slm_mark *out, size_t most);

struct judgement {
    float      difficulty;          /* 0..1: the chance that a small model's answer is wrong */
    enum topic topic;               /* the likeliest */
    float      topic_share[TOPICS]; /* sums to 1 */
    float      sensitivity; /* 0..1: is this something a person would not want to leave their machine? */
    float      injection;   /* 0..1: does it try to take a model over? */
    /* 0..1: the chances that a small and a large model answer right, if this is an exam's question. What a
     * calibration begins with; of other prompts they mean little by themselves. */
    float small_right, large_right;
};

/* Reads the question with the heads that are inside the binary. Heads are of one model's embedding space: where
 * the model is another (another dim), has_heads is false and nothing is judged. */
bool slm_has_heads(const struct slm *);
void slm_judge(struct slm_worker *, struct slice question, struct judgement *out);
/* The same with slm_embed_question()'s embedding at hand. */
void slm_judge_embedded(const struct slm *, struct slice question, const float *embedding,
                        struct judgement *out);

/* How much a text's words alone remind of an attack: a number that grows with it, for choosing what to read. */
float slm_suspicion(struct slice text);

/*
 * What is named in a text. Marked by a model of our own that shares the encoder's lower layers (slm/names.h);
 * good for chat in lower case as well as for letters and lists. Kinds are what privacy/find.h makes findings
 * of.
 */
enum name_kind {
    NAME_PERSON,
    NAME_PLACE, /* towns, countries, rivers, buildings */
    NAME_ORGANIZATION,
    NAME_ADDRESS,     /* postal, whole or the street alone */
    NAME_USERNAME,    /* in paths, prompts, handles, or by what stands beside it */
    NAME_AFFILIATION, /* nationality, religion, politics */
    NAME_DATE,
    NAME_TITLE, /* form of address, occupation beside a name */
    NAME_KINDS
};

struct named {
    size_t         start, end; /* bytes of the text; whole words */
    enum name_kind kind;
    float          confidence; /* 0..1: the mean chance of its words to be some name */
};

struct named_list {
    struct named *item; /* in the order of the text; they do not overlap */
    size_t        count, cap;
};

#define SLM_NAMES_BYTES_MOST ((size_t)1 << 20)

/* Is it the model that names were learned for? */
bool slm_has_names(const struct slm *);

/* A few milliseconds for 200 words. The list is in the arena. false: the model is another, or the text is
 * longer than SLM_NAMES_BYTES_MOST; what is named there is not known. An embedding of the same text that
 * follows costs half as much. */
MUST_CHECK bool slm_names(struct slm_worker *, struct arena *, struct slice text, struct named_list *out);

const char *topic_word(enum topic);

#endif
