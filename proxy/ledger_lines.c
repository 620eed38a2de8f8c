/* ledger_lines.c - see ledger_lines.h; the keys are drawn in ledger.h. */
#include "ledger_lines.h"

#include "base/arena.h"
#include <hiredis/hiredis.h>
#include <stdlib.h>

/* A page of keys, and of each that is a line what it holds. */
static const char page_script[] =
    "local page = redis.call('SCAN', ARGV[1], 'MATCH', 'weir:{*}:money:*', 'COUNT', 500)\n"
    "local answer = { page[1] }\n"
    "for _, key in ipairs(page[2]) do\n"
    "  if string.match(key, '^weir:{[^}]*}:money:[^:]*:[^:]*:[^:]*$') then\n"
    "    local sums = redis.call('HMGET', key, 'held', 'running')\n"
    "    table.insert(answer, key)\n"
    "    table.insert(answer, sums[1] or '0')\n"
    "    table.insert(answer, sums[2] or '0')\n"
    "  end\n"
    "end\n"
    "return answer\n";

struct ledger_reading {
    struct redis       *redis;
    struct arena       *arena; /* itself is in it */
    on_lines_fn        *call;
    void               *arg;
    uint64_t            redis_id;
    struct ledger_line *line;
    size_t              lines, cap;
};

/* ---- names ---- */

static const char *plain_name(struct arena *arena, struct slice escaped)
{
    char  *out = arena_cstr(arena, escaped), *to = out;
    size_t len = escaped.len;
    for (size_t i = 0; i < len; i++) {
        const char hex[3] = { i + 2 < len ? out[i + 1] : '\0', i + 2 < len ? out[i + 2] : '\0', '\0' };
        bool       is_escape = out[i] == '%' && hex[0] && hex[1];
        *to++ = is_escape ? (char)strtol(hex, NULL, 16) : out[i];
        i += is_escape ? 2 : 0;
    }
    *to = '\0';
    return out;
}

/* The next part of a key, which ends at the mark or at the end of all. */
static struct slice next_part(struct slice *rest, char mark)
{
    size_t       at = slice_find_byte(*rest, mark);
    struct slice part = slice_cut(*rest, 0, at);
    *rest = at == SLICE_NONE ? slice_of(NULL, 0) : slice_cut(*rest, at + 1, rest->len);
    return part;
}

/* "weir:{tag}:money:rule:whose:window" */
static bool read_key(struct arena *arena, struct slice key, struct ledger_line *out)
{
    if (!slice_starts(key, S("weir:{")))
        return false;
    struct slice rest = slice_cut(key, strlen("weir:{"), key.len), tag = next_part(&rest, '}');
    if (!slice_starts(rest, S(":money:")))
        return false;
    rest = slice_cut(rest, strlen(":money:"), rest.len);
    struct slice rule = next_part(&rest, ':'), whose = next_part(&rest, ':');
    *out = (struct ledger_line){ .tag = arena_cstr(arena, tag),
                                 .rule = plain_name(arena, rule),
                                 .whose = arena_cstr(arena, whose),
                                 .window = arena_cstr(arena, rest) };
    return rule.len > 0 && rest.len > 0;
}

static int compare(const void *a, const void *b)
{
    const struct ledger_line *x = a, *y = b;
    int                       by_rule = strcmp(x->rule, y->rule), by_whose = strcmp(x->whose, y->whose);
    return by_rule ? by_rule : by_whose ? by_whose : strcmp(x->window, y->window);
}

/* SCAN may tell of a key twice. */
static void sort_out(struct ledger_reading *r)
{
    size_t kept = 0;
    if (r->lines)
        qsort(r->line, r->lines, sizeof *r->line, compare);
    for (size_t i = 0; i < r->lines; i++)
        if (kept == 0 || compare(&r->line[kept - 1], &r->line[i]) != 0)
            r->line[kept++] = r->line[i];
    r->lines = kept;
}

/* ---- asking ---- */

static void ask_page(struct ledger_reading *r, const char *cursor);

static void end(struct ledger_reading *r, const struct fault *why)
{
    static const struct ledger_line none;
    struct arena                   *arena = r->arena;
    sort_out(r);
    r->call(r->arg, why ? NULL : r->lines ? r->line : &none, why ? 0 : r->lines, why);
    arena_free(&arena);
}

static struct slice text_of(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING ? slice_of(reply->str, reply->len) : slice_of(NULL, 0);
}

static bool take_line(struct ledger_reading *r, redisReply *const *word)
{
    struct ledger_line line;
    int64_t            held;
    if (!read_key(r->arena, text_of(word[0]), &line) || !slice_to_i64(text_of(word[1]), &held) ||
        !slice_to_i64(text_of(word[2]), &line.running_nanousd))
        return false;
    line.spent_nanousd = held - line.running_nanousd;
    if (r->lines == r->cap)
        r->line = arena_grow(r->arena, r->line, r->lines, sizeof *r->line, &r->cap);
    r->line[r->lines++] = line;
    return true;
}

/* False for what is no page of ours. */
static bool take_page(struct ledger_reading *r, const redisReply *page)
{
    enum { WORDS_A_LINE = 3 };
    if (page->type != REDIS_REPLY_ARRAY || page->elements % WORDS_A_LINE != 1)
        return false;
    for (size_t i = 1; i < page->elements; i += WORDS_A_LINE)
        if (!take_line(r, page->element + i))
            return false;
    return true;
}

static void on_page(void *arg, const redisReply *reply, const struct fault *why)
{
    struct ledger_reading *r = arg;
    struct fault           odd;
    r->redis_id = 0;
    fault_set(&odd, FAULT_REDIS_AWAY, "%s",
              reply && reply->type == REDIS_REPLY_ERROR ? reply->str : "it answered oddly");
    if (!reply || !take_page(r, reply)) {
        end(r, reply ? &odd : why);
    } else if (r->lines > LEDGER_LINES_READ) {
        fault_set(&odd, FAULT_REDIS_AWAY, "it has more than %d lines of budgets", LEDGER_LINES_READ);
        end(r, &odd);
    } else if (slice_is(text_of(reply->element[0]), "0")) {
        end(r, NULL);
    } else {
        ask_page(r, reply->element[0]->str);
    }
}

static void ask_page(struct ledger_reading *r, const char *cursor)
{
    r->redis_id = redis_run(r->redis, page_script, 0, 1, (struct slice[]){ slice_str(cursor) }, on_page, r);
}

struct ledger_reading *ledger_read_lines(struct redis *redis, on_lines_fn *call, void *arg)
{
    struct arena          *arena = arena_new();
    struct ledger_reading *r = arena_alloc(arena, sizeof *r);
    *r = (struct ledger_reading){ .redis = redis, .arena = arena, .call = call, .arg = arg };
    ask_page(r, "0");
    return r;
}

void ledger_reading_cancel(struct ledger_reading **handle)
{
    struct ledger_reading *r = *handle;
    *handle = NULL;
    if (!r)
        return;
    redis_cancel(r->redis, r->redis_id);
    struct arena *arena = r->arena;
    arena_free(&arena);
}
