/*
 * inspect.c - see policy/inspect.h.
 *
 * A tool's arguments are JSON inside a string: there, "call\nann@x.org" holds a backslash and an n, and a
 * search of the text as it stands would take the n for the address's first letter (and replacing it leave a
 * lone backslash, which is no JSON); "ann\u0040x.org" it would not find at all. So such a text is read with its
 * escapes undone, and what is found is carried back to the bytes that it stands for.
 */
#include "policy/inspect.h"

#include "base/die.h"

enum { TOKEN_BYTES = 4 }; /* what rules count a token as */

/* ---- JSON inside a string ---- */

/* A text with its escapes undone, and where each of its bytes stood; at[len] is the end. */
struct unescaped {
    struct slice text;
    uint32_t    *at;
};

static int hex4(struct slice s)
{
    int value = 0;
    for (size_t i = 0; i < 4; i++) {
        char c = i < s.len ? s.ptr[i] : 'x';
        int  digit = c >= '0' && c <= '9'   ? c - '0'
                     : c >= 'a' && c <= 'f' ? c - 'a' + 10
                     : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                            : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static size_t put_utf8(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* One escape at the head of s (which begins with a backslash): its meaning into out, its length told in *used.
 * What is no escape stands for itself. */
static size_t undo_escape(struct slice s, char out[4], size_t *used)
{
    static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char              c = s.len > 1 ? s.ptr[1] : '\0';
    const char       *known = c ? strchr(plain, c) : NULL;
    *used = 2;
    if (known) {
        out[0] = meant[known - plain];
        return 1;
    }
    int high = c == 'u' ? hex4(slice_cut(s, 2, s.len)) : -1;
    if (high < 0) {
        *used = 1;
        out[0] = '\\';
        return 1;
    }
    *used = 6;
    if (high < 0xD800 || high > 0xDFFF)
        return put_utf8((uint32_t)high, out);
    int low = slice_starts(slice_cut(s, 6, s.len), S("\\u")) ? hex4(slice_cut(s, 8, s.len)) : -1;
    if (high > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
        return put_utf8(0xFFFD, out);
    *used = 12;
    return put_utf8(0x10000 + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00), out);
}

static struct unescaped unescape(struct arena *arena, struct slice text)
{
    char            *out = arena_alloc(arena, text.len + 1); /* undoing never lengthens */
    struct unescaped u = { .at = arena_array(arena, text.len + 1, sizeof *u.at) };
    size_t           len = 0;
    for (size_t i = 0; i < text.len;) {
        size_t used = 1, made = 1;
        if (text.ptr[i] == '\\')
            made = undo_escape(slice_cut(text, i, text.len), out + len, &used);
        else
            out[len] = text.ptr[i];
        for (size_t k = 0; k < made; k++)
            u.at[len + k] = (uint32_t)i;
        len += made;
        i += used;
    }
    u.at[len] = (uint32_t)text.len;
    u.text = slice_of(out, len);
    return u;
}

/* A finding that begins or ends inside what one escape stands for takes the whole escape. */
static void carry_back(const struct unescaped *u, struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        struct finding *f = &findings->item[i];
        uint32_t        last = u->at[f->end - 1];
        size_t          end = f->end;
        while (end < u->text.len && u->at[end] == last)
            end++;
        f->start = u->at[f->start];
        f->end = u->at[end];
    }
}

/* ---- inspecting ---- */

static bool find_in(const struct inspector *inspector, struct arena *arena, const struct chat_text *text,
                    struct findings *out, struct fault *why)
{
    bool is_escaped = text->place == CHAT_TOOL_ARGUMENTS && slice_find_byte(text->text, '\\') != SLICE_NONE;
    if (!is_escaped)
        return find(inspector->finder, inspector->scratch, arena, text->text, out, why);
    struct unescaped u = unescape(arena, text->text);
    if (!find(inspector->finder, inspector->scratch, arena, u.text, out, why))
        return false;
    carry_back(&u, out);
    return true;
}

static bool find_all(const struct inspector *inspector, struct arena *arena, const struct chat *chat,
                     struct inspection *out, struct fault *why)
{
    struct findings *findings = arena_array(arena, chat->text_count, sizeof *findings);
    pii_set          kinds = 0;
    for (size_t i = 0; i < chat->text_count; i++) {
        if (!find_in(inspector, arena, &chat->text[i], &findings[i], why))
            return false;
        kinds |= findings[i].kinds;
    }
    out->findings = findings;
    out->pii = kinds;
    return true;
}

static void judge(struct slm_worker *worker, struct arena *arena, const struct chat *chat,
                  struct inspection *out)
{
    struct slice question = chat_question(chat, arena);
    if (slice_trim(question).len == 0)
        return;
    slm_judge(worker, question, &out->judgement);
    out->is_judged = true;
}

bool inspect(const struct inspector *inspector, struct needs needs, struct arena *arena,
             const struct chat *chat, struct inspection *out, struct fault *why)
{
    *out = (struct inspection){ 0 };
    if (needs.pii && !find_all(inspector, arena, chat, out, why))
        return false;
    out->is_inspected = true;
    if (needs.judgement && inspector->worker)
        judge(inspector->worker, arena, chat, out);
    return true;
}

bool chat_of_prompt(struct arena *arena, struct slice model, struct slice prompt, struct chat *out,
                    struct fault *why)
{
    struct buf body;
    buf_init(&body, 16 * prompt.len + 4096); /* an escape takes six bytes at most */
    buf_add_str(&body, "{\"model\":");
    json_add_string(&body, model);
    buf_add_str(&body, ",\"messages\":[{\"role\":\"user\",\"content\":");
    json_add_string(&body, prompt);
    buf_add_str(&body, "}]}");
    struct slice text = arena_copy(arena, buf_slice(&body));
    buf_fini(&body);
    return chat_read(arena, text, out, why);
}

int64_t chat_tokens(const struct chat *chat)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < chat->text_count; i++)
        bytes += (int64_t)chat->text[i].text.len;
    return (bytes + TOKEN_BYTES - 1) / TOKEN_BYTES;
}

void facts_of(const struct chat *chat, const struct inspection *inspection, const struct team *team,
              struct facts *out)
{
    *out = (struct facts){
        .team = team,
        .model = chat->model,
        .is_inspected = inspection->is_inspected,
        .pii = inspection->pii,
        .is_judged = inspection->is_judged,
        .judgement = inspection->judgement,
        .tokens = chat_tokens(chat),
        .stream = chat->stream,
        .has_tools = chat->has_tools,
        .ends_in_tool = chat->ends_in_tool,
        .has_unreadable = chat->unreadable > 0,
    };
}

/* ---- redacting ---- */

size_t redact(struct chat *chat, const struct inspection *inspection, pii_set hide, struct vault *vault,
              struct arena *arena)
{
    enum { PLACEHOLDER_MOST_BYTES = 64 };
    size_t places = 0;
    for (size_t i = 0; i < chat->text_count; i++) {
        const struct findings *found = &inspection->findings[i];
        struct chat_text      *text = &chat->text[i];
        struct buf             out;
        if (!(found->kinds & hide))
            continue;
        buf_init(&out, text->text.len + found->count * PLACEHOLDER_MOST_BYTES);
        places += vault_hide(vault, text->text, found, hide, &out);
        if (out.full)
            die("a placeholder is longer than %d bytes", PLACEHOLDER_MOST_BYTES);
        text->now = arena_copy(arena, buf_slice(&out));
        buf_wipe(&out);
    }
    return places;
}
