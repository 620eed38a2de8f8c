/* kept.c - see kept.h: the document, and pages of a list. */
#include "wire/kept.h"

#include "wire/path.h"

/* ---- the document ---- */

void kept_write(struct slice answer, struct slice asked, struct buf *out)
{
    buf_add_byte(out, '{');
    json_add_member(out, "answer", answer);
    json_add_member(out, "asked", asked);
    buf_add_byte(out, '}');
}

bool kept_read(struct arena *arena, struct slice text, struct kept *out, struct fault *why)
{
    if (!json_read(arena, text, &out->json, NULL))
        return fault_set(why, FAULT_INTERNAL, "what was kept cannot be read");
    out->answer = json_get(&out->json, 0, "answer");
    out->asked = json_get(&out->json, 0, "asked");
    return (json_kind(&out->json, out->answer) == JSON_OBJECT &&
            json_kind(&out->json, out->asked) == JSON_ARRAY) ||
           fault_set(why, FAULT_INTERNAL, "what was kept is something else");
}

/* ---- pages ---- */

bool page_read(struct slice query, struct arena *arena, struct page *out, struct fault *why)
{
    struct slice limit = query_get(query, "limit", arena), order = query_get(query, "order", arena);
    struct slice after = query_get(query, "after", arena);
    if (limit.len && (!slice_to_i64(limit, &out->limit) || out->limit < 1 || out->limit > PAGE_MOST))
        return fault_set_param(why, FAULT_BAD_REQUEST, "limit", "must be from 1 to %d", PAGE_MOST);
    if (order.len && !slice_is(order, "asc") && !slice_is(order, "desc"))
        return fault_set_param(why, FAULT_BAD_REQUEST, "order", "must be asc or desc");
    if (order.len)
        out->is_descending = slice_is(order, "desc");
    if (after.len)
        out->after = after;
    return true;
}

void page_begin(struct buf *out)
{
    buf_add_str(out, "{\"object\":\"list\",\"data\":[");
}

void page_end(struct slice first_id, struct slice last_id, bool has_more, struct buf *out)
{
    buf_add_byte(out, ']');
    json_add_text_member(out, "first_id", first_id);
    json_add_text_member(out, "last_id", last_id);
    json_add_member(out, "has_more", has_more ? S("true") : S("false"));
    buf_add_byte(out, '}');
}

/* The array's elements in the page's order. */
static json_at *in_order(const struct json *j, json_at array, bool is_descending, struct arena *arena,
                         size_t *count)
{
    json_at *list = NULL;
    size_t   cap = 0;
    *count = 0;
    for (json_at i = json_first(j, array); i != JSON_NONE; i = json_next(j, i)) {
        if (*count == cap)
            list = arena_grow(arena, list, *count, sizeof *list, &cap);
        list[(*count)++] = i;
    }
    for (size_t i = 0; is_descending && i < *count / 2; i++) {
        json_at other = list[*count - 1 - i];
        list[*count - 1 - i] = list[i];
        list[i] = other;
    }
    return list;
}

static struct slice id_of(const struct json *j, json_at item, struct arena *arena)
{
    return json_string(j, json_get(j, item, "id"), arena);
}

bool page_write(const struct json *j, json_at array, const struct page *page, struct arena *arena,
                struct buf *out, struct fault *why)
{
    size_t       count, from = 0;
    json_at     *list = in_order(j, array, page->is_descending, arena, &count);
    struct slice first = S(""), last = S("");
    if (page->after.len) {
        while (from < count && !slice_eq(id_of(j, list[from], arena), page->after))
            from++;
        if (from == count)
            return fault_set_param(why, FAULT_BAD_REQUEST, "after", "names nothing in this list");
        from++;
    }
    size_t to = count - from > (size_t)page->limit ? from + (size_t)page->limit : count;
    page_begin(out);
    for (size_t i = from; i < to; i++) {
        json_add_comma(out);
        buf_add(out, json_raw(j, list[i]));
        last = id_of(j, list[i], arena);
        first = i == from ? last : first;
    }
    page_end(first, last, to < count, out);
    return true;
}
