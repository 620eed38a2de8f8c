/* Tests src/slm/near.c: against looking at every entry, and what comes and goes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slm/near.h"

#include <math.h>

enum { DIM = 384, MANY = 3000, MOST = 4000 };

static const unsigned char group_a[NEAR_ID_BYTES] = { 1 }, group_b[NEAR_ID_BYTES] = { 2 };

static uint32_t lot = 7;

static float draw(void)
{
    float sum = 0;
    for (int i = 0; i < 4; i++) {
        lot = lot * 1664525U + 1013904223U;
        sum += (float)(lot >> 8) / (float)(1 << 24) - 0.5F;
    }
    return sum;
}

static void draw_vector(float *out)
{
    for (int i = 0; i < DIM; i++)
        out[i] = draw();
}

static void draw_near(const float *to, float noise, float *out)
{
    for (int i = 0; i < DIM; i++)
        out[i] = to[i] + noise * draw();
}

static struct near_entry entry_of(unsigned number, const unsigned char *group, const int8_t *embedding,
                                  int64_t ends_ms)
{
    struct near_entry e = { .ends_ms = ends_ms, .embedding = embedding, .note = S("note") };
    memcpy(e.group, group, NEAR_ID_BYTES);
    memcpy(e.id, &number, sizeof number);
    return e;
}

static unsigned number_of(const struct near_found *f)
{
    unsigned number;
    memcpy(&number, f->id, sizeof number);
    return number;
}

static void put(struct near *n, unsigned number, const unsigned char *group, const float *v, int64_t ends_ms)
{
    int8_t            packed[DIM];
    struct near_entry e = entry_of(number, group, packed, ends_ms);
    near_pack(v, DIM, packed);
    near_put(n, &e, 0);
}

static size_t find(struct near *n, struct arena *arena, const unsigned char *group, const float *v, float least,
                   int64_t wall_ms, struct near_found *out)
{
    int8_t packed[DIM];
    near_pack(v, DIM, packed);
    return near_find(n, arena, group, packed, least, wall_ms, out, 8);
}

static void test_the_nearest_is_found_among_many(void **state)
{
    (void)state;
    struct arena     *arena = arena_new();
    struct near      *n = near_new(DIM, MOST, (struct near_lock){ 0 });
    static float      asked[16][DIM];
    float             v[DIM];
    struct near_found found[8];
    for (unsigned i = 0; i < MANY; i++) {
        draw_vector(v);
        if (i % (MANY / 16) == 0 && i / (MANY / 16) < 16)
            memcpy(asked[i / (MANY / 16)], v, sizeof v);
        put(n, i, i % 2 ? group_a : group_b, v, 100);
    }
    for (unsigned k = 0; k < 16; k++) {
        unsigned number = k * (MANY / 16);
        draw_near(asked[k], 0.6F, v);
        size_t mine = find(n, arena, number % 2 ? group_a : group_b, v, 0.6F, 50, found);
        assert_int_equal(mine, 1);
        assert_int_equal(number_of(&found[0]), number);
        assert_true(found[0].cosine > 0.8F && found[0].cosine < 0.95F);
        assert_true(slice_is(found[0].note, "note"));
        assert_int_equal(find(n, arena, number % 2 ? group_b : group_a, v, 0.6F, 50, found), 0);
    }
    near_free(&n);
    arena_free(&arena);
}

/* A thousand that are all near: the nearest of them come, in order. */
static void test_among_many_near_ones_the_nearest_come_first(void **state)
{
    (void)state;
    struct arena     *arena = arena_new();
    struct near      *n = near_new(DIM, MOST, (struct near_lock){ 0 });
    struct near_found found[8];
    float             middle[DIM], v[DIM];
    draw_vector(middle);
    for (unsigned i = 0; i < 1000; i++) {
        draw_near(middle, 0.4F, v);
        put(n, i, group_a, v, 100);
    }
    draw_near(v, 0.1F, v); /* of number 999 */
    assert_int_equal(find(n, arena, group_a, v, 0.5F, 0, found), 8);
    assert_int_equal(number_of(&found[0]), 999);
    for (int i = 1; i < 8; i++)
        assert_true(found[i].cosine <= found[i - 1].cosine);
    near_free(&n);
    arena_free(&arena);
}

static void test_what_ends_or_is_dropped_is_not_found(void **state)
{
    (void)state;
    struct arena     *arena = arena_new();
    struct near      *n = near_new(DIM, MOST, (struct near_lock){ 0 });
    struct near_found found[8];
    float             v[DIM];
    unsigned char     id[NEAR_ID_BYTES] = { 0 };
    draw_vector(v);
    for (unsigned i = 0; i < 5; i++)
        put(n, i, group_a, v, 100 + i);
    assert_int_equal(find(n, arena, group_a, v, 0.9F, 99, found), 5);
    assert_int_equal(find(n, arena, group_a, v, 0.9F, 102, found), 2);
    near_sweep(n, 102);
    assert_int_equal(near_count(n), 2);
    id[0] = 4;
    near_drop(n, id);
    near_drop(n, id);
    assert_int_equal(find(n, arena, group_a, v, 0.9F, 0, found), 1);
    put(n, 3, group_b, v, 500); /* the same id, elsewhere */
    assert_int_equal(near_count(n), 1);
    assert_int_equal(find(n, arena, group_a, v, 0.9F, 0, found), 0);
    assert_int_equal(find(n, arena, group_b, v, 0.9F, 400, found), 1);
    near_clear(n);
    assert_int_equal(near_count(n), 0);
    near_free(&n);
    arena_free(&arena);
}

static void test_the_oldest_make_room(void **state)
{
    (void)state;
    struct arena     *arena = arena_new();
    struct near      *n = near_new(DIM, 10, (struct near_lock){ 0 });
    struct near_found found[8];
    static float      kept[100][DIM];
    for (unsigned i = 0; i < 100; i++) {
        draw_vector(kept[i]);
        put(n, i, i % 3 ? group_a : group_b, kept[i], 100);
    }
    assert_int_equal(near_count(n), 10);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(find(n, arena, i % 3 ? group_a : group_b, kept[i], 0.9F, 0, found), i >= 90);
    near_free(&n);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_nearest_is_found_among_many),
        cmocka_unit_test(test_among_many_near_ones_the_nearest_come_first),
        cmocka_unit_test(test_what_ends_or_is_dropped_is_not_found),
        cmocka_unit_test(test_the_oldest_make_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
