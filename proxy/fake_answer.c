/* fake_answer.c - see fake_answer.h. */
#include "fake_answer.h"

#include "wire/json.h"

enum { TOKEN_CODE_POINTS = 4 };

struct slice fake_token(struct slice text)
{
    size_t end = 0;
    for (unsigned points = 0; end < text.len; end++) {
        bool begins_one = ((unsigned char)text.ptr[end] & 0xC0) != 0x80;
        if (begins_one && points++ == TOKEN_CODE_POINTS)
            break;
        if (text.ptr[end] == ' ') {
            end++;
            break;
        }
    }
    return slice_cut(text, 0, end);
}

int64_t fake_tokens(struct slice text)
{
    int64_t count = 0;
    for (; text.len; count++)
        text = slice_cut(text, fake_token(text).len, text.len);
    return count;
}

static void write_usage(const struct fake_answer *a, struct buf *out)
{
    int64_t said = fake_tokens(a->text), all = a->prompt_tokens + said;
    buf_printf(out, "{\"prompt_tokens\":%lld,\"completion_tokens\":%lld,\"total_tokens\":%lld}",
               (long long)a->prompt_tokens, (long long)said, (long long)all);
}

static void write_logprob(const struct fake_answer *a, struct slice token, struct buf *out)
{
    buf_add(out, S("{\"token\":"));
    json_add_string(out, token);
    buf_printf(out, ",\"logprob\":%g,\"bytes\":null,\"top_logprobs\":[]}", a->logprob);
}

/* The members that every document of an answer begins with. */
static void write_common(const struct fake_answer *a, const char *object, struct buf *out)
{
    buf_printf(out, "{\"id\":\"chatcmpl-fake\",\"object\":\"%s\",\"created\":%lld,\"model\":", object,
               (long long)a->created);
    json_add_string(out, a->model);
}

void fake_write_whole(const struct fake_answer *a, struct buf *out)
{
    write_common(a, "chat.completion", out);
    buf_add(out, S(",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"));
    json_add_string(out, a->text);
    buf_add(out, S(",\"refusal\":null}"));
    if (a->gives_logprobs) {
        buf_add(out, S(",\"logprobs\":{\"content\":["));
        for (struct slice rest = a->text; rest.len;) {
            struct slice token = fake_token(rest);
            write_logprob(a, token, out);
            rest = slice_cut(rest, token.len, rest.len);
            if (rest.len)
                buf_add_byte(out, ',');
        }
        buf_add(out, S("],\"refusal\":null}"));
    }
    buf_printf(out, ",\"finish_reason\":\"%s\"}],\"usage\":", a->finish);
    write_usage(a, out);
    buf_add_byte(out, '}');
}

static void open_chunk(const struct fake_answer *a, struct buf *out)
{
    buf_add(out, S("data: "));
    write_common(a, "chat.completion.chunk", out);
    if (a->gives_usage)
        buf_add(out, S(",\"usage\":null"));
    buf_add(out, S(",\"choices\":[{\"index\":0,"));
}

static void close_chunk(struct buf *out)
{
    buf_add(out, S("}]}\n\n"));
}

void fake_write_opening(const struct fake_answer *a, struct buf *out)
{
    open_chunk(a, out);
    buf_add(out, S("\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null"));
    close_chunk(out);
}

void fake_write_token(const struct fake_answer *a, struct slice token, struct buf *out)
{
    open_chunk(a, out);
    buf_add(out, S("\"delta\":{\"content\":"));
    json_add_string(out, token);
    buf_add_byte(out, '}');
    if (a->gives_logprobs) {
        buf_add(out, S(",\"logprobs\":{\"content\":["));
        write_logprob(a, token, out);
        buf_add(out, S("],\"refusal\":null}"));
    }
    buf_add(out, S(",\"finish_reason\":null"));
    close_chunk(out);
}

void fake_write_finish(const struct fake_answer *a, struct buf *out)
{
    open_chunk(a, out);
    buf_printf(out, "\"delta\":{},\"finish_reason\":\"%s\"", a->finish);
    close_chunk(out);
}

void fake_write_usage(const struct fake_answer *a, struct buf *out)
{
    buf_add(out, S("data: "));
    write_common(a, "chat.completion.chunk", out);
    buf_add(out, S(",\"choices\":[],\"usage\":"));
    write_usage(a, out);
    buf_add(out, S("}\n\n"));
}

void fake_write_done(struct buf *out)
{
    buf_add(out, S("data: [DONE]\n\n"));
}

void fake_write_error(int status, struct buf *out)
{
    buf_printf(out,
               "{\"error\":{\"message\":\"the fake provider was told to fail with %d\",\"type\":\"%s\","
               "\"param\":null,\"code\":null}}",
               status, status == 429 ? "rate_limit_error" : "server_error");
}
