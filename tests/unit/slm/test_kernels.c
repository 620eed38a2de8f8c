/*
 * test_kernels.c - every make of the kernels against sums in double precision, on shapes that fill no register;
 * those of int8 against whole numbers, to the last bit.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slm/kernels.h"

#include <math.h>
#include <stdlib.h>

static uint32_t state = 1;

/* In [-1, 1), always the same ones. */
static float next_float(void)
{
    state = state * 1664525 + 1013904223;
    return (float)(int32_t)state / 2147483648.0f;
}

static float *new_floats(size_t count)
{
    return vectors_new(count * sizeof(float));
}

static float *random_floats(size_t count)
{
    float *x = new_floats(count);
    for (size_t i = 0; i < count; i++)
        x[i] = next_float();
    return x;
}

/* Feature f of token t in panels. */
static float *at(const struct kernels *k, float *panels, size_t features, size_t t, size_t f)
{
    return panels + t / k->panel * k->panel * features + f * k->panel + t % k->panel;
}

static float *random_panels(const struct kernels *k, size_t features, size_t tokens)
{
    float *x = new_floats(panels_of(k, tokens) * k->panel * features);
    for (size_t t = 0; t < tokens; t++)
        for (size_t f = 0; f < features; f++)
            *at(k, x, features, t, f) = next_float();
    return x;
}

static void assert_near(double ours, double exact, double most)
{
    if (!(fabs(ours - exact) <= most * fmax(1, fabs(exact))))
        fail_msg("%.9g is not %.9g", ours, exact);
}

static void assert_close(double ours, double exact)
{
    assert_near(ours, exact, 1e-5);
}

static double exact_gelu(double x)
{
    return x / 2 * (1 + erf(x / sqrt(2)));
}

static size_t panel_floats(const struct kernels *k, size_t features, size_t tokens)
{
    return panels_of(k, tokens) * k->panel * features;
}

/* A matrix and what it is multiplied with. */
struct product {
    const struct kernels *k;
    size_t                outputs, inputs, tokens;
    float                *weights, *bias, *in, *before, *out;
    float                *easing; /* NULL: none */
};

static struct product product_new(const struct kernels *k, size_t outputs, size_t inputs, size_t tokens)
{
    struct product p = { .k = k, .outputs = outputs, .inputs = inputs, .tokens = tokens };
    p.weights = random_floats(outputs * inputs);
    p.bias = random_floats(outputs);
    p.in = random_panels(k, inputs, tokens);
    p.before = random_panels(k, outputs, tokens);
    p.out = new_floats(panel_floats(k, outputs, tokens));
    return p;
}

static void product_fini(struct product *p)
{
    free(p->weights);
    free(p->bias);
    free(p->in);
    free(p->before);
    free(p->out);
    free(p->easing);
}

/* Of 1/2, 1, 2 and 4, which round nothing. */
static void add_easing(struct product *p)
{
    p->easing = new_floats(p->inputs);
    for (size_t i = 0; i < p->inputs; i++)
        p->easing[i] = ldexpf(1, (int)(i * 7 % 4) - 1);
}

static float easing_of(const struct product *p, size_t i)
{
    return p->easing ? p->easing[i] : 1;
}

static void product_run(struct product *p, enum after after)
{
    struct matrix m;
    void         *room = vectors_new(kernels_room(p->k, p->inputs, p->tokens));
    void         *packed = vectors_new(matrix_room(p->k, p->outputs, p->inputs));
    size_t        half = p->outputs / 2; /* packed in two goes, as queries and keys are */
    memcpy(p->out, p->before, panel_floats(p->k, p->outputs, p->tokens) * sizeof *p->out);
    matrix_init(&m, p->k, p->outputs, p->inputs, packed);
    if (p->easing)
        matrix_ease(&m, p->easing);
    matrix_pack(&m, p->k, 0, p->weights, p->bias, half);
    matrix_pack(&m, p->k, half, p->weights + half * p->inputs, p->bias + half, p->outputs - half);
    p->k->multiply(&m, p->in, p->out, p->tokens, after, room);
    free(packed);
    free(room);
}

/* What int8 may be off by: half a step of each factor, eased. A weight's step is a 127th of the largest, an
 * input's a 255th of the range. */
