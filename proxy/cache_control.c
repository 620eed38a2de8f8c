/* cache_control.c - see cache_control.h. */
#include "cache_control.h"

static struct slice unquoted(struct slice value)
{
    bool is_quoted = value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"';
    return is_quoted ? slice_cut(value, 1, value.len - 1) : value;
}

/* An age that makes no sense is taken as 0, as RFC 9111, 4.2.1 advises: it is the safe side. One beyond 68
 * years is any. */
static int64_t age_ms(struct slice value)
{
    int64_t seconds;
    if (!slice_to_i64(unquoted(value), &seconds) || seconds < 0)
        return 0;
    return seconds > INT32_MAX ? INT64_MAX : seconds * 1000;
}

static void read_directive(struct slice directive, struct cache_wishes *out)
{
    size_t       equals = slice_find_byte(directive, '=');
    struct slice name = slice_trim(slice_cut(directive, 0, equals));
    struct slice value = slice_of(NULL, 0);
    if (equals != SLICE_NONE)
        value = slice_trim(slice_cut(directive, equals + 1, directive.len));
    if (slice_is_nocase(name, "no-cache"))
        out->no_cache = true;
    else if (slice_is_nocase(name, "no-store"))
        out->no_store = true;
    else if (slice_is_nocase(name, "only-if-cached"))
        out->only_if_cached = true;
    else if (slice_is_nocase(name, "max-age") && age_ms(value) < out->most_age_ms)
        out->most_age_ms = age_ms(value);
}

static void read_line(struct slice line, struct cache_wishes *out)
{
    while (line.len) {
        size_t comma = slice_find_byte(line, ',');
        read_directive(slice_cut(line, 0, comma), out);
        line = comma == SLICE_NONE ? slice_of(NULL, 0) : slice_cut(line, comma + 1, line.len);
    }
}

struct cache_wishes cache_wishes_read(const struct http1_head *head)
{
    struct cache_wishes wishes = { .most_age_ms = INT64_MAX };
    for (unsigned i = 0; i < head->header_count; i++)
        if (slice_is_nocase(head->header[i].name, "cache-control"))
            read_line(head->header[i].value, &wishes);
    return wishes;
}
