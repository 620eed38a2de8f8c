/* written.c - see privacy/written.h. */
#include "privacy/written.h"

#include "vault_index.h"
#include "wire/json.h"

/* ---- findings ---- */

static void finding_write(const struct finding *f, size_t start, size_t end, struct buf *out)
{
    buf_printf(out, "{\"start\":%zu,\"end\":%zu,\"kind\":\"%s\",\"source\":", start, end, pii_word(f->kind));
    json_add_string(out, slice_str(f->source));
    buf_printf(out, ",\"confidence\":%.3g}", (double)f->confidence);
}

void findings_write(struct slice text, const struct findings *found, pii_set kinds, struct buf *out)
{
    size_t      at = 0, points = 0; /* findings come sorted, so that the text is counted through once */
    const char *before = "[";
    for (size_t i = 0; i < found->count; i++) {
        const struct finding *f = &found->item[i];
        if (!(kinds >> f->kind & 1))
            continue;
        points += slice_code_points(slice_cut(text, at, f->start));
        size_t inside = slice_code_points(slice_cut(text, f->start, f->end));
        buf_add_str(out, before);
        finding_write(f, points, points + inside, out);
        before = ",";
        points += inside;
        at = f->end;
    }
    buf_add_str(out, *before == '[' ? "[]" : "]");
}

/* ---- maps ---- */

void map_write(const struct vault *v, struct buf *out)
{
    const char *before = "{\"";
    for (size_t i = 0; i < v->slots; i++) {
        const struct hidden *h = v->slot[i];
        if (!h)
            continue;
        buf_add_str(out, before);
        buf_add(out, h->shown);
        buf_add(out, S("\":"));
        if (h->is_number)
            buf_add(out, h->value);
        else
            json_add_string(out, h->value);
        before = ",\"";
    }
    buf_add_str(out, v->count ? "}" : "{}");
}

static enum pii_kind kind_of_tag(struct slice tag)
{
    unsigned kind = 0;
    while (kind < pii_kinds() && !slice_is(tag, pii_tag((enum pii_kind)kind)))
        kind++;
    return (enum pii_kind)kind;
}

/* "TAG_" and twelve letters. */
static bool placeholder_read(struct slice text, enum pii_kind *kind, uint64_t *code)
{
    if (text.len < CODE_LETTERS + 1)
        return false;
    size_t tag_bytes = text.len - CODE_LETTERS - 1;
    *kind = kind_of_tag(slice_cut(text, 0, tag_bytes));
    *code = 0;
    for (size_t i = tag_bytes + 1; i < text.len; i++) {
        int value = code_letter_value(text.ptr[i]);
        if (value < 0)
            return false;
        *code = *code << LETTER_BITS | (uint64_t)value;
    }
    return *kind < pii_kinds() && text.ptr[tag_bytes] == '_';
}

static bool entry_read(struct vault *v, struct arena *scratch, const struct json *json, json_at member)
{
    enum pii_kind kind;
    uint64_t      code;
    bool          is_number = json_kind(json, member) == JSON_NUMBER;
    struct slice  value = is_number ? json_raw(json, member) : json_string(json, member, scratch);
    if (!value.ptr || !placeholder_read(json_key(json, member, scratch), &kind, &code))
        return false;
    struct hidden *h = vault_put(v, kind, code, value);
    if (!h)
        return false;
    if (!h->shown.len)
        vault_show_placeholder(v, h);
    h->is_number = h->is_number || is_number;
    v->has_numbers = v->has_numbers || is_number;
    return true;
}

bool map_read(struct vault *v, struct arena *scratch, struct slice text, struct fault *why)
{
    struct json json;
    if (!json_read(scratch, text, &json, why))
        return false;
    if (json_kind(&json, 0) != JSON_OBJECT)
        return fault_set(why, FAULT_BAD_REQUEST, "a map is a JSON object");
    for (json_at i = json_first(&json, 0); i != JSON_NONE; i = json_next(&json, i))
        if (!entry_read(v, scratch, &json, i))
            return fault_set(why, FAULT_BAD_REQUEST, "the map's entries are not placeholders and their values");
    return true;
}