static double rounding_of(const struct product *p, size_t t, size_t o)
{
    double most_weight = 0, least_input = INFINITY, most_input = -INFINITY, weights = 0, inputs = 0;
    for (size_t i = 0; i < p->inputs; i++) {
        double ease = easing_of(p, i), w = fabs((double)p->weights[o * p->inputs + i]) / ease;
        double x = ease * *at(p->k, p->in, p->inputs, t, i);
        most_weight = fmax(most_weight, w);
        least_input = fmin(least_input, x);
        most_input = fmax(most_input, x);
        weights += w;
        inputs += fabs(x);
    }
    double half_weight = most_weight / 254, half_input = (most_input - least_input) / 510;
    return weights * half_input + inputs * half_weight + (double)p->inputs * half_weight * half_input;
}

static double gelu_error(const struct product *p, enum after after, double x)
{
    return (p->k->is_int8 && after == AFTER_GELU ? 1e-4 : 1e-5) * fmax(1, fabs(x));
}

static void check_multiply(const struct kernels *k, size_t outputs, size_t inputs, size_t tokens,
                           enum after after, bool is_eased)
{
    struct product p = product_new(k, outputs, inputs, tokens);
    if (is_eased)
        add_easing(&p);
    product_run(&p, after);
    for (size_t t = 0; t < tokens; t++)
        for (size_t o = 0; o < outputs; o++) {
            double sum = p.bias[o], ours = *at(k, p.out, outputs, t, o);
            for (size_t i = 0; i < inputs; i++)
                sum += (double)p.weights[o * inputs + i] * *at(k, p.in, inputs, t, i);
            if (after == AFTER_ADD)
                sum += *at(k, p.before, outputs, t, o);
            double exact = after == AFTER_GELU ? exact_gelu(sum) : sum;
            if (k->is_int8) /* gelu is nowhere steeper than 1.13 */
                assert_true(fabs(ours - exact) <= 1.13 * rounding_of(&p, t, o) + gelu_error(&p, after, sum));
            else
                assert_close(ours, exact);
        }
    product_fini(&p);
}

static void test_multiply(void **unused)
{
    (void)unused;
    const struct kernels *k;
    static const size_t   shapes[][2] = { { 1, 1 },   { 12, 8 },  { 13, 5 },  { 31, 7 },
                                          { 5, 100 }, { 48, 33 }, { 33, 130 } };
    static const size_t   tokens[] = { 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 49, 65 };
    for (size_t i = 0; (k = kernels_here(i)); i++)
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
            for (size_t t = 0; t < sizeof tokens / sizeof *tokens; t++)
                for (enum after after = AFTER_STORE; after <= AFTER_GELU; after++)
                    for (int is_eased = 0; is_eased <= k->is_int8; is_eased++)
                        check_multiply(k, shapes[s][0], shapes[s][1], tokens[t], after, is_eased);
}

/* Eased weights are whole with -127 among them, and eased inputs whole from -127 to 128: so both have a step of
 * 1, and nothing is rounded. */
static void check_whole_numbers(const struct kernels *k, size_t outputs, size_t inputs, size_t tokens,
                                bool is_eased)
{
    struct product p = product_new(k, outputs, inputs, tokens);
    if (is_eased)
        add_easing(&p);
    for (size_t i = 0; i < outputs * inputs; i++) {
        float whole = i % inputs == i / inputs % inputs ? -127 : roundf(p.weights[i] * 127);
        p.weights[i] = whole * easing_of(&p, i % inputs);
    }
    for (size_t t = 0; t < tokens; t++)
        for (size_t i = 0; i < inputs; i++) {
            float *x = at(k, p.in, inputs, t, i);
            float  whole = i == t % inputs ? -127 : i == (t + 1) % inputs ? 128 : roundf(*x * 127);
            *x = whole / easing_of(&p, i);
        }
    memset(p.bias, 0, outputs * sizeof *p.bias);
    product_run(&p, AFTER_STORE);
    for (size_t t = 0; t < tokens; t++)
        for (size_t o = 0; o < outputs; o++) {
            double sum = 0;
            for (size_t i = 0; i < inputs; i++)
                sum += (double)p.weights[o * inputs + i] * *at(k, p.in, inputs, t, i);
            assert_true(*at(k, p.out, outputs, t, o) == (float)sum);
        }
    product_fini(&p);
}

