/*
 * test_encoder_branch.c - a pass in steps, and branches: on one encoder's lower layers, another's upper ones
 * give what the other encoder gives.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "made_model.h"
#include "slm/encoder.h"
#include "slm/kernels.h"

#include <math.h>

enum { FROM = 1, TOKENS_MOST = 70 };
static const size_t lengths[] = { 1, 2, 7, 31, 33, TOKENS_MOST };

/* Two models that have their first layer in common, for each make of the kernels. */
struct stage {
    struct encoder         *ours, *theirs;
    struct encoder_scratch *scratch, *their_scratch;
    uint32_t                ids[TOKENS_MOST];
};

static struct made_model ours, theirs;

static int set_up(void **state)
{
    (void)state;
    made_model_init(&ours, 1, FROM, 2);
    made_model_init(&theirs, 1, FROM, 3);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    made_model_fini(&ours);
    made_model_fini(&theirs);
    return 0;
}

static struct encoder *open_made(const struct made_model *m, const struct kernels *k)
{
    struct fault    why = { .kind = FAULT_NONE };
    struct encoder *e = encoder_open(m->folder, k, &why);
    if (!e)
        fail_msg("%s", why.detail);
    return e;
}

static void stage_init(struct stage *s, const struct kernels *k)
{
    s->ours = open_made(&ours, k);
    s->theirs = open_made(&theirs, k);
    s->scratch = encoder_scratch_new(s->ours);
    s->their_scratch = encoder_scratch_new(s->theirs);
    for (size_t i = 0; i < TOKENS_MOST; i++)
        s->ids[i] = (uint32_t)(i * 17 % MADE_VOCABULARY);
}

static void stage_fini(struct stage *s)
{
    encoder_scratch_free(&s->scratch);
    encoder_scratch_free(&s->their_scratch);
    encoder_close(&s->ours);
    encoder_close(&s->theirs);
}

static struct encoder_branch *branch_of(const struct encoder *on, struct encoder *layers_of, size_t from)
{
    struct layer_weights layer[MADE_LAYERS] = { 0 };
    for (size_t i = from; i < MADE_LAYERS; i++)
        encoder_layer_floats(layers_of, i, &layer[i - from]);
    struct encoder_branch *b = encoder_branch_new(on, from, layer);
    for (size_t i = from; i < MADE_LAYERS; i++)
        encoder_layer_done(layers_of, &layer[i - from]);
    assert_int_equal(encoder_branch_from(b), from);
    return b;
}

/* Runs ids up to layer `from`, keeps the states, and goes on. */
static void run_keeping(const struct encoder *e, struct encoder_scratch *s, const uint32_t *ids, size_t count,
                        size_t from, float *out)
{
    encoder_start(e, s, ids, count);
    encoder_advance(e, s, from);
    encoder_keep(e, s);
    encoder_advance(e, s, MADE_LAYERS);
    encoder_pool(e, s, out);
}

static void check_steps(const struct kernels *k)
{
    struct stage s;
    stage_init(&s, k);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        float whole[MADE_HIDDEN], steps[MADE_HIDDEN];
        encoder_run(s.ours, s.scratch, s.ids, lengths[i], whole);
        run_keeping(s.ours, s.scratch, s.ids, lengths[i], i % (MADE_LAYERS + 1), steps);
        assert_memory_equal(whole, steps, sizeof whole);
    }
    stage_fini(&s);
}

static void check_branch(const struct kernels *k)
{
    static float states[TOKENS_MOST * MADE_HIDDEN], wanted[TOKENS_MOST * MADE_HIDDEN];
    struct stage s;
    stage_init(&s, k);
    struct encoder_branch *branch = branch_of(s.ours, s.theirs, FROM);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t bytes = lengths[i] * MADE_HIDDEN * sizeof *states;
        float  embedding[MADE_HIDDEN];
        run_keeping(s.ours, s.scratch, s.ids, lengths[i], FROM, embedding);
        encoder_branch_run(branch, s.scratch, NULL, states);
        encoder_run(s.theirs, s.their_scratch, s.ids, lengths[i], embedding);
        encoder_states(s.theirs, s.their_scratch, wanted);
        assert_memory_equal(states, wanted, bytes);
        encoder_branch_run(branch, s.scratch, NULL, states); /* what is kept stays */
        assert_memory_equal(states, wanted, bytes);
    }
    encoder_branch_free(&branch);
    assert_null(branch);
    stage_fini(&s);
}

