/*
 * near.h - which of very many embeddings are nearest to one, among those of its own group.
 *
 * An entry has a group (what it may be compared within at all), an id, an end, some bytes of the caller's, and
 * its embedding in bytes: dim int8 of one scale, since a cosine needs no more. Groups do not know of each
 * other. A search reads one bit of each of the group's dims (its sign), keeps the SEARCHED entries whose signs
 * differ least, and takes their cosines from the bytes: so a hundred thousand entries are five megabytes to
 * read. What is as near as a paraphrase differs in a fifth of its signs, a stranger in half of them.
 *
 * Bounded: beyond entries_most the oldest goes. Whoever makes it brings the locks: many may search at once,
 * whoever changes it is alone. Pure otherwise: time is an argument.
 */
#ifndef WEIR_SLM_NEAR_H
#define WEIR_SLM_NEAR_H

#include "base/arena.h"

enum { NEAR_ID_BYTES = 32, NEAR_DIM_MOST = 1024, NEAR_NOTE_MOST = 4096 };

struct near_lock {
    void (*share)(void *arg); /* with others who only read */
    void (*take)(void *arg);  /* alone */
    void (*give)(void *arg);
    void *arg;
};

struct near;

struct near_entry {
    unsigned char group[NEAR_ID_BYTES], id[NEAR_ID_BYTES];
    int64_t       ends_ms;   /* since 1970 */
    const int8_t *embedding; /* dim of them (ref) */
    struct slice  note;      /* the caller's; at most NEAR_NOTE_MOST bytes (ref) */
};

struct near_found {
    float         cosine;
    unsigned char id[NEAR_ID_BYTES];
    struct slice  note; /* in the arena */
};

struct near *near_new(size_t dim, size_t entries_most, struct near_lock);
void         near_free(struct near **);

/* An embedding of length 1 in bytes. */
void near_pack(const float *embedding, size_t dim, int8_t *out);

/* Copies the entry; in place of what had this id. What is past its end, or whose note is too long, is not
 * taken.
 */
void near_put(struct near *, const struct near_entry *, int64_t wall_ms);
void near_drop(struct near *, const unsigned char id[NEAR_ID_BYTES]);
void near_clear(struct near *);
/* Forgets what has ended, some thousand entries a call, in turn. */
void near_sweep(struct near *, int64_t wall_ms);

size_t near_count(const struct near *);

/* The nearest first, at most `most` of them, none past its end or below the cosine. embedding: as packed.
 * Returns how many. */
size_t near_find(const struct near *, struct arena *, const unsigned char group[NEAR_ID_BYTES],
                 const int8_t *embedding, float least_cosine, int64_t wall_ms, struct near_found *out,
                 size_t most);

#endif
