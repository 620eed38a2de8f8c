/*
 * relay_inside.h - what the stages of the answer's way back share; for relay*.c alone.
 *
 * A document is one chunk of a stream or a whole answer. It is read once and goes through the stages in order;
 * a stage reads it, keeps what it must remember in its own part of struct relay, and adds edits. No stage
 * prints: the edits are spliced into the bytes at the end. They must never overlap, so each stage has its own
 * fields: mend (tool calls' index and id, finish_reason), strip (error, usage, logprobs), replay (the usage
 * that strip left), restore (texts that no earlier stage has replaced).
 */
#ifndef WEIR_RELAY_INSIDE_H
#define WEIR_RELAY_INSIDE_H

#include "confidence.h"
#include "relay.h"

/* Ceilings of what a provider can make us remember. */
enum {
    RELAY_CHOICES_MOST = 256, /* OpenAI allows n <= 128 */
    RELAY_CALLS_MOST = 1024,  /* tool calls of all choices */
    RELAY_LANES_MOST = 1024,  /* texts that run through a stream */
    RELAY_HEARD_CALLS_MOST = 32,
    RELAY_BAD_EVENTS_MOST = 16, /* passed over before the stream counts as broken */
    RELAY_GROWTH_MOST = 8,      /* a restored text may be this many times the answer's ceiling */
};

/* ---- a document, in scratch memory ---- */

struct doc_choice {
    json_at      at, said; /* the choice; its "delta" or "message" */
    uint32_t     index;    /* its "index"; its position where it has none */
    struct slice finish;   /* its finish_reason, in OpenAI's words; empty where it goes on */
    bool         has_calls;
};

struct doc_call {
    json_at  at;    /* an element of tool_calls */
    uint32_t index; /* as it goes out */
};

struct doc {
    struct answer      answer;
    struct arena      *arena; /* (ref) scratch */
    struct doc_choice *choice;
    size_t             choice_count;
    struct doc_call   *call;
    size_t             call_count, call_cap;
    struct json_edit  *edit;
    size_t             edit_count, edit_cap;
    bool               is_dropped;   /* does not go on to the client */
    bool               is_rewritten; /* answer.json is not of the text as it came */
    bool               speaks;       /* holds words or a tool call */
};

/* What the edit puts in must live as long as the document. */
void doc_edit(struct doc *, struct json_edit);
/* Is that byte replaced already? */
bool doc_is_edited_at(const struct doc *, uint32_t offset);

/* The choice whose bytes hold that offset, or NULL. */
const struct doc_choice *doc_choice_at(const struct doc *, uint32_t offset);

/* ---- what is remembered from one document to the next ---- */

struct relay_choice {
    uint32_t index;
    uint32_t calls; /* # tool calls begun */
    unsigned flaws; /* of how it finished */
    bool     has_finished, has_content;
};

/* Of the counting stage. */
struct relay_counts {
    struct relay_choice *choice;
    size_t               choice_count, choice_cap;
    char                 opening[CONFIDENCE_OPENING_BYTES]; /* of choice 0's content */
    size_t               opening_len;
    int64_t              first_bytes; /* of choice 0's content */
    bool                 has_words, has_refusal;
    double               logprob_sum;
    uint32_t             logprob_count;
    unsigned             bad_events; /* passed over */
};

/* Of the hearing stage: what is kept of what choice 0 says. */
struct relay_call_heard {
    int64_t      key; /* what its pieces are known by */
    struct slice name;
    struct buf   arguments;
};

struct relay_hearing {
    struct buf              content;
    struct relay_call_heard call[RELAY_HEARD_CALLS_MOST];
    unsigned                calls;
    bool                    is_cut; /* there was more */
};

/* A tool call that has begun, as its provider numbers it. */
struct relay_call {
    uint32_t choice, index; /* index as it goes out */
    int64_t  given;         /* the provider's index, -1 where it gives none */
    uint64_t id_hash;       /* 0 while it has no id */
    bool     is_id_ours;
};

/* One text that runs through the stream: a choice's content, its reasoning, one tool call's arguments. */
struct relay_lane {
    struct slice      open, close; /* what a chunk's choice holds before and after this text's value */
    uint32_t          choice, block;
    enum answer_place place;
    struct restore   *restore;
    size_t            last; /* which of the document's texts is its last; LANE_SILENT for none */
};
#define LANE_SILENT SIZE_MAX

struct relay {
    const struct relay_dialect *dialect;
    struct arena               *arena;
    struct relay_options        options;
    struct relay_outcome        outcome;
    enum { RELAY_OPEN, RELAY_DONE, RELAY_BROKEN } state;
    struct translation *translation; /* NULL: the client speaks the provider's dialect */
    struct buf          untold;      /* what it has not been fed yet */
    bool                has_ended;   /* relay_end() has said so */
    struct fault        why;         /* what broke it */
    bool                has_spoken;
    enum { SHAPE_UNKNOWN, SHAPE_EVENTS, SHAPE_DOCUMENT } shape;

    struct sse   *sse;
    struct arena *scratch;  /* emptied after each document */
    struct buf    record;   /* as it came */
    bool          is_unfit; /* the record did not fit */

    struct relay_counts   counts;
    struct relay_hearing *heard; /* NULL: nobody listens */

    struct relay_call *call;
    size_t             call_count, call_cap;

    bool               restores; /* the vault holds something */
    struct relay_lane *lane;
    size_t             lane_count, lane_cap;
    struct buf         envelope;    /* the members that a chunk of our own begins with */
    struct buf         open, close; /* of the text in hand */
    struct buf         plain;       /* a restored text */
};

/* ---- dialects: relay_dialects.c ---- */

/* What differs from one provider's dialect to another's. */
struct relay_dialect {
    bool (*read)(struct arena *, struct slice json, struct answer *, struct fault *why);
    void (*read_choices)(struct doc *);
    void (*hear_calls)(struct relay *, struct doc *); /* choice 0's, with relay_hear_call() */
    bool        is_mended;    /* tool calls are numbered anew, and what only we asked for is taken out */
    const char *choice_close; /* what ends a choice in a chunk of our own */
    void (*add_chunk)(struct relay *, const struct relay_lane *, struct slice text, struct buf *out);
    const char *seal;                                         /* what tells a client that the stream is whole */
    void (*add_error)(const struct fault *, struct buf *out); /* an event */
};

const struct relay_dialect *relay_dialect(enum dialect);

/* ---- the stages ---- */

/* All have this form. False ends the answer. Only restore uses out: for what must go before the document. */
typedef bool relay_stage(struct relay *, struct doc *, struct buf *out, struct fault *why);

relay_stage relay_count;   /* relay_count.c */
relay_stage relay_mend;    /* relay_mend.c */
relay_stage relay_hear;    /* relay_hear.c */
relay_stage relay_strip;   /* relay_mend.c */
relay_stage relay_restore; /* relay_restore.c */
relay_stage relay_replay;  /* relay_replay.c */

void relay_hear_init(struct relay *);
void relay_hear_fini(struct relay *);
/* A piece of a tool call: its name, where it brings one, and more of its arguments. */
void relay_hear_call(struct relay *, int64_t key, struct slice name, struct slice arguments);

/* What the lanes still hold goes out: the stream ends. */
void relay_flush(struct relay *, struct buf *out);

/* Is there a choice, and has each one its finish? */
bool relay_all_finished(const struct relay *);

/* The choice so numbered, begun when it is new; NULL when there are too many. */
struct relay_choice *relay_choice(struct relay *, uint32_t index);

/* Everything in the outcome that follows from the rest. */
void relay_sum_up(struct relay *);

#endif
