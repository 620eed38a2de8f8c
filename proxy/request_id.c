/* request_id.c - see request_id.h. */
#include "request_id.h"

#include "dice.h"

#include <stdio.h>

enum { GIVEN_MOST_BYTES = 64, DRAWN_DIGITS = 32 };

static bool is_sane(struct slice given)
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.";
    bool              ok = given.len > 0 && given.len <= GIVEN_MOST_BYTES;
    for (size_t i = 0; ok && i < given.len; i++)
        ok = memchr(letters, given.ptr[i], sizeof letters - 1) != NULL;
    return ok;
}

void request_id_make(const struct client *client, char id[REQUEST_ID_BYTES])
{
    struct slice given = http1_header(client_head(client), "x-request-id");
    if (is_sane(given)) {
        snprintf(id, REQUEST_ID_BYTES, "%.*s", SLICE_ARG(given));
        return;
    }
    size_t len = (size_t)snprintf(id, REQUEST_ID_BYTES, "req_");
    dice_digits(id + len, DRAWN_DIGITS);
}
