/* regex.c - one regex of the operator's: is it one, and is a value all of it? See privacy/patterns.h. */
#include "privacy/patterns.h"

#include "base/buf.h"
#include "base/die.h"

#include <hs/hs.h>

enum { REGEX_MOST_BYTES = 1 << 16 };

static hs_database_t *compile(const char *regex, unsigned flags, struct fault *why)
{
    hs_database_t      *database = NULL;
    hs_compile_error_t *error = NULL;
    if (hs_compile(regex, flags, HS_MODE_BLOCK, NULL, &database, &error) == HS_SUCCESS)
        return database;
    fault_set(why, FAULT_INTERNAL, "%s", error->message);
    hs_free_compile_error(error);
    return NULL;
}

static bool is_regex(const char *regex, unsigned flags, struct fault *why)
{
    hs_database_t *database = compile(regex, flags, why);
    hs_free_database(database);
    return database != NULL;
}

bool regex_check(const char *regex, struct fault *why)
{
    return is_regex(regex, HS_FLAG_SOM_LEFTMOST, why);
}

struct regex {
    hs_database_t *database;
};

struct regex *regex_new(const char *text, struct fault *why)
{
    struct buf whole;
    /* Alone first: the place that an error tells is then one of the operator's own text. */
    if (!is_regex(text, HS_FLAG_ALLOWEMPTY, why))
        return NULL;
    buf_init(&whole, REGEX_MOST_BYTES);
    buf_printf(&whole, "\\A(?:%s)\\z", text);
    buf_add_byte(&whole, '\0');
    hs_database_t *database = NULL;
    if (whole.full)
        fault_set(why, FAULT_INTERNAL, "more than %d bytes", REGEX_MOST_BYTES);
    else
        database = compile(whole.ptr, HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY, why);
    buf_fini(&whole);
    if (!database)
        return NULL;
    struct regex *regex = must_calloc(1, sizeof *regex);
    regex->database = database;
    return regex;
}

void regex_free(struct regex **handle)
{
    struct regex *regex = *handle;
    *handle = NULL;
    if (!regex)
        return;
    hs_free_database(regex->database);
    free(regex);
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *arg)
{
    (void)id, (void)from, (void)to, (void)flags;
    *(bool *)arg = true;
    return 1;
}

bool regex_is_all(const struct regex *regex, struct slice value)
{
    hs_scratch_t *scratch = NULL;
    bool          is_all = false;
    if (value.len > UINT32_MAX)
        return false;
    if (hs_alloc_scratch(regex->database, &scratch) != HS_SUCCESS)
        die("Hyperscan has no scratch to give");
    (void)hs_scan(regex->database, value.ptr, (unsigned)value.len, 0, scratch, on_match, &is_all);
    hs_free_scratch(scratch);
    return is_all;
}