/* Deeper than what is multiplied at once, and more tokens. */
static void test_bytes_are_multiplied_exactly(void **unused)
{
    (void)unused;
    const struct kernels *k;
    static const size_t   tokens[] = { 1, 18, 32, 35, 52, 69, 128, 130, 200, 257 };
    for (size_t i = 0; (k = kernels_here(i)); i++)
        for (size_t t = 0; k->is_int8 && t < sizeof tokens / sizeof *tokens; t++)
            for (int is_eased = 0; is_eased <= 1; is_eased++) {
                check_whole_numbers(k, 5, 1, tokens[t], is_eased);
                check_whole_numbers(k, 33, 63, tokens[t], is_eased);
                check_whole_numbers(k, 64, 64, tokens[t], is_eased);
                check_whole_numbers(k, 70, 513, tokens[t], is_eased);
                check_whole_numbers(k, 70, 1100, tokens[t], is_eased);
            }
}

/* softmax(q k / sqrt(features)) v, for one head and one token's query. */
static void exact_attention(const struct kernels *k, const struct attention *shape, float *qkv, size_t head,
                            size_t t, double *out)
{
    size_t hidden = shape->heads * shape->head_features, first = head * shape->head_features;
    double sum = 0;
    for (size_t f = 0; f < shape->head_features; f++)
        out[f] = 0;
    for (size_t key = 0; key < shape->tokens; key++) {
        double dot = 0;
        for (size_t f = 0; f < shape->head_features; f++)
            dot += (double)*at(k, qkv, 3 * hidden, t, first + f) *
                   *at(k, qkv, 3 * hidden, key, hidden + first + f);
        double weight = exp(dot / sqrt((double)shape->head_features));
        sum += weight;
        for (size_t f = 0; f < shape->head_features; f++)
            out[f] += weight * *at(k, qkv, 3 * hidden, key, 2 * hidden + first + f);
    }
    for (size_t f = 0; f < shape->head_features; f++)
        out[f] /= sum;
}

static void check_attend(const struct kernels *k, const struct attention *shape)
{
    enum { FEATURES_MOST = 64 };
    size_t hidden = shape->heads * shape->head_features, lanes = panels_of(k, shape->tokens) * k->panel;
    float *qkv = random_floats(lanes * 3 * hidden), *out = new_floats(lanes * hidden);
    void  *scores = vectors_new(attention_room(k, shape));
    for (size_t i = 0; i < lanes * 3 * hidden; i++)
        qkv[i] = roundf(qkv[i] * 16) / 8; /* in [-2, 2], so that a softmax is not nearly even; exact in bf16 */
    double most = k->attends_in_bf16 ? 1.0 / 128
                  : k->is_int8       ? 4e-4
                                     : 1e-5; /* of the powers, times values up to 2 */
    k->attend(shape, qkv, out, scores);
    for (size_t head = 0; head < shape->heads; head++)
        for (size_t t = 0; t < shape->tokens; t++) {
            double exact[FEATURES_MOST];
            exact_attention(k, shape, qkv, head, t, exact);
            for (size_t f = 0; f < shape->head_features; f++)
                assert_near(*at(k, out, hidden, t, head * shape->head_features + f), exact[f], most);
        }
    free(qkv);
    free(out);
    free(scores);
}

static void test_attend(void **unused)
{
    (void)unused;
    const struct kernels *k;
    static const size_t   tokens[] = { 1, 2, 5, 8, 15, 16, 17, 32, 33, 70 };
    for (size_t i = 0; (k = kernels_here(i)); i++)
        for (size_t t = 0; t < sizeof tokens / sizeof *tokens; t++) {
            check_attend(k, &(struct attention){ .heads = 2, .head_features = 32, .tokens = tokens[t] });
            check_attend(k, &(struct attention){ .heads = 3, .head_features = 5, .tokens = tokens[t] });
            check_attend(k, &(struct attention){ .heads = 1, .head_features = 64, .tokens = tokens[t] });
        }
}

