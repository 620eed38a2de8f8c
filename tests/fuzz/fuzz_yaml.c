/* fuzz_yaml.c - any bytes as YAML: read or refused with a place, and every value may be asked for as anything.
 */
#include "policy/yaml.h"

#include "base/die.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "a: 1\nb: [x, 'y', \"z\\n\"]\nc: { d: ${KEY}, e: $${F}, g: ${H:-1} }\n",
    "x: &a [1, 2]\ny: *a\nz: |\n  text\n  more\n? k\n: v\n",
    "d: 24h\ns: 32m\nm: 0.000000001\nt: true\nn: -0.5\n",
    "%YAML 1.1\n---\n- !!str a\n...\n---\nb\n",
    NULL,
};

static const char *env(const char *name)
{
    return strcmp(name, "KEY") == 0 ? "value" : NULL;
}

static void walk(const struct yaml *y, struct diag *diag, unsigned depth)
{
    static const char *const known[] = { "a", "b", NULL };
    if (!y->place.line || depth > 64)
        die("a value without a place, or too deep");
    (void)yaml_int(y, -5, 5, 0, diag);
    (void)yaml_number(y, 0, 1, 0, diag);
    (void)yaml_bool(y, false, diag);
    (void)yaml_duration_ms(y, 0, diag);
    (void)yaml_bytes(y, 0, diag);
    (void)yaml_nanousd(y, 0, diag);
    (void)yaml_text(y, S(""), diag);
    yaml_known_keys(y, known, diag);
    for (const struct yaml *child = y->child; child; child = child->next)
        walk(child, diag, depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct diag   diag;
    diag_init(&diag);
    struct yaml *root = yaml_read(arena, "f", slice_of((const char *)data, size), env, &diag);
    if (!root && !diag.errors)
        die("refused without a word");
    if (root)
        walk(root, &diag, 0);
    diag_fini(&diag);
    arena_free(&arena);
    return 0;
}
