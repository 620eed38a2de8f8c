/* test_yaml.c - places, substitution, typed values, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "a_policy.h"
#include "policy/yaml.h"

#include <stdio.h>

static const char *env(const char *name)
{
    if (strcmp(name, "KEY") == 0)
        return "sesame: open";
    return strcmp(name, "EMPTY") == 0 ? "" : NULL;
}

static struct yaml *read_text(struct fixture *f, const char *text)
{
    return yaml_read(f->arena, "f.yaml", slice_str(text), env, &f->diag);
}

static void places_are_lines_and_columns_from_one(void **state)
{
    struct fixture *f = *state;
    struct yaml    *root = read_text(f, "a: 1\nlist:\n  - x\n  - { ä: b, deep: \"q\" }\n");
    assert_non_null(root);
    struct yaml *item = yaml_get(root, "list")->child->next;
    struct yaml *deep = yaml_get(item, "deep");
    assert_int_equal(yaml_get(root, "a")->place.column, 4);
    assert_int_equal(item->place.line, 4);
    assert_int_equal(deep->key_place.column, 13);
    assert_int_equal(deep->place.column, 19);
    assert_true(deep->is_quoted);
    assert_string_equal(deep->place.file, "f.yaml");
}

static void broken_yaml_has_a_place(void **state)
{
    struct fixture *f = *state;
    assert_null(read_text(f, "a: 1\nb: [1, 2\nc: 3\n"));
    assert_int_equal(f->diag.errors, 1);
    assert_memory_equal(f->diag.text.ptr, "f.yaml:3:", 9);
}

static void a_key_twice_a_tag_and_a_second_document_are_told(void **state)
{
    struct fixture *f = *state;
    assert_non_null(read_text(f, "a: 1\nb: !!int 2\na: 3\n---\nc: 4\n"));
    assert_errors(f, "f.yaml:2:4: tags such as \"tag:yaml.org,2002:int\" are not read\n"
                     "f.yaml:3:1: the key \"a\" stands here and in line 1\n"
                     "f.yaml:4:1: a second document: one file holds one\n");
}

static void an_empty_file_is_an_empty_map(void **state)
{
    struct fixture *f = *state;
    struct yaml    *root = read_text(f, "# nothing\n");
    assert_non_null(root);
    assert_int_equal(root->kind, YAML_MAP);
    assert_null(root->child);
    assert_int_equal(f->diag.errors, 0);
}

static void aliases_are_followed_and_bombs_are_not(void **state)
{
    struct fixture *f = *state;
    struct yaml    *root = read_text(f, "a: &x [1, 2]\nb: *x\n");
    assert_int_equal(yaml_int(yaml_get(root, "b")->child->next, 0, 9, 0, &f->diag), 2);

    char   bomb[2048];
    size_t at = (size_t)sprintf(bomb, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 9; i++)
        at += (size_t)sprintf(bomb + at, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i,
                              i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    assert_null(read_text(f, bomb));
    assert_int_equal(f->diag.errors, 1);
}

static void an_anchor_cannot_hold_itself(void **state)
{
    struct fixture *f = *state;
    assert_null(read_text(f, "a: &x [*x]\n"));
    assert_errors(f, "f.yaml:1:8: no anchor \"&x\" stands before this alias\n");
}

static void depth_is_bounded(void **state)
{
    struct fixture *f = *state;
    char            deep[200] = "a: ";
    memset(deep + 3, '[', 60);
    memset(deep + 63, ']', 60);
    assert_null(read_text(f, deep));
    assert_int_equal(f->diag.errors, 1);
}

static void variables_are_substituted_after_reading(void **state)
{
    struct fixture *f = *state;
    struct yaml    *root =
        read_text(f, "a: ${KEY}\nb: x${NONE:-d}y\nc: '${NONE:-}'\nd: $${KEY}\ne: { f: ${EMPTY:-z} }\n");
    assert_string_equal(yaml_get(root, "a")->scalar.ptr, "sesame: open");
    assert_string_equal(yaml_get(root, "b")->scalar.ptr, "xdy");
    assert_string_equal(yaml_get(root, "c")->scalar.ptr, "");
    assert_string_equal(yaml_get(root, "d")->scalar.ptr, "${KEY}");
    assert_string_equal(yaml_get(yaml_get(root, "e"), "f")->scalar.ptr, "z");
    assert_int_equal(yaml_get(yaml_get(root, "e"), "f")->place.column, 9);
    assert_int_equal(f->diag.errors, 0);
}

static void an_unset_variable_is_named_once(void **state)
{
    struct fixture *f = *state;
    struct yaml    *root = read_text(f, "a: ${NONE}\nb: ${un closed\nc: ${EMPTY}\n");
    assert_int_equal(yaml_int(yaml_get(root, "a"), 0, 9, 7, &f->diag), 7);
    assert_errors(
        f, "f.yaml:1:4: the environment variable NONE is not set; set it, or give a default: ${NONE:-…}\n"
           "f.yaml:2:4: a \"${\" without its \"}\"\n"
           "f.yaml:3:4: the environment variable EMPTY is empty; set it, or give a default: ${EMPTY:-…}\n");
}

static void a_secret_is_never_quoted(void **state)
{
    struct fixture *f = *state;
    struct yaml    *root = read_text(f, "a: ${KEY}\n");
    yaml_int(yaml_get(root, "a"), 0, 9, 0, &f->diag);
    assert_errors(f, "f.yaml:1:4: a whole number from 0 to 9 was expected, not a substituted value\n");
}

static void typed_values(void **state)
{
    struct fixture *f = *state;
    struct yaml *root = read_text(f, "i: -3\nn: 0.25\nb: yes\nd: 90s\ny: 64K\nu: 0.000000001\nv: 9223372036\n");
    assert_int_equal(yaml_int(yaml_get(root, "i"), -5, 5, 0, &f->diag), -3);
    assert_true(yaml_number(yaml_get(root, "n"), 0, 1, 0, &f->diag) == 0.25);
    assert_true(yaml_bool(yaml_get(root, "b"), false, &f->diag));
    assert_int_equal(yaml_duration_ms(yaml_get(root, "d"), 0, &f->diag), 90000);
    assert_int_equal(yaml_bytes(yaml_get(root, "y"), 0, &f->diag), 65536);
    assert_int_equal(yaml_nanousd(yaml_get(root, "u"), 0, &f->diag), 1);
    assert_int_equal(yaml_nanousd(yaml_get(root, "v"), 0, &f->diag), 9223372036000000000);
    assert_int_equal(yaml_int(NULL, 0, 1, 42, &f->diag), 42);
    assert_int_equal(f->diag.errors, 0);
}

static void wrong_values_are_told_and_fall_back(void **state)
{
    struct fixture *f = *state;
    struct yaml    *root =
        read_text(f, "i: \"3\"\nn: 1e3\nb: maybe\nd: 90\ny: 1t\nu: 0.0000000001\nv: 9223372037\nt: [x]\ne:\n");
    assert_int_equal(yaml_int(yaml_get(root, "i"), -5, 5, 1, &f->diag), 1);
    assert_true(yaml_number(yaml_get(root, "n"), 0, 9999, 2, &f->diag) == 2);
    assert_false(yaml_bool(yaml_get(root, "b"), false, &f->diag));
    assert_int_equal(yaml_duration_ms(yaml_get(root, "d"), 3, &f->diag), 3);
    assert_int_equal(yaml_bytes(yaml_get(root, "y"), 4, &f->diag), 4);
    assert_int_equal(yaml_nanousd(yaml_get(root, "u"), 5, &f->diag), 5);
    assert_int_equal(yaml_nanousd(yaml_get(root, "v"), 6, &f->diag), 6);
    assert_true(slice_is(yaml_text(yaml_get(root, "t"), S("f"), &f->diag), "f"));
    assert_true(slice_is(yaml_text(yaml_get(root, "e"), S("f"), &f->diag), "f"));
    assert_errors(f, "f.yaml:1:4: a whole number from -5 to 5 was expected, not \"3\"\n"
                     "f.yaml:2:4: a number from 0 to 9999 was expected, not \"1e3\"\n"
                     "f.yaml:3:4: true or false was expected, not \"maybe\"\n"
                     "f.yaml:4:4: a duration such as 250ms, 30s, 5m, 24h or 7d was expected, not \"90\"\n"
                     "f.yaml:5:4: a size such as 512, 64k, 32m or 1g was expected, not \"1t\"\n"
                     "f.yaml:6:4: an amount of US dollars such as 20 or 0.15, to nine decimals, was expected, "
                     "not \"0.0000000001\"\n"
                     "f.yaml:7:4: an amount of US dollars such as 20 or 0.15, to nine decimals, was expected, "
                     "not \"9223372037\"\n"
                     "f.yaml:8:4: a text was expected, not a list\n"
                     "f.yaml:9:3: a text was expected, not nothing\n");
}

static void misspelt_keys_are_suggested(void **state)
{
    static const char *const known[] = { "listen", "providers", NULL };
    struct fixture          *f = *state;
    struct yaml             *root = read_text(f, "lsiten: 1\nxyz: 2\nproviders: 3\n");
    yaml_known_keys(root, known, &f->diag);
    assert_errors(f, "f.yaml:1:1: there is no key \"lsiten\" here, did you mean \"listen\"?\n"
                     "f.yaml:2:1: there is no key \"xyz\" here; known are listen, providers\n");
}

static void suggestions_are_near(void **state)
{
    static const char *const words[] = { "reach", "redact", "deny", NULL };
    char                     hint[DIAG_HINT_BYTES];
    (void)state;
    assert_string_equal(diag_hint(S("raech"), words, hint), ", did you mean \"reach\"?");
    assert_string_equal(diag_hint(S("Redcat"), words, hint), ", did you mean \"redact\"?");
    assert_string_equal(diag_hint(S("deni"), words, hint), ", did you mean \"deny\"?");
    assert_string_equal(diag_hint(S("budget"), words, hint), "");
    assert_string_equal(diag_hint(S(""), words, hint), "");
}

/* However a file is cut, reading it ends, and an error has a place. */
static void every_cut_is_read_or_refused(void **state)
{
    static const char text[] = "a: &x { b: [1, \"two\\n\"], c: ${KEY} }\nd: *x\ne: |\n  lines\n  more\n# end\n";
    struct fixture   *f = *state;
    for (size_t len = 0; len < sizeof text; len++) {
        struct diag diag;
        diag_init(&diag);
        struct yaml *root = yaml_read(f->arena, "f.yaml", slice_of(text, len), env, &diag);
        assert_true(root || diag.errors);
        diag_fini(&diag);
    }
}

static void odd_bytes_are_refused(void **state)
{
    struct fixture *f = *state;
    assert_null(read_text(f, "a: \xff\xfe\n"));
    assert_non_null(read_text(f, "a: \"x\\0y\"\n"));
    assert_int_equal(f->diag.errors, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(places_are_lines_and_columns_from_one),
        TEST(broken_yaml_has_a_place),
        TEST(a_key_twice_a_tag_and_a_second_document_are_told),
        TEST(an_empty_file_is_an_empty_map),
        TEST(aliases_are_followed_and_bombs_are_not),
        TEST(an_anchor_cannot_hold_itself),
        TEST(depth_is_bounded),
        TEST(variables_are_substituted_after_reading),
        TEST(an_unset_variable_is_named_once),
        TEST(a_secret_is_never_quoted),
        TEST(typed_values),
        TEST(wrong_values_are_told_and_fall_back),
        TEST(misspelt_keys_are_suggested),
        TEST(suggestions_are_near),
        TEST(every_cut_is_read_or_refused),
        TEST(odd_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