static void check_normalize(const struct kernels *k, size_t features, size_t tokens)
{
    float *x = random_panels(k, features, tokens), *gain = random_floats(features),
          *shift = random_floats(features);
    float *before = new_floats(panels_of(k, tokens) * k->panel * features);
    for (size_t i = 0; i < panels_of(k, tokens) * k->panel * features; i++)
        before[i] = x[i] += 3; /* away from 0: the mean must be taken off */
    k->normalize(x, gain, shift, features, tokens, 1e-6f);
    for (size_t t = 0; t < tokens; t++) {
        double mean = 0, variance = 0;
        for (size_t f = 0; f < features; f++)
            mean += *at(k, before, features, t, f) / (double)features;
        for (size_t f = 0; f < features; f++)
            variance += pow(*at(k, before, features, t, f) - mean, 2) / (double)features;
        for (size_t f = 0; f < features; f++)
            assert_close(*at(k, x, features, t, f),
                         (*at(k, before, features, t, f) - mean) / sqrt(variance + 1e-6) * gain[f] + shift[f]);
    }
    free(x);
    free(gain);
    free(shift);
    free(before);
}

static void test_normalize(void **unused)
{
    (void)unused;
    const struct kernels *k;
    for (size_t i = 0; (k = kernels_here(i)); i++)
        for (size_t tokens = 1; tokens < 70; tokens += 11)
            for (size_t features = 5; features < 100; features += 31)
                check_normalize(k, features, tokens);
}

static void check_add_up(const struct kernels *k, size_t features, size_t tokens)
{
    float *x = random_panels(k, features, tokens), *out = new_floats(features);
    for (size_t t = tokens; t < panels_of(k, tokens) * k->panel; t++)
        for (size_t f = 0; f < features; f++)
            *at(k, x, features, t, f) = 1000; /* must not be read */
    k->add_up(x, features, tokens, out);
    for (size_t f = 0; f < features; f++) {
        double sum = 0;
        for (size_t t = 0; t < tokens; t++)
            sum += *at(k, x, features, t, f);
        assert_close(out[f], sum);
    }
    free(x);
    free(out);
}

static void test_add_up(void **unused)
{
    (void)unused;
    const struct kernels *k;
    for (size_t i = 0; (k = kernels_here(i)); i++)
        for (size_t tokens = 1; tokens < 70; tokens++)
            check_add_up(k, 7, tokens);
}

/* The bounds that kernels.h promises. */
static void test_smooth_functions(void **unused)
{
    (void)unused;
    const struct kernels *k;
    enum { COUNT = 1 << 15 };
    float *x = new_floats(COUNT), *z = new_floats(COUNT);
    for (size_t make = 0; (k = kernels_here(make)); make++) {
        double most = k->is_int8 ? 1e-4 : 1e-6;
        for (size_t i = 0; i < COUNT; i++)
            x[i] = z[i] = (float)i * (24.0f / COUNT) - 12;
        k->gelu(x, COUNT);
        for (size_t i = 0; i < COUNT; i++)
            assert_true(fabs(x[i] - exact_gelu(z[i])) <= most * fmax(1, fabs(z[i])));
        for (size_t i = 0; i < COUNT; i++)
            x[i] = z[i] = (float)i * (-87.0f / COUNT);
        k->exp(x, COUNT);
        for (size_t i = 0; i < COUNT; i++)
            assert_true(fabs(x[i] / exp(z[i]) - 1) <= most);
        for (size_t i = 0; i < k->panel; i++)
            x[i] = -87.5f - (float)i * 1e6f;
        k->exp(x, k->panel);
        for (size_t i = 0; i < k->panel; i++)
            assert_true(x[i] >= 0 && x[i] <= 1e-37f);
    }
    free(x);
    free(z);
}

static void test_picks_by_name(void **unused)
{
    (void)unused;
    assert_int_equal(setenv("WEIR_KERNEL", "portable", 1), 0);
    assert_string_equal(kernels_pick(SLM_INT8)->name, "portable"); /* whoever names one means it */
    assert_int_equal(setenv("WEIR_KERNEL", "abacus", 1), 0);
    assert_null(kernels_pick(SLM_FASTEST));
    assert_int_equal(unsetenv("WEIR_KERNEL"), 0);
    assert_ptr_equal(kernels_pick(SLM_FASTEST), kernels_here(0));
    assert_true(kernels_pick(SLM_INT8)->is_int8);
    assert_false(kernels_pick(SLM_FP32)->is_int8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_multiply),      cmocka_unit_test(test_bytes_are_multiplied_exactly),
        cmocka_unit_test(test_attend),        cmocka_unit_test(test_normalize),
        cmocka_unit_test(test_add_up),        cmocka_unit_test(test_smooth_functions),
        cmocka_unit_test(test_picks_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
