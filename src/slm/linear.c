/*
 * linear.c - see slm/linear.h. Compiled with -O3: all of its time goes into add_row().
 *
 * A row's length is at most sqrt(1 + LINEAR_WORDS^2), so a step of 2 is bold but does not diverge; it falls to
 * 0 over the epochs, which also keeps the weights small enough that shares mean what they say. Measured on
 * CLINC and BANKING77 (tests/bench/intent), with 10 examples a class and with all, against steps of 1.5 to 8, 5
 * to 40 epochs, and word weights of 0.3 to 1.
 */
#include "slm/linear.h"

#include "base/die.h"
#include "floats.h"

#include <math.h>

enum { EPOCHS = 10 };
static const float FIRST_STEP = 2.0f;

static float word_weight(const struct text_marks *marks)
{
    return marks->buckets ? LINEAR_WORDS / sqrtf((float)marks->buckets) : 0.0f;
}

/* The row of C of the lowest bucket in *bits, which is taken out. */
static float *next_words(const struct linear *l, size_t word, uint64_t *bits)
{
    size_t bucket = word * 64 + (size_t)__builtin_ctzll(*bits);
    *bits &= *bits - 1;
    return l->C + bucket * l->classes;
}

void linear_sum(const struct linear *l, const float *embedding, const struct text_marks *marks, float *sum)
{
    const float weight = word_weight(marks);
    memcpy(sum, l->b, l->classes * sizeof *sum);
    for (size_t i = 0; i < l->dim; i++)
        add_row(sum, embedding[i], l->A + i * l->classes, l->classes);
    for (size_t word = 0; word < HEADS_BUCKETS / 64; word++)
        for (uint64_t bits = marks->bucket[word]; bits;)
            add_row(sum, weight, next_words(l, word, &bits), l->classes);
}

void linear_run(const struct linear *l, const float *embedding, const struct text_marks *marks, float *share)
{
    linear_sum(l, embedding, marks, share);
    softmax(share, l->classes);
}

/* One step down the cross-entropy's gradient of one row, which in the logits is share - truth. */
static void step(struct linear *l, const struct linear_row *row, float size, float *change)
{
    const float weight = word_weight(row->marks);
    linear_run(l, row->embedding, row->marks, change);
    change[row->class_index] -= 1;
    for (size_t i = 0; i < l->classes; i++)
        change[i] *= -size;
    for (size_t i = 0; i < l->dim; i++)
        add_row(l->A + i * l->classes, row->embedding[i], change, l->classes);
    for (size_t word = 0; word < HEADS_BUCKETS / 64; word++)
        for (uint64_t bits = row->marks->bucket[word]; bits;)
            add_row(next_words(l, word, &bits), weight, change, l->classes);
    add_row(l->b, 1, change, l->classes);
}

/* Marsaglia, "Xorshift RNGs" (2003): 64 bits, shifts 13, 7, 17. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Fisher-Yates. */
static void shuffle(size_t *order, size_t count, uint64_t *state)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = next_random(state) % i, kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

void linear_learn(struct linear *out, struct arena *arena, const struct linear_row *row, size_t rows,
                  size_t dim, size_t classes)
{
    *out = (struct linear){
        .dim = dim,
        .classes = classes,
        .A = arena_array(arena, dim * classes, sizeof *out->A),
        .C = arena_array(arena, HEADS_BUCKETS * classes, sizeof *out->C),
        .b = arena_array(arena, classes, sizeof *out->b),
    };
    size_t  *order = must_calloc(rows, sizeof *order);
    float   *change = must_calloc(classes, sizeof *change);
    uint64_t state = 1;
    for (size_t i = 0; i < rows; i++)
        order[i] = i;
    for (size_t done = 0; done < EPOCHS * rows; done++) {
        if (done % rows == 0)
            shuffle(order, rows, &state);
        float left = 1 - (float)done / (float)(EPOCHS * rows);
        step(out, &row[order[done % rows]], FIRST_STEP * left, change);
    }
    free(order);
    free(change);
}
