/* cors.c - see cors.h. */
#include "cors.h"

enum { LINES_MOST_BYTES = 2048, ASKED_MOST_BYTES = 1024 };

static bool is_ours(const struct settings *settings, struct slice origin)
{
    for (unsigned i = 0; origin.len && i < settings->cors_origins; i++)
        if (slice_is(settings->cors_origin[i], "*") || slice_eq(settings->cors_origin[i], origin))
            return true;
    return false;
}

static struct slice origin_of(struct client *client)
{
    return http1_header(client_head(client), "origin");
}

void cors_open(const struct settings *settings, struct client *client)
{
    struct buf lines;
    if (settings->cors_origins == 0)
        return;
    buf_init(&lines, LINES_MOST_BYTES);
    buf_add(&lines, S("vary: origin\r\n"));
    if (is_ours(settings, origin_of(client)))
        buf_printf(&lines, "access-control-allow-origin: %.*s\r\naccess-control-expose-headers: *\r\n",
                   SLICE_ARG(origin_of(client)));
    if (!lines.full)
        client_say_besides(client, buf_slice(&lines));
    buf_fini(&lines);
}

/* Field names, blanks and commas: what may stand in a header of ours without being looked at any closer. */
static bool is_list_of_names(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_alnum && c != '-' && c != '_' && c != ',' && c != ' ')
            return false;
    }
    return text.len > 0 && text.len <= ASKED_MOST_BYTES;
}

void cors_answer_options(const struct settings *settings, struct client *client, struct slice methods)
{
    const struct http1_head *head = client_head(client);
    struct slice             asked = http1_header(head, "access-control-request-headers");
    struct buf               lines;
    buf_init(&lines, LINES_MOST_BYTES);
    buf_printf(&lines, "allow: %.*s, OPTIONS\r\n", SLICE_ARG(methods));
    if (is_ours(settings, origin_of(client)) && http1_header(head, "access-control-request-method").len) {
        buf_printf(&lines, "access-control-allow-methods: %.*s\r\naccess-control-max-age: 600\r\n",
                   SLICE_ARG(methods));
        if (is_list_of_names(asked)) /* said back, since a * there would not stand for Authorization */
            buf_printf(&lines, "access-control-allow-headers: %.*s\r\n", SLICE_ARG(asked));
        if (slice_is(http1_header(head, "access-control-request-private-network"), "true"))
            buf_add(&lines, S("access-control-allow-private-network: true\r\n"));
    }
    client_reply(client, 204, NULL, buf_slice(&lines), S(""));
    buf_fini(&lines);
}
