/* json_write.c - JSON put together member by member, where there is no document to splice. */
#include "wire/json.h"

/* A value never ends in one of these, so what was written last tells whether a comma is due. */
static bool is_first(const struct buf *out)
{
    return out->len == 0 || strchr("{[:,", out->ptr[out->len - 1]);
}

void json_add_comma(struct buf *out)
{
    if (!is_first(out))
        buf_add_byte(out, ',');
}

void json_add_key(struct buf *out, const char *key)
{
    json_add_comma(out);
    buf_add_byte(out, '"');
    buf_add_str(out, key);
    buf_add_str(out, "\":");
}

void json_add_member(struct buf *out, const char *key, struct slice raw)
{
    json_add_key(out, key);
    buf_add(out, raw.len ? raw : S("null"));
}

void json_add_text_member(struct buf *out, const char *key, struct slice text)
{
    json_add_key(out, key);
    json_add_string(out, text);
}

void json_add_number_member(struct buf *out, const char *key, int64_t number)
{
    json_add_key(out, key);
    buf_add_decimal(out, number);
}