/* What is missing from one text's states to another's is added: so one text's pass gives the other's. */
static void check_added(const struct kernels *k)
{
    static float one[TOKENS_MOST * MADE_HIDDEN], other[TOKENS_MOST * MADE_HIDDEN],
        states[TOKENS_MOST * MADE_HIDDEN];
    const float *added[TOKENS_MOST];
    struct stage s;
    stage_init(&s, k);
    struct encoder_branch *branch = branch_of(s.ours, s.ours, FROM);
    uint32_t               ids[TOKENS_MOST];
    for (size_t t = 0; t < TOKENS_MOST; t++)
        ids[t] = t % 3 == 1 ? s.ids[t] : (uint32_t)(t * 7 % MADE_VOCABULARY);

    encoder_start(s.ours, s.scratch, ids, TOKENS_MOST);
    encoder_advance(s.ours, s.scratch, FROM);
    encoder_states(s.ours, s.scratch, other);
    encoder_advance(s.ours, s.scratch, MADE_LAYERS);
    encoder_states(s.ours, s.scratch, states);
    encoder_start(s.ours, s.scratch, s.ids, TOKENS_MOST);
    encoder_advance(s.ours, s.scratch, FROM);
    encoder_keep(s.ours, s.scratch);
    encoder_states(s.ours, s.scratch, one);
    for (size_t i = 0; i < TOKENS_MOST * MADE_HIDDEN; i++)
        one[i] = other[i] - one[i];
    for (size_t t = 0; t < TOKENS_MOST; t++)
        added[t] = one + t * MADE_HIDDEN;
    encoder_branch_run(branch, s.scratch, added, other);
    float worst = 0, most = 0;
    for (size_t i = 0; i < TOKENS_MOST * MADE_HIDDEN; i++) {
        worst = fmaxf(worst, fabsf(other[i] - states[i]));
        most = fmaxf(most, fabsf(states[i]));
    }
    assert_true(most > 1);
    assert_true(worst < (k->is_int8 ? 0.2f : 1e-4f));
    encoder_branch_free(&branch);
    stage_fini(&s);
}

/* A branch without layers gives the kept states, and what is added to them. */
static void check_no_layers(const struct kernels *k)
{
    enum { COUNT = 37, ONE = 33 };
    float        states[COUNT * MADE_HIDDEN], kept[COUNT * MADE_HIDDEN], vector[MADE_HIDDEN];
    const float *added[COUNT] = { NULL };
    struct stage s;
    stage_init(&s, k);
    struct encoder_branch *branch = encoder_branch_new(s.ours, MADE_LAYERS, NULL);
    for (size_t f = 0; f < MADE_HIDDEN; f++)
        vector[f] = (float)f;
    added[ONE] = vector;
    encoder_start(s.ours, s.scratch, s.ids, COUNT);
    encoder_advance(s.ours, s.scratch, 2);
    encoder_keep(s.ours, s.scratch);
    encoder_states(s.ours, s.scratch, kept);
    encoder_branch_run(branch, s.scratch, added, states);
    for (size_t f = 0; f < MADE_HIDDEN; f++)
        kept[ONE * MADE_HIDDEN + f] += vector[f];
    assert_memory_equal(states, kept, sizeof kept);
    encoder_branch_free(&branch);
    stage_fini(&s);
}

static void for_every_make(void (*check)(const struct kernels *))
{
    const struct kernels *k;
    for (size_t i = 0; (k = kernels_here(i)); i++)
        check(k);
}

static void test_steps_are_the_whole(void **state)
{
    (void)state;
    for_every_make(check_steps);
}

static void test_a_branch_is_the_other_model(void **state)
{
    (void)state;
    for_every_make(check_branch);
}

static void test_adds_to_tokens(void **state)
{
    (void)state;
    for_every_make(check_added);
}

static void test_a_branch_may_have_no_layers(void **state)
{
    (void)state;
    for_every_make(check_no_layers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_are_the_whole),
        cmocka_unit_test(test_a_branch_is_the_other_model),
        cmocka_unit_test(test_adds_to_tokens),
        cmocka_unit_test(test_a_branch_may_have_no_layers),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
